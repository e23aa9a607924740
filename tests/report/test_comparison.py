"""A comparison says what the papers say, leaves silence as NR, and is escaped for whoever reads it."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import pytest

from neoplex.ask.engines import LocalEngine
from neoplex.base.errors import UsageError
from neoplex.report.comparison import (
    COLUMNS,
    DEFAULT,
    Cell,
    Comparison,
    Statement,
    choose_cases,
    choose_columns,
    compare,
)
from neoplex.report.comparisontext import FORMATS, escape_latex, write
from neoplex.store.embedded import Graph

HOSTILE = "=1+1 <script>alert(1)</script> | a_b & 50% $x$ \\input{x} [l](http://x.y) \u202e"
# Read from table 1 of Sanuki 2022: age, sex, primary, dose and fractions, score before and after.
TABLE = {
    "sanuki-2022-2": ("74 years", "female", "endometrial cancer", "reported 54 Gy/30", "4 → 0"),
    "sanuki-2022-4": ("47 years", "male", "urachal cancer", "reported 60 Gy/30", "8 → 3"),
    "sanuki-2022-6": ("44 years", "female", "cervical cancer", "reported 59.4 Gy/33", "5 → 3"),
    "sanuki-2022-9": ("70 years", "male", "bladder cancer", "reported 30 Gy/10", "4 → 1"),
    "sanuki-2022-11": ("80 years", "male", "bladder cancer", "reported 30 Gy/10", "8 → 0"),
}


@pytest.fixture(scope="module")
def engine(graph: Graph) -> LocalEngine:
    return LocalEngine(graph)


@pytest.fixture(scope="module")
def everything(engine: LocalEngine) -> Comparison:
    return compare(engine, choose_cases(engine, (), True), tuple(COLUMNS))


def cells(engine: LocalEngine, case: str, *columns: str) -> dict[str, str]:
    table = compare(engine, choose_cases(engine, (case,), False), columns)
    return {name: cell.words for name, cell in zip(columns, table.rows[0][1], strict=True)}


@pytest.mark.parametrize("case", sorted(TABLE))
def test_cells_are_those_of_the_table(case: str, engine: LocalEngine) -> None:
    age, sex, primary, dose, scores = TABLE[case]
    found = cells(engine, case, "age", "sex", "primary", "treatment", "scores")
    assert (found["age"], found["sex"], found["primary"]) == (age, sex, primary)
    assert dose in found["treatment"] and found["scores"].startswith(scores)


def test_doses_that_disagree_all_stand(engine: LocalEngine) -> None:
    words = cells(engine, "sanuki-2022-5", "treatment")["treatment"]
    assert "(delivered 12 Gy/4, planned 39 Gy/13, reported 21 Gy/7)" in words
    eighth = cells(engine, "sanuki-2022-8", "scores")["scores"]
    assert eighth.startswith("3 → 0 (") and "0 (pain numeric rating scale, about 2 weeks after" in eighth, (
        "of uncertain order"
    )
    two = cells(engine, "sanuki-2022-1", "treatment", "scores")
    assert two["treatment"].count("external-beam radiotherapy of") == 2, "two courses of one patient stay two"
    assert "9 → 0" in two["scores"] and "8 → 0" in two["scores"]


def test_what_is_not_reported_is_nr_and_what_is_denied_says_so(engine: LocalEngine) -> None:
    told = cells(engine, "capek-2015-demetriades", "age", "sex", "primary", "imaging")
    assert told == {"age": "NR", "sex": "NR", "primary": "prostate cancer", "imaging": "NR"}
    shi = cells(engine, "shi-2021", "treatment", "response", "deficits", "site")
    assert (
        "no adjuvant therapy" in shi["treatment"]
        and "no tumor recurrence after tumor resection (78 months)" in shi["response"]
    )
    assert shi["deficits"] == "NR" and "left psoas major" in shi["site"]
    elhayel = cells(engine, "elhayel-2026", "age", "site", "treatment")
    assert elhayel["age"] == "15 years" and "right iliopsoas" in elhayel["site"]
    assert "palliative radiotherapy of right iliopsoas (delivered 30 Gy/10)" in elhayel["treatment"]


def test_strength_names_its_scale(engine: LocalEngine) -> None:
    words = cells(engine, "capek-2015", "deficits")["deficits"]
    assert re.search(r"quadriceps weakness \(left quadriceps femoris\) 4 \([^)]*scale\)", words)
    assert "no quadriceps weakness (right quadriceps femoris)" in words


def test_a_side_that_is_not_told_stays_open(engine: LocalEngine) -> None:
    assert "piriformis, side NR: " in cells(engine, "sanuki-2022-2", "site")["site"]


def test_default_columns_and_cases(engine: LocalEngine, everything: Comparison) -> None:
    assert choose_columns(None) == DEFAULT
    assert len(everything.rows) == 16 and len(everything.references) == 4
    members = choose_cases(engine, ("sanuki-2022",), False)
    assert [entry.id for entry in members] == [f"sanuki-2022-{n}" for n in range(1, 12)]
    with pytest.raises(UsageError, match="did you mean primary"):
        choose_columns("age,primry")
    with pytest.raises(UsageError, match="only in total"):
        choose_cases(engine, ("gerontopoulos-2020",), False)


def test_every_statement_has_a_locator(everything: Comparison) -> None:
    heads = [head for head in everything.heads if head not in ("Source",)]
    for name, row in everything.rows:
        for head, cell in zip(everything.heads, row, strict=True):
            if head in heads:
                assert all(s.passages for s in cell.statements), (name, head)
    assert all(re.match(r"(?:Capek|El Hayel|Sanuki|Shi) \d{4}, ", note) for note in everything.notes), everything.notes[
        :5
    ]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("locators", [False, True])
def test_every_cell_is_in_every_format(format: str, locators: bool, everything: Comparison) -> None:
    text = write(everything, format, locators=locators)
    assert text == write(everything, format, locators=locators)
    assert text.count("NR") >= sum(not cell.statements for _, row in everything.rows for cell in row)
    for name, _ in everything.rows:
        assert name in text
    if format == "csv":
        rows = list(csv.reader(io.StringIO(text)))
        assert {len(row) for row in rows} == {1 + len(everything.heads) * (2 if locators else 1)}
        assert len(rows) == 17
    if format == "latex":
        body = text.partition(r"\endlastfoot")[2].partition(r"\end{longtable}")[0]
        lines = [line for line in body.splitlines() if line.endswith(r"\\")]
        assert {len(re.findall(r"(?<!\\)&", line)) for line in lines} == {len(everything.heads)}
        assert text.count("{") == text.count("}")


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_hostile_words_stay_words() -> None:
    row = (HOSTILE, (Cell((Statement(HOSTILE, ("x:p",)),)),))
    table = Comparison((HOSTILE,), (row,), {"x:p": HOSTILE}, (HOSTILE,))
    reader = Reader()
    reader.feed(write(table, "html", locators=True))
    assert "script" not in reader.tags and reader.words.count("<script>") >= 4
    markdown = write(table, "md", locators=True)
    assert not re.search(r"(?<!\\)<script", markdown) and not re.search(r"(?<!\\)\]\(", markdown)
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 3 for line in markdown.splitlines()[:3])
    latex = write(table, "latex", locators=True)
    assert r"\textbackslash{}input\{x\}" in latex and r"50\%" in latex
    cells = [cell for line in csv.reader(io.StringIO(write(table, "csv", locators=True))) for cell in line]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells[3:])
    assert "\u202e" not in markdown + latex + reader.words


def test_latex_escapes_each_special_once() -> None:
    assert escape_latex("\\{}") == r"\textbackslash{}\{\}"
    assert escape_latex("9 → 0 & <1") == r"9 $\rightarrow$ 0 \& \textless{}1"
