"""Queries from outside: judged first, then run in a worker process that may be slow, greedy or crash without harm.

Comes in: the text of a query and limits. Goes out: an answer, UsageError for what is refused, LimitReached for what went too far.
Nothing is ever fetched: SERVICE is refused, and FROM may only name a graph that is already there.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from neoplex.ask.syntax import Reading, Token, add_prefixes, read_query
from neoplex.ask.vocabulary import Engine, Vocabulary
from neoplex.base.errors import EnvironmentProblem, LimitReached, UsageError, nearest
from neoplex.base.names import CASE, GRAPH, NX, PREFIXES, compact
from neoplex.store.answers import Answer, Rows, Triples, from_json

_GRACE = 2.0


@dataclass(frozen=True)
class Limits:
    """What a query from outside may use: seconds, memory in MiB, rows, depth of brackets, characters of text."""

    seconds: float = 30.0
    memory_mib: int = 1024
    rows: int = 10_000
    nesting: int = 64
    characters: int = 100_000


@dataclass(frozen=True)
class Judged:
    """A query that may run: its text with prefixes declared, and what it uses."""

    query: str
    reading: Reading


def judge(query: str, limits: Limits | None = None) -> Judged:
    """Let a query pass or refuse it; raises UsageError (with place and hint) or LimitReached."""
    limits = limits or Limits()
    query = query.removeprefix("\ufeff")
    if len(query) > limits.characters:
        raise LimitReached(f"the query has {len(query):,} characters; at most {limits.characters:,} are taken")
    reading = read_query(query, nesting=limits.nesting)
    if reading.services:
        line = query.count("\n", 0, reading.services[0].start) + 1
        raise UsageError(
            f"line {line}: SERVICE {reading.services[0].text} is refused: a query fetches nothing; "
            "use --endpoint to ask another store"
        )
    for iri, token in reading.datasets:
        if not iri.startswith((GRAPH, CASE)):
            line = query.count("\n", 0, token.start) + 1
            raise UsageError(
                f"line {line}: FROM {token.text} is refused: nothing is fetched, and neoplex has no such graph; "
                "its graphs are graph:ontology, graph:atlas, graph:sources, graph:knowledge, case:<id> and case:<id>/inferred"
            )
    return Judged(add_prefixes(query, reading), reading)


def find_unknown_terms(judged: Judged, engine: Engine) -> list[str]:
    """A warning for each name of our own namespaces that the graph does not know, with the nearest it does know."""
    seen: dict[str, Token] = {}
    for iri, token in judged.reading.names:
        if iri.startswith((NX, PREFIXES["atlas"], CASE, PREFIXES["source"], GRAPH)) and not iri.endswith("/"):
            seen.setdefault(iri, token)
    warnings = []
    vocabulary = Vocabulary(engine)
    known: list[str] | None = None
    for iri, token in seen.items():
        query = (
            f"SELECT ?x WHERE {{ {{ <{iri}> ?x ?o }} UNION {{ ?x <{iri}> ?o }} UNION {{ ?x ?p <{iri}> }} "
            f"UNION {{ GRAPH <{iri}> {{ ?x ?p ?o }} }} }}"
        )
        answer = engine.answer(query, 1)
        if isinstance(answer, Rows) and answer.rows:
            continue
        known = known if known is not None else vocabulary.known_ids()
        close = nearest(compact(iri), known)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        warnings.append(f"warning: {token.text} is unknown to the graph, so it matches nothing{hint}")
    return warnings


def run_guarded(judged: Judged, home: Path | None = None, limits: Limits | None = None) -> Answer:
    """Run a judged query on the current graph in a worker process, within limits.

    Raises LimitReached when the worker ran out of time or memory or the engine crashed, UsageError when the engine finds
    the query wrong after all, EnvironmentProblem when there is no graph.
    """
    limits = limits or Limits()
    request = {
        "query": judged.query,
        "home": str(home) if home else None,
        "rows": limits.rows,
        "seconds": limits.seconds,
        "memory_mib": limits.memory_mib,
        "union": not judged.reading.datasets,
    }
    command = [sys.executable, "-P", "-m", "neoplex.ask.worker"]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "RUST_BACKTRACE": "0"}
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    try:
        out, err = process.communicate(json.dumps(request).encode("utf-8"), limits.seconds + _GRACE)
    except subprocess.TimeoutExpired:
        raise _too_slow(limits) from None
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode != 0:
        raise _explain_end(process.returncode, err.decode("utf-8", "replace"), limits)
    return _read_reply(out, judged)


def order_columns(answer: Rows, judged: Judged) -> Rows:
    """The columns of ``SELECT *`` in the order in which the query first names them; any other answer as it is."""
    order = judged.reading.mentioned
    if judged.reading.variables or set(order) < set(answer.variables):
        return answer
    places = sorted(range(len(answer.variables)), key=lambda place: order.index(answer.variables[place]))
    rows = tuple(tuple(row[place] for place in places) for row in answer.rows)
    return Rows(tuple(answer.variables[place] for place in places), rows, answer.cut)


def _read_reply(out: bytes, judged: Judged) -> Answer:
    head, _, body = out.partition(b"\n")
    reply = json.loads(head)
    if "error" in reply:
        raise _ERRORS.get(reply["error"], UsageError)(reply["message"])
    if reply["kind"] == "triples":
        triples = tuple(quad.triple for quad in ox.parse(body, ox.RdfFormat.N_TRIPLES))
        return Triples(triples, bool(reply["cut"]))
    answer = from_json(body)
    if isinstance(answer, Rows):
        # Rows of the worker hold what the engine gave; the mark that there was more travels in the head.
        return order_columns(Rows(answer.variables, answer.rows, bool(reply["cut"])), judged)
    return answer


def _too_slow(limits: Limits) -> LimitReached:
    return LimitReached(f"the query was stopped after {limits.seconds:g} s; narrow it, or raise --timeout")


def _explain_end(status: int, err: str, limits: Limits) -> Exception:
    if "memory allocation" in err or "MemoryError" in err or "bad_alloc" in err:
        return LimitReached(f"the query needed more than {limits.memory_mib:,} MiB of memory; narrow it, or add LIMIT")
    if status < 0:
        number = -status
        if number in (getattr(signal, "SIGALRM", -1), getattr(signal, "SIGXCPU", -1)):
            return _too_slow(limits)
        if number == getattr(signal, "SIGKILL", -1):
            return LimitReached("the query was killed by the system, most likely for want of memory; narrow it")
        name = signal.Signals(number).name if number in {int(s) for s in signal.Signals} else str(number)
        return LimitReached(f"the query crashed the SPARQL engine ({name}); the graph is unharmed; simplify the query")
    last = err.strip().splitlines()[-1] if err.strip() else f"status {status}"
    return EnvironmentProblem(f"the worker that runs queries failed: {last}")


_ERRORS: dict[str, Callable[[str], Exception]] = {
    "usage": UsageError,
    "limit": LimitReached,
    "environment": EnvironmentProblem,
}
