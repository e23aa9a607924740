"""The command line: verbs, and how a run ends.

Comes in: ``sys.argv``. Goes out: an exit status: 0 done, 1 the data says no, 2 usage, 3 environment, 4 limit reached; 130 after
Ctrl-C, 141 when the reader of the output went away. Each verb imports what it needs when it runs.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
import typer.core

from neoplex import __version__
from neoplex.base.errors import NeoplexError, UsageError, did_you_mean
from neoplex.cli import (
    ask,
    audit,
    build,
    case,
    check,
    compare,
    completion,
    criteria,
    doctor,
    dose,
    draw,
    explain,
    export,
    graph,
    involvement,
    localise,
    publish,
    report,
    routes,
    serve,
    similar,
    site,
    sparql,
    terms,
    tour,
)
from neoplex.cli.terminal import complain, leave_quietly, talk

EXIT_INTERRUPTED = 130
EXIT_BUG = 70
PROGRAM = "neoplex"
_ORDER = (
    *(
        "tour",
        "build",
        "ask",
        "case",
        "involvement",
        "criteria",
        "localise",
        "routes",
        "similar",
        "explain",
        "audit",
        "dose",
    ),
    *("report", "compare", "draw", "graph", "site", "term", "tree", "search", "sparql", "serve"),
    *("export", "publish", "infer", "check", "doctor", "completion"),
)


class Verbs(typer.core.TyperGroup):
    """The verbs in the order in which somebody new needs them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Known verbs by use, verbs that came later after them."""
        names = list(self.commands)
        return sorted(
            names, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), names.index(name))
        )

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb of this name; an unknown one ends with the nearest."""
        found = super().get_command(ctx, cmd_name)
        if found is None and not ctx.resilient_parsing:
            visible = [name for name, command in self.commands.items() if not command.hidden]
            raise UsageError(
                f"no command is called {cmd_name!r}; {did_you_mean(cmd_name, visible) or 'see neoplex --help'}"
            )
        return found


app = typer.Typer(
    name=PROGRAM,
    cls=Verbs,
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
involvement.register(app)
criteria.register(app)
localise.register(app)
routes.register(app)
dose.register(app)
audit.register(app)
similar.register(app)
report.register(app)
compare.register(app)
explain.register(app)
draw.register(app)
export.register(app)
terms.register(app)
graph.register(app)
site.register(app)
serve.register(app)
check.register(app)
publish.register(app)
doctor.register(app)
completion.register(app)


def run() -> NoReturn:
    """Run the command line and end the process with the right status."""
    signal.signal(signal.SIGINT, _stop)
    try:
        app(prog_name=PROGRAM)
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
