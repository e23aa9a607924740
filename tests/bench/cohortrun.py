"""One synthetic cohort in a process of its own, for its memory and processor time: fill, infer, check, add one case.

``python -m tests.bench.cohortrun SIZE HOME [WORKERS]`` prints one JSON object with the figures of :class:`Figures`. HOME must hold
the graph of everything shipped; afterwards it holds that graph with the cohort and what follows from it.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import pyoxigraph as ox

from neoplex.base import paths
from neoplex.build.publications import load_lexicon
from neoplex.infer.conclusions import infer_cases
from neoplex.infer.rules import Rule, read_rules
from neoplex.read.criteria import CriteriaSet, criteria_files, read_criteria
from neoplex.store.embedded import Draft, Manifest, Unit, current_generation, open_graph, read_manifest
from tests.bench.cohort import Made, Plant, cohort, make_case
from tests.bench.plants import check_plants

_FILL = 2_000
_CHECKED = 10_000


@dataclass(frozen=True)
class Figures:
    """What was measured: seconds, processor seconds (of all processes), bytes; and how the planted answers came out."""

    size: int
    facts: int
    inferred: int
    fill_seconds: float
    infer_seconds: float
    infer_processor: float
    peak_bytes: int
    """Peak of this process and of its largest worker, times the workers."""
    add_seconds: float
    """Median of three cases added one after the other, each published."""
    add_processor: float
    planted: int
    wrong: tuple[str, ...]
    disk_bytes: int


def run(size: int, home: Path, workers: int) -> Figures:
    """Fill, infer, check, add."""
    rules = read_rules(paths.shipped_root() / "queries" / "rules")
    sets = read_criteria(criteria_files(paths.shipped_root(), home), load_lexicon(paths.shipped_root()))
    draft = Draft(home, copy_current=True)
    manifest = read_manifest(_current(home))
    started = time.perf_counter()
    cases: list[str] = []
    plants: list[Plant] = []
    facts = 0
    for start in range(0, size, _FILL):
        made = list(cohort(min(_FILL, size - start), start=start))
        cases += [one.iri for one in made]
        facts += sum(len(one.facts) for one in made)
        if start < _CHECKED:
            plants += [plant for one in made for plant in one.plants]
        draft.store.bulk_load(input=b"".join(one.quads() for one in made), format=ox.RdfFormat.N_QUADS)
    filled = time.perf_counter()
    before = _processor()
    inferred = infer_cases(draft.store, rules, sets, cases, workers=workers)
    done, processor = time.perf_counter(), _processor() - before
    peak = _kilobytes(resource.RUSAGE_SELF) + workers * _kilobytes(resource.RUSAGE_CHILDREN)
    units = {**manifest.units, "synthetic": Unit("synthetic", tuple(cases), facts)}
    draft.publish(Manifest(units, manifest.quads + facts + inferred))
    checked = cases[:_CHECKED]
    wrong = check_plants(open_graph(home).store, checked, plants)
    added = [_add(make_case(size + number), home, rules, sets) for number in range(3)]
    return Figures(
        size,
        facts,
        inferred,
        filled - started,
        done - filled,
        processor,
        peak * 1024,
        sorted(seconds for seconds, _ in added)[1],
        sorted(used for _, used in added)[1],
        len(plants),
        tuple(wrong),
        sum(path.stat().st_size for path in (_current(home) / "graph").iterdir()),
    )


def _current(home: Path) -> Path:
    generation = current_generation(home)
    assert generation is not None
    return generation


def _add(one: Made, home: Path, rules: list[Rule], sets: tuple[CriteriaSet, ...]) -> tuple[float, float]:
    """What a build does for a new case once its file is read: copy the graph, add facts and what follows, publish."""
    started, before = time.perf_counter(), _processor()
    manifest = read_manifest(_current(home))
    draft = Draft(home, copy_current=True)
    draft.store.load(input=one.quads(), format=ox.RdfFormat.N_QUADS)
    inferred = infer_cases(draft.store, rules, sets, [one.iri])
    units = {**manifest.units, one.iri: Unit("synthetic", (one.iri,), len(one.facts))}
    draft.publish(Manifest(units, manifest.quads + len(one.facts) + inferred))
    return time.perf_counter() - started, _processor() - before


def _processor() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def _kilobytes(who: int) -> int:
    return resource.getrusage(who).ru_maxrss


if __name__ == "__main__":
    print(json.dumps(asdict(run(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 2))))
