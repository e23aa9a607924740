"""The anatomy tables: read strictly and checked against each other, all faults in one run.

Comes in: ``data/anatomy``, ``data/sources`` and structures that papers asked for. Goes out: frozen rows, or
:class:`FaultsFound` that names file, line and field of everything that is wrong. Never guesses and never skips a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType

from neoplex.base.names import slug
from neoplex.model.rows import (
    Anatomy,
    Doubt,
    Innervation,
    LeftOut,
    NotUniversal,
    Presence,
    ReferenceSource,
    Relation,
    SpreadEdge,
    Structure,
)
from neoplex.read.tables import Cells, FaultList, read_table

LEVELS = ("T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1", "S2", "S3", "S4", "S5", "Co1")
RELATIONS = (
    "adjacent_to",
    "arises_from",
    "attached_to",
    "branch_of",
    "continuous_with",
    "deep_to",
    "drains_to",
    "enclosed_by",
    "has_root",
    "inserts_on",
    "lateral_border_of",
    "medial_border_of",
    "part_of",
    "passes_through",
    "runs_anterior_to",
    "supplied_by",
    "traverses",
)
PAIRED = ("yes", "midline", "mixed", "left", "right")
SIDE_BEHAVIOURS = ("same_side", "to_midline", "from_midline", "midline_only", "any_side")
SIDE_CONSTRAINTS = ("", "left", "right")
MATCHES = ("", "exact", "close", "broad", "narrow")
TARGET_KINDS = ("motor", "sensory", "autonomic")
ROW_TYPES = ("nerve", "root", "dermatome", "autonomic", "plexus_element", "dorsal_ramus")
MECHANISMS = ("perineural", "direct_extension", "lymphatic", "haematogenous", "intradural/dural_bridge", "csf")
DIRECTIONS = ("none", "proximal", "distal", "transmedian")
DIRECTEDNESS = ("directed", "undirected")
EVIDENCE_LEVELS = ("asserted in seed", "published literature", "anatomical plausibility")
SOURCE_KINDS = ("seed paper", "publication", "web page", "ontology", "derived")
REASONS = ("variable", "disputed", "part of the group", "single case")
SUPPLIES = tuple(f"supplies_{kind}" for kind in TARGET_KINDS)

STRUCTURE_COLUMNS = (
    "id",
    "label",
    "synonyms",
    "kind",
    "paired",
    "is_a",
    "part_of",
    "uberon_id",
    "uberon_label",
    "uberon_match",
    "fma_id",
    "fma_source",
    "ncit_id",
    "other_xref",
    "definition",
    "source",
)
RELATION_COLUMNS = (
    "subject",
    "relation",
    "object",
    "side_behaviour",
    "side_constraint",
    "source",
    "note",
)
INNERVATION_COLUMNS = (
    "nerve_id",
    "roots",
    "main_roots",
    "target_id",
    "target_kind",
    "function",
    "sign_when_lost",
    "reflex",
    "row_type",
    "source",
)
SPREAD_COLUMNS = (
    "from",
    "to",
    "mechanism",
    "direction",
    "directedness",
    "side_behaviour",
    "side_constraint",
    "typical_primaries",
    "evidence_level",
    "citation",
    "note",
)
SOURCE_COLUMNS = (
    "key",
    "id",
    "kind",
    "recalled",
    "title",
    "citation",
    "doi",
    "pmid",
)
WANTED_COLUMNS = (
    "label",
    "parent",
    "definition",
    "synonyms",
    "source",
    "paired",
)

NOT_UNIVERSAL_COLUMNS = ("table", "subject", "relation", "object", "reason", "says")
PRESENCE_COLUMNS = ("id", "sex", "inconstant", "says")
DOUBT_COLUMNS = ("id", "status", "says", "structures", "edges")
LEFT_OUT_COLUMNS = ("table", "key", "reason")


def read_anatomy(root: Path) -> Anatomy:
    """All anatomy tables below ``root``; raises FaultsFound with every fault of every table."""
    faults = FaultList()
    folder = root / "data" / "anatomy"

    def table(name: str, columns: Sequence[str]) -> list[Cells]:
        return read_table(folder / name, columns, faults, shown=name)

    shown = "reference-sources.tsv"
    sources = _sources(read_table(root / "data" / "sources" / shown, SOURCE_COLUMNS, faults, shown=shown), faults)
    keys = [source.key for source in sources]
    structures = _structures(table("structures.tsv", STRUCTURE_COLUMNS), keys, faults)
    structures += _wanted(sorted((root / "data" / "terms").glob("wanted-*.tsv")), structures, faults)
    known = {s.id: s for s in structures}
    _check_tree(structures, known, faults)
    relations = _relations(table("relations.tsv", RELATION_COLUMNS), known, keys, faults)
    innervation = _innervation(table("innervation.tsv", INNERVATION_COLUMNS), known, keys, faults)
    spread = _spread(table("spread_edges.tsv", SPREAD_COLUMNS), known, keys, faults)
    stated = {("relations.tsv", r.subject, r.relation, r.object) for r in relations}
    stated |= {("innervation.tsv", i.nerve, f"supplies_{i.target_kind}", i.target) for i in innervation}
    stated |= {("spread_edges.tsv", e.start, e.mechanism, e.end) for e in spread}
    not_universal = _not_universal(table("not-universal.tsv", NOT_UNIVERSAL_COLUMNS), stated, faults)
    presence = _presence(table("presence.tsv", PRESENCE_COLUMNS), known, faults)
    doubts = _doubts(table("doubts.tsv", DOUBT_COLUMNS), known, stated, faults)
    left_out = _left_out(table("left-out.tsv", LEFT_OUT_COLUMNS), faults)
    _check_unused_sources(sources, structures, relations, innervation, spread, faults)
    faults.stop_if_any()
    return Anatomy(
        tuple(structures),
        tuple(relations),
        tuple(innervation),
        tuple(spread),
        tuple(sources),
        tuple(not_universal),
        tuple(presence),
        tuple(doubts),
        tuple(left_out),
        MappingProxyType(known),
        MappingProxyType({s.key: s for s in sources}),
    )


def _once(rows: Iterable[Cells], key: Callable[[Cells], tuple[str, ...]], column: str, faults: FaultList) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for cells in rows:
        found = key(cells)
        if found in seen:
            faults.add(cells, column, " ".join(part for part in found if part), f"no row like line {seen[found]}")
        seen.setdefault(found, cells.line)


def _cited(cells: Cells, column: str, keys: Sequence[str], faults: FaultList) -> tuple[str, ...]:
    cited = cells.listed(column, ";")
    if not cited:
        faults.add(cells, column, "", "at least one source key")
    for key in cited:
        if key not in keys:
            faults.add(cells, column, key, "a key of reference-sources.tsv", keys)
    return cited


def _known(cells: Cells, column: str, known: dict[str, Structure], faults: FaultList) -> str:
    value = cells[column]
    if value not in known:
        faults.add(cells, column, value, "an id of structures.tsv", list(known))
    return value


def _sources(rows: list[Cells], faults: FaultList) -> list[ReferenceSource]:
    _once(rows, lambda c: (c["key"],), "key", faults)
    sources = []
    for cells in rows:
        if slug(cells["id"]) != cells["id"] or not cells["id"]:
            faults.add(cells, "id", cells["id"], "lower-case words joined by hyphens")
        recalled = faults.choice(cells, "recalled", ("yes", "no"), "whether the key was recalled and not opened")
        kind = faults.choice(cells, "kind", SOURCE_KINDS, "a kind of source")
        doi = cells["doi"]
        if doi and not doi.startswith("10."):
            faults.add(cells, "doi", doi, "a DOI that starts with 10.")
        sources.append(
            ReferenceSource(
                cells.file,
                cells.line,
                faults.filled(cells, "key"),
                cells["id"],
                kind,
                recalled == "yes",
                cells["title"],
                cells["citation"],
                doi,
                cells["pmid"],
            )
        )
    return sources


def _structures(rows: list[Cells], keys: Sequence[str], faults: FaultList) -> list[Structure]:
    _once(rows, lambda c: (c["id"],), "id", faults)
    _once(rows, lambda c: (c["label"],), "label", faults)
    structures = []
    for cells in rows:
        if not cells["id"].replace("_", "").isalnum() or cells["id"] != cells["id"].lower():
            faults.add(cells, "id", cells["id"], "lower-case words joined by underscores")
        match = faults.choice(cells, "uberon_match", MATCHES, "how the Uberon term matches")
        if bool(match) != bool(cells["uberon_id"]):
            faults.add(cells, "uberon_match", match, "a match exactly when there is a Uberon id")
        for column, prefix in (("uberon_id", "UBERON:"), ("fma_id", "FMA:"), ("ncit_id", "C"), ("other_xref", "ILX:")):
            for identifier in cells.listed(column):
                if not identifier.startswith(prefix) or not identifier[len(prefix) :].isdigit():
                    faults.add(cells, column, identifier, f"an identifier such as {prefix}1234")
        structures.append(
            Structure(
                cells.file,
                cells.line,
                cells["id"],
                faults.filled(cells, "label"),
                cells.listed("synonyms"),
                faults.filled(cells, "kind"),
                faults.choice(cells, "paired", PAIRED, "a pairing"),
                cells["is_a"],
                cells["part_of"],
                cells["uberon_id"],
                cells["uberon_label"],
                match,
                cells.listed("fma_id"),
                cells["fma_source"],
                cells.listed("ncit_id"),
                cells.listed("other_xref"),
                faults.filled(cells, "definition"),
                _cited(cells, "source", keys, faults),
            )
        )
    return structures


def _wanted(paths: Iterable[Path], structures: Sequence[Structure], faults: FaultList) -> list[Structure]:
    """Structures that papers name and structures.tsv lacks: rows of ``data/terms/wanted-*.tsv`` with a pairing."""
    named: dict[str, Structure] = {}
    for structure in structures:
        for name in (structure.label, *structure.synonyms):
            named.setdefault(name.casefold(), structure)
    ids = {s.id for s in structures}
    wanted: list[Structure] = []
    for path in paths:
        rows = [c for c in read_table(path, WANTED_COLUMNS, faults, shown=path.name) if c["paired"]]
        for cells in rows:
            parent = named.get(cells["parent"].casefold())
            if parent is None:
                expected = "the label of a structure above this line"
                faults.add(cells, "parent", cells["parent"], expected, [s.label for s in (*structures, *wanted)])
                continue
            identifier = slug(cells["label"]).replace("-", "_")
            if identifier in ids or cells["label"].casefold() in named:
                # Two papers may ask for the same structure; the first row defines it.
                continue
            ids.add(identifier)
            structure = Structure(
                cells.file,
                cells.line,
                identifier,
                faults.filled(cells, "label"),
                cells.listed("synonyms"),
                parent.kind,
                faults.choice(cells, "paired", PAIRED, "a pairing"),
                parent.id,
                "",
                "",
                "",
                "",
                (),
                "",
                (),
                (),
                faults.filled(cells, "definition"),
                cells.listed("source", ";"),
            )
            for name in (structure.label, *structure.synonyms):
                named.setdefault(name.casefold(), structure)
            wanted.append(structure)
    return wanted


def _check_tree(structures: Sequence[Structure], known: dict[str, Structure], faults: FaultList) -> None:
    roots = [s for s in structures if not s.is_a]
    for structure in roots[1:]:
        faults.add(_place(structure), "is_a", "", f"a parent: {roots[0].id} is the one root")
    trees = {"is_a": {s.id: s.is_a for s in structures}, "part_of": {s.id: s.part_of for s in structures}}
    for column, tree in trees.items():
        for structure in structures:
            parent = tree[structure.id]
            if parent and parent not in known:
                faults.add(_place(structure), column, parent, "an id of structures.tsv", list(known))
        for circle in _circles(tree):
            path = " > ".join((*circle, circle[0]))
            faults.add(_place(known[circle[0]]), column, path, "no circle")


def _place(structure: Structure) -> Cells:
    return Cells(structure.file, structure.line, {})


def _circles(parent: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """Each circle of a child-to-parent map once, starting at its smallest id."""
    done: set[str] = set()
    for start in parent:
        path: list[str] = []
        node = start
        while node and node in parent and node not in done and node not in path:
            path.append(node)
            node = parent[node]
        if node in path:
            circle = path[path.index(node) :]
            first = circle.index(min(circle))
            yield tuple(circle[first:] + circle[:first])
        done.update(path)


_SIDED = ("yes", "mixed")


def _check_sides(
    cells: Cells, start: str, end: str, behaviour: str, constraint: str, known: dict[str, Structure], faults: FaultList
) -> None:
    """Whether the side behaviour fits the pairing of both ends."""
    if start not in known or end not in known or behaviour not in SIDE_BEHAVIOURS:
        return
    sided = (known[start].paired in _SIDED, known[end].paired in _SIDED)
    fitting = {
        (True, True): ("same_side", "any_side"),
        (True, False): ("to_midline",),
        (False, True): ("from_midline", "any_side"),
        (False, False): ("midline_only",),
    }[sided]
    if behaviour not in fitting:
        words = f"{' or '.join(fitting)}, since {start} is {known[start].paired} and {end} is {known[end].paired}"
        faults.add(cells, "side_behaviour", behaviour, words)
    elif constraint and behaviour in ("midline_only", "any_side"):
        faults.add(cells, "side_constraint", constraint, f"nothing beside {behaviour}")


def _relations(
    rows: list[Cells], known: dict[str, Structure], keys: Sequence[str], faults: FaultList
) -> list[Relation]:
    _once(rows, lambda c: (c["subject"], c["relation"], c["object"], c["side_constraint"]), "subject", faults)
    relations = []
    for cells in rows:
        subject, object_ = _known(cells, "subject", known, faults), _known(cells, "object", known, faults)
        if subject == object_:
            faults.add(cells, "object", object_, "another structure than the subject")
        behaviour = faults.choice(cells, "side_behaviour", SIDE_BEHAVIOURS[:4], "a side behaviour")
        constraint = faults.choice(cells, "side_constraint", SIDE_CONSTRAINTS, "a side")
        _check_sides(cells, subject, object_, behaviour, constraint, known, faults)
        relations.append(
            Relation(
                cells.file,
                cells.line,
                subject,
                faults.choice(cells, "relation", RELATIONS, "a relation"),
                object_,
                behaviour,
                constraint,
                _cited(cells, "source", keys, faults),
                cells["note"],
            )
        )
    return relations


def _roots(cells: Cells, column: str, faults: FaultList) -> tuple[str, ...]:
    roots = cells.listed(column)
    for root in roots:
        if root not in LEVELS:
            faults.add(cells, column, root, "a spinal root: T10-T12, L1-L5, S1-S5 or Co1", LEVELS)
    for root in {r for r in roots if roots.count(r) > 1}:
        faults.add(cells, column, root, "each root once")
    return roots


def _innervation(
    rows: list[Cells], known: dict[str, Structure], keys: Sequence[str], faults: FaultList
) -> list[Innervation]:
    _once(rows, lambda c: (c["nerve_id"], c["target_id"], c["target_kind"]), "nerve_id", faults)
    innervation = []
    for cells in rows:
        roots, main = _roots(cells, "roots", faults), _roots(cells, "main_roots", faults)
        if not roots:
            faults.add(cells, "roots", "", "at least one spinal root")
        for root in main:
            if root in LEVELS and root not in roots:
                faults.add(cells, "main_roots", root, f"one of the roots of the row: {', '.join(roots)}", roots)
        innervation.append(
            Innervation(
                cells.file,
                cells.line,
                _known(cells, "nerve_id", known, faults),
                roots,
                main,
                _known(cells, "target_id", known, faults),
                faults.choice(cells, "target_kind", TARGET_KINDS, "a kind of supply"),
                cells["function"],
                cells["sign_when_lost"],
                cells["reflex"],
                faults.choice(cells, "row_type", ROW_TYPES, "a row type"),
                _cited(cells, "source", keys, faults),
            )
        )
    return innervation


def _spread(rows: list[Cells], known: dict[str, Structure], keys: Sequence[str], faults: FaultList) -> list[SpreadEdge]:
    _once(rows, lambda c: (c["from"], c["to"], c["mechanism"], c["side_constraint"]), "from", faults)
    edges = []
    for cells in rows:
        start, end = _known(cells, "from", known, faults), _known(cells, "to", known, faults)
        if start == end:
            faults.add(cells, "to", end, "another structure than the start")
        behaviour = faults.choice(cells, "side_behaviour", SIDE_BEHAVIOURS, "a side behaviour")
        constraint = faults.choice(cells, "side_constraint", SIDE_CONSTRAINTS, "a side")
        _check_sides(cells, start, end, behaviour, constraint, known, faults)
        edges.append(
            SpreadEdge(
                cells.file,
                cells.line,
                start,
                end,
                faults.choice(cells, "mechanism", MECHANISMS, "a mechanism"),
                faults.choice(cells, "direction", DIRECTIONS, "a direction"),
                faults.choice(cells, "directedness", DIRECTEDNESS, "a directedness") == "directed",
                behaviour,
                constraint,
                cells.listed("typical_primaries"),
                faults.choice(cells, "evidence_level", EVIDENCE_LEVELS, "an evidence level"),
                _cited(cells, "citation", keys, faults),
                cells["note"],
            )
        )
    return edges


def _not_universal(rows: list[Cells], stated: set[tuple[str, str, str, str]], faults: FaultList) -> list[NotUniversal]:
    _once(rows, lambda c: (c["table"], c["subject"], c["relation"], c["object"]), "subject", faults)
    listed = []
    for cells in rows:
        key = (cells["table"], cells["subject"], cells["relation"], cells["object"])
        if key not in stated or cells["table"] == "spread_edges.tsv":
            faults.add(cells, "subject", " ".join(key), "a row of relations.tsv or innervation.tsv")
        reason = faults.choice(cells, "reason", REASONS, "a reason")
        listed.append(NotUniversal(cells.file, cells.line, *key, reason, faults.filled(cells, "says")))
    return listed


def _presence(rows: list[Cells], known: dict[str, Structure], faults: FaultList) -> list[Presence]:
    _once(rows, lambda c: (c["id"],), "id", faults)
    listed = []
    for cells in rows:
        sex = faults.choice(cells, "sex", ("", "male", "female"), "a sex")
        inconstant = faults.choice(cells, "inconstant", ("", "yes"), "yes or nothing") == "yes"
        if not sex and not inconstant:
            faults.add(cells, "sex", "", "a sex, or yes under inconstant")
        listed.append(
            Presence(cells.file, cells.line, _known(cells, "id", known, faults), sex, inconstant, cells["says"])
        )
    return listed


def _doubts(
    rows: list[Cells], known: dict[str, Structure], stated: set[tuple[str, str, str, str]], faults: FaultList
) -> list[Doubt]:
    _once(rows, lambda c: (c["id"],), "id", faults)
    doubts = []
    for cells in rows:
        status = faults.choice(cells, "status", ("open", "settled"), "a status")
        structures = cells.listed("structures")
        for identifier in structures:
            if identifier not in known:
                faults.add(cells, "structures", identifier, "an id of structures.tsv", list(known))
        selectors: list[tuple[str, str, str, str]] = []
        for text in cells.listed("edges"):
            words = text.split()
            if len(words) != 4:
                faults.add(cells, "edges", text, "table, subject, relation and object, with * for any")
                continue
            selector = (words[0], words[1], words[2], words[3])
            if not any(fits(selector, key) for key in stated):
                faults.add(cells, "edges", text, "a selector that fits at least one row")
            selectors.append(selector)
        doubts.append(
            Doubt(
                cells.file, cells.line, cells["id"], status, faults.filled(cells, "says"), structures, tuple(selectors)
            )
        )
    return doubts


def fits(selector: tuple[str, str, str, str], key: tuple[str, str, str, str]) -> bool:
    """Whether a doubt's selector fits a row given as table, subject, relation, object.

    >>> fits(("innervation.tsv", "*", "*", "popliteus"), ("innervation.tsv", "tibial_nerve", "supplies_motor", "popliteus"))
    True
    """
    return all(fnmatchcase(value, pattern) for pattern, value in zip(selector, key, strict=True))


def _left_out(rows: list[Cells], faults: FaultList) -> list[LeftOut]:
    _once(rows, lambda c: (c["table"], c["key"]), "key", faults)
    return [LeftOut(c.file, c.line, c["table"], faults.filled(c, "key"), faults.filled(c, "reason")) for c in rows]


def _check_unused_sources(
    sources: Sequence[ReferenceSource],
    structures: Sequence[Structure],
    relations: Sequence[Relation],
    innervation: Sequence[Innervation],
    spread: Sequence[SpreadEdge],
    faults: FaultList,
) -> None:
    tables: tuple[Sequence[Structure | Relation | Innervation | SpreadEdge], ...]
    tables = (structures, relations, innervation, spread)
    used = {key for rows in tables for row in rows for key in row.sources}
    for source in sources:
        if source.key not in used:
            faults.add(Cells(source.file, source.line, {}), "key", source.key, "a key that some row cites")
