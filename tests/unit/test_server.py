"""The endpoint on this machine: protocol, formats, and everything it must refuse."""

from __future__ import annotations

import doctest
import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from neoplex.ask import server
from neoplex.ask.guard import Limits
from neoplex.ask.server import Service, open_server
from neoplex.base.errors import EnvironmentProblem, UsageError
from neoplex.store.answers import Rows
from neoplex.store.remote import RemoteStore

CASES = "SELECT ?case WHERE { ?case a nx:Case }"


@pytest.fixture(scope="module")
def port(small_home: Path) -> Iterator[int]:
    running = open_server(Service(small_home, Limits(seconds=20, rows=5)), port=0)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield int(running.server_address[1])
    running.shutdown()
    running.server_close()
    thread.join()


def call(
    port: int, path: str, method: str = "GET", body: str | bytes = "", **headers: str
) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body or None, named)
    response = connection.getresponse()
    text = response.read().decode("utf-8")
    connection.close()
    return response.status, {k.lower(): v for k, v in response.getheaders()}, text


def get(query: str) -> str:
    return "/sparql?query=" + quote(query)


@pytest.mark.parametrize(
    ("accept", "kind", "piece"),
    [
        ("", "application/sparql-results+json", '"bindings"'),
        ("application/sparql-results+xml", "application/sparql-results+xml", "<results>"),
        ("text/csv", "text/csv", "case\r\n"),
        ("text/tab-separated-values;q=0.9, image/png", "text/tab-separated-values", "?case"),
        ("text/html,application/xhtml+xml", "text/html", "<table>"),
    ],
)
def test_rows_in_the_format_asked_for(port: int, accept: str, kind: str, piece: str) -> None:
    status, headers, text = call(port, get(CASES), Accept=accept)
    assert status == 200 and headers["content-type"].startswith(kind) and piece in text


def test_graphs_and_truth(port: int) -> None:
    _, headers, text = call(port, get("CONSTRUCT { ?s a ?o } WHERE { ?s a ?o } LIMIT 2"), Accept="text/turtle")
    assert headers["content-type"].startswith("text/turtle") and " a " in text
    assert json.loads(call(port, get("ASK { ?s ?p ?o }"))[2])["boolean"] is True


def test_three_ways_to_send_a_query(port: int) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    answers = {
        call(port, get(CASES))[2],
        call(port, "/sparql", "POST", CASES, Content_Type="application/sparql-query")[2],
        call(port, "/sparql", "POST", urlencode({"query": CASES}), **form)[2],
    }
    assert len(answers) == 1 and "smith-2020" in answers.pop()


def test_our_own_client_reads_it(port: int) -> None:
    answer = RemoteStore(f"http://127.0.0.1:{port}/sparql").answer(
        "SELECT ?case WHERE { ?case a <https://w3id.org/neoplex/term/Case> }"
    )
    assert isinstance(answer, Rows) and len(answer.rows) == 1


@pytest.mark.parametrize(
    ("path", "method", "body", "headers", "status", "words"),
    [
        ("/sparql", "GET", "", {}, 400, "one query is expected"),
        ("/sparql?query=a&query=b", "GET", "", {}, 400, "found 2"),
        (get("SELEC ?x"), "GET", "", {}, 400, "line 1"),
        (get("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }"), "GET", "", {}, 400, "SERVICE"),
        (get("DELETE WHERE { ?s ?p ?o }"), "GET", "", {}, 400, ""),
        ("/sparql", "POST", "DELETE WHERE { ?s ?p ?o }", {"Content_Type": "application/sparql-update"}, 403, "reads"),
        ("/sparql", "POST", "update=x", {"Content_Type": "application/x-www-form-urlencoded"}, 403, "reads"),
        ("/sparql", "POST", "x", {"Content_Type": "text/plain"}, 415, "text/plain"),
        ("/sparql", "POST", b"\xff\xfe", {"Content_Type": "application/sparql-query"}, 400, "UTF-8"),
        (get(CASES), "GET", "", {"Accept": "image/png"}, 406, "text/csv"),
        (get(CASES) + "&default-graph-uri=http://x/", "GET", "", {}, 400, "FROM"),
        (get(CASES), "GET", "", {"Host": "evil.example"}, 403, "this machine only"),
        ("/elsewhere", "GET", "", {}, 404, "/sparql"),
        ("/questions/no-such.rq", "GET", "", {}, 400, "no-such"),
        ("/questions/../../etc/passwd.rq", "GET", "", {}, 400, ""),
    ],
)
def test_refusals(
    port: int, path: str, method: str, body: str | bytes, headers: dict[str, str], status: int, words: str
) -> None:
    found, kinds, text = call(port, path, method, body, **headers)
    assert (found, words in text) == (status, True), text
    assert kinds["content-type"].startswith("text/plain")


def test_a_large_body_is_not_read(port: int) -> None:
    status, _, text = call(port, "/sparql", "POST", b"x" * 500_000, Content_Type="application/sparql-query")
    assert status == 413 and "400,000" in text


def test_a_cut_answer_says_so(port: int) -> None:
    _, headers, text = call(port, get("SELECT * { ?s ?p ?o }"))
    assert headers["x-neoplex-cut"] == "true" and len(json.loads(text)["results"]["bindings"]) == 5


def test_the_page_is_inert(port: int) -> None:
    hostile = "SELECT ?x { VALUES ?x { '<script>alert(1)</script>' } }"
    _, headers, text = call(port, get(hostile), Accept="text/html")
    assert "<script>" not in text and "&lt;script&gt;" in text
    assert "default-src 'none'" in headers["content-security-policy"]
    status, _, home = call(port, "/")
    assert status == 200 and "how-did-psa-run" in home and "not a medical device" in home
    assert "SELECT" in call(port, "/questions/how-did-psa-run.rq")[2]


def test_only_this_machine(small_home: Path, port: int, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="other machines"):
        open_server(Service(small_home), host="0.0.0.0")
    with pytest.raises(EnvironmentProblem, match="cannot be used"):
        open_server(Service(small_home), port=port)
    with pytest.raises(EnvironmentProblem):
        open_server(Service(tmp_path / "nothing"), port=0)


def test_doctests() -> None:
    assert doctest.testmod(server).failed == 0
