"""Reads a page as a browser's parser would: ids, links, headings, tags with their attributes, and text."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

VOID = {
    "meta",
    "link",
    "input",
    "br",
    "img",
    "hr",
    "path",
    "rect",
    "line",
    "circle",
    "ellipse",
    "polygon",
    "polyline",
    "use",
}


@dataclass
class Seen:
    """What a page holds; ``unclosed`` are tags that did not match."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    unclosed: list[str] = field(default_factory=list)
    text: str = ""
    hidden: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen = Seen()
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if len(values) != len(attrs):
            self.seen.unclosed.append(f"{tag} with an attribute twice")
        self.seen.tags.append((tag, values))
        if values.get("id"):
            self.seen.ids.append(str(values["id"]))
        if tag == "a" and values.get("href") is not None:
            self.seen.links.append(str(values["href"]))
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.seen.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.seen.unclosed.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@lru_cache(maxsize=8192)
def read(path: Path) -> Seen:
    """A page of the site, read once."""
    reader = _Reader()
    reader.feed(path.read_text("utf-8"))
    reader.close()
    reader.seen.unclosed += reader.open
    reader.seen.text = " ".join("".join(reader.words).split())
    return reader.seen
