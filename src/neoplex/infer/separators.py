"""What to examine next: the tests in which two hypotheses differ most and that nobody has reported yet.

Comes in: two hypotheses, the findings, the wiring. Goes out: :class:`Separator` rows, the most telling first. Never invents a test:
each is a function of the atlas.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from neoplex.infer.deficits import Finding
from neoplex.infer.lesions import NOTICEABLE, Lesion, Lesions
from neoplex.infer.localise import SMALL_SHARE, WHOLE_SHARE, Hypothesis, name_lesions
from neoplex.infer.wiring import Function, Wiring

TELLING = 0.3
"""Two hypotheses differ in a function when the shares they take differ by at least this much."""
_STRENGTH = (
    "hip flexion", "hip extension", "hip abduction", "hip adduction", "knee extension", "knee flexion", "foot dorsiflexion",
    "foot plantar flexion", "foot inversion", "foot eversion", "great toe extension", "toe flexion",
)  # fmt: skip
"""Movements of the leg that a routine examination grades."""
_MEASURED = ("sural nerve", "superficial fibular nerve", "saphenous nerve", "lateral femoral cutaneous nerve")
"""Sensory nerves of the leg whose potentials are recorded in practice."""
_HOW = {
    "movement": "strength",
    "skin": "sensation",
    "reflex": "reflex",
    "muscle": "needle EMG",
    "paraspinal": "needle EMG",
    "potential": "nerve conduction",
}
_BEDSIDE = ("strength", "reflex", "sensation")
_ORDER = ("strength", "reflex", "sensation", "needle EMG", "nerve conduction")


@dataclass(frozen=True)
class Separator:
    """One test: ``first`` and ``second`` say what each hypothesis expects of it, in words."""

    function: Function
    how: str
    first: str
    second: str
    difference: float

    @property
    def label(self) -> str:
        """``strength of left foot inversion``."""
        if self.how == "reflex":
            return self.function.label
        if self.how == "nerve conduction":
            return self.function.label
        return f"{self.how} of {self.function.label}"


def separate(
    one: Hypothesis, other: Hypothesis, findings: Iterable[Finding], lesions: Lesions, *, sex: str = "", most: int = 6
) -> tuple[Separator, ...]:
    """The tests that best tell two hypotheses apart, best of each kind first; none when the atlas knows no difference."""
    return _separate(one.places, other.places, findings, lesions.wiring, sex, most)


def separate_places(
    one: Lesion, other: Lesion, findings: Iterable[Finding], lesions: Lesions, *, sex: str = "", most: int = 2
) -> tuple[Separator, ...]:
    """The same for two single places, such as a root and its ventral ramus."""
    return _separate(one.places, other.places, findings, lesions.wiring, sex, most)


def _separate(
    one: Sequence[str], other: Sequence[str], findings: Iterable[Finding], wiring: Wiring, sex: str, most: int
) -> tuple[Separator, ...]:
    known = list(findings)
    seen = {function.key for finding in known for function in finding.functions}
    tested = {(f.kind, iri) for finding in known for f in finding.functions for iri in f.structures}
    muscles = {iri for kind, iri in tested if kind in ("movement", "muscle")}
    skin = {iri for kind, iri in tested if kind == "skin"}
    touched = {key for place in (*one, *other) for key in wiring.shares.get(place, {})}
    found: list[Separator] = []
    for key in sorted(touched - seen):
        function = wiring.functions[key]
        how = _HOW.get(function.kind)
        if how is None or (sex and function.sex and function.sex != sex) or not _is_testable(function, wiring):
            continue
        if function.kind in ("muscle", "movement") and muscles.issuperset(function.structures):
            continue
        if function.kind == "skin" and skin.issuperset(function.structures):
            continue
        first, second = function.share(one), function.share(other)
        if abs(first - second) >= TELLING and _expected(first, how) != _expected(second, how):
            found.append(
                Separator(function, how, _expected(first, how), _expected(second, how), round(abs(first - second), 6))
            )
    found.sort(key=lambda s: (-s.difference, _ORDER.index(s.how), s.function.key))
    return _mixed(found, most)


def _mixed(found: list[Separator], most: int) -> tuple[Separator, ...]:
    """The best of each way of testing and a second strength; what the bedside can tell before what needs a needle."""
    chosen: list[Separator] = []
    for how in _ORDER:
        ways = [separator for separator in found if separator.how == how]
        chosen += ways[: 2 if how == "strength" else 1]
    bedside = [s for s in chosen if s.how in _BEDSIDE]
    rest = [s for s in chosen if s.how not in _BEDSIDE]
    return tuple((sorted(bedside, key=lambda s: (-s.difference, _ORDER.index(s.how), s.function.key)) + rest)[:most])


def _is_testable(function: Function, wiring: Wiring) -> bool:
    if function.kind == "movement":
        return function.name in _STRENGTH
    if function.kind == "potential":
        return function.name.removesuffix(" sensory potential") in _MEASURED
    if not function.salient:
        return False
    if function.kind == "muscle":
        moved = (wiring.get("movement", function.side, name) for name in _STRENGTH)
        return any(movement is not None and function.structures[0] in movement.structures for movement in moved)
    if function.kind == "skin":
        return not any(wiring.at_structure.get(part) for part in wiring.atlas.parts(function.structures[0]))
    return True


def _expected(share: float, how: str) -> str:
    lost, reduced = ("denervated", "partly denervated") if how == "needle EMG" else ("lost", "reduced")
    if share >= WHOLE_SHARE:
        return lost
    if share >= NOTICEABLE:
        return reduced
    return f"slightly {reduced.removeprefix('partly ')} or normal" if share >= SMALL_SHARE else "normal"


def would_also_take(
    hypothesis: Hypothesis, findings: Iterable[Finding], lesions: Lesions, *, sex: str = ""
) -> tuple[tuple[Function, str], ...]:
    """Movements, skin, reflexes and organs that a complete lesion would take and that nobody reported, with what is expected."""
    seen = {function.key for finding in findings for function in finding.functions}
    found = []
    for function, share in lesions.territory(hypothesis.lesions, sex):
        if function.kind not in ("movement", "skin", "reflex", "organ") or function.key in seen or not function.salient:
            continue
        if function.kind == "movement" and function.name not in _STRENGTH:
            continue
        found.append((function, _expected(share, "")))
    return tuple(found)


def rivals(hypotheses: Sequence[Hypothesis]) -> tuple[tuple[Hypothesis, Hypothesis], ...]:
    """The pairs worth separating: the first two, and the first with the best of another kind when those are of one kind."""
    if len(hypotheses) < 2:
        return ()
    first, second = hypotheses[0], hypotheses[1]
    pairs = [(first, second)]
    if _kind(first) == _kind(second):
        other = next((h for h in hypotheses[2:] if _kind(h) != _kind(first)), None)
        if other is not None:
            pairs.append((first, other))
    return tuple(pairs)


def _kind(hypothesis: Hypothesis) -> str:
    kinds = {"spinal nerve": "root", "ventral ramus": "root", "trunk": "plexus"}
    return (
        "several" if len(hypothesis.lesions) > 1 else kinds.get(hypothesis.lesions[0].kind, hypothesis.lesions[0].kind)
    )


def sentence(one: Hypothesis, other: Hypothesis, separators: Sequence[Separator]) -> str:
    """What separates two hypotheses, in one sentence."""
    names = f"{name_lesions(one.lesions)} and {name_lesions(other.lesions)}"
    if not separators:
        return f"Nothing the atlas knows separates {names}."
    best = separators[0]
    return f"{best.label} separates {names}: {best.first} in the first, {best.second} in the second."
