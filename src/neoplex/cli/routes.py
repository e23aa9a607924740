"""``neoplex routes``: how tumour may have got where it is, and how rival explanations stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    from neoplex.infer.route_cases import CaseRouter, Explanation
    from neoplex.infer.route_facts import Case
    from neoplex.infer.routes import Found

CAVEAT = "costs and points only give an order; anatomical plausibility is an assumption"
_TEXT = "text"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("routes", short_help="Routes of spread and rival explanations of a case.")(routes)


def complete_case(incomplete: str) -> list[str]:
    """Ids of cases that start so."""
    from neoplex.infer.route_facts import known_cases
    from neoplex.store.embedded import open_graph

    return [case for case in known_cases(open_graph().store) if case.startswith(incomplete)]


def routes(
    case: Annotated[
        str | None,
        typer.Argument(metavar="[CASE]", help="The id of a case.", autocompletion=complete_case),
    ] = None,
    start: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="STRUCTURE", help="Where routes start (the primary of the case)."),
    ] = None,
    end: Annotated[list[str] | None, typer.Option("--to", metavar="STRUCTURE", help="Where routes end.")] = None,
    via: Annotated[
        list[str] | None, typer.Option("--via", metavar="STRUCTURE", help="Pass this; several in the order given.")
    ] = None,
    not_via: Annotated[
        list[str] | None, typer.Option("--not-via", metavar="STRUCTURE", help="Do not pass this.")
    ] = None,
    mechanism: Annotated[
        list[str] | None,
        typer.Option("--mechanism", metavar="NAME", help="Only this: perineural, direct extension, lymphatic …"),
    ] = None,
    most: Annotated[int, typer.Option("--most", metavar="N", min=1, max=50, help="How many routes.")] = 3,
    hypothesis: Annotated[
        list[str] | None, typer.Option("--hypothesis", metavar="ID", help="All that was weighed for this one.")
    ] = None,
    steps: Annotated[bool, typer.Option("--steps", help="The steps of the whole-case tree as rows.")] = False,
    proof: Annotated[bool, typer.Option("--proof", help="Also the edges, facts and sources behind each line.")] = False,
    format_: Annotated[
        str,
        typer.Option(
            "--format", "-f", metavar="FORMAT", help="text, table, csv, tsv, json, xml, md, turtle, nt or jsonld."
        ),
    ] = _TEXT,
    output: terminal.OutputOption = None,
) -> None:
    """Show how tumour may have got where it is, and how rival explanations stand.

    \b
    neoplex routes capek-2015
    neoplex routes capek-2015 --hypothesis parallel-bilateral-spread
    neoplex routes capek-2015 --to "right sciatic nerve"
    neoplex routes --from prostate --to "right sciatic nerve" --via "dural sac"

    Nothing here is advice. Unlikely is not excluded, and silence is not absence.
    """
    from neoplex.ask import render
    from neoplex.base.errors import UsageError
    from neoplex.infer.atlasgraph import open_atlas
    from neoplex.infer.route_cases import CaseRouter
    from neoplex.infer.routes import Ask, find_mechanisms, find_structures
    from neoplex.store.embedded import open_graph

    render.check_format(format_, (_TEXT, *render.FORMATS))
    if case is None and not (start and end):
        raise UsageError("name a case, or give --from and --to")
    if case is not None and not end and (start or via or not_via or mechanism):
        raise UsageError("--from, --via, --not-via and --mechanism need --to as well")
    graph = open_graph()
    router = CaseRouter(graph.store, open_atlas(graph))
    known = router.read(case) if case is not None else None
    if end:
        atlas = router.network.atlas

        def named(words: list[str] | None) -> tuple[str, ...]:
            return tuple(iri for word in words or () for iri in find_structures(atlas, word))

        sources = named(start) if start else known.primary_sites if known is not None else ()
        if not sources:
            raise UsageError("the case names no primary with a site; give --from")
        groups = tuple(find_structures(atlas, word) for word in via or ())
        question = Ask(sources, named(end), groups, named(not_via), find_mechanisms(mechanism or ()), most)
        _show_routes(router.routes(question, known), known, proof, format_, output)
        return
    assert known is not None
    explanation = router.explain(known)
    if hypothesis:
        names = [one.id for one in router.hypotheses]
        for name in hypothesis:
            if name not in names:
                raise UsageError(f"no hypothesis is called {name!r}; they are {', '.join(names)}")
    _show_case(router, explanation, hypothesis or [], steps, proof, format_, output)


# ----------------------------------------------------------------------------------------------------------- one question


def _show_routes(found: Found, case: Case | None, proof: bool, format_: str, output: Path | None) -> None:
    from neoplex.ask import render, routebook
    from neoplex.base.errors import UsageError

    for note in found.notes:
        terminal.talk(note)
    if format_ in render.GRAPH_FORMATS:
        raise UsageError("RDF holds what follows for a whole case: leave --to out, or choose a format for rows")
    if format_ != _TEXT:
        rows = routebook.route_rows(
            [(number, step) for number, route in enumerate(found.routes, 1) for step in route.steps]
        )
        terminal.emit(render.render(rows, render.Style(format_, terminal.screen_width())), output)
    else:
        lines: list[str] = []
        for number, route in enumerate(found.routes, 1):
            lines += [*routebook.route_lines(number, route, case is not None, proof, terminal.screen_width()), ""]
        if lines:
            terminal.emit("\n".join(lines), output)
    many = len(found.routes)
    terminal.talk(f"{many} route{'' if many == 1 else 's'}" + ("" if found.complete else "; the search was cut off"))
    terminal.talk(CAVEAT)
    if not found.routes:
        raise typer.Exit(1)


# -------------------------------------------------------------------------------------------------------------- one case


def _show_case(
    router: CaseRouter,
    explanation: Explanation,
    chosen: list[str],
    steps: bool,
    proof: bool,
    format_: str,
    output: Path | None,
) -> None:
    from neoplex.ask import render, routebook

    style = render.Style(format_, terminal.screen_width())
    if format_ in render.GRAPH_FORMATS:
        from neoplex.store.answers import Triples, settle

        terminal.emit(
            render.render(Triples(settle(q.triple for q in router.quads([explanation.case.id]))), style), output
        )
        return
    if format_ != _TEXT:
        if steps:
            rows = routebook.route_rows([(1, step) for step in (explanation.tree.steps if explanation.tree else ())])
        elif chosen:
            rows = routebook.evidence_rows([explanation.ranking.of(name) for name in chosen])
        else:
            rows = routebook.ranking_rows(explanation)
        terminal.emit(render.render(rows, style), output)
        terminal.talk(render.count_words(rows))
        return
    width = terminal.screen_width()
    if chosen:
        lines = [
            line for name in chosen for line in routebook.assessment_lines(explanation.ranking.of(name), proof, width)
        ]
    elif steps:
        lines = routebook.tree_lines(explanation.tree, proof, width)
    else:
        lines = routebook.case_lines(router, explanation, proof, width)
    terminal.emit("\n".join(lines) + "\n", output)
    terminal.talk(CAVEAT)
