"""Every prefix and IRI pattern of neoplex, written once.

Plain strings, so that nothing heavy is imported. Comes in: ids and labels. Goes out: IRIs and CURIEs. Never reads files.
"""

from __future__ import annotations

import re
import unicodedata

BASE = "https://w3id.org/neoplex/"
NX = BASE + "term/"
ATLAS = BASE + "atlas/"
CASE = BASE + "case/"
SOURCE = BASE + "source/"
GRAPH = BASE + "graph/"
ONTOLOGY = BASE + "ontology"
"""IRI of the ontology itself; modules are ``ONTOLOGY + "/" + name``."""

PREFIXES: dict[str, str] = {
    "nx": NX,
    "atlas": ATLAS,
    "case": CASE,
    "source": SOURCE,
    "graph": GRAPH,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "sh": "http://www.w3.org/ns/shacl#",
    "obo": "http://purl.obolibrary.org/obo/",
    "oboInOwl": "http://www.geneontology.org/formats/oboInOwl#",
}

IAO_DEFINITION = PREFIXES["obo"] + "IAO_0000115"
IAO_DEFINITION_SOURCE = PREFIXES["obo"] + "IAO_0000119"

GRAPH_ONTOLOGY = GRAPH + "ontology"
GRAPH_INFERRED = GRAPH + "ontology-inferred"
GRAPH_ATLAS = GRAPH + "atlas"
GRAPH_SOURCES = GRAPH + "sources"
GRAPH_KNOWLEDGE = GRAPH + "knowledge"

SIDES = ("left", "right", "midline")


def class_iri(term_id: str) -> str:
    """The IRI of a class from a table id.

    >>> class_iri("psoas_major")
    'https://w3id.org/neoplex/term/PsoasMajor'
    >>> class_iri("l3_nerve_root").rpartition("/")[2]
    'L3NerveRoot'
    """
    return NX + "".join(part[:1].upper() + part[1:] for part in re.split(r"[_\s-]+", term_id) if part)


def property_iri(name: str) -> str:
    """The IRI of a property or shared individual from words joined by ``_``, spaces or hyphens.

    >>> property_iri("has_root").rpartition("/")[2]
    'hasRoot'
    """
    head, *rest = [part for part in re.split(r"[_\s-]+", name) if part]
    return NX + head[:1].lower() + head[1:] + "".join(part[:1].upper() + part[1:] for part in rest)


def atlas_iri(structure_id: str, side: str | None = None) -> str:
    """The IRI of an atlas individual; ``side`` is ``left``, ``right`` or nothing for a midline structure.

    >>> atlas_iri("femoral_nerve", "left")
    'https://w3id.org/neoplex/atlas/left-femoral-nerve'
    """
    name = structure_id.replace("_", "-")
    return ATLAS + (f"{side}-{name}" if side in ("left", "right") else name)


def slug(text: str) -> str:
    """Text as a readable piece of an IRI: ASCII lower case, digits and hyphens.

    >>> slug("Dose (Grey)/number of fractions")
    'dose-grey-number-of-fractions'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def case_iri(case_id: str, *parts: str) -> str:
    """The IRI of a case, or of a fact in it.

    >>> case_iri("capek-2015", "finding", "pain-1")
    'https://w3id.org/neoplex/case/capek-2015/finding/pain-1'
    """
    return CASE + "/".join((case_id, *parts))


def source_iri(source_id: str, *parts: str) -> str:
    """The IRI of a publication, or of a passage, statement, claim or conflict of it."""
    return SOURCE + "/".join((source_id, *parts))


def compact(iri: str) -> str:
    """An IRI as ``prefix:name`` when a known prefix fits, else unchanged.

    >>> compact("https://w3id.org/neoplex/term/PsoasMajor")
    'nx:PsoasMajor'
    """
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def expand(curie: str) -> str:
    """A ``prefix:name`` as an IRI; anything without a known prefix comes back unchanged."""
    prefix, colon, name = curie.partition(":")
    if colon and prefix in PREFIXES and not name.startswith("//"):
        return PREFIXES[prefix] + name
    return curie


def words_of(name: str) -> str:
    """A camel-case name as lower-case words, acronyms kept.

    >>> words_of("hasBloodSupplyFrom")
    'has blood supply from'
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in spaced.split())
