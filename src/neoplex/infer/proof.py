"""Proofs: what a conclusion rests on, down to the passage of a paper or the row of a table.

Comes in: a store and the IRI of a conclusion, a fact, an edge or a term. Goes out: a :class:`Proof`, a tree of frozen
nodes, and the statements of all its nodes as triples. Nothing is worked out again here: a proof is read from what the
rules wrote down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

from neoplex.base.names import CASE, IAO_DEFINITION, IAO_DEFINITION_SOURCE, NX, PREFIXES, SOURCE, compact

_TYPE = PREFIXES["rdf"] + "type"
_LABEL = PREFIXES["rdfs"] + "label"
_MENTIONS = ("hasDose", "hasStep", "concludes", "describedBy", "supportedBy", "challengedBy")
"""Links from a fact to nodes that stand in the passages of the fact."""
_PIECES = ("hasPattern", "needs", "hasCriterion", "looksFor")
"""Links from what has a place in a source to its pieces, which have none of their own."""


@dataclass(frozen=True)
class Ground:
    """Where a leaf of a proof stands: ``kind`` is passage, row, source or definition; ``text`` says it in words."""

    kind: str
    text: str
    source: str = ""


@dataclass(frozen=True)
class RuleNote:
    """The rule that drew a conclusion: its name, what follows, when, and where that comes from."""

    iri: str
    name: str
    says: str
    when: str
    source: str


@dataclass(frozen=True)
class Proof:
    """One node of a proof.

    ``kind`` is conclusion, fact, edge, term or item. ``again`` marks a node whose premises are shown elsewhere in the same proof.
    ``missing`` is what would decide an undetermined conclusion.
    """

    iri: str
    kind: str
    words: str
    certainty: str = ""
    rule: RuleNote | None = None
    grounds: tuple[Ground, ...] = ()
    premises: tuple[Proof, ...] = ()
    missing: tuple[Proof, ...] = ()
    again: bool = False

    def nodes(self) -> Iterator[Proof]:
        """This node and all below it, parents first."""
        yield self
        for premise in (*self.premises, *self.missing):
            yield from premise.nodes()

    def loose_ends(self) -> list[str]:
        """The leaves that end neither in a source nor in something proved elsewhere in the tree."""
        return sorted(
            {
                node.iri
                for node in self.nodes()
                if not node.premises and not node.missing and not node.grounds and not node.again
            }
        )


def prove(store: ox.Store, iri: str) -> Proof:
    """The proof of a node; raises KeyError when the store says nothing of it."""
    reader = Reader(store)
    if not reader.facts(iri):
        raise KeyError(iri)
    return reader.prove(iri, set())


def proof_triples(store: ox.Store, proof: Proof) -> list[ox.Triple]:
    """The statements of every node of a proof: conclusions with rules and premises, facts with passages, edges with their rows."""
    reader = Reader(store)
    wanted = {node.iri for node in proof.nodes()}
    wanted |= {node.rule.iri for node in proof.nodes() if node.rule}
    found: set[ox.Triple] = set()
    todo = sorted(wanted)
    while todo:
        iri = todo.pop()
        for quad in store.quads_for_pattern(ox.NamedNode(iri), None, None):
            if isinstance(quad.object, ox.BlankNode):
                continue
            found.add(quad.triple)
            name = quad.predicate.value.removeprefix(NX)
            if name in ("statedIn", "passageOf", "statedBy") and isinstance(quad.object, ox.NamedNode):
                other = quad.object.value
                if other not in wanted:
                    wanted.add(other)
                    todo.append(other)
        for owner, triple in reader.owners(iri) if iri.startswith(CASE) else ():
            found.add(triple)
            passages = store.quads_for_pattern(ox.NamedNode(owner), ox.NamedNode(NX + "statedIn"), None)
            found |= {quad.triple for quad in passages}
    return sorted(found, key=str)


@dataclass
class Reader:
    """Reads nodes of one store and remembers them."""

    store: ox.Store
    _known: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = field(default_factory=dict)

    def facts(self, iri: str) -> dict[str, list[ox.NamedNode | ox.Literal]]:
        """Property to values, sorted; blank nodes are left out."""
        if iri not in self._known:
            found: dict[str, list[ox.NamedNode | ox.Literal]] = {}
            for quad in self.store.quads_for_pattern(ox.NamedNode(iri), None, None):
                if isinstance(quad.object, ox.NamedNode | ox.Literal):
                    found.setdefault(quad.predicate.value, []).append(quad.object)
            for values in found.values():
                values.sort(key=str)
            self._known[iri] = found
        return self._known[iri]

    def values(self, iri: str, name: str) -> list[str]:
        """The values of a property of neoplex (or of any other, by its IRI)."""
        return [term.value for term in self.facts(iri).get(name if "/" in name else NX + name, [])]

    def first(self, iri: str, name: str) -> str:
        """The first value, or nothing."""
        return next(iter(self.values(iri, name)), "")

    def label(self, iri: str) -> str:
        """The label of a node, or its CURIE."""
        return self.first(iri, _LABEL) or compact(iri)

    def owners(self, iri: str) -> list[tuple[str, ox.Triple]]:
        """The facts that this node is a detail of, each with the triple that says so."""
        found = []
        for name in _MENTIONS:
            for quad in self.store.quads_for_pattern(None, ox.NamedNode(NX + name), ox.NamedNode(iri)):
                if isinstance(quad.subject, ox.NamedNode):
                    found.append((quad.subject.value, quad.triple))
        return sorted(found, key=str)

    # ---------------------------------------------------------------------------------------------------------- proofs

    def prove(self, iri: str, shown: set[str]) -> Proof:
        """The proof of a node; ``shown`` holds the conclusions already proved in this tree."""
        premises = self.values(iri, "premise")
        missing = self.values(iri, "missingPremise")
        certainty = self.first(iri, "certainty").removeprefix(NX)
        words = self.words(iri)
        if not premises and not missing:
            return Proof(iri, self.kind(iri), words, certainty, self.rule(iri), self.grounds(iri))
        if iri in shown:
            return Proof(iri, self.kind(iri), words, certainty, self.rule(iri), again=True)
        shown.add(iri)
        return Proof(
            iri,
            self.kind(iri),
            words,
            certainty,
            self.rule(iri),
            self.grounds(iri),
            tuple(self.prove(premise, shown) for premise in premises),
            tuple(self.prove(premise, shown) for premise in missing),
        )

    def kind(self, iri: str) -> str:
        """What a node is in a proof."""
        if self.values(iri, "byRule"):
            return "conclusion"
        if self.values(iri, "edgeRelation"):
            return "edge"
        if iri.startswith(CASE):
            return "fact"
        return "term" if PREFIXES["owl"] + "Class" in self.values(iri, _TYPE) else "item"

    def rule(self, iri: str) -> RuleNote | None:
        """The rule that drew a conclusion."""
        rule = self.first(iri, "byRule")
        if not rule:
            return None
        source = "; ".join(
            self.label(s) if s.startswith(SOURCE) else s for s in self.values(rule, PREFIXES["dcterms"] + "source")
        )
        return RuleNote(rule, self.label(rule), self.first(rule, "says"), self.first(rule, "appliesWhen"), source)

    def grounds(self, iri: str) -> tuple[Ground, ...]:
        """Where a node stands: in passages, in table rows, in a source, or by definition."""
        found = [self._passage(passage) for passage in self.values(iri, "statedIn")]
        if not found and iri.startswith(CASE) and not self.values(iri, "byRule"):
            for owner, _ in self.owners(iri):
                found += [self._passage(p) for p in self.values(owner, "statedIn")]
        stated = self.values(iri, "statedBy") or self.values(iri, IAO_DEFINITION_SOURCE)
        sources = "; ".join(self.label(source) if source.startswith("http") else source for source in stated)
        found += [Ground("row", row, sources) for row in self.values(iri, "tableRow")]
        if not found and not self.values(iri, "byRule"):
            for name in (NX + "statementSource", IAO_DEFINITION_SOURCE, PREFIXES["dcterms"] + "source", NX + "cites"):
                for value in self.values(iri, name):
                    kind = "definition" if name == IAO_DEFINITION_SOURCE else "source"
                    found.append(Ground(kind, self.label(value) if value.startswith("http") else value))
            if found and self.first(iri, IAO_DEFINITION) and found[0].kind == "definition":
                found = [Ground("definition", self.first(iri, IAO_DEFINITION), "; ".join(g.text for g in found))]
        if not found and iri.startswith(NX):
            found += self._from_above(iri)
        return tuple(dict.fromkeys(found))

    def _from_above(self, iri: str) -> list[Ground]:
        """The passages of what this is a piece of: a pattern of an item, an item of a set."""
        for name in _PIECES:
            for quad in self.store.quads_for_pattern(None, ox.NamedNode(NX + name), ox.NamedNode(iri)):
                if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(NX):
                    found = self.grounds(quad.subject.value)
                    if found:
                        return list(found)
        return []

    def _passage(self, iri: str) -> Ground:
        return Ground("passage", self.label(iri), "; ".join(self.label(p) for p in self.values(iri, "passageOf")))

    # ----------------------------------------------------------------------------------------------------------- words

    def words(self, iri: str) -> str:
        """A node in one phrase."""
        kind = next((k for k in self.values(iri, _TYPE) if k.startswith(NX)), "").removeprefix(NX)
        if self.values(iri, "byRule"):
            return self._conclusion(iri, kind)
        if iri.startswith(CASE):
            return self._fact(iri)
        return self.first(iri, _LABEL) or self.first(iri, "says") or compact(iri)

    def _conclusion(self, iri: str, kind: str) -> str:
        sites = ", ".join(self.label(site) for site in self.values(iri, "hasSite"))
        possibly = "possibly " if self.values(iri, "certainty") else ""
        if kind == "StructureAtRisk":
            return f"{sites} is {possibly}at risk"
        if kind == "ImpliedInvolvement":
            return f"{sites} is {possibly}involved, in part"
        if kind == "DeficitSupply":
            return f"how the function of “{self._fact(self.first(iri, 'supplyOf'))}” is served"
        if kind == "DeficitMatch":
            how = self.label(self.first(iri, "matchKind"))
            by = ", ".join(self.label(place) for place in self.values(iri, "explainedBy"))
            return f"{self._fact(self.first(iri, 'ofDeficit'))}: {possibly}{how}" + (f", {by}" if by else "")
        if kind == "LevelAssessment":
            side = self.label(self.first(iri, "side"))
            return f"{self.label(self.first(iri, 'levelAspect'))}, {side}: {possibly}{self.label(self.first(iri, 'levelVerdict'))}"
        if kind == "EquivalentDose":
            return (
                f"BED {self.first(iri, 'bed')} Gy and EQD2 {self.first(iri, 'eqd2')} Gy, taking alpha/beta as "
                f"{self.first(iri, 'alphaBeta')} Gy"
            )
        said = self.first(iri, "says") or self.first(iri, _LABEL)
        if said:
            return said
        verdict = self.label(self.first(iri, "verdict")) if self.values(iri, "verdict") else ""
        name = self.label(NX + kind)
        return name + (f" ({sites})" if sites else "") + (f": {verdict}" if verdict else "")

    def _fact(self, iri: str) -> str:
        kinds = [k for k in self.values(iri, _TYPE) if k.startswith(NX)]
        if self.values(iri, "concludes"):
            kinds = [k for node in self.values(iri, "concludes") for k in self.values(node, _TYPE) if k.startswith(NX)]
        if not kinds:
            return self.first(iri, _LABEL) or compact(iri)
        text = " ".join(self.label(kind) for kind in kinds)
        sites = ", ".join(self.label(site) for site in self.values(iri, "hasSite"))
        details = [
            *(self.label(v) for v in self.values(iri, "status") if v != NX + "present"),
            *(self.label(v) for v in self.values(iri, "certainty")),
            *(self.label(v) for v in self.values(iri, "basis") if v != NX + "reported"),
            *(self.label(v) for v in self.values(iri, "verdict")),
        ]
        dose = self._dose(iri)
        return text + (f", {sites}" if sites else "") + dose + (f" ({', '.join(details)})" if details else "")

    def _dose(self, iri: str) -> str:
        total, count = self.first(iri, "totalDose"), self.first(iri, "fractionCount")
        return (f", {total} Gy" if total else "") + (f" in {count} fractions" if count else "")
