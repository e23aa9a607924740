"""The anatomy as OWL: a class for each structure, an axiom for whatever holds in everybody.

Comes in: the anatomy tables. Goes out: graphs for ``structures``, ``structure-relations`` and ``innervation``. Sides are no
part of it, nor is spread: a conduit is a disposition of the atlas, not a truth about everybody. Never reads or writes files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS

from neoplex.base.names import NX, ONTOLOGY, class_iri, property_iri, source_iri
from neoplex.model.rows import Anatomy, Innervation, Relation, Structure
from neoplex.ontology.turtle import declare_class, graph_from, has_value, some, subclass_of, text

LICENCE = URIRef("https://creativecommons.org/licenses/by/4.0/")
TABLE_ROW = URIRef(NX + "tableRow")
NOTE = URIRef(NX + "note")
PAIRING = {
    "yes": URIRef(NX + "paired"),
    "mixed": URIRef(NX + "mixedPairing"),
    "midline": URIRef(NX + "midlineStructure"),
    "left": URIRef(NX + "midlineStructure"),
    "right": URIRef(NX + "midlineStructure"),
}
_SEGMENTAL = ("nerve_root", "spinal_nerve", "ventral_ramus", "dorsal_ramus", "ganglion", "cord", "dermatome")
_LEVEL = re.compile(r"(T1[0-2]|L[1-5]|S[1-5]|Co1)(?=[_ ])", re.IGNORECASE)
_PROPERTY_OF = {"supplied_by": "hasBloodSupplyFrom"}


def module_iri(name: str) -> URIRef:
    """The IRI of a module, such as ``structures``."""
    return URIRef(f"{ONTOLOGY}/{name}")


def iri_of(structure: str) -> URIRef:
    """The class of a structure id."""
    return URIRef(class_iri(structure))


def property_of(relation: str) -> URIRef:
    """The property of a relation as the tables name it.

    >>> property_of("supplied_by").rpartition("/")[2]
    'hasBloodSupplyFrom'
    """
    return URIRef(NX + _PROPERTY_OF[relation]) if relation in _PROPERTY_OF else URIRef(property_iri(relation))


def level_of(structure: Structure) -> str:
    """The spinal level that a segmental structure belongs to, or an empty string; vertebrae count differently and have none."""
    if structure.kind not in _SEGMENTAL:
        return ""
    for name in (structure.id, *structure.synonyms):
        match = _LEVEL.match(name)
        if match:
            return match[1][0].upper() + match[1][1:]
    return ""


def sources_of(anatomy: Anatomy, keys: Iterable[str]) -> list[URIRef]:
    """The source individuals of a row, each once, in the order of the row."""
    ids = [anatomy.source[key].id if key in anatomy.source else key for key in keys]
    return [URIRef(source_iri(i)) for i in dict.fromkeys(ids)]


# ---------------------------------------------------------------------------------------------- what holds in everybody


@dataclass(frozen=True)
class Exceptions:
    """Why a row is not a truth about everybody; made once for all rows."""

    anatomy: Anatomy
    _sex: dict[str, str] = field(default_factory=dict)
    _inconstant: dict[str, str] = field(default_factory=dict)
    _listed: dict[tuple[str, str, str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.anatomy.presence:
            if row.sex:
                self._sex[row.id] = row.sex
            if row.inconstant:
                self._inconstant[row.id] = row.says
        for entry in self.anatomy.not_universal:
            self._listed[(entry.table, entry.subject, entry.relation, entry.object)] = f"{entry.reason}: {entry.says}"

    def sex(self, structure: str) -> str:
        """The one sex in which a structure is found, or an empty string."""
        return self._sex.get(structure, "")

    def missing_in_some(self, structure: str) -> str:
        """Why a structure is not in every body, or an empty string."""
        return self._inconstant.get(structure, "")

    def why(self, table: str, subject: str, relation: str, object_: str, side: str = "") -> str:
        """Why a row holds for some people, sides or members only; an empty string when it holds in everybody."""
        listed = self._listed.get((table, subject, relation, object_))
        if listed:
            return listed
        if side:
            return f"one side: holds on the {side} only"
        sex = self.sex(object_)
        if sex and self.sex(subject) != sex:
            return f"one sex: {'men' if sex == 'male' else 'women'} only"
        missing = self.missing_in_some(object_)
        if missing and not self.missing_in_some(subject):
            return f"variable: {missing}"
        return ""


@dataclass
class Axiom:
    """``subject SubClassOf relation some object``, with the rows and sources that state it."""

    subject: str
    relation: str
    object: str
    rows: list[str] = field(default_factory=list)
    sources: list[URIRef] = field(default_factory=list)
    notes: list[tuple[URIRef, Literal]] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, str]:
        """What the axiom says, without where it comes from."""
        return (self.subject, self.relation, self.object)


def universal_axioms(anatomy: Anatomy) -> list[Axiom]:
    """What the tables state of everybody, one axiom each; rows that say the same are one axiom with both rows."""
    exceptions = Exceptions(anatomy)
    axioms: dict[tuple[str, str, str], Axiom] = {}

    def state(subject: str, relation: str, object_: str, row: str, keys: Iterable[str]) -> Axiom:
        axiom = axioms.setdefault((subject, relation, object_), Axiom(subject, relation, object_))
        axiom.rows.append(row)
        axiom.sources += [s for s in sources_of(anatomy, keys) if s not in axiom.sources]
        return axiom

    for structure in anatomy.structures:
        if structure.part_of:
            state(structure.id, "part_of", structure.part_of, structure.row, structure.sources)
    for relation in anatomy.relations:
        if not exceptions.why(
            "relations.tsv", relation.subject, relation.relation, relation.object, relation.side_constraint
        ):
            axiom = state(relation.subject, relation.relation, relation.object, relation.row, relation.sources)
            if relation.note:
                axiom.notes.append((NOTE, text(relation.note)))
    for supply in anatomy.innervation:
        supplies = f"supplies_{supply.target_kind}"
        if not exceptions.why("innervation.tsv", supply.nerve, supplies, supply.target):
            state(supply.nerve, supplies, supply.target, supply.row, supply.sources).notes += supply_notes(supply)
    return list(axioms.values())


def supply_notes(supply: Innervation) -> list[tuple[URIRef, Literal]]:
    """What an innervation row says beyond nerve and target, as annotations."""
    values = {
        "function": supply.function,
        "signWhenLost": supply.sign_when_lost,
        "reflex": supply.reflex,
        "innervationRowType": supply.row_type.replace("_", " "),
        "fibresFrom": " ".join(supply.roots),
        "fibresMainlyFrom": " ".join(supply.main_roots),
    }
    return [(URIRef(NX + name), text(value)) for name, value in values.items() if value]


# --------------------------------------------------------------------------------------------------------------- graphs


def _module(name: str, title: str, description: str) -> tuple[Graph, URIRef]:
    graph = graph_from()
    iri = module_iri(name)
    graph.add((iri, RDF.type, OWL.Ontology))
    graph.add((iri, RDFS.label, text(f"neoplex: {title}")))
    graph.add((iri, DCTERMS.title, text(f"neoplex {title}")))
    graph.add((iri, DCTERMS.description, text(description)))
    graph.add((iri, DCTERMS.license, LICENCE))
    return graph, iri


def structures_graph(anatomy: Anatomy) -> Graph:
    """A class for each structure: names, definition with its sources, parent, pairing, level, and who has it."""
    graph, module = _module(
        "structures",
        "anatomical structures",
        "One class for each row of structures.tsv; sides and patients play no part.",
    )
    graph.add((module, OWL.imports, module_iri("anatomy")))
    exceptions = Exceptions(anatomy)
    doubts: dict[str, list[str]] = {}
    for doubt in anatomy.doubts:
        if doubt.status == "open":
            for identifier in doubt.structures:
                doubts.setdefault(identifier, []).append(doubt.says)
    for structure in anatomy.structures:
        iri = iri_of(structure.id)
        declare_class(
            graph,
            iri,
            structure.label,
            definition=structure.definition,
            source=sources_of(anatomy, structure.sources),
            module=module,
        )
        for synonym in structure.synonyms:
            graph.add((iri, SKOS.altLabel, text(synonym)))
        graph.add((iri, URIRef(NX + "structureKind"), text(structure.kind.replace("_", " "))))
        graph.add((iri, URIRef(NX + "pairing"), PAIRING[structure.paired]))
        graph.add((iri, TABLE_ROW, text(structure.row)))
        if structure.is_a:
            graph.add((iri, RDFS.subClassOf, iri_of(structure.is_a)))
        level = level_of(structure)
        if level:
            subclass_of(graph, iri, has_value(graph, URIRef(NX + "atLevel"), URIRef(NX + level)))
        sex = exceptions.sex(structure.id)
        if sex:
            graph.add((iri, URIRef(NX + "foundInSex"), URIRef(NX + sex)))
        missing = exceptions.missing_in_some(structure.id)
        if missing:
            graph.add((iri, URIRef(NX + "constancy"), URIRef(NX + "inconstant")))
            graph.add((iri, NOTE, text(missing)))
        for says in doubts.get(structure.id, ()):
            graph.add((iri, URIRef(NX + "openDoubt"), text(says)))
    return graph


def _axiom_graph(axioms: Iterable[Axiom], name: str, title: str, description: str) -> Graph:
    graph, module = _module(name, title, description)
    graph.add((module, OWL.imports, module_iri("structures")))
    for axiom in axioms:
        notes: list[tuple[URIRef, URIRef | Literal]] = [(TABLE_ROW, text(row)) for row in axiom.rows]
        notes += [(DCTERMS.source, source) for source in axiom.sources]
        notes += axiom.notes
        restriction = some(graph, property_of(axiom.relation), iri_of(axiom.object))
        subclass_of(graph, iri_of(axiom.subject), restriction, notes)
    return graph


def relations_graph(anatomy: Anatomy) -> Graph:
    """What holds in everybody about parts, branches, roots, courses, neighbours, vessels and drainage."""
    axioms = [a for a in universal_axioms(anatomy) if not a.relation.startswith("supplies_")]
    return _axiom_graph(
        axioms,
        "structure-relations",
        "relations of structures",
        "What holds in everybody about parts, branches, roots, courses, neighbours, vessels and drainage; each axiom with its"
        " table row and sources.",
    )


def innervation_graph(anatomy: Anatomy) -> Graph:
    """What holds in everybody about the targets of nerves, roots and plexus elements."""
    axioms = [a for a in universal_axioms(anatomy) if a.relation.startswith("supplies_")]
    return _axiom_graph(
        axioms,
        "innervation",
        "innervation",
        "What nerves, roots and plexus elements supply in everybody; each axiom with function, sign when lost, reflex, levels,"
        " table row and sources.",
    )


def rows_beyond_everybody(anatomy: Anatomy) -> list[tuple[Relation | Innervation, str]]:
    """Rows of relations.tsv and innervation.tsv that no class axiom states, each with the reason."""
    exceptions = Exceptions(anatomy)
    found: list[tuple[Relation | Innervation, str]] = []
    for row in anatomy.relations:
        why = exceptions.why("relations.tsv", row.subject, row.relation, row.object, row.side_constraint)
        if why:
            found.append((row, why))
    for supply in anatomy.innervation:
        why = exceptions.why("innervation.tsv", supply.nerve, f"supplies_{supply.target_kind}", supply.target)
        if why:
            found.append((supply, why))
    return found
