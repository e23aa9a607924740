"""Text laid out for a screen: tables that fit its width, wrapped paragraphs, and nothing a terminal would obey.

Comes in: plain strings. Goes out: lines no wider than asked. Never knows RDF, colours or the size of the real terminal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

_GAP = 2
_NARROWEST = 6
_LONGEST_WHOLE = 40
_LONGEST_TIGHT = 18
# C0 and C1 controls, DEL, and the marks that turn the direction of text or hide in it.
_DANGEROUS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
_WIDE = frozenset("WF")


def visible(text: str) -> str:
    """Text with every character that could steer a terminal written out; line breaks and tabs become spaces.

    >>> visible("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    return _DANGEROUS.sub(_spell_out, text)


def visible_lines(text: str) -> str:
    """The same for a document: its line breaks and tabs stay."""
    return _DANGEROUS.sub(lambda m: m[0] if m[0] in "\n\t" else _spell_out(m), text.replace("\r\n", "\n"))


def width_of(text: str) -> int:
    """How many cells of a terminal a text takes.

    >>> width_of("psoas"), width_of("腰筋")
    (5, 4)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in _WIDE else 1 for char in text
    )


def wrap(text: str, width: int, indent: str = "", hanging: str | None = None) -> list[str]:
    """Lines of at most ``width`` cells; the first starts with ``indent``, the others with ``hanging``."""
    hanging = indent if hanging is None else hanging
    lines: list[str] = []
    current = indent
    empty = True
    for word in text.split():
        room = width - width_of(current) - (0 if empty else 1)
        if width_of(word) <= room:
            current += ("" if empty else " ") + word
            empty = False
            continue
        if not empty:
            lines.append(current)
        current, empty = (hanging if lines else indent), True
        while width_of(word) > max(width - width_of(current), 1):
            piece, word = _split(word, max(width - width_of(current), 1))
            lines.append(current + piece)
            current = hanging
        if word:
            current, empty = current + word, False
    if not empty or not lines:
        lines.append(current)
    return [line.rstrip() for line in lines]


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], width: int, right: Iterable[int] = ()) -> list[str]:
    """A table of at most ``width`` cells; columns in ``right`` are aligned right.

    Wide cells wrap. When even narrow columns do not fit side by side, each row becomes a block of ``name  value`` lines.
    """
    if not headers:
        return []
    cells = [[visible(cell) for cell in row] for row in rows]
    widths = _fit([visible(header) for header in headers], cells, width)
    if widths is None:
        return _blocks([visible(header) for header in headers], cells, width)
    right = set(right)
    lines = _row([visible(header) for header in headers], widths, right)
    lines.append(" ".join("─" * size + " " * (_GAP - 1) for size in widths).rstrip())
    for row in cells:
        lines.extend(_row(row, widths, right))
    return lines


def definitions(pairs: Iterable[tuple[str, str]], width: int, indent: int = 0, column: int | None = None) -> list[str]:
    """``name  words`` lines with the words wrapped in a column of their own; ``column`` fixes where that starts."""
    known = [(visible(name), visible(words)) for name, words in pairs]
    if not known:
        return []
    start = column or min(max(width_of(name) for name, _ in known) + _GAP, max(width // 3, 12)) + indent
    lines: list[str] = []
    for name, words in known:
        head = " " * indent + name
        if width_of(head) + _GAP <= start:
            lines.extend(wrap(words, width, _pad(head, start), " " * start))
        else:
            lines.extend([head, *wrap(words, width, " " * start)])
    return lines


def _spell_out(match: re.Match[str]) -> str:
    char = match[0]
    if char in "\n\r\t\u2028\u2029":
        return " "
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _split(word: str, width: int) -> tuple[str, str]:
    """A word cut where it fits, after a mark that reads well when there is one in the last half."""
    size = taken = 0
    for char in word:
        size += width_of(char)
        if size > width:
            break
        taken += 1
    taken = max(taken, 1)
    for place in range(taken, taken // 2, -1):
        if word[place - 1] in "/:-_.,;":
            return word[:place], word[place:]
    return word[:taken], word[taken:]


def _fit(headers: list[str], cells: list[list[str]], width: int) -> list[int] | None:
    columns = range(len(headers))
    natural = [max(width_of(text) for text in (headers[c], *(row[c] for row in cells))) for c in columns]
    room = width - _GAP * (len(headers) - 1)
    if sum(natural) <= room:
        return natural
    words = [
        max((width_of(word) for text in (headers[c], *(row[c] for row in cells)) for word in text.split()), default=0)
        for c in columns
    ]
    # Words stay whole while that leaves room for all columns; then only short ones do.
    for longest in (_LONGEST_WHOLE, _LONGEST_TIGHT):
        floors = [min(size, max(_NARROWEST, min(longest, word))) for size, word in zip(natural, words, strict=True)]
        if sum(floors) <= room:
            break
    else:
        return None
    widths = list(natural)
    while sum(widths) > room:
        loose = [c for c in columns if widths[c] > floors[c]]
        widest = max(loose, key=lambda c: (widths[c], -c))
        below = max((widths[c] for c in loose if widths[c] < widths[widest]), default=0)
        widths[widest] = max(floors[widest], min(widths[widest] - 1, below), widths[widest] - (sum(widths) - room))
    return widths


def _row(cells: Sequence[str], widths: Sequence[int], right: set[int]) -> list[str]:
    wrapped = [wrap(cell, size) for cell, size in zip(cells, widths, strict=True)]
    lines = []
    for number in range(max(len(lines_) for lines_ in wrapped)):
        pieces = []
        for column, (parts, size) in enumerate(zip(wrapped, widths, strict=True)):
            text = parts[number] if number < len(parts) else ""
            space = " " * (size - width_of(text))
            pieces.append(space + text if column in right else text + space)
        lines.append((" " * _GAP).join(pieces).rstrip())
    return lines


def _blocks(headers: list[str], cells: list[list[str]], width: int) -> list[str]:
    lines: list[str] = []
    for row in cells:
        if lines:
            lines.append("")
        lines.extend(definitions([(h, cell) for h, cell in zip(headers, row, strict=True) if cell], width))
    return lines


def _pad(text: str, width: int) -> str:
    return text + " " * (width - width_of(text))
