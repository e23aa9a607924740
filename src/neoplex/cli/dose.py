"""``neoplex dose``: BED and EQD2 of a regimen, or of the regimens that the papers print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    from neoplex.store.embedded import Graph

_TEXT = "text"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("dose", short_help="Compare radiotherapy regimens by BED and EQD2.")(dose)


def dose(
    regimen: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REGIMEN]...", help="Total dose and fractions: 39/13, 42.5Gy/17, 8/1."),
    ] = None,
    alpha_beta: Annotated[
        str | None,
        typer.Option("--alpha-beta", "-a", metavar="GY", help="One ratio or several, with commas (default 3,10)."),
    ] = None,
    per_fraction: Annotated[
        str | None, typer.Option("--per-fraction", metavar="GY", help="Dose per fraction, when only a total is given.")
    ] = None,
    case: Annotated[
        str | None, typer.Option("--case", metavar="ID", help="The regimens of this case or cohort in the graph.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every regimen in the graph.")] = False,
    format_: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="text, table, csv, tsv, json, xml or md.")
    ] = _TEXT,
    output: terminal.OutputOption = None,
) -> None:
    """Work out BED and EQD2: what a regimen comes to in fractions of 2 Gy.

    \b
    neoplex dose 39/13
    neoplex dose 42.5/17 8/1 --alpha-beta 3
    neoplex dose 39 --per-fraction 3
    neoplex dose --case sanuki-2022-5
    neoplex dose --all --format csv

    Planned, prescribed, delivered and reported doses of the graph are different facts and stay apart.
    """
    from neoplex.ask import dosebook, render
    from neoplex.base.errors import UsageError
    from neoplex.infer.dose import printed_doses, read_alpha_betas, read_regimen

    render.check_format(format_, (_TEXT, *render.ROW_FORMATS))
    if sum((bool(regimen), case is not None, all_)) != 1:
        raise UsageError("give a regimen such as 39/13, or --case ID, or --all")
    ratios = read_alpha_betas(alpha_beta) if alpha_beta is not None else None
    if regimen:
        chosen = ratios or read_alpha_betas("3,10")
        regimens = [read_regimen(words, per_fraction) for words in regimen]
        text = "\n".join(dosebook.page(regimens, chosen, terminal.screen_width())) + "\n" if format_ == _TEXT else ""
        answer = dosebook.computed_rows(regimens, chosen)
    else:
        if per_fraction is not None:
            raise UsageError("--per-fraction goes with a regimen, not with doses of the graph")
        doses = printed_doses(*_scope(case))
        kept = [d for d in doses if ratios is None or d.alpha_beta is None or d.alpha_beta in ratios]
        if ratios and (missing := sorted(set(ratios) - {d.alpha_beta for d in doses if d.alpha_beta})) and doses:
            words = ", ".join(f"{ratio:f}" for ratio in missing)
            terminal.talk(f"the graph holds no equivalents for alpha/beta {words}; give the regimen itself instead")
        if not doses:
            terminal.talk("no dose is recorded " + (f"for {case}" if case else "in the graph"))
        text = "\n".join(dosebook.graph_page(kept, terminal.screen_width())) + "\n" if kept and format_ == _TEXT else ""
        answer = dosebook.graph_rows(kept)
    if format_ != _TEXT:
        text = render.render(answer, render.Style(format_, terminal.screen_width()))
    terminal.emit(text, output)
    terminal.talk("a calculation for research; no dose is recommended")


def _scope(case: str | None) -> tuple[Graph, str | None]:
    from neoplex.ask.casebook import find_case
    from neoplex.ask.engines import LocalEngine
    from neoplex.base.names import case_iri

    engine = LocalEngine.open()
    return engine.graph, case_iri(find_case(engine, case).id) if case else None
