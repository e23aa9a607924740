"""A short look at what the graph knows of each publication: one screen each.

Comes in: an engine. Goes out: pages of at most 24 lines, made by queries alone: counts, the main facts, what follows, what was
found contradictory, and commands to go on with. Knows nothing about any paper.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from neoplex.ask import layout
from neoplex.ask.casebook import CaseEntry, list_cases
from neoplex.ask.factwords import describe_source, short_passages, value_of
from neoplex.ask.questions import list_questions, read_question
from neoplex.ask.vocabulary import Engine, fetch_labels, shown
from neoplex.base.errors import UsageError, did_you_mean
from neoplex.base.names import NX, SOURCE
from neoplex.store.answers import Answer, Rows, Term

PAGE_LINES = 24


@dataclass(frozen=True)
class Page:
    """One publication of the tour."""

    source: str
    lines: tuple[str, ...]


def list_sources(engine: Engine) -> list[str]:
    """The publications that cases, statements or claims of the graph come from, by name."""
    answer = engine.answer(f"SELECT DISTINCT ?source WHERE {{ ?x <{NX}reportedBy> ?source }}")
    return sorted(value_of(row[0]).removeprefix(SOURCE) for row in _rows(answer))


def tour(engine: Engine, sources: Sequence[str] = (), width: int = 80) -> list[Page]:
    """The pages of the publications asked for, or of all; raises UsageError for an unknown one."""
    known = list_sources(engine)
    for source in sources:
        if source not in known:
            raise UsageError(f"no publication is called {source!r}; {did_you_mean(source, known) or ', '.join(known)}")
    chosen = list(sources) or known
    entries = list_cases(engine)
    return [
        Page(source, tuple(_page(engine, source, entries, width, f"{number} of {len(chosen)}")))
        for number, source in enumerate(chosen, start=1)
    ]


def _page(engine: Engine, source: str, entries: Sequence[CaseEntry], width: int, number: str) -> list[str]:
    mine = [entry for entry in entries if entry.source == source]
    facts = _Facts(engine, source)
    head = _clip(layout.wrap(layout.visible(describe_source(engine, source)), width), 2)
    title = f"{source}  ({number})"
    lines = [title, "─" * len(title), *head, ""]
    conflicts = facts.conflicts(width)
    commands = [f"  {command}" for command in _commands(source, mine)]
    tail = ["", *conflicts, "", "Go on with", *commands]
    room = PAGE_LINES - len(lines) - len(tail)
    known: list[str] = []
    pairs = facts.known(mine)
    for number_left, (name, words) in zip(range(len(pairs), 0, -1), pairs, strict=True):
        spare = room - len(known) - (number_left - 1)
        known += _clip(layout.definitions([(name, words)], width, column=16), min(spare, 3))
    return [*lines, *known[:room], *tail]


class _Facts:
    """What the graph says about one publication, counted."""

    def __init__(self, engine: Engine, source: str) -> None:
        self._engine = engine
        self._iri = SOURCE + source
        query = f"""SELECT ?case ?link ?fact ?status ?kind ?class WHERE {{
          ?case <{NX}reportedBy> <{self._iri}> ; ?link ?fact . ?fact <{NX}status> ?status ; a ?class .
          OPTIONAL {{ ?fact <{NX}conditionRole> ?kind }} }}"""
        weights = f"""SELECT ?fact (COUNT(DISTINCT ?c) AS ?n) WHERE {{
          ?case <{NX}reportedBy> <{self._iri}> ; <{NX}hasConclusion> ?c .
          ?c <{NX}explains>|<{NX}supportedBy>|<{NX}challengedBy> ?fact }} GROUP BY ?fact"""
        self._weight = {value_of(row[0]): int(value_of(row[1])) for row in _rows(engine.answer(weights))}
        self._facts = [tuple(value_of(term) for term in row) for row in _rows(engine.answer(query))]
        self._labels = fetch_labels(engine, {value for row in self._facts for value in row})

    def known(self, entries: Sequence[CaseEntry]) -> list[tuple[str, str]]:
        """What is known, as pairs of a heading and words, the most telling first."""
        pairs = [("holds", self._holdings(entries)), ("people", self._people())]
        pairs.append(("tumour", self._kinds("hasCondition", role="primary")))
        pairs.append(("found", self._kinds("hasFinding")))
        pairs.append(("treated with", self._kinds("hasTreatment")))
        pairs.append(("doses", self._doses()))
        pairs.append(("outcome", self._kinds("hasOutcome")))
        pairs.append(("authors favour", self._favoured()))
        pairs.append(("inferred", self._inferred()))
        return [(head, words) for head, words in pairs if words]

    def conflicts(self, width: int) -> list[str]:
        """The contradictions of this publication: how many, and the first one with both places."""
        query = f"SELECT ?c ?says WHERE {{ ?c a <{NX}Conflict> ; <{NX}reportedBy> <{self._iri}> ; <{NX}says> ?says }}"
        found = [(value_of(row[0]), value_of(row[1])) for row in _rows(self._engine.answer(query))]
        found.sort(key=lambda row: (len(row[1]) > 160, row))
        if not found:
            return ["No contradiction was found in it."]
        number = f"{len(found)} contradiction{'' if len(found) == 1 else 's'} kept, not averaged"
        iri, says = found[0]
        where = sorted(
            set(short_passages(self._engine, f"<{iri}> <{NX}conflictMember>/<{NX}statedIn> ?passage").values())
        )
        text = says + (f" [{' / '.join(where)}]" if where else "")
        first = _clip(layout.wrap(layout.visible(text), width, "  - ", "    "), 4)
        return [number + (":" if len(found) == 1 else ", one of them:"), *first]

    def _holdings(self, entries: Sequence[CaseEntry]) -> str:
        cases = sum(not entry.is_cohort for entry in entries)
        cohorts = sum(entry.is_cohort for entry in entries)
        words = [_count(cases, "case"), _count(cohorts, "cohort")]
        links = Counter(
            link.removeprefix(NX) for _, link, fact, *_ in {(r[0], r[1], r[2]) for r in self._facts} if fact
        )
        absent = len({row[2] for row in self._facts if row[1] == NX + "hasFinding" and row[3] == NX + "absent"})
        findings = links.pop("hasFinding", 0)
        words += [_count(findings - absent, "finding"), _count(absent, "denied finding")]
        for link, word in (("hasCondition", "condition"), ("hasInvestigation", "investigation"), ("hasTreatment", "treatment"),
                           ("hasOutcome", "outcome"), ("hasConclusion", "conclusion")):  # fmt: skip
            words.append(_count(links.get(link, 0), word))
        for kind, word in (("Statement", "statement"), ("Claim", "claim")):
            query = f"SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ ?x a <{NX}{kind}> ; <{NX}reportedBy> <{self._iri}> }}"
            words.append(_count(int(value_of(next(iter(_rows(self._engine.answer(query))))[0])), word))
        return ", ".join(word for word in words if word)

    def _people(self) -> str:
        query = f"""SELECT ?case ?sex ?value ?unit WHERE {{ ?case a <{NX}Case> ; <{NX}reportedBy> <{self._iri}> .
          OPTIONAL {{ ?case <{NX}sex> ?sex }}
          OPTIONAL {{ ?case <{NX}age> ?a . ?a <{NX}value> ?value . OPTIONAL {{ ?a <{NX}unit> ?unit }} }} }}"""
        sexes: dict[str, str] = {}
        ages: set[tuple[float, str, str]] = set()
        for row in _rows(self._engine.answer(query)):
            case, sex, value, unit = (value_of(term) for term in row)
            if sex:
                sexes[case] = sex
            if value:
                ages.add((float(value), value, unit))
        labels = fetch_labels(self._engine, {*sexes.values(), *(unit for _, _, unit in ages)})
        counts = Counter(shown(sex, labels) for sex in sexes.values())
        words = [
            f"{number} {sex}" if len(sexes) > 1 else sex
            for sex, number in sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))
        ]
        units = {unit for _, _, unit in ages}
        if ages and len(units) == 1:
            unit = shown(next(iter(units)), labels) + "s" if next(iter(units)) else ""
            span = f"{min(ages)[1]}-{max(ages)[1]}" if len(ages) > 1 else min(ages)[1]
            words.append(f"age {span} {unit}".strip())
        return ", ".join(words)

    def _kinds(self, link: str, role: str = "") -> str:
        """The kinds of what was found or done, those of most cases first, then those that conclusions lean on."""
        cases: dict[str, set[str]] = defaultdict(set)
        weights: Counter[str] = Counter()
        for case, predicate, fact, status, kind, class_ in self._facts:
            if predicate == NX + link and status == NX + "present" and (not role or kind == NX + role):
                cases[class_].add(case)
                weights[class_] += self._weight.get(fact, 0)
        ranked = sorted(
            cases.items(), key=lambda item: (-len(item[1]), -weights[item[0]], shown(item[0], self._labels))
        )
        words = [
            shown(class_, self._labels) + (f" ({len(facts)})" if len(facts) > 1 else "") for class_, facts in ranked[:5]
        ]
        return ", ".join(words) + (f" and {len(ranked) - 5} more" if len(ranked) > 5 else "")

    def _doses(self) -> str:
        query = f"""SELECT ?kind ?total ?count (COUNT(DISTINCT ?dose) AS ?n) WHERE {{
          ?case <{NX}reportedBy> <{self._iri}> ; <{NX}hasTreatment> ?t . ?t <{NX}hasDose> ?dose .
          ?dose a ?kind ; <{NX}totalDose> ?total .
          OPTIONAL {{ ?dose <{NX}fractionCount> ?count }} }} GROUP BY ?kind ?total ?count"""
        rows = [tuple(value_of(term) for term in row) for row in _rows(self._engine.answer(query))]
        labels = fetch_labels(self._engine, {row[0] for row in rows})
        words = []
        for kind, total, count, number in sorted(rows, key=lambda r: (-int(r[3]), -float(r[1]), r[0], r[2]))[:5]:
            times = f" ×{number}" if int(number) > 1 else ""
            words.append(f"{shown(kind, labels)} {total} Gy" + (f"/{count}" if count else "") + times)
        return "; ".join(words) + (f"; {len(rows) - 5} more" if len(rows) > 5 else "")

    def _favoured(self) -> str:
        query = f"""SELECT ?c ?class ?says WHERE {{ ?case <{NX}reportedBy> <{self._iri}> ; <{NX}hasConclusion> ?c .
          ?c <{NX}verdict> <{NX}favoured> ; <{NX}concludes>/a ?class . OPTIONAL {{ ?c <{NX}says> ?says }} }}"""
        rows = sorted(tuple(value_of(term) for term in row) for row in _rows(self._engine.answer(query)))
        labels = fetch_labels(self._engine, {row[1] for row in rows})
        return "; ".join(dict.fromkeys(shown(row[1], labels) for row in rows))

    def _inferred(self) -> str:
        query = f"""SELECT ?class (COUNT(DISTINCT ?x) AS ?n) WHERE {{
          ?case <{NX}reportedBy> <{self._iri}> ; <{NX}hasInference> ?x . ?x a ?class }} GROUP BY ?class"""
        rows = [(value_of(row[0]), int(value_of(row[1]))) for row in _rows(self._engine.answer(query))]
        labels = fetch_labels(self._engine, {row[0] for row in rows})
        ranked = sorted(rows, key=lambda row: (-row[1], shown(row[0], labels)))
        return ", ".join(f"{shown(class_, labels)} ({number})" for class_, number in ranked[:6])


def _commands(source: str, entries: Sequence[CaseEntry]) -> list[str]:
    commands = []
    cohorts = [entry for entry in entries if entry.is_cohort]
    single = [entry for entry in entries if not entry.is_cohort]
    best = sorted(single, key=lambda entry: -entry.facts)[:1] + cohorts[:1]
    commands += [f"neoplex case show {entry.id}" for entry in best]
    commands += [f"neoplex routes {entry.id}" for entry in best if not entry.is_cohort]
    for entry in sorted(list_questions(), key=lambda entry: ("conflict" not in entry.tags, entry.name)):
        question = read_question(entry.path)
        option = next((p.option for p in question.parameters if p.type == "source"), None)
        if option:
            commands.append(f"neoplex ask {question.name} {option} {source}")
            break
    commands.append(f"neoplex audit {source}")
    return commands


def _rows(answer: Answer) -> Iterable[tuple[Term | None, ...]]:
    assert isinstance(answer, Rows)
    return answer.rows


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}" if number else ""


def _clip(lines: list[str], most: int) -> list[str]:
    if len(lines) <= most:
        return lines
    kept = lines[: max(most, 1)]
    last = kept[-1] if layout.width_of(kept[-1]) <= 76 else kept[-1][:76].rpartition(" ")[0]
    return [*kept[:-1], last.rstrip(" ,;") + " …"]
