"""What if: assumptions are read as people write them, count like facts, and are marked as what they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from neoplex.ask.criteriabook import Tried, item_rows, page
from neoplex.base.errors import UsageError
from neoplex.base.names import NX
from neoplex.infer.criteria import MET, NOT_MET, UNDETERMINED, Assessor, SetState
from neoplex.infer.criteriaassume import read_assumption
from neoplex.infer.criteriafacts import CaseFact
from neoplex.infer.criteriaground import Ground
from neoplex.model.lexicon import Lexicon
from neoplex.read.criteria import CriteriaSet

BOTH = (("", "left"), ("", "right"))


@pytest.mark.parametrize(
    ("words", "kind", "places", "method", "present"),
    [
        ("left positive psoas muscle stretch test=present", "PositivePsoasStretchTest", (("", "left"),), "", True),
        ("positive psoas muscle stretch test on the right = Present", "PositivePsoasStretchTest", (("", "right"),), "", True),
        ("positive psoas muscle stretch test=absent", "PositivePsoasStretchTest", BOTH, "", False),
        ("infiltration in left psoas major=present", "Infiltration", ((NX + "PsoasMajor", "left"),), "", True),
        ("infiltration of the left psoas major by computed tomography=present", "Infiltration",
         ((NX + "PsoasMajor", "left"),), NX + "CT", True),
        ("left infiltration at psoas major=present", "Infiltration", ((NX + "PsoasMajor", "left"),), "", True),
        ("infiltration in psoas major=present", "Infiltration",
         ((NX + "PsoasMajor", "left"), (NX + "PsoasMajor", "right")), "", True),
        ("infiltration at bilateral psoas major=absent", "Infiltration",
         ((NX + "PsoasMajor", "left"), (NX + "PsoasMajor", "right")), "", False),
        ("bone metastasis in L3 vertebra=present", "BoneMetastasis", ((NX + "L3Vertebra", "midline"),), "", True),
    ],
)  # fmt: skip
def test_words_are_read(
    lexicon: Lexicon,
    sets: tuple[CriteriaSet, ...],
    words: str,
    kind: str,
    places: tuple[tuple[str, str], ...],
    method: str,
    present: bool,
) -> None:
    found = read_assumption(words, lexicon, sets)
    assert found.fact is not None
    look = found.fact.look
    assert (look.kind, look.places, look.method, found.fact.present, found.fact.assumed) == (
        NX + kind,
        places,
        method,
        present,
        True,
    )


def test_an_item_may_be_assumed_in_one_set_or_in_all(lexicon: Lexicon, sets: tuple[CriteriaSet, ...]) -> None:
    everywhere = read_assumption("psoas-tumour=present", lexicon, sets).verdicts
    assert len(everywhere) == 5 and {verdict for _, verdict in everywhere} == {MET}
    one = read_assumption("jspm-2010/pain=absent", lexicon, sets).verdicts
    assert one == ((NX + "criteria/jspm-2010/pain", NOT_MET),)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("stretch test", "is no assumption; write FINDING=present"),
        ("stretch-test=maybe", "is no assumption"),
        ("=present", "is no assumption"),
        ("strech-test=present", "did you mean stretch-test"),
        ("left positive psoas muscle strech test=present", "did you mean positive psoas muscle stretch test"),
        ("psoas major=present", "is no item of a set and no finding"),
    ],
)
def test_what_cannot_be_read_says_what_is_near(
    lexicon: Lexicon, sets: tuple[CriteriaSet, ...], words: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        read_assumption(words, lexicon, sets)


Facts = Callable[[str], tuple[CaseFact, ...]]
KNOWN = """
conditions:
  - {kind: upper lumbosacral plexopathy, site: left lumbar plexus}
findings:
  - {kind: infiltration, site: left psoas major, method: MRI}
  - {kind: painful flexion of the hip, site: left hip joint}
"""


def ask(facts: Facts, assessor: Assessor, lexicon: Lexicon, sets: tuple[CriteriaSet, ...], *words: str) -> SetState:
    read = [read_assumption(text, lexicon, sets, number) for number, text in enumerate(words)]
    assumed = {iri: verdict for a in read for iri, verdict in a.verdicts}
    states = assessor.assess([*facts(KNOWN), *(a.fact for a in read if a.fact)], assumed=assumed)
    return next(state for state in states if state.set.id == "stevens-gonet-1990")


@pytest.mark.parametrize(
    ("words", "verdict", "side"),
    [
        ((), UNDETERMINED, ()),
        (("left positive psoas muscle stretch test=present",), MET, ("left",)),
        (("right positive psoas muscle stretch test=present",), UNDETERMINED, ()),
        (("positive psoas muscle stretch test=present",), MET, ("left",)),
        (("positive psoas muscle stretch test=absent",), NOT_MET, ()),
        (("stretch-test=present",), MET, ("left",)),
        (("painful flexion of the hip=absent", "stretch-test=present"), UNDETERMINED, ()),
        (("upper lumbosacral plexopathy=absent", "stretch-test=present"), UNDETERMINED, ()),
    ],
)
def test_what_would_follow(
    facts: Facts,
    assessor: Assessor,
    lexicon: Lexicon,
    sets: tuple[CriteriaSet, ...],
    words: tuple[str, ...],
    verdict: str,
    side: tuple[str, ...],
) -> None:
    state = ask(facts, assessor, lexicon, sets, *words)
    assert (state.verdict, state.met_on) == (verdict, side), "an assumption against a reported fact is a contradiction"


def test_an_assumption_is_marked_on_the_page_and_in_the_rows(
    facts: Facts, assessor: Assessor, lexicon: Lexicon, sets: tuple[CriteriaSet, ...], ground: Ground
) -> None:
    words = "left positive psoas muscle stretch test=present"
    tried = Tried("doe-2020", "Doe", (ask(facts, assessor, lexicon, sets, words),), ground, None, (words,))
    text = "\n".join(page(tried, 80))
    assert "ASSUMED, not reported: " in text
    assert "[assumed]" in text
    rows = [dict(zip(item_rows(tried).variables, row, strict=True)) for row in item_rows(tried).rows]
    stretch = [row for row in rows if row["item"] is not None and row["item"].value == "stretch-test"]  # type: ignore[union-attr]
    assert [row["facts"].value if row["facts"] else "" for row in stretch] == ["assumed", ""]  # type: ignore[union-attr]


def test_a_case_without_the_assumption_says_what_it_said_before(
    facts: Facts, assessor: Assessor, lexicon: Lexicon, sets: tuple[CriteriaSet, ...]
) -> None:
    before = ask(facts, assessor, lexicon, sets)
    ask(facts, assessor, lexicon, sets, "stretch-test=present", "left infiltration in psoas major=absent")
    assert ask(facts, assessor, lexicon, sets) == before
