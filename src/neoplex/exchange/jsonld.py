"""JSON-LD 1.1 with the project's context written into the document, so that no reader has to fetch anything.

Comes in: an extract. Goes out: bytes, node by node: graphs in order, nodes sorted, keys sorted. Literals keep their exact
spelling: only ``true``, ``false`` and plain whole numbers become JSON values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pyoxigraph as ox

from neoplex.base.names import NX, PREFIXES
from neoplex.exchange.context import context_bytes, read_context, term_of
from neoplex.exchange.extract import Extract
from neoplex.exchange.formats import Part
from neoplex.exchange.losses import LossList

_TYPE = PREFIXES["rdf"] + "type"
_XSD = PREFIXES["xsd"]
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,14}")
_BY_LENGTH = sorted(PREFIXES.items(), key=lambda item: (-len(item[1]), item[0]))


def write_jsonld(extract: Extract, losses: LossList) -> list[Part]:
    """A dataset document: one object for each graph, with its nodes; nothing is lost."""
    return [Part("", _document(extract, read_context()))]


def _document(extract: Extract, context: dict[str, Any]) -> Iterator[bytes]:
    head = context_bytes(context).decode().rstrip().removesuffix("}").rstrip()
    yield f'{head},\n  "@graph": ['.encode()
    first = True
    for graph, quads in extract.walk():
        yield f'{"" if first else ","}\n    {{"@id": {json.dumps(_short(graph))}, "@graph": ['.encode()
        first = False
        for number, (_, group) in enumerate(groupby(quads, key=lambda quad: str(quad.subject))):
            node = _node(list(group), context)
            yield ("," if number else "").encode() + b"\n      " + json.dumps(node, ensure_ascii=False).encode()
        yield b"\n    ]}"
    yield b"\n  ]\n}\n"


def _node(quads: list[ox.Quad], context: dict[str, Any]) -> dict[str, Any]:
    node: dict[str, Any] = {"@id": _name(quads[0].subject)}
    values: dict[str, list[Any]] = {}
    types: list[str] = []
    for quad in quads:
        if quad.predicate.value == _TYPE and isinstance(quad.object, ox.NamedNode):
            kind = quad.object.value
            local = kind.removeprefix(NX)
            types.append(local if kind.startswith(NX) and local not in context and ":" not in local else _short(kind))
            continue
        key = _key(quad.predicate.value)
        values.setdefault(key, []).append(_value(quad.object, context.get(key)))
    if types:
        node["@type"] = types[0] if len(types) == 1 else types
    for key, listed in sorted(values.items()):
        node[key] = listed[0] if len(listed) == 1 else listed
    return node


def _key(iri: str) -> str:
    return term_of(iri) if iri.startswith(NX) else _short(iri)


def _value(term: object, entry: Any) -> Any:
    coerced = entry.get("@type") if isinstance(entry, dict) else None
    if isinstance(term, ox.NamedNode | ox.BlankNode):
        return _name(term) if coerced == "@id" else {"@id": _name(term)}
    assert isinstance(term, ox.Literal)
    datatype, text = term.datatype.value, term.value
    if term.language:
        return {"@value": text, "@language": term.language}
    if coerced and coerced != "@id" and PREFIXES["xsd"] + coerced.removeprefix("xsd:") == datatype:
        return text
    if datatype == _XSD + "string":
        return {"@value": text} if coerced else text
    if not coerced and datatype == _XSD + "boolean" and text in ("true", "false"):
        return text == "true"
    if not coerced and datatype == _XSD + "integer" and _WHOLE.fullmatch(text):
        return int(text)
    return {"@value": text, "@type": _short(datatype)}


def _name(term: object) -> str:
    if isinstance(term, ox.BlankNode):
        return f"_:{term.value}"
    assert isinstance(term, ox.NamedNode)
    return _short(term.value)


def _short(iri: str) -> str:
    """An IRI by a prefix of the context; ``//`` after the colon would make it look like a full IRI."""
    for prefix, space in _BY_LENGTH:
        if iri.startswith(space) and len(iri) > len(space) and not iri.startswith("//", len(space)):
            return f"{prefix}:{iri[len(space) :]}"
    return iri
