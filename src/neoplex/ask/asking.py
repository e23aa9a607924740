"""Ask a saved question: bind its parameters, run it, and say why nothing came back when nothing did.

Comes in: a question, the words given for its parameters, an engine. Goes out: an answer with remarks in plain words. Never prints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from neoplex.ask.parameters import render_values
from neoplex.ask.questions import Question
from neoplex.ask.vocabulary import Engine, Vocabulary
from neoplex.base.errors import LimitReached
from neoplex.base.names import CASE, PREFIXES, SOURCE
from neoplex.store.answers import Answer, Rows, Triples


@dataclass(frozen=True)
class Reply:
    """An answer, the query that gave it, and remarks for the one who asked."""

    answer: Answer
    query: str
    remarks: tuple[str, ...] = ()


def bind(question: Question, given: Mapping[str, Sequence[str]], engine: Engine) -> str:
    """The question's query with the given words bound as terms; raises UsageError for words that mean nothing."""
    if not given:
        return question.bind({})
    return question.bind(render_values(question, given, Vocabulary(engine)))


def ask(question: Question, given: Mapping[str, Sequence[str]], engine: Engine, limit: int | None = None) -> Reply:
    """Answer a saved question; an empty answer comes with the reason, as far as it can be found."""
    query = bind(question, given, engine)
    answer = engine.answer(query, limit)
    empty = (isinstance(answer, Rows) and not answer.rows) or (isinstance(answer, Triples) and not answer.triples)
    remarks = _explain_nothing(question, given, engine) if empty else ()
    return Reply(answer, query, remarks)


def _explain_nothing(question: Question, given: Mapping[str, Sequence[str]], engine: Engine) -> tuple[str, ...]:
    if not given:
        return ("nothing in the graph answers this question",)
    remarks = ["nothing in the graph answers this question with these values; not found is not the same as absent"]
    by_name = {parameter.name: parameter for parameter in question.parameters}
    for name, texts in given.items():
        parameter = by_name[name]
        others = {key: value for key, value in given.items() if key != name}
        words = " ".join(f"{parameter.option} {text!r}" for text in texts)
        if parameter.type in ("structure", "term"):
            unused = [text for text in texts if not _occurs(parameter.type, text, engine)]
            remarks += [f"no case, statement or claim of the graph mentions {text!r}" for text in unused]
        try:
            without = engine.answer(bind(question, others, engine), limit=1000)
        except LimitReached:
            continue
        if isinstance(without, Rows) and without.rows:
            number = (
                "more than " if without.cut else ""
            ) + f"{len(without.rows)} row{'' if len(without.rows) == 1 else 's'}"
            remarks.append(f"without {words}: {number}")
    return tuple(remarks)


def _occurs(kind: str, text: str, engine: Engine) -> bool:
    """Whether anything outside the ontology and the atlas points at one of these things, or is of their kind."""
    iris = " ".join(f"<{iri}>" for iri in Vocabulary(engine).resolve(text, kind))
    below = f"<{PREFIXES['rdf']}type>?/<{PREFIXES['rdfs']}subClassOf>*"
    case_or_knowledge = f'FILTER(STRSTARTS(STR(?s), "{CASE}") || STRSTARTS(STR(?s), "{SOURCE}"))'
    query = f"SELECT ?s WHERE {{ VALUES ?t {{ {iris} }} ?x {below} ?t . ?s ?p ?x . {case_or_knowledge} }} LIMIT 1"
    answer = engine.answer(query)
    return isinstance(answer, Rows) and bool(answer.rows)
