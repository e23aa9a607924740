"""Pages of classes, relations and values: what each means, where it stands, what holds of it, where cases use it.

Comes in: the graph in memory and the mapping tables. Goes out: pages. Which parents a reasoner found is said.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from neoplex.ask.axioms import describe_axioms
from neoplex.ask.questions import Question
from neoplex.ask.vocabulary import SYNONYMS
from neoplex.base.names import IAO_DEFINITION, IAO_DEFINITION_SOURCE, NX, ONTOLOGY, PREFIXES, compact, expand
from neoplex.report.site.addresses import Addresses, Link
from neoplex.report.site.knowledge import OWL, SUBCLASS, TYPE, Fact, clean, counted, natural
from neoplex.report.site.page import Group, Page

_RDFS, _SKOS, _DCTERMS = PREFIXES["rdfs"], PREFIXES["skos"], PREFIXES["dcterms"]
_NOTES = (
    ("scope", _SKOS + "scopeNote"),
    ("example", _SKOS + "example"),
    ("remark", _RDFS + "comment"),
    ("remark", _SKOS + "editorialNote"),
    ("remark", NX + "note"),
    ("open doubt", NX + "openDoubt"),
)
_DETAILS = (
    ("pairing", "pairing"),
    ("kind of structure", "structureKind"),
    ("found in", "foundInSex"),
    ("constancy", "constancy"),
    ("UCUM code", "ucumCode"),
    ("table row", "tableRow"),
)
_OWL_KINDS = (
    ("Class", "class"),
    ("ObjectProperty", "relation between things"),
    ("DatatypeProperty", "relation to a value"),
    ("AnnotationProperty", "annotation"),
)
MOST_PATHS = 4
MOST_FACTS = 10
"""How many facts of one case a page names before it only counts."""
MAPPING_TABLES = ("anatomy", "relations", "terms")


@dataclass(frozen=True)
class Match:
    """A line of a mapping table: what kind of match, with what, and how it was found."""

    match: str
    curie: str
    label: str
    how: str


@dataclass(frozen=True)
class Use:
    """How one case uses a term: facts found, facts stated to be absent, and how many more there are."""

    case: Link
    present: tuple[Link, ...]
    absent: tuple[Link, ...]
    more: int


def read_mappings(root: Path) -> dict[str, list[Match]]:
    """The mappings of each term by IRI, from the tables in ``data/mappings``."""
    found: dict[str, list[Match]] = defaultdict(list)
    for name in MAPPING_TABLES:
        path = root / "data" / "mappings" / f"{name}.sssom.tsv"
        for row in _sssom(path):
            match = _words(row.get("predicate_id", "")).replace("has db xref", "cross-reference")
            how = _words(row.get("mapping_justification", ""))
            one = Match(match, clean(row.get("object_id", "")), clean(row.get("object_label", "")), how)
            found[expand(row.get("subject_id", ""))].append(one)
    return {iri: sorted(ones, key=lambda m: (m.match, natural(m.curie))) for iri, ones in found.items()}


def _sssom(path: Path) -> Iterator[dict[str, str]]:
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    heads = lines[0].split("\t")
    for line in lines[1:]:
        yield dict(zip(heads, line.split("\t"), strict=False))


def _words(curie: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", curie.partition(":")[2]).lower()


class TermPages:
    """Makes the pages of everything the ontology names."""

    def __init__(
        self, addresses: Addresses, mappings: Mapping[str, Sequence[Match]], questions: Iterable[Question]
    ) -> None:
        self.addresses = addresses
        self.knowledge = addresses.knowledge
        self.mappings = mappings
        self.instances: dict[str, list[str]] = defaultdict(list)
        for iri in self.knowledge.structures:
            for kind in self.knowledge.links(iri, TYPE):
                self.instances[kind].append(iri)
        self.asked: dict[str, list[Link]] = defaultdict(list)
        for question in questions:
            link = Link(question.name, f"questions/{question.name}.html", clean(question.summary))
            for name in sorted(set(re.findall(r"\bnx:([A-Za-z]\w*)", question.query))):
                self.asked[NX + name].append(link)
        self.statements: dict[str, list[str]] = defaultdict(list)
        for kind in ("Statement", "Claim"):
            for node in self.knowledge.of_type(NX + kind):
                for term in self.knowledge.links(node, "about"):
                    self.statements[term].append(node)
        self.restricted: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._sources_of_axioms: dict[str, list[str]] = {}
        for axiom in self.knowledge.pointing(OWL + "Axiom", TYPE):
            for target in self.knowledge.nodes(axiom, OWL + "annotatedTarget"):
                self._sources_of_axioms[target] = self.knowledge.links(axiom, _DCTERMS + "source")
        for iri in self.knowledge.classes:
            for relation, filler, _ in self._simple(iri):
                self.restricted[filler][relation].append(iri)

    def pages(self, wanted: frozenset[str] | None = None) -> Iterator[Page]:
        """The page of every class, relation and value, or of those wanted."""
        for iri, path in self.addresses.pages.items():
            folder = path.partition("/")[0]
            if folder in ("terms", "relations", "values") and (wanted is None or iri in wanted):
                yield self._page(iri, path, folder)

    def lists(self) -> Iterator[Page]:
        """The tree of classes, and the lists of relations and values."""
        knowledge, addresses = self.knowledge, self.addresses
        yield Page("terms/index.html", "Terms", "tree.html", {
            "tops": knowledge.tops, "children": knowledge.children, "link": addresses.link,
            "number": len(knowledge.classes), "below": {iri: len(ones) for iri, ones in knowledge.below.items()},
        })  # fmt: skip
        relations = [iri for iri, path in addresses.pages.items() if path.startswith("relations/")]
        groups = []
        for name, words in _OWL_KINDS[1:]:
            links = [
                self._about(iri) for iri in knowledge.in_order(relations) if OWL + name in knowledge.links(iri, TYPE)
            ]
            groups.append(Group(_plural(words), tuple(links)))
        yield Page("relations/index.html", "Relations", "listing.html", {
            "groups": groups, "intro": "What can be said of a thing: relations between structures, between facts, and to values.",
        })  # fmt: skip
        values: dict[str, list[str]] = defaultdict(list)
        for iri, path in addresses.pages.items():
            if path.startswith("values/"):
                kinds = [kind for kind in knowledge.links(iri, TYPE) if kind.startswith(NX)]
                values[knowledge.label(kinds[0]) if kinds else "other"].append(iri)
        groups = [
            Group(kind, tuple(self._about(iri) for iri in knowledge.in_order(ones)))
            for kind, ones in sorted(values.items(), key=lambda item: natural(item[0]))
        ]
        yield Page("values/index.html", "Values", "listing.html", {
            "groups": groups, "intro": "Sides, units, scales, verdicts and other things that are the same in every case.",
        })  # fmt: skip

    def _about(self, iri: str) -> Link:
        return self.addresses.link(iri, note=self.knowledge.text(iri, IAO_DEFINITION))

    def _page(self, iri: str, path: str, folder: str) -> Page:
        knowledge, addresses = self.knowledge, self.addresses
        label = knowledge.label(iri)
        definition = clean(knowledge.text(iri, IAO_DEFINITION))
        synonyms = sorted(
            {clean(text) for name in SYNONYMS for text in knowledge.texts(iri, name)} - {label},
            key=lambda text: (natural(text), text),
        )
        kinds = [words for name, words in _OWL_KINDS if OWL + name in knowledge.links(iri, TYPE)]
        values = {
            "iri": clean(iri),
            "curie": clean(compact(iri)),
            "kinds": [Link(words) for words in kinds]
            or [addresses.link(kind) for kind in knowledge.links(iri, TYPE) if kind.startswith(NX)],
            "definition": definition,
            "definition_sources": [self._source(term) for term in self._definition_sources(iri)],
            "synonyms": synonyms,
            "notes": [(word, clean(text)) for word, name in _NOTES for text in sorted(set(knowledge.texts(iri, name)))],
            "details": list(self._details(iri)),
            "paths": self._paths(iri),
            "parents": [
                addresses.link(one, note="" if (iri, one) in knowledge.told else "found by the reasoner")
                for one in knowledge.parents.get(iri, [])
            ],
            "children": [
                addresses.link(one, note=f"+{len(knowledge.below[one])}" if one in knowledge.below else "")
                for one in knowledge.children.get(iri, [])
            ],
            "axioms": self._axioms(iri),
            "other_axioms": self._other_axioms(iri),
            "named_by": [
                (addresses.link(relation), addresses.links(ones))
                for relation, ones in sorted(self.restricted.get(iri, {}).items(), key=lambda r: knowledge.label(r[0]))
            ],
            "structures": addresses.links(self.instances.get(iri, [])),
            "mappings": self.mappings.get(iri, []),
            "uses": uses_of(knowledge.uses.get(iri, []), addresses),
            "statements": [self._statement(node) for node in self.statements.get(iri, [])],
            "questions": self.asked.get(iri, []) if folder == "terms" else self.asked.get(iri, [])[:20],
        }
        return Page(path, label, "term.html", values, folder.rstrip("s"), definition, (*synonyms, compact(iri)))

    def _definition_sources(self, iri: str) -> list[str]:
        return [*self.knowledge.links(iri, IAO_DEFINITION_SOURCE), *self.knowledge.texts(iri, IAO_DEFINITION_SOURCE)]

    def _source(self, text: str) -> Link:
        return self.addresses.link(text) if self.knowledge.has(text) else Link(clean(text))

    def _details(self, iri: str) -> Iterator[tuple[str, list[Link]]]:
        for words, name in _DETAILS:
            found = [self.addresses.link(one) for one in self.knowledge.links(iri, name)]
            found += [Link(clean(text)) for text in self.knowledge.texts(iri, name)]
            if found:
                yield words, found
        modules = [one.removeprefix(ONTOLOGY + "/") for one in self.knowledge.links(iri, _RDFS + "isDefinedBy")]
        if modules:
            yield "module", [Link(clean(one)) for one in modules]

    def _paths(self, iri: str) -> list[list[Link]]:
        """The shortest ways from the top of the hierarchy down to a class."""
        found: list[list[str]] = []
        waiting = [[iri]]
        while waiting and len(found) < MOST_PATHS:
            path = waiting.pop(0)
            parents = [one for one in self.knowledge.parents.get(path[0], []) if one not in path]
            if not parents and len(path) > 1:
                found.append(path)
            waiting += [[one, *path] for one in parents]
        return [[self.addresses.link(one) for one in path] for path in found]

    def _simple(self, iri: str) -> Iterator[tuple[str, str, list[str]]]:
        """Axioms ``relation some class``: relation, class and sources."""
        for node in self.knowledge.nodes(iri, SUBCLASS):
            fillers = self.knowledge.links(node, OWL + "someValuesFrom") if node.startswith("_:") else []
            relations = self.knowledge.links(node, OWL + "onProperty")
            if len(fillers) == 1 and len(relations) == 1:
                yield relations[0], fillers[0], self._sources_of_axioms.get(node, [])

    def _axioms(self, iri: str) -> list[tuple[Link, list[tuple[Link, list[Link]]]]]:
        groups: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for relation, filler, sources in self._simple(iri):
            groups[relation][filler].update(sources)
        return [
            (self.addresses.link(relation), [
                (self.addresses.link(filler), self.addresses.links(groups[relation][filler]))
                for filler in self.knowledge.in_order(groups[relation])
            ])
            for relation in self.knowledge.in_order(groups)
        ]  # fmt: skip

    def _other_axioms(self, iri: str) -> list[str]:
        simple = len(list(self._simple(iri)))
        blanks = sum(node.startswith("_:") for node in self.knowledge.nodes(iri, SUBCLASS))
        named = any(self.knowledge.terms(iri, name) for name in _AXIOMS)
        if blanks == simple and not named and iri in self.knowledge.above:
            return []
        told = describe_axioms(self.knowledge.engine, iri)
        return [clean(text) for text in told if not _is_simple(text)]

    def _statement(self, node: str) -> Link:
        knowledge = self.knowledge
        text = knowledge.text(node, "says") or knowledge.text(node, "measure")
        source = next(iter(knowledge.links(node, "reportedBy")), "")
        return self.addresses.link(node, text, knowledge.label(source) if source else "")


_AXIOMS = (
    OWL + "equivalentClass", OWL + "disjointWith", OWL + "inverseOf", OWL + "propertyChainAxiom", OWL + "disjointUnionOf",
    _RDFS + "subPropertyOf", _RDFS + "domain", _RDFS + "range",
)  # fmt: skip


def _is_simple(text: str) -> bool:
    """Whether an axiom in words is one of those that the page lists by relation."""
    _head, some, member = text.partition(" some ")
    return bool(some) and "(" not in text and " some " not in member


def _plural(words: str) -> str:
    return f"{words}s" if " " not in words else words.replace("relation", "relations", 1)


def uses_of(facts: Sequence[Fact], addresses: Addresses) -> list[Use]:
    """The facts that use a term, by case; of each case the first few are named."""
    by_case: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_case[fact.case].append(fact)
    found = []
    for case, ones in sorted(by_case.items(), key=lambda item: natural(item[0])):
        named = ones[:MOST_FACTS]
        found.append(
            Use(
                addresses.link(case, note=counted(len(ones), "fact")),
                tuple(addresses.link(fact.iri, fact.words) for fact in named if not fact.absent),
                tuple(addresses.link(fact.iri, fact.words) for fact in named if fact.absent),
                len(ones) - len(named),
            )
        )
    return found
