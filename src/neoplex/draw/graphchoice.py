"""Which view of the graph fits what was named.

Comes in: an engine, the IRI of a term, a structure or a case. Goes out: a view to be laid out. Never draws.
"""

from __future__ import annotations

from neoplex.ask.engines import LocalEngine
from neoplex.base.errors import UsageError
from neoplex.base.names import ATLAS, NX, compact
from neoplex.draw import graphroutes, graphview
from neoplex.draw.graphview import View
from neoplex.infer.atlasgraph import open_atlas
from neoplex.infer.route_cases import CaseRouter


def choose_view(engine: LocalEngine, iri: str, what: str | None, depth: int | None, most: int) -> View:
    """The view of a term, structure or case; ``what`` is neighbours, classes or routes, or None; raises UsageError."""
    if graphview.is_case(iri):
        if what == "classes":
            raise UsageError(f"{compact(iri)} is a case; --what is routes or neighbours")
        if what == "neighbours":
            return graphview.case_graph(engine, iri, most)
        if engine.graph.query(f"ASK {{ <{iri}> a <{NX}Cohort> }}"):
            raise UsageError(
                f"{compact(iri)} is a cohort, and routes are those of a patient; --what neighbours shows its findings"
            )

        view = graphroutes.case_routes(CaseRouter(engine.graph.store, open_atlas(engine.graph)), iri)
        if view is None:
            raise UsageError(
                f"{compact(iri)} names no primary, or no tumour beside it; --what neighbours shows its findings"
            )
        return view
    if not iri.startswith((ATLAS, NX)):
        raise UsageError(f"{compact(iri)} is a publication; name one of its cases")
    if what == "classes":
        if iri.startswith(ATLAS):
            raise UsageError(f"{compact(iri)} is one structure; name its class without the side")
        return graphview.class_tree(engine, iri, depth or 2, most)
    if what == "routes":
        return graphroutes.conduits(engine, graphroutes.structure_of(engine, iri), depth or 2, most)
    return graphview.neighbourhood(engine, iri, depth or 1, most)
