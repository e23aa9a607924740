"""What the shipped cases show of each set, and conclusions that tempt and must not be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest

from neoplex.base.names import GRAPH_SOURCES
from neoplex.cases.compile import compile_publication
from neoplex.infer.criteria import MET, NOT_MET, UNDETERMINED, ItemState
from neoplex.infer.criteriaground import Ground
from neoplex.infer.criteriaquads import criteria_quads
from neoplex.infer.criteriawords import hint_words
from neoplex.model.lexicon import Lexicon
from neoplex.read.criteria import CriteriaSet
from tests.criteria.conftest import States


def item(shipped: dict[str, States], case: str, name: str, item_id: str, side: str) -> ItemState:
    state = next(s for s in shipped[case][name].sides if s.side == side)
    return next(i for i in state.items if i.item.id == item_id)


def ids(state: ItemState) -> list[str]:
    return [fact.iri.split("/", 6)[6] for fact in state.premises]


def test_all_sixteen_cases_are_tried_with_all_seven_sets(shipped: dict[str, States]) -> None:
    assert len(shipped) == 16
    assert all(len(states) == 7 for states in shipped.values())


def test_no_published_case_says_enough_to_settle_a_set_but_for_none(shipped: dict[str, States]) -> None:
    settled = {
        (case, name) for case, states in shipped.items() for name, s in states.items() if s.verdict != UNDETERMINED
    }
    assert settled == set(), "five papers that never list one of these sets item by item"


@pytest.mark.parametrize(
    ("case", "name", "item_id", "side", "verdict", "facts"),
    [
        # El Hayel: tissue from the right iliopsoas, said to be a metastasis in that muscle.
        ("elhayel-2026", "jspm-2010", "iliopsoas-tumour", "right", MET,
         ["conclusion/diagnosis-muscle-metastasis", "condition/iliopsoas-metastasis"]),
        ("elhayel-2026", "jspm-2010", "iliopsoas-tumour", "left", UNDETERMINED, []),
        # Capek: the bone scan was read as free of metastasis; the left leg is weak at L2 to L4, the right hip and knee are not.
        ("capek-2015", "gerontopoulos-2020", "lumbar-bone-metastasis", "left", NOT_MET, ["interpretation/bone-scan-2013-reading"]),
        ("capek-2015", "jspm-2010", "nerve-deficit", "left", MET,
         ["finding/left-iliopsoas-strength", "finding/left-quadriceps-strength"]),
        ("capek-2015", "jspm-2010", "nerve-deficit", "right", UNDETERMINED, []),
        ("capek-2015", "ishikawa-2024-hip-flexion-failure", "flexion-failure", "left", MET, ["finding/left-iliopsoas-strength"]),
        ("capek-2015", "ishikawa-2024-hip-flexion-failure", "flexion-failure", "right", UNDETERMINED, []),
        ("capek-2015", "agar-2004-continuum", "plexopathy", "right", MET,
         ["conclusion/neoplastic-plexopathy", "condition/plexopathy", "interpretation/emg-2014-reading"]),
        # Sanuki, patients 1 and 5: the side of the tumour stands in the text.
        ("sanuki-2022-1", "jspm-2010", "iliopsoas-tumour", "left", MET, ["finding/tumour-1"]),
        ("sanuki-2022-1", "jspm-2010", "iliopsoas-tumour", "right", MET, ["finding/tumour-2"]),
        ("sanuki-2022-5", "jspm-2010", "iliopsoas-tumour", "right", MET, ["finding/infiltration"]),
        ("sanuki-2022-5", "jspm-2010", "pain", "right", MET, ["finding/thigh-pain-1"]),
    ],
)  # fmt: skip
def test_what_must_come_out(
    shipped: dict[str, States], case: str, name: str, item_id: str, side: str, verdict: str, facts: list[str]
) -> None:
    state = item(shipped, case, name, item_id, side)
    assert (state.verdict, ids(state)) == (verdict, facts)


NARROW = ("stevens-gonet-1990", "agar-2004-triad", "agar-2004-continuum", "gerontopoulos-2020", "sanuki-2022")


@pytest.mark.parametrize("name", NARROW)
def test_tumour_in_the_iliopsoas_is_not_tumour_in_the_psoas_major(
    shipped: dict[str, States], ground: Ground, name: str
) -> None:
    state = item(shipped, "elhayel-2026", name, "psoas-tumour", "right")
    assert state.verdict == UNDETERMINED
    assert any("iliopsoas is not psoas major" in words for words in hint_words(state, ground))


def test_a_destroyed_ilium_is_no_lumbar_metastasis(shipped: dict[str, States], ground: Ground) -> None:
    state = item(shipped, "elhayel-2026", "gerontopoulos-2020", "lumbar-bone-metastasis", "right")
    assert (state.verdict, hint_words(state, ground)) == (UNDETERMINED, ["bone metastasis: the place is not reported"])


def test_platinum_is_no_nerve_damage(shipped: dict[str, States]) -> None:
    state = item(shipped, "elhayel-2026", "gerontopoulos-2020", "neurotoxic-drugs", "right")
    assert (state.verdict, state.closed) == (UNDETERMINED, UNDETERMINED)
    assert {hint.fact.iri.rpartition("/")[2] for hint in state.hints} == {
        "induction-cisplatin",
        "first-line-carboplatin",
    }


def test_pelvic_pain_is_no_pain_of_groin_thigh_or_knee(shipped: dict[str, States]) -> None:
    assert item(shipped, "elhayel-2026", "jspm-2010", "pain", "right").verdict == UNDETERMINED


def test_a_weak_iliopsoas_shows_no_tumour_in_it(shipped: dict[str, States]) -> None:
    for name in NARROW:
        assert item(shipped, "capek-2015", name, "psoas-tumour", "left").is_silent


def test_a_reading_given_up_later_is_no_radiation_damage(shipped: dict[str, States]) -> None:
    state = item(shipped, "capek-2015", "gerontopoulos-2020", "radiation-damage", "left")
    assert state.verdict == UNDETERMINED
    assert all("interpretation/" in hint.fact.iri for hint in state.hints), (
        "only what was possible at the time hints at it"
    )


def test_a_plexopathy_of_unknown_level_is_not_an_upper_one(shipped: dict[str, States], ground: Ground) -> None:
    state = item(shipped, "capek-2015", "stevens-gonet-1990", "proximal-plexopathy", "left")
    assert state.verdict == UNDETERMINED
    assert any(words.startswith("lumbosacral plexopathy") for words in hint_words(state, ground))


def test_limited_extension_is_no_fixed_flexion(shipped: dict[str, States], ground: Ground) -> None:
    state = item(shipped, "sanuki-2022-5", "jspm-2010", "fixed-flexion", "right")
    assert state.verdict == UNDETERMINED
    assert hint_words(state, ground) == [
        "limited hip extension (right hip joint): limited hip extension is not fixed flexion of the hip or "
        "painful fixed flexion of the hip"
    ]


def test_inability_to_lie_supine_is_no_spasm_and_regaining_it_denies_nothing(shipped: dict[str, States]) -> None:
    state = item(shipped, "sanuki-2022-1", "agar-2004-continuum", "spasm", "left")
    assert (state.verdict, state.clashes) == (UNDETERMINED, ())


def test_pain_gone_after_radiotherapy_was_there_before(shipped: dict[str, States]) -> None:
    assert item(shipped, "sanuki-2022-5", "gerontopoulos-2020", "neuropathic-pain", "right").verdict == UNDETERMINED


def test_tumour_in_the_piriformis_bears_on_no_psoas(shipped: dict[str, States]) -> None:
    for case in ("sanuki-2022-2", "sanuki-2022-6", "sanuki-2022-8", "sanuki-2022-11"):
        for name in NARROW:
            assert item(shipped, case, name, "psoas-tumour", "left").is_silent


def test_a_syndrome_named_by_the_paper_is_not_taken_as_its_own_proof(shipped: dict[str, States]) -> None:
    state = shipped["sanuki-2022-tsuchiyama"]["stevens-gonet-1990"]
    assert state.verdict == UNDETERMINED
    assert [fact.iri.rpartition("/")[2] for fact in state.stated] == ["syndrome"]
    assert item(shipped, "sanuki-2022-tsuchiyama", "agar-2004-triad", "psoas-tumour", "left").hints[0].reasons == (
        "the side is not reported",
    )


def test_a_mass_left_of_the_psoas_major_does_not_infiltrate_it(shipped: dict[str, States], ground: Ground) -> None:
    state = item(shipped, "shi-2021", "gerontopoulos-2020", "psoas-tumour", "left")
    assert state.verdict == UNDETERMINED
    assert [hint.fact.iri.rpartition("/")[2] for hint in state.hints] == ["mass-ct-psoas", "mass-mr"]
    pain = item(shipped, "shi-2021", "gerontopoulos-2020", "nociceptive-pain", "left")
    assert pain.verdict == UNDETERMINED
    assert "hip pain (left hip region): it is not said to be nociceptive pain" in hint_words(pain, ground)


def test_a_source_of_a_set_is_described_as_in_its_own_case_file(
    root: Path, lexicon: Lexicon, sets: Sequence[CriteriaSet]
) -> None:
    """Both stand in one graph, so a title spelt in two ways would be two titles."""
    quads = [quad for quad in criteria_quads(sets, lexicon) if quad.graph_name == ox.NamedNode(GRAPH_SOURCES)]
    for name in ("sanuki-2022", "gerontopoulos-2020"):
        quads += compile_publication(root / "data" / "cases" / f"{name}.yaml", lexicon).quads
    values: dict[tuple[str, str], set[str]] = {}
    for quad in quads:
        if quad.graph_name == ox.NamedNode(GRAPH_SOURCES) and isinstance(quad.object, ox.Literal):
            values.setdefault((str(quad.subject), quad.predicate.value), set()).add(str(quad.object))
    assert {key: found for key, found in values.items() if len(found) > 1} == {}
