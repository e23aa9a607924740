"""Pages of what reasons: rules, criteria sets, rival hypotheses and checks, each with its source and what follows on the graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from neoplex.base.names import CASE, NX, PREFIXES
from neoplex.check.faults import Check, read_checks
from neoplex.infer.proof import Reader
from neoplex.infer.rules import Rule, read_rules
from neoplex.report.site.addresses import Addresses, Link, anchor
from neoplex.report.site.knowledge import TYPE, clean, clean_lines, counted, natural
from neoplex.report.site.page import Group, Page

_SOURCE = PREFIXES["dcterms"] + "source"
MOST_EXAMPLES = 5
"""How many conclusions of each case a rule's page shows."""


class ReasoningPages:
    """Makes the pages of rules, criteria sets, hypotheses and checks."""

    def __init__(self, addresses: Addresses, reader: Reader, queries: Path) -> None:
        self.addresses = addresses
        self.knowledge = addresses.knowledge
        self.reader = reader
        self.rules: dict[str, Rule] = {rule.iri: rule for rule in read_rules(queries / "rules")}
        self.checks: list[Check] = read_checks(queries / "checks")
        self.drawn_by: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for case in self.knowledge.cases:
            for node in self.knowledge.links(case, "hasInference"):
                for rule in self.knowledge.links(node, "byRule"):
                    self.drawn_by[rule].append((case, node))

    def pages(self) -> Iterator[Page]:
        """The page of every rule, set, hypothesis and check."""
        for iri in self.knowledge.of_type(NX + "Rule"):
            yield self._rule(iri)
        for iri in self.knowledge.of_type(NX + "DiagnosticCriteria"):
            yield self._criteria(iri)
        for iri in self.knowledge.of_type(NX + "Hypothesis"):
            yield self._hypothesis(iri)
        for check in self.checks:
            values = {"problem": clean(check.problem), "remedy": clean(check.remedy), "severity": check.severity,
                      "query": clean_lines(check.query.rstrip())}  # fmt: skip
            yield Page(f"checks/{check.name}.html", check.name, "check.html", values, "check", values["problem"])

    def lists(self) -> Iterator[Page]:
        """The lists of all four."""
        knowledge, addresses = self.knowledge, self.addresses
        by_stratum: dict[str, list[Link]] = defaultdict(list)
        for iri in knowledge.of_type(NX + "Rule"):
            rule = self.rules.get(iri)
            head = f"Stratum {rule.stratum}" if rule else "Searches and other procedures"
            by_stratum[head].append(addresses.link(iri, note=knowledge.text(iri, "says")))
        groups = [
            Group(head, tuple(links)) for head, links in sorted(by_stratum.items(), key=lambda item: natural(item[0]))
        ]
        yield Page("rules/index.html", "Rules", "listing.html", {
            "groups": groups,
            "intro": "What neoplex infers from reported facts. Strata run in order; a conclusion is never a reported fact.",
        })  # fmt: skip
        sets = [
            addresses.link(iri, note=knowledge.text(iri, "says"))
            for iri in knowledge.of_type(NX + "DiagnosticCriteria")
        ]
        yield Page("criteria/index.html", "Criteria sets", "listing.html", {
            "groups": [Group("", tuple(sets))], "matrix": self._matrix(),
            "intro": "Published criteria, item by item. A verdict is met, not met or undetermined: silence is not absence.",
        })  # fmt: skip
        rivals = [addresses.link(iri, note=knowledge.text(iri, "says")) for iri in knowledge.of_type(NX + "Hypothesis")]
        yield Page("hypotheses/index.html", "Hypotheses", "listing.html", {
            "groups": [Group("", tuple(rivals))],
            "intro": "Rival explanations, each weighed on every case. Unlikely is not excluded, and none disappears silently.",
        })  # fmt: skip
        by_severity: dict[str, list[Link]] = defaultdict(list)
        for check in self.checks:
            by_severity[check.severity].append(Link(check.name, f"checks/{check.name}.html", clean(check.problem)))
        groups = [
            Group(f"{word}s", tuple(by_severity[word])) for word in ("error", "warning", "note") if by_severity[word]
        ]
        yield Page("checks/index.html", "Checks", "listing.html", {
            "groups": groups, "code": True,
            "intro": "Queries whose rows are faults of ontology, data or mappings. `neoplex check` runs them all.",
        })  # fmt: skip

    # ------------------------------------------------------------------------------------------------------- rules

    def _rule(self, iri: str) -> Page:
        knowledge = self.knowledge
        rule = self.rules.get(iri)
        label = rule.name if rule else knowledge.label(iri)
        concludes = self.addresses.link(NX + rule.concludes) if rule and knowledge.has(NX + rule.concludes) else None
        values = {
            "says": clean(knowledge.text(iri, "says")),
            "when": clean(knowledge.text(iri, "appliesWhen")),
            "sources": self._sources(iri),
            "stratum": rule.stratum if rule else None,
            "concludes": concludes or (Link(clean(rule.concludes)) if rule else None),
            "query": clean_lines(rule.query.rstrip()) if rule else "",
            "follows": self._follows(iri),
        }
        return Page(self.addresses.pages[iri], label, "rule.html", values, "rule", str(values["says"]))

    def _sources(self, iri: str) -> list[Link]:
        found = [self.addresses.link(one) for one in self.knowledge.links(iri, _SOURCE)]
        return found + [Link(clean(text)) for text in self.knowledge.texts(iri, _SOURCE)]

    def _follows(self, rule: str) -> list[tuple[Link, list[Link], int]]:
        by_case: dict[str, list[str]] = defaultdict(list)
        for case, node in self.drawn_by.get(rule, []):
            by_case[case].append(node)
        found = []
        for case, nodes in sorted(by_case.items(), key=lambda item: natural(item[0])):
            links = [self.addresses.link(node, self.reader.words(node)) for node in nodes]
            links.sort(key=lambda link: (natural(link.text), link.href))
            total = counted(len(nodes), "conclusion")
            found.append((self.addresses.link(case, note=total), links[:MOST_EXAMPLES], len(links) - MOST_EXAMPLES))
        return found

    # ---------------------------------------------------------------------------------------------------- criteria

    def _assessed(self, criteria: str) -> list[tuple[str, str]]:
        """Cases with their assessment as a whole."""
        return sorted(
            (
                (CASE + node[len(CASE) :].partition("/")[0], node)
                for node in self.knowledge.pointing(criteria, "ofCriteria")
                if not self.knowledge.links(node, "side")
            ),
            key=lambda pair: natural(pair[0]),
        )

    def _verdict(self, node: str, name: str) -> str:
        return ", ".join(self.knowledge.label(one) for one in self.knowledge.links(node, name))

    def _matrix(self) -> tuple[list[Link], list[tuple[Link, list[str]]]]:
        """All sets over all cases."""
        sets = self.knowledge.of_type(NX + "DiagnosticCriteria")
        verdicts: dict[str, dict[str, str]] = defaultdict(dict)
        for one in sets:
            for case, node in self._assessed(one):
                verdicts[case][one] = self._verdict(node, "verdict")
        heads = [Link(one.rpartition("/")[2], self.addresses.href(one)) for one in sets]
        rows = [
            (Link(clean(case[len(CASE) :]), self.addresses.href(case)), [verdicts[case].get(one, "") for one in sets])
            for case in sorted(verdicts, key=natural)
        ]
        return heads, rows

    def _criteria(self, iri: str) -> Page:
        knowledge, addresses = self.knowledge, self.addresses
        items = []
        for item in knowledge.links(iri, "hasCriterion"):
            role = ", ".join(
                [knowledge.label(one) for one in knowledge.links(item, "criterionRole")]
                + knowledge.texts(item, "criterionRole")
            )
            stated = (
                "" if knowledge.text(item, "statedBySource") != "false" else "added by us, the source does not state it"
            )
            looked = [line for pattern in knowledge.links(item, "hasPattern") for line in self._pattern(pattern)]
            items.append(
                (
                    anchor(item.rpartition("/")[2]),
                    knowledge.label(item),
                    clean(role),
                    clean(knowledge.text(item, "says")),
                    stated,
                    looked,
                )
            )
        items.sort(
            key=lambda row: (
                ("required", "option", "exclusion").index(row[2])
                if row[2] in ("required", "option", "exclusion")
                else 9,
                row[0],
            )
        )
        verdicts = [
            (
                addresses.link(case),
                addresses.link(node, self._verdict(node, "verdict")),
                self._verdict(node, "closedWorldVerdict"),
            )
            for case, node in self._assessed(iri)
        ]
        values = {
            "about": addresses.links(knowledge.links(iri, "about")),
            "says": clean(knowledge.text(iri, "says")),
            "sources": self._sources(iri),
            "places": [addresses.link(one) for one in knowledge.links(iri, "statedIn")],
            "read": clean(knowledge.text(iri, "partRead")),
            "least": clean(knowledge.text(iri, "leastOptions")),
            "by_side": knowledge.text(iri, "bySide") == "true",
            "closed": clean(knowledge.text(iri, "closedWorldReading")),
            "items": items,
            "verdicts": verdicts,
        }
        return Page(
            addresses.pages[iri], knowledge.label(iri), "criteria.html", values, "criteria set", str(values["says"])
        )

    def _pattern(self, pattern: str) -> list[str]:
        """What an item looks for in a case, one line for each alternative."""
        knowledge = self.knowledge
        parts = [line for one in knowledge.links(pattern, "hasPattern") for line in self._pattern(one)]
        if parts:
            return parts
        words = knowledge.label(pattern)
        words += "; suggests only" if knowledge.text(pattern, "decidesItem") == "false" else ""
        words += "; our reading of the source" if knowledge.text(pattern, "ownReading") == "true" else ""
        return [clean(words)]

    # -------------------------------------------------------------------------------------------------- hypotheses

    def _hypothesis(self, iri: str) -> Page:
        knowledge, addresses = self.knowledge, self.addresses
        evidence = [self._evidence(one) for one in knowledge.links(iri, "looksFor")]
        verdicts = []
        for case, node in self.drawn_by.get(iri, []):
            verdict = addresses.link(node, self._verdict(node, "verdict"))
            verdicts.append(
                (
                    addresses.link(case),
                    verdict,
                    clean(knowledge.text(node, "rank")),
                    clean(knowledge.text(node, "tally")),
                )
            )
        values = {
            "says": clean(knowledge.text(iri, "says")),
            "when": clean(knowledge.text(iri, "appliesWhen")),
            "note": clean(knowledge.text(iri, "note")),
            "sources": self._sources(iri),
            "needs": [self._evidence(one) for one in knowledge.links(iri, "needs")],
            "evidence_items": evidence,
            "verdicts": sorted(verdicts, key=lambda row: natural(row[0].href)),
        }
        return Page(
            addresses.pages[iri], knowledge.label(iri), "hypothesis.html", values, "hypothesis", str(values["says"])
        )

    def _evidence(self, node: str) -> tuple[str, str, str, str, list[Link]]:
        """A piece of evidence: its words, why it counts, where that stands, and the cases in which it was weighed."""
        knowledge = self.knowledge
        weighed: dict[str, Link] = {}
        for one in knowledge.pointing(node, "premise"):
            if NX + "WeighedEvidence" in knowledge.links(one, TYPE):
                case = CASE + one[len(CASE) :].partition("/")[0]
                strengths = [knowledge.label(s) for s in knowledge.links(one, "strengthOfEvidence")]
                how = ", ".join([*strengths, *map(clean, knowledge.texts(one, "strengthOfEvidence"))])
                way = (
                    "for"
                    if knowledge.pointing(one, "supportedBy")
                    else "against"
                    if knowledge.pointing(one, "challengedBy")
                    else ""
                )
                weighed[case] = self.addresses.link(case, note=" ".join(part for part in (how, way) if part))
        links: Sequence[Link] = [weighed[case] for case in sorted(weighed, key=natural)]
        says, source = clean(knowledge.text(node, "says")), clean(knowledge.text(node, "statementSource"))
        return anchor(node.rpartition("/")[2]), knowledge.label(node), says, source, list(links)
