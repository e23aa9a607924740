"""A report is one page that loses nothing, leads nowhere outside, and keeps its states apart."""

from __future__ import annotations

import importlib.util
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from neoplex.ask.factwords import FactWords
from neoplex.base.errors import EnvironmentProblem, UsageError
from neoplex.base.names import case_iri
from neoplex.report.casehtml import embed_svg, short_locator, write_html
from neoplex.report.casemarkdown import escape, write_markdown
from neoplex.report.casepdf import write_pdf
from neoplex.report.casereport import CAVEAT, build_report
from neoplex.report.content import Fold, Grid, Item, Listing, Pairs, Plate, Report, Section, Words, items_of
from neoplex.report.prepared import Prepared, prepare

PAPERS = ("capek-2015", "elhayel-2026", "gerontopoulos-2020", "sanuki-2022", "sanuki-2022-8", "shi-2021")
VOID = {"meta", "br", "img", "link", "input", "hr", "path", "use", "circle", "rect", "line", "polygon"}
HOSTILE = "</style><script>alert(1)</script> <img src=x onerror=alert(1)> [a](http://x.y) | `b` \u202egnol "


class Page(HTMLParser):
    """Reads a page strictly: every tag closed in order, ids, links and words."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.faults: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src", "xlink:href", "action"):
                self.links.append(value or "")
            if name.startswith("on"):
                self.faults.append(f"{tag} {name}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> out of order")

    def handle_data(self, data: str) -> None:
        self.words += data


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert not page.faults and not page.open, (page.faults, page.open)
    return page


@pytest.fixture(scope="module")
def reports(built_home: Path) -> dict[str, tuple[Prepared, Report]]:
    found = {}
    for case in PAPERS:
        prepared = prepare(case, home=built_home)
        found[case] = (prepared, build_report(prepared))
    return found


@pytest.mark.parametrize("case", PAPERS)
def test_html_is_whole_and_leads_nowhere_outside(case: str, reports: dict[str, tuple[Prepared, Report]]) -> None:
    _, report = reports[case]
    html = write_html(report)
    page = read(html)
    assert len(page.ids) == len(set(page.ids)), "an id stands twice"
    assert all(link.startswith(("#", "data:image/")) for link in page.links), page.links[:5]
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert "script" not in page.tags and "link" not in page.tags and "iframe" not in page.tags
    assert not re.search(r"url\((?!#)|@import", html)
    for section in report.sections:
        assert section.id in page.ids and section.title in page.words
    assert html.count("<svg") == sum(isinstance(block, Plate) for block in report.blocks())
    assert len(re.findall("not a medical device", page.words)) == 1


@pytest.mark.parametrize("case", PAPERS)
def test_markdown_loses_nothing(case: str, reports: dict[str, tuple[Prepared, Report]]) -> None:
    _, report = reports[case]
    text = write_markdown(report)
    for section in report.sections:
        assert f"## {escape(section.title)}\n" in text
    for block in report.blocks():
        for item in items_of(block):
            assert escape(item.text) in text
        if isinstance(block, Grid):
            assert all(escape(cell) in text for row in block.rows for cell in row)
    assert text.count("not a medical device") == 1


@pytest.mark.parametrize("case", PAPERS)
def test_every_fact_is_told_with_its_place(case: str, reports: dict[str, tuple[Prepared, Report]]) -> None:
    prepared, report = reports[case]
    facts = FactWords.read(prepared.engine, case_iri(case))
    told = [item for block in report.blocks() for item in items_of(block)]
    for link in ("hasCondition", "hasFinding", "hasInvestigation", "hasTreatment", "hasOutcome", "hasEvent"):
        for node in facts.linked(link):
            places = set(facts.iris(node, "statedIn"))
            words = facts.describe(node).removesuffix(facts.place(node))
            assert places and any(item.text.startswith(words) and places <= set(item.passages) for item in told), node
    cited = {iri for item in told for iri in item.passages}
    assert cited == set(report.passages)
    assert all(of in report.publications for of, _ in report.passages.values())


@pytest.mark.parametrize("case", [case for case in PAPERS if case not in ("gerontopoulos-2020", "sanuki-2022")])
def test_the_four_states_never_share_a_list(case: str, reports: dict[str, tuple[Prepared, Report]]) -> None:
    prepared, report = reports[case]
    facts = FactWords.read(prepared.engine, case_iri(case))
    section = next(section for section in report.sections if section.id == "findings")
    lists = [block for block in section.blocks if isinstance(block, Listing)]
    assert [block.title.partition(" ")[0].rstrip(":") for block in lists] == ["Present", "Uncertain", "Absent", "Not"]
    nodes = {*facts.linked("hasFinding"), *facts.linked("hasCondition")}
    absent = {node for node in nodes if facts.is_absent(node)}
    unsure = {node for node in nodes - absent if facts.iris(node, "certainty")}
    sizes = [sum(item.state != "none" for item in block.items) for block in lists[:3]]
    assert sizes == [len(nodes - absent - unsure), len(unsure), len(absent)]
    assert all(item.text.startswith("no ") for item in lists[2].items if item.state == "absent")


def test_sections_of_a_person(reports: dict[str, tuple[Prepared, Report]]) -> None:
    ids = [section.id for section in reports["capek-2015"][1].sections if section.id != "figures"]
    assert ids == [
        "summary", "timeline", "findings", "tests", "treatments", "outcomes", "events", "conclusions", "criteria",
        "involvement", "lesions", "routes", "similar", "missing", "contradictions",
    ]  # fmt: skip
    assert "dose" in [section.id for section in reports["sanuki-2022-8"][1].sections]
    series = [section.id for section in reports["gerontopoulos-2020"][1].sections]
    assert "criteria" not in series and "series" in series and "dose" in series


def test_inferred_is_marked_and_at_risk_is_not_involved(reports: dict[str, tuple[Prepared, Report]]) -> None:
    section = next(s for s in reports["sanuki-2022-8"][1].sections if s.id == "involvement")
    titles = [b.title for b in section.blocks if isinstance(b, Listing | Fold)]
    assert any(title.startswith("At risk, not shown to be involved (inferred)") for title in titles)
    documented = next(
        b for b in section.blocks if isinstance(b, Listing) and b.title.startswith("Tumour is documented")
    )
    assert not any("runs through" in item.text for item in documented.items)


def test_every_criteria_set_has_its_proof(reports: dict[str, tuple[Prepared, Report]]) -> None:
    section = next(s for s in reports["elhayel-2026"][1].sections if s.id == "criteria")
    grid = next(block for block in section.blocks if isinstance(block, Grid))
    proofs = [block for block in section.blocks if isinstance(block, Fold)]
    assert len(proofs) == len(grid.rows) == 7
    assert [proof.title for proof in proofs] == [f"Proof: {row[0]}: {row[1]}" for row in grid.rows]


def test_a_contradiction_shows_both_sides(reports: dict[str, tuple[Prepared, Report]]) -> None:
    section = next(s for s in reports["sanuki-2022-8"][1].sections if s.id == "contradictions")
    listing = next(block for block in section.blocks if isinstance(block, Listing))
    assert all(len(item.below) >= 2 and all(side.passages for side in item.below) for item in listing.items)


def test_same_bytes(built_home: Path, reports: dict[str, tuple[Prepared, Report]]) -> None:
    again = build_report(prepare("shi-2021", home=built_home))
    assert write_html(again) == write_html(reports["shi-2021"][1])
    assert write_markdown(again) == write_markdown(reports["shi-2021"][1])


def test_a_file_beside_the_graph_gives_the_same_report(
    root: Path, built_home: Path, tmp_path: Path, reports: dict[str, tuple[Prepared, Report]]
) -> None:
    path = tmp_path / "mine.yaml"
    text = (root / "data" / "cases" / "elhayel-2026.yaml").read_text("utf-8")
    path.write_text(text, "utf-8")
    before = len(prepare("elhayel-2026", home=built_home).store)
    prepared = prepare(str(path), home=built_home)
    report = build_report(prepared)
    assert "mine.yaml" in report.subtitle
    assert [s.id for s in report.sections] == [s.id for s in reports["elhayel-2026"][1].sections]
    assert write_markdown(replace(report, subtitle="")) == write_markdown(
        replace(reports["elhayel-2026"][1], subtitle="")
    )
    assert len(prepare("elhayel-2026", home=built_home).store) == before
    with pytest.raises(UsageError, match="holds"):
        prepare(str(root / "data" / "cases" / "sanuki-2022.yaml"), home=built_home)


def hostile_report() -> Report:
    item = Item(HOSTILE, ("x:p",), "present", (Item(HOSTILE),))
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><script>x</script>'
        b'<a xlink:href="http://x.y"><g id="a" onclick="x()"><text>&lt;b&gt;</text></g></a><use xlink:href="#a"/></svg>'
    )
    blocks = (
        Words(HOSTILE),
        Listing((item,), HOSTILE),
        Pairs(((HOSTILE, item),)),
        Grid((HOSTILE,), ((HOSTILE,),), HOSTILE),
        Plate(svg, HOSTILE, HOSTILE),
        Fold(HOSTILE, (Words(HOSTILE),)),
    )
    return Report(
        "x", HOSTILE, HOSTILE, (Section("s", HOSTILE, blocks),), {"x:p": ("x:s", HOSTILE)}, {"x:s": HOSTILE}, CAVEAT
    )


def test_hostile_words_stay_words() -> None:
    page = read(write_html(hostile_report()).replace('href="#summary"', 'href="#s"'))
    assert "script" not in page.tags and "img" not in page.tags
    assert page.words.count("<script>alert(1)</script>") >= 10
    assert all(link.startswith("#") for link in page.links)
    text = write_markdown(hostile_report())
    assert "\u202e" not in text and not re.search(r"(?<!\\)<script", text) and not re.search(r"(?<!\\)\]\(", text)


def test_figures_share_no_id() -> None:
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" aria-labelledby="t d"><title id="t">x</title>'
        b'<rect clip-path="url(#c)"/><clipPath id="c"/></svg>'
    )
    text = embed_svg(svg, "f1-")
    assert 'id="f1-t"' in text and 'aria-labelledby="f1-t f1-d"' in text and "url(#f1-c)" in text
    assert embed_svg(svg, "f2-") != text


def test_locators_in_few_words() -> None:
    assert short_locator("section Case report > History, paragraph 3") == "History ¶3"
    assert short_locator("figure 3, panel d") == "figure 3, panel d"


def test_pdf_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(EnvironmentProblem, match=r"pip install 'neoplex\[pdf\]'"):
        write_pdf("<p>x</p>")


@pytest.mark.skipif(importlib.util.find_spec("weasyprint") is None, reason="the extra pdf is not installed")
def test_pdf_is_the_same_twice() -> None:
    html = "<!DOCTYPE html><title>x</title><h1>x</h1><svg width='10' height='10'><rect width='9' height='9'/></svg>"
    one = write_pdf(html)
    assert one.startswith(b"%PDF") and one == write_pdf(html)
