"""A server as a process: a free port, a wait until it answers, an end that leaves nothing behind.

Comes in: a command line. Goes out: :class:`Server` with the addresses to use. Never touches a process it did not start.
"""

from __future__ import annotations

import http.client
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class CannotStart(Exception):
    """A server that is not installed or does not come up; the message is one sentence for people."""


@dataclass(frozen=True)
class Server:
    """Where a running server is asked, updated and given graphs, and who may do so."""

    name: str
    version: str
    query: str
    update: str
    graph_store: str
    user: str = ""
    password: str = ""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: Sequence[str], port: int, log: Path, folder: Path, seconds: float = 60.0) -> Iterator[None]:
    """Run a command until the block ends, once it answers HTTP on ``port``; its words go to ``log``."""
    with log.open("wb") as words:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=words, stderr=words)
        try:
            _wait(process, port, log, seconds)
            yield
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            last = log.read_text("utf-8", "replace").strip().splitlines()[-1:] or ["it said nothing"]
            raise CannotStart(f"{Path(str(process.args[0])).name} ended at once: {last[0]}")  # type: ignore[index]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
        finally:
            connection.close()
    raise CannotStart(f"nothing answered on port {port} within {seconds:g} s; see {log}")
