"""Rows of a saved question as text that a person can write and compare.

Comes in: a question and an engine. Goes out: rows of cells, and the same from the expected files beside this module.
``python -m tests.questions.rows NAME [--PARAMETER VALUE …]`` prints what the built graph answers now, in the form of those files,
with the seconds it took on stderr; it writes nothing.

A cell holds a CURIE, a date, the words of a literal, or a number without needless zeros; nothing where a variable is unbound.
"""

from __future__ import annotations

import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from neoplex.ask import asking
from neoplex.ask.engines import LocalEngine
from neoplex.ask.parameters import parse_options
from neoplex.ask.questions import Question, find_question
from neoplex.base.names import PREFIXES, compact
from neoplex.store.embedded import open_graph

HERE = Path(__file__).resolve().parent
_NUMBERS = {PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "float")}
_DIGITS = 6

Row = tuple[str, ...]


def number_text(lexical: str) -> str:
    """A number in one spelling, rounded far beyond what any paper prints.

    >>> number_text("4.50"), number_text("39.0"), number_text("1E1"), number_text("-0.0")
    ('4.5', '39', '10', '0')
    """
    value = round(Decimal(lexical), _DIGITS)
    plain = format(value, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain == "-0" else plain


def cell_text(term: Any) -> str:
    """One term of pyoxigraph or rdflib as a cell."""
    if term is None:
        return ""
    value = getattr(term, "value", None) if type(term).__module__.startswith("pyoxigraph") else str(term)
    datatype = getattr(term, "datatype", None)
    if datatype is None:
        return compact(str(value)) if "Literal" not in type(term).__name__ else _one_line(str(value))
    name = datatype.value if hasattr(datatype, "value") and not isinstance(datatype, str) else str(datatype)
    return number_text(str(value)) if name in _NUMBERS else _one_line(str(value))


def store_rows(store: Any, query: str) -> tuple[Row, list[Row]]:
    """Header and rows that a pyoxigraph store answers, in its order, on the union of its graphs."""
    solutions = store.query(query, use_default_graph_as_union=True)
    header = tuple(variable.value for variable in solutions.variables)
    return header, [tuple(cell_text(term) for term in solution) for solution in solutions]


def rdflib_rows(dataset: Any, query: str) -> tuple[Row, list[Row]]:
    """Header and rows that rdflib's engine answers, in its order."""
    result = dataset.query(query)
    header = tuple(str(variable) for variable in result.vars)
    return header, [tuple(cell_text(term) for term in row) for row in result]


def read_expected(path: Path) -> tuple[list[str], Row, list[Row]]:
    """The parameter words, header and rows of an expected file; ``#`` at the start of a first line marks parameter words."""
    lines = path.read_text("utf-8").split("\n")
    assert lines.pop() == "", f"{path.name} must end with a line break"
    words = lines.pop(0).split("\t")[1:] if lines[0].startswith("#") else []
    header, *rows = (tuple(line.split("\t")) for line in lines)
    return words, header, rows


def format_rows(words: list[str], header: Row, rows: list[Row]) -> str:
    """Rows as the text of an expected file."""
    lines = ["\t".join(["#", *words])] if words else []
    return "\n".join([*lines, "\t".join(header), *("\t".join(row) for row in rows)]) + "\n"


def bound_query(question: Question, words: list[str], engine: Any) -> str:
    """The question's query with ``--parameter value`` words bound as the command line binds them."""
    return asking.bind(question, parse_options(question, words), engine)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def main(arguments: list[str]) -> None:
    """Print the rows of the question named first."""
    name, *words = arguments
    graph = open_graph()
    query = bound_query(find_question(name), words, LocalEngine(graph))
    start = time.perf_counter()
    header, rows = store_rows(graph.store, query)
    seconds = time.perf_counter() - start
    sys.stdout.write(format_rows(words, header, rows))
    sys.stderr.write(f"{len(rows)} rows, {seconds:.3f} s\n")


if __name__ == "__main__":
    main(sys.argv[1:])
