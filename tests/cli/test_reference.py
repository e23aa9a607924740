"""The command reference says what the program says."""

from __future__ import annotations

from pathlib import Path

from neoplex.cli.reference import write_reference


def test_the_reference_is_fresh(root: Path) -> None:
    page = (root / "docs" / "commands.md").read_text("utf-8")
    assert page == write_reference(), "run `make docs`"


def test_every_command_is_in_it() -> None:
    text = write_reference()
    for verb in ("tour", "ask", "sparql", "case show", "completion"):
        assert f"\n## neoplex {verb}\n" in text
    assert "complete-words" not in text
    assert max(map(len, text.partition("## ")[2].splitlines())) <= 80
