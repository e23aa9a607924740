"""How single values are written in a publication file, so that reading them gives the same value.

Comes in: IRIs and literals of a case graph. Goes out: words a curator would write: labels where they are unambiguous,
else ids. Every word is tried against the lexicon or the parser before it is used.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from neoplex.base.names import compact
from neoplex.model.lexicon import Lexicon, NotInLexicon, Site
from neoplex.model.side import Side
from neoplex.model.when import PARTS, NotATime, When, parse_when, span_of

_SIDES = {
    "left": Side.LEFT,
    "right": Side.RIGHT,
    "midline": Side.MIDLINE,
    "sideNotReported": Side.NOT_REPORTED,
}
_STEPS = {"day": 7, "month": 31, "part of month": 10, "year": 366}


def name_class(lexicon: Lexicon, iri: str, *roots: str) -> str:
    """The label of a class where it leads back to it below the roots, else its id.

    >>> from neoplex.base.paths import shipped_root; from neoplex.read.lexicon import load_lexicon
    >>> name_class(load_lexicon(shipped_root()), "https://w3id.org/neoplex/term/NerveEnlargement")
    'nerve enlargement'
    """
    label = lexicon.label(iri)
    try:
        if lexicon.find_class(label, roots) == iri and label == " ".join(label.split()):
            return label
    except NotInLexicon:
        pass
    return compact(iri)


def name_term(lexicon: Lexicon, node: str, kind: str, *roots: str) -> str:
    """A node typed by a term as that term, a shared individual as itself."""
    if kind:
        label = lexicon.label(kind)
        found = lexicon.find(label)
        alone = len(found) == 1 and found[0] in lexicon.classes
        named = name_class(lexicon, kind, *roots)
        return named if alone or named == compact(kind) or kind in found else compact(kind)
    label = lexicon.label(node)
    return label if lexicon.find(label) == (node,) else compact(node)


def name_site(lexicon: Lexicon, iri: str, kind: str, side: str) -> str:
    """A structure with its side; nothing when the IRI stands for no structure."""
    atlas = {found: Site(structure, where, found) for (structure, where), found in lexicon.atlas.items()}
    site = atlas.get(iri)
    if site is None and kind and lexicon.below(kind, lexicon.structure_roots) and side:
        where = _SIDES.get(side, Side.NOT_REPORTED)
        site = Site(kind, where, lexicon.atlas.get((kind, where), ""))
        if lexicon.pairing.get(kind) == "midline" and where is Side.NOT_REPORTED:
            site = Site(kind, Side.MIDLINE, lexicon.atlas.get((kind, Side.MIDLINE), ""))
    if site is None:
        return ""
    label = lexicon.label(site.structure)
    sided = site.side in (Side.LEFT, Side.RIGHT) or (
        site.side is Side.MIDLINE and lexicon.pairing.get(site.structure) != "midline"
    )
    prefix = f"{site.side.value} " if sided else ""
    for words in (prefix + label, prefix + compact(site.structure), compact(iri)):
        try:
            if lexicon.find_sites(words) == (site,):
                return words
        except NotInLexicon:
            continue
    return compact(iri)


def name_measure(lexicon: Lexicon, iri: str) -> str:
    """The UCUM code of a unit, or the shortest name of a scale."""
    if not iri:
        return ""
    for unit in lexicon.units.values():
        if unit.iri == iri:
            return unit.code
    names = sorted((name for name, scale in lexicon.scales.items() if scale.iri == iri), key=lambda n: (len(n), n))
    for name in names:
        shown = name.upper() if len(name) <= 5 and name.isalpha() else name
        if lexicon.find_measure(shown).iri == iri:
            return shown
    return compact(iri)


def write_time(
    *,
    wording: str,
    precision: str,
    earliest: str,
    latest: str,
    relation: str = "",
    anchor: str = "",
    point: str = "",
    offset: tuple[str, str, str] = ("", "", ""),
    unit: str = "",
    comparator: str = "",
) -> str | dict[str, Any]:
    """A time in the notation of the file; ``{at, wording}`` when the source has other words for it.

    >>> write_time(wording="2011-summer", precision="season", earliest="2011-06-01", latest="2011-08-31")
    '2011-summer'
    >>> write_time(wording="in summer", precision="season", earliest="2011-06-01", latest="2011-08-31")
    {'at': '2011-summer', 'wording': 'in summer'}
    """

    def same(when: When) -> bool:
        if when.precision != precision or when.about != (comparator == "about" and precision != "relative"):
            return False
        if when.relative is not None:
            told = when.relative
            if (told.relation, told.anchor, told.point) != (relation, anchor, point):
                return False
            if told.offset is not None or any(offset):
                return told.offset is not None and _same_offset(told.offset, told.within, offset, unit, comparator)
            span = span_of(when, lambda _: None)
            return bool(anchor) or (
                span is not None and _days(span.whole.earliest, span.whole.latest) == (earliest, latest)
            )
        span = span_of(when, lambda _: None)
        return span is not None and _days(span.whole.earliest, span.whole.latest) == (earliest, latest)

    candidates = [wording] if wording else []
    if relation:
        candidates += _relative(relation, anchor, point, offset, unit, comparator, earliest, latest)
    else:
        candidates += _dates(precision, earliest, latest, about=comparator == "about")
    for text in candidates:
        try:
            when = parse_when(text)
        except NotATime:
            continue
        if same(when) and when.text == text:
            return text if text == wording or not wording else {"at": text, "wording": wording}
    return wording if not (earliest or latest) else {"at": f"{earliest}/{latest}", "wording": wording}


def _days(earliest: date | None, latest: date | None) -> tuple[str, str]:
    return (earliest.isoformat() if earliest else "", latest.isoformat() if latest else "")


def _same_offset(told: Any, within: bool, offset: tuple[str, str, str], unit: str, comparator: str) -> bool:
    single, low, high = offset
    numbers = (single, single) if single else (low, high)
    return (
        tuple(f"{number.normalize():f}" for number in (told.low, told.high)) == numbers
        and told.unit == unit
        and ("<=" if within else told.comparator) == comparator
    )


def _relative(
    relation: str,
    anchor: str,
    point: str,
    offset: tuple[str, str, str],
    unit: str,
    comparator: str,
    earliest: str,
    latest: str,
) -> Iterator[str]:
    target = f"{anchor} {point}".strip()
    single, low, high = offset
    number = single or (f"{low}-{high}" if low else "")
    if anchor:
        if number:
            words = {"<=": "within ", "": ""}.get(comparator, f"{comparator} ")
            yield f"{words}{number} {unit} {relation} {target}"
        else:
            yield f"{relation} {target}"
        return
    if relation == "before" and latest:
        yield f"before {latest}"
        yield from (f"before {moment}" for moment in _starting(latest))
    if relation == "after" and earliest:
        yield f"after {earliest}"
    if relation in ("at", "during"):
        yield from (
            f"{relation} {moment}" for kind in ("day", "month", "year") for moment in _dates(kind, earliest, latest)
        )


def _starting(day: str) -> Iterator[str]:
    yield day[:7]
    yield day[:4]


def _dates(precision: str, earliest: str, latest: str, *, about: bool = False) -> Iterator[str]:
    """Notations of a date or span that cover just these days."""
    if about and earliest and latest:
        step = timedelta(days=_STEPS.get(precision, 92))
        first, last = date.fromisoformat(earliest) + step, date.fromisoformat(latest) - step
        for text in _dates(precision, first.isoformat(), last.isoformat()):
            yield f"about {text}"
        return
    if precision == "interval" or not (earliest and latest):
        firsts = list(_edges(earliest, first=True)) or [""]
        lasts = list(_edges(latest, first=False)) or [""]
        yield from (f"{first}/{last}" for first in firsts for last in lasts)
        return
    year, month = earliest[:4], earliest[5:7]
    if precision == "day":
        yield earliest
    elif precision == "month":
        yield f"{year}-{month}"
    elif precision == "year":
        yield year
    elif precision == "part of month":
        yield from (f"{year}-{month}-{part}" for part in PARTS)
    else:
        yield from (f"{start}-{part}" for start in (year, latest[:4], f"{int(year) + 1:04}") for part in PARTS)


def _edges(day: str, *, first: bool) -> Iterator[str]:
    """Ways to write the day a span begins or ends with, the least exact first."""
    if not day:
        return
    moment = date.fromisoformat(day)
    last = monthrange(moment.year, moment.month)[1]
    if (moment.month, moment.day) == ((1, 1) if first else (12, 31)):
        yield day[:4]
    if moment.day == (1 if first else last):
        yield day[:7]
    yield day
