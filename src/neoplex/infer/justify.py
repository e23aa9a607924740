"""Why a class lies below another, and which classes a fact belongs to: the asserted axioms that say so.

Comes in: a store with the ontology and, when there, what a reasoner found (``graph:ontology-inferred``). Goes out: chains
of steps from asserted axioms; where a step is a reasoner's, the definition that it rests on. Reasons itself only over one
shape of definition, a kind of fact at a kind of place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from neoplex.base.names import GRAPH_INFERRED, GRAPH_ONTOLOGY, NX, PREFIXES

_TYPE = PREFIXES["rdf"] + "type"
_SUBCLASS = ox.NamedNode(PREFIXES["rdfs"] + "subClassOf")
_EQUIVALENT = ox.NamedNode(PREFIXES["owl"] + "equivalentClass")
_OWL = PREFIXES["owl"]
_RDF = PREFIXES["rdf"]
_INFERRED_COST = 10
_WITHIN = (NX + "liesWithin", NX + "hasSite")


@dataclass(frozen=True)
class Step:
    """One step from a class to a wider one; ``told`` when the ontology asserts it, else the definition of ``by`` implies it."""

    below: str
    above: str
    told: bool
    by: str = ""


@dataclass(frozen=True)
class Membership:
    """Why a fact belongs to a defined class: its asserted class, its place, and the chains to what the definition asks for.

    ``kind_steps`` lead from the asserted class to the kind the definition names, ``parts`` are the part-of statements from the
    site up to a structure whose class leads by ``place_steps`` to the kind of place.
    """

    cls: str
    asserted: str
    kind_steps: tuple[Step, ...]
    site: str
    parts: tuple[str, ...]
    place: str
    place_steps: tuple[Step, ...]


def justify(store: ox.Store, below: str, above: str) -> tuple[Step, ...] | None:
    """The shortest chain of steps from a class to a wider one, asserted before inferred; nothing when it does not follow."""
    best: dict[str, tuple[int, tuple[Step, ...]]] = {below: (0, ())}
    todo = [(0, below)]
    while todo:
        todo.sort()
        cost, cls = todo.pop(0)
        if cls == above:
            return best[cls][1]
        if cost > best[cls][0]:
            continue
        for other, told in _wider(store, cls):
            price = cost + (1 if told else _INFERRED_COST)
            if other not in best or price < best[other][0]:
                by = "" if told else _definer(store, cls, other)
                best[other] = (price, (*best[cls][1], Step(cls, other, told, by)))
                todo.append((price, other))
    return None


def classes_above(store: ox.Store, cls: str) -> list[str]:
    """Every named class above this one, told or inferred, sorted."""
    found, todo = {cls}, [cls]
    while todo:
        for other, _ in _wider(store, todo.pop()):
            if other not in found:
                found.add(other)
                todo.append(other)
    return sorted(found - {cls})


def memberships(store: ox.Store, fact: str) -> list[Membership]:
    """The defined classes that a fact belongs to by its asserted class and its site, each with its reasons.

    Definitions of the shape *kind of fact* and *lies within some place* are understood, with one place or several to choose from.
    """
    kinds = [
        q.object.value
        for q in store.quads_for_pattern(ox.NamedNode(fact), ox.NamedNode(_TYPE), None)
        if isinstance(q.object, ox.NamedNode) and q.object.value.startswith(NX)
    ]
    sites = sorted(
        q.object.value
        for q in store.quads_for_pattern(ox.NamedNode(fact), ox.NamedNode(NX + "hasSite"), None)
        if isinstance(q.object, ox.NamedNode)
    )
    found = []
    for cls, wanted, places in _definitions(store):
        for kind in kinds:
            steps = justify(store, kind, wanted)
            if steps is None or kind == cls or justify(store, kind, cls) is not None:
                continue
            reason = next((r for site in sites if (r := _place(store, site, places))), None)
            if reason:
                site, parts, place, place_steps = reason
                found.append(Membership(cls, kind, steps, site, parts, place, place_steps))
    return sorted(found, key=lambda membership: membership.cls)


def _wider(store: ox.Store, cls: str) -> Iterator[tuple[str, bool]]:
    for graph, told in ((GRAPH_ONTOLOGY, True), (GRAPH_INFERRED, False)):
        quads = store.quads_for_pattern(ox.NamedNode(cls), _SUBCLASS, None, ox.NamedNode(graph))
        for iri in sorted(q.object.value for q in quads if isinstance(q.object, ox.NamedNode)):
            yield iri, told


def _definer(store: ox.Store, below: str, above: str) -> str:
    """The class whose definition a reasoner's step rests on: the wider one if it has one, else the narrower."""
    for cls in (above, below):
        if any(True for _ in store.quads_for_pattern(ox.NamedNode(cls), _EQUIVALENT, None)):
            return cls
    return below


def _definitions(store: ox.Store) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Class, kind of fact and kinds of place of every definition of the understood shape."""
    for quad in sorted(store.quads_for_pattern(None, _EQUIVALENT, None), key=lambda q: str(q.subject)):
        members = _list(store, _one(store, quad.object, _OWL + "intersectionOf"))
        named = [m.value for m in members if isinstance(m, ox.NamedNode)]
        limits = [m for m in members if isinstance(m, ox.BlankNode)]
        if len(named) != 1 or len(limits) != 1 or not isinstance(quad.subject, ox.NamedNode):
            continue
        on = _one(store, limits[0], _OWL + "onProperty")
        filler = _one(store, limits[0], _OWL + "someValuesFrom")
        if not isinstance(on, ox.NamedNode) or on.value not in _WITHIN or filler is None:
            continue
        choices = [filler] if isinstance(filler, ox.NamedNode) else _list(store, _one(store, filler, _OWL + "unionOf"))
        places = tuple(c.value for c in choices if isinstance(c, ox.NamedNode))
        if places and len(places) == len(choices):
            yield quad.subject.value, named[0], places


def _one(store: ox.Store, node: object, name: str) -> ox.NamedNode | ox.BlankNode | None:
    if not isinstance(node, ox.NamedNode | ox.BlankNode):
        return None
    for quad in store.quads_for_pattern(node, ox.NamedNode(name), None):
        if isinstance(quad.object, ox.NamedNode | ox.BlankNode):
            return quad.object
    return None


def _list(store: ox.Store, head: ox.NamedNode | ox.BlankNode | None) -> list[ox.NamedNode | ox.BlankNode]:
    found: list[ox.NamedNode | ox.BlankNode] = []
    while head is not None and (first := _one(store, head, _RDF + "first")) is not None:
        found.append(first)
        head = _one(store, head, _RDF + "rest")
    return found


def _place(
    store: ox.Store, site: str, places: tuple[str, ...]
) -> tuple[str, tuple[str, ...], str, tuple[Step, ...]] | None:
    """The site, the part-of statements up to a structure, that structure, and the chain from its class to one of the places."""
    todo: list[tuple[str, tuple[str, ...]]] = [(site, ())]
    seen = {site}
    while todo:
        node, parts = todo.pop(0)
        for quad in store.quads_for_pattern(ox.NamedNode(node), ox.NamedNode(_TYPE), None):
            for wanted in places:
                steps = justify(store, quad.object.value, wanted) if isinstance(quad.object, ox.NamedNode) else None
                if steps is not None:
                    return site, parts, node, steps
        for quad in store.quads_for_pattern(None, ox.NamedNode(NX + "edgeFrom"), ox.NamedNode(node)):
            edge = quad.subject
            if not isinstance(edge, ox.NamedNode):
                continue
            relation = _one(store, edge, NX + "edgeRelation")
            whole = _one(store, edge, NX + "edgeTo")
            if relation == ox.NamedNode(NX + "partOf") and isinstance(whole, ox.NamedNode) and whole.value not in seen:
                seen.add(whole.value)
                todo.append((whole.value, (*parts, edge.value)))
    return None
