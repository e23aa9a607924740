"""Letters on a figure: how wide words are, and how they break into lines. Lengths are millimetres, sizes points.

To be used inside ``sheet.drawing()``. Widths come from the glyphs of the font that matplotlib ships, so they are the same
everywhere.
"""

from __future__ import annotations

from functools import lru_cache

FONT = "DejaVu Sans"
_POINT = 25.4 / 72
LEADING = 1.28
"""Height of a line in sizes of its letters."""


@lru_cache(maxsize=20000)
def width_of(text: str, size: float, bold: bool = False) -> float:
    """How wide a text is in one line."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width) * _POINT


def line_height(size: float) -> float:
    """How high a line is."""
    return size * LEADING * _POINT


def break_lines(text: str, room: float, size: float, most: int = 0, *, bold: bool = False) -> tuple[str, ...]:
    """A text in lines no wider than ``room``; a word that is wider is cut, and more than ``most`` lines end in ``…``."""
    lines: list[str] = []
    line = ""
    for word in (piece for whole in text.split() for piece in _pieces(whole, room, size, bold)):
        longer = f"{line} {word}" if line else word
        if line and width_of(longer, size, bold) > room:
            lines.append(line)
            line = word
        else:
            line = longer
    lines += [line] if line else []
    if most and len(lines) > most:
        last = lines[most - 1]
        while last and width_of(last + "…", size, bold) > room:
            last = last[:-1].rstrip()
        lines = [*lines[: most - 1], last + "…"]
    return tuple(lines)


def _pieces(word: str, room: float, size: float, bold: bool) -> list[str]:
    pieces: list[str] = []
    while width_of(word, size, bold) > room and len(word) > 1:
        end = max(1, int(len(word) * room / width_of(word, size, bold)))
        while end > 1 and width_of(word[:end], size, bold) > room:
            end -= 1
        pieces.append(word[:end])
        word = word[end:]
    return [*pieces, word]
