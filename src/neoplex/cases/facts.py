"""Facts of a case or cohort: every entry of its sections as a checked :class:`Fact`.

Comes in: the scope of a case. Goes out: facts in the order of the file; faults stand on the desk.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from neoplex.base.errors import did_you_mean
from neoplex.base.names import NX, slug, source_iri
from neoplex.cases.scope import SECTIONS, Scope
from neoplex.cases.values import Cursor, Desk
from neoplex.model.lexicon import NotInLexicon, Scale, Site
from neoplex.model.locator import Locator
from neoplex.model.publication import (
    Argument,
    Conclusion,
    Course,
    Dose,
    Fact,
    Lapse,
    Measure,
    Step,
    Timing,
    TypedNode,
)

SECTION_ROOTS: dict[str, tuple[str, ...]] = {
    "conditions": ("Condition",),
    "findings": ("Finding",),
    "investigations": ("Investigation",),
    "treatments": ("Treatment", "Device"),
    "outcomes": ("Outcome",),
    "events": ("Event",),
    "conclusions": (),
    "interpretations": (),
}
"""Section to the classes that its kinds stand below; none means any."""

_FACT_KEYS = (
    "kind", "site", "status", "value", "when", "method", "of", "qualifiers", "radiates-to", "provoked-by", "relieved-by",
    "certainty", "basis", "says", "case",
)  # fmt: skip
DERIVABLE: dict[str, tuple[str, ...]] = {
    "conditions": (*_FACT_KEYS, "role", "histology", "stage"),
    "findings": _FACT_KEYS,
    "investigations": (*_FACT_KEYS, "region"),
    "treatments": (
        *_FACT_KEYS, "intent", "technique", "position", "fixation", "target", "drug", "schedule", "cycles", "sessions",
        "line", "with", "for", "completed", "reason-stopped", "start", "end", "doses",
    ),
    "outcomes": (*_FACT_KEYS, "grade", "scale", "after", "lasting"),
    "events": _FACT_KEYS,
    "conclusions": (*_FACT_KEYS, "role", "verdict", "by", "explains", "for", "against", "steps"),
}  # fmt: skip
"""Section to the keys that ``derived`` may name."""


@dataclass(frozen=True)
class _Things:
    sites: tuple[tuple[str, Site], ...]
    nodes: tuple[TypedNode, ...]


class FactReader:
    """Reads the sections of one case or cohort."""

    def __init__(self, desk: Desk, scope: Scope, places: tuple[Locator, ...]) -> None:
        self._desk = desk
        self._scope = scope
        self._places = places

    def read(self, case: Cursor) -> tuple[Fact, ...]:
        """Every fact of the case, in the order of the file."""
        facts: list[Fact] = []
        for section in SECTION_ROOTS:
            for at in case.items(section):
                fact = self._fact(section, at, self._places)
                if fact is None:
                    continue
                facts.append(fact)
                if section == "conditions":
                    facts += self._stages(at, fact)
                if section == "investigations":
                    facts += self._inside(at, fact)
        return tuple(facts)

    def _inside(self, at: Cursor, investigation: Fact) -> list[Fact]:
        """Findings and interpretations of an investigation, which inherit its time, method and place."""
        made: list[Fact] = []
        for inner in at.items("findings"):
            fact = self._fact("findings", inner, investigation.passages)
            if fact is not None:
                made.append(
                    replace(
                        fact,
                        found_by=investigation.iri,
                        method=fact.method or investigation.kind,
                        time=fact.time or investigation.time,
                        time_inherited=fact.time is None and investigation.time is not None,
                    )
                )
        for inner in at.items("interpretations"):
            fact = self._fact("interpretations", inner, investigation.passages)
            if fact is not None and fact.conclusion is not None:
                made.append(
                    replace(
                        fact,
                        conclusion=replace(fact.conclusion, interprets=investigation.iri),
                        time=fact.time or investigation.time,
                        time_inherited=fact.time is None and investigation.time is not None,
                    )
                )
        return made

    def _fact(self, section: str, at: Cursor, inherited: tuple[Locator, ...]) -> Fact | None:
        desk = self._desk
        entry = self._scope.entry(at)
        iri = entry.iri
        concluded = section in ("conclusions", "interpretations")
        kind = self._kind(section, at)
        passages = desk.passages(at) or inherited
        if not passages and at.get("at") is None:
            desk.fault(
                at,
                "no at",
                "the place in the source, here or on an entry above",
                "such as at: section Results, paragraph 1",
            )
        provoking = self._terms_or_sites(at, "provoked-by", iri, "provokedBy")
        relieving = self._terms_or_sites(at, "relieved-by", iri, "relievedBy")
        fact = Fact(
            iri=iri,
            section=SECTIONS[section],
            name=entry.name,
            kind=kind,
            passages=passages,
            sites=desk.sites(at, "site"),
            radiates_to=desk.sites(at, "radiates-to"),
            status=at.text("status") or "present",
            basis=at.text("basis") or ("concluded" if concluded else "reported"),
            certainty=at.text("certainty") or "definite",
            role=at.text("role") if section == "conditions" else "",
            measure=desk.measure(at),
            time=self._scope.timing(at, "when", iri),
            method=self._method(at),
            of=self._scope.references(at, "of"),
            nodes=(
                *desk.nodes(at, "qualifiers", iri, "hasQualifier", "Qualifier"),
                *provoking.nodes,
                *relieving.nodes,
                *self._term_nodes(section, at, iri),
            ),
            structures=(*provoking.sites, *relieving.sites),
            says=at.text("says"),
            cites=desk.cites(at),
            derivations=desk.derivations(at, DERIVABLE["conclusions" if concluded else section]),
        )
        if section == "investigations":
            fact = self._add_region(at, fact)
        if section == "treatments":
            fact = replace(fact, course=self._course(at, iri, passages))
        if section == "outcomes":
            fact = self._add_outcome(at, fact)
        if concluded:
            fact = replace(fact, conclusion=self._conclusion(at, iri, passages))
        return fact

    def _kind(self, section: str, at: Cursor) -> str:
        desk = self._desk
        kind = at.get("kind")
        if kind is None:
            if section == "treatments" and at.get("drug") is not None:
                return NX + "DrugTherapy"
            if section == "treatments":
                desk.fault(at, "no kind", "the class of the treatment, or a drug")
            return ""  # elsewhere the schema has said so
        return desk.term(kind, *SECTION_ROOTS[section])

    def _method(self, at: Cursor) -> str:
        method = at.get("method")
        return self._desk.term_near(method, "Investigation") if method is not None else ""

    def _term_nodes(self, section: str, at: Cursor, iri: str) -> tuple[TypedNode, ...]:
        desk = self._desk
        if section == "conditions":
            return desk.nodes(at, "histology", iri, "hasHistology", "Histology")
        if section == "treatments":
            return (
                *desk.nodes(at, "intent", iri, "hasIntent", "Intent", "Qualifier"),
                *desk.nodes(at, "technique", iri, "hasTechnique", "Technique", "Treatment"),
                *desk.nodes(at, "position", iri, "hasPosition", "Position", "Qualifier"),
                *desk.nodes(at, "fixation", iri, "usesDevice", "Device"),
                *desk.nodes(at, "drug", iri, "usesDrug", "Drug", strict=True),
            )
        return ()

    def _terms_or_sites(self, at: Cursor, key: str, iri: str, property_: str) -> _Things:
        """Structures under a key as sites, other terms as nodes of their own."""
        sites: dict[tuple[str, Site], None] = {}
        nodes: dict[str, TypedNode] = {}
        for value in at.items(key):
            try:
                found = self._desk.lexicon.find_sites(value.node.text)
                sites.update({(NX + property_, site): None for site in found})
            except NotInLexicon:
                term = self._desk.term(value)
                if term:
                    name = slug(self._desk.lexicon.label(term))
                    nodes[term] = TypedNode(f"{iri}/{key}/{name}", NX + property_, term)
        return _Things(tuple(sites), tuple(nodes.values()))

    def _add_region(self, at: Cursor, fact: Fact) -> Fact:
        """What was looked at: structures where the words name some, else the words."""
        sites: dict[Site, None] = {}
        words: list[str] = []
        for value in at.items("region"):
            try:
                sites.update(dict.fromkeys(self._desk.lexicon.find_sites(value.node.text)))
            except NotInLexicon as problem:
                if problem.hint.startswith("it is a"):
                    self._desk.fault(value, problem.found, problem.expected, problem.hint)
                words.append(" ".join(value.node.text.split()))
        return replace(fact, regions=tuple(sites), region_words=tuple(words))

    def _stages(self, at: Cursor, condition: Fact) -> list[Fact]:
        """Each stage term as a finding about the condition."""
        made: list[Fact] = []
        for value in at.items("stage"):
            kind = self._desk.term(value, "Finding")
            if not kind:
                continue
            name = f"{condition.name}-stage-{slug(self._desk.lexicon.label(kind))}"
            made.append(
                Fact(
                    iri=condition.iri.replace("/condition/", "/finding/", 1).rpartition("/")[0] + "/" + name,
                    section="finding",
                    name=name,
                    kind=kind,
                    passages=condition.passages,
                    status=condition.status,
                    basis=condition.basis,
                    certainty=condition.certainty,
                    time=condition.time,
                    time_inherited=condition.time is not None,
                    of=(condition.iri,),
                )
            )
        return made

    # treatments

    def _course(self, at: Cursor, iri: str, passages: tuple[Locator, ...]) -> Course:
        desk, scope = self._desk, self._scope
        line = desk.number(at, "line")
        start, end = scope.timing(at, "start", iri), scope.timing(at, "end", iri)
        self._check_order(at, start, end)
        return Course(
            targets=desk.sites(at, "target"),
            doses=tuple(
                self._dose(dose, f"{iri}/dose", passages, number) for number, dose in enumerate(at.items("doses"), 1)
            ),
            schedule=at.text("schedule"),
            cycles=desk.number(at, "cycles"),
            sessions=desk.number(at, "sessions"),
            line=int(line) if line is not None else None,
            given_with=scope.references(at, "with"),
            given_for=scope.references(at, "for"),
            completed=at.text("completed"),
            reason_stopped=at.text("reason-stopped"),
            start=start,
            end=end,
        )

    def _check_order(self, at: Cursor, start: Timing | None, end: Timing | None) -> None:
        if start is None or end is None or start.span is None or end.span is None:
            return
        first, last = start.span.whole.earliest, end.span.whole.latest
        if first is not None and last is not None and last < first:
            self._desk.fault(
                at.get("end") or at, end.when.text, f"an end that does not lie before the start ({start.when.text})"
            )

    def _dose(self, at: Cursor, iri: str, passages: tuple[Locator, ...], number: int) -> Dose:
        desk = self._desk
        total, each, fractions = self._grays(at, "total"), self._grays(at, "per-fraction"), desk.number(at, "fractions")
        if (
            total is None
            and each is None
            and fractions is None
            and not any(at.get(key) for key in ("total", "per-fraction", "fractions"))
        ):
            desk.fault(at, "no figure", "total, fractions or per-fraction as printed")
        if total and each and fractions and total.quantity.value is not None and each.quantity.value is not None:
            product = each.quantity.value * fractions
            if abs(product - total.quantity.value) > total.quantity.value / 200:
                desk.fault(
                    at.get("total") or at,
                    total.quantity.__str__(),
                    f"{product.normalize():f} Gy, which is {fractions} × {each.quantity}",
                    "keep both if the paper prints both",
                    severity="warning",
                )
        return Dose(
            iri=f"{iri}/{number}-{slug(at.text('role'))}",
            role=at.text("role"),
            total=total,
            fractions=fractions,
            per_fraction=each,
            says=at.text("says"),
            passages=desk.passages(at) or passages,
            derivations=desk.derivations(at, ("role", "total", "fractions", "per-fraction", "case")),
        )

    def _grays(self, at: Cursor, key: str) -> Measure | None:
        measure = self._desk.measure(at, key)
        if measure is None:
            return None
        value = at.get(key) or at
        gray = self._desk.lexicon.units.get("Gy")
        if gray is None or measure.unit != gray.iri:
            self._desk.fault(value, value.node.text, "a dose in Gy")
            return None
        if measure.quantity.low <= 0:
            self._desk.fault(value, value.node.text, "a dose above 0 Gy")
            return None
        return measure

    # outcomes

    def _add_outcome(self, at: Cursor, fact: Fact) -> Fact:
        grade, scale = self._grade(at)
        return replace(
            fact, after=self._after(at, fact), lasting=self._lasting(at, fact), grade=grade, grade_scale=scale
        )

    def _grade(self, at: Cursor) -> tuple[int | None, str]:
        grade, named = at.get("grade"), at.get("scale")
        scale: Scale | None = None
        if named is not None:
            try:
                found = self._desk.lexicon.find_measure(named.node.text)
                scale = found if isinstance(found, Scale) else None
                if scale is None:
                    self._desk.fault(named, named.node.text, "a scale of the ontology")
            except NotInLexicon as problem:
                self._desk.fault(named, problem.found, "a scale of the ontology", problem.hint)
        if grade is None:
            return None, scale.iri if scale else ""
        if not grade.node.text.strip().isdecimal():
            self._desk.fault(grade, grade.node.text, "a whole number")
            return None, scale.iri if scale else ""
        number = int(grade.node.text)
        if scale is not None and (
            (scale.maximum is not None and number > scale.maximum)
            or (scale.minimum is not None and number < scale.minimum)
        ):
            self._desk.fault(grade, grade.node.text, f"{scale.label} {scale.reach}")
        return number, scale.iri if scale else ""

    def _after(self, at: Cursor, fact: Fact) -> Lapse | None:
        after = at.get("after")
        if after is None:
            return None
        measure = self._duration(after, "value")
        origin = after.get("from")
        if measure is None or origin is None:
            return None
        anchor, point = self._scope.refer_point(origin)
        return Lapse(f"{fact.iri}/after", measure, anchor, point, self._desk.passages(after) or fact.passages)

    def _lasting(self, at: Cursor, fact: Fact) -> Lapse | None:
        measure = self._duration(at, "lasting")
        return Lapse(f"{fact.iri}/lasting", measure, passages=fact.passages) if measure is not None else None

    def _duration(self, at: Cursor, key: str) -> Measure | None:
        measure = self._desk.measure(at, key)
        if measure is None:
            return None
        if not is_duration(self._desk, measure):
            value = at.get(key) or at
            self._desk.fault(value, value.node.text, "a length of time in d, wk, mo, a or h")
            return None
        return measure

    # conclusions

    def _conclusion(self, at: Cursor, iri: str, passages: tuple[Locator, ...]) -> Conclusion:
        scope = self._scope
        return Conclusion(
            role=at.text("role"),
            verdict=at.text("verdict"),
            by=self._by(at),
            explains=scope.references(at, "explains"),
            supported_by=self._arguments(at, "for", iri, passages),
            challenged_by=self._arguments(at, "against", iri, passages),
            steps=tuple(self._step(step, iri, number, passages) for number, step in enumerate(at.items("steps"), 1)),
        )

    def _by(self, at: Cursor) -> str:
        by = at.get("by")
        if by is None:
            return ""
        words = " ".join(by.node.text.split())
        if words in ("authors", "treating team"):
            return words
        if words.startswith("source "):
            name = words.removeprefix("source ").strip()
            return source_iri(name) if self._desk.known_source(by, name) else ""
        self._desk.fault(
            by, words, "authors, treating team or 'source <id>'", did_you_mean(words, ("authors", "treating team"))
        )
        return ""

    def _arguments(self, at: Cursor, key: str, iri: str, passages: tuple[Locator, ...]) -> tuple[Argument, ...]:
        made: dict[str, Argument] = {}
        for number, value in enumerate(at.items(key), 1):
            if value.node.mapping:
                name = slug(value.text("id")) or f"{key}-{number}"
                argument = Argument(
                    f"{iri}/argument/{name}",
                    value.text("says"),
                    self._desk.passages(value) or passages,
                    self._desk.cites(value),
                )
                made[argument.iri] = argument
            else:
                target = self._scope.refer(value, value.node.text)
                if target:
                    made[target] = Argument(target)
        return tuple(made.values())

    def _step(self, at: Cursor, iri: str, number: int, passages: tuple[Locator, ...]) -> Step:
        desk = self._desk
        own = f"{iri}/step/{number}"
        return Step(
            iri=own,
            number=number,
            from_=desk.sites(at, "from"),
            to=desk.sites(at, "to"),
            mechanisms=desk.nodes(at, "mechanism", own, "hasMechanism", "SpreadMechanism"),
            direction=at.text("direction"),
            says=at.text("says"),
            certainty=at.text("certainty") or "definite",
            passages=desk.passages(at) or passages,
            derivations=desk.derivations(at, ("from", "to", "mechanism", "direction")),
        )


def is_duration(desk: Desk, measure: Measure) -> bool:
    """Whether a measure is a length of time."""
    codes = {unit.iri: unit.code for unit in desk.lexicon.units.values()}
    return codes.get(measure.unit) in ("min", "h", "d", "wk", "mo", "a")
