"""Text made safe for the file it goes into: CSV cells and LaTeX.

Comes in: any text. Goes out: the same text as the format has to write it. Never decides what is written.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?\Z")
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "×": r"$\times$",
    "±": r"$\pm$",
    "→": r"$\to$",
    "µ": r"$\mu$",
    "α": r"$\alpha$",
    "β": r"$\beta$",
}


def defused(text: str) -> str:
    """A cell that no spreadsheet runs: an apostrophe before ``= + - @``, tab and carriage return, unless it is a number.

    >>> defused("=1+1"), defused("-0.5"), defused("left psoas")
    ("'=1+1", '-0.5', 'left psoas')
    """
    return "'" + text if _FORMULA.match(text) and not _NUMBER.match(text) else text


def latex(text: str) -> str:
    """Text as LaTeX prints it, with line breaks as blanks.

    >>> latex("50% of A_1")
    '50\\\\% of A\\\\_1'
    """
    return "".join(_LATEX.get(char, char) for char in " ".join(text.split()))
