"""The whole graph in memory, indexed for pages: what a thing says, what points at it, where a class stands.

Comes in: an engine, asked once. Goes out: plain strings. A blank node is ``_:name``; such names are chance, so nothing is ever
ordered by them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from neoplex.ask import layout
from neoplex.ask.factwords import FactWords
from neoplex.ask.vocabulary import LABEL, Engine
from neoplex.base.names import ATLAS, CASE, GRAPH_INFERRED, NX, PREFIXES, SOURCE, compact
from neoplex.store.answers import Rows, Term

TYPE = PREFIXES["rdf"] + "type"
SUBCLASS = PREFIXES["rdfs"] + "subClassOf"
OWL = PREFIXES["owl"]
FACT_LINKS = (
    "hasCondition",
    "hasFinding",
    "hasInvestigation",
    "hasTreatment",
    "hasOutcome",
    "hasEvent",
    "hasConclusion",
)
"""How a case points at its facts."""

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DIGITS = re.compile(r"(\d+)")


def clean(text: str) -> str:
    """Text that neither a page nor a reader's eye can be misled by: controls and direction marks are written out.

    >>> clean("a\\u202eb")
    'a\\\\u202eb'
    """
    return _NOT_XML.sub("\ufffd", layout.visible(text))


def clean_lines(text: str) -> str:
    """The same for a text of several lines."""
    return _NOT_XML.sub("\ufffd", layout.visible_lines(text))


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts ``L2`` before ``L10`` and capitals among small letters.

    >>> sorted(["L10 root", "L2 root"], key=natural)
    ['L2 root', 'L10 root']
    """
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in _DIGITS.split(text.casefold()))


@dataclass(frozen=True)
class Fact:
    """A reported fact of a case in few words: ``absent`` is stated absence."""

    iri: str
    case: str
    words: str
    absent: bool


class Knowledge:
    """Every triple of a graph, by subject and by object."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.about: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self.toward: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self.graph_of: dict[str, str] = {}
        """For each subject the last graph, by name, that speaks of it."""
        self.told: set[tuple[str, str]] = set()
        """Pairs of a class and a named parent that were asserted and not found by the reasoner."""
        answer = engine.answer("SELECT ?g ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } }")
        assert isinstance(answer, Rows)
        rows = [(key(g), key(s), key(p), o) for g, s, p, o in answer.rows if o is not None]
        seen: set[tuple[str, str, str]] = set()
        for graph, subject, predicate, value in sorted(
            rows, key=lambda row: (row[0], row[1], row[2], sort_key(row[3]))
        ):
            if predicate == SUBCLASS and graph != GRAPH_INFERRED and isinstance(value, ox.NamedNode):
                self.told.add((subject, value.value))
            triple = (subject, predicate, str(value))
            if triple in seen:
                continue
            seen.add(triple)
            self.graph_of[subject] = graph
            self.about[subject][predicate].append(value)
            if not isinstance(value, ox.Literal):
                self.toward[key(value)][predicate].append(subject)

    # ------------------------------------------------------------------------------------------------- one thing

    def has(self, iri: str) -> bool:
        """Whether the graph says anything of it."""
        return iri in self.about

    def terms(self, iri: str, predicate: str) -> list[Term]:
        """The values of a property; a bare name is one of neoplex."""
        if iri not in self.about:
            return []
        return self.about[iri].get(full(predicate), [])

    def links(self, iri: str, predicate: str) -> list[str]:
        """The named things a property points at."""
        return [term.value for term in self.terms(iri, predicate) if isinstance(term, ox.NamedNode)]

    def nodes(self, iri: str, predicate: str) -> list[str]:
        """The same with blank nodes."""
        return [key(term) for term in self.terms(iri, predicate) if not isinstance(term, ox.Literal)]

    def texts(self, iri: str, predicate: str) -> list[str]:
        """The words of a property."""
        return [term.value for term in self.terms(iri, predicate) if isinstance(term, ox.Literal)]

    def text(self, iri: str, predicate: str) -> str:
        """The first words of a property, or nothing."""
        return next(iter(self.texts(iri, predicate)), "")

    def pointing(self, iri: str, predicate: str) -> list[str]:
        """What points at it by a property."""
        return self.toward[iri].get(full(predicate), []) if iri in self.toward else []

    def of_type(self, iri: str) -> list[str]:
        """Every thing with this asserted class."""
        return sorted(self.pointing(iri, TYPE), key=lambda one: (natural(self.label(one)), one))

    def label(self, iri: str) -> str:
        """The label of a thing, or its CURIE."""
        labels = self.terms(iri, LABEL)
        best = min(
            ((_language_rank(term), term.value) for term in labels if isinstance(term, ox.Literal)), default=(9, "")
        )
        return clean(best[1]) or clean(compact(iri))

    def kinds(self, iri: str) -> list[str]:
        """The classes of a thing, without those that follow from another of them."""
        own = [one for one in self.links(iri, TYPE) if one.startswith(NX)]
        return [one for one in own if not any(one in self.above.get(other, ()) for other in own)]

    def in_order(self, iris: Iterable[str]) -> list[str]:
        """Things by their labels."""
        return sorted(set(iris), key=lambda iri: (natural(self.label(iri)), iri))

    # ------------------------------------------------------------------------------------------------- classes

    @cached_property
    def classes(self) -> list[str]:
        """Every named class of neoplex, by id."""
        return sorted(iri for iri in self.pointing(OWL + "Class", TYPE) if iri.startswith(NX))

    @cached_property
    def above(self) -> dict[str, frozenset[str]]:
        """For each class every class above it."""
        found: dict[str, frozenset[str]] = {}
        direct = {iri: set(self.links(iri, SUBCLASS)) - {iri} for iri in self.classes}
        for iri in self.classes:
            seen: set[str] = set()
            waiting = list(direct[iri])
            while waiting:
                one = waiting.pop()
                if one not in seen:
                    seen.add(one)
                    waiting.extend(found[one] if one in found else direct.get(one, ()))
            found[iri] = frozenset(one for one in seen if one.startswith(NX))
        return found

    @cached_property
    def parents(self) -> dict[str, list[str]]:
        """For each class the classes next above it, by label."""
        found = {}
        for iri in self.classes:
            own = {one for one in self.links(iri, SUBCLASS) if one.startswith(NX)} - {iri}
            near = {
                one
                for one in own
                if not any(one in self.above.get(x, ()) and x not in self.above.get(one, ()) for x in own - {one})
            }
            found[iri] = self.in_order(near)
        return found

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """For each class the classes next below it, by label."""
        found: dict[str, set[str]] = defaultdict(set)
        for iri, parents in self.parents.items():
            for parent in parents:
                found[parent].add(iri)
        return {iri: self.in_order(below) for iri, below in found.items()}

    @cached_property
    def below(self) -> dict[str, frozenset[str]]:
        """For each class every class below it."""
        found: dict[str, set[str]] = defaultdict(set)
        for iri, above in self.above.items():
            for one in above:
                found[one].add(iri)
        return {iri: frozenset(ones) for iri, ones in found.items()}

    @cached_property
    def tops(self) -> list[str]:
        """Classes with none above them, by label."""
        return self.in_order(iri for iri in self.classes if not self.parents[iri])

    # ------------------------------------------------------------------------------------------------- other lists

    @cached_property
    def structures(self) -> list[str]:
        """Every individual of the atlas, by id."""
        return sorted(iri for iri in self.about if iri.startswith(ATLAS) and "/" not in iri[len(ATLAS) :])

    @cached_property
    def cases(self) -> list[str]:
        """Every case and cohort, by id."""
        found = {*self.pointing(NX + "Case", TYPE), *self.pointing(NX + "Cohort", TYPE)}
        return sorted((iri for iri in found if iri.startswith(CASE)), key=lambda iri: (natural(iri), iri))

    @cached_property
    def papers(self) -> list[str]:
        """The publications that cases, statements or claims come from, by id."""
        found = {
            iri for node in self.toward if node.startswith(SOURCE) for iri in [node] if self.pointing(iri, "reportedBy")
        }
        return sorted(found)

    @cached_property
    def sources(self) -> list[str]:
        """Every other source that something rests on or a paper cites, by label."""
        found = {iri for iri in self.about if iri.startswith(SOURCE) and "/" not in iri[len(SOURCE) :]}
        return self.in_order(found - set(self.papers))

    # ------------------------------------------------------------------------------------------------- facts of cases

    @cached_property
    def facts(self) -> dict[str, list[str]]:
        """For each case its facts, each once, as the case points at them."""
        return {
            case: list(dict.fromkeys(fact for link in FACT_LINKS for fact in self.links(case, link)))
            for case in self.cases
        }

    @cached_property
    def words(self) -> dict[str, FactWords]:
        """The words for the facts of each case."""
        return {case: FactWords.read(self.engine, case) for case in self.cases}

    @cached_property
    def uses(self) -> dict[str, list[Fact]]:
        """For each class and structure the facts that are of it, at it or qualified by it, or by something below it."""
        found: dict[str, dict[str, Fact]] = defaultdict(dict)
        for case, facts in self.facts.items():
            words = self.words[case]
            for iri in facts:
                concluded = words.iris(iri, "concludes")
                head = ", ".join(words.kind(one) for one in concluded) or words.kind(iri)
                sites = ", ".join(words.short(one) for one in words.iris(iri, "hasSite"))
                fact = Fact(iri, case, clean(head + (f": {sites}" if sites else "")), words.is_absent(iri))
                for term in self._terms_of(case, iri):
                    found[term][iri] = fact
        return {term: list(facts.values()) for term, facts in found.items()}

    def _terms_of(self, case: str, fact: str) -> set[str]:
        direct: set[str] = set()
        for values in [self.about[fact]]:
            for predicate, terms in values.items():
                for term in terms:
                    target = key(term)
                    if isinstance(term, ox.Literal):
                        continue
                    if (
                        predicate == TYPE
                        or target.startswith(ATLAS)
                        or (target.startswith(NX) and target[len(NX) :][:1].isupper())
                    ):
                        direct.add(target)
                    elif target.startswith(case + "/") and target not in self.facts[case]:
                        direct.update(self.links(target, TYPE))
        for structure in [one for one in direct if one.startswith(ATLAS)]:
            direct.update(self.links(structure, TYPE))
        return direct | {above for term in direct for above in self.above.get(term, ())}


def key(term: Term | None) -> str:
    """A node as a string."""
    if isinstance(term, ox.NamedNode):
        return term.value
    return str(term)


def sort_key(term: Term) -> tuple[int, str]:
    """An order of values in which blank nodes, whose names are chance, come last and equal."""
    if isinstance(term, ox.BlankNode):
        return (2, "")
    return (0, term.value) if isinstance(term, ox.NamedNode) else (1, str(term))


def full(predicate: str) -> str:
    """A property by its IRI; a bare name is one of neoplex."""
    return predicate if ":" in predicate else NX + predicate


def counted(number: int, word: str, many: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "case"), counted(2, "case"), counted(0, "query", "queries")
    ('1 case', '2 cases', '0 queries')
    """
    return f"{number:,} {word if number == 1 else many or word + 's'}"


def some(items: Sequence[str], most: int) -> str:
    """The first few of a list in words."""
    rest = len(items) - most
    return ", ".join(items[:most]) + (f" and {rest} more" if rest > 0 else "")


def _language_rank(literal: ox.Literal) -> int:
    """English before unmarked before any other."""
    return {"en": 0, None: 1}.get(literal.language, 2)
