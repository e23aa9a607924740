"""Figures of a series draw the rows of the saved questions, in their own units, and nothing on them overlaps."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from neoplex.base.errors import UsageError
from neoplex.base.names import CASE, NX, expand
from neoplex.draw import matrix as matrices
from neoplex.draw import series as figures
from neoplex.draw.kinds import KINDS, Request, find_kind, make_picture
from neoplex.draw.rowchart import Chart, ChartRow, Panel, Point, Style, draw_chart, lay_out
from neoplex.draw.seriesdata import Series
from neoplex.draw.sheet import drawing
from neoplex.draw.timeplan import overlap
from neoplex.store.embedded import Graph

EXPECTED = Path(__file__).resolve().parents[1] / "questions"
SERIES = ("pain", "response", "swimmer", "dose", "primaries")
HOSTILE = "<script>alert(1)</script> $x^2$ \u202egnol " + "very" * 40
BUILDERS = {
    "pain": figures.pain_chart,
    "response": figures.response_chart,
    "swimmer": figures.swimmer_chart,
    "dose": figures.dose_chart,
    "primaries": figures.primaries_chart,
}


def request(graph: Graph, *cases: str, source: str = "", format: str = "svg") -> Request:
    return Request(graph, cases, format, {"source": (source,)} if source else {})


@pytest.fixture(scope="module")
def everything(graph: Graph) -> Series:
    return Series.of(request(graph))


def expected(question: str) -> list[dict[str, str]]:
    lines = (EXPECTED / f"{question}.tsv").read_text("utf-8").splitlines()
    head = lines[0].split("\t")
    return [dict(zip(head, line.split("\t"), strict=True)) for line in lines[1:]]


def test_pain_is_that_of_the_table(everything: Series) -> None:
    chart = figures.pain_chart(everything)
    assert len(chart.rows) == 12, "courses at a site, not patients"
    drawn = {row.fact: [(p.style, p.x) for p in row.cells[0] if p.style != "fall"] for row in chart.rows}
    for row in expected("how-much-did-pain-fall"):
        course = expand(row["course"])
        assert drawn[course] == [("before", float(row["before"])), ("after", float(row["after"]))]


def test_response_times_are_ranges_in_weeks(everything: Series) -> None:
    chart = figures.response_chart(everything)
    rows = {row.fact: row.cells[0] for row in chart.rows}
    sixth = rows[CASE + "sanuki-2022-6/treatment/rt-1"]
    assert [(p.style, p.x, p.end) for p in sixth] == [("range", 11.5, 12.5), (NX + "TimeToMaximumResponse", 12.0, None)]
    assert {row.group for row in chart.rows} == {
        "counted from the start of the course",
        "counted from the treatment, start or end not told",
    }


def test_planned_delivered_and_reported_doses_stay_apart(everything: Series) -> None:
    chart = figures.dose_chart(everything)
    row = next(row for row in chart.rows if row.fact == CASE + "sanuki-2022-5/treatment/rt-1")
    assert {(p.style, p.x) for p in row.cells[0]} == {("delivered", 12.0), ("reported", 21.0), ("planned", 39.0)}
    assert {(p.style, p.x) for p in row.cells[1]} == {("delivered", 14.4), ("reported", 25.2), ("planned", 46.8)}
    assert [p.x for p in row.cells[3] if p.style == "before"] == [4.0]
    bare = next(row for row in chart.rows if row.fact.endswith("elhayel-2026/treatment/rt-primary"))
    assert not bare.cells[1] and not bare.cells[2], "without fractions there is no equivalent dose"


def test_primaries_count_patients_by_sex(everything: Series) -> None:
    chart = figures.primaries_chart(everything)
    for row in expected("how-many-patients-had-each-primary"):
        drawn = next(r for r in chart.rows if r.fact == expand(row["primary"]))
        sexes = Counter(point.style for point in drawn.cells[0])
        assert len(drawn.cells[0]) == int(row["patients"])
        assert (sexes["female"], sexes["male"]) == (int(row["women"]), int(row["men"]))


def test_what_followed_keeps_start_and_end_apart(everything: Series) -> None:
    chart = figures.swimmer_chart(everything)
    assert [section.panels[0].title for section in chart.sections] == ["weeks", "months", "months"]
    eighth = [r for s in chart.sections[1:2] for r in s.rows if r.fact.startswith(CASE + "sanuki-2022-8/")]
    words = {point.words: (point.style, point.x, point.end) for row in eighth for point in row.cells[0]}
    assert words["recurrent pain after response"] == ("result", 3.5, 4.5)
    assert words["no reirradiation"][0] == "open"


@pytest.mark.parametrize("name", SERIES)
def test_nothing_overlaps_and_no_word_is_cut(name: str, everything: Series) -> None:
    chart = BUILDERS[name](everything)
    with drawing():
        plan = lay_out(chart)
        assert not [label.text for label in plan.labels if label.text.endswith("…")]
        boxes = [label.box for label in plan.labels]
        for one, other in itertools.combinations(plan.labels, 2):
            if abs(one.y - other.y) < 4:
                assert not overlap(one.box, other.box), (one.text, other.text)
        for mark, label in itertools.product(plan.marks, plan.labels):
            if abs(mark.y - label.y) < 4:
                assert not overlap(mark.box, label.box), (mark.fact, label.text)
        assert all(
            left >= 0 and right <= plan.width and top >= 0 and bottom <= plan.height
            for left, top, right, bottom in boxes
        )


def test_structures_are_those_of_the_question(everything: Series) -> None:
    matrix = matrices.structure_matrix(everything)
    documented = {key for key, style in matrix.cells.items() if style.startswith(("reported", "concluded"))}
    assert len(documented) == len(
        {(row["case"], row["structure"]) for row in expected("where-is-tumour-documented-or-denied")}
    )
    sciatic = {
        c.part: matrix.cells.get((CASE + "capek-2015", c.key)) for c in matrix.columns if c.heading == "sciatic nerve"
    }
    assert sciatic == {"L": "concluded-unsure", "R": "concluded-unsure"}
    first = {
        c.part: matrix.cells.get((CASE + "sanuki-2022-1", c.key)) for c in matrix.columns if c.heading == "iliopsoas"
    }
    assert first == {"L": "reported", "R": "reported", "?": None}


def test_criteria_are_those_of_the_question(everything: Series) -> None:
    matrix = matrices.criteria_matrix(everything)
    rows = expected("which-criteria-does-each-case-meet")
    assert len(matrix.cells) == len(rows)
    for row in rows:
        style = matrix.cells[expand(row["case"]), expand(row["criteria"])]
        silent = {"nx:notMet": "open-not", "nx:met": "open-met", "nx:undetermined": "open"}[row["closedWorld"]]
        assert style == {"nx:met": "met", "nx:notMet": "not"}.get(row["verdict"], silent)


@pytest.mark.parametrize("build", [matrices.structure_matrix, matrices.criteria_matrix])
def test_matrix_labels_do_not_touch(build: object, everything: Series) -> None:
    assert callable(build)
    with drawing():
        plan = matrices.lay_out(build(everything))
        for one, other in itertools.combinations(plan.labels, 2):
            if abs(one.y - other.y) < 4:
                assert not overlap(one.box, other.box), (one.text, other.text)
        gaps = [b.x - a.x for a, b in itertools.pairwise(plan.slanted)]
        assert all(gap >= 3.0 for gap in gaps), "slanted headings stand at least a line apart"


@pytest.mark.parametrize("name", [*SERIES, "structures", "criteria"])
def test_same_bytes_and_well_formed(name: str, graph: Graph) -> None:
    kind = find_kind(name)
    one, other = make_picture(kind, request(graph)), make_picture(kind, request(graph))
    assert one.data == other.data
    root = ET.fromstring(one.data)
    assert root.find("{http://www.w3.org/2000/svg}title") is not None
    assert one.description.count(";") > 3 or one.description.count(".") > 2


def test_a_source_or_a_case_narrows_the_figure(graph: Graph) -> None:
    one = Series.of(request(graph, source="sanuki-2022"))
    assert len(figures.pain_chart(one).rows) == 12 and len(one.cases) == 12
    two = Series.of(request(graph, "sanuki-2022-1"))
    assert len(figures.pain_chart(two).rows) == 2
    with pytest.raises(UsageError, match="sanuki-2022"):
        Series.of(request(graph, source="sanuki"))
    with pytest.raises(UsageError, match="report nothing"):
        make_picture(find_kind("pain"), request(graph, "capek-2015"))


def test_hostile_words_stay_inert() -> None:
    rows = tuple(ChartRow(HOSTILE, ((Point("a", 1.0, words="12"),),), f"x:{n}") for n in range(3))
    chart = Chart(HOSTILE, (Panel("x", 0, 2, ((0.0, "0"),)),), rows, {"a": Style("a", "o", "#fff", "#000")}, (HOSTILE,))
    root = ET.fromstring(draw_chart(chart, "svg", HOSTILE))
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    assert "\u202e" not in "".join(root.itertext())


def test_every_kind_has_a_module_and_a_summary() -> None:
    for kind in KINDS.values():
        assert kind.summary and callable(getattr(__import__(kind.module, fromlist=["x"]), kind.function))
