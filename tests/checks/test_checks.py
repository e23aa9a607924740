"""Every check finds the fault planted for it, exactly, and passes its clean sample; the shipped graph has no error."""

from __future__ import annotations

import csv
from pathlib import Path

import pyoxigraph as ox
import pytest

from neoplex.check.faults import COLUMNS, Check, read_checks, run_check, run_checks
from neoplex.store.embedded import Graph

HERE = Path(__file__).resolve().parent
CHECKS = read_checks(HERE.parents[1] / "queries" / "checks")


def load(path: Path) -> ox.Store:
    store = ox.Store()
    store.load(path=str(path), format=ox.RdfFormat.TRIG)
    assert len(store) > 0
    return store


def test_every_check_has_a_sample_and_no_sample_is_left_over() -> None:
    assert len(CHECKS) >= 23
    assert {check.name for check in CHECKS} == {path.parent.name for path in HERE.glob("*/fault.trig")}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_planted_fault_is_found(check: Check) -> None:
    with (HERE / check.name / "expected.tsv").open(encoding="utf-8", newline="") as handle:
        expected = [tuple(row[column] for column in COLUMNS) for row in csv.DictReader(handle, delimiter="\t")]
    found = [
        (f.entity, f.property, f.value, f.reason) for f in run_check(load(HERE / check.name / "fault.trig"), check)
    ]
    assert expected
    # A blank node has no lasting name: its sample writes `*`.
    masked = [
        tuple("*" if e == "*" else g for e, g in zip(want, got, strict=True))
        for want, got in zip(expected, found, strict=True)
    ]
    assert masked == expected


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_clean_sample_passes(check: Check) -> None:
    assert run_check(load(HERE / check.name / "clean.trig"), check) == []


def test_shipped_graph_has_no_errors(graph: Graph) -> None:
    errors = [finding for finding in run_checks(graph.store, CHECKS) if finding.severity == "error"]
    assert errors == []
