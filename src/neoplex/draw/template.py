"""The layout of a figure, read from ``data/figures``: where each structure of the atlas lies on the sheet.

Comes in: a YAML file and the atlas. Goes out: frozen shapes, each bound to the individuals it stands for, one for each side. The
file says where, never what: states and names come from the graph. Every id must be a structure of the atlas; all faults are
reported in one run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from neoplex.base.errors import Fault, FaultsFound, did_you_mean
from neoplex.base.names import atlas_iri, class_iri
from neoplex.draw.curves import Curve, Point, centre, mirror_half, smooth
from neoplex.infer.atlasgraph import Atlas
from neoplex.read.yamlfile import Node, read_yaml

FORMAT = "neoplex-figure/1"
DRAWN = (
    "bone", "muscle", "organ", "sac", "cord", "nerve", "root", "ganglion", "plexus", "node", "region", "space", "vessel",
    "ligament", "skin",
)  # fmt: skip
LAYERS = ("", "silhouette", "region", "dermatome", "territory", "muscle")
VIEWS = ("", "front", "back")
SHOWN = ("always", "stated", "group")
_KEYS = {
    "id", "as", "outline", "hole", "whole", "box", "paths", "strands", "dots", "calibre", "at", "tag", "show", "also",
    "members", "rank", "depth", "view", "layer",
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """One structure on one side: its curves in units of the drawing, x growing toward the viewer's right.

    ``iri`` is the atlas individual, ``side`` left, right or midline; ``also`` are smaller structures shown here; ``members`` what a
    group brackets. ``anchor`` is where arrows, marks and leader lines take hold.
    """

    iri: str
    side: str
    drawn: str
    outline: Curve | None
    hole: Curve | None
    paths: tuple[Curve, ...]
    strands: tuple[Curve, ...]
    dots: tuple[Point, ...]
    calibre: int
    anchor: Point
    tag: Point | None
    show: str
    also: tuple[str, ...]
    members: tuple[str, ...]
    rank: int
    behind: bool
    view: str = ""
    layer: str = ""

    @property
    def trunk(self) -> Curve | None:
        """The curve on which the anchor lies: the last path."""
        return self.paths[-1] if self.paths else None


@dataclass(frozen=True)
class Spot:
    """Where a sign is shown that belongs to no region, on the left side; ``kind`` is its class."""

    kind: str
    view: str
    at: Point


@dataclass(frozen=True)
class Template:
    """All shapes of a figure in the order in which they are painted, and the frame they fill."""

    shapes: tuple[Shape, ...]
    half_width: float
    top: float
    bottom: float
    shortened: float | None
    spots: tuple[Spot, ...] = ()
    of: Mapping[str, Shape] = field(repr=False, compare=False, default_factory=dict)
    """Individual to the shape that shows it, its own or a larger one."""


def read_template(path: Path, atlas: Atlas) -> Template:
    """The template of a file; raises FaultsFound with every fault in it."""
    top, faults = read_yaml(path)
    if top is None:
        raise FaultsFound(faults)
    reader = _Reader(atlas, faults)
    template = reader.template(top)
    if reader.faults:
        raise FaultsFound(sorted(set(reader.faults)))
    return template


class _Reader:
    def __init__(self, atlas: Atlas, faults: list[Fault]) -> None:
        self._atlas = atlas
        self.faults = faults

    def template(self, top: Node) -> Template:
        written = str(top.mapping["format"].content) if "format" in top.mapping else ""
        if written != FORMAT:
            self._fault(top.get("format") or top, "format", repr(written), FORMAT)
        frame = top.get("frame") or top
        half, above, below = (self._number(frame, key) for key in ("half-width", "top", "bottom"))
        short = top.get("shortened")
        shapes: list[Shape] = []
        seen: set[str] = set()
        listed = top.get("shapes")
        for node in listed.items if listed else ():
            name = self._word(node, "id")
            key = f"{name} {self._word(node, 'view')} {self._word(node, 'layer')}"
            if key in seen:
                self._fault(node, "id", f"{name} a second time", "each structure once")
            seen.add(key)
            shapes += self._shapes(node)
        of: dict[str, Shape] = {}
        for shape in shapes:
            of.setdefault(shape.iri, shape)
        for shape in shapes:
            for iri in shape.also:
                of.setdefault(iri, shape)
        return Template(
            tuple(shapes), half, above, below, float(str(short.content)) if short else None, self._spots(top), of
        )

    def _spots(self, top: Node) -> tuple[Spot, ...]:
        listed = top.get("reflexes")
        found: list[Spot] = []
        for node in listed.items if listed else ():
            kind = class_iri(self._word(node, "id"))
            if kind not in self._atlas.parents:
                self._fault(node.get("id") or node, "id", repr(self._word(node, "id")), "a term")
            found.append(Spot(kind, self._one_of(node, "view", VIEWS, ""), self._pair(node, "at") or (0.0, 0.0)))
        return tuple(found)

    def _shapes(self, node: Node) -> list[Shape]:
        for key, value in node.mapping.items():
            if key not in _KEYS:
                self._fault(value, key, key, "one of " + ", ".join(sorted(_KEYS)), did_you_mean(key, sorted(_KEYS)))
        name = self._word(node, "id")
        sides = self._sides(node, name)
        drawn = self._one_of(node, "as", DRAWN, "")
        show = self._one_of(node, "show", SHOWN, "always")
        return [self._shape(node, name, side, drawn, show) for side in sides]

    def _sides(self, node: Node, name: str) -> tuple[str, ...]:
        if atlas_iri(name) in self._atlas.structures:
            return ("",)
        sides = tuple(side for side in ("right", "left") if atlas_iri(name, side) in self._atlas.structures)
        if not sides:
            self._fault(node.get("id") or node, "id", repr(name), "a structure of the atlas")
        return sides

    def _shape(self, node: Node, name: str, side: str, drawn: str, show: str) -> Shape:
        iri = atlas_iri(name, side)
        flip = -1.0 if side == "right" else 1.0
        side = side or self._atlas.structures[iri].side
        midline = side == "midline"

        def turned(curve: Curve) -> Curve:
            return curve.moved(flip, 1.0, 0.0, 0.0)

        outline = self._outline(node, midline)
        paths = tuple(turned(curve) for curve in self._curves(node, "paths"))
        dots = tuple((x * flip, y) for text in self._texts(node, "dots") for x, y in self._points(node, "dots", text))
        anchor = self._anchor(node, flip, outline, paths, dots)
        tag = self._pair(node, "tag")
        return Shape(
            iri=iri,
            side=side,
            drawn=drawn,
            outline=turned(outline) if outline else None,
            hole=next((turned(smooth(points, closed=True)) for points in self._rings(node, "hole")), None),
            paths=paths,
            strands=tuple(turned(curve) for curve in self._curves(node, "strands")),
            dots=dots,
            calibre=int(self._number(node, "calibre", 2)),
            anchor=anchor,
            tag=(tag[0] * flip, tag[1]) if tag else None,
            show=show,
            also=self._individuals(node, "also", side),
            members=self._individuals(node, "members", side),
            rank=int(self._number(node, "rank", 1)),
            behind=self._word(node, "depth") == "behind",
            view=self._one_of(node, "view", VIEWS, ""),
            layer=self._one_of(node, "layer", LAYERS, ""),
        )

    def _outline(self, node: Node, midline: bool) -> Curve | None:
        for points in self._rings(node, "outline"):
            return smooth(mirror_half(points) if midline else points, closed=True)
        for points in self._rings(node, "whole"):
            return smooth(points, closed=True)
        if node.get("box"):
            x, y, half, high = (float(part) for part in self._word(node, "box").split())
            ring = [(x, y - high), (x + half * 0.93, y - high * 0.94), (x + half, y - high * 0.7), (x + half * 0.84, y)]
            ring += [(x + half, y + high * 0.7), (x + half * 0.93, y + high * 0.94), (x, y + high)]
            return smooth(mirror_half(ring), closed=True)
        return None

    def _anchor(
        self, node: Node, flip: float, outline: Curve | None, paths: tuple[Curve, ...], dots: tuple[Point, ...]
    ) -> Point:
        at = self._pair(node, "at")
        if at:
            return (at[0] * flip, at[1])
        if dots:
            return dots[0]
        if paths and paths[-1].segments:
            return centre(paths[-1].points())
        if outline:
            x, y = centre(outline.points())
            return (x * flip, y)
        self._fault(node, "id", "no curve", "outline, box, paths or dots")
        return (0.0, 0.0)

    def _individuals(self, node: Node, key: str, side: str) -> tuple[str, ...]:
        found: list[str] = []
        listed = node.get(key)
        for item in listed.items if listed else ():
            name = str(item.content)
            sided = ("right", "left") if side == "midline" else (side,)
            known = [
                iri
                for iri in (atlas_iri(name), *(atlas_iri(name, one) for one in sided))
                if iri in self._atlas.structures
            ]
            if not known:
                self._fault(item, key, repr(name), "a structure of the atlas")
            found += known
        return tuple(found)

    def _curves(self, node: Node, key: str) -> list[Curve]:
        return [smooth(self._points(node, key, text)) for text in self._texts(node, key)]

    def _rings(self, node: Node, key: str) -> list[tuple[Point, ...]]:
        return [self._points(node, key, text) for text in self._texts(node, key)]

    def _texts(self, node: Node, key: str) -> list[str]:
        found = node.get(key)
        return [str(item.content) for item in found.items] if found else []

    def _points(self, node: Node, key: str, text: str) -> tuple[Point, ...]:
        points: list[Point] = []
        for pair in text.split(","):
            try:
                x, y = (float(part) for part in pair.split())
            except ValueError:
                self._fault(node.get(key) or node, key, repr(pair.strip()), "two numbers, x and y")
                continue
            points.append((x, y))
        return tuple(points)

    def _pair(self, node: Node, key: str) -> Point | None:
        text = self._word(node, key)
        return next(iter(self._points(node, key, text)), None) if text else None

    def _word(self, node: Node, key: str) -> str:
        found = node.get(key)
        return str(found.content) if found else ""

    def _one_of(self, node: Node, key: str, known: tuple[str, ...], default: str) -> str:
        value = self._word(node, key) or default
        if value not in known:
            self._fault(node.get(key) or node, key, repr(value), f"one of {', '.join(known)}")
        return value

    def _number(self, node: Node, key: str, default: float | None = None) -> float:
        found = node.get(key)
        if found is None and default is not None:
            return default
        try:
            return float(str(found.content if found else ""))
        except ValueError:
            self._fault(found or node, key, repr(found.content) if found else "nothing", "a number")
            return 0.0

    def _fault(self, node: Node, key: str, found: str, expected: str, hint: str = "") -> None:
        self.faults.append(Fault(node.file, node.line, node.column, key, found, expected, hint))
