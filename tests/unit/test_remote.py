"""Stores elsewhere, played by a small HTTP server on this machine: good answers, busy ones, broken ones."""

# ruff: noqa: E501 - messages and texts are compared whole

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest

from neoplex.ask.engines import LocalEngine
from neoplex.base.errors import EnvironmentProblem, LimitReached, UsageError
from neoplex.store.answers import Rows, Triples, Truth, dump_json
from neoplex.store.embedded import Graph
from neoplex.store.remote import RemoteStore

JSON = "application/sparql-results+json"
Reply = tuple[int, dict[str, str], bytes]


class Endpoint(ThreadingHTTPServer):
    """A server that answers with ``reply`` and remembers what it was asked."""

    reply: Callable[[str], Reply]
    asked: list[tuple[str, str, str]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/sparql"


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def answer(self, query: str) -> None:
        self.server.asked.append((self.command, query, self.headers["Accept"]))
        status, headers, body = self.server.reply(query)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.answer(parse_qs(urlsplit(self.path).query)["query"][0])

    def do_POST(self) -> None:
        self.answer(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["query"][0])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Endpoint(("127.0.0.1", 0), Handler)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def serve(graph: Graph) -> Callable[[str], Reply]:
    def reply(query: str) -> Reply:
        answer = LocalEngine(graph).answer(query)
        if isinstance(answer, Triples):
            body = ox.serialize(answer.triples, format=ox.RdfFormat.TURTLE)
            assert body is not None
            return 200, {"Content-Type": "text/turtle"}, body
        return 200, {"Content-Type": JSON}, dump_json(answer).encode()

    return reply


def fixed(status: int, body: bytes = b"", **headers: str) -> Callable[[str], Reply]:
    return lambda _: (status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s ?o { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?o } ORDER BY ?s ?o",
        "ASK { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o . FILTER(!isBlank(?s) && !isBlank(?o)) }",
        "# INSERT is only a word here\nSELECT ?s { ?s ?p 'DELETE' } ORDER BY ?s",
    ],
)
def test_a_remote_store_answers_like_the_local_one(query: str, endpoint: Endpoint, small_graph: Graph) -> None:
    endpoint.reply = serve(small_graph)
    assert RemoteStore(endpoint.url).answer(query) == LocalEngine(small_graph).answer(query)
    ((method, sent, accept),) = endpoint.asked
    assert (method, sent) == ("GET", query)
    assert accept.startswith(JSON)


def test_long_queries_are_posted(endpoint: Endpoint, small_graph: Graph) -> None:
    endpoint.reply = serve(small_graph)
    query = "ASK { ?s ?p '" + "x" * 5000 + "' }"
    assert RemoteStore(endpoint.url).answer(query) == Truth(False)
    assert endpoint.asked[0][:2] == ("POST", query)


def test_rows_are_cut(endpoint: Endpoint, small_graph: Graph) -> None:
    endpoint.reply = serve(small_graph)
    answer = RemoteStore(endpoint.url).answer("SELECT ?s { ?s ?p ?o }", 3)
    assert isinstance(answer, Rows)
    assert (len(answer.rows), answer.cut) == (3, True)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_store_is_asked_again_after_a_pause(status: int, endpoint: Endpoint) -> None:
    pauses: list[float] = []
    replies = iter(
        [fixed(status), fixed(status, Retry_After="7"), fixed(200, b'{"head":{},"boolean":true}', Content_Type=JSON)]
    )
    endpoint.reply = lambda query: next(replies)(query)
    assert RemoteStore(endpoint.url, sleep=pauses.append).answer("ASK {}") == Truth(True)
    assert pauses == [1.0, 7.0]


def test_a_store_that_stays_busy_is_given_up(endpoint: Endpoint) -> None:
    pauses: list[float] = []
    endpoint.reply = fixed(503)
    with pytest.raises(EnvironmentProblem, match=r"is busy \(HTTP 503\), also after 4 tries"):
        RemoteStore(endpoint.url, sleep=pauses.append).answer("ASK {}")
    assert pauses == [1.0, 2.0, 4.0]


def test_nobody_waits_longer_than_was_asked_for(endpoint: Endpoint) -> None:
    endpoint.reply = fixed(429, Retry_After="3600")
    with pytest.raises(EnvironmentProblem, match="also after 1 try"):
        RemoteStore(endpoint.url, seconds=5, sleep=lambda _: pytest.fail("it slept")).answer("ASK {}")


def test_a_slow_store(endpoint: Endpoint) -> None:
    def reply(query: str) -> Reply:
        time.sleep(2.5)
        return 200, {}, b""

    endpoint.reply = reply
    with pytest.raises(LimitReached, match="did not answer within 1 s"):
        RemoteStore(endpoint.url, seconds=1).answer("ASK {}")


@pytest.mark.parametrize(
    ("reply", "error", "said"),
    [
        (fixed(400, b"line 1: what is ASX?", Content_Type="text/plain"), UsageError, "refuses the query: line 1: what is ASX?"),
        (fixed(401), EnvironmentProblem, "wants a login"),
        (fixed(403), EnvironmentProblem, "refuses access"),
        (fixed(404), EnvironmentProblem, "there is no SPARQL endpoint"),
        (fixed(500, b"out of luck"), EnvironmentProblem, r"failed \(HTTP 500\): out of luck"),
        (fixed(418), EnvironmentProblem, "HTTP 418"),
        (fixed(200, b"<html>Hello</html>", Content_Type="text/html"), EnvironmentProblem, "answered with text/html .*is it the query endpoint"),
        (fixed(200, b"{]", Content_Type=JSON), EnvironmentProblem, "that cannot be read"),
        (fixed(200, b"nonsense", Content_Type="text/turtle"), EnvironmentProblem, "that cannot be read"),
    ],
)  # fmt: skip
def test_what_went_wrong_is_said(
    reply: Callable[[str], Reply], error: type[Exception], said: str, endpoint: Endpoint
) -> None:
    endpoint.reply = reply
    with pytest.raises(error, match=said):
        RemoteStore(endpoint.url).answer("ASK {}")


def test_an_endless_answer_is_cut_off(endpoint: Endpoint) -> None:
    endpoint.reply = fixed(200, b" " * (3 * 2**20), Content_Type=JSON)
    with pytest.raises(LimitReached, match="larger than 1 MiB"):
        RemoteStore(endpoint.url, megabytes=1).answer("ASK {}")


def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/sparql"
    with pytest.raises(EnvironmentProblem, match="nothing listens there"):
        RemoteStore(url).answer("ASK {}")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "example.org/sparql", "ftp://x/y", "http:///x", "https://me:secret@x/"]
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(UsageError):
        RemoteStore(url)
