"""Likeness of cases: known orderings, sides, denials, silence, and what a file shares with the graph it was built from."""

from __future__ import annotations

import time

import pyoxigraph as ox
import pytest

from neoplex.base.names import NX, case_iri
from neoplex.base.paths import shipped_root
from neoplex.cases.compile import compile_publication
from neoplex.infer.similar import Feature, Hierarchy, Match, compare, find_similar, put_into_words, read_features
from neoplex.read.lexicon import load_lexicon
from neoplex.store.embedded import Graph


@pytest.fixture(scope="module")
def hierarchy(graph: Graph) -> Hierarchy:
    return Hierarchy(graph)


def told(kind: str, place: str = "", side: str = "", present: bool = True) -> Feature:
    return Feature(
        NX + kind, NX + place if place else "", NX + side if side else "", present, f"fact:{kind}-{side}-{present}"
    )


def score(mine: list[Feature], other: list[Feature], hierarchy: Hierarchy, side_blind: bool = False) -> float:
    return sum(match.weight for match in compare(mine, other, hierarchy, side_blind=side_blind))


def only(mine: Feature, other: Feature, hierarchy: Hierarchy, side_blind: bool = False) -> Match:
    (match,) = compare([mine], [other], hierarchy, side_blind=side_blind)
    return match


def test_information_grows_downwards(hierarchy: Hierarchy) -> None:
    order = ["Fact", "Finding", "Symptom", "Pain", "GroinPain"]
    contents = [hierarchy.content(NX + name) for name in order]
    assert contents == sorted(contents) and contents[0] < 0.2 < contents[-2] < contents[-1] <= 1
    assert hierarchy.shared(NX + "OvarianCancer", NX + "CervicalCancer")[0] == NX + "GynecologicalCancer"
    assert hierarchy.shared(NX + "GroinPain", NX + "ExternalBeamRadiotherapy") == ("", 0.0)
    assert hierarchy.shared(NX + "PsoasMajor", NX + "Iliopsoas")[0] == NX + "Iliopsoas", "a part is near its whole"


def test_the_same_beats_a_relative_beats_a_stranger(hierarchy: Hierarchy) -> None:
    mine = [told("OvarianCancer")]
    same, near, far, none = (
        score(mine, [told(kind)], hierarchy)
        for kind in ("OvarianCancer", "CervicalCancer", "RectalCancer", "ReflexLoss")
    )
    assert same > near > far > none == 0


def test_values_of_one_category_exclude_each_other(hierarchy: Hierarchy) -> None:
    assert score([told("N3")], [told("N0")], hierarchy) == 0
    assert score([told("N3")], [told("N3")], hierarchy) > 0
    assert score([told("RegionalNodeCategory")], [told("N3")], hierarchy) > 0


def test_sides(hierarchy: Hierarchy) -> None:
    mine = [told("GroinPain", "Groin", "left")]
    same, unknown, other = (
        score(mine, [told("GroinPain", "Groin", side)], hierarchy) for side in ("left", "", "right")
    )
    assert same > unknown > other > 0
    blind = [
        score(mine, [told("GroinPain", "Groin", side)], hierarchy, side_blind=True) for side in ("left", "", "right")
    ]
    assert len(set(blind)) == 1 and blind[0] == same


def test_silence_is_neutral_and_denial_is_not(hierarchy: Hierarchy) -> None:
    mine = [told("GroinPain", "Groin", "left"), told("OvarianCancer")]
    silent = [told("OvarianCancer")]
    denying = [told("OvarianCancer"), told("Pain", present=False)]
    richer = [told("OvarianCancer"), told("ReflexLoss")]
    assert score(mine, silent, hierarchy) == score(mine, richer, hierarchy), (
        "what only the other tells counts neither way"
    )
    assert score(mine, denying, hierarchy) < score(mine, silent, hierarchy)
    (conflict,) = [match for match in compare(mine, denying, hierarchy) if match.conflict]
    assert conflict.mine.kind == NX + "GroinPain" and conflict.other.kind == NX + "Pain"


def test_denying_the_special_does_not_deny_the_general(hierarchy: Hierarchy) -> None:
    assert not [m for m in compare([told("Pain")], [told("GroinPain", present=False)], hierarchy) if m.conflict]


def test_denying_one_side_does_not_deny_the_other(hierarchy: Hierarchy) -> None:
    right = told("GroinPain", "Groin", "right", present=False)
    assert compare([told("GroinPain", "Groin", "left")], [right], hierarchy) == ()
    assert only(told("GroinPain", "Groin", "right"), right, hierarchy).conflict
    assert only(told("GroinPain", "Groin", "left"), right, hierarchy, side_blind=True).conflict


def test_pain_that_went_away_is_no_denial(hierarchy: Hierarchy) -> None:
    other = [told("ThighPain"), told("Pain", present=False)]
    (match,) = compare([told("GroinPain")], other, hierarchy)
    assert not match.conflict and match.other.kind == NX + "ThighPain"


def test_agreement_in_absence_counts_half(hierarchy: Hierarchy) -> None:
    absent = only(told("ReflexLoss", present=False), told("ReflexLoss", present=False), hierarchy).weight
    present = only(told("ReflexLoss"), told("ReflexLoss"), hierarchy).weight
    assert absent == pytest.approx(present / 2)


def test_a_fact_is_paired_once(hierarchy: Hierarchy) -> None:
    mine = [told("GroinPain", "Groin", "left"), told("ThighPain"), told("ButtockPain")]
    assert len(compare(mine, [told("GroinPain", "Groin", "left")], hierarchy)) == 1


def test_a_case_is_nearest_to_itself(graph: Graph, hierarchy: Hierarchy) -> None:
    for name in ("capek-2015", "shi-2021", "sanuki-2022-8"):
        found = find_similar(graph, read_features(graph.store, case_iri(name)), hierarchy=hierarchy)
        assert found[0].case == case_iri(name)
        assert found[0].score > found[1].score


def test_the_piriformis_patients_stand_together(graph: Graph, hierarchy: Hierarchy) -> None:
    case = case_iri("sanuki-2022-2")
    mine = read_features(graph.store, case, ("anatomy",))
    found = find_similar(graph, mine, ("anatomy",), leave_out=[case], side_blind=True, hierarchy=hierarchy)
    scores = {likeness.case: likeness.score for likeness in found}
    assert case not in scores
    assert found[0].case == case_iri("sanuki-2022-8"), "the other with buttock, sciatic region and piriformis"
    assert scores[case_iri("sanuki-2022-6")] > scores[case_iri("sanuki-2022-3")], "piriformis before psoas"


def test_what_was_done_and_what_happened(graph: Graph, hierarchy: Hierarchy) -> None:
    case = case_iri("sanuki-2022-4")
    found = find_similar(graph, read_features(graph.store, case), leave_out=[case], hierarchy=hierarchy)
    for likeness in found:
        assert all(fact.startswith(likeness.case + "/treatment/") for fact in likeness.treatments)
        assert all(fact.startswith(likeness.case + "/outcome/") for fact in likeness.outcomes)
        assert sum(match.weight for match in likeness.matches) == pytest.approx(likeness.score)
        assert all(match.mine.fact and match.other.fact for match in likeness.matches)
    assert any(likeness.treatments and likeness.outcomes for likeness in found[:3])


def test_a_file_is_compared_as_the_same_case_in_the_graph(graph: Graph) -> None:
    compiled = compile_publication(shipped_root() / "data" / "cases" / "shi-2021.yaml", load_lexicon(shipped_root()))
    store = ox.Store()
    store.extend(compiled.quads)
    case = case_iri("shi-2021")
    assert read_features(store, case, anatomy=graph.store) == read_features(graph.store, case)


def test_words_say_what_is_shared(hierarchy: Hierarchy, graph: Graph) -> None:
    labels = {NX + n: w for n, w in (("OvarianCancer", "ovarian cancer"), ("CervicalCancer", "cervical cancer"))}
    labels[NX + "GynecologicalCancer"] = "gynecological cancer"
    case = case_iri("sanuki-2022-1")
    found = find_similar(graph, [told("CervicalCancer")], hierarchy=hierarchy)
    words = {words for like in found if like.case == case for words, _ in put_into_words(like, labels)}
    assert any(text.startswith("cervical cancer ~ ovarian cancer") for text in words)
    assert any("both are gynecological cancer" in text for text in words)


def test_half_a_second_when_warm(graph: Graph, hierarchy: Hierarchy) -> None:
    mine = read_features(graph.store, case_iri("capek-2015"))
    find_similar(graph, mine, hierarchy=hierarchy)
    start = time.process_time()
    find_similar(graph, mine, hierarchy=hierarchy)
    assert time.process_time() - start < 0.5
