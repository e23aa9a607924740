"""A report as one page of HTML that needs nothing else: style and figures inside, no script, no address on the network.

Comes in: a report. Goes out: HTML text. Every word is escaped by the template; figures are neoplex's own SVG, read as XML and
written again with ids of their own, so that two figures of one page never share one.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path
from re import sub
from typing import TYPE_CHECKING, Any

from neoplex import __version__
from neoplex.report.content import Block, Plate, Report

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE = Path(__file__).resolve().parent / "templates"
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
STATES = {
    "present": "present",
    "absent": "absent",
    "not-reported": "not reported",
    "uncertain": "uncertain",
    "concluded": "concluded",
    "inferred": "inferred",
    "conflict": "contradiction",
}


def write_html(report: Report) -> str:
    """The page."""
    environment = _environment()
    anchors = {iri: f"at-{number}" for number, iri in enumerate(_ordered(report), 1)}
    labels = {iri: short_locator(label) for iri, (_, label) in report.passages.items()}
    counter = iter(range(1, 10_000))

    def picture(plate: Plate) -> Any:
        from markupsafe import Markup

        return Markup(embed_svg(plate.svg, f"f{next(counter)}-"))

    words: dict[str, Any] = {
        "states": STATES,
        "anchors": anchors,
        "labels": labels,
        "picture": picture,
        "kind_of": _kind_of,
    }
    blocks: Any = environment.get_template("blocks.html").make_module(words)

    def show(block: Block) -> Any:
        return blocks.show(block)

    from markupsafe import Markup

    style = Markup((_HERE / "case.css").read_text("utf-8").rstrip())
    text = environment.get_template("case.html").render(
        report=report, version=__version__, style=style, show=show, sources=sources_of(report, anchors)
    )
    return sub(r"\n\s*\n+", "\n", text).rstrip() + "\n"


def _kind_of(block: Block) -> str:
    return type(block).__name__


def sources_of(report: Report, anchors: dict[str, str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each publication with the anchors and labels of its passages, in order."""
    found = []
    for publication, reference in report.publications.items():
        places = [
            (anchors[iri], report.passages[iri][1])
            for iri in _ordered(report)
            if report.passages[iri][0] == publication
        ]
        found.append((reference, places))
    loose = [(anchors[iri], label) for iri, (of, label) in report.passages.items() if of not in report.publications]
    return [*found, ("Other passages", loose)] if loose else found


def short_locator(label: str) -> str:
    """A locator in few words: the last part of its section, then the rest."""
    parts = [part.strip() for part in label.split(",")]
    words = []
    for part in parts:
        part = part.removeprefix("section ")
        words.append(part.rpartition(" > ")[2] if " > " in part else part)
    return sub(r",? paragraph (\d+)", r" ¶\1", ", ".join(words))


def _ordered(report: Report) -> list[str]:
    return sorted(report.passages, key=lambda iri: (report.passages[iri][0], _natural(report.passages[iri][1]), iri))


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in text.replace(",", " ").split())


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def embed_svg(data: bytes, prefix: str) -> str:
    """An SVG as part of a page: no declaration, ids and references to them with a prefix, no script, no foreign address."""
    root = ET.fromstring(data)
    for node in root.iter():
        for name, value in list(node.attrib.items()):
            local = name.rpartition("}")[2]
            if local.lower().startswith("on"):
                del node.attrib[name]
            elif local == "id":
                node.set(name, prefix + value)
            elif local in ("aria-labelledby", "aria-describedby"):
                node.set(name, " ".join(prefix + word for word in value.split()))
            elif local == "href":
                if value.startswith("#"):
                    del node.attrib[name]
                    node.set("href", f"#{prefix}{value[1:]}")
                elif not value.startswith("data:image/"):
                    del node.attrib[name]
            elif "url(#" in value:
                node.set(name, value.replace("url(#", f"url(#{prefix}"))
    for parent in root.iter():
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}script", f"{{{_SVG}}}foreignObject"):
                parent.remove(child)
    for node in root.iter():
        node.tag = node.tag.removeprefix(f"{{{_SVG}}}")
    text = ET.tostring(root, encoding="unicode")
    # The names of the namespaces are no addresses to fetch, and HTML knows them without being told.
    return sub(r' xmlns(:\w+)?="[^"]*"', "", text)
