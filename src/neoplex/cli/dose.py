"""``neoplex dose``: BED and EQD2 of a regimen, or of the regimens that the papers print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    import pyoxigraph as ox

    from neoplex.infer.dose import PrintedDose, Regimen
    from neoplex.store.answers import Rows
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
    from neoplex.ask import render
    from neoplex.base.errors import UsageError
    from neoplex.infer.dose import printed_doses, read_alpha_betas, read_regimen

    render.check_format(format_, (_TEXT, *render.ROW_FORMATS))
    if sum((bool(regimen), case is not None, all_)) != 1:
        raise UsageError("give a regimen such as 39/13, or --case ID, or --all")
    ratios = read_alpha_betas(alpha_beta) if alpha_beta is not None else None
    if regimen:
        chosen = ratios or read_alpha_betas("3,10")
        regimens = [read_regimen(words, per_fraction) for words in regimen]
        text = "\n".join(_page(regimens, chosen)) + "\n" if format_ == _TEXT else ""
        answer = _computed_rows(regimens, chosen)
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
        text = "\n".join(_graph_page(kept)) + "\n" if kept and format_ == _TEXT else ""
        answer = _graph_rows(kept)
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


def _page(regimens: Sequence[Regimen], ratios: Sequence[Decimal]) -> list[str]:
    from neoplex.ask import layout
    from neoplex.infer.dose import ASSUMPTION, BED_FORMULA, EQD2_FORMULA, LARGE_FRACTION, rounded

    width = terminal.screen_width()
    lines = []
    for regimen in regimens:
        count, each = regimen.fractions, rounded(regimen.per_fraction)
        lines.append(f"{rounded(regimen.total)} Gy in {count} fraction{'' if count == 1 else 's'} of {each} Gy")
        cells = [[f"{ab:f} Gy", f"{rounded(regimen.bed(ab))} Gy", f"{rounded(regimen.eqd2(ab))} Gy"] for ab in ratios]
        lines += ["  " + line for line in layout.table(["alpha/beta", "BED", "EQD2"], cells, width - 2, {0, 1, 2})]
        if regimen.per_fraction > LARGE_FRACTION:
            lines += layout.wrap(f"The model is unsure for fractions of {each} Gy.", width, "  ")
        lines.append("")
    lines += [BED_FORMULA, EQD2_FORMULA, "D: total dose, d: dose per fraction, both in Gy"]
    return [*lines, *layout.wrap(ASSUMPTION, width)]


def _graph_page(doses: Sequence[PrintedDose]) -> list[str]:
    from neoplex.ask import layout
    from neoplex.base.names import CASE
    from neoplex.infer.dose import ASSUMPTION, BED_FORMULA, EQD2_FORMULA, rounded

    width = terminal.screen_width()
    lines: list[str] = []
    course = ""
    last = ""
    for entry in doses:
        if entry.course != course:
            course = entry.course
            lines += ["", course.removeprefix(CASE)] if lines else [course.removeprefix(CASE)]
        if entry.dose != last:
            last = entry.dose
            lines += layout.wrap(f"{entry.role}: {_printed(entry)} [{'; '.join(entry.places)}]", width, "  ", "    ")
            if entry.alpha_beta is None:
                lines.append("    nothing follows: the number of fractions is not given")
        if entry.alpha_beta is not None and entry.bed is not None and entry.eqd2 is not None:
            lines.append(
                f"    alpha/beta {entry.alpha_beta.normalize():f} Gy: EQD2 {rounded(entry.eqd2)} Gy, "
                f"BED {rounded(entry.bed)} Gy"
            )
    lines += ["", "Inferred by the rule dose-eqd2, not printed by the papers.", BED_FORMULA, EQD2_FORMULA]
    return [*lines, *layout.wrap(ASSUMPTION, width)]


def _printed(entry: PrintedDose) -> str:
    total = f"{entry.total:f} Gy" if entry.total is not None else "total not given"
    return total + (f" in {entry.fractions} fractions" if entry.fractions else "")


def _computed_rows(regimens: Sequence[Regimen], ratios: Sequence[Decimal]) -> Rows:
    from neoplex.infer.dose import rounded
    from neoplex.store.answers import Rows

    rows = tuple(
        (
            _number(rounded(regimen.total)),
            _number(str(regimen.fractions)),
            _number(rounded(regimen.per_fraction)),
            _number(f"{ratio:f}"),
            _number(rounded(regimen.bed(ratio))),
            _number(rounded(regimen.eqd2(ratio))),
        )
        for regimen in regimens
        for ratio in ratios
    )
    return Rows(("total", "fractions", "perFraction", "alphaBeta", "bed", "eqd2"), rows)


def _graph_rows(doses: Sequence[PrintedDose]) -> Rows:
    import pyoxigraph as ox

    from neoplex.infer.dose import rounded
    from neoplex.store.answers import Rows

    rows = tuple(
        (
            ox.NamedNode(d.case),
            ox.NamedNode(d.course),
            ox.Literal(d.role),
            *(_number(rounded(v)) if v is not None else None for v in (d.total,)),
            _number(str(d.fractions)) if d.fractions else None,
            *(_number(rounded(v)) if v is not None else None for v in (d.per_fraction, d.alpha_beta, d.bed, d.eqd2)),
            ox.Literal("; ".join(d.places)),
        )
        for d in doses
    )
    names = ("case", "course", "role", "total", "fractions", "perFraction", "alphaBeta", "bed", "eqd2", "places")
    return Rows(names, rows)


def _number(text: str) -> ox.Literal:
    import pyoxigraph as ox

    from neoplex.base.names import PREFIXES

    return ox.Literal(text, datatype=ox.NamedNode(PREFIXES["xsd"] + "decimal"))
