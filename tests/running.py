"""Run a verb as a user does: in a process of its own, from an empty folder, at 80 columns."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import neoplex


def run_verb(home: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What ``neoplex`` answers to these words on the graph of a home."""
    environment = {
        **os.environ,
        "NEOPLEX_HOME": str(home),
        "PYTHONPATH": str(Path(neoplex.__file__).parent.parent),
        "COLUMNS": "80",
        "PYTHONUTF8": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", "neoplex", *words],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        timeout=90,
        encoding="utf-8",
    )


def sections(page: str) -> dict[str, list[str]]:
    """The lines of a page below each line that is not indented."""
    found: dict[str, list[str]] = {}
    title = ""
    for line in page.splitlines():
        if line and not line.startswith(" "):
            title = line
            found.setdefault(title, [])
        elif line:
            found[title].append(line)
    return found
