"""Saved questions: headers, faults in headers, binding, and every question that is shipped."""

# ruff: noqa: E501 - messages and texts are compared whole

from __future__ import annotations

from pathlib import Path

import pytest

from neoplex.ask.questions import (
    Question,
    find_question,
    list_questions,
    question_names,
    questions_folder,
    read_question,
    search_questions,
)  # fmt: skip
from neoplex.ask.syntax import read_query
from neoplex.base.errors import FaultsFound, UsageError
from neoplex.store.answers import Rows, collect
from neoplex.store.embedded import Graph

GOOD = """\
#+ summary: Who has pain?
#+ why: To find them.
#+ tags: [findings, pain]
#+ params:
#+   site: {type: structure, label: where}
#+   minDose: {type: number, label: at least, default: any}
#+ columns:
#+   case: the case
SELECT ?case WHERE {
  VALUES ?site { <http://a/left> }
  VALUES ?minDose { UNDEF }
  ?case ?p ?site .
} ORDER BY ?case
"""


def write(folder: Path, text: str, name: str = "who-has-pain") -> Path:
    path = folder / f"{name}.rq"
    path.write_text(text, "utf-8")
    return path


def faults_of(folder: Path, text: str, name: str = "who-has-pain") -> list[str]:
    with pytest.raises(FaultsFound) as caught:
        read_question(write(folder, text, name))
    return [str(fault).split("who-has-pain.rq", 1)[-1] for fault in caught.value.faults]


def test_header_is_read(tmp_path: Path) -> None:
    question = read_question(write(tmp_path, GOOD))
    assert (question.name, question.summary, question.tags) == ("who-has-pain", "Who has pain?", ("findings", "pain"))
    assert question.columns == (("case", "the case"),)
    site, dose = question.parameters
    assert (site.option, site.default, site.is_open) == ("--site", ("<http://a/left>",), False)
    assert (dose.option, dose.is_open, dose.default_words) == ("--min-dose", True, "any")


@pytest.mark.parametrize("quoted", ['"Who has it: you?"', "'Who has it: you?'"])
def test_list_and_header_agree_on_quotes(tmp_path: Path, quoted: str) -> None:
    path = write(tmp_path, GOOD.replace("Who has pain?", quoted))
    assert read_question(path).summary == list_questions(tmp_path)[0].summary == "Who has it: you?"


def test_binding_replaces_the_list_and_drops_what_stays_open(tmp_path: Path) -> None:
    question = read_question(write(tmp_path, GOOD))
    bound = question.bind({"site": ["<http://b/1>", '"a } b { ?x"']})
    assert 'VALUES ?site { <http://b/1> "a } b { ?x" }' in bound
    assert "#+" not in bound
    same = bound.replace('<http://b/1> "a } b { ?x"', "<http://a/left>")
    assert same == question.query.replace("  VALUES ?minDose { UNDEF }\n", "")


def test_binding_keeps_backslashes_as_they_are(tmp_path: Path) -> None:
    question = read_question(write(tmp_path, GOOD))
    assert '{ "\\\\1 \\n" }' in question.bind({"site": ['"\\\\1 \\n"']})


@pytest.mark.parametrize("values", [{"sight": ["1"]}, {"site": []}])
def test_binding_refuses_unknown_names_and_empty_lists(tmp_path: Path, values: dict[str, list[str]]) -> None:
    with pytest.raises(UsageError):
        read_question(write(tmp_path, GOOD)).bind(values)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("summary: Who", "sumary: Who", ":1: sumary: found an unknown key, expected one of summary, why, tags, params, columns; did you mean summary?"),
        ("#+ why: To find them.\n", "", ":1: why: found nothing, expected it in the header"),
        ("tags: [findings, pain]", "tags: findings", ":3: tags: found 'findings', expected a list"),
        ("tags: [findings, pain]", "tags: [Findings]", ":3: tags: found 'Findings', expected lower-case words joined by hyphens"),
        ("type: structure", "type: structur", ":5: params.site.type: found 'structur', expected one of structure, term, case"),
        ("label: where", "labl: where", ":5: params.site.labl: found an unknown key, expected one of type, label, default, allowed; did you mean label?"),
        ("label: where", "label: where, allowed: [a]", ":5: params.site.allowed: found ['a'], expected a list of words for a choice"),
        ("  VALUES ?site { <http://a/left> }\n", "", ":5: params.site: found no line VALUES ?site { … }, expected exactly one"),
        ("UNDEF }\n", "UNDEF }\n  VALUES ?minDose { 1 }\n", ":6: params.minDose: found 2 lines VALUES ?minDose { … }"),
        ("  site:", "  format:", "params.format: found the name format, expected another one"),
        ("case: the case", "cases: the case", ":8: columns.cases: found no ?cases in the query, expected a variable of the query"),
        ("#+ params:", "#+  params:", ":4:"),
        ("summary: Who has pain?", "summary: Who: has pain?", "a value that holds ': ' stands in quotes"),
        ("summary: Who has pain?", "summary: >-\n#+   Who has pain?", ":1: summary: found a value the list cannot read"),
    ],
)  # fmt: skip
def test_faults_say_where_and_what(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    assert any(expected in fault for fault in faults_of(tmp_path, GOOD.replace(old, new, 1)))


def test_all_faults_come_together(tmp_path: Path) -> None:
    text = (
        GOOD.replace("summary", "sumary").replace("type: structure", "type: x").replace("#+ why: To find them.\n", "")
    )
    assert len(faults_of(tmp_path, text)) >= 4


def test_file_without_header_and_bad_name(tmp_path: Path) -> None:
    assert any("no header" in fault for fault in faults_of(tmp_path, "SELECT * {}"))
    with pytest.raises(FaultsFound, match="the name Who_has"):
        read_question(write(tmp_path, GOOD, "Who_has"))


def test_unknown_name_gets_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    with pytest.raises(UsageError, match="did you mean who-has-pain"):
        find_question("who-had-pain", tmp_path)


@pytest.mark.parametrize("name", ["../who-has-pain", "Who-has-pain", "", "who-has-pain.rq"])
def test_names_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    write(tmp_path, GOOD)
    (tmp_path / "inner").mkdir()
    with pytest.raises(UsageError):
        find_question(name, tmp_path / "inner")


def test_search_ranks_names_before_summaries_and_finds_near_misses(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(
        tmp_path,
        GOOD.replace("Who has pain?", "Which nerve hurts in the groin?").replace("pain]", "nerves]"),
        "groin-ache",
    )
    assert [entry.name for entry in search_questions(["pain"], tmp_path)] == ["who-has-pain"]
    assert [entry.name for entry in search_questions(["groin", "NERVE"], tmp_path)] == ["groin-ache"]
    assert [entry.name for entry in search_questions(["groyn"], tmp_path)] == ["groin-ache"]
    assert search_questions(["zebra"], tmp_path) == []


SHIPPED = question_names()


def shipped(name: str) -> Question:
    return read_question(questions_folder() / f"{name}.rq")


def test_questions_are_shipped() -> None:
    assert len(SHIPPED) >= 6
    assert [entry.name for entry in sorted(list_questions(), key=lambda entry: entry.name)] == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_question_is_plain_sparql_with_an_order(name: str) -> None:
    question = shipped(name)
    reading = read_query(question.query)
    used = {token.text.partition(":")[0] for _, token in reading.names if token.kind == "PNAME"}
    assert used <= reading.declared, "a question declares its own prefixes, so that it runs in any tool"
    assert not reading.services
    assert not reading.datasets
    assert "ORDER BY" in question.query
    assert reading.form == "SELECT"
    assert {column for column, _ in question.columns} == set(reading.variables), "columns are those of the SELECT"


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_question_has_an_answer_and_always_the_same(name: str, graph: Graph) -> None:
    question = shipped(name)
    answer = collect(graph.query(question.query))
    assert isinstance(answer, Rows)
    assert answer.rows, "a question whose default answer is empty proves nothing"
    assert answer == collect(graph.query(question.query))
