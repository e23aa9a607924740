"""A report as Markdown: everything in words, figures by what they show.

Comes in: a report. Goes out: Markdown text (CommonMark with tables). Words that would be markup are escaped, so that they read as
they were written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from neoplex.report.casehtml import STATES, short_locator
from neoplex.report.content import Block, Fold, Grid, Item, Listing, Pairs, Plate, Report, Words

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")
_START = re.compile(r"^(\d+)([.)])(\s)|^([-+=])")


def write_markdown(report: Report) -> str:
    """The whole report."""
    lines = [f"# {escape(report.title)}", "", escape(report.subtitle), "", f"> {escape(report.caveat)}", ""]
    for section in report.sections:
        lines += [f"## {escape(section.title)}", ""]
        for block in section.blocks:
            lines += _block(block, report, 3)
    lines += ["## Sources and locators", ""]
    for publication, reference in report.publications.items():
        lines += [f"### {escape(reference)}", ""]
        places = sorted({label for of, label in report.passages.values() if of == publication})
        lines += [f"- {escape(label)}" for label in places] + [""]
    return "\n".join(lines).rstrip() + "\n"


def escape(text: str) -> str:
    """Words as Markdown that shows them unchanged, on one line; control and direction marks are dropped.

    >>> escape("a *b* <c>")
    'a \\\\*b\\\\* \\\\<c\\\\>'
    """
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    escaped = _MARKUP.sub(r"\\\1", " ".join(kept.split()))
    return _START.sub(lambda m: f"{m[1]}\\{m[2]}{m[3]}" if m[1] else f"\\{m[4]}", escaped)


def _block(block: Block, report: Report, level: int) -> list[str]:
    if isinstance(block, Words):
        return [escape(block.text), ""]
    if isinstance(block, Listing):
        head = [f"{'#' * level} {escape(block.title)}", ""] if block.title else []
        return [*head, *_points(block.items, report, 0), ""]
    if isinstance(block, Pairs):
        return [*(f"- **{escape(name)}:** {escape(item.text)}{_cite(item, report)}" for name, item in block.pairs), ""]
    if isinstance(block, Grid):
        return [*([escape(block.caption), ""] if block.caption else []), *table(block.head, block.rows), ""]
    if isinstance(block, Plate):
        return [f"**Figure: {escape(block.title)}.** {escape(block.words)}", ""]
    assert isinstance(block, Fold)
    inner = [line for one in block.blocks for line in _block(one, report, min(level + 1, 6))]
    return [f"{'#' * level} {escape(block.title)}", "", *inner]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table in Markdown."""
    lines = ["| " + " | ".join(escape(cell) for cell in head) + " |", "|" + " --- |" * len(head)]
    return lines + ["| " + " | ".join(escape(cell) for cell in row) + " |" for row in rows]


def _points(items: Iterable[Item], report: Report, depth: int) -> list[str]:
    lines = []
    for item in items:
        state = f"({STATES.get(item.state, item.state)}) " if item.state and item.state != "none" else ""
        lines.append(f"{'  ' * depth}- {state}{escape(item.text)}{_cite(item, report)}")
        lines += _points(item.below, report, depth + 1)
    return lines


def _cite(item: Item, report: Report) -> str:
    places = [short_locator(report.passages[iri][1]) for iri in item.passages if iri in report.passages]
    return f" \\[{escape('; '.join(places))}\\]" if places else ""
