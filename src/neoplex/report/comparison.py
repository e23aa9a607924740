"""Cases side by side, ready for a manuscript: one row for each patient, one column for each thing a journal asks.

Comes in: the facts of cases and the classes of the ontology. Goes out: cells of words with the passages they stand in. What a
source does not mention is ``NR``; what it denies says so. Planned, delivered and reported doses, and courses of one patient, stay
apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from neoplex.ask.casebook import CaseEntry, find_case, list_cases
from neoplex.ask.engines import LocalEngine
from neoplex.ask.factwords import FactWords, value_of
from neoplex.ask.vocabulary import fetch_labels
from neoplex.base.errors import UsageError, did_you_mean
from neoplex.base.names import CASE, NX, PREFIXES, case_iri
from neoplex.report.casehtml import short_locator
from neoplex.store.answers import Rows

NOT_REPORTED = "NR"
_TYPE = PREFIXES["rdf"] + "type"
_DEFICITS = (
    "NeurologicalDeficit",
    "SensoryFinding",
    "ReflexFinding",
    "BladderDysfunction",
    "BowelDysfunction",
    "SexualDysfunction",
    "SphincterDysfunction",
)
_TUMOUR = (
    "TumorInvolvement",
    "Mass",
    "PerineuralInvasionOnHistology",
    "MalignantCellsInSpecimen",
    "MetastaticDiseaseOnImaging",
)
_SPREAD = ("metastasis", "syndrome")
_ASIDE = ("PainManagement", "SupportiveTreatment", "Device", "WalkingAid", "MuscleRelaxationTherapy")


@dataclass(frozen=True)
class Statement:
    """One thing in a cell, with the passages (IRIs) that say it."""

    words: str
    passages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """What a cell says; empty when the source does not report it."""

    statements: tuple[Statement, ...] = ()

    @property
    def words(self) -> str:
        """The cell in words."""
        return "; ".join(statement.words for statement in self.statements) or NOT_REPORTED


@dataclass(frozen=True)
class Comparison:
    """The table: heads, rows of cells, and the locator of each passage in words."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    locators: Mapping[str, str]
    references: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """Locators in the order in which the table needs them, each once."""
        used: dict[str, None] = {}
        for _, cells in self.rows:
            for cell in cells:
                for statement in cell.statements:
                    for passage in statement.passages:
                        used[self.locators[passage]] = None
        return tuple(used)


@dataclass
class _Reader:
    """Reads one case after another; classes are asked for once."""

    engine: LocalEngine
    classes: dict[str, frozenset[str]] = field(default_factory=dict)

    def below(self, *names: str) -> frozenset[str]:
        """These classes and everything below them."""
        found: set[str] = set()
        for name in names:
            if name not in self.classes:
                answer = self.engine.answer(f"SELECT ?k WHERE {{ ?k <{PREFIXES['rdfs']}subClassOf>* <{NX}{name}> }}")
                assert isinstance(answer, Rows)
                self.classes[name] = frozenset(value_of(row[0]) for row in answer.rows)
            found |= self.classes[name]
        return frozenset(found)

    def facts(self, facts: FactWords, link: str, *names: str) -> list[str]:
        """The facts of a case of these classes, in order of time."""
        kinds = self.below(*names) if names else None
        nodes = facts.in_order(facts.linked(link))
        return [n for n in nodes if kinds is None or any(kind in kinds for kind in facts.iris(n, _TYPE))]


# --------------------------------------------------------------------------------------------------------------------- columns


def _age(reader: _Reader, facts: FactWords) -> list[Statement]:
    nodes = facts.iris(facts.case, "age")
    return [Statement(facts.measure(n), _places(facts, n)) for n in nodes if facts.measure(n)]


def _sex(reader: _Reader, facts: FactWords) -> list[Statement]:
    nodes = [*facts.iris(facts.case, "age"), *facts.iris(facts.case, "describedBy")]
    places = tuple(dict.fromkeys(p for n in nodes for p in facts.iris(n, "statedIn")))
    return [Statement(facts.label(iri), places) for iri in facts.iris(facts.case, "sex")]


def _conditions(*roles: str) -> Callable[[_Reader, FactWords], list[Statement]]:
    def read(reader: _Reader, facts: FactWords) -> list[Statement]:
        nodes = [
            n
            for n in facts.in_order(facts.linked("hasCondition"))
            if {NX + r for r in roles} & set(facts.iris(n, "conditionRole"))
        ]
        return [_statement(facts, n, sites=roles != ("primary",)) for n in nodes]

    return read


def _histology(reader: _Reader, facts: FactWords) -> list[Statement]:
    found = []
    for node in facts.in_order(facts.linked("hasCondition")):
        kinds = [facts.kind(iri) or facts.short(iri) for iri in facts.iris(node, "hasHistology")]
        if kinds:
            found.append(Statement(", ".join(kinds), _places(facts, node)))
    return found


def _sites(reader: _Reader, facts: FactWords) -> list[Statement]:
    """Places of tumour and of the syndrome beside the primary, with side as far as told, and what was found at each."""
    nodes = reader.facts(facts, "hasFinding", *_TUMOUR)
    nodes += [
        n
        for n in facts.in_order(facts.linked("hasCondition"))
        if {NX + r for r in _SPREAD} & set(facts.iris(n, "conditionRole"))
    ]
    places: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for node in nodes:
        if facts.is_absent(node) or not facts.iris(node, "hasSite"):
            continue
        kind = _statement(facts, node, sites=False)
        where = " and ".join(
            facts.short(iri).replace("side not reported", "side NR") for iri in facts.iris(node, "hasSite")
        )
        kinds, passages = places.setdefault(where, ({}, {}))
        kinds[kind.words] = None
        passages.update(dict.fromkeys(kind.passages))
    return [Statement(f"{where}: {', '.join(kinds)}", tuple(passages)) for where, (kinds, passages) in places.items()]


def _findings(*names: str) -> Callable[[_Reader, FactWords], list[Statement]]:
    def read(reader: _Reader, facts: FactWords) -> list[Statement]:
        return [_statement(facts, node, amount=True) for node in reader.facts(facts, "hasFinding", *names)]

    return read


def _imaging(reader: _Reader, facts: FactWords) -> list[Statement]:
    return [_statement(facts, node) for node in reader.facts(facts, "hasInvestigation", "MedicalImaging")]


def _treatment(reader: _Reader, facts: FactWords) -> list[Statement]:
    """Everything against the tumour; drugs for symptoms and aids have a column of their own."""
    aside = reader.below(*_ASIDE)
    plain = NX + "DrugTherapy"
    found = []
    for node in facts.in_order(facts.linked("hasTreatment")):
        kinds = facts.iris(node, _TYPE)
        if plain in kinds or any(kind in aside for kind in kinds):
            continue
        found.append(_course(facts, node))
    return found


def _course(facts: FactWords, node: str) -> Statement:
    statement = _statement(facts, node)
    doses: dict[str, list[str]] = {}
    passages = list(statement.passages)
    for dose in facts.iris(node, "hasDose"):
        total, count = facts.text(dose, "totalDose"), facts.text(dose, "fractionCount")
        if not total:
            continue
        role = facts.kind(dose).removesuffix(" dose")
        words = f"{total} Gy/{count}" if count else f"{total} Gy"
        if words not in doses.setdefault(role, []):
            doses[role].append(words)
        passages += facts.iris(dose, "statedIn")
    said = ", ".join(f"{role} {' and '.join(words)}" for role, words in sorted(doses.items()))
    targets = [facts.short(iri) for iri in facts.iris(node, "hasTarget")]
    words = statement.words + (f" of {', '.join(targets)}" if targets else "") + (f" ({said})" if said else "")
    return Statement(words, tuple(dict.fromkeys(passages)))


def _analgesics(reader: _Reader, facts: FactWords) -> list[Statement]:
    kinds = reader.below(*_ASIDE) | {NX + "DrugTherapy"}
    nodes = facts.in_order(facts.linked("hasTreatment"))
    return [_statement(facts, n, amount=True) for n in nodes if any(kind in kinds for kind in facts.iris(n, _TYPE))]


def _response(reader: _Reader, facts: FactWords) -> list[Statement]:
    found = []
    nodes = facts.in_order(facts.linked("hasOutcome"))
    treated = {node: _treated(facts, node) for node in nodes}
    several = len({words for words in treated.values() if words}) > 1
    for node in nodes:
        statement = _statement(facts, node)
        if several and treated[node]:
            statement = Statement(f"{statement.words} after {treated[node]}", statement.passages)
        times = [facts.measure(t) for t in facts.iris(node, "timeToOutcome") if facts.measure(t)]
        lasting = [f"for {facts.measure(t)}" for t in facts.iris(node, "outcomeDuration") if facts.measure(t)]
        extra = ", ".join([*times, *lasting])
        found.append(Statement(statement.words + (f" ({extra})" if extra else ""), statement.passages))
    return found


def _treated(facts: FactWords, outcome: str) -> str:
    """The treatments that an outcome is of, in words."""
    treatments = set(facts.linked("hasTreatment"))
    return ", ".join(
        dict.fromkeys(_statement(facts, n).words for n in facts.iris(outcome, "concerns") if n in treatments)
    )


def _scores(reader: _Reader, facts: FactWords) -> list[Statement]:
    """Pain scores, each with its scale: start and end of a course joined by an arrow, others with their time."""
    nodes = [n for n in reader.facts(facts, "hasFinding", "PainScore") if facts.text(n, "value")]
    courses: dict[tuple[str, str], dict[str, str]] = {}
    found: list[Statement] = []
    for node in nodes:
        scale = ", ".join(facts.label(iri) for iri in facts.iris(node, "scale"))
        time = next(iter(facts.iris(node, "atTime")), "")
        anchor, point = next(iter(facts.iris(time, "anchor")), ""), facts.text(time, "anchorPoint")
        own = courses.setdefault((scale, anchor), {})
        if anchor and point and facts.text(time, "relation") == "at" and point not in own:
            own[point] = node
            continue
        when = _without_ids(facts.time(time).partition(" (worked out")[0]) if time else ""
        words = f"{facts.text(node, 'value')} ({', '.join(part for part in (scale, when) if part)})"
        found.append(Statement(words, _places(facts, node)))
    joined = []
    for (scale, _), own in courses.items():
        members = [own[point] for point in ("start", "end") if point in own]
        if members:
            words = " → ".join(facts.text(n, "value") for n in members)
            only = "" if len(members) == 2 else f", at the {next(iter(own))}"
            places = tuple(dict.fromkeys(p for n in members for p in facts.iris(n, "statedIn")))
            joined.append(Statement(f"{words} ({scale}{only})", places))
    return [*joined, *found]


def _followup(reader: _Reader, facts: FactWords) -> list[Statement]:
    found = []
    for node in reader.facts(facts, "hasEvent", "FollowUpVisit"):
        times = [facts.time(t).partition(" (worked out")[0] for t in facts.iris(node, "atTime")]
        found.append(
            Statement(
                _without_ids(f"{facts.kind(node)}: {', '.join(times)}") if times else facts.kind(node),
                _places(facts, node),
            )
        )
    for node in reader.facts(facts, "hasEvent", "Death"):
        times = [facts.time(t).partition(" (worked out")[0] for t in facts.iris(node, "atTime")]
        found.append(Statement(_without_ids(", ".join([facts.kind(node), *times])), _places(facts, node)))
    return found


def _source(reader: _Reader, facts: FactWords) -> list[Statement]:
    retold = [f"retold from {facts.label(iri)}" for iri in facts.iris(facts.case, "retoldFrom")]
    return [Statement(", ".join([_brief(facts, iri), *retold])) for iri in facts.iris(facts.case, "reportedBy")]


def _brief(facts: FactWords, source: str) -> str:
    data = facts.sources.get(source, {})
    author = data.get(NX + "author", "").partition(";")[0].partition(" ")[0]
    year = data.get("http://purl.org/dc/terms/issued", "")
    return " ".join(part for part in (author, year) if part) or facts.label(source)


COLUMNS: Mapping[str, tuple[str, Callable[[_Reader, FactWords], list[Statement]]]] = {
    "age": ("Age", _age),
    "sex": ("Sex", _sex),
    "primary": ("Primary tumour", _conditions("primary")),
    "histology": ("Histology", _histology),
    "site": ("Site and side", _sites),
    "deficits": ("Deficits", _findings(*_DEFICITS)),
    "imaging": ("Imaging", _imaging),
    "treatment": ("Treatment with dose", _treatment),
    "response": ("Response and outcome", _response),
    "follow-up": ("Follow-up", _followup),
    "pain": ("Pain", _findings("Pain")),
    "scores": ("Pain scores", _scores),
    "metastases": ("Metastases", _conditions("metastasis")),
    "syndrome": ("Syndrome", _conditions("syndrome")),
    "comorbidities": ("Other diseases", _conditions("comorbidity", "complication")),
    "analgesics": ("Symptomatic treatment", _analgesics),
    "source": ("Source", _source),
}
"""Every column: its name on the command line, its head in the table, and what fills it."""
DEFAULT = ("age", "sex", "primary", "histology", "site", "deficits", "imaging", "treatment", "response", "follow-up")


# ----------------------------------------------------------------------------------------------------------------------- table


def choose_columns(names: str | None) -> tuple[str, ...]:
    """Columns from words with commas; raises UsageError with the nearest for an unknown one."""
    if not names:
        return DEFAULT
    chosen = tuple(dict.fromkeys(name.strip().lower() for name in names.split(",") if name.strip()))
    for name in chosen:
        if name not in COLUMNS:
            raise UsageError(f"--columns: found {name!r}; {did_you_mean(name, list(COLUMNS)) or ', '.join(COLUMNS)}")
    if not chosen:
        raise UsageError(f"--columns: found nothing, expected some of {', '.join(COLUMNS)}")
    return chosen


def choose_cases(
    engine: LocalEngine, names: Sequence[str], every: bool, sources: Sequence[str] = ()
) -> tuple[CaseEntry, ...]:
    """The cases to compare: those named (a cohort stands for its members), those of the sources named, or all."""
    people = [entry for entry in list_cases(engine) if not entry.is_cohort]
    known = sorted({entry.source for entry in list_cases(engine)})
    for source in sources:
        if source not in known:
            raise UsageError(f"no source is called {source!r}; {did_you_mean(source, known) or ', '.join(known)}")
    if every or sources:
        found = [entry for entry in people if not sources or entry.source in sources]
        if not found:
            raise UsageError("none of these sources tells a patient singly")
        return tuple(found)
    chosen: dict[str, CaseEntry] = {}
    for name in names:
        entry = find_case(engine, name)
        if not entry.is_cohort:
            chosen[entry.id] = entry
            continue
        members = [
            one for one in people if case_iri(entry.id) in FactWords.read(engine, case_iri(one.id)).linked("memberOf")
        ]
        if not members:
            raise UsageError(f"{entry.id} is a series told only in total; patients are compared one by one")
        chosen |= {one.id: one for one in members}
    return tuple(chosen.values())


def compare(engine: LocalEngine, cases: Sequence[CaseEntry], columns: Sequence[str] = DEFAULT) -> Comparison:
    """The table of these cases."""
    reader = _Reader(engine)
    rows = []
    references: dict[str, None] = {}
    passages: set[str] = set()
    for entry in cases:
        facts = FactWords.read(engine, case_iri(entry.id))
        cells = tuple(Cell(_merged(COLUMNS[name][1](reader, facts))) for name in columns)
        passages |= {p for cell in cells for statement in cell.statements for p in statement.passages}
        rows.append((entry.label.removesuffix(", the patient"), cells))
        for source in facts.iris(facts.case, "reportedBy"):
            references[facts.cite(source).rstrip(".") + "."] = None
    return Comparison(
        tuple(COLUMNS[name][0] for name in columns), tuple(rows), _locators(engine, passages), tuple(references)
    )


def _merged(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """The same words once, with all their passages."""
    found: dict[str, dict[str, None]] = {}
    for statement in statements:
        found.setdefault(statement.words, {}).update(dict.fromkeys(statement.passages))
    return tuple(Statement(words, tuple(passages)) for words, passages in found.items())


def _locators(engine: LocalEngine, passages: Iterable[str]) -> dict[str, str]:
    """Each passage as ``Sanuki 2022, table 1, row 5``."""
    wanted = sorted(passages)
    labels = fetch_labels(engine, wanted)
    owners: dict[str, str] = {}
    for start in range(0, len(wanted), 300):
        values = " ".join(f"<{iri}>" for iri in wanted[start : start + 300])
        answer = engine.answer(
            f"SELECT ?p ?author ?year WHERE {{ VALUES ?p {{ {values} }} ?p <{NX}passageOf> ?s . "
            f"OPTIONAL {{ ?s <{NX}author> ?author }} OPTIONAL {{ ?s <http://purl.org/dc/terms/issued> ?year }} }}"
        )
        assert isinstance(answer, Rows)
        for row in answer.rows:
            passage, author, year = (value_of(term) for term in row)
            who = author.partition(";")[0].strip()
            family = " ".join(word for word in who.split() if not word.isupper()) or who
            owners[passage] = " ".join(part for part in (family, year) if part)
    return {
        iri: ", ".join(
            part for part in (owners.get(iri, ""), short_locator(labels.get(iri, iri.removeprefix(CASE)))) if part
        )
        for iri in wanted
    }


def _statement(facts: FactWords, node: str, *, sites: bool = True, amount: bool = False) -> Statement:
    drugs = [facts.kind(iri) or facts.short(iri) for iri in facts.iris(node, "usesDrug")]
    words = ", ".join(drugs) or facts.kind(node)
    places = (
        [facts.short(iri).replace("side not reported", "side NR") for iri in facts.iris(node, "hasSite")]
        if sites
        else []
    )
    words += f" ({', '.join(places)})" if places else ""
    measure = facts.measure(node) if amount else ""
    words += f" {measure}" if measure else ""
    words = f"no {words}" if facts.is_absent(node) and not words.startswith("no ") else words
    doubt = [facts.label(iri) for iri in facts.iris(node, "certainty")]
    doubt += ["concluded"] if NX + "concluded" in facts.iris(node, "basis") else []
    return Statement(words + (f" [{', '.join(doubt)}]" if doubt else ""), _places(facts, node))


def _places(facts: FactWords, node: str) -> tuple[str, ...]:
    return tuple(facts.iris(node, "statedIn"))


def _without_ids(words: str) -> str:
    import re

    return re.sub(r" \([\w.-]+\)", "", words)
