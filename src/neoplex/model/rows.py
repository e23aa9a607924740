"""One frozen row of each source table of the anatomy side, and the whole they form.

Words and ids stand as in the table; lists are tuples. ``line`` is the line in the file, so ``row`` can be cited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Row:
    """A row of a table: which file, which line."""

    file: str
    line: int

    @property
    def row(self) -> str:
        """How the row is cited, such as ``relations.tsv:14``."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Structure(Row):
    """An anatomical structure as a class; ``paired`` is yes, midline, mixed, left or right."""

    id: str
    label: str
    synonyms: tuple[str, ...]
    kind: str
    paired: str
    is_a: str
    part_of: str
    uberon_id: str
    uberon_label: str
    uberon_match: str
    fma_ids: tuple[str, ...]
    fma_source: str
    ncit_ids: tuple[str, ...]
    other_xrefs: tuple[str, ...]
    definition: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Relation(Row):
    """One structure stands in one relation to another."""

    subject: str
    relation: str
    object: str
    side_behaviour: str
    side_constraint: str
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Innervation(Row):
    """A nerve, root or plexus part reaches a muscle, skin field or organ; ``target_kind`` is motor, sensory, autonomic."""

    nerve: str
    roots: tuple[str, ...]
    main_roots: tuple[str, ...]
    target: str
    target_kind: str
    function: str
    sign_when_lost: str
    reflex: str
    row_type: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class SpreadEdge(Row):
    """Tumour can travel from one structure to another by one mechanism."""

    start: str
    end: str
    mechanism: str
    direction: str
    directed: bool
    side_behaviour: str
    side_constraint: str
    typical_primaries: tuple[str, ...]
    evidence_level: str
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class ReferenceSource(Row):
    """What a key in a ``source`` column stands for; several keys may share one ``id``."""

    key: str
    id: str
    kind: str
    recalled: bool
    title: str
    citation: str
    doi: str
    pmid: str


@dataclass(frozen=True)
class NotUniversal(Row):
    """A table row that does not hold in everybody who has its subject, and why."""

    table: str
    subject: str
    relation: str
    object: str
    reason: str
    says: str


@dataclass(frozen=True)
class Presence(Row):
    """A structure that not everybody has: found in one sex, or missing in part of the people."""

    id: str
    sex: str
    inconstant: bool
    says: str


@dataclass(frozen=True)
class Doubt(Row):
    """An open question about the tables: the structures and rows that rest on it."""

    id: str
    status: str
    says: str
    structures: tuple[str, ...]
    edges: tuple[tuple[str, str, str, str], ...]
    """Selectors ``(table, subject, relation, object)``; ``*`` fits anything."""


@dataclass(frozen=True)
class LeftOut(Row):
    """A table row that is not encoded, and why."""

    table: str
    key: str
    reason: str


@dataclass(frozen=True)
class Anatomy:
    """All tables of the anatomy side, checked against each other."""

    structures: tuple[Structure, ...]
    relations: tuple[Relation, ...]
    innervation: tuple[Innervation, ...]
    spread_edges: tuple[SpreadEdge, ...]
    sources: tuple[ReferenceSource, ...]
    not_universal: tuple[NotUniversal, ...]
    presence: tuple[Presence, ...]
    doubts: tuple[Doubt, ...]
    left_out: tuple[LeftOut, ...]
    structure: Mapping[str, Structure] = field(default_factory=lambda: MappingProxyType({}))
    source: Mapping[str, ReferenceSource] = field(default_factory=lambda: MappingProxyType({}))
    """By key."""
