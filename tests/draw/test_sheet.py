"""A figure has a name, is the same bytes every time, and its states stay apart without colour."""

from __future__ import annotations

import doctest
import itertools
import xml.etree.ElementTree as ET

import pytest

from neoplex.base.errors import UsageError
from neoplex.draw import sheet
from neoplex.draw.sheet import FORMATS, STATES, drawing, format_of, open_sheet, render

HOSTILE = "<script>alert(1)</script> $\\frac{a}{b}$ \u202eabc\x07 & ]]>"


def small_figure(format: str, label: str = "left psoas major") -> bytes:
    with drawing():
        figure = open_sheet(80, 40)
        axes = figure.add_axes((0.1, 0.2, 0.8, 0.7))
        axes.fill([0, 1, 1], [0, 0, 1], hatch="////")
        axes.text(0.2, 0.5, sheet.plain(label))
        return render(figure, format, title=label, description="A triangle & a word")


@pytest.mark.parametrize("format", FORMATS)
def test_same_bytes(format: str) -> None:
    assert small_figure(format) == small_figure(format)


def test_svg_is_named_and_inert() -> None:
    root = ET.fromstring(small_figure("svg", HOSTILE))
    space = "{http://www.w3.org/2000/svg}"
    assert root.attrib["role"] == "img"
    title = root.find(f"{space}title")
    assert title is not None and title.text is not None and "<script>" in title.text
    assert not list(root.iter(f"{space}script"))
    assert not list(root.iter("metadata"))
    text = " ".join(node.text or "" for node in root.iter(f"{space}text"))
    assert "$\\frac{a}{b}$" in text and "\u202e" not in text


def test_states_stay_apart_without_colour() -> None:
    for one, other in itertools.combinations(STATES, 2):
        assert one.marker != other.marker and one.label != other.label
    fills = [_luminance(state.fill) for state in STATES[:3]]
    assert fills == sorted(fills) and all(b - a > 0.1 for a, b in itertools.pairwise(fills))


def test_unknown_format_is_refused() -> None:
    with pytest.raises(UsageError, match="svg, png, pdf"):
        format_of("figure.gif")


def test_doctests() -> None:
    assert doctest.testmod(sheet).failed == 0


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
