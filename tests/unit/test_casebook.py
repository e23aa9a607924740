"""A case as a page; expected in full, since what is missing matters as much as what is there."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from neoplex.ask.casebook import case_graph, describe_case, find_case, list_cases
from neoplex.ask.engines import LocalEngine
from neoplex.ask.factwords import FactWords
from neoplex.ask.vocabulary import fetch_labels
from neoplex.base.errors import UsageError
from neoplex.base.names import CASE, NX
from neoplex.store.answers import Triples
from neoplex.store.embedded import Graph

PAGE = """\
Smith 2020, the patient
  id            smith-2020
  reported by   Smith A; Jones B. A hip that hurt. Journal of Examples.
                2020;1:1-2

Person
  - male, 61 years [History ¶1]

Conditions
  - prostate cancer; primary tumour [History ¶1]

Findings
  - hip pain, severe: left psoas major; 9 (numeric rating scale); end of 2019
    [History ¶1]

Findings: looked for and absent
  - no weakness: psoas major, side not reported [History ¶1]

Investigations
  - magnetic resonance imaging [History ¶1]
      - finding; odd property kept

Treatments
  - radiotherapy; planned dose 30 Gy in 10 fractions [table 1, row 2]; delivered
    dose 27 Gy in 9 fractions [History ¶1]; target left psoas major [table 1,
    row 2]

Outcomes
  - pain relief; of radiotherapy (rt-1); after radiotherapy (rt-1) [History ¶1]

Conclusions
  - malignant psoas syndrome; favoured; by authors; explains hip pain (pain-1)
    [History ¶1]
      Tumour in the psoas explains the pain.
      - for: finding (mass)
      - against: There was no weakness. [table 1, row 2]"""


def test_the_page_of_a_case(small_graph: Graph) -> None:
    engine = LocalEngine(small_graph)
    assert describe_case(engine, find_case(engine, "smith-2020"), 80) == PAGE.splitlines()


def test_full_adds_what_curators_wrote(small_graph: Graph) -> None:
    engine = LocalEngine(small_graph)
    full = describe_case(engine, find_case(engine, "case:smith-2020"), 80, full=True)
    assert "      The hip hurt badly." in full
    assert set(PAGE.splitlines()) < set(full)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("smith-2021", "did you mean smith-2020"),
        ("zzz", "`neoplex case list` shows all 1"),
        ("smith-2020/finding", "no case is called"),
    ],
)
def test_unknown_cases(name: str, said: str, small_graph: Graph) -> None:
    with pytest.raises(UsageError, match=said):
        find_case(LocalEngine(small_graph), name)


def test_an_absent_fact_never_reads_as_found(small_graph: Graph) -> None:
    facts = FactWords.read(LocalEngine(small_graph), CASE + "smith-2020")
    assert facts.short(CASE + "smith-2020/finding/weakness") == "no weakness"


def test_the_graph_of_a_case(small_graph: Graph) -> None:
    engine = LocalEngine(small_graph)
    answer = case_graph(engine, find_case(engine, "smith-2020"))
    assert isinstance(answer, Triples)
    stored = small_graph.store.quads_for_pattern(None, None, None, ox.NamedNode(CASE + "smith-2020"))
    assert set(answer.triples) == {quad.triple for quad in stored}


def test_every_shipped_case_has_a_page_with_nothing_lost(graph: Graph) -> None:
    """Every fact of every case is on its page: its kind in words, and where it is absent, with a no before it."""
    engine = LocalEngine(graph)
    entries = list_cases(engine)
    assert len(entries) >= 17
    for entry in entries:
        lines = describe_case(engine, entry, 80)
        assert all(len(line) <= 80 for line in lines)
        page = " ".join(" ".join(lines).split())
        facts = FactWords.read(engine, CASE + entry.id)
        links = (
            "hasCondition",
            "hasFinding",
            "hasInvestigation",
            "hasTreatment",
            "hasOutcome",
            "hasEvent",
            "hasConclusion",
        )
        for fact in (fact for link in links for fact in facts.linked(link)):
            kinds = [facts.kind(iri) for iri in facts.iris(fact, "concludes")] or [facts.kind(fact)]
            words = ", ".join(kinds)
            assert " ".join(words.split()) in page, f"{fact} is not on the page"
            if facts.is_absent(fact):
                assert f"no {words}" in page or f"(no {words})" in page or f"({words})" in page


def test_cases_in_natural_order(graph: Graph) -> None:
    ids = [
        entry.id
        for entry in list_cases(LocalEngine(graph))
        if entry.id.startswith("sanuki-2022-") and entry.id[-1].isdigit()
    ]
    assert ids == [f"sanuki-2022-{number}" for number in range(1, 12)]
    assert fetch_labels(LocalEngine(graph), [NX + "Case"])


def test_times_read_like_words_and_order_around_their_anchor() -> None:
    store = ox.Store()
    times = {
        "a": ("after", "", "3 mo after rt end"),
        "b": ("at", "start", "at rt start"),
        "c": ("before", "", "1 a before rt"),
    }
    case = CASE + "x"
    for name, (relation, point, wording) in times.items():
        store.update(
            f"INSERT DATA {{ GRAPH <{case}> {{ <{case}/{name}> <{NX}atTime> <{case}/{name}/t> . "
            f'<{case}/{name}/t> <{NX}relation> "{relation}" ; '
            f'<{NX}anchorPoint> "{point}" ; <{NX}wording> "{wording}" }} }}'
        )
    for name, wording in {"d": "2012-03/2012-10", "e": "2011-end", "f": "2012-10/"}.items():
        store.update(
            f'INSERT DATA {{ GRAPH <{case}> {{ <{case}/{name}/t> <{NX}wording> "{wording}" ; <{NX}earliest> "2011" }} }}'
        )
    facts = FactWords.read(LocalEngine(Graph(store)), case)
    assert facts.in_order([f"{case}/{name}" for name in "abc"]) == [f"{case}/{name}" for name in "cba"]
    words = [facts.time(f"{case}/{name}/t") for name in "abcdef"]
    assert words == [
        "3 months after rt end",
        "at rt start",
        "1 year before rt",
        "2012-03 to 2012-10",
        "end of 2011",
        "since 2012-10",
    ]
