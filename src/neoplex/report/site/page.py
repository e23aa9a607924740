"""What every page of the site is: an address, a title, a template with its values, and what the search finds it by."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from neoplex.ask import render
from neoplex.report.site.addresses import Addresses, Link
from neoplex.report.site.knowledge import clean
from neoplex.store.answers import Rows, Term

_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?\Z")


@dataclass(frozen=True)
class Page:
    """One page: ``path`` is relative to the top of the site, ``kind`` the word the search shows beside it.

    ``found_by`` are further words it is found by; an empty ``kind`` keeps a page out of the search.
    """

    path: str
    title: str
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""
    about: str = ""
    found_by: Sequence[str] = ()


@dataclass(frozen=True)
class Cell:
    """One cell of a table: pieces of text, some of which are links; ``kind`` is number, date or nothing."""

    pieces: tuple[Link, ...]
    kind: str = ""


@dataclass(frozen=True)
class Table:
    """A table with headings; ``cut`` counts rows that are not shown."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    cut: int = 0


@dataclass(frozen=True)
class Group:
    """A heading with links below it, for lists of pages."""

    title: str
    links: tuple[Link, ...]
    about: str = ""


def table_of(answer: Rows, addresses: Addresses, most: int) -> Table:
    """An answer of a query as a table whose things lead to their pages."""
    rows = []
    for row in answer.rows[:most]:
        rows.append(tuple(_cell(term, addresses) for term in row))
    return Table(tuple(render.heading(name) for name in answer.variables), tuple(rows), max(len(answer.rows) - most, 0))


def _cell(term: Term | None, addresses: Addresses) -> Cell:
    if isinstance(term, ox.NamedNode):
        return Cell((addresses.link(term.value),))
    text = clean(render.cell_text(term, render.Style("table")))
    numeric = isinstance(term, ox.Literal) and term.datatype.value.rpartition("#")[2] in (
        "integer",
        "decimal",
        "double",
    )
    return Cell((Link(text),), "number" if numeric else "date" if _DATE.match(text) else "")


def cells(*values: str | Link) -> tuple[Cell, ...]:
    """A row of plain words and links."""
    return tuple(Cell((value if isinstance(value, Link) else Link(clean(value)),)) for value in values)
