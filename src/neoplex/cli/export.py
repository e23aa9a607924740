"""``neoplex export``: the graph in the formats that other tools read, with a list of what each could not carry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    from neoplex.exchange.formats import Format
    from neoplex.exchange.losses import LossList

_MOST_SHOWN = 8


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("export", short_help="Write the graph in a format of other tools.")(export)


def complete_format(incomplete: str) -> list[str]:
    """Names of formats that start so."""
    from neoplex.exchange.formats import FORMATS

    return [entry.name for entry in FORMATS if entry.name.startswith(incomplete)]


def export(
    to: Annotated[
        str | None, typer.Option("--to", metavar="FORMAT", help="The format; leave out to list them.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PATH", help="The file, or the folder of several files.")
    ] = None,
    case: Annotated[
        list[str] | None, typer.Option("--case", metavar="ID", help="A case or cohort; may be given several times.")
    ] = None,
    graph: Annotated[
        list[str] | None, typer.Option("--graph", metavar="NAME", help="A named graph; may be given several times.")
    ] = None,
    what: Annotated[str | None, typer.Option("--what", metavar="WHAT", help="ontology, cases or all.")] = None,
    inferred: Annotated[str, typer.Option("--inferred", metavar="yes|no", help="Also what neoplex concluded.")] = "no",
    losses: Annotated[
        Path | None, typer.Option("--losses", metavar="FILE", help="Write what the format could not carry, as JSON.")
    ] = None,
) -> None:
    """Write the ontology, the cases or the whole graph in a format that other tools read.

    \b
    neoplex export                                         every format
    neoplex export --to ofn -o neoplex.ofn                 the ontology
    neoplex export --to trig --case capek-2015 -o case.trig
    neoplex export --to nquads --inferred yes -o all.nq    everything

    The same graph gives the same bytes. What a format cannot carry is said on stderr, and in full with --losses. Without
    --inferred yes only what sources report and conclude is written. Rows of a question: `neoplex ask NAME --format xlsx`.
    """
    from neoplex.base.errors import UsageError
    from neoplex.exchange.extract import Selection, take
    from neoplex.exchange.formats import find_format
    from neoplex.exchange.losses import LossList, losses_json
    from neoplex.store.embedded import open_graph

    if to is None:
        if case or graph or what or losses:
            raise UsageError("--to FORMAT is missing; `neoplex export` lists the formats")
        terminal.emit(_list_text(), output)
        return
    entry = find_format(to)
    if sum(map(bool, (case, graph, what))) > 1:
        raise UsageError("choose one of --case, --graph and --what")
    if inferred not in ("yes", "no"):
        raise UsageError(f"--inferred: found {inferred!r}, expected yes or no")
    if output is None and entry.several:
        raise UsageError(f"{entry.name} is several files: name a folder with -o")
    selection = Selection(what or entry.what, tuple(case or ()), tuple(graph or ()), inferred == "yes")
    extract = take(open_graph().store, selection)
    if not extract.graphs:
        raise UsageError("the selection is empty: the graph holds nothing of it")
    found = LossList()
    parts = entry.writer()(extract, found)
    if entry.several:
        from neoplex.exchange.output import write_folder

        assert output is not None
        files, size = write_folder(parts, output)
        terminal.talk(f"wrote {files} files, {size:,} bytes, in {output}")
    elif output is None or str(output) == "-":
        (part,) = parts
        terminal.emit_bytes(part.chunks)
    else:
        from neoplex.exchange.output import write_one

        (part,) = parts
        terminal.talk(f"wrote {output}, {write_one(part, output):,} bytes")
    if losses is not None:
        terminal.write_file(losses, losses_json(entry.name, found.rows()))
    _say_losses(entry, found, extract.inferred_left_out, losses)


def _say_losses(entry: Format, found: LossList, left_out: int, file: Path | None) -> None:
    rows = found.rows()
    if left_out and entry.family != "Mappings":
        terminal.talk(f"left out: {left_out:,} statements that neoplex inferred (--inferred yes)")
    if not rows:
        terminal.talk(f"{entry.name} carried all of it")
        return
    terminal.talk(f"{entry.name} could not carry:")
    shown = rows if len(rows) <= _MOST_SHOWN else rows[: _MOST_SHOWN - 1]
    for loss in shown:
        terminal.talk(f"  {loss}")
    if len(shown) < len(rows):
        where = f"all in {file}" if file else "--losses FILE names them"
        terminal.talk(f"  and {len(rows) - len(shown)} more kinds; {where}")


def _list_text() -> str:
    from neoplex.ask import layout
    from neoplex.exchange.formats import FORMATS

    width = terminal.screen_width()
    column = max(len(entry.name) for entry in FORMATS) + 4
    lines: list[str] = []
    for family in dict.fromkeys(entry.family for entry in FORMATS):
        lines += ["", family] if lines else [family]
        pairs = [(entry.name, f"{entry.summary} ({entry.suffix})") for entry in FORMATS if entry.family == family]
        lines += layout.definitions(pairs, width, indent=2, column=column)
    return "\n".join(lines) + "\n"
