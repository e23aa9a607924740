"""The embedded store: generations of a read-only graph on disk, and a pointer to the current one.

A build never touches the graph that others read. It fills a folder of its own (a hard-linked copy when only cases changed),
then moves one small pointer file into place; whoever is killed at any moment leaves the old graph or the new one.
Comes in: quads. Goes out: query results of pyoxigraph. Never parses source files.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from filelock import FileLock, Timeout

from neoplex.base import paths
from neoplex.base.errors import EnvironmentProblem
from neoplex.base.names import PREFIXES

_FORMAT = 1


@dataclass(frozen=True)
class Unit:
    """What one input contributed to a generation: its hash and the graphs that are its alone."""

    digest: str
    graphs: tuple[str, ...] = ()
    quads: int = 0


@dataclass(frozen=True)
class Manifest:
    """What a generation was built from; ``units`` maps a unit's name to what it contributed."""

    units: dict[str, Unit] = field(default_factory=dict)
    quads: int = 0

    def to_json(self) -> str:
        """The manifest as JSON with sorted keys."""
        units = {
            name: {"digest": u.digest, "graphs": list(u.graphs), "quads": u.quads} for name, u in self.units.items()
        }
        return json.dumps({"format": _FORMAT, "quads": self.quads, "units": units}, indent=1, sort_keys=True) + "\n"

    @staticmethod
    def from_json(text: str) -> Manifest:
        """The manifest from its JSON; a foreign format gives an empty one, so that everything is rebuilt."""
        data = json.loads(text)
        if data.get("format") != _FORMAT:
            return Manifest()
        units = {n: Unit(u["digest"], tuple(u["graphs"]), u["quads"]) for n, u in data["units"].items()}
        return Manifest(units, data["quads"])


@dataclass(frozen=True)
class Graph:
    """An open, read-only generation of the knowledge graph."""

    store: ox.Store
    path: Path | None = None
    manifest: Manifest = field(default_factory=Manifest)

    def query(self, sparql: str, *, union: bool = True, **options: Any) -> Any:
        """Answer a query with the project's prefixes declared, by default on the union of all named graphs."""
        return self.store.query(sparql, prefixes=PREFIXES, use_default_graph_as_union=union, **options)


def store_folder(home: Path | None = None) -> Path:
    """The folder of all generations (it may not exist yet)."""
    return (home or paths.home()) / "store"


def current_generation(home: Path | None = None) -> Path | None:
    """The folder of the current generation, or nothing when no graph was built."""
    folder = store_folder(home)
    try:
        name = (folder / "current").read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    generation = folder / name
    return generation if name and (generation / "graph").is_dir() else None


def read_manifest(generation: Path) -> Manifest:
    """What a generation was built from; an unreadable manifest counts as an empty one."""
    try:
        return Manifest.from_json((generation / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return Manifest()


def open_graph(home: Path | None = None) -> Graph:
    """Open the current generation read-only; raises EnvironmentProblem when there is none or it cannot be read."""
    generation = current_generation(home)
    if generation is None:
        raise EnvironmentProblem("there is no graph yet: run `neoplex build`")
    try:
        store = ox.Store.read_only(str(generation / "graph"))
    except OSError as error:
        raise EnvironmentProblem(
            f"the graph in {generation} cannot be read ({error}): run `neoplex build --force`"
        ) from error
    return Graph(store, generation, read_manifest(generation))


@contextmanager
def build_lock(home: Path | None = None, timeout: float = 60.0) -> Iterator[None]:
    """Hold the only right to write; raises EnvironmentProblem when another build keeps it for ``timeout`` seconds."""
    folder = store_folder(home)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(folder / "lock"), timeout=timeout)
        with lock:
            for leftover in folder.glob("draft-*"):  # of a build that was killed
                shutil.rmtree(leftover, ignore_errors=True)
            yield
    except Timeout as error:
        raise EnvironmentProblem(f"another build holds {folder / 'lock'}; try again when it is done") from error
    except PermissionError as error:
        raise EnvironmentProblem(f"{folder} cannot be written: {error}") from error


class Draft:
    """A generation in the making. Nothing of it can be seen before :meth:`publish`."""

    def __init__(self, home: Path | None = None, *, copy_current: bool = False) -> None:
        self._folder = store_folder(home)
        current = current_generation(home)
        number = 1 + max((_number(p.name) for p in self._folder.glob("g*")), default=0)
        self._final = self._folder / f"g{number:06d}"
        self._draft = self._folder / f"draft-{number:06d}"
        self._draft.mkdir(parents=True)
        target = self._draft / "graph"
        if copy_current and current is not None:
            # Opening a generation for writing replays its log into new files of the same folder, so the copy is made
            # from a read-only handle's files: hard links of immutable tables, real copies of the rest.
            _link_tree(current / "graph", target)
        self.store = ox.Store(str(target))

    def publish(self, manifest: Manifest) -> Path:
        """Make this generation the current one and remove those before the previous one."""
        self.store.flush()
        (self._draft / "manifest.json").write_text(manifest.to_json(), "utf-8")
        del self.store
        previous = self._read_pointer()
        self._draft.rename(self._final)
        pointer = self._folder / "current.new"
        with pointer.open("w", encoding="utf-8") as handle:
            handle.write(self._final.name + "\n")
            handle.flush()
            os.fsync(handle.fileno())
        pointer.replace(self._folder / "current")
        for old in self._folder.glob("g*"):
            if old.name not in (self._final.name, previous):
                shutil.rmtree(old, ignore_errors=True)
        return self._final

    def discard(self) -> None:
        """Throw the draft away; the current generation stays."""
        if hasattr(self, "store"):
            del self.store
        shutil.rmtree(self._draft, ignore_errors=True)

    def _read_pointer(self) -> str:
        try:
            return (self._folder / "current").read_text("utf-8").strip()
        except FileNotFoundError:
            return ""


def _number(name: str) -> int:
    return int(name[1:]) if name[1:].isdigit() else 0


def _link_tree(source: Path, target: Path) -> None:
    """Copy a RocksDB folder: sorted tables never change and are linked, everything else is copied."""
    target.mkdir(parents=True)
    for entry in sorted(source.iterdir()):
        if entry.name == "LOCK":
            continue
        if entry.suffix == ".sst":
            try:
                os.link(entry, target / entry.name)
                continue
            except OSError:
                pass
        shutil.copy2(entry, target / entry.name)
