"""The audit of the papers' figures as a page and as rows.

Comes in: findings of :mod:`neoplex.infer.audit`. Goes out: lines of text for a width, or rows. Never recomputes.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox

from neoplex.ask import layout
from neoplex.base.names import SOURCE
from neoplex.infer.audit import COMPARISONS, VERDICTS, Finding
from neoplex.store.answers import Rows


def page(findings: Sequence[Finding], width: int) -> list[str]:
    """Figures by paper and verdict, printed and recomputed side by side."""
    lines: list[str] = []
    last = ("", "")
    for finding in findings:
        paper = finding.source.removeprefix(SOURCE)
        group = finding.verdict + (f": {finding.reason}" if finding.reason else "")
        if last[0] != paper:
            lines += ([""] if lines else []) + [paper]
        if last != (paper, group):
            lines += ["", f"  {group[0].upper()}{group[1:]}"]
        last = (paper, group)
        lines += _entry(finding, width) if not finding.reason else _listed(finding, width)
    return layout.visible_lines("\n".join(lines)).split("\n")


def _entry(finding: Finding, width: int) -> list[str]:

    printed = f"{finding.printed} " if finding.printed else "stated "
    beside = f" (beside it: {', '.join(map(str, finding.beside))})" if finding.beside else ""
    pairs = [
        ("printed", f"{printed}[{'; '.join(finding.places)}]"),
        ("recomputed", f"{finding.recomputed}{beside} [{'; '.join(finding.used)}]"),
        ("how", finding.recomputes),
    ]
    if finding.compare != "equal":
        pairs.append(("test", COMPARISONS[finding.compare]))
    if finding.tolerance != "none":
        pairs.append(("tolerance", finding.tolerance))
    pairs.append(("query", f"{finding.query}.rq"))
    head = layout.wrap(f"{_name(finding)}: {finding.measure}", width, "    ", "      ")
    return [*head, *layout.definitions(pairs, width, indent=6, column=19)]


def _listed(finding: Finding, width: int) -> list[str]:

    figure = f", {finding.printed}" if finding.printed else ""
    text = f"{_name(finding)}: {finding.measure}{figure} [{'; '.join(finding.places)}]. {finding.words}"
    return layout.wrap(text, width, "    ", "      ")


def _name(finding: Finding) -> str:
    return finding.claim.rpartition("/")[2]


def rows(findings: Sequence[Finding]) -> Rows:
    """One row for each figure."""
    names = "source claim verdict measure printed places recomputed beside used how test tolerance query reason"

    def text(words: object) -> ox.Literal:
        return ox.Literal(str(words) if words is not None else "")

    rows = tuple(
        (
            ox.NamedNode(f.source),
            ox.NamedNode(f.claim),
            text(f.verdict),
            text(f.measure),
            text(f.printed),
            text("; ".join(f.places)),
            text(f.recomputed),
            text("; ".join(map(str, f.beside))),
            text("; ".join(f.used)),
            text(f.recomputes),
            text(f.compare),
            text(f.tolerance),
            text(f.query),
            text(f"{f.reason}: {f.words}" if f.reason else ""),
        )
        for f in findings
    )
    return Rows(tuple(names.split()), rows)


def count(findings: Sequence[Finding]) -> str:
    """How many figures, by verdict, in words."""
    counts = [(sum(f.verdict == verdict for f in findings), verdict) for verdict in VERDICTS]
    return f"{len(findings)} figures and statements: " + ", ".join(f"{number} {verdict}" for number, verdict in counts)
