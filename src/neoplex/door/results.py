"""What the reasoning answers, as objects that hold the typed parts and print as the page the command line shows.

Comes in: the dataclasses of the reasoning layer. Goes out: the same, with text and HTML. Never works anything out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape

from neoplex.ask import (
    auditbook,
    criteriabook,
    dosebook,
    involvementbook,
    lesionbook,
    proofbook,
    routebook,
    similarbook,
)
from neoplex.ask.criteriabook import Tried
from neoplex.ask.lesionbook import Localisation
from neoplex.ask.vocabulary import Engine
from neoplex.door.table import Table
from neoplex.infer.atlasgraph import Atlas
from neoplex.infer.audit import Finding as AuditFinding
from neoplex.infer.criteria import SetState
from neoplex.infer.dose import Regimen
from neoplex.infer.hypotheses import Assessment
from neoplex.infer.involvement import Involvement
from neoplex.infer.localise import Hypothesis
from neoplex.infer.proof import Proof
from neoplex.infer.route_cases import CaseRouter, Explanation
from neoplex.infer.route_trees import Tree
from neoplex.infer.routes import Found, Route
from neoplex.infer.similar import Feature, Likeness
from neoplex.infer.whynot import WhyNot as WhyNotFound

WIDTH = 80


class Page(ABC):
    """Something with a page of text; shows as that page on ``print`` and in a notebook."""

    @abstractmethod
    def text(self, width: int = WIDTH) -> str:
        """The page, in lines of at most ``width`` cells."""

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return self.text().rstrip()

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text())}</pre>"


@dataclass(frozen=True, repr=False)
class Verdicts(Page):
    """Criteria sets tried on a case; ``verdicts["jspm-2010"]`` is the state of one set."""

    tried: Tried

    @property
    def states(self) -> tuple[SetState, ...]:
        """One state for each set, with sides, items, premises and what is missing."""
        return tuple(self.tried.states)

    def __getitem__(self, name: str) -> SetState:
        for state in self.states:
            if state.set.id == name:
                return state
        raise KeyError(f"no criteria set {name!r} was tried; there are {', '.join(s.set.id for s in self.states)}")

    def __iter__(self) -> Iterator[SetState]:
        return iter(self.states)

    def table(self) -> Table:
        """One row for each item and side."""
        return Table(criteriabook.item_rows(self.tried))

    def text(self, width: int = WIDTH, *, proof: bool = False) -> str:
        """The page; with ``proof`` every fact with its place."""
        return "\n".join(criteriabook.page(self.tried, width, proof=proof)) + "\n"


@dataclass(frozen=True, repr=False)
class Spread(Page):
    """How tumour may have got where it is in a case: one tree, and the rival hypotheses in their order."""

    explanation: Explanation
    router: CaseRouter = field(repr=False)

    @property
    def tree(self) -> Tree | None:
        """The tree from the primary to everything involved; None when the case names no primary or nothing beside it."""
        return self.explanation.tree

    @property
    def hypotheses(self) -> tuple[Assessment, ...]:
        """Every hypothesis with verdict, tally, what is for, against, neutral and missing."""
        return tuple(self.explanation.ranking.assessments)

    def table(self) -> Table:
        """One row for each hypothesis."""
        return Table(routebook.ranking_rows(self.explanation))

    def text(self, width: int = WIDTH, *, proof: bool = False) -> str:
        """The page; with ``proof`` the edges, facts and sources behind each line."""
        return "\n".join(routebook.case_lines(self.router, self.explanation, proof, width)) + "\n"


@dataclass(frozen=True, repr=False)
class Routes(Page):
    """Routes from some structures to others, cheapest first."""

    found: Found
    with_case: bool = False

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes with their steps."""
        return tuple(self.found.routes)

    def __iter__(self) -> Iterator[Route]:
        return iter(self.routes)

    def __len__(self) -> int:
        return len(self.routes)

    def table(self) -> Table:
        """One row for each step of each route."""
        numbered = [(number, step) for number, route in enumerate(self.routes, 1) for step in route.steps]
        return Table(routebook.route_rows(numbered))

    def text(self, width: int = WIDTH, *, proof: bool = False) -> str:
        """Every route with its steps, and notes about the search."""
        lines = list(self.found.notes)
        for number, route in enumerate(self.routes, 1):
            lines += [*routebook.route_lines(number, route, self.with_case, proof, width), ""]
        return "\n".join(lines or ["no route"]).rstrip() + "\n"


@dataclass(frozen=True, repr=False)
class Lesions(Page):
    """Lesions that would explain findings, best first."""

    localisation: Localisation

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """The ranked hypotheses."""
        return self.localisation.hypotheses

    def __iter__(self) -> Iterator[Hypothesis]:
        return iter(self.hypotheses)

    def __len__(self) -> int:
        return len(self.hypotheses)

    def table(self) -> Table:
        """One row for each hypothesis."""
        return Table(lesionbook.rows(self.localisation))

    def text(self, width: int = WIDTH, *, proof: bool = False) -> str:
        """The page; with ``proof`` the facts and table rows behind each explanation."""
        if not self.hypotheses:
            return f"{self.localisation.title}: no lesion to name\n"
        return "\n".join(lesionbook.page(self.localisation, width, proof=proof)) + "\n"


@dataclass(frozen=True, repr=False)
class Involved(Page):
    """What is involved, what is at risk, and what its loss would take away."""

    title: str
    involvement: Involvement
    atlas: Atlas = field(repr=False)

    def table(self) -> Table:
        """One row for each structure or deficit."""
        return Table(involvementbook.rows(self.involvement, self.atlas))

    def text(self, width: int = WIDTH, *, every: bool = False) -> str:
        """The page; with ``every`` all muscles, skin fields and possible risks."""
        lines = involvementbook.page(self.title, self.involvement, self.atlas, width, every=every)
        return "\n".join(lines).rstrip() + "\n"


@dataclass(frozen=True, repr=False)
class Likenesses(Page):
    """Published cases that are like one, nearest first."""

    case: str
    compared: tuple[Feature, ...]
    likenesses: tuple[Likeness, ...]
    labels: Mapping[str, str] = field(repr=False)
    engine: Engine = field(repr=False)

    def __iter__(self) -> Iterator[Likeness]:
        return iter(self.likenesses)

    def __len__(self) -> int:
        return len(self.likenesses)

    def table(self) -> Table:
        """One row for each shared or denied fact."""
        return Table(similarbook.rows(self.likenesses, self.labels), dict(self.labels))

    def text(self, width: int = WIDTH, *, full: bool = False) -> str:
        """The page, with what was done and what happened."""
        lines = similarbook.page(self.engine, self.case, self.compared, self.likenesses, self.labels, full, width)
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, repr=False)
class Audit(Page):
    """The figures of the papers, recomputed."""

    findings: tuple[AuditFinding, ...]

    def __iter__(self) -> Iterator[AuditFinding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def table(self) -> Table:
        """One row for each figure."""
        return Table(auditbook.rows(self.findings))

    def text(self, width: int = WIDTH) -> str:
        """Figures by paper and verdict, printed and recomputed, each with its place."""
        return "\n".join(auditbook.page(self.findings, width)) + "\n"


@dataclass(frozen=True, repr=False)
class Doses(Page):
    """Regimens with BED and EQD2 for each alpha/beta, all in Gy."""

    regimens: tuple[Regimen, ...]
    alpha_beta: tuple[Decimal, ...]

    def __iter__(self) -> Iterator[Regimen]:
        return iter(self.regimens)

    def table(self) -> Table:
        """One row for each regimen and ratio."""
        return Table(dosebook.computed_rows(self.regimens, self.alpha_beta))

    def text(self, width: int = WIDTH) -> str:
        """The page with the formulas and what they assume."""
        return "\n".join(dosebook.page(self.regimens, self.alpha_beta, width)) + "\n"


@dataclass(frozen=True, repr=False)
class ProofOf(Page):
    """Why something was concluded: rule, premises, down to passages and table rows."""

    case: str
    proof: Proof

    def data(self) -> dict[str, object]:
        """The proof as JSON data."""
        return proofbook.as_data(self.proof)

    def text(self, width: int = WIDTH) -> str:
        """The proof as a tree."""
        return "\n".join(proofbook.tree(self.proof, self.case, width)) + "\n"


@dataclass(frozen=True, repr=False)
class WhyNot(Page):
    """Which leaf is missing or denied behind something that was not concluded."""

    found: WhyNotFound
    lines: Callable[[int], list[str]] = field(repr=False)

    def text(self, width: int = WIDTH) -> str:
        """What was asked and each missing or negative leaf."""
        return "\n".join(self.lines(width)) + "\n"
