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
    from neoplex.ask.engines import LocalEngine
    from neoplex.ask.localising import localise_findings
    from neoplex.base.errors import UsageError

    render.check_format(format_, (_TEXT, *render.FORMATS))
    if case is None and not finding:
        raise UsageError("name a case, or give at least one --finding")
    if case is None and examination:
        raise UsageError("--examination needs a case")
    if sex not in ("", "male", "female"):
        raise UsageError(f"{sex!r} is no sex here; use male or female")
    found, localiser = localise_findings(
        LocalEngine.open(), case, finding or (), preserved or (), examination=examination, sex=sex, most=limit
    )
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
