"""Rows of an answer as Python values, for a loop, a data frame or a notebook.

Comes in: rows of terms with the labels of their IRIs. Goes out: text, numbers, truth values and ``None``; pandas only on request.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape
from typing import Any

import pyoxigraph as ox

from neoplex.ask import render
from neoplex.ask.vocabulary import shown
from neoplex.base.errors import EnvironmentProblem
from neoplex.base.names import PREFIXES, compact
from neoplex.store.answers import Rows, Term

Value = str | int | bool | Decimal | None
_XSD = PREFIXES["xsd"]
_MOST_SHOWN = 200


@dataclass(frozen=True, repr=False)
class Table:
    """Columns and rows; iterating gives one dictionary for each row.

    Things are given by their label, or with ``ids=True`` by their short id (``atlas:left-psoas-major``); numbers as ``int`` and
    ``Decimal``; what is unbound as ``None``. ``remarks`` are what the command line would say beside the answer.
    """

    answer: Rows
    labels: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, as the saved questions document them."""
        return tuple(name.rstrip("_") for name in self.answer.variables)

    def rows(self, *, ids: bool = False) -> list[tuple[Value, ...]]:
        """All rows as Python values."""
        return [tuple(to_python(term, {} if ids else self.labels) for term in row) for row in self.answer.rows]

    def records(self, *, ids: bool = False) -> list[dict[str, Value]]:
        """All rows as dictionaries."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows(ids=ids)]

    def column(self, name: str, *, ids: bool = False) -> list[Value]:
        """One column; raises KeyError for an unknown name."""
        if name not in self.columns:
            raise KeyError(f"no column is called {name!r}; there are {', '.join(self.columns)}")
        number = self.columns.index(name)
        return [row[number] for row in self.rows(ids=ids)]

    def frame(self, *, ids: bool = False) -> Any:
        """A pandas DataFrame; raises EnvironmentProblem when pandas is not installed. Decimals become floats."""
        try:
            import pandas as pd
        except ImportError as error:
            raise EnvironmentProblem("a data frame needs pandas: pip install pandas") from error
        rows = [tuple(float(v) if isinstance(v, Decimal) else v for v in row) for row in self.rows(ids=ids)]
        return pd.DataFrame.from_records(rows, columns=list(self.columns))

    def text(self, format: str = "table", width: int = 80) -> str:
        """The rows as the command line writes them: table, csv, tsv, json, xml or md; raises UsageError for others."""
        render.check_format(format, render.ROW_FORMATS)
        return render.render(self.answer, render.Style(format, width, labels=self.labels))

    def __iter__(self) -> Iterator[dict[str, Value]]:
        return iter(self.records())

    def __len__(self) -> int:
        return len(self.answer.rows)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return self.text().rstrip()

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(render.heading(name))}</th>" for name in self.answer.variables)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape('' if value is None else str(value))}</td>" for value in row) + "</tr>"
            for row in self.rows()[:_MOST_SHOWN]
        )
        more = len(self) - _MOST_SHOWN
        note = f"<p>and {more} more rows</p>" if more > 0 else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"


def to_python(term: Term | None, labels: dict[str, str]) -> Value:
    """A term as a Python value.

    >>> to_python(ox.Literal("39", datatype=ox.NamedNode(_XSD + "integer")), {})
    39
    """
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return shown(term.value, labels) if labels else compact(term.value)
    if not isinstance(term, ox.Literal):
        return str(term)
    kind = term.datatype.value.removeprefix(_XSD)
    if kind in ("integer", "nonNegativeInteger", "positiveInteger", "int", "long"):
        return int(term.value)
    if kind in ("decimal", "double", "float"):
        return Decimal(term.value)
    if kind == "boolean":
        return term.value in ("true", "1")
    return term.value
