"""``neoplex similar``: the published cases nearest to one, with what they share, what was done and what happened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyoxigraph as ox

    from neoplex.ask.engines import LocalEngine
    from neoplex.infer.similar import Likeness
    from neoplex.store.answers import Rows

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
    from neoplex.ask import render
    from neoplex.ask.engines import LocalEngine
    from neoplex.ask.vocabulary import fetch_labels
    from neoplex.base.errors import UsageError, did_you_mean
    from neoplex.infer.similar import DEFAULT, FACETS, find_similar, read_features

    render.check_format(format_, (_TEXT, *render.ROW_FORMATS))
    if by is not None and by not in FACETS:
        raise UsageError(f"--by: found {by!r}, expected {', '.join(FACETS)}; {did_you_mean(by, FACETS)}".rstrip("; "))
    facets = (by,) if by else DEFAULT
    engine = LocalEngine.open()
    store, iri = _case(engine, case, within)
    mine = read_features(store, iri, facets, engine.graph.store)
    found = find_similar(engine.graph, mine, facets, leave_out=[iri], side_blind=side_blind)[:most]
    if not found:
        terminal.talk(f"no published case shares any of the {len(mine)} facts compared")
    iris = {i for like in found for m in like.matches for f in (m.mine, m.other) for i in (f.kind, f.place)}
    iris |= {i for like in found for m in like.matches for i in (m.shared, m.shared_place)}
    labels = fetch_labels(engine, [i for i in iris | {like.case for like in found} if i])
    if format_ == _TEXT:
        text = "\n".join(_page(engine, iri, mine, found, labels, full)) + "\n" if found else ""
    else:
        text = render.render(_rows(found, labels), render.Style(format_, terminal.screen_width(), labels=labels))
    terminal.emit(text, output)
    terminal.talk("likeness is of what was reported; it advises no treatment")


def _case(engine: LocalEngine, name: str, within: str | None) -> tuple[ox.Store, str]:
    """The store that holds the case, and its IRI; a file is compiled into a store of its own."""
    from neoplex.base.errors import UsageError
    from neoplex.base.names import CASE, case_iri

    path = Path(name)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        import pyoxigraph as ox

        from neoplex.base.paths import shipped_root
        from neoplex.cases.compile import compile_publication
        from neoplex.read.lexicon import load_lexicon

        if not path.is_file():
            raise UsageError(f"{name} is no file")
        compiled = compile_publication(path, load_lexicon(shipped_root()))
        ids = [case.iri.removeprefix(CASE) for case in compiled.publication.cases]
        if within is not None and within not in ids:
            raise UsageError(f"{path.name} has no case {within!r}; it has {', '.join(ids) or 'none'}")
        if within is None and len(ids) != 1:
            raise UsageError(f"{path.name} holds {len(ids)} cases; choose one with --case: {', '.join(ids) or 'none'}")
        store = ox.Store()
        store.extend(compiled.quads)
        return store, case_iri(within or ids[0])
    from neoplex.ask.casebook import find_case

    if within is not None:
        raise UsageError("--case goes with a file")
    entry = find_case(engine, name)
    if entry.is_cohort:
        raise UsageError(f"{entry.id} is a series; cases are compared person by person")
    return engine.graph.store, case_iri(entry.id)


def _page(
    engine: LocalEngine,
    case: str,
    mine: Sequence[object],
    found: Sequence[Likeness],
    labels: Mapping[str, str],
    full: bool,
) -> list[str]:
    from neoplex.ask import layout
    from neoplex.ask.factwords import FactWords
    from neoplex.base.names import CASE
    from neoplex.infer.similar import put_into_words

    width = terminal.screen_width()
    lines = layout.wrap(f"Cases like {case.removeprefix(CASE)} ({len(mine)} facts compared)", width)
    for rank, likeness in enumerate(found, start=1):
        facts = FactWords.read(engine, likeness.case)
        head = f"{rank}. {labels.get(likeness.case, likeness.case)} ({likeness.case.removeprefix(CASE)})"
        lines += ["", *layout.wrap(head, width, "", "   ")]
        lines += layout.wrap(f"shares {likeness.share:.0%} of what the case could have in common", width, "   ")
        words = put_into_words(likeness, labels)
        shown = words if full else words[:_MOST_MATCHES] + [w for w in words[_MOST_MATCHES:] if w[1] < 0]
        for text, weight in shown:
            lines += layout.wrap(f"{weight:+.2f}  {text}", width, "   ", "          ")
        if len(shown) < len(words):
            lines.append(f"          and {len(words) - len(shown)} more (--full)")
        for title, nodes in (("was treated with", likeness.treatments), ("what happened", likeness.outcomes)):
            # A course with a dose is what a reader looks for first.
            ordered = sorted(facts.in_order(nodes), key=lambda node: not facts.iris(node, "hasDose"))
            kept = ordered if full else ordered[:_MOST_MATCHES]
            lines.append(f"   {title}:" if ordered else f"   {title}: not reported")
            for node in kept:
                lines += layout.wrap(layout.visible(facts.describe(node)), width, "   - ", "     ")
            if len(kept) < len(ordered):
                lines.append(f"     and {len(ordered) - len(kept)} more (--full)")
    note = (
        "+: shared, weighed by how specific the common term is (0 to 1, places add up to 0.5); -: told by one, denied by the "
        "other. Silence counts neither way, so a case told at length is compared on more. The weights are an assumption of neoplex."
    )
    return [*lines, "", *layout.wrap(note, width)]


def _rows(found: Sequence[Likeness], labels: Mapping[str, str]) -> Rows:
    import pyoxigraph as ox

    from neoplex.base.names import PREFIXES
    from neoplex.infer.similar import put_into_words
    from neoplex.store.answers import Rows

    decimal = ox.NamedNode(PREFIXES["xsd"] + "decimal")
    integer = ox.NamedNode(PREFIXES["xsd"] + "integer")
    rows = []
    for rank, likeness in enumerate(found, start=1):
        for match, (words, weight) in zip(likeness.matches, put_into_words(likeness, labels), strict=True):
            rows.append(
                (
                    ox.Literal(str(rank), datatype=integer),
                    ox.NamedNode(likeness.case),
                    ox.Literal(f"{likeness.share:.4f}", datatype=decimal),
                    ox.Literal(f"{weight:.4f}", datatype=decimal),
                    ox.Literal(words),
                    ox.NamedNode(match.mine.fact),
                    ox.NamedNode(match.other.fact),
                )
            )
    return Rows(("rank", "case", "share", "weight", "match", "fact", "otherFact"), tuple(rows))
