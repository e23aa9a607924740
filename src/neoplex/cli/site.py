"""``neoplex site``: everything in the graph as pages to read in a browser, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from neoplex.cli import terminal


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("site", short_help="Write the documentation site.")(site)


def site(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Where to (site below the folder of the store)."),
    ] = None,
) -> None:
    """Write a page for every term, structure, case, paper, question and rule.

    \b
    neoplex site
    neoplex site -o public

    The pages need no network and no script but for the search. An older site in the folder is replaced when the new one
    is complete; a folder that holds anything else is left alone.
    """
    from neoplex.base.paths import home
    from neoplex.cli.reference import list_commands
    from neoplex.report.site.builder import build_site
    from neoplex.report.site.documents import Command

    commands = [Command(name, about, text) for name, about, text in list_commands()]
    built = build_site(output or home() / "site", commands)
    terminal.emit(f"{built.folder / 'index.html'}\n")
    terminal.talk(f"wrote {built.pages:,} pages, {built.size / 1e6:.1f} MB")
