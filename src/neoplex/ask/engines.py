"""The graph on this machine as something that answers queries, in this process.

Comes in: an opened graph. Goes out: answers. For queries from outside see :mod:`neoplex.ask.guard`; for remote stores
:mod:`neoplex.store.remote`, which answers the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from neoplex.base.errors import UsageError
from neoplex.store.answers import Answer, collect
from neoplex.store.embedded import Graph, open_graph


@dataclass(frozen=True)
class LocalEngine:
    """Answers from an embedded graph; for queries of our own only, since nothing limits them but ``limit``."""

    graph: Graph

    @staticmethod
    def open(home: Path | None = None) -> LocalEngine:
        """The engine of the current graph; raises EnvironmentProblem when none was built."""
        return LocalEngine(open_graph(home))

    def answer(self, query: str, limit: int | None = None) -> Answer:
        """Answer a query on the union of the graphs; raises UsageError when it is no valid query."""
        try:
            return collect(self.graph.query(query), limit)
        except SyntaxError as error:
            raise UsageError(f"the query is not valid: {error}") from error
