"""Everything in the checkout that is made from tables: generated modules, door, catalogue, mappings and the release file.

Comes in: ``data/`` and ``ontology/modules/`` below a root. Goes out: the bytes of each file by its path. ``write`` replaces changed
files one by one and atomically; ``python -m neoplex.ontology.generate --check`` only says what is stale. Never touches other files.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS
from rdflib.term import Node

from neoplex import __version__
from neoplex.base.errors import EXIT_DONE, EXIT_FAULTS, EXIT_USAGE, Fault, FaultsFound, NeoplexError
from neoplex.base.names import ONTOLOGY
from neoplex.base.paths import shipped_root
from neoplex.ontology import termmappings, terms
from neoplex.ontology.alignments import (
    read_properties,
    relation_mappings,
    structure_mappings,
    uberon_graph,
    write_sssom,
)
from neoplex.ontology.anatomy import LICENCE, innervation_graph, relations_graph, structures_graph
from neoplex.ontology.atlas import EDGE, MECHANISM, atlas_graph
from neoplex.ontology.release import merge, write_rdfxml
from neoplex.ontology.sources import sources_graph
from neoplex.ontology.turtle import graph_from, text, write_turtle
from neoplex.read.anatomy import read_anatomy

GENERATED = "ontology/generated"
DOOR = "ontology/neoplex.ttl"
NOT_IN_DOOR = ("atlas.ttl", "reference-sources.ttl", "inferred.ttl")
"""Generated files that are data or conclusions and not part of the ontology proper."""
OF_OTHERS = ("inferred.ttl",)
"""Files below ``ontology/generated`` that another step writes."""

Generator = Callable[[Path], dict[str, bytes]]


def anatomy_files(root: Path) -> dict[str, bytes]:
    """What the anatomy tables become: three modules, the atlas, the sources, the Uberon alignment and its mappings."""
    anatomy = read_anatomy(root)

    def comment(tables: str) -> str:
        return f"Generated from {tables}. Edit the tables, not this file."

    folder = "data/anatomy"
    edges = {"edge": EDGE, "mechanism": MECHANISM}
    return {
        f"{GENERATED}/structures.ttl": write_turtle(
            structures_graph(anatomy), comment=comment(f"{folder}/structures.tsv and presence.tsv")
        ),
        f"{GENERATED}/structure-relations.ttl": write_turtle(
            relations_graph(anatomy), comment=comment(f"{folder}/relations.tsv, structures.tsv and not-universal.tsv")
        ),
        f"{GENERATED}/innervation.ttl": write_turtle(
            innervation_graph(anatomy), comment=comment(f"{folder}/innervation.tsv and not-universal.tsv")
        ),
        f"{GENERATED}/atlas.ttl": write_turtle(
            atlas_graph(anatomy), comment=comment(f"the tables of {folder}"), prefixes=edges
        ),
        f"{GENERATED}/reference-sources.ttl": write_turtle(
            sources_graph(anatomy), comment=comment("data/sources/reference-sources.tsv")
        ),
        "ontology/alignments/uberon.ttl": write_turtle(
            uberon_graph(anatomy), comment=comment(f"{folder}/structures.tsv")
        ),
        "data/mappings/anatomy.sssom.tsv": write_sssom(
            structure_mappings(anatomy),
            "anatomy",
            "neoplex anatomy mappings",
            "Structures of neoplex to Uberon, FMA, NCIt and InterLex, generated from data/anatomy/structures.tsv.",
        ),
    }


GENERATORS: tuple[Generator, ...] = (anatomy_files, terms.generate, termmappings.generate)
"""What turns tables into files. To add a topic, add its function here."""


def modules(root: Path) -> dict[str, bytes]:
    """The bytes of every generated file by its path below ``root``; raises FaultsFound. Nothing is written."""
    files: dict[str, bytes] = {}
    faults: list[Fault] = []
    for generator in GENERATORS:
        try:
            files |= generator(root)
        except FaultsFound as found:
            faults += found.faults
    by_hand: dict[str, Graph] = {}
    for path in sorted((root / "ontology" / "modules").glob("*.ttl")):
        try:
            by_hand[f"ontology/modules/{path.name}"] = read_turtle(path.read_bytes())
        except SyntaxError as error:
            faults.append(
                Fault(f"ontology/modules/{path.name}", error.lineno or 0, error.offset or 0, "", error.msg, "Turtle")
            )
    if faults:
        raise FaultsFound(faults)
    made = {
        path: read_turtle(files[path])
        for path in sorted(files)
        if path.startswith(GENERATED) and Path(path).name not in NOT_IN_DOOR
    }
    parts = by_hand | made
    door = _door(parts.values())
    files[DOOR] = write_turtle(door, comment="The door of the ontology: header and imports only. Generated.")
    files["ontology/catalog-v001.xml"] = _catalogue(parts | {DOOR: door})
    files["ontology/neoplex.owl"] = write_rdfxml(merge([door, *parts.values()]))
    files["data/mappings/relations.sssom.tsv"] = write_sssom(
        relation_mappings(parts.values(), read_properties(root)),
        "relations",
        "neoplex relation mappings",
        "Properties of neoplex to RO, BFO, BSPO and others, generated from the SKOS matches of ontology/modules.",
    )
    return dict(sorted(files.items()))


def read_turtle(data: bytes) -> Graph:
    """Turtle as an rdflib graph, parsed in Rust; raises SyntaxError with line and column."""
    names: dict[str, BNode] = {}

    def convert(term: object) -> Node:
        if isinstance(term, ox.NamedNode):
            return URIRef(term.value)
        if isinstance(term, ox.BlankNode):
            return names.setdefault(term.value, BNode())
        assert isinstance(term, ox.Literal)
        if term.language:
            return Literal(term.value, lang=term.language)
        if term.datatype.value.endswith("#string"):
            return Literal(term.value)
        return Literal(term.value, datatype=URIRef(term.datatype.value), normalize=False)

    quads = ox.parse(data, format=ox.RdfFormat.TURTLE)
    return graph_from((convert(q.subject), convert(q.predicate), convert(q.object)) for q in quads)


def _header_of(graph: Graph) -> URIRef | None:
    headers = sorted(header for header in graph.subjects(RDF.type, OWL.Ontology) if isinstance(header, URIRef))
    return headers[0] if headers else None


def _door(parts: Iterable[Graph]) -> Graph:
    door = graph_from()
    iri = URIRef(ONTOLOGY)
    door.add((iri, RDF.type, OWL.Ontology))
    door.add((iri, OWL.versionIRI, URIRef(f"{ONTOLOGY}/{__version__}")))
    door.add((iri, OWL.versionInfo, text(__version__)))
    door.add((iri, DCTERMS.title, text("neoplex")))
    door.add((iri, RDFS.label, text("neoplex")))
    words = (
        "Cancer that reaches the psoas muscle and the lumbosacral plexus: the anatomy, how tumours spread to it, the syndromes"
        " they cause and how published cases were treated. Not a medical device."
    )
    door.add((iri, DCTERMS.description, text(words)))
    door.add((iri, DCTERMS.license, LICENCE))
    door.add((iri, DCTERMS.language, text("en")))
    for graph in parts:
        header = _header_of(graph)
        if header is not None:
            door.add((iri, OWL.imports, header))
    return door


def _catalogue(parts: dict[str, Graph]) -> bytes:
    """An OASIS catalogue, so that Protégé and other tools find the imports on disk."""
    entries = []
    for path, graph in sorted(parts.items()):
        header = _header_of(graph)
        if header is not None:
            place = path.removeprefix("ontology/")
            entries.append(f"    <uri name={quoteattr(str(header))} uri={quoteattr(place)}/>")
    head = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    opening = '<catalog prefer="public" xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">\n'
    return (head + opening + "\n".join(entries) + "\n</catalog>\n").encode("utf-8")


def stale(root: Path) -> list[str]:
    """Paths that differ from what the tables give, and generated files that no generator makes."""
    files = modules(root)
    found = [path for path, data in files.items() if not _same(root / path, data)]
    known = {Path(path).name for path in files if path.startswith(GENERATED)} | set(OF_OTHERS)
    extra = [p.name for p in (root / GENERATED).glob("*.ttl") if p.name not in known]
    return sorted([*found, *(f"{GENERATED}/{name}" for name in extra)])


def write(root: Path) -> list[str]:
    """Write every generated file that changed, each atomically, after all could be made; returns their paths."""
    changed = []
    for path, data in modules(root).items():
        target = root / path
        if _same(target, data):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        waiting = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            waiting.write_bytes(data)
            waiting.replace(target)
        finally:
            waiting.unlink(missing_ok=True)
        changed.append(path)
    return changed


def _same(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def main(arguments: list[str]) -> int:
    """``--check`` lists stale files and ends with 1 if there are any; without it changed files are written."""
    if set(arguments) - {"--check"}:
        print("usage: python -m neoplex.ontology.generate [--check]", file=sys.stderr)
        return EXIT_USAGE
    try:
        root = shipped_root()
        found = stale(root) if arguments else write(root)
    except NeoplexError as problem:
        print(f"{problem}\nnothing was changed", file=sys.stderr)
        return problem.exit_code
    for path in found:
        print(path)
    print(f"{len(found)} {'stale' if arguments else 'written'}", file=sys.stderr)
    return EXIT_FAULTS if arguments and found else EXIT_DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
