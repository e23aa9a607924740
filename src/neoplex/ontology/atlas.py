"""The atlas: structures with a side, and side-correct edges between them.

Comes in: the anatomy tables. Goes out: individuals and edges as frozen rows, and the atlas graph. One individual for an
unpaired structure, a left and a right one for a paired or mixed one; none for grouping classes such as muscle or nerve.
Every edge is a plain triple and a statement with its own IRI. Nothing about a patient, no blank nodes. Never reads files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS
from rdflib.term import Node

from neoplex.base.names import (
    ATLAS,
    GRAPH_ATLAS,
    NX,
    ONTOLOGY,
    atlas_iri,
    class_iri,
    compact,
    slug,
    source_iri,
    words_of,
)
from neoplex.model.rows import Anatomy, Innervation, Relation, SpreadEdge, Structure
from neoplex.ontology.anatomy import LICENCE, Exceptions, iri_of, level_of, property_of
from neoplex.ontology.turtle import graph_from, text
from neoplex.read.anatomy import fits

EDGE = ATLAS + "edge/"
MECHANISM = ATLAS + "mechanism/"
SYMMETRIC = ("adjacent_to", "attached_to", "continuous_with")
CONDUITS = {
    "perineural": ("perineural_conduit_to", "perineural_spread"),
    "direct_extension": ("contiguous_conduit_to", "direct_extension"),
    "lymphatic": ("lymphatic_conduit_to", "lymphatic_spread"),
    "haematogenous": ("haematogenous_conduit_to", "hematogenous_spread"),
    "intradural/dural_bridge": ("intradural_conduit_to", "intradural_extension"),
    "csf": ("csf_conduit_to", "csf_seeding"),
}
"""Mechanism of the table: property of the edge, class of the mechanism."""
_EVIDENCE = {
    "asserted in seed": "seedAssertion",
    "published literature": "publishedLiterature",
    "anatomical plausibility": "anatomicalPlausibility",
}
_DIRECTIONS = {"none": "noDirection", "proximal": "proximal", "distal": "distal", "transmedian": "transmedian"}
_OPPOSITE = {"proximal": "distal", "distal": "proximal"}
_SWAPPED = {"to_midline": "from_midline", "from_midline": "to_midline"}


@dataclass(frozen=True, order=True)
class Place:
    """A structure of the atlas: its id and side, where an empty side means that there is only one."""

    structure: str
    side: str

    @cached_property
    def iri(self) -> URIRef:
        """The individual."""
        return URIRef(atlas_iri(self.structure, self.side or None))


@dataclass(frozen=True)
class Edge:
    """One edge of the atlas, with everything the table row says about it.

    ``relation`` is a relation of the tables, ``supplies_motor`` and its like, or a conduit such as ``perineural_conduit_to``.
    """

    kind: str
    start: Place
    relation: str
    end: Place
    side_behaviour: str
    rows: tuple[str, ...]
    sources: tuple[str, ...]
    not_in_all: str = ""
    note: str = ""
    supply: Innervation | None = None
    spread: SpreadEdge | None = None
    direction: str = ""
    doubts: tuple[str, ...] = ()
    reversed_from: str = ""

    @cached_property
    def name(self) -> str:
        """The last piece of the statement's IRI."""
        start, end = (place.iri[len(ATLAS) :] for place in (self.start, self.end))
        return f"{start}-{slug(self.relation)}-{end}"

    @cached_property
    def iri(self) -> URIRef:
        """The statement."""
        return URIRef(EDGE + self.name)


# ---------------------------------------------------------------------------------------------------------- individuals


def structures_without_individuals(anatomy: Anatomy) -> tuple[str, ...]:
    """Grouping classes: mixed in pairing, with kinds below them, and named by no edge row.

    ``nerve`` or ``muscle`` has no side of its own and no place in a body; its kinds have.
    """
    parents = {s.is_a for s in anatomy.structures}
    used = {end for row in anatomy.relations for end in (row.subject, row.object)}
    used |= {end for supply in anatomy.innervation for end in (supply.nerve, supply.target)}
    used |= {end for spread in anatomy.spread_edges for end in (spread.start, spread.end)}
    return tuple(s.id for s in anatomy.structures if s.paired == "mixed" and s.id in parents and s.id not in used)


def places(anatomy: Anatomy) -> dict[str, tuple[Place, ...]]:
    """The atlas individuals of each structure id; none for grouping classes."""
    without = set(structures_without_individuals(anatomy))
    found: dict[str, tuple[Place, ...]] = {}
    for structure in anatomy.structures:
        if structure.id in without:
            found[structure.id] = ()
        elif structure.paired in ("yes", "mixed"):
            found[structure.id] = (Place(structure.id, "left"), Place(structure.id, "right"))
        else:
            found[structure.id] = (Place(structure.id, ""),)
    return found


def side_of(structure: Structure, place: Place) -> str:
    """left, right or midline; an unpaired structure that lies on one side by nature has that side."""
    return place.side or (structure.paired if structure.paired in ("left", "right") else "midline")


# ---------------------------------------------------------------------------------------------------------------- edges


def _ends(
    start: tuple[Place, ...], end: tuple[Place, ...], behaviour: str, constraint: str = ""
) -> Iterator[tuple[Place, Place]]:
    """The pairs of individuals that a row joins."""
    for one in start:
        for other in end:
            sides = {place.side for place in (one, other) if place.side}
            if len(sides) == 2 and behaviour != "any_side":
                continue
            if constraint and sides and sides != {constraint}:
                continue
            yield one, other


def behaviour_between(start: Structure, end: Structure) -> str:
    """How an edge treats the side when no table says it: by the pairing of its ends."""
    sided = (start.paired in ("yes", "mixed"), end.paired in ("yes", "mixed"))
    return {
        (True, True): "same_side",
        (True, False): "to_midline",
        (False, True): "from_midline",
        (False, False): "midline_only",
    }[sided]


class EdgeMaker:
    """Makes the edges of all tables; rows that state the same edge become one edge with all rows."""

    def __init__(self, anatomy: Anatomy) -> None:
        self._anatomy = anatomy
        self._places = places(anatomy)
        self._exceptions = Exceptions(anatomy)
        self._open = [doubt for doubt in anatomy.doubts if doubt.status == "open"]
        self._edges: dict[str, Edge] = {}

    def make(self) -> list[Edge]:
        """All stated edges in table order, then the other directions of symmetric and undirected ones."""
        for structure in self._anatomy.structures:
            if structure.part_of:
                self._add_part(structure)
        for relation in self._anatomy.relations:
            self._add_relation(relation)
        for supply in self._anatomy.innervation:
            self._add_supply(supply)
        for spread in self._anatomy.spread_edges:
            self._add_spread(spread)
        for edge in list(self._edges.values()):
            backwards = edge.spread is not None and not edge.spread.directed
            if edge.relation in SYMMETRIC or backwards:
                turned = _turn(edge)
                # The other direction may have a row of its own, which then stands.
                self._edges.setdefault(turned.name, turned)
        return list(self._edges.values())

    def _add(self, edge: Edge) -> None:
        known = self._edges.get(edge.name)
        if known is None:
            self._edges[edge.name] = edge
            return
        notes = [note for note in (known.note, edge.note) if note]
        self._edges[edge.name] = replace(
            known,
            rows=tuple(dict.fromkeys((*known.rows, *edge.rows))),
            sources=tuple(dict.fromkeys((*known.sources, *edge.sources))),
            note="; ".join(dict.fromkeys(notes)),
            doubts=tuple(dict.fromkeys((*known.doubts, *edge.doubts))),
            not_in_all=known.not_in_all and edge.not_in_all,
        )

    def _doubts(self, *key: str) -> tuple[str, ...]:
        table, subject, relation, object_ = key
        return tuple(
            doubt.says
            for doubt in self._open
            if any(fits(selector, (table, subject, relation, object_)) for selector in doubt.edges)
        )

    def _add_part(self, structure: Structure) -> None:
        whole = self._anatomy.structure[structure.part_of]
        behaviour = behaviour_between(structure, whole)
        constraint = structure.paired if structure.paired in ("left", "right") else ""
        for one, other in _ends(self._places[structure.id], self._places[whole.id], behaviour, constraint):
            self._add(
                Edge("AnatomicalEdge", one, "part_of", other, behaviour, (structure.row,), self._ids(structure.sources))
            )

    def _add_relation(self, row: Relation) -> None:
        key = ("relations.tsv", row.subject, row.relation, row.object)
        why, doubts = self._exceptions.why(*key, row.side_constraint), self._doubts(*key)
        ends = (self._places[row.subject], self._places[row.object])
        for one, other in _ends(*ends, row.side_behaviour, row.side_constraint):
            self._add(
                Edge(
                    "AnatomicalEdge",
                    one,
                    row.relation,
                    other,
                    row.side_behaviour,
                    (row.row,),
                    self._ids(row.sources),
                    not_in_all=why,
                    note=row.note,
                    doubts=doubts,
                )
            )

    def _add_supply(self, row: Innervation) -> None:
        relation = f"supplies_{row.target_kind}"
        key = ("innervation.tsv", row.nerve, relation, row.target)
        why, doubts = self._exceptions.why(*key), self._doubts(*key)
        behaviour = behaviour_between(self._anatomy.structure[row.nerve], self._anatomy.structure[row.target])
        for one, other in _ends(self._places[row.nerve], self._places[row.target], behaviour):
            self._add(
                Edge(
                    "InnervationEdge",
                    one,
                    relation,
                    other,
                    behaviour,
                    (row.row,),
                    self._ids(row.sources),
                    not_in_all=why,
                    supply=row,
                    doubts=doubts,
                )
            )

    def _add_spread(self, row: SpreadEdge) -> None:
        relation, _ = CONDUITS[row.mechanism]
        doubts = self._doubts("spread_edges.tsv", row.start, row.mechanism, row.end)
        for one, other in _ends(
            self._places[row.start], self._places[row.end], row.side_behaviour, row.side_constraint
        ):
            self._add(
                Edge(
                    "ConduitEdge",
                    one,
                    relation,
                    other,
                    row.side_behaviour,
                    (row.row,),
                    self._ids(row.sources),
                    note=row.note,
                    spread=row,
                    direction=row.direction,
                    doubts=doubts,
                )
            )

    def _ids(self, keys: Iterable[str]) -> tuple[str, ...]:
        named = [self._anatomy.source[key].id if key in self._anatomy.source else key for key in keys]
        return tuple(dict.fromkeys(named))


def _turn(edge: Edge) -> Edge:
    """The other direction of an edge: ends, proximal and distal, to and from the midline change places."""
    return replace(
        edge,
        start=edge.end,
        end=edge.start,
        side_behaviour=_SWAPPED.get(edge.side_behaviour, edge.side_behaviour),
        direction=_OPPOSITE.get(edge.direction, edge.direction),
        reversed_from=edge.name,
    )


def atlas_edges(anatomy: Anatomy) -> list[Edge]:
    """All edges of the atlas; the other direction of a symmetric or undirected edge is an edge of its own."""
    return EdgeMaker(anatomy).make()


def root_levels(edges: Iterable[Edge], anatomy: Anatomy) -> dict[Place, tuple[str, ...]]:
    """The spinal levels that feed each structure in everybody: over ``has_root`` steps to a structure with a level."""
    level = {s.id: level_of(s) for s in anatomy.structures if level_of(s)}
    roots: dict[Place, list[Place]] = defaultdict(list)
    for edge in edges:
        if edge.relation == "has_root" and not edge.not_in_all:
            roots[edge.start].append(edge.end)

    def reach(place: Place, above: frozenset[Place]) -> set[str]:
        found: set[str] = set()
        for root in roots.get(place, ()):
            if root.structure in level:
                found.add(level[root.structure])
            if root not in above:
                found |= reach(root, above | {root})
        return found

    return {place: tuple(sorted(reach(place, frozenset({place})))) for place in roots}


# ---------------------------------------------------------------------------------------------------------------- graph


def mechanism_class(row: SpreadEdge) -> str:
    """The id of the mechanism class of a spread row; a step out of the sac to the other side is a transmedian one."""
    if row.mechanism == "intradural/dural_bridge" and row.direction == "transmedian":
        return "transmedian_dural_spread"
    return CONDUITS[row.mechanism][1]


_CLASS_OF = {"csf_seeding": NX + "CSFSeeding"}
"""Mechanism classes whose name is an acronym; the others follow from the id."""


def mechanism_iri(mechanism: str) -> URIRef:
    """The atlas individual that stands for a mechanism class on edges."""
    return URIRef(MECHANISM + mechanism.replace("_", "-"))


def _nx(name: str) -> URIRef:
    return URIRef(NX + name)


def place_label(anatomy: Anatomy, place: Place) -> str:
    """``left femoral nerve``."""
    label = anatomy.structure[place.structure].label
    return f"{place.side} {label}" if place.side else label


def atlas_graph(anatomy: Anatomy) -> Graph:
    """The atlas as RDF: individuals, plain edges with their wider relation, and a statement for each edge."""
    graph = graph_from()
    header = URIRef(GRAPH_ATLAS)
    graph.add((header, RDF.type, OWL.Ontology))
    graph.add((header, RDFS.label, text("neoplex: atlas")))
    graph.add((header, DCTERMS.title, text("neoplex atlas")))
    graph.add((header, DCTERMS.description, text("Structures with a side, and side-correct edges between them.")))
    graph.add((header, DCTERMS.license, LICENCE))
    graph.add((header, OWL.imports, URIRef(ONTOLOGY)))
    open_doubts: dict[str, list[str]] = defaultdict(list)
    for doubt in anatomy.doubts:
        if doubt.status == "open":
            for identifier in doubt.structures:
                open_doubts[identifier].append(doubt.says)
    for identifier, found in places(anatomy).items():
        structure = anatomy.structure[identifier]
        for place in found:
            graph.add((place.iri, RDF.type, iri_of(identifier)))
            graph.add((place.iri, RDFS.label, text(place_label(anatomy, place))))
            graph.add((place.iri, _nx("side"), _nx(side_of(structure, place))))
            level = level_of(structure)
            if level:
                graph.add((place.iri, _nx("atLevel"), _nx(level)))
            for says in open_doubts[identifier]:
                graph.add((place.iri, _nx("openDoubt"), text(says)))
        if len(found) == 2:
            graph.add((found[0].iri, _nx("contralateralTo"), found[1].iri))
            graph.add((found[1].iri, _nx("contralateralTo"), found[0].iri))
    edges = atlas_edges(anatomy)
    for place, levels in root_levels(edges, anatomy).items():
        for level in levels:
            graph.add((place.iri, _nx("hasRootLevel"), _nx(level)))
    for mechanism in sorted({mechanism_class(edge.spread) for edge in edges if edge.spread}):
        iri = mechanism_iri(mechanism)
        graph.add((iri, RDF.type, URIRef(_CLASS_OF.get(mechanism, class_iri(mechanism)))))
        graph.add((iri, RDFS.label, text(f"{mechanism.replace('_', ' ')} along an edge of the atlas")))
    for edge in edges:
        _state(graph, edge, anatomy)
    return graph


def wider_property(edge: Edge) -> URIRef | None:
    """The general property beside the specific one: ``supplies`` or ``conduitTo``."""
    return {"InnervationEdge": _nx("supplies"), "ConduitEdge": _nx("conduitTo")}.get(edge.kind)


def _state(graph: Graph, edge: Edge, anatomy: Anatomy) -> None:
    relation = property_of(edge.relation)
    graph.add((edge.start.iri, relation, edge.end.iri))
    wider = wider_property(edge)
    if wider is not None:
        graph.add((edge.start.iri, wider, edge.end.iri))
    words = words_of(compact(relation).partition(":")[2])
    if edge.kind == "InnervationEdge":
        words += " fibres to"
    label = f"{place_label(anatomy, edge.start)} {words} {place_label(anatomy, edge.end)}"
    facts: list[tuple[URIRef, Node]] = [
        (RDF.type, _nx(edge.kind)),
        (RDFS.label, text(label)),
        (_nx("edgeFrom"), edge.start.iri),
        (_nx("edgeRelation"), relation),
        (_nx("edgeTo"), edge.end.iri),
        (_nx("sideBehaviour"), text(edge.side_behaviour.replace("_", " "))),
    ]
    facts += [(_nx("tableRow"), text(row)) for row in edge.rows]
    facts += [(_nx("statedBy"), URIRef(source_iri(source))) for source in edge.sources]
    facts += [(_nx("openDoubt"), text(says)) for says in edge.doubts]
    if edge.note:
        facts.append((_nx("note"), text(edge.note)))
    if edge.not_in_all:
        facts.append((_nx("note"), text(edge.not_in_all)))
    if edge.reversed_from:
        facts.append((_nx("reversedFrom"), URIRef(EDGE + edge.reversed_from)))
    if edge.kind != "ConduitEdge":
        facts.append((_nx("constancy"), _nx("inconstant" if edge.not_in_all else "constant")))
    if edge.supply is not None:
        facts += _supply_facts(edge.supply)
    if edge.spread is not None:
        facts += _spread_facts(edge, edge.spread)
    for predicate, value in facts:
        graph.add((edge.iri, predicate, value))


def _supply_facts(supply: Innervation) -> Iterator[tuple[URIRef, Node]]:
    yield _nx("innervationRowType"), text(supply.row_type.replace("_", " "))
    for root in supply.roots:
        yield _nx("hasRootLevel"), _nx(root)
    for root in supply.main_roots:
        yield _nx("mainRootLevel"), _nx(root)
    words = {"function": supply.function, "signWhenLost": supply.sign_when_lost, "reflex": supply.reflex}
    for name, value in words.items():
        if value:
            yield _nx(name), text(value)


def _spread_facts(edge: Edge, spread: SpreadEdge) -> Iterator[tuple[URIRef, Node]]:
    yield _nx("hasMechanism"), mechanism_iri(mechanism_class(spread))
    yield _nx("spreadDirection"), _nx(_DIRECTIONS[edge.direction])
    yield _nx("directed"), Literal(spread.directed)
    yield _nx("evidenceLevel"), _nx(_EVIDENCE[spread.evidence_level])
    for primary in spread.typical_primaries:
        yield _nx("typicalPrimary"), text(primary)
