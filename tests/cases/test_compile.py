"""What a small file says is in its RDF, and what it does not say is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from neoplex.base.names import ATLAS, CASE, NX, SOURCE, compact
from neoplex.cases.compile import compile_publication
from neoplex.model.lexicon import Lexicon

HEAD = """\
format: neoplex/1
source:
  id: doe-2020
  title: A case
  authors: [Doe A, Roe B]
  year: 2020
  kind: case report
  cites:
    - {id: stevens-1990, ref: "1", year: 1990}
cases:
  - id: doe-2020
    label: Doe 2020, the patient
    at: section Case
"""


class Facts:
    """The triples of a compiled file, looked up by short names."""

    def __init__(self, quads: tuple[ox.Quad, ...]) -> None:
        self.triples = {(compact(q.subject.value), compact(q.predicate.value), _short(q.object)) for q in quads}

    def of(self, subject: str, predicate: str) -> set[str]:
        return {value for s, p, value in self.triples if (s, p) == (f"case:doe-2020/{subject}", f"nx:{predicate}")}


def _short(value: object) -> str:
    if isinstance(value, ox.NamedNode):
        return compact(value.value)
    assert isinstance(value, ox.Literal)
    return value.value


Compile = Callable[[str], Facts]


@pytest.fixture
def compile_body(tmp_path: Path, words: Lexicon) -> Compile:
    """Compiles the body of one case."""

    def compile_text(body: str) -> Facts:
        path = tmp_path / "doe-2020.yaml"
        path.write_text(HEAD + "".join(f"    {line}\n" for line in body.strip().splitlines()))
        return Facts(compile_publication(path, words).quads)

    return compile_text


def test_a_finding_says_status_basis_place_and_site(compile_body: Compile) -> None:
    facts = compile_body(
        "findings:\n  - {id: pain, kind: groin pain, site: left psoas major, value: about 8 NRS, certainty: probable}"
    )
    assert ("case:doe-2020/finding/pain", "rdf:type", "nx:GroinPain") in facts.triples
    assert ("case:doe-2020", "nx:hasFinding", "case:doe-2020/finding/pain") in facts.triples
    assert facts.of("finding/pain", "status") == {"nx:present"}
    assert facts.of("finding/pain", "basis") == {"nx:reported"}
    assert facts.of("finding/pain", "certainty") == {"nx:probable"}
    assert facts.of("finding/pain", "hasSite") == {"atlas:left-psoas-major"}
    assert facts.of("finding/pain", "value") == {"8"}
    assert facts.of("finding/pain", "comparator") == {"about"}
    assert facts.of("finding/pain", "scale") == {"nx:painNumericRatingScale"}
    assert facts.of("finding/pain", "unit") == set()
    assert facts.of("finding/pain", "statedIn") == {"source:doe-2020/passage/section-case"}


def test_what_is_not_reported_is_not_written(compile_body: Compile) -> None:
    facts = compile_body("findings:\n  - {id: pain, kind: groin pain}")
    predicates = {p for s, p, _ in facts.triples if s == "case:doe-2020/finding/pain"}
    assert predicates == {"rdf:type", "nx:status", "nx:basis", "nx:statedIn"}


def test_an_unreported_side_is_a_node_of_the_case_and_not_of_the_atlas(compile_body: Compile) -> None:
    facts = compile_body("findings:\n  - {id: x, kind: tumor infiltration, site: psoas major}")
    assert facts.of("finding/x", "hasSite") == {"case:doe-2020/site/psoas-major"}
    assert facts.of("site/psoas-major", "side") == {"nx:sideNotReported"}
    assert ("case:doe-2020/site/psoas-major", "rdf:type", "nx:PsoasMajor") in facts.triples
    assert not any(s.startswith("atlas:") for s, _, _ in facts.triples)


def test_bilateral_is_two_sites(compile_body: Compile) -> None:
    facts = compile_body("findings:\n  - {id: x, kind: tumor infiltration, site: bilateral psoas major}")
    assert facts.of("finding/x", "hasSite") == {"atlas:left-psoas-major", "atlas:right-psoas-major"}


def test_an_absent_fact_stays_absent(compile_body: Compile) -> None:
    facts = compile_body("findings:\n  - {id: x, kind: knee flexion weakness, status: absent, value: 5 MRC}")
    assert facts.of("finding/x", "status") == {"nx:absent"}
    assert facts.of("finding/x", "value") == {"5"}


def test_a_finding_inherits_from_its_investigation(compile_body: Compile) -> None:
    facts = compile_body(
        "investigations:\n"
        "  - id: mri-1\n    kind: MRI\n    when: 2014-04\n    at: figure 1\n    region: [left psoas major, pelvis]\n"
        "    findings: [{id: big, kind: nerve enlargement, site: left femoral nerve}]\n"
        "    interpretations: [{id: read, kind: malignant psoas syndrome, by: treating team}]"
    )
    assert facts.of("finding/big", "foundBy") == {"case:doe-2020/investigation/mri-1"}
    assert facts.of("finding/big", "method") == {"nx:MagneticResonanceImaging"}
    assert (
        facts.of("finding/big", "atTime")
        == facts.of("investigation/mri-1", "atTime")
        == {"case:doe-2020/investigation/mri-1/time"}
    )
    assert facts.of("finding/big", "statedIn") == {"source:doe-2020/passage/figure-1"}
    assert facts.of("investigation/mri-1", "regionExamined") == {"atlas:left-psoas-major"}
    assert facts.of("investigation/mri-1", "regionWording") == {"pelvis"}
    assert facts.of("interpretation/read", "interprets") == {"case:doe-2020/investigation/mri-1"}
    assert facts.of("interpretation/read", "basis") == {"nx:concluded"}
    assert ("case:doe-2020/interpretation/read", "rdf:type", "nx:Conclusion") in facts.triples
    assert ("case:doe-2020/interpretation/read/concluded", "rdf:type", "nx:MalignantPsoasSyndrome") in facts.triples
    assert ("case:doe-2020", "nx:hasFinding", "case:doe-2020/interpretation/read") not in facts.triples


def test_doses_are_different_facts(compile_body: Compile) -> None:
    facts = compile_body(
        "treatments:\n  - id: rt\n    kind: radiotherapy\n    doses:\n"
        "      - {role: planned, total: 39 Gy, fractions: 13}\n"
        "      - {role: delivered, total: 12 Gy, fractions: 4, per-fraction: 3 Gy, at: table 1}"
    )
    assert facts.of("treatment/rt", "hasDose") == {
        "case:doe-2020/treatment/rt/dose/1-planned",
        "case:doe-2020/treatment/rt/dose/2-delivered",
    }
    assert facts.of("treatment/rt/dose/1-planned", "totalDose") == {"39"}
    assert facts.of("treatment/rt/dose/1-planned", "dosePerFraction") == set()
    assert facts.of("treatment/rt/dose/2-delivered", "fractionCount") == {"4"}
    assert facts.of("treatment/rt/dose/2-delivered", "statedIn") == {"source:doe-2020/passage/table-1"}


def test_a_relative_time_is_dated_through_its_anchors_and_marked(compile_body: Compile) -> None:
    facts = compile_body(
        "events:\n  - {id: adm, kind: admission, when: 2014-04-10}\n"
        "treatments:\n  - {id: rt, kind: radiotherapy, start: 10 d after adm, end: 2014-05}\n"
        "outcomes:\n  - {id: relief, kind: pain relief, of: rt, when: {at: 2 wk after rt start, wording: two weeks later}}\n"
        "findings:\n  - {id: open, kind: pain, when: after rt}\n"
    )
    assert facts.of("treatment/rt/start", "earliest") == {"2014-04-20"}
    assert facts.of("treatment/rt/start", "derivedInterval") == {"true"}
    assert facts.of("outcome/relief/time", "earliest") == {"2014-04-30"}
    assert facts.of("outcome/relief/time", "latest") == {"2014-05-08"}
    assert facts.of("outcome/relief/time", "wording") == {"two weeks later"}
    assert facts.of("outcome/relief/time", "anchor") == {"case:doe-2020/treatment/rt"}
    assert facts.of("outcome/relief/time", "offset") == {"2"}
    assert facts.of("finding/open/time", "earliest") == {"2014-05-01"}
    assert facts.of("finding/open/time", "latest") == set()
    assert facts.of("event/adm/time", "derivedInterval") == set()


def test_two_sayings_of_one_order_are_no_circle(compile_body: Compile) -> None:
    facts = compile_body(
        "treatments:\n  - {id: a, kind: radiotherapy, start: 2014-01, end: before b}\n"
        "  - {id: b, kind: radiotherapy, start: after a, end: 2014-09}"
    )
    assert facts.of("treatment/a/end", "anchor") == {"case:doe-2020/treatment/b"}
    assert facts.of("treatment/b/start", "earliest") == {"2014-01-01"}


def test_a_route_keeps_its_steps_in_order(compile_body: Compile) -> None:
    facts = compile_body(
        "findings:\n  - {id: pain, kind: groin pain}\n"
        "conclusions:\n  - id: route\n    role: route\n    kind: perineural spread\n    by: authors\n"
        "    verdict: held-then-abandoned\n    explains: [pain]\n    for: [pain, {says: It fits., at: abstract}]\n"
        "    against: [{says: Rare., cites: [stevens-1990]}]\n"
        "    steps:\n      - {from: prostate, to: left psoas major, mechanism: perineural spread, direction: proximal}\n"
        "      - {from: left psoas major, to: left femoral nerve}"
    )
    assert facts.of("conclusion/route", "hasStep") == {
        "case:doe-2020/conclusion/route/step/1",
        "case:doe-2020/conclusion/route/step/2",
    }
    assert facts.of("conclusion/route/step/1", "stepNumber") == {"1"}
    assert facts.of("conclusion/route/step/1", "stepFrom") == {"atlas:prostate"}
    assert facts.of("conclusion/route/step/2", "stepTo") == {"atlas:left-femoral-nerve"}
    assert facts.of("conclusion/route", "verdict") == {"nx:heldThenAbandoned"}
    assert facts.of("conclusion/route", "supportedBy") == {
        "case:doe-2020/finding/pain",
        "case:doe-2020/conclusion/route/argument/for-2",
    }
    assert facts.of("conclusion/route/argument/against-1", "cites") == {"source:stevens-1990"}
    assert facts.of("conclusion/route", "by") == {"nx:authors"}


def test_a_stage_is_a_finding_about_its_condition(compile_body: Compile) -> None:
    facts = compile_body("conditions:\n  - {id: primary, kind: prostate cancer, role: primary, stage: [T4]}")
    assert facts.of("finding/primary-stage-t4", "concerns") == {"case:doe-2020/condition/primary"}
    assert facts.of("condition/primary", "conditionRole") == {"nx:primary"}


def test_derived_values_are_marked_with_their_words(compile_body: Compile) -> None:
    facts = compile_body(
        "findings:\n  - {id: x, kind: tumor infiltration, site: left psoas major, derived: {site: the same side}}"
    )
    assert facts.of("finding/x/derivation/site", "derivedProperty") == {"nx:hasSite"}
    assert facts.of("finding/x/derivation/site", "derivedFrom") == {"the same side"}


def test_entries_without_an_id_get_one_that_does_not_clash(compile_body: Compile) -> None:
    facts = compile_body(
        "findings:\n  - {id: groin-pain, kind: pain}\n  - {kind: groin pain}\n  - {kind: groin pain}\n"
        "  - {kind: nerve enlargement, site: left femoral nerve}"
    )
    names = {s.rpartition("/")[2] for s, p, _ in facts.triples if p == "nx:status"}
    assert names == {"groin-pain", "groin-pain-2", "groin-pain-3", "nerve-enlargement-left-femoral-nerve"}


def test_what_cited_papers_are_called_stays_with_the_citing_paper(compile_body: Compile) -> None:
    facts = compile_body("findings:\n  - {kind: groin pain}")
    assert ("source:doe-2020", "nx:citesAs", "source:doe-2020/reference/stevens-1990") in facts.triples
    assert ("source:doe-2020/reference/stevens-1990", "nx:refersTo", "source:stevens-1990") in facts.triples
    assert ("source:doe-2020/reference/stevens-1990", "nx:referenceNumber", "1") in facts.triples
    assert {p for s, p, _ in facts.triples if s == "source:stevens-1990"} == {"rdfs:label"}
    assert ("source:doe-2020", "nx:author", "Doe A; Roe B") in facts.triples


def test_names_are_those_of_the_model() -> None:
    assert tuple(f"https://w3id.org/neoplex/{part}/" for part in ("term", "atlas", "case", "source")) == (
        NX,
        ATLAS,
        CASE,
        SOURCE,
    )
