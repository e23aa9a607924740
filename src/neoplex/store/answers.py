"""What a SPARQL query answers, whoever answered it: rows, a yes or no, or triples.

Comes in: pyoxigraph results or standard result documents. Goes out: frozen values of pyoxigraph terms, and the standard
JSON document of them. Never asks a store.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

_BOOLEAN = ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean")
_BITS = {"0": "false", "1": "true"}

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True)
class Rows:
    """The answer to SELECT: variable names without ``?`` and one tuple for each row; ``None`` is unbound.

    ``cut`` says that there were more rows than the limit let through.
    """

    variables: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]
    cut: bool = False


@dataclass(frozen=True)
class Truth:
    """The answer to ASK."""

    value: bool


@dataclass(frozen=True)
class Triples:
    """The answer to CONSTRUCT and DESCRIBE, each triple once, in one order that depends on the triples only."""

    triples: tuple[ox.Triple, ...]
    cut: bool = False


Answer = Rows | Truth | Triples


def collect(result: Any, limit: int | None = None) -> Answer:
    """Take at most ``limit`` rows or triples of a pyoxigraph result."""
    if isinstance(result, ox.QueryBoolean):
        return Truth(bool(result))
    if isinstance(result, ox.QueryTriples):
        triples, cut = _take(result, limit)
        return Triples(settle(triples), cut)
    variables = tuple(variable.value for variable in result.variables)
    rows, cut = _take((tuple(solution) for solution in result), limit)
    return Rows(variables, tuple(rows), cut)


def settle(triples: Iterable[ox.Triple]) -> tuple[ox.Triple, ...]:
    """Each triple once, in a stable order, with blank nodes named by their content (RDFC-1.0) and not by chance."""
    unique = set(triples)
    if any(isinstance(end, ox.BlankNode) for t in unique for end in (t.subject, t.object)):
        dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in unique)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        unique = {quad.triple for quad in dataset}
    return tuple(sorted(unique, key=_triple_key))


def to_json(answer: Rows | Truth) -> dict[str, Any]:
    """The SPARQL 1.1 results document of an answer, as JSON data."""
    if isinstance(answer, Truth):
        return {"head": {}, "boolean": answer.value}
    bindings = [
        {name: _term_json(term) for name, term in zip(answer.variables, row, strict=True) if term is not None}
        for row in answer.rows
    ]
    return {"head": {"vars": list(answer.variables)}, "results": {"bindings": bindings}}


def from_json(document: str | bytes, limit: int | None = None) -> Rows | Truth:
    """An answer from its standard JSON document; raises SyntaxError or ValueError for anything else."""
    parsed = ox.parse_query_results(document, ox.QueryResultsFormat.JSON)
    answer = collect(parsed, limit)
    assert not isinstance(answer, Triples)
    return answer


def straighten(answer: Answer) -> Answer:
    """The same answer with booleans as ``true`` and ``false``; some stores write the other spellings, ``1`` and ``0``."""
    if isinstance(answer, Rows):
        return Rows(answer.variables, tuple(tuple(_straight(term) for term in row) for row in answer.rows), answer.cut)
    return answer


def dump_json(answer: Rows | Truth) -> str:
    """The standard JSON document as text in one line."""
    return json.dumps(to_json(answer), ensure_ascii=False, separators=(",", ":"))


def _straight(term: Term | None) -> Term | None:
    if isinstance(term, ox.Literal) and term.datatype == _BOOLEAN and term.value in _BITS:
        return ox.Literal(_BITS[term.value], datatype=_BOOLEAN)
    return term


def _take(items: Iterable[Any], limit: int | None) -> tuple[list[Any], bool]:
    if limit is None:
        return list(items), False
    taken: list[Any] = []
    iterator: Iterator[Any] = iter(items)
    for item in iterator:
        if len(taken) == limit:
            return taken, True
        taken.append(item)
    return taken, False


def _triple_key(triple: ox.Triple) -> tuple[str, bool, str, str]:
    is_type = str(triple.predicate) == "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    return (str(triple.subject), not is_type, str(triple.predicate), str(triple.object))


def _term_json(term: Term) -> dict[str, Any]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {name: _term_json(part) for name, part in parts.items()}}
    entry: dict[str, Any] = {"type": "literal", "value": term.value}
    if term.language:
        entry["xml:lang"] = term.language
    elif term.datatype.value != "http://www.w3.org/2001/XMLSchema#string":
        entry["datatype"] = term.datatype.value
    return entry
