"""``neoplex serve``: a read-only SPARQL endpoint on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from neoplex.cli import terminal


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("serve", short_help="Answer SPARQL over HTTP on this machine, read-only.")(serve)


def serve(
    port: Annotated[
        int, typer.Option("--port", "-p", metavar="N", min=0, max=65535, help="0 takes a free one.")
    ] = 8089,
    host: Annotated[str, typer.Option("--host", metavar="NAME", help="127.0.0.1, ::1 or localhost.")] = "127.0.0.1",
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0.1, help="Stop a query after this time.")
    ] = 30.0,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="At most N rows an answer.")] = 10_000,
) -> None:
    """Answer SPARQL over HTTP on this machine, read-only, until Ctrl-C.

    \b
    neoplex serve
    neoplex serve --port 9000 --timeout 120

    SPARQL clients use http://127.0.0.1:8089/sparql; a browser gets a page with a form at http://127.0.0.1:8089/. Queries run
    within the limits of `neoplex sparql`. Other machines are not let in.
    """
    from neoplex.ask.guard import Limits
    from neoplex.ask.server import ENDPOINT, Service, open_server

    server = open_server(Service(limits=Limits(seconds=timeout, rows=limit)), host, port)
    name = f"[{host}]" if ":" in host else host
    terminal.talk(f"SPARQL at http://{name}:{server.server_address[1]}{ENDPOINT}; Ctrl-C ends it")
    with server:
        server.serve_forever(poll_interval=0.2)
