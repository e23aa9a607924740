"""networkx reads GraphML and Cytoscape JSON, kgx validates KGX, sssom validates the mappings."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from tests.interop.results import Missing, Result, judge, need

OWN = {"nx", "atlas", "case", "source", "graph", "rdf", "rdfs", "owl", "dcterms", "skos"}
"""Prefixes of our ids in KGX."""


def run(folder: Path) -> Iterator[Result]:
    """Each tool on the formats it is for."""
    warnings.simplefilter("ignore")
    for check in (networkx, kgx, sssom):
        try:
            yield from check(folder)
        except Missing as missing:
            yield Result("*", check.__name__, "skipped", str(missing))


def networkx(folder: Path) -> Iterator[Result]:
    """The same graph from both formats."""
    module = need("networkx")
    graph = module.read_graphml(folder / "case.graphml.graphml", force_multigraph=True)
    loop = graph.nodes["case:capek-2015"]
    yield judge("graphml", "networkx", bool(loop.get("label")), f"{len(graph)} nodes, {graph.number_of_edges()} edges")
    data = json.loads((folder / "case.cyjs.cyjs").read_text("utf-8"))
    data |= {"directed": True, "multigraph": True, "data": []}
    for node in data["elements"]["nodes"]:
        node["data"]["value"] = node["data"]["id"]  # networkx asks for it, Cytoscape does not
    for edge in data["elements"]["edges"]:
        edge["data"]["key"] = edge["data"]["id"]  # else it keeps one of two edges between the same nodes
    other = module.cytoscape_graph(data)
    same = set(other.nodes) == set(graph.nodes) and sorted(other.edges()) == sorted(graph.edges())
    yield judge("cyjs", "networkx", same, f"{len(other)} nodes, {other.number_of_edges()} edges")


def kgx(folder: Path) -> Iterator[Result]:
    """KGX's own validator, with the Biolink model of its wheel."""
    need("kgx")
    _use_local_biolink()
    from kgx.transformer import Transformer
    from kgx.validator import Validator

    for name, kind, ending in (("kgx-tsv", "tsv", "tsv"), ("kgx-jsonl", "jsonl", "jsonl")):
        files = [str(folder / f"case.{name}" / f"{part}.{ending}") for part in ("nodes", "edges")]
        validator = Validator(verbose=False)
        validator.prefixes |= OWN  # the Biolink context does not know prefixes of other projects
        transformer = Transformer(stream=True)
        transformer.transform(
            input_args={"filename": files, "format": kind},
            output_args={"format": "null"},
            inspector=validator,
        )
        errors = validator.get_errors()
        count = {level: sum(len(v) for v in kinds.values()) for level, kinds in errors.items()}
        first = json.dumps(errors.get("ERROR", {}), default=str)[:200] if errors.get("ERROR") else ""
        yield judge(name, "kgx validate", not errors.get("ERROR"), f"{count or 'no errors'} {first}".strip())


def _use_local_biolink() -> None:
    """Let kgx take the Biolink model and its prefixes from the wheels beside it; by itself it fetches them from the network."""
    import bmt.toolkit
    import kgx.config

    (folder,) = need("biolink_model", "biolink-model").__path__
    model = Path(folder) / "schema" / "biolink_model.yaml"
    prefixes = Path(folder) / "prefixmaps" / "biolink_model_prefix_map.json"
    made = bmt.toolkit.Toolkit.__init__

    def start(self: object, schema: object = None, predicate_map: object = None, **options: object) -> None:
        made(self, str(model), {"predicate mappings": []}, **options)

    bmt.toolkit.Toolkit.__init__ = start
    kgx.config.get_config()["jsonld-context"]["biolink"] = str(prefixes)


def sssom(folder: Path) -> Iterator[Result]:
    """sssom-py's validation."""
    need("sssom")
    command = [str(Path(sys.executable).with_name("sssom")), "validate", str(folder / "ontology.sssom.sssom.tsv")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    words = (done.stderr + done.stdout).strip().splitlines()
    errors = [line for line in words if "ERROR" in line.upper() and "0 error" not in line.lower()]
    yield judge("sssom", "sssom validate", done.returncode == 0 and not errors, (errors or ["no errors"])[0][:200])
