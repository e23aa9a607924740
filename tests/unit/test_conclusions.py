"""What follows for a case is the same alone, in a batch, in another process, and from memory; and what was planted comes out."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from neoplex.base.names import GRAPH_SOURCES, NX, PREFIXES
from neoplex.build.publications import load_lexicon
from neoplex.infer.conclusions import Reasoner, infer_cases
from neoplex.infer.rules import Rule, inferred_graph, read_rules, shared_graphs
from neoplex.read.criteria import CriteriaSet, criteria_files, read_criteria
from neoplex.read.rdffile import read_case_rdf
from neoplex.store.embedded import Graph
from tests.bench.cohort import Made, cohort, eqd2, make_case
from tests.bench.plants import QUESTIONS, check_plants

SIZE = 40


@pytest.fixture(scope="module")
def made() -> list[Made]:
    return list(cohort(SIZE))


@pytest.fixture(scope="module")
def rules(root: Path) -> tuple[Rule, ...]:
    return tuple(read_rules(root / "queries" / "rules"))


@pytest.fixture(scope="module")
def sets(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[CriteriaSet, ...]:
    return tuple(read_criteria(criteria_files(root, tmp_path_factory.mktemp("none")), load_lexicon(root)))


@pytest.fixture(scope="module")
def shared(graph: Graph) -> bytes:
    return shared_graphs(graph.store)


@pytest.fixture(scope="module")
def together(shared: bytes, rules: tuple[Rule, ...], sets: tuple[CriteriaSet, ...], made: list[Made]) -> bytes:
    """What follows for all synthetic cases in one batch, with a fresh memory."""
    return Reasoner(shared, rules, sets).infer({one.iri: one.text() for one in made})


def _store(shared: bytes, made: list[Made]) -> ox.Store:
    store = ox.Store()
    store.bulk_load(input=shared, format=ox.RdfFormat.N_QUADS)
    store.bulk_load(input=b"".join(one.quads() for one in made), format=ox.RdfFormat.N_QUADS)
    return store


def _inferred(store: ox.Store, cases: list[str]) -> bytes:
    texts = [
        ox.serialize(store.quads_for_pattern(None, None, None, inferred_graph(case)), format=ox.RdfFormat.N_QUADS)
        for case in cases
    ]
    return b"\n".join(sorted(line for text in texts for line in (text or b"").split(b"\n") if line))


def test_every_planted_answer_comes_out_and_nothing_that_must_not(
    shared: bytes, made: list[Made], together: bytes
) -> None:
    store = _store(shared, made)
    store.load(input=together, format=ox.RdfFormat.N_QUADS)
    plants = [plant for one in made for plant in one.plants]
    assert {plant.question for plant in plants} == set(QUESTIONS)
    assert {plant.question for plant in plants if not plant.follows} >= {
        "involved",
        "level",
        "deficit",
        "criteria",
        "route",
    }
    assert check_plants(store, [one.iri for one in made], plants) == []


def test_a_missing_and_a_wrong_conclusion_are_told(shared: bytes, made: list[Made], together: bytes) -> None:
    store = _store(shared, made)
    lines = [line for line in together.split(b"\n") if b"StructureAtRisk" not in line]
    store.load(input=b"\n".join(lines), format=ox.RdfFormat.N_QUADS)
    plants = [plant for one in made for plant in one.plants]
    wanted = sum(plant.question == "at-risk" and plant.follows for plant in plants)
    wrong = check_plants(store, [one.iri for one in made], plants)
    assert wanted > 20
    assert len([line for line in wrong if line.startswith("at-risk:") and line.endswith("is missing")]) == wanted
    turned = [type(plant)(plant.question, plant.row, not plant.follows) for plant in plants if plant.question == "dose"]
    assert len(check_plants(store, [one.iri for one in made], turned)) == len(turned) == 2 * SIZE


def test_a_case_is_a_case_of_the_data_model(tmp_path: Path, root: Path, made: list[Made]) -> None:
    path = tmp_path / "synthetic.nq"
    path.write_bytes(b"".join(one.quads() for one in made))
    quads = read_case_rdf(path, load_lexicon(root))
    assert {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)} == {
        GRAPH_SOURCES,
        *(one.iri for one in made),
    }


def test_a_case_depends_on_its_seed_and_number_alone() -> None:
    assert make_case(7).facts == list(cohort(8))[7].facts
    assert make_case(7).facts != make_case(7, seed=2).facts
    assert len({len(one.facts) for one in cohort(40)}) > 15


def test_the_dose_formula_is_the_one_of_the_literature() -> None:
    assert (eqd2("50", 25, "10"), eqd2("30", 10, "10"), eqd2("8", 1, "3")) == ("50", "32.5", "17.6")


def test_alone_and_in_a_batch_the_same_follows(
    shared: bytes,
    rules: tuple[Rule, ...],
    sets: tuple[CriteriaSet, ...],
    made: list[Made],
    together: bytes,
) -> None:
    alone = Reasoner(shared, rules, sets)
    lines = set()
    for one in reversed(made):
        lines.update(alone.infer({one.iri: one.text()}).split(b"\n"))
    assert b"\n".join(sorted(lines)) == together


def test_the_published_graph_holds_exactly_what_follows(
    graph: Graph, shared: bytes, rules: tuple[Rule, ...], sets: tuple[CriteriaSet, ...]
) -> None:
    """Case by case the same comes out as the build wrote for all of them at once."""
    answer = graph.query("SELECT DISTINCT ?case { GRAPH ?case { ?case a ?kind } VALUES ?kind { nx:Case nx:Cohort } }")
    cases = sorted(row["case"].value for row in answer)
    assert len(cases) >= 18
    reasoner = Reasoner(shared, rules, sets)
    for case in reversed(cases):
        text = graph.store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(case)) or b""
        assert reasoner.infer({case: text}) == _inferred(graph.store, [case]), case


def test_processes_change_nothing(
    shared: bytes, rules: tuple[Rule, ...], sets: tuple[CriteriaSet, ...], made: list[Made], together: bytes
) -> None:
    store = _store(shared, made)
    cases = [one.iri for one in made]
    total = infer_cases(store, rules, sets, cases, workers=2)
    assert _inferred(store, cases) == together
    assert total == together.count(b"\n") + 1
    assert infer_cases(store, rules, sets, cases[:3]) == _inferred(store, cases[:3]).count(b"\n") + 1
    assert _inferred(store, cases) == together


def test_sources_are_out_of_reach(graph: Graph, shared: bytes) -> None:
    store = ox.Store()
    store.bulk_load(input=shared, format=ox.RdfFormat.N_QUADS)
    assert not any(store.quads_for_pattern(None, ox.NamedNode(NX + "passageOf"), None))
    assert any(graph.store.quads_for_pattern(None, ox.NamedNode(NX + "passageOf"), None))
    assert any(store.quads_for_pattern(None, ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(NX + "ConduitEdge")))
