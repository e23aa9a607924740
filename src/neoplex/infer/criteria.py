"""Criteria sets tried on a case: a verdict for each item and side, the total by Kleene's logic, and what would settle it.

Comes in: sets, the facts of a case and a :class:`Matcher`. Goes out: frozen states that hold the facts they rest on. Silence
leaves a verdict open; beside each stands a closed-world one that takes silence for absence, but no hint and no
contradiction. An assumption is a fact like any other here; who adds one must say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from neoplex.infer.criteriafacts import BOTH, OPEN, CaseFact
from neoplex.infer.criteriamatch import MIDLINE, NO_SIDE, Atom, Fit, Matcher, atoms_of
from neoplex.read.criteria import CriteriaSet, Item, Leaf, Pattern, leaves_of

MET, NOT_MET, UNDETERMINED = "met", "not met", "undetermined"
_RANK = {NOT_MET: 0, UNDETERMINED: 1, MET: 2}
_NAMES = {rank: name for name, rank in _RANK.items()}
_MOST_OPEN_SIDES = 5
WHOLE = ""
"""The side of a set for which sides do not matter."""

Need = tuple[tuple[object, ...], bool]
"""A leaf by its content, and whether it has to be found present (True) or absent (False)."""


def all_of(verdicts: Iterable[str]) -> str:
    """Kleene's and: not met if one is not met, met if all are.

    >>> all_of(["met", "undetermined"]), all_of(["undetermined", "not met"]), all_of([])
    ('undetermined', 'not met', 'met')
    """
    return _NAMES[min((_RANK[verdict] for verdict in verdicts), default=2)]


def any_of(verdicts: Iterable[str]) -> str:
    """Kleene's or: met if one is met, not met if all are not.

    >>> any_of(["met", "undetermined"]), any_of(["undetermined", "not met"]), any_of([])
    ('met', 'undetermined', 'not met')
    """
    return _NAMES[max((_RANK[verdict] for verdict in verdicts), default=0)]


def negate(verdict: str) -> str:
    """Kleene's not."""
    return _NAMES[2 - _RANK[verdict]]


def at_least(number: int, verdicts: Sequence[str]) -> str:
    """Met if so many are met, not met if too few can be.

    >>> at_least(2, ["met", "undetermined", "not met"]), at_least(2, ["met", "not met", "not met"]), at_least(0, [])
    ('undetermined', 'not met', 'met')
    """
    if verdicts.count(MET) >= number:
        return MET
    return UNDETERMINED if len(verdicts) - verdicts.count(NOT_MET) >= number else NOT_MET


# ------------------------------------------------------------------------------------------------------------ what comes out


@dataclass(frozen=True)
class Hint:
    """A fact that comes near a leaf, with the reasons why it does not decide."""

    fact: CaseFact
    leaf: Leaf
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Clash:
    """A fact that would meet a leaf and one that says it is not so."""

    fact: CaseFact
    absent: CaseFact
    leaf: Leaf


@dataclass(frozen=True)
class LeafState:
    """What a case says of one leaf on one side."""

    leaf: Leaf
    verdict: str = UNDETERMINED
    support: tuple[CaseFact, ...] = ()
    denials: tuple[CaseFact, ...] = ()
    hints: tuple[Hint, ...] = ()
    clashes: tuple[Clash, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether nothing in the case comes near it."""
        return not (self.support or self.denials or self.hints or self.clashes)

    @property
    def can_settle(self) -> bool:
        """Whether one more finding would settle it; a contradiction is not settled so."""
        return self.leaf.decides and self.verdict == UNDETERMINED and not self.clashes


@dataclass(frozen=True)
class ItemState:
    """The verdict on one item on one side; ``assumed`` when a user set it."""

    item: Item
    side: str
    verdict: str
    closed: str
    leaves: tuple[LeafState, ...]
    assumed: bool = False

    @property
    def premises(self) -> tuple[CaseFact, ...]:
        """The facts that decide it."""
        if self.verdict == UNDETERMINED:
            return ()
        states = [state for state in self.leaves if state.leaf.decides and state.verdict == self.verdict]
        facts = {fact.iri: fact for s in states for fact in (s.support if self.verdict == MET else s.denials)}
        return tuple(facts[iri] for iri in sorted(facts))

    @property
    def bearing(self) -> tuple[CaseFact, ...]:
        """The facts that settle a part of it without deciding it."""
        if self.verdict != UNDETERMINED:
            return ()
        facts = {fact.iri: fact for s in self.leaves for fact in (*s.support, *s.denials)}
        known = {hint.fact.iri for hint in self.hints} | {f.iri for c in self.clashes for f in (c.fact, c.absent)}
        return tuple(facts[iri] for iri in sorted(facts.keys() - known))

    @property
    def hints(self) -> tuple[Hint, ...]:
        """Facts that come near, one entry for each fact: the one with the fewest reasons."""
        best: dict[str, Hint] = {}
        decided = {fact.iri for fact in self.premises}
        for hint in (hint for state in self.leaves for hint in state.hints):
            iri = hint.fact.iri
            if iri not in decided and (iri not in best or len(hint.reasons) < len(best[iri].reasons)):
                best[iri] = hint
        return tuple(best[iri] for iri in sorted(best))

    @property
    def clashes(self) -> tuple[Clash, ...]:
        """Pairs of facts that contradict each other here."""
        found = {(clash.fact.iri, clash.absent.iri): clash for state in self.leaves for clash in state.clashes}
        return tuple(found[key] for key in sorted(found))

    @property
    def otherwise(self) -> tuple[CaseFact, ...]:
        """Facts that deny an item which another fact meets, at another time or by another method."""
        if self.verdict != MET:
            return ()
        facts = {f.iri: f for s in self.leaves if s.verdict == MET for f in s.denials}
        return tuple(facts[iri] for iri in sorted(facts))

    @property
    def missing(self) -> tuple[Leaf, ...]:
        """The leaves whose answer is missing."""
        return tuple(s.leaf for s in self.leaves if s.can_settle) if self.verdict == UNDETERMINED else ()

    @property
    def is_silent(self) -> bool:
        """Whether the case says nothing that bears on it."""
        return not self.assumed and all(state.is_silent for state in self.leaves)


@dataclass(frozen=True)
class SideState:
    """A set tried on one side."""

    set: CriteriaSet
    side: str
    items: tuple[ItemState, ...]
    verdict: str
    closed: str

    @property
    def is_silent(self) -> bool:
        """Whether the case says nothing that bears on the set."""
        return all(item.is_silent for item in self.items)

    def settled_by(self, verdict: str) -> tuple[frozenset[Need], ...]:
        """The minimal sets of findings that would make it met or not met, smallest first; none when none can."""
        return settle(self, verdict == MET)


@dataclass(frozen=True)
class SetState:
    """A set tried on a case: each side, and whether it is met on any.

    ``side_open`` says that it is met whichever side an unsided finding has, though nobody knows on which; ``stated`` holds
    facts that name the diagnosis itself, which are no evidence.
    """

    set: CriteriaSet
    sides: tuple[SideState, ...]
    verdict: str
    closed: str
    side_open: bool = False
    stated: tuple[CaseFact, ...] = ()

    @property
    def met_on(self) -> tuple[str, ...]:
        """The sides on which it is met."""
        return tuple(state.side for state in self.sides if state.verdict == MET)

    @property
    def is_silent(self) -> bool:
        """Whether the case says nothing that bears on the set."""
        return all(state.is_silent for state in self.sides) and not self.stated


# ------------------------------------------------------------------------------------------------------------------- trying


@dataclass(frozen=True)
class _Evidence:
    """What the facts of a case say of each leaf, before sides are compared."""

    fits: dict[str, list[tuple[CaseFact, Fit]]]
    denials: dict[str, list[tuple[CaseFact, Atom, frozenset[str]]]]
    facts: tuple[CaseFact, ...]
    absent: tuple[CaseFact, ...]


class Assessor:
    """Tries sets on cases; what the ontology decides is worked out once for all of them."""

    def __init__(self, sets: Sequence[CriteriaSet], matcher: Matcher) -> None:
        self.sets = tuple(sets)
        self.matcher = matcher
        self._silent: dict[str, SetState] = {}
        self._of_set = {leaf.iri: one.id for one in sets for item in one.items for leaf in leaves_of(item.pattern)}

    def assess(
        self, facts: Sequence[CaseFact], *, assumed: Mapping[str, str] | None = None, only: frozenset[str] | None = None
    ) -> tuple[SetState, ...]:
        """The state of every set; ``assumed`` maps item IRIs to verdicts taken for granted, ``only`` names sets by id."""
        evidence, touched = self._gather(facts)
        states = []
        for one in self.sets:
            if only is not None and one.id not in only:
                continue
            if one.id not in touched and not assumed and not self._stated(one, facts):
                if one.id not in self._silent:
                    self._silent[one.id] = self._try(one, evidence, {})
                states.append(self._silent[one.id])
            else:
                states.append(self._try(one, evidence, assumed or {}))
        return tuple(states)

    def _gather(self, facts: Sequence[CaseFact]) -> tuple[_Evidence, set[str]]:
        fits: dict[str, list[tuple[CaseFact, Fit]]] = {}
        denials: dict[str, list[tuple[CaseFact, Atom, frozenset[str]]]] = {}
        touched: set[str] = set()
        for fact in facts:
            if fact.present:
                for leaf, found in self.matcher.fits(fact.look):
                    touched.add(self._of_set[leaf.iri])
                    fits.setdefault(leaf.iri, []).extend((fact, fit) for fit in found)
            elif not fact.after_treatment:
                for leaf, denied in self.matcher.denials(fact.look):
                    touched.add(self._of_set[leaf.iri])
                    denials.setdefault(leaf.iri, []).extend((fact, d.atom, d.sides) for d in denied)
        absent = tuple(fact for fact in facts if not fact.present)
        return _Evidence(fits, denials, tuple(facts), absent), touched

    def _try(self, one: CriteriaSet, evidence: _Evidence, assumed: Mapping[str, str]) -> SetState:
        sides = tuple(self._side(one, side, evidence, assumed, {}) for side in (BOTH if one.by_side else (WHOLE,)))
        verdict = any_of(side.verdict for side in sides)
        side_open = verdict == UNDETERMINED and one.by_side and self._met_either_way(one, evidence, assumed)
        closed = any_of(side.closed for side in sides)
        return SetState(
            one,
            sides,
            MET if side_open else verdict,
            MET if side_open else closed,
            side_open,
            self._stated(one, evidence.facts),
        )

    def _stated(self, one: CriteriaSet, facts: Iterable[CaseFact]) -> tuple[CaseFact, ...]:
        kinds = self.matcher.ground.kinds
        return tuple(
            f for f in facts if f.look.section in ("condition", "conclusion") and one.syndrome in kinds(f.look.kind)
        )

    def _met_either_way(self, one: CriteriaSet, evidence: _Evidence, assumed: Mapping[str, str]) -> bool:
        """Whether the set is met on some side for every way in which facts without a side may lie."""
        unsided = sorted(
            {
                fact.iri
                for item in one.items
                for leaf in leaves_of(item.pattern)
                if leaf.same_side and leaf.decides
                for fact, fit in evidence.fits.get(leaf.iri, ())
                if fit.side == OPEN and not fit.reasons
            }
        )
        if not unsided or len(unsided) > _MOST_OPEN_SIDES:
            return False

        def met(sides_of: Mapping[str, frozenset[str]]) -> bool:
            return any(self._side(one, side, evidence, assumed, sides_of).verdict == MET for side in BOTH)

        options = (frozenset(("left",)), frozenset(("right",)), frozenset(BOTH))
        return all(met(dict(zip(unsided, choice, strict=True))) for choice in product(options, repeat=len(unsided)))

    def _side(
        self,
        one: CriteriaSet,
        side: str,
        evidence: _Evidence,
        assumed: Mapping[str, str],
        sides_of: Mapping[str, frozenset[str]],
    ) -> SideState:
        items = tuple(self._item(item, side, evidence, assumed.get(item.iri, ""), sides_of) for item in one.items)
        return SideState(
            one,
            side,
            items,
            total(one, [state.verdict for state in items]),
            total(one, [state.closed for state in items]),
        )

    def _item(
        self, item: Item, side: str, evidence: _Evidence, assumed: str, sides_of: Mapping[str, frozenset[str]]
    ) -> ItemState:
        states = {leaf.iri: self._leaf(leaf, side, evidence, sides_of) for leaf in leaves_of(item.pattern)}
        verdict, closed = _values(item.pattern, states)
        if assumed:
            verdict = closed = assumed
        return ItemState(
            item, side, verdict or UNDETERMINED, closed or UNDETERMINED, tuple(states.values()), bool(assumed)
        )

    def _leaf(self, leaf: Leaf, side: str, evidence: _Evidence, sides_of: Mapping[str, frozenset[str]]) -> LeafState:
        support: dict[str, CaseFact] = {}
        hints: dict[str, Hint] = {}
        clashes: list[Clash] = []
        for fact, fit in evidence.fits.get(leaf.iri, ()):
            reasons = fit.reasons
            if leaf.same_side and side != WHOLE:
                there = sides_of.get(fact.iri, frozenset((fit.side,))) if fit.side == OPEN else frozenset((fit.side,))
                if side not in there:
                    if there.intersection(BOTH):
                        continue
                    reasons = (*reasons, MIDLINE if "midline" in there else NO_SIDE)
            if reasons:
                known = hints.get(fact.iri)
                if known is None or len(reasons) < len(known.reasons):
                    hints[fact.iri] = Hint(fact, leaf, reasons)
                continue
            against = [a for a in evidence.absent if self.matcher.contradict(fact, fit, a)]
            if against:
                clashes += [Clash(fact, absent, leaf) for absent in against]
            else:
                support[fact.iri] = fact
        denials = self._denied(leaf, side, evidence)
        verdict = UNDETERMINED
        if leaf.decides:
            verdict = MET if support else UNDETERMINED if clashes else NOT_MET if denials else UNDETERMINED
        return LeafState(
            leaf,
            verdict,
            tuple(support[iri] for iri in sorted(support)),
            denials,
            tuple(hints[iri] for iri in sorted(hints)),
            tuple(clashes) if not support else (),
        )

    def _denied(self, leaf: Leaf, side: str, evidence: _Evidence) -> tuple[CaseFact, ...]:
        """The absent facts that together deny every kind at every site of a leaf; none when something stays open."""
        entries = evidence.denials.get(leaf.iri, ())
        if not entries:
            return ()
        needed = {side} if leaf.same_side and side != WHOLE else set(BOTH)
        used: dict[str, CaseFact] = {}
        for atom in atoms_of(leaf):
            open_sides = set(needed)
            for fact, denied, sides in entries:
                if denied == atom and open_sides & sides:
                    open_sides -= sides
                    used[fact.iri] = fact
            if open_sides:
                return ()
        return tuple(used[iri] for iri in sorted(used))


def _values(pattern: Pattern, states: Mapping[str, LeafState]) -> tuple[str, str]:
    """The open-world and the closed-world value of a pattern; empty where none of its leaves has one.

    For the closed world silence is absence; a hint and a contradiction are no silence. What is settled stays so.
    """
    if isinstance(pattern, Leaf):
        state = states[pattern.iri]
        if not pattern.decides:
            return "", UNDETERMINED if state.hints else ""
        silent = state.verdict == UNDETERMINED and not state.hints and not state.clashes
        return state.verdict, NOT_MET if silent else state.verdict
    join = any_of if pattern.how == "any-of" else all_of
    parts = [_values(part, states) for part in pattern.parts]
    opened, closed = ([value for value in values if value] for values in zip(*parts, strict=True))
    verdict = join(opened) if opened else ""
    return verdict, verdict if verdict in (MET, NOT_MET) else join(closed) if closed else ""


def total(one: CriteriaSet, verdicts: Sequence[str]) -> str:
    """The verdict on a set from those on its items, in their order."""
    by_role: dict[str, list[str]] = {"required": [], "option": [], "exclusion": []}
    for item, verdict in zip(one.items, verdicts, strict=True):
        by_role[item.role].append(verdict)
    return all_of(
        [
            all_of(by_role["required"]),
            at_least(one.least, by_role["option"]),
            *(negate(verdict) for verdict in by_role["exclusion"]),
        ]
    )


# ------------------------------------------------------------------------------------------------------- what would settle it


def settle(state: SideState, wanted: bool) -> tuple[frozenset[Need], ...]:
    """The minimal sets of findings that would make a set met (or not met), smallest first.

    Exact; each need is given by its leaf's content.
    """
    required, options, excluded = (
        [item for item in state.items if item.item.role == role] for role in ("required", "option", "exclusion")
    )
    if wanted:
        parts = [_item_needs(item, True) for item in required]
        parts += [_item_needs(item, False) for item in excluded]
        parts.append(_some(state.set.least, [_item_needs(item, True) for item in options]))
        found = _every(parts)
    else:
        too_few = len(options) - state.set.least + 1
        found = [need for item in required for need in _item_needs(item, False)]
        found += [need for item in excluded for need in _item_needs(item, True)]
        if state.set.least:
            found += _some(too_few, [_item_needs(item, False) for item in options])
    return tuple(sorted(_minimal(found), key=lambda needs: (len(needs), sorted(map(repr, needs)))))


Needs = list[frozenset[Need]]


def _item_needs(state: ItemState, wanted: bool) -> Needs:
    if state.verdict != UNDETERMINED:
        return [frozenset()] if (state.verdict == MET) == wanted else []
    leaves = {leaf_state.leaf.iri: leaf_state for leaf_state in state.leaves}
    return _minimal(_pattern_needs(state.item.pattern, leaves, wanted))


def _pattern_needs(pattern: Pattern, states: Mapping[str, LeafState], wanted: bool) -> Needs:
    if isinstance(pattern, Leaf):
        state = states[pattern.iri]
        if state.verdict != UNDETERMINED:
            return [frozenset()] if (state.verdict == MET) == wanted else []
        return [frozenset({(pattern.content, wanted)})] if state.can_settle else []
    parts = [
        _pattern_needs(part, states, wanted) for part in pattern.parts if any(leaf.decides for leaf in leaves_of(part))
    ]
    return [need for part in parts for need in part] if (pattern.how == "any-of") == wanted else _every(parts)


def _every(parts: Sequence[Needs]) -> Needs:
    """All ways to fulfil every part; ways that need a finding both present and absent are none."""
    ways: Needs = [frozenset()]
    for part in parts:
        joined = {way | more for way in ways for more in part}
        ways = _minimal(way for way in joined if not any((content, not said) in way for content, said in way))
    return ways


def _some(number: int, parts: Sequence[Needs]) -> Needs:
    """All ways to fulfil so many of the parts."""
    return [way for chosen in combinations(parts, max(number, 0)) for way in _every(chosen)]


def _minimal(ways: Iterable[frozenset[Need]]) -> Needs:
    kept: Needs = []
    for way in sorted(set(ways), key=len):
        if not any(smaller <= way for smaller in kept):
            kept.append(way)
    return kept


def leaf_by_content(one: CriteriaSet) -> dict[tuple[object, ...], Leaf]:
    """The first leaf of a set that asks for something, by what it asks for."""
    found: dict[tuple[object, ...], Leaf] = {}
    for item in one.items:
        for leaf in leaves_of(item.pattern):
            if leaf.decides:
                found.setdefault(leaf.content, leaf)
    return found
