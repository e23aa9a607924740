"""Whatever comes, changes and goes, and in whatever order: the graph is the one that a build from scratch makes of what is left.

Small publications are put together from pieces of the shipped ones: findings and conditions, and entries of reference lists, so
that two files may speak of the same cited work and one of them may go.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from neoplex.build import pipeline
from neoplex.build.cases import add_case, list_files, remove_case
from neoplex.store.embedded import current_generation, open_graph, read_manifest
from tests.conftest import ROOT

NAMES = ("first-2026", "second-2026")
ALONE = {"id", "kind", "site", "status", "value", "when", "qualifiers", "certainty", "says", "role", "histology"}
DAY = re.compile(r"\d{4}(-\d{2}){0,2}")


def alone(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry says without naming another entry of its file."""
    kept = {key: value for key, value in entry.items() if key in ALONE}
    if not (isinstance(kept.get("when"), str) and DAY.fullmatch(kept["when"])):
        kept.pop("when", None)
    return {**kept, "at": "section Case report"}


def read_pieces() -> tuple[list[tuple[str, dict[str, Any]]], list[dict[str, Any]]]:
    """Section and entry of each condition and finding of a shipped case, and entries of reference lists."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    pieces: list[tuple[str, dict[str, Any]]] = []
    cited: list[dict[str, Any]] = []
    for path in sorted((ROOT / "data" / "cases").glob("*.yaml")):
        data = json.loads(json.dumps(yaml.load(path.read_text("utf-8")), default=str))
        cited += data["source"].get("cites", [])[:2]
        for case in data.get("cases", []):
            for section in ("conditions", "findings"):
                pieces += [(section, alone(entry)) for entry in case.get(section, []) if "kind" in entry]
    return pieces, cited


PIECES, CITED = read_pieces()
CONTENT = st.tuples(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=5),
    st.lists(st.sampled_from(CITED), max_size=2, unique_by=lambda entry: entry["id"]),
)
CHANGES = st.lists(st.tuples(st.sampled_from(NAMES), st.one_of(st.none(), CONTENT)), min_size=2, max_size=4)
"""Which file is written, and what it then holds; nothing when it is removed."""
Content = tuple[list[tuple[str, dict[str, Any]]], list[dict[str, Any]]]


def write_file(folder: Path, name: str, content: Content) -> Path:
    """A publication file of these pieces; JSON is YAML."""
    pieces, cited = content
    case: dict[str, Any] = {"id": name, "label": f"{name}, the patient", "at": "section Case report"}
    for number, (section, entry) in enumerate(pieces):
        case.setdefault(section, []).append({**entry, "id": f"entry-{number}"})
    source = {"id": name, "title": name, "authors": ["Doe J"], "year": 2026, "kind": "case report", "cites": cited}
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps({"format": "neoplex/1", "source": source, "cases": [case]}, indent=1), "utf-8")
    return path


def quads_of(home: Path) -> list[str]:
    """Every quad, blank nodes without their names."""
    return sorted(re.sub(r"_:[0-9a-f]+", "_:b", str(quad)) for quad in open_graph(home).store)


@pytest.fixture(scope="module")
def bare_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with ontology and atlas, and no publication."""
    home = tmp_path_factory.mktemp("bare")
    pipeline.build(home)
    return home


@pytest.fixture(scope="module", autouse=True)
def no_shipped_papers(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """neoplex as if it shipped no paper, so that what is built is small."""
    root = tmp_path_factory.mktemp("root")
    for name in ("ontology", "queries"):
        (root / name).symlink_to(ROOT / name)
    (root / "data").mkdir()
    for path in (ROOT / "data").iterdir():
        if path.name != "cases":
            (root / "data" / path.name).symlink_to(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline.paths, "shipped_root", lambda: root)
        yield


ONE, TWO = PIECES[0], PIECES[-1]


@settings(max_examples=1, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@example(
    changes=[
        (NAMES[0], ([ONE], CITED[:2])),
        (NAMES[1], ([TWO], CITED[:1])),
        (NAMES[0], ([TWO, ONE], [])),
        (NAMES[1], None),
    ]
)
@given(changes=CHANGES)
def test_step_by_step_is_from_scratch(
    changes: list[tuple[str, Content | None]], bare_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("changes")
    stepwise, scratch = folder / "stepwise", folder / "scratch"
    shutil.copytree(bare_home, stepwise)
    for name, content in changes:
        known = {file.name for file in list_files(stepwise)}
        if content is not None:
            add_case(write_file(folder, name, content), stepwise, replace=name in known)
        elif name in known:
            remove_case(name, stepwise)
    left = {file.name: file.path for file in list_files(stepwise)}
    (scratch / "cases").mkdir(parents=True)
    for path in left.values():
        shutil.copy(path, scratch / "cases")
    pipeline.build(scratch)
    assert quads_of(stepwise) == quads_of(scratch)
    units = []
    for home in (stepwise, scratch):
        generation = current_generation(home)
        assert generation is not None
        units.append(read_manifest(generation).units)
    assert {name: unit.digest for name, unit in units[0].items()} == {
        name: unit.digest for name, unit in units[1].items()
    }
    shutil.rmtree(folder)


def test_the_pieces_are_worth_it() -> None:
    """Facts of three papers and works that several cite; a filter that lets nothing through would try nothing."""
    assert len(PIECES) > 100 and len(CITED) >= 8
    assert {section for section, _ in PIECES} == {"conditions", "findings"}
