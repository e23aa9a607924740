"""``case new`` from records and tables, ``term import`` and the exports of cases, as typed on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import neoplex

SAMPLES = Path(__file__).resolve().parents[1] / "fixtures" / "import"


def _run(*words: str | Path, folder: Path, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NEOPLEX_HOME": str(home or folder / "home"), "COLUMNS": "80", "PYTHONUTF8": "1"}
    environment["PYTHONPATH"] = str(Path(neoplex.__file__).parent.parent)
    command = [sys.executable, "-m", "neoplex", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd=folder, env=environment, check=False, timeout=120
    )


def test_a_packet_becomes_a_file_that_passes_the_check(tmp_path: Path) -> None:
    done = _run(
        "case",
        "new",
        "rivera-2022",
        "--from",
        SAMPLES / "foreign.phenopacket.json",
        "-o",
        "rivera-2022.yaml",
        folder=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "subject.dateOfBirth: not taken over" in done.stderr and "1 case with 6 facts" in done.stderr
    checked = _run("case", "check", "rivera-2022.yaml", folder=tmp_path)
    assert (checked.returncode, checked.stdout) == (0, "rivera-2022.yaml: no fault\n")


def test_a_table_becomes_two_files_or_none(tmp_path: Path) -> None:
    words = ("case", "new", "rivera-2024", "--from-table", SAMPLES / "series.csv")
    assert _run(*words, folder=tmp_path).returncode == 2
    done = _run(*words, "--at", "table 2", "-o", "rivera-2024.yaml", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "LEFT ALONE" in done.stderr and "12 rows" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rivera-2024.patients.csv", "rivera-2024.yaml"]
    again = _run(*words, "-o", "other.yaml", folder=tmp_path)
    assert again.returncode == 2 and "exists already" in again.stderr
    assert not (tmp_path / "other.yaml").exists()


def test_a_bad_record_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"phenotypicFeatures": [{"type": {"id": "made:1"}}, 4]}', encoding="utf-8")
    done = _run("case", "new", "rivera-2022", "--from", "bad.json", "-o", "out.yaml", folder=tmp_path)
    assert done.returncode == 1 and "bad.json:1:" in done.stderr and done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["bad.json"]


def test_a_record_is_not_added_as_it_is(tmp_path: Path) -> None:
    done = _run("case", "add", SAMPLES / "foreign.fhir.json", folder=tmp_path)
    assert done.returncode == 2 and "neoplex case new" in done.stderr


def test_options_that_do_not_go_together(tmp_path: Path) -> None:
    for words in (("--at", "table 1"), ("--sheet", "A"), ("--from", "a.json", "--from-table", "a.csv")):
        assert _run("case", "new", "rivera-2022", *words, folder=tmp_path).returncode == 2


def test_terms_come_as_a_table(tmp_path: Path) -> None:
    (tmp_path / "made.obo").write_text(
        "format-version: 1.2\n\n[Term]\nid: made:1\nname: psoas wasting\n", encoding="utf-8"
    )
    done = _run("term", "import", "made.obo", "-o", "review.tsv", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (
        (tmp_path / "review.tsv")
        .read_text(encoding="utf-8")
        .splitlines()[1]
        .startswith("psoas_wasting\tpsoas wasting\t")
    )


def test_a_case_travels_out_and_in_again(built_home: Path, tmp_path: Path) -> None:
    for name, file in (
        ("phenopacket", "shi-2021.phenopacket.json"),
        ("fhir", "shi-2021.fhir.json"),
        ("yaml", "shi-2021.yaml"),
    ):
        done = _run(
            "export",
            "--to",
            name,
            "--case",
            "shi-2021",
            "-o",
            name,
            "--losses",
            f"{name}.losses.json",
            folder=tmp_path,
            home=built_home,
        )
        assert done.returncode == 0, done.stderr
        assert [path.name for path in (tmp_path / name).iterdir()] == [file]
        losses = json.loads((tmp_path / f"{name}.losses.json").read_text(encoding="utf-8"))["losses"]
        assert bool(losses) == (name != "yaml")
        if name != "yaml":
            back = _run("case", "new", "shi-2021", "--from", f"{name}/{file}", "-o", f"{name}.yaml", folder=tmp_path)
            assert back.returncode == 0 and "not taken over" not in back.stderr, back.stderr
        checked = _run("case", "check", f"{name}/{file}" if name == "yaml" else f"{name}.yaml", folder=tmp_path)
        assert checked.returncode == 0, checked.stdout + checked.stderr
