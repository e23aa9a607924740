"""Values of the file notation taken apart for foreign formats: sites, quantities and times.

Comes in: words such as ``left psoas major``, ``4 MRC`` or ``2013-08``. Goes out: IRIs, numbers and days, or None where a
foreign format has no way to say it exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from neoplex.base.names import NX
from neoplex.cases.notation import name_site, write_time
from neoplex.model.lexicon import Lexicon, NotInLexicon, Scale, Site, Unit
from neoplex.model.quantity import Quantity, parse_quantity, write_decimal
from neoplex.model.side import Side
from neoplex.model.when import When, parse_when

SIDE_TERMS = {Side.LEFT: NX + "left", Side.RIGHT: NX + "right", Side.MIDLINE: NX + "midline"}


@dataclass(frozen=True)
class Amount:
    """A quantity with the unit or scale it is in."""

    quantity: Quantity
    measure: Unit | Scale


def read_amount(lexicon: Lexicon, words: Any) -> Amount:
    """A checked quantity of the file."""
    quantity = parse_quantity(str(words))
    return Amount(quantity, lexicon.find_measure(quantity.unit))


def read_sites(lexicon: Lexicon, words: Any) -> list[Site]:
    """The structures of one value of the file."""
    return list(lexicon.find_sites(str(words)))


def read_term(lexicon: Lexicon, words: Any, *roots: str) -> str:
    """The class, else the shared individual, that a value of the file names."""
    try:
        return lexicon.find_class(str(words), [NX + root for root in roots])
    except NotInLexicon:
        return lexicon.find_anything(str(words))


def read_time(value: Any) -> tuple[When, str]:
    """A time of the file and the words the source has for it, if they differ."""
    if isinstance(value, dict):
        return parse_when(str(value["at"])), str(value.get("wording", ""))
    return parse_when(str(value)), ""


def name_days(earliest: date | None, latest: date | None) -> str:
    """The least exact notation that covers just these days; what a reader makes of two bare days.

    >>> name_days(date(2013, 8, 1), date(2013, 8, 31)), name_days(date(2013, 6, 1), date(2013, 8, 31))
    ('2013-08', '2013-06/2013-08')
    """
    first = earliest.isoformat() if earliest else ""
    last = latest.isoformat() if latest else ""
    for precision in ("day", "month", "year", "interval"):
        found = write_time(wording="", precision=precision, earliest=first, latest=last)
        if isinstance(found, str) and found:
            return found
    return f"{first}/{last}"


def write_site(lexicon: Lexicon, structure: str, side: str) -> str:
    """The words for a structure with the side that a foreign format gives beside it: left, right, midline or nothing."""
    return name_site(lexicon, "", structure, side or "sideNotReported")


def write_number(amount: float | int | str) -> str:
    """A JSON number as the decimal it was written from.

    >>> write_number(49.6), write_number(30.0), write_number(1e-07)
    ('49.6', '30', '0.0000001')
    """
    from decimal import Decimal

    return write_decimal(Decimal(str(amount)))
