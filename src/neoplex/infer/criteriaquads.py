"""Criteria sets and their verdicts as RDF.

Comes in: sets as read, and a store that holds ontology, atlas and cases. Goes out: quads: the sets with their sources in the
shared graphs, and for each case what came of trying them in its inferred graph. An item on which a case is silent has no
node of its own; it stands under ``nx:missingPremise`` of the assessment. What follows for a case depends on that case,
ontology, atlas and sets only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import pyoxigraph as ox

from neoplex.base.names import GRAPH_KNOWLEDGE, GRAPH_SOURCES, NX, PREFIXES, source_iri
from neoplex.infer.criteria import MET, NOT_MET, UNDETERMINED, WHOLE, Assessor, ItemState, SetState, SideState
from neoplex.infer.criteriafacts import FACT_PREDICATES, CaseFact, read_facts
from neoplex.infer.criteriaground import Ground, Triples, make_ground, store_triples
from neoplex.infer.criteriamatch import Matcher
from neoplex.infer.criteriawords import item_words, leaf_words, set_words, side_words
from neoplex.model.lexicon import Lexicon
from neoplex.model.locator import Locator
from neoplex.read.criteria import CriteriaSet, Item, Leaf, Pattern

RULE = NX + "rule/criteria"
_TYPE = PREFIXES["rdf"] + "type"
_LABEL = PREFIXES["rdfs"] + "label"
_XSD = PREFIXES["xsd"]
_VERDICTS = {MET: NX + "met", NOT_MET: NX + "notMet", UNDETERMINED: NX + "undetermined"}
_DETAILS = {
    "title": PREFIXES["dcterms"] + "title", "authors": "author", "year": PREFIXES["dcterms"] + "issued", "journal": "journal",
    "volume": "volume", "issue": "issue", "pages": "pages", "doi": "doi", "url": "url",
}  # fmt: skip
_LEAF_TERMS = (
    ("kinds", "patternKind"), ("sites", "patternSite"), ("methods", "patternMethod"), ("qualifiers", "patternQualifier"),
    ("drugs", "patternDrug"),
)  # fmt: skip
_SAYS = "A criteria set is tried on a case item by item and side by side; its total follows by Kleene's logic."
_WHEN = (
    "A case is in the graph. A present fact of the kind, place, side and method that an item asks for meets it, an absent one "
    "of the same or a wider kind and place makes it not met; anything else, also a hint and a contradiction, leaves it open."
)
_SOURCE = "each set from its own source; Kleene's strong three-valued logic"
_BATCH = 100_000
"""Quads written at a time."""


@lru_cache(maxsize=4096)
def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


@lru_cache(maxsize=256)
def _predicate(name: str) -> ox.NamedNode:
    return ox.NamedNode(name if "://" in name else NX + name)


class _Writer:
    def __init__(self, graph: str) -> None:
        self._graph = ox.NamedNode(graph)
        self.quads: list[ox.Quad] = []

    def _add(self, subject: str, name: str, value: ox.NamedNode | ox.Literal) -> None:
        self.quads.append(ox.Quad(_node(subject), _predicate(name), value, self._graph))

    def link(self, subject: str, name: str, target: str) -> None:
        """State a link."""
        self._add(subject, name, _node(target))

    def word(self, subject: str, name: str, text: str, *, english: bool = True, datatype: str = "") -> None:
        """State words, unless there are none."""
        if not text:
            return
        if datatype:
            self._add(subject, name, ox.Literal(text, datatype=ox.NamedNode(_XSD + datatype)))
        else:
            self._add(subject, name, ox.Literal(text, language="en") if english else ox.Literal(text))


# ----------------------------------------------------------------------------------------------------------- sets as RDF


def criteria_quads(sets: Sequence[CriteriaSet], lexicon: Lexicon) -> list[ox.Quad]:
    """The sets with their items and patterns, their sources and passages, sorted and each once."""
    ground = Ground({}, lexicon.labels, {}, {}, {}, {}, {})
    knowledge, sources = _Writer(GRAPH_KNOWLEDGE), _Writer(GRAPH_SOURCES)
    for one in sets:
        _write_set(knowledge, one, ground)
        _write_source(sources, one)
    return sorted({*knowledge.quads, *sources.quads}, key=str)


def rule_quads(graph: str) -> list[ox.Quad]:
    """The way of trying sets as RDF, as rules are."""
    write = _Writer(graph)
    write.link(RULE, _TYPE, NX + "Rule")
    write.word(RULE, _LABEL, "criteria")
    write.word(RULE, "says", _SAYS)
    write.word(RULE, "appliesWhen", _WHEN)
    write.word(RULE, PREFIXES["dcterms"] + "source", _SOURCE)
    return write.quads


def _write_set(write: _Writer, one: CriteriaSet, ground: Ground) -> None:
    write.link(one.iri, _TYPE, NX + "DiagnosticCriteria")
    write.word(one.iri, _LABEL, one.label)
    write.link(one.iri, "about", one.syndrome)
    write.link(one.iri, PREFIXES["dcterms"] + "source", source_iri(one.source.id))
    write.word(one.iri, "partRead", one.source.read)
    write.word(one.iri, "says", one.note)
    write.word(one.iri, "closedWorldReading", one.closed_world)
    write.word(one.iri, "leastOptions", str(one.least), datatype="integer")
    write.word(one.iri, "bySide", "true" if one.by_side else "false", datatype="boolean")
    if one.cites:
        write.word(one.iri, "ascribedTo", one.cites, english=False)
    for iri in _passages(one):
        write.link(one.iri, "statedIn", iri)
    for item in one.items:
        _write_item(write, one, item, ground)


def _write_item(write: _Writer, one: CriteriaSet, item: Item, ground: Ground) -> None:
    write.link(one.iri, "hasCriterion", item.iri)
    write.link(item.iri, _TYPE, NX + "ClinicalCriterion")
    write.word(item.iri, _LABEL, item.label)
    write.word(item.iri, "says", item.says)
    write.word(item.iri, "criterionRole", item.role, english=False)
    write.word(item.iri, "statedBySource", "true" if item.stated else "false", datatype="boolean")
    for iri in _passages(one):
        write.link(item.iri, "statedIn", iri)
    write.link(item.iri, "hasPattern", item.pattern.iri)
    _write_pattern(write, item.pattern, ground)


def _write_pattern(write: _Writer, pattern: Pattern, ground: Ground) -> None:
    iri = pattern.iri
    write.link(iri, _TYPE, NX + "CriterionPattern")
    if not isinstance(pattern, Leaf):
        write.word(iri, "patternForm", pattern.how, english=False)
        for part in pattern.parts:
            write.link(iri, "hasPattern", part.iri)
            _write_pattern(write, part, ground)
        return
    write.word(iri, _LABEL, leaf_words(pattern, ground))
    write.word(iri, "patternForm", pattern.section, english=False)
    for field, name in _LEAF_TERMS:
        for term in getattr(pattern, field):
            write.link(iri, name, term)
    for level in pattern.roots:
        write.link(iri, "patternLevel", NX + level)
    write.word(iri, "sameSide", "true" if pattern.same_side else "false", datatype="boolean")
    write.word(iri, "decidesItem", "true" if pattern.decides else "false", datatype="boolean")
    write.word(iri, "ownReading", "true" if pattern.ours else "false", datatype="boolean")


def _passages(one: CriteriaSet) -> list[str]:
    return [source_iri(one.source.id, "passage", locator.slug) for locator in one.at]


def _write_source(write: _Writer, one: CriteriaSet) -> None:
    source = source_iri(one.source.id)
    write.link(source, _TYPE, NX + "Publication")
    name = " ".join(word[:1].upper() + word[1:] for word in one.source.id.split("-"))
    write.word(source, _LABEL, name, english=False)
    for key, words in one.source.details:
        write.word(source, _DETAILS[key], words, english=False, datatype="gYear" if key == "year" else "")
    for locator, iri in zip(one.at, _passages(one), strict=True):
        _write_passage(write, source, locator, iri)


def _write_passage(write: _Writer, source: str, locator: Locator, iri: str) -> None:
    write.link(iri, _TYPE, NX + "Passage")
    write.link(iri, "passageOf", source)
    write.word(iri, _LABEL, locator.label, english=False)
    for key, words in locator.parts:
        write.word(iri, key, words or "true", english=False, datatype="" if words else "boolean")


# ------------------------------------------------------------------------------------------------------- verdicts as RDF


def assessment_quads(case: str, states: Sequence[SetState], ground: Ground) -> list[ox.Quad]:
    """The verdicts of one case; nothing that was assumed may be among its facts."""
    write = _Writer(case + "/inferred")
    for state in states:
        _write_state(write, case, state, ground)
    return write.quads


def _start(write: _Writer, case: str, node: str, kind: str, verdict: str, closed: str, says: str) -> None:
    write.link(case, "hasInference", node)
    write.link(node, _TYPE, NX + kind)
    write.link(node, "basis", NX + "inferred")
    write.link(node, "byRule", RULE)
    write.link(node, "verdict", _VERDICTS[verdict])
    write.link(node, "closedWorldVerdict", _VERDICTS[closed])
    write.word(node, "says", says)


def _write_state(write: _Writer, case: str, state: SetState, ground: Ground) -> None:
    node = f"{case}/inferred/criteria/{state.set.id}"
    _start(write, case, node, "CriteriaAssessment", state.verdict, state.closed, set_words(state))
    write.link(node, "ofCriteria", state.set.iri)
    write.link(node, "premise", state.set.iri)
    for fact in state.stated:
        write.link(node, "statedDiagnosis", fact.iri)
    if state.side_open:
        write.word(node, "sideOpen", "true", datatype="boolean")
    if all(side.is_silent for side in state.sides):
        # silence is the same on both sides
        for item in state.sides[0].items:
            if item.verdict == UNDETERMINED:
                write.link(node, "missingPremise", item.item.iri)
        return
    for side in state.sides:
        if side.side == WHOLE:
            _write_items(write, case, node, side, ground)
            continue
        own = f"{node}/{side.side}"
        write.link(node, "premise", own)
        _start(write, case, own, "CriteriaAssessment", side.verdict, side.closed, side_words(side))
        write.link(own, "ofCriteria", side.set.iri)
        write.link(own, "premise", side.set.iri)
        write.link(own, "side", NX + side.side)
        _write_items(write, case, own, side, ground)


def _write_items(write: _Writer, case: str, node: str, state: SideState, ground: Ground) -> None:
    for item in state.items:
        if item.is_silent:
            write.link(node, "missingPremise", item.item.iri)
            continue
        own = f"{node}/{item.item.id}"
        write.link(node, "premise", own)
        if item.verdict == UNDETERMINED:
            write.link(node, "missingPremise", item.item.iri)
        _write_item_state(write, case, own, item, ground)


def _write_item_state(write: _Writer, case: str, node: str, state: ItemState, ground: Ground) -> None:
    _start(write, case, node, "CriterionAssessment", state.verdict, state.closed, item_words(state, ground))
    write.link(node, "ofCriterion", state.item.iri)
    write.link(node, "premise", state.item.iri)
    if state.side != WHOLE:
        write.link(node, "side", NX + state.side)
    for fact in (*state.premises, *state.bearing):
        write.link(node, "premise", fact.iri)
    for fact in state.otherwise:
        write.link(node, "otherwiseDenied", fact.iri)
    if state.verdict == UNDETERMINED:
        for hint in state.hints:
            write.link(node, "hintedBy", hint.fact.iri)
        for leaf in state.missing:
            write.link(node, "missingPremise", leaf.iri)
        for iri in sorted({iri for clash in state.clashes for iri in (clash.fact.iri, clash.absent.iri)}):
            write.link(node, "contradictoryFact", iri)


class CaseAssessor:
    """Tries sets on the cases of a store, embedded or remote; the ontology is read once."""

    def __init__(self, sets: Sequence[CriteriaSet], triples: Triples) -> None:
        self.triples = triples
        self.ground = make_ground(triples)
        self.assessor = Assessor(sets, Matcher(sets, self.ground))

    def facts(self, case: str) -> tuple[CaseFact, ...]:
        """What a case reports, by its IRI."""
        return read_facts(case, self.triples(case, FACT_PREDICATES), self.ground)

    def assess(self, case: str, *, only: frozenset[str] | None = None) -> tuple[SetState, ...]:
        """The state of every set on a case, or of those named."""
        return self.assessor.assess(self.facts(case), only=only)

    def quads(self, case: str) -> list[ox.Quad]:
        """The verdicts on a case as RDF."""
        return assessment_quads(case, self.assess(case), self.ground)


def assess_cases(store: ox.Store, cases: Iterable[str], sets: Sequence[CriteriaSet]) -> Iterator[ox.Quad]:
    """The verdicts on these cases, case by case; what is no case has none. Linear in the number of cases."""
    kind, case_class = ox.NamedNode(_TYPE), ox.NamedNode(NX + "Case")
    people = [iri for iri in sorted(set(cases)) if any(store.quads_for_pattern(ox.NamedNode(iri), kind, case_class))]
    if not people or not sets:
        return
    assessor = CaseAssessor(sets, store_triples(store))
    for case in people:
        yield from assessor.quads(case)


def run_criteria(store: ox.Store, cases: Iterable[str], sets: Sequence[CriteriaSet]) -> int:
    """Add the verdicts on these cases to their inferred graphs; returns how many statements. The store must be writable."""
    todo = sorted(set(cases))
    batch: list[ox.Quad] = []
    total = 0
    for quad in assess_cases(store, todo, sets):
        batch.append(quad)
        if len(batch) >= _BATCH:
            store.extend(batch)
            total += len(batch)
            batch = []
    store.extend(batch)
    return total + len(batch)
