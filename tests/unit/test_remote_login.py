"""Logins, redirects, pages and broken answers of stores elsewhere, played by a small HTTP server on this machine."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from neoplex.base.errors import EnvironmentProblem, LimitReached, UsageError
from neoplex.store.answers import Rows, Truth
from neoplex.store.remote import RemoteStore
from neoplex.store.web import IN_THE_CLEAR, PASSWORD, TOKEN, USER, Login, find_login

JSON = "application/sparql-results+json"
YES = b'{"head":{},"boolean":true}'
SECRET = "s3cret-of-the-test"
Reply = tuple[int, dict[str, str], bytes]


class Host(ThreadingHTTPServer):
    """A server whose ``reply`` sees each request and that remembers them all."""

    daemon_threads = True
    reply: Callable[[BaseHTTPRequestHandler, str], Reply]
    seen: list[BaseHTTPRequestHandler]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/sparql"


class Handler(BaseHTTPRequestHandler):
    server: Host

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        parts = parse_qs(urlsplit(self.path).query) | parse_qs(body)
        self.server.seen.append(self)
        status, headers, content = self.server.reply(self, parts.get("query", parts.get("update", [""]))[0])
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Host]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in (USER, PASSWORD, TOKEN, IN_THE_CLEAR):
        monkeypatch.delenv(name, raising=False)
    server = Host(("127.0.0.1", 0), Handler)
    server.seen = []
    server.reply = lambda *_: (200, {"Content-Type": JSON}, YES)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def guarded_by(challenge: str, accepts: Callable[[str, BaseHTTPRequestHandler], bool]) -> Callable[..., Reply]:
    def reply(request: BaseHTTPRequestHandler, query: str) -> Reply:
        if accepts(request.headers.get("Authorization") or "", request):
            return 200, {"Content-Type": JSON}, YES
        return 401, {"WWW-Authenticate": challenge}, b""

    return reply


def is_basic(given: str, request: BaseHTTPRequestHandler) -> bool:
    return given == "Basic " + base64.b64encode(f"curator:{SECRET}".encode()).decode()


def is_digest(given: str, request: BaseHTTPRequestHandler) -> bool:
    if not given.startswith("Digest "):
        return False
    said = dict(re.findall(r'(\w+)="?([^",]+)"?', given))

    def h(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    inner = h(f"{request.command}:{request.path}")
    outer = h(f"curator:neoplex:{SECRET}")
    return said["response"] == h(f"{outer}:{said['nonce']}:{said['nc']}:{said['cnonce']}:auth:{inner}")


BASIC = 'Basic realm="neoplex"'
DIGEST = 'Digest realm="neoplex", nonce="abc", qop="auth", algorithm="MD5"'


@pytest.mark.parametrize(("challenge", "accepts"), [(BASIC, is_basic), (DIGEST, is_digest)])
def test_a_name_and_password_are_given_when_asked(
    challenge: str, accepts: Callable[[str, BaseHTTPRequestHandler], bool], host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.reply = guarded_by(challenge, accepts)
    monkeypatch.setenv(USER, "curator")
    monkeypatch.setenv(PASSWORD, SECRET)
    store = RemoteStore.open(host.url, update=host.url, graph_store=host.url)
    assert store.answer("ASK {}") == Truth(True)
    store.update("INSERT DATA {}")
    store.put_graph("http://x/one", b"<http://x/a> <http://x/b> <http://x/c> .\n" * 1000)


@pytest.mark.parametrize(("challenge", "accepts"), [(BASIC, is_basic), (DIGEST, is_digest)])
def test_a_wrong_password_is_said_and_never_shown(
    challenge: str, accepts: Callable[[str, BaseHTTPRequestHandler], bool], host: Host
) -> None:
    host.reply = guarded_by(challenge, accepts)
    store = RemoteStore(host.url, login=Login("curator", "wrong-" + SECRET))
    with pytest.raises(EnvironmentProblem, match=r"does not accept this login \(HTTP 401\)") as caught:
        store.answer("ASK {}")
    assert SECRET not in str(caught.value) + repr(store) + repr(store.login)


def test_a_store_that_wants_a_login_names_the_variables(host: Host) -> None:
    host.reply = guarded_by(BASIC, is_basic)
    with pytest.raises(EnvironmentProblem, match=f"wants a login; set {USER} and {PASSWORD}, or {TOKEN}"):
        RemoteStore.open(host.url).answer("ASK {}")


def test_a_token_goes_with_each_request(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    host.reply = guarded_by("Bearer", lambda given, _: given == f"Bearer {SECRET}")
    monkeypatch.setenv(TOKEN, SECRET)
    assert RemoteStore.open(host.url).answer("ASK {}") == Truth(True)
    assert len(host.seen) == 1


def test_netrc_has_the_login_of_a_host_and_of_no_other(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "netrc"
    path.write_text(f"machine 127.0.0.1 login curator password {SECRET}\n")
    path.chmod(0o600)
    assert find_login(host.url) == Login("curator", SECRET)
    assert find_login("https://example.org/sparql") is None
    path.write_text("machine 127.0.0.1 lgin curator\n")
    with pytest.raises(EnvironmentProblem, match="netrc cannot be read"):
        find_login(host.url)


def test_no_secret_travels_in_the_clear(host: Host) -> None:
    store = RemoteStore("http://192.0.2.1/sparql", login=Login(token=SECRET))
    with pytest.raises(EnvironmentProblem, match=r"a token is not sent in the clear to 192\.0\.2\.1"):
        store.answer("ASK {}")


def test_a_redirect_within_the_host_is_followed(host: Host) -> None:
    def reply(request: BaseHTTPRequestHandler, query: str) -> Reply:
        if request.path.startswith("/sparql"):
            return 302, {"Location": "/moved?" + urlsplit(request.path).query}, b""
        return 200, {"Content-Type": JSON}, YES

    host.reply = reply
    assert RemoteStore(host.url).answer("ASK {}") == Truth(True)


@pytest.mark.parametrize("target", ["http://example.org/sparql", "ftp://127.0.0.1/x"])
def test_a_redirect_elsewhere_is_not(target: str, host: Host) -> None:
    host.reply = lambda *_: (302, {"Location": target}, b"")
    with pytest.raises(EnvironmentProblem, match=r"sends to another address|broke off|HTTP 302"):
        RemoteStore(host.url, login=Login(token=SECRET)).answer("ASK {}")
    assert len(host.seen) == 1


def test_an_update_is_never_redirected(host: Host) -> None:
    host.reply = lambda *_: (302, {"Location": "/other"}, b"")
    with pytest.raises(EnvironmentProblem, match="sends to another address"):
        RemoteStore(host.url, update_url=host.url).update("CLEAR ALL")


def test_an_answer_that_breaks_off_is_no_answer(host: Host) -> None:
    host.reply = lambda *_: (200, {"Content-Type": JSON, "Content-Length": "500"}, YES)
    with pytest.raises(EnvironmentProblem, match="broke off after 26 bytes"):
        RemoteStore(host.url, seconds=5).answer("ASK {}")


def test_a_date_to_try_again_at(host: Host) -> None:
    pauses: list[float] = []
    replies = iter(
        [(503, {"Retry-After": formatdate(time.time() + 9, usegmt=True)}, b""), (200, {"Content-Type": JSON}, YES)]
    )
    host.reply = lambda *_: next(replies)
    assert RemoteStore(host.url, sleep=pauses.append).answer("ASK {}") == Truth(True)
    assert len(pauses) == 1
    assert 5 < pauses[0] <= 9


def rows_json(numbers: range) -> bytes:
    bindings = ",".join(f'{{"n":{{"type":"literal","value":"{n}"}}}}' for n in numbers)
    return f'{{"head":{{"vars":["n"]}},"results":{{"bindings":[{bindings}]}}}}'.encode()


def paged(request: BaseHTTPRequestHandler, query: str) -> Reply:
    """A store with 25 rows that cuts every answer after ten."""
    offset = re.search(r"OFFSET (\d+)\Z", query)
    start = int(offset[1]) if offset else 0
    return 200, {"Content-Type": JSON, "X-SPARQL-MaxRows": "10"}, rows_json(range(start, min(start + 10, 25)))


def test_a_cut_answer_is_asked_for_page_by_page(host: Host) -> None:
    host.reply = paged
    answer = RemoteStore(host.url).answer("SELECT ?n { ?s ?p ?n } ORDER BY ?n")
    assert isinstance(answer, Rows)
    assert [getattr(row[0], "value", "") for row in answer.rows] == [str(number) for number in range(25)]
    assert len(host.seen) == 3


@pytest.mark.parametrize("query", ["SELECT ?n { ?s ?p ?n }", "SELECT ?n { ?s ?p ?n } ORDER BY ?n LIMIT 20"])
def test_a_cut_answer_without_an_order_is_refused(query: str, host: Host) -> None:
    host.reply = paged
    with pytest.raises(LimitReached, match="cuts every answer after 10 rows"):
        RemoteStore(host.url).answer(query)


def test_a_partial_answer_is_refused(host: Host) -> None:
    host.reply = lambda *_: (200, {"Content-Type": JSON, "X-SQL-State": "S1TAT"}, YES)
    with pytest.raises(LimitReached, match="only a part of the answer"):
        RemoteStore(host.url).answer("ASK {}")


def test_zeros_and_ones_are_booleans_by_another_spelling(host: Host) -> None:
    cell = '{"type":"literal","datatype":"http://www.w3.org/2001/XMLSchema#boolean","value":"0"}'
    text = f'{{"head":{{"vars":["b","n"]}},"results":{{"bindings":[{{"b":{cell},"n":{{"type":"bnode","value":"nodeID://b1"}}}}]}}}}'
    host.reply = lambda *_: (200, {"Content-Type": JSON}, text.encode())
    answer = RemoteStore(host.url).answer("SELECT ?b ?n {}")
    assert isinstance(answer, Rows)
    assert [getattr(term, "value", "") for term in answer.rows[0]] == ["false", "b1"]


def test_a_page_of_html_is_told_without_its_markup(host: Host) -> None:
    host.reply = lambda *_: (
        500,
        {"Content-Type": "text/html"},
        b"<html><style>x{}</style><h1>Out of order</h1></html>",
    )
    with pytest.raises(EnvironmentProblem, match=r"failed \(HTTP 500\): Out of order\Z"):
        RemoteStore(host.url).answer("ASK {}")


def test_a_refused_update_is_a_fault_of_the_update(host: Host) -> None:
    host.reply = lambda *_: (400, {"Content-Type": "text/plain"}, b"what is INSRT?")
    with pytest.raises(UsageError, match="refuses the update: what is INSRT"):
        RemoteStore(host.url, update_url=host.url).update("INSRT DATA {}")
