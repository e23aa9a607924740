"""Put named graphs into a store elsewhere: staged, read back, compared, then moved into place, each graph whole or not at all.

Comes in: a local store and a remote one. Goes out: what happened to each graph. A graph travels to a staging graph first; what
the remote store then says it holds is compared by number and by a hash that depends neither on order nor on spelling; only then
does it take the place of the old one. Each graph that arrived is noted in ``graph:published``, so a run that broke off goes on
where it stopped. Never reads case files, never infers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from neoplex.base.errors import EnvironmentProblem
from neoplex.base.names import GRAPH, PREFIXES
from neoplex.store.answers import Rows
from neoplex.store.remote import RemoteStore

PUBLISHED = GRAPH + "published"
"""The graph of a remote store that says what was put there: graph, number of triples, hash."""
STAGING = GRAPH + "staging/"

NEW, CHANGED, SAME, GONE = "new", "changed", "unchanged", "removed"

_PARCEL = 2000
_GRAPHS = 20
_PIECE = 1000
_PAGE = 5000
_SUBJECT = PREFIXES["dcterms"] + "subject"
_DIGEST = PREFIXES["dcterms"] + "identifier"
_TRIPLES = "http://rdfs.org/ns/void#triples"
_XSD = PREFIXES["xsd"]
_BOOLEANS = {"1": "true", "0": "false"}
_MODULUS = 1 << 256
_BLANK = re.compile(rb"_:\S+")
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"|<[^>]*>')

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Content:
    """How much a graph holds and what: a sum of hashes that is the same in any order and any spelling of numbers."""

    triples: int
    digest: str


@dataclass(frozen=True)
class Shipment:
    """One graph to be put there: its IRI, its N-Triples one for each line, and its content."""

    graph: str
    lines: tuple[bytes, ...]
    content: Content


@dataclass(frozen=True)
class Outcome:
    """What happened to one graph: ``new``, ``changed``, ``unchanged`` or ``removed``."""

    graph: str
    state: str
    triples: int


def content_of(triples: Iterable[ox.Triple]) -> Content:
    """The content of a graph; triples that differ in the spelling of a number only count once, as stores hold them."""
    keys = _keys(triples)
    total = sum(int.from_bytes(hashlib.sha256(key.encode()).digest(), "big") for key in keys) % _MODULUS
    return Content(len(keys), f"{total:064x}")


def pack(store: ox.Store, graph: str) -> Shipment:
    """One graph of the local store, ready to go."""
    triples = [quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph))]
    text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    return Shipment(graph, tuple(sorted(line for line in text.split(b"\n") if line)), content_of(triples))


def publish(
    store: ox.Store,
    graphs: Sequence[str],
    remote: RemoteStore,
    *,
    force: bool = False,
    progress: Progress = lambda _: None,
) -> list[Outcome]:
    """Put these graphs there, skipping those that are there already unless ``force`` is set.

    Raises EnvironmentProblem when a graph did not arrive as it was sent; it then still is what it was before. A graph that went
    before it stays, and the next run goes on from there.
    """
    outcomes: list[Outcome] = []
    sent: list[Shipment] = []
    done = 0
    for parcel in _parcels(pack(store, graph) for graph in graphs):
        known = _recorded(remote, parcel)
        counts = _counts(remote, [shipment.graph for shipment in parcel])
        todo = []
        for shipment in parcel:
            there = known.get(shipment.graph) == shipment.content
            if force or not there or counts.get(shipment.graph, 0) != shipment.content.triples:
                todo.append(shipment)
            state = NEW if not counts.get(shipment.graph) else SAME if shipment not in todo else CHANGED
            outcomes.append(Outcome(shipment.graph, state, shipment.content.triples))
        if todo:
            _deliver(remote, todo)
            sent += [replace(shipment, lines=()) for shipment in todo]
        done += len(parcel)
        progress(f"{done:,} of {len(graphs):,} graphs, {sum(o.triples for o in outcomes):,} triples")
    for number, parcel in enumerate(_parcels(iter(sent))):
        if number == 0:
            progress("reading back what was put there")
        _compare(remote, {shipment.graph: shipment.content for shipment in parcel}, "holds")
    return outcomes


def verify(
    store: ox.Store, graphs: Sequence[str], remote: RemoteStore, progress: Progress = lambda _: None
) -> list[str]:
    """Read these graphs back and compare them with the local ones; returns what differs, in words."""
    faults: list[str] = []
    done = 0
    for parcel in _parcels(pack(store, graph) for graph in graphs):
        faults += _differences(remote, {shipment.graph: shipment.content for shipment in parcel}, "holds")
        done += len(parcel)
        progress(f"compared {done:,} of {len(graphs):,} graphs")
    return faults


def published_graphs(remote: RemoteStore) -> list[str]:
    """Every graph that the remote store notes as put there by neoplex."""
    found: set[str] = set()
    while True:
        query = f"SELECT ?g WHERE {{ GRAPH <{PUBLISHED}> {{ ?r <{_SUBJECT}> ?g }} }} LIMIT {_PAGE} OFFSET {len(found)}"
        answer = remote.answer(query)
        assert isinstance(answer, Rows)
        found |= {row[0].value for row in answer.rows if isinstance(row[0], ox.Literal)}
        if len(answer.rows) < _PAGE:
            return sorted(found)


def remove(remote: RemoteStore, graphs: Sequence[str]) -> list[Outcome]:
    """Take graphs and their notes out of the remote store."""
    outcomes = []
    for graph in graphs:
        count = _counts(remote, [graph]).get(graph, 0)
        if remote.update_url:
            remote.update(f"DROP SILENT GRAPH <{graph}> ;\n{forget([graph])}")
        else:
            remote.delete_graph(graph)
        outcomes.append(Outcome(graph, GONE, count))
    return outcomes


def forget(graphs: Iterable[str]) -> str:
    """Updates that take out the notes on these graphs, joined by ``;``."""
    return " ;\n".join(f"DELETE WHERE {{ GRAPH <{PUBLISHED}> {{ <{_note(graph)}> ?p ?o }} }}" for graph in graphs)


def insert_lines(remote: RemoteStore, graph: str, lines: Sequence[bytes]) -> None:
    """Add N-Triples to a graph, in pieces that every store takes; what hangs together by a blank node goes in one piece."""
    for piece in _pieces(lines):
        text = b"\n".join(piece).decode()
        # Some stores take no blank node in INSERT DATA, all take it in the template of INSERT … WHERE.
        data, where = (" DATA", "") if not _blank_nodes(piece) else ("", " WHERE {}")
        remote.update(f"INSERT{data} {{ GRAPH <{graph}> {{\n{text}\n}} }}{where}")


def read_graphs(remote: RemoteStore, graphs: Sequence[str]) -> dict[str, list[ox.Triple]]:
    """The triples of some remote graphs: each by the graph-store protocol where there is one, else all in pages of rows.

    Some stores cut a long graph without a word, so what came is counted.
    """
    if not remote.graph_store:
        return _read_pages(remote, graphs)
    found = {graph: remote.get_graph(graph) for graph in graphs}
    counts = _counts(remote, [graph for graph in graphs if len(found[graph]) >= _PAGE])
    short = [graph for graph in counts if len(found[graph]) < counts[graph]]
    return {**found, **_read_pages(remote, short)} if short else found


def _read_pages(remote: RemoteStore, graphs: Sequence[str]) -> dict[str, list[ox.Triple]]:
    found: dict[str, list[ox.Triple]] = {}
    offset = 0
    # Each graph by its name: a store that is asked for any graph and filters would walk through all it has.
    parts = (f"{{ GRAPH <{graph}> {{ ?s ?p ?o }} BIND(<{graph}> AS ?g) }}" for graph in graphs)
    pattern = " UNION ".join(parts)
    while True:
        query = f"SELECT ?g ?s ?p ?o WHERE {{ {pattern} }} LIMIT {_PAGE} OFFSET {offset}"
        answer = remote.answer(query)
        assert isinstance(answer, Rows)
        for graph, subject, predicate, value in answer.rows:
            assert isinstance(graph, ox.NamedNode)
            assert isinstance(subject, ox.NamedNode | ox.BlankNode)
            assert isinstance(predicate, ox.NamedNode)
            assert value is not None
            found.setdefault(graph.value, []).append(ox.Triple(subject, predicate, value))
        if len(answer.rows) < _PAGE:
            return found
        offset += len(answer.rows)


def _deliver(remote: RemoteStore, parcel: Sequence[Shipment]) -> None:
    """Stage a parcel, compare what arrived, and move it into place."""
    stages = {shipment.graph: _stage(shipment.graph) for shipment in parcel}
    try:
        _load(remote, {stages[shipment.graph]: shipment for shipment in parcel})
        _compare(remote, {stages[s.graph]: s.content for s in parcel}, "received")
        if remote.update_url:
            remote.update(" ;\n".join(_put_in_place(shipment) for shipment in parcel))
            return
        for shipment in parcel:  # one request replaces the graph whole
            remote.put_graph(shipment.graph, b"\n".join(shipment.lines) + b"\n")
            remote.delete_graph(stages[shipment.graph])
    except BaseException:
        _clear(remote, list(stages.values()))
        raise


def _load(remote: RemoteStore, stages: dict[str, Shipment]) -> None:
    if remote.graph_store and (not remote.update_url or any(len(s.lines) > _PIECE for s in stages.values())):
        for stage, shipment in stages.items():
            remote.put_graph(stage, b"\n".join(shipment.lines) + b"\n")
        return
    remote.update(" ;\n".join(f"DROP SILENT GRAPH <{stage}>" for stage in stages))
    small = sum(len(shipment.lines) for shipment in stages.values()) <= _PIECE
    if small and not any(_blank_nodes(shipment.lines) for shipment in stages.values()):
        parts = (f"GRAPH <{stage}> {{\n{_text(shipment)}\n}}" for stage, shipment in stages.items())
        remote.update("INSERT DATA {\n" + "\n".join(parts) + "\n}")
        return
    for stage, shipment in stages.items():
        insert_lines(remote, stage, shipment.lines)


def _put_in_place(shipment: Shipment) -> str:
    note, content = _note(shipment.graph), shipment.content
    return (
        f"MOVE GRAPH <{_stage(shipment.graph)}> TO GRAPH <{shipment.graph}> ;\n"
        f"DELETE WHERE {{ GRAPH <{PUBLISHED}> {{ <{note}> ?p ?o }} }} ;\n"
        f"INSERT DATA {{ GRAPH <{PUBLISHED}> {{ <{note}> <{_SUBJECT}> {ox.Literal(shipment.graph)} ; "
        f'<{_TRIPLES}> {content.triples} ; <{_DIGEST}> "{content.digest}" }} }}'
    )


def _clear(remote: RemoteStore, stages: Sequence[str]) -> None:
    """Take staging graphs away after a failure, as far as the store still answers."""
    try:
        for stage in stages:
            if remote.update_url:
                remote.update(f"DROP SILENT GRAPH <{stage}>")
            else:
                remote.delete_graph(stage)
    except Exception:  # the first failure is the one to tell
        return


def _compare(remote: RemoteStore, expected: dict[str, Content], verb: str) -> None:
    faults = _differences(remote, expected, verb)
    if faults:
        raise EnvironmentProblem("; ".join(faults[:3]) + "; that graph was left as it was" * (verb == "received"))


def _differences(remote: RemoteStore, expected: dict[str, Content], verb: str) -> list[str]:
    found = read_graphs(remote, list(expected))
    faults = []
    for graph, content in expected.items():
        there = content_of(found.get(graph, []))
        if there != content:
            what = f"{there.triples:,} of {content.triples:,} triples"
            faults.append(
                f"{remote.url} {verb} {what if there.triples != content.triples else 'other triples'} of {graph}"
            )
    return faults


def _recorded(remote: RemoteStore, parcel: Sequence[Shipment]) -> dict[str, Content]:
    names = ", ".join(str(ox.Literal(shipment.graph)) for shipment in parcel)
    query = f"""SELECT ?g ?n ?d WHERE {{ GRAPH <{PUBLISHED}> {{
      ?r <{_SUBJECT}> ?g ; <{_TRIPLES}> ?n ; <{_DIGEST}> ?d . FILTER(?g IN ({names})) }} }}"""
    answer = remote.answer(query)
    assert isinstance(answer, Rows)
    return {
        graph.value: Content(int(number.value), digest.value)
        for graph, number, digest in answer.rows
        if isinstance(graph, ox.Literal) and isinstance(number, ox.Literal) and isinstance(digest, ox.Literal)
    }


def _counts(remote: RemoteStore, graphs: Sequence[str]) -> dict[str, int]:
    if not graphs:
        return {}
    parts = (f"{{ SELECT (<{g}> AS ?g) (COUNT(*) AS ?n) WHERE {{ GRAPH <{g}> {{ ?s ?p ?o }} }} }}" for g in graphs)
    query = f"SELECT ?g ?n WHERE {{ {' UNION '.join(parts)} }}"
    answer = remote.answer(query)
    assert isinstance(answer, Rows)
    return {
        graph.value: int(number.value)
        for graph, number in answer.rows
        if isinstance(graph, ox.NamedNode) and isinstance(number, ox.Literal)
    }


def _pieces(lines: Sequence[bytes]) -> Iterator[list[bytes]]:
    piece: list[bytes] = []
    for group in _groups(lines):
        if piece and len(piece) + len(group) > _PIECE:
            yield piece
            piece = []
        piece += group
    if piece:
        yield piece


def _groups(lines: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Lines by the blank nodes they share; a line without any is a group of its own."""
    leader: dict[bytes, bytes] = {}

    def lead(node: bytes) -> bytes:
        while leader.setdefault(node, node) != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    joined: list[tuple[bytes, bytes]] = []
    for line in lines:
        nodes = _blank_nodes([line])
        if not nodes:
            yield [line]
            continue
        for node in nodes[1:]:
            leader[lead(node)] = lead(nodes[0])
        joined.append((nodes[0], line))
    groups: dict[bytes, list[bytes]] = {}
    for node, line in joined:
        groups.setdefault(lead(node), []).append(line)
    yield from groups.values()


def _blank_nodes(lines: Iterable[bytes]) -> list[bytes]:
    return [node for line in lines if b"_:" in line for node in _BLANK.findall(_QUOTED.sub(b"", line))]


def _parcels(shipments: Iterator[Shipment]) -> Iterator[list[Shipment]]:
    """Shipments in parcels of some thousand triples; a graph larger than that goes alone."""
    parcel: list[Shipment] = []
    size = 0
    for shipment in shipments:
        if parcel and (size + shipment.content.triples > _PARCEL or len(parcel) == _GRAPHS):
            yield parcel
            parcel, size = [], 0
        parcel.append(shipment)
        size += shipment.content.triples
    if parcel:
        yield parcel


def _stage(graph: str) -> str:
    return STAGING + hashlib.sha256(graph.encode()).hexdigest()[:24]


def _note(graph: str) -> str:
    return f"{PUBLISHED}/{hashlib.sha256(graph.encode()).hexdigest()[:24]}"


def _text(shipment: Shipment) -> str:
    return b"\n".join(shipment.lines).decode()


def _keys(triples: Iterable[ox.Triple]) -> set[str]:
    """Each triple as text: literals in one spelling, blank nodes named by what they say (RDFC-1.0)."""
    plain: set[str] = set()
    blank: list[ox.Quad] = []
    for triple in triples:
        value = triple.object
        if isinstance(triple.subject, ox.BlankNode) or isinstance(value, ox.BlankNode):
            known = ox.Literal(_literal_key(value)) if isinstance(value, ox.Literal) else value
            blank.append(ox.Quad(triple.subject, triple.predicate, known))
        else:
            text = _literal_key(value) if isinstance(value, ox.Literal) else str(value)
            plain.add(f"{triple.subject} {triple.predicate} {text}")
    if blank:
        dataset = ox.Dataset(blank)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        plain |= {str(quad.triple) for quad in dataset}
    return plain


def _literal_key(literal: ox.Literal) -> str:
    """A literal in one spelling: stores may write ``4.50`` as ``4.5``, ``true`` as ``1`` and ``en-GB`` as ``en-gb``."""
    kind, text = literal.datatype.value.removeprefix(_XSD), literal.value
    if kind in ("decimal", "integer"):
        try:
            number = Decimal(text)
        except InvalidOperation:
            return str(literal)
        return f"{kind} {number.normalize() + 0:f}"
    if kind == "boolean":
        return f"boolean {_BOOLEANS.get(text, text)}"
    if literal.language:
        return f"{ox.Literal(text)}@{literal.language.lower()}"
    return str(literal)
