"""The engine: what follows for a case depends on that case, the ontology and the atlas, in whatever order it came in."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neoplex.base.names import CASE, NX
from neoplex.infer import conclusions
from neoplex.infer.rules import Rule, Workbench, inferred_graph, read_rules, shared_graphs
from neoplex.store.embedded import Graph
from tests.conftest import ROOT
from tests.rules.made import Entry, facts_of

RULES = read_rules(ROOT / "queries" / "rules")
SITES = (
    "left-psoas-major", "right-iliopsoas", "left-piriformis", "left-femoral-nerve", "right-l4-ventral-ramus",
    "left-lumbosacral-trunk", "right-sacral-nerve-root", "dural-sac", "?Iliopsoas", "?PsoasMuscle",
)  # fmt: skip
LOSSES = (
    ("QuadricepsWeakness", "left-quadriceps-femoris"),
    ("FootDorsiflexionWeakness", "right-foot"),
    ("DermatomalSensoryLoss", "left-s1-dermatome"),
    ("AbsentAnkleReflex", "right-lower-limb"),
    ("ErectileDysfunction", ""),
    ("SensoryImpairment", ""),
)
TUMOUR = st.builds(
    Entry,
    st.sampled_from(("Infiltration", "Abutment", "RetroperitonealMass", "NerveEnlargement")),
    st.sampled_from(SITES),
    st.sampled_from(("present", "absent")),
    st.sampled_from(("", "possible")),
)
LOSS = st.sampled_from(LOSSES).flatmap(
    lambda loss: st.builds(Entry, st.just(loss[0]), st.just(loss[1]), st.sampled_from(("present", "absent")))
)
CONTENT = st.lists(st.one_of(TUMOUR, LOSS), min_size=1, max_size=4)
CHANGES = st.lists(st.tuples(st.sampled_from("abc"), st.one_of(st.none(), CONTENT)), min_size=2, max_size=6)
"""Which case changes, and what it then says; nothing when it is removed."""


@pytest.fixture(scope="module")
def shared(graph: Graph) -> bytes:
    """Everything that is no case's own."""
    return shared_graphs(graph.store)


@pytest.fixture(scope="module")
def live(shared: bytes) -> ox.Store:
    """A store in which cases come and go."""
    store = ox.Store()
    store.bulk_load(input=shared, format=ox.RdfFormat.N_QUADS)
    return store


def inferred(store: ox.Store, case: str) -> set[str]:
    """What stands in the inferred graph of a case."""
    return {str(quad.triple) for quad in store.quads_for_pattern(None, None, None, inferred_graph(case))}


def triples_of(lines: Sequence[bytes], case: str) -> set[str]:
    """The triples of one case among lines of N-Quads."""
    end = f" <{case}/inferred> ."
    return {text.removesuffix(end) for line in lines if (text := line.decode()).endswith(end)}


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(changes=CHANGES)
def test_changes_one_by_one_end_where_all_at_once_ends(
    changes: list[tuple[str, list[Entry] | None]], live: ox.Store, workbench: Workbench
) -> None:
    """After any adding, changing and removing each case has what follows from it alone, and what was removed left nothing."""
    bare = len(live)
    held: dict[str, bytes] = {}
    for name, content in changes:
        case = CASE + name
        live.remove_graph(ox.NamedNode(case))
        live.remove_graph(inferred_graph(case))
        held.pop(case, None)
        if content is not None:
            held[case] = facts_of(case, content)
            live.load(input=held[case], format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(case))
            for line in workbench.infer({case: held[case]}):
                live.load(input=line, format=ox.RdfFormat.N_QUADS)
    together = workbench.infer(held) if held else []
    for case, facts in held.items():
        assert inferred(live, case) == triples_of(together, case)
        assert triples_of(together, case) == triples_of(workbench.infer({case: facts}), case)
    for case in [CASE + name for name in "abc"]:
        live.remove_graph(ox.NamedNode(case))
        live.remove_graph(inferred_graph(case))
    assert len(live) == bare


def test_a_bench_keeps_nothing(workbench: Workbench) -> None:
    """What a case said is gone when it comes again with something else."""
    case = CASE + "first"
    assert workbench.infer({case: facts_of(case, [Entry("Infiltration", "left-psoas-major")])})
    assert workbench.infer({case: facts_of(case, [Entry("NerveEnlargement", "left-sciatic-nerve")])}) == []


def test_other_cases_in_the_store_change_nothing(shared: bytes) -> None:
    """Inferring again for one case touches neither its own conclusions nor those of its neighbours."""
    store = ox.Store()
    store.bulk_load(input=shared, format=ox.RdfFormat.N_QUADS)
    one, other = CASE + "one", CASE + "other"
    for case, site in ((one, "left-psoas-major"), (other, "right-psoas-major")):
        text = facts_of(case, [Entry("Infiltration", site), Entry("QuadricepsWeakness", "left-quadriceps-femoris")])
        store.load(input=text, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(case))
    conclusions.infer_cases(store, RULES, (), [one], workers=1)
    alone = inferred(store, one)
    assert alone
    assert inferred(store, other) == set()
    conclusions.infer_cases(store, RULES, (), [one, other], workers=1)
    assert inferred(store, one) == alone
    assert inferred(store, other)
    assert not any(other in line for line in alone)


def test_workers_and_one_process_agree(shared: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shared out among processes, three batches of two, the same follows as in one batch."""
    cases = {
        CASE + f"w{number}": facts_of(CASE + f"w{number}", [Entry("Infiltration", SITES[number % len(SITES)])])
        for number in range(6)
    }
    answers = []
    for workers, batch in ((1, 50), (2, 2)):
        monkeypatch.setattr(conclusions, "_BATCH", batch)
        store = ox.Store()
        store.bulk_load(input=shared, format=ox.RdfFormat.N_QUADS)
        for case, facts in cases.items():
            store.load(input=facts, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(case))
        count = conclusions.infer_cases(store, RULES, (), cases, workers=workers)
        answers.append((count, {case: inferred(store, case) for case in cases}))
    assert answers[0] == answers[1]
    assert answers[0][0] > 0


def rule_of(query: str, *, recursive: bool = False) -> Rule:
    """A rule that is nothing but a query."""
    return Rule("made-up", "", "", "", 1, "", recursive, query)


def test_a_rule_that_speaks_of_others_is_refused(workbench: Workbench) -> None:
    rule = rule_of(f"CONSTRUCT {{ <{NX}prostate> a ?case }} WHERE {{ VALUES ?case {{ <x:y> }} ?case ?p ?o }}")
    case = CASE + "a"
    with pytest.raises(ValueError, match="none of its cases"):
        workbench.infer({case: facts_of(case, [Entry("Pain", "")])}, [rule])


def test_an_endless_rule_is_refused(workbench: Workbench) -> None:
    rule = rule_of(
        "CONSTRUCT { ?next ?p ?o } WHERE { VALUES ?case { <x:y> } ?case ?p ?o "
        'BIND(IRI(CONCAT(STR(?case), "/", STRUUID())) AS ?next) }',
        recursive=True,
    )
    case = CASE + "a"
    with pytest.raises(ValueError, match="do not come to an end"):
        workbench.infer({case: facts_of(case, [Entry("Pain", "")])}, [rule])


def test_rules_say_what_they_are() -> None:
    """Each rule says what follows, when and from which source; and names no case but its sample."""
    files = sorted((ROOT / "queries" / "rules").glob("*.rq"))
    assert [path.stem for path in files] == sorted(rule.name for rule in RULES)
    for rule in RULES:
        assert rule.summary and rule.when and rule.source and rule.concludes, rule.name
        bound = rule.for_cases([CASE + "x"])
        lines = [line for line in bound.splitlines() if not line.startswith(("#", "PREFIX"))]
        assert "case:" not in "\n".join(lines).replace("STR(case:)", ""), f"{rule.name} names a case"
        named = set(re.findall(f"<{NX}rule/([^>]+)>", bound))
        assert named <= {one.name for one in RULES}, f"{rule.name} names a rule that is not there"
