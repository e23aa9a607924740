"""``neoplex graph``: what a term, a structure or a case is related to, as a picture or a page to click through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    pass

WHAT = ("neighbours", "classes", "routes")
FORMATS = ("svg", "html", "png", "pdf")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("graph", short_help="Draw what a term or case is related to.")(graph)


def graph(
    name: Annotated[list[str], typer.Argument(metavar="NAME", help="A term, a structure or a case, by label or id.")],
    what: Annotated[
        str | None,
        typer.Option(
            "--what", "-w", metavar="VIEW", help="neighbours, classes or routes (a case: routes; else neighbours)."
        ),
    ] = None,
    depth: Annotated[
        int | None,
        typer.Option("--depth", "-d", metavar="N", min=1, max=9, help="How many steps away (1; classes, routes: 2)."),
    ] = None,
    most: Annotated[int, typer.Option("--most", metavar="N", min=2, max=2000, help="How many things at most.")] = 60,
    format_: Annotated[
        str | None, typer.Option("--format", "-f", metavar="FORMAT", help="svg, html, png or pdf (by the file name).")
    ] = None,
    output: terminal.OutputOption = None,
) -> None:
    """Draw what a term, a structure or a case is related to.

    \b
    neoplex graph left psoas major -o psoas.svg
    neoplex graph lumbosacral plexopathy --what classes -o tree.html
    neoplex graph prostate --what routes -o ways.svg
    neoplex graph capek-2015 -o routes.html

    An HTML file can be clicked through and needs no network; PNG and PDF need matplotlib. Without -o an SVG goes to
    stdout. Shapes, lines and words say what colours say.
    """
    from neoplex.ask.engines import LocalEngine
    from neoplex.ask.termbook import find_term
    from neoplex.base.errors import UsageError, did_you_mean
    from neoplex.draw.graphchoice import choose_view
    from neoplex.draw.graphlayout import arrange
    from neoplex.draw.graphpage import to_html
    from neoplex.draw.graphsvg import to_picture, to_svg

    to_file = output is not None and str(output) != "-"
    chosen = format_ or (output.name.rpartition(".")[2].lower() if to_file and output else "svg")
    if chosen not in FORMATS:
        raise UsageError(f"{chosen!r} is no format of a graph; use {', '.join(FORMATS)}")
    if chosen in ("png", "pdf") and not to_file:
        raise UsageError(f"a {chosen} needs a file: add -o FILE.{chosen}")
    if what is not None and what not in WHAT:
        raise UsageError(f"no view is called {what!r}; {did_you_mean(what, WHAT) or 'use ' + ', '.join(WHAT)}")
    engine = LocalEngine.open()
    view = choose_view(engine, find_term(engine, " ".join(name)), what, depth, most)
    for note in view.notes:
        terminal.talk(note)
    if chosen in ("png", "pdf"):
        assert output is not None
        terminal.write_file(output, to_picture(arrange(view), chosen))
        terminal.talk(f"wrote {output}")
    else:
        terminal.emit(to_svg(arrange(view)) if chosen == "svg" else to_html(view), output)
