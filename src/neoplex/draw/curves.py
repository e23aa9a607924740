"""Smooth curves through points, as the templates of figures give them.

Comes in: points. Goes out: cubic Bézier segments, points along them, boxes. Knows nothing of anatomy or of matplotlib.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
Segment = tuple[Point, Point, Point, Point]
_STEPS = 8


@dataclass(frozen=True)
class Curve:
    """A smooth curve: cubic segments end to end; ``closed`` when the last point is the first."""

    segments: tuple[Segment, ...]
    closed: bool = False

    def points(self, steps: int = _STEPS) -> tuple[Point, ...]:
        """Points along the curve, both ends included."""
        if not self.segments:
            return ()
        found = [self.segments[0][0]]
        for segment in self.segments:
            found += [_on(segment, number / steps) for number in range(1, steps + 1)]
        return tuple(found)

    def moved(self, scale_x: float, scale_y: float, shift_x: float, shift_y: float) -> Curve:
        """The curve stretched, then shifted; a negative ``scale_x`` is the mirror image."""
        return Curve(
            tuple(
                tuple((x * scale_x + shift_x, y * scale_y + shift_y) for x, y in segment)  # type: ignore[misc]
                for segment in self.segments
            ),
            self.closed,
        )

    def part(self, start: float, end: float) -> tuple[Point, ...]:
        """Points between two fractions of the length."""
        points = self.points()
        lengths = _lengths(points)
        whole = lengths[-1]
        inner = [p for p, at in zip(points, lengths, strict=True) if start * whole < at < end * whole]
        return (along(points, start), *inner, along(points, end))


def smooth(points: Sequence[Point], *, closed: bool = False) -> Curve:
    """The curve through the points (centripetal Catmull-Rom, so that it neither loops nor overshoots).

    >>> smooth([(0, 0), (1, 0)]).segments[0][3]
    (1, 0)
    """
    ring = list(points)
    if closed and ring[0] == ring[-1]:
        ring.pop()
    many = len(ring)
    if many < 2:
        return Curve((), closed)
    segments: list[Segment] = []
    for index in range(many if closed else many - 1):
        p1, p2 = ring[index], ring[(index + 1) % many]
        p0 = ring[index - 1] if closed or index else p1
        p3 = ring[(index + 2) % many] if closed or index + 2 < many else p2
        segments.append((p1, _control(p0, p1, p2), _control(p3, p2, p1), p2))
    return Curve(tuple(segments), closed)


def mirror_half(points: Sequence[Point]) -> tuple[Point, ...]:
    """A closed ring from its half, given from top to bottom on the side of positive x."""
    other = [(-x, y) for x, y in reversed(points) if x != 0]
    return (*points, *other)


def along(points: Sequence[Point], fraction: float) -> Point:
    """The point at this fraction of the length of a polyline."""
    lengths = _lengths(points)
    wanted = min(max(fraction, 0.0), 1.0) * lengths[-1]
    for index in range(1, len(points)):
        if lengths[index] >= wanted:
            step = lengths[index] - lengths[index - 1]
            share = (wanted - lengths[index - 1]) / step if step else 0.0
            (x1, y1), (x2, y2) = points[index - 1], points[index]
            return (x1 + (x2 - x1) * share, y1 + (y2 - y1) * share)
    return points[-1]


def nearest_fraction(points: Sequence[Point], place: Point) -> float:
    """Where on a polyline, as a fraction of its length, a place is nearest to."""
    lengths = _lengths(points)
    best = min(range(len(points)), key=lambda i: (math.dist(points[i], place), i))
    return lengths[best] / lengths[-1] if lengths[-1] else 0.0


def centre(points: Iterable[Point]) -> Point:
    """The middle of the box around points."""
    xs, ys = zip(*points, strict=True)
    return ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)


def _lengths(points: Sequence[Point]) -> list[float]:
    found = [0.0]
    for one, two in pairwise(points):
        found.append(found[-1] + math.dist(one, two))
    return found


def _control(before: Point, here: Point, after: Point) -> Point:
    """The control point behind ``here`` on the way to ``after``."""
    d1 = math.sqrt(math.dist(before, here))
    d2 = math.sqrt(math.dist(here, after))
    if d2 == 0:
        return here
    if d1 == 0:
        return (here[0] + (after[0] - here[0]) / 3, here[1] + (after[1] - here[1]) / 3)
    a = 2 * d1 * d1 + 3 * d1 * d2 + d2 * d2
    b = 3 * d1 * (d1 + d2)
    return (
        (d1 * d1 * after[0] - d2 * d2 * before[0] + a * here[0]) / b,
        (d1 * d1 * after[1] - d2 * d2 * before[1] + a * here[1]) / b,
    )


def _on(segment: Segment, t: float) -> Point:
    u = 1 - t
    weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
    return (
        sum(w * p[0] for w, p in zip(weights, segment, strict=True)),
        sum(w * p[1] for w, p in zip(weights, segment, strict=True)),
    )
