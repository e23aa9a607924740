"""The anatomy as OWL: what is stated of everybody and what must not be, from the tables to the release file."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from neoplex.base.errors import FaultsFound
from neoplex.base.names import NX, PREFIXES, source_iri
from neoplex.model.rows import Anatomy
from neoplex.ontology.accounting import account
from neoplex.ontology.alignments import structure_mappings, uberon_graph
from neoplex.ontology.anatomy import level_of, rows_beyond_everybody, universal_axioms
from neoplex.ontology.generate import modules, read_turtle, stale, write
from neoplex.ontology.release import write_rdfxml
from neoplex.ontology.sources import sources_graph
from neoplex.ontology.turtle import annotate, graph_from, some, subclass_of, text, write_turtle
from neoplex.read.anatomy import read_anatomy


@pytest.fixture(scope="module")
def anatomy(root: Path) -> Anatomy:
    return read_anatomy(root)


@pytest.fixture(scope="module")
def files(root: Path) -> dict[str, bytes]:
    return modules(root)


@pytest.fixture(scope="module")
def ontology(files: dict[str, bytes], root: Path) -> Graph:
    """Anatomy and relations as one graph."""
    names = ("structures", "structure-relations", "innervation")
    graph = graph_from()
    for data in [files[f"ontology/generated/{name}.ttl"] for name in names]:
        graph += read_turtle(data)
    for name in ("anatomy", "relations"):
        graph += read_turtle((root / "ontology" / "modules" / f"{name}.ttl").read_bytes())
    return graph


def nx(name: str) -> URIRef:
    return URIRef(NX + name)


def restrictions(graph: Graph, subject: str, prop: str) -> set[str]:
    """Local names of the fillers of ``subject SubClassOf prop some …``."""
    found = set()
    for parent in graph.objects(nx(subject), RDFS.subClassOf):
        if (parent, OWL.onProperty, nx(prop)) in graph:
            found |= {str(filler).removeprefix(NX) for filler in graph.objects(parent, OWL.someValuesFrom)}
    return found


# ------------------------------------------------------------------------------------------------------------- the writer


def sample(shift: int) -> Graph:
    """The same small ontology, put together in another order and with other blank nodes."""
    graph = graph_from()
    steps = [
        lambda: subclass_of(graph, nx("A"), some(graph, nx("p"), nx("B")), [(nx("row"), text("t:1"))]),
        lambda: subclass_of(graph, nx("A"), some(graph, nx("p"), nx("B")), [(nx("row"), text("t:2"))]),
        lambda: subclass_of(graph, nx("C"), some(graph, nx("p"), nx("B")), [(nx("row"), text("t:1"))]),
        lambda: subclass_of(graph, nx("A"), some(graph, nx("p"), some(graph, nx("q"), nx("D")))),
        lambda: annotate(graph, nx("A"), RDFS.label, Literal('a "quoted"\nline'), []),
        lambda: annotate(graph, nx("A"), nx("v"), Literal("2.50", datatype=URIRef(PREFIXES["xsd"] + "decimal")), []),
        lambda: annotate(graph, URIRef(NX + "x/y"), nx("v"), Literal(True), []),
    ]
    for step in steps[shift:] + steps[:shift]:
        step()
    return graph


def test_same_statements_give_the_same_bytes() -> None:
    first = write_turtle(sample(0), comment="made")
    assert len({write_turtle(sample(shift), comment="made") for shift in range(7)}) == 1
    back = Graph().parse(data=first, format="turtle")
    assert isomorphic(back, sample(3))
    assert write_turtle(back, comment="made") == first
    assert len({write_rdfxml(sample(shift)) for shift in range(7)}) == 1
    assert isomorphic(Graph().parse(data=write_rdfxml(sample(0)), format="xml"), sample(0))


def test_different_statements_give_different_bytes() -> None:
    other = sample(0)
    other.add((nx("A"), RDFS.label, Literal("b")))
    assert write_turtle(other) != write_turtle(sample(0))


def test_long_list_and_deep_nesting_are_written() -> None:
    graph = graph_from()
    members = [nx(f"M{number:04}") for number in range(3000)]
    head = BNode()
    graph.add((head, RDF.type, OWL.AllDifferent))
    Collection(graph, start := BNode(), members)
    graph.add((head, OWL.distinctMembers, start))
    written = write_turtle(graph)
    assert written.count(b"nx:M") == 3000
    assert len(Graph().parse(data=written, format="turtle")) == len(graph)


def test_circle_of_blank_nodes_is_refused() -> None:
    graph = graph_from()
    one, two = BNode(), BNode()
    graph.add((one, nx("p"), two))
    graph.add((two, nx("p"), one))
    with pytest.raises(ValueError, match="circle"):
        write_turtle(graph)


def test_bytes_do_not_depend_on_the_hash_seed(root: Path) -> None:
    code = (
        "import hashlib, pathlib; from neoplex.ontology.generate import modules;"
        f"print(hashlib.sha256(repr(sorted(modules(pathlib.Path({str(root)!r})).items())).encode()).hexdigest())"
    )
    env = {"PYTHONPATH": str(root / "src"), "PATH": "/usr/bin:/bin"}
    digests = set()
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code], env=env | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        )
        digests.add(run.stdout)
    assert len(digests) == 1


def test_generated_files_are_fresh(root: Path) -> None:
    assert stale(root) == []


def test_changed_table_makes_files_stale_and_a_fault_changes_nothing(root: Path, tmp_path: Path) -> None:
    for folder in ("data", "ontology"):
        shutil.copytree(root / folder, tmp_path / folder)
    table = tmp_path / "data" / "anatomy" / "innervation.tsv"
    whole = table.read_text(encoding="utf-8")
    table.write_text(whole.replace("buckling knee", "giving way of the knee"), encoding="utf-8")
    changed = {"ontology/generated/atlas.ttl", "ontology/generated/innervation.ttl", "ontology/neoplex.owl"}
    table.write_text(whole.replace("\tL2|L3|L4\t", "\tL2|L33\t"), encoding="utf-8")
    before = (tmp_path / "ontology" / "neoplex.owl").read_bytes()
    with pytest.raises(FaultsFound):
        write(tmp_path)
    assert (tmp_path / "ontology" / "neoplex.owl").read_bytes() == before
    table.write_text(whole.replace("buckling knee", "giving way of the knee"), encoding="utf-8")
    assert set(write(tmp_path)) == changed
    (tmp_path / "ontology" / "generated" / "orphan.ttl").write_text("", encoding="utf-8")
    assert stale(tmp_path) == ["ontology/generated/orphan.ttl"]


# ------------------------------------------------------------------------------------------------------ what is stated


def test_every_structure_is_a_class_with_names_definition_and_source(anatomy: Anatomy, ontology: Graph) -> None:
    definition, origin = (URIRef(PREFIXES["obo"] + f"IAO_000{n}") for n in ("0115", "0119"))
    for structure in anatomy.structures:
        matches = [
            c for c in ontology.subjects(nx("tableRow"), Literal(structure.row)) if (c, RDF.type, OWL.Class) in ontology
        ]
        assert len(matches) == 1, structure.id
        (iri,) = matches
        assert ontology.value(iri, RDFS.label) == Literal(structure.label)
        assert {str(v) for v in ontology.objects(iri, SKOS.altLabel)} == set(structure.synonyms)
        assert ontology.value(iri, definition) == Literal(structure.definition)
        assert list(ontology.objects(iri, origin))
        assert ontology.value(iri, RDFS.isDefinedBy) == URIRef("https://w3id.org/neoplex/ontology/structures")
        assert (ontology.value(iri, nx("pairing"))) in {nx("paired"), nx("midlineStructure"), nx("mixedPairing")}


def test_definitions_speak_of_nobody_in_particular(anatomy: Anatomy) -> None:
    names = ("capek", "sanuki", "hayel", "gerontopoulos", "patient", " case")
    assert [s.id for s in anatomy.structures if any(name in s.definition.lower() for name in names)] == []


def test_femoral_nerve_has_its_roots_and_runs_through_psoas(ontology: Graph) -> None:
    assert restrictions(ontology, "FemoralNerve", "hasRoot") == {"L2VentralRamus", "L3VentralRamus", "L4VentralRamus"}
    assert restrictions(ontology, "FemoralNerve", "traverses") == {"PsoasMajor"}
    assert "QuadricepsFemoris" in restrictions(ontology, "FemoralNerve", "suppliesMotor")
    assert restrictions(ontology, "FemoralNerve", "branchOf") == {"LumbarPlexus"}


def test_branch_is_never_a_part_of_what_it_leaves(anatomy: Anatomy, ontology: Graph) -> None:
    nerve_branches = [
        (a.subject, a.object)
        for a in universal_axioms(anatomy)
        if a.relation == "branch_of" and anatomy.structure[a.subject].kind in ("nerve", "artery")
    ]
    assert len(nerve_branches) > 60
    parts = {(a.subject, a.object) for a in universal_axioms(anatomy) if a.relation == "part_of"}
    assert set(nerve_branches) & parts == set()
    assert restrictions(ontology, "FemoralNerve", "partOf") == set()
    chains = list(ontology.objects(nx("partOf"), OWL.propertyChainAxiom))
    assert chains == []
    assert (nx("branchOf"), RDFS.subPropertyOf, nx("partOf")) not in ontology


def test_transitive_and_chained_properties_stay_simple_where_owl_wants_it(ontology: Graph) -> None:
    """OWL 2 DL: no cardinality, no asymmetry, no disjointness on a property that is transitive or the head of a chain."""
    compound = set(ontology.subjects(RDF.type, OWL.TransitiveProperty)) | set(ontology.subjects(OWL.propertyChainAxiom))
    assert compound == {nx("partOf"), nx("hasRootLevel")}
    simple_only = (
        OWL.AsymmetricProperty,
        OWL.IrreflexiveProperty,
        OWL.FunctionalProperty,
        OWL.InverseFunctionalProperty,
    )
    assert [(p, kind) for p in compound for kind in simple_only if (p, RDF.type, kind) in ontology] == []
    assert list(ontology.triples((None, OWL.propertyDisjointWith, None))) == []
    for link in (OWL.maxQualifiedCardinality, OWL.maxCardinality, OWL.qualifiedCardinality, OWL.cardinality):
        assert list(ontology.triples((None, link, None))) == []


def test_no_property_is_both_object_and_annotation_property(root: Path, files: dict[str, bytes]) -> None:
    whole = graph_from()
    for path in sorted((root / "ontology" / "modules").glob("*.ttl")):
        whole += read_turtle(path.read_bytes())
    kinds = [
        set(whole.subjects(RDF.type, k)) for k in (OWL.ObjectProperty, OWL.AnnotationProperty, OWL.DatatypeProperty)
    ]
    assert kinds[0] and kinds[1] and kinds[2]
    assert kinds[0] & kinds[1] == kinds[0] & kinds[2] == kinds[1] & kinds[2] == set()


def test_every_relation_of_the_tables_is_a_declared_property(
    anatomy: Anatomy, ontology: Graph, files: dict[str, bytes]
) -> None:
    used = set(ontology.objects(None, OWL.onProperty))
    atlas = {
        URIRef(q.object.value)
        for q in ox.parse(files["ontology/generated/atlas.ttl"], format=ox.RdfFormat.TURTLE)
        if q.predicate.value == NX + "edgeRelation"
    }
    assert len(used | atlas) >= 25
    undeclared = {p for p in used | atlas if (p, RDF.type, OWL.ObjectProperty) not in ontology}
    assert undeclared == set()


@pytest.mark.parametrize(
    ("subject", "prop", "filler"),
    [
        ("PsoasMajor", "adjacentTo", "Appendix"),  # the right one only
        ("LumbarPlexus", "hasRoot", "T12VentralRamus"),  # a share that is not always there
        ("InferiorHypogastricPlexus", "adjacentTo", "Prostate"),  # in men only
        ("IlioinguinalNerve", "suppliesSensory", "SkinScrotum"),  # in men only
        ("PudendalNerve", "suppliesMotor", "LevatorAni"),  # disputed
        ("SubcostalNerve", "suppliesMotor", "Pyramidalis"),  # a muscle that some people lack
        ("GrayRamusCommunicans", "continuousWith", "L1VentralRamus"),  # one of them, not each
        ("SciaticNerve", "passesThrough", "InfrapiriformForamen"),  # through the muscle in some
        ("IliohypogastricNerve", "traverses", "PsoasMajor"),  # behind the muscle in other texts
    ],
)
def test_what_does_not_hold_in_everybody_is_no_axiom(ontology: Graph, subject: str, prop: str, filler: str) -> None:
    assert (nx(subject), RDF.type, OWL.Class) in ontology
    assert filler not in restrictions(ontology, subject, prop)


def test_axiom_cites_row_and_source(ontology: Graph) -> None:
    axioms = [
        axiom
        for axiom in ontology.subjects(nx("tableRow"), Literal("innervation.tsv:29"))
        if (axiom, RDF.type, OWL.Axiom) in ontology
    ]
    (axiom,) = axioms
    assert ontology.value(axiom, OWL.annotatedSource) == nx("FemoralNerve")
    assert ontology.value(axiom, nx("signWhenLost")) == Literal("weak knee extension, buckling knee")
    assert ontology.value(axiom, nx("fibresMainlyFrom")) == Literal("L3 L4")
    sources = set(ontology.objects(axiom, URIRef(PREFIXES["dcterms"] + "source")))
    assert URIRef(source_iri("okstate-femoral")) in sources


def test_vertebra_has_no_spinal_level_of_its_own(anatomy: Anatomy) -> None:
    levels = {s.id: level_of(s) for s in anatomy.structures if level_of(s)}
    assert levels["l3_ventral_ramus"] == "L3"
    assert levels["s2_dermatome"] == "S2"
    assert levels["coccygeal_nerve"] == "Co1"
    assert "l3_vertebra" not in levels
    assert "subcostal_nerve" not in levels


# --------------------------------------------------------------------------------------------------------- accounting


def test_no_row_is_lost(root: Path, anatomy: Anatomy) -> None:
    counts = {count.table: count for count in account(root)}
    assert {t: c.rows_in for t, c in counts.items() if not t.startswith("wanted")} == {
        "structures.tsv": 574,
        "relations.tsv": 760,
        "innervation.tsv": 434,
        "spread_edges.tsv": 380,
        "object_properties.tsv": 213,
    }
    for count in counts.values():
        assert count.lost == ()
        assert (
            count.rows_in
            == count.rows_encoded + count.rows_left_out
            == count.rows_encoded + sum(count.reasons.values())
        )
    beyond = [row.file for row, _ in rows_beyond_everybody(anatomy)]
    assert counts["relations.tsv"].atlas_only == beyond.count("relations.tsv")
    assert counts["innervation.tsv"].atlas_only == beyond.count("innervation.tsv")
    assert counts["spread_edges.tsv"].atlas_only == 380


def test_accounting_sees_a_row_that_was_not_written(root: Path, tmp_path: Path) -> None:
    for folder in ("data", "ontology"):
        shutil.copytree(root / folder, tmp_path / folder)
    for path in (tmp_path / "ontology" / "generated").glob("*.ttl"):
        text_ = path.read_text(encoding="utf-8").replace('"relations.tsv:37"', '"relations.tsv:9999"')
        path.write_text(text_, encoding="utf-8")
    (count,) = [c for c in account(tmp_path) if c.table == "relations.tsv"]
    assert count.lost == ("relations.tsv:37",)


# ----------------------------------------------------------------------------------------------- sources and mappings


def test_every_source_key_has_an_individual(anatomy: Anatomy) -> None:
    graph = sources_graph(anatomy)
    keys = {str(key) for key in graph.objects(None, nx("sourceKey"))}
    assert keys == {source.key for source in anatomy.sources}
    capek = URIRef(source_iri("capek-2015"))
    assert {str(k) for k in graph.objects(capek, nx("sourceKey"))} == {"Capek 2015 JN", "Capek 2015 JN (mechanism)"}
    assert graph.value(capek, RDFS.label) is None, "what a seed paper is stands in its own file"
    recalled = {str(s) for s in graph.subjects(nx("recalled"), Literal(True))}
    assert recalled == {source_iri(s.id) for s in anatomy.sources if s.key.endswith("*")}


def test_only_exact_matches_become_equivalences(anatomy: Anatomy) -> None:
    graph = uberon_graph(anatomy)
    equal = set(graph.subjects(OWL.equivalentClass))
    assert len(equal) == sum(1 for s in anatomy.structures if s.uberon_match == "exact") == 357
    assert nx("Hamstrings") not in equal
    assert (nx("Hamstrings"), SKOS.closeMatch, None) in graph
    assert (nx("Parametrium"), SKOS.narrowMatch, None) in graph


def test_door_opens_on_everything_but_data_and_alignments(files: dict[str, bytes]) -> None:
    door = read_turtle(files["ontology/neoplex.ttl"])
    imports = {str(i).rpartition("/")[2] for i in door.objects(None, OWL.imports)}
    assert {"anatomy", "relations", "structures", "structure-relations", "innervation"} <= imports
    assert not {name for name in imports if "alignment" in name or name in ("atlas", "sources")}
    assert set(door.subjects()) == {URIRef("https://w3id.org/neoplex/ontology")}


def test_mapping_table_has_known_prefixes_and_no_empty_subject(anatomy: Anatomy, files: dict[str, bytes]) -> None:
    lines = files["data/mappings/anatomy.sssom.tsv"].decode().splitlines()
    prefixes = {line[3:].partition(":")[0] for line in lines if line.startswith("#  ")}
    header, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert header == [
        "subject_id",
        "subject_label",
        "predicate_id",
        "object_id",
        "object_label",
        "mapping_justification",
    ]
    assert len(rows) == len(structure_mappings(anatomy)) > 900
    for row in rows:
        assert {row[0].partition(":")[0], row[3].partition(":")[0]} <= prefixes
        assert row[2].partition(":")[0] in {"skos", "oboInOwl"}
        assert row[5].startswith("semapv:")
    exact = [row for row in rows if row[2] == "skos:exactMatch"]
    assert len(exact) == 357


def test_release_file_is_whole_and_alone(files: dict[str, bytes], ontology: Graph) -> None:
    quads = list(ox.parse(files["ontology/neoplex.owl"], format=ox.RdfFormat.RDF_XML))
    rdf_type = PREFIXES["rdf"] + "type"
    ontologies = [
        q.subject.value for q in quads if q.predicate.value == rdf_type and q.object.value == str(OWL.Ontology)
    ]
    assert ontologies == ["https://w3id.org/neoplex/ontology"]
    assert not [q for q in quads if q.predicate.value == str(OWL.imports)]
    classes = {q.subject.value for q in quads if q.predicate.value == rdf_type and q.object.value == str(OWL.Class)}
    wanted = {str(c) for c in ontology.subjects(RDF.type, OWL.Class) if isinstance(c, URIRef)}
    assert wanted - classes == set()
