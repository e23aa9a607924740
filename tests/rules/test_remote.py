"""Rules run inside a real store elsewhere conclude what they conclude here: Oxigraph server, two shipped cases."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from neoplex.base import paths
from neoplex.base.names import CASE
from neoplex.infer.remote import SHARED, infer_remotely, next_graph, remote_cases
from neoplex.infer.rules import inferred_graph, read_rules
from neoplex.read.criteria import criteria_files, read_criteria
from neoplex.read.lexicon import load_lexicon
from neoplex.store import publish as post
from neoplex.store.answers import Truth
from neoplex.store.embedded import Graph
from neoplex.store.remote import RemoteStore
from tests.servers.oxigraph import oxigraph

CASES = [CASE + name for name in ("elhayel-2026", "sanuki-2022-5")]
UNTOUCHED = CASE + "shi-2021"


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory, graph: Graph) -> Iterator[RemoteStore]:
    """A server with what all cases share and three cases."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "127.0.0.1")
        with oxigraph(tmp_path_factory.mktemp("rules")) as server:
            store = RemoteStore(server.query, 300, update_url=server.update, graph_store=server.graph_store)
            for name in (*SHARED, *CASES, UNTOUCHED):
                store.put_graph(name, b"\n".join(post.pack(graph.store, name).lines) + b"\n")
            yield store


def test_rules_run_there_conclude_what_they_conclude_here(remote: RemoteStore, graph: Graph) -> None:
    root = paths.shipped_root()
    sets = read_criteria(criteria_files(root, paths.home()), load_lexicon(root))
    assert remote_cases(remote) == [*CASES, UNTOUCHED]
    total = infer_remotely(remote, read_rules(root / "queries" / "rules"), sets, CASES)
    names = [inferred_graph(case).value for case in CASES]
    assert post.verify(graph.store, names, remote) == []
    assert total == sum(
        len(list(graph.store.quads_for_pattern(None, None, None, ox.NamedNode(name)))) for name in names
    )
    for nothing in (next_graph(CASES[0]), inferred_graph(UNTOUCHED).value):
        assert remote.answer(f"ASK {{ GRAPH <{nothing}> {{ ?s ?p ?o }} }}") == Truth(False)
