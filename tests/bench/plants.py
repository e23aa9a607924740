"""Checks planted answers: asks a store with inferences and says which answers are missing and which came that must not.

Each question is a query that binds ``?case`` and gives the row of a :class:`~tests.bench.cohort.Plant`. That no route must
follow means no route at all, whatever its source.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyoxigraph as ox

from neoplex.base.names import PREFIXES
from tests.bench.cohort import Plant

_BATCH = 500

QUESTIONS = {
    "involved": "SELECT ?case ?site { CASES ?case nx:hasInference ?i . ?i a nx:ReportedInvolvement ; nx:hasSite ?site }",
    "implied": "SELECT ?case ?site { CASES ?case nx:hasInference ?i . ?i a nx:ImpliedInvolvement ; nx:hasSite ?site }",
    "at-risk": "SELECT ?case ?site { CASES ?case nx:hasInference ?i . ?i a nx:StructureAtRisk ; nx:hasSite ?site }",
    "level": """SELECT ?case ?side ?verdict { CASES ?case nx:hasInference ?i . ?i a nx:LevelAssessment ;
        nx:levelAspect nx:levelOfInvolvement ; nx:byRule <https://w3id.org/neoplex/term/rule/level-assessment> ;
        nx:side ?side ; nx:levelVerdict ?verdict }""",
    "deficit": "SELECT ?case ?finding ?match { CASES ?case nx:hasInference ?i . ?i nx:ofDeficit ?finding ; nx:matchKind ?match }",
    "dose": """SELECT ?case (STR(xsd:integer(?ratio)) AS ?alphaBeta) (STR(?dose) AS ?eqd2) {
        CASES ?case nx:hasInference ?i . ?i nx:alphaBeta ?ratio ; nx:eqd2 ?dose }""",
    "criteria": """SELECT ?case ?set ?sideName ?verdict { CASES ?case nx:hasInference ?i . ?i a nx:CriteriaAssessment ;
        nx:side ?side ; nx:ofCriteria ?iri ; nx:verdict ?verdict .
        BIND(STRAFTER(STR(?iri), "/criteria/") AS ?set) BIND(STRAFTER(STR(?side), "/term/") AS ?sideName) }""",
    "lesion": """SELECT ?case ?finding { CASES ?case nx:hasInference ?i .
        ?i a nx:LesionHypothesis ; nx:rank 1 ; nx:explains ?finding }""",
    "route": """SELECT DISTINCT ?case ?organ { CASES ?case nx:hasInference ?i . ?i a nx:RouteHypothesis ; nx:hasStep ?step .
        ?step nx:stepFrom ?organ . FILTER NOT EXISTS { ?i nx:hasStep ?before . ?before nx:stepTo ?organ } }""",
}


def check_plants(store: ox.Store, cases: Sequence[str], plants: Iterable[Plant]) -> list[str]:
    """What is wrong, one line each; nothing when every planted answer came and none that must not."""
    wanted: dict[str, list[Plant]] = {}
    for plant in plants:
        wanted.setdefault(plant.question, []).append(plant)
    wrong: list[str] = []
    for question, asked in sorted(wanted.items()):
        found = _rows(store, QUESTIONS[question], cases)
        cases_found = {row[0] for row in found}
        for plant in asked:
            came = plant.row in found if plant.follows or question != "route" else plant.row[0] in cases_found
            if came != plant.follows:
                wrong.append(
                    f"{question}: {' '.join(plant.row)} {'is missing' if plant.follows else 'must not follow'}"
                )
    return wrong


def _rows(store: ox.Store, query: str, cases: Sequence[str]) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for start in range(0, len(cases), _BATCH):
        bound = "VALUES ?case { " + " ".join(f"<{case}>" for case in cases[start : start + _BATCH]) + " }"
        answer = store.query(query.replace("CASES", bound), prefixes=PREFIXES, use_default_graph_as_union=True)
        assert isinstance(answer, ox.QuerySolutions)
        for row in answer:
            found.add(tuple("" if term is None else term.value for term in row))  # type: ignore[union-attr]
    return found
