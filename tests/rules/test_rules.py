"""Each rule concludes what it must and keeps silent where it must not.

``<rule>.trig`` holds a case that the rule must speak about and one that must tempt it in vain. What a rule adds is what
follows with the rules of lower strata and this one, and not without it. For every subject in the graph
``concludes/expected`` the rule adds exactly the statements that stand there; the case itself is always among them, so no
conclusion is missing and none is over. Of a rule that only adds to conclusions of other rules everything is listed. To the
case ``spares`` it adds nothing, or, where other things follow for it, none of the statements in ``spares/forbidden``.
"""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from neoplex.base.names import ATLAS, CASE, NX, PREFIXES
from neoplex.infer.rules import Rule, Workbench, read_rules
from neoplex.store.embedded import Graph

HERE = Path(__file__).resolve().parent
RULES = read_rules(HERE.parents[1] / "queries" / "rules")
YES, NO = CASE + "concludes", CASE + "spares"


def load_cases(rule: str) -> ox.Store:
    """The two cases of a rule, with what is expected and forbidden."""
    store = ox.Store()
    store.load(path=str(HERE / f"{rule}.trig"), format=ox.RdfFormat.TRIG)
    return store


def read_graph(store: ox.Store, graph: str) -> set[str]:
    """The triples of a graph, as N-Triples."""
    return {str(quad.triple) for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph))}


def added_by(rule: Rule, rules: list[Rule], workbench: Workbench, store: ox.Store, case: str) -> set[str]:
    """What a rule adds to what the rules below it conclude."""
    facts = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(case))
    assert facts, f"{rule.name}.trig has no graph {case}"
    end = f" <{case}/inferred> ."
    lower = [one for one in rules if one.stratum < rule.stratum]
    below, above = (
        {line.decode().removesuffix(end) for line in workbench.infer({case: facts}, some)}
        for some in (lower, [*lower, rule])
    )
    return above - below


def subject_of(line: str) -> str:
    """The subject of a triple in N-Triples."""
    return line[1 : line.index(">")]


def check_concludes(rule: Rule, rules: list[Rule], workbench: Workbench, store: ox.Store) -> None:
    """For every subject that is expected, the statements found are those expected."""
    expected = read_graph(store, YES + "/expected")
    found = added_by(rule, rules, workbench, store, YES)
    subjects = {YES, *(subject_of(line) for line in expected)}
    draws = any(line.startswith(f"<{YES}> <{NX}hasInference>") for line in expected)
    assert expected, "no statement is expected"
    assert expected - found == set(), "missing"
    assert {line for line in found - expected if not draws or subject_of(line) in subjects} == set(), "over"


def check_spares(rule: Rule, rules: list[Rule], workbench: Workbench, store: ox.Store) -> None:
    """Nothing follows for the tempting case, or nothing of what is forbidden."""
    forbidden = read_graph(store, NO + "/forbidden")
    found = added_by(rule, rules, workbench, store, NO)
    if forbidden:
        assert found, "nothing follows, so nothing needs to be forbidden"
        assert forbidden & found == set()
    else:
        assert found == set()


def test_every_rule_has_its_cases() -> None:
    assert sorted(path.stem for path in HERE.glob("*.trig")) == sorted(rule.name for rule in RULES)
    assert len(RULES) >= 29


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_concludes(rule: Rule, workbench: Workbench) -> None:
    check_concludes(rule, RULES, workbench, load_cases(rule.name))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_spares(rule: Rule, workbench: Workbench) -> None:
    check_spares(rule, RULES, workbench, load_cases(rule.name))


def test_silence_gives_nothing(workbench: Workbench) -> None:
    """Nothing is concluded about a case that reports nothing."""
    case = CASE + "silent"
    facts = f"<{case}> <{PREFIXES['rdf']}type> <{NX}Case> .".encode()
    assert workbench.infer({case: facts}) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_cases_use_known_words(rule: Rule, graph: Graph) -> None:
    """Classes and structures of the cases are those of the ontology and the atlas; a word of our own making tests nothing."""
    used = {
        term.value
        for quad in load_cases(rule.name)
        for term in (quad.subject, quad.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith((NX, ATLAS))
    }
    unknown = [iri for iri in sorted(used) if not any(graph.store.quads_for_pattern(ox.NamedNode(iri), None, None))]
    assert unknown == []
