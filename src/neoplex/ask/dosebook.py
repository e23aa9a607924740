"""Regimens with their BED and EQD2 as pages and as rows.

Comes in: regimens and the printed doses of :mod:`neoplex.infer.dose`. Goes out: lines of text for a width, or rows. Never computes.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pyoxigraph as ox

from neoplex.ask import layout
from neoplex.base.names import CASE, PREFIXES
from neoplex.infer.dose import ASSUMPTION, BED_FORMULA, EQD2_FORMULA, LARGE_FRACTION, PrintedDose, Regimen, rounded
from neoplex.store.answers import Rows


def page(regimens: Sequence[Regimen], ratios: Sequence[Decimal], width: int) -> list[str]:
    """Regimens as given with BED and EQD2 for each alpha/beta in Gy."""
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


def graph_page(doses: Sequence[PrintedDose], width: int) -> list[str]:
    """Doses of the graph by course, with what follows from each."""
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


def computed_rows(regimens: Sequence[Regimen], ratios: Sequence[Decimal]) -> Rows:
    """One row for each regimen and ratio, in Gy."""
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


def graph_rows(doses: Sequence[PrintedDose]) -> Rows:
    """One row for each printed dose and ratio, in Gy."""
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

    return ox.Literal(text, datatype=ox.NamedNode(PREFIXES["xsd"] + "decimal"))
