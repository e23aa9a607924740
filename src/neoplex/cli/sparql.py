"""``neoplex sparql``: any query, within limits."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from neoplex.cli import terminal


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("sparql", short_help="Run a SPARQL query of your own, within limits.")(sparql)


def sparql(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A file with the query; - reads stdin.")] = None,
    text: Annotated[str | None, typer.Option("--execute", "-e", metavar="TEXT", help="The query itself.")] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format", "-f", metavar="FORMAT", help="Rows: table, csv, tsv, json, xml, md. Graphs: turtle, nt, jsonld."
        ),
    ] = None,
    output: terminal.OutputOption = None,
    limit: terminal.LimitOption = 1000,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0.1, help="Stop after this time.")
    ] = 30.0,
    endpoint: terminal.EndpointOption = None,
    ids: terminal.IdsOption = False,
) -> None:
    """Run a SPARQL query of your own: SELECT, ASK, CONSTRUCT or DESCRIBE.

    \b
    neoplex sparql -e 'SELECT ?case ?sex { ?case nx:sex ?sex } ORDER BY ?case'
    neoplex sparql my-query.rq --format csv -o rows.csv
    neoplex sparql -e 'DESCRIBE nx:PsoasMajor' --format turtle

    The prefixes of neoplex (nx, atlas, case, source, graph, rdf, rdfs, owl, skos …) need no declaration. Queries run on the
    union of all graphs, only read, fetch nothing, and stop at limits of time, memory, rows and nesting.
    """
    from neoplex.ask import guard, render
    from neoplex.ask.engines import LocalEngine
    from neoplex.ask.vocabulary import Engine, fetch_labels
    from neoplex.store.answers import Rows

    if format_ is not None:
        render.check_format(format_)
    query = _read(file, text)
    limits = guard.Limits(seconds=timeout, rows=limit)
    judged = guard.judge(query, limits)
    engine: Engine
    if endpoint:
        from neoplex.store.remote import RemoteStore

        engine = RemoteStore.open(endpoint, seconds=timeout)
        answer = engine.answer(judged.query, limit or None)
        if isinstance(answer, Rows):
            answer = guard.order_columns(answer, judged)
    else:
        engine = LocalEngine.open()
        for warning in guard.find_unknown_terms(judged, engine):
            terminal.talk(warning)
        answer = guard.run_guarded(judged, None, limits)
    style = render.Style(format_ or "table", terminal.screen_width(), ids)
    if render.needs_labels(style):
        style = render.Style(style.format, style.width, ids, labels=fetch_labels(engine, render.iris_in(answer)))
    terminal.emit(render.render(answer, style), output)
    terminal.talk(render.count_words(answer) + (" (raise --limit)" if getattr(answer, "cut", False) else ""))


def _read(file: Path | None, text: str | None) -> str:
    from neoplex.base.errors import UsageError

    if text is not None and file is not None:
        raise UsageError("give the query with -e or as a file, not both")
    if text is not None:
        return text
    if file is None and sys.stdin.isatty():
        raise UsageError("there is no query: give it with -e 'SELECT …', as a file, or on stdin")
    try:
        data = sys.stdin.buffer.read() if file is None or str(file) == "-" else file.read_bytes()
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"the query is not UTF-8: {error}") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
