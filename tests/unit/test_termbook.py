"""Terms for reading: pages, trees, search, axioms in words, and the tour."""

# ruff: noqa: E501 - messages and texts are compared whole

from __future__ import annotations

import pyoxigraph as ox
import pytest

from neoplex.ask.axioms import describe_axioms
from neoplex.ask.engines import LocalEngine
from neoplex.ask.termbook import describe_term, draw_tree, find_term, hits_as_rows, search
from neoplex.ask.tourbook import PAGE_LINES, list_sources, tour
from neoplex.base.errors import UsageError
from neoplex.base.names import ATLAS, CASE, NX
from neoplex.store.embedded import Graph

PSOAS = """\
psoas major (nx:PsoasMajor)
  kind          class
  definition    A muscle from the lumbar spine to the femur.
  source        Smith 2020
  also called   musculus psoas major

Wider
  - muscle

What holds of it
  - part of some: iliopsoas

In other vocabularies
  - exact match: obo:UBERON_0001450

In the cases
  - Smith 2020, the patient (smith-2020): 2 present, 1 absent"""


@pytest.fixture
def engine(small_graph: Graph) -> LocalEngine:
    return LocalEngine(small_graph)


def test_the_page_of_a_term(engine: LocalEngine) -> None:
    assert describe_term(engine, find_term(engine, "musculus psoas major"), 80) == PSOAS.splitlines()


def test_edges_are_told_once_and_both_ways(engine: LocalEngine) -> None:
    page = "\n".join(describe_term(engine, ATLAS + "left-psoas-major", 80))
    assert "traverses it: left femoral nerve" in page
    assert "edge" not in page


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("MRI", NX + "MagneticResonanceImaging"),
        ("left psoas major", ATLAS + "left-psoas-major"),
        ("smith-2020", CASE + "smith-2020"),
    ],
)
def test_terms_are_found(text: str, iri: str, engine: LocalEngine) -> None:
    assert find_term(engine, text) == iri


def test_unknown_terms(engine: LocalEngine) -> None:
    with pytest.raises(UsageError, match="did you mean iliopsoas"):
        find_term(engine, "ileopsoas")


def test_trees_leave_out_parents_that_follow_from_others(engine: LocalEngine) -> None:
    assert draw_tree(engine, NX + "Finding", 3) == ["finding", "├─ pain", "│  └─ hip pain", "└─ weakness"]
    assert draw_tree(engine, NX + "Finding", 1) == ["finding", "├─ pain  (+1)", "└─ weakness"]
    assert "├─ iliopsoas" in draw_tree(engine, None, 1)


def test_a_circle_of_classes_does_not_go_round_for_ever() -> None:
    store = ox.Store()
    sub, owl = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>", "<http://www.w3.org/2002/07/owl#Class>"
    store.update(f"INSERT DATA {{ <{NX}A> a {owl} ; {sub} <{NX}B> . <{NX}B> a {owl} ; {sub} <{NX}A> }}")
    assert draw_tree(LocalEngine(Graph(store)), NX + "A", 9) == ["nx:A", "└─ nx:B"]


def test_search_ranks_and_covers_everything_with_a_name(engine: LocalEngine) -> None:
    hits = search(engine, ["psoas", "major"])
    assert [hit.id for hit in hits[:3]] == ["nx:PsoasMajor", "atlas:left-psoas-major", "atlas:right-psoas-major"]
    assert not any("edge" in hit.id for hit in hits)
    assert search(engine, ["Smith"])[0].kind == "publication"
    assert search(engine, ["coxalgia"])[0].name == "hip pain"
    assert search(engine, ["unpleasant"])[0].name == "pain"
    assert any(hit.kind == "question" for hit in search(engine, ["contradict"]))
    assert search(engine, ["zebra"]) == []
    assert hits_as_rows(hits, 1).cut
    with pytest.raises(UsageError):
        search(engine, [" "])


def test_axioms_in_words() -> None:
    store = ox.Store()
    store.load(
        f"""@prefix : <{NX}> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        :A rdfs:label "thing" ; owl:equivalentClass [ owl:intersectionOf ( :B [ a owl:Restriction ; owl:onProperty :has ;
             owl:someValuesFrom [ owl:unionOf ( :C :D ) ] ] ) ] ;
           rdfs:subClassOf :B , [ owl:onProperty :has ; owl:maxQualifiedCardinality 2 ; owl:onClass :C ] ,
             [ owl:onProperty [ owl:inverseOf :has ] ; owl:allValuesFrom [ owl:complementOf :D ] ] , [ owl:onProperty :at ; owl:hasValue :left ] ;
           owl:disjointWith :E .
        :has rdfs:label "has" ; a owl:TransitiveProperty ; rdfs:range :C ; rdfs:subPropertyOf :at ; owl:propertyChainAxiom ( :at :has ) .
        :C rdfs:label "see" .""",
        format=ox.RdfFormat.TURTLE,
    )
    engine = LocalEngine(Graph(store))
    assert describe_axioms(engine, NX + "A") == [
        "(inverse of has) only (not nx:D)",
        "has at most 2 see",
        "is never a nx:E",
        "is the same as nx:B and (has some (see or nx:D))",
        "nx:at value nx:left",
    ]
    assert describe_axioms(engine, NX + "has") == [
        "follows from nx:at then has",
        "is a kind of nx:at",
        "is transitive",
        "leads to a see",
    ]


def test_the_tour_of_the_small_graph(engine: LocalEngine) -> None:
    (page,) = tour(engine)
    assert page.lines[0] == "smith-2020  (1 of 1)"
    text = "\n".join(page.lines)
    for words in (
        "1 case, 2 findings, 1 denied finding", "male, age 61 years", "planned dose 30 Gy/10; delivered dose 27 Gy/9",
        "authors favour  malignant psoas syndrome", "Text and table give different doses.", "neoplex case show smith-2020",
        "neoplex audit smith-2020",
    ):  # fmt: skip
        assert words in text
    with pytest.raises(UsageError, match="did you mean smith-2020"):
        tour(engine, ["smith-2002"])


def test_the_tour_of_the_papers_fits_the_screen(graph: Graph) -> None:
    engine = LocalEngine(graph)
    pages = tour(engine)
    assert [page.source for page in pages] == list_sources(engine)
    assert len(pages) >= 5
    for page in pages:
        assert len(page.lines) <= PAGE_LINES, page.source
        assert all(len(line) <= 80 for line in page.lines), page.source
        assert any("contradiction" in line for line in page.lines)
        assert any(line.startswith("  neoplex case show ") for line in page.lines)
