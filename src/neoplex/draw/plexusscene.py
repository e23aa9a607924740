"""What the plexus schematic shows, before anything is painted: items with states, names to be set, arrows with their lines.

Comes in: the template, the states of a case, the steps of a route. Goes out: frozen records in units of the template. Tests read
these; the painter paints them and adds nothing.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from neoplex.draw.casestates import ORDER, Shown
from neoplex.draw.courses import Arrow
from neoplex.draw.curves import Point, along, nearest_fraction
from neoplex.draw.template import Shape, Template
from neoplex.infer.atlasgraph import LEVELS, Atlas

_LEVEL = re.compile(r"\b(T12|L[1-5]|S[1-5]|Co1)\b")
_SIDE = re.compile(r"^(left|right) ")
_QUIET = {"region", "space"}
_CORNER = (49.0, -5.0, 6.4)
"""Where corners begin: from the midline, from the top, and the step down to the next line, in units of the template."""
_SLOTS = 5


@dataclass(frozen=True)
class Item:
    """A shape as it is drawn: with the state it shows (empty: none) and the individual that has it."""

    shape: Shape
    iri: str
    state: str
    certainty: str = ""

    @property
    def hollow(self) -> bool:
        """Whether the state is hedged."""
        return bool(self.certainty)


@dataclass(frozen=True)
class Name:
    """A name to be set in the margin, with the places it belongs to (several for a run of levels)."""

    iris: tuple[str, ...]
    text: str
    side: str
    at: Point
    state: str = ""
    hollow: bool = False
    rank: int = 1


@dataclass(frozen=True)
class Course:
    """An arrow with the line it takes, in units of the template; empty ``line`` when an end is not on the drawing."""

    arrow: Arrow
    line: tuple[Point, ...]
    badge: Point


@dataclass(frozen=True)
class Chip:
    """A structure outside the drawing, told in a corner of it."""

    iri: str
    text: str
    at: Point
    state: str = ""
    hollow: bool = False


@dataclass(frozen=True)
class Scene:
    """One drawing of the plexus: items in the order in which they are painted, names, courses, and what has no place on it."""

    items: tuple[Item, ...]
    names: tuple[Name, ...]
    courses: tuple[Course, ...]
    chips: tuple[Chip, ...]
    elsewhere: tuple[Shown, ...]
    """Structures that have a place neither on the drawing nor in its corners."""

    @property
    def states(self) -> tuple[str, ...]:
        """The states that occur, in the order of the legend."""
        found = {name.state for name in self.names} | {chip.state for chip in self.chips}
        found |= {shown.state for shown in self.elsewhere}
        return tuple(sorted(found - {""}, key=ORDER.__getitem__))

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The mechanisms that occur."""
        return tuple(dict.fromkeys(course.arrow.mechanism for course in self.courses))


def compose(
    template: Template,
    atlas: Atlas,
    shown: Mapping[str, Shown],
    *,
    sex: str,
    primaries: Iterable[str] = (),
    arrows: Sequence[Arrow] = (),
    corners: bool = True,
) -> Scene:
    """The drawing of these states and steps; with ``corners`` what lies outside it is told in its upper corners."""
    primary = frozenset(primaries)
    passed = {iri for arrow in arrows for iri in (arrow.start, arrow.end)}
    items: list[Item] = []
    names: list[Name] = []
    placed: set[str] = set()
    for shape in template.shapes:
        own = [shown[iri] for iri in (shape.iri, *shape.also) if iri in shown and template.of[iri] is shape]
        if shape.show != "always":
            own = [one for one in own if one.state != "deficit"]
        placed |= {one.iri for one in own}
        best = min(own, key=lambda one: (ORDER[one.state], one.certainty != "", one.iri != shape.iri), default=None)
        stepped = not passed.isdisjoint((shape.iri, *shape.also))
        if best is None and not stepped and (shape.show != "always" or not _fits(atlas, shape.iri, sex)):
            continue
        if best is None:
            items.append(Item(shape, shape.iri, ""))
            if shape.drawn not in _QUIET:
                names.append(_name(atlas, shape, shape.iri, "", "", shape.rank, primary))
            continue
        items.append(Item(shape, best.iri, best.state, best.certainty))
        names += [_name(atlas, shape, one.iri, one.state, one.certainty, 0, primary) for one in own]
    outside = [one for iri, one in sorted(shown.items()) if iri not in placed and one.state != "deficit"]
    chips = _chips(template, atlas, outside, primary, arrows) if corners else ()
    told = {chip.iri for chip in chips}
    order = sorted(range(len(items)), key=lambda i: (bool(items[i].state) and _is_line(items[i]), i))
    courses = tuple(_course(template, arrow, chips) for arrow in arrows)
    elsewhere = tuple(one for one in outside if one.iri not in told)
    return Scene(tuple(items[i] for i in order), tuple(_merge_levels(names)), courses, chips, elsewhere)


def _chips(
    template: Template, atlas: Atlas, outside: Sequence[Shown], primary: frozenset[str], arrows: Sequence[Arrow]
) -> tuple[Chip, ...]:
    """Structures outside, in the corner of their side; steps and primaries first, and nearest to the drawing what a step touches.

    A midline structure stands on the side that its steps lead to, else where fewer stand.
    """
    shown = {one.iri: one for one in outside}
    leads: dict[str, str] = {}
    for arrow in arrows:
        for iri, other in ((arrow.start, arrow.end), (arrow.end, arrow.start)):
            if iri not in template.of:
                leads.setdefault(iri, template.of[other].side if other in template.of else "")
    wanted = sorted(
        {*shown, *leads},
        key=lambda iri: (iri not in leads, iri not in primary, ORDER[shown[iri].state] if iri in shown else 0, iri),
    )
    stacks: dict[str, list[str]] = {"right": [], "left": []}
    for iri in wanted:
        side = next((one for one in (atlas.structures[iri].side, leads.get(iri, "")) if one in stacks), "")
        side = side or ("left" if len(stacks["left"]) <= len(stacks["right"]) else "right")
        if len(stacks[side]) < _SLOTS:
            stacks[side].append(iri)
    found: list[Chip] = []
    for side, stack in stacks.items():
        for number, iri in enumerate(sorted(stack, key=lambda iri: (iri in leads, stack.index(iri)))):
            one = shown.get(iri)
            at = ((1.0 if side == "left" else -1.0) * _CORNER[0], _CORNER[1] + _CORNER[2] * number)
            text = atlas.label(iri) + (" (primary)" if iri in primary else "")
            text += f" ({one.certainty})" if one and one.certainty else ""
            found.append(Chip(iri, text, at, one.state if one else "", bool(one and one.certainty)))
    return tuple(found)


def _is_line(item: Item) -> bool:
    return item.shape.outline is None


def _fits(atlas: Atlas, iri: str, sex: str) -> bool:
    only = atlas.structures[iri].sex
    return not only or only == sex


def _name(atlas: Atlas, shape: Shape, iri: str, state: str, certainty: str, rank: int, primary: frozenset[str]) -> Name:
    text = _SIDE.sub("", atlas.label(iri))
    if iri in primary:
        text += " (primary)"
    if certainty and state not in ("at-risk", "implied"):
        text += f" ({certainty})"
    return Name((iri,), text, shape.side, shape.anchor, state, bool(certainty), rank)


def _merge_levels(names: Sequence[Name]) -> list[Name]:
    """Runs of three and more neighbouring levels of one kind, side and state become one name."""
    groups: dict[tuple[str, str, str, bool, int], list[tuple[int, Name]]] = defaultdict(list)
    found: list[Name] = []
    for name in names:
        level = _LEVEL.search(name.text)
        if level is None:
            found.append(name)
            continue
        key = (_LEVEL.sub("{}", name.text, count=1), name.side, name.state, name.hollow, name.rank)
        groups[key].append((LEVELS.index(level.group()), name))
    for (pattern, side, state, hollow, rank), members in groups.items():
        members.sort(key=lambda one: one[0])
        run: list[tuple[int, Name]] = []
        runs = [run]
        for number, name in members:
            if run and number != run[-1][0] + 1:
                run = []
                runs.append(run)
            run.append((number, name))
        for one in runs:
            if len(one) < 3:
                found += [name for _, name in one]
                continue
            levels = f"{LEVELS[one[0][0]]}–{LEVELS[one[-1][0]]}"
            iris = tuple(name.iris[0] for _, name in one)
            at = one[len(one) // 2][1].at
            found.append(Name(iris, _plural(pattern.format(levels)), side, at, state, hollow, rank))
    return found


def _plural(text: str) -> str:
    """The noun before a level, or the last one, in the plural.

    >>> _plural("ventral ramus of L1–L4"), _plural("T12–S5 nerve root")
    ('ventral rami of L1–L4', 'T12–S5 nerve roots')
    """
    for one, many in (("ramus", "rami"), ("ganglion", "ganglia"), ("vertebra", "vertebrae")):
        if re.search(rf"\b{one}\b", text):
            return re.sub(rf"\b{one}\b", many, text)
    head, _, tail = text.partition(" (")
    return f"{head}s" + (f" ({tail}" if tail else "")


def _course(template: Template, arrow: Arrow, chips: Sequence[Chip]) -> Course:
    """The line of a step: along the nerve when both ends lie on it, else a gentle bow; from a corner for what lies outside."""
    start, end = template.of.get(arrow.start), template.of.get(arrow.end)
    corner = {chip.iri: (chip.at[0], chip.at[1] + _CORNER[2] / 2) for chip in chips}
    if start is not None and end is not None:
        line = _line(start, end)
        return Course(arrow, line, along(line, 0.5))
    one = start.anchor if start else corner.get(arrow.start)
    two = end.anchor if end else corner.get(arrow.end)
    if one is None or two is None:
        return Course(arrow, (), (0.0, 0.0))
    line = _bow(one, two)
    return Course(arrow, line, along(line, 0.5))


def _line(start: Shape, end: Shape) -> tuple[Point, ...]:
    one, two = start.anchor, end.anchor
    for shape, here, there in ((end, one, two), (start, two, one)):
        # A twig that begins at the other structure: the arrow follows it.
        for curve in shape.paths:
            points = curve.points()
            near = min(math.dist(points[0], here), math.dist(points[-1], here))
            if near < 2.5:
                begin = 0.0 if math.dist(points[0], here) <= math.dist(points[-1], here) else 1.0
                stop = nearest_fraction(points, there)
                if abs(stop - begin) > 0.05:
                    part = curve.part(min(begin, stop), max(begin, stop))
                    line = part if begin <= stop else tuple(reversed(part))
                    return line if shape is end else tuple(reversed(line))
    return _bow(one, two)


def _bow(one: Point, two: Point) -> tuple[Point, ...]:
    """A flat bow that bends away from the midline, upward where it crosses it."""
    far = math.dist(one, two) or 1.0
    middle = ((one[0] + two[0]) / 2, (one[1] + two[1]) / 2)
    nx, ny = (two[1] - one[1]) / far, -(two[0] - one[0]) / far
    if one[0] * two[0] < 0 or abs(middle[0]) < 1.0:
        if ny > 0:
            nx, ny = -nx, -ny
    elif nx * middle[0] < 0:
        nx, ny = -nx, -ny
    bend = min(0.16 * far, 7.0)
    control = (middle[0] + nx * bend * 2, middle[1] + ny * bend * 2)
    steps = 12
    return tuple(
        (
            (1 - t) ** 2 * one[0] + 2 * t * (1 - t) * control[0] + t * t * two[0],
            (1 - t) ** 2 * one[1] + 2 * t * (1 - t) * control[1] + t * t * two[1],
        )
        for t in (number / steps for number in range(steps + 1))
    )
