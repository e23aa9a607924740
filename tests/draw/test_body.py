"""The body map shows what a case reports, on the side it reports, with its grade, and keeps normal apart from not reported."""

from __future__ import annotations

import itertools
import os
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from neoplex.ask.engines import LocalEngine
from neoplex.ask.factwords import FactWords
from neoplex.base.errors import UsageError
from neoplex.base.names import ATLAS, atlas_iri, case_iri
from neoplex.draw import bodyfacts
from neoplex.draw.body import describe, lay_out, load_template, notes_of, paint_body
from neoplex.draw.bodyfacts import Sign, read_signs
from neoplex.draw.kinds import Request, find_kind, make_picture
from neoplex.draw.labels import Box
from neoplex.draw.sheet import SIGNS, drawing, render
from neoplex.draw.template import Template
from neoplex.infer.atlasgraph import Atlas, open_atlas
from neoplex.infer.route_cases import CaseRouter
from neoplex.infer.route_facts import known_cases
from neoplex.store.embedded import Graph

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = "<script>alert(1)</script> $x^2$ \u202egnol " + "very " * 60
LEVELS = ("t12", "l1", "l2", "l3", "l4", "l5", "s1", "s2", "s3", "s4", "s5", "co1")
SPACE = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def atlas(graph: Graph) -> Atlas:
    return open_atlas(graph)


@pytest.fixture(scope="module")
def template(atlas: Atlas) -> Template:
    return load_template(atlas)


@pytest.fixture(scope="module")
def router(graph: Graph, atlas: Atlas) -> CaseRouter:
    return CaseRouter(graph.store, atlas)


def signs_of(graph: Graph, router: CaseRouter, template: Template, case: str) -> tuple[Sign, ...]:
    return read_signs(router.read(case), FactWords.read(LocalEngine(graph), case_iri(case)), template)


def of(signs: tuple[Sign, ...], label: str, site: str) -> Sign:
    return next(sign for sign in signs if sign.label == label and site in sign.sites)


# ------------------------------------------------------------------------------------------------------------- template


def test_every_dermatome_and_skin_supply_has_its_place(atlas: Atlas, template: Template) -> None:
    dermatomes = {shape.iri for shape in template.shapes if shape.layer == "dermatome"}
    assert dermatomes == {atlas_iri(f"{level}_dermatome", side) for level in LEVELS for side in ("left", "right")}
    ground = {iri for shape in template.shapes for iri in (shape.iri, *shape.also)}
    for side in ("left", "right"):
        skin = {iri for iri, one in atlas.structures.items() if one.kind == "skin region" and one.side == side}
        assert len(skin) > 25
        assert not sorted(skin - ground)
    nerves = {
        edge.start
        for edge in atlas.edges.values()
        if getattr(edge, "kind", "") == "sensory" and getattr(edge, "row_type", "") == "nerve"
        and edge.end in atlas.structures and atlas.structures[edge.end].kind == "skin region"
    }  # fmt: skip
    covered = {iri for iri in ground if iri in nerves}
    branches = {branch for iri in nerves for branch in atlas.branches(iri)}
    lacking = {i for i in nerves - covered if not set(atlas.branches(i)) & covered and i not in branches}
    assert not sorted(lacking), "a nerve to the skin, or a branch of it, has a territory"


def test_sides_are_mirror_images_and_the_back_is_turned(template: Template, atlas: Atlas) -> None:
    for left in (shape for shape in template.shapes if shape.side == "left"):
        right = next(
            s
            for s in template.shapes
            if s.iri == atlas.opposite(left.iri) and (s.view, s.layer) == (left.view, left.layer)
        )
        assert right.anchor == (-left.anchor[0], left.anchor[1]) and left.anchor[0] > 0


# --------------------------------------------------------------------------------------------------------------- content


def test_capek_is_read_as_examined(graph: Graph, router: CaseRouter, template: Template) -> None:
    signs = signs_of(graph, router, template, "capek-2015")
    assert of(signs, "knee flexion weakness", "left hamstring muscles").grade == "MRC 2"
    assert of(signs, "knee flexion weakness", "right hamstring muscles").grade == "MRC 3"
    kept = of(signs, "quadriceps weakness", "right quadriceps femoris")
    assert kept.state == "kept" and of(signs, "quadriceps weakness", "left quadriceps femoris").state == "weak"
    sensory = of(signs, "decreased sensation in a dermatome", "left L5 dermatome")
    assert sensory.map == "dermatomes"
    assert {mark.shape.iri for mark in sensory.marks if mark.shape} == {
        ATLAS + "left-l5-dermatome",
        ATLAS + "left-s1-dermatome",
    }
    assert of(signs, "burning sensation", "right skin of lateral foot").state == "odd"
    reflex = of(signs, "absent ankle reflex", "left lower limb")
    assert sorted(mark.at[0] for mark in reflex.marks) == [-9.0, 9.0]
    assert not any(sign.part == "pain" for sign in signs)


def test_a_sign_told_twice_is_one_sign_with_both_times(graph: Graph, router: CaseRouter, template: Template) -> None:
    (pain,) = signs_of(graph, router, template, "shi-2021")
    assert pain.when == "up to 2008-04, 2014-02" and len(pain.facts) == 2


def test_an_open_side_is_on_neither_side(graph: Graph, router: CaseRouter, template: Template) -> None:
    signs = signs_of(graph, router, template, "capek-2015")
    loose = [sign for sign in signs if sign.open]
    assert {sign.label for sign in loose} == {"perianal numbness", "numbness"}
    assert all(not sign.marks and not sign.number for sign in loose)
    assert any("Side not reported" in note and "perianal" in note for note in notes_of(signs))


def test_marks_stand_on_the_side_of_their_site(graph: Graph, router: CaseRouter, template: Template) -> None:
    seen = 0
    for case in known_cases(graph.store):
        signs = signs_of(graph, router, template, case)
        for block in lay_out(template, signs):
            for sign, mark, at, _ in block.badges:
                if mark.shape is None or mark.shape.side == "midline":
                    continue
                seen += 1
                assert mark.shape.side in " ".join(sign.sites)
                viewers_left = at[0] < block.panel(mark.view).x
                assert viewers_left == (mark.shape.side == ("right" if mark.view == "front" else "left"))
    assert seen > 40


def test_every_sign_is_drawn_or_said(graph: Graph, router: CaseRouter, template: Template) -> None:
    for case in known_cases(graph.store):
        signs = signs_of(graph, router, template, case)
        told = " ".join(notes_of(signs))
        for sign in signs:
            assert sign.marks or sign.label in told, f"{case}: {sign.words}"
            for site in (*sign.open, *sign.unplaced):
                assert site in told
            if sign.sites and sign.state:
                assert sign.words in describe("", signs)
        assert not any(sign.unplaced for sign in signs), "the map has every place that the five papers name"


# ---------------------------------------------------------------------------------------------------------------- layout


def test_no_two_numbers_overlap(graph: Graph, router: CaseRouter, template: Template) -> None:
    with drawing():
        for case in known_cases(graph.store):
            for block in lay_out(template, signs_of(graph, router, template, case)):
                boxes = [Box(x - 1.6, y - 1.6, x + 1.6, y + 1.6) for _, _, _, (x, y) in block.badges]
                assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2)), case
                assert {str(sign.number) for sign in block.signs} <= {number for number, _ in block.lines}


@pytest.mark.parametrize("format", ["svg", "pdf", "png"])
def test_same_bytes(graph: Graph, format: str) -> None:
    drawn = [make_picture(find_kind("body"), Request(graph, ("sanuki-2022-8",), format, {})).data for _ in range(2)]
    assert drawn[0] == drawn[1]


def test_the_svg_names_regions_and_sides(graph: Graph) -> None:
    picture = make_picture(find_kind("body"), Request(graph, ("capek-2015",), "svg", {}))
    root = ET.fromstring(picture.data)
    ids = {node.attrib["id"] for node in root.iter() if "id" in node.attrib}
    assert {"strength.back.left-hamstrings.weak", "dermatomes.front.right-s1-dermatome.numb"} <= ids
    assert "strength.front.right-quadriceps-femoris.kept" in ids
    words = [node.text for node in root.iter(f"{SPACE}text")]
    assert words.count("R") == words.count("L") == 6 and "MRC 4" in words
    assert "MRC 2" in (root.findtext(f"{SPACE}desc") or "")


def test_hostile_words_are_inert(graph: Graph, router: CaseRouter, template: Template) -> None:
    signs = tuple(replace(sign, label=HOSTILE) for sign in signs_of(graph, router, template, "sanuki-2022-8"))
    with drawing():
        figure, description, _ = paint_body(template, HOSTILE, signs)
        root = ET.fromstring(render(figure, "svg", title=HOSTILE, description=description))
    assert not list(root.iter(f"{SPACE}script"))
    words = " ".join(node.text or "" for node in root.iter(f"{SPACE}text"))
    assert "$x^2$" in words and "\u202e" not in words and "<script>" in words


def test_a_cohort_and_a_case_without_signs_are_refused(graph: Graph) -> None:
    for case, words in (("sanuki-2022", "cohort"), ("sanuki-2022-tsuchiyama", "names no place")):
        with pytest.raises(UsageError, match=words):
            make_picture(find_kind("body"), Request(graph, (case,), "svg", {}))


def test_states_differ_in_shape_and_word() -> None:
    assert len({state.marker for state in SIGNS}) == len({state.label for state in SIGNS}) == len(SIGNS)
    assert bodyfacts._grade("0 (MRC muscle power scale)") == "MRC 0"


@pytest.mark.parametrize("case", ["capek-2015", "elhayel-2026", "sanuki-2022-5", "shi-2021"])
def test_golden(graph: Graph, router: CaseRouter, template: Template, case: str) -> None:
    lines = []
    for sign in signs_of(graph, router, template, case):
        lines.append(f"{sign.number} {sign.map or '-'} {sign.state or '-'} {sign.words} ({sign.when})")
        for mark in sign.marks:
            lines.append(f"  {mark.view} {mark.shape.iri.removeprefix(ATLAS) if mark.shape else f'at {mark.at}'}")
    text = "\n".join(lines) + "\n"
    file = GOLDEN / f"body-{case}.txt"
    if os.environ.get("NEOPLEX_WRITE_GOLDEN"):
        file.write_text(text, "utf-8")
    assert file.read_text("utf-8") == text
