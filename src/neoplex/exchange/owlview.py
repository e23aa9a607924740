"""An extract as one OWL ontology: one header, and every property and class it uses declared.

Comes in: an extract. Goes out: an rdflib graph for the RDF/XML writer, or axioms for the other syntaxes. Modules become one
ontology: their headers and imports fall away, as in the release file.
"""

from __future__ import annotations

import pyoxigraph as ox
from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF

from neoplex.base.names import GRAPH_INFERRED, GRAPH_ONTOLOGY, ONTOLOGY, PREFIXES
from neoplex.exchange.extract import Extract
from neoplex.exchange.losses import LossList
from neoplex.exchange.owlmodel import Ontology, read_axioms
from neoplex.exchange.rdf import to_rdflib

_TYPE = PREFIXES["rdf"] + "type"
_ENTITY_KINDS = {
    PREFIXES["owl"] + name
    for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "NamedIndividual")
}


def owl_graph(extract: Extract, losses: LossList) -> Graph:
    """The chosen statements under one header, with the declarations they need from the ontology."""
    graph = to_rdflib(extract.triples())
    headers = [n for n in graph.subjects(RDF.type, OWL.Ontology) if str(n) != ONTOLOGY]
    for header in headers:
        graph.remove((header, None, None))
    if headers:
        losses.note(
            "module headers with their titles: the modules become one ontology",
            min(str(header) for header in headers),
            len(headers),
        )
    graph.remove((None, OWL.imports, None))
    if GRAPH_ONTOLOGY not in extract.graphs:
        for triple in _declarations(extract, graph):
            graph.add(triple)
    if GRAPH_INFERRED in extract.graphs:
        losses.state("which subclass axioms are inferred: they stand beside the stated ones")
    cases = sum(1 for name in extract.graphs if name not in (GRAPH_ONTOLOGY, GRAPH_INFERRED))
    if cases:
        losses.note("named graphs: facts are told apart by nx:basis only", count=cases)
    return graph


def owl_axioms(extract: Extract, losses: LossList) -> Ontology:
    """The chosen statements as axioms; triples that are none are noted as lost."""
    ontology = read_axioms(owl_graph(extract, losses))
    for subject, predicate, _ in ontology.unread:
        losses.note(f"statements with {predicate}: no OWL axiom", subject)
    return ontology


def _declarations(extract: Extract, graph: Graph) -> list[tuple[URIRef, URIRef, URIRef]]:
    """``rdf:type owl:…`` for every term the statements use and the ontology declares."""
    used = {str(node) for triple in graph for node in triple if isinstance(node, URIRef)}
    ontology = ox.NamedNode(GRAPH_ONTOLOGY)
    found = []
    for iri in sorted(used):
        for quad in extract.store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(_TYPE), None, ontology):
            if isinstance(quad.object, ox.NamedNode) and quad.object.value in _ENTITY_KINDS:
                found.append((URIRef(iri), RDF.type, URIRef(quad.object.value)))
    return found
