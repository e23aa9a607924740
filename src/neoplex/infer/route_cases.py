"""Routes and rival hypotheses for case after case with one atlas.

Comes in: an opened store and the shipped hypotheses. Goes out: for a case its tree, its ranking and what the authors
concluded beside them, or all of it as quads. What does not depend on the case is read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from neoplex.base.names import CASE, GRAPH_ONTOLOGY
from neoplex.base.paths import shipped_root
from neoplex.infer.atlasgraph import Atlas, load_atlas
from neoplex.infer.hypotheses import Ranking, rank, read_hypotheses
from neoplex.infer.route_facts import AuthorView, Case, read_case, read_involvement
from neoplex.infer.route_network import build_network
from neoplex.infer.route_rdf import definition_quads, hypothesis_quads, route_quads
from neoplex.infer.route_trees import Tree, explain_case
from neoplex.infer.routes import Ask, Found, find_routes, overlay_of, stand_ins
from neoplex.read.lexicon import load_lexicon


@dataclass(frozen=True)
class Explanation:
    """What neoplex makes of a case: the tree (None without a primary or without tumour beside it) and all hypotheses."""

    case: Case
    tree: Tree | None
    ranking: Ranking


@dataclass(frozen=True)
class StepsCompared:
    """How much of a route argued in the source lies on the tree: structures passed and structures not on it, by label."""

    view: AuthorView
    shared: tuple[str, ...]
    missing: tuple[str, ...]


class CaseRouter:
    """Reads, searches, weighs and writes with one atlas; ``root`` holds ``data`` and ``ontology``."""

    def __init__(self, store: ox.Store, atlas: Atlas | None = None, root: Path | None = None) -> None:
        root = root or shipped_root()
        self._store = store
        self._lexicon = load_lexicon(root)
        self.network = build_network(atlas or load_atlas(store))
        self.rules = read_involvement(root / "data" / "hypotheses" / "involvement.yaml", self._lexicon)
        self.hypotheses = read_hypotheses(root / "data" / "hypotheses", root / "data" / "criteria", self._lexicon)

    def read(self, case_id: str) -> Case:
        """A case by its id or IRI; raises UsageError for one that is not there."""
        return read_case(self._store, case_id.removeprefix(CASE), self.network.atlas, self.rules, self._lexicon)

    def explain(self, case: Case) -> Explanation:
        """The tree and the ranking of a case."""
        return Explanation(case, explain_case(self.network, case), rank(self.hypotheses, case, self.network))

    def routes(self, ask: Ask, case: Case | None = None) -> Found:
        """The best routes for a question, priced by what a case documents if one is given."""
        if case is None:
            return find_routes(self.network, ask)
        return find_routes(self.network, ask, overlay_of(case, self.network))

    def compare_steps(self, explanation: Explanation) -> tuple[StepsCompared, ...]:
        """Every route argued in the source beside the tree."""
        if explanation.tree is None:
            return ()
        on_tree = {explanation.tree.source, *(step.end for step in explanation.tree.steps)}
        found = []
        for view in explanation.case.views:
            if not view.steps:
                continue
            shared: dict[str, None] = {}
            missing: dict[str, None] = {}
            for step in view.steps:
                passed = any(not on_tree.isdisjoint(self._counts_as(place)) for place in step.places)
                for label in step.end:
                    (shared if passed else missing)[label] = None
            found.append(StepsCompared(view, tuple(shared), tuple(label for label in missing if label not in shared)))
        return tuple(found)

    def _counts_as(self, place: str) -> set[str]:
        return {place, *stand_ins(self.network, place)}

    def quads(self, cases: Iterable[str]) -> Iterator[ox.Quad]:
        """What follows for each of these cases (ids or IRIs), for their inferred graphs."""
        for one in cases:
            explanation = self.explain(self.read(one))
            yield from route_quads(explanation.case, explanation.tree)
            yield from hypothesis_quads(explanation.case, explanation.ranking)


def route_definitions(root: Path | None = None) -> list[ox.Quad]:
    """The route search and the shipped hypotheses themselves as RDF, for the graph of the ontology."""
    root = root or shipped_root()
    data = root / "data"
    return definition_quads(read_hypotheses(data / "hypotheses", data / "criteria", load_lexicon(root)), GRAPH_ONTOLOGY)
