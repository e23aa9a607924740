"""Discriminators between two explanations: what each finding of a case suggests, and how strongly. Never a verdict.

Comes in: files of ``data/criteria`` with discriminators, and a :class:`Witness` for a case. Goes out: each entry with what the case
shows and which explanation that favours. Silence favours nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from neoplex.base.errors import Fault, FaultsFound
from neoplex.infer.hypotheses import ASSUMPTION, POINTS
from neoplex.infer.route_evidence import ABSENT, PRESENT, Seen, Witness
from neoplex.infer.route_facts import Desk
from neoplex.infer.route_patterns import Pattern, read_pattern
from neoplex.model.lexicon import Lexicon
from neoplex.read.criteria import OTHER_FORMATS
from neoplex.read.yamlfile import Node, read_yaml


@dataclass(frozen=True)
class Discriminator:
    """One observation with what it favours when there and when denied; empty words favour nothing."""

    id: str
    label: str
    says: str
    pattern: Pattern
    favours: str
    strength: str
    absent_favours: str
    absent_strength: str
    source: str
    at: str


@dataclass(frozen=True)
class Discriminators:
    """A file of discriminators; ``between`` holds the labels of the rival explanations."""

    id: str
    label: str
    between: tuple[str, ...]
    note: str
    entries: tuple[Discriminator, ...]


@dataclass(frozen=True)
class Suggestion:
    """What a case shows of an observation, and what that suggests; empty when it suggests nothing."""

    discriminator: Discriminator
    seen: Seen
    favours: str = ""
    strength: str = ""


def read_discriminators(files: Iterable[Path], lexicon: Lexicon) -> tuple[Discriminators, ...]:
    """The discriminators among these files; raises FaultsFound with all faults."""
    faults: list[Fault] = []
    found = []
    for path in files:
        top, wrong = read_yaml(path)
        faults += wrong
        desk = Desk(lexicon, faults)
        if top is None or desk.text(top, "format") not in OTHER_FORMATS:
            continue
        between = tuple(" ".join(node.text.split()) for node in desk.entries(top, "between"))
        entries = tuple(_entry(node, desk) for node in desk.entries(top, "discriminators"))
        found.append(
            Discriminators(desk.text(top, "id"), desk.text(top, "label"), between, desk.text(top, "note"), entries)
        )
    if faults:
        raise FaultsFound(faults)
    return tuple(found)


def _entry(node: Node, desk: Desk) -> Discriminator:
    observation = node.get("observation")
    absent = node.get("if-absent")
    inverse = absent if absent is not None and absent.mapping else None
    figures = desk.entries(node, "figures")
    place = figures[0] if figures else node
    return Discriminator(
        desk.text(node, "id"),
        desk.text(node, "label"),
        desk.text(node, "says"),
        read_pattern(observation, desk) if observation is not None else Pattern("any-of"),
        desk.text(node, "favours"),
        desk.word(node, "strength", tuple(POINTS)),
        desk.text(inverse, "favours") if inverse is not None else "",
        desk.word(inverse, "strength", tuple(POINTS)) if inverse is not None else "",
        desk.text(node, "source") or desk.text(place, "source") or ASSUMPTION,
        desk.text(node, "at") or desk.text(place, "at"),
    )


def weigh(discriminators: Discriminators, witness: Witness) -> tuple[Suggestion, ...]:
    """What each entry suggests on a case, strongest first, then those that suggest nothing."""
    found = []
    for entry in discriminators.entries:
        seen = witness.look(entry.pattern)
        if seen.state == PRESENT:
            found.append(Suggestion(entry, seen, entry.favours, entry.strength))
        elif seen.state == ABSENT and entry.absent_favours:
            found.append(Suggestion(entry, seen, entry.absent_favours, entry.absent_strength))
        else:
            found.append(Suggestion(entry, seen))
    order = {entry.id: place for place, entry in enumerate(discriminators.entries)}
    return tuple(sorted(found, key=lambda s: (-POINTS.get(s.strength, 0), order[s.discriminator.id])))
