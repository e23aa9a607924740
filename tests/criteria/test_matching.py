"""What meets, hints at and denies an item: places, sides, methods, times, contradictions, and five findings at one hip."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from neoplex.infer.criteria import MET, NOT_MET, UNDETERMINED, ItemState
from neoplex.infer.criteriaground import Ground
from neoplex.infer.criteriawords import hint_words, item_words
from tests.criteria.conftest import Trial

Look = Callable[[str, str, str, str], ItemState]


@pytest.fixture
def look(trial: Trial) -> Look:
    """The state of one item on one side of a case."""

    def find(body: str, name: str, item: str, side: str) -> ItemState:
        state = next(s for s in trial(body)[name].sides if s.side == side)
        return next(i for i in state.items if i.item.id == item)

    return find


def finding(entry: str) -> str:
    return f"findings:\n  - {{{entry}}}"


# --------------------------------------------------------------------------------------------------------------- muscles


def test_iliopsoas_is_not_psoas_major(look: Look, ground: Ground) -> None:
    body = finding("kind: infiltration, site: left iliopsoas, method: CT")
    narrow = look(body, "stevens-gonet-1990", "psoas-tumour", "left")
    assert narrow.verdict == UNDETERMINED
    assert hint_words(narrow, ground) == ["infiltration (left iliopsoas): iliopsoas is not psoas major"]
    assert "iliopsoas is not psoas major" in item_words(narrow, ground)
    assert look(body, "jspm-2010", "iliopsoas-tumour", "left").verdict == MET
    assert look(body, "jspm-2010", "iliopsoas-tumour", "right").is_silent


def test_psoas_major_is_part_of_the_iliopsoas(look: Look) -> None:
    body = finding("kind: infiltration, site: left psoas major")
    assert look(body, "jspm-2010", "iliopsoas-tumour", "left").verdict == MET


def test_no_iliopsoas_tumour_means_no_psoas_tumour_but_not_the_other_way_round(look: Look) -> None:
    whole = """
findings:
  - {kind: infiltration, site: bilateral iliopsoas, status: absent, method: MRI}
conditions:
  - {kind: skeletal muscle metastasis, site: bilateral iliopsoas, status: absent}
"""
    assert look(whole, "stevens-gonet-1990", "psoas-tumour", "left").verdict == NOT_MET
    part = whole.replace("iliopsoas", "psoas major")
    assert look(part, "stevens-gonet-1990", "psoas-tumour", "left").verdict == NOT_MET
    assert look(part, "jspm-2010", "iliopsoas-tumour", "left").verdict == UNDETERMINED


def test_one_kind_denied_of_two_leaves_the_item_open(look: Look) -> None:
    body = finding("kind: infiltration, site: bilateral psoas major, status: absent, method: CT")
    assert look(body, "stevens-gonet-1990", "psoas-tumour", "left").verdict == UNDETERMINED


@pytest.mark.parametrize("kind", ["soft tissue mass", "infiltration or abutment", "tumor involvement of muscle"])
def test_a_mass_or_contact_at_the_muscle_is_no_infiltration(look: Look, kind: str) -> None:
    state = look(
        finding(f"kind: {kind}, site: left psoas major, method: CT"), "stevens-gonet-1990", "psoas-tumour", "left"
    )
    assert state.verdict == UNDETERMINED
    assert len(state.hints) == 1


def test_a_class_that_names_its_place_needs_no_site(look: Look) -> None:
    state = look(finding("kind: infiltration of the psoas, method: CT"), "stevens-gonet-1990", "psoas-tumour", "left")
    assert state.verdict == UNDETERMINED
    assert state.hints[0].reasons == ("the side is not reported",)


def test_pain_at_a_place_is_recognised_as_the_pain_of_that_place(look: Look) -> None:
    assert look(finding("kind: pain, site: left groin"), "jspm-2010", "pain", "left").verdict == MET
    body = finding("kind: weakness, site: left iliopsoas")
    assert look(body, "ishikawa-2024-hip-flexion-failure", "flexion-failure", "left").verdict == MET


# ------------------------------------------------------------------------------------------------- five findings at the hip

FIVE = {
    "weak hip flexion": (
        "hip flexor weakness, site: left iliopsoas",
        "ishikawa-2024-hip-flexion-failure",
        "flexion-failure",
    ),
    "fixed flexion": ("fixed flexion of the hip, site: left hip joint", "jspm-2010", "fixed-flexion"),
    "painful flexion": ("painful flexion of the hip, site: left hip joint", "stevens-gonet-1990", "painful-flexion"),
    "stretch test": ("positive psoas muscle stretch test, site: left hip joint", "stevens-gonet-1990", "stretch-test"),
    "painful extension": ("pain on hip extension, site: left hip joint", "", ""),
    "cannot lie supine": ("inability to lie supine", "", ""),
}


@pytest.mark.parametrize("given", FIVE)
def test_none_of_the_findings_implies_another(look: Look, given: str) -> None:
    body = finding(f"kind: {FIVE[given][0]}")
    for name, (_, set_id, item) in FIVE.items():
        if set_id:
            assert (look(body, set_id, item, "left").verdict == MET) == (name == given), (given, name)


def test_painful_fixed_flexion_is_both_painful_and_fixed(look: Look) -> None:
    body = finding("kind: painful fixed flexion of the hip, site: left hip joint")
    assert look(body, "stevens-gonet-1990", "painful-flexion", "left").verdict == MET
    assert look(body, "jspm-2010", "fixed-flexion", "left").verdict == MET
    assert look(body, "stevens-gonet-1990", "stretch-test", "left").is_silent


# ------------------------------------------------------------------------------------------------------------ sides, levels


def test_a_finding_without_a_side_is_at_most_a_hint(look: Look) -> None:
    for side in ("left", "right"):
        state = look(finding("kind: fixed flexion of the hip, site: hip joint"), "jspm-2010", "fixed-flexion", side)
        assert state.verdict == UNDETERMINED
        assert state.hints[0].reasons == ("the side is not reported",)


BOTH_SIDES = """
conditions:
  - {kind: upper lumbosacral plexopathy, site: bilateral lumbar plexus}
findings:
  - {kind: infiltration, site: bilateral psoas major, method: CT}
  - {kind: painful flexion of the hip, site: bilateral hip joint}
  - {kind: positive psoas muscle stretch test, site: hip joint}
"""


def test_an_unknown_side_does_not_matter_when_everything_else_is_on_both(trial: Trial) -> None:
    state = trial(BOTH_SIDES)["stevens-gonet-1990"]
    assert (state.verdict, state.side_open, state.met_on) == (MET, True, ())
    assert [side.verdict for side in state.sides] == [UNDETERMINED, UNDETERMINED]


def test_two_findings_without_a_side_may_lie_on_two_sides(trial: Trial) -> None:
    state = trial(BOTH_SIDES.replace("bilateral hip joint", "hip joint"))["stevens-gonet-1990"]
    assert (state.verdict, state.side_open) == (UNDETERMINED, False)


def test_left_and_right_halves_do_not_make_one_syndrome(trial: Trial) -> None:
    body = BOTH_SIDES.replace("site: hip joint", "site: right hip joint").replace(
        "bilateral psoas major", "left psoas major"
    )
    assert trial(body)["stevens-gonet-1990"].verdict == UNDETERMINED


@pytest.mark.parametrize(
    ("entry", "verdict"),
    [
        ("kind: numbness, site: left L2 dermatome", MET),
        ("kind: quadriceps weakness, site: left quadriceps femoris", MET),
        ("kind: foot dorsiflexion weakness, site: left tibialis anterior", UNDETERMINED),
        ("kind: plantar flexion weakness, site: left gastrocnemius", UNDETERMINED),
        ("kind: numbness, site: left thigh", UNDETERMINED),
        ("kind: quadriceps weakness, site: left quadriceps femoris, certainty: possible", UNDETERMINED),
    ],
)
def test_levels_must_lie_within_those_of_the_set(look: Look, entry: str, verdict: str) -> None:
    assert look(finding(entry), "jspm-2010", "nerve-deficit", "left").verdict == verdict


def test_a_level_far_below_is_not_even_a_hint(look: Look) -> None:
    state = look(
        finding("kind: plantar flexion weakness, site: left gastrocnemius"), "jspm-2010", "nerve-deficit", "left"
    )
    assert state.is_silent


def test_strength_that_is_normal_is_no_deficit_and_denies_no_other_muscle(look: Look) -> None:
    body = finding("kind: quadriceps weakness, site: left quadriceps femoris, status: absent")
    assert look(body, "jspm-2010", "nerve-deficit", "left").verdict == UNDETERMINED


# ------------------------------------------------------------------------------------------- times, methods, contradictions

PRESENT = "  - {id: yes, kind: fixed flexion of the hip, site: left hip joint%s}"
ABSENT = "  - {id: no, kind: fixed flexion of the hip, site: left hip joint, status: absent%s}"
TREATED = "treatments:\n  - {id: rt-1, kind: radiotherapy}"


@pytest.mark.parametrize(
    ("present", "absent", "verdict"),
    [
        ("", "", UNDETERMINED),
        (", when: 2013", "", UNDETERMINED),
        (", when: 2013", ", when: 2013-06", UNDETERMINED),
        (", when: 2013", ", when: 2015", MET),
        ("", ", when: 2015", MET),
        ("", ", when: 3 wk after rt-1", MET),
        (", when: before rt-1", ", when: after rt-1", MET),
        (", when: 2013, method: physical examination", ", when: 2013, method: CT", MET),
        (", certainty: possible", "", NOT_MET),
        ("", ", certainty: possible", MET),
    ],
)
def test_a_contradiction_needs_one_time_and_one_method(look: Look, present: str, absent: str, verdict: str) -> None:
    body = "\n".join(["findings:", PRESENT % present, ABSENT % absent, TREATED])
    state = look(body, "jspm-2010", "fixed-flexion", "left")
    assert state.verdict == verdict
    assert bool(state.clashes) == (verdict == UNDETERMINED)


def test_both_sides_of_a_contradiction_are_shown(look: Look, ground: Ground) -> None:
    state = look("\n".join(["findings:", PRESENT % "", ABSENT % ""]), "jspm-2010", "fixed-flexion", "left")
    assert [(c.fact.iri.rpartition("/")[2], c.absent.iri.rpartition("/")[2]) for c in state.clashes] == [("yes", "no")]
    assert state.closed == UNDETERMINED, "a contradiction is no silence"
    assert "contradiction: fixed flexion of the hip" in item_words(state, ground)
    assert not state.missing, "no further finding settles a contradiction"


def test_what_is_gone_after_a_treatment_is_not_denied(look: Look) -> None:
    body = "\n".join(["findings:", ABSENT % ", when: 3 wk after rt-1", TREATED])
    assert look(body, "jspm-2010", "fixed-flexion", "left").verdict == UNDETERMINED
    assert (
        look("\n".join(["findings:", ABSENT % ", when: 2014"]), "jspm-2010", "fixed-flexion", "left").verdict == NOT_MET
    )


def test_a_wider_absence_denies_and_a_narrower_one_does_not(look: Look) -> None:
    wide = finding("kind: pain, status: absent")
    assert look(wide, "gerontopoulos-2020", "neuropathic-pain", "left").verdict == NOT_MET
    narrow = finding("kind: painful fixed flexion of the hip, site: left hip joint, status: absent")
    assert look(narrow, "jspm-2010", "fixed-flexion", "left").verdict == UNDETERMINED
    elsewhere = finding("kind: pain, site: left foot, status: absent")
    assert look(elsewhere, "gerontopoulos-2020", "neuropathic-pain", "left").verdict == UNDETERMINED
    assert look(elsewhere, "jspm-2010", "pain", "left").verdict == UNDETERMINED


def test_a_method_the_set_does_not_accept_leaves_it_open(look: Look) -> None:
    for method, reason in ((", method: autopsy", "it was shown by another method"), ("", "the method is not reported")):
        state = look(
            finding(f"kind: infiltration, site: left psoas major{method}"), "sanuki-2022", "psoas-tumour", "left"
        )
        assert state.verdict == UNDETERMINED
        assert reason in state.hints[0].reasons


# --------------------------------------------------------------------------------------------------------- what authors held


@pytest.mark.parametrize(
    ("verdict", "expected", "hinted"),
    [
        ("", MET, False),
        ("favoured", MET, False),
        ("proposed", UNDETERMINED, True),
        ("considered", UNDETERMINED, False),
        ("unlikely", UNDETERMINED, False),
        ("held-then-abandoned", UNDETERMINED, False),
        ("rejected", NOT_MET, False),
    ],
)
def test_a_diagnosis_counts_as_far_as_it_was_held(look: Look, verdict: str, expected: str, hinted: bool) -> None:
    said = f", verdict: {verdict}" if verdict else ""
    body = f"""
conclusions:
  - {{kind: radiation-induced neuropathy, role: explanation, by: authors{said}}}
"""
    state = look(body, "gerontopoulos-2020", "radiation-damage", "left")
    assert (state.verdict, bool(state.hints)) == (expected, hinted)


def test_the_diagnosis_itself_is_no_evidence(trial: Trial) -> None:
    body = "conditions:\n  - {kind: malignant psoas syndrome, site: left lumbar plexus}"
    state = trial(body)["stevens-gonet-1990"]
    assert [item.verdict for side in state.sides for item in side.items] == [UNDETERMINED] * 8
    assert [fact.iri.rpartition("/")[2] for fact in state.stated] == ["malignant-psoas-syndrome-left-lumbar-plexus"]
    assert trial(body)["ishikawa-2024-hip-flexion-failure"].stated == ()


def test_a_drug_only_suggests_nerve_damage(look: Look) -> None:
    body = "treatments:\n  - {kind: drug therapy, drug: cisplatin}"
    state = look(body, "gerontopoulos-2020", "neurotoxic-drugs", "left")
    assert (state.verdict, state.closed, len(state.hints)) == (UNDETERMINED, UNDETERMINED, 1)
    other = look(body.replace("cisplatin", "doxorubicin"), "gerontopoulos-2020", "neurotoxic-drugs", "left")
    assert (other.verdict, other.closed, other.is_silent) == (UNDETERMINED, NOT_MET, True)
