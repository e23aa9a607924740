"""OBO 1.4 and OBO Graphs JSON.

Comes in: an extract. Goes out: bytes, entry by entry. Ids are CURIEs such as ``nx:PsoasMajor``; IRIs without a prefix of the
project are written out. The OBO document follows the tag order of the OBO 1.4 guide.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from neoplex.base.names import ONTOLOGY, PREFIXES
from neoplex.exchange.extract import Extract
from neoplex.exchange.formats import Part
from neoplex.exchange.losses import LossList
from neoplex.exchange.obomodel import Entry, read_entries
from neoplex.exchange.owlmodel import Ontology, Text
from neoplex.exchange.owlview import owl_axioms
from neoplex.ontology.alignments import CURIES

_STANZAS = {"Class": "Term", "ObjectProperty": "Typedef", "NamedIndividual": "Instance"}
_FLAGS = {
    "Transitive": "is_transitive",
    "Symmetric": "is_symmetric",
    "Functional": "is_functional",
    "Reflexive": "is_reflexive",
    "Asymmetric": "is_asymmetric",
    "InverseFunctional": "is_inverse_functional",
}
_SPACES = sorted(
    {name: space for name, space in {**CURIES, **PREFIXES}.items() if name != "obo"}.items(),
    key=lambda item: (-len(item[1]), item[0]),
)


def write_obo(extract: Extract, losses: LossList) -> list[Part]:
    """OBO 1.4."""
    return [Part("", _obo(owl_axioms(extract, losses), losses))]


def write_obographs(extract: Extract, losses: LossList) -> list[Part]:
    """OBO Graphs JSON, one graph."""
    return [Part("", _obographs(owl_axioms(extract, losses), losses))]


def obo_id(iri: str) -> str:
    """An IRI as an OBO id: a CURIE, or the IRI itself.

    >>> obo_id("http://purl.obolibrary.org/obo/UBERON_0001516"), obo_id("https://w3id.org/neoplex/term/PsoasMajor")
    ('UBERON:0001516', 'nx:PsoasMajor')
    """
    for prefix, space in _SPACES:
        if iri.startswith(space) and len(iri) > len(space):
            return f"{prefix}:{iri[len(space) :]}"
    return iri


# -------------------------------------------------------------------------------------------------------------- OBO 1.4


def _obo(ontology: Ontology, losses: LossList) -> Iterator[bytes]:
    entries = read_entries(ontology, losses)
    notes = {note[0].iri: note[1] for note in ontology.notes}
    title = notes.get("http://purl.org/dc/terms/title")
    head = ["format-version: 1.4"]
    if ontology.version:
        head.append(f"data-version: {ontology.version.rpartition('/')[2]}")
    head += [f"idspace: {name} {space}" for name, space in sorted(_SPACES)]
    head.append("ontology: neoplex")
    if isinstance(title, Text):
        head.append(f"property_value: dcterms:title {_quoted(title.value)} xsd:string")
    head.append(f"property_value: dcterms:license {notes_license(ontology)}")
    yield ("\n".join(head) + "\n").encode()
    losses.state(f"the IRI of the ontology: OBO tools make one from its name (it is {ONTOLOGY})")
    for entry in entries.values():
        stanza = _STANZAS.get(entry.kind)
        if stanza is None and entry.kind == "AnnotationProperty":
            stanza = "Typedef"
        if stanza is None:
            losses.note("data properties: OBO has none", entry.iri)
            continue
        lines = [f"[{stanza}]", f"id: {_id(entry.iri)}"]
        lines += _stanza(entry, stanza, losses)
        yield ("\n" + "\n".join(lines) + "\n").encode()


def notes_license(ontology: Ontology) -> str:
    """The licence IRI of the header, that of the project where a selection has no header."""
    for prop, value in ontology.notes:
        if prop.iri.endswith("/license") and not isinstance(value, Text):
            return value.iri
    return "https://creativecommons.org/licenses/by/4.0/"


def _stanza(entry: Entry, stanza: str, losses: LossList) -> list[str]:
    lines = [f"name: {_escape(entry.label)}"] if entry.label else []
    if entry.definition:
        sources = ", ".join(sorted(_xref(source) for source in entry.definition_sources))
        lines.append(f"def: {_quoted(entry.definition)} [{sources}]")
    if entry.comments:
        lines.append(f"comment: {_escape(' '.join(sorted(entry.comments)))}")
    lines += [f"synonym: {_quoted(word)} RELATED []" for word in sorted(entry.synonyms)]
    if entry.synonyms:
        losses.state("the scope of synonyms: the ontology has none, so each is written as RELATED")
    lines += _notes(entry)
    if stanza == "Typedef":
        lines += [f"domain: {_id(iri)}" for iri in sorted(entry.domains)[:1]]
        lines += [f"range: {_id(iri)}" for iri in sorted(entry.ranges)[:1]]
        if len(entry.domains) > 1 or len(entry.ranges) > 1:
            losses.note("further domains and ranges of a property", entry.iri)
        if entry.kind == "AnnotationProperty":
            lines.append("is_metadata_tag: true")
            lines += [f"is_a: {_id(iri)}" for iri in sorted(entry.parents)]
            return lines
        lines += sorted(f"{_FLAGS[name]}: true" for name in entry.characteristics if name in _FLAGS)
        lines += [f"is_a: {_id(iri)}" for iri in sorted(entry.parents)]
        lines += [f"inverse_of: {_id(iri)}" for iri in sorted(entry.inverses)]
        for chain in sorted(entry.chains):
            if len(chain) == 2:
                lines.append(f"holds_over_chain: {_id(chain[0])} {_id(chain[1])}")
            else:
                losses.note("property chains of more than two steps", entry.iri)
        return lines
    if stanza == "Instance":
        lines += [f"instance_of: {_id(iri)}" for iri in sorted(entry.types)]
        # fastobo cannot read `relationship` of an instance; `property_value` says the same of an object.
        lines += [f"property_value: {_id(prop)} {_id(value)}" for prop, value in sorted(entry.facts)]
        return lines
    lines += [f"is_a: {_id(iri)}" for iri in sorted(set(entry.parents))]
    parts = [_id(iri) for iri in sorted(entry.genus)]
    parts += [f"{_id(prop)} {_id(filler)}" for prop, filler in sorted(entry.differentia)]
    lines += [f"intersection_of: {part}" for part in parts]
    lines += [f"union_of: {_id(iri)}" for iri in sorted(entry.unions)]
    lines += [f"equivalent_to: {_id(iri)}" for iri in sorted(entry.equivalents)]
    lines += [f"disjoint_from: {_id(iri)}" for iri in sorted(set(entry.disjoint))]
    lines += [f"relationship: {_id(prop)} {_id(filler)}" for prop, filler in sorted(set(entry.relations))]
    if entry.deprecated:
        lines.append("is_obsolete: true")
    return lines


def _notes(entry: Entry) -> list[str]:
    values = []
    for prop, value in entry.notes:
        if isinstance(value, Text):
            datatype = _id(value.datatype) if value.datatype else "xsd:string"
            values.append(f"property_value: {_id(prop)} {_quoted(value.value)} {datatype}")
        else:
            values.append(f"property_value: {_id(prop)} {_id(value)}")
    return sorted(set(values))


def _id(iri: str) -> str:
    return _spaced(obo_id(iri))


def _spaced(identifier: str) -> str:
    return "".join("\\" + char if char in ' ,"\\[]{}' else char for char in identifier)


def _xref(source: str) -> str:
    """A definition source as a cross-reference; words become one of the project's own, since a reference has no blanks."""
    short = obo_id(source)
    if short != source or source.startswith(("http://", "https://")):
        return _spaced(short)
    prefix, colon, rest = source.partition(":")
    if colon and " " not in source and prefix and rest:
        return _spaced(source)
    return "nx:" + _spaced(source.replace(" ", "_"))


def _escape(text: str) -> str:
    plain = (
        text.replace("\\", "\\\\").replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n").replace("\t", "\\t")
    )
    return plain.replace("{", "\\{").replace("}", "\\}").replace("!", "\\!")


def _quoted(text: str) -> str:
    plain = (
        text.replace("\\", "\\\\").replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n").replace("\t", "\\t")
    )
    return '"' + plain.replace('"', '\\"') + '"'


# ------------------------------------------------------------------------------------------------------------ OBO Graphs


def _obographs(ontology: Ontology, losses: LossList) -> Iterator[bytes]:
    entries = read_entries(ontology, losses)
    meta: dict[str, Any] = {
        "basicPropertyValues": [
            {"pred": prop.iri, "val": value.value if isinstance(value, Text) else value.iri}
            for prop, value in ontology.notes
        ]
    }
    if ontology.version:
        meta["version"] = ontology.version
    yield f'{{"graphs": [{{"id": {json.dumps(ontology.iri or ONTOLOGY)}, "meta": {_json(meta)},\n"nodes": ['.encode()
    yield from _joined(_graph_node(entry, losses) for entry in entries.values())
    yield b'\n],\n"edges": ['
    yield from _joined(edge for entry in entries.values() for edge in _edges(entry))
    groups = [
        {"representativeNodeId": entry.iri, "nodeIds": sorted({entry.iri, *entry.equivalents})}
        for entry in entries.values()
        if entry.equivalents
    ]
    yield b'\n],\n"equivalentNodesSets": ['
    yield from _joined(groups)
    yield b'\n],\n"logicalDefinitionAxioms": ['
    yield from _joined(_definition(entry) for entry in entries.values() if entry.genus or entry.differentia)
    yield b'\n],\n"domainRangeAxioms": ['
    yield from _joined(
        {
            "predicateId": entry.iri,
            "domainClassIds": sorted(entry.domains),
            "rangeClassIds": sorted(entry.ranges),
        }
        for entry in entries.values()
        if entry.kind == "ObjectProperty" and (entry.domains or entry.ranges)
    )
    yield b'\n],\n"propertyChainAxioms": ['
    yield from _joined(
        {"predicateId": entry.iri, "chainPredicateIds": list(chain)}
        for entry in entries.values()
        for chain in sorted(entry.chains)
    )
    yield b"\n]}]}\n"
    for entry in entries.values():
        if entry.disjoint:
            losses.note("disjoint classes: OBO Graphs has no place for them", entry.iri, len(entry.disjoint))
        if entry.unions:
            losses.note("classes defined as unions", entry.iri)
        if entry.characteristics:
            losses.note("characteristics of properties (transitive, symmetric, functional)", entry.iri)
        if entry.kind == "DataProperty" and (entry.domains or entry.ranges):
            losses.note("domains and ranges of data properties", entry.iri)


def _graph_node(entry: Entry, losses: LossList) -> dict[str, Any]:
    kinds = {"Class": "CLASS", "NamedIndividual": "INDIVIDUAL", "Datatype": "CLASS"}
    node: dict[str, Any] = {"id": entry.iri, "type": kinds.get(entry.kind, "PROPERTY")}
    if entry.kind.endswith("Property"):
        node["propertyType"] = entry.kind.removesuffix("Property").upper()
    if entry.label:
        node["lbl"] = entry.label
    meta: dict[str, Any] = {}
    if entry.definition:
        meta["definition"] = {"val": entry.definition, "xrefs": sorted(map(_xref, entry.definition_sources))}
    if entry.comments:
        meta["comments"] = sorted(entry.comments)
    if entry.synonyms:
        meta["synonyms"] = [{"pred": "hasRelatedSynonym", "val": word} for word in sorted(entry.synonyms)]
        losses.state("the scope of synonyms: the ontology has none, so each is written as hasRelatedSynonym")
    values = {(prop, value.value if isinstance(value, Text) else value) for prop, value in entry.notes}
    if values:
        meta["basicPropertyValues"] = [{"pred": prop, "val": value} for prop, value in sorted(values)]
    if any(isinstance(value, Text) and value.datatype for _, value in entry.notes):
        losses.note("datatypes of literals: values become strings", entry.iri)
    if entry.deprecated:
        meta["deprecated"] = True
    if meta:
        node["meta"] = meta
    return node


def _edges(entry: Entry) -> list[dict[str, str]]:
    found = {(entry.iri, "subPropertyOf" if entry.kind.endswith("Property") else "is_a", iri) for iri in entry.parents}
    found |= {(entry.iri, prop, filler) for prop, filler in entry.relations}
    found |= {(entry.iri, "type", iri) for iri in entry.types}
    found |= {(entry.iri, prop, value) for prop, value in entry.facts}
    found |= {(entry.iri, "inverseOf", iri) for iri in entry.inverses}
    return [{"sub": subject, "pred": predicate, "obj": value} for subject, predicate, value in sorted(found)]


def _definition(entry: Entry) -> dict[str, Any]:
    return {
        "definedClassId": entry.iri,
        "genusIds": sorted(entry.genus),
        "restrictions": [{"propertyId": prop, "fillerId": filler} for prop, filler in sorted(entry.differentia)],
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _joined(items: Iterable[Any]) -> Iterator[bytes]:
    for number, item in enumerate(items):
        yield (("," if number else "") + "\n " + _json(item)).encode()
