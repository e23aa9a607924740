"""Where everything on a timeline stands, in millimetres: rows, marks, words, axes.

Comes in: a chronicle. Goes out: a plan that any pen can follow. Words stand in rows of their own height and marks that would
touch take a line of their own, so that nothing overlaps; tests measure that on the plan. Nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from math import ceil

from neoplex.draw.chronicle import LANES, Chronicle, Clock, Entry, Moment
from neoplex.draw.lettering import break_lines, line_height, width_of
from neoplex.draw.sheet import plain

WIDTH = 186.0
LEFT, RIGHT = 70.0, 182.0
MARGIN = 4.0
SIZE, SMALL, HEAD = 6.8, 6.0, 8.0
ARROW = 8.0
"""How long an open end is drawn; it says nothing about how long it was."""
LEAST = 1.1
COURSE = 26.0
"""How wide a course is drawn whose length is not told."""
_GAP = 1.2
_LANE_GAP = 2.6
_SERIES = 3
_TICK = 18.0
_TOGETHER = 110
_NEGATIVE = ("no ", "not ", "inability ", "unable ", "absence ")
_SERIES_HEIGHT = 30.0


@dataclass(frozen=True)
class Label:
    """Words at a point; ``align`` is left, right or center, ``y`` their middle."""

    x: float
    y: float
    text: str
    size: float = SIZE
    align: str = "left"
    bold: bool = False
    soft: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        width = width_of(self.text, self.size, self.bold)
        left = {"left": self.x, "right": self.x - width, "center": self.x - width / 2}[self.align]
        half = line_height(self.size) * 0.36
        return left, self.y - half, left + width, self.y + half


@dataclass(frozen=True)
class Mark:
    """One time of a fact as it is drawn.

    ``shape``: range (somewhere in it), lasting (all of it), unsure (it began or ended somewhere in it), earlier and later (before
    or after that edge, how long is not told).
    """

    facts: tuple[str, ...]
    lane: str
    shape: str
    left: float
    right: float
    y: float
    absent: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return self.left, self.y - 1.1, self.right, self.y + 1.1


@dataclass(frozen=True)
class Rule:
    """A straight line; ``style`` is grid, axis, row, now or course."""

    x0: float
    y0: float
    x1: float
    y1: float
    style: str


@dataclass(frozen=True)
class Plan:
    """The whole figure."""

    width: float
    height: float
    labels: tuple[Label, ...]
    marks: tuple[Mark, ...]
    rules: tuple[Rule, ...]


def lay_out(chronicle: Chronicle, days: tuple[float, float] | None = None, *, titled: bool = True) -> Plan:
    """The plan of a chronicle: dates, then what is counted from other facts, then what has no time.

    ``days`` are the first and last day of the axis when it must agree with that of another figure.
    """
    page = _Page()
    if titled:
        page.title(chronicle)
    if chronicle.dated:
        page.dates(chronicle.dated, days or days_of(chronicle.dated))
    for clock in chronicle.clocks:
        page.clock(clock, alone=not chronicle.dated and clock is chronicle.clocks[0])
    page.untimed(chronicle.untimed)
    page.legend()
    return Plan(WIDTH, page.y + MARGIN, tuple(page.labels), tuple(page.marks), tuple(page.rules))


def days_of(entries: Iterable[Entry]) -> tuple[float, float]:
    """The first and the last day that dated entries name."""
    days = [d for e in entries for m in e.moments for d in (m.range.low, m.range.high) if d is not None]
    low, high = min(days), max(days)
    return low, high if high > low else low + 1


def split(chronicle: Chronicle, most: float) -> list[Plan]:
    """The same in several figures, none higher than ``most`` millimetres unless one lane or clock alone is; one axis of dates."""
    days = days_of(chronicle.dated) if chronicle.dated else None
    pieces = [
        replace(chronicle, dated=tuple(e for e in chronicle.dated if e.lane == lane), clocks=(), untimed=())
        for lane in LANES
        if any(e.lane == lane for e in chronicle.dated)
    ]
    pieces += [replace(chronicle, dated=(), clocks=(clock,), untimed=()) for clock in chronicle.clocks]
    pieces += [replace(chronicle, dated=(), clocks=())] if chronicle.untimed else []
    plans: list[Plan] = []
    held: Chronicle | None = None
    for piece in pieces:
        joined = piece if held is None else _join(held, piece)
        if held is not None and lay_out(joined, days, titled=False).height > most:
            plans.append(lay_out(held, days, titled=False))
            joined = piece
        held = joined
    return [*plans, lay_out(held, days, titled=False)] if held is not None else plans


def _join(one: Chronicle, other: Chronicle) -> Chronicle:
    return replace(
        one,
        dated=(*one.dated, *other.dated),
        clocks=(*one.clocks, *other.clocks),
        untimed=(*one.untimed, *other.untimed),
    )


Place = Callable[[Moment], tuple[float | None, float | None]]


@dataclass
class _Page:
    y: float = MARGIN
    labels: list[Label] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    # ------------------------------------------------------------------------------------------------------------- sections

    def title(self, chronicle: Chronicle) -> None:
        """Who this is about."""
        for line in break_lines(plain(chronicle.label, 200), WIDTH - 2 * MARGIN, HEAD + 1, 2, bold=True):
            self.y += 2.2
            self.labels.append(Label(MARGIN, self.y, line, HEAD + 1, bold=True))
            self.y += 2.6
        self.y += 1.0

    def dates(self, entries: Sequence[Entry], days: tuple[float, float]) -> None:
        """The part on the axis of dates."""
        low, high = days
        scale = (RIGHT - 26 - LEFT - ARROW - 2) / (high - low)

        def at(day: float) -> float:
            return LEFT + ARROW + 2 + (day - low) * scale

        def place(moment: Moment) -> tuple[float | None, float | None]:
            span = moment.range
            return (None if span.low is None else at(span.low)), (None if span.high is None else at(span.high))

        ticks = [(at(day), words) for day, words in date_ticks(low, high)]
        top = self._axis(ticks, at(high) + ARROW)
        series = _series(entries)
        in_series = {entry.fact for members in series.values() for entry in members}
        self._lanes([entry for entry in entries if entry.fact not in in_series], place)
        for name, members in series.items():
            self._series(name, members, place)
        self.rules += [Rule(x, top, x, self.y, "grid") for x, _ in ticks]
        self.y += 3.0

    def clock(self, clock: Clock, *, alone: bool) -> None:
        """The part that counts from one fact."""
        self.y += 3.0
        head = "Time counted from " if alone else "Counted from "
        for line in break_lines(plain(head + clock.title, 240), WIDTH - 2 * MARGIN, SIZE + 0.5, 3, bold=True):
            self.y += 1.8
            self.labels.append(Label(MARGIN, self.y, line, SIZE + 0.5, bold=True))
            self.y += 2.0
        moments = [m for e in clock.entries for m in e.moments if m.root]
        finite = [abs(d) for m in moments for d in (m.range.low, m.range.high) if d]
        before = any((m.range.high is not None and m.range.high <= 0 and m.range.low != 0) for m in moments)
        back = max([-d for m in moments for d in (m.range.low,) if d is not None and d < 0], default=0.0)
        ahead = max([d for m in moments for d in (m.range.low, m.range.high) if d is not None and d > 0], default=0.0)
        zero = LEFT + (ARROW + 10 if before else 4)
        course = COURSE if len(clock.points) > 1 else 0.0
        # The longest words beside a mark fit to its right.
        words = [part for e in clock.entries for part in (_beside(e),) if part]
        reserve = max([34.0, *(min(64.0, width_of(text, SMALL) + _GAP + 2) for text in words)])
        room = RIGHT - reserve - zero - course
        scale = room / (ahead + back) if finite else 1.0
        zero += back * scale

        def place(moment: Moment) -> tuple[float | None, float | None]:
            if moment.during and course:
                return zero, zero + course
            base = zero + (course if moment.point == "end" else 0.0)
            low, high = moment.range.low, moment.range.high
            return (None if low is None else base + low * scale), (None if high is None else base + high * scale)

        origin = zero + (course if clock.points[-1] == "end" else 0.0)
        ticks = [(zero, "start"), (zero + course, "end")] if course else [(zero, "0")]
        if ahead or back:
            ticks += [(origin + day * scale, words) for day, words in span_ticks(-back, ahead, scale) if day]
        ticks = _spaced(ticks)
        top = self._axis(ticks)
        if course:
            self.rules.append(Rule(zero, top, zero + course, top, "course"))
        self._lanes(clock.entries, place)
        self.rules += [Rule(x, top, x, self.y, "now" if x in (zero, zero + course) else "grid") for x, _ in ticks]

    def untimed(self, entries: Sequence[Entry]) -> None:
        """What is told without a time, in words."""
        if not entries:
            return
        self.y += 4.2
        self.labels.append(Label(MARGIN, self.y, "Told without a time", SIZE + 0.5, bold=True))
        self.y += 4.4
        for lane in LANES:
            names = [_told(entry) for entry in entries if entry.lane == lane]
            if not names:
                continue
            self.labels.append(Label(MARGIN, self.y, lane, SMALL, soft=True))
            counted = {name: names.count(name) for name in names}
            words = " · ".join(f"{name} (×{many})" if many > 1 else name for name, many in counted.items())
            for line in break_lines(words, RIGHT - MARGIN - 34, SMALL):
                self.labels.append(Label(MARGIN + 34, self.y, line, SMALL))
                self.y += line_height(SMALL)
            self.y += 0.6

    def legend(self) -> None:
        """What the marks mean; only those that occur."""
        used = {mark.shape for mark in self.marks}
        words = {
            "range": "at some time within",
            "lasting": "lasted at least",
            "unsure": "began or ended within",
            "earlier": "earlier, how long is not told",
            "later": "later, how long is not told",
        }
        if not used:
            return
        self.y += 3.0
        self.rules.append(Rule(MARGIN, self.y, RIGHT, self.y, "row"))
        self.y += 3.0
        x = MARGIN
        items = [(shape, text, False) for shape, text in words.items() if shape in used]
        if any(mark.absent for mark in self.marks):
            items.append(("range", "stated to be absent", True))
        for shape, text, absent in items:
            width = 7 + width_of(text, SMALL)
            if x + width > RIGHT:
                x, self.y = MARGIN, self.y + 4.0
            self.marks.append(Mark((), "legend", shape, x, x + 5.5, self.y, absent))
            self.labels.append(Label(x + 7, self.y, text, SMALL, soft=True))
            x += width + 5
        self.y += 2.0

    # ---------------------------------------------------------------------------------------------------------------- pieces

    def _axis(self, ticks: Sequence[tuple[float, str]], right: float = RIGHT) -> float:
        self.y += 3.0
        self.labels += [Label(x, self.y, words, SMALL, "center") for x, words in ticks]
        self.y += 2.2
        self.rules.append(Rule(LEFT, self.y, right, self.y, "axis"))
        return self.y

    def _lanes(self, entries: Iterable[Entry], place: Place) -> None:
        entries = tuple(entries)
        for lane in LANES:
            rows = _rows([entry for entry in entries if entry.lane == lane])
            if not rows:
                continue
            self.y += _LANE_GAP
            self.labels.append(Label(MARGIN, self.y, lane, SIZE, bold=True, soft=True))
            self.y += 2.4
            for name, members in rows:
                self._row(name, members, place)

    def _row(self, name: str, members: Sequence[tuple[Entry, tuple[str, ...]]], place: Place) -> None:
        lines = break_lines(name, LEFT - MARGIN - 3, SIZE)
        placed = [_marks(entry, facts, place) for entry, facts in members]
        tracks: list[float] = []
        boxes: list[tuple[int, list[Mark], Label | None]] = []
        for marks, words in sorted(placed, key=lambda item: (item[0][0].left, item[0][-1].right)):
            label, first, last = _words_beside(marks, words)
            track = next((i for i, end in enumerate(tracks) if first > end + 0.8), len(tracks))
            tracks[track : track + 1] = [last]
            boxes.append((track, marks, label))
        step = 3.3
        height = max(len(lines) * line_height(SIZE), len(tracks) * step)
        middle = self.y + height / 2
        for number, line in enumerate(lines):
            y = middle + (number - (len(lines) - 1) / 2) * line_height(SIZE)
            self.labels.append(Label(MARGIN + 1, y, line, SIZE))
        for track, marks, label in boxes:
            y = middle + (track - (len(tracks) - 1) / 2) * step
            self.marks += [replace(mark, y=y) for mark in marks]
            self.labels += [replace(label, y=y)] if label else []
        self.y += height + 0.5
        self.rules.append(Rule(MARGIN + 1, self.y, RIGHT, self.y, "row"))
        self.y += 0.5

    def _series(self, name: str, members: Sequence[Entry], place: Place) -> None:
        """Measured values over time: each a range at its height; two that surely follow each other are joined."""
        self.y += _LANE_GAP + 1
        unit = members[0].unit
        self.labels.append(Label(MARGIN, self.y, "measurements", SIZE, bold=True, soft=True))
        top = self.y + 5
        bottom = top + _SERIES_HEIGHT
        for number, line in enumerate(break_lines(f"{name} ({unit})" if unit else name, LEFT - MARGIN - 14, SIZE, 4)):
            self.labels.append(Label(MARGIN + 1, top + number * line_height(SIZE), line, SIZE))
        numbers = [float(entry.number or 0) for entry in members]
        steps = number_ticks(max(*numbers, 0.0))
        most = steps[-1]
        for value in steps:
            y = bottom - value / most * _SERIES_HEIGHT
            self.labels.append(Label(LEFT - 1.5, y, f"{value:g}", SMALL, "right"))
            self.rules.append(Rule(LEFT, y, RIGHT, y, "row"))
        taken: list[tuple[float, float, float, float]] = []
        before: tuple[float, float, float | None] | None = None
        for entry, value in sorted(zip(members, numbers, strict=True), key=lambda pair: _when(pair[0])):
            y = bottom - value / most * _SERIES_HEIGHT
            marks, _ = _marks(entry, (entry.fact,), place)
            marks = [replace(mark, y=y) for mark in marks]
            self.marks += marks
            taken += [mark.box for mark in marks]
            left, right = marks[0].left, marks[-1].right
            moment = entry.at
            assert moment is not None
            if before is not None and _surely_before(before[2], moment.range.low):
                self.rules.append(Rule(before[0], before[1], left, y, "series"))
            before = (right, y, moment.range.high)
        for entry in members:
            mine = next(mark for mark in self.marks if mark.facts == (entry.fact,))
            label = _clear(
                Label((mine.left + mine.right) / 2, mine.y, entry.amount.partition(" ")[0], SMALL, "center", soft=True),
                taken,
            )
            self.labels.append(label)
            taken.append(label.box)
        self.y = bottom + 2


def _surely_before(end: float | None, start: float | None) -> bool:
    return end is not None and start is not None and end <= start


def _words_beside(marks: Sequence[Mark], words: str) -> tuple[Label | None, float, float]:
    """Words to the right of marks, or to the left where they would leave the figure, and the room that all takes."""
    first, last = marks[0].left, max(mark.right for mark in marks)
    if not words:
        return None, first, last
    right, left = RIGHT - last - _GAP, first - LEFT - _GAP
    room = max(right, left)
    text = next(iter(break_lines(words, room, SMALL, 1)), "") if room > 4 else ""
    if not text or text == "…":
        return None, first, last
    width = width_of(text, SMALL)
    if width <= right:
        return Label(last + _GAP, 0, text, SMALL, soft=True), first, last + _GAP + width
    return Label(first - _GAP, 0, text, SMALL, "right", soft=True), first - _GAP - width, last


def _marks(entry: Entry, facts: tuple[str, ...], place: Place) -> tuple[list[Mark], str]:
    """The marks of an entry from left to right, and the words beside them."""

    def mark(shape: str, left: float, right: float) -> Mark:
        if shape == "range" and right - left < LEAST:
            left, right = (left + right - LEAST) / 2, (left + right + LEAST) / 2
        return Mark(facts, entry.lane, shape, left, right, 0.0, entry.absent)

    def one(moment: Moment, shape: str = "range") -> list[Mark]:
        left, right = place(moment)
        if left is not None and right is not None:
            return [mark(shape, left, right)]
        if left is not None:
            return [mark("later", left, left + ARROW)]
        return [mark("earlier", right - ARROW, right)] if right is not None else []

    words = _beside(entry)
    if entry.at is not None and entry.start is None and entry.end is None:
        return one(entry.at), words
    start, end = entry.start, entry.end
    if start is None or end is None:
        known = start or end
        assert known is not None
        found = one(known, "unsure")
        left, right = found[0].left, found[-1].right
        if start is not None and found[-1].shape != "later":
            found.append(mark("later", right, right + ARROW))
        if end is not None and found[0].shape != "earlier":
            found.insert(0, mark("earlier", left - ARROW, left))
        return found, words
    (s0, s1), (e0, e1) = place(start), place(end)
    found = []
    opens = s1 if s1 is not None else e0 if e0 is not None else e1
    if s0 is not None and opens is not None:
        found.append(mark("unsure", s0, max(s0, opens)))
    elif s0 is None and opens is not None:
        found.append(mark("earlier", opens - ARROW, opens))
    if s1 is not None and e0 is not None and e0 > s1:
        found.append(mark("lasting", s1, e0))
    if e0 is not None and e1 is not None:
        found.append(mark("unsure", max(e0, s1 or e0) if s1 is None or s1 < e1 else e0, e1))
    elif e0 is not None:
        found.append(mark("later", e0, e0 + ARROW))
    return found, words


def _beside(entry: Entry) -> str:
    """The words beside the marks of an entry: its amount, and its times as far as the axis does not say them."""
    brief = [plain(moment.brief, 60) for moment in entry.moments if moment.brief]
    return " · ".join(part for part in (plain(entry.amount, 90), *dict.fromkeys(brief)) if part)


def _rows(entries: Sequence[Entry]) -> list[tuple[str, list[tuple[Entry, tuple[str, ...]]]]]:
    """Rows of a lane in order of time: one for each name; names told once and at the same time share a row."""
    names: dict[str, list[Entry]] = {}
    for entry in entries:
        names.setdefault(_row_name(entry), []).append(entry)
    rows: list[tuple[str, list[tuple[Entry, tuple[str, ...]]]]] = []
    shared: dict[tuple[object, ...], int] = {}
    for name, members in names.items():
        if len(members) > 1:
            rows.append((name, [(entry, (entry.fact,)) for entry in members]))
            continue
        entry = members[0]
        key = (entry.absent, *(((m.range, m.root, m.point, m.during)) for m in (entry.at, entry.start, entry.end) if m))
        if key in shared and not entry.amount and len(rows[shared[key]][0]) + len(name) < _TOGETHER:
            joined, ((first, facts),) = rows[shared[key]]
            brief = first if any(m.brief for m in first.moments) else entry
            rows[shared[key]] = (f"{joined} · {name}", [(replace(brief, amount=""), (*facts, entry.fact))])
            continue
        if not entry.amount:
            shared[key] = len(rows)
        rows.append((name, [(entry, (entry.fact,))]))
    return sorted(rows, key=lambda row: min(_when(entry) for entry, _ in row[1]))


def _row_name(entry: Entry) -> str:
    name = plain(entry.measured or entry.name, 160)
    if not entry.absent:
        return name
    return f"stated absent: {name}" if name.startswith(_NEGATIVE) else f"no {name}"


def _told(entry: Entry) -> str:
    name = _row_name(entry)
    return f"{name} {plain(entry.amount, 60)}" if entry.amount else name


def _when(entry: Entry) -> tuple[float, float]:
    """Earliest, then latest; open starts first."""
    ranges = [moment.range for moment in entry.moments]
    low = min((-1e9 if r.low is None else r.low) for r in ranges)
    high = max((1e9 if r.high is None else r.high) for r in ranges)
    return low, high


def _series(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """What was measured at least three times in one unit."""
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if entry.number is not None and entry.at is not None:
            found.setdefault((entry.measured, entry.unit), []).append(entry)
    return {measured: members for (measured, _), members in found.items() if len(members) >= _SERIES}


def _clear(label: Label, taken: Sequence[tuple[float, float, float, float]]) -> Label:
    """A label moved up or down until it touches nothing."""
    for away in (2.6, -2.9, 5.0, -5.3, 7.4, -7.7, 9.8, 12.2, 14.6):
        moved = replace(label, y=label.y - away)
        if not any(overlap(moved.box, box) for box in taken):
            return moved
    return replace(label, y=label.y - 17.0)


def overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    """Whether two boxes share room."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


# ----------------------------------------------------------------------------------------------------------------------- axes


def date_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Starts of years, or of months when the span is short, at most twelve."""
    first, last = date.fromordinal(int(low)), date.fromordinal(int(high))
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months > 24:
        years = last.year - first.year + 1
        step = next(s for s in (1, 2, 5, 10, 20, 50) if years / s <= 12)
        start = -(-first.year // step) * step if step > 1 else first.year
        found = [(date(y, 1, 1), str(y)) for y in range(start, last.year + 2, step)]
    else:
        step = next(s for s in (1, 2, 3, 6) if months / s <= 10)
        found = []
        for number in range(0, months + step, step):
            year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
            found.append((date(year, month + 1, 1), f"{year}-{month + 1:02d}"))
    return [(float(day.toordinal()), words) for day, words in found if low - 1 <= day.toordinal() <= high + 1]


def span_ticks(low: float, high: float, scale: float) -> list[tuple[float, str]]:
    """Distances in days, weeks, months or years, whichever reads best; ``scale`` is millimetres for a day."""
    most = max(-low, high)
    unit, days = next(
        (unit, days)
        for unit, days, limit in (
            ("day", 1.0, 8.0),
            ("week", 7.0, 60.0),
            ("month", 30.4375, 760.0),
            ("year", 365.25, 1e9),
        )
        if most <= limit
    )
    step = next(s for s in (1, 2, 3, 4, 6, 12, 24, 50, 100, 1000) if days * s * scale >= _TICK or s == 1000)
    found = []
    for number in range(-int(-low // (days * step)), int(high // (days * step)) + 1):
        count = number * step
        words = f"{count:+d} {unit}{'' if abs(count) == 1 else 's'}"
        found.append((count * days, words.replace("-", "−")))
    return found


def number_ticks(most: float) -> list[float]:
    """Round values from 0 up to at least ``most``, at most six."""
    if most <= 0:
        return [0.0, 1.0]
    power = Decimal(10) ** (Decimal(str(most)).adjusted() - 1)
    step = next(power * s for s in (1, 2, 5, 10, 20, 25, 50, 100) if Decimal(str(most)) / (power * s) <= 5)
    count = ceil(Decimal(str(most)) / step)
    return [float(step * i) for i in range(count + 1)]


def _spaced(ticks: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Ticks whose words do not touch; those named first stay."""
    kept: list[tuple[float, str]] = []
    for x, words in ticks:
        half = width_of(words, SMALL) / 2
        if all(abs(x - other) > half + width_of(text, SMALL) / 2 + 1 for other, text in kept):
            kept.append((x, words))
    return kept
