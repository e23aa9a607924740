"""Times as precise as the source: partial dates, intervals and times relative to another fact.

Comes in: text such as ``2011-summer`` or ``3 mo after rt-1 end``. Goes out: frozen values, and intervals computed from them.
An interval is where the moment may lie, never a claim that it filled it. Nothing is guessed beyond the rules written here:

- ``early``, ``mid`` and ``late`` are the thirds of a year or month; ``end`` its last sixth, ``beginning`` its first.
- Seasons are those of the northern hemisphere by whole months; ``winter`` of a year covers both winters that touch it.
- ``about`` widens a date by one step of its own precision on both sides, and an offset by a quarter or one unit, whichever is more.
- An offset in weeks, months or years is known to half a unit; one in days or hours to the day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import Enum

from neoplex.model.quantity import NotAQuantity, Quantity, parse_quantity

DURATION_DAYS: dict[str, Decimal] = {
    "min": Decimal(1) / 1440,
    "h": Decimal(1) / 24,
    "d": Decimal(1),
    "wk": Decimal(7),
    "mo": Decimal("30.4375"),
    "a": Decimal("365.25"),
}
"""Days in one unit; months and years are the mean ones of UCUM."""

POINTS = ("start", "end")
RELATIONS = ("before", "after", "during", "at")
PARTS = ("beginning", "early", "mid", "late", "end", "spring", "summer", "autumn", "winter")
EXPECTED = (
    "a date (2014, 2014-04, 2014-04-29, 2008-early, 2011-summer), an interval (2008-06/2009-08) or a relative time "
    "(3 mo after rt-1 end, before surgery, during rt-1)"
)


class NotATime(ValueError):
    """The text is not a time; the message says what was expected."""


@dataclass(frozen=True)
class Interval:
    """First and last day a moment may lie on; None is an open end."""

    earliest: date | None = None
    latest: date | None = None

    def shifted(self, low: Decimal, high: Decimal) -> Interval:
        """The interval moved by ``low`` to ``high`` days."""
        return Interval(_move(self.earliest, low, ROUND_FLOOR), _move(self.latest, high, ROUND_CEILING))


@dataclass(frozen=True)
class Moment:
    """A date as precise as it was printed; ``precision`` is day, month, year, part of month, part of year or season."""

    text: str
    precision: str
    interval: Interval


@dataclass(frozen=True)
class Relative:
    """A time told from another fact or from a date.

    ``anchor`` is the id of a fact (or empty when ``anchor_moment`` is given), ``point`` start, end or empty, ``offset`` the
    distance if one is printed, ``within`` whether the distance is only a bound.
    """

    relation: str
    anchor: str
    point: str = ""
    offset: Quantity | None = None
    within: bool = False
    anchor_moment: Moment | None = None


@dataclass(frozen=True)
class When:
    """A time as written: one moment, a span of two, or a relative time; ``wording`` keeps other words of the source."""

    text: str
    moment: Moment | None = None
    span: tuple[Moment | None, Moment | None] | None = None
    relative: Relative | None = None
    about: bool = False
    wording: str = ""

    @property
    def precision(self) -> str:
        """How exact the printed time is: of the moment, ``interval`` or ``relative``."""
        if self.moment is not None:
            return self.moment.precision
        return "interval" if self.span is not None else "relative"

    @property
    def interval(self) -> Interval | None:
        """Where the time lies when it was printed as a date or a span; None for a relative time."""
        if self.moment is not None:
            return self.moment.interval
        if self.span is None:
            return None
        first, last = self.span
        return Interval(first.interval.earliest if first else None, last.interval.latest if last else None)


class Order(Enum):
    """How two times lie to each other."""

    BEFORE = "before"
    AFTER = "after"
    OVERLAPS = "overlaps"
    UNKNOWN = "unknown"


def order(a: Interval | None, b: Interval | None) -> Order:
    """Whether ``a`` lies before or after ``b``; OVERLAPS means possibly either, UNKNOWN that an open end hides it.

    >>> order(parse_when("2008-06").interval, parse_when("2009").interval).value
    'before'
    >>> order(parse_when("2009-08").interval, parse_when("2009").interval).value
    'overlaps'
    """
    if a is None or b is None:
        return Order.UNKNOWN
    if a.latest is not None and b.earliest is not None and a.latest < b.earliest:
        return Order.BEFORE
    if b.latest is not None and a.earliest is not None and b.latest < a.earliest:
        return Order.AFTER
    if None in (a.earliest, a.latest, b.earliest, b.latest):
        return Order.UNKNOWN
    return Order.OVERLAPS


_YEAR = re.compile(r"([0-9]{4})")
_DATE = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{1,2})(?:-(?P<day>[0-9]{1,2}))?)?(?:[-\s](?P<part>[A-Za-z]+))?"
)
_OFFSET_WORDS = re.compile(
    r"(?:(?P<within>within)\s+)?(?P<offset>(?:[^\d]*?)[\d.]+(?:\s*[-–]\s*[\d.]+)?\s*[A-Za-z]+)\s+(?P<relation>before|after|into)\s+(?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
_RELATION = re.compile(r"(?P<relation>before|after|during|at|since|until|by)\s+(?P<rest>.+)", re.IGNORECASE | re.DOTALL)
_ANCHOR = re.compile(r"(?:the\s+)?(?P<anchor>[A-Za-z0-9][\w.-]*)(?:\s+(?P<point>start|end))?", re.IGNORECASE)
_ANCHOR_PREFIX = re.compile(r"(?P<point>start|end)\s+of\s+(?P<anchor>[A-Za-z0-9][\w.-]*)", re.IGNORECASE)
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11)}
_YEAR_PARTS = {"beginning": (1, 2), "early": (1, 4), "mid": (5, 8), "late": (9, 12), "end": (11, 12)}
_MONTH_PARTS = {"beginning": (1, 5), "early": (1, 10), "mid": (11, 20), "late": (21, 31), "end": (26, 31)}


def parse_when(text: str, wording: str = "") -> When:
    """Read a time; raises NotATime.

    >>> parse_when("2011-summer").interval
    Interval(earliest=datetime.date(2011, 6, 1), latest=datetime.date(2011, 8, 31))
    >>> parse_when("about 10 d after rt-1 start").relative.anchor
    'rt-1'
    """
    stripped = " ".join(text.split())
    if not stripped or len(stripped) > 300:
        raise NotATime(EXPECTED)
    relative = _parse_relative(stripped)
    if relative is not None:
        return When(stripped, relative=relative, wording=wording)
    if "/" in stripped:
        return When(stripped, span=_parse_span(stripped), wording=wording)
    plain = re.sub(r"^(about|approximately|around|~)\s*", "", stripped, flags=re.IGNORECASE)
    moment = parse_moment(plain)
    if plain != stripped:
        return When(stripped, moment=replace(moment, interval=_widen(moment)), about=True, wording=wording)
    return When(stripped, moment=moment, wording=wording)


def parse_moment(text: str) -> Moment:
    """Read one date, partial or not; raises NotATime.

    >>> parse_moment("2014-02").interval.latest
    datetime.date(2014, 2, 28)
    """
    match = _DATE.fullmatch(text)
    if match is None:
        raise NotATime(EXPECTED)
    year, month, day, part = int(match["year"]), match["month"], match["day"], (match["part"] or "").lower()
    part = {"fall": "autumn", "middle": "mid"}.get(part, part)
    if not 1800 <= year <= 2200:
        raise NotATime("a year between 1800 and 2200")
    if (month and len(month) != 2) or (day and len(day) != 2):
        raise NotATime("month and day with two digits, such as 2014-04-09")
    if part and (day or part not in PARTS or (month and part not in _MONTH_PARTS)):
        raise NotATime(f"a year with one of {', '.join(PARTS)}, or a month with one of {', '.join(_MONTH_PARTS)}")
    if not month:
        return _year_moment(text, year, part)
    if not 1 <= int(month) <= 12:
        raise NotATime("a month from 01 to 12")
    last = monthrange(year, int(month))[1]
    if day:
        if not 1 <= int(day) <= last:
            raise NotATime(f"a day from 01 to {last} in {year}-{month}")
        exact = date(year, int(month), int(day))
        return Moment(text, "day", Interval(exact, exact))
    first_day, last_day = _MONTH_PARTS[part] if part else (1, last)
    interval = Interval(date(year, int(month), first_day), date(year, int(month), min(last_day, last)))
    return Moment(text, "part of month" if part else "month", interval)


def _year_moment(text: str, year: int, part: str) -> Moment:
    if not part:
        return Moment(text, "year", Interval(date(year, 1, 1), date(year, 12, 31)))
    if part == "winter":
        return Moment(text, "season", Interval(date(year - 1, 12, 1), date(year + 1, 2, monthrange(year + 1, 2)[1])))
    first, last = _SEASONS.get(part) or _YEAR_PARTS[part]
    interval = Interval(date(year, first, 1), date(year, last, monthrange(year, last)[1]))
    return Moment(text, "season" if part in _SEASONS else "part of year", interval)


def _widen(moment: Moment) -> Interval:
    step = {"day": Decimal(7), "month": Decimal(31), "part of month": Decimal(10)}.get(moment.precision, Decimal(92))
    if moment.precision == "year":
        step = Decimal(366)
    return moment.interval.shifted(-step, step)


def _parse_span(text: str) -> tuple[Moment | None, Moment | None]:
    ends = [end.strip() for end in text.split("/")]
    if len(ends) != 2 or not any(ends):
        raise NotATime("an interval of two dates with one / between them")
    first, last = (parse_moment(end) if end else None for end in ends)
    if first and last:
        begins, ends_at = first.interval.earliest, last.interval.latest
        if begins is not None and ends_at is not None and ends_at < begins:
            raise NotATime("an end that does not lie before its start")
    return first, last


def _parse_relative(text: str) -> Relative | None:
    match = _OFFSET_WORDS.fullmatch(text)
    if match is not None:
        try:
            offset = parse_quantity(match["offset"])
        except NotAQuantity as problem:
            raise NotATime(EXPECTED) from problem
        if offset.unit not in DURATION_DAYS:
            raise NotATime(f"a duration in one of {', '.join(DURATION_DAYS)}")
        if offset.low < 0:
            raise NotATime("a distance that is not negative")
        relation = "after" if match["relation"].lower() == "into" else match["relation"].lower()
        anchor, point, moment = _parse_anchor(match["rest"])
        if match["relation"].lower() == "into":
            point = point or "start"
        return Relative(relation, anchor, point, offset, bool(match["within"]), moment)
    match = _RELATION.fullmatch(text)
    if match is None:
        return None
    word = match["relation"].lower()
    anchor, point, moment = _parse_anchor(match["rest"])
    relation = {"since": "after", "until": "before", "by": "before"}.get(word, word)
    if word == "since":
        point = point or "start"
    if relation == "during" and point:
        raise NotATime(f"during {anchor} without {point}")
    return Relative(relation, anchor, point, None, False, moment)


def _parse_anchor(text: str) -> tuple[str, str, Moment | None]:
    if _YEAR.match(text) and _DATE.fullmatch(text):
        return "", "", parse_moment(text)
    match = _ANCHOR_PREFIX.fullmatch(text) or _ANCHOR.fullmatch(text)
    if match is None:
        raise NotATime(
            "the id of one event, treatment, investigation or finding of the case, with start or end after it if need be"
        )
    return match["anchor"], (match["point"] or "").lower(), None


def _move(day: date | None, days: Decimal, rounding: str) -> date | None:
    if day is None:
        return None
    try:
        return day + timedelta(days=int(days.to_integral_value(rounding=rounding)))
    except OverflowError:
        return None


def offset_days(offset: Quantity) -> tuple[Decimal, Decimal | None]:
    """The least and the most days an offset may mean by the rules of this module; None for no upper bound.

    >>> offset_days(parse_quantity("10 d"))
    (Decimal('10'), Decimal('10'))
    >>> offset_days(parse_quantity("about 10 d"))
    (Decimal('7.5'), Decimal('12.5'))
    """
    unit = DURATION_DAYS[offset.unit]
    low, high = offset.low * unit, offset.high * unit
    slack = unit / 2 if offset.unit in ("wk", "mo", "a") else Decimal(0)
    if offset.comparator == "about":
        slack = max(unit, offset.high * unit / 4)
    if offset.comparator in ("<", "<="):
        return Decimal(0), high
    if offset.comparator in (">", ">="):
        return low, None
    return max(Decimal(0), low - slack), high + slack


@dataclass(frozen=True)
class Span:
    """Where the start and the end of a fact may lie."""

    start: Interval
    end: Interval

    @property
    def whole(self) -> Interval:
        """From the first possible day of the start to the last possible day of the end."""
        return Interval(self.start.earliest, self.end.latest)


def span_of(when: When, anchor_span: Callable[[str], Span | None]) -> Span | None:
    """Start and end of a time; ``anchor_span`` gives those of another fact of the case, or None when it has none."""
    if when.moment is not None:
        return Span(when.moment.interval, when.moment.interval)
    if when.span is not None:
        first, last = (moment.interval if moment else Interval() for moment in when.span)
        if when.span[0] is None:
            first = Interval(None, last.latest)
        if when.span[1] is None:
            last = Interval(first.earliest, None)
        return Span(first, last)
    relative = when.relative
    assert relative is not None
    if relative.anchor_moment is not None:
        span: Span | None = Span(relative.anchor_moment.interval, relative.anchor_moment.interval)
    else:
        span = anchor_span(relative.anchor)
    if span is None:
        return None
    interval = _relate(relative, span)
    return None if interval == Interval() else Span(interval, interval)


def _relate(relative: Relative, span: Span) -> Interval:
    point = {"start": span.start, "end": span.end}.get(relative.point)
    if relative.offset is None:
        if relative.relation in ("during", "at"):
            return point or span.whole
        if relative.relation == "before":
            return Interval(None, (point or span.start).latest)
        return Interval((point or span.end).earliest, None)
    base = point or span.whole
    low, high = offset_days(relative.offset)
    if relative.within:
        low = Decimal(0)
    if relative.relation == "before":
        moved = base.shifted(-high if high is not None else Decimal(0), -low)
        return moved if high is not None else Interval(None, moved.latest)
    moved = base.shifted(low, high if high is not None else Decimal(0))
    return moved if high is not None else Interval(moved.earliest, None)
