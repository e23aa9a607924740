"""What a case reports of functions, lost and preserved, as findings with their facts.

Comes in: a store and a case. Goes out: :class:`CaseDeficits`. Absent deficits are preserved functions; what is not reported does
not appear; what was reported but could not be placed is listed with the reason. Facts that repeat each other over time count once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyoxigraph as ox

from neoplex.base.names import NX, PREFIXES
from neoplex.infer.atlasgraph import is_individual
from neoplex.infer.deficits import Finding, Reader, make_finding
from neoplex.infer.findingwords import COMPLETE, MARKED, MILD, UNGRADED
from neoplex.infer.wiring import SIDES, Function

_QUERY = """SELECT ?fact ?kind ?status ?site ?siteClass ?siteSide ?value ?scale ?earliest ?latest WHERE {
  GRAPH <CASE> {
    <CASE> nx:hasFinding ?fact .
    ?fact a ?kind ; nx:status ?status .
    OPTIONAL { ?fact nx:hasSite ?site
      OPTIONAL { ?site a ?siteClass }
      OPTIONAL { ?site nx:side ?siteSide } }
    OPTIONAL { ?fact nx:value ?value ; nx:scale ?scale }
    OPTIONAL { ?fact nx:atTime ?time
      OPTIONAL { ?time nx:earliest ?earliest }
      OPTIONAL { ?time nx:latest ?latest } }
    FOUND
  }
} ORDER BY ?fact ?site"""


@dataclass(frozen=True)
class CaseDeficits:
    """What a case says: functions lost, functions preserved, and deficits that name no function the atlas knows."""

    case: str
    lost: tuple[Finding, ...]
    kept: tuple[Finding, ...]
    unplaced: tuple[tuple[str, str], ...] = ()
    """Fact IRI and why it could not be used."""
    sex: str = ""


@dataclass(frozen=True)
class _Record:
    fact: str
    kind: str
    present: bool
    site: str = ""
    cls: str = ""
    side: str = ""
    grade: float | None = None
    earliest: str = ""
    latest: str = ""


def read_case(store: ox.Store, case: str, reader: Reader, *, found_by: str = "") -> CaseDeficits:
    """The deficits and preserved functions of a case; with ``found_by`` only those of one investigation (IRI)."""
    lost: list[tuple[Finding, _Record]] = []
    kept: list[tuple[Finding, _Record]] = []
    unplaced: list[tuple[str, str]] = []
    for record in _records(store, case, found_by):
        findings, why = _place(record, reader)
        if why:
            unplaced.append((record.fact, why))
        for finding in findings:
            (kept if finding.preserved else lost).append((finding, record))
    merged = _merge(lost)
    return CaseDeficits(case, merged, _consistent(_merge(kept), merged), tuple(unplaced), _sex(store, case))


def _sex(store: ox.Store, case: str) -> str:
    graph = ox.NamedNode(case)
    for quad in store.quads_for_pattern(None, ox.NamedNode(NX + "sex"), None, graph):
        if isinstance(quad.object, ox.NamedNode):
            return quad.object.value.rpartition("/")[2]
    return ""


def _records(store: ox.Store, case: str, found_by: str) -> list[_Record]:
    found = f"?fact nx:foundBy <{found_by}> ." if found_by else ""
    answer = store.query(_QUERY.replace("<CASE>", f"<{case}>").replace("FOUND", found), prefixes=PREFIXES)
    records: list[_Record] = []
    assert isinstance(answer, ox.QuerySolutions)
    for row in answer:

        def text(name: str, row: ox.QuerySolution = row) -> str:
            term = row[name]
            return term.value if isinstance(term, ox.NamedNode | ox.Literal) else ""

        graded = text("scale") == NX + "mrcMuscleScale" and text("value")
        records.append(
            _Record(
                text("fact"),
                text("kind"),
                text("status") == NX + "present",
                text("site"),
                text("siteClass"),
                text("siteSide").rpartition("/")[2],
                float(text("value")) if graded else None,
                text("earliest"),
                text("latest"),
            )
        )
    return records


# ------------------------------------------------------------------------------------------------------------- placing


def _place(record: _Record, reader: Reader) -> tuple[tuple[Finding, ...], str]:
    """The findings a record stands for, or why it stands for none; both empty when it says nothing about a function."""
    kind = reader.kind_of(record.kind)
    if not kind:
        return (), ""
    sides, open_side = _sides(record, reader)
    named_kind, functions = reader.of_term(record.kind, sides)
    kind = named_kind or kind
    at_site = _at_site(record, kind, sides, reader)
    if at_site and (
        not functions or kind in ("denervation", "potential", "conduction") or _narrower(at_site, functions)
    ):
        functions = at_site
    normal = reader.terms.is_a(record.kind, "NormalDeepTendonReflexes", "NormalMuscleStrength")
    if reader.terms.is_a(record.kind, "NormalDeepTendonReflexes"):
        functions, open_side = reader.routine_reflexes(sides), False
    elif reader.terms.is_a(record.kind, "SensoryNerveActionPotential") and not reader.terms.is_a(
        record.kind, "AbsentSNAP"
    ):
        normal = True
    if not functions:
        return (), "names no muscle, skin field, reflex or organ that the atlas gives a supply for"
    preserved = record.present == normal or (record.grade is not None and record.grade >= 5)
    degree = _degree(record, reader)
    finding = make_finding(
        kind,
        functions,
        preserved=preserved,
        degree=degree,
        open_side=open_side,
        grade=None if record.grade is None or preserved else int(record.grade),
        facts=(record.fact,),
        said=_said(record, reader) if kind == "organ" else "",
    )
    return (finding,), ""


def _said(record: _Record, reader: Reader) -> str:
    return reader.terms.names.get(record.kind, ("",))[0]


def _degree(record: _Record, reader: Reader) -> str:
    if record.grade is not None:
        return COMPLETE if record.grade <= 1 else MARKED if record.grade <= 3 else MILD
    if reader.terms.is_a(record.kind, "DecreasedAnkleReflex"):
        return MILD
    return UNGRADED


def _sides(record: _Record, reader: Reader) -> tuple[tuple[str, ...], bool]:
    """The sides of a record's site, and whether the side is open."""
    if is_individual(record.site):
        structure = reader.wiring.atlas.structures.get(record.site)
        if structure is not None and structure.side in SIDES:
            return (structure.side,), False
        return (), structure is None
    return ((record.side,), False) if record.side in SIDES else ((), True)


def _at_site(record: _Record, kind: str, sides: Sequence[str], reader: Reader) -> tuple[Function, ...]:
    """The functions that the site itself names, for this kind of finding."""
    atlas = reader.wiring.atlas
    places = [record.site] if is_individual(record.site) else list(atlas.members.get(record.cls, ()))
    places = [iri for iri in places if iri in atlas.structures]
    found: list[Function] = []
    for iri in places:
        structure = atlas.structures[iri]
        if kind in ("potential", "conduction"):
            name = "sensory potential" if kind == "potential" else "motor potential"
            function = reader.wiring.get(kind, structure.side, f"{structure.name} {name}")
            found += [function] if function is not None else []
        elif structure.kind == "muscle" and kind in ("weakness", "denervation"):
            beside_spine = [
                f for f in reader.wiring.functions.values() if f.kind == "paraspinal" and iri in f.structures
            ]
            if beside_spine:
                found += beside_spine
                continue
            found += [f for f in reader.wiring.at_structure.get(iri, ()) if f.kind in ("muscle", "organ")]
        elif structure.kind in ("skin region", "dermatome") and kind in ("sensory", "symptom"):
            found += [field for f in reader.wiring.at_structure.get(iri, ()) for field in reader.fields_of(f)]
        elif structure.kind == "body region" and kind == "weakness":
            found += reader.moving_region(structure.name, (structure.side,))
        elif structure.kind == "body region" and kind in ("sensory", "symptom"):
            found += reader.feeling_region(structure.name, (structure.side,) if structure.side in SIDES else ())
        elif kind in ("sensory", "symptom"):
            found += reader.feeling(structure.name, (structure.side,) if structure.side in SIDES else ())
    return tuple(dict.fromkeys(found))


def _narrower(at_site: Sequence[Function], functions: Sequence[Function]) -> bool:
    """Whether the site names one muscle or field where the class names a whole region."""
    return len(at_site) < len(functions) or all(function.kind == "dermatome" for function in at_site)


# ------------------------------------------------------------------------------------------------------------- merging


def _merge(found: Sequence[tuple[Finding, _Record]]) -> tuple[Finding, ...]:
    """Findings of the same functions as one, with all facts; the latest graded report gives the degree."""
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[Finding, _Record]]] = {}
    for finding, record in found:
        key = (finding.kind, tuple(sorted(function.key for function in finding.functions)))
        groups.setdefault(key, []).append((finding, record))
    merged: list[Finding] = []
    for group in groups.values():
        latest = max(group, key=lambda pair: (bool(pair[0].degree), pair[1].latest, pair[1].fact))[0]
        facts = tuple(dict.fromkeys(fact for finding, _ in group for fact in finding.facts))
        merged.append(replace(latest, facts=facts))
    return _without_vague(merged)


def _without_vague(findings: list[Finding]) -> tuple[Finding, ...]:
    """Reports without a side join those of the same function that have one, when the case gives both."""

    def names(finding: Finding) -> set[str]:
        return {function.name for function in finding.functions}

    def is_sided(finding: Finding) -> bool:
        return not finding.open_side and all(function.side in SIDES for function in finding.functions)

    left_over: list[Finding] = []
    joined: dict[int, tuple[str, ...]] = {}
    for finding in findings:
        same = [
            i for i, f in enumerate(findings) if f.kind == finding.kind and is_sided(f) and names(f) == names(finding)
        ]
        open_field = finding.open_side or any(f.straddles and f.side not in SIDES for f in finding.functions)
        if open_field and same:
            for index in same:
                joined[index] = tuple(dict.fromkeys((*joined.get(index, findings[index].facts), *finding.facts)))
        else:
            left_over.append(finding)
    facts = {id(findings[index]): value for index, value in joined.items()}
    return tuple(replace(f, facts=facts[id(f)]) if id(f) in facts else f for f in left_over)


def _consistent(kept: Sequence[Finding], lost: Sequence[Finding]) -> tuple[Finding, ...]:
    """Preserved functions without those that the case also reports as lost, at whatever time."""
    gone = {
        (function.key, _family(finding.kind))
        for finding in lost
        for function in finding.functions
        if not finding.open_side
    }
    found: list[Finding] = []
    for finding in kept:
        rest = tuple(f for f in finding.functions if (f.key, _family(finding.kind)) not in gone)
        if rest == finding.functions:
            found.append(finding)
        elif rest:
            fresh = make_finding(finding.kind, rest, preserved=True, facts=finding.facts, remarks=finding.remarks)
            found.append(fresh)
    return tuple(found)


def _family(kind: str) -> str:
    return "sensory" if kind == "symptom" else kind
