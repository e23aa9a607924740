"""The inferred half of a report: criteria and proofs, involvement, lesions, routes, rivals, dose, similar cases, what is missing.

Comes in: a prepared case. Goes out: sections. Everything here is inferred by neoplex or searched, says so, and names what it
rests on; at risk is never worded as involved, and silence never as absence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from neoplex.ask import involvementbook, lesionbook
from neoplex.ask.factwords import FactWords, value_of
from neoplex.ask.localising import localise_findings
from neoplex.ask.vocabulary import fetch_labels
from neoplex.base.names import CASE, case_iri
from neoplex.base.paths import home, shipped_root
from neoplex.build.publications import load_lexicon
from neoplex.infer.atlasgraph import open_atlas
from neoplex.infer.criteria import MET, NOT_MET, UNDETERMINED, WHOLE, ItemState, SetState
from neoplex.infer.criteriaground import Ground, store_triples
from neoplex.infer.criteriaquads import CaseAssessor
from neoplex.infer.criteriawords import clash_words, fact_words, hint_words, needs_words
from neoplex.infer.dose import ASSUMPTION, BED_FORMULA, EQD2_FORMULA, printed_doses, rounded
from neoplex.infer.involvement import read_involvement
from neoplex.infer.route_cases import CaseRouter, Explanation
from neoplex.infer.similar import find_similar, put_into_words, read_features
from neoplex.read.criteria import criteria_files, read_criteria
from neoplex.report.casefacts import item
from neoplex.report.content import Block, Fold, Grid, Item, Listing, Section, Words
from neoplex.report.prepared import Prepared

_SIMILAR = 3
_LESIONS = 5


# -------------------------------------------------------------------------------------------------------------------- criteria


def criteria(prepared: Prepared, facts: FactWords) -> tuple[Section, tuple[SetState, ...], Ground]:
    """The verdict of every criteria set, with its items, facts and passages folded below it."""
    root = shipped_root()
    sets = read_criteria(criteria_files(root, home()), load_lexicon(root))
    assessor = CaseAssessor(sets, store_triples(prepared.store))
    states = assessor.assess(case_iri(prepared.entry.id))
    rows = tuple(
        (
            state.set.label,
            state.verdict + (f" on the {' and '.join(s for s in state.met_on if s)}" if any(state.met_on) else ""),
            _sides(state),
            state.closed,
        )
        for state in states
    )
    blocks: list[Block] = [
        Words("A set that is met is no diagnosis; what a source does not mention stays open.", "note"),
        Grid(
            ("criteria set", "verdict", "side by side", "if silence were absence"),
            rows,
            "One row is one published set.",
        ),
    ]
    blocks += [_proof(state, facts, assessor.ground) for state in states]
    return Section("criteria", "Criteria", tuple(blocks)), states, assessor.ground


def _sides(state: SetState) -> str:
    if state.side_open:
        return "side unknown"
    verdicts = {side.verdict for side in state.sides}
    if len(verdicts) == 1:
        return "the same" if len(state.sides) > 1 else ""
    return ", ".join(f"{side.side} {side.verdict}" for side in state.sides)


def _proof(state: SetState, facts: FactWords, ground: Ground) -> Fold:
    one = state.set
    details = dict(one.source.details)
    where = " ".join(details[key] for key in ("year", "journal", "volume", "pages") if key in details)
    source = ", ".join(part for part in (details.get("authors", one.source.id), where, details.get("doi", "")) if part)
    items = [
        _item_proof([side.items[number] for side in state.sides], facts, ground) for number in range(len(one.items))
    ]
    blocks: list[Block] = [Words(f"Set from {source}; {'; '.join(at.label for at in one.at)}."), Listing(tuple(items))]
    if state.stated:
        named = sorted({fact_words(fact, ground) for fact in state.stated})
        blocks.append(Words(f"The source itself says: {'; '.join(named)}. A diagnosis is no evidence for itself."))
    settle = _settling(state, ground)
    if settle:
        blocks.append(Listing(tuple(Item(words) for words in settle), "What would settle it"))
    return Fold(f"Proof: {one.label}: {state.verdict}", tuple(blocks))


def _item_proof(states: Sequence[ItemState], facts: FactWords, ground: Ground) -> Item:
    first = states[0].item
    verdicts = [state.verdict for state in states]
    said = verdicts[0] if len(set(verdicts)) == 1 else ", ".join(f"{s.side} {s.verdict}" for s in states)
    role = {"option": " (one of the options)", "exclusion": " (excludes)"}.get(first.role, "")
    below: dict[Item, None] = {}
    for state in states:
        side = f"{state.side}: " if state.side != WHOLE and len(set(verdicts)) > 1 else ""
        for fact in state.premises:
            below[
                Item(f"{side}rests on: {fact_words(fact, ground)}", tuple(facts.iris(fact.iri, "statedIn")), "present")
            ] = None
        for fact in state.otherwise:
            words = f"{side}denied at another time or by another method: {fact_words(fact, ground)}"
            below[Item(words, tuple(facts.iris(fact.iri, "statedIn")), "absent")] = None
        for clash in state.clashes:
            below[Item(f"{side}contradiction: {clash_words(clash, ground)}", (), "conflict")] = None
        if state.verdict == UNDETERMINED:
            for words in hint_words(state, ground):
                below[Item(f"{side}hint only: {words}", (), "uncertain")] = None
    if not below:
        below[Item("nothing reported")] = None
    return Item(f"{first.label}{role}: {said}", (), _state(said), tuple(below))


def _state(verdict: str) -> str:
    return {MET: "present", NOT_MET: "absent", UNDETERMINED: "not-reported"}.get(verdict, "uncertain")


def _settling(state: SetState, ground: Ground) -> list[str]:
    found = []
    for side in state.sides:
        if side.verdict != UNDETERMINED:
            continue
        for verdict in (MET, NOT_MET):
            ways = side.settled_by(verdict)
            if ways:
                where = f" on the {side.side}" if side.side != WHOLE else ""
                found.append(f"{verdict}{where}: {needs_words(state.set, ways[0], side.side, ground)}")
    return list(dict.fromkeys(found))


# ----------------------------------------------------------------------------------------------------------------- involvement


def involvement(prepared: Prepared) -> Section | None:
    """Where tumour is documented, what is involved in part, at risk, at which level, and how the deficits fit."""
    atlas = open_atlas(prepared.engine.graph)
    found = read_involvement(prepared.store, case_iri(prepared.entry.id))
    cells = [tuple(value_of(term) for term in row) for row in involvementbook.rows(found, atlas).rows]
    titles = {
        "documented": "Tumour is documented",
        "involved in part": "Involved in part (inferred)",
        "at risk": "At risk, not shown to be involved (inferred)",
        "level": "Level, read from the roots (inferred)",
        "deficit": "Deficits, and what explains them (inferred)",
    }
    states = {"documented": "present", "involved in part": "inferred", "at risk": "inferred", "level": "inferred"}
    blocks: list[Block] = []
    for section, title in titles.items():
        items = []
        for kind, name, how, certainty, _ in cells:
            if kind == section:
                doubt = f" ({certainty})" if certainty and certainty not in how else ""
                items.append(Item(f"{name}: {how}{doubt}", (), states.get(section, "")))
        unique = tuple(dict.fromkeys(items))
        if len(unique) > 14:
            blocks.append(Fold(f"{title} ({len(unique)})", (Listing(unique),)))
        elif unique:
            blocks.append(Listing(unique, f"{title} ({len(unique)})"))
    lost: dict[str, dict[str, dict[str, None]]] = {}
    for kind, name, how, _, _ in cells:
        if kind.startswith("would lose"):
            lost.setdefault(name, {}).setdefault(kind.partition(", ")[2], {})[
                how.partition(";")[0].partition(" (")[0]
            ] = None
    if lost:
        rows = tuple(
            (name, kind, ", ".join(targets)) for name, kinds in lost.items() for kind, targets in kinds.items()
        )
        grid = Grid(
            ("if lost as a whole", "function", "would take away"), rows, "Anatomy only; nothing of it is reported."
        )
        blocks.append(Fold(f"What a complete loss would take away ({len(lost)} structures)", (grid,)))
    return Section("involvement", "Involvement and risk", tuple(blocks)) if blocks else None


# --------------------------------------------------------------------------------------------------------------------- lesions


def lesions(prepared: Prepared) -> Section | None:
    """The lesions that explain what is lost, in order, with what each leaves over and what speaks against it."""
    found, _ = localise_findings(prepared.engine, prepared.entry.id, most=_LESIONS)
    if not found.hypotheses:
        return None
    names = ("explains", "explains in part", "leaves unexplained", "against it", "would also give, not reported")
    blocks: list[Block] = [
        Words("Anatomy only; a hypothesis is no diagnosis. What nobody reported counts neither way.", "note"),
        Grid(
            ("rank", "lesion", "fit"),
            tuple(tuple(value_of(term) for term in row[:3]) for row in lesionbook.rows(found).rows),
            "One row is one lesion, or several together.",
        ),
    ]
    for row in lesionbook.rows(found).rows:
        cells = [value_of(term) for term in row]
        below = [Item(f"{name}: {words}") for name, words in zip(names, cells[3:], strict=True) if words]
        blocks.append(Fold(f"{cells[0]}. {cells[1]}", (Listing(tuple(below)),)))
    if found.unplaced:
        items = tuple(Item(f"{fact.rpartition('/')[2]}: {why}") for fact, why in found.unplaced)
        blocks.append(Fold(f"Findings that name no function ({len(items)})", (Listing(items),)))
    return Section("lesions", "Which lesion explains the deficits", tuple(blocks))


# ---------------------------------------------------------------------------------------------------------------------- routes


def explain_routes(prepared: Prepared) -> tuple[CaseRouter, Explanation]:
    """The tree of routes and the ranking of rivals."""
    router = CaseRouter(prepared.store, open_atlas(prepared.engine.graph))
    return router, router.explain(router.read(prepared.entry.id))


def routes(router: CaseRouter, explanation: Explanation) -> Section:
    """Rival explanations with what is for and against each, and the tree from the primary to what is involved."""
    ranking = explanation.ranking
    rows = tuple((a.hypothesis.label, a.verdict, a.tally, a.why) for a in ranking.assessments)
    blocks: list[Block] = [
        Words(f"{ranking.headline[0].upper()}{ranking.headline[1:]}. Unlikely is not excluded.", "note"),
        Grid(("explanation", "verdict", "tally", "why"), rows, "One row is one rival explanation; none is dropped."),
    ]
    for one in ranking.assessments:
        items = [
            Item(_weighed(group, weighed), (), {"for": "present", "against": "absent"}.get(group, "not-reported"))
            for group in ("for", "against", "neutral", "missing")
            for weighed in one.of(group)
        ]
        if items:
            blocks.append(
                Fold(f"Weighed: {one.hypothesis.label}", (Words(one.hypothesis.mechanism), Listing(tuple(items))))
            )
    tree = explanation.tree
    if tree is None:
        blocks.append(Words("No tree: the case names no primary with a site, or no tumour at another structure."))
    else:
        steps = tuple(
            (
                str(step.number),
                step.start_label,
                step.end_label,
                step.mechanism_label,
                step.direction,
                step.evidence_words,
                step.case_words + (f", {step.order}" if step.order else ""),
            )
            for step in tree.steps
        )
        head = ("step", "from", "to", "mechanism", "direction", "evidence", "in the case")
        caption = "One tree from the primary to everything with tumour; an assumption of the model, not a finding."
        blocks.append(Grid(head, steps, caption))
        left = tuple(Item(f"{label}: {why}") for label, why in tree.left_out)
        if left:
            blocks.append(Listing(left, "Not reached"))
    said = [f"{one.view.label}: {one.says}" for one in ranking.compared]
    for compared in router.compare_steps(explanation):
        many = len(compared.shared) + len(compared.missing)
        words = (
            f"{compared.view.label}: {len(compared.shared)} of {many} structures of the argued route lie on the tree"
        )
        said.append(words + (f"; not on it: {', '.join(compared.missing)}" if compared.missing else ""))
    if said:
        blocks.append(
            Listing(tuple(Item(words, (), "concluded") for words in dict.fromkeys(said)), "What the source concluded")
        )
    return Section("routes", "Routes and rival explanations", tuple(blocks))


def _weighed(group: str, weighed: Any) -> str:
    evidence = weighed.evidence
    strength = f", {weighed.weight.strength}" if weighed.weight.strength else ""
    denied = "denied: " if weighed.seen.state == "absent" else ""
    facts = "; ".join(dict.fromkeys(fact.words() for fact in weighed.seen.facts))
    source = ", ".join(part for part in (evidence.source, evidence.at) if part)
    words = f"{group}{strength}: {denied}{evidence.label}. {evidence.says} [{source}]"
    words += f" Rests on: {facts}." if facts else ""
    return words + (f" Would decide: {evidence.ask}." if group == "missing" and evidence.ask else "")


# ------------------------------------------------------------------------------------------------------------- dose, similarity


def dose(prepared: Prepared, facts: FactWords) -> Section | None:
    """Printed doses with the equivalents that follow from them."""
    found = printed_doses(prepared.engine.graph, case_iri(prepared.entry.id))
    rows = []
    for one in found:
        printed = (f"{one.total:f} Gy" if one.total is not None else "total not given") + (
            f" in {one.fractions} fractions" if one.fractions else ""
        )
        equal = one.alpha_beta is not None and one.eqd2 is not None and one.bed is not None
        numbers = ("no number of fractions, so nothing follows", "", "")
        if equal and one.alpha_beta is not None and one.eqd2 is not None and one.bed is not None:
            numbers = (f"{one.alpha_beta.normalize():f} Gy", f"{rounded(one.eqd2)} Gy", f"{rounded(one.bed)} Gy")
        targets = ", ".join(facts.short(iri) for iri in facts.iris(one.course, "hasTarget"))
        course = facts.kind(one.course) + (f", {targets}" if targets else "")
        rows.append((course, one.role, printed, *numbers, "; ".join(one.places)))
    if not rows:
        return None
    head = ("course", "dose is", "printed", "α/β", "EQD2", "BED", "where")
    blocks: list[Block] = [
        Words("Planned, prescribed, delivered and reported doses are different facts. No dose is recommended.", "note"),
        Grid(head, tuple(rows), "One row is one printed dose with one α/β; EQD2 and BED are inferred, not printed."),
        Words(f"{EQD2_FORMULA}. {BED_FORMULA}. {ASSUMPTION}"),
    ]
    return Section("dose", "Dose", tuple(blocks))


def similar(prepared: Prepared) -> Section | None:
    """The nearest published cases, what they share, what they were treated with and what happened."""
    engine = prepared.engine
    iri = case_iri(prepared.entry.id)
    mine = read_features(prepared.store, iri)
    found = find_similar(engine.graph, mine, leave_out=[iri])[:_SIMILAR]
    if not found:
        return None
    iris = {i for like in found for m in like.matches for f in (m.mine, m.other) for i in (f.kind, f.place)}
    iris |= {i for like in found for m in like.matches for i in (m.shared, m.shared_place)}
    labels = fetch_labels(engine, [i for i in iris | {like.case for like in found} if i])
    blocks: list[Block] = [
        Words(
            "Published cases were treated as told here; likeness is of what was reported and advises no treatment.",
            "note",
        )
    ]
    for rank, like in enumerate(found, 1):
        other = FactWords.read(engine, like.case)
        name = labels.get(like.case, like.case.removeprefix(CASE))
        shared = [Item(f"{weight:+.2f}  {words}") for words, weight in put_into_words(like, labels)]
        done = tuple(item(other, node) for node in other.in_order(like.treatments)) or (Item("not reported"),)
        after = tuple(item(other, node) for node in other.in_order(like.outcomes)) or (Item("not reported"),)
        blocks.append(Words(f"{rank}. {name}: shares {like.share:.0%} of what the case could have in common."))
        blocks.append(Listing(after, "What happened"))
        blocks.append(Fold(f"{name}: was treated with ({len(like.treatments)})", (Listing(done),)))
        blocks.append(Fold(f"{name}: what is shared ({len(shared)})", (Listing(tuple(shared)),)))
    return Section("similar", "Similar published cases", tuple(blocks))


# --------------------------------------------------------------------------------------------------------------------- missing


def missing(facts: FactWords, states: Sequence[SetState], ground: Ground, explanation: Explanation) -> Section | None:
    """What was not recorded and would decide criteria or rivals."""
    blocks: list[Block] = []
    noted = tuple(
        Item(facts.note(node).removesuffix(facts.place(node)), tuple(facts.iris(node, "statedIn")), "not-reported")
        for node in facts.linked("hasMissingRecord")
    )
    if noted:
        blocks.append(Listing(noted, "The source says that it did not record"))
    wanted = []
    for state in states:
        if state.verdict == UNDETERMINED:
            words = _settling(state, ground)
            wanted.append(Item(state.set.label, (), "not-reported", tuple(Item(one) for one in words)))
    if wanted:
        blocks.append(Listing(tuple(wanted), "Would settle a criteria set (smallest set of findings)"))
    asks = [a for one in explanation.ranking.assessments if one.verdict != "not supported" for a in one.asks]
    if asks:
        blocks.append(Listing(tuple(Item(ask) for ask in dict.fromkeys(asks)), "Would tell rival explanations apart"))
    return Section("missing", "What is missing", tuple(blocks)) if blocks else None
