"""``neoplex similar``: the published cases nearest to one, with what they share, what was done and what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    pass

_TEXT = "text"
_MOST_MATCHES = 8


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("similar", short_help="Find the published cases nearest to one.")(similar)


def similar(
    case: Annotated[str, typer.Argument(metavar="CASE|FILE", help="The id of a case, or a publication file.")],
    by: Annotated[
        str | None, typer.Option("--by", metavar="WHAT", help="findings (default), anatomy or treatment.")
    ] = None,
    side_blind: Annotated[bool, typer.Option("--side-blind", help="Take left and right as the same.")] = False,
    most: Annotated[int, typer.Option("--most", "-n", metavar="N", min=1, help="How many cases to show.")] = 3,
    within: Annotated[
        str | None, typer.Option("--case", metavar="ID", help="Which case of FILE, when it holds several.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Show every shared fact and outcome.")] = False,
    format_: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="text, table, csv, tsv, json, xml or md.")
    ] = _TEXT,
    output: terminal.OutputOption = None,
) -> None:
    """Rank published cases by what they share with a case: the same or related terms, at the same or related places.

    \b
    neoplex similar capek-2015
    neoplex similar sanuki-2022-8 --by anatomy --side-blind
    neoplex similar my-case.yaml --most 5

    What a published case does not tell counts neither way; what it denies counts against. A file is read, not stored.
    """
    from neoplex.ask import render, similarbook
    from neoplex.ask.engines import LocalEngine
    from neoplex.ask.opened import open_case
    from neoplex.ask.vocabulary import fetch_labels
    from neoplex.base.errors import UsageError, did_you_mean
    from neoplex.infer.similar import DEFAULT, FACETS, find_similar, read_features

    render.check_format(format_, (_TEXT, *render.ROW_FORMATS))
    if by is not None and by not in FACETS:
        raise UsageError(f"--by: found {by!r}, expected {', '.join(FACETS)}; {did_you_mean(by, FACETS)}".rstrip("; "))
    facets = (by,) if by else DEFAULT
    engine = LocalEngine.open()
    store, iri = open_case(engine, case, within)
    mine = read_features(store, iri, facets, engine.graph.store)
    found = find_similar(engine.graph, mine, facets, leave_out=[iri], side_blind=side_blind)[:most]
    if not found:
        terminal.talk(f"no published case shares any of the {len(mine)} facts compared")
    iris = {i for like in found for m in like.matches for f in (m.mine, m.other) for i in (f.kind, f.place)}
    iris |= {i for like in found for m in like.matches for i in (m.shared, m.shared_place)}
    labels = fetch_labels(engine, [i for i in iris | {like.case for like in found} if i])
    if format_ == _TEXT:
        text = (
            "\n".join(similarbook.page(engine, iri, mine, found, labels, full, terminal.screen_width())) + "\n"
            if found
            else ""
        )
    else:
        text = render.render(
            similarbook.rows(found, labels), render.Style(format_, terminal.screen_width(), labels=labels)
        )
    terminal.emit(text, output)
    terminal.talk("likeness is of what was reported; it advises no treatment")
