"""The formats an export can be written in: name, file ending, what it takes, and the writer.

Comes in: the name of a format. Goes out: its entry, whose writer turns an :class:`~neoplex.exchange.extract.Extract` into parts
(one file, or several files of a folder) and notes what it could not carry. Importing this module loads no writer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module

from neoplex.base.errors import UsageError, did_you_mean
from neoplex.exchange.extract import Extract
from neoplex.exchange.losses import LossList


@dataclass(frozen=True)
class Part:
    """One file of an export: its name inside the folder (empty when the export is one file) and its bytes, piece by piece."""

    name: str
    chunks: Iterable[bytes]


Writer = Callable[[Extract, LossList], Iterable[Part]]


@dataclass(frozen=True)
class Format:
    """A format; ``place`` is ``module:function``.

    ``what`` is exported when nothing is chosen; ``several`` means a folder of files.
    """

    name: str
    suffix: str
    family: str
    summary: str
    place: str
    what: str = "all"
    several: bool = False

    def writer(self) -> Writer:
        """The function that writes it; its module is loaded now."""
        module, _, function = self.place.partition(":")
        found: Writer = getattr(import_module(f"neoplex.exchange.{module}"), function)
        return found


FORMATS: tuple[Format, ...] = (
    Format("owl", ".owl", "OWL", "RDF/XML, which every OWL tool reads", "owlsyntax:write_owl_rdfxml", "ontology"),
    Format("owl-ttl", ".ttl", "OWL", "Turtle under one ontology header", "owlsyntax:write_owl_turtle", "ontology"),
    Format("ofn", ".ofn", "OWL", "functional syntax", "owlsyntax:write_functional", "ontology"),
    Format("owx", ".owx", "OWL", "OWL/XML", "owlsyntax:write_owlxml", "ontology"),
    Format("omn", ".omn", "OWL", "Manchester syntax", "manchester:write_manchester", "ontology"),
    Format("obo", ".obo", "OBO", "OBO 1.4", "obo:write_obo", "ontology"),
    Format("obographs", ".json", "OBO", "OBO Graphs JSON", "obo:write_obographs", "ontology"),
    Format("nquads", ".nq", "RDF", "N-Quads: every statement with its graph", "rdf:write_nquads"),
    Format("trig", ".trig", "RDF", "TriG: Turtle with named graphs", "rdf:write_trig"),
    Format("ntriples", ".nt", "RDF", "N-Triples: every statement, graphs forgotten", "rdf:write_ntriples"),
    Format("turtle", ".ttl", "RDF", "Turtle, graphs forgotten", "rdf:write_turtle"),
    Format("jsonld", ".jsonld", "RDF", "JSON-LD 1.1 with the project's context", "jsonld:write_jsonld"),
    Format("nanopubs", ".trig", "RDF", "nanopublications of claims and conclusions", "nanopub:write_nanopubs", "cases"),
    Format(
        "sssom", ".sssom.tsv", "Mappings", "SSSOM: all mappings to other vocabularies", "sssom:write_sssom", "ontology"
    ),
    Format(
        "kgx-tsv", "/", "Graphs", "KGX with Biolink categories: nodes.tsv, edges.tsv", "kgx:write_kgx_tsv", several=True
    ),
    Format(
        "kgx-jsonl", "/", "Graphs", "KGX as JSON lines: nodes.jsonl, edges.jsonl", "kgx:write_kgx_jsonl", several=True
    ),
    Format("graphml", ".graphml", "Graphs", "GraphML, for Gephi, yEd, igraph, networkx", "graphs:write_graphml"),
    Format("cyjs", ".cyjs", "Graphs", "Cytoscape JSON", "graphs:write_cytoscape"),
    Format(
        "neo4j",
        "/",
        "Graphs",
        "CSV for neo4j-admin import: nodes.csv, relationships.csv",
        "graphs:write_neo4j",
        several=True,
    ),
    Format(
        "phenopacket",
        ".phenopacket.json",
        "Cases",
        "GA4GH Phenopackets v2, one for each case",
        "caseformats:write_phenopackets",
        what="cases",
        several=True,
    ),
    Format("fhir", ".fhir.json", "Cases", "FHIR R4 bundles", "caseformats:write_fhir", what="cases", several=True),
    Format(
        "yaml",
        ".yaml",
        "Cases",
        "publication files of neoplex, to edit and add",
        "caseformats:write_case_files",
        what="cases",
        several=True,
    ),
)


def find_format(name: str) -> Format:
    """The format of this name; raises UsageError with the nearest."""
    for entry in FORMATS:
        if entry.name == name:
            return entry
    names = [entry.name for entry in FORMATS]
    hint = did_you_mean(name, names) or "`neoplex export` lists them"
    raise UsageError(f"no format is called {name!r}; {hint}")
