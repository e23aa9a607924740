"""``neoplex ask``: list, find and answer the saved questions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neoplex.cli import terminal

if TYPE_CHECKING:
    from neoplex.ask.questions import Entry, Question
    from neoplex.ask.render import Style
    from neoplex.ask.vocabulary import Engine
    from neoplex.store.answers import Answer

TABLES = ("xlsx", "latex")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "ask",
        short_help="List the saved questions, find one, or answer one.",
        context_settings={"ignore_unknown_options": True, "help_option_names": []},
        options_metavar="[OPTIONS] [--PARAMETER VALUE …]",
    )(ask)


def complete_question(incomplete: str) -> list[str]:
    """Names of saved questions that start so."""
    from neoplex.ask.questions import question_names

    return [name for name in question_names() if name.startswith(incomplete)]


def ask(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="QUESTION", help="A saved question, or words to find one by.")
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="table, csv, tsv, json, xml, md, xlsx or latex.")
    ] = "table",
    output: terminal.OutputOption = None,
    limit: terminal.LimitOption = 0,
    endpoint: terminal.EndpointOption = None,
    ids: terminal.IdsOption = False,
    for_spreadsheet: Annotated[
        bool,
        typer.Option("--for-spreadsheet", help="CSV with labels that a spreadsheet opens without running formulas."),
    ] = False,
    show_query: Annotated[
        bool, typer.Option("--show-query", help="Print the SPARQL query instead of its answer.")
    ] = False,
    help_: Annotated[
        bool, typer.Option("--help", "-h", help="Show this, or a question's parameters and columns.")
    ] = False,
) -> None:
    """List the saved questions, find one, or answer one.

    \b
    neoplex ask                                  every question, by theme
    neoplex ask dose                             questions about doses
    neoplex ask findings-at-structure --help     its parameters and columns
    neoplex ask findings-at-structure --structure "left psoas major"
    neoplex ask treatments --format csv -o treatments.csv

    A parameter may be given several times; names are labels, synonyms or ids.
    """
    from neoplex.ask.questions import find_question, list_questions, question_names, search_questions
    from neoplex.base.errors import UsageError

    names = [word for word in words or [] if not word.startswith("-")]
    if not names or (words or [])[0].startswith("-"):
        if words:
            raise UsageError(f"{words[0]} needs a question before it; `neoplex ask` lists them")
        terminal.emit(context.get_help() + "\n" if help_ else _list_text(list_questions()), None if help_ else output)
        return
    name, rest = (words or [])[0], (words or [])[1:]
    if name not in question_names():
        meant_to_ask = any(word.startswith("-") for word in words or []) or show_query or help_ or limit or endpoint
        if meant_to_ask or output or format_ != "table":
            find_question(name)
        found = search_questions(names)
        if not found:
            raise UsageError(f"no saved question fits {' '.join(names)!r}; `neoplex ask` lists them all")
        terminal.emit(_list_text(found))
        terminal.talk(f"no question is called {' '.join(names)!r}; these are near")
        return
    question = find_question(name)
    if help_:
        terminal.emit(_help_text(question, _engine(endpoint, quiet=True)))
        return
    _answer(question, rest, format_, output, limit, endpoint, ids, for_spreadsheet, show_query)


def _answer(
    question: Question,
    words: list[str],
    format_: str,
    output: Path | None,
    limit: int,
    endpoint: str | None,
    ids: bool,
    for_spreadsheet: bool,
    show_query: bool,
) -> None:
    from neoplex.ask import asking, render
    from neoplex.ask.parameters import parse_options
    from neoplex.ask.vocabulary import fetch_labels

    if for_spreadsheet and format_ == "table":
        format_ = "csv"
    render.check_format(format_, (*render.FORMATS, *TABLES))
    given = parse_options(question, words)
    engine = _engine(endpoint)
    assert engine is not None
    if show_query:
        terminal.emit(asking.bind(question, given, engine), output)
        return
    reply = asking.ask(question, given, engine, limit or None)
    style = render.Style(format_, terminal.screen_width(), ids, for_spreadsheet)
    if render.needs_labels(style) or format_ in TABLES:
        labels = fetch_labels(engine, render.iris_in(reply.answer))
        style = render.Style(format_, style.width, ids, for_spreadsheet, labels)
    if format_ in TABLES:
        _emit_table(question, reply.answer, style, output)
    else:
        terminal.emit(render.render(reply.answer, style), output)
    for remark in reply.remarks:
        terminal.talk(remark)
    terminal.talk(
        render.count_words(reply.answer) + (" (raise --limit)" if getattr(reply.answer, "cut", False) else "")
    )


def _emit_table(question: Question, answer: Answer, style: Style, output: Path | None) -> None:
    from neoplex.base.errors import UsageError
    from neoplex.exchange.rows import write_latex, write_xlsx

    if style.format == "latex":
        terminal.emit(write_latex(answer, style), output)
    elif output is None:
        raise UsageError("a workbook is no text: name a file with -o")
    else:
        terminal.write_file(output, write_xlsx(answer, style, question.name))
        terminal.talk(f"wrote {output}")


def _engine(endpoint: str | None, *, quiet: bool = False) -> Engine | None:
    """The engine to ask; with ``quiet`` nothing when there is no graph yet."""
    from neoplex.base.errors import EnvironmentProblem

    if endpoint:
        from neoplex.store.remote import RemoteStore

        return RemoteStore.open(endpoint)
    from neoplex.ask.engines import LocalEngine

    try:
        return LocalEngine.open()
    except EnvironmentProblem:
        if quiet:
            return None
        raise


def _list_text(entries: list[Entry]) -> str:
    from neoplex.ask import layout

    width = terminal.screen_width()
    lines: list[str] = []
    column = min(max((len(entry.name) for entry in entries), default=0), 34) + 4
    for theme in dict.fromkeys(entry.theme for entry in entries):
        lines += ["", theme.replace("-", " ").capitalize()] if lines else [theme.replace("-", " ").capitalize()]
        pairs = [(entry.name, entry.summary) for entry in entries if entry.theme == theme]
        lines += layout.definitions(pairs, width, indent=2, column=column)
    return "\n".join(lines) + "\n"


def _help_text(question: Question, engine: Engine | None) -> str:
    from neoplex.ask import layout
    from neoplex.ask.parameters import choice_words, default_iris
    from neoplex.ask.questions import TYPES
    from neoplex.ask.vocabulary import fetch_labels

    width = terminal.screen_width()
    iris = {iri for parameter in question.parameters for iri in default_iris(parameter)}
    labels = fetch_labels(engine, iris) if engine else {}
    lines = [f"neoplex ask {question.name}", "", *layout.wrap(question.summary, width), ""]
    lines += layout.wrap(question.why, width)
    if question.parameters:
        lines += ["", "Parameters (each may be given several times)"]
        for parameter in question.parameters:
            kind = " | ".join(choice_words(parameter)) or TYPES[parameter.type]
            default = parameter.default_words or (
                "any" if parameter.is_open else ", ".join(_default_word(token, labels) for token in parameter.default)
            )
            words = f"{parameter.label} ({kind}). Default: {default}."
            lines += layout.definitions([(parameter.option, words)], width, indent=2, column=20)
    lines += ["", "Columns", *layout.definitions(question.columns, width, indent=2, column=20)]
    lines += ["", f"Tags: {', '.join(question.tags)}. `--show-query` prints the SPARQL."]
    return "\n".join(lines) + "\n"


def _default_word(token: str, labels: dict[str, str]) -> str:
    from neoplex.ask.vocabulary import shown
    from neoplex.base.names import expand

    iri = token[1:-1] if token.startswith("<") else expand(token)
    return shown(iri, labels) if iri != token else token.strip('"')
