"""The kinds of figures there are, and what each is asked with and gives back.

Comes in: a request from the command line or from a report. Goes out: a picture as bytes, with its title and its description. A new
kind is one line in ``KINDS`` and a module of ``neoplex.draw`` with a function ``draw(request) -> Picture``. Knows no matplotlib.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from neoplex.base.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from neoplex.store.embedded import Graph


@dataclass(frozen=True)
class Request:
    """What to draw; words are as typed, and each kind resolves those it uses.

    ``options`` holds what only some kinds know, by the name of the switch.
    """

    graph: Graph
    cases: tuple[str, ...]
    format: str
    options: Mapping[str, object]

    def words(self, name: str) -> tuple[str, ...]:
        """The words given for a switch that may be given more than once."""
        return cast("tuple[str, ...]", self.options.get(name, ()))

    def flag(self, name: str) -> bool:
        """Whether a switch was given."""
        return bool(self.options.get(name, False))

    def number(self, name: str) -> int | None:
        """The number given for a switch, or None."""
        return cast("int | None", self.options.get(name))

    @property
    def given(self) -> frozenset[str]:
        """The names of the switches that were given."""
        return frozenset(name for name, value in self.options.items() if value)


@dataclass(frozen=True)
class Picture:
    """A finished figure; ``notes`` say what could not be shown."""

    data: bytes
    title: str
    description: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of figure: the module that draws it, how many cases it takes (``most`` 0: any number), which switches it knows."""

    name: str
    module: str
    summary: str
    least: int = 1
    most: int = 1
    switches: frozenset[str] = frozenset()
    function: str = "draw"


_MATRIX = "neoplex.draw.matrix"


def _series(name: str, summary: str, module: str = "neoplex.draw.series") -> Kind:
    """A figure over any number of cases, or over all."""
    return Kind(name, module, summary, 0, 0, frozenset({"source"}), f"draw_{name}")


_PLEXUS = frozenset({"site", "kind", "from", "to", "route", "steps", "argued", "time"})
_ALL: tuple[Kind, ...] = (
    Kind("plexus", "neoplex.draw.plexus", "the lumbosacral plexus with what is involved and at risk", 0, 1, _PLEXUS),
    Kind("body", "neoplex.draw.body", "pain, lost feeling, weakness and reflexes on the body"),
    Kind("timeline", "neoplex.draw.timeline", "what happened when: events, symptoms, tests, treatments, measurements"),
    _series("pain", "pain at the start and the end of each course"),
    _series("response", "how soon each course took effect"),
    _series("swimmer", "what followed each course"),
    _series("dose", "dose and equivalent dose of each course beside its pain"),
    _series("primaries", "primary tumours of the patients, by sex"),
    _series(
        "structures",
        "cases against structures: where tumour is reported, concluded, denied, implied or at risk",
        _MATRIX,
    ),
    _series("criteria", "cases against criteria sets", _MATRIX),
)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _ALL})


def find_kind(name: str) -> Kind:
    """The kind of figure of this name; raises UsageError with the nearest."""
    if name not in KINDS:
        hint = did_you_mean(name, list(KINDS))
        raise UsageError(f"no figure is called {name!r}; {hint or 'they are ' + ', '.join(KINDS)}")
    return KINDS[name]


def check_request(kind: Kind, request: Request) -> None:
    """Refuse a number of cases or a switch that the kind cannot use."""
    many = len(request.cases)
    if many < kind.least or (kind.most and many > kind.most):
        wanted = (
            "one case" if kind.most == 1 else f"at least {kind.least} cases" if not kind.most else f"{kind.most} cases"
        )
        raise UsageError(f"--what {kind.name} needs {wanted}, found {many}")
    unknown = sorted(request.given - kind.switches)
    if unknown:
        raise UsageError(f"--what {kind.name} knows no --{unknown[0]}")


def make_picture(kind: Kind, request: Request) -> Picture:
    """The figure asked for; its module is imported only now."""
    check_request(kind, request)
    draw = cast("Callable[[Request], Picture]", getattr(import_module(kind.module), kind.function))
    return draw(request)
