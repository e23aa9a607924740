"""Facts of a case in words: kind, place, value, time, qualifiers, and where in the source it stands.

Comes in: the graph of one case, read once through an engine, with labels for what it points at. Goes out: short phrases. A property
that has no phrase here is written as its name and value, so nothing disappears.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from neoplex.ask.vocabulary import Engine, fetch_labels, shown
from neoplex.base.names import CASE, NX, PREFIXES, SOURCE, slug, words_of
from neoplex.store.answers import Rows, Term

_TYPE = PREFIXES["rdf"] + "type"
_RDFS_LABEL = PREFIXES["rdfs"] + "label"
_DCTERMS = PREFIXES["dcterms"]

_SILENT = frozenset((
    "status", "basis", "statedIn", "says", "foundBy", "atTime", "value", "lowValue", "highValue", "comparator",
    "unit", "scale", "hasStep", "supportedBy", "challengedBy", "concludes", "interprets", "derivation",
    "conditionRole", "conclusionRole", "verdict", "hasSite", "regionExamined", "regionWording", "hasDose",
    "hasTarget", "startTime", "endTime", "certainty", "grade", "timeToOutcome", "outcomeDuration", "by",
    "explains", "conflictsWith", "usesDrug", "hasQualifier", "cites", "method",
))  # fmt: skip
"""Properties that the description of a fact words itself or leaves to other parts of the page."""

_PHRASES = {
    "concerns": "of",
    "radiatesTo": "radiating to",
    "provokedBy": "provoked by",
    "relievedBy": "relieved by",
    "hasHistology": "histology",
    "hasIntent": "intent",
    "hasTechnique": "technique",
    "hasPosition": "position",
    "usesDevice": "with",
    "givenWith": "together with",
    "givenFor": "for",
    "hasMechanism": "by",
    "schedule": "",
    "cycles": "cycles",
    "sessions": "sessions",
    "treatmentLine": "line",
    "completed": "completed",
    "reasonStopped": "stopped because",
}
_ORDER = tuple(_PHRASES)


_DERIVED = {"hasSite": "site", "atTime": "time", "type": "kind"}
_TIME_CODES = frozenset(("a", "mo", "wk", "d", "h", "min"))
_PASSAGE_WORDS = ("title", "abstract", "keywords", "section", "paragraph", "table", "row", "column", "figure", "panel", "video",
                  "reference", "footnote", "caption", "page")  # fmt: skip


def value_of(term: Term | None) -> str:
    """The IRI or the words of a term; nothing for an unbound one."""
    if term is None or isinstance(term, ox.Triple):
        return ""
    return term.value


@dataclass(frozen=True)
class FactWords:
    """The graph of one case: ``nodes`` maps a subject to its properties, ``labels`` names what they point at."""

    case: str
    nodes: dict[str, dict[str, list[Term]]]
    labels: dict[str, str]
    codes: dict[str, str] = field(default_factory=dict)
    passages: dict[str, str] = field(default_factory=dict)
    sources: dict[str, dict[str, str]] = field(default_factory=dict)

    @staticmethod
    def read(engine: Engine, case: str) -> FactWords:
        """Read the graph of a case, and the labels, unit codes and publications it needs."""
        answer = engine.answer(f"SELECT ?s ?p ?o WHERE {{ GRAPH <{case}> {{ ?s ?p ?o }} }}")
        assert isinstance(answer, Rows)
        nodes: dict[str, dict[str, list[Term]]] = {}
        wanted: set[str] = set()
        for subject, predicate, object_ in sorted(answer.rows, key=lambda row: tuple(str(term) for term in row)):
            assert object_ is not None
            nodes.setdefault(value_of(subject), {}).setdefault(value_of(predicate), []).append(object_)
            wanted.add(value_of(predicate))
            if isinstance(object_, ox.NamedNode):
                wanted.add(object_.value)
        labels = fetch_labels(engine, wanted)
        codes = _table(engine, f"SELECT ?s ?o WHERE {{ ?s <{NX}ucumCode> ?o }}")
        sources: dict[str, dict[str, str]] = {}
        for iri in {value_of(t) for t in nodes.get(case, {}).get(NX + "reportedBy", [])}:
            sources[iri] = _table(engine, f"SELECT ?p ?o WHERE {{ <{iri}> ?p ?o . FILTER(isLiteral(?o)) }}")
        return FactWords(
            case,
            nodes,
            labels,
            codes,
            short_passages(engine, f"GRAPH <{case}> {{ ?s <{NX}statedIn> ?passage }}"),
            sources,
        )

    def terms(self, node: str, name: str) -> list[Term]:
        """The values of a property of neoplex."""
        return self.nodes.get(node, {}).get(name if "/" in name else NX + name, [])

    def iris(self, node: str, name: str) -> list[str]:
        """The things a property points at."""
        return [term.value for term in self.terms(node, name) if isinstance(term, ox.NamedNode)]

    def texts(self, node: str, name: str) -> list[str]:
        """The words of a property."""
        return [term.value for term in self.terms(node, name) if isinstance(term, ox.Literal)]

    def text(self, node: str, name: str) -> str:
        """The first words of a property, or nothing."""
        return next(iter(self.texts(node, name)), "")

    def linked(self, name: str) -> list[str]:
        """What the case points at by a property."""
        return self.iris(self.case, name)

    def pointing(self, name: str, target: str) -> list[str]:
        """The facts that point at ``target`` by a property."""
        return sorted(node for node in self.nodes if target in self.iris(node, name))

    def label(self, iri: str) -> str:
        """The label of anything, or its CURIE."""
        own = self.texts(iri, _RDFS_LABEL)
        return own[0] if own else shown(iri, self.labels)

    def kind(self, node: str) -> str:
        """The class of a node in words."""
        kinds = [iri for iri in self.iris(node, _TYPE) if not iri.startswith(PREFIXES["owl"])]
        return " and ".join(self.label(iri) for iri in kinds)

    def short(self, iri: str) -> str:
        """Something in as few words as name it: a fact of the case by its kind and id, anything else by its label."""
        if iri in self.nodes and iri.startswith(self.case + "/") and not self.texts(iri, _RDFS_LABEL):
            kind = self.kind(iri)
            concluded = self.iris(iri, "concludes")
            name = iri.rpartition("/")[2]
            kind = self.kind(concluded[0]) if concluded else kind
            telling = self.terms(iri, "status") and slug(kind) != name
            # An absent fact may speak for or against something; it must never read as if it had been found.
            kind = f"no {kind}" if self.is_absent(iri) else kind
            return f"{kind} ({name})" if telling else kind or name
        if iri.startswith(CASE) and iri not in self.labels:
            return iri[len(CASE) :]
        return self.label(iri)

    def is_absent(self, node: str) -> bool:
        """Whether a fact is stated to be absent."""
        return NX + "absent" in self.iris(node, "status")

    def in_order(self, nodes: Iterable[str]) -> list[str]:
        """Facts by their earliest possible time; those without one last, from before their anchor to after it."""

        def key(node: str) -> tuple[str, str, int, str]:
            times = [*self.iris(node, "startTime"), *self.iris(node, "atTime")]
            days = [(self.text(t, "earliest") or self.text(t, "latest"), self.text(t, "latest")) for t in times]
            first, last = min((day for day in days if day[0]), default=("9999", "9999"))
            return (first, last or "9999", min((self._rank(t) for t in times), default=2), node)

        return sorted(nodes, key=key)

    def _rank(self, time: str) -> int:
        """Where a relative time lies around its anchor: before, at its start, during, at its end, after."""
        relation, point = self.text(time, "relation"), self.text(time, "anchorPoint")
        if relation == "at" and point:
            return 1 if point == "start" else 3
        return {"before": 0, "after": 4}.get(relation, 2)

    def measure(self, node: str) -> str:
        """The value of a node with its unit or scale: ``49.6 ng/mL``, ``4 (MRC muscle scale)``, ``31-675 d``."""
        low, high = self.text(node, "lowValue"), self.text(node, "highValue")
        value = self.text(node, "value") or (f"{low}-{high}" if low or high else "")
        return self._with_unit(value, node) if value else ""

    def time(self, node: str) -> str:
        """A time as the source words it, with the days it was worked out to when that was done."""
        wording = self._readable_time(self.text(node, "wording"), self.iris(node, "anchor"))
        earliest, latest = self.text(node, "earliest"), self.text(node, "latest")
        days = earliest if earliest == latest else f"{earliest} to {latest}"
        if not (earliest and latest):
            days = f"from {earliest}" if earliest else f"until {latest}"
        if not wording:
            return days if earliest or latest else ""
        if "true" in self.texts(node, "derivedInterval") and (earliest or latest):
            return f"{wording} (worked out: {days})"
        return wording

    def place(self, node: str) -> str:
        """Where in the source a node stands, in square brackets."""
        places = [self.passages.get(iri) or self.label(iri) for iri in self.iris(node, "statedIn")]
        return f" [{'; '.join(sorted(places))}]" if places else ""

    def cite(self, source: str) -> str:
        """A publication as a reference."""
        data = self.sources.get(source, {})
        year = data.get(_DCTERMS + "issued", "")
        volume = ":".join(part for part in (data.get(NX + "volume", ""), data.get(NX + "pages", "")) if part)
        parts = [data.get(NX + "author", ""), data.get(_DCTERMS + "title", ""), data.get(NX + "journal", "")]
        parts += [";".join(part for part in (year, volume) if part)]
        parts += [f"doi:{data[NX + 'doi']}"] if NX + "doi" in data else []
        return ". ".join(part.rstrip(".") for part in parts if part) or self.label(source)

    def describe(self, node: str, inherited: str = "") -> str:
        """One fact in one line; with ``inherited`` what it shares with that investigation is not said again."""
        concluded = self.iris(node, "concludes")
        head = ", ".join(self.kind(iri) for iri in concluded) or self.kind(node)
        qualifiers = [self.kind(iri) or self.short(iri) for iri in self.iris(node, "hasQualifier")]
        drugs = [self.kind(iri) or self.short(iri) for iri in self.iris(node, "usesDrug")]
        if drugs:
            head = f"{', '.join(drugs)} ({head})"
        if self.is_absent(node):
            head = f"no {head}"
        sites = [self.short(iri) for iri in self.iris(node, "hasSite")]
        text = head + (f", {', '.join(qualifiers)}" if qualifiers else "")
        text += f": {', '.join(sites)}" if sites else ""
        parts = [text, *self._judgements(node), *self._amounts(node)]
        regions = [self.short(iri) for iri in self.iris(node, "regionExamined")] + self.texts(node, "regionWording")
        parts += [f"of {', '.join(regions)}"] if regions else []
        parts += self._others(node)
        parts += self._times(node, inherited)
        methods = [iri for iri in self.iris(node, "method") if not inherited]
        parts += [f"by {self.short(iri)}" for iri in methods]
        place = self.place(node)
        if inherited and place == self.place(inherited):
            place = ""
        return "; ".join(parts) + self._derivations(node) + place

    def argument(self, node: str) -> str:
        """Something that speaks for or against: a fact of the case in short, or words with their place."""
        says = self.texts(node, "says")
        if says and NX + "Argument" in self.iris(node, _TYPE):
            cited = [self.label(iri) for iri in self.iris(node, "cites")]
            return says[0] + (f" (citing {', '.join(cited)})" if cited else "") + self.place(node)
        return self.short(node)

    def steps(self, node: str) -> list[str]:
        """The steps of a route in words, in order."""
        steps = sorted(self.iris(node, "hasStep"), key=lambda step: (int(self.text(step, "stepNumber") or 0), step))
        words = []
        for step in steps:
            ends = [
                ", ".join(self.short(iri) for iri in self.iris(step, name)) or "?" for name in ("stepFrom", "stepTo")
            ]
            text = " to ".join(ends)
            mechanisms = [self.kind(iri) for iri in self.iris(step, "hasMechanism")]
            text += f", {', '.join(mechanisms)}" if mechanisms else ""
            directions = [self.label(iri) for iri in self.iris(step, "spreadDirection")]
            text += f", {', '.join(directions)}" if directions else ""
            certainty = [self.label(iri) for iri in self.iris(step, "certainty")]
            text += f" ({', '.join(certainty)})" if certainty else ""
            says = self.texts(step, "says")
            words.append(text + (f": {says[0]}" if says else "") + self.place(step))
        return words

    def note(self, node: str) -> str:
        """A count, method or other note of a cohort in words."""
        about = [self.label(iri) for name in ("countOf", "methodKind", "about") for iri in self.iris(node, name)]
        text = ", ".join(about)
        group = self.text(node, "population")
        text += f" ({group})" if group else ""
        sites = [self.short(iri) for iri in self.iris(node, "hasSite")]
        text += f", {', '.join(sites)}" if sites else ""
        measure = self.measure(node)
        text += f": {measure}" if measure else ""
        out_of = self.text(node, "denominator")
        if out_of:
            units = [self._unit(iri) for iri in self.iris(node, "denominatorUnit")]
            text += f" of {' '.join([out_of, *units])}"
        says = self.texts(node, "says")
        return "; ".join(part for part in (text, *says) if part) + self._derivations(node) + self.place(node)

    def _judgements(self, node: str) -> list[str]:
        judged = ("conditionRole", "conclusionRole", "verdict", "certainty")
        words = [self.label(iri).removesuffix(" role") for name in judged for iri in self.iris(node, name)]
        by = [self.label(iri) for iri in self.iris(node, "by")]
        if by:
            words.append(f"by {', '.join(by)}")
        elif NX + "concluded" in self.iris(node, "basis"):
            words.append("concluded")
        explained = [self.short(iri) for iri in self.iris(node, "explains")]
        return words + ([f"explains {', '.join(explained)}"] if explained else [])

    def _amounts(self, node: str) -> list[str]:
        words = [self.measure(node)] if self.measure(node) else []
        if self.text(node, "grade"):
            scales = [self.label(iri) for iri in self.iris(node, "scale")]
            words.append(" ".join(["grade", self.text(node, "grade"), *([f"({scales[0]})"] if scales else [])]))
        words += [self._dose(dose) for dose in self.iris(node, "hasDose")]
        targets = [self.short(iri) for iri in self.iris(node, "hasTarget")]
        words += [f"target {', '.join(targets)}"] if targets else []
        for name, word in (("timeToOutcome", "after"), ("outcomeDuration", "lasting")):
            for lapse in self.iris(node, name):
                anchor = [self.short(iri) for iri in self.iris(lapse, "anchor")]
                point = " ".join(["from", *anchor, *self.texts(lapse, "anchorPoint")]) if anchor else ""
                words.append(" ".join(part for part in (word, self.measure(lapse), point) if part))
        return words

    def _dose(self, dose: str) -> str:
        role = self.kind(dose) or "dose"
        total, count, each = (self.text(dose, name) for name in ("totalDose", "fractionCount", "dosePerFraction"))
        comparator = self.text(dose, "comparator")
        text = " ".join(part for part in (comparator, f"{total} Gy" if total else "") if part)
        if count:
            text += f"{' in' if total else ''} {count} fraction{'' if count == '1' else 's'}"
        if each:
            text += f"{' of' if count else ' at'} {each} Gy" + ("" if count else " per fraction")
        place = self.place(dose)
        says = self.text(dose, "says")
        return f"{role} {text.strip() or 'not given'}" + (f" ({says})" if says else "") + place

    def _others(self, node: str) -> list[str]:
        words = []
        predicates = [p for p in self.nodes.get(node, {}) if p.startswith(NX) and p[len(NX) :] not in _SILENT]
        rank = {name: place for place, name in enumerate(_ORDER)}
        for predicate in sorted(predicates, key=lambda p: (rank.get(p[len(NX) :], len(rank)), p)):
            name = predicate[len(NX) :]
            values = [self._value(term) for term in self.nodes[node][predicate]]
            phrase = _PHRASES.get(name, self.labels.get(predicate) or words_of(name))
            if name in ("cycles", "sessions"):
                words.append(f"{', '.join(values)} {phrase if values != ['1'] else phrase[:-1]}")
            elif name == "completed":
                words.append("completed" if values == ["true"] else "not completed")
            else:
                words.append(" ".join(part for part in (phrase, ", ".join(values)) if part))
        return words

    def _times(self, node: str, inherited: str) -> list[str]:
        words = []
        same = set(self.iris(inherited, "atTime")) if inherited else set()
        words += [self.time(iri) for iri in self.iris(node, "atTime") if iri not in same and self.time(iri)]
        for name, word in (("startTime", "from"), ("endTime", "to")):
            words += [f"{word} {self.time(iri)}" for iri in self.iris(node, name)]
        return words

    def _derivations(self, node: str) -> str:
        words = []
        for derivation in self.iris(node, "derivation"):
            of = [self._property(iri) for iri in self.iris(derivation, "derivedProperty")]
            words.append(f"{', '.join(of)} worked out from “{self.text(derivation, 'derivedFrom')}”")
        return f" ({'; '.join(words)})" if words else ""

    def _property(self, iri: str) -> str:
        name = re.split(r"[/#]", iri)[-1]
        return _DERIVED.get(name) or self.labels.get(iri) or words_of(name)

    def _readable_time(self, wording: str, anchors: Sequence[str]) -> str:
        """A wording without file notation: ``2011-end`` and ``2012-03/2012-10`` as words, fact ids as what they name."""
        for anchor in anchors:
            name = anchor.rpartition("/")[2]
            words = self.short(anchor).replace("\\", r"\\")
            wording = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", words, wording)
        wording = re.sub(r"\b(\d+(?:\.\d+)?) (a|mo|wk|d|h)\b", _span, wording)
        wording = re.sub(r"^(\d{4}\S*)/(\d{4}\S*)$", r"\1 to \2", wording)
        wording = re.sub(r"^(\d{4}\S*)/$", r"since \1", wording)
        return re.sub(r"\b(\d{4})-(early|mid|late|end|spring|summer|autumn|winter)\b", _season, wording)

    def _value(self, term: Term) -> str:
        if isinstance(term, ox.NamedNode):
            iri = term.value
            if iri in self.nodes and not self.terms(iri, "status") and not self.texts(iri, _RDFS_LABEL):
                return self.kind(iri) or self.short(iri)
            return self.short(iri)
        return value_of(term)

    def _with_unit(self, value: str, node: str) -> str:
        comparator = self.text(node, "comparator")
        text = f"{comparator} {value}" if comparator else value
        units = [self._unit(iri, value) for iri in self.iris(node, "unit")]
        scales = [self.label(iri) for iri in self.iris(node, "scale") if not self.text(node, "grade")]
        return text + (f" {units[0]}" if units else "") + (f" ({scales[0]})" if scales else "")

    def _unit(self, iri: str, value: str = "") -> str:
        """A unit by its code, as charts write it; spans of time in words, since ``a`` and ``mo`` are no clinician's words."""
        code = self.codes.get(iri, "")
        if code in _TIME_CODES:
            return self.label(iri) + ("" if value == "1" else "s")
        return (code or self.label(iri)).strip("{}")


def describe_source(engine: Engine, source: str) -> str:
    """A publication of the graph as a reference; the id when the graph knows nothing of it."""
    iri = source if source.startswith(SOURCE) else SOURCE + source
    data = _table(engine, f"SELECT ?p ?o WHERE {{ <{iri}> ?p ?o . FILTER(isLiteral(?o)) }}")
    return FactWords("", {}, {}, sources={iri: data}).cite(iri)


def _span(match: re.Match[str]) -> str:
    word = {"a": "year", "mo": "month", "wk": "week", "d": "day", "h": "hour"}[match[2]]
    return f"{match[1]} {word}{'' if match[1] == '1' else 's'}"


def _season(match: re.Match[str]) -> str:
    return f"{'end of' if match[2] == 'end' else match[2]} {match[1]}"


def short_passages(engine: Engine, where: str) -> dict[str, str]:
    """Locators in few words for the passages that a graph pattern binds to ``?passage``."""
    query = f"SELECT DISTINCT ?passage ?p ?o WHERE {{ {{ {where} }} ?passage ?p ?o . FILTER(isLiteral(?o)) }}"
    answer = engine.answer(query)
    assert isinstance(answer, Rows)
    found: dict[str, dict[str, str]] = {}
    for passage, predicate, object_ in answer.rows:
        found.setdefault(value_of(passage), {})[value_of(predicate).removeprefix(NX)] = value_of(object_)
    return _shorten_passages(found)


def _shorten_passages(passages: dict[str, dict[str, str]]) -> dict[str, str]:
    """Locators in few words, such as ``History ¶3`` or ``Fig. 3d``; sections that share their last part stay whole."""
    ends: dict[str, set[str]] = {}
    for parts in passages.values():
        section = parts.get("section", "")
        ends.setdefault(section.rpartition(" > ")[2], set()).add(section)
    short = {}
    for iri, parts in passages.items():
        words = []
        for key in _PASSAGE_WORDS:
            value = parts.get(key, "")
            if not value:
                continue
            last = value.rpartition(" > ")[2]
            if key == "section":
                words.append(last if len(ends[last]) == 1 else value)
            elif key == "paragraph":
                words = [*words[:-1], f"{words[-1]} ¶{value}"] if words else [f"¶{value}"]
            elif key == "panel" and words:
                words[-1] += value
            elif key in ("abstract", "title", "keywords", "caption") and value == "true":
                words.append(key)
            else:
                words.append(f"{'Fig.' if key == 'figure' else key} {value}")
        short[iri] = ", ".join(words)
    return {iri: words for iri, words in short.items() if words}


def _table(engine: Engine, query: str) -> dict[str, str]:
    answer = engine.answer(query)
    assert isinstance(answer, Rows)
    pairs: Sequence[tuple[str, str]] = sorted((value_of(row[0]), value_of(row[1])) for row in answer.rows)
    return dict(reversed(pairs))
