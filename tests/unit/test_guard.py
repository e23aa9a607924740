"""Queries from outside: refused, limited, or answered in a process of their own that may crash."""

# ruff: noqa: E501 - messages and texts are compared whole

from __future__ import annotations

import time
from pathlib import Path

import pytest

from neoplex.ask.engines import LocalEngine
from neoplex.ask.guard import Limits, find_unknown_terms, judge, run_guarded
from neoplex.base.errors import EnvironmentProblem, LimitReached, UsageError
from neoplex.base.names import ATLAS, GRAPH
from neoplex.store.answers import Answer, Rows, Triples, Truth
from neoplex.store.embedded import Graph

# Every row with every row with every row: more than any limit lets through, from a graph of three hundred triples.
HEAVY = "SELECT DISTINCT ?a ?b ?c ?d { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z . ?d ?t ?w }"


def run(home: Path, query: str, limits: Limits | None = None) -> Answer:
    limits = limits or Limits()
    return run_guarded(judge(query, limits), home, limits)


def test_rows_truth_and_triples_come_back_as_they_are(small_home: Path, small_graph: Graph) -> None:
    local = LocalEngine(small_graph)
    for query in (
        "SELECT ?s ?o { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?o } ORDER BY ?s ?o",
        "ASK { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ):
        assert run(small_home, query) == local.answer(query)
    assert run(small_home, "ASK { ?s ?p 'nowhere' }") == Truth(False)


def test_prefixes_are_known(small_home: Path) -> None:
    answer = run(small_home, "SELECT ?n { ?n nx:traverses atlas:left-psoas-major }")
    assert isinstance(answer, Rows)
    assert [str(row[0]) for row in answer.rows] == [f"<{ATLAS}left-femoral-nerve>"]


def test_columns_of_star_come_as_the_query_names_them(small_home: Path) -> None:
    answer = run(small_home, "SELECT * { ?z ?y ?x } LIMIT 1")
    assert isinstance(answer, Rows)
    assert answer.variables == ("z", "y", "x")


def test_from_reads_only_that_graph(small_home: Path) -> None:
    answer = run(small_home, f"SELECT DISTINCT ?s FROM <{GRAPH}atlas> {{ ?s ?p ?o }}")
    assert isinstance(answer, Rows)
    assert len(answer.rows) == 5
    assert all(f"<{ATLAS}" in str(row[0]) for row in answer.rows)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * {\n SERVICE <http://x/> { ?s ?p ?o } }", "line 2: SERVICE <http://x/> is refused"),
        ("SELECT * FROM <http://x/data.ttl> { ?s ?p ?o }", "line 1: FROM <http://x/data.ttl> is refused"),
        ("SELECT * FROM NAMED <file:///etc/passwd> { ?s ?p ?o }", "FROM <file:///etc/passwd> is refused"),
        ("DELETE WHERE { ?s ?p ?o }", "is an update and is refused"),
    ],
)
def test_what_reaches_out_is_refused(query: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        judge(query)


def test_rows_are_cut_and_said_to_be(small_home: Path) -> None:
    answer = run(small_home, "SELECT * { ?s ?p ?o }", Limits(rows=7))
    assert isinstance(answer, Rows)
    assert (len(answer.rows), answer.cut) == (7, True)
    graph = run(small_home, "CONSTRUCT WHERE { ?s ?p ?o }", Limits(rows=7))
    assert isinstance(graph, Triples)
    assert (len(graph.triples), graph.cut) == (7, True)


def test_time_is_limited(small_home: Path) -> None:
    started = time.monotonic()
    with pytest.raises(LimitReached, match="stopped after 1 s"):
        run(
            small_home,
            f"SELECT (COUNT(*) AS ?n) {{ {HEAVY.replace('DISTINCT ', '')} }}".replace("{ SELECT", "{ { SELECT") + " }",
            Limits(seconds=1),
        )
    assert time.monotonic() - started < 8


def test_memory_is_limited(small_home: Path) -> None:
    with pytest.raises(LimitReached, match="more than 150 MiB of memory"):
        run(small_home, "SELECT (COUNT(*) AS ?n) { { " + HEAVY + " } }", Limits(seconds=60, memory_mib=150))


def test_a_crash_of_the_engine_is_survived_and_said(small_home: Path) -> None:
    with pytest.raises(LimitReached, match=r"crashed the SPARQL engine \(SIG\w+\); the graph is unharmed"):
        run(small_home, "SELECT * { FILTER(1" + "+1" * 20_000 + ") }")
    assert run(small_home, "ASK { ?s ?p ?o }") == Truth(True)


@pytest.mark.parametrize(
    ("limits", "said"), [(Limits(characters=10), "has 27 characters"), (Limits(nesting=0), "deeper than 0")]
)
def test_size_and_nesting_are_limited(limits: Limits, said: str) -> None:
    with pytest.raises(LimitReached, match=said):
        judge("SELECT * { { ?s ?p ?o } }  ", limits)


def test_what_only_the_engine_finds_wrong_is_said_shortly(small_home: Path) -> None:
    with pytest.raises(UsageError) as caught:
        run(small_home, "SELECT ?x (COUNT(*) AS ?n) { ?x ?y ?z }")
    assert str(caught.value) == "the query is not valid: The SELECT contains a variable that is unbound"


def test_no_graph(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="there is no graph yet"):
        run(tmp_path, "ASK {}")


def test_unknown_terms_are_warned_about(small_graph: Graph) -> None:
    judged = judge(
        "SELECT * { ?s a nx:HipPane ; nx:hasSite atlas:left-psoas-major , skos:nothing ; ?p 'nx:Zebra' FILTER(STRSTARTS(STR(?s), STR(nx:))) }"
    )
    assert find_unknown_terms(judged, LocalEngine(small_graph)) == [
        "warning: nx:HipPane is unknown to the graph, so it matches nothing; did you mean nx:HipPain?"
    ]
