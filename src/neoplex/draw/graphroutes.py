"""Ways of spread as a view: the conduits that leave or reach a structure, and the ranked tree of routes of a case.

Comes in: an opened graph, and a structure or case. Goes out: a :class:`~neoplex.draw.graphview.View` whose branches are numbered
steps with mechanism, direction and evidence. A step of plausibility alone is marked as an assumption.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from neoplex.ask.factwords import value_of
from neoplex.ask.vocabulary import Engine, fetch_labels, shown
from neoplex.base.errors import UsageError
from neoplex.base.names import ATLAS, CASE, NX, compact
from neoplex.draw.graphview import MOST, Branch, Thing, View, line_of, rows_of, shape_of
from neoplex.infer.route_cases import CaseRouter
from neoplex.infer.routes import Step

_MARKS = {
    "involved": ("involved", "tumour reported"),
    "possibly": ("possibly", "side not reported"),
    "disputed": ("possibly", "disputed"),
    "denied": ("denied", "said to be free"),
}


def conduits(engine: Engine, iri: str, depth: int = 2, most: int = MOST) -> View:
    """The ways by which tumour may leave a structure (right) and reach it (left), ``depth`` steps far."""
    if not iri.startswith(ATLAS):
        raise UsageError(
            f"{compact(iri)} is no structure of the atlas; give one with its side, such as left psoas major"
        )
    order: list[str] = [iri]
    branches: list[Branch] = []
    known = {iri}
    left_out: set[str] = set()
    for side, own, other in (("right", "edgeFrom", "edgeTo"), ("left", "edgeTo", "edgeFrom")):
        ring = [iri]
        for _ in range(depth):
            outer: list[str] = []
            for start, relation, end, assumed in _steps(engine, ring, own, other):
                if end in known:
                    continue
                if len(known) >= most:
                    left_out.add(end)
                    continue
                known.add(end)
                order.append(end)
                outer.append(end)
                label = relation[0].removesuffix(" conduit to") + (" (assumption)" if assumed else "")
                branches.append(
                    Branch(
                        compact(start), compact(end), label, side == "right", line_of(relation[1]), side, relation[0]
                    )
                )
            ring = outer
    things = _things(engine, order, {iri: ("focus", "")})
    label = things[0].label
    away = sum(branch.side == "right" for branch in branches)
    description = f"Ways of spread around {label}: {away} structures that can be reached from it on the right, "
    description += (
        f"{len(branches) - away} from which it can be reached on the left. A conduit is a disposition and no finding."
    )
    notes = [f"{len(left_out)} more are not shown: raise --most"] if left_out else []
    return View(f"Ways of spread around {label}", description, compact(iri), things, tuple(branches), (), tuple(notes))


def _steps(engine: Engine, ring: Sequence[str], own: str, other: str) -> list[tuple[str, tuple[str, str], str, bool]]:
    values = " ".join(f"<{iri}>" for iri in ring)
    query = f"""SELECT DISTINCT ?here ?relation ?there ?evidence WHERE {{ VALUES ?here {{ {values} }}
      ?edge <{NX}{own}> ?here ; <{NX}{other}> ?there ; a <{NX}ConduitEdge> ; <{NX}edgeRelation> ?relation ;
        <{NX}evidenceLevel> ?evidence . }}"""
    rows = [tuple(value_of(term) for term in row) for row in rows_of(engine.answer(query))]
    labels = fetch_labels(engine, {relation for _, relation, _, _ in rows})
    place = {iri: number for number, iri in enumerate(ring)}
    found = [
        (here, (shown(relation, labels), relation), there, evidence == NX + "anatomicalPlausibility")
        for here, relation, there, evidence in rows
    ]
    return sorted(found, key=lambda step: (place[step[0]], step[1], step[2]))


def case_routes(router: CaseRouter, case: str) -> View | None:
    """The tree of routes that explains a case; nothing when the case names no primary or no tumour beside it."""
    explanation = router.explain(router.read(case.removeprefix(CASE)))
    tree = explanation.tree
    if tree is None or not tree.steps:
        return None
    known = explanation.case.documented
    atlas = router.network.atlas
    order = list(dict.fromkeys([tree.source, *(end for step in tree.steps for end in (step.start, step.end))]))
    things = []
    number_of = {step.end: step.number for step in tree.steps}
    for iri in order:
        status = known[iri].status if iri in known else ""
        mark, state = _MARKS.get(status, ("", "not reported"))
        if iri == tree.source:
            mark, state = "focus", "primary"
        state = f"step {number_of[iri]}: {state}" if iri in number_of else state
        structure = atlas.structures.get(iri)
        things.append(Thing(compact(iri), atlas.label(iri), shape_of(structure.kind if structure else ""), mark, state))
    branches = tuple(_branch(step) for step in tree.steps)
    label = explanation.case.label
    told = "; ".join(f"step {s.number} from {s.start_label} to {s.end_label}, {s.mechanism_label}" for s in tree.steps)
    description = f"Ranked tree of routes of {label}: {told}. Steps are inferred and order nothing but themselves."
    notes = [f"{name} is not reached: {why}" for name, why in tree.left_out]
    title = f"Routes that would explain {label}"
    return View(title, description, compact(tree.source), tuple(things), branches, (), tuple(notes), form="outline")


def _branch(step: Step) -> Branch:
    way = step.mechanism_label + (f", {step.direction}" if step.direction != "none" else "")
    assumed = " (assumption)" if step.evidence == "anatomicalPlausibility" else ""
    note = f"{step.evidence_words}; in the case: {step.case_words}" + (f", {step.order}" if step.order else "")
    return Branch(
        compact(step.start),
        compact(step.end),
        f"{way}{assumed}",
        True,
        _line(step.mechanism),
        "right",
        note,
    )


_LINES = {
    "PerineuralSpread": "perineural",
    "DirectExtension": "contiguous",
    "IntraduralExtension": "intradural",
    "TransmedianDuralSpread": "intradural",
    "LymphaticSpread": "lymphatic",
    "HematogenousSpread": "haematogenous",
    "CSFSeeding": "csf",
}


def _line(mechanism: str) -> str:
    return _LINES.get(mechanism.removeprefix(NX).rpartition("/")[2], "plain")


def _things(engine: Engine, order: Sequence[str], marks: dict[str, tuple[str, str]]) -> tuple[Thing, ...]:
    labels = fetch_labels(engine, order)
    values = " ".join(f"<{iri}>" for iri in order)
    query = f"SELECT ?s ?kind WHERE {{ VALUES ?s {{ {values} }} ?s a/<{NX}structureKind> ?kind }}"
    kinds: dict[str, str] = defaultdict(str)
    for row in rows_of(engine.answer(query)):
        kinds[value_of(row[0])] = value_of(row[1])
    return tuple(
        Thing(compact(iri), shown(iri, labels), shape_of(kinds[iri]), *marks.get(iri, ("", ""))) for iri in order
    )


def structure_of(engine: Engine, iri: str) -> str:
    """The structure of the atlas that a class or structure stands for; raises UsageError when it has two sides or none."""
    if iri.startswith(ATLAS):
        return iri
    found = sorted(value_of(row[0]) for row in rows_of(engine.answer(f"SELECT ?s WHERE {{ ?s a <{iri}> }}")))
    found = [one for one in found if one.startswith(ATLAS)]
    if len(found) == 1:
        return found[0]
    labels = fetch_labels(engine, found)
    names = ", ".join(shown(one, labels) for one in found[:4])
    raise UsageError(f"{compact(iri)} is no single structure" + (f"; name one: {names}" if found else " of the atlas"))
