"""Spreadsheets as plain tables: CSV with any of the usual separators, and XLSX.

Comes in: the path of a file somebody made by hand. Goes out: a header and rows of words, or every fault with its cell. Refused
before anything is unpacked: files that unfold too far, macros, document types in their XML, formulas, merged cells, a column
name twice, ragged rows. Nothing is calculated and nothing is fetched.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from neoplex.base.errors import EnvironmentProblem, Fault, UsageError

MOST_BYTES = 16_000_000
MOST_UNPACKED = 64_000_000
MOST_RATIO = 200
MOST_PARTS = 2_000
MOST_ROWS = 20_000
MOST_COLUMNS = 500
TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")

_FORMULA = re.compile(r"[=@]|[+-][^\d\s.].*[(|!]")


@dataclass(frozen=True)
class Sheet:
    """A table: ``columns`` and ``rows`` of words; ``name`` is that of the sheet, empty for a text file."""

    file: str
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def read_sheet(path: Path, sheet: str = "") -> tuple[Sheet | None, list[Fault]]:
    """Read a spreadsheet; the faults say why there is no table. Raises UsageError for another kind of file."""
    if path.suffix.lower() not in TABLE_SUFFIXES:
        raise UsageError(f"{path.name}: a table ends in one of {' '.join(TABLE_SUFFIXES)}")
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as problem:
        raise EnvironmentProblem(f"{path}: cannot be read: {problem.strerror or problem}") from problem
    if size > MOST_BYTES:
        return None, [Fault(str(path), found=f"{size} bytes", expected=f"at most {MOST_BYTES}")]
    if path.suffix.lower() == ".xlsx":
        return _read_workbook(raw, str(path), sheet)
    if sheet:
        raise UsageError(f"{path.name} is a text file and has no sheets")
    return _read_text(raw, str(path))


def _read_text(raw: bytes, file: str) -> tuple[Sheet | None, list[Fault]]:
    if raw[:2] in (b"\x1f\x8b", b"PK", b"BZ") or b"\x00" in raw[:4096]:
        hint = "save it as CSV (UTF-8) or XLSX"
        return None, [
            Fault(file, found="a packed or binary file", expected="text with one row on each line", hint=hint)
        ]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        found = f"byte 0x{raw[problem.start]:02x}"
        return None, [Fault(file, line, found=found, expected="text encoded as UTF-8", hint="save it as CSV UTF-8")]
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=lambda letter: (head.count(letter), letter == ","))
    records: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            records.append((reader.line_num, record))
            if len(records) > MOST_ROWS + 1:
                return None, [Fault(file, reader.line_num, found="more rows", expected=f"at most {MOST_ROWS}")]
    except csv.Error as problem:
        return None, [Fault(file, reader.line_num, found="a row that does not read", expected=f"CSV ({problem})")]
    cells = [[(f"line {line}", text.strip()) for text in record] for line, record in records]
    faults = [
        Fault(file, line, field=f"column {number}", found=f"the formula {words.strip()[:24]}", expected="a value")
        for line, record in records
        for number, words in enumerate(record, 1)
        if _FORMULA.match(words.strip())
    ]
    return _build(file, "", cells, [line for line, _ in records], faults)


def _read_workbook(raw: bytes, file: str, wanted: str) -> tuple[Sheet | None, list[Fault]]:
    faults = list(_check_package(raw, file))
    if faults:
        return None, faults
    try:
        from openpyxl import load_workbook
    except ImportError as problem:
        raise EnvironmentProblem("reading XLSX needs openpyxl: pip install 'neoplex[excel]'") from problem
    try:
        book = load_workbook(io.BytesIO(raw), data_only=False, keep_links=False)
    except Exception as problem:  # openpyxl raises whatever its parts raise on a damaged file
        words = " ".join(str(problem).split())[:80]
        return None, [
            Fault(file, found="a workbook that does not open", expected=f"XLSX ({words or type(problem).__name__})")
        ]
    sheets = {
        sheet.title: sheet for sheet in book.worksheets if sheet.max_row > 1 or sheet.cell(1, 1).value is not None
    }
    if wanted and wanted not in sheets:
        raise UsageError(f"{file} has no sheet {wanted!r}; it has {', '.join(sheets) or 'none'}")
    if not sheets:
        return None, [Fault(file, found="no filled sheet", expected="a header row and rows")]
    if not wanted and len(sheets) > 1:
        raise UsageError(f"{file} has several sheets: {', '.join(sheets)}; choose one with --sheet")
    sheet: Any = sheets[wanted or next(iter(sheets))]
    if sheet.max_row > MOST_ROWS + 1 or sheet.max_column > MOST_COLUMNS:
        found = f"{sheet.max_row} rows, {sheet.max_column} columns"
        return None, [Fault(file, field=sheet.title, found=found, expected=f"at most {MOST_ROWS} and {MOST_COLUMNS}")]
    faults = [
        Fault(file, field=f"{sheet.title}!{merged.coord}", found="merged cells", expected="one value in each cell")
        for merged in sorted(sheet.merged_cells.ranges, key=lambda area: area.coord)
    ]
    cells: list[list[tuple[str, str]]] = []
    numbers: list[int] = []
    for row in sheet.iter_rows():
        record: list[tuple[str, str]] = []
        for cell in row:
            place = f"{sheet.title}!{cell.coordinate}"
            if cell.data_type == "f" or (isinstance(cell.value, str) and _FORMULA.match(cell.value.strip())):
                faults.append(
                    Fault(file, field=place, found="a formula", expected="its value", hint="paste the column as values")
                )
            elif cell.data_type == "e":
                faults.append(Fault(file, field=place, found=str(cell.value), expected="a value"))
            record.append((place, _write_cell(cell.value)))
        cells.append(record)
        numbers.append(row[0].row if row else 0)
    return _build(file, sheet.title, cells, numbers, faults)


def _check_package(raw: bytes, file: str) -> Iterator[Fault]:
    """What must be known of a package before it is unpacked."""
    try:
        package = zipfile.ZipFile(io.BytesIO(raw))
        parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as problem:
        yield Fault(file, found="a file that is no workbook or is cut off", expected=f"XLSX ({problem})")
        return
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(len(raw), 1):
        yield Fault(
            file,
            found=f"{len(parts)} parts that unfold to {unpacked} bytes",
            expected=f"at most {MOST_PARTS} parts, {MOST_UNPACKED} bytes and {MOST_RATIO} times the size of the file",
        )
        return
    for part in parts:
        if part.flag_bits & 1:
            yield Fault(file, field=part.filename, found="an encrypted part", expected="a workbook without a password")
            return
        if part.filename.lower().endswith(".bin") and "vba" in part.filename.lower():
            yield Fault(file, field=part.filename, found="macros", expected="a workbook without macros")
        if part.filename.endswith((".xml", ".rels", ".vml")):
            try:
                with package.open(part) as stream:
                    text = stream.read(part.file_size + 1)
            except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as problem:
                yield Fault(file, field=part.filename, found="a damaged part", expected=f"XLSX ({problem})")
                return
            plain = text.replace(b"\x00", b"").upper()
            if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
                yield Fault(file, field=part.filename, found="a document type", expected="XML without entities")


def _write_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        from neoplex.model.quantity import write_decimal

        return write_decimal(Decimal(repr(value))) if value - value == 0 else str(value)
    return " ".join(str(value).split())


def _build(
    file: str, name: str, cells: list[list[tuple[str, str]]], lines: list[int], faults: list[Fault]
) -> tuple[Sheet | None, list[Fault]]:
    """Header and rows without empty ends; faults for names and shapes."""
    filled = [(line, record) for line, record in zip(lines, cells, strict=True) if any(words for _, words in record)]
    if not filled:
        return None, [*faults, Fault(file, found="an empty table", expected="a header row and rows")]
    width = max(max((i for i, (_, words) in enumerate(record, 1) if words), default=0) for _, record in filled)
    first, header = filled[0]
    header = (header + [("", "")] * width)[:width]
    seen: set[str] = set()
    for place, words in header:
        folded = words.casefold()
        field = place if name else ""
        if not words:
            faults.append(
                Fault(file, first, field=field, found="a column without a name", expected="a name for each column")
            )
        elif folded in seen:
            faults.append(
                Fault(file, first, field=field, found=f"{words} a second time", expected="each column name once")
            )
        seen.add(folded)
    if len(filled) == 1:
        faults.append(Fault(file, first, found="a header alone", expected="rows below it"))
    rows = []
    for line, record in filled[1:]:
        if not name and len(record) != len(cells[0]):
            found = f"{len(record)} cells"
            faults.append(Fault(file, line, found=found, expected=f"{len(cells[0])} cells as in the header"))
        rows.append(tuple(words for _, words in (record + [("", "")] * width)[:width]))
    if faults:
        return None, sorted(set(faults))
    return Sheet(file, name, tuple(words for _, words in header), tuple(rows)), []
