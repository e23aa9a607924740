"""CSV with the place of every cell.

Comes in: the bytes of a file (UTF-8, comma separated, first row the header). Goes out: rows of :class:`Cell`, or faults.
The standard reader forgets columns, so quoting is followed here (RFC 4180).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from neoplex.base.errors import Fault

MOST_BYTES = 8_000_000


@dataclass(frozen=True)
class Cell:
    """One cell; line and column count from 1 and point at its first character."""

    text: str
    line: int
    column: int


@dataclass(frozen=True)
class Table:
    """A header and its rows; every row has one cell for each column."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, Cell], ...]


def read_csv(path: Path) -> tuple[Table | None, list[Fault]]:
    """Read a CSV file; the faults say why there is no table."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return None, [Fault(str(path), found=f"{path.stat().st_size} bytes", expected=f"at most {MOST_BYTES}")]
        raw = path.read_bytes()
    except OSError as problem:
        return None, [Fault(str(path), found=problem.strerror or str(problem), expected="a CSV file that can be read")]
    return parse_csv(raw, str(path))


def parse_csv(raw: bytes, file: str) -> tuple[Table | None, list[Fault]]:
    """Parse the bytes of a CSV file; ``file`` is the name that faults carry."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        return None, [Fault(file, line, found=f"byte 0x{raw[problem.start]:02x}", expected="text encoded as UTF-8")]
    records, faults = _split(text, file)
    records = [record for record in records if len(record) > 1 or record[0].text]
    if faults:
        return None, faults
    if not records:
        return None, [Fault(file, found="an empty file", expected="a header row and rows")]
    header = records[0]
    seen: set[str] = set()
    for cell in header:
        name = cell.text.strip()
        if not name:
            faults.append(
                Fault(file, cell.line, cell.column, found="an empty column name", expected="a name for each column")
            )
        elif name in seen:
            faults.append(
                Fault(file, cell.line, cell.column, found=f"{name} a second time", expected="each column name once")
            )
        seen.add(name)
    rows: list[dict[str, Cell]] = []
    columns = tuple(cell.text.strip() for cell in header)
    for record in records[1:]:
        if len(record) != len(columns):
            faults.append(
                Fault(
                    file,
                    record[0].line,
                    1,
                    found=f"{len(record)} cells",
                    expected=f"{len(columns)} cells as in the header",
                )
            )
        else:
            rows.append(
                {
                    name: Cell(cell.text.strip(), cell.line, cell.column)
                    for name, cell in zip(columns, record, strict=True)
                }
            )
    return (None if faults else Table(file, columns, tuple(rows))), faults


def _split(text: str, file: str) -> tuple[list[list[Cell]], list[Fault]]:
    records: list[list[Cell]] = []
    record: list[Cell] = []
    position, line, line_start, length = 0, 1, 0, len(text)
    while position < length:
        start_line, start_column = line, position - line_start + 1
        if text[position] == '"':
            position += 1
            pieces: list[str] = []
            while True:
                end = text.find('"', position)
                if end < 0:
                    fault = Fault(
                        file,
                        start_line,
                        start_column,
                        found="a quote that is never closed",
                        expected="a closing double quote",
                    )
                    return records, [fault]
                pieces.append(text[position:end])
                newlines = text.count("\n", position, end)
                if newlines:
                    line += newlines
                    line_start = text.rindex("\n", position, end) + 1
                position = end + 1
                if text[position : position + 1] != '"':
                    break
                pieces.append('"')
                position += 1
            value = "".join(pieces)
            if position < length and text[position] not in ",\r\n":
                column = position - line_start + 1
                return records, [
                    Fault(
                        file,
                        line,
                        column,
                        found=repr(text[position]),
                        expected="a comma or a new line after a closing quote",
                    )
                ]
        else:
            end = position
            while end < length and text[end] not in ",\r\n":
                end += 1
            value, position = text[position:end], end
        record.append(Cell(value, start_line, start_column))
        if position < length and text[position] == ",":
            position += 1
            if position == length or text[position] in "\r\n":
                record.append(Cell("", line, position - line_start + 1))
            else:
                continue
        if position < length and text[position] == "\r":
            position += 1
        if position < length and text[position] == "\n":
            position += 1
        line, line_start = line + 1, position
        records.append(record)
        record = []
    if record:
        records.append(record)
    return records, []
