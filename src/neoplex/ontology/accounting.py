"""What became of every row of the anatomy tables, counted from the files that were really written.

Comes in: the tables, ``ontology/`` and ``data/anatomy/left-out.tsv``. Goes out: a count for each table. A row counts as encoded
only when a written statement cites it (``nx:tableRow``), or, for outside relations, when a written module uses or maps it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from neoplex.base.names import NX, PREFIXES, property_iri
from neoplex.model.rows import Anatomy, Innervation, LeftOut, Relation, SpreadEdge, Structure
from neoplex.ontology.alignments import expand_id, read_properties
from neoplex.read.anatomy import read_anatomy
from neoplex.read.tables import Cells

_TABLE_ROW = ox.NamedNode(NX + "tableRow")
_MATCH = PREFIXES["skos"]


@dataclass(frozen=True)
class RowCount:
    """How many rows a table has, and what became of them.

    ``atlas_only`` are encoded rows that hold for some people, sides or members only, or that are dispositions; ``reasons`` counts
    the rows left out by reason; ``lost`` are rows that are neither encoded nor left out with a reason, and must be empty.
    """

    table: str
    rows_in: int
    rows_encoded: int
    rows_left_out: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    atlas_only: int = 0
    lost: tuple[str, ...] = ()


def account(root: Path) -> list[RowCount]:
    """A count for each of the four anatomy tables, the structures that papers asked for, and the outside relations."""
    anatomy = read_anatomy(root)
    generated = root / "ontology" / "generated"
    atlas = generated / "atlas.ttl"
    in_ontology = _cited_rows(path for path in sorted(generated.glob("*.ttl")) if path != atlas)
    in_atlas = _cited_rows([atlas])
    tables: dict[str, list[Structure | Relation | Innervation | SpreadEdge]] = {}
    for rows in (anatomy.structures, anatomy.relations, anatomy.innervation, anatomy.spread_edges):
        for row in rows:
            tables.setdefault(row.file, []).append(row)
    counts = []
    for table, listed in tables.items():
        reasons = _reasons(anatomy, table)
        encoded = {row.row for row in listed if row.row in in_ontology or row.row in in_atlas}
        out = [reasons[row.row] for row in listed if row.row not in encoded and row.row in reasons]
        lost = tuple(row.row for row in listed if row.row not in encoded and row.row not in reasons)
        beyond = sum(1 for row in listed if row.row in encoded and row.row not in in_ontology)
        counts.append(
            RowCount(table, len(listed), len(encoded), len(out), dict(sorted(Counter(out).items())), beyond, lost)
        )
    counts.append(_count_properties(root, anatomy.left_out))
    return counts


def _reasons(anatomy: Anatomy, table: str) -> dict[str, str]:
    """Reasons of left-out rows by row; the key of such a row is what its first columns say."""
    keys: dict[str, str] = {}
    for structure in anatomy.structures:
        keys[f"{structure.file} {structure.id}"] = structure.row
    for relation in anatomy.relations:
        keys[f"{relation.file} {relation.subject} {relation.relation} {relation.object}"] = relation.row
    for supply in anatomy.innervation:
        keys[f"{supply.file} {supply.nerve} {supply.target_kind} {supply.target}"] = supply.row
    for spread in anatomy.spread_edges:
        keys[f"{spread.file} {spread.start} {spread.mechanism} {spread.end}"] = spread.row
    found = {}
    for entry in anatomy.left_out:
        row = keys.get(f"{entry.table} {entry.key}")
        if entry.table == table and row is not None:
            found[row] = entry.reason
    return found


def _cited_rows(paths: Iterable[Path]) -> set[str]:
    rows: set[str] = set()
    for path in paths:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if quad.predicate == _TABLE_ROW and isinstance(quad.object, ox.Literal):
                rows.add(quad.object.value)
    return rows


def _count_properties(root: Path, left_out: Iterable[LeftOut]) -> RowCount:
    used, declared = _used_iris(root)
    reasons = {entry.key: entry.reason for entry in left_out if entry.table == "object_properties.tsv"}
    encoded, out, lost = 0, [], []
    rows = read_properties(root)
    for row in rows:
        if _is_used(row, used, declared):
            encoded += 1
        elif _key(row) in reasons:
            out.append(reasons[_key(row)])
        else:
            lost.append(f"{row.file}:{row.line}")
    return RowCount(
        "object_properties.tsv", len(rows), encoded, len(out), dict(sorted(Counter(out).items())), 0, tuple(lost)
    )


def _key(row: Cells) -> str:
    return row["relation_id"] or row["official_label"]


def _is_used(row: Cells, used: set[str], declared: set[str]) -> bool:
    if row["relation_id"]:
        return expand_id(row["relation_id"]) in used
    names = row["official_label"].removeprefix("(mint)").split("/")
    return any(property_iri(name.strip()) in declared for name in names)


def _used_iris(root: Path) -> tuple[set[str], set[str]]:
    """IRIs that written files use as a predicate or map to, and IRIs they declare."""
    used: set[str] = set()
    declared: set[str] = set()
    for path in sorted((root / "data" / "mappings").glob("*.sssom.tsv")):
        used |= _mapped_iris(path)
    ontology = root / "ontology"
    paths = [ontology / "neoplex.ttl", *sorted(ontology.glob("*/*.ttl"))]
    for path in paths:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            used.add(quad.predicate.value)
            mapped = quad.predicate.value.startswith(_MATCH) and quad.predicate.value.endswith("Match")
            if mapped and isinstance(quad.object, ox.NamedNode):
                used.add(quad.object.value)
            if isinstance(quad.subject, ox.NamedNode) and quad.predicate.value == PREFIXES["rdf"] + "type":
                declared.add(quad.subject.value)
    return used, declared


def _mapped_iris(path: Path) -> set[str]:
    """The predicates and objects of an SSSOM table as IRIs."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    header, *rows = [line.split("\t") for line in lines if line]
    columns = [header.index(name) for name in ("predicate_id", "object_id") if name in header]
    return {expand_id(row[column]) for row in rows for column in columns if column < len(row)}
