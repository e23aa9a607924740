"""A build is all or nothing: old graph or new one, whoever is killed, and only what changed is made again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from neoplex.base.errors import EnvironmentProblem, FaultsFound, UsageError
from neoplex.build import pipeline
from neoplex.build.cases import add_case, list_files, remove_case
from neoplex.cases.template import write_template
from neoplex.store.embedded import current_generation, open_graph, read_manifest

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


def count(home: Path) -> int:
    return int(next(iter(open_graph(home).query(COUNT)))["n"].value)


@pytest.fixture
def home(built_home: Path, tmp_path: Path) -> Path:
    """A private copy of the built home."""
    copy = tmp_path / "home"
    shutil.copytree(built_home, copy)
    return copy


@pytest.fixture
def new_case(tmp_path: Path) -> Path:
    path = tmp_path / "example-2026.yaml"
    path.write_text(write_template("example-2026"), encoding="utf-8")
    return path


def test_without_a_graph_the_way_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="neoplex build"):
        open_graph(tmp_path)


def test_second_build_makes_nothing_again(home: Path) -> None:
    before = current_generation(home)
    report = pipeline.build(home)
    assert report.changed == ()
    assert current_generation(home) == before


def test_forced_build_gives_the_same_quads(home: Path, built_home: Path) -> None:
    pipeline.build(home, force=True)
    new, old = open_graph(home).store, open_graph(built_home).store
    assert {str(q) for q in new if "_:" not in str(q)} == {str(q) for q in old if "_:" not in str(q)}
    assert len(new) == len(old)


def test_add_then_remove_comes_back_to_the_same_graph(home: Path, new_case: Path) -> None:
    before = count(home)
    report = add_case(new_case, home)
    assert report.changed == (pipeline.unit_name(new_case),)
    assert report.quads == count(home) > before
    assert [f.name for f in list_files(home) if f.added] == ["example-2026"]
    remove_case("example-2026", home)
    assert count(home) == before
    assert not any(f.added for f in list_files(home))


def test_incremental_build_equals_one_from_scratch(home: Path, new_case: Path) -> None:
    add_case(new_case, home)
    step = {str(q) for q in open_graph(home).store if "_:" not in str(q)}
    pipeline.build(home, force=True)
    assert {str(q) for q in open_graph(home).store if "_:" not in str(q)} == step


def test_replacing_needs_a_word_and_keeps_one_copy(home: Path, new_case: Path) -> None:
    add_case(new_case, home)
    after_first = count(home)
    with pytest.raises(UsageError, match="--replace"):
        add_case(new_case, home)
    add_case(new_case, home, replace=True)
    assert count(home) == after_first


def test_faulty_file_changes_nothing(home: Path, new_case: Path) -> None:
    before = current_generation(home)
    new_case.write_text(new_case.read_text("utf-8").replace("site: left groin", "site: left groyn"), encoding="utf-8")
    assert "left groyn" in new_case.read_text("utf-8")
    with pytest.raises(FaultsFound) as caught:
        add_case(new_case, home)
    assert caught.value.faults[0].line > 0
    assert current_generation(home) == before
    assert not any(f.added for f in list_files(home))


def test_shipped_files_cannot_be_removed_or_replaced(home: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="shipped"):
        remove_case("capek-2015", home)
    copy = tmp_path / "capek-2015.yaml"
    copy.write_text("format: neoplex/1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="shipped"):
        add_case(copy, home)


def test_unknown_name_gets_the_nearest(home: Path) -> None:
    with pytest.raises(UsageError, match="capek-2015"):
        remove_case("capek-2051", home)


def test_a_reader_keeps_its_graph_while_another_is_published(home: Path, new_case: Path) -> None:
    reader = open_graph(home)
    before = len(reader.store)
    add_case(new_case, home)
    assert len(reader.store) == before
    assert count(home) > before - 1


def test_a_lock_that_is_held_is_said(home: Path) -> None:
    with (
        pipeline.build_lock(home),
        pytest.raises(EnvironmentProblem, match="another build"),
        pipeline.build_lock(home, timeout=0.05),
    ):
        pass


@pytest.mark.skipif(os.name != "posix", reason="kills a process by signal")
def test_killed_at_any_moment_leaves_the_old_graph_or_the_new(home: Path, new_case: Path) -> None:
    before = count(home)
    add_case(new_case, home)
    after = count(home)
    remove_case("example-2026", home)
    program = (
        "from pathlib import Path; import sys; from neoplex.build.cases import add_case;"
        "print('go', flush=True); add_case(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    seen = set()
    for delay in (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.2, None):
        process = subprocess.Popen([sys.executable, "-c", program, str(new_case), str(home)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        if delay is not None:
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
        process.communicate()
        found = count(home)
        assert found in (before, after), f"half a graph after {delay} s"
        seen.add(found)
        pipeline.build(home)
        if any(f.added for f in list_files(home)):
            remove_case("example-2026", home)
        assert count(home) == before
        assert not list((home / "store").glob("draft-*"))
    assert seen == {before, after}


def test_manifest_names_every_unit(built_home: Path) -> None:
    generation = current_generation(built_home)
    assert generation is not None
    units = read_manifest(generation).units
    assert {"ontology", "rules", "case-file capek-2015", "case-file sanuki-2022"} <= set(units)
    assert len(units["case-file sanuki-2022"].graphs) == 13
