"""What the route search and the hypotheses conclude, as RDF for the inferred graph of a case.

Comes in: a case, its tree, its ranking. Goes out: quads in the shape of ``docs/data-model.md`` section 5, each conclusion with
the facts, atlas edges and evidence items it rests on, so that a proof can be walked down to a passage or a table row.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from neoplex.base.names import NX, PREFIXES
from neoplex.infer.hypotheses import Assessment, Evidence, Hypothesis, Ranking, Requirement, Weighed
from neoplex.infer.route_facts import Case
from neoplex.infer.route_trees import Tree
from neoplex.infer.routes import Step

ROUTE_RULE = NX + "rule/route-search"
_TYPE = PREFIXES["rdf"] + "type"
_LABEL = PREFIXES["rdfs"] + "label"
_SOURCE = PREFIXES["dcterms"] + "source"
_INTEGER = ox.NamedNode(PREFIXES["xsd"] + "integer")
_VERDICTS = {
    "favoured": "favoured",
    "possible": "remainsPossible",
    "unlikely": "unlikely",
    "not supported": "notSupported",
}
_DIRECTIONS = {"none": "noDirection"}


class _Writer:
    def __init__(self, graph: str) -> None:
        self.quads: list[ox.Quad] = []
        self._graph = ox.NamedNode(graph)

    def link(self, subject: str, name: str, value: str) -> None:
        self._add(subject, name, ox.NamedNode(value))

    def words(self, subject: str, name: str, value: str) -> None:
        if value:
            self._add(subject, name, ox.Literal(value, language="en"))

    def plain(self, subject: str, name: str, value: str) -> None:
        if value:
            self._add(subject, name, ox.Literal(value))

    def number(self, subject: str, name: str, value: int) -> None:
        self._add(subject, name, ox.Literal(str(value), datatype=_INTEGER))

    def _add(self, subject: str, name: str, value: ox.NamedNode | ox.Literal) -> None:
        predicate = name if "://" in name else NX + name
        self.quads.append(ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), value, self._graph))


def definition_quads(hypotheses: Iterable[Hypothesis], graph: str) -> list[ox.Quad]:
    """The route search and the hypotheses with their evidence items as RDF, so that premises can be looked up."""
    write = _Writer(graph)
    write.link(ROUTE_RULE, _TYPE, NX + "Rule")
    write.words(ROUTE_RULE, _LABEL, "route search")
    write.words(
        ROUTE_RULE, "says", "Cheapest tree of conduit steps from the primary to every structure where tumour was seen."
    )
    write.words(ROUTE_RULE, "appliesWhen", "A case names a primary with a site and tumour at another structure.")
    write.words(ROUTE_RULE, _SOURCE, "neoplex: anatomy tables (spread_edges.tsv); costs are model assumptions")
    for hypothesis in hypotheses:
        write.link(hypothesis.iri, _TYPE, NX + "Hypothesis")
        write.words(hypothesis.iri, _LABEL, hypothesis.label)
        write.words(hypothesis.iri, "says", hypothesis.mechanism)
        write.words(hypothesis.iri, "note", hypothesis.note)
        write.words(hypothesis.iri, "appliesWhen", "Always: every hypothesis is weighed on every case.")
        write.words(hypothesis.iri, _SOURCE, f"data/hypotheses/{hypothesis.id}.yaml")
        for item in hypothesis.evidence:
            _define(write, hypothesis, item, "looksFor")
        for need in hypothesis.requires:
            _define(write, hypothesis, need, "needs")
    return sorted(set(write.quads), key=str)


def _define(write: _Writer, hypothesis: Hypothesis, item: Evidence | Requirement, link: str) -> None:
    iri = hypothesis.evidence_iri(item.id)
    write.link(hypothesis.iri, link, iri)
    write.link(iri, _TYPE, NX + "EvidenceItem")
    write.words(iri, _LABEL, item.label)
    if isinstance(item, Evidence):
        write.words(iri, "says", item.says)
        write.plain(iri, "statementSource", f"{item.source}, {item.at}" if item.at else item.source)


def route_quads(case: Case, tree: Tree | None) -> list[ox.Quad]:
    """The tree of a case as one route hypothesis with its steps; nothing when there is no tree."""
    if tree is None or not tree.steps:
        return []
    write = _Writer(case.iri + "/inferred")
    iri = f"{case.iri}/inferred/route-search/tree"
    write.link(case.iri, "hasInference", iri)
    write.link(iri, _TYPE, NX + "RouteHypothesis")
    write.link(iri, "basis", NX + "inferred")
    write.link(iri, "byRule", ROUTE_RULE)
    write.number(iri, "routeCost", tree.cost)
    proven = "No cheaper tree exists under the rules." if tree.proven else "A cheaper tree may exist."
    left_out = ", ".join(case.atlas.label(node) for node, _ in tree.unreached)
    write.words(
        iri,
        "says",
        f"{len(tree.steps)} steps reach {len(tree.reached)} structures with tumour. {proven}"
        + (f" Not reached: {left_out}." if left_out else ""),
    )
    # The search was told all of this: what is documented makes a way cheap, what is denied closes it.
    told = [fact for known in case.documented.values() for fact in (*known.facts, *known.denials)]
    for fact in (*case.primaries, *told):
        write.link(iri, "premise", fact.iri)
    for step in tree.steps:
        _write_step(write, iri, step)
    return sorted(set(write.quads), key=str)


def _write_step(write: _Writer, route: str, step: Step) -> None:
    iri = f"{route}/step/{step.number}"
    write.link(route, "hasStep", iri)
    write.link(iri, _TYPE, NX + "RouteStep")
    write.link(iri, "basis", NX + "inferred")
    write.number(iri, "stepNumber", step.number)
    write.link(iri, "stepFrom", step.start)
    write.link(iri, "stepTo", step.end)
    write.link(iri, "hasMechanism", f"{iri}/mechanism")
    write.link(f"{iri}/mechanism", _TYPE, step.mechanism)
    write.link(iri, "spreadDirection", NX + _DIRECTIONS.get(step.direction, step.direction))
    write.link(iri, "evidenceLevel", NX + step.evidence)
    write.number(iri, "routeCost", step.cost)
    words = f"{step.start_label} to {step.end_label}: {step.evidence_words}; in the case: {step.case_words}"
    write.words(iri, "says", words + (f", {step.order}" if step.order else ""))
    facts = step.documented.facts + step.documented.denials if step.documented else ()
    for premise in (*step.edges, *(fact.iri for fact in facts)):
        write.link(iri, "premise", premise)
        write.link(route, "premise", premise)


def hypothesis_quads(case: Case, ranking: Ranking) -> list[ox.Quad]:
    """Every assessment of a case, with the weighed evidence it rests on and what is missing."""
    write = _Writer(case.iri + "/inferred")
    for number, assessment in enumerate(ranking.assessments, 1):
        _write_assessment(write, case, assessment, number)
    for compared in ranking.compared:
        if compared.assessment is not None:
            own = f"{case.iri}/inferred/hypothesis/{compared.assessment.hypothesis.id}"
            write.link(own, "comparedWith", compared.view.iri)
    return sorted(set(write.quads), key=str)


def _write_assessment(write: _Writer, case: Case, assessment: Assessment, number: int) -> None:
    hypothesis = assessment.hypothesis
    iri = f"{case.iri}/inferred/hypothesis/{hypothesis.id}"
    write.link(case.iri, "hasInference", iri)
    write.link(iri, _TYPE, NX + "HypothesisAssessment")
    write.link(iri, "basis", NX + "inferred")
    write.link(iri, "byRule", hypothesis.iri)
    write.link(iri, "verdict", NX + _VERDICTS[assessment.verdict])
    write.number(iri, "rank", number)
    write.plain(iri, "tally", assessment.tally)
    write.words(iri, "says", f"{hypothesis.label}: {assessment.verdict}; {assessment.why}.")
    for checked in assessment.checked:
        item = hypothesis.evidence_iri(checked.requirement.id)
        if checked.state == "open":
            write.link(iri, "missingPremise", item)
            continue
        write.link(iri, "premise", item)
        for premise in (*(fact.iri for fact in checked.seen.facts), *checked.seen.edges):
            write.link(iri, "premise", premise)
    for weighed in assessment.weighed:
        item = hypothesis.evidence_iri(weighed.evidence.id)
        if weighed.group == "missing":
            write.link(iri, "missingPremise", item)
        elif weighed.group != "neutral":
            node = _write_weighed(write, case, iri, item, weighed)
            write.link(iri, "supportedBy" if weighed.group == "for" else "challengedBy", node)
            write.link(iri, "premise", node)


def _write_weighed(write: _Writer, case: Case, assessment: str, item: str, weighed: Weighed) -> str:
    iri = f"{assessment}/{weighed.evidence.id}"
    write.link(case.iri, "hasInference", iri)
    write.link(iri, _TYPE, NX + "WeighedEvidence")
    write.link(iri, "basis", NX + "inferred")
    write.plain(iri, "strengthOfEvidence", weighed.weight.strength)
    state = "" if weighed.seen.state == "present" else "denied: "
    detail = f" ({weighed.seen.says})" if weighed.seen.says else ""
    write.words(iri, "says", f"{state}{weighed.evidence.label}{detail}. {weighed.evidence.says}")
    for premise in (item, *(fact.iri for fact in weighed.seen.facts), *weighed.seen.edges):
        write.link(iri, "premise", premise)
    return iri
