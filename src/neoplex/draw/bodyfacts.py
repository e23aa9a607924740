"""What a case reports on the body: pain, feeling, strength and reflexes, each with its place, side, grade and times.

Comes in: the facts of a case and their words. Goes out: signs, with the places that the body map has for them. A side that is not
reported stays open; what is reported as normal is kept apart from what is not reported.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from neoplex.ask.factwords import FactWords
from neoplex.base.names import NX
from neoplex.draw.courses import time_order
from neoplex.draw.curves import Point
from neoplex.draw.template import Shape, Template
from neoplex.infer.route_facts import Case, CaseFact, FactSite, Span

MAPS = ("pain", "dermatomes", "territories", "strength")
TITLES = {
    "pain": "Pain",
    "dermatomes": "Feeling by dermatome",
    "territories": "Feeling by nerve and region",
    "strength": "Strength and reflexes",
}
_GROUND = {
    "pain": ("region", "territory", "muscle", "dermatome"),
    "feeling": ("dermatome", "territory", "region"),
    "strength": ("muscle", "region"),
}
_LAYER_OF_MAP = {"pain": "region", "dermatomes": "dermatome", "territories": "territory", "strength": "muscle"}
_KINDS = (
    ("pain", ("Pain",)),
    ("reflex", ("ReflexFinding", "ReflexLoss")),
    ("strength", ("Weakness", "MotorDeficit")),
    ("feeling", ("SensoryFinding", "SensoryLoss", "SensoryImpairment")),
    ("other", ("NeurologicalDeficit",)),
)
_NORMAL = (NX + "NormalDeepTendonReflexes",)


@dataclass(frozen=True)
class Mark:
    """A place of a sign on the map: a shape of the template, or a point."""

    view: str
    shape: Shape | None
    at: Point


@dataclass(frozen=True)
class Sign:
    """Something found on the body, once for all times at which it was reported.

    ``part`` is pain, feeling, strength, reflex or other; ``state`` one of ``SIGNS``; ``grade`` as the source gives it. ``marks``
    are its places on the map ``map``; ``open`` are places whose side is not reported, ``unplaced`` those that the map lacks.
    """

    number: int
    part: str
    state: str
    label: str
    grade: str
    times: tuple[str, ...]
    facts: tuple[str, ...]
    map: str
    marks: tuple[Mark, ...]
    sites: tuple[str, ...]
    open: tuple[str, ...]
    unplaced: tuple[str, ...]
    certainty: str = ""

    @property
    def words(self) -> str:
        """The sign in words, with its sites, grade and times."""
        parts = [("no " if self.state == "kept" and self.part != "reflex" else "") + self.label]
        if self.sites:
            parts.append(", ".join(self.sites))
        if self.grade:
            parts.append(self.grade)
        if self.certainty:
            parts.append(self.certainty)
        return ": ".join([parts[0], "; ".join(parts[1:])]) if len(parts) > 1 else parts[0]

    @property
    def when(self) -> str:
        """When it was reported, as dated; empty when never dated."""
        return ", ".join(self.times)


def read_signs(case: Case, words: FactWords, template: Template) -> tuple[Sign, ...]:
    """The signs of a case: those with a place on the map first, map by map, numbered in that order."""
    groups: dict[tuple[str, ...], list[CaseFact]] = {}
    for fact in case.findings:
        part = _part(case, fact)
        if part:
            sites = ",".join(sorted(site.iri or site.label for site in fact.sites))
            key = (part, fact.kind, str(fact.present), sites, words.measure(fact.iri))
            groups.setdefault(key, []).append(fact)
    signs = [_sign(case, words, template, key[0], facts) for key, facts in groups.items()]
    signs.sort(key=lambda sign: (MAPS.index(sign.map) if sign.map else 9, sign.state == "kept", sign.facts))
    numbered: list[Sign] = []
    for sign in signs:
        number = sum(1 for other in numbered if other.number) + 1 if sign.marks else 0
        numbered.append(replace(sign, number=number))
    return tuple(numbered)


def shapes_of_map(template: Template, name: str) -> tuple[Shape, ...]:
    """What a map shows even where nothing is said: the silhouette and the outlines of its own layer."""
    layer = _LAYER_OF_MAP[name]
    kept = [shape for shape in template.shapes if shape.layer == "silhouette"]
    if layer != "region":
        kept += [shape for shape in template.shapes if shape.layer == layer and shape.show == "always"]
    return tuple(kept)


def _part(case: Case, fact: CaseFact) -> str:
    if fact.kind in _NORMAL or case.is_a(fact.kind, _NORMAL):
        return "reflex"
    return next((part for part, kinds in _KINDS if case.is_a(fact.kind, [NX + kind for kind in kinds])), "")


def _sign(case: Case, words: FactWords, template: Template, part: str, facts: list[CaseFact]) -> Sign:
    fact = facts[0]
    marks: list[Mark] = []
    open_: list[str] = []
    unplaced: list[str] = []
    layers: set[str] = set()
    for site in fact.sites:
        if not site.iri:
            open_.append(site.label)
            continue
        found, layer = _places(case, template, part, fact, site)
        if not found:
            unplaced.append(site.label)
        marks += found
        layers.add(layer)
    times = sorted({one.span for one in facts if one.span != Span()}, key=time_order)
    measures = _grade(words.measure(fact.iri))
    certain = {one.certainty.removeprefix("definite") for one in facts}
    return Sign(
        number=0,
        part=part,
        state=_state(case, part, fact),
        label=fact.label,
        grade=measures,
        times=tuple(span.words() for span in times),
        facts=tuple(one.iri for one in facts),
        map=_map(part, layers, fact) if part != "other" else "",
        marks=tuple(dict.fromkeys(marks)),
        sites=tuple(site.label for site in fact.sites),
        open=tuple(open_),
        unplaced=tuple(unplaced),
        certainty=min(certain) if "" not in certain else "",
    )


def _grade(measure: str) -> str:
    """A grade of strength as people write it.

    >>> _grade("4 (MRC muscle power scale)"), _grade("9 NRS")
    ('MRC 4', '9 NRS')
    """
    value, scale, _ = measure.partition(" (MRC muscle power scale)")
    return f"MRC {value}" if scale else measure


def _state(case: Case, part: str, fact: CaseFact) -> str:
    if not fact.present or case.is_a(fact.kind, _NORMAL):
        return "kept"
    if part == "feeling":
        return "odd" if case.is_a(fact.kind, [NX + "PositiveSensorySymptom"]) else "numb"
    return {"pain": "pain", "strength": "weak", "reflex": "reflex-lost"}.get(part, "")


def _map(part: str, layers: Iterable[str], fact: CaseFact) -> str:
    if part == "pain":
        return "pain"
    if part in ("strength", "reflex"):
        return "strength"
    named = "dermatome" in layers or any("Dermatome" in site.cls for site in fact.sites)
    return "dermatomes" if named else "territories"


def _places(case: Case, template: Template, part: str, fact: CaseFact, site: FactSite) -> tuple[list[Mark], str]:
    if part == "reflex":
        return _spots(case, template, fact, site), "muscle"
    for layer in _GROUND.get(part, ()):
        found = [s for s in template.shapes if s.layer == layer and site.iri == s.iri]
        found = found or [s for s in template.shapes if s.layer == layer and site.iri in s.also]
        if found:
            return [Mark(shape.view, shape, shape.anchor) for shape in found], layer
    whole = [s for s in template.shapes if s.layer == "silhouette" and s.iri == site.iri]
    return [Mark(shape.view, shape, shape.anchor) for shape in whole], "silhouette"


def _spots(case: Case, template: Template, fact: CaseFact, site: FactSite) -> list[Mark]:
    """Where a reflex of a side is shown; without a side that is reported, nowhere."""
    if site.side not in ("left", "right"):
        return []
    flip = 1.0 if site.side == "left" else -1.0
    return [
        Mark(spot.view, None, (spot.at[0] * flip, spot.at[1]))
        for spot in template.spots
        if case.is_a(fact.kind, [spot.kind])
    ]
