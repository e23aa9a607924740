"""A piece of the graph as a picture wants it: things, relations, and which thing stands beside which.

Comes in: an engine and the IRI of a term, structure or case. Goes out: a :class:`View`. A view never shows a relation that the
graph does not state; what was left out for size is counted in its notes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from neoplex.ask.factwords import FactWords, value_of
from neoplex.ask.vocabulary import Engine, fetch_labels, shown
from neoplex.base.names import ATLAS, CASE, IAO_DEFINITION, NX, PREFIXES, compact
from neoplex.store.answers import Answer, Rows, Term

MOST = 60
"""How many things a view shows unless told otherwise."""
_RDFS, _OWL = PREFIXES["rdfs"], PREFIXES["owl"]
_WIDE = tuple(NX + name for name in ("supplies", "conduitTo"))
"""Relations that only widen another one."""

SHAPES = {
    "pill": ("nerve", "nerve root", "spinal nerve", "ventral ramus", "dorsal ramus", "trunk", "ganglion", "cord"),
    "hexagon": ("plexus",),
    "rectangle": ("muscle", "muscle compartment"),
    "octagon": ("bone", "joint", "ligament", "fascia", "nerve sheath"),
    "parallelogram": ("artery", "vein", "lymph vessel", "lymph node group"),
    "rounded": (),
    "note": ("finding", "fact"),
    "double": ("case", "cohort"),
}
"""Shapes of things by what kind they are; ``rounded`` is all the rest."""
SHAPE_WORDS = {
    "pill": "nerve, root, ramus, ganglion, cord",
    "hexagon": "plexus",
    "rectangle": "muscle",
    "octagon": "bone, joint, ligament, fascia",
    "parallelogram": "vessel, lymph nodes",
    "rounded": "organ, region, space",
    "note": "fact of the case",
    "double": "case",
}


@dataclass(frozen=True)
class Thing:
    """Something shown: its id (a CURIE), label, shape, a mark and the words of that mark, and what it is.

    ``mark`` is focus, involved, possibly, denied, absent or nothing.
    """

    id: str
    label: str
    shape: str = "rounded"
    mark: str = ""
    state: str = ""
    about: str = ""


@dataclass(frozen=True)
class Branch:
    """A relation between two things that places ``child`` beside ``parent``; ``forward`` when it is stated from parent to child.

    ``line`` says how it is drawn: plain or the name of a way of spread. ``side`` is right or left of the focus.
    """

    parent: str
    child: str
    label: str
    forward: bool = True
    line: str = "plain"
    side: str = "right"
    note: str = ""


@dataclass(frozen=True)
class View:
    """What a picture shows: things, the branches that place them, and further relations between things already placed.

    ``form`` is columns (away from the focus on both sides) or outline (one line for each thing, for long chains).
    """

    title: str
    description: str
    focus: str
    things: tuple[Thing, ...]
    branches: tuple[Branch, ...]
    further: tuple[Branch, ...] = ()
    notes: tuple[str, ...] = ()
    vocabulary: str = "structures"
    form: str = "columns"


@dataclass
class Near:
    """One relation of a thing, as found in the graph."""

    other: str
    label: str
    forward: bool
    note: str = ""
    line: str = "plain"


@dataclass
class _Names:
    """Labels, shapes and definitions of things, read together."""

    engine: Engine
    kinds: dict[str, str] = field(default_factory=dict)

    def things(self, iris: Sequence[str], marks: dict[str, tuple[str, str]] | None = None) -> dict[str, Thing]:
        labels = fetch_labels(self.engine, iris)
        values = " ".join(f"<{iri}>" for iri in sorted(set(iris)))
        kinds: dict[str, str] = {}
        abouts: dict[str, str] = {}
        # What a class is called and means is said of the class, what a structure is of the class it belongs to.
        for path in ("", f"<{PREFIXES['rdf']}type>/"):
            for predicate, target in ((NX + "structureKind", kinds), (IAO_DEFINITION, abouts)):
                query = f"SELECT ?s ?text WHERE {{ VALUES ?s {{ {values} }} ?s {path}<{predicate}> ?text }}"
                for row in rows_of(self.engine.answer(query)):
                    iri, text = (value_of(term) for term in row)
                    target[iri] = max(target.get(iri, ""), text)
        found = {}
        for iri in iris:
            mark, state = (marks or {}).get(iri, ("", ""))
            found[iri] = Thing(
                compact(iri), shown(iri, labels), shape_of(kinds.get(iri, "")), mark, state, abouts.get(iri, "")
            )
        return found


def shape_of(kind: str) -> str:
    """The shape for a kind of structure.

    >>> shape_of("spinal nerve"), shape_of("organ")
    ('pill', 'rounded')
    """
    return next((shape for shape, kinds in SHAPES.items() if kind in kinds), "rounded")


def line_of(relation: str) -> str:
    """How a relation is drawn, by its IRI: a way of spread has a line of its own."""
    name = relation.removeprefix(NX)
    return name.removesuffix("ConduitTo") if name.endswith("ConduitTo") else "plain"


def rows_of(answer: Answer) -> Iterable[tuple[Term | None, ...]]:
    """The rows of an answer that is known to have some."""
    assert isinstance(answer, Rows)
    return answer.rows


# ------------------------------------------------------------------------------------------------------- neighbourhood


def neighbourhood(engine: Engine, iri: str, depth: int = 1, most: int = MOST) -> View:
    """What a term or structure is related to, ``depth`` steps away, at most ``most`` things."""
    names = _Names(engine)
    order: list[str] = [iri]
    branches: list[tuple[str, Near]] = []
    sides: dict[str, str] = {}
    left_out: set[str] = set()
    ring = [iri]
    known = {iri}
    for _ in range(depth):
        outer: list[str] = []
        for here in ring:
            for near in _nearby(engine, here):
                if near.other in known:
                    continue
                if len(known) >= most:
                    left_out.add(near.other)
                    continue
                known.add(near.other)
                order.append(near.other)
                outer.append(near.other)
                branches.append((here, near))
                sides[near.other] = sides.get(here) or ("right" if near.forward else "left")
        ring = outer
    things = names.things(order, {iri: ("focus", "")})
    drawn = tuple(
        Branch(compact(here), compact(n.other), n.label, n.forward, n.line, sides[n.other], n.note)
        for here, n in branches
    )
    further = _further(engine, order, {(b.parent, b.child, b.label) for b in drawn})
    label = things[iri].label
    notes = []
    if left_out:
        notes.append(f"{len(left_out)} more are not shown: raise --most")
    if further:
        notes.append(f"{len(further)} further relations among them are shown by the HTML form on request")
    description = f"{label} with {len(order) - 1} neighbours: " + _spoken(things, drawn)
    title = f"What {label} is related to"
    kind = "structures" if iri.startswith(ATLAS) else "terms"
    return View(
        title, description, compact(iri), tuple(things[one] for one in order), drawn, further, tuple(notes), kind
    )


def _nearby(engine: Engine, iri: str) -> list[Near]:
    found = _edges(engine, iri) if iri.startswith(ATLAS) else _axioms(engine, iri)
    return sorted(found, key=lambda near: (not near.forward, near.label, near.other))


def _edges(engine: Engine, iri: str) -> list[Near]:
    """The relations of a structure of the atlas, each once."""
    query = f"""SELECT ?from ?relation ?to ?evidence WHERE {{
      {{ VALUES ?from {{ <{iri}> }} ?edge <{NX}edgeFrom> ?from ; <{NX}edgeTo> ?to }}
      UNION {{ VALUES ?to {{ <{iri}> }} ?edge <{NX}edgeTo> ?to ; <{NX}edgeFrom> ?from }}
      ?edge <{NX}edgeRelation> ?relation . OPTIONAL {{ ?edge <{NX}evidenceLevel>/<{_RDFS}label> ?evidence }} }}"""
    rows = [tuple(value_of(term) for term in row) for row in rows_of(engine.answer(query))]
    labels = fetch_labels(engine, {relation for _, relation, _, _ in rows})
    found: dict[tuple[str, str], Near] = {}
    for start, relation, end, evidence in sorted(rows):
        if relation in _WIDE:
            continue
        forward = start == iri
        other = end if forward else start
        note = f"evidence: {evidence}" if evidence else ""
        # A relation that is stated both ways is shown once, away from the thing.
        if forward or (other, relation) not in found:
            found[other, relation] = Near(other, shown(relation, labels), forward, note, line_of(relation))
    return list(found.values())


def _axioms(engine: Engine, iri: str) -> list[Near]:
    """The classes next to a class, by the hierarchy and by what holds of every one of it."""
    found: list[Near] = []
    for parent in near_classes(engine, iri, "above"):
        found.append(Near(parent, "is a kind of", True))
    for child in near_classes(engine, iri, "below"):
        found.append(Near(child, "is a kind of", False))
    query = f"""SELECT DISTINCT ?from ?relation ?to WHERE {{
      {{ VALUES ?from {{ <{iri}> }} ?from <{_RDFS}subClassOf> ?r . ?r <{_OWL}someValuesFrom> ?to }}
      UNION {{ VALUES ?to {{ <{iri}> }} ?r <{_OWL}someValuesFrom> ?to . ?from <{_RDFS}subClassOf> ?r }}
      ?r <{_OWL}onProperty> ?relation . FILTER(isIRI(?from) && isIRI(?to) && isIRI(?relation) && ?from != ?to) }}"""
    rows = sorted(tuple(value_of(term) for term in row) for row in rows_of(engine.answer(query)))
    labels = fetch_labels(engine, {relation for _, relation, _ in rows})
    for start, relation, end in rows:
        found.append(Near(end if start == iri else start, shown(relation, labels), start == iri))
    return found


def near_classes(engine: Engine, iri: str, where: str) -> list[str]:
    """The classes next above or below a class: those with nothing between."""
    one, other = ("?x", f"<{iri}>") if where == "below" else (f"<{iri}>", "?x")
    query = f"""SELECT DISTINCT ?x ?y WHERE {{ {one} <{_RDFS}subClassOf> {other} . FILTER(isIRI(?x) && ?x != <{iri}>)
      OPTIONAL {{ ?x <{_RDFS}subClassOf> ?y . FILTER(isIRI(?y) && ?y != ?x) }} }}"""
    above: dict[str, set[str]] = defaultdict(set)
    for row in rows_of(engine.answer(query)):
        above[value_of(row[0])].add(value_of(row[1]))
    found = {x for x in above if x.startswith(NX)}
    if where == "below":
        return sorted(x for x in found if not any(y in found for y in above[x]))
    covered = {y for x in found for y in above[x]}
    return sorted(found - covered)


def _further(engine: Engine, iris: Sequence[str], drawn: set[tuple[str, str, str]]) -> tuple[Branch, ...]:
    """Relations between things shown that place nothing."""
    inside = set(iris)
    found = {}
    for iri in iris:
        for near in _nearby(engine, iri):
            ends = (compact(iri), compact(near.other)) if near.forward else (compact(near.other), compact(iri))
            key = (*ends, near.label)
            if (
                near.other in inside
                and key not in drawn
                and (ends[1], ends[0], near.label) not in drawn
                and key not in found
            ):
                found[key] = Branch(ends[0], ends[1], near.label, True, near.line, "right", near.note)
    return tuple(found[key] for key in sorted(found))


# ------------------------------------------------------------------------------------------------------------- classes


def class_tree(engine: Engine, iri: str, depth: int = 2, most: int = MOST) -> View:
    """A class with every class above it on the left, and those below it, ``depth`` levels deep, on the right."""
    names = _Names(engine)
    order: list[str] = [iri]
    branches: list[Branch] = []
    left_out: set[str] = set()
    known = {iri}
    for side, where, levels in (("left", "above", 99), ("right", "below", depth)):
        ring = [iri]
        for _ in range(levels):
            outer = []
            for here in ring:
                for other in near_classes(engine, here, where):
                    if other in known:
                        continue
                    if len(known) >= most:
                        left_out.add(other)
                        continue
                    known.add(other)
                    order.append(other)
                    outer.append(other)
                    branches.append(Branch(compact(here), compact(other), "", where == "above", "plain", side))
            if not outer:
                break
            ring = outer
    things = names.things(order, {iri: ("focus", "")})
    shown_pairs = {frozenset((b.parent, b.child)) for b in branches}
    further = []
    for one in order:
        for parent in near_classes(engine, one, "above"):
            if parent in known and frozenset((compact(one), compact(parent))) not in shown_pairs:
                further.append(Branch(compact(one), compact(parent), "is a kind of"))
    branches = _by_label(branches, things)
    label = things[iri].label
    above = sum(b.side == "left" for b in branches)
    description = f"{label}, {above} wider and {len(branches) - above} narrower terms, wider ones on the left."
    notes = [f"{len(left_out)} more are not shown: raise --most"] if left_out else []
    if further:
        notes.append(f"{len(further)} further parents among them are shown by the HTML form on request")
    title = f"{label} in the tree of terms"
    return View(
        title,
        description,
        compact(iri),
        tuple(things[one] for one in order),
        tuple(branches),
        tuple(further),
        tuple(notes),
        "terms",
    )


def _by_label(branches: Sequence[Branch], things: dict[str, Thing]) -> list[Branch]:
    labels = {thing.id: thing.label.casefold() for thing in things.values()}
    return sorted(branches, key=lambda b: (labels.get(b.child, b.child), b.child))


# ---------------------------------------------------------------------------------------------------------------- cases


def case_graph(engine: Engine, case: str, most: int = MOST) -> View:
    """The findings and conditions of a case with the structures they are at; what is stated to be absent is marked."""
    words = FactWords.read(engine, case)
    facts = [*words.linked("hasCondition"), *words.linked("hasFinding")]
    title = f"{words.label(case)}: findings and where they are"
    focus = compact(case)
    things: dict[str, Thing] = {case: Thing(focus, words.label(case), "double", "focus")}
    branches: list[Branch] = []
    left_out = 0
    sites: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for fact in facts:
        for site in words.iris(fact, "hasSite"):
            sites[site].append((fact, words.is_absent(fact)))
    names = _Names(engine).things([site for site in sites if site.startswith(ATLAS)])
    labels = fetch_labels(engine, sites)
    for site in sorted(sites, key=lambda one: (shown(one, labels).casefold(), one)):
        if len(things) + len(sites[site]) + 1 > most:
            left_out += 1
            continue
        place = names.get(site) or Thing(compact(site), shown(site, labels), "rounded", "possibly", "side not reported")
        things[site] = place
        branches.append(Branch(focus, place.id, "at", True, "plain", "right"))
        grouped: dict[tuple[str, bool], int] = defaultdict(int)
        for fact, absent in sites[site]:
            grouped[words.kind(fact), absent] += 1
        for (kind, absent), number in sorted(grouped.items()):
            id_ = f"{place.id}#{kind}{'-absent' if absent else ''}"
            label = f"no {kind}" if absent else kind
            label += f" ({number} times)" if number > 1 else ""
            things[id_] = Thing(id_, label, "note", "absent" if absent else "", "stated absent" if absent else "")
            branches.append(Branch(place.id, id_, "", True, "plain", "right"))
    description = (
        f"{words.label(case)}: {len(sites)} places with what was found there; absence is stated, never assumed."
    )
    notes = [f"{left_out} places are not shown: raise --most"] if left_out else []
    return View(title, description, focus, tuple(things.values()), tuple(branches), (), tuple(notes), "structures")


def _spoken(things: dict[str, Thing], branches: Sequence[Branch]) -> str:
    """Branches as a sentence for those who cannot see them."""
    labels = {thing.id: thing.label for thing in things.values()}
    parts = []
    for branch in branches[:40]:
        start, end = (branch.parent, branch.child) if branch.forward else (branch.child, branch.parent)
        parts.append(f"{labels[start]} {branch.label} {labels[end]}")
    more = len(branches) - 40
    return "; ".join(parts) + (f"; and {more} more" if more > 0 else "") + "."


def is_case(iri: str) -> bool:
    """Whether an IRI is that of a case or cohort."""
    return iri.startswith(CASE) and "/" not in iri[len(CASE) :]
