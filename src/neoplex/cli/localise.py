"""``neoplex localise``: which lesion explains what is lost and what is preserved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    from neoplex.ask.lesionbook import Localisation
    from neoplex.infer.lesionquads import CaseLocaliser
    from neoplex.store.answers import Triples

_TEXT = "text"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("localise", short_help="Rank the lesions that explain what is lost and preserved.")(localise)


def localise(
    case: Annotated[str | None, typer.Argument(metavar="[CASE]", help="The id of a case.")] = None,
    finding: Annotated[
        list[str] | None,
        typer.Option("--finding", metavar="TEXT", help="Something lost, such as 'weak left knee extension'."),
    ] = None,
    preserved: Annotated[
        list[str] | None, typer.Option("--preserved", metavar="TEXT", help="Something preserved: 'left hip adduction'.")
    ] = None,
    examination: Annotated[
        str | None, typer.Option("--examination", metavar="ID", help="Only what this investigation of the case found.")
    ] = None,
    sex: Annotated[str, typer.Option("--sex", metavar="SEX", help="male or female, when no case says it.")] = "",
    proof: Annotated[
        bool, typer.Option("--proof", help="Show the facts and table rows behind each explanation.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="How many hypotheses to show.")] = 5,
    format_: Annotated[
        str,
        typer.Option(
            "--format", "-f", metavar="FORMAT", help="text, table, csv, tsv, json, xml, md, turtle, nt or jsonld."
        ),
    ] = _TEXT,
    output: terminal.OutputOption = None,
) -> None:
    """Rank the lesions (root, ramus, plexus, nerve, sac, several) that explain what is lost.

    \b
    neoplex localise capek-2015
    neoplex localise capek-2015 --examination exam-2014-04
    neoplex localise --finding "left foot drop" --preserved "left hip abduction"
    neoplex localise --finding "weak left knee extension 3/5" --sex female

    Each hypothesis says what it explains, what it leaves over and what speaks against it. Give a finding as a
    movement, muscle, skin field, dermatome, reflex or function, with its side and, if known, its strength.
    """
    from neoplex.ask import lesionbook, render
    from neoplex.base.errors import UsageError

    render.check_format(format_, (_TEXT, *render.FORMATS))
    if case is None and not finding:
        raise UsageError("name a case, or give at least one --finding")
    if case is None and examination:
        raise UsageError("--examination needs a case")
    if sex not in ("", "male", "female"):
        raise UsageError(f"{sex!r} is no sex here; use male or female")
    found, localiser = _search(case, finding or [], preserved or [], examination, sex, limit)
    if not found.hypotheses:
        terminal.talk(_nothing(found))
    if format_ == _TEXT:
        text = (
            "\n".join(lesionbook.page(found, terminal.screen_width(), proof=proof)) + "\n" if found.hypotheses else ""
        )
    elif format_ in render.GRAPH_FORMATS:
        text = render.render(_triples(case, found, localiser), render.Style(format_))
    else:
        text = render.render(lesionbook.rows(found), render.Style(format_, terminal.screen_width()))
    terminal.emit(text, output)
    terminal.talk("anatomy only, for research; a hypothesis is no diagnosis")


def _search(
    case: str | None, finding: list[str], preserved: list[str], examination: str | None, sex: str, limit: int
) -> tuple[Localisation, CaseLocaliser]:
    from neoplex.ask.casebook import find_case
    from neoplex.ask.engines import LocalEngine
    from neoplex.ask.lesionbook import Localisation
    from neoplex.base.errors import UsageError
    from neoplex.base.names import case_iri
    from neoplex.infer.atlasgraph import open_atlas
    from neoplex.infer.casedeficits import CaseDeficits
    from neoplex.infer.lesionquads import CaseLocaliser
    from neoplex.infer.localise import localise as search

    engine = LocalEngine.open()
    localiser = CaseLocaliser(engine.graph.store, open_atlas(engine.graph))
    deficits = CaseDeficits("", (), (), (), sex)
    title = "Findings as given"
    if case is not None:
        entry = find_case(engine, case)
        if entry.is_cohort:
            raise UsageError(f"{entry.id} is a cohort; findings are localised person by person")
        found_by = _investigation(engine.graph.store, case_iri(entry.id), examination) if examination else ""
        deficits = localiser.read(case_iri(entry.id), found_by=found_by)
        title = entry.label + (f", {examination}" if examination else "")
    given = [f for text in finding for f in localiser.reader.read(text)]
    lost = (*deficits.lost, *(f for f in given if not f.preserved))
    kept = (*deficits.kept, *(f for f in given if f.preserved))
    kept = (*kept, *(f for text in preserved for f in localiser.reader.read(text, preserved=True)))
    sex = deficits.sex or sex
    hypotheses = tuple(search(lost, kept, localiser.lesions, sex=sex, most=limit))
    return Localisation(title, lost, kept, deficits.unplaced, hypotheses, localiser.lesions, sex), localiser


def _investigation(store: object, case: str, name: str) -> str:
    """The IRI of an investigation of a case; raises UsageError with the nearest ids."""
    import pyoxigraph as ox

    from neoplex.base.errors import UsageError, did_you_mean
    from neoplex.base.names import NX

    assert isinstance(store, ox.Store)
    known = {
        quad.object.value.rpartition("/")[2]: quad.object.value
        for quad in store.quads_for_pattern(ox.NamedNode(case), ox.NamedNode(NX + "hasInvestigation"), None)
        if isinstance(quad.object, ox.NamedNode)
    }
    if name not in known:
        hint = did_you_mean(name, sorted(known)) or f"it has {', '.join(sorted(known)) or 'none'}"
        raise UsageError(f"this case has no investigation {name!r}; {hint}")
    return known[name]


def _triples(case: str | None, found: Localisation, localiser: CaseLocaliser) -> Triples:
    """The hypotheses as they stand in the inferred graph of a case."""
    from neoplex.base.errors import UsageError
    from neoplex.base.names import CASE, case_iri
    from neoplex.infer.lesionquads import hypothesis_quads
    from neoplex.store.answers import Triples, settle

    if case is None:
        raise UsageError("RDF names a case; give one, or choose a format for rows")
    iri = case_iri(case.removeprefix("case:").removeprefix(CASE))
    quads = hypothesis_quads(iri, found.hypotheses, localiser.lesions, sex=found.sex)
    return Triples(settle(quad.triple for quad in quads))


def _nothing(found: Localisation) -> str:
    if found.lost:
        return "no lesion of the atlas explains any of these findings"
    if found.unplaced:
        return f"{found.title}: nothing that is lost could be placed ({len(found.unplaced)} findings name no function)"
    return f"{found.title}: nothing is reported as lost, so there is nothing to localise"
