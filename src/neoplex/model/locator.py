"""Where in a publication something stands: sections, tables, figures, from wide to narrow.

Comes in: text such as ``table 1, row 3, column "Age, sex"``. Goes out: a frozen :class:`Locator` that names its passage.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from neoplex.base.names import slug

KEYS = (
    "title", "abstract", "keywords", "section", "paragraph", "table", "row", "column", "figure", "panel", "video", "reference",
    "footnote", "caption", "page",
)  # fmt: skip
"""The words a part of a locator may begin with."""

BARE_KEYS = frozenset({"title", "abstract", "keywords", "caption", "footnote"})
"""The words that need no value after them."""

EXPECTED = (
    "parts separated by commas, each a key with its value, such as 'section Case report > History, paragraph 2' "
    "or 'table 1, row 3'"
)
_PART = re.compile(r'\s*(?P<key>[A-Za-z]+)\s*(?P<value>(?:"[^"]*"|[^",])*?)\s*(?:,|$)')


class NotALocator(ValueError):
    """The text is not a locator; ``part`` is the piece that is off and ``expected`` what should stand there."""

    def __init__(self, part: str, expected: str, offset: int = 0) -> None:
        super().__init__(expected)
        self.part = part
        self.expected = expected
        self.offset = offset


@dataclass(frozen=True)
class Locator:
    """One place in a publication; ``parts`` are (key, value) from wide to narrow, the value empty for a bare key."""

    parts: tuple[tuple[str, str], ...]

    @property
    def label(self) -> str:
        """The locator as a reader would say it, in one canonical spelling."""
        return ", ".join(_write_part(key, value) for key, value in self.parts)

    @property
    def slug(self) -> str:
        """A piece of an IRI that names this passage."""
        return "-".join(slug(f"{key} {value}") for key, value in self.parts)

    def __str__(self) -> str:
        return self.label


def _write_part(key: str, value: str) -> str:
    if not value:
        return key
    return f'{key} "{value}"' if "," in value else f"{key} {value}"


def parse_locator(text: str) -> Locator:
    """Read a locator; raises NotALocator.

    >>> parse_locator("table 1, row 3").parts
    (('table', '1'), ('row', '3'))
    >>> parse_locator('table 1, column "Age, sex"').slug
    'table-1-column-age-sex'
    >>> parse_locator("abstract").label
    'abstract'
    """
    if not text.strip():
        raise NotALocator(text, EXPECTED)
    if text.count('"') % 2:
        raise NotALocator(text[text.rindex('"') :], "a closing double quote", text.rindex('"'))
    parts: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        match = _PART.match(text, position)
        rest = text[position:].lstrip()
        offset = len(text) - len(rest)
        if match is None or match.end() == position:
            raise NotALocator(rest, EXPECTED, offset)
        key = match["key"].lower()
        value = " > ".join(" ".join(piece.split()) for piece in match["value"].replace('"', "").split(">"))
        piece = match[0].strip().rstrip(",").strip()
        if key not in KEYS:
            raise NotALocator(
                piece,
                f"a part that begins with one of {', '.join(KEYS)} (put a value with a comma in double quotes)",
                offset,
            )
        if not value and key not in BARE_KEYS:
            raise NotALocator(piece, f"a value after {key}", offset)
        if ">" in value and not all(step.strip() for step in value.split(">")):
            raise NotALocator(piece, f"a name on both sides of > after {key}", offset)
        if any(seen == key for seen, _ in parts):
            raise NotALocator(piece, f"{key} only once in one locator", offset)
        if value and not slug(value):
            raise NotALocator(piece, f"letters or digits after {key}", offset)
        parts.append((key, value))
        position = match.end()
    if text.rstrip().endswith(","):
        raise NotALocator(text, "no comma at the end", len(text.rstrip()) - 1)
    return Locator(tuple(parts))
