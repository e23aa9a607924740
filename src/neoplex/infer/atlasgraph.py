"""The atlas as typed rows: structures, edges between them, and what a nerve supplies.

Comes in: an opened store. Goes out: frozen dataclasses indexed by IRI, read once and never changed; searches walk these
and cite the IRI of each edge statement they used. Nothing about a patient. Never changes the graph.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import pyoxigraph as ox

from neoplex.base.names import ATLAS, GRAPH_ATLAS, GRAPH_ONTOLOGY, NX, PREFIXES
from neoplex.model.lexicon import normalise
from neoplex.store.embedded import Graph

_TYPE = PREFIXES["rdf"] + "type"
_LABEL = PREFIXES["rdfs"] + "label"
_SUBCLASS = PREFIXES["rdfs"] + "subClassOf"
_SYNONYM = PREFIXES["skos"] + "altLabel"
_EDGE_KINDS = {NX + "AnatomicalEdge", NX + "InnervationEdge", NX + "ConduitEdge"}
SUPPLY_KINDS = {"suppliesMotor": "motor", "suppliesSensory": "sensory", "suppliesAutonomic": "autonomic"}
LEVELS = (
    *(f"T{number}" for number in range(1, 13)),
    *(f"L{number}" for number in range(1, 6)),
    *(f"S{number}" for number in range(1, 6)),
    "Co1",
)
"""Spinal levels from above to below."""


def by_level(levels: Iterable[str]) -> tuple[str, ...]:
    """Levels from above to below, each once.

    >>> by_level(["S1", "L5", "L5"])
    ('L5', 'S1')
    """
    return tuple(sorted(set(levels), key=lambda level: (LEVELS.index(level) if level in LEVELS else 99, level)))


def is_individual(iri: str) -> bool:
    """Whether an IRI is one of the atlas."""
    return iri.startswith(ATLAS)


@dataclass(frozen=True)
class Structure:
    """One individual of the atlas: ``left femoral nerve``.

    ``side`` is left, right or midline; ``level`` its own spinal level or empty; ``root_levels`` those whose fibres reach it;
    ``sex`` is male or female when only one sex has it; ``constant`` says whether everybody (of that sex) has it; ``pairing`` is the
    local name of its class's pairing (``paired``, ``midlineStructure``, ``mixedPairing`` for a field that meets in the midline).
    """

    iri: str
    label: str
    name: str
    synonyms: tuple[str, ...]
    kind: str
    cls: str
    side: str
    level: str = ""
    root_levels: tuple[str, ...] = ()
    opposite: str = ""
    sex: str = ""
    constant: bool = True
    pairing: str = ""
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edge:
    """One edge statement; ``relation`` is the local name of its property, such as ``hasRoot``.

    ``constant`` is false when the edge does not hold in everybody. ``rows`` cite table rows, ``sources`` are IRIs.
    """

    iri: str
    label: str
    start: str
    relation: str
    end: str
    side_behaviour: str = ""
    constant: bool = True
    rows: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    reversed_from: str = ""

    @property
    def only_bound_to_sex(self) -> bool:
        """Whether it holds in everybody of the one sex that has its structures."""
        return not self.constant and bool(self.notes) and all(note.startswith("one sex") for note in self.notes)


@dataclass(frozen=True)
class Supply(Edge):
    """A nerve, root or plexus reaches a muscle, skin field or organ; ``kind`` is motor, sensory or autonomic.

    ``row_type`` says what the table row is about: ``nerve``, ``root``, ``dermatome``, ``plexus element``, ``dorsal ramus`` or
    ``autonomic``.
    """

    kind: str = ""
    function: str = ""
    sign_when_lost: str = ""
    reflex: str = ""
    roots: tuple[str, ...] = ()
    main_roots: tuple[str, ...] = ()
    row_type: str = ""


@dataclass(frozen=True)
class Conduit(Edge):
    """Tumour can travel along this edge.

    ``mechanism`` is the IRI of the mechanism's class, ``direction`` one of proximal, distal, transmedian, none;
    ``evidence`` the local name of the evidence level.
    """

    mechanism: str = ""
    direction: str = ""
    directed: bool = True
    evidence: str = ""
    primaries: tuple[str, ...] = ()


_KINDS: tuple[type[Edge], ...] = (Edge, Supply, Conduit)


@dataclass(frozen=True)
class Atlas:
    """Structures and edges of the atlas by IRI, and the classes they belong to."""

    structures: Mapping[str, Structure]
    edges: Mapping[str, Edge]
    parents: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Class IRI to the named classes directly above it."""

    @cached_property
    def _out(self) -> dict[str, tuple[Edge, ...]]:
        return _grouped(self.edges.values(), "start")

    @cached_property
    def _in(self) -> dict[str, tuple[Edge, ...]]:
        return _grouped(self.edges.values(), "end")

    @cached_property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """Every label and synonym, with and without side, in the spelling of ``normalise``, to the IRIs that bear it."""
        found: dict[str, set[str]] = defaultdict(set)
        for structure in self.structures.values():
            for name in (structure.name, *structure.synonyms):
                found[normalise(name)].add(structure.iri)
                if structure.side != "midline":
                    found[normalise(f"{structure.side} {name}")].add(structure.iri)
            found[normalise(structure.label)].add(structure.iri)
        return MappingProxyType({name: tuple(sorted(iris)) for name, iris in sorted(found.items())})

    @cached_property
    def members(self) -> Mapping[str, tuple[str, ...]]:
        """Class IRI to its atlas individuals and those of the classes below it."""
        found: dict[str, set[str]] = defaultdict(set)
        for structure in self.structures.values():
            for cls in self.classes_of(structure.cls):
                found[cls].add(structure.iri)
        return MappingProxyType({cls: tuple(sorted(iris)) for cls, iris in sorted(found.items())})

    def outgoing(self, iri: str, *relations: str) -> tuple[Edge, ...]:
        """Edges that start here, all or those of some relations, in order of their IRIs."""
        edges = self._out.get(iri, ())
        return tuple(edge for edge in edges if edge.relation in relations) if relations else edges

    def incoming(self, iri: str, *relations: str) -> tuple[Edge, ...]:
        """Edges that end here, all or those of some relations, in order of their IRIs."""
        edges = self._in.get(iri, ())
        return tuple(edge for edge in edges if edge.relation in relations) if relations else edges

    def supplies(self, iri: str) -> tuple[Supply, ...]:
        """What a nerve, root or plexus supplies by rows of its own."""
        return tuple(edge for edge in self._out.get(iri, ()) if isinstance(edge, Supply))

    def supplied_by(self, iri: str) -> tuple[Supply, ...]:
        """The supply edges that reach a muscle, skin field or organ."""
        return tuple(edge for edge in self._in.get(iri, ()) if isinstance(edge, Supply))

    def conduits(self, iri: str) -> tuple[Conduit, ...]:
        """The steps that tumour can take from here."""
        return tuple(edge for edge in self._out.get(iri, ()) if isinstance(edge, Conduit))

    def reach(self, iri: str, relation: str, *, back: bool = False) -> dict[str, tuple[Edge, ...]]:
        """Everything reached over steps of one relation, with the shortest chain of edges from ``iri`` to it.

        ``back`` walks against the edges (to parts, to branches). The start itself is not in the answer.
        """
        found: dict[str, tuple[Edge, ...]] = {iri: ()}
        frontier = [iri]
        while frontier:
            following: list[str] = []
            for place in frontier:
                for edge in self.incoming(place, relation) if back else self.outgoing(place, relation):
                    other = edge.start if back else edge.end
                    if other not in found:
                        found[other] = (*found[place], edge)
                        following.append(other)
            frontier = following
        del found[iri]
        return found

    def wholes(self, iri: str) -> Mapping[str, tuple[Edge, ...]]:
        """Every structure this one is part of, with the edges that say so."""
        if iri not in self._wholes:
            self._wholes[iri] = MappingProxyType(self.reach(iri, "partOf"))
        return self._wholes[iri]

    @cached_property
    def _wholes(self) -> dict[str, Mapping[str, tuple[Edge, ...]]]:
        return {}

    def parts(self, iri: str) -> dict[str, tuple[Edge, ...]]:
        """Every part of this structure, with the edges that say so."""
        return self.reach(iri, "partOf", back=True)

    def branches(self, iri: str) -> dict[str, tuple[Edge, ...]]:
        """Every branch, branch of a branch and so on, with the edges that say so."""
        return self.reach(iri, "branchOf", back=True)

    def opposite(self, iri: str) -> str:
        """The same structure on the other side; a midline structure is its own."""
        return self.structures[iri].opposite or iri

    def on_side(self, iri: str, side: str) -> str:
        """The structure of the same class on this side; a midline structure is its own."""
        structure = self.structures[iri]
        return structure.opposite if structure.opposite and structure.side != side else iri

    def label(self, iri: str) -> str:
        """The label of a structure or edge, or the IRI."""
        if iri in self.structures:
            return self.structures[iri].label
        return self.edges[iri].label if iri in self.edges else iri

    def classes_of(self, cls: str) -> tuple[str, ...]:
        """A class and every named class above it, nearest first."""
        known = self._classes_above.get(cls)
        if known is None:
            known = self._classes_above[cls] = self._climb(cls)
        return known

    @cached_property
    def _classes_above(self) -> dict[str, tuple[str, ...]]:
        return {}

    def _climb(self, cls: str) -> tuple[str, ...]:
        found, frontier = {cls: None}, [cls]
        while frontier:
            frontier = [above for below in frontier for above in self.parents.get(below, ()) if above not in found]
            found |= dict.fromkeys(frontier)
        return tuple(found)

    def is_a(self, cls: str, wider: str) -> bool:
        """Whether a class is ``wider`` or lies below it."""
        return wider in self.classes_of(cls)


def open_atlas(graph: Graph) -> Atlas:
    """The atlas of an opened graph, from a digest beside it when there is one.

    Reading sixty thousand statements from disk takes a second; a generation never changes, so what was read is kept beside it
    as JSON. Where nothing can be written, the statements are read each time.
    """
    if graph.path is None:
        return load_atlas(graph.store)
    kept = graph.path / _DIGEST
    try:
        return _from_json(kept.read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        atlas = load_atlas(graph.store)
    draft = kept.with_name(f"{_DIGEST}.{os.getpid()}")
    try:
        draft.write_text(_to_json(atlas), "utf-8")
        draft.replace(kept)
    except OSError:
        draft.unlink(missing_ok=True)
    return atlas


def load_atlas(store: ox.Store) -> Atlas:
    """Read the atlas of a store; raises ValueError when the store holds none."""
    rows = _rows_of(store, GRAPH_ATLAS)
    parents, named = _classes(store)
    structures: dict[str, Structure] = {}
    edges: dict[str, Edge] = {}
    for iri in sorted(rows):
        facts = rows[iri]
        types = set(facts.get(_TYPE, ()))
        if types & _EDGE_KINDS:
            edges[iri] = _edge(iri, facts, rows)
        elif NX + "side" in facts:
            structures[iri] = _structure(iri, facts, min(types), named.get(min(types), {}))
    if not structures:
        raise ValueError("the store holds no atlas")
    return Atlas(MappingProxyType(structures), MappingProxyType(edges), MappingProxyType(parents))


# ------------------------------------------------------------------------------------------------------------- reading

_Facts = Mapping[str, tuple[str, ...]]
_DIGEST = "atlas.json"
_DIGEST_FORMAT = 1


def _to_json(atlas: Atlas) -> str:
    edges = [[_KINDS.index(type(edge)), *vars(edge).values()] for edge in atlas.edges.values()]
    structures = [list(vars(structure).values()) for structure in atlas.structures.values()]
    data = {"format": _DIGEST_FORMAT, "structures": structures, "edges": edges, "parents": dict(atlas.parents)}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _from_json(text: str) -> Atlas:
    data = json.loads(text)
    if data["format"] != _DIGEST_FORMAT:
        raise ValueError("a digest of another version")
    structures = [Structure(*_tupled(row)) for row in data["structures"]]
    edges = [_KINDS[row[0]](*_tupled(row[1:])) for row in data["edges"]]
    return Atlas(
        MappingProxyType({structure.iri: structure for structure in structures}),
        MappingProxyType({edge.iri: edge for edge in edges}),
        MappingProxyType({cls: tuple(above) for cls, above in data["parents"].items()}),
    )


def _tupled(row: list[Any]) -> list[Any]:
    return [tuple(value) if isinstance(value, list) else value for value in row]


def _rows_of(store: ox.Store, graph: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Subject to property to sorted values, for one graph."""
    rows: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, value, _ in store.quads_for_pattern(None, None, None, ox.NamedNode(graph)):
        rows[subject.value][predicate.value].append(value.value)
    return {s: {p: tuple(sorted(values)) for p, values in facts.items()} for s, facts in rows.items()}


def _classes(store: ox.Store) -> tuple[dict[str, tuple[str, ...]], dict[str, dict[str, tuple[str, ...]]]]:
    """Named superclasses of each class, and the annotations that structures take from their class."""
    graph = ox.NamedNode(GRAPH_ONTOLOGY)
    parents: dict[str, list[str]] = defaultdict(list)
    for subject, _, wider, _ in store.quads_for_pattern(None, ox.NamedNode(_SUBCLASS), None, graph):
        if isinstance(subject, ox.NamedNode) and isinstance(wider, ox.NamedNode):
            parents[subject.value].append(wider.value)
    named: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name in (_LABEL, _SYNONYM, NX + "structureKind", NX + "foundInSex", NX + "constancy", NX + "pairing"):
        for subject, _, value, _ in store.quads_for_pattern(None, ox.NamedNode(name), None, graph):
            named[subject.value][name].append(value.value)
    return (
        {cls: tuple(sorted(above)) for cls, above in sorted(parents.items())},
        {s: {p: tuple(sorted(values)) for p, values in facts.items()} for s, facts in named.items()},
    )


def _one(facts: _Facts, name: str) -> str:
    return facts.get(name, ("",))[0]


def _local(iri: str) -> str:
    return iri.rpartition("/")[2]


def _levels(facts: _Facts, name: str) -> tuple[str, ...]:
    return by_level(_local(iri) for iri in facts.get(NX + name, ()))


def _structure(iri: str, facts: _Facts, cls: str, named: _Facts) -> Structure:
    return Structure(
        iri=iri,
        label=_one(facts, _LABEL),
        name=_one(named, _LABEL) or _one(facts, _LABEL),
        synonyms=named.get(_SYNONYM, ()),
        kind=_one(named, NX + "structureKind"),
        cls=cls,
        side=_local(_one(facts, NX + "side")),
        level=_local(_one(facts, NX + "atLevel")),
        root_levels=_levels(facts, "hasRootLevel"),
        opposite=_one(facts, NX + "contralateralTo"),
        sex=_local(_one(named, NX + "foundInSex")),
        constant=_local(_one(named, NX + "constancy")) != "inconstant",
        pairing=_local(_one(named, NX + "pairing")),
        doubts=facts.get(NX + "openDoubt", ()),
    )


def _edge(iri: str, facts: _Facts, rows: Mapping[str, _Facts]) -> Edge:
    relation = _local(_one(facts, NX + "edgeRelation"))
    edge = Edge(
        iri=iri,
        label=_one(facts, _LABEL),
        start=_one(facts, NX + "edgeFrom"),
        relation=relation,
        end=_one(facts, NX + "edgeTo"),
        side_behaviour=_one(facts, NX + "sideBehaviour"),
        constant=_local(_one(facts, NX + "constancy")) != "inconstant",
        rows=facts.get(NX + "tableRow", ()),
        sources=facts.get(NX + "statedBy", ()),
        notes=facts.get(NX + "note", ()),
        doubts=facts.get(NX + "openDoubt", ()),
        reversed_from=_one(facts, NX + "reversedFrom"),
    )
    types = facts[_TYPE]
    if NX + "InnervationEdge" in types:
        return Supply(
            **vars(edge),
            kind=SUPPLY_KINDS[relation],
            function=_one(facts, NX + "function"),
            sign_when_lost=_one(facts, NX + "signWhenLost"),
            reflex=_one(facts, NX + "reflex"),
            roots=_levels(facts, "hasRootLevel"),
            main_roots=_levels(facts, "mainRootLevel"),
            row_type=_one(facts, NX + "innervationRowType"),
        )
    if NX + "ConduitEdge" in types:
        mechanism = _one(facts, NX + "hasMechanism")
        direction = _local(_one(facts, NX + "spreadDirection"))
        return Conduit(
            **vars(edge),
            mechanism=_one(rows.get(mechanism, {}), _TYPE),
            direction="none" if direction == "noDirection" else direction,
            directed=_one(facts, NX + "directed") != "false",
            evidence=_local(_one(facts, NX + "evidenceLevel")),
            primaries=facts.get(NX + "typicalPrimary", ()),
        )
    return edge


def _grouped(edges: Iterable[Edge], end: str) -> dict[str, tuple[Edge, ...]]:
    found: dict[str, list[Edge]] = defaultdict(list)
    for edge in sorted(edges, key=lambda edge: edge.iri):
        found[getattr(edge, end)].append(edge)
    return {place: tuple(grouped) for place, grouped in found.items()}
