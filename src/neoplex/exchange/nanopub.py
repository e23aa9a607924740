"""Nanopublications in TriG: each claim, statement and conclusion as assertion, provenance and publication info.

Comes in: an extract. Goes out: four graphs for each: head, assertion, provenance, publication info. Nothing is invented: there
is no creation date (the graph records none), the creator is the project, and the IRIs are no trusty URIs. The IRI of a
nanopublication is that of what it asserts with ``#np``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from neoplex import __version__
from neoplex.base.names import BASE, CASE, GRAPH_KNOWLEDGE, NX, ONTOLOGY, PREFIXES, compact
from neoplex.exchange.extract import Extract
from neoplex.exchange.formats import Part
from neoplex.exchange.losses import LossList
from neoplex.exchange.rdf import to_rdflib
from neoplex.ontology.turtle import turtle_blocks

_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_KINDS = (NX + "Claim", NX + "Statement", NX + "Conclusion")
_PROV, _DCTERMS = PREFIXES["prov"], PREFIXES["dcterms"]
_NP = "http://www.nanopub.org/nschema#"
_PREFIXES = {**PREFIXES, "np": _NP}
_LICENCE = ox.NamedNode("https://creativecommons.org/licenses/by/4.0/")
_SOURCED = (NX + "statedIn", NX + "reportedBy", NX + "cites")
_HELD = (NX + "basis", NX + "by", NX + "byRule", NX + "premise")


def write_nanopubs(extract: Extract, losses: LossList) -> list[Part]:
    """One nanopublication for every claim, statement, conclusion and inference of the selection."""
    losses.state(
        "dates of creation: the graph records none, and publishing on the nanopublication network asks for one"
    )
    losses.state("trusty URIs: they are made when a nanopublication is published")
    return [Part("", _trig(extract, losses))]


def _trig(extract: Extract, losses: LossList) -> Iterator[bytes]:
    yield "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(_PREFIXES.items())).encode()
    for graph, quads in extract.walk():
        about: dict[str, list[ox.Quad]] = {}
        for quad in quads:
            if isinstance(quad.subject, ox.NamedNode):
                about.setdefault(quad.subject.value, []).append(quad)
        inferred = graph.endswith("/inferred")
        for iri, found in about.items():
            kinds = {
                quad.object.value for quad in found if quad.predicate == _TYPE and isinstance(quad.object, ox.NamedNode)
            }
            if (inferred and _is_inference(found)) or kinds & set(_KINDS):
                yield from _one(extract, graph, iri, found, about, inferred)
            elif graph == GRAPH_KNOWLEDGE or graph.startswith(CASE):
                losses.note("nodes that are no claim, statement, conclusion or inference", iri)


def _is_inference(quads: list[ox.Quad]) -> bool:
    return any(quad.predicate.value == NX + "byRule" for quad in quads)


def _one(
    extract: Extract, graph: str, iri: str, found: list[ox.Quad], about: dict[str, list[ox.Quad]], inferred: bool
) -> Iterator[bytes]:
    name = iri + "#np"
    parts = {part: ox.NamedNode(f"{iri}#{part}") for part in ("head", "assertion", "provenance", "pubinfo")}
    node = ox.NamedNode(name)
    subject = ox.NamedNode(iri)

    def np(local: str) -> ox.NamedNode:
        return ox.NamedNode(_NP + local)

    head = [
        ox.Triple(node, _TYPE, np("Nanopublication")),
        ox.Triple(node, np("hasAssertion"), parts["assertion"]),
        ox.Triple(node, np("hasProvenance"), parts["provenance"]),
        ox.Triple(node, np("hasPublicationInfo"), parts["pubinfo"]),
    ]
    assertion = [quad.triple for quad in found if quad.predicate.value not in (*_SOURCED, *_HELD)]
    for quad in found:
        # What stands below this node and belongs to nothing else says what is asserted: a value, a thing concluded.
        if isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(iri + "/"):
            assertion += [inner.triple for inner in about.get(quad.object.value, ())]
    provenance = [ox.Triple(subject, quad.predicate, quad.object) for quad in found if quad.predicate.value in _HELD]
    for quad in found:
        if quad.predicate.value in _SOURCED:
            relation = "hadPrimarySource" if quad.predicate.value != NX + "cites" else "wasDerivedFrom"
            provenance.append(ox.Triple(parts["assertion"], ox.NamedNode(_PROV + relation), quad.object))
        elif quad.predicate.value == NX + "premise":
            provenance.append(ox.Triple(parts["assertion"], ox.NamedNode(_PROV + "wasDerivedFrom"), quad.object))
        elif quad.predicate.value == NX + "byRule":
            activity = ox.NamedNode(f"{iri}#activity")
            provenance.append(ox.Triple(parts["assertion"], ox.NamedNode(_PROV + "wasGeneratedBy"), activity))
            provenance.append(ox.Triple(activity, ox.NamedNode(_PROV + "used"), quad.object))
    if not any(triple.subject == parts["assertion"] for triple in provenance):
        source = ox.NamedNode(graph if inferred or graph.startswith(CASE) else GRAPH_KNOWLEDGE)
        provenance.append(ox.Triple(parts["assertion"], ox.NamedNode(_PROV + "wasDerivedFrom"), source))
    pubinfo = [
        ox.Triple(node, ox.NamedNode(_DCTERMS + "license"), _LICENCE),
        ox.Triple(node, ox.NamedNode(_PROV + "wasAttributedTo"), ox.NamedNode(BASE)),
        ox.Triple(node, ox.NamedNode(_DCTERMS + "conformsTo"), ox.NamedNode(f"{ONTOLOGY}/{__version__}")),
        ox.Triple(node, ox.NamedNode(PREFIXES["rdfs"] + "label"), ox.Literal(f"{extract.label(iri)} ({compact(iri)})")),
    ]
    for part, triples in (("head", head), ("assertion", assertion), ("provenance", provenance), ("pubinfo", pubinfo)):
        yield f"\n<{parts[part].value}> {{\n".encode()
        for block in turtle_blocks(to_rdflib(triples), _PREFIXES):
            yield block.encode()
        yield b"}\n"
