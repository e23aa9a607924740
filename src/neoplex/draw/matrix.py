"""Cases against structures, and cases against criteria: one row for each patient, one column for each thing asked.

Comes in: a request for some cases, for sources, or for all. Goes out: a picture. Cells hold a mark whose shape tells the state; a
place that nobody mentions stays a faint dot, which is not the same as absent. Nothing is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from neoplex.base.errors import UsageError
from neoplex.base.names import NX, PREFIXES
from neoplex.draw.kinds import Picture, Request
from neoplex.draw.lettering import break_lines, line_height, width_of
from neoplex.draw.rowchart import Style, paint_label, paint_rule
from neoplex.draw.seriesdata import Series
from neoplex.draw.sheet import INK, PAPER, STATE, drawing, open_sheet, plain, render
from neoplex.draw.timeplan import Label, Rule
from neoplex.infer.involvement import read_involvement

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARGIN, SIZE, SMALL, HEAD = 4.0, 6.8, 6.0, 9.0
NAMES = 46.0
_SLANT = 60.0
_SIDES = {"left": "L", "right": "R", "sideNotReported": "?", "": ""}
_TYPE = PREFIXES["rdf"] + "type"


@dataclass(frozen=True)
class Column:
    """What a column asks: a heading shared by neighbours, and what tells it from them (L, R, ?)."""

    key: str
    heading: str
    part: str = ""


@dataclass(frozen=True)
class Matrix:
    """The grid: names of rows, columns, and the style of each cell that says something."""

    title: str
    rows: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    cells: Mapping[tuple[str, str], str]
    styles: Mapping[str, Style]
    notes: tuple[str, ...]
    column: float = 4.0


@dataclass(frozen=True)
class Cell:
    """A mark in the grid, in millimetres; ``row`` and ``column`` are its keys."""

    style: str
    x: float
    y: float
    row: str = ""
    column: str = ""


@dataclass(frozen=True)
class MatrixPlan:
    """The grid in millimetres; ``slanted`` are the headings above it."""

    width: float
    height: float
    labels: tuple[Label, ...]
    slanted: tuple[Label, ...]
    cells: tuple[Cell, ...]
    rules: tuple[Rule, ...]


# -------------------------------------------------------------------------------------------------------------------- structures


def structure_matrix(series: Series) -> Matrix:
    """How tumour stands in each case at every structure where one of them has it documented or denied."""
    rows = series.ask("where-is-tumour-documented-or-denied")
    sites = {row["structure"]: _site(series, row["structure"]) for row in rows}
    cells: dict[tuple[str, str], str] = {}
    order = ["at-risk", "implied", "denied", "concluded-unsure", "concluded", "reported-unsure", "reported"]

    def put(case: str, key: str, style: str) -> None:
        old = cells.get((case, key))
        if old is None or order.index(style) > order.index(old):
            cells[case, key] = style

    for row in rows:
        unsure = "-unsure" if row["certainty"] and row["state"] != "denied" else ""
        put(row["case"], _key(sites[row["structure"]]), row["state"] + unsure)
    wanted = {_key(site) for site in sites.values()}
    for case in series.labels:
        involvement = read_involvement(series.engine.graph.store, case)
        places = [(whole.place.iri, "implied") for whole in involvement.wholes]
        places += [(risk.place.iri, "at-risk") for risk in involvement.risks if not risk.certainty]
        for iri, style in places:
            key = _key(_site(series, iri))
            if key in wanted:
                put(case, key, style)
    labels = series.words({kind for kind, _ in sites.values()})
    used = {case for case, _ in cells}
    rank = {"": 0, "left": 1, "right": 2, "sideNotReported": 3}
    many = {kind: sum(1 for k in cells if k[1].startswith(kind + " ")) for kind, _ in sites.values()}
    ordered = sorted(set(sites.values()), key=lambda s: (-many[s[0]], labels[s[0]], rank[s[1]]))
    return Matrix(
        "Tumour at structures, patient by patient",
        tuple((case, series.case_name(case)) for case in series.labels if case in used),
        tuple(Column(_key(site), labels[site[0]], _SIDES[site[1]]) for site in ordered),
        cells,
        {
            "reported": Style("tumour reported", "s", STATE["involved"].fill, STATE["involved"].edge),
            "reported-unsure": Style("reported as possible or probable", "s", PAPER, STATE["involved"].edge),
            "concluded": Style("concluded by authors or doctors", "o", STATE["implied"].fill, STATE["implied"].edge),
            "concluded-unsure": Style("concluded as possible or probable", "o", PAPER, STATE["implied"].edge),
            "implied": Style("a part of it is involved (inferred)", "D", STATE["implied"].fill, STATE["implied"].edge),
            "at-risk": Style(
                "at risk, not shown to be involved (inferred)", "^", STATE["at-risk"].fill, STATE["at-risk"].edge
            ),
            "denied": Style("reported absent", "x", PAPER, INK),
            "": Style("not reported", ".", "#d4d9de", "#d4d9de"),
        },
        (
            "L left, R right, ? side not reported. Structures that are only at risk everywhere have no column. A dot says that no "
            "source mentions tumour there; it is not an absence.",
        ),
        3.6,
    )


def _site(series: Series, iri: str) -> tuple[str, str]:
    """Class and side of an atlas individual or of a place of a case; no side for an unpaired structure."""
    kinds, sides = [], []
    for quad in series.engine.graph.store.quads_for_pattern(_node(iri), None, None):
        if quad.predicate.value == _TYPE and hasattr(quad.object, "value"):
            kinds.append(quad.object.value)
        if quad.predicate.value == NX + "side" and hasattr(quad.object, "value"):
            sides.append(quad.object.value.removeprefix(NX))
    side = sides[0] if sides and sides[0] in _SIDES else ""
    return (min(kind for kind in kinds if kind.startswith(NX)), side)


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


def _key(site: tuple[str, str]) -> str:
    return f"{site[0]} {site[1]}"


# ---------------------------------------------------------------------------------------------------------------------- criteria


def criteria_matrix(series: Series) -> Matrix:
    """The verdict of every criteria set on every case."""
    rows = series.ask("which-criteria-does-each-case-meet")
    labels = series.words({row["criteria"] for row in rows})
    sets = sorted({row["criteria"] for row in rows})
    cells = {
        (row["case"], row["criteria"]): _verdict(row["verdict"].removeprefix(NX), row["closedWorld"].removeprefix(NX))
        for row in rows
    }
    return Matrix(
        "Criteria sets, patient by patient",
        tuple((case, series.case_name(case)) for case in series.labels if any(case == c for c, _ in cells)),
        tuple(Column(one, "", str(number)) for number, one in enumerate(sets, 1)),
        cells,
        {
            "met": Style("met", "s", "#1d5e3c", "#123c26"),
            "open-met": Style("undetermined; met if silence is read as absence", "^", "#a9cfb8", "#1d5e3c"),
            "open": Style("undetermined either way", "o", "#f2d9a0", "#8a5a00"),
            "open-not": Style("undetermined; not met if silence is read as absence", "v", PAPER, "#8a5a00"),
            "not": Style("not met", "x", PAPER, INK),
        },
        (
            *(f"{number}  {labels[one]}" for number, one in enumerate(sets, 1)),
            "A set that is met is no diagnosis. What a source does not mention stays open; a hint is no silence.",
        ),
        18.0,
    )


def _verdict(verdict: str, closed: str) -> str:
    if verdict == "undetermined":
        return {"met": "open-met", "notMet": "open-not"}.get(closed, "open")
    return "met" if verdict == "met" else "not"


# ------------------------------------------------------------------------------------------------------------------------ layout


def lay_out(matrix: Matrix) -> MatrixPlan:
    """Where everything stands; headings run up at a slant from their first column."""
    from math import cos, radians, sin

    labels: list[Label] = []
    slanted: list[Label] = []
    cells: list[Cell] = []
    rules: list[Rule] = []
    left = MARGIN + NAMES
    right = left + matrix.column * len(matrix.columns)
    lean = max((width_of(c.heading, SIZE) * cos(radians(_SLANT)) for c in matrix.columns), default=0.0)
    width = max(186.0, right + lean + 2 * MARGIN)
    y = MARGIN
    for line in break_lines(plain(matrix.title, 200), width - 2 * MARGIN, HEAD, 2, bold=True):
        y += 2.2
        labels.append(Label(MARGIN, y, line, HEAD, bold=True))
        y += 2.2
    y += max((width_of(plain(c.heading, 70), SIZE) for c in matrix.columns), default=0.0) * sin(radians(_SLANT)) + 5
    parts = any(column.part for column in matrix.columns)
    previous = ""
    for number, column in enumerate(matrix.columns):
        x = left + (number + 0.5) * matrix.column
        if column.heading != previous:
            slanted.append(Label(x, y - 1.0, plain(column.heading, 70), SIZE))
            if previous:
                rules.append(Rule(x - matrix.column / 2, y, x - matrix.column / 2, y, "edge"))
            previous = column.heading
        if parts:
            labels.append(Label(x, y + 2.0, column.part, SMALL, "center", soft=True))
    y += 4.0 if parts else 1.0
    top = y
    for key, name in matrix.rows:
        lines = break_lines(plain(name, 120), NAMES - 3, SIZE)
        height = max(len(lines) * line_height(SIZE), 3.6) + 0.6
        for index, line in enumerate(lines):
            labels.append(
                Label(MARGIN + 1, y + height / 2 + (index - (len(lines) - 1) / 2) * line_height(SIZE), line, SIZE)
            )
        for number, column in enumerate(matrix.columns):
            style = matrix.cells.get((key, column.key), "")
            if style or "" in matrix.styles:
                cells.append(Cell(style, left + (number + 0.5) * matrix.column, y + height / 2, key, column.key))
        y += height
        rules.append(Rule(MARGIN + 1, y, right, y, "row"))
    rules = [Rule(rule.x0, top - 3, rule.x1, y, "edge") if rule.style == "edge" else rule for rule in rules]
    y += 4.0
    x = MARGIN
    used = {cell.style for cell in cells}
    for name, look in matrix.styles.items():
        if name not in used:
            continue
        room = 5 + width_of(look.word, SMALL)
        if x + room > width - MARGIN:
            x, y = MARGIN, y + 4.0
        cells.append(Cell(name, x + 1.5, y))
        labels.append(Label(x + 4.5, y, look.word, SMALL, soft=True))
        x += room + 5
    y += 2.2
    for note in matrix.notes:
        for line in break_lines(plain(note, 600), width - 2 * MARGIN, SMALL):
            y += line_height(SMALL)
            labels.append(Label(MARGIN, y, line, SMALL, soft=True))
    return MatrixPlan(width, y + MARGIN, tuple(labels), tuple(slanted), tuple(cells), tuple(rules))


def draw_matrix(matrix: Matrix, format: str, description: str) -> bytes:
    """A matrix as bytes."""
    with drawing():
        plan = lay_out(matrix)
        figure = open_sheet(plan.width, plan.height)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, plan.width)
        axes.set_ylim(plan.height, 0)
        axes.axis("off")
        for rule in plan.rules:
            paint_rule(axes, rule)
        for style, members in _by_style(plan.cells).items():
            _paint(axes, members, matrix.styles[style])
        for label in plan.labels:
            paint_label(axes, label)
        for label in plan.slanted:
            axes.text(
                label.x,
                label.y,
                label.text,
                fontsize=label.size,
                rotation=_SLANT,
                rotation_mode="anchor",
                ha="left",
                va="baseline",
                color=INK,
            )
        return render(figure, format, title=matrix.title, description=description)


def _by_style(cells: Sequence[Cell]) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for cell in cells:
        found.setdefault(cell.style, []).append(cell)
    return found


def _paint(axes: Axes, cells: Sequence[Cell], style: Style) -> None:
    size = {".": 2.4, "x": 4.2}.get(style.marker, 5.0)
    axes.plot(
        [cell.x for cell in cells],
        [cell.y for cell in cells],
        marker=style.marker,
        markersize=size,
        markerfacecolor=style.face,
        markeredgecolor=style.edge,
        markeredgewidth=1.1 if style.marker == "x" else 0.7,
        linestyle="none",
        zorder=3,
    )


def describe(matrix: Matrix) -> str:
    """A matrix in words, row by row."""
    heads = {column.key: f"{column.heading or 'set'} {column.part}".strip() for column in matrix.columns}
    parts = []
    for key, name in matrix.rows:
        told = [
            f"{heads[c.key]}: {matrix.styles[matrix.cells[key, c.key]].word}"
            for c in matrix.columns
            if (key, c.key) in matrix.cells
        ]
        parts.append(f"{name}: {', '.join(told) or 'nothing'}")
    return "; ".join(parts) + ". " + " ".join(matrix.notes)


def draw_structures(request: Request) -> Picture:
    """The figure for ``--what structures``."""
    return _picture(request, structure_matrix(Series.of(request)))


def draw_criteria(request: Request) -> Picture:
    """The figure for ``--what criteria``."""
    return _picture(request, criteria_matrix(Series.of(request)))


def _picture(request: Request, matrix: Matrix) -> Picture:
    if not matrix.rows or not matrix.columns:
        raise UsageError("these cases report nothing that this figure shows")
    words = describe(matrix)
    return Picture(draw_matrix(matrix, request.format, words), matrix.title, words)
