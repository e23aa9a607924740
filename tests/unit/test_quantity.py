"""Quantities are read as printed and written back the same."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoplex.model.quantity import COMPARATORS, NotAQuantity, Quantity, parse_quantity, write_decimal

NUMBERS = st.decimals(min_value=-10_000, max_value=10_000, allow_nan=False, allow_infinity=False, places=2)
UNITS = st.sampled_from(["Gy", "ng/mL", "mg/d", "{patients}", "MRC", "%", "10 mg", "m2"]).filter(
    lambda unit: not unit[0].isdigit()
)


@given(NUMBERS, NUMBERS, UNITS, st.sampled_from(["", *COMPARATORS]))
def test_what_is_written_is_read_back(one: Decimal, other: Decimal, unit: str, comparator: str) -> None:
    quantity = Quantity(min(one, other), max(one, other), unit, comparator)
    assert parse_quantity(str(quantity)) == quantity


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_quantity(text)
    except NotAQuantity as problem:
        assert str(problem)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "comparator"),
    [
        ("4 MRC", "4", "4", "MRC", ""),
        ("49.6 ng/mL", "49.6", "49.6", "ng/mL", ""),
        ("31-675 d", "31", "675", "d", ""),
        ("31–675 d", "31", "675", "d", ""),
        ("5 to 10 mm", "5", "10", "mm", ""),
        ("0.03-0.8 %", "0.03", "0.8", "%", ""),
        ("approximately 105 d", "105", "105", "d", "about"),
        ("≥ 10 mm", "10", "10", "mm", ">="),
        ("at most 3 {patients}", "3", "3", "{patients}", "<="),
        ("more than 6 a", "6", "6", "a", ">"),
        ("-2 mV", "-2", "-2", "mV", ""),
    ],
)
def test_printed_forms(text: str, low: str, high: str, unit: str, comparator: str) -> None:
    assert parse_quantity(text) == Quantity(Decimal(low), Decimal(high), unit, comparator)


@pytest.mark.parametrize("text", ["", "severe", "4/10", "1,000 mg", "4.5.6 Gy", "NaN d", "١٠ ٫ d", "9-3 NRS", "--3 d"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(NotAQuantity):
        parse_quantity(text)


@given(NUMBERS)
def test_a_decimal_has_one_spelling(number: Decimal) -> None:
    text = write_decimal(number)
    assert Decimal(text) == number
    assert "E" not in text
    assert text != "-0"
    assert not (("." in text) and text.endswith("0"))
