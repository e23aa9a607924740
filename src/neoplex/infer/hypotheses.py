"""Rival explanations of a case, each weighed on what the case reports: for, against, neutral, missing.

Comes in: hypotheses as data (``data/hypotheses``), a case, the conduit network. Goes out: one assessment for each
hypothesis, none left out, in order of verdict. What authors concluded is no evidence here; it is set beside the answer, and
a difference is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from neoplex.base.errors import Fault, FaultsFound
from neoplex.base.names import NX
from neoplex.infer.route_evidence import ABSENT, PRESENT, UNKNOWN, Seen, Witness
from neoplex.infer.route_facts import AuthorView, Case, Desk
from neoplex.infer.route_network import Network
from neoplex.infer.route_patterns import Pattern, read_pattern
from neoplex.model.lexicon import Lexicon
from neoplex.read.yamlfile import Node, read_yaml

FORMAT = "neoplex-hypothesis/1"
DISCRIMINATORS = "neoplex-discriminators/1"
POINTS = {"weakly": 1, "moderately": 2, "strongly": 3}
VERDICTS = ("favoured", "possible", "unlikely", "not supported")
"""From the best to the worst; unlikely is not excluded."""
MARGIN = 3
"""How many more points must speak for a hypothesis than against it before it is favoured."""
PIECES = 2
"""How many things must speak for a hypothesis before it is favoured."""
ASSUMPTION = "model assumption"


@dataclass(frozen=True)
class Weight:
    """Which way a piece of evidence points, and how strongly; an empty direction says nothing."""

    direction: str = ""
    strength: str = ""

    @property
    def points(self) -> int:
        """1, 2 or 3; 0 for nothing."""
        return POINTS.get(self.strength, 0) if self.direction else 0


@dataclass(frozen=True)
class Evidence:
    """One thing to look for, what it says when there and when denied, and what to ask for when nothing is reported."""

    id: str
    label: str
    pattern: Pattern
    present: Weight
    absent: Weight
    ask: str
    says: str
    source: str
    at: str
    from_file: str = ""


@dataclass(frozen=True)
class Requirement:
    """What a hypothesis cannot do without."""

    id: str
    label: str
    pattern: Pattern


@dataclass(frozen=True)
class Hypothesis:
    """One explanation as data."""

    id: str
    label: str
    mechanism: str
    note: str
    concludes: tuple[str, ...]
    concludes_only_at: tuple[str, ...]
    requires: tuple[Requirement, ...]
    evidence: tuple[Evidence, ...]

    @property
    def iri(self) -> str:
        """The IRI that assessments give as ``nx:byRule``."""
        return f"{NX}hypothesis/{self.id}"

    def evidence_iri(self, evidence_id: str) -> str:
        """The IRI of one of its pieces of evidence or requirements."""
        return f"{self.iri}/{evidence_id}"


@dataclass(frozen=True)
class Weighed:
    """A piece of evidence with what the case shows of it and what that says."""

    evidence: Evidence
    seen: Seen
    weight: Weight

    @property
    def group(self) -> str:
        """for, against, neutral (reported, but it says nothing either way) or missing."""
        if self.weight.direction:
            return self.weight.direction
        return "missing" if self.seen.state == UNKNOWN else "neutral"


@dataclass(frozen=True)
class Checked:
    """A requirement with what the case shows of it: ``met``, ``denied`` or ``open``."""

    requirement: Requirement
    seen: Seen

    @property
    def state(self) -> str:
        """met, denied or open."""
        return {PRESENT: "met", ABSENT: "denied", UNKNOWN: "open"}[self.seen.state]


@dataclass(frozen=True)
class Assessment:
    """A hypothesis weighed on a case."""

    hypothesis: Hypothesis
    verdict: str
    why: str
    weighed: tuple[Weighed, ...]
    checked: tuple[Checked, ...]

    def of(self, group: str) -> tuple[Weighed, ...]:
        """The evidence of one group, strongest first."""
        return tuple(
            sorted((w for w in self.weighed if w.group == group), key=lambda w: (-w.weight.points, w.evidence.id))
        )

    @property
    def points_for(self) -> int:
        """Points for it."""
        return sum(w.weight.points for w in self.of("for"))

    @property
    def points_against(self) -> int:
        """Points against it."""
        return sum(w.weight.points for w in self.of("against"))

    @property
    def tally(self) -> str:
        """What speaks for and against in words: ``2 strong, 1 weak for; nothing against``."""
        return f"{_count(self.of('for'))} for, {_count(self.of('against'))} against"

    @property
    def asks(self) -> tuple[str, ...]:
        """What would decide: for evidence that is missing, the examination that would bring it."""
        open_requirements = [f"whether there is {c.requirement.label}" for c in self.checked if c.state == "open"]
        asked = [w.evidence.ask for w in self.of("missing") if w.evidence.ask]
        return tuple(dict.fromkeys((*asked, *open_requirements)))


@dataclass(frozen=True)
class Compared:
    """What a source concluded beside what neoplex ranks; ``agrees`` is yes, no or in degree."""

    view: AuthorView
    assessment: Assessment | None
    agrees: str
    says: str


@dataclass(frozen=True)
class Ranking:
    """All hypotheses on one case in order, and the authors' views beside them."""

    case: str
    assessments: tuple[Assessment, ...]
    compared: tuple[Compared, ...]

    @property
    def favoured(self) -> tuple[Assessment, ...]:
        """The favoured ones; more than one when they do not exclude each other."""
        return tuple(a for a in self.assessments if a.verdict == "favoured")

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        if self.favoured:
            return f"favoured: {', then '.join(a.hypothesis.label for a in self.favoured)}"
        possible = [a.hypothesis.label for a in self.assessments if a.verdict == "possible"]
        if possible:
            return f"not enough is reported to favour one; possible: {', '.join(possible)}"
        return "not enough is reported to favour one, and nothing speaks for any"

    def of(self, hypothesis: str) -> Assessment:
        """The assessment of a hypothesis by its id."""
        return next(a for a in self.assessments if a.hypothesis.id == hypothesis)


# ----------------------------------------------------------------------------------------------------------- reading


def read_hypotheses(folder: Path, criteria: Path, lexicon: Lexicon) -> tuple[Hypothesis, ...]:
    """Every hypothesis of a folder by id; raises FaultsFound with all faults of all files.

    ``criteria`` is the folder in which ``discriminators`` are looked up.
    """
    faults: list[Fault] = []
    found: dict[str, Hypothesis] = {}
    for path in sorted(folder.glob("*.yaml")):
        top, wrong = read_yaml(path)
        faults += wrong
        if top is None or _text(top, "format") != FORMAT:
            continue
        hypothesis = _hypothesis(top, criteria, Desk(lexicon, faults))
        if hypothesis.id in found:
            faults.append(Fault(str(path), top.line, top.column, "id", hypothesis.id, "an id that no other file has"))
        found[hypothesis.id] = hypothesis
    if faults:
        raise FaultsFound(faults)
    return tuple(found[identifier] for identifier in sorted(found))


def _hypothesis(top: Node, criteria: Path, desk: Desk) -> Hypothesis:
    for key in ("id", "label", "mechanism", "evidence"):
        if top.get(key) is None:
            desk.faults.append(Fault(top.file, top.line, top.column, key, "nothing", "a value"))
    evidence = [_evidence(item, desk) for item in desk.entries(top, "evidence")]
    taken = top.get("discriminators")
    if taken is not None:
        evidence += _discriminators(taken, criteria, desk)
    known: set[str] = set()
    for one in evidence:
        if one.id in known:
            desk.faults.append(Fault(top.file, top.line, top.column, "evidence", one.id, "an id used once"))
        known.add(one.id)
    return Hypothesis(
        _text(top, "id"),
        _text(top, "label"),
        _text(top, "mechanism"),
        _text(top, "note"),
        desk.terms(top, "concludes"),
        desk.terms(top, "concludes-only-at"),
        tuple(
            Requirement("needs-" + _text(item, "id"), _text(item, "label"), _pattern(item, desk))
            for item in desk.entries(top, "requires")
        ),
        tuple(evidence),
    )


def _pattern(item: Node, desk: Desk) -> Pattern:
    observation = item.get("observation")
    if observation is None:
        desk.faults.append(Fault(item.file, item.line, item.column, "observation", "nothing", "a pattern"))
        return Pattern("any-of")
    return read_pattern(observation, desk)


def _evidence(item: Node, desk: Desk) -> Evidence:
    if not _text(item, "source"):
        desk.faults.append(
            Fault(item.file, item.line, item.column, "source", "nothing", f"a source, or {ASSUMPTION!r}")
        )
    return Evidence(
        _text(item, "id"),
        _text(item, "label"),
        _pattern(item, desk),
        _weight(item, "present", desk),
        _weight(item, "absent", desk),
        _text(item, "ask"),
        _text(item, "says"),
        _text(item, "source"),
        _text(item, "at"),
    )


def _weight(item: Node, key: str, desk: Desk) -> Weight:
    node = item.get(key)
    if node is None:
        return Weight()
    for direction in ("for", "against"):
        if node.get(direction) is not None:
            return Weight(direction, desk.word(node, direction, tuple(POINTS)))
    desk.faults.append(Fault(node.file, node.line, node.column, key, "neither", "`for` or `against` with a strength"))
    return Weight()


def _discriminators(node: Node, criteria: Path, desk: Desk) -> list[Evidence]:
    """The entries of a discriminators file, turned so that they speak for or against one of the two explanations."""
    top, wrong = read_yaml(criteria / _text(node, "file"))
    desk.faults += wrong
    if top is None:
        return []
    mine = desk.term(node, "hypothesis")

    def weight(entry: Node, favours: Node | None, strength: Node | None) -> Weight:
        if favours is None or strength is None:
            return Weight()
        direction = "for" if desk.lexicon.find_class(str(favours.content)) == mine else "against"
        return Weight(direction, desk.word(entry, "strength", tuple(POINTS)))

    found = []
    for entry in desk.entries(top, "discriminators"):
        observation = entry.get("observation")
        absent = entry.get("if-absent")
        inverse = absent if absent is not None and absent.mapping else None
        figures = desk.entries(entry, "figures")
        source = _text(entry, "source") or (_text(figures[0], "source") if figures else "")
        found.append(
            Evidence(
                _text(entry, "id"),
                _text(entry, "label"),
                read_pattern(observation, desk) if observation is not None else Pattern("any-of"),
                weight(entry, entry.get("favours"), entry.get("strength")),
                weight(inverse, inverse.get("favours"), inverse.get("strength")) if inverse is not None else Weight(),
                _text(entry, "label"),
                _text(entry, "says"),
                source or ASSUMPTION,
                _text(entry, "at") or (_text(figures[0], "at") if figures else ""),
                Path(top.file).name,
            )
        )
    return found


def _text(node: Node, key: str) -> str:
    found = node.get(key)
    return " ".join(str(found.content).split()) if found is not None else ""


# ---------------------------------------------------------------------------------------------------------- assessing


def assess(hypothesis: Hypothesis, witness: Witness) -> Assessment:
    """One hypothesis weighed on a case."""
    weighed = []
    for evidence in hypothesis.evidence:
        seen = witness.look(evidence.pattern)
        weight = {PRESENT: evidence.present, ABSENT: evidence.absent, UNKNOWN: Weight()}[seen.state]
        if seen.plausible_only and weight.direction:
            # What rests on anatomical plausibility alone is a model assumption and never counts for more.
            weight = Weight(weight.direction, "weakly")
        weighed.append(Weighed(evidence, seen, weight))
    checked = tuple(Checked(need, witness.look(need.pattern)) for need in hypothesis.requires)
    draft = Assessment(hypothesis, "", "", tuple(weighed), checked)
    verdict, why = _verdict(draft)
    return Assessment(hypothesis, verdict, why, tuple(weighed), checked)


def _verdict(draft: Assessment) -> tuple[str, str]:
    """The verdict by the rules that ``data/hypotheses/README.md`` states, with the reason in words."""
    pro, contra = draft.points_for, draft.points_against
    denied = [(c.requirement.label, c.seen.says) for c in draft.checked if c.state == "denied"]
    unmet = [c.requirement.label for c in draft.checked if c.state == "open"]
    if denied:
        label, says = denied[0]
        return "not supported", f"it needs {label}; the case denies that" + (f" ({says})" if says else "")
    if not pro and contra < 2:
        return "not supported", "nothing reported speaks for it" + (f"; it would need {unmet[0]}" if unmet else "")
    if unmet and pro < 2 and contra <= pro:
        return "not supported", f"little speaks for it, and {unmet[0]}, which it needs, is not reported"
    if contra > pro:
        return "unlikely", "more speaks against it than for it; not excluded"
    pieces = len(draft.of("for"))
    if pro - contra >= MARGIN and not unmet and pieces >= PIECES:
        return "favoured", "what it needs is reported, and clearly more speaks for it than against it"
    if pro - contra >= MARGIN and not unmet:
        return "possible", "one thing speaks for it, and one thing alone favours nothing"
    if unmet:
        return "possible", f"it needs {unmet[0]}, which is not reported"
    return "possible", "what speaks for it does not clearly outweigh what speaks against it"


def rank(hypotheses: Iterable[Hypothesis], case: Case, network: Network) -> Ranking:
    """All hypotheses on a case: by verdict, then those whose requirements are met, then by margin, then by id."""
    witness = Witness(case, network)
    found = [assess(hypothesis, witness) for hypothesis in hypotheses]

    def key(one: Assessment) -> tuple[int, int, int, str]:
        unmet = sum(c.state != "met" for c in one.checked)
        return (VERDICTS.index(one.verdict), unmet, one.points_against - one.points_for, one.hypothesis.id)

    ordered = tuple(sorted(found, key=key))
    return Ranking(case.iri, ordered, compare(ordered, case))


def compare(assessments: Sequence[Assessment], case: Case) -> tuple[Compared, ...]:
    """What the source concluded beside the assessments; opinions on other matters are left out."""
    found = []
    for view in case.views:
        for one in assessments:
            if _is_about(view, one.hypothesis, case):
                agrees = _agreement(view.verdict, one.verdict)
                found.append(Compared(view, one, agrees, _difference(view, one, agrees)))
                break
    return tuple(found)


def _is_about(view: AuthorView, hypothesis: Hypothesis, case: Case) -> bool:
    if not case.is_a(view.kind, hypothesis.concludes):
        return False
    if view.kind == NX + "DirectExtension":
        # A mass that grows into roots and an organ that grows into its neighbour bear one name.
        at_root = any("root" in end for step in view.steps for end in step.end)
        return at_root == bool(hypothesis.concludes_only_at)
    return True


_STANDS = {
    "favoured": 3,
    "proposed": 3,
    "considered": 2,
    "possible": 2,
    "unlikely": 1,
    "not supported": 0,
}


def _agreement(theirs: str, ours: str) -> str:
    """yes for the same standing, in degree for one step apart on the same side, else no."""
    if theirs in ("rejected", "heldThenAbandoned"):
        return "yes" if ours in ("unlikely", "not supported") else "no"
    a, b = _STANDS.get(theirs, 2), _STANDS[ours]
    if a == b:
        return "yes"
    return "in degree" if abs(a - b) == 1 else "no"


def _difference(view: AuthorView, one: Assessment, agrees: str) -> str:
    who = {"authors": "the authors", "treatingTeam": "the treating doctors"}.get(view.by, view.by or "others")
    words = {
        "heldThenAbandoned": "held it for a time and gave it up",
        "considered": "consider it",
        "proposed": "propose it",
    }
    theirs = words.get(view.verdict, f"call it {view.verdict}")
    if agrees == "yes":
        return f"{who} {theirs}; neoplex agrees ({one.verdict})"
    if agrees == "in degree":
        return f"{who} {theirs}; neoplex says {one.verdict}: they differ in degree"
    return f"{who} {theirs}; neoplex says {one.verdict}: they differ"


def _count(items: Sequence[Weighed]) -> str:
    words = []
    for strength, short in (("strongly", "strong"), ("moderately", "moderate"), ("weakly", "weak")):
        number = sum(item.weight.strength == strength for item in items)
        if number:
            words.append(f"{number} {short}")
    return ", ".join(words) or "nothing"
