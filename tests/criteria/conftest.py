"""Criteria on cases typed as a user would type them: ontology in memory, no build."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest

from neoplex.base.names import case_iri
from neoplex.build.pipeline import ontology_files
from neoplex.cases.compile import compile_publication
from neoplex.infer.criteria import Assessor, SetState
from neoplex.infer.criteriafacts import CaseFact, read_facts
from neoplex.infer.criteriaground import Ground, make_ground, store_triples
from neoplex.infer.criteriamatch import Matcher
from neoplex.model.lexicon import Lexicon
from neoplex.read.criteria import CriteriaSet, criteria_files, read_criteria
from neoplex.read.lexicon import load_lexicon

HEAD = """\
format: neoplex/1
source: {{id: doe-2020, title: Cases made up for tests, authors: [Doe J], year: 2020, kind: case report}}
cases:
  - id: doe-2020
    label: the patient
    at: page 1
{body}
"""

States = dict[str, SetState]
Trial = Callable[[str], States]


@pytest.fixture(scope="session")
def lexicon(root: Path) -> Lexicon:
    """The words of the shipped ontology."""
    return load_lexicon(root)


@pytest.fixture(scope="session")
def sets(root: Path, lexicon: Lexicon, tmp_path_factory: pytest.TempPathFactory) -> tuple[CriteriaSet, ...]:
    """The shipped criteria sets."""
    return read_criteria(criteria_files(root, tmp_path_factory.mktemp("nobody")), lexicon)


@pytest.fixture(scope="session")
def ontology(root: Path) -> ox.Store:
    """Ontology and atlas in memory."""
    store = ox.Store()
    for path, graph in ontology_files(root).items():
        store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
    return store


@pytest.fixture(scope="session")
def ground(ontology: ox.Store) -> Ground:
    """What criteria are matched against."""
    return make_ground(store_triples(ontology))


@pytest.fixture(scope="session")
def assessor(sets: Sequence[CriteriaSet], ground: Ground) -> Assessor:
    """Tries the shipped sets."""
    return Assessor(sets, Matcher(sets, ground))


@pytest.fixture
def facts(tmp_path: Path, lexicon: Lexicon, ground: Ground) -> Callable[[str], tuple[CaseFact, ...]]:
    """Reads the facts of a case from the sections of its YAML."""

    def read(body: str) -> tuple[CaseFact, ...]:
        path = tmp_path / "doe-2020.yaml"
        indented = "\n".join("    " + line for line in body.strip("\n").split("\n"))
        path.write_text(HEAD.format(body=indented), "utf-8")
        store = ox.Store()
        store.extend(compile_publication(path, lexicon).quads)
        case = case_iri("doe-2020")
        return read_facts(case, store_triples(store)(case, ()), ground)

    return read


@pytest.fixture
def trial(facts: Callable[[str], tuple[CaseFact, ...]], assessor: Assessor) -> Trial:
    """Tries the shipped sets on a case given by the sections of its YAML."""

    def run(body: str) -> States:
        return {state.set.id: state for state in assessor.assess(facts(body))}

    return run


@pytest.fixture(scope="session")
def shipped(root: Path, lexicon: Lexicon, ground: Ground, assessor: Assessor) -> dict[str, States]:
    """The shipped sets tried on the shipped cases, by case id."""
    store = ox.Store()
    cases: list[str] = []
    for path in sorted((root / "data" / "cases").glob("*.yaml")):
        compiled = compile_publication(path, lexicon)
        store.extend(compiled.quads)
        cases += [case.iri for case in compiled.publication.cases]
    triples = store_triples(store)
    return {
        iri.rpartition("/")[2]: {
            state.set.id: state for state in assessor.assess(read_facts(iri, triples(iri, ()), ground))
        }
        for iri in cases
    }
