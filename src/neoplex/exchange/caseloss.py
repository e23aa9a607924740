"""What a case format does not carry, fact by fact and key by key.

Comes in: an entry of a case. Goes out: values one by one, each marked as taken; what nobody takes is a loss, so that no key
is dropped in silence. A loss may say what a reader will find ``instead`` (a less exact time, for instance).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Entry = dict[str, Any]

WHOLE = ""
"""The key of a loss that takes the whole fact with it."""


@dataclass(frozen=True)
class CaseLoss:
    """One key of one fact that is not carried; ``key`` is empty for the whole fact, ``fact`` is ``section/id``."""

    fact: str
    key: str
    reason: str
    instead: Any = None

    @property
    def words(self) -> str:
        """The loss without its place: what is lost of which section, and why."""
        section = self.fact.partition("/")[0]
        return f"{section}: {self.key or 'the whole entry'}: {self.reason}"


class Taker:
    """An entry whose keys are taken one by one."""

    def __init__(self, fact: str, entry: Mapping[str, Any], losses: list[CaseLoss]) -> None:
        self.fact = fact
        self._entry = entry
        self._left = dict(entry)
        self._losses = losses

    def take(self, key: str, default: Any = None) -> Any:
        """The value under a key, marked as carried."""
        self._left.pop(key, None)
        return self._entry.get(key, default)

    def see(self, key: str, default: Any = None) -> Any:
        """The value under a key, not marked."""
        return self._entry.get(key, default)

    def items(self, key: str) -> list[Any]:
        """The members under a key as a list, marked as carried."""
        return as_list(self.take(key))

    def lose(self, key: str, reason: str, instead: Any = None) -> None:
        """Note that a key is not carried as it stands."""
        self._left.pop(key, None)
        self._losses.append(CaseLoss(self.fact, key, reason, instead))

    def lose_all(self, reason: str) -> None:
        """Note that the whole fact is not carried."""
        self._left.clear()
        self._losses.append(CaseLoss(self.fact, WHOLE, reason))

    def close(self, reasons: Mapping[str, str], otherwise: str) -> None:
        """Note every key that nobody took."""
        for key in sorted(self._left):
            self._losses.append(CaseLoss(self.fact, key, reasons.get(key, otherwise)))
        self._left.clear()


def as_list(value: Any) -> list[Any]:
    """A value as a list: nothing, one or several."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


SECTIONS = (
    "conditions", "findings", "investigations", "treatments", "outcomes", "events", "conclusions", "not-reported",
)  # fmt: skip


def prune(case: Mapping[str, Any], losses: list[CaseLoss]) -> Entry:
    """The case without what is lost: what a faithful reader of the format must find."""
    gone: dict[str, dict[str, CaseLoss]] = {}
    for loss in losses:
        gone.setdefault(loss.fact, {})[loss.key] = loss
    pruned: Entry = {}
    for key, value in case.items():
        if key in SECTIONS:
            kept = [entry for entry in (_prune_entry(key, member, gone) for member in value) if entry is not None]
            if kept:
                pruned[key] = kept
        elif key == "person":
            person = _prune_keys(value, gone.get("person", {}))
            if person:
                pruned[key] = person
        else:
            if key not in gone.get("case", {}):
                pruned[key] = value
    return pruned


def _prune_entry(section: str, entry: Mapping[str, Any], gone: Mapping[str, dict[str, CaseLoss]]) -> Entry | None:
    lost = gone.get(f"{section}/{entry['id']}", {})
    if WHOLE in lost:
        return None
    kept = _prune_keys(entry, lost)
    for inner, name in (("findings", "findings"), ("interpretations", "interpretations")):
        if inner in kept:
            members = [
                made for made in (_prune_entry(name, member, gone) for member in kept[inner]) if made is not None
            ]
            members = [without_inherited(member, kept) for member in members]
            kept.pop(inner)
            if members:
                kept[inner] = members
    if "doses" in kept:
        doses = [
            _prune_keys(dose, gone.get(f"doses/{entry['id']}/{number}", {}))
            for number, dose in enumerate(kept["doses"], 1)
            if WHOLE not in gone.get(f"doses/{entry['id']}/{number}", {})
        ]
        kept.pop("doses")
        if doses:
            kept["doses"] = doses
    return kept


def without_inherited(entry: Mapping[str, Any], outer: Mapping[str, Any]) -> Entry:
    """A finding without what it has from its investigation anyway: time, place and method."""
    return {
        key: value
        for key, value in entry.items()
        if not (key in ("when", "at") and value == outer.get(key))
        and not (key == "method" and value == outer.get("kind"))
    }


def _prune_keys(entry: Mapping[str, Any], lost: Mapping[str, CaseLoss]) -> Entry:
    kept: Entry = {}
    for key, value in entry.items():
        loss = lost.get(key)
        if loss is None:
            kept[key] = value
        elif loss.instead is not None:
            kept[key] = loss.instead
    return kept
