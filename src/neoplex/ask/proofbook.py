"""Proofs as a tree on a page, as JSON, and as rows.

Comes in: proofs and justifications. Goes out: lines of text and plain data. The ends of every branch show the passage or
the table row with its source. Never reads a store but for labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyoxigraph as ox

from neoplex.ask import layout
from neoplex.base.names import compact
from neoplex.infer.justify import Membership, Step
from neoplex.infer.proof import Ground, Proof
from neoplex.store.answers import Rows


def tree(proof: Proof, case: str, width: int, depth: int = 0) -> list[str]:
    """A proof as an indented tree: what follows, by which rule, from what, down to the sources."""
    indent = "  " * depth
    lines = layout.wrap(proof.words, width, indent + ("" if depth == 0 else "· "), indent + "  ")
    inner = indent + "  "
    if depth == 0:
        lines += layout.wrap(short_id(proof.iri, case), width, inner)
    if proof.rule and depth == 0:
        lines += layout.wrap(f"rule {proof.rule.name}: {proof.rule.says}", width, inner)
        lines += layout.wrap(f"when: {proof.rule.when}", width, inner)
        lines += layout.wrap(f"source of the rule: {proof.rule.source}", width, inner)
    elif proof.rule:
        lines += layout.wrap(f"by rule {proof.rule.name}", width, inner)
    for ground in proof.grounds:
        lines += layout.wrap(ground_words(ground), width, inner, inner + "  ")
    if proof.again:
        lines += layout.wrap("(shown above)", width, inner)
    for premise in proof.premises:
        lines += tree(premise, case, width, depth + 1)
    if proof.missing:
        lines += layout.wrap("would decide:", width, inner)
        for premise in proof.missing:
            lines += tree(premise, case, width, depth + 1)
    return lines


def ground_words(ground: Ground) -> str:
    """Where a leaf stands, in one line."""
    if ground.kind == "row":
        return f"table row {ground.text}" + (f" – {ground.source}" if ground.source else "")
    if ground.kind == "passage":
        return f"{ground.source}: {ground.text}" if ground.source else ground.text
    if ground.kind == "definition":
        return f"definition: {ground.text}" + (f" – {ground.source}" if ground.source else "")
    return f"source: {ground.text}"


def as_data(proof: Proof) -> dict[str, Any]:
    """A proof as JSON data."""
    data: dict[str, Any] = {"statement": compact(proof.iri), "kind": proof.kind, "words": proof.words}
    if proof.certainty:
        data["certainty"] = proof.certainty
    if proof.rule:
        data["rule"] = {
            "id": compact(proof.rule.iri),
            "says": proof.rule.says,
            "when": proof.rule.when,
            "source": proof.rule.source,
        }
    if proof.grounds:
        data["grounds"] = [{"kind": g.kind, "text": g.text, "source": g.source} for g in proof.grounds]
    if proof.again:
        data["again"] = True
    if proof.premises:
        data["premises"] = [as_data(premise) for premise in proof.premises]
    if proof.missing:
        data["missing"] = [as_data(premise) for premise in proof.missing]
    return data


def statement_rows(statements: Sequence[tuple[str, str, str]]) -> Rows:
    """Statements that can be explained: short id, what it is, its words."""
    return Rows(
        ("statement", "kind", "words"),
        tuple((ox.Literal(name), ox.Literal(kind), ox.Literal(words)) for name, kind, words in statements),
    )


def chain(
    steps: Sequence[Step], labels: dict[str, str], definitions: dict[str, str], width: int, indent: str
) -> list[str]:
    """Steps from a class to a wider one, each with the axiom that makes it."""
    lines: list[str] = []
    for step in steps:
        text = f"every {labels.get(step.below, compact(step.below))} is a {labels.get(step.above, compact(step.above))}"
        why = "asserted" if step.told else f"by the definition of {labels.get(step.by, compact(step.by))}"
        meaning = definitions.get(step.by, "")
        lines += layout.wrap(f"{text} ({why}{': ' + meaning if meaning else ''})", width, indent, indent + "  ")
    return lines


def membership_lines(
    member: Membership, labels: dict[str, str], definitions: dict[str, str], width: int, edges: dict[str, str]
) -> list[str]:
    """Why a fact belongs to a defined class: definition, kind, place."""

    def name(iri: str) -> str:
        return labels.get(iri, compact(iri))

    lines = layout.wrap(f"also {name(member.cls)}", width, "  ", "    ")
    meaning = definitions.get(member.cls, "")
    lines += layout.wrap(
        f"definition: {meaning}" if meaning else f"by the definition of {name(member.cls)}", width, "    ", "      "
    )
    lines += chain(member.kind_steps, labels, definitions, width, "    ")
    for part in member.parts:
        lines += layout.wrap(edges.get(part, name(part)), width, "    ", "      ")
    lines += layout.wrap(f"its site: {name(member.site)}", width, "    ", "      ")
    return lines + chain(member.place_steps, labels, definitions, width, "    ")


def short_id(iri: str, case: str) -> str:
    """The id of a statement within its case; any other node by its CURIE."""
    return (
        iri.removeprefix(case + "/inferred/").removeprefix(case + "/")
        if case and iri.startswith(case)
        else compact(iri)
    )
