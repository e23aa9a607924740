"""Single values of a file as checked values: terms, sites, quantities, times, places.

Comes in: a :class:`Cursor` on a node. Goes out: the value, or None with a fault noted on the :class:`Desk`. Nothing here
knows sections.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from neoplex.base.errors import Fault, did_you_mean
from neoplex.base.names import NX, slug, source_iri
from neoplex.model.lexicon import Lexicon, NotInLexicon, Scale, Site
from neoplex.model.locator import Locator, NotALocator, parse_locator
from neoplex.model.publication import Derivation, Measure, TypedNode
from neoplex.model.quantity import NotAQuantity, iterate_bounds, parse_quantity
from neoplex.model.when import DURATION_DAYS, NotATime, When, parse_when
from neoplex.read.yamlfile import Node


@dataclass(frozen=True)
class Cursor:
    """A node with its path in the file, such as ``cases[0].findings[2]``."""

    node: Node
    path: str

    def get(self, key: str) -> Cursor | None:
        """The value under a key, or None when it is not written."""
        found = self.node.get(key)
        return None if found is None else Cursor(found, f"{self.path}.{key}" if self.path else key)

    def items(self, key: str) -> list[Cursor]:
        """The members of the list under a key; a single value counts as a list of one."""
        found = self.get(key)
        if found is None:
            return []
        if isinstance(found.node.content, list):
            return [
                Cursor(item, f"{found.path}[{index}]")
                for index, item in enumerate(found.node.content)
                if item.content is not None
            ]
        return [found]

    def text(self, key: str) -> str:
        """The words under a key, or nothing."""
        found = self.node.get(key)
        return " ".join(found.text.split()) if found is not None else ""


@dataclass
class Desk:
    """What every check needs: the lexicon, the publication, and the list on which faults are noted."""

    lexicon: Lexicon
    source: str
    year: int | None = None
    cited: frozenset[str] = frozenset()
    faults: list[Fault] = field(default_factory=list)

    def fault(
        self, at: Cursor, found: str, expected: str, hint: str = "", *, severity: str = "error", key: bool = False
    ) -> None:
        """Note a fault at a node; ``key`` places it at the node's key."""
        line, column = at.node.at_key() if key else (at.node.line, at.node.column)
        self.faults.append(Fault(at.node.file, line, column, at.path, found, expected, hint, severity))

    # terms and structures

    def term(self, at: Cursor, *roots: str, what: str = "") -> str:
        """The class a value names, below one of the roots; empty with a fault."""
        try:
            expected = what or (
                f"a term below {' or '.join(self.lexicon.label(NX + root) for root in roots)}"
                if roots
                else "a term of the ontology"
            )
            return self.lexicon.find_class(at.node.text, [NX + root for root in roots], what=expected)
        except NotInLexicon as problem:
            self.fault(at, problem.found, problem.expected, problem.hint)
            return ""

    def term_near(self, at: Cursor, *preferred: str) -> str:
        """The class a value names, best below one of the roots, else anywhere; empty with a fault."""
        try:
            return self.lexicon.find_class(at.node.text, [NX + root for root in preferred])
        except NotInLexicon:
            return self.term(at)

    def anything(self, at: Cursor) -> str:
        """The class, individual or structure a value names; empty with a fault."""
        try:
            return self.lexicon.find_anything(at.node.text)
        except NotInLexicon as problem:
            self.fault(at, problem.found, problem.expected, problem.hint)
            return ""

    def relation(self, at: Cursor) -> str:
        """The property a value names; empty with a fault."""
        try:
            return self.lexicon.find_property(at.node.text)
        except NotInLexicon as problem:
            self.fault(at, problem.found, problem.expected, problem.hint)
            return ""

    def sites(self, entry: Cursor, key: str) -> tuple[Site, ...]:
        """The structures under a key, each once."""
        found: dict[Site, None] = {}
        for at in entry.items(key):
            try:
                found.update(dict.fromkeys(self.lexicon.find_sites(at.node.text)))
            except NotInLexicon as problem:
                self.fault(at, problem.found, problem.expected, problem.hint)
        return tuple(found)

    def nodes(
        self, entry: Cursor, key: str, iri: str, property_: str, *roots: str, strict: bool = False
    ) -> tuple[TypedNode, ...]:
        """Nodes of their own for the terms under a key; a shared individual stands for itself."""
        made: dict[str, TypedNode] = {}
        for at in entry.items(key):
            if not strict and (individual := self._individual(at)):
                made[individual] = TypedNode(individual, NX + property_, "")
                continue
            term = self.term(at, *roots) if strict else self.term_near(at, *roots)
            if term and term not in made:
                name = slug(self.lexicon.label(term))
                made[term] = TypedNode(f"{iri}/{slug(key)}/{name}", NX + property_, term)
        return tuple(made.values())

    def _individual(self, at: Cursor) -> str:
        """The one shared individual a value names when no class is called so."""
        found = self.lexicon.find(at.node.text)
        if len(found) == 1 and found[0] in self.lexicon.types and found[0].startswith(NX):
            return found[0]
        return ""

    # quantities

    def measure(self, entry: Cursor, key: str = "value") -> Measure | None:
        """The quantity under a key with its unit or scale, within the scale's range."""
        at = entry.get(key)
        if at is None:
            return None
        try:
            quantity = parse_quantity(at.node.text)
        except NotAQuantity as problem:
            self.fault(at, at.node.text or "something else", str(problem))
            return None
        if not quantity.unit:
            self.fault(
                at,
                at.node.text,
                "a unit or scale after the number",
                "write {count} for plain numbers, as in '3 {count}'",
            )
            return None
        try:
            kind = self.lexicon.find_measure(quantity.unit)
        except NotInLexicon as problem:
            self.fault(at, problem.found, problem.expected, problem.hint)
            return None
        if isinstance(kind, Scale):
            self._check_scale(at, kind, tuple(iterate_bounds(quantity)))
            return Measure(quantity, scale=kind.iri)
        if quantity.low < 0 and (
            kind.code in DURATION_DAYS or kind.code.startswith(("{", "Gy", "mg", "g")) or kind.code == "%"
        ):
            self.fault(at, at.node.text, f"a number of {kind.label} that is not negative")
            return None
        return Measure(quantity, unit=kind.iri)

    def _check_scale(self, at: Cursor, scale: Scale, numbers: tuple[Decimal, ...]) -> None:
        for number in numbers:
            too_low = scale.minimum is not None and number < scale.minimum
            too_high = scale.maximum is not None and number > scale.maximum
            if too_low or too_high:
                self.fault(at, at.node.text, f"{scale.label} {scale.reach}")
                return

    def number(self, entry: Cursor, key: str) -> Decimal | None:
        """The whole number under a key, one or more."""
        at = entry.get(key)
        if at is None:
            return None
        if not re.fullmatch(r"\d{1,6}", at.node.text.strip()) or int(at.node.text) < 1:
            self.fault(at, at.node.text, "a whole number from 1")
            return None
        return Decimal(at.node.text.strip())

    # times and places

    def when(self, entry: Cursor, key: str) -> tuple[Cursor, When] | None:
        """The time under a key with the place of its words."""
        at = entry.get(key)
        if at is None:
            return None
        words = at
        wording = ""
        if at.node.mapping:
            words = at.get("at") or at
            wording = at.text("wording")
        try:
            when = parse_when(words.node.text, wording)
        except NotATime as problem:
            self.fault(words, words.node.text or "something else", str(problem))
            return None
        moments = [when.moment, *(when.span or ())]
        for moment in moments:
            earliest = moment.interval.earliest if moment else None
            if earliest is not None and self.year is not None and earliest.year > self.year:
                self.fault(
                    words, moment.text if moment else "", f"a time not after {self.year}, the year of publication"
                )
                return None
        return words, when

    def passages(self, entry: Cursor) -> tuple[Locator, ...]:
        """The places under ``at``, each once."""
        found: dict[Locator, None] = {}
        for at in entry.items("at"):
            try:
                found[parse_locator(at.node.text)] = None
            except NotALocator as problem:
                self.fault(at, problem.part.strip() or "nothing", problem.expected)
        return tuple(found)

    def cites(self, entry: Cursor) -> tuple[str, ...]:
        """The cited publications under ``cites``, each one known."""
        found: dict[str, None] = {}
        for at in entry.items("cites"):
            if self.known_source(at, at.node.text):
                found[source_iri(at.node.text)] = None
        return tuple(found)

    def known_source(self, at: Cursor, name: str) -> bool:
        """Whether a publication id is this one or one it cites; a fault otherwise."""
        if name in self.cited or name == self.source:
            return True
        self.fault(at, name, "the id of an entry of source.cites", did_you_mean(name, sorted(self.cited)))
        return False

    def derivations(self, entry: Cursor, known: Iterable[str]) -> tuple[Derivation, ...]:
        """The keys that were worked out, with the words they come from."""
        at = entry.get("derived")
        if at is None:
            return ()
        made = []
        allowed = sorted(known)
        for key, value in at.node.mapping.items():
            place = Cursor(value, f"{at.path}.{key}")
            if key not in allowed:
                self.fault(place, key, f"one of {', '.join(allowed)}", did_you_mean(key, allowed), key=True)
            else:
                made.append(Derivation(key, " ".join(value.text.split())))
        return tuple(made)
