"""The verbs audit, dose and similar as users meet them, on the graph of everything shipped."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from neoplex.base.errors import FaultsFound, NeoplexError
from neoplex.base.paths import shipped_root
from neoplex.cli.main import app

Run = Callable[..., str]


@pytest.fixture
def run(built_home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("NEOPLEX_HOME", str(built_home))
    monkeypatch.setenv("COLUMNS", "80")

    def start(*words: str) -> str:
        done = CliRunner().invoke(app, words)
        if isinstance(done.exception, NeoplexError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    return start


@pytest.mark.parametrize(
    "words",
    [
        ("audit",),
        ("audit", "gerontopoulos-2020"),
        ("dose", "39/13", "8/1"),
        ("dose", "--all"),
        ("similar", "capek-2015", "--most", "5", "--full"),
        ("similar", "sanuki-2022-8", "--by", "treatment"),
    ],
)
def test_pages_fit_80_columns(words: tuple[str, ...], run: Run) -> None:
    page = run(*words)
    assert page.endswith("\n") and len(page) > 200
    assert max(map(len, page.splitlines())) <= 80


def test_audit_shows_both_figures_both_places_and_units(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("audit", "sanuki-2022", "--verdict", "mismatch", "-f", "csv"))))
    row = next(row for row in rows if row["claim"].endswith("/complete-resolution"))
    assert (row["printed"], row["recomputed"], row["beside"]) == ("9 patients", "8 patients", "9 courses")
    assert "abstract" in row["places"] and "table 1" in row["used"]
    assert {row["verdict"] for row in rows} == {"mismatch"}


def test_similar_reads_a_file_without_storing_it(run: Run, built_home: Path) -> None:
    path = shipped_root() / "data" / "cases" / "shi-2021.yaml"
    before = sorted(str(p) for p in built_home.rglob("*"))
    from_file = run("similar", str(path), "-f", "csv")
    assert from_file == run("similar", "shi-2021", "-f", "csv")
    assert sorted(str(p) for p in built_home.rglob("*")) == before


def test_a_faulty_file_is_refused_with_its_faults(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("format: neoplex/1\nsource: {id: x-2020}\n")
    with pytest.raises(FaultsFound) as raised:
        run("similar", str(path))
    assert len(raised.value.faults) > 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("audit", "sanuki-2021"), "did you mean sanuki-2022"),
        (("audit", "--verdict", "mismach"), "did you mean mismatch"),
        (("dose",), "give a regimen"),
        (("dose", "39/13", "--all"), "give a regimen"),
        (("dose", "--case", "nobody"), "no case is called"),
        (("similar", "gerontopoulos-2020"), "is a series"),
        (("similar", "capek-2015", "--by", "finding"), "did you mean findings"),
        (("similar", "missing.yaml"), "is no file"),
    ],
)
def test_wrong_words_end_with_what_would_be_right(words: tuple[str, ...], said: str, run: Run) -> None:
    with pytest.raises(NeoplexError, match=said):
        run(*words)


def test_a_file_with_several_cases_asks_which(run: Run) -> None:
    path = str(shipped_root() / "data" / "cases" / "sanuki-2022.yaml")
    with pytest.raises(NeoplexError, match="choose one with --case"):
        run("similar", path)
    assert "sanuki-2022-8" in run("similar", path, "--case", "sanuki-2022-2", "--by", "anatomy", "--side-blind")
