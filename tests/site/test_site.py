"""The documentation site: complete, closed in itself, well formed, safe, the same every time, and readable."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import html5rdf
import pyoxigraph as ox
import pytest

from neoplex.ask.engines import LocalEngine
from neoplex.ask.questions import question_names
from neoplex.base.errors import EnvironmentProblem
from neoplex.base.names import ATLAS, CASE, NX
from neoplex.report.site.addresses import Addresses, anchor, file_name
from neoplex.report.site.builder import MARKER, Site, Writer, search_script, write_site
from neoplex.report.site.knowledge import Knowledge
from neoplex.report.site.page import Page
from neoplex.store.embedded import Graph
from tests.site.reading import read

EVERY = 40
"""One page in so many goes through the strict parser, which is slow; one of each template always does."""


def pages(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


def of_query(graph: Graph, query: str) -> set[str]:
    return {row[0].value for row in graph.query(query)}


# ------------------------------------------------------------------------------------------------------------- complete


def test_every_term_structure_and_case_has_its_page(graph: Graph, site: Site, folder: Path) -> None:
    wanted = of_query(graph, f"SELECT DISTINCT ?s WHERE {{ ?s a owl:Class FILTER(STRSTARTS(STR(?s), '{NX}')) }}")
    wanted |= of_query(
        graph,
        f"""SELECT DISTINCT ?s WHERE {{ VALUES ?k {{ owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }}
        ?s a ?k FILTER(STRSTARTS(STR(?s), '{NX}')) }}""",
    )
    wanted |= of_query(
        graph,
        f"SELECT DISTINCT ?s WHERE {{ ?s nx:side ?x FILTER(STRSTARTS(STR(?s), '{ATLAS}') && !CONTAINS(STR(?s), 'edge/')) }}",
    )
    wanted |= of_query(
        graph,
        "SELECT DISTINCT ?s WHERE { VALUES ?k { nx:Case nx:Cohort nx:Rule nx:Hypothesis nx:DiagnosticCriteria } ?s a ?k }",
    )
    wanted |= of_query(graph, "SELECT DISTINCT ?s WHERE { ?x nx:reportedBy ?s }")
    assert len(wanted) > 2500
    missing = [iri for iri in sorted(wanted) if not (folder / site.addresses.pages.get(iri, "nowhere")).is_file()]
    assert not missing


@pytest.mark.parametrize("kind", ["questions", "rules", "checks"])
def test_every_query_has_its_page(kind: str, root: Path, folder: Path) -> None:
    names = {path.stem for path in (root / "queries" / kind).glob("*.rq")}
    assert len(names) >= 20
    assert names <= {path.stem for path in (folder / kind).glob("*.html")}


def test_every_document_has_its_page(root: Path, folder: Path) -> None:
    index = read(folder / "docs" / "index.html")
    for path in (root / "docs" / "decisions").glob("*.md"):
        assert f"docs/decisions-{path.stem}.html" in {link.removeprefix("../") for link in index.links}, path.name
        assert (folder / "docs" / f"decisions-{path.stem}.html").is_file()
    assert (folder / "docs" / "data-model.html").is_file()


def test_pages_are_found_from_their_lists(folder: Path) -> None:
    for kind in (
        "terms",
        "relations",
        "values",
        "structures",
        "cases",
        "papers",
        "questions",
        "rules",
        "criteria",
        "hypotheses",
        "checks",
    ):
        listed = {
            link.removeprefix(f"../{kind}/").partition("#")[0] for link in read(folder / kind / "index.html").links
        }
        inside = {path.name for path in (folder / kind).glob("*.html")} - {"index.html"}
        assert inside
        assert inside <= listed, f"{kind}: {sorted(inside - listed)[:5]}"


def test_the_commands_are_those_of_the_program(folder: Path) -> None:
    text = read(folder / "commands.html").text
    for words in ("neoplex ask", "neoplex case show", "neoplex site", "--format"):
        assert words in text


# --------------------------------------------------------------------------------------------------------------- closed


def test_every_link_leads_somewhere(folder: Path) -> None:
    broken: list[str] = []
    number = 0
    for path in pages(folder):
        for href in read(path).links:
            if href.startswith("https://"):
                continue
            number += 1
            name, _, part = href.partition("#")
            target = (path.parent / name).resolve() if name else path
            if not target.is_file():
                broken.append(f"{path.relative_to(folder)}: {href}")
            elif part and part not in read(target).ids:
                broken.append(f"{path.relative_to(folder)}: {href} (no such place)")
    assert number > 50_000
    assert not broken, broken[:10]


def test_nothing_is_fetched_from_elsewhere(folder: Path) -> None:
    for path in pages(folder):
        for tag, values in read(path).tags:
            assert tag not in ("iframe", "object", "embed", "base", "img", "video", "audio", "source")
            for name in ("src", "srcset", "data", "action", "poster", "href", "xlink:href"):
                value = values.get(name) or ""
                if tag != "a" or name != "href":
                    assert "//" not in value, f"{path}: {tag} {name}={value}"
                elif ":" in value.partition("#")[0]:
                    assert (
                        value.startswith("https://doi.org/")
                        or "external" in str(values.get("rel"))
                        or "docs" in path.parts
                    )
            assert not any(name.startswith("on") for name in values), path
            assert "style" not in values or path.parent.name == "docs", path
    for name in ("site.css", "search.js", "search-index.js"):
        assert (
            "http"
            not in re.sub(
                r"https?://w3id\.org/\S*",
                "",
                (folder / "assets" / name).read_text("utf-8").split("\n")[0]
                if name == "search-index.js"
                else (folder / "assets" / name).read_text("utf-8"),
            )
            or name == "search-index.js"
        )
    assert "@import" not in (folder / "assets" / "site.css").read_text("utf-8")
    assert "url(" not in (folder / "assets" / "site.css").read_text("utf-8")


def test_scripts_stand_on_the_search_page_only(folder: Path) -> None:
    with_script = {path.name for path in pages(folder) if any(tag == "script" for tag, _ in read(path).tags)}
    assert with_script == {"search.html"}


# ---------------------------------------------------------------------------------------------------------- well formed


def samples(folder: Path) -> Iterator[Path]:
    found = pages(folder)
    seen: set[str] = set()
    for number, path in enumerate(found):
        if number % EVERY == 0 or path.parent.name not in seen or path.parent == folder:
            seen.add(path.parent.name)
            yield path
    yield from (folder / name for name in ("terms/PsoasMajor.html", "cases/shi-2021.html", "papers/elhayel-2026.html"))


def test_pages_pass_a_strict_parser(folder: Path) -> None:
    number = 0
    for path in samples(folder):
        parser = html5rdf.HTMLParser(strict=True)
        parser.parse(path.read_text("utf-8"))
        number += 1
    assert number > 60


def test_tags_close_and_ids_are_used_once(folder: Path) -> None:
    for path in pages(folder):
        seen = read(path)
        assert not seen.unclosed, (path, seen.unclosed[:4])
        assert len(seen.ids) == len(set(seen.ids)), (path, sorted(i for i in seen.ids if seen.ids.count(i) > 1)[:4])


# --------------------------------------------------------------------------------------------------------------- access


def test_every_page_can_be_read_aloud_and_stepped_through(folder: Path) -> None:
    for path in pages(folder):
        seen = read(path)
        assert ("html", {"lang": "en"}) in seen.tags, path
        assert seen.headings[0] == 1 and seen.headings.count(1) == 1, path
        steps = [b - a for a, b in zip(seen.headings, seen.headings[1:], strict=False)]
        assert max(steps, default=0) <= 1, (path, seen.headings[:20])
        assert "#content" in seen.links and "content" in seen.ids, path
        assert any(tag == "label" and values.get("for") == "q" for tag, values in seen.tags), path
        names = [values.get("name") for tag, values in seen.tags if tag == "meta"]
        assert "viewport" in names and "color-scheme" in names, path
        for tag, values in seen.tags:
            assert tag != "th" or values.get("scope") in ("col", "row") or path.parent.name == "docs", path


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", css))


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.1, success criterion 1.4.3."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
        parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_colours_can_be_read_in_light_and_dark(folder: Path) -> None:
    css = (folder / "assets" / "site.css").read_text("utf-8")
    light, _, rest = css.partition("@media (prefers-color-scheme: dark)")
    dark = rest.partition("* { box-sizing")[0]
    for scheme in (colours(light), colours(dark)):
        assert len(scheme) >= 12
        for ink in ("ink", "quiet", "link", "seen", "accent", "good", "bad", "open"):
            for paper in ("paper", "soft"):
                assert contrast(scheme[ink], scheme[paper]) >= 4.5, (ink, paper)
        assert contrast(scheme["ink"], scheme["mark"]) >= 4.5
    for needed in ("@media print", "@media (max-width", ":focus-visible", "overflow-wrap"):
        assert needed in css


def test_a_verdict_is_told_by_words_and_a_sign_and_not_by_colour_alone(folder: Path) -> None:
    css = (folder / "assets" / "site.css").read_text("utf-8")
    for name in ("good", "bad", "open"):
        assert f".verdict.{name}::before" in css
    assert "undetermined" in read(folder / "criteria" / "index.html").text


# -------------------------------------------------------------------------------------------------------------- content


def test_the_page_of_a_term(folder: Path) -> None:
    seen = read(folder / "terms" / "PsoasMajor.html")
    for words in (
        "anatomical entity › organ › muscle › psoas muscle › psoas major", "nx:PsoasMajor", "greater psoas",
        "arises from some", "T12 vertebra", "left psoas major", "UBERON:0001298", "structures.tsv:37",
    ):  # fmt: skip
        assert words in seen.text, words
    assert "../structures/left-psoas-major.html" in seen.links
    assert "../relations/arisesFrom.html" in seen.links
    assert any(link.startswith("../cases/shi-2021.html#finding-") for link in seen.links)
    assert not any("definition" in link for link in seen.links)


def test_a_parent_that_a_reasoner_found_is_marked(graph: Graph, folder: Path) -> None:
    inferred = graph.query(
        "SELECT ?c ?p WHERE { GRAPH graph:ontology-inferred { ?c rdfs:subClassOf ?p } "
        "FILTER NOT EXISTS { GRAPH graph:ontology { ?c rdfs:subClassOf ?p } } } ORDER BY ?c ?p"
    )
    assert any(inferred)
    assert any("found by the reasoner" in read(path).text for path in (folder / "terms").glob("*.html"))


def test_a_structure_tells_each_relation_with_its_source(folder: Path) -> None:
    seen = read(folder / "structures" / "left-obturator-nerve.html")
    for words in (
        "right obturator nerve",
        "supplies motor fibres to",
        "fibres from",
        "relations.tsv:",
        "innervation.tsv:",
    ):
        assert words in seen.text, words
    assert any("#left-obturator" not in link and link.startswith("../sources.html#") for link in seen.links)


def test_a_question_shows_its_rows(graph: Graph, folder: Path) -> None:
    seen = read(folder / "questions" / "which-nerves-enhanced.html")
    text = (folder / "questions" / "which-nerves-enhanced.html").read_text("utf-8")
    number = int(re.search(r"(\d+) rows on this graph", seen.text)[1])  # type: ignore[index]
    assert text.count("<tr>") - 2 - seen.text.count("--case") + 1 >= number
    for words in (
        "left sciatic nerve",
        "neoplex ask which-nerves-enhanced",
        "SELECT ?case ?nerve",
        "the kind of enhancement",
    ):
        assert words in seen.text, words


def test_no_question_page_says_less_than_the_engine(graph: Graph, folder: Path) -> None:
    engine = LocalEngine(graph)
    from neoplex.ask.questions import find_question

    for name in question_names()[::12]:
        answer = engine.answer(find_question(name).query)
        shown = (folder / "questions" / f"{name}.html").read_text("utf-8")
        body = shown.partition("<h2>Columns</h2>")[0]
        assert body.count("<tr>") == (len(answer.rows) + 1 if answer.rows else 0), name  # type: ignore[union-attr]


def test_the_page_of_a_paper(folder: Path) -> None:
    seen = read(folder / "papers" / "sanuki-2022.html")
    for words in (
        "10.7759/cureus.20939",
        "patient 8",
        "mismatch",
        "table 1, row 5",
        "Contradictions, kept and not averaged",
    ):
        assert words in seen.text, words
    assert "../cases/sanuki-2022-5.html" in seen.links


def test_reported_and_inferred_stand_apart(folder: Path) -> None:
    text = read(folder / "cases" / "capek-2015.html").text
    assert text.count("From here on nothing is reported") == 1
    reported, _, inferred = text.partition("From here on nothing is reported")
    assert "structure at risk" not in reported.lower()
    assert "transmedian dural bridge" in inferred
    assert "Looked for and absent" in reported


def test_a_side_that_is_not_reported_is_no_link_to_reported(folder: Path) -> None:
    text = (folder / "cases" / "capek-2015.html").read_text("utf-8")
    assert "side not reported" in text
    assert not re.search(r"side not\s*<a", text)


def test_every_reported_fact_of_a_case_stands_on_its_page(graph: Graph, folder: Path) -> None:
    for path in sorted((folder / "cases").glob("*.html")):
        if path.stem == "index":
            continue
        case = CASE + path.stem
        facts = of_query(
            graph, f"SELECT DISTINCT ?f WHERE {{ VALUES ?p {{ nx:hasCondition nx:hasFinding nx:hasInvestigation nx:hasTreatment "
            f"nx:hasOutcome nx:hasEvent nx:hasConclusion }} <{case}> ?p ?f }}",
        )  # fmt: skip
        ids = set(read(path).ids)
        assert {anchor(fact[len(case) + 1 :]) for fact in facts} <= ids, path


def test_rules_criteria_and_hypotheses_name_their_source(folder: Path) -> None:
    for kind in ("rules", "criteria", "hypotheses"):
        for path in (folder / kind).glob("*.html"):
            if path.stem != "index":
                text = read(path).text
                assert "source" in text or "kept in" in text, path
    assert "Japanese" in read(folder / "criteria" / "jspm-2010.html").text


# --------------------------------------------------------------------------------------------------------------- search


def test_the_search_knows_every_page(folder: Path) -> None:
    text = (folder / "assets" / "search-index.js").read_text("utf-8")
    entries = json.loads(text.removeprefix("window.neoplexIndex=").removesuffix(";\n"))
    known = {entry[2] for entry in entries}
    lists = {"index.html", "search.html", "sources.html"}
    here = {path.relative_to(folder).as_posix() for path in pages(folder)}
    assert here - known == lists | {path for path in here if path.endswith("/index.html")}
    assert len(text) < 1_200_000
    assert ["psoas major", "term", "terms/PsoasMajor.html"] in [entry[:3] for entry in entries]


def test_the_search_index_cannot_end_its_script() -> None:
    script = search_script([["</script><b>", "term", "x.html", "\u2028", ""]])
    assert "</" not in script and "\u2028" not in script


# ---------------------------------------------------------------------------------------------------------------- safety

HOSTILE = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "quotes": '"\'><b onmouseover="alert(3)">',
    "turned": "safe\u202eelbatresni\u2066",
    "controls": "a\x1b[31mb",
    "template": "{{ 7*7 }}{% raw %}",
    "long": "x" * 5000,
    "arabic": "العضلة القطنية",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Path]:
    """The pages of a graph whose every name is an attack."""
    store = ox.Store()
    graph = ox.NamedNode("https://w3id.org/neoplex/graph/ontology")
    label = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    kind = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    below = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")

    def nx(name: str) -> ox.NamedNode:
        return ox.NamedNode(NX + name)

    def say(*triple: ox.NamedNode | ox.Literal) -> None:
        store.add(ox.Quad(*triple, graph))  # type: ignore[arg-type]

    owl_class = ox.NamedNode("http://www.w3.org/2002/07/owl#Class")
    say(nx("Top"), kind, owl_class)
    case, source = ox.NamedNode(CASE + "..%2F..%2Fetc"), ox.NamedNode("https://w3id.org/neoplex/source/bad-1999")
    say(case, kind, nx("Case"))
    say(case, nx("reportedBy"), source)
    say(case, label, ox.Literal(HOSTILE["markup"]))
    say(source, label, ox.Literal(HOSTILE["quotes"]))
    say(source, ox.NamedNode("http://purl.org/dc/terms/title"), ox.Literal(HOSTILE["markup"]))
    say(source, nx("doi"), ox.Literal('javascript:alert(1)//"><script>'))
    for name, text in HOSTILE.items():
        term, place, fact = nx(name.title()), ox.NamedNode(ATLAS + name), ox.NamedNode(f"{case.value}/finding/{name}")
        say(term, kind, owl_class)
        say(term, below, nx("Top"))
        say(term, label, ox.Literal(text))
        say(term, ox.NamedNode("http://purl.obolibrary.org/obo/IAO_0000115"), ox.Literal(text))
        say(term, ox.NamedNode("http://www.w3.org/2004/02/skos/core#altLabel"), ox.Literal("also " + text))
        say(place, kind, term)
        say(place, label, ox.Literal(text))
        say(case, nx("hasFinding"), fact)
        store.add(ox.Quad(fact, kind, term, case))
        store.add(ox.Quad(fact, nx("says"), ox.Literal(text), case))
        store.add(ox.Quad(fact, nx("hasSite"), place, case))
        store.add(ox.Quad(case, nx("hasFinding"), fact, case))
    site = Site(LocalEngine(Graph(store)), [])
    return site, write_site(site, tmp_path_factory.mktemp("hostile") / "out").folder


def test_hostile_names_stay_inert(hostile: tuple[Site, Path]) -> None:
    _, folder = hostile
    plain = {"html", "head", "meta", "title", "link", "body", "a", "header", "div", "nav", "ul", "li", "form", "label", "input",
             "main", "footer", "p"}  # fmt: skip
    number = 0
    for kind in ("terms", "structures", "cases", "papers"):
        for path in (folder / kind).glob("*.html"):
            seen = read(path)
            tags = {tag for tag, _ in seen.tags}
            assert not tags & {"script", "img"}, path
            assert not any(name.startswith("on") for _, values in seen.tags for name in values), path
            assert not any(link.lower().startswith("javascript") for link in seen.links), path
            assert not seen.unclosed, path
            text = path.read_text("utf-8")
            assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text), path
            assert tags > plain
            number += 1
    assert number >= 20


def test_hostile_names_stay_legible(hostile: tuple[Site, Path]) -> None:
    _, folder = hostile
    assert "<script>alert(1)</script>" in read(folder / "terms" / "Markup.html").text
    assert "safe\\u202eelbatresni" in read(folder / "terms" / "Turned.html").text
    assert "a\\x1b[31mb" in read(folder / "terms" / "Controls.html").text
    assert "{{ 7*7 }}{% raw %}" in read(folder / "terms" / "Template.html").text
    assert HOSTILE["arabic"] in read(folder / "terms" / "Arabic.html").text
    assert HOSTILE["long"] in read(folder / "terms" / "Long.html").text
    assert f"<bdi>{HOSTILE['arabic']}</bdi>" in (folder / "terms" / "Arabic.html").read_text("utf-8")


def test_no_name_leaves_the_folder(hostile: tuple[Site, Path]) -> None:
    site, folder = hostile
    for path in site.addresses.pages.values():
        assert re.fullmatch(r"[a-z]+/[A-Za-z0-9_-]+\.html|sources\.html#[A-Za-z0-9_-]+", path), path
    assert {p.name for p in folder.parent.iterdir()} == {"out"}


def test_file_names() -> None:
    assert file_name("PsoasMajor") == "PsoasMajor"
    for name in ("", "..", "a/b", "con.", "x" * 200, "-rf", "é", "a b", "%2e%2e"):
        assert re.fullmatch(r"[a-z0-9-]{1,70}-[0-9a-f]{8}", file_name(name)), name
    assert len({file_name("x" * 200), file_name("x" * 201)}) == 2


def test_names_that_differ_in_capitals_alone_get_two_files(graph: Graph) -> None:
    addresses = Addresses(Knowledge(LocalEngine(Graph(ox.Store()))))
    one, other = addresses.claim("terms", "Pain"), addresses.claim("terms", "pAin")
    assert one.casefold() != other.casefold()


def test_no_two_pages_share_a_file(site: Site) -> None:
    paths = [path.casefold() for path in site.addresses.pages.values() if "#" not in path]
    assert len(paths) == len(set(paths))


# ------------------------------------------------------------------------------------------------------------- same bytes


def test_the_same_graph_gives_the_same_bytes(built_home: Path, folder: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "neoplex", "site", "-o", str(tmp_path / "again")],
        env={**os.environ, "NEOPLEX_HOME": str(built_home), "PYTHONHASHSEED": "7", "COLUMNS": "200"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{tmp_path / 'again' / 'index.html'}\n"
    first = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    again = {
        path.relative_to(tmp_path / "again"): path.read_bytes()
        for path in (tmp_path / "again").rglob("*")
        if path.is_file()
    }
    assert first.keys() == again.keys()
    assert not [str(name) for name in first if first[name] != again[name]]


def test_names_of_blank_nodes_are_not_seen(graph: Graph, site: Site) -> None:
    renamed: dict[str, ox.BlankNode] = {}
    number = len(
        list(graph.store.quads_for_pattern(None, None, None, ox.NamedNode("https://w3id.org/neoplex/graph/ontology")))
    )

    def other(term: object) -> object:
        if isinstance(term, ox.BlankNode):
            return renamed.setdefault(term.value, ox.BlankNode(f"n{number - len(renamed)}"))
        return term

    store = ox.Store()
    store.bulk_extend(ox.Quad(other(q.subject), q.predicate, other(q.object), q.graph_name) for q in graph.store)  # type: ignore[arg-type]
    assert len(renamed) > 1000
    twin = Site(LocalEngine(Graph(store)), [])
    writer = Writer(site.navigation)
    wanted = frozenset(iri for iri in site.knowledge.classes if iri[len(NX) :][0] in "LPH")
    one = [writer.write(page) for page in site.terms.pages(wanted)]
    two = [writer.write(page) for page in twin.terms.pages(wanted)]
    assert len(one) > 150
    assert one == two


def test_nothing_of_this_machine_is_written(folder: Path) -> None:
    for path in pages(folder):
        text = path.read_text("utf-8")
        assert str(folder.parent) not in text and "/tmp/" not in text, path
        assert "/home/" not in text or path.parent.name == "docs", path


# ------------------------------------------------------------------------------------------------------------ all or nothing


def test_a_folder_with_other_things_is_left_alone(hostile: tuple[Site, Path], tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(EnvironmentProblem, match="holds files that are no site"):
        write_site(hostile[0], tmp_path / "mine")
    (tmp_path / "file").write_text("x")
    with pytest.raises(EnvironmentProblem, match="is no folder"):
        write_site(hostile[0], tmp_path / "file")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_an_older_site_is_replaced_as_a_whole(hostile: tuple[Site, Path], tmp_path: Path) -> None:
    target = tmp_path / "site"
    write_site(hostile[0], target)
    (target / "stale.html").write_text("old")
    write_site(hostile[0], target)
    assert not (target / "stale.html").exists()
    assert (target / MARKER).is_file()
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_failure_leaves_the_older_site(
    hostile: tuple[Site, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "site"
    write_site(hostile[0], target)
    before = {path: path.read_bytes() for path in target.rglob("*.html")}

    def fail(self: Writer, page: Page) -> str:
        if page.path.startswith("cases/"):
            raise OSError(28, "No space left on device")
        return "<p>half</p>"

    monkeypatch.setattr(Writer, "write", fail)
    with pytest.raises(EnvironmentProblem, match="No space left"):
        write_site(hostile[0], target)
    assert {path: path.read_bytes() for path in target.rglob("*.html")} == before
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


# -------------------------------------------------------------------------------------------------------------- documents


def test_markdown_is_shown_and_never_run(tmp_path: Path) -> None:
    from neoplex.report.site.documents import document_pages

    (tmp_path / "docs" / "decisions").mkdir(parents=True)
    (tmp_path / "docs" / "decisions" / "one.md").write_text(
        "# One\n\nA choice, see [the model](../data-model.md#names).\n"
    )
    (tmp_path / "docs" / "data-model.md").write_text(
        "# The <b>model</b>\n\n## Names\n\n## Names\n\n<script>alert(1)</script>\n\n[x](javascript:alert(2)) [y](../data/a.tsv) "
        "[z](https://example.org/) [all](decisions/) ![p](http://example.org/p.png)\n\n| a | b |\n|---|---|\n| 1 | \u202eb |\n"
    )
    pages = {page.path: page for page in document_pages(tmp_path)}
    assert set(pages) == {"docs/data-model.html", "docs/decisions-one.html", "docs/index.html"}
    html = str(pages["docs/data-model.html"].values["html"])
    assert pages["docs/data-model.html"].title == "The <b>model</b>"
    assert '<h2 id="names">' in html and '<h2 id="names-2">' in html
    assert "<script" not in html and "&lt;script&gt;alert(1)" in html
    assert 'href="javascript' not in html and "<img" not in html and "\\u202e" in html
    assert '<a href="https://example.org/">z</a>' in html and "a.tsv" not in html and " y " in html
    assert '<a href="index.html">all</a>' in html
    assert '<a href="data-model.html#names">the model</a>' in str(pages["docs/decisions-one.html"].values["html"])


def test_a_copy_without_documents_needs_no_markdown_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from neoplex.report.site.documents import document_pages

    monkeypatch.setitem(sys.modules, "markdown_it", None)
    assert list(document_pages(tmp_path)) == []
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("# A\n")
    with pytest.raises(EnvironmentProblem, match=r"pip install 'neoplex\[site\]'"):
        list(document_pages(tmp_path))
