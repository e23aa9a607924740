"""OWL axioms of a term in words, close to Manchester syntax but with labels.

Comes in: the blank-node part of an ontology around one term. Goes out: phrases such as ``has root some L3 ventral ramus``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from neoplex.ask.vocabulary import Engine, fetch_labels, shown
from neoplex.base.names import PREFIXES
from neoplex.store.answers import Triples

_OWL = PREFIXES["owl"]
_RDF = PREFIXES["rdf"]
_RDFS = PREFIXES["rdfs"]
_PARTS = (
    "someValuesFrom", "allValuesFrom", "intersectionOf", "unionOf", "complementOf", "oneOf", "onClass",
    "onProperty", "inverseOf", "withRestrictions",
)  # fmt: skip
_INNER = "|".join([*(f"<{_OWL}{name}>" for name in _PARTS), f"<{_RDF}first>", f"<{_RDF}rest>"])
_OUTER = "|".join(
    [
        f"<{_RDFS}subClassOf>",
        *(f"<{_OWL}{name}>" for name in ("equivalentClass", "propertyChainAxiom", "disjointUnionOf")),
    ]
)
_NIL = _RDF + "nil"
_CHARACTERISTICS = {
    "TransitiveProperty": "transitive",
    "SymmetricProperty": "symmetric",
    "AsymmetricProperty": "asymmetric",
    "ReflexiveProperty": "reflexive",
    "IrreflexiveProperty": "irreflexive",
    "FunctionalProperty": "functional",
    "InverseFunctionalProperty": "inverse functional",
}
_CARDINALITIES = (
    ("at least", ("minCardinality", "minQualifiedCardinality")),
    ("at most", ("maxCardinality", "maxQualifiedCardinality")),
    ("exactly", ("cardinality", "qualifiedCardinality")),
)
_NAMED = (
    (_RDFS + "subPropertyOf", "is a kind of"),
    (_OWL + "equivalentClass", "is the same as"),
    (_OWL + "disjointWith", "is never a"),
    (_OWL + "inverseOf", "is the inverse of"),
    (_RDFS + "domain", "holds from a"),
    (_RDFS + "range", "leads to a"),
)


def describe_axioms(engine: Engine, iri: str) -> list[str]:
    """Every axiom about a term but its named parents, sorted."""
    query = f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{
      {{ VALUES ?s {{ <{iri}> }} ?s ?p ?o . FILTER(?p != <{_RDFS}subClassOf> || isBlank(?o)) }}
      UNION {{ <{iri}> ({_OUTER})/({_INNER})* ?s .
               FILTER(isBlank(?s)) ?s ?p ?o }} }}"""
    answer = engine.answer(query)
    assert isinstance(answer, Triples)
    graph = _Graph(answer.triples)
    labels = fetch_labels(engine, graph.iris())
    words = _Words(graph, labels)
    found: set[str] = set()
    for term in graph.objects(iri, _RDFS + "subClassOf"):
        found.add(words.phrase(term))
    for predicate, phrase in _NAMED:
        found.update(f"{phrase} {words.phrase(term)}" for term in graph.objects(iri, predicate))
    for term in graph.objects(iri, _OWL + "propertyChainAxiom"):
        found.add("follows from " + " then ".join(words.phrase(part) for part in graph.list(term)))
    for term in graph.objects(iri, _OWL + "disjointUnionOf"):
        found.add("is exactly one of " + ", ".join(words.phrase(part) for part in graph.list(term)))
    for term in graph.objects(iri, _RDF + "type"):
        name = term.value.removeprefix(_OWL) if isinstance(term, ox.NamedNode) else ""
        if name in _CHARACTERISTICS:
            found.add(f"is {_CHARACTERISTICS[name]}")
    return sorted(found)


class _Graph:
    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._index: dict[tuple[str, str], list[object]] = {}
        self._iris: set[str] = set()
        for triple in triples:
            self._index.setdefault((_key(triple.subject), triple.predicate.value), []).append(triple.object)
            for term in (triple.predicate, triple.object):
                if isinstance(term, ox.NamedNode):
                    self._iris.add(term.value)

    def iris(self) -> set[str]:
        return self._iris

    def objects(self, subject: object, predicate: str) -> list[object]:
        key = subject if isinstance(subject, str) else _key(subject)
        return self._index.get((key, predicate), [])

    def one(self, subject: object, name: str) -> object | None:
        return next(iter(self.objects(subject, _OWL + name)), None)

    def list(self, head: object) -> list[object]:
        found: list[object] = []
        node: object | None = head
        while node is not None and _key(node) != _NIL and len(found) < 1000:
            found += self.objects(node, _RDF + "first")
            node = next(iter(self.objects(node, _RDF + "rest")), None)
        return found


class _Words:
    def __init__(self, graph: _Graph, labels: Mapping[str, str]) -> None:
        self._graph = graph
        self._labels = dict(labels)

    def phrase(self, term: object, nested: bool = False) -> str:
        if isinstance(term, ox.NamedNode):
            return shown(term.value, self._labels)
        if isinstance(term, ox.Literal):
            return term.value
        text = self._compound(term)
        return f"({text})" if nested and " " in text else text

    def _compound(self, node: object) -> str:
        graph = self._graph
        for name, word in (("intersectionOf", " and "), ("unionOf", " or ")):
            members = graph.one(node, name)
            if members is not None:
                return word.join(self.phrase(part, nested=True) for part in graph.list(members))
        members = graph.one(node, "oneOf")
        if members is not None:
            return "one of " + ", ".join(self.phrase(part) for part in graph.list(members))
        inner = graph.one(node, "complementOf")
        if inner is not None:
            return f"not {self.phrase(inner, nested=True)}"
        inverse = graph.one(node, "inverseOf")
        if inverse is not None:
            return f"inverse of {self.phrase(inverse)}"
        role = graph.one(node, "onProperty")
        if role is not None:
            return f"{self.phrase(role, nested=True)} {self._filler(node)}"
        return "something without a name"

    def _filler(self, node: object) -> str:
        graph = self._graph
        for name, word in (("someValuesFrom", "some"), ("allValuesFrom", "only"), ("hasValue", "value")):
            value = graph.one(node, name)
            if value is not None:
                return f"{word} {self.phrase(value, nested=True)}"
        of = graph.one(node, "onClass")
        of_words = f" {self.phrase(of, nested=True)}" if of is not None else ""
        for word, names in _CARDINALITIES:
            for name in names:
                number = graph.one(node, name)
                if number is not None:
                    return f"{word} {self.phrase(number)}{of_words}"
        if graph.one(node, "hasSelf") is not None:
            return "itself"
        return "in a way that has no words here"


def _key(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)
