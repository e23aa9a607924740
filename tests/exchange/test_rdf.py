"""RDF exports say exactly what the store says, in the same bytes every time, and name what they lose."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from neoplex.base.errors import UsageError
from neoplex.base.names import CASE, GRAPH_INFERRED, GRAPH_ONTOLOGY, GRAPH_SOURCES
from neoplex.exchange import context
from neoplex.exchange.extract import Extract, Selection, take
from neoplex.exchange.formats import FORMATS, find_format
from neoplex.exchange.losses import LossList
from neoplex.store.embedded import Graph

QUADS = {"nquads": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG, "jsonld": ox.RdfFormat.JSON_LD}
TRIPLES = {"ntriples": ox.RdfFormat.N_TRIPLES, "turtle": ox.RdfFormat.TURTLE}
HOSTILE = '"quoted" \\ </script> =1+1 {brace} |pipe|\n\ttab \u2028 é 腰'


def written(name: str, extract: Extract) -> tuple[bytes, LossList]:
    """What a format of one file makes of an extract."""
    losses = LossList()
    (part,) = find_format(name).writer()(extract, losses)
    return b"".join(part.chunks), losses


def canonical(quads: object) -> set[str]:
    data = ox.Dataset(quads)
    data.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in data}


@pytest.mark.parametrize("name", QUADS)
def test_everything_comes_back_with_its_graph(name: str, graph: Graph) -> None:
    extract = take(graph.store, Selection("all", inferred=True))
    data, losses = written(name, extract)
    assert canonical(ox.parse(data, format=QUADS[name])) == canonical(graph.store)
    assert losses.rows() == ()


@pytest.mark.parametrize("name", TRIPLES)
def test_triples_come_back_and_the_lost_graphs_are_named(name: str, graph: Graph) -> None:
    extract = take(graph.store, Selection("all"))
    data, losses = written(name, extract)
    wanted = {ox.Quad(q.subject, q.predicate, q.object) for _, quads in extract.walk() for q in quads}
    assert canonical(ox.parse(data, format=TRIPLES[name])) == canonical(wanted)
    (loss,) = losses.rows()
    assert "named graphs" in loss.what and loss.count == len(extract.graphs)


def test_rdflib_reads_a_case_in_jsonld_as_the_same_quads(graph: Graph) -> None:
    data, _ = written("jsonld", take(graph.store, Selection(cases=("capek-2015",), inferred=True)))
    theirs = rdflib.Dataset()
    theirs.parse(data=data.decode(), format="json-ld")
    mine, _ = written("nquads", take(graph.store, Selection(cases=("capek-2015",), inferred=True)))
    ours = rdflib.Dataset()
    ours.parse(data=mine.decode(), format="nquads")
    assert set(theirs.quads()) == set(ours.quads())


@pytest.mark.parametrize("name", [*QUADS, *TRIPLES])
def test_order_of_the_store_does_not_show(name: str, graph: Graph) -> None:
    """A store filled backwards, with other names for blank nodes, gives the same bytes."""
    chosen = Selection(graphs=("ontology", "case:shi-2021"))
    quads = [quad for _, quads in take(graph.store, chosen).walk() for quad in quads]
    other = ox.Store()
    names: dict[str, ox.BlankNode] = {}

    def renamed(term: object) -> object:
        return names.setdefault(term.value, ox.BlankNode()) if isinstance(term, ox.BlankNode) else term

    other.extend(ox.Quad(renamed(q.subject), q.predicate, renamed(q.object), q.graph_name) for q in reversed(quads))
    assert written(name, take(other, chosen))[0] == written(name, take(graph.store, chosen))[0]


@pytest.mark.parametrize("name", [*QUADS, *TRIPLES])
def test_hostile_text_survives(name: str) -> None:
    store = ox.Store()
    case = ox.NamedNode(CASE + "x")
    quad = ox.Quad(case, ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label"), ox.Literal(HOSTILE), case)
    store.add(quad)
    data, _ = written(name, take(store, Selection()))
    (back,) = ox.parse(data, format={**QUADS, **TRIPLES}[name])
    assert back.object == ox.Literal(HOSTILE)


def test_selections(graph: Graph) -> None:
    store = graph.store
    assert take(store, Selection("ontology")).graphs == (GRAPH_ONTOLOGY,)
    assert take(store, Selection("ontology", inferred=True)).graphs == (GRAPH_ONTOLOGY, GRAPH_INFERRED)
    one = take(store, Selection(cases=("shi-2021",)))
    assert one.graphs == (GRAPH_SOURCES, CASE + "shi-2021")
    assert one.inferred_left_out == len(take(store, Selection(graphs=("case:shi-2021/inferred",))).triples()) > 0
    sources = {quad.subject.value for quad in one.quads(GRAPH_SOURCES)}
    assert sources and all("shi-2021" in name for name in sources), "only the passages of that case"
    passages = {q.object.value for q in one.quads(CASE + "shi-2021") if q.predicate.value.endswith("/statedIn")}
    assert passages <= sources, "no fact loses its place in the source"
    cases = take(store, Selection("cases"))
    assert not any(name.endswith("/inferred") for name in cases.graphs)
    assert {CASE + "capek-2015", CASE + "sanuki-2022"} < set(cases.graphs)
    inferred = take(store, Selection(graphs=("case:capek-2015/inferred",)))
    assert inferred.graphs == (CASE + "capek-2015/inferred",), "a graph asked for by name is taken"


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection("onthology"), "expected ontology, cases, all"),
        (Selection(cases=("capek",)), "no case is called 'capek'"),
        (Selection(graphs=("atlass",)), "did you mean graph:atlas"),
    ],
)
def test_wrong_selections_name_the_way_out(selection: Selection, words: str, graph: Graph) -> None:
    with pytest.raises(UsageError, match=words):
        take(graph.store, selection)


def test_the_context_covers_every_property(root: Path) -> None:
    assert context.find_gaps(root) == []
    shipped = context.read_context(root)
    del shipped["hasSite"]
    shipped["value"] = {"@id": "nx:value", "@type": "@id"}
    assert {fault.field for fault in context.find_gaps(root, shipped)} == {"hasSite", "value"}


def test_every_term_of_the_ontology_expands_to_itself(root: Path) -> None:
    """Classes through ``@type``, properties as keys: another reader resolves the context to the same IRIs."""
    kinds: dict[str, set[str]] = {"Class": set(), "Property": set()}
    for triple in ox.parse(path=str(root / "ontology/neoplex.owl"), format=ox.RdfFormat.RDF_XML):
        if triple.predicate.value.endswith("#type") and isinstance(triple.subject, ox.NamedNode):
            for kind, found in kinds.items():
                if triple.object.value.endswith(kind) and triple.subject.value.startswith(context.NX):
                    found.add(triple.subject.value)
    node = {
        "@context": context.read_context(root),
        "@id": "case:x",
        "@type": [iri.removeprefix(context.NX) for iri in sorted(kinds["Class"])],
        **{context.term_of(iri): {"@id": "atlas:x"} for iri in sorted(kinds["Property"])},
    }
    read = rdflib.Graph().parse(data=json.dumps(node), format="json-ld")
    assert {str(o) for o in read.objects(None, rdflib.RDF.type)} == kinds["Class"]
    assert {str(p) for p in read.predicates()} - {str(rdflib.RDF.type)} == kinds["Property"]
    assert len(kinds["Class"]) > 1000 and len(kinds["Property"]) > 200


def test_every_format_has_a_writer_and_one_name() -> None:
    assert len({entry.name for entry in FORMATS}) == len(FORMATS)
    assert all(callable(entry.writer()) for entry in FORMATS)
    with pytest.raises(UsageError, match="did you mean nquads"):
        find_format("nquad")
