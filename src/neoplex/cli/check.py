"""``neoplex check``: faults in ontology, data and mappings, found by queries whose rows are faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    from neoplex.check.faults import Check, Finding


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("check", short_help="Look for faults in what the graph holds.")(check)


def check(
    names: Annotated[list[str] | None, typer.Argument(metavar="CHECK", help="Only these checks.")] = None,
    format_: terminal.FormatOption = "table",
    output: terminal.OutputOption = None,
    endpoint: terminal.EndpointOption = None,
    notes: Annotated[bool, typer.Option("--notes", help="Show notes too, which need no mending.")] = False,
) -> None:
    """Look for faults in ontology, data and mappings; status 1 when there is an error.

    \b
    neoplex check
    neoplex check class-without-definition --format csv
    """
    import pyoxigraph as ox

    from neoplex.ask import render
    from neoplex.ask.engines import LocalEngine
    from neoplex.base.errors import EXIT_FAULTS, UsageError, did_you_mean
    from neoplex.base.paths import shipped_root
    from neoplex.check.faults import COLUMNS, read_checks, run_checks
    from neoplex.store.answers import Rows
    from neoplex.store.remote import RemoteStore

    render.check_format(format_, render.ROW_FORMATS)
    known = {found.name: found for found in read_checks(shipped_root() / "queries" / "checks")}
    for name in names or ():
        if name not in known:
            raise UsageError(f"no check is called {name!r}; {did_you_mean(name, list(known)) or ', '.join(known)}")
    chosen = [known[name] for name in names or known]
    findings = run_checks(
        RemoteStore.open(endpoint, seconds=300) if endpoint else LocalEngine.open().graph.store, chosen
    )
    shown = [finding for finding in findings if notes or names or finding.severity != "note"]
    if format_ == "table":
        terminal.emit(_report(shown, known) + ("" if names or endpoint else _row_counts()), output)
    else:
        cells = [(f.severity, f.check, f.entity, f.property, f.value, f.reason) for f in shown]
        rows = Rows(
            ("severity", "check", *COLUMNS), tuple(tuple(ox.Literal(c) if c else None for c in row) for row in cells)
        )
        terminal.emit(render.render(rows, render.Style(format_, terminal.screen_width())), output)
    counts = {severity: sum(f.severity == severity for f in findings) for severity in ("error", "warning", "note")}
    words = ", ".join(f"{number} {severity}{'' if number == 1 else 's'}" for severity, number in counts.items())
    terminal.talk(f"{len(chosen)} checks: {words}")
    if counts["error"]:
        raise typer.Exit(EXIT_FAULTS)


def _report(findings: Sequence[Finding], checks: Mapping[str, Check]) -> str:
    """Findings as one table for each check, under what is wrong and how to mend it."""
    from neoplex.ask import layout

    width = terminal.screen_width()
    lines: list[str] = []
    for name in dict.fromkeys(finding.check for finding in findings):
        check_ = checks[name]
        lines += ["", *layout.wrap(f"{check_.severity} {name}: {check_.problem} {check_.remedy}", width, "", "  "), ""]
        rows = [(f.entity, f.property, f.value, f.reason) for f in findings if f.check == name]
        lines += ["  " + line for line in layout.table(("entity", "property", "value", "reason"), rows, width - 2)]
    return "\n".join(line.rstrip() for line in lines[1:]) + ("\n" if lines else "")


def _row_counts() -> str:
    """Rows of the source tables: how many there are, how many became part of the ontology, how many are left out."""
    from neoplex.ask import layout
    from neoplex.base.paths import shipped_root
    from neoplex.ontology import accounting, termmappings

    root = shipped_root()
    counts = [*accounting.account(root), *termmappings.account(root)]
    rows = [(c.table, str(c.rows_in), str(c.rows_encoded), str(c.rows_left_out)) for c in counts]
    table = layout.table(("table", "rows in", "encoded", "left out"), rows, terminal.screen_width())
    return "\n".join(line.rstrip() for line in table) + "\n"
