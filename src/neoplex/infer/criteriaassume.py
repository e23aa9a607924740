"""What a user asks criteria to take for granted: ``left positive psoas muscle stretch test=present``.

Comes in: the words of an assumption, the lexicon, the sets. Goes out: a fact marked as assumed, or the verdict on an item. It lives
as long as the question; nothing of it is ever written to a graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from neoplex.base.errors import UsageError, did_you_mean
from neoplex.base.names import NX
from neoplex.infer.criteria import MET, NOT_MET
from neoplex.infer.criteriafacts import BOTH, OPEN, CaseFact, Look, Place
from neoplex.model.lexicon import Lexicon, NotInLexicon
from neoplex.model.side import Side, split_side
from neoplex.read.criteria import CriteriaSet

FORM = "FINDING=present or FINDING=absent, such as 'left positive psoas muscle stretch test=present'"
_WORDS = {"present": True, "absent": False}
_SIDES = {Side.LEFT: "left", Side.RIGHT: "right", Side.MIDLINE: "midline"}
_JOINTS = (" at ", " in ", " of ", " on ")
_ON_SIDE = re.compile(r"(?P<kind>.+?)\s+on (?:the )?(?P<side>left|right|both sides)", re.IGNORECASE)


@dataclass(frozen=True)
class Assumption:
    """One assumption as read: a fact, or verdicts for items by IRI; ``both_sides`` when no side was given."""

    words: str
    fact: CaseFact | None = None
    verdicts: tuple[tuple[str, str], ...] = ()
    both_sides: bool = False


def read_assumption(text: str, lexicon: Lexicon, sets: Sequence[CriteriaSet], number: int = 1) -> Assumption:
    """Read an assumption; raises UsageError that says what was expected and what is near.

    The finding is an item of a set (``stretch-test``, ``jspm-2010/pain``) or a term of the ontology with its side, place and
    method: ``infiltration in left psoas major by computed tomography``. Without a side it counts for both.
    """
    words, equals, status = text.rpartition("=")
    words, status = " ".join(words.split()), status.strip().lower()
    if not equals or not words or status not in _WORDS:
        raise UsageError(f"{text!r} is no assumption; write {FORM}")
    present = _WORDS[status]
    items = [item.iri for one in sets for item in one.items if words in (item.id, f"{one.id}/{item.id}")]
    if items:
        return Assumption(text, verdicts=tuple((iri, MET if present else NOT_MET) for iri in items))
    for kind, places, method, both in _readings(words, lexicon):
        look = Look(_section(kind, lexicon), kind, places, method)
        fact = CaseFact(f"assumption:{number}", look, present, assumed=True)
        return Assumption(text, fact, both_sides=both)
    known = sorted({name for one in sets for item in one.items for name in (item.id, f"{one.id}/{item.id}")})
    hint = did_you_mean(words, known) or _term_hint(words, lexicon)
    raise UsageError(f"{words!r} is no item of a set and no finding of the ontology{f'; {hint}' if hint else ''}")


def _readings(words: str, lexicon: Lexicon) -> Iterator[tuple[str, tuple[Place, ...], str, bool]]:
    """The ways in which words name a kind with its places and method, the plainest first."""
    for rest, method in _methods(words, lexicon):
        on_side = _ON_SIDE.fullmatch(rest)
        sides, bare = split_side(rest)
        for phrase, named in (
            (rest, ()),
            *(((bare, tuple(_SIDES[side] for side in sides)),) if sides else ()),
            *(((on_side["kind"], _named(on_side["side"])),) if on_side else ()),
        ):
            kind = _kind(phrase, lexicon)
            if kind:
                yield kind, tuple(("", side) for side in named or BOTH), method, not named
                return
            for start, places in _placed(phrase, lexicon):
                known = tuple((cls, other) for cls, side in places for other in ((side,) if side else named or BOTH))
                yield start, known, method, any(not side for _, side in places) and not named
                return


def _methods(words: str, lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    yield words, ""
    kind, by, method = words.rpartition(" by ")
    if by:
        try:
            yield kind, lexicon.find_class(method, (NX + "Investigation",))
        except NotInLexicon:
            return


def _placed(words: str, lexicon: Lexicon) -> Iterator[tuple[str, list[Place]]]:
    for joint in _JOINTS:
        kind_words, found, site = words.rpartition(joint)
        if not found:
            continue
        kind = _kind(kind_words, lexicon)
        if not kind:
            continue
        try:
            sites = lexicon.find_sites(site.removeprefix("the "))
        except NotInLexicon:
            continue
        yield kind, [(place.structure, _SIDES.get(place.side, OPEN)) for place in sites]


def _kind(words: str, lexicon: Lexicon) -> str:
    try:
        kind = lexicon.find_class(words)
    except NotInLexicon:
        return ""
    return kind if lexicon.below(kind, [NX + name for name in ("Finding", "Condition", "Treatment")]) else ""


def _section(kind: str, lexicon: Lexicon) -> str:
    for name in ("Condition", "Treatment"):
        if lexicon.below(kind, (NX + name,)):
            return name.lower()
    return "finding"


def _named(words: str) -> tuple[str, ...]:
    return (words.lower(),) if words.lower() in BOTH else BOTH


def _term_hint(words: str, lexicon: Lexicon) -> str:
    try:
        lexicon.find_class(split_side(words)[1], [NX + "Finding", NX + "Condition", NX + "Treatment"])
    except NotInLexicon as problem:
        return problem.hint
    return ""
