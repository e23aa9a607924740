"""Whatever is typed into a file, the check answers with faults and never with a traceback."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neoplex.cases.check import read_publication
from neoplex.cases.template import write_template
from neoplex.cases.writer import Writer
from neoplex.model.lexicon import Lexicon
from neoplex.read.yamlfile import parse_yaml

JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(
        [
            "rt-1",
            "rt-1 end",
            "before rt-1",
            "7 MRC",
            "left",
            "left psoas major",
            "2014-02-30",
            "{patient}",
            "source x",
            "a/b",
            "mri-1",
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "kind", "at", "says", "value", "from", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in inner for place in places(child, (*path, key)))]


TREE = parse_yaml(write_template("smith-2021").encode(), "smith-2021.yaml")[0]
assert TREE is not None
PLAIN = TREE.plain()
PLACES = [place for place in places(PLAIN) if place]


def test_the_fuzzed_file_has_enough_places() -> None:
    assert len(PLACES) > 140


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=3))
def test_no_value_anywhere_ends_in_a_traceback(
    changes: list[tuple[tuple[str | int, ...], Any]], lexicon: Lexicon, tmp_path: Path
) -> None:
    document = copy.deepcopy(PLAIN)
    for place, junk in changes:
        holder = document
        for step in place[:-1]:
            try:
                holder = holder[step]
            except (KeyError, IndexError, TypeError):
                break
        else:
            if isinstance(holder, dict | list) and (isinstance(holder, dict) or place[-1] in range(len(holder))):
                holder[place[-1]] = junk  # type: ignore[index]
    path = tmp_path / "smith-2021.yaml"
    path.write_text(json.dumps(document), encoding="utf-8")
    publication, faults = read_publication(path, lexicon)
    assert (publication is None) == any(fault.severity == "error" for fault in faults)
    if publication is not None:
        assert Writer(publication, lexicon).write()


@pytest.mark.parametrize("name", ["capek-2015", "sanuki-2022"])
def test_a_shipped_paper_cut_off_anywhere_gets_faults(name: str, root: Path, lexicon: Lexicon, tmp_path: Path) -> None:
    source = root / "data" / "cases" / f"{name}.yaml"
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    for table in source.parent.glob(f"{name}.*.csv"):
        (tmp_path / table.name).write_bytes(table.read_bytes())
    path = tmp_path / source.name
    for number in range(1, len(lines), len(lines) // 12):
        path.write_text("".join(lines[:number]), encoding="utf-8")
        publication, faults = read_publication(path, lexicon)
        assert publication is not None or faults
