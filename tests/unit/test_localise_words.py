"""Free words become findings: function, side, degree; what nobody knows is refused with the nearest words."""

from __future__ import annotations

import pytest

from neoplex.base.errors import UsageError
from neoplex.infer.findingwords import COMPLETE, MARKED, MILD, UNGRADED
from neoplex.infer.movements import movements_of, reflexes_of
from neoplex.infer.wiring import Function
from tests.lesionbench import Bench
from tests.lesionbench import bench as make_bench


@pytest.fixture(scope="module")
def bench() -> Bench:
    return make_bench()


def keys(functions: tuple[Function, ...]) -> list[str]:
    return [function.key for function in functions]


@pytest.mark.parametrize(
    ("words", "key", "kind"),
    [
        ("weak left knee flexion", "movement/left/knee flexion", "weakness"),
        ("left hip adductors weak", "movement/left/hip adduction", "weakness"),
        ("left foot drop", "movement/left/foot dorsiflexion", "weakness"),
        ("weak left ankle plantarflexion", "movement/left/foot plantar flexion", "weakness"),
        ("left big toe extension", "movement/left/great toe extension", "weakness"),
        ("weak external rotation of left hip", "movement/left/hip lateral rotation", "weakness"),
        ("paresis of the left gluteus maximus", "muscle/left/gluteus maximus", "weakness"),
        ("weak left peroneus longus", "muscle/left/fibularis longus", "weakness"),
        ("weak left hamstrings", "muscle/left/hamstring muscles", "weakness"),
        ("numb left lateral thigh", "skin/left/skin of lateral thigh", "sensory"),
        ("hypoesthesia of left dorsum of foot", "skin/left/skin of dorsum of foot", "sensory"),
        ("numb left first web space", "skin/left/skin of first web space of foot", "sensory"),
        ("reduced sensation left S1", "dermatome/left/S1 dermatome", "sensory"),
        ("tingling left sole", "skin/left/skin of sole", "symptom"),
        ("absent left knee jerk", "reflex/left/patellar reflex", "reflex"),
        ("absent left Achilles reflex", "reflex/left/ankle reflex", "reflex"),
        ("loss of left cremasteric reflex", "reflex/left/cremasteric reflex", "reflex"),
        ("absent anal wink", "reflex/midline/anal wink reflex", "reflex"),
        ("fecal incontinence", "organ/midline/external anal sphincter", "organ"),
        ("faecal incontinence", "organ/midline/external anal sphincter", "organ"),
        ("erectile dysfunction", "organ/midline/penis", "organ"),
        ("denervation of left tibialis anterior", "muscle/left/tibialis anterior", "denervation"),
        ("fibrillations in left L5 paraspinals", "paraspinal/left/L5 paraspinal muscle", "denervation"),
        ("absent left sural SNAP", "potential/left/sural nerve sensory potential", "potential"),
        ("numb left obturator nerve territory", "territory/left/obturator nerve territory", "sensory"),
    ],
)
def test_words_name_one_function(bench: Bench, words: str, key: str, kind: str) -> None:
    (finding,) = bench.reader.read(words)
    assert key in keys(finding.functions)[:1] and finding.kind == kind and not finding.preserved


@pytest.mark.parametrize(
    ("words", "degree"),
    [
        ("weak left knee flexion 4/5", MILD),
        ("weak left knee flexion MRC 3", MARKED),
        ("weak left knee flexion 2 MRC", MARKED),
        ("left knee flexion 0/5", COMPLETE),
        ("paralysis of left knee flexion", COMPLETE),
        ("mild weakness of left knee flexion", MILD),
        ("weak left knee flexion", UNGRADED),
        ("reduced left knee jerk", MILD),
    ],
)
def test_degrees(bench: Bench, words: str, degree: str) -> None:
    assert bench.reader.read(words)[0].degree == degree


def test_both_sides_are_two_findings(bench: Bench) -> None:
    findings = bench.reader.read("bilateral foot drop")
    assert [finding.sides for finding in findings] == [("left",), ("right",)]


def test_a_side_not_given_stays_open(bench: Bench) -> None:
    (finding,) = bench.reader.read("foot drop")
    assert finding.open_side and finding.sides == ("left", "right") and "side not reported" in finding.label


def test_a_field_over_the_midline_without_a_side_is_the_whole_of_it(bench: Bench) -> None:
    (finding,) = bench.reader.read("saddle numbness")
    assert not finding.open_side and finding.sides == ("midline",) and "in part" in finding.remarks[0]
    assert bench.reader.read("numb left perineum")[0].sides == ("left",)


def test_full_strength_and_normal_are_preserved(bench: Bench) -> None:
    for words in (
        "left knee extension 5/5",
        "normal left knee jerk",
        "left medial thigh sensation intact",
        "no numbness of left sole",
    ):
        assert all(finding.preserved for finding in bench.reader.read(words)), words


def test_numbness_of_a_whole_region_counts_half(bench: Bench) -> None:
    (finding,) = bench.reader.read("numb left foot")
    assert finding.weight == 0.5 and finding.region and len(finding.functions) >= 5


@pytest.mark.parametrize(
    ("words", "near"),
    [
        ("weak left knee extnsion", "knee extension"),
        ("weak left ilopsoas", "iliopsoas"),
        ("numb left lateral thig", "lateral thigh"),
        ("urinary incontinense", "urinary incontinence"),
    ],
)
def test_unknown_words_are_refused_with_the_nearest(bench: Bench, words: str, near: str) -> None:
    with pytest.raises(UsageError, match=near):
        bench.reader.read(words)


@pytest.mark.parametrize("words", ["weak left elbow", "", "left", "xyzzy", "weak left hip flexion and knee extension"])
def test_words_without_a_function_are_refused(bench: Bench, words: str) -> None:
    with pytest.raises(UsageError):
        bench.reader.read(words)


@pytest.mark.parametrize("words", ["weak left knee flexion", "left knee flexion 3/5", "numb left sole"])
def test_a_loss_cannot_be_given_as_preserved(bench: Bench, words: str) -> None:
    with pytest.raises(UsageError, match="preserved"):
        bench.reader.read(words, preserved=True)


def test_every_word_it_offers_is_one_it_reads(bench: Bench) -> None:
    unread = []
    for words in bench.reader.known_words():
        try:
            bench.reader.read(words)
        except UsageError:
            unread.append(words)
    assert not unread


def test_every_function_is_read_by_its_own_name(bench: Bench) -> None:
    verbs = {
        "movement": "weak",
        "muscle": "weak",
        "skin": "numb",
        "dermatome": "numb",
        "reflex": "absent",
        "paraspinal": "denervated",
    }
    missed = []
    for function in bench.lesions.wiring.functions.values():
        if function.kind in verbs:
            words = f"{verbs[function.kind]} {function.label}"
            try:
                findings = bench.reader.read(words)
            except UsageError:
                findings = ()
            if not any(function.key in keys(finding.functions) for finding in findings):
                missed.append(words)
    # Foot and thigh as wholes stand for the fields they are made of, the spinal muscle for its levels, the lip for its skin.
    wholes = ("skin of foot", "skin of thigh", "erector spinae", "labium majus")
    assert all(words.endswith(wholes) for words in missed) and len(missed) == 2 * len(wholes)


def test_movements_and_reflexes_of_every_row_are_read(bench: Bench) -> None:
    """No function or reflex of the table is lost by spelling."""
    atlas = bench.lesions.wiring.atlas
    for supply in (edge for iri in atlas.structures for edge in atlas.supplies(iri)):
        if supply.reflex:
            assert reflexes_of(supply.reflex), supply.reflex
        ends = ("flexion", "extension", "abduction", "adduction", "rotation", "inversion", "eversion")
        if supply.kind == "motor" and supply.function.split(" (")[0].endswith(ends):
            assert movements_of(supply.function), supply.function
