"""OWL in RDF/XML, Turtle, functional syntax and OWL/XML.

Comes in: an extract. Goes out: bytes, axiom by axiom in one order. All syntaxes but RDF are written from the same axioms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from neoplex.base.errors import Fault, FaultsFound
from neoplex.base.names import PREFIXES
from neoplex.exchange.extract import Extract
from neoplex.exchange.formats import Part
from neoplex.exchange.losses import LossList
from neoplex.exchange.owlmodel import ENTITIES, Axiom, Note, Ontology, Text, Tree
from neoplex.exchange.owlview import owl_axioms, owl_graph
from neoplex.ontology.release import write_rdfxml
from neoplex.ontology.turtle import write_turtle

_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XSD = PREFIXES["xsd"]


def write_owl_rdfxml(extract: Extract, losses: LossList) -> list[Part]:
    """RDF/XML, the exchange syntax every OWL tool reads."""
    graph = owl_graph(extract, losses)
    faults = [
        Fault(str(subject), field=str(predicate), found="a control character", expected="text that XML can hold")
        for subject, predicate, value in graph
        if _NOT_XML.search(str(value))
    ]
    if faults:
        raise FaultsFound(faults)
    return [Part("", [write_rdfxml(graph)])]


def write_owl_turtle(extract: Extract, losses: LossList) -> list[Part]:
    """Turtle under one ontology header."""
    return [Part("", [write_turtle(owl_graph(extract, losses))])]


def write_functional(extract: Extract, losses: LossList) -> list[Part]:
    """The functional syntax of the OWL 2 recommendation."""
    return [Part("", _functional(owl_axioms(extract, losses)))]


def write_owlxml(extract: Extract, losses: LossList) -> list[Part]:
    """The XML serialization of the OWL 2 recommendation."""
    return [Part("", _owlxml(owl_axioms(extract, losses), losses))]


def short_iri(iri: str) -> str:
    """An IRI as OWL syntaxes write it: ``prefix:name`` where the name needs no escapes, else in angle brackets."""
    for prefix, space in PREFIXES.items():
        if iri.startswith(space) and _LOCAL.fullmatch(iri, len(space)):
            return f"{prefix}:{iri[len(space) :]}"
    return f"<{iri}>"


def quoted(text: Text) -> str:
    """A literal of the functional and the Manchester syntax; only ``"`` and ``\\`` are escaped there."""
    body = '"' + text.value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if text.language:
        return f"{body}@{text.language}"
    return f"{body}^^{short_iri(text.datatype)}" if text.datatype else body


# ------------------------------------------------------------------------------------------------------------ functional


def _functional(ontology: Ontology) -> Iterator[bytes]:
    lines = [f"Prefix({prefix}:=<{space}>)" for prefix, space in sorted(PREFIXES.items())]
    name = f"<{ontology.iri}>" if ontology.iri else ""
    version = f"\n<{ontology.version}>" if ontology.version else ""
    lines += ["", f"Ontology({name}{version}"]
    lines += [f"Import(<{iri}>)" for iri in ontology.imports]
    lines += [_functional_note(note) for note in ontology.notes]
    yield ("\n".join(lines) + "\n\n").encode()
    for axiom in ontology.axioms:
        yield (_functional_axiom(axiom) + "\n").encode()
    yield b")\n"


def _functional_axiom(axiom: Axiom) -> str:
    parts = [*map(_functional_note, axiom.notes), *(_functional_tree(part) for part in axiom.body.parts)]
    if axiom.body.word == "Declaration":
        (entity,) = axiom.body.parts
        assert isinstance(entity, Tree)
        parts[-1] = f"{entity.word}({short_iri(entity.iri)})"
    return f"{axiom.body.word}({' '.join(parts)})"


def _functional_note(note: Note) -> str:
    return f"Annotation({_functional_tree(note[0])} {_functional_tree(note[1])})"


def _functional_tree(tree: Tree | Text | str) -> str:
    if isinstance(tree, Text):
        return quoted(tree)
    if isinstance(tree, str):
        return tree
    if tree.word in ENTITIES or tree.word == "IRI":
        return short_iri(tree.iri)
    return f"{tree.word}({' '.join(map(_functional_tree, tree.parts))})"


# --------------------------------------------------------------------------------------------------------------- OWL/XML


def _owlxml(ontology: Ontology, losses: LossList) -> Iterator[bytes]:
    head = ['<?xml version="1.0" encoding="UTF-8"?>', '<Ontology xmlns="http://www.w3.org/2002/07/owl#"']
    if ontology.iri:
        head.append(f"    ontologyIRI={quoteattr(ontology.iri)}")
    if ontology.version:
        head.append(f"    versionIRI={quoteattr(ontology.version)}")
    head[-1] += ">"
    head += [f"  <Prefix name={quoteattr(name)} IRI={quoteattr(space)}/>" for name, space in sorted(PREFIXES.items())]
    head += [f"  <Import>{escape(iri)}</Import>" for iri in ontology.imports]
    yield ("\n".join(head) + "\n").encode()
    writer = _OwlXml(losses)
    for note in ontology.notes:
        yield ("\n".join(writer.note(note, "  ")) + "\n").encode()
    for axiom in ontology.axioms:
        yield ("\n".join(writer.axiom(axiom)) + "\n").encode()
    yield b"</Ontology>\n"


class _OwlXml:
    def __init__(self, losses: LossList) -> None:
        self._losses = losses

    def axiom(self, axiom: Axiom) -> list[str]:
        word, parts = axiom.body.word, axiom.body.parts
        inner = [line for note in axiom.notes for line in self.note(note, "    ")]
        inner += [line for part in parts for line in self._tree(part, "    ")]
        return [f"  <{word}>", *inner, f"  </{word}>"]

    def note(self, note: Note, indent: str) -> list[str]:
        inner = [line for part in note for line in self._tree(part, indent + "  ")]
        return [f"{indent}<Annotation>", *inner, f"{indent}</Annotation>"]

    def _tree(self, tree: Tree | Text | str, indent: str) -> list[str]:
        if isinstance(tree, Text):
            return [indent + self._literal(tree)]
        assert isinstance(tree, Tree)
        if tree.word == "IRI":
            return [f"{indent}<IRI>{escape(tree.iri)}</IRI>"]
        if tree.word in ENTITIES:
            return [f"{indent}<{tree.word} IRI={quoteattr(tree.iri)}/>"]
        attribute, parts = "", tree.parts
        if tree.word.endswith("Cardinality"):
            attribute, parts = f' cardinality="{parts[0]}"', parts[1:]
        inner = [line for part in parts for line in self._tree(part, indent + "  ")]
        return [f"{indent}<{tree.word}{attribute}>", *inner, f"{indent}</{tree.word}>"]

    def _literal(self, text: Text) -> str:
        clean = _NOT_XML.sub("\ufffd", text.value)
        if clean != text.value:
            self._losses.note("control characters: XML cannot hold them")
        attribute = f" xml:lang={quoteattr(text.language)}" if text.language else ""
        if not text.language:
            attribute = f" datatypeIRI={quoteattr(text.datatype or _XSD + 'string')}"
        return f"<Literal{attribute}>{escape(clean, {chr(13): '&#13;'})}</Literal>"
