"""Plain RDF: N-Quads, TriG, N-Triples, Turtle.

Comes in: an extract. Goes out: bytes that depend only on what it says, one graph at a time. Lines are sorted; nested blank nodes
of Turtle and TriG are laid out by the project's own Turtle writer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef

from neoplex.base.names import PREFIXES, compact
from neoplex.exchange.extract import Extract
from neoplex.exchange.formats import Part
from neoplex.exchange.losses import LossList
from neoplex.ontology.turtle import graph_from, turtle_blocks

_XSD_STRING = PREFIXES["xsd"] + "string"
_NAMED_GRAPHS = (
    "named graphs: the format has one graph, so reported, concluded and inferred are told apart by nx:basis only"
)


def write_nquads(extract: Extract, losses: LossList) -> list[Part]:
    """Sorted N-Quads, graph by graph; nothing is lost."""
    return [Part("", (_line(quad) for _, quads in extract.walk() for quad in quads))]


def write_ntriples(extract: Extract, losses: LossList) -> list[Part]:
    """Sorted N-Triples; the names of the graphs are lost."""
    _note_graphs(extract, losses)
    return [
        Part("", (f"{triple.subject} {triple.predicate} {triple.object} .\n".encode() for triple in extract.triples()))
    ]


def write_turtle(extract: Extract, losses: LossList) -> list[Part]:
    """Turtle, subject by subject; the names of the graphs are lost."""
    _note_graphs(extract, losses)
    return [Part("", _turtle(extract.triples()))]


def write_trig(extract: Extract, losses: LossList) -> list[Part]:
    """TriG: a block for each graph; nothing is lost."""
    return [Part("", _trig(extract))]


def to_rdflib(triples: Iterable[ox.Triple | ox.Quad]) -> Graph:
    """The same statements as an rdflib graph with the project's prefixes."""
    graph = graph_from()
    for triple in triples:
        subject, value = _node(triple.subject), _node(triple.object)
        graph.add((subject, URIRef(triple.predicate.value), value))
    return graph


def _node(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> URIRef | BNode | Literal:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Triple):
        raise TypeError("a statement about a statement: no graph of neoplex holds one")
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = term.datatype.value
    return (
        Literal(term.value, datatype=URIRef(datatype), normalize=False)
        if datatype != _XSD_STRING
        else Literal(term.value)
    )


def _line(quad: ox.Quad) -> bytes:
    return f"{quad.subject} {quad.predicate} {quad.object} {quad.graph_name} .\n".encode()


def _prefix_lines() -> bytes:
    return "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(PREFIXES.items())).encode()


def _turtle(triples: list[ox.Triple]) -> Iterator[bytes]:
    yield _prefix_lines()
    for block in turtle_blocks(to_rdflib(triples)):
        yield f"\n{block}".encode()


def _trig(extract: Extract) -> Iterator[bytes]:
    yield _prefix_lines()
    for graph, quads in extract.walk():
        short = compact(graph)
        name = short if short.count("/") == 0 and short != graph else f"<{graph}>"
        yield f"\n{name} {{\n".encode()
        for block in turtle_blocks(to_rdflib(quads)):
            yield f"\n{block}".encode()
        yield b"}\n"


def _note_graphs(extract: Extract, losses: LossList) -> None:
    if len(extract.graphs) > 1:
        losses.note(_NAMED_GRAPHS, extract.graphs[0], len(extract.graphs))
