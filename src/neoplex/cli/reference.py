"""Writes the command reference, ``docs/commands.md``, from the program itself; ``python -m neoplex.cli.reference``.

With ``--check`` nothing is written and the status is 1 when the page is not what would be written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import typer

from neoplex.base.paths import shipped_root
from neoplex.cli.main import PROGRAM, app
from neoplex.cli.terminal import write_file

_HEAD = """\
# Commands

Written by `make docs` from the program's own help; edit the docstrings, not this page. Answers go to stdout, everything else to
stderr. Exit status: 0 done, 1 the data says no, 2 usage, 3 environment, 4 limit reached.
"""


def list_commands() -> list[tuple[str, str, str]]:
    """Every verb with those above it: its name, one line about it, and its help."""
    found = []
    for path, command, context in _walk(typer.main.get_command(app), (PROGRAM,), None):
        text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
        found.append((" ".join(path), command.get_short_help_str(), text))
    return found


def write_reference() -> str:
    """The page as text."""
    return "\n".join([_HEAD, *(f"## {name}\n\n```text\n{text}\n```\n" for name, _, text in list_commands())])


def _walk(command: Any, path: tuple[str, ...], parent: Any) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    settings = {**command.context_settings, "terminal_width": 80, "max_content_width": 80}
    context = command.context_class(command, info_name=path[-1], parent=parent, **settings)
    yield path, command, context
    for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
        below = command.get_command(context, name)
        if not below.hidden:
            yield from _walk(below, (*path, name), context)


def main() -> None:
    """Write the page, or check it."""
    page = shipped_root() / "docs" / "commands.md"
    text = write_reference()
    if "--check" in sys.argv[1:]:
        sys.exit(0 if page.is_file() and page.read_text("utf-8") == text else 1)
    write_file(page, text)


if __name__ == "__main__":
    main()
