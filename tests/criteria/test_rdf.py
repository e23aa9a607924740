"""Sets and verdicts as RDF: every verdict with its premises, the same on any store, and a new set by a file alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest

from neoplex.ask.criteriabook import engine_triples
from neoplex.ask.engines import LocalEngine
from neoplex.base.names import GRAPH_KNOWLEDGE, GRAPH_SOURCES, NX, PREFIXES, case_iri
from neoplex.build.pipeline import inputs
from neoplex.cases.compile import compile_publication
from neoplex.infer.criteriaquads import CaseAssessor, assess_cases, criteria_quads, rule_quads, run_criteria
from neoplex.model.lexicon import Lexicon
from neoplex.read.criteria import CriteriaSet, criteria_files, read_criteria
from neoplex.store.embedded import Graph
from tests.criteria.conftest import HEAD
from tests.criteria.test_reader import TOY
from tests.criteria.test_sets import GERONTOPOULOS, JSPM

CASE = case_iri("doe-2020")


def rows(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    """Rows of a query on the union of the graphs, IRIs and words as text."""
    answer = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(answer, ox.QuerySolutions)
    return [tuple("" if t is None else str(getattr(t, "value", t)) for t in row) for row in answer]


def fill(ontology: ox.Store, tmp_path: Path, lexicon: Lexicon, sets: Sequence[CriteriaSet], body: str) -> ox.Store:
    """A store with the ontology, these sets and one case, assessed."""
    store = ox.Store()
    store.bulk_extend(ontology)
    store.extend([*criteria_quads(sets, lexicon), *rule_quads(NX.replace("term", "graph") + "ontology")])
    path = tmp_path / "doe-2020.yaml"
    path.write_text(HEAD.format(body="\n".join("    " + line for line in body.strip("\n").split("\n"))), "utf-8")
    store.extend(compile_publication(path, lexicon).quads)
    assert run_criteria(store, [CASE], sets) > 0
    return store


@pytest.fixture
def store(ontology: ox.Store, tmp_path: Path, lexicon: Lexicon, sets: tuple[CriteriaSet, ...]) -> ox.Store:
    """The case that meets the Japanese set on the right, with every shipped set tried."""
    return fill(ontology, tmp_path, lexicon, sets, JSPM.replace("FLEXION", "site: right hip joint"))


def test_verdict_of_a_set_and_of_each_side(store: ox.Store) -> None:
    found = rows(store, f"""SELECT ?side ?verdict ?closed WHERE {{
        <{CASE}> nx:hasInference ?a . ?a a nx:CriteriaAssessment ; nx:ofCriteria <{NX}criteria/jspm-2010> ; nx:verdict ?verdict ;
        nx:closedWorldVerdict ?closed ; nx:basis nx:inferred ; nx:byRule <{NX}rule/criteria> . OPTIONAL {{ ?a nx:side ?side }} }}
        ORDER BY ?side""")  # fmt: skip
    left = (NX + "left", NX + "undetermined", NX + "notMet")
    assert found == [("", NX + "met", NX + "met"), left, (NX + "right", NX + "met", NX + "met")]


def test_an_item_rests_on_facts_of_the_case_and_on_the_item_of_the_set(store: ox.Store) -> None:
    found = rows(store, f"""SELECT ?premise WHERE {{ <{CASE}/inferred/criteria/jspm-2010/right/nerve-deficit>
        a nx:CriterionAssessment ; nx:verdict nx:met ; nx:premise ?premise }} ORDER BY ?premise""")  # fmt: skip
    assert [iri for (iri,) in found] == [
        f"{CASE}/finding/quadriceps-weakness-right-quadriceps-femoris",
        NX + "criteria/jspm-2010/nerve-deficit",
    ]


def test_what_is_missing_stands_at_the_side(store: ox.Store) -> None:
    found = rows(
        store, f"SELECT ?m WHERE {{ <{CASE}/inferred/criteria/jspm-2010/left> nx:missingPremise ?m }} ORDER BY ?m"
    )
    names = [iri.rpartition("/")[2] for (iri,) in found]
    assert names == ["fixed-flexion", "iliopsoas-tumour", "nerve-deficit"], "the pain of that set has no side"


def test_every_premise_is_known_and_every_way_down_ends_in_a_passage(store: ox.Store) -> None:
    unknown = rows(store, """SELECT ?p WHERE {
        ?a nx:premise|nx:missingPremise|nx:hintedBy|nx:byRule|nx:ofCriteria|nx:ofCriterion ?p .
        FILTER NOT EXISTS { ?p ?any ?thing } }""")  # fmt: skip
    assert unknown == []
    lost = rows(store, """SELECT ?leaf WHERE { ?a a nx:CriteriaAssessment ; nx:premise+ ?leaf .
        FILTER NOT EXISTS { ?leaf nx:premise ?more }
        FILTER NOT EXISTS { ?leaf nx:statedIn/nx:passageOf/rdf:type ?publication } }""")  # fmt: skip
    assert lost == []


TOTALS = """
SELECT ?a ?verdict ?again WHERE {
  { SELECT ?a ?verdict ?n
      (SUM(?required) AS ?r) (SUM(?required * ?met) AS ?rMet) (SUM(?required * ?not) AS ?rNot)
      (SUM(?option) AS ?o) (SUM(?option * ?met) AS ?oMet) (SUM(?option * ?not) AS ?oNot)
      (SUM(?exclusion) AS ?x) (SUM(?exclusion * ?met) AS ?xMet) (SUM(?exclusion * ?not) AS ?xNot)
    WHERE {
      ?a a nx:CriteriaAssessment ; nx:side ?side ; nx:ofCriteria ?set ; nx:verdict ?verdict .
      ?set nx:leastOptions ?n ; nx:hasCriterion ?item .
      ?item nx:criterionRole ?role .
      OPTIONAL { ?a nx:premise ?i . ?i nx:ofCriterion ?item ; nx:verdict ?v }
      BIND(IF(?role = "required", 1, 0) AS ?required)
      BIND(IF(?role = "option", 1, 0) AS ?option)
      BIND(IF(?role = "exclusion", 1, 0) AS ?exclusion)
      BIND(IF(BOUND(?v) && ?v = nx:met, 1, 0) AS ?met)
      BIND(IF(BOUND(?v) && ?v = nx:notMet, 1, 0) AS ?not)
    } GROUP BY ?a ?verdict ?n }
  BIND(?rNot > 0 || ?xMet > 0 || ?o - ?oNot < ?n AS ?impossible)
  BIND(?rMet = ?r && ?oMet >= ?n && ?xNot = ?x AS ?certain)
  BIND(IF(?impossible, nx:notMet, IF(?certain, nx:met, nx:undetermined)) AS ?again)
}"""


def test_totals_follow_from_the_items_by_a_query_of_its_own(store: ox.Store) -> None:
    """Kleene's total once more, in SPARQL, from the sets and item verdicts as they stand in the graph."""
    wrong = rows(store, TOTALS)
    assert len(wrong) >= 4
    assert all(verdict == again for _, verdict, again in wrong), wrong


def test_silence_is_written_once_and_short(
    ontology: ox.Store, tmp_path: Path, lexicon: Lexicon, sets: tuple[CriteriaSet, ...]
) -> None:
    store = fill(ontology, tmp_path, lexicon, sets, "findings: [{kind: limping}]")
    assert rows(store, f"SELECT ?i WHERE {{ <{CASE}> nx:hasInference ?i . ?i nx:side ?s }}") == []
    found = rows(store, f"SELECT ?m WHERE {{ <{CASE}/inferred/criteria/jspm-2010> nx:missingPremise ?m }}")
    assert len(found) == 4


def test_a_set_of_its_own_is_tried_after_adding_a_file(
    ontology: ox.Store, root: Path, tmp_path: Path, lexicon: Lexicon
) -> None:
    home = tmp_path / "home"
    (home / "criteria").mkdir(parents=True)
    before = inputs(home)
    (home / "criteria" / "toy-2020.yaml").write_text(TOY, "utf-8")
    assert inputs(home) != before, "the build must see it"
    sets = read_criteria(criteria_files(root, home), lexicon)
    assert sets[-1].id == "toy-2020"
    body = GERONTOPOULOS.replace("SPINE", "status: absent").replace("MRI", "CT")
    store = fill(ontology, tmp_path, lexicon, sets, body)
    found = rows(store, f"SELECT ?v WHERE {{ <{CASE}/inferred/criteria/toy-2020> nx:verdict ?v }}")
    assert found == [(NX + "met",)]
    store = fill(
        ontology,
        tmp_path,
        lexicon,
        sets,
        body.replace("hip pain, site: right hip region", "knee pain, site: right knee joint"),
    )
    assert rows(store, f"SELECT ?v WHERE {{ <{CASE}/inferred/criteria/toy-2020> nx:verdict ?v }}") == [
        (NX + "undetermined",)
    ]


def test_a_set_without_sides_has_one_assessment(ontology: ox.Store, tmp_path: Path, lexicon: Lexicon) -> None:
    text = TOY.replace("sides: each", "sides: whole").replace(", same-side: true", "")
    path = tmp_path / "toy-2020.yaml"
    path.write_text(text, "utf-8")
    store = fill(
        ontology, tmp_path, lexicon, read_criteria([path], lexicon), GERONTOPOULOS.replace("SPINE", "status: absent")
    )
    found = rows(
        store, f"SELECT ?a ?v WHERE {{ <{CASE}> nx:hasInference ?a . ?a a nx:CriteriaAssessment ; nx:verdict ?v }}"
    )
    assert found == [(f"{CASE}/inferred/criteria/toy-2020", NX + "undetermined")]
    items = rows(
        store,
        f"SELECT ?i WHERE {{ <{CASE}/inferred/criteria/toy-2020> nx:premise ?i . ?i nx:ofCriterion ?c }} ORDER BY ?i",
    )
    assert [iri.rpartition("/")[2] for (iri,) in items] == ["fever", "pain", "tumour"]


def test_a_remote_store_gives_the_same_verdicts(store: ox.Store, sets: tuple[CriteriaSet, ...]) -> None:
    """Anything that answers SPARQL will do: the same quads come from queries alone."""
    remote = CaseAssessor(sets, engine_triples(LocalEngine(Graph(store))))
    assert set(remote.quads(CASE)) == set(assess_cases(store, [CASE], sets))


Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def moved(term: Term, case: str) -> Term:
    """A term of the case as that of another case."""
    return ox.NamedNode(term.value.replace(CASE, case)) if isinstance(term, ox.NamedNode) else term


def test_one_case_depends_on_no_other_and_a_second_run_says_the_same(
    store: ox.Store, sets: tuple[CriteriaSet, ...]
) -> None:
    alone = set(assess_cases(store, [CASE], sets))
    twin = case_iri("roe-2020")
    for quad in list(store.quads_for_pattern(None, None, None, ox.NamedNode(CASE))):
        subject, value = moved(quad.subject, twin), moved(quad.object, twin)
        assert isinstance(subject, ox.NamedNode)
        store.add(ox.Quad(subject, quad.predicate, value, ox.NamedNode(twin)))
    both = set(assess_cases(store, [twin, CASE], sets))
    assert alone < both
    assert len(both) == 2 * len(alone)
    assert set(assess_cases(store, [CASE], sets)) == alone


def test_nothing_about_a_case_stands_outside_its_inferred_graph(store: ox.Store, sets: tuple[CriteriaSet, ...]) -> None:
    assert {
        quad.graph_name.value for quad in assess_cases(store, [CASE], sets) if isinstance(quad.graph_name, ox.NamedNode)
    } == {CASE + "/inferred"}


def test_sets_stand_in_the_shared_graphs_sorted_and_each_once(sets: tuple[CriteriaSet, ...], lexicon: Lexicon) -> None:
    quads = criteria_quads(sets, lexicon)
    assert quads == sorted(set(quads), key=str)
    assert {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)} == {
        GRAPH_KNOWLEDGE,
        GRAPH_SOURCES,
    }
    assert not any(isinstance(term, ox.BlankNode) for quad in quads for term in quad.triple)
