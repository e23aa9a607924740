"""JSON with the place of every value, read strictly.

Comes in: the bytes of a file. Goes out: a tree of :class:`~neoplex.read.yamlfile.Node`, or faults. Refused with line and column:
duplicate keys, NaN and Infinity, comments, trailing commas, text after the end, half of an escaped character, wrong encodings,
compressed files, and inputs built to exhaust memory (size, depth, number of values). Nothing is fetched.
"""

from __future__ import annotations

import re
from pathlib import Path

from neoplex.base.errors import EnvironmentProblem, Fault
from neoplex.read.yamlfile import Node

MOST_BYTES = 32_000_000
MOST_DEPTH = 60
MOST_NODES = 1_000_000

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9A-Za-z.+-])")
_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]|\\.)*)"')
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_PACKED = {b"\x1f\x8b": "gzip", b"PK": "zip", b"BZ": "bzip2", b"\xfd7": "xz", b"(\xb5": "zstandard"}


class _Refused(Exception):
    def __init__(self, position: int, found: str, expected: str) -> None:
        super().__init__(found)
        self.position, self.found, self.expected = position, found, expected


def read_json(path: Path) -> tuple[Node | None, list[Fault]]:
    """Read a JSON file; the faults say why there is no tree. Raises EnvironmentProblem when it cannot be read."""
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as problem:
        raise EnvironmentProblem(f"{path}: cannot be read: {problem.strerror or problem}") from problem
    if size > MOST_BYTES:
        return None, [Fault(str(path), found=f"{size} bytes", expected=f"at most {MOST_BYTES}")]
    return parse_json(raw, str(path))


def parse_json(raw: bytes, file: str) -> tuple[Node | None, list[Fault]]:
    """Parse the bytes of a JSON file; ``file`` is the name that faults carry.

    >>> node, faults = parse_json(b'{"a": [1, 2]}', "x.json")
    >>> node.plain(), faults
    ({'a': [1, 2]}, [])
    """
    packed = _PACKED.get(raw[:2])
    if packed is not None:
        return None, [
            Fault(
                file,
                found=f"a file packed with {packed}",
                expected="plain JSON",
                hint="unpack it; nothing is unpacked here",
            )
        ]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        return None, [Fault(file, line, found=f"byte 0x{raw[problem.start]:02x}", expected="text encoded as UTF-8")]
    parser = _Parser(text, file)
    try:
        node = parser.parse()
    except _Refused as refused:
        line, column = parser.place(refused.position)
        fault = Fault(file, line, column, found=refused.found, expected=refused.expected)
        return None, sorted({*parser.faults, fault})
    return (None if parser.faults else node), sorted(set(parser.faults))


class _Parser:
    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.faults: list[Fault] = []
        self._position = 0
        self._nodes = 0
        self._line = 1
        self._line_start = 0
        self._counted = 0

    def place(self, position: int) -> tuple[int, int]:
        """Line and column of a position at or behind the last one asked for; any other is counted anew."""
        if position < self._counted:
            self._line, self._line_start, self._counted = 1, 0, 0
        breaks = self.text.count("\n", self._counted, position)
        if breaks:
            self._line += breaks
            self._line_start = self.text.rindex("\n", self._counted, position) + 1
        self._counted = position
        return self._line, position - self._line_start + 1

    def parse(self) -> Node:
        self._skip()
        if self._position >= len(self.text):
            raise _Refused(0, "an empty file", "JSON")
        node = self._value(0)
        self._skip()
        if self._position < len(self.text):
            raise _Refused(self._position, self._seen(), "the end of the file")
        return node

    def _skip(self) -> None:
        match = _SPACE.match(self.text, self._position)
        assert match is not None
        self._position = match.end()

    def _seen(self) -> str:
        rest = self.text[self._position : self._position + 24].split("\n")[0].strip()
        return rest or "the end of the file"

    def _value(self, depth: int) -> Node:
        self._nodes += 1
        if depth > MOST_DEPTH:
            raise _Refused(self._position, "deep nesting", f"at most {MOST_DEPTH} levels")
        if self._nodes > MOST_NODES:
            raise _Refused(self._position, "too many values", f"at most {MOST_NODES}")
        line, column = self.place(self._position)
        letter = self.text[self._position : self._position + 1]
        if letter == "{":
            return self._object(line, column, depth)
        if letter == "[":
            return self._array(line, column, depth)
        if letter == '"':
            words = self._string()
            return Node(words, self.file, line, column, text=words)
        match = _NUMBER.match(self.text, self._position)
        if match is not None:
            self._position = match.end()
            return Node(self._number(match[0], match.start()), self.file, line, column, text=match[0])
        for word, value in _WORDS.items():
            if self.text.startswith(word, self._position) and not self.text[self._position + len(word) :][:1].isalnum():
                self._position += len(word)
                return Node(value, self.file, line, column, text=word)
        raise _Refused(self._position, self._seen(), "a JSON value")

    def _number(self, text: str, position: int) -> int | float:
        if re.fullmatch(r"-?[0-9]+", text) and len(text) < 19:
            return int(text)
        number = float(text)
        if number - number != 0 or len(text) > 40:
            raise _Refused(position, text[:24], "a number of ordinary size")
        return number

    def _string(self) -> str:
        match = _STRING.match(self.text, self._position)
        if match is None:
            raise _Refused(self._position, self._seen(), "a string closed on its line, without control characters")
        start, self._position = self._position, match.end()
        if "\\" not in match[1]:
            return match[1]
        try:
            text = _ESCAPE.sub(_unescape, match[1])
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except (KeyError, UnicodeDecodeError) as problem:
            raise _Refused(
                start, self.text[start : start + 24], "whole characters and the escapes of JSON"
            ) from problem

    def _object(self, line: int, column: int, depth: int) -> Node:
        entries: dict[str, Node] = {}
        self._position += 1
        self._skip()
        if self.text.startswith("}", self._position):
            self._position += 1
            return Node(entries, self.file, line, column)
        while True:
            self._skip()
            at = self._position
            if not self.text.startswith('"', at):
                raise _Refused(at, self._seen(), "a key in double quotes")
            key_line, key_column = self.place(at)
            key = self._string()
            self._skip()
            if not self.text.startswith(":", self._position):
                raise _Refused(self._position, self._seen(), ": after the key")
            self._position += 1
            self._skip()
            value = self._value(depth + 1)
            if key in entries:
                expected = f"each key once in an object (first at line {entries[key].key_line})"
                self.faults.append(
                    Fault(self.file, key_line, key_column, found=f"{key} a second time", expected=expected)
                )
            else:
                entries[key] = Node(
                    value.content, self.file, value.line, value.column, value.text, key_line, key_column, value.size
                )
            if self._more("}"):
                return Node(entries, self.file, line, column)

    def _array(self, line: int, column: int, depth: int) -> Node:
        items: list[Node] = []
        self._position += 1
        self._skip()
        if self.text.startswith("]", self._position):
            self._position += 1
            return Node(items, self.file, line, column)
        while True:
            self._skip()
            items.append(self._value(depth + 1))
            if self._more("]"):
                return Node(items, self.file, line, column)

    def _more(self, end: str) -> bool:
        """Step over the comma before another member, or over the end."""
        self._skip()
        letter = self.text[self._position : self._position + 1]
        if letter not in (",", end) or not letter:
            raise _Refused(self._position, self._seen(), f", or {end}")
        self._position += 1
        return letter == end


def _unescape(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else _ESCAPES[match[2]]
