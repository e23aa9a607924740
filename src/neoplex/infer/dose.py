"""Doses of radiotherapy compared by the linear-quadratic model: BED and EQD2 of a regimen, and those the graph holds.

Comes in: a regimen in words such as ``39/13``, or a graph with inferred ``nx:EquivalentDose`` nodes. Goes out: frozen values in
gray. The formulas are those of ``queries/rules/dose-eqd2.rq``; the graph's own figures come from that rule and are never
computed a second time here. Repopulation, dose rate and gaps are not modelled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from neoplex.base.errors import UsageError
from neoplex.base.names import NX
from neoplex.store.embedded import Graph

BED_FORMULA = "BED = D x (1 + d / (alpha/beta))"
EQD2_FORMULA = "EQD2 = D x (d + alpha/beta) / (2 + alpha/beta)"
ASSUMPTION = (
    "Linear-quadratic model: equal fractions of d Gy, complete repair between them, no account of treatment time or regrowth. "
    "It is least sure for fractions above about 10 Gy. Alpha/beta is a choice, not a measurement: 3 Gy is usual for late effects "
    "and muscle, 10 Gy for tumour and early effects."
)
LARGE_FRACTION = Decimal(10)
_MOST_TOTAL = Decimal(200)
_MOST_FRACTIONS = 100
_MOST_ALPHA_BETA = Decimal(50)
_NUMBER = r"(\d+(?:\.\d+)?|\.\d+)"
_REGIMEN = re.compile(
    rf"\s*{_NUMBER}\s*(?:gy|gray)?\s*(?:(?:/|\bin\b)\s*{_NUMBER}\s*(?:fx?|fractions?)?)?\s*", re.IGNORECASE | re.ASCII
)
_EXPECTED = "total dose in Gy and number of fractions, such as 39/13 or 42.5Gy/17, or a total with --per-fraction"


@dataclass(frozen=True)
class Regimen:
    """A course of equal fractions: total dose in Gy and how many fractions."""

    total: Decimal
    fractions: int

    @property
    def per_fraction(self) -> Decimal:
        """Dose per fraction in Gy."""
        return self.total / self.fractions

    def bed(self, alpha_beta: Decimal) -> Decimal:
        """Biologically effective dose in Gy, unrounded."""
        return self.total * (1 + self.per_fraction / alpha_beta)

    def eqd2(self, alpha_beta: Decimal) -> Decimal:
        """Equivalent total dose in fractions of 2 Gy, in Gy, unrounded."""
        return self.total * (self.per_fraction + alpha_beta) / (2 + alpha_beta)


@dataclass(frozen=True)
class PrintedDose:
    """A dose of the graph with what the rule inferred from it; ``role`` is planned, prescribed, delivered or reported."""

    case: str
    course: str
    dose: str
    role: str
    total: Decimal | None
    fractions: int | None
    alpha_beta: Decimal | None
    per_fraction: Decimal | None
    bed: Decimal | None
    eqd2: Decimal | None
    places: tuple[str, ...]


def read_regimen(words: str, per_fraction: str | None = None) -> Regimen:
    """A regimen from words; raises UsageError when it is no course of equal fractions.

    >>> read_regimen("39/13").per_fraction
    Decimal('3')
    """
    match = _REGIMEN.fullmatch(words)
    if match is None:
        raise UsageError(f"regimen: found {words!r}, expected {_EXPECTED}")
    total = Decimal(match[1])
    each = _read_number(per_fraction, "dose per fraction", LARGE_FRACTION * 4) if per_fraction is not None else None
    if not 0 < total <= _MOST_TOTAL:
        raise UsageError(f"total dose: found {total} Gy, expected more than 0 and at most {_MOST_TOTAL} Gy")
    if match[2] is None:
        if each is None:
            raise UsageError(f"regimen: found {words!r} without fractions, expected {_EXPECTED}")
        count = total / each
        if count != count.to_integral_value():
            raise UsageError(f"fractions: {total} Gy is no whole number of fractions of {each} Gy (found {count:.2f})")
    else:
        count = Decimal(match[2])
        if count != count.to_integral_value():
            raise UsageError(f"fractions: found {match[2]}, expected a whole number")
    if not 1 <= count <= _MOST_FRACTIONS:
        raise UsageError(f"fractions: found {count}, expected 1 to {_MOST_FRACTIONS}")
    regimen = Regimen(total, int(count))
    if each is not None and abs(each - regimen.per_fraction) > Decimal("0.01"):
        raise UsageError(
            f"dose per fraction: found {each} Gy, expected {rounded(regimen.per_fraction)} Gy, which is {total} Gy in "
            f"{int(count)} fractions"
        )
    return regimen


def read_alpha_betas(words: str) -> tuple[Decimal, ...]:
    """Ratios from words such as ``3,10``, each once in the order given; raises UsageError."""
    values = [_read_number(part, "alpha/beta", _MOST_ALPHA_BETA) for part in words.split(",")]
    return tuple(dict.fromkeys(values))


def rounded(value: Decimal) -> str:
    """A dose for people: at most two decimals, no needless zeros.

    >>> rounded(Decimal("46.750")), rounded(Decimal(60))
    ('46.75', '60')
    """
    text = f"{value.quantize(Decimal('0.01'), rounding=ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".")


def printed_doses(graph: Graph, case: str | None = None) -> tuple[PrintedDose, ...]:
    """Every dose of the graph (or of one case) with its inferred equivalents: one entry for each alpha/beta, in order.

    A dose without fractions has one entry without equivalents, since nothing follows from it.
    """
    bound = f"VALUES ?case {{ <{case}> }}" if case else ""
    found = graph.query(f"""
      SELECT ?case ?course ?dose ?kind ?total ?fractions ?ab ?each ?bed ?eqd2
             (GROUP_CONCAT(DISTINCT ?label; SEPARATOR="\\n") AS ?places) WHERE {{
        {bound}
        ?case nx:hasTreatment ?course . ?course nx:hasDose ?dose . ?dose a ?kind ; nx:statedIn/rdfs:label ?label .
        OPTIONAL {{ ?dose nx:totalDose ?total }}
        OPTIONAL {{ ?dose nx:fractionCount ?fractions }}
        OPTIONAL {{ ?result nx:ofDose ?dose ; nx:alphaBeta ?ab ; nx:bed ?bed ; nx:eqd2 ?eqd2 ; nx:dosePerFractionUsed ?each }}
      }} GROUP BY ?case ?course ?dose ?kind ?total ?fractions ?ab ?each ?bed ?eqd2""")
    doses = []
    for row in found:
        count = _decimal(row["fractions"])
        doses.append(
            PrintedDose(
                row["case"].value,
                row["course"].value,
                row["dose"].value,
                row["kind"].value.removeprefix(NX).removesuffix("Dose").lower(),
                _decimal(row["total"]),
                int(count) if count is not None else None,
                _decimal(row["ab"]),
                _decimal(row["each"]),
                _decimal(row["bed"]),
                _decimal(row["eqd2"]),
                tuple(sorted(row["places"].value.split("\n"))),
            )
        )
    return tuple(sorted(doses, key=lambda d: (natural(d.dose), d.alpha_beta or Decimal(0))))


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts ``case-2`` before ``case-10``."""
    return tuple((int(p), "") if p.isdigit() else (-1, p) for p in re.split(r"(\d+)", text) if p)


def _read_number(words: str, field: str, most: Decimal) -> Decimal:
    match = re.fullmatch(rf"\s*{_NUMBER}\s*(?:gy|gray)?\s*", words, re.IGNORECASE | re.ASCII)
    value = Decimal(match[1]) if match else None
    if value is None or not 0 < value <= most:
        raise UsageError(
            f"{field}: found {words.strip() or 'nothing'!r}, expected a number of Gy above 0, at most {most}"
        )
    return value


def _decimal(term: object) -> Decimal | None:
    value = getattr(term, "value", None)
    return Decimal(value) if value is not None else None
