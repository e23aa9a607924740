"""pySHACL and rudof, two engines that share no code, find the same faults with the shapes of a case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.interop.results import Result, judge, need

SHAPES = Path(__file__).resolve().parents[3] / "ontology" / "shapes" / "case.ttl"
SH = "http://www.w3.org/ns/shacl#"
NX = "https://w3id.org/neoplex/term/"
Faults = Counter[tuple[str, str, str]]
"""Focus node, path and kind of constraint, with how often."""


def bare(lines: list[str]) -> list[str]:
    """The case without the ontology: many values have no class that the shapes ask for."""
    return lines


def damaged(lines: list[str]) -> list[str]:
    """Numbers are words, every status is given twice, and no passage is quoted."""
    kept = [line for line in lines if f"<{NX}quote>" not in line and f"<{NX}statedIn>" not in line]
    words = [line.split('"')[0] + '"much" .' if line.endswith("XMLSchema#decimal> .") else line for line in kept]
    twice = [
        f"{line.split(' ')[0]} <{NX}status> <{NX}absent> .\n{line.split(' ')[0]} <{NX}status> <{NX}present> ."
        for line in kept
        if f" <{NX}status> " in line
    ]
    return words + twice


def run(folder: Path) -> Iterator[Result]:
    """One result for the published case, one for the case with damage done to it."""
    need("pyshacl")
    need("pyrudof")
    lines = (folder / "case.ntriples.nt").read_text("utf-8").splitlines()
    changes: tuple[Callable[[list[str]], list[str]], ...] = (bare, damaged)
    for change in changes:
        text = "\n".join(change(lines)) + "\n"
        ours, theirs = pyshacl(text), rudof(text)
        kinds = ", ".join(sorted({kind.removesuffix("ConstraintComponent") for _, _, kind in ours}))
        differ = sorted(((ours - theirs) + (theirs - ours)).items())
        words = f"{ours.total()} faults ({kinds}), {sum(count for _, count in differ)} differ"
        good = bool(ours) and not differ
        yield judge("SHACL", f"rudof = pySHACL, {change.__name__} case", good, f"{words} {differ[:1] or ''}".strip())


def pyshacl(text: str) -> Faults:
    """What pySHACL reports."""
    rdflib = need("rdflib")
    shacl = rdflib.Namespace(SH)
    data, shapes = rdflib.Graph().parse(data=text, format="nt"), rdflib.Graph().parse(SHAPES, format="turtle")
    options: dict[str, Any] = {"inference": "none", "advanced": True, "do_owl_imports": False, "meta_shacl": False}
    _, report, _ = need("pyshacl").validate(data, shacl_graph=shapes, **options)
    return Counter(
        (
            str(report.value(result, shacl.focusNode)),
            str(report.value(result, shacl.resultPath) or ""),
            str(report.value(result, shacl.sourceConstraintComponent)).removeprefix(SH),
        )
        for result in report.objects(None, shacl.result)
    )


def rudof(text: str) -> Faults:
    """What rudof reports."""
    module = need("pyrudof")
    session = module.Rudof(module.RudofConfig())
    session.read_data(text, format=module.RDFFormat.NTriples)
    session.read_shacl(str(SHAPES), format=module.ShaclFormat.Turtle)
    report = session.validate_shacl(mode=module.ShaclValidationMode.Native)
    return Counter(
        (name(entry.focus_node), name(entry.path), name(entry.constraint_component).removeprefix(SH))
        for entry in report
    )


def name(value: object) -> str:
    """An IRI without brackets; empty for nothing."""
    return "" if value is None else str(value).strip("<>")
