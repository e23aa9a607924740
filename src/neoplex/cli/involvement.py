"""``neoplex involvement``: what is involved, what is at risk, and what its loss would take away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    import pyoxigraph as ox

    from neoplex.ask.engines import LocalEngine
    from neoplex.infer.involvement import Involvement

_TEXT = "text"
CAVEAT = "anatomy only, for research: at risk is not involved, and nothing here is advice"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("involvement", short_help="Show what is involved, at risk, and what its loss would take.")(involvement)


def involvement(
    case: Annotated[str | None, typer.Argument(metavar="[CASE]", help="The id of a case.")] = None,
    site: Annotated[
        list[str] | None, typer.Option("--site", metavar="STRUCTURE", help="Ask about tumour at a structure instead.")
    ] = None,
    kind: Annotated[
        str, typer.Option("--kind", metavar="TERM", help="With --site: the finding, such as abutment.")
    ] = "infiltration",
    every: Annotated[bool, typer.Option("--all", help="Every muscle and skin field, and every possible risk.")] = False,
    proof: Annotated[bool, typer.Option("--proof", help="Show what each conclusion about a case rests on.")] = False,
    format_: Annotated[
        str,
        typer.Option(
            "--format", "-f", metavar="FORMAT", help="text, table, csv, tsv, json, xml, md, turtle, nt or jsonld."
        ),
    ] = _TEXT,
    output: terminal.OutputOption = None,
) -> None:
    """Show what is involved, what is at risk by which relation, and what its loss would take away.

    \b
    neoplex involvement elhayel-2026
    neoplex involvement sanuki-2022-8 --proof
    neoplex involvement --site "left psoas major"
    neoplex involvement --site "left psoas major" --kind abutment --all

    Levels are read from roots: upper L1 to L3, lower L5 to S4; L4 alone, and a nerve beyond the plexus,
    decide nothing.
    """
    from neoplex.ask import render
    from neoplex.ask.engines import LocalEngine
    from neoplex.ask.whatif import of_case, of_sites
    from neoplex.base.errors import UsageError

    render.check_format(format_, (_TEXT, *render.FORMATS))
    if bool(case) == bool(site):
        raise UsageError("name a case, or give --site; not both" if case else "name a case, or give --site")
    engine = LocalEngine.open()
    title, found, store = of_case(engine, case) if case else of_sites(engine, site or [], kind)
    text = _write(engine, title, found, store, format_, every=every, proof=proof)
    terminal.emit(text, output)
    terminal.talk(CAVEAT)


def _write(
    engine: LocalEngine, title: str, found: Involvement, store: ox.Store, format_: str, *, every: bool, proof: bool
) -> str:
    from neoplex.ask import involvementbook, proofbook, render
    from neoplex.infer.atlasgraph import open_atlas
    from neoplex.infer.proof import proof_triples, prove
    from neoplex.store.answers import Triples, settle

    width = terminal.screen_width()
    statements = found.statements()
    if format_ in render.GRAPH_FORMATS:
        triples = {triple for iri in statements for triple in proof_triples(store, prove(store, iri))}
        return render.render(Triples(settle(triples)), render.Style(format_))
    atlas = open_atlas(engine.graph)
    if format_ != _TEXT:
        return render.render(involvementbook.rows(found, atlas), render.Style(format_, width))
    lines = involvementbook.page(title, found, atlas, width, every=every)
    if proof:
        lines += ["Proofs", ""]
        for iri in statements:
            lines += [*proofbook.tree(prove(store, iri), found.case, width), ""]
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines) + "\n"
