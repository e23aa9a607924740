"""Figures, reports and exports as objects that can be looked at, and saved when wanted.

Comes in: finished bytes or text. Goes out: the same, with a way to save them whole or not at all. Writes only when asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from neoplex.exchange.formats import Part
from neoplex.exchange.losses import Loss
from neoplex.exchange.output import write_one
from neoplex.report.content import Report

_TYPES = {"html": "text/html", "svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}


@dataclass(frozen=True, repr=False)
class Figure:
    """A figure as bytes of ``format`` (svg, png, pdf; a view of the graph also html); shows itself in a notebook."""

    data: bytes
    format: str
    title: str
    description: str
    notes: tuple[str, ...] = ()

    def save(self, path: Path | str) -> Path:
        """Write the figure; raises EnvironmentProblem when it cannot be written."""
        return _save(path, self.data)

    def __repr__(self) -> str:
        return f"Figure ({self.format}): {self.title}"

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        shown: object = self.data.decode("utf-8") if self.format in ("svg", "html") else self.data
        return {_TYPES[self.format]: shown, "text/plain": repr(self)}


@dataclass(frozen=True, repr=False)
class Paper:
    """A report of a case: its content, and as HTML, Markdown or PDF."""

    report: Report

    def html(self) -> str:
        """One self-contained page."""
        from neoplex.report.casehtml import write_html

        return write_html(self.report)

    def markdown(self) -> str:
        """The same in plain text."""
        from neoplex.report.casemarkdown import write_markdown

        return write_markdown(self.report)

    def pdf(self) -> bytes:
        """For printing; raises EnvironmentProblem when the extra for it is not installed."""
        from neoplex.report.casepdf import write_pdf

        return write_pdf(self.html())

    def save(self, path: Path | str) -> Path:
        """Write it by the ending of the name: .html, .md or .pdf."""
        ending = Path(path).suffix.lower()
        return _save(path, self.pdf() if ending == ".pdf" else self.markdown() if ending == ".md" else self.html())

    def __repr__(self) -> str:
        return f"Paper: {self.report.title}"

    def _repr_html_(self) -> str:
        return f'<iframe srcdoc="{escape(self.html())}" width="100%" height="800"></iframe>'


@dataclass(frozen=True, repr=False)
class Exported:
    """An export: files by name with their bytes, and what the format could not carry."""

    format: str
    files: dict[str, bytes] = field(repr=False)
    losses: tuple[Loss, ...] = ()

    @property
    def data(self) -> bytes:
        """The only file; raises ValueError when there are several."""
        if len(self.files) != 1:
            raise ValueError(f"{self.format} is {len(self.files)} files: {', '.join(self.files)}")
        return next(iter(self.files.values()))

    def __repr__(self) -> str:
        return f"Exported as {self.format}: {len(self.files)} files, {len(self.losses)} kinds of loss"


def _save(path: Path | str, data: bytes | str) -> Path:
    target = Path(path)
    write_one(Part("", [data.encode("utf-8") if isinstance(data, str) else data]), target)
    return target
