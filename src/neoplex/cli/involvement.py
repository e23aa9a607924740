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
    from neoplex.base.errors import UsageError

    render.check_format(format_, (_TEXT, *render.FORMATS))
    if bool(case) == bool(site):
        raise UsageError("name a case, or give --site; not both" if case else "name a case, or give --site")
    engine = LocalEngine.open()
    title, found, store = _of_case(engine, case) if case else _of_sites(engine, site or [], kind)
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


def _of_case(engine: LocalEngine, name: str) -> tuple[str, Involvement, ox.Store]:
    from neoplex.ask.casebook import find_case
    from neoplex.base.errors import UsageError
    from neoplex.base.names import case_iri
    from neoplex.infer.involvement import read_involvement

    entry = find_case(engine, name)
    if entry.is_cohort:
        raise UsageError(f"{entry.id} is a cohort; ask about one of its cases")
    store = engine.graph.store
    return entry.label, read_involvement(store, case_iri(entry.id)), store


def _of_sites(engine: LocalEngine, sites: list[str], kind: str) -> tuple[str, Involvement, ox.Store]:
    from neoplex.ask.vocabulary import Vocabulary, fetch_labels
    from neoplex.base import paths
    from neoplex.base.errors import UsageError
    from neoplex.base.names import ATLAS, NX
    from neoplex.infer.involvement import WHAT_IF, read_involvement, suppose
    from neoplex.infer.justify import justify
    from neoplex.infer.rules import read_rules

    vocabulary = Vocabulary(engine)
    store = engine.graph.store
    term = vocabulary.resolve(kind, "term")[0]
    if justify(store, term, NX + "TumorInvolvement") is None:
        raise UsageError(f"{kind!r} is no kind of tumor involvement; `neoplex tree tumor involvement` shows them")
    places = [iri for site in sites for iri in vocabulary.resolve(site, "structure")]
    labels = fetch_labels(engine, [*places, term])
    wanted: list[tuple[str, str, str]] = []
    for iri in places:
        if iri.startswith(ATLAS):
            wanted.append((iri, "", ""))
        elif single := _only_individual(engine, iri):
            wanted.append((single, "", ""))
        else:
            name = labels.get(iri, iri)
            wanted.append((f"{WHAT_IF}/site/{iri.removeprefix(NX)}", iri, f"{name}, side not reported"))
    supposed = suppose(store, read_rules(paths.shipped_root() / "queries" / "rules"), term, wanted)
    found = read_involvement(supposed, WHAT_IF)
    title = f"If there were {labels.get(term, kind)} of " + " and ".join(labels.get(iri, iri) for iri in places)
    return title, found, supposed


def _only_individual(engine: LocalEngine, cls: str) -> str:
    """The one structure of the atlas that is of this class, when it is unpaired; else nothing."""
    import pyoxigraph as ox

    from neoplex.base.names import GRAPH_ATLAS, PREFIXES

    kind = ox.NamedNode(PREFIXES["rdf"] + "type")
    quads = engine.graph.store.quads_for_pattern(None, kind, ox.NamedNode(cls), ox.NamedNode(GRAPH_ATLAS))
    found = sorted(q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode))
    return found[0] if len(found) == 1 else ""
