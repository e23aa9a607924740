"""Try criteria sets on a case of any store, with what is only assumed kept apart.

Comes in: an engine, sets, assumptions in words. Goes out: what :mod:`neoplex.ask.criteriabook` shows. Nothing assumed is stored.
"""

from __future__ import annotations

from collections.abc import Sequence

from neoplex.ask.casebook import CaseEntry, find_case
from neoplex.ask.criteriabook import Tried, engine_triples
from neoplex.ask.engines import LocalEngine
from neoplex.ask.factwords import FactWords
from neoplex.ask.vocabulary import Engine
from neoplex.base import paths
from neoplex.base.errors import UsageError, did_you_mean
from neoplex.base.names import case_iri
from neoplex.infer.criteriaassume import Assumption, read_assumption
from neoplex.infer.criteriadiscriminators import Discriminators, Suggestion, read_discriminators, weigh
from neoplex.infer.criteriaground import store_triples
from neoplex.infer.criteriaquads import CaseAssessor, assessment_quads
from neoplex.infer.route_cases import CaseRouter
from neoplex.infer.route_evidence import Witness
from neoplex.model.lexicon import Lexicon
from neoplex.read.criteria import CriteriaSet, criteria_files, read_criteria
from neoplex.read.lexicon import load_lexicon
from neoplex.store.answers import Triples, settle


def read_sets() -> tuple[Lexicon, tuple[CriteriaSet, ...], tuple[Discriminators, ...]]:
    """The lexicon, the criteria sets and the files of discriminators, shipped and the user's own; raises FaultsFound."""
    root = paths.shipped_root()
    lexicon = load_lexicon(root)
    files = criteria_files(root, paths.home())
    return lexicon, read_criteria(files, lexicon), read_discriminators(files, lexicon)


def choose_sets(
    names: list[str], sets: tuple[CriteriaSet, ...], others: tuple[Discriminators, ...]
) -> tuple[tuple[CriteriaSet, ...], tuple[Discriminators, ...]]:
    """Those of these ids (all when none or ``all`` is named); raises UsageError for an unknown one."""
    known = [*(one.id for one in sets), *(file.id for file in others)]
    for name in names:
        if name not in (*known, "all"):
            begun = [one for one in known if one.startswith(name)]
            hint = f"did you mean {' or '.join(begun)}?" if begun else did_you_mean(name, known) or ", ".join(known)
            raise UsageError(f"no criteria set is called {name!r}; {hint}")
    if not names or "all" in names:
        return sets, others
    return tuple(one for one in sets if one.id in names), tuple(file for file in others if file.id in names)


def open_assessor(engine: Engine, sets: Sequence[CriteriaSet]) -> CaseAssessor:
    """Something that assesses the cases of an engine, local or remote."""
    triples = store_triples(engine.graph.store) if isinstance(engine, LocalEngine) else engine_triples(engine)
    return CaseAssessor(sets, triples)


def find_person(engine: Engine, case: str) -> CaseEntry:
    """A case of one person; raises UsageError for an unknown one and for a cohort."""
    entry = find_case(engine, case)
    if entry.is_cohort:
        raise UsageError(f"{entry.id} is a cohort; criteria are tried person by person")
    return entry


def read_assumptions(texts: list[str], lexicon: Lexicon, sets: tuple[CriteriaSet, ...]) -> list[Assumption]:
    """``FINDING=present|absent`` in words as assumptions; raises UsageError."""
    return [read_assumption(text, lexicon, sets, number) for number, text in enumerate(texts, start=1)]


def try_sets(
    engine: Engine,
    assessor: CaseAssessor,
    entry: CaseEntry,
    chosen: Sequence[CriteriaSet],
    assumptions: Sequence[Assumption],
    files: Sequence[Discriminators],
    lexicon: Lexicon,
) -> Tried:
    """Every chosen set on one case, with what is assumed; ``files`` are discriminators to weigh beside them."""
    iri = case_iri(entry.id)
    facts = [*assessor.facts(iri), *(a.fact for a in assumptions if a.fact is not None)]
    verdicts = {item: verdict for a in assumptions for item, verdict in a.verdicts}
    states = assessor.assessor.assess(facts, assumed=verdicts, only=frozenset(one.id for one in chosen))
    return Tried(
        entry.id,
        entry.label,
        states,
        assessor.ground,
        FactWords.read(engine, iri),
        tuple(a.words for a in assumptions),
        _weigh(engine, entry.id, files),
    )


def _weigh(
    engine: Engine, case: str, files: Sequence[Discriminators]
) -> tuple[tuple[Discriminators, tuple[Suggestion, ...]], ...]:
    if not files:
        return ()

    if not isinstance(engine, LocalEngine):
        raise UsageError("discriminators are weighed on the built graph only; leave --endpoint out")
    router = CaseRouter(engine.graph.store)
    witness = Witness(router.read(case), router.network)
    return tuple((file, weigh(file, witness)) for file in files)


def assessment_triples(assessor: CaseAssessor, tried: Tried) -> Triples:
    """What follows as it stands in the inferred graph of the case."""
    quads = assessment_quads(case_iri(tried.case), tried.states, assessor.ground)
    return Triples(settle(quad.triple for quad in quads))
