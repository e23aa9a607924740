"""Merging with Uberon through the alignment module: consistent, nothing emptied, and what the merge adds is known.

``uberon-excerpt.tsv`` holds identifiers, labels, is-a and part-of of some Uberon terms that neoplex maps, as Uberon states them
(uberon-edit.obo at commit 01df3420). Part of is taken as one relation on both sides, as ``data/mappings/relations.sssom.tsv`` says.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS

from neoplex.base.names import NX
from neoplex.base.paths import shipped_root
from neoplex.ontology import alignments, classify
from neoplex.read.anatomy import read_anatomy

pytest.importorskip("owlready2")

ROOT = shipped_root()
EXCERPT = Path(__file__).with_name("uberon-excerpt.tsv")
PART_OF = URIRef(alignments.expand_id("BFO:0000050"))
MODULES = ("anatomy.ttl", "relations.ttl", "structures.ttl", "structure-relations.ttl")
"""The files that say something about anatomical classes."""


@cache
def excerpt() -> tuple[dict[str, str], ...]:
    with EXCERPT.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter="\t"))


def uberon() -> Graph:
    """The excerpt as OWL, with nothing of neoplex in it."""
    graph = Graph()
    graph.add((PART_OF, RDF.type, OWL.ObjectProperty))
    for row in excerpt():
        term = URIRef(alignments.expand_id(row["id"]))
        graph.add((term, RDF.type, OWL.Class))
        graph.add((term, RDFS.label, Literal(row["label"])))
        if row["is_a"]:
            graph.add((term, RDFS.subClassOf, URIRef(alignments.expand_id(row["is_a"]))))
        if row["part_of"]:
            some = BNode()
            graph.add((some, RDF.type, OWL.Restriction))
            graph.add((some, OWL.onProperty, PART_OF))
            graph.add((some, OWL.someValuesFrom, URIRef(alignments.expand_id(row["part_of"]))))
            graph.add((term, RDFS.subClassOf, some))
    return graph


@cache
def neoplex() -> Graph:
    graph = Graph()
    for path in classify.input_files(ROOT):
        if path.name in MODULES:
            graph.parse(path, format="turtle")
    return graph


@cache
def alignment() -> Graph:
    return alignments.uberon_graph(read_anatomy(ROOT))


def merged() -> Graph:
    """Neoplex, the excerpt and the alignment as one graph."""
    graph = Graph()
    for part in (neoplex(), uberon(), alignment()):
        for triple in part:
            graph.add(triple)
    graph.add((URIRef(NX + "partOf"), OWL.equivalentProperty, PART_OF))
    return graph


@pytest.fixture(scope="module")
def verdict() -> classify.Verdict:
    return classify.reason(merged())


def test_every_term_of_the_excerpt_is_mapped_under_its_label() -> None:
    mapped = {s.uberon_id: s.uberon_label for s in read_anatomy(ROOT).structures if s.uberon_id}
    assert {row["id"]: row["label"] for row in excerpt()}.items() <= mapped.items()
    ids = {row["id"] for row in excerpt()}
    assert {row[column] for row in excerpt() for column in ("is_a", "part_of")} - {""} <= ids
    table = (ROOT / "data/mappings/relations.sssom.tsv").read_text("utf-8")
    assert "nx:partOf\tpart of\tskos:exactMatch\tBFO:0000050\t" in table


def test_the_merge_is_consistent_and_empties_no_class(verdict: classify.Verdict) -> None:
    assert verdict.consistent
    assert verdict.unsatisfiable == frozenset()


def test_terms_of_both_sides_meet(verdict: classify.Verdict) -> None:
    """Uberon's psoas major is ours, so it is a muscle on either side; a close match equates nothing."""
    psoas, muscle = alignments.expand_id("UBERON:0001298"), alignments.expand_id("UBERON:0001630")
    assert verdict.is_below(psoas, NX + "PsoasMuscle") and verdict.is_below(psoas, NX + "Muscle")
    assert verdict.is_below(NX + "PsoasMajor", psoas) and verdict.is_below(NX + "PsoasMajor", muscle)
    assert verdict.is_below(NX + "BicepsFemoris", alignments.expand_id("UBERON:0002463"))
    assert not verdict.is_below(NX + "Hamstrings", alignments.expand_id("UBERON:0002463"))


def test_uberon_adds_no_class_above_a_class_of_ours(verdict: classify.Verdict) -> None:
    alone = classify.reason(neoplex())
    for name, parents in verdict.parents.items():
        if name.startswith(NX):
            ours = {parent for parent in parents if parent.startswith(NX)}
            assert ours == alone.parents.get(name, frozenset()), name


def test_a_wrong_match_empties_a_class() -> None:
    """The check above can fail: a muscle equated with a nerve has no instance."""
    graph = merged()
    graph.add((URIRef(NX + "PsoasMajor"), OWL.equivalentClass, URIRef(alignments.expand_id("UBERON:0001322"))))
    assert NX + "PsoasMajor" in classify.reason(graph).unsatisfiable
