"""Synthetic cohorts: cases shaped like the published ones, each with answers that are known before anything is inferred.

Comes in: a seed and a number of cases. Goes out: for each case its graph in N-Triples, the passages it cites, and what must
and must not follow from it (:class:`Plant`). A case is made from its seed and number alone, so a cohort of 1,000 is the
beginning of one of 100,000. Planted answers come from the rows of ``data/anatomy``, from the definition of EQD2 and from the
wording of the criteria sets, never from neoplex's own inference. About six of ten cases are rows of a table (as in Sanuki
2022), the others are case reports. No person is described.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from neoplex.base.names import NX, PREFIXES, atlas_iri, case_iri, class_iri, source_iri
from neoplex.base.paths import shipped_root

PER_SERIES = 100
_RDF_TYPE = PREFIXES["rdf"] + "type"
_LABEL = PREFIXES["rdfs"] + "label"
_XSD = PREFIXES["xsd"]
_AT_RISK = frozenset(
    ["nerve", "nerve_root", "spinal_nerve", "ventral_ramus", "dorsal_ramus", "trunk", "plexus", "ganglion", "artery", "vein"]
)  # fmt: skip
_BESIDE = frozenset(
    ["traverses", "passes_through", "medial_border_of", "lateral_border_of", "runs_anterior_to", "deep_to", "adjacent_to",
     "enclosed_by"]
)  # fmt: skip
"""Relations that put the structure at risk which stands in them to an involved one."""

PRIMARIES = (
    ("ProstateCancer", ("prostate",), 25),
    ("CervicalCancer", ("uterine-cervix",), 15),
    ("RectalCancer", ("rectum",), 12),
    ("BladderCancer", ("urinary-bladder",), 12),
    ("KidneyCancer", ("left-kidney", "right-kidney"), 10),
    ("ColonCancer", ("colon",), 10),
    ("BreastCancer", ("left-breast", "right-breast"), 8),
    ("LungCancer", ("left-lung", "right-lung"), 8),
)
MUSCLES = ("psoas_major", "iliacus", "piriformis", "obturator_internus", "quadratus_lumborum")
WIDE_MUSCLES = ("psoas_muscle", "iliopsoas")
NERVES = ("femoral_nerve", "obturator_nerve", "sciatic_nerve", "superior_gluteal_nerve")
ROOTS = {
    "l1": "upper",
    "l2": "upper",
    "l3": "upper",
    "l5": "lower",
    "s1": "lower",
    "s2": "lower",
    "s3": "lower",
    "l4": "undecided",
}
REGIMENS = (
    ("30", 10),
    ("39", 13),
    ("20", 5),
    ("8", 1),
    ("50", 25),
    ("45", 18),
    ("60", 30),
    ("37.5", 15),
    ("25", 5),
    ("66", 33),
)
DRUGS = ("Morphine", "Acetaminophen", "Oxycodone", "Pregabalin", "Fentanyl")
PAINS = ("GroinPain", "ThighPain", "ButtockPain", "LowBackPain", "HipPain", "SciaticRegionPain", "PelvicPain")
IMAGED = ("NerveEnhancement", "NerveEnlargement", "IncreasedRadiotracerUptake")
SIDES = ("left", "right")
OTHER = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class Plant:
    """One known answer: a row of ``question`` (see :data:`tests.bench.plants.QUESTIONS`) that must or must not come."""

    question: str
    row: tuple[str, ...]
    follows: bool = True


@dataclass
class Made:
    """A synthetic case: its IRI, the lines of its graph, the lines about its passages, and what is known to follow."""

    iri: str
    facts: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    plants: list[Plant] = field(default_factory=list)

    def text(self) -> bytes:
        """The case's graph as N-Triples."""
        return "\n".join(self.facts).encode() + b"\n"

    def quads(self) -> bytes:
        """Everything about the case as N-Quads: its own graph and its passages in the graph of sources."""
        lines = [f"{line[:-1]}<{self.iri}> .\n" for line in self.facts]
        lines += [f"{line[:-1]}<{PREFIXES['graph']}sources> .\n" for line in self.sources]
        return "".join(lines).encode()


def cohort(size: int, seed: int = 1, start: int = 0) -> Iterator[Made]:
    """``size`` cases from number ``start`` on."""
    for number in range(start, start + size):
        yield make_case(number, seed)


def make_case(number: int, seed: int = 1) -> Made:
    """The case of a seed and a number."""
    return _Maker(number, seed).make()


def eqd2(total: str, fractions: int, alpha_beta: str) -> str:
    """The dose in fractions of 2 Gy with the same effect, to two decimals, by the linear-quadratic formula."""
    dose, ratio = Decimal(total), Decimal(alpha_beta)
    value = dose * (dose / fractions + ratio) / (2 + ratio)
    return format(value.quantize(Decimal("0.01"), ROUND_HALF_UP).normalize(), "f")


# ------------------------------------------------------------------------------------------------------- what is planted


@dataclass(frozen=True)
class _Anatomy:
    """The few rows of the tables that planted answers are read from."""

    beside: dict[str, frozenset[str]]
    """Structure to the nerves and vessels of its side that stand in a relation of :data:`_BESIDE` to it."""
    wholes: dict[str, str]
    moves: dict[str, frozenset[str]]
    """Nerve to the muscles it supplies."""
    reach: dict[str, frozenset[str]]
    """Muscle to every nerve with a motor row to it."""
    labels: dict[str, str]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)


@cache
def anatomy() -> _Anatomy:
    """Read the tables once."""
    folder = shipped_root() / "data" / "anatomy"
    structures = {row["id"]: row for row in _rows(folder / "structures.tsv")}
    beside: dict[str, set[str]] = {}
    wholes: dict[str, str] = {}
    for row in _rows(folder / "relations.tsv"):
        one, relation, other = row["subject"], row["relation"], row["object"]
        if row["side_behaviour"] != "same_side" or row["side_constraint"] or structures[one]["paired"] != "yes":
            continue
        if relation in _BESIDE and structures[one]["kind"] in _AT_RISK:
            beside.setdefault(other, set()).add(one)
        if relation == "part_of" and structures[other]["paired"] == "yes":
            wholes[one] = other
    moves: dict[str, set[str]] = {}
    reach: dict[str, set[str]] = {}
    for row in _rows(folder / "innervation.tsv"):
        if row["target_kind"] == "motor" and row["row_type"] == "nerve":
            moves.setdefault(row["nerve_id"], set()).add(row["target_id"])
        if row["target_kind"] == "motor":
            reach.setdefault(row["target_id"], set()).add(row["nerve_id"])
    return _Anatomy(
        {name: frozenset(found) for name, found in beside.items()},
        wholes,
        {name: frozenset(found) for name, found in moves.items()},
        {name: frozenset(found) for name, found in reach.items()},
        {name: row["label"] for name, row in structures.items()},
    )


# --------------------------------------------------------------------------------------------------------------- writing


class _Maker:
    """Writes one case in the shape of docs/data-model.md, section 3, and notes what must follow from it."""

    def __init__(self, number: int, seed: int) -> None:
        self._dice = random.Random(f"neoplex cohort {seed}, case {number}")
        self._series = f"synthetic-{seed}-{number // PER_SERIES:04d}"
        self._row = number % PER_SERIES + 1
        self._id = f"{self._series}-{self._row}"
        self._case = case_iri(self._id)
        self._made = Made(self._case)
        self._passages: set[str] = set()
        self._sites: set[str] = set()
        self._organ = ""
        self._reached = ""
        """Whether tumour is documented at a structure of known side: yes, no, or not planted."""
        self._year = self._dice.randrange(1995, 2024)

    def make(self) -> Made:
        """The whole case."""
        self._describe()
        organ = self._organ = self._primary() if self._dice.random() < 0.9 else ""
        if self._dice.random() < 0.6:
            self._table_row()
        else:
            self._report()
        self._treat()
        if not organ:
            self._plant("route", (self._case, ""), False)
        elif self._reached == "yes":
            self._plant("route", (self._case, organ))
        elif self._reached == "no":
            self._plant("route", (self._case, organ), False)
        return self._made

    # -- statements

    def _say(self, subject: str, predicate: str, value: str) -> None:
        name = predicate if "://" in predicate else NX + predicate
        self._made.facts.append(f"<{subject}> <{name}> {value} .")

    def _link(self, subject: str, predicate: str, target: str) -> None:
        self._say(subject, predicate, f"<{target}>")

    def _word(self, subject: str, predicate: str, text: str, kind: str = "") -> None:
        self._say(subject, predicate, f'"{text}"^^<{_XSD}{kind}>' if kind else f'"{text}"')

    def _plant(self, question: str, row: tuple[str, ...], follows: bool = True) -> None:
        self._made.plants.append(Plant(question, row, follows))

    def _cite(self, node: str, section: str) -> None:
        """Say where it stands: a passage of the publication that this series of cases is from."""
        passage = source_iri(self._series, "passage", f"case-{self._row}-{section.lower()}")
        self._link(node, "statedIn", passage)
        if section in self._passages:
            return
        self._passages.add(section)
        add = self._made.sources.append
        add(f"<{passage}> <{_RDF_TYPE}> <{NX}Passage> .")
        add(f"<{passage}> <{NX}passageOf> <{source_iri(self._series)}> .")
        add(f'<{passage}> <{NX}section> "Case {self._row} > {section}" .')
        add(f'<{passage}> <{_LABEL}> "section Case {self._row} > {section}" .')

    def _fact(
        self, section: str, name: str, kind: str, link: str, at: str, *, basis: str = "reported", absent: bool = False
    ) -> str:
        node = f"{self._case}/{section}/{name}"
        self._link(self._case, link, node)
        self._link(node, _RDF_TYPE, NX + kind)
        self._link(node, "basis", NX + basis)
        self._link(node, "status", NX + ("absent" if absent else "present"))
        self._cite(node, at)
        return node

    def _finding(self, name: str, kind: str, at: str, site: str = "", *, absent: bool = False, value: str = "") -> str:
        node = self._fact("finding", name, kind, "hasFinding", at, absent=absent)
        if site:
            self._link(node, "hasSite", site)
        if value:
            self._word(node, "value", value, "decimal")
        return node

    def _when(self, node: str, earliest: str, latest: str, precision: str) -> None:
        time = f"{node}/time"
        self._link(node, "atTime", time)
        self._link(time, _RDF_TYPE, NX + "TimeInterval")
        self._word(time, "wording", earliest[: 4 if precision == "year" else 7])
        self._word(time, "earliest", earliest, "date")
        self._word(time, "latest", latest, "date")
        self._word(time, "timePrecision", precision)

    def _relative(self, node: str, relation: str, anchor: str, point: str) -> None:
        time = f"{node}/time"
        self._link(node, "atTime", time)
        self._link(time, _RDF_TYPE, NX + "TimeInterval")
        self._word(time, "wording", f"{relation} {anchor.rpartition('/')[2]} {point}")
        self._word(time, "relation", relation)
        self._link(time, "anchor", anchor)
        self._word(time, "anchorPoint", point)
        self._word(time, "timePrecision", "relative")

    def _open_site(self, structure: str) -> str:
        """A structure whose side is not reported."""
        node = f"{self._case}/site/{structure.replace('_', '-')}"
        if node not in self._sites:
            self._sites.add(node)
            self._link(node, _RDF_TYPE, class_iri(structure))
            self._link(node, "side", NX + "sideNotReported")
            label = f"{anatomy().labels[structure]}, side not reported"
            self._say(node, _LABEL, f'"{label}"@en')
        return node

    # -- the parts of a case

    def _describe(self) -> None:
        case, person = self._case, f"{self._case}/person"
        self._link(case, _RDF_TYPE, NX + "Case")
        self._say(case, _LABEL, f'"Synthetic series {self._series}, case {self._row}"@en')
        self._word(case, "caseNumber", str(self._row))
        self._link(case, "reportedBy", source_iri(self._series))
        self._link(case, "sex", NX + self._dice.choice(("male", "female")))
        self._link(case, "age", person)
        self._link(person, _RDF_TYPE, NX + "PersonDescription")
        self._word(person, "value", str(self._dice.randrange(35, 88)), "decimal")
        self._link(person, "unit", NX + "year")
        self._cite(person, "History")
        self._cite(case, "History")
        if self._row == 1:
            series, add = source_iri(self._series), self._made.sources.append
            add(f"<{series}> <{_RDF_TYPE}> <{NX}Publication> .")
            add(f"<{series}> <{_RDF_TYPE}> <{NX}CaseSeries> .")
            add(f'<{series}> <{_LABEL}> "Synthetic series {self._series}" .')
            add(f'<{series}> <{PREFIXES["dcterms"]}title> "Synthetic cases for measuring, series {self._series}" .')
            add(f'<{series}> <{PREFIXES["dcterms"]}issued> "2026"^^<{_XSD}gYear> .')

    def _primary(self) -> str:
        kinds = [(kind, organs) for kind, organs, weight in PRIMARIES for _ in range(weight)]
        kind, organs = self._dice.choice(kinds)
        organ = atlas_iri(self._dice.choice(organs))
        node = self._fact("condition", "primary", kind, "hasCondition", "History")
        self._link(node, "conditionRole", NX + "primary")
        self._link(node, "hasSite", organ)
        if self._dice.random() < 0.7:
            self._when(node, f"{self._year}-01-01", f"{self._year}-12-31", "year")
        return organ

    def _table_row(self) -> None:
        """A row of a table: one tumour in a muscle, often without its side, pain, and little else."""
        plexopathy = self._fact(
            "condition", "plexopathy", "NeoplasticLumbosacralPlexopathy", "hasCondition", "History", basis="concluded"
        )
        self._link(plexopathy, "conditionRole", NX + "syndrome")
        pain = self._finding("pain", self._dice.choice(PAINS), "Examination")
        self._score("before", pain, str(self._dice.randrange(3, 11)))
        kind = self._dice.choice(("TumorInvolvementOfMuscle", "Infiltration", "InfiltrationOrAbutment"))
        if self._dice.random() < 0.5:
            self._finding("tumour", kind, "Imaging", self._open_site(self._dice.choice((*MUSCLES, *WIDE_MUSCLES))))
            self._reached = "no"
            self._plant("involved", (self._case, atlas_iri("psoas_major", "left")), False)
            self._plant("involved", (self._case, atlas_iri("psoas_major", "right")), False)
        else:
            self._tumour_in_muscle(self._dice.choice(SIDES), kind)
        for name in self._dice.sample(
            ("LimitedHipExtension", "InabilityToLieSupine", "InabilityToBendForward"), self._dice.randrange(0, 3)
        ):
            self._finding(name.lower(), name, "Examination")
        missing = f"{self._case}/not-reported/neurological-findings"
        self._link(self._case, "hasMissingRecord", missing)
        self._link(missing, _RDF_TYPE, NX + "MissingRecord")
        self._link(missing, "about", NX + "NeurologicalExamination")
        self._word(missing, "says", "Detailed neurological findings were not recorded.")
        self._cite(missing, "Examination")

    def _tumour_in_muscle(self, side: str, kind: str, muscle: str = "") -> str:
        muscle = muscle or self._dice.choice(MUSCLES)
        site = atlas_iri(muscle, side)
        node = self._finding(f"tumour-{side}-{muscle.replace('_', '-')}", kind, "Imaging", site)
        self._plant("involved", (self._case, site))
        if kind == "InfiltrationOrAbutment":
            self._reached = "no"
        elif muscle in (
            "psoas_major",
            "iliacus",
            "piriformis",
        ):  # spread_edges.tsv leads there from every primary planted here
            self._reached = "yes"
        for other in sorted(anatomy().beside.get(muscle, ())):
            self._plant("at-risk", (self._case, atlas_iri(other, side)))
        whole = anatomy().wholes.get(muscle)
        if whole and kind == "Infiltration":
            self._plant("implied", (self._case, atlas_iri(whole, side)))
        return node

    def _report(self) -> None:
        """A case report: imaging with dates, an examination, and one of several courses."""
        side = self._dice.choice(SIDES)
        imaging = self._fact("investigation", "mri", "MRI", "hasInvestigation", "Imaging")
        month = self._dice.randrange(1, 13)
        year = min(self._year + self._dice.randrange(1, 6), 2025)
        self._when(imaging, f"{year}-{month:02d}-01", f"{year}-{month:02d}-28", "month")
        course = self._dice.choice((self._syndrome, self._nerve, self._roots, self._spread))
        course(side)
        for line in list(self._made.facts):
            if line.startswith(f"<{self._case}/finding/tumour") and f"<{_RDF_TYPE}>" in line:
                node = line[1 : line.index(">")]
                self._link(node, "foundBy", imaging)
                self._link(node, "method", NX + "MRI")
                self._link(node, "atTime", f"{imaging}/time")
        for kind in self._dice.sample(PAINS, self._dice.randrange(1, 4)):
            site = atlas_iri(
                {"GroinPain": "groin", "ThighPain": "thigh", "HipPain": "hip_joint"}.get(kind, "lower_limb"), side
            )
            pain = self._finding(f"pain-{kind.lower()}", kind, "History", site)
            if self._dice.random() < 0.5:
                quality = f"{pain}/qualifiers/progressive"
                self._link(pain, "hasQualifier", quality)
                self._link(quality, _RDF_TYPE, NX + "Progressive")
        self._score("before", "", str(self._dice.randrange(3, 11)))
        for number in range(self._dice.randrange(0, 4)):
            psa = self._finding(
                f"psa-{number}", "PSAMeasurement", "History", value=f"{self._dice.randrange(1, 900) / 10:.1f}"
            )
            self._link(psa, "unit", NX + "nanogramPerMillilitre")
            self._when(psa, f"{self._year + number}-01-01", f"{self._year + number}-12-31", "year")
        conclusion = self._fact(
            "conclusion", "diagnosis", "Conclusion", "hasConclusion", "Discussion", basis="concluded"
        )
        self._link(conclusion, "conclusionRole", NX + "diagnosis")
        self._link(conclusion, "verdict", NX + "favoured")
        self._link(conclusion, "by", NX + "authors")
        self._link(conclusion, "concludes", f"{conclusion}/concluded")
        self._link(f"{conclusion}/concluded", _RDF_TYPE, NX + "NeoplasticLumbosacralPlexopathy")

    def _syndrome(self, side: str) -> None:
        """Malignant psoas syndrome after the guideline of 2010: everything it asks for, or all but one thing."""
        self._tumour_in_muscle(side, "Infiltration", "psoas_major")
        self._finding("groin-pain", "GroinPain", "History", atlas_iri("groin", side))
        plexopathy = self._fact(
            "condition", "plexopathy", "UpperLumbosacralPlexopathy", "hasCondition", "Discussion", basis="concluded"
        )
        self._link(plexopathy, "hasSite", atlas_iri("lumbar_plexus", side))
        state = self._dice.choice(("met", "notMet", "undetermined"))
        if state != "undetermined":
            self._finding(
                "fixed-hip", "FixedHipFlexion", "Examination", atlas_iri("hip_joint", side), absent=state == "notMet"
            )
        self._plant("criteria", (self._case, "jspm-2010", side, NX + state))
        if self._dice.random() < 0.3:
            bone = self._fact("condition", "bone", "BoneMetastasis", "hasCondition", "Imaging")
            self._link(bone, "hasSite", atlas_iri("l3_vertebra"))
            self._plant("criteria", (self._case, "gerontopoulos-2020", side, NX + "notMet"))
        else:
            self._plant("criteria", (self._case, "gerontopoulos-2020", side, NX + "notMet"), False)

    def _nerve(self, side: str) -> None:
        """Tumour in a nerve, weakness of muscles it moves, and one on the other side or one that kept its strength."""
        nerve = self._dice.choice(NERVES)
        self._finding("tumour-nerve", "Infiltration", "Imaging", atlas_iri(nerve, side))
        self._plant("involved", (self._case, atlas_iri(nerve, side)))
        self._plant("involved", (self._case, atlas_iri(nerve, OTHER[side])), False)
        muscles = sorted(anatomy().moves[nerve])
        self._dice.shuffle(muscles)
        strong = muscles.pop() if len(muscles) > 1 and self._dice.random() < 0.4 else ""
        for muscle in muscles[: self._dice.randrange(1, 4)]:
            grade = self._dice.choice(("", "4", "3", "2"))
            weak = self._weak(muscle, side, value=grade)
            self._plant("deficit", (self._case, weak, NX + "explainedByInvolvement"))
            self._plant("deficit", (self._case, weak, NX + "unexplainedDeficit"), False)
            self._plant("lesion", (self._case, weak))
        if strong:
            kept = self._weak(strong, side, absent=True)
            self._plant("deficit", (self._case, kept, NX + "expectedButAbsent"))
            self._plant("lesion", (self._case, kept), False)
        elif self._dice.random() < 0.4:
            lost = self._weak(muscles[0], OTHER[side])
            if (
                self._organ.endswith(("breast", "lung")) or not self._organ
            ):  # pelvic organs lie beside the plexus of both sides
                self._plant("deficit", (self._case, lost, NX + "unexplainedDeficit"))
            self._plant("deficit", (self._case, lost, NX + "explainedByInvolvement"), False)

    def _weak(self, muscle: str, side: str, *, absent: bool = False, value: str = "") -> str:
        name = f"weakness-{side}-{muscle.replace('_', '-')}"
        node = self._finding(name, "Weakness", "Examination", atlas_iri(muscle, side), absent=absent, value=value)
        if value:
            self._link(node, "scale", NX + "mrcMuscleScale")
        return node

    def _roots(self, side: str) -> None:
        """Tumour in one or two roots: the level of the plexus follows from their levels, and from nothing on the other side."""
        levels = self._dice.sample(sorted(ROOTS), self._dice.randrange(1, 3))
        for level in levels:
            site = atlas_iri(f"{level}_nerve_root", side)
            self._finding(f"tumour-{level}", "Infiltration", "Imaging", site)
            self._plant("involved", (self._case, site))
        found = {ROOTS[level] for level in levels} - {"undecided"}
        verdict = "pan" if len(found) == 2 else next(iter(found), "undecided")
        for name in ("upper", "lower", "pan", "undecided"):
            self._plant("level", (self._case, NX + side, f"{NX}{name}Level"), name == verdict)
        if self._dice.random() < 0.5:
            reflex = self._dice.choice((("LossOfPatellarReflex", "knee_joint"), ("AbsentAnkleReflex", "lower_limb")))
            self._finding("reflex", reflex[0], "Examination", atlas_iri(reflex[1], side))
        if self._dice.random() < 0.5:
            self._finding("numb", "DermatomalSensoryLoss", "Examination", atlas_iri(f"{levels[0]}_dermatome", side))

    def _spread(self, side: str) -> None:
        """Spread along nerves: plexus, nerve and muscle, seen on imaging."""
        for structure in ("sacral_plexus", "sciatic_nerve", "lumbosacral_trunk")[: self._dice.randrange(1, 4)]:
            for kind in self._dice.sample(IMAGED, self._dice.randrange(1, 3)):
                self._finding(
                    f"{kind.lower()}-{structure.replace('_', '-')}", kind, "Imaging", atlas_iri(structure, side)
                )
        if self._dice.random() < 0.5:
            self._tumour_in_muscle(side, "Infiltration", "piriformis")
        biopsy = self._finding(
            "tumour-biopsy", "PerineuralInvasionOnHistology", "Pathology", atlas_iri("sciatic_nerve", side)
        )
        self._link(biopsy, "certainty", NX + "probable")
        weak = self._finding("weak-limb", "DistalLowerLimbWeakness", "Examination", atlas_iri("lower_limb", side))
        self._relative(weak, "before", f"{self._case}/investigation/mri", "start")

    def _score(self, name: str, pain: str, value: str) -> None:
        node = self._finding(f"nrs-{name}", "PainScore", "Examination", value=value)
        self._link(node, "scale", NX + "painNumericRatingScale")
        if pain:
            self._link(node, "concerns", pain)
        self._relative(node, "at", f"{self._case}/treatment/rt", "start" if name == "before" else "end")

    def _treat(self) -> None:
        """Radiotherapy with one dose, two drugs, and what came of it."""
        course = self._fact("treatment", "rt", "ExternalBeamRadiotherapy", "hasTreatment", "Treatment")
        intent = f"{course}/intent/palliative-intent"
        self._link(course, "hasIntent", intent)
        self._link(intent, _RDF_TYPE, NX + "PalliativeIntent")
        total, fractions = self._dice.choice(REGIMENS)
        dose = f"{course}/dose/1-reported"
        self._link(course, "hasDose", dose)
        self._link(dose, _RDF_TYPE, NX + "ReportedDose")
        self._word(dose, "totalDose", total, "decimal")
        self._word(dose, "fractionCount", str(fractions), "integer")
        self._cite(dose, "Treatment")
        for ratio in ("3", "10"):
            self._plant("dose", (self._case, ratio, eqd2(total, fractions, ratio)))
        for drug in self._dice.sample(DRUGS, self._dice.randrange(0, 3)):
            node = self._fact("treatment", drug.lower(), "DrugTherapy", "hasTreatment", "Treatment")
            self._link(node, "givenWith", course)
            self._link(node, "usesDrug", f"{node}/drug/{drug.lower()}")
            self._link(f"{node}/drug/{drug.lower()}", _RDF_TYPE, NX + drug)
            self._word(node, "value", str(self._dice.randrange(1, 40) * 10), "decimal")
            self._link(node, "unit", NX + "milligramPerDay")
        self._score("after", "", str(self._dice.randrange(0, 6)))
        response = self._fact("outcome", "response", "PainRelief", "hasOutcome", "Treatment")
        self._link(response, "concerns", course)
        self._relative(response, "at", course, "end")
        if self._dice.random() < 0.5:
            time = self._fact("outcome", "max-response", "TimeToMaximumResponse", "hasOutcome", "Treatment")
            self._link(time, "concerns", course)
            after = f"{time}/after"
            self._link(time, "timeToOutcome", after)
            self._link(after, _RDF_TYPE, NX + "Duration")
            self._word(after, "value", str(self._dice.randrange(1, 13)), "decimal")
            self._link(after, "unit", NX + "week")
            self._link(after, "anchor", course)
            self._word(after, "anchorPoint", "start")
