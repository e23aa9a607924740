"""Graph views: what is shown is what the graph states, nothing overlaps, nothing is fetched, hostile names stay text."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from neoplex.ask.engines import LocalEngine
from neoplex.base.errors import UsageError
from neoplex.base.names import ATLAS, CASE, NX, compact, expand
from neoplex.draw import graphpage
from neoplex.draw.graphlayout import Scene, arrange, width_of, wrap
from neoplex.draw.graphpage import ASSETS, elements, to_html
from neoplex.draw.graphroutes import case_routes, conduits, structure_of
from neoplex.draw.graphsvg import FILLS, STROKES, to_picture, to_svg
from neoplex.draw.graphview import MOST, View, case_graph, class_tree, neighbourhood
from neoplex.infer.atlasgraph import open_atlas
from neoplex.infer.route_cases import CaseRouter
from neoplex.store.embedded import Graph

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def engine(graph: Graph) -> LocalEngine:
    return LocalEngine(graph)


@pytest.fixture(scope="module")
def router(graph: Graph) -> CaseRouter:
    return CaseRouter(graph.store, open_atlas(graph))


@pytest.fixture(scope="module")
def views(engine: LocalEngine, router: CaseRouter) -> dict[str, View]:
    """One view of each kind, and crowded ones."""
    routes = case_routes(router, CASE + "capek-2015")
    assert routes is not None
    return {
        "psoas": neighbourhood(engine, ATLAS + "left-psoas-major"),
        "psoas far": neighbourhood(engine, ATLAS + "left-psoas-major", 2, 200),
        "term": neighbourhood(engine, NX + "PsoasMajor"),
        "classes": class_tree(engine, NX + "LumbosacralPlexopathy"),
        "all classes": class_tree(engine, NX + "Finding", 9, 300),
        "prostate": conduits(engine, ATLAS + "prostate"),
        "capek": routes,
        "shi": case_graph(engine, CASE + "shi-2021"),
    }


# ----------------------------------------------------------------------------------------------------------- what is shown


def test_neighbours_are_those_of_the_atlas(graph: Graph, engine: LocalEngine) -> None:
    iri = ATLAS + "left-obturator-nerve"
    view = neighbourhood(engine, iri, 1, 1000)
    stated = {
        other.value
        for row in graph.query(
            f"""SELECT ?a ?b ?r WHERE {{ ?e nx:edgeFrom ?a ; nx:edgeTo ?b ; nx:edgeRelation ?r .
            FILTER((?a = <{iri}> || ?b = <{iri}>) && ?r != nx:supplies && ?r != nx:conduitTo) }}"""
        )
        for other in (row["a"], row["b"])
    }
    assert len(stated) > 10
    assert {expand(thing.id) for thing in view.things} == stated
    assert all(graph.query(f"ASK {{ ?e nx:edgeFrom <{expand(s)}> ; nx:edgeTo <{expand(t)}> }}") for s, t in ends(view))


def ends(view: View) -> list[tuple[str, str]]:
    """Branches as stated, from subject to object."""
    return [(b.parent, b.child) if b.forward else (b.child, b.parent) for b in (*view.branches, *view.further)]


def test_classes_above_and_below(graph: Graph, views: dict[str, View]) -> None:
    view = views["classes"]
    for start, end in ends(view):
        assert graph.query(f"ASK {{ <{expand(start)}> rdfs:subClassOf+ <{expand(end)}> }}"), (start, end)
    left = {b.child for b in view.branches if b.side == "left"}
    assert {"nx:NerveDisorder", "nx:Condition"} <= left
    right = {b.child for b in view.branches if b.side == "right"}
    assert "nx:NeoplasticLumbosacralPlexopathy" in right


def test_nothing_is_left_out_in_silence(engine: LocalEngine) -> None:
    whole = neighbourhood(engine, ATLAS + "left-psoas-major", 1, 1000)
    cut = neighbourhood(engine, ATLAS + "left-psoas-major", 1, 20)
    assert len(cut.things) == 20
    assert f"{len(whole.things) - 20} more are not shown" in cut.notes[0]
    assert not any("not shown" in note for note in whole.notes)
    assert len(neighbourhood(engine, ATLAS + "left-psoas-major").things) == MOST


def test_things_hang_together(views: dict[str, View]) -> None:
    for name, view in views.items():
        ids = [thing.id for thing in view.things]
        assert len(ids) == len(set(ids)), name
        assert sorted([view.focus, *(b.child for b in view.branches)]) == sorted(ids), name
        seen = {view.focus}
        for branch in sorted(view.branches, key=lambda b: ids.index(b.child)):
            seen.add(branch.child)
        assert {b.parent for b in view.branches} <= seen, name
        assert {end for b in view.further for end in (b.parent, b.child)} <= set(ids), name


def test_shapes_come_from_kinds(views: dict[str, View]) -> None:
    shapes = {thing.id: thing.shape for thing in views["psoas"].things}
    assert shapes["atlas:left-femoral-nerve"] == "pill"
    assert shapes["atlas:left-lumbar-plexus"] == "hexagon"
    assert shapes["atlas:left-iliacus"] == "rectangle"
    assert shapes["atlas:l1-vertebra"] == "octagon"
    assert shapes["atlas:left-femoral-artery"] == "parallelogram"
    assert shapes["atlas:abdominal-aorta"] == "parallelogram"
    assert shapes["atlas:descending-colon"] == "rounded"


def test_the_routes_of_capek_cross_the_midline_in_the_dural_sac(views: dict[str, View], router: CaseRouter) -> None:
    view = views["capek"]
    tree = router.explain(router.read("capek-2015")).tree
    assert tree is not None
    assert [(b.parent, b.child) for b in view.branches] == [(compact(s.start), compact(s.end)) for s in tree.steps]
    across = [b for b in view.branches if "transmedian" in b.label]
    assert across and all(b.parent == "atlas:dural-sac" and b.line == "intradural" for b in across)
    states = {thing.id: (thing.mark, thing.state) for thing in view.things}
    assert states["atlas:prostate"] == ("focus", "primary")
    assert states["atlas:right-sciatic-nerve"][0] == "involved"
    assert states["atlas:left-inferior-hypogastric-plexus"] == ("", "step 1: not reported")
    assert any("is not reached" in note for note in view.notes)


def test_a_step_of_plausibility_alone_is_marked(graph: Graph, views: dict[str, View]) -> None:
    for branch in views["prostate"].branches:
        start, end = (branch.parent, branch.child) if branch.forward else (branch.child, branch.parent)
        sure = graph.query(
            f"ASK {{ ?e a nx:ConduitEdge ; nx:edgeFrom <{expand(start)}> ; nx:edgeTo <{expand(end)}> ; nx:evidenceLevel ?v . "
            "FILTER(?v != nx:anatomicalPlausibility) }"
        )
        assert sure or "(assumption)" in branch.label, branch


def test_absence_in_a_case_is_stated_and_marked(engine: LocalEngine) -> None:
    view = case_graph(engine, CASE + "capek-2015", 500)
    absent = [thing for thing in view.things if thing.mark == "absent"]
    assert absent
    assert all(thing.label.startswith("no ") and thing.state == "stated absent" for thing in absent)


def test_a_name_with_two_sides_is_refused(engine: LocalEngine) -> None:
    with pytest.raises(UsageError, match="left psoas major, right psoas major"):
        structure_of(engine, NX + "PsoasMajor")
    assert structure_of(engine, NX + "Prostate") == ATLAS + "prostate"
    with pytest.raises(UsageError, match="of the atlas"):
        structure_of(engine, NX + "Pain")


# -------------------------------------------------------------------------------------------------------------- placement


def frames(scene: Scene) -> list[tuple[str, float, float, float, float]]:
    parts = [(box.thing.label, box) for box in scene.boxes] + [(" ".join(words.lines), words) for words in scene.words]
    return [(name, p.x - p.width / 2, p.y - p.height / 2, p.x + p.width / 2, p.y + p.height / 2) for name, p in parts]


@pytest.mark.parametrize("form", ["", "columns", "outline"])
def test_nothing_overlaps_or_leaves_the_sheet(form: str, views: dict[str, View]) -> None:
    for name, view in views.items():
        if form == "outline" and any(branch.side == "left" for branch in view.branches):
            continue
        scene = arrange(view, form)
        found = frames(scene)
        for number, (one, left, top, right, bottom) in enumerate(found):
            assert left >= 0 and top >= 0 and right <= scene.width and bottom <= scene.height, (name, one)
            for other, l2, t2, r2, b2 in found[number + 1 :]:
                assert right <= l2 or r2 <= left or bottom <= t2 or b2 <= top, (name, one, other)


def test_labels_fit_their_boxes(views: dict[str, View]) -> None:
    for view in views.values():
        for box in arrange(view).boxes:
            assert max(width_of(line) for line in box.lines) <= box.width - 8
            assert "".join(box.lines).replace(" ", "") == box.thing.label.replace(" ", "") or box.lines[-1].endswith(
                "…"
            )


def test_labels_never_cross_more_lines_than_they_may() -> None:
    assert wrap("x" * 5000)[-1].endswith("…")
    assert len(wrap("word " * 400)) == 4
    assert all(len(line) <= 30 for line in wrap("x" * 5000 + " " + "word " * 50))
    assert wrap("") == ("",)


def test_every_arrow_stands_at_a_thing(views: dict[str, View]) -> None:
    for view in views.values():
        scene = arrange(view)
        ids = {box.thing.id for box in scene.boxes}
        assert len(scene.boxes) == len(view.things)
        arrows = sum(line.start + line.end for line in scene.lines)
        assert arrows >= len({(b.parent, b.label) for b in view.branches})
        for line in scene.lines:
            assert not line.end or line.ends[1] in ids
            assert not line.start or line.ends[0] in ids


# --------------------------------------------------------------------------------------------------------------- pictures


def test_svg_is_named_and_says_all_in_words(views: dict[str, View]) -> None:
    for name, view in views.items():
        root = ElementTree.fromstring(to_svg(arrange(view)))
        assert root.get("role") == "img" and root.get("aria-labelledby") == "graph-title graph-description", name
        assert root.findtext(f"{SVG}title", "").replace("\n", " ").startswith(view.title[:40])
        assert root.findtext(f"{SVG}desc") == view.description
        told = {title.text for title in root.iter(f"{SVG}title")}
        assert {f"{thing.label} ({thing.id})" for thing in view.things} <= told, name
        assert not root.findall(f".//{SVG}image") and not root.findall(f".//{SVG}script")


def test_states_differ_without_colour() -> None:
    looks = {(width, dashes) for _, _, _, width, dashes in FILLS.values()}
    assert len(looks) >= 5
    assert len({dashes for dashes, _ in STROKES.values()}) == len(STROKES) - 1
    assert STROKES["plain"][1] != STROKES["perineural"][1]


def test_the_legend_explains_what_occurs(views: dict[str, View]) -> None:
    legend = {name for _, name, _ in arrange(views["capek"]).legend}
    assert {"perineural", "intradural", "contiguous", "haematogenous", "pill", "hexagon"} <= legend
    assert "rectangle" not in legend
    assert arrange(views["classes"]).legend == ()


def test_png_and_pdf(views: dict[str, View]) -> None:
    scene = arrange(views["capek"])
    png, again = to_picture(scene, "png"), to_picture(scene, "png")
    assert png.startswith(b"\x89PNG") and png == again
    assert to_picture(arrange(views["shi"]), "pdf").startswith(b"%PDF")


def test_a_golden_drawing(root: Path) -> None:
    """A small view, byte for byte; look at it before renewing it."""
    from neoplex.draw.graphview import Branch, Thing

    things = (
        Thing("atlas:a", "prostate", "rounded", "focus", "primary"),
        Thing("atlas:b", "left sacral plexus", "hexagon", "involved", "tumour reported"),
        Thing("atlas:c", "left sciatic nerve", "pill", "denied", "said to be free"),
    )
    branches = (
        Branch("atlas:a", "atlas:b", "perineural", line="perineural"),
        Branch("atlas:b", "atlas:c", "by the dura", line="intradural"),
    )
    view = View("A small view", "Three things.", "atlas:a", things, branches)
    assert to_svg(arrange(view)) == (root / "tests" / "draw" / "graph.golden.svg").read_text("utf-8")


# ------------------------------------------------------------------------------------------------------------------- HTML


def test_the_page_holds_what_the_view_holds(views: dict[str, View]) -> None:
    for view in views.values():
        page = to_html(view)
        data = json.loads(re.search(r'id="graph-data">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
        assert data == elements(view)
        assert {n["data"]["id"] for n in data["nodes"] if "thing" in n["classes"]} == {
            thing.id for thing in view.things
        }
        known = {n["data"]["id"] for n in data["nodes"]}
        assert all(e["data"]["source"] in known and e["data"]["target"] in known for e in data["edges"])
        assert len(data["relations"]) == len(view.branches) + len(view.further)
        assert page.count("<tr><td>") == len(data["relations"])


def test_the_page_fetches_nothing(views: dict[str, View]) -> None:
    page = to_html(views["shi"])
    assert "default-src 'none'" in page
    own = page.replace((ASSETS / "cytoscape.min.js").read_text("utf-8"), "")
    assert not re.search(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//""", own)
    assert "import(" not in own and "fetch(" not in own and "XMLHttpRequest" not in own


def test_the_bundled_library_is_what_it_says(root: Path) -> None:
    data = (ASSETS / "cytoscape.min.js").read_bytes()
    assert hashlib.sha256(data).hexdigest() == "081591ab735b2b6a3b31a3c60f8f3a3e2fee8c92939e0c7820ad1208571b6cd8"
    assert graphpage.VERSION in (ASSETS / "README.md").read_text("utf-8")
    assert f'"{graphpage.VERSION}"'.encode() in data
    assert "The Cytoscape Consortium" in (ASSETS / "cytoscape.LICENSE.txt").read_text("utf-8")
    assert b"</script" not in data.lower()
    assert "MIT" in (root / "pyproject.toml").read_text("utf-8")


# ----------------------------------------------------------------------------------------------------------------- hostile

HOSTILE = (
    "</script><script>alert(1)</script>",
    "\"'><img src=x onerror=alert(2)>",
    "]]><svg onload=alert(3)>",
    "turned \u202eelbatresni\u2066 round",
    "bell \x07 and \x1b[31m",
    "{{ 7*7 }}",
    "x" * 4000,
    "العضلة القطنية الكبيرة",
    "大腰筋" * 40,
)


@pytest.fixture(scope="module")
def hostile() -> View:
    store = ox.Store()
    graph = ox.NamedNode("https://w3id.org/neoplex/graph/ontology")

    def say(s: str, p: str, o: ox.NamedNode | ox.Literal) -> None:
        store.add(ox.Quad(ox.NamedNode(expand(s)), ox.NamedNode(expand(p)), o, graph))

    say("nx:Top", "rdfs:label", ox.Literal(HOSTILE[0]))
    say("nx:Top", "obo:IAO_0000115", ox.Literal(HOSTILE[1]))
    for number, text in enumerate(HOSTILE):
        say(f"nx:T{number}", "rdfs:subClassOf", ox.NamedNode(NX + "Top"))
        say(f"nx:T{number}", "rdfs:label", ox.Literal(text))
    return neighbourhood(LocalEngine(Graph(store)), NX + "Top")


def test_hostile_names_stay_text(hostile: View) -> None:
    svg = to_svg(arrange(hostile))
    root = ElementTree.fromstring(svg)
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "rect",
        "g",
        "text",
        "path",
        "polygon",
    }
    assert not any(name.startswith("on") for node in root.iter() for name in node.attrib)
    told = " ".join(root.itertext())
    assert "alert(1)" in told and "\\u202e" in told and "\\x1b" in told and HOSTILE[7] in told and "…" in told
    page = to_html(hostile)
    own = page.replace((ASSETS / "cytoscape.min.js").read_text("utf-8"), "")
    assert own.lower().count("<script") == 3 and own.lower().count("</script") == 3
    assert "<img" not in own and "onload=alert" not in re.sub(r"&[#\w]+;|\\u003c", "", own).replace(
        "svg onload=alert(3)", ""
    )
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0e-\x1f]", own)
    json.loads(re.search(r'id="graph-data">(.*?)</script>', own, re.DOTALL)[1])  # type: ignore[index]


def test_hostile_names_do_not_break_the_layout(hostile: View) -> None:
    scene = arrange(hostile)
    assert scene.width < 2500
    for number, (_, left, top, right, bottom) in enumerate(frames(scene)):
        for _, l2, t2, r2, b2 in frames(scene)[number + 1 :]:
            assert right <= l2 or r2 <= left or bottom <= t2 or b2 <= top
    assert to_picture(scene, "png").startswith(b"\x89PNG")


# -------------------------------------------------------------------------------------------------------------------- verb


def run(home: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "neoplex", "graph", *words],
        cwd=folder, env={**os.environ, "NEOPLEX_HOME": str(home), "COLUMNS": "80", "PYTHONHASHSEED": "5"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        ("left", "psoas", "major"),
        ("left", "psoas", "major", "--what", "routes", "--depth", "1"),
        ("lumbosacral plexopathy", "--what", "classes"),
        ("capek-2015",),
        ("shi-2021", "--what", "neighbours"),
    ],
)
def test_the_verb_draws_the_same_bytes(words: tuple[str, ...], built_home: Path, tmp_path: Path) -> None:
    first, again = run(built_home, tmp_path, *words), run(built_home, tmp_path, *words, "-o", "again.svg")
    assert first.returncode == again.returncode == 0, first.stderr
    assert first.stdout == (tmp_path / "again.svg").read_text("utf-8")
    ElementTree.fromstring(first.stdout)


def test_the_verb_writes_a_page(built_home: Path, tmp_path: Path) -> None:
    done = run(built_home, tmp_path, "capek-2015", "-o", "routes.html")
    assert done.returncode == 0, done.stderr
    assert "wrote routes.html" in done.stderr
    assert (tmp_path / "routes.html").read_text("utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("left", "psoas", "mayor"), "did you mean"),
        (("prostate", "--what", "rotues"), "did you mean routes"),
        (("prostate", "-f", "gif"), "use svg, html, png, pdf"),
        (("prostate", "-f", "png"), "add -o FILE.png"),
        (("psoas major", "--what", "routes"), "left psoas major, right psoas major"),
        (("left psoas major", "--what", "classes"), "without the side"),
        (("capek-2015", "--what", "classes"), "--what is routes or neighbours"),
        (("source:capek-2015",), "is a publication"),
        (("sanuki-2022",), "--what neighbours"),
    ],
)
def test_the_verb_says_what_is_wrong(words: tuple[str, ...], said: str, built_home: Path, tmp_path: Path) -> None:
    done = run(built_home, tmp_path, *words)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert not done.stdout and not list(tmp_path.iterdir())
