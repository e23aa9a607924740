"""The words curators may use and the IRIs they stand for.

Comes in: the terms of the ontology and the atlas, gathered by a reader. Goes out: classes, individuals, sites, units and scales
for words, or a :class:`NotInLexicon` that says what was expected and what is near. Nothing is read from disk here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from neoplex.base.errors import did_you_mean
from neoplex.base.names import NX, compact, expand, words_of
from neoplex.model.side import Side, split_side

_SPELLINGS = {
    "tumour": "tumor", "oedema": "edema", "aemia": "emia", "haem": "hem", "oesoph": "esoph", "fibre": "fiber", "centre": "center",
    "isation": "ization",
}  # fmt: skip
_BRITISH = re.compile("|".join(_SPELLINGS))
_JOINTS = str.maketrans(dict.fromkeys("_-‐‑‒–—―", " ") | {"’": "'"})


def normalise(words: str) -> str:
    """Words in the one spelling that lookups compare: lower case, hyphens and underscores as spaces, American.

    >>> normalise("Left_Psoas-Major"), normalise("Tumour  shrinkage")
    ('left psoas major', 'tumor shrinkage')
    """
    folded = " ".join(words.casefold().translate(_JOINTS).split())
    return _BRITISH.sub(lambda match: _SPELLINGS[match[0]], folded)


class NotInLexicon(LookupError):
    """Words that stand for nothing here, or for too much; says what was found, what was expected, and what is near."""

    def __init__(self, found: str, expected: str, hint: str = "") -> None:
        super().__init__(f"found {found}, expected {expected}" + (f"; {hint}" if hint else ""))
        self.found = found
        self.expected = expected
        self.hint = hint


@dataclass(frozen=True)
class Unit:
    """A unit of measurement with its UCUM code."""

    iri: str
    label: str
    code: str


@dataclass(frozen=True)
class Scale:
    """A clinical scale with its lowest and highest value; None where it has no end."""

    iri: str
    label: str
    minimum: Decimal | None
    maximum: Decimal | None

    @property
    def reach(self) -> str:
        """The values of the scale in words."""
        low = "" if self.minimum is None else f"from {self.minimum:f} "
        return f"{low}to {self.maximum:f}" if self.maximum is not None else f"{low}upwards"


@dataclass(frozen=True)
class Site:
    """A structure in one person; ``atlas`` is its atlas individual, empty when the side is not reported or the atlas has none."""

    structure: str
    side: Side
    atlas: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Lexicon:
    """Names and what they stand for.

    ``labels`` maps an IRI to its label; ``names`` and ``synonyms`` map normalised words to IRIs; ``parents`` maps a class to its
    asserted parents; ``pairing`` a structure class to paired, midline or mixed; ``atlas`` a class and side to an individual;
    ``types`` an individual to its classes.
    """

    classes: frozenset[str]
    properties: frozenset[str]
    labels: Mapping[str, str]
    names: Mapping[str, tuple[str, ...]]
    synonyms: Mapping[str, tuple[str, ...]]
    parents: Mapping[str, frozenset[str]]
    pairing: Mapping[str, str]
    atlas: Mapping[tuple[str, Side], str]
    types: Mapping[str, frozenset[str]]
    units: Mapping[str, Unit]
    scales: Mapping[str, Scale]
    _ancestors: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return f"<Lexicon of {len(self.classes)} classes and {len(self.atlas)} atlas structures>"

    def label(self, iri: str) -> str:
        """The label of an IRI, or its local name as words."""
        return self.labels.get(iri) or words_of(re.split(r"[/#]", iri)[-1])

    def ancestors(self, iri: str) -> frozenset[str]:
        """A class with every wider class."""
        known = self._ancestors.get(iri)
        if known is None:
            reached = {iri}
            waiting = [iri]
            while waiting:
                for parent in self.parents.get(waiting.pop(), ()):
                    if parent not in reached:
                        reached.add(parent)
                        waiting.append(parent)
            known = self._ancestors[iri] = frozenset(reached)
        return known

    def below(self, iri: str, roots: Iterable[str]) -> bool:
        """Whether a class is one of the roots or stands below one."""
        return not self.ancestors(iri).isdisjoint(roots)

    def find(self, words: str) -> tuple[str, ...]:
        """Everything the words may stand for: those named so, else those with such a synonym."""
        if (expanded := expand(words.strip())) != words.strip():
            return (
                (expanded,)
                if expanded in self.labels or expanded in self.classes or expanded in self.properties
                else ()
            )
        key = normalise(words)
        return self.names.get(key) or self.synonyms.get(key) or ()

    def find_class(self, words: str, roots: Iterable[str] = (), *, what: str = "a term of the ontology") -> str:
        """The class the words stand for, below one of ``roots`` if any are given; raises NotInLexicon.

        When the words name several classes, those below the roots count; when still several do, that is a fault.
        """
        wanted = frozenset(root for root in roots if root in self.classes)
        found = self._choose(words, self.classes, wanted)
        if len(found) == 1:
            return found[0]
        if found:
            raise NotInLexicon(
                words, "one meaning", f"it may be {' or '.join(compact(iri) for iri in found)}; write one of these"
            )
        elsewhere = [iri for iri in self.find(words) if iri in self.classes]
        if elsewhere:
            kind = self._place(elsewhere[0])
            raise NotInLexicon(f"{words} ({kind})" if kind else words, what)
        for iri in self.find(words):
            for type_ in sorted(self.types.get(iri, ())):
                raise NotInLexicon(f"{words} (a {self.label(type_)})", what)
        raise NotInLexicon(words, what, did_you_mean(normalise(words), self._near(wanted)))

    def find_property(self, words: str) -> str:
        """The property the words stand for; raises NotInLexicon."""
        found = self._choose(words, self.properties, frozenset())
        if len(found) == 1:
            return found[0]
        if found:
            raise NotInLexicon(words, "one relation", f"it may be {' or '.join(compact(iri) for iri in found)}")
        raise NotInLexicon(
            words, "a relation of the ontology", did_you_mean(words, sorted(self.label(iri) for iri in self.properties))
        )

    def find_anything(self, words: str) -> str:
        """The class, else the structure of the atlas, else the individual the words stand for; raises NotInLexicon."""
        found = self._choose(words, self.classes, frozenset()) or self._choose(
            words, frozenset(self.types), frozenset()
        )
        if len(found) == 1:
            return found[0]
        if found:
            raise NotInLexicon(
                words, "one meaning", f"it may be {' or '.join(compact(iri) for iri in found)}; write one of these"
            )
        sides, _ = split_side(words)
        if sides:
            sites = self.find_sites(words)
            if len(sites) == 1 and sites[0].atlas:
                return sites[0].atlas
            return sites[0].structure
        raise NotInLexicon(words, "a term of the ontology", did_you_mean(normalise(words), self._near(frozenset())))

    def find_sites(self, words: str) -> tuple[Site, ...]:
        """The structures with their sides that the words stand for; raises NotInLexicon.

        ``bilateral`` gives both; a paired structure without a side gives one whose side is not reported.
        """
        for iri in self.find(words):
            if iri in self._atlas_sites:
                return (self._atlas_sites[iri],)
        sides, name = split_side(words)
        whole = self._choose(words, self.classes, self.structure_roots) if sides else ()
        if len(whole) == 1 and len(sides) == 1:
            return (Site(whole[0], sides[0], self.atlas.get((whole[0], sides[0]), "")),)
        try:
            structure = self.find_class(name, self.structure_roots, what="a structure of the ontology")
        except NotInLexicon as problem:
            raise NotInLexicon(
                problem.found.replace(name, words.strip(), 1), problem.expected, problem.hint
            ) from problem
        pairing = self.pairing.get(structure, "mixed")
        if not sides:
            side = Side.MIDLINE if pairing == "midline" else Side.NOT_REPORTED
            return (Site(structure, side, self.atlas.get((structure, side), "")),)
        if pairing == "midline" and sides != (Side.MIDLINE,):
            raise NotInLexicon(words, f"{self.label(structure)} without a side", "it is a midline structure")
        if pairing == "paired" and sides == (Side.MIDLINE,):
            raise NotInLexicon(words, f"left or right {self.label(structure)}", "it is a paired structure")
        return tuple(Site(structure, side, self.atlas.get((structure, side), "")) for side in sides)

    def find_measure(self, words: str) -> Unit | Scale:
        """The unit or scale the words after a number stand for; raises NotInLexicon."""
        for key in (words, _singular(words), normalise(words)):
            if key in self.units:
                return self.units[key]
        if normalise(words) in self.scales:
            return self.scales[normalise(words)]
        near = sorted({unit.code for unit in self.units.values()} | {scale.label for scale in self.scales.values()})
        raise NotInLexicon(words, "a unit (UCUM) or a scale of the ontology", did_you_mean(words, near))

    @cached_property
    def structure_roots(self) -> frozenset[str]:
        """The classes that every structure stands below."""
        return frozenset((NX + "AnatomicalEntity", *self.pairing))

    @cached_property
    def _atlas_sites(self) -> dict[str, Site]:
        return {iri: Site(structure, side, iri) for (structure, side), iri in self.atlas.items()}

    def _choose(self, words: str, among: frozenset[str] | set[str], roots: frozenset[str]) -> tuple[str, ...]:
        def keep(candidates: Iterable[str]) -> tuple[str, ...]:
            return tuple(iri for iri in candidates if iri in among and (not roots or self.below(iri, roots)))

        if expand(words.strip()) != words.strip():
            return keep(self.find(words))
        key = normalise(words)
        return keep(self.names.get(key, ())) or keep(self.synonyms.get(key, ()))

    def _near(self, roots: frozenset[str]) -> list[str]:
        fitting = [iri for iri in self.classes if not roots or self.below(iri, roots)]
        return sorted({self.label(iri) for iri in fitting})

    def _place(self, iri: str) -> str:
        """The section root a class stands below, in words."""
        for name in SECTION_ROOTS:
            if NX + name in self.ancestors(iri):
                return f"a term below {self.label(NX + name)}"
        return "a structure" if iri in self.pairing else ""


SECTION_ROOTS = (
    "Condition", "Finding", "Investigation", "Treatment", "Outcome", "Event", "Conclusion", "Drug", "Device", "Qualifier", "Method",
    "SpreadMechanism", "Cause", "Publication",
)  # fmt: skip
"""Classes that decide which section of a case a term may stand in."""


def _singular(unit: str) -> str:
    match = re.fullmatch(r"\{(.+?)s?\}", unit.strip().lower())
    return "{" + match[1] + "}" if match else unit
