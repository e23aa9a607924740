"""fastobo, pronto, OAK and OWLAPI read OBO 1.4 and OBO Graphs; py-horned-owl reads the OWL syntaxes."""

from __future__ import annotations

import json
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.interop.results import Missing, Result, judge, need

PSOAS = "nx:PsoasMajor"
IRI = "https://w3id.org/neoplex/term/"


def run(folder: Path) -> Iterator[Result]:
    """Each reader finds every class, and the parents of one that is known."""
    warnings.simplefilter("ignore")
    obo, graphs = folder / "ontology.obo.obo", folder / "ontology.obographs.json"
    terms = len(re.findall(r"^\[Term\]$", obo.read_text("utf-8"), re.M))
    for check in (fastobo, pronto, oak):
        try:
            yield from check(obo, graphs, terms)
        except Missing as missing:
            yield Result("obo", check.__name__, "skipped", str(missing))
    yield from horned(folder)


def fastobo(obo: Path, graphs: Path, terms: int) -> Iterator[Result]:
    """The strict parser of the OBO 1.4 grammar."""
    module = need("fastobo")
    document = module.load(str(obo))
    found = sum(type(frame).__name__ == "TermFrame" for frame in document)
    yield judge("obo", "fastobo", found == terms, f"{found} terms, {len(document)} frames")
    document = module.load_graph(str(graphs))
    found = sum(type(frame).__name__ == "TermFrame" for frame in document)
    yield judge("obographs", "fastobo", found == terms, f"{found} terms, {len(document)} frames")


def pronto(obo: Path, graphs: Path, terms: int) -> Iterator[Result]:
    """A Python library for ontologies."""
    module = need("pronto")
    ontology = module.Ontology(str(obo))
    found = len(list(ontology.terms()))
    parents = {term.id for term in ontology[PSOAS].superclasses()}
    good = found == terms and {"nx:PsoasMuscle", "nx:Muscle"} <= parents and ontology[PSOAS].definition is not None
    yield judge("obo", "pronto", good, f"{found} terms, {len(parents)} above psoas major")
    ontology = module.Ontology(str(graphs))
    names = {term.name for term in ontology.terms()}
    yield judge("obographs", "pronto", "psoas major" in names and len(names) >= terms - 5, f"{len(names)} names")


def oak(obo: Path, graphs: Path, terms: int) -> Iterator[Result]:
    """The Ontology Access Kit, over its own readers of both formats."""
    need("oaklib")
    from oaklib import get_adapter

    adapter = get_adapter(f"pronto:{obo}")
    found = {entity for entity in adapter.entities(owl_type="owl:Class") if entity.startswith("nx:")}
    above = set(adapter.ancestors([PSOAS], predicates=["rdfs:subClassOf"]))
    good = adapter.label(PSOAS) == "psoas major" and "nx:Muscle" in above
    yield judge(
        "obo", "OAK", good and len(found) > terms * 0.9, f"{len(found)} classes, {len(above)} above psoas major"
    )
    from linkml_runtime.loaders import json_loader
    from oaklib.datamodels.obograph import GraphDocument

    document = json_loader.load(str(graphs), target_class=GraphDocument)
    plain = json.loads(graphs.read_text("utf-8"))["graphs"][0]
    (graph,) = document.graphs
    same = len(graph.nodes) == len(plain["nodes"]) and len(graph.edges) == len(plain["edges"])
    yield judge("obographs", "OAK", same, f"{len(graph.nodes)} nodes, {len(graph.edges)} edges")


def horned(folder: Path) -> Iterator[Result]:
    """py-horned-owl finds the same number of axioms in each OWL syntax it knows."""
    try:
        module = need("pyhornedowl", "py-horned-owl")
    except Missing as missing:
        yield Result("ofn", "py-horned-owl", "skipped", str(missing))
        return
    found = {}
    for name, suffix, serialization in (("owx", "owx", "owx"), ("ofn", "ofn", "ofn"), ("owl", "owl", "rdf")):
        ontology = module.open_ontology(str(folder / f"ontology.{name}.{suffix}"), serialization)
        classes = {str(iri) for iri in ontology.get_classes()}
        found[name] = Counter(type(axiom.component).__name__ for axiom in ontology.get_axioms())
        other = {kind for kind in found[name] | found["owx"] if found[name][kind] != found["owx"][kind]}
        # From RDF it reads no owl:AllDisjointClasses; OWLAPI, which does, finds the same axioms in every syntax.
        good = f"{IRI}PsoasMajor" in classes and other <= ({"DisjointClasses"} if name == "owl" else set())
        words = f"{found[name].total()} axioms, {len(classes)} classes"
        yield judge(name, "py-horned-owl", good, words + (f"; other number of {sorted(other)}" if other else ""))
