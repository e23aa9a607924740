"""Records and spreadsheets that others made become publication files that pass the check."""

from __future__ import annotations

from pathlib import Path

import pytest

from neoplex.base.errors import FaultsFound, UsageError
from neoplex.base.paths import shipped_root
from neoplex.cases.check import read_publication
from neoplex.exchange.crosswalk import load_crosswalk
from neoplex.exchange.records import Imported, Wanted, read_records
from neoplex.exchange.tablemap import propose
from neoplex.exchange.termtable import COLUMNS, read_term_table
from neoplex.model.lexicon import Lexicon
from neoplex.model.publication import Publication
from neoplex.read.lexicon import load_lexicon
from neoplex.read.sheetfile import read_sheet

SAMPLES = Path(__file__).resolve().parents[1] / "fixtures" / "import"
NX = "https://w3id.org/neoplex/term/"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon(shipped_root())


def _check(made: Imported, folder: Path, lexicon: Lexicon) -> Publication:
    path = folder / "rivera-2022.yaml"
    path.write_text(made.text, encoding="utf-8")
    publication, faults = read_publication(path, lexicon)
    assert publication is not None, faults
    return publication


def test_a_packet_that_others_made(lexicon: Lexicon, tmp_path: Path) -> None:
    made = read_records([SAMPLES / "foreign.phenopacket.json"], Wanted("rivera-2022"))
    (case,) = _check(made, tmp_path, lexicon).cases
    facts = {fact.name: fact for fact in case.facts}
    assert facts["abdominal-mass"].status == "absent"
    assert [str(place) for place in facts["abdominal-mass"].passages] == ["section phenotypicFeatures[1]"]
    assert [str(place) for place in facts["abdominal-pain"].passages] == ["table 2, row 7"]
    assert [site.atlas.rpartition("/")[2] for site in facts["infiltration"].sites] == ["right-psoas-major"]
    course = facts["external-beam-radiotherapy"].course
    assert course is not None and [(str(d.total.quantity), d.fractions) for d in course.doses if d.total] == [
        ("30 Gy", 10)
    ]
    assert [site.side.value for site in course.targets] == ["side not reported"]
    assert {item.path.partition("[")[0] for item in made.left_out} == {
        "subject.dateOfBirth",
        "subject.vitalStatus",
        "phenotypicFeatures",
        "medicalActions",
        "files",
    }
    assert "1955" not in made.text.replace("foreign", "") and "P-0042" not in made.text


def test_a_bundle_that_others_made(lexicon: Lexicon, tmp_path: Path) -> None:
    made = read_records([SAMPLES / "foreign.fhir.json"], Wanted("rivera-2022", at="table 3"))
    (case,) = _check(made, tmp_path, lexicon).cases
    facts = {fact.kind.removeprefix(NX): fact for fact in case.facts}
    assert facts["ProstateCancer"].certainty == "possible"
    assert facts["GroinPain"].status == "absent" and facts["GroinPain"].says == "Asked and denied."
    course = facts["ExternalBeamRadiotherapy"].course
    assert course is not None
    assert [(d.role, str(d.total.quantity), d.fractions) for d in course.doses if d.total] == [
        ("delivered", "39 Gy", 13)
    ]
    assert course.given_for == (facts["ProstateCancer"].iri,)
    assert {str(place) for fact in case.facts for place in fact.passages} == {"table 3"}
    for personal in ("Invented", "1950"):
        assert personal not in made.text
    assert [item.what for item in made.left_out if "Immunization" in item.what]


def test_several_records_are_one_series(lexicon: Lexicon, tmp_path: Path) -> None:
    files = [SAMPLES / "foreign.phenopacket.json", SAMPLES / "foreign.fhir.json"]
    cases = _check(read_records(files, Wanted("rivera-2022")), tmp_path, lexicon).cases
    assert [case.id for case in cases] == ["rivera-2022-1", "rivera-2022-2"]


def test_a_case_in_rdf_becomes_a_file_to_edit(lexicon: Lexicon, tmp_path: Path) -> None:
    from neoplex.cases.compile import compile_publication

    compiled = compile_publication(shipped_root() / "data" / "cases" / "shi-2021.yaml", lexicon)
    path = tmp_path / "shi-2021.nq"
    path.write_bytes(compiled.to_nquads())
    made = read_records([path], Wanted("shi-2021"))
    copy = tmp_path / "shi-2021.yaml"
    copy.write_text(made.text, encoding="utf-8")
    again = compile_publication(copy, lexicon)
    case = compiled.publication.cases[0].iri
    assert {str(q) for q in again.quads if str(q.graph_name) == f"<{case}>"} == {
        str(q) for q in compiled.quads if str(q.graph_name) == f"<{case}>"
    }


def _packet(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "one.json"
    path.write_text(
        '{"phenotypicFeatures": [' + text + '], "metaData": {"phenopacketSchemaVersion": "2.0"}}', encoding="utf-8"
    )
    return path


def test_a_zero_that_protobuf_left_out_is_zero(lexicon: Lexicon, tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    quantity = '{"unit": {"id": "UCUM:ng/mL"}}'
    text = '{"measurements": [{"assay": {"id": "NCIT:C17634"}, "value": {"quantity": ' + quantity + "}}]}"
    path.write_text(text, encoding="utf-8")
    (case,) = _check(read_records([path], Wanted("rivera-2022")), tmp_path, lexicon).cases
    (fact,) = case.facts
    assert fact.measure is not None and str(fact.measure.quantity) == "0 ng/mL"


UNKNOWN = '{"type": {"id": "made:1", "label": "groin pain"}}, {"type": {"id": "made:2", "label": "oddity"}}'


def test_unknown_terms_are_refused_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(FaultsFound) as caught:
        read_records([_packet(tmp_path, UNKNOWN)], Wanted("rivera-2022"))
    fields = [(fault.field, fault.line, fault.found) for fault in caught.value.faults]
    assert fields == [
        ("phenotypicFeatures[0].type", 1, "made:1 groin pain"),
        ("phenotypicFeatures[1].type", 1, "made:2 oddity"),
    ]
    assert "nx:GroinPain has that name" in caught.value.faults[0].hint


def test_unknown_terms_can_be_left_out_or_named(lexicon: Lexicon, tmp_path: Path) -> None:
    packet = _packet(tmp_path, UNKNOWN)
    made = read_records([packet], Wanted("rivera-2022", leave_out_unknown=True))
    assert [item.path for item in made.left_out] == ["phenotypicFeatures[0].type", "phenotypicFeatures[1].type"]
    table = tmp_path / "terms.tsv"
    table.write_text("id\tterm\nmade:1\tgroin pain\nmade:2\tweakness\n", encoding="utf-8")
    made = read_records([packet], Wanted("rivera-2022", terms=table))
    (case,) = _check(made, tmp_path, lexicon).cases
    assert sorted(fact.kind.removeprefix(NX) for fact in case.facts) == ["GroinPain", "Weakness"]
    table.write_text("id,term\nmade:1,groin paine\n", encoding="utf-8")
    with pytest.raises(FaultsFound, match=r"terms\.tsv:2:8: term: found groin paine"):
        read_records([packet], Wanted("rivera-2022", terms=table))


def test_what_would_identify_a_person_is_refused(tmp_path: Path) -> None:
    packet = _packet(tmp_path, '{"type": {"id": "HP:0031520"}, "description": "Call +49 30 1234567."}')
    with pytest.raises(FaultsFound, match="a phone number"):
        read_records([packet], Wanted("rivera-2022"))


@pytest.mark.parametrize(
    ("wanted", "words"),
    [(Wanted("Rivera 2022"), "no id"), (Wanted("rivera"), "--year"), (Wanted("rivera-2022", at="nowhere"), "--at")],
)
def test_a_wrong_call_is_said(wanted: Wanted, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_records([SAMPLES / "foreign.fhir.json"], wanted)


# spreadsheets


def test_a_series_of_twelve(lexicon: Lexicon, tmp_path: Path) -> None:
    sheet, faults = read_sheet(SAMPLES / "series.csv")
    assert sheet is not None, faults
    made = propose(sheet, "rivera-2024", 2024, lexicon, at="table 2")
    assert [reading.column for reading in made.unmatched] == ["Side", "Response", "Comment"]
    path = tmp_path / "rivera-2024.yaml"
    path.write_text(made.text, encoding="utf-8")
    (tmp_path / made.csv_name).write_text(made.csv_text, encoding="utf-8")
    _, faults = read_publication(path, lexicon)
    assert [(Path(fault.file).name, fault.line, fault.found) for fault in faults] == [(made.csv_name, 4, "Ca ovary")]
    path.write_text(made.text.replace("Ca ovary: Ca ovary", "Ca ovary: ovarian cancer"), encoding="utf-8")
    publication, faults = read_publication(path, lexicon)
    assert publication is not None, faults
    assert len(publication.cases) == 12
    third = {fact.name: fact for fact in publication.cases[2].facts}
    assert third["groin-pain"].status == "absent" and third["primary"].kind == NX + "OvarianCancer"
    assert "weakness" not in third, "n/a is silence, not absence"
    assert [str(place) for place in third["groin-pain"].passages] == ["table 2, row 3"]
    ninth = {fact.name: fact for fact in publication.cases[8].facts}
    assert ninth["rt"].course is not None and not ninth["rt"].course.doses
    assert "line 10 has a target and no dose" in next(r.taken for r in made.readings if r.column == "RT site")


def test_a_workbook_reads_like_its_csv(lexicon: Lexicon, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    plain, _ = read_sheet(SAMPLES / "series.csv")
    assert plain is not None
    book = openpyxl.Workbook()
    book.active.append(list(plain.columns))
    for row in plain.rows:
        book.active.append([int(cell) if cell.isdecimal() else cell or None for cell in row])
    path = tmp_path / "series.xlsx"
    book.save(path)
    sheet, faults = read_sheet(path)
    assert sheet is not None, faults
    assert (sheet.columns, sheet.rows) == (plain.columns, plain.rows)
    assert (
        propose(sheet, "rivera-2024", 2024, lexicon).csv_text == propose(plain, "rivera-2024", 2024, lexicon).csv_text
    )


def test_numbers_without_a_unit_and_strange_ids(lexicon: Lexicon, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("ID;PSA;Groin pain;Dose (cGy)\nA/1;4.5;left;3900\nA/2;6;right;3000\n", encoding="utf-8")
    sheet, faults = read_sheet(path)
    assert sheet is not None, faults
    made = propose(sheet, "rivera-2024", 2024, lexicon)
    why = {reading.column: reading.why for reading in made.unmatched}
    assert set(why) == {"ID", "PSA", "Groin pain", "Dose (cGy)"}
    assert "unit" in why["PSA"] and "rows are numbered" in why["ID"] and "Gy" in why["Dose (cGy)"]
    assert made.csv_text.splitlines()[0].endswith(",row")


def test_columns_that_point_at_persons_are_refused(lexicon: Lexicon, tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("Patient Name,Date of birth,Age\nx,1950-01-01,70\n", encoding="utf-8")
    sheet, _ = read_sheet(path)
    assert sheet is not None
    with pytest.raises(FaultsFound) as caught:
        propose(sheet, "rivera-2024", 2024, lexicon)
    assert [fault.field for fault in caught.value.faults] == ["Date of birth", "Patient Name"]


# terms

OBO = """format-version: 1.2
[Term]
id: HP:0002027
name: Abdominal pain
def: "An unpleasant feeling in the belly." [made:up]
synonym: "Belly pain" EXACT []
is_a: HP:0012531 ! Pain
[Term]
id: made:1
name: psoas wasting
[Term]
id: made:2
name: old thing
is_obsolete: true
[Typedef]
id: part_of
"""
OWL = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#"
  xmlns:owl="http://www.w3.org/2002/07/owl#">
  <owl:Ontology rdf:about="http://made/up"><owl:imports rdf:resource="http://made/other"/></owl:Ontology>
  <owl:Class rdf:about="http://purl.obolibrary.org/obo/HP_0002027"><rdfs:label>Abdominal pain</rdfs:label>
    <rdfs:subClassOf rdf:resource="http://purl.obolibrary.org/obo/HP_0012531"/></owl:Class>
</rdf:RDF>
"""


def test_terms_come_as_a_table_for_review(lexicon: Lexicon, tmp_path: Path) -> None:
    crosswalk = load_crosswalk(shipped_root(), lexicon)
    path = tmp_path / "made.obo"
    path.write_text(OBO, encoding="utf-8")
    made = read_term_table(path, crosswalk)
    header, *rows = [line.split("\t") for line in made.text.splitlines()]
    assert (
        tuple(header)
        == COLUMNS
        == tuple((shipped_root() / "data/terms/terms.tsv").read_text().split("\n")[0].split("\t"))
    )
    pain, wasting = (dict(zip(header, row, strict=True)) for row in rows)
    assert pain["parent"] == "pain" and pain["note"] == "from HP:0002027; already there as nx:AbdominalPain"
    assert wasting["name"] == "PsoasWasting" and wasting["note"] == "from made:1"
    assert (made.known, made.remarks) == (1, ("1 classes obsolete left out",))
    owl = tmp_path / "made.owl"
    owl.write_text(OWL, encoding="utf-8")
    made = read_term_table(owl, crosswalk)
    assert made.text.splitlines()[1].startswith("abdominal_pain\tAbdominal pain\tAbdominalPain\tclass\t\tpain\t")
    assert made.remarks == ("the import of http://made/other was not followed",)
