"""The timeline of a case: what happened when, as exactly as the source tells it and no more.

Comes in: a request for one case. Goes out: a picture. What may lie anywhere in a range is drawn as that range; what is only told
to come before or after something has an open end; what has no time stands beside the axis in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from neoplex.ask.casebook import find_case
from neoplex.ask.engines import LocalEngine
from neoplex.ask.factwords import FactWords
from neoplex.base.names import case_iri
from neoplex.draw.chronicle import Chronicle, read_chronicle
from neoplex.draw.kinds import Picture, Request
from neoplex.draw.sheet import INK, PAPER, SOFT, drawing, open_sheet, plain, render
from neoplex.draw.timeplan import LEFT, Label, Mark, Plan, Rule, lay_out, split

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TONES = {
    "events": ("#3a3f45", "#c3c7cc"),
    "diseases": ("#8c1c13", "#e3b9b5"),
    "symptoms and signs": ("#b0472f", "#f1cdbf"),
    "tests and imaging": ("#2b5c8a", "#c6d9ea"),
    "treatments": ("#2f6b4f", "#bfdccd"),
    "course and outcomes": ("#6a4c7d", "#dbcde3"),
    "legend": (SOFT, "#d5d9dd"),
}
"""Edge and fill of each lane; lanes are told apart by their headings, tones only help."""
_RULES: dict[str, dict[str, Any]] = {
    "grid": {"color": "#e4e7ea", "linewidth": 0.5, "zorder": 0},
    "row": {"color": "#eef0f2", "linewidth": 0.4, "zorder": 0},
    "axis": {"color": SOFT, "linewidth": 0.7, "zorder": 1},
    "now": {"color": SOFT, "linewidth": 0.7, "linestyle": (0, (4, 2)), "zorder": 1},
    "course": {"color": INK, "linewidth": 2.2, "solid_capstyle": "butt", "zorder": 2},
    "series": {"color": SOFT, "linewidth": 0.6, "linestyle": (0, (1, 1.5)), "zorder": 1},
}


def draw(request: Request) -> Picture:
    """The timeline of the case asked for."""
    engine = LocalEngine(request.graph)
    entry = find_case(engine, request.cases[0])
    return draw_facts(FactWords.read(engine, case_iri(entry.id)), request.format)


def draw_facts(facts: FactWords, format: str) -> Picture:
    """The timeline of a case whose facts were read."""
    chronicle = read_chronicle(facts)
    title = f"Timeline: {chronicle.label}"
    words = describe(chronicle)
    with drawing():
        data = _render(lay_out(chronicle), format, title, words)
    return Picture(data, title, words, _notes(chronicle))


def draw_parts(facts: FactWords, format: str, most: float) -> tuple[Picture, ...]:
    """The timeline in figures no higher than ``most`` millimetres, for pages; they share one axis of dates."""
    chronicle = read_chronicle(facts)
    words = describe(chronicle)
    with drawing():
        plans = split(chronicle, most)
        many = len(plans)
        titles = [
            f"Timeline: {chronicle.label}" + (f", part {n} of {many}" if many > 1 else "") for n in range(1, many + 1)
        ]
        datas = [_render(plan, format, title, words) for plan, title in zip(plans, titles, strict=True)]
    return tuple(Picture(data, title, words) for data, title in zip(datas, titles, strict=True))


def _render(plan: Plan, format: str, title: str, words: str) -> bytes:
    figure = open_sheet(plan.width, plan.height)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, plan.width)
    axes.set_ylim(plan.height, 0)
    axes.axis("off")
    _paint(axes, plan)
    return render(figure, format, title=title, description=words)


def describe(chronicle: Chronicle) -> str:
    """The figure in words, for those who cannot see it."""
    many = len(chronicle.entries)
    parts = [f"{many} facts in time"]
    if chronicle.dated:
        parts.append(f"{len(chronicle.dated)} on an axis of dates, each as the range of days it may lie in")
    parts += [f"{len(clock.entries)} counted from {clock.title}" for clock in chronicle.clocks]
    if chronicle.untimed:
        parts.append(
            f"{len(chronicle.untimed)} without a time: {', '.join(plain(e.name, 60) for e in chronicle.untimed)}"
        )
    return "; ".join(parts) + "."


def _notes(chronicle: Chronicle) -> tuple[str, ...]:
    untimed = len(chronicle.untimed)
    return (f"{untimed} facts have no time and stand beside the axis",) if untimed else ()


def _paint(axes: Axes, plan: Plan) -> None:
    for rule in plan.rules:
        _rule(axes, rule)
    for mark in plan.marks:
        _mark(axes, mark)
    for label in plan.labels:
        _label(axes, label)


def _rule(axes: Axes, rule: Rule) -> None:
    axes.plot([rule.x0, rule.x1], [rule.y0, rule.y1], **_RULES[rule.style])


def _label(axes: Axes, label: Label) -> None:
    # Words beside marks stand on the grid, so they carry their own paper.
    paper = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.4} if label.soft and label.x > LEFT else None
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
        zorder=5,
    )


def _mark(axes: Axes, mark: Mark) -> None:
    from matplotlib.patches import Polygon, Rectangle

    edge, fill = _TONES[mark.lane]
    fill = PAPER if mark.absent else fill
    dash: Any = (0, (2, 1.2)) if mark.absent else "-"
    left, right, y = mark.left, mark.right, mark.y
    if mark.shape in ("earlier", "later"):
        tip, tail = (left, right) if mark.shape == "earlier" else (right, left)
        neck = tip + (1.6 if mark.shape == "earlier" else -1.6)
        axes.plot([tail, neck], [y, y], color=edge, linewidth=0.9, linestyle=(0, (2.4, 1.4)), zorder=3)
        axes.plot([tail, tail], [y - 1.0, y + 1.0], color=edge, linewidth=0.9, zorder=3)
        head = Polygon(
            [(tip, y), (neck, y - 0.8), (neck, y + 0.8)], facecolor=fill, edgecolor=edge, linewidth=0.6, zorder=3
        )
        axes.add_patch(head)
        return
    height = 2.2 if mark.shape == "lasting" else 1.7
    face = edge if mark.shape == "lasting" and not mark.absent else fill
    hatch = "////" if mark.shape == "unsure" else None
    axes.add_patch(
        Rectangle(
            (left, y - height / 2),
            right - left,
            height,
            facecolor=face,
            edgecolor=edge,
            linewidth=0.6,
            linestyle=dash,
            hatch=hatch,
            zorder=3,
        )
    )
