"""What a case tells in time, ready to be drawn: entries with the range in which each may lie, and those without a time.

Comes in: the facts of one case. Goes out: entries on dates, entries counted from another fact, and entries without time; every
fact that is an event, symptom, investigation, treatment, measurement or outcome is in one of them. A range is where the moment
may lie, never a claim that it filled it. Nothing is drawn here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from neoplex.ask.factwords import FactWords
from neoplex.base.names import NX
from neoplex.model.quantity import Quantity
from neoplex.model.when import DURATION_DAYS, offset_days

LANES = ("events", "diseases", "symptoms and signs", "tests and imaging", "treatments", "course and outcomes")
_LINKS = {
    "hasEvent": "events",
    "hasCondition": "diseases",
    "hasFinding": "symptoms and signs",
    "hasInvestigation": "tests and imaging",
    "hasTreatment": "treatments",
    "hasOutcome": "course and outcomes",
}
_TREATMENT = "treatments"
INSTANT = ""


@dataclass(frozen=True)
class Range:
    """Where a moment may lie, in days: proleptic ordinals on the date axis, distances on a relative one; None is an open end."""

    low: float | None = None
    high: float | None = None

    @property
    def closed(self) -> bool:
        """Whether both ends are known."""
        return self.low is not None and self.high is not None


@dataclass(frozen=True)
class Moment:
    """One time of a fact: its range, the words of the source, whether the days were worked out, and what it counts from.

    ``root`` is the fact (IRI) that the range counts from and ``point`` its start, its end or neither; both empty for dates.
    ``during`` says that it fell somewhere within the root. ``brief`` is the wording without what a figure shows anyway.
    """

    range: Range
    wording: str
    derived: bool = False
    root: str = ""
    point: str = INSTANT
    during: bool = False
    brief: str = ""


@dataclass(frozen=True)
class Entry:
    """A fact of the case on its lane; ``at`` when it was, ``start`` and ``end`` of something that lasted, ``amount`` its value."""

    fact: str
    lane: str
    name: str
    absent: bool = False
    at: Moment | None = None
    start: Moment | None = None
    end: Moment | None = None
    amount: str = ""
    number: Decimal | None = None
    measured: str = ""
    unit: str = ""

    @property
    def moments(self) -> tuple[Moment, ...]:
        """The times that are told."""
        return tuple(moment for moment in (self.at, self.start, self.end) if moment is not None)

    @property
    def timed(self) -> bool:
        """Whether any time is told."""
        return bool(self.moments)


@dataclass(frozen=True)
class Clock:
    """Entries that count from one fact. ``points`` are what they count from: its start, its end, both, or the fact as one moment.

    Start and end share a clock only when nothing counted from the start lies after it and nothing counted from the end before it,
    since how long the fact lasted is not told.
    """

    root: str
    points: tuple[str, ...]
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Chronicle:
    """The case in time."""

    case: str
    label: str
    dated: tuple[Entry, ...] = ()
    clocks: tuple[Clock, ...] = ()
    untimed: tuple[Entry, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of them."""
        return (*self.dated, *(entry for clock in self.clocks for entry in clock.entries), *self.untimed)


def read_chronicle(facts: FactWords) -> Chronicle:
    """The chronicle of a case."""
    return _Reader(facts).read()


def dose_words(facts: FactWords, course: str) -> str:
    """The doses of a course; those that differ say whether they were planned, delivered or only reported."""
    doses: dict[str, list[str]] = {}
    for dose in facts.iris(course, "hasDose"):
        total, count = facts.text(dose, "totalDose"), facts.text(dose, "fractionCount")
        if total:
            words = f"{total} Gy" + (f" in {count}" if count else "")
            doses.setdefault(words, []).append(facts.kind(dose).removesuffix(" dose"))
    if len(doses) == 1:
        return next(iter(doses))
    return ", ".join(f"{' and '.join(dict.fromkeys(roles))} {words}" for words, roles in doses.items())


@dataclass
class _Reader:
    facts: FactWords
    found: dict[str, Entry] = field(default_factory=dict)

    def read(self) -> Chronicle:
        facts = self.facts
        for link, lane in _LINKS.items():
            for node in facts.in_order(facts.linked(link)):
                carried = lane == "symptoms and signs" and facts.iris(node, "foundBy")
                if not carried or self._number(node) is not None:
                    self.found.setdefault(node, self._entry(node, lane))
        entries = [self._settled(entry) for entry in self.found.values()]
        dated = [e for e in entries if e.timed and not any(m.root for m in e.moments)]
        counted = [e for e in entries if any(m.root for m in e.moments)]
        roots = {moment.root for entry in counted for moment in entry.moments}
        rest = [e for e in entries if not e.timed and e.fact not in roots]
        return Chronicle(facts.case, facts.label(facts.case), tuple(dated), self._clocks(counted), tuple(rest))

    # ------------------------------------------------------------------------------------------------------------ one fact

    def _entry(self, node: str, lane: str) -> Entry:
        facts = self.facts
        number = self._number(node)
        amount = facts.measure(node).partition(" (")[0]
        amount = dose_words(facts, node) or amount
        units = [facts.codes.get(iri, "") or facts.label(iri) for iri in facts.iris(node, "unit")]
        scales = [facts.label(iri) for iri in facts.iris(node, "scale")]
        return Entry(
            node,
            lane,
            self._name(node),
            facts.is_absent(node),
            self._moment(next(iter(facts.iris(node, "atTime")), "")),
            self._moment(next(iter(facts.iris(node, "startTime")), "")),
            self._moment(next(iter(facts.iris(node, "endTime")), "")),
            amount,
            number,
            self._measured(node) if number is not None else "",
            (units or scales or [""])[0].strip("{}"),
        )

    def _name(self, node: str) -> str:
        """What the fact is, in few words: the drug or kind, and where."""
        facts = self.facts
        drugs = [facts.kind(iri) or facts.short(iri) for iri in facts.iris(node, "usesDrug")]
        head = ", ".join(drugs) or facts.kind(node)
        sites = [facts.short(iri) for iri in facts.iris(node, "hasSite")] + [
            facts.short(iri) for iri in facts.iris(node, "hasTarget")
        ]
        places = _both_sides(sites)
        places = [place for place in places if place not in head]
        of = [
            facts.kind(iri) for iri in facts.iris(node, "concerns") if iri in facts.nodes and facts.iris(iri, "status")
        ]
        outcome = f" ({', '.join(of)})" if of and node in facts.linked("hasOutcome") else ""
        return head + (f", {', '.join(places)}" if places else "") + outcome

    def _measured(self, node: str) -> str:
        """What was measured, with its subject: a pain score of one site is another series than that of another."""
        facts = self.facts
        about = [self._name(iri) for iri in facts.iris(node, "concerns") if iri in facts.nodes]
        return self._name(node) + (f": {', '.join(dict.fromkeys(about))}" if about else "")

    def _number(self, node: str) -> Decimal | None:
        """The value when the fact is a measurement: a finding with a number and a unit or scale, and no grade of strength."""
        facts = self.facts
        value = facts.text(node, "value")
        scales = facts.iris(node, "scale")
        if not value or not (facts.iris(node, "unit") or scales) or NX + "mrcMuscleScale" in scales:
            return None
        return Decimal(value)

    # --------------------------------------------------------------------------------------------------------------- times

    def _moment(self, time: str) -> Moment | None:
        if not time:
            return None
        facts = self.facts
        wording = facts.time(time).partition(" (worked out")[0]
        low, high = facts.text(time, "earliest"), facts.text(time, "latest")
        if low or high:
            derived = "true" in facts.texts(time, "derivedInterval")
            brief = "" if _DATE_WORDS.fullmatch(wording) else _without_ids(wording)
            return Moment(Range(_ordinal(low), _ordinal(high, 1)), wording, derived, brief=brief)
        anchor = next(iter(facts.iris(time, "anchor")), "")
        if not anchor:
            return None
        return self._counted(
            anchor, facts.text(time, "anchorPoint"), facts.text(time, "relation"), self._offset(time), wording
        )

    def _offset(self, node: str, prefix: str = "offset") -> tuple[float, float | None] | None:
        """The least and the most days of an offset or duration node, by the rules of ``model.when``."""
        facts = self.facts
        names = ("offset", "lowOffset", "highOffset", "offsetUnit") if prefix == "offset" else _VALUES
        value, low, high = (facts.text(node, name) for name in names[:3])
        units = [facts.codes.get(iri, "") for iri in facts.iris(node, names[3])]
        unit = next((code for code in units if code in DURATION_DAYS), "")
        if not unit or not (value or low or high):
            return None
        least = Decimal(value or low or high)
        most = Decimal(value or high or low)
        comparator = facts.text(node, "comparator")
        first, last = offset_days(Quantity(least, most, unit, comparator))
        return float(first), None if last is None else float(last)

    def _counted(
        self, anchor: str, point: str, relation: str, offset: tuple[float, float | None] | None, wording: str
    ) -> Moment:
        """A moment told from another fact; which point a bare relation means follows ``model.when``."""
        lasting = self._lasts(anchor)
        if not lasting:
            point = INSTANT
        elif not point and offset is None:
            point = "end" if relation == "after" else "start"
        if offset is not None:
            low, high = offset
            span = Range(None if high is None else -high, -low) if relation == "before" else Range(low, high)
        elif relation == "before":
            span = Range(None, 0.0)
        elif relation == "after" or (relation == "during" and lasting):
            span = Range(0.0, None)
        else:
            span = Range(0.0, 0.0)
        within = relation == "during" and lasting
        brief = "during it" if within else _brief(wording)
        return Moment(span, wording, root=anchor, point=point, during=within, brief=brief)

    def _lasts(self, node: str) -> bool:
        """Whether start and end of a fact are told apart: it has one, or a time counts from one, or lies within it."""
        facts = self.facts
        if facts.iris(node, "startTime") or facts.iris(node, "endTime"):
            return True
        times = [time for time in facts.nodes if node in facts.iris(time, "anchor")]
        return any(facts.text(time, "anchorPoint") or facts.text(time, "relation") == "during" for time in times)

    def _settled(self, entry: Entry) -> Entry:
        """An entry with the time of its outcome, and with its anchors followed as far as their distance is known."""
        if not entry.timed:
            entry = self._from_duration(entry)
        if entry.at is not None and entry.at.root:
            entry = replace(entry, at=self._followed(entry.at, {entry.fact}))
        if entry.start is not None and entry.start.root:
            entry = replace(entry, start=self._followed(entry.start, {entry.fact}))
        if entry.end is not None and entry.end.root:
            entry = replace(entry, end=self._followed(entry.end, {entry.fact}))
        return entry

    def _from_duration(self, entry: Entry) -> Entry:
        facts = self.facts
        for node in facts.iris(entry.fact, "timeToOutcome"):
            anchor = next(iter(facts.iris(node, "anchor")), "")
            offset = self._offset(node, "value")
            if not anchor or offset is None:
                continue
            point = facts.text(node, "anchorPoint")
            words = f"{facts.measure(node)} after {facts.short(anchor)}" + (f" {point}" if point else "")
            base = self._dates_of(anchor, point)
            if base is not None:
                low = None if base.low is None else base.low + offset[0]
                high = None if base.high is None or offset[1] is None else base.high + offset[1]
                return replace(entry, at=Moment(Range(low, high), words, True, brief=_without_ids(words)))
            return replace(entry, at=self._counted(anchor, point, "after", offset, words))
        return entry

    def _dates_of(self, node: str, point: str) -> Range | None:
        """The dates of a fact, or of its start or end."""
        entry = self.found.get(node)
        if entry is None:
            return None
        chosen = {"start": entry.start, "end": entry.end}.get(point) or entry.at
        return chosen.range if chosen is not None and not chosen.root else None

    def _followed(self, moment: Moment, seen: set[str]) -> Moment:
        """A moment counted from the farthest anchor whose distance is bounded on both sides."""
        anchor = self.found.get(moment.root)
        if anchor is None or moment.root in seen:
            return moment
        base = {"start": anchor.start, "end": anchor.end}.get(moment.point) or anchor.at
        if base is None:
            base = self._from_duration(anchor).at
        if base is None or not base.root or not base.range.closed:
            return moment
        base = self._followed(base, seen | {moment.root})
        assert base.range.low is not None and base.range.high is not None
        low = None if moment.range.low is None else moment.range.low + base.range.low
        high = None if moment.range.high is None else moment.range.high + base.range.high
        return replace(
            moment, range=Range(low, high), root=base.root, point=base.point, brief=_without_ids(moment.wording)
        )

    def _clocks(self, entries: Sequence[Entry]) -> tuple[Clock, ...]:
        groups: dict[tuple[str, str], list[Entry]] = {}
        for entry in entries:
            moment = next(m for m in entry.moments if m.root)
            groups.setdefault((moment.root, moment.point), []).append(entry)
        ranks = self._ranks(groups)
        found = []
        for root in sorted({root for root, _ in groups}, key=lambda root: (ranks.get(root, 0), root)):
            own = {point: groups[root, point] for point in ("", "start", "end") if (root, point) in groups}
            if "start" in own and "end" in own and _apart(own["start"], own["end"]):
                together = (*own.pop("start"), *own.pop("end"))
                found.append(Clock(root, ("start", "end"), self._title(root, ""), together))
            lasting = self._lasts(root)
            for point, members in own.items():
                words = self._title(root, point)
                words += "; whether its start or its end is not told" if lasting and not point else ""
                found.append(Clock(root, (point,), words, tuple(members)))
        return tuple(found)

    def _ranks(self, groups: Mapping[tuple[str, str], Sequence[Entry]]) -> dict[str, int]:
        """What is told to come after another anchor stands below it; circles keep the order of names."""
        ranks = {root: 0 for root, _ in groups}
        for _ in range(len(ranks)):
            for (root, _point), entries in groups.items():
                for entry in entries:
                    later = any(m.range.low is not None and m.root == root for m in entry.moments)
                    if entry.fact in ranks and entry.fact != root and later:
                        ranks[entry.fact] = min(len(ranks), max(ranks[entry.fact], ranks[root] + 1))
        return ranks

    def _title(self, root: str, point: str) -> str:
        entry = self.found.get(root)
        name = entry.name if entry is not None else self.facts.short(root)
        amount = f" ({entry.amount})" if entry is not None and entry.amount else ""
        return (f"{point} of " if point else "") + name + amount


def _apart(from_start: Sequence[Entry], from_end: Sequence[Entry]) -> bool:
    """Whether everything counted from the start lies at or before it, or within, and everything from the end at or after it."""
    starts = [m for entry in from_start for m in entry.moments if m.root]
    ends = [m for entry in from_end for m in entry.moments if m.root]
    before = all(m.during or (m.range.high is not None and m.range.high <= 0) for m in starts)
    return before and all(m.range.low is not None and m.range.low >= 0 for m in ends)


_DATE_WORDS = re.compile(r"(?:(?:early|mid|late|end of|spring|summer|autumn|winter|since) )?[\d-]+(?: to [\d-]+)?")
_COUNTED = re.compile(r"((?:within |about |approximately |more than |less than )?[\d.–-]+ \w+) (after|before|into)\b")
_ORDER_WORDS = re.compile(r"(?:after|before|during|at|since|until|by) ")
_VALUES = ("value", "lowValue", "highValue", "unit")


def _brief(wording: str) -> str:
    """A relative time without its anchor, which the clock names: ``3 months after``; nothing when only the order is told."""
    match = _COUNTED.match(wording)
    if match is not None:
        return f"{match[1]} {match[2]}"
    return "" if _ORDER_WORDS.match(wording) else _without_ids(wording)


def _without_ids(wording: str) -> str:
    """A time without the ids of the facts it names, which are no words of a reader."""
    return re.sub(r" \([\w.-]+\)", "", wording)


def _ordinal(day: str, add: int = 0) -> float | None:
    """The ordinal of an ISO day; the last day of a range counts to its end."""
    return float(date.fromisoformat(day).toordinal() + add) if day else None


def _both_sides(sites: Iterable[str]) -> list[str]:
    """Places with left and right of the same thing said once: ``groin, both sides``."""
    names = list(dict.fromkeys(sites))
    found = []
    for name in names:
        side, _, rest = name.partition(" ")
        if side == "left" and f"right {rest}" in names:
            found.append(f"{rest}, both sides")
        elif side == "right" and f"left {rest}" in names:
            continue
        else:
            found.append(name)
    return found
