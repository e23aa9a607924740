"""The audit: every claim is checked or listed with a reason, verdicts are as the papers have it, and wrong data are noticed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib.plugins.sparql import prepareQuery

from neoplex.base.errors import FaultsFound
from neoplex.base.names import NX, SOURCE, compact, expand
from neoplex.infer.audit import (
    MATCH,
    MISMATCH,
    NOT_RECOMPUTABLE,
    REASONS,
    AuditQuery,
    Finding,
    audit,
    audit_folder,
    join_rows,
    read_audits,
    read_reasons,
    recompute,
)
from neoplex.store.embedded import Graph

SHIPPED = ("capek-2015", "elhayel-2026", "gerontopoulos-2020", "sanuki-2022", "shi-2021")
MISMATCHES = {
    "source:gerontopoulos-2020/claim/takamatsu-gastrointestinal",
    "source:gerontopoulos-2020/claim/takamatsu-gynecological",
    "source:gerontopoulos-2020/claim/text-stomach",
    "source:sanuki-2022/claim/analgesics-increased",
    "source:sanuki-2022/claim/analgesics-reduced",
    "source:sanuki-2022/claim/analgesics-unchanged",
    "source:sanuki-2022/claim/complete-resolution",
    "source:sanuki-2022/claim/dose-patient-5-table",
    "source:sanuki-2022/claim/dose-patient-5-text",
    "source:sanuki-2022/claim/dose-patient-8-table",
    "source:sanuki-2022/claim/intent-local-half",
    "source:sanuki-2022/claim/intent-palliative-half",
    "source:sanuki-2022/claim/nrs-range-methods",
    "source:sanuki-2022/claim/pain-free-patient-5",
    "source:sanuki-2022/claim/relapse-time-rectal",
    "source:sanuki-2022/claim/response-duration-median",
    "source:sanuki-2022/statement/all-palliative-in-introduction",
    "source:shi-2021/claim/symptom-duration-opening",
}
QUERIES = read_audits(audit_folder())
NUMBERS = {NX + n for n in ("value", "lowValue", "highValue", "totalDose", "fractionCount", "dosePerFraction")}


@pytest.fixture(scope="module")
def findings(graph: Graph) -> dict[str, Finding]:
    return {compact(finding.claim): finding for finding in audit(graph)}


@pytest.fixture(scope="module")
def copy(graph: Graph) -> Graph:
    store = ox.Store()
    store.bulk_extend(graph.store)
    return Graph(store)


def test_every_claim_is_audited_or_listed_with_a_reason(graph: Graph, findings: dict[str, Finding]) -> None:
    rows = graph.query("SELECT ?c WHERE { { ?c a nx:Claim } UNION { ?x nx:hasCount|nx:cohortSize ?c } }")
    claims = {compact(row["c"].value) for row in rows}
    assert len(claims) >= 140
    assert claims <= set(findings)
    for name, finding in findings.items():
        if finding.verdict == NOT_RECOMPUTABLE:
            assert finding.reason in REASONS, f"{name}: {finding.reason}"
            assert finding.words and finding.recomputed is None
        else:
            assert finding.used and finding.recomputed is not None, name
        assert finding.places, name
    assert {finding.source.removeprefix(SOURCE) for finding in findings.values()} == set(SHIPPED)


def test_no_claim_is_both_audited_and_listed(findings: dict[str, Finding]) -> None:
    listed = set(read_reasons(audit_folder()))
    assert not listed & {claim for query in QUERIES for claim in query.claims}
    assert {compact(claim) for claim in listed} <= set(findings), "a reason for a claim that no paper makes"


def test_verdicts(findings: dict[str, Finding]) -> None:
    assert {name for name, finding in findings.items() if finding.verdict == MISMATCH} == MISMATCHES
    assert {compact(claim) for query in QUERIES for claim in query.claims} - MISMATCHES == {
        name for name, finding in findings.items() if finding.verdict == MATCH
    }


@pytest.mark.parametrize(
    ("claim", "printed", "recomputed", "beside"),
    [
        ("complete-resolution", "9 patients", "8 patients", ("9 courses",)),
        ("sites", "12 sites", "12 sites", ("11 patients",)),
        ("iliopsoas-tumours", "8 tumors", "8 tumors", ("7 patients",)),
        ("maximum-effect-mean", "3 week", "3.17 week", ()),
        ("maximum-effect-range", "1 to 12 week", "1 to 12 week", ()),
        ("all-relieved", "11 patients", "11 patients", ("12 courses",)),
        ("analgesics-reduced", "2 patients", "1 patients", ("2 courses",)),
        ("intent-palliative-half", "50 percent", "58.33 percent (of courses)", ("54.55 percent (of patients)",)),
        ("relapse-time-rectal", "1 month", "at least 4 month", ()),
        ("gerontopoulos-duration", "about 3.5 month", "3.45 to 3.5 month", ()),
    ],
)
def test_figures_and_units(
    claim: str, printed: str, recomputed: str, beside: tuple[str, ...], findings: dict[str, Finding]
) -> None:
    finding = findings[f"source:sanuki-2022/claim/{claim}"]
    assert (str(finding.printed), str(finding.recomputed)) == (printed, recomputed)
    assert tuple(map(str, finding.beside)) == beside


def test_the_list_in_the_text_against_table_2(findings: dict[str, Finding]) -> None:
    stomach = findings["source:gerontopoulos-2020/claim/text-stomach"]
    assert (str(stomach.printed), str(stomach.recomputed)) == ("1 patients", "3 patients")
    assert stomach.places == ("section Results, paragraph 2",)
    assert stomach.used == ("table 2, rows Female > Stomach, Male > Stomach",)


def test_one_source_is_the_same_as_in_all(graph: Graph, findings: dict[str, Finding]) -> None:
    alone = audit(graph, SOURCE + "sanuki-2022")
    assert alone == tuple(f for f in audit(graph) if f.source == SOURCE + "sanuki-2022")
    assert len(alone) > 50


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_query_does_not_use_the_claim_it_checks(query: AuditQuery, graph: Graph) -> None:
    for claim, finding in recompute(graph, query).items():
        assert claim not in finding.facts


@pytest.mark.parametrize("query", [q for q in QUERIES if q.compare != "truth"], ids=lambda query: query.name)
def test_the_claim_is_not_read(query: AuditQuery, copy: Graph) -> None:
    """Whatever a claim prints, the figure recomputed for it stays."""
    before = recompute(copy, query)
    for claim, finding in before.items():
        with planted(copy, [(q, shifted(q.object, Decimal(7))) for q in numbers(copy, claim)]):
            after = recompute(copy, query)[claim]
        if query.compare != "one of":  # there the nearest possible figure is shown
            assert after.recomputed == finding.recomputed


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_wrong_data_turn_a_match_into_a_mismatch(query: AuditQuery, copy: Graph) -> None:
    before = recompute(copy, query)
    assert set(before) == set(query.claims)
    for claim, finding in before.items():
        corrections = [] if finding.verdict == MATCH else corrected(copy, claim, finding)
        if corrections is None:
            continue
        with planted(copy, corrections):
            assert recompute(copy, query)[claim].verdict == MATCH, "the recomputed figure itself must match"
            assert any(flips(copy, query, claim, change) for change in changes(copy, finding.facts)), compact(claim)
    assert recompute(copy, query) == before


def test_a_statement_that_fails_can_hold(copy: Graph) -> None:
    query = next(query for query in QUERIES if query.name == "sanuki-2022-all-palliative")
    local = expand("nx:LocalControlIntent")
    quads = copy.store.quads_for_pattern(None, None, ox.NamedNode(local), None)
    changes_ = [(q, ox.NamedNode(NX + "PalliativeIntent")) for q in quads if "/case/" in str(q.subject)]
    with planted(copy, changes_):
        assert [f.verdict for f in recompute(copy, query).values()] == [MATCH]


def test_without_the_facts_nothing_is_recomputed(copy: Graph) -> None:
    rows = list(copy.store.quads_for_pattern(None, ox.NamedNode(NX + "memberOf"), None, None))
    with planted(copy, [(q, None) for q in rows]):
        found = {f.claim: f for f in audit(copy, SOURCE + "sanuki-2022")}
    finding = found[SOURCE + "sanuki-2022/claim/maximum-effect-mean"]
    assert (finding.verdict, finding.reason) == (NOT_RECOMPUTABLE, "facts missing")


def test_a_claim_without_a_query_is_said_to_have_none(copy: Graph) -> None:
    claim = ox.NamedNode(SOURCE + "sanuki-2022/claim/new-one")
    graph = ox.NamedNode("https://w3id.org/neoplex/graph/knowledge")
    quads = [
        ox.Quad(
            claim, ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), ox.NamedNode(NX + "Claim"), graph
        ),
        ox.Quad(claim, ox.NamedNode(NX + "reportedBy"), ox.NamedNode(SOURCE + "sanuki-2022"), graph),
    ]
    copy.store.extend(quads)
    try:
        found = {f.claim: f for f in audit(copy)}[claim.value]
        assert (found.verdict, found.reason) == (NOT_RECOMPUTABLE, "no query")
    finally:
        for quad in quads:
            copy.store.remove(quad)


def test_faulty_headers_are_all_named(tmp_path: Path) -> None:
    (tmp_path / "a.rq").write_text("#+ summary: x\n#+ claim: source:a/claim/b\n#+ colour: red\nSELECT * {}\n")
    (tmp_path / "b.rq").write_text(
        "#+ summary: x\n#+ claim: source:a/claim/b\n#+ cohort: a\n#+ recomputes: y\n#+ unit: z\n#+ compare: closely\nSELECT * {}\n"
    )
    with pytest.raises(FaultsFound) as raised:
        read_audits(tmp_path)
    fields = {(fault.file, fault.field) for fault in raised.value.faults}
    assert fields >= {("a.rq", "compare"), ("a.rq", "colour"), ("a.rq", "unit"), ("b.rq", "compare"), ("b.rq", "claim")}


def test_rows_are_joined_in_order() -> None:
    assert join_rows(["table 1, row 10, column A", "table 1, row 2, column A"]) == ("table 1, rows 2, 10, column A",)
    assert join_rows(["abstract", "table 1, row 2"]) == ("abstract", "table 1, row 2")


Change = list[tuple[ox.Quad, ox.NamedNode | ox.Literal | None]]


class planted:
    """Within it the quads have other objects (or are gone); afterwards everything is as before."""

    def __init__(self, graph: Graph, change: Change, extra: list[ox.Quad] | None = None) -> None:
        self.store = graph.store
        self.old = [quad for quad, _ in change]
        self.new = [ox.Quad(q.subject, q.predicate, o, q.graph_name) for q, o in change if o is not None] + (
            extra or []
        )
        self.new = [quad for quad in self.new if quad not in self.store or quad in self.old]

    def __enter__(self) -> None:
        for quad in self.old:
            self.store.remove(quad)
        self.store.extend(self.new)

    def __exit__(self, *_: object) -> None:
        for quad in self.new:
            self.store.remove(quad)
        self.store.extend(self.old)


def numbers(graph: Graph, fact: str) -> list[ox.Quad]:
    quads = graph.store.quads_for_pattern(ox.NamedNode(fact), None, None, None)
    return sorted((q for q in quads if q.predicate.value in NUMBERS), key=str)


def shifted(term: ox.Literal, by: Decimal) -> ox.Literal:
    return ox.Literal(f"{Decimal(term.value) + by:f}", datatype=term.datatype)


def corrected(graph: Graph, claim: str, finding: Finding) -> Change | None:
    """The claim as the recomputed figure would have it; None for statements, which have no figure."""
    found = finding.recomputed
    if finding.printed is None or found is None:
        return None
    low = found.low if found.low is not None else found.high
    high = found.high if found.high is not None else low
    assert low is not None and high is not None
    ends = {"value": high if found.low is None or found.high is not None else low, "lowValue": low, "highValue": high}
    if found.comparator:
        ends["value"] = low + 1
    change: Change = []
    for quad in numbers(graph, claim):
        value = round(ends[quad.predicate.value.removeprefix(NX)], 6)
        change.append((quad, ox.Literal(f"{value:f}", datatype=quad.object.datatype)))
    return change


def changes(graph: Graph, facts: tuple[str, ...]) -> Iterator[planted]:
    """Single planted errors: a number changed, a date moved, a fact gone, a fact told of every patient."""
    store = graph.store
    members = sorted(
        {q.subject.value for q in store.quads_for_pattern(None, ox.NamedNode(NX + "memberOf"), None, None)}
    )
    for fact in facts:
        node = ox.NamedNode(fact)
        for quad in numbers(graph, fact):
            for value in ("0", "1", f"{Decimal(quad.object.value) * 3 + 7:f}"):
                yield planted(graph, [(quad, ox.Literal(value, datatype=quad.object.datatype))])
        for name in ("earliest", "latest"):
            for quad in store.quads_for_pattern(node, ox.NamedNode(NX + name), None, None):
                moved = str(int(quad.object.value[:4]) + 50) + quad.object.value[4:]
                yield planted(graph, [(quad, ox.Literal(moved, datatype=quad.object.datatype))])
        incoming = list(store.quads_for_pattern(None, None, node, None))
        yield planted(graph, [(q, None) for q in [*store.quads_for_pattern(node, None, None, None), *incoming]])
        links = [q for q in incoming if q.subject.value in members]
        extra = [ox.Quad(ox.NamedNode(m), q.predicate, node, q.graph_name) for q in links for m in members]
        if extra:
            yield planted(graph, [], extra)


def flips(graph: Graph, query: AuditQuery, claim: str, change: planted) -> bool:
    with change:
        found = recompute(graph, query).get(claim)
    return found is not None and found.verdict == MISMATCH


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_second_engine_reads_the_query(query: AuditQuery) -> None:
    prepared = prepareQuery(query.query)
    assert {"claim", "facts"} <= {str(variable) for variable in prepared.algebra.PV}
