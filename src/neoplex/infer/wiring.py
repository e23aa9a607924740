"""Which fibres serve which function, and what they run through on the way from the cord.

Comes in: the atlas. Goes out: :class:`Wiring`: functions one can examine (movements, muscles, skin, reflexes, organs, sensory nerve
potentials), each with its fibres; a fibre knows its level, its nerve, and every structure whose loss interrupts it with the
edge statements that say so. Never knows a patient.

What is assumed beyond the tables, and shown as such wherever it matters: a main root carries three times the share of another
one; a muscle listed second for a movement, or whose loss the table calls mild, counts a quarter; one the table calls
without deficit does not count; a plexus takes the levels it has roots of; the fibres of a level pass root, spinal nerve and ramus.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from neoplex.base.names import NX
from neoplex.infer.atlasgraph import Atlas, Edge, Structure, Supply, by_level
from neoplex.infer.movements import LESSER_SHARE, mildness_of, movements_of, reflexes_of

MAIN_SHARE = 3.0
SIDES = ("left", "right")
_NERVES = ("nerve", "plexus", "trunk")
_FIBRE_ROWS = ("nerve", "autonomic", "dorsal ramus")
_SPLANCHNIC = re.compile(r"splanchnic|hypogastric")


@dataclass(frozen=True, eq=False)
class Fibre:
    """A bundle of fibres of one level in one nerve; ``path`` maps each structure it runs through to the edges that say so."""

    level: str
    nerve: str
    edge: str
    weight: float
    path: Mapping[str, tuple[str, ...]]

    def passes(self, places: Collection[str]) -> bool:
        """Whether it runs through any of these structures."""
        return any(place in self.path for place in places)


@dataclass(frozen=True, eq=False)
class Function:
    """Something that can be examined on one side, or in the midline.

    ``kind`` is movement, muscle, skin, region (all skin of a body region), dermatome, reflex, organ, potential,
    conduction or paraspinal (the muscle beside the spine at one level). ``arcs`` are limbs that are all needed: a reflex
    fails when either fails; everything else has one. ``structures`` are the muscles, skin fields or organs it is seen at.
    """

    kind: str
    name: str
    side: str
    structures: tuple[str, ...]
    arcs: tuple[tuple[Fibre, ...], ...]
    sex: str = ""
    straddles: bool = False
    """Whether it is one field over the midline when no side is named, such as the perineum."""
    salient: bool = True
    """Whether its loss by itself is noticed and can be looked for with some hope."""

    @property
    def key(self) -> str:
        """One string that names it among all functions."""
        return f"{self.kind}/{self.side}/{self.name}"

    @property
    def label(self) -> str:
        """``left knee extension``; midline functions bear no side."""
        return f"{self.side} {self.name}" if self.side in SIDES else self.name

    def share(self, places: Collection[str]) -> float:
        """The part of its fibres that a complete loss of these structures would take, from 0 to 1."""
        return max((_cut(arc, places) for arc in self.arcs), default=0.0)

    def cut_fibres(self, places: Collection[str]) -> tuple[Fibre, ...]:
        """Its fibres that run through any of these structures."""
        return tuple(fibre for arc in self.arcs for fibre in arc if fibre.passes(places))

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """The levels its fibres come from."""
        return by_level(fibre.level for arc in self.arcs for fibre in arc)


def _cut(fibres: Iterable[Fibre], places: Collection[str]) -> float:
    whole = taken = 0.0
    for fibre in fibres:
        whole += fibre.weight
        if fibre.passes(places):
            taken += fibre.weight
    return taken / whole if whole else 0.0


@dataclass(frozen=True)
class Wiring:
    """All functions by key, and the structures whose loss takes something."""

    atlas: Atlas
    functions: Mapping[str, Function]

    def get(self, kind: str, side: str, name: str) -> Function | None:
        """One function."""
        return self.functions.get(f"{kind}/{side}/{name}")

    @cached_property
    def at_structure(self) -> Mapping[str, tuple[Function, ...]]:
        """Muscle, skin field, dermatome or organ to the one function that is its own; nerves to their potentials."""
        found: dict[str, list[Function]] = defaultdict(list)
        for function in self.functions.values():
            if function.kind in ("muscle", "skin", "region", "dermatome", "organ") and len(function.structures) == 1:
                found[function.structures[0]].append(function)
        return {iri: tuple(functions) for iri, functions in found.items()}

    @cached_property
    def shares(self) -> Mapping[str, Mapping[str, float]]:
        """Structure to function key to the share a complete loss of that structure takes (only those above nothing)."""
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for key, function in self.functions.items():
            for arc in function.arcs:
                whole = sum(fibre.weight for fibre in arc)
                taken: dict[str, float] = defaultdict(float)
                for fibre in arc:
                    for place in fibre.path:
                        taken[place] += fibre.weight
                for place, weight in taken.items():
                    if weight and whole:
                        found[place][key] = max(found[place].get(key, 0.0), weight / whole)
        return {place: dict(sorted(shares.items())) for place, shares in sorted(found.items())}

    @cached_property
    def movements(self) -> tuple[str, ...]:
        """The names of movements."""
        return tuple(sorted({function.name for function in self.functions.values() if function.kind == "movement"}))

    @cached_property
    def reflexes(self) -> tuple[str, ...]:
        """The names of reflexes."""
        return tuple(sorted({function.name for function in self.functions.values() if function.kind == "reflex"}))


def make_wiring(atlas: Atlas) -> Wiring:
    """Work out every function of the atlas and its fibres."""
    return _Maker(atlas).make()


@dataclass(frozen=True)
class _Row:
    """A supply row that carries fibres, with its fibres at full weight."""

    supply: Supply
    fibres: tuple[Fibre, ...]


class _Maker:
    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._ways: dict[str, dict[str, tuple[Edge, ...]]] = {}
        self._levels = self._level_places()
        self._rows = {iri: self._rows_of(iri) for iri in atlas.structures}

    def make(self) -> Wiring:
        functions: dict[str, Function] = {}
        for function in (
            *self._targets(),
            *self._movements(),
            *self._dermatomes(),
            *self._reflexes(),
            *self._potentials(),
            *self._paraspinals(),
        ):
            if any(function.arcs):
                functions[function.key] = function
        return Wiring(self._atlas, dict(sorted(functions.items())))

    # ------------------------------------------------------------------------------------------------- ways of fibres

    def _is_nerve(self, iri: str) -> bool:
        return self._atlas.structures[iri].kind in _NERVES

    def _ancestors(self, nerve: str) -> dict[str, tuple[Edge, ...]]:
        """Nerves and plexuses that the fibres of a nerve come through, with the chain of edges to each."""
        known = self._ways.get(nerve)
        if known is not None:
            return known
        found: dict[str, tuple[Edge, ...]] = {nerve: ()}
        todo = [nerve]
        while todo:
            place = todo.pop(0)
            for edge in self._upward(place):
                if edge.end not in found and self._is_nerve(edge.end):
                    found[edge.end] = (*found[place], edge)
                    todo.append(edge.end)
        self._ways[nerve] = found
        return found

    def _upward(self, place: str) -> list[Edge]:
        atlas = self._atlas
        # A nerve that leaves another one in most people is on its way; a second, disputed plexus is not.
        edges = [
            edge
            for edge in atlas.outgoing(place, "branchOf", "partOf")
            if edge.constant or atlas.structures[edge.end].kind == "nerve"
        ]
        origins = {edge.end for edge in edges if edge.relation == "branchOf"}
        for edge in atlas.outgoing(place, "continuousWith"):
            # The tibial nerve goes on from the tibial division, which is a part of the nerve it branches from.
            if any(whole.end in origins for whole in atlas.outgoing(edge.end, "partOf")) or (
                atlas.structures[place].kind == "plexus"
                and atlas.structures[edge.end].kind == "nerve"
                and _SPLANCHNIC.search(atlas.structures[edge.end].name)
            ):
                edges.append(edge)
        return edges

    def _level_places(self) -> dict[tuple[str, str], dict[str, Structure]]:
        """``(level, side)`` to the structures of that level by what they are; cord segments count for both sides."""
        places: dict[tuple[str, str], dict[str, Structure]] = defaultdict(dict)
        for structure in self._atlas.structures.values():
            if not structure.level:
                continue
            classes = self._atlas.classes_of(structure.cls)
            kinds = (
                "DorsalRootGanglion",
                "DorsalRoot",
                "VentralRoot",
                "NerveRoot",
                "SpinalNerve",
                "VentralRamus",
                "DorsalRamus",
            )
            what = next((kind for kind in (*kinds, "SpinalCordSegment") if NX + kind in classes), "")
            if what:
                for side in SIDES if structure.side == "midline" else (structure.side,):
                    places[structure.level, side][what] = structure
        return places

    def _fibre(self, supply: Supply, level: str, side: str, weight: float) -> Fibre:
        """One bundle: from the cord over root, spinal nerve and ramus, through plexus and nerve to the target."""
        atlas = self._atlas
        path: dict[str, tuple[str, ...]] = {}
        ramus = "DorsalRamus" if supply.row_type == "dorsal ramus" else "VentralRamus"
        places = self._levels.get((level, side), {})
        for place, chain in self._ancestors(supply.start).items():
            structure = atlas.structures[place]
            wide = structure.kind == "plexus" and structure.root_levels
            if wide and level not in structure.root_levels and not self._whole_of(place, chain, level):
                continue
            if atlas.is_a(structure.cls, NX + "DorsalRamus") and structure.level not in ("", level):
                continue
            path[place] = tuple(edge.iri for edge in chain)
        for place in [place for place in path if atlas.structures[place].kind == "plexus"]:
            self._add_trunk(path, place, level)
        path |= self._level_path(places, ramus, supply)
        return Fibre(level, supply.start, supply.iri, weight, path)

    def _whole_of(self, place: str, chain: tuple[Edge, ...], level: str) -> bool:
        """Whether a plexus without roots of its own is reached through a part that has this level."""
        last = chain[-1] if chain else None
        part = self._atlas.structures[last.start] if last is not None and last.relation == "partOf" else None
        return part is not None and level in part.root_levels

    def _add_trunk(self, path: dict[str, tuple[str, ...]], plexus: str, level: str) -> None:
        atlas = self._atlas
        for edge in atlas.outgoing(plexus, "hasRoot"):
            trunk = atlas.structures[edge.end]
            direct = {atlas.structures[e.end].level for e in atlas.outgoing(plexus, "hasRoot")}
            if trunk.kind == "trunk" and level in trunk.root_levels and level not in direct:
                path[trunk.iri] = (*path[plexus], edge.iri)

    def _level_path(self, places: Mapping[str, Structure], ramus: str, supply: Supply) -> dict[str, tuple[str, ...]]:
        """Ramus, spinal nerve, root, and what holds the root: cauda equina, dural sac, cord segment."""
        atlas = self._atlas
        path: dict[str, tuple[str, ...]] = {}
        chain: tuple[str, ...] = ()
        steps = [ramus, "SpinalNerve", "NerveRoot", "SpinalCordSegment"]
        if atlas.is_a(atlas.structures[supply.start].cls, NX + "NerveRoot"):
            steps = steps[2:]
        before = supply.start
        for step in steps:
            structure = places.get(step)
            if structure is None:
                continue
            edge = self._link(before, structure.iri)
            chain = (*chain, edge.iri) if edge is not None else chain
            path[structure.iri] = chain
            before = structure.iri
            if step == "NerveRoot":
                limbs = {"motor": ("VentralRoot",), "sensory": ("DorsalRoot", "DorsalRootGanglion")}
                for limb in limbs.get(supply.kind, ("VentralRoot",)):
                    if limb in places:
                        path[places[limb].iri] = chain
                for holder in ("partOf", "enclosedBy"):
                    for held in atlas.outgoing(structure.iri, holder):
                        path.setdefault(held.end, (*chain, held.iri))
        return path

    def _link(self, start: str, end: str) -> Edge | None:
        for edge in self._atlas.outgoing(start, "hasRoot", "branchOf", "continuousWith", "attachedTo"):
            if edge.end == end:
                return edge
        return None

    # ----------------------------------------------------------------------------------------------- rows with fibres

    def _rows_of(self, target: str) -> tuple[_Row, ...]:
        """The rows that bring fibres to a target: those nearest to it, with everything they come through."""
        supplies = [
            edge
            for edge in self._atlas.supplied_by(target)
            if edge.row_type in _FIBRE_ROWS
            and (edge.constant or edge.only_bound_to_sex)
            and edge.roots
            and self._is_constant(edge.start)
        ]
        somatic = [edge for edge in supplies if edge.row_type != "autonomic"]
        autonomic = [edge for edge in supplies if edge.row_type == "autonomic"]
        nearest = [
            edge
            for edge in somatic
            if not any(other is not edge and edge.start in self._ancestors(other.start) for other in somatic)
        ]
        rows = [_Row(edge, self._fibres(edge)) for edge in nearest]
        # Autonomic rows to one organ lie in series: the one nearest the cord gives the levels, the others are on its way.
        sources = [
            edge
            for edge in autonomic
            if not any(
                other is not edge
                and other.start in self._ancestors(edge.start)
                and edge.start not in self._ancestors(other.start)
                for other in autonomic
            )
        ]
        for edge in sources:
            below = [other for other in autonomic if other is not edge and edge.start in self._ancestors(other.start)]
            rows.append(_Row(edge, self._relayed(edge, below)))
        return tuple(rows)

    def _is_constant(self, iri: str) -> bool:
        structure = self._atlas.structures[iri]
        return structure.constant or bool(structure.sex)

    def _fibres(self, supply: Supply) -> tuple[Fibre, ...]:
        side = self._atlas.structures[supply.start].side
        weights = {level: MAIN_SHARE if level in supply.main_roots else 1.0 for level in supply.roots}
        whole = sum(weights.values())
        sides = (side,) if side in SIDES else SIDES
        return tuple(
            self._fibre(supply, level, one, weight / whole / len(sides))
            for level, weight in weights.items()
            for one in sides
        )

    def _relayed(self, supply: Supply, below: list[Supply]) -> tuple[Fibre, ...]:
        fibres = []
        for fibre in self._fibres(supply):
            path = dict(fibre.path)
            for other in below:
                if fibre.level in other.roots:
                    for place, chain in self._ancestors(other.start).items():
                        path.setdefault(place, (other.iri, *(edge.iri for edge in chain)))
            fibres.append(Fibre(fibre.level, fibre.nerve, fibre.edge, fibre.weight, path))
        return tuple(fibres)

    def _components(self, target: str) -> tuple[str, ...]:
        """Muscles or skin fields that a target is made of, when they have rows of their own."""
        atlas = self._atlas
        structure = atlas.structures[target]
        kinds = ("muscle",) if structure.kind == "muscle" else ("skin region",)
        found = [
            iri
            for iri in (*atlas.parts(target), *atlas.members.get(structure.cls, ()))
            if iri != target and atlas.structures[iri].kind in kinds and atlas.structures[iri].side == structure.side
        ]
        return tuple(dict.fromkeys(iri for iri in found if self._rows[iri]))

    def _own_rows(self, target: str) -> tuple[_Row, ...]:
        """The rows of a target that its components do not say in more detail."""
        nerves = {row.supply.start for part in self._components(target) for row in self._rows[part]}
        return tuple(
            row for row in self._rows[target] if not any(row.supply.start in self._ancestors(nerve) for nerve in nerves)
        )

    def _all_rows(self, target: str) -> tuple[_Row, ...]:
        """A muscle with its parts; a skin field by its own rows, or by its parts when it has none."""
        parts = self._components(target)
        if self._rows[target] and self._atlas.structures[target].kind == "skin region":
            return self._rows[target]
        return (*self._own_rows(target), *(row for part in parts for row in self._own_rows(part)))

    # --------------------------------------------------------------------------------------------------- kinds of function

    def _targets(self) -> Iterable[Function]:
        for iri, structure in self._atlas.structures.items():
            if structure.kind in ("dermatome", "joint", "ganglion", "plexus", "meninges", "trunk"):
                continue
            rows = self._all_rows(iri)
            for what in ("motor", "sensory", "autonomic"):
                chosen = [row for row in rows if row.supply.kind == what]
                if what == "autonomic":
                    chosen = [row for row in chosen if row.supply.end == iri]
                if not chosen:
                    continue
                fibres = [
                    _weighted(row.fibres, max(mildness_of(row.supply.sign_when_lost), LESSER_SHARE)) for row in chosen
                ]
                kind, name = self._kind_of(
                    structure, what, min(chosen, key=lambda row: (not row.supply.main_roots, row.supply.iri))
                )
                yield Function(
                    kind,
                    name,
                    structure.side,
                    (iri,),
                    (tuple(fibre for group in fibres for fibre in group),),
                    structure.sex,
                    straddles=structure.pairing == "mixedPairing" and kind == "skin",
                    salient=any(mildness_of(row.supply.sign_when_lost) == 1.0 for row in chosen),
                )

    def _kind_of(self, structure: Structure, what: str, row: _Row) -> tuple[str, str]:
        if what == "motor":
            return ("organ" if structure.side == "midline" else "muscle"), structure.name
        region = structure.kind in ("body region", "space")
        if what == "sensory":
            return ("region" if region else "skin"), (f"feeling in the {structure.name}" if region else structure.name)
        return "organ", (row.supply.function if region else structure.name)

    def _movements(self) -> Iterable[Function]:
        for side in SIDES:
            movers: dict[str, list[Fibre]] = defaultdict(list)
            muscles: dict[str, dict[str, float]] = defaultdict(dict)
            for iri, structure in self._atlas.structures.items():
                if structure.kind != "muscle" or structure.side != side:
                    continue
                for row in self._own_rows(iri):
                    for name, prominence in movements_of(row.supply.function):
                        weight = prominence * mildness_of(row.supply.sign_when_lost)
                        if weight:
                            movers[name] += _weighted(row.fibres, weight)
                            muscles[name][iri] = max(weight, muscles[name].get(iri, 0.0))
            for name, fibres in movers.items():
                prime = [iri for iri, weight in muscles[name].items() if weight == max(muscles[name].values())]
                yield Function("movement", name, side, tuple(prime), (tuple(fibres),))

    def _dermatomes(self) -> Iterable[Function]:
        for iri, structure in self._atlas.structures.items():
            if structure.kind != "dermatome":
                continue
            fibres: list[Fibre] = []
            for statement in self._atlas.supplied_by(iri):
                if statement.row_type != "dermatome":
                    continue
                for row in self._atlas.supplies(statement.start):
                    if row.row_type != "dermatome" or row.end == iri:
                        continue
                    share = MAIN_SHARE if structure.level in row.main_roots else 1.0
                    own = [
                        fibre for r in self._all_rows(row.end) for fibre in r.fibres if fibre.level == structure.level
                    ]
                    fibres += _weighted(own, share / max(sum(fibre.weight for fibre in own), 1e-9))
                if not fibres:
                    fibres = [self._fibre(statement, structure.level, structure.side, 1.0)]
            yield Function("dermatome", structure.name, structure.side, (iri,), (tuple(fibres),))

    def _reflexes(self) -> Iterable[Function]:
        found: dict[tuple[str, str], dict[str, list[Fibre]]] = defaultdict(lambda: defaultdict(list))
        seen: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        sexes: dict[tuple[str, str], set[str]] = defaultdict(set)
        hard: set[tuple[str, str]] = set()
        for iri in self._atlas.structures:
            for row in self._own_rows(iri):
                for name, roots, mains, limb in reflexes_of(row.supply.reflex):
                    both = name in ("anal wink", "bulbocavernosus")
                    key = (name, "midline" if both else self._atlas.structures[row.supply.start].side)
                    if "hard to elicit" in row.supply.reflex:
                        hard.add(key)
                    arc = limb or ("efferent" if row.supply.kind == "motor" else "afferent")
                    for fibre in row.fibres:
                        if roots and fibre.level not in roots:
                            continue
                        weight = MAIN_SHARE if fibre.level in mains else 1.0
                        found[key][arc].append(Fibre(fibre.level, fibre.nerve, fibre.edge, weight, fibre.path))
                    seen[key][iri] = None
                    sexes[key].add(self._atlas.structures[iri].sex)
        for (name, side), arcs in found.items():
            sex = next(iter(sexes[name, side])) if len(sexes[name, side]) == 1 else ""
            limbs = tuple(tuple(fibres) for fibres in arcs.values())
            structures, salient = tuple(seen[name, side]), (name, side) not in hard
            yield Function("reflex", f"{name} reflex", side, structures, limbs, sex, salient=salient)

    def _paraspinals(self) -> Iterable[Function]:
        """The muscle that dorsal rami supply, level by level, since needle electrodes sample it so."""
        for iri in self._atlas.structures:
            for row in self._rows[iri]:
                if row.supply.row_type == "dorsal ramus" and row.supply.kind == "motor":
                    side = self._atlas.structures[iri].side
                    for fibre in row.fibres:
                        yield Function("paraspinal", f"{fibre.level} paraspinal muscle", side, (iri,), ((fibre,),))

    def _potentials(self) -> Iterable[Function]:
        """Sensory potentials fail only beyond the dorsal root ganglion; motor potentials anywhere from the root on."""
        for iri, structure in self._atlas.structures.items():
            if structure.kind != "nerve":
                continue
            for kind, what, name in (
                ("potential", "sensory", "sensory potential"),
                ("conduction", "motor", "motor potential"),
            ):
                below = [iri, *(place for place in self._atlas.branches(iri) if iri in self._ancestors(place))]
                supplies = [
                    s
                    for place in below
                    for s in self._atlas.supplies(place)
                    if s.kind == what and s.row_type == "nerve"
                ]
                rows = [row for s in supplies for row in self._rows[s.end] if row.supply.iri == s.iri]
                fibres = [fibre for row in rows for fibre in row.fibres]
                if what == "sensory":
                    fibres = [self._beyond_ganglion(fibre) for fibre in fibres]
                if fibres:
                    yield Function(
                        kind, f"{structure.name} {name}", structure.side, (iri,), (tuple(fibres),), structure.sex
                    )

    def _beyond_ganglion(self, fibre: Fibre) -> Fibre:
        kinds = {"nerve root", "cord", "meninges", "ganglion", "space"}
        path = {place: chain for place, chain in fibre.path.items() if self._atlas.structures[place].kind not in kinds}
        return Fibre(fibre.level, fibre.nerve, fibre.edge, fibre.weight, path)


def _weighted(fibres: Iterable[Fibre], weight: float) -> list[Fibre]:
    return [Fibre(f.level, f.nerve, f.edge, f.weight * weight, f.path) for f in fibres]
