"""The graph in a real store elsewhere: Oxigraph server on this machine, from the PyPI package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from neoplex.ask.engines import LocalEngine
from neoplex.base import paths
from neoplex.base.errors import EnvironmentProblem, UsageError
from neoplex.base.names import CASE
from neoplex.check.faults import read_checks, run_checks
from neoplex.infer.remote import infer_remotely, next_graph, remote_cases
from neoplex.infer.rules import inferred_graph, read_rules
from neoplex.read.criteria import criteria_files, read_criteria
from neoplex.read.lexicon import load_lexicon
from neoplex.store import publish as post
from neoplex.store.answers import Rows, Truth
from neoplex.store.embedded import Graph
from neoplex.store.remote import RemoteStore
from tests.questions import rows
from tests.questions.test_questions import EXPECTED, load_sample
from tests.servers.oxigraph import oxigraph
from tests.servers.process import Server

INFERRED_THERE = ("sanuki-2022-5", "elhayel-2026")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "127.0.0.1")
        with oxigraph(tmp_path_factory.mktemp("oxigraph")) as running:
            yield running


@pytest.fixture(scope="module")
def remote(server: Server) -> RemoteStore:
    return RemoteStore(server.query, 300, update_url=server.update, graph_store=server.graph_store)


def graphs_of(store: ox.Store) -> list[str]:
    return sorted(name.value for name in store.named_graphs() if isinstance(name, ox.NamedNode))


@pytest.fixture(scope="module")
def published(remote: RemoteStore, graph: Graph) -> RemoteStore:
    """The server with everything that is shipped, put there in one run."""
    outcomes = post.publish(graph.store, graphs_of(graph.store), remote)
    assert {outcome.state for outcome in outcomes} == {post.NEW}
    assert sum(outcome.triples for outcome in outcomes) == len(graph.store)
    return remote


def test_what_is_there_equals_what_is_here(published: RemoteStore, graph: Graph) -> None:
    names = graphs_of(graph.store)
    assert post.verify(graph.store, names, published) == []
    assert post.published_graphs(published) == names
    assert published.answer(f"ASK {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), '{post.STAGING}')) }}") == Truth(
        False
    )


def test_every_saved_question_gives_the_rows_of_the_papers(published: RemoteStore) -> None:
    wrong = []
    for path in EXPECTED:
        sample = load_sample(path)
        answer = published.answer(rows.bound_query(sample.question, list(sample.words), published))
        assert isinstance(answer, Rows)
        if [tuple(rows.cell_text(term) for term in row) for row in answer.rows] != sample.rows:
            wrong.append(path.stem)
    assert wrong == []


def test_checks_find_the_same(published: RemoteStore, graph: Graph) -> None:
    checks = read_checks(paths.shipped_root() / "queries" / "checks")
    assert run_checks(published, checks) == run_checks(graph.store, checks)


def test_rules_run_there_conclude_what_they_conclude_here(published: RemoteStore, graph: Graph) -> None:
    root = paths.shipped_root()
    cases = [CASE + name for name in INFERRED_THERE]
    for case in cases:
        published.update(f"DROP GRAPH <{inferred_graph(case).value}>")
    sets = read_criteria(criteria_files(root, paths.home()), load_lexicon(root))
    assert set(cases) <= set(remote_cases(published))
    total = infer_remotely(published, read_rules(root / "queries" / "rules"), sets, cases)
    names = [inferred_graph(case).value for case in cases]
    assert post.verify(graph.store, names, published) == []
    assert total == sum(
        len(list(graph.store.quads_for_pattern(None, None, None, ox.NamedNode(name)))) for name in names
    )
    assert published.answer(f"ASK {{ GRAPH <{next_graph(cases[0])}> {{ ?s ?p ?o }} }}") == Truth(False)


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


def test_the_local_engine_is_not_asked(published: RemoteStore, graph: Graph) -> None:
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?s a <https://w3id.org/neoplex/term/Case> }"
    assert published.answer(query) == LocalEngine(graph).answer(query)


def test_the_folder_of_the_server_holds_its_data(tmp_path: Path) -> None:
    with oxigraph(tmp_path / "kept") as one:
        RemoteStore(one.query, update_url=one.update).update("INSERT DATA { <http://x/a> <http://x/b> 1 }")
    with oxigraph(tmp_path / "kept") as two:
        assert RemoteStore(two.query).answer("ASK { <http://x/a> ?p 1 }") == Truth(True)
