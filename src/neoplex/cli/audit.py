"""``neoplex audit``: the figures of the papers, recomputed from their own tables and text or from other papers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    from neoplex.store.embedded import Graph

_TEXT = "text"
_WORDS = {"match": "match", "mismatch": "mismatch", "not-recomputable": "not recomputable"}


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("audit", short_help="Recompute the papers' own figures.")(audit)


def audit(
    source: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="A publication; all of them if left out.")
    ] = None,
    verdict: Annotated[
        str | None, typer.Option("--verdict", metavar="V", help="Only match, mismatch or not-recomputable.")
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="text, table, csv, tsv, json, xml or md.")
    ] = _TEXT,
    output: terminal.OutputOption = None,
) -> None:
    """Recompute each figure a paper gives from its own table, its text or another paper.

    \b
    neoplex audit
    neoplex audit sanuki-2022 --verdict mismatch
    neoplex audit --format csv -o audit.csv

    A mismatch shows both figures with their units and places; which one is right is not decided here. Patients, sites
    and courses are different units. What nothing can check is listed with the reason.
    """
    from neoplex.ask import auditbook, render
    from neoplex.ask.engines import LocalEngine
    from neoplex.base.errors import UsageError, did_you_mean
    from neoplex.infer.audit import audit as recompute

    render.check_format(format_, (_TEXT, *render.ROW_FORMATS))
    if verdict is not None and verdict not in _WORDS:
        hint = did_you_mean(verdict, sorted(_WORDS)) or f"use {', '.join(sorted(_WORDS))}"
        raise UsageError(f"no verdict is called {verdict!r}; {hint}")
    graph = LocalEngine.open().graph
    findings = recompute(graph, _source(graph, source) if source else None)
    if verdict is not None:
        findings = tuple(f for f in findings if f.verdict == _WORDS[verdict])
    if format_ == _TEXT:
        text = "\n".join(auditbook.page(findings, terminal.screen_width())) + "\n" if findings else ""
    else:
        text = render.render(auditbook.rows(findings), render.Style(format_, terminal.screen_width()))
    terminal.emit(text, output)
    terminal.talk(auditbook.count(findings))


def _source(graph: Graph, name: str) -> str:
    """The publication of this id; raises UsageError with the nearest ids when it makes no claims."""
    from neoplex.base.errors import UsageError, did_you_mean
    from neoplex.base.names import SOURCE

    short = name.removeprefix("source:").removeprefix(SOURCE)
    rows = graph.query("SELECT DISTINCT ?s WHERE { { ?x a nx:Claim } UNION { ?x a nx:Case } ?x nx:reportedBy ?s }")
    known = sorted(row["s"].value.removeprefix(SOURCE) for row in rows)
    if short not in known:
        hint = did_you_mean(short, known) or f"publications are {', '.join(known)}"
        raise UsageError(f"no publication is called {name!r}; {hint}")
    return SOURCE + short
