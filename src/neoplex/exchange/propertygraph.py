"""The graph as nodes and edges with properties, for tools that know no RDF.

Comes in: an extract. Goes out: frozen nodes and edges, sorted. Literals become node properties; links between IRIs become edges;
of the ontology, ``A subClassOf (p some B)`` becomes an edge from A to B. What has no such form is noted as lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import pyoxigraph as ox

from neoplex.base.names import GRAPH_INFERRED, GRAPH_ONTOLOGY, PREFIXES, compact
from neoplex.exchange.extract import Extract
from neoplex.exchange.losses import LossList
from neoplex.exchange.owlmodel import Text, Tree, read_axioms
from neoplex.exchange.rdf import to_rdflib

_RDF, _RDFS, _OWL, _XSD = PREFIXES["rdf"], PREFIXES["rdfs"], PREFIXES["owl"], PREFIXES["xsd"]
_TYPE, _LABEL, SUBCLASS = _RDF + "type", _RDFS + "label", _RDFS + "subClassOf"
_NUMBERS = frozenset(_XSD + name for name in ("integer", "decimal"))

Value = str | int | float | bool


@dataclass(frozen=True)
class Node:
    """A node: its IRI, label, the IRIs of its classes, and its properties by short name, each a sorted tuple.

    ``graph`` is where it is described; empty for something that is only pointed at.
    """

    iri: str
    label: str
    kinds: tuple[str, ...]
    values: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    graph: str = ""

    @property
    def id(self) -> str:
        """The CURIE of the node."""
        return compact(self.iri)


@dataclass(frozen=True)
class Edge:
    """An edge: IRIs of both ends and of the relation, the graph that states it, and notes about the axiom behind it."""

    subject: str
    predicate: str
    target: str
    graph: str
    quantifier: str = ""
    values: dict[str, tuple[Value, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class PropertyGraph:
    """All nodes by IRI, sorted, and all edges, sorted."""

    nodes: dict[str, Node]
    edges: tuple[Edge, ...]


def property_graph(extract: Extract, losses: LossList) -> PropertyGraph:
    """The chosen part of the store as nodes and edges."""
    return _Builder(extract, losses).build()


def short_name(iri: str) -> str:
    """A property's name for tools whose keys hold neither colon nor slash: ``nx:tableRow`` is ``tableRow``, others keep the prefix.

    >>> short_name("https://w3id.org/neoplex/term/tableRow"), short_name(PREFIXES["rdfs"] + "comment")
    ('tableRow', 'rdfs_comment')
    """
    return compact(iri).removeprefix("nx:").replace(":", "_").replace("/", "_")


class _Builder:
    def __init__(self, extract: Extract, losses: LossList) -> None:
        self._extract = extract
        self._losses = losses
        self._values: dict[str, dict[str, set[Value]]] = defaultdict(lambda: defaultdict(set))
        self._kinds: dict[str, set[str]] = defaultdict(set)
        self._home: dict[str, str] = {}
        self._edges: list[Edge] = []

    def build(self) -> PropertyGraph:
        for graph, quads in self._extract.walk():
            if graph == GRAPH_ONTOLOGY:
                self._read_ontology(graph, quads)
            else:
                self._read_data(graph, quads)
        ends = {end for edge in self._edges for end in (edge.subject, edge.target)}
        nodes = {}
        for iri in sorted(ends | self._home.keys()):
            kinds = tuple(sorted(self._kinds[iri])) if iri in self._kinds else self._extract.kinds(iri)
            values = {name: tuple(sorted(found, key=str)) for name, found in sorted(self._values[iri].items())}
            nodes[iri] = Node(iri, self._extract.label(iri), kinds, values, self._home.get(iri, ""))
        edges = sorted(
            self._edges, key=lambda e: (e.subject, e.predicate, e.target, e.graph, e.quantifier, str(e.values))
        )
        return PropertyGraph(nodes, tuple(edges))

    def _read_data(self, graph: str, quads: list[ox.Quad]) -> None:
        for quad in quads:
            if not isinstance(quad.subject, ox.NamedNode) or isinstance(quad.object, ox.BlankNode | ox.Triple):
                self._losses.note("nodes without an IRI", quad.predicate.value)
                continue
            subject, predicate = quad.subject.value, quad.predicate.value
            self._home.setdefault(subject, graph)
            if isinstance(quad.object, ox.Literal):
                self._keep_value(subject, predicate, Text(quad.object.value, quad.object.datatype.value))
            elif predicate == _TYPE:
                self._kinds[subject].add(quad.object.value)
            else:
                self._edges.append(Edge(subject, predicate, quad.object.value, graph))

    def _read_ontology(self, graph: str, quads: list[ox.Quad]) -> None:
        headers = {q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode) and _is_header(q)}
        kept = [q for q in quads if not (isinstance(q.subject, ox.NamedNode) and q.subject.value in headers)]
        for axiom in read_axioms(to_rdflib(kept)).axioms:
            word, parts = axiom.body.word, axiom.body.parts
            notes: dict[str, set[Value]] = defaultdict(set)
            for prop, value in axiom.notes:
                notes[short_name(prop.iri)].add(_number(value) if isinstance(value, Text) else compact(value.iri))
            values = {name: tuple(sorted(found, key=str)) for name, found in sorted(notes.items())}
            if word == "Declaration":
                (entity,) = parts
                assert isinstance(entity, Tree)
                self._home.setdefault(entity.iri, graph)
                if entity.word != "NamedIndividual":
                    self._kinds[entity.iri].add(_OWL + entity.word.replace("DataProperty", "DatatypeProperty"))
                continue
            if not self._place(word, parts, graph, values):
                self._losses.note(f"{word} axioms that are no edge between two named things", _named(axiom.body))

    def _place(
        self, word: str, parts: tuple[Tree | Text | str, ...], graph: str, values: dict[str, tuple[Value, ...]]
    ) -> bool:
        trees = [part for part in parts if isinstance(part, Tree)]
        if word == "AnnotationAssertion" or word == "DataPropertyAssertion":
            subject, value = trees[1].iri, parts[2]
            self._home.setdefault(subject, graph)
            if isinstance(value, Text):
                self._keep_value(subject, trees[0].iri, value)
            elif isinstance(value, Tree):
                self._edges.append(Edge(subject, trees[0].iri, value.iri, graph, "", values))
            return True
        if word == "ObjectPropertyAssertion":
            self._edges.append(Edge(trees[1].iri, trees[0].iri, trees[2].iri, graph, "", values))
            return True
        if word == "ClassAssertion" and trees[0].word == "Class":
            self._kinds[trees[1].iri].add(trees[0].iri)
            self._home.setdefault(trees[1].iri, graph)
            return True
        if word == "SubClassOf" and trees[0].word == "Class":
            if trees[1].word == "Class":
                self._edges.append(Edge(trees[0].iri, SUBCLASS, trees[1].iri, graph, "", values))
                return True
            if trees[1].word in ("ObjectSomeValuesFrom", "ObjectHasValue"):
                prop, filler = trees[1].parts
                plain = isinstance(prop, Tree) and isinstance(filler, Tree) and prop.word == "ObjectProperty"
                if plain and filler.word in ("Class", "NamedIndividual"):  # type: ignore[union-attr]
                    assert isinstance(prop, Tree) and isinstance(filler, Tree)
                    how = "some" if trees[1].word == "ObjectSomeValuesFrom" else "value"
                    self._edges.append(Edge(trees[0].iri, prop.iri, filler.iri, graph, how, values))
                    return True
        simple = word in ("SubObjectPropertyOf", "SubDataPropertyOf", "EquivalentClasses", "DisjointClasses")
        if (
            simple
            and len(trees) == 2
            and all(tree.word in ("Class", "ObjectProperty", "DataProperty") for tree in trees)
        ):
            names = {"EquivalentClasses": _OWL + "equivalentClass", "DisjointClasses": _OWL + "disjointWith"}
            predicate = names.get(word, _RDFS + "subPropertyOf")
            self._edges.append(Edge(trees[0].iri, predicate, trees[1].iri, graph, "", values))
            return True
        return False

    def _keep_value(self, subject: str, predicate: str, value: Text) -> None:
        if predicate != _LABEL:
            self._values[subject][short_name(predicate)].add(_number(value))


def _number(text: Text) -> Value:
    """Numbers and truth values as such, everything else as its characters."""
    if text.datatype == _XSD + "boolean":
        return text.value in ("true", "1")
    if text.datatype in _NUMBERS:
        number = Decimal(text.value)
        if number == number.to_integral_value() and abs(number) < 2**53:
            return int(number)
        return float(number) if Decimal(repr(float(number))) == number else text.value
    return text.value


def _is_header(quad: ox.Quad) -> bool:
    return (
        quad.predicate.value == _TYPE
        and isinstance(quad.object, ox.NamedNode)
        and quad.object.value == _OWL + "Ontology"
    )


def _named(tree: Tree) -> str:
    for part in tree.parts:
        if isinstance(part, Tree):
            return (
                _named(part) if part.word.startswith(("Object", "Data")) and len(part.parts) > 1 else str(part.parts[0])
            )
    return ""


def state_common(extract: Extract, losses: LossList) -> None:
    """What every node-and-edge format loses."""
    losses.state("datatypes and languages of literals: numbers and yes/no stay, everything else is text")
    if GRAPH_INFERRED in extract.graphs or GRAPH_ONTOLOGY in extract.graphs:
        losses.state("the meaning of class axioms: an edge marked some stands for `every A has some B`")


def walk_keys(graph: PropertyGraph) -> Iterator[str]:
    """Every property name of nodes, sorted, each once."""
    yield from sorted({name for node in graph.nodes.values() for name in node.values})
