"""``neoplex criteria``: published criteria sets, tried on a case or on all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neoplex.ask.casebook import CaseEntry
    from neoplex.ask.criteriabook import Tried
    from neoplex.ask.vocabulary import Engine
    from neoplex.infer.criteriaassume import Assumption
    from neoplex.infer.criteriadiscriminators import Discriminators, Suggestion
    from neoplex.infer.criteriaquads import CaseAssessor
    from neoplex.model.lexicon import Lexicon
    from neoplex.read.criteria import CriteriaSet
    from neoplex.store.answers import Triples

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
    from neoplex.base.errors import UsageError

    render.check_format(format_, (_TEXT, *render.FORMATS))
    if case is not None and all_:
        raise UsageError("name a case or write --all, not both")
    if all_ and assume:
        raise UsageError("--assume is for one case; name it")
    lexicon, sets, others = _sets()
    chosen, files = _choose(set_ or [], sets, others)
    if case is None and not all_:
        if assume:
            raise UsageError("--assume needs a case")
        lines = criteriabook.list_sets(chosen, files if set_ else others, lexicon.label, terminal.screen_width())
        terminal.emit("\n".join(lines) + "\n", output)
        return
    engine = _engine(endpoint)
    assessor = _assessor(engine, sets)
    if all_:
        _compare(engine, assessor, chosen, format_, output)
        return
    entry = _find(engine, case or "")
    assumptions = _assumptions(assume or [], lexicon, sets)
    tried = _try(engine, assessor, entry, chosen, assumptions, files if set_ and "all" not in set_ else (), lexicon)
    if format_ in render.GRAPH_FORMATS:
        if assumptions:
            raise UsageError("an assumption is never written as RDF; use text, table or json")
        terminal.emit(render.render(_triples(assessor, tried), render.Style(format_)), output)
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


def _sets() -> tuple[Lexicon, tuple[CriteriaSet, ...], tuple[Discriminators, ...]]:
    from neoplex.base import paths
    from neoplex.infer.criteriadiscriminators import read_discriminators
    from neoplex.read.criteria import criteria_files, read_criteria
    from neoplex.read.lexicon import load_lexicon

    root = paths.shipped_root()
    lexicon = load_lexicon(root)
    files = criteria_files(root, paths.home())
    return lexicon, read_criteria(files, lexicon), read_discriminators(files, lexicon)


def _choose(
    names: list[str], sets: tuple[CriteriaSet, ...], others: tuple[Discriminators, ...]
) -> tuple[tuple[CriteriaSet, ...], tuple[Discriminators, ...]]:
    from neoplex.base.errors import UsageError, did_you_mean

    known = [*(one.id for one in sets), *(file.id for file in others)]
    for name in names:
        if name not in (*known, "all"):
            begun = [one for one in known if one.startswith(name)]
            hint = f"did you mean {' or '.join(begun)}?" if begun else did_you_mean(name, known) or ", ".join(known)
            raise UsageError(f"no criteria set is called {name!r}; {hint}")
    if not names or "all" in names:
        return sets, others
    return tuple(one for one in sets if one.id in names), tuple(file for file in others if file.id in names)


def _engine(endpoint: str | None) -> Engine:
    from neoplex.ask.engines import LocalEngine

    if endpoint:
        from neoplex.store.remote import RemoteStore

        return RemoteStore(endpoint)
    return LocalEngine.open()


def _assessor(engine: Engine, sets: Sequence[CriteriaSet]) -> CaseAssessor:
    from neoplex.ask.criteriabook import engine_triples
    from neoplex.ask.engines import LocalEngine
    from neoplex.infer.criteriaground import store_triples
    from neoplex.infer.criteriaquads import CaseAssessor

    triples = store_triples(engine.graph.store) if isinstance(engine, LocalEngine) else engine_triples(engine)
    return CaseAssessor(sets, triples)


def _find(engine: Engine, case: str) -> CaseEntry:
    from neoplex.ask.casebook import find_case
    from neoplex.base.errors import UsageError

    entry = find_case(engine, case)
    if entry.is_cohort:
        raise UsageError(f"{entry.id} is a cohort; criteria are tried person by person")
    return entry


def _assumptions(texts: list[str], lexicon: Lexicon, sets: tuple[CriteriaSet, ...]) -> list[Assumption]:
    from neoplex.infer.criteriaassume import read_assumption

    return [read_assumption(text, lexicon, sets, number) for number, text in enumerate(texts, start=1)]


def _try(
    engine: Engine,
    assessor: CaseAssessor,
    entry: CaseEntry,
    chosen: Sequence[CriteriaSet],
    assumptions: Sequence[Assumption],
    files: Sequence[Discriminators],
    lexicon: Lexicon,
) -> Tried:
    from neoplex.ask.criteriabook import Tried
    from neoplex.ask.factwords import FactWords
    from neoplex.base.names import case_iri

    iri = case_iri(entry.id)
    facts = [*assessor.facts(iri), *(a.fact for a in assumptions if a.fact is not None)]
    verdicts = {item: verdict for a in assumptions for item, verdict in a.verdicts}
    states = assessor.assessor.assess(facts, assumed=verdicts, only=frozenset(one.id for one in chosen))
    return Tried(
        entry.id,
        entry.label,
        states,
        assessor.ground,
        FactWords.read(engine, iri),
        tuple(a.words for a in assumptions),
        _weigh(engine, entry.id, files),
    )


def _weigh(
    engine: Engine, case: str, files: Sequence[Discriminators]
) -> tuple[tuple[Discriminators, tuple[Suggestion, ...]], ...]:
    if not files:
        return ()
    from neoplex.ask.engines import LocalEngine
    from neoplex.base.errors import UsageError
    from neoplex.infer.criteriadiscriminators import weigh
    from neoplex.infer.route_cases import CaseRouter
    from neoplex.infer.route_evidence import Witness

    if not isinstance(engine, LocalEngine):
        raise UsageError("discriminators are weighed on the built graph only; leave --endpoint out")
    router = CaseRouter(engine.graph.store)
    witness = Witness(router.read(case), router.network)
    return tuple((file, weigh(file, witness)) for file in files)


def _triples(assessor: CaseAssessor, tried: Tried) -> Triples:
    from neoplex.base.names import case_iri
    from neoplex.infer.criteriaquads import assessment_quads
    from neoplex.store.answers import Triples, settle

    quads = assessment_quads(case_iri(tried.case), tried.states, assessor.ground)
    return Triples(settle(quad.triple for quad in quads))


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
