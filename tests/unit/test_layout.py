"""Text on a screen: widths, wrapping, tables, and nothing a terminal would obey."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoplex.ask.layout import definitions, table, visible, visible_lines, width_of, wrap

LINES = st.text(st.characters(codec="utf-8"), max_size=80)


@given(LINES, st.integers(10, 90))
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    lines = wrap(visible(text), width, "  - ", "    ")
    assert all(width_of(line) <= width for line in lines)
    assert "".join("".join(lines).split()).removeprefix("-") == "".join(visible(text).split())


@given(st.lists(st.lists(LINES, min_size=3, max_size=3), max_size=5), st.integers(30, 100))
def test_tables_fit(rows: list[list[str]], width: int) -> None:
    assert all(width_of(line) <= width for line in table(("one", "two", "three"), rows, width))


@given(st.text())
def test_nothing_dangerous_gets_through(text: str) -> None:
    for char in visible(text):
        assert char.isprintable() or char not in "\x1b\x07\x08\r\n\x9b\u202e\u2066"
    assert not set(visible_lines(text)) & set("\x1b\x07\x08\r\x9b\u202e\u2066")


def test_dangerous_characters_are_written_out() -> None:
    assert visible("a\x1b]0;t\x07b\u202ec\nd") == "a\\x1b]0;t\\x07b\\u202ec d"
    assert visible_lines("a\r\nb\tc\x1b") == "a\nb\tc\\x1b"


def test_a_table_at_eighty_cells() -> None:
    rows = [
        [
            "case:smith-2020",
            "left psoas major",
            "39",
            "A sentence that is much too long to stand on one line of a screen.",
        ],
        ["case:jones-2021-1", "psoas major, side not reported", "7.5", ""],
    ]
    assert table(("case", "site", "dose", "says"), rows, 80, right=[2]) == [
        "case               site                     dose  says",
        "─────────────────  ───────────────────────  ────  ──────────────────────────────",
        "case:smith-2020    left psoas major           39  A sentence that is much too",
        "                                                  long to stand on one line of a",
        "                                                  screen.",
        "case:jones-2021-1  psoas major, side not     7.5",
        "                   reported",
    ]


def test_a_table_without_room_becomes_blocks() -> None:
    row = ["supercalifragilistic", "expialidocious-and-more", "x", ""]
    assert table(("first", "second", "third", "fourth"), [row, row], 30) == [
        "first   supercalifragilistic",
        "second  expialidocious-and-",
        "        more",
        "third   x",
        "",
        "first   supercalifragilistic",
        "second  expialidocious-and-",
        "        more",
        "third   x",
    ]


def test_wide_characters_count_double() -> None:
    assert width_of("腰筋") == 4
    assert table(("a", "b"), [["腰筋", "x"], ["é", "y"]], 80)[2:] == ["腰筋  x", "é     y"]


def test_definitions_align() -> None:
    assert definitions([("id", "short"), ("reported by", "a longer text that wraps")], 40, indent=2) == [
        "  id           short",
        "  reported by  a longer text that wraps",
    ]


@pytest.mark.parametrize("width", [20, 40, 80])
def test_no_columns_no_lines(width: int) -> None:
    assert table((), [], width) == []
