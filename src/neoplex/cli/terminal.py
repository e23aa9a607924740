"""Where the command line meets the terminal: answers to stdout or a file, talk to stderr, in the right width.

Comes in: finished text. Goes out: bytes on a stream or a file that appears whole or not at all. Never decides what to say.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from neoplex.base.errors import EnvironmentProblem, FaultsFound, NeoplexError
from neoplex.base.files import replace_file

FormatOption = Annotated[
    str, typer.Option("--format", "-f", metavar="FORMAT", help="table, csv, tsv, json, xml or md.")
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the answer to FILE instead of the screen.")
]
LimitOption = Annotated[int, typer.Option("--limit", "-n", metavar="N", min=0, help="At most N rows (0: no limit).")]
EndpointOption = Annotated[
    str | None, typer.Option("--endpoint", metavar="URL", help="Ask this SPARQL endpoint instead of the built graph.")
]
IdsOption = Annotated[bool, typer.Option("--ids", help="Show the id behind each label.")]
WidthLimits = (40, 80)
EXIT_PIPE = 141


def screen_width() -> int:
    """The width to write for: 80 cells, or fewer on a smaller terminal."""
    low, high = WidthLimits
    return max(low, min(high, shutil.get_terminal_size((high, 24)).columns))


def emit(text: str, output: Path | None = None) -> None:
    """Write an answer to stdout, or to a file that is replaced only when all of it is written."""
    if output is not None and str(output) != "-":
        write_file(output, text)
        talk(f"wrote {output}")
        return
    if sys.stdout.isatty():
        from neoplex.ask.layout import visible_lines

        text = visible_lines(text)
    _write(text)


def emit_bytes(chunks: Iterable[bytes]) -> None:
    """Write bytes to stdout as they come."""
    try:
        sys.stdout.flush()
        for chunk in chunks:
            rest = memoryview(chunk)
            while rest:
                rest = rest[sys.stdout.buffer.write(rest) :]
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        leave_quietly()
    except OSError as error:
        raise EnvironmentProblem(f"the answer cannot be written: {error.strerror}") from error


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file of text (UTF-8) or bytes all or nothing; raises EnvironmentProblem when it cannot be written."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    target = path.resolve() if path.is_symlink() else path
    if target.exists() and not target.is_file():
        # A device or a pipe has no before and after; a folder is refused by the system.
        try:
            target.write_bytes(data)
        except OSError as error:
            raise EnvironmentProblem(f"{path} cannot be written: {error.strerror}") from error
        return
    try:
        replace_file(target, [data])
    except OSError as error:
        raise EnvironmentProblem(f"{path} cannot be written: {error.strerror}") from error


def talk(text: str) -> None:
    """Say something beside the answer, on stderr."""
    from neoplex.ask.layout import visible_lines

    try:
        sys.stderr.write(visible_lines(text) + "\n")
        sys.stderr.flush()
    except OSError:
        pass


def report_progress(text: str) -> None:
    """Say what is going on, only when somebody watches."""
    if sys.stderr.isatty():
        talk(text)


def complain(error: NeoplexError) -> None:
    """Say on stderr what went wrong: every fault on a line of its own, warnings marked, then what it means."""
    if not isinstance(error, FaultsFound):
        talk(f"neoplex: {error}")
        return
    for fault in error.faults:
        talk(("warning: " if fault.severity == "warning" else "") + str(fault))
    talk(f"{len(error.faults)} fault{'' if len(error.faults) == 1 else 's'} found; nothing was changed")


def leave_quietly() -> NoReturn:
    """End because the reader of stdout went away, as other tools do: no words, status 141."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    raise SystemExit(EXIT_PIPE)


def _write(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.flush()
        if hasattr(sys.stdout, "buffer"):
            # An unbuffered stdout (PYTHONUNBUFFERED) may take only a part at a time.
            rest = memoryview(text.encode(encoding, "replace"))
            while rest:
                rest = rest[sys.stdout.buffer.write(rest) :]
            sys.stdout.buffer.flush()
        else:
            sys.stdout.write(text)
    except BrokenPipeError:
        leave_quietly()
    except OSError as error:
        raise EnvironmentProblem(f"the answer cannot be written: {error.strerror}") from error
