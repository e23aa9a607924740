"""Rows of a question as an Excel workbook or a LaTeX table.

Comes in: an answer of rows and labels. Goes out: bytes (XLSX) or text (LaTeX). The workbook has no date in it, so the same
rows give the same bytes; numbers are numbers, everything else is text that no program runs. XLSX needs openpyxl.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime

import pyoxigraph as ox

from neoplex.ask.render import Style, cell_text, heading
from neoplex.base.errors import EnvironmentProblem, UsageError
from neoplex.base.names import PREFIXES
from neoplex.exchange.cells import latex
from neoplex.store.answers import Answer, Rows, Term

FORMATS = ("xlsx", "latex")
_NUMBERS = frozenset(PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "float"))
_NOT_XLSX = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_EPOCH = datetime(1980, 1, 1)
_LONGEST_CELL = 32_767
_WIDEST = 60
_LONG = 24
"""Text above this many characters gets a LaTeX column that breaks lines."""


def write_xlsx(answer: Answer, style: Style, title: str) -> bytes:
    """A workbook of one sheet with a frozen heading and a filter; raises EnvironmentProblem without openpyxl."""
    rows = _rows_of(answer, "xlsx")
    try:
        from openpyxl import Workbook
        from openpyxl.styles import Alignment, Font
        from openpyxl.utils import get_column_letter
    except ImportError as error:
        raise EnvironmentProblem("XLSX needs openpyxl: pip install 'neoplex[excel]'") from error
    book = Workbook()
    book.properties.creator = "neoplex"
    book.properties.created = book.properties.modified = _EPOCH
    sheet = book.active
    sheet.title = re.sub(r"[\[\]:*?/\\]", " ", title)[:31] or "rows"
    for number, name in enumerate(rows.variables, start=1):
        cell = sheet.cell(1, number, heading(name))
        cell.font = Font(bold=True)
    widths = [len(heading(name)) for name in rows.variables]
    for line, row in enumerate(rows.rows, start=2):
        for number, term in enumerate(row, start=1):
            value = _value(term, style)
            if value is None:
                continue
            cell = sheet.cell(line, number)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # never a formula, whatever it starts with
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            widths[number - 1] = max(widths[number - 1], max(map(len, str(value).split("\n"))))
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = min(width, _WIDEST) + 2
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    buffer = io.BytesIO()
    book.save(buffer)
    return _settled(buffer.getvalue())


def write_latex(answer: Answer, style: Style) -> str:
    """A ``longtable`` with ``booktabs`` rules, to be put into a document with ``\\input``."""
    rows = _rows_of(answer, "latex")
    numbers = [_is_numeric(row[column] for row in rows.rows) for column in range(len(rows.variables))]
    texts = [[latex(cell_text(term, style)) for term in row] for row in rows.rows]
    long = [any(len(cells[column]) > _LONG for cells in texts) for column in range(len(numbers))]
    share = f">{{\\raggedright\\arraybackslash}}p{{{0.7 / max(1, sum(long)):.2f}\\linewidth}}"
    columns = "".join("r" if number else share if wide else "l" for number, wide in zip(numbers, long, strict=True))
    head = " & ".join(latex(heading(name)) for name in rows.variables)
    lines = ["% needs \\usepackage{array,longtable,booktabs} and \\usepackage[T1]{fontenc}"]
    lines += [f"\\begin{{longtable}}{{{columns}}}", "\\toprule", f"{head} \\\\", "\\midrule", "\\endhead"]
    lines += [" & ".join(cells) + " \\\\" for cells in texts]
    return "\n".join([*lines, "\\bottomrule", "\\end{longtable}"]) + "\n"


def _rows_of(answer: Answer, name: str) -> Rows:
    if not isinstance(answer, Rows):
        raise UsageError(f"{name} holds rows; this answer has none")
    return answer


def _value(term: Term | None, style: Style) -> str | int | float | None:
    if term is None:
        return None
    if isinstance(term, ox.Literal) and term.datatype.value in _NUMBERS:
        try:
            number = float(term.value)
        except ValueError:
            return term.value
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    return _NOT_XLSX.sub("\ufffd", cell_text(term, style))[:_LONGEST_CELL]


def _is_numeric(terms: Iterable[Term | None]) -> bool:
    known = [term for term in terms if term is not None]
    return bool(known) and all(isinstance(t, ox.Literal) and t.datatype.value in _NUMBERS for t in known)


def _settled(data: bytes) -> bytes:
    """The same package with every entry dated alike and the time of saving taken out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as fresh:
        for name in sorted(package.namelist()):
            content = package.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", content)
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            fresh.writestr(entry, content)
    return out.getvalue()
