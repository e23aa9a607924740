"""The sources of the anatomy tables as individuals.

Comes in: the anatomy tables. Goes out: the graph of ``reference-sources``. A key of a seed paper only names it here: what the
paper is stands in its own file. Never reads files.
"""

from __future__ import annotations

from collections import defaultdict

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS

from neoplex.base.names import GRAPH_SOURCES, NX, source_iri
from neoplex.model.rows import Anatomy, ReferenceSource
from neoplex.ontology.anatomy import LICENCE
from neoplex.ontology.turtle import graph_from, text


def sources_graph(anatomy: Anatomy) -> Graph:
    """One individual for each source, with the keys that cite it, its kind, citation and identifiers."""
    graph = graph_from()
    header = URIRef(GRAPH_SOURCES)
    graph.add((header, RDF.type, OWL.Ontology))
    graph.add((header, RDFS.label, text("neoplex: sources of the tables")))
    graph.add((header, DCTERMS.description, text("What the source columns of the anatomy tables cite.")))
    graph.add((header, DCTERMS.license, LICENCE))
    by_id: dict[str, list[ReferenceSource]] = defaultdict(list)
    for source in anatomy.sources:
        by_id[source.id].append(source)
    for identifier, sources in by_id.items():
        _state(graph, URIRef(source_iri(identifier)), sources)
    return graph


def _state(graph: Graph, iri: URIRef, sources: list[ReferenceSource]) -> None:
    first = sources[0]
    graph.add((iri, URIRef(NX + "sourceKind"), text(first.kind)))
    for source in sources:
        graph.add((iri, URIRef(NX + "sourceKey"), text(source.key)))
        if source.doi:
            graph.add((iri, URIRef(NX + "doi"), text(source.doi)))
        graph.add((iri, URIRef(NX + "tableRow"), text(source.row)))
    if first.kind == "seed paper":
        return
    graph.add((iri, RDF.type, URIRef(NX + "ReferenceSource")))
    graph.add((iri, RDFS.label, text(first.key.removeprefix("rev:").rstrip("*"))))
    graph.add((iri, URIRef(NX + "recalled"), Literal(all(source.recalled for source in sources))))
    for source in sources:
        if source.title:
            graph.add((iri, DCTERMS.title, text(source.title)))
        if source.citation:
            graph.add((iri, DCTERMS.bibliographicCitation, text(source.citation)))
        if source.pmid:
            graph.add((iri, DCTERMS.identifier, text(f"PMID:{source.pmid}")))
