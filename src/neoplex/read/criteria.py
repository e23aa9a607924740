"""Criteria sets, read strictly from their files.

Comes in: files of ``data/criteria`` and the lexicon. Goes out: frozen :class:`CriteriaSet` values with every term resolved,
or every fault of every file with its place. Files of another format (the discriminators) are passed over. Nothing is decided
here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from neoplex.base.errors import Fault, FaultsFound, did_you_mean
from neoplex.base.names import NX
from neoplex.model.lexicon import Lexicon, NotInLexicon
from neoplex.model.locator import Locator, NotALocator, parse_locator
from neoplex.read.yamlfile import Node, read_yaml

FORMAT = "neoplex-criteria/1"
OTHER_FORMATS = ("neoplex-discriminators/1",)
CRITERIA = NX + "criteria/"
SECTIONS = ("finding", "condition", "treatment")
ROLES = ("required", "option", "exclusion")
DETAILS = ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "url")
"""What a source may be described by, beside ``id`` and ``read``."""

_TOP = ("format", "id", "label", "for", "source", "at", "cites", "note", "sides", "items", "rule", "closed-world")
_NEEDED = ("id", "label", "for", "source", "at", "sides", "items", "rule", "closed-world")
_ITEM = ("id", "label", "says", "role", "stated")
_PATTERNS = (*SECTIONS, "any-of", "all-of")
_LEAF = ("kind", "qualifiers", "site", "roots", "same-side", "method", "drug", "weight", "reading")
_SLUG = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")


@dataclass(frozen=True)
class Leaf:
    """One thing to look for in a case; classes are IRIs, ``roots`` are names of spinal levels such as ``L3``.

    ``section`` is finding, condition or treatment; ``decides`` is false for a leaf that only suggests; ``ours`` says that we
    let it stand for the words of the source.
    """

    iri: str
    section: str
    kinds: tuple[str, ...]
    sites: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    same_side: bool = False
    methods: tuple[str, ...] = ()
    qualifiers: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    decides: bool = True
    ours: bool = False

    @property
    def content(self) -> tuple[object, ...]:
        """What it looks for, without its place in the set: equal for two leaves that ask the same.

        A finding and a condition of one kind are one thing here, since what denies the one denies the other.
        """
        return (
            self.section == "treatment",
            self.kinds,
            self.sites,
            self.roots,
            self.same_side,
            self.methods,
            self.qualifiers,
            self.drugs,
        )


@dataclass(frozen=True)
class Group:
    """Several patterns of which any one (``any-of``) or every one (``all-of``) is asked."""

    iri: str
    how: str
    parts: tuple[Pattern, ...]


Pattern = Leaf | Group


def leaves_of(pattern: Pattern) -> Iterator[Leaf]:
    """The leaves of a pattern in the order of the file."""
    if isinstance(pattern, Leaf):
        yield pattern
    else:
        for part in pattern.parts:
            yield from leaves_of(part)


@dataclass(frozen=True)
class Item:
    """One building stone of a set."""

    iri: str
    id: str
    label: str
    says: str
    role: str
    stated: bool
    pattern: Pattern


@dataclass(frozen=True)
class Source:
    """The publication a set comes from; ``details`` are (key, words), ``read`` what of it was read."""

    id: str
    read: str
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class CriteriaSet:
    """A published set of criteria; ``least`` of the options must be met, and no exclusion."""

    iri: str
    id: str
    label: str
    syndrome: str
    source: Source
    at: tuple[Locator, ...]
    cites: str
    note: str
    by_side: bool
    items: tuple[Item, ...]
    least: int
    closed_world: str
    file: str = ""

    def of(self, role: str) -> tuple[Item, ...]:
        """The items that play a role."""
        return tuple(item for item in self.items if item.role == role)


def criteria_files(root: Path, home: Path) -> list[Path]:
    """The files of ``data/criteria`` below the root, then those a user keeps in the folder ``criteria`` of the home."""
    return [
        path for folder in (root / "data" / "criteria", home / "criteria") for path in sorted(folder.glob("*.yaml"))
    ]


def read_criteria(files: Iterable[Path], lexicon: Lexicon) -> tuple[CriteriaSet, ...]:
    """The criteria sets of these files in their order; raises FaultsFound with the faults of all files together."""
    faults: list[Fault] = []
    found: dict[str, CriteriaSet] = {}
    for path in files:
        top, wrong = read_yaml(path)
        faults += wrong
        if top is None or _text(top, "format") in OTHER_FORMATS:
            continue
        made = _Reader(top, path, lexicon, faults).read()
        if made.id in found:
            faults.append(
                _fault(top.get("id") or top, "id", made.id, f"an id that {found[made.id].file} has not taken")
            )
        found[made.id] = made
    if faults:
        raise FaultsFound(faults)
    return tuple(found.values())


def _fault(node: Node, field: str, words: str, expected: str, hint: str = "", *, key: bool = False) -> Fault:
    line, column = node.at_key() if key else (node.line, node.column)
    return Fault(node.file, line, column, field, words, expected, hint)


def _text(node: Node, key: str) -> str:
    found = node.get(key)
    return " ".join(found.text.split()) if found is not None else ""


class _Reader:
    def __init__(self, top: Node, path: Path, lexicon: Lexicon, faults: list[Fault]) -> None:
        self.top = top
        self.path = path
        self.lexicon = lexicon
        self.faults = faults

    def read(self) -> CriteriaSet:
        top = self.top
        self._keys(top, "", _TOP)
        self._need(top, "", _NEEDED)
        if _text(top, "format") != FORMAT:
            self._fault(top.get("format") or top, "format", _text(top, "format") or "nothing", FORMAT)
        name = self._slug(top, "", "id")
        if name and name != self.path.stem:
            self._fault(top.get("id") or top, "id", name, f"{self.path.stem}, the name of the file")
        by_side = self._word(top, "", "sides", ("each", "whole")) != "whole"
        iri = CRITERIA + (name or self.path.stem)
        items = self._items(iri, by_side)
        least = self._rule(items)
        return CriteriaSet(
            iri,
            name or self.path.stem,
            _text(top, "label"),
            self._term(top.get("for"), "for"),
            self._source(),
            self._locators(),
            _text(top, "cites"),
            _text(top, "note"),
            by_side,
            items,
            least,
            _text(top, "closed-world"),
            self.path.name,
        )

    # pieces

    def _items(self, iri: str, by_side: bool) -> tuple[Item, ...]:
        found: dict[str, Item] = {}
        for index, node in enumerate(self._list(self.top, "", "items")):
            at = f"items[{index}]"
            self._keys(node, at, (*_ITEM, *_PATTERNS))
            self._need(node, at, ("id", "label", "role"))
            name = self._slug(node, at, "id") or f"item-{index + 1}"
            if name in found:
                self._fault(node.get("id") or node, f"{at}.id", name, "an id used once in the set")
            pattern = self._pattern(node, at, f"{iri}/{name}", by_side)
            if pattern is None:
                continue
            if not any(leaf.decides for leaf in leaves_of(pattern)):
                self._fault(
                    node, at, "only patterns that suggest", "one that decides; else the item can never be settled"
                )
            found[name] = Item(
                f"{iri}/{name}",
                name,
                _text(node, "label"),
                _text(node, "says"),
                self._word(node, at, "role", ROLES),
                self._word(node, at, "stated", ("yes", "no")) != "no",
                pattern,
            )
        return tuple(found.values())

    def _pattern(self, node: Node, at: str, iri: str, by_side: bool, number: str = "") -> Pattern | None:
        keys = [key for key in _PATTERNS if node.get(key) is not None]
        if len(keys) != 1:
            said = " and ".join(keys) or "no pattern"
            self._fault(node, at, said, f"exactly one of {', '.join(_PATTERNS)}")
            return None
        key = keys[0]
        value = node.mapping[key]
        place = f"{at}.{key}"
        own = f"{iri}/pattern{number}"
        if key in SECTIONS:
            return self._leaf(value, place, own, key, by_side)
        members = value.content if isinstance(value.content, list) else None
        if not members:
            self._fault(value, place, "no list" if members is None else "an empty list", "a list of patterns")
            return None
        parts: list[Pattern] = []
        for index, member in enumerate(members):
            self._keys(member, f"{place}[{index}]", _PATTERNS)
            part = self._pattern(member, f"{place}[{index}]", iri, by_side, f"{number}-{index + 1}")
            if part is not None:
                parts.append(part)
        return Group(own, key, tuple(parts)) if parts else None

    def _leaf(self, node: Node, at: str, iri: str, section: str, by_side: bool) -> Leaf | None:
        if not node.mapping:
            self._fault(node, at, node.text or "nothing", "a mapping with kind")
            return None
        self._keys(node, at, _LEAF)
        self._need(node, at, ("kind",))
        same_side = node.get("same-side")
        if same_side is not None and not isinstance(same_side.content, bool):
            self._fault(same_side, f"{at}.same-side", same_side.text, "true or false")
        wants_side = same_side is not None and same_side.content is True
        if same_side is not None and wants_side and not by_side:
            self._fault(same_side, f"{at}.same-side", "true", "no side, since sides says whole")
        roots = []
        levels = node.get("roots")
        for index, level in enumerate(levels.items if levels is not None else []):
            types = self.lexicon.types.get(NX + level.text, ())
            if not any(self.lexicon.below(type_, (NX + "SpinalLevel",)) for type_ in types):
                self._fault(level, f"{at}.roots[{index}]", level.text, "a spinal level such as L3")
            roots.append(level.text)
        return Leaf(
            iri,
            section,
            self._terms(node, at, "kind"),
            self._terms(node, at, "site", structure=True),
            tuple(roots),
            wants_side,
            self._terms(node, at, "method"),
            self._terms(node, at, "qualifiers"),
            self._terms(node, at, "drug"),
            self._word(node, at, "weight", ("decides", "suggests")) != "suggests",
            self._word(node, at, "reading", ("source", "ours")) == "ours",
        )

    def _rule(self, items: tuple[Item, ...]) -> int:
        rule = self.top.get("rule")
        if rule is None:
            return 0
        self._keys(rule, "rule", ("all", "at-least", "none"))
        roles = {item.id: item.role for item in items}
        placed: dict[str, str] = {}
        least, options = rule.get("at-least"), None
        if least is not None:
            self._keys(least, "rule.at-least", ("n", "of"))
            self._need(least, "rule.at-least", ("n", "of"))
            options = least.get("of")
        for field, node, role in (
            ("rule.all", rule.get("all"), "required"),
            ("rule.at-least.of", options, "option"),
            ("rule.none", rule.get("none"), "exclusion"),
        ):
            for index, name in enumerate(node.items if node is not None else []):
                place = f"{field}[{index}]"
                if name.text not in roles:
                    self._fault(name, place, name.text, "the id of an item", did_you_mean(name.text, sorted(roles)))
                elif name.text in placed:
                    self._fault(name, place, name.text, f"each item once (it stands in {placed[name.text]})")
                elif roles[name.text] != role:
                    self._fault(
                        name, place, f"{name.text}, whose role is {roles[name.text]}", f"an item whose role is {role}"
                    )
                placed.setdefault(name.text, field)
        for missing in [name for name in roles if name not in placed]:
            self._fault(rule, "rule", f"no place for {missing}", "every item in the place its role says")
        if least is None:
            return 0
        count = sum(role == "option" for role in roles.values())
        number = least.get("n")
        if number is not None and not (isinstance(number.content, int) and 1 <= number.content <= max(count, 1)):
            self._fault(number, "rule.at-least.n", number.text, f"a whole number from 1 to {count}")
            return 1
        return int(number.content) if number is not None and isinstance(number.content, int) else 1

    def _source(self) -> Source:
        node = self.top.get("source")
        if node is None:
            return Source("", "")
        self._keys(node, "source", ("id", "read", *DETAILS))
        self._need(node, "source", ("id", "read"))
        details = []
        for key in DETAILS:
            found = node.get(key)
            if found is not None:
                details.append((key, "; ".join(" ".join(part.text.split()) for part in found.items)))
        return Source(self._slug(node, "source", "id"), _text(node, "read"), tuple(details))

    def _locators(self) -> tuple[Locator, ...]:
        node = self.top.get("at")
        members = node.items if node is not None else []
        found = []
        for index, at in enumerate(members):
            try:
                found.append(parse_locator(at.text))
            except NotALocator as problem:
                place = "at" if len(members) == 1 else f"at[{index}]"
                self._fault(at, place, problem.part.strip() or "nothing", problem.expected)
        return tuple(found)

    # values

    def _terms(self, node: Node, at: str, key: str, *, structure: bool = False) -> tuple[str, ...]:
        value = node.get(key)
        members = value.items if value is not None else []
        places = [f"{at}.{key}" if len(members) == 1 else f"{at}.{key}[{index}]" for index in range(len(members))]
        found = [self._term(member, place, structure=structure) for member, place in zip(members, places, strict=True)]
        return tuple(dict.fromkeys(iri for iri in found if iri))

    def _term(self, node: Node | None, at: str, *, structure: bool = False) -> str:
        if node is None:
            return ""
        roots = self.lexicon.structure_roots if structure else ()
        what = "a structure of the ontology, without a side" if structure else "a term of the ontology"
        try:
            return self.lexicon.find_class(node.text, roots, what=what)
        except NotInLexicon as problem:
            self._fault(node, at, problem.found, problem.expected, problem.hint)
            return ""

    def _list(self, node: Node, at: str, key: str) -> list[Node]:
        value = node.get(key)
        if value is None:
            return []
        if not isinstance(value.content, list) or not value.content:
            self._fault(value, f"{at}.{key}" if at else key, value.text or "something else", "a list")
            return []
        return value.content

    def _word(self, node: Node, at: str, key: str, known: tuple[str, ...]) -> str:
        value = node.get(key)
        if value is None:
            return ""
        if value.text not in known:
            place = f"{at}.{key}" if at else key
            self._fault(
                value,
                place,
                value.text or "something else",
                f"one of {', '.join(known)}",
                did_you_mean(value.text, known),
            )
            return ""
        return value.text

    def _slug(self, node: Node, at: str, key: str) -> str:
        value = node.get(key)
        if value is None:
            return ""
        if not _SLUG.fullmatch(value.text):
            self._fault(
                value, f"{at}.{key}" if at else key, value.text, "lower-case letters and digits joined by hyphens"
            )
        return value.text

    def _keys(self, node: Node, at: str, known: tuple[str, ...]) -> None:
        if not isinstance(node.content, dict):
            self._fault(node, at, node.text or "something else", "a mapping")
        for key, value in node.mapping.items():
            if key not in known:
                place = f"{at}.{key}" if at else key
                self.faults.append(
                    _fault(
                        value, place, f"the key {key}", f"one of {', '.join(known)}", did_you_mean(key, known), key=True
                    )
                )

    def _need(self, node: Node, at: str, keys: tuple[str, ...]) -> None:
        for key in keys:
            if node.get(key) is None:
                self._fault(node, at or key, f"no {key}", f"{key}")

    def _fault(self, node: Node, field: str, words: str, expected: str, hint: str = "") -> None:
        self.faults.append(_fault(node, field, words, expected, hint))
