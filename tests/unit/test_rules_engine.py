"""The engine: what follows for a case depends on that case alone, rests on its stated premises, and is the same on other engines.

Cases of these tests are made up; the shipped ones are used where a test says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neoplex.base.names import ATLAS, CASE, GRAPH_ATLAS, GRAPH_INFERRED, GRAPH_ONTOLOGY, NX, PREFIXES
from neoplex.infer.proof import Reader
from neoplex.infer.rules import Rule, Workbench, inferred_graph, read_rules, run_rules, shared_graphs
from neoplex.store.embedded import Graph
from tests.conftest import ROOT

RULES = read_rules(ROOT / "queries" / "rules")
OURS = {rule.iri for rule in RULES}
TYPE = PREFIXES["rdf"] + "type"
MARKS = ("involvement-surest", "deficit-carrier-nerve", "deficit-carrier-root", "deficit-carrier-trunk")
LEVELS = ("level-of-structure", "level-of-group", "level-beyond-plexus", "level-of-deficit", "level-of-dermatome")


@pytest.fixture(scope="module")
def shared(graph: Graph) -> bytes:
    """Ontology and atlas, without sources and general knowledge, which no rule reads."""
    parts = []
    for name in (GRAPH_ONTOLOGY, GRAPH_INFERRED, GRAPH_ATLAS):
        quads = graph.store.quads_for_pattern(None, None, None, ox.NamedNode(name))
        parts.append(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
    return b"".join(parts)


@pytest.fixture(scope="module")
def bench(shared: bytes) -> Workbench:
    """All rules with the whole atlas."""
    return Workbench(shared, RULES)


def finding(case: str, name: str, kind: str, site: str, status: str = "present", certainty: str = "") -> str:
    """A finding in N-Triples; a site that starts with ``?`` is a class whose side is not reported."""
    node = f"{case}/finding/{name}"
    lines = [
        f"<{case}> <{TYPE}> <{NX}Case> .",
        f"<{case}> <{NX}hasFinding> <{node}> .",
        f"<{node}> <{TYPE}> <{NX}{kind}> .",
        f"<{node}> <{NX}status> <{NX}{status}> .",
        f"<{node}> <{NX}basis> <{NX}reported> .",
    ]
    if certainty:
        lines.append(f"<{node}> <{NX}certainty> <{NX}{certainty}> .")
    if site.startswith("?"):
        place = f"{case}/site/{site[1:]}"
        lines += [
            f"<{place}> <{TYPE}> <{NX}{site[1:]}> .",
            f"<{place}> <{NX}side> <{NX}sideNotReported> .",
            f'<{place}> <{PREFIXES["rdfs"]}label> "{site[1:]}, side not reported" .',
            f"<{node}> <{NX}hasSite> <{place}> .",
        ]
    elif site:
        lines.append(f"<{node}> <{NX}hasSite> <{ATLAS}{site}> .")
    return "\n".join(lines) + "\n"


# ------------------------------------------------------------------------------------------- one case, and nothing but it

SITES = (
    "left-psoas-major", "right-iliopsoas", "left-piriformis", "left-femoral-nerve", "right-l4-ventral-ramus",
    "left-lumbosacral-trunk", "right-sacral-nerve-root", "dural-sac", "?Iliopsoas", "?PsoasMuscle",
)  # fmt: skip
LOSSES = (
    ("QuadricepsWeakness", "left-quadriceps-femoris"),
    ("FootDorsiflexionWeakness", "right-foot"),
    ("DermatomalSensoryLoss", "left-s1-dermatome"),
    ("AbsentAnkleReflex", "right-lower-limb"),
    ("ErectileDysfunction", ""),
    ("SensoryImpairment", ""),
)
ENTRY = st.one_of(
    st.tuples(
        st.sampled_from(("Infiltration", "Abutment", "RetroperitonealMass", "NerveEnlargement")),
        st.sampled_from(SITES),
        st.sampled_from(("present", "absent")),
        st.sampled_from(("", "possible")),
    ),
    st.sampled_from(LOSSES).flatmap(
        lambda loss: st.tuples(st.just(loss[0]), st.just(loss[1]), st.sampled_from(("present", "absent")), st.just(""))
    ),
)
CONTENT = st.lists(ENTRY, min_size=1, max_size=4)
CHANGES = st.lists(
    st.tuples(st.sampled_from(("a", "b", "c")), st.one_of(st.none(), CONTENT)), min_size=2, max_size=4
)  # fmt: skip


def facts_of(case: str, content: Sequence[tuple[str, str, str, str]]) -> bytes:
    return "".join(finding(case, f"f{n}", *entry) for n, entry in enumerate(content)).encode()


def inferred(store: ox.Store, case: str) -> set[str]:
    return {str(quad.triple) for quad in store.quads_for_pattern(None, None, None, inferred_graph(case))}


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=CHANGES)
def test_incremental_equals_from_scratch(changes: list[tuple[str, list[tuple[str, str, str, str]] | None]]) -> None:
    """Adding, changing and removing cases one by one ends where inferring all that is left from scratch ends."""
    shared = _shared_once()
    store = ox.Store()
    store.bulk_load(input=shared, format=ox.RdfFormat.N_QUADS)
    held: dict[str, bytes] = {}
    for name, content in changes:
        case = CASE + name
        store.remove_graph(ox.NamedNode(case))
        store.remove_graph(inferred_graph(case))
        held.pop(case, None)
        if content is not None:
            held[case] = facts_of(case, content)
            store.load(input=held[case], format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(case))
            run_rules(store, RULES, [case], workers=1)
    fresh = _bench_once().infer(held) if held else []
    assert {line for case in held for line in inferred(store, case)} == {
        line.decode().rpartition(" <")[0] for line in fresh
    }
    for case, facts in held.items():
        alone = {line.decode().rpartition(" <")[0] for line in _bench_once().infer({case: facts})}
        assert inferred(store, case) == alone


_kept: dict[str, object] = {}


@pytest.fixture(autouse=True, scope="module")
def _keep(shared: bytes, bench: Workbench) -> Iterator[None]:
    _kept.update(shared=shared, bench=bench)
    yield
    _kept.clear()


def _shared_once() -> bytes:
    found = _kept["shared"]
    assert isinstance(found, bytes)
    return found


def _bench_once() -> Workbench:
    found = _kept["bench"]
    assert isinstance(found, Workbench)
    return found


def test_a_bench_keeps_nothing(bench: Workbench) -> None:
    """What a case said is gone when the next one comes."""
    case = CASE + "first"
    before = bench.infer({case: facts_of(case, [("Infiltration", "left-psoas-major", "present", "")])})
    other = bench.infer({case: facts_of(case, [("NerveEnlargement", "left-psoas-major", "present", "")])})
    assert before
    assert other == []


def test_workers_and_one_process_agree(shared: bytes) -> None:
    """Shared out among processes, the same follows."""
    cases = {
        CASE + f"w{n}": facts_of(CASE + f"w{n}", [("Infiltration", SITES[n % len(SITES)], "present", "")])
        for n in range(6)
    }
    answers = []
    for workers in (1, 2):
        store = ox.Store()
        store.bulk_load(input=shared, format=ox.RdfFormat.N_QUADS)
        for case, facts in cases.items():
            store.load(input=facts, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(case))
        count = run_rules(store, RULES, cases, workers=workers)
        answers.append((count, {case: inferred(store, case) for case in cases}))
    assert answers[0] == answers[1]
    assert answers[0][0] > 0


def test_a_rule_that_speaks_of_others_is_refused(shared: bytes) -> None:
    query = (
        "CONSTRUCT { <https://w3id.org/neoplex/atlas/prostate> a ?case } WHERE { VALUES ?case { <x:y> } ?case ?p ?o }"
    )
    rule = Rule("bad", "", "", "", 1, "", False, query)
    with pytest.raises(ValueError, match="none of its cases"):
        Workbench(shared, [rule]).infer({CASE + "a": finding(CASE + "a", "f", "Pain", "").encode()})


def test_an_endless_rule_is_refused(shared: bytes) -> None:
    query = (
        "CONSTRUCT { ?next ?p ?o } WHERE { VALUES ?case { <x:y> } ?case ?p ?o "
        'BIND(IRI(CONCAT(STR(?case), "/", STRUUID())) AS ?next) }'
    )
    rule = Rule("endless", "", "", "", 1, "", True, query)
    with pytest.raises(ValueError, match="do not come to an end"):
        Workbench(shared, [rule]).infer({CASE + "a": finding(CASE + "a", "f", "Pain", "").encode()})


# ---------------------------------------------------------------------------------------------------- stated premises


def test_shipped_conclusions_follow_from_their_premises_alone(graph: Graph, shared: bytes) -> None:
    """With only the facts and atlas edges that a conclusion names, and all classes, the same conclusion appears."""
    again = Rederiver(graph.store, shared)
    conclusions = sorted(
        quad.object.value
        for quad in graph.store.quads_for_pattern(None, ox.NamedNode(NX + "hasInference"), None)
        if isinstance(quad.object, ox.NamedNode) and again.reader.first(quad.object.value, "byRule") in OURS
    )
    assert len(conclusions) > 500
    lost = [iri for iri in conclusions if iri not in again.derive(iri)]
    assert lost == [], "\n".join(lost)


class Rederiver:
    """Runs the rules of a conclusion on its premises and nothing else."""

    def __init__(self, store: ox.Store, shared: bytes) -> None:
        self.store = store
        self.reader = Reader(store)
        self._edges: set[str] = set()
        bare = ox.Store()
        bare.bulk_load(input=shared, format=ox.RdfFormat.N_QUADS)
        atlas = ox.NamedNode(GRAPH_ATLAS)
        kept = {TYPE, PREFIXES["rdfs"] + "label", NX + "side", NX + "atLevel"}
        for quad in list(bare.quads_for_pattern(None, None, None, atlas)):
            edge = quad.subject.value.startswith(ATLAS + "edge/")
            if edge or quad.predicate.value not in kept:
                bare.remove(quad)
        self._bare = shared_graphs(bare)
        self._benches: dict[frozenset[str], Workbench] = {}
        self._known: dict[tuple[frozenset[str], frozenset[str]], set[str]] = {}

    def derive(self, iri: str) -> set[str]:
        """The conclusions that follow from the premises of one."""
        nodes = self._closure(iri)
        edges = frozenset(node for node in nodes if node.startswith(ATLAS + "edge/"))
        facts = frozenset(node for node in nodes if node.startswith(CASE) and "/inferred/" not in node)
        if (edges, facts) not in self._known:
            case = CASE + iri.removeprefix(CASE).partition("/")[0]
            bench = Bench(self._bare, self._plain(edges), self._rules(nodes))
            self._known[edges, facts] = bench.conclusions(case, self._facts(case, facts))
        return self._known[edges, facts]

    def _closure(self, iri: str) -> set[str]:
        found, todo = {iri}, [iri]
        while todo:
            for premise in self.reader.values(todo.pop(), "premise"):
                if premise not in found:
                    found.add(premise)
                    todo.append(premise)
        return found

    def _rules(self, nodes: set[str]) -> list[Rule]:
        return [rule for rule in RULES]

    def _plain(self, edges: frozenset[str]) -> list[ox.Quad]:
        """Statements of edges with the plain triples they stand for, and the root levels that follow from them."""
        atlas = ox.NamedNode(GRAPH_ATLAS)
        found = []
        for edge in sorted(edges):
            found += list(self.store.quads_for_pattern(ox.NamedNode(edge), None, None, atlas))
            start, end = self.reader.first(edge, "edgeFrom"), self.reader.first(edge, "edgeTo")
            relation = self.reader.first(edge, "edgeRelation")
            found.append(ox.Quad(ox.NamedNode(start), ox.NamedNode(relation), ox.NamedNode(end), atlas))
            if relation == NX + "hasRoot":
                levels = self.reader.values(end, "atLevel") or self.reader.values(end, "hasRootLevel")
                has = ox.NamedNode(NX + "hasRootLevel")
                found += [ox.Quad(ox.NamedNode(start), has, ox.NamedNode(level), atlas) for level in levels]
                found += [
                    ox.Quad(ox.NamedNode(end), has, ox.NamedNode(level), atlas)
                    for level in self.reader.values(end, "hasRootLevel")
                ]
        return found

    def _facts(self, case: str, facts: frozenset[str]) -> bytes:
        graph = ox.NamedNode(case)
        triples: set[ox.Triple] = set()
        todo = [case, *sorted(facts)]
        done = {case}
        for quad in self.store.quads_for_pattern(graph, None, None, graph):
            if isinstance(quad.object, ox.NamedNode):
                if quad.object.value in facts or "has" not in quad.predicate.value:
                    triples.add(quad.triple)
            if quad.predicate.value == NX + "hasTreatment":
                # A dose is a detail of a treatment: the way to it is part of the fact.
                doses = self.store.quads_for_pattern(quad.object, ox.NamedNode(NX + "hasDose"), None, graph)
                for dose in doses:
                    if dose.object.value in facts:
                        triples |= {quad.triple, dose.triple}
        todo = sorted(facts)
        while todo:
            node = todo.pop()
            if node in done:
                continue
            done.add(node)
            for quad in self.store.quads_for_pattern(ox.NamedNode(node), None, None, graph):
                triples.add(quad.triple)
                if (isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(
                    (node + "/", case + "/site/")
                )) or (quad.predicate.value == NX + "hasStep" and isinstance(quad.object, ox.NamedNode)):
                    todo.append(quad.object.value)
        return ox.serialize(sorted(triples, key=str), format=ox.RdfFormat.N_TRIPLES) or b""


class Bench(Workbench):
    """A bench whose bare part is loaded once and whose edges come and go."""

    _shared: ox.Store | None = None

    def __init__(self, bare: bytes, edges: list[ox.Quad], rules: list[Rule]) -> None:
        if Bench._shared is None:
            super().__init__(bare, rules)
            Bench._shared = self._store
        self._store = Bench._shared
        self._rules = rules
        self._own = edges

    def conclusions(self, case: str, facts: bytes) -> set[str]:
        """The nodes that ``case`` is joined to by inference."""
        self._store.extend(self._own)
        try:
            lines = self.infer({case: facts})
        finally:
            for quad in self._own:
                self._store.remove(quad)
        mark = f"<{case}> <{NX}hasInference> <".encode()
        return {line[len(mark) :].partition(b">")[0].decode() for line in lines if line.startswith(mark)}


# -------------------------------------------------------------------------------------------------- agreement with others


@lru_cache(maxsize=1)
def elements() -> tuple[str, ...]:
    """Elements of the plexus that the ontology has classes for and tumour can be documented at."""
    rami = [f"{level}-ventral-ramus" for level in ("l1", "l2", "l3", "l4", "l5", "s1", "s2", "s3", "s4")]
    return (*rami, "lumbar-plexus", "sacral-plexus", "lumbosacral-trunk", "lumbosacral-plexus")


def test_levels_agree_with_what_hermit_classified(graph: Graph, bench: Workbench) -> None:
    """A rule calls an element upper or lower exactly when its class lies below one of the two, and not below both."""
    below = set()
    for name in (GRAPH_ONTOLOGY, GRAPH_INFERRED):
        for quad in graph.store.quads_for_pattern(
            None, ox.NamedNode(PREFIXES["rdfs"] + "subClassOf"), None, ox.NamedNode(name)
        ):
            below.add((str(quad.subject), str(quad.object)))
    reader = Reader(graph.store)
    told = set()
    for element in elements():
        cls = f"<{reader.first(ATLAS + 'left-' + element, TYPE)}>"
        upper = (cls, f"<{NX}UpperPlexusElement>") in below
        lower = (cls, f"<{NX}LowerPlexusElement>") in below
        expected = "upperLevel" if upper and not lower else "lowerLevel" if lower and not upper else "undecidedLevel"
        case = CASE + element
        lines = bench.infer({case: finding(case, "f", "NerveInfiltration", f"left-{element}").encode()})
        node = f"{case}/inferred/involvement-reported/left-{element}"
        verdicts = {
            line.decode().split("> <")[2].removeprefix(NX).partition(">")[0]
            for line in lines
            if line.startswith(f"<{node}> <{NX}speaksForLevel>".encode())
        }
        assert verdicts == {expected}, element
        told.add(expected)
    assert told == {"upperLevel", "lowerLevel", "undecidedLevel"}


def test_kinds_of_structure_agree_with_their_classes(graph: Graph) -> None:
    """Rules tell nerves, vessels and muscles by the kind in the table; the classes say the same."""
    query = """SELECT ?class ?sort (GROUP_CONCAT(DISTINCT ?wide; separator=" ") AS ?wider) WHERE {
      ?class nx:structureKind ?sort .
      OPTIONAL { ?class rdfs:subClassOf* ?w
        FILTER(?w IN (nx:Nerve, nx:NervePlexus, nx:Ganglion, nx:Artery, nx:Vein, nx:CaudaEquina, nx:Muscle))
        BIND(STRAFTER(STR(?w), "/term/") AS ?wide) } } GROUP BY ?class ?sort"""
    at_risk = {
        "nerve", "nerve root", "spinal nerve", "ventral ramus", "dorsal ramus", "trunk", "plexus", "ganglion", "artery", "vein",
    }  # fmt: skip
    seen = 0
    for cls, sort, wider in graph.query(query):
        kinds = set(wider.value.split()) if wider else set()
        assert ("Muscle" in kinds) == (sort.value == "muscle"), cls
        assert bool(kinds - {"Muscle"}) == (sort.value in at_risk or cls.value == NX + "CaudaEquina"), cls
        seen += 1
    assert seen > 300


def test_rdflib_concludes_the_same(shared: bytes, bench: Workbench) -> None:
    """The rule files are standard SPARQL 1.1: another engine reads them and draws the same conclusions."""
    case = CASE + "twin"
    content = [
        ("Infiltration", "left-psoas-major", "present", ""),
        ("Infiltration", "?Iliopsoas", "present", ""),
        ("QuadricepsWeakness", "left-quadriceps-femoris", "present", ""),
        ("DermatomalSensoryLoss", "left-s1-dermatome", "present", ""),
    ]
    facts = facts_of(case, content)
    wanted = {line.decode().rpartition(" <")[0] for line in bench.infer({case: facts})}
    assert conclude_with_rdflib(_reduced(shared), case, facts) == wanted


def _reduced(shared: bytes) -> bytes:
    """Without conduits, remarks and sources, which these rules do not read: rdflib is slow."""
    skip = (
        "ConduitEdge>",
        f"<{NX}tableRow>",
        f"<{NX}statedBy>",
        f"<{NX}note>",
        f"<{NX}conduitTo>",
        "/0.1/",
        "altLabel>",
        "IAO_0000",
    )
    return b"\n".join(line for line in shared.split(b"\n") if not any(s.encode() in line for s in skip))


def conclude_with_rdflib(shared: bytes, case: str, facts: bytes) -> set[str]:
    data = rdflib.Dataset(default_union=True)
    data.parse(data=shared, format="nquads")
    data.graph(rdflib.URIRef(case)).parse(data=facts, format="nt")
    target = data.graph(rdflib.URIRef(case + "/inferred"))
    for stratum in sorted({rule.stratum for rule in RULES}):
        layer = [rule for rule in RULES if rule.stratum == stratum]
        for turn in range(20):
            active = layer if turn == 0 else [rule for rule in layer if rule.recursive]
            fresh = {triple for rule in active for triple in data.query(rule.for_cases([case]))}
            new = [triple for triple in fresh if triple not in target]
            for triple in new:
                target.add(triple)
            if not new or not any(rule.recursive for rule in layer):
                break
    found: Mapping[str, str] = {}
    store = ox.Store()
    store.load(input=target.serialize(format="nt", encoding="utf-8"), format=ox.RdfFormat.N_TRIPLES)
    assert not found
    return {str(quad.triple) for quad in store}


def test_rules_read_back(root: Path) -> None:
    """Each rule says what follows, when and from which source, and the folder holds no query that is no rule."""
    files = sorted((root / "queries" / "rules").glob("*.rq"))
    assert [path.stem for path in files] == sorted(rule.name for rule in RULES)
    assert all(rule.summary and rule.when and rule.source and rule.concludes for rule in RULES)
