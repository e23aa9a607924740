"""A case graph written back as a publication file compiles to the same graph."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neoplex.base.paths import shipped_root
from neoplex.cases.compile import CompiledPublication, compile_publication
from neoplex.cases.entries import list_case_iris, read_publication_entries
from neoplex.cases.notation import write_time
from neoplex.cases.yamltext import write_yaml
from neoplex.model.lexicon import Lexicon
from neoplex.model.when import parse_when
from neoplex.read.yamlfile import parse_yaml

FILES = sorted((shipped_root() / "data" / "cases").glob("*.yaml"))


def _lines(compiled: CompiledPublication, case: str) -> set[str]:
    member_of = "https://w3id.org/neoplex/term/memberOf"
    return {
        str(quad)
        for quad in compiled.quads
        if isinstance(quad.graph_name, ox.NamedNode)
        and quad.graph_name.value == case
        and quad.predicate.value != member_of
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_published_case_comes_back(path: Path, lexicon: Lexicon, tmp_path: Path) -> None:
    compiled = compile_publication(path, lexicon)
    cases = list_case_iris(compiled.quads)
    assert len(cases) == len(compiled.publication.cases)
    for case in cases:
        entries = read_publication_entries(compiled.quads, case, lexicon)
        entries["cases"][0].pop("cohort", None)  # the cohort stands in the file of the whole series
        copy = tmp_path / path.name
        copy.write_text(write_yaml(entries), encoding="utf-8")
        assert _lines(compile_publication(copy, lexicon), case) == _lines(compiled, case)


def test_the_shipped_papers_hold_cases() -> None:
    assert len(FILES) == 5


@settings(deadline=None, derandomize=True)
@given(
    st.dictionaries(
        st.text(min_size=1), st.one_of(st.text(), st.integers(-(10**9), 10**9), st.lists(st.text())), min_size=1
    )
)
def test_words_of_any_kind_are_read_back(entry: dict[str, object]) -> None:
    text = write_yaml(entry)
    root, faults = parse_yaml(text.encode("utf-8", "surrogatepass"), "made.yaml")
    assert root is not None, (faults, text)
    assert root.plain() == entry


@pytest.mark.parametrize(
    "text",
    [
        "2014",
        "2014-04",
        "2014-04-29",
        "2008-early",
        "2014-04-late",
        "2011-winter",
        "about 2013-08",
        "2008-06/2009-08",
        "2012-10/",
        "/2012",
    ],
)
@pytest.mark.parametrize("wording", ["", "as the paper puts it"])
def test_dates_come_back_from_their_days(text: str, wording: str) -> None:
    when = parse_when(text)
    assert when.interval is not None
    days = [day.isoformat() if day else "" for day in (when.interval.earliest, when.interval.latest)]
    words = wording or text
    written = write_time(
        wording=words,
        precision=when.precision,
        earliest=days[0],
        latest=days[1],
        comparator="about" if when.about else "",
    )
    assert written == ({"at": text, "wording": wording} if wording else text)
