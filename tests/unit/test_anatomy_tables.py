"""The anatomy tables: what is read, and what is refused with place, value and way out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from neoplex.base.errors import FaultsFound
from neoplex.read.anatomy import read_anatomy
from neoplex.read.tables import FaultList, read_table

Edit = Callable[[str, str, str], None]


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A copy of the tables that a test may break."""
    for folder in ("anatomy", "sources", "terms"):
        shutil.copytree(root / "data" / folder, tmp_path / "data" / folder)
    return tmp_path


@pytest.fixture
def edit(copy: Path) -> Edit:
    """Replace one piece of text, which must be there once, in one table of the copy."""

    def change(table: str, old: str, new: str) -> None:
        path = copy / "data" / table
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {table}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


def faults_of(root: Path) -> list[str]:
    with pytest.raises(FaultsFound) as caught:
        read_anatomy(root)
    return [str(fault) for fault in caught.value.faults]


def test_shipped_tables_are_read_whole(root: Path) -> None:
    anatomy = read_anatomy(root)
    own = [s for s in anatomy.structures if s.file == "structures.tsv"]
    assert len(own) == 574
    assert len(anatomy.relations) == 760
    assert len(anatomy.innervation) == 434
    assert len(anatomy.spread_edges) == 380
    assert anatomy.structure["psoas_major"].row == "structures.tsv:37"


def test_no_licensed_vocabulary_is_shipped(root: Path) -> None:
    tables = sorted((root / "data" / "anatomy").glob("*.tsv"))
    assert len(tables) >= 8
    for table in tables:
        text = table.read_text(encoding="utf-8")
        assert "sctid" not in text.splitlines()[0]
        assert "SCTID" not in text and "UMLS" not in text and "snomed" not in text.lower()


@pytest.mark.parametrize(
    ("table", "old", "new", "expected"),
    [
        (
            "anatomy/relations.tsv",
            "piriformis\tinserts_on\tgreater_trochanter",
            "piriformis\tinserts_on\tgreater_trochantr",
            'object: found "greater_trochantr", expected an id of structures.tsv; did you mean greater_trochanter',
        ),
        (
            "anatomy/relations.tsv",
            "psoas_major\tdeep_to\tinguinal_ligament\tsame_side",
            "psoas_major\tdeep_to\tinguinal_ligament\tsame_sides",
            'side_behaviour: found "same_sides", expected a side behaviour',
        ),
        (
            "anatomy/relations.tsv",
            "psoas_major\tdeep_to\tinguinal_ligament\tsame_side",
            "psoas_major\tdeep_to\tinguinal_ligament\tto_midline",
            "expected same_side or any_side, since psoas_major is yes and inguinal_ligament is yes",
        ),
        (
            "anatomy/relations.tsv",
            "psoas_major\tdeep_to\tinguinal_ligament",
            "psoas_major\tdeepto\tinguinal_ligament",
            'relation: found "deepto", expected a relation',
        ),
        (
            "anatomy/innervation.tsv",
            "lateral_femoral_cutaneous_nerve\tL2|L3\tL2|L3",
            "lateral_femoral_cutaneous_nerve\tL2|L7\tL2",
            'roots: found "L7", expected a spinal root: T10-T12, L1-L5, S1-S5 or Co1',
        ),
        (
            "anatomy/innervation.tsv",
            "lateral_femoral_cutaneous_nerve\tL2|L3\tL2|L3",
            "lateral_femoral_cutaneous_nerve\tL2|L3\tL4",
            'main_roots: found "L4", expected one of the roots of the row: L2, L3',
        ),
        (
            "anatomy/structures.tsv",
            "\nspinal_nerve\tspinal nerve\t",
            "\nnerve\tspinal nerve\t",
            'id: found "nerve", expected no row like line 2',
        ),
        (
            "anatomy/structures.tsv",
            "psoas_muscle\tpsoas muscle\tpsoas\tmuscle\tyes\tmuscle\t",
            "psoas_muscle\tpsoas muscle\tpsoas\tmuscle\tyes\tpsoas_major\t",
            'is_a: found "psoas_major > psoas_muscle > psoas_major", expected no circle',
        ),
        (
            "anatomy/structures.tsv",
            "\nilium\tilium\tiliac bone\tbone\tyes\tbone\thip_bone\t",
            "\nilium\tilium\tiliac bone\tbone\tyes\tbone\tiliac_wing\t",
            'part_of: found "iliac_wing > ilium > iliac_wing", expected no circle',
        ),
        (
            "anatomy/spread_edges.tsv",
            "prostate\tprostatic_plexus\tperineural\tproximal\tdirected",
            "prostate\tprostatic_plexus\tperineural\tupwards\tdirected",
            'direction: found "upwards", expected a direction: none, proximal, distal, transmedian',
        ),
        (
            "sources/reference-sources.tsv",
            "\nWoon 2014\t",
            "\nWoon 2041\t",
            'source: found "Woon 2014", expected a key of reference-sources.tsv; did you mean Woon 2041',
        ),
        (
            "anatomy/not-universal.tsv",
            "relations.tsv\tlumbar_plexus\thas_root\tt12_ventral_ramus",
            "relations.tsv\tlumbar_plexus\thas_root\tt11_ventral_ramus",
            "expected a row of relations.tsv or innervation.tsv",
        ),
        (
            "anatomy/doubts.tsv",
            "innervation.tsv * * psoas_major",
            "innervation.tsv * * psoas",
            "expected a selector that fits at least one row",
        ),
    ],
)
def test_planted_fault_is_named(copy: Path, edit: Edit, table: str, old: str, new: str, expected: str) -> None:
    edit(table, old, new)
    assert any(expected in fault for fault in faults_of(copy)), faults_of(copy)


def test_all_faults_come_in_one_run_with_their_places(copy: Path, edit: Edit) -> None:
    edit("anatomy/relations.tsv", "piriformis\tinserts_on\tgreater_trochanter", "piriformis\tinserts_on\tnowhere")
    edit(
        "anatomy/innervation.tsv",
        "lateral_femoral_cutaneous_nerve\tL2|L3\tL2|L3",
        "lateral_femoral_cutaneous_nerve\tL9\t",
    )
    edit("anatomy/spread_edges.tsv", "prostate\tprostatic_plexus\tperineural", "prostate\tprostatic_plexus\tneural")
    places = {fault.split(" ")[0] for fault in faults_of(copy)}
    assert {"relations.tsv:69:", "innervation.tsv:24:", "spread_edges.tsv:2:"} <= places


def test_wrong_shape_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("id\tlable\na\tb\tc\n", encoding="utf-8")
    faults = FaultList()
    assert read_table(path, ("id", "label"), faults, shown="t.tsv") == []
    assert 't.tsv:1:2: header: found "lable", expected a known column, once; did you mean label?' in map(
        str, faults.faults
    )
    path.write_text("id\tlabel\na\tb\tc\n\nd\te\n", encoding="utf-8")
    faults = FaultList()
    rows = read_table(path, ("id", "label"), faults, shown="t.tsv")
    assert [row["id"] for row in rows] == ["d"]
    assert [fault.line for fault in faults.faults] == [2, 3]


def test_structure_that_a_paper_asks_for_needs_a_known_parent(copy: Path) -> None:
    path = copy / "data" / "terms" / "wanted-nobody-1999.tsv"
    head = "label\tparent\tdefinition\tsynonyms\tsource\tpaired\n"
    path.write_text(head + "pelvic wall pouch\tbody reegion\tA body region.\t\tcapek-2015\tyes\n", encoding="utf-8")
    (fault,) = faults_of(copy)
    assert fault.startswith('wanted-nobody-1999.tsv:2: parent: found "body reegion"')
    assert "did you mean body region" in fault
    path.write_text(head + "pelvic wall pouch\tbody region\tA body region.\t\tcapek-2015\tyes\n", encoding="utf-8")
    assert read_anatomy(copy).structure["pelvic_wall_pouch"].is_a == "body_region"
