"""Terms of an OBO or OWL file as a table to review, in the columns of ``data/terms``.

Comes in: an OBO file, or OWL as Turtle, RDF/XML, N-Triples or JSON-LD. Goes out: one row for each class, and what neoplex already
calls the same thing. Nothing goes into the ontology by itself: a person fills the module, the parent and the source, and moves
the rows that are wanted. Imports are named and not followed; document types and remote contexts are refused.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from neoplex.base.errors import EnvironmentProblem, Fault, FaultsFound, UsageError
from neoplex.base.names import IAO_DEFINITION, NX, PREFIXES, class_iri, compact, slug
from neoplex.exchange.crosswalk import Crosswalk
from neoplex.read.rdffile import parse_rdf

COLUMNS = ("id", "label", "name", "entity", "module", "parent", "synonyms", "definition", "source", "note")
MOST_BYTES = 64_000_000
MOST_LINE = 100_000

_CLASS, _LABEL = PREFIXES["owl"] + "Class", PREFIXES["rdfs"] + "label"
_TYPE, _SUB_CLASS = PREFIXES["rdf"] + "type", PREFIXES["rdfs"] + "subClassOf"
_SYNONYMS = (PREFIXES["oboInOwl"] + "hasExactSynonym", PREFIXES["skos"] + "altLabel")
_DEPRECATED, _IMPORTS = PREFIXES["owl"] + "deprecated", PREFIXES["owl"] + "imports"
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"(.*)')
_TAG = re.compile(r"([A-Za-z_-]+):\s*(.*)")


@dataclass
class ForeignClass:
    """A class of another ontology."""

    iri: str
    label: str = ""
    definition: str = ""
    parents: list[str] = field(default_factory=list)
    synonyms: list[str] = field(default_factory=list)
    obsolete: bool = False


@dataclass(frozen=True)
class TermTable:
    """Rows for review, with what was passed over."""

    text: str
    rows: int
    known: int
    remarks: tuple[str, ...]


def read_term_table(path: Path, crosswalk: Crosswalk) -> TermTable:
    """The table of a file's classes; raises FaultsFound for a damaged or refused file."""
    if not path.is_file():
        raise UsageError(f"{path} is no file")
    remarks: list[str] = []
    if path.suffix == ".obo":
        classes, faults = read_obo(path)
    elif path.suffix in (".owl", ".rdf", ".ttl", ".nt", ".jsonld"):
        classes, faults = _read_owl(path, remarks)
    else:
        raise UsageError(f"{path.name}: terms come from .obo, or OWL as .owl or .rdf (RDF/XML), .ttl, .nt or .jsonld")
    if faults:
        raise FaultsFound(faults)
    kept = [found for found in classes if found.label and not found.obsolete]
    for count, what in (
        (sum(found.obsolete for found in classes), "obsolete"),
        (sum(not found.label and not found.obsolete for found in classes), "without a label"),
    ):
        if count:
            remarks.append(f"{count} classes {what} left out")
    if not kept:
        raise FaultsFound([Fault(str(path), found="no class with a label", expected="terms")])
    return _write(kept, crosswalk, remarks)


def read_obo(path: Path) -> tuple[list[ForeignClass], list[Fault]]:
    """The terms of an OBO file and every fault found in it."""
    file = str(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            return [], [Fault(file, found=f"{path.stat().st_size} bytes", expected=f"at most {MOST_BYTES}")]
        raw = path.read_bytes()
    except OSError as problem:
        raise EnvironmentProblem(f"{path}: cannot be read: {problem.strerror or problem}") from problem
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        return [], [Fault(file, line, found=f"byte 0x{raw[problem.start]:02x}", expected="text encoded as UTF-8")]
    if not re.match(r"format-version:", text.lstrip()):
        return [], [
            Fault(file, 1, found=text[:30].split("\n")[0] or "an empty file", expected="format-version: as first line")
        ]
    return _Obo(file).read(text)


class _Obo:
    def __init__(self, file: str) -> None:
        self._file = file
        self._faults: list[Fault] = []
        self._seen: dict[str, int] = {}

    def read(self, text: str) -> tuple[list[ForeignClass], list[Fault]]:
        found: list[ForeignClass] = []
        current: ForeignClass | None = None
        stanza, begun = "", 0
        for number, raw in enumerate(text.split("\n"), 1):
            line = raw.strip()
            if len(line) > MOST_LINE:
                self._fault(number, "", f"a line of {len(line)} characters", f"at most {MOST_LINE}")
            elif line.startswith("["):
                self._close(current, begun)
                stanza, begun, current = line, number, None
                if not re.fullmatch(r"\[(Term|Typedef|Instance)\]", line):
                    self._fault(number, "", line[:40], "[Term], [Typedef] or [Instance]")
                if line == "[Term]":
                    current = ForeignClass("")
                    found.append(current)
            elif line and not line.startswith("!"):
                tag = _TAG.fullmatch(line)
                if tag is None:
                    self._fault(number, "", line[:40], "a tag with a value, such as name: …")
                elif current is not None and stanza == "[Term]":
                    self._tag(current, tag[1], tag[2], number)
        self._close(current, begun)
        return found, self._faults

    def _fault(self, line: int, tag: str, found: str, expected: str) -> None:
        self._faults.append(Fault(self._file, line, field=tag, found=found, expected=expected))

    def _close(self, current: ForeignClass | None, line: int) -> None:
        if current is not None and not current.iri:
            self._fault(line, "id", "a term without id", "id: …")

    def _tag(self, term: ForeignClass, tag: str, value: str, line: int) -> None:
        plain = (
            re.sub(r"\s+(?:\{[^}]*\}\s*)?(?:!.*)?$", "", value).strip()
            if tag in ("id", "is_a", "name", "is_obsolete")
            else value
        )
        if tag == "id":
            if not re.fullmatch(r"\S+", plain):
                self._fault(line, tag, plain[:40] or "nothing", "an identifier without spaces")
            elif plain in self._seen:
                self._fault(line, tag, plain, f"each id once (first at line {self._seen[plain]})")
            self._seen.setdefault(plain, line)
            term.iri = plain
        elif tag == "name":
            term.label = plain
        elif tag == "is_a":
            term.parents.append(plain.split(" ")[0])
        elif tag == "is_obsolete":
            term.obsolete = plain == "true"
        elif tag in ("def", "synonym"):
            quoted = _QUOTED.match(value)
            if quoted is None:
                self._fault(line, tag, value[:40], "text in double quotes that are closed")
                return
            words = re.sub(r"\\(.)", lambda match: " " if match[1] in "nt" else match[1], quoted[1])
            if tag == "def":
                term.definition = words
            elif re.match(r"\s*EXACT\b", quoted[2]):
                term.synonyms.append(words)


def _read_owl(path: Path, remarks: list[str]) -> tuple[list[ForeignClass], list[Fault]]:
    quads, faults = parse_rdf(path, suffix=".rdf" if path.suffix == ".owl" else path.suffix)
    if faults:
        return [], faults
    values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if not isinstance(quad.subject, ox.NamedNode):
            continue
        if quad.predicate.value == _IMPORTS and isinstance(quad.object, ox.NamedNode):
            remarks.append(f"the import of {quad.object.value} was not followed")
        if isinstance(quad.object, ox.Literal) and quad.object.language not in (None, "en"):
            continue
        if isinstance(quad.object, ox.NamedNode | ox.Literal):
            values[quad.subject.value][quad.predicate.value].append(quad.object.value)
    classes = []
    for iri in sorted(values):
        told = values[iri]
        if _CLASS not in told[_TYPE]:
            continue
        classes.append(
            ForeignClass(
                iri,
                next(iter(sorted(told[_LABEL])), ""),
                next(iter(sorted(told[IAO_DEFINITION])), ""),
                sorted(told[_SUB_CLASS]),
                sorted({word for key in _SYNONYMS for word in told[key]}),
                "true" in told[_DEPRECATED],
            )
        )
    return classes, []


def _write(classes: Iterable[ForeignClass], crosswalk: Crosswalk, remarks: list[str]) -> TermTable:
    lexicon = crosswalk.lexicon
    rows, known = [], 0
    for found in sorted(classes, key=lambda term: (term.label.casefold(), term.iri)):
        name = slug(found.label).replace("-", "_")
        same = sorted(
            {*crosswalk.read(found.iri), *(iri for iri in lexicon.find(found.label) if iri in lexicon.classes)}
        )
        known += bool(same)
        parents = [_parent(crosswalk, parent) for parent in found.parents]
        notes = [f"from {_short(crosswalk, found.iri)}"]
        if same:
            notes.append(f"already there as {', '.join(compact(iri) for iri in same)}")
        cells = (
            name, found.label, class_iri(name).removeprefix(NX), "class", "", "|".join(parents), "|".join(found.synonyms),
            found.definition, "", "; ".join(notes),
        )  # fmt: skip
        rows.append("\t".join(_cell(cell) for cell in cells))
    text = "\t".join(COLUMNS) + "\n" + "".join(row + "\n" for row in rows)
    return TermTable(text, len(rows), known, tuple(sorted(set(remarks))))


def _parent(crosswalk: Crosswalk, identifier: str) -> str:
    """Our id for a parent we know, else the foreign one."""
    found = crosswalk.read(identifier)
    if len(found) == 1:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", found[0].removeprefix(NX)).lower()
    return _short(crosswalk, identifier)


def _short(crosswalk: Crosswalk, identifier: str) -> str:
    for prefix, namespace in sorted(crosswalk.prefixes.items(), key=lambda pair: -len(pair[1])):
        if identifier.startswith(namespace):
            return f"{prefix}:{identifier[len(namespace) :]}"
    return compact(identifier)


def _cell(text: str) -> str:
    """Words that stay in their cell and that no spreadsheet takes for a formula."""
    flat = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return "'" + flat if flat[:1] in ("=", "+", "-", "@") else flat
