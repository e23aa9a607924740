"""All that follows for cases: rules, then searches, then criteria, batch by batch on every core.

Comes in: a store with ontology, atlas and cases. Goes out: the inferred graphs of the cases asked for, replaced. What follows
for a case depends on that case, the ontology and the atlas, so cases are worked on in batches that know nothing of each other:
memory does not grow with the number of cases, and a case costs the same however many there are. Batches, processes and their
number change nothing in the conclusions. Never reads case files.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from multiprocessing import get_context

import pyoxigraph as ox

from neoplex.infer.criteriaground import store_triples
from neoplex.infer.criteriaquads import CaseAssessor
from neoplex.infer.rules import Rule, Workbench, inferred_graph, shared_graphs
from neoplex.infer.searches import Searcher, people
from neoplex.read.criteria import CriteriaSet

_BATCH = 50
_BATCHES_PER_WORKER = 4
"""Fewer batches than this for each worker are not worth starting it."""
_AHEAD = 3
"""Batches that wait for each worker."""
_WRITE = 64_000_000
"""Bytes of N-Quads written at a time when many cases are worked on."""
_MANY = 4_000_000
"""From so many bytes on they are written past the log."""


@dataclass(frozen=True)
class Reasoner:
    """Everything that infers, on a store of its own that holds what all cases share."""

    shared: bytes = field(repr=False)
    rules: tuple[Rule, ...]
    sets: tuple[CriteriaSet, ...] = ()

    @cached_property
    def _bench(self) -> Workbench:
        return Workbench(self.shared, self.rules)

    @cached_property
    def _searcher(self) -> Searcher:
        return Searcher(self._bench.store)

    @cached_property
    def _assessor(self) -> CaseAssessor:
        return CaseAssessor(self.sets, store_triples(self._bench.store))

    def infer(self, facts: Mapping[str, bytes]) -> bytes:
        """What follows for some cases, as sorted lines of N-Quads; ``facts`` maps each case to its graph in N-Triples."""
        with self._bench.holding(facts):
            lines = set(self._bench.conclude(list(facts)))
            cases = people(self._bench.store, facts)
            found = self._searcher.find(cases)
            if self.sets:
                for case in cases:
                    found += self._assessor.quads(case)
            text = ox.serialize(found, format=ox.RdfFormat.N_QUADS)
            assert text is not None
            lines.update(text.split(b"\n"))
        lines.discard(b"")
        return b"\n".join(sorted(lines))


def infer_cases(
    store: ox.Store,
    rules: Sequence[Rule],
    sets: Sequence[CriteriaSet],
    cases: Iterable[str],
    *,
    workers: int | None = None,
) -> int:
    """Replace the inferred graphs of these cases; returns how many statements follow in all.

    Many cases are shared out among ``workers`` processes (as many as there are cores when not given). The store must be writable.
    """
    todo = sorted(set(cases))
    for case in todo:
        store.remove_graph(inferred_graph(case))
    if not todo:
        return 0
    reasoner = Reasoner(shared_graphs(store), tuple(rules), tuple(sets))
    batches = [todo[start : start + _BATCH] for start in range(0, len(todo), _BATCH)]
    count = workers if workers is not None else min(os.cpu_count() or 1, len(batches) // _BATCHES_PER_WORKER)
    facts = ({case: _facts(store, case) for case in batch} for batch in batches)
    answers = map(reasoner.infer, facts) if count < 2 else _share_out(reasoner, facts, count)
    writer = _Writer(store)
    for answer in answers:
        writer.take(answer)
    return writer.end()


def _facts(store: ox.Store, case: str) -> bytes:
    return store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(case)) or b""


class _Writer:
    """Gathers lines and writes them in large pieces."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self._parts: list[bytes] = []
        self._size = 0
        self._lines = 0

    def take(self, text: bytes) -> None:
        """Add the lines of a batch."""
        if not text:
            return
        self._parts.append(text)
        self._size += len(text)
        self._lines += text.count(b"\n") + 1
        if self._size >= _WRITE:
            self._write()

    def end(self) -> int:
        """Write what is left; returns how many lines there were in all."""
        self._write()
        return self._lines

    def _write(self) -> None:
        text = b"\n".join(self._parts)
        if self._size >= _MANY:
            # Not one transaction, and much quicker: who builds throws the whole draft away when something fails.
            self._store.bulk_load(input=text, format=ox.RdfFormat.N_QUADS)
        elif text:
            self._store.load(input=text, format=ox.RdfFormat.N_QUADS)
        self._parts, self._size = [], 0


# --------------------------------------------------------------------------------------------------------- many processes


def _share_out(reasoner: Reasoner, facts: Iterator[dict[str, bytes]], count: int) -> Iterator[bytes]:
    """What follows for each batch, in order; only a few batches are under way at a time."""
    # Fresh processes: a copy of this one would share the files of an open store.
    with ProcessPoolExecutor(count, get_context("spawn"), _start, (reasoner,)) as pool:
        under_way: deque[Future[bytes]] = deque()
        for batch in facts:
            under_way.append(pool.submit(_infer_here, batch))
            if len(under_way) >= count * _AHEAD:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


_reasoner: Reasoner | None = None


def _start(reasoner: Reasoner) -> None:
    global _reasoner
    _reasoner = reasoner


def _infer_here(facts: Mapping[str, bytes]) -> bytes:
    assert _reasoner is not None
    return _reasoner.infer(facts)
