"""HTTP to a store elsewhere: with a login, with patience for a busy one, within limits of time and size, with errors in words.

Comes in: a prepared request. Goes out: the whole response. A password or token comes from the environment or a netrc file, is
sent to the host it was meant for only, never in the clear to another machine, and never shown. Redirects to other hosts are not
followed. Never knows SPARQL.
"""

from __future__ import annotations

import http.client
import json
import netrc
import os
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from neoplex import __version__
from neoplex.base.errors import EnvironmentProblem, LimitReached, UsageError

USER = "NEOPLEX_ENDPOINT_USER"
PASSWORD = "NEOPLEX_ENDPOINT_PASSWORD"
TOKEN = "NEOPLEX_ENDPOINT_TOKEN"
IN_THE_CLEAR = "NEOPLEX_ENDPOINT_IN_THE_CLEAR"
AGENT = f"neoplex/{__version__}"

_BUSY = (429, 503)
_CHUNK = 1 << 16
_HOME = ("127.0.0.1", "::1", "localhost")
_SAID = 300


@dataclass(frozen=True)
class Login:
    """Who asks: a name and password, or a bearer token. Its text shows neither."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def find_login(url: str) -> Login | None:
    """The login for an address: a token or a name and password from the environment, else what a netrc file has for its host."""
    environment = os.environ
    if environment.get(TOKEN):
        return Login(token=environment[TOKEN])
    if environment.get(USER):
        return Login(environment[USER], environment.get(PASSWORD, ""))
    path = Path(environment.get("NETRC") or "~/.netrc").expanduser()
    if not path.is_file():
        return None
    try:
        found = netrc.netrc(str(path)).authenticators(urlsplit(url).hostname or "")
    except (netrc.NetrcParseError, OSError) as error:
        words = error.msg if isinstance(error, netrc.NetrcParseError) else error.strerror
        raise EnvironmentProblem(f"{path} cannot be read: {words}") from error
    return Login(found[0] or "", found[2] or "") if found else None


@dataclass(frozen=True)
class Response:
    """What came back: media type, headers, and the body in full."""

    media_type: str
    headers: http.client.HTTPMessage
    body: bytes


class Refused(Exception):
    """An answer with an HTTP status that is no success; ``words`` is what the store said, in one line."""

    def __init__(self, status: int, words: str) -> None:
        self.status = status
        self.words = words
        super().__init__(f"HTTP {status} {words}".strip())


def check_address(url: str) -> str:
    """The address itself; raises UsageError for one that is not HTTP or shows a password."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{url!r} is no endpoint; give an address such as https://example.org/sparql")
    if parts.username or parts.password:
        raise UsageError(
            f"an endpoint address with a name or password in it is refused: it would show in logs; set {USER} and {PASSWORD}"
        )
    return url


@dataclass(frozen=True)
class Web:
    """A way to one store: ``seconds`` for one exchange with its retries, ``megabytes`` the largest answer, ``tries`` in all."""

    seconds: float = 60.0
    tries: int = 4
    megabytes: int = 256
    login: Login | None = None
    sleep: Callable[[float], None] = time.sleep

    def send(self, request: urllib.request.Request) -> Response:
        """Send a request and read the whole answer; a busy store (429, 503) is asked again after the pause it names.

        Raises Refused for any other status that is no success, LimitReached when it takes too long or comes too large,
        EnvironmentProblem when the store cannot be reached, breaks off or sends elsewhere.
        """
        url = request.full_url.partition("?")[0]
        deadline = time.monotonic() + self.seconds
        self._add_token(request)
        for attempt in range(1, self.tries + 1):
            left = deadline - time.monotonic()
            if left <= 0:
                raise self._too_slow(url)
            try:
                self._greet(request, max(1.0, left))
                with self._opener.open(request, timeout=max(1.0, left)) as response:
                    return self._read(url, response, deadline)
            except urllib.error.HTTPError as error:
                if error.code not in _BUSY:
                    raise Refused(error.code, _server_words(error)) from error
                pause = _pause(error, attempt)
                if attempt == self.tries or time.monotonic() + pause > deadline:
                    tried = f"{attempt} {'try' if attempt == 1 else 'tries'}"
                    raise EnvironmentProblem(
                        f"{url} is busy (HTTP {error.code}), also after {tried}; try again later"
                    ) from error
                self.sleep(pause)
            except TimeoutError as error:
                raise self._too_slow(url) from error
            except urllib.error.URLError as error:
                if isinstance(error.reason, TimeoutError):
                    raise self._too_slow(url) from error
                raise EnvironmentProblem(f"{url} cannot be reached: {_reason(error.reason)}") from error
            except http.client.IncompleteRead as error:
                raise EnvironmentProblem(f"{url} broke off after {len(error.partial):,} bytes of its answer") from error
            except (OSError, ValueError, http.client.HTTPException) as error:
                raise EnvironmentProblem(f"{url} broke off: {error}") from error
        raise AssertionError("the last try raises")

    @cached_property
    def _opener(self) -> urllib.request.OpenerDirector:
        handlers: list[urllib.request.BaseHandler] = [_SameHost()]
        if self.login and self.login.user:
            known = _OneLogin(self.login.user, self.login.password)
            handlers += [_Basic(known), _Digest(known)]
        return urllib.request.build_opener(*handlers)

    @cached_property
    def _greeted(self) -> set[str]:
        return set()

    def _greet(self, request: urllib.request.Request, seconds: float) -> None:
        """Ask for nothing once, so that the login is settled before a large body travels: stores hang up on a body they refuse."""
        url = request.full_url.partition("?")[0]
        if request.data is None or not (self.login and self.login.user) or url in self._greeted:
            return
        self._greeted.add(url)
        hello = urllib.request.Request(f"{url}?graph=urn:neoplex:nothing", headers={"User-Agent": AGENT})
        with suppress(OSError, http.client.HTTPException), self._opener.open(hello, timeout=seconds) as response:
            response.read(_CHUNK)

    def _add_token(self, request: urllib.request.Request) -> None:
        if self.login and self.login.token:
            _check_privacy(request.full_url, "a token")
            request.add_unredirected_header("Authorization", f"Bearer {self.login.token}")

    def _read(self, url: str, response: Any, deadline: float) -> Response:
        pieces: list[bytes] = []
        size = 0
        while piece := response.read(_CHUNK):
            pieces.append(piece)
            size += len(piece)
            if size > self.megabytes * 2**20:
                raise LimitReached(f"the answer of {url} is larger than {self.megabytes} MiB; add LIMIT to the query")
            if time.monotonic() > deadline:
                raise self._too_slow(url)
        if response.length:  # fewer bytes came than were announced
            raise http.client.IncompleteRead(b"".join(pieces), response.length)
        return Response(response.headers.get_content_type(), response.headers, b"".join(pieces))

    def _too_slow(self, url: str) -> LimitReached:
        return LimitReached(f"{url} did not answer within {self.seconds:g} s")


class _OneLogin(urllib.request.HTTPPasswordMgr):
    """One name and password, whatever the realm is called."""

    def __init__(self, user: str, password: str) -> None:
        super().__init__()
        self._pair = (user, password)

    def find_user_password(self, realm: str, authuri: str) -> tuple[str, str]:
        return self._pair


class _Basic(urllib.request.HTTPBasicAuthHandler):
    """HTTP basic, but never a password in the clear to another machine."""

    def retry_http_basic_auth(self, host: str, req: urllib.request.Request, realm: str) -> Any:
        _check_privacy(req.full_url, "a password")
        return super().retry_http_basic_auth(host, req, realm)


class _Digest(urllib.request.HTTPDigestAuthHandler):
    """HTTP digest that answers a known challenge at once instead of sending each body twice."""

    _known: dict[str, dict[str, str]]

    def retry_http_digest_auth(self, req: urllib.request.Request, auth: str) -> Any:
        words = urllib.request.parse_http_list(auth.split(" ", 1)[1])
        self._challenges()[_place(req)] = urllib.request.parse_keqv_list([word for word in words if word])
        return super().retry_http_digest_auth(req, auth)

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        challenge = self._challenges().get(_place(request))
        if challenge and not request.has_header(self.auth_header):
            answer = self.get_authorization(request, challenge)
            if answer:
                request.add_unredirected_header(self.auth_header, f"Digest {answer}")
        return request

    https_request = http_request

    def _challenges(self) -> dict[str, dict[str, str]]:
        if not hasattr(self, "_known"):
            self._known = {}
        return self._known


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follow redirects of a reading request within one host; anything else is an error that names the other address."""

    def redirect_request(self, req: urllib.request.Request, *rest: Any) -> urllib.request.Request | None:
        target = urljoin(req.full_url, str(rest[-1]))
        old, new = urlsplit(req.full_url), urlsplit(target)
        safe = (old.scheme, old.netloc) == (new.scheme, new.netloc) or (old.scheme, new.scheme) == ("http", "https")
        if req.get_method() not in ("GET", "HEAD") or old.hostname != new.hostname or not safe:
            plain = target.partition("?")[0]
            raise EnvironmentProblem(
                f"{req.full_url.partition('?')[0]} sends to another address, {plain}; give that one if you trust it"
            )
        return super().redirect_request(req, *rest)


def _place(request: urllib.request.Request) -> str:
    return request.full_url.partition("?")[0]


def _check_privacy(url: str, what: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _HOME and not os.environ.get(IN_THE_CLEAR):
        raise EnvironmentProblem(
            f"{what} is not sent in the clear to {parts.hostname}; use an https address, or set {IN_THE_CLEAR}=1"
        )


def _pause(error: urllib.error.HTTPError, attempt: int) -> float:
    """How long to wait: what the store names, in seconds or as a date, else 1, 2, 4 … seconds."""
    named = (error.headers.get("Retry-After") or "").strip()
    if named.isdigit():
        return float(named)
    with suppress(ValueError, TypeError):
        return max(0.0, parsedate_to_datetime(named).timestamp() - time.time())
    return float(2 ** (attempt - 1))


def _reason(reason: object) -> str:
    if isinstance(reason, ConnectionRefusedError):
        return "nothing listens there (connection refused)"
    if isinstance(reason, socket.gaierror):
        return "its name is unknown"
    return str(reason)


def _server_words(error: urllib.error.HTTPError) -> str:
    """What the store itself said, in one line without markup and of at most 300 characters."""
    try:
        text = error.read(20_000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        text = ""
    with suppress(ValueError, AttributeError):
        text = str(json.loads(text).get("message", text))
    if "<html" in text[:500].lower():
        text = re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    text = " ".join(text.split()) or str(error.reason)
    return text if len(text) <= _SAID else text[: _SAID - 1] + "…"
