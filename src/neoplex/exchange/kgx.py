"""KGX: nodes and edges with Biolink categories and predicates, as TSV or JSON lines.

Comes in: an extract and ``data/mappings/biolink.tsv``, whose rows say which class of neoplex is which Biolink category (the nearest
class above counts). Goes out: ``nodes`` and ``edges``. A class without a row is a ``biolink:NamedThing``, a relation without one
``biolink:related_to`` with the relation itself in ``original_predicate``; both are counted in the loss list.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from neoplex.base.names import CASE, GRAPH_ONTOLOGY, IAO_DEFINITION, NX, PREFIXES, compact
from neoplex.base.paths import shipped_root
from neoplex.exchange.extract import Extract
from neoplex.exchange.formats import Part
from neoplex.exchange.losses import LossList
from neoplex.exchange.propertygraph import SUBCLASS, Edge, Node, property_graph, short_name, state_common
from neoplex.read.tables import FaultList, read_table

TABLE = "data/mappings/biolink.tsv"
COLUMNS = ("kind", "nx", "biolink", "association", "note")
GENERIC = "biolink:NamedThing"
_NODE_COLUMNS = ("id", "category", "name", "description", "synonym", "iri", "provided_by")
_EDGE_COLUMNS = (
    "id",
    "subject",
    "predicate",
    "object",
    "category",
    "original_predicate",
    "negated",
    "knowledge_level",
    "agent_type",
    "publications",
)
_DISEASES = ("biolink:Disease", "biolink:PhenotypicFeature", "biolink:ClinicalFinding")
_SEARCHED = (
    "RouteHypothesis",
    "RouteStep",
    "HypothesisAssessment",
    "WeighedEvidence",
    "LesionHypothesis",
    "SeparatingTest",
)
_DEFINITION, _SYNONYM = short_name(IAO_DEFINITION), short_name(PREFIXES["skos"] + "altLabel")

Cells = dict[str, str | bool | list[str]]


def write_kgx_tsv(extract: Extract, losses: LossList) -> list[Part]:
    """``nodes.tsv`` and ``edges.tsv``; lists are joined with ``|``."""
    nodes, edges = _Kgx(extract, losses).tables()
    return [
        Part("nodes.tsv", _tsv(_NODE_COLUMNS, nodes, losses)),
        Part("edges.tsv", _tsv(_EDGE_COLUMNS, edges, losses)),
    ]


def write_kgx_jsonl(extract: Extract, losses: LossList) -> list[Part]:
    """``nodes.jsonl`` and ``edges.jsonl``."""
    nodes, edges = _Kgx(extract, losses).tables()
    return [Part("nodes.jsonl", _jsonl(nodes)), Part("edges.jsonl", _jsonl(edges))]


def kgx_id(iri: str) -> str:
    """A CURIE as KGX accepts it: nothing after the colon may be a slash or a colon.

    >>> kgx_id("https://w3id.org/neoplex/case/shi-2021/finding/pain")
    'case:shi-2021%2Ffinding%2Fpain'
    """
    short = compact(iri)
    if short == iri:
        return iri
    prefix, _, name = short.partition(":")
    return f"{prefix}:{name.replace('%', '%25').replace('/', '%2F').replace(':', '%3A')}"


@dataclass(frozen=True)
class _Row:
    biolink: str
    association: str


class _Kgx:
    def __init__(self, extract: Extract, losses: LossList) -> None:
        self._extract = extract
        self._losses = losses
        faults = FaultList()
        rows = read_table(shipped_root() / TABLE, COLUMNS, faults, shown=TABLE)
        faults.stop_if_any()
        self._categories = {NX + row["nx"]: row["biolink"] for row in rows if row["kind"] == "category"}
        self._predicates = {
            NX + row["nx"]: _Row(row["biolink"], row["association"]) for row in rows if row["kind"] == "predicate"
        }
        self._parents = self._read_parents()
        self._found: dict[str, str] = {}
        self._papers: dict[str, list[str]] = {}

    def tables(self) -> tuple[Iterator[Cells], Iterator[Cells]]:
        state_common(self._extract, self._losses)
        self._losses.state("primary_knowledge_source: neoplex has no registered infores id, so the column is left out")
        self._losses.state("dose regimens, criteria and routes as wholes: their pieces are nodes and edges")
        graph = property_graph(self._extract, self._losses)
        categories = {iri: self._category(node) for iri, node in graph.nodes.items()}
        negated = {iri for iri, node in graph.nodes.items() if self._points(iri, "status", "absent")}
        nodes = (self._node(node, categories[node.iri]) for node in graph.nodes.values())
        edges = (self._edge(n, edge, categories, negated) for n, edge in enumerate(graph.edges))
        return nodes, edges

    def _node(self, node: Node, category: str) -> Cells:
        if category == GENERIC:
            self._losses.note("kinds without a Biolink category in our table: written as biolink:NamedThing", node.iri)
        kept = (_DEFINITION, _SYNONYM, "says")
        for name, values in node.values.items():
            if name not in kept:
                self._losses.note(
                    "literal properties of nodes: KGX keeps definition, synonyms and our sentence", name, len(values)
                )
        words = [str(value) for name in (_DEFINITION, "says") for value in node.values.get(name, ())]
        return {
            "id": kgx_id(node.iri),
            "category": [category],
            "name": node.label,
            "description": " ".join(words),
            "synonym": [str(value) for value in node.values.get(_SYNONYM, ())],
            "iri": node.iri,
            "provided_by": [kgx_id(node.graph)] if node.graph else [],
        }

    def _edge(self, number: int, edge: Edge, categories: dict[str, str], negated: set[str]) -> Cells:
        predicate, association = self._relation(edge, categories)
        if predicate == "biolink:related_to":
            self._losses.note(
                "relations without a finer Biolink predicate: related_to, ours in original_predicate", edge.predicate
            )
        if edge.values:
            self._losses.note("notes about an axiom (table row, source)", count=len(edge.values))
        level, agent = self._knowledge(edge)
        return {
            "id": f"nx:edge%2F{number}",
            "subject": kgx_id(edge.subject),
            "predicate": predicate,
            "object": kgx_id(edge.target),
            "category": [association],
            "original_predicate": kgx_id(edge.predicate),
            "negated": edge.predicate == NX + "hasFinding" and edge.target in negated,
            "knowledge_level": level,
            "agent_type": agent,
            "publications": self._publications(edge),
        }

    def _relation(self, edge: Edge, categories: dict[str, str]) -> tuple[str, str]:
        if edge.predicate == SUBCLASS:
            return "biolink:subclass_of", "biolink:Association"
        row = self._predicates.get(edge.predicate)
        if row is None:
            return "biolink:related_to", "biolink:Association"
        if edge.predicate == NX + "hasSite" and categories.get(edge.subject) not in _DISEASES:
            return "biolink:located_in", "biolink:Association"
        return row.biolink, row.association

    def _knowledge(self, edge: Edge) -> tuple[str, str]:
        if edge.graph.endswith("/inferred") or edge.graph.endswith("-inferred"):
            if {NX + name for name in _SEARCHED} & set(self._extract.kinds(edge.subject)):
                return "prediction", "computational_model"
            return "logical_entailment", "automated_agent"
        if edge.graph.startswith(CASE):
            concluded = self._points(edge.subject, "basis", "concluded") or self._points(
                edge.target, "basis", "concluded"
            )
            return ("knowledge_assertion" if concluded else "observation"), "manual_agent"
        return "knowledge_assertion", "manual_agent"

    def _points(self, iri: str, prop: str, value: str) -> bool:
        pattern = (ox.NamedNode(iri), ox.NamedNode(NX + prop), ox.NamedNode(NX + value), None)
        return next(iter(self._extract.store.quads_for_pattern(*pattern)), None) is not None

    def _publications(self, edge: Edge) -> list[str]:
        """The DOIs of the papers in whose passages an end of the edge is stated."""
        if not edge.graph.startswith(CASE) or edge.graph.endswith("/inferred"):
            return []
        return self._dois(edge.target) or self._dois(edge.subject)

    def _dois(self, iri: str) -> list[str]:
        if iri not in self._papers:
            passages = self._values(iri, "statedIn")
            papers = {paper for passage in passages for paper in self._values(passage, "passageOf")}
            self._papers[iri] = sorted({f"doi:{doi}" for paper in papers for doi in self._values(paper, "doi")})
        return self._papers[iri]

    def _values(self, iri: str, prop: str) -> list[str]:
        pattern = (ox.NamedNode(iri), ox.NamedNode(NX + prop), None, None)
        return sorted(
            q.object.value
            for q in self._extract.store.quads_for_pattern(*pattern)
            if isinstance(q.object, ox.NamedNode | ox.Literal)
        )

    def _read_parents(self) -> dict[str, set[str]]:
        parents: dict[str, set[str]] = defaultdict(set)
        pattern = (None, ox.NamedNode(SUBCLASS), None, ox.NamedNode(GRAPH_ONTOLOGY))
        for quad in self._extract.store.quads_for_pattern(*pattern):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                parents[quad.subject.value].add(quad.object.value)
        return parents

    def _category(self, node: Node) -> str:
        starts = [node.iri, *(kind for kind in node.kinds if not kind.startswith(PREFIXES["owl"]))]
        return next((found for found in map(self._class_category, starts) if found != GENERIC), GENERIC)

    def _class_category(self, iri: str) -> str:
        """The category of the nearest class with a row, going up level by level."""
        if iri not in self._found:
            level, seen = {iri}, {iri}
            while level:
                rows = sorted({self._categories[name] for name in level if name in self._categories})
                if rows:
                    break
                level = {above for name in level for above in self._parents.get(name, ())} - seen
                seen |= level
            self._found[iri] = rows[0] if level else GENERIC
        return self._found[iri]


def _tsv(columns: tuple[str, ...], rows: Iterable[Cells], losses: LossList) -> Iterator[bytes]:
    yield ("\t".join(columns) + "\n").encode()
    for row in rows:
        cells = []
        for column in columns:
            value = row[column]
            items = (
                value
                if isinstance(value, list)
                else ["true" if value is True else "false" if value is False else value]
            )
            words = [" ".join(item.split()) for item in items]
            if any("|" in word for word in words) and isinstance(value, list):
                losses.note("the character | inside a list: written as /")
                words = [word.replace("|", "/") for word in words]
            cells.append("|".join(words))
        yield ("\t".join(cells) + "\n").encode()


def _jsonl(rows: Iterable[Cells]) -> Iterator[bytes]:
    for row in rows:
        kept = {key: value for key, value in row.items() if value not in ("", [])}
        yield (json.dumps(kept, ensure_ascii=False) + "\n").encode()
