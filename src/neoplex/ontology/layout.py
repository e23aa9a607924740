"""The stable order of an RDF graph: which node comes first, and what a blank node is called.

Comes in: an rdflib graph. Goes out: its subjects in order, their rows in order, and labels for blank nodes that depend
only on what the graph says. Never on insertion order, memory addresses, hash seeds or the names a parser gave.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.term import Node

from neoplex.base.names import IAO_DEFINITION, IAO_DEFINITION_SOURCE

_FIRST_PREDICATES: tuple[str, ...] = (
    str(RDF.type),
    str(RDFS.label),
    IAO_DEFINITION,
    IAO_DEFINITION_SOURCE,
    str(RDFS.subClassOf),
    str(RDFS.subPropertyOf),
    str(OWL.onProperty),
    str(OWL.annotatedSource),
    str(OWL.annotatedProperty),
    str(OWL.annotatedTarget),
)
_RANK = {predicate: rank for rank, predicate in enumerate(_FIRST_PREDICATES)}

_LONGEST_SIGNATURE = 4000
"""Above this many characters what a blank node says is hashed; below it sorts as it reads."""

Key = tuple[int, str, str, str]


class Layout:
    """A graph laid out in one order.

    Blank nodes that nothing or exactly one triple points at are written in place; ``label`` names the shared ones.
    Raises ValueError when blank nodes point at each other in a circle: no ontology needs that.
    """

    def __init__(self, graph: Graph) -> None:
        self._rows: dict[Node, dict[URIRef, list[Node]]] = defaultdict(lambda: defaultdict(list))
        self._pointing: dict[BNode, list[tuple[Node, URIRef]]] = defaultdict(list)
        for subject, predicate, value in graph:
            assert isinstance(predicate, URIRef)
            self._rows[subject][predicate].append(value)
            if isinstance(value, BNode):
                self._pointing[value].append((subject, predicate))
        self._signatures = self._sign_all()
        self._labels = self._name_shared()
        self._follow: dict[Node, list[BNode]] = defaultdict(list)
        self._loose: list[BNode] = []
        self._place_blank_nodes()

    def label(self, node: BNode) -> str | None:
        """The label of a blank node that several triples point at; None for one that is written in place."""
        return self._labels.get(node)

    def subjects(self) -> Iterator[Node]:
        """Every node that starts a block: ontology header, IRIs with the axioms about them, then loose blank nodes."""
        named = [node for node in self._rows if isinstance(node, URIRef)]
        for node in sorted(named, key=lambda n: (OWL.Ontology not in self._rows[n].get(RDF.type, ()), str(n))):
            yield node
            yield from self._follow.get(node, ())
        yield from self._loose

    def rows(self, node: Node) -> list[tuple[URIRef, list[Node]]]:
        """Predicates of a node in order, each with its values in order."""
        rows = self._rows.get(node, {})
        ordered = sorted(rows, key=lambda p: (_RANK.get(str(p), len(_RANK)), str(p)))
        return [(predicate, sorted(rows[predicate], key=self.key)) for predicate in ordered]

    def items(self, node: Node) -> list[Node] | None:
        """The members of a well-formed RDF list that starts here and is written in place; None for anything else."""
        members: list[Node] = []
        while node != RDF.nil:
            rows = self._rows.get(node)
            if not isinstance(node, BNode) or rows is None or node in self._labels:
                return None
            if set(rows) - {RDF.type} != {RDF.first, RDF.rest} or len(rows[RDF.first]) != 1 or len(rows[RDF.rest]) != 1:
                return None
            members.append(rows[RDF.first][0])
            node = rows[RDF.rest][0]
        return members

    def key(self, node: Node) -> Key:
        """What a value is sorted by: IRIs, then literals, then blank nodes by what they say."""
        if isinstance(node, URIRef):
            return (0, str(node), "", "")
        if isinstance(node, Literal):
            return (1, str(node), node.language or "", str(node.datatype or ""))
        assert isinstance(node, BNode)
        return (2, self._signature(node), self._labels.get(node, ""), "")

    def _sign_all(self) -> dict[BNode, str]:
        """What each blank node says, as text; nodes it points at come first, without recursion (lists may be long)."""
        signatures: dict[BNode, str] = {}
        for start in [node for node in self._rows if isinstance(node, BNode)]:
            waiting = [start]
            inside: set[BNode] = set()
            while waiting:
                node = waiting[-1]
                below = [v for vs in self._rows.get(node, {}).values() for v in vs if isinstance(v, BNode)]
                unsigned = [value for value in below if value not in signatures]
                if node in signatures:
                    waiting.pop()
                elif not unsigned:
                    signatures[node] = self._sign(node, signatures)
                    waiting.pop()
                elif node in inside:
                    raise ValueError("blank nodes point at each other in a circle")
                else:
                    inside.add(node)
                    waiting += unsigned
        return signatures

    def _sign(self, node: BNode, signatures: dict[BNode, str]) -> str:
        said = [
            f"{predicate} {signatures[value] if isinstance(value, BNode) else value.n3()}"
            for predicate, values in self._rows.get(node, {}).items()
            for value in values
        ]
        signature = "[" + " ; ".join(sorted(said)) + "]"
        return hashlib.sha256(signature.encode()).hexdigest() if len(signature) > _LONGEST_SIGNATURE else signature

    def _signature(self, node: BNode) -> str:
        return self._signatures[node]

    def _name_shared(self) -> dict[BNode, str]:
        named: dict[str, list[BNode]] = defaultdict(list)
        for node, pointing in self._pointing.items():
            if len(pointing) > 1:
                owners = sorted(str(s) for s, _ in pointing if isinstance(s, URIRef))
                about = sorted(f"{p} {self._signature(s) if isinstance(s, BNode) else s}" for s, p in pointing)
                digest = hashlib.sha256("\n".join([self._signature(node), *about]).encode()).hexdigest()[:10]
                owner = re.sub(r"[^A-Za-z0-9]+", "", re.split(r"[/#]", owners[0])[-1]) if owners else "b"
                named[f"{owner}-{digest}" if not owner[:1].isdigit() else f"b{owner}-{digest}"].append(node)
        labels: dict[BNode, str] = {}
        for name, nodes in named.items():
            # Nodes of one name say the same and are pointed at alike, so any of them may be the first.
            for number, node in enumerate(nodes):
                labels[node] = name if number == 0 else f"{name}-{number + 1}"
        return labels

    def _place_blank_nodes(self) -> None:
        """Shared nodes and axioms follow the IRI they are about; everything else that stands alone comes last."""
        for node in list(self._rows):
            if not isinstance(node, BNode):
                continue
            pointing = self._pointing.get(node, [])
            if len(pointing) == 1:
                continue
            about = [s for s, _ in pointing if isinstance(s, URIRef)] or [
                value for value in self._rows[node].get(OWL.annotatedSource, []) if isinstance(value, URIRef)
            ]
            home = min(about, default=None, key=str)
            if home is not None and home in self._rows:
                self._follow[home].append(node)
            else:
                self._loose.append(node)
        for nodes in (*self._follow.values(), self._loose):
            nodes.sort(key=lambda n: (self._labels.get(n) is None, self.key(n)))
