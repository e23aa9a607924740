"""What is involved and at risk in a case, and what the loss of a structure would take away.

Comes in: a store whose rules have run, or a site that somebody asks about; the atlas. Goes out: frozen records, each with
the IRI of the conclusion it was read from. A site that is only asked about goes through the same rules as a case, in a
store of its own. Never concludes anything itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from neoplex.base.names import CASE, NX, PREFIXES
from neoplex.infer.atlasgraph import Atlas, Supply, by_level
from neoplex.infer.proof import Reader
from neoplex.infer.rules import Rule, Workbench, shared_graphs

WHAT_IF = CASE + "what-if"
_TYPE = PREFIXES["rdf"] + "type"
_DOCUMENTED = {NX + "ReportedInvolvement": "reported", NX + "ConcludedInvolvement": "concluded"}
_FIBRES = ("partOf", "branchOf")
_NERVOUS = ("nerve", "plexus", "trunk", "nerve root", "spinal nerve", "ventral ramus", "dorsal ramus")


@dataclass(frozen=True)
class Place:
    """A structure in a case: its site, label and side, and the atlas structures it may be (two when the side is open)."""

    iri: str
    label: str
    side: str
    own: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """Tumour documented at a place; ``basis`` is reported or concluded, ``inside`` false for contact and when it is left open."""

    iri: str
    place: Place
    basis: str
    inside: bool
    certainty: str
    surest: bool


@dataclass(frozen=True)
class Whole:
    """A whole that is involved in part, since ``since`` is."""

    iri: str
    place: Place
    since: str
    certainty: str


@dataclass(frozen=True)
class Risk:
    """A structure at risk: how it runs (``relations``) to what is involved (``to``); ``wider`` is the wider word of the source."""

    iri: str
    place: Place
    relations: tuple[str, ...]
    to: str
    wider: str
    certainty: str


@dataclass(frozen=True)
class Level:
    """The level on a side: ``aspect`` is levelOfInvolvement, levelAtRisk or levelOfDeficits; ``verdict`` its label."""

    iri: str
    aspect: str
    side: str
    verdict: str
    certainty: str


@dataclass(frozen=True)
class Match:
    """How a deficit stands to what is involved or at risk; ``kind`` is the id of the kind of match, ``by`` labels of structures.

    ``when`` is the time of the deficit in words, empty when the source gives none.
    """

    iris: tuple[str, ...]
    deficit: str
    words: str
    when: str
    kind: str
    by: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Involvement:
    """Everything the rules say about involvement in one case."""

    case: str
    sex: str
    known: tuple[Known, ...]
    wholes: tuple[Whole, ...]
    risks: tuple[Risk, ...]
    levels: tuple[Level, ...]
    matches: tuple[Match, ...]

    def statements(self) -> tuple[str, ...]:
        """The IRI of every conclusion, in the order of the page."""
        return (
            *(known.iri for known in self.known),
            *(whole.iri for whole in self.wholes),
            *(risk.iri for risk in self.risks),
            *(level.iri for level in self.levels),
            *(iri for match in self.matches for iri in match.iris),
        )


@dataclass(frozen=True)
class Loss:
    """What a structure supplies, and with it every branch and part below it: one entry for each function.

    ``roots`` are the levels of the fibres, ``over`` the nerve of the row, ``rows`` the table rows.
    """

    kind: str
    target: str
    function: str
    sign: str
    reflex: str
    roots: tuple[str, ...]
    over: str
    rows: tuple[str, ...]
    constant: bool


# -------------------------------------------------------------------------------------------------------------- reading


def read_involvement(store: ox.Store, case: str) -> Involvement:
    """What the inferred graph of a case says."""
    return _CaseReader(store, case).read()


class _CaseReader:
    def __init__(self, store: ox.Store, case: str) -> None:
        self._store = store
        self._case = case
        self._nodes = Reader(store)

    def read(self) -> Involvement:
        found: dict[str, list[str]] = {}
        for quad in self._store.quads_for_pattern(ox.NamedNode(self._case), ox.NamedNode(NX + "hasInference"), None):
            if isinstance(quad.object, ox.NamedNode):
                for kind in self._nodes.values(quad.object.value, _TYPE):
                    found.setdefault(kind, []).append(quad.object.value)
        known = [self._known(iri, basis) for kind, basis in _DOCUMENTED.items() for iri in found.get(kind, ())]
        wholes = [self._whole(iri) for iri in found.get(NX + "ImpliedInvolvement", ())]
        risks = [self._risk(iri) for iri in found.get(NX + "StructureAtRisk", ())]
        levels = [self._level(iri) for iri in found.get(NX + "LevelAssessment", ())]
        return Involvement(
            self._case,
            self._first(self._case, "sex").removeprefix(NX),
            tuple(sorted(known, key=lambda k: (not k.surest, k.place.label, k.basis != "reported", k.iri))),
            tuple(sorted(wholes, key=lambda w: (w.place.label, w.iri))),
            tuple(sorted(risks, key=lambda r: (bool(r.certainty), r.place.label, r.to, r.iri))),
            tuple(sorted(levels, key=lambda v: (v.aspect, v.side, bool(v.certainty)))),
            self._matches(found.get(NX + "DeficitMatch", ())),
        )

    def _first(self, iri: str, name: str) -> str:
        return self._nodes.first(iri, name)

    def _certainty(self, iri: str) -> str:
        return self._first(iri, "certainty").removeprefix(NX)

    def _place(self, iri: str) -> Place:
        side = self._first(iri, "side").removeprefix(NX)
        label = self._nodes.label(iri)
        own: tuple[str, ...] = (iri,)
        if iri.startswith(CASE):
            cls = self._first(iri, _TYPE)
            twins = self._store.quads_for_pattern(None, ox.NamedNode(_TYPE), ox.NamedNode(cls))
            own = tuple(sorted(
                {q.subject.value for q in twins if isinstance(q.subject, ox.NamedNode) and not q.subject.value.startswith(CASE)}
            ))  # fmt: skip
        return Place(iri, label, side, own)

    def _known(self, iri: str, basis: str) -> Known:
        inside = self._first(iri, "involvementManner") == NX + "tumorInside"
        surest = bool(self._nodes.values(iri, "surestAt"))
        return Known(iri, self._place(self._first(iri, "hasSite")), basis, inside, self._certainty(iri), surest)

    def _premises(self, iri: str, property_: str) -> list[str]:
        return [node for node in self._nodes.values(iri, "premise") if self._nodes.values(node, property_)]

    def _whole(self, iri: str) -> Whole:
        since = [
            self._nodes.label(self._first(node, "hasSite"))
            for node in self._nodes.values(iri, "premise")
            if self._nodes.values(node, "byRule")
        ]
        return Whole(iri, self._place(self._first(iri, "hasSite")), ", ".join(sorted(set(since))), self._certainty(iri))

    def _risk(self, iri: str) -> Risk:
        place = self._place(self._first(iri, "hasSite"))
        relations: set[str] = set()
        to: set[str] = set()
        wider = ""
        for edge in self._premises(iri, "edgeRelation"):
            end = self._first(edge, "edgeTo")
            if self._first(edge, "edgeFrom") in place.own:
                relations.add(self._first(edge, "edgeRelation").removeprefix(NX))
                label = self._nodes.label(end)
                to.add(
                    label.partition(" ")[2]
                    if place.side == "sideNotReported" and label.startswith(("left ", "right "))
                    else label
                )
        for node in self._premises(iri, "surestAt"):
            site = self._nodes.label(self._first(node, "hasSite"))
            if "at-risk-part" in iri or "at-risk-kind" in iri:
                wider = site
        return Risk(iri, place, tuple(sorted(relations)), ", ".join(sorted(to)), wider, self._certainty(iri))

    def _level(self, iri: str) -> Level:
        return Level(
            iri,
            self._first(iri, "levelAspect").removeprefix(NX),
            self._first(iri, "side").removeprefix(NX),
            self._nodes.label(self._first(iri, "levelVerdict")),
            self._certainty(iri),
        )

    def _matches(self, iris: Sequence[str]) -> tuple[Match, ...]:
        grouped: dict[tuple[str, str], list[str]] = {}
        for iri in iris:
            key = (self._first(iri, "ofDeficit"), self._first(iri, "matchKind").removeprefix(NX))
            grouped.setdefault(key, []).append(iri)
        found: list[tuple[str, Match]] = []
        for (deficit, kind), members in sorted(grouped.items()):
            by: dict[str, str] = {}
            for iri in sorted(members):
                for structure in self._nodes.values(iri, "explainedBy"):
                    label = self._nodes.label(structure)
                    certainty = self._certainty(iri)
                    by[label] = "" if not certainty or by.get(label, "possible") == "" else certainty
            since, when = self._when(deficit)
            words = self._nodes.words(deficit)
            match = Match(tuple(sorted(members)), deficit, words, when, kind, tuple(sorted(by.items())))
            found.append((since, match))
        return tuple(match for _, match in sorted(found, key=lambda pair: (pair[0], pair[1].words, pair[1].deficit)))

    def _when(self, fact: str) -> tuple[str, str]:
        """The first day a fact may belong to (an undated one comes last), and its time in words."""
        time = self._first(fact, "atTime")
        earliest, latest = self._first(time, "earliest"), self._first(time, "latest")
        wording = self._first(time, "wording")
        if self._first(time, "anchor") or not any(char.isdigit() for char in wording):
            wording = earliest if earliest == latest else " to ".join(day for day in (earliest, latest) if day)
        return earliest or latest or "9999", wording


# -------------------------------------------------------------------------------------------------------------- what if


def suppose(store: ox.Store, rules: Sequence[Rule], kind: str, sites: Sequence[tuple[str, str, str]]) -> ox.Store:
    """A store in which one case reports a finding of this kind at some sites, with everything that the rules conclude from it.

    A site is an IRI, and when its side is not told also its class and label (else both are empty).
    """
    lines = [
        f"<{WHAT_IF}> <{_TYPE}> <{NX}Case> .",
        f"<{WHAT_IF}> <{NX}hasFinding> <{WHAT_IF}/finding/supposed> .",
        f"<{WHAT_IF}/finding/supposed> <{_TYPE}> <{kind}> .",
        f"<{WHAT_IF}/finding/supposed> <{NX}status> <{NX}present> .",
        f"<{WHAT_IF}/finding/supposed> <{NX}basis> <{NX}reported> .",
    ]
    for iri, cls, label in sites:
        lines.append(f"<{WHAT_IF}/finding/supposed> <{NX}hasSite> <{iri}> .")
        if cls:
            lines += [
                f"<{iri}> <{_TYPE}> <{cls}> .",
                f"<{iri}> <{NX}side> <{NX}sideNotReported> .",
                f"<{iri}> <{PREFIXES['rdfs']}label> {ox.Literal(label)} .",
            ]
    facts = "\n".join(lines).encode()
    shared = shared_graphs(store)
    concluded = Workbench(shared, rules).infer({WHAT_IF: facts})
    supposed = ox.Store()
    supposed.bulk_load(input=shared, format=ox.RdfFormat.N_QUADS)
    supposed.load(input=facts, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(WHAT_IF))
    supposed.load(input=b"\n".join(concluded), format=ox.RdfFormat.N_QUADS)
    return supposed


# --------------------------------------------------------------------------------------------------------------- losses


def losses(atlas: Atlas, iri: str, sex: str = "") -> tuple[Loss, ...]:
    """What the complete loss of a nerve, plexus, trunk, ramus or root would take away, by the rows of the innervation table.

    A nerve takes with it its branches and parts. A ramus or spinal nerve takes what the root of its level and side supplies. A
    muscle, an organ or a space takes nothing here. With a sex, what only the other one has is left out.
    """
    found: dict[tuple[str, str, str], Loss] = {}
    if atlas.structures[iri].kind not in _NERVOUS:
        return ()
    for place in _below(atlas, iri):
        for edge in atlas.supplies(place):
            if sex and atlas.structures[edge.end].sex not in ("", sex):
                continue
            key = (edge.kind, edge.end, edge.function)
            old = found.get(key)
            if (
                old is None
                or (edge.constant and not old.constant)
                or (len(edge.roots) > len(old.roots) and old.constant == edge.constant)
            ):
                found[key] = _loss(atlas, edge)
    return tuple(sorted(found.values(), key=lambda loss: (loss.kind, loss.target, loss.function)))


def _loss(atlas: Atlas, edge: Supply) -> Loss:
    return Loss(
        edge.kind,
        atlas.label(edge.end),
        edge.function,
        edge.sign_when_lost,
        edge.reflex,
        by_level(edge.roots),
        atlas.label(edge.start),
        edge.rows,
        edge.constant,
    )


def _below(atlas: Atlas, iri: str) -> list[str]:
    structure = atlas.structures[iri]
    if structure.level and structure.kind in ("ventral ramus", "spinal nerve", "nerve root"):
        roots = [
            other.iri
            for other in atlas.structures.values()
            if other.level == structure.level and other.side == structure.side and other.kind == "nerve root"
        ]
        return sorted(roots)
    found, todo = {iri: None}, [iri]
    while todo:
        place = todo.pop()
        for edge in atlas.incoming(place, *_FIBRES):
            other = atlas.structures[edge.start]
            if edge.start not in found and other.kind in ("nerve", "plexus", "trunk"):
                found[edge.start] = None
                todo.append(edge.start)
    return sorted(found)
