"""Kleene's logic, that more facts never turn a verdict round, and that minimal sets of findings are exactly those."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoplex.infer.criteria import (
    MET,
    NOT_MET,
    UNDETERMINED,
    Assessor,
    Need,
    SetState,
    SideState,
    all_of,
    any_of,
    at_least,
    leaf_by_content,
    negate,
    settle,
    total,
)
from neoplex.infer.criteriafacts import CaseFact, Look, Moment
from neoplex.infer.criteriaground import Ground
from neoplex.model.lexicon import Lexicon
from neoplex.model.side import Side
from neoplex.read.criteria import CriteriaSet, Leaf, Pattern, leaves_of

VERDICTS = (NOT_MET, UNDETERMINED, MET)
RANK = {NOT_MET: 0.0, UNDETERMINED: 0.5, MET: 1.0}
lists = st.lists(st.sampled_from(VERDICTS), max_size=6)


def completions(verdicts: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """Every way in which what is open may turn out."""
    return itertools.product(*[(MET, NOT_MET) if v == UNDETERMINED else (v,) for v in verdicts])


def agreed(results: Iterable[str]) -> str:
    found = set(results)
    return found.pop() if len(found) == 1 else UNDETERMINED


@given(lists)
def test_and_or_and_counting_say_what_all_completions_agree_on(verdicts: list[str]) -> None:
    ways = list(completions(verdicts))
    assert all_of(verdicts) == agreed(MET if all(v == MET for v in way) else NOT_MET for way in ways)
    assert any_of(verdicts) == agreed(MET if any(v == MET for v in way) else NOT_MET for way in ways)
    for number in range(len(verdicts) + 2):
        expected = agreed(MET if way.count(MET) >= number else NOT_MET for way in ways)
        assert at_least(number, verdicts) == expected


@given(lists)
def test_de_morgan(verdicts: list[str]) -> None:
    assert negate(all_of(verdicts)) == any_of(negate(v) for v in verdicts)
    assert all(negate(negate(v)) == v for v in verdicts)


@given(lists, st.data())
def test_knowing_more_never_turns_a_verdict_round(verdicts: list[str], data: st.DataObject) -> None:
    more = [data.draw(st.sampled_from(VERDICTS)) if v == UNDETERMINED else v for v in verdicts]
    for before, after in ((all_of(verdicts), all_of(more)), (any_of(verdicts), any_of(more))):
        assert before in (UNDETERMINED, after)


def test_total_of_a_set_with_options_and_exclusions(sets: Sequence[CriteriaSet]) -> None:
    one = next(s for s in sets if s.id == "gerontopoulos-2020")
    assert total(one, [MET, NOT_MET, MET, NOT_MET, NOT_MET, NOT_MET, NOT_MET, NOT_MET]) == MET
    assert total(one, [MET, NOT_MET, MET, NOT_MET, MET, NOT_MET, NOT_MET, NOT_MET]) == NOT_MET
    assert total(one, [MET, NOT_MET, NOT_MET, NOT_MET, NOT_MET, NOT_MET, NOT_MET, NOT_MET]) == NOT_MET
    assert total(one, [MET, NOT_MET, MET, NOT_MET, UNDETERMINED, NOT_MET, NOT_MET, NOT_MET]) == UNDETERMINED


# ------------------------------------------------------------------------------------------------------------- random cases

KINDS = [
    "infiltration", "skeletal muscle metastasis", "infiltration or abutment", "upper lumbosacral plexopathy",
    "lumbosacral plexopathy", "painful flexion of the hip", "fixed flexion of the hip",
    "painful fixed flexion of the hip", "positive psoas muscle stretch test", "limited hip extension",
    "hip flexor weakness", "quadriceps weakness", "numbness", "neuropathic pain", "pain", "groin pain",
    "bone metastasis", "malignant infiltration of nerve root", "nerve damage by neurotoxic drugs",
    "radiation-induced neuropathy", "muscle spasm", "inflammation of the psoas",
]  # fmt: skip
PLACES = [
    "", "left psoas major", "right psoas major", "psoas major", "left iliopsoas", "bilateral iliopsoas",
    "left hip joint", "right hip joint", "hip joint", "left lumbar plexus", "left L2 dermatome",
    "left quadriceps femoris", "left groin", "L3 vertebra",
]  # fmt: skip
METHODS = ["", "computed tomography", "physical examination", "autopsy"]
SIDES = {Side.LEFT: "left", Side.RIGHT: "right", Side.MIDLINE: "midline"}


def draw_fact(rng: random.Random, lexicon: Lexicon, number: int, dated: bool) -> CaseFact:
    kind = lexicon.find_class(rng.choice(KINDS))
    words = rng.choice(PLACES)
    places = tuple((s.structure, SIDES.get(s.side, "")) for s in lexicon.find_sites(words)) if words else ()
    method = rng.choice(METHODS)
    condition = lexicon.below(kind, ("https://w3id.org/neoplex/term/Condition",))
    day = rng.choice(["2013-01-01", "2014-01-01"]) if dated and rng.random() < 0.5 else ""
    look = Look("condition" if condition else "finding", kind, places, lexicon.find_class(method) if method else "")
    return CaseFact(f"case:x/{number}", look, rng.random() < 0.6, Moment(day, day))


def opposed(state: SetState) -> bool:
    """Whether some leaf has facts on both sides."""
    return any(
        bool(leaf.clashes) or (bool(leaf.denials) and bool(leaf.support))
        for side in state.sides
        for item in side.items
        for leaf in item.leaves
    )


@pytest.mark.parametrize("seed", range(60))
def test_one_more_fact_never_turns_a_verdict_round_without_a_contradiction(
    seed: int, lexicon: Lexicon, assessor: Assessor
) -> None:
    rng = random.Random(seed)
    facts = [draw_fact(rng, lexicon, number, dated=seed % 2 == 0) for number in range(rng.randint(3, 14))]
    before: tuple[SetState, ...] | None = None
    for size in range(len(facts) + 1):
        after = assessor.assess(facts[:size])
        for old, new in zip(before or after, after, strict=True):
            if opposed(new):
                continue
            assert old.verdict in (UNDETERMINED, new.verdict)
            for old_side, new_side in zip(old.sides, new.sides, strict=True):
                assert old_side.verdict in (UNDETERMINED, new_side.verdict)
                for old_item, new_item in zip(old_side.items, new_side.items, strict=True):
                    assert old_item.verdict in (UNDETERMINED, new_item.verdict)
        before = after


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_facts_does_not_matter_and_silent_closure_keeps_what_is_settled(
    seed: int, lexicon: Lexicon, assessor: Assessor
) -> None:
    rng = random.Random(1000 + seed)
    facts = [draw_fact(rng, lexicon, number, dated=True) for number in range(10)]
    states = assessor.assess(facts)
    rng.shuffle(facts)
    assert [(s.verdict, s.closed) for s in assessor.assess(facts)] == [(s.verdict, s.closed) for s in states]
    for state in states:
        assert state.verdict in (UNDETERMINED, state.closed)
        for side in state.sides:
            assert all(item.verdict in (UNDETERMINED, item.closed) for item in side.items)


# ------------------------------------------------------------------------------------------------------------ minimal sets


def verdict_when(side: SideState, answers: Mapping[tuple[object, ...], bool]) -> str:
    """The total of a side when these open leaves were answered, worked out from the patterns alone."""

    def value(pattern: Pattern, known: Mapping[str, str]) -> str:
        if isinstance(pattern, Leaf):
            return known[pattern.iri]
        parts = [value(p, known) for p in pattern.parts if any(leaf.decides for leaf in leaves_of(p))]
        parts = [part for part in parts if part]
        return any_of(parts) if pattern.how == "any-of" else all_of(parts)

    verdicts = []
    for item in side.items:
        known = {}
        for leaf in item.leaves:
            answer = answers.get(leaf.leaf.content) if leaf.can_settle else None
            said = leaf.verdict if answer is None else MET if answer else NOT_MET
            known[leaf.leaf.iri] = said if leaf.leaf.decides else ""
        verdicts.append(value(item.item.pattern, known))
    return total(side.set, verdicts)


def by_trying(side: SideState, wanted: str) -> set[frozenset[Need]]:
    """The minimal sets by trying every set of answers, smallest first."""
    contents = list({
        leaf.leaf.content: None for item in side.items for leaf in item.leaves if leaf.can_settle and item.verdict == UNDETERMINED
    })  # fmt: skip
    found: list[frozenset[Need]] = []
    for size in range(len(contents) + 1):
        for chosen in itertools.combinations(contents, size):
            for answers in itertools.product((True, False), repeat=size):
                needs = frozenset(zip(chosen, answers, strict=True))
                if any(smaller <= needs for smaller in found):
                    continue
                if verdict_when(side, dict(needs)) == wanted:
                    found.append(needs)
    return set(found)


@pytest.mark.parametrize("seed", range(25))
def test_minimal_sets_are_exactly_those_found_by_trying(seed: int, lexicon: Lexicon, assessor: Assessor) -> None:
    rng = random.Random(2000 + seed)
    facts = [draw_fact(rng, lexicon, number, dated=False) for number in range(seed % 8)]
    tried = 0
    for state in assessor.assess(facts):
        for side in state.sides:
            open_leaves = sum(leaf.can_settle for item in side.items for leaf in item.leaves)
            if side.verdict != UNDETERMINED or open_leaves > 8:
                continue
            tried += 1
            for wanted in (MET, NOT_MET):
                ways = side.settled_by(wanted)
                assert set(ways) == by_trying(side, wanted)
                assert [len(way) for way in ways] == sorted(len(way) for way in ways)
    assert tried


def test_needs_name_leaves_of_the_set(assessor: Assessor, sets: Sequence[CriteriaSet]) -> None:
    for state, one in zip(assessor.assess([]), sets, strict=True):
        known = leaf_by_content(one)
        for wanted in (True, False):
            assert all(content in known for way in settle(state.sides[0], wanted) for content, _ in way)


Facts = Callable[[str], tuple[CaseFact, ...]]


def test_a_settled_or_contradictory_leaf_is_not_asked_for_again(
    facts: Facts, assessor: Assessor, ground: Ground, lexicon: Lexicon
) -> None:
    body = """
findings:
  - {id: yes, kind: positive psoas muscle stretch test, site: left hip joint}
  - {id: no, kind: positive psoas muscle stretch test, site: left hip joint, status: absent}
"""
    state = next(s for s in assessor.assess(facts(body)) if s.set.id == "stevens-gonet-1990")
    left = state.sides[0]
    assert left.settled_by(MET) == (), "a contradiction is not settled by another finding"
    stretch = lexicon.find_class("positive psoas muscle stretch test")
    assert all(stretch not in str(way) for way in left.settled_by(NOT_MET))


def test_the_random_cases_settle_enough_to_prove_something(lexicon: Lexicon, assessor: Assessor) -> None:
    seen: dict[str, int] = {MET: 0, NOT_MET: 0, UNDETERMINED: 0}
    clashes = 0
    for seed in range(60):
        rng = random.Random(seed)
        facts = [draw_fact(rng, lexicon, number, dated=False) for number in range(12)]
        for item in (item for state in assessor.assess(facts) for side in state.sides for item in side.items):
            seen[item.verdict] += 1
            clashes += len(item.clashes)
    assert min(seen.values()) > 100, seen
    assert clashes > 20
