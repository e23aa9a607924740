"""Rows as XLSX and LaTeX, mappings as SSSOM, claims as nanopublications."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import openpyxl
import pyoxigraph as ox
import pytest

from neoplex.ask.render import Style
from neoplex.base.errors import UsageError
from neoplex.base.names import CASE, NX
from neoplex.exchange.extract import Selection
from neoplex.exchange.rows import write_latex, write_xlsx
from neoplex.store.answers import Rows, Truth

Write = Callable[..., tuple[dict[str, bytes], dict[str, int]]]
XSD = "http://www.w3.org/2001/XMLSchema#"
NP = "http://www.nanopub.org/nschema#"
PROV = "http://www.w3.org/ns/prov#"
HOSTILE = '=HYPERLINK("http://x","y")\x0b & 5% \\input{a}'
ANSWER = Rows(
    ("case", "totalDose", "says"),
    (
        (ox.NamedNode(CASE + "a"), ox.Literal("39.5", datatype=ox.NamedNode(XSD + "decimal")), ox.Literal(HOSTILE)),
        (ox.NamedNode(CASE + "b"), ox.Literal("13", datatype=ox.NamedNode(XSD + "integer")), None),
    ),
)
STYLE = Style("xlsx", labels={CASE + "a": "case a"})


def test_workbook_has_numbers_labels_and_no_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(ANSWER, STYLE, "which: doses?")))
    sheet = book.active
    assert sheet.title == "which  doses "
    assert [cell.value for cell in sheet[1]] == ["case", "total dose", "says"]
    assert [cell.value for cell in sheet[2]] == ["case a", 39.5, HOSTILE.replace("\x0b", "\ufffd")]
    assert [cell.value for cell in sheet[3]] == ["case:b", 13, None]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}, "nothing is a formula"


def test_workbook_has_the_same_bytes_at_another_time(monkeypatch: pytest.MonkeyPatch) -> None:
    first = write_xlsx(ANSWER, STYLE, "x")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: (2033, 5, 18, 3, 33, 20, 2, 138, 0))
    assert write_xlsx(ANSWER, STYLE, "x") == first
    assert b"2026" not in first and b"2033" not in first


def test_latex_escapes_and_aligns() -> None:
    text = write_latex(ANSWER, Style("latex", labels=STYLE.labels))
    assert r"\textbackslash{}input\{a\}" in text and r"5\%" in text and r"\&" in text
    assert "{longtable}{lr>" in text and "case a & 39.5 & =HYPERLINK(" in text
    assert text.count(r" \\") == 3


def test_yes_or_no_is_no_table() -> None:
    with pytest.raises(UsageError, match="xlsx holds rows"):
        write_xlsx(Truth(True), STYLE, "x")


def test_sssom_has_every_row_of_the_three_tables(write: Write, root: object) -> None:
    from neoplex.base.paths import shipped_root

    files, losses = write("sssom")
    lines = files[""].decode().splitlines()
    curies = {line.removeprefix("#  ").partition(":")[0] for line in lines if line.startswith("#  ")}
    rows = list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))
    count = 0
    for name in ("anatomy", "relations", "terms"):
        table = (shipped_root() / f"data/mappings/{name}.sssom.tsv").read_text("utf-8").splitlines()
        count += sum(not line.startswith("#") for line in table) - 1
    assert len(rows) == count > 1900
    built_in = {"skos", "owl", "rdf", "rdfs", "semapv", "sssom", "xsd", "linkml"}
    used = {
        row[c].partition(":")[0] for row in rows for c in ("subject_id", "predicate_id", "object_id", "mapping_source")
    }
    assert used - built_in <= curies
    assert losses


def test_each_nanopublication_is_whole_and_dates_nothing(write: Write) -> None:
    files, losses = write("nanopubs", Selection(cases=("capek-2015",), inferred=True))
    store = ox.Store()
    store.load(files[""], format=ox.RdfFormat.TRIG)
    heads = list(store.quads_for_pattern(None, None, ox.NamedNode(NP + "Nanopublication"), None))
    assert len(heads) > 100
    for head in heads:
        parts = {
            name: [
                q.object for q in store.quads_for_pattern(head.subject, ox.NamedNode(NP + name), None, head.graph_name)
            ]
            for name in ("hasAssertion", "hasProvenance", "hasPublicationInfo")
        }
        assert all(len(found) == 1 for found in parts.values())
        assertion, provenance, pubinfo = (found[0] for found in parts.values())
        assert any(True for _ in store.quads_for_pattern(None, None, None, assertion))
        assert any(True for _ in store.quads_for_pattern(assertion, None, None, provenance)), (
            "it says where it comes from"
        )
        assert any(True for _ in store.quads_for_pattern(head.subject, None, None, pubinfo))
    assert len({head.graph_name for head in heads}) == len(heads)
    assert not any("created" in quad.predicate.value for quad in store)
    assert any("dates of creation" in what for what in losses)


def test_an_inferred_nanopublication_names_rule_and_premises(write: Write) -> None:
    files, _ = write("nanopubs", Selection(graphs=("case:capek-2015/inferred",)))
    text = list(ox.parse(files[""], format=ox.RdfFormat.TRIG))
    used = {quad.object.value for quad in text if quad.predicate.value == PROV + "used"}
    assert used and all(iri.startswith(NX) for iri in used)
    assert any(quad.predicate.value == PROV + "wasDerivedFrom" and quad.object.value.startswith(CASE) for quad in text)
