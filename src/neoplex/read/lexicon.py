"""The lexicon, read from the ontology's Turtle files.

Comes in: the folder that holds ``ontology/``. Goes out: a :class:`Lexicon`. Only names, hierarchy and pairing are taken;
the parser works in Rust and only the triples needed become Python objects. Never writes; the last lexicon is kept while
the files are unchanged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from neoplex.base.errors import EnvironmentProblem
from neoplex.base.names import NX, PREFIXES, words_of
from neoplex.model.lexicon import Lexicon, Scale, Unit, normalise
from neoplex.model.side import Side

_TYPE = PREFIXES["rdf"] + "type"
_SUB_CLASS = PREFIXES["rdfs"] + "subClassOf"
_LABEL = PREFIXES["rdfs"] + "label"
_SYNONYMS = tuple(PREFIXES["skos"] + name for name in ("altLabel", "hiddenLabel", "prefLabel", "notation"))
_CLASS = PREFIXES["owl"] + "Class"
_PROPERTIES = tuple(PREFIXES["owl"] + name for name in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty"))
_DEPRECATED = PREFIXES["owl"] + "deprecated"
_PAIRING = {NX + "paired": "paired", NX + "midlineStructure": "midline", NX + "mixedPairing": "mixed"}
_SIDES = {NX + "left": Side.LEFT, NX + "right": Side.RIGHT, NX + "midline": Side.MIDLINE}
_NX_WANTED = tuple(NX + name for name in ("pairing", "side", "ucumCode", "scaleMinimum", "scaleMaximum"))
_WANTED = frozenset((_TYPE, _SUB_CLASS, _LABEL, *_SYNONYMS, _DEPRECATED, *_NX_WANTED))

Pairs = dict[str, list[tuple[str, ox.NamedNode | ox.Literal]]]


def load_lexicon(root: Path) -> Lexicon:
    """The lexicon of the ontology below ``root``; raises EnvironmentProblem when its files are missing or broken."""
    folder = root / "ontology"
    files = [*sorted((folder / "modules").glob("*.ttl")), *sorted((folder / "generated").glob("*.ttl"))]
    if not files:
        raise EnvironmentProblem(f"{folder}: no Turtle files in modules/ or generated/")
    return _load(tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files))


@lru_cache(maxsize=4)
def _load(files: tuple[tuple[str, int, int], ...]) -> Lexicon:
    return read_lexicon(Path(name) for name, _, _ in files)


def read_lexicon(files: Iterable[Path]) -> Lexicon:
    """The lexicon of the given Turtle files."""
    pairs: Pairs = defaultdict(list)
    for path in files:
        try:
            for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
                predicate, value = quad.predicate.value, quad.object
                if predicate not in _WANTED or not isinstance(quad.subject, ox.NamedNode):
                    continue
                if isinstance(value, ox.NamedNode | ox.Literal):
                    pairs[predicate].append((quad.subject.value, value))
        except (SyntaxError, OSError, ValueError) as problem:
            raise EnvironmentProblem(f"{path}: cannot be read as Turtle: {problem}") from problem
    return _Gatherer(pairs).gather()


class _Gatherer:
    def __init__(self, found: Pairs) -> None:
        self._found = found
        self._instances: dict[str, set[str]] = defaultdict(set)
        for iri, kind in found[_TYPE]:
            self._instances[kind.value].add(iri)

    def _pairs(self, predicate: str) -> list[tuple[str, ox.NamedNode | ox.Literal]]:
        return self._found[predicate]

    def gather(self) -> Lexicon:
        deprecated = {iri for iri, value in self._pairs(_DEPRECATED) if value.value == "true"}
        classes = frozenset(self._instances[_CLASS] - deprecated)
        properties = frozenset().union(*(self._instances[kind] for kind in _PROPERTIES)) - deprecated
        labels: dict[str, str] = {}
        for iri, value in sorted(self._pairs(_LABEL), key=lambda pair: (pair[0], pair[1].value), reverse=True):
            if isinstance(value, ox.Literal) and value.language in (None, "en"):
                labels[iri] = value.value
        parents: dict[str, set[str]] = defaultdict(set)
        for iri, parent in self._pairs(_SUB_CLASS):
            if isinstance(parent, ox.NamedNode):
                parents[iri].add(parent.value)
        sided = {iri for iri, _ in self._pairs(NX + "side")}
        types: dict[str, set[str]] = defaultdict(set)
        for iri, kind in self._pairs(_TYPE):
            if kind.value.startswith(NX) and iri not in classes and (iri in sided or iri.startswith(NX)):
                types[iri].add(kind.value)
        pairing = {iri: _PAIRING[value.value] for iri, value in self._pairs(NX + "pairing") if value.value in _PAIRING}
        known = (classes | properties | set(types)) - deprecated
        return Lexicon(
            classes=classes,
            properties=properties,
            labels=labels,
            names=self._names(known, labels),
            synonyms=self._synonyms(known),
            parents={iri: frozenset(values) for iri, values in parents.items()},
            pairing=pairing,
            atlas=self._atlas(types, pairing),
            types={iri: frozenset(values) for iri, values in types.items()},
            units=self._units(labels),
            scales=self._scales(labels),
        )

    def _names(self, known: Iterable[str], labels: dict[str, str]) -> dict[str, tuple[str, ...]]:
        names: dict[str, set[str]] = defaultdict(set)
        for iri in known:
            local = iri.rpartition("/")[2]
            for spelling in (local, words_of(local), labels.get(iri, local)):
                names[normalise(spelling)].add(iri)
        return {key: tuple(sorted(iris)) for key, iris in names.items()}

    def _synonyms(self, known: set[str] | frozenset[str]) -> dict[str, tuple[str, ...]]:
        synonyms: dict[str, set[str]] = defaultdict(set)
        for predicate in _SYNONYMS:
            for iri, value in self._pairs(predicate):
                if isinstance(value, ox.Literal) and iri in known:
                    synonyms[normalise(value.value)].add(iri)
        return {key: tuple(sorted(iris)) for key, iris in synonyms.items()}

    def _atlas(self, types: dict[str, set[str]], pairing: dict[str, str]) -> dict[tuple[str, Side], str]:
        atlas: dict[tuple[str, Side], str] = {}
        for iri, side in sorted(self._pairs(NX + "side")):
            if iri.startswith(PREFIXES["atlas"]) and side.value in _SIDES:
                for structure in sorted(types.get(iri, ())):
                    if structure in pairing:
                        # An unpaired structure is asked for without a side, even one that lies on the right by nature.
                        unpaired = pairing[structure] == "midline"
                        atlas.setdefault((structure, Side.MIDLINE if unpaired else _SIDES[side.value]), iri)
        return atlas

    def _units(self, labels: dict[str, str]) -> dict[str, Unit]:
        units: dict[str, Unit] = {}
        aliases: dict[str, set[str]] = defaultdict(set)
        for predicate in _SYNONYMS:
            for iri, value in self._pairs(predicate):
                if isinstance(value, ox.Literal):
                    aliases[iri].add(value.value)
        for iri, code in sorted(self._pairs(NX + "ucumCode"), key=lambda pair: pair[0]):
            unit = Unit(iri, labels.get(iri, code.value), code.value)
            units[unit.code] = unit
            singular = unit.code[:-2] + "}" if unit.code.endswith("s}") else unit.code
            for spelling in sorted({singular, unit.label, normalise(unit.label), *aliases[iri]}):
                units.setdefault(spelling, unit)
        return units

    def _scales(self, labels: dict[str, str]) -> dict[str, Scale]:
        lowest = dict(self._pairs(NX + "scaleMinimum"))
        highest = dict(self._pairs(NX + "scaleMaximum"))
        spellings: dict[str, set[str]] = defaultdict(set)
        for predicate in _SYNONYMS:
            for iri, value in self._pairs(predicate):
                spellings[iri].add(value.value)
        scales: dict[str, Scale] = {}
        for iri in sorted({*lowest, *highest}):
            label = labels.get(iri, words_of(iri.rpartition("/")[2]))
            ends = [Decimal(end[iri].value) if iri in end else None for end in (lowest, highest)]
            scale = Scale(iri, label, ends[0], ends[1])
            for spelling in (label, iri.rpartition("/")[2], words_of(iri.rpartition("/")[2]), *sorted(spellings[iri])):
                scales.setdefault(normalise(spelling), scale)
        return scales
