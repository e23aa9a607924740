"""Which lesion would explain what a patient lost and what he kept.

Comes in: findings and the wiring. Goes out: hypotheses in order, each saying what it explains, wholly or in part, what it leaves
unexplained, which preserved function speaks against it, and what else it would take. What was not reported counts neither way.
Never reads a store: :mod:`neoplex.infer.casedeficits` reads cases, :mod:`neoplex.infer.lesionquads` writes RDF.

How hypotheses are weighed (an assumption of the model, not a published score): a finding explained wholly counts for, one
left over against; a function that a complete lesion must take but that is preserved counts more than a finding; each further
lesion has to pay for itself by more than half a finding; what is left equal is settled by the smaller number of lesions, then
by the smaller territory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from itertools import combinations
from typing import TypeAlias

from neoplex.infer.deficits import Finding
from neoplex.infer.findingwords import COMPLETE, MARKED, MILD
from neoplex.infer.lesions import NOTICEABLE, Lesion, Lesions
from neoplex.infer.wiring import Fibre, Function, Wiring

WHOLE_SHARE = 0.85
"""From this share of its fibres on, a function is lost completely when the lesion is complete."""
SMALL_SHARE = 0.12
"""Below this share nothing is expected to be found."""
_WHOLE, _INCOMPLETE, _PART, _LEFT = 2.0, 1.9, 1.0, -2.0
_AGAINST, _RATHER_AGAINST = -3.0, -1.0
_EXTRA_LESION = -2.5
_POOL, _EACH, _MOST_LESIONS = 26, 4, 5


class Reach(IntEnum):
    """How far a lesion explains a finding."""

    NONE = 0
    PART = 1
    INCOMPLETE = 2
    """Wholly, as an incomplete lesion."""
    WHOLE = 3


class Against(IntEnum):
    """How much a preserved function speaks against a lesion."""

    NOT = 0
    RATHER = 1
    CLEARLY = 2


@dataclass(frozen=True)
class Explanation:
    """What a hypothesis says about one finding: how far it explains it, and which fibres are cut."""

    finding: Finding
    reach: Reach
    fibres: tuple[Fibre, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Contradiction:
    """A preserved function that a hypothesis should have taken."""

    finding: Finding
    function: Function
    against: Against
    why: str


@dataclass(frozen=True)
class Hypothesis:
    """One or several lesions, and how they stand to the findings. ``rank`` counts from 1."""

    lesions: tuple[Lesion, ...]
    explanations: tuple[Explanation, ...]
    contradictions: tuple[Contradiction, ...]
    points: float
    extent: int
    rank: int = 0
    instead: tuple[Lesion, ...] = ()
    """Places along the same fibres that these findings do not tell apart from the only lesion."""

    @property
    def label(self) -> str:
        """Its lesions in words."""
        return name_lesions(self.lesions)

    @property
    def explained(self) -> tuple[Finding, ...]:
        """Findings it explains wholly."""
        return tuple(e.finding for e in self.explanations if e.reach >= Reach.INCOMPLETE)

    @property
    def in_part(self) -> tuple[Finding, ...]:
        """Findings it explains in part."""
        return tuple(e.finding for e in self.explanations if e.reach == Reach.PART)

    @property
    def left_over(self) -> tuple[Finding, ...]:
        """Findings it does not explain."""
        return tuple(e.finding for e in self.explanations if e.reach == Reach.NONE)

    @property
    def fit(self) -> str:
        """Its standing in words: fits, fits in part, speaks against."""
        if any(c.against == Against.CLEARLY for c in self.contradictions):
            return "contradicted"
        if self.left_over:
            return "fits in part"
        return "fits, with something against it" if self.contradictions else "fits"

    @property
    def places(self) -> tuple[str, ...]:
        """Every structure it takes."""
        return tuple(dict.fromkeys(place for lesion in self.lesions for place in lesion.places))


def name_lesions(lesions: Sequence[Lesion]) -> str:
    """Lesions in words; the same one on both sides is named once."""
    names: list[str] = []
    done: set[str] = set()
    for lesion in lesions:
        if lesion.label in done:
            continue
        bare = lesion.label.removeprefix(f"{lesion.side} ")
        twin = next(
            (o for o in lesions if o.label != lesion.label and o.label.removeprefix(f"{o.side} ") == bare), None
        )
        if twin is not None:
            done.add(twin.label)
        names.append(f"{bare} of both sides" if twin is not None else lesion.label)
    return " and ".join(names)


def localise(
    lost: Sequence[Finding], kept: Sequence[Finding], lesions: Lesions, *, sex: str = "", most: int = 12
) -> list[Hypothesis]:
    """The best hypotheses for what is lost and preserved, best first; none when nothing is lost.

    The best lesion of one side is always among them, and when findings lie on both sides or in the midline, so are the best
    midline lesion and the best combination of several, however far down they stand.
    """
    if not lost:
        return []
    return _Search(tuple(lost), tuple(kept), lesions, sex).run(most)


@dataclass
class _Candidate:
    lesion: Lesion
    mask: int
    reaches: tuple[Reach, ...]
    against: tuple[Against, ...]
    extent: int
    gain: float = 0.0
    same: list[Lesion] = field(default_factory=list)


_Row: TypeAlias = tuple[float, int, int, str, tuple[_Candidate, ...]]
"""How a hypothesis is sorted: points against, lesions, territory, name; and the lesions themselves."""


@dataclass
class _Search:
    lost: tuple[Finding, ...]
    kept: tuple[Finding, ...]
    lesions: Lesions
    sex: str

    def __post_init__(self) -> None:
        # A preserved function whose side is not known cannot be held against a lesion of one side.
        self.tests = [(f, function) for f in self.kept if not f.open_side for function in f.functions]
        self._bits: dict[int, int] = {}
        self._fibres: list[Fibre] = []
        functions = [f for finding in self.lost for f in finding.functions] + [function for _, function in self.tests]
        for function in functions:
            for arc in function.arcs:
                for fibre in arc:
                    if id(fibre) not in self._bits:
                        self._bits[id(fibre)] = 1 << len(self._fibres)
                        self._fibres.append(fibre)
        self._arcs = {
            id(function): [
                ([(self._bits[id(fibre)], fibre.weight) for fibre in arc], sum(fibre.weight for fibre in arc))
                for arc in function.arcs
            ]
            for function in functions
        }
        self._by_place: dict[str, int] = {}
        for fibre in self._fibres:
            for place in fibre.path:
                self._by_place[place] = self._by_place.get(place, 0) | self._bits[id(fibre)]
        self._reached: dict[tuple[int, int], Reach] = {}

    # ---------------------------------------------------------------------------------------------------------- shares

    def _mask(self, lesions: Sequence[Lesion]) -> int:
        mask = 0
        for lesion in lesions:
            for place in lesion.places:
                mask |= self._by_place.get(place, 0)
        return mask

    def _share(self, function: Function, mask: int) -> float:
        best = 0.0
        for fibres, whole in self._arcs[id(function)]:
            if whole:
                best = max(best, sum(weight for bit, weight in fibres if mask & bit) / whole)
        return best

    def _reach(self, number: int, mask: int) -> Reach:
        key = (number, mask)
        if key not in self._reached:
            finding = self.lost[number]
            share, best = self._shares(finding, mask)
            reach = reach_of(finding, share)
            # One movement or field of a region explains the region in part.
            self._reached[key] = max(reach, Reach.PART) if best >= NOTICEABLE else reach
        return self._reached[key]

    def _shares(self, finding: Finding, mask: int) -> tuple[float, float]:
        """The share of a finding that is taken, and the largest share of any of its functions."""
        shares = [(function.side, self._share(function, mask)) for function in finding.functions]
        best = max(share for _, share in shares)
        if not (finding.every or finding.region):
            return best, best
        means = []
        for side in {side for side, _ in shares}:
            those = [share for other, share in shares if other == side]
            means.append(sum(those) / len(those))
        return max(means), best

    def _against(self, lesion: Lesion, mask: int, function: Function, carried: frozenset[str]) -> tuple[Against, str]:
        share = self._share(function, mask)
        if share < NOTICEABLE or (function.side == "midline" and function.kind == "organ" and share < WHOLE_SHARE):
            return Against.NOT, ""
        if share < WHOLE_SHARE:
            return Against.RATHER, "would lose part of its supply, which may be too little to notice"
        if lesion.is_patchy:
            return (
                Against.RATHER,
                f"the {lesion.kind if lesion.kind == 'plexus' else 'lesion'} would have to be spared in part",
            )
        if lesion.kind == "nerve" and self._leaves_early(lesion, function, carried):
            return Against.RATHER, "spared only if the lesion lies below its branch (heights are not in the tables)"
        return Against.CLEARLY, "all its fibres run through here"

    def _leaves_early(self, lesion: Lesion, function: Function, carried: frozenset[str]) -> bool:
        """Whether the supply of a preserved function may leave the nerve above a lesion that takes the lost ones."""
        atlas = self.lesions.wiring.atlas
        nerve = lesion.places[0]
        nerves = {fibre.nerve for fibre in function.cut_fibres(lesion.places)}
        if not carried or nerves & carried or (carried == {nerve} and nerves == {nerve}):
            return False
        parts = set(atlas.parts(nerve))
        for one in nerves:
            for place in (one, *(edge.end for edge in atlas.outgoing(one, "branchOf"))):
                goes_on = any(edge.end in parts for edge in atlas.outgoing(place, "continuousWith"))
                if goes_on:
                    return False
        return True

    # ------------------------------------------------------------------------------------------------------ candidates

    @cached_property
    def candidates(self) -> list[_Candidate]:
        """Every lesion that explains something, in the order of the wiring."""
        found = []
        for lesion in self.lesions.all:
            structure = self.lesions.wiring.atlas.structures.get(lesion.places[0])
            if self.sex and structure is not None and structure.sex and structure.sex != self.sex:
                continue
            mask = self._mask((lesion,))
            if not mask:
                continue
            reaches = tuple(self._reach(number, mask) for number in range(len(self.lost)))
            if not any(reaches):
                continue
            against = tuple(a for a, _ in self._contradict(lesion, mask, reaches))
            candidate = _Candidate(lesion, mask, reaches, against, self.lesions.extents[lesion.label])
            candidate.gain = self._points(reaches, against, 1, unexplained=False)
            found.append(candidate)
        return found

    def _contradict(self, lesion: Lesion, mask: int, reaches: Sequence[Reach]) -> list[tuple[Against, str]]:
        carried = frozenset(
            fibre.nerve
            for number, reach in enumerate(reaches)
            if reach
            for function in self.lost[number].functions
            for fibre in function.cut_fibres(lesion.places)
        )
        return [self._against(lesion, mask, function, carried) for _, function in self.tests]

    def _points(
        self, reaches: Sequence[Reach], against: Sequence[Against], count: int, *, unexplained: bool = True
    ) -> float:
        worth = {
            Reach.WHOLE: _WHOLE,
            Reach.INCOMPLETE: _INCOMPLETE,
            Reach.PART: _PART,
            Reach.NONE: _LEFT if unexplained else 0.0,
        }
        total = sum(worth[reach] * finding.weight for finding, reach in zip(self.lost, reaches, strict=True))
        total += sum({Against.CLEARLY: _AGAINST, Against.RATHER: _RATHER_AGAINST, Against.NOT: 0.0}[a] for a in against)
        usual = sum(finding.weight for finding in self.lost) / len(self.lost)
        return round(total + _EXTRA_LESION * usual * (count - 1), 6)

    def _pool(self) -> list[_Candidate]:
        """The candidates worth combining: of equals the smallest, of each finding its best few."""
        best: dict[tuple[tuple[Reach, ...], tuple[Against, ...], int], _Candidate] = {}
        for candidate in sorted(self.candidates, key=lambda c: (c.extent, c.lesion.label)):
            best.setdefault((candidate.reaches, candidate.against, candidate.mask), candidate)
        ranked = sorted(best.values(), key=lambda c: (-c.gain, c.extent, c.lesion.label))
        chosen: dict[str, _Candidate] = {}
        for number in range(len(self.lost)):
            able = [c for c in ranked if c.reaches[number] >= Reach.INCOMPLETE and c.lesion.kind != "midline"]
            for candidate in able[: _EACH if len(self.lost) < 10 else 2]:
                chosen[candidate.lesion.label] = candidate
        for candidate in ranked:
            if len(chosen) >= _POOL:
                break
            chosen.setdefault(candidate.lesion.label, candidate)
        return sorted(chosen.values(), key=lambda c: (-c.gain, c.extent, c.lesion.label))[:_POOL]

    def _combine(self, members: Sequence[_Candidate]) -> tuple[float, tuple[Reach, ...]] | None:
        """Points and reaches of several lesions, or nothing when one of them adds nothing."""
        mask = 0
        for member in members:
            mask |= member.mask
        reaches = tuple(
            max(best, self._reach(number, mask)) if best < Reach.INCOMPLETE else best
            for number, best in enumerate(max(rs) for rs in zip(*(m.reaches for m in members), strict=True))
        )
        for member in members:
            others = [o for o in members if o is not member]
            without = [max(rs) for rs in zip(*(o.reaches for o in others), strict=True)]
            if not any(reach >= Reach.INCOMPLETE > left for reach, left in zip(reaches, without, strict=True)):
                return None
        against = tuple(max(values) for values in zip(*(m.against for m in members), strict=True)) if self.tests else ()
        return self._points(reaches, against, len(members)), reaches

    # ---------------------------------------------------------------------------------------------------------- search

    def run(self, most: int) -> list[Hypothesis]:
        """The hypotheses in order; ranks count among everything that was weighed."""
        rows: list[_Row] = []
        for candidate in self._grouped():
            points = self._points(candidate.reaches, candidate.against, 1)
            rows.append((-points, 1, candidate.extent, candidate.lesion.label, (candidate,)))
        rows += self._several(rows)
        rows.sort(key=lambda row: row[:4])
        rows = self._kept(rows)
        kinds: list[Callable[[_Row], bool]] = [lambda row: row[1] == 1 and row[4][0].lesion.kind != "midline"]
        if self._on_both_sides():
            kinds += [lambda row: row[1] == 1 and row[4][0].lesion.kind == "midline", lambda row: row[1] > 1]
        wanted = set(range(min(most, len(rows))))
        wanted |= {next((n for n, row in enumerate(rows) if fits(row)), 0) for fits in kinds}
        return [self._hypothesis(rows[n][4], -rows[n][0], rows[n][2], n + 1) for n in sorted(wanted)]

    def _on_both_sides(self) -> bool:
        """Whether findings lie on both sides or in the midline, so that one and several lesions have to be weighed."""
        sides = {side for finding in self.lost if not finding.open_side for side in finding.sides}
        return len(sides) > 1 or "midline" in sides

    def _kept(self, scored: list[_Row]) -> list[_Row]:
        """Rows without those that differ from a better one only in the level from which the sac is taken."""
        seen: set[tuple[str, ...]] = set()
        rows = []
        for row in scored:
            if any(member.lesion.kind == "midline" for member in row[4]):
                others = tuple(sorted(member.lesion.label for member in row[4] if member.lesion.kind != "midline"))
                if others in seen:
                    continue
                seen.add(others)
            rows.append(row)
        return rows

    def _grouped(self) -> list[_Candidate]:
        """Candidates with those along the same fibres that do equally well folded into the first."""
        groups: dict[tuple[str, tuple[Reach, ...], tuple[Against, ...]], _Candidate] = {}
        rank = {"root": 0, "spinal nerve": 1, "ventral ramus": 2}
        for candidate in sorted(self.candidates, key=lambda c: (rank.get(c.lesion.kind, 3), c.lesion.label)):
            lesion = candidate.lesion
            if lesion.kind not in rank:
                groups[lesion.label, (), ()] = candidate
                continue
            known = groups.setdefault((lesion.family, candidate.reaches, candidate.against), candidate)
            if known is not candidate:
                known.same.append(lesion)
        return list(groups.values())

    def _several(self, singles: list[_Row]) -> list[_Row]:
        """Pairs and triples by trying them all; more lesions step by step, while findings are left over."""
        pool = self._pool()
        found: list[_Row] = []
        complete = any(all(members[0].reaches) for *_, members in singles)
        for count in (2, 3):
            rows = []
            for members in combinations(pool, count):
                if not _belong_together(members):
                    continue
                combined = self._combine(members)
                if combined is not None:
                    points, reaches = combined
                    extent = sum(member.extent for member in members)
                    rows.append(
                        (-points, count, extent, name_lesions([m.lesion for m in members]), members, all(reaches))
                    )
            rows.sort(key=lambda row: row[:4])
            found += [row[:5] for row in rows[:8]]
            complete = complete or any(row[5] for row in rows)
            if complete and count == 2:
                break
        if not complete and found:
            found += self._greedy(pool, min(found, key=lambda row: row[:4])[4])
        return found

    def _greedy(self, pool: list[_Candidate], start: tuple[_Candidate, ...]) -> list[_Row]:
        members = start
        best = self._combine(members)
        while best is not None and len(members) < _MOST_LESIONS:
            grown = []
            for candidate in pool:
                if candidate in members or not _belong_together((*members, candidate)):
                    continue
                combined = self._combine((*members, candidate))
                if combined is not None and combined[0] > best[0]:
                    grown.append((-combined[0], candidate.extent, candidate.lesion.label, candidate, combined))
            if not grown:
                break
            *_, added, best = min(grown, key=lambda row: row[:3])
            members = (*members, added)
        if members == start or best is None:
            return []
        label = name_lesions([m.lesion for m in members])
        return [(-best[0], len(members), sum(m.extent for m in members), label, members)]

    # ------------------------------------------------------------------------------------------------------ hypotheses

    def _hypothesis(self, members: tuple[_Candidate, ...], points: float, extent: int, rank: int) -> Hypothesis:
        lesions = tuple(sorted((m.lesion for m in members), key=lambda lesion: lesion.label))
        mask = self._mask(lesions)
        explanations = []
        for number, finding in enumerate(self.lost):
            reach = max(self._reach(number, mask), max(m.reaches[number] for m in members))
            fibres = tuple(
                fibre
                for function in finding.functions
                for arc in function.arcs
                for fibre in arc
                if mask & self._bits[id(fibre)]
            )
            explanations.append(
                Explanation(finding, reach, fibres if reach else (), self._reason(finding, reach, mask))
            )
        return Hypothesis(
            lesions,
            tuple(explanations),
            self._contradictions(members),
            points,
            extent,
            rank,
            tuple(members[0].same) if len(members) == 1 else (),
        )

    def _reason(self, finding: Finding, reach: Reach, mask: int) -> str:
        share, _ = self._shares(finding, mask)
        if finding.kind == "potential" and not reach and share < SMALL_SHARE:
            return "a sensory potential is lost only beyond the dorsal root ganglion"
        if reach == Reach.NONE:
            return "too small a part of its supply" if share > 0 else ""
        if reach == Reach.INCOMPLETE:
            return "as an incomplete lesion"
        if reach == Reach.PART:
            if finding.region and share < NOTICEABLE:
                return "only part of the region"
            if finding.kind == "organ":
                return "one side or some roots alone: usually mild or none"
            if finding.degree == COMPLETE:
                return "too severe for the part of its supply that is lost"
            return "only part of its supply is lost"
        return "partial loss, as part of its supply is lost" if share < WHOLE_SHARE else ""

    def _contradictions(self, members: tuple[_Candidate, ...]) -> tuple[Contradiction, ...]:
        found = []
        for member in members:
            for (finding, function), (against, why) in zip(
                self.tests, self._contradict(member.lesion, member.mask, member.reaches), strict=True
            ):
                if against:
                    found.append(Contradiction(finding, function, against, why))
        strongest: dict[str, Contradiction] = {}
        for contradiction in found:
            known = strongest.get(contradiction.function.key)
            if known is None or contradiction.against > known.against:
                strongest[contradiction.function.key] = contradiction
        return tuple(strongest.values())


def _belong_together(members: Sequence[_Candidate]) -> bool:
    """Whether lesions are worth naming together: a lesion of the sac already takes roots, and there is one sac."""
    kinds = [member.lesion.kind for member in members]
    midline = kinds.count("midline")
    return not midline or (midline == 1 and not {"root", "spinal nerve", "ventral ramus"} & set(kinds))


def reach_of(finding: Finding, share: float) -> Reach:
    """How far the loss of a share of its supply explains a finding of this kind and degree."""
    if finding.kind == "organ":
        return Reach.WHOLE if share >= 0.7 else Reach.PART if share >= SMALL_SHARE else Reach.NONE
    if finding.kind == "reflex":
        enough = 0.2 if finding.degree == MILD else 0.4
        return Reach.WHOLE if share >= enough else Reach.PART if share >= SMALL_SHARE else Reach.NONE
    if share >= WHOLE_SHARE:
        return Reach.INCOMPLETE if finding.degree in (MILD, MARKED) and finding.kind == "weakness" else Reach.WHOLE
    if share >= NOTICEABLE:
        return Reach.PART if finding.degree == COMPLETE else Reach.WHOLE
    if share >= SMALL_SHARE:
        return Reach.NONE if finding.kind == "weakness" and finding.degree in (COMPLETE, MARKED) else Reach.PART
    return Reach.NONE


def rebind(hypotheses: Sequence[Hypothesis], findings: Mapping[int, Finding]) -> list[Hypothesis]:
    """The same hypotheses about other findings of the same functions; ``findings`` maps the id of each old one to the new."""
    return [
        replace(
            hypothesis,
            explanations=tuple(replace(e, finding=findings[id(e.finding)]) for e in hypothesis.explanations),
            contradictions=tuple(replace(c, finding=findings[id(c.finding)]) for c in hypothesis.contradictions),
        )
        for hypothesis in hypotheses
    ]


def make_lesions(wiring: Wiring) -> Lesions:
    """The lesions of a wiring, ready to be searched again and again."""
    return Lesions(wiring)
