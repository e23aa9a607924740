"""OWL in the Manchester syntax: a frame for each entity, and what belongs to none at the end.

Comes in: an extract. Goes out: bytes, frame by frame. General class axioms have no frame and are noted as lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from neoplex.base.names import PREFIXES
from neoplex.exchange.extract import Extract
from neoplex.exchange.formats import Part
from neoplex.exchange.losses import LossList
from neoplex.exchange.owlmodel import ENTITIES, Axiom, Note, Ontology, Text, Tree
from neoplex.exchange.owlsyntax import quoted, short_iri
from neoplex.exchange.owlview import owl_axioms

_FRAMES = {
    "AnnotationProperty": "AnnotationProperty",
    "Datatype": "Datatype",
    "ObjectProperty": "ObjectProperty",
    "DataProperty": "DataProperty",
    "Class": "Class",
    "NamedIndividual": "Individual",
}
_SECTIONS = {
    "SubClassOf": ("Class", "SubClassOf"),
    "EquivalentClasses": ("Class", "EquivalentTo"),
    "DisjointClasses": ("Class", "DisjointWith"),
    "SubObjectPropertyOf": ("ObjectProperty", "SubPropertyOf"),
    "SubDataPropertyOf": ("DataProperty", "SubPropertyOf"),
    "SubAnnotationPropertyOf": ("AnnotationProperty", "SubPropertyOf"),
    "InverseObjectProperties": ("ObjectProperty", "InverseOf"),
    "EquivalentObjectProperties": ("ObjectProperty", "EquivalentTo"),
    "EquivalentDataProperties": ("DataProperty", "EquivalentTo"),
    "DisjointObjectProperties": ("ObjectProperty", "DisjointWith"),
    "DisjointDataProperties": ("DataProperty", "DisjointWith"),
    "ObjectPropertyDomain": ("ObjectProperty", "Domain"),
    "ObjectPropertyRange": ("ObjectProperty", "Range"),
    "DataPropertyDomain": ("DataProperty", "Domain"),
    "DataPropertyRange": ("DataProperty", "Range"),
    "AnnotationPropertyDomain": ("AnnotationProperty", "Domain"),
    "AnnotationPropertyRange": ("AnnotationProperty", "Range"),
    "SameIndividual": ("NamedIndividual", "SameAs"),
    "DifferentIndividuals": ("NamedIndividual", "DifferentFrom"),
}
_QUANTIFIERS = {
    "SomeValuesFrom": "some",
    "AllValuesFrom": "only",
    "HasValue": "value",
    "MinCardinality": "min",
    "MaxCardinality": "max",
    "ExactCardinality": "exactly",
}
_MANY = {"DisjointClasses": "DisjointClasses", "DifferentIndividuals": "DifferentIndividuals"}

Frames = dict[tuple[str, str], dict[str, list[tuple[str, tuple[Note, ...]]]]]


def write_manchester(extract: Extract, losses: LossList) -> list[Part]:
    """The Manchester syntax, for reading and for Protégé."""
    return [Part("", _manchester(owl_axioms(extract, losses), losses))]


def _manchester(ontology: Ontology, losses: LossList) -> Iterator[bytes]:
    lines = [f"Prefix: {prefix}: <{space}>" for prefix, space in sorted(PREFIXES.items())]
    version = f" <{ontology.version}>" if ontology.version else ""
    lines += ["", f"Ontology: <{ontology.iri}>{version}" if ontology.iri else "Ontology:"]
    lines += [f"Import: <{iri}>" for iri in ontology.imports]
    lines += [f"Annotations: {_note(note)}" for note in ontology.notes]
    yield ("\n".join(lines) + "\n\n").encode()
    frames, loose = _frames(ontology, losses)
    for kind, name in _FRAMES.items():
        for (of, iri), sections in sorted(frames.items()):
            if of == kind:
                yield _frame(name, iri, sections)
        if kind == "AnnotationProperty":
            # Here and not at the end: OWLAPI takes `DifferentIndividuals:` after an individual for a part of its frame.
            for line in loose:
                yield f"{line}\n\n".encode()


def _frames(ontology: Ontology, losses: LossList) -> tuple[Frames, list[str]]:
    frames: Frames = defaultdict(lambda: defaultdict(list))
    loose: list[str] = []
    kinds: dict[str, list[str]] = defaultdict(list)
    for axiom in ontology.axioms:
        if axiom.body.word == "Declaration":
            (entity,) = axiom.body.parts
            assert isinstance(entity, Tree)
            kinds[entity.iri].append(entity.word)
            frames[(entity.word, entity.iri)]
            if axiom.notes:
                losses.note("annotations of a declaration", entity.iri, len(axiom.notes))
        elif axiom.body.word.endswith("Assertion"):
            for part in axiom.body.parts:
                if isinstance(part, Tree) and part.word == "NamedIndividual" and part.iri not in kinds:
                    kinds[part.iri].append(part.word)
    for axiom in ontology.axioms:
        if axiom.body.word != "Declaration":
            _place(axiom, frames, loose, kinds, losses)
    return frames, loose


def _place(axiom: Axiom, frames: Frames, loose: list[str], kinds: dict[str, list[str]], losses: LossList) -> None:
    word, parts, notes = axiom.body.word, axiom.body.parts, axiom.notes
    trees = [part for part in parts if isinstance(part, Tree)]
    if word == "AnnotationAssertion":
        prop, subject, value = parts
        assert isinstance(prop, Tree) and isinstance(subject, Tree) and not isinstance(value, str)
        if subject.iri not in kinds:
            losses.note("annotations of something that is no entity of the ontology", subject.iri)
            return
        frames[(kinds[subject.iri][0], subject.iri)]["Annotations"].append((_note((prop, value)), notes))
    elif word == "ClassAssertion":
        frames[("NamedIndividual", trees[1].iri)]["Types"].append((_expression(trees[0]), notes))
    elif word in ("ObjectPropertyAssertion", "DataPropertyAssertion"):
        fact = f"{_expression(trees[0])} {_value(parts[2])}"
        frames[("NamedIndividual", trees[1].iri)]["Facts"].append((fact, notes))
    elif word in _MANY and len(trees) > 2:
        loose.append(f"{_MANY[word]}: {_prefixed(notes)}{', '.join(map(_expression, trees))}")
    elif word == "SubObjectPropertyOf" and trees[0].word == "ObjectPropertyChain":
        steps = " o ".join(_expression(step) for step in trees[0].parts if isinstance(step, Tree))
        frames[("ObjectProperty", trees[1].iri)]["SubPropertyChain"].append((steps, notes))
    elif word in _SECTIONS and trees[0].word in ENTITIES:
        kind, section = _SECTIONS[word]
        frames[(kind, trees[0].iri)][section].append((_expression(trees[1]), notes))
    elif word.endswith("Property") and len(trees) == 1 and trees[0].word in ENTITIES:
        name = word.removesuffix(trees[0].word)
        frames[(trees[0].word, trees[0].iri)]["Characteristics"].append((name, notes))
    else:
        losses.note(f"axioms without a frame: {word} that starts with an expression")


def _frame(name: str, iri: str, sections: dict[str, list[tuple[str, tuple[Note, ...]]]]) -> bytes:
    lines = [f"{name}: {short_iri(iri)}"]
    for section, rows in sections.items():
        listed = ",\n        ".join(_prefixed(notes) + text for text, notes in rows)
        lines += ["", f"    {section}:", f"        {listed}"]
    return ("\n".join(lines) + "\n\n").encode()


def _prefixed(notes: tuple[Note, ...]) -> str:
    return f"Annotations: {', '.join(map(_note, notes))}\n        " if notes else ""


def _note(note: Note) -> str:
    """An annotation; OWLAPI takes an IRI as its value only in angle brackets."""
    prop, value = note
    return f"{short_iri(prop.iri)} {quoted(value) if isinstance(value, Text) else f'<{value.iri}>'}"


def _value(part: Tree | Text | str) -> str:
    if isinstance(part, Text):
        return quoted(part)
    assert isinstance(part, Tree)
    return short_iri(part.iri)


def _expression(tree: Tree, *, nested: bool = False) -> str:
    if tree.word in ENTITIES or tree.word == "IRI":
        return short_iri(tree.iri)
    parts = tree.parts
    if tree.word in ("ObjectIntersectionOf", "ObjectUnionOf"):
        joint = " and " if tree.word == "ObjectIntersectionOf" else " or "
        text = joint.join(_expression(part, nested=True) for part in parts if isinstance(part, Tree))
    elif tree.word in ("ObjectOneOf", "DataOneOf"):
        return "{" + ", ".join(_value(part) for part in parts) + "}"
    elif tree.word == "ObjectComplementOf":
        text = f"not {_inner(parts[0])}"
    elif tree.word == "ObjectInverseOf":
        return f"inverse {_inner(parts[0])}"
    elif tree.word == "ObjectHasSelf":
        text = f"{_inner(parts[0])} Self"
    else:
        word = tree.word.removeprefix("Object").removeprefix("Data")
        how = _QUANTIFIERS[word]
        if word.endswith("Cardinality"):
            number, prop, *of = parts
            text = " ".join([_inner(prop), how, str(number), *map(_inner, of)])
        else:
            text = f"{_inner(parts[0])} {how} {_inner(parts[1])}"
    return f"({text})" if nested else text


def _inner(part: Tree | Text | str) -> str:
    return (
        quoted(part) if isinstance(part, Text) else _expression(part, nested=True) if isinstance(part, Tree) else part
    )
