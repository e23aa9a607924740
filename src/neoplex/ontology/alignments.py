"""Mappings of structures and relations to other vocabularies: SSSOM tables and the optional Uberon alignment.

Comes in: the anatomy tables, the modules and ``data/terms/object_properties.tsv``. Goes out: bytes of SSSOM tables and a graph.
Identifiers come from the tables only; an exact Uberon match becomes an equivalence, in a file that nothing imports.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS

from neoplex.base.names import NX, ONTOLOGY, PREFIXES, class_iri
from neoplex.model.rows import Anatomy
from neoplex.ontology.anatomy import LICENCE
from neoplex.ontology.turtle import graph_from, text
from neoplex.read.tables import Cells, FaultList, read_table

OBO = PREFIXES["obo"]
CURIES: dict[str, str] = {
    "BFO": OBO + "BFO_",
    "BSPO": OBO + "BSPO_",
    "FMA": "http://purl.org/sig/ont/fma/fma",
    "IAO": OBO + "IAO_",
    "ILX": "http://uri.interlex.org/base/ilx_",
    "NCIT": OBO + "NCIT_",
    "RO": OBO + "RO_",
    "ROO": "http://www.cancerdata.org/roo/",
    "SEPIO": OBO + "SEPIO_",
    "SIO": "http://semanticscience.org/resource/SIO_",
    "UBERON": OBO + "UBERON_",
    "dcterms": PREFIXES["dcterms"],
    "mp": "http://purl.org/mp/",
    "np": "http://www.nanopub.org/nschema#",
    "nx": NX,
    "oboInOwl": PREFIXES["oboInOwl"],
    "prov": PREFIXES["prov"],
    "skos": PREFIXES["skos"],
}
MATCHES = {
    "exact": SKOS.exactMatch,
    "close": SKOS.closeMatch,
    "broad": SKOS.broadMatch,
    "narrow": SKOS.narrowMatch,
}
PROPERTY_COLUMNS = (
    "group",
    "relation_id",
    "official_label",
    "source_ontology",
    "kind",
    "inverse",
    "domain",
    "range",
    "characteristics",
    "super_property",
    "property_chains",
    "use_in_neoplex",
    "biolink_predicate",
    "verified_in",
    "notes",
)
_BUILT_IN = ("skos", "owl", "rdf", "rdfs", "semapv", "sssom", "xsd", "linkml")


@dataclass(frozen=True, order=True)
class Mapping:
    """One line of an SSSOM table; all ids are CURIEs."""

    subject_id: str
    subject_label: str
    predicate_id: str
    object_id: str
    object_label: str
    mapping_justification: str


def expand_id(identifier: str) -> str:
    """The IRI of an identifier as the tables write it; an IRI or an unknown prefix comes back unchanged.

    >>> expand_id("RO:0002150")
    'http://purl.obolibrary.org/obo/RO_0002150'
    """
    prefix, colon, name = identifier.partition(":")
    return CURIES[prefix] + name if colon and prefix in CURIES else identifier


def shrink_iri(iri: str) -> str:
    """An IRI as a CURIE of the mapping tables; unchanged when no prefix fits."""
    fitting = [(space, prefix) for prefix, space in CURIES.items() if iri.startswith(space) and len(iri) > len(space)]
    if not fitting:
        return iri
    space, prefix = max(fitting, key=lambda item: len(item[0]))
    return f"{prefix}:{iri[len(space) :]}"


def structure_mappings(anatomy: Anatomy) -> list[Mapping]:
    """Uberon matches as the table grades them; FMA, NCIt and InterLex numbers as cross-references.

    Uberon labels were compared with a release, so the match is a composite one. Cross-references come from Uberon's own
    bridges (chained) or from other tables whose label has the same meaning (composite).
    """
    mappings: list[Mapping] = []
    for structure in anatomy.structures:
        subject = shrink_iri(class_iri(structure.id))

        def add(
            predicate: str, identifier: str, label: str, how: str, *, of: str = subject, word: str = structure.label
        ) -> None:
            mappings.append(Mapping(of, word, predicate, identifier, label, f"semapv:{how}"))

        if structure.uberon_id:
            predicate = f"skos:{structure.uberon_match}Match"
            add(predicate, structure.uberon_id, structure.uberon_label, "CompositeMatching")
        bridged = structure.fma_source.startswith("Uberon bridge")
        for identifier in structure.fma_ids:
            add("oboInOwl:hasDbXref", identifier, "", "MappingChaining" if bridged else "CompositeMatching")
        for identifier in structure.ncit_ids:
            add("oboInOwl:hasDbXref", f"NCIT:{identifier}", "", "MappingChaining")
        for identifier in structure.other_xrefs:
            add("oboInOwl:hasDbXref", identifier, "", "CompositeMatching")
    return sorted(mappings)


def read_properties(root: Path) -> list[Cells]:
    """The rows of ``data/terms/object_properties.tsv``; raises FaultsFound."""
    faults = FaultList()
    name = "object_properties.tsv"
    rows = read_table(root / "data" / "terms" / name, PROPERTY_COLUMNS, faults, shown=name)
    faults.stop_if_any()
    return rows


def relation_mappings(graphs: Iterable[Graph], properties: Sequence[Cells]) -> list[Mapping]:
    """The SKOS matches that modules state of their properties, with labels from the table of outside relations."""
    labels = {expand_id(row["relation_id"]): row["official_label"] for row in properties if row["relation_id"]}
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
    mappings: set[Mapping] = set()
    for graph in graphs:
        for predicate in (*MATCHES.values(), SKOS.relatedMatch):
            for subject, value in graph.subject_objects(predicate):
                if any((subject, RDF.type, kind) in graph for kind in kinds):
                    mappings.add(
                        Mapping(
                            shrink_iri(str(subject)),
                            str(graph.value(subject, RDFS.label) or ""),
                            shrink_iri(str(predicate)),
                            shrink_iri(str(value)),
                            labels.get(str(value), ""),
                            "semapv:CompositeMatching",
                        )
                    )
    return sorted(mappings)


def write_sssom(mappings: Sequence[Mapping], name: str, title: str, comment: str) -> bytes:
    """An SSSOM 1.1 table with its metadata block; same mappings, same bytes."""
    used = {curie.partition(":")[0] for m in mappings for curie in (m.subject_id, m.predicate_id, m.object_id)}
    lines = [
        '#sssom_version: "1.1"',
        f"#mapping_set_id: https://w3id.org/neoplex/mappings/{name}",
        f"#mapping_set_title: {title}",
        f"#mapping_set_description: {comment}",
        "#license: https://creativecommons.org/licenses/by/4.0/",
        "#curie_map:",
        *(f"#  {prefix}: {CURIES[prefix]}" for prefix in sorted(used - set(_BUILT_IN))),
    ]
    columns = list(Mapping.__dataclass_fields__)
    lines.append("\t".join(columns))
    lines += ["\t".join(str(getattr(m, column)) for column in columns) for m in mappings]
    return ("\n".join(lines) + "\n").encode("utf-8")


def uberon_graph(anatomy: Anatomy) -> Graph:
    """Exact Uberon matches as equivalences, the others as SKOS matches; an ontology that has to be asked for."""
    graph = graph_from()
    header = URIRef(f"{ONTOLOGY}/alignment-uberon")
    graph.add((header, RDF.type, OWL.Ontology))
    graph.add((header, RDFS.label, text("neoplex: alignment with Uberon")))
    graph.add((header, DCTERMS.license, LICENCE))
    words = "Import this beside neoplex and Uberon to merge the two. neoplex itself never imports it."
    graph.add((header, DCTERMS.description, text(words)))
    for structure in anatomy.structures:
        if structure.uberon_id:
            outside = URIRef(expand_id(structure.uberon_id))
            exact = structure.uberon_match == "exact"
            predicate = OWL.equivalentClass if exact else MATCHES[structure.uberon_match]
            graph.add((URIRef(class_iri(structure.id)), predicate, outside))
            graph.add((outside, RDFS.label, text(structure.uberon_label)))
            if exact:
                graph.add((outside, RDF.type, OWL.Class))
    return graph
