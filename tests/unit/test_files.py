"""What was there stays there when something goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from neoplex.base.errors import EnvironmentProblem
from neoplex.exchange.formats import Part
from neoplex.exchange.output import write_folder, write_one


def test_a_folder_that_cannot_be_put_in_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    write_folder([Part("a.csv", [b"old"])], target)
    rename = Path.rename

    def refuse(self: Path, to: Path) -> Path:
        if self.name.startswith(".out.") and not self.name.endswith(".old"):
            raise OSError(28, "No space left on device")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(EnvironmentProblem, match="No space left"):
        write_folder([Part("a.csv", [b"new"])], target)
    assert (target / "a.csv").read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_a_file_that_breaks_off_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    write_one(Part("", [b"old"]), target)

    def broken() -> object:
        yield b"ne"
        raise OSError(5, "Input/output error")

    with pytest.raises(EnvironmentProblem):
        write_one(Part("", broken()), target)  # type: ignore[arg-type]
    assert target.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]
