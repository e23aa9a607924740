"""What the tests of exports share: writing a format into memory."""

from __future__ import annotations

from collections.abc import Callable

import pyoxigraph as ox
import pytest

from neoplex.exchange.extract import Selection, take
from neoplex.exchange.formats import find_format
from neoplex.exchange.losses import LossList
from neoplex.store.embedded import Graph

Write = Callable[..., tuple[dict[str, bytes], dict[str, int]]]


@pytest.fixture
def write(graph: Graph) -> Write:
    """Write a format; gives its files by name (empty for the only one) and its losses with their counts."""

    def run(
        name: str, selection: Selection | None = None, store: ox.Store | None = None
    ) -> tuple[dict[str, bytes], dict[str, int]]:
        entry = find_format(name)
        losses = LossList()
        extract = take(store or graph.store, selection or Selection(entry.what))
        files = {part.name: b"".join(part.chunks) for part in entry.writer()(extract, losses)}
        return files, {loss.what: loss.count for loss in losses.rows()}

    return run
