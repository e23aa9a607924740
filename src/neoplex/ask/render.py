"""Answers as text: tables for reading, CSV, TSV, JSON, XML and Markdown for passing on, Turtle and kin for graphs.

Comes in: an :class:`~neoplex.store.answers.Answer` and labels. Goes out: one string. Standard formats carry IRIs and literals
as they are; ``table`` and ``md`` show labels. Never prints.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from neoplex.ask import layout
from neoplex.base.errors import UsageError
from neoplex.base.names import PREFIXES, compact
from neoplex.store.answers import Answer, Rows, Term, Triples, Truth, dump_json, to_json

ROW_FORMATS = ("table", "csv", "tsv", "json", "xml", "md")
GRAPH_FORMATS = ("turtle", "nt", "jsonld")
FORMATS = (*ROW_FORMATS, *GRAPH_FORMATS)

_XSD = PREFIXES["xsd"]
_NUMERIC = frozenset(
    _XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")
)
_STANDARD = {"csv": ox.QueryResultsFormat.CSV, "tsv": ox.QueryResultsFormat.TSV, "xml": ox.QueryResultsFormat.XML}
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FORMULA = re.compile(r"[=+\-@\t\r]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?\Z")


@dataclass(frozen=True)
class Style:
    """How an answer is written.

    ``width`` is that of the screen in cells; ``ids`` adds the CURIE behind each label; ``spreadsheet`` makes CSV safe to open
    in a spreadsheet program: labels instead of IRIs, a byte order mark, and a leading ``'`` before cells it would run as formula.
    """

    format: str = "table"
    width: int = 80
    ids: bool = False
    spreadsheet: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)


def check_format(name: str, known: Iterable[str] = FORMATS) -> str:
    """The format itself; raises UsageError for an unknown one."""
    if name not in (known := tuple(known)):
        raise UsageError(f"unknown format {name!r}; use one of {', '.join(known)}")
    return name


def needs_labels(style: Style) -> bool:
    """Whether this style shows labels, so that they are worth looking up."""
    return style.format in ("table", "md") or style.spreadsheet


def iris_in(answer: Answer) -> set[str]:
    """Every IRI in an answer's rows."""
    if not isinstance(answer, Rows):
        return set()
    return {term.value for row in answer.rows for term in row if isinstance(term, ox.NamedNode)}


def render(answer: Answer, style: Style) -> str:
    """An answer as text that ends in a line break; raises UsageError when the format cannot hold this kind of answer."""
    if isinstance(answer, Triples):
        return render_triples(answer, style.format)
    if style.format in GRAPH_FORMATS:
        raise UsageError(f"{style.format} holds graphs; this answer is {_kind(answer)}: use {', '.join(ROW_FORMATS)}")
    if isinstance(answer, Truth):
        return _render_truth(answer, style)
    if style.format == "json":
        return json.dumps(to_json(answer), ensure_ascii=False, indent=2) + "\n"
    if style.format == "csv" and style.spreadsheet:
        return _render_spreadsheet(answer, style)
    if style.format in _STANDARD:
        return _render_standard(answer, style.format)
    if style.format == "md":
        return _render_markdown(answer, style)
    if not answer.rows:
        return ""
    cells = [[cell_text(term, style) for term in row] for row in answer.rows]
    numbers = {c for c in range(len(answer.variables)) if _all_numbers(row[c] for row in answer.rows)}
    headers = [heading(name) for name in answer.variables]
    return "\n".join(layout.table(headers, cells, style.width, numbers)) + "\n"


def render_triples(answer: Triples, format_name: str) -> str:
    """A graph in Turtle, N-Triples or JSON-LD, in one order."""
    formats = {"turtle": ox.RdfFormat.TURTLE, "table": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES}
    if format_name == "jsonld":
        return _render_jsonld(answer)
    if format_name not in formats:
        raise UsageError(f"{format_name} holds rows; this answer is a graph: use {', '.join(GRAPH_FORMATS)}")
    used = {} if format_name == "nt" else _used_prefixes(answer)
    data = ox.serialize(answer.triples, format=formats[format_name], prefixes=used)
    assert data is not None
    return data.decode("utf-8")


def cell_text(term: Term | None, style: Style) -> str:
    """One term as a reader sees it: the label of an IRI, the words of a literal, nothing for an unbound variable."""
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        label = style.labels.get(term.value)
        short = compact(term.value)
        if label is None:
            return short
        return f"{label} ({short})" if style.ids else label
    if isinstance(term, ox.Literal):
        if term.datatype.value == _XSD + "boolean":
            return {"true": "yes", "1": "yes", "false": "no", "0": "no"}.get(term.value, term.value)
        return term.value
    return str(term)


def heading(variable: str) -> str:
    """A variable name as a column heading.

    >>> heading("totalDose"), heading("out_of")
    ('total dose', 'out of')
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", variable).replace("_", " ")
    return spaced if spaced.isupper() else spaced.lower()


def count_words(answer: Answer) -> str:
    """How many rows or triples an answer has, and whether it was cut."""
    if isinstance(answer, Truth):
        return "yes" if answer.value else "no"
    size, one = (len(answer.rows), "row") if isinstance(answer, Rows) else (len(answer.triples), "triple")
    number = f"{size} {one}{'' if size == 1 else 's'}"
    return f"cut off after {number}; there are more" if answer.cut else number


def _render_truth(answer: Truth, style: Style) -> str:
    if style.format == "json":
        return json.dumps(to_json(answer), indent=2) + "\n"
    if style.format == "xml":
        return _render_standard(answer, "xml")
    if style.format in ("csv", "tsv"):
        return "true\n" if answer.value else "false\n"
    return "yes\n" if answer.value else "no\n"


def _render_standard(answer: Rows | Truth, format_name: str) -> str:
    parsed = ox.parse_query_results(dump_json(answer), ox.QueryResultsFormat.JSON)
    data = parsed.serialize(format=_STANDARD[format_name])
    assert data is not None
    text = data.decode("utf-8")
    if format_name == "xml":
        text = _NOT_XML.sub("\ufffd", text)
    return text if text.endswith("\n") else text + "\n"


def _render_spreadsheet(answer: Rows, style: Style) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([heading(name) for name in answer.variables])
    for row in answer.rows:
        writer.writerow([_defused(cell_text(term, style)) for term in row])
    return "\ufeff" + out.getvalue()


def _defused(text: str) -> str:
    return "'" + text if _FORMULA.match(text) and not _PLAIN_NUMBER.match(text) else text


def _render_markdown(answer: Rows, style: Style) -> str:
    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(cells) + " |"

    def escaped(text: str) -> str:
        plain = layout.visible(text).replace("\\", "\\\\").replace("|", "\\|")
        return plain.replace("&", "&amp;").replace("<", "&lt;")

    numbers = [_all_numbers(row[c] for row in answer.rows) for c in range(len(answer.variables))]
    lines = [line(escaped(heading(name)) for name in answer.variables)]
    lines.append(line("---:" if number else "---" for number in numbers))
    lines += [line(escaped(cell_text(term, style)) for term in row) for row in answer.rows]
    return "\n".join(lines) + "\n"


def _render_jsonld(answer: Triples) -> str:
    data = ox.serialize(answer.triples, format=ox.RdfFormat.JSON_LD, prefixes=_used_prefixes(answer))
    assert data is not None
    return json.dumps(json.loads(data), ensure_ascii=False, indent=2) + "\n"


def _used_prefixes(answer: Triples) -> dict[str, str]:
    text = {part for t in answer.triples for part in (str(t.subject), str(t.predicate), str(t.object))}
    return {name: iri for name, iri in PREFIXES.items() if any(f"<{iri}" in part for part in text)}


def _all_numbers(terms: Iterable[Term | None]) -> bool:
    known = [term for term in terms if term is not None]
    return bool(known) and all(isinstance(t, ox.Literal) and t.datatype.value in _NUMERIC for t in known)


def _kind(answer: Answer) -> str:
    return "a yes or no" if isinstance(answer, Truth) else "rows"
