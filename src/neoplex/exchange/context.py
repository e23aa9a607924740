"""The JSON-LD context that ships with the project: ``data/context.jsonld``.

Comes in: the release file of the ontology. Goes out: the context as JSON, and what it does not cover. Each property of neoplex has
a term of its own with the type of its values; classes and shared individuals follow from ``@vocab`` and the prefixes, so that a new
class never changes the context. Terms are promises: one that is published is never given another meaning.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from neoplex.base.errors import EXIT_DONE, EXIT_FAULTS, EXIT_USAGE, EnvironmentProblem, Fault, FaultsFound
from neoplex.base.names import NX, PREFIXES
from neoplex.base.paths import shipped_root

CONTEXT = "data/context.jsonld"
RELEASE = "ontology/neoplex.owl"
_RDF, _RDFS, _OWL = PREFIXES["rdf"], PREFIXES["rdfs"], PREFIXES["owl"]
_TYPE = _RDF + "type"
_FOREIGN_LINKS = (
    "dcterms:license",
    "owl:allValuesFrom",
    "owl:annotatedProperty",
    "owl:annotatedSource",
    "owl:disjointWith",
    "owl:distinctMembers",
    "owl:equivalentClass",
    "owl:imports",
    "owl:intersectionOf",
    "owl:inverseOf",
    "owl:members",
    "owl:onProperty",
    "owl:propertyChainAxiom",
    "owl:someValuesFrom",
    "owl:unionOf",
    "owl:versionIRI",
    "prov:hadPrimarySource",
    "prov:wasDerivedFrom",
    "rdf:rest",
    "rdfs:domain",
    "rdfs:isDefinedBy",
    "rdfs:range",
    "rdfs:subClassOf",
    "rdfs:subPropertyOf",
    "skos:broadMatch",
    "skos:closeMatch",
    "skos:exactMatch",
    "skos:narrowMatch",
    "skos:relatedMatch",
)
"""Properties of other vocabularies whose values are always IRIs or nodes."""


def make_context(root: Path) -> dict[str, Any]:
    """The context that follows from the release file: prefixes first, then properties by name."""
    context: dict[str, Any] = {"@version": 1.1, "@vocab": NX, **PREFIXES}
    for curie in _FOREIGN_LINKS:
        context[curie] = {"@id": curie, "@type": "@id"}
    for iri, (kind, datatype) in sorted(_properties(root).items()):
        entry: dict[str, str] = {"@id": "nx:" + iri.removeprefix(NX)}
        if kind == "ObjectProperty":
            entry["@type"] = "@id"
        elif kind == "DatatypeProperty" and datatype.startswith(PREFIXES["xsd"]):
            name = datatype.removeprefix(PREFIXES["xsd"])
            if name not in ("string", "boolean", "integer"):
                entry["@type"] = "xsd:" + name
        context[term_of(iri)] = entry
    return context


def term_of(iri: str) -> str:
    """The key of a property of neoplex in the context: its local name, with ``nx:`` where a prefix has that name."""
    name = iri.removeprefix(NX)
    return f"nx:{name}" if name in PREFIXES else name


def read_context(root: Path | None = None) -> dict[str, Any]:
    """The context as shipped; raises EnvironmentProblem when the file is missing or broken."""
    path = (root or shipped_root()) / CONTEXT
    try:
        document = json.loads(path.read_text("utf-8"))
        found: dict[str, Any] = document["@context"]
    except (OSError, ValueError, KeyError) as error:
        raise EnvironmentProblem(f"{path} is not the context of neoplex: {error}") from error
    return found


def context_bytes(context: dict[str, Any]) -> bytes:
    """The context as the file holds it: one entry a line, in the given order."""
    lines = [f"    {json.dumps(key)}: {json.dumps(value)}" for key, value in context.items()]
    return ('{\n  "@context": {\n' + ",\n".join(lines) + "\n  }\n}\n").encode()


def find_gaps(root: Path, context: dict[str, Any] | None = None) -> list[Fault]:
    """Every property of the ontology that the shipped context lacks or types otherwise, and every term it should not have."""
    has = read_context(root) if context is None else context
    wants = make_context(root)
    faults = []
    for key in sorted(wants.keys() | has.keys()):
        if has.get(key) != wants.get(key):
            found, expected = json.dumps(has.get(key)), json.dumps(wants.get(key))
            faults.append(Fault(CONTEXT, field=key, found=found, expected=expected))
    return faults


def _properties(root: Path) -> dict[str, tuple[str, str]]:
    """Every property of neoplex with its kind and the datatype of its range, as the release file says."""
    kinds: dict[str, str] = {}
    ranges: dict[str, str] = {}
    for triple in ox.parse(path=str(root / RELEASE), format=ox.RdfFormat.RDF_XML):
        subject, value = triple.subject, triple.object
        if (
            not isinstance(subject, ox.NamedNode)
            or not isinstance(value, ox.NamedNode)
            or not subject.value.startswith(NX)
        ):
            continue
        kind = value.value.removeprefix(_OWL)
        if triple.predicate.value == _TYPE and kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty"):
            kinds[subject.value] = kind
        elif triple.predicate.value == _RDFS + "range":
            ranges[subject.value] = value.value
    return {iri: (kind, ranges.get(iri, "")) for iri, kind in kinds.items()}


def main(arguments: list[str]) -> int:
    """``--check`` lists gaps and ends with 1 if there are any; without it the file is written."""
    if set(arguments) - {"--check"}:
        print("usage: python -m neoplex.exchange.context [--check]", file=sys.stderr)
        return EXIT_USAGE
    root = shipped_root()
    if arguments:
        faults = find_gaps(root)
        for fault in faults:
            print(fault)
        return EXIT_FAULTS if faults else EXIT_DONE
    try:
        kept = read_context(root)
    except EnvironmentProblem:
        kept = {}
    fresh = make_context(root)
    broken = [
        Fault(CONTEXT, field=key, found="a published term that the ontology no longer has", expected="terms to stay")
        for key in kept
        if key not in fresh
    ]
    if broken:
        print(FaultsFound(broken), file=sys.stderr)
        return EXIT_FAULTS
    (root / CONTEXT).write_bytes(context_bytes(fresh))
    return EXIT_DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
