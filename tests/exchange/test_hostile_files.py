"""Damaged, foreign and hostile files are refused with file, place and reason; nothing is unpacked, fetched or written."""

from __future__ import annotations

import gzip
import io
import socket
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neoplex.base.errors import FaultsFound, UsageError
from neoplex.base.paths import shipped_root
from neoplex.exchange.crosswalk import load_crosswalk
from neoplex.exchange.records import Wanted, read_records
from neoplex.exchange.termtable import read_term_table
from neoplex.read import jsonfile, sheetfile
from neoplex.read.jsonfile import parse_json
from neoplex.read.lexicon import load_lexicon
from neoplex.read.sheetfile import read_sheet
from neoplex.read.yamlfile import Node

PACKET = b'{"phenotypicFeatures": [], "metaData": {}, '


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any attempt to reach out fails the test."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("something tried to reach the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


JSON_FILES: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 1, "an empty file"),
    "cut off": (b'{"id": "x",\n "subject": {"id"', 2, "the end of the file"),
    "two documents": (b"{}\n{}", 2, "{}"),
    "trailing comma": (b'{"a": [1,\n]}', 2, "]}"),
    "comment": (b'{"a": 1 /* no */}', 1, "/* no */}"),
    "single quotes": (b"{'a': 1}", 1, "'a': 1}"),
    "not a number": (b'{"a": NaN}', 1, "NaN}"),
    "infinity": (b'{"a":\n -Infinity}', 2, "-Infinity}"),
    "huge number": (b'{"a": 1e999}', 1, "1e999"),
    "key twice": (b'{"id": 1,\n "id": 2}', 2, "id a second time"),
    "half a character": (b'{"a": "\\ud800"}', 1, '"\\ud800"}'),
    "control character": (b'{"a": "b\nc"}', 1, '"b'),
    "latin-1": (b'{"a": "\xe9"}', 1, "byte 0xe9"),
    "gzip": (gzip.compress(b"{}"), 0, "a file packed with gzip"),
    "zip": (b"PK\x03\x04rest", 0, "a file packed with zip"),
    "deep": (b"[" * 100_000, 1, "deep nesting"),
    "deep objects": (b'{"a":' * 5_000, 1, "deep nesting"),
}


@pytest.mark.parametrize("name", JSON_FILES)
def test_damaged_json_is_refused_with_its_line(name: str, tmp_path: Path) -> None:
    raw, line, found = JSON_FILES[name]
    path = tmp_path / "x.json"
    path.write_bytes(raw)
    with pytest.raises(FaultsFound) as caught:
        read_records([path], Wanted("rivera-2022"))
    assert [(fault.file, fault.line, fault.found) for fault in caught.value.faults] == [(str(path), line, found)]


def test_limits_on_size_and_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(jsonfile, "MOST_NODES", 10)
    assert parse_json(b"[1,2,3,4,5,6,7,8,9,10,11]", "x")[1][0].found == "too many values"
    monkeypatch.setattr(jsonfile, "MOST_BYTES", 10)
    path = tmp_path / "x.json"
    path.write_bytes(b"[" + b" " * 20 + b"]")
    assert jsonfile.read_json(path)[1][0].expected == "at most 10"


FOREIGN: dict[str, tuple[str, str, str]] = {
    "a list": ("[]", "", "a phenopacket, an object"),
    "a string": ('"x"', "", "a phenopacket, an object"),
    "something else": ('{"a": 1}', "", "a phenopacket, version 2"),
    "a family": ('{"proband": {}, "phenotypicFeatures": []}', "", "one phenopacket for each person"),
    "version 1": ('{"metaData": {"phenopacketSchemaVersion": "1.0.0"}}', "metaData", "version 2"),
    "unknown key": ('{"metaData": {}, "phenotypicfeature": []}', "phenotypicfeature", "one of id, subject"),
    "features no list": ('{"phenotypicFeatures": {}}', "phenotypicFeatures", "a list"),
    "feature no object": ('{"phenotypicFeatures": [3]}', "phenotypicFeatures[0]", "an object"),
    "type no object": (
        '{"phenotypicFeatures": [{"type": "HP:0031520"}]}',
        "phenotypicFeatures[0].type",
        "an object with id",
    ),
    "excluded no flag": (
        '{"phenotypicFeatures": [{"type": {"id": "HP:0031520"}, "excluded": "yes"}]}',
        "phenotypicFeatures[0].excluded",
        "true or false",
    ),
    "sex unknown": ('{"metaData": {}, "subject": {"sex": "HIDDEN"}}', "subject.sex", "one of FEMALE"),
    "wrong date": (
        '{"diseases": [{"term": {"id": "MONDO:0008315"}, "onset": {"timestamp": "2014-02-30T00:00:00Z"}}]}',
        "diseases[0].onset.timestamp",
        "a time such as",
    ),
    "a disease as a site": (
        '{"diseases": [{"term": {"id": "MONDO:0008315"}, "primarySite": {"id": "MONDO:0008315"}}]}',
        "diseases[0].primarySite",
        "a structure",
    ),
    "unit unknown": (
        '{"measurements": [{"assay": {"id": "NCIT:C17634"}, "value": {"quantity": {"value": 1, "unit": {"id": "UCUM:furlong"}}}}]}',
        "measurements[0].value.quantity.unit",
        "a unit (UCUM)",
    ),
    "value no number": (
        '{"measurements": [{"assay": {"id": "NCIT:C17634"}, "value": {"quantity": {"value": "4", "unit": {"id": "UCUM:ng/mL"}}}}]}',
        "measurements[0].value.quantity.value",
        "a number",
    ),
    "a resource alone": ('{"resourceType": "Patient"}', "", "a FHIR R4 Bundle"),
    "no patient": ('{"resourceType": "Bundle", "entry": []}', "", "a bundle with a Patient"),
    "a bundle in a bundle": (
        '{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Bundle"}}]}',
        "entry[0]",
        "one bundle",
    ),
    "an entry without resource": ('{"resourceType": "Bundle", "entry": [{}]}', "entry[0]", "a resource"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_json_is_refused_with_its_path(name: str, tmp_path: Path) -> None:
    text, field, expected = FOREIGN[name]
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FaultsFound) as caught:
        read_records([path], Wanted("rivera-2022"))
    matching = [fault for fault in caught.value.faults if fault.field == field and expected in fault.expected]
    assert matching and all(fault.file == str(path) for fault in caught.value.faults), caught.value


def test_faults_of_all_files_come_together(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.json" for number in range(3)]
    for path in paths:
        path.write_text('{"phenotypicFeatures": [{"type": {"id": "made:1"}}, 7]}', encoding="utf-8")
    with pytest.raises(FaultsFound) as caught:
        read_records(paths, Wanted("rivera-2022"))
    assert {fault.file for fault in caught.value.faults} == {str(path) for path in paths}


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["", "HP:0031520", "nx:Pain", "2014-02-30", "P5Y", "case:x/finding/y"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "label",
                    "type",
                    "value",
                    "quantity",
                    "unit",
                    "modifiers",
                    "onset",
                    "age",
                    "term",
                    "primarySite",
                    "laterality",
                    "procedure",
                    "code",
                    "treatment",
                    "agent",
                    "radiationTherapy",
                    "dosage",
                    "evidence",
                    "reference",
                    "description",
                    "coding",
                    "system",
                    "subject",
                    "entry",
                    "resource",
                    "identifier",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    value=st.dictionaries(
        st.sampled_from(
            [
                "phenotypicFeatures",
                "diseases",
                "medicalActions",
                "measurements",
                "interpretations",
                "subject",
                "metaData",
            ]
        ),
        JSON_VALUES,
        min_size=1,
    )
)
def test_any_packet_gives_faults_and_never_a_traceback(value: dict[str, Any]) -> None:
    from neoplex.exchange.intake import Intake, Place
    from neoplex.exchange.phenopacket_reader import PacketReader

    crosswalk = load_crosswalk(shipped_root(), load_lexicon(shipped_root()))
    PacketReader(Intake(crosswalk, "x.json")).read(Place(_tree(value), ""))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    resources=st.lists(
        st.tuples(
            st.sampled_from(
                ["Condition", "Observation", "Procedure", "MedicationStatement", "DiagnosticReport", "Provenance"]
            ),
            st.dictionaries(
                st.sampled_from(
                    [
                        "id",
                        "code",
                        "status",
                        "subject",
                        "identifier",
                        "bodySite",
                        "note",
                        "component",
                        "valueQuantity",
                        "valueCodeableConcept",
                        "extension",
                        "partOf",
                        "focus",
                        "result",
                        "effectivePeriod",
                        "performedPeriod",
                        "dosage",
                        "category",
                        "target",
                        "entity",
                    ]
                ),
                JSON_VALUES,
            ),
        ),
        max_size=4,
    )
)
def test_any_bundle_gives_faults_and_never_a_traceback(resources: list[tuple[str, dict[str, Any]]]) -> None:
    from neoplex.exchange.fhir_reader import BundleReader
    from neoplex.exchange.intake import Intake, Place

    entries: list[dict[str, Any]] = [{"resource": {**body, "resourceType": kind}} for kind, body in resources]
    bundle = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "id": "p"}}, *entries]}
    crosswalk = load_crosswalk(shipped_root(), load_lexicon(shipped_root()))
    BundleReader(Intake(crosswalk, "x.json")).read(Place(_tree(bundle), ""))


def _tree(value: Any) -> Node:
    import json

    node, faults = parse_json(json.dumps(value).encode(), "x.json")
    assert node is not None, faults
    return node


# spreadsheets


def _xlsx(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), content)
    return path


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = _xlsx(tmp_path / "bomb.xlsx", xl__sheet_xml=b"0" * 30_000_000)
    assert path.stat().st_size < 100_000
    sheet, (fault,) = read_sheet(path)
    assert sheet is None and "unfold to 30000000 bytes" in fault.found


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({"xl__workbook_xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}, "a document type"),
        ({"xl__workbook_xml": '<?xml version="1.0"?><!DOCTYPE x><x/>'.encode("utf-16")}, "a document type"),
        ({"xl__vbaProject_bin": b"macro"}, "macros"),
        ({"xl__workbook_xml": b"<x/>"}, "a workbook that does not open"),
    ],
)
def test_hostile_workbooks(parts: dict[str, bytes], found: str, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    sheet, faults = read_sheet(_xlsx(tmp_path / "x.xlsx", **parts))
    assert sheet is None and [fault.found for fault in faults] == [found]


def test_a_workbook_that_is_cut_off_or_none(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    whole = io.BytesIO()
    openpyxl.Workbook().save(whole)
    path = tmp_path / "x.xlsx"
    for raw in (whole.getvalue()[:-200], b"", b"<html>", gzip.compress(b"x")):
        path.write_bytes(raw)
        sheet, faults = read_sheet(path)
        assert sheet is None and faults[0].found == "a file that is no workbook or is cut off"


def test_formulas_merged_and_broken_cells_are_all_named(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["Age", "Age", "Sum"], [4, 5, "=A2+B2"], [1, "#REF!", '=HYPERLINK("http://x")']):
        book.active.append(row)
    book.active.merge_cells("A4:B4")
    path = tmp_path / "x.xlsx"
    book.save(path)
    sheet, faults = read_sheet(path)
    assert sheet is None
    assert sorted(fault.field for fault in faults) == ["Sheet!A4:B4", "Sheet!B1", "Sheet!B3", "Sheet!C2", "Sheet!C3"]


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("Age,Sex\n1,=cmd|' /C calc'!A0\n", 2, "the formula"),
        ("Age,Sex\n1,@SUM(A1)\n", 2, "the formula"),
        ("Age,Sex\n1\n", 2, "1 cells"),
        ("Age,\n1,2\n", 1, "a column without a name"),
        ("Age,age\n1,2\n", 1, "age a second time"),
        ("Age,Sex\n", 1, "a header alone"),
        ('Age,Sex\n1,"never closed\n', 2, "a row that does not read"),
        ("", 0, "an empty table"),
    ],
)
def test_faults_in_text_tables(text: str, line: int, found: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    sheet, faults = read_sheet(path)
    assert sheet is None and faults[0].found.startswith(found) and faults[0].line == line, faults


def test_other_encodings_packed_files_and_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.csv"
    for raw, found in (
        (b"a,b\n\xe9,2\n", "byte 0xe9"),
        (gzip.compress(b"a,b"), "a packed"),
        ("a,b\n1,2".encode("utf-16"), "a packed"),
    ):
        path.write_bytes(raw)
        assert read_sheet(path)[1][0].found.startswith(found)
    monkeypatch.setattr(sheetfile, "MOST_ROWS", 2)
    path.write_text("a\n" + "1\n" * 5, encoding="utf-8")
    assert read_sheet(path)[1][0].found == "more rows"
    with pytest.raises(UsageError, match="a table ends in"):
        read_sheet(tmp_path / "x.ods")


# terms


@pytest.mark.parametrize(
    ("name", "text", "line", "found"),
    [
        ("x.obo", "<html>", 1, "<html>"),
        ("x.obo", "format-version: 1.2\n[Term]\nname: a\n", 2, "a term without id"),
        ("x.obo", 'format-version: 1.2\n[Term]\nid: a:1\ndef: "open\n', 4, '"open'),
        ("x.obo", "format-version: 1.2\n[Term]\nid: a:1\n[Term]\nid: a:1\n", 5, "a:1"),
        ("x.obo", "format-version: 1.2\n[Strange]\n", 2, "[Strange]"),
        ("x.owl", '<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY a "b">]>\n<r/>', 2, "<!DOCTYPE"),
        ("x.jsonld", '{"@context": "http://made/up", "@id": "a:b"}', 0, "the remote context http://made/up"),
        ("x.ttl", "not turtle", 1, "text that does not parse"),
    ],
)
def test_damaged_term_files(name: str, text: str, line: int, found: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    crosswalk = load_crosswalk(shipped_root(), load_lexicon(shipped_root()))
    with pytest.raises(FaultsFound) as caught:
        read_term_table(path, crosswalk)
    assert (caught.value.faults[0].line, caught.value.faults[0].found) == (line, found), caught.value.faults
