"""``neoplex draw``: figures of a case, of a site, or of several cases."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from neoplex.cli import terminal
from neoplex.cli.routes import complete_case

CAVEAT = "for research; at risk is not involved, and nothing here is advice"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("draw", short_help="Draw a case as a figure.")(draw)


def complete_kind(incomplete: str) -> list[tuple[str, str]]:
    """Kinds of figures that start so."""
    from neoplex.draw.kinds import KINDS

    return [(kind.name, kind.summary) for kind in KINDS.values() if kind.name.startswith(incomplete)]


def draw(
    case: Annotated[
        list[str] | None, typer.Argument(metavar="[CASE]...", help="Ids of cases.", autocompletion=complete_case)
    ] = None,
    what: Annotated[
        str,
        typer.Option(
            "--what", "-w", metavar="FIGURE", help="plexus, body, timeline, pain …", autocompletion=complete_kind
        ),
    ] = "plexus",
    site: Annotated[
        list[str] | None, typer.Option("--site", metavar="STRUCTURE", help="plexus: as if tumour were here.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="TERM", help="With --site: the finding, such as abutment.")
    ] = None,
    start: Annotated[
        list[str] | None, typer.Option("--from", metavar="STRUCTURE", help="plexus: where a route starts.")
    ] = None,
    end: Annotated[
        list[str] | None, typer.Option("--to", metavar="STRUCTURE", help="plexus: where a route ends.")
    ] = None,
    route: Annotated[
        int | None, typer.Option("--route", metavar="N", min=1, help="With --to: the Nth best route (1).")
    ] = None,
    steps: Annotated[bool, typer.Option("--steps", help="plexus: the tree of routes of the case.")] = False,
    argued: Annotated[bool, typer.Option("--argued", help="plexus: the route that the source argues.")] = False,
    time: Annotated[bool, typer.Option("--time", help="plexus: one panel for each time.")] = False,
    source: Annotated[
        list[str] | None, typer.Option("--source", metavar="ID", help="Figures of a series: only cases of this paper.")
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", "-f", metavar="FORMAT", help="svg, png or pdf (by the file name).")
    ] = None,
    output: terminal.OutputOption = None,
) -> None:
    """Draw a case as a figure: SVG, PNG or PDF, the same bytes every time.

    \b
    neoplex draw capek-2015 -o plexus.svg
    neoplex draw capek-2015 --argued --time -o course.pdf
    neoplex draw --site "left psoas major" -o psoas.png
    neoplex draw --from prostate --to "right sciatic nerve" -o route.svg
    neoplex draw capek-2015 --what body -o body.svg
    neoplex draw capek-2015 --what timeline -o timeline.svg
    neoplex draw --what pain --source sanuki-2022 -o pain.pdf

    Without -o an SVG goes to stdout. States differ by shape, tone and word; the patient's right is on the
    left of the figure.
    """
    from neoplex.base.errors import UsageError
    from neoplex.draw.kinds import Request, find_kind, make_picture
    from neoplex.draw.sheet import format_of
    from neoplex.store.embedded import open_graph

    chosen = find_kind(what)
    to_file = output is not None and str(output) != "-"
    format_ = format_of(output.name if to_file and output else "svg", format_)
    if not to_file and format_ != "svg":
        raise UsageError(f"a {format_} needs a file: add -o FILE.{format_}")
    options = {
        "site": tuple(site or ()),
        "kind": kind or "",
        "from": tuple(start or ()),
        "to": tuple(end or ()),
        "route": route,
        "steps": steps,
        "argued": argued,
        "time": time,
        "source": tuple(source or ()),
    }
    given = {name: value for name, value in options.items() if value}
    picture = make_picture(chosen, Request(open_graph(), tuple(case or ()), format_, given))
    for note in picture.notes:
        terminal.talk(note)
    _emit(picture.data, output if to_file else None)
    terminal.talk(CAVEAT)


def _emit(data: bytes, output: Path | None) -> None:
    if output is None:
        if sys.stdout.isatty():
            terminal.talk("an SVG follows; -o FILE writes it to a file")
        terminal.emit(data.decode("utf-8"))
        return
    terminal.write_file(output, data)
    terminal.talk(f"wrote {output}")
