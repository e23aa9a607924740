"""YAML 1.2 with the place of every key and value.

Comes in: the bytes of a file. Goes out: a tree of :class:`Node`, or faults. Anything that could surprise is refused with its
place: duplicate keys, tabs as indentation, tags, merge keys, several documents, wrong encodings, and inputs built to exhaust
memory (size, depth, number of nodes after aliases are followed).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neoplex.base.errors import EnvironmentProblem, Fault

MOST_BYTES = 8_000_000
MOST_DEPTH = 40
MOST_NODES = 400_000
MOST_ALIASES = 1_000

Scalar = str | int | float | bool | None

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})


@dataclass(frozen=True, eq=False)
class Node:
    """One value of a file with its place.

    ``content`` is a dict of keys to nodes, a list of nodes, or a scalar. ``text`` is the scalar as written. Lines and columns
    count from 1. ``key_line`` and ``key_column`` place the key that the node stands under (0 in a list). ``size`` counts the
    nodes below with aliases followed.
    """

    content: dict[str, Node] | list[Node] | Scalar
    file: str
    line: int
    column: int
    text: str = ""
    key_line: int = 0
    key_column: int = 0
    size: int = 1

    @property
    def mapping(self) -> dict[str, Node]:
        """The entries of a mapping; empty for anything else."""
        return self.content if isinstance(self.content, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The members of a list; a value that is no list counts as its only member, an empty value as none."""
        if isinstance(self.content, list):
            return self.content
        return [] if self.content is None else [self]

    def get(self, key: str) -> Node | None:
        """The value under a key, or None; a null counts as not written."""
        found = self.mapping.get(key)
        return None if found is None or found.content is None else found

    def plain(self) -> Any:
        """The tree as plain Python values, for a schema validator."""
        if isinstance(self.content, dict):
            return {key: value.plain() for key, value in self.content.items()}
        if isinstance(self.content, list):
            return [item.plain() for item in self.content]
        return self.content

    def walk(self) -> Iterator[tuple[str, Node]]:
        """Every node below with its path (``cases[0].findings[2].site``), itself first."""
        yield from _walk(self, "")

    def at_key(self) -> tuple[int, int]:
        """The place of the key, or of the value when it stands in a list."""
        return (self.key_line or self.line, self.key_column or self.column)


def _walk(node: Node, path: str) -> Iterator[tuple[str, Node]]:
    yield path, node
    if isinstance(node.content, dict):
        for key, value in node.content.items():
            yield from _walk(value, f"{path}.{key}" if path else key)
    elif isinstance(node.content, list):
        for index, value in enumerate(node.content):
            yield from _walk(value, f"{path}[{index}]")


class _Refused(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def read_yaml(path: Path) -> tuple[Node | None, list[Fault]]:
    """Read a YAML file whose top is a mapping; the faults say why there is no tree. Raises EnvironmentProblem if unreadable."""
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as problem:
        raise EnvironmentProblem(f"{path}: cannot be read: {problem.strerror or problem}") from problem
    if size > MOST_BYTES:
        return None, [Fault(str(path), found=f"{size} bytes", expected=f"at most {MOST_BYTES}")]
    return parse_yaml(raw, str(path))


def parse_yaml(raw: bytes, file: str) -> tuple[Node | None, list[Fault]]:
    """Parse the bytes of a YAML file; ``file`` is the name that faults carry."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        column = problem.start - (raw.rfind(b"\n", 0, problem.start) + 1) + 1
        found = f"byte 0x{raw[problem.start]:02x}"
        return None, [
            Fault(file, line, column, found=found, expected="text encoded as UTF-8", hint="save the file as UTF-8")
        ]
    if len(raw) > MOST_BYTES:
        return None, [Fault(file, found=f"{len(raw)} bytes", expected=f"at most {MOST_BYTES}")]
    builder = _Builder(file, text)
    try:
        node = builder.build()
    except _Refused as refused:
        return None, sorted({*builder.faults, refused.fault})
    return (None if builder.faults else node), sorted(set(builder.faults))


class _Builder:
    """Turns the parser's events into nodes and collects what is off on the way."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.faults: list[Fault] = []
        self._anchors: dict[str, Node] = {}
        self._aliases = 0
        self._nodes = 0

    def build(self) -> Node | None:
        if not self.text.strip():
            raise _Refused(
                Fault(self.file, found="an empty file", expected="a publication", hint="begin with `neoplex case new`")
            )
        self._events = self._parse()
        document: Node | None = None
        for event in self._events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent" and document is not None:
                line, column = _place(event)
                raise _Refused(
                    Fault(self.file, line, column, found="a second document", expected="one document for each file")
                )
            if kind.endswith(("ScalarEvent", "StartEvent", "AliasEvent")) and kind not in (
                "StreamStartEvent",
                "DocumentStartEvent",
            ):
                document = self._node(event, 0)
        if document is None or document.content is None:
            raise _Refused(
                Fault(self.file, found="an empty file", expected="a publication", hint="begin with `neoplex case new`")
            )
        if not isinstance(document.content, dict):
            raise _Refused(
                Fault(
                    self.file,
                    document.line,
                    document.column,
                    found=_name_kind(document),
                    expected="a mapping with format and source",
                )
            )
        return document

    def _parse(self) -> Iterator[Any]:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError

        try:
            yield from YAML(typ="safe", pure=True).parse(self.text)
        except YAMLError as problem:
            raise _Refused(self._explain(problem)) from problem
        except (
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            AttributeError,
            AssertionError,
            OverflowError,
            NotImplementedError,
        ) as problem:
            # the scanner lets plain Python errors through on some malformed escapes and directives
            raise _Refused(
                Fault(self.file, found="text that is not YAML", expected=f"YAML 1.2 ({problem})")
            ) from problem
        except RecursionError as problem:
            raise _Refused(Fault(self.file, found="deep nesting", expected=f"at most {MOST_DEPTH} levels")) from problem

    def _explain(self, problem: Any) -> Fault:
        mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
        words = " ".join(
            str(
                getattr(problem, "problem", None) or getattr(problem, "reason", None) or "text that is not YAML"
            ).split()
        )
        lines = self.text.split("\n")
        source = lines[line - 1] if 0 < line <= len(lines) else ""
        if ("\t" in source[:column] and not source[:column].strip()) or "'\\t'" in words:
            column = source.find("\t") + 1 or column
            return Fault(self.file, line, column, found="a tab", expected="spaces as indentation")
        hint = "put a value that holds ': ' in quotes" if "mapping values are not allowed" in words else ""
        return Fault(
            self.file,
            line,
            column,
            found=_shorten(source.strip()) or "the end of the file",
            expected=f"YAML ({words})",
            hint=hint,
        )

    def _next(self) -> Any:
        return next(self._events)

    def _node(self, event: Any, depth: int) -> Node:
        self._nodes += 1
        line, column = _place(event)
        if depth > MOST_DEPTH:
            raise _Refused(
                Fault(self.file, line, column, found="deep nesting", expected=f"at most {MOST_DEPTH} levels")
            )
        if self._nodes > MOST_NODES:
            raise _Refused(Fault(self.file, line, column, found="too many values", expected=f"at most {MOST_NODES}"))
        kind = type(event).__name__
        if kind == "AliasEvent":
            return self._alias(event, line, column)
        tag = getattr(event, "tag", None)
        if tag and str(tag) not in ("tag:yaml.org,2002:str", "!"):
            self.faults.append(Fault(self.file, line, column, found=f"the tag {tag}", expected="a value without a tag"))
        if kind == "ScalarEvent":
            node = self._scalar(event, line, column)
        elif kind == "SequenceStartEvent":
            items: list[Node] = []
            while type(event_inside := self._next()).__name__ != "SequenceEndEvent":
                items.append(self._node(event_inside, depth + 1))
            node = Node(items, self.file, line, column, size=1 + sum(item.size for item in items))
        else:
            node = self._mapping(line, column, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: Any, line: int, column: int) -> Node:
        self._aliases += 1
        target = self._anchors.get(event.anchor)
        if target is None:
            raise _Refused(
                Fault(
                    self.file, line, column, found=f"*{event.anchor}", expected="an alias of a finished anchor above it"
                )
            )
        self._nodes += target.size
        if self._aliases > MOST_ALIASES or self._nodes > MOST_NODES:
            raise _Refused(
                Fault(
                    self.file,
                    line,
                    column,
                    found=f"*{event.anchor}, which unfolds too far",
                    expected=f"at most {MOST_NODES} values",
                )
            )
        return target

    def _mapping(self, line: int, column: int, depth: int) -> Node:
        entries: dict[str, Node] = {}
        while type(event := self._next()).__name__ != "MappingEndEvent":
            key_line, key_column = _place(event)
            if type(event).__name__ != "ScalarEvent":
                found = "an alias" if type(event).__name__ == "AliasEvent" else "a list or mapping"
                raise _Refused(
                    Fault(self.file, key_line, key_column, found=f"{found} as key", expected="a word as key")
                )
            self._nodes += 1
            key = self._join_surrogates(str(event.value), key_line, key_column)
            value = self._node(self._next(), depth + 1)
            if key == "<<" and event.style is None:
                self.faults.append(
                    Fault(
                        self.file,
                        key_line,
                        key_column,
                        found="<<",
                        expected="the keys themselves; merge keys are not YAML 1.2",
                    )
                )
            elif key in entries:
                first = entries[key]
                self.faults.append(
                    Fault(
                        self.file,
                        key_line,
                        key_column,
                        found=f"{key} a second time",
                        expected=f"each key once in a mapping (first at line {first.key_line})",
                    )
                )
            else:
                entries[key] = Node(
                    value.content, value.file, value.line, value.column, value.text, key_line, key_column, value.size
                )
        return Node(entries, self.file, line, column, size=1 + sum(entry.size for entry in entries.values()))

    def _scalar(self, event: Any, line: int, column: int) -> Node:
        text = self._join_surrogates(str(event.value), line, column)
        content = text if event.style is not None or event.tag is not None else resolve_plain(text)
        return Node(content, self.file, line, column, text=text)

    def _join_surrogates(self, text: str, line: int, column: int) -> str:
        """Text in which the two halves of a character, as JSON escapes them, are one; half a character is a fault."""
        if not any("\ud800" <= letter <= "\udfff" for letter in text):
            return text
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self.faults.append(
                Fault(self.file, line, column, found="half of an escaped character", expected="whole characters")
            )
            return text.encode("ascii", "replace").decode()


def resolve_plain(text: str) -> Scalar:
    """A plain scalar by the core schema of YAML 1.2, where only true, false, null and decimal numbers are special.

    >>> resolve_plain("yes"), resolve_plain("13"), resolve_plain("2014-04-29"), resolve_plain("true")
    ('yes', 13, '2014-04-29', True)
    """
    if text in _NULLS:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if len(text) < 19 and _INTEGER.fullmatch(text):
        return int(text)
    if len(text) < 40 and _FLOAT.fullmatch(text):
        number = float(text)
        return number if number - number == 0 else text
    return text


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _name_kind(node: Node) -> str:
    return "a list" if isinstance(node.content, list) else f"the single value {_shorten(node.text)}"


def _shorten(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
