"""Puts shapes, marks, arrows and words on a sheet with matplotlib.

Comes in: shapes in millimetres with their state. Goes out: artists on axes, each with an id that names structure and state, so that
an SVG can be searched. Decides only how things look.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from neoplex.draw.courses import MECHANISM
from neoplex.draw.curves import Curve, Point
from neoplex.draw.labels import Box, Placed
from neoplex.draw.lettering import line_height
from neoplex.draw.sheet import INK, PAPER, SOFT, STATE, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path

ARROW = "#123a6b"
PAST = "#8fa3bd"
_LEADER = "#b4bac1"


@dataclass(frozen=True)
class Ground:
    """How a kind of structure looks while nothing is said of it."""

    fill: str
    edge: str
    width: float = 0.45
    alpha: float = 1.0


GROUND = {
    "bone": Ground("#efeadd", "#c4bba4", 0.5),
    "muscle": Ground("#f0dcd5", "#cda597", 0.5, 0.8),
    "organ": Ground("#e6ebef", "#b3bdc6", 0.45, 0.92),
    "sac": Ground("#fdfdfa", "#8d979f", 0.6, 0.88),
    "cord": Ground("#ece6cc", "#c0b78f"),
    "plexus": Ground("#e3ecdc", "#a3b596", 0.45, 0.9),
    "skin": Ground("#f7f4f0", "#d5cfc7"),
    "region": Ground("none", "#9aa39a", 0.5),
    "space": Ground("none", "#9aa39a", 0.5),
    "node": Ground("#eef0f2", "#aab1b9"),
    "ganglion": Ground("#d9d29a", "#8f8a63", 0.3),
}
NERVE = "#8d8b74"
ROOT = "#a5a28a"
_VESSEL = "#c5b3b3"
_FILL = {"deficit": 0.3, "implied": 0.35, "absent": 0.9}
_CALIBRE = {1: 0.45, 2: 0.7, 3: 1.0, 4: 1.5, 5: 3.4}
_STATED = {1: 1.2, 2: 1.5, 3: 1.8, 4: 2.3, 5: 3.8}


@dataclass(frozen=True)
class Panel:
    """Where units of a template lie on the sheet: millimetres of the midline and of the unit's origin, and the scale.

    A ``turned`` panel is seen from behind: the patient's left is on the viewer's left.
    """

    x: float
    y: float
    scale: float
    turned: bool = False

    @property
    def _across(self) -> float:
        return -self.scale if self.turned else self.scale

    def to(self, point: Point) -> Point:
        """A point of the template on the sheet."""
        return (self.x + point[0] * self._across, self.y + point[1] * self.scale)

    def curve(self, curve: Curve) -> Curve:
        """A curve of the template on the sheet."""
        return curve.moved(self._across, self.scale, self.x, self.y)


class Painter:
    """One sheet of ``width`` × ``height`` millimetres; x to the right, y downward."""

    def __init__(self, figure: Figure, width: float, height: float) -> None:
        self.axes: Axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(height, 0)
        self.axes.set_axis_off()
        self._order = 1.0
        self.clip: Box | None = None
        """Nothing is painted outside this while it is set."""
        self._ids: dict[str, int] = {}

    # ------------------------------------------------------------------------------------------------------------ shapes

    def area(
        self,
        outline: Curve,
        hole: Curve | None,
        drawn: str,
        state: str,
        *,
        id_: str,
        hollow: bool = False,
        weight: float = 1.0,
        cover: float = 1.0,
    ) -> None:
        """A closed shape in its state; ``cover`` below 1 lets what lies under it show."""
        from matplotlib.patches import PathPatch

        path = _path(outline, hole)
        ground = GROUND[drawn]
        if ground.fill != "none":
            base: dict[str, Any] = {
                "facecolor": ground.fill,
                "edgecolor": ground.edge,
                "linewidth": ground.width * weight,
            }
            self._add(PathPatch(path, alpha=None, **base), id_ if not state else "", ground.alpha)
        if not state:
            return
        look = STATE[state]
        wide = drawn in ("region", "space")
        alpha = _FILL.get(state, 0.85) * (0.45 if hollow else 1.0) * cover
        alpha *= 0.22 if drawn == "space" else 0.45 if wide else {"sac": 0.8, "bone": 0.7}.get(drawn, 1.0)
        if not (wide and state == "implied"):
            self._add(PathPatch(path, facecolor=look.fill, edgecolor="none", linewidth=0), "", alpha)
        if look.hatch and not (wide and state == "implied"):
            strength = 0.3 if state in ("deficit", "implied") else 0.6
            hatched = PathPatch(path, facecolor="none", edgecolor=look.edge, linewidth=0, hatch=look.hatch)
            self._add(hatched, "", strength * (0.7 if hollow else 1.0))
        style: Any = (0, (2.4, 1.6)) if hollow else look.line
        thin = state in ("deficit", "implied")
        width = (0.5 if thin else 1.0) * weight
        self._add(PathPatch(path, facecolor="none", edgecolor=look.edge, linewidth=width, linestyle=style), id_)

    def lines(
        self,
        curves: Iterable[Curve],
        drawn: str,
        calibre: int,
        state: str,
        *,
        id_: str,
        hollow: bool = False,
        weight: float = 1.0,
    ) -> None:
        """Open curves (nerves, roots, vessels, ligaments) in their state."""
        paths = [_path(curve) for curve in curves]
        width = _CALIBRE[calibre] * weight
        tone = {"root": ROOT, "vessel": _VESSEL, "ligament": "#c9bfa6"}.get(drawn, NERVE)
        if drawn == "root":
            width = 0.5 * weight
        if drawn == "ligament":
            width = 1.2 * weight
        if not state:
            if drawn in ("nerve", "root") and calibre > 1:
                for path in paths:
                    self._stroke(path, PAPER, width + 0.8 * weight, alpha=0.75)
            for number, path in enumerate(paths):
                self._stroke(path, tone, width, id_=id_ if not number else "")
            return
        look = STATE[state]
        width = max(_STATED[calibre] * weight, width) if drawn != "root" else 1.5 * weight
        halo = 1.3 * weight
        if state == "at-risk" and (hollow or drawn == "vessel"):
            width, halo = min(width, 0.75 * weight), 0.4 * weight
        elif drawn == "vessel":
            width = min(width, 1.3 * weight)
        if state == "deficit":
            width = min(width, 1.2 * weight)
        dash = {"at-risk": (2.2, 1.0), "touching": (4.0, 1.0, 1.0, 1.0), "deficit": (1.2, 0.9)}.get(state)
        if hollow and state != "at-risk":
            dash = (3.4, 0.8)
        for path in paths:
            self._stroke(path, PAPER, width + 0.7 * weight + halo, alpha=0.85)
        for number, path in enumerate(paths):
            self._stroke(path, look.edge, width + 0.6 * weight, dash=dash, id_=id_ if not number else "", scale=width)
        inner = "#ffffff" if state == "absent" else look.fill
        for path in paths:
            self._stroke(path, inner, width - 0.1 * weight, dash=dash, scale=width)
        if state == "concluded":
            for path in paths:
                self._stroke(path, PAPER, 0.28 * width, alpha=0.9)
        if state in ("sign", "implied"):
            for path in paths:
                self._stroke(path, look.edge, 0.34 * width, dash=(0.6, 2.2), scale=width)

    def disc(self, at: Point, radius: float, drawn: str, state: str, *, id_: str, hollow: bool = False) -> None:
        """A small disc (ganglion, lymph node)."""
        from matplotlib.patches import Circle

        look = STATE[state] if state else None
        ground = GROUND[drawn]
        fill = look.fill if look else ground.fill
        edge = look.edge if look else ground.edge
        patch = Circle(
            at, radius, facecolor=PAPER if hollow and look else fill, edgecolor=edge, linewidth=0.5 if look else ground.width,
            hatch=look.hatch if look and not hollow else "",
        )  # fmt: skip
        self._add(patch, id_)

    def mark(self, at: Point, state: str, *, size: float = 3.4, hollow: bool = False, id_: str = "") -> None:
        """The mark of a state at a place; hollow when the state is hedged."""
        look = STATE[state]
        x, y = at
        filled = look.marker != "x"
        face = PAPER if hollow or not filled else look.fill
        edge = look.edge
        wide = 0.8 if filled else 1.8
        self._point(x, y, look.marker, size + 1.2, PAPER, PAPER, wide, "")
        self._point(x, y, look.marker, size, face, edge, 0.7 if filled else 1.1, id_)

    def _point(
        self, x: float, y: float, marker: str, size: float, face: str, edge: str, width: float, id_: str
    ) -> None:
        from matplotlib.lines import Line2D

        point = Line2D(
            [x], [y], marker=marker, markersize=size, markerfacecolor=face, markeredgecolor=edge, markeredgewidth=width,
            linestyle="none",
        )  # fmt: skip
        self._add(point, id_)

    # ------------------------------------------------------------------------------------------------------------- words

    def text(
        self, at: Point, words: str, size: float, *, colour: str = INK, weight: str = "normal", align: str = "left",
        halo: float = 0.0, style: str = "normal",
    ) -> None:  # fmt: skip
        """A line of text; ``at`` is its left, centre or right at half height."""
        artist = self.axes.text(
            at[0], at[1], plain(words, 600), fontsize=size, color=colour, fontweight=weight, ha=align, va="center_baseline",
            zorder=self._next(), fontstyle=style,
        )  # fmt: skip
        if halo:
            ground = {"boxstyle": f"round,pad={0.1 * halo:.2f}", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.72}
            artist.set_bbox(ground)

    def label(self, placed: Placed, size: float, *, mark: float, inner: float, anchor: Point, to_left: bool) -> None:
        """A margin label with its state mark and the leader line to its place; ``inner`` is the x where leaders begin."""
        box, word = placed.box, placed.word
        middle = (box.top + box.bottom) / 2
        stated = bool(word.state)
        colour = "#7d858e" if stated else _LEADER
        start = (inner, middle)
        elbow = (inner + (3.0 if to_left else -3.0), middle)
        self.polyline((start, elbow, anchor), colour, 0.35 if stated else 0.28)
        if not stated:
            self.dot(anchor, 0.32, _LEADER)
        step = line_height(size)
        first = middle - (len(placed.lines) - 1) * step / 2
        for number, line in enumerate(placed.lines):
            kept = mark if stated else 0.4
            at = (box.right - kept if to_left else box.left + kept, first + number * step)
            self.text(at, line, size, colour=INK if stated else SOFT, align="right" if to_left else "left")
        if stated:
            x = box.right - mark / 2 if to_left else box.left + mark / 2
            self.mark((x, middle), word.state, hollow=word.hollow)

    def polyline(self, points: Sequence[Point], colour: str, width: float) -> None:
        """A thin line through points."""
        from matplotlib.lines import Line2D

        xs, ys = zip(*points, strict=True)
        self._add(Line2D(xs, ys, color=colour, linewidth=width, solid_capstyle="round"), "")

    def dot(self, at: Point, radius: float, colour: str) -> None:
        """A small filled disc."""
        from matplotlib.patches import Circle

        self._add(Circle(at, radius, facecolor=colour, edgecolor="none"), "")

    # ------------------------------------------------------------------------------------------------------------ arrows

    def arrow(
        self, points: Sequence[Point], mechanism: str, *, id_: str, colour: str = ARROW, width: float = 1.1
    ) -> None:
        """A step of a route along points, its head at the end, its line in the style of the mechanism."""
        from matplotlib.path import Path as Line

        way = MECHANISM[mechanism]
        head = min(2.1, 1.5 + 0.35 * width)
        body, tip, base = _shorten(points, head)
        line = Line(body)
        self._stroke(line, PAPER, width + 1.5, alpha=0.92)
        self._stroke(line, colour, width * (2.2 if way.double else 1.0), dash=way.dash or None, id_=id_, scale=width)
        if way.double:
            self._stroke(line, PAPER, width * 1.0)
        self._head(tip, base, colour, head)

    def badge(self, at: Point, text: str, *, radius: float = 1.45, colour: str = ARROW, size: float = 4.6) -> None:
        """A numbered disc."""
        from matplotlib.patches import Circle

        self._add(Circle(at, radius, facecolor=colour, edgecolor=PAPER, linewidth=0.6), "")
        self.text((at[0], at[1] + 0.02), text, size, colour=PAPER, weight="bold", align="center")

    def _head(self, tip: Point, base: Point, colour: str, length: float) -> None:
        from matplotlib.patches import Polygon

        dx, dy = tip[0] - base[0], tip[1] - base[1]
        far = math.hypot(dx, dy) or 1.0
        ux, uy = dx / far, dy / far
        half = length * 0.42
        foot = (tip[0] - ux * length, tip[1] - uy * length)
        corners = [tip, (foot[0] - uy * half, foot[1] + ux * half), (foot[0] + uy * half, foot[1] - ux * half)]
        self._add(Polygon(corners, closed=True, facecolor=colour, edgecolor=PAPER, linewidth=0.3), "")

    # ------------------------------------------------------------------------------------------------------------- inner

    def panel(self, box: Box, fill: str, edge: str) -> None:
        """A filled rectangle with an outline."""
        from matplotlib.patches import Rectangle

        corner, wide, high = (box.left, box.top), box.right - box.left, box.bottom - box.top
        self._add(Rectangle(corner, wide, high, facecolor=fill, edgecolor=edge, linewidth=0.5), "", 0.94)

    def frame(self, box: Box, colour: str, width: float = 0.4) -> None:
        """The outline of a rectangle."""
        ring = (
            (box.left, box.top),
            (box.right, box.top),
            (box.right, box.bottom),
            (box.left, box.bottom),
            (box.left, box.top),
        )
        self.polyline(ring, colour, width)

    def _stroke(
        self, path: Path, colour: str, width: float, *, dash: tuple[float, ...] | None = None, alpha: float = 1.0, id_: str = "",
        scale: float = 0.0,
    ) -> None:  # fmt: skip
        from matplotlib.patches import PathPatch

        style: Any = "-"
        if dash:
            unit = (scale or width) / width
            style = (0, tuple(part * unit for part in dash))
        patch = PathPatch(
            path, facecolor="none", edgecolor=colour, linewidth=width, linestyle=style, alpha=alpha,
            capstyle="butt" if dash else "round", joinstyle="round",
        )  # fmt: skip
        self._add(patch, id_)

    def _add(self, patch: Any, id_: str, alpha: float | None = None) -> None:
        if alpha is not None and alpha < 1:
            patch.set_alpha(alpha)
        patch.set_zorder(self._next())
        if id_:
            patch.set_gid(self._unique(id_))
        self.axes.add_artist(patch)
        self._clip(patch)

    def _clip(self, artist: Any) -> None:
        from matplotlib.patches import Rectangle

        if self.clip is None:
            artist.set_clip_on(False)
            return
        box = self.clip
        corner, wide, high = (box.left, box.top), box.right - box.left, box.bottom - box.top
        artist.set_clip_path(Rectangle(corner, wide, high, transform=self.axes.transData))

    def _next(self) -> float:
        self._order += 0.001
        return self._order

    def _unique(self, id_: str) -> str:
        self._ids[id_] = self._ids.get(id_, 0) + 1
        return id_ if self._ids[id_] == 1 else f"{id_}-{self._ids[id_]}"


def _path(curve: Curve, hole: Curve | None = None) -> Path:
    from matplotlib.path import Path as Line

    vertices: list[Point] = []
    codes: list[int] = []
    for one in (curve, hole):
        if one is None or not one.segments:
            continue
        segments = one.segments if one is curve else tuple((d, c, b, a) for a, b, c, d in reversed(one.segments))
        vertices.append(segments[0][0])
        codes.append(int(Line.MOVETO))
        for segment in segments:
            vertices += segment[1:]
            codes += [int(Line.CURVE4)] * 3
        if one.closed:
            vertices.append(segments[0][0])
            codes.append(int(Line.CLOSEPOLY))
    return Line(vertices, codes)


def _shorten(points: Sequence[Point], head: float) -> tuple[list[Point], Point, Point]:
    """A polyline without the length of an arrow head, the tip, and a point behind the tip."""
    tip = points[-1]
    kept = list(points)
    while len(kept) > 2 and math.dist(kept[-2], tip) < head * 0.8:
        kept.pop(-2)
    base = kept[-2]
    far = math.dist(base, tip)
    if far > head * 0.7:
        share = (far - head * 0.7) / far
        kept[-1] = (base[0] + (tip[0] - base[0]) * share, base[1] + (tip[1] - base[1]) * share)
    return kept, tip, base
