"""A scene as SVG, or as PNG and PDF through matplotlib.

Comes in: a placed scene. Goes out: bytes, the same every time. Shapes, line styles and words carry what colour carries. An SVG
has a title and a description, and each thing its full name as a tooltip; no name can become markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from neoplex.ask.layout import visible
from neoplex.draw import sheet
from neoplex.draw.graphlayout import LINE, SIZE, SMALL, SMALL_LINE, Box, Line, Scene, legend_places

INK, SOFT, PAPER = sheet.INK, sheet.SOFT, sheet.PAPER
FILLS = {
    "": (PAPER, INK, INK, 1.1, ""),
    "focus": ("#dfe7f1", INK, INK, 2.6, ""),
    "involved": (sheet.STATE["involved"].fill, sheet.STATE["involved"].edge, "#ffffff", 1.6, ""),
    "possibly": (PAPER, sheet.STATE["involved"].fill, INK, 1.8, "6 3"),
    "denied": (PAPER, INK, INK, 1.1, "2 3"),
    "absent": (PAPER, SOFT, INK, 1.1, "2 3"),
}
"""For each mark: fill, outline, letters, width of the outline, dashes."""
STROKES = {
    "plain": ("", 1.0),
    "perineural": ("", 2.2),
    "contiguous": ("2 3.2", 2.0),
    "intradural": ("8 4", 2.2),
    "lymphatic": ("13 4", 1.4),
    "haematogenous": ("9 3 2 3", 1.4),
    "csf": ("1.5 5", 2.6),
}
"""For each line: dashes and width."""
_ARROW = 7.0
_FONT = "system-ui, 'DejaVu Sans', Verdana, Arial, sans-serif"


def outline(shape: str, x: float, y: float, width: float, height: float) -> list[tuple[float, float]]:
    """The corners of a shape around a middle; a pill and a rounded box are drawn as curves and give their frame."""
    left, right, top, bottom = x - width / 2, x + width / 2, y - height / 2, y + height / 2
    cut = min(height / 2, 12.0)
    if shape == "hexagon":
        return [
            (left, y),
            (left + cut, top),
            (right - cut, top),
            (right, y),
            (right - cut, bottom),
            (left + cut, bottom),
        ]
    if shape == "octagon":
        c = min(cut, 8.0)
        upper = [(left + c, top), (right - c, top), (right, top + c), (right, bottom - c)]
        return [*upper, (right - c, bottom), (left + c, bottom), (left, bottom - c), (left, top + c)]
    if shape == "parallelogram":
        return [(left + cut, top), (right, top), (right - cut, bottom), (left, bottom)]
    if shape == "note":
        c = min(cut, 9.0)
        return [(left, top), (right - c, top), (right, top + c), (right, bottom), (left, bottom)]
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def radius_of(shape: str, height: float) -> float:
    """How round the corners of a curved shape are; 0 for one with corners."""
    return {"pill": height / 2, "rounded": 5.0}.get(shape, 0.0)


# -------------------------------------------------------------------------------------------------------------------- SVG


def to_svg(scene: Scene, *, header: bool = True) -> str:
    """A scene as SVG text; without ``header`` it can stand inside an HTML page."""
    parts = ['<?xml version="1.0" encoding="utf-8"?>\n'] if header else []
    parts.append(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(scene.width)} {_n(scene.height)}" '
        f'width="{_n(scene.width)}" height="{_n(scene.height)}" role="img" aria-labelledby="graph-title graph-description">\n'
        f'<title id="graph-title">{_t(scene.title)}</title>\n<desc id="graph-description">{_t(scene.description)}</desc>\n'
        f'<rect width="{_n(scene.width)}" height="{_n(scene.height)}" fill="{PAPER}"/>\n'
        f'<g font-family="{_FONT}" fill="{INK}">\n'
    )
    for number, text in enumerate(scene.title.split("\n")):
        parts.append(f'<text x="18" y="{_n(34 + 22 * number)}" font-size="16" font-weight="600">{_t(text)}</text>\n')
    parts += [_svg_line(line) for line in scene.lines]
    for words in scene.words:
        parts.append(
            f'<rect x="{_n(words.x - words.width / 2)}" y="{_n(words.y - words.height / 2)}" width="{_n(words.width)}" '
            f'height="{_n(words.height)}" fill="{PAPER}"/>\n'
        )
        parts += _svg_text(words.lines, words.x, words.y, SMALL, SMALL_LINE, SOFT, "italic")
    parts += [_svg_box(box) for box in scene.boxes]
    for x, y, entry in legend_places(scene):
        parts += _svg_entry(x, y, entry)
    return "".join([*parts, "</g>\n</svg>\n"])


def _svg_box(box: Box) -> str:
    fill, edge, ink, width, dashes = FILLS[box.thing.mark]
    parts = [f"<g><title>{_t(f'{box.thing.label} ({box.thing.id})')}</title>\n"]
    parts.append(_svg_shape(box.thing.shape, box.x, box.y, box.width, box.height, fill, edge, width, dashes))
    top = box.y - SMALL_LINE * len(box.state) / 2
    parts += _svg_text(box.lines, box.x, top, SIZE, LINE, ink, "", box.thing.mark == "focus")
    if box.state:
        parts += _svg_text(
            box.state, box.x, top + LINE * len(box.lines) / 2 + SMALL_LINE / 2, SMALL, SMALL_LINE, ink, "italic"
        )
    return "".join([*parts, "</g>\n"])


def _svg_shape(
    shape: str, x: float, y: float, w: float, h: float, fill: str, edge: str, width: float, dashes: str
) -> str:  # fmt: skip
    look = f'fill="{fill}" stroke="{edge}" stroke-width="{_n(width)}"' + (
        f' stroke-dasharray="{dashes}"' if dashes else ""
    )
    round_ = radius_of(shape, h)
    if round_ or shape in ("rectangle", "double"):
        frame = f'<rect x="{_n(x - w / 2)}" y="{_n(y - h / 2)}" width="{_n(w)}" height="{_n(h)}"'
        text = f'{frame} rx="{_n(round_)}" {look}/>\n' if round_ else f"{frame} {look}/>\n"
        if shape == "double":
            text += _svg_shape("rectangle", x, y, w - 7, h - 7, "none", edge, 0.9, "")
        return text
    corners = " ".join(f"{_n(px)},{_n(py)}" for px, py in outline(shape, x, y, w, h))
    return f'<polygon points="{corners}" {look} stroke-linejoin="round"/>\n'


def _svg_line(line: Line) -> str:
    dashes, width = STROKES[line.style]
    points, arrows = trimmed(line)
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    path = f'<path d="{_svg_path(points)}" fill="none" stroke="{SOFT}" stroke-width="{_n(width)}"{dash}/>\n'
    return path + "".join(
        f'<polygon points="{" ".join(f"{_n(x)},{_n(y)}" for x, y in corners)}" fill="{SOFT}"/>\n' for corners in arrows
    )


def _svg_path(points: Sequence[tuple[float, float]]) -> str:
    (x1, y1), *rest = points
    if len(rest) == 1:
        ((x2, y2),) = rest
        bend = (x2 - x1) * 0.45
        return f"M{_n(x1)} {_n(y1)}C{_n(x1 + bend)} {_n(y1)} {_n(x2 - bend)} {_n(y2)} {_n(x2)} {_n(y2)}"
    return f"M{_n(x1)} {_n(y1)}" + "".join(f"L{_n(x)} {_n(y)}" for x, y in rest)


def trimmed(line: Line) -> tuple[list[tuple[float, float]], list[list[tuple[float, float]]]]:
    """The points of a line shortened for its arrows, and the corners of each arrow."""
    points = list(line.points)
    arrows = []
    for wanted, tip, before in ((line.end, -1, -2), (line.start, 0, 1)):
        if not wanted:
            continue
        (x, y), (bx, by) = points[tip], points[before]
        # Curves leave and reach things sideways; straight pieces keep to one axis.
        across = len(points) == 2 or abs(x - bx) > abs(y - by)
        dx, dy = (_sign(x - bx), 0.0) if across else (0.0, _sign(y - by))
        back = (x - dx * _ARROW, y - dy * _ARROW)
        arrows.append([(x, y), (back[0] - dy * 3.6, back[1] + dx * 3.6), (back[0] + dy * 3.6, back[1] - dx * 3.6)])
        points[tip] = (x - dx * _ARROW * 0.8, y - dy * _ARROW * 0.8)
    return points, arrows


def _sign(number: float) -> float:
    return 1.0 if number > 0 else -1.0


def _svg_text(
    lines: Sequence[str], x: float, y: float, size: float, step: float, ink: str, style: str, bold: bool = False
) -> list[str]:  # fmt: skip
    top = y - step * (len(lines) - 1) / 2 + size * 0.35
    look = (f' font-style="{style}"' if style else "") + (' font-weight="600"' if bold else "")
    return [
        f'<text x="{_n(x)}" y="{_n(top + step * number)}" font-size="{_n(size)}" text-anchor="middle" '
        f'fill="{ink}"{look}>{_t(line)}</text>\n'
        for number, line in enumerate(lines)
    ]


def _svg_entry(x: float, y: float, entry: tuple[str, str, str]) -> list[str]:
    sort, name, words = entry
    if sort == "shape":
        mark = _svg_shape(name, x + 18, y, 32, 14, PAPER, INK, 1.1, "")
    else:
        dashes, width = STROKES[name]
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        mark = (
            f'<path d="M{_n(x)} {_n(y)}H{_n(x + 36)}" fill="none" stroke="{SOFT}" stroke-width="{_n(width)}"{dash}/>\n'
        )
    return [mark, f'<text x="{_n(x + 42)}" y="{_n(y + 4)}" font-size="{_n(SMALL)}" fill="{SOFT}">{_t(words)}</text>\n']


def _t(text: str) -> str:
    """Text that is safe in XML: markup escaped, controls and direction marks written out."""
    return escape("".join("\ufffd" if ord(char) in (0xFFFE, 0xFFFF) else char for char in visible(text)))


def _n(number: float) -> str:
    """A number with at most one digit behind the point."""
    return f"{number:.1f}".removesuffix(".0")


# -------------------------------------------------------------------------------------------------------------- PNG and PDF


def to_picture(scene: Scene, format: str) -> bytes:
    """A scene as PNG or PDF; raises EnvironmentProblem when matplotlib is not installed."""
    with sheet.drawing():
        from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
        from matplotlib.path import Path as Outline

        millimetres = 25.4 / 96
        figure = sheet.open_sheet(scene.width * millimetres, scene.height * millimetres)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, scene.width)
        axes.set_ylim(scene.height, 0)
        axes.set_axis_off()

        def shape(
            name: str, x: float, y: float, w: float, h: float, fill: str, edge: str, width: float, dashes: str, z: float
        ) -> None:
            style = (0, tuple(float(part) for part in dashes.split())) if dashes else "-"
            look: dict[str, Any] = {
                "facecolor": fill,
                "edgecolor": edge,
                "linewidth": width * 0.75,
                "linestyle": style,
                "zorder": z,
            }
            round_ = radius_of(name, h)
            if round_:
                box = f"round,pad=0,rounding_size={round_}"
                axes.add_patch(FancyBboxPatch((x - w / 2, y - h / 2), w, h, boxstyle=box, **look))
            else:
                axes.add_patch(Polygon(outline(name, x, y, w, h), closed=True, **look))
            if name == "double":
                shape("rectangle", x, y, w - 7, h - 7, "none", edge, 0.9, "", z)

        def text(
            lines: Sequence[str],
            x: float,
            y: float,
            size: float,
            step: float,
            ink: str,
            style: str = "normal",
            bold: bool = False,
        ) -> None:
            top = y - step * (len(lines) - 1) / 2
            for number, line in enumerate(lines):
                axes.text(x, top + step * number, sheet.plain(line, 200), fontsize=size * 0.75, color=ink, ha="center", va="center",
                          style=style, weight="bold" if bold else "normal", zorder=5)  # fmt: skip

        def stroke(line: Line) -> None:
            dashes, width = STROKES[line.style]
            points, arrows = trimmed(line)
            if len(points) == 2:
                (x1, y1), (x2, y2) = points
                bend = (x2 - x1) * 0.45
                path = Outline([(x1, y1), (x1 + bend, y1), (x2 - bend, y2), (x2, y2)], [1, 4, 4, 4])
            else:
                path = Outline(points)
            style = (0, tuple(float(part) / width for part in dashes.split())) if dashes else "-"
            axes.add_patch(
                PathPatch(path, fill=False, edgecolor=SOFT, linewidth=width * 0.75, linestyle=style, zorder=1)
            )
            for corners in arrows:
                axes.add_patch(Polygon(corners, closed=True, facecolor=SOFT, edgecolor="none", zorder=2))

        for number, line_of_title in enumerate(scene.title.split("\n")):
            axes.text(
                18,
                28 + 22 * number,
                sheet.plain(line_of_title, 200),
                fontsize=12,
                weight="bold",
                color=INK,
                va="center",
            )
        for line in scene.lines:
            stroke(line)
        for words in scene.words:
            shape("rectangle", words.x, words.y, words.width, words.height, PAPER, PAPER, 0.1, "", 3)
            text(words.lines, words.x, words.y, SMALL, SMALL_LINE, SOFT, "italic")
        for box in scene.boxes:
            fill, edge, ink, width, dashes = FILLS[box.thing.mark]
            shape(box.thing.shape, box.x, box.y, box.width, box.height, fill, edge, width, dashes, 4)
            top = box.y - SMALL_LINE * len(box.state) / 2
            text(box.lines, box.x, top, SIZE, LINE, ink, bold=box.thing.mark == "focus")
            text(box.state, box.x, top + LINE * len(box.lines) / 2 + SMALL_LINE / 2, SMALL, SMALL_LINE, ink, "italic")
        for x, y, (sort, name, label) in legend_places(scene):
            if sort == "shape":
                shape(name, x + 18, y, 32, 14, PAPER, INK, 1.1, "", 4)
            else:
                stroke(Line(((x, y), (x + 36, y)), name))
            axes.text(x + 42, y, label, fontsize=SMALL * 0.75, color=SOFT, va="center")
        return sheet.render(figure, format, title=scene.title.replace("\n", " "), description=scene.description)
