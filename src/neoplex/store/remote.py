"""SPARQL stores elsewhere, asked over HTTP; the only module that knows SPARQLWrapper.

Comes in: a query and the address of a SPARQL 1.1 query endpoint. Goes out: the same answers as from the embedded store. The remote
store answers from its own default graph: load every graph of neoplex there, or let it take the union of its named graphs.
Never sends an update, never follows an address that is not HTTP.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import time
import urllib.error
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph as ox
from SPARQLWrapper import JSON, POST, SELECT, SPARQLExceptions, SPARQLWrapper

from neoplex import __version__
from neoplex.base.errors import EnvironmentProblem, LimitReached, UsageError
from neoplex.store.answers import Answer, Triples, collect, from_json, settle

_ACCEPT = (
    "application/sparql-results+json, application/json;q=0.9, application/n-triples;q=0.8, text/turtle;q=0.7, "
    "application/rdf+xml;q=0.5"
)
_LONGEST_GET = 1500
_BUSY = (429, 503)
_CHUNK = 1 << 16


@dataclass(frozen=True)
class RemoteStore:
    """A SPARQL endpoint.

    ``seconds`` is for one query with its retries; ``megabytes`` the largest answer; a busy store (429, 503) is asked up to
    ``tries`` times, after the pause it names or 1, 2, 4 … seconds.
    """

    url: str
    seconds: float = 60.0
    tries: int = 4
    megabytes: int = 256
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"{self.url!r} is no endpoint; give an address such as https://example.org/sparql")
        if parts.username or parts.password:
            raise UsageError("an endpoint address with a name or password in it is refused: it would show in logs")

    def answer(self, query: str, limit: int | None = None) -> Answer:
        """Answer one query; raises EnvironmentProblem, LimitReached, or UsageError when the store refuses the query itself."""
        deadline = time.monotonic() + self.seconds
        media_type, body = self._fetch(query, deadline)
        return self._read(media_type, body, limit)

    def _fetch(self, query: str, deadline: float) -> tuple[str, bytes]:
        for attempt in range(1, self.tries + 1):
            left = deadline - time.monotonic()
            if left <= 0:
                raise self._too_slow()
            try:
                response = self._wrapper(query, left).query().response
                return self._read_all(response, deadline)
            except urllib.error.HTTPError as error:
                if error.code not in _BUSY:
                    raise self._explain_status(error) from error
                pause = _pause(error, attempt)
                if attempt == self.tries or time.monotonic() + pause > deadline:
                    raise EnvironmentProblem(
                        f"{self.url} is busy (HTTP {error.code}), also after {attempt} tries; try again later"
                    ) from error
                self.sleep(pause)
            except SPARQLExceptions.QueryBadFormed as error:
                raise UsageError(f"{self.url} refuses the query: {_server_words(error)}") from error
            except SPARQLExceptions.EndPointNotFound as error:
                raise EnvironmentProblem(f"{self.url}: there is no SPARQL endpoint (HTTP 404)") from error
            except SPARQLExceptions.Unauthorized as error:
                raise EnvironmentProblem(
                    f"{self.url} wants a login (HTTP 401); neoplex asks open endpoints only"
                ) from error
            except SPARQLExceptions.SPARQLWrapperException as error:
                raise EnvironmentProblem(f"{self.url} failed: {_server_words(error)}") from error
            except TimeoutError as error:
                raise self._too_slow() from error
            except urllib.error.URLError as error:
                if isinstance(error.reason, TimeoutError):
                    raise self._too_slow() from error
                raise EnvironmentProblem(f"{self.url} cannot be reached: {_reason(error.reason)}") from error
            except (OSError, ValueError) as error:
                raise EnvironmentProblem(f"{self.url} broke off: {error}") from error
        raise AssertionError("the last try raises")

    def _wrapper(self, query: str, left: float) -> SPARQLWrapper:
        wrapper = SPARQLWrapper(self.url, agent=f"neoplex/{__version__}")
        wrapper.setOnlyConneg(True)
        wrapper.setReturnFormat(JSON)
        wrapper.setQuery(query)
        # The wrapper guesses the form with regular expressions and would send what it takes for an update elsewhere.
        wrapper.queryType = SELECT
        wrapper.setTimeout(max(1, int(left)))
        wrapper.addCustomHttpHeader("Accept", _ACCEPT)
        if len(query) > _LONGEST_GET:
            wrapper.setMethod(POST)
        return wrapper

    def _read_all(self, response: Any, deadline: float) -> tuple[str, bytes]:
        pieces: list[bytes] = []
        size = 0
        while piece := response.read(_CHUNK):
            pieces.append(piece)
            size += len(piece)
            if size > self.megabytes * 2**20:
                raise LimitReached(
                    f"the answer of {self.url} is larger than {self.megabytes} MiB; add LIMIT to the query"
                )
            if time.monotonic() > deadline:
                raise self._too_slow()
        return response.headers.get_content_type(), b"".join(pieces)

    def _read(self, media_type: str, body: bytes, limit: int | None) -> Answer:
        try:
            if media_type in ("application/sparql-results+json", "application/json"):
                return from_json(body, limit)
            if media_type in ("application/sparql-results+xml", "text/xml"):
                return collect(ox.parse_query_results(body, ox.QueryResultsFormat.XML), limit)
            rdf = ox.RdfFormat.from_media_type(media_type)
            if rdf is not None and media_type != "application/xml":
                triples = settle(quad.triple for quad in ox.parse(body, rdf))
                cut = limit is not None and len(triples) > limit
                return Triples(triples[:limit] if cut else triples, cut)
        except (SyntaxError, ValueError) as error:
            raise EnvironmentProblem(f"{self.url} sent {media_type} that cannot be read: {error}") from error
        start = re.sub(r"\s+", " ", body[:60].decode("utf-8", "replace")).strip()
        raise EnvironmentProblem(
            f"{self.url} answered with {media_type} ({start!r} …), not with SPARQL results: is it the query endpoint?"
        )

    def _explain_status(self, error: urllib.error.HTTPError) -> EnvironmentProblem:
        if error.code == 403:
            return EnvironmentProblem(f"{self.url} refuses access (HTTP 403)")
        return EnvironmentProblem(f"{self.url} failed: HTTP {error.code} {error.reason}")

    def _too_slow(self) -> LimitReached:
        return LimitReached(f"{self.url} did not answer within {self.seconds:g} s")


def _pause(error: urllib.error.HTTPError, attempt: int) -> float:
    named = (error.headers.get("Retry-After") or "").strip()
    return float(named) if named.isdigit() else float(2 ** (attempt - 1))


def _reason(reason: object) -> str:
    if isinstance(reason, ConnectionRefusedError):
        return "nothing listens there (connection refused)"
    if isinstance(reason, socket.gaierror):
        return "its name is unknown"
    return str(reason)


def _server_words(error: Exception) -> str:
    """What the store itself said, in one line of at most 300 characters."""
    text = str(error)
    match = re.search(r"Response:\s*b(['\"])(.*)\1\s*$", text, re.DOTALL)
    if match:
        text = match[2].encode("latin-1", "replace").decode("unicode_escape", "replace")
    with contextlib.suppress(ValueError, AttributeError):
        text = str(json.loads(text).get("message", text))
    text = " ".join(text.split())
    return text if len(text) <= 300 else text[:299] + "…"
