"""What a case reports, as far as criteria ask for it: kind, place with side, status, method, certainty and time of each
fact.

Comes in: the triples of one case. Goes out: frozen :class:`CaseFact` values in the order of their IRIs. What authors
concluded comes along with how they held it; what was only considered, or given up, is left out. What is not reported does
not appear.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from neoplex.base.names import NX, PREFIXES
from neoplex.infer.criteriaground import Ground, Statement

_TYPE = PREFIXES["rdf"] + "type"
_SECTIONS = {
    NX + "hasFinding": "finding",
    NX + "hasCondition": "condition",
    NX + "hasTreatment": "treatment",
    NX + "hasConclusion": "conclusion",
}
FACT_PREDICATES = (
    _TYPE,
    *_SECTIONS,
    *(NX + name for name in (
        "status", "hasSite", "side", "method", "hasQualifier", "usesDrug", "certainty", "verdict", "conclusionRole", "concludes",
        "conflictsWith", "atTime", "earliest", "latest", "relation", "anchor",
    )),
)  # fmt: skip
"""All that is read of a case."""
_HELD = {"": "held", "favoured": "held", "proposed": "proposed", "rejected": "rejected"}
"""Verdicts under which a conclusion counts; all others (considered, unlikely, held then abandoned) leave it out."""

BOTH = ("left", "right")
OPEN = ""
"""The side of something whose side is not reported."""

Place = tuple[str, str]
"""A structure class and its side: left, right, midline, or empty when the side is not reported."""


@dataclass(frozen=True)
class Look:
    """What decides whether a fact fits a criterion; equal for facts that say the same, in whatever case."""

    section: str
    kind: str
    places: tuple[Place, ...] = ()
    method: str = ""
    qualifiers: frozenset[str] = frozenset()
    drugs: frozenset[str] = frozenset()
    sure: bool = True
    held: str = "held"


@dataclass(frozen=True)
class Moment:
    """When a fact was so; empty strings where the source leaves it open."""

    earliest: str = ""
    latest: str = ""
    relation: str = ""
    anchor: str = ""
    anchor_is_treatment: bool = False

    @property
    def is_given(self) -> bool:
        """Whether the source says anything of the time."""
        return bool(self.earliest or self.latest or self.relation)

    def apart(self, other: Moment) -> bool:
        """Whether the two moments are known to differ."""
        for first, then in ((self, other), (other, self)):
            if first.latest and then.earliest and first.latest < then.earliest:
                return True
            if first.anchor and first.anchor == then.anchor and (first.relation, then.relation) == ("before", "after"):
                return True
        return False


@dataclass(frozen=True)
class CaseFact:
    """One fact of a case; ``assumed`` marks one that a user added to ask what would follow."""

    iri: str
    look: Look
    present: bool = True
    moment: Moment = Moment()
    conflicts: frozenset[str] = frozenset()
    assumed: bool = False

    @property
    def after_treatment(self) -> bool:
        """Whether it is about the time after a treatment, so that its absence says nothing of the time before."""
        return self.moment.relation == "after" and self.moment.anchor_is_treatment


class _Nodes:
    def __init__(self, triples: Iterable[Statement]) -> None:
        self.found: dict[str, dict[str, list[str]]] = {}
        for triple in triples:
            subject, value = triple.subject, triple.object
            if isinstance(subject, ox.NamedNode) and isinstance(value, (ox.NamedNode, ox.Literal)):
                entry = self.found.setdefault(subject.value, {})
                entry.setdefault(triple.predicate.value, []).append(value.value)

    def all(self, subject: str, name: str) -> list[str]:
        return self.found.get(subject, {}).get(name if "://" in name else NX + name, [])

    def one(self, subject: str, name: str) -> str:
        found = self.all(subject, name)
        return min(found) if found else ""

    def local(self, subject: str, name: str) -> str:
        return self.one(subject, name).rpartition("/")[2]


def read_facts(case: str, triples: Iterable[Statement], ground: Ground) -> tuple[CaseFact, ...]:
    """The facts of a case that criteria may use."""
    nodes = _Nodes(triples)
    treatments = set(nodes.all(case, "hasTreatment"))
    facts: dict[str, CaseFact] = {}
    for link, section in _SECTIONS.items():
        for iri in nodes.all(case, link):
            fact = _read(nodes, iri, section, treatments, ground)
            if fact is not None:
                facts.setdefault(iri, fact)
    return tuple(facts[iri] for iri in sorted(facts))


def _read(nodes: _Nodes, iri: str, section: str, treatments: set[str], ground: Ground) -> CaseFact | None:
    held = "held"
    kind = nodes.one(iri, _TYPE)
    if section == "conclusion":
        verdict = nodes.local(iri, "verdict")
        role = nodes.local(iri, "conclusionRole")
        held = _HELD.get(verdict, "") if role != "alternative" or verdict == "favoured" else ""
        concluded = [kind for node in nodes.all(iri, "concludes") for kind in nodes.all(node, _TYPE)]
        kind = min(concluded, default="")
    denied = nodes.local(iri, "status") == "absent"
    if not held or not kind or (denied and held == "rejected"):
        return None
    places, qualifiers = _places(nodes, iri, ground)
    return CaseFact(
        iri,
        Look(
            section,
            kind,
            places,
            nodes.one(iri, "method"),
            qualifiers,
            _types(nodes, iri, "usesDrug"),
            nodes.local(iri, "certainty") in ("", "definite"),
            "held" if held == "rejected" else held,
        ),
        not denied and held != "rejected",
        _moment(nodes, iri, treatments),
        frozenset(nodes.all(iri, "conflictsWith")),
    )


def _types(nodes: _Nodes, iri: str, name: str) -> frozenset[str]:
    return frozenset(kind for node in nodes.all(iri, name) for kind in (nodes.all(node, _TYPE) or [node]))


def _places(nodes: _Nodes, iri: str, ground: Ground) -> tuple[tuple[Place, ...], frozenset[str]]:
    """The places of a fact and its qualifiers; a qualifier that is a side gives the side where no place does."""
    sides = {value.rpartition("/")[2] for value in nodes.all(iri, "hasQualifier")}
    said: Sequence[str] = BOTH if "bilateral" in sides else tuple(side for side in BOTH if side in sides)
    places: set[Place] = set()
    for site in nodes.all(iri, "hasSite"):
        if site in ground.sites:
            places.add(ground.sites[site])
            continue
        side = nodes.local(site, "side")
        own = side if side in (*BOTH, "midline") else OPEN
        for cls in nodes.all(site, _TYPE):
            places.update((cls, other) for other in ((said or (OPEN,)) if own == OPEN else (own,)))
    if not places:
        places.update(("", side) for side in said)
    return tuple(sorted(places)), _types(nodes, iri, "hasQualifier")


def _moment(nodes: _Nodes, iri: str, treatments: set[str]) -> Moment:
    times = nodes.all(iri, "atTime")
    if not times:
        return Moment()
    time = min(times)
    anchor = nodes.one(time, "anchor")
    return Moment(
        nodes.one(time, "earliest"),
        nodes.one(time, "latest"),
        nodes.local(time, "relation"),
        anchor,
        anchor in treatments,
    )
