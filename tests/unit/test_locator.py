"""Places in a publication are read from wide to narrow and named without collisions of spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoplex.base.names import slug
from neoplex.model.locator import BARE_KEYS, KEYS, Locator, NotALocator, parse_locator

VALUES = (
    st.text("abcXYZ 019,()/&-.:é", min_size=1, max_size=20)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: bool(slug(text)))
)
PARTS = st.lists(st.tuples(st.sampled_from(KEYS), VALUES), min_size=1, max_size=5, unique_by=lambda part: part[0])


@given(PARTS)
def test_what_is_written_is_read_back(parts: list[tuple[str, str]]) -> None:
    locator = Locator(tuple(parts))
    assert parse_locator(locator.label) == locator


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        locator = parse_locator(text)
    except NotALocator as problem:
        assert problem.expected
    else:
        assert parse_locator(locator.label) == locator


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("abstract", "abstract", "abstract"),
        (
            "section Case report>History, paragraph 2",
            "section Case report > History, paragraph 2",
            "section-case-report-history-paragraph-2",
        ),
        ('table 1, row 3, column "Age, sex"', 'table 1, row 3, column "Age, sex"', "table-1-row-3-column-age-sex"),
        ("table 1, row 1 (the first RT)", "table 1, row 1 (the first RT)", "table-1-row-1-the-first-rt"),
        ("Figure 3,panel d", "figure 3, panel d", "figure-3-panel-d"),
    ],
)
def test_printed_forms(text: str, label: str, name: str) -> None:
    assert parse_locator(text).label == label
    assert parse_locator(text).slug == name


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("chapter 3", "chapter 3"),
        ("table", "table"),
        ("table 1, table 2", "table 2"),
        ('column "open', '"open'),
        ("section A > > B", "section A > > B"),
        ("table 1,", "table 1,"),
        ("", ""),
    ],
)
def test_the_piece_that_is_off_is_named(text: str, part: str) -> None:
    with pytest.raises(NotALocator) as problem:
        parse_locator(text)
    assert problem.value.part == part


def test_bare_keys_are_keys() -> None:
    assert set(KEYS) >= BARE_KEYS
