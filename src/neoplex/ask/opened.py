"""A case by its id in the graph or by the file it is written in.

Comes in: an engine and a name. Goes out: the store that holds the case, and its IRI. Never changes the graph.
"""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from neoplex.ask.casebook import find_case
from neoplex.ask.engines import LocalEngine
from neoplex.base.errors import UsageError
from neoplex.base.names import CASE, case_iri
from neoplex.base.paths import shipped_root
from neoplex.cases.compile import compile_publication
from neoplex.read.lexicon import load_lexicon


def open_case(engine: LocalEngine, name: str, within: str | None = None) -> tuple[ox.Store, str]:
    """The store that holds the case, and its IRI; a file is compiled into a store of its own, never added.

    ``within`` chooses a case of a file that holds several. Raises UsageError for what is not there, FaultsFound for a wrong file.
    """

    path = Path(name)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        if not path.is_file():
            raise UsageError(f"{name} is no file")
        compiled = compile_publication(path, load_lexicon(shipped_root()))
        ids = [case.iri.removeprefix(CASE) for case in compiled.publication.cases]
        if within is not None and within not in ids:
            raise UsageError(f"{path.name} has no case {within!r}; it has {', '.join(ids) or 'none'}")
        if within is None and len(ids) != 1:
            raise UsageError(f"{path.name} holds {len(ids)} cases; choose one with --case: {', '.join(ids) or 'none'}")
        store = ox.Store()
        store.extend(compiled.quads)
        return store, case_iri(within or ids[0])

    if within is not None:
        raise UsageError("--case goes with a file")
    entry = find_case(engine, name)
    if entry.is_cohort:
        raise UsageError(f"{entry.id} is a series; cases are compared person by person")
    return engine.graph.store, case_iri(entry.id)
