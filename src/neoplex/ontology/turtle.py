"""The one Turtle writer of the project, with helpers to state OWL axioms.

Comes in: an rdflib graph. Goes out: bytes that depend only on what the graph says, so that a diff is a change
of meaning (rdflib's own writers order blank nodes by memory). Prefixes are those of :mod:`neoplex.base.names`. Never reads files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from neoplex.base.names import IAO_DEFINITION, IAO_DEFINITION_SOURCE, PREFIXES
from neoplex.ontology.layout import Layout

Triple: TypeAlias = tuple[Node, Node, Node]

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_PLAIN_NUMBER = {
    str(XSD.integer): re.compile(r"[+-]?[0-9]+"),
    str(XSD.decimal): re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    str(XSD.boolean): re.compile(r"true|false"),
}
_WIDTH = 110
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


# ---------------------------------------------------------------------------------------------------- writing


def write_turtle(graph: Graph, *, comment: str = "", prefixes: Mapping[str, str] | None = None) -> bytes:
    """A graph as Turtle: same statements, same bytes.

    ``comment`` becomes ``#`` lines at the top; ``prefixes`` adds to those of the project; only those in use are declared.
    """
    writer = _Writer(graph, {**PREFIXES, **(prefixes or {})})
    body = writer.write()
    head = [f"# {line}".rstrip() for line in comment.splitlines()]
    if head:
        head.append("")
    head += [f"@prefix {prefix}: <{namespace}> ." for prefix, namespace in writer.used()]
    return ("\n".join(head) + "\n\n" + body).encode("utf-8")


def turtle_blocks(graph: Graph, prefixes: Mapping[str, str] = PREFIXES) -> Iterator[str]:
    """The blocks of a graph, one for each subject, without the ``@prefix`` lines, which the caller writes for ``prefixes``."""
    yield from _Writer(graph, prefixes).blocks()


class _Writer:
    def __init__(self, graph: Graph, prefixes: Mapping[str, str]) -> None:
        self._layout = Layout(graph)
        # The longest namespace that fits wins, so that ``edge:`` may lie below ``atlas:``.
        self._prefixes = sorted(prefixes.items(), key=lambda item: (-len(item[1]), item[0]))
        self._used: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def used(self) -> list[tuple[str, str]]:
        return sorted(self._used.items())

    def write(self) -> str:
        return "\n".join(self.blocks())

    def blocks(self) -> Iterator[str]:
        return (self._block(subject) for subject in self._layout.subjects())

    def _block(self, subject: Node) -> str:
        rows = self._rows(subject, "    ")
        if isinstance(subject, BNode):
            label = self._layout.label(subject)
            if label is None:
                return "[\n    " + " ;\n    ".join(rows) + "\n] .\n"
            return f"_:{label} " + " ;\n    ".join(rows) + " .\n"
        return f"{self._iri(str(subject))} " + " ;\n    ".join(rows) + " .\n"

    def _rows(self, subject: Node, indent: str) -> list[str]:
        rows = []
        for predicate, values in self._layout.rows(subject):
            name = "a" if predicate == RDF.type else self._iri(str(predicate))
            written = [self._value(value, indent + "    ") for value in values]
            one_line = f"{name} {', '.join(written)}"
            fits = len(indent) + len(one_line) <= _WIDTH and "\n" not in one_line
            rows.append(one_line if fits else f"{name} " + f",\n{indent}    ".join(written))
        return rows

    def _value(self, value: Node, indent: str) -> str:
        if isinstance(value, URIRef):
            return self._iri(str(value))
        if isinstance(value, Literal):
            return self._literal(value)
        assert isinstance(value, BNode)
        label = self._layout.label(value)
        if label is not None:
            return f"_:{label}"
        items = self._layout.items(value)
        if items is not None:
            members = [self._value(item, indent + "    ") for item in items]
            return self._wrap("(", members, ")", " ", indent)
        return self._wrap("[", self._rows(value, indent + "    "), "]", " ; ", indent)

    @staticmethod
    def _wrap(opening: str, parts: list[str], closing: str, between: str, indent: str) -> str:
        one_line = f"{opening} {between.join(parts)} {closing}"
        if len(indent) + len(one_line) <= _WIDTH and "\n" not in one_line:
            return one_line
        joint = f"{between.rstrip()}\n{indent}    "
        return f"{opening}\n{indent}    {joint.join(parts)}\n{indent}{closing}"

    def _iri(self, iri: str) -> str:
        known = self._names.get(iri)
        if known is not None:
            return known
        name = f"<{iri}>"
        for prefix, namespace in self._prefixes:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
                self._used[prefix] = namespace
                name = f"{prefix}:{iri[len(namespace) :]}"
                break
        self._names[iri] = name
        return name

    def _literal(self, literal: Literal) -> str:
        lexical = str(literal)
        datatype = str(literal.datatype) if literal.datatype else ""
        plain = _PLAIN_NUMBER.get(datatype)
        if plain is not None and plain.fullmatch(lexical):
            return lexical
        quoted = '"' + "".join(_ESCAPES.get(character, character) for character in lexical) + '"'
        if literal.language:
            return f"{quoted}@{literal.language}"
        return f"{quoted}^^{self._iri(datatype)}" if datatype and datatype != str(XSD.string) else quoted


# ---------------------------------------------------------------------------------------------------- stating


def graph_from(triples: Iterable[Triple] = ()) -> Graph:
    """A graph with the project's prefixes that holds ``triples``."""
    graph = Graph(store="SimpleMemory", bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    for triple in triples:
        graph.add(triple)
    return graph


def text(value: str) -> Literal:
    """Words as a literal. All words of neoplex are English, so literals carry no language tag."""
    return Literal(value)


def annotate(
    graph: Graph, subject: URIRef, predicate: URIRef, value: Node, notes: Iterable[tuple[URIRef, Node]]
) -> None:
    """State ``subject predicate value`` with ``notes`` about that one axiom (an ``owl:Axiom`` node, if there are any)."""
    graph.add((subject, predicate, value))
    listed = list(notes)
    if not listed:
        return
    axiom = BNode()
    graph.add((axiom, RDF.type, OWL.Axiom))
    graph.add((axiom, OWL.annotatedSource, subject))
    graph.add((axiom, OWL.annotatedProperty, predicate))
    graph.add((axiom, OWL.annotatedTarget, value))
    for note, about in listed:
        graph.add((axiom, note, about))


def some(graph: Graph, prop: URIRef, filler: Node) -> BNode:
    """A new class expression ``prop some filler``; state it once, then point at it."""
    node = BNode()
    graph.add((node, RDF.type, OWL.Restriction))
    graph.add((node, OWL.onProperty, prop))
    graph.add((node, OWL.someValuesFrom, filler))
    return node


def has_value(graph: Graph, prop: URIRef, individual: Node) -> BNode:
    """A new class expression ``prop value individual``."""
    node = BNode()
    graph.add((node, RDF.type, OWL.Restriction))
    graph.add((node, OWL.onProperty, prop))
    graph.add((node, OWL.hasValue, individual))
    return node


def _junction(graph: Graph, link: URIRef, members: Iterable[Node]) -> BNode:
    node = BNode()
    graph.add((node, RDF.type, OWL.Class))
    head = BNode()
    Collection(graph, head, list(members))
    graph.add((node, link, head))
    return node


def all_of(graph: Graph, members: Iterable[Node]) -> BNode:
    """A new class expression: the intersection of ``members``."""
    return _junction(graph, OWL.intersectionOf, members)


def any_of(graph: Graph, members: Iterable[Node]) -> BNode:
    """A new class expression: the union of ``members``."""
    return _junction(graph, OWL.unionOf, members)


def subclass_of(graph: Graph, subject: URIRef, parent: Node, notes: Iterable[tuple[URIRef, Node]] = ()) -> None:
    """State ``subject SubClassOf parent``, where ``parent`` is a class or a class expression."""
    annotate(graph, subject, RDFS.subClassOf, parent, notes)


def declare_class(
    graph: Graph,
    iri: URIRef,
    label: str,
    *,
    definition: str = "",
    source: Iterable[Node] = (),
    module: URIRef | None = None,
) -> None:
    """Declare a class with its label, definition, where the definition comes from, and the module that defines it."""
    graph.add((iri, RDF.type, OWL.Class))
    graph.add((iri, RDFS.label, text(label)))
    if definition:
        graph.add((iri, URIRef(IAO_DEFINITION), text(definition)))
    for origin in source:
        graph.add((iri, URIRef(IAO_DEFINITION_SOURCE), origin))
    if module is not None:
        graph.add((iri, RDFS.isDefinedBy, module))
