"""``neoplex routes``: how tumour may have got where it is, and how rival explanations stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    import pyoxigraph as ox

    from neoplex.infer.hypotheses import Assessment, Weighed
    from neoplex.infer.route_cases import CaseRouter, Explanation
    from neoplex.infer.route_facts import Case
    from neoplex.infer.route_trees import Tree
    from neoplex.infer.routes import Found, Route, Step
    from neoplex.store.answers import Rows

CAVEAT = "Costs and points order and measure nothing; steps of anatomical plausibility are assumptions, no evidence."
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
    from neoplex.ask import render
    from neoplex.base.errors import UsageError

    for note in found.notes:
        terminal.talk(note)
    if format_ in render.GRAPH_FORMATS:
        raise UsageError("RDF holds what follows for a whole case: leave --to out, or choose a format for rows")
    if format_ != _TEXT:
        rows = _route_rows([(number, step) for number, route in enumerate(found.routes, 1) for step in route.steps])
        terminal.emit(render.render(rows, render.Style(format_, terminal.screen_width())), output)
    else:
        lines: list[str] = []
        for number, route in enumerate(found.routes, 1):
            lines += [*_route_lines(number, route, case is not None, proof), ""]
        if lines:
            terminal.emit("\n".join(lines), output)
    many = len(found.routes)
    terminal.talk(f"{many} route{'' if many == 1 else 's'}" + ("" if found.complete else "; the search was cut off"))
    terminal.talk(CAVEAT)
    if not found.routes:
        raise typer.Exit(1)


def _route_lines(number: int, route: Route, with_case: bool, proof: bool) -> list[str]:
    from neoplex.ask import layout
    from neoplex.infer.route_network import EVIDENCE_WORDS

    width = terminal.screen_width()
    head = f"{number}. {route.steps[0].start_label} to {route.steps[-1].end_label}: cost {route.cost}, {len(route.steps)} steps"
    head += f"; weakest evidence: {EVIDENCE_WORDS[route.weakest]}"
    if route.crossings:
        head += f"; crosses the midline at {', '.join(route.crossings)}"
    lines = layout.wrap(head, width, "", "   ")
    for step in route.steps:
        lines += _step_lines(step, with_case, proof, 3)
    return lines


def _step_lines(step: Step, with_case: bool, proof: bool, indent: int) -> list[str]:
    from neoplex.ask import layout

    width = terminal.screen_width()
    way = step.mechanism_label + (f", {step.direction}" if step.direction != "none" else "")
    words = f"> {step.end_label}: {way}; {step.evidence_words}"
    if with_case:
        words += f"; in the case: {step.case_words}" + (f", {step.order}" if step.order else "")
    lines = layout.wrap(words, width, " " * indent, " " * (indent + 2))
    if proof:
        lines += _proof_lines(step, indent + 2)
    return lines


def _proof_lines(step: Step, indent: int) -> list[str]:
    from neoplex.ask import layout
    from neoplex.base.names import compact

    width = terminal.screen_width()
    pad = " " * indent
    told = [f"cost {step.cost}: " + ", ".join(f"{price.points} {price.words}" for price in step.prices)]
    told += [f"edge {compact(edge)}" for edge in step.edges]
    told += [f"table row {row}" for row in step.rows] + [f"source {compact(source)}" for source in step.sources]
    told += [f"note: {note}" for note in step.notes] + [f"open doubt: {doubt}" for doubt in step.doubts]
    if step.documented is not None:
        told += [
            f"fact {compact(fact.iri)}: {fact.words()}" for fact in (*step.documented.facts, *step.documented.denials)
        ]
    return [line for text in told for line in layout.wrap(text, width, pad, pad + "  ")]


def _route_rows(numbered: list[tuple[int, Step]]) -> Rows:
    from neoplex.store.answers import Rows

    names = ("route", "step", "from", "to", "mechanism", "direction", "side", "evidence", "documented", "order", "cost")
    rows = tuple(
        (
            _number(route), _number(step.number), _words(step.start_label), _words(step.end_label),
            _words(step.mechanism_label), _words(step.direction), _words(step.side), _words(step.evidence_words),
            _words(step.case_words if step.documented else ""), _words(step.order), _number(step.cost),
        )
        for route, step in numbered
    )  # fmt: skip
    return Rows(names, rows)


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
    from neoplex.ask import render

    style = render.Style(format_, terminal.screen_width())
    if format_ in render.GRAPH_FORMATS:
        from neoplex.store.answers import Triples, settle

        terminal.emit(
            render.render(Triples(settle(q.triple for q in router.quads([explanation.case.id]))), style), output
        )
        return
    if format_ != _TEXT:
        if steps:
            rows = _route_rows([(1, step) for step in (explanation.tree.steps if explanation.tree else ())])
        elif chosen:
            rows = _evidence_rows([explanation.ranking.of(name) for name in chosen])
        else:
            rows = _ranking_rows(explanation)
        terminal.emit(render.render(rows, style), output)
        terminal.talk(render.count_words(rows))
        return
    if chosen:
        lines = [line for name in chosen for line in _assessment_lines(explanation.ranking.of(name), proof)]
    elif steps:
        lines = _tree_lines(explanation.tree, proof)
    else:
        lines = _case_lines(router, explanation, proof)
    terminal.emit("\n".join(lines) + "\n", output)
    terminal.talk(CAVEAT)


def _case_lines(router: CaseRouter, explanation: Explanation, proof: bool) -> list[str]:
    from neoplex.ask import layout

    width = terminal.screen_width()
    case = explanation.case
    primaries = ", ".join(fact.words() for fact in case.primaries) or "not reported"
    lines = [case.label, *layout.wrap(f"primary: {primaries}", width, "", "  "), ""]
    lines += layout.wrap(explanation.ranking.headline[0].upper() + explanation.ranking.headline[1:] + ".", width)
    lines += ["", "Rival explanations"]
    for assessment in explanation.ranking.assessments:
        words = f"{assessment.hypothesis.label}: {assessment.tally}. {assessment.why[0].upper()}{assessment.why[1:]}."
        lines += layout.definitions([(assessment.verdict, words)], width, indent=2, column=17)
        if proof:
            lines += _assessment_lines(assessment, proof)[1:]
    asks = [ask for one in explanation.ranking.assessments if one.verdict != "not supported" for ask in one.asks]
    if asks:
        lines += ["", "What would decide"]
        for ask in list(dict.fromkeys(asks))[:8]:
            lines += layout.wrap(ask, width, "  ", "    ")
    if explanation.ranking.compared:
        lines += ["", "What the source concluded"]
        for compared in explanation.ranking.compared:
            lines += layout.wrap(f"{compared.view.label}: {compared.says}", width, "  ", "    ")
    for one in router.compare_steps(explanation):
        many = len(one.shared) + len(one.missing)
        words = f"{one.view.label}, the route argued: {len(one.shared)} of {many} structures lie on the tree"
        words += f"; not on it: {', '.join(one.missing)}" if one.missing else ""
        lines += layout.wrap(words, width, "  ", "    ")
    return [*lines, "", "One tree from the primary to everything involved", *_tree_lines(explanation.tree, proof)]


def _tree_lines(tree: Tree | None, proof: bool) -> list[str]:
    from neoplex.ask import layout

    width = terminal.screen_width()
    if tree is None:
        return layout.wrap(
            "No tree: the case names no primary with a site, or no tumour at another structure.", width, "  "
        )
    depth = {tree.source: 0}
    lines: list[str] = []
    for step in tree.steps:
        depth[step.end] = depth[step.start] + 1
        if step.start == tree.source and not lines:
            lines.append("  " + step.start_label)
        lines += _step_lines(step, True, proof, min(2 + depth[step.end], 16))
    steps = len(tree.steps)
    proven = "no cheaper one exists under the rules" if tree.proven else "built step by step; a cheaper one may exist"
    lines += layout.wrap(f"{steps} step{'' if steps == 1 else 's'}, cost {tree.cost}; {proven}.", width, "  ")
    for label, why in tree.left_out:
        lines += layout.wrap(f"not reached: {label}: {why}", width, "  ", "    ")
    return lines


def _assessment_lines(assessment: Assessment, proof: bool) -> list[str]:
    from neoplex.ask import layout

    width = terminal.screen_width()
    hypothesis = assessment.hypothesis
    lines = layout.wrap(f"{hypothesis.label}: {assessment.verdict}. {assessment.tally}. {assessment.why}.", width)
    lines += layout.wrap(hypothesis.mechanism, width, "  ") + (
        layout.wrap(hypothesis.note, width, "  ") if hypothesis.note else []
    )
    for checked in assessment.checked:
        lines += layout.wrap(f"needs {checked.requirement.label}: {checked.state}", width, "  ", "    ")
    for group in ("for", "against", "neutral", "missing"):
        for weighed in assessment.of(group):
            lines += _weighed_lines(group, weighed, proof)
    return lines


def _weighed_lines(group: str, weighed: Weighed, proof: bool) -> list[str]:
    from neoplex.ask import layout
    from neoplex.base.names import compact

    width = terminal.screen_width()
    evidence = weighed.evidence
    head = f"{group}{f', {weighed.weight.strength}' if weighed.weight.strength else ''}"
    denied = "denied: " if weighed.seen.state == "absent" else ""
    words = f"{denied}{evidence.label}"
    if weighed.seen.says:
        words += f" ({weighed.seen.says})"
    words += f". {evidence.says} [{evidence.source}{f', {evidence.at}' if evidence.at else ''}]"
    if group == "missing" and evidence.ask:
        words += f" Would decide: {evidence.ask}."
    lines = layout.definitions([(head, words)], width, indent=2, column=22)
    shown = weighed.seen.facts if proof else weighed.seen.facts[:2]
    for fact in shown:
        label = f"{compact(fact.iri)}: {fact.words()}" if proof else fact.words()
        lines += layout.wrap(label, width, " " * 22 + "- ", " " * 24)
    if len(weighed.seen.facts) > len(shown):
        lines.append(" " * 22 + f"- and {len(weighed.seen.facts) - len(shown)} more (--proof)")
    if proof:
        for edge in weighed.seen.edges:
            lines += layout.wrap(compact(edge), width, " " * 22 + "- ", " " * 24)
    return lines


def _ranking_rows(explanation: Explanation) -> Rows:
    from neoplex.store.answers import Rows

    theirs = {
        compared.assessment.hypothesis.id: compared.says
        for compared in explanation.ranking.compared
        if compared.assessment is not None
    }
    names = ("rank", "hypothesis", "verdict", "tally", "why", "missing", "source")
    rows = tuple(
        (
            _number(number), _words(one.hypothesis.label), _words(one.verdict), _words(one.tally), _words(one.why),
            _words("; ".join(one.asks)), _words(theirs.get(one.hypothesis.id, "")),
        )
        for number, one in enumerate(explanation.ranking.assessments, 1)
    )  # fmt: skip
    return Rows(names, rows)


def _evidence_rows(assessments: list[Assessment]) -> Rows:
    from neoplex.store.answers import Rows

    names = ("hypothesis", "group", "strength", "evidence", "facts", "source")
    rows = tuple(
        (
            _words(one.hypothesis.id), _words(group), _words(weighed.weight.strength), _words(weighed.evidence.label),
            _words("; ".join(fact.words() for fact in weighed.seen.facts)),
            _words(", ".join(part for part in (weighed.evidence.source, weighed.evidence.at) if part)),
        )
        for one in assessments
        for group in ("for", "against", "neutral", "missing")
        for weighed in one.of(group)
    )  # fmt: skip
    return Rows(names, rows)


def _words(text: str) -> ox.Literal | None:
    import pyoxigraph

    return pyoxigraph.Literal(text) if text else None


def _number(value: int) -> ox.Literal:
    import pyoxigraph

    return pyoxigraph.Literal(str(value), datatype=pyoxigraph.NamedNode("http://www.w3.org/2001/XMLSchema#integer"))
