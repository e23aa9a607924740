"""The protobuf parser of GA4GH reads every Phenopacket, field by field, and writes the same JSON back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.interop.results import Result, judge, need


def run(folder: Path) -> Iterator[Result]:
    """One result for reading all packets strictly, one for what the parser writes back."""
    parser = need("google.protobuf.json_format", "protobuf")
    schema = need("phenopackets.schema.v2.phenopackets_pb2", "phenopackets")
    files = sorted((folder / "all.phenopacket").glob("*.phenopacket.json"))
    wrong: list[str] = []
    changed: list[str] = []
    for file in files:
        told = json.loads(file.read_text(encoding="utf-8"))
        try:
            packet = parser.ParseDict(told, schema.Phenopacket())  # unknown fields are an error
        except parser.ParseError as problem:
            wrong.append(f"{file.name}: {problem}")
            continue
        if not (packet.id and packet.subject.id and packet.meta_data.created.seconds and packet.meta_data.resources):
            wrong.append(f"{file.name}: id, subject, created or resources are empty")
        if parser.MessageToDict(packet) != _without_zeros(told):
            changed.append(file.name)
    good = bool(files) and not wrong
    yield judge("phenopacket", "phenopackets (protobuf)", good, wrong[0] if wrong else f"{len(files)} packets")
    same = f"{changed[0]} differs" if changed else "the same JSON comes back"
    yield judge("phenopacket", "protobuf JSON writer", bool(files) and not changed, same)


def _without_zeros(value: Any) -> Any:
    """The JSON as protobuf writes it: numbers that are zero are left out."""
    if isinstance(value, dict):
        return {key: _without_zeros(inner) for key, inner in value.items() if not (type(inner) is float and inner == 0)}
    return [_without_zeros(inner) for inner in value] if isinstance(value, list) else value
