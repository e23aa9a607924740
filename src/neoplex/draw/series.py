"""Figures of a series: pain before and after, time to response, what followed each course, dose beside response, primaries by sex.

Comes in: a request for some cases, for sources, or for all. Goes out: a picture. Every mark is a row of a saved question or a fact
of the graph; a row is one course at one site, or one kind of primary, and the title says which. Units and scales are never mixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from neoplex.base.errors import UsageError
from neoplex.base.names import NX
from neoplex.draw.chronicle import Entry, Moment, read_chronicle
from neoplex.draw.kinds import Picture, Request
from neoplex.draw.rowchart import Chart, ChartRow, Panel, Point, Section, Style, draw_chart
from neoplex.draw.seriesdata import Row, Series
from neoplex.draw.sheet import INK, PAPER, SOFT, plain
from neoplex.draw.timeplan import number_ticks
from neoplex.infer.dose import PrintedDose, printed_doses, rounded
from neoplex.model.quantity import Quantity
from neoplex.model.when import DURATION_DAYS, offset_days

_DARK, _MID, _PALE = "#2b5c8a", "#7fa6c9", "#dbe6f0"
_ALPHA_BETA = {"3": "EQD2, α/β 3 Gy (late effects, muscle)", "10": "EQD2, α/β 10 Gy (tumour)"}
_RESULT = "course and outcomes"
_FOLLOWED = ("course and outcomes", "symptoms and signs", "events", "tests and imaging", "treatments")


# ------------------------------------------------------------------------------------------------------------------------ pain


def pain_chart(series: Series) -> Chart:
    """Pain before and after each course, on the scale that was used; two scales stand in two panels."""
    rows = series.ask("how-much-did-pain-fall")
    scales = sorted({row["scale"] for row in rows})
    words = series.words(scales)
    panels = tuple(Panel(f"{words[scale]}, 0 to 10", 0, 10, _ticks(range(0, 11, 2))) for scale in scales)
    chart_rows = []
    for course in dict.fromkeys(row["course"] for row in rows):
        cells = tuple(_fall(row for row in rows if row["course"] == course and row["scale"] == s) for s in scales)
        chart_rows.append(ChartRow(series.course_name(course), cells, course))
    return Chart(
        "Pain at the start and at the end of each course",
        panels,
        tuple(chart_rows),
        {
            "fall": Style("", "line", SOFT, SOFT),
            "before": Style("at the start of the course", "o", _DARK, _DARK),
            "after": Style("at its end", "o", PAPER, INK),
            "same": Style("the same at start and end", "D", _MID, INK),
        },
        (
            "One row is one course at one site; a patient may have two. The lowest score of a course may come after its end.",
        ),
    )


def _fall(rows: Iterable[Row]) -> tuple[Point, ...]:
    points: list[Point] = []
    for row in rows:
        before, after = float(row["before"]), float(row["after"])
        if before == after:
            points.append(Point("same", before, words=f"{before:g}"))
            continue
        low, high, tie = min(before, after), max(before, after), f"{before}-{after}"
        words = f"{before:g} → {after:g}"
        points += [
            Point("fall", low, high, words, tie),
            Point("before", before, tie=tie),
            Point("after", after, tie=tie),
        ]
    return tuple(points)


# -------------------------------------------------------------------------------------------------------------------- response


def response_chart(series: Series) -> Chart:
    """How soon the effect came, in weeks from the point that the source counts from."""
    rows = series.ask("how-soon-did-pain-yield")
    labels = series.words({row["outcome"] for row in rows})
    spans = {id(row): _span(row["value"], row["unit"], row["comparator"]) for row in rows}
    most = max((high for _, high in spans.values()), default=7.0) / 7
    ticks = number_ticks(most)
    panel = Panel("weeks", 0, ticks[-1], _ticks(ticks))
    markers = ("o", "s", "D", "^", "v", "P", "X")
    tones = (_DARK, PAPER, _MID, PAPER, _DARK, PAPER, _MID)
    outcomes = sorted(labels, key=lambda iri: (-sum(row["outcome"] == iri for row in rows), iri))
    styles = {"range": Style("where it may lie, as exactly as it was told", "bar", _PALE, _MID)}
    for number, iri in enumerate(outcomes):
        styles[iri] = Style(labels[iri], markers[number % 7], tones[number % 7], INK)
    chart_rows = []
    for start in ("start", "end", ""):
        for course in dict.fromkeys(row["course"] for row in rows if row["countedFrom"] == start):
            points: list[Point] = []
            for row in rows:
                if row["course"] != course or row["countedFrom"] != start:
                    continue
                low, high = spans[id(row)]
                about = f"{row['comparator']} " if row["comparator"] else ""
                unit = row["unit"].removeprefix(NX)
                many = "" if row["value"] == "1" else "s"
                tie = f"{row['outcome']} {row['value']} {row['unit']}"
                points.append(Point("range", low / 7, high / 7, f"{about}{row['value']} {unit}{many}", tie))
                points.append(Point(row["outcome"], _days(row["value"], row["unit"]) / 7, tie=tie))
            group = {"start": "counted from the start of the course", "end": "counted from its end"}.get(start)
            chart_rows.append(
                ChartRow(
                    series.course_name(course),
                    (tuple(points),),
                    course,
                    group or "counted from the treatment, start or end not told",
                )
            )
    return Chart(
        "Time to response of each course",
        (panel,),
        tuple(chart_rows),
        styles,
        (
            "One row is one course or operation. Weeks, months and years are known to half a unit; a month is drawn as 30.4 days.",
        ),
    )


def _days(value: str, unit: str) -> float:
    return float(Decimal(value) * DURATION_DAYS[_CODES[unit.removeprefix(NX)]])


def _span(value: str, unit: str, comparator: str) -> tuple[float, float]:
    number = Decimal(value)
    low, high = offset_days(Quantity(number, number, _CODES[unit.removeprefix(NX)], comparator))
    return float(low), float(high if high is not None else low)


_CODES = {"minute": "min", "hour": "h", "day": "d", "week": "wk", "month": "mo", "year": "a"}


# --------------------------------------------------------------------------------------------------------------------- swimmer


def swimmer_chart(series: Series) -> Chart:
    """What followed each course, counted from its start and from its end; how long a course lasted is seldom told."""
    found: list[tuple[str, dict[str, list[tuple[Entry, Moment]]]]] = []
    for case in (case for case in series.labels):
        facts = series.facts(case)
        chronicle = read_chronicle(facts)
        courses = [node for node in facts.in_order(facts.linked("hasTreatment")) if facts.iris(node, "hasDose")]
        for course in courses:
            own: dict[str, list[tuple[Entry, Moment]]] = {}
            for entry in chronicle.entries:
                moment = entry.at or entry.start
                if moment is None or moment.root != course or entry.lane not in _FOLLOWED or moment.range.low is None:
                    continue
                if entry.lane != _RESULT and entry.number is None and moment.range.low <= 0:
                    continue
                own.setdefault(moment.point, []).append((entry, moment))
            if own:
                found.append((course, own))
    points = [point for point in ("start", "end", "") if any(point in own for _, own in found)]
    sections = []
    for point in points:
        words, unit, days = _SECTIONS[point]
        reach = max(m.range.high or m.range.low or 0 for _, own in found for _, m in own.get(point, [])) / days
        ticks = number_ticks(reach)
        # Words stand to the right of the marks, so the scale leaves them room.
        panel = Panel(unit, 0, ticks[-1] * 1.45, _ticks(ticks))
        rows = [
            ChartRow(series.course_name(course), (_swim(own[point], days),), course)
            for course, own in found
            if point in own
        ]
        sections.append(Section(words, (panel,), tuple(rows)))
    return Chart(
        "What followed each course of radiotherapy",
        (),
        (),
        {
            "result": Style("outcome, at some time within", "bar", "#dbcde3", "#6a4c7d"),
            "absent": Style("stated not to have come", "bar", PAPER, "#6a4c7d"),
            "score": Style("pain score", "o", _DARK, _DARK),
            "other": Style("symptom, visit, imaging or treatment", "bar", _PALE, _DARK),
            "open": Style("after this, how long is not told", ">", PAPER, INK),
        },
        (
            "One row is one course. A course has two zeros, its start and its end, because how long it lasted is not told. "
            "Follow-up that is told for a series as a whole belongs to no row.",
        ),
        sections=tuple(sections),
    )


_SECTIONS = {
    "start": ("Counted from the start of the course", "weeks", 7.0),
    "end": ("Counted from the end of the course", "months", 30.4375),
    "": ("Counted from the course; whether from its start or its end is not told", "months", 30.4375),
}


def _swim(entries: Sequence[tuple[Entry, Moment]], unit: float) -> tuple[Point, ...]:
    points = []
    for entry, moment in entries:
        low, high = moment.range.low or 0.0, moment.range.high
        name = plain(entry.name.partition(" (")[0], 60)
        name = f"no {name}" if entry.absent else name
        if entry.number is not None:
            points.append(
                Point("score", ((low + (high if high is not None else low)) / 2) / unit, words=f"{entry.number:f}")
            )
        elif high is None:
            points.append(Point("open", low / unit, words=name))
        else:
            style = "absent" if entry.absent else "result" if entry.lane == _RESULT else "other"
            points.append(Point(style, low / unit, high / unit, words=name))
    return tuple(points)


# ------------------------------------------------------------------------------------------------------------------------ dose


def dose_chart(series: Series) -> Chart:
    """Dose as printed and as equivalent, beside the pain of the same course; courses by their equivalent dose."""
    doses = [dose for dose in printed_doses(series.engine.graph) if dose.case in series.ids and dose.total is not None]
    equivalents = {ab: _equivalents(doses, ab) for ab in _ALPHA_BETA}
    falls = {row["course"]: row for row in series.ask("how-much-did-pain-fall")}
    courses = list(dict.fromkeys(dose.course for dose in doses))
    order = sorted(
        courses, key=lambda c: (max((v for v, _ in equivalents["3"].get(c, [])), default=0.0), courses.index(c))
    )
    most = number_ticks(max((float(dose.total or 0) for dose in doses), default=10.0))
    top = {
        ab: number_ticks(max((v for vs in found.values() for v, _ in vs), default=10.0))
        for ab, found in equivalents.items()
    }
    panels = [Panel("dose as printed, Gy", 0, most[-1], _ticks(most), 1.5)]
    panels += [Panel(f"{words}, Gy", 0, top[ab][-1], _ticks(top[ab]), 1.0) for ab, words in _ALPHA_BETA.items()]
    panels.append(Panel("pain score, 0 to 10", 0, 15, _ticks(range(0, 11, 5)), 0.8))
    rows = []
    for course in order:
        regimens = {(d.role, float(d.total or 0)): d.fractions for d in doses if d.course == course}
        cells = [
            tuple(
                Point(role, total, words=_regimen(total, count))
                for (role, total), count in sorted(regimens.items(), key=_by_dose)
            )
        ]
        for ab in _ALPHA_BETA:
            cells.append(tuple(Point(role, value) for value, role in sorted(set(equivalents[ab].get(course, [])))))
        fall = falls.get(course)
        cells.append(_fall([fall]) if fall is not None else ())
        rows.append(ChartRow(series.course_name(course), tuple(cells), course))
    return Chart(
        "Dose and equivalent dose of each course, beside its pain",
        tuple(panels),
        tuple(rows),
        {
            "delivered": Style("delivered", "s", _DARK, _DARK),
            "reported": Style("reported, without saying which", "D", _MID, INK),
            "prescribed": Style("prescribed", "^", PAPER, INK),
            "planned": Style("planned", "s", PAPER, INK),
            "fall": Style("", "line", SOFT, SOFT),
            "before": Style("pain at the start", "o", _DARK, _DARK),
            "after": Style("pain at the end", "o", PAPER, INK),
            "same": Style("pain unchanged", "o", _MID, INK),
        },
        (
            "One row is one course; planned, delivered and reported doses are different facts and disagree where the papers do. "
            "EQD2 follows from the linear-quadratic model and is inferred, never printed by the papers; a dose without a number "
            "of fractions has none. Courses differ in site, tumour and intent, so the order shows no effect of dose.",
        ),
        names=42.0,
    )


def _equivalents(doses: Sequence[PrintedDose], alpha_beta: str) -> dict[str, list[tuple[float, str]]]:
    """EQD2 in Gy and the role of the dose it comes from, by course."""
    found: dict[str, list[tuple[float, str]]] = {}
    for dose in doses:
        if dose.eqd2 is not None and dose.alpha_beta == Decimal(alpha_beta):
            found.setdefault(dose.course, []).append((float(rounded(dose.eqd2)), dose.role))
    return found


def _by_dose(item: tuple[tuple[str, float], int | None]) -> tuple[float, str]:
    (role, total), _ = item
    return total, role


def _regimen(total: float, count: int | None) -> str:
    return f"{total:g}/{count}" if count else f"{total:g}"


# ------------------------------------------------------------------------------------------------------------------- primaries


def primaries_chart(series: Series) -> Chart:
    """How many patients told one by one had each primary, by sex; one square is one patient."""
    counted: dict[str, list[tuple[str, bool, str]]] = {}
    for case in series.labels:
        facts = series.facts(case)
        sexes = [iri.removeprefix(NX) for iri in facts.iris(case, "sex")]
        retold = bool(facts.iris(case, "retoldFrom"))
        for condition in facts.linked("hasCondition"):
            if NX + "primary" in facts.iris(condition, "conditionRole"):
                for kind in facts.iris(condition, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"):
                    counted.setdefault(kind, []).append((sexes[0] if sexes else "", retold, case))
    labels = series.words(counted)
    most = max((len(patients) for patients in counted.values()), default=1)
    styles = {
        "female": Style("woman", "o", PAPER, INK),
        "male": Style("man", "s", _DARK, _DARK),
        "": Style("sex not told", "D", _MID, INK),
    }
    rows = []
    for kind in sorted(counted, key=lambda iri: (-len({c for *_, c in counted[iri]}), labels[iri])):
        patients = sorted(set(counted[kind]), key=lambda p: (("female", "male", "").index(p[0]), p[1], p[2]))
        second_hand = sum(1 for _, known, _ in patients if known)
        tail = f"{len(patients)}" + (f", {second_hand} of them retold by another paper" if second_hand else "")
        points = [
            Point(sex, number + 1, words=tail if number == len(patients) - 1 else "")
            for number, (sex, _, _) in enumerate(patients)
        ]
        rows.append(ChartRow(labels[kind], (tuple(points),), kind))
    panel = Panel("patients", 0, max(most, 4) + 2.0, _ticks(range(max(most, 4) + 1)))
    note = (
        "One mark is one patient who is told singly, whatever the number of sites or courses. "
        "Series that print only totals are left out."
    )
    return Chart("Primary tumours of the patients told one by one, by sex", (panel,), tuple(rows), styles, (note,))


# ---------------------------------------------------------------------------------------------------------------------- verbs


def draw_pain(request: Request) -> Picture:
    """The figure for ``--what pain``."""
    return _picture(request, pain_chart(Series.of(request)))


def draw_response(request: Request) -> Picture:
    """The figure for ``--what response``."""
    return _picture(request, response_chart(Series.of(request)))


def draw_swimmer(request: Request) -> Picture:
    """The figure for ``--what swimmer``."""
    return _picture(request, swimmer_chart(Series.of(request)))


def draw_dose(request: Request) -> Picture:
    """The figure for ``--what dose``."""
    return _picture(request, dose_chart(Series.of(request, cohorts=True)))


def draw_primaries(request: Request) -> Picture:
    """The figure for ``--what primaries``."""
    return _picture(request, primaries_chart(Series.of(request)))


def _picture(request: Request, chart: Chart) -> Picture:
    if not chart.every_row:
        raise UsageError("these cases report nothing that this figure shows")
    words = describe(chart)
    return Picture(draw_chart(chart, request.format, words), chart.title, words)


def describe(chart: Chart) -> str:
    """A chart in words: every row with what stands in it."""
    parts = []
    for row in chart.every_row:
        told = [point.words for cell in row.cells for point in cell if point.words]
        parts.append(f"{plain(row.name, 80)}: {', '.join(dict.fromkeys(told)) or 'see the figure'}")
    return f"{len(chart.every_row)} rows. " + "; ".join(parts) + ". " + " ".join(chart.notes)


def _ticks(values: Iterable[float]) -> tuple[tuple[float, str], ...]:
    return tuple((float(value), f"{value:g}") for value in values)
