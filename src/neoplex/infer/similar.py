"""Published cases nearest to a case, by what is shared in the ontology; each shared finding shown with its weight.

Comes in: the graph, and a case of it or of an unloaded file. Goes out: cases in order, with matches, conflicts, treatments and
outcomes. Never stores anything.

How near two terms are is the information content of their most specific common ancestor (Resnik, IJCAI 1995), taken from the
class hierarchy and not from the cases: IC(c) = 1 - log(1 + classes below c) / log(all classes) (Seco, Veale and Hayes, ECAI 2004).
It needs no corpus, so one more case changes no weight. Facts are paired one to one, the strongest pair first. A place adds half of
what its own common ancestor (over subclass and part) carries; in a side-aware comparison the wrong side adds nothing and an
unknown side half. What the other case does not tell counts neither way; what it denies counts against.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from neoplex.base.names import GRAPH_ATLAS, GRAPH_INFERRED, GRAPH_ONTOLOGY, NX, PREFIXES
from neoplex.store.embedded import Graph

FACETS = ("findings", "anatomy", "treatment")
DEFAULT = ("findings",)
"""Findings and conditions with their places; what was done is shown with a case but makes it no nearer."""
LEAST_CONTENT = 0.35
"""Common ancestors that carry less (Fact, Finding, Treatment …) are no likeness."""
_LINKS = {
    "findings": ("hasFinding", "hasCondition"),
    "anatomy": ("hasFinding", "hasCondition"),
    "treatment": ("hasTreatment",),
}
_DETAILS = ("usesDrug", "hasTechnique", "hasIntent")
_PLACE_SHARE = 0.5
_ABSENCE_SHARE = 0.5
_UNKNOWN_SIDE = 0.5
_UNTOLD = {NX + "PainScore", NX + "PSAMeasurement"}
"""That a score was taken says nothing of the patient; what it means stands in other findings."""
_CHOICES = {NX + "TNMFinding"}
"""Classes below which each case has one value: N0 and N3 exclude each other, so their common ancestor is no likeness."""
_TYPE = PREFIXES["rdf"] + "type"


@dataclass(frozen=True, order=True)
class Feature:
    """Something a case tells: a class (IRI), the class of its place, the side, present or not; ``fact`` is where from."""

    kind: str
    place: str = ""
    side: str = ""
    present: bool = True
    fact: str = ""


@dataclass(frozen=True)
class Match:
    """What one fact of the case adds, and to which fact of the other; negative for a conflict. ``shared`` is a class IRI."""

    mine: Feature
    other: Feature
    shared: str
    shared_place: str
    weight: float
    side: str = ""

    @property
    def conflict(self) -> bool:
        """Whether one case tells what the other denies."""
        return self.weight < 0


@dataclass(frozen=True)
class Likeness:
    """A published case, what speaks for and against its likeness, what was done and what happened (fact IRIs)."""

    case: str
    score: float
    share: float
    matches: tuple[Match, ...]
    treatments: tuple[str, ...]
    outcomes: tuple[str, ...]


class Hierarchy:
    """Ancestors and information content of classes; structures also stand below the wholes they are part of."""

    def __init__(self, graph: Graph) -> None:
        store = graph.store
        self._parents: dict[str, set[str]] = {}
        sub = ox.NamedNode(PREFIXES["rdfs"] + "subClassOf")
        for name in (GRAPH_ONTOLOGY, GRAPH_INFERRED):
            for quad in store.quads_for_pattern(None, sub, None, ox.NamedNode(name)):
                if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                    self._parents.setdefault(quad.subject.value, set()).add(quad.object.value)
        atlas = ox.NamedNode(GRAPH_ATLAS)
        kinds = {
            q.subject.value: q.object.value
            for q in store.quads_for_pattern(None, ox.NamedNode(_TYPE), None, atlas)
            if isinstance(q.subject, ox.NamedNode) and isinstance(q.object, ox.NamedNode)
        }
        for quad in store.quads_for_pattern(None, ox.NamedNode(NX + "partOf"), None, atlas):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                part, whole = kinds.get(quad.subject.value, ""), kinds.get(quad.object.value, "")
                if part and whole and part != whole:
                    self._parents.setdefault(part, set()).add(whole)
        self._above: dict[str, frozenset[str]] = {}
        self._pairs: dict[tuple[str, str], tuple[str, float]] = {}

    def above(self, kind: str) -> frozenset[str]:
        """A class with everything it is below; circles of equivalent classes are fine."""
        if kind not in self._above:
            seen = {kind}
            todo = [kind]
            while todo:
                for parent in self._parents.get(todo.pop(), ()):
                    if parent not in seen:
                        seen.add(parent)
                        todo.append(parent)
            self._above[kind] = frozenset(seen)
        return self._above[kind]

    @cached_property
    def _content(self) -> dict[str, float]:
        below: dict[str, int] = {}
        everything = set(self._parents) | {parent for parents in self._parents.values() for parent in parents}
        for kind in everything:
            for wider in self.above(kind):
                if wider != kind:
                    below[wider] = below.get(wider, 0) + 1
        total = math.log(max(len(everything), 2))
        return {kind: 1 - math.log(1 + below.get(kind, 0)) / total for kind in everything}

    def content(self, kind: str) -> float:
        """Information content from 0 (the root) to 1 (nothing below); an unknown class carries nothing."""
        return self._content.get(kind, 0.0)

    def shared(self, one: str, other: str) -> tuple[str, float]:
        """The most specific common ancestor and its content; nothing and 0 when there is none worth the name."""
        key = (one, other) if one <= other else (other, one)
        if key not in self._pairs:
            common = self.above(one) & self.above(other)
            best = min(common, key=lambda kind: (-self.content(kind), kind), default="")
            content = self.content(best) if best else 0.0
            self._pairs[key] = (best, content) if content >= LEAST_CONTENT else ("", 0.0)
        return self._pairs[key]


def read_features(
    store: ox.Store, case: str, facets: Sequence[str] = DEFAULT, anatomy: ox.Store | None = None
) -> tuple[Feature, ...]:
    """What a case tells and denies, each thing once, in order; ``anatomy`` holds the atlas when ``store`` does not."""
    found: dict[tuple[str, str, str, bool], Feature] = {}
    for facet in facets:
        for link in _LINKS[facet]:
            for fact in _objects(store, case, link):
                for feature in _features(store, fact, facet, anatomy or store):
                    key = (feature.kind, feature.place, feature.side, feature.present)
                    found[key] = min(found.get(key, feature), feature)
    return tuple(sorted(found.values()))


def find_similar(
    graph: Graph,
    mine: Sequence[Feature],
    facets: Sequence[str] = DEFAULT,
    *,
    leave_out: Iterable[str] = (),
    side_blind: bool = False,
    hierarchy: Hierarchy | None = None,
) -> tuple[Likeness, ...]:
    """Every other case of the graph, nearest first; equal scores by name. Cases without any match are left out."""
    hierarchy = hierarchy or Hierarchy(graph)
    out = set(leave_out)
    total = sum(_worth(hierarchy, feature) for feature in mine)
    found = []
    cases = graph.store.quads_for_pattern(None, ox.NamedNode(_TYPE), ox.NamedNode(NX + "Case"))
    for case in sorted({q.subject.value for q in cases if isinstance(q.subject, ox.NamedNode)} - out):
        other = read_features(graph.store, case, facets)
        matches = compare(mine, other, hierarchy, side_blind=side_blind)
        score = sum(match.weight for match in matches)
        if any(match.weight > 0 for match in matches):
            done = tuple(_objects(graph.store, case, "hasTreatment"))
            after = tuple(_objects(graph.store, case, "hasOutcome"))
            found.append(Likeness(case, score, score / total if total else 0.0, matches, done, after))
    return tuple(sorted(found, key=lambda likeness: (-round(likeness.score, 9), likeness.case)))


def compare(
    mine: Sequence[Feature], other: Sequence[Feature], hierarchy: Hierarchy, *, side_blind: bool = False
) -> tuple[Match, ...]:
    """The best counterpart of each fact, strongest first; a fact whose like is only denied is a conflict."""
    mine, other = _standing(mine, hierarchy), _standing(other, hierarchy)
    pairs = [
        match
        for feature in mine
        for counterpart in other
        if counterpart.present == feature.present and (match := _match(feature, counterpart, hierarchy, side_blind))
    ]
    matched: dict[Feature, Match] = {}
    used: set[Feature] = set()
    for match in sorted(pairs, key=lambda m: (-round(m.weight, 9), m.mine, m.other)):
        if match.mine not in matched and match.other not in used:
            matched[match.mine] = match
            used.add(match.other)
    for feature in mine:
        denial = next(
            (o for o in other if o.present != feature.present and _denies(feature, o, hierarchy, side_blind)), None
        )
        best = matched.get(feature)
        # A like fact told in the other case outweighs a denial that belongs to another time or place.
        if denial is not None and (best is None or not _implies(feature, best.other, hierarchy)):
            denied = feature.kind if denial.present else denial.kind
            matched[feature] = Match(feature, denial, denied, "", -hierarchy.content(denied))
    return tuple(sorted(matched.values(), key=lambda m: (m.weight < 0, -abs(round(m.weight, 9)), m.mine)))


def _standing(features: Sequence[Feature], hierarchy: Hierarchy) -> tuple[Feature, ...]:
    """Features without denials that the same case contradicts: those tell a course, such as pain that went away."""
    told = [f for f in features if f.present]
    return tuple(f for f in features if f.present or not any(_denies(t, f, hierarchy, False) for t in told))


def _match(mine: Feature, other: Feature, hierarchy: Hierarchy, side_blind: bool) -> Match | None:
    shared, weight = hierarchy.shared(mine.kind, other.kind)
    if not shared or (shared not in (mine.kind, other.kind) and hierarchy.above(shared) & _CHOICES):
        return None
    place, side, extra = "", "", 0.0
    if mine.place and other.place:
        place, extra = hierarchy.shared(mine.place, other.place)
        if place and not side_blind:
            if mine.side and other.side:
                side = "same side" if mine.side == other.side else "other side"
                extra *= 1.0 if mine.side == other.side else 0.0
            elif mine.side or other.side:
                side = "side not known of both"
                extra *= _UNKNOWN_SIDE
    total = weight + _PLACE_SHARE * extra
    return Match(mine, other, shared, place, total if mine.present else total * _ABSENCE_SHARE, side)


def _denies(mine: Feature, other: Feature, hierarchy: Hierarchy, side_blind: bool) -> bool:
    """Whether one tells what the other denies: denying a class denies all below it, at the same place or everywhere."""
    told, denied = (mine, other) if mine.present else (other, mine)
    if denied.kind not in hierarchy.above(told.kind):
        return False
    if denied.place and (not told.place or denied.place not in hierarchy.above(told.place)):
        return False
    return side_blind or not denied.side or denied.side == told.side


def _implies(mine: Feature, other: Feature, hierarchy: Hierarchy) -> bool:
    return mine.kind in hierarchy.above(other.kind) or other.kind in hierarchy.above(mine.kind)


def _worth(hierarchy: Hierarchy, feature: Feature) -> float:
    """What a fact could add at most."""
    most = hierarchy.content(feature.kind) + _PLACE_SHARE * (hierarchy.content(feature.place) if feature.place else 0.0)
    return most if feature.present else most * _ABSENCE_SHARE


def _features(store: ox.Store, fact: str, facet: str, anatomy: ox.Store) -> list[Feature]:
    kinds = [kind for kind in _objects(store, fact, _TYPE) if kind not in _UNTOLD]
    present = NX + "absent" not in _objects(store, fact, "status")
    places = [_place(store, site) or _place(anatomy, site) or ("", "") for site in _objects(store, fact, "hasSite")]
    if facet == "anatomy":
        return [Feature(place, "", side, True, fact) for place, side in places if place and present]
    features = [Feature(kind, place, side, present, fact) for kind in kinds for place, side in places or [("", "")]]
    if facet == "treatment":
        nodes = [node for name in _DETAILS for node in _objects(store, fact, name)]
        features += [Feature(kind, "", "", present, fact) for node in nodes for kind in _objects(store, node, _TYPE)]
    return features


def _place(store: ox.Store, site: str) -> tuple[str, str] | None:
    kinds = _objects(store, site, _TYPE)
    sides = [side for side in _objects(store, site, "side") if side in (NX + "left", NX + "right")]
    return (kinds[0], sides[0] if sides else "") if kinds else None


def _objects(store: ox.Store, subject: str, name: str) -> list[str]:
    predicate = ox.NamedNode(name if ":" in name else NX + name)
    quads = store.quads_for_pattern(ox.NamedNode(subject), predicate, None)
    return sorted({q.object.value for q in quads if isinstance(q.object, ox.NamedNode)})


def put_into_words(likeness: Likeness, labels: Mapping[str, str]) -> list[tuple[str, float]]:
    """Each match in words with its weight, such as ``thigh pain, left thigh ~ groin pain, left groin (both are pain)``."""
    return [(_words(match, labels), match.weight) for match in likeness.matches]


def _words(match: Match, labels: Mapping[str, str]) -> str:
    mine, other = name_feature(match.mine, labels), name_feature(match.other, labels)
    if match.conflict:
        return f"conflict: {mine} here, {other} there"
    if mine == other:
        return f"{mine}: the same"
    shared = labels.get(match.shared, match.shared)
    kind = f"both are {shared}" if match.mine.kind != match.other.kind else ""
    place = ""
    if match.mine.place != match.other.place and match.shared_place:
        place = f"both in {labels.get(match.shared_place, match.shared_place)}"
    remarks = "; ".join(part for part in (kind, place, match.side) if part)
    return f"{mine} ~ {other}" + (f" ({remarks})" if remarks else "")


def name_feature(feature: Feature, labels: Mapping[str, str]) -> str:
    """A feature in words: ``no pain, left groin``."""
    place = labels.get(feature.place, feature.place)
    side = feature.side.removeprefix(NX)
    where = " ".join(part for part in (side, place) if part)
    kind = labels.get(feature.kind, feature.kind)
    return ("" if feature.present else "no ") + (f"{kind}, {where}" if where else kind)
