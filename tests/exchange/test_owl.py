"""OWL and OBO exports hold the axioms of the ontology; what they cannot hold is counted."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from neoplex.base.names import GRAPH_ONTOLOGY, NX
from neoplex.exchange.extract import Selection
from neoplex.exchange.obo import obo_id
from neoplex.exchange.owlmodel import Axiom, Text, Tree, read_axioms
from neoplex.exchange.rdf import to_rdflib
from neoplex.store.embedded import Graph

Write = Callable[..., tuple[dict[str, bytes], dict[str, int]]]
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
HOSTILE = 'a "quote" \\ {brace} <tag> & ]]> !bang\nline [x] =1+1'
SAMPLE = f"""
@prefix : <{NX}> . @prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> .
<https://w3id.org/neoplex/ontology> a owl:Ontology .
:A a owl:Class ; rdfs:label {json.dumps(HOSTILE)} ; rdfs:subClassOf :B , [ a owl:Restriction ; owl:onProperty :p ;
    owl:someValuesFrom [ a owl:Class ; owl:unionOf ( :B :C ) ] ] .
:B a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( :C [ a owl:Restriction ; owl:onProperty :p ;
    owl:someValuesFrom :A ] ) ] .
:C a owl:Class ; owl:disjointWith :A .
:p a owl:ObjectProperty , owl:TransitiveProperty ; rdfs:domain :A ; rdfs:range :B ; owl:propertyChainAxiom ( :p :q ) .
:q a owl:ObjectProperty ; rdfs:subPropertyOf :p .
:n a owl:DatatypeProperty ; rdfs:range <http://www.w3.org/2001/XMLSchema#decimal> .
:i a owl:NamedIndividual , :A ; :p :j ; :n 1.5 . :j a owl:NamedIndividual , :B .
[] a owl:AllDifferent ; owl:distinctMembers ( :i :j ) .
[] a owl:Axiom ; owl:annotatedSource :A ; owl:annotatedProperty rdfs:subClassOf ; owl:annotatedTarget :B ; rdfs:comment "why" .
"""
FUNCTIONAL = [
    "ClassAssertion(nx:A nx:i)",
    'DataPropertyAssertion(nx:n nx:i "1.5"^^xsd:decimal)',
    "DataPropertyRange(nx:n xsd:decimal)",
    "DifferentIndividuals(nx:i nx:j)",
    "DisjointClasses(nx:A nx:C)",
    "EquivalentClasses(nx:B ObjectIntersectionOf(nx:C ObjectSomeValuesFrom(nx:p nx:A)))",
    "ObjectPropertyAssertion(nx:p nx:i nx:j)",
    'SubClassOf(Annotation(rdfs:comment "why") nx:A nx:B)',
    "SubClassOf(nx:A ObjectSomeValuesFrom(nx:p ObjectUnionOf(nx:B nx:C)))",
    "SubObjectPropertyOf(ObjectPropertyChain(nx:p nx:q) nx:p)",
    "SubObjectPropertyOf(nx:q nx:p)",
    "TransitiveObjectProperty(nx:p)",
]


@pytest.fixture
def sample() -> ox.Store:
    """A small ontology with one axiom of every kind."""
    store = ox.Store()
    store.bulk_load(SAMPLE, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(GRAPH_ONTOLOGY))
    return store


@pytest.mark.parametrize(("name", "syntax"), [("owl", "xml"), ("owl-ttl", "turtle")])
def test_rdf_syntaxes_say_the_same_statements(name: str, syntax: str, write: Write, sample: ox.Store) -> None:
    files, losses = write(name, store=sample)
    assert isomorphic(
        rdflib.Graph().parse(data=files[""], format=syntax), rdflib.Graph().parse(data=SAMPLE, format="turtle")
    )
    assert losses == {}


def test_functional_syntax_axiom_by_axiom(write: Write, sample: ox.Store) -> None:
    files, losses = write("ofn", store=sample)
    lines = files[""].decode().split("\n")
    for line in FUNCTIONAL:
        assert line in lines
    assert sum(line.startswith("Declaration(") for line in lines) == 8
    assert losses == {}
    assert f"AnnotationAssertion(rdfs:label nx:A {_quoted(HOSTILE)})" in files[""].decode()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_owlxml_is_xml_with_the_same_axioms(write: Write, sample: ox.Store) -> None:
    files, losses = write("owx", store=sample)
    tree = ET.fromstring(files[""])
    space = "{http://www.w3.org/2002/07/owl#}"
    assert [e.text for e in tree.iter(space + "Literal") if "quote" in (e.text or "")] == [HOSTILE]
    some = tree.find(f".//{space}SubClassOf/{space}ObjectSomeValuesFrom/{space}ObjectUnionOf")
    assert some is not None and [e.get("IRI") for e in some] == [NX + "B", NX + "C"]
    note = tree.find(f".//{space}SubClassOf/{space}Annotation/{space}Literal")
    assert note is not None and note.text == "why"
    assert losses == {}


def test_manchester_frames(write: Write, sample: ox.Store) -> None:
    files, losses = write("omn", store=sample)
    frames = re.split(r"\n(?=[A-Z]\w+: )", files[""].decode())
    (frame,) = [f for f in frames if f.startswith("Class: nx:A")]
    squeezed = " ".join(frame.split())
    assert 'SubClassOf: Annotations: rdfs:comment "why" nx:B, nx:p some (nx:B or nx:C)' in squeezed
    (prop,) = [f for f in frames if f.startswith("ObjectProperty: nx:p")]
    assert "Characteristics: Transitive" in " ".join(prop.split()) and "SubPropertyChain: nx:p o nx:q" in " ".join(
        prop.split()
    )
    (one,) = [f for f in frames if f.startswith("Individual: nx:i")]
    assert 'Facts: nx:n "1.5"^^xsd:decimal, nx:p nx:j' in " ".join(one.split())
    assert losses == {}


def test_general_axioms_have_no_frame_and_are_counted(write: Write, sample: ox.Store) -> None:
    more = SAMPLE + "[ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :A ] rdfs:subClassOf :B ."
    store = ox.Store()
    store.bulk_load(more, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(GRAPH_ONTOLOGY))
    _, losses = write("omn", store=store)
    assert losses == {"axioms without a frame: SubClassOf that starts with an expression": 1}
    assert "SubClassOf(ObjectSomeValuesFrom(nx:p nx:A) nx:B)" in write("ofn", store=store)[0][""].decode()


def test_what_is_no_axiom_is_said() -> None:
    data = f"<{NX}A> a <{OWL}Class> ; <http://example.org/p> 1 . [] <http://example.org/q> 2 ."
    ontology = read_axioms(rdflib.Graph().parse(data=data, format="turtle"))
    assert {unread[1] for unread in ontology.unread} == {"http://example.org/p", "http://example.org/q"}
    assert ontology.axioms == (Axiom(Tree("Declaration", (Tree("Class", (NX + "A",)),))),)


@pytest.mark.parametrize("inferred", [False, True])
def test_every_statement_of_the_ontology_is_an_axiom(inferred: bool, write: Write) -> None:
    _, losses = write("ofn", Selection("ontology", inferred=inferred))
    assert not any("no OWL axiom" in what for what in losses), losses


def test_a_case_in_owl_brings_the_declarations_it_needs(write: Write) -> None:
    files, losses = write("ofn", Selection(cases=("shi-2021",)))
    text = files[""].decode()
    assert "Declaration(ObjectProperty(nx:hasFinding))" in text and "ObjectPropertyAssertion(nx:hasFinding " in text
    assert not any("no OWL axiom" in what for what in losses), losses


def test_obo_stanzas(write: Write, sample: ox.Store) -> None:
    files, losses = write("obo", store=sample)
    text = files[""].decode()
    stanzas = {s.split("\n")[1].removeprefix("id: "): s for s in text.split("\n\n")[1:]}
    assert "is_a: nx:B" in stanzas["nx:A"] and "disjoint_from: nx:A" in stanzas["nx:C"] + "disjoint_from: nx:A"
    assert "intersection_of: nx:C\nintersection_of: nx:p nx:A" in stanzas["nx:B"]
    assert "is_transitive: true" in stanzas["nx:p"] and "holds_over_chain: nx:p nx:q" in stanzas["nx:p"]
    assert 'name: a "quote" \\\\ \\{brace\\} <tag> & ]]> \\!bang\\nline [x] =1+1' in stanzas["nx:A"]
    assert losses["SubClassOf axioms outside what OBO can say"] == 1
    assert losses["annotations of SubClassOf axioms (table row, source)"] == 1
    assert losses["data properties: OBO has none"] == 1


def test_obographs_edges_and_definitions(write: Write, sample: ox.Store) -> None:
    files, losses = write("obographs", store=sample)
    (graph,) = json.loads(files[""])["graphs"]
    edges = {(e["sub"].removeprefix(NX), e["pred"].removeprefix(NX), e["obj"].removeprefix(NX)) for e in graph["edges"]}
    assert {("A", "is_a", "B"), ("i", "type", "A"), ("i", "p", "j"), ("q", "subPropertyOf", "p")} <= edges
    (definition,) = graph["logicalDefinitionAxioms"]
    assert definition["genusIds"] == [NX + "C"]
    assert definition["restrictions"] == [{"propertyId": NX + "p", "fillerId": NX + "A"}]
    labels = {node["id"]: node.get("lbl") for node in graph["nodes"]}
    assert labels[NX + "A"] == HOSTILE
    assert any(what.startswith("disjoint classes") for what in losses)


def test_the_whole_ontology_keeps_its_terms_in_obo(write: Write, graph: Graph) -> None:
    files, losses = write("obo")
    stanzas = re.findall(r"^\[Term\]\nid: (\S+)", files[""].decode(), re.M)
    classes = {
        q.subject.value
        for q in graph.store.quads_for_pattern(None, None, ox.NamedNode(OWL + "Class"), ox.NamedNode(GRAPH_ONTOLOGY))
        if isinstance(q.subject, ox.NamedNode)
    }
    assert set(stanzas) == set(map(obo_id, classes)) and len(stanzas) == len(classes) > 1500
    assert losses["data properties: OBO has none"] > 50


@pytest.mark.parametrize("name", ["owl", "owl-ttl", "ofn", "owx", "omn", "obo", "obographs"])
def test_same_bytes_from_a_shuffled_store(name: str, write: Write, sample: ox.Store) -> None:
    other = ox.Store()
    renamed = {q.subject.value: ox.BlankNode() for q in sample if isinstance(q.subject, ox.BlankNode)}
    swap = lambda t: renamed.get(t.value, t) if isinstance(t, ox.BlankNode) else t  # noqa: E731
    other.extend(ox.Quad(swap(q.subject), q.predicate, swap(q.object), q.graph_name) for q in reversed(list(sample)))
    assert write(name, store=other)[0] == write(name, store=sample)[0]


def test_literals_keep_datatype_and_language() -> None:
    quads = ox.parse(f'<{NX}A> <{RDFS}label> "wort"@de .', format=ox.RdfFormat.TURTLE)
    (axiom,) = read_axioms(to_rdflib(list(quads))).axioms
    assert axiom.body.parts[2] == Text("wort", "", "de")
