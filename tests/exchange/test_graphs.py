"""Node-and-edge exports: every link is an edge, every end is a node, hostile labels stay text."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pyoxigraph as ox
import pytest

from neoplex.base.names import CASE, NX
from neoplex.exchange.cells import latex
from neoplex.exchange.extract import Selection, take
from neoplex.exchange.kgx import kgx_id
from neoplex.store.embedded import Graph

Write = Callable[..., tuple[dict[str, bytes], dict[str, int]]]
ONE = Selection(cases=("capek-2015",))
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
HOSTILE = '=HYPERLINK("x")\t<b>&"\'|,;\n%s\x0b'


def links(graph: Graph, selection: Selection) -> int:
    """How many statements of a selection of data link two IRIs."""
    quads = (quad for _, found in take(graph.store, selection).walk() for quad in found)
    return sum(isinstance(q.object, ox.NamedNode) and q.predicate.value != RDF_TYPE for q in quads)


def read_all(name: str, files: dict[str, bytes]) -> tuple[set[str], list[tuple[str, str]]]:
    """Node ids and edge ends, by a reader that knows the format and not us."""
    if name == "graphml":
        tree = ET.fromstring(files[""])
        space = "{http://graphml.graphdrawing.org/xmlns}"
        nodes = {str(n.get("id")) for n in tree.iter(space + "node")}
        return nodes, [(str(e.get("source")), str(e.get("target"))) for e in tree.iter(space + "edge")]
    if name == "cyjs":
        elements = json.loads(files[""])["elements"]
        edges = [(e["data"]["source"], e["data"]["target"]) for e in elements["edges"]]
        return {n["data"]["id"] for n in elements["nodes"]}, edges
    if name == "kgx-jsonl":
        rows = [json.loads(line) for line in files["edges.jsonl"].decode().split("\n") if line]
        nodes = {json.loads(line)["id"] for line in files["nodes.jsonl"].decode().split("\n") if line}
        return nodes, [(row["subject"], row["object"]) for row in rows]
    if name == "kgx-tsv":
        node_file, edge_file, ends = "nodes.tsv", "edges.tsv", ("subject", "object")
        dialect = {"delimiter": "\t", "quoting": csv.QUOTE_NONE}
    else:
        node_file, edge_file, ends = "nodes.csv", "relationships.csv", (":START_ID", ":END_ID")
        dialect = {}
    edges_read = list(csv.DictReader(io.StringIO(files[edge_file].decode(), newline=""), **dialect))
    nodes_read = list(csv.DictReader(io.StringIO(files[node_file].decode(), newline=""), **dialect))
    key = "id" if name == "kgx-tsv" else "id:ID"
    return {row[key] for row in nodes_read}, [(row[ends[0]], row[ends[1]]) for row in edges_read]


NAMES = ["graphml", "cyjs", "kgx-tsv", "kgx-jsonl", "neo4j"]


@pytest.mark.parametrize("name", NAMES)
def test_every_link_is_an_edge_and_every_end_a_node(name: str, write: Write, graph: Graph) -> None:
    files, losses = write(name, ONE)
    nodes, edges = read_all(name, files)
    assert len(edges) == links(graph, ONE) > 1000
    assert {end for edge in edges for end in edge} <= nodes
    assert losses, "a format without datatypes says so"


@pytest.mark.parametrize("name", NAMES)
def test_the_ontology_becomes_edges(name: str, write: Write) -> None:
    files, losses = write(name, Selection("ontology"))
    _, edges = read_all(name, files)
    psoas, muscle = "nx:PsoasMajor", "nx:PsoasMuscle"
    assert (psoas, muscle) in edges
    assert ("nx:PsoasMajor", "nx:HipJoint") in edges, "adjacentTo some HipJoint"
    assert any("axioms that are no edge" in what for what in losses)


@pytest.mark.parametrize("name", NAMES)
def test_hostile_labels_stay_text(name: str, write: Write) -> None:
    store = ox.Store()
    case = ox.NamedNode(CASE + "x")
    store.add(ox.Quad(case, ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label"), ox.Literal(HOSTILE), case))
    store.add(ox.Quad(case, ox.NamedNode(NX + "says"), ox.Literal(HOSTILE), case))
    store.add(ox.Quad(case, ox.NamedNode(NX + "hasFinding"), ox.NamedNode(CASE + "x/finding/=1"), case))
    files, losses = write(name, store=store)
    nodes, edges = read_all(name, files)
    assert len(nodes) == 2 and len(edges) == 1
    if name == "neo4j":
        (row, _) = csv.DictReader(io.StringIO(files["nodes.csv"].decode(), newline=""))
        assert row["name"] == "'" + HOSTILE and any("apostrophe" in what for what in losses)
    if name == "graphml":
        assert any("control characters" in what for what in losses)


@pytest.mark.parametrize("name", NAMES)
def test_same_bytes_twice(name: str, write: Write, graph: Graph) -> None:
    files, _ = write(name, ONE)
    quads = [quad for _, found in take(graph.store, Selection()).walk() for quad in found]
    other = ox.Store()
    other.extend(reversed(quads))
    assert write(name, ONE, other)[0] == files


def test_kgx_tells_absent_from_present_and_reported_from_concluded(write: Write, graph: Graph) -> None:
    files, losses = write("kgx-jsonl", Selection(cases=("capek-2015",), inferred=True))
    edges = [json.loads(line) for line in files["edges.jsonl"].decode().splitlines()]
    findings = [e for e in edges if e["original_predicate"] == "nx:hasFinding"]
    absent = {
        kgx_id(q.subject.value)
        for q in graph.store.quads_for_pattern(None, ox.NamedNode(NX + "status"), ox.NamedNode(NX + "absent"), None)
    }
    assert {e["object"] for e in findings if e["negated"]} == {e["object"] for e in findings} & absent
    assert {e["negated"] for e in findings} == {True, False}
    assert {e["predicate"] for e in findings} == {"biolink:has_phenotype"}
    levels = {(e["knowledge_level"], e["agent_type"]) for e in edges}
    assert ("observation", "manual_agent") in levels and ("logical_entailment", "automated_agent") in levels
    assert ("prediction", "computational_model") in levels and ("knowledge_assertion", "manual_agent") in levels
    inferred = [e for e in edges if e["subject"].startswith("case:capek-2015%2Finferred")]
    assert inferred and not any(e["knowledge_level"] == "observation" for e in inferred)
    assert any(e.get("publications") == ["doi:10.3171/2014.12.JNS141339"] for e in findings)
    nodes = {n["id"]: n for n in (json.loads(line) for line in files["nodes.jsonl"].decode().splitlines())}
    assert nodes["atlas:left-lumbosacral-trunk"]["category"] == ["biolink:GrossAnatomicalStructure"]
    assert nodes["case:capek-2015"]["category"] == ["biolink:Case"]
    assert nodes["case:capek-2015"]["iri"] == CASE + "capek-2015"
    assert any("biolink:NamedThing" in what for what in losses)


def test_every_row_of_the_biolink_table_names_a_term(root: object, graph: Graph) -> None:
    from neoplex.base.paths import shipped_root

    rows = list(csv.DictReader((shipped_root() / "data/mappings/biolink.tsv").open(), delimiter="\t"))
    assert len(rows) > 20
    for row in rows:
        assert graph.query(f"ASK {{ nx:{row['nx']} a ?kind }}"), row["nx"]


def test_latex_leaves_no_command() -> None:
    assert latex("\\input{x} 5% $a_1$ & #") == r"\textbackslash{}input\{x\} 5\% \$a\_1\$ \& \#"
