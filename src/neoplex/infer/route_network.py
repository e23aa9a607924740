"""The conduits of the atlas as a network that a route search walks, and what each step costs.

Comes in: the typed atlas. Goes out: arcs between structures and the rules for putting one after another: the midline is
crossed only at midline structures, a transmedian step changes the side, an organ is left along its own nerves, and structures
without a level of their own change no level. Costs are whole numbers with words. Nothing about a patient here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from neoplex.base.names import NX
from neoplex.infer.atlasgraph import Atlas, Conduit, Edge

_GROUPS = frozenset({"plexus", "lymph node group"})
_NEURAL_KINDS = frozenset(
    {"nerve", "plexus", "ganglion", "nerve root", "spinal nerve", "ventral ramus", "dorsal ramus", "trunk"}
)
_SEGMENT_KINDS = frozenset({"nerve root", "spinal nerve", "ventral ramus"})
_AUTONOMIC_CLASSES = frozenset(
    NX + name
    for name in (
        "AutonomicNervePlexus",
        "SplanchnicNerve",
        "HypogastricNerve",
        "SympatheticTrunk",
        "LumbarSympatheticTrunk",
        "SacralSympatheticTrunk",
        "PeriprostaticNeurovascularBundle",
        "CavernousNerveOfPenis",
        "CavernousNerveOfClitoris",
    )
)
_LEVEL_FREE = frozenset(
    NX + name
    for name in (
        "IntervertebralForamen",
        "DuralRootSleeve",
        "VertebralVenousPlexus",
        "LumbarArtery",
        "LumbarVein",
        "LumbarVertebralBody",
        "Sacrum",
    )
)
"""Structures that stand for many levels at once: whoever enters at one level may not leave at another."""

EVIDENCE_WORDS = {
    "seedAssertion": "stated in one of the five papers",
    "publishedLiterature": "published literature",
    "anatomicalPlausibility": "anatomical plausibility only, a model assumption",
}
EVIDENCE_ORDER = ("seedAssertion", "publishedLiterature", "anatomicalPlausibility")


@dataclass(frozen=True)
class Costs:
    """What a step costs; higher is less credible. The figures order routes and measure nothing.

    ``undocumented`` and its like count only when a case is at hand. They are model assumptions, and shown as such.
    """

    seedAssertion: int = 2
    publishedLiterature: int = 3
    anatomicalPlausibility: int = 6
    known_for_group: int = 2
    change_of_mechanism: int = 2
    turn_back: int = 3
    open_doubt: int = 3
    undocumented: int = 3
    nearly: int = 1
    contradicted: int = 12

    def evidence(self, level: str) -> int:
        """The price of an evidence level."""
        return int(getattr(self, level))


COSTS = Costs()


@dataclass(frozen=True)
class Arc:
    """One step that the network allows. ``index`` is its place in :attr:`Network.arcs`.

    A conduit that the tables state for a group (pelvic lymph nodes, lumbosacral plexus) also serves its parts; ``parts_used`` then
    holds the part-of edges that say so, and the step costs more.
    """

    index: int
    edge: Conduit
    start: str
    end: str
    cost: int
    parts_used: tuple[Edge, ...] = ()

    @cached_property
    def family(self) -> str:
        """The family of the mechanism, see :func:`family`."""
        return family(self.edge.mechanism)

    @cached_property
    def heading(self) -> str:
        """The direction along nerves; empty for any other mechanism."""
        return self.direction if self.family == "neural" else ""

    @property
    def mechanism(self) -> str:
        """The class of the mechanism."""
        return self.edge.mechanism

    @property
    def direction(self) -> str:
        """proximal, distal, transmedian or none."""
        return self.edge.direction or "none"

    @property
    def evidence(self) -> str:
        """The evidence level; what a table row says of a group is no more than plausible for one part of it."""
        return "anatomicalPlausibility" if self.parts_used else self.edge.evidence


@dataclass(frozen=True, order=True)
class State:
    """What a route has to remember: its last arc, the side it came from, and what its steps have used up.

    ``latest`` is the latest of the days on which a documented structure passed so far can have been first seen at the earliest;
    ``ended`` is the latest day on which any of them can have been first seen; ``from_organ`` holds for routes that set out from
    an organ and not from a nerve; ``level`` is the spinal level that a chain of level-free structures was entered at.
    """

    arc: int = -1
    side: str = ""
    latest: str = ""
    from_organ: bool = True
    level: str = ""
    ended: str = ""


@dataclass(frozen=True)
class Network:
    """Arcs of the atlas and their order of use."""

    atlas: Atlas
    arcs: tuple[Arc, ...]
    costs: Costs = field(default_factory=Costs)

    @cached_property
    def asked(self) -> dict[object, object]:
        """Questions that depend on nothing but this network, with their answers: a memory, cleared when it is full."""
        return {}

    @cached_property
    def leaving(self) -> Mapping[str, tuple[Arc, ...]]:
        """Structure to the arcs that start there."""
        found: dict[str, list[Arc]] = defaultdict(list)
        for arc in self.arcs:
            found[arc.start].append(arc)
        return {node: tuple(arcs) for node, arcs in sorted(found.items())}

    @cached_property
    def arriving(self) -> Mapping[str, tuple[Arc, ...]]:
        """Structure to the arcs that end there."""
        found: dict[str, list[Arc]] = defaultdict(list)
        for arc in self.arcs:
            found[arc.end].append(arc)
        return {node: tuple(arcs) for node, arcs in sorted(found.items())}

    @cached_property
    def nodes(self) -> frozenset[str]:
        """Every structure that a conduit touches."""
        return frozenset(self.leaving) | frozenset(self.arriving)

    @cached_property
    def neural(self) -> frozenset[str]:
        """Nerves, roots, rami, trunks, plexuses and ganglia."""
        return frozenset(iri for iri, s in self.atlas.structures.items() if s.kind in _NEURAL_KINDS)

    @cached_property
    def autonomic(self) -> frozenset[str]:
        """Autonomic plexuses, splanchnic nerves, sympathetic trunks and their like."""
        return self._of_classes(_AUTONOMIC_CLASSES)

    @cached_property
    def somatic(self) -> frozenset[str]:
        """Neural structures that are not autonomic."""
        return self.neural - self.autonomic

    @cached_property
    def level_free(self) -> frozenset[str]:
        """Structures that stand for many levels at once."""
        return self._of_classes(_LEVEL_FREE)

    @cached_property
    def midline(self) -> frozenset[str]:
        """Structures of the midline."""
        return frozenset(iri for iri in self.nodes if self.side(iri) == "midline")

    @cached_property
    def stations(self) -> Mapping[str, str]:
        """Segment of a root nerve to the name of its station.

        Root, spinal nerve and ventral ramus of one level and side are one nerve, and images seldom tell them apart, so what
        is seen in one of them dates all.
        """
        return {
            iri: f"{s.side} {s.level}"
            for iri, s in self.atlas.structures.items()
            if s.kind in _SEGMENT_KINDS and s.level and s.side in ("left", "right")
        }

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Plexus or node group to the wider groups that it is part of."""
        found: dict[str, list[str]] = defaultdict(list)
        for whole, members in _parts_of_groups(self.atlas, self.nodes).items():
            for part, _ in members:
                found[part].append(whole)
        return {part: tuple(wholes) for part, wholes in sorted(found.items())}

    def parts(self, iri: str) -> tuple[str, ...]:
        """The parts of a plexus or node group that conduits touch; none for other structures."""
        side = self.side(iri)
        if self.atlas.structures[iri].kind not in _GROUPS:
            return ()
        return tuple(part for part in sorted(self.atlas.parts(iri)) if part in self.nodes and self.side(part) == side)

    def side(self, iri: str) -> str:
        """left, right or midline."""
        return self.atlas.structures[iri].side

    def label(self, iri: str) -> str:
        """The label of a structure."""
        return self.atlas.label(iri)

    def start_state(self, node: str) -> State:
        """The state of a route that sets out from a structure."""
        side = self.side(node)
        return State(
            side=side if side in ("left", "right") else "",
            from_organ=node not in self.somatic,
            level=self._levels[node],
        )

    def join(self, state: State, arc: Arc) -> tuple[State, int] | None:
        """The state after one more arc and what putting it there costs beside the arc itself; None where rules forbid it."""
        last = self.arcs[state.arc] if state.arc >= 0 else None
        if last is not None and arc.end == last.start:
            return None
        side_now = self._sides[arc.end]
        if arc.direction == "transmedian" and side_now in ("left", "right") and state.side == side_now:
            return None
        level = self._levels[arc.end]
        if arc.start in self.level_free and level and state.level and level != state.level:
            return None
        extra = 0
        if last is not None:
            stuck = state.from_organ or arc.start in self._autonomic_nerves
            if stuck and arc.start in self.autonomic and turns_back(last, arc):
                # Down along one set of autonomic nerves and up along another is no supply of the organ, and a nerve is no junction.
                return None
            extra = self.transition(last, arc)
        kept = state.level if arc.end in self.level_free else ""
        return (
            State(
                arc=arc.index,
                side=side_now if side_now in ("left", "right") else state.side,
                latest=state.latest,
                from_organ=state.from_organ,
                level=level or kept,
                ended=state.ended,
            ),
            extra,
        )

    def transition(self, last: Arc, arc: Arc) -> int:
        """What it costs to put ``arc`` after ``last``, beside both."""
        extra = 0
        if last.family != arc.family:
            extra += self.costs.change_of_mechanism
        if turns_back(last, arc):
            extra += self.costs.turn_back
        return extra

    @cached_property
    def _autonomic_nerves(self) -> frozenset[str]:
        return frozenset(iri for iri in self.autonomic if self.atlas.structures[iri].kind == "nerve")

    @cached_property
    def _levels(self) -> dict[str, str]:
        return {iri: structure.level for iri, structure in self.atlas.structures.items()}

    @cached_property
    def _sides(self) -> dict[str, str]:
        return {iri: structure.side for iri, structure in self.atlas.structures.items()}

    def _of_classes(self, classes: frozenset[str]) -> frozenset[str]:
        return frozenset(
            iri for iri, s in self.atlas.structures.items() if classes.intersection(self.atlas.classes_of(s.cls))
        )


def family(mechanism: str) -> str:
    """Mechanisms that pass into each other without a change: along nerves, and on inside the dura."""
    name = mechanism.rpartition("/")[2]
    return "neural" if name in ("PerineuralSpread", "IntraduralExtension", "TransmedianDuralSpread") else name


def turns_back(last: Arc, arc: Arc) -> bool:
    """Whether a route along nerves that went away from the cord goes back toward it."""
    return last.heading == "distal" and arc.heading == "proximal"


def build_network(atlas: Atlas, costs: Costs = COSTS) -> Network:
    """The network of an atlas: every conduit, and those of plexuses and node groups for their parts on the same side."""
    conduits = sorted((edge for edge in atlas.edges.values() if isinstance(edge, Conduit)), key=lambda e: e.iri)
    touched = {end for edge in conduits for end in (edge.start, edge.end)}
    parts = _parts_of_groups(atlas, touched)
    stated = {(edge.start, edge.end, edge.mechanism) for edge in conduits}
    arcs: list[Arc] = []
    for edge in conduits:
        doubt = costs.open_doubt if edge.doubts else 0
        arcs.append(Arc(len(arcs), edge, edge.start, edge.end, costs.evidence(edge.evidence) + doubt))
        for start, start_edges in ((edge.start, ()), *parts.get(edge.start, ())):
            for end, end_edges in ((edge.end, ()), *parts.get(edge.end, ())):
                used = (*start_edges, *end_edges)
                key = (start, end, edge.mechanism)
                if start_edges and end_edges:
                    # A row that names two groups says nothing of any two parts of them.
                    continue
                if not used or start == end or key in stated or _inside(atlas, start, end):
                    continue
                stated.add(key)
                arcs.append(
                    Arc(len(arcs), edge, start, end, costs.anatomicalPlausibility + costs.known_for_group + doubt, used)
                )
    return Network(atlas, tuple(arcs), costs)


def _inside(atlas: Atlas, one: str, other: str) -> bool:
    """Whether one structure is a part of the other, so that no step leads between them."""
    return other in atlas.wholes(one) or one in atlas.wholes(other)


def _parts_of_groups(atlas: Atlas, touched: Iterable[str]) -> dict[str, tuple[tuple[str, tuple[Edge, ...]], ...]]:
    """Group to its parts that conduits touch, each with the part-of edges between them."""
    known = set(touched)
    found: dict[str, tuple[tuple[str, tuple[Edge, ...]], ...]] = {}
    for whole in sorted(known):
        group = atlas.structures[whole]
        if group.kind not in _GROUPS:
            continue
        members = [
            (part, chain)
            for part, chain in sorted(atlas.parts(whole).items())
            if part in known and atlas.structures[part].kind == group.kind and atlas.structures[part].side == group.side
        ]
        if members:
            found[whole] = tuple(members)
    return found
