"""What criteria are matched against: kinds with their wider kinds, places with their wholes, and the spinal levels of
places.

Comes in: the triples of ontology and atlas, from the embedded store or from any SPARQL store. Goes out: a :class:`Ground`
that answers in class IRIs, side left out. Nothing about a patient and nothing about a set of criteria.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pyoxigraph as ox

from neoplex.base.names import GRAPH_ATLAS, GRAPH_INFERRED, GRAPH_ONTOLOGY, NX, PREFIXES

Statement = ox.Triple | ox.Quad
Triples = Callable[[str, Sequence[str]], Iterable[Statement]]
"""Gives the triples of a named graph that have one of these predicates; all of them when none is named."""

_RDF, _RDFS, _OWL = PREFIXES["rdf"], PREFIXES["rdfs"], PREFIXES["owl"]
_TYPE = _RDF + "type"
_SUB_CLASS = _RDFS + "subClassOf"
_LABEL = _RDFS + "label"
_EQUIVALENT = _OWL + "equivalentClass"
_BLANK_WANTED = (
    *(_OWL + name for name in ("intersectionOf", "unionOf", "onProperty", "someValuesFrom")), _RDF + "first", _RDF + "rest",
)  # fmt: skip
_ATLAS_WANTED = tuple(NX + name for name in ("side", "partOf", "atLevel", "hasRootLevel", "edgeTo", "edgeRelation"))
_PLACING = {NX + "liesWithin", NX + "hasSite", NX + "hasPrimarySite"}
_NERVE_SUPPLY = {NX + "suppliesMotor", NX + "suppliesSensory"}
_SIDES = {NX + "left": "left", NX + "right": "right", NX + "midline": "midline"}
_LEVELLED = frozenset(
    NX + name for name in ("Muscle", "Nerve", "NervePlexus", "NerveRoot", "SpinalNerve", "VentralRamus", "SkinRegion")
)

Places = frozenset[str]
"""Alternatives: the thing lies in one of these, nobody says which."""


@dataclass(frozen=True)
class Definition:
    """A class that is recognised by a wider kind and a place: groin pain is pain in the groin."""

    genus: str
    places: Places


@dataclass(frozen=True, eq=False)
class Ground:
    """The ontology and atlas as criteria need them; built once for a graph.

    ``sites`` maps an atlas individual to its class and side, ``own_levels`` a structure class to the levels of its fibres.
    """

    parents: Mapping[str, frozenset[str]]
    labels: Mapping[str, str]
    definitions: Mapping[str, Definition]
    placed: Mapping[str, frozenset[Places]]
    wholes: Mapping[str, frozenset[str]]
    sites: Mapping[str, tuple[str, str]]
    own_levels: Mapping[str, frozenset[str]]
    _kinds: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)
    _within: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)
    _implied: dict[str, tuple[Places, ...]] = field(default_factory=dict, repr=False)

    def label(self, iri: str) -> str:
        """The label of a class or structure, or the end of its IRI."""
        return self.labels.get(iri) or iri.rpartition("/")[2]

    def kinds(self, kind: str) -> frozenset[str]:
        """A class with every wider class."""
        known = self._kinds.get(kind)
        if known is None:
            known = self._kinds[kind] = _closure(kind, self.parents)
        return known

    def within(self, structure: str) -> frozenset[str]:
        """Every structure class that a thing in this structure is in as well: itself, wider ones, and wholes of these."""
        known = self._within.get(structure)
        if known is None:
            reached = {structure}
            waiting = [structure]
            while waiting:
                here = waiting.pop()
                for there in (*self.parents.get(here, ()), *self.wholes.get(here, ())):
                    if there not in reached:
                        reached.add(there)
                        waiting.append(there)
            known = self._within[structure] = frozenset(reached)
        return known

    def implied(self, kind: str) -> tuple[Places, ...]:
        """The places that a kind carries in its definition; each one is a set of alternatives."""
        known = self._implied.get(kind)
        if known is None:
            found = {places for wider in self.kinds(kind) for places in self.placed.get(wider, ())}
            known = self._implied[kind] = tuple(sorted(found, key=sorted))
        return known

    def is_in(self, structure: str, target: str) -> bool:
        """Whether a thing in the structure is in the target."""
        return target in self.within(structure)

    def may_be_in(self, structure: str, target: str) -> bool:
        """Whether the structure is wider than the target or shares a part with it, so that the thing may be in the target."""
        return structure in self.within(target) or not self.parts(structure).isdisjoint(self.parts(target))

    def parts(self, structure: str) -> frozenset[str]:
        """The structures whose things are in this one as well."""
        return self._parts.get(structure, frozenset((structure,)))

    @cached_property
    def _parts(self) -> Mapping[str, frozenset[str]]:
        gathered: dict[str, set[str]] = defaultdict(set)
        for structure in {cls for cls, _ in self.sites.values()}:
            for whole in self.within(structure):
                gathered[whole].add(structure)
        return {whole: frozenset(parts) for whole, parts in gathered.items()}

    def levels(self, structure: str) -> frozenset[str]:
        """The spinal levels a structure belongs to or is supplied from; of a muscle, nerve or skin field without rows of its
        own, those of its parts. A region such as the thigh has none.
        """
        own = self.own_levels.get(structure)
        if own or self.kinds(structure).isdisjoint(_LEVELLED):
            return own or frozenset()
        found: set[str] = set()
        for part in self.parts(structure):
            found |= self.own_levels.get(part, frozenset())
        return frozenset(found)


def _closure(start: str, parents: Mapping[str, frozenset[str]]) -> frozenset[str]:
    reached = {start}
    waiting = [start]
    while waiting:
        for parent in parents.get(waiting.pop(), ()):
            if parent not in reached:
                reached.add(parent)
                waiting.append(parent)
    return frozenset(reached)


def store_triples(store: ox.Store) -> Triples:
    """The named graphs of an embedded store."""

    def triples(graph: str, predicates: Sequence[str] = ()) -> Iterable[Statement]:
        node = ox.NamedNode(graph)
        wanted: list[ox.NamedNode | None] = [ox.NamedNode(iri) for iri in predicates]
        for predicate in wanted or [None]:
            yield from store.quads_for_pattern(None, predicate, None, node)

    return triples


def make_ground(triples: Triples) -> Ground:
    """Gather what criteria need from the graphs of the ontology, what follows from it, and the atlas."""
    return _Gatherer().gather(triples)


class _Gatherer:
    def __init__(self) -> None:
        self.parents: dict[str, set[str]] = defaultdict(set)
        self.labels: dict[str, str] = {}
        self.equivalent: dict[str, list[ox.BlankNode]] = defaultdict(list)
        self.restricted: dict[str, list[ox.BlankNode]] = defaultdict(list)
        self.blank: dict[ox.BlankNode, dict[str, ox.NamedNode | ox.BlankNode]] = defaultdict(dict)

    def gather(self, triples: Triples) -> Ground:
        for graph in (GRAPH_ONTOLOGY, GRAPH_INFERRED):
            for triple in triples(graph, (_LABEL, _SUB_CLASS, _EQUIVALENT, *_BLANK_WANTED)):
                self._axiom(triple)
        sites, wholes, levels = self._atlas(triples(GRAPH_ATLAS, (_TYPE, *_ATLAS_WANTED)))
        definitions: dict[str, Definition] = {}
        placed: dict[str, set[Places]] = defaultdict(set)
        for iri, nodes in self.equivalent.items():
            for node in nodes:
                members = self._members(node)
                named = [m.value for m in members if isinstance(m, ox.NamedNode)]
                places = [p for m in members if isinstance(m, ox.BlankNode) and (p := self._place(m))]
                placed[iri].update(places)
                if len(named) == 1 and len(places) == 1 and len(members) == 2:
                    definitions[iri] = Definition(named[0], places[0])
        for iri, nodes in self.restricted.items():
            placed[iri].update(p for node in nodes if (p := self._place(node)))
        return Ground(
            {iri: frozenset(wider) for iri, wider in self.parents.items()},
            self.labels,
            definitions,
            {iri: frozenset(places) for iri, places in placed.items() if places},
            wholes,
            sites,
            levels,
        )

    def _axiom(self, triple: Statement) -> None:
        subject, predicate, value = triple.subject, triple.predicate.value, triple.object
        if isinstance(subject, ox.BlankNode):
            if predicate in _BLANK_WANTED and isinstance(value, ox.NamedNode | ox.BlankNode):
                self.blank[subject][predicate] = value
            return
        if not isinstance(subject, ox.NamedNode):
            return
        if predicate == _LABEL and isinstance(value, ox.Literal):
            if value.language in (None, "en"):
                self.labels[subject.value] = min(value.value, self.labels.get(subject.value, value.value))
        elif predicate in (_SUB_CLASS, _EQUIVALENT):
            if isinstance(value, ox.NamedNode):
                self.parents[subject.value].add(value.value)
            elif isinstance(value, ox.BlankNode):
                (self.equivalent if predicate == _EQUIVALENT else self.restricted)[subject.value].append(value)

    def _members(self, node: ox.BlankNode, joint: str = "intersectionOf") -> list[ox.NamedNode | ox.BlankNode]:
        found: list[ox.NamedNode | ox.BlankNode] = []
        rest = self.blank[node].get(_OWL + joint)
        while isinstance(rest, ox.BlankNode):
            first = self.blank[rest].get(_RDF + "first")
            if first is not None:
                found.append(first)
            rest = self.blank[rest].get(_RDF + "rest")
        return found

    def _place(self, node: ox.BlankNode) -> Places:
        """The structures a restriction puts a thing in; empty for restrictions of other kinds."""
        axiom = self.blank.get(node, {})
        relation, filler = axiom.get(_OWL + "onProperty"), axiom.get(_OWL + "someValuesFrom")
        if not isinstance(relation, ox.NamedNode) or relation.value not in _PLACING:
            return frozenset()
        if isinstance(filler, ox.NamedNode):
            return frozenset((filler.value,))
        members = self._members(filler, "unionOf") if isinstance(filler, ox.BlankNode) else []
        if members and all(isinstance(member, ox.NamedNode) for member in members):
            return frozenset(member.value for member in members)
        return frozenset()

    def _atlas(
        self, triples: Iterable[Statement]
    ) -> tuple[dict[str, tuple[str, str]], dict[str, frozenset[str]], dict[str, frozenset[str]]]:
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for triple in triples:
            if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode):
                found[triple.subject.value][triple.predicate.value].append(triple.object.value)
        sites: dict[str, tuple[str, str]] = {}
        for iri, facts in found.items():
            side = facts.get(NX + "side")
            if side and facts.get(_TYPE):
                sites[iri] = (min(facts[_TYPE]), _SIDES.get(side[0], ""))
        wholes: dict[str, set[str]] = defaultdict(set)
        levels: dict[str, set[str]] = defaultdict(set)
        for iri, facts in found.items():
            if iri in sites:
                cls = sites[iri][0]
                wholes[cls].update(sites[whole][0] for whole in facts.get(NX + "partOf", ()) if whole in sites)
                levels[cls].update(_local(facts.get(NX + "atLevel", ())) | _local(facts.get(NX + "hasRootLevel", ())))
            elif _NERVE_SUPPLY.intersection(facts.get(NX + "edgeRelation", ())):
                for target in facts.get(NX + "edgeTo", ()):
                    if target in sites:
                        levels[sites[target][0]].update(_local(facts.get(NX + "hasRootLevel", ())))
        return (
            sites,
            {cls: frozenset(found_) for cls, found_ in wholes.items() if found_},
            {cls: frozenset(found_) for cls, found_ in levels.items() if found_},
        )


def _local(iris: Iterable[str]) -> set[str]:
    return {iri.rpartition("/")[2] for iri in iris}
