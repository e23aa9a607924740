"""The reader of criteria sets: what it takes, and every way to go wrong with its exact message."""

from __future__ import annotations

from pathlib import Path

import pytest

from neoplex.base.errors import FaultsFound
from neoplex.base.names import NX
from neoplex.model.lexicon import Lexicon
from neoplex.read.criteria import CriteriaSet, Group, Leaf, criteria_files, leaves_of, read_criteria

TOY = """\
format: neoplex-criteria/1
id: toy-2020
label: Toy criteria
for: malignant psoas syndrome
source:
  id: toy-2020
  authors: [Doe J, Roe R]
  year: 2020
  read: abstract
at: abstract
sides: each
items:
  - id: tumour
    label: tumour in the psoas major
    role: required
    stated: yes
    any-of:
      - finding: {kind: [infiltration, mass], site: psoas major, same-side: true, method: [computed tomography]}
      - finding: {kind: pain, roots: [L1, L4], weight: suggests, reading: ours}
  - id: pain
    label: pain
    role: option
    finding: {kind: hip pain, qualifiers: [nociceptive pain]}
  - id: fever
    label: fever
    role: exclusion
    condition: {kind: bone metastasis}
rule:
  all: [tumour]
  at-least: {n: 1, of: [pain]}
  none: [fever]
closed-world: Silence is absence.
"""


def read(folder: Path, text: str, lexicon: Lexicon, name: str = "toy-2020") -> CriteriaSet:
    path = folder / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return read_criteria([path], lexicon)[0]


def test_a_set_as_written(tmp_path: Path, lexicon: Lexicon) -> None:
    one = read(tmp_path, TOY, lexicon)
    assert (one.id, one.label, one.syndrome) == ("toy-2020", "Toy criteria", NX + "MalignantPsoasSyndrome")
    assert (one.by_side, one.least, [locator.label for locator in one.at]) == (True, 1, ["abstract"])
    assert dict(one.source.details) == {"authors": "Doe J; Roe R", "year": "2020"}
    assert [(item.id, item.role) for item in one.items] == [
        ("tumour", "required"),
        ("pain", "option"),
        ("fever", "exclusion"),
    ]
    tumour = one.items[0].pattern
    assert isinstance(tumour, Group) and tumour.how == "any-of"
    first, second = leaves_of(tumour)
    assert first == Leaf(
        NX + "criteria/toy-2020/tumour/pattern-1", "finding", (NX + "Infiltration", NX + "Mass"), (NX + "PsoasMajor",), (), True, (NX + "CT",)  # noqa: E501
    )  # fmt: skip
    assert (second.decides, second.ours, second.roots) == (False, True, ("L1", "L4"))


def test_every_shipped_set_is_read(root: Path, lexicon: Lexicon, tmp_path: Path) -> None:
    files = criteria_files(root, tmp_path)
    found = read_criteria(files, lexicon)
    others = [path.stem for path in files if path.stem.startswith("discriminators-")]
    assert {one.id for one in found} == {path.stem for path in files} - set(others)
    assert {
        "stevens-gonet-1990",
        "agar-2004-triad",
        "agar-2004-continuum",
        "jspm-2010",
        "gerontopoulos-2020",
        "sanuki-2022",
    } < {one.id for one in found}
    for one in found:
        assert one.note and one.closed_world and one.source.read
        assert any(word in " ".join(key for key, _ in one.source.details) for word in ("doi", "url")), one.id
        iris = [leaf.iri for item in one.items for leaf in leaves_of(item.pattern)]
        assert len(iris) == len(set(iris))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("neoplex-criteria/1", "neoplex-criteria/2", ":1:9: format: found neoplex-criteria/2, expected neoplex-criteria/1"),
        ("id: toy-2020\nlabel", "id: toys\nlabel", ":2:5: id: found toys, expected toy-2020, the name of the file"),
        ("label: Toy criteria\n", "", ":1:1: label: found no label, expected label"),
        ("label: Toy", "lable: Toy", ":3:1: lable: found the key lable, expected one of format, id, label"),
        ("for: malignant psoas syndrome", "for: malignant psoas sindrome", ":4:6: for: found malignant psoas sindrome"),
        ("read: abstract", "red: abstract", ":9:3: source.red: found the key red"),
        ("at: abstract\nsides", "at: page\nsides", ":10:5: at: found page, expected a value after page"),
        ("sides: each", "sides: both", ":11:8: sides: found both, expected one of each, whole"),
        ("sides: each", "sides: whole", "items[0].any-of[0].finding.same-side: found true, expected no side, since sides says whole"),  # noqa: E501
        ("id: pain\n", "id: tumour\n", ":20:9: items[1].id: found tumour, expected an id used once in the set"),
        ("role: option", "role: opton", ":22:11: items[1].role: found opton, expected one of required, option, exclusion; did you mean option?"),  # noqa: E501
        ("stated: yes", "stated: maybe", ":16:13: items[0].stated: found maybe, expected one of yes, no"),
        ("    condition: {kind: bone metastasis}", "    condition: {kind: bone metastasis}\n    finding: {kind: mass}",
         "items[2]: found finding and condition, expected exactly one of finding, condition, treatment, any-of, all-of"),
        ("    condition: {kind: bone metastasis}\n", "", "items[2]: found no pattern, expected exactly one of"),
        ("condition: {kind: bone metastasis}", "condition: {kind: bone metastazis}",
         ":27:23: items[2].condition.kind: found bone metastazis, expected a term of the ontology; did you mean bone metastasis or brain metastasis"),  # noqa: E501
        ("condition: {kind: bone metastasis}", "condition: bone metastasis", "items[2].condition: found bone metastasis, expected a mapping with kind"),  # noqa: E501
        ("kind: [infiltration, mass]", "kind: [infiltration, mas]", ":18:40: items[0].any-of[0].finding.kind[1]: found mas"),
        ("site: psoas major", "site: left psoas major", "items[0].any-of[0].finding.site: found left psoas major"),
        ("site: psoas major", "site: pain", "items[0].any-of[0].finding.site: found pain"),
        ("same-side: true", "same-side: yes", "items[0].any-of[0].finding.same-side: found yes, expected true or false"),
        ("roots: [L1, L4]", "roots: [L1, L7]", ":19:43: items[0].any-of[1].finding.roots[1]: found L7, expected a spinal level such as L3"),  # noqa: E501
        ("weight: suggests", "weight: hints", "items[0].any-of[1].finding.weight: found hints, expected one of decides, suggests"),
        ("reading: ours", "reading: mine", "items[0].any-of[1].finding.reading: found mine, expected one of source, ours"),
        ("finding: {kind: hip pain, qualifiers: [nociceptive pain]}", "finding: {kind: hip pain, weight: suggests}",
         "items[1]: found only patterns that suggest, expected one that decides; else the item can never be settled"),
        ("  all: [tumour]", "  all: [tumor]", "rule.all[0]: found tumor, expected the id of an item; did you mean tumour?"),
        ("  all: [tumour]", "  all: [tumour, pain]", "rule.all[1]: found pain, whose role is option, expected an item whose role is required"),  # noqa: E501
        ("  all: [tumour]", "  all: [tumour, tumour]", "rule.all[1]: found tumour, expected each item once (it stands in rule.all)"),  # noqa: E501
        ("  none: [fever]\n", "", "rule: found no place for fever, expected every item in the place its role says"),
        ("n: 1, of", "n: 2, of", "rule.at-least.n: found 2, expected a whole number from 1 to 1"),
        ("n: 1, of", "m: 1, of", "rule.at-least.m: found the key m, expected one of n, of"),
        ("    any-of:\n", "    any-off:\n", "items[0].any-off: found the key any-off"),
    ],
)  # fmt: skip
def test_faults_say_where_what_and_what_instead(
    tmp_path: Path, lexicon: Lexicon, old: str, new: str, expected: str
) -> None:
    assert old in TOY
    with pytest.raises(FaultsFound) as caught:
        read(tmp_path, TOY.replace(old, new, 1), lexicon)
    said = [str(fault).removeprefix(str(tmp_path / "toy-2020.yaml")) for fault in caught.value.faults]
    assert any(expected in line for line in said), said


def test_all_faults_of_all_files_come_together(tmp_path: Path, lexicon: Lexicon) -> None:
    paths = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.yaml"
        path.write_text(
            TOY.replace("toy-2020\nlabel", f"{name}\nlabel").replace("role: option", "role: x").replace("L4", "L9"),
            "utf-8",
        )
        paths.append(path)
    with pytest.raises(FaultsFound) as caught:
        read_criteria(paths, lexicon)
    assert {Path(fault.file).stem for fault in caught.value.faults} == {"one", "two"}
    assert len(caught.value.faults) >= 4


def test_an_id_taken_by_another_file_is_a_fault(tmp_path: Path, lexicon: Lexicon) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        (folder / "toy-2020.yaml").write_text(TOY, "utf-8")
    with pytest.raises(FaultsFound, match=r"expected an id that toy-2020\.yaml has not taken"):
        read_criteria([folder / "toy-2020.yaml" for folder in folders], lexicon)


def test_what_is_no_yaml_is_said_at_its_place(tmp_path: Path, lexicon: Lexicon) -> None:
    with pytest.raises(FaultsFound, match=r"toy-2020\.yaml:3"):
        read(tmp_path, TOY.replace("label: Toy criteria", "label: Toy: criteria"), lexicon)


def test_discriminators_are_passed_over(tmp_path: Path, lexicon: Lexicon) -> None:
    path = tmp_path / "toy-2020.yaml"
    path.write_text("format: neoplex-discriminators/1\n", "utf-8")
    assert read_criteria([path], lexicon) == ()
