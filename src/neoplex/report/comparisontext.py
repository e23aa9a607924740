"""A comparison as Markdown, CSV, LaTeX or HTML, each escaped for its own reader.

Comes in: a comparison. Goes out: text. With locators, each statement carries a number, and below the table stands what it means.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable
from html import escape as escape_html

from neoplex.report.casemarkdown import escape as escape_markdown
from neoplex.report.comparison import NOT_REPORTED, Cell, Comparison

FORMATS = ("md", "csv", "latex", "html")
LEGEND = (
    f"{NOT_REPORTED}: not reported, which is not the same as absent. Square brackets: concluded, or less than certain."
)
_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}", "→": r"$\rightarrow$",
    "≥": r"$\geq$", "≤": r"$\leq$", "α": r"$\alpha$", "β": r"$\beta$",
}  # fmt: skip


def write(table: Comparison, format: str, *, locators: bool = False) -> str:
    """The table in one of ``FORMATS``."""
    writers: dict[str, Callable[[Comparison, bool], str]] = {
        "md": write_markdown, "csv": write_csv, "latex": write_latex, "html": write_html,
    }  # fmt: skip
    return writers[format](table, locators)


def write_markdown(table: Comparison, locators: bool = False) -> str:
    """A table in Markdown, with numbered locators below it when asked for."""
    numbers = _numbers(table) if locators else {}
    lines = ["| " + " | ".join(escape_markdown(head) for head in ("Patient", *table.heads)) + " |"]
    lines.append("|" + " --- |" * (len(table.heads) + 1))
    for name, cells in table.rows:
        words = [escape_markdown(name)]
        words += [_cell(cell, table, numbers, escape_markdown, lambda marks: f"<sup>{marks}</sup>") for cell in cells]
        lines.append("| " + " | ".join(words) + " |")
    lines += ["", escape_markdown(LEGEND), ""]
    lines += [f"{number}. {escape_markdown(note)}" for note, number in numbers.items()]
    lines += [*([""] if numbers else []), *(f"- {escape_markdown(reference)}" for reference in table.references)]
    return "\n".join(lines).rstrip() + "\n"


def write_csv(table: Comparison, locators: bool = False) -> str:
    """CSV with CRLF as RFC 4180 asks; with locators, each column has one more beside it. No cell can start a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    heads = [piece for head in table.heads for piece in ([head, f"{head}: where"] if locators else [head])]
    writer.writerow(["Patient", *heads])
    for name, cells in table.rows:
        row = [_defused(_clean(name))]
        for cell in cells:
            row.append(_defused(_clean(cell.words)))
            if locators:
                notes = dict.fromkeys(table.locators[p] for s in cell.statements for p in s.passages)
                row.append(_defused(_clean("; ".join(notes))))
        writer.writerow(row)
    return out.getvalue()


def write_latex(table: Comparison, locators: bool = False) -> str:
    """A table for ``longtable`` and ``booktabs`` on a landscape page, with the lines a preamble needs as comments."""
    numbers = _numbers(table) if locators else {}
    many = len(table.heads) + 1
    width = f"{0.94 / many:.3f}"
    columns = " ".join([rf">{{\raggedright\arraybackslash}}p{{{width}\linewidth}}"] * many)
    heads = " & ".join(rf"\textbf{{{escape_latex(head)}}}" for head in ("Patient", *table.heads))
    lines = [
        r"% Preamble: \usepackage{array,booktabs,longtable,pdflscape}  (compile with LuaLaTeX or XeLaTeX)",
        r"\begin{landscape}",
        r"\scriptsize",
        r"\setlength{\tabcolsep}{3pt}",
        rf"\begin{{longtable}}{{{columns}}}",
        r"\caption{Published cases compared}\\",
        r"\toprule",
        rf"{heads} \\",
        r"\midrule",
        r"\endfirsthead",
        r"\toprule",
        rf"{heads} \\",
        r"\midrule",
        r"\endhead",
        r"\bottomrule",
        r"\endlastfoot",
    ]
    for name, cells in table.rows:
        words = [escape_latex(name)]
        words += [
            _cell(cell, table, numbers, escape_latex, lambda marks: rf"\textsuperscript{{{marks}}}") for cell in cells
        ]
        lines.append(" & ".join(words) + r" \\")
    lines += [r"\end{longtable}", "", rf"\noindent {escape_latex(LEGEND)}", ""]
    if numbers:
        lines.append(
            r"\noindent " + "; ".join(rf"\textsuperscript{{{n}}}~{escape_latex(note)}" for note, n in numbers.items())
        )
        lines.append("")
    lines += [rf"\noindent {escape_latex(reference)}" + "\n" for reference in table.references]
    return "\n".join(lines).rstrip() + "\n" + r"\end{landscape}" + "\n"


def write_html(table: Comparison, locators: bool = False) -> str:
    """A page of one table that needs nothing else."""
    numbers = _numbers(table) if locators else {}

    def mark(marks: str) -> str:
        links = [f'<a href="#n{number}">{number}</a>' for number in marks.split(",")]
        return f"<sup>{','.join(links)}</sup>"

    heads = "".join(f'<th scope="col">{_html(head)}</th>' for head in ("Patient", *table.heads))
    rows = []
    for name, cells in table.rows:
        inner = "".join(f"<td>{_cell(cell, table, numbers, _html, mark)}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row">{_html(name)}</th>{inner}</tr>')
    notes = "".join(f'<li id="n{number}">{_html(note)}</li>\n' for note, number in numbers.items())
    references = "".join(f"<li>{_html(reference)}</li>\n" for reference in table.references)
    body = "\n".join(rows)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>Published cases compared</title>\n'
        f"<style>\n{_STYLE}</style>\n</head>\n<body>\n<h1>Published cases compared</h1>\n"
        '<div class="scroll" tabindex="0" role="region" aria-label="Published cases compared">\n'
        f"<table>\n<thead>\n<tr>{heads}</tr>\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>\n<p>{_html(LEGEND)}</p>\n"
        + (f"<h2>Locators</h2>\n<ol>\n{notes}</ol>\n" if notes else "")
        + f"<h2>Sources</h2>\n<ul>\n{references}</ul>\n</body>\n</html>\n"
    )


_STYLE = """:root { --ink: #1b1f24; --line: #c9ced4; --paper: #ffffff; --wash: #f5f7f9; --link: #1f5a93; }
body { margin: 1.5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.45 "Source Sans 3", "Segoe UI", Arial, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; } a { color: var(--link); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; min-width: 120rem; }
sup { line-height: 0; }
td { min-width: 6rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid var(--ink); }
tbody th { font-weight: 600; min-width: 7rem; background: var(--paper); position: sticky; left: 0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7eaee; --line: #3a424b; --paper: #14181c; --wash: #1d2329; --link: #8cc0f0; }
}
@page { size: A4 landscape; margin: 12mm; }
@media print { body { font-size: 7pt; margin: 0; } table { min-width: 0; } thead { display: table-header-group; }
  tr { break-inside: avoid; } .scroll { overflow: visible; } tbody th { position: static; min-width: 0; } }
"""


def _cell(
    cell: Cell,
    table: Comparison,
    numbers: dict[str, int],
    escape: Callable[[str], str],
    mark: Callable[[str], str],
) -> str:
    """The words of a cell with the numbers of its locators."""
    if not cell.statements:
        return escape(NOT_REPORTED)
    words = []
    for statement in cell.statements:
        own = sorted({numbers[table.locators[p]] for p in statement.passages if table.locators[p] in numbers})
        words.append(escape(statement.words) + (mark(",".join(map(str, own))) if own else ""))
    return "; ".join(words)


def _numbers(table: Comparison) -> dict[str, int]:
    return {note: number for number, note in enumerate(table.notes, 1)}


def escape_latex(text: str) -> str:
    """Words as LaTeX that prints them unchanged.

    >>> escape_latex("50% & a_b")
    '50\\\\% \\\\& a\\\\_b'
    """
    return "".join(_LATEX.get(char, char) for char in _clean(text))


def _html(text: str) -> str:
    return escape_html(_clean(text))


def _clean(text: str) -> str:
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(kept.split())


def _defused(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
