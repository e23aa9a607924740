"""What can go wrong, and how it is said.

A fault names the place, what was found, what was expected and the nearest thing that would have been right. All faults
of a run are raised together as :class:`FaultsFound`. Exit codes belong to the exceptions, so the command line does not guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

EXIT_DONE = 0
EXIT_FAULTS = 1
EXIT_USAGE = 2
EXIT_ENVIRONMENT = 3
EXIT_LIMIT = 4


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in one place.

    ``line`` and ``column`` count from 1; 0 means the whole file. ``field`` is a path such as ``cases[0].findings[2].site``.
    """

    file: str
    line: int = 0
    column: int = 0
    field: str = ""
    found: str = ""
    expected: str = ""
    hint: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += f":{self.line}" + (f":{self.column}" if self.column else "")
        field = f" {self.field}:" if self.field else ""
        text = f"{place}:{field} found {self.found}, expected {self.expected}"
        return text + (f"; {self.hint}" if self.hint else "")


class NeoplexError(Exception):
    """Anything neoplex says no to; ``exit_code`` is what the process ends with."""

    exit_code = EXIT_FAULTS


class FaultsFound(NeoplexError):
    """Faults in the data, all of one run together, sorted by place."""

    exit_code = EXIT_FAULTS

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UsageError(NeoplexError):
    """The call itself is off: an unknown name, option or format."""

    exit_code = EXIT_USAGE


class EnvironmentProblem(NeoplexError):
    """Disk, lock, network, a missing program: nothing the data could mend."""

    exit_code = EXIT_ENVIRONMENT


class LimitReached(NeoplexError):
    """A limit that protects was reached: time, rows, memory, nesting."""

    exit_code = EXIT_LIMIT


def nearest(word: str, known: Sequence[str], *, most: int = 3) -> tuple[str, ...]:
    """The known words closest to ``word``, best first, at most ``most``.

    >>> nearest("psoas mayor", ["psoas major", "psoas minor", "prostate"])
    ('psoas major', 'psoas minor')
    """
    folded = {k.casefold(): k for k in reversed(known)}
    return tuple(folded[m] for m in get_close_matches(word.casefold(), list(folded), n=most, cutoff=0.72))


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A hint ``did you mean …?`` or an empty string when nothing is near."""
    close = nearest(word, known)
    return f"did you mean {' or '.join(close)}?" if close else ""
