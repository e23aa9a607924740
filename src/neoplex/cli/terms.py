"""``neoplex term``, ``neoplex tree`` and ``neoplex search``: look at the ontology."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from neoplex.cli import terminal

PAGE_FORMATS = ("text", "turtle", "nt", "jsonld")


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("term", short_help="Show a term: meaning, place, axioms, use.")(term)
    app.command("tree", short_help="Draw the hierarchy of classes.")(tree)
    app.command("search", short_help="Search everything that has a name.")(search)


def term(
    name: Annotated[list[str], typer.Argument(metavar="NAME", help="A label, a synonym or an id.")],
    format_: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="text, turtle, nt or jsonld.")
    ] = "text",
    output: terminal.OutputOption = None,
) -> None:
    """Show a term: definition, source, wider and narrower terms, axioms, mappings, use.

    \b
    neoplex term psoas major
    neoplex term nx:LumbosacralPlexus
    neoplex term left femoral nerve --format turtle

    Terms of another ontology come as a table to review; nothing goes live by itself:

    \b
    neoplex term import hp.obo -o review.tsv
    """
    if name[0] == "import" and len(name) == 2:
        _import_terms(Path(name[1]), output)
        return
    from neoplex.ask import render
    from neoplex.ask.engines import LocalEngine
    from neoplex.ask.termbook import describe_term, find_term

    render.check_format(format_, PAGE_FORMATS)
    engine = LocalEngine.open()
    iri = find_term(engine, " ".join(name))
    if format_ == "text":
        terminal.emit("\n".join(describe_term(engine, iri, terminal.screen_width())) + "\n", output)
        return
    answer = engine.answer(f"DESCRIBE <{iri}>")
    terminal.emit(render.render(answer, render.Style(format_)), output)


def _import_terms(file: Path, output: Path | None) -> None:
    from neoplex.base.paths import shipped_root
    from neoplex.exchange.crosswalk import load_crosswalk
    from neoplex.exchange.termtable import read_term_table
    from neoplex.read.lexicon import load_lexicon

    lexicon = load_lexicon(shipped_root())
    made = read_term_table(file, load_crosswalk(shipped_root(), lexicon))
    terminal.emit(made.text, output)
    for remark in made.remarks:
        terminal.talk(remark)
    terminal.talk(
        f"{made.rows} terms, {made.known} of them already in neoplex (see note); fill module, parent and source"
    )


def tree(
    name: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="The class to start from.")] = None,
    depth: Annotated[
        int | None,
        typer.Option("--depth", "-d", metavar="N", min=0, help="How many levels to show (1, below a class 3)."),
    ] = None,
    output: terminal.OutputOption = None,
) -> None:
    """Draw the hierarchy of classes; (+N) counts what is not shown.

    \b
    neoplex tree
    neoplex tree pain --depth 5
    """
    from neoplex.ask.engines import LocalEngine
    from neoplex.ask.termbook import draw_tree
    from neoplex.ask.vocabulary import Vocabulary

    engine = LocalEngine.open()
    root = Vocabulary(engine).resolve(" ".join(name), "term")[0] if name else None
    levels = depth if depth is not None else 3 if root else 1
    terminal.emit("\n".join(draw_tree(engine, root, levels)) + "\n", output)


def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="Words that must all occur.")],
    format_: terminal.FormatOption = "table",
    output: terminal.OutputOption = None,
    limit: terminal.LimitOption = 20,
) -> None:
    """Search terms, synonyms, definitions, structures, cases, publications and questions.

    \b
    neoplex search femoral
    neoplex search perineural spread --limit 50
    """
    from neoplex.ask import render
    from neoplex.ask.engines import LocalEngine
    from neoplex.ask.termbook import hits_as_rows
    from neoplex.ask.termbook import search as find
    from neoplex.ask.vocabulary import Vocabulary
    from neoplex.store.answers import Rows

    render.check_format(format_, render.ROW_FORMATS)
    engine = LocalEngine.open()
    rows = hits_as_rows(find(engine, words), limit or None)
    if format_ in ("table", "md") and not any(row[-1] for row in rows.rows):
        rows = Rows(rows.variables[:-1], tuple(row[:-1] for row in rows.rows), rows.cut)
    terminal.emit(render.render(rows, render.Style(format_, terminal.screen_width())), output)
    if not rows.rows:
        close = Vocabulary(engine).nearest(" ".join(words), "term")
        terminal.talk("nothing has all these words" + (f"; did you mean {' or '.join(close)}?" if close else ""))
    terminal.talk(render.count_words(rows) + (" (raise --limit)" if rows.cut else ""))
