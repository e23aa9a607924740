"""``neoplex explain``: the proof of a conclusion, the reasons of a fact's class, or why something was not concluded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    from neoplex.ask.engines import LocalEngine
    from neoplex.ask.vocabulary import Vocabulary
    from neoplex.store.answers import Rows

_TREE = "tree"
_FORMATS = (_TREE, "json", "ttl")
_LIST_FORMATS = ("tree", "table", "csv", "tsv", "json", "xml", "md")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("explain", short_help="Show why something was concluded, or why not.")(explain)


def explain(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The id of a case, or a class of the ontology.")],
    statement: Annotated[
        str | None,
        typer.Argument(metavar="[STATEMENT]", help="A conclusion or fact by its id, a wider class, or 'list'."),
    ] = None,
    why_not: Annotated[
        str | None,
        typer.Option("--why-not", metavar="TEXT", help="Such as 'at risk left femoral nerve' or 'upper level left'."),
    ] = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format", "-f", metavar="FORMAT", help="tree, json or ttl; a list also table, csv, tsv, xml or md."
        ),
    ] = _TREE,
    output: terminal.OutputOption = None,
) -> None:
    """Show the proof of a conclusion: rule, premises, and where each of them stands.

    \b
    neoplex explain sanuki-2022-8 list
    neoplex explain sanuki-2022-5 finding/infiltration
    neoplex explain "quadriceps weakness" "motor deficit"
    neoplex explain shi-2021 --why-not "involved left psoas major"

    Every branch ends in a passage of a paper or in a table row with its source. For a fact the axioms are
    shown that make it more than its own kind; for two classes the chain of axioms between them.
    """
    from neoplex.ask.engines import LocalEngine
    from neoplex.base.errors import UsageError

    engine = LocalEngine.open()
    if statement is None and why_not is None:
        raise UsageError("name a statement (`list` shows them all) or ask with --why-not")
    if statement is not None and why_not is not None:
        raise UsageError("name a statement or ask with --why-not, not both")
    subject, is_class = _subject(engine, case, statement)
    if is_class:
        text = _classes(engine, subject, statement or "", format_)
    elif why_not is not None:
        text = _why_not(engine, subject, why_not, format_)
    elif statement == "list":
        text = _list(engine, subject, format_)
    else:
        text = _statement(engine, subject, statement or "", format_)
    terminal.emit(text, output)


def _subject(engine: LocalEngine, name: str, statement: str | None) -> tuple[str, bool]:
    """The IRI of a case, or of a class when two classes are given."""
    from neoplex.ask.casebook import find_case
    from neoplex.ask.vocabulary import Vocabulary
    from neoplex.base.errors import UsageError
    from neoplex.base.names import case_iri

    try:
        return case_iri(find_case(engine, name).id), False
    except UsageError as unknown:
        vocabulary = Vocabulary(engine)
        if statement is None or not _is_class(vocabulary, statement):
            raise
        if not _is_class(vocabulary, name):
            vocabulary.resolve(name, "term")
            raise UsageError(f"{name!r} is no case and no class of neoplex") from unknown
        return vocabulary.resolve(name, "term")[0], True


def _is_class(vocabulary: Vocabulary, name: str) -> bool:
    """Whether words or an id name a class of neoplex."""
    from neoplex.base.errors import UsageError
    from neoplex.base.names import NX

    try:
        return vocabulary.resolve(name, "term")[0].startswith(NX)
    except UsageError:
        return False


def _list(engine: LocalEngine, case: str, format_: str) -> str:
    from neoplex.ask import explaining, proofbook, render
    from neoplex.infer.proof import Reader

    render.check_format(format_, _LIST_FORMATS)
    reader = Reader(engine.graph.store)
    rows: Rows = proofbook.statement_rows(
        [(name, reader.kind(iri), reader.words(iri)) for name, iri in explaining.statements(engine, case).items()]
    )
    terminal.talk(render.count_words(rows))
    style = "table" if format_ == _TREE else format_
    return render.render(rows, render.Style(style, terminal.screen_width()))


def _statement(engine: LocalEngine, case: str, name: str, format_: str) -> str:
    import json

    from neoplex.ask import explaining, proofbook, render
    from neoplex.infer.proof import proof_triples, prove
    from neoplex.store.answers import Triples, settle

    render.check_format(format_, _FORMATS)
    store = engine.graph.store
    iri = explaining.find_statement(engine, case, name)
    proof = prove(store, iri)
    if format_ == "ttl":
        return render.render(Triples(settle(proof_triples(store, proof))), render.Style("turtle"))
    if format_ == "json":
        return json.dumps(proofbook.as_data(proof), ensure_ascii=False, indent=2) + "\n"
    width = terminal.screen_width()
    lines = proofbook.tree(proof, case, width)
    if proof.kind == "fact":
        lines += _axioms(engine, iri, width)
    return "\n".join(lines) + "\n"


def _axioms(engine: LocalEngine, fact: str, width: int) -> list[str]:
    """What a fact is besides its own kind, with the axioms."""
    import pyoxigraph as ox

    from neoplex.ask import proofbook
    from neoplex.ask.axioms import describe_axioms
    from neoplex.ask.vocabulary import fetch_labels
    from neoplex.base.names import NX, PREFIXES
    from neoplex.infer.justify import classes_above, justify, memberships

    store = engine.graph.store
    kind = ox.NamedNode(PREFIXES["rdf"] + "type")
    kinds = [
        q.object.value
        for q in store.quads_for_pattern(ox.NamedNode(fact), kind, None)
        if isinstance(q.object, ox.NamedNode)
    ]
    kinds = [iri for iri in kinds if iri.startswith(NX)]
    members = memberships(store, fact)
    wider = {above: iri for iri in kinds for above in classes_above(store, iri)}
    chains = {above: justify(store, below, above) or () for above, below in sorted(wider.items())}
    wanted = {step.by for steps in chains.values() for step in steps if step.by} | {m.cls for m in members}
    for member in members:
        wanted |= {step.by for step in (*member.kind_steps, *member.place_steps) if step.by}
    definitions = {iri: "; ".join(describe_axioms(engine, iri)) for iri in sorted(wanted)}
    named = wanted | set(kinds) | set(wider) | {m.site for m in members} | {e for m in members for e in m.parts}
    for member in members:
        named |= {end for step in (*member.kind_steps, *member.place_steps) for end in (step.below, step.above)}
    labels = fetch_labels(engine, named)
    lines = ["", "What it is, and by which axioms"]
    # The longest chains hold the shorter ones.
    longest = [
        steps
        for steps in chains.values()
        if steps and not any(steps == other[: len(steps)] and other != steps for other in chains.values())
    ]
    for steps in longest:
        lines += proofbook.chain(steps, labels, definitions, width, "  ")
    for member in members:
        lines += proofbook.membership_lines(member, labels, definitions, width, labels)
    return lines if len(lines) > 2 else []


def _classes(engine: LocalEngine, below: str, name: str, format_: str) -> str:
    import json

    from neoplex.ask import proofbook, render
    from neoplex.ask.axioms import describe_axioms
    from neoplex.ask.vocabulary import Vocabulary, fetch_labels
    from neoplex.base.errors import UsageError
    from neoplex.base.names import compact
    from neoplex.infer.justify import justify

    render.check_format(format_, (_TREE, "json"))
    above = Vocabulary(engine).resolve(name, "term")[0]
    steps = justify(engine.graph.store, below, above)
    labels = fetch_labels(engine, {below, above, *(end for s in steps or () for end in (s.below, s.above, s.by))})
    if not steps:
        reason = "they are the same" if below == above else "this follows from no axiom"
        raise UsageError(f"{labels.get(below, below)} and {labels.get(above, above)}: {reason}")
    definitions = {step.by: "; ".join(describe_axioms(engine, step.by)) for step in steps if step.by}
    if format_ == "json":
        data = [
            {"below": compact(s.below), "above": compact(s.above), "asserted": s.told}
            | ({} if s.told else {"definition of": compact(s.by), "definition": definitions.get(s.by, "")})
            for s in steps
        ]
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    width = terminal.screen_width()
    title = f"{labels.get(below, below)} is a {labels.get(above, above)}"
    return "\n".join([title, *proofbook.chain(steps, labels, definitions, width, "  ")]) + "\n"


def _why_not(engine: LocalEngine, case: str, text: str, format_: str) -> str:
    import json

    from neoplex.ask import render
    from neoplex.ask.explaining import ask_why_not, why_not_data, why_not_lines

    render.check_format(format_, (_TREE, "json"))
    found = ask_why_not(engine, case, text)
    if format_ == "json":
        return json.dumps(why_not_data(found), ensure_ascii=False, indent=2) + "\n"
    return "\n".join(why_not_lines(found, case, terminal.screen_width())) + "\n"
