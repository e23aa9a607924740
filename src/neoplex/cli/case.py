"""``neoplex case``: list, show, start, check, add and remove published cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from neoplex.cli import terminal
from neoplex.cli.terms import PAGE_FORMATS

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)


def register(app: typer.Typer) -> None:
    """Add the verb with its parts."""
    app.add_typer(group, name="case", help="List, show, start, check, add and remove published cases.")


@group.command("list", short_help="List cases and cohorts.")
def list_(
    format_: terminal.FormatOption = "table",
    output: terminal.OutputOption = None,
) -> None:
    """List the cases and cohorts of the graph.

    \b
    neoplex case list
    """
    import pyoxigraph as ox

    from neoplex.ask import render
    from neoplex.ask.casebook import list_cases
    from neoplex.ask.engines import LocalEngine
    from neoplex.store.answers import Rows

    render.check_format(format_, render.ROW_FORMATS)
    integer = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    rows = Rows(
        ("id", "kind", "facts", "label"),
        tuple(
            (
                ox.Literal(entry.id),
                ox.Literal(f"cohort ({entry.members} told singly)" if entry.is_cohort else "case"),
                ox.Literal(str(entry.facts), datatype=integer),
                ox.Literal(entry.label),
            )
            for entry in list_cases(LocalEngine.open())
        ),
    )
    terminal.emit(render.render(rows, render.Style(format_, terminal.screen_width())), output)
    terminal.talk(render.count_words(rows))


@group.command(short_help="Show a case as a page.")
def show(
    case: Annotated[str, typer.Argument(metavar="ID", help="The id of a case or cohort.")],
    full: Annotated[bool, typer.Option("--full", help="Also the sentence a curator wrote for each fact.")] = False,
    format_: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="text, turtle, nt or jsonld.")
    ] = "text",
    output: terminal.OutputOption = None,
) -> None:
    """Show a case as a page: person, findings, investigations, treatments, outcomes, conclusions.

    \b
    neoplex case show capek-2015
    neoplex case show capek-2015 --format turtle -o capek.ttl

    Everything shown was reported or concluded by the source; square brackets say where.
    """
    from neoplex.ask import render
    from neoplex.ask.casebook import case_graph, describe_case, find_case
    from neoplex.ask.engines import LocalEngine

    render.check_format(format_, PAGE_FORMATS)
    engine = LocalEngine.open()
    entry = find_case(engine, case)
    if format_ == "text":
        text = "\n".join(describe_case(engine, entry, terminal.screen_width(), full=full)) + "\n"
    else:
        text = render.render(case_graph(engine, entry), render.Style(format_))
    terminal.emit(text, output)


@group.command(short_help="Start a publication file: a template, or from records.")
def new(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="First author and year, such as smith-2021.")],
    output: terminal.OutputOption = None,
    records: Annotated[
        list[Path] | None,
        typer.Option(
            "--from", metavar="FILE", help="A Phenopacket, FHIR bundle or RDF case; several times for several."
        ),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option("--from-table", metavar="FILE", help="A spreadsheet (CSV, XLSX), one row per patient."),
    ] = None,
    sheet: Annotated[str, typer.Option("--sheet", metavar="NAME", help="The sheet of an XLSX that has several.")] = "",
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help="Year, when SOURCE holds none.")] = None,
    at: Annotated[str, typer.Option("--at", metavar="PLACE", help="Place in the paper for facts that name none.")] = "",
    terms: Annotated[
        Path | None, typer.Option("--terms", metavar="FILE", help="Table of foreign ids and our terms (id, term).")
    ] = None,
    leave_out_unknown: Annotated[
        bool, typer.Option("--leave-out-unknown", help="Leave out what has unknown terms, and say so.")
    ] = False,
) -> None:
    """Start a publication file: print a template, or turn records or a spreadsheet into one.

    \b
    neoplex case new smith-2021 -o smith-2021.yaml
    neoplex case new smith-2021 --from patient.json -o smith-2021.yaml

    A spreadsheet needs -o: the publication file and a CSV beside it are written, with what each column was taken for.

    \b
    neoplex case new smith-2021 --from-table patients.xlsx -o smith-2021.yaml

    The file is yours to look through; `neoplex case check` and `neoplex case add` take it from there.
    """
    from neoplex.base.errors import UsageError

    if output is not None and output.exists():
        raise UsageError(f"{output} exists already; choose another name")
    if records and table:
        raise UsageError("choose one of --from and --from-table")
    if sheet and not table:
        raise UsageError("--sheet goes with --from-table")
    if table is not None:
        if terms or leave_out_unknown:
            raise UsageError(
                "--terms and --leave-out-unknown go with --from; for a table, mend the file that is written"
            )
        _new_from_table(source, table, sheet, year, at, output)
        return
    if not records:
        if at or terms or leave_out_unknown or year is not None:
            raise UsageError("--year, --at, --terms and --leave-out-unknown go with --from or --from-table")
        from neoplex.cases.template import write_template

        terminal.emit(write_template(source), output)
        return
    from neoplex.exchange.records import Wanted, read_records

    made = read_records(records, Wanted(source, year, at, terms, leave_out_unknown))
    terminal.emit(made.text, output)
    for item in made.left_out:
        terminal.talk(str(item))
    cases = f"{made.cases} case{'' if made.cases == 1 else 's'}"
    terminal.talk(f"{cases} with {made.facts} facts" + (f"; look {output} through, then add it" if output else ""))


def _new_from_table(source: str, table: Path, sheet: str, year: int | None, at: str, output: Path | None) -> None:
    from neoplex.base.errors import FaultsFound, UsageError
    from neoplex.base.paths import shipped_root
    from neoplex.exchange.records import Wanted, check_wanted
    from neoplex.exchange.tablemap import propose
    from neoplex.read.lexicon import load_lexicon
    from neoplex.read.sheetfile import read_sheet

    if output is None:
        raise UsageError("--from-table writes two files: name the first with -o, such as -o smith-2021.yaml")
    if not table.is_file():
        raise UsageError(f"{table} is no file")
    found_year = check_wanted(Wanted(source, year, at))
    read, faults = read_sheet(table, sheet)
    if read is None:
        raise FaultsFound(faults)
    made = propose(read, source, found_year, load_lexicon(shipped_root()), at)
    beside = output.with_name(made.csv_name)
    if beside.exists():
        raise UsageError(f"{beside} exists already; choose another name or folder")
    terminal.write_file(beside, made.csv_text)
    try:
        terminal.write_file(output, made.text)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    terminal.talk(f"wrote {output} and {beside}: {len(read.rows)} rows")
    for reading in made.readings:
        words = f"taken for {reading.taken}" if reading.taken else f"LEFT ALONE: {reading.why}"
        terminal.talk(f"  {reading.column}: {words}")
    terminal.talk(f"mend {output}, then: neoplex case check {output}")


@group.command(short_help="Check publication files.")
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Publication files.")],
) -> None:
    """Check publication files: every fault, with line, field, what was found and what was expected.

    \b
    neoplex case check data/cases/capek-2015.yaml
    """
    from neoplex.base.errors import EXIT_FAULTS, UsageError
    from neoplex.base.paths import shipped_root
    from neoplex.cases.check import check_file
    from neoplex.read.lexicon import load_lexicon

    for file in files:
        if not file.is_file():
            raise UsageError(f"{file} is no file")
    lexicon = load_lexicon(shipped_root())
    errors = 0
    for file in files:
        faults = check_file(file, lexicon)
        wrong = sum(fault.severity == "error" for fault in faults)
        errors += wrong
        for fault in faults:
            terminal.talk(("warning: " if fault.severity == "warning" else "") + str(fault))
        warnings = len(faults) - wrong
        state = "no fault" if not wrong else f"{wrong} fault{'' if wrong == 1 else 's'}"
        terminal.emit(
            f"{file}: {state}" + (f", {warnings} warning{'' if warnings == 1 else 's'}" if warnings else "") + "\n"
        )
    if errors:
        raise typer.Exit(EXIT_FAULTS)


@group.command(short_help="Add a publication, all or nothing.")
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A publication file; CSV tables beside it come along.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a file of this name that was added before.")
    ] = False,
) -> None:
    """Check a publication file, add it, and build the graph; all or nothing.

    \b
    neoplex case add smith-2021.yaml
    """
    from neoplex.build.cases import add_case
    from neoplex.cli.build import describe

    terminal.emit(describe(add_case(file, replace=replace, progress=terminal.report_progress)))


@group.command(short_help="Remove a publication you added.")
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of an added file, without its ending.")],
) -> None:
    """Remove a publication you added, and build the graph.

    \b
    neoplex case remove smith-2021
    """
    from neoplex.build.cases import remove_case
    from neoplex.cli.build import describe

    terminal.emit(describe(remove_case(name, progress=terminal.report_progress)))
