"""Where the words of a figure go, so that no two of them overlap.

Comes in: words with the place they belong to, and columns or free ground to set them on. Goes out: boxes in millimetres with lines
of text. Sizes are computed from the outlines of the type, so they are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from neoplex.draw.curves import Point
from neoplex.draw.lettering import break_lines, line_height

STRAY = 22.0
"""How far, in millimetres, a label may stand from the height of its place before less important ones are left out."""


@dataclass(frozen=True)
class Box:
    """A rectangle in millimetres; y grows downward."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box, slack: float = 0.0) -> bool:
        """Whether two boxes share ground, more than ``slack`` deep."""
        return (
            min(self.right, other.right) - max(self.left, other.left) > slack
            and min(self.bottom, other.bottom) - max(self.top, other.top) > slack
        )


@dataclass(frozen=True)
class Word:
    """A label to be set: what it is about, where that is, the state mark before it and how much it matters (0 first)."""

    key: str
    text: str
    at: Point
    state: str
    hollow: bool = False
    order: tuple[int, ...] = ()


@dataclass(frozen=True)
class Placed:
    """A label that has its place: the lines of text and their box."""

    word: Word
    lines: tuple[str, ...]
    box: Box


def place_column(
    words: Iterable[Word], *, left: float, right: float, top: float, bottom: float, size: float, gap: float, mark: float
) -> tuple[tuple[Placed, ...], tuple[Word, ...]]:
    """Labels in a column, each as near to the height of its place as the others let it; and those with no room.

    Words whose ``order`` begins with 0 come first; any other is set only while no label strays far from its place. ``mark`` is the
    width kept for the state mark.
    """
    wanted = sorted(words, key=lambda word: (word.order, word.at[1], word.at[0], word.key))
    kept: list[_Line] = []
    left_out: list[Word] = []
    for word in wanted:
        first = bool(word.order) and word.order[0] == 0
        lines = break_lines(word.text, right - left - (mark if word.state else 0.4), size)
        tried = sorted([*kept, _Line(word, lines, len(lines) * line_height(size) + gap)], key=_Line.place)
        if sum(one.high for one in tried) > bottom - top or not (first or _calm(tried, top, bottom)):
            left_out.append(word)
        else:
            kept = tried
    tops = _tops(kept, top, bottom)
    placed = [
        Placed(one.word, one.lines, Box(left, y, right, y + one.high - gap)) for one, y in zip(kept, tops, strict=True)
    ]
    return tuple(placed), tuple(left_out)


@dataclass(frozen=True)
class _Line:
    word: Word
    lines: tuple[str, ...]
    high: float

    def place(self) -> tuple[float, float, str]:
        return (self.word.at[1], abs(self.word.at[0]), self.word.key)


def _tops(lines: Sequence[_Line], top: float, bottom: float) -> list[float]:
    return _settle([one.word.at[1] - one.high / 2 for one in lines], [one.high for one in lines], top, bottom)


def _calm(lines: Sequence[_Line], top: float, bottom: float) -> bool:
    """Whether every label stands within ``STRAY`` millimetres of the height of its place."""
    tops = _tops(lines, top, bottom)
    moves = (abs(y + one.high / 2 - one.word.at[1]) for one, y in zip(lines, tops, strict=True))
    return all(move <= STRAY for move in moves)


def _settle(wanted: Sequence[float], heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Tops of stacked boxes, in order and without overlap, with the least sum of squared moves; all within top and bottom."""
    groups: list[list[float]] = []
    offsets: list[float] = []
    so_far = 0.0
    for want, high in zip(wanted, heights, strict=True):
        offsets.append(so_far)
        groups.append([want - so_far, 1.0])
        so_far += high
        while len(groups) > 1 and groups[-2][0] > groups[-1][0]:
            mean, many = groups.pop()
            groups[-1] = [(groups[-1][0] * groups[-1][1] + mean * many) / (groups[-1][1] + many), groups[-1][1] + many]
    last = bottom - so_far
    bases = [min(max(mean, top), last) for mean, many in groups for _ in range(int(many))]
    return [base + offset for base, offset in zip(bases, offsets, strict=True)]


def spread(boxes: Sequence[Box], within: Box, taken: Sequence[Box] = (), rings: int = 14) -> list[Box]:
    """Boxes moved as little as possible, one after another, so that none overlaps another or what is taken already.

    A box that finds no free ground within ``rings`` steps stays where it is.
    """
    placed: list[Box] = []
    for box in boxes:
        wide, high = box.right - box.left, box.bottom - box.top
        best = box
        for dx, dy in _offsets(rings):
            moved = replace(
                box, left=box.left + dx * wide / 2, right=box.right + dx * wide / 2,
                top=box.top + dy * high / 2, bottom=box.bottom + dy * high / 2,
            )  # fmt: skip
            inside = within.left <= moved.left and moved.right <= within.right
            inside = inside and within.top <= moved.top and moved.bottom <= within.bottom
            if inside and not any(moved.overlaps(other) for other in (*placed, *taken)):
                best = moved
                break
        placed.append(best)
    return placed


@lru_cache(maxsize=4)
def _offsets(rings: int) -> tuple[tuple[int, int], ...]:
    span = range(-rings, rings + 1)
    return tuple(sorted(((x, y) for x in span for y in span), key=lambda o: (o[0] ** 2 + o[1] ** 2, abs(o[1]), o)))
