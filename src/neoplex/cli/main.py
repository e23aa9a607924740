"""The command line: verbs, and how a run ends.

Comes in: ``sys.argv``. Goes out: an exit status: 0 done, 1 the data says no, 2 usage, 3 environment, 4 limit reached; 130 after
Ctrl-C, 141 when the reader of the output went away. Each verb imports what it needs when it runs.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Annotated, NoReturn

import typer

from neoplex import __version__
from neoplex.base.errors import NeoplexError
from neoplex.cli import ask, build, case, completion, doctor, sparql, terms, tour
from neoplex.cli.terminal import complain, leave_quietly, talk

EXIT_INTERRUPTED = 130
EXIT_BUG = 70

app = typer.Typer(
    name="neoplex",
    help="A knowledge graph of cancer that reaches the psoas muscle and the lumbosacral plexus.",
    epilog="Research use; not a medical device. Start with `neoplex tour`.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 80},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"neoplex {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    pass


tour.register(app)
build.register(app)
ask.register(app)
sparql.register(app)
case.register(app)
terms.register(app)
doctor.register(app)
completion.register(app)


def run() -> NoReturn:
    """Run the command line and end the process with the right status."""
    signal.signal(signal.SIGINT, _stop)
    try:
        app()
    except NeoplexError as error:
        complain(error)
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:
        leave_quietly()
    except KeyboardInterrupt:
        raise SystemExit(EXIT_INTERRUPTED) from None
    except Exception as error:
        if os.environ.get("NEOPLEX_DEBUG"):
            raise
        talk(f"neoplex: this is a fault of neoplex itself: {type(error).__name__}: {error}")
        talk("set NEOPLEX_DEBUG=1 to see where, and please report it")
        raise SystemExit(EXIT_BUG) from None
    sys.exit(0)


def _stop(signum: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(EXIT_INTERRUPTED)
