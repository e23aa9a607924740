"""Cases that are alike, as a page and as rows.

Comes in: what :mod:`neoplex.infer.similar` found. Goes out: lines of text for a width, or rows. Never compares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyoxigraph as ox

from neoplex.ask import layout
from neoplex.ask.factwords import FactWords
from neoplex.ask.vocabulary import Engine
from neoplex.base.names import CASE, PREFIXES
from neoplex.infer.similar import Likeness, put_into_words
from neoplex.store.answers import Rows

_MOST_MATCHES = 8


def page(
    engine: Engine,
    case: str,
    mine: Sequence[object],
    found: Sequence[Likeness],
    labels: Mapping[str, str],
    full: bool,
    width: int,
) -> list[str]:
    """The nearest cases with what they share, were treated with, and what happened; ``mine`` are the facts compared."""
    lines = layout.wrap(f"Cases like {case.removeprefix(CASE)} ({len(mine)} facts compared)", width)
    for rank, likeness in enumerate(found, start=1):
        facts = FactWords.read(engine, likeness.case)
        head = f"{rank}. {labels.get(likeness.case, likeness.case)} ({likeness.case.removeprefix(CASE)})"
        lines += ["", *layout.wrap(head, width, "", "   ")]
        lines += layout.wrap(f"shares {likeness.share:.0%} of what the case could have in common", width, "   ")
        words = put_into_words(likeness, labels)
        shown = words if full else words[:_MOST_MATCHES] + [w for w in words[_MOST_MATCHES:] if w[1] < 0]
        for text, weight in shown:
            lines += layout.wrap(f"{weight:+.2f}  {text}", width, "   ", "          ")
        if len(shown) < len(words):
            lines.append(f"          and {len(words) - len(shown)} more (--full)")
        for title, nodes in (("was treated with", likeness.treatments), ("what happened", likeness.outcomes)):
            # A course with a dose is what a reader looks for first.
            ordered = sorted(facts.in_order(nodes), key=lambda node: not facts.iris(node, "hasDose"))
            kept = ordered if full else ordered[:_MOST_MATCHES]
            lines.append(f"   {title}:" if ordered else f"   {title}: not reported")
            for node in kept:
                lines += layout.wrap(layout.visible(facts.describe(node)), width, "   - ", "     ")
            if len(kept) < len(ordered):
                lines.append(f"     and {len(ordered) - len(kept)} more (--full)")
    note = (
        "+: shared, weighed by how specific the common term is (0 to 1, places add up to 0.5); -: told by one, denied by the "
        "other. Silence counts neither way, so a case told at length is compared on more. The weights are an assumption of neoplex."
    )
    return [*lines, "", *layout.wrap(note, width)]


def rows(found: Sequence[Likeness], labels: Mapping[str, str]) -> Rows:
    """One row for each shared or denied fact."""
    decimal = ox.NamedNode(PREFIXES["xsd"] + "decimal")
    integer = ox.NamedNode(PREFIXES["xsd"] + "integer")
    rows = []
    for rank, likeness in enumerate(found, start=1):
        for match, (words, weight) in zip(likeness.matches, put_into_words(likeness, labels), strict=True):
            rows.append(
                (
                    ox.Literal(str(rank), datatype=integer),
                    ox.NamedNode(likeness.case),
                    ox.Literal(f"{likeness.share:.4f}", datatype=decimal),
                    ox.Literal(f"{weight:.4f}", datatype=decimal),
                    ox.Literal(words),
                    ox.NamedNode(match.mine.fact),
                    ox.NamedNode(match.other.fact),
                )
            )
    return Rows(("rank", "case", "share", "weight", "match", "fact", "otherFact"), tuple(rows))
