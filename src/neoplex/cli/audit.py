"""``neoplex audit``: the figures of the papers, recomputed from their own tables and text or from other papers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neoplex.infer.audit import Finding
    from neoplex.store.answers import Rows
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
    from neoplex.ask import render
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
        text = "\n".join(_page(findings)) + "\n" if findings else ""
    else:
        text = render.render(_rows(findings), render.Style(format_, terminal.screen_width()))
    terminal.emit(text, output)
    terminal.talk(_count(findings))


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


def _page(findings: Sequence[Finding]) -> list[str]:
    from neoplex.ask import layout
    from neoplex.base.names import SOURCE

    width = terminal.screen_width()
    lines: list[str] = []
    last = ("", "")
    for finding in findings:
        paper = finding.source.removeprefix(SOURCE)
        group = finding.verdict + (f": {finding.reason}" if finding.reason else "")
        if last[0] != paper:
            lines += ([""] if lines else []) + [paper]
        if last != (paper, group):
            lines += ["", f"  {group[0].upper()}{group[1:]}"]
        last = (paper, group)
        lines += _entry(finding, width) if not finding.reason else _listed(finding, width)
    return layout.visible_lines("\n".join(lines)).split("\n")


def _entry(finding: Finding, width: int) -> list[str]:
    from neoplex.ask import layout
    from neoplex.infer.audit import COMPARISONS

    printed = f"{finding.printed} " if finding.printed else "stated "
    beside = f" (beside it: {', '.join(map(str, finding.beside))})" if finding.beside else ""
    pairs = [
        ("printed", f"{printed}[{'; '.join(finding.places)}]"),
        ("recomputed", f"{finding.recomputed}{beside} [{'; '.join(finding.used)}]"),
        ("how", finding.recomputes),
    ]
    if finding.compare != "equal":
        pairs.append(("test", COMPARISONS[finding.compare]))
    if finding.tolerance != "none":
        pairs.append(("tolerance", finding.tolerance))
    pairs.append(("query", f"{finding.query}.rq"))
    head = layout.wrap(f"{_name(finding)}: {finding.measure}", width, "    ", "      ")
    return [*head, *layout.definitions(pairs, width, indent=6, column=19)]


def _listed(finding: Finding, width: int) -> list[str]:
    from neoplex.ask import layout

    figure = f", {finding.printed}" if finding.printed else ""
    text = f"{_name(finding)}: {finding.measure}{figure} [{'; '.join(finding.places)}]. {finding.words}"
    return layout.wrap(text, width, "    ", "      ")


def _name(finding: Finding) -> str:
    return finding.claim.rpartition("/")[2]


def _rows(findings: Sequence[Finding]) -> Rows:
    import pyoxigraph as ox

    from neoplex.store.answers import Rows

    names = "source claim verdict measure printed places recomputed beside used how test tolerance query reason"

    def text(words: object) -> ox.Literal:
        return ox.Literal(str(words) if words is not None else "")

    rows = tuple(
        (
            ox.NamedNode(f.source),
            ox.NamedNode(f.claim),
            text(f.verdict),
            text(f.measure),
            text(f.printed),
            text("; ".join(f.places)),
            text(f.recomputed),
            text("; ".join(map(str, f.beside))),
            text("; ".join(f.used)),
            text(f.recomputes),
            text(f.compare),
            text(f.tolerance),
            text(f.query),
            text(f"{f.reason}: {f.words}" if f.reason else ""),
        )
        for f in findings
    )
    return Rows(tuple(names.split()), rows)


def _count(findings: Sequence[Finding]) -> str:
    from neoplex.infer.audit import VERDICTS

    counts = [(sum(f.verdict == verdict for f in findings), verdict) for verdict in VERDICTS]
    return f"{len(findings)} figures and statements: " + ", ".join(f"{number} {verdict}" for number, verdict in counts)
