"""Localise what a case reports together with findings given in words.

Comes in: an engine on the built graph, a case or none, findings in words. Goes out: ranked lesions with all they rest on.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox

from neoplex.ask.casebook import find_case
from neoplex.ask.engines import LocalEngine
from neoplex.ask.lesionbook import Localisation
from neoplex.base.errors import UsageError, did_you_mean
from neoplex.base.names import NX, case_iri
from neoplex.infer.atlasgraph import open_atlas
from neoplex.infer.casedeficits import CaseDeficits
from neoplex.infer.lesionquads import CaseLocaliser
from neoplex.infer.localise import localise as search


def localise_findings(
    engine: LocalEngine,
    case: str | None = None,
    finding: Sequence[str] = (),
    preserved: Sequence[str] = (),
    *,
    examination: str | None = None,
    sex: str = "",
    most: int = 5,
) -> tuple[Localisation, CaseLocaliser]:
    """Rank the lesions that explain a case (or one examination of it) and the findings given beside it.

    Raises UsageError for an unknown case, examination or finding, and for a cohort.
    """
    localiser = CaseLocaliser(engine.graph.store, open_atlas(engine.graph))
    deficits = CaseDeficits("", (), (), (), sex)
    title = "Findings as given"
    if case is not None:
        entry = find_case(engine, case)
        if entry.is_cohort:
            raise UsageError(f"{entry.id} is a cohort; findings are localised person by person")
        found_by = _investigation(engine.graph.store, case_iri(entry.id), examination) if examination else ""
        deficits = localiser.read(case_iri(entry.id), found_by=found_by)
        title = entry.label + (f", {examination}" if examination else "")
    given = [f for text in finding for f in localiser.reader.read(text)]
    lost = (*deficits.lost, *(f for f in given if not f.preserved))
    kept = (*deficits.kept, *(f for f in given if f.preserved))
    kept = (*kept, *(f for text in preserved for f in localiser.reader.read(text, preserved=True)))
    sex = deficits.sex or sex
    hypotheses = tuple(search(lost, kept, localiser.lesions, sex=sex, most=most))
    return Localisation(title, lost, kept, deficits.unplaced, hypotheses, localiser.lesions, sex), localiser


def _investigation(store: object, case: str, name: str) -> str:
    """The IRI of an investigation of a case; raises UsageError with the nearest ids."""

    assert isinstance(store, ox.Store)
    known = {
        quad.object.value.rpartition("/")[2]: quad.object.value
        for quad in store.quads_for_pattern(ox.NamedNode(case), ox.NamedNode(NX + "hasInvestigation"), None)
        if isinstance(quad.object, ox.NamedNode)
    }
    if name not in known:
        hint = did_you_mean(name, sorted(known)) or f"it has {', '.join(sorted(known)) or 'none'}"
        raise UsageError(f"this case has no investigation {name!r}; {hint}")
    return known[name]
