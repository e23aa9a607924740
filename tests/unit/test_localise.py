"""Classic questions of localisation: what must follow from the findings, and what must not."""

from __future__ import annotations

import time

import pytest

from neoplex.infer.localise import Against, Reach
from tests.lesionbench import Answer, Bench
from tests.lesionbench import bench as make_bench


@pytest.fixture(scope="module")
def bench() -> Bench:
    return make_bench()


def clearly_against(answer: Answer, label: str) -> list[str]:
    found = answer.named(label).contradictions
    return [c.function.label for c in found if c.against == Against.CLEARLY]


def rather_against(answer: Answer, label: str) -> list[str]:
    found = answer.named(label).contradictions
    return [c.function.label for c in found if c.against == Against.RATHER]


# ------------------------------------------------------------------------------------------------------------ foot drop


def test_foot_drop_with_weak_inversion_and_abduction_is_the_l5_root(bench: Bench) -> None:
    answer = bench.ask(["left foot drop", "weak left foot inversion", "weak left hip abduction"])
    assert answer.first.label == "left L5 nerve root" and answer.first.fit == "fits"
    assert [f.label for f in answer.named("left common fibular nerve").left_over] == ["weak left hip abduction"]


def test_foot_drop_with_normal_inversion_and_abduction_is_the_common_fibular_nerve(bench: Bench) -> None:
    answer = bench.ask(
        ["left foot drop", "weak left foot eversion", "numb dorsum of left foot"],
        ["left foot inversion", "left hip abduction", "left ankle reflex"],
    )
    assert answer.first.label == "left common fibular nerve" and not answer.first.contradictions
    assert rather_against(answer, "left L5 nerve root") == ["left foot inversion", "left hip abduction"]
    assert clearly_against(answer, "left sciatic nerve") == ["left foot inversion", "left ankle reflex"]
    assert answer.rank("left sciatic nerve") > answer.rank("left L5 nerve root")


def test_foot_drop_alone_decides_nothing_between_root_and_nerve(bench: Bench) -> None:
    answer = bench.ask(["left foot drop"])
    for label in ("left deep fibular nerve", "left common fibular nerve", "left L5 nerve root", "left sacral plexus"):
        assert answer.named(label).fit == "fits"
    tests = bench.tests_between(answer, "left L5 nerve root", "left common fibular nerve")
    assert tests["strength of left hip abduction"] == ("reduced", "normal")
    assert tests["needle EMG of left L5 paraspinal muscle"] == ("denervated", "normal")
    assert tests["left superficial fibular nerve sensory potential"] == ("normal", "lost")
    assert not any("dorsiflexion" in test for test in tests), "what is reported already is not asked again"


def test_inversion_separates_root_and_fibular_nerve(bench: Bench) -> None:
    answer = bench.ask(["left foot drop", "numb left first web space"])
    places = {label: answer.named(label).places for label in ("left L5 nerve root", "left common fibular nerve")}
    inversion = bench.lesions.wiring.get("movement", "left", "foot inversion")
    assert inversion is not None
    assert inversion.share(places["left L5 nerve root"]) > 0.35 > inversion.share(places["left common fibular nerve"])


# ---------------------------------------------------------------------------------------------- femoral, L3, lumbar plexus


def test_femoral_nerve_with_normal_adduction(bench: Bench) -> None:
    answer = bench.ask(
        ["weak left knee extension", "absent left knee jerk", "numb left anterior thigh", "numb left medial leg"],
        ["left hip adduction"],
    )
    assert answer.first.label == "left femoral nerve" and answer.first.fit == "fits"
    assert rather_against(answer, "left lumbar plexus") == ["left hip adduction"]
    assert rather_against(answer, "left L3 nerve root") == ["left hip adduction"]


def test_weak_adduction_beside_knee_extension_is_beyond_the_femoral_nerve(bench: Bench) -> None:
    answer = bench.ask(
        [
            "weak left knee extension",
            "weak left hip adduction",
            "weak left hip flexion",
            "absent left knee jerk",
            "numb left anterior thigh",
        ],
        ["left foot dorsiflexion"],
    )
    assert answer.first.label == "left lumbar plexus"
    assert [f.label for f in answer.named("left femoral nerve").left_over] == ["weak left hip adduction"]
    assert rather_against(answer, "left lumbosacral plexus") == ["left foot dorsiflexion"]


def test_one_dermatome_and_mild_weakness_is_the_l3_root(bench: Bench) -> None:
    answer = bench.ask(
        ["weak left knee extension 4/5", "weak left hip adduction 4/5", "numb left L3"], ["left L2 dermatome"]
    )
    assert answer.first.label == "left L3 nerve root" and not answer.first.contradictions


def test_adduction_separates_femoral_nerve_and_lumbar_plexus(bench: Bench) -> None:
    answer = bench.ask(["weak left knee extension", "absent left knee jerk"])
    tests = bench.tests_between(answer, "left femoral nerve", "left lumbar plexus")
    assert tests["strength of left hip adduction"] == ("normal", "lost")
    assert tests["left adductor reflex"] == ("normal", "lost")


def test_obturator_nerve(bench: Bench) -> None:
    answer = bench.ask(["weak left hip adduction", "numb left medial thigh"], ["left knee extension", "left knee jerk"])
    assert "left obturator nerve" in answer.order[:2] and answer.named("left obturator nerve").fit == "fits"
    femoral = answer.named("left femoral nerve")
    assert [f.label for f in femoral.left_over] == ["weak left hip adduction"] and femoral.rank > 2
    assert rather_against(answer, "left femoral nerve") == ["left knee extension", "left patellar reflex"]


def test_weak_hip_flexion_with_spared_quadriceps(bench: Bench) -> None:
    answer = bench.ask(["weak left hip flexion"], ["left knee extension", "left knee jerk"])
    assert answer.first.label == "left L2 nerve root"
    assert answer.named("left nerve to psoas major").fit == "fits"
    assert answer.named("left femoral nerve").fit == "contradicted"
    assert answer.rank("left femoral nerve") > answer.rank("left nerve to psoas major")


def test_lateral_thigh_alone_is_the_lateral_femoral_cutaneous_nerve(bench: Bench) -> None:
    answer = bench.ask(
        ["burning left lateral thigh", "numb left lateral thigh"], ["left knee extension", "left knee jerk"]
    )
    assert answer.first.label == "left lateral femoral cutaneous nerve" and answer.first.fit == "fits"
    assert answer.named("left L2 nerve root").fit == "fits", "the root is not excluded by it"
    assert "left femoral nerve" not in answer.order


# ------------------------------------------------------------------------------------------------ upper and lower plexus


def test_upper_plexus(bench: Bench) -> None:
    answer = bench.ask(
        ["weak left hip flexion", "weak left knee extension", "weak left hip adduction"],
        ["left foot plantar flexion", "left foot dorsiflexion"],
    )
    assert answer.first.label == "left lumbar plexus"
    assert "left sacral plexus" not in answer.order, "it would explain nothing of this"


def test_lower_plexus(bench: Bench) -> None:
    answer = bench.ask(
        [
            "weak left knee flexion",
            "weak left foot plantar flexion",
            "weak left foot dorsiflexion",
            "weak left hip extension",
            "weak left hip abduction",
        ],
        ["left knee extension", "left hip flexion"],
    )
    assert answer.first.label == "left sacral plexus"
    assert [f.label for f in answer.named("left sciatic nerve").left_over] == ["weak left hip abduction"]


def test_a_lone_l4_finding_decides_nothing_between_upper_and_lower(bench: Bench) -> None:
    answer = bench.ask(["numb left L4"])
    for label in ("left lumbar plexus", "left sacral plexus", "left L4 nerve root", "left saphenous nerve"):
        assert answer.named(label).fit == "fits"
    upper, lower = answer.named("left lumbar plexus"), answer.named("left sacral plexus")
    assert upper.points == lower.points, "only their size tells them apart"


# ------------------------------------------------------------------------------------------------ S1, sciatic and tibial


def test_s1_root_with_normal_dorsiflexion(bench: Bench) -> None:
    answer = bench.ask(
        ["weak left foot plantar flexion 4/5", "absent left ankle reflex", "numb left S1"], ["left foot dorsiflexion"]
    )
    assert answer.first.label == "left S1 nerve root"
    assert [lesion.label for lesion in answer.first.instead] == ["left S1 spinal nerve", "left ventral ramus of S1"]
    assert clearly_against(answer, "left sciatic nerve") == ["left foot dorsiflexion"]


def test_partial_weakness_fits_a_root_of_many_better_than_a_whole_nerve(bench: Bench) -> None:
    mild = bench.ask(["weak left foot plantar flexion 4/5"])
    reach = {label: mild.named(label).explanations[0].reach for label in ("left S1 nerve root", "left tibial nerve")}
    assert reach == {"left S1 nerve root": Reach.WHOLE, "left tibial nerve": Reach.INCOMPLETE}
    total = bench.ask(["weak left foot plantar flexion 0/5"])
    assert total.first.label == "left tibial nerve"
    assert total.named("left S1 nerve root").explanations[0].reach == Reach.PART
    assert "too severe" in total.named("left S1 nerve root").explanations[0].why


def test_sciatic_nerve_with_normal_abduction(bench: Bench) -> None:
    answer = bench.ask(
        [
            "weak left foot plantar flexion",
            "weak left foot dorsiflexion",
            "weak left knee flexion",
            "absent left ankle reflex",
            "numb left sole",
            "numb dorsum of left foot",
        ],
        ["left hip abduction", "left gluteus maximus"],
    )
    assert answer.first.label == "left sciatic nerve" and answer.first.fit == "fits"
    assert rather_against(answer, "left sacral plexus") == ["left hip abduction", "left gluteus maximus"]


def test_tibial_nerve_with_normal_knee_flexion(bench: Bench) -> None:
    answer = bench.ask(
        ["weak left foot plantar flexion", "weak left toe flexion", "numb left sole", "weak left foot inversion"],
        ["left foot dorsiflexion", "left knee flexion", "left foot eversion"],
    )
    assert answer.first.label == "left tibial nerve"
    assert rather_against(answer, "left tibial division of sciatic nerve") == ["left knee flexion"]
    why = answer.named("left tibial division of sciatic nerve").contradictions[0].why
    assert "below its branch" in why, "heights are not in the tables, so a low lesion stays possible"


# --------------------------------------------------------------------------------------- before and beyond the ganglion


def test_a_lost_sensory_potential_lies_beyond_the_ganglion(bench: Bench) -> None:
    answer = bench.ask(["weak left foot plantar flexion", "absent left ankle reflex", "absent left sural SNAP"])
    root = answer.named("left S1 nerve root")
    assert [f.label for f in root.left_over] == ["absent left sural nerve sensory potential"]
    assert "ganglion" in next(e.why for e in root.explanations if e.reach == Reach.NONE)
    assert answer.named("left S1 spinal nerve").fit == "fits", "the same level, but beyond the ganglion"
    assert answer.rank("left S1 nerve root") > answer.rank("left S1 spinal nerve")


def test_a_preserved_sensory_potential_speaks_for_the_root(bench: Bench) -> None:
    answer = bench.ask(
        ["weak left foot plantar flexion", "absent left ankle reflex", "numb left lateral foot"], ["left sural SNAP"]
    )
    assert answer.first.label == "left S1 nerve root"
    assert clearly_against(answer, "left tibial nerve") == ["left sural nerve sensory potential"]


def test_paraspinal_denervation_lies_at_root_or_spinal_nerve(bench: Bench) -> None:
    answer = bench.ask(
        ["weak left foot dorsiflexion", "weak left foot inversion", "denervation of left L5 paraspinals"]
    )
    assert answer.first.label == "left L5 nerve root"
    assert [lesion.label for lesion in answer.first.instead] == ["left L5 spinal nerve"]
    for label in ("left ventral ramus of L5", "left lumbosacral trunk", "left sacral plexus"):
        assert [f.label for f in answer.named(label).left_over] == ["denervated left L5 paraspinal muscle"]


# --------------------------------------------------------------------------------------------------- midline and several


def test_cauda_equina(bench: Bench) -> None:
    answer = bench.ask(
        [
            "bilateral weak foot plantar flexion",
            "absent bilateral ankle reflex",
            "saddle numbness",
            "urinary retention",
            "fecal incontinence",
            "numb bilateral S1",
        ],
        ["bilateral knee extension"],
    )
    assert answer.first.label == "cauda equina, roots from S1 down" and answer.first.fit == "fits"
    several = next(h for h in answer.hypotheses if len(h.lesions) > 1)
    assert several.left_over, "even two lesions leave something"


def test_saddle_without_legs_is_low_in_the_sac(bench: Bench) -> None:
    answer = bench.ask(
        ["saddle numbness", "perianal numbness", "absent anal wink", "fecal incontinence", "urinary retention"],
        ["bilateral ankle reflex", "bilateral foot plantar flexion"],
    )
    assert answer.first.label == "cauda equina, roots from S2 down"
    assert {answer.first.lesions[0].also[1].rpartition("/")[2]} == {"conus-medullaris"}
    assert not any("S1 down" in label for label in answer.order)


def test_one_sided_loss_of_a_sphincter_is_explained_in_part_only(bench: Bench) -> None:
    answer = bench.ask(["urinary incontinence", "numb left perineum"])
    left = answer.named("left pudendal nerve")
    assert [f.label for f in left.in_part] == ["urinary incontinence"]
    assert "one side" in next(e.why for e in left.explanations if e.reach == Reach.PART)


def test_continence_does_not_speak_against_a_lesion_of_one_side(bench: Bench) -> None:
    answer = bench.ask(["numb left perineum"], ["urinary incontinence", "fecal incontinence"])
    assert not answer.named("left pudendal nerve").contradictions
    wide = bench.ask(["numb bilateral skin of penis", "saddle numbness", "perianal numbness"], ["fecal incontinence"])
    both = next(h for h in wide.hypotheses if h.lesions[0].kind == "midline")
    assert "external anal sphincter" in [c.function.label for c in both.contradictions]


def test_two_nerves_and_one_sac_are_both_shown(bench: Bench) -> None:
    answer = bench.ask(
        ["left foot drop", "right foot drop"], ["bilateral foot inversion", "bilateral hip abduction"], most=3
    )
    kinds = {"midline" if h.lesions[0].kind == "midline" else len(h.lesions) for h in answer.hypotheses}
    assert {"midline", 1, 2} <= kinds
    assert answer.named("deep fibular nerve of both sides").fit == "fits"


def test_findings_of_both_sides_are_not_one_nerve(bench: Bench) -> None:
    answer = bench.ask(["left foot drop", "right hip adduction"])
    for hypothesis in answer.hypotheses:
        if len(hypothesis.lesions) == 1 and hypothesis.lesions[0].side in ("left", "right"):
            assert hypothesis.left_over, hypothesis.label


# ------------------------------------------------------------------------------------------------------- truth and words


def test_silence_is_neutral(bench: Bench) -> None:
    answer = bench.ask(["left foot drop"])
    points = {label: answer.named(label).points for label in ("left deep fibular nerve", "left sacral plexus")}
    assert len(set(points.values())) == 1, "a plexus loses nothing because its other functions were not reported"


def test_an_unknown_side_is_explained_by_either(bench: Bench) -> None:
    answer = bench.ask(["foot drop"])
    assert answer.findings[0].open_side and "either side" in answer.findings[0].remarks[0]
    left, right = answer.named("left deep fibular nerve"), answer.named("right deep fibular nerve")
    assert left.points == right.points and left.fit == right.fit == "fits"


def test_a_preserved_function_of_unknown_side_speaks_against_nothing(bench: Bench) -> None:
    answer = bench.ask(["left foot drop"], ["foot eversion"])
    assert not answer.named("left common fibular nerve").contradictions
    assert bench.ask(["left foot drop"], ["left foot eversion"]).named("left common fibular nerve").contradictions


def test_nothing_lost_gives_nothing(bench: Bench) -> None:
    assert bench.ask([], ["left hip adduction"]).hypotheses == ()


def test_left_and_right_are_mirror_images(bench: Bench) -> None:
    lost = ["weak {} knee extension 3/5", "absent {} knee jerk", "numb {} medial leg"]
    kept = ["{} hip adduction"]
    sides = {
        side: bench.ask([words.format(side) for words in lost], [words.format(side) for words in kept], most=12)
        for side in ("left", "right")
    }
    mirrored = [h.label.replace("right", "left") for h in sides["right"].hypotheses]
    assert mirrored == sides["left"].order
    assert [h.points for h in sides["left"].hypotheses] == [h.points for h in sides["right"].hypotheses]


def test_order_and_points_do_not_depend_on_the_order_of_findings(bench: Bench) -> None:
    lost = ["left foot drop", "weak left foot inversion", "weak left hip abduction", "right knee extension 4/5"]
    one, other = bench.ask(lost), bench.ask(lost[::-1])
    assert [(h.label, h.points) for h in one.hypotheses] == [(h.label, h.points) for h in other.hypotheses]


def test_a_man_is_not_told_of_female_organs(bench: Bench) -> None:
    sexes = {
        f.sex
        for h in bench.ask(["saddle numbness"], sex="male").hypotheses
        for f, _ in bench.lesions.territory(h.lesions, "male")
    }
    assert "female" not in sexes and "male" in sexes


def test_a_case_answers_within_half_a_second(bench: Bench) -> None:
    lost = [
        f"{side} {what}"
        for side in ("left", "right")
        for what in ("foot drop", "hip extension", "knee flexion 2/5", "ankle reflex", "S1 dermatome")
    ]
    lost += [
        "saddle numbness",
        "urinary incontinence",
        "fecal incontinence",
        "left knee extension 4/5",
        "left hip flexion 4/5",
    ]
    kept = ["right knee extension", "right hip flexion", "bilateral knee jerk"]
    bench.ask(lost, kept)
    started = time.perf_counter()
    assert bench.ask(lost, kept).hypotheses
    assert time.perf_counter() - started < 0.5
