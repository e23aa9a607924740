"""``neoplex localise`` as users meet it: pages, rows, RDF, refusals."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import neoplex

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(built_home: Path, tmp_path: Path) -> Run:
    """Run ``neoplex localise`` on the shipped papers from an empty folder."""

    def start(*words: str) -> subprocess.CompletedProcess[str]:
        package = str(Path(neoplex.__file__).parent.parent)
        environment = {
            **os.environ,
            "NEOPLEX_HOME": str(built_home),
            "PYTHONPATH": package,
            "COLUMNS": "80",
            "PYTHONUTF8": "1",
        }
        command = [sys.executable, "-m", "neoplex", "localise", *words]
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=60, encoding="utf-8"
        )

    return start


def test_a_case_becomes_a_page(run: Run) -> None:
    done = run("capek-2015", "--examination", "exam-2014-04", "-n", "2")
    assert done.returncode == 0 and "no diagnosis" in done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    for words in (
        "Lost (12)",
        "Preserved (6)",
        "1. left lumbosacral plexus and right sciatic nerve",
        "Further down the order",
        "What would tell 1",
    ):
        assert words in done.stdout
    assert "score" not in done.stdout and "points" not in done.stdout


def test_findings_in_words(run: Run) -> None:
    done = run(
        "--finding", "left foot drop", "--finding", "weak left foot inversion", "--preserved", "left ankle reflex"
    )
    assert done.returncode == 0
    assert "1. left L5 nerve root: fits" in done.stdout and "left ventral ramus of L5" in done.stdout


def test_the_proof_ends_in_table_rows_and_facts(run: Run) -> None:
    done = run("capek-2015", "--proof", "-n", "1")
    assert "proof" in done.stdout and "innervation.tsv:" in done.stdout and "capek-2015/finding/" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_rows_and_rdf(run: Run, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("--finding", "left foot drop", "--format", "csv").stdout)))
    assert rows[0]["rank"] == "1" and rows[0]["explains"] == "weak left foot dorsiflexion"
    bindings = json.loads(run("capek-2015", "-f", "json").stdout)["results"]["bindings"]
    assert len(bindings) >= 5 and bindings[0]["rank"]["value"] == "1"
    target = tmp_path / "lesions.ttl"
    done = run("capek-2015", "--format", "turtle", "-o", str(target))
    assert done.returncode == 0 and "nx:LesionHypothesis" in target.read_text("utf-8")
    assert run("--finding", "left foot drop", "-f", "turtle").returncode == 2, "findings without a case have no graph"


def test_nothing_lost_is_said(run: Run) -> None:
    done = run("sanuki-2022-1")
    assert (done.returncode, done.stdout) == (0, "") and "nothing to localise" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name a case"),
        (("--finding", "weak left knee extnsion"), "did you mean knee extension"),
        (("--finding", "left foot drop", "--preserved", "weak left knee flexion"), "says that it is lost"),
        (("capek-2014",), "capek-2015"),
        (("sanuki-2022",), "person by person"),
        (("capek-2015", "--examination", "exam-2014"), "exam-2014-04"),
        (("--finding", "left foot drop", "--sex", "m"), "male or female"),
        (("capek-2015", "--format", "docx"), "unknown format"),
        (("--finding", "left foot drop", "--examination", "x"), "needs a case"),
    ],
)
def test_wrong_calls_are_refused_with_a_way_out(run: Run, words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "") and said in done.stderr


def test_help_fits_and_has_examples(run: Run) -> None:
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) <= 80 and "  neoplex localise capek-2015" in done.stdout
