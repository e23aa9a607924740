"""The loss list: what a format could not carry, in words, counted, each with an example.

Comes in: notes of a writer while it writes. Goes out: rows and a JSON document. Nothing that an export leaves out goes unsaid.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from neoplex.base.names import compact


@dataclass(frozen=True, order=True)
class Loss:
    """One kind of thing that was left out or flattened.

    ``what`` says it in words; ``count`` how many times, 0 when it concerns the whole export; ``example`` names one of them.
    """

    what: str
    count: int = 0
    example: str = ""

    def __str__(self) -> str:
        number = f"{self.count:,} × " if self.count else ""
        return f"{number}{self.what}" + (f" (as {self.example})" if self.example else "")


class LossList:
    """Losses of one export, collected while it is written."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._examples: dict[str, str] = {}

    def note(self, what: str, example: str = "", count: int = 1) -> None:
        """One more of this kind was lost; the smallest example is kept, so that the list never depends on order."""
        self._counts[what] = self._counts.get(what, 0) + count
        if example:
            short = compact(example)
            self._examples[what] = min(self._examples.get(what, short), short)

    def state(self, what: str) -> None:
        """Something that holds for the whole export."""
        self._counts.setdefault(what, 0)

    def rows(self) -> tuple[Loss, ...]:
        """All losses in order of their words."""
        return tuple(Loss(what, count, self._examples.get(what, "")) for what, count in sorted(self._counts.items()))


def losses_json(format_name: str, losses: Iterable[Loss]) -> str:
    """The loss list as a JSON document: ``format`` and ``losses`` with ``what``, ``count`` and ``example``."""
    rows = [{"what": loss.what, "count": loss.count, "example": loss.example} for loss in losses]
    return json.dumps({"format": format_name, "losses": rows}, ensure_ascii=False, indent=2) + "\n"
