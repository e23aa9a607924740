"""Every saved question gives the rows that the papers give, on the embedded store and on rdflib's own engine.

``<question>.tsv`` holds the rows for the default parameters, ``<question>+<what>.tsv`` those for the parameter words in its first
line. The rows were read from the papers; a difference means that a case file, a rule or a question is wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from neoplex.ask.engines import LocalEngine
from neoplex.ask.questions import Question, question_names, read_question
from neoplex.store.embedded import Graph
from tests.questions import rows

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / "queries" / "questions"
NAMES = question_names(FOLDER)
EXPECTED = sorted(HERE.glob("*.tsv"))
THEMES = (
    "patients",
    "symptoms",
    "imaging",
    "nerve-tests",
    "pathology",
    "treatment",
    "response",
    "course-of-events",
    "explanations",
    "sources",
    "anatomy",
    "criteria",
    "figures",
)
SELECTED = re.compile(r"^SELECT\s+(?:DISTINCT\s+)?(?P<list>.*?)\s*WHERE\b", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Sample:
    """One expected file: the question, the parameter words, and what must come."""

    question: Question
    words: tuple[str, ...]
    header: rows.Row
    rows: list[rows.Row]


def load_sample(path: Path) -> Sample:
    words, header, expected = rows.read_expected(path)
    return Sample(read_question(FOLDER / f"{path.stem.partition('+')[0]}.rq"), tuple(words), header, expected)


def load_question(name: str) -> Question:
    return read_question(FOLDER / f"{name}.rq")


@pytest.fixture(scope="session")
def reversed_store(graph: Graph) -> ox.Store:
    """The same quads, put into another store in reverse, so that no order is there by luck."""
    store = ox.Store()
    store.extend(sorted(graph.store, key=str, reverse=True))
    return store


@pytest.fixture(scope="session")
def dataset(graph: Graph) -> rdflib.Dataset:
    """The same graphs in rdflib, with their union as default graph."""
    quads = graph.store.dump(format=ox.RdfFormat.N_QUADS)
    assert quads is not None
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=quads, format="nquads")
    assert len(list(dataset.quads((None, None, None, None)))) == len(graph.store)
    return dataset


def test_there_are_at_least_eighty_questions() -> None:
    assert len(NAMES) >= 80


def test_every_question_has_expected_rows_and_every_expected_file_a_question() -> None:
    answered = {path.stem for path in EXPECTED if "+" not in path.stem}
    assert answered == set(NAMES)
    assert {path.stem.partition("+")[0] for path in EXPECTED} == set(NAMES)


def test_every_theme_has_questions_and_no_question_another_theme() -> None:
    assert {load_question(name).tags[0] for name in NAMES} == set(THEMES)


@pytest.mark.parametrize("name", NAMES)
def test_header_fits_the_query(name: str) -> None:
    question = load_question(name)
    assert question.summary.endswith("?")
    assert question.summary[0].isupper()
    assert len(question.tags) == len(set(question.tags))
    selected = SELECTED.search(question.query)
    assert selected is not None
    plain = re.sub(r"\((?:[^()]|\([^()]*\))*?\bAS\s+(\?\w+)\s*\)", r"\1", strip_aggregates(selected["list"]))
    assert tuple(re.findall(r"\?(\w+)", plain)) == tuple(column for column, _ in question.columns)
    assert "ORDER BY" in question.query.rpartition("}")[2], "the order of the rows must be said last"
    for parameter in question.parameters:
        uses = len(re.findall(rf"[?$]{re.escape(parameter.name)}\b", question.query))
        assert uses > 1, f"{parameter.name} changes nothing"
    for shortcut in ("SERVICE", "FROM", "LIMIT", "OFFSET", "NOW()", "RAND()"):
        assert not re.search(rf"(?<![\w?]){re.escape(shortcut)}(?!\w)", re.sub(r'"[^"]*"|<[^>]*>', "", question.query))


def strip_aggregates(text: str) -> str:
    """A SELECT list in which each ``(… AS ?name)``, however deeply bracketed, is only ``?name``."""
    plain, depth, start = "", 0, 0
    for at, char in enumerate(text):
        if char == "(":
            start = at if depth == 0 else start
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                plain += text[start : at + 1].rpartition(" AS ")[2].rstrip(")") + " "
        elif depth == 0:
            plain += char
    return plain


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_rows_are_those_of_the_papers(path: Path, graph: Graph) -> None:
    sample = load_sample(path)
    assert sample.rows, "a question that answers nothing by default needs other defaults"
    query = rows.bound_query(sample.question, list(sample.words), LocalEngine(graph))
    header, found = rows.store_rows(graph.store, query)
    assert header == sample.header == tuple(column for column, _ in sample.question.columns)
    assert found == sample.rows


@pytest.mark.parametrize("name", NAMES)
def test_order_does_not_hang_on_the_store(name: str, graph: Graph, reversed_store: ox.Store) -> None:
    query = load_question(name).query
    assert rows.store_rows(reversed_store, query) == rows.store_rows(graph.store, query)


# rdflib reads a property of its own that it has deprecated, once for each triple it touches.
@pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", NAMES)
def test_rdflib_gives_the_same_rows(name: str, graph: Graph, dataset: rdflib.Dataset) -> None:
    query = load_question(name).query
    header, found = rows.store_rows(graph.store, query)
    other_header, other = rows.rdflib_rows(dataset, query)
    assert other_header == header
    assert Counter(other) == Counter(found)
