"""What names mean in a graph: labels, synonyms and ids to IRIs, and IRIs back to labels.

Comes in: words a person typed, and anything that answers SPARQL (embedded or remote). Goes out: IRIs, or an error with the
nearest names. Never guesses between two meanings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import pyoxigraph as ox

from neoplex.base.errors import UsageError, nearest
from neoplex.base.names import ATLAS, CASE, NX, PREFIXES, SOURCE, compact, expand, property_iri
from neoplex.model.lexicon import normalise
from neoplex.store.answers import Answer, Rows

LABEL = PREFIXES["rdfs"] + "label"
SYNONYMS = (
    PREFIXES["skos"] + "prefLabel",
    PREFIXES["skos"] + "altLabel",
    PREFIXES["skos"] + "hiddenLabel",
    PREFIXES["skos"] + "notation",
    PREFIXES["oboInOwl"] + "hasExactSynonym",
    PREFIXES["oboInOwl"] + "hasRelatedSynonym",
    PREFIXES["oboInOwl"] + "hasNarrowSynonym",
    PREFIXES["oboInOwl"] + "hasBroadSynonym",
)
"""Properties that carry other names of a term."""

SIDE_WORDS = {
    "left": NX + "left",
    "right": NX + "right",
    "midline": NX + "midline",
    "not reported": NX + "sideNotReported",
}
_CHUNK = 400
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^<>\"{}|^`\\\x00-\x20]+\Z")


class Engine(Protocol):
    """Anything that answers a SPARQL query on the union of the graphs."""

    def answer(self, query: str, limit: int | None = None) -> Answer:
        """Answer one query, with at most ``limit`` rows."""
        ...


def fetch_labels(engine: Engine, iris: Iterable[str]) -> dict[str, str]:
    """The label of each IRI that has one; English before unmarked before any other, then the first by spelling."""
    wanted = sorted({iri for iri in iris if _is_plain(iri)})
    found: dict[str, tuple[int, str]] = {}
    for start in range(0, len(wanted), _CHUNK):
        values = " ".join(f"<{iri}>" for iri in wanted[start : start + _CHUNK])
        for iri, literal in _pairs(
            engine, f"SELECT ?s ?label WHERE {{ VALUES ?s {{ {values} }} ?s <{LABEL}> ?label }}"
        ):
            rank = ({"en": 0, None: 1}.get(literal.language, 2), literal.value)
            found[iri] = min(found.get(iri, rank), rank)
    return {iri: label for iri, (_, label) in found.items()}


def shown(iri: str, labels: dict[str, str]) -> str:
    """The label of an IRI, or its CURIE."""
    return labels.get(iri) or compact(iri)


@dataclass(frozen=True)
class Vocabulary:
    """All names of a graph; the index is made on first use."""

    engine: Engine

    @cached_property
    def labels(self) -> dict[str, frozenset[str]]:
        """Every label, in the one spelling that lookups compare, to the IRIs that bear it."""
        return self._index(LABEL)

    @cached_property
    def names(self) -> dict[str, frozenset[str]]:
        """Every label and synonym in that spelling to the IRIs that bear it."""
        return self._index(LABEL, *SYNONYMS)

    def _index(self, *properties: str) -> dict[str, frozenset[str]]:
        values = " ".join(f"<{iri}>" for iri in properties)
        found: dict[str, set[str]] = {}
        for iri, literal in _pairs(self.engine, f"SELECT ?s ?label WHERE {{ VALUES ?p {{ {values} }} ?s ?p ?label }}"):
            found.setdefault(normalise(literal.value), set()).add(iri)
        return {name: frozenset(iris) for name, iris in found.items()}

    def _bearers(self, text: str, kind: str) -> list[str]:
        """What has exactly this label, else this label in another spelling, else this synonym."""
        spellings = f"{ox.Literal(text)} {ox.Literal(text, language='en')}"
        exact = _pairs(self.engine, f"SELECT ?s ?l WHERE {{ VALUES ?l {{ {spellings} }} ?s <{LABEL}> ?l }}")
        found = sorted({iri for iri, _ in exact if _fits(iri, kind)})
        for index in ("labels", "names"):
            if not found:
                found = sorted(iri for iri in getattr(self, index).get(normalise(text), ()) if _fits(iri, kind))
        return found

    def resolve(self, text: str, kind: str) -> tuple[str, ...]:
        """The IRIs that ``text`` names, as parameter type ``kind`` understands it (``bilateral X`` names two).

        Raises UsageError with the nearest names for a name nobody bears, and with both ids for one that two bear.
        """
        text = " ".join(text.split())
        if kind == "side":
            return (self._resolve_side(text),)
        if expand(text) != text or "://" in text:
            return (self._by_id(text, kind),)
        side, _, rest = text.partition(" ")
        if kind == "structure" and side.casefold() in ("bilateral", "both") and rest:
            return (*self.resolve(f"left {rest}", kind), *self.resolve(f"right {rest}", kind))
        candidates = self._by_bare_id(text, kind) if kind in _ID_SPACES else []
        candidates = candidates or self._by_label(text, kind)
        if not candidates and kind == "structure" and side.casefold() in ("left", "right") and rest:
            candidates = self._sided(side.casefold(), self._by_label(rest, "structure"))
        candidates = candidates or self._by_bare_id(text, kind)
        if len(candidates) == 1:
            return (candidates[0],)
        if candidates:
            both = " and ".join(compact(iri) for iri in candidates)
            raise UsageError(f"{text!r} names more than one thing: {both}; give the id")
        close = self.nearest(text, kind)
        hint = f"did you mean {' or '.join(close)}?" if close else f"`neoplex search {text}` may find it"
        raise UsageError(f"no {_KIND_WORDS.get(kind, kind)} is called {text!r}; {hint}")

    def nearest(self, text: str, kind: str) -> tuple[str, ...]:
        """The known names closest to ``text`` among things of this kind."""
        known = [name for name, iris in self.names.items() if any(_fits(iri, kind) for iri in iris)]
        if kind in _ID_SPACES:
            known += [iri[len(_ID_SPACES[kind]) :] for iri in self._all_iris if _fits(iri, kind)]
        return nearest(text, sorted(set(known)))

    def known_ids(self) -> list[str]:
        """Every IRI that bears a name, as a CURIE, sorted."""
        return [compact(iri) for iri in self._all_iris]

    @cached_property
    def _all_iris(self) -> list[str]:
        return sorted({iri for iris in self.names.values() for iri in iris})

    def _resolve_side(self, text: str) -> str:
        words = SIDE_WORDS | {compact(iri): iri for iri in SIDE_WORDS.values()}
        if text.casefold() in words:
            return words[text.casefold()]
        raise UsageError(f"{text!r} is no side; use {', '.join(SIDE_WORDS)}")

    def _by_id(self, text: str, kind: str) -> str:
        iri = text[1:-1] if text.startswith("<") and text.endswith(">") else expand(text)
        if not _is_plain(iri) or not self._is_used(iri):
            raise UsageError(f"{text} is not in the graph{self._near_id(iri)}")
        if not _fits(iri, kind):
            raise UsageError(f"{text} is no {_KIND_WORDS.get(kind, kind)}")
        return iri

    def _by_bare_id(self, text: str, kind: str) -> list[str]:
        """What an id without its prefix names."""
        spaces = [_ID_SPACES[kind]] if kind in _ID_SPACES else [ATLAS, NX] if kind == "structure" else [NX]
        return [space + text for space in spaces if _fits(space + text, kind) and self._is_used(space + text)][:1]

    def _near_id(self, iri: str) -> str:
        close = nearest(compact(iri), [compact(known) for known in self._all_iris])
        return f"; did you mean {' or '.join(close)}?" if close else ""

    def _is_used(self, iri: str) -> bool:
        if not _is_plain(iri):
            return False
        answer = self.engine.answer(f"SELECT ?p WHERE {{ <{iri}> ?p ?o }} LIMIT 1")
        return isinstance(answer, Rows) and bool(answer.rows)

    def _by_label(self, text: str, kind: str) -> list[str]:
        found = self._bearers(text, kind)
        if kind == "structure":
            # The class of a midline structure and its only individual share their name; the class covers both.
            classes = [iri for iri in found if iri.startswith(NX) and self._has_individuals(iri)]
            return classes or [iri for iri in found if iri.startswith(ATLAS)]
        if kind == "term" and len(found) > 1:
            classes = [iri for iri in found if iri[len(NX) :][:1].isupper()]
            return classes or found
        return found

    def _has_individuals(self, iri: str) -> bool:
        below = f"a/<{PREFIXES['rdfs']}subClassOf>*"
        query = f"SELECT ?a WHERE {{ ?a {below} <{iri}> . FILTER(STRSTARTS(STR(?a), '{ATLAS}')) }} LIMIT 1"
        answer = self.engine.answer(query)
        return isinstance(answer, Rows) and bool(answer.rows)

    def _sided(self, side: str, classes: Sequence[str]) -> list[str]:
        if len(classes) != 1:
            return []
        query = f"SELECT ?a WHERE {{ ?a a <{classes[0]}> ; <{property_iri('side')}> <{NX}{side}> }}"
        answer = self.engine.answer(query)
        assert isinstance(answer, Rows)
        found = [row[0].value for row in answer.rows if isinstance(row[0], ox.NamedNode)]
        return sorted(iri for iri in found if iri.startswith(ATLAS))


_ID_SPACES = {"case": CASE, "cohort": CASE, "source": SOURCE}
_KIND_WORDS = {"structure": "structure", "term": "term", "case": "case", "cohort": "cohort", "source": "publication"}


def _fits(iri: str, kind: str) -> bool:
    if kind == "structure":
        return (iri.startswith(ATLAS) and "/" not in iri[len(ATLAS) :]) or (
            iri.startswith(NX) and iri[len(NX) :][:1].isupper()
        )
    if kind in _ID_SPACES:
        return iri.startswith(_ID_SPACES[kind]) and "/" not in iri[len(_ID_SPACES[kind]) :]
    return iri.startswith(NX)


def _is_plain(iri: str) -> bool:
    return _IRI.match(iri) is not None


def _pairs(engine: Engine, query: str) -> Iterator[tuple[str, ox.Literal]]:
    answer = engine.answer(query)
    assert isinstance(answer, Rows)
    for subject, label in answer.rows:
        if isinstance(subject, ox.NamedNode) and isinstance(label, ox.Literal):
            yield subject.value, label
