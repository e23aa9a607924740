"""Searches: what follows for a case and no query can work out, written into the inferred graphs as rules do.

Comes in: a store whose rules have run. Goes out: quads. What follows for a case depends on that case, the ontology and the atlas.
Never reads case files.
"""

from __future__ import annotations

from collections.abc import Iterable

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


def run_searches(store: ox.Store, cases: Iterable[str]) -> int:
    """Add what searches find for these cases to their inferred graphs; returns how many statements were added.

    The rules of these cases must have run before, since they clear the inferred graphs. The store must be writable.
    """
    everyone = _people(store, cases)
    if not everyone:
        return 0
    atlas = load_atlas(store)
    found = [*CaseRouter(store, atlas).quads(everyone)]
    todo = _with_deficits(store, everyone)
    if todo:
        found += CaseLocaliser(store, atlas).quads(todo)
    fresh = [quad for quad in found if quad not in store]
    store.extend(fresh)
    return len(fresh)


def _people(store: ox.Store, cases: Iterable[str]) -> list[str]:
    """The cases among cases and cohorts."""
    kind, case = ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(NX + "Case")
    return [iri for iri in sorted(set(cases)) if any(store.quads_for_pattern(ox.NamedNode(iri), kind, case))]


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
