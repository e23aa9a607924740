"""Why something was not concluded: which leaf is missing, which one says the opposite, and what was said instead.

Comes in: a store, a case, a kind of conclusion and a structure. Goes out: a :class:`WhyNot` of leaves, each missing,
negative or not enough, with its place in the source. Looks only; never concludes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from neoplex.base.names import GRAPH_ATLAS, NX, PREFIXES
from neoplex.infer.justify import justify
from neoplex.infer.proof import Ground, Reader

KINDS = {
    "involvement": ("ReportedInvolvement", "ConcludedInvolvement"),
    "involved": ("ReportedInvolvement", "ConcludedInvolvement"),
    "tumor": ("ReportedInvolvement", "ConcludedInvolvement"),
    "at risk": ("StructureAtRisk",),
    "risk": ("StructureAtRisk",),
    "involved in part": ("ImpliedInvolvement",),
    "upper level": ("upperLevel",),
    "lower level": ("lowerLevel",),
    "pan level": ("panLevel",),
}
"""Words for kinds of conclusion, to classes of conclusions or levels."""
_TYPE = PREFIXES["rdf"] + "type"
_RISKY = (
    "traverses", "passesThrough", "medialBorderOf", "lateralBorderOf", "runsAnteriorTo", "deepTo", "adjacentTo",
    "enclosedBy", "hasRoot",
)  # fmt: skip
_TUMOUR = (
    "TumorInvolvement", "PerineuralInvasionOnHistology", "MalignantCellsInSpecimen", "MetastaticDiseaseOnImaging",
    "MalignantNeoplasm", "SpreadMechanism", "NeoplasticLumbosacralPlexopathy",
)  # fmt: skip
_AGAINST = {"considered", "unlikely", "rejected", "heldThenAbandoned"}


@dataclass(frozen=True)
class Leaf:
    """One leaf: ``state`` is missing, negative, not enough, possible or held; ``words`` say what.

    ``iri`` is the fact or conclusion if there is one.
    """

    state: str
    words: str
    iri: str = ""
    grounds: tuple[Ground, ...] = ()


@dataclass(frozen=True)
class WhyNot:
    """The answer: conclusions that do hold after all (some as ``possible`` only), and the leaves."""

    asked: str
    held: tuple[Leaf, ...]
    leaves: tuple[Leaf, ...]


def why_not(store: ox.Store, case: str, kind: str, structure: str, side: str = "") -> WhyNot:
    """Why a case has no conclusion of this kind at a structure (an IRI); for levels ``side`` is left or right instead."""
    return _Search(store, case).answer(kind, structure, side)


class _Search:
    def __init__(self, store: ox.Store, case: str) -> None:
        self._store = store
        self._case = case
        self._nodes = Reader(store)

    def answer(self, kind: str, structure: str, side: str) -> WhyNot:
        name = self._nodes.label(structure) if structure else side
        asked = f"{kind}, {name}"
        wanted = KINDS[kind]
        if wanted[0].endswith("Level"):
            return WhyNot(asked, *self._level(wanted[0], side))
        held = self._held(
            iri
            for cls in wanted
            for iri in self._inferences(cls)
            if self._is_at(self._nodes.values(iri, "hasSite"), structure)
        )
        if "StructureAtRisk" in wanted:
            leaves = self._risk(structure)
        elif "ImpliedInvolvement" in wanted:
            leaves = self._implied(structure)
        else:
            leaves = self._tumour_at(structure)
        return WhyNot(asked, held, tuple(leaves))

    def _inferences(self, cls: str) -> list[str]:
        found = self._store.quads_for_pattern(ox.NamedNode(self._case), ox.NamedNode(NX + "hasInference"), None)
        iris = sorted(q.object.value for q in found if isinstance(q.object, ox.NamedNode))
        return [iri for iri in iris if NX + cls in self._nodes.values(iri, _TYPE)]

    def _held(self, iris: Iterable[str]) -> tuple[Leaf, ...]:
        """Conclusions as leaves, the sure ones first."""
        leaves = [
            Leaf("possible" if self._nodes.values(iri, "certainty") else "held", self._nodes.words(iri), iri)
            for iri in iris
        ]
        return tuple(sorted(leaves, key=lambda leaf: leaf.state != "held"))

    def _is_at(self, sites: list[str], structure: str) -> bool:
        """Whether a site is the structure, or of its class with the side left open."""
        return any(site == structure or self._same_class(site, structure) for site in sites)

    def _same_class(self, site: str, structure: str) -> bool:
        open_side = self._nodes.first(site, "side") == NX + "sideNotReported"
        return open_side and self._nodes.values(site, _TYPE) == self._nodes.values(structure, _TYPE)

    def _facts(self) -> list[str]:
        found: set[str] = set()
        for link in ("hasFinding", "hasCondition", "hasConclusion"):
            for quad in self._store.quads_for_pattern(ox.NamedNode(self._case), ox.NamedNode(NX + link), None):
                if isinstance(quad.object, ox.NamedNode):
                    found.add(quad.object.value)
        return sorted(found)

    # ----------------------------------------------------------------------------------------------------- involvement

    def _tumour_at(self, structure: str) -> list[Leaf]:
        """What the case says at a structure, and why that is not tumour there."""
        leaves: list[Leaf] = []
        for fact in self._facts():
            sites = self._nodes.values(fact, "hasSite")
            if not self._is_at(sites, structure):
                continue
            words, grounds = self._nodes.words(fact), self._nodes.grounds(fact)
            exact = structure in sites
            if not self._means_tumour(fact):
                leaves.append(Leaf("not enough", f"{words}: no finding of tumor in or at the structure", fact, grounds))
            elif NX + "absent" in self._nodes.values(fact, "status"):
                leaves.append(Leaf("negative", words, fact, grounds))
            elif {v.removeprefix(NX) for v in self._nodes.values(fact, "verdict")} & _AGAINST:
                leaves.append(Leaf("not enough", f"{words}: the source does not hold it", fact, grounds))
            elif not exact:
                leaves.append(Leaf("not enough", f"{words}: the source gives no side", fact, grounds))
        if not leaves:
            label = self._nodes.label(structure)
            leaves.append(Leaf("missing", f"nothing about {label} is reported"))
        return leaves

    def _means_tumour(self, fact: str) -> bool:
        kinds = self._nodes.values(fact, _TYPE)
        for node in self._nodes.values(fact, "concludes"):
            kinds += self._nodes.values(node, _TYPE)
        return any(
            justify(self._store, kind, NX + wide) is not None
            for kind in kinds
            if kind.startswith(NX)
            for wide in _TUMOUR
        )

    def _implied(self, structure: str) -> list[Leaf]:
        parts = sorted(
            {
                self._nodes.first(edge, "edgeFrom")
                for edge in self._edges_to(structure)
                if self._nodes.first(edge, "edgeRelation") == NX + "partOf"
            }
        )
        label = self._nodes.label(structure)
        if not parts:
            return [Leaf("missing", f"the atlas knows no part of {label}")]
        names = ", ".join(self._nodes.label(part) for part in parts)
        return [Leaf("missing", f"no tumor is documented inside a part of {label} ({names})")]

    # ----------------------------------------------------------------------------------------------------------- risks

    def _edges_to(self, structure: str) -> list[str]:
        quads = self._store.quads_for_pattern(
            None, ox.NamedNode(NX + "edgeTo"), ox.NamedNode(structure), ox.NamedNode(GRAPH_ATLAS)
        )
        return sorted(q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode))

    def _risk(self, structure: str) -> list[Leaf]:
        label = self._nodes.label(structure)
        inside = self._store.quads_for_pattern(
            ox.NamedNode(self._case), ox.NamedNode(NX + "hasTumorInside"), ox.NamedNode(structure)
        )
        leaves = [Leaf("held", f"tumor is documented inside {label}, which is more than being at risk") for _ in inside]
        quads = self._store.quads_for_pattern(
            None, ox.NamedNode(NX + "edgeFrom"), ox.NamedNode(structure), ox.NamedNode(GRAPH_ATLAS)
        )
        for edge in sorted(q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode)):
            relation = self._nodes.first(edge, "edgeRelation").removeprefix(NX)
            if relation not in _RISKY:
                continue
            near = self._nodes.first(edge, "edgeTo")
            for leaf in self._tumour_at(near):
                words = f"{self._nodes.label(edge)}; {leaf.words}"
                leaves.append(Leaf(leaf.state, words, leaf.iri or edge, leaf.grounds or self._nodes.grounds(edge)))
        if not leaves:
            leaves.append(Leaf("missing", f"the atlas joins {label} to nothing whose involvement would put it at risk"))
        order = {"held": 0, "negative": 1, "not enough": 2, "missing": 3}
        return sorted(dict.fromkeys(leaves), key=lambda leaf: (order[leaf.state], leaf.words))

    # ---------------------------------------------------------------------------------------------------------- levels

    def _level(self, wanted: str, side: str) -> tuple[tuple[Leaf, ...], tuple[Leaf, ...]]:
        held = self._held(
            iri
            for iri in self._inferences("LevelAssessment")
            if self._nodes.first(iri, "side") == NX + side and self._nodes.first(iri, "levelVerdict") == NX + wanted
        )
        leaves: list[Leaf] = []
        spoken: set[str] = set()
        for quad in self._store.quads_for_pattern(ox.NamedNode(self._case), ox.NamedNode(NX + "hasInference"), None):
            node = quad.object.value if isinstance(quad.object, ox.NamedNode) else ""
            if self._nodes.first(node, "side") != NX + side:
                continue
            for name, how in (("speaksForLevel", "speaks"), ("mightSpeakForLevel", "might speak")):
                for verdict in self._nodes.values(node, name):
                    spoken.add(verdict.removeprefix(NX))
                    words = f"{self._nodes.words(node).rstrip('.')}: {how} for {self._nodes.label(verdict)}"
                    state = "not enough" if verdict != NX + wanted else "held" if how == "speaks" else "possible"
                    leaves.append(Leaf(state, words, node))
        needed = {"panLevel": {"upperLevel", "lowerLevel"}}.get(wanted, {wanted})
        for missing in sorted(needed - spoken):
            words = f"nothing documented, at risk or lost on the {side} speaks for {self._nodes.label(NX + missing)}"
            leaves.append(Leaf("missing", words))
        # Several relations may put one structure at risk: said once.
        once = {(leaf.state, leaf.words): leaf for leaf in reversed(leaves)}
        return held, tuple(once[key] for key in sorted(once))
