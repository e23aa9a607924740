"""The case a report is about, in the graph or in a file beside it, with everything that follows for it.

Comes in: the id of a case or cohort, or a publication file. Goes out: an engine whose graph holds the case and its conclusions. A
file is compiled and inferred in memory; the graph on disk is never changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from neoplex.ask.casebook import CaseEntry, find_case
from neoplex.ask.engines import LocalEngine
from neoplex.base import paths
from neoplex.base.errors import UsageError
from neoplex.base.names import CASE
from neoplex.build.pipeline import PUBLICATION_SUFFIXES
from neoplex.build.publications import compile_file, load_lexicon
from neoplex.infer.conclusions import infer_cases
from neoplex.infer.rules import read_rules
from neoplex.read.criteria import criteria_files, read_criteria
from neoplex.store.embedded import Graph, open_graph


@dataclass(frozen=True)
class Prepared:
    """A case and the engine that knows it; ``file`` is the name of the file when it is not in the graph."""

    engine: LocalEngine
    entry: CaseEntry
    file: str = ""

    @property
    def store(self) -> ox.Store:
        """The store behind the engine."""
        return self.engine.graph.store


def prepare(name: str, within: str | None = None, home: Path | None = None) -> Prepared:
    """Open a case by id or by file; raises UsageError for what is not there and FaultsFound for a wrong file.

    ``within`` chooses a case of a file that holds several.
    """
    graph = open_graph(home)
    path = Path(name)
    if path.suffix in PUBLICATION_SUFFIXES or path.is_file():
        return _from_file(graph, path, within)
    if within is not None:
        raise UsageError("--case goes with a file")
    engine = LocalEngine(graph)
    return Prepared(engine, find_case(engine, name))


def _from_file(graph: Graph, path: Path, within: str | None) -> Prepared:
    if not path.is_file():
        raise UsageError(f"{path} is no file")
    root = paths.shipped_root()
    lexicon = load_lexicon(root)
    quads, cases = compile_file(path, lexicon)
    ids = [iri.removeprefix(CASE) for iri in cases]
    if within is not None and within not in ids:
        raise UsageError(f"{path.name} has no case {within!r}; it has {', '.join(ids) or 'none'}")
    if within is None and len(ids) != 1:
        raise UsageError(f"{path.name} holds {len(ids)} cases; choose one with --case: {', '.join(ids) or 'none'}")
    store = ox.Store()
    store.extend(graph.store)
    for iri in cases:
        for name in (iri, iri + "/inferred"):
            store.remove_graph(ox.NamedNode(name))
    store.extend(quads)
    sets = read_criteria(criteria_files(root, paths.home()), lexicon)
    infer_cases(store, read_rules(root / "queries" / "rules"), sets, cases, workers=1)
    engine = LocalEngine(Graph(store))
    return Prepared(engine, find_case(engine, within or ids[0]), path.name)
