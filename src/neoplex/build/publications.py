"""One publication file of any accepted kind to quads: YAML through the case compiler, RDF through the shapes."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from neoplex.base.names import CASE
from neoplex.cases.compile import compile_publication
from neoplex.model.lexicon import Lexicon
from neoplex.read.lexicon import load_lexicon

__all__ = ["compile_file", "load_lexicon"]


def compile_file(path: Path, lexicon: Lexicon) -> tuple[list[ox.Quad], list[str]]:
    """The quads of a publication file and the IRIs of its cases and cohorts; raises FaultsFound."""
    quads: list[ox.Quad]
    if path.suffix in {".yaml", ".yml"}:
        quads = list(compile_publication(path, lexicon).quads)
    else:
        from neoplex.read.rdffile import read_case_rdf  # brings in the shapes engine, which YAML does not need

        quads = read_case_rdf(path, lexicon)
    graphs = {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}
    return quads, sorted(graph for graph in graphs if graph.startswith(CASE))
