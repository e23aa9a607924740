"""``neoplex publish`` and ``neoplex infer``: the graph in a store elsewhere, and inference inside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    from neoplex.store.answers import Rows
    from neoplex.store.publish import Outcome

EndpointOption = Annotated[str, typer.Option("--endpoint", metavar="URL", help="Where the store is asked.")]
UpdateOption = Annotated[str, typer.Option("--update", metavar="URL", help="Where it takes SPARQL updates.")]
TimeoutOption = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", min=1, help="For one exchange with its retries.")
]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("publish", short_help="Put the graph into a SPARQL store elsewhere.")(publish)
    app.command("infer", short_help="Run the rules inside a SPARQL store elsewhere.")(infer)


def publish(
    endpoint: EndpointOption,
    update: UpdateOption = "",
    graph_store: Annotated[
        str, typer.Option("--graph-store", metavar="URL", help="Where it takes whole graphs (graph-store protocol).")
    ] = "",
    graphs: Annotated[
        list[str] | None, typer.Option("--graph", metavar="GRAPH", help="Only this graph, as case:ID or graph:NAME.")
    ] = None,
    inferred: Annotated[
        bool, typer.Option(help="Whether inferred graphs of cases go too; see `neoplex infer`.")
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Send also what is there already.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Send nothing; read everything back and compare.")] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Take out graphs that an earlier run put there and that are gone here.")
    ] = False,
    timeout: TimeoutOption = 120.0,
    format_: terminal.FormatOption = "table",
    output: terminal.OutputOption = None,
) -> None:
    """Put the built graph into a SPARQL 1.1 store elsewhere, each named graph whole or not at all.

    \b
    neoplex publish --endpoint 'http://localhost:7878/query?union-default-graph' \\
      --update http://localhost:7878/update

    A graph is staged, read back, compared by number and hash, and then moved into place. What is there already is skipped,
    so a run that broke off can be run again. A login comes from NEOPLEX_ENDPOINT_USER and NEOPLEX_ENDPOINT_PASSWORD, from
    NEOPLEX_ENDPOINT_TOKEN, or from a netrc file.
    """
    from neoplex.ask import render
    from neoplex.ask.engines import LocalEngine
    from neoplex.base.errors import EnvironmentProblem, UsageError
    from neoplex.store import publish as post
    from neoplex.store.remote import RemoteStore

    render.check_format(format_, render.ROW_FORMATS)
    if not update and not graph_store and not verify:
        raise UsageError("say where the store is written: --update URL, --graph-store URL, or both")
    if prune and graphs:
        raise UsageError("--prune looks at all graphs; leave --graph out")
    remote = RemoteStore.open(endpoint, update=update, graph_store=graph_store, seconds=timeout)
    store = LocalEngine.open().graph.store
    here = sorted(name.value for name in store.named_graphs())
    chosen = _choose(here, graphs or [], inferred)
    if verify:
        faults = post.verify(store, chosen, remote, terminal.report_progress)
        if faults:
            raise EnvironmentProblem(
                "; ".join(faults[:5]) + (f"; and {len(faults) - 5} more" if len(faults) > 5 else "")
            )
        terminal.talk(f"{len(chosen):,} graphs are there as they are here")
        return
    outcomes = post.publish(store, chosen, remote, force=force, progress=terminal.report_progress)
    gone = [] if graphs else [name for name in post.published_graphs(remote) if name not in here]
    if gone and prune:
        outcomes += post.remove(remote, gone)
    terminal.emit(render.render(_rows(outcomes), render.Style(format_, terminal.screen_width())), output)
    if gone and not prune:
        terminal.talk(f"{len(gone):,} graphs there are gone here; --prune takes them out")
    states = (post.NEW, post.CHANGED, post.SAME, post.GONE)
    counts = [(state, sum(outcome.state == state for outcome in outcomes)) for state in states]
    terminal.talk(", ".join(f"{number:,} {state}" for state, number in counts if number))


def infer(
    endpoint: EndpointOption,
    update: UpdateOption,
    cases: Annotated[list[str] | None, typer.Argument(metavar="[CASE]…", help="Only these cases.")] = None,
    graph_store: Annotated[
        str, typer.Option("--graph-store", metavar="URL", help="Where graphs are read whole; quicker than rows.")
    ] = "",
    batch: Annotated[int, typer.Option("--batch", metavar="N", min=1, help="Cases to a batch.")] = 20,
    timeout: TimeoutOption = 300.0,
) -> None:
    """Run the rules inside a SPARQL 1.1 store as updates, over the cases it holds, and replace their inferred graphs.

    \b
    neoplex infer --endpoint 'http://localhost:7878/query?union-default-graph' \\
      --update http://localhost:7878/update

    Rules run there, stratum by stratum. Routes, lesions and criteria are searched here over what the store holds, and
    uploaded. A batch is put in force when all of it is done; a rule that the store refuses ends the run.
    """
    from neoplex.base import paths
    from neoplex.base.errors import UsageError
    from neoplex.base.names import CASE, compact
    from neoplex.infer.remote import infer_remotely, remote_cases
    from neoplex.infer.rules import read_rules
    from neoplex.read.criteria import criteria_files, read_criteria
    from neoplex.read.lexicon import load_lexicon
    from neoplex.store.remote import RemoteStore

    remote = RemoteStore.open(endpoint, update=update, graph_store=graph_store, seconds=timeout)
    root = paths.shipped_root()
    rules = read_rules(root / "queries" / "rules")
    sets = read_criteria(criteria_files(root, paths.home()), load_lexicon(root))
    there = remote_cases(remote)
    if not there:
        raise UsageError(f"{endpoint} holds no case; put some there with `neoplex publish`")
    chosen = [CASE + name.removeprefix("case:") for name in cases or ()] or there
    for iri in chosen:
        if iri not in there:
            raise UsageError(f"{endpoint} holds no {compact(iri)}")
    total = infer_remotely(remote, rules, sets, chosen, batch=batch, progress=terminal.report_progress)
    terminal.talk(
        f"{total:,} triples follow for {len(chosen):,} cases, by {len(rules)} rules there and the searches here"
    )


def _choose(here: list[str], names: list[str], inferred: bool) -> list[str]:
    from neoplex.base.errors import UsageError, did_you_mean
    from neoplex.base.names import CASE, compact, expand

    for name in names:
        if expand(name) not in here:
            hint = did_you_mean(name, [compact(graph) for graph in here])
            raise UsageError(f"no graph is called {name!r}; {hint}".rstrip("; "))
    chosen = [expand(name) for name in names] or here
    return [graph for graph in chosen if inferred or not (graph.startswith(CASE) and graph.endswith("/inferred"))]


def _rows(outcomes: list[Outcome]) -> Rows:
    import pyoxigraph as ox

    from neoplex.base.names import compact
    from neoplex.store.answers import Rows

    cells = [(compact(outcome.graph), str(outcome.triples), outcome.state) for outcome in outcomes]
    return Rows(("graph", "triples", "state"), tuple(tuple(ox.Literal(cell) for cell in row) for row in cells))
