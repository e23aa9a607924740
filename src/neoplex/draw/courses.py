"""Routes of spread as numbered steps for a figure, with the line style of each mechanism and the time of each step.

Comes in: a route or tree of the search, or a route that a source argues, and when structures were first seen. Goes out: steps
between atlas individuals, numbered in order. A step counts as taken by the time at which its end, or anything that it leads to, was
first seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from neoplex.infer.atlasgraph import Atlas
from neoplex.infer.route_facts import AuthorView, Span
from neoplex.infer.routes import Step
from neoplex.model.lexicon import normalise


@dataclass(frozen=True)
class Mechanism:
    """A way of spread as it is drawn; ``dash`` is a pattern in line widths, ``double`` two parallel lines."""

    name: str
    label: str
    dash: tuple[float, ...] = ()
    double: bool = False


MECHANISMS: tuple[Mechanism, ...] = (
    Mechanism("perineural", "along nerves (perineural)"),
    Mechanism("dural", "through the dural sac (dural bridge)", (3.2, 1.6)),
    Mechanism("direct", "direct extension", (), True),
    Mechanism("lymphatic", "by lymph vessels", (4.0, 1.4, 0.9, 1.4)),
    Mechanism("haematogenous", "by blood", (0.9, 1.3)),
    Mechanism("csf", "through the cerebrospinal fluid", (1.6, 2.6)),
)
MECHANISM = {one.name: one for one in MECHANISMS}
_WORDS = (
    ("cerebrospinal", "csf"), ("csf", "csf"), ("seeding", "csf"), ("dural", "dural"), ("perineural", "perineural"),
    ("lymph", "lymphatic"), ("matogenous", "haematogenous"), ("direct", "direct"),
)  # fmt: skip


UNDATED = Span()


@dataclass(frozen=True)
class Arrow:
    """One step: its number, where from and to (atlas individuals), its mechanism and, if known, by when it was taken.

    ``crosses`` is true for a step between a side and the other, or from the midline to the side opposite the one left last.
    """

    number: int
    start: str
    end: str
    mechanism: str
    direction: str
    start_label: str
    end_label: str
    when: Span = UNDATED
    crosses: bool = False

    @property
    def words(self) -> str:
        """The step in words."""
        way = MECHANISM[self.mechanism].label
        return f"{self.number}. {self.start_label} to {self.end_label}, {way}" + (
            ", crosses the midline" if self.crosses else ""
        )


def mechanism_of(words: str) -> str:
    """The drawn mechanism for the words of a step; what is unknown counts as perineural never, but as direct extension.

    >>> mechanism_of("transmedian dural spread"), mechanism_of("distal perineural spread")
    ('dural', 'perineural')
    """
    told = words.lower()
    return next((name for part, name in _WORDS if part in told), "direct")


def steps_of_search(steps: Sequence[Step], atlas: Atlas, first: Mapping[str, Span]) -> tuple[Arrow, ...]:
    """The steps of a route or tree as arrows, in their order."""
    arrows = [
        Arrow(
            number,
            step.start,
            step.end,
            mechanism_of(step.mechanism_label),
            step.direction,
            step.start_label,
            step.end_label,
        )
        for number, step in enumerate(steps, 1)
    ]
    return _finish(arrows, atlas, first)


def steps_of_view(view: AuthorView, atlas: Atlas, first: Mapping[str, Span]) -> tuple[Arrow, ...]:
    """The steps that a source argues as arrows; a step with several ends is several arrows of one number."""
    arrows = []
    for step in view.steps:
        starts = [iri for label in step.start for iri in atlas.names.get(normalise(label), ())]
        for end in step.places:
            side = atlas.structures[end].side
            fitting = [iri for iri in starts if atlas.structures[iri].side in (side, "midline")] or starts
            for start in fitting:
                mechanism = mechanism_of(step.mechanism)
                labels = (atlas.label(start), atlas.label(end))
                arrows.append(Arrow(step.number, start, end, mechanism, step.direction, *labels))
    return _finish(arrows, atlas, first)


def by_time(arrows: Iterable[Arrow]) -> list[tuple[Span, tuple[Arrow, ...]]]:
    """Arrows grouped by time, earliest first; those of unknown time last."""
    groups: dict[Span, list[Arrow]] = defaultdict(list)
    for arrow in arrows:
        groups[arrow.when].append(arrow)
    return [(span, tuple(groups[span])) for span in sorted(groups, key=time_order)]


def time_order(span: Span) -> tuple[str, str]:
    """The order of panels: by when something had been seen at the latest, then by when at the earliest."""
    return (span.latest or span.earliest or "9999", span.earliest or "9999")


def _finish(arrows: list[Arrow], atlas: Atlas, first: Mapping[str, Span]) -> tuple[Arrow, ...]:
    below: dict[str, list[Arrow]] = defaultdict(list)
    above: dict[str, Arrow] = {}
    for arrow in arrows:
        below[arrow.start].append(arrow)
        above.setdefault(arrow.end, arrow)

    def seen(node: str, path: tuple[str, ...]) -> Span:
        later = [first.get(node, UNDATED)]
        later += [seen(arrow.end, (*path, node)) for arrow in below[node] if arrow.end not in path]
        dated = [span for span in later if span != Span()]
        return min(dated, key=time_order) if dated else Span()

    def came_from(node: str) -> str:
        passed: set[str] = set()
        while node in above and node not in passed:
            passed.add(node)
            node = above[node].start
            side = atlas.structures[node].side if node in atlas.structures else ""
            if side in ("left", "right"):
                return side
        return ""

    told = []
    for arrow in arrows:
        start, end = (atlas.structures[iri].side if iri in atlas.structures else "" for iri in (arrow.start, arrow.end))
        last = start if start in ("left", "right") else came_from(arrow.start)
        crosses = end in ("left", "right") and last in ("left", "right") and end != last
        told.append(replace(arrow, when=seen(arrow.end, ()), crosses=crosses))
    return tuple(told)
