"""Each folder of ``faults`` is one way to go wrong, and the message it must get, letter by letter."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from neoplex.base.errors import EXIT_DONE, EXIT_FAULTS, EXIT_USAGE, FaultsFound
from neoplex.cases.check import check_file, main
from neoplex.cases.compile import compile_publication
from neoplex.model.lexicon import Lexicon

FAULTS = Path(__file__).resolve().parent / "faults"
FOLDERS = sorted(folder.name for folder in FAULTS.iterdir())


def test_every_way_to_go_wrong_was_found() -> None:
    assert len(FOLDERS) >= 90
    for name in FOLDERS:
        files = {path.name for path in (FAULTS / name).iterdir()} - {"doe-2020.table-1.csv"}
        assert files == {"bad.yaml", "expected.txt"}, name
        assert (FAULTS / name / "expected.txt").read_text().strip(), name


@pytest.mark.parametrize("name", FOLDERS)
def test_the_message_is_exact(name: str, words: Lexicon, tmp_path: Path) -> None:
    folder = shutil.copytree(FAULTS / name, tmp_path / name)
    faults = check_file(folder / "bad.yaml", words)
    lines = [("warning: " if fault.severity == "warning" else "") + str(fault) for fault in faults]
    found = "".join(f"{line}\n" for line in lines).replace(f"{folder}/", "")
    assert found == (FAULTS / name / "expected.txt").read_text()


@pytest.mark.parametrize("name", FOLDERS)
def test_nothing_wrong_is_compiled(name: str, words: Lexicon) -> None:
    path = FAULTS / name / "bad.yaml"
    errors = [fault for fault in check_file(path, words) if fault.severity == "error"]
    if not errors:
        assert compile_publication(path, words).quads
        return
    with pytest.raises(FaultsFound) as problem:
        compile_publication(path, words)
    assert list(problem.value.faults) == errors


def test_the_exit_code_tells_fine_from_faults_from_a_wrong_call(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(root / "data" / "cases" / "shi-2021.yaml")]) == EXIT_DONE
    assert main([str(FAULTS / "age-250" / "bad.yaml")]) == EXIT_FAULTS
    assert "cases[0].person.age" in capsys.readouterr().out
    assert main([]) == EXIT_USAGE
    assert main(["no-such-file.yaml"]) == EXIT_USAGE
