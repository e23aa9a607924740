"""What all tests share: the repository's root and one graph built from everything that is shipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from neoplex.build.pipeline import build
from neoplex.store.embedded import Draft, Graph, Manifest, open_graph

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of its own with the graph of everything shipped; tests must not write to it."""
    home = tmp_path_factory.mktemp("home")
    build(home)
    return home


@pytest.fixture(scope="session")
def graph(built_home: Path) -> Graph:
    """The graph of everything shipped, read-only."""
    return open_graph(built_home)


@pytest.fixture
def private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home that neoplex believes to be its own for one test."""
    monkeypatch.setenv("NEOPLEX_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the small graph of tests/fixtures/small.trig, whose every triple is known; tests must not write to it."""
    home = tmp_path_factory.mktemp("small")
    draft = Draft(home)
    draft.store.load(path=str(ROOT / "tests" / "fixtures" / "small.trig"), format=ox.RdfFormat.TRIG)
    draft.publish(Manifest({}, len(draft.store)))
    return home


@pytest.fixture(scope="session")
def small_graph(small_home: Path) -> Graph:
    """The small graph, read-only."""
    return open_graph(small_home)
