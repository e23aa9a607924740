"""Rules as SPARQL CONSTRUCT: read them, run them over cases, write what follows into the inferred graphs.

A rule is a file in ``queries/rules`` with a ``#+`` header in YAML (summary, when, source, stratum, concludes) and a line
``VALUES ?case { … }`` that the engine replaces by the cases at hand. A rule reaches facts only through ``?case``, so what
follows for a case depends on that case, the ontology and the atlas. Every conclusion is a node below ``<case>/inferred/``
that names its rule and its premises. Comes in: a store. Goes out: quads. Never reads case files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from neoplex.base.errors import Fault, FaultsFound
from neoplex.base.names import CASE, NX, PREFIXES
from neoplex.read.header import read_header

_CASES = re.compile(r"VALUES\s+\?case\s*\{[^}]*\}")
_KEYS = {"summary", "when", "source", "stratum", "concludes", "recursive"}
_BATCH = 400
_ROUNDS = 50
_RDF_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")


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


def _case_of(node: Any, cases: set[str]) -> str | None:
    if isinstance(node, ox.NamedNode) and node.value.startswith(CASE):
        iri = CASE + node.value[len(CASE) :].split("/", 1)[0]
        return iri if iri in cases else None
    return None


def _conclusions(store: ox.Store, rule: Rule, batch: Sequence[str]) -> Iterator[ox.Quad]:
    known = set(batch)
    answer = store.query(rule.for_cases(batch), prefixes=PREFIXES, use_default_graph_as_union=True)
    if not isinstance(answer, ox.QueryTriples):
        raise ValueError(f"rule {rule.name} is no CONSTRUCT query")
    for triple in answer:
        case = _case_of(triple.subject, known)
        if case is None:
            raise ValueError(f"rule {rule.name} concludes about {triple.subject}, which is in none of its cases")
        yield ox.Quad(triple.subject, triple.predicate, triple.object, inferred_graph(case))


def run_rules(store: ox.Store, rules: Sequence[Rule], cases: Iterable[str]) -> int:
    """Replace the inferred graphs of these cases; returns how many triples follow in all.

    Strata run in order; a recursive rule runs until nothing new follows. The store must be writable.
    """
    todo = sorted(set(cases))
    for case in todo:
        store.remove_graph(inferred_graph(case))
    total = 0
    for start in range(0, len(todo), _BATCH):
        batch = todo[start : start + _BATCH]
        for stratum in sorted({rule.stratum for rule in rules}):
            layer = [rule for rule in rules if rule.stratum == stratum]
            for round_number in range(_ROUNDS):
                active = layer if round_number == 0 else [rule for rule in layer if rule.recursive]
                fresh = sorted(
                    {quad for rule in active for quad in _conclusions(store, rule, batch) if quad not in store},
                    key=str,
                )
                if not fresh:
                    break
                store.extend(fresh)
                total += len(fresh)
                if not any(rule.recursive for rule in layer):
                    break
            else:
                raise ValueError(f"the rules of stratum {stratum} do not come to an end after {_ROUNDS} rounds")
    return total
