"""``neoplex criteria``: published criteria sets, tried on a case or on all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neoplex.ask.vocabulary import Engine
    from neoplex.infer.criteriaquads import CaseAssessor
    from neoplex.read.criteria import CriteriaSet

_TEXT = "text"
CAVEAT = "research use: a set met is no diagnosis, and what a source does not mention stays open"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("criteria", short_help="Try published criteria sets on a case, or on all.")(criteria)


def complete_set(incomplete: str) -> list[str]:
    """Ids of sets that start so."""
    from neoplex.base import paths
    from neoplex.read.criteria import criteria_files

    files = criteria_files(paths.shipped_root(), paths.home())
    return [name for name in ("all", *(path.stem for path in files)) if name.startswith(incomplete)]


def criteria(
    case: Annotated[str | None, typer.Argument(metavar="[CASE]", help="The id of a case.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SET", help="A set by its id, or all.", autocompletion=complete_set),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Compare the sets over all cases.")] = False,
    assume: Annotated[
        list[str] | None,
        typer.Option("--assume", metavar="FINDING=present|absent", help="Ask what would follow; nothing is stored."),
    ] = None,
    proof: Annotated[
        bool, typer.Option("--proof", help="Every fact with its place, and where each set comes from.")
    ] = False,
    every_way: Annotated[
        bool, typer.Option("--every-way", help="Every minimal set of findings that would settle an open verdict.")
    ] = False,
    endpoint: terminal.EndpointOption = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format", "-f", metavar="FORMAT", help="text, table, csv, tsv, json, xml, md, turtle, nt or jsonld."
        ),
    ] = _TEXT,
    output: terminal.OutputOption = None,
) -> None:
    """Try published criteria sets on a case: each item, each side, and what is missing.

    \b
    neoplex criteria                             the sets that can be tried
    neoplex criteria elhayel-2026                every set on one case
    neoplex criteria elhayel-2026 --set jspm-2010 --proof
    neoplex criteria --all                       every set over every case
    neoplex criteria elhayel-2026 --assume "infiltration in right psoas=present"

    A verdict is met, not met or undetermined; beside it stands what follows if silence is read as absence.
    """
    from neoplex.ask import criteriabook, render
    from neoplex.ask.trying import (
        assessment_triples,
        choose_sets,
        find_person,
        open_assessor,
        read_assumptions,
        read_sets,
        try_sets,
    )
    from neoplex.base.errors import UsageError

    render.check_format(format_, (_TEXT, *render.FORMATS))
    if case is not None and all_:
        raise UsageError("name a case or write --all, not both")
    if all_ and assume:
        raise UsageError("--assume is for one case; name it")
    lexicon, sets, others = read_sets()
    chosen, files = choose_sets(set_ or [], sets, others)
    if case is None and not all_:
        if assume:
            raise UsageError("--assume needs a case")
        lines = criteriabook.list_sets(chosen, files if set_ else others, lexicon.label, terminal.screen_width())
        terminal.emit("\n".join(lines) + "\n", output)
        return
    engine = _engine(endpoint)
    assessor = open_assessor(engine, sets)
    if all_:
        _compare(engine, assessor, chosen, format_, output)
        return
    entry = find_person(engine, case or "")
    assumptions = read_assumptions(assume or [], lexicon, sets)
    tried = try_sets(engine, assessor, entry, chosen, assumptions, files if set_ and "all" not in set_ else (), lexicon)
    if format_ in render.GRAPH_FORMATS:
        if assumptions:
            raise UsageError("an assumption is never written as RDF; use text, table or json")
        terminal.emit(render.render(assessment_triples(assessor, tried), render.Style(format_)), output)
    elif format_ == _TEXT:
        lines = criteriabook.page(tried, terminal.screen_width(), proof=proof, list_all=every_way)
        terminal.emit("\n".join(lines) + "\n", output)
    else:
        terminal.emit(
            render.render(criteriabook.item_rows(tried), render.Style(format_, terminal.screen_width())), output
        )
    if any(assumption.both_sides for assumption in assumptions):
        terminal.talk("an assumption without a side counts for both sides; write left or right to name one")
    if assumptions:
        terminal.talk("what is assumed is not reported, and nothing of it is stored")
    terminal.talk(CAVEAT)


def _engine(endpoint: str | None) -> Engine:
    from neoplex.ask.engines import LocalEngine

    if endpoint:
        from neoplex.store.remote import RemoteStore

        return RemoteStore.open(endpoint)
    return LocalEngine.open()


def _compare(
    engine: Engine, assessor: CaseAssessor, chosen: Sequence[CriteriaSet], format_: str, output: Path | None
) -> None:
    from neoplex.ask import criteriabook, render
    from neoplex.ask.casebook import list_cases
    from neoplex.base.errors import UsageError
    from neoplex.base.names import case_iri

    if format_ in render.GRAPH_FORMATS:
        raise UsageError("--all answers with rows; use text, table, csv, tsv, json, xml or md")
    only = frozenset(one.id for one in chosen)
    cases = [
        (entry.id, assessor.assess(case_iri(entry.id), only=only))
        for entry in list_cases(engine)
        if not entry.is_cohort
    ]
    if format_ == _TEXT:
        terminal.emit("\n".join(criteriabook.matrix(cases, terminal.screen_width())) + "\n", output)
    else:
        rows = criteriabook.set_rows(cases)
        terminal.emit(render.render(rows, render.Style(format_, terminal.screen_width())), output)
        terminal.talk(render.count_words(rows))
    terminal.talk(CAVEAT)
