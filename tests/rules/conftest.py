"""One bench for all tests of rules: loading ontology and atlas takes a second."""

from __future__ import annotations

import pytest

from neoplex.infer.rules import Workbench, read_rules, shared_graphs
from neoplex.store.embedded import Graph
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def workbench(graph: Graph) -> Workbench:
    """Ontology, atlas and the shipped rules."""
    return Workbench(shared_graphs(graph.store), read_rules(ROOT / "queries" / "rules"))
