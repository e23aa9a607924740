"""Plain maps and lists as the text of a publication file.

Comes in: maps, lists, words and whole numbers. Goes out: YAML 1.2 in one style, always the same bytes, that
:mod:`neoplex.read.yamlfile` reads back to the same values. Words that YAML could take for something else are quoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from neoplex.read.yamlfile import resolve_plain

_PLAIN = re.compile(r"[A-Za-zÀ-ɏ][\w .,/%()+<>=…–'’;·-]*|\d[\w ./-]*")
_TAKEN_FOR_OTHER = frozenset({"on", "off", "y", "n"})
_UNSAFE = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def write_yaml(entry: Mapping[str, Any], comments: Mapping[str, str] | None = None) -> str:
    """The text of a file; ``comments`` stand above the top-level keys they are given for.

    >>> entry = {"source": {"id": "smith-2021", "year": 2021}, "cases": [{"id": "a", "at": ["page 1", "page 2"]}]}
    >>> print(write_yaml(entry), end="")
    source:
      id: smith-2021
      year: 2021
    cases:
      - id: a
        at: [page 1, page 2]
    """
    lines: list[str] = []
    for key, value in entry.items():
        for line in (comments or {}).get(key, "").splitlines():
            lines.append(f"# {line}".rstrip())
        lines += _pair(key, value, 0)
    return "\n".join(lines) + "\n"


def _pair(key: str, value: Any, indent: int) -> Iterator[str]:
    pad = " " * indent
    name = write_scalar(key)
    if isinstance(value, Mapping) and value:
        yield f"{pad}{name}:"
        for inner, content in value.items():
            yield from _pair(inner, content, indent + 2)
    elif _is_list(value) and any(isinstance(item, Mapping) or _is_list(item) for item in value):
        yield f"{pad}{name}:"
        for item in value:
            yield from _item(item, indent + 2)
    else:
        yield f"{pad}{name}: {_flow(value)}"


def _item(item: Any, indent: int) -> Iterator[str]:
    pad = " " * indent
    if not isinstance(item, Mapping) or not item:
        yield f"{pad}- {_flow(item)}"
        return
    lines = [line for key, value in item.items() for line in _pair(key, value, indent + 2)]
    yield f"{pad}- {lines[0][indent + 2 :]}"
    yield from lines[1:]


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{write_scalar(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if _is_list(value):
        return "[" + ", ".join(_flow(inner) if not isinstance(inner, str) else _member(inner) for inner in value) + "]"
    return write_scalar(value)


def _member(text: str) -> str:
    written = write_scalar(text)
    return _quote(text) if written[0] != '"' and re.search(r"[,\[\]{}]", text) else written


def write_scalar(value: Any) -> str:
    """One word or number, quoted where it has to be.

    >>> write_scalar("12"), write_scalar(12), write_scalar("left psoas major"), write_scalar("a: b")
    ('"12"', '12', 'left psoas major', '"a: b"')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return '""'
    if not isinstance(value, str):
        return str(value)
    plain = _PLAIN.fullmatch(value) and isinstance(resolve_plain(value), str) and value == value.strip()
    if plain and "\n" not in value and value.lower() not in _TAKEN_FOR_OTHER:
        return value
    return _quote(value)


def _quote(text: str) -> str:
    """Text in double quotes, with escapes for what YAML takes for a line break or refuses."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))
