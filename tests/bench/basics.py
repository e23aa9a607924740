"""What the foundation must reach: start-up, a saved question, the main job, the size of the install."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph
import rdflib

from neoplex.base.names import PREFIXES
from neoplex.build.pipeline import build
from neoplex.store.embedded import open_graph
from tests.bench.measure import Result, run_python, timed

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "radiotherapy-regimens"


def start_up() -> Iterator[Result]:
    """`neoplex --help` against a bare interpreter."""
    bare = timed(lambda: run_python(["-c", "pass"]), 9)
    yield Result(
        "neoplex --help",
        timed(lambda: run_python(["-m", "neoplex", "--help"]), 9),
        "python -c pass",
        bare,
        3 * bare + 0.15,
    )


def saved_question() -> Iterator[Result]:
    """A saved question on the built graph, as a process, against rdflib parsing the same graph and answering it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        build(home)
        dump = home / "graph.nq"
        open_graph(home).store.dump(str(dump), format=pyoxigraph.RdfFormat.N_QUADS)
        text = (ROOT / "queries" / "questions" / f"{QUESTION}.rq").read_text("utf-8")

        def ask_rdflib() -> None:
            data = rdflib.Dataset(default_union=True)
            data.parse(str(dump), format="nquads")
            assert len(list(data.query(text, initNs=PREFIXES))) > 0

        ours = timed(lambda: run_python(["-m", "neoplex", "ask", QUESTION, "--format", "csv"], NEOPLEX_HOME=str(home)))
        peer = timed(ask_rdflib, 1)
        yield Result("a saved question, process and all", ours, "rdflib parses and answers", peer, peer / 5)
        yield Result("a saved question, process and all", ours, "an absolute bound", 0.3, 0.3)


def main_job() -> Iterator[Result]:
    """Tables to answers with an unchanged ontology, and with classification."""

    def run(home: Path, *, classify: bool) -> None:
        run_python(["-m", "neoplex.ontology.generate", "--check"])
        if classify:
            run_python(["-m", "neoplex.ontology.classify", "--force", "--check"])
        run_python(["-m", "neoplex", "build", "--force"], NEOPLEX_HOME=str(home))
        run_python(["-m", "neoplex", "tour"], NEOPLEX_HOME=str(home))

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        yield Result(
            "tables to answers, no classification",
            timed(lambda: run(home, classify=False), 1),
            "an absolute bound",
            10,
            10,
        )
        yield Result(
            "tables to answers, classified by HermiT",
            timed(lambda: run(home, classify=True), 1),
            "an absolute bound",
            60,
            60,
        )


def install() -> Iterator[Result]:
    """The run-time install without extras: packages and megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        site = next(Path(folder).glob("lib/python*/site-packages"))
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--target",
            str(site),
            str(ROOT),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        packages = len(list(site.glob("*.dist-info")))
        size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) / 1e6
    yield Result("packages of the run-time install", packages, "an absolute bound", 30, 30, "n")
    yield Result("size of the run-time install", size, "an absolute bound", 150, 150, "MB")


SUITE: list[Callable[[], Iterator[Result]]] = [start_up, saved_question, main_job, install]
