"""Rules as SPARQL CONSTRUCT: read them, and run them over a few cases at a time.

A rule is a file in ``queries/rules`` with a ``#+`` header in YAML (summary, when, source, stratum, concludes) and a line
``VALUES ?case { … }`` that the engine replaces by the cases at hand. A rule reaches facts only through ``?case``, so what
follows for a case depends on that case, the ontology and the atlas. Every conclusion is a node below ``<case>/inferred/``
that names its rule and its premises. Comes in: graphs as text. Goes out: lines of N-Quads. Never reads case files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from neoplex.base.errors import Fault, FaultsFound
from neoplex.base.names import CASE, GRAPH_ATLAS, GRAPH_INFERRED, GRAPH_ONTOLOGY, NX, PREFIXES
from neoplex.read.header import read_header

_CASES = re.compile(r"VALUES\s+\?case\s*\{[^}]*\}")
_KEYS = {"summary", "when", "source", "stratum", "concludes", "recursive"}
_ROUNDS = 50
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

    @property
    def store(self) -> ox.Store:
        """What all cases share, and the cases held at the moment."""
        return self._store

    @contextmanager
    def holding(self, facts: Mapping[str, bytes]) -> Iterator[None]:
        """Hold some cases; ``facts`` maps each case to its graph in N-Triples."""
        graphs = [ox.NamedNode(case) for case in facts]
        try:
            for graph, text in zip(graphs, facts.values(), strict=True):
                self._store.load(input=text, format=ox.RdfFormat.N_TRIPLES, to_graph=graph)
            yield
        finally:
            for graph in graphs:
                self._store.remove_graph(graph)
                self._store.remove_graph(inferred_graph(graph.value))

    def conclude(self, cases: Sequence[str], rules: Sequence[Rule] | None = None) -> set[bytes]:
        """What follows by rules for some of the cases held, as lines of N-Quads; the lines are held as well.

        With ``rules`` only these are run instead of all.
        """
        return _closure(self._store, self._rules if rules is None else rules, cases)

    def infer(self, facts: Mapping[str, bytes], rules: Sequence[Rule] | None = None) -> list[bytes]:
        """What follows by rules for some cases, as sorted lines of N-Quads; with ``rules`` only these are run."""
        with self.holding(facts):
            return sorted(self.conclude(list(facts), rules))


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
    """What conclusions may depend on beside the case itself, as N-Quads: the ontology, what follows from it, and the atlas.

    Sources and what papers say in general stay away: they grow with the number of publications, and no rule may ask them.
    """
    parts: list[bytes] = []
    for graph in (GRAPH_ONTOLOGY, GRAPH_INFERRED, GRAPH_ATLAS):
        text = ox.serialize(store.quads_for_pattern(None, None, None, ox.NamedNode(graph)), format=ox.RdfFormat.N_QUADS)
        assert text is not None
        parts.append(text)
    return b"".join(parts)
