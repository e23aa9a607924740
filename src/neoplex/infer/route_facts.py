"""What a case says that matters for routes: where tumour was seen and when, where it was denied, what each side complained of.

Comes in: the graph of one case, the atlas, the lexicon and the list of findings that count as involvement (a file of
``data/hypotheses``). Goes out: frozen facts. A finding of tumour at a structure documents it; a deficit is an indirect hint;
contact puts at risk; silence says nothing. Never reads what authors concluded, except to hand it on for comparison.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from neoplex.base.errors import Fault, FaultsFound, UsageError, did_you_mean
from neoplex.base.names import ATLAS, CASE, GRAPH_ONTOLOGY, NX, PREFIXES, case_iri
from neoplex.infer.atlasgraph import Atlas
from neoplex.model.lexicon import Lexicon, NotInLexicon
from neoplex.read.yamlfile import Node, read_yaml

_TYPE = PREFIXES["rdf"] + "type"
_LABEL = PREFIXES["rdfs"] + "label"
_OWL = PREFIXES["owl"]
_SECTIONS = {
    "hasFinding": "finding",
    "hasCondition": "condition",
    "hasTreatment": "treatment",
    "hasEvent": "event",
    "hasConclusion": "conclusion",
}
STRENGTHS = ("weakly", "moderately", "strongly", "proves")
"""Words for how much a finding says, weakest first."""
INVOLVEMENT = "neoplex-involvement/1"


@dataclass(frozen=True, order=True)
class Span:
    """A time as an interval of ISO days; an empty end is open."""

    earliest: str = ""
    latest: str = ""

    def before(self, other: Span) -> bool:
        """Whether this certainly ended before the other began."""
        return bool(self.latest and other.earliest) and self.latest < other.earliest

    def words(self) -> str:
        """The span as people write it: ``2012``, ``2013-08``, ``2012-03 to 2012-10``.

        >>> Span("2012-01-01", "2012-12-31").words(), Span("2013-08-01", "2013-08-31").words(), Span("", "").words()
        ('2012', '2013-08', 'time not reported')
        """
        if not self.earliest and not self.latest:
            return "time not reported"
        if not self.latest:
            return f"from {self.earliest[:7]}"
        if not self.earliest:
            return f"up to {self.latest[:7]}"
        if self.earliest[:4] == self.latest[:4] and self.earliest[5:] == "01-01" and self.latest[5:] == "12-31":
            return self.earliest[:4]
        if self.earliest == self.latest:
            return self.earliest
        if self.earliest[:7] == self.latest[:7]:
            return self.earliest[:7]
        return f"{self.earliest[:7]} to {self.latest[:7]}"


@dataclass(frozen=True)
class FactSite:
    """Where a fact is: the atlas individual (empty when the side is not reported), the class and the side (may be empty)."""

    iri: str
    cls: str
    side: str
    label: str


@dataclass(frozen=True)
class CaseFact:
    """A fact of a case as the searches need it; ``kinds`` is its class, ``present`` its status."""

    iri: str
    section: str
    kind: str
    label: str
    present: bool
    sites: tuple[FactSite, ...] = ()
    span: Span = Span()
    basis: str = "reported"
    certainty: str = ""
    role: str = ""
    methods: tuple[str, ...] = ()
    qualifiers: tuple[str, ...] = ()
    histology: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    given_for: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    start: Span = Span()
    end: Span = Span()
    doses: tuple[tuple[str, str, float], ...] = ()
    """Role, node and gray of each dose."""

    def words(self) -> str:
        """The fact in one line: status, kind, sites, time."""
        sites = ", ".join(site.label for site in self.sites[:4]) + (", …" if len(self.sites) > 4 else "")
        told = ("" if self.present else "no ") + self.label + (f", {sites}" if sites else "")
        time = self.span.words()
        hedge = f", {self.certainty}" if self.certainty else ""
        return told + (f" ({time}{hedge})" if self.span != Span() else f" ({self.certainty})" if self.certainty else "")


@dataclass(frozen=True)
class AuthorStep:
    """One step of a route as a source argues it; ``start`` and ``end`` are labels, ``places`` the individuals at its end."""

    number: int
    start: tuple[str, ...]
    end: tuple[str, ...]
    mechanism: str
    direction: str
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class AuthorView:
    """What somebody in the source concluded: kind, verdict, who, steps."""

    iri: str
    kind: str
    label: str
    role: str
    verdict: str
    by: str
    says: str
    steps: tuple[AuthorStep, ...] = ()
    passages: tuple[str, ...] = ()


@dataclass(frozen=True)
class InvolvementRule:
    """A kind of finding or condition that documents tumour at its site, with how strongly."""

    kind: str
    strength: str
    says: str
    source: str = ""
    at: str = ""
    condition: bool = False


@dataclass(frozen=True)
class Clearance:
    """A finding that says of structures it does not name that they are free: N0 of the regional nodes."""

    kind: str
    structures: tuple[str, ...]
    primary: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class InvolvementRules:
    """The file ``involvement.yaml`` resolved to classes."""

    shows: tuple[InvolvementRule, ...]
    at_risk: tuple[str, ...]
    complaints: tuple[str, ...]
    clears: tuple[Clearance, ...] = ()


@dataclass(frozen=True)
class Documented:
    """What a case says about tumour at one structure.

    ``status`` is ``involved``, ``denied``, ``possibly`` (a side that is not reported) or ``disputed`` (imaging for, histology
    against); ``first`` says when tumour was first seen, ``denials`` who said it was free, ``through`` which part stands for it.
    """

    node: str
    status: str
    strength: str
    first: Span
    facts: tuple[CaseFact, ...]
    denials: tuple[CaseFact, ...] = ()
    through: str = ""


@dataclass(frozen=True)
class Case:
    """A case as the searches need it."""

    iri: str
    label: str
    facts: tuple[CaseFact, ...]
    views: tuple[AuthorView, ...]
    atlas: Atlas = field(repr=False, compare=False)
    rules: InvolvementRules = field(repr=False, compare=False)
    primary_sites: tuple[str, ...] = ()
    primaries: tuple[CaseFact, ...] = ()
    primary_axioms: tuple[str, ...] = ()
    """Classes whose axiom gave the site of a primary that names none."""

    @property
    def id(self) -> str:
        """The last piece of the case's IRI."""
        return self.iri[len(CASE) :]

    def is_a(self, kind: str, wider: Iterable[str]) -> bool:
        """Whether a class is one of others or lies below one."""
        return not set(wider).isdisjoint(self.atlas.classes_of(kind))

    @cached_property
    def findings(self) -> tuple[CaseFact, ...]:
        """Findings that were observed, in order of time and name."""
        return tuple(f for f in self.facts if f.section == "finding" and f.basis == "reported")

    @cached_property
    def tumour_facts(self) -> tuple[tuple[CaseFact, InvolvementRule], ...]:
        """Every present fact that documents tumour, with the rule that says so (the strongest)."""
        found = []
        for fact in self.facts:
            rule = self._rule_for(fact)
            if rule is not None and fact.present and fact.sites:
                found.append((fact, rule))
        return tuple(found)

    @cached_property
    def documented(self) -> Mapping[str, Documented]:
        """Atlas individual to what is said about tumour there, wholes included when a part is involved."""
        seen: dict[str, list[tuple[CaseFact, InvolvementRule]]] = defaultdict(list)
        vague: dict[str, list[tuple[CaseFact, InvolvementRule]]] = defaultdict(list)
        for fact, rule in self.tumour_facts:
            for site in fact.sites:
                if site.iri:
                    seen[site.iri].append((fact, rule))
                else:
                    for member in self._individuals(site.cls):
                        vague[member].append((fact, rule))
        denials: dict[str, list[CaseFact]] = defaultdict(list)
        for fact in self.facts:
            if not fact.present and fact.basis == "reported" and self._rule_for(fact) is not None:
                for site in fact.sites:
                    if site.iri:
                        denials[site.iri].append(fact)
        for node, fact in self._cleared():
            denials[node].append(fact)
        found: dict[str, Documented] = {}
        for node, pairs in seen.items():
            found[node] = self._judge(node, "involved", pairs, denials.get(node, []))
        for node, facts in denials.items():
            if node not in found:
                found[node] = Documented(node, "denied", "", Span(), (), tuple(facts))
        for node, pairs in vague.items():
            if node not in found:
                found[node] = self._judge(node, "possibly", pairs, denials.get(node, []))
        for node in sorted(seen):
            if found[node].status != "involved":
                continue
            for whole in self.atlas.wholes(node):
                if whole not in found or found[whole].status in ("possibly",):
                    part = found[node]
                    found[whole] = Documented(whole, "involved", part.strength, part.first, part.facts, (), node)
        return dict(sorted(found.items()))

    @cached_property
    def complaints(self) -> tuple[CaseFact, ...]:
        """Present deficits, pain and abnormal sensations: indirect hints of where the trouble lies."""
        return tuple(f for f in self.findings if f.present and self.is_a(f.kind, self.rules.complaints))

    def _judge(
        self, node: str, status: str, pairs: list[tuple[CaseFact, InvolvementRule]], denials: list[CaseFact]
    ) -> Documented:
        strongest = max((rule.strength for _, rule in pairs), key=STRENGTHS.index)
        facts = tuple(fact for fact, _ in pairs)
        first = earliest(fact.span for fact in facts)
        histology = NX + "MalignantCellsInSpecimen"
        refuted = [f for f in denials if self.is_a(f.kind, [histology]) and not f.span.before(first)]
        if refuted and strongest != "proves":
            status = "disputed"
        return Documented(node, status, strongest, first, facts, tuple(denials))

    def _cleared(self) -> list[tuple[str, CaseFact]]:
        found = []
        for rule in self.rules.clears:
            if not any(self.is_a(primary.kind, rule.primary) for primary in self.primaries):
                continue
            for fact in self.facts:
                if fact.present and self.is_a(fact.kind, [rule.kind]):
                    for cls in rule.structures:
                        for node in self.atlas.members.get(cls, ()):
                            found += [(part, fact) for part in (node, *sorted(self.atlas.parts(node)))]
        return list(dict.fromkeys(found))

    def _rule_for(self, fact: CaseFact) -> InvolvementRule | None:
        if fact.section == "finding" and fact.basis != "reported":
            return None
        if fact.section == "condition" and fact.role == "primary":
            return None
        fitting = [
            rule
            for rule in self.rules.shows
            if rule.condition == (fact.section == "condition") and self.is_a(fact.kind, [rule.kind])
        ]
        if fact.section not in ("finding", "condition") or not fitting:
            return None
        return max(fitting, key=lambda rule: (STRENGTHS.index(rule.strength), rule.kind))

    def _individuals(self, cls: str) -> tuple[str, ...]:
        return tuple(iri for iri in self.atlas.members.get(cls, ()) if self.atlas.structures[iri].cls == cls)


def earliest(spans: Iterable[Span]) -> Span:
    """When something was first: the span that ends first, begun no later than any other.

    An undated fact says nothing; if all are undated so is the answer.

    >>> earliest([Span("2014-01-01", "2014-12-31"), Span("2012-03-01", "2012-10-31")])
    Span(earliest='2012-03-01', latest='2012-10-31')
    """
    dated = [span for span in spans if span != Span()]
    if not dated:
        return Span()
    ends = [span.latest for span in dated if span.latest]
    starts = ["" if not span.earliest else span.earliest for span in dated]
    latest = min(ends) if ends else ""
    begin = "" if "" in starts else min(starts)
    return Span(begin, latest)


# ----------------------------------------------------------------------------------------------------------- reading


def read_involvement(path: Path, lexicon: Lexicon) -> InvolvementRules:
    """The involvement file with its terms resolved; raises FaultsFound."""
    top, faults = read_yaml(path)
    if top is None:
        raise FaultsFound(faults)
    desk = Desk(lexicon, faults)
    rules = [
        InvolvementRule(
            desk.term(entry, "kind"),
            desk.word(entry, "strength", STRENGTHS),
            desk.text(entry, "says"),
            desk.text(entry, "source"),
            desk.text(entry, "at"),
            section == "conditions",
        )
        for section in ("shows", "conditions")
        for entry in desk.entries(top, section)
    ]
    at_risk = desk.terms(top, "at-risk-only")
    complaints = desk.terms(top, "complaints")
    clears = tuple(
        Clearance(
            desk.term(entry, "kind"),
            desk.terms(entry, "structures"),
            desk.terms(entry, "primary"),
            desk.text(entry, "says"),
        )
        for entry in desk.entries(top, "clears")
    )
    if faults:
        raise FaultsFound(faults)
    return InvolvementRules(tuple(rules), at_risk, complaints, clears)


class Desk:
    """Takes values out of a YAML tree and collects what is wrong with them."""

    def __init__(self, lexicon: Lexicon, faults: list[Fault]) -> None:
        self.lexicon = lexicon
        self.faults = faults

    def entries(self, node: Node, key: str) -> list[Node]:
        found = node.get(key)
        return found.items if found else []

    def text(self, node: Node, key: str) -> str:
        found = node.get(key)
        return " ".join(str(found.content).split()) if found else ""

    def word(self, node: Node, key: str, known: tuple[str, ...]) -> str:
        found = node.get(key)
        value = str(found.content) if found else ""
        if value not in known:
            place = found or node
            hint = did_you_mean(value, list(known))
            self.faults.append(
                Fault(place.file, place.line, place.column, key, repr(value), f"one of {', '.join(known)}", hint)
            )
            return known[0]
        return value

    def term(self, node: Node, key: str) -> str:
        found = node.get(key)
        if found is None:
            self.faults.append(Fault(node.file, node.line, node.column, key, "nothing", "a term"))
            return ""
        return self._class(found)

    def terms(self, node: Node, key: str) -> tuple[str, ...]:
        found = node.get(key)
        return tuple(self._class(item) for item in found.items) if found else ()

    def _class(self, node: Node) -> str:
        try:
            return self.lexicon.find_class(str(node.content))
        except NotInLexicon as problem:
            self.faults.append(
                Fault(node.file, node.line, node.column, "", problem.found, problem.expected, problem.hint)
            )
            return ""


def known_cases(store: ox.Store) -> tuple[str, ...]:
    """The ids of all cases (not cohorts) of a store, sorted."""
    found = store.quads_for_pattern(None, ox.NamedNode(_TYPE), ox.NamedNode(NX + "Case"))
    return tuple(sorted(quad.subject.value[len(CASE) :] for quad in found if isinstance(quad.subject, ox.NamedNode)))


def read_case(store: ox.Store, case_id: str, atlas: Atlas, rules: InvolvementRules, lexicon: Lexicon) -> Case:
    """One case of a store; raises UsageError for an id that no case bears."""
    iri = case_iri(case_id)
    rows: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, value, _ in store.quads_for_pattern(None, None, None, ox.NamedNode(iri)):
        rows[subject.value][predicate.value].append(value.value)
    if NX + "Case" not in rows[iri].get(_TYPE, ()):
        hint = did_you_mean(case_id, list(known_cases(store)))
        raise UsageError(f"no case is called {case_id!r}; {hint or '`neoplex case list` names them all'}")
    reader = _CaseReader(rows, atlas, lexicon)
    facts = reader.facts(iri)
    primaries = tuple(f for f in facts if f.section == "condition" and f.role == "primary" and f.present)
    sites, axioms = _primary_sites(store, primaries, atlas)
    return Case(
        iri,
        (rows[iri].get(_LABEL) or [case_id])[0],
        facts,
        reader.views(iri),
        atlas,
        rules,
        sites,
        primaries,
        axioms,
    )


class _CaseReader:
    def __init__(self, rows: Mapping[str, Mapping[str, list[str]]], atlas: Atlas, lexicon: Lexicon) -> None:
        self._rows = rows
        self._atlas = atlas
        self._lexicon = lexicon

    def facts(self, case: str) -> tuple[CaseFact, ...]:
        """Every fact of the case but conclusions, in order of time, then IRI."""
        found: dict[str, CaseFact] = {}
        for link, section in _SECTIONS.items():
            for iri in self._rows[case].get(NX + link, ()):
                kind = self._one(iri, _TYPE)
                if kind and section != "conclusion":
                    found[iri] = self._fact(iri, section, kind)
        return tuple(sorted(found.values(), key=lambda f: (f.span.earliest or "9999", f.span.latest or "9999", f.iri)))

    def views(self, case: str) -> tuple[AuthorView, ...]:
        """What the source concluded, in order of IRI; readings of single investigations are left out."""
        found = []
        for iri in sorted(set(self._rows[case].get(NX + "hasConclusion", ()))):
            node = self._one(iri, NX + "concludes")
            kind = self._one(node, _TYPE) if node else ""
            verdict = _local(self._one(iri, NX + "verdict"))
            if not kind or not verdict:
                continue
            found.append(
                AuthorView(
                    iri,
                    kind,
                    self._lexicon.label(kind),
                    _local(self._one(iri, NX + "conclusionRole")),
                    verdict,
                    _local(self._one(iri, NX + "by")),
                    self._one(iri, NX + "says"),
                    self._steps(iri),
                    self._many(iri, NX + "statedIn"),
                )
            )
        return tuple(found)

    def _steps(self, conclusion: str) -> tuple[AuthorStep, ...]:
        steps = []
        for iri in self._rows[conclusion].get(NX + "hasStep", ()):
            mechanism = self._one(self._one(iri, NX + "hasMechanism"), _TYPE)
            steps.append(
                AuthorStep(
                    int(self._one(iri, NX + "stepNumber") or 0),
                    tuple(self._name(site) for site in self._many(iri, NX + "stepFrom")),
                    tuple(self._name(site) for site in self._many(iri, NX + "stepTo")),
                    self._lexicon.label(mechanism) if mechanism else "",
                    _local(self._one(iri, NX + "spreadDirection")),
                    tuple(site for site in self._many(iri, NX + "stepTo") if site in self._atlas.structures),
                )
            )
        return tuple(sorted(steps, key=lambda step: step.number))

    def _fact(self, iri: str, section: str, kind: str) -> CaseFact:
        return CaseFact(
            iri=iri,
            section=section,
            kind=kind,
            label=self._lexicon.label(kind),
            present=_local(self._one(iri, NX + "status")) != "absent",
            sites=tuple(self._site(site) for site in self._many(iri, NX + "hasSite")),
            span=self._span(self._one(iri, NX + "atTime")),
            basis=_local(self._one(iri, NX + "basis")) or "reported",
            certainty=_local(self._one(iri, NX + "certainty")),
            role=_local(self._one(iri, NX + "conditionRole")),
            methods=self._many(iri, NX + "method"),
            qualifiers=tuple(self._one(node, _TYPE) or node for node in self._many(iri, NX + "hasQualifier")),
            histology=tuple(self._one(node, _TYPE) for node in self._many(iri, NX + "hasHistology")),
            concerns=self._many(iri, NX + "concerns"),
            drugs=tuple(self._one(node, _TYPE) for node in self._many(iri, NX + "usesDrug")),
            given_for=self._many(iri, NX + "givenFor"),
            targets=self._many(iri, NX + "hasTarget"),
            passages=self._many(iri, NX + "statedIn"),
            start=self._span(self._one(iri, NX + "startTime")),
            end=self._span(self._one(iri, NX + "endTime")),
            doses=tuple(self._dose(node) for node in self._many(iri, NX + "hasDose")),
        )

    def _dose(self, node: str) -> tuple[str, str, float]:
        role = _local(self._one(node, _TYPE)).removesuffix("Dose").lower()
        return (role, node, float(self._one(node, NX + "totalDose") or "nan"))

    def _site(self, iri: str) -> FactSite:
        if iri in self._atlas.structures:
            structure = self._atlas.structures[iri]
            return FactSite(iri, structure.cls, structure.side, structure.label)
        cls = self._one(iri, _TYPE)
        return FactSite("", cls, "", self._one(iri, _LABEL) or self._lexicon.label(cls))

    def _name(self, iri: str) -> str:
        return self._atlas.label(iri) if iri.startswith(ATLAS) else self._one(iri, _LABEL) or _local(iri)

    def _span(self, node: str) -> Span:
        return Span(self._one(node, NX + "earliest"), self._one(node, NX + "latest")) if node else Span()

    def _one(self, iri: str, name: str) -> str:
        found = self._rows.get(iri, {}).get(name)
        return min(found) if found else ""

    def _many(self, iri: str, name: str) -> tuple[str, ...]:
        return tuple(sorted(set(self._rows.get(iri, {}).get(name, ()))))


def _primary_sites(
    store: ox.Store, primaries: tuple[CaseFact, ...], atlas: Atlas
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Where the primaries arose: their sites, both sides where none is reported, else what their class says."""
    sites: set[str] = set()
    axioms: set[str] = set()
    for fact in primaries:
        for site in fact.sites:
            sites.update([site.iri] if site.iri else atlas.members.get(site.cls, ()))
        if not fact.sites:
            for cls in atlas.classes_of(fact.kind):
                organs = _site_of_class(store, cls)
                if organs:
                    sites.update(iri for organ in organs for iri in atlas.members.get(organ, ()))
                    axioms.add(cls)
                    break
    return tuple(sorted(sites)), tuple(sorted(axioms))


def _site_of_class(store: ox.Store, cls: str) -> list[str]:
    query = f"""SELECT ?organ WHERE {{ GRAPH <{GRAPH_ONTOLOGY}> {{
      <{cls}> <{PREFIXES["rdfs"]}subClassOf> ?r .
      ?r <{_OWL}onProperty> <{NX}hasPrimarySite> ; <{_OWL}someValuesFrom> ?organ . FILTER(isIRI(?organ)) }} }} ORDER BY ?organ"""
    answer = store.query(query)
    assert isinstance(answer, ox.QuerySolutions)
    return [str(row[0].value) for row in answer]


def _local(iri: str) -> str:
    return iri.rpartition("/")[2]
