"""The plexus schematic as one sheet: the drawing in the middle, names in the margins, steps, legend and notes below.

Comes in: a scene. Goes out: a figure, a description for screen readers, and notes on what has no place on the drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neoplex.draw.casestates import ORDER, Anatomy, Shown
from neoplex.draw.courses import MECHANISM, Arrow
from neoplex.draw.curves import Point, smooth
from neoplex.draw.labels import Box, Placed, Word, place_column, spread
from neoplex.draw.lettering import break_lines, line_height, width_of
from neoplex.draw.paint import ARROW, Painter, Panel
from neoplex.draw.plexusscene import Chip, Course, Item, Name, Scene
from neoplex.draw.sheet import SOFT, STATE, open_sheet, plain
from neoplex.draw.template import Template
from neoplex.infer.atlasgraph import LEVELS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 190.0
SCALE = 0.885
COLUMN = 33.2
EDGE = 2.5
HEAD = 12.5
NAME = 5.3
SMALL = 5.3
MARK = 3.3
GAP = 0.3
BADGE = 1.5
CHIP = 25.0
"""The widest that the name of something outside may be."""
FOOT = "Below the zigzag line the limb is drawn shorter than it is. At risk is not involved. Not for medical decisions."
_LEVELS = {level.lower(): level for level in LEVELS}


@dataclass(frozen=True)
class Layout:
    """Where everything on the sheet is, in millimetres: names by side, badges by number, lines of text below."""

    panel: Panel
    height: float
    right_names: tuple[Placed, ...]
    left_names: tuple[Placed, ...]
    badges: tuple[tuple[str, Point, Point], ...]
    left_out: tuple[str, ...]
    chips: tuple[tuple[Chip, tuple[str, ...], Box], ...] = ()

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The boxes of all names and of what stands in the corners."""
        names = (placed.box for placed in (*self.right_names, *self.left_names))
        return (*names, *(box for _, _, box in self.chips))


def lay_out(template: Template, scene: Scene) -> Layout:
    """Names and badges set so that none overlaps another."""
    panel = Panel(WIDTH / 2, HEAD - template.top * SCALE + 1.0, SCALE)
    top, bottom = HEAD + 1.0, HEAD + 1.0 + (template.bottom - template.top) * SCALE
    right, left = _share(scene.names)
    columns = []
    left_out: list[str] = []
    for names, x in ((right, EDGE), (left, WIDTH - EDGE - COLUMN)):
        words = [_word(name, panel) for name in names]
        placed, dropped = place_column(
            words, left=x, right=x + COLUMN, top=top, bottom=bottom, size=NAME, gap=GAP, mark=MARK
        )
        columns.append(placed)
        left_out += [word.text for word in dropped if word.state]
    badges = _badges(scene.courses, panel)
    chips = tuple(_chip(chip, panel) for chip in scene.chips)
    return Layout(panel, bottom, columns[0], columns[1], badges, tuple(left_out), chips)


def _chip(chip: Chip, panel: Panel) -> tuple[Chip, tuple[str, ...], Box]:
    """The lines of a corner and their box."""
    lines = break_lines(plain(chip.text), CHIP - MARK - 1.0, NAME, 2)
    wide = max(width_of(line, NAME) for line in lines) + MARK + 1.4
    x, y = panel.to(chip.at)
    high = len(lines) * line_height(NAME) + 0.7
    return chip, lines, Box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)


def _share(names: Iterable[Name]) -> tuple[list[Name], list[Name]]:
    """Names for the left margin (the patient's right) and for the right margin.

    Midline names go where there are fewer; what nothing is said of is named once, on the side of which less is said.
    """
    ordered = sorted(names, key=lambda name: (name.at[1], name.text, name.iris))
    columns: dict[str, list[Name]] = {"right": [], "left": []}
    for name in ordered:
        if name.state and name.side in columns:
            columns[name.side].append(name)
    for name in ordered:
        if name.state and name.side not in columns:
            fewer = "right" if len(columns["right"]) <= len(columns["left"]) else "left"
            columns[fewer].append(name)
    quiet = "left" if len(columns["left"]) <= len(columns["right"]) else "right"
    columns[quiet] += [name for name in ordered if not name.state and name.side in (quiet, "midline")]
    return columns["right"], columns["left"]


def _word(name: Name, panel: Panel) -> Word:
    order = (0, ORDER[name.state]) if name.state else (name.rank, 0)
    return Word(" ".join(name.iris), plain(name.text), panel.to(name.at), name.state, name.hollow, order)


def _badges(courses: Sequence[Course], panel: Panel) -> tuple[tuple[str, Point, Point], ...]:
    """Number, place of the badge and the point on the arrow that it belongs to."""
    found = [(str(course.arrow.number), panel.to(course.badge)) for course in courses if course.line]
    boxes = [Box(x - BADGE, y - BADGE, x + BADGE, y + BADGE) for _, (x, y) in found]
    moved = spread(boxes, Box(EDGE + COLUMN, HEAD, WIDTH - EDGE - COLUMN, 400.0))
    return tuple(
        (number, ((box.left + box.right) / 2, (box.top + box.bottom) / 2), at)
        for (number, at), box in zip(found, moved, strict=True)
    )


# ------------------------------------------------------------------------------------------------------------- painting


def paint_sheet(template: Template, anatomy: Anatomy, scene: Scene, about: str) -> tuple[Figure, str, tuple[str, ...]]:
    """The figure, its description and its notes."""
    layout = lay_out(template, scene)
    below = _Below(scene, anatomy, layout)
    height = layout.height + below.height + 3.0
    figure = open_sheet(WIDTH, height)
    painter = Painter(figure, WIDTH, height)
    paint_head(painter, anatomy.title, about)
    paint_items(painter, template, layout.panel, scene.items)
    for placed, to_left in (*((p, True) for p in layout.right_names), *((p, False) for p in layout.left_names)):
        inner = EDGE + COLUMN + 0.5 if to_left else WIDTH - EDGE - COLUMN - 0.5
        painter.label(placed, NAME, mark=MARK, inner=inner, anchor=placed.word.at, to_left=to_left)
    paint_marks(painter, layout.panel, scene.items)
    _paint_chips(painter, layout)
    paint_courses(painter, layout.panel, scene.courses, layout.badges)
    below.paint(painter, layout.height)
    return figure, describe(anatomy, scene, about), tuple(below.notes)


def _paint_chips(painter: Painter, layout: Layout) -> None:
    """What lies outside, framed, in the upper corners."""
    for chip, lines, box in layout.chips:
        painter.panel(box, "#ffffff", "#c9ced4")
        step = line_height(NAME)
        first = (box.top + box.bottom) / 2 - (len(lines) - 1) * step / 2
        if chip.state:
            id_ = f"{chip.iri.rpartition('/')[2]}.{chip.state}"
            painter.mark(
                (box.left + MARK / 2 + 0.3, (box.top + box.bottom) / 2), chip.state, hollow=chip.hollow, id_=id_
            )
        for number, line in enumerate(lines):
            painter.text((box.left + MARK + 0.5, first + number * step), line, NAME)


def paint_head(painter: Painter, title: str, about: str) -> None:
    """The title, what the figure shows, and the sides."""
    lines = break_lines(plain(title, 300), WIDTH - 2 * EDGE - 30, 9.0)[:1]
    painter.text((WIDTH / 2, 4.2), lines[0] if lines else "", 9.0, weight="bold", align="center")
    under = about or "what is reported, concluded and inferred"
    painter.text((WIDTH / 2, 8.6), plain(under, 150), 6.4, colour=SOFT, align="center")
    for x, letter, words, align in (
        (EDGE, "R", "patient's right", "left"),
        (WIDTH - EDGE, "L", "patient's left", "right"),
    ):
        painter.text((x, 4.6), letter, 15.0, weight="bold", align=align)
        painter.text((x, 9.2), words, 5.2, colour=SOFT, align=align)


def paint_items(painter: Painter, template: Template, panel: Panel, items: Iterable[Item], weight: float = 1.0) -> None:
    """All shapes of a drawing; posterior structures behind the muscles, level tags last."""
    listed = list(items)
    for item in listed:
        _paint_item(painter, panel, item, weight)
    if template.shortened is not None:
        _paint_break(painter, panel, template.shortened, weight)
    if weight >= 1.0:
        for item in listed:
            if item.shape.tag:
                level = _LEVELS.get(
                    item.shape.iri.rpartition("/")[2].removeprefix("left-").removeprefix("right-").split("-")[0]
                )
                if level:
                    painter.text(
                        panel.to(item.shape.tag), level, 4.7, colour="#2f3942", weight="bold", align="center", halo=1.3
                    )


def _paint_item(painter: Painter, panel: Panel, item: Item, weight: float) -> None:
    shape = item.shape
    id_ = f"{shape.iri.rpartition('/')[2]}.{item.state or 'not-reported'}"
    if shape.outline:
        hole = panel.curve(shape.hole) if shape.hole else None
        painter.area(
            panel.curve(shape.outline), hole, shape.drawn, item.state, id_=id_, hollow=item.hollow, weight=weight
        )
    if shape.strands:
        curves = [panel.curve(curve) for curve in shape.strands]
        painter.lines(curves, shape.drawn, 2, item.state, id_=f"{id_}.strands", hollow=item.hollow, weight=weight)
    if shape.paths:
        curves = [panel.curve(curve) for curve in shape.paths]
        drawn = "root" if shape.show == "group" else shape.drawn
        painter.lines(curves, drawn, shape.calibre, item.state, id_=id_, hollow=item.hollow, weight=weight)
    for number, at in enumerate(shape.dots):
        disc = id_ if not number else f"{id_}.{number + 1}"
        if item.state == "absent":
            painter.mark(panel.to(at), item.state, size=2.2 * panel.scale, id_=disc)
            continue
        radius = 0.8 if shape.drawn == "ganglion" else 1.15
        painter.disc(panel.to(at), radius * panel.scale, shape.drawn, item.state, id_=disc, hollow=item.hollow)


def _paint_break(painter: Painter, panel: Panel, y: float, weight: float) -> None:
    """Zigzags where the limb is drawn shorter than it is."""
    for side in (-1.0, 1.0):
        points = [panel.to((side * (23.0 + 3.0 * n), y + (0.9 if n % 2 else -0.9))) for n in range(13)]
        painter.polyline(points, "#ffffff", 2.2 * weight)
        painter.polyline(points, "#a9b0b8", 0.5 * weight)


def paint_marks(painter: Painter, panel: Panel, items: Iterable[Item], size: float = 3.4) -> None:
    """The mark of the state on each structure that has one."""
    for item in items:
        if item.state and item.shape.drawn != "node":
            painter.mark(panel.to(item.shape.anchor), item.state, size=size, hollow=item.hollow)


def paint_courses(
    painter: Painter, panel: Panel, courses: Iterable[Course], badges: Iterable[tuple[str, Point, Point]]
) -> None:
    """Arrows, then their numbers."""
    for course in courses:
        if course.line:
            id_ = f"step-{course.arrow.number}.{course.arrow.mechanism}"
            painter.arrow([panel.to(point) for point in course.line], course.arrow.mechanism, id_=id_)
    for number, at, on in badges:
        painter.polyline((on, at), ARROW, 0.4)
        painter.badge(at, number, radius=BADGE)


# ---------------------------------------------------------------------------------------------------------- below the drawing


class StepKey:
    """Numbered steps in words, in columns: measured first, painted then."""

    def __init__(self, steps: Sequence[tuple[str, str]]) -> None:
        self._step = line_height(SMALL) + 0.25
        steps = sorted(dict.fromkeys(steps), key=lambda step: int(step[0]))
        many = 3 if len(steps) > 6 else 2 if len(steps) > 2 else 1
        self._wide = (WIDTH - 2 * EDGE) / many
        told = [(number, break_lines(plain(words, 200), self._wide - 6.5, SMALL)) for number, words in steps]
        self._columns: list[list[tuple[str, tuple[str, ...]]]] = []
        start = 0
        for size in _split([len(lines) for _, lines in told], many):
            self._columns.append(told[start : start + size])
            start += size

    @property
    def height(self) -> float:
        """What it needs, in millimetres."""
        heights = [sum(len(lines) + 0.35 for _, lines in column) for column in self._columns]
        return max(heights) * self._step + 2.0 if any(heights) else 0.0

    def paint(self, painter: Painter, top: float) -> None:
        """The steps below ``top``."""
        for number, column in enumerate(self._columns):
            x, y = EDGE + number * self._wide, top
            for badge, lines in column:
                painter.badge((x + 1.6, y + self._step / 2), badge, radius=1.3, size=4.2)
                for line in lines:
                    painter.text((x + 4.0, y + self._step / 2), line, SMALL)
                    y += self._step
                y += 0.35 * self._step


class _Below:
    """Steps in words, legend and notes: measured first, painted then."""

    def __init__(self, scene: Scene, anatomy: Anatomy, layout: Layout) -> None:
        self._step = line_height(SMALL) + 0.25
        self.notes = notes_of(scene, anatomy, layout.left_out)
        self._key = StepKey(
            [(str(one.arrow.number), step_words(one.arrow, drawn=bool(one.line))) for one in scene.courses]
        )
        self._legend = _legend(scene)
        room = WIDTH - 2 * EDGE
        self._rows = rows_of([width_of(words, SMALL) + 9.0 for _, words in self._legend], room)
        self._note_lines = [line for note in (*self.notes, FOOT) for line in break_lines(plain(note, 600), room, SMALL)]

    @property
    def height(self) -> float:
        """What all of it needs, in millimetres."""
        return 5.5 + self._key.height + len(self._rows) * (self._step + 1.0) + len(self._note_lines) * self._step

    def paint(self, painter: Painter, top: float) -> None:
        """Everything below ``top``."""
        y = top + 2.0
        self._key.paint(painter, y)
        y += self._key.height
        painter.polyline(((EDGE, y), (WIDTH - EDGE, y)), "#d5dade", 0.5)
        y = paint_legend(painter, self._legend, self._rows, y + 1.6)
        for line in self._note_lines:
            painter.text((EDGE, y + self._step / 2), line, SMALL, colour=SOFT)
            y += self._step


def paint_legend(
    painter: Painter, legend: Sequence[tuple[str, str]], rows: Sequence[Sequence[float]], top: float
) -> float:
    """Samples and words, row after row; returns where they end."""
    step = line_height(SMALL) + 0.25
    index, y = 0, top
    for row in rows:
        x = EDGE
        for width in row:
            kind, words = legend[index]
            paint_key(painter, (x, y + step / 2), kind)
            painter.text((x + 7.0, y + step / 2), words, SMALL)
            x += width
            index += 1
        y += step + 1.0
    return y


def paint_key(painter: Painter, at: Point, kind: str) -> None:
    """The sample of a legend entry: a state, a mechanism, or a hollow mark."""
    x, y = at
    section, _, name = kind.partition(":")
    if section == "state":
        line = smooth(((x + 0.2, y), (x + 6.0, y)))
        painter.lines([line], "nerve", 2, "" if name == "not-reported" else name, id_=f"legend.{name}")
        if name != "not-reported":
            painter.mark((x + 3.1, y), name)
    elif section == "way":
        painter.arrow(((x + 0.2, y), (x + 6.2, y)), name, id_=f"legend.{name}")
    else:
        painter.mark((x + 2.0, y), "concluded", hollow=True)
        painter.mark((x + 4.6, y), "at-risk", hollow=True)


def _legend(scene: Scene) -> list[tuple[str, str]]:
    found = [(f"state:{state}", STATE[state].label) for state in scene.states]
    found.append(("state:not-reported", STATE["not-reported"].label))
    if any(item.hollow for item in scene.items):
        found.append(("hollow:", "hollow mark: possible or probable"))
    found += [(f"way:{name}", MECHANISM[name].label) for name in MECHANISM if name in scene.mechanisms]
    return found


def rows_of(widths: Sequence[float], room: float) -> list[list[float]]:
    """Widths in rows that are no wider than the room."""
    rows: list[list[float]] = []
    for width in widths:
        if not rows or sum(rows[-1]) + width > room:
            rows.append([])
        rows[-1].append(width)
    return rows


def _split(heights: Sequence[int], columns: int) -> list[int]:
    """How many entries go into each column so that the columns are about as high."""
    total = sum(heights)
    counts = [0] * columns
    so_far = 0
    for high in heights:
        column = min(columns - 1, int(columns * so_far / max(total, 1)))
        counts[column] += 1
        so_far += high
    return counts


def step_words(arrow: Arrow, *, drawn: bool = True) -> str:
    """A step in words, without its number."""
    words = f"{arrow.start_label} → {arrow.end_label}"
    if arrow.crosses:
        words += " (crosses the midline)"
    return words if drawn else words + " (not on the drawing)"


def notes_of(scene: Scene, anatomy: Anatomy, left_out: Iterable[str] = ()) -> list[str]:
    """What the drawing cannot show: sides that are not reported, structures outside it, and what it is no proof of."""
    found: list[str] = []
    if anatomy.open:
        found.append("Side not reported, so on neither side: " + told(anatomy.open) + ".")
    if scene.elsewhere:
        found.append("Outside the drawing: " + told(scene.elsewhere) + ".")
    dropped = list(left_out)
    if dropped:
        found.append("No room for these names: " + ", ".join(dropped) + ".")
    if scene.courses:
        found.append("Arrows are possible ways of spread, numbered in order; they are no proof.")
    return found


def told(shown: Iterable[Shown]) -> str:
    """Structures by state: ``tumour reported: nasopharynx, liver (probable); at risk (inferred): …``."""
    groups: dict[str, list[str]] = {}
    for one in sorted(shown, key=lambda one: (ORDER[one.state], one.certainty != "", one.label)):
        label = one.label.removesuffix(", side not reported")
        groups.setdefault(STATE[one.state].label, []).append(label + (f" ({one.certainty})" if one.certainty else ""))
    return "; ".join(f"{label}: {', '.join(members)}" for label, members in groups.items())


def describe(anatomy: Anatomy, scene: Scene, about: str) -> str:
    """The figure in words: every state with the structures that have it, then the steps."""
    view = "Front view of the lumbosacral plexus, the patient's right on the left."
    parts = [f"{view} {anatomy.title}" + (f", {about}." if about else ".")]
    for state in ORDER:
        sure = [one.label for one in anatomy.shown.values() if one.state == state and not one.certainty]
        hedged = [
            f"{one.label} ({one.certainty})" for one in anatomy.shown.values() if one.state == state and one.certainty
        ]
        if sure or hedged:
            parts.append(f"{STATE[state].label}: {', '.join([*sure, *hedged])}.")
    if anatomy.open:
        parts.append(f"Side not reported: {told(anatomy.open)}.")
    if scene.courses:
        parts.append("Steps: " + "; ".join(course.arrow.words for course in scene.courses) + ".")
    return " ".join(parts)
