"""SSSOM: every mapping of neoplex to other vocabularies in one table.

Comes in: the three tables of ``data/mappings``. Goes out: one SSSOM 1.1 TSV with one header, rows sorted, prefixes that are used.
Identifiers come from the tables only.
"""

from __future__ import annotations

from collections.abc import Iterator

from neoplex import __version__
from neoplex.base.errors import Fault, FaultsFound
from neoplex.base.names import BASE
from neoplex.base.paths import shipped_root
from neoplex.exchange.extract import Extract
from neoplex.exchange.formats import Part
from neoplex.exchange.losses import LossList

TABLES = ("anatomy", "relations", "terms")
_COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "mapping_source",
    "comment",
)
_SET = "npxset"


def write_sssom(extract: Extract, losses: LossList) -> list[Part]:
    """All mappings; ``mapping_source`` names the table a row comes from."""
    losses.state("everything but mappings: SSSOM holds nothing else")
    return [Part("", _table())]


def _table() -> Iterator[bytes]:
    curies: dict[str, str] = {_SET: BASE + "mappings/"}
    rows: list[dict[str, str]] = []
    for name in TABLES:
        found, prefixes = _read(name)
        rows += found
        for prefix, space in prefixes.items():
            if curies.setdefault(prefix, space) != space:
                path = f"data/mappings/{name}.sssom.tsv"
                raise FaultsFound([Fault(path, field=prefix, found=space, expected=curies[prefix])])
    columns = [column for column in _COLUMNS if any(row.get(column) for row in rows)]
    lines = [
        '#sssom_version: "1.1"',
        f"#mapping_set_id: {BASE}mappings/all",
        f'#mapping_set_version: "{__version__}"',
        "#mapping_set_title: neoplex mappings",
        "#mapping_set_description: All mappings of neoplex to other vocabularies; found by label search and cross-references.",
        "#license: https://creativecommons.org/licenses/by/4.0/",
        "#curie_map:",
        *(f"#  {prefix}: {space}" for prefix, space in sorted(curies.items())),
    ]
    yield ("\n".join([*lines, "\t".join(columns)]) + "\n").encode()
    for row in sorted(rows, key=lambda r: [r.get(column, "") for column in _COLUMNS]):
        yield ("\t".join(row.get(column, "") for column in columns) + "\n").encode()


def _read(name: str) -> tuple[list[dict[str, str]], dict[str, str]]:
    lines = (shipped_root() / "data" / "mappings" / f"{name}.sssom.tsv").read_text("utf-8").split("\n")
    head = [line for line in lines if line.startswith("#")]
    prefixes = {}
    for line in head:
        if line.startswith("#  ") and ": " in line:
            prefix, _, space = line.removeprefix("#  ").partition(": ")
            prefixes[prefix] = space
    header, *body = [line.split("\t") for line in lines if line and not line.startswith("#")]
    rows = [dict(zip(header, cells, strict=True)) | {"mapping_source": f"{_SET}:{name}"} for cells in body]
    return rows, prefixes
