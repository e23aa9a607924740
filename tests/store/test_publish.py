"""A graph in a real store elsewhere: Oxigraph server on this machine, from the PyPI package.

The graph is the small one, so that a run takes seconds; ``make interop`` compares everything that is shipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from neoplex.ask.engines import LocalEngine
from neoplex.ask.questions import question_names, read_question
from neoplex.base import paths
from neoplex.base.errors import EnvironmentProblem, UsageError
from neoplex.check.faults import read_checks, run_checks
from neoplex.store import publish as post
from neoplex.store.answers import Rows, Truth
from neoplex.store.embedded import Graph
from neoplex.store.remote import RemoteStore
from tests.questions import rows
from tests.servers.oxigraph import oxigraph
from tests.servers.process import Server

QUESTIONS = paths.shipped_root() / "queries" / "questions"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "127.0.0.1")
        with oxigraph(tmp_path_factory.mktemp("oxigraph")) as running:
            yield running


@pytest.fixture(scope="module")
def remote(server: Server) -> RemoteStore:
    return RemoteStore(server.query, update_url=server.update, graph_store=server.graph_store)


def graphs_of(store: ox.Store) -> list[str]:
    return sorted(name.value for name in store.named_graphs() if isinstance(name, ox.NamedNode))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, small_graph: Graph) -> Iterator[RemoteStore]:
    """A server of its own with the small graph, put there in one run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "127.0.0.1")
        with oxigraph(tmp_path_factory.mktemp("published")) as running:
            store = RemoteStore(running.query, update_url=running.update, graph_store=running.graph_store)
            outcomes = post.publish(small_graph.store, graphs_of(small_graph.store), store)
            assert {outcome.state for outcome in outcomes} == {post.NEW}
            assert sum(outcome.triples for outcome in outcomes) == len(small_graph.store)
            yield store


def test_what_is_there_equals_what_is_here(published: RemoteStore, small_graph: Graph) -> None:
    names = graphs_of(small_graph.store)
    assert post.verify(small_graph.store, names, published) == []
    assert post.published_graphs(published) == names
    assert published.answer(f"ASK {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), '{post.STAGING}')) }}") == Truth(
        False
    )


def test_every_saved_question_is_answered_as_here(published: RemoteStore, small_graph: Graph) -> None:
    here = LocalEngine(small_graph)
    differing, answered = [], 0
    for name in question_names(QUESTIONS):
        query = rows.bound_query(read_question(QUESTIONS / f"{name}.rq"), [], here)
        expected, found = here.answer(query), published.answer(query)
        assert isinstance(expected, Rows)
        answered += bool(expected.rows)
        if found != expected:
            differing.append(name)
    assert differing == []
    assert answered >= 15, "too few questions have anything to say about the small graph"


def test_checks_find_the_same(published: RemoteStore, small_graph: Graph) -> None:
    checks = read_checks(paths.shipped_root() / "queries" / "checks")
    found = run_checks(published, checks)
    assert found == run_checks(small_graph.store, checks)
    assert found


@pytest.fixture
def few() -> ox.Store:
    """Two graphs: one with blank nodes that hang together and numbers in odd spellings, one plain."""
    store = ox.Store()
    text = """
      @prefix x: <http://x/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
      GRAPH x:one {
        x:a x:p [ x:q [ x:r "_:no <node> \\"here\\"" ] ] ; x:n "4.50"^^xsd:decimal , "4.5"^^xsd:decimal ; x:b "1"^^xsd:boolean .
      }
      GRAPH x:two { x:a x:p "ä\\n"@de , "plain" . }"""
    store.load(input=text, format=ox.RdfFormat.TRIG)
    return store


@pytest.mark.parametrize("ways", [("update",), ("graph_store",), ("update", "graph_store")])
def test_each_way_of_writing_arrives(ways: tuple[str, ...], server: Server, few: ox.Store) -> None:
    store = RemoteStore(
        server.query,
        update_url=server.update if "update" in ways else "",
        graph_store=server.graph_store if "graph_store" in ways else "",
    )
    names = graphs_of(few)
    assert [outcome.graph for outcome in post.publish(few, names, store, force=True)] == names
    assert post.verify(few, names, store) == []


def test_a_second_run_sends_only_what_changed_and_forgets_what_is_gone(remote: RemoteStore, few: ox.Store) -> None:
    names = graphs_of(few)
    post.publish(few, names, remote)
    assert {outcome.state for outcome in post.publish(few, names, remote)} == {post.SAME}
    few.add(
        ox.Quad(
            ox.NamedNode("http://x/a"), ox.NamedNode("http://x/p"), ox.Literal("more"), ox.NamedNode("http://x/two")
        )
    )
    assert [outcome.state for outcome in post.publish(few, names, remote)] == [post.SAME, post.CHANGED]
    remote.update("DELETE WHERE { GRAPH <http://x/one> { ?s <http://x/n> ?o } }")
    assert [fault.partition("/query")[2] for fault in post.verify(few, names, remote)] == [
        "?union-default-graph holds 4 of 5 triples of http://x/one"
    ]
    assert [outcome.state for outcome in post.publish(few, names, remote)] == [post.CHANGED, post.SAME]
    assert [outcome.state for outcome in post.remove(remote, names)] == [post.GONE, post.GONE]
    assert not set(names) & set(post.published_graphs(remote))


class Damaging(RemoteStore):
    """A store that loses a triple of everything put into it."""

    def put_graph(self, graph: str, ntriples: bytes) -> None:
        super().put_graph(graph, ntriples.partition(b"\n")[2])


def test_a_graph_that_arrives_damaged_leaves_the_old_one_as_it_was(server: Server, few: ox.Store) -> None:
    good = RemoteStore(server.query, update_url=server.update)
    names = ["http://x/two"]
    post.publish(few, names, good, force=True)
    few.add(
        ox.Quad(ox.NamedNode("http://x/a"), ox.NamedNode("http://x/p"), ox.Literal("new"), ox.NamedNode("http://x/two"))
    )
    with pytest.raises(EnvironmentProblem, match=r"received 2 of 3 triples .*left as it was"):
        post.publish(few, names, Damaging(server.query, graph_store=server.graph_store))
    assert len(post.read_graphs(good, names)["http://x/two"]) == 2
    assert good.answer(f"ASK {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), '{post.STAGING}')) }}") == Truth(
        False
    )


def test_writing_needs_an_address(few: ox.Store, server: Server) -> None:
    with pytest.raises(UsageError, match="--update"):
        RemoteStore(server.query).update("CLEAR ALL")
    with pytest.raises(UsageError, match="--graph-store"):
        RemoteStore(server.query).put_graph("http://x/one", b"")


def test_the_folder_of_the_server_holds_its_data(tmp_path: Path) -> None:
    with oxigraph(tmp_path / "kept") as one:
        RemoteStore(one.query, update_url=one.update).update("INSERT DATA { <http://x/a> <http://x/b> 1 }")
    with oxigraph(tmp_path / "kept") as two:
        assert RemoteStore(two.query).answer("ASK { <http://x/a> ?p 1 }") == Truth(True)
