"""The file a curator starts from is right as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from neoplex.base.errors import UsageError
from neoplex.cases.check import check_file
from neoplex.cases.compile import compile_publication
from neoplex.cases.template import write_template
from neoplex.model.lexicon import Lexicon


@pytest.mark.parametrize("source", ["smith-2021", "van-der-berg-1994", "nobody"])
def test_the_template_passes_the_check(source: str, lexicon: Lexicon, tmp_path: Path) -> None:
    path = tmp_path / f"{source}.yaml"
    path.write_text(write_template(source), encoding="utf-8")
    assert [str(fault) for fault in check_file(path, lexicon)] == []
    assert compile_publication(path, lexicon).cases == (f"https://w3id.org/neoplex/case/{source}-1",)


def test_the_template_shows_every_section_of_a_case() -> None:
    text = write_template("smith-2021")
    for section in (
        "person",
        "conditions",
        "findings",
        "investigations",
        "treatments",
        "outcomes",
        "events",
        "conclusions",
    ):
        assert f"    {section}:" in text


@pytest.mark.parametrize("source", ["Smith 2021", "", "../x", "a" * 200])
def test_a_name_that_cannot_be_an_id_is_refused(source: str) -> None:
    with pytest.raises(UsageError):
        write_template(source)
