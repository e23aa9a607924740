"""SPARQL stores elsewhere, asked and written over HTTP; the only module that knows SPARQLWrapper.

Comes in: a query, an update or a graph, and the addresses of a SPARQL 1.1 store. Goes out: the same answers as from the embedded
store. The remote store answers from its own default graph: load every graph of neoplex there, and let it take the union of its
named graphs. An answer that a store cut is asked for page by page, or refused, never passed on as if it were whole.
"""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NoReturn
from urllib.parse import quote

import pyoxigraph as ox
from SPARQLWrapper import INSERT, JSON, POST, SELECT, SPARQLWrapper

from neoplex.base.errors import EnvironmentProblem, LimitReached, UsageError
from neoplex.store.answers import Answer, Rows, Triples, collect, from_json, settle, straighten
from neoplex.store.web import AGENT, PASSWORD, TOKEN, USER, Login, Refused, Response, Web, check_address, find_login

_ACCEPT = (
    "application/sparql-results+json, application/json;q=0.9, application/n-triples;q=0.8, text/turtle;q=0.7, "
    "application/rdf+xml;q=0.5"
)
_NTRIPLES = "application/n-triples"
_LONGEST_GET = 1500
_SORTED = re.compile(r"\bORDER\s+BY\b[^{}]*\Z", re.IGNORECASE)
_PAGED = re.compile(r"\b(?:LIMIT|OFFSET)\s+\d+[^{}]*\Z", re.IGNORECASE)
_NODE_ID = re.compile(rb'("type"\s*:\s*"bnode"\s*,\s*"value"\s*:\s*")nodeID://')
"""A spelling of blank nodes (Virtuoso's) that is no label by the standard."""
_CUT_AFTER = "X-SPARQL-MaxRows"
_GAVE_UP = "X-SQL-State"


@dataclass(frozen=True)
class RemoteStore:
    """A SPARQL store: where it is asked (``url``), updated (``update_url``) and given graphs (``graph_store``).

    ``seconds`` is for one exchange with its retries; ``megabytes`` the largest answer; a busy store (429, 503) is asked up to
    ``tries`` times, after the pause it names or 1, 2, 4 … seconds.
    """

    url: str
    seconds: float = 60.0
    tries: int = 4
    megabytes: int = 256
    sleep: Callable[[float], None] = time.sleep
    update_url: str = ""
    graph_store: str = ""
    login: Login | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for address in (self.url, self.update_url, self.graph_store):
            if address:
                check_address(address)

    @staticmethod
    def open(url: str, *, update: str = "", graph_store: str = "", seconds: float = 60.0) -> RemoteStore:
        """The store at these addresses, with the login that the environment or a netrc file has for it."""
        check_address(url)
        login = find_login(url)
        return RemoteStore(url, seconds, update_url=update, graph_store=graph_store, login=login)

    def answer(self, query: str, limit: int | None = None) -> Answer:
        """Answer one query; raises EnvironmentProblem, LimitReached, or UsageError when the store refuses the query itself."""
        answer, cap = self._ask(query, limit)
        if cap is None or not isinstance(answer, Rows) or len(answer.rows) < cap or answer.cut:
            return answer
        return self._page(query, answer, cap, limit)

    def update(self, text: str) -> None:
        """Run one SPARQL update; raises as :meth:`answer` does."""
        if not self.update_url:
            raise UsageError("the store has no address for updates; give it with --update")
        wrapper = SPARQLWrapper(self.update_url, agent=AGENT)
        wrapper.setQuery(text)
        wrapper.queryType = INSERT
        wrapper.setMethod(POST)
        self._send(wrapper._createRequest(), "update")

    def put_graph(self, graph: str, ntriples: bytes) -> None:
        """Replace one graph by the graph-store protocol."""
        self._send(self._graph_request("PUT", graph, ntriples), "graph")

    def get_graph(self, graph: str) -> list[ox.Triple]:
        """The triples of one graph by the graph-store protocol; none when there is no such graph."""
        try:
            response = self._web.send(self._graph_request("GET", graph))
        except Refused as error:
            if error.status == 404:
                return []
            self._explain(self.graph_store, error, "graph")
        rdf = ox.RdfFormat.from_media_type(response.media_type)
        if rdf is None or response.media_type == "application/xml":
            raise self._not_sparql(self.graph_store, response)
        try:
            return [quad.triple for quad in ox.parse(response.body, rdf)]
        except (SyntaxError, ValueError) as error:
            raise EnvironmentProblem(f"{self.graph_store} sent a graph that cannot be read: {error}") from error

    def delete_graph(self, graph: str) -> None:
        """Remove one graph by the graph-store protocol; a graph that is not there is no fault."""
        try:
            self._web.send(self._graph_request("DELETE", graph))
        except Refused as error:
            if error.status != 404:
                self._explain(self.graph_store, error, "graph")

    @cached_property
    def _web(self) -> Web:
        return Web(self.seconds, self.tries, self.megabytes, self.login, self.sleep)

    def _ask(self, query: str, limit: int | None) -> tuple[Answer, int | None]:
        """An answer, and after how many rows this store cuts every answer, where it says so."""
        wrapper = SPARQLWrapper(self.url, agent=AGENT)
        wrapper.setOnlyConneg(True)
        wrapper.setReturnFormat(JSON)
        wrapper.setQuery(query)
        # The wrapper guesses the form with regular expressions and would send what it takes for an update elsewhere.
        wrapper.queryType = SELECT
        wrapper.addCustomHttpHeader("Accept", _ACCEPT)
        if len(query) > _LONGEST_GET or "?" in self.url:
            wrapper.setMethod(POST)
        # The wrapper prepares the request; sending it ourselves keeps logins, redirects and retries in one place.
        response = self._send(wrapper._createRequest(), "query")
        cap = response.headers.get(_CUT_AFTER, "").strip()
        return self._read(self.url, response, limit), int(cap) if cap.isdigit() and int(cap) else None

    def _page(self, query: str, first: Rows, cap: int, limit: int | None) -> Rows:
        if _PAGED.search(query) or not _SORTED.search(query):
            raise LimitReached(
                f"{self.url} cuts every answer after {cap:,} rows; ask in pieces with ORDER BY, LIMIT and OFFSET"
            )
        rows = list(first.rows)
        while limit is None or len(rows) <= limit:
            more, _ = self._ask(f"{query}\nLIMIT {cap} OFFSET {len(rows)}", None)
            assert isinstance(more, Rows)
            rows += more.rows
            if len(more.rows) < cap:
                break
        cut = limit is not None and len(rows) > limit
        return Rows(first.variables, tuple(rows[:limit] if cut else rows), cut)

    def _graph_request(self, method: str, graph: str, body: bytes | None = None) -> urllib.request.Request:
        if not self.graph_store:
            raise UsageError("the store has no address for graphs; give it with --graph-store")
        mark = "&" if "?" in self.graph_store else "?"
        request = urllib.request.Request(f"{self.graph_store}{mark}graph={quote(graph, safe='')}", body, method=method)
        request.add_header("User-Agent", AGENT)
        request.add_header("Accept", f"{_NTRIPLES}, text/turtle;q=0.7, */*;q=0.1")
        if body is not None:
            request.add_header("Content-Type", _NTRIPLES)
        return request

    def _send(self, request: urllib.request.Request, what: str) -> Response:
        url = request.full_url.partition("?")[0]
        try:
            response = self._web.send(request)
        except Refused as error:
            self._explain(url, error, what)
        if response.headers.get(_GAVE_UP, "").strip() == "S1TAT":
            raise LimitReached(f"{url} gave up at its own time limit and sent only a part of the answer")
        return response

    def _explain(self, url: str, error: Refused, what: str) -> NoReturn:
        status = error.status
        if status == 400:
            raise UsageError(f"{url} refuses the {what}: {error.words}") from error
        if status == 401:
            words = (
                "does not accept this login" if self.login else f"wants a login; set {USER} and {PASSWORD}, or {TOKEN}"
            )
            raise EnvironmentProblem(f"{url} {words} (HTTP 401)") from error
        if status == 403:
            raise EnvironmentProblem(f"{url} refuses access (HTTP 403): {error.words}") from error
        if status == 404:
            raise EnvironmentProblem(f"{url}: there is no SPARQL endpoint (HTTP 404)") from error
        if status == 405:
            raise EnvironmentProblem(f"{url} does not take this kind of request (HTTP 405): {error.words}") from error
        raise EnvironmentProblem(f"{url} failed (HTTP {status}): {error.words}") from error

    def _read(self, url: str, response: Response, limit: int | None) -> Answer:
        media_type, body = response.media_type, response.body
        try:
            if media_type in ("application/sparql-results+json", "application/json"):
                return straighten(from_json(_NODE_ID.sub(rb"\1", body), limit))
            if media_type in ("application/sparql-results+xml", "text/xml"):
                return straighten(collect(ox.parse_query_results(body, ox.QueryResultsFormat.XML), limit))
            rdf = ox.RdfFormat.from_media_type(media_type)
            if rdf is not None and media_type != "application/xml":
                triples = settle(quad.triple for quad in ox.parse(body, rdf))
                cut = limit is not None and len(triples) > limit
                return Triples(triples[:limit] if cut else triples, cut)
        except (SyntaxError, ValueError) as error:
            raise EnvironmentProblem(f"{url} sent {media_type} that cannot be read: {error}") from error
        raise self._not_sparql(url, response)

    def _not_sparql(self, url: str, response: Response) -> EnvironmentProblem:
        start = re.sub(r"\s+", " ", response.body[:60].decode("utf-8", "replace")).strip()
        kind = f"{response.media_type} ({start!r} …)"
        return EnvironmentProblem(f"{url} answered with {kind}, not with SPARQL results: is it the query endpoint?")
