"""YAML 1.2 keeps its places and never ends in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from neoplex.base.errors import EnvironmentProblem
from neoplex.read.yamlfile import MOST_BYTES, Node, parse_yaml, read_yaml, resolve_plain


def parse(text: str) -> Node:
    node, faults = parse_yaml(text.encode(), "case.yaml")
    assert not faults
    assert node is not None
    return node


def test_every_key_and_value_keeps_its_place() -> None:
    root = parse("cases:\n  - id: x\n    findings: [{kind: pain, site: 'left x'}]\n")
    finding = root.mapping["cases"].items[0].mapping["findings"].items[0]
    site = finding.mapping["site"]
    assert (site.line, site.column, site.key_line, site.key_column) == (3, 35, 3, 29)
    assert (finding.line, finding.column) == (3, 16)


def test_words_that_older_yaml_changed_stay_words() -> None:
    root = parse("a: yes\nb: no\nc: 2014-04-29\nd: 12:30\ne: 0o17\nf: on\ng: 1_000\nh: .nan\n")
    assert root.plain() == {
        "a": "yes",
        "b": "no",
        "c": "2014-04-29",
        "d": "12:30",
        "e": "0o17",
        "f": "on",
        "g": "1_000",
        "h": ".nan",
    }


def test_numbers_keep_their_spelling() -> None:
    root = parse("number: 07\ndose: 39.50\n")
    assert root.mapping["number"].text == "07"
    assert root.mapping["dose"].text == "39.50"


def test_quoted_words_stay_text() -> None:
    assert parse("a: '7'\nb: \"true\"\nc: |\n  null\n").plain() == {"a": "7", "b": "true", "c": "null\n"}


def test_an_alias_is_the_same_value_at_its_anchor() -> None:
    root = parse("a: &x {k: 1}\nb: *x\n")
    assert root.plain() == {"a": {"k": 1}, "b": {"k": 1}}
    assert root.mapping["b"].key_line == 2


@pytest.mark.parametrize(
    ("text", "value"), [("", None), ("~", None), ("13", 13), ("-3", -3), ("3.5", 3.5), ("1e3", 1000.0), ("yes", "yes")]
)
def test_plain_scalars_follow_the_core_schema(text: str, value: object) -> None:
    assert resolve_plain(text) == value


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
@example('a: "\\x"')
@example("%YAML 9.9\n---\na: 1")
@example("? ? ? a")
@example("&a &b c: *d")
@example("a: !<tag:x> b")
@example("\ufeff\ufeffa: b")
@example("a: |9\n  x")
def test_no_text_ends_in_a_traceback(text: str) -> None:
    node, faults = parse_yaml(text.encode("utf-8", "surrogatepass"), "case.yaml")
    assert (node is None) == bool(faults)
    assert all(fault.file == "case.yaml" and fault.found and fault.expected for fault in faults)


YAML_PIECES = st.lists(
    st.sampled_from(
        [
            "a",
            "b",
            ": ",
            "\n",
            "  ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "&x ",
            "*x",
            "'",
            '"',
            "#",
            "|",
            ">",
            "\t",
            "!t ",
            "? ",
            "---",
            "1",
            "~",
        ]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=500, deadline=None)
@given(YAML_PIECES)
def test_no_heap_of_yaml_signs_ends_in_a_traceback(text: str) -> None:
    node, faults = parse_yaml(text.encode(), "case.yaml")
    assert (node is None) == bool(faults)


@given(st.binary(max_size=100))
def test_no_bytes_end_in_a_traceback(raw: bytes) -> None:
    node, faults = parse_yaml(raw, "case.yaml")
    assert (node is None) == bool(faults)


def test_a_file_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"a: " + b"x" * MOST_BYTES)
    node, faults = read_yaml(path)
    assert node is None
    assert faults[0].expected == f"at most {MOST_BYTES}"


def test_a_file_that_is_not_there_is_a_problem_of_the_environment(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem):
        read_yaml(tmp_path / "missing.yaml")


def test_a_character_escaped_in_two_halves_is_one() -> None:
    assert parse('a: "\\ud83d\\ude00"').plain() == {"a": "\U0001f600"}
    node, faults = parse_yaml(b'a: "\\ud83d"', "case.yaml")
    assert node is None
    assert faults[0].found == "half of an escaped character"
