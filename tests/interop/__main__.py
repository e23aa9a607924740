"""Export everything with neoplex, let every foreign tool read it, print the table, end with 1 when one of them failed.

Run by ``make interop`` with the Python that has neoplex: ``python -m tests.interop --tools PYTHON --folder FOLDER [CHECK …]``,
where PYTHON is the one that has the foreign tools. Without names every check runs but those that take minutes.
Each check runs in a process of its own, so that a crash or a hang of one tool is its own result.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from tests.interop.exports import make_exports
from tests.interop.results import FAILED, SKIPPED, Result

ROOT = Path(__file__).resolve().parents[2]
CHECKS = sorted(p.stem for p in (Path(__file__).parent / "checks").glob("*.py") if p.stem != "__init__")
HEAVY = ("stores",)
"""Checks that take minutes and run when they are named."""
SECONDS = 900
_ONE = """
import importlib, json, sys
from dataclasses import asdict
from pathlib import Path
from tests.interop.results import Missing, Result, SKIPPED
check = importlib.import_module(f"tests.interop.checks.{sys.argv[1]}")
try:
    for result in check.run(Path(sys.argv[2])):
        print("RESULT " + json.dumps(asdict(result)), flush=True)
except Missing as missing:
    print("RESULT " + json.dumps(asdict(Result("*", sys.argv[1], SKIPPED, str(missing)))), flush=True)
"""


def run_check(name: str, tools: str, folder: Path) -> list[Result]:
    """The results of one check module, and one more when its process ended badly."""
    command = [tools, "-c", _ONE, name, str(folder)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as late:
        said = (late.stdout or b"").decode("utf-8", "replace")
        return [*read_results(said), Result("*", name, FAILED, f"no answer in {SECONDS} s")]
    results = read_results(done.stdout)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no words"])[-1]
        results.append(Result("*", name, FAILED, f"ended with {done.returncode}: {last}"))
    elif not results:
        results.append(Result("*", name, FAILED, "it checked nothing"))
    return results


def read_results(text: str) -> list[Result]:
    """The results among the lines a check printed; a line that was cut off is left out."""
    lines = [line.removeprefix("RESULT ") for line in text.splitlines() if line.startswith("RESULT ")]
    return [Result(**json.loads(line)) for line in lines if line.endswith("}")]


def table(results: list[Result]) -> str:
    """The results as lines: format, tool, outcome, words."""
    rows = [("format", "foreign tool", "result", "")] + [(r.format, r.tool, r.outcome, r.words) for r in results]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[3]]).rstrip() for row in rows
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def main(arguments: list[str]) -> int:
    """0 when no tool failed; 1 else."""
    parser = argparse.ArgumentParser(prog="tests.interop", description=__doc__)
    parser.add_argument("--tools", required=True, help="the Python that has the foreign tools")
    parser.add_argument("--folder", type=Path, required=True, help="where exports are written")
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=f"some of {', '.join(CHECKS)}")
    options = parser.parse_args(arguments)
    unknown = set(options.checks) - set(CHECKS)
    if unknown:
        parser.error(f"no check is called {', '.join(sorted(unknown))}")
    make_exports(options.folder.resolve())
    results: list[Result] = []
    for name in options.checks or [name for name in CHECKS if name not in HEAVY]:
        print(f"checking: {name}", file=sys.stderr, flush=True)
        results += run_check(name, options.tools, options.folder.resolve())
    results.sort(key=lambda r: (r.format, r.tool, r.words))
    print(table(results))
    failed = [result for result in results if result.outcome == FAILED]
    skipped = [result for result in results if result.outcome == SKIPPED]
    print(f"\n{len(results)} results, {len(failed)} failed, {len(skipped)} skipped")
    if not options.checks:
        print(f"not run, takes minutes: {', '.join(HEAVY)} (make interop ARGS={HEAVY[0]})")
    (options.folder / "results.json").write_text(json.dumps([asdict(r) for r in results], indent=1) + "\n", "utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
