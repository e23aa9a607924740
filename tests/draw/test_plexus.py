"""The plexus schematic draws what the case says, on the side it says, in the order it says, and nothing of it overlaps."""

from __future__ import annotations

import itertools
import os
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from neoplex.base.errors import FaultsFound, UsageError
from neoplex.base.names import ATLAS, atlas_iri
from neoplex.draw.casestates import ORDER, Anatomy, Shown
from neoplex.draw.courses import UNDATED, mechanism_of
from neoplex.draw.kinds import Request, find_kind, make_picture
from neoplex.draw.plexus import Subject, load_template, read_subject
from neoplex.draw.plexuscourse import runs
from neoplex.draw.plexusscene import Scene, compose
from neoplex.draw.plexussheet import lay_out, paint_sheet
from neoplex.draw.sheet import STATES, drawing, render
from neoplex.draw.template import Template, read_template
from neoplex.infer.atlasgraph import Atlas, open_atlas
from neoplex.infer.route_facts import known_cases
from neoplex.store.embedded import Graph

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = "<script>alert(1)</script> $x^2$ \u202egnol " + "very " * 60
LEVELS = ("t12", "l1", "l2", "l3", "l4", "l5", "s1", "s2", "s3", "s4", "s5")
PER_LEVEL = ("nerve_root", "spinal_nerve", "ventral_ramus")
PAIRED = ("psoas_major", "iliacus", "piriformis", "lumbosacral_trunk", "kidney", "ovary")
MIDLINE = ("dural_sac", "prostate", "urinary_bladder", "rectum", "uterus", "sacrum", "t12_vertebra", "l5_vertebra")
AUTONOMIC = (
    "superior_hypogastric_plexus", "inferior_hypogastric_plexus", "prostatic_plexus", "vesical_plexus", "uterovaginal_plexus",
    "middle_rectal_plexus", "hypogastric_nerve", "pelvic_splanchnic_nerve", "sacral_splanchnic_nerve", "sympathetic_trunk",
)  # fmt: skip


@pytest.fixture(scope="module")
def atlas(graph: Graph) -> Atlas:
    return open_atlas(graph)


@pytest.fixture(scope="module")
def template(atlas: Atlas) -> Template:
    return load_template(atlas)


def request_of(graph: Graph, *cases: str, format: str = "svg", **options: object) -> Request:
    return Request(graph, cases, format, options)


def subject_of(graph: Graph, atlas: Atlas, template: Template, *cases: str, **options: object) -> Subject:
    return read_subject(request_of(graph, *cases, **options), atlas, template)


def scene_of(template: Template, atlas: Atlas, subject: Subject) -> Scene:
    anatomy = subject.anatomy
    return compose(template, atlas, anatomy.shown, sex=anatomy.sex, primaries=anatomy.primaries, arrows=subject.arrows)


def state_of(scene: Scene, iri: str) -> tuple[str, str]:
    return next((item.state, item.certainty) for item in scene.items if item.iri == ATLAS + iri)


# ------------------------------------------------------------------------------------------------------------- template


def test_every_branch_of_both_plexuses_has_its_place(atlas: Atlas, template: Template) -> None:
    for side in ("left", "right"):
        wanted = {atlas_iri(plexus, side) for plexus in ("lumbar_plexus", "sacral_plexus", "coccygeal_plexus")}
        for plexus in tuple(wanted):
            for branch in (plexus, *atlas.branches(plexus)):
                wanted |= {branch, *atlas.branches(branch), *atlas.parts(branch)}
        wanted |= {
            atlas_iri(f"{level}_{kind}", side)
            for level in LEVELS
            for kind in ("nerve_root", "spinal_nerve", "ventral_ramus")
        }
        wanted |= {
            atlas_iri(name, side)
            for name in ("psoas_major", "iliacus", "piriformis", "lumbosacral_trunk", "kidney", "ovary")
        }
        assert len(wanted) > 90
        assert not sorted(wanted - set(template.of))
    midline = {
        atlas_iri(name)
        for name in ("dural_sac", "prostate", "urinary_bladder", "rectum", "uterus", "sacrum", "l5_vertebra")
    }
    assert not midline - set(template.of)
    own = {shape.iri for shape in template.shapes}
    nerves = {i for i in wanted if atlas.structures[i].kind in ("nerve", "trunk", "ventral ramus") and i in template.of}
    assert not nerves - own, "a nerve of the plexus must be drawn itself, not under another one"


def test_pelvic_autonomic_plexuses_have_their_place(atlas: Atlas, template: Template) -> None:
    for name in AUTONOMIC:
        found = [
            i for i in (atlas_iri(name), atlas_iri(name, "left"), atlas_iri(name, "right")) if i in atlas.structures
        ]
        assert found and all(iri in template.of for iri in found), name


def test_sides_mirror_each_other(atlas: Atlas, template: Template) -> None:
    by_iri = {shape.iri: shape for shape in template.shapes}
    paired = [shape for shape in template.shapes if shape.side == "left" and atlas.opposite(shape.iri) != shape.iri]
    assert len(paired) > 150
    for left in paired:
        right = by_iri[atlas.opposite(left.iri)]
        assert right.anchor == (-left.anchor[0], left.anchor[1])
        assert left.anchor[0] > 0 or left.dots, f"{left.iri} lies on the wrong side"


def test_nerves_leave_the_psoas_where_they_do(template: Template) -> None:
    psoas = template.of[atlas_iri("psoas_major", "left")].outline
    assert psoas is not None
    ring = psoas.points()

    def border(y: float, outer: bool) -> float:
        xs = [
            x1 + (x2 - x1) * (y - y1) / (y2 - y1)
            for (x1, y1), (x2, y2) in itertools.pairwise((*ring, ring[0]))
            if (y1 - y) * (y2 - y) <= 0 and y1 != y2
        ]
        return max(xs) if outer else min(xs)

    def leaves(name: str) -> list[str]:
        curve = template.of[atlas_iri(name, "left")].paths[-1]
        told = []
        inside = True
        for x, y in curve.points():
            if not 24 < y < 112:
                break
            now = border(y, False) <= x <= border(y, True)
            if inside and not now:
                told.append("lateral" if x > border(y, True) else "medial")
            inside = now
        return told

    for name in ("iliohypogastric_nerve", "ilioinguinal_nerve", "lateral_femoral_cutaneous_nerve", "femoral_nerve"):
        assert leaves(name)[:1] == ["lateral"], name
    for name in ("obturator_nerve", "accessory_obturator_nerve"):
        assert leaves(name)[:1] in (["medial"], []), name
    assert leaves("genitofemoral_nerve") == [], "runs down in front of the muscle"
    trunk = template.of[atlas_iri("lumbosacral_trunk", "left")].paths[-1].points()
    assert all(x < border(y, False) + 0.5 for x, y in trunk if y < 110)


def test_a_wrong_id_is_a_fault_with_its_line(tmp_path: Path, atlas: Atlas) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(
        "format: neoplex-figure/1\nframe: {half-width: 1, top: 0, bottom: 1}\nshapes:\n"
        '  - {id: femoral_nreve, as: nerve, paths: ["0 0, 1 1"]}\n'
        '  - {id: femoral_nerve, as: nreve, paths: ["0 0, 1"]}\n',
        "utf-8",
    )
    with pytest.raises(FaultsFound) as caught:
        read_template(file, atlas)
    told = [str(fault) for fault in caught.value.faults]
    assert any(":4:" in line and "femoral_nreve" in line for line in told)
    assert any(":5:" in line and "nreve" in line for line in told)
    assert any(":5:" in line and "two numbers" in line for line in told)


# ---------------------------------------------------------------------------------------------------------------- states


def test_a_supposed_site_puts_the_nerves_of_its_side_at_risk(graph: Graph, atlas: Atlas, template: Template) -> None:
    subject = subject_of(graph, atlas, template, site=("left psoas major",))
    scene = scene_of(template, atlas, subject)
    assert state_of(scene, "left-psoas-major") == ("involved", "")
    for nerve in (
        "femoral",
        "obturator",
        "ilioinguinal",
        "iliohypogastric",
        "genitofemoral",
        "lateral-femoral-cutaneous",
    ):
        assert state_of(scene, f"left-{nerve}-nerve") == ("at-risk", "")
        assert state_of(scene, f"right-{nerve}-nerve") == ("", "")
    assert not any(item.state for item in scene.items if item.shape.side == "right")


def test_capek_states_are_told_apart(graph: Graph, atlas: Atlas, template: Template) -> None:
    scene = scene_of(template, atlas, subject_of(graph, atlas, template, "capek-2015"))
    assert state_of(scene, "left-tibial-division-of-sciatic") == ("involved", "")
    assert state_of(scene, "right-tibial-division-of-sciatic") == ("concluded", "possible")
    assert state_of(scene, "left-s1-spinal-nerve") == ("sign", "")
    assert state_of(scene, "right-s1-spinal-nerve") == ("", "")
    assert state_of(scene, "left-prostatic-plexus") == ("at-risk", "")
    assert state_of(scene, "left-obturator-lymph-nodes") == ("absent", "")
    assert any(name.text == "prostate (primary)" for name in scene.names)
    assert set(scene.states) == {"involved", "concluded", "sign", "implied", "at-risk", "deficit", "absent"}


def test_an_unknown_side_is_on_neither_side(graph: Graph, atlas: Atlas, template: Template) -> None:
    subject = subject_of(graph, atlas, template, "sanuki-2022-2")
    scene = scene_of(template, atlas, subject)
    assert any("piriformis" in one.label for one in subject.anatomy.open)
    for side in ("left", "right"):
        assert state_of(scene, f"{side}-piriformis") == ("", "")
    picture = make_picture(find_kind("plexus"), request_of(graph, "sanuki-2022-2"))
    assert any("Side not reported" in note and "piriformis" in note for note in picture.notes)
    assert "Side not reported" in picture.description


def test_what_lies_outside_stands_in_a_corner(graph: Graph, atlas: Atlas, template: Template) -> None:
    subject = subject_of(graph, atlas, template, "elhayel-2026", steps=True)
    scene = scene_of(template, atlas, subject)
    chips = {chip.iri.removeprefix(ATLAS): chip for chip in scene.chips}
    assert chips["nasopharynx"].text == "nasopharynx (primary)" and chips["nasopharynx"].state == "concluded"
    assert chips["right-cervical-lymph-nodes"].at[0] < 0 < chips["left-cervical-lymph-nodes"].at[0]
    from_outside = [course for course in scene.courses if course.arrow.start == ATLAS + "nasopharynx"]
    assert from_outside and all(course.line for course in from_outside)
    assert not scene.elsewhere


def test_what_has_no_room_in_a_corner_is_said(atlas: Atlas, template: Template) -> None:
    names = [f"{side}-{name}" for side in ("left", "right") for name in ("lung", "breast", "cervical-lymph-nodes")]
    names += ["liver", "brain", "stomach", "pancreas", "nasopharynx", "thyroid-gland"]
    shown = {ATLAS + name: Shown(ATLAS + name, atlas.label(ATLAS + name), "involved") for name in names}
    scene = compose(template, atlas, shown, sex="")
    assert len(scene.chips) == 10 and len(scene.elsewhere) == 2
    with drawing():
        _, told, notes = paint_sheet(template, Anatomy("A patient", "", shown, ()), scene, "")
    assert all(one.label in told for one in shown.values())
    assert any("Outside the drawing" in note and one.label in note for note in notes for one in scene.elsewhere)


def test_organs_of_one_sex_are_drawn_for_it_only(graph: Graph, atlas: Atlas, template: Template) -> None:
    drawn = {
        case: {
            item.iri.removeprefix(ATLAS)
            for item in scene_of(template, atlas, subject_of(graph, atlas, template, case)).items
        }
        for case in ("capek-2015", "sanuki-2022-1")
    }
    assert "prostate" in drawn["capek-2015"] and "uterus" not in drawn["capek-2015"]
    assert "uterus" in drawn["sanuki-2022-1"] and "prostate" not in drawn["sanuki-2022-1"]


# ---------------------------------------------------------------------------------------------------------------- routes


def test_the_route_that_capek_argues_crosses_at_the_dural_sac(graph: Graph, atlas: Atlas, template: Template) -> None:
    subject = subject_of(graph, atlas, template, "capek-2015", argued=True)
    scene = scene_of(template, atlas, subject)
    assert [arrow.number for arrow in subject.arrows] == list(range(1, 14))
    assert all(course.line for course in scene.courses)
    crossing = [course for course in scene.courses if course.arrow.crosses]
    assert [(c.arrow.number, c.arrow.start, c.arrow.end, c.arrow.mechanism) for c in crossing] == [
        (10, ATLAS + "dural-sac", ATLAS + "right-sacral-nerve-root", "dural")
    ]
    assert crossing[0].line[0][0] == 0 and crossing[0].line[-1][0] < 0
    for course in scene.courses[:9]:
        assert max(x for x, _ in course.line) > 0 and min(x for x, _ in course.line) >= 0


@pytest.mark.parametrize("flag", ["argued", "steps"])
def test_capek_in_order_of_time(graph: Graph, atlas: Atlas, template: Template, flag: str) -> None:
    subject = subject_of(graph, atlas, template, "capek-2015", time=True, **{flag: True})
    assert [stage.title for stage in subject.stages] == [
        "2008-05", "2008", "2012-03", "2012-03 to 2012-10", "2012", "2013-08", "2014"
    ]  # fmt: skip
    seen = {one.iri.removeprefix(ATLAS): number for number, stage in enumerate(subject.stages) for one in stage.fresh}
    assert seen["prostate"] < seen["left-sciatic-nerve"] < seen["dural-sac"] < seen["right-sciatic-nerve"]
    at = {arrow.end.removeprefix(ATLAS): number for number, stage in enumerate(subject.stages) for arrow in stage.steps}
    assert at["left-inferior-hypogastric-plexus"] < at["dural-sac"] < at["right-sciatic-nerve"]
    above = {arrow.end: arrow for arrow in subject.arrows}
    stage_of = {arrow: number for number, stage in enumerate(subject.stages) for arrow in stage.steps}
    for arrow, number in stage_of.items():
        before = above.get(arrow.start)
        assert before is None or stage_of[before] <= number, "a step comes after the step that it follows"
        assert arrow.when != UNDATED
    for stage in subject.stages:
        assert not {one.iri for one in stage.fresh} & {one.iri for one in stage.earlier}


def test_one_route_between_structures(graph: Graph, atlas: Atlas, template: Template) -> None:
    first, second = (
        subject_of(graph, atlas, template, **{"from": ("prostate",), "to": ("right sciatic nerve",), "route": number})
        for number in (1, 2)
    )
    for subject in (first, second):
        assert subject.arrows[0].start == ATLAS + "prostate"
        assert subject.arrows[-1].end == ATLAS + "right-sciatic-nerve"
        assert all(a.end == b.start for a, b in itertools.pairwise(subject.arrows))
    assert [a.end for a in first.arrows] != [a.end for a in second.arrows]


@pytest.mark.parametrize(
    ("words", "name"),
    [("transmedian dural spread", "dural"), ("intradural extension", "dural"), ("perineural invasion", "perineural"),
     ("haematogenous spread", "haematogenous"), ("lymphatic spread", "lymphatic"), ("direct extension", "direct"),
     ("cerebrospinal fluid seeding", "csf")],
)  # fmt: skip
def test_mechanisms_keep_their_line(words: str, name: str) -> None:
    assert mechanism_of(words) == name


@pytest.mark.parametrize(
    ("cases", "options", "words"),
    [
        ((), {}, "name a case"),
        (("capek-2015",), {"site": ("prostate",)}, "not both"),
        (("capek-2015",), {"route": 2}, "need --to"),
        (("capek-2015",), {"steps": True, "argued": True}, "choose one"),
        ((), {"site": ("prostate",), "time": True}, "need a case"),
        (("elhayel-2026",), {"argued": True}, "argues no route"),
        (("elhayel-2026",), {"time": True}, "dates no finding"),
        (("sanuki-2022",), {}, "cohort"),
    ],
)
def test_what_does_not_go_together_is_refused(
    graph: Graph, cases: tuple[str, ...], options: dict[str, object], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        make_picture(find_kind("plexus"), request_of(graph, *cases, **options))


# ---------------------------------------------------------------------------------------------------------------- layout


def test_no_two_names_or_numbers_overlap(graph: Graph, atlas: Atlas, template: Template) -> None:
    cases = known_cases(graph.store)
    assert len(cases) >= 14
    subjects = [subject_of(graph, atlas, template, case) for case in cases]
    subjects += [subject_of(graph, atlas, template, "capek-2015", **{flag: True}) for flag in ("argued", "steps")]
    with drawing():
        for subject in subjects:
            scene = scene_of(template, atlas, subject)
            layout = lay_out(template, scene)
            assert len(layout.boxes) > 20
            assert not layout.left_out, "every name with a state has room"
            for one, other in itertools.combinations(layout.boxes, 2):
                assert not one.overlaps(other, 1e-6), subject.anatomy.title
            for (_, (x1, y1), _), (_, (x2, y2), _) in itertools.combinations(layout.badges, 2):
                assert max(abs(x1 - x2), abs(y1 - y2)) > 2.9
            stated = {iri for name in scene.names if name.state for iri in name.iris}
            set_ = {key for placed in (*layout.left_names, *layout.right_names) for key in placed.word.key.split(" ")}
            assert stated <= set_


def test_names_stand_on_the_side_they_speak_of(graph: Graph, atlas: Atlas, template: Template) -> None:
    scene = scene_of(template, atlas, subject_of(graph, atlas, template, "capek-2015"))
    with drawing():
        layout = lay_out(template, scene)
    for placed in layout.right_names:
        assert "atlas/left-" not in placed.word.key and placed.box.right < 60
    for placed in layout.left_names:
        assert "atlas/right-" not in placed.word.key and placed.box.left > 130


# ---------------------------------------------------------------------------------------------------------------- output


@pytest.mark.parametrize("format", ["svg", "pdf", "png"])
def test_same_bytes(graph: Graph, format: str) -> None:
    pictures = [make_picture(find_kind("plexus"), request_of(graph, "shi-2021", format=format)).data for _ in range(2)]
    assert pictures[0] == pictures[1]


def test_the_svg_names_states_and_steps(graph: Graph) -> None:
    picture = make_picture(find_kind("plexus"), request_of(graph, "capek-2015", argued=True))
    root = ET.fromstring(picture.data)
    ids = {node.attrib["id"] for node in root.iter() if "id" in node.attrib}
    assert {"left-tibial-division-of-sciatic.involved", "right-sciatic-nerve.concluded", "step-10.dural"} <= ids
    assert "left-femoral-nerve.not-reported" in ids
    space = "{http://www.w3.org/2000/svg}"
    told = root.findtext(f"{space}desc") or ""
    assert "left tibial division of sciatic nerve" in told and "10. dural sac to right sacral nerve root" in told
    assert "the patient's right on the left" in told
    words = [node.text for node in root.iter(f"{space}text")]
    assert "R" in words and "L" in words


def test_the_description_tells_every_state(graph: Graph, atlas: Atlas, template: Template) -> None:
    for case in ("capek-2015", "elhayel-2026", "sanuki-2022-8", "shi-2021"):
        subject = subject_of(graph, atlas, template, case)
        with drawing():
            _, told, _ = paint_sheet(template, subject.anatomy, scene_of(template, atlas, subject), "")
        for shown in subject.anatomy.shown.values():
            assert shown.label in told, f"{case}: {shown.label}"


def test_hostile_words_are_inert(atlas: Atlas, template: Template) -> None:
    iri = atlas_iri("femoral_nerve", "left")
    anatomy = Anatomy(HOSTILE, "", {iri: Shown(iri, HOSTILE, "involved")}, (Shown("", HOSTILE, "sign"),))
    scene = compose(template, atlas, anatomy.shown, sex="")
    with drawing():
        figure, description, _ = paint_sheet(template, anatomy, scene, HOSTILE)
        root = ET.fromstring(render(figure, "svg", title=HOSTILE, description=description))
    space = "{http://www.w3.org/2000/svg}"
    assert not list(root.iter(f"{space}script"))
    words = " ".join(node.text or "" for node in root.iter(f"{space}text"))
    assert "$x^2$" in words and "\u202e" not in words and "<script>" in words


def test_states_are_in_the_legend_order() -> None:
    assert list(ORDER) == [state.name for state in STATES]
    assert runs([1, 2, 3, 5]) == "1–3, 5"


@pytest.mark.parametrize("case", ["capek-2015", "elhayel-2026", "gerontopoulos", "sanuki-2022-8", "shi-2021"])
def test_golden(graph: Graph, atlas: Atlas, template: Template, case: str) -> None:
    if case == "gerontopoulos":  # a cohort without single patients: drawn is what its disease is about
        subject = subject_of(graph, atlas, template, site=("left psoas major", "left iliacus"))
    else:
        subject = subject_of(graph, atlas, template, case, **({"argued": True} if case == "capek-2015" else {}))
    scene = scene_of(template, atlas, subject)
    lines = [
        f"{item.iri.removeprefix(ATLAS)} {item.state} {item.certainty}".rstrip() for item in scene.items if item.state
    ]
    lines += [f"name {n.side} {n.state or '-'} {n.text}" for n in scene.names if n.state]
    lines += [
        f"step {c.arrow.words} [{c.arrow.mechanism}] {'|'.join(f'{x:.1f} {y:.1f}' for x, y in (c.line[0], c.line[-1]))}"
        for c in scene.courses
    ]
    lines += [f"corner {one.state or '-'} {one.text}" for one in scene.chips]
    lines += [f"outside {one.words}" for one in scene.elsewhere] + [f"open {one.words}" for one in subject.anatomy.open]
    text = "\n".join(lines) + "\n"
    file = GOLDEN / f"plexus-{case}.txt"
    if os.environ.get("NEOPLEX_WRITE_GOLDEN"):
        file.write_text(text, "utf-8")
    assert file.read_text("utf-8") == text
