"""The papers' own figures recomputed: each claim against the facts of its table, of its text or of another paper.

Comes in: a graph and the queries of ``queries/audit``. Goes out: one finding for each claim and each figure or statement that a
query checks: match, mismatch or not recomputable, with both figures, their units and both places. A query answers from
reported facts only; this module compares. Never changes the graph and never says which of two figures is the right one.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from neoplex.base import paths
from neoplex.base.errors import Fault, FaultsFound
from neoplex.base.names import NX, PREFIXES, expand
from neoplex.read.header import read_header
from neoplex.store.embedded import Graph

MATCH, MISMATCH, NOT_RECOMPUTABLE = "match", "mismatch", "not recomputable"
VERDICTS = (MISMATCH, MATCH, NOT_RECOMPUTABLE)
COMPARISONS = {
    "equal": "rounds to the printed figure",
    "within": "only bounds can be computed; the printed figure lies within them",
    "holds": "the printed range holds what was found",
    "one of": "one of the possible figures rounds to the printed one",
    "truth": "what was found bears out the statement",
}
REASONS = ("external figure", "no individual data", "needs dates", "told once")
UNWRITTEN = "no query"
MISSING_FACTS = "facts missing"
_NO_QUERY = (UNWRITTEN, "No query has been written that recomputes it.")
_NO_FACTS = (MISSING_FACTS, "The facts it would be recomputed from are not in this graph.")
_COUNTED = {NX + name + "Unit" for name in ("patients", "sites", "tumors", "courses", "fractions", "cases", "count")}
_KEYS = ("summary", "claim", "cohort", "recomputes", "unit", "compare")
_ROW = re.compile(r"^(.*?\brow )([^,]+)(.*)$")


@dataclass(frozen=True)
class AuditQuery:
    """A query that recomputes the figures of ``claims`` (IRIs); ``compare`` is a key of COMPARISONS."""

    name: str
    summary: str
    claims: tuple[str, ...]
    recomputes: str
    unit: str
    compare: str
    query: str


@dataclass(frozen=True)
class Figure:
    """A number or a range with its unit; an open end is None. ``of`` says in words which of several figures it is."""

    low: Decimal | None
    high: Decimal | None
    unit: str = ""
    comparator: str = ""
    of: str = ""
    words: str = ""

    def __str__(self) -> str:
        if self.words:
            return self.words
        number = _plain(self.low)
        if self.low is None:
            number = f"at most {_plain(self.high)}"
        elif self.high is None:
            number = f"at least {number}"
        elif self.high != self.low:
            number = f"{number} to {_plain(self.high)}"
        return " ".join(
            part for part in (self.comparator, number, self.unit, f"({self.of})" if self.of else "") if part
        )


@dataclass(frozen=True)
class Finding:
    """What the audit says of one claim. ``facts`` are the IRIs a query used; ``used`` are their places, rows joined."""

    claim: str
    source: str
    measure: str
    verdict: str
    printed: Figure | None
    places: tuple[str, ...]
    recomputed: Figure | None = None
    beside: tuple[Figure, ...] = ()
    used: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    compare: str = ""
    recomputes: str = ""
    tolerance: str = ""
    query: str = ""
    reason: str = ""
    words: str = ""


_Answer = tuple[Figure, str, bool | None]
"""A figure that a query found, the IRI of its unit, and what it says of a statement."""


@dataclass(frozen=True)
class _Claim:
    iri: str
    source: str
    measure: str
    figure: Figure | None
    unit: str
    half: tuple[Decimal, Decimal]
    places: tuple[str, ...]


def audit_folder() -> Path:
    """Where the shipped audit queries are."""
    return paths.shipped_root() / "queries" / "audit"


@lru_cache(maxsize=4)
def read_audits(folder: Path) -> tuple[AuditQuery, ...]:
    """The audit queries of a folder by name; raises FaultsFound with every header that does not say what it must."""
    audits: list[AuditQuery] = []
    faults: list[Fault] = []
    owners: dict[str, str] = {}
    for path in sorted(folder.glob("*.rq")):
        text = path.read_text("utf-8")
        data, wrong = read_header(text, path.name)
        faults += wrong
        if wrong:
            continue
        missing = [key for key in _KEYS if not data.get(key)]
        faults += [Fault(path.name, 1, 0, key, "nothing", "a value in the header") for key in missing]
        unknown = sorted(set(map(str, data)) - set(_KEYS))
        faults += [Fault(path.name, 1, 0, key, "an unknown key", f"one of {', '.join(_KEYS)}") for key in unknown]
        if missing:
            continue
        named = data["claim"] if isinstance(data["claim"], list) else [data["claim"]]
        claims = tuple(expand(str(name)) for name in named)
        if data["compare"] not in COMPARISONS:
            faults.append(Fault(path.name, 1, 0, "compare", repr(data["compare"]), f"one of {', '.join(COMPARISONS)}"))
        for claim in claims:
            if f"<{claim}>" not in text:
                faults.append(Fault(path.name, 1, 0, "claim", claim, "a claim that the query binds as <…>"))
            if owners.setdefault(claim, path.name) != path.name:
                faults.append(
                    Fault(path.name, 1, 0, "claim", claim, f"a claim that {owners[claim]} does not check too")
                )
        how, unit, compare = (str(data[key]) for key in ("recomputes", "unit", "compare"))
        audits.append(AuditQuery(path.stem, str(data["summary"]), claims, how, unit, compare, text))
    if faults:
        raise FaultsFound(faults)
    return tuple(audits)


def read_reasons(folder: Path) -> dict[str, tuple[str, str]]:
    """For each claim that nothing can check, the class of the reason and the reason in words; raises FaultsFound."""
    path = folder / "not-recomputable.tsv"
    reasons: dict[str, tuple[str, str]] = {}
    faults: list[Fault] = []
    with path.open(encoding="utf-8", newline="") as handle:
        for number, row in enumerate(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE), start=2):
            claim, reason, words = (row.get(key) or "" for key in ("claim", "reason", "words"))
            iri = expand(claim)
            if reason not in REASONS:
                faults.append(Fault(path.name, number, 0, "reason", repr(reason), f"one of {', '.join(REASONS)}"))
            if iri == claim or iri in reasons or not words:
                faults.append(Fault(path.name, number, 0, "claim", repr(claim), "a claim, once, with words"))
            reasons[iri] = (reason, words)
    if faults:
        raise FaultsFound(faults)
    return reasons


def audit(graph: Graph, source: str | None = None, folder: Path | None = None) -> tuple[Finding, ...]:
    """Recompute every claim and count (of one publication IRI, if given); mismatches and matches before the rest, by source."""
    folder = folder or audit_folder()
    audits = read_audits(folder)
    reasons = read_reasons(folder)
    claims = _read_claims(graph, [iri for query in audits for iri in query.claims])
    wanted = {iri: claim for iri, claim in claims.items() if source is None or claim.source == source}
    checked = {iri for query in audits for iri in query.claims}
    findings: dict[str, Finding] = {}
    for query in audits:
        findings |= _recompute(graph, query, {iri: wanted[iri] for iri in query.claims if iri in wanted})
    for iri, claim in wanted.items():
        if iri in findings:
            continue
        unknown = _NO_FACTS if iri in checked else _NO_QUERY
        reason, words = reasons.get(iri, unknown)
        findings[iri] = _unchecked(claim, reason, words)
    return tuple(sorted(findings.values(), key=lambda f: (f.source, VERDICTS.index(f.verdict), f.reason, f.claim)))


def recompute(graph: Graph, query: AuditQuery) -> dict[str, Finding]:
    """What one query says of its claims, by claim; a claim for which it has no figure is missing."""
    claims = _read_claims(graph, query.claims)
    return _recompute(graph, query, {iri: claims[iri] for iri in query.claims if iri in claims})


def _recompute(graph: Graph, query: AuditQuery, claims: Mapping[str, _Claim]) -> dict[str, Finding]:
    if not claims:
        return {}
    answers: dict[str, list[_Answer]] = {}
    facts: dict[str, set[str]] = {}
    for row in graph.query(query.query):
        iri = _value(row, "claim")
        if iri not in query.claims:
            raise FaultsFound([Fault(query.name + ".rq", 1, 0, "claim", iri or "nothing", "a claim of the header")])
        used = _value(row, "facts").split()
        if iri in claims and used:
            holds = {"true": True, "false": False}.get(_value(row, "holds"))
            answers.setdefault(iri, []).append((_figure(row), _value(row, "unit"), holds))
            facts.setdefault(iri, set()).update(used)
    units = _labels(graph, [unit for rows in answers.values() for _, unit, _ in rows])
    places = _places(graph, sorted({fact for group in facts.values() for fact in group}))
    return {iri: _judge(claims[iri], query, rows, sorted(facts[iri]), units, places) for iri, rows in answers.items()}


def _unchecked(claim: _Claim, reason: str, words: str) -> Finding:
    return Finding(
        claim.iri,
        claim.source,
        claim.measure,
        NOT_RECOMPUTABLE,
        claim.figure,
        claim.places,
        reason=reason,
        words=words,
    )


def _judge(
    claim: _Claim,
    query: AuditQuery,
    rows: Sequence[_Answer],
    facts: Sequence[str],
    units: Mapping[str, str],
    places: Mapping[str, tuple[str, ...]],
) -> Finding:
    ordered = sorted(rows, key=lambda row: (row[0].of, row[1]))
    mine = [row for row in ordered if row[1] == claim.unit or not claim.unit or query.compare == "truth"]
    named = {id(row): _with_unit(row[0], units.get(row[1], "")) for row in ordered}
    verdict, chosen = NOT_RECOMPUTABLE, None
    if query.compare == "one of" and mine:
        printed = claim.figure.low if claim.figure and claim.figure.low is not None else Decimal(0)
        chosen = min(mine, key=lambda row: abs((row[0].low or Decimal(0)) - printed))
    elif mine:
        chosen = mine[0]
    if chosen is not None:
        fits = bool(chosen[2]) if query.compare == "truth" else _fits(claim, chosen[0], query.compare)
        verdict = MATCH if fits else MISMATCH
    others = () if query.compare == "one of" else tuple(named[id(row)] for row in ordered if row is not chosen)
    return Finding(
        claim.iri,
        claim.source,
        claim.measure,
        verdict,
        claim.figure,
        claim.places,
        named[id(chosen)] if chosen is not None else None,
        others,
        join_rows({place for fact in facts for place in places.get(fact, ())}),
        tuple(facts),
        query.compare,
        query.recomputes,
        _tolerance(claim, query.compare),
        query.name,
        "" if chosen is not None else MISSING_FACTS,
        "" if chosen is not None else "The query gives no figure in the unit of the claim.",
    )


def _fits(claim: _Claim, found: Figure, compare: str) -> bool:
    """Whether a recomputed figure bears out the printed one; README.md of the queries says how for each comparison."""
    printed = claim.figure
    if printed is None or printed.low is None or printed.high is None:
        return False
    low, high = found.low, found.high
    if compare == "within":
        return (high is None or printed.low - claim.half[0] <= high) and (
            low is None or printed.high + claim.half[1] >= low
        )
    if low is None or high is None:
        return False
    if compare == "holds":
        return printed.low <= low and high <= printed.high
    if printed.comparator in _RELATIONS:
        return _RELATIONS[printed.comparator](low, high, printed.low)
    if found.comparator in _RELATIONS:
        return _RELATIONS[found.comparator](printed.low, printed.high, low)
    return abs(printed.low - low) <= claim.half[0] and abs(printed.high - high) <= claim.half[1]


_RELATIONS: dict[str, Callable[[Decimal, Decimal, Decimal], bool]] = {
    "<": lambda low, high, bound: high < bound,
    "<=": lambda low, high, bound: high <= bound,
    ">": lambda low, high, bound: low > bound,
    ">=": lambda low, high, bound: low >= bound,
}


def _tolerance(claim: _Claim, compare: str) -> str:
    if compare == "truth":
        return "none"
    if compare == "holds" or (claim.figure is not None and claim.figure.comparator in _RELATIONS):
        return "none: a bound"
    halves = sorted(set(claim.half))
    if halves == [0]:
        return "none: a count"
    return "rounding of the printed figure, " + " and ".join(f"{_plain(half)}" for half in halves) + " either way"


def join_rows(places: Iterable[str]) -> tuple[str, ...]:
    """Places that differ in a table's row only, as one.

    >>> join_rows(["table 1, row 2, column A", "table 1, row 10, column A", "abstract"])
    ('abstract', 'table 1, rows 2, 10, column A')
    """
    rows: dict[tuple[str, str], list[str]] = {}
    alone: list[str] = []
    for place in set(places):
        match = _ROW.match(place)
        if match:
            rows.setdefault((match[1], match[3]), []).append(match[2])
        else:
            alone.append(place)
    for (before, after), names in rows.items():
        names.sort(
            key=lambda name: [(int(p), "") if p.isdigit() else (10**6, p) for p in re.split(r"(\d+)", name) if p]
        )
        head = before if len(names) == 1 else before.removesuffix("row ") + "rows "
        alone.append(head + ", ".join(names) + after)
    return tuple(sorted(alone))


def _read_claims(graph: Graph, others: Sequence[str]) -> dict[str, _Claim]:
    """Every claim and count of the graph, and the other facts that a query checks."""
    owners: dict[str, str] = {}
    for row in graph.query("""
      SELECT ?claim ?source WHERE {
        { ?claim a nx:Claim ; nx:reportedBy ?source } UNION { ?cohort nx:hasCount|nx:cohortSize ?claim ; nx:reportedBy ?source }
      }"""):
        owners[_value(row, "claim")] = _value(row, "source")
    for iri in others:
        holders = [iri, *_values(graph, None, "hasFinding", iri), *_values(graph, None, "hasOutcome", iri)]
        for holder in holders:
            for source in _values(graph, holder, "reportedBy"):
                owners.setdefault(iri, source)
    return {iri: _read_claim(graph, iri, source) for iri, source in owners.items() if source}


def _read_claim(graph: Graph, iri: str, source: str) -> _Claim:
    def first(name: str) -> str:
        return min(_values(graph, iri, name), default="")

    def label(node: str) -> str:
        return min(_values(graph, node, PREFIXES["rdfs"] + "label"), default="") if node else ""

    low, high = first("lowValue") or first("value"), first("highValue") or first("value")
    unit = first("unit") or first("scale")
    measure = first("measure")
    if not measure and iri.endswith("/size"):
        measure = "size of the series"
    elif not measure and first("countOf"):
        measure = ", ".join(part for part in (label(first("countOf")), first("population")) if part)
    return _Claim(
        iri,
        source,
        measure or first("says") or label(first(PREFIXES["rdf"] + "type")),
        Figure(Decimal(low), Decimal(high), label(unit), first("comparator")) if low else None,
        unit,
        (Decimal(0), Decimal(0)) if unit in _COUNTED else (_half(low), _half(high)),
        tuple(sorted(label(passage) for passage in _values(graph, iri, "statedIn"))),
    )


def _places(graph: Graph, facts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Where each fact is printed; a node without a place of its own stands where the fact that points at it does."""
    found: dict[str, tuple[str, ...]] = {}
    for fact in facts:
        passages = _values(graph, fact, "statedIn")
        for link in () if passages else ("atTime", "period"):
            passages += [p for holder in _values(graph, None, link, fact) for p in _values(graph, holder, "statedIn")]
        names = {label for passage in passages for label in _values(graph, passage, PREFIXES["rdfs"] + "label")}
        names.update(_values(graph, fact, "tableRow"))
        if not names and _values(graph, fact, "doi") + _values(graph, fact, PREFIXES["dcterms"] + "issued"):
            names = {"the publication itself"}
        found[fact] = tuple(sorted(names))
    return found


def _values(graph: Graph, subject: str | None, name: str, value: str | None = None) -> list[str]:
    """Objects of a property (a name of ours or an IRI), or its subjects when the object is given; sorted."""
    predicate = ox.NamedNode(name if ":" in name else NX + name)
    quads = graph.store.quads_for_pattern(
        ox.NamedNode(subject) if subject else None, predicate, ox.NamedNode(value) if value else None
    )
    ends = {quad.object if subject else quad.subject for quad in quads}
    return sorted(end.value for end in ends if isinstance(end, ox.NamedNode | ox.Literal))


def _labels(graph: Graph, iris: Iterable[str]) -> dict[str, str]:
    values = " ".join(f"<{iri}>" for iri in sorted(set(iris)) if iri)
    rows = graph.query(
        f"SELECT ?i (MIN(STR(?l)) AS ?label) WHERE {{ VALUES ?i {{ {values} }} ?i rdfs:label ?l }} GROUP BY ?i"
    )
    return {_value(row, "i"): _value(row, "label") for row in rows}


def _figure(row: object) -> Figure:
    one = _decimal(_value(row, "value"))
    low, high = _decimal(_value(row, "low")), _decimal(_value(row, "high"))
    low, high = (one, one) if one is not None else (low, high)
    return Figure(low, high, "", _value(row, "comparator"), _value(row, "of"), _value(row, "found"))


def _with_unit(figure: Figure, unit: str) -> Figure:
    return Figure(figure.low, figure.high, unit, figure.comparator, figure.of, figure.words)


def _value(row: object, name: str) -> str:
    try:
        term = row[name]  # type: ignore[index]
    except KeyError:
        return ""
    return str(term.value) if term is not None else ""


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _half(text: str) -> Decimal:
    """Half of the last printed place.

    >>> _half("74.4"), _half("9")
    (Decimal('0.05'), Decimal('0.5'))
    """
    places = len(text.partition(".")[2]) if text else 0
    return Decimal(5).scaleb(-places - 1)


def _plain(value: Decimal | None) -> str:
    """A number with at most two decimals more than needed to read it."""
    if value is None:
        return "?"
    text = f"{round(value, 2):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
