"""Rows of a table and the words about the same patient meet in one case."""

from __future__ import annotations

from pathlib import Path

import pytest

from neoplex.cases.check import check_file, read_publication
from neoplex.model.lexicon import Lexicon
from neoplex.model.publication import Case

HEAD = """\
format: neoplex/1
source: {id: doe-2020, title: A series, authors: [Doe A], year: 2020, kind: case report}
"""
TABLE = """\
tables:
  - file: doe-2020.courses.csv
    case: "doe-2020-{patient}"
    at: "table 1, row {row}"
    entry:
      person: {sex: "{sex}", at: "table 1, row {row}, column Sex"}
      findings:
        - {id: "pain-{course}", kind: groin pain, value: "{nrs} NRS", when: "before rt-{course}"}
      treatments:
        - id: "rt-{course}"
          kind: radiotherapy
          for: ["{pain}", "{other}"]
          doses: [{role: reported, total: "{dose} Gy", fractions: "{fractions}", at: "table 1, row {row}, column Dose"}]
      outcomes:
        - {kind: pain relief, of: "rt-{course}", after: {value: "{weeks} wk", from: "rt-{course} start"}}
"""
ROWS = """\
row,patient,course,sex,nrs,dose,fractions,weeks,pain,other
1,1,1,female,9,39,13,3,pain-1,
2,1,2,female,8,,,,pain-2,pain-1
3,2,1,male,,30,10,1,,
"""


@pytest.fixture
def cases(tmp_path: Path, words: Lexicon) -> dict[str, Case]:
    return read_cases(tmp_path, words, HEAD + TABLE, ROWS)


def read_cases(folder: Path, words: Lexicon, text: str, rows: str) -> dict[str, Case]:
    (folder / "doe-2020.yaml").write_text(text)
    (folder / "doe-2020.courses.csv").write_text(rows)
    publication, faults = read_publication(folder / "doe-2020.yaml", words)
    assert [str(fault) for fault in faults if "label" not in fault.found] == []
    assert publication is not None
    return {case.id: case for case in publication.cases}


LABEL = TABLE.replace("    entry:\n", '    entry:\n      label: "Patient {patient}"\n')


def test_rows_become_cases(tmp_path: Path, words: Lexicon) -> None:
    cases = read_cases(tmp_path, words, HEAD + LABEL, ROWS)
    assert list(cases) == ["doe-2020-1", "doe-2020-2"]
    assert [fact.name for fact in cases["doe-2020-1"].facts if fact.section == "treatment"] == ["rt-1", "rt-2"]


def test_a_label_is_needed_once_for_a_case(tmp_path: Path, words: Lexicon) -> None:
    (tmp_path / "doe-2020.yaml").write_text(HEAD + TABLE)
    (tmp_path / "doe-2020.courses.csv").write_text(ROWS)
    faults = check_file(tmp_path / "doe-2020.yaml", words)
    assert {(fault.field, fault.found) for fault in faults} == {("cases[0]", "no label"), ("cases[1]", "no label")}


def test_an_entry_with_an_empty_cell_is_left_out_and_only_that(tmp_path: Path, words: Lexicon) -> None:
    first, second = read_cases(tmp_path, words, HEAD + LABEL, ROWS).values()
    courses = {fact.name: fact.course for fact in first.facts if fact.course is not None}
    assert [len(course.doses) for course in courses.values()] == [1, 0]
    assert [len(course.given_for) for course in courses.values()] == [1, 2]
    assert [fact.name for fact in second.facts if fact.section == "finding"] == []
    assert [fact.after is None for fact in first.facts if fact.section == "outcome"] == [False, True]


def test_a_row_gives_its_place_to_what_has_none(tmp_path: Path, words: Lexicon) -> None:
    first = read_cases(tmp_path, words, HEAD + LABEL, ROWS)["doe-2020-1"]
    pains = [fact for fact in first.facts if fact.section == "finding"]
    assert [[str(place) for place in fact.passages] for fact in pains] == [["table 1, row 1"], ["table 1, row 2"]]


def test_one_person_in_two_rows_is_one_person_with_both_places(tmp_path: Path, words: Lexicon) -> None:
    first = read_cases(tmp_path, words, HEAD + LABEL, ROWS)["doe-2020-1"]
    assert first.person is not None
    assert [str(place) for place in first.person.passages] == [
        "table 1, row 1, column Sex",
        "table 1, row 2, column Sex",
    ]


TOLD = """\
cases:
  - id: doe-2020-1
    label: Patient 1
    at: section Case 1
    treatments:
      - id: rt-1
        kind: radiotherapy
        start: 2014-05
        doses: [{role: planned, total: 42 Gy, fractions: 14}]
    findings:
      - {kind: pain}
"""


def test_a_course_told_twice_is_one_course_with_both_doses(tmp_path: Path, words: Lexicon) -> None:
    first = read_cases(tmp_path, words, HEAD + TOLD + LABEL, ROWS)["doe-2020-1"]
    (course,) = [fact for fact in first.facts if fact.name == "rt-1"]
    assert course.course is not None
    assert [dose.role for dose in course.course.doses] == ["planned", "reported"]
    assert course.course.start is not None
    assert [str(place) for place in course.passages] == ["section Case 1", "table 1, row 1"]


def test_what_only_the_text_tells_keeps_the_place_of_the_text(tmp_path: Path, words: Lexicon) -> None:
    first = read_cases(tmp_path, words, HEAD + TOLD + LABEL, ROWS)["doe-2020-1"]
    (told,) = [fact for fact in first.facts if fact.name == "pain"]
    assert [str(place) for place in told.passages] == ["section Case 1"]
