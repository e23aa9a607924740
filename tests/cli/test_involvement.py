"""``neoplex involvement`` as users meet it, read against the papers and the tables of anatomy."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import Graph as Triples
from rdflib import URIRef
from rdflib.namespace import RDF

from neoplex.base.names import ATLAS, NX
from tests.conftest import ROOT
from tests.running import run_verb, sections

Run = Callable[..., subprocess.CompletedProcess[str]]
RISK = "At risk (not shown to be involved)"
DOCUMENTED = "Tumour is documented"
EXPLAINED = "Explained by documented tumour"


@pytest.fixture
def run(built_home: Path, tmp_path: Path) -> Run:
    return lambda *words: run_verb(built_home, tmp_path, "involvement", *words)


def names(lines: list[str]) -> set[str]:
    """The first column of ``name  words`` lines, also where the words stand below."""
    return {line.strip().split("  ")[0] for line in lines if not line.startswith("   ")}


@pytest.mark.parametrize("case", ["sanuki-2022-5", "capek-2015", "elhayel-2026", "shi-2021"])
def test_a_page_fits_the_screen_and_says_what_it_is_not(run: Run, case: str) -> None:
    done = run(case)
    assert done.returncode == 0
    assert "at risk is not involved" in done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert DOCUMENTED in sections(done.stdout)


def test_the_retroperitoneal_mass_is_at_psoas_and_not_in_it(run: Run) -> None:
    """Shi: scans place the mass left of psoas major, the authors call it retroperitoneal; nothing puts it into the muscle."""
    page = sections(run("shi-2021").stdout)
    assert names(page[DOCUMENTED]) == {"retroperitoneum"}
    assert RISK not in page
    assert "psoas" not in "".join(line for lines in page.values() for line in lines)


def test_iliopsoas_is_not_psoas_major(run: Run) -> None:
    """El Hayel names iliopsoas only, and biopsy proves tumour there: what runs through psoas major is at risk as possible only."""
    page = sections(run("elhayel-2026").stdout)
    assert {"right iliopsoas", "right ilium", "nasopharynx"} == names(page[DOCUMENTED])
    assert RISK not in page
    possible = next(lines for title, lines in page.items() if title.startswith("Possibly at risk"))
    assert "right femoral nerve" in names(possible)
    assert not [line for line in possible if line.strip().startswith("left ")]


def test_deficits_of_different_times_are_told_apart(run: Run) -> None:
    """Capek: weak left foot in summer 2011 and on examination in April 2014, on the right not before autumn 2013."""
    page = sections(run("capek-2015").stdout)
    explained = page[EXPLAINED]
    assert len(explained) == len({(line, n) for n, line in enumerate(explained)})
    deficits = [line for line in explained if line.startswith("  ") and not line.startswith("    ")]
    assert len(deficits) == len(set(deficits)) > 15
    left = [line for line in deficits if line.startswith("  distal lower limb weakness, left")]
    assert [line.partition("; ")[2][:4] for line in left if "summer" not in line] == ["2011", "2014"]
    assert sum("summer 2011" in line for line in left) == 1
    right = [line for line in deficits if line.startswith("  distal lower limb weakness, right")]
    assert [line.partition("; ")[2][:4] for line in right] == ["2013"]
    kept = page["Expected if lost as a whole, but reported as kept"]
    assert any(line.startswith("  quadriceps weakness, right quadriceps femoris (absent)") for line in kept)
    assert "by right lumbosacral plexus" in kept[-1]


def test_a_word_without_a_muscle_blames_nothing(run: Run) -> None:
    page = sections(run("capek-2015").stdout)
    lost = page["Cannot be traced to nerves: the source names no muscle, skin or reflex"]
    assert lost and not any(" by " in line for line in lost)


# --------------------------------------------------------------------------------------------------------------- what if


def neighbours(structure: str) -> set[str]:
    """Labels of nerves and vessels that the tables let run through or beside a structure."""

    def rows(table: str) -> list[dict[str, str]]:
        with (ROOT / "data" / "anatomy" / table).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t"))

    kinds = {"nerve", "plexus", "trunk", "ventral_ramus", "artery", "vein"}
    labels = {row["id"]: row["label"] for row in rows("structures.tsv") if row["kind"] in kinds}
    ways = {"traverses", "medial_border_of", "lateral_border_of", "runs_anterior_to", "deep_to", "enclosed_by"}
    return {
        labels[row["subject"]]
        for row in rows("relations.tsv")
        if row["object"] == structure and row["relation"] in ways and row["subject"] in labels
    }


def test_infiltration_puts_at_risk_what_the_table_says(run: Run) -> None:
    page = sections(run("--site", "left psoas major").stdout)
    assert next(iter(page)) == "If there were infiltration of left psoas major"
    expected = {f"left {label}" for label in neighbours("psoas_major")}
    assert {
        "left femoral nerve",
        "left obturator nerve",
        "left genitofemoral nerve",
        "left ventral ramus of L4",
    } <= expected
    # The venous plexus lies beside the muscle of both sides.
    assert names(page[RISK]) == expected | {"vertebral venous plexus"}
    assert names(page["Involved in part"]) == {"left iliopsoas", "left iliopsoas compartment"}


def test_loss_of_the_femoral_nerve(run: Run) -> None:
    """Knee extension, anterior thigh and knee jerk from L2 to L4; adduction belongs to the obturator nerve."""
    page = "\n".join(
        sections(run("--site", "left psoas major", "--all").stdout)["What a complete loss would take away"]
    )
    femoral = page.split("  left femoral nerve (L2–L4)\n")[1].split("\n  left ")[0]
    words = " ".join(femoral.split())
    for served in ("quadriceps femoris (knee extension)", "skin of anterior thigh", "reflexes patellar"):
        assert served in words
    assert "adductor longus" not in words and "more" not in words


def test_abutment_makes_everything_possible_only(run: Run) -> None:
    page = sections(run("--site", "left psoas major", "--kind", "abutment").stdout)
    assert RISK not in page and "Involved in part" not in page
    assert "touching or inside, not told which" in page[DOCUMENTED][0]
    assert "left femoral nerve" in names(page["Possibly at risk"])


# --------------------------------------------------------------------------------------------------------------- formats


def test_formats_say_the_same(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("elhayel-2026", "--format", "tsv").stdout), delimiter="\t"))
    assert rows
    data = json.loads(run("elhayel-2026", "--format", "json").stdout)
    assert "right iliopsoas" in json.dumps(data)
    done = run("elhayel-2026", "--format", "turtle")
    triples = Triples().parse(data=done.stdout, format="turtle")
    documented = set(triples.subjects(RDF.type, URIRef(NX + "ConcludedInvolvement")))
    sites = {str(site) for node in documented for site in triples.objects(node, URIRef(NX + "hasSite"))}
    assert ATLAS + "right-iliopsoas" in sites
    for node in documented:
        assert list(triples.objects(node, URIRef(NX + "byRule")))
        assert list(triples.objects(node, URIRef(NX + "premise")))


def test_proofs_end_in_the_paper_and_the_tables(run: Run) -> None:
    done = run("elhayel-2026", "--proof")
    proofs = " ".join(done.stdout.partition("\nProofs\n")[2].split())
    assert "rule at risk part:" in proofs
    assert "El Hayel 2026: section" in proofs and "table row relations.tsv:" in proofs
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_output_goes_to_a_file(run: Run, tmp_path: Path) -> None:
    done = run("shi-2021", "-o", "page.txt")
    assert done.returncode == 0 and done.stdout == ""
    assert (tmp_path / "page.txt").read_text("utf-8").startswith("Shi 2021")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("capek-2014",), "did you mean capek-2015?"),
        (("sanuki-2022",), "sanuki-2022 is a cohort"),
        ((), "name a case, or give --site"),
        (("shi-2021", "--site", "left psoas major"), "not both"),
        (("--site", "left psoas mayor"), "did you mean left psoas major"),
        (("--site", "left psoas major", "--kind", "pain"), "no kind of tumor involvement"),
        (("shi-2021", "--format", "bogus"), "unknown format 'bogus'"),
    ],
)
def test_refusals_name_the_way_out(run: Run, words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in " ".join(done.stderr.split())
