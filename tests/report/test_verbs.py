"""The verbs ``report``, ``compare`` and ``draw`` as users meet them: real processes, their files, their talk, how they end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import neoplex

os.environ["PYTHONPATH"] = str(Path(neoplex.__file__).parent.parent)
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(built_home: Path, tmp_path: Path) -> Run:
    """Run neoplex on the graph of everything shipped, from an empty folder."""

    def start(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "NEOPLEX_HOME": str(built_home), "COLUMNS": "80", "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", "neoplex", *words]
        return subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", env=environment, cwd=tmp_path, timeout=120
        )

    return start


def test_report_to_a_file_and_to_the_screen(run: Run, tmp_path: Path) -> None:
    done = run("report", "sanuki-2022-2", "-o", "two.html")
    assert done.returncode == 0 and done.stdout == ""
    assert "wrote two.html" in done.stderr
    assert (tmp_path / "two.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    shown = run("report", "sanuki-2022-2", "--format", "md")
    assert shown.returncode == 0 and shown.stdout.startswith("# Sanuki 2022, patient 2\n")


def test_report_of_a_file_that_is_wrong_changes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(
        "format: neoplex/1\nsource: {id: bad-2020}\ncases: [{id: bad-2020, sexx: male}]\n"
    )
    done = run("report", "bad.yaml", "-o", "bad.html")
    assert done.returncode == 1 and "bad.yaml:3" in done.stderr and "nothing was changed" in done.stderr
    assert not (tmp_path / "bad.html").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("report", "nobody"), "no case is called 'nobody'"),
        (("report", "shi-2021", "-o", "x.docx"), "'docx' is no report format; use html, md, pdf"),
        (("report", "shi-2021", "--format", "pdf"), "add -o FILE.pdf"),
        (("report", "missing.yaml"), "missing.yaml is no file"),
        (("compare",), "name cases, or write --all"),
        (("compare", "--all", "--columns", "agee"), "did you mean age"),
        (("compare", "shi-2021", "--format", "xls"), "use one of md, csv, latex, html"),
        (("draw", "--what", "pain", "--source", "sanuki"), "no source is called 'sanuki'"),
        (("draw", "capek-2015", "--what", "pain"), "report nothing that this figure shows"),
    ],
)
def test_wrong_words_are_refused_with_a_way_out(words: tuple[str, ...], said: str, run: Run) -> None:
    done = run(*words)
    assert done.returncode == 2 and done.stdout == "" and said in done.stderr.replace("\n", " ")


def test_compare_chooses_the_format_by_the_file(run: Run, tmp_path: Path) -> None:
    done = run("compare", "shi-2021", "elhayel-2026", "--locators", "-o", "table.tex")
    assert done.returncode == 0 and "2 patients" in done.stderr
    assert r"\begin{longtable}" in (tmp_path / "table.tex").read_text("utf-8")
    shown = run("compare", "--source", "sanuki-2022", "--columns", "age,sex", "--format", "csv")
    assert shown.stdout.splitlines()[0] == "Patient,Age,Sex" and len(shown.stdout.splitlines()) == 13


def test_draw_writes_timeline_and_series(run: Run, tmp_path: Path) -> None:
    assert run("draw", "shi-2021", "--what", "timeline", "-o", "t.png").returncode == 0
    assert (tmp_path / "t.png").read_bytes().startswith(b"\x89PNG")
    shown = run("draw", "--what", "primaries")
    assert shown.returncode == 0 and shown.stdout.startswith("<?xml")
