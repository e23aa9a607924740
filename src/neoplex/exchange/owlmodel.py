"""OWL axioms read from triples, as one small tree that every OWL syntax is written from.

Comes in: an rdflib graph. Goes out: an :class:`Ontology` of axioms in one order, and the triples no axiom could be made of.
The words of the tree are those of the OWL 2 functional syntax; the mapping follows "OWL 2 Mapping to RDF Graphs".
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.term import Node

from neoplex.base.names import PREFIXES

ENTITIES = ("Class", "ObjectProperty", "DataProperty", "AnnotationProperty", "NamedIndividual", "Datatype")
_DECLARED = {
    OWL.Class: "Class",
    OWL.ObjectProperty: "ObjectProperty",
    OWL.DatatypeProperty: "DataProperty",
    OWL.AnnotationProperty: "AnnotationProperty",
    OWL.NamedIndividual: "NamedIndividual",
    RDFS.Datatype: "Datatype",
}
_CHARACTERISTICS = {
    OWL.FunctionalProperty: "Functional{}Property",
    OWL.InverseFunctionalProperty: "InverseFunctional{}Property",
    OWL.TransitiveProperty: "Transitive{}Property",
    OWL.SymmetricProperty: "Symmetric{}Property",
    OWL.AsymmetricProperty: "Asymmetric{}Property",
    OWL.ReflexiveProperty: "Reflexive{}Property",
    OWL.IrreflexiveProperty: "Irreflexive{}Property",
}
_BUILT_IN_NOTES = {
    RDFS.label,
    RDFS.comment,
    RDFS.seeAlso,
    RDFS.isDefinedBy,
    OWL.versionInfo,
    OWL.deprecated,
    OWL.priorVersion,
    OWL.backwardCompatibleWith,
    OWL.incompatibleWith,
}
_QUANTIFIERS = {OWL.someValuesFrom: "SomeValuesFrom", OWL.allValuesFrom: "AllValuesFrom"}
_COUNTS = {
    OWL.minCardinality: "MinCardinality",
    OWL.maxCardinality: "MaxCardinality",
    OWL.cardinality: "ExactCardinality",
    OWL.minQualifiedCardinality: "MinCardinality",
    OWL.maxQualifiedCardinality: "MaxCardinality",
    OWL.qualifiedCardinality: "ExactCardinality",
}


@dataclass(frozen=True)
class Text:
    """A literal: its characters, its datatype IRI (empty for a plain string), its language."""

    value: str
    datatype: str = ""
    language: str = ""


@dataclass(frozen=True)
class Tree:
    """An entity, an expression or an axiom: its word in the functional syntax and what stands in its brackets.

    ``ObjectSomeValuesFrom`` has a property and a class; ``Class`` and the other entities have their IRI; ``IRI`` is a bare one.
    """

    word: str
    parts: tuple[Tree | Text | str, ...]

    @property
    def iri(self) -> str:
        """The IRI of an entity; raises TypeError for anything else."""
        if self.word not in ENTITIES and self.word != "IRI":
            raise TypeError(f"{self.word} is no entity")
        return str(self.parts[0])


Note = tuple[Tree, Tree | Text]
"""An annotation: its property and its value."""


@dataclass(frozen=True)
class Axiom:
    """An axiom with the annotations about it."""

    body: Tree
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Ontology:
    """A whole ontology; ``iri`` is empty for an anonymous one. ``unread`` are triples that no axiom could be made of."""

    iri: str
    version: str
    imports: tuple[str, ...]
    notes: tuple[Note, ...]
    axioms: tuple[Axiom, ...]
    unread: tuple[tuple[str, str, str], ...] = ()


def read_axioms(graph: Graph) -> Ontology:
    """The axioms that a graph states, sorted."""
    return _Reader(graph).read()


def sort_key(tree: Tree | Text | str) -> tuple[str, ...]:
    """What axioms and their parts are sorted by: every word and name in reading order."""
    if isinstance(tree, str):
        return (tree,)
    if isinstance(tree, Text):
        return ("~" + tree.value, tree.datatype, tree.language)
    return (tree.word, *(word for part in tree.parts for word in sort_key(part)))


class _Unreadable(Exception):
    """A node that is no OWL expression."""


class _Reader:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._kinds: dict[Node, set[str]] = defaultdict(set)
        for subject, kind in graph.subject_objects(RDF.type):
            if kind in _DECLARED:
                self._kinds[subject].add(_DECLARED[kind])  # type: ignore[index]
        self._about: dict[tuple[Node, Node, Node], list[Note]] = defaultdict(list)
        self._axioms: list[Axiom] = []
        self._unread: list[tuple[Node, Node, Node]] = []

    def read(self) -> Ontology:
        self._read_notes_on_axioms()
        headers = sorted((n for n in self._graph.subjects(RDF.type, OWL.Ontology) if isinstance(n, URIRef)), key=str)
        header = headers[0] if headers else None
        notes: list[Note] = []
        version, imports = "", []
        for subject, predicate, value in self._graph:
            if subject == header:
                if predicate == OWL.versionIRI:
                    version = str(value)
                elif predicate == OWL.imports:
                    imports.append(str(value))
                elif predicate != RDF.type:
                    notes.append((Tree("AnnotationProperty", (str(predicate),)), self._note_value(value)))
            elif isinstance(subject, URIRef):
                self._keep(subject, predicate, value)
        self._read_loose()
        axioms = sorted(set(self._axioms), key=lambda a: (sort_key(a.body), _notes_key(a.notes)))
        unread = tuple(sorted((str(s), str(p), str(o)) for s, p, o in self._unread))
        return Ontology(
            str(header or ""),
            version,
            tuple(sorted(imports)),
            tuple(sorted(notes, key=_note_key)),
            tuple(axioms),
            unread,
        )

    # ------------------------------------------------------------------------------------------------- one triple

    def _keep(self, subject: URIRef, predicate: Node, value: Node) -> None:
        notes = tuple(sorted(self._about.get((subject, predicate, value), ()), key=_note_key))
        try:
            for body in self._bodies(subject, predicate, value):
                self._axioms.append(Axiom(body, notes))
        except _Unreadable:
            self._unread.append((subject, predicate, value))

    def _bodies(self, subject: URIRef, predicate: Node, value: Node) -> list[Tree]:
        if predicate == RDF.type:
            return self._type_axioms(subject, value)
        if predicate == RDFS.subClassOf:
            return [Tree("SubClassOf", (self._class(subject), self._class(value)))]
        if predicate in (OWL.equivalentClass, OWL.disjointWith):
            if "Datatype" in self._kinds[subject]:
                return [Tree("DatatypeDefinition", (Tree("Datatype", (str(subject),)), self._range(value)))]
            word = "EquivalentClasses" if predicate == OWL.equivalentClass else "DisjointClasses"
            return [Tree(word, self._unordered([self._class(subject), self._class(value)]))]
        if predicate == RDFS.subPropertyOf:
            kind = self._property_kind(subject)
            return [Tree(f"Sub{kind}Of", (Tree(kind, (str(subject),)), Tree(kind, (str(value),))))]
        if predicate == OWL.propertyChainAxiom:
            chain = Tree("ObjectPropertyChain", tuple(self._object_property(step) for step in self._list(value)))
            return [Tree("SubObjectPropertyOf", (chain, self._object_property(subject)))]
        if predicate in (RDFS.domain, RDFS.range):
            return [self._domain_or_range(subject, predicate, value)]
        if predicate == OWL.inverseOf:
            pair = [self._object_property(subject), self._object_property(value)]
            return [Tree("InverseObjectProperties", self._unordered(pair))]
        if predicate in (OWL.equivalentProperty, OWL.propertyDisjointWith):
            kind = self._property_kind(subject)
            word = "Equivalent" if predicate == OWL.equivalentProperty else "Disjoint"
            members = self._unordered([Tree(kind, (str(subject),)), Tree(kind, (str(value),))])
            return [Tree(f"{word}{_plural(kind)}", members)]
        if predicate in (OWL.sameAs, OWL.differentFrom):
            word = "SameIndividual" if predicate == OWL.sameAs else "DifferentIndividuals"
            return [Tree(word, self._unordered([self._individual(subject), self._individual(value)]))]
        return [self._assertion(subject, predicate, value)]

    def _type_axioms(self, subject: URIRef, value: Node) -> list[Tree]:
        if value in _DECLARED:
            return [Tree("Declaration", (Tree(_DECLARED[value], (str(subject),)),))]  # type: ignore[index]
        if value in _CHARACTERISTICS:
            kind = self._property_kind(subject)
            if kind == "AnnotationProperty":
                raise _Unreadable
            word = _CHARACTERISTICS[value].format(kind.removesuffix("Property"))  # type: ignore[index]
            return [Tree(word, (Tree(kind, (str(subject),)),))]
        if value == OWL.Ontology or (isinstance(value, URIRef) and value.startswith(str(OWL))):
            raise _Unreadable
        return [Tree("ClassAssertion", (self._class(value), self._individual(subject)))]

    def _domain_or_range(self, subject: URIRef, predicate: Node, value: Node) -> Tree:
        kind = self._property_kind(subject)
        side = "Domain" if predicate == RDFS.domain else "Range"
        entity = Tree(kind, (str(subject),))
        if kind == "AnnotationProperty":
            return Tree(f"AnnotationProperty{side}", (entity, Tree("IRI", (str(value),))))
        filler = self._range(value) if kind == "DataProperty" and side == "Range" else self._class(value)
        return Tree(f"{kind}{side}", (entity, filler))

    def _assertion(self, subject: URIRef, predicate: Node, value: Node) -> Tree:
        kinds = self._kinds.get(predicate, set())
        if "ObjectProperty" in kinds and not isinstance(value, Literal):
            return Tree(
                "ObjectPropertyAssertion",
                (Tree("ObjectProperty", (str(predicate),)), self._individual(subject), self._individual(value)),
            )
        if "DataProperty" in kinds and isinstance(value, Literal):
            return Tree(
                "DataPropertyAssertion",
                (Tree("DataProperty", (str(predicate),)), self._individual(subject), _text(value)),
            )
        if "AnnotationProperty" in kinds or predicate in _BUILT_IN_NOTES:
            return Tree(
                "AnnotationAssertion",
                (Tree("AnnotationProperty", (str(predicate),)), Tree("IRI", (str(subject),)), self._note_value(value)),
            )
        raise _Unreadable

    # ------------------------------------------------------------------------------------------ axioms of blank nodes

    def _read_notes_on_axioms(self) -> None:
        skip = {RDF.type, OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget}
        for node in self._graph.subjects(RDF.type, OWL.Axiom):
            parts = [
                self._graph.value(node, p) for p in (OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget)
            ]
            source, prop, target = parts
            if source is None or prop is None or target is None or (source, prop, target) not in self._graph:
                self._unread += [(node, p, o) for p, o in self._graph.predicate_objects(node)]
                continue
            for predicate, value in self._graph.predicate_objects(node):
                if predicate not in skip:
                    note = (Tree("AnnotationProperty", (str(predicate),)), self._note_value(value))
                    self._about[(source, prop, target)].append(note)

    def _read_loose(self) -> None:
        """Axioms that are nodes of their own, and general class axioms."""
        several = (
            (OWL.AllDisjointClasses, OWL.members, "DisjointClasses", self._class),
            (OWL.AllDifferent, OWL.distinctMembers, "DifferentIndividuals", self._individual),
            (OWL.AllDifferent, OWL.members, "DifferentIndividuals", self._individual),
        )
        for kind, link, word, read in several:
            for node in self._graph.subjects(RDF.type, kind):
                for head in self._graph.objects(node, link):
                    members = [read(item) for item in self._list(head)]
                    self._axioms.append(Axiom(Tree(word, self._unordered(members))))
        for subject, value in self._graph.subject_objects(RDFS.subClassOf):
            if isinstance(subject, BNode):
                notes = tuple(sorted(self._about.get((subject, RDFS.subClassOf, value), ()), key=_note_key))
                self._axioms.append(Axiom(Tree("SubClassOf", (self._class(subject), self._class(value))), notes))
        known = {
            OWL.Class,
            OWL.Restriction,
            OWL.Axiom,
            OWL.AllDisjointClasses,
            OWL.AllDifferent,
            RDFS.Datatype,
            RDF.List,
        }
        for subject in {node for node in self._graph.subjects() if isinstance(node, BNode)}:
            is_part = any((subject, link, None) in self._graph for link in (RDF.first, OWL.inverseOf))
            if not is_part and not known & set(self._graph.objects(subject, RDF.type)):
                self._unread += [(subject, p, o) for p, o in self._graph.predicate_objects(subject)]

    # ------------------------------------------------------------------------------------------------- expressions

    def _class(self, node: Node) -> Tree:
        if isinstance(node, URIRef):
            return Tree("Class", (str(node),))
        value = self._graph.value
        prop = value(node, OWL.onProperty)
        if prop is not None:
            return self._restriction(node, prop)
        for link, word in ((OWL.intersectionOf, "ObjectIntersectionOf"), (OWL.unionOf, "ObjectUnionOf")):
            head = value(node, link)
            if head is not None:
                return Tree(word, self._unordered([self._class(item) for item in self._list(head)]))
        head = value(node, OWL.oneOf)
        if head is not None:
            return Tree("ObjectOneOf", self._unordered([self._individual(item) for item in self._list(head)]))
        other = value(node, OWL.complementOf)
        if other is not None:
            return Tree("ObjectComplementOf", (self._class(other),))
        raise _Unreadable

    def _restriction(self, node: Node, prop: Node) -> Tree:
        value = self._graph.value
        data = isinstance(prop, URIRef) and self._property_kind(prop) == "DataProperty"
        kind = "Data" if data else "Object"
        entity = Tree("DataProperty", (str(prop),)) if data else self._object_property(prop)
        for link, word in _QUANTIFIERS.items():
            filler = value(node, link)
            if filler is not None:
                return Tree(kind + word, (entity, self._range(filler) if data else self._class(filler)))
        filler = value(node, OWL.hasValue)
        if filler is not None:
            return Tree(
                kind + "HasValue", (entity, _text(filler) if isinstance(filler, Literal) else self._individual(filler))
            )
        if value(node, OWL.hasSelf) is not None:
            return Tree("ObjectHasSelf", (entity,))
        for link, word in _COUNTS.items():
            number = value(node, link)
            if number is not None:
                filler = value(node, OWL.onDataRange if data else OWL.onClass)
                of = () if filler is None else (self._range(filler) if data else self._class(filler),)
                return Tree(kind + word, (str(number), entity, *of))
        raise _Unreadable

    def _range(self, node: Node) -> Tree:
        if isinstance(node, URIRef):
            return Tree("Datatype", (str(node),))
        head = self._graph.value(node, OWL.oneOf)
        if head is not None:
            items = [_text(item) for item in self._list(head) if isinstance(item, Literal)]
            return Tree("DataOneOf", tuple(sorted(items, key=sort_key)))
        raise _Unreadable

    def _object_property(self, node: Node) -> Tree:
        if isinstance(node, URIRef):
            return Tree("ObjectProperty", (str(node),))
        other = self._graph.value(node, OWL.inverseOf)
        if isinstance(other, URIRef):
            return Tree("ObjectInverseOf", (Tree("ObjectProperty", (str(other),)),))
        raise _Unreadable

    def _individual(self, node: Node) -> Tree:
        if not isinstance(node, URIRef):
            raise _Unreadable
        return Tree("NamedIndividual", (str(node),))

    def _note_value(self, node: Node) -> Tree | Text:
        return _text(node) if isinstance(node, Literal) else Tree("IRI", (str(node),))

    def _property_kind(self, node: Node) -> str:
        kinds = self._kinds.get(node, set())
        return next((k for k in ("ObjectProperty", "DataProperty") if k in kinds), "AnnotationProperty")

    def _list(self, head: Node) -> list[Node]:
        items: list[Node] = []
        while head != RDF.nil:
            first, rest = self._graph.value(head, RDF.first), self._graph.value(head, RDF.rest)
            if first is None or rest is None:
                raise _Unreadable
            items.append(first)
            head = rest
        return items

    @staticmethod
    def _unordered(members: list[Tree]) -> tuple[Tree, ...]:
        return tuple(sorted(members, key=lambda m: (m.word not in ENTITIES, sort_key(m))))


def _text(literal: Node) -> Text:
    assert isinstance(literal, Literal)
    datatype = str(literal.datatype or "")
    return Text(str(literal), "" if datatype == PREFIXES["xsd"] + "string" else datatype, literal.language or "")


def _plural(kind: str) -> str:
    return kind.removesuffix("y") + "ies"


def _note_key(note: Note) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (sort_key(note[0]), sort_key(note[1]))


def _notes_key(notes: tuple[Note, ...]) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    return tuple(map(_note_key, notes))
