"""Why something was not concluded: the leaf that is missing, negative or not enough."""

from __future__ import annotations

from neoplex.base.names import ATLAS, case_iri
from neoplex.infer.whynot import why_not
from neoplex.store.embedded import Graph


def test_each_reason_against_a_level_is_said_once(graph: Graph) -> None:
    found = why_not(graph.store, case_iri("sanuki-2022-8"), "upper level", "", "left")
    assert found.held == ()
    assert "missing" in {leaf.state for leaf in found.leaves}
    said = [(leaf.state, leaf.words) for leaf in found.leaves]
    assert len(said) == len(set(said)) > 2
    assert not any(".:" in words for _, words in said)


def test_silence_is_called_missing_and_not_absence(graph: Graph) -> None:
    found = why_not(graph.store, case_iri("sanuki-2022-8"), "involved", ATLAS + "right-femoral-nerve")
    assert found.held == ()
    assert [leaf.state for leaf in found.leaves] == ["missing"]


def test_what_holds_after_all_is_named(graph: Graph) -> None:
    found = why_not(graph.store, case_iri("capek-2015"), "involved in part", ATLAS + "left-sciatic-nerve")
    assert [(leaf.iri.rpartition("/")[2], leaf.state) for leaf in found.held] == [
        ("left-sciatic-nerve--left-tibial-division-of-sciatic", "held")
    ]
