"""From a publication file to RDF, in one fixed order.

Comes in: the path of a YAML file and the lexicon. Goes out: quads by named graph, exactly those that
``docs/data-model.md`` describes. No node is blank, no triple stands in two graphs, and the same file gives the same
bytes. Nothing is inferred here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from neoplex.base.errors import FaultsFound
from neoplex.cases.check import read_publication
from neoplex.cases.writer import Writer
from neoplex.model.lexicon import Lexicon
from neoplex.model.publication import Publication


@dataclass(frozen=True)
class CompiledPublication:
    """The quads of one publication, sorted, and the case and cohort IRIs among them."""

    publication: Publication
    quads: tuple[ox.Quad, ...]

    @cached_property
    def cases(self) -> tuple[str, ...]:
        """The IRIs of cases and cohorts, which are also the names of their graphs."""
        return tuple(
            sorted([*(case.iri for case in self.publication.cases), *(group.iri for group in self.publication.cohorts)])
        )

    @cached_property
    def graphs(self) -> tuple[str, ...]:
        """The names of the graphs that hold something of the publication."""
        return tuple(
            sorted({quad.graph_name.value for quad in self.quads if isinstance(quad.graph_name, ox.NamedNode)})
        )

    def to_nquads(self) -> bytes:
        """The quads as N-Quads: one line each, sorted, the same bytes every time."""
        return write_nquads(self.quads)


def compile_publication(path: Path, lexicon: Lexicon) -> CompiledPublication:
    """Compile a publication file; raises FaultsFound with every fault of the file."""
    publication, faults = read_publication(path, lexicon)
    if publication is None:
        raise FaultsFound(fault for fault in faults if fault.severity == "error")
    return CompiledPublication(publication, write_quads(publication, lexicon))


def write_quads(publication: Publication, lexicon: Lexicon) -> tuple[ox.Quad, ...]:
    """The quads of a checked publication, sorted and each once."""
    writer = Writer(publication, lexicon)
    return tuple(sorted(set(writer.write()), key=str))


def write_nquads(quads: Iterable[ox.Quad]) -> bytes:
    """Quads as sorted N-Quads lines."""
    return "".join(sorted(f"{quad} .\n" for quad in quads)).encode()
