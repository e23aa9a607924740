"""The best routes by which tumour may have got from one structure to another, step by step and with reasons.

Comes in: the conduit network, where to start and end, what to pass or avoid, and, if wanted, a case. Goes out: loop-free routes in
order of cost, each step with mechanism, direction, side, evidence, source, and what the case says about the structure. A route may
be wrong: many steps are anatomical plausibility only, and an undocumented structure is not an uninvolved one.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from neoplex.base.errors import UsageError, did_you_mean
from neoplex.base.names import NX
from neoplex.infer.atlasgraph import Atlas
from neoplex.infer.route_facts import Case, Documented, Span, earliest
from neoplex.infer.route_network import EVIDENCE_ORDER, EVIDENCE_WORDS, Arc, Network, State, family, turns_back
from neoplex.model.lexicon import normalise

MOST_EXPANSIONS = 60_000
"""Partial routes looked at before the search says that it was cut."""

_NO_END = "9999-12-31"
_MOST_ASKED = 20_000
"""Questions whose routes are remembered at a time."""

MECHANISM_WORDS = {
    "PerineuralSpread": "perineural spread",
    "IntraduralExtension": "intradural extension",
    "TransmedianDuralSpread": "transmedian dural spread",
    "DirectExtension": "direct extension",
    "LymphaticSpread": "lymphatic spread",
    "HematogenousSpread": "haematogenous spread",
    "CSFSeeding": "cerebrospinal fluid seeding",
}
_MECHANISM_NAMES = {
    "perineural": ("PerineuralSpread", "IntraduralExtension", "TransmedianDuralSpread"),
    "perineural spread": ("PerineuralSpread", "IntraduralExtension", "TransmedianDuralSpread"),
    "intradural": ("IntraduralExtension", "TransmedianDuralSpread"),
    "dural bridge": ("TransmedianDuralSpread",),
    "direct extension": ("DirectExtension",),
    "lymphatic": ("LymphaticSpread",),
    "haematogenous": ("HematogenousSpread",),
    "hematogenous": ("HematogenousSpread",),
    "csf": ("CSFSeeding",),
} | {words: (name,) for name, words in MECHANISM_WORDS.items() if name != "PerineuralSpread"}


@dataclass(frozen=True)
class Price:
    """One part of what a step costs, in points and in words."""

    points: int
    words: str


@dataclass(frozen=True)
class Step:
    """One step of a route.

    ``direction`` is proximal, distal, transmedian or none as walked; ``order`` says whether the times the case gives fit: ``in
    order``, ``possibly in order`` (intervals overlap) or ``order not known``.
    """

    number: int
    start: str
    end: str
    start_label: str
    end_label: str
    mechanism: str
    mechanism_label: str
    direction: str
    start_side: str
    side: str
    evidence: str
    edges: tuple[str, ...]
    sources: tuple[str, ...]
    rows: tuple[str, ...]
    notes: tuple[str, ...]
    doubts: tuple[str, ...]
    prices: tuple[Price, ...]
    documented: Documented | None = None
    order: str = ""

    @property
    def cost(self) -> int:
        """What the step costs in all."""
        return sum(price.points for price in self.prices)

    @property
    def evidence_words(self) -> str:
        """The evidence level for people."""
        return EVIDENCE_WORDS[self.evidence]

    @property
    def case_words(self) -> str:
        """What the case says about the structure that the step reaches."""
        return documentation_words(self.documented)


@dataclass(frozen=True)
class Route:
    """A loop-free chain of steps; ``cost`` orders routes and measures nothing."""

    steps: tuple[Step, ...]

    @property
    def cost(self) -> int:
        """The sum over the steps."""
        return sum(step.cost for step in self.steps)

    @property
    def nodes(self) -> tuple[str, ...]:
        """The structures passed, the start first."""
        return (self.steps[0].start, *(step.end for step in self.steps)) if self.steps else ()

    @property
    def weakest(self) -> str:
        """The weakest evidence level that the route rests on."""
        levels = [step.evidence for step in self.steps if step.evidence in EVIDENCE_ORDER]
        return max(levels, key=EVIDENCE_ORDER.index) if levels else ""

    @property
    def crossings(self) -> tuple[str, ...]:
        """Labels of the midline structures at which the route changes sides."""
        return _crossings(self.steps)


@dataclass(frozen=True)
class Found:
    """What a search gives: routes in order, whether all better ones are among them, and what was looked for."""

    routes: tuple[Route, ...]
    complete: bool
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ask:
    """What to look for: where to start and end, what to pass in this order, what to avoid, which mechanisms to use (none: all)."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    via: tuple[tuple[str, ...], ...] = ()
    not_via: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] = ()
    most: int = 5


@dataclass(frozen=True)
class Overlay:
    """What a case adds to the network: the price of reaching a structure, and when it was first seen."""

    documented: Mapping[str, Documented] = field(default_factory=dict)
    first: Mapping[str, Span] = field(default_factory=dict)
    stations: Mapping[str, Span] = field(default_factory=dict)
    used: bool = False

    def price(self, network: Network, node: str) -> Price | None:
        """What it costs to reach a structure because of what the case says, or does not say; None without a case."""
        if not self.used:
            return None
        known = self.documented.get(node)
        costs = network.costs
        if known is None and any(
            whole in self.documented and self.documented[whole].status == "involved"
            for whole in network.groups.get(node, ())
        ):
            return Price(costs.nearly, "the case documents the group it belongs to")
        if known is None and self.stations.get(network.stations.get(node, "")):
            return Price(costs.nearly, "the case documents another segment of the same nerve")
        if known is None:
            return Price(costs.undocumented, "the case says nothing about it")
        if known.status == "involved":
            return Price(0, "the case documents it")
        if known.status == "possibly":
            return Price(costs.nearly, "the case documents it without the side")
        return Price(costs.contradicted, "the case says it is free of tumour")

    def enter(self, state: State, node: str) -> State | None:
        """The state after reaching a structure; None when it was seen before something that is said to lie upstream."""
        first = self.first.get(node)
        if first is None:
            return state
        if first.latest and state.latest > first.latest:
            return None
        return replace(state, latest=max(state.latest, first.earliest), ended=max(state.ended, first.latest or _NO_END))


NO_CASE = Overlay()


def overlay_of(case: Case, network: Network) -> Overlay:
    """The overlay of a case; the segments of one root nerve share the day on which any of them was first seen."""
    documented = case.documented
    spans: dict[str, list[Span]] = {}
    for node, known in documented.items():
        if known.status == "involved" and node in network.stations:
            spans.setdefault(network.stations[node], []).append(known.first)
    stations = {station: earliest(found) for station, found in sorted(spans.items())}
    first: dict[str, Span] = {}
    for node, known in documented.items():
        seen = stations.get(network.stations.get(node, ""), known.first)
        if known.status == "involved" and seen != Span():
            first[node] = seen
    return Overlay(documented, first, stations, True)


# ------------------------------------------------------------------------------------------------------------- names


def find_structures(atlas: Atlas, words: str) -> tuple[str, ...]:
    """The individuals that words name: one with a side, both for a paired structure without; raises UsageError.

    ``bilateral X`` names both; ids (``left-psoas-major``, ``atlas:left-psoas-major``) work too.
    """
    from neoplex.base.names import ATLAS

    plain = words.strip().removeprefix("atlas:").removeprefix(ATLAS)
    if ATLAS + plain in atlas.structures:
        return (ATLAS + plain,)
    name = normalise(words)
    for prefix in ("bilateral ", "both "):
        name = name.removeprefix(prefix)
    found = atlas.names.get(name)
    if not found:
        hint = did_you_mean(name, sorted(atlas.names))
        raise UsageError(f"no structure of the atlas is called {words!r}; {hint or '`neoplex search` may find it'}")
    kinds = {atlas.structures[iri].cls for iri in found}
    if len(kinds) > 1:
        exact = [iri for iri in found if name in (normalise(atlas.structures[iri].name), normalise(atlas.label(iri)))]
        if exact and len({atlas.structures[iri].cls for iri in exact}) == 1:
            return tuple(exact)
        raise UsageError(f"{words!r} names {' and '.join(sorted(atlas.label(iri) for iri in found))}; give one of them")
    return found


def find_mechanisms(words: Iterable[str]) -> tuple[str, ...]:
    """Mechanism classes for the words of a user; raises UsageError."""
    found: dict[str, None] = {}
    for word in words:
        names = _MECHANISM_NAMES.get(normalise(word)) or _MECHANISM_NAMES.get(word.strip().casefold())
        if names is None:
            raise UsageError(f"no mechanism is called {word!r}; use one of {', '.join(sorted(_MECHANISM_NAMES))}")
        found.update(dict.fromkeys(NX + name for name in names))
    return tuple(found)


def stand_ins(network: Network, node: str) -> tuple[str, ...]:
    """The structures of the network that stand for one: itself with its parts, else a whole, else its kinds on its side."""
    atlas = network.atlas
    if node in network.nodes:
        return (node, *network.parts(node))
    wholes = [whole for whole in atlas.wholes(node) if whole in network.nodes]
    if wholes:
        return (wholes[0],)
    structure = atlas.structures[node]
    kinds = [
        iri
        for iri in atlas.members.get(structure.cls, ())
        if iri in network.nodes and atlas.structures[iri].side == structure.side
    ]
    return tuple(kinds) or tuple(part for part in sorted(atlas.parts(node)) if part in network.nodes)


# ------------------------------------------------------------------------------------------------------------ search


def find_routes(network: Network, ask: Ask, overlay: Overlay = NO_CASE) -> Found:
    """The ``most`` cheapest loop-free routes; ties go to fewer steps, then to the order of the atlas."""
    sources = _in_network(network, ask.sources)
    targets = _in_network(network, ask.targets)
    goals = [frozenset(_in_network(network, group)) for group in ask.via] + [frozenset(targets)]
    notes = [
        f"no conduit of the atlas touches {network.label(node)}" for node in ask.targets if not stand_ins(network, node)
    ]
    notes += [
        f"no conduit of the atlas leaves {network.label(node)}" for node in ask.sources if not stand_ins(network, node)
    ]
    if not sources or not all(goals):
        return Found((), True, sources, targets, tuple(notes))
    allowed = _allowed(network, ask, overlay)
    paths, complete = _best_paths(network, overlay, sources, goals, allowed, ask.most)
    routes = tuple(route_of(network, overlay, path) for path in paths)
    return Found(routes, complete, sources, targets, tuple(notes))


def recall_routes(network: Network, ask: Ask) -> Found:
    """The routes that no case has a say in: searched once for a question, then remembered with the network."""
    known = network.asked.get(ask)
    if known is None:
        if len(network.asked) >= _MOST_ASKED:
            network.asked.clear()
        known = network.asked[ask] = find_routes(network, ask)
    assert isinstance(known, Found)
    return known


def _in_network(network: Network, nodes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(other for node in nodes for other in stand_ins(network, node)))


def _allowed(network: Network, ask: Ask, overlay: Overlay) -> dict[int, int]:
    """Arc index to its cost with the price of the structure it reaches, for arcs that the question allows."""
    avoid = set(ask.not_via)
    for node in ask.not_via:
        avoid.update(network.atlas.parts(node))
    found = {}
    for arc in network.arcs:
        if arc.end in avoid or arc.start in avoid:
            continue
        if ask.mechanisms and arc.mechanism not in ask.mechanisms:
            continue
        price = overlay.price(network, arc.end)
        found[arc.index] = arc.cost + (price.points if price else 0)
    return found


def remaining_costs(
    network: Network, allowed: Mapping[int, int], goals: frozenset[str], after: Mapping[int, int] | None = None
) -> dict[int, int]:
    """Arc index to the least that must still be paid after it to reach a goal (and, with ``after``, what follows the goal).

    Rules that need the whole route are left out, so the figure never says too much.
    """
    best: dict[int, int] = {}
    queue: list[tuple[int, int]] = []
    for index in allowed:
        arc = network.arcs[index]
        if arc.end not in goals:
            continue
        rest = 0
        if after is not None:
            onward = [
                network.transition(arc, following) + allowed[following.index] + after[following.index]
                for following in network.leaving.get(arc.end, ())
                if following.index in allowed and following.index in after
            ]
            if not onward:
                continue
            rest = min(onward)
        heapq.heappush(queue, (rest, index))
    while queue:
        cost, index = heapq.heappop(queue)
        if index in best:
            continue
        best[index] = cost
        arc = network.arcs[index]
        for earlier in network.arriving.get(arc.start, ()):
            if earlier.index in allowed and earlier.index not in best:
                heapq.heappush(queue, (cost + allowed[index] + network.transition(earlier, arc), earlier.index))
    return best


def _best_paths(
    network: Network,
    overlay: Overlay,
    sources: Sequence[str],
    goals: Sequence[frozenset[str]],
    allowed: Mapping[int, int],
    most: int,
) -> tuple[list[tuple[int, ...]], bool]:
    rest: list[dict[int, int]] = []
    for goal in reversed(goals):
        rest.insert(0, remaining_costs(network, allowed, goal, rest[0] if rest else None))
    # (lower bound, steps, path, cost so far, goals passed, state, structures passed)
    queue: list[tuple[int, int, tuple[int, ...], int, int, State, frozenset[str]]] = []

    def push(path: tuple[int, ...], cost: int, leg: int, state: State, seen: frozenset[str]) -> None:
        if leg == len(goals):
            heapq.heappush(queue, (cost, len(path), path, cost, leg, state, seen))
            return
        bound = rest[leg].get(path[-1])
        if bound is not None:
            heapq.heappush(queue, (cost + bound, len(path), path, cost, leg, state, seen))

    def extend(path: tuple[int, ...], cost: int, leg: int, state: State, seen: frozenset[str], node: str) -> None:
        for arc in network.leaving.get(node, ()):
            if arc.index not in allowed or arc.end in seen:
                continue
            joined = network.join(state, arc)
            entered = overlay.enter(joined[0], arc.end) if joined else None
            if joined is None or entered is None:
                continue
            passed = leg
            while passed < len(goals) and arc.end in goals[passed]:
                passed += 1
            push((*path, arc.index), cost + allowed[arc.index] + joined[1], passed, entered, seen | {arc.end})

    every = frozenset(sources)
    for source in sources:
        leg = 0
        while leg < len(goals) - 1 and source in goals[leg]:
            leg += 1
        extend((), 0, leg, network.start_state(source), every, source)
    found: list[tuple[int, ...]] = []
    for _ in range(MOST_EXPANSIONS):
        if not queue or len(found) == most:
            return found, True
        _, _, path, cost, leg, state, seen = heapq.heappop(queue)
        if leg == len(goals):
            found.append(path)
            continue
        extend(path, cost, leg, state, seen, network.arcs[path[-1]].end)
    return found, not queue


# ------------------------------------------------------------------------------------------------------------- telling


def route_of(network: Network, overlay: Overlay, path: Sequence[int]) -> Route:
    """A chain of arcs as a route with words."""
    state = network.start_state(network.arcs[path[0]].start)
    steps = []
    for number, index in enumerate(path, 1):
        step, state = step_of(network, overlay, state, network.arcs[index], number)
        steps.append(step)
    return Route(tuple(steps))


def step_of(network: Network, overlay: Overlay, state: State, arc: Arc, number: int) -> tuple[Step, State]:
    """One arc as a step with words, and the state after it; the arc must be allowed there."""
    joined = network.join(state, arc)
    assert joined is not None, f"{arc.edge.label} may not be taken here"
    entered = overlay.enter(joined[0], arc.end)
    assert entered is not None, f"{arc.edge.label} would run against time"
    last = network.arcs[state.arc] if state.arc >= 0 else None
    costs = network.costs
    prices = [Price(costs.evidence(arc.evidence), EVIDENCE_WORDS[arc.evidence])]
    if arc.edge.doubts:
        prices.append(Price(costs.open_doubt, "an open doubt of the anatomy tables"))
    if arc.parts_used:
        prices.append(Price(costs.known_for_group, "stated for the whole group only"))
    if last is not None and family(last.mechanism) != family(arc.mechanism):
        prices.append(Price(costs.change_of_mechanism, "the mechanism changes"))
    if last is not None and turns_back(last, arc):
        prices.append(Price(costs.turn_back, "turns back toward the cord"))
    price = overlay.price(network, arc.end)
    if price is not None and price.points:
        prices.append(price)
    side = network.side(arc.end)
    mechanism = arc.mechanism.rpartition("/")[2]
    direction = arc.direction
    if direction == "transmedian" and not (state.side and side in ("left", "right") and state.side != side):
        direction = "distal" if side in ("left", "right") else direction
    if mechanism == "TransmedianDuralSpread" and direction == "distal":
        mechanism = "IntraduralExtension"
    step = Step(
        number=number,
        start=arc.start,
        end=arc.end,
        start_label=network.label(arc.start),
        end_label=network.label(arc.end),
        mechanism=NX + mechanism,
        mechanism_label=MECHANISM_WORDS.get(mechanism, mechanism),
        direction=direction,
        start_side=network.side(arc.start),
        side=side,
        evidence=arc.evidence,
        edges=(arc.edge.iri, *(edge.iri for edge in arc.parts_used)),
        sources=arc.edge.sources,
        rows=arc.edge.rows,
        notes=arc.edge.notes,
        doubts=arc.edge.doubts,
        prices=tuple(prices),
        documented=overlay.documented.get(arc.end),
        order=_order_words(overlay, state, arc.end),
    )
    return step, entered


def _order_words(overlay: Overlay, state: State, node: str) -> str:
    first = overlay.first.get(node)
    if first is None or not state.ended:
        return ""
    if not first.earliest:
        return "order not known"
    return "in order" if state.ended < first.earliest else "possibly in order"


def documentation_words(known: Documented | None) -> str:
    """What a case says about a structure, for people; silence is told as silence."""
    if known is None:
        return "not reported"
    if known.status == "involved":
        through = " (through a part of it)" if known.through else ""
        return f"documented, first seen {known.first.words()}{through}"
    if known.status == "possibly":
        return f"documented without the side, {known.first.words()}"
    if known.status == "disputed":
        return "imaging for, histology against"
    return "said to be free, " + ", ".join(fact.span.words() for fact in known.denials[:2])


def _crossings(steps: Sequence[Step]) -> tuple[str, ...]:
    found: list[str] = []
    side, middle = steps[0].start_side if steps and steps[0].start_side != "midline" else "", ""
    for step in steps:
        if step.side == "midline":
            middle = step.end_label
            continue
        if side and step.side != side:
            found.append(middle or step.end_label)
        side, middle = step.side, ""
    return tuple(found)
