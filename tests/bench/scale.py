"""How neoplex grows with the number of cases: synthetic cohorts whose answers are known (see :mod:`tests.bench.cohort`).

Every cohort runs in a process of its own on a graph of its own. Growth is measured in processor time, which other work on the
machine disturbs least; wall time is told beside it.
"""

from __future__ import annotations

import itertools
import json
import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from neoplex.ask.questions import question_names, read_question
from neoplex.base import paths
from neoplex.build.pipeline import build
from neoplex.build.publications import load_lexicon
from neoplex.infer.atlasgraph import load_atlas
from neoplex.infer.criteriaground import store_triples
from neoplex.infer.criteriaquads import CaseAssessor
from neoplex.infer.lesionquads import CaseLocaliser
from neoplex.infer.route_cases import CaseRouter
from neoplex.read.criteria import criteria_files, read_criteria
from neoplex.store.answers import collect
from neoplex.store.embedded import Graph, open_graph
from tests.bench.cohort import make_case
from tests.bench.measure import Result, timed
from tests.bench.peers import Peer, infer_here, peer_times, whole_times

SIZES: list[int] = [100, 1_000, 10_000]
"""Cohorts to make; ``--sizes`` of the command line replaces them."""
_GIB = 2**30
_QUESTION_SECONDS = 2.0
_CASE_SECONDS = 0.5
_PEER_SIZE = 1_000
_FACTORS = {"HermiT": 50, "owlrl": 10}
"""How many times faster than each peer neoplex has to be."""
_folder: list[tempfile.TemporaryDirectory[str]] = []


def _home(name: str) -> Path:
    if not _folder:
        _folder.append(tempfile.TemporaryDirectory(prefix="neoplex-bench-"))
    return Path(_folder[0].name) / name


@cache
def _shipped() -> Path:
    home = _home("shipped")
    build(home)
    return home


@cache
def _cohort(size: int, workers: int = 2) -> dict[str, Any]:
    home = _home(f"{size}-{workers}")
    shutil.copytree(_shipped(), home)
    command = [sys.executable, "-m", "tests.bench.cohortrun", str(size), str(home), str(workers)]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, Any] = json.loads(finished.stdout)
    assert figures["size"] == size
    per_case = 1000 * figures["infer_processor"] / size
    print(
        f"# {size:,} cases, {workers} processes: {figures['facts'] / size:.0f} facts and "
        f"{figures['inferred'] / size:.0f} conclusions a case, inferred in {figures['infer_seconds']:.1f} s "
        f"({per_case:.1f} ms of processor a case); one more case in "
        f"{figures['add_seconds']:.2f} s; {figures['planted']:,} planted answers, {len(figures['wrong'])} wrong; "
        f"{figures['peak_bytes'] / _GIB:.2f} GiB of memory, {figures['disk_bytes'] / 1e6:,.0f} MB on disk",
        flush=True,
    )
    return figures


def _graph(size: int) -> Graph:
    _cohort(size)
    return open_graph(_home(f"{size}-2"))


def planted_answers() -> Iterator[Result]:
    """Every planted answer comes, none that must not."""
    for size in SIZES:
        figures = _cohort(size)
        for line in figures["wrong"][:10]:
            print(f"# {line}")
        yield Result(
            f"planted answers wrong, {size:,} cases", len(figures["wrong"]), "planted", figures["planted"], 0, "n"
        )


def growth() -> Iterator[Result]:
    """The exponent of inference over the number of cases, from 1,000 to the largest."""
    large = [size for size in SIZES if size >= 1_000]
    for first, last in itertools.pairwise(large):
        one, other = _cohort(first)["infer_processor"], _cohort(last)["infer_processor"]
        exponent = math.log(other / one) / math.log(last / first)
        yield Result(f"growth exponent, {first:,} to {last:,} cases", exponent, "linear", 1, 1.1, "n")


def one_more() -> Iterator[Result]:
    """Adding one case to many against adding it to few."""
    least, most = min(SIZES), max(SIZES)
    if least == most:
        return
    few, many = _cohort(least), _cohort(most)
    name = f"add one case to {most:,}"
    yield Result(name, many["add_seconds"], f"to {least:,}", few["add_seconds"], 3 * few["add_seconds"])
    yield Result(
        f"{name}, processor", many["add_processor"], f"to {least:,}", few["add_processor"], 3 * few["add_processor"]
    )


def memory() -> Iterator[Result]:
    """Peak memory of all processes while inferring over the largest cohort."""
    most = max(SIZES)
    yield Result(f"GiB of memory, {most:,} cases", _cohort(most)["peak_bytes"] / _GIB, "an absolute bound", 4, 4, "n")


def cores() -> Iterator[Result]:
    """Two processes against one, on one cohort."""
    size = min(SIZES, key=lambda size: abs(size - 1_000))
    two, one = _cohort(size)["infer_seconds"], _cohort(size, 1)["infer_seconds"]
    yield Result(f"two processes, {size:,} cases", two, "one process", one, 0.75 * one)


def questions() -> Iterator[Result]:
    """Every saved question with its defaults on the largest cohort up to 10,000 cases; the slowest are told."""
    fitting = [size for size in SIZES if size <= 10_000]
    if not fitting:
        return
    size = max(fitting)
    graph = _graph(size)
    folder = paths.shipped_root() / "queries" / "questions"
    seconds: dict[str, float] = {}
    for name in question_names(folder):
        query = read_question(folder / f"{name}.rq").query
        used = time.process_time()
        collect(graph.query(query), None)
        seconds[name] = time.process_time() - used
    slowest = sorted(seconds, key=lambda name: -seconds[name])[:5]
    print("# slowest questions: " + ", ".join(f"{name} {seconds[name]:.2f} s" for name in slowest))
    over = sum(taken > _QUESTION_SECONDS for taken in seconds.values())
    yield Result(f"{len(seconds)} saved questions over 2 s, {size:,} cases", over, "none", 0, 0, "n")
    yield Result(
        f"slowest saved question, {size:,} cases", seconds[slowest[0]], "an absolute bound", 2, _QUESTION_SECONDS
    )


def one_case() -> Iterator[Result]:
    """Criteria, localisation and routes for one case in a warm process: the slowest of the shipped and of a hundred made."""
    graph = open_graph(_shipped())
    size = min(SIZES)
    root = paths.shipped_root()
    sets = read_criteria(criteria_files(root, _shipped()), load_lexicon(root))
    for store, cases in (
        (graph.store, [row["case"].value for row in graph.query("SELECT ?case { ?case a nx:Case } ORDER BY ?case")]),
        (_graph(size).store, [make_case(number).iri for number in range(min(size, 100))]),
    ):
        atlas = load_atlas(store)
        router, localiser = CaseRouter(store, atlas), CaseLocaliser(store, atlas)
        assessor = CaseAssessor(sets, store_triples(store))
        work: dict[str, Callable[[str], object]] = {
            "criteria": assessor.quads,
            "localisation": lambda case, localiser=localiser: list(localiser.quads([case])),
            "routes": lambda case, router=router: list(router.quads([case])),
        }
        whose = "shipped" if store is graph.store else "made"
        for name, answer in work.items():
            answer(cases[0])
            slowest = max(timed(lambda answer=answer, case=case: answer(case), 1) for case in cases)  # type: ignore[misc]
            yield Result(
                f"{name}, slowest of {len(cases)} {whose}", slowest, "an absolute bound", _CASE_SECONDS, _CASE_SECONDS
            )


def peers() -> Iterator[Result]:
    """HermiT and owlrl on the same entailments, with equal answers."""
    size = min(SIZES, key=lambda size: abs(size - _PEER_SIZE))
    ours = infer_here(size, _shipped())
    for found in peer_times(size, ours):
        yield _beside(found, ours.seconds, size)


def released() -> Iterator[Result]:
    """HermiT and owlrl on the released ontology, as a user would run them; a lower bound where one was stopped."""
    size = min(SIZES, key=lambda size: abs(size - _PEER_SIZE))
    for found in whole_times(size, _shipped(), _FACTORS):
        print(f"# {found.words}")
        least = "at least, " if found.is_lower_bound else ""
        name = f"released ontology, {found.size:,} cases"
        yield Result(name, found.ours, f"{least}{found.name}", found.seconds, found.seconds / _FACTORS[found.name])


def _beside(found: Peer, ours: float, size: int) -> Result:
    print(f"# {found.words}")
    factor = _FACTORS[found.name]
    return Result(
        f"{found.compared:,} entailments, {size:,} cases", ours, found.name, found.seconds, found.seconds / factor
    )


SUITE: list[Callable[[], Iterator[Result]]] = [
    planted_answers,
    growth,
    one_more,
    memory,
    cores,
    questions,
    one_case,
    peers,
    released,
]


def set_sizes(text: str) -> None:
    """Take other sizes: numbers joined by commas."""
    chosen: Sequence[int] = sorted({int(part.replace("_", "")) for part in text.split(",")})
    SIZES[:] = chosen
