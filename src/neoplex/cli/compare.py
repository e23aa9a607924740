"""``neoplex compare``: cases side by side, as a table for a manuscript."""

from __future__ import annotations

from typing import Annotated

import typer

from neoplex.cli import terminal
from neoplex.cli.routes import complete_case


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("compare", short_help="Put cases side by side in a table for a manuscript.")(compare)


def complete_columns(incomplete: str) -> list[str]:
    """Names of columns that continue what was typed."""
    from neoplex.report.comparison import COLUMNS

    done, _, begun = incomplete.rpartition(",")
    return [f"{done},{name}" if done else name for name in COLUMNS if name.startswith(begun)]


def compare(
    case: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CASE]...", help="Ids of cases, or of a series.", autocompletion=complete_case),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every patient told singly.")] = False,
    source: Annotated[
        list[str] | None, typer.Option("--source", metavar="ID", help="Every patient of this paper.")
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option("--columns", metavar="NAMES", help="Columns, with commas.", autocompletion=complete_columns),
    ] = None,
    locators: Annotated[bool, typer.Option("--locators", help="Number each statement by where it stands.")] = False,
    format_: Annotated[
        str | None, typer.Option("--format", "-f", metavar="FORMAT", help="md, csv, latex or html (by the file name).")
    ] = None,
    output: terminal.OutputOption = None,
) -> None:
    """Put cases side by side: one row for each patient; what a source does not mention is NR.

    \b
    neoplex compare capek-2015 shi-2021 elhayel-2026
    neoplex compare --source sanuki-2022 --columns age,sex,treatment,scores
    neoplex compare --all --locators -o table.tex

    Columns: age, sex, primary, histology, site, deficits, imaging, treatment, response, follow-up (these by
    default), pain, scores, metastases, syndrome, comorbidities, analgesics, source.
    """
    from neoplex.ask.engines import LocalEngine
    from neoplex.base.errors import UsageError
    from neoplex.report.comparison import choose_cases, choose_columns
    from neoplex.report.comparison import compare as make
    from neoplex.report.comparisontext import FORMATS, write

    if sum((bool(case), all_, bool(source))) != 1:
        raise UsageError("name cases, or write --all, or --source ID")
    ending = output.suffix.lstrip(".").lower() if output is not None and str(output) != "-" else ""
    chosen = format_ or {"tex": "latex", "htm": "html", "markdown": "md"}.get(ending, ending) or "md"
    if chosen not in FORMATS:
        raise UsageError(f"unknown format {chosen!r}; use one of {', '.join(FORMATS)}")
    names = choose_columns(columns)
    engine = LocalEngine.open()
    table = make(engine, choose_cases(engine, case or (), all_, source or ()), names)
    terminal.emit(write(table, chosen, locators=locators), output)
    many = len(table.rows)
    terminal.talk(f"{many} patient{'' if many == 1 else 's'}; NR is not reported, which is not the same as absent")
