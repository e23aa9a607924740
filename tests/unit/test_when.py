"""Times become intervals by the stated rules, and are ordered no further than the intervals allow."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoplex.model.when import PARTS, Interval, NotATime, Order, Span, order, parse_when, span_of

DATES = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def interval(text: str) -> tuple[str, str]:
    found = parse_when(text).interval
    assert found is not None
    return (found.earliest.isoformat() if found.earliest else "", found.latest.isoformat() if found.latest else "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2014", ("2014-01-01", "2014-12-31")),
        ("2014-02", ("2014-02-01", "2014-02-28")),
        ("2012-02", ("2012-02-01", "2012-02-29")),
        ("2014-04-29", ("2014-04-29", "2014-04-29")),
        ("2008-early", ("2008-01-01", "2008-04-30")),
        ("2008-mid", ("2008-05-01", "2008-08-31")),
        ("2008-late", ("2008-09-01", "2008-12-31")),
        ("2012-end", ("2012-11-01", "2012-12-31")),
        ("2011-summer", ("2011-06-01", "2011-08-31")),
        ("2011-autumn", ("2011-09-01", "2011-11-30")),
        ("2011-winter", ("2010-12-01", "2012-02-29")),
        ("2014-04-late", ("2014-04-21", "2014-04-30")),
        ("2008-06/2009-08", ("2008-06-01", "2009-08-31")),
        ("2012-10/", ("2012-10-01", "")),
        ("/2012-10", ("", "2012-10-31")),
        ("about 2013-08-10", ("2013-08-03", "2013-08-17")),
        ("about 2013", ("2012-01-01", "2015-01-01")),
    ],
)
def test_a_printed_date_is_an_interval(text: str, expected: tuple[str, str]) -> None:
    assert interval(text) == expected


ANCHOR = Span(Interval(date(2014, 1, 10), date(2014, 1, 20)), Interval(date(2014, 2, 10), date(2014, 2, 20)))


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("before rt", None, date(2014, 1, 20)),
        ("after rt", date(2014, 2, 10), None),
        ("during rt", date(2014, 1, 10), date(2014, 2, 20)),
        ("at rt end", date(2014, 2, 10), date(2014, 2, 20)),
        ("10 d after rt start", date(2014, 1, 20), date(2014, 1, 30)),
        ("about 10 d after rt start", date(2014, 1, 17), date(2014, 2, 2)),
        ("1 wk after rt end", date(2014, 2, 13), date(2014, 3, 3)),
        ("2-3 d before rt start", date(2014, 1, 7), date(2014, 1, 18)),
        ("within 2 d after rt start", date(2014, 1, 10), date(2014, 1, 22)),
        ("> 2 d after rt start", date(2014, 1, 12), None),
        ("< 2 d after rt start", date(2014, 1, 10), date(2014, 1, 22)),
        ("> 2 d before rt start", None, date(2014, 1, 18)),
        ("2 d after rt", date(2014, 1, 12), date(2014, 2, 22)),
        ("since rt start", date(2014, 1, 10), None),
        ("until rt", None, date(2014, 1, 20)),
        ("start of rt", None, None),
    ],
)
def test_a_relative_time_follows_its_anchor(text: str, earliest: date | None, latest: date | None) -> None:
    if text == "start of rt":
        with pytest.raises(NotATime):
            parse_when(text)
        return
    found = span_of(parse_when(text), lambda _: ANCHOR)
    assert found is not None
    assert found.whole == Interval(earliest, latest)


def test_without_a_dated_anchor_nothing_is_dated() -> None:
    assert span_of(parse_when("3 mo after rt end"), lambda _: None) is None


def test_a_date_can_be_the_anchor() -> None:
    found = span_of(parse_when("before 2014-04"), lambda _: None)
    assert found is not None
    assert found.whole == Interval(None, date(2014, 4, 30))


@pytest.mark.parametrize(
    "text",
    ["2014-02-31", "2014-13", "2014-4", "April 2014", "14-04-2014", "2014-04-29-early", "2015/2014", "3 months after x", "0999", "",
     "during x end", "-3 d after x", "2014/2015/2016", "/", "after", "3 d after a b c"],
)  # fmt: skip
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(NotATime):
        parse_when(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        when = parse_when(text)
    except NotATime as problem:
        assert str(problem)
    else:
        assert when.interval is not None or when.relative is not None


@given(DATES)
def test_coarser_dates_hold_finer_ones(day: date) -> None:
    exact = Interval(day, day)
    for text in (f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}"):
        found = parse_when(text).interval
        assert found is not None
        assert found.earliest is not None
        assert found.latest is not None
        assert found.earliest <= day <= found.latest
        assert order(exact, found) is Order.OVERLAPS


@given(st.integers(1900, 2100))
def test_the_parts_of_a_year_lie_in_it_but_for_winter(year: int) -> None:
    for part in PARTS:
        found = parse_when(f"{year}-{part}").interval
        assert found is not None
        assert found.earliest is not None
        assert found.latest is not None
        assert found.earliest <= found.latest
        if part != "winter":
            assert found.earliest.year == found.latest.year == year


INTERVALS = st.builds(
    lambda first, days, open_start, open_end: Interval(
        None if open_start else first, None if open_end else first + timedelta(days=days)
    ),
    DATES,
    st.integers(0, 4000),
    st.booleans(),
    st.booleans(),
)


@given(INTERVALS, INTERVALS)
def test_order_turns_round_with_its_arguments(a: Interval, b: Interval) -> None:
    opposite = {Order.BEFORE: Order.AFTER, Order.AFTER: Order.BEFORE}
    assert order(b, a) is opposite.get(order(a, b), order(a, b))


@given(INTERVALS, INTERVALS, INTERVALS)
def test_before_is_transitive(a: Interval, b: Interval, c: Interval) -> None:
    if order(a, b) is Order.BEFORE and order(b, c) is Order.BEFORE:
        assert order(a, c) is Order.BEFORE or None in (b.earliest, b.latest)


def test_open_ends_hide_the_order() -> None:
    assert order(parse_when("2012/").interval, parse_when("2014").interval) is Order.UNKNOWN
    assert order(parse_when("2012/").interval, parse_when("2011").interval) is Order.AFTER
    assert order(None, parse_when("2011").interval) is Order.UNKNOWN
