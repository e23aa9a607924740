"""RDF of any syntax loads when it keeps to the shapes; each shape has a fault it must catch."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from neoplex.base.errors import FaultsFound
from neoplex.base.names import PREFIXES
from neoplex.cases.compile import compile_publication
from neoplex.model.lexicon import Lexicon
from neoplex.read.rdffile import FORMATS, check_case_rdf, read_case_rdf

CASE = """\
format: neoplex/1
source: {id: doe-2020, title: A case, authors: [Doe A], year: 2020, kind: case report}
cases:
  - id: doe-2020
    label: Doe 2020, the patient
    at: section Case
    person: {sex: female, age: 61 a}
    conditions:
      - {id: primary, kind: prostate cancer, role: primary}
    findings:
      - {id: pain, kind: pain score, value: 8 NRS, site: left psoas major, when: 2014-04}
      - {id: open, kind: pain score, value: 3-5 NRS, site: psoas major, derived: {site: the muscle}}
    investigations:
      - {id: mri, kind: MRI, when: before rt}
    treatments:
      - {id: rt, kind: radiotherapy, doses: [{role: planned, total: 39 Gy, fractions: 13}]}
    outcomes:
      - {id: relief, kind: pain relief, of: rt, grade: 1, scale: CTCAE}
    events:
      - {id: adm, kind: admission}
    conclusions:
      - id: route
        kind: perineural spread
        role: route
        verdict: favoured
        for: [{says: It fits.}]
        steps: [{from: prostate, to: left femoral nerve, direction: proximal}]
statements:
  - {id: s, about: [psoas major], says: It is a muscle., at: abstract}
claims:
  - {id: c, about: [groin pain], measure: pain, statistic: count, value: "3 {patients}", at: abstract}
  - {id: d, about: [groin pain], measure: pain, statistic: count, value: "4 {patients}", at: abstract}
conflicts:
  - {id: x, between: [claim c, claim d], kind: internal, says: Three and four.}
"""


@pytest.fixture(scope="module")
def quads(words: Lexicon, tmp_path_factory: pytest.TempPathFactory) -> tuple[ox.Quad, ...]:
    path = tmp_path_factory.mktemp("case") / "doe-2020.yaml"
    path.write_text(CASE)
    return compile_publication(path, words).quads


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_every_syntax_gives_the_same_quads(
    suffix: str, quads: tuple[ox.Quad, ...], declared: Lexicon, tmp_path: Path
) -> None:
    path = tmp_path / f"case{suffix}"
    format_ = FORMATS[suffix]
    source = quads if format_.supports_datasets else [ox.Triple(q.subject, q.predicate, q.object) for q in quads]
    ox.serialize(source, output=str(path), format=format_)
    assert set(read_case_rdf(path, declared)) == set(quads)


def test_relative_names_and_prefixes_are_read(words: Lexicon, tmp_path: Path) -> None:
    path = tmp_path / "case.ttl"
    path.write_text(
        "@prefix nx: <https://w3id.org/neoplex/term/> .\n<x> a nx:Case ; <http://www.w3.org/2000/01/rdf-schema#label> 'x' .\n"
    )
    _, faults = check_case_rdf(path, words)
    assert [(fault.field, fault.found) for fault in faults] == [("case:x nx:reportedBy", "nothing")]


# Each mutation: what is replaced in the N-Triples, by what, and the focus, path and expectation of the fault it must raise.
NX, AT, C = (
    "https://w3id.org/neoplex/term/",
    "https://w3id.org/neoplex/atlas/",
    "https://w3id.org/neoplex/case/doe-2020",
)
LABEL = PREFIXES["rdfs"] + "label"
XSD = PREFIXES["xsd"]
MUTATIONS = {
    "case without label": (rf"<{C}> <{LABEL}> [^\n]*\n", "", "case:doe-2020 rdfs:label", "exactly one label"),
    "case without publication": (
        rf"<{C}> <{NX}reportedBy> [^\n]*\n",
        "",
        "case:doe-2020 nx:reportedBy",
        "the publication that reports it",
    ),
    "sex of no kind": (rf"<{NX}female>", f"<{NX}left>", "case:doe-2020 nx:sex", "one of male, female, other"),
    "age of 250": (r'"61"', '"250"', "case:doe-2020 nx:age", "an age in years"),
    "fact with two statuses": (
        rf"(<{C}/finding/pain> <{NX}status> )[^\n]*\n",
        rf"\1<{NX}present> .\n\1<{NX}absent> .\n",
        "case:doe-2020/finding/pain nx:status",
        "exactly one status",
    ),
    "fact without status": (
        rf"<{C}/finding/pain> <{NX}status> [^\n]*\n",
        "",
        "case:doe-2020/finding/pain nx:status",
        "exactly one status",
    ),
    "fact without basis": (
        rf"<{C}/finding/pain> <{NX}basis> [^\n]*\n",
        "",
        "case:doe-2020/finding/pain nx:basis",
        "exactly one basis",
    ),
    "fact said to be inferred": (
        rf"(<{C}/finding/pain> <{NX}basis>) <{NX}reported>",
        rf"\1 <{NX}inferred>",
        "case:doe-2020/finding/pain nx:basis",
        "exactly one basis",
    ),
    "fact without passage": (
        rf"<{C}/finding/pain> <{NX}statedIn> [^\n]*\n",
        "",
        "case:doe-2020/finding/pain nx:statedIn",
        "a passage of the source",
    ),
    "fact with two classes": (
        rf"(<{C}/finding/pain> )<{PREFIXES['rdf']}type> [^\n]*\n",
        rf"\1<{PREFIXES['rdf']}type> <{NX}Pain> .\n\1<{PREFIXES['rdf']}type> <{NX}PainScore> .\n",
        "case:doe-2020/finding/pain rdf:type",
        "exactly one class",
    ),
    "condition of a finding's class": (
        rf"(<{C}/condition/primary> <{PREFIXES['rdf']}type>) <{NX}ProstateCancer>",
        rf"\1 <{NX}Pain>",
        "case:doe-2020/condition/primary",
        "a condition",
    ),
    "finding of a disease's class": (
        rf"(<{C}/finding/pain> <{PREFIXES['rdf']}type>) <{NX}PainScore>",
        rf"\1 <{NX}ProstateCancer>",
        "case:doe-2020/finding/pain",
        "a finding",
    ),
    "investigation of no class of ours": (
        rf"<{NX}MagneticResonanceImaging>",
        f"<{NX}Pain>",
        "case:doe-2020/investigation/mri",
        "an investigation",
    ),
    "treatment of a disease's class": (
        rf"<{NX}Radiotherapy>",
        f"<{NX}Pain>",
        "case:doe-2020/treatment/rt",
        "a treatment or a device",
    ),
    "outcome of a finding's class": (rf"<{NX}PainRelief>", f"<{NX}Pain>", "case:doe-2020/outcome/relief", "an outcome"),
    "event of a finding's class": (rf"<{NX}Admission>", f"<{NX}Pain>", "case:doe-2020/event/adm", "an event"),
    "conclusion without what is concluded": (
        rf"<{C}/conclusion/route> <{NX}concludes> [^\n]*\n",
        "",
        "case:doe-2020/conclusion/route nx:concludes",
        "what is concluded",
    ),
    "verdict of no kind": (rf"<{NX}favoured>", f"<{NX}left>", "case:doe-2020/conclusion/route nx:verdict", "a verdict"),
    "argument without words": (
        rf"<[^>]*/argument/for-1> <{NX}says> [^\n]*\n",
        "",
        "case:doe-2020/conclusion/route/argument/for-1 nx:says",
        "what it says",
    ),
    "step without an end": (
        rf"<[^>]*/step/1> <{NX}stepTo> [^\n]*\n",
        "",
        "case:doe-2020/conclusion/route nx:hasStep",
        "a step with number",
    ),
    "site that is no structure": (
        rf"<{AT}left-psoas-major>",
        f"<{NX}left>",
        "case:doe-2020/finding/pain nx:hasSite",
        "an atlas structure, or a structure with its side",
    ),
    "site without a side": (
        rf"<{C}/site/psoas-major> <{NX}side> [^\n]*\n",
        "",
        "case:doe-2020/finding/open nx:hasSite",
        "an atlas structure",
    ),
    "number without unit or scale": (
        rf"<{C}/finding/pain> <{NX}scale> [^\n]*\n",
        "",
        "case:doe-2020/finding/pain",
        "one unit or one scale",
    ),
    "number above its scale": (
        rf'"8"\^\^<{XSD}decimal>',
        f'"11"^^<{XSD}decimal>',
        "case:doe-2020/finding/pain",
        "a value within the scale",
    ),
    "number that is text": (
        rf'"8"\^\^<{XSD}decimal>',
        '"eight"',
        "case:doe-2020/finding/pain nx:value",
        "one decimal number",
    ),
    "range upside down": (
        rf'"5"\^\^<{XSD}decimal>',
        f'"2"^^<{XSD}decimal>',
        "case:doe-2020/finding/open nx:lowValue",
        "a number not above",
    ),
    "dose of nothing": (
        rf'"39"\^\^<{XSD}decimal>',
        f'"0"^^<{XSD}decimal>',
        "case:doe-2020/treatment/rt nx:hasDose",
        "a planned, delivered",
    ),
    "dose of no role": (
        rf"<{NX}PlannedDose>",
        f"<{NX}Dose>",
        "case:doe-2020/treatment/rt nx:hasDose",
        "a planned, delivered",
    ),
    "fractions not whole": (
        rf'"13"\^\^<{XSD}integer>',
        f'"12.5"^^<{XSD}decimal>',
        "case:doe-2020/treatment/rt nx:hasDose",
        "a planned, delivered",
    ),
    "time runs backwards": (
        r'"2014-04-30"',
        '"2014-03-30"',
        "case:doe-2020/finding/pain/time nx:earliest",
        "one date, not after the latest",
    ),
    "date that is text": (
        rf'"2014-04-30"\^\^<{XSD}date>',
        '"soon"',
        "case:doe-2020/finding/pain/time nx:latest",
        "one date",
    ),
    "relation of no kind": (
        r'"before"',
        '"around"',
        "case:doe-2020/investigation/mri/time nx:relation",
        "before, after, during or at",
    ),
    "passage of nothing": (
        rf"<[^>]*/passage/section-case> <{NX}passageOf> [^\n]*\n",
        "",
        "source:doe-2020/passage/section-case nx:passageOf",
        "one publication",
    ),
    "derivation without words": (
        rf"<[^>]*/derivation/site> <{NX}derivedFrom> [^\n]*\n",
        "",
        "case:doe-2020/finding/open/derivation/site nx:derivedFrom",
        "the words of the source",
    ),
    "statement about nothing": (
        rf"<[^>]*/statement/s> <{NX}about> [^\n]*\n",
        "",
        "source:doe-2020/statement/s nx:about",
        "a term it is about",
    ),
    "statement without words": (
        rf"<[^>]*/statement/s> <{NX}says> [^\n]*\n",
        "",
        "source:doe-2020/statement/s nx:says",
        "one sentence",
    ),
    "claim of no statistic": (r'"count"', '"feeling"', "source:doe-2020/claim/c nx:statistic", "a kind of figure"),
    "conflict with one side": (
        rf"<[^>]*/conflict/x> <{NX}conflictMember> <[^>]*/claim/c>[^\n]*\n",
        "",
        "source:doe-2020/conflict/x nx:conflictMember",
        "at least two members",
    ),
    "misspelt property": (
        rf"(<{C}/finding/pain> )<{NX}statedIn>",
        rf"\1<{NX}statdIn>",
        "case:doe-2020/finding/pain nx:statdIn",
        "a property of the ontology",
    ),
    "fact about the atlas": (
        rf"<{C}/finding/pain> <{NX}says>|\Z",
        f'<{AT}left-psoas-major> <{NX}says> "ill" .\n',
        "atlas:left-psoas-major nx:says",
        "a subject in case: or source:",
    ),
    "node without an IRI": (rf"<{C}/event/adm>", "_:b", "case:doe-2020 nx:hasEvent", "an IRI for every node"),
    "import": (
        r"\Z",
        f"<{C}> <{PREFIXES['owl']}imports> <http://example.org/o> .\n",
        "case:doe-2020 owl:imports",
        "everything in the file",
    ),
}


@pytest.mark.parametrize("name", sorted(MUTATIONS))
def test_each_shape_catches_its_fault(name: str, quads: tuple[ox.Quad, ...], declared: Lexicon, tmp_path: Path) -> None:
    pattern, replacement, field, expected = MUTATIONS[name]
    clean = "".join(sorted(f"{q.subject} {q.predicate} {q.object} .\n" for q in quads))
    broken = re.sub(pattern, replacement, clean)
    assert broken != clean
    path = tmp_path / "case.nt"
    path.write_text(broken)
    _, faults = check_case_rdf(path, declared)
    assert any(fault.field == field and fault.expected.startswith(expected) for fault in faults), [
        str(fault) for fault in faults
    ]
    with pytest.raises(FaultsFound):
        read_case_rdf(path, declared)


@pytest.fixture(scope="module")
def declared(lexicon: Lexicon, words: Lexicon) -> Lexicon:
    """The small lexicon with the properties of the shipped one."""
    from dataclasses import replace

    return replace(words, properties=lexicon.properties, classes=words.classes | {NX + "Passage", NX + "TimeInterval"})


REFUSED = {
    "document type": (".rdf", '<?xml version="1.0"?>\n<!DOCTYPE rdf [<!ENTITY a "b">]>\n<r/>', "<!DOCTYPE", 2),
    "other encoding": (".rdf", '<?xml version="1.0" encoding="UTF-16"?>\n<r/>', "the encoding UTF-16", 1),
    "remote context": (
        ".jsonld",
        '{"@context": "https://schema.org/", "@id": "x"}',
        "the remote context https://schema.org/",
        0,
    ),
    "remote context in a list": (
        ".jsonld",
        '[{"a": {"@context": [{}, "http://x.org/c"]}}]',
        "the remote context http://x.org/c",
        0,
    ),
    "remote import": (
        ".jsonld",
        '{"@context": {"@version": 1.1, "@import": "http://x.org/c"}}',
        "the remote context http://x.org/c",
        0,
    ),
    "broken json": (".jsonld", '{"@context": ', "the end of the file", 1),
    "broken turtle": (".ttl", "@prefix a: <http://a/> .\na:b a:c ", "text that does not parse", 2),
    "nothing": (".ttl", "# nothing\n", "no triples", 0),
    "unknown ending": (".txt", "a", "the ending .txt", 0),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_would_fetch_or_does_not_parse_is_refused(name: str, words: Lexicon, tmp_path: Path) -> None:
    suffix, text, found, line = REFUSED[name]
    path = tmp_path / f"case{suffix}"
    path.write_text(text)
    quads, faults = check_case_rdf(path, words)
    assert quads == []
    assert [(fault.found, fault.line) for fault in faults] == [(found, line)]
