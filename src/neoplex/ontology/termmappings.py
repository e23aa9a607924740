"""Mappings of clinical terms to other vocabularies, and what became of every row of the term tables.

Comes in: ``data/mappings/terms.sssom.tsv``, which is edited by hand, and the terms tables. Goes out: the optional alignment
``ontology/alignments/terms.ttl``, which nothing imports, and row counts. Identifiers come from the table only.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from rdflib import URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS

from neoplex.base.errors import Fault, FaultsFound, did_you_mean
from neoplex.base.names import NX, ONTOLOGY, PREFIXES
from neoplex.ontology.accounting import RowCount
from neoplex.ontology.anatomy import LICENCE
from neoplex.ontology.terms import Vocabulary, read_vocabulary
from neoplex.ontology.turtle import graph_from, text, write_turtle
from neoplex.read.tables import FaultList, read_table

SSSOM = "data/mappings/terms.sssom.tsv"
ALIGNMENT = "ontology/alignments/terms.ttl"
COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "comment",
)
PREDICATES = ("skos:exactMatch", "skos:closeMatch", "skos:broadMatch", "skos:narrowMatch", "skos:relatedMatch")
JUSTIFICATIONS = (
    "semapv:CompositeMatching",
    "semapv:LexicalMatching",
    "semapv:ManualMappingCuration",
    "semapv:MappingChaining",
    "semapv:MappingReview",
)
NOT_SHIPPED = ("SCTID", "SNOMED", "SNOMEDCT", "UMLS")
"""Vocabularies whose identifiers may not be passed on."""


@dataclass(frozen=True, order=True)
class TermMapping:
    """One line of the table, ids as CURIEs; ``object_iri`` is the object written out."""

    subject_id: str
    predicate_id: str
    object_id: str
    object_label: str
    object_iri: str


def read_mappings(root: Path, vocabulary: Vocabulary) -> list[TermMapping]:
    """The mappings of ``data/mappings/terms.sssom.tsv``; raises FaultsFound with every fault of the table."""
    path = root / SSSOM
    faults: list[Fault] = []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        raise FaultsFound([Fault(SSSOM, found="no file", expected="a table of mappings")]) from None
    curies = _read_curies(lines)
    labels = {f"nx:{term.name}": term.label for term in vocabulary.terms}
    header = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    if header == len(lines) or tuple(lines[header].split("\t")) != COLUMNS:
        faults.append(Fault(SSSOM, header + 1, found="another header", expected=", ".join(COLUMNS)))
        raise FaultsFound(faults)
    mappings: list[TermMapping] = []
    for number, line in enumerate(lines[header + 1 :], header + 2):
        if not line:
            continue
        cells = line.split("\t")
        if len(cells) != len(COLUMNS):
            faults.append(Fault(SSSOM, number, found=f"{len(cells)} cells", expected=f"{len(COLUMNS)} cells"))
            continue
        row = dict(zip(COLUMNS, cells, strict=True))
        prefix = row["object_id"].partition(":")[0]

        def fault(column: str, expected: str, hint: str = "", *, at: int = number, row: dict[str, str] = row) -> None:
            faults.append(Fault(SSSOM, at, 0, column, f'"{row[column]}"', expected, hint))

        if row["subject_id"] not in labels:
            fault("subject_id", "a term of the terms tables", did_you_mean(row["subject_id"], list(labels)))
        elif row["subject_label"] != labels[row["subject_id"]]:
            fault("subject_label", f'the label "{labels[row["subject_id"]]}"')
        if row["predicate_id"] not in PREDICATES:
            fault("predicate_id", f"one of {', '.join(PREDICATES)}")
        if row["mapping_justification"] not in JUSTIFICATIONS:
            fault("mapping_justification", f"one of {', '.join(JUSTIFICATIONS)}")
        if prefix in NOT_SHIPPED:
            fault("object_id", "an identifier that may be shipped")
        elif prefix not in curies:
            fault("object_id", "a prefix of the curie_map", did_you_mean(prefix, list(curies)))
        iri = curies.get(prefix, "") + row["object_id"].partition(":")[2]
        mappings.append(TermMapping(row["subject_id"], row["predicate_id"], row["object_id"], row["object_label"], iri))
    counted = Counter((m.subject_id, m.object_id) for m in mappings)
    for (subject, object_), times in sorted(counted.items()):
        if times > 1:
            faults.append(Fault(SSSOM, field=subject, found=f"{object_} {times} times", expected="each pair once"))
    if faults:
        raise FaultsFound(faults)
    return sorted(mappings)


def _read_curies(lines: list[str]) -> dict[str, str]:
    """The prefixes of the ``curie_map`` in the header."""
    curies: dict[str, str] = {}
    inside = False
    for line in lines:
        if not line.startswith("#"):
            break
        entry = re.fullmatch(r"#\s{2}(\S+): (\S+)", line)
        if line.startswith("#curie_map"):
            inside = True
        elif inside and entry:
            curies[entry[1]] = entry[2]
        else:
            inside = False
    return curies


def generate(root: Path) -> dict[str, bytes]:
    """The bytes of the alignment by its path; raises FaultsFound. Nothing is written."""
    graph = graph_from()
    header = URIRef(f"{ONTOLOGY}/alignments/terms")
    graph.add((header, RDF.type, OWL.Ontology))
    graph.add((header, RDFS.label, text("neoplex: clinical terms in other vocabularies")))
    graph.add((header, DCTERMS.title, text("neoplex clinical term alignment")))
    words = "SKOS matches of clinical terms; nothing imports this file and no reasoner acts on it."
    graph.add((header, DCTERMS.description, text(words)))
    graph.add((header, DCTERMS.license, LICENCE))
    for mapping in read_mappings(root, read_vocabulary(root)):
        predicate = URIRef(PREFIXES["skos"] + mapping.predicate_id.partition(":")[2])
        graph.add((URIRef(NX + mapping.subject_id.partition(":")[2]), predicate, URIRef(mapping.object_iri)))
    return {ALIGNMENT: write_turtle(graph, comment=f"Generated from {SSSOM}. Edit the table, not this file.")}


# -------------------------------------------------------------------------------------------------------------- accounting


def account(root: Path) -> list[RowCount]:
    """What became of the rows of the terms tables, the units and the mappings, counted from written files."""
    vocabulary = read_vocabulary(root)
    faults = FaultList()
    rows = read_table(
        root / "data" / "terms" / "left-out.tsv", ("table", "key", "reason"), faults, shown="left-out.tsv"
    )
    faults.stop_if_any()
    left_out: dict[str, list[str]] = {}
    for cells in rows:
        left_out.setdefault(cells["table"], []).append(cells["reason"])
    labelled, coded = _written(root)
    counts = []
    for table in ("terms.tsv", "additions.tsv"):
        listed = [term for term in vocabulary.terms if term.table == table]
        lost = tuple(f"{table}:{term.line}" for term in listed if str(term.iri) not in labelled)
        counts.append(_count(table, len(listed), len(listed) - len(lost), left_out.get(table, []), lost))
    by_id = vocabulary.by_id
    unwritten = tuple(f"units.tsv {m.id}" for m in vocabulary.measures if str(by_id[m.id].iri) not in coded)
    listed_units = len(vocabulary.measures)
    counts.append(_count("units.tsv", listed_units, listed_units - len(unwritten), [], unwritten))
    mappings = read_mappings(root, vocabulary)
    stated = _matches(root)
    lost = tuple(f"{m.subject_id} {m.object_id}" for m in mappings if _key(m) not in stated)
    out = left_out.get("terms_mappings.tsv", [])
    counts.append(_count("terms_mappings.tsv", len(mappings) + len(out), len(mappings) - len(lost), out, lost))
    return counts


def _count(table: str, rows_in: int, encoded: int, out: list[str], lost: tuple[str, ...]) -> RowCount:
    return RowCount(table, rows_in, encoded, len(out), dict(sorted(Counter(out).items())), 0, lost)


def _key(mapping: TermMapping) -> tuple[str, str, str]:
    predicate = PREFIXES["skos"] + mapping.predicate_id.partition(":")[2]
    return (NX + mapping.subject_id.partition(":")[2], predicate, mapping.object_iri)


def _written(root: Path) -> tuple[set[str], set[str]]:
    """IRIs that written modules label, and IRIs they give a unit code or the end of a scale."""
    labelled: set[str] = set()
    coded: set[str] = set()
    measured = {NX + "ucumCode", NX + "scaleMinimum", NX + "scaleMaximum"}
    for folder in ("modules", "generated"):
        for path in sorted((root / "ontology" / folder).glob("*.ttl")):
            for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
                if not isinstance(quad.subject, ox.NamedNode):
                    continue
                if quad.predicate.value == str(RDFS.label):
                    labelled.add(quad.subject.value)
                elif quad.predicate.value in measured:
                    coded.add(quad.subject.value)
    return labelled, coded


def _matches(root: Path) -> set[tuple[str, str, str]]:
    """Subject, predicate and object of every statement of the written alignment."""
    return {
        (quad.subject.value, quad.predicate.value, quad.object.value)
        for quad in ox.parse(path=str(root / ALIGNMENT), format=ox.RdfFormat.TURTLE)
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
    }
