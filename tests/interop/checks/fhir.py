"""fhir.resources (R4B models) accepts every bundle, and every reference of it leads to a resource of the bundle."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.interop.results import Result, judge, need


def run(folder: Path) -> Iterator[Result]:
    """One result for the models, one for the references."""
    need("fhir.resources", "fhir.resources")
    from fhir.resources.R4B.bundle import Bundle

    files = sorted((folder / "all.fhir").glob("*.fhir.json"))
    wrong: list[str] = []
    loose: list[str] = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        try:
            bundle = Bundle.model_validate_json(text)
        except ValueError as problem:
            wrong.append(f"{file.name}: {' '.join(str(problem).split())[:160]}")
            continue
        known = {f"{entry.resource.get_resource_type()}/{entry.resource.id}" for entry in bundle.entry}
        loose += [f"{file.name}: {name}" for name in _references(json.loads(text)) if name not in known]
    yield judge("fhir", "fhir.resources R4B", bool(files) and not wrong, wrong[0] if wrong else f"{len(files)} bundles")
    yield judge("fhir", "references", bool(files) and not loose, loose[0] if loose else "all lead into the bundle")


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
