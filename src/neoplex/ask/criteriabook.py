"""Criteria tried on cases, as pages, rows and a comparison of all sets over all cases.

Comes in: states of sets, the facts of the case in words, the ground. Goes out: lines of text and rows. An assumption is
marked wherever it shows, and hints, contradictions and what is missing stand beside each verdict. Never decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from neoplex.ask import layout
from neoplex.ask.factwords import FactWords
from neoplex.ask.vocabulary import Engine
from neoplex.base.names import compact
from neoplex.infer.criteria import MET, NOT_MET, UNDETERMINED, WHOLE, ItemState, Need, SetState, SideState
from neoplex.infer.criteriadiscriminators import Discriminators, Suggestion
from neoplex.infer.criteriafacts import CaseFact
from neoplex.infer.criteriaground import Ground, Triples
from neoplex.infer.criteriawords import clash_words, fact_words, hint_words, join, needs_words
from neoplex.read.criteria import CriteriaSet
from neoplex.store.answers import Rows
from neoplex.store.answers import Triples as Graph

_MOST_LINES = 4
_MOST_WAYS = 1
_ROLES = {"required": "required", "option": "one of the options", "exclusion": "excludes"}
_MARKS = {(UNDETERMINED, NOT_MET): "open-", (UNDETERMINED, MET): "open+", (UNDETERMINED, UNDETERMINED): "open"}
LEGEND = (
    "open: undetermined. open-: undetermined, and not met when silence is read as absence. open+: undetermined, and met then. "
    "A hint and a contradiction are no silence."
)


@dataclass(frozen=True)
class Tried:
    """One case with the states of its sets; ``words`` gives its facts at length, ``assumed`` what was taken for granted."""

    case: str
    label: str
    states: tuple[SetState, ...]
    ground: Ground
    words: FactWords | None = None
    assumed: tuple[str, ...] = ()
    discriminators: tuple[tuple[Discriminators, tuple[Suggestion, ...]], ...] = field(default=())


def page(tried: Tried, width: int, *, proof: bool = False, list_all: bool = False) -> list[str]:
    """The page of a case: an overview of the sets, then each set item by item; ``list_all`` names every minimal set of findings."""
    lines = [tried.label]
    for words in tried.assumed:
        lines += layout.wrap(f"ASSUMED, not reported: {words}", width)
    if tried.states:
        lines += ["", *_overview(tried, width)]
    for state in tried.states:
        lines += ["", *_set(tried, state, width, proof, list_all)]
    for file, suggestions in tried.discriminators:
        lines += ["", *_discriminators(tried, file, suggestions, width)]
    return lines


def _overview(tried: Tried, width: int) -> list[str]:
    cells = [[state.set.id, state.verdict, _sides_in_short(state), f"{state.closed}"] for state in tried.states]
    return layout.table(["criteria set", "verdict", "side by side", "silence as absence"], cells, width)


def _sides_in_short(state: SetState) -> str:
    if state.side_open:
        return "side unknown"
    verdicts = {side.verdict for side in state.sides}
    if len(verdicts) == 1:
        return "the same" if len(state.sides) > 1 else ""
    return ", ".join(f"{side.side} {side.verdict}" for side in state.sides)


# ------------------------------------------------------------------------------------------------------------------- a set


def _set(tried: Tried, state: SetState, width: int, proof: bool, list_all: bool) -> list[str]:
    one = state.set
    lines = layout.wrap(one.label, width)
    lines += [("─" * min(max(map(len, lines)), width))]
    said = state.verdict + (f" on the {join(state.met_on)}" if any(state.met_on) else "")
    if state.side_open:
        said += ", whichever side the findings without a side have"
    pairs = [("verdict", said), ("silence read as absence", state.closed)]
    if state.stated:
        named = join(sorted({fact_words(fact, tried.ground) for fact in state.stated}))
        pairs.append(("the source says", f"{named}; a diagnosis is no evidence for itself"))
    if proof:
        pairs += [("set from", _source_words(one)), ("note", one.note)]
    lines += layout.definitions(pairs, width, indent=2, column=28)
    for number, item in enumerate(one.items):
        lines += _item(tried, [side.items[number] for side in state.sides], width, proof)
        assert item.id == state.sides[0].items[number].item.id
    lines += _ways(tried, state, width, list_all)
    return lines


def _source_words(one: CriteriaSet) -> str:
    details = dict(one.source.details)
    who = details.get("authors", one.source.id)
    where = " ".join(details[key] for key in ("year", "journal", "volume", "pages") if key in details)
    link = details.get("doi") or details.get("url", "")
    at = "; ".join(locator.label for locator in one.at)
    return ", ".join(part for part in (who, where, link, at, f"read: {one.source.read}") if part)


def _item(tried: Tried, states: Sequence[ItemState], width: int, proof: bool) -> list[str]:
    item = states[0].item
    verdicts = [state.verdict for state in states]
    by_side = ", ".join(f"{state.side} {state.verdict}" for state in states)
    said = verdicts[0] if len(set(verdicts)) == 1 else by_side
    role = "" if item.role == "required" else f" ({_ROLES[item.role]})"
    lines = layout.wrap(f"{item.label}{role}: {said}", width, "  - ", "    ")
    if proof and item.says:
        lines += layout.wrap(item.says, width, "      ")
    details = [_item_details(tried, state, proof) for state in states]
    if len(details) == 2 and details[0] == details[1]:
        for words in details[0]:
            lines += layout.wrap(words, width, "      ", "        ")
        return lines
    for state, own in zip(states, details, strict=True):
        for words in own if own != ["nothing reported"] or len(states) == 1 else []:
            side = f"{state.side}, " if state.side != WHOLE else ""
            lines += layout.wrap(side + words, width, "      ", "        ")
    return lines


def _item_details(tried: Tried, state: ItemState, proof: bool) -> list[str]:
    ground = tried.ground
    if state.assumed:
        return [f"ASSUMED to be {state.verdict}"]
    describe = _describer(tried, proof)
    lines = _few("rests on", [describe(fact) for fact in state.premises], proof)
    lines += _few("denied at another time or by another method", [describe(f) for f in state.otherwise], proof)
    lines += [f"contradiction: {clash_words(clash, ground)}" for clash in state.clashes]
    if state.verdict == UNDETERMINED:
        lines += _few("hint only", hint_words(state, ground), proof)
    return lines or ["nothing reported"]


def _few(name: str, words: Sequence[str], everything: bool) -> list[str]:
    known = list(dict.fromkeys(words))
    shown = known if everything else known[:_MOST_LINES]
    more = [f"and {len(known) - len(shown)} more (--proof)"] if len(known) > len(shown) else []
    return [*(f"{name}: {one}" for one in shown), *more]


def _describer(tried: Tried, proof: bool) -> Callable[[CaseFact], str]:
    def describe(fact: CaseFact) -> str:
        if fact.assumed or tried.words is None or not proof:
            return fact_words(fact, tried.ground)
        return f"{fact_words(fact, tried.ground)}, {fact.iri.rpartition('/')[2]}{tried.words.place(fact.iri)}"

    return describe


def _ways(tried: Tried, state: SetState, width: int, list_all: bool) -> list[str]:
    """The smallest sets of missing findings that would settle an open verdict."""
    open_sides = [side for side in state.sides if side.verdict == UNDETERMINED]
    if state.verdict != UNDETERMINED or not open_sides:
        return []
    lines = ["    what would settle it"]
    for verdict in (MET, NOT_MET):
        ways = [(side, side.settled_by(verdict)) for side in open_sides]
        if len(ways) == 2 and ways[0][1] == ways[1][1]:
            ways = [ways[0]]
            words = [_way_lines(tried, state.set, verdict, "", ways[0][1], list_all)]
        else:
            words = [_way_lines(tried, state.set, verdict, side.side, found, list_all) for side, found in ways]
        for line in (line for own in words for line in own):
            lines += layout.wrap(line, width, "      ", "        ")
    return lines


def _way_lines(
    tried: Tried, one: CriteriaSet, verdict: str, side: str, ways: Sequence[frozenset[Need]], list_all: bool
) -> list[str]:
    where = f" on the {side}" if side else " on one side" if one.by_side and verdict == MET else ""
    where = " on each side" if not side and one.by_side and verdict == NOT_MET else where
    if not ways:
        return [f"{verdict}{where}: no further finding can do it"]
    smallest = len(ways[0])
    shown = list(ways) if list_all else [way for way in ways if len(way) == smallest][:_MOST_WAYS]
    lines = [f"{verdict}{where}, by {len(way)}: {needs_words(one, way, side, tried.ground)}" for way in shown]
    if len(ways) > len(shown):
        sizes = f"{smallest} to {len(ways[-1])}" if len(ways[-1]) > smallest else str(smallest)
        lines.append(f"({len(ways)} minimal sets, of {sizes}; --every-way lists them)")
    return lines


def _discriminators(tried: Tried, file: Discriminators, suggestions: Sequence[Suggestion], width: int) -> list[str]:
    lines = layout.wrap(file.label, width)
    lines += ["─" * min(max(map(len, lines)), width)]
    lines += layout.wrap("Each line suggests; none decides, and they do not add up to a verdict.", width, "  ")
    for label in file.between:
        own = [s for s in suggestions if s.favours == label]
        lines += layout.wrap(f"for {label}: {len(own) or 'nothing'}", width, "  ")
        for suggestion in own:
            entry = suggestion.discriminator
            denied = "" if suggestion.seen.state == "present" else "denied: "
            facts = join(list(dict.fromkeys(fact.words() for fact in suggestion.seen.facts))[:_MOST_LINES])
            rests = facts or suggestion.seen.says
            source = f" [{entry.source}{', ' + entry.at if entry.at else ''}]"
            words = f"{suggestion.strength}: {denied}{entry.label}{'; ' + rests if rests else ''}{source}"
            lines += layout.wrap(words, width, "    - ", "      ")
    silent = [s.discriminator.label for s in suggestions if not s.favours]
    if silent:
        lines += layout.wrap(f"not reported, or it says nothing: {'; '.join(silent)}", width, "  ", "    ")
    return lines


# -------------------------------------------------------------------------------------------------------------------- rows


def _literal(text: str) -> ox.Literal | None:
    return ox.Literal(text) if text else None


ITEM_COLUMNS = (
    "case", "criteria", "side", "item", "role", "verdict", "closedWorld", "facts", "hints", "contradictions", "missing", "assumed",
)  # fmt: skip


def item_rows(tried: Tried) -> Rows:
    """One row for each set, side and item, and one for each set and side as a whole (its item is empty)."""
    found = []
    for state in tried.states:
        for side in state.sides:
            found.append(_side_row(tried, side))
            found += [_item_row(tried, state, item) for item in side.items]
    return Rows(ITEM_COLUMNS, tuple(found))


def _side_row(tried: Tried, side: SideState) -> tuple[ox.Literal | None, ...]:
    missing = "; ".join(item.item.id for item in side.items if item.verdict == UNDETERMINED)
    cells = (tried.case, side.set.id, side.side, "", "", side.verdict, side.closed, "", "", "", missing)
    return (*map(_literal, cells), _literal("; ".join(tried.assumed)))


def _item_row(tried: Tried, state: SetState, item: ItemState) -> tuple[ox.Literal | None, ...]:
    facts = "; ".join(compact(fact.iri) if not fact.assumed else "assumed" for fact in item.premises)
    hints = "; ".join(hint_words(item, tried.ground)) if item.verdict == UNDETERMINED else ""
    clashes = "; ".join(clash_words(clash, tried.ground) for clash in item.clashes)
    missing = "; ".join(compact(leaf.iri) for leaf in item.missing)
    cells = (
        tried.case, state.set.id, item.side, item.item.id, item.item.role, item.verdict, item.closed, facts, hints, clashes,
        missing,
    )  # fmt: skip
    return (*map(_literal, cells), _literal("; ".join(tried.assumed) if item.assumed else ""))


SET_COLUMNS = (
    "case",
    "criteria",
    "verdict",
    "closedWorld",
    "left",
    "right",
    "sideOpen",
    "metItems",
    "openItems",
    "notMetItems",
)


def set_rows(cases: Sequence[tuple[str, Sequence[SetState]]]) -> Rows:
    """One row for each case and set; items are those of the side that comes nearest."""
    found = []
    for case, states in cases:
        for state in states:
            sides = {side.side: side.verdict for side in state.sides}
            nearest = max(state.sides, key=lambda side: sum(item.verdict == MET for item in side.items))
            counts = [
                "; ".join(item.item.id for item in nearest.items if item.verdict == verdict)
                for verdict in (MET, UNDETERMINED, NOT_MET)
            ]
            cells = (
                case, state.set.id, state.verdict, state.closed, sides.get("left", ""), sides.get("right", ""),
                "yes" if state.side_open else "", *counts,
            )  # fmt: skip
            found.append(tuple(map(_literal, cells)))
    return Rows(SET_COLUMNS, tuple(found))


def matrix(cases: Sequence[tuple[str, Sequence[SetState]]], width: int) -> list[str]:
    """All sets over all cases: a numbered list of the sets, then one line for each case."""
    if not cases:
        return []
    sets = [state.set for state in cases[0][1]]
    lines: list[str] = []
    for number, one in enumerate(sets, start=1):
        lines += layout.wrap(f"{one.id}: {one.label}", width, f"{number}  ", "   ")
    rows = [[case, *(_cell(state) for state in states)] for case, states in cases]
    lines += ["", *layout.table(["case", *(str(n) for n in range(1, len(sets) + 1))], rows, width), ""]
    return [*lines, *layout.wrap(LEGEND, width)]


def _cell(state: SetState) -> str:
    if state.verdict == MET:
        return "met"
    return _MARKS.get((state.verdict, state.closed), state.verdict)


def list_sets(
    sets: Sequence[CriteriaSet], others: Sequence[Discriminators], label: Callable[[str], str], width: int
) -> list[str]:
    """The sets that can be tried, with what each decides and where it comes from."""
    lines: list[str] = []
    for one in sets:
        lines += ["", one.id] if lines else [one.id]
        lines += layout.wrap(one.label, width, "  ")
        parts = [f"{len(one.of('required'))} required"]
        if one.of("option"):
            parts.append(f"{one.least} of {len(one.of('option'))} options")
        if one.of("exclusion"):
            parts.append(f"{len(one.of('exclusion'))} exclusion{'' if len(one.of('exclusion')) == 1 else 's'}")
        said = f"decides: {label(one.syndrome)}; {', '.join(parts)}; read: {one.source.read}"
        lines += layout.wrap(said, width, "  ", "    ")
        lines += layout.wrap(one.note, width, "  ")
    for file in others:
        said = f"{file.label}: {len(file.entries)} discriminators, which suggest and never decide"
        lines += ["", file.id, *layout.wrap(said, width, "  ")]
    return lines


def engine_triples(engine: Engine) -> Triples:
    """The named graphs behind any engine, so that sets can be tried on a store of another make."""

    def triples(graph: str, predicates: Sequence[str] = ()) -> Iterable[ox.Triple]:
        only = f"VALUES ?p {{ {' '.join(f'<{iri}>' for iri in predicates)} }}" if predicates else ""
        answer = engine.answer(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {only} GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        assert isinstance(answer, Graph)
        return answer.triples

    return triples
