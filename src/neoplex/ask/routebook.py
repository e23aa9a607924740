"""Routes of spread and rival explanations as pages and as rows.

Comes in: what the route search and the weighing of hypotheses found. Goes out: lines of text for a width, or rows. Never searches.
"""

from __future__ import annotations

import pyoxigraph as ox

from neoplex.ask import layout
from neoplex.base.names import compact
from neoplex.infer.hypotheses import Assessment, Weighed
from neoplex.infer.route_cases import CaseRouter, Explanation
from neoplex.infer.route_network import EVIDENCE_WORDS
from neoplex.infer.route_trees import Tree
from neoplex.infer.routes import Route, Step
from neoplex.store.answers import Rows


def route_lines(number: int, route: Route, with_case: bool, proof: bool, width: int) -> list[str]:
    """One route with its steps, as lines."""

    head = f"{number}. {route.steps[0].start_label} to {route.steps[-1].end_label}: cost {route.cost}, {len(route.steps)} steps"
    head += f"; weakest evidence: {EVIDENCE_WORDS[route.weakest]}"
    if route.crossings:
        head += f"; crosses the midline at {', '.join(route.crossings)}"
    lines = layout.wrap(head, width, "", "   ")
    for step in route.steps:
        lines += _step_lines(step, with_case, proof, 3, width)
    return lines


def _step_lines(step: Step, with_case: bool, proof: bool, indent: int, width: int) -> list[str]:

    way = step.mechanism_label + (f", {step.direction}" if step.direction != "none" else "")
    words = f"> {step.end_label}: {way}; {step.evidence_words}"
    if with_case:
        words += f"; in the case: {step.case_words}" + (f", {step.order}" if step.order else "")
    lines = layout.wrap(words, width, " " * indent, " " * (indent + 2))
    if proof:
        lines += _proof_lines(step, indent + 2, width)
    return lines


def _proof_lines(step: Step, indent: int, width: int) -> list[str]:

    pad = " " * indent
    told = [f"cost {step.cost}: " + ", ".join(f"{price.points} {price.words}" for price in step.prices)]
    told += [f"edge {compact(edge)}" for edge in step.edges]
    told += [f"table row {row}" for row in step.rows] + [f"source {compact(source)}" for source in step.sources]
    told += [f"note: {note}" for note in step.notes] + [f"open doubt: {doubt}" for doubt in step.doubts]
    if step.documented is not None:
        told += [
            f"fact {compact(fact.iri)}: {fact.words()}" for fact in (*step.documented.facts, *step.documented.denials)
        ]
    return [line for text in told for line in layout.wrap(text, width, pad, pad + "  ")]


def route_rows(numbered: list[tuple[int, Step]]) -> Rows:
    """Steps of numbered routes as rows."""

    names = ("route", "step", "from", "to", "mechanism", "direction", "side", "evidence", "documented", "order", "cost")
    rows = tuple(
        (
            _number(route), _number(step.number), _words(step.start_label), _words(step.end_label),
            _words(step.mechanism_label), _words(step.direction), _words(step.side), _words(step.evidence_words),
            _words(step.case_words if step.documented else ""), _words(step.order), _number(step.cost),
        )
        for route, step in numbered
    )  # fmt: skip
    return Rows(names, rows)


def case_lines(router: CaseRouter, explanation: Explanation, proof: bool, width: int) -> list[str]:
    """The page of a case: rivals, what would decide, what the source concluded, the tree."""

    case = explanation.case
    primaries = ", ".join(fact.words() for fact in case.primaries) or "not reported"
    lines = [case.label, *layout.wrap(f"primary: {primaries}", width, "", "  "), ""]
    lines += layout.wrap(explanation.ranking.headline[0].upper() + explanation.ranking.headline[1:] + ".", width)
    lines += ["", "Rival explanations"]
    for assessment in explanation.ranking.assessments:
        words = f"{assessment.hypothesis.label}: {assessment.tally}. {assessment.why[0].upper()}{assessment.why[1:]}."
        lines += layout.definitions([(assessment.verdict, words)], width, indent=2, column=17)
        if proof:
            lines += assessment_lines(assessment, proof, width)[1:]
    asks = [ask for one in explanation.ranking.assessments if one.verdict != "not supported" for ask in one.asks]
    if asks:
        lines += ["", "What would decide"]
        for ask in list(dict.fromkeys(asks))[:8]:
            lines += layout.wrap(ask, width, "  ", "    ")
    if explanation.ranking.compared:
        lines += ["", "What the source concluded"]
        for words in dict.fromkeys(
            f"{compared.view.label}: {compared.says}" for compared in explanation.ranking.compared
        ):
            lines += layout.wrap(words, width, "  ", "    ")
    for one in router.compare_steps(explanation):
        many = len(one.shared) + len(one.missing)
        words = f"{one.view.label}, the route argued: {len(one.shared)} of {many} structures lie on the tree"
        words += f"; not on it: {', '.join(one.missing)}" if one.missing else ""
        lines += layout.wrap(words, width, "  ", "    ")
    return [*lines, "", "One tree from the primary to everything involved", *tree_lines(explanation.tree, proof, width)]


def tree_lines(tree: Tree | None, proof: bool, width: int) -> list[str]:
    """The tree of a case, indented by depth."""

    if tree is None:
        return layout.wrap(
            "No tree: the case names no primary with a site, or no tumour at another structure.", width, "  "
        )
    depth = {tree.source: 0}
    lines: list[str] = []
    for step in tree.steps:
        depth[step.end] = depth[step.start] + 1
        if step.start == tree.source and not lines:
            lines.append("  " + step.start_label)
        lines += _step_lines(step, True, proof, min(2 + depth[step.end], 16), width)
    steps = len(tree.steps)
    proven = "no cheaper one exists under the rules" if tree.proven else "built step by step; a cheaper one may exist"
    lines += layout.wrap(f"{steps} step{'' if steps == 1 else 's'}, cost {tree.cost}; {proven}.", width, "  ")
    for label, why in tree.left_out:
        lines += layout.wrap(f"not reached: {label}: {why}", width, "  ", "    ")
    return lines


def assessment_lines(assessment: Assessment, proof: bool, width: int) -> list[str]:
    """All that was weighed for one hypothesis."""

    hypothesis = assessment.hypothesis
    lines = layout.wrap(f"{hypothesis.label}: {assessment.verdict}. {assessment.tally}. {assessment.why}.", width)
    lines += layout.wrap(hypothesis.mechanism, width, "  ") + (
        layout.wrap(hypothesis.note, width, "  ") if hypothesis.note else []
    )
    for checked in assessment.checked:
        lines += layout.wrap(f"needs {checked.requirement.label}: {checked.state}", width, "  ", "    ")
    for group in ("for", "against", "neutral", "missing"):
        for weighed in assessment.of(group):
            lines += _weighed_lines(group, weighed, proof, width)
    return lines


def _weighed_lines(group: str, weighed: Weighed, proof: bool, width: int) -> list[str]:

    evidence = weighed.evidence
    head = f"{group}{f', {weighed.weight.strength}' if weighed.weight.strength else ''}"
    denied = "denied: " if weighed.seen.state == "absent" else ""
    words = f"{denied}{evidence.label}"
    if weighed.seen.says:
        words += f" ({weighed.seen.says})"
    words += f". {evidence.says} [{evidence.source}{f', {evidence.at}' if evidence.at else ''}]"
    if group == "missing" and evidence.ask:
        words += f" Would decide: {evidence.ask}."
    lines = layout.definitions([(head, words)], width, indent=2, column=22)
    shown = weighed.seen.facts if proof else weighed.seen.facts[:2]
    for fact in shown:
        label = f"{compact(fact.iri)}: {fact.words()}" if proof else fact.words()
        lines += layout.wrap(label, width, " " * 22 + "- ", " " * 24)
    if len(weighed.seen.facts) > len(shown):
        lines.append(" " * 22 + f"- and {len(weighed.seen.facts) - len(shown)} more (--proof)")
    if proof:
        for edge in weighed.seen.edges:
            lines += layout.wrap(compact(edge), width, " " * 22 + "- ", " " * 24)
    return lines


def ranking_rows(explanation: Explanation) -> Rows:
    """The hypotheses of a case in their order, as rows."""

    theirs = {
        compared.assessment.hypothesis.id: compared.says
        for compared in explanation.ranking.compared
        if compared.assessment is not None
    }
    names = ("rank", "hypothesis", "verdict", "tally", "why", "missing", "source")
    rows = tuple(
        (
            _number(number), _words(one.hypothesis.label), _words(one.verdict), _words(one.tally), _words(one.why),
            _words("; ".join(one.asks)), _words(theirs.get(one.hypothesis.id, "")),
        )
        for number, one in enumerate(explanation.ranking.assessments, 1)
    )  # fmt: skip
    return Rows(names, rows)


def evidence_rows(assessments: list[Assessment]) -> Rows:
    """What was weighed for hypotheses, as rows."""

    names = ("hypothesis", "group", "strength", "evidence", "facts", "source")
    rows = tuple(
        (
            _words(one.hypothesis.id), _words(group), _words(weighed.weight.strength), _words(weighed.evidence.label),
            _words("; ".join(fact.words() for fact in weighed.seen.facts)),
            _words(", ".join(part for part in (weighed.evidence.source, weighed.evidence.at) if part)),
        )
        for one in assessments
        for group in ("for", "against", "neutral", "missing")
        for weighed in one.of(group)
    )  # fmt: skip
    return Rows(names, rows)


def _words(text: str) -> ox.Literal | None:

    return ox.Literal(text) if text else None


def _number(value: int) -> ox.Literal:

    return ox.Literal(str(value), datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer"))
