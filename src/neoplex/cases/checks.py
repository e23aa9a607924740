"""What no single value shows: contradictions inside a case, and words that would identify a person.

Comes in: checked facts, or the whole tree. Goes out: faults on the desk. Never changes a fact.
"""

from __future__ import annotations

import re

from neoplex.base.names import NX
from neoplex.cases.scope import Scope
from neoplex.cases.values import Cursor, Desk
from neoplex.model.publication import Fact

_WEAKNESS = (NX + "Weakness", NX + "LowerLimbWeakness", NX + "MuscleWeakness", NX + "MotorDeficit")
_PAIN = NX + "Pain"
_PHONE = r"""(?<![\w.])\+\d{1,3}[\s./-]?(?:\(?\d{1,4}\)?[\s./-]?){2,5}\d{2,4}(?!\w)
    |(?<![\w.-])\(?0\d{2,4}\)?[\s/-]\d{3,}[\s-]?\d{2,}(?!\w)"""
_RECORD = r"""\b(?:mrn|medical\ record(?:\ number)?|hospital\ (?:number|no\.?)|patient\ (?:id|identifier)|record\ no\.?
    |chart\ (?:number|no\.?)|case\ file\ no\.?)\s*[:\#]?\s*[A-Z]*\d[\w-]{3,}"""
_BIRTH = r"""\b(?:born|date\ of\ birth|dob|birth\ ?date)\b[^.]{0,20}?
    (?:\d{4}-\d{2}-\d{2}|\d{1,2}[./\ ]\w{2,9}[./\ ]\d{2,4}|\w{3,9}\ \d{1,2},?\ \d{4})"""
_NAME = r"""\b(?:Mr|Mrs|Ms|Miss|Herr|Frau|Monsieur|Madame)\.?\ [A-Z]\w*\b|\b[Pp]atient\ [A-Z]\.\s?[A-Z]\.(?!\w)
    |(?i:\binitials\b)\W{0,3}[A-Z]\.?\s?[A-Z]\.?(?!\w)"""
_IDENTIFIERS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}"), "an e-mail address"),
    (re.compile(_PHONE, re.VERBOSE), "a phone number"),
    (re.compile(_RECORD, re.VERBOSE | re.IGNORECASE), "a record number"),
    (re.compile(_BIRTH, re.VERBOSE | re.IGNORECASE), "a date of birth"),
    (re.compile(_NAME, re.VERBOSE), "a name or initials"),
    (re.compile(r"\b\d{3}-\d{2}-\d{4}\b"), "a personal number"),
)


def check_identifiers(desk: Desk, top: Cursor) -> None:
    """Refuse words in cases, cohorts and tables that point at a person."""
    for section in ("cases", "cohorts", "tables"):
        entry = top.get(section)
        if entry is None:
            continue
        for path, node in entry.node.walk():
            if not isinstance(node.content, str) or "doi" in path:
                continue
            for pattern, what in _IDENTIFIERS:
                match = pattern.search(node.text)
                if match is not None:
                    at = Cursor(node, f"{section}{path}" if path.startswith("[") else f"{section}.{path}")
                    desk.fault(
                        at,
                        what,
                        "nothing that identifies a person",
                        "published cases stay anonymous; describe it without",
                    )
                    break


def check_case(desk: Desk, scope: Scope, facts: tuple[Fact, ...]) -> None:
    """Contradictions between what one entry says and what its status says."""
    for fact in facts:
        entry = scope.entries.get(fact.name)
        if entry is None or fact.measure is None:
            continue
        value = entry.at.get("value")
        if value is not None:
            _check_value(desk, value, fact)


def _check_value(desk: Desk, at: Cursor, fact: Fact) -> None:
    assert fact.measure is not None
    quantity = fact.measure.quantity
    scales = {scale.iri: scale for scale in desk.lexicon.scales.values()}
    scale = scales.get(fact.measure.scale)
    strength = scale is not None and scale.maximum == 5 and "mrc" in scale.iri.lower()
    if fact.status == "absent":
        if strength and scale is not None:
            if quantity.low != scale.maximum:
                desk.fault(
                    at,
                    f"{at.node.text} for something absent",
                    f"{scale.maximum} MRC, normal strength, or status: present",
                )
        elif quantity.low > 0 and quantity.comparator not in ("<", "<="):
            desk.fault(
                at,
                f"{at.node.text} for something absent",
                "a value of 0, an upper limit such as '< 1', or status: present",
            )
    elif strength and quantity.low == 5 and desk.lexicon.below(fact.kind, _WEAKNESS):
        desk.fault(
            at,
            f"{at.node.text} for a weakness that is present",
            "status: absent for normal strength, or a value below 5",
        )
    elif (
        scale is not None and quantity.high == 0 and not quantity.comparator and desk.lexicon.below(fact.kind, (_PAIN,))
    ):
        desk.fault(at, f"{at.node.text} for a pain that is present", "status: absent for no pain, or a value above 0")
