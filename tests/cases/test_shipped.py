"""The shipped papers are right, become the same bytes every time, and keep to the model and the shapes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest

from neoplex.base.names import CASE, GRAPH_KNOWLEDGE, GRAPH_SOURCES, NX, PREFIXES
from neoplex.cases.check import check_file
from neoplex.cases.compile import CompiledPublication, compile_publication
from neoplex.cases.schema import build_schema
from neoplex.cases.writer import iterate_terms
from neoplex.model.lexicon import Lexicon
from neoplex.read.rdffile import check_case_rdf

FILES = ("capek-2015", "elhayel-2026", "gerontopoulos-2020", "sanuki-2022", "shi-2021")
TYPE = PREFIXES["rdf"] + "type"


@pytest.fixture(scope="module")
def compiled(root: Path, lexicon: Lexicon) -> dict[str, CompiledPublication]:
    return {name: compile_publication(root / "data" / "cases" / f"{name}.yaml", lexicon) for name in FILES}


def test_every_shipped_file_is_tested(root: Path) -> None:
    assert tuple(sorted(path.stem for path in (root / "data" / "cases").glob("*.yaml"))) == FILES


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_paper_has_no_fault(name: str, root: Path, lexicon: Lexicon) -> None:
    faults = check_file(root / "data" / "cases" / f"{name}.yaml", lexicon)
    assert [str(fault) for fault in faults if fault.severity == "error"] == []


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_paper_keeps_to_the_shapes(
    name: str, compiled: dict[str, CompiledPublication], lexicon: Lexicon, tmp_path: Path
) -> None:
    path = tmp_path / f"{name}.nq"
    path.write_bytes(compiled[name].to_nquads())
    quads, faults = check_case_rdf(path, lexicon)
    assert [str(fault) for fault in faults] == []
    assert set(quads) == set(compiled[name].quads)


def test_no_node_is_blank_and_no_triple_stands_in_two_graphs(compiled: dict[str, CompiledPublication]) -> None:
    homes: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for publication in compiled.values():
        for quad in publication.quads:
            assert isinstance(quad.subject, ox.NamedNode)
            assert not isinstance(quad.object, ox.BlankNode)
            homes[str(quad.subject), str(quad.predicate), str(quad.object)].add(str(quad.graph_name))
    assert [triple for triple, graphs in homes.items() if len(graphs) > 1] == []


def test_graphs_are_cases_sources_and_knowledge(compiled: dict[str, CompiledPublication]) -> None:
    for publication in compiled.values():
        assert set(publication.graphs) == {*publication.cases, GRAPH_KNOWLEDGE, GRAPH_SOURCES}


def test_every_word_of_the_rdf_is_declared(compiled: dict[str, CompiledPublication], lexicon: Lexicon) -> None:
    used = {term for publication in compiled.values() for term in iterate_terms(publication.quads)}
    assert len(used) > 200
    assert sorted(used - lexicon.classes - lexicon.properties) == []


def test_every_shared_individual_is_declared(compiled: dict[str, CompiledPublication], lexicon: Lexicon) -> None:
    known = lexicon.classes | lexicon.properties | set(lexicon.types)
    used = {
        quad.object.value
        for publication in compiled.values()
        for quad in publication.quads
        if isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(NX)
    }
    assert sorted(used - known) == []


def test_every_entry_has_one_class(compiled: dict[str, CompiledPublication]) -> None:
    for publication in compiled.values():
        types = Counter(quad.subject.value for quad in publication.quads if quad.predicate.value == TYPE)
        assert [iri for iri, number in types.items() if number > 1] == []
        described = {quad.subject.value for quad in publication.quads if quad.subject.value.startswith(CASE)}
        conflicting = {quad.subject.value for quad in publication.quads if quad.predicate.value == NX + "conflictsWith"}
        assert sorted(described - set(types) - conflicting) == []


def test_everything_a_case_points_at_is_there(compiled: dict[str, CompiledPublication]) -> None:
    described = {quad.subject.value for publication in compiled.values() for quad in publication.quads}
    for publication in compiled.values():
        for quad in publication.quads:
            if isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(CASE):
                assert quad.object.value in described, quad


def test_the_bytes_do_not_depend_on_hash_order(root: Path) -> None:
    code = (
        "import sys, hashlib; from pathlib import Path;"
        "from neoplex.cases.compile import compile_publication; from neoplex.read.lexicon import load_lexicon;"
        "root = Path(sys.argv[1]);"
        "compiled = compile_publication(root / 'data/cases/sanuki-2022.yaml', load_lexicon(root));"
        "print(hashlib.sha256(compiled.to_nquads()).hexdigest())"
    )
    digests = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root / "src")}
        run = subprocess.run(
            [sys.executable, "-c", code, str(root)], capture_output=True, text=True, check=True, env=environment
        )
        digests.add(run.stdout)
    assert len(digests) == 1


def test_the_published_schema_is_fresh(root: Path) -> None:
    text = (root / "data" / "schema" / "publication.schema.json").read_text(encoding="utf-8")
    assert text == json.dumps(build_schema(), indent=2, ensure_ascii=False) + "\n"


def test_every_key_of_the_schema_is_explained() -> None:
    waiting = [build_schema()]
    keys = 0
    while waiting:
        schema = waiting.pop()
        for key, value in schema.get("properties", {}).items():
            keys += 1
            assert value is True or "$ref" in value or value.get("description"), key
        for value in (*schema.get("properties", {}).values(), *schema.get("$defs", {}).values(), schema.get("items")):
            if isinstance(value, dict):
                waiting.append(value)
    assert keys > 200
