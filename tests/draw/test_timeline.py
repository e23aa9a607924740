"""A timeline tells every fact once, as exactly as the case and no more, and nothing on it overlaps."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from datetime import date

import pytest

from neoplex.ask.casebook import list_cases
from neoplex.ask.engines import LocalEngine
from neoplex.ask.factwords import FactWords
from neoplex.base.names import NX, case_iri
from neoplex.draw.chronicle import Chronicle, Entry, Moment, Range, read_chronicle
from neoplex.draw.kinds import Request, find_kind, make_picture
from neoplex.draw.sheet import drawing
from neoplex.draw.timeline import draw_parts
from neoplex.draw.timeplan import LEFT, WIDTH, Plan, date_ticks, lay_out, number_ticks, overlap, span_ticks, split
from neoplex.store.embedded import Graph

HOSTILE = "<script>alert(1)</script> $x^2$ \u202egnol " + "very" * 60
GOLDEN = [
    "Sanuki 2022, patient 2",
    "Time counted from start of external-beam radiotherapy (54 Gy in 30)",
    "0",
    "+1 week",
    "symptoms and signs",
    "pain score: buttock pain, left buttock, pain in the",
    "sciatic region, left sciatic region",
    "4",
    "course and outcomes",
    "time to maximum response (external-beam",
    "radiotherapy)",
    "1 week after",
    "Counted from end of external-beam radiotherapy (54 Gy in 30)",
    "0",
    "symptoms and signs",
    "pain score: buttock pain, left buttock, pain in the",
    "sciatic region, left sciatic region",
    "0",
    "course and outcomes",
    "complete pain resolution (external-beam",
    "radiotherapy)",
    "Told without a time",
    "diseases",
    "neoplastic lumbosacral plexopathy · endometrial cancer, endometrium",
    "symptoms and signs",
    "buttock pain, left buttock · tumor involvement of muscle, piriformis, side not reported · "
    "pain in the sciatic region, left sciatic region ·",
    "infiltration or abutment, piriformis, side not reported",
    "treatments",
    "acetaminophen 1000 mg/d",
    "at some time within",
]
PAPERS = ("capek-2015", "elhayel-2026", "gerontopoulos-2020", "sanuki-2022-1", "sanuki-2022-8", "shi-2021")


@pytest.fixture(scope="module")
def engine(graph: Graph) -> LocalEngine:
    return LocalEngine(graph)


def facts_of(engine: LocalEngine, case: str) -> FactWords:
    return FactWords.read(engine, case_iri(case))


def chronicle_of(engine: LocalEngine, case: str) -> Chronicle:
    return read_chronicle(facts_of(engine, case))


def plan_of(engine: LocalEngine, case: str) -> Plan:
    with drawing():
        return lay_out(chronicle_of(engine, case))


def day(text: str) -> float:
    return float(date.fromisoformat(text).toordinal())


def by_id(chronicle: Chronicle) -> dict[str, Entry]:
    return {entry.fact.rpartition("/")[2]: entry for entry in chronicle.entries}


def test_every_fact_is_told_once(engine: LocalEngine) -> None:
    for case in list_cases(engine):
        facts = facts_of(engine, case.id)
        chronicle = read_chronicle(facts)
        told = [entry.fact for entry in chronicle.entries]
        assert len(told) == len(set(told)), case.id
        links = ("hasEvent", "hasCondition", "hasInvestigation", "hasTreatment", "hasOutcome")
        wanted = {node for link in links for node in facts.linked(link)}
        wanted |= {node for node in facts.linked("hasFinding") if not facts.iris(node, "foundBy")}
        roots = {clock.root for clock in chronicle.clocks}
        assert wanted - roots <= set(told), case.id


def test_everything_told_is_drawn(engine: LocalEngine) -> None:
    for case in PAPERS:
        chronicle, plan = chronicle_of(engine, case), plan_of(engine, case)
        drawn = {fact for mark in plan.marks for fact in mark.facts}
        assert drawn == {entry.fact for entry in chronicle.entries if entry.timed}, case


def test_partial_dates_are_ranges(engine: LocalEngine) -> None:
    entries = by_id(chronicle_of(engine, "capek-2015"))
    weakness, mri, psa = entries["left-weakness-2011"], entries["mri-2012-03"], entries["psa-2011-end"]
    assert weakness.at is not None and weakness.at.range == Range(day("2011-06-01"), day("2011-09-01"))
    assert mri.at is not None and mri.at.range == Range(day("2012-03-01"), day("2012-04-01"))
    assert psa.at is not None and psa.at.range == Range(day("2011-11-01"), day("2012-01-01"))
    assert psa.number is not None and str(psa.number) == "0.54" and psa.unit == "ng/mL"


def test_order_that_is_only_possible_is_not_shown_as_certain(engine: LocalEngine) -> None:
    chronicle = chronicle_of(engine, "capek-2015")
    entries = by_id(chronicle)
    later = entries["urinary-incontinence"].at
    assert later is not None and later.range == Range(day("2011-06-01"), None)
    plan = plan_of(engine, "capek-2015")
    shapes = {fact.rpartition("/")[2]: mark.shape for mark in plan.marks for fact in mark.facts}
    assert shapes["urinary-incontinence"] == "later" and shapes["bph"] == "earlier"
    radiotherapy = [mark.shape for mark in plan.marks if any(fact.endswith("/imrt") for fact in mark.facts)]
    assert radiotherapy and set(radiotherapy) == {"unsure"}, "its start is not told, so no day of it is certain"


def test_values_are_joined_only_when_one_surely_follows(engine: LocalEngine) -> None:
    plan = plan_of(engine, "capek-2015")
    joins = [rule for rule in plan.rules if rule.style == "series"]
    assert len(joins) == 6
    assert all(rule.x0 <= rule.x1 for rule in joins)


def test_relative_times_count_from_their_anchor(engine: LocalEngine) -> None:
    chronicle = chronicle_of(engine, "sanuki-2022-8")
    assert not chronicle.dated
    assert [clock.points for clock in chronicle.clocks] == [("start",), ("end",)]
    entries = by_id(chronicle)
    again, later = entries["pain-again"].at, entries["imaging-later"].at
    assert again is not None and again.range == Range(3.5 * 30.4375, 4.5 * 30.4375)
    assert later is not None and later.point == "end" and later.range == Range(4 * 30.4375, 6 * 30.4375)
    assert by_id(chronicle)["node-progression"].at is not None


def test_a_course_whose_length_is_not_told_has_two_zeros(engine: LocalEngine) -> None:
    clocks = {(clock.root.rpartition("/")[2], clock.points) for clock in chronicle_of(engine, "elhayel-2026").clocks}
    assert ("rt-iliopsoas", ("start", "end")) in clocks
    assert ("rt-iliopsoas", ("",)) in clocks, "one year after it: from which end is not told"
    starts = {clock.points for clock in chronicle_of(engine, "sanuki-2022-1").clocks if clock.root.endswith("rt-1")}
    assert starts == {("",), ("start",), ("end",)}


def test_doses_that_differ_say_which_they_are(engine: LocalEngine) -> None:
    titles = [clock.title for clock in chronicle_of(engine, "sanuki-2022-5").clocks]
    said = {
        words
        for title in titles
        for words in ("planned 39 Gy in 13", "delivered 12 Gy in 4", "reported 21 Gy in 7")
        if words in title
    }
    assert len(said) == 3
    during = by_id(chronicle_of(engine, "sanuki-2022-5"))
    assert [e.at.brief for e in during.values() if e.at and e.at.during] == ["during it"]


def test_absent_facts_are_hollow_and_say_no(engine: LocalEngine) -> None:
    plan = plan_of(engine, "shi-2021")
    hollow = {fact.rpartition("/")[2] for mark in plan.marks if mark.absent for fact in mark.facts}
    facts = facts_of(engine, "shi-2021")
    assert hollow and all(
        facts.is_absent(f"{facts.case}/{kind}/{name}") for name in hollow for kind in _kinds(facts, name)
    )
    words = " ".join(label.text for label in plan.labels)
    assert "no adjuvant therapy" in words and "no tumor recurrence" in words


def _kinds(facts: FactWords, name: str) -> list[str]:
    found = [
        kind for kind in ("finding", "treatment", "outcome", "event") if f"{facts.case}/{kind}/{name}" in facts.nodes
    ]
    assert found
    return found


def test_nothing_overlaps_or_leaves_the_sheet(engine: LocalEngine) -> None:
    for case in list_cases(engine):
        plan = plan_of(engine, case.id)
        boxes = [label.box for label in plan.labels]
        for one, other in itertools.combinations(plan.labels, 2):
            if abs(one.y - other.y) < 4:
                assert not overlap(one.box, other.box), (case.id, one.text, other.text)
        for mark, label in itertools.product(plan.marks, plan.labels):
            assert not overlap(mark.box, label.box), (case.id, mark.facts, label.text)
        assert all(
            left >= 0 and right <= WIDTH and top >= 0 and bottom <= plan.height for left, top, right, bottom in boxes
        )
        assert all(0 <= mark.left <= mark.right <= WIDTH for mark in plan.marks)
        assert not [label.text for label in plan.labels if "…" in label.text], case.id
        assert all(mark.left >= LEFT - 0.1 for mark in plan.marks if mark.lane != "legend"), case.id


def test_no_mark_is_narrower_than_its_range(engine: LocalEngine) -> None:
    """Of two ranges on the axis of dates the longer is never drawn shorter."""
    chronicle, plan = chronicle_of(engine, "capek-2015"), plan_of(engine, "capek-2015")
    width = {fact: mark.right - mark.left for mark in plan.marks if mark.shape == "range" for fact in mark.facts}
    spans = [
        (entry.at.range.high - entry.at.range.low, width[entry.fact])
        for entry in chronicle.dated
        if entry.at and entry.at.range.low is not None and entry.at.range.high is not None and entry.fact in width
    ]
    ordered = sorted(spans)
    assert len(ordered) > 40
    assert all(a[1] <= b[1] + 1e-6 for a, b in itertools.pairwise(ordered) if a[0] < b[0])


@pytest.mark.parametrize("format", ["svg", "png", "pdf"])
def test_same_bytes(graph: Graph, format: str) -> None:
    request = Request(graph, ("elhayel-2026",), format, {})
    kind = find_kind("timeline")
    assert make_picture(kind, request).data == make_picture(kind, request).data


def test_structure_of_the_picture(graph: Graph) -> None:
    picture = make_picture(find_kind("timeline"), Request(graph, ("sanuki-2022-2",), "svg", {}))
    words = [node.text for node in ET.fromstring(picture.data).iter("{http://www.w3.org/2000/svg}text")]
    assert words == GOLDEN


def test_hostile_words_stay_inert() -> None:
    moment = Moment(Range(730000.0, 730400.0), HOSTILE, brief=HOSTILE)
    entries = tuple(Entry(f"x:{n}", "events", HOSTILE + str(n), at=moment, amount=HOSTILE) for n in range(3))
    bare = (Entry("x:9", "diseases", HOSTILE),)
    with drawing():
        plan = lay_out(Chronicle("x:case", HOSTILE, entries, (), bare))
    assert all(label.box[2] <= WIDTH for label in plan.labels)
    assert "\u202e" not in "".join(label.text for label in plan.labels)


def test_parts_hold_everything_on_one_axis(engine: LocalEngine) -> None:
    chronicle = chronicle_of(engine, "capek-2015")
    with drawing():
        whole, parts = lay_out(chronicle), split(chronicle, 250)
    assert len(parts) > 1 and all(part.height <= 250 for part in parts)
    facts = [fact for part in parts for mark in part.marks for fact in mark.facts]
    assert set(facts) == {fact for mark in whole.marks for fact in mark.facts}
    places = {fact: mark.left for mark in whole.marks for fact in mark.facts}
    assert all(abs(places[fact] - mark.left) < 20 for part in parts for mark in part.marks for fact in mark.facts)
    pictures = draw_parts(facts_of(engine, "capek-2015"), "svg", 250)
    assert [p.title[-11:] for p in pictures] == [f"part {n} of {len(parts)}" for n in range(1, len(parts) + 1)]


def test_ticks() -> None:
    assert [words for _, words in date_ticks(day("2008-03-01"), day("2012-02-01"))] == ["2009", "2010", "2011", "2012"]
    weeks = [words for _, words in span_ticks(-10, 40, 3.0)]
    assert weeks == ["−1 week", "+0 weeks", "+1 week", "+2 weeks", "+3 weeks", "+4 weeks", "+5 weeks"]
    assert [words for _, words in span_ticks(0, 40, 1.0)] == ["+0 weeks", "+3 weeks"]
    assert number_ticks(6.4) == [0.0, 2.0, 4.0, 6.0, 8.0]


def test_a_measurement_is_named_by_what_it_measures(engine: LocalEngine) -> None:
    entries = by_id(chronicle_of(engine, "sanuki-2022-1"))
    assert "left groin" in entries["nrs-before-1"].measured and "right groin" in entries["nrs-before-2"].measured
    assert NX not in entries["nrs-before-1"].measured
