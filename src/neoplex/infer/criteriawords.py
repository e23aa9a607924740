"""Criteria, and what came of trying them, in words.

Comes in: leaves, states, facts and the labels of a ground. Goes out: short phrases, the same ones for the graph and for the
screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from neoplex.infer.criteria import (
    MET,
    NOT_MET,
    WHOLE,
    Clash,
    Hint,
    ItemState,
    Need,
    SetState,
    SideState,
    leaf_by_content,
)
from neoplex.infer.criteriafacts import CaseFact
from neoplex.infer.criteriaground import Ground
from neoplex.infer.criteriamatch import SUGGESTS, WIDER_PLACE
from neoplex.read.criteria import CriteriaSet, Item, Leaf, leaves_of

MOST_HINTS = 3


def join(words: Sequence[str], last: str = "and") -> str:
    """Words as a list in a sentence.

    >>> join(["a", "b", "c"]), join(["a"])
    ('a, b and c', 'a')
    """
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def leaf_words(leaf: Leaf, ground: Ground, side: str = "", *, brief: bool = False) -> str:
    """What a leaf looks for: ``infiltration in left psoas major, by computed tomography``; ``brief`` counts many methods."""
    which = f"{side} " if leaf.same_side and side else ""
    said = join([ground.label(kind) for kind in leaf.kinds], "or")
    if leaf.qualifiers:
        said += f" with {join([ground.label(term) for term in leaf.qualifiers], 'or')}"
    if leaf.drugs:
        said += f" with {join([ground.label(term) for term in leaf.drugs], 'or')}"
    if leaf.sites:
        said += f" in {which}{join([ground.label(site) for site in leaf.sites], 'or')}"
    elif which:
        said += f" on the {side}"
    if leaf.same_side and not side:
        said += ", same side"
    if leaf.roots:
        said += f", levels {join(leaf.roots, 'or')}"
    if brief and len(leaf.methods) > 2:
        said += ", by an accepted method"
    elif leaf.methods:
        said += f", by {join([ground.label(method) for method in leaf.methods], 'or')}"
    return said


def place_words(cls: str, side: str, ground: Ground) -> str:
    """A place with its side."""
    label = ground.label(cls) if cls else ""
    if side in ("left", "right"):
        return f"{side} {label}".strip()
    return f"{label}, side not reported" if label and not side else label


def fact_words(fact: CaseFact, ground: Ground) -> str:
    """A fact in a few words: ``infiltration (right iliopsoas)``; an absent one begins with ``no``."""
    said = ("" if fact.present else "no ") + ground.label(fact.look.kind)
    places = [words for cls, side in fact.look.places if (words := place_words(cls, side, ground))]
    if fact.look.drugs:
        said += f" with {join(_labels(fact.look.drugs, ground))}"
    said += f" ({'; '.join(places)})" if places else ""
    return f"{said} [assumed]" if fact.assumed else said


def why(hint: Hint, item: Item, ground: Ground) -> str:
    """Why a fact only hints at an item: ``iliopsoas is not psoas major``."""
    words = [reason for reason in hint.reasons if reason not in (SUGGESTS, WIDER_PLACE)]
    if SUGGESTS in hint.reasons or WIDER_PLACE in hint.reasons:
        words = [_difference(hint, item, ground), *words]
    return "; ".join(dict.fromkeys(word for word in words if word)) or "the source of the set asks for more"


def _difference(hint: Hint, item: Item, ground: Ground) -> str:
    """How a fact differs from what decides an item: by its place, by its kind, or by something else."""
    look = hint.fact.look
    deciding = [leaf for leaf in leaves_of(item.pattern) if leaf.decides]
    sections = {"conclusion": "condition"}
    same = [leaf for leaf in deciding if leaf.section == sections.get(look.section, look.section)] or deciding
    sites = list(dict.fromkeys(site for leaf in deciding for site in leaf.sites))
    places = [cls for cls, _ in look.places if cls]
    inside = any(ground.is_in(cls, site) for cls in places for site in sites)
    if not inside and any(ground.may_be_in(cls, site) for cls in places for site in sites):
        return f"{join(_labels(places, ground))} is not {join(_labels(sites, ground), 'or')}"
    kinds = list(dict.fromkeys(kind for leaf in same for kind in leaf.kinds))
    if kinds and not ground.kinds(look.kind).intersection(kinds):
        return f"{ground.label(look.kind)} is not {join(_labels(kinds, ground), 'or')}"
    wanted = [term for leaf in same if ground.kinds(look.kind).intersection(leaf.kinds) for term in leaf.qualifiers]
    return f"it is not said to be {join(_labels(wanted, ground), 'or')}" if wanted else ""


def _labels(iris: Iterable[str], ground: Ground) -> list[str]:
    return sorted({ground.label(iri) for iri in iris})


def hint_words(state: ItemState, ground: Ground) -> list[str]:
    """The hints at an item, each once: the fact, a colon, and why it does not decide."""
    return list(dict.fromkeys(f"{fact_words(h.fact, ground)}: {why(h, state.item, ground)}" for h in state.hints))


def clash_words(clash: Clash, ground: Ground) -> str:
    """Two facts that contradict each other."""
    return f"{fact_words(clash.fact, ground)} against {fact_words(clash.absent, ground)}"


def item_words(state: ItemState, ground: Ground) -> str:
    """An item with its verdict and what it rests on, in one sentence."""
    side = f" on the {state.side}" if state.side != WHOLE else ""
    if state.assumed:
        return f"Assumed {state.verdict}{side}: {state.item.label}."
    said = f"{_upper(state.verdict)}{side}: {state.item.label}"
    rests = list(dict.fromkeys(fact_words(fact, ground) for fact in state.premises))
    said += f"; {join(rests)}" if rests else ""
    if state.clashes:
        said += f"; contradiction: {join([clash_words(clash, ground) for clash in state.clashes])}"
    if state.verdict not in (MET, NOT_MET) and state.hints:
        hints = hint_words(state, ground)
        more = len(hints) - MOST_HINTS
        said += f"; hints only: {'; also '.join([*hints[:MOST_HINTS], *([f'{more} more'] if more > 0 else [])])}"
    return said + "."


def side_words(state: SideState) -> str:
    """A set on one side in one sentence."""
    side = f" on the {state.side}" if state.side != WHOLE else ""
    return f"{state.set.label}: {state.verdict}{side}; with silence read as absence {state.closed}."


def set_words(state: SetState) -> str:
    """A set on a case in one sentence."""
    where = f" on the {join(state.met_on)}" if any(state.met_on) else ""
    if state.side_open:
        where = ", whichever side the finding without a side has"
    return f"{state.set.label}: {state.verdict}{where}; with silence read as absence {state.closed}."


def needs_words(one: CriteriaSet, needs: frozenset[Need], side: str, ground: Ground) -> str:
    """A set of findings that would settle a verdict: what must be found, and what must be found absent."""
    known = leaf_by_content(one)
    order = {content: place for place, content in enumerate(known)}
    said = [
        leaf_words(known[content], ground, side, brief=True) + ("" if present else " absent")
        for content, present in sorted(needs, key=lambda need: (not need[1], order[need[0]]))
    ]
    return "; ".join(said)


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
