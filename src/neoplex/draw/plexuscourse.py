"""The plexus in order of time: one small drawing for each time at which something new was seen.

Comes in: the states of a case, the steps of a route, and when each structure was first seen. Goes out: a figure of panels,
each with what is new in it in words. What is not dated is not drawn here; the notes say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neoplex.draw.casestates import ORDER, Anatomy, Shown
from neoplex.draw.courses import MECHANISM, UNDATED, Arrow, time_order
from neoplex.draw.labels import Box, spread
from neoplex.draw.lettering import break_lines, line_height, width_of
from neoplex.draw.paint import PAST, Painter, Panel
from neoplex.draw.plexusscene import Name, Scene, compose
from neoplex.draw.plexussheet import (
    EDGE,
    SMALL,
    WIDTH,
    StepKey,
    paint_head,
    paint_items,
    paint_legend,
    paint_marks,
    rows_of,
    step_words,
    told,
)
from neoplex.draw.sheet import SOFT, STATE, open_sheet, plain
from neoplex.draw.template import Template
from neoplex.infer.atlasgraph import Atlas
from neoplex.infer.route_facts import Span

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ACROSS = 3
_FOOT = 186.0
"""The lowest unit of the template that panels show, unless something below it is stated."""
_BADGE = 1.35
_TUMOUR = ("involved", "concluded", "sign", "touching")


@dataclass(frozen=True)
class Stage:
    """One time: what was first seen by then and the steps that must have been taken by then, each with what came before."""

    title: str
    fresh: tuple[Shown, ...]
    earlier: tuple[Shown, ...]
    steps: tuple[Arrow, ...]
    past: tuple[Arrow, ...]

    @property
    def shown(self) -> dict[str, Shown]:
        """All structures seen so far."""
        return {one.iri: one for one in (*self.earlier, *self.fresh)}


def stages(anatomy: Anatomy, arrows: Sequence[Arrow], first: Mapping[str, Span]) -> tuple[Stage, ...]:
    """The times of a case, earliest first; empty when nothing is dated."""
    dated = [
        (first[one.iri], one)
        for one in anatomy.shown.values()
        if one.state in _TUMOUR and first.get(one.iri, UNDATED) != UNDATED
    ]
    steps = [arrow for arrow in arrows if arrow.when != UNDATED]
    ends = sorted({_end(span) for span, _ in dated} | {_end(arrow.when) for arrow in steps})
    found: list[Stage] = []
    for end in ends:
        fresh = tuple(one for span, one in dated if _end(span) == end)
        now = tuple(arrow for arrow in steps if _end(arrow.when) == end)
        earlier = tuple(one for span, one in dated if _end(span) < end)
        past = tuple(arrow for arrow in steps if _end(arrow.when) < end)
        spans = sorted({span for span, _ in dated if _end(span) == end} | {arrow.when for arrow in now}, key=time_order)
        found.append(Stage(" · ".join(span.words() for span in spans), fresh, earlier, now, past))
    return tuple(found)


def undated(anatomy: Anatomy, first: Mapping[str, Span]) -> tuple[Shown, ...]:
    """Structures with tumour that no finding dates."""
    return tuple(
        one for one in anatomy.shown.values() if one.state in _TUMOUR and first.get(one.iri, UNDATED) == UNDATED
    )


def _end(span: Span) -> str:
    return span.latest or span.earliest


@dataclass(frozen=True)
class _Tile:
    stage: Stage
    scene: Scene
    lines: tuple[tuple[str, str], ...]
    """Kind (state or step number) and text of each line below the drawing."""

    @property
    def high(self) -> float:
        return len(self.lines) * (line_height(SMALL) + 0.2)


def paint_course(
    template: Template, atlas: Atlas, anatomy: Anatomy, staged: Sequence[Stage], first: Mapping[str, Span], about: str
) -> tuple[Figure, str, tuple[str, ...]]:
    """The figure, its description and its notes."""
    across = _ACROSS if len(staged) <= 6 and len(staged) != 4 else _ACROSS + 1
    wide = (WIDTH - 2 * EDGE) / across
    scale = (wide - 5.0) / (2 * template.half_width)
    foot = _foot(template, staged)
    drawn = (foot - template.top) * scale
    tiles = [_tile(template, atlas, anatomy, stage, wide - 8.0) for stage in staged]
    rows = [tiles[start : start + across] for start in range(0, len(tiles), across)]
    heights = [7.0 + drawn + 2.0 + max(tile.high for tile in row) + 4.0 for row in rows]
    key = StepKey([(str(arrow.number), step_words(arrow)) for stage in staged for arrow in stage.steps])
    legend = _legend(staged)
    keys = rows_of([width_of(words, SMALL) + 9.0 for _, words in legend], WIDTH - 2 * EDGE)
    notes = _notes(anatomy, first)
    step = line_height(SMALL) + 0.25
    note_lines = [line for note in notes for line in break_lines(plain(note, 600), WIDTH - 2 * EDGE, SMALL)]
    height = 13.0 + sum(heights) + key.height + len(keys) * (step + 1.0) + len(note_lines) * step + 5.0
    figure = open_sheet(WIDTH, height)
    painter = Painter(figure, WIDTH, height)
    paint_head(painter, anatomy.title, about)
    y = 13.0
    for row, high in zip(rows, heights, strict=True):
        for number, tile in enumerate(row):
            _paint_tile(
                painter, template, tile, (WIDTH - len(row) * wide) / 2 + number * wide, y, wide, scale, drawn, high
            )
        y += high
    key.paint(painter, y)
    y = paint_legend(painter, legend, keys, y + key.height)
    for line in note_lines:
        painter.text((EDGE, y + step / 2), line, SMALL, colour=SOFT)
        y += step
    return figure, _describe(anatomy, staged, about), tuple(notes)


def _foot(template: Template, staged: Sequence[Stage]) -> float:
    low = [template.of[iri].anchor[1] for iri in staged[-1].shown if iri in template.of]
    return template.bottom if low and max(low) > _FOOT - 4 else _FOOT


def _tile(template: Template, atlas: Atlas, anatomy: Anatomy, stage: Stage, width: float) -> _Tile:
    scene = compose(
        template,
        atlas,
        stage.shown,
        sex=anatomy.sex,
        primaries=anatomy.primaries,
        arrows=(*stage.past, *stage.steps),
        corners=False,
    )
    lines: list[tuple[str, str]] = []
    fresh = {one.iri: one for one in stage.fresh}
    new = compose(template, atlas, fresh, sex=anatomy.sex, primaries=anatomy.primaries, corners=False)
    for name in sorted((name for name in new.names if name.state), key=_name_order):
        side = "" if name.side == "midline" else f"{name.side} "
        lines += _wrapped(f"{name.state}{'?' if name.hollow else ''}", side + name.text, width)
    for shown in new.elsewhere:
        lines += _wrapped(
            f"{shown.state}{'?' if shown.certainty else ''}", f"{shown.label} (not on the drawing)", width
        )
    numbers = sorted({arrow.number for arrow in stage.steps})
    if numbers:
        lines += _wrapped("", ("steps " if len(numbers) > 1 else "step ") + runs(numbers), width)
    return _Tile(stage, scene, tuple(lines))


def _name_order(name: Name) -> tuple[int, str, float, str]:
    return (ORDER[name.state], name.side, name.at[1], name.text)


def runs(numbers: Sequence[int]) -> str:
    """Numbers with runs of three and more shortened.

    >>> runs([1, 2, 4, 5, 6])
    '1, 2, 4–6'
    """
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in found)


def _wrapped(kind: str, words: str, width: float) -> list[tuple[str, str]]:
    lines = break_lines(plain(words, 200), width, SMALL)
    return [(kind if not number else "", line) for number, line in enumerate(lines)]


def _paint_tile(
    painter: Painter,
    template: Template,
    tile: _Tile,
    x: float,
    y: float,
    wide: float,
    scale: float,
    drawn: float,
    high: float,
) -> None:
    painter.frame(Box(x + 0.8, y, x + wide - 0.8, y + high - 2.0), "#d5dade")
    painter.text((x + wide / 2, y + 3.0), tile.stage.title, 6.6, weight="bold", align="center")
    painter.text((x + 3.0, y + 3.2), "R", 7.5, weight="bold")
    painter.text((x + wide - 3.0, y + 3.2), "L", 7.5, weight="bold", align="right")
    panel = Panel(x + wide / 2, y + 7.0 - template.top * scale, scale)
    fresh = {one.iri for one in tile.stage.fresh}
    items = [
        item for item in tile.scene.items if template.top <= item.shape.anchor[1] <= (drawn / scale + template.top)
    ]
    painter.clip = Box(x + 0.9, y, x + wide - 0.9, y + 7.0 + drawn)
    paint_items(painter, template, panel, items, 0.55)
    paint_marks(painter, panel, [item for item in items if item.iri in fresh], 2.8)
    past = {arrow.number for arrow in tile.stage.past}
    for course in tile.scene.courses:
        if course.line and course.arrow.number in past:
            points = [panel.to(point) for point in course.line]
            painter.arrow(points, course.arrow.mechanism, id_="", colour=PAST, width=0.6)
    now = [course for course in tile.scene.courses if course.line and course.arrow in tile.stage.steps]
    for course in now:
        id_ = f"step-{course.arrow.number}.{course.arrow.mechanism}"
        painter.arrow([panel.to(point) for point in course.line], course.arrow.mechanism, id_=id_, width=0.95)
    places = [panel.to(course.badge) for course in now]
    boxes = [Box(px - _BADGE, py - _BADGE, px + _BADGE, py + _BADGE) for px, py in places]
    ground = Box(x + 2.0, y + 6.0, x + wide - 2.0, y + 7.0 + drawn)
    for course, at, box in zip(now, places, spread(boxes, ground), strict=True):
        middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
        painter.polyline((at, middle), "#123a6b", 0.35)
        painter.badge(middle, str(course.arrow.number), radius=_BADGE, size=4.3)
    painter.clip = None
    step = line_height(SMALL) + 0.2
    at_y = y + 7.0 + drawn + 2.0 + step / 2
    for kind, words in tile.lines:
        if kind.rstrip("?") in STATE:
            painter.mark((x + 4.0, at_y), kind.rstrip("?"), size=3.0, hollow=kind.endswith("?"))
        elif kind:
            painter.badge((x + 4.0, at_y), kind, radius=1.2, size=4.0)
        painter.text((x + 6.2, at_y), words, SMALL)
        at_y += step


def _legend(staged: Sequence[Stage]) -> list[tuple[str, str]]:
    states = {one.state for stage in staged for one in stage.fresh}
    ways = {arrow.mechanism for stage in staged for arrow in stage.steps}
    found = [(f"state:{name}", STATE[name].label) for name in sorted(states, key=ORDER.__getitem__)]
    found.append(("state:not-reported", "not reported by then"))
    if any(one.certainty for stage in staged for one in stage.fresh):
        found.append(("hollow:", "hollow mark: possible or probable"))
    return found + [(f"way:{name}", MECHANISM[name].label) for name in MECHANISM if name in ways]


def _notes(anatomy: Anatomy, first: Mapping[str, Span]) -> list[str]:
    found = [
        "Each panel adds what was first seen by that time (marks) and the steps that must have been taken by then (numbers); grey "
        "arrows are earlier steps. A time is when something was seen, not when it began. Arrows are possible ways, no proof."
    ]
    loose = undated(anatomy, first)
    if loose:
        found.append("Tumour without a date, in no panel: " + ", ".join(one.label for one in loose) + ".")
    if anatomy.open:
        found.append("Side not reported, in no panel: " + told(anatomy.open) + ".")
    return found


def _describe(anatomy: Anatomy, staged: Sequence[Stage], about: str) -> str:
    view = f"The lumbosacral plexus in front view at {len(staged)} times, the patient's right on the left."
    parts = [f"{view} {anatomy.title}, {about}."]
    for stage in staged:
        told = [shown.words for shown in stage.fresh] + [f"step {arrow.words}" for arrow in stage.steps]
        parts.append(f"{stage.title}: {'; '.join(told)}.")
    return " ".join(parts)
