"""The exports that foreign tools are tried on: every format of the registry, made by the command line as a user would.

Files are named ``<what>.<format><ending>`` below the folder: ``ontology``, ``case`` (one published case), and ``all`` for RDF.
Formats that hold one case a file are written for every case, into the folder ``all.<format>``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from neoplex.exchange.formats import FORMATS, Format

CASE = "capek-2015"


def path_of(folder: Path, what: str, entry: Format) -> Path:
    """Where an export lies."""
    return folder / f"{what}.{entry.name}{'' if entry.several else entry.suffix}"


def make_exports(folder: Path) -> None:
    """Write every export anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for entry in FORMATS:
        print(f"exporting: {entry.name}", file=sys.stderr, flush=True)
        if entry.what == "ontology":
            _export(entry, path_of(folder, "ontology", entry))
            continue
        if entry.family == "Cases":
            _export(entry, path_of(folder, "all", entry), "--what", "cases", "--inferred", "yes")
            continue
        _export(entry, path_of(folder, "case", entry), "--case", CASE, "--inferred", "yes")
        if entry.family == "RDF":
            _export(entry, path_of(folder, "all", entry), "--what", "all", "--inferred", "yes")


def _export(entry: Format, path: Path, *words: str) -> None:
    command = [sys.executable, "-m", "neoplex", "export", "--to", entry.name, "-o", str(path), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
