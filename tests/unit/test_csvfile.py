"""CSV keeps the place of every cell and reads what the standard reader reads."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from neoplex.read.csvfile import parse_csv

CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\r\ufeff", exclude_categories=("Cs",)), max_size=12
)


def test_a_cell_knows_where_it_stands() -> None:
    table, faults = parse_csv(b'a,b\n1,"two\nlines"\n3,4\n', "t.csv")
    assert not faults
    assert table is not None
    assert [(cell.text, cell.line, cell.column) for row in table.rows for cell in row.values()] == [
        ("1", 2, 1),
        ("two\nlines", 2, 3),
        ("3", 4, 1),
        ("4", 4, 3),
    ]


def test_line_ends_of_any_system_and_empty_cells() -> None:
    table, faults = parse_csv(b"\xef\xbb\xbfa,b,c\r\n1,,\r\n,,3\r\n", "t.csv")
    assert not faults
    assert table is not None
    assert [[cell.text for cell in row.values()] for row in table.rows] == [["1", "", ""], ["", "", "3"]]


@settings(deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=5))
def test_it_reads_what_the_standard_writer_writes(rows: list[list[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    table, faults = parse_csv(text.getvalue().encode(), "t.csv")
    assert not faults
    assert table is not None
    assert [[cell.text for cell in row.values()] for row in table.rows] == [
        [cell.strip() for cell in row] for row in rows
    ]


@given(st.binary(max_size=120))
def test_no_bytes_end_in_a_traceback(raw: bytes) -> None:
    table, faults = parse_csv(raw, "t.csv")
    assert (table is None) == bool(faults)
