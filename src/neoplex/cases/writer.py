"""The RDF of a checked publication: which fact becomes which triple.

Comes in: a :class:`Publication`. Goes out: quads. The table of section 3 of ``docs/data-model.md`` and this module say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

import pyoxigraph as ox

from neoplex.base.names import GRAPH_KNOWLEDGE, GRAPH_SOURCES, NX, PREFIXES, case_iri, property_iri, slug, source_iri
from neoplex.model.lexicon import Lexicon, Site
from neoplex.model.locator import Locator
from neoplex.model.publication import (
    Argument,
    Case,
    Claim,
    Cohort,
    Conclusion,
    Course,
    Derivation,
    Fact,
    Lapse,
    Measure,
    Note,
    Person,
    Publication,
    Timing,
    TypedNode,
)
from neoplex.model.quantity import write_decimal
from neoplex.model.side import Side
from neoplex.model.when import When

_XSD = PREFIXES["xsd"]
_DECIMAL, _DATE, _INTEGER, _BOOLEAN = (ox.NamedNode(_XSD + name) for name in ("decimal", "date", "integer", "boolean"))
_TYPE = PREFIXES["rdf"] + "type"
_LABEL = PREFIXES["rdfs"] + "label"
_SIDES = {Side.LEFT: "left", Side.RIGHT: "right", Side.MIDLINE: "midline", Side.NOT_REPORTED: "sideNotReported"}
_LINKS = {
    "condition": "hasCondition", "finding": "hasFinding", "investigation": "hasInvestigation", "treatment": "hasTreatment",
    "outcome": "hasOutcome", "event": "hasEvent", "conclusion": "hasConclusion", "interpretation": "hasConclusion",
    "count": "hasCount", "method": "hasMethod", "inclusion": "hasInclusionCriterion", "not-reported": "hasMissingRecord",
}  # fmt: skip
_NOTE_CLASSES = {
    "count": "Count",
    "method": "StudyMethod",
    "inclusion": "InclusionCriterion",
    "not-reported": "MissingRecord",
}
DETAILS = {
    "title": PREFIXES["dcterms"] + "title",
    "authors": NX + "author",
    "year": PREFIXES["dcterms"] + "issued",
    "journal": NX + "journal",
    "volume": NX + "volume",
    "issue": NX + "issue",
    "pages": NX + "pages",
    "doi": NX + "doi",
    "pmid": NX + "pmid",
    "url": NX + "url",
    "licence": PREFIXES["dcterms"] + "license",
    "language": PREFIXES["dcterms"] + "language",
    "ref": NX + "referenceNumber",
}
_KEY_NAMES = {
    "site": "hasSite", "status": "status", "value": "value", "when": "atTime", "method": "method", "of": "concerns",
    "qualifiers": "hasQualifier", "radiates-to": "radiatesTo", "provoked-by": "provokedBy",
    "relieved-by": "relievedBy", "certainty": "certainty", "basis": "basis", "says": "says", "case": "partOfCase",
    "role": "role", "histology": "hasHistology", "stage": "hasFinding", "region": "regionExamined",
    "intent": "hasIntent", "technique": "hasTechnique", "position": "hasPosition", "fixation": "usesDevice",
    "target": "hasTarget", "drug": "usesDrug", "schedule": "schedule", "cycles": "cycles", "sessions": "sessions",
    "line": "treatmentLine", "with": "givenWith", "for": "givenFor", "completed": "completed",
    "reason-stopped": "reasonStopped", "start": "startTime", "end": "endTime", "doses": "hasDose", "grade": "grade",
    "scale": "scale", "after": "timeToOutcome", "lasting": "outcomeDuration", "verdict": "verdict", "by": "by",
    "explains": "explains", "against": "challengedBy", "steps": "hasStep", "from": "stepFrom", "to": "stepTo",
    "mechanism": "hasMechanism", "direction": "spreadDirection", "total": "totalDose", "fractions": "fractionCount",
    "per-fraction": "dosePerFraction", "sex": "sex", "age": "age", "group": "population", "out-of": "denominator",
    "about": "about", "subject": "subjectTerm", "relation": "relationTerm", "object": "objectTerm",
    "cohort": "aboutCohort", "measure": "measure", "statistic": "statistic",
}  # fmt: skip
KEY_PROPERTIES: dict[str, str] = {"kind": _TYPE, **{key: NX + name for key, name in _KEY_NAMES.items()}}
"""Key of a file to the property it becomes, for ``derived``."""

Value = ox.NamedNode | ox.Literal


class Writer:
    """Writes one publication."""

    def __init__(self, publication: Publication, lexicon: Lexicon) -> None:
        self._publication = publication
        self._lexicon = lexicon
        self._graph = ox.NamedNode(GRAPH_SOURCES)
        self._quads: list[ox.Quad] = []
        self._passages: dict[Locator, str] = {}
        self._passage_names: dict[str, Locator] = {}

    def write(self) -> list[ox.Quad]:
        """Every quad of the publication, in the order of the file."""
        publication = self._publication
        for cohort in publication.cohorts:
            self._graph = ox.NamedNode(cohort.iri)
            self._cohort(cohort)
        for case in publication.cases:
            self._graph = ox.NamedNode(case.iri)
            self._case(case)
        self._graph = ox.NamedNode(GRAPH_KNOWLEDGE)
        self._knowledge()
        self._graph = ox.NamedNode(GRAPH_SOURCES)
        self._source()
        for locator, iri in self._passages.items():
            self._passage(locator, iri)
        return self._quads

    # the smallest pieces

    def _add(self, subject: str, predicate: str, value: str | Value) -> None:
        predicate = predicate if "/" in predicate else NX + predicate
        object_ = ox.NamedNode(value) if isinstance(value, str) else value
        self._quads.append(ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), object_, self._graph))

    def _words(self, subject: str, predicate: str, words: str) -> None:
        if words:
            self._add(subject, predicate, ox.Literal(words))

    def _decimal(self, subject: str, predicate: str, number: Decimal | None) -> None:
        if number is not None:
            self._add(subject, predicate, ox.Literal(write_decimal(number), datatype=_DECIMAL))

    def _integer(self, subject: str, predicate: str, number: Decimal | int | None) -> None:
        if number is not None:
            self._add(subject, predicate, ox.Literal(str(int(number)), datatype=_INTEGER))

    def _shared(self, subject: str, predicate: str, word: str) -> None:
        """A shared individual named by a word of the file."""
        if word:
            self._add(subject, predicate, property_iri(word))

    def _measure(self, subject: str, measure: Measure | None) -> None:
        if measure is None:
            return
        quantity = measure.quantity
        if quantity.is_range:
            self._decimal(subject, "lowValue", quantity.low)
            self._decimal(subject, "highValue", quantity.high)
        else:
            self._decimal(subject, "value", quantity.low)
        self._words(subject, "comparator", quantity.comparator)
        if measure.unit:
            self._add(subject, "unit", measure.unit)
        if measure.scale:
            self._add(subject, "scale", measure.scale)

    def _denominator(self, subject: str, measure: Measure | None) -> None:
        if measure is None:
            return
        self._decimal(subject, "denominator", measure.quantity.low)
        if measure.unit:
            self._add(subject, "denominatorUnit", measure.unit)

    def _place(self, subject: str, passages: Iterable[Locator]) -> None:
        for locator in passages:
            self._add(subject, "statedIn", self._passage_iri(locator))

    def _passage_iri(self, locator: Locator) -> str:
        if locator not in self._passages:
            name, number = locator.slug, 1
            while name in self._passage_names:
                number += 1
                name = f"{locator.slug}-{number}"
            self._passage_names[name] = locator
            self._passages[locator] = source_iri(self._publication.id, "passage", name)
        return self._passages[locator]

    def _cites(self, subject: str, cites: Iterable[str]) -> None:
        for iri in cites:
            self._add(subject, "cites", iri)

    def _derivations(self, subject: str, derivations: Iterable[Derivation]) -> None:
        for derivation in derivations:
            iri = f"{subject}/derivation/{derivation.key}"
            self._add(subject, "derivation", iri)
            self._add(iri, _TYPE, NX + "Derivation")
            self._add(iri, "derivedProperty", self._derived_property(subject, derivation.key))
            self._words(iri, "derivedFrom", derivation.wording)

    def _derived_property(self, subject: str, key: str) -> str:
        if "/conclusion/" in subject or "/interpretation/" in subject:
            special = {"kind": NX + "concludes", "for": NX + "supportedBy", "role": NX + "conclusionRole"}
            return special.get(key, KEY_PROPERTIES[key])
        if key == "role":
            return NX + ("conditionRole" if "/condition/" in subject else "role")
        if key == "of" and "/count/" in subject:
            return NX + "countOf"
        return KEY_PROPERTIES[key]

    def _site(self, case: str, subject: str, predicate: str, site: Site) -> None:
        """An atlas individual, or a node of the case for a side that is not reported or a structure the atlas leaves out."""
        if site.atlas:
            self._add(subject, predicate, site.atlas)
            return
        label = self._lexicon.label(site.structure)
        side = "" if site.side is Side.NOT_REPORTED else f"{site.side.value} "
        iri = case_iri(case, "site", slug(side + label))
        self._add(subject, predicate, iri)
        self._add(iri, _TYPE, site.structure)
        self._add(iri, "side", NX + _SIDES[site.side])
        suffix = (
            ", side not reported"
            if site.side is Side.NOT_REPORTED and self._lexicon.pairing.get(site.structure) != "midline"
            else ""
        )
        self._words(iri, _LABEL, f"{side}{label}{suffix}")

    def _node(self, subject: str, node: TypedNode) -> None:
        self._add(subject, node.property, node.iri)
        if node.term:
            self._add(node.iri, _TYPE, node.term)

    # times

    def _time(self, subject: str, predicate: str, timing: Timing | None, *, described: bool = True) -> None:
        if timing is None:
            return
        self._add(subject, predicate, timing.iri)
        if not described:
            return
        iri, when = timing.iri, timing.when
        self._add(iri, _TYPE, NX + "TimeInterval")
        self._words(iri, "wording", when.wording or when.text)
        self._words(iri, "timePrecision", when.precision)
        if when.about:
            self._words(iri, "comparator", "about")
        if timing.span is not None:
            self._interval(iri, timing.span.whole.earliest, timing.span.whole.latest)
        self._relative(iri, when, timing)

    def _interval(self, iri: str, earliest: date | None, latest: date | None) -> None:
        if earliest is not None:
            self._add(iri, "earliest", ox.Literal(earliest.isoformat(), datatype=_DATE))
        if latest is not None:
            self._add(iri, "latest", ox.Literal(latest.isoformat(), datatype=_DATE))

    def _relative(self, iri: str, when: When, timing: Timing) -> None:
        relative = when.relative
        if relative is None:
            return
        self._words(iri, "relation", relative.relation)
        if timing.anchor:
            self._add(iri, "anchor", timing.anchor)
        self._words(iri, "anchorPoint", relative.point)
        if timing.span is not None:
            self._add(iri, "derivedInterval", ox.Literal("true", datatype=_BOOLEAN))
        offset = relative.offset
        if offset is None:
            return
        if offset.is_range:
            self._decimal(iri, "lowOffset", offset.low)
            self._decimal(iri, "highOffset", offset.high)
        else:
            self._decimal(iri, "offset", offset.low)
        self._add(
            iri,
            "offsetUnit",
            self._lexicon.units[offset.unit].iri if offset.unit in self._lexicon.units else NX + offset.unit,
        )
        self._words(iri, "comparator", "<=" if relative.within else offset.comparator)

    def _lapse(self, subject: str, predicate: str, lapse: Lapse | None) -> None:
        if lapse is None:
            return
        self._add(subject, predicate, lapse.iri)
        self._add(lapse.iri, _TYPE, NX + "Duration")
        self._measure(lapse.iri, lapse.measure)
        if lapse.anchor:
            self._add(lapse.iri, "anchor", lapse.anchor)
        self._words(lapse.iri, "anchorPoint", lapse.point)
        self._place(lapse.iri, lapse.passages)

    # cases and cohorts

    def _case(self, case: Case) -> None:
        self._add(case.iri, _TYPE, NX + "Case")
        self._add(case.iri, "reportedBy", self._publication.iri)
        self._words(case.iri, _LABEL, case.label)
        self._words(case.iri, "caseNumber", case.number)
        self._words(case.iri, "says", case.says)
        if case.cohort:
            self._add(case.iri, "memberOf", case.cohort)
        if case.retold_from:
            self._add(case.iri, "retoldFrom", case.retold_from)
        self._place(case.iri, case.passages)
        self._person(case.iri, case.person)
        self._facts(case.id, case.iri, case.facts)
        self._notes(case.id, case.iri, case.notes)

    def _cohort(self, cohort: Cohort) -> None:
        self._add(cohort.iri, _TYPE, NX + "Cohort")
        self._add(cohort.iri, "reportedBy", self._publication.iri)
        self._words(cohort.iri, _LABEL, cohort.label)
        self._words(cohort.iri, "says", cohort.says)
        self._words(cohort.iri, "cohortOrigin", cohort.source_of)
        self._place(cohort.iri, cohort.passages)
        if cohort.size is not None:
            iri = f"{cohort.iri}/size"
            self._add(cohort.iri, "cohortSize", iri)
            self._add(iri, _TYPE, NX + "Count")
            self._measure(iri, cohort.size)
            self._place(iri, cohort.passages)
        self._time(cohort.iri, "period", cohort.period)
        self._facts(cohort.id, cohort.iri, cohort.facts)
        self._notes(cohort.id, cohort.iri, cohort.notes)

    def _person(self, case: str, person: Person | None) -> None:
        if person is None:
            return
        self._shared(case, "sex", person.sex)
        self._add(case, "age" if person.age is not None else "describedBy", person.iri)
        self._add(person.iri, _TYPE, NX + "PersonDescription")
        self._measure(person.iri, person.age)
        self._time(person.iri, "atTime", person.time)
        self._words(person.iri, "says", person.says)
        self._place(person.iri, person.passages)
        self._derivations(person.iri, person.derivations)

    def _notes(self, case: str, iri: str, notes: Iterable[Note]) -> None:
        for note in notes:
            self._add(iri, _LINKS[note.section], note.iri)
            self._add(note.iri, _TYPE, NX + _NOTE_CLASSES[note.section])
            if note.kind:
                self._add(note.iri, {"count": "countOf", "method": "methodKind"}.get(note.section, "about"), note.kind)
            self._words(note.iri, "population", note.group)
            self._words(note.iri, "says", note.says)
            for site in note.sites:
                self._site(case, note.iri, "hasSite", site)
            self._measure(note.iri, note.measure)
            self._denominator(note.iri, note.denominator)
            self._cites(note.iri, note.cites)
            self._place(note.iri, note.passages)
            self._derivations(note.iri, note.derivations)

    def _facts(self, case: str, iri: str, facts: Iterable[Fact]) -> None:
        for fact in facts:
            self._add(iri, _LINKS[fact.section], fact.iri)
            self._fact(case, fact)

    def _fact(self, case: str, fact: Fact) -> None:
        iri = fact.iri
        self._add(iri, _TYPE, NX + "Conclusion" if fact.conclusion is not None else fact.kind)
        self._shared(iri, "status", fact.status)
        self._shared(iri, "basis", fact.basis)
        if fact.certainty != "definite":
            self._shared(iri, "certainty", fact.certainty)
        self._shared(iri, "conditionRole", fact.role)
        self._place(iri, fact.passages)
        self._structures(case, fact)
        self._measure(iri, fact.measure)
        self._time(iri, "atTime", fact.time, described=not fact.time_inherited)
        if fact.method:
            self._add(iri, "method", fact.method)
        if fact.found_by:
            self._add(iri, "foundBy", fact.found_by)
        for target in fact.of:
            self._add(iri, "concerns", target)
        for node in fact.nodes:
            self._node(iri, node)
        self._words(iri, "says", fact.says)
        self._cites(iri, fact.cites)
        self._derivations(iri, fact.derivations)
        self._lapse(iri, "timeToOutcome", fact.after)
        self._lapse(iri, "outcomeDuration", fact.lasting)
        self._integer(iri, "grade", fact.grade)
        if fact.grade_scale:
            self._add(iri, "scale", fact.grade_scale)
        if fact.course is not None:
            self._course(case, iri, fact.course)
        if fact.conclusion is not None:
            self._conclusion(case, fact, fact.conclusion)

    def _structures(self, case: str, fact: Fact) -> None:
        for site in fact.sites:
            self._site(case, fact.iri, "hasSite", site)
        for site in fact.radiates_to:
            self._site(case, fact.iri, "radiatesTo", site)
        for site in fact.regions:
            self._site(case, fact.iri, "regionExamined", site)
        for words in fact.region_words:
            self._words(fact.iri, "regionWording", words)
        for predicate, site in fact.structures:
            self._site(case, fact.iri, predicate, site)

    def _course(self, case: str, iri: str, course: Course) -> None:
        for site in course.targets:
            self._site(case, iri, "hasTarget", site)
        for dose in course.doses:
            self._add(iri, "hasDose", dose.iri)
            self._add(dose.iri, _TYPE, NX + dose.role.capitalize() + "Dose")
            if dose.total is not None:
                self._decimal(dose.iri, "totalDose", dose.total.quantity.low)
                self._words(dose.iri, "comparator", dose.total.quantity.comparator)
            self._integer(dose.iri, "fractionCount", dose.fractions)
            if dose.per_fraction is not None:
                self._decimal(dose.iri, "dosePerFraction", dose.per_fraction.quantity.low)
            self._words(dose.iri, "says", dose.says)
            self._place(dose.iri, dose.passages)
            self._derivations(dose.iri, dose.derivations)
        if course.schedule:
            self._add(iri, "schedule", NX + {"regular": "regularSchedule", "as needed": "asNeeded"}[course.schedule])
        self._integer(iri, "cycles", course.cycles)
        self._integer(iri, "sessions", course.sessions)
        self._integer(iri, "treatmentLine", course.line)
        for other in course.given_with:
            self._add(iri, "givenWith", other)
        for reason in course.given_for:
            self._add(iri, "givenFor", reason)
        if course.completed in ("yes", "no"):
            self._add(iri, "completed", ox.Literal("true" if course.completed == "yes" else "false", datatype=_BOOLEAN))
        self._words(iri, "reasonStopped", course.reason_stopped)
        self._time(iri, "startTime", course.start)
        self._time(iri, "endTime", course.end)

    def _conclusion(self, case: str, fact: Fact, conclusion: Conclusion) -> None:
        iri = fact.iri
        self._add(iri, "concludes", f"{iri}/concluded")
        self._add(f"{iri}/concluded", _TYPE, fact.kind)
        self._shared(iri, "conclusionRole", conclusion.role)
        self._shared(iri, "verdict", conclusion.verdict)
        if conclusion.by.startswith("http"):
            self._add(iri, "by", conclusion.by)
        else:
            self._shared(iri, "by", conclusion.by)
        if conclusion.interprets:
            self._add(iri, "interprets", conclusion.interprets)
        for target in conclusion.explains:
            self._add(iri, "explains", target)
        self._arguments(iri, "supportedBy", conclusion.supported_by)
        self._arguments(iri, "challengedBy", conclusion.challenged_by)
        for step in conclusion.steps:
            self._add(iri, "hasStep", step.iri)
            self._add(step.iri, _TYPE, NX + "RouteStep")
            self._integer(step.iri, "stepNumber", step.number)
            for site in step.from_:
                self._site(case, step.iri, "stepFrom", site)
            for site in step.to:
                self._site(case, step.iri, "stepTo", site)
            for node in step.mechanisms:
                self._node(step.iri, node)
            self._shared(step.iri, "spreadDirection", step.direction)
            if step.certainty != "definite":
                self._shared(step.iri, "certainty", step.certainty)
            self._words(step.iri, "says", step.says)
            self._place(step.iri, step.passages)
            self._derivations(step.iri, step.derivations)

    def _arguments(self, iri: str, predicate: str, arguments: Iterable[Argument]) -> None:
        for argument in arguments:
            self._add(iri, predicate, argument.iri)
            if argument.says:
                self._add(argument.iri, _TYPE, NX + "Argument")
                self._words(argument.iri, "says", argument.says)
                self._place(argument.iri, argument.passages)
                self._cites(argument.iri, argument.cites)

    # general knowledge and sources

    def _knowledge(self) -> None:
        publication = self._publication
        for statement in publication.statements:
            iri = statement.iri
            self._add(iri, _TYPE, NX + "Statement")
            self._add(iri, "reportedBy", publication.iri)
            self._about(iri, statement.about)
            if statement.relation:
                self._add(iri, "subjectTerm", statement.subject)
                self._add(iri, "relationTerm", statement.relation)
                for object_ in statement.objects:
                    self._add(iri, "objectTerm", object_)
            self._words(iri, "says", statement.says)
            if statement.certainty != "definite":
                self._shared(iri, "certainty", statement.certainty)
            self._cites(iri, statement.cites)
            self._place(iri, statement.passages)
            self._derivations(iri, statement.derivations)
        for claim in publication.claims:
            self._claim(claim)
        for conflict in publication.conflicts:
            self._add(conflict.iri, _TYPE, NX + "Conflict")
            self._add(conflict.iri, "reportedBy", publication.iri)
            self._shared(
                conflict.iri,
                "conflictKind",
                f"{conflict.kind} conflict" if conflict.kind == "internal" else "conflict between papers",
            )
            self._words(conflict.iri, "says", conflict.says)
            self._place(conflict.iri, conflict.passages)
            for member in conflict.members:
                self._add(conflict.iri, "conflictMember", member)
                for other in conflict.members:
                    if other != member:
                        self._add(member, "conflictsWith", other)

    def _about(self, iri: str, about: Iterable[str]) -> None:
        for term in about:
            self._add(iri, "about", term)

    def _claim(self, claim: Claim) -> None:
        iri = claim.iri
        self._add(iri, _TYPE, NX + "Claim")
        self._add(iri, "reportedBy", self._publication.iri)
        self._about(iri, claim.about)
        self._words(iri, "measure", claim.measure)
        self._words(iri, "statistic", claim.statistic)
        self._measure(iri, claim.value)
        self._denominator(iri, claim.out_of)
        if claim.cohort:
            self._add(iri, "aboutCohort", claim.cohort)
        self._words(iri, "population", claim.group)
        self._time(iri, "atTime", claim.time)
        self._words(iri, "says", claim.says)
        if claim.certainty != "definite":
            self._shared(iri, "certainty", claim.certainty)
        self._cites(iri, claim.cites)
        self._place(iri, claim.passages)
        self._derivations(iri, claim.derivations)

    def _source(self) -> None:
        publication = self._publication
        self._add(publication.iri, _TYPE, publication.kind or NX + "Publication")
        self._words(
            publication.iri, _LABEL, _label_source(publication.id, dict(publication.details).get("authors", ""))
        )
        self._bibliography(publication.iri, publication.details)
        for citation in publication.citations:
            self._add(publication.iri, "citesAs", citation.iri)
            self._add(citation.iri, _TYPE, NX + "ReferenceEntry")
            self._add(citation.iri, "refersTo", citation.source)
            self._bibliography(citation.iri, citation.details)
            self._words(citation.source, _LABEL, _label_source(citation.source.rpartition("/")[2]))

    def _bibliography(self, iri: str, details: Iterable[tuple[str, str]]) -> None:
        for key, words in details:
            if key == "year":
                self._add(iri, DETAILS[key], ox.Literal(words, datatype=ox.NamedNode(_XSD + "gYear")))
            else:
                self._words(iri, DETAILS[key], words)

    def _passage(self, locator: Locator, iri: str) -> None:
        self._add(iri, _TYPE, NX + "Passage")
        self._add(iri, "passageOf", self._publication.iri)
        self._words(iri, _LABEL, locator.label)
        for key, words in locator.parts:
            if words:
                self._words(iri, key, words)
            else:
                self._add(iri, key, ox.Literal("true", datatype=_BOOLEAN))


def _label_source(name: str, authors: str = "") -> str:
    """A readable name for a publication id, spelled as its first author is where the id says the same.

    >>> _label_source("de-luca-2019")
    'De Luca 2019'
    >>> _label_source("elhayel-2026", "El Hayel N; Hassani W")
    'El Hayel 2026'
    """
    family = authors.partition(";")[0].rpartition(" ")[0]
    who, _, year = name.rpartition("-")
    if family and family.replace(" ", "").casefold() == who:
        return f"{family} {year}"
    return " ".join(word[:1].upper() + word[1:] for word in name.replace("_", "-").split("-"))


def iterate_terms(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """The nx: properties and classes that quads use."""
    for quad in quads:
        if quad.predicate.value.startswith(NX):
            yield quad.predicate.value
        if quad.predicate.value == _TYPE and isinstance(quad.object, ox.NamedNode):
            yield quad.object.value
