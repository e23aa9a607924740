"""Cases as files of clinical formats: one file for each case, and what they do not carry.

Comes in: an extract. Goes out: parts named after their cases. Only what sources report and conclude is written; nothing that
neoplex inferred goes into a format in which it could be taken for a record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

import pyoxigraph as ox

from neoplex.base.names import CASE, GRAPH_SOURCES, NX, PREFIXES
from neoplex.base.paths import shipped_root
from neoplex.cases.entries import read_publication_entries
from neoplex.exchange.caseloss import CaseLoss, Entry
from neoplex.exchange.crosswalk import load_crosswalk
from neoplex.exchange.extract import Extract
from neoplex.exchange.fhir import Bundler
from neoplex.exchange.formats import Part
from neoplex.exchange.losses import LossList
from neoplex.exchange.phenopacket import Packer
from neoplex.read.lexicon import load_lexicon

_CASE = ox.NamedNode(NX + "Case")
_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")

Made = tuple[Entry, list[CaseLoss], set[str]]


def read_entries(extract: Extract) -> Iterator[tuple[str, Entry]]:
    """Each chosen case in the notation of its file, with its publication."""
    lexicon = load_lexicon(shipped_root())
    sources = list(extract.store.quads_for_pattern(None, None, None, ox.NamedNode(GRAPH_SOURCES)))
    for iri in extract.cases:
        node = ox.NamedNode(iri)
        if not any(True for _ in extract.store.quads_for_pattern(node, _TYPE, _CASE, node)):
            continue
        quads = list(extract.store.quads_for_pattern(None, None, None, node))
        yield iri, read_publication_entries([*quads, *sources], iri, lexicon)


def _write(extract: Extract, losses: LossList, suffix: str, make: Callable[[Entry], Made]) -> Iterable[Part]:
    parts = []
    found = dict(read_entries(extract))
    for iri in extract.cases:
        if iri not in found:
            losses.note("series: people who are only counted have no record of their own", iri)
    for graph in extract.graphs:
        if graph.endswith("/inferred"):
            losses.note("what neoplex inferred of a case is not written into records", graph)
    for iri, publication in found.items():
        document, lost, own = make(publication)
        for loss in lost:
            place = "/".join((loss.fact.partition("/")[0].rstrip("s"), loss.fact.partition("/")[2])).strip("/")
            losses.note(loss.words, f"{iri}/{place}" if "/" in loss.fact else iri)
        for term in own:
            losses.note("terms without a verified identifier elsewhere are written as IRIs of neoplex", term)
        text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        parts.append(Part(iri.removeprefix(CASE) + suffix, [text.encode()]))
    return parts


def write_phenopackets(extract: Extract, losses: LossList) -> Iterable[Part]:
    """A Phenopacket for each case."""
    crosswalk = load_crosswalk(shipped_root(), load_lexicon(shipped_root()))

    def make(publication: Entry) -> Made:
        packer = Packer(crosswalk)
        document = packer.pack(publication)
        return document, packer.losses, packer.own_terms

    return _write(extract, losses, ".phenopacket.json", make)


def write_fhir(extract: Extract, losses: LossList) -> Iterable[Part]:
    """A FHIR R4 bundle for each case."""
    crosswalk = load_crosswalk(shipped_root(), load_lexicon(shipped_root()))

    def make(publication: Entry) -> Made:
        bundler = Bundler(crosswalk)
        document = bundler.bundle(publication)
        return document, bundler.losses, bundler.own_terms

    return _write(extract, losses, ".fhir.json", make)


def write_case_files(extract: Extract, losses: LossList) -> Iterable[Part]:
    """The publication file of each case, to be edited and added again."""
    from neoplex.cases.yamltext import write_yaml

    parts = []
    for iri, publication in read_entries(extract):
        if publication["cases"][0].pop("cohort", None):
            losses.note("the series a case belongs to stands in the file of the whole series", iri)
        parts.append(Part(iri.removeprefix(CASE) + ".yaml", [write_yaml(publication).encode()]))
    for iri in sorted(set(extract.cases) - {CASE + part.name.removesuffix(".yaml") for part in parts}):
        losses.note("series: people who are only counted are not written as cases", iri)
    return parts
