"""What the OBO family carries of an ontology: terms, relations between them, definitions with sources, synonyms, matches.

Comes in: OWL axioms. Goes out: frozen entries that both OBO 1.4 and OBO Graphs are written from, and notes of every axiom they
cannot hold. Ids are CURIEs of the project (``nx:PsoasMajor``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from neoplex.base.names import IAO_DEFINITION, IAO_DEFINITION_SOURCE, PREFIXES
from neoplex.exchange.losses import LossList
from neoplex.exchange.owlmodel import ENTITIES, Axiom, Ontology, Text, Tree

_RDFS, _SKOS, _OWL = PREFIXES["rdfs"], PREFIXES["skos"], PREFIXES["owl"]
LABEL, COMMENT = _RDFS + "label", _RDFS + "comment"
SYNONYM = _SKOS + "altLabel"
DEPRECATED = _OWL + "deprecated"

Restriction = tuple[str, str]
"""Property and filler of ``property some filler``."""


@dataclass
class Entry:
    """A class, property or individual as the OBO family sees it. Lists hold IRIs unless they hold texts."""

    iri: str
    kind: str
    label: str = ""
    definition: str = ""
    definition_sources: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    synonyms: list[str] = field(default_factory=list)
    notes: list[tuple[str, Text | str]] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    relations: list[Restriction] = field(default_factory=list)
    genus: list[str] = field(default_factory=list)
    differentia: list[Restriction] = field(default_factory=list)
    unions: list[str] = field(default_factory=list)
    equivalents: list[str] = field(default_factory=list)
    disjoint: list[str] = field(default_factory=list)
    domains: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    inverses: list[str] = field(default_factory=list)
    characteristics: list[str] = field(default_factory=list)
    chains: list[tuple[str, ...]] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    deprecated: bool = False


def read_entries(ontology: Ontology, losses: LossList) -> dict[str, Entry]:
    """Entries by IRI, in order of kind and IRI; what cannot be held is noted."""
    reader = _Reader(losses)
    for axiom in ontology.axioms:
        if axiom.body.word == "Declaration":
            reader.declare(axiom)
    for axiom in ontology.axioms:
        if axiom.body.word != "Declaration":
            reader.keep(axiom)
    order = {kind: number for number, kind in enumerate(ENTITIES)}
    return dict(sorted(reader.entries.items(), key=lambda item: (order[item[1].kind], item[0])))


class _Reader:
    def __init__(self, losses: LossList) -> None:
        self.entries: dict[str, Entry] = {}
        self._losses = losses

    def declare(self, axiom: Axiom) -> None:
        (entity,) = axiom.body.parts
        assert isinstance(entity, Tree)
        self.entries.setdefault(entity.iri, Entry(entity.iri, entity.word))

    def keep(self, axiom: Axiom) -> None:
        word = axiom.body.word
        if axiom.notes and word != "AnnotationAssertion":
            self._losses.note(f"annotations of {word} axioms (table row, source)", count=len(axiom.notes))
        handler = getattr(self, f"_{word}", None)
        trees = [part for part in axiom.body.parts if isinstance(part, Tree)]
        if handler is not None:
            handled = handler(trees, axiom.body.parts)
        elif word.endswith("Property") and len(trees) == 1:
            entry = self._entry(trees[0])
            entry.characteristics.append(word.removesuffix("ObjectProperty").removesuffix("DataProperty"))
            handled = True
        else:
            handled = False
        if not handled:
            self._losses.note(f"{word} axioms outside what OBO can say", _first_iri(axiom.body))

    def _entry(self, tree: Tree) -> Entry:
        return self.entries.setdefault(
            tree.iri, Entry(tree.iri, tree.word if tree.word in ENTITIES else "NamedIndividual")
        )

    def _AnnotationAssertion(self, trees: list[Tree], parts: tuple[Tree | Text | str, ...]) -> bool:
        prop, subject, value = trees[0].iri, trees[1], parts[2]
        if subject.iri not in self.entries:
            return False
        entry = self.entries[subject.iri]
        words = value.value if isinstance(value, Text) else value.iri if isinstance(value, Tree) else value
        if prop == LABEL and not entry.label:
            entry.label = words
        elif prop == IAO_DEFINITION and not entry.definition:
            entry.definition = words
        elif prop == IAO_DEFINITION_SOURCE:
            entry.definition_sources.append(words)
        elif prop == COMMENT:
            entry.comments.append(words)
        elif prop == SYNONYM:
            entry.synonyms.append(words)
        elif prop == DEPRECATED:
            entry.deprecated = words in ("true", "1")
        else:
            entry.notes.append((prop, value if isinstance(value, Text) else words))
        return True

    def _SubClassOf(self, trees: list[Tree], parts: object) -> bool:
        below, above = trees
        if below.word != "Class":
            return False
        entry = self._entry(below)
        if above.word == "Class":
            entry.parents.append(above.iri)
            return True
        found = _restriction(above)
        if found is None:
            return False
        entry.relations.append(found)
        return True

    def _EquivalentClasses(self, trees: list[Tree], parts: object) -> bool:
        first, *others = trees
        if first.word != "Class" or len(others) != 1:
            return False
        entry, other = self._entry(first), others[0]
        if other.word == "Class":
            entry.equivalents.append(other.iri)
            return True
        if other.word == "ObjectUnionOf" and all(isinstance(p, Tree) and p.word == "Class" for p in other.parts):
            if entry.unions:
                return False
            entry.unions += [p.iri for p in other.parts if isinstance(p, Tree)]
            return True
        if other.word != "ObjectIntersectionOf" or entry.genus or entry.differentia:
            return False
        members = [part for part in other.parts if isinstance(part, Tree)]
        genus = [member.iri for member in members if member.word == "Class"]
        found = [_restriction(member) for member in members if member.word != "Class"]
        if any(item is None for item in found):
            return False
        entry.genus += genus
        entry.differentia += [item for item in found if item is not None]
        return True

    def _DisjointClasses(self, trees: list[Tree], parts: object) -> bool:
        if any(tree.word != "Class" for tree in trees):
            return False
        for number, tree in enumerate(trees):
            self._entry(tree).disjoint += [other.iri for other in trees[number + 1 :]]
        return True

    def _SubObjectPropertyOf(self, trees: list[Tree], parts: object) -> bool:
        below, above = trees
        if below.word == "ObjectPropertyChain":
            steps = [step for step in below.parts if isinstance(step, Tree)]
            if any(step.word != "ObjectProperty" for step in steps):
                return False
            self._entry(above).chains.append(tuple(step.iri for step in steps))
            return True
        self._entry(below).parents.append(above.iri)
        return True

    def _SubDataPropertyOf(self, trees: list[Tree], parts: object) -> bool:
        self._entry(trees[0]).parents.append(trees[1].iri)
        return True

    _SubAnnotationPropertyOf = _SubDataPropertyOf

    def _ObjectPropertyDomain(self, trees: list[Tree], parts: object) -> bool:
        if trees[1].word != "Class":
            return False
        self._entry(trees[0]).domains.append(trees[1].iri)
        return True

    def _ObjectPropertyRange(self, trees: list[Tree], parts: object) -> bool:
        if trees[1].word not in ("Class", "Datatype"):
            return False
        self._entry(trees[0]).ranges.append(trees[1].iri)
        return True

    _DataPropertyDomain = _ObjectPropertyDomain
    _DataPropertyRange = _ObjectPropertyRange

    def _InverseObjectProperties(self, trees: list[Tree], parts: object) -> bool:
        self._entry(trees[0]).inverses.append(trees[1].iri)
        return True

    def _ClassAssertion(self, trees: list[Tree], parts: object) -> bool:
        if trees[0].word != "Class":
            return False
        self._entry(trees[1]).types.append(trees[0].iri)
        return True

    def _ObjectPropertyAssertion(self, trees: list[Tree], parts: object) -> bool:
        self._entry(trees[1]).facts.append((trees[0].iri, trees[2].iri))
        return True

    def _DataPropertyAssertion(self, trees: list[Tree], parts: tuple[Tree | Text | str, ...]) -> bool:
        value = parts[2]
        assert isinstance(value, Text)
        self._entry(trees[1]).notes.append((trees[0].iri, value))
        return True


def _restriction(tree: Tree) -> Restriction | None:
    if tree.word != "ObjectSomeValuesFrom":
        return None
    prop, filler = tree.parts
    if isinstance(prop, Tree) and isinstance(filler, Tree) and prop.word == "ObjectProperty" and filler.word == "Class":
        return (prop.iri, filler.iri)
    return None


def _first_iri(tree: Tree) -> str:
    for part in tree.parts:
        if isinstance(part, Tree):
            return part.iri if part.word in ENTITIES or part.word == "IRI" else _first_iri(part)
    return ""
