"""What a description logic reasoner must and must not conclude: one run of HermiT answers every claim."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS
from ruamel.yaml import YAML

from neoplex.base.names import NX
from neoplex.base.paths import shipped_root
from neoplex.ontology import classify

pytest.importorskip("owlready2")

HERE = Path(__file__).parent
PROBE = "https://w3id.org/neoplex/probe/"


@dataclass(frozen=True)
class Question:
    """One thing to ask of one claim."""

    number: int
    claim: str
    below: str
    above: str
    expected: bool


@cache
def _claims() -> tuple[dict[str, Any], ...]:
    return tuple(YAML(typ="safe").load((HERE / "claims.yaml").read_text(encoding="utf-8")))


def _questions() -> Iterator[Question]:
    """Every probe with what it is compared with; plain names are classes of the ontology, others further probes."""
    for number, claim in enumerate(_claims()):
        probe = f"{PROBE}{number}"
        for key, expected in (("follows", True), ("follows-some", True), ("not", False), ("not-some", False)):
            for place, text in enumerate(claim.get(key, ())):
                above = NX + text if text.isidentifier() else f"{PROBE}{number}-{key}-{place}"
                yield Question(number, claim["claim"], probe, above, expected)


def _state(graph: Graph, iri: str, text: str) -> None:
    graph.add((URIRef(iri), RDF.type, OWL.Class))
    graph.add((URIRef(iri), OWL.equivalentClass, classify.expression(graph, text)))


@pytest.fixture(scope="module")
def verdict() -> classify.Verdict:
    """The ontology and all probes, classified together."""
    graph = classify.read_ontology(shipped_root())
    named = {str(subject) for subject in graph.subjects(RDF.type, None)}
    for number, claim in enumerate(_claims()):
        _state(graph, f"{PROBE}{number}", claim["given"])
        for key in ("follows-some", "not-some", "follows", "not"):
            for place, text in enumerate(claim.get(key, ())):
                if not text.isidentifier():
                    _state(graph, f"{PROBE}{number}-{key}-{place}", text)
                else:
                    assert NX + text in named, f"{text} is not a name of the ontology"
    used = {str(value) for value in graph.objects() if str(value).startswith(NX)}
    assert used <= named, f"unknown names: {sorted(used - named)}"
    return classify.reason(graph)


def test_there_are_enough_claims() -> None:
    assert len(_claims()) >= 60
    assert sum(1 for claim in _claims() if claim.get("not") or claim.get("not-some") or claim.get("empty")) >= 60
    assert len({claim["claim"] for claim in _claims()}) == len(_claims())
    known = {"claim", "given", "follows", "not", "follows-some", "not-some", "empty", "possible"}
    for claim in _claims():
        assert set(claim) <= known
        assert set(claim) - {"claim", "given"}, f"{claim['claim']}: asks nothing"


def test_the_ontology_is_consistent_and_empties_no_class(verdict: classify.Verdict) -> None:
    assert verdict.consistent
    assert sorted(iri for iri in verdict.unsatisfiable if iri.startswith(NX)) == []


@pytest.mark.parametrize("question", list(_questions()), ids=lambda q: f"{q.number}-{q.above.rpartition('/')[2]}")
def test_claim(verdict: classify.Verdict, question: Question) -> None:
    assert verdict.is_below(question.below, question.above) is question.expected, question.claim


@pytest.mark.parametrize("number", [n for n, c in enumerate(_claims()) if not c.get("empty")])
def test_what_is_described_can_be(verdict: classify.Verdict, number: int) -> None:
    """Everything follows from what cannot be, so a probe that is empty by mistake would prove nothing."""
    assert f"{PROBE}{number}" not in verdict.unsatisfiable, _claims()[number]["claim"]


@pytest.mark.parametrize("number", [n for n, c in enumerate(_claims()) if c.get("empty")])
def test_what_cannot_be_is_found(verdict: classify.Verdict, number: int) -> None:
    assert f"{PROBE}{number}" in verdict.unsatisfiable, _claims()[number]["claim"]


@pytest.fixture(scope="module")
def people() -> classify.Verdict:
    """Individuals with the ontology cut down to parts and wholes: a whole body for each structure would take minutes.

    What follows from a part of the axioms follows from all; that nothing more follows is asked of the claims above.
    """
    graph = Graph()
    for path in classify.input_files(shipped_root()):
        if path.name not in ("structure-relations.ttl", "innervation.ttl"):
            graph.parse(path, format="turtle")
    relations = Graph().parse(shipped_root() / "ontology" / "generated" / "structure-relations.ttl", format="turtle")
    part_of = URIRef(NX + "partOf")
    for restriction in relations.subjects(OWL.onProperty, part_of):
        for part in relations.subjects(RDFS.subClassOf, restriction):
            graph.add((part, RDFS.subClassOf, restriction))
        graph += relations.triples((restriction, None, None))
    assert (None, OWL.onProperty, part_of) in graph
    graph.parse(HERE / "people.ttl", format="turtle")
    named = {str(subject) for subject in graph.subjects(RDF.type, None)}
    assert {str(value) for value in graph.objects() if str(value).startswith(NX)} <= named
    return classify.reason(graph)


PEOPLE = (
    ("one", "CaseWithPsoasInfiltration", True),
    ("one", "CaseWithRadiotherapy", True),
    ("one", "CaseFittingStevensAndGonet1990", False),
    ("one", "CaseWithLumbosacralPlexopathy", False),
    ("one-tumour", "PsoasInfiltration", True),
    ("one-tumour", "PresentFinding", True),
    ("one-tumour", "TumorInvolvementOfMuscle", True),
    ("one-tumour", "NerveInfiltration", False),
    ("one-denied", "PsoasInfiltration", True),
    ("one-denied", "AbsentFinding", True),
    ("one-denied", "PresentFinding", False),
    ("one-drug", "OpioidTherapy", True),
    ("one-rays", "PalliativeRadiotherapy", True),
    ("one-rays", "DefinitiveRadiotherapy", False),
    ("two", "CaseWithPsoasInfiltration", False),
    ("two-weak", "QuadricepsWeakness", True),
    ("two-weak", "HipFlexorWeakness", False),
    ("three", "CaseWithLumbosacralPlexopathy", False),
    ("three-nerve", "FemoralNeuropathy", True),
    ("three-nerve", "Plexopathy", False),
    ("three-nerve", "RadiationInducedNeuropathy", False),
    ("three-rays", "PalliativeRadiotherapy", False),
)


@pytest.mark.parametrize(("person", "class_", "expected"), PEOPLE)
def test_people(people: classify.Verdict, person: str, class_: str, expected: bool) -> None:
    assert people.is_a(PROBE + person, NX + class_) is expected
