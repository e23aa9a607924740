"""Words for parameters become typed terms, escaped, or an error with the way out."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoplex.ask.asking import ask
from neoplex.ask.engines import LocalEngine
from neoplex.ask.parameters import choice_words, parse_options, render_value
from neoplex.ask.questions import Parameter, Question
from neoplex.ask.vocabulary import Vocabulary
from neoplex.base.errors import UsageError
from neoplex.base.names import NX
from neoplex.store.answers import Rows
from neoplex.store.embedded import Graph


def parameter(kind: str, name: str = "x", allowed: tuple[str, ...] = ()) -> Parameter:
    return Parameter(name, kind, "a label", ("UNDEF",), "", allowed)


def question(*parameters: Parameter, text: str = "SELECT * { VALUES ?x { UNDEF } }") -> Question:
    return Question("q", "s", "w", ("t",), parameters, (), text, Path("q.rq"))


@pytest.fixture
def vocabulary(small_graph: Graph) -> Vocabulary:
    return Vocabulary(LocalEngine(small_graph))


@given(st.text())
def test_text_survives_as_one_literal(text: str) -> None:
    if not text.strip():
        return
    (term,) = render_value(parameter("text"), text, Vocabulary(LocalEngine(Graph(ox.Store()))))
    answer = LocalEngine(Graph(ox.Store())).answer(f"SELECT ?x {{ VALUES ?x {{ {term} }} }}")
    assert isinstance(answer, Rows)
    assert answer.rows == ((ox.Literal(text),),)


@pytest.mark.parametrize(
    ("text", "term"), [("42", "42"), ("-3", "-3"), ("1.50", "1.50"), ("007", "7"), ("1e3", "1000")]
)
def test_numbers(text: str, term: str, vocabulary: Vocabulary) -> None:
    assert render_value(parameter("number"), text, vocabulary) == [term]


@pytest.mark.parametrize("text", ["NaN", "inf", "1 }", "", "two", "1e99999"])
def test_no_numbers(text: str, vocabulary: Vocabulary) -> None:
    with pytest.raises(UsageError, match="is no number"):
        render_value(parameter("number"), text, vocabulary)


def test_choice_is_a_word_or_a_shared_individual(vocabulary: Vocabulary) -> None:
    choice = parameter("choice", allowed=("nx:present", "any word"))
    assert choice_words(choice) == ("present", "any word")
    assert render_value(choice, "present", vocabulary) == [f"<{NX}present>"]
    assert render_value(choice, "any word", vocabulary) == ['"any word"']
    with pytest.raises(UsageError, match="'presnt' is none of present, any word; did you mean present"):
        render_value(choice, "presnt", vocabulary)


def test_options_repeat_and_take_equals(small_graph: Graph) -> None:
    asked = question(parameter("text", "site"), parameter("number", "minDose"))
    assert parse_options(asked, ["--site", "a", "--min-dose=3", "--site", "--b"]) == {
        "site": ["a", "--b"],
        "minDose": ["3"],
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--sight", "a"], "has no option --sight; did you mean --site"),
        (["--site"], "--site needs a value"),
        (["loose"], "'loose' stands alone; give it with its option, such as --site 'loose'"),
    ],
)
def test_wrong_options(words: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse_options(question(parameter("text", "site")), words)


def test_empty_answer_says_which_value_emptied_it(small_graph: Graph) -> None:
    text = (
        "PREFIX nx: <https://w3id.org/neoplex/term/>\nSELECT ?f WHERE {\n  VALUES ?kind { UNDEF }\n  VALUES ?site { UNDEF }\n"
        "  ?f nx:hasSite ?site ; a ?kind }"
    )
    asked = question(parameter("term", "kind"), parameter("structure", "site"), text=text)
    reply = ask(asked, {"kind": ["hip pain"], "site": ["right psoas major"]}, LocalEngine(small_graph))
    assert isinstance(reply.answer, Rows)
    assert reply.answer.rows == ()
    assert "no case, statement or claim of the graph mentions 'right psoas major'" in reply.remarks
    assert "without --site 'right psoas major': 1 row" in reply.remarks
    assert not any("--kind" in remark for remark in reply.remarks)
    full = ask(asked, {"kind": ["hip pain"]}, LocalEngine(small_graph))
    assert full.remarks == ()
