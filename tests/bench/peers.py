"""The same entailments from neoplex, HermiT and owlrl: which classes a finding belongs to, and which wholes hold tumour.

There are two readings. In the first, every peer gets the least it needs, taken out by hand: the named superclasses of the kinds
that occur, the parts and wholes of the atlas, the chain *has tumour inside* then *part of*, the findings with their kinds, and
the structures in which tumour is reported. neoplex runs the two rules that draw the same from the whole cases, in one process;
its other conclusions are left out on both sides. All times are processor time, start included. Wholes are compared for cases
whose tumours all have a side, since the individuals of the peers' theory all have one. In the second reading, a peer gets what
a user would load: the released ``ontology/neoplex.owl`` whole, the parts and wholes of the atlas, and all facts of the same
cases but their literals (HermiT knows no ``xsd:date``). There it may also find classes that neoplex was not asked for; what was
asked has to be among what it finds. A peer runs in a process of its own within a budget; one that does not end is tried on
fewer cases, and its time at the size wanted is then at least the budget. ``python -m tests.bench.peers owlrl|HermiT FILE``
prints what follows from the N-Triples in FILE.
"""

from __future__ import annotations

import io
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from neoplex.base import paths
from neoplex.base.names import CASE, GRAPH_ATLAS, NX, PREFIXES
from neoplex.infer.rules import Workbench, read_rules, shared_graphs
from neoplex.store.embedded import open_graph
from tests.bench.cohort import cohort

BUDGET = 300
"""Seconds of processor time that a peer may take."""
_TYPE = PREFIXES["rdf"] + "type"
_SUB = PREFIXES["rdfs"] + "subClassOf"
_OWL = PREFIXES["owl"]
_INSIDE = NX + "hasTumorInside"
_PART = NX + "partOf"
_NAMES = ("owlrl", "HermiT")
_RULES = ("involvement-reported", "involvement-implied")
_BATCH = 50
_STEPS = (1, 10, 100)
"""Cohorts on which a peer is tried with the released ontology before the one that is wanted."""

Pairs = frozenset[tuple[str, str]]

_ABOVE = """SELECT DISTINCT ?kind ?class { { SELECT DISTINCT ?kind { ?case nx:hasFinding ?finding . ?finding a ?kind } }
  ?kind rdfs:subClassOf* ?class . FILTER(STRSTARTS(STR(?class), STR(nx:))) }"""
_GIVEN = """SELECT DISTINCT ?case ?site { ?i a nx:ReportedInvolvement ; nx:involvementManner nx:tumorInside ; nx:hasSite ?site .
  ?case nx:hasInference ?i }"""
_WHOLES = "SELECT DISTINCT ?case ?site { ?i a nx:ImpliedInvolvement ; nx:hasSite ?site . ?case nx:hasInference ?i }"
_OPEN = """SELECT DISTINCT ?case ?site { ?i a nx:ReportedInvolvement ; nx:hasSite ?site . ?site nx:side nx:sideNotReported .
  ?case nx:hasInference ?i }"""
_KINDS = "SELECT DISTINCT ?finding ?kind { ?case nx:hasFinding ?finding . ?finding a ?kind }"


@dataclass(frozen=True)
class Ours:
    """What neoplex concluded for a cohort, how long that took, and the theory that peers get."""

    seconds: float
    entailed: Pairs
    theory: bytes


@dataclass(frozen=True)
class Whole:
    """How a peer did on the released ontology: what it and neoplex took for ``size`` cases, and in words how it got there.

    ``is_lower_bound`` says that it was stopped after ``seconds``, at ``size`` cases or at fewer, and that more cases take no less.
    """

    name: str
    size: int
    seconds: float
    ours: float
    is_lower_bound: bool
    words: str


@dataclass(frozen=True)
class Peer:
    """What a peer took, how many entailments were compared, and in words what was run."""

    name: str
    seconds: float
    compared: int
    words: str


def infer_here(size: int, home: Path) -> Ours:
    """Draw the conclusions that peers can draw too for a cohort, on the shipped ontology and atlas."""
    rules = [rule for rule in read_rules(paths.shipped_root() / "queries" / "rules") if rule.name in _RULES]
    assert len(rules) == len(_RULES)
    shared = shared_graphs(open_graph(home).store)
    made = list(cohort(size))
    store = ox.Store()
    started = time.process_time()
    bench = Workbench(shared, rules)
    lines: list[bytes] = []
    for start in range(0, size, _BATCH):
        lines += bench.infer({one.iri: one.text() for one in made[start : start + _BATCH]})
    store.bulk_load(input=shared, format=ox.RdfFormat.N_QUADS)
    store.bulk_load(input=b"".join(one.quads() for one in made), format=ox.RdfFormat.N_QUADS)
    store.bulk_load(input=b"\n".join(lines), format=ox.RdfFormat.N_QUADS)
    above: dict[str, list[str]] = {}
    for kind, wider in _pairs(store, _ABOVE):
        above.setdefault(kind, []).append(wider)
    types = frozenset((finding, wider) for finding, kind in _pairs(store, _KINDS) for wider in above[kind])
    open_cases = {case for case, _ in _pairs(store, _OPEN)}
    given, wholes = (
        frozenset(pair for pair in _pairs(store, query) if pair[0] not in open_cases) for query in (_GIVEN, _WHOLES)
    )
    seconds = time.process_time() - started
    return Ours(seconds, types | given | wholes, _theory(store, given))


def peer_times(size: int, ours: Ours) -> Iterator[Peer]:
    """Every peer on the same cohort; raises AssertionError when one concludes anything else."""
    for name in _NAMES:
        yield _run(name, size, ours)


def whole_times(size: int, home: Path, factors: Mapping[str, float]) -> Iterator[Whole]:
    """Every peer on the released ontology, first few cases, then ``size``.

    At each size a peer may use a tenth more than ``factors`` times what neoplex uses for ``size`` cases, which is what decides.
    Raises AssertionError when a peer that ends lacks something that neoplex concludes.
    """
    sizes = [few for few in _STEPS if few < size] + [size]
    mine = {few: infer_here(few, home) for few in sizes}
    released = _released()
    for name in _NAMES:
        budget = 1.1 * factors[name] * mine[size].seconds
        done: list[str] = []
        for few in sizes:
            ours = mine[few]
            theory = b"\n".join([released, _object_facts(few), ours.theory])
            seconds, found, why = _ask(name, theory, budget)
            if found is None:
                words = f"{name} on the released ontology: " + "; ".join(
                    [*done, f"{few:,} cases: {why} after {seconds:.0f} s"]
                )
                yield Whole(name, size, seconds, mine[size].seconds, True, words)
                break
            missing = sorted(ours.entailed - found)
            assert not missing, f"{name} does not conclude {missing[:3]}"
            more = f"all {len(ours.entailed):,} asked, {len(found - ours.entailed):,} more"
            done.append(f"{few:,} cases: {more}, {seconds:.1f} s against {ours.seconds:.1f} s")
        else:
            yield Whole(
                name, size, seconds, ours.seconds, False, f"{name} on the released ontology: " + "; ".join(done)
            )


def _released() -> bytes:
    """The released ontology as N-Triples."""
    store = ox.Store()
    store.bulk_load(path=str(paths.shipped_root() / "ontology" / "neoplex.owl"), format=ox.RdfFormat.RDF_XML)
    return store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b""


def _object_facts(size: int) -> bytes:
    """Types and relations of the cases, without literals."""
    lines = b"".join(one.text() for one in cohort(size)).split(b"\n")
    return b"\n".join(line for line in lines if b'"' not in line)


def _pairs(store: ox.Store, query: str) -> Pairs:
    answer = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(answer, ox.QuerySolutions)
    return frozenset((str(row[0].value), str(row[1].value)) for row in answer)


def _theory(store: ox.Store, given: Pairs) -> bytes:
    """What the peers start from, as N-Triples."""
    kinds = _pairs(store, _KINDS)
    above: set[tuple[str, str]] = set()
    frontier = {kind for _, kind in kinds}
    seen: set[str] = set()
    while frontier:
        seen |= frontier
        found = {
            (cls, quad.object.value)
            for cls in frontier
            for quad in store.quads_for_pattern(ox.NamedNode(cls), ox.NamedNode(_SUB), None)
            if isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(NX)
        }
        above |= found
        frontier = {cls for _, cls in found} - seen
    lines = [f"<{NX}> <{_TYPE}> <{_OWL}Ontology> ."]
    lines += [f"<{cls}> <{_TYPE}> <{_OWL}Class> ." for cls in sorted(seen)]
    lines += [f"<{low}> <{_SUB}> <{high}> ." for low, high in sorted(above)]
    lines += [f"<{name}> <{_TYPE}> <{_OWL}ObjectProperty> ." for name in (_INSIDE, _PART)]
    lines.append(f"<{_PART}> <{_TYPE}> <{_OWL}TransitiveProperty> .")
    first, rest = "_:first", "_:rest"
    rdf = PREFIXES["rdf"]
    lines += [
        f"<{_INSIDE}> <{_OWL}propertyChainAxiom> {first} .",
        f"{first} <{rdf}first> <{_INSIDE}> .",
        f"{first} <{rdf}rest> {rest} .",
        f"{rest} <{rdf}first> <{_PART}> .",
        f"{rest} <{rdf}rest> <{rdf}nil> .",
    ]
    parts = [
        (quad.subject.value, quad.object.value)
        for quad in store.quads_for_pattern(None, ox.NamedNode(_PART), None, ox.NamedNode(GRAPH_ATLAS))
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
    ]
    names = {name for pair in (*parts, *given) for name in pair} | {finding for finding, _ in kinds}
    lines += [f"<{name}> <{_TYPE}> <{_OWL}NamedIndividual> ." for name in sorted(names)]
    lines += [f"<{part}> <{_PART}> <{whole}> ." for part, whole in sorted(parts)]
    lines += [f"<{case}> <{_INSIDE}> <{site}> ." for case, site in sorted(given)]
    lines += [f"<{finding}> <{_TYPE}> <{kind}> ." for finding, kind in sorted(kinds)]
    return "\n".join(lines).encode()


def _run(name: str, size: int, ours: Ours) -> Peer:
    while_size, entailed, theory = size, ours.entailed, ours.theory
    while True:
        seconds, found, _ = _ask(name, theory, BUDGET)
        if found is not None or while_size < 10:
            break
        while_size //= 10
        entailed, theory = _fewer(ours, while_size)
    assert found is not None, f"{name} does not even end on {while_size} cases within {BUDGET} s"
    assert found == entailed, (
        f"{name} concludes other things: {sorted(found - entailed)[:3]} too many, {sorted(entailed - found)[:3]} missing"
    )
    if while_size == size:
        return Peer(name, seconds, len(entailed), f"{name}: {len(entailed):,} equal entailments in {seconds:.1f} s")
    words = f"{name} did not end on {size:,} cases within {BUDGET} s; on {while_size:,} it took {seconds:.1f} s, with equal answers"
    return Peer(name, float(BUDGET), len(ours.entailed), words)


def _fewer(ours: Ours, size: int) -> tuple[Pairs, bytes]:
    """The entailments and the theory of the first cases only."""
    kept = tuple(one.iri for one in cohort(size))

    def is_kept(name: str) -> bool:
        return not name.startswith(CASE) or name.startswith(tuple(iri + "/" for iri in kept)) or name in kept

    lines = [line for line in ours.theory.split(b"\n") if is_kept(line[1 : line.find(b">")].decode())]
    return frozenset(pair for pair in ours.entailed if is_kept(pair[0])), b"\n".join(lines)


def _ask(name: str, theory: bytes, budget: float) -> tuple[float, Pairs | None, str]:
    """Seconds, and what the peer concludes; nothing, and why, when the budget of time or memory was used up."""
    with tempfile.NamedTemporaryFile(suffix=".nt") as file:
        file.write(theory)
        file.flush()
        before = _used_by_children()
        finished = subprocess.run(
            [sys.executable, "-m", "tests.bench.peers", name, file.name],
            capture_output=True, text=True, preexec_fn=partial(_limit, math.ceil(budget)),
        )  # fmt: skip
        seconds = _used_by_children() - before
    if finished.returncode:
        if "OutOfMemoryError" in finished.stderr or "MemoryError" in finished.stderr:
            return seconds, None, "out of memory"
        assert seconds >= 0.9 * budget, f"{name} failed: {finished.stderr[-500:]}"
        return seconds, None, "stopped"
    pairs = (line.split() for line in finished.stdout.splitlines())
    return seconds, frozenset((one, other) for one, other in pairs), ""


def _limit(seconds: int) -> None:
    """Each process of the peer may use so much processor time, and no more."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _used_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# ----------------------------------------------------------------------------------------------- inside the peer's process


def _owlrl(theory: bytes) -> Iterator[tuple[str, str]]:
    import owlrl
    from rdflib import RDF, Graph, URIRef

    graph = Graph()
    graph.parse(data=theory, format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)
    for case, site in graph.subject_objects(URIRef(_INSIDE)):
        yield str(case), str(site)
    for finding, cls in graph.subject_objects(RDF.type):
        if str(finding).startswith(CASE) and str(cls).startswith(NX):
            yield str(finding), str(cls)


def _hermit(theory: bytes) -> Iterator[tuple[str, str]]:
    import owlready2

    world: Any = owlready2.World()
    ontology = world.get_ontology("https://w3id.org/neoplex/peer#")
    ontology.load(fileobj=io.BytesIO(theory), format="ntriples")
    with ontology:
        owlready2.sync_reasoner_hermit(world, infer_property_values=True, debug=0)
    for one in world.individuals():
        if not one.iri.startswith(CASE):
            continue
        if "/finding/" in one.iri:
            for cls in one.INDIRECT_is_a:
                if getattr(cls, "iri", "").startswith(NX):
                    yield one.iri, cls.iri
        else:
            for site in world[_INSIDE][one]:
                yield one.iri, site.iri


if __name__ == "__main__":
    _work = {"owlrl": _owlrl, "HermiT": _hermit}[sys.argv[1]]
    for _pair in sorted(set(_work(Path(sys.argv[2]).read_bytes()))):
        print(*_pair)
