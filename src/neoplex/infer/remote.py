"""Inference inside a store elsewhere: the rule files as SPARQL updates, then what only Python can search.

Comes in: rules and a remote store with the ontology, the atlas and the cases. Goes out: the same inferred graphs as the embedded
engine gives. Rules run in the remote store, stratum by stratum, over batches of cases; what they conclude gathers in a draft
graph that then replaces ``<case>/inferred`` whole. Routes, lesions and criteria are searched here and uploaded. Never reads case
files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import pyoxigraph as ox

from neoplex.base.errors import EnvironmentProblem, UsageError
from neoplex.base.names import (
    CASE,
    GRAPH_ATLAS,
    GRAPH_INFERRED,
    GRAPH_KNOWLEDGE,
    GRAPH_ONTOLOGY,
    GRAPH_SOURCES,
    NX,
)
from neoplex.infer.criteriaquads import run_criteria
from neoplex.infer.rules import Rule, inferred_graph
from neoplex.infer.searches import run_searches
from neoplex.read.criteria import CriteriaSet
from neoplex.store.answers import Rows
from neoplex.store.publish import forget, insert_lines, read_graphs
from neoplex.store.remote import RemoteStore

SHARED = (GRAPH_ONTOLOGY, GRAPH_INFERRED, GRAPH_ATLAS, GRAPH_SOURCES, GRAPH_KNOWLEDGE)
"""The graphs that rules may look into besides the case itself."""

_CONSTRUCT = re.compile(r"CONSTRUCT\s*\{(?P<template>[^{}]*)\}\s*WHERE\s*\{(?P<body>.*)\}\s*\Z", re.DOTALL)
_ROUNDS = 50
_PAGE = 5000

Progress = Callable[[str], None]


def as_update(rule: Rule, cases: Sequence[str]) -> str:
    """A rule as an update that writes what follows for these cases into the next graph of each.

    ``USING`` names every graph the rule may see, so other cases and what its neighbours conclude in the same round are out of its
    reach in any SPARQL 1.1 store.
    """
    parts = _CONSTRUCT.search(rule.for_cases(cases))
    if parts is None:
        raise ValueError(f"rule {rule.name} is no CONSTRUCT … WHERE query")
    prologue = rule.query[: rule.query.index("CONSTRUCT")]
    prologue = "".join(line for line in prologue.splitlines(keepends=True) if not line.startswith("#+"))
    seen = [f"USING <{graph}>" for graph in (*SHARED, *cases, *map(draft_graph, cases))]
    seen += [f"USING NAMED <{graph}>" for graph in SHARED]
    return (
        f"{prologue}INSERT {{ GRAPH ?nextGraph {{{parts['template']}}} }}\n"
        + "\n".join(seen)
        + f'\nWHERE {{{parts["body"]}  BIND(IRI(CONCAT(STR(?case), "/inferred/next")) AS ?nextGraph)\n}}'
    )


def next_graph(case: str) -> str:
    """The graph of what one round concludes, out of sight of the rules until the round is over."""
    return f"{case}/inferred/next"


def draft_graph(case: str) -> str:
    """The graph in which conclusions about a case gather before they are in force."""
    return f"{case}/inferred/draft"


def remote_cases(remote: RemoteStore) -> list[str]:
    """Every case and cohort that the remote store holds a graph of."""
    found: list[str] = []
    while True:
        query = f"""SELECT DISTINCT ?case WHERE {{ GRAPH ?case {{ ?case a ?kind }} FILTER(?kind IN (<{NX}Case>, <{NX}Cohort>)) }}
          LIMIT {_PAGE} OFFSET {len(found)}"""
        answer = remote.answer(query)
        assert isinstance(answer, Rows)
        found += [row[0].value for row in answer.rows if isinstance(row[0], ox.NamedNode)]
        if len(answer.rows) < _PAGE:
            return sorted(set(found))


def infer_remotely(
    remote: RemoteStore,
    rules: Sequence[Rule],
    sets: Sequence[CriteriaSet],
    cases: Iterable[str],
    *,
    batch: int = 20,
    progress: Progress = lambda _: None,
) -> int:
    """Replace the inferred graphs of these cases there; returns how many triples follow in all.

    Each batch is put in force in one update when all of it is done, so a run that breaks off leaves whole graphs behind it.
    """
    todo = sorted(set(cases))
    shared = _shared(remote)
    _check_using(remote)
    total = 0
    for start in range(0, len(todo), batch):
        some = todo[start : start + batch]
        drafts = [draft_graph(case) for case in some]
        remote.update(
            " ;\n".join(f"DROP SILENT GRAPH <{g}>" for case in some for g in (draft_graph(case), next_graph(case)))
        )
        _run_rules(remote, rules, some)
        total += _run_searches(remote, shared, sets, some)
        moves = []
        for case, draft in zip(some, drafts, strict=True):
            target = inferred_graph(case).value
            moves.append(f"DROP SILENT GRAPH <{target}>")
            moves.append(f"ADD SILENT GRAPH <{draft}> TO GRAPH <{target}>")
            moves.append(f"DROP SILENT GRAPH <{draft}>")
        remote.update(" ;\n".join(moves) + " ;\n" + forget(inferred_graph(case).value for case in some))
        progress(f"{min(start + batch, len(todo)):,} of {len(todo):,} cases, {total:,} triples follow")
    return total


def _run_rules(remote: RemoteStore, rules: Sequence[Rule], cases: Sequence[str]) -> None:
    """Stratum by stratum; in a round every rule sees what the rounds before concluded, as in the embedded engine."""
    collect = " ;\n".join(
        f"ADD SILENT GRAPH <{next_graph(case)}> TO GRAPH <{draft_graph(case)}> ;\nDROP SILENT GRAPH <{next_graph(case)}>"
        for case in cases
    )
    size = 0
    for stratum in sorted({rule.stratum for rule in rules}):
        layer = [rule for rule in rules if rule.stratum == stratum]
        for _ in range(_ROUNDS):
            for rule in layer:
                remote.update(as_update(rule, cases))
            remote.update(collect)
            layer = [rule for rule in layer if rule.recursive]
            before, size = size, _size(remote, cases)
            if not layer or size == before:
                break
        else:
            raise EnvironmentProblem(f"the rules of stratum {stratum} do not come to an end in {remote.url}")


def _check_using(remote: RemoteStore) -> None:
    nothing = f"INSERT {{ GRAPH <{CASE}> {{ ?s ?p ?o }} }} USING <{GRAPH_ATLAS}> WHERE {{ ?s ?p ?o . FILTER(false) }}"
    try:
        remote.update(nothing)
    except UsageError as error:
        raise UsageError(
            f"{error}; rules need USING in updates (Oxigraph server: start it without --union-default-graph and ask at "
            "/query?union-default-graph)"
        ) from error


def _size(remote: RemoteStore, cases: Sequence[str]) -> int:
    parts = " UNION ".join(f"{{ GRAPH <{draft_graph(case)}> {{ ?s ?p ?o }} }}" for case in cases)
    answer = remote.answer(f"SELECT (COUNT(*) AS ?n) WHERE {{ {parts} }}")
    assert isinstance(answer, Rows)
    number = answer.rows[0][0]
    assert isinstance(number, ox.Literal)
    return int(number.value)


def _run_searches(remote: RemoteStore, shared: ox.Store, sets: Sequence[CriteriaSet], cases: Sequence[str]) -> int:
    """Search routes, lesions and criteria here, over what the rules concluded there; returns how many triples follow in all."""
    graphs = {case: ox.NamedNode(case) for case in cases} | {draft_graph(case): inferred_graph(case) for case in cases}
    facts = read_graphs(remote, list(graphs))
    for graph, triples in facts.items():
        shared.extend(ox.Quad(t.subject, t.predicate, t.object, graphs[graph]) for t in triples)
    try:
        before = {case: set(shared.quads_for_pattern(None, None, None, inferred_graph(case))) for case in cases}
        run_searches(shared, cases)
        run_criteria(shared, cases, sets)
        total = 0
        for case in cases:
            after = set(shared.quads_for_pattern(None, None, None, inferred_graph(case)))
            text = ox.serialize((quad.triple for quad in after - before[case]), format=ox.RdfFormat.N_TRIPLES) or b""
            insert_lines(remote, draft_graph(case), sorted(line for line in text.split(b"\n") if line))
            total += len(after)
        return total
    finally:
        for name in graphs.values():
            shared.remove_graph(name)


def _shared(remote: RemoteStore) -> ox.Store:
    store = ox.Store()
    for graph, triples in read_graphs(remote, SHARED).items():
        store.extend(ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(graph)) for t in triples)
    if not any(store.quads_for_pattern(None, None, None, ox.NamedNode(GRAPH_ATLAS))):
        raise EnvironmentProblem(f"{remote.url} holds no atlas; put it there first with `neoplex publish`")
    return store
