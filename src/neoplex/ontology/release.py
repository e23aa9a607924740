"""The release file: the whole ontology in one RDF/XML document without imports.

Comes in: the graphs of all modules. Goes out: bytes that depend only on what the graphs say. The atlas, the sources and the
alignments are not part of it. Never reads files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF
from rdflib.term import Node

from neoplex.base.names import ONTOLOGY, PREFIXES
from neoplex.ontology.layout import Layout
from neoplex.ontology.turtle import graph_from

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def merge(graphs: Iterable[Graph]) -> Graph:
    """All axioms of all modules under the header of the door; module headers and imports fall away."""
    merged = graph_from()
    for graph in graphs:
        headers = set(graph.subjects(RDF.type, OWL.Ontology))
        for subject, predicate, value in graph:
            if subject in headers and (str(subject) != ONTOLOGY or predicate == OWL.imports):
                continue
            merged.add((subject, predicate, value))
    return merged


def write_rdfxml(graph: Graph) -> bytes:
    """A graph as RDF/XML: same statements, same bytes."""
    return _Writer(graph).write().encode("utf-8")


class _Writer:
    def __init__(self, graph: Graph) -> None:
        self._layout = Layout(graph)
        self._used = {"rdf": PREFIXES["rdf"]}
        self._names: dict[str, str] = {}
        self._lines: list[str] = []

    def write(self) -> str:
        for subject in self._layout.subjects():
            self._node(subject, "  ")
        spaces = [f"\n    xmlns:{prefix}={quoteattr(space)}" for prefix, space in sorted(self._used.items())]
        head = f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{"".join(spaces)}>\n'
        return head + "\n".join(self._lines) + "\n</rdf:RDF>\n"

    def _node(self, node: Node, indent: str) -> None:
        rows = self._layout.rows(node)
        tag = "rdf:Description"
        if rows and rows[0][0] == RDF.type and isinstance(rows[0][1][0], URIRef):
            first, *others = rows[0][1]
            tag = self._name(str(first))
            rows = [(RDF.type, others), *rows[1:]] if others else rows[1:]
        label = self._layout.label(node) if isinstance(node, BNode) else None
        about = "" if isinstance(node, BNode) else f" rdf:about={quoteattr(str(node))}"
        if label is not None:
            about = f" rdf:nodeID={quoteattr(label)}"
        if not rows:
            self._lines.append(f"{indent}<{tag}{about}/>")
            return
        self._lines.append(f"{indent}<{tag}{about}>")
        for predicate, values in rows:
            for value in values:
                self._property(predicate, value, indent + "  ")
        self._lines.append(f"{indent}</{tag}>")

    def _property(self, predicate: URIRef, value: Node, indent: str) -> None:
        name = self._name(str(predicate))
        if isinstance(value, URIRef):
            self._lines.append(f"{indent}<{name} rdf:resource={quoteattr(str(value))}/>")
        elif isinstance(value, Literal):
            kind = f" rdf:datatype={quoteattr(str(value.datatype))}" if value.datatype else ""
            kind = f" xml:lang={quoteattr(value.language)}" if value.language else kind
            self._lines.append(f"{indent}<{name}{kind}>{escape(str(value))}</{name}>")
        else:
            assert isinstance(value, BNode)
            label = self._layout.label(value)
            items = None if label is not None else self._layout.items(value)
            if label is not None:
                self._lines.append(f"{indent}<{name} rdf:nodeID={quoteattr(label)}/>")
            elif items is not None and not any(isinstance(item, Literal) for item in items):
                self._lines.append(f'{indent}<{name} rdf:parseType="Collection">')
                for item in items:
                    self._member(item, indent + "  ")
                self._lines.append(f"{indent}</{name}>")
            else:
                self._lines.append(f"{indent}<{name}>")
                self._node(value, indent + "  ")
                self._lines.append(f"{indent}</{name}>")

    def _member(self, item: Node, indent: str) -> None:
        if isinstance(item, URIRef):
            self._lines.append(f"{indent}<rdf:Description rdf:about={quoteattr(str(item))}/>")
        elif isinstance(item, BNode) and (label := self._layout.label(item)) is not None:
            self._lines.append(f"{indent}<rdf:Description rdf:nodeID={quoteattr(label)}/>")
        else:
            self._node(item, indent)

    def _name(self, iri: str) -> str:
        known = self._names.get(iri)
        if known is None:
            for prefix, space in PREFIXES.items():
                if iri.startswith(space) and _NAME.fullmatch(iri, len(space)):
                    self._used[prefix] = space
                    known = f"{prefix}:{iri[len(space) :]}"
                    break
            else:
                raise ValueError(f"RDF/XML cannot name <{iri}>: no prefix of neoplex fits")
            self._names[iri] = known
        return known
