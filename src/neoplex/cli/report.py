"""``neoplex report``: everything about one case on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from neoplex.cli import terminal
from neoplex.cli.routes import complete_case

FORMATS = ("html", "md", "pdf")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("report", short_help="Write everything about a case on one page.")(report)


def report(
    case: Annotated[
        str,
        typer.Argument(
            metavar="CASE|FILE", help="The id of a case or series, or a publication file.", autocompletion=complete_case
        ),
    ],
    within: Annotated[
        str | None, typer.Option("--case", metavar="ID", help="Which case of FILE, when it holds several.")
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", "-f", metavar="FORMAT", help="html, md or pdf (by the file name).")
    ] = None,
    output: terminal.OutputOption = None,
) -> None:
    """Write a case as one page: facts in four states, figures, criteria, lesions, routes, dose, similar cases, gaps, sources.

    \b
    neoplex report capek-2015 -o capek.html
    neoplex report my-case.yaml -o my-case.pdf
    neoplex report sanuki-2022-8 --format md

    Every fact carries its place in the source. The page needs no network; a file is read, not stored.
    """
    from neoplex.base.errors import UsageError
    from neoplex.report.casereport import CAVEAT, build_report
    from neoplex.report.prepared import prepare

    to_file = output is not None and str(output) != "-"
    chosen = _format(format_, output if to_file else None)
    if chosen == "pdf" and not to_file:
        raise UsageError("a pdf needs a file: add -o FILE.pdf")
    terminal.report_progress("gathering what is told and what follows")
    made = build_report(prepare(case, within))
    if chosen == "md":
        from neoplex.report.casemarkdown import write_markdown

        terminal.emit(write_markdown(made), output)
    else:
        from neoplex.report.casehtml import write_html

        page = write_html(made)
        if chosen == "html":
            terminal.emit(page, output)
        else:
            from neoplex.report.casepdf import write_pdf

            assert output is not None
            terminal.write_file(output, write_pdf(page))
            terminal.talk(f"wrote {output}")
    terminal.talk(CAVEAT[0].lower() + CAVEAT[1:])


def _format(chosen: str | None, output: Path | None) -> str:
    from neoplex.base.errors import UsageError

    found = (chosen or (output.suffix.lstrip(".") if output else "html")).lower()
    found = {"htm": "html", "markdown": "md"}.get(found, found)
    if found not in FORMATS:
        raise UsageError(f"{found or 'nothing'!r} is no report format; use {', '.join(FORMATS)}")
    return found
