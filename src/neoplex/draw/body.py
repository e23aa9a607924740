"""The body map: where a patient has pain, feels less, is weak or has lost reflexes, front and back.

Comes in: a request for a case. Goes out: a picture with one map for each kind of sign that the case reports. What is shown is
decided in :mod:`neoplex.draw.bodyfacts`; this module lays it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neoplex.ask.casebook import find_case
from neoplex.ask.engines import LocalEngine
from neoplex.ask.factwords import FactWords
from neoplex.base.errors import UsageError
from neoplex.base.names import case_iri
from neoplex.base.paths import shipped_root
from neoplex.draw.bodyfacts import MAPS, TITLES, Mark, Sign, read_signs, shapes_of_map
from neoplex.draw.curves import Curve, Point
from neoplex.draw.kinds import Picture, Request
from neoplex.draw.labels import Box, spread
from neoplex.draw.lettering import break_lines, line_height, width_of
from neoplex.draw.paint import ARROW, Painter, Panel
from neoplex.draw.plexussheet import rows_of
from neoplex.draw.sheet import SIGNS, SOFT, STATE, drawing, open_sheet, plain, render
from neoplex.draw.template import Shape, Template, read_template
from neoplex.infer.atlasgraph import LEVELS, Atlas, open_atlas
from neoplex.infer.route_cases import CaseRouter

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FILE = "body.yaml"
WIDTH = 190.0
EDGE = 3.0
HEAD = 13.0
SMALL = 5.8
BADGE = 1.7
GRADE = 6.4
"""Room for a grade below a number."""
SCALE = 0.86
BARE = 107.5
"""Where maps without the soles end, in units of the template."""
FOOT = "What is not drawn was not reported; only a crossed mark says that something was found normal. Not for medical decisions."
_LEVELS = {level.lower(): level for level in LEVELS}


@dataclass(frozen=True)
class Block:
    """One map on the sheet: its two panels, its badges, and the lines of its list, below the drawing or beside it."""

    name: str
    left: float
    top: float
    width: float
    front: Panel
    back: Panel
    signs: tuple[Sign, ...]
    badges: tuple[tuple[Sign, Mark, Point, Point], ...]
    """Sign, place, the point it marks and where its number stands."""
    lines: tuple[tuple[str, str], ...]
    drawn: float
    beside: bool = False

    def panel(self, view: str) -> Panel:
        """The panel of a view."""
        return self.back if view == "back" else self.front

    @property
    def list_at(self) -> Point:
        """Where the list begins."""
        if self.beside:
            return (self.left + self.width, self.top + 12.0)
        return (self.left, self.top + 11.0 + self.drawn)

    @property
    def height(self) -> float:
        """What heading, drawing and list need."""
        listed = len(self.lines) * (line_height(SMALL) + 0.3)
        return max(11.0 + self.drawn, 14.0 + listed) if self.beside else 14.0 + self.drawn + listed


def draw(request: Request) -> Picture:
    """The body map of a case."""
    engine = LocalEngine(request.graph)
    entry = find_case(engine, request.cases[0])
    if entry.is_cohort:
        raise UsageError(f"{entry.id} is a cohort; ask about one of its cases")
    atlas = open_atlas(request.graph)
    template = load_template(atlas)
    case = CaseRouter(request.graph.store, atlas).read(entry.id)
    signs = read_signs(case, FactWords.read(engine, case_iri(entry.id)), template)
    if not any(sign.marks for sign in signs):
        raise UsageError(f"{entry.id} names no place of pain, of lost feeling or strength, or of a reflex on a side")
    with drawing():
        figure, description, notes = paint_body(template, entry.label, signs)
        title = f"{entry.label}: symptoms and signs on the body"
        data = render(figure, request.format, title=title, description=description)
    return Picture(data, title, description, notes)


def load_template(atlas: Atlas) -> Template:
    """The shipped template of the body."""
    return read_template(shipped_root() / "data" / "figures" / FILE, atlas)


def lay_out(template: Template, signs: Sequence[Sign]) -> tuple[Block, ...]:
    """The maps that have something to show, two in a row, a single last one with its list beside it; badges do not overlap."""
    names = [name for name in MAPS if any(sign.map == name and sign.marks for sign in signs)]
    wide = (WIDTH - 2 * EDGE) / 2
    blocks: list[Block] = []
    top = HEAD
    for start in range(0, len(names), 2):
        row = names[start : start + 2]
        bottom = template.bottom if "territories" in row else BARE
        made = [
            _block(template, name, signs, EDGE + number * wide, top, wide, bottom, beside=len(row) == 1)
            for number, name in enumerate(row)
        ]
        blocks += made
        top += max(block.height for block in made)
    return tuple(blocks)


def _block(
    template: Template,
    name: str,
    signs: Sequence[Sign],
    left: float,
    top: float,
    wide: float,
    bottom: float,
    *,
    beside: bool,
) -> Block:
    own = tuple(sign for sign in signs if sign.map == name and sign.marks)
    drawn = (bottom - template.top) * SCALE
    y = top + 9.0 - template.top * SCALE
    front = Panel(left + wide * 0.27, y, SCALE)
    back = Panel(left + wide * 0.73, y, SCALE, turned=True)
    points = [(sign, mark, (back if mark.view == "back" else front).to(mark.at)) for sign in own for mark in sign.marks]
    boxes = []
    for sign, mark, (x, py) in points:
        aside = _aside(sign, mark) * (1.0 if x >= (back if mark.view == "back" else front).x else -1.0)
        half, foot = (GRADE / 2, BADGE + 2.4) if _graded(sign) else (BADGE, BADGE)
        boxes.append(Box(x + aside - half, py - BADGE, x + aside + half, py + foot))
    moved = spread(boxes, Box(left + 1.0, top + 8.0, left + wide - 1.0, top + 10.0 + drawn))
    badges = tuple(
        (sign, mark, at, ((box.left + box.right) / 2, box.top + BADGE))
        for (sign, mark, at), box in zip(points, moved, strict=True)
    )
    lines: list[tuple[str, str]] = []
    for sign in own:
        text = sign.words + (f" ({sign.when})" if sign.when else "")
        broken = break_lines(plain(text, 300), wide - 14.0, SMALL)
        lines += [(str(sign.number) if not number else "", line) for number, line in enumerate(broken)]
    return Block(name, left, top, wide, front, back, own, badges, tuple(lines), drawn, beside)


def _graded(sign: Sign) -> bool:
    return sign.part == "strength" and bool(sign.grade)


def _aside(sign: Sign, mark: Mark) -> float:
    """How far a number stands beside its place, so that it hides neither a small region nor a mark."""
    if mark.shape is None or sign.state == "kept":
        return 3.4
    return 5.0 if _size(mark.shape) < 25.0 else 0.0


def _size(shape: Shape) -> float:
    """The area of a shape in units of the template."""
    points = shape.outline.points(4) if shape.outline else ()
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, (*points[1:], *points[:1]), strict=True))) / 2


# ------------------------------------------------------------------------------------------------------------- painting


def paint_body(template: Template, title: str, signs: Sequence[Sign]) -> tuple[Figure, str, tuple[str, ...]]:
    """The figure, its description and its notes."""
    blocks = lay_out(template, signs)
    bottom = max((block.top + block.height for block in blocks), default=HEAD)
    legend = [state for state in SIGNS if any(sign.state == state.name and sign.marks for sign in signs)]
    rows = rows_of([width_of(state.label, SMALL) + 10.0 for state in legend], WIDTH - 2 * EDGE)
    notes = notes_of(signs)
    step = line_height(SMALL) + 0.3
    below = [line for note in (*notes, FOOT) for line in break_lines(plain(note, 900), WIDTH - 2 * EDGE, SMALL)]
    height = bottom + 3.0 + len(rows) * (step + 1.2) + len(below) * step + 3.0
    figure = open_sheet(WIDTH, height)
    painter = Painter(figure, WIDTH, height)
    heading = break_lines(plain(title, 300), WIDTH - 20, 9.0, 1)
    painter.text((WIDTH / 2, 4.2), heading[0] if heading else "", 9.0, weight="bold", align="center")
    painter.text((WIDTH / 2, 8.8), "symptoms and signs as reported", 6.4, colour=SOFT, align="center")
    for block in blocks:
        _paint_block(painter, template, block)
    y = bottom + 1.0
    painter.polyline(((EDGE, y), (WIDTH - EDGE, y)), "#d5dade", 0.5)
    y += 2.0
    index = 0
    for row in rows:
        x = EDGE
        for width in row:
            state = legend[index]
            _paint_sample(painter, state.name, Box(x, y, x + 5.6, y + step))
            painter.text((x + 7.4, y + step / 2), state.label, SMALL)
            x += width
            index += 1
        y += step + 1.2
    for line in below:
        painter.text((EDGE, y + step / 2), line, SMALL, colour=SOFT)
        y += step
    return figure, describe(title, signs), tuple(notes)


def _paint_sample(painter: Painter, state: str, box: Box) -> None:
    ring = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
    sides = tuple((a, a, b, b) for a, b in zip(ring, (*ring[1:], ring[0]), strict=True))
    if state != "reflex-lost":
        painter.area(Curve(sides, True), None, "skin", state, id_=f"legend.{state}")
    painter.mark(((box.left + box.right) / 2, (box.top + box.bottom) / 2), state)


def _paint_block(painter: Painter, template: Template, block: Block) -> None:
    middle = block.left + block.width / 2
    painter.text((middle, block.top + 3.0), TITLES[block.name], 8.0, weight="bold", align="center")
    for view, panel in (("front", block.front), ("back", block.back)):
        painter.text((panel.x, block.top + 7.2), f"seen from the {view}", 5.6, colour=SOFT, align="center")
        far = (template.half_width - 0.5) * panel.scale
        first, second = ("R", "L") if view == "front" else ("L", "R")
        painter.text((panel.x - far, block.top + 11.0), first, 9.0, weight="bold", align="center")
        painter.text((panel.x + far, block.top + 11.0), second, 9.0, weight="bold", align="center")
    for shape in shapes_of_map(template, block.name):
        _paint_shape(painter, block.panel(shape.view), shape, "", block.name)
    painted: dict[tuple[str, str, str], tuple[Mark, Sign]] = {}
    for sign in block.signs:
        for mark in sign.marks:
            if mark.shape is not None:
                painted.setdefault((mark.shape.iri, mark.view, sign.state), (mark, sign))
    ordered = sorted(
        painted.values(), key=lambda one: (one[1].state == "kept", -_size(one[0].shape) if one[0].shape else 0.0)
    )
    covered: set[tuple[str, str]] = set()
    for mark, sign in ordered:
        if mark.shape is not None:
            key = (mark.shape.iri, mark.view)
            cover = 0.3 if key in covered else 0.75
            covered.add(key)
            _paint_shape(painter, block.panel(mark.view), mark.shape, sign.state, block.name, cover)
    if block.name == "dermatomes":
        _paint_levels(painter, template, block)
    for sign, mark, at, badge in block.badges:
        if mark.shape is None or sign.state == "kept":
            id_ = f"sign-{sign.number}.{sign.state}" if mark.shape is None else ""
            painter.mark(at, sign.state, size=4.4, id_=id_)
        painter.polyline((at, badge), ARROW, 0.4)
    for sign, _, _, badge in block.badges:
        painter.badge(badge, str(sign.number), radius=BADGE, size=5.0)
        if _graded(sign):
            painter.text((badge[0], badge[1] + 2.9), sign.grade, 4.8, weight="bold", align="center", halo=1.4)
    step = line_height(SMALL) + 0.3
    x, y = block.list_at
    for number, line in block.lines:
        if number:
            painter.badge((x + 5.0, y + step / 2), number, radius=1.45, size=4.6)
        painter.text((x + 8.0, y + step / 2), line, SMALL)
        y += step


def _paint_shape(painter: Painter, panel: Panel, shape: Shape, state: str, name: str, cover: float = 1.0) -> None:
    if shape.outline is None:
        return
    id_ = f"{name}.{shape.view}.{shape.iri.rpartition('/')[2]}.{state or 'not-reported'}"
    painter.area(panel.curve(shape.outline), None, shape.drawn, state, id_=id_, cover=cover)


def _paint_levels(painter: Painter, template: Template, block: Block) -> None:
    """The level of each dermatome, on both sides."""
    marked = {(mark.shape.iri, mark.view) for _, mark, _, _ in block.badges if mark.shape is not None}
    for shape in template.shapes:
        if shape.layer != "dermatome" or (shape.iri, shape.view) in marked:
            continue
        name = shape.iri.rpartition("/")[2].removeprefix("left-").removeprefix("right-").partition("-")[0]
        small = name in ("s3", "s4", "s5", "co1")
        if small and shape.view == "front":
            continue
        if small:
            _paint_small_level(painter, block.panel(shape.view), shape, _LEVELS[name])
            continue
        painter.text(
            block.panel(shape.view).to(shape.anchor), _LEVELS[name], 4.6, colour=SOFT, align="center", halo=1.2
        )


def _paint_small_level(painter: Painter, panel: Panel, shape: Shape, level: str) -> None:
    """The level of a small dermatome between the thighs, named beside the leg on the patient's left only."""
    if shape.side != "left":
        return
    rank = {"Co1": 0, "S3": 3, "S4": 2, "S5": 1}[level]
    at = panel.to((24.4, 22.0 + rank * 3.2))
    anchor = panel.to(shape.anchor)
    painter.polyline((anchor, (at[0] + 1.9, at[1])), "#b4bac1", 0.3)
    painter.text(at, level, 4.6, colour=SOFT, align="center")


# ---------------------------------------------------------------------------------------------------------------- words


def notes_of(signs: Sequence[Sign]) -> list[str]:
    """What has no place on the map: sides that are not reported, places it does not have, signs without a place."""
    found = []
    loose = [f"{sign.label}: {', '.join(sign.open)}" for sign in signs if sign.open]
    if loose:
        found.append("Side not reported, so on neither side: " + "; ".join(loose) + ".")
    lost = [f"{sign.label}: {', '.join(sign.unplaced)}" for sign in signs if sign.unplaced]
    if lost:
        found.append("Not on the map: " + "; ".join(lost) + ".")
    homeless = [("no " if s.state == "kept" and s.part != "reflex" else "") + s.label for s in signs if not s.sites]
    if homeless:
        found.append("Reported without a place: " + "; ".join(dict.fromkeys(homeless)) + ".")
    silent = [
        words
        for part, words in (("pain", "pain"), ("feeling", "feeling"), ("strength", "strength"), ("reflex", "reflexes"))
        if not any(sign.part == part for sign in signs)
    ]
    if silent:
        found.append("Nothing reported on " + ", ".join(silent) + ".")
    return found


def describe(title: str, signs: Sequence[Sign]) -> str:
    """The map in words: every sign with its state, place, grade and times."""
    parts = [f"Body map, front and back. {title}."]
    for state in SIGNS:
        told = [
            f"{sign.words}{f' ({sign.when})' if sign.when else ''}"
            for sign in signs
            if sign.state == state.name and sign.sites
        ]
        if told:
            parts.append(f"{STATE[state.name].label}: " + "; ".join(told) + ".")
    return " ".join([*parts, *notes_of(signs)])
