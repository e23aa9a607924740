"""A chart of rows: names on the left, one or more panels with scales of their own, marks and words in them.

Comes in: rows of marks in the units of the panels. Goes out: a plan in millimetres, and a figure. Words never touch: names wrap,
words beside marks take a line of their own. Marks differ by shape and tone; the legend names each that occurs. Knows no data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from neoplex.draw.lettering import break_lines, line_height, width_of
from neoplex.draw.sheet import INK, PAPER, SOFT, drawing, open_sheet, plain, render
from neoplex.draw.timeplan import Label, Rule

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 186.0
MARGIN = 4.0
RIGHT = 182.0
SIZE, SMALL, HEAD = 6.8, 6.0, 9.0
_GAP = 1.3
_DOT = 1.15


@dataclass(frozen=True)
class Style:
    """How a mark looks, and its word in the legend; ``marker`` is matplotlib's for dots, ``bar`` or ``line`` for stretches."""

    word: str
    marker: str
    face: str
    edge: str
    hatch: str = ""


@dataclass(frozen=True)
class Point:
    """A mark at ``x``, or from ``x`` to ``end``, in the unit of its panel; ``words`` stand beside it.

    Marks of a cell with the same ``tie`` share a line, one over the other, in the order given.
    """

    style: str
    x: float
    end: float | None = None
    words: str = ""
    tie: str = ""


@dataclass(frozen=True)
class Panel:
    """A scale: its title, its unit and ticks, from ``low`` to ``high``; ``share`` is its part of the width."""

    title: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    share: float = 1.0


@dataclass(frozen=True)
class ChartRow:
    """A name with the marks of each panel; ``fact`` is what it is about."""

    name: str
    cells: tuple[tuple[Point, ...], ...]
    fact: str = ""
    group: str = ""


@dataclass(frozen=True)
class Section:
    """Rows with panels of their own below others."""

    title: str
    panels: tuple[Panel, ...]
    rows: tuple[ChartRow, ...]


@dataclass(frozen=True)
class Chart:
    """Everything on one chart: rows with their panels, or several sections of them; ``names`` is the width of the names."""

    title: str
    panels: tuple[Panel, ...]
    rows: tuple[ChartRow, ...]
    styles: dict[str, Style]
    notes: tuple[str, ...] = ()
    names: float = 58.0
    sections: tuple[Section, ...] = ()

    @property
    def every_row(self) -> tuple[ChartRow, ...]:
        """The rows of all sections."""
        return (*self.rows, *(row for section in self.sections for row in section.rows))


@dataclass(frozen=True)
class Drawn:
    """A mark in millimetres; ``facts`` and ``point`` say what it stands for."""

    style: str
    left: float
    right: float
    y: float
    fact: str
    panel: int
    point: Point

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return self.left, self.y - 1.1, self.right, self.y + 1.1


@dataclass(frozen=True)
class ChartPlan:
    """The chart in millimetres."""

    height: float
    labels: tuple[Label, ...]
    marks: tuple[Drawn, ...]
    rules: tuple[Rule, ...]
    width: float = WIDTH


def lay_out(chart: Chart) -> ChartPlan:
    """Where everything stands."""
    page = _Page(chart)
    page.title()
    for section in chart.sections or (Section("", chart.panels, chart.rows),):
        page.open(section)
        group = ""
        for row in section.rows:
            if row.group != group:
                group = row.group
                page.group(group)
            page.row(row)
        page.close()
    page.foot()
    return ChartPlan(page.y + MARGIN, tuple(page.labels), tuple(page.marks), tuple(page.rules))


@dataclass
class _Page:
    chart: Chart
    y: float = MARGIN
    labels: list[Label] = field(default_factory=list)
    marks: list[Drawn] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    top: float = 0.0
    panels: tuple[Panel, ...] = ()
    spans: list[tuple[float, float]] = field(default_factory=list)

    def title(self) -> None:
        for line in break_lines(plain(self.chart.title, 300), RIGHT - MARGIN, HEAD, 3, bold=True):
            self.y += 2.2
            self.labels.append(Label(MARGIN, self.y, line, HEAD, bold=True))
            self.y += 2.2
        self.y += 1.6

    def open(self, section: Section) -> None:
        self.panels = section.panels
        self.spans = []
        first = MARGIN + self.chart.names + 2
        room = RIGHT - first - 6 * (len(self.panels) - 1)
        total = sum(panel.share for panel in self.panels)
        for panel in self.panels:
            width = room * panel.share / total
            self.spans.append((first, first + width))
            first += width + 6
        if section.title:
            self.y += 2.4
            self.labels.append(Label(MARGIN, self.y, section.title, SIZE + 0.6, bold=True))
            self.y += 1.4
        titles = [
            break_lines(panel.title, right - left, SIZE, bold=True)
            for panel, (left, right) in zip(self.panels, self.spans, strict=True)
        ]
        most = max(len(lines) for lines in titles)
        for lines, (left, _) in zip(titles, self.spans, strict=True):
            for number, line in enumerate(lines):
                y = self.y + (number + 1) * line_height(SIZE)
                self.labels.append(Label(left, y, line, SIZE, bold=True, soft=True))
        self.y += (most + 0.6) * line_height(SIZE) + 2.4
        for number, panel in enumerate(self.panels):
            for value, words in panel.ticks:
                self.labels.append(Label(self._at(number, value), self.y, words, SMALL, "center"))
        self.y += 2.2
        self.top = self.y
        for left, right in self.spans:
            self.rules.append(Rule(left, self.y, right, self.y, "axis"))
        self.y += 0.8

    def group(self, name: str) -> None:
        self.y += 2.6
        self.labels.append(Label(MARGIN, self.y, name, SIZE, bold=True, soft=True))
        self.y += 2.4

    def row(self, row: ChartRow) -> None:
        lines = break_lines(plain(row.name, 200), self.chart.names - 2, SIZE)
        tracks: list[tuple[int, int, Point, Label | None]] = []
        deepest = 1
        for number, points in enumerate(row.cells):
            ends: list[float] = []
            for tied in _tied(points):
                label, first, last = self._words(number, tied)
                track = next((i for i, end in enumerate(ends) if first > end + 0.6), len(ends))
                ends[track : track + 1] = [last]
                tracks += [(number, track, point, label if point is tied[0] else None) for point in tied]
            deepest = max(deepest, len(ends))
        step = 3.4
        height = max(len(lines) * line_height(SIZE), deepest * step)
        middle = self.y + height / 2
        for index, line in enumerate(lines):
            y = middle + (index - (len(lines) - 1) / 2) * line_height(SIZE)
            self.labels.append(Label(MARGIN + 1, y, line, SIZE))
        depth = {
            number: 1 + max((t for n, t, _, _ in tracks if n == number), default=0) for number in range(len(row.cells))
        }
        for number, track, point, label in tracks:
            y = middle + (track - (depth[number] - 1) / 2) * step
            left, right = self._reach(number, point)
            self.marks.append(Drawn(point.style, left, right, y, row.fact, number, point))
            self.labels += [replace(label, y=y)] if label else []
        self.y += height + 0.5
        self.rules.append(Rule(MARGIN + 1, self.y, RIGHT, self.y, "row"))
        self.y += 0.5

    def close(self) -> None:
        for number, panel in enumerate(self.panels):
            places = [self._at(number, value) for value, _ in panel.ticks]
            self.rules += [Rule(x, self.top, x, self.y, "grid") for x in places]
        self.y += 2.0

    def foot(self) -> None:
        self.y += 2.0
        x = MARGIN
        used = {mark.style for mark in self.marks}
        for name, style in self.chart.styles.items():
            if name not in used or not style.word:
                continue
            width = 7 + width_of(style.word, SMALL)
            if x + width > RIGHT:
                x, self.y = MARGIN, self.y + 4.0
            stretch = style.marker in ("bar", "line")
            left, right = (x, x + 5.5) if stretch else (x + 2.75 - _DOT, x + 2.75 + _DOT)
            point = Point(name, 0.0, 1.0 if stretch else None)
            self.marks.append(Drawn(name, left, right, self.y, "", -1, point))
            self.labels.append(Label(x + 7, self.y, style.word, SMALL, soft=True))
            x += width + 5
        self.y += 1.0
        for note in self.chart.notes:
            self.y += 1.2
            for line in break_lines(plain(note, 600), RIGHT - MARGIN, SMALL):
                self.y += line_height(SMALL)
                self.labels.append(Label(MARGIN, self.y, line, SMALL, soft=True))

    def _at(self, panel: int, value: float) -> float:
        left, right = self.spans[panel]
        scale = self.panels[panel]
        inner = 2.0
        return left + inner + (value - scale.low) / (scale.high - scale.low) * (right - left - 2 * inner)

    def _reach(self, panel: int, point: Point) -> tuple[float, float]:
        x = self._at(panel, point.x)
        if point.end is None:
            return x - _DOT, x + _DOT
        end = self._at(panel, point.end)
        return (x, end) if end - x > 0.8 else ((x + end) / 2 - 0.4, (x + end) / 2 + 0.4)

    def _words(self, panel: int, tied: Sequence[Point]) -> tuple[Label | None, float, float]:
        """The words of marks on one line, and the room that all takes."""
        reaches = [self._reach(panel, point) for point in tied]
        first, last = min(left for left, _ in reaches), max(right for _, right in reaches)
        words = ", ".join(point.words for point in tied if point.words)
        if not words:
            return None, first, last
        left, right = self.spans[panel]
        beyond = RIGHT if panel == len(self.spans) - 1 else right + 4
        room, before = beyond - last - _GAP, first - left - _GAP
        if width_of(words, SMALL) > max(room, before):
            words = next(iter(break_lines(words, max(room, before), SMALL, 1)), "")
        width = width_of(words, SMALL)
        if width > room:
            return Label(first - _GAP, 0, words, SMALL, "right", soft=True), first - _GAP - width, last
        return Label(last + _GAP, 0, words, SMALL, soft=True), first, last + _GAP + width


def _tied(points: Sequence[Point]) -> list[tuple[Point, ...]]:
    """Marks that share a line, from left to right."""
    groups: dict[str, list[Point]] = {}
    for number, point in enumerate(points):
        groups.setdefault(point.tie or f"#{number}", []).append(point)
    return sorted((tuple(group) for group in groups.values()), key=lambda g: (g[0].x, g[0].end or g[0].x, g[0].style))


def draw_chart(chart: Chart, format: str, description: str) -> bytes:
    """A chart as bytes."""
    with drawing():
        plan = lay_out(chart)
        figure = open_sheet(plan.width, plan.height)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, plan.width)
        axes.set_ylim(plan.height, 0)
        axes.axis("off")
        for rule in plan.rules:
            paint_rule(axes, rule)
        for mark in plan.marks:
            _paint_mark(axes, mark, chart.styles[mark.style])
        for label in plan.labels:
            paint_label(axes, label, papered=label.soft and label.x > MARGIN + chart.names)
        return render(figure, format, title=chart.title, description=description)


def paint_rule(axes: Axes, rule: Rule) -> None:
    """A line of the given style."""
    looks = {"grid": ("#e4e7ea", 0.5), "row": ("#eef0f2", 0.4), "axis": (SOFT, 0.7), "edge": ("#b9c0c7", 0.4)}
    colour, width = looks[rule.style]
    axes.plot(
        [rule.x0, rule.x1], [rule.y0, rule.y1], color=colour, linewidth=width, zorder=1 if rule.style == "axis" else 0
    )


def paint_label(axes: Axes, label: Label, *, papered: bool = False) -> None:
    """Words; ``papered`` ones cover the grid behind them."""
    paper = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.4} if papered else None
    axes.text(
        label.x,
        label.y,
        label.text,
        fontsize=label.size,
        ha=label.align,
        va="center_baseline",
        color=SOFT if label.soft else INK,
        fontweight="bold" if label.bold else "normal",
        bbox=paper,
        zorder=3 if papered else 5,
    )


def _paint_mark(axes: Axes, mark: Drawn, style: Style) -> None:
    from matplotlib.patches import Rectangle

    if style.marker == "line":
        axes.plot([mark.left, mark.right], [mark.y, mark.y], color=style.edge, linewidth=1.1, zorder=3)
        return
    if style.marker == "bar":
        axes.add_patch(
            Rectangle(
                (mark.left, mark.y - 0.95),
                mark.right - mark.left,
                1.9,
                facecolor=style.face,
                edgecolor=style.edge,
                linewidth=0.6,
                hatch=style.hatch or None,
                zorder=3,
            )
        )
        return
    middle = (mark.left + mark.right) / 2
    axes.plot(
        [middle],
        [mark.y],
        marker=style.marker,
        markersize=4.6,
        markerfacecolor=style.face,
        markeredgecolor=style.edge,
        markeredgewidth=0.8,
        linestyle="none",
        zorder=4,
    )
