"""What a figure of the anatomy has to show: the state of each structure, and what the case leaves open.

Comes in: what the rules concluded on involvement, what the case documents, the atlas. Goes out: one state for each atlas
individual, the strongest first, and the places that no individual stands for. Never concludes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from neoplex.draw.sheet import STATES
from neoplex.infer.atlasgraph import Atlas
from neoplex.infer.involvement import Involvement, losses
from neoplex.infer.route_facts import Case, Span

ORDER = {state.name: number for number, state in enumerate(STATES)}
HEDGES = {"possible": "possible", "probable": "probable", "uncertain": "uncertain"}


NEVER = Span()


@dataclass(frozen=True)
class Shown:
    """The state of a structure: its name in ``STATES``, how sure it is (empty: said without a hedge), and when first seen."""

    iri: str
    label: str
    state: str
    certainty: str = ""
    first: Span = NEVER
    others: tuple[str, ...] = ()
    """Weaker states that hold as well."""

    @property
    def words(self) -> str:
        """The structure and its state for a description."""
        word = next(state.label for state in STATES if state.name == self.state)
        return f"{self.label}: {word}" + (f", {self.certainty}" if self.certainty else "")


@dataclass(frozen=True)
class Anatomy:
    """Everything to be shown of a case or of a supposed tumour.

    ``shown`` are structures of the atlas; ``open`` are places whose side is not reported, by label and state; ``primaries`` are
    where the primary lies; ``sex`` is male, female or empty.
    """

    title: str
    sex: str
    shown: Mapping[str, Shown]
    open: tuple[Shown, ...]
    primaries: tuple[str, ...] = ()
    case: Case | None = field(default=None, repr=False, compare=False)


def read_anatomy(title: str, atlas: Atlas, found: Involvement, case: Case | None) -> Anatomy:
    """The states of a case (``case`` None: of a tumour that is only supposed)."""
    states: dict[str, list[tuple[str, str]]] = {}
    loose: dict[str, list[tuple[str, str]]] = {}

    def put(iri: str, label: str, side: str, state: str, certainty: str) -> None:
        if iri in atlas.structures:
            states.setdefault(iri, []).append((state, certainty))
        else:
            words = label if "not reported" in label or side != "sideNotReported" else f"{label}, side not reported"
            loose.setdefault(words, []).append((state, certainty))

    for known in found.known:
        state = "involved" if known.basis == "reported" else "concluded"
        put(
            known.place.iri, known.place.label, known.place.side, state if known.inside else "touching", known.certainty
        )
    for whole in found.wholes:
        put(whole.place.iri, whole.place.label, whole.place.side, "implied", whole.certainty)
    for risk in found.risks:
        put(risk.place.iri, risk.place.label, risk.place.side, "at-risk", risk.certainty)
    first: dict[str, Span] = {}
    if case is not None:
        first = _documented(case, put, atlas)
    lost = _unsupplied(atlas, states, found.sex)
    for iri in lost:
        states.setdefault(iri, []).append(("deficit", ""))
    shown = {iri: _strongest(iri, atlas.label(iri), pairs, first.get(iri, Span())) for iri, pairs in states.items()}
    unplaced = tuple(_strongest("", label, pairs, Span()) for label, pairs in sorted(loose.items()))
    primaries = case.primary_sites if case is not None else ()
    return Anatomy(title, found.sex, dict(sorted(shown.items())), unplaced, primaries, case)


def _documented(case: Case, put: object, atlas: Atlas) -> dict[str, Span]:
    """What the case documents by findings that are signs of tumour, and what it denies; returns when each was first seen."""
    assert callable(put)
    first: dict[str, Span] = {}
    vague: set[tuple[str, str]] = set()
    for iri, known in case.documented.items():
        label = atlas.label(iri)
        if known.status == "denied":
            put(iri, label, "", "absent", "")
            continue
        if known.status == "possibly":
            vague.add((atlas.structures[iri].name, iri))
            continue
        first[iri] = known.first
        if not known.through:
            put(iri, label, "", "sign", "uncertain" if known.status == "disputed" else "")
    for name, iri in sorted(vague):
        if case.atlas.opposite(iri) not in first and iri not in first:
            put("", f"{name}, side not reported", "", "sign", "")
    return first


def _unsupplied(atlas: Atlas, states: Mapping[str, Iterable[tuple[str, str]]], sex: str) -> list[str]:
    """Muscles and organs that documented, not hedged tumour of a nerve would leave without that supply."""
    found: set[str] = set()
    for iri, pairs in states.items():
        if any(state in ("involved", "concluded") and not certainty for state, certainty in pairs):
            labels = {loss.target for loss in losses(atlas, iri, sex) if loss.kind in ("motor", "autonomic")}
            found |= {other.iri for other in atlas.structures.values() if other.label in labels}
    return sorted(found)


def _strongest(iri: str, label: str, pairs: list[tuple[str, str]], first: Span) -> Shown:
    ranked = sorted(set(pairs), key=lambda pair: (ORDER[pair[0]], pair[1] != "", pair[1]))
    state, certainty = ranked[0]
    others = tuple(dict.fromkeys(other for other, _ in ranked if other != state))
    return Shown(iri, label, state, HEDGES.get(certainty, ""), first, others)
