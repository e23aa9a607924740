"""``neoplex tour``: build the graph if needed, then one screen for each publication."""

from __future__ import annotations

from typing import Annotated

import typer

from neoplex.cli import terminal


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("tour", short_help="Show what the graph knows of each publication.")(tour)


def tour(
    sources: Annotated[list[str] | None, typer.Argument(metavar="SOURCE", help="Only these publications.")] = None,
    output: terminal.OutputOption = None,
) -> None:
    """Show what the graph knows of each publication, one screen each; builds it first if needed.

    \b
    neoplex tour
    neoplex tour capek-2015
    """
    from neoplex.ask.engines import LocalEngine
    from neoplex.ask.tourbook import tour as make_tour
    from neoplex.build import pipeline

    graph = pipeline.ensure(progress=terminal.report_progress)
    pages = make_tour(LocalEngine(graph), sources or (), terminal.screen_width())
    terminal.emit("\n\n".join("\n".join(page.lines) for page in pages) + "\n", output)
    if not pages:
        terminal.talk("the graph holds no publication yet: add one with `neoplex case add FILE`")
