"""Find what can be explained in a case, and ask why something was not concluded.

Comes in: an engine and words. Goes out: IRIs for :mod:`neoplex.infer.proof`, and the leaves of :mod:`neoplex.infer.whynot` as lines
or data. Never proves.
"""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox

from neoplex.ask import layout, proofbook
from neoplex.ask.engines import LocalEngine
from neoplex.ask.vocabulary import Vocabulary
from neoplex.base.errors import UsageError, did_you_mean
from neoplex.base.names import ATLAS, GRAPH_ATLAS, NX, PREFIXES, compact, expand
from neoplex.infer.whynot import KINDS, WhyNot, why_not


def statements(engine: LocalEngine, case: str) -> dict[str, str]:
    """Short id to IRI of everything in a case that can be explained: conclusions first, then facts."""

    store = engine.graph.store
    inferred, facts = [], []
    for quad in store.quads_for_pattern(ox.NamedNode(case), None, None):
        if not isinstance(quad.object, ox.NamedNode) or not quad.object.value.startswith(case + "/"):
            continue
        if quad.predicate.value == NX + "hasInference":
            inferred.append(quad.object.value)
        elif "/inferred/" not in quad.object.value:
            facts.append(quad.object.value)
    found = {iri.removeprefix(case + "/inferred/"): iri for iri in sorted(inferred)}
    for iri in sorted(facts):
        found.setdefault(iri.removeprefix(case + "/"), iri)
    return found


def find_statement(engine: LocalEngine, case: str, name: str) -> str:
    """The IRI of a statement by IRI, CURIE, id, or the last part of an id when only one ends so; raises UsageError."""

    known = statements(engine, case)
    iri = name[1:-1] if name.startswith("<") and name.endswith(">") else expand(name)
    if iri in known.values():
        return iri
    short = name.removeprefix("inferred/")
    if short in known:
        return known[short]
    ends = [key for key in known if key.endswith("/" + short)]
    if len(ends) == 1:
        return known[ends[0]]
    if ends:
        raise UsageError(f"{name!r} ends {len(ends)} ids: {', '.join(ends[:4])}; give more of it")
    inside = [key for key in known if short in key]
    hint = did_you_mean(short, list(known)) or (f"did you mean {inside[0]}?" if inside else "`list` shows them all")
    raise UsageError(f"nothing in this case is called {name!r}; {hint}")


def ask_why_not(engine: LocalEngine, case: str, text: str) -> WhyNot:
    """Why a case does not conclude what ``text`` says, such as ``at risk left femoral nerve``; raises UsageError."""
    words = " ".join(text.split())
    kind = next((k for k in sorted(KINDS, key=len, reverse=True) if words.casefold().startswith(k)), "")
    if not kind:
        raise UsageError(
            f"--why-not starts with one of {', '.join(sorted(KINDS))}, then a structure or side; found {text!r}"
        )
    rest = words[len(kind) :].strip()
    structure, side = "", ""
    if kind.endswith("level"):
        side = rest.casefold()
        if side not in ("left", "right"):
            raise UsageError(f"a level has a side: {kind} left, or {kind} right; found {rest!r}")
    else:
        structure = Vocabulary(engine).resolve(rest, "structure")[0]
        if not structure.startswith(ATLAS):
            structure = _individual(engine, structure, rest)
    return why_not(engine.graph.store, case, kind, structure, side)


def why_not_data(found: WhyNot) -> dict[str, Any]:
    """The answer as JSON data."""
    return {
        "asked": found.asked,
        "held": [{"state": leaf.state, "words": leaf.words, "statement": compact(leaf.iri)} for leaf in found.held],
        "leaves": [
            {"state": leaf.state, "words": leaf.words, "statement": compact(leaf.iri) if leaf.iri else ""}
            | {"grounds": [proofbook.ground_words(ground) for ground in leaf.grounds]}
            for leaf in found.leaves
        ],
    }


def why_not_lines(found: WhyNot, case: str, width: int) -> list[str]:
    """The answer as lines: what was asked, then each leaf with its places."""
    sure = any(leaf.state == "held" for leaf in found.held)
    verdict = "It is concluded" if sure else "Concluded as possible only" if found.held else "Not concluded"
    lines = layout.wrap(f"{verdict}: {found.asked}", width)
    for leaf in found.held:
        lines += layout.wrap(leaf.words, width, "  ", "    ")
        lines += layout.wrap(f"see {proofbook.short_id(leaf.iri, case)}", width, "    ", "      ")
    if found.held:
        return lines
    for leaf in found.leaves:
        lines += layout.wrap(f"{leaf.state}: {leaf.words}", width, "  ", "    ")
        if leaf.iri.startswith(case + "/"):
            lines += layout.wrap(proofbook.short_id(leaf.iri, case), width, "      ", "        ")
        for ground in leaf.grounds:
            lines += layout.wrap(proofbook.ground_words(ground), width, "      ", "        ")
    if any(leaf.state == "missing" for leaf in found.leaves):
        lines += layout.wrap("Absence is never concluded from silence.", width, "  ")
    return lines


def _individual(engine: LocalEngine, cls: str, name: str) -> str:
    """The only structure of a class; raises UsageError when it comes in pairs."""

    kind = ox.NamedNode(PREFIXES["rdf"] + "type")
    quads = engine.graph.store.quads_for_pattern(None, kind, ox.NamedNode(cls), ox.NamedNode(GRAPH_ATLAS))
    found = sorted(q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode))
    if len(found) != 1:
        raise UsageError(f"{name!r} has two sides: say left {name} or right {name}")
    return found[0]
