"""A module imports only from its own layer or a lower one; one module each knows Owlready2 and SPARQLWrapper."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

LAYERS = ["base", "model", "read", "ontology", "cases", "store", "infer", "ask", "check", "build"]
LAYERS += ["exchange", "draw", "report", "door", "cli"]
SOURCE = Path(__file__).resolve().parents[2] / "src" / "neoplex"
MODULES = sorted(SOURCE.glob("*/**/*.py"))


def imports_of(path: Path) -> list[str]:
    """Every module name that a file imports, also inside functions."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            found.append(node.module or "")
    return found


def test_every_layer_has_modules() -> None:
    assert {path.relative_to(SOURCE).parts[0] for path in MODULES} >= set(LAYERS)
    assert len(MODULES) > 30


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_go_down(path: Path) -> None:
    own = path.relative_to(SOURCE).parts[0]
    assert own in LAYERS, f"{own} is no layer"
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] == "neoplex" and len(parts) > 1:
            assert parts[1] in LAYERS, f"{path}: {name}"
            assert LAYERS.index(parts[1]) <= LAYERS.index(own), f"{own} must not import {name}"


@pytest.mark.parametrize(("library", "allowed"), [("owlready2", {"ontology"}), ("SPARQLWrapper", {"store"})])
def test_one_module_knows_the_library(library: str, allowed: set[str]) -> None:
    knowing = [path for path in MODULES if any(n.split(".")[0] == library for n in imports_of(path))]
    assert len(knowing) == 1, f"{library} is known to {knowing}"
    assert knowing[0].relative_to(SOURCE).parts[0] in allowed
