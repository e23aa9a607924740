"""``neoplex draw`` as users meet it: files by their ending, an SVG on stdout, refusals that say what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import neoplex

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def run(built_home: Path, tmp_path: Path) -> Run:
    """Run ``neoplex draw`` on the shipped papers from an empty folder."""

    def start(*words: str) -> subprocess.CompletedProcess[bytes]:
        package = str(Path(neoplex.__file__).parent.parent)
        environment = {**os.environ, "NEOPLEX_HOME": str(built_home), "PYTHONPATH": package, "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", "neoplex", "draw", *words]
        return subprocess.run(command, capture_output=True, env=environment, cwd=tmp_path, timeout=120, check=False)

    return start


def test_a_file_by_its_ending(run: Run, tmp_path: Path) -> None:
    done = run("--site", "left psoas major", "-o", "psoas.png")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "psoas.png").read_bytes().startswith(b"\x89PNG")
    assert b"wrote psoas.png" in done.stderr and done.stdout == b""


def test_an_svg_goes_to_stdout(run: Run) -> None:
    done = run("sanuki-2022-8", "--what", "body")
    assert done.returncode == 0 and b"<svg" in done.stdout and b"left buttock" in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("capek-2015", "-o", "plexus.gif"), b"svg, png, pdf"),
        (("capek-2015", "--format", "png"), b"-o FILE.png"),
        (("capek-2015", "--what", "plexsus"), b"plexus"),
        (("capek-2014",), b"capek-2015"),
        ((), b"name a case"),
        (("capek-2015", "--what", "body", "--steps"), b"--steps"),
    ],
)
def test_refusals_name_the_way_out(run: Run, tmp_path: Path, words: tuple[str, ...], told: bytes) -> None:
    done = run(*words)
    assert done.returncode == 2 and told in done.stderr and done.stdout == b""
    assert not list(tmp_path.iterdir())
