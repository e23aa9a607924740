"""``neoplex routes``: pages and rows, within 80 columns, and errors that help."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from neoplex.base.errors import UsageError
from neoplex.cli import routes


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    found = typer.Typer(rich_markup_mode=None, add_completion=False)
    found.command("other")(lambda: None)
    routes.register(found)
    return found


def run(app: typer.Typer, home: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setenv("NEOPLEX_HOME", str(home))
    result = CliRunner().invoke(app, ["routes", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80 or "-f" in words
    return result.stdout


def test_the_page_of_a_case_shows_every_hypothesis_the_tree_and_the_authors(
    app: typer.Typer, built_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = run(app, built_home, monkeypatch, "capek-2015")
    assert "Favoured: transmedian dural bridge, then direct" in page
    for words in ("favoured       transmedian dural bridge", "not supported  a second cause", "What would decide",
                  "What the source concluded", "One tree from the primary", "> dural sac: intradural extension",
                  "not reached: left ischium", "they differ"):  # fmt: skip
        assert words in page, words


def test_one_hypothesis_with_its_proof_names_facts_and_sources(
    app: typer.Typer, built_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = run(app, built_home, monkeypatch, "capek-2015", "--hypothesis", "radiation-injury", "--proof")
    assert "case:capek-2015/finding/biopsy-pni" in page and "medscape-316604" in page
    assert "missing" in page and "Would decide" in page


def test_routes_between_structures_need_no_case(
    app: typer.Typer, built_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = run(
        app,
        built_home,
        monkeypatch,
        "--from",
        "prostate",
        "--to",
        "right sciatic nerve",
        "--via",
        "dural sac",
        "--most",
        "1",
        "--proof",
    )
    assert page.startswith("1. prostate to right sciatic nerve") and "crosses the midline at dural sac" in page.replace(
        "\n   ", " "
    )
    assert "table row spread_edges.tsv" in page and "in the case" not in page


def test_routes_of_a_case_say_what_it_documents(
    app: typer.Typer, built_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = run(
        app,
        built_home,
        monkeypatch,
        "capek-2015",
        "--to",
        "right S1 nerve root",
        "--via",
        "dural sac",
        "--most",
        "1",
        "-f",
        "csv",
    )
    assert rows.splitlines()[0].startswith("route,step,from,to,mechanism,direction,side,evidence,documented,order,cost")
    assert "right S1 nerve root" in rows and "documented, first seen 2014" in rows


def test_rows_and_rdf(app: typer.Typer, built_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = run(app, built_home, monkeypatch, "shi-2021", "-f", "tsv")
    assert rows.count("\n") == 11
    steps = run(app, built_home, monkeypatch, "capek-2015", "--steps", "-f", "csv")
    assert steps.count("transmedian dural spread") == 2
    turtle = run(app, built_home, monkeypatch, "shi-2021", "-f", "turtle")
    assert turtle.count("a nx:HypothesisAssessment") == 10


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name a case"),
        (("capek-2016",), "did you mean capek-2015"),
        (("capek-2015", "--via", "dural sac"), "need --to"),
        (("--from", "prostat", "--to", "dural sac"), "did you mean prostate"),
        (("capek-2015", "--hypothesis", "dural"), "transmedian-dural-bridge"),
        (("--from", "prostate", "--to", "dural sac", "--mechanism", "magic"), "no mechanism"),
        (("capek-2015", "-f", "pdf"), "unknown format"),
    ],
)
def test_wrong_calls_are_told_how_to_be_right(
    app: typer.Typer, built_home: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    monkeypatch.setenv("NEOPLEX_HOME", str(built_home))
    result = CliRunner().invoke(app, ["routes", *words])
    assert isinstance(result.exception, UsageError) and told in str(result.exception)


def test_no_way_is_an_answer_of_its_own(app: typer.Typer, built_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEOPLEX_HOME", str(built_home))
    result = CliRunner().invoke(app, ["routes", "--from", "prostate", "--to", "left cervical lymph nodes"])
    assert result.exit_code == 1 and "no conduit" in result.output
