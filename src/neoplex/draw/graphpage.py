"""A view as one HTML file to click through, with Cytoscape.js inside; it fetches nothing, and says so to the browser.

Comes in: a view. Goes out: HTML text. Without scripts it shows the SVG and the relations as a table. What the script
shows of a name is set as text, never as markup.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from neoplex.ask.layout import visible
from neoplex.draw.graphlayout import LINE_WORDS, Box, Line, arrange
from neoplex.draw.graphsvg import FILLS, STROKES, outline, radius_of, to_svg
from neoplex.draw.graphview import Branch, View

ASSETS = Path(__file__).resolve().parent / "assets"
VERSION = "3.34.4"
"""Of the bundled Cytoscape.js."""
_DASHES = {
    "contiguous": "dotted",
    "intradural": "dashed",
    "lymphatic": "dashed",
    "haematogenous": "dashed",
    "csf": "dotted",
}


def to_html(view: View) -> str:
    """A self-contained page of a view."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    labels = {thing.id: visible(thing.label) for thing in view.things}
    relations = [_row(branch, labels) for branch in (*view.branches, *view.further)]
    return environment.get_template("graph.html").render(
        title=visible(view.title),
        description=visible(view.description),
        notes=[visible(note) for note in view.notes],
        svg=to_svg(arrange(view), header=False),
        relations=relations,
        things=[
            (visible(thing.id), labels[thing.id], visible(thing.state), visible(thing.about)) for thing in view.things
        ],
        data=script_data(view),
        library=(ASSETS / "cytoscape.min.js").read_text("utf-8"),
        program=(ASSETS / "graph.js").read_text("utf-8"),
        version=VERSION,
    )


def _row(branch: Branch, labels: dict[str, str]) -> tuple[str, str, str, str]:
    start, end = (branch.parent, branch.child) if branch.forward else (branch.child, branch.parent)
    return labels[start], visible(branch.label), labels[end], visible(branch.note)


def script_data(view: View) -> str:
    """What the script shows, as JSON that cannot end its element."""
    return json.dumps(elements(view), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def elements(view: View) -> dict[str, Any]:
    """Things and labels in their places and lines, as Cytoscape.js takes them, and the relations that the list shows."""
    scene = arrange(view, "columns")
    nodes: list[dict[str, Any]] = [_node(box) for box in scene.boxes]
    for words in scene.words:
        data = {
            "id": words.id,
            "label": "\n".join(visible(line) for line in words.lines),
            "width": words.width,
            "height": words.height,
        }
        nodes.append({"data": data, "position": {"x": words.x, "y": words.y}, "classes": "words", "grabbable": False})
    edges = [_edge(number, line) for number, line in enumerate(scene.lines)]
    for number, branch in enumerate(view.further):
        start, end = (branch.parent, branch.child) if branch.forward else (branch.child, branch.parent)
        data = {"id": f"further {number}", "source": start, "target": end, "way": LINE_WORDS[branch.line]}
        edges.append({"data": data, "classes": "further"})
    relations = []
    for branch in (*view.branches, *view.further):
        start, end = (branch.parent, branch.child) if branch.forward else (branch.child, branch.parent)
        relations.append([start, visible(branch.label), end, visible(branch.note)])
    return {"focus": view.focus, "nodes": nodes, "edges": edges, "relations": relations}


def _node(box: Box) -> dict[str, Any]:
    fill, edge, ink, width, dashes = FILLS[box.thing.mark]
    curved = radius_of(box.thing.shape, box.height)
    corners = outline(box.thing.shape, 0.0, 0.0, box.width, box.height) if not curved else []
    data = {
        "id": box.thing.id,
        "label": "\n".join(visible(line) for line in (*box.lines, *box.state)),
        "name": visible(box.thing.label),
        "state": visible(box.thing.state),
        "about": visible(box.thing.about),
        "fill": fill,
        "edge": edge,
        "ink": ink,
        "stroke": width,
        "dash": "dashed" if dashes else "double" if box.thing.shape == "double" else "solid",
        "width": box.width,
        "height": box.height,
        "radius": round(curved) or 1,
    }
    if corners:
        half = (box.width / 2, box.height / 2)
        data["points"] = " ".join(f"{x / half[0]:.3f} {y / half[1]:.3f}" for x, y in corners)
    kind = "cornered" if corners else "curved"
    return {"data": data, "position": {"x": box.x, "y": box.y}, "classes": f"thing {kind}"}


def _edge(number: int, line: Line) -> dict[str, Any]:
    dashes, width = STROKES[line.style]
    data = {
        "id": f"line {number}",
        "source": line.ends[0],
        "target": line.ends[1],
        "way": LINE_WORDS[line.style],
        "style": _DASHES.get(line.style, "solid"),
        "dashes": [float(part) for part in dashes.split()] or [6, 3],
        "stroke": width,
        "first": "triangle" if line.start else "none",
        "last": "triangle" if line.end else "none",
    }
    return {"data": data, "classes": "line"}
