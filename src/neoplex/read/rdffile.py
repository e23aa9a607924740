"""Published cases as RDF, of any syntax.

Comes in: the path of a Turtle, TriG, N-Triples, N-Quads, JSON-LD or RDF/XML file. Goes out: quads in the graphs that
``docs/data-model.md`` names, once they keep to the shapes in ``ontology/shapes/case.ttl``. Nothing is fetched: remote contexts,
document types and imports are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from neoplex.base.errors import EnvironmentProblem, Fault, FaultsFound, did_you_mean
from neoplex.base.names import ATLAS, CASE, GRAPH_KNOWLEDGE, GRAPH_SOURCES, NX, PREFIXES, SOURCE, compact
from neoplex.model.lexicon import Lexicon
from neoplex.read.jsonfile import parse_json

MOST_BYTES = 64_000_000
FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
}
"""File suffix to RDF syntax."""

_IMPORTS = PREFIXES["owl"] + "imports"
_FOREIGN_OK = frozenset(
    (PREFIXES["rdf"] + "type", PREFIXES["rdfs"] + "label", PREFIXES["rdfs"] + "comment", PREFIXES["rdfs"] + "seeAlso")
)
_OWN_GRAPHS = re.compile(re.escape(CASE) + r"[^/\s]+")


def read_case_rdf(path: Path, lexicon: Lexicon) -> list[ox.Quad]:
    """The quads of an RDF file in their graphs, sorted; raises FaultsFound when it does not keep to the shapes."""
    quads, faults = check_case_rdf(path, lexicon)
    if faults:
        raise FaultsFound(faults)
    return quads


def check_case_rdf(path: Path, lexicon: Lexicon) -> tuple[list[ox.Quad], list[Fault]]:
    """The quads of an RDF file and every fault found in them."""
    from neoplex.read.shapes import find_shape_faults

    parsed, faults = parse_rdf(path)
    if faults:
        return [], faults
    faults = sorted(set(_find_foreign(parsed, str(path), lexicon)))
    if any(fault.found.startswith("a node without an IRI") for fault in faults):
        return [], faults
    quads = sorted({_house(quad) for quad in parsed}, key=str)
    faults += find_shape_faults(quads, lexicon, str(path))
    return quads, sorted(set(faults))


def parse_rdf(path: Path, *, suffix: str = "") -> tuple[list[ox.Quad], list[Fault]]:
    """The statements of an RDF file; ``suffix`` says which syntax when the ending of the file does not."""
    file = str(path)
    suffix = suffix or path.suffix
    if suffix not in FORMATS:
        return [], [Fault(file, found=f"the ending {suffix or 'nothing'}", expected=f"one of {', '.join(FORMATS)}")]
    try:
        if path.stat().st_size > MOST_BYTES:
            return [], [Fault(file, found=f"{path.stat().st_size} bytes", expected=f"at most {MOST_BYTES}")]
        raw = path.read_bytes()
    except OSError as problem:
        raise EnvironmentProblem(f"{path}: cannot be read: {problem.strerror or problem}") from problem
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        found = f"byte 0x{raw[problem.start]:02x}"
        return [], [Fault(file, raw.count(b"\n", 0, problem.start) + 1, found=found, expected="text encoded as UTF-8")]
    refused = _find_refused(text, file, suffix)
    if refused:
        return [], refused
    try:
        quads = list(ox.parse(text.encode(), format=FORMATS[suffix], base_iri=CASE))
    except (SyntaxError, ValueError) as problem:
        line, column = getattr(problem, "lineno", None) or 0, getattr(problem, "offset", None) or 0
        words = re.sub(r"^Parser error at [^:]*: ", "", str(getattr(problem, "msg", problem)))
        return [], [Fault(file, line, column, found="text that does not parse", expected=f"{suffix[1:]} ({words})")]
    if not quads:
        return [], [Fault(file, found="no triples", expected="a case")]
    return quads, []


def _find_refused(text: str, file: str, suffix: str) -> list[Fault]:
    """What would make a reader fetch something or unfold without end."""
    if suffix == ".rdf":
        match = re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE)
        if match is not None:
            line = text.count("\n", 0, match.start()) + 1
            return [
                Fault(
                    file,
                    line,
                    0,
                    found=match[0],
                    expected="RDF/XML without a document type",
                    hint="entities are not read",
                )
            ]
        declared = re.match(r"\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)", text)
        if declared is not None and declared[1].lower() not in ("utf-8", "utf8", "us-ascii"):
            return [Fault(file, 1, found=f"the encoding {declared[1]}", expected="UTF-8")]
    if suffix == ".jsonld":
        root, faults = parse_json(text.encode(), file)
        if root is None:
            return faults
        remote = sorted(set(_find_remote(root.plain())))
        if remote:
            hint = "write the context into the file; nothing is fetched"
            return [
                Fault(file, found=f"the remote context {address}", expected="a context inside the file", hint=hint)
                for address in remote
            ]
    return []


def _find_remote(document: object) -> Iterator[str]:
    waiting: list[object] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in ("@context", "@import"):
                    members = inner if isinstance(inner, list) else [inner]
                    yield from (member for member in members if isinstance(member, str))
                waiting.append(inner)
        elif isinstance(value, list):
            waiting.extend(value)


def _find_foreign(quads: list[ox.Quad], file: str, lexicon: Lexicon) -> Iterator[Fault]:
    """Blank nodes, subjects that are not the case's to describe, and properties nobody declared."""
    known = sorted(compact(iri) for iri in lexicon.properties)
    for quad in quads:
        subject, value, predicate = quad.subject, quad.object, quad.predicate.value
        if not isinstance(subject, ox.NamedNode) or isinstance(value, ox.BlankNode):
            place = compact(subject.value) if isinstance(subject, ox.NamedNode) else ""
            yield Fault(
                file,
                field=f"{place} {compact(predicate)}".strip(),
                found="a node without an IRI",
                expected="an IRI for every node",
            )
            continue
        focus = f"{compact(subject.value)} {compact(predicate)}"
        if predicate == _IMPORTS:
            yield Fault(
                file, field=focus, found="an import", expected="everything in the file", hint="imports are not followed"
            )
        elif not subject.value.startswith((CASE, SOURCE)):
            what = (
                "a patient's facts are never said of the atlas"
                if subject.value.startswith(ATLAS)
                else "see docs/data-model.md"
            )
            yield Fault(
                file, field=focus, found=compact(subject.value), expected="a subject in case: or source:", hint=what
            )
        elif (
            predicate not in lexicon.properties
            and predicate not in _FOREIGN_OK
            and not predicate.startswith(PREFIXES["dcterms"])
        ):
            hint = did_you_mean(compact(predicate), known)
            yield Fault(file, field=focus, found=compact(predicate), expected="a property of the ontology", hint=hint)


def _house(quad: ox.Quad) -> ox.Quad:
    """The quad in the graph its subject belongs to; a graph of ours that the file names is kept."""
    assert isinstance(quad.subject, ox.NamedNode)
    given = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
    if given in (GRAPH_SOURCES, GRAPH_KNOWLEDGE) or _OWN_GRAPHS.fullmatch(given):
        return quad
    subject = quad.subject.value
    graph = GRAPH_SOURCES
    if quad.predicate.value == NX + "conflictsWith":
        graph = GRAPH_KNOWLEDGE
    elif subject.startswith(CASE):
        graph = CASE + subject[len(CASE) :].partition("/")[0]
    elif re.match(re.escape(SOURCE) + r"[^/]+/(?:statement|claim|conflict)/", subject):
        graph = GRAPH_KNOWLEDGE
    return ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(graph))
