"""Checks: saved queries whose rows are faults, and how bad each kind is.

A check is a file ``queries/checks/<name>.rq`` with a ``#+`` header (problem, remedy) that selects ``?entity ?property ?value
?reason``. Its severity stands in ``queries/checks/severity.tsv``, so that a project can be stricter without touching a query.
Comes in: an open graph. Goes out: :class:`Finding` rows in a stable order. Never mends anything.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from neoplex.ask.vocabulary import Engine
from neoplex.base.errors import Fault, FaultsFound
from neoplex.base.names import PREFIXES, compact
from neoplex.read.header import read_header
from neoplex.store.answers import Rows, collect

COLUMNS = ("entity", "property", "value", "reason")
SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True)
class Check:
    """One check: its name, what is wrong when it has rows, what to do about it, how bad it is, and the query."""

    name: str
    problem: str
    remedy: str
    severity: str
    query: str


@dataclass(frozen=True, order=True)
class Finding:
    """One fault that a check found, in words a person can follow; IRIs are compact."""

    check: str
    severity: str
    entity: str
    property: str
    value: str
    reason: str


def read_checks(folder: Path) -> list[Check]:
    """All checks by name; raises FaultsFound for a header or severity that does not say what it must."""
    faults: list[Fault] = []
    severities = _severities(folder / "severity.tsv", faults)
    checks: list[Check] = []
    for path in sorted(folder.glob("*.rq")):
        text = path.read_text("utf-8")
        data, wrong = read_header(text, path.name)
        faults.extend(wrong)
        for key in ("problem", "remedy"):
            if not isinstance(data.get(key), str):
                faults.append(Fault(path.name, 1, 0, key, "nothing", "a sentence in the #+ header"))
        if path.stem not in severities:
            faults.append(Fault("severity.tsv", 0, 0, path.stem, "no line", f"one of {', '.join(SEVERITIES)}"))
        if not faults:
            checks.append(Check(path.stem, data["problem"], data["remedy"], severities[path.stem], text))
    for name in sorted(set(severities) - {path.stem for path in folder.glob("*.rq")}):
        faults.append(Fault("severity.tsv", 0, 0, name, "a severity", "a check of that name"))
    if faults:
        raise FaultsFound(faults)
    return checks


def _severities(path: Path, faults: list[Fault]) -> dict[str, str]:
    found: dict[str, str] = {}
    with path.open(encoding="utf-8", newline="") as handle:
        for number, row in enumerate(csv.DictReader(handle, delimiter="\t"), start=2):
            if row["severity"] not in SEVERITIES:
                faults.append(
                    Fault(path.name, number, 0, "severity", row["severity"], f"one of {', '.join(SEVERITIES)}")
                )
            found[row["check"]] = row["severity"]
    return found


def run_check(store: ox.Store | Engine, check: Check) -> list[Finding]:
    """The faults that one check finds, sorted; raises ValueError when its columns are not the four."""
    if isinstance(store, ox.Store):
        answer = collect(store.query(check.query, prefixes=PREFIXES, use_default_graph_as_union=True))
    else:
        answer = store.answer(check.query)
    if not isinstance(answer, Rows):
        raise ValueError(f"check {check.name} is no SELECT query")
    if answer.variables != COLUMNS:
        raise ValueError(f"check {check.name} selects {answer.variables}, not {COLUMNS}")
    rows = {tuple(_words(term) for term in row) for row in answer.rows}
    return [Finding(check.name, check.severity, *row) for row in sorted(rows)]


def run_checks(store: ox.Store | Engine, checks: list[Check]) -> list[Finding]:
    """What all checks find: errors first, then warnings, then notes, each by check and entity."""
    found = [finding for check in checks for finding in run_check(store, check)]
    return sorted(found, key=lambda finding: (SEVERITIES.index(finding.severity), finding))


def _words(term: object) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        return compact(term.value)
    if isinstance(term, ox.Literal):
        return term.value
    return str(term)
