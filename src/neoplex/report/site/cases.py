"""Pages of cases and cohorts: what is reported, in the order of time, and apart from it what follows by rules and searches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from neoplex.ask.engines import LocalEngine
from neoplex.ask.factwords import FactWords
from neoplex.base.names import CASE, NX
from neoplex.infer.proof import Reader
from neoplex.report.site.addresses import Addresses, Link, anchor
from neoplex.report.site.knowledge import TYPE, clean, counted, key, natural
from neoplex.report.site.page import Page

_FIRST = ("CriteriaAssessment", "HypothesisAssessment", "RouteHypothesis")
"""Conclusions that have a part of the page to themselves."""


@dataclass(frozen=True)
class Entry:
    """One fact: its words in pieces, what its curator wrote, lines below it, and the entries inside it."""

    id: str
    pieces: tuple[Link, ...]
    says: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    inside: tuple[Entry, ...] = ()
    absent: bool = False


@dataclass(frozen=True)
class Inferred:
    """One conclusion: its words, what it rests on, the rule, and what would decide it."""

    id: str
    words: str
    rule: Link
    premises: tuple[Link, ...]
    missing: tuple[Link, ...]


@dataclass(frozen=True)
class Tried:
    """A criteria set tried on a case: the verdict, the one if silence were absence, and (id, side, verdict) for each side."""

    id: str
    set: Link
    verdict: str
    closed: str
    sides: tuple[tuple[str, str, str], ...]


class CasePages:
    """Makes the pages of cases; ``drawn`` holds a picture (SVG text) for some of them."""

    def __init__(self, addresses: Addresses, drawn: Mapping[str, str] | None = None) -> None:
        self.addresses = addresses
        self.knowledge = addresses.knowledge
        self.drawn = drawn or {}
        engine = self.knowledge.engine
        assert isinstance(engine, LocalEngine)
        self.reader = Reader(engine.graph.store)

    def pages(self, wanted: frozenset[str] | None = None) -> Iterator[Page]:
        """The page of every case and cohort, or of those wanted."""
        for iri in self.knowledge.cases:
            if wanted is None or iri in wanted:
                yield self._page(iri)

    def lists(self) -> Iterator[Page]:
        """All cases and cohorts by publication."""
        rows = []
        for iri in self.knowledge.cases:
            words = self.knowledge.words[iri]
            present = [one for one in self.knowledge.links(iri, "hasFinding") if not words.is_absent(one)]
            primary = [
                words.kind(one)
                for one in words.linked("hasCondition")
                if NX + "primary" in words.iris(one, "conditionRole")
            ]
            kind = "cohort" if NX + "Cohort" in self.knowledge.links(iri, TYPE) else "case"
            sources = self.addresses.links(self.knowledge.links(iri, "reportedBy"))
            rows.append((self.addresses.link(iri), kind, sources, clean(", ".join(primary)), len(present)))
        yield Page("cases/index.html", "Cases", "cases.html", {"rows": rows})

    def _page(self, iri: str) -> Page:
        words = self.knowledge.words[iri]
        findings = words.linked("hasFinding")
        found_by: dict[str, list[str]] = defaultdict(list)
        for one in findings:
            for investigation in words.iris(one, "foundBy"):
                found_by[investigation].append(one)
        loose = [one for one in findings if not words.iris(one, "foundBy")]
        sections = [
            ("Conditions", self._entries(words, words.linked("hasCondition"))),
            ("Findings", self._entries(words, [one for one in loose if not words.is_absent(one)])),
            ("Looked for and absent", self._entries(words, [one for one in loose if words.is_absent(one)])),
            (
                "Investigations",
                tuple(
                    self._investigation(words, one, found_by)
                    for one in words.in_order(words.linked("hasInvestigation"))
                ),
            ),
            ("Treatments", self._entries(words, words.linked("hasTreatment"))),
            ("Outcomes", self._entries(words, words.linked("hasOutcome"))),
            ("Events", self._entries(words, words.linked("hasEvent"))),
            ("Conclusions of the source", self._conclusions(words)),
        ]
        for title, name in (("Counts", "hasCount"), ("Methods", "hasMethod"), ("Inclusion", "hasInclusionCriterion"),
                            ("Not recorded, as the source says", "hasMissingRecord")):  # fmt: skip
            nodes = sorted(words.linked(name), key=natural)
            sections.append((title, tuple(self._plain(words, node, words.note(node)) for node in nodes)))
        label = self.knowledge.label(iri)
        kind = "cohort" if NX + "Cohort" in self.knowledge.links(iri, TYPE) else "case"
        values = {
            "id": clean(iri[len(CASE) :]),
            "kind": kind,
            "head": self._head(words),
            "sections": [(title, entries) for title, entries in sections if entries],
            "criteria": self._criteria(iri),
            "hypotheses": self._hypotheses(iri),
            "routes": self._routes(iri),
            "inferred": self._inferred(iri),
            "drawing": self.drawn.get(iri, ""),
        }
        return Page(self.addresses.pages[iri], label, "case.html", values, kind, "", (iri[len(CASE) :],))

    # ------------------------------------------------------------------------------------------------- what is reported

    def _head(self, words: FactWords) -> list[tuple[str, list[Link]]]:
        case = words.case
        pairs: list[tuple[str, list[Link]]] = []
        for name, link in (("reported by", "reportedBy"), ("retold from", "retoldFrom"), ("cohort", "memberOf")):
            pairs.append((name, [self.addresses.link(one) for one in words.iris(case, link)]))
        pairs.append(
            (
                "members",
                [self.addresses.link(one) for one in sorted(self.knowledge.pointing(case, "memberOf"), key=natural)],
            )
        )
        people = [words.label(one) for one in words.iris(case, "sex")]
        for node in [*words.iris(case, "age"), *words.iris(case, "describedBy")]:
            people += [
                text for text in (words.measure(node), *(words.time(t) for t in words.iris(node, "atTime"))) if text
            ]
        pairs.append(("person", [Link(clean(", ".join(people)))] if people else []))
        pairs.append(
            ("size", [Link(clean(words.measure(one) + words.place(one))) for one in words.iris(case, "cohortSize")])
        )
        pairs.append(("period", [Link(clean(words.time(one))) for one in words.iris(case, "period")]))
        pairs.append(("number", [Link(clean(text)) for text in words.texts(case, "caseNumber")]))
        pairs.append(("remark", [Link(clean(text)) for text in words.texts(case, "says")]))
        return [(name, links) for name, links in pairs if links]

    def _entries(self, words: FactWords, nodes: Sequence[str]) -> tuple[Entry, ...]:
        return tuple(self._entry(words, node) for node in words.in_order(nodes))

    def _entry(self, words: FactWords, node: str, inherited: str = "", lines: Sequence[str] = ()) -> Entry:
        text = words.describe(node, inherited=inherited)
        return Entry(
            self._id(words.case, node),
            tuple(self.addresses.woven(text, self._named(words, node))),
            tuple(clean(one) for one in words.texts(node, "says")),
            tuple(clean(one) for one in lines),
            absent=words.is_absent(node),
        )

    def _plain(self, words: FactWords, node: str, text: str) -> Entry:
        return Entry(self._id(words.case, node), tuple(self.addresses.woven(text, self._named(words, node))))

    def _id(self, case: str, node: str) -> str:
        return anchor(node.removeprefix(case + "/"))

    def _named(self, words: FactWords, node: str) -> list[str]:
        """What the words of a fact may mention: kinds, places, drugs, targets and qualifiers."""
        found: list[str] = []
        for predicate, terms in self.knowledge.about[node].items():
            if predicate in (NX + "basis", NX + "status"):
                # Their words also stand in other phrases, such as a side that is not reported.
                continue
            for term in terms:
                target = key(term)
                if isinstance(term, ox.Literal) or (target.startswith(CASE) and "/site/" not in target):
                    continue
                found += self.knowledge.links(target, TYPE) if target.startswith(CASE) else [target]
        for name in (
            "hasQualifier",
            "usesDrug",
            "concludes",
            "hasTechnique",
            "hasHistology",
            "hasIntent",
            "usesDevice",
        ):
            for one in words.iris(node, name):
                found += self.knowledge.links(one, TYPE)
        return found

    def _investigation(self, words: FactWords, node: str, found_by: Mapping[str, Sequence[str]]) -> Entry:
        entry = self._entry(words, node)
        inside = [self._entry(words, one, inherited=node) for one in words.in_order(found_by.get(node, ()))]
        inside += [
            self._entry(words, one, inherited=node) for one in words.in_order(words.pointing("interprets", node))
        ]
        return Entry(entry.id, entry.pieces, entry.says, entry.lines, tuple(inside), entry.absent)

    def _conclusions(self, words: FactWords) -> tuple[Entry, ...]:
        entries = []
        for node in words.in_order(one for one in words.linked("hasConclusion") if not words.iris(one, "interprets")):
            lines = [f"step {number}: {step}" for number, step in enumerate(words.steps(node), start=1)]
            for predicate, word in (("supportedBy", "for"), ("challengedBy", "against")):
                lines += [f"{word}: {words.argument(one)}" for one in words.iris(node, predicate)]
            entries.append(self._entry(words, node, lines=lines))
        return tuple(entries)

    # ------------------------------------------------------------------------------------------------- what follows

    def _of_kind(self, case: str, kind: str) -> list[str]:
        return [
            node for node in self.knowledge.links(case, "hasInference") if NX + kind in self.knowledge.links(node, TYPE)
        ]

    def _criteria(self, case: str) -> list[Tried]:
        """Each set tried on the case as a whole and on each side."""
        whole: dict[str, str] = {}
        sides: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for node in self._of_kind(case, "CriteriaAssessment"):
            for one in self.knowledge.links(node, "ofCriteria"):
                for side in self.knowledge.links(node, "side"):
                    sides[one].append(
                        (self._id(case, node), self.knowledge.label(side), self._verdict(node, "verdict"))
                    )
                if not self.knowledge.links(node, "side"):
                    whole[one] = node
        found = []
        for one, node in whole.items():
            verdict, closed = (self._verdict(node, name) for name in ("verdict", "closedWorldVerdict"))
            found.append(
                Tried(self._id(case, node), self.addresses.link(one), verdict, closed, tuple(sorted(sides[one])))
            )
        return sorted(found, key=lambda tried: natural(tried.set.text))

    def _verdict(self, node: str, name: str) -> str:
        return ", ".join(self.knowledge.label(one) for one in self.knowledge.links(node, name))

    def _hypotheses(self, case: str) -> list[tuple[int, str, Link, str, str, str]]:
        found = []
        for node in self._of_kind(case, "HypothesisAssessment"):
            rank = int(self.knowledge.text(node, "rank") or 0)
            rules = self.knowledge.links(node, "byRule")
            says, tally = clean(self.knowledge.text(node, "says")), clean(self.knowledge.text(node, "tally"))
            name = self.addresses.link(rules[0]) if rules else Link("?")
            found.append((rank, self._id(case, node), name, self._verdict(node, "verdict"), tally, says))
        return sorted(found, key=lambda row: row[:2])

    def _routes(self, case: str) -> list[tuple[str, str, list[tuple[str, Link, Link, list[Link]]]]]:
        found = []
        for node in self._of_kind(case, "RouteHypothesis"):
            steps = []
            for step in self.knowledge.links(node, "hasStep"):
                ends = [self._first(step, name) for name in ("stepFrom", "stepTo")]
                ways = [
                    self.addresses.link(kind) for one in self.knowledge.links(step, "hasMechanism")
                    for kind in self.knowledge.links(one, TYPE)
                ]  # fmt: skip
                ways += [
                    self.addresses.link(one)
                    for one in self.knowledge.links(step, "spreadDirection")
                    if one != NX + "noDirection"
                ]
                ways += [self.addresses.link(one) for one in self.knowledge.links(step, "evidenceLevel")]
                steps.append((self.knowledge.text(step, "stepNumber"), ends[0], ends[1], ways))
            steps.sort(key=lambda step: natural(step[0]))
            found.append((self._id(case, node), clean(self.knowledge.text(node, "says")), steps))
        return found

    def _first(self, node: str, name: str) -> Link:
        return next((self.addresses.link(one) for one in self.knowledge.links(node, name)), Link("?"))

    def _inferred(self, case: str) -> list[tuple[Link, str, list[Inferred]]]:
        """Every other conclusion by kind, each with its rule and premises."""
        groups: dict[str, list[str]] = defaultdict(list)
        for node in self.knowledge.links(case, "hasInference"):
            for kind in self.knowledge.links(node, TYPE):
                if kind.removeprefix(NX) not in _FIRST:
                    groups[kind].append(node)
        found = []
        for kind in self.knowledge.in_order(groups):
            ones = [self._conclusion(case, node) for node in groups[kind]]
            ones.sort(key=lambda one: (natural(one.words), one.id))
            found.append((self.addresses.link(kind), counted(len(ones), "conclusion"), ones))
        return found

    def _conclusion(self, case: str, node: str) -> Inferred:
        knowledge = self.knowledge

        def linked(name: str) -> tuple[Link, ...]:
            return tuple(self.addresses.link(one, self.reader.words(one)) for one in knowledge.links(node, name))

        rules = [self.addresses.link(one) for one in knowledge.links(node, "byRule")]
        rule = rules[0] if rules else Link("")
        return Inferred(
            self._id(case, node), clean(self.reader.words(node)), rule, linked("premise"), linked("missingPremise")
        )
