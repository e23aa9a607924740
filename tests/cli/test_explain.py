"""``neoplex explain`` as users meet it: proofs that end in sources, axioms of which none can be spared, and honest refusals."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph as Triples
from rdflib import URIRef

from neoplex.base.names import ATLAS, CASE, NX, PREFIXES
from neoplex.infer.justify import Step, justify, memberships
from neoplex.store.embedded import Graph
from tests.running import run_verb

Run = Callable[..., subprocess.CompletedProcess[str]]
TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
SUBCLASS = ox.NamedNode(PREFIXES["rdfs"] + "subClassOf")


@pytest.fixture
def run(built_home: Path, tmp_path: Path) -> Run:
    return lambda *words: run_verb(built_home, tmp_path, "explain", *words)


# ---------------------------------------------------------------------------------------------------------------- proofs


def test_a_whole_is_explained_down_to_paper_and_table(run: Run) -> None:
    """Capek: cancer of the prostate is in the history; the prostate is part of what the pelvic cavity holds."""
    done = run("capek-2015", "pelvic-cavity--prostate")
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 80
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[0] == "pelvic cavity is involved, in part"
    assert "· prostate part of pelvic cavity" in lines
    row = next(line for line in lines if line.startswith("table row structures.tsv:"))
    assert row.endswith("Capek 2015; Uberon")
    assert "· perineural invasion on histology, prostate" in lines
    assert "Capek 2015: section Case report > History, paragraph 2" in lines


def test_json_and_turtle_hold_the_rule_and_every_premise(run: Run) -> None:
    iri = CASE + "capek-2015/inferred/involvement-implied/pelvic-cavity--prostate"
    data = json.loads(run("capek-2015", "pelvic-cavity--prostate", "--format", "json").stdout)
    assert data["rule"]["id"] == "nx:rule/involvement-implied" and data["rule"]["source"]
    done = run("capek-2015", "pelvic-cavity--prostate", "--format", "ttl")
    triples = Triples().parse(data=done.stdout, format="turtle")
    todo, seen = [URIRef(iri)], set()
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        rules = list(triples.objects(node, URIRef(NX + "byRule")))
        premises = list(triples.objects(node, URIRef(NX + "premise")))
        assert (node, None, None) in triples, f"{node} is named and not there"
        if rules:
            assert premises and all(list(triples.objects(rule, URIRef(NX + "appliesWhen"))) for rule in rules)
        else:
            ground = [*triples.objects(node, URIRef(NX + "statedIn")), *triples.objects(node, URIRef(NX + "tableRow"))]
            assert ground, f"{node} ends in nothing"
        todo += [premise for premise in premises if isinstance(premise, URIRef)]
    assert URIRef(ATLAS + "edge/prostate-part-of-pelvic-cavity") in seen
    assert len(seen) == 1 + sum(1 for _ in walk(data)) - repeated(data)


def walk(data: dict[str, object]) -> list[dict[str, object]]:
    """Every premise below a node of a proof in JSON."""
    found: list[dict[str, object]] = []
    premises = data.get("premises", [])
    assert isinstance(premises, list)
    for premise in premises:
        found += [premise, *walk(premise)]
    return found


def repeated(data: dict[str, object]) -> int:
    """How many premises stand in a proof more than once."""
    names = [str(node["statement"]) for node in walk(data)]
    return len(names) - len(set(names))


def test_a_fact_shows_its_passages_and_what_else_it_is(run: Run) -> None:
    """Sanuki, patient 5: text and caption of figure 2 let nodes grow into right iliopsoas."""
    done = run("sanuki-2022-5", "finding/infiltration")
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[0] == "infiltration, right iliopsoas"
    assert "Sanuki 2022: figure 2, caption" in lines
    assert "also infiltration of the iliopsoas" in lines and "every iliopsoas is a muscle (asserted)" in lines
    assert not any("psoas major" in line for line in lines)


def test_a_list_names_every_statement_once(run: Run, graph: Graph) -> None:
    done = run("shi-2021", "list", "--format", "tsv")
    rows = list(csv.DictReader(io.StringIO(done.stdout), delimiter="\t"))
    named = [next(iter(row.values())).strip('"') for row in rows]
    assert len(named) == len(set(named))
    assert {"finding/mass-mr", "finding/mass-ct-psoas"} <= set(named)
    drawn = graph.store.quads_for_pattern(ox.NamedNode(CASE + "shi-2021"), ox.NamedNode(NX + "hasInference"), None)
    short = {
        q.object.value.removeprefix(CASE + "shi-2021/inferred/") for q in drawn if isinstance(q.object, ox.NamedNode)
    }
    assert short <= set(named)
    assert f"{len(rows)} rows" in done.stderr


# --------------------------------------------------------------------------------------------------------------- why not


@pytest.mark.parametrize(
    ("case", "asked", "first", "said", "never"),
    [
        ("shi-2021", "involved left psoas major", "Not concluded", "retroperitoneal mass, left psoas major", "silence"),
        ("elhayel-2026", "involved right femoral nerve", "Not concluded", "nothing about right femoral nerve", "absent"),
        ("elhayel-2026", "at risk right femoral nerve", "Concluded as possible only", "possibly at risk", "Not concluded"),
        ("elhayel-2026", "upper level right", "Not concluded", "might speak for upper", "is upper"),
        ("capek-2015", "pan level right", "Concluded as possible only", "possibly upper and lower", "Not concluded"),
        ("capek-2015", "involved in part pelvic cavity", "It is concluded", "pelvic cavity is involved, in part", "missing"),
        ("capek-2015", "at risk left femoral nerve", "Not concluded", "relations.tsv:", "It is concluded"),
    ],
)  # fmt: skip
def test_why_not(run: Run, case: str, asked: str, first: str, said: str, never: str) -> None:
    done = run(case, "--why-not", asked)
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 80
    words = " ".join(done.stdout.split())
    assert words.startswith(first + ":") and said in words and never not in words


def test_silence_is_said_once(run: Run) -> None:
    done = run("capek-2015", "--why-not", "at risk left femoral nerve")
    assert done.stdout.count("silence") == 1
    assert done.stdout.count("missing:") > 5


def test_why_not_as_data(run: Run) -> None:
    data = json.loads(run("shi-2021", "--why-not", "involved left psoas major", "--format", "json").stdout)
    assert data["held"] == []
    facts = {leaf["statement"] for leaf in data["leaves"]}
    assert facts == {"case:shi-2021/finding/mass-mr", "case:shi-2021/finding/mass-ct-psoas"}
    assert all(leaf["grounds"] for leaf in data["leaves"])


# ---------------------------------------------------------------------------------------------------------------- axioms


def test_two_classes(run: Run) -> None:
    done = run("quadriceps weakness", "motor deficit")
    assert done.stdout.splitlines() == [
        "quadriceps weakness is a motor deficit",
        "  every quadriceps weakness is a lower limb weakness (asserted)",
        "  every lower limb weakness is a weakness (asserted)",
        "  every weakness is a motor deficit (asserted)",
    ]
    assert run("motor deficit", "quadriceps weakness").returncode == 2


def test_a_definition_is_shown_where_a_step_rests_on_it(run: Run) -> None:
    data = json.loads(run("femoral nerve", "nerve that traverses psoas", "--format", "json").stdout)
    assert [(step["asserted"], step["definition of"]) for step in data] == [(False, "nx:PsoasTraversingNerve")]
    assert "traverses some psoas major" in data[0]["definition"]


def test_no_axiom_of_a_chain_can_be_spared() -> None:
    """With the axioms of the chain it follows, without any one of them it does not."""
    names = ("QuadricepsWeakness", "LowerLimbWeakness", "Weakness", "MotorDeficit")
    steps = [Step(NX + a, NX + b, True) for a, b in pairwise(names)]

    def follows(kept: list[Step]) -> bool:
        store = ox.Store()
        graph = ox.NamedNode(PREFIXES["graph"] + "ontology")
        store.extend(ox.Quad(ox.NamedNode(s.below), SUBCLASS, ox.NamedNode(s.above), graph) for s in kept)
        return justify(store, NX + names[0], NX + names[-1]) is not None

    assert follows(steps)
    assert not any(follows([step for step in steps if step != spared]) for spared in steps)


def test_the_shown_chain_is_of_the_ontology_and_minimal(graph: Graph) -> None:
    """Every chain above every class of a shipped finding: told steps are axioms, and none can be left out."""
    kinds = sorted({
        q.object.value
        for found in graph.store.quads_for_pattern(None, ox.NamedNode(NX + "hasFinding"), None)
        if isinstance(found.object, ox.NamedNode)
        for q in graph.store.quads_for_pattern(found.object, TYPE, None)
        if isinstance(q.object, ox.NamedNode) and q.object.value.startswith(NX)
    })  # fmt: skip
    assert len(kinds) > 60
    for kind in kinds:
        steps = justify(graph.store, kind, NX + "Finding")
        assert steps, kind
        for step in steps:
            link = graph.store.quads_for_pattern(ox.NamedNode(step.below), SUBCLASS, ox.NamedNode(step.above))
            graphs = {str(q.graph_name).endswith("/ontology>") for q in link}
            assert graphs and (True in graphs) == step.told
        assert [s.above for s in steps[:-1]] == [s.below for s in steps[1:]]
        assert len({s.below for s in steps}) == len(steps)


def test_no_axiom_of_a_place_can_be_spared(graph: Graph) -> None:
    """Infiltration of left psoas major is infiltration of a muscle by a few statements; without any one of them it is not."""
    fact, site = "https://example.org/fact", ATLAS + "left-psoas-major"
    definition = next(iter(graph.store.quads_for_pattern(ox.NamedNode(NX + "MuscleInfiltration"), EQUIVALENT, None)))
    assert isinstance(definition.object, ox.BlankNode)
    meaning = [definition, *below(graph.store, definition.object)]
    steps = justify(graph.store, NX + "PsoasMajor", NX + "Muscle")
    assert steps and all(step.told for step in steps)
    spare = [
        ox.Quad(ox.NamedNode(fact), TYPE, ox.NamedNode(NX + "Infiltration"), ox.DefaultGraph()),
        ox.Quad(ox.NamedNode(fact), ox.NamedNode(NX + "hasSite"), ox.NamedNode(site), ox.DefaultGraph()),
        ox.Quad(ox.NamedNode(site), TYPE, ox.NamedNode(NX + "PsoasMajor"), ox.DefaultGraph()),
        definition,
        *(
            next(iter(graph.store.quads_for_pattern(ox.NamedNode(s.below), SUBCLASS, ox.NamedNode(s.above))))
            for s in steps
        ),
    ]

    def called(quads: list[ox.Quad]) -> bool:
        store = ox.Store()
        store.extend([*quads, *meaning[1:]])
        return NX + "MuscleInfiltration" in {member.cls for member in memberships(store, fact)}

    assert called(spare)
    for left_out in spare:
        assert not called([quad for quad in spare if quad != left_out]), left_out


EQUIVALENT = ox.NamedNode(PREFIXES["owl"] + "equivalentClass")


def below(store: ox.Store, node: ox.BlankNode) -> list[ox.Quad]:
    """The statements of an expression without a name."""
    found = []
    for quad in store.quads_for_pattern(node, None, None):
        found.append(quad)
        if isinstance(quad.object, ox.BlankNode):
            found += below(store, quad.object)
    return found


# -------------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("capek-2016", "list"), "did you mean capek-2015?"),
        (("capek-2015", "finding/quadriceps-weaknes"), "nothing in this case is called"),
        (("capek-2015",), "`list` shows them all"),
        (("capek-2015", "list", "--why-not", "upper level left"), "not both"),
        (("capek-2015", "--why-not", "frobnicate left"), "--why-not starts with one of at risk"),
        (("capek-2015", "--why-not", "upper level middle"), "a level has a side"),
        (("capek-2015", "--why-not", "risk lefft femoral nerve"), "did you mean left femoral nerve"),
        (("capek-2015", "--why-not", "involved psoas major"), "say left psoas major or right psoas major"),
        (("wekness", "motor deficit"), "did you mean weakness"),
        (("motor deficit", "quadriceps weakness"), "this follows from no axiom"),
        (("shi-2021", "list", "--format", "ttl"), "unknown format 'ttl'"),
    ],
)
def test_refusals_name_the_way_out(run: Run, words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in " ".join(done.stderr.split())
