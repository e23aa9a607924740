"""Whether one fact fits, nearly fits or denies one leaf of a criteria set, and whether two facts contradict each other.

Comes in: leaves, facts and the ground. Goes out: for a present fact its fits, each with the side it speaks for and, where it
only nearly fits, the reasons; for an absent fact the kinds and places it denies, with their sides. What is equal for two
facts is worked out once. Never weighs a set as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from neoplex.base.names import NX
from neoplex.infer.criteriafacts import BOTH, OPEN, CaseFact, Look, Place
from neoplex.infer.criteriaground import Ground
from neoplex.read.criteria import CriteriaSet, Leaf, leaves_of

SUGGESTS = "it only suggests the item"
WIDER_KIND = "the term is wider"
WIDER_PLACE = "the place named is wider or another one"
NO_PLACE = "the place is not reported"
NO_SIDE = "the side is not reported"
MIDLINE = "the place lies in the midline"
PARTLY_LEVELS = "the place also belongs to other spinal levels"
NO_LEVELS = "the spinal level is not reported"
NO_METHOD = "the method is not reported"
OTHER_METHOD = "it was shown by another method"
DOUBT = "the source is not certain"
PROPOSED = "it is only proposed"

_LEVELLED = tuple(NX + name for name in ("MotorDeficit", "SensoryFinding", "Pain"))
_PLACE_BOUND = tuple(NX + name for name in ("PostureFinding", "ProvocationSign", "JointFinding"))
"""Kinds that say themselves where they are, so that the place of a fact adds only the side."""

Atom = tuple[str, str]
"""One kind and one site of a leaf (the site may be empty); a leaf is denied when all its atoms are."""


@dataclass(frozen=True)
class Fit:
    """How a present fact fits a leaf: the side it speaks for, the place it does so by, and the reasons why it is a hint only."""

    side: str
    place: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Denial:
    """One atom of a leaf that an absent fact denies, with the sides for which it does."""

    atom: Atom
    sides: frozenset[str]


def atoms_of(leaf: Leaf) -> tuple[Atom, ...]:
    """Every kind of a leaf at every site of it."""
    return tuple((kind, site) for kind in leaf.kinds for site in (leaf.sites or ("",)))


class Matcher:
    """Knows the leaves of all sets, and what each way a fact may look means for them."""

    def __init__(self, sets: Sequence[CriteriaSet], ground: Ground) -> None:
        self.ground = ground
        self._leaves = [(leaf, one.syndrome) for one in sets for item in one.items for leaf in leaves_of(item.pattern)]
        self._fits: dict[Look, tuple[tuple[Leaf, tuple[Fit, ...]], ...]] = {}
        self._denials: dict[Look, tuple[tuple[Leaf, tuple[Denial, ...]], ...]] = {}

    def fits(self, look: Look) -> tuple[tuple[Leaf, tuple[Fit, ...]], ...]:
        """The leaves that a present fact fits or nearly fits."""
        known = self._fits.get(look)
        if known is None:
            found = ((leaf, self._fit(leaf, syndrome, look)) for leaf, syndrome in self._leaves)
            known = self._fits[look] = tuple((leaf, fits) for leaf, fits in found if fits)
        return known

    def denials(self, look: Look) -> tuple[tuple[Leaf, tuple[Denial, ...]], ...]:
        """The leaves that an absent fact denies, wholly or in part."""
        known = self._denials.get(look)
        if known is None:
            found = ((leaf, self._deny(leaf, look)) for leaf, _ in self._leaves if leaf.decides)
            known = self._denials[look] = tuple((leaf, denials) for leaf, denials in found if denials)
        return known

    def contradict(self, fact: CaseFact, fit: Fit, absent: CaseFact) -> bool:
        """Whether an absent fact says of the same time and place that a present one is not so.

        A dated absence does not contradict an undated finding, nor one of another time or method; an undated absence
        contradicts all.
        """
        if absent.iri in fact.conflicts or fact.iri in absent.conflicts:
            return True
        look, denied = fact.look, absent.look
        if not denied.sure or absent.after_treatment or denied.kind not in self.ground.kinds(look.kind):
            return False
        if denied.qualifiers or denied.drugs - look.drugs:
            return False
        if look.method and denied.method and not self._akin(look.method, denied.method):
            return False
        if absent.moment.is_given and (not fact.moment.is_given or fact.moment.apart(absent.moment)):
            return False
        if not denied.places:
            return True
        relevant = [(cls, side) for cls, side in look.places if not fit.place or (cls, side) == (fit.place, fit.side)]
        return bool(relevant) and all(any(self._holds(whole, place) for whole in denied.places) for place in relevant)

    # a present fact

    def _fit(self, leaf: Leaf, syndrome: str, look: Look) -> tuple[Fit, ...]:
        sections = {"condition": ("condition", "conclusion")}.get(leaf.section, (leaf.section,))
        if look.section not in sections or not self._has(leaf, look):
            return ()
        if leaf.section == "condition" and syndrome in self.ground.kinds(look.kind):
            return ()  # the diagnosis that a set decides is no evidence for it
        common: tuple[str, ...] = () if leaf.decides else (SUGGESTS,)
        common += () if look.sure else (DOUBT,)
        common += (PROPOSED,) if look.held == "proposed" else ()
        common += self._method(leaf, look.method)
        best: dict[tuple[str, str], tuple[str, ...]] = {}
        for kind in leaf.kinds:
            for wider, places in self._kind(kind, leaf, look):
                for side, place, reasons in self._placed(leaf, look, places):
                    if wider and (NO_PLACE in reasons or not leaf.decides):
                        continue  # too far off to be worth a word
                    said = (*common, *((WIDER_KIND,) if wider else ()), *reasons)
                    if (side, place) not in best or len(said) < len(best[side, place]):
                        best[side, place] = said
        return tuple(Fit(side, place, reasons) for (side, place), reasons in sorted(best.items()))

    def _has(self, leaf: Leaf, look: Look) -> bool:
        """Whether the fact has one of the qualifiers and one of the drugs that the leaf asks for."""
        for wanted, there in ((leaf.qualifiers, look.qualifiers), (leaf.drugs, look.drugs)):
            if wanted and not any(term in self.ground.kinds(own) for own in there for term in wanted):
                return False
        return True

    def _method(self, leaf: Leaf, method: str) -> tuple[str, ...]:
        if not leaf.methods:
            return ()
        if not method or any(method in self.ground.kinds(wanted) and method != wanted for wanted in leaf.methods):
            return (NO_METHOD,)
        return () if self.ground.kinds(method).intersection(leaf.methods) else (OTHER_METHOD,)

    def _kind(self, kind: str, leaf: Leaf, look: Look) -> Iterable[tuple[bool, tuple[Place, ...]]]:
        """Whether the kind of the fact is narrow enough (False) or too wide (True), and by which of its places."""
        kinds = self.ground.kinds(look.kind)
        if kind in kinds:
            return [(False, look.places)]
        definition = self.ground.definitions.get(kind)
        if definition is not None and definition.genus in kinds:
            there = tuple(p for p in look.places if p[0] and any(self.ground.is_in(p[0], d) for d in definition.places))
            if there:
                return [(False, there)]
        if leaf.section == "condition" and look.kind in self.ground.kinds(kind):
            return [(True, look.places)]
        return []

    def _placed(self, leaf: Leaf, look: Look, places: tuple[Place, ...]) -> Iterable[tuple[str, str, tuple[str, ...]]]:
        """Side, place and reasons for each place of the fact that may fit the sites and levels of the leaf."""
        for cls, side in places or (("", OPEN),):
            site = self._site(leaf, look, cls)
            levels = self._levels(leaf, look, cls)
            if site is not None and levels is not None:
                yield side, cls, (*site, *levels)

    def _site(self, leaf: Leaf, look: Look, cls: str) -> tuple[str, ...] | None:
        if not leaf.sites:
            return ()
        implied = self.ground.implied(look.kind)
        for site in leaf.sites:
            if cls and self.ground.is_in(cls, site):
                return ()
            if any(all(self.ground.is_in(place, site) for place in places) for places in implied):
                return ()
        known = [(cls,)] if cls else [tuple(places) for places in implied]
        if not known:
            return (NO_PLACE,)
        near = any(self.ground.may_be_in(place, site) for places in known for place in places for site in leaf.sites)
        return ((WIDER_PLACE,) if cls else (NO_PLACE,)) if near else None

    def _levels(self, leaf: Leaf, look: Look, cls: str) -> tuple[str, ...] | None:
        if not leaf.roots:
            return ()
        levels = self.ground.levels(cls) if cls else frozenset()
        for places in self.ground.implied(look.kind):
            own = frozenset[str]().union(*(self.ground.levels(place) for place in places))
            if own:
                levels = (levels & own or levels) if levels else own
        if not levels:
            return (NO_LEVELS,) if self.ground.kinds(look.kind).intersection(_LEVELLED) else None
        if levels <= set(leaf.roots):
            return ()
        return (PARTLY_LEVELS,) if levels.intersection(leaf.roots) else None

    # an absent fact

    def _deny(self, leaf: Leaf, look: Look) -> tuple[Denial, ...]:
        if not look.sure or look.qualifiers or (look.section == "treatment") != (leaf.section == "treatment"):
            return ()
        if look.drugs and not (
            leaf.drugs and all(any(d in self.ground.kinds(wanted) for d in look.drugs) for wanted in leaf.drugs)
        ):
            return ()
        if leaf.methods and look.method and not any(self._akin(look.method, method) for method in leaf.methods):
            return ()
        found = []
        for kind, site in atoms_of(leaf):
            sides = self._denied_sides(leaf, kind, site, look)
            if sides:
                found.append(Denial((kind, site), sides))
        return tuple(found)

    def _denied_sides(self, leaf: Leaf, kind: str, site: str, look: Look) -> frozenset[str]:
        definition = self.ground.definitions.get(kind)
        covers = look.kind in self.ground.kinds(kind)
        if not covers and not (definition is not None and look.kind in self.ground.kinds(definition.genus)):
            return frozenset()
        if not look.places:
            return frozenset(BOTH) if covers else frozenset()
        targets = (site,) if site else tuple(definition.places) if definition is not None else ()
        sides: set[str] = set()
        for cls, side in look.places:
            if leaf.roots and cls:
                continue
            if not targets and cls and not self.ground.kinds(kind).intersection(_PLACE_BOUND):
                continue
            named = covers and not site and cls in targets  # the kind says where, and the place repeats it
            if cls and not named and not all(cls in self.ground.within(target) for target in targets):
                continue
            sides.update(BOTH if side == "midline" else (side,) if side else ())
        return frozenset(sides)

    # shared

    def _akin(self, one: str, other: str) -> bool:
        return one in self.ground.kinds(other) or other in self.ground.kinds(one)

    def _holds(self, whole: Place, part: Place) -> bool:
        inside = not whole[0] or (bool(part[0]) and whole[0] in self.ground.within(part[0]))
        return inside and (whole[1] == part[1] != OPEN or whole[1] == "midline")
