"""What the README says can be run, runs; what it prints is printed; what it links to is there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(sh|console)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
ADDING = [line for kind, text in BLOCKS if kind == "sh" and "case new" in text for line in text.splitlines()]
COMMANDS = [
    line
    for kind, text in BLOCKS
    if kind == "sh" and "case new" not in text
    for line in text.splitlines()
    if line.startswith("neoplex ")
]


def run(line: str, home: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    words = shlex.split(line, comments=True)
    assert words[0] == "neoplex"
    return subprocess.run(
        [sys.executable, "-m", "neoplex", *words[1:]],
        cwd=folder,
        env={**os.environ, "NEOPLEX_HOME": str(home), "NO_COLOR": "1", "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_readme_was_read() -> None:
    assert len(COMMANDS) >= 14
    assert len(ADDING) >= 4


@pytest.mark.parametrize("line", COMMANDS)
def test_command_runs(line: str, built_home: Path, tmp_path: Path) -> None:
    done = run(line, built_home, tmp_path)
    assert done.returncode == 0, done.stderr
    words = shlex.split(line, comments=True)
    if "-o" in words:
        made = tmp_path / words[words.index("-o") + 1]
        assert made.is_file() or any(made.iterdir())
    else:
        assert done.stdout.strip()


def test_adding_a_case_goes_as_told(built_home: Path, tmp_path: Path) -> None:
    import shutil

    home = tmp_path / "home"
    shutil.copytree(built_home, home)
    lines = [line.split("#")[0].rstrip() for line in ADDING if line.startswith("neoplex ")]
    answers = [run(line + " --format csv" * (" ask " in line), home, tmp_path) for line in lines]
    for done in answers:
        assert done.returncode == 0, done.stderr
    assert "my-case-2026-1" in answers[3].stdout


@pytest.mark.parametrize("text", [text for kind, text in BLOCKS if kind == "console"])
def test_printed_lines_are_printed(text: str, built_home: Path, tmp_path: Path) -> None:
    first, *expected = text.splitlines()
    assert first.startswith("$ ")
    printed = iter(run(first[2:], built_home, tmp_path).stdout.splitlines())
    for line in expected:
        if line != "…":
            assert any(line == got for got in printed), f"not printed, or not in this order: {line!r}"


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "docs/data-model.md", "ontology/README.md", "queries/README.md"]
)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (ROOT / page).parent.joinpath(target).exists(), f"{page} links to {target}"


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_paths_named_exist(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    for name in re.findall(r"`((?:data|ontology|queries|docs|tests|src)/[\w./-]*)`", text):
        assert (ROOT / name).exists(), f"{page} names {name}"


def test_no_medical_device_is_said_once() -> None:
    assert README.lower().count("medical device") == 1
