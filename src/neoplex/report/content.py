"""What a report is made of: sections of text, points, tables, figures and folded parts, the same for every format.

Comes in: words and passages. Goes out: frozen values that the writers of HTML and Markdown walk. Holds no markup, so that hostile
words stay words; a writer escapes what it writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """A paragraph; ``tone`` is plain, note or warning."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True)
class Item:
    """One point of a list: words, the passages (IRIs) it stands in, a mark for its state, and points below it."""

    text: str
    passages: tuple[str, ...] = ()
    state: str = ""
    below: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Listing:
    """Points under a heading of their own, or under none."""

    items: tuple[Item, ...]
    title: str = ""


@dataclass(frozen=True)
class Pairs:
    """Names and what they are."""

    pairs: tuple[tuple[str, Item], ...]


@dataclass(frozen=True)
class Grid:
    """A table; ``caption`` says what a row is."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True)
class Plate:
    """A figure as SVG, with its title and the same in words."""

    svg: bytes
    title: str
    words: str


@dataclass(frozen=True)
class Fold:
    """A part that is closed until a reader opens it; always open in print and in text."""

    title: str
    blocks: tuple[Block, ...]


Block = Words | Listing | Pairs | Grid | Plate | Fold


@dataclass(frozen=True)
class Section:
    """A part of the report with an anchor."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """A whole report. ``passages`` maps a passage to publication and locator, ``publications`` a publication to its reference."""

    case: str
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    passages: dict[str, tuple[str, str]]
    publications: dict[str, str]
    caveat: str
    kind: str = "Case"

    def blocks(self) -> Iterator[Block]:
        """Every block, also folded ones."""
        for section in self.sections:
            yield from _walk(section.blocks)


def _walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Fold):
            yield from _walk(block.blocks)


def items_of(block: Block) -> Iterator[Item]:
    """Every point of a block, also those below others."""
    if isinstance(block, Listing):
        roots = block.items
    elif isinstance(block, Pairs):
        roots = tuple(item for _, item in block.pairs)
    else:
        roots = ()
    todo = list(roots)
    while todo:
        item = todo.pop(0)
        yield item
        todo = [*item.below, *todo]
