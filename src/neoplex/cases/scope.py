"""The entries of one case or cohort by id: what they are called, where they lie in time, and what their ids lead to.

Comes in: the cursor of a case. Goes out: ids of entries (made where the file gives none), references as IRIs, and time
spans that follow anchors from fact to fact. A circle of anchors is a fault and has no span.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from neoplex.base.errors import did_you_mean
from neoplex.base.names import case_iri, slug
from neoplex.cases.values import Cursor, Desk
from neoplex.model.publication import Timing
from neoplex.model.when import Interval, Relative, Span, When, span_of

SECTIONS = {
    "conditions": "condition", "findings": "finding", "investigations": "investigation", "treatments": "treatment",
    "outcomes": "outcome", "events": "event", "conclusions": "conclusion", "interpretations": "interpretation",
    "not-reported": "not-reported", "counts": "count", "methods": "method", "inclusion": "inclusion",
}  # fmt: skip
"""Section of the file to the piece of the IRI its entries stand under."""

_POINT = re.compile(r"(?P<anchor>\S+)(?:\s+(?P<point>start|end))?")


@dataclass(frozen=True)
class Entry:
    """One entry with its id, its section and the entry it lies in, if any."""

    name: str
    section: str
    iri: str
    at: Cursor
    inside: str = ""


class Scope:
    """The entries of one case or cohort."""

    def __init__(self, desk: Desk, case: Cursor, case_id: str) -> None:
        self.desk = desk
        self.id = case_id
        self.entries: dict[str, Entry] = {}
        self._by_path: dict[str, Entry] = {}
        self._spans: dict[str, Span | None] = {}
        self._open: list[str] = []
        self._met_itself = False
        self._times: dict[str, tuple[Cursor, When] | None] = {}
        waiting: list[tuple[str, Cursor, str]] = []
        for section in SECTIONS:
            for at in case.items(section):
                waiting.append((section, at, ""))
                if section == "investigations":
                    waiting += [("findings", inner, at.path) for inner in at.items("findings")]
                    waiting += [("interpretations", inner, at.path) for inner in at.items("interpretations")]
        for section, at, inside in waiting:
            if at.get("id") is not None:
                self._register(at.text("id"), section, at, inside)
        for section, at, inside in waiting:
            if at.get("id") is None:
                self._register(self._make_name(section, at), section, at, inside)

    def _register(self, name: str, section: str, at: Cursor, inside: str) -> None:
        if name in self.entries:
            first = self.entries[name].at.node
            self.desk.fault(at.get("id") or at, name, f"an id used once in {self.id} (first at line {first.line})")
            name = f"{name}-again-{len(self._by_path)}"
        iri = case_iri(self.id, SECTIONS[section], slug(name))
        entry = Entry(name, section, iri, at, inside)
        self.entries[name] = entry
        self._by_path[at.path] = entry

    def _make_name(self, section: str, at: Cursor) -> str:
        sites = at.items("site")
        words = [at.text("kind") or at.text("of") or at.text("drug"), *(site.node.text for site in sites[:2])]
        base = slug(" ".join(word for word in words if word)) or SECTIONS[section]
        name, number = base, 1
        while name in self.entries:
            number += 1
            name = f"{base}-{number}"
        return name

    def entry(self, at: Cursor) -> Entry:
        """The entry that stands at a place of the file."""
        return self._by_path[at.path]

    # references

    def refer(self, at: Cursor, name: str) -> str:
        """The IRI of an entry of this case; empty with a fault."""
        found = self.entries.get(name)
        if found is None:
            self.desk.fault(at, name, f"the id of an entry of {self.id}", did_you_mean(name, sorted(self.entries)))
            return ""
        return found.iri

    def references(self, entry: Cursor, key: str) -> tuple[str, ...]:
        """The entries whose ids stand under a key, each once."""
        found: dict[str, None] = {}
        own = self._by_path.get(entry.path)
        for at in entry.items(key):
            iri = self.refer(at, at.node.text)
            if own is not None and iri == own.iri:
                self.desk.fault(at, at.node.text, "the id of another entry")
            elif iri:
                found[iri] = None
        return tuple(found)

    def refer_point(self, at: Cursor) -> tuple[str, str]:
        """The entry and the point (start, end or neither) that words such as ``rt-1 start`` name."""
        match = _POINT.fullmatch(at.node.text.strip())
        if match is None:
            self.desk.fault(at, at.node.text, "an id with start or end after it, such as 'rt-1 end'")
            return "", ""
        return self.refer(at, match["anchor"]), match["point"] or ""

    # times

    def timing(self, entry: Cursor, key: str, iri: str) -> Timing | None:
        """The time under a key of an entry with its span; faults for anchors that lead nowhere or in a circle."""
        read = self.desk.when(entry, key)
        if read is None:
            return None
        words, when = read
        anchor = ""
        if when.relative is not None and when.relative.anchor:
            anchor = self.refer(words, when.relative.anchor)
            if not anchor:
                return None
        name = {"when": "time"}.get(key, key)
        own = self._by_path.get(entry.path)
        chain = [own.name] if own is not None else []
        return Timing(f"{iri}/{name}", when, self._resolve(when, chain, words), anchor)

    def span(self, name: str) -> Span | None:
        """Where the start and the end of an entry may lie, as far as the file says."""
        if name in self._spans:
            return self._spans[name]
        entry = self.entries.get(name)
        if entry is None:
            return None
        if name in self._open:
            self._met_itself = True
            return None
        self._open.append(name)
        try:
            found = self._span_of_entry(entry)
        finally:
            self._open.pop()
        if not self._met_itself:
            self._spans[name] = found
        if not self._open:
            self._met_itself = False
        return found

    def _span_of_entry(self, entry: Entry) -> Span | None:
        spans = {key: self._read_span(entry, key) for key in ("when", "start", "end")}
        whole = spans["when"]
        if whole is None and entry.inside:
            whole = self.span(self._by_path[entry.inside].name) if entry.inside in self._by_path else None
        start = spans["start"].whole if spans["start"] else (whole.start if whole else None)
        end = spans["end"].whole if spans["end"] else (whole.end if whole else None)
        if start is None and end is None:
            return None
        return _tighten(start or Interval(), end or Interval())

    def _resolve(self, when: When, chain: list[str], words: Cursor) -> Span | None:
        if chain and when.relative is not None and when.relative.anchor:
            circle = self._find_circle(when.relative, chain[0])
            if circle:
                self.desk.fault(words, " → ".join(circle), "anchors that do not lead back to where they began")
                return None
        return span_of(when, self.span)

    def _find_circle(self, relative: Relative, origin: str) -> list[str]:
        """The way from an entry over its anchors back to itself, or nothing.

        A way that goes forwards once and backwards once says the same order twice and is no circle.
        """
        waiting = [(relative.anchor, [origin, relative.anchor], {relative.relation})]
        seen: set[str] = set()
        while waiting:
            name, way, relations = waiting.pop()
            if name == origin:
                if not {"before", "after"} <= relations:
                    return way
                continue
            if name in seen or name not in self.entries:
                continue
            seen.add(name)
            entry = self.entries[name]
            for key in ("when", "start", "end"):
                read = self._read(entry.at, key)
                onward = read[1].relative if read else None
                if onward is not None and onward.anchor:
                    waiting.append((onward.anchor, [*way, onward.anchor], {*relations, onward.relation}))
            if entry.inside and entry.at.get("when") is None and entry.inside in self._by_path:
                outer = self._by_path[entry.inside].name
                waiting.append((outer, [*way, outer], relations))
        return []

    def _read_span(self, entry: Entry, key: str) -> Span | None:
        read = self._read(entry.at, key)
        return self._resolve(read[1], [], read[0]) if read else None

    def _read(self, at: Cursor, key: str) -> tuple[Cursor, When] | None:
        """The time under a key, without noting its faults a second time."""
        place = f"{at.path}.{key}"
        if place not in self._times:
            noted = len(self.desk.faults)
            self._times[place] = self.desk.when(at, key)
            del self.desk.faults[noted:]
        return self._times[place]


def _tighten(start: Interval, end: Interval) -> Span:
    """Start and end of one thing: it cannot end before its first possible day, nor start after its last."""
    earliest = (
        start.earliest if end.earliest is None or (start.earliest and start.earliest > end.earliest) else end.earliest
    )
    latest = end.latest if start.latest is None or (end.latest and end.latest < start.latest) else start.latest
    return Span(Interval(start.earliest, latest), Interval(earliest, end.latest))
