"""Involvement as a case reports it, or as it would be with tumour at given structures.

Comes in: an engine on the built graph, a case or structures in words. Goes out: what is involved and at risk, with the store that
holds the proofs. Nothing supposed enters the graph.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox

from neoplex.ask.casebook import find_case
from neoplex.ask.engines import LocalEngine
from neoplex.ask.vocabulary import Vocabulary, fetch_labels
from neoplex.base import paths
from neoplex.base.errors import UsageError
from neoplex.base.names import ATLAS, GRAPH_ATLAS, NX, PREFIXES, case_iri
from neoplex.infer.involvement import WHAT_IF, Involvement, read_involvement, suppose
from neoplex.infer.justify import justify
from neoplex.infer.rules import read_rules


def of_case(engine: LocalEngine, name: str) -> tuple[str, Involvement, ox.Store]:
    """Title, involvement and store of a case; raises UsageError for an unknown one and for a cohort."""
    entry = find_case(engine, name)
    if entry.is_cohort:
        raise UsageError(f"{entry.id} is a cohort; ask about one of its cases")
    store = engine.graph.store
    return entry.label, read_involvement(store, case_iri(entry.id)), store


def of_sites(
    engine: LocalEngine, sites: Sequence[str], kind: str = "infiltration"
) -> tuple[str, Involvement, ox.Store]:
    """Title, involvement and a store of its own for tumour that is only supposed; raises UsageError for other kinds."""
    vocabulary = Vocabulary(engine)
    store = engine.graph.store
    term = vocabulary.resolve(kind, "term")[0]
    if justify(store, term, NX + "TumorInvolvement") is None:
        raise UsageError(f"{kind!r} is no kind of tumor involvement; `neoplex tree tumor involvement` shows them")
    places = [iri for site in sites for iri in vocabulary.resolve(site, "structure")]
    labels = fetch_labels(engine, [*places, term])
    wanted: list[tuple[str, str, str]] = []
    for iri in places:
        if iri.startswith(ATLAS):
            wanted.append((iri, "", ""))
        elif single := _only_individual(engine, iri):
            wanted.append((single, "", ""))
        else:
            name = labels.get(iri, iri)
            wanted.append((f"{WHAT_IF}/site/{iri.removeprefix(NX)}", iri, f"{name}, side not reported"))
    supposed = suppose(store, read_rules(paths.shipped_root() / "queries" / "rules"), term, wanted)
    found = read_involvement(supposed, WHAT_IF)
    title = f"If there were {labels.get(term, kind)} of " + " and ".join(labels.get(iri, iri) for iri in places)
    return title, found, supposed


def _only_individual(engine: LocalEngine, cls: str) -> str:
    """The one structure of the atlas that is of this class, when it is unpaired; else nothing."""

    kind = ox.NamedNode(PREFIXES["rdf"] + "type")
    quads = engine.graph.store.quads_for_pattern(None, kind, ox.NamedNode(cls), ox.NamedNode(GRAPH_ATLAS))
    found = sorted(q.subject.value for q in quads if isinstance(q.subject, ox.NamedNode))
    return found[0] if len(found) == 1 else ""
