"""``neoplex criteria`` as users meet it: pages, rows, what if, comparisons, and how it refuses."""

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
    """Run the verb on the graph of everything shipped."""

    def start(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "NEOPLEX_HOME": str(built_home),
            "COLUMNS": "80",
            "PYTHONUTF8": "1",
            "PYTHONPATH": str(Path(neoplex.__file__).parent.parent),
        }
        command = [sys.executable, "-m", "neoplex", "criteria", *words]
        return subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", env=environment, cwd=tmp_path, timeout=120
        )

    return start


def test_without_a_case_the_sets_are_listed(run: Run) -> None:
    done = run()
    assert done.returncode == 0
    for name in ("agar-2004-triad", "jspm-2010", "gerontopoulos-2020", "neoplastic-or-radiation-plexopathy"):
        assert name in done.stdout.splitlines()
    assert "1 required, 1 of 3 options, 4 exclusions; read: full text" in " ".join(done.stdout.split())


def test_a_page_fits_the_screen_and_says_what_would_settle_it(run: Run) -> None:
    done = run("elhayel-2026", "--set", "jspm-2010", "--proof")
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 80
    text = " ".join(done.stdout.split())
    assert "malignant disease in the iliopsoas: left undetermined, right met" in text
    assert "iliopsoas muscle metastasis (right iliopsoas), iliopsoas-metastasis [" in text
    assert "met on the right, by 3: groin pain, thigh pain or knee pain; " in text
    assert "silence read as absence not met" in text
    assert "no diagnosis" in done.stderr


def test_rows_hold_each_side_and_item(run: Run) -> None:
    done = run("capek-2015", "--set", "gerontopoulos-2020", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == 2 * (1 + 8)
    found = {(row["side"], row["item"]): row for row in rows}
    assert found["left", "lumbar-bone-metastasis"]["verdict"] == "not met"
    assert found["left", "lumbar-bone-metastasis"]["facts"] == "case:capek-2015/interpretation/bone-scan-2013-reading"
    assert found["left", ""]["verdict"] == "undetermined"


def test_all_sets_over_all_cases(run: Run) -> None:
    done = run("--all", "--format", "json")
    rows = json.loads(done.stdout)["results"]["bindings"]
    assert len(rows) == 16 * 7
    page = run("--all", "--set", "jspm-2010").stdout
    assert "sanuki-2022-11" in page and "1  jspm-2010: " in page
    assert max(map(len, run("--all").stdout.splitlines())) <= 80


def test_an_assumption_is_marked_and_leaves_no_trace(run: Run) -> None:
    before = run("elhayel-2026", "--set", "jspm-2010").stdout
    words = ["right thigh pain=present", "right quadriceps weakness=present", "right fixed flexion of the hip=present"]
    done = run("elhayel-2026", "--set", "jspm-2010", *(part for word in words for part in ("--assume", word)))
    text = " ".join(done.stdout.split())
    assert "verdict met on the right" in text
    assert text.count("ASSUMED, not reported: ") == 3
    assert "nothing of it is stored" in done.stderr
    assert run("elhayel-2026", "--set", "jspm-2010").stdout == before


def test_discriminators_suggest_and_never_decide(run: Run) -> None:
    done = run("capek-2015", "--set", "neoplastic-or-radiation-plexopathy")
    assert done.returncode == 0
    text = " ".join(done.stdout.split())
    assert "Each line suggests; none decides" in text
    assert (
        "for neoplastic lumbosacral plexopathy: " in text and "for radiation-induced lumbosacral plexopathy: " in text
    )
    assert "myokymic discharges on EMG" in text.partition("it says nothing: ")[2], (
        "a record without myokymia excludes nothing"
    )
    assert "verdict" not in text.replace("add up to a verdict", "")


def test_verdicts_as_rdf_are_those_of_the_graph(run: Run) -> None:
    done = run("shi-2021", "--format", "nt")
    assert done.returncode == 0
    assert "<https://w3id.org/neoplex/case/shi-2021/inferred/criteria/jspm-2010>" in done.stdout
    assert "assumption" not in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("elhayel",), "elhayel-2026"),
        (("gerontopoulos-2020",), "is a cohort"),
        (("elhayel-2026", "--set", "jspm"), "did you mean jspm-2010"),
        (("elhayel-2026", "--all"), "not both"),
        (("--all", "--assume", "pain=present"), "name it"),
        (("--assume", "pain=present"), "needs a case"),
        (("elhayel-2026", "--assume", "pain"), "is no assumption"),
        (("elhayel-2026", "--format", "odt"), "unknown format"),
        (("elhayel-2026", "--assume", "pain=present", "--format", "turtle"), "never written as RDF"),
        (("--all", "--format", "turtle"), "answers with rows"),
    ],
)
def test_a_wrong_call_says_what_is_right(run: Run, words: tuple[str, ...], message: str) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
