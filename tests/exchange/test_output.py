"""Files and folders appear whole or not at all, and foreign folders are left alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from neoplex.base.errors import EnvironmentProblem, UsageError
from neoplex.exchange.formats import Part
from neoplex.exchange.output import write_folder, write_one


def broken() -> Iterator[bytes]:
    yield b"half"
    raise ValueError("the writer fails")


def test_a_failing_writer_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "x.nt"
    target.write_text("old")
    with pytest.raises(ValueError, match="fails"):
        write_one(Part("", broken()), target)
    assert target.read_text() == "old" and list(tmp_path.iterdir()) == [target]
    assert write_one(Part("", [b"new", b"er"]), target) == 5
    assert target.read_text() == "newer"


def test_a_failing_writer_leaves_the_old_folder(tmp_path: Path) -> None:
    target = tmp_path / "kgx"
    write_folder([Part("nodes.tsv", [b"a"]), Part("edges.tsv", [b"b"])], target)
    with pytest.raises(ValueError, match="fails"):
        write_folder([Part("nodes.tsv", [b"c"]), Part("edges.tsv", broken())], target)
    assert (target / "nodes.tsv").read_text() == "a" and list(tmp_path.iterdir()) == [target]
    assert write_folder([Part("nodes.tsv", [b"cc"])], target) == (1, 2)
    assert [path.name for path in target.iterdir()] == ["nodes.tsv"], "an earlier export is replaced as a whole"


def test_a_folder_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match=r"thesis\.tex"):
        write_folder([Part("nodes.tsv", [b"a"])], tmp_path)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_a_folder_is_no_file_and_a_file_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no file"):
        write_one(Part("", [b"a"]), tmp_path)
    (tmp_path / "x").write_text("a")
    with pytest.raises(UsageError, match="is no folder"):
        write_folder([Part("n.tsv", [b"a"])], tmp_path / "x")
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        write_one(Part("", [b"a"]), tmp_path / "missing" / "x.nt")
