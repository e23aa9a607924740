"""Small cases and small networks for the tests of routes and hypotheses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox

from neoplex.base.names import NX, case_iri
from neoplex.build.publications import compile_file
from neoplex.infer.atlasgraph import Atlas, Conduit, Structure
from neoplex.infer.route_cases import CaseRouter, Explanation
from neoplex.infer.route_facts import read_case
from neoplex.infer.route_network import Network, build_network
from neoplex.read.lexicon import load_lexicon

HEAD = """format: neoplex/1
source: {id: sample-2020, title: A sample, authors: [Sample A], year: 2020, kind: case report}
cases:
  - id: sample-2020
    label: Sample
    at: section Case
    person: {sex: male, age: 60 a}
"""
EVIDENCE = ("seedAssertion", "publishedLiterature", "anatomicalPlausibility")
DIRECTIONS = ("proximal", "distal", "none")
PRIMARY = "      - {id: primary, kind: prostate cancer, role: primary, site: prostate, when: 2008}"


def write_case(
    folder: Path,
    findings: Iterable[str] = (),
    *,
    conditions: Sequence[str] = (PRIMARY,),
    treatments: Iterable[str] = (),
    extra: str = "",
) -> Path:
    """A publication file with one case; entries are YAML list items."""
    text = HEAD + "    conditions:\n" + "\n".join(conditions) + "\n"
    for section, entries in (("findings", findings), ("treatments", treatments)):
        lines = [f"      - {entry}" for entry in entries]
        if lines:
            text += f"    {section}:\n" + "\n".join(lines) + "\n"
    path = folder / "sample-2020.yaml"
    path.write_text(text + extra, "utf-8")
    return path


def explain_sample(router: CaseRouter, root: Path, path: Path) -> Explanation:
    """What the router makes of the case in a file."""
    quads, _ = compile_file(path, load_lexicon(root))
    return explain_quads(router, root, quads, "sample-2020")


def explain_quads(router: CaseRouter, root: Path, quads: Iterable[ox.Quad], case_id: str) -> Explanation:
    """What the router makes of the case in some quads."""
    store = ox.Store()
    store.extend(quads)
    return router.explain(read_case(store, case_id, router.network.atlas, router.rules, load_lexicon(root)))


def case_quads(store: ox.Store, case_id: str) -> list[ox.Quad]:
    """The reported graph of a case."""
    return list(store.quads_for_pattern(None, None, None, ox.NamedNode(case_iri(case_id))))


def small_network(
    edges: Iterable[tuple[str, str] | tuple[str, str, str] | tuple[str, str, str, str]],
    kinds: dict[str, str] | None = None,
    levels: dict[str, str] | None = None,
    classes: dict[str, str] | None = None,
) -> Network:
    """A network of nerves: ``(from, to[, evidence[, direction]])``; names starting with ``left `` or ``right `` have that side."""
    rows = [tuple(edge) for edge in edges]
    names = sorted({end for row in rows for end in row[:2]})
    structures = {}
    for name in names:
        side = name.split(" ")[0] if name.split(" ")[0] in ("left", "right") else "midline"
        plain = name.removeprefix("left ").removeprefix("right ")
        kind, cls = (kinds or {}).get(name, "nerve"), NX + (classes or {}).get(name, plain.title().replace(" ", ""))
        structures[name] = Structure(name, name, plain, (), kind, cls, side, (levels or {}).get(name, ""))
    conduits = {}
    for row in rows:
        start, end, evidence, direction = (*row, *("publishedLiterature", "none")[len(row) - 2 :])
        iri = f"{start} > {end}"
        conduits[iri] = Conduit(
            iri,
            iri,
            start,
            "perineuralConduitTo",
            end,
            mechanism=NX + "PerineuralSpread",
            direction=direction,
            evidence=evidence,
        )
    return build_network(Atlas(MappingProxyType(structures), MappingProxyType(conduits)))
