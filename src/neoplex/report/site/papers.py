"""Pages of publications: the reference, the people, what is stated and claimed, what disagrees, and what the audit recomputes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from neoplex.ask.factwords import describe_source
from neoplex.base.names import NX, PREFIXES, SOURCE, compact
from neoplex.infer.audit import Finding
from neoplex.report.site.addresses import Addresses, Link, anchor
from neoplex.report.site.knowledge import FACT_LINKS, TYPE, clean, counted, natural
from neoplex.report.site.page import Page

_DCTERMS = PREFIXES["dcterms"]
_VERDICT_MARKS = {"match": "good", "mismatch": "bad", "not recomputable": "open"}


@dataclass(frozen=True)
class Said:
    """A statement or claim: its words, what it is about, where it stands, whom the paper cites, and the audit's verdict."""

    id: str
    words: str
    figure: str
    about: tuple[Link, ...]
    places: tuple[Link, ...]
    cites: tuple[Link, ...]
    audit: Finding | None = None


class PaperPages:
    """Makes the pages of publications and the list of sources."""

    def __init__(self, addresses: Addresses, findings: Sequence[Finding]) -> None:
        self.addresses = addresses
        self.knowledge = addresses.knowledge
        self.findings: dict[str, list[Finding]] = defaultdict(list)
        for finding in findings:
            self.findings[finding.source].append(finding)
        self.by_claim = {finding.claim: finding for finding in findings}

    def pages(self, wanted: frozenset[str] | None = None) -> Iterator[Page]:
        """The page of every publication, or of those wanted."""
        for iri in self.knowledge.papers:
            if wanted is None or iri in wanted:
                yield self._page(iri)

    def lists(self) -> Iterator[Page]:
        """All publications with what is held of each, and every other source."""
        rows = []
        for iri in self.knowledge.papers:
            cases = self._cases(iri)
            facts = sum(len(self.knowledge.facts[case]) for case in cases)
            numbers = [counted(len(cases), "case or cohort", "cases and cohorts"), counted(facts, "fact")]
            numbers += [
                counted(len(self._said(iri, kind)), word)
                for kind, word in (("Statement", "statement"), ("Claim", "claim"))
            ]
            rows.append((self.addresses.link(iri), clean(describe_source(self.knowledge.engine, iri)), numbers))
        yield Page("papers/index.html", "Papers", "papers.html", {"rows": rows})
        yield Page(
            "sources.html",
            "Sources",
            "sources.html",
            {"entries": [self._source(iri) for iri in self.knowledge.sources]},
        )

    def _source(self, iri: str) -> tuple[str, str, str, list[str], list[Link]]:
        knowledge = self.knowledge
        reference = describe_source(knowledge.engine, iri)
        if reference == compact(iri):
            reference = ""
        remarks = [clean(text) for text in knowledge.texts(iri, "sourceKind")]
        remarks += ["recalled, not read again"] if knowledge.text(iri, "recalled") == "true" else []
        remarks += [f"table row {clean(text)}" for text in knowledge.texts(iri, "tableRow")]
        cited = {knowledge_iri.partition("/reference/")[0] for knowledge_iri in knowledge.pointing(iri, "refersTo")}
        return anchor(iri[len(SOURCE) :]), knowledge.label(iri), clean(reference), remarks, self.addresses.links(cited)

    def _cases(self, iri: str) -> list[str]:
        return [case for case in self.knowledge.cases if iri in self.knowledge.links(case, "reportedBy")]

    def _said(self, iri: str, kind: str) -> list[str]:
        return sorted(
            (one for one in self.knowledge.pointing(iri, "reportedBy") if NX + kind in self.knowledge.links(one, TYPE)),
            key=lambda one: (natural(one), one),
        )

    def _page(self, iri: str) -> Page:
        knowledge, addresses = self.knowledge, self.addresses
        cases = self._cases(iri)
        doi = knowledge.text(iri, "doi")
        conflicts = self._said(iri, "Conflict")
        values = {
            "reference": clean(describe_source(knowledge.engine, iri)),
            "doi": clean(doi),
            "kinds": [addresses.link(one) for one in knowledge.kinds(iri)],
            "details": [
                (words, clean(text))
                for words, name in (("licence", _DCTERMS + "license"), ("remark", "says"), ("remark", "note"))
                for text in [*knowledge.texts(iri, name), *knowledge.links(iri, name)]
            ],
            "cases": [(addresses.link(case), self._counts(case)) for case in cases],
            "statements": [self._saying(one) for one in self._said(iri, "Statement")],
            "claims": [self._saying(one) for one in self._said(iri, "Claim")],
            "conflicts": [self._conflict(one) for one in conflicts],
            "audit": self.findings.get(iri, []),
            "marks": _VERDICT_MARKS,
            "verdicts": sorted(Counter(finding.verdict for finding in self.findings.get(iri, [])).items()),
            "audit_links": {finding.claim: addresses.link(finding.claim) for finding in self.findings.get(iri, [])},
            "passages": self._passages(iri),
            "references": self._references(iri),
        }
        text = values["reference"]
        return Page(
            addresses.pages[iri], knowledge.label(iri), "paper.html", values, "paper", str(text), (iri[len(SOURCE) :],)
        )

    def _counts(self, case: str) -> list[str]:
        words = {"hasCondition": "condition", "hasFinding": "finding", "hasInvestigation": "investigation",
                 "hasTreatment": "treatment", "hasOutcome": "outcome", "hasEvent": "event",
                 "hasConclusion": "conclusion"}  # fmt: skip
        found = [
            counted(len(self.knowledge.links(case, link)), words[link])
            for link in FACT_LINKS
            if self.knowledge.links(case, link)
        ]
        inferred = len(self.knowledge.links(case, "hasInference"))
        return found + ([f"{inferred:,} inferred"] if inferred else [])

    def _saying(self, node: str) -> Said:
        knowledge, addresses = self.knowledge, self.addresses
        words = knowledge.text(node, "says") or knowledge.text(node, "measure")
        measure = knowledge.text(node, "measure")
        # The series of the paper itself goes without saying; people of another paper do not.
        paper = knowledge.links(node, "reportedBy")
        others = [c for c in knowledge.links(node, "aboutCohort") if knowledge.links(c, "reportedBy") != paper]
        population = knowledge.text(node, "population") or ", ".join(knowledge.label(one) for one in others)
        if measure and words != measure:
            words = f"{measure}: {words}"
        terms = [
            one
            for name in ("about", "subjectTerm", "relationTerm", "objectTerm")
            for one in knowledge.links(node, name)
        ]
        return Said(
            anchor(node.partition(SOURCE)[2].partition("/")[2]),
            clean(words + (f" ({population})" if population else "")),
            clean(self._figure(node)),
            tuple(addresses.links(terms)),
            tuple(addresses.link(one) for one in knowledge.links(node, "statedIn")),
            tuple(addresses.links(knowledge.links(node, "cites"))),
            self.by_claim.get(node),
        )

    def _figure(self, node: str) -> str:
        knowledge = self.knowledge
        low, high = knowledge.text(node, "lowValue"), knowledge.text(node, "highValue")
        number = knowledge.text(node, "value") or "–".join(part for part in (low, high) if part)
        if not number:
            return ""
        comparator = knowledge.text(node, "comparator")
        unit = " ".join(knowledge.label(one) for one in knowledge.links(node, "unit"))
        words = " ".join(part for part in (comparator, number, unit) if part)
        out_of = knowledge.text(node, "denominator")
        of_unit = " ".join(knowledge.label(one) for one in knowledge.links(node, "denominatorUnit"))
        return words + (f" of {out_of} {of_unit}".rstrip() if out_of else "")

    def _conflict(self, node: str) -> tuple[str, str, list[Link], list[tuple[Link, str, list[Link]]]]:
        knowledge, addresses = self.knowledge, self.addresses
        members = []
        for member in knowledge.links(node, "conflictMember"):
            places = [addresses.link(one) for one in knowledge.links(member, "statedIn")]
            members.append((addresses.link(member, self._words(member)), clean(self._figure(member)), places))
        kinds = addresses.links(knowledge.links(node, "conflictKind"))
        name = anchor(node.partition(SOURCE)[2].partition("/")[2])
        return name, clean(knowledge.text(node, "says")), kinds, members

    def _words(self, node: str) -> str:
        for case, words in self.knowledge.words.items():
            if node.startswith(case + "/"):
                return f"{words.short(node)} ({words.label(case)})"
        return self.knowledge.text(node, "says") or self.knowledge.text(node, "measure") or self.knowledge.label(node)

    def _passages(self, iri: str) -> list[tuple[str, str, str]]:
        """Every place of the paper that something rests on, with how much does."""
        found = []
        for one in self.knowledge.pointing(iri, "passageOf"):
            number = len(self.knowledge.pointing(one, "statedIn"))
            name = anchor(one.partition(SOURCE)[2].partition("/")[2])
            found.append((name, self.knowledge.label(one), counted(number, "entry", "entries")))
        return sorted(found, key=lambda row: natural(row[1]))

    def _references(self, iri: str) -> list[tuple[str, Link, str]]:
        found = []
        for entry in self.knowledge.links(iri, "citesAs"):
            for target in self.knowledge.links(entry, "refersTo"):
                number = self.knowledge.text(entry, "referenceNumber")
                found.append(
                    (clean(number), self.addresses.link(target), clean(describe_source(self.knowledge.engine, target)))
                )
        return sorted(found, key=lambda row: (natural(row[0] or "~"), row[1].text))
