"""The process that runs one query from outside, started by :mod:`neoplex.ask.guard`.

Comes in: one JSON request on stdin. Goes out: one JSON line, then the answer as SPARQL JSON or N-Triples. Limits of the system end
it from within when it takes too much; it writes nothing and holds nothing that others need.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

from neoplex.base.errors import EnvironmentProblem


def limit_time(seconds: float) -> None:
    """Let the system end this process after ``seconds``, where it can; it never leaves a core file."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _lower(resource.RLIMIT_CPU, int(seconds * 4) + 1)


def limit_memory(memory_mib: int) -> None:
    """Let memory grow by at most ``memory_mib`` from here on, where the system can see to it."""
    try:
        import resource
    except ImportError:
        return
    _lower(resource.RLIMIT_DATA, _data_size() + memory_mib * 2**20)


def _lower(kind: int, value: int) -> None:
    import resource

    hard = resource.getrlimit(kind)[1]
    ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (ceiling, hard))


def _data_size() -> int:
    """The data this process holds now, in bytes; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:")), 0)


def run(request: dict[str, Any]) -> bytes:
    """Answer a request; what is wrong with the query or the graph comes back as an error in the head."""
    from neoplex.ask.engines import LocalEngine
    from neoplex.store.answers import Rows, Triples, collect, dump_json

    try:
        engine = LocalEngine.open(Path(request["home"]) if request["home"] else None)
    except EnvironmentProblem as error:
        return _head(error="environment", message=str(error))
    # Opening the store starts threads whose stacks count as data, so the limit is set when they stand.
    limit_memory(request["memory_mib"])
    try:
        answer = collect(engine.graph.query(request["query"], union=request["union"]), request["rows"] or None)
    except SyntaxError as error:
        return _head(error="usage", message=f"the query is not valid: {_engine_words(str(error))}")
    except (OSError, ValueError, RuntimeError) as error:
        return _head(error="usage", message=f"the engine cannot answer this: {error}")
    if isinstance(answer, Triples):
        import pyoxigraph as ox

        body = ox.serialize(answer.triples, format=ox.RdfFormat.N_TRIPLES)
        assert body is not None
        return _head(kind="triples", cut=answer.cut) + body
    cut = isinstance(answer, Rows) and answer.cut
    return _head(kind="rows", cut=cut) + dump_json(answer).encode("utf-8")


def main() -> None:
    """Read the request, set the limits, write the reply."""
    request = json.loads(sys.stdin.buffer.read())
    limit_time(request["seconds"])
    sys.stdout.buffer.write(run(request))
    sys.stdout.buffer.flush()


def _head(**entries: Any) -> bytes:
    return json.dumps(entries).encode("utf-8") + b"\n"


def _engine_words(message: str) -> str:
    """The engine's message without its list of characters that might have come next."""
    place, _, expected = message.partition(": expected ")
    options = [word.strip() for word in expected.removeprefix("one of ").split(", ")]
    telling = [word for word in options if " " in word and not word.startswith(("[", "'"))]
    return "; ".join(telling) if telling else place


if __name__ == "__main__":
    main()
