"""The clinical terms of the ontology, generated from tables.

Comes in: ``data/terms/terms.tsv`` (terms of the reference list), ``data/terms/additions.tsv`` (terms that papers and the data model
needed beyond it) and ``data/units.tsv`` (codes of units, ends of scales). Goes out: one graph for each topic module, written as
``ontology/generated/terms-<module>.ttl``. Says names, words and asserted parents; axioms stand in the modules written by hand.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS, XSD

from neoplex.base.names import IAO_DEFINITION, IAO_DEFINITION_SOURCE, NX, ONTOLOGY, source_iri
from neoplex.ontology.turtle import graph_from, text, write_turtle
from neoplex.read.tables import Cells, FaultList, read_table

TERM_COLUMNS = ["id", "label", "name", "entity", "module", "parent", "synonyms", "definition", "source", "note"]
UNIT_COLUMNS = ["id", "kind", "code", "dimension", "minimum", "maximum", "base", "factor", "spellings"]
MODULES = (
    "neoplasm",
    "spread",
    "finding",
    "deficit",
    "syndrome",
    "investigation",
    "treatment",
    "outcome",
    "evidence",
    "case",
)
"""Topics of the clinical side; each has one generated file and, where axioms are needed, one module written by hand."""
SEEDS = ("capek-2015", "elhayel-2026", "gerontopoulos-2020", "sanuki-2022", "shi-2021")
"""Papers that are cited by IRI as the source of a definition; other sources are cited in words."""
TABLES = ("terms.tsv", "additions.tsv")
_CLASS_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
_INDIVIDUAL_NAME = re.compile(r"[a-z][A-Za-z0-9]*")


@dataclass(frozen=True)
class Term:
    """One row of a terms table: a class or a shared individual; ``is_elsewhere`` when a module written by hand declares it."""

    table: str
    line: int
    id: str
    label: str
    name: str
    is_individual: bool
    is_elsewhere: bool
    module: str
    parents: tuple[str, ...]
    synonyms: tuple[str, ...]
    definition: str
    sources: tuple[str, ...]
    note: str

    @property
    def iri(self) -> URIRef:
        """The IRI that the row declares."""
        return URIRef(NX + self.name)


@dataclass(frozen=True)
class Measure:
    """One row of the units table: the code of a unit or the ends of a scale."""

    id: str
    is_scale: bool
    code: str
    dimension: str
    minimum: Decimal | None
    maximum: Decimal | None
    base: str
    factor: Decimal | None
    spellings: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """All terms and measures, checked against each other; ``term`` finds a term by its id."""

    terms: tuple[Term, ...]
    measures: tuple[Measure, ...]

    @property
    def by_id(self) -> dict[str, Term]:
        """Terms by id."""
        return {term.id: term for term in self.terms}


def read_vocabulary(root: Path) -> Vocabulary:
    """The terms and units below ``root``; raises FaultsFound with every fault of every table."""
    faults = FaultList()
    rows = [
        cells
        for name in TABLES
        for cells in read_table(root / "data" / "terms" / name, TERM_COLUMNS, faults, shown=name)
    ]
    terms = [_term(cells, faults) for cells in rows]
    _check_terms(rows, terms, faults)
    unit_rows = read_table(root / "data" / "units.tsv", UNIT_COLUMNS, faults, shown="units.tsv")
    measures = [_measure(cells, terms, faults) for cells in unit_rows]
    _check_measures(unit_rows, terms, faults)
    faults.stop_if_any()
    return Vocabulary(tuple(terms), tuple(measures))


def _term(cells: Cells, faults: FaultList) -> Term:
    entity = faults.choice(cells, "entity", ("class", "individual", "elsewhere"), "what the row declares")
    is_individual = entity == "individual" or (
        entity == "elsewhere" and bool(_INDIVIDUAL_NAME.fullmatch(cells["name"]))
    )
    pattern, what = (
        (_INDIVIDUAL_NAME, "a name such as regularSchedule")
        if is_individual
        else (_CLASS_NAME, "a name such as HipPain")
    )
    if not pattern.fullmatch(cells["name"]):
        faults.add(cells, "name", cells["name"], what)
    if not re.fullmatch(r"[a-z0-9]+(?:_[a-z0-9]+)*", cells["id"]):
        faults.add(cells, "id", cells["id"], "lower-case words joined by underscores")
    definition = faults.filled(cells, "definition")
    if definition and not (definition[0].isupper() and definition.endswith(".")):
        faults.add(cells, "definition", definition, "a sentence: capital at its start, full stop at its end")
    if not cells.listed("source"):
        faults.add(cells, "source", "", "at least one source")
    return Term(
        cells.file,
        cells.line,
        cells["id"],
        faults.filled(cells, "label"),
        cells["name"],
        is_individual,
        entity == "elsewhere",
        faults.choice(cells, "module", MODULES, "a module"),
        cells.listed("parent"),
        cells.listed("synonyms"),
        definition,
        cells.listed("source"),
        cells["note"],
    )


def _check_terms(rows: list[Cells], terms: list[Term], faults: FaultList) -> None:
    known = {term.id: term for term in terms}
    for what, key in (("id", "id"), ("name", "name"), ("definition", "definition")):
        counted = Counter(cells[key] for cells in rows)
        for cells in rows:
            if counted[cells[key]] > 1:
                faults.add(cells, key, cells[key], f"each {what} once")
    for cells, term in zip(rows, terms, strict=True):
        for parent in term.parents:
            if parent not in known:
                faults.add(cells, "parent", parent, "the id of a term", list(known))
            elif known[parent].is_individual:
                faults.add(cells, "parent", parent, "a class, not an individual")
        if term.is_individual and len(term.parents) != 1:
            faults.add(cells, "parent", "|".join(term.parents), "exactly one class for an individual")
        if _is_below_itself(term, known):
            faults.add(cells, "parent", "|".join(term.parents), "parents that do not lead back to the term")
    _check_words(rows, terms, faults)


def _is_below_itself(term: Term, known: dict[str, Term]) -> bool:
    reached: set[str] = set()
    waiting = list(term.parents)
    while waiting:
        parent = waiting.pop()
        if parent not in reached and parent in known:
            reached.add(parent)
            waiting.extend(known[parent].parents)
    return term.id in reached


def _check_words(rows: list[Cells], terms: list[Term], faults: FaultList) -> None:
    """Every label and synonym of a class leads to one class; the same holds among individuals."""
    meant: dict[tuple[bool, str], set[str]] = defaultdict(set)
    for term in terms:
        for word in (term.label, *term.synonyms):
            meant[term.is_individual, word.casefold()].add(term.id)
    for cells, term in zip(rows, terms, strict=True):
        words = [word.casefold() for word in (term.label, *term.synonyms)]
        for word in words:
            others = meant[term.is_individual, word] - {term.id}
            if others:
                faults.add(cells, "synonyms", word, f"words that are not also those of {', '.join(sorted(others))}")
            if words.count(word) > 1:
                faults.add(cells, "synonyms", word, "each word once, and not the label")


def _measure(cells: Cells, terms: list[Term], faults: FaultList) -> Measure:
    kind = faults.choice(cells, "kind", ("unit", "scale"), "what the row measures with")

    def number(column: str) -> Decimal | None:
        if not cells[column]:
            return None
        if not re.fullmatch(r"-?\d+(?:\.\d+)?", cells[column]):
            faults.add(cells, column, cells[column], "a plain decimal number")
            return None
        return Decimal(cells[column])

    if (kind == "unit") != bool(cells["code"]):
        faults.add(cells, "code", cells["code"], "a UCUM code for a unit, nothing for a scale")
    if bool(cells["base"]) != bool(cells["factor"]):
        faults.add(cells, "factor", cells["factor"], "base and factor together")
    return Measure(
        cells["id"],
        kind == "scale",
        cells["code"],
        cells["dimension"],
        number("minimum"),
        number("maximum"),
        cells["base"],
        number("factor"),
        cells.listed("spellings"),
    )


def _check_measures(rows: list[Cells], terms: list[Term], faults: FaultList) -> None:
    """Every unit and scale among the terms has its row here, and nothing else has."""
    measured = {term.id: term for term in terms if term.is_individual and term.parents[:1] in (("unit",), ("scale",))}
    listed = {cells["id"] for cells in rows}
    for cells in rows:
        term = measured.get(cells["id"])
        if term is None or term.parents != (cells["kind"],):
            faults.add(cells, "id", cells["id"], f"a term below {cells['kind']}", list(measured))
        if cells["base"] and cells["base"] not in measured:
            faults.add(cells, "base", cells["base"], "the id of a unit", list(measured))
    if rows:
        for missing in sorted(set(measured) - listed):
            faults.add(rows[0], "id", missing, "a row in units.tsv for every unit and scale")


# ------------------------------------------------------------------------------------------------------------- generating


def build_graphs(vocabulary: Vocabulary) -> dict[str, Graph]:
    """One graph for each module, by module name: declarations, words, sources and asserted parents."""
    graphs = {module: graph_from() for module in MODULES}
    known = vocabulary.by_id
    for term in vocabulary.terms:
        _state(graphs[term.module], term, known)
    measured_with = {measure.id: measure for measure in vocabulary.measures}
    for identifier, measure in measured_with.items():
        _state_measure(graphs[known[identifier].module], known[identifier], measure, known)
    for module, graph in graphs.items():
        header = module_iri(module)
        graph.add((header, RDF.type, OWL.Ontology))
        graph.add((header, RDFS.label, text(f"neoplex terms: {module}")))
        graph.add(
            (header, RDFS.comment, text("Generated from the tables of data/terms. Edit the tables, not this file."))
        )
    return graphs


def module_iri(module: str) -> URIRef:
    """The IRI of the generated terms of a module."""
    return URIRef(f"{ONTOLOGY}/terms-{module}")


def cite(source: str) -> URIRef | Literal:
    """What a source cell stands for: the IRI of a paper that neoplex holds, else its words."""
    return URIRef(source_iri(source)) if source in SEEDS else text(source)


def _state(graph: Graph, term: Term, known: dict[str, Term]) -> None:
    iri = term.iri
    for synonym in term.synonyms:
        graph.add((iri, SKOS.altLabel, text(synonym)))
    if term.is_elsewhere:
        return
    if term.is_individual:
        graph.add((iri, RDF.type, OWL.NamedIndividual))
        graph.add((iri, RDF.type, known[term.parents[0]].iri))
    else:
        graph.add((iri, RDF.type, OWL.Class))
        for parent in term.parents:
            graph.add((iri, RDFS.subClassOf, known[parent].iri))
    graph.add((iri, RDFS.label, text(term.label)))
    graph.add((iri, URIRef(IAO_DEFINITION), text(term.definition)))
    for source in term.sources:
        graph.add((iri, URIRef(IAO_DEFINITION_SOURCE), cite(source)))
    if term.note:
        graph.add((iri, SKOS.scopeNote, text(term.note)))
    graph.add((iri, RDFS.isDefinedBy, module_iri(term.module)))


def _state_measure(graph: Graph, term: Term, measure: Measure, known: dict[str, Term]) -> None:
    def state(name: str, value: Literal | URIRef) -> None:
        graph.add((term.iri, URIRef(NX + name), value))

    if measure.code:
        state("ucumCode", text(measure.code))
        graph.add((term.iri, SKOS.notation, text(measure.code)))
    if measure.dimension:
        state("dimension", text(measure.dimension))
    if measure.base and measure.factor is not None:
        state("baseUnit", known[measure.base].iri)
        state("baseFactor", _decimal(measure.factor))
    if measure.minimum is not None:
        state("scaleMinimum", _decimal(measure.minimum))
    if measure.maximum is not None:
        state("scaleMaximum", _decimal(measure.maximum))
    for spelling in measure.spellings:
        if spelling not in (term.label, *term.synonyms):
            graph.add((term.iri, SKOS.altLabel, text(spelling)))


def _decimal(number: Decimal) -> Literal:
    written = f"{number:f}"
    return Literal(written if "." in written else f"{written}.0", datatype=XSD.decimal, normalize=False)


def generate(root: Path) -> dict[str, bytes]:
    """The bytes of every generated file by its path below ``root``; raises FaultsFound. Nothing is written."""
    graphs = build_graphs(read_vocabulary(root))
    comment = "Generated from data/terms and data/units.tsv. Edit the tables, not this file."
    return {
        f"ontology/generated/terms-{module}.ttl": write_turtle(graph, comment=comment)
        for module, graph in graphs.items()
    }
