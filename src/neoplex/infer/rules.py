"""Rules as SPARQL CONSTRUCT: read them, run them over cases, write what follows into the inferred graphs.

A rule is a file in ``queries/rules`` with a ``#+`` header in YAML (summary, when, source, stratum, concludes) and a line
``VALUES ?case { … }`` that the engine replaces by the cases at hand. A rule reaches facts only through ``?case``, so what
follows for a case depends on that case, the ontology and the atlas. Every conclusion is a node below ``<case>/inferred/``
that names its rule and its premises. Comes in: a store. Goes out: quads. Never reads case files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from neoplex.base.errors import Fault, FaultsFound
from neoplex.base.names import CASE, NX, PREFIXES
from neoplex.read.header import read_header

_CASES = re.compile(r"VALUES\s+\?case\s*\{[^}]*\}")
_KEYS = {"summary", "when", "source", "stratum", "concludes", "recursive"}
_BATCH = 100
_BATCHES_PER_WORKER = 3
_ROUNDS = 50
_MANY = 20_000
_CASE_START = f"<{CASE}".encode()


@dataclass(frozen=True)
class Rule:
    """One rule: its name (the file's), what it says, where that comes from, and the query."""

    name: str
    summary: str
    when: str
    source: str
    stratum: int
    concludes: str
    recursive: bool
    query: str

    @property
    def iri(self) -> str:
        """The IRI that conclusions give as ``nx:byRule``."""
        return f"{NX}rule/{self.name}"

    def for_cases(self, cases: Sequence[str]) -> str:
        """The query bound to these case IRIs."""
        bound = "VALUES ?case { " + " ".join(f"<{iri}>" for iri in cases) + " }"
        return _CASES.sub(lambda _: bound, self.query, count=1)


def read_rules(folder: Path) -> list[Rule]:
    """All rules of a folder by stratum, then name; raises FaultsFound for headers that do not say what they must."""
    rules: list[Rule] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.rq")):
        text = path.read_text("utf-8")
        data, wrong = read_header(text, path.name)
        faults.extend(wrong)
        for key in sorted(_KEYS - {"recursive"} - set(data)):
            faults.append(Fault(path.name, 1, 0, key, "nothing", "a value in the header"))
        for key in sorted(set(data) - _KEYS):
            faults.append(Fault(path.name, 1, 0, str(key), "an unknown key", f"one of {', '.join(sorted(_KEYS))}"))
        if not _CASES.search(text):
            faults.append(Fault(path.name, 1, 0, "query", "no VALUES ?case { … } line", "exactly one"))
        if not faults:
            rules.append(
                Rule(
                    path.stem,
                    str(data["summary"]),
                    str(data["when"]),
                    str(data["source"]),
                    int(data["stratum"]),
                    str(data["concludes"]),
                    bool(data.get("recursive", False)),
                    text,
                )
            )
    if faults:
        raise FaultsFound(faults)
    return sorted(rules, key=lambda rule: (rule.stratum, rule.name))


def rule_quads(rules: Iterable[Rule], graph: str) -> list[ox.Quad]:
    """The rules themselves as RDF, so that a proof can say which rule it used and where the rule comes from."""
    quads: list[ox.Quad] = []
    target = ox.NamedNode(graph)

    def say(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> None:
        quads.append(ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), value, target))

    for rule in rules:
        say(rule.iri, PREFIXES["rdf"] + "type", ox.NamedNode(NX + "Rule"))
        say(rule.iri, PREFIXES["rdfs"] + "label", ox.Literal(rule.name.replace("-", " "), language="en"))
        say(rule.iri, NX + "says", ox.Literal(rule.summary, language="en"))
        say(rule.iri, NX + "appliesWhen", ox.Literal(rule.when, language="en"))
        say(rule.iri, PREFIXES["dcterms"] + "source", ox.Literal(rule.source, language="en"))
    return quads


def inferred_graph(case: str) -> ox.NamedNode:
    """The graph that holds what follows for a case."""
    return ox.NamedNode(case + "/inferred")


class Workbench:
    """A store in memory with everything that is shared by all cases, and with the cases at hand, one batch at a time.

    Rules run here and not where the cases lie: other cases are out of their reach, and a conclusion costs the same however many
    cases there are.
    """

    def __init__(self, shared: bytes, rules: Sequence[Rule]) -> None:
        self._store = ox.Store()
        self._store.bulk_load(input=shared, format=ox.RdfFormat.N_QUADS)
        self._rules = list(rules)

    def infer(self, facts: Mapping[str, bytes], rules: Sequence[Rule] | None = None) -> list[bytes]:
        """What follows for some cases, as lines of N-Quads; ``facts`` maps each case to its graph in N-Triples.

        With ``rules`` only these are run instead of all.
        """
        graphs = [ox.NamedNode(case) for case in facts]
        for graph, text in zip(graphs, facts.values(), strict=True):
            self._store.load(input=text, format=ox.RdfFormat.N_TRIPLES, to_graph=graph)
        try:
            return sorted(_closure(self._store, self._rules if rules is None else rules, list(facts)))
        finally:
            for graph in graphs:
                self._store.remove_graph(graph)
                self._store.remove_graph(inferred_graph(graph.value))


def _closure(store: ox.Store, rules: Sequence[Rule], cases: Sequence[str]) -> set[bytes]:
    graphs = {case.removeprefix(CASE).encode(): f"<{case}/inferred> .".encode() for case in cases}
    known: set[bytes] = set()
    for stratum in sorted({rule.stratum for rule in rules}):
        layer = [rule for rule in rules if rule.stratum == stratum]
        for round_number in range(_ROUNDS):
            active = layer if round_number == 0 else [rule for rule in layer if rule.recursive]
            fresh = {line for rule in active for line in _conclusions(store, rule, graphs)} - known
            if not fresh:
                break
            store.load(input=b"\n".join(fresh), format=ox.RdfFormat.N_QUADS)
            known |= fresh
            if not any(rule.recursive for rule in layer):
                break
        else:
            raise ValueError(f"the rules of stratum {stratum} do not come to an end after {_ROUNDS} rounds")
    return known


def _conclusions(store: ox.Store, rule: Rule, graphs: Mapping[bytes, bytes]) -> Iterator[bytes]:
    """What a rule concludes, one line of N-Quads each; ``graphs`` maps the id of each case to its inferred graph.

    Lines and not terms, because a case has some hundred conclusions and each term costs more than its text. Raises ValueError
    when the rule speaks of anything but these cases.
    """
    answer = store.query(
        rule.for_cases([CASE + name.decode() for name in graphs]), prefixes=PREFIXES, use_default_graph_as_union=True
    )
    if not isinstance(answer, ox.QueryTriples):
        raise ValueError(f"rule {rule.name} is no CONSTRUCT query")
    text = answer.serialize(format=ox.RdfFormat.N_TRIPLES)
    assert text is not None
    start = len(_CASE_START)
    for line in set(text.split(b"\n")):
        if not line:
            continue
        name = line[start : line.index(b">")].partition(b"/")[0] if line.startswith(_CASE_START) else b""
        if name not in graphs:
            raise ValueError(f"rule {rule.name} concludes {line.decode()}, which is about none of its cases")
        yield line[:-1] + graphs[name]


def shared_graphs(store: ox.Store) -> bytes:
    """Everything that is not one case's own: ontology, atlas, sources, as N-Quads."""
    parts: list[bytes] = []
    for graph in store.named_graphs():
        if isinstance(graph, ox.NamedNode) and not graph.value.startswith(CASE):
            text = ox.serialize(store.quads_for_pattern(None, None, None, graph), format=ox.RdfFormat.N_QUADS)
            assert text is not None
            parts.append(text)
    return b"".join(parts)


def _facts(store: ox.Store, cases: Sequence[str]) -> dict[str, bytes]:
    return {case: store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(case)) or b"" for case in cases}


def run_rules(store: ox.Store, rules: Sequence[Rule], cases: Iterable[str], *, workers: int | None = None) -> int:
    """Replace the inferred graphs of these cases; returns how many triples follow in all.

    Strata run in order; a recursive rule runs until nothing new follows. Many cases are shared out among ``workers`` processes
    (as many as there are cores when not given). The store must be writable.
    """
    todo = sorted(set(cases))
    for case in todo:
        store.remove_graph(inferred_graph(case))
    if not todo or not rules:
        return 0
    shared = shared_graphs(store)
    batches = [todo[start : start + _BATCH] for start in range(0, len(todo), _BATCH)]
    count = workers if workers is not None else min(os.cpu_count() or 1, len(batches) // _BATCHES_PER_WORKER)
    total = 0
    if count < 2:
        bench = Workbench(shared, rules)
        for batch in batches:
            total += _write(store, bench.infer(_facts(store, batch)))
        return total
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Fresh processes: a copy of this one would share the files of an open store.
    with ProcessPoolExecutor(count, get_context("spawn"), _open_bench, (shared, list(rules))) as pool:
        for lines in pool.map(_infer_here, (_facts(store, batch) for batch in batches)):
            total += _write(store, lines)
    return total


def _write(store: ox.Store, lines: list[bytes]) -> int:
    text = b"\n".join(lines)
    if len(lines) < _MANY:
        store.load(input=text, format=ox.RdfFormat.N_QUADS)
    else:
        # Not one transaction, and much quicker: who builds throws the whole draft away when something fails.
        store.bulk_load(input=text, format=ox.RdfFormat.N_QUADS)
    return len(lines)


_bench: Workbench | None = None


def _open_bench(shared: bytes, rules: Sequence[Rule]) -> None:
    global _bench
    _bench = Workbench(shared, rules)


def _infer_here(facts: Mapping[str, bytes]) -> list[bytes]:
    assert _bench is not None
    return _bench.infer(facts)
