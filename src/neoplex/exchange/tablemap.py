"""A spreadsheet of patients as a publication file: which column means what, proposed for the author to mend.

Comes in: a sheet and the id of the publication. Goes out: the publication file with its ``tables`` section, the CSV that lies
beside it, and for each column what it was taken for or why it was left alone. A column is only taken for what its name and
its cells say; nothing is read into a number without a unit, and an empty cell stays not reported.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from neoplex.base.errors import Fault, FaultsFound
from neoplex.base.names import NX, slug
from neoplex.cases.notation import name_class
from neoplex.cases.schema import FORMAT
from neoplex.cases.yamltext import write_yaml
from neoplex.model.lexicon import Lexicon, NotInLexicon, normalise
from neoplex.model.when import NotATime, parse_when
from neoplex.read.sheetfile import Sheet

Entry = dict[str, Any]

IDENTIFYING = frozenset(
    ("name", "first name", "last name", "surname", "patient name", "initials", "mrn", "record number", "medical record number",
     "hospital number", "dob", "date of birth", "birth date", "birthdate", "address", "phone", "telephone", "email", "e mail",
     "ssn", "insurance number"),
)  # fmt: skip
_NUMBERS = frozenset(
    (
        "patient",
        "case",
        "patient no",
        "patient no.",
        "case no",
        "case no.",
        "patient number",
        "case number",
        "no",
        "no.",
        "number",
        "id",
        "#",
        "patient id",
        "case id",
    )
)
_AGES = frozenset(("age", "age at presentation", "age at diagnosis", "age at treatment"))
_SEXES = frozenset(("sex", "gender"))
_PRIMARIES = frozenset(
    (
        "primary",
        "primary tumor",
        "primary cancer",
        "primary site",
        "primary diagnosis",
        "cancer",
        "tumor",
        "malignancy",
        "cancer type",
        "tumor type",
    )
)
_DOSES = frozenset(("dose", "total dose", "rt dose", "radiation dose", "radiotherapy dose"))
_FRACTIONS = frozenset(("fractions", "number of fractions", "no of fractions", "no. of fractions", "fx"))
_PER_FRACTION = frozenset(("dose per fraction", "dose/fraction", "fraction dose", "fraction size"))
_TARGETS = frozenset(
    ("target", "irradiated site", "irradiated structure", "radiotherapy target", "rt site", "treated site")
)
_SIDES = frozenset(("side", "laterality"))
_PRESENT = ("yes", "y", "+", "present", "true", "1", "positive", "pos")
_ABSENT = ("no", "n", "-", "−", "absent", "false", "0", "negative", "neg", "none")
_SILENT = ("nr", "n/r", "na", "n/a", "n.a.", "unknown", "not reported", "not available", "?", "missing", "nd")
_SEX_WORDS = {
    "m": "male",
    "male": "male",
    "man": "male",
    "f": "female",
    "female": "female",
    "w": "female",
    "woman": "female",
}
_SIDE_WORDS = {
    "l": "left",
    "left": "left",
    "r": "right",
    "right": "right",
    "both": "bilateral",
    "bilateral": "bilateral",
    "b": "bilateral",
}
_SECTIONS = (
    ("findings", "Finding"),
    ("conditions", "Condition"),
    ("outcomes", "Outcome"),
    ("treatments", "Treatment"),
    ("treatments", "Drug"),
)


@dataclass(frozen=True)
class ColumnReading:
    """What one column was taken for; ``taken`` is empty when it was left alone, and ``why`` says why."""

    column: str
    taken: str = ""
    why: str = ""


@dataclass(frozen=True)
class Proposal:
    """The publication file, the CSV beside it, and what each column was taken for."""

    text: str
    csv_name: str
    csv_text: str
    readings: tuple[ColumnReading, ...]

    @property
    def unmatched(self) -> tuple[ColumnReading, ...]:
        """The columns that were left alone."""
        return tuple(reading for reading in self.readings if not reading.taken)


def propose(sheet: Sheet, source: str, year: int, lexicon: Lexicon, at: str = "") -> Proposal:
    """A publication file for a sheet; raises FaultsFound when a column points at persons."""
    return _Proposer(sheet, source, year, lexicon, at).propose()


class _Proposer:
    def __init__(self, sheet: Sheet, source: str, year: int, lexicon: Lexicon, at: str) -> None:
        self._sheet = sheet
        self._source = source
        self._year = year
        self._lexicon = lexicon
        self._at = at
        self._columns = [re.sub(r"[{}]", "", name) for name in sheet.columns]
        self._rows = [list(row) for row in sheet.rows]
        self._cells: dict[str, dict[str, str]] = {}
        self._readings: dict[str, ColumnReading] = {}
        self._entry: Entry = {}
        self._radiation: Entry = {}
        self._dose: Entry = {}
        self._ids: set[str] = set()

    def propose(self) -> Proposal:
        self._refuse_persons()
        number = self._number_column()
        for column in self._columns:
            if column not in self._readings:
                self._read_column(column)
        self._finish_radiation()
        row = number or "row"
        name = re.split(r"[/\\\\]", self._sheet.file)[-1].replace('"', "")
        quoted = f'"{name}"' if "," in name else name
        place = f"{self._at or 'table ' + quoted}, row {{{row}}}"
        person = self._entry.get("person")
        table: Entry = {"file": f"{self._source}.patients.csv", "case": f"{self._source}-{{{row}}}", "at": place}
        if self._cells:
            table["cells"] = self._cells
        words = " ".join(word[:1].upper() + word[1:] for word in self._source.split("-"))
        entry: Entry = {"label": f"{words}, patient {{{row}}}", "number": f"{{{row}}}"}
        if person is not None:
            entry["person"] = {**person, "at": place}
        order = ("conditions", "findings", "treatments", "outcomes")
        entry.update({section: self._entry[section] for section in order if section in self._entry})
        table["entry"] = entry
        title = f"Patients of {name}"
        publication: Entry = {
            "format": FORMAT,
            "source": {
                "id": self._source,
                "title": title,
                "authors": [],
                "year": self._year,
                "kind": name_class(self._lexicon, NX + "Publication"),
            },
            "tables": [table],
        }
        readings = tuple(self._readings[column] for column in self._columns)
        text = write_yaml(publication, {"format": self._head(readings), "tables": _TABLE_HELP})
        return Proposal(text, str(table["file"]), self._write_csv(), readings)

    def _head(self, readings: Sequence[ColumnReading]) -> str:
        lines = [
            "A proposal: mend it, then run `neoplex case check` on it until it has no fault, then `neoplex case add`.",
            "",
        ]
        lines += ["Columns taken over:"] + [f"- {r.column}: {r.taken}" for r in readings if r.taken]
        left = [r for r in readings if not r.taken]
        if left:
            lines += ["", "Columns left alone:"] + [f"- {r.column}: {r.why}" for r in left]
        return "\n".join("".join(c if c.isprintable() else " " for c in line) for line in lines)

    def _write_csv(self) -> str:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self._columns)
        writer.writerows(self._rows)
        return out.getvalue()

    # what a column is

    def _refuse_persons(self) -> None:
        faults = [
            Fault(self._sheet.file, 1, field=name, found="a column that points at persons", expected="a table without it",
                  hint="delete the column; a case needs sex and age at most")
            for name in self._sheet.columns
            if normalise(_bare(name)) in IDENTIFYING
        ]  # fmt: skip
        if faults:
            raise FaultsFound(faults)

    def _values(self, column: str) -> list[str]:
        index = self._columns.index(column)
        return [row[index] for row in self._rows]

    def _filled(self, column: str) -> list[str]:
        return sorted({value for value in self._values(column) if value and value.casefold() not in _SILENT})

    def _take(self, column: str, taken: str) -> None:
        self._readings[column] = ColumnReading(column, taken)

    def _leave(self, column: str, why: str) -> None:
        self._readings[column] = ColumnReading(column, "", why)

    def _number_column(self) -> str:
        """The column that numbers patients; one named ``row`` is added when there is none that can."""
        for column in self._columns:
            values = self._values(column)
            fit = all(re.fullmatch(r"[a-z0-9]+(?:[-.][a-z0-9]+)*", value) for value in values)
            if normalise(_bare(column)) in _NUMBERS and fit and len(set(values)) == len(values):
                self._take(column, "the number of the patient, and the row of the table")
                return column
        if "row" not in self._columns:
            self._columns.append("row")
            self._rows = [[*row, str(number)] for number, row in enumerate(self._rows, 1)]
        self._take("row", "the row of the table (added here)")
        return ""

    def _read_column(self, column: str) -> None:
        bare = normalise(_bare(column))
        filled = self._filled(column)
        if not filled:
            self._leave(column, "it is empty")
        elif bare in _NUMBERS:
            self._leave(column, "its values are not unique lower-case numbers or words; rows are numbered instead")
        elif bare in _SEXES:
            self._words(
                column, {value: _SEX_WORDS[value.casefold()] for value in filled if value.casefold() in _SEX_WORDS}
            )
            self._entry.setdefault("person", {})["sex"] = f"{{{column}}}"
            self._take(column, "sex")
        elif bare in _AGES:
            self._age(column, filled)
        elif bare in _PRIMARIES:
            self._primary(column, filled)
        elif bare in _DOSES or bare in _FRACTIONS or bare in _PER_FRACTION or bare in _TARGETS:
            self._radiation_column(column, bare, filled)
        elif bare in _SIDES:
            self._leave(
                column, "a side belongs to a structure: write '{" + column + "} psoas major' under a site or target"
            )
        else:
            self._read_by_term(column, filled)

    def _words(self, column: str, meanings: dict[str, str]) -> None:
        """Note what cells mean where they mean something else than they say."""
        silent = {value: "" for value in self._values(column) if value.casefold() in _SILENT}
        told = {value: meaning for value, meaning in {**meanings, **silent}.items() if value != meaning}
        if told:
            self._cells[column] = dict(sorted(told.items()))

    def _age(self, column: str, filled: list[str]) -> None:
        unit = _unit(column) or "a"
        unit = {"years": "a", "year": "a", "y": "a", "yr": "a", "yrs": "a", "months": "mo"}.get(unit.casefold(), unit)
        if not all(re.fullmatch(r"\d{1,3}", value) for value in filled):
            self._leave(column, "its cells are no whole numbers")
            return
        self._words(column, {})
        self._entry.setdefault("person", {})["age"] = f"{{{column}}} {unit}"
        self._take(column, f"age in {unit}")

    def _primary(self, column: str, filled: list[str]) -> None:
        unknown = [value for value in filled if not self._class(value, "Condition")]
        self._words(column, {})
        entry: Entry = {"id": "primary", "kind": f"{{{column}}}", "role": "primary"}
        self._entry.setdefault("conditions", []).append(entry)
        self._ids.add("primary")
        more = f"; say under cells which disease is meant by {', '.join(unknown)}" if unknown else ""
        self._take(column, f"the primary tumour{more}")
        if unknown:
            self._cells.setdefault(column, {}).update({value: value for value in unknown})

    def _radiation_column(self, column: str, bare: str, filled: list[str]) -> None:
        numbers = all(re.fullmatch(r"\d+(?:\.\d+)?", value) for value in filled)
        if bare in _TARGETS:
            self._words(column, {})
            self._radiation["target"] = f"{{{column}}}"
            unknown = [value for value in filled if not self._site(value)]
            more = f"; say under cells which structure is meant by {', '.join(unknown)}" if unknown else ""
            self._take(column, f"what was irradiated{more}")
            if unknown:
                self._cells.setdefault(column, {}).update({value: value for value in unknown})
            return
        if not numbers:
            self._leave(column, "its cells are no plain numbers; give total dose and fractions a column each")
            return
        self._words(column, {})
        if bare in _FRACTIONS:
            self._dose["fractions"] = f"{{{column}}}"
            self._take(column, "number of fractions")
            return
        unit = _unit(column) or "Gy"
        if unit.casefold() not in ("gy", "gray", "grey"):
            self._leave(column, f"a dose in {unit}; neoplex wants Gy")
            return
        self._dose["per-fraction" if bare in _PER_FRACTION else "total"] = f"{{{column}}} Gy"
        self._take(column, "dose per fraction, reported" if bare in _PER_FRACTION else "total dose, reported")

    def _finish_radiation(self) -> None:
        if not self._radiation and not self._dose:
            return
        target, total = (
            re.sub(r"[{}]| Gy", "", str(part.get(key, "")))
            for part, key in ((self._radiation, "target"), (self._dose, "total"))
        )
        if target and total:
            pairs = zip(self._values(target), self._values(total), strict=True)
            bare = [str(number) for number, (site, dose) in enumerate(pairs, 2) if site and not dose]
            if bare:
                told = self._readings[target].taken
                self._take(
                    target,
                    f"{told}; line {', '.join(bare)} has a target and no dose: empty it if nothing was irradiated",
                )
        entry: Entry = {"id": "rt", "kind": "radiotherapy", **self._radiation}
        if self._dose:
            entry["doses"] = [{"role": "reported", **self._dose}]
        self._entry.setdefault("treatments", []).append(entry)

    # columns named like a term

    def _class(self, words: str, *roots: str) -> str:
        try:
            return self._lexicon.find_class(words, [NX + root for root in roots])
        except NotInLexicon:
            return ""

    def _site(self, words: str) -> bool:
        try:
            return bool(self._lexicon.find_sites(words))
        except NotInLexicon:
            return False

    def _read_by_term(self, column: str, filled: list[str]) -> None:
        unit = _unit(column)
        name = _bare(column)
        spellings = (name, f"{name} measurement", f"{name} level")
        found = next(
            (
                (section, root, iri)
                for words in spellings
                for section, root in _SECTIONS
                if (iri := self._class(words, root))
            ),
            None,
        )
        scale = unit if self._is_scale(unit) else name.split()[0] if self._is_scale(name.split()[0]) else ""
        if found is None and scale.upper() == "NRS":
            found, unit = ("findings", "Finding", self._class("pain score", "Finding")), "NRS"
        if found is None:
            self._leave(column, "no term of neoplex has that name; `neoplex search WORDS` finds some")
            return
        section, root, iri = found
        kind = name_class(self._lexicon, iri, NX + root)
        base: Entry = {"id": self._free_id(column), **({"drug": kind} if root == "Drug" else {"kind": kind})}
        told = {value: _meaning(value) for value in filled}
        if all(told.values()):
            self._words(column, told)
            self._put(section, {**base, "status": f"{{{column}}}"})
            self._take(column, f"{kind}: present or absent")
        elif all(re.fullmatch(r"[<>~]?\s*\d+(?:\.\d+)?", value) for value in filled):
            self._numbers(column, section, base, kind, unit)
        elif all(self._site(value) for value in filled):
            self._words(column, {})
            key = "target" if section == "treatments" else "site"
            self._put(section, {**base, key: f"{{{column}}}"})
            self._take(column, f"{kind}, at the structure each cell names")
        elif all(_is_time(value) for value in filled):
            self._words(column, {})
            self._put(section, {**base, "when": f"{{{column}}}"})
            self._take(column, f"{kind}, at the time each cell names")
        else:
            self._leave(
                column, f"it is named like {kind}, but its cells are no yes or no, number, structure or date alone"
            )

    def _numbers(self, column: str, section: str, base: Entry, kind: str, unit: str) -> None:
        try:
            measure = self._lexicon.find_measure(unit) if unit else None
        except NotInLexicon:
            measure = None
        if measure is None or section == "conditions":
            self._leave(
                column, f"numbers need their unit or scale: name the column '{_bare(column)} (ng/mL)' or the like"
            )
            return
        self._words(column, {})
        self._put(section, {**base, "value": f"{{{column}}} {unit}"})
        self._take(column, f"{kind} in {unit}")

    def _is_scale(self, words: str) -> bool:
        return normalise(words) in self._lexicon.scales if words else False

    def _put(self, section: str, entry: Entry) -> None:
        self._entry.setdefault(section, []).append(entry)

    def _free_id(self, column: str) -> str:
        base = slug(column) or "fact"
        name, number = base, 1
        while name in self._ids:
            number += 1
            name = f"{base}-{number}"
        self._ids.add(name)
        return name


_TABLE_HELP = """\
How one row of the table reads: {Column} stands for its cell, an entry with an empty cell is left out.
Under cells stands what a cell means where it says it in other words; '' means not reported."""


def _bare(column: str) -> str:
    """A column's name without its unit.

    >>> _bare("PSA (ng/mL)"), _unit("PSA (ng/mL)"), _bare("Age, years"), _unit("Age, years")
    ('PSA', 'ng/mL', 'Age', 'years')
    """
    return re.sub(r"\s*(?:[(\[].*[)\]]|,\s*\S+)\s*$", "", column).strip() or column.strip()


def _unit(column: str) -> str:
    match = re.search(r"(?:[(\[]([^)\]]*)[)\]]|,\s*(\S+))\s*$", column)
    return ((match[1] or match[2] or "") if match is not None else "").strip()


def _meaning(value: str) -> str:
    folded = value.casefold()
    return "present" if folded in _PRESENT else "absent" if folded in _ABSENT else ""


def _is_time(value: str) -> bool:
    try:
        when = parse_when(value)
    except NotATime:
        return False
    return when.relative is None
