"""Searches: what follows for a case and no query can work out, written into the inferred graphs as rules do.

Comes in: a store whose rules have run. Goes out: quads. What follows for a case depends on that case, the ontology and the atlas.
Never reads case files.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import pyoxigraph as ox

from neoplex.base.names import NX, PREFIXES
from neoplex.infer.atlasgraph import load_atlas
from neoplex.infer.lesionquads import CaseLocaliser, rule_quads
from neoplex.infer.route_cases import CaseRouter, route_definitions

_LOCALISABLE = ("NeurologicalDeficit", "SensoryFinding", "ReflexFinding", "BowelDysfunction", "AbnormalNerveConduction")
_BATCH = 2000


def search_quads() -> list[ox.Quad]:
    """The searches themselves as RDF, so that a proof can say which one it used."""
    return [*rule_quads(), *route_definitions()]


class Searcher:
    """Searches case after case of a store with one atlas, which is read once."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self._atlas = load_atlas(store)

    @cached_property
    def _router(self) -> CaseRouter:
        return CaseRouter(self._store, self._atlas)

    @cached_property
    def _localiser(self) -> CaseLocaliser:
        return CaseLocaliser(self._store, self._atlas)

    def find(self, cases: list[str]) -> list[ox.Quad]:
        """What searches find for these cases of the store; cohorts must not be among them."""
        found = [*self._router.quads(cases)]
        todo = _with_deficits(self._store, cases)
        if todo:
            found += self._localiser.quads(todo)
        return found


def people(store: ox.Store, cases: Iterable[str]) -> list[str]:
    """The cases among cases and cohorts, sorted."""
    kind, case = ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(NX + "Case")
    return [iri for iri in sorted(set(cases)) if any(store.quads_for_pattern(ox.NamedNode(iri), kind, case))]


def run_searches(store: ox.Store, cases: Iterable[str]) -> int:
    """Add what searches find for these cases to their inferred graphs; returns how many statements. The store must be writable."""
    everyone = people(store, cases)
    if not everyone:
        return 0
    fresh = set(Searcher(store).find(everyone))
    store.extend(fresh)
    return len(fresh)


def _with_deficits(store: ox.Store, cases: list[str]) -> list[str]:
    """The cases that report something a lesion could explain; the others need no search."""
    kinds = " ".join(f"<{NX}{name}>" for name in _LOCALISABLE)
    found: set[str] = set()
    for start in range(0, len(cases), _BATCH):
        values = " ".join(f"<{case}>" for case in cases[start : start + _BATCH])
        query = f"""SELECT DISTINCT ?case WHERE {{
          {{ SELECT ?kind WHERE {{ VALUES ?wide {{ {kinds} }} ?kind rdfs:subClassOf* ?wide }} }}
          VALUES ?case {{ {values} }}
          ?case nx:hasFinding ?fact . ?fact a ?kind . }}"""
        answer = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
        assert isinstance(answer, ox.QuerySolutions)
        found |= {row[0].value for row in answer if isinstance(row[0], ox.NamedNode)}
    return [case for case in cases if case in found]
