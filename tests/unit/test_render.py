"""Answers in every format."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoplex.ask.render import GRAPH_FORMATS, ROW_FORMATS, Style, check_format, count_words, heading, render
from neoplex.base.errors import UsageError
from neoplex.base.names import NX, PREFIXES
from neoplex.store.answers import Rows, Triples, Truth, collect, dump_json, from_json, settle

XSD = PREFIXES["xsd"]
PSOAS = ox.NamedNode(NX + "PsoasMajor")
CASE = ox.NamedNode("https://w3id.org/neoplex/case/smith-2020")
ROWS = Rows(
    ("case", "site", "totalDose", "says"),
    (
        (CASE, PSOAS, ox.Literal("39", datatype=ox.NamedNode(XSD + "integer")), ox.Literal("a | b", language="en")),
        (CASE, None, ox.Literal("7.5", datatype=ox.NamedNode(XSD + "decimal")), ox.Literal('=cmd("x")\x1b[1m')),
    ),
)
LABELS = {NX + "PsoasMajor": "psoas major"}


def shown(name: str, *, ids: bool = False, spreadsheet: bool = False) -> str:
    return render(ROWS, Style(name, 80, ids, spreadsheet, LABELS))


def test_table() -> None:
    assert shown("table").splitlines() == [
        "case             site         total dose  says",
        "───────────────  ───────────  ──────────  ────────────────",
        "case:smith-2020  psoas major          39  a | b",
        'case:smith-2020                      7.5  =cmd("x")\\x1b[1m',
    ]
    assert "psoas major (nx:PsoasMajor)" in shown("table", ids=True)


def test_csv_and_tsv_are_the_standard_ones() -> None:
    rows = list(csv.reader(io.StringIO(shown("csv"), newline="")))
    assert rows[0] == ["case", "site", "totalDose", "says"]
    assert rows[2] == [CASE.value, "", "7.5", '=cmd("x")\x1b[1m']
    assert shown("tsv").splitlines()[1] == f'<{CASE.value}>\t<{PSOAS.value}>\t39\t"a | b"@en'


def test_csv_for_spreadsheets_runs_nothing() -> None:
    text = shown("csv", spreadsheet=True)
    assert text.startswith("\ufeffcase,site,total dose,says\r\n")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert rows[1] == ["case:smith-2020", "psoas major", "39", "a | b"]
    assert rows[2][3] == '\'=cmd("x")\x1b[1m'


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1", "'=1"),
        ("+a", "'+a"),
        ("-x", "'-x"),
        ("@s", "'@s"),
        ("\tx", "'\tx"),
        ("-3.5", "-3.5"),
        ("+2", "+2"),
        ("a=1", "a=1"),
    ],
)
def test_formulas_are_defused_and_numbers_are_not(text: str, safe: str) -> None:
    answer = render(Rows(("x",), ((ox.Literal(text),),)), Style("csv", spreadsheet=True))
    assert next(csv.reader(io.StringIO(answer.split("\r\n", 1)[1], newline=""))) == [safe]


def test_markdown_escapes_its_own_marks() -> None:
    assert shown("md").splitlines() == [
        "| case | site | total dose | says |",
        "| --- | --- | ---: | --- |",
        "| case:smith-2020 | psoas major | 39 | a \\| b |",
        '| case:smith-2020 |  | 7.5 | =cmd("x")\\\\x1b[1m |',
    ]


def test_json_and_xml_are_the_standard_documents() -> None:
    assert from_json(shown("json")) == ROWS
    tree = ElementTree.fromstring(shown("xml"))
    assert tree.tag == "{http://www.w3.org/2005/sparql-results#}sparql"
    assert "\x1b" not in shown("xml")


@given(st.lists(st.text(st.characters(codec="utf-8"))))
def test_json_brings_every_text_back(texts: list[str]) -> None:
    rows = Rows(("x",), tuple((ox.Literal(text),) for text in texts))
    assert from_json(dump_json(rows)) == rows


@pytest.mark.parametrize(
    ("name", "text"),
    [("table", "yes\n"), ("md", "yes\n"), ("csv", "true\n"), ("tsv", "true\n"), ("json", None), ("xml", None)],
)
def test_truth(name: str, text: str | None) -> None:
    answer = render(Truth(True), Style(name))
    assert answer == text if text else "true" in answer
    assert json.loads(render(Truth(False), Style("json")))["boolean"] is False


def graph() -> Triples:
    blank = ox.BlankNode()
    part = ox.NamedNode(NX + "partOf")
    return Triples(settle([ox.Triple(PSOAS, part, blank), ox.Triple(blank, part, CASE), ox.Triple(PSOAS, part, CASE)]))


@pytest.mark.parametrize("name", GRAPH_FORMATS)
def test_graphs_have_one_order_and_stable_blank_nodes(name: str) -> None:
    assert render(graph(), Style(name)) == render(graph(), Style(name))
    assert len(set(ox.parse(render(graph(), Style("nt")), ox.RdfFormat.N_TRIPLES))) == 3
    assert render(graph(), Style("turtle")).count("@prefix") == 2


def test_formats_that_do_not_fit_are_refused() -> None:
    for name in ROW_FORMATS[1:]:
        with pytest.raises(UsageError, match="this answer is a graph"):
            render(graph(), Style(name))
    for name in GRAPH_FORMATS:
        with pytest.raises(UsageError, match="this answer is rows"):
            render(ROWS, Style(name))
    with pytest.raises(UsageError, match="unknown format 'xlsx'"):
        check_format("xlsx")


def test_counts_say_what_was_cut() -> None:
    assert count_words(ROWS) == "2 rows"
    assert count_words(Rows(("x",), ((None,),), cut=True)) == "cut off after 1 row; there are more"
    assert count_words(graph()) == "3 triples"


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_a_limit_cuts_only_what_is_more(limit: int) -> None:
    store = ox.Store()
    store.update("INSERT DATA { <a:1> <a:p> 1, 2, 3 }")
    answer = collect(store.query("SELECT ?o { ?s ?p ?o }"), limit)
    assert isinstance(answer, Rows)
    assert (len(answer.rows), answer.cut) == (min(limit, 3), limit < 3)


@pytest.mark.parametrize(
    ("variable", "words"), [("totalDose", "total dose"), ("out_of", "out of"), ("PSA", "PSA"), ("eqd2", "eqd2")]
)
def test_headings(variable: str, words: str) -> None:
    assert heading(variable) == words


def test_no_rows_no_table() -> None:
    assert render(Rows(("x",), ()), Style("table")) == ""
