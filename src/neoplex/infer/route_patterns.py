"""What a hypothesis looks for in a case, as read from YAML.

Comes in: mappings of ``data/hypotheses`` and of the discriminators in ``data/criteria``. Goes out: frozen patterns with their terms
resolved; what is wrong goes to the desk's faults. Never looks at a case.
"""

from __future__ import annotations

from dataclasses import dataclass

from neoplex.base.errors import Fault, did_you_mean
from neoplex.infer.route_facts import Desk
from neoplex.read.yamlfile import Node

_SIDE_WORDS = ("first", "second", "both")
_MONTHS = {"a": 12.0, "mo": 1.0, "wk": 7 / 30.44, "d": 1 / 30.44}
OPERATIONS = (
    "finding",
    "condition",
    "treatment",
    "primary",
    "interval",
    "dose",
    "onset",
    "both-sides",
    "sequence",
    "cleared",
    "free-beside",
    "connected",
    "way",
    "any-of",
)


@dataclass(frozen=True)
class Pattern:
    """One thing to look for; which fields count depends on ``op`` (see ``data/hypotheses/README.md``)."""

    op: str
    kinds: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    side: str = ""
    qualifiers: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    tumour: bool = False
    unsited: bool = False
    neural: bool = False
    timing: str = ""
    roots: tuple[str, ...] = ()
    alone: bool = False
    role: str = ""
    word: str = ""
    near: tuple[str, ...] = ()
    earlier: bool = False
    mechanisms: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    only: bool = False
    with_parts: bool = True
    bounds: tuple[tuple[str, float], ...] = ()
    parts: tuple[Pattern, ...] = ()


def read_pattern(node: Node, desk: Desk) -> Pattern:
    """A pattern from its YAML mapping; what is wrong goes to the desk's faults."""
    keys = [key for key in node.mapping if key in OPERATIONS]
    if len(keys) != 1 or len(node.mapping) != 1:
        found = ", ".join(node.mapping) or "nothing"
        hint = did_you_mean(next(iter(node.mapping), ""), list(OPERATIONS))
        desk.faults.append(Fault(node.file, node.line, node.column, "", found, f"one of {', '.join(OPERATIONS)}", hint))
        return Pattern("any-of")
    op, body = keys[0], node.mapping[keys[0]]
    if op in ("onset", "both-sides"):
        known = ("together", "one-side-first") if op == "onset" else ("nerves", "tumour")
        return Pattern(op, word=desk.word(node, op, known))
    if op == "any-of":
        return Pattern(op, parts=tuple(read_pattern(item, desk) for item in body.items))
    if op in ("sequence", "cleared", "free-beside"):
        names = {"sequence": ("first", "then"), "cleared": ("finding",), "free-beside": ("free", "beside")}[op]
        parts = []
        if op == "sequence":
            parts = [_leaf("finding", item, desk) for item in body.items]
        else:
            for name in names:
                part = body.get(name)
                if part is None:
                    desk.faults.append(Fault(body.file, body.line, body.column, name, "nothing", "a finding"))
                else:
                    parts.append(_leaf("finding", part, desk))
        return Pattern(op, parts=tuple(parts))
    return _leaf(op, body, desk)


_KEYS = {
    "kind": "kinds",
    "site": "sites",
    "side": "side",
    "qualifiers": "qualifiers",
    "method": "methods",
    "tumour": "tumour",
    "unsited": "unsited",
    "neural": "neural",
    "timing": "timing",
    "roots": "roots",
    "alone": "alone",
    "role": "role",
    "near": "near",
    "earlier": "earlier",
    "mechanisms": "mechanisms",
    "avoid": "avoid",
    "only": "only",
    "parts": "with_parts",
    "to": "word",
    "from": "",
    "at-least": "",
    "at-most": "",
    "below": "",
}


def _leaf(op: str, body: Node, desk: Desk) -> Pattern:
    for key, value in body.mapping.items():
        if key not in _KEYS:
            hint = did_you_mean(key, list(_KEYS))
            desk.faults.append(
                Fault(body.file, value.line, value.column, key, "an unknown key", "a key of a pattern", hint)
            )

    def yes(key: str) -> bool:
        found = body.get(key)
        return found is not None and str(found.content).casefold() in ("yes", "true")

    def words(key: str) -> tuple[str, ...]:
        found = body.get(key)
        return tuple(str(item.content) for item in found.items) if found else ()

    side = body.get("side")
    bounds = []
    for key in ("at-least", "at-most", "below"):
        found = body.get(key)
        if found is not None:
            number, _, unit = str(found.content).partition(" ")
            bounds.append((key, float(number) * (1.0 if unit == "Gy" or not unit else _MONTHS.get(unit, 1.0))))
    return Pattern(
        op,
        kinds=desk.terms(body, "kind"),
        sites=desk.terms(body, "site"),
        side=desk.word(body, "side", (*_SIDE_WORDS, "left", "right")) if side else "",
        qualifiers=desk.terms(body, "qualifiers"),
        methods=desk.terms(body, "method"),
        tumour=yes("tumour"),
        unsited=yes("unsited"),
        neural=yes("neural"),
        timing=desk.word(body, "timing", ("onset", "later")) if body.get("timing") else "",
        roots=words("roots"),
        alone=yes("alone"),
        role=desk.text(body, "role"),
        word=desk.text(body, "to"),
        near=desk.terms(body, "near"),
        earlier=yes("earlier"),
        mechanisms=desk.terms(body, "mechanisms"),
        avoid=desk.terms(body, "avoid"),
        only=yes("only"),
        with_parts=desk.text(body, "parts").casefold() != "no",
        bounds=tuple(bounds),
    )
