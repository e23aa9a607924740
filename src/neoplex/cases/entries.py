"""A case graph as the entries of a publication file: the way back from RDF to the notation of curators.

Comes in: the quads of a case and of its source, and the lexicon. Goes out: plain maps and lists with the keys of
``docs/data-model.md``, section 2, so that compiling them gives the same quads. A time whose notation the graph no longer
holds is written as the least exact notation that means the same days. Nothing is inferred and nothing is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from neoplex.base.names import CASE, NX, PREFIXES, SOURCE, slug, words_of
from neoplex.cases.facts import SECTION_ROOTS
from neoplex.cases.notation import name_class, name_measure, name_site, name_term, write_time
from neoplex.cases.writer import DETAILS
from neoplex.model.lexicon import Lexicon
from neoplex.model.locator import Locator

Entry = dict[str, Any]

_TYPE = PREFIXES["rdf"] + "type"
_LABEL = PREFIXES["rdfs"] + "label"
_SECTIONS = {
    "hasCondition": "conditions", "hasFinding": "findings", "hasInvestigation": "investigations",
    "hasTreatment": "treatments", "hasOutcome": "outcomes", "hasEvent": "events", "hasConclusion": "conclusions",
    "hasMissingRecord": "not-reported",
}  # fmt: skip
_DETAILS = {key: iri for key, iri in DETAILS.items() if key not in ("authors", "ref")}
_LOCATOR_KEYS = (
    "title", "abstract", "keywords", "section", "paragraph", "table", "row", "column", "figure", "panel", "video", "reference",
    "footnote", "caption", "page",
)  # fmt: skip
_DOSES = {
    "PlannedDose": "planned",
    "DeliveredDose": "delivered",
    "ReportedDose": "reported",
    "PrescribedDose": "prescribed",
}
_SCHEDULES = {"regularSchedule": "regular", "asNeeded": "as needed"}


class GraphIndex:
    """Quads by subject and predicate."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._found: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = defaultdict(lambda: defaultdict(list))
        for quad in quads:
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
                self._found[quad.subject.value][quad.predicate.value].append(quad.object)

    def all(self, subject: str, predicate: str) -> list[str]:
        """The values of a property, sorted; ``predicate`` is a local name of ``nx:`` or an IRI."""
        predicate = predicate if "/" in predicate else NX + predicate
        return sorted({value.value for value in self._found.get(subject, {}).get(predicate, ())})

    def one(self, subject: str, predicate: str) -> str:
        """The first value of a property, or nothing."""
        found = self.all(subject, predicate)
        return found[0] if found else ""

    def subjects(self) -> Iterator[str]:
        """Everything that something is said of, sorted."""
        yield from sorted(self._found)

    def kind(self, subject: str) -> str:
        """The class of a node."""
        return self.one(subject, _TYPE)


def list_case_iris(quads: Iterable[ox.Quad]) -> list[str]:
    """The IRIs of the cases that quads describe."""
    case = ox.NamedNode(NX + "Case")
    return sorted(
        {
            quad.subject.value
            for quad in quads
            if quad.predicate.value == _TYPE and quad.object == case and isinstance(quad.subject, ox.NamedNode)
        }
    )


def read_publication_entries(quads: Iterable[ox.Quad], case: str, lexicon: Lexicon) -> Entry:
    """The publication file that holds one case: format, source with the works it cites here, and the case."""
    index = GraphIndex(quads)
    reader = CaseReader(index, lexicon, case)
    entry = reader.read()
    return {"format": "neoplex/1", "source": reader.source(), "cases": [entry]}


class CaseReader:
    """Reads one case out of an index."""

    def __init__(self, index: GraphIndex, lexicon: Lexicon, case: str) -> None:
        self._index = index
        self._lexicon = lexicon
        self._case = case
        self._cited: set[str] = set()

    def read(self) -> Entry:
        """The case as an entry of the section ``cases``."""
        index, case = self._index, self._case
        entry: Entry = {"id": case.removeprefix(CASE), "label": index.one(case, _LABEL)}
        self._put(entry, "number", index.one(case, "caseNumber"))
        cohort, retold = index.one(case, "memberOf"), index.one(case, "retoldFrom")
        self._put(entry, "cohort", cohort.removeprefix(CASE))
        if retold:
            entry["secondhand"] = self._cite(retold)
        self._place(entry, case)
        self._put(entry, "says", index.one(case, "says"))
        self._put(entry, "person", self._person())
        sections: dict[str, list[Entry]] = {name: [] for name in _SECTIONS.values()}
        inside: dict[str, dict[str, list[Entry]]] = defaultdict(lambda: {"findings": [], "interpretations": []})
        stages = self._find_stages()
        for link, section in _SECTIONS.items():
            for iri in index.all(case, link):
                if iri in stages:
                    continue
                if section == "not-reported":
                    sections[section].append(self._missing(iri))
                    continue
                made = self._fact(iri, section)
                outer = index.one(iri, "foundBy") or index.one(iri, "interprets")
                if outer:
                    inside[outer]["interpretations" if section == "conclusions" else "findings"].append(
                        self._inherit(made, iri, outer)
                    )
                else:
                    sections[section].append(made)
        for condition in sections["conditions"]:
            iri = f"{case}/condition/{condition['id']}"
            found = [
                name_class(self._lexicon, index.kind(stage), NX + "Finding")
                for stage, of in stages.items()
                if of == iri
            ]
            self._put(condition, "stage", found)
        for investigation in sections["investigations"]:
            iri = f"{case}/investigation/{investigation['id']}"
            for name, members in inside.get(iri, {}).items():
                self._put(investigation, name, members)
        for section, entries in sections.items():
            self._put(entry, section, entries)
        return entry

    def source(self) -> Entry:
        """The publication the case is reported by, with the cited works that the case names."""
        index = self._index
        iri = index.one(self._case, "reportedBy")
        entry: Entry = {"id": iri.removeprefix(SOURCE), **self._bibliography(iri)}
        entry.setdefault("title", index.one(iri, _LABEL))
        entry.setdefault("authors", [])
        kind = index.kind(iri)
        if kind:
            entry["kind"] = name_class(self._lexicon, kind, NX + "Publication")
        cites = []
        for reference in index.all(iri, "citesAs"):
            name = index.one(reference, "refersTo").removeprefix(SOURCE)
            if name in self._cited:
                cited: Entry = {"id": name}
                self._put(cited, "ref", index.one(reference, "referenceNumber"))
                cites.append({**cited, **self._bibliography(reference)})
        known = {cited["id"] for cited in cites}
        cites += [{"id": name} for name in sorted(self._cited - known - {entry["id"]})]
        self._put(entry, "cites", cites)
        return entry

    def _bibliography(self, iri: str) -> Entry:
        entry: Entry = {}
        authors = self._index.one(iri, "author")
        self._put(entry, "title", self._index.one(iri, _DETAILS["title"]))
        if authors:
            entry["authors"] = authors.split("; ")
        for key, predicate in _DETAILS.items():
            value = self._index.one(iri, predicate)
            if value and key != "title":
                entry[key] = int(value) if key == "year" else value
        return entry

    # the smallest pieces

    @staticmethod
    def _put(entry: Entry, key: str, value: Any) -> None:
        if value not in ("", [], None, {}):
            entry[key] = (
                value[0] if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) else value
            )

    def _cite(self, iri: str) -> str:
        name = iri.removeprefix(SOURCE)
        self._cited.add(name)
        return name

    def _name(self, iri: str) -> str:
        return iri.rpartition("/")[2]

    def _word(self, iri: str) -> str:
        """The word of the file for a shared individual."""
        return words_of(self._name(iri))

    def _places(self, iri: str) -> list[str]:
        labels = []
        for passage in self._index.all(iri, "statedIn"):
            label = self._index.one(passage, _LABEL)
            parts = tuple(
                (key, self._index.one(passage, key)) for key in _LOCATOR_KEYS if self._index.one(passage, key)
            )
            labels.append(label or Locator(tuple((k, "" if v == "true" else v) for k, v in parts)).label)
        return labels

    def _place(self, entry: Entry, iri: str) -> None:
        self._put(entry, "at", self._places(iri))

    def _common(self, entry: Entry, iri: str) -> None:
        """What every entry may have at its end: sources, derivations, words, places."""
        self._put(entry, "cites", [self._cite(cited) for cited in self._index.all(iri, "cites")])
        derived = {
            self._name(node): self._index.one(node, "derivedFrom") for node in self._index.all(iri, "derivation")
        }
        self._put(entry, "derived", derived)
        self._put(entry, "says", self._index.one(iri, "says"))
        self._place(entry, iri)

    def _sites(self, iri: str, predicate: str) -> list[str]:
        names = []
        for site in self._index.all(iri, predicate):
            name = self._site(site)
            if name:
                names.append(name)
        return names

    def _site(self, iri: str) -> str:
        return name_site(self._lexicon, iri, self._index.kind(iri), self._name(self._index.one(iri, "side")))

    def _terms(self, iri: str, predicate: str, *roots: str) -> list[str]:
        return [
            name_term(self._lexicon, node, self._index.kind(node), *(NX + root for root in roots))
            for node in self._index.all(iri, predicate)
        ]

    def _measure(self, iri: str, *, prefix: str = "") -> str:
        one = self._index.one
        keys = ("value", "lowValue", "highValue") if not prefix else (prefix, "low" + prefix, "high" + prefix)
        value, low, high = (one(iri, key) for key in keys)
        unit = one(iri, f"{prefix}Unit" if prefix else "unit") or one(iri, "scale")
        number = value or (f"{low}-{high}" if low or high else "")
        if not number:
            return ""
        return " ".join(part for part in (one(iri, "comparator"), number, name_measure(self._lexicon, unit)) if part)

    def _time(self, node: str) -> str | Entry:
        one = self._index.one
        anchor = one(node, "anchor")
        return write_time(
            wording=one(node, "wording"),
            precision=one(node, "timePrecision"),
            earliest=one(node, "earliest"),
            latest=one(node, "latest"),
            relation=one(node, "relation"),
            anchor=self._name(anchor),
            point=one(node, "anchorPoint"),
            offset=(one(node, "offset"), one(node, "lowOffset"), one(node, "highOffset")),
            unit=name_measure(self._lexicon, one(node, "offsetUnit")),
            comparator=one(node, "comparator"),
        )

    # entries

    def _person(self) -> Entry:
        index, case = self._index, self._case
        entry: Entry = {}
        sex = index.one(case, "sex")
        if sex:
            entry["sex"] = self._word(sex)
        node = index.one(case, "age") or index.one(case, "describedBy")
        if node:
            self._put(entry, "age", self._measure(node))
            if time := index.one(node, "atTime"):
                entry["when"] = self._time(time)
            self._common(entry, node)
        return entry

    def _missing(self, iri: str) -> Entry:
        entry: Entry = {"id": self._name(iri)}
        entry["kind"] = name_term(self._lexicon, self._index.one(iri, "about"), "")
        self._put(entry, "site", self._sites(iri, "hasSite"))
        self._common(entry, iri)
        return entry

    def _find_stages(self) -> dict[str, str]:
        """Findings that a condition's ``stage`` makes, with the condition."""
        found: dict[str, str] = {}
        for iri in self._index.all(self._case, "hasFinding"):
            for condition in self._index.all(iri, "concerns"):
                name = f"{self._name(condition)}-stage-{slug(self._lexicon.label(self._index.kind(iri)))}"
                same_place = self._index.all(iri, "statedIn") == self._index.all(condition, "statedIn")
                same_time = self._index.all(iri, "atTime") == self._index.all(condition, "atTime")
                if "/condition/" in condition and self._name(iri) == name and same_place and same_time:
                    found[iri] = condition
        return found

    def _inherit(self, entry: Entry, iri: str, outer: str) -> Entry:
        """The entry without what it has from the investigation it lies in."""
        index = self._index
        if index.one(iri, "method") == index.kind(outer):
            entry.pop("method", None)
        if index.one(iri, "atTime") == index.one(outer, "atTime"):
            entry.pop("when", None)
        if index.all(iri, "statedIn") == index.all(outer, "statedIn"):
            entry.pop("at", None)
        return entry

    def _fact(self, iri: str, section: str) -> Entry:
        index, lexicon = self._index, self._lexicon
        concluded = section == "conclusions"
        entry: Entry = {"id": self._name(iri)}
        kind = index.kind(index.one(iri, "concludes")) if concluded else index.kind(iri)
        entry["kind"] = name_class(lexicon, kind, *(NX + root for root in SECTION_ROOTS[section]))
        if section == "conditions" and (role := index.one(iri, "conditionRole")):
            entry["role"] = self._word(role)
        if concluded:
            self._head_conclusion(entry, iri)
        self._put(entry, "site", self._sites(iri, "hasSite"))
        if index.one(iri, "status") == NX + "absent":
            entry["status"] = "absent"
        self._put(entry, "value", self._measure(iri))
        for key, predicate in (("when", "atTime"), ("start", "startTime"), ("end", "endTime")):
            if time := index.one(iri, predicate):
                entry[key] = self._time(time)
        if method := index.one(iri, "method"):
            entry["method"] = name_class(lexicon, method, NX + "Investigation")
        self._put(entry, "of", [self._name(target) for target in index.all(iri, "concerns")])
        self._put(entry, "qualifiers", self._terms(iri, "hasQualifier", "Qualifier"))
        self._put(entry, "radiates-to", self._sites(iri, "radiatesTo"))
        for key, predicate in (("provoked-by", "provokedBy"), ("relieved-by", "relievedBy")):
            nodes = index.all(iri, predicate)
            self._put(entry, key, [self._site(node) or name_term(lexicon, node, index.kind(node)) for node in nodes])
        self._specific(entry, iri, section)
        if certainty := index.one(iri, "certainty"):
            entry["certainty"] = self._word(certainty)
        basis = index.one(iri, "basis")
        if basis and self._word(basis) != ("concluded" if concluded else "reported"):
            entry["basis"] = self._word(basis)
        self._common(entry, iri)
        return entry

    def _specific(self, entry: Entry, iri: str, section: str) -> None:
        if section == "conditions":
            self._put(entry, "histology", self._terms(iri, "hasHistology", "Histology"))
        elif section == "investigations":
            self._put(entry, "region", [*self._sites(iri, "regionExamined"), *self._index.all(iri, "regionWording")])
        elif section == "treatments":
            self._treatment(entry, iri)
        elif section == "outcomes":
            self._outcome(entry, iri)
        elif section == "conclusions":
            self._arguments(entry, iri)

    def _treatment(self, entry: Entry, iri: str) -> None:
        index = self._index
        for key, predicate, roots in (
            ("intent", "hasIntent", ("Intent", "Qualifier")),
            ("technique", "hasTechnique", ("Technique", "Treatment")),
            ("position", "hasPosition", ("Position", "Qualifier")),
            ("fixation", "usesDevice", ("Device",)),
            ("drug", "usesDrug", ("Drug",)),
        ):
            self._put(entry, key, self._terms(iri, predicate, *roots))
        self._put(entry, "target", self._sites(iri, "hasTarget"))
        self._put(entry, "schedule", _SCHEDULES.get(self._name(index.one(iri, "schedule")), ""))
        for key, predicate in (("cycles", "cycles"), ("sessions", "sessions"), ("line", "treatmentLine")):
            if number := index.one(iri, predicate):
                entry[key] = int(number)
        self._put(entry, "with", [self._name(other) for other in index.all(iri, "givenWith")])
        self._put(entry, "for", [self._name(other) for other in index.all(iri, "givenFor")])
        completed = index.one(iri, "completed")
        self._put(entry, "completed", {"true": "yes", "false": "no"}.get(completed, ""))
        self._put(entry, "reason-stopped", index.one(iri, "reasonStopped"))
        doses = sorted(index.all(iri, "hasDose"), key=lambda dose: _numbered(self._name(dose)))
        self._put(entry, "doses", [self._dose(dose) for dose in doses])

    def _dose(self, iri: str) -> Entry:
        one = self._index.one
        entry: Entry = {"role": _DOSES.get(self._name(self._index.kind(iri)), "reported")}
        if total := one(iri, "totalDose"):
            entry["total"] = " ".join(part for part in (one(iri, "comparator"), total, "Gy") if part)
        if fractions := one(iri, "fractionCount"):
            entry["fractions"] = int(fractions)
        if each := one(iri, "dosePerFraction"):
            entry["per-fraction"] = f"{each} Gy"
        self._common(entry, iri)
        return entry

    def _outcome(self, entry: Entry, iri: str) -> None:
        one = self._index.one
        if grade := one(iri, "grade"):
            entry["grade"] = int(grade)
        if (scale := one(iri, "scale")) and "value" not in entry:
            entry["scale"] = name_measure(self._lexicon, scale)
        if after := one(iri, "timeToOutcome"):
            origin = f"{self._name(one(after, 'anchor'))} {one(after, 'anchorPoint')}".strip()
            entry["after"] = {"value": self._measure(after), "from": origin}
            self._place(entry["after"], after)
        if lasting := one(iri, "outcomeDuration"):
            entry["lasting"] = self._measure(lasting)

    def _head_conclusion(self, entry: Entry, iri: str) -> None:
        one = self._index.one
        if role := one(iri, "conclusionRole"):
            entry["role"] = self._word(role)
        if verdict := one(iri, "verdict"):
            word = self._word(verdict)
            entry["verdict"] = "held-then-abandoned" if word == "held then abandoned" else word
        if by := one(iri, "by"):
            entry["by"] = f"source {self._cite(by)}" if by.startswith(SOURCE) else self._word(by)

    def _arguments(self, entry: Entry, iri: str) -> None:
        index = self._index
        self._put(entry, "explains", [self._name(fact) for fact in index.all(iri, "explains")])
        for key, predicate in (("for", "supportedBy"), ("against", "challengedBy")):
            made: list[str | Entry] = []
            for node in index.all(iri, predicate):
                if index.kind(node) == NX + "Argument":
                    argument: Entry = {"id": self._name(node)}
                    self._common(argument, node)
                    made.append(argument)
                else:
                    made.append(self._name(node))
            self._put(entry, key, made)
        steps = sorted(index.all(iri, "hasStep"), key=lambda step: int(index.one(step, "stepNumber") or 0))
        self._put(entry, "steps", [self._step(step) for step in steps])

    def _step(self, iri: str) -> Entry:
        entry: Entry = {}
        self._put(entry, "from", self._sites(iri, "stepFrom"))
        self._put(entry, "to", self._sites(iri, "stepTo"))
        self._put(entry, "mechanism", self._terms(iri, "hasMechanism", "SpreadMechanism"))
        for key, predicate in (("direction", "spreadDirection"), ("certainty", "certainty")):
            if value := self._index.one(iri, predicate):
                entry[key] = self._word(value)
        self._common(entry, iri)
        return entry


def _numbered(name: str) -> tuple[int, str]:
    head = name.partition("-")[0]
    return (int(head) if head.isdecimal() else 0, name)
