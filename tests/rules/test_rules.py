"""Each rule concludes where it must and keeps silent where it must not.

``<rule>.trig`` holds a case that the rule must speak about and one that must tempt it in vain. The graph ``…/expected``
lists statements that follow for the first, ``…/forbidden`` statements that must not follow for the second. Where nothing is
forbidden by name, no conclusion of the second case may name the rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from neoplex.base.names import CASE, NX
from neoplex.infer.rules import Rule, Workbench, read_rules

HERE = Path(__file__).resolve().parent
RULES = read_rules(HERE.parents[1] / "queries" / "rules")
YES, NO = CASE + "concludes", CASE + "spares"


def load_cases(rule: str) -> ox.Store:
    """The two cases of a rule, with what is expected and forbidden."""
    store = ox.Store()
    store.load(path=str(HERE / f"{rule}.trig"), format=ox.RdfFormat.TRIG)
    return store


def graph_lines(store: ox.Store, graph: str) -> set[str]:
    """The triples of a graph, as N-Triples."""
    return {
        f"{q.subject} {q.predicate} {q.object}" for q in store.quads_for_pattern(None, None, None, ox.NamedNode(graph))
    }


def infer(workbench: Workbench, store: ox.Store, case: str) -> set[str]:
    """What follows for one case, as N-Triples without the graph."""
    facts = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(case))
    assert facts
    end = f" <{case}/inferred> ."
    return {line.decode().removesuffix(end) for line in workbench.infer({case: facts})}


def named(lines: set[str], rule: Rule) -> Iterator[str]:
    """The conclusions that name a rule."""
    for line in lines:
        if line.endswith(f"<{NX}byRule> <{rule.iri}>"):
            yield line.split(" ", 1)[0]


def test_every_rule_has_its_cases() -> None:
    assert sorted(path.stem for path in HERE.glob("*.trig")) == sorted(rule.name for rule in RULES)
    assert len(RULES) >= 28


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_concludes(rule: Rule, workbench: Workbench) -> None:
    store = load_cases(rule.name)
    expected = graph_lines(store, YES + "/expected")
    found = infer(workbench, store, YES)
    assert expected, "no statement is expected"
    assert expected <= found, "\n".join(sorted(expected - found))
    if f"/inferred/{rule.name}/" in "".join(expected):
        assert any(named(found, rule))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_spares(rule: Rule, workbench: Workbench) -> None:
    store = load_cases(rule.name)
    forbidden = graph_lines(store, NO + "/forbidden")
    found = infer(workbench, store, NO)
    assert not forbidden & found, "\n".join(sorted(forbidden & found))
    mints = f"/inferred/{rule.name}/" in "".join(graph_lines(store, YES + "/expected"))
    assert mints or forbidden, "nothing is forbidden"
    if not forbidden:
        assert not list(named(found, rule))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_needs_its_facts(rule: Rule, workbench: Workbench) -> None:
    """Nothing is concluded about a case that reports nothing."""
    empty = {CASE + "silent": f"<{CASE}silent> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{NX}Case> .".encode()}
    assert [line for line in workbench.infer(empty) if rule.iri.encode() in line] == []
