"""GraphML, Cytoscape JSON and CSV files for Neo4j's bulk import.

Comes in: an extract. Goes out: bytes, node by node, edge by edge. Several values of one property are joined with `` | ``; in CSV
a cell that a spreadsheet would run as a formula starts with an apostrophe.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from neoplex.base.names import compact
from neoplex.exchange.cells import defused
from neoplex.exchange.extract import Extract
from neoplex.exchange.formats import Part
from neoplex.exchange.losses import LossList
from neoplex.exchange.propertygraph import (
    Edge,
    Node,
    PropertyGraph,
    Value,
    property_graph,
    short_name,
    state_common,
    walk_keys,
)

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_JOINT = " | "
_NODE_KEYS = ("label", "kinds", "graph")
_EDGE_KEYS = ("relation", "relationLabel", "graph", "quantifier")


def write_graphml(extract: Extract, losses: LossList) -> list[Part]:
    """GraphML, for Gephi, yEd, igraph, networkx."""
    state_common(extract, losses)
    return [Part("", _graphml(extract, property_graph(extract, losses), losses))]


def write_cytoscape(extract: Extract, losses: LossList) -> list[Part]:
    """Cytoscape.js JSON, which Cytoscape desktop opens too."""
    state_common(extract, losses)
    return [Part("", _cytoscape(extract, property_graph(extract, losses)))]


def write_neo4j(extract: Extract, losses: LossList) -> list[Part]:
    """``nodes.csv`` and ``relationships.csv`` with the headers of ``neo4j-admin database import``."""
    state_common(extract, losses)
    graph = property_graph(extract, losses)
    return [Part("nodes.csv", _neo4j_nodes(graph, losses)), Part("relationships.csv", _neo4j_edges(graph, losses))]


def _text(values: Iterable[Value]) -> str:
    return _JOINT.join(("yes" if value else "no") if isinstance(value, bool) else str(value) for value in values)


def _edge_values(edge: Edge) -> dict[str, str]:
    return {name: _text(values) for name, values in edge.values.items()}


# -------------------------------------------------------------------------------------------------------------- GraphML


def _graphml(extract: Extract, graph: PropertyGraph, losses: LossList) -> Iterator[bytes]:
    edge_keys = sorted({name for edge in graph.edges for name in edge.values})
    node_keys = {name: f"n{number}" for number, name in enumerate([*_NODE_KEYS, *walk_keys(graph)])}
    link_keys = {name: f"e{number}" for number, name in enumerate([*_EDGE_KEYS, *edge_keys])}
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">']
    for name, key in node_keys.items():
        lines.append(f'  <key id="{key}" for="node" attr.name={quoteattr(name)} attr.type="string"/>')
    for name, key in link_keys.items():
        lines.append(f'  <key id="{key}" for="edge" attr.name={quoteattr(name)} attr.type="string"/>')
    lines.append('  <graph id="neoplex" edgedefault="directed">')
    yield ("\n".join(lines) + "\n").encode()

    def data(key: str, text: str) -> str:
        clean = _NOT_XML.sub("\ufffd", text)
        if clean != text:
            losses.note("control characters: XML cannot hold them")
        return f'<data key="{key}">{escape(clean)}</data>'

    for node in graph.nodes.values():
        cells = [data(node_keys["label"], node.label)]
        cells += [data(node_keys["kinds"], _JOINT.join(map(compact, node.kinds)))] if node.kinds else []
        cells += [data(node_keys["graph"], compact(node.graph))] if node.graph else []
        cells += [data(node_keys[name], _text(values)) for name, values in node.values.items()]
        yield f"    <node id={quoteattr(node.id)}>{''.join(cells)}</node>\n".encode()
    for number, edge in enumerate(graph.edges):
        cells = [data(link_keys["relation"], compact(edge.predicate))]
        cells.append(data(link_keys["relationLabel"], extract.label(edge.predicate)))
        cells.append(data(link_keys["graph"], compact(edge.graph)))
        cells += [data(link_keys["quantifier"], edge.quantifier)] if edge.quantifier else []
        cells += [data(link_keys[name], text) for name, text in _edge_values(edge).items()]
        ends = f"source={quoteattr(compact(edge.subject))} target={quoteattr(compact(edge.target))}"
        yield f'    <edge id="e{number}" {ends}>{"".join(cells)}</edge>\n'.encode()
    yield b"  </graph>\n</graphml>\n"


# ------------------------------------------------------------------------------------------------------------ Cytoscape


def _cytoscape(extract: Extract, graph: PropertyGraph) -> Iterator[bytes]:
    yield b'{"format_version": "1.0", "generated_by": "neoplex", "data": {"name": "neoplex"},\n"elements": {"nodes": ['
    for number, node in enumerate(graph.nodes.values()):
        yield (",\n" if number else "\n").encode() + _json({"data": _cytoscape_node(node)})
    yield b'\n],\n"edges": ['
    for number, edge in enumerate(graph.edges):
        label = extract.label(edge.predicate)
        data: dict[str, object] = {"id": f"e{number}", "source": compact(edge.subject), "target": compact(edge.target)}
        data |= {"interaction": label, "name": label, "relation": compact(edge.predicate), "graph": compact(edge.graph)}
        if edge.quantifier:
            data["quantifier"] = edge.quantifier
        data |= {name: list(values) for name, values in edge.values.items() if name not in data}
        yield (",\n" if number else "\n").encode() + _json({"data": data})
    yield b"\n]}}\n"


def _cytoscape_node(node: Node) -> dict[str, object]:
    data: dict[str, object] = {
        "id": node.id,
        "name": node.label,
        "iri": node.iri,
        "kinds": list(map(compact, node.kinds)),
    }
    if node.graph:
        data["graph"] = compact(node.graph)
    return data | {name: list(values) for name, values in node.values.items() if name not in data}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


# ---------------------------------------------------------------------------------------------------------------- Neo4j


def _neo4j_nodes(graph: PropertyGraph, losses: LossList) -> Iterator[bytes]:
    names = [name for name in walk_keys(graph) if name not in ("iri", "name", "graph")]
    yield _row(["id:ID", "name", "iri", "graph", *names, ":LABEL"])
    for node in graph.nodes.values():
        labels = ";".join(dict.fromkeys(short_name(kind) for kind in node.kinds)) or "Thing"
        cells = [_cell(node.values.get(name, ()), losses) for name in names]
        yield _row([node.id, _cell((node.label,), losses), node.iri, compact(node.graph), *cells, labels])


def _neo4j_edges(graph: PropertyGraph, losses: LossList) -> Iterator[bytes]:
    names = sorted({name for edge in graph.edges for name in edge.values})
    yield _row([":START_ID", ":END_ID", ":TYPE", "relation", "graph", "quantifier", *names])
    for edge in graph.edges:
        cells = [_cell(edge.values.get(name, ()), losses) for name in names]
        kind = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", short_name(edge.predicate)).upper()
        ends = [compact(edge.subject), compact(edge.target), kind]
        yield _row([*ends, compact(edge.predicate), compact(edge.graph), edge.quantifier, *cells])


def _cell(values: Iterable[Value], losses: LossList) -> str:
    text = _text(values)
    safe = defused(text)
    if safe != text:
        losses.note("exact text of cells that a spreadsheet would run as a formula: an apostrophe stands before them")
    return safe


def _row(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue().encode()
