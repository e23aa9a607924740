"""Lesion hypotheses as a page for a clinician, and as rows.

Comes in: hypotheses and what they were made from. Goes out: lines of text and rows. Shows for each hypothesis what it
explains, what it leaves over, what speaks against it and what it would also take; never a score. Never searches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from neoplex.ask import layout
from neoplex.base.names import CASE, PREFIXES, SOURCE
from neoplex.infer.deficits import Finding
from neoplex.infer.lesions import Lesions
from neoplex.infer.localise import Against, Explanation, Hypothesis, Reach
from neoplex.infer.separators import Separator, rivals, separate, separate_places, would_also_take
from neoplex.infer.wiring import Fibre
from neoplex.store.answers import Rows

_WEIGHING = (
    "Order: what is explained counts for a hypothesis, what is left over and what is preserved against it; a further lesion must "
    "pay for itself; of equals the fewer lesions and the smaller territory come first. What nobody reported counts neither way. "
    "The order is an assumption of neoplex; the anatomy has its sources (--proof)."
)
_MOST_ALSO = 6
_COLUMN = 18


@dataclass(frozen=True)
class Localisation:
    """Everything one page shows."""

    title: str
    lost: tuple[Finding, ...]
    kept: tuple[Finding, ...]
    unplaced: tuple[tuple[str, str], ...]
    hypotheses: tuple[Hypothesis, ...]
    lesions: Lesions
    sex: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Lost and preserved."""
        return (*self.lost, *self.kept)


def page(found: Localisation, width: int, *, proof: bool = False) -> list[str]:
    """The page: findings, hypotheses in order, and the tests that decide between the best."""
    lines = [found.title, ""]
    lines += _listed("Lost", [_with_remarks(f) for f in found.lost], width)
    lines += _listed("Preserved", [_with_remarks(f) for f in found.kept], width)
    lines += _listed("Not placed", [f"{_short(fact)}: {why}" for fact, why in found.unplaced], width)
    for number, hypothesis in enumerate(found.hypotheses, start=1):
        if hypothesis.rank != number and found.hypotheses[number - 2].rank == number - 1:
            lines += ["", "Further down the order"]
        lines += ["", *_hypothesis(found, hypothesis, width)]
        if proof:
            lines += _proof(found, hypothesis, width)
    for one, other in rivals(found.hypotheses):
        lines += ["", *_tests(found, one, other, width)]
    lines += ["", *layout.wrap(_WEIGHING, width)]
    return lines


def rows(found: Localisation) -> Rows:
    """One row for each hypothesis; lists are joined by ``; ``."""
    variables = ("rank", "lesion", "fit", "explains", "inPart", "unexplained", "against", "alsoTakes")
    return Rows(variables, tuple(_row(found, hypothesis) for hypothesis in found.hypotheses))


def _row(found: Localisation, hypothesis: Hypothesis) -> tuple[ox.Literal, ...]:
    integer = ox.NamedNode(PREFIXES["xsd"] + "integer")
    also = would_also_take(hypothesis, found.findings, found.lesions, sex=found.sex)
    cells = (
        hypothesis.label,
        hypothesis.fit,
        _joined(hypothesis.explained),
        _joined(hypothesis.in_part),
        _joined(hypothesis.left_over),
        "; ".join(f"{c.function.label} ({_force(c.against)})" for c in hypothesis.contradictions),
        "; ".join(f"{function.label} ({expected})" for function, expected in also),
    )
    return (ox.Literal(str(hypothesis.rank), datatype=integer), *(ox.Literal(cell) for cell in cells))


def _joined(findings: Sequence[Finding]) -> str:
    return "; ".join(finding.label for finding in findings)


def _force(against: Against) -> str:
    return "clearly" if against == Against.CLEARLY else "rather"


def _with_remarks(finding: Finding) -> str:
    return finding.label + (f" [{'; '.join(finding.remarks)}]" if finding.remarks else "")


def _listed(name: str, items: Sequence[str], width: int) -> list[str]:
    if not items:
        return []
    return [f"{name} ({len(items)})", *(line for item in items for line in layout.wrap(item, width, "  ", "    "))]


# -------------------------------------------------------------------------------------------------------- one hypothesis


def _hypothesis(found: Localisation, hypothesis: Hypothesis, width: int) -> list[str]:
    head = f"{hypothesis.rank}. {hypothesis.label}: {hypothesis.fit}"
    pairs: list[tuple[str, str]] = []
    whole = [e for e in hypothesis.explanations if e.reach >= Reach.INCOMPLETE]
    part = [e for e in hypothesis.explanations if e.reach == Reach.PART]
    left = [e for e in hypothesis.explanations if e.reach == Reach.NONE]
    total = len(hypothesis.explanations)
    pairs.append(("explains", f"{len(whole)} of {total}" + (f": {_explained(whole)}" if whole else "")))
    if part:
        pairs.append(("in part", f"{len(part)}: {_explained(part)}"))
    if left:
        pairs.append(("not explained", f"{len(left)}: {_explained(left)}"))
    for force in (Against.CLEARLY, Against.RATHER):
        against = [c for c in hypothesis.contradictions if c.against == force]
        if against:
            whys = dict.fromkeys(c.why for c in against)
            said = "; ".join(
                f"{', '.join(c.function.label for c in against if c.why == why)} preserved ({why})" for why in whys
            )
            pairs.append((f"{_force(force)} against", said))
    also = would_also_take(hypothesis, found.findings, found.lesions, sex=found.sex)
    if also:
        named = ", ".join(f"{function.label} {expected}" for function, expected in also[:_MOST_ALSO])
        more = f" and {len(also) - _MOST_ALSO} more" if len(also) > _MOST_ALSO else ""
        pairs.append(("would also give", f"{named}{more} (not reported)"))
    if len(hypothesis.lesions) > 1:
        pairs.append(("needs", f"{len(hypothesis.lesions)} separate lesions"))
    pairs += _same_place(found, hypothesis)
    return [*layout.wrap(head, width, "", "   "), *layout.definitions(pairs, width, indent=3, column=_COLUMN + 2)]


def _explained(explanations: Sequence[Explanation]) -> str:
    return "; ".join(e.finding.label + (f" ({e.why})" if e.why else "") for e in explanations)


def _same_place(found: Localisation, hypothesis: Hypothesis) -> list[tuple[str, str]]:
    """Other places along the same fibres, and what would tell them apart."""
    pairs = []
    for lesion in hypothesis.instead:
        tests = separate_places(hypothesis.lesions[0], lesion, found.findings, found.lesions, sex=found.sex)
        said = "; ".join(f"{t.label}: {t.first} in the first, {t.second} here" for t in tests)
        pairs.append(("equally", lesion.label + (f" ({said})" if said else "")))
    also = [iri for lesion in hypothesis.lesions for iri in lesion.also]
    if also:
        atlas = found.lesions.wiring.atlas
        pairs.append(("equally", f"{', '.join(dict.fromkeys(atlas.label(iri) for iri in also))} at this level"))
    return pairs


def _tests(found: Localisation, one: Hypothesis, other: Hypothesis, width: int) -> list[str]:
    separators = separate(one, other, found.findings, found.lesions, sex=found.sex)
    head = f"What would tell {one.rank} ({one.label}) from {other.rank} ({other.label})"
    lines = layout.wrap(head, width, "", "  ")
    if not separators:
        return [*lines, *layout.wrap("nothing the atlas knows that is not reported already", width, "  ")]
    return [*lines, *(line for test in separators for line in _test(test, one, other, width))]


def _test(test: Separator, one: Hypothesis, other: Hypothesis, width: int) -> list[str]:
    return layout.wrap(
        f"{test.label}: {test.first} with {one.rank}, {test.second} with {other.rank}", width, "  ", "    "
    )


# ----------------------------------------------------------------------------------------------------------------- proof


def _proof(found: Localisation, hypothesis: Hypothesis, width: int) -> list[str]:
    """For each finding the facts behind it, and for each nerve that was cut the table rows that say so."""
    atlas = found.lesions.wiring.atlas
    lines = ["   proof"]
    for explanation in hypothesis.explanations:
        if not explanation.reach:
            continue
        facts = ", ".join(_short(fact) for fact in explanation.finding.facts)
        lines += layout.wrap(explanation.finding.label + (f" [{facts}]" if facts else ""), width, "     ", "       ")
        for edge in dict.fromkeys(iri for fibre in explanation.fibres for iri in _chain(fibre, hypothesis.places)):
            stated = atlas.edges[edge]
            sources = ", ".join(source.removeprefix(SOURCE) for source in stated.sources)
            lines += layout.wrap(f"{stated.label}: {', '.join(stated.rows)} ({sources})", width, "       ", "         ")
    return lines


def _chain(fibre: Fibre, places: Sequence[str]) -> list[str]:
    """The supply row of a fibre, then the edges up to the nearest place that is cut."""
    ways = [fibre.path[place] for place in places if place in fibre.path]
    return [fibre.edge, *min(ways, key=len, default=())]


def _short(iri: str) -> str:
    return iri.removeprefix(CASE)
