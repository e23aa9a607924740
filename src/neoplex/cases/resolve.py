"""A publication file as checked facts.

Comes in: the node tree of a file that has the right shape, tables expanded. Goes out: a :class:`Publication`, and every
fault on the desk.
"""

from __future__ import annotations

import re

from neoplex.base.errors import Fault, did_you_mean
from neoplex.base.names import case_iri, slug, source_iri
from neoplex.cases.checks import check_case, check_identifiers
from neoplex.cases.facts import FactReader
from neoplex.cases.scope import SECTIONS, Scope
from neoplex.cases.values import Cursor, Desk
from neoplex.model.lexicon import Lexicon
from neoplex.model.locator import Locator
from neoplex.model.publication import (
    Case,
    Citation,
    Claim,
    Cohort,
    Conflict,
    Measure,
    Note,
    Person,
    Publication,
    Statement,
    Timing,
)
from neoplex.model.when import span_of
from neoplex.read.yamlfile import Node

_DETAILS = (
    "title",
    "authors",
    "year",
    "journal",
    "volume",
    "issue",
    "pages",
    "doi",
    "pmid",
    "url",
    "licence",
    "language",
)
_MEMBER = re.compile(r"(?P<kind>case|cohort|source|statement|claim)\s+(?P<path>\S+)")


def resolve_publication(root: Node, lexicon: Lexicon) -> tuple[Publication, list[Fault]]:
    """The publication of a well-shaped file, and the faults found on the way; with errors among them it is not to be used."""
    top = Cursor(root, "")
    source = top.get("source")
    assert source is not None
    written = source.get("year")
    year = written.node.content if written is not None else None
    desk = Desk(
        lexicon,
        source.text("id"),
        year if isinstance(year, int) else None,
        frozenset(entry.text("id") for entry in source.items("cites")),
    )
    reader = _Reader(desk, top, source)
    publication = reader.read()
    check_identifiers(desk, top)
    return publication, desk.faults


class _Reader:
    def __init__(self, desk: Desk, top: Cursor, source: Cursor) -> None:
        self.desk = desk
        self.top = top
        self.source = source
        self.scopes: dict[str, Scope] = {}
        self.cohorts = {entry.text("id"): entry for entry in top.items("cohorts")}

    def read(self) -> Publication:
        desk = self.desk
        self._check_unique("cites", self.source.items("cites"))
        for section in ("statements", "claims", "conflicts"):
            self._check_unique(section, self.top.items(section))
        self._check_cases_unique()
        kind = self.source.get("kind")
        return Publication(
            iri=source_iri(desk.source),
            id=desk.source,
            kind=desk.term_near(kind, "Publication") if kind is not None else "",
            details=_details(self.source),
            citations=tuple(self._citation(entry) for entry in self.source.items("cites")),
            cohorts=tuple(self._cohort(entry) for entry in self.top.items("cohorts")),
            cases=tuple(self._case(entry) for entry in self.top.items("cases")),
            statements=tuple(self._statement(entry) for entry in self.top.items("statements")),
            claims=tuple(self._claim(entry) for entry in self.top.items("claims")),
            conflicts=tuple(self._conflict(entry) for entry in self.top.items("conflicts")),
            passages=desk.passages(self.source),
        )

    def _check_unique(self, section: str, entries: list[Cursor]) -> None:
        seen: dict[str, Cursor] = {}
        for entry in entries:
            name = entry.text("id")
            if name in seen:
                self.desk.fault(
                    entry.get("id") or entry,
                    name,
                    f"an id used once in {section} (first at line {seen[name].node.line})",
                )
            seen.setdefault(name, entry)

    def _check_cases_unique(self) -> None:
        seen: dict[str, int] = {}
        for entry in (*self.top.items("cohorts"), *self.top.items("cases")):
            name = entry.text("id")
            if name in seen:
                self.desk.fault(
                    entry.get("id") or entry,
                    name,
                    f"an id used once in the file (first at line {seen[name]})",
                    "cases and cohorts share their names",
                )
            elif name != self.desk.source and not name.startswith(self.desk.source + "-"):
                self.desk.fault(
                    entry.get("id") or entry, name, f"{self.desk.source} or {self.desk.source}-<number or word>"
                )
            seen.setdefault(name, entry.node.line)

    def _citation(self, entry: Cursor) -> Citation:
        name = entry.text("id")
        iri = source_iri(self.desk.source, "reference", slug(name))
        return Citation(
            iri, source_iri(name), (*((("ref", entry.text("ref")),) if entry.get("ref") else ()), *_details(entry))
        )

    # cases and cohorts

    def _scope(self, entry: Cursor) -> Scope:
        name = entry.text("id")
        if name not in self.scopes:
            self.scopes[name] = Scope(self.desk, entry, name)
        return self.scopes[name]

    def _case(self, entry: Cursor) -> Case:
        desk = self.desk
        name = entry.text("id")
        places = desk.passages(entry)
        scope = self._scope(entry)
        facts = FactReader(desk, scope, places).read(entry)
        cohort, secondhand = entry.get("cohort"), entry.get("secondhand")
        if cohort is not None and cohort.node.text not in self.cohorts:
            desk.fault(
                cohort,
                cohort.node.text,
                "the id of a cohort of this file",
                did_you_mean(cohort.node.text, sorted(self.cohorts)),
            )
        if secondhand is not None:
            desk.known_source(secondhand, secondhand.node.text)
        case = Case(
            iri=case_iri(name),
            id=name,
            label=entry.text("label") or name,
            number=entry.text("number"),
            cohort=case_iri(cohort.node.text) if cohort is not None else "",
            retold_from=source_iri(secondhand.node.text) if secondhand is not None else "",
            says=entry.text("says"),
            passages=places,
            person=self._person(entry, scope, places),
            facts=facts,
            notes=tuple(self._note(scope, at, "not-reported", places) for at in entry.items("not-reported")),
        )
        check_case(desk, scope, case.facts)
        return case

    def _person(self, entry: Cursor, scope: Scope, places: tuple[Locator, ...]) -> Person | None:
        at = entry.get("person")
        if at is None:
            return None
        desk = self.desk
        iri = case_iri(scope.id, "person")
        age = desk.measure(at, "age")
        value = at.get("age")
        if age is not None and value is not None:
            codes = {unit.iri: unit.code for unit in desk.lexicon.units.values()}
            code = codes.get(age.unit, "")
            if code not in ("a", "mo", "wk", "d"):
                desk.fault(value, value.node.text, "an age in a, mo, wk or d")
            elif code == "a" and age.quantity.high > 120:
                desk.fault(value, value.node.text, "an age up to 120 a")
        passages = desk.passages(at) or places
        if not passages and at.get("at") is None:
            desk.fault(at, "no at", "the place in the source, here or on an entry above")
        return Person(
            iri=iri,
            sex=at.text("sex"),
            age=age,
            time=scope.timing(at, "when", iri),
            says=at.text("says"),
            passages=passages,
            derivations=desk.derivations(at, ("sex", "age", "when", "case")),
        )

    def _cohort(self, entry: Cursor) -> Cohort:
        desk = self.desk
        name = entry.text("id")
        places = desk.passages(entry)
        scope = self._scope(entry)
        facts = FactReader(desk, scope, places).read(entry)
        notes = [
            self._note(scope, at, section, places)
            for section in ("inclusion", "counts", "methods")
            for at in entry.items(section)
        ]
        cohort = Cohort(
            iri=case_iri(name),
            id=name,
            label=entry.text("label") or name,
            source_of=entry.text("source-of"),
            size=desk.measure(entry, "size"),
            period=self._period(entry, name),
            says=entry.text("says"),
            passages=places,
            facts=facts,
            notes=tuple(notes),
        )
        check_case(desk, scope, facts)
        return cohort

    def _period(self, entry: Cursor, name: str) -> Timing | None:
        read = self.desk.when(entry, "period")
        if read is None:
            return None
        words, when = read
        if when.relative is not None:
            self.desk.fault(words, when.text, "dates, such as 2017-04/2020-12")
            return None
        return Timing(case_iri(name, "period"), when, span_of(when, lambda _: None))

    def _note(self, scope: Scope, at: Cursor, section: str, places: tuple[Locator, ...]) -> Note:
        desk = self.desk
        kind = at.get("of" if section == "counts" else "kind")
        value, out_of = desk.measure(at, "value"), desk.measure(at, "out-of")
        self._check_share(at, value, out_of)
        passages = desk.passages(at) or places
        if not passages and at.get("at") is None:
            desk.fault(at, "no at", "the place in the source, here or on an entry above")
        return Note(
            iri=scope.entry(at).iri,
            section=SECTIONS[section],
            kind=desk.anything(kind) if kind is not None else "",
            says=at.text("says"),
            group=at.text("group"),
            sites=desk.sites(at, "site"),
            measure=value,
            denominator=out_of,
            cites=desk.cites(at),
            passages=passages,
            derivations=desk.derivations(at, ("kind", "of", "group", "value", "out-of", "site", "case")),
        )

    def _check_share(self, at: Cursor, value: Measure | None, out_of: Measure | None) -> None:
        if value is None or out_of is None or value.unit != out_of.unit:
            return
        if value.quantity.high > out_of.quantity.high:
            self.desk.fault(
                at.get("value") or at,
                str(value.quantity),
                f"at most {out_of.quantity}, the denominator",
                severity="warning",
            )

    # general knowledge

    def _about(self, entry: Cursor) -> tuple[str, ...]:
        found = [self.desk.anything(at) for at in entry.items("about")]
        return tuple(dict.fromkeys(iri for iri in found if iri))

    def _place(self, entry: Cursor) -> tuple[Locator, ...]:
        passages = self.desk.passages(entry)
        if not passages and entry.get("at") is None:
            self.desk.fault(entry, "no at", "the place in the source")
        return passages

    def _statement(self, entry: Cursor) -> Statement:
        desk = self.desk
        subject, relation = entry.get("subject"), entry.get("relation")
        written = [key for key in ("subject", "relation", "object") if entry.get(key) is not None]
        if written and len(written) < 3:
            desk.fault(entry, "only " + " and ".join(written), "subject, relation and object together, or none of them")
        return Statement(
            iri=source_iri(desk.source, "statement", slug(entry.text("id"))),
            about=self._about(entry),
            says=entry.text("says"),
            subject=desk.anything(subject) if subject is not None else "",
            relation=desk.relation(relation) if relation is not None else "",
            objects=tuple(iri for at in entry.items("object") if (iri := desk.anything(at))),
            certainty=entry.text("certainty") or "definite",
            cites=desk.cites(entry),
            passages=self._place(entry),
            derivations=desk.derivations(entry, ("about", "subject", "relation", "object", "says")),
        )

    def _claim(self, entry: Cursor) -> Claim:
        desk = self.desk
        iri = source_iri(desk.source, "claim", slug(entry.text("id")))
        cohort = entry.get("cohort")
        if cohort is not None and cohort.node.text not in self.cohorts:
            desk.fault(
                cohort,
                cohort.node.text,
                "the id of a cohort of this file",
                did_you_mean(cohort.node.text, sorted(self.cohorts)),
            )
        value, out_of = desk.measure(entry, "value"), desk.measure(entry, "out-of")
        self._check_share(entry, value, out_of)
        read = desk.when(entry, "when")
        time = None
        if read is not None:
            if read[1].relative is not None:
                desk.fault(read[0], read[1].text, "a date or an interval of dates")
            else:
                time = Timing(f"{iri}/time", read[1], span_of(read[1], lambda _: None))
        return Claim(
            iri=iri,
            about=self._about(entry),
            measure=entry.text("measure"),
            statistic=entry.text("statistic"),
            value=value or _NOTHING,
            out_of=out_of,
            cohort=case_iri(cohort.node.text) if cohort is not None else "",
            group=entry.text("group"),
            time=time,
            says=entry.text("says"),
            certainty=entry.text("certainty") or "definite",
            cites=desk.cites(entry),
            passages=self._place(entry),
            derivations=desk.derivations(
                entry, ("about", "cohort", "group", "measure", "statistic", "value", "out-of", "when")
            ),
        )

    def _conflict(self, entry: Cursor) -> Conflict:
        members = [iri for at in entry.items("between") if (iri := self._member(at))]
        return Conflict(
            iri=source_iri(self.desk.source, "conflict", slug(entry.text("id"))),
            members=tuple(dict.fromkeys(members)),
            kind=entry.text("kind"),
            says=entry.text("says"),
            passages=self.desk.passages(entry),
        )

    def _member(self, at: Cursor) -> str:
        """The IRI of a member of a conflict; empty with a fault."""
        expected = (
            "'claim <id>', 'statement <id>', 'case <case>/<section>/<id>', 'cohort <cohort>/<section>/<id>' "
            "or 'source <id>/claim/<id>'"
        )
        match = _MEMBER.fullmatch(" ".join(at.node.text.split()))
        if match is None:
            self.desk.fault(at, at.node.text, expected)
            return ""
        kind, path = match["kind"], match["path"].split("/")
        if kind in ("statement", "claim") and len(path) == 1:
            return self._own(at, kind, path[0])
        if kind == "source" and len(path) == 3 and path[1] in ("claim", "statement"):
            if path[0] == self.desk.source:
                return self._own(at, path[1], path[2])
            return source_iri(path[0], path[1], slug(path[2]))
        if kind in ("case", "cohort"):
            if len(path) == 1 and path[0] in self.scopes:
                return case_iri(path[0])
            if len(path) == 2 and path[1] == "person":
                return case_iri(path[0], "person")
            if len(path) == 3:
                return self._case_member(at, *path)
        self.desk.fault(at, at.node.text, expected)
        return ""

    def _own(self, at: Cursor, kind: str, name: str) -> str:
        known = [entry.text("id") for entry in self.top.items(f"{kind}s")]
        if name not in known:
            self.desk.fault(at, at.node.text, f"the id of one of the {kind}s", did_you_mean(name, known))
            return ""
        return source_iri(self.desk.source, kind, slug(name))

    def _case_member(self, at: Cursor, case: str, section: str, name: str) -> str:
        singular = {**SECTIONS, **{value: value for value in SECTIONS.values()}}.get(section)
        if singular is None:
            self.desk.fault(
                at, section, f"a section of a case: {', '.join(SECTIONS)}", did_you_mean(section, list(SECTIONS))
            )
            return ""
        scope = self.scopes.get(case)
        if scope is None:
            if case == self.desk.source or case.startswith(self.desk.source + "-"):
                self.desk.fault(
                    at, case, "the id of a case or cohort of this file", did_you_mean(case, sorted(self.scopes))
                )
                return ""
            return case_iri(case, singular, slug(name))
        found = scope.entries.get(name)
        if found is None:
            self.desk.fault(
                at, at.node.text, f"the id of an entry of {case}", did_you_mean(name, sorted(scope.entries))
            )
            return ""
        if SECTIONS[found.section] != singular:
            self.desk.fault(at, at.node.text, f"case {case}/{found.section}/{name}")
            return ""
        return found.iri


def _details(entry: Cursor) -> tuple[tuple[str, str], ...]:
    """The bibliographic data of an entry; authors joined by semicolons."""
    made = []
    for key in _DETAILS:
        if key == "authors":
            authors = "; ".join(" ".join(at.node.text.split()) for at in entry.items("authors"))
            if authors:
                made.append((key, authors))
        elif entry.get(key) is not None:
            made.append((key, entry.text(key)))
    return tuple(made)


def _parse_nothing() -> Measure:
    from neoplex.model.quantity import parse_quantity

    return Measure(parse_quantity("0"))


_NOTHING = _parse_nothing()
