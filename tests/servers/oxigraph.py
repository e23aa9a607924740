"""Oxigraph server, whose program comes in the PyPI package ``oxigraph`` (MIT / Apache-2.0)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.process import CannotStart, Server, free_port, running

INSTALL = "pip install oxigraph"


def program() -> str:
    """The server's program: beside this Python, else on the path."""
    found = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    if not found:
        raise CannotStart(f"Oxigraph server is not installed; {INSTALL}")
    return found


@contextmanager
def oxigraph(folder: Path, port: int = 0) -> Iterator[Server]:
    """Run Oxigraph server with its data below ``folder``.

    Its address for queries asks for the union of all graphs; the server's own option for that would refuse the rules' ``USING``.
    """
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    name = program()
    version = subprocess.run([name, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    command = [name, "serve", "--location", str(folder / "data"), "--bind", f"127.0.0.1:{port}"]
    base = f"http://127.0.0.1:{port}"
    with running(command, port, folder / "oxigraph.log", folder):
        yield Server("Oxigraph server", version, f"{base}/query?union-default-graph", f"{base}/update", f"{base}/store")
