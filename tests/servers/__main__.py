"""Start a server by hand: ``python -m tests.servers oxigraph|virtuoso [--folder F] [--port N]``; Ctrl-C stops it."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.servers.oxigraph import oxigraph
from tests.servers.process import CannotStart
from tests.servers.virtuoso import virtuoso

SERVERS = {"oxigraph": oxigraph, "virtuoso": virtuoso}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description="Run a SPARQL server on 127.0.0.1.")
    parser.add_argument("server", choices=sorted(SERVERS))
    parser.add_argument("--folder", type=Path, help="keep the data here; a folder that is thrown away when not given")
    parser.add_argument("--port", type=int, default=0, help="the port of its HTTP side; any free one when not given")
    wanted = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with ExitStack() as stack:
        folder = wanted.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="neoplex-server-")))
        try:
            server = stack.enter_context(SERVERS[wanted.server](folder, wanted.port))
        except CannotStart as error:
            print(error, file=sys.stderr)
            return 3
        print(f"{server.name} {server.version}, data in {folder}")
        print(f"  query        {server.query}\n  update       {server.update}\n  graph store  {server.graph_store}")
        if server.user:
            print(f"  login        {server.user} / {server.password} (HTTP digest)")
        print("Ctrl-C stops it.", flush=True)
        with suppress(KeyboardInterrupt):
            signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
