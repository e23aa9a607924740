"""The sheet every figure is drawn on: size, type, tones of the states, and bytes that are the same every time.

Comes in: nothing but sizes in millimetres and text. Goes out: SVG, PNG or PDF bytes with a title and a description for screen
readers. States differ by shape, tone and word together, so that no reader depends on colour. Only modules of ``neoplex.draw`` know
matplotlib; it comes with the extra ``figures``.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from neoplex.base.errors import EnvironmentProblem, UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "png", "pdf")
MM = 1 / 25.4
DPI = 200
INK = "#1b1f24"
SOFT = "#5b636d"
FAINT = "#c9ced4"
PAPER = "#ffffff"
_SALT = "neoplex"
_SETTINGS: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 7.0,
    "text.parse_math": False,
    "text.hinting": "none",
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.frameon": False,
    "lines.linewidth": 1.0,
    "hatch.linewidth": 0.5,
    "svg.fonttype": "none",
    "svg.hashsalt": _SALT,
    "pdf.fonttype": 42,
    "path.simplify": False,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
}


@dataclass(frozen=True)
class State:
    """How one state of a structure or finding looks: fill, outline, line style, hatch, marker, and the word for the legend.

    ``line`` and ``marker`` are matplotlib's. Fills run from dark to light so that they stay apart in grey.
    """

    name: str
    label: str
    fill: str
    edge: str
    line: str
    hatch: str
    marker: str


# The first three run from dark to light in grey (22, 45, 68 per cent); the others differ by line, hatch and mark as well.
STATES: tuple[State, ...] = (
    State("involved", "tumour reported", "#8c1c13", "#5a0f0a", "-", "", "s"),
    State("concluded", "tumour concluded by authors or doctors", "#cf6a52", "#8c1c13", "-", "", "P"),
    State("sign", "sign of tumour on imaging or at operation", "#efb5a4", "#8c1c13", "-", "", "p"),
    State("touching", "touched by tumour, inside not told", "#efb5a4", "#8c1c13", "-.", "xxxx", "h"),
    State("implied", "whole of a part with tumour (inferred)", "#fbeae6", "#8c1c13", "-", "....", "D"),
    State("at-risk", "at risk (inferred)", "#f2b544", "#8a5a00", "--", "////", "^"),
    State("deficit", "loses its supply if that is lost (inferred)", "#a8c5e2", "#2b5c8a", "-.", "\\\\\\\\", "v"),
    State("absent", "reported free of tumour", "#ffffff", "#1b1f24", "-", "", "x"),
    State("not-reported", "not reported", "#eef0f2", "#aab1b9", ":", "", "o"),
)
SIGNS: tuple[State, ...] = (
    State("pain", "pain", "#b5402e", "#6e150c", "-", "", "s"),
    State("numb", "less feeling", "#8fb3d9", "#1f4e79", "-", "////", "v"),
    State("odd", "burning, tingling or other wrong feeling", "#d9c27a", "#6b5410", "-", "....", "D"),
    State("weak", "weakness", "#5f7fa3", "#14304f", "-", "\\\\\\\\", "^"),
    State("reflex-lost", "reflex lost or reduced", "#3b3f45", "#14181d", "-", "", "P"),
    State("kept", "reported as normal", "#ffffff", "#1b1f24", "-", "", "x"),
)
"""What was found on the body: symptoms and signs, and what was reported as normal."""
STATE = {state.name: state for state in (*STATES, *SIGNS)}


def plain(text: str, most: int = 120) -> str:
    """A label fit for a figure: control and direction marks removed, white space folded, cut at ``most`` characters.

    >>> plain("a\\u202eb\\n c")
    'ab c'
    >>> plain("abcdef", most=4)
    'abc…'
    """
    kept = "".join(
        " " if char.isspace() else char for char in text if char.isspace() or unicodedata.category(char)[0] != "C"
    )
    folded = " ".join(kept.split())
    return folded if len(folded) <= most else folded[: most - 1].rstrip() + "…"


@contextmanager
def drawing() -> Iterator[None]:
    """The settings every figure is made and written with; raises EnvironmentProblem when matplotlib is not installed."""
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise EnvironmentProblem("figures need matplotlib: pip install 'neoplex[figures]'") from error
    with mpl.rc_context():
        mpl.rcdefaults()
        settings: Any = mpl.rcParams
        settings.update(_SETTINGS)
        yield


def open_sheet(width: float, height: float) -> Figure:
    """An empty figure of ``width`` × ``height`` millimetres, to be used inside :func:`drawing`."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width * MM, height * MM))


def format_of(name: str, chosen: str | None = None) -> str:
    """The format to write: the one chosen, else the ending of a file name; raises UsageError for others.

    >>> format_of("capek.svg")
    'svg'
    """
    found = (chosen or name.rpartition(".")[2]).lower()
    if found not in FORMATS:
        raise UsageError(f"{found or name!r} is no figure format; use {', '.join(FORMATS)}")
    return found


def render(figure: Figure, format: str, *, title: str, description: str) -> bytes:
    """A figure as bytes of ``format`` (svg, png or pdf), the same for the same drawing.

    An SVG carries ``title`` and ``description`` as its accessible name and description, a PDF as title and subject, a PNG as text
    chunks. To be used inside :func:`drawing`.
    """
    buffer = io.BytesIO()
    title, description = plain(title, 300), plain(description, 20_000)
    if format == "svg":
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        return _name_svg(buffer.getvalue().decode("utf-8"), title, description).encode("utf-8")
    if format == "pdf":
        about = {"Title": title, "Subject": description, "Creator": "neoplex", "Producer": None, "CreationDate": None}
        figure.savefig(buffer, format="pdf", metadata=about)
        return buffer.getvalue()
    about = {"Title": title, "Description": description, "Software": None}
    figure.savefig(buffer, format="png", dpi=DPI, metadata=about)
    return buffer.getvalue()


def _name_svg(text: str, title: str, description: str) -> str:
    """Put the accessible name behind the opening tag and drop what matplotlib says of itself."""
    start = text.index("<svg")
    end = text.index(">", start)
    head = text[start:end]
    body = text[end + 1 :]
    if "<metadata>" in body:
        before, _, rest = body.partition("<metadata>")
        body = before.rstrip() + rest.partition("</metadata>")[2]
    # Viewers without the font of the layout take the one with nearly its widths.
    body = body.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
    named = (
        f'{head} role="img" aria-labelledby="figure-title figure-description">\n'
        f' <title id="figure-title">{escape(title, quote=False)}</title>\n'
        f' <desc id="figure-description">{escape(description, quote=False)}</desc>'
    )
    return '<?xml version="1.0" encoding="utf-8"?>\n' + named + body
