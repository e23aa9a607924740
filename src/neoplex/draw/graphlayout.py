"""Where each thing of a view stands: columns away from the focus, and rows in which nothing overlaps.

Comes in: a view. Goes out: a :class:`Scene` of boxes, words and lines in CSS pixels. Relations of one name that leave a thing
together are gathered at one label, so that labels never cross. Every subtree has a band of its own, hence no two boxes can touch;
what is measured is a wide guess at the width of letters, since the reader's font is not known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from neoplex.draw.graphview import SHAPE_WORDS, SHAPES, Branch, Thing, View

SIZE = 13.0
"""Letters of labels, in pixels."""
SMALL = 11.0
LINE = 17.0
SMALL_LINE = 14.0
_PAD = 9.0
_GAP = 9.0
_COLUMN_GAP = 30.0
_MARGIN = 18.0
_INDENT = 44.0
_OUTLINE_GAP = 15.0
_WIDEST = 30
_MOST_LINES = 4
_NARROW = frozenset("iIjl.,:;'|!ftr()[]/ -·")
_BROAD = frozenset("mwMW@%—")


@dataclass(frozen=True)
class Box:
    """A thing in its place: middle, size, the lines of its label, and the words below them."""

    thing: Thing
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    state: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """A label of relations in its place; its id is that of no thing."""

    id: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """A line: a curve between two points, or straight pieces through more; ``start`` and ``end`` say which end has an arrow.

    ``ends`` are the ids of what it joins.
    """

    points: tuple[tuple[float, float], ...]
    style: str
    start: bool = False
    end: bool = False
    ends: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Scene:
    """A picture before it is drawn, with the shapes, lines and marks that its legend explains."""

    width: float
    height: float
    title: str
    description: str
    boxes: tuple[Box, ...]
    words: tuple[Words, ...]
    lines: tuple[Line, ...]
    legend: tuple[tuple[str, str, str], ...]
    legend_top: float


@dataclass
class _Knot:
    """A thing or a label in the tree of the layout."""

    thing: Thing | None
    label: str
    lines: tuple[str, ...]
    state: tuple[str, ...]
    width: float
    height: float
    branch: Branch | None = None
    id: str = ""
    below: list[_Knot] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0

    @property
    def band(self) -> float:
        """The height of the band that it and all below it take."""
        return max(self.height, sum(knot.band for knot in self.below) + _GAP * max(len(self.below) - 1, 0))


def width_of(text: str, size: float = SIZE) -> float:
    """How wide a text is at most, in pixels, in any sans-serif face.

    >>> width_of("ill") < width_of("MWM")
    True
    """
    return size * sum(_width(char) for char in text)


def _width(char: str) -> float:
    if char in _NARROW:
        return 0.42
    if char in _BROAD:
        return 1.0
    if ord(char) > 0x2E7F:
        return 1.05
    return 0.74 if char.isupper() else 0.63


def wrap(text: str, most: int = _WIDEST, lines: int = _MOST_LINES) -> tuple[str, ...]:
    """A label in lines of about ``most`` characters; one that is too long ends in an ellipsis.

    >>> wrap("left transverse process of lumbar vertebra", 24)
    ('left transverse process', 'of lumbar vertebra')
    """
    found = [""]
    for word in text.split() or [text]:
        while len(word) > most:
            head, word = word[:most], word[most:]
            found += [head] if found[-1] else []
            found[-1] = head
            found.append("")
        if found[-1] and len(found[-1]) + 1 + len(word) > most:
            found.append(word)
        else:
            found[-1] = f"{found[-1]} {word}".strip()
    found = [line for line in found if line] or [""]
    if len(found) > lines:
        found = [*found[: lines - 1], found[lines - 1][: most - 1].rstrip() + "…"]
    return tuple(found)


def arrange(view: View, form: str = "") -> Scene:
    """A view with everything in its place; ``form`` is that of the view unless another is asked for."""
    things = {thing.id: thing for thing in view.things}
    focus = things[view.focus]
    if (form or view.form) == "outline":
        root = _knot(focus)
        _grow(root, view.branches, things, gathered=False)
        return _framed(view, *_outline(root))
    arms = []
    for side in ("left", "right"):
        root = _knot(focus)
        _grow(root, [branch for branch in view.branches if branch.side == side], things)
        if side == "right" or root.below:
            arms.append((side, root))
    height = max(root.band for _, root in arms)
    boxes: dict[str, Box] = {}
    words: list[Words] = []
    lines: list[Line] = []
    for side, root in arms:
        _number(root, side)
        _place(root, -1.0 if side == "left" else 1.0, height)
        for knot in _all(root):
            if knot.thing is not None:
                boxes[knot.thing.id] = Box(knot.thing, knot.x, knot.y, knot.width, knot.height, knot.lines, knot.state)
            else:
                words.append(Words(knot.id, knot.x, knot.y, knot.width, knot.height, knot.lines))
            lines += [_line(knot, below, side) for below in knot.below]
    return _framed(view, list(boxes.values()), words, lines)


def _knot(thing: Thing) -> _Knot:
    lines = wrap(thing.label)
    state = wrap(thing.state, _WIDEST, 1) if thing.state else ()
    width = max([width_of(line) for line in lines] + [width_of(line, SMALL) for line in state])
    extra = 16.0 if thing.shape in ("hexagon", "parallelogram", "pill", "note", "octagon") else 4.0
    return _Knot(
        thing, "", lines, state, width + 2 * _PAD + extra, LINE * len(lines) + SMALL_LINE * len(state) + 1.3 * _PAD
    )


def _grow(root: _Knot, branches: Sequence[Branch], things: dict[str, Thing], *, gathered: bool = True) -> None:
    by_parent: dict[str, list[Branch]] = defaultdict(list)
    for branch in branches:
        by_parent[branch.parent].append(branch)

    def grow(knot: _Knot, id_: str) -> None:
        groups: dict[tuple[str, bool, str], list[Branch]] = defaultdict(list)
        for branch in by_parent.get(id_, ()):
            groups[branch.label, branch.forward, branch.line].append(branch)
        for (label, _, _), ones in groups.items():
            holder = knot
            if label and gathered:
                lines = wrap(label, 26, 3)
                width = max(width_of(line, SMALL) for line in lines) + 8
                holder = _Knot(None, label, lines, (), width, SMALL_LINE * len(lines) + 5, ones[0])
                knot.below.append(holder)
            for branch in ones:
                child = _knot(things[branch.child])
                child.branch = branch
                holder.below.append(child)
                grow(child, branch.child)

    grow(root, root.thing.id if root.thing else "")


def _place(root: _Knot, way: float, height: float) -> None:
    columns: list[float] = []

    def measure(knot: _Knot, depth: int) -> None:
        if len(columns) <= depth:
            columns.append(0.0)
        columns[depth] = max(columns[depth], knot.width)
        for below in knot.below:
            measure(below, depth + 1)

    measure(root, 0)
    middles = [0.0]
    # The first gap takes the lines to all labels, which need room to turn when there are many.
    gap = _COLUMN_GAP + min(height * 0.04, 60.0)
    for before, width in pairwise(columns):
        middles.append(middles[-1] + before / 2 + gap + width / 2)
        gap = _COLUMN_GAP

    def put(knot: _Knot, depth: int, top: float, room: float) -> None:
        # Boxes of a column begin at the edge that faces the focus.
        slack = (columns[depth] - knot.width) / 2 if depth else 0.0
        knot.x = way * (middles[depth] - slack)
        inner = sum(below.band for below in knot.below) + _GAP * max(len(knot.below) - 1, 0)
        start = top + (room - inner) / 2
        for below in knot.below:
            put(below, depth + 1, start, below.band)
            start += below.band + _GAP
        knot.y = (knot.below[0].y + knot.below[-1].y) / 2 if knot.below and depth else top + room / 2
        low, high = top + knot.height / 2, top + room - knot.height / 2
        knot.y = min(max(knot.y, low), high)

    put(root, 0, 0.0, height)


def _outline(root: _Knot) -> tuple[list[Box], list[Words], list[Line]]:
    """One line for each thing below the one before; only where ways part do they go in by a step."""
    boxes: list[Box] = []
    words: list[Words] = []
    lines: list[Line] = []
    top = 0.0

    def put(knot: _Knot, left: float) -> None:
        nonlocal top
        knot.x, knot.y = left + knot.width / 2, top + knot.height / 2
        top += knot.height + _OUTLINE_GAP
        assert knot.thing is not None
        boxes.append(Box(knot.thing, knot.x, knot.y, knot.width, knot.height, knot.lines, knot.state))
        if knot.branch is not None and knot.branch.label:
            text = wrap(knot.branch.label, 48, 2)
            width = max(width_of(line, SMALL) for line in text) + 8
            place = knot.x + knot.width / 2 + 10 + width / 2
            words.append(Words(f"label {knot.thing.id}", place, knot.y, width, SMALL_LINE * len(text) + 5, text))
        parts = len(knot.below) > 1
        rail = left + 16.0
        for below in knot.below:
            put(below, left + _INDENT if parts else left)
            assert below.branch is not None
            foot = knot.y + knot.height / 2
            if parts:
                points: tuple[tuple[float, float], ...] = ((rail, foot), (rail, below.y), (left + _INDENT, below.y))
            else:
                head = below.y - below.height / 2
                points = ((rail, foot), (rail, (foot + head) / 2), (rail, head))
            ends = (knot.thing.id, below.thing.id if below.thing else "")
            lines.append(Line(points, below.branch.line, not below.branch.forward, below.branch.forward, ends))

    put(root, 0.0)
    return boxes, words, lines


def _number(root: _Knot, side: str) -> None:
    """Give labels ids; things have theirs."""
    for number, knot in enumerate(_all(root)):
        knot.id = knot.thing.id if knot.thing is not None else f"label {side} {number}"


def _all(knot: _Knot) -> Iterator[_Knot]:
    yield knot
    for below in knot.below:
        yield from _all(below)


def _line(upper: _Knot, lower: _Knot, side: str) -> Line:
    way = -1.0 if side == "left" else 1.0
    branch = lower.branch
    assert branch is not None
    points = ((upper.x + way * upper.width / 2, upper.y), (lower.x - way * lower.width / 2, lower.y))
    # The arrow stands at a thing, never at a label between.
    end = branch.forward and lower.thing is not None
    start = not branch.forward and upper.thing is not None
    return Line(points, branch.line, start, end, (upper.id, lower.id))


LINE_WORDS = {
    "plain": "relation",
    "perineural": "perineural",
    "contiguous": "direct extension",
    "intradural": "within the dura",
    "lymphatic": "lymphatic",
    "haematogenous": "by blood",
    "csf": "through the spinal fluid",
}


def _framed(view: View, boxes: list[Box], words: list[Words], lines: list[Line]) -> Scene:
    """Everything moved into the sheet, with the title above and the legend below."""
    parts: list[Box | Words] = [*boxes, *words]
    left = min(one.x - one.width / 2 for one in parts)
    right = max(one.x + one.width / 2 for one in parts)
    bottom = max(one.y + one.height / 2 for one in parts)
    top = min(one.y - one.height / 2 for one in parts)
    title = wrap(view.title, 90, 2)
    head = _MARGIN + 22.0 * len(title) + 8.0
    legend = _legend(view, boxes, lines)
    least = max([width_of(line, 16.0) for line in title] + [430.0])
    width = max(right - left, least) + 2 * _MARGIN
    shift_x = _MARGIN - left + max(0.0, (least - (right - left)) / 2)
    shift_y = head - top
    rows = _legend_rows(legend, width)
    legend_top = head + (bottom - top) + 18.0
    height = legend_top + 22.0 * rows + 8.0
    return Scene(
        round(width, 1),
        round(height, 1),
        "\n".join(title),
        view.description,
        tuple(
            Box(b.thing, round(b.x + shift_x, 1), round(b.y + shift_y, 1), round(b.width, 1), round(b.height, 1), b.lines, b.state)
            for b in boxes
        ),
        tuple(
            Words(w.id, round(w.x + shift_x, 1), round(w.y + shift_y, 1), round(w.width, 1), round(w.height, 1), w.lines)
            for w in words
        ),
        tuple(_moved(line, shift_x, shift_y) for line in lines),
        legend,
        round(legend_top, 1),
    )  # fmt: skip


def _moved(line: Line, x: float, y: float) -> Line:
    points = tuple((round(px + x, 1), round(py + y, 1)) for px, py in line.points)
    return Line(points, line.style, line.start, line.end, line.ends)


def _legend(view: View, boxes: Sequence[Box], lines: Sequence[Line]) -> tuple[tuple[str, str, str], ...]:
    """What a reader needs explained: (sort, name, words) for each shape and line that occurs, when there is more than one."""
    found: list[tuple[str, str, str]] = []
    shapes = [shape for shape in SHAPES if any(box.thing.shape == shape for box in boxes)]
    if view.vocabulary == "structures":
        found += [("shape", shape, SHAPE_WORDS[shape]) for shape in shapes]
    styles = [style for style in LINE_WORDS if any(line.style == style for line in lines)]
    if styles != ["plain"]:
        found += [("line", style, LINE_WORDS[style]) for style in styles]
    return tuple(found)


def legend_places(scene: Scene) -> list[tuple[float, float, tuple[str, str, str]]]:
    """Where each entry of the legend begins."""
    found = []
    x, y = _MARGIN, scene.legend_top + 11.0
    for entry in scene.legend:
        width = 44.0 + width_of(entry[2], SMALL) + 14.0
        if x + width > scene.width - _MARGIN and x > _MARGIN:
            x, y = _MARGIN, y + 22.0
        found.append((round(x, 1), round(y, 1), entry))
        x += width
    return found


def _legend_rows(legend: Sequence[tuple[str, str, str]], width: float) -> int:
    rows, x = (1 if legend else 0), _MARGIN
    for entry in legend:
        size = 44.0 + width_of(entry[2], SMALL) + 14.0
        if x + size > width - _MARGIN and x > _MARGIN:
            rows, x = rows + 1, _MARGIN
        x += size
    return rows
