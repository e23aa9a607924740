"""A case as a page for a clinician: what was found, done and concluded, in the order of time, each with its place in the source.

Comes in: an engine and the id of a case or cohort. Goes out: lines of text. Works on whatever the case's graph holds: a property
without words of its own here is still shown, under its name. Never shows what was inferred as if it had been reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from neoplex.ask import layout
from neoplex.ask.factwords import FactWords, value_of
from neoplex.ask.vocabulary import Engine
from neoplex.base.errors import UsageError, did_you_mean
from neoplex.base.names import CASE, NX, PREFIXES, case_iri
from neoplex.store.answers import Answer, Rows, Term

_RDFS = PREFIXES["rdfs"]


@dataclass(frozen=True)
class CaseEntry:
    """One line of the list of cases; ``members`` counts the cases of a cohort, ``facts`` what hangs on it."""

    id: str
    label: str
    source: str
    is_cohort: bool
    facts: int
    members: int


def list_cases(engine: Engine) -> list[CaseEntry]:
    """Every case and cohort of the graph, cohorts first in each publication."""
    query = f"""
    SELECT ?case ?label ?source ?kind (COUNT(DISTINCT ?fact) AS ?facts) (COUNT(DISTINCT ?member) AS ?members) WHERE {{
      VALUES ?kind {{ <{NX}Case> <{NX}Cohort> }}
      ?case a ?kind ; <{NX}reportedBy> ?source .
      OPTIONAL {{ ?case <{_RDFS}label> ?label }}
      OPTIONAL {{ ?case ?link ?fact . ?fact <{NX}status> ?status }}
      OPTIONAL {{ ?member <{NX}memberOf> ?case }}
    }} GROUP BY ?case ?label ?source ?kind"""
    entries = []
    for row in _rows(engine.answer(query)):
        case, label, source, kind, facts, members = (value_of(term) for term in row)
        id_ = case.removeprefix(CASE)
        entries.append(
            CaseEntry(id_, label or id_, source.rpartition("/")[2], kind == NX + "Cohort", int(facts), int(members))
        )
    return sorted(entries, key=lambda entry: (entry.source, not entry.is_cohort, _natural(entry.id)))


def find_case(engine: Engine, case_id: str) -> CaseEntry:
    """The case or cohort of this id; raises UsageError with the nearest ids when there is none."""
    name = case_id.removeprefix("case:").removeprefix(CASE)
    entries = {entry.id: entry for entry in list_cases(engine)}
    if name in entries:
        return entries[name]
    inside = sorted(id_ for id_, entry in entries.items() if entry.source == name)
    if inside:
        raise UsageError(f"{name} is a publication; its cases are {_some(inside)}")
    hint = did_you_mean(name, sorted(entries)) or f"`neoplex case list` shows all {len(entries)}"
    raise UsageError(f"no case is called {case_id!r}; {hint}")


def case_graph(engine: Engine, entry: CaseEntry) -> Answer:
    """Everything the graph of a case says, as triples."""
    return engine.answer(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{case_iri(entry.id)}> {{ ?s ?p ?o }} }}")


def describe_case(engine: Engine, entry: CaseEntry, width: int, *, full: bool = False) -> list[str]:
    """The page of a case; with ``full`` each fact also carries the sentence its curator wrote."""
    facts = FactWords.read(engine, case_iri(entry.id))
    page = _Page(facts, width, full)
    page.head()
    page.person()
    page.section("Conditions", facts.linked("hasCondition"))
    findings = facts.linked("hasFinding")
    by_investigation: dict[str, list[str]] = {}
    for finding in findings:
        for investigation in facts.iris(finding, "foundBy"):
            by_investigation.setdefault(investigation, []).append(finding)
    loose = [finding for finding in findings if not facts.iris(finding, "foundBy")]
    page.findings("Findings", loose)
    page.investigations(facts.linked("hasInvestigation"), by_investigation)
    page.section("Treatments", facts.linked("hasTreatment"))
    page.section("Outcomes", facts.linked("hasOutcome"))
    page.section("Events", facts.linked("hasEvent"))
    conclusions = [c for c in facts.linked("hasConclusion") if not facts.iris(c, "interprets")]
    page.conclusions(conclusions)
    page.notes()
    return page.lines


class _Page:
    def __init__(self, facts: FactWords, width: int, full: bool) -> None:
        self.facts = facts
        self.width = width
        self.full = full
        self.lines: list[str] = []

    def head(self) -> None:
        facts = self.facts
        case = facts.case
        self.lines += layout.wrap(layout.visible(facts.label(case)), self.width)
        pairs = [("id", case.removeprefix(CASE))]
        pairs += [("reported by", facts.cite(iri)) for iri in facts.iris(case, "reportedBy")]
        pairs += [("retold from", facts.label(iri)) for iri in facts.iris(case, "retoldFrom")]
        pairs += [("cohort", facts.short(iri)) for iri in facts.iris(case, "memberOf")]
        pairs += [("size", facts.measure(iri) + facts.place(iri)) for iri in facts.iris(case, "cohortSize")]
        pairs += [("period", facts.time(iri)) for iri in facts.iris(case, "period")]
        pairs += [("number", text) for text in facts.texts(case, "caseNumber")]
        pairs += [("remark", text) for text in facts.texts(case, "says")]
        self.lines += layout.definitions(pairs, self.width, indent=2, column=16)

    def person(self) -> None:
        facts = self.facts
        words = [facts.label(iri) for iri in facts.iris(facts.case, "sex")]
        people = [*facts.iris(facts.case, "age"), *facts.iris(facts.case, "describedBy")]
        places = ""
        for node in people:
            measure = facts.measure(node)
            words += [measure] if measure else []
            words += [facts.time(time) for time in facts.iris(node, "atTime")]
            words += facts.texts(node, "says") if self.full else []
            places += facts.place(node)
        if words:
            self._title("Person")
            self._item(", ".join(words) + places)

    def section(self, title: str, nodes: Sequence[str]) -> None:
        if not nodes:
            return
        self._title(title)
        for node in self.facts.in_order(nodes):
            self.fact(node)

    def findings(self, title: str, nodes: Sequence[str]) -> None:
        present = [node for node in nodes if not self.facts.is_absent(node)]
        absent = [node for node in nodes if self.facts.is_absent(node)]
        self.section(title, present)
        self.section(f"{title}: looked for and absent", absent)

    def investigations(self, nodes: Sequence[str], findings: dict[str, list[str]]) -> None:
        if not nodes:
            return
        self._title("Investigations")
        for node in self.facts.in_order(nodes):
            self.fact(node)
            for finding in self.facts.in_order(findings.get(node, [])):
                self.fact(finding, indent=6, inherited=node)
            for conclusion in self.facts.in_order(self.facts.pointing("interprets", node)):
                self.fact(conclusion, indent=6, inherited=node)

    def conclusions(self, nodes: Sequence[str]) -> None:
        if not nodes:
            return
        self._title("Conclusions")
        for node in self.facts.in_order(nodes):
            self.fact(node, full=True)
            for number, step in enumerate(self.facts.steps(node), start=1):
                self._item(f"step {number}: {step}", indent=6)
            for predicate, word in (("supportedBy", "for"), ("challengedBy", "against")):
                for argument in self.facts.iris(node, predicate):
                    self._item(f"{word}: {self.facts.argument(argument)}", indent=6)

    def fact(self, node: str, indent: int = 2, inherited: str = "", full: bool = False) -> None:
        self._item(self.facts.describe(node, inherited=inherited), indent)
        if self.full or full:
            for text in self.facts.texts(node, "says"):
                self.lines += layout.wrap(layout.visible(text), self.width, " " * (indent + 4))

    def notes(self) -> None:
        for title, link in (
            ("Counts", "hasCount"),
            ("Methods", "hasMethod"),
            ("Inclusion", "hasInclusionCriterion"),
            ("Not recorded, as the source says", "hasMissingRecord"),
        ):
            nodes = self.facts.linked(link)
            if nodes:
                self._title(title)
                for node in sorted(nodes, key=_natural):
                    self._item(self.facts.note(node))

    def _title(self, title: str) -> None:
        self.lines += ["", title]

    def _item(self, text: str, indent: int = 2) -> None:
        pad = " " * indent
        self.lines += layout.wrap(layout.visible(text), self.width, pad + "- ", pad + "  ")


def _rows(answer: Answer) -> Iterable[tuple[Term | None, ...]]:
    assert isinstance(answer, Rows)
    return answer.rows


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts ``case-2`` before ``case-10``."""
    pieces: list[tuple[int, str]] = []
    for piece in text.replace("/", "-").split("-"):
        pieces.append((int(piece), "") if piece.isdigit() else (-1, piece))
    return tuple(pieces)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:6])
    return shown + (f" and {len(names) - 6} more" if len(names) > 6 else "")
