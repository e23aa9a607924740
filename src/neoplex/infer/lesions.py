"""The lesions that can be blamed: roots, rami, plexuses, nerves on one side, and the sac with its roots in the midline.

Comes in: the wiring. Goes out: :class:`Lesion` with the structures it takes and how far it reaches. Never knows a patient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from neoplex.base.names import ATLAS, NX
from neoplex.infer.atlasgraph import LEVELS
from neoplex.infer.wiring import SIDES, Function, Wiring

NOTICEABLE = 0.35
"""From this share of its fibres on, the loss of a function is expected to be noticed."""
_CAUDA, _SAC, _CONUS = ATLAS + "cauda-equina", ATLAS + "dural-sac", ATLAS + "conus-medullaris"
_LEVEL_KINDS = {"NerveRoot": "root", "SpinalNerve": "spinal nerve", "VentralRamus": "ventral ramus"}
_TESTED = ("movement", "muscle", "skin", "reflex", "organ", "dermatome")


@dataclass(frozen=True)
class Lesion:
    """A complete loss of some structures, at one named place.

    ``kind`` is root, spinal nerve, ventral ramus, nerve, trunk, plexus or midline. ``places`` are the structures it takes,
    ``named`` those it is named after. ``family`` joins places along the same fibres (root, spinal nerve, ramus of a level).
    """

    label: str
    kind: str
    side: str
    places: tuple[str, ...]
    named: tuple[str, ...]
    family: str
    also: tuple[str, ...] = ()
    """Other structures at the same place that no examination of the legs tells apart, by IRI."""

    @property
    def is_patchy(self) -> bool:
        """Whether it is a bundle of separable parts, so that a tumour may leave some of them out."""
        return self.kind in ("plexus", "midline")


@dataclass(frozen=True)
class Lesions:
    """All lesions of a wiring; worked out once."""

    wiring: Wiring

    @cached_property
    def all(self) -> tuple[Lesion, ...]:
        """Lesions of one side, then midline ones."""
        return (*self._one_sided(), *self._midline())

    def _one_sided(self) -> list[Lesion]:
        atlas = self.wiring.atlas
        found: list[Lesion] = []
        for iri in self.wiring.shares:
            structure = atlas.structures[iri]
            classes = set(atlas.classes_of(structure.cls))
            if structure.side not in SIDES and structure.kind != "plexus":
                continue
            kind = structure.kind if structure.kind in ("nerve", "trunk", "plexus") else ""
            family = structure.label
            if structure.level and not {NX + "DorsalRoot", NX + "VentralRoot", NX + "Dermatome"} & classes:
                name = next((name for name in _LEVEL_KINDS if NX + name in classes), "")
                if name:
                    kind, family = _LEVEL_KINDS[name], f"{structure.side} {structure.level}"
            if kind:
                found.append(Lesion(structure.label, kind, structure.side, (iri,), (iri,), family))
        return found

    def _midline(self) -> list[Lesion]:
        """The sac from each level down: roots of both sides that have not left it yet."""
        atlas = self.wiring.atlas
        roots: dict[str, list[str]] = {}
        for iri in sorted(atlas.parts(_CAUDA)):
            structure = atlas.structures[iri]
            classes = set(atlas.classes_of(structure.cls))
            if (
                structure.level
                and NX + "NerveRoot" in classes
                and not {NX + "DorsalRoot", NX + "VentralRoot"} & classes
            ):
                roots.setdefault(structure.level, []).append(iri)
        levels = [level for level in LEVELS if level in roots]
        found = []
        for number, level in enumerate(levels[:-1]):
            places = tuple(iri for below in levels[number:] for iri in roots[below])
            also = (_SAC, _CONUS) if level.startswith("S") and level != "S1" else (_SAC,)
            label = f"cauda equina, roots from {level} down"
            found.append(Lesion(label, "midline", "midline", places, (_CAUDA,), "midline", also))
        return found

    @cached_property
    def extents(self) -> dict[str, int]:
        """Label to how many functions a lesion would noticeably take; fewer means a smaller lesion."""
        return {lesion.label: len(self.territory((lesion,))) for lesion in self.all}

    def territory(self, lesions: Sequence[Lesion], sex: str = "") -> tuple[tuple[Function, float], ...]:
        """The functions that lesions would noticeably take together, with the share they take, largest first."""
        places = {place for lesion in lesions for place in lesion.places}
        touched = sorted({key for place in places for key in self.wiring.shares.get(place, {})})
        found = []
        for key in touched:
            function = self.wiring.functions[key]
            if function.kind not in _TESTED or (sex and function.sex and function.sex != sex):
                continue
            share = function.share(places)
            if share >= NOTICEABLE:
                found.append((function, share))
        return tuple(sorted(found, key=lambda pair: (-round(pair[1], 6), pair[0].key)))
