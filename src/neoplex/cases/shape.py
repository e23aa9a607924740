"""Whether a publication file has the shape of the schema; all faults, each at its line and column.

Comes in: the node tree of a file. Goes out: faults in the words of the person who typed it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

import jsonschema_rs

from neoplex.base.errors import Fault, did_you_mean
from neoplex.cases.schema import build_schema
from neoplex.read.yamlfile import Node

Path = tuple[str | int, ...]

_IDENTIFYING_KEYS = {
    "name": "a name", "names": "names", "first-name": "a name", "last-name": "a name", "surname": "a name", "initials": "initials",
    "mrn": "a record number", "record-number": "a record number", "hospital-number": "a record number",
    "patient-id": "a record number",
    "birth-date": "a date of birth", "birthdate": "a date of birth", "date-of-birth": "a date of birth", "dob": "a date of birth",
    "born": "a date of birth", "address": "an address", "phone": "a phone number", "email": "an e-mail address",
    "photo": "a picture of the person", "ssn": "a personal number", "insurance-number": "a personal number",
}  # fmt: skip
_KINDS = {
    "string": "text", "integer": "a whole number", "number": "a number", "array": "a list", "object": "a mapping",
    "boolean": "true or false",
    "null": "nothing",
}  # fmt: skip
_NEEDED = frozenset({"id", "file", "case", "entry"})
_PATTERNS = {
    r"^10\.\d{4,9}/\S+$": "a DOI such as 10.3171/2014.12.JNS141339",
}


@lru_cache(maxsize=1)
def _validator() -> Any:
    return jsonschema_rs.Draft202012Validator(build_schema())


def check_shape(root: Node, *, again: bool = False) -> tuple[Node | None, list[Fault]]:
    """The tree without what departs from the schema, so that the rest can be checked on, and every departure.

    None when too little is left: no source, or a source without an id. ``again`` passes over list members that an earlier
    check has emptied.
    """
    faults: list[Fault] = []
    dropped: set[Path] = set()
    usable = True
    for error in _validator().iter_errors(root.plain()):
        path: Path = tuple(error.instance_path)
        if again and path and isinstance(path[-1], int) and _descend(root, list(path)).content is None:
            continue
        faults.extend(_explain(error, root))
        name, kind = error.kind.name, error.kind.as_dict()
        if name == "additionalProperties":
            dropped.update((*path, key) for key in kind["unexpected"])
        elif name == "required":
            usable = usable and not (path in ((), ("source",)) and kind["property"] in ("source", "id"))
            if len(path) > 1 and (isinstance(path[-1], str) or kind["property"] in _NEEDED):
                dropped.add(path)
        elif name == "pattern" and path[-1] == "id":
            continue
        elif path in (("source",), ("source", "id")):
            usable = False
        else:
            dropped.add(path)
    if not usable:
        return None, faults
    return (_prune(root, (), dropped) if dropped else root), faults


def _prune(node: Node, path: Path, dropped: set[Path]) -> Node:
    if isinstance(node.content, dict):
        kept = {
            key: _prune(value, (*path, key), dropped)
            for key, value in node.content.items()
            if (*path, key) not in dropped
        }
        return replace(node, content=kept)
    if isinstance(node.content, list):
        # a dropped member leaves an empty one, so that the numbers of the others stay
        members = [
            replace(value, content=None, text="")
            if (*path, index) in dropped
            else _prune(value, (*path, index), dropped)
            for index, value in enumerate(node.content)
        ]
        return replace(node, content=members)
    return node


def write_path(path: list[str | int]) -> str:
    """A path into a file the way faults write it.

    >>> write_path(["cases", 0, "findings", 2, "site"])
    'cases[0].findings[2].site'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def _descend(root: Node, path: list[str | int]) -> Node:
    node = root
    for part in path:
        if isinstance(part, int) and isinstance(node.content, list) and part < len(node.content):
            node = node.content[part]
        elif isinstance(part, str) and part in node.mapping:
            node = node.mapping[part]
    return node


def _explain(error: Any, root: Node) -> list[Fault]:
    path = list(error.instance_path)
    node = _descend(root, path)
    kind = error.kind.as_dict()
    field = write_path(path)
    name = error.kind.name
    if name == "additionalProperties":
        known = _known_keys(error.schema_path)
        return [_explain_key(node, field, key, known) for key in kind["unexpected"]]
    if name == "required":
        return [
            Fault(
                node.file,
                node.line,
                node.column,
                field,
                f"no {kind['property']}",
                f"{kind['property']}: {_describe(error, kind['property'])}",
            )
        ]
    if name == "type":
        types = kind["types"]
        expected = " or ".join(
            _KINDS.get(type_, type_) for type_ in types if type_ != "number" or "integer" not in types
        )
        hint = "put it in quotes" if "string" in types and isinstance(node.content, bool | int | float) else ""
        return [Fault(node.file, node.line, node.column, field, _show(node), expected, hint)]
    if name in ("enum", "const"):
        options = [str(option) for option in kind.get("options", [])] or [
            str(kind.get("expected_value", kind.get("const", "")))
        ]
        expected, hint = (
            (f"one of {', '.join(options)}", did_you_mean(node.text, options)) if len(options) > 1 else (options[0], "")
        )
        return [Fault(node.file, node.line, node.column, field, _show(node), expected, hint)]
    if name == "pattern":
        expected = _PATTERNS.get(kind["pattern"], "lower-case letters and digits joined by hyphens or dots")
        hint = f"write {_mend_id(node.text)}" if kind["pattern"] not in _PATTERNS and _mend_id(node.text) else ""
        return [Fault(node.file, node.line, node.column, field, _show(node), expected, hint)]
    expected = {
        "minItems": f"at least {kind.get('limit')} members",
        "minLength": "some text",
        "maxLength": f"at most {kind.get('limit')} characters",
        "minimum": f"at least {kind.get('limit')}",
        "maximum": f"at most {kind.get('limit')}",
    }.get(name, str(error.message))
    return [Fault(node.file, node.line, node.column, field, _show(node), expected)]


def _explain_key(node: Node, field: str, key: str, known: list[str]) -> Fault:
    value = node.mapping[key]
    line, column = value.at_key()
    at = f"{field}.{key}" if field else key
    folded = re.sub(r"[\s_]+", "-", key.lower())
    if folded in _IDENTIFYING_KEYS and field.startswith(("cases", "cohorts", "tables")):
        what = _IDENTIFYING_KEYS[folded]
        return Fault(
            value.file,
            line,
            column,
            at,
            what,
            "nothing that identifies a person",
            "leave it out; a case needs sex and age at most",
        )
    hint = did_you_mean(folded, known)
    if folded in known and folded != key:
        hint = f"write {folded}"
    return Fault(value.file, line, column, at, f"the key {key}", "one of " + ", ".join(known), hint)


def _known_keys(schema_path: list[str | int]) -> list[str]:
    schema: Any = build_schema()
    for part in schema_path[:-1]:
        if isinstance(schema, dict) and "$ref" in schema:
            schema = _definition(schema["$ref"])
        if part == "$ref":
            continue
        schema = schema[part]
    return list(schema.get("properties", {}))


def _definition(reference: str) -> Any:
    return build_schema()["$defs"][reference.rpartition("/")[2]]


def _describe(error: Any, key: str) -> str:
    schema: Any = build_schema()
    for part in error.schema_path[:-1]:
        if isinstance(schema, dict) and "$ref" in schema:
            schema = _definition(schema["$ref"])
        if part == "$ref":
            continue
        schema = schema[part]
    found = schema["properties"].get(key, {})
    if "$ref" in found:
        found = _definition(found["$ref"])
    return str(found.get("description", "")).rstrip(".").split(". ")[0] or "it is needed"


def _show(node: Node) -> str:
    if isinstance(node.content, dict):
        return "a mapping"
    if isinstance(node.content, list):
        return "a list" if len(node.content) != 1 else "a list of one member"
    if node.content is None:
        return "nothing"
    return node.text if len(node.text) <= 80 else node.text[:79] + "…"


def _mend_id(text: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")
