"""Whether RDF keeps to the SHACL shapes of a case.

Comes in: quads and the lexicon. Goes out: faults that name focus node, path, what was found and what was expected. The
shapes engine sees the case and, of the ontology, only the classes and structures that the case uses. It never follows
imports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from neoplex.base.errors import Fault
from neoplex.base.names import NX, PREFIXES, compact
from neoplex.base.paths import shipped_root
from neoplex.model.lexicon import Lexicon
from neoplex.model.side import Side

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

_RDF_TYPE = PREFIXES["rdf"] + "type"
_SIDES = {Side.LEFT: "left", Side.RIGHT: "right", Side.MIDLINE: "midline"}


def find_shape_faults(quads: Iterable[ox.Quad], lexicon: Lexicon, file: str) -> list[Fault]:
    """Every place where the quads depart from the shapes, sorted."""
    from pyshacl import validate
    from rdflib import Graph

    case = list(quads)
    data = Graph()
    data.parse(
        data="".join(sorted({f"{_write_triple(quad)} .\n" for quad in case}) + sorted(_surroundings(case, lexicon))),
        format="nt",
    )
    conforms, report, _ = validate(
        data, shacl_graph=_shapes(), inference="none", advanced=True, do_owl_imports=False, meta_shacl=False
    )
    if conforms:
        return []
    return sorted(set(_read_report(report, data, file)))


@lru_cache(maxsize=1)
def _shapes() -> Graph:
    from rdflib import Graph

    path: Path = shipped_root() / "ontology" / "shapes" / "case.ttl"
    return Graph().parse(path, format="turtle")


def _write_triple(quad: ox.Quad) -> str:
    return f"{quad.subject} {quad.predicate} {quad.object}"


def _surroundings(quads: list[ox.Quad], lexicon: Lexicon) -> set[str]:
    """What the ontology says of the classes, structures and scales that the case names."""
    named = {term.value for quad in quads for term in (quad.subject, quad.object) if isinstance(term, ox.NamedNode)}
    lines: set[str] = set()
    classes = {iri for iri in named if iri in lexicon.classes}
    for (structure, side), iri in lexicon.atlas.items():
        if iri in named:
            lines.add(f"<{iri}> <{_RDF_TYPE}> <{structure}> .\n")
            lines.add(f"<{iri}> <{NX}side> <{NX}{_SIDES[side]}> .\n")
            classes.add(structure)
    for class_ in {wider for narrow in classes for wider in lexicon.ancestors(narrow)}:
        for parent in lexicon.parents.get(class_, ()):
            lines.add(f"<{class_}> <{PREFIXES['rdfs']}subClassOf> <{parent}> .\n")
    for scale in lexicon.scales.values():
        if scale.iri in named:
            for end, value in (("Minimum", scale.minimum), ("Maximum", scale.maximum)):
                if value is not None:
                    lines.add(f'<{scale.iri}> <{NX}scale{end}> "{value:f}"^^<{PREFIXES["xsd"]}decimal> .\n')
    return lines


def _read_report(report: Graph, data: Graph, file: str) -> Iterator[Fault]:
    from rdflib.namespace import RDF, SH

    for result in report.subjects(RDF.type, SH.ValidationResult):
        focus = report.value(result, SH.focusNode)
        path = report.value(result, SH.resultPath)
        value = report.value(result, SH.value)
        messages = sorted(str(message) for message in report.objects(result, SH.resultMessage))
        field = " ".join(_name(node) for node in (focus, path) if node is not None)
        yield Fault(
            file,
            field=field,
            found=_describe(value, focus, path, data),
            expected=messages[0] if messages else "the shape",
        )


def _describe(value: Node | None, focus: Node | None, path: Node | None, data: Graph) -> str:
    from rdflib.term import URIRef

    if value is not None and not (path is None and value == focus):
        return _name(value)
    if path is not None and focus is not None and isinstance(path, URIRef):
        found = sorted(_name(node) for node in data.objects(focus, path))
        return ", ".join(found) if found else "nothing"
    types = sorted(_name(node) for node in data.objects(focus, URIRef(_RDF_TYPE))) if focus is not None else []
    return " ".join(types) or "nothing"


def _name(node: Node) -> str:
    return compact(str(node))
