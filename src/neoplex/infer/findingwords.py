"""Words of a finding: side, strength, kind and degree of loss, each taken off so that the function is left.

Comes in: a phrase as ``normalise`` spells it. Goes out: what was taken and the words that are left. Never knows the atlas.
"""

from __future__ import annotations

import re

SIDES = ("left", "right")
COMPLETE, MARKED, MILD, UNGRADED = "complete", "marked", "mild", ""
_LOST = {
    "reflex": r"reflex(?:es)?|jerks?",
    "potential": r"snap|sensory (?:nerve action )?potential|sensory response",
    "conduction": r"cmap|compound muscle action potential|motor potential",
    "denervation": r"denervat(?:ion|ed)(?: changes?| signs?)?|fibrillations?(?: potentials?)?|emg(?: changes?)?|neurogenic emg",
    "symptom": r"burning(?: sensation)?|tingling|parae?sthesias?|dysae?sthesias?|pins and needles|hyperalgesia|allodynia",
    "sensory": r"numb(?:ness)?|hypoa?esthesia|hypae?sthesia|anae?sthesia|sensory (?:loss|deficit|impairment)|sensation|feeling",
    "weakness": r"weak(?:ness)?|paresis|paretic|paralysis|paralyzed|paralysed|plegia|palsy|power|strength|motor deficit",
}
_AMOUNTS = (
    (
        COMPLETE,
        r"absent|lost|loss|abolished|complete(?:ly)?|total(?:ly)?|paralysis|paralyzed|paralysed|plegia|no movement",
    ),
    (MARKED, r"marked(?:ly)?|severe(?:ly)?|moderate(?:ly)?"),
    (MILD, r"mild(?:ly)?|slight(?:ly)?|subtle|reduced|decreased|diminished|impaired|partial(?:ly)?|depressed|low"),
)
KEPT = r"normal|preserved|intact|spared|present|full|retained|kept|unremarkable"
NOISE = {"of", "in", "the", "on", "at", "muscle", "muscles", "a", "is", "was", "with", "during", "for", "no"}
_GRADE = re.compile(
    r"\b(?:mrc(?: grade)? ?|grade )?([0-5])(?:[+-])? ?(?:/ ?5|mrc)\b|\b(?:mrc(?: grade)?|grade) ?([0-5])\b"
)


def take(text: str, pattern: str) -> tuple[bool, str]:
    """Whether a pattern of whole words occurs, and the text without it."""
    cut = re.sub(rf"\b(?:{pattern})\b", " ", text)
    cut = re.sub(rf"(?:^|\s)(?:{pattern})(?=\s|$)", " ", cut)
    return cut != text, " ".join(cut.split())


def take_sides(text: str) -> tuple[tuple[str, ...], str]:
    """The sides that words name, and the words without them.

    >>> take_sides("numb left foot"), take_sides("bilateral foot drop")
    ((('left',), 'numb foot'), (('left', 'right'), 'foot drop'))
    """
    if re.search(r"\b(?:bilateral(?:ly)?|both)\b", text):
        return SIDES, take(text, r"bilateral(?:ly)?|both(?: sides)?")[1]
    found = tuple(side for side in SIDES if re.search(rf"\b{side}\b", text))
    return found, take(text, r"left(?: sided)?|right(?: sided)?")[1]


def take_grade(text: str) -> tuple[int | None, str]:
    """The strength on the scale of 0 to 5 that words give, and the words without it.

    >>> take_grade("weak knee flexion 4/5"), take_grade("mrc 2 knee flexion")
    ((4, 'weak knee flexion'), (2, 'knee flexion'))
    """
    match = _GRADE.search(text)
    if match is None:
        return None, text
    return int(match[1] or match[2]), " ".join((text[: match.start()] + " " + text[match.end() :]).split())


def degree_of(grade: float) -> str:
    """The degree of weakness that a strength of 0 to 4 means."""
    return COMPLETE if grade <= 1 else MARKED if grade <= 3 else MILD


def modality_of(text: str) -> tuple[str, str, str]:
    """What kind of loss the words name, how much, and the words that are left."""
    kind = next((kind for kind, pattern in _LOST.items() if re.search(rf"\b(?:{pattern})\b", text)), "")
    degree, rest = UNGRADED, text
    for amount, pattern in _AMOUNTS:
        found, rest = take(rest, pattern)
        if found and not degree:
            degree = amount
    if kind in ("sensory", "symptom") and degree == COMPLETE:
        degree = UNGRADED
    if kind == "weakness" and re.search(r"\bloss of|lost\b", text):
        degree = UNGRADED
    return kind, degree, take(rest, "|".join(_LOST.values()))[1]
