"""Terms of the ontology for reading: one term as a page, a hierarchy as a tree, and a search over everything that has a name.

Comes in: an engine and words. Goes out: lines, or rows of hits. Says which parents were asserted and which a reasoner found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from neoplex.ask import layout
from neoplex.ask.axioms import describe_axioms
from neoplex.ask.factwords import value_of
from neoplex.ask.questions import list_questions
from neoplex.ask.vocabulary import LABEL, SYNONYMS, Engine, Vocabulary, fetch_labels, shown
from neoplex.base.errors import UsageError
from neoplex.base.names import (
    ATLAS,
    CASE,
    GRAPH_INFERRED,
    IAO_DEFINITION,
    IAO_DEFINITION_SOURCE,
    NX,
    PREFIXES,
    SOURCE,
    compact,
)  # fmt: skip
from neoplex.model.lexicon import normalise
from neoplex.store.answers import Answer, Rows, Term

_RDFS = PREFIXES["rdfs"]
_SKOS = PREFIXES["skos"]
_TYPE = PREFIXES["rdf"] + "type"
_NOTES = (
    ("scope", _SKOS + "scopeNote"),
    ("example", _SKOS + "example"),
    ("comment", _RDFS + "comment"),
    ("note", _SKOS + "editorialNote"),
)
_MATCHES = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
_MOST = 40
_OWL_KINDS = {
    "Class": "class",
    "ObjectProperty": "relation between things",
    "DatatypeProperty": "relation to a value",
    "AnnotationProperty": "annotation",
}


def find_term(engine: Engine, text: str) -> str:
    """The term, structure, case or publication that words or an id name; raises UsageError with the nearest names."""
    vocabulary = Vocabulary(engine)
    problems: list[UsageError] = []
    for kind in ("term", "structure", "case", "source"):
        try:
            found = vocabulary.resolve(text, kind)
        except UsageError as error:
            problems.append(error)
            continue
        if len(found) == 1:
            return found[0]
    raise next((p for p in problems if "more than one" in str(p)), problems[0])


def describe_term(engine: Engine, iri: str, width: int) -> list[str]:
    """The page of a term: what it means, where it stands, what holds of it, and where the cases use it."""
    facts = _literals_and_links(engine, iri)
    labels = fetch_labels(engine, {value for values in facts.values() for value in values})

    def named(values: Iterable[str]) -> str:
        return "; ".join(sorted(shown(value, labels) for value in values))

    label = next(iter(facts.get(LABEL, [])), compact(iri))
    lines = [*layout.wrap(layout.visible(f"{label} ({compact(iri)})"), width)]
    types = [t for t in facts.get(_TYPE, []) if t.startswith(NX)]
    kinds = [words for name, words in _OWL_KINDS.items() if PREFIXES["owl"] + name in facts.get(_TYPE, [])]
    pairs = [("kind", "; ".join([*(shown(t, labels) for t in types), *kinds]))] if types or kinds else []
    pairs += [("definition", text) for text in facts.get(IAO_DEFINITION, [])]
    pairs += [("source", named(facts[IAO_DEFINITION_SOURCE]))] if IAO_DEFINITION_SOURCE in facts else []
    synonyms = sorted({text for name in SYNONYMS for text in facts.get(name, [])} - {label})
    pairs += [("also called", "; ".join(synonyms))] if synonyms else []
    for word, predicate in _NOTES:
        pairs += [(word, text) for text in sorted(facts.get(predicate, []))]
    lines += layout.definitions(pairs, width, indent=2, column=16)
    lines += _list("Wider", _parents(engine, iri), width)
    lines += _list("Narrower", _children(engine, iri), width)
    lines += _list("What holds of it", _axiom_lines(engine, iri), width)
    lines += _list("Relations", _edges(engine, iri), width)
    lines += _list("What names it", _restrictions_on(engine, iri), width)
    matches = [f"{m.replace('Match', ' match')}: {compact(value)}" + (f" ({labels[value]})" if value in labels else "")
               for m in _MATCHES for value in sorted(facts.get(_SKOS + m, []))]  # fmt: skip
    lines += _list("In other vocabularies", matches, width)
    lines += _list("In the cases", _uses(engine, iri), width)
    return lines


def draw_tree(engine: Engine, root: str | None, depth: int) -> list[str]:
    """The hierarchy below a class, or of all classes, ``depth`` levels deep; what is cut off is counted."""
    parents = _hierarchy(engine)
    children: dict[str, set[str]] = defaultdict(set)
    for child in parents:
        for parent in _nearest_parents(parents, child):
            children[parent].add(child)
    classes = {*parents, *children}
    has_parent = {child for below in children.values() for child in below}
    labels = fetch_labels(engine, classes)
    lines: list[str] = []

    def order(names: Iterable[str]) -> list[str]:
        return sorted(names, key=lambda iri: (normalise(shown(iri, labels)), iri))

    def draw(iri: str, prefix: str, left: int, path: frozenset[str]) -> None:
        below = order(children[iri] - path) if iri in children else []
        if below and left == 0:
            number = len(_descendants(children, iri))
            lines[-1] += f"  (+{number})"
            return
        for place, child in enumerate(below):
            last = place == len(below) - 1
            lines.append(f"{prefix}{'└─ ' if last else '├─ '}{layout.visible(shown(child, labels))}")
            draw(child, prefix + ("   " if last else "│  "), left - 1, path | {child})

    tops = [root] if root else order(iri for iri in classes - has_parent if iri.startswith(NX))
    for top in tops:
        lines.append(layout.visible(shown(top, labels)))
        draw(top, "", depth, frozenset({top}))
    return lines


@dataclass(frozen=True)
class Hit:
    """Something a search found; a higher ``score`` is better."""

    score: int
    kind: str
    name: str
    id: str
    about: str


def search(engine: Engine, words: Sequence[str]) -> list[Hit]:
    """Terms, structures, cases, publications and questions in which all words occur, best first."""
    wanted = [normalise(word) for word in words if normalise(word)]
    if not wanted:
        raise UsageError("give at least one word to search for")
    phrase = " ".join(wanted)
    labels: dict[str, str] = {}
    best: dict[str, tuple[int, str]] = {}
    properties = " ".join(f"<{p}>" for p in (LABEL, *SYNONYMS, IAO_DEFINITION, PREFIXES["dcterms"] + "title"))
    query = f"SELECT ?s ?p ?text WHERE {{ VALUES ?p {{ {properties} }} ?s ?p ?text . FILTER(isIRI(?s)) }}"
    for row in _rows(engine.answer(query)):
        iri, predicate, text = (value_of(term) for term in row)
        if not _kind_of(iri):
            continue
        if predicate == LABEL:
            labels[iri] = text
        score = _score(wanted, phrase, normalise(text), predicate)
        if score and score > best.get(iri, (0, ""))[0]:
            best[iri] = (score, "" if predicate == LABEL else text)
    hits = [
        Hit(score, _kind_of(iri), labels.get(iri, compact(iri)), compact(iri), about)
        for iri, (score, about) in best.items()
    ]
    for entry in list_questions():
        text = normalise(f"{entry.name} {entry.summary} {' '.join(entry.tags)}")
        if all(word in text for word in wanted):
            in_name = all(word in normalise(entry.name) for word in wanted)
            hits.append(Hit(45 if in_name else 25, "question", entry.name, f"ask {entry.name}", entry.summary))
    return sorted(hits, key=lambda hit: (-hit.score, len(hit.name), hit.name, hit.id))


def hits_as_rows(hits: Sequence[Hit], limit: int | None) -> Rows:
    """Hits as an answer, so that they come in every format."""
    taken = hits if limit is None else hits[:limit]
    rows = tuple(tuple(ox.Literal(text) if text else None for text in (h.name, h.kind, h.id, h.about)) for h in taken)
    return Rows(("name", "kind", "id", "about"), rows, len(taken) < len(hits))


def _score(wanted: Sequence[str], phrase: str, text: str, predicate: str) -> int:
    if not all(word in text for word in wanted):
        return 0
    if predicate == IAO_DEFINITION:
        return 10 + 5 * all(re.search(rf"\b{re.escape(word)}\b", text) is not None for word in wanted)
    if text == phrase:
        base = 100
    elif text.startswith(phrase + " "):
        base = 70
    else:
        base = 50 if re.search(rf"\b{re.escape(phrase)}\b", text) else 30
    return base if predicate == LABEL else base - 5


def _kind_of(iri: str) -> str:
    if iri.startswith(NX):
        return "term" if iri[len(NX) :][:1].isupper() else "relation or value"
    if iri.startswith(ATLAS):
        return "structure" if "/" not in iri[len(ATLAS) :] else ""
    if iri.startswith(CASE):
        return "case" if "/" not in iri[len(CASE) :] else ""
    if iri.startswith(SOURCE):
        return "publication" if "/" not in iri[len(SOURCE) :] else ""
    return ""


def _hierarchy(engine: Engine) -> dict[str, set[str]]:
    """Every named class with its named parents, asserted and inferred."""
    query = f"""SELECT DISTINCT ?class ?parent WHERE {{ ?class a <{PREFIXES["owl"]}Class> . FILTER(isIRI(?class))
      OPTIONAL {{ ?class <{_RDFS}subClassOf> ?parent . FILTER(isIRI(?parent) && ?parent != ?class) }} }}"""
    parents: dict[str, set[str]] = {}
    for row in _rows(engine.answer(query)):
        parents.setdefault(value_of(row[0]), set()).update([value_of(row[1])] if row[1] is not None else [])
    return parents


def _above(parents: dict[str, set[str]], iri: str) -> set[str]:
    found: set[str] = set()
    waiting = list(parents.get(iri, ()))
    while waiting:
        parent = waiting.pop()
        if parent not in found:
            found.add(parent)
            waiting.extend(parents.get(parent, ()))
    return found


def _nearest_parents(parents: dict[str, set[str]], iri: str) -> set[str]:
    """The parents between which and the class no other parent stands; equivalent classes keep each other."""
    own = parents.get(iri, set())
    return {p for p in own if not any(p in _above(parents, q) and q not in _above(parents, p) for q in own - {p})}


def _parents(engine: Engine, iri: str) -> list[str]:
    query = f"SELECT DISTINCT ?x WHERE {{ GRAPH <{GRAPH_INFERRED}> {{ <{iri}> <{_RDFS}subClassOf> ?x }} }}"
    inferred = {value_of(row[0]) for row in _rows(engine.answer(query))}
    query = f"""SELECT DISTINCT ?x WHERE {{ GRAPH ?g {{ <{iri}> <{_RDFS}subClassOf> ?x }}
      FILTER(isIRI(?x) && ?g != <{GRAPH_INFERRED}>) }}"""
    asserted = {value_of(row[0]) for row in _rows(engine.answer(query))}
    nearest_ones = _nearest_parents(_hierarchy(engine), iri)
    labels = fetch_labels(engine, nearest_ones)
    marked = inferred - asserted
    return sorted(shown(x, labels) + (" (found by the reasoner)" if x in marked else "") for x in nearest_ones)


def _children(engine: Engine, iri: str) -> list[str]:
    parents = _hierarchy(engine)
    found = [child for child, above in parents.items() if iri in above and iri in _nearest_parents(parents, child)]
    labels = fetch_labels(engine, found)
    return sorted(shown(x, labels) for x in found)


def _edges(engine: Engine, iri: str) -> list[str]:
    """The plain relations of an atlas structure, both ways."""
    if not iri.startswith(ATLAS):
        return []
    query = f"""SELECT DISTINCT ?s ?p ?o WHERE {{
      {{ VALUES ?s {{ <{iri}> }} ?s ?p ?o }} UNION {{ VALUES ?o {{ <{iri}> }} ?s ?p ?o }}
      FILTER(STRSTARTS(STR(?s), "{ATLAS}") && isIRI(?o) && STRSTARTS(STR(?p), "{NX}")) }}"""
    rows = [tuple(value_of(term) for term in row) for row in _rows(engine.answer(query))]
    # The statement of an edge has an address of its own below atlas:edge/; what it states is the plain relation.
    rows = [row for row in rows if not any("/" in end.removeprefix(ATLAS) for end in row[::2] if end.startswith(ATLAS))]
    labels = fetch_labels(engine, {value for row in rows for value in row})
    away = [(shown(p, labels), shown(o, labels)) for s, p, o in rows if s == iri]
    back = [(f"{shown(p, labels)} it", shown(s, labels)) for s, p, o in rows if o == iri]
    return [*_grouped(away), *_grouped(back)]


def _restrictions_on(engine: Engine, iri: str) -> list[str]:
    """Classes whose axioms name this one."""
    owl = PREFIXES["owl"]
    query = f"""SELECT DISTINCT ?c ?p WHERE {{ ?r <{owl}someValuesFrom> <{iri}> ; <{owl}onProperty> ?p .
      ?c <{_RDFS}subClassOf> ?r . FILTER(isIRI(?c) && isIRI(?p)) }}"""
    pairs = [(value_of(row[0]), value_of(row[1])) for row in _rows(engine.answer(query))]
    labels = fetch_labels(engine, {value for pair in pairs for value in pair})
    return _grouped((f"{shown(p, labels)} it", shown(c, labels)) for c, p in pairs)


def _uses(engine: Engine, iri: str) -> list[str]:
    below = f"SELECT DISTINCT ?c WHERE {{ ?c <{_RDFS}subClassOf>* <{iri}> . FILTER(isIRI(?c)) }}"
    classes = sorted({iri, *(value_of(row[0]) for row in _rows(engine.answer(below)))})
    values = " ".join(f"<{c}>" for c in classes)
    query = f"""SELECT ?case ?fact ?status WHERE {{
      {{ VALUES ?t {{ {values} }} ?fact a ?t . ?case ?link ?fact }}
      UNION {{ VALUES ?t {{ {values} }} ?node a ?t . ?fact ?p ?node . ?case ?link ?fact }}
      UNION {{ ?fact ?p <{iri}> . ?case ?link ?fact }}
      ?fact <{NX}status> ?status . VALUES ?kind {{ <{NX}Case> <{NX}Cohort> }} ?case a ?kind }}"""
    counts: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in _rows(engine.answer(query)):
        case, fact, status = (value_of(term) for term in row)
        counts[case][status.removeprefix(NX)].add(fact)
    labels = fetch_labels(engine, counts)
    return [
        f"{shown(case, labels)} ({case.removeprefix(CASE)}): "
        + ", ".join(f"{len(facts)} {status}" for status, facts in sorted(by.items(), reverse=True))
        for case, by in sorted(counts.items())
    ]


def _grouped(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """``relation: one; two`` lines, one for each relation."""
    groups: dict[str, set[str]] = defaultdict(set)
    for head, member in pairs:
        groups[head].add(member)
    return [f"{head}: {'; '.join(sorted(members))}" for head, members in sorted(groups.items())]


def _axiom_lines(engine: Engine, iri: str) -> list[str]:
    """Axioms in words; those that differ in the last thing only share a line."""
    simple: list[tuple[str, str]] = []
    others: list[str] = []
    for text in describe_axioms(engine, iri):
        head, some, member = text.partition(" some ")
        if some and "(" not in text and " some " not in member:
            simple.append((f"{head} some", member))
        else:
            others.append(text)
    return [*_grouped(simple), *others]


def _literals_and_links(engine: Engine, iri: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in _rows(engine.answer(f"SELECT DISTINCT ?p ?o WHERE {{ <{iri}> ?p ?o . FILTER(!isBlank(?o)) }}")):
        found[value_of(row[0])].append(value_of(row[1]))
    return {predicate: sorted(values) for predicate, values in found.items()}


def _list(title: str, items: Sequence[str], width: int) -> list[str]:
    if not items:
        return []
    lines = ["", title]
    for item in items[:_MOST]:
        lines += layout.wrap(layout.visible(item), width, "  - ", "    ")
    if len(items) > _MOST:
        lines.append(f"  … and {len(items) - _MOST} more")
    return lines


def _descendants(children: dict[str, set[str]], iri: str) -> set[str]:
    found: set[str] = set()
    waiting = list(children.get(iri, ()))
    while waiting:
        child = waiting.pop()
        if child not in found:
            found.add(child)
            waiting.extend(children.get(child, ()))
    return found


def _rows(answer: Answer) -> Iterable[tuple[Term | None, ...]]:
    assert isinstance(answer, Rows)
    return answer.rows
