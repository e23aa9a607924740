"""Tab-separated tables: read strictly, all faults in one run.

Comes in: a file and the columns it must have. Goes out: its rows as cells that know their place, and a list of faults that names
file, line and field. Never guesses and never skips a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from neoplex.base.errors import Fault, FaultsFound, did_you_mean


@dataclass(frozen=True)
class Cells:
    """The cells of one row by column name, with the place they stand in."""

    file: str
    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def listed(self, column: str, separator: str = "|") -> tuple[str, ...]:
        """A cell that holds several values."""
        return tuple(part.strip() for part in self.values[column].split(separator) if part.strip())


@dataclass
class FaultList:
    """Collects faults, so that one run reports all of them."""

    faults: list[Fault] = field(default_factory=list)

    def add(self, cells: Cells, column: str, found: str, expected: str, known: Sequence[str] = ()) -> None:
        """Note a fault in one cell; ``known`` are the right values, for a hint at the nearest."""
        self.faults.append(
            Fault(
                cells.file, cells.line, 0, column, f'"{found}"', expected, did_you_mean(found, known) if found else ""
            )
        )

    def choice(self, cells: Cells, column: str, allowed: Sequence[str], what: str) -> str:
        """The cell, noted as a fault unless it is one of ``allowed``."""
        value = cells[column]
        if value not in allowed:
            self.add(cells, column, value, f"{what}: {', '.join(a or 'nothing' for a in allowed)}", allowed)
        return value

    def filled(self, cells: Cells, column: str) -> str:
        """The cell, noted as a fault when it is empty."""
        if not cells[column]:
            self.add(cells, column, "", "a value")
        return cells[column]

    def stop_if_any(self) -> None:
        """Raise everything collected so far as one FaultsFound."""
        if self.faults:
            raise FaultsFound(self.faults)


def read_table(path: Path, columns: Sequence[str], faults: FaultList, *, shown: str = "") -> list[Cells]:
    """The rows of a tab-separated file whose header names exactly ``columns``, in any order.

    Cells are taken as they stand: no quoting, UTF-8. A missing file, a wrong header and a row of the wrong length are noted.
    """
    name = shown or str(path)
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        faults.faults.append(Fault(name, found="no file", expected=f"a table with columns {', '.join(columns)}"))
        return []
    except UnicodeDecodeError as error:
        faults.faults.append(Fault(name, found=f"byte {error.start} that is not UTF-8", expected="UTF-8 text"))
        return []
    header = lines[0].rstrip("\r").split("\t")
    if sorted(header) != sorted(columns):
        for column in sorted(set(columns) - set(header)):
            faults.faults.append(Fault(name, 1, 0, "header", "no such column", f'column "{column}"'))
        for number, column in enumerate(header, 1):
            if column not in columns or header.index(column) + 1 != number:
                hint = did_you_mean(column, columns)
                faults.faults.append(Fault(name, 1, number, "header", f'"{column}"', "a known column, once", hint))
        return []
    rows = []
    for number, text in enumerate(lines[1:], 2):
        text = text.rstrip("\r")
        if not text:
            if any(rest.strip() for rest in lines[number:]):
                faults.faults.append(Fault(name, number, found="an empty line", expected="a row"))
            continue
        values = text.split("\t")
        if len(values) != len(header):
            faults.faults.append(
                Fault(name, number, found=f"{len(values)} cells", expected=f"{len(header)} cells as in the header")
            )
            continue
        rows.append(Cells(name, number, {c: v.strip() for c, v in zip(header, values, strict=True)}))
    return rows
