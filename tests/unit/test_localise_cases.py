"""Whole cases: what a paper's findings say about the lesion, what they must not, and the RDF that comes of it."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from neoplex.base.names import CASE, NX, PREFIXES, case_iri
from neoplex.build.publications import load_lexicon
from neoplex.cases.compile import compile_publication
from neoplex.infer.lesionquads import RULE, CaseLocaliser, hypothesis_quads
from neoplex.infer.localise import Hypothesis
from neoplex.infer.searches import run_searches, search_quads
from neoplex.store.embedded import Graph
from tests.lesionbench import Bench
from tests.lesionbench import bench as make_bench

CAPEK = case_iri("capek-2015")
EXAMINATION = case_iri("capek-2015", "investigation", "exam-2014-04")

SMITH = """\
format: neoplex/1
source: {id: smith-2020, title: A made-up report for tests, authors: [Smith A], year: 2020, kind: case report}
cases:
  - id: smith-2020
    label: Smith 2020, the patient
    at: section Case report
    person: {sex: female, age: 50 a}
    findings:
FINDINGS"""


@pytest.fixture(scope="module")
def bench() -> Bench:
    return make_bench()


@pytest.fixture(scope="module")
def localiser(graph: Graph) -> CaseLocaliser:
    return CaseLocaliser(graph.store)


def labels(hypotheses: list[Hypothesis]) -> list[str]:
    return [hypothesis.label for hypothesis in hypotheses]


def make_store(bench: Bench, root: Path, folder: Path, *findings: str) -> ox.Store:
    """The ontology with one made-up case of these findings."""
    path = folder / "smith-2020.yaml"
    path.write_text(SMITH.replace("FINDINGS", "".join(f"      - {finding}\n" for finding in findings)), "utf-8")
    store = ox.Store()
    store.bulk_extend(bench.store)
    store.extend(compile_publication(path, load_lexicon(root)).quads)
    return store


# ----------------------------------------------------------------------------------------------------------------- Capek


def test_capek_s_examination_is_not_one_left_nerve(localiser: CaseLocaliser) -> None:
    deficits = localiser.read(CAPEK, found_by=EXAMINATION)
    assert {finding.label for finding in deficits.lost} >= {
        "absent left ankle reflex", "absent right ankle reflex", "weak left knee flexion (2/5)", "weak right knee flexion (3/5)",
        "numb left L5 dermatome", "numb right S1 dermatome", "paralysed left movements of foot and toes (0/5)",
    }  # fmt: skip
    hypotheses = localiser.hypotheses(deficits, most=60)
    left = [h for h in hypotheses if len(h.lesions) == 1 and h.lesions[0].side == "left"]
    assert left
    for hypothesis in left:
        assert {"right"} <= {side for finding in hypothesis.left_over for side in finding.sides}, hypothesis.label
    assert hypotheses[0].left_over == () and (
        len(hypotheses[0].lesions) > 1 or hypotheses[0].lesions[0].kind == "midline"
    )


def test_capek_s_examination_is_worse_on_the_left(localiser: CaseLocaliser) -> None:
    first = localiser.hypotheses(localiser.read(CAPEK, found_by=EXAMINATION))[0]
    sides = {lesion.side for lesion in first.lesions}
    assert sides == {"left", "right"}
    left, right = (next(lesion for lesion in first.lesions if lesion.side == side) for side in ("left", "right"))
    extents = localiser.lesions.extents
    assert left.label == "left lumbosacral plexus" and extents[left.label] > extents[right.label]


def test_capek_s_whole_course_needs_the_sac_or_lesions_of_both_sides(localiser: CaseLocaliser) -> None:
    hypotheses = localiser.hypotheses(localiser.read(CAPEK))
    first = hypotheses[0]
    assert not first.left_over
    assert {"midline"} <= {lesion.side for lesion in first.lesions}, "sphincters and saddle need both sides"
    assert any(lesion.label == "left lumbosacral plexus" for lesion in first.lesions), (
        "the lost sural potential is beyond the ganglia"
    )
    midline = next(h for h in hypotheses if len(h.lesions) == 1 and h.lesions[0].kind == "midline")
    assert [f.label for f in midline.left_over] == ["absent left sural nerve sensory potential"]


def test_capek_s_preserved_functions_are_used_and_lost_ones_win(localiser: CaseLocaliser) -> None:
    deficits = localiser.read(CAPEK)
    kept = {function.key for finding in deficits.kept for function in finding.functions}
    lost = {function.key for finding in deficits.lost for function in finding.functions}
    assert {"reflex/left/patellar reflex", "reflex/right/patellar reflex"} <= kept
    assert "reflex/left/ankle reflex" in lost and not kept & lost


def test_what_names_no_function_is_said(localiser: CaseLocaliser) -> None:
    unplaced = {fact.rpartition("/")[2] for fact, _ in localiser.read(CAPEK).unplaced}
    assert "left-denervation-2014" in unplaced, "a whole hemipelvis is no muscle"


def test_pain_alone_localises_nothing(localiser: CaseLocaliser) -> None:
    """Tempting and wrong: psoas metastases with pain but without deficits give no lesion."""
    for case in ("sanuki-2022-1", "elhayel-2026", "shi-2021"):
        deficits = localiser.read(case_iri(case))
        assert deficits.lost == () and localiser.hypotheses(deficits) == []


# ------------------------------------------------------------------------------------------------------------- synthetic


def test_a_case_is_read_with_grades_sides_and_denials(bench: Bench, root: Path, tmp_path: Path) -> None:
    store = make_store(
        bench,
        root,
        tmp_path,
        "{id: w1, kind: quadriceps weakness, site: left quadriceps femoris, value: 3 MRC}",
        "{id: w2, kind: hip adduction weakness, site: left adductor muscles of hip, status: absent}",
        "{id: w3, kind: foot dorsiflexion weakness, site: left tibialis anterior, status: absent, value: 5 MRC}",
        "{id: s1, kind: numbness, site: left skin of anterior thigh}",
        "{id: s2, kind: numbness, site: skin of lateral thigh}",
        "{id: r1, kind: loss of patellar reflex, site: left lower limb}",
        "{id: p1, kind: groin pain, site: left groin}",
    )
    localiser = CaseLocaliser(store)
    deficits = localiser.read(case_iri("smith-2020"))
    assert deficits.sex == "female"
    assert {f.label for f in deficits.lost} == {
        "weak left quadriceps femoris (3/5)", "numb left anterior thigh", "absent left patellar reflex",
        "numb lateral thigh (side not reported)",
    }  # fmt: skip
    assert {f.label for f in deficits.kept} == {"left hip adduction preserved", "left foot dorsiflexion preserved"}
    hypotheses = localiser.hypotheses(deficits)
    assert hypotheses[0].label == "left L3 nerve root" and not hypotheses[0].left_over
    assert "left lumbar plexus" in labels(hypotheses)


def test_preserved_adduction_moves_the_order(bench: Bench, root: Path, tmp_path: Path) -> None:
    findings = [
        "{id: w1, kind: quadriceps weakness, site: left quadriceps femoris}",
        "{id: r1, kind: loss of patellar reflex, site: left lower limb}",
        "{id: s1, kind: numbness, site: left skin of medial leg}",
    ]
    silent = CaseLocaliser(make_store(bench, root, tmp_path, *findings))
    kept = CaseLocaliser(
        make_store(
            bench,
            root,
            tmp_path,
            *findings,
            "{id: w2, kind: hip adduction weakness, site: left adductor muscles of hip, status: absent}",
        )
    )
    without = {h.label: h for h in silent.hypotheses(silent.read(case_iri("smith-2020")), most=30)}
    told = {h.label: h for h in kept.hypotheses(kept.read(case_iri("smith-2020")), most=30)}
    assert not without["left lumbar plexus"].contradictions and told["left lumbar plexus"].contradictions
    assert not told["left femoral nerve"].contradictions


def test_repeated_reports_count_once_and_the_graded_one_wins(bench: Bench, root: Path, tmp_path: Path) -> None:
    store = make_store(
        bench,
        root,
        tmp_path,
        "{id: a, kind: foot dorsiflexion weakness, site: left foot, when: 2018-01}",
        "{id: b, kind: foot dorsiflexion weakness, site: left foot, value: 4 MRC, when: 2019-01}",
        "{id: c, kind: foot dorsiflexion weakness, site: left foot, value: 1 MRC, when: 2020-01}",
    )
    (finding,) = CaseLocaliser(store).read(case_iri("smith-2020")).lost
    assert finding.label == "paralysed left foot dorsiflexion (1/5)" and len(finding.facts) == 3


def test_reflexes_called_normal_are_the_routine_ones(bench: Bench, root: Path, tmp_path: Path) -> None:
    store = make_store(
        bench, root, tmp_path, "{id: r, kind: normal deep tendon reflexes}", "{id: w, kind: foot drop, site: left foot}"
    )
    kept = CaseLocaliser(store).read(case_iri("smith-2020")).kept
    assert {function.name for finding in kept for function in finding.functions} == {"patellar reflex", "ankle reflex"}


# ------------------------------------------------------------------------------------------------------------------- RDF


def test_hypotheses_in_the_graph_show_what_they_rest_on(graph: Graph) -> None:
    found = [
        row[0].value for row in graph.query("SELECT ?h WHERE { ?case nx:hasInference ?h . ?h a nx:LesionHypothesis }")
    ]
    assert any(iri.startswith(CAPEK + "/") for iri in found)
    for iri in found:
        for needed in (
            "nx:basis nx:inferred",
            "nx:byRule [ a nx:Rule ]",
            "nx:rank ?rank ; nx:fit ?fit ; nx:says ?says ; nx:hasSite ?site",
            "nx:premise [ nx:statedIn ?passage ]",
            "nx:premise [ nx:tableRow ?row ; nx:statedBy ?source ]",
        ):
            assert bool(graph.query(f"ASK {{ <{iri}> {needed} }}")), (iri, needed)


def test_every_premise_is_known_to_the_graph(graph: Graph) -> None:
    query = """SELECT ?p WHERE { ?h a ?kind ; nx:premise ?p . VALUES ?kind { nx:LesionHypothesis nx:SeparatingTest }
      FILTER NOT EXISTS { ?p ?any ?thing } }"""
    assert list(graph.query(query)) == []


def test_a_fact_explained_on_one_side_only_is_explained_in_part(graph: Graph) -> None:
    ankle = f"<{CAPEK}/finding/ankle-jerks>"
    query = f"""SELECT ?label ?link WHERE {{ ?h a nx:LesionHypothesis ; rdfs:label ?label ; ?link {ankle} .
      VALUES ?link {{ nx:explains nx:explainsInPart nx:leavesUnexplained }} FILTER(STR(?label) = "left lumbosacral plexus") }}"""
    assert [row["link"].value for row in graph.query(query)] == [NX + "explainsInPart"]


def test_nothing_is_written_outside_the_inferred_graph(localiser: CaseLocaliser) -> None:
    quads = list(localiser.quads([CAPEK]))
    assert quads and {quad.graph_name.value for quad in quads} == {CAPEK + "/inferred"}
    for quad in quads:
        own = quad.subject.value.startswith(CAPEK + "/inferred/localise/")
        assert own or (quad.subject.value == CAPEK and quad.predicate.value == NX + "hasInference")
    assert not any(isinstance(term, ox.BlankNode) for quad in quads for term in (quad.subject, quad.object))


def test_the_same_case_gives_the_same_quads(graph: Graph) -> None:
    one, other = (sorted(map(str, CaseLocaliser(graph.store).quads([CAPEK]))) for _ in range(2))
    assert one == other


def test_alike_cases_are_searched_once_and_keep_their_own_facts(bench: Bench, root: Path, tmp_path: Path) -> None:
    findings = ["{id: w1, kind: quadriceps weakness, site: left quadriceps femoris}"]
    store = make_store(bench, root, tmp_path, *findings)
    twin = CASE + "smith-2021"
    for quad in list(store.quads_for_pattern(None, None, None, ox.NamedNode(case_iri("smith-2020")))):
        renamed = [
            ox.NamedNode(t.value.replace("/case/smith-2020", "/case/smith-2021")) if isinstance(t, ox.NamedNode) else t
            for t in (quad.subject, quad.predicate, quad.object, quad.graph_name)
        ]
        store.add(ox.Quad(*renamed))
    localiser = CaseLocaliser(store)
    first, second = list(localiser.quads([case_iri("smith-2020")])), list(localiser.quads([twin]))
    assert len(localiser._known) == 1
    assert sorted(str(q).replace("smith-2020", "smith-2021") for q in first) == sorted(map(str, second))


def test_searches_run_only_where_something_is_lost(bench: Bench, root: Path, tmp_path: Path) -> None:
    def lesions(store: ox.Store) -> int:
        run_searches(store, [case_iri("smith-2020")])
        return sum(1 for _ in store.quads_for_pattern(None, None, ox.NamedNode(NX + "LesionHypothesis")))

    assert lesions(make_store(bench, root, tmp_path, "{id: p1, kind: groin pain, site: left groin}")) == 0
    assert lesions(make_store(bench, root, tmp_path, "{id: w1, kind: foot drop, site: left foot}")) > 0
    assert {quad.subject.value for quad in search_quads()} >= {RULE}


def test_ranks_are_in_order_and_start_at_one(localiser: CaseLocaliser) -> None:
    hypotheses = localiser.hypotheses(localiser.read(CAPEK))
    quads = hypothesis_quads(CAPEK, hypotheses, localiser.lesions, sex="male")
    ranks = sorted(int(quad.object.value) for quad in quads if quad.predicate.value == NX + "rank")
    assert ranks[0] == 1 and ranks == sorted(set(ranks)) == [h.rank for h in hypotheses]
    assert all(quad.predicate.value != PREFIXES["rdf"] + "first" for quad in quads)
