"""The library does what the command line does, with the same answers, and never prints."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

import neoplex
from neoplex import door
from neoplex.base.errors import UsageError
from neoplex.cli.main import app
from neoplex.door.graph import KnowledgeGraph
from neoplex.door.table import to_python

DOORS = {
    "ask": "KnowledgeGraph.ask",
    "audit": "KnowledgeGraph.audit",
    "build": "build",
    "case": "KnowledgeGraph.case",
    "check": "KnowledgeGraph.check",
    "compare": "KnowledgeGraph.compare",
    "criteria": "CaseView.criteria",
    "dose": "dose",
    "draw": "KnowledgeGraph.draw",
    "explain": "CaseView.explain",
    "export": "KnowledgeGraph.export",
    "graph": "KnowledgeGraph.view",
    "infer": "infer",
    "involvement": "CaseView.involvement",
    "localise": "CaseView.lesions",
    "publish": "KnowledgeGraph.publish",
    "report": "KnowledgeGraph.report",
    "routes": "CaseView.spread",
    "search": "KnowledgeGraph.search",
    "serve": "KnowledgeGraph.serve",
    "similar": "CaseView.similar",
    "sparql": "KnowledgeGraph.sparql",
    "term": "KnowledgeGraph.term",
    "tree": "KnowledgeGraph.tree",
}
TERMINAL_ONLY = {"tour", "doctor", "completion", "site"}
"""Verbs about the terminal itself: pages for a newcomer, the state of the machine, shell completion, its documentation."""


@pytest.fixture(scope="module")
def knowledge(built_home: Path) -> KnowledgeGraph:
    return door.open_graph(built_home)


def command_names() -> set[str]:
    names = {
        command.name or command.callback.__name__
        for command in app.registered_commands
        if command.callback and not command.hidden
    }
    return names | {group.name for group in app.registered_groups if group.name}


def test_every_verb_has_a_door() -> None:
    assert command_names() == set(DOORS) | TERMINAL_ONLY
    for path in DOORS.values():
        found: object = door
        for part in path.split("."):
            found = getattr(found, part)
        assert callable(found) and found.__doc__


def test_importing_is_quick_and_prints_nothing() -> None:
    code = "import sys, neoplex; assert 'pyoxigraph' not in sys.modules; neoplex.dose('8/1')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "" and done.stderr == ""
    with pytest.raises(AttributeError):
        neoplex.nothing  # noqa: B018


def test_the_page_tells_the_truth(built_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).resolve().parents[2]
    monkeypatch.setenv("NEOPLEX_HOME", str(built_home))
    monkeypatch.chdir(root)
    done = doctest.testfile(str(root / "docs" / "python.md"), module_relative=False, encoding="utf-8")
    assert done.attempted > 25 and done.failed == 0


def test_doctests() -> None:
    from neoplex.door import graph, table

    assert doctest.testmod(graph).failed == 0
    assert doctest.testmod(table).failed == 0


def test_answers_equal_the_command_line(
    knowledge: KnowledgeGraph, built_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    monkeypatch.setenv("NEOPLEX_HOME", str(built_home))
    case = knowledge.case("sanuki-2022-8")
    pages = {
        ("criteria", "sanuki-2022-8"): case.criteria().text(),
        ("involvement", "sanuki-2022-8"): case.involvement().text(),
        ("routes", "sanuki-2022-8"): case.spread().text(),
        ("similar", "sanuki-2022-8"): case.similar().text(),
        ("case", "show", "sanuki-2022-8"): case.text(),
        ("audit", "shi-2021"): knowledge.audit("shi-2021").text(),
        ("dose", "39/13", "8/1"): door.dose("39/13", "8/1").text(),
        ("tree", "pain"): knowledge.tree("pain"),
        ("localise", "--finding", "left foot drop"): knowledge.localise("left foot drop").text(),
        ("ask", "bibliography"): knowledge.ask("bibliography").text(),
    }
    for words, text in pages.items():
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == 0
        assert done.stdout.rstrip() == text.rstrip(), words


def test_what_is_wrong_is_raised(knowledge: KnowledgeGraph, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean"):
        knowledge.ask("findings-at-structur")
    with pytest.raises(UsageError, match="structure"):
        knowledge.ask("findings-at-structure", struct="left psoas major")
    with pytest.raises(UsageError):
        knowledge.case("capek")
    with pytest.raises(UsageError):
        knowledge.sparql("DELETE WHERE { ?s ?p ?o }")
    with pytest.raises(KeyError):
        knowledge.case("capek-2015").criteria()["nothing"]
    wrong = tmp_path / "wrong-2020.yaml"
    wrong.write_text("format: neoplex/1\nsource: {id: other}\n", "utf-8")
    assert door.check_file(wrong)


def test_adding_and_removing(private_home: Path, tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parents[2] / "data" / "cases" / "shi-2021.yaml").read_text("utf-8")
    mine = tmp_path / "mine-2026.yaml"
    mine.write_text(text.replace("shi-2021", "mine-2026"), "utf-8")
    door.add(mine)
    assert "mine-2026" in {entry.id for entry in door.open_graph().cases()}
    door.remove("mine-2026")
    assert "mine-2026" not in {entry.id for entry in door.open_graph().cases()}


def test_tables_show_inert_html(knowledge: KnowledgeGraph) -> None:
    table = knowledge.sparql("SELECT ?x { VALUES ?x { '<script>alert(1)</script>' } }")
    assert isinstance(table, door.Table)
    assert "<script>" not in table._repr_html_() and "&lt;script&gt;" in table._repr_html_()
    assert table.frame().shape == (1, 1)
    assert "<pre>" in knowledge.case("shi-2021")._repr_html_()


def test_values_are_python() -> None:
    import pyoxigraph as ox

    xsd = "http://www.w3.org/2001/XMLSchema#"
    assert to_python(ox.Literal("true", datatype=ox.NamedNode(xsd + "boolean")), {}) is True
    assert str(to_python(ox.Literal("2.50", datatype=ox.NamedNode(xsd + "decimal")), {})) == "2.50"
    assert to_python(None, {}) is None
    assert to_python(ox.NamedNode("https://w3id.org/neoplex/atlas/dural-sac"), {}) == "atlas:dural-sac"


def test_figures_reports_and_exports(knowledge: KnowledgeGraph, tmp_path: Path) -> None:
    figure = knowledge.case("shi-2021").draw(what="timeline")
    assert figure.data.startswith(b"<?xml") and "image/svg+xml" in figure._repr_mimebundle_()
    assert figure.save(tmp_path / "a.svg").read_bytes() == figure.data
    site = knowledge.draw(site="left psoas major", format="png")
    assert site.data.startswith(b"\x89PNG")
    paper = knowledge.case("shi-2021").report()
    assert paper.save(tmp_path / "a.html").read_text("utf-8") == paper.html()
    assert paper.save(tmp_path / "a.md").read_text("utf-8").startswith("# ")
    exported = knowledge.export("trig", cases=["shi-2021"])
    assert b"shi-2021" in exported.data and exported.losses == ()
    assert "| NR |" in knowledge.compare("shi-2021", "elhayel-2026")
    assert knowledge.view("left psoas major").data.startswith((b"<?xml", b"<svg"))
    assert b"<script" in knowledge.view("shi-2021", "neighbours", format="html").data
