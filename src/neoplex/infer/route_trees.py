"""One explanation for a whole case: a tree of steps from the primary that reaches every structure where tumour was seen.

Comes in: the conduit network, the primary, the structures to reach, and what the case documents. Goes out: a tree in which each
structure is reached once, over the cheapest steps found that obey side, supply and time. For few structures the tree is proven
cheapest; for more it is built by repeated cheapest connection, then mended, and says so. Same input, same tree.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from neoplex.infer.route_facts import Case
from neoplex.infer.route_network import Network, State
from neoplex.infer.routes import NO_CASE, Overlay, Step, overlay_of, stand_ins, step_of

MOST_EXACT = 4
"""Up to this many structures the cheapest tree is searched for exactly."""
_ROUNDS = 2
_MOST_KNOWN = 20_000
"""Trees and routes remembered at a time."""

Paths = dict[str, tuple[int, State, str]]
"""Structure reached to the arc that reaches it, the state there and the structure it comes from."""


@dataclass(frozen=True)
class Tree:
    """Steps from the primary to every structure that could be reached, each after the step it follows.

    ``proven`` says that no cheaper tree exists under the rules; ``unreached`` are structures that no step leads to, with why.
    """

    source: str
    steps: tuple[Step, ...]
    reached: tuple[str, ...]
    unreached: tuple[tuple[str, str], ...]
    proven: bool
    left_out: tuple[tuple[str, str], ...] = ()
    """Label of each structure not reached, and why."""

    @property
    def cost(self) -> int:
        """The sum over all steps."""
        return sum(step.cost for step in self.steps)

    def chain_to(self, node: str) -> tuple[Step, ...]:
        """The steps that lead from the primary to a structure of the tree."""
        by_end = {step.end: step for step in self.steps}
        chain: list[Step] = []
        while node in by_end:
            chain.append(by_end[node])
            node = by_end[node].start
        return tuple(reversed(chain))

    def below(self, node: str) -> tuple[Step, ...]:
        """The steps that leave a structure of the tree."""
        return tuple(step for step in self.steps if step.start == node)


def explain_case(network: Network, case: Case) -> Tree | None:
    """The tree for a case; None when it names no primary with a site, or no structure with tumour beside it."""
    overlay = overlay_of(case, network)
    targets = tuple(
        node
        for node, known in case.documented.items()
        if known.status == "involved" and not known.through and node not in case.primary_sites
    )
    if not case.primary_sites or not targets:
        return None
    return find_tree(network, case.primary_sites, targets, overlay)


def find_tree(
    network: Network, sources: Iterable[str], targets: Iterable[str], overlay: Overlay = NO_CASE
) -> Tree | None:
    """The cheapest tree found from one of the sources; ties go to the first in the order of the atlas."""
    wanted: dict[str, frozenset[str]] = {}
    unreached: list[tuple[str, str]] = []
    for target in sorted(set(targets)):
        goals = frozenset(stand_ins(network, target))
        if goals:
            wanted[target] = goals
        else:
            unreached.append((target, "the atlas has no conduit at this structure"))
    best: tuple[tuple[int, int, str], _Grown, bool] | None = None
    for source in sorted({other for node in sources for other in stand_ins(network, node)}):
        grown, proven = _recall(network, overlay, source, wanted)
        key = (len(wanted) - len(grown.covered), grown.cost, source)
        if best is None or key < best[0]:
            best = (key, grown, proven)
    if best is None:
        return None
    key, grown, proven = best
    unreached += [
        (target, "no conduit leads there that fits side, supply and time")
        for target in sorted(set(wanted) - set(grown.covered))
    ]
    steps = _tell(network, overlay, key[2], grown)
    left_out = tuple((network.label(node), why) for node, why in unreached)
    return Tree(key[2], steps, tuple(sorted(grown.covered)), tuple(unreached), proven, left_out)


def _recall(
    network: Network, overlay: Overlay, source: str, wanted: Mapping[str, frozenset[str]]
) -> tuple[_Grown, bool]:
    """The best tree from a source, worked out once for all cases that the search cannot tell apart."""
    key = ("tree", source, tuple(wanted), *_alike(overlay))
    known = network.asked.get(key)
    if known is None:
        grown, proven = _Builder(network, overlay, source, wanted).best()
        if len(network.asked) >= _MOST_KNOWN:
            network.asked.clear()
        network.asked[key] = (
            tuple(index for index, _, _ in grown.paths.values() if index >= 0),
            grown.covered,
            grown.cost,
            proven,
        )
        return grown, proven
    assert isinstance(known, tuple)
    indices, covered, cost, proven = known
    # The states hold days, which differ from case to case, so they are followed again.
    grown = _Grown({source: (-1, network.start_state(source), "")}, dict(covered), cost)
    for index in indices:
        arc = network.arcs[index]
        joined = network.join(grown.paths[arc.start][1], arc)
        entered = overlay.enter(joined[0], arc.end) if joined else None
        assert entered is not None
        grown.paths[arc.end] = (index, entered, arc.start)
    return grown, proven


def _alike(overlay: Overlay) -> tuple[object, ...]:
    """All that a search reads of an overlay: what is documented how, and the order of its days, not the days themselves."""
    days = sorted({day for span in overlay.first.values() for day in (span.earliest, span.latest) if day})
    place = {day: number for number, day in enumerate(days)}
    return (
        overlay.used,
        tuple(sorted((node, known.status) for node, known in overlay.documented.items())),
        tuple(sorted((node, place.get(s.earliest, -1), place.get(s.latest, -1)) for node, s in overlay.first.items())),
        tuple(sorted(overlay.stations)),
    )


@dataclass
class _Grown:
    """A tree in the making: how each structure is reached, which targets are covered, what it costs."""

    paths: Paths
    covered: dict[str, str]
    cost: int


class _Builder:
    def __init__(self, network: Network, overlay: Overlay, source: str, wanted: Mapping[str, frozenset[str]]) -> None:
        self.network = network
        self.overlay = overlay
        self.source = source
        self.wanted = wanted
        self.price: dict[int, int] = {}
        for arc in network.arcs:
            price = overlay.price(network, arc.end)
            self.price[arc.index] = arc.cost + (price.points if price else 0)

    def best(self) -> tuple[_Grown, bool]:
        """The best tree, and whether it is proven cheapest."""
        if len(self.wanted) <= MOST_EXACT:
            exact = self._exact()
            if exact is not None:
                return exact, True
        return self._mend(self._grow()), False

    # ---------------------------------------------------------------------------------------------- growing

    def _bare(self) -> _Grown:
        grown = _Grown({self.source: (-1, self.network.start_state(self.source), "")}, {}, 0)
        self._cover(grown)
        return grown

    def _grow(self) -> _Grown:
        """Connect what was seen first, then what was seen later; among those of one time whatever costs least to connect.

        Time comes first because a structure that is reached late in the case can carry nothing to one that was seen early.
        """
        grown = self._bare()
        frontier = _Frontier(self, grown)
        for group in self._by_time():
            left = [target for target in group if target not in grown.covered]
            while left:
                path = frontier.reach(frozenset().union(*(self.wanted[target] for target in left)))
                if path is None:
                    break
                known = set(grown.paths)
                self._add(grown, path)
                frontier.take_in(node for node in grown.paths if node not in known)
                left = [target for target in left if target not in grown.covered]
        return grown

    def _by_time(self) -> list[list[str]]:
        groups: dict[str, list[str]] = defaultdict(list)
        for target in sorted(self.wanted):
            first = self.overlay.first.get(target)
            groups[first.latest or "9999" if first else "9999"].append(target)
        return [groups[day] for day in sorted(groups)]

    def _connect(self, grown: _Grown, goals: frozenset[str], most: int) -> list[tuple[int, State]] | None:
        """The cheapest new branch from the tree to one of the goals, if it costs less than ``most``."""
        return _Frontier(self, grown).reach(goals, most)

    def follow(self, state: State, index: int) -> tuple[State, int] | None:
        """The state after an arc and what its place costs beside it; None where rules or time forbid it."""
        arc = self.network.arcs[index]
        joined = self.network.join(state, arc)
        if joined is None:
            return None
        entered = self.overlay.enter(joined[0], arc.end)
        return (entered, joined[1]) if entered is not None else None

    def _add(self, grown: _Grown, path: Sequence[tuple[int, State]]) -> None:
        for index, state in path:
            arc = self.network.arcs[index]
            before = grown.paths[arc.start][1]
            extra = self.network.transition(self.network.arcs[before.arc], arc) if before.arc >= 0 else 0
            grown.cost += self.price[index] + extra
            grown.paths[arc.end] = (index, state, arc.start)
        self._cover(grown)

    def _cover(self, grown: _Grown) -> None:
        for target, goals in self.wanted.items():
            if target not in grown.covered:
                hit = target if target in grown.paths else min((g for g in goals if g in grown.paths), default="")
                if hit:
                    grown.covered[target] = hit

    # ---------------------------------------------------------------------------------------------- mending

    def _mend(self, grown: _Grown) -> _Grown:
        """Take each end of the tree off and connect it again, as long as that makes the tree cheaper."""
        for _ in range(_ROUNDS):
            better = grown
            for target in sorted(grown.covered):
                pruned = self._without(better, target)
                if pruned is None:
                    continue
                for other in sorted(set(better.covered) - set(pruned.covered)):
                    room = better.cost - pruned.cost
                    path = None if other in pruned.covered else self._connect(pruned, self.wanted[other], room)
                    if path is not None:
                        self._add(pruned, path)
                if len(pruned.covered) >= len(better.covered) and pruned.cost < better.cost:
                    better = pruned
            if better is grown:
                return grown
            grown = better
        return grown

    def _without(self, grown: _Grown, target: str) -> _Grown | None:
        """The tree without the branch that serves only this target; None when others hang on it."""
        node = grown.covered[target]
        used = {where for other, where in grown.covered.items() if other != target}
        if node in used or node == self.source or any(start == node for _, _, start in grown.paths.values()):
            return None
        paths = dict(grown.paths)
        while node != self.source and node not in used and not any(start == node for _, _, start in paths.values()):
            node = paths.pop(node)[2]
        pruned = _Grown({self.source: paths[self.source]}, {}, 0)
        for index, state in _in_order(paths, self.source):
            self._add(pruned, [(index, state)])
        return pruned

    # ---------------------------------------------------------------------------------------------- exact

    def _exact(self) -> _Grown | None:
        """The cheapest tree by dynamic programming over sets of targets; None when it breaks a rule that needs the whole path.

        ``costs[mask][arc]`` is the least that must hang below an arc to cover the targets in ``mask`` (Dreyfus and Wagner 1971,
        on arcs instead of points because a step costs more after some steps than after others).
        """
        names = sorted(self.wanted)
        full = (1 << len(names)) - 1
        if not full:
            return self._bare()
        costs: dict[int, dict[int, int]] = {}
        chosen: dict[tuple[int, int], tuple[int, int]] = {}
        for mask in range(1, full + 1):
            best: dict[int, int] = {}
            if mask & (mask - 1) == 0:
                goals = self.wanted[names[mask.bit_length() - 1]]
                best = {arc.index: 0 for arc in self.network.arcs if arc.end in goals}
            else:
                self._merge(mask, costs, chosen, best)
            costs[mask] = self._spread(mask, best, chosen)
        grown = self._bare()
        root = self._root(full, costs)
        if root is None:
            return None
        for part, index in root:
            if not self._rebuild(grown, part, index, chosen):
                return None
        return grown if len(grown.covered) == len(names) else None

    def _merge(
        self,
        mask: int,
        costs: Mapping[int, Mapping[int, int]],
        chosen: dict[tuple[int, int], tuple[int, int]],
        best: dict[int, int],
    ) -> None:
        part = (mask - 1) & mask
        while part:
            rest = mask ^ part
            if part >= rest:
                for index, cost in costs[part].items():
                    other = costs[rest].get(index)
                    if other is not None and cost + other < best.get(index, cost + other + 1):
                        best[index] = cost + other
                        chosen[mask, index] = (-1, part)
            part = (part - 1) & mask

    def _spread(
        self, mask: int, best: dict[int, int], chosen: dict[tuple[int, int], tuple[int, int]]
    ) -> dict[int, int]:
        queue = [(cost, index) for index, cost in best.items()]
        heapq.heapify(queue)
        settled: dict[int, int] = {}
        while queue:
            cost, index = heapq.heappop(queue)
            if index in settled:
                continue
            settled[index] = cost
            arc = self.network.arcs[index]
            for earlier in self.network.arriving.get(arc.start, ()):
                if earlier.start == arc.end:
                    continue
                total = cost + self.price[index] + self.network.transition(earlier, arc)
                if earlier.index not in settled and total < best.get(earlier.index, total + 1):
                    best[earlier.index] = total
                    chosen[mask, earlier.index] = (index, mask)
                    heapq.heappush(queue, (total, earlier.index))
        return settled

    def _root(self, full: int, costs: Mapping[int, Mapping[int, int]]) -> list[tuple[int, int]] | None:
        """The first arcs of the tree, each with the targets below it: the cheapest way to share them out at the source."""
        first: dict[int, tuple[int, int]] = {}
        for mask in range(1, full + 1):
            for arc in self.network.leaving.get(self.source, ()):
                below = costs[mask].get(arc.index)
                if below is not None:
                    total = below + self.price[arc.index]
                    if mask not in first or (total, arc.index) < first[mask]:
                        first[mask] = (total, arc.index)
        best: dict[int, tuple[int, list[tuple[int, int]]]] = {0: (0, [])}
        for mask in range(1, full + 1):
            part = mask
            while part:
                if part in first and mask ^ part in best:
                    total = first[part][0] + best[mask ^ part][0]
                    if mask not in best or total < best[mask][0]:
                        best[mask] = (total, [*best[mask ^ part][1], (part, first[part][1])])
                part = (part - 1) & mask
        return best[full][1] if full in best else None

    def _rebuild(self, grown: _Grown, mask: int, index: int, chosen: Mapping[tuple[int, int], tuple[int, int]]) -> bool:
        arc = self.network.arcs[index]
        known = grown.paths.get(arc.end)
        if known is None:
            following = self.follow(grown.paths[arc.start][1], index)
            if following is None:
                return False
            self._add(grown, [(index, following[0])])
        elif known[0] != index:
            return False
        step = chosen.get((mask, index))
        if step is None:
            return True
        onward, part = step
        if onward >= 0:
            return self._rebuild(grown, mask, onward, chosen)
        return self._rebuild(grown, part, index, chosen) and self._rebuild(grown, mask ^ part, index, chosen)


class _Frontier:
    """Branches that could grow from a tree, cheapest first; kept while the tree grows, so that nothing is walked twice."""

    def __init__(self, builder: _Builder, grown: _Grown) -> None:
        self._builder = builder
        self._grown = grown
        self._queue: list[tuple[int, int, tuple[int, ...], State]] = []
        self._settled: dict[tuple[int, str, bool, str], list[tuple[int, str]]] = defaultdict(list)
        self._walked: dict[str, list[tuple[int, int, tuple[int, ...]]]] = defaultdict(list)
        self.take_in(grown.paths)

    def take_in(self, nodes: Iterable[str]) -> None:
        """Let branches start from structures that joined the tree."""
        for node in sorted(nodes):
            self._push(node, self._grown.paths[node][1], 0, ())

    def reach(self, goals: frozenset[str], most: int | None = None) -> list[tuple[int, State]] | None:
        """The cheapest branch that ends at a goal, below ``most`` if given."""
        arcs = self._builder.network.arcs
        inside = self._grown.paths
        best: tuple[int, int, tuple[int, ...]] | None = None
        for goal in sorted(goals):
            walked = [one for one in self._walked[goal] if not any(arcs[index].end in inside for index in one[2])]
            self._walked[goal] = walked
            best = min([*walked, best] if best else walked, default=None)
        while self._queue and (best is None or self._queue[0][0] < best[0]):
            cost, _, path, state = heapq.heappop(self._queue)
            if most is not None and cost >= most:
                return None
            if any(arcs[index].end in inside for index in path):
                continue
            key = (path[-1], state.side, state.from_organ, state.level)
            known = self._settled[key]
            if any(paid <= cost and latest <= state.latest for paid, latest in known):
                continue
            known.append((cost, state.latest))
            end = arcs[path[-1]].end
            self._push(end, state, cost, path)
            self._walked[end].append((cost, len(path), path))
            if end in goals:
                best = (cost, len(path), path)
        return None if best is None or (most is not None and best[0] >= most) else self._states(best[2])

    def _push(self, node: str, state: State, cost: int, path: tuple[int, ...]) -> None:
        builder = self._builder
        arcs = builder.network.arcs
        passed = {arcs[index].end for index in path}
        for arc in builder.network.leaving.get(node, ()):
            if arc.end in self._grown.paths or arc.end in passed:
                continue
            following = builder.follow(state, arc.index)
            if following is not None:
                total = cost + builder.price[arc.index] + following[1]
                heapq.heappush(self._queue, (total, len(path) + 1, (*path, arc.index), following[0]))

    def _states(self, path: Sequence[int]) -> list[tuple[int, State]]:
        state = self._grown.paths[self._builder.network.arcs[path[0]].start][1]
        found = []
        for index in path:
            following = self._builder.follow(state, index)
            assert following is not None
            state = following[0]
            found.append((index, state))
        return found


def _in_order(paths: Paths, source: str) -> list[tuple[int, State]]:
    """The arcs of a tree so that each comes after the one it follows."""
    below: dict[str, list[str]] = defaultdict(list)
    for node, (_, _, start) in paths.items():
        if node != source:
            below[start].append(node)
    found: list[tuple[int, State]] = []
    stack = sorted(below[source], reverse=True)
    while stack:
        node = stack.pop()
        found.append((paths[node][0], paths[node][1]))
        stack.extend(sorted(below[node], reverse=True))
    return found


def _tell(network: Network, overlay: Overlay, source: str, grown: _Grown) -> tuple[Step, ...]:
    steps = []
    for number, (index, _) in enumerate(_in_order(grown.paths, source), 1):
        arc = network.arcs[index]
        step, _ = step_of(network, overlay, grown.paths[arc.start][1], arc, number)
        steps.append(step)
    return tuple(steps)
