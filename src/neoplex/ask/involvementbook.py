"""Involvement as a page for a clinician, and as rows.

Comes in: what the rules say about a case (or a site somebody asks about) and the atlas. Goes out: lines of text and rows.
At risk is never worded as involved, and what is possible never as certain. Never concludes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyoxigraph as ox

from neoplex.ask import layout
from neoplex.infer.atlasgraph import Atlas, by_level
from neoplex.infer.involvement import Involvement, Known, Level, Loss, Match, Place, Risk, losses
from neoplex.store.answers import Rows

_WAYS = {
    "traverses": "runs through",
    "passesThrough": "passes through",
    "enclosedBy": "lies within",
    "medialBorderOf": "at the medial border of",
    "lateralBorderOf": "at the lateral border of",
    "runsAnteriorTo": "in front of",
    "deepTo": "deep to",
    "adjacentTo": "beside",
    "hasRoot": "takes fibres from",
}
_ASPECTS = {
    "levelOfInvolvement": "of documented tumour",
    "levelAtRisk": "of what is at risk",
    "levelOfDeficits": "of what is lost",
}
_SIDES = {"sideNotReported": "side not reported"}
_KINDS = {
    "explainedByInvolvement": "Explained by documented tumour",
    "explainedByRisk": "Would be explained if a structure at risk were reached",
    "unexplainedDeficit": "Not explained by what is documented or at risk",
    "expectedButAbsent": "Expected if lost as a whole, but reported as kept",
    "notLocalizable": "Cannot be traced to nerves: the source names no muscle, skin or reflex",
}
_COLUMN = 36
_LABELS = 15
_FEW = 4


def page(title: str, found: Involvement, atlas: Atlas, width: int, *, every: bool = False) -> list[str]:
    """The page: what is documented, implied, at risk, what its loss would take, the level on each side, and the deficits."""
    lines = [title, ""]
    if not found.known:
        return [
            *lines,
            *layout.wrap("No finding, condition or conclusion places tumour at a structure.", width),
            *_deficits(found, width),
        ]
    lines += _section(
        "Tumour is documented",
        list(dict.fromkeys((k.place.label, _how_known(k)) for k in found.known if k.surest)),
        width,
    )
    wholes = {whole.place.label: f"since {whole.since} is" for whole in found.wholes}
    lines += _section("Involved in part", sorted(wholes.items()), width)
    sure = [risk for risk in found.risks if not risk.certainty]
    unsure = [risk for risk in found.risks if risk.certainty]
    lines += _section("At risk (not shown to be involved)", _risk_lines(sure), width)
    doubted = {risk.place.label for risk in sure}
    unsure = [risk for risk in unsure if every or risk.place.label not in doubted]
    for wider in sorted({risk.wider for risk in unsure}):
        title = f"Possibly at risk: the source names {wider}, without its part or kind" if wider else "Possibly at risk"
        lines += _section(title, _risk_lines([risk for risk in unsure if risk.wider == wider]), width)
    lines += _loss_lines(found, atlas, width, every=every)
    lines += _section("Level, read from the roots", _level_lines(found.levels), width)
    return lines + _deficits(found, width)


def rows(found: Involvement, atlas: Atlas) -> Rows:
    """Everything on the page as rows: section, structure, how, certainty, and the conclusion behind it."""
    table: list[tuple[str, str, str, str, str]] = []
    for known in found.known:
        table.append(("documented", known.place.label, _how_known(known), known.certainty, known.iri))
    for whole in found.wholes:
        table.append(("involved in part", whole.place.label, f"since {whole.since} is", whole.certainty, whole.iri))
    for risk in found.risks:
        wider = f"; the source names only {risk.wider}" if risk.wider else ""
        table.append(("at risk", risk.place.label, _how_at_risk(risk) + wider, risk.certainty, risk.iri))
    for place in _losable(found):
        for loss in _lost(place, atlas, found.sex):
            table.append((f"would lose, {loss.kind}", place.label, _loss_words(loss), "", ""))
    for level in found.levels:
        table.append(("level", _level_name(level), level.verdict, level.certainty, level.iri))
    for match in found.matches:
        by = ", ".join(f"{label}{' (possibly)' if certainty else ''}" for label, certainty in match.by)
        table.append(
            ("deficit", _deficit_words(match), f"{_KINDS[match.kind]}{': ' + by if by else ''}", "", match.iris[0])
        )
    return Rows(
        ("section", "structure", "how", "certainty", "statement"),
        tuple(
            (ox.Literal(a), ox.Literal(b), ox.Literal(c), ox.Literal(d) if d else None, ox.NamedNode(e) if e else None)
            for a, b, c, d, e in table
        ),
    )


def _section(title: str, pairs: Sequence[tuple[str, str]], width: int) -> list[str]:
    if not pairs:
        return []
    column = min(_COLUMN, max(layout.width_of(name) for name, _ in pairs) + 4)
    return [*layout.wrap(title, width), *layout.definitions(pairs, width, indent=2, column=column), ""]


def _how_known(known: Known) -> str:
    words = ["reported" if known.basis == "reported" else "concluded by authors or doctors"]
    if not known.inside:
        words.append("touching or inside, not told which")
    if known.certainty:
        words.append(known.certainty)
    return ", ".join(words)


def _how_at_risk(risk: Risk) -> str:
    ways = ", ".join(_WAYS.get(name, name) for name in risk.relations)
    return f"{ways} {risk.to}"


def _risk_lines(risks: Iterable[Risk]) -> list[tuple[str, str]]:
    """One line for each structure; ways to the same structure stand together."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for risk in risks:
        ways = found.setdefault(risk.place.label, {}).setdefault(risk.to, {})
        ways.update({_WAYS.get(name, name): None for name in risk.relations})
    return [
        (label, "; ".join(f"{', '.join(sorted(ways))} {to}" for to, ways in places.items()))
        for label, places in found.items()
    ]


def _losable(found: Involvement) -> list[Place]:
    """Structures whose loss takes something: documented and surest, and surely at risk; by label."""
    places = {known.place.label: known.place for known in found.known if known.surest}
    places |= {risk.place.label: risk.place for risk in found.risks if not risk.certainty}
    if not any(not risk.certainty for risk in found.risks):
        places |= {risk.place.label: risk.place for risk in found.risks}
    return [places[label] for label in sorted(places)]


def _lost(place: Place, atlas: Atlas, sex: str) -> tuple[Loss, ...]:
    return losses(atlas, place.own[0], sex) if place.own and place.own[0] in atlas.structures else ()


def _loss_lines(found: Involvement, atlas: Atlas, width: int, *, every: bool) -> list[str]:
    """Each structure with the roots of its fibres, and below it what it serves, a line for each kind of function."""
    lines: list[str] = []
    for place in _losable(found):
        lost = _lost(place, atlas, found.sex)
        if not lost:
            continue
        pairs = []
        for kind, word in (("motor", "muscles"), ("sensory", "feeling"), ("autonomic", "autonomic")):
            names = _targets([loss for loss in lost if loss.kind == kind])
            if names:
                pairs.append((word, _some(names, every)))
        reflexes = sorted({loss.reflex.partition(" (")[0] for loss in lost if loss.reflex})
        if reflexes:
            pairs.append(("reflexes", _some(reflexes, every)))
        roots = by_level(root for loss in lost for root in loss.roots)
        span = f" ({roots[0]}–{roots[-1]})" if len(roots) > 1 else f" ({roots[0]})" if roots else ""
        lines += layout.wrap(place.label + span, width, "  ", "    ")
        lines += layout.definitions(pairs, width, indent=4, column=_LABELS)
    return ["What a complete loss would take away", *lines, ""] if lines else []


def _targets(losses_: Sequence[Loss]) -> list[str]:
    """What is served, each named once with all that is served of it."""
    found: dict[str, dict[str, None]] = {}
    for loss in losses_:
        name = loss.target.partition(" ")[2] if loss.target.startswith(("left ", "right ")) else loss.target
        functions = found.setdefault(name, {})
        if loss.kind != "sensory" and loss.function:
            functions[loss.function] = None
    return [f"{name} ({'; '.join(functions)})" if functions else name for name, functions in found.items()]


def _loss_words(loss: Loss) -> str:
    pieces = [loss.target, loss.function, loss.sign]
    text = "; ".join(piece for piece in pieces if piece)
    text += f" ({'|'.join(loss.roots)}, by the {loss.over})" if loss.roots else f" (by the {loss.over})"
    return text + (f"; reflex: {loss.reflex}" if loss.reflex else "") + ("" if loss.constant else "; not in everybody")


def _some(names: Sequence[str], every: bool) -> str:
    unique = list(dict.fromkeys(names))
    if every or len(unique) <= _FEW + 1:
        return ", ".join(unique)
    return ", ".join(unique[:_FEW]) + f" and {len(unique) - _FEW} more"


def _level_name(level: Level) -> str:
    return f"{_SIDES.get(level.side, level.side)}, {_ASPECTS.get(level.aspect, level.aspect)}"


def _level_lines(levels: Sequence[Level]) -> list[tuple[str, str]]:
    found: dict[str, list[str]] = {}
    for level in levels:
        text = f"possibly {level.verdict}" if level.certainty else level.verdict
        found.setdefault(_level_name(level), []).append(text)
    return [(name, "; ".join(texts)) for name, texts in found.items()]


def _deficits(found: Involvement, width: int) -> list[str]:
    """Each deficit with its time, and below it the structures that explain it; those that share them stand together."""
    lines: list[str] = []
    for kind, title in _KINDS.items():
        grouped: dict[str, list[str]] = {}
        for match in found.matches:
            if match.kind == kind:
                grouped.setdefault(_by(match), []).append(_deficit_words(match))
        if not grouped:
            continue
        lines += layout.wrap(title, width)
        for by, deficits in grouped.items():
            for words in deficits:
                lines += layout.wrap(words, width, "  ", "    ")
            lines += layout.wrap(f"by {by}", width, "      ", "         ") if by else []
        lines.append("")
    return lines


def _deficit_words(match: Match) -> str:
    return f"{match.words}; {match.when}" if match.when else match.words


def _by(match: Match) -> str:
    return ", ".join(f"{label}{' (possibly)' if certainty else ''}" for label, certainty in match.by)
