"""Records of other formats as a publication file to look through, mend and add.

Comes in: Phenopackets, FHIR bundles or RDF cases, and the id of the publication they belong to. Goes out: one publication in the
notation of its file, with what was left out; or every fault of every file at once. Nothing is loaded into the graph here:
the file that is written goes through the same check as one typed by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from neoplex.base.errors import EnvironmentProblem, Fault, FaultsFound, UsageError
from neoplex.base.names import NX
from neoplex.base.paths import shipped_root
from neoplex.cases.check import RDF_SUFFIXES
from neoplex.cases.entries import list_case_iris, read_publication_entries
from neoplex.cases.notation import name_class
from neoplex.cases.resolve import resolve_publication
from neoplex.cases.schema import FORMAT, ID_PATTERN
from neoplex.cases.shape import check_shape
from neoplex.cases.yamltext import write_yaml
from neoplex.exchange.caseloss import Entry
from neoplex.exchange.crosswalk import Crosswalk, load_crosswalk
from neoplex.exchange.fhir_reader import BundleReader
from neoplex.exchange.intake import Intake, LeftOut, Place, ReadCase, tidy
from neoplex.exchange.phenopacket_reader import PacketReader
from neoplex.model.lexicon import Lexicon, NotInLexicon
from neoplex.model.locator import NotALocator, parse_locator
from neoplex.read.csvfile import parse_csv
from neoplex.read.jsonfile import read_json
from neoplex.read.lexicon import load_lexicon
from neoplex.read.yamlfile import parse_yaml


@dataclass(frozen=True)
class Wanted:
    """What a caller wants of an import: the publication's id and year, a place for facts without one, how strict to be.

    ``terms`` is a table of foreign identifiers and our terms for them.
    """

    source: str
    year: int | None = None
    at: str = ""
    terms: Path | None = None
    leave_out_unknown: bool = False


@dataclass(frozen=True)
class Imported:
    """A publication file made from records, and what the records say beyond it."""

    text: str
    cases: int
    facts: int
    left_out: tuple[LeftOut, ...]


def read_records(files: Sequence[Path], wanted: Wanted) -> Imported:
    """The publication file of some records; raises FaultsFound with every fault of every file, UsageError for a wrong call."""
    check_wanted(wanted)
    lexicon = load_lexicon(shipped_root())
    crosswalk = load_crosswalk(shipped_root(), lexicon)
    if wanted.terms is not None:
        crosswalk = crosswalk.with_terms(read_terms(wanted.terms, lexicon))
    found: list[tuple[Path, ReadCase]] = []
    faults: list[Fault] = []
    left_out: list[LeftOut] = []
    for file in files:
        cases, wrong, left = _read_file(file, wanted, crosswalk)
        found += [(file, case) for case in cases]
        faults += wrong
        left_out += left
    if faults:
        raise FaultsFound(faults)
    publication = _assemble(found, wanted, lexicon)
    faults = _check(publication, lexicon, found)
    if faults:
        raise FaultsFound(faults)
    comments = {"format": _head(files, left_out)}
    facts = sum(len(value) for case in publication["cases"] for value in case.values() if _is_section(value))
    return Imported(write_yaml(publication, comments), len(publication["cases"]), facts, tuple(sorted(left_out)))


def check_wanted(wanted: Wanted) -> int:
    """The year of publication; raises UsageError when the id, the place or the year is off."""
    if not re.fullmatch(ID_PATTERN, wanted.source) or len(wanted.source) > 80:
        raise UsageError(
            f"{wanted.source} is no id for a publication; use the first author and the year, such as smith-2021"
        )
    if wanted.at:
        try:
            parse_locator(wanted.at)
        except NotALocator as problem:
            raise UsageError(
                f"--at: found {problem.part.strip() or 'nothing'}, expected {problem.expected}"
            ) from problem
    year = _year(wanted)
    if year is None:
        raise UsageError(f"{wanted.source} holds no year; give the year of publication with --year")
    return year


def _year(wanted: Wanted) -> int | None:
    if wanted.year is not None:
        return wanted.year
    found = re.search(r"(?:^|-)((?:19|20)\d\d)(?:[a-z]?$|-)", wanted.source)
    return int(found[1]) if found else None


def _read_file(file: Path, wanted: Wanted, crosswalk: Crosswalk) -> tuple[list[ReadCase], list[Fault], list[LeftOut]]:
    if not file.is_file():
        raise UsageError(f"{file} is no file")
    if file.suffix in RDF_SUFFIXES:
        return _read_rdf(file, crosswalk.lexicon)
    root, faults = read_json(file)
    if root is None:
        return [], faults, []
    intake = Intake(crosswalk, str(file), wanted.at, wanted.leave_out_unknown)
    top = Place(root, "")
    if "resourceType" in root.mapping:
        cases = BundleReader(intake).read(top)
    else:
        packet = PacketReader(intake).read(top)
        cases = [packet] if packet is not None else []
    return cases, intake.faults, intake.left_out


def _read_rdf(file: Path, lexicon: Lexicon) -> tuple[list[ReadCase], list[Fault], list[LeftOut]]:
    from neoplex.read.rdffile import check_case_rdf  # brings in the shapes engine, which JSON does not need

    quads, faults = check_case_rdf(file, lexicon)
    if faults:
        return [], faults, []
    cases = []
    for iri in list_case_iris(quads):
        publication = read_publication_entries(quads, iri, lexicon)
        source = {key: value for key, value in publication["source"].items() if key != "id"}
        cases.append(ReadCase(publication["cases"][0], source))
    return cases, ([] if cases else [Fault(str(file), found="no case", expected="a case")]), []


def _assemble(found: list[tuple[Path, ReadCase]], wanted: Wanted, lexicon: Lexicon) -> Entry:
    """One publication of all cases; ids that do not fit it are made anew."""
    source: Entry = {"id": wanted.source}
    for _, read in found:
        for key, value in read.source.items():
            source.setdefault(key, value)
    files = sorted({file.name for file, _ in found})
    source.setdefault("title", f"Cases of {', '.join(files)}")
    source.setdefault("authors", [])
    source["year"] = _year(wanted)
    source.setdefault("kind", name_class(lexicon, NX + "Publication"))
    cites = source.pop("cites", None)
    if cites:
        source["cites"] = cites
    cases: list[Entry] = []
    taken: set[str] = set()
    for number, (_, read) in enumerate(found, 1):
        name = str(read.case.get("id") or "")
        if (name != wanted.source and not name.startswith(wanted.source + "-")) or name in taken:
            name = wanted.source if len(found) == 1 else f"{wanted.source}-{number}"
        taken.add(name)
        words = " ".join(word[:1].upper() + word[1:] for word in wanted.source.split("-"))
        label = read.case.get("label") or (words if len(found) == 1 else f"{words}, patient {number}")
        case = {"id": name, "label": label, **{k: v for k, v in read.case.items() if k not in ("id", "label")}}
        cases.append({key: _plain(value) for key, value in case.items()})
    return {"format": FORMAT, "source": source, "cases": cases}


def _check(publication: Entry, lexicon: Lexicon, found: list[tuple[Path, ReadCase]]) -> list[Fault]:
    """The faults a curator would be told of, placed in the file the case came from."""
    root, faults = parse_yaml(write_yaml(publication).encode(), "")
    if root is not None:
        usable, faults = check_shape(root)
        if usable is not None:
            faults = [*faults, *resolve_publication(usable, lexicon)[1]]
    placed = []
    for fault in faults:
        number = re.match(r"cases\[(\d+)\]", fault.field)
        file = found[int(number[1])][0] if number is not None and int(number[1]) < len(found) else found[0][0]
        if fault.severity == "error":
            placed.append(replace(fault, file=str(file), line=0, column=0))
    return placed


def _head(files: Sequence[Path], left_out: Sequence[LeftOut]) -> str:
    names = ", ".join(file.name for file in files)
    lines = [
        f"Made from {names}. Look it through before you add it: title, authors and kind of the source; the words under says,",
        "which must be your own; and the places (at), which point into the file where it named none in the paper.",
    ]
    if left_out:
        lines += ["", "Not taken over:"]
        lines += [f"- {Path(item.file).name}:{item.line} {item.path}: {item.what}" for item in sorted(left_out)]
    return "\n".join("".join(letter if letter.isprintable() else " " for letter in line) for line in lines)


def _plain(value: object) -> object:
    """The person with its keys in order; a list of one word as that word."""
    if isinstance(value, dict):
        return tidy({key: value[key] for key in ("sex", "age", "when", "says", "at") if key in value})
    return value[0] if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) else value


def _is_section(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(member, dict) for member in value)


def read_terms(file: Path, lexicon: Lexicon) -> Mapping[str, str]:
    """A table of foreign identifiers and our terms: columns ``id`` and ``term``, tab or comma separated."""
    try:
        raw = file.read_bytes()
    except OSError as problem:
        raise EnvironmentProblem(f"{file}: cannot be read: {problem.strerror or problem}") from problem
    if b"\t" in raw.split(b"\n", 1)[0]:
        raw = b"\n".join(
            b",".join(_quoted(cell) for cell in line.rstrip(b"\r").split(b"\t")) for line in raw.splitlines()
        )
    table, faults = parse_csv(raw, str(file))
    if table is None:
        raise FaultsFound(faults)
    missing = [name for name in ("id", "term") if name not in table.columns]
    if missing:
        raise FaultsFound([Fault(str(file), 1, 1, found=", ".join(table.columns), expected=f"a column {missing[0]}")])
    given: dict[str, str] = {}
    for row in table.rows:
        try:
            given[row["id"].text] = lexicon.find_anything(row["term"].text)
        except NotInLexicon as problem:
            cell = row["term"]
            faults.append(
                Fault(str(file), cell.line, cell.column, "term", problem.found, problem.expected, problem.hint)
            )
    if faults:
        raise FaultsFound(faults)
    return given


def _quoted(cell: bytes) -> bytes:
    return b'"' + cell.replace(b'"', b'""') + b'"'
