"""Curators' words lead to one meaning, or to a fault that shows the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from neoplex.base.errors import EnvironmentProblem
from neoplex.base.names import ATLAS, NX
from neoplex.model.lexicon import Lexicon, NotInLexicon, Scale, Site, Unit
from neoplex.model.side import Side
from neoplex.read.lexicon import load_lexicon, read_lexicon

WORDS = Path(__file__).resolve().parent.parent / "cases" / "words.ttl"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return read_lexicon([WORDS])


@pytest.mark.parametrize(
    "words", ["nerve enlargement", "Nerve-Enlargement", "nerve_enlargement", "NerveEnlargement", "nx:NerveEnlargement"]
)
def test_every_spelling_leads_to_the_class(lexicon: Lexicon, words: str) -> None:
    assert lexicon.find_class(words) == NX + "NerveEnlargement"


def test_british_and_american_spelling_meet(lexicon: Lexicon) -> None:
    assert lexicon.find_class("Tumour infiltration") == lexicon.find_class("tumor infiltration")


def test_a_synonym_leads_to_its_class(lexicon: Lexicon) -> None:
    assert lexicon.find_class("carcinoma of the prostate") == NX + "ProstateCancer"


def test_two_meanings_are_listed(lexicon: Lexicon) -> None:
    with pytest.raises(NotInLexicon, match="nx:ImpressionOfMass or nx:ImpressionOnScreen"):
        lexicon.find_class("impression")


def test_an_unknown_word_gets_the_nearest(lexicon: Lexicon) -> None:
    with pytest.raises(NotInLexicon, match=r"did you mean psoas major or psoas minor\?"):
        lexicon.find_sites("left psoas mayor")


@pytest.mark.parametrize(
    "words", ["left psoas major", "Left-psoas-major", "left-psoas-major", "atlas:left-psoas-major", "left psoas muscle"]
)
def test_every_spelling_leads_to_the_atlas(lexicon: Lexicon, words: str) -> None:
    assert lexicon.find_sites(words) == (Site(NX + "PsoasMajor", Side.LEFT, ATLAS + "left-psoas-major"),)


def test_bilateral_is_both(lexicon: Lexicon) -> None:
    assert [site.side for site in lexicon.find_sites("bilateral femoral nerve")] == [Side.LEFT, Side.RIGHT]


def test_a_paired_structure_without_a_side_stays_open(lexicon: Lexicon) -> None:
    assert lexicon.find_sites("femoral nerve") == (Site(NX + "FemoralNerve", Side.NOT_REPORTED),)


def test_a_midline_structure_has_one_place_and_no_side(lexicon: Lexicon) -> None:
    assert lexicon.find_sites("prostate") == (Site(NX + "Prostate", Side.MIDLINE, ATLAS + "prostate"),)
    with pytest.raises(NotInLexicon, match="midline structure"):
        lexicon.find_sites("right prostate")


def test_a_structure_the_atlas_leaves_out_keeps_its_side(lexicon: Lexicon) -> None:
    assert lexicon.find_sites("right lymph node") == (Site(NX + "LymphNode", Side.RIGHT),)


def test_units_and_scales(lexicon: Lexicon) -> None:
    assert lexicon.find_measure("Gy") == Unit(NX + "gray", "gray", "Gy")
    assert lexicon.find_measure("{patient}") == lexicon.find_measure("{patients}")
    scale = lexicon.find_measure("mrc")
    assert isinstance(scale, Scale)
    assert (scale.minimum, scale.maximum) == (0, 5)


def test_a_term_of_another_section_is_named_with_its_section(lexicon: Lexicon) -> None:
    with pytest.raises(NotInLexicon, match=r"groin pain \(a term below finding\)"):
        lexicon.find_class("groin pain", [NX + "Condition"])


def test_wider_classes(lexicon: Lexicon) -> None:
    assert lexicon.ancestors(NX + "GroinPain") == {NX + "GroinPain", NX + "Pain", NX + "Finding"}


def test_no_ontology_is_a_problem_of_the_environment(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem):
        load_lexicon(tmp_path)


def test_broken_turtle_is_a_problem_of_the_environment(tmp_path: Path) -> None:
    (tmp_path / "ontology" / "modules").mkdir(parents=True)
    (tmp_path / "ontology" / "modules" / "a.ttl").write_text("this is no turtle")
    with pytest.raises(EnvironmentProblem, match=r"a\.ttl"):
        load_lexicon(tmp_path)


def test_the_shipped_ontology_has_every_section_root(root: Path) -> None:
    lexicon = load_lexicon(root)
    roots = {
        "Condition",
        "Finding",
        "Investigation",
        "Treatment",
        "Outcome",
        "Event",
        "Conclusion",
        "Drug",
        "Device",
        "Qualifier",
    }
    assert {NX + name for name in roots | {"SpreadMechanism", "Publication", "AnatomicalEntity"}} <= lexicon.classes
    assert NX + "DrugTherapy" in lexicon.classes
    assert {"Gy", "d", "wk", "mo", "a", "{patients}", "{count}", "mg/d", "ng/mL", "%"} <= set(lexicon.units)


def test_every_structure_of_the_shipped_atlas_is_found_by_its_label(root: Path) -> None:
    lexicon = load_lexicon(root)
    lost = []
    for (structure, side), iri in lexicon.atlas.items():
        label = lexicon.label(structure) if side is Side.MIDLINE else f"{side.value} {lexicon.label(structure)}"
        if [site.atlas for site in lexicon.find_sites(label)] != [iri]:
            lost.append(label)
    assert len(lexicon.atlas) > 900
    assert lost == []
