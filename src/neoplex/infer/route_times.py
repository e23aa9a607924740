"""How long it was between two uncertain days.

Comes in: spans of ISO days. Goes out: the least and the most that can lie between them, in days or months. Never guesses a day.
"""

from __future__ import annotations

from datetime import date

from neoplex.infer.route_facts import Span

_DAYS_PER_MONTH = 30.4375


def months_between(first: Span, then: Span) -> tuple[float | None, float | None]:
    """The least and the most months from one span to another; None where an end is open.

    >>> months_between(Span("2009-08-01", "2009-08-31"), Span("2011-06-01", "2011-08-31"))
    (21.0, 25.0)
    """
    least = _months(first.latest, then.earliest)
    most = _months(first.earliest, then.latest)
    return least, most


def days_of(span: Span) -> int | None:
    """How many days a span leaves open; None when an end is.

    >>> days_of(Span("2013-08-01", "2013-08-31"))
    30
    """
    if not span.earliest or not span.latest:
        return None
    return (date.fromisoformat(span.latest) - date.fromisoformat(span.earliest)).days


def _months(start: str, end: str) -> float | None:
    if not start or not end:
        return None
    return round((date.fromisoformat(end) - date.fromisoformat(start)).days / _DAYS_PER_MONTH, 0)
