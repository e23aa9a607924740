"""A read-only SPARQL endpoint on this machine, for clients that speak HTTP.

Comes in: requests of the SPARQL 1.1 Protocol on the loopback address. Goes out: answers in the format asked for, or a page for a
browser. Every query is judged and run in a worker process within limits (:mod:`neoplex.ask.guard`). Never writes, never fetches,
never listens to another machine: requests that name another host are refused, so that no web page can reach the graph.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from neoplex.ask import guard, render
from neoplex.ask.engines import LocalEngine
from neoplex.ask.questions import find_question, list_questions
from neoplex.ask.vocabulary import fetch_labels
from neoplex.base.errors import EnvironmentProblem, LimitReached, NeoplexError, UsageError
from neoplex.base.names import PREFIXES
from neoplex.store.answers import Answer, Rows, Triples

LOOPBACK = ("127.0.0.1", "::1", "localhost")
ENDPOINT = "/sparql"
_MOST_BYTES = 400_000
_WAIT = 10.0
_ROW_TYPES = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "application/xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
}
_GRAPH_TYPES = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "text/plain": "nt",
    "application/ld+json": "jsonld",
    "application/json": "jsonld",
}
_HTML = "text/html"
_EXAMPLE = "SELECT ?case ?sex\nWHERE { ?case nx:sex ?sex }\nORDER BY ?case"
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "textarea{width:100%;font:14px monospace}"
    "table{border-collapse:collapse}td,th{border:1px solid #999;padding:.2rem .5rem;text-align:left;vertical-align:top}"
    "pre{white-space:pre-wrap}@media(prefers-color-scheme:dark){body{background:#15181c;color:#e6e6e6}a{color:#8ab8ff}"
    "textarea{background:#222;color:inherit}}"
)


@dataclass(frozen=True)
class Service:
    """What is served: the graph of a home, within limits, to at most ``workers`` queries at a time."""

    home: Path | None = None
    limits: guard.Limits = field(default_factory=guard.Limits)
    workers: int = 2


def open_server(service: Service, host: str = "127.0.0.1", port: int = 8089) -> ThreadingHTTPServer:
    """A server ready for ``serve_forever``; port 0 takes a free one.

    Raises UsageError for a host that other machines could reach, EnvironmentProblem when the port is taken or no graph is built.
    """
    if host not in LOOPBACK:
        raise UsageError(
            f"{host!r} would let other machines in; use one of {', '.join(LOOPBACK)}, and a web server in front to share it"
        )
    LocalEngine.open(service.home)
    places = threading.BoundedSemaphore(service.workers)

    class Handler(_Handler):
        pass

    Handler.service, Handler.places = service, places
    try:
        server = ThreadingHTTPServer(("127.0.0.1" if host == "localhost" else host, port), Handler)
    except OSError as error:
        raise EnvironmentProblem(f"port {port} of {host} cannot be used: {error.strerror or error}") from error
    server.daemon_threads = True
    return server


def choose_type(accept: str, offered: dict[str, str]) -> str | None:
    """The media type to answer with, by the q-values of an Accept header; None when none fits.

    >>> choose_type("text/csv;q=0.5, application/sparql-results+xml", _ROW_TYPES)
    'application/sparql-results+xml'
    >>> choose_type("*/*", _ROW_TYPES)
    'application/sparql-results+json'
    >>> choose_type("image/png", _ROW_TYPES) is None
    True
    """
    if not accept.strip():
        return next(iter(offered))
    wanted: list[tuple[float, int, str]] = []
    for number, part in enumerate(accept.split(",")):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        wanted.append((-weight, number, name.lower()))
    for weight, _, name in sorted(wanted):
        if weight == 0:
            continue
        for kind in offered:
            if name in (kind, "*/*", kind.split("/")[0] + "/*"):
                return kind
    return None


class _Refused(Exception):
    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers or {}


class _Handler(BaseHTTPRequestHandler):
    service: Service
    places: threading.BoundedSemaphore
    server_version = "neoplex"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        self._respond(body=b"")

    def do_HEAD(self) -> None:
        self._respond(body=b"")

    def do_POST(self) -> None:
        self._respond(body=None)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged: queries may say what somebody is looking into."""

    def _respond(self, body: bytes | None) -> None:
        try:
            self._check_host()
            sent = self._read_body() if body is None else body
            status, kind, text, headers = self._route(sent)
        except _Refused as refusal:
            status, kind, text, headers = refusal.status, "text/plain", f"{refusal}\n", refusal.headers
        except (UsageError, LimitReached) as error:
            status, kind, text, headers = 400, "text/plain", f"{error}\n", {}
        except EnvironmentProblem as error:
            status, kind, text, headers = 503, "text/plain", f"{error}\n", {"Retry-After": "5"}
        except NeoplexError as error:
            status, kind, text, headers = 400, "text/plain", f"{error}\n", {}
        data = text.encode("utf-8", "replace")
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
        self.send_header("Cache-Control", "no-store")
        for name, value in headers.items():
            self.send_header(name, value)
        if status >= 400:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
        if status >= 400:
            self.close_connection = True

    def _check_host(self) -> None:
        host = self.headers.get("Host", "")
        name = urlsplit(f"//{host}").hostname or ""
        if name not in LOOPBACK:
            raise _Refused(403, f"requests for {host!r} are refused; this endpoint is for this machine only")

    def _read_body(self) -> bytes:
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            raise _Refused(411, "a POST needs a Content-Length") from None
        if not 0 <= length <= _MOST_BYTES:
            raise _Refused(413, f"a request may have {_MOST_BYTES:,} bytes; this has {length:,}")
        return self.rfile.read(length)

    def _route(self, body: bytes) -> tuple[int, str, str, dict[str, str]]:
        url = urlsplit(self.path)
        if url.path == "/":
            return 200, _HTML, _home_page(), {}
        if url.path.startswith("/questions/") and url.path.endswith(".rq"):
            name = url.path.removeprefix("/questions/").removesuffix(".rq")
            return 200, "application/sparql-query", find_question(name).query, {}
        if url.path != ENDPOINT:
            raise _Refused(404, f"nothing is at {url.path}; queries go to {ENDPOINT}")
        return self._answer(_query_of(url.query, self.headers.get("Content-Type", ""), body, self.command))

    def _answer(self, query: str) -> tuple[int, str, str, dict[str, str]]:
        limits = self.service.limits
        judged = guard.judge(query, limits)
        if not self.places.acquire(timeout=_WAIT):
            raise _Refused(503, "other queries are running; try again", {"Retry-After": "5"})
        try:
            answer = guard.run_guarded(judged, self.service.home, limits)
        finally:
            self.places.release()
        cut = {"X-Neoplex-Cut": "true"} if getattr(answer, "cut", False) else {}
        offered = _GRAPH_TYPES if isinstance(answer, Triples) else _ROW_TYPES
        kind = choose_type(self.headers.get("Accept", ""), {**offered, _HTML: "html"})
        if kind is None:
            raise _Refused(406, f"this answer can be had as {', '.join(offered)}")
        if kind == _HTML:
            return 200, kind, _result_page(query, answer, LocalEngine.open(self.service.home)), cut
        return 200, kind, render.render(answer, render.Style(offered[kind])), cut


def _query_of(query_string: str, content_type: str, body: bytes, command: str) -> str:
    """The one query of a request; raises UsageError or a refusal for anything else."""
    kind = content_type.partition(";")[0].strip().lower()
    fields = parse_qs(query_string, keep_blank_values=True)
    if command == "POST":
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise UsageError(f"the request is not UTF-8: {error}") from error
        if kind == "application/sparql-query":
            fields["query"] = [*fields.get("query", []), text]
        elif kind == "application/x-www-form-urlencoded":
            for name, values in parse_qs(text, keep_blank_values=True).items():
                fields[name] = [*fields.get(name, []), *values]
        elif kind == "application/sparql-update":
            raise _Refused(403, "this endpoint only reads; updates are refused")
        else:
            raise _Refused(415, f"content type {kind!r} is not understood; send application/sparql-query or a form")
    if "update" in fields:
        raise _Refused(403, "this endpoint only reads; updates are refused")
    for name in ("default-graph-uri", "named-graph-uri"):
        if name in fields:
            raise UsageError(
                f"{name} is not taken; write FROM in the query, or leave it out for the union of all graphs"
            )
    queries = fields.get("query", [])
    if len(queries) != 1:
        raise UsageError(f"one query is expected; found {len(queries)}")
    return queries[0]


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>{body}</body></html>\n'
    )


def _form(query: str) -> str:
    return (
        f'<form action="{ENDPOINT}" method="get"><p><label for="query">SPARQL query</label></p>'
        f'<textarea id="query" name="query" rows="12">{escape(query)}</textarea><p><button>Run</button></p></form>'
    )


def _home_page() -> str:
    prefixes = ", ".join(sorted(PREFIXES))
    items = "".join(
        f'<li><a href="/questions/{escape(entry.name)}.rq">{escape(entry.name)}</a>: {escape(entry.summary)}</li>'
        for entry in list_questions()
    )
    return _page(
        "neoplex",
        f"<h1>neoplex</h1><p>A read-only SPARQL 1.1 endpoint at <code>{ENDPOINT}</code>. The prefixes {escape(prefixes)} need no "
        f"declaration. Research use; not a medical device.</p>{_form(_EXAMPLE)}<h2>Saved questions</h2><ul>{items}</ul>",
    )


def _result_page(query: str, answer: Answer, engine: LocalEngine) -> str:
    if isinstance(answer, Rows):
        style = render.Style("table", labels=fetch_labels(engine, render.iris_in(answer)))
        head = "".join(f"<th>{escape(render.heading(name))}</th>" for name in answer.variables)
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(render.cell_text(term, style))}</td>" for term in row) + "</tr>"
            for row in answer.rows
        )
        shown = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    else:
        shown = f"<pre>{escape(render.render(answer, render.Style('turtle' if isinstance(answer, Triples) else 'table')))}</pre>"
    return _page(
        "neoplex: answer", f'<p><a href="/">neoplex</a></p>{_form(query)}<p>{render.count_words(answer)}</p>{shown}'
    )
