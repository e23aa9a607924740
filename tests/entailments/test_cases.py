"""HermiT knows of the findings of the shipped cases what neoplex uses, no more and no less, and finds nothing against them.

What holds of a finding that is only known by its class and the class of its site holds of every instance of *that class at such
a site*. So each pair of classes that occurs in a case becomes a class of its own, and its place in the hierarchy is what a
realisation of the findings would give: the only individuals that axioms name are root levels and sides. All pairs of all papers
are tried, in one run, over the part of the ontology that can bear on them; realising the findings themselves takes HermiT a
hundred times as long.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox
import pytest
from rdflib import BNode, URIRef
from rdflib import Graph as Triples
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.term import Node

from neoplex.base.names import ATLAS, CASE, NX, PREFIXES
from neoplex.infer.justify import classes_above, justify, memberships
from neoplex.infer.proof import Reader
from neoplex.ontology.classify import Verdict, read_ontology, reason
from neoplex.store.embedded import Graph
from tests.conftest import ROOT

pytest.importorskip("owlready2")
TYPE = PREFIXES["rdf"] + "type"
PROBE = "https://example.org/probe/"
PART_OF = URIRef(NX + "partOf")
TUMOUR = {
    NX + name
    for name in (
        "TumorInvolvement", "PerineuralInvasionOnHistology", "MalignantCellsInSpecimen", "MetastaticDiseaseOnImaging",
        "MalignantNeoplasm",
    )
}  # fmt: skip
"""What the rule ``involvement-reported`` says it takes for tumour."""


@dataclass(frozen=True)
class Found:
    """A finding of a case: its classes, and its sites with their classes."""

    iri: str
    kinds: tuple[str, ...]
    sites: tuple[tuple[str, str], ...]


@pytest.fixture(scope="module")
def nodes(graph: Graph) -> Reader:
    return Reader(graph.store)


@pytest.fixture(scope="module")
def findings(graph: Graph, nodes: Reader) -> list[Found]:
    """Every finding of every shipped case and cohort."""
    quads = graph.store.quads_for_pattern(None, ox.NamedNode(NX + "hasFinding"), None)
    found = []
    for iri in sorted({quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode)}):
        kinds = tuple(kind for kind in nodes.values(iri, TYPE) if kind.startswith(NX))
        sites = tuple(
            (site, cls)
            for site in nodes.values(iri, "hasSite")
            for cls in nodes.values(site, TYPE)
            if cls.startswith(NX)
        )
        found.append(Found(iri, kinds, sites))
    return found


@pytest.fixture(scope="module")
def parts(findings: list[Found], nodes: Reader) -> dict[str, frozenset[str]]:
    """Class of each site to the classes of the wholes that part-of edges, constant ones only, lead to from its structures."""
    found: dict[str, frozenset[str]] = {}
    for one in findings:
        for site, cls in one.sites:
            if site.startswith(ATLAS):
                found[cls] = frozenset(cls for whole in wholes(nodes, site) for cls in nodes.values(whole, TYPE))
    return found


def wholes(nodes: Reader, site: str) -> set[str]:
    """What a structure is always part of, by the statements of the atlas."""
    found: set[str] = set()
    todo = [site]
    while todo:
        place = todo.pop()
        for quad in nodes.store.quads_for_pattern(None, ox.NamedNode(NX + "edgeFrom"), ox.NamedNode(place)):
            edge = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else ""
            whole = nodes.first(edge, "edgeTo")
            constant = nodes.first(edge, "constancy") == NX + "constant"
            if nodes.first(edge, "edgeRelation") == str(PART_OF) and constant and whole not in found:
                found.add(whole)
                todo.append(whole)
    return found


# -------------------------------------------------------------------------------------------------------------- reasoning


class Bearing:
    """The axioms that can bear on some classes: a module of the ontology by what is named in it.

    An axiom stays out when it says nothing once every class outside the module is taken for empty.
    """

    def __init__(self, ontology: Triples) -> None:
        self._ontology = ontology
        self._properties = {
            term for kind in (OWL.ObjectProperty, OWL.DatatypeProperty) for term in ontology.subjects(RDF.type, kind)
        }
        self._definitions = sorted(ontology.subject_objects(OWL.equivalentClass), key=str)

    def on(self, classes: Iterable[str]) -> Triples:
        """The axioms that bear on some classes."""
        known: set[Node] = {URIRef(cls) for cls in classes}
        todo = list(known)
        done: set[Node] = set()
        while todo:
            while todo:
                node = todo.pop()
                # Root levels are individuals: what one is bears on the structures that name it.
                for link in (RDFS.subClassOf, RDF.type):
                    for above in self._ontology.objects(node, link):
                        todo += self._fresh(above, known)
            for cls, meaning in self._definitions:
                if meaning not in done and (cls in known or self._may_hold(meaning, known)):
                    done.add(meaning)
                    todo += [*self._fresh(cls, known), *self._fresh(meaning, known)]
        return self._axioms(known)

    def _fresh(self, expression: Node, known: set[Node]) -> list[Node]:
        """The classes that an expression names and that were not known; now they are."""
        found = [cls for cls in self._named(expression) if cls not in known]
        known.update(found)
        return found

    def _named(self, expression: Node) -> Iterator[Node]:
        if isinstance(expression, URIRef):
            if expression.startswith(NX) and expression not in self._properties:
                yield expression
            return
        for value in self._ontology.objects(expression):
            yield from self._named(value)

    def _may_hold(self, expression: Node, known: set[Node]) -> bool:
        """Whether an expression may have an instance when all unknown classes have none."""
        if isinstance(expression, URIRef):
            return expression in known
        for members in self._ontology.objects(expression, OWL.unionOf):
            return any(self._may_hold(member, known) for member in self._ontology.items(members))
        for members in self._ontology.objects(expression, OWL.intersectionOf):
            return all(self._may_hold(member, known) for member in self._ontology.items(members))
        for filler in self._ontology.objects(expression, OWL.someValuesFrom):
            return self._may_hold(filler, known)
        return True

    def _axioms(self, known: set[Node]) -> Triples:
        found = Triples()
        todo = [*known, *self._properties, *self._ontology.subjects(RDF.type, OWL.AllDisjointClasses)]
        done = set()
        while todo:
            node = todo.pop()
            if node in done:
                continue
            done.add(node)
            for predicate, value in self._ontology.predicate_objects(node):
                if predicate == OWL.disjointWith and value not in known:
                    continue
                found.add((node, predicate, value))
                if isinstance(value, BNode):
                    todo.append(value)
        return found


def restrict(triples: Triples, on: URIRef, some: str) -> BNode:
    """The class of what has some such thing."""
    node = BNode()
    triples.add((node, RDF.type, OWL.Restriction))
    triples.add((node, OWL.onProperty, on))
    triples.add((node, OWL.someValuesFrom, URIRef(some)))
    return node


def probe(kind: str, site: str) -> str:
    """The class of findings of a kind at a site of a class."""
    return f"{PROBE}{kind.removeprefix(NX)}-at-{site.removeprefix(NX)}"


@pytest.fixture(scope="module")
def verdict(findings: list[Found], parts: dict[str, frozenset[str]]) -> Verdict:
    """What HermiT makes of each pair, of what is part of each whole, and of one thing that cannot be."""
    pairs = {(kind, cls) for one in findings for kind in one.kinds for _, cls in one.sites}
    places = {cls for _, cls in pairs} | set().union(*parts.values())
    triples = Bearing(read_ontology(ROOT)).on({kind for one in findings for kind in one.kinds} | places)
    for kind, cls in sorted(pairs):
        name = URIRef(probe(kind, cls))
        triples.add((name, RDF.type, OWL.Class))
        triples.add((name, RDFS.subClassOf, URIRef(kind)))
        triples.add((name, RDFS.subClassOf, restrict(triples, URIRef(NX + "hasSite"), cls)))
    for whole in sorted(set().union(*parts.values())):
        name = URIRef(f"{PROBE}part-of-{whole.removeprefix(NX)}")
        triples.add((name, RDF.type, OWL.Class))
        triples.add((restrict(triples, PART_OF, whole), RDFS.subClassOf, name))
    impossible = URIRef(PROBE + "impossible")
    triples.add((impossible, RDF.type, OWL.Class))
    triples.add((impossible, RDFS.subClassOf, URIRef(NX + "Infiltration")))
    triples.add((impossible, RDFS.subClassOf, URIRef(NX + "PsoasMajor")))
    return reason(triples)


# ---------------------------------------------------------------------------------------------------------------- claims


def types_by_reasoner(one: Found, verdict: Verdict) -> set[str]:
    """Everything that HermiT says a finding is."""
    found = set(one.kinds)
    for kind in one.kinds:
        found |= verdict.parents[kind]
        for _, cls in one.sites:
            found |= verdict.parents[probe(kind, cls)]
    return {cls for cls in found if cls.startswith(NX)}


def test_no_finding_contradicts_the_axioms(verdict: Verdict, findings: list[Found]) -> None:
    """Each is possible; a finding that is also a muscle is not, so the reasoner was able to say no."""
    papers = {one.iri.removeprefix(CASE).partition("-2")[0] for one in findings if one.sites}
    # The fifth paper counts patients and tells no finding of any of them.
    assert papers == {"capek", "elhayel", "sanuki", "shi"}
    assert len(findings) > 200
    assert verdict.consistent
    assert verdict.unsatisfiable == {PROBE + "impossible"}


def test_wider_classes_are_those_of_the_reasoner(graph: Graph, verdict: Verdict, findings: list[Found]) -> None:
    """Class by class: what ``explain`` and the questions call a finding, by its class and by the place it lies in."""
    wrong = []
    alike: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], list[Found]] = defaultdict(list)
    for one in findings:
        alike[one.kinds, one.sites].append(one)
    defined: set[str] = set()
    for (kinds, _), members in sorted(alike.items()):
        mine = set(kinds) | {wide for kind in kinds for wide in classes_above(graph.store, kind)}
        for member in memberships(graph.store, members[0].iri):
            mine |= {member.cls, *classes_above(graph.store, member.cls)}
            defined.add(member.cls)
        if mine != types_by_reasoner(members[0], verdict):
            wrong.append((members[0].iri, sorted(mine ^ types_by_reasoner(members[0], verdict))))
    assert wrong == []
    assert len(defined) >= 4


def test_sites_are_what_the_reasoner_says(graph: Graph, verdict: Verdict, findings: list[Found]) -> None:
    for cls in sorted({cls for one in findings for _, cls in one.sites}):
        above = {iri for iri in verdict.parents[cls] if iri.startswith(NX)}
        assert set(classes_above(graph.store, cls)) == above, cls


def test_wholes_are_those_of_the_axioms(graph: Graph, verdict: Verdict, parts: dict[str, frozenset[str]]) -> None:
    """Part-of edges that hold in everybody lead to the wholes that follow from class axioms, and to no other."""
    names = set().union(*parts.values())
    wrong = []
    for cls, found in sorted(parts.items()):
        edges = {name for name in names if any(justify(graph.store, one, name) is not None for one in found)}
        axioms = {name for name in names if verdict.is_below(cls, f"{PROBE}part-of-{name.removeprefix(NX)}")}
        if edges != axioms:
            wrong.append((cls, sorted(edges ^ axioms)))
    assert wrong == []
    assert len(names) > 8


def test_rules_take_for_tumour_what_the_reasoner_does(nodes: Reader, verdict: Verdict, findings: list[Found]) -> None:
    """A reported present finding with a site documents tumour exactly when the reasoner calls it tumour."""
    drawn = nodes.store.quads_for_pattern(
        None, ox.NamedNode(NX + "byRule"), ox.NamedNode(NX + "rule/involvement-reported")
    )
    used = {
        p
        for quad in drawn
        if isinstance(quad.subject, ox.NamedNode)
        for p in nodes.values(quad.subject.value, "premise")
    }
    called = {
        one.iri
        for one in findings
        if one.sites
        and TUMOUR & types_by_reasoner(one, verdict)
        and nodes.first(one.iri, "status") == NX + "present"
        and nodes.first(one.iri, "basis") == NX + "reported"
    }
    assert len(called) > 10
    assert called == used & {one.iri for one in findings}
