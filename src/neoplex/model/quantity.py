"""Quantities as a paper prints them: a number or a range, how exact it is, and the words of its unit or scale.

Comes in: text such as ``about 105 d``. Goes out: a frozen :class:`Quantity`. Which unit or scale the words name is looked up
elsewhere; nothing is converted here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

COMPARATORS = ("about", "<", "<=", ">", ">=")
"""How a printed number may be softened; an exact number has none."""

_WORDS_FOR_COMPARATORS = {
    "about": "about", "approximately": "about", "approx.": "about", "around": "about", "~": "about", "≈": "about", "ca.": "about",
    "<": "<", "less than": "<", "under": "<", "below": "<",
    "<=": "<=", "≤": "<=", "at most": "<=", "up to": "<=",
    ">": ">", "more than": ">", "over": ">", "above": ">",
    ">=": ">=", "≥": ">=", "at least": ">=",
}  # fmt: skip
_NUMBER = r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)"
_COMPARATOR = "|".join(re.escape(word) for word in sorted(_WORDS_FOR_COMPARATORS, key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?:(?P<comparator>{_COMPARATOR})\s*)?(?P<low>{_NUMBER})(?:\s*(?:-|–|\bto\b)\s*(?P<high>{_NUMBER}))?(?P<unit>\D.*)?",
    re.IGNORECASE | re.DOTALL | re.ASCII,
)
EXPECTED = "a number with its unit or scale, such as 4 MRC, 9 NRS, 49.6 ng/mL, about 105 d, 31-675 d or < 1 %"


@dataclass(frozen=True)
class Quantity:
    """A number or a range with a comparator and the unit as written.

    ``high`` equals ``low`` for a single number. ``unit`` may be empty.
    """

    low: Decimal
    high: Decimal
    unit: str = ""
    comparator: str = ""

    @property
    def is_range(self) -> bool:
        """Whether two different ends were printed."""
        return self.low != self.high

    @property
    def value(self) -> Decimal | None:
        """The single number, or None for a range."""
        return None if self.is_range else self.low

    def __str__(self) -> str:
        number = f"{self.low:f}" + (f"-{self.high:f}" if self.is_range else "")
        return " ".join(part for part in (self.comparator, number, self.unit) if part)


class NotAQuantity(ValueError):
    """The text is not a quantity; the message says what was expected."""


def parse_quantity(text: str) -> Quantity:
    """Read a quantity; raises NotAQuantity.

    >>> parse_quantity("about 105 d")
    Quantity(low=Decimal('105'), high=Decimal('105'), unit='d', comparator='about')
    >>> parse_quantity("31-675 d").is_range
    True
    >>> str(parse_quantity("<1%"))
    '< 1 %'
    """
    match = _QUANTITY.fullmatch(text.strip())
    if match is None or len(text) > 200:
        raise NotAQuantity(EXPECTED)
    low = Decimal(match["low"])
    high = Decimal(match["high"]) if match["high"] else low
    if high < low:
        raise NotAQuantity("a range from its lower to its higher end")
    unit = " ".join((match["unit"] or "").split())
    if unit.startswith((".", ",", "/", "+", "-", "–")) and unit != "%":
        raise NotAQuantity(EXPECTED)
    return Quantity(low, high, unit, _WORDS_FOR_COMPARATORS.get((match["comparator"] or "").lower(), ""))


def write_decimal(number: Decimal) -> str:
    """A decimal in one canonical way, without exponent or trailing zeros.

    >>> write_decimal(Decimal("59.40")), write_decimal(Decimal("100"))
    ('59.4', '100')
    """
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "+0", "") else text


def iterate_bounds(quantity: Quantity) -> Iterator[Decimal]:
    """The printed numbers of a quantity: one, or the two ends of a range."""
    yield quantity.low
    if quantity.is_range:
        yield quantity.high
