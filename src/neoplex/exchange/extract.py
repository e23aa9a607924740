"""What an export takes from the graph: whole graphs, or cases with the passages they rest on.

Comes in: an open store and a selection. Goes out: quads, one graph at a time and sorted, with blank nodes named by what they
say, and the labels of everything. Never writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from neoplex.base.errors import UsageError, did_you_mean
from neoplex.base.names import (
    CASE,
    GRAPH_ATLAS,
    GRAPH_INFERRED,
    GRAPH_KNOWLEDGE,
    GRAPH_ONTOLOGY,
    GRAPH_SOURCES,
    NX,
    PREFIXES,
    compact,
    expand,
)

WHAT = ("ontology", "cases", "all")
_INFERRED = "/inferred"
_SHARED = (GRAPH_ONTOLOGY, GRAPH_INFERRED, GRAPH_ATLAS, GRAPH_SOURCES, GRAPH_KNOWLEDGE)
_PASSAGE_OF = ox.NamedNode(NX + "passageOf")
_LABEL = ox.NamedNode(PREFIXES["rdfs"] + "label")


@dataclass(frozen=True)
class Selection:
    """What to export: ``cases`` or ``graphs`` when given, else ``what``; ``inferred`` also takes what neoplex concluded."""

    what: str = "all"
    cases: tuple[str, ...] = ()
    graphs: tuple[str, ...] = ()
    inferred: bool = False


@dataclass(frozen=True)
class Extract:
    """The chosen part of a store.

    ``graphs`` are IRIs in the order they are written. ``only`` restricts a graph to some subjects. ``inferred_left_out`` counts
    statements of inferred graphs that would belong to the selection.
    """

    store: ox.Store
    graphs: tuple[str, ...]
    only: dict[str, frozenset[str]]
    cases: tuple[str, ...]
    inferred_left_out: int = 0

    def quads(self, graph: str) -> list[ox.Quad]:
        """The statements of one chosen graph, sorted, blank nodes named by their content."""
        found = self._pattern(graph)
        if any(isinstance(end, ox.BlankNode) for quad in found for end in (quad.subject, quad.object)):
            found = _canonical(found, graph)
        return sorted(found, key=_quad_key)

    def walk(self) -> Iterator[tuple[str, list[ox.Quad]]]:
        """Every chosen graph that says anything, with its statements; one graph is in memory at a time."""
        for graph in self.graphs:
            found = self.quads(graph)
            if found:
                yield graph, found

    def triples(self) -> list[ox.Triple]:
        """Every chosen statement once, graphs forgotten, sorted."""
        return sorted({quad.triple for _, quads in self.walk() for quad in quads}, key=_triple_key)

    def label(self, iri: str) -> str:
        """The label of anything in the store, chosen or not; the local name where there is none."""
        found = sorted(quad.object.value for quad in self._labels(iri) if isinstance(quad.object, ox.Literal))
        return found[0] if found else re.split(r"[/#]", compact(iri).removeprefix("nx:"))[-1] or iri

    def kinds(self, iri: str) -> tuple[str, ...]:
        """The classes anything in the store is stated to belong to, chosen or not."""
        kind = ox.NamedNode(PREFIXES["rdf"] + "type")
        pattern = self.store.quads_for_pattern(ox.NamedNode(iri), kind, None, None)
        return tuple(sorted({quad.object.value for quad in pattern if isinstance(quad.object, ox.NamedNode)}))

    def _labels(self, iri: str) -> Iterator[ox.Quad]:
        return iter(self.store.quads_for_pattern(ox.NamedNode(iri), _LABEL, None, None))

    def _pattern(self, graph: str) -> list[ox.Quad]:
        named = ox.NamedNode(graph)
        subjects = self.only.get(graph)
        if subjects is None:
            return list(self.store.quads_for_pattern(None, None, None, named))
        return [
            quad
            for subject in sorted(subjects)
            for quad in self.store.quads_for_pattern(ox.NamedNode(subject), None, None, named)
        ]


def take(store: ox.Store, selection: Selection) -> Extract:
    """The part of a store that a selection names; raises UsageError for an unknown graph or case."""
    known = sorted(graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode))
    if selection.what not in WHAT:
        raise UsageError(f"--what: found {selection.what!r}, expected {', '.join(WHAT)}")
    only: dict[str, frozenset[str]] = {}
    if selection.graphs:
        wanted = [_find_graph(name, known) for name in selection.graphs]
    elif selection.cases:
        wanted = [_find_case(name, known) for name in selection.cases]
        wanted += [graph + _INFERRED for graph in wanted if graph + _INFERRED in known]
        passages = _passages(store, wanted if selection.inferred else [g for g in wanted if not _is_inferred(g)])
        if passages:
            wanted.append(GRAPH_SOURCES)
            only[GRAPH_SOURCES] = passages
    elif selection.what == "ontology":
        wanted = [GRAPH_ONTOLOGY, GRAPH_INFERRED]
    elif selection.what == "cases":
        wanted = [graph for graph in known if graph.startswith(CASE)] + [GRAPH_SOURCES, GRAPH_KNOWLEDGE]
    else:
        wanted = known
    left_out = 0
    if not selection.inferred and not selection.graphs:
        dropped = [graph for graph in wanted if _is_inferred(graph)]
        left_out = sum(sum(1 for _ in _all_of(store, graph)) for graph in dropped)
        wanted = [graph for graph in wanted if not _is_inferred(graph)]
    ordered = sorted({graph for graph in wanted if graph in known}, key=_graph_key)
    cases = tuple(graph for graph in ordered if graph.startswith(CASE) and not _is_inferred(graph))
    return Extract(store, tuple(ordered), only, cases, left_out)


def _is_inferred(graph: str) -> bool:
    return graph == GRAPH_INFERRED or (graph.startswith(CASE) and graph.endswith(_INFERRED))


def _graph_key(graph: str) -> tuple[int, str]:
    return (_SHARED.index(graph), "") if graph in _SHARED else (len(_SHARED), graph)


def _find_graph(name: str, known: list[str]) -> str:
    for candidate in (expand(name), PREFIXES["graph"] + name, CASE + name):
        if candidate in known:
            return candidate
    shared = [compact(graph) for graph in known if graph in _SHARED]
    hint = did_you_mean(name, [compact(graph) for graph in known])
    hint = hint or did_you_mean(f"graph:{name}", shared) or f"there are {', '.join(shared)} and those of cases"
    raise UsageError(f"no graph is called {name!r}; {hint}")


def _find_case(name: str, known: list[str]) -> str:
    iri = CASE + name.removeprefix("case:").removeprefix(CASE)
    if iri in known and not _is_inferred(iri):
        return iri
    ids = [graph.removeprefix(CASE) for graph in known if graph.startswith(CASE) and not _is_inferred(graph)]
    hint = did_you_mean(name, ids) or f"`neoplex case list` shows all {len(ids)}"
    raise UsageError(f"no case is called {name!r}; {hint}")


def _all_of(store: ox.Store, graph: str) -> Iterable[ox.Quad]:
    return store.quads_for_pattern(None, None, None, ox.NamedNode(graph))


def _passages(store: ox.Store, graphs: Iterable[str]) -> frozenset[str]:
    """What the sources graph describes and the given graphs point at, with the publications of those passages."""
    sources = ox.NamedNode(GRAPH_SOURCES)
    described = {quad.subject.value for quad in _all_of(store, GRAPH_SOURCES) if isinstance(quad.subject, ox.NamedNode)}
    found: set[str] = set()
    for graph in graphs:
        for quad in _all_of(store, graph):
            if isinstance(quad.object, ox.NamedNode) and quad.object.value in described:
                found.add(quad.object.value)
    for passage in list(found):
        for quad in store.quads_for_pattern(ox.NamedNode(passage), _PASSAGE_OF, None, sources):
            if isinstance(quad.object, ox.NamedNode):
                found.add(quad.object.value)
    return frozenset(found)


def _canonical(quads: list[ox.Quad], graph: str) -> list[ox.Quad]:
    """Blank nodes named by RDFC-1.0; the graph's own word in front, so that names of two graphs never meet."""
    data = ox.Dataset(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    data.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    word = re.sub(r"[^A-Za-z0-9]+", "", re.split(r"[/#]", graph)[-1]) or "b"
    name = ox.NamedNode(graph)

    def renamed(node: ox.BlankNode) -> ox.BlankNode:
        return ox.BlankNode(
            f"{word}x{node.value.removeprefix('c14n')}" if word[0].isalpha() else f"b{word}{node.value}"
        )

    result = []
    for quad in data:
        subject = renamed(quad.subject) if isinstance(quad.subject, ox.BlankNode) else quad.subject
        value = renamed(quad.object) if isinstance(quad.object, ox.BlankNode) else quad.object
        result.append(ox.Quad(subject, quad.predicate, value, name))
    return result


def _quad_key(quad: ox.Quad) -> tuple[str, str, str]:
    return (str(quad.subject), str(quad.predicate), str(quad.object))


def _triple_key(triple: ox.Triple) -> tuple[str, str, str]:
    return (str(triple.subject), str(triple.predicate), str(triple.object))
