"""``neoplex build`` and ``neoplex check``: make the graph, and look for faults in what it is made of."""

from __future__ import annotations

from typing import Annotated

import typer

from neoplex.cli import terminal


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("build", short_help="Build the graph; all or nothing.")(build)


def build(
    force: Annotated[bool, typer.Option("--force", help="Build everything again, also what did not change.")] = False,
) -> None:
    """Build the graph from ontology, tables and cases; all or nothing.

    \b
    neoplex build            only what changed
    neoplex build --force    everything

    While it builds, others go on reading the old graph. When an input is wrong, every fault is shown with its place and
    nothing is changed.
    """
    from neoplex.build import pipeline

    report = pipeline.build(force=force, progress=terminal.report_progress)
    terminal.emit(describe(report))


def describe(report: object) -> str:
    """A build report in words."""
    from neoplex.build.pipeline import BuildReport

    assert isinstance(report, BuildReport)
    if not report.changed and not report.removed:
        return f"the graph is up to date: {report.quads:,} statements in {report.path}\n"
    lines = [f"built     {name}" for name in report.changed] + [f"removed   {name}" for name in report.removed]
    if report.unchanged:
        lines.append(f"unchanged {report.unchanged} more")
    lines.append(
        f"{report.quads:,} statements, {report.inferred:,} of them newly inferred, in {report.seconds:.1f} s: {report.path}"
    )
    return "\n".join(lines) + "\n"
