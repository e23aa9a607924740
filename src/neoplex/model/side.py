"""Left, right, midline, both, or not said: the side of a structure as a source gives it.

Comes in: words such as ``bilateral psoas major``. Goes out: the sides and the words that remain.
"""

from __future__ import annotations

import re
from enum import Enum


class Side(Enum):
    """The side of one structure in one person."""

    LEFT = "left"
    RIGHT = "right"
    MIDLINE = "midline"
    NOT_REPORTED = "side not reported"


_PREFIX = re.compile(r"(left|right|bilateral|both|midline)(?:[\s_-]+sided)?[\s_-]+(?=\S)", re.IGNORECASE)
_SIDES: dict[str, tuple[Side, ...]] = {
    "left": (Side.LEFT,),
    "right": (Side.RIGHT,),
    "bilateral": (Side.LEFT, Side.RIGHT),
    "both": (Side.LEFT, Side.RIGHT),
    "midline": (Side.MIDLINE,),
}


def split_side(text: str) -> tuple[tuple[Side, ...], str]:
    """The sides a phrase begins with and the phrase without them; no sides when it names none.

    >>> split_side("left psoas major")
    ((<Side.LEFT: 'left'>,), 'psoas major')
    >>> split_side("bilateral femoral nerve")[1]
    'femoral nerve'
    >>> split_side("prostate")
    ((), 'prostate')
    """
    match = _PREFIX.match(text.strip())
    if match is None:
        return (), text.strip()
    return _SIDES[match[1].lower()], text.strip()[match.end() :]
