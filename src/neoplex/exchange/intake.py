"""What every reader of a foreign case file shares: places, terms, and the case that grows from its elements.

Comes in: a JSON tree. Goes out: entries of a publication file, faults for what cannot be understood, and a list of what the
file says that a case has no place for. A fact whose place in a publication the file does not give stands where it stands in
the file: ``section phenotypicFeatures[3]``. Nothing is made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from neoplex.base.errors import Fault, did_you_mean
from neoplex.base.names import NX, compact, slug
from neoplex.cases.notation import name_class, name_measure, name_site, name_term
from neoplex.exchange.caseloss import SECTIONS, Entry, as_list, without_inherited
from neoplex.exchange.crosswalk import Crosswalk
from neoplex.model.lexicon import NotInLexicon
from neoplex.model.locator import NotALocator, parse_locator
from neoplex.model.quantity import write_decimal
from neoplex.read.yamlfile import Node

_SIDES = {NX + "left": "left", NX + "right": "right", NX + "bilateral": "bilateral", NX + "midline": "midline"}


@dataclass(frozen=True, order=True)
class LeftOut:
    """Something a file says that was not taken over, with its place and the reason."""

    file: str
    line: int
    path: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.path}: not taken over: {self.what}"


@dataclass(frozen=True)
class Place:
    """A value of a JSON tree with its path, such as ``phenotypicFeatures[3].type``."""

    node: Node
    path: str

    def get(self, *names: str) -> Place | None:
        """The value under the first of these keys that is there; null counts as not there."""
        for name in names:
            found = self.node.mapping.get(name)
            if found is not None and found.content is not None:
                return Place(found, f"{self.path}.{name}" if self.path else name)
        return None

    def members(self, *names: str) -> list[Place]:
        """The members of a list under a key."""
        found = self.get(*names)
        if found is None or not isinstance(found.node.content, list):
            return []
        return [Place(node, f"{found.path}[{index}]") for index, node in enumerate(found.node.content)]

    def text(self, *names: str) -> str:
        """The words under a key, or nothing."""
        found = self.get(*names)
        return " ".join(found.node.text.split()) if found is not None else ""


@dataclass(frozen=True)
class ReadCase:
    """A case with what the file says of the publication it is from."""

    case: Entry
    source: Entry


@dataclass
class Intake:
    """One import: where terms are looked up, and everything noted on the way.

    ``at`` is the place given for facts without one; ``lenient`` leaves out what has unknown terms instead of refusing it.
    """

    crosswalk: Crosswalk
    file: str
    at: str = ""
    lenient: bool = False
    faults: list[Fault] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def fault(self, place: Place, found: str, expected: str, hint: str = "") -> None:
        """Note something that cannot be taken over and must not be passed over."""
        node = place.node
        self.faults.append(Fault(self.file, node.line, node.column, place.path, found, expected, hint))

    def skip(self, place: Place, what: str) -> None:
        """Note something that a case has no place for."""
        self.left_out.append(LeftOut(self.file, place.node.line, place.path, what))

    def unknown(self, place: Place, found: str, expected: str, hint: str = "") -> None:
        """Note an unknown term: a fault, or left out when that was asked for."""
        if self.lenient:
            self.skip(place, f"{found} ({expected} is needed)")
        else:
            self.fault(place, found, expected, hint)

    def check_kinds(self, place: Place, shape: dict[str, Any]) -> bool:
        """Whether the values under known keys have the kind they must have; a fault for each that has not."""
        right = True
        for key, kind in shape.items():
            found = place.get(key)
            if found is None:
                continue
            if not isinstance(found.node.content, kind) or (isinstance(found.node.content, bool) and kind is not bool):
                self.fault(found, _describe(found.node), f"{_KINDS[kind]} under {key}")
                right = False
        return right

    # terms

    def term(self, place: Place | None, *roots: str, what: str = "a term") -> str:
        """Our class or shared individual for ``{id, label}``; empty with a fault or a note."""
        if place is None:
            return ""
        if not isinstance(place.node.content, dict):
            self.fault(place, _describe(place.node), "an object with id and label")
            return ""
        identifier, label = place.text("id"), place.text("label")
        return self.identifier(place, identifier, label, *roots, what=what)

    def identifier(self, place: Place, identifier: str, label: str, *roots: str, what: str = "a term") -> str:
        """Our term for an identifier of any vocabulary."""
        found = self.crosswalk.read(identifier) if identifier else ()
        lexicon = self.crosswalk.lexicon
        if len(found) > 1:
            fitting = tuple(iri for iri in found if lexicon.below(iri, [NX + root for root in roots])) or found
            found = fitting
        if len(found) == 1:
            iri = found[0]
            if roots and iri in lexicon.classes and not lexicon.below(iri, [NX + root for root in roots]):
                named = " or ".join(lexicon.label(NX + root) for root in roots)
                self.unknown(place, f"{identifier} ({lexicon.label(iri)})", f"{what} below {named}")
                return ""
            return iri
        if found:
            names = " or ".join(compact(iri) for iri in found)
            self.unknown(
                place, f"{identifier} {label}".strip(), "one term of neoplex", f"it may be {names}; use --terms"
            )
            return ""
        self.unknown(
            place, f"{identifier} {label}".strip() or "nothing", f"{what} that neoplex knows", self._near(label)
        )
        return ""

    def _near(self, label: str) -> str:
        lexicon = self.crosswalk.lexicon
        named = [compact(iri) for iri in lexicon.find(label) if iri in lexicon.classes] if label else []
        if named:
            return f"{' or '.join(named)} has that name; name it in --terms if it is meant"
        return did_you_mean(label.lower(), sorted(lexicon.label(iri) for iri in lexicon.classes)) if label else ""

    def words(self, iri: str, *roots: str) -> str:
        """The words of the file for a class or shared individual."""
        lexicon = self.crosswalk.lexicon
        if iri in lexicon.classes:
            return name_class(lexicon, iri, *(NX + root for root in roots))
        return name_term(lexicon, iri, "")

    def site(self, structure: str, side: str) -> str:
        """The words for a structure and ``left``, ``right``, ``bilateral``, ``midline`` or no side."""
        lexicon = self.crosswalk.lexicon
        if side == "bilateral":
            label = lexicon.label(structure)
            return (
                f"bilateral {label}"
                if len(self._sites(f"bilateral {label}")) == 2
                else f"bilateral {compact(structure)}"
            )
        return name_site(lexicon, "", structure, side or "sideNotReported")

    def _sites(self, words: str) -> tuple[Any, ...]:
        try:
            return self.crosswalk.lexicon.find_sites(words)
        except NotInLexicon:
            return ()

    def side_of(self, iri: str) -> str:
        """The side a shared individual stands for, or nothing."""
        return _SIDES.get(iri, "")

    def below(self, iri: str, *roots: str) -> bool:
        """Whether a class stands below one of the roots."""
        return self.crosswalk.lexicon.below(iri, [NX + root for root in roots])

    def measure(self, place: Place, identifier: str, label: str) -> str:
        """The unit or scale for an identifier such as ``UCUM:mg/d``; empty with a fault."""
        lexicon = self.crosswalk.lexicon
        tail = identifier.partition(":")[2] if identifier.startswith("UCUM:") else ""
        for iri in self.crosswalk.read(identifier) if identifier else ():
            name = name_measure(lexicon, iri)
            if not name.startswith("nx:"):
                return name
        for words in (tail, label, identifier):
            try:
                if words:
                    return name_measure(lexicon, lexicon.find_measure(words).iri)
            except NotInLexicon:
                continue
        near = sorted({unit.code for unit in lexicon.units.values()})
        self.unknown(
            place,
            f"{identifier} {label}".strip() or "no unit",
            "a unit (UCUM) or scale",
            did_you_mean(tail or label, near),
        )
        return ""

    def number(self, place: Place | None) -> str:
        """A number as decimal digits; empty with a fault."""
        if place is None:
            return ""
        if isinstance(place.node.content, bool) or not isinstance(place.node.content, int | float):
            self.fault(place, _describe(place.node), "a number")
            return ""
        return write_decimal(Decimal(place.node.text))

    def locate(self, place: Place, *candidates: str) -> str:
        """The first of some words that is a locator, else the place given for all, else the place in the file."""
        for words in (*candidates, self.at):
            try:
                if words:
                    parse_locator(words)
                    return words
            except NotALocator:
                continue
        return f"section {place.path}"


_KINDS: dict[Any, str] = {
    str: "a string",
    dict: "an object",
    list: "a list",
    bool: "true or false",
    (int, float): "a number",
}


def _describe(node: Node) -> str:
    if isinstance(node.content, dict):
        return "an object"
    if isinstance(node.content, list):
        return "a list"
    if node.content is None:
        return "null"
    return node.text if len(node.text) <= 60 else node.text[:59] + "…"


class Growing:
    """A case that grows fact by fact; the same id twice means the same fact, and lists of it are joined."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], Entry] = {}
        self._inside: dict[tuple[str, str], str] = {}

    def free_id(self, section: str, words: str) -> str:
        """An id made from words that no fact has yet."""
        base = slug(words) or section
        name, number = base, 1
        while any(taken == name for _, taken in self._entries):
            number += 1
            name = f"{base}-{number}"
        return name

    def add(self, section: str, name: str, entry: Entry, inside: str = "") -> None:
        """Add what an element says of a fact."""
        found = self._entries.setdefault((section, name), {"id": name})
        if inside:
            self._inside[(section, name)] = inside
        for key, value in entry.items():
            if value in ("", None, [], {}):
                continue
            if key in found and isinstance(value, list):
                found[key] = [*as_list(found[key]), *(item for item in value if item not in as_list(found[key]))]
            else:
                found.setdefault(key, value)

    def find(self, section: str, name: str) -> Entry | None:
        """The fact of this id."""
        return self._entries.get((section, name))

    def of_kind(self, words: str) -> list[str]:
        """The ids of facts with these words as kind."""
        return [name for (_, name), entry in self._entries.items() if entry.get("kind") == words]

    def sections(self) -> Iterator[tuple[str, list[Entry]]]:
        """The sections of a case in their order, findings inside their investigations."""
        nested: dict[str, dict[str, list[Entry]]] = {}
        plain: dict[str, list[Entry]] = {}
        for (section, name), entry in self._entries.items():
            inside = self._inside.get((section, name), "")
            if inside and ("investigations", inside) in self._entries and section in ("findings", "interpretations"):
                nested.setdefault(inside, {}).setdefault(section, []).append(
                    without_inherited(entry, self._entries[("investigations", inside)])
                )
            else:
                plain.setdefault("conclusions" if section == "interpretations" else section, []).append(entry)
        for investigation in plain.get("investigations", []):
            investigation.update(nested.get(str(investigation["id"]), {}))
        for section in SECTIONS:
            if section in plain:
                yield section, [tidy(entry) for entry in plain[section]]


_ORDER = (
    "id", "kind", "role", "drug", "verdict", "site", "status", "value", "when", "start", "end", "method", "region", "target",
    "of", "for", "qualifiers", "certainty", "basis", "doses", "findings", "interpretations",
)  # fmt: skip


def tidy(entry: Entry) -> Entry:
    """An entry with its keys in the order of a hand-written file, and lists of one word as that word.

    >>> tidy({"at": ["page 1"], "id": "a", "kind": "pain"})
    {'id': 'a', 'kind': 'pain', 'at': 'page 1'}
    """
    known = [key for key in _ORDER if key in entry and key not in ("findings", "interpretations", "doses")]
    rest = [key for key in entry if key not in _ORDER and key not in ("says", "at")]
    tail = [key for key in ("says", "at", "doses", "findings", "interpretations") if key in entry]
    made: Entry = {}
    for key in (*known, *rest, *tail):
        value = entry[key]
        if isinstance(value, list) and value and isinstance(value[0], dict):
            made[key] = [tidy(member) for member in value]
        else:
            made[key] = value[0] if isinstance(value, list) and len(value) == 1 else value
    return made


def read_iso_duration(text: str) -> str:
    """An ISO 8601 length of time in years, months, weeks or days as a quantity of the file; empty when it is none.

    >>> read_iso_duration("P64Y"), read_iso_duration("P5Y6M"), read_iso_duration("P3W"), read_iso_duration("PT5H")
    ('64 a', '66 mo', '3 wk', '')
    """
    match = re.fullmatch(r"P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T.*)?", text)
    if match is None or not any(match.groups()):
        return ""
    years, months, weeks, days = (int(group or 0) for group in match.groups())
    if weeks and not (years or months):
        return f"{weeks} wk"
    if days and not (years or months):
        return f"{days} d"
    return f"{years * 12 + months} mo" if months else f"{years} a"


def camel_keys(top: Place) -> Place:
    """The tree with every key in camel case, since protobuf JSON also allows underscores."""
    return Place(_change(top.node), top.path)


def _change(node: Node) -> Node:
    if isinstance(node.content, dict):
        return replace(node, content={_rename(key): _change(value) for key, value in node.content.items()})
    if isinstance(node.content, list):
        return replace(node, content=[_change(value) for value in node.content])
    return node


def _rename(key: str) -> str:
    head, *rest = key.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest) if head else key
