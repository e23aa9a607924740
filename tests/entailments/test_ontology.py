"""The ontology as a document: every term described, every name declared once as one thing, generated files fresh, no row lost."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from neoplex.base.errors import FaultsFound
from neoplex.base.names import IAO_DEFINITION, IAO_DEFINITION_SOURCE, NX, ONTOLOGY, PREFIXES, class_iri
from neoplex.base.paths import shipped_root
from neoplex.ontology import classify, termmappings, terms
from neoplex.ontology.generate import modules as generated_files

ROOT = shipped_root()
SECTION_ROOTS = [
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
    "SpreadMechanism",
    "TreatmentIntent",
    "RadiotherapyTechnique",
    "PatientPosition",
    "Method",
    "Cause",
    "Publication",
    "EvidenceType",
]
OBJECT, DATA, NOTE = OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty


@cache
def ontology() -> Graph:
    """Modules by hand and generated, without atlas and inferences."""
    return classify.read_ontology(ROOT)


@cache
def inferred() -> Graph:
    return Graph().parse(ROOT / classify.INFERRED, format="turtle")


def named(kind: URIRef) -> set[URIRef]:
    return {s for s in ontology().subjects(RDF.type, kind) if isinstance(s, URIRef) and str(s).startswith(NX)}


def terms_declared() -> set[URIRef]:
    shared = {s for s in ontology().subjects(RDF.type, OWL.NamedIndividual) if isinstance(s, URIRef)}
    return named(OWL.Class) | named(OBJECT) | named(DATA) | named(NOTE) | {s for s in shared if str(s).startswith(NX)}


# --------------------------------------------------------------------------------------------------------- description


def test_section_roots_are_there() -> None:
    classes = named(OWL.Class)
    assert [name for name in SECTION_ROOTS if URIRef(NX + name) not in classes] == []


def test_every_class_and_property_has_one_label_one_definition_a_source_and_a_module() -> None:
    faults = []
    for term in sorted(named(OWL.Class) | named(OBJECT) | named(DATA) | named(NOTE)):
        counts = {
            "label": len(set(ontology().objects(term, RDFS.label))),
            "definition": len(set(ontology().objects(term, URIRef(IAO_DEFINITION)))),
            "module": len(set(ontology().objects(term, RDFS.isDefinedBy))),
        }
        faults += [f"{term}: {what} {count}" for what, count in counts.items() if count != 1]
        if not set(ontology().objects(term, URIRef(IAO_DEFINITION_SOURCE))):
            faults.append(f"{term}: no source")
    assert faults == []


def test_labels_of_classes_are_unique_and_no_synonym_is_the_label_of_another() -> None:
    labels: dict[str, set[str]] = defaultdict(set)
    synonyms: dict[str, set[str]] = defaultdict(set)
    for term in named(OWL.Class):
        for label in ontology().objects(term, RDFS.label):
            labels[str(label).casefold()].add(str(term))
        for synonym in ontology().objects(term, SKOS.altLabel):
            synonyms[str(synonym).casefold()].add(str(term))
    assert {word: found for word, found in labels.items() if len(found) > 1} == {}
    # A structure and a clinical term may share a synonym; two clinical terms may not.
    clinical = {str(term.iri) for term in terms.read_vocabulary(ROOT).terms}
    shared = {word: found & clinical for word, found in synonyms.items() if len(found & clinical) > 1}
    assert shared == {}
    hidden = {word: found for word, found in synonyms.items() if labels.get(word, found) - found}
    assert hidden == {}


def test_definitions_are_sentences_and_not_repeated() -> None:
    definitions = [
        str(value) for term in named(OWL.Class) for value in ontology().objects(term, URIRef(IAO_DEFINITION))
    ]
    assert [
        text for text in definitions if not (text[0].isupper() or text[0].isdigit()) or not text.endswith(".")
    ] == []
    assert [text for text, times in Counter(definitions).items() if times > 1] == []


def test_labels_are_lower_case_but_for_names() -> None:
    odd = [
        str(label)
        for term in named(OWL.Class)
        for label in ontology().objects(term, RDFS.label)
        if re.match(r"[A-Z][a-z]+ [a-z]", str(label)) and str(label).split()[0] not in _PROPER
    ]
    assert odd == []


_PROPER = {"Gleason", "Epstein", "Palliative", "Functional", "Karnofsky", "Onuf"}


# ----------------------------------------------------------------------------------------------------------------- OWL 2 DL


def test_no_name_is_two_kinds_of_thing() -> None:
    kinds = {"class": named(OWL.Class), "object": named(OBJECT), "data": named(DATA), "annotation": named(NOTE)}
    names = list(kinds)
    doubles = {
        (a, b): sorted(kinds[a] & kinds[b]) for i, a in enumerate(names) for b in names[i + 1 :] if kinds[a] & kinds[b]
    }
    assert doubles == {}
    individuals = set(ontology().subjects(RDF.type, OWL.NamedIndividual))
    assert sorted(individuals & set().union(*kinds.values())) == []


def test_every_name_in_use_is_declared() -> None:
    declared = terms_declared()
    used = {term for triple in ontology() for term in triple if isinstance(term, URIRef) and str(term).startswith(NX)}
    assert sorted(used - declared) == []


def test_object_properties_lead_to_things_and_data_properties_to_values() -> None:
    objects, data = named(OBJECT), named(DATA)
    assert [t for t in ontology() if t[1] in objects and isinstance(t[2], Literal)] == []
    assert [t for t in ontology() if t[1] in data and not isinstance(t[2], Literal)] == []
    restricted = {
        p for node in ontology().subjects(RDF.type, OWL.Restriction) for p in ontology().objects(node, OWL.onProperty)
    }
    assert sorted(restricted - objects - data) == []
    for sub, parent in ontology().subject_objects(RDFS.subPropertyOf):
        assert (sub in objects) == (parent in objects), f"{sub} below {parent}"


def test_ranges_of_data_properties_are_in_the_datatype_map() -> None:
    names = ("decimal", "integer", "string", "boolean", "dateTime", "nonNegativeInteger")
    allowed = {URIRef(PREFIXES["xsd"] + name) for name in names}
    for prop in named(DATA):
        assert set(ontology().objects(prop, RDFS.range)) <= allowed


def test_complex_properties_are_not_restricted_as_simple_ones() -> None:
    """A property with a chain or transitivity, and every property above it, may not be functional or the like."""
    graph = ontology()
    complex_ = set(graph.subjects(OWL.propertyChainAxiom, None)) | set(graph.subjects(RDF.type, OWL.TransitiveProperty))
    while True:
        above = {parent for p in complex_ for parent in graph.objects(p, RDFS.subPropertyOf)}
        if above <= complex_:
            break
        complex_ |= above
    simple_only = (
        OWL.FunctionalProperty,
        OWL.InverseFunctionalProperty,
        OWL.IrreflexiveProperty,
        OWL.AsymmetricProperty,
    )
    assert [(p, kind) for p in complex_ for kind in simple_only if (p, RDF.type, kind) in graph] == []
    assert {str(p).removeprefix(NX) for p in complex_} >= {"partOf", "liesWithin", "hasRootLevel", "drives"}


def test_no_class_is_defined_by_a_symmetric_relation() -> None:
    """The reasoner does not see symmetry; this is why nothing is lost by it."""
    graph = ontology()
    symmetric = set(graph.subjects(RDF.type, OWL.SymmetricProperty))
    reach = set(symmetric)
    while True:
        above = {parent for p in reach for parent in graph.objects(p, RDFS.subPropertyOf)}
        if above <= reach:
            break
        reach |= above
    assert reach
    inside_definitions: set[URIRef | BNode] = set()
    waiting = [v for v in graph.objects(None, OWL.equivalentClass) if isinstance(v, BNode)]
    waiting += [s for s in graph.subjects(RDFS.subClassOf, None) if isinstance(s, BNode)]
    while waiting:
        node = waiting.pop()
        if node not in inside_definitions:
            inside_definitions.add(node)
            waiting += [v for v in graph.objects(node, None) if isinstance(v, BNode)]
    used = {p for node in inside_definitions for p in graph.objects(node, OWL.onProperty)}
    assert used
    assert sorted(used & reach) == []
    chained: set[object] = set()
    for head in graph.objects(None, OWL.propertyChainAxiom):
        chained |= set(graph.items(head))
    assert sorted(chained & reach, key=str) == []
    assert [p for p in symmetric if set(graph.objects(p, RDFS.domain)) | set(graph.objects(p, RDFS.range))] == []


def test_imports_exist_and_do_not_form_a_circle() -> None:
    imports: dict[str, set[str]] = {}
    for header in ontology().subjects(RDF.type, OWL.Ontology):
        imports[str(header)] = {str(v) for v in ontology().objects(header, OWL.imports)}
    assert sorted(set().union(*imports.values()) - set(imports)) == []
    assert any(imports.values())

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(imports[start])
        while waiting:
            at = waiting.pop()
            if at not in seen:
                seen.add(at)
                waiting += imports[at]
        return seen

    assert [start for start in imports if start in reached(start)] == []


# ---------------------------------------------------------------------------------------------------------------- inferences


def test_inferences_are_fresh() -> None:
    assert classify.is_fresh(ROOT), "run python -m neoplex.ontology.classify"


def test_no_triple_is_both_asserted_and_inferred() -> None:
    assert len(inferred()) > 1000
    assert [t for t in inferred() if t in ontology()] == []


def test_inferences_are_closed_and_between_declared_classes() -> None:
    above: dict[URIRef, set[URIRef]] = defaultdict(set)
    for graph in (ontology(), inferred()):
        for sub, parent in graph.subject_objects(RDFS.subClassOf):
            if isinstance(sub, URIRef) and isinstance(parent, URIRef) and str(parent).startswith(NX):
                above[sub].add(parent)
    missing = [
        (sub, further)
        for sub, parents in above.items()
        for parent in parents
        for further in above.get(parent, ())
        if further != sub and further not in parents
    ]
    assert missing == []
    classes = named(OWL.Class)
    assert [t for t in inferred().subject_objects(RDFS.subClassOf) if not set(t) <= classes] == []


def test_the_reasoner_finds_a_planted_empty_class_and_a_planted_contradiction() -> None:
    pytest.importorskip("owlready2")
    a, b, c = (URIRef(NX + name) for name in "ABC")
    graph = Graph()
    for node in (a, b, c):
        graph.add((node, RDF.type, OWL.Class))
    graph.add((a, OWL.disjointWith, b))
    graph.add((c, RDFS.subClassOf, a))
    graph.add((c, RDFS.subClassOf, b))
    verdict = classify.reason(graph)
    assert verdict.consistent
    assert verdict.unsatisfiable == {str(c)}
    with pytest.raises(FaultsFound, match="nx:C: found a class that can have no instance"):
        classify.require_sound(verdict)
    graph.add((URIRef(NX + "someone"), RDF.type, OWL.NamedIndividual))
    graph.add((URIRef(NX + "someone"), RDF.type, c))
    verdict = classify.reason(graph)
    assert not verdict.consistent
    with pytest.raises(FaultsFound, match="contradict each other"):
        classify.require_sound(verdict)


@pytest.mark.parametrize("text", ["A and", "(A or B", "A B", "hasSite some", ""])
def test_a_broken_class_expression_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        classify.expression(Graph(), text)


# -------------------------------------------------------------------------------------------------------------------- tables


def test_generated_terms_and_alignment_are_fresh() -> None:
    files = terms.generate(ROOT) | termmappings.generate(ROOT)
    assert len(files) == len(terms.MODULES) + 1
    assert [path for path, data in files.items() if (ROOT / path).read_bytes() != data] == []
    assert set(files) <= set(generated_files(ROOT))


def test_no_row_of_the_tables_is_lost() -> None:
    counts = {count.table: count for count in termmappings.account(ROOT)}
    assert {table: count.lost for table, count in counts.items() if count.lost} == {}
    assert counts["terms.tsv"].rows_in == 491
    assert counts["terms_mappings.tsv"].rows_in == 992
    for count in counts.values():
        assert count.rows_in == count.rows_encoded + count.rows_left_out
        assert sum(count.reasons.values()) == count.rows_left_out


def test_a_row_that_is_not_written_is_seen_as_lost(tmp_path: Path) -> None:
    for folder in ("data/terms", "data/mappings", "ontology/alignments", "ontology/generated", "ontology/modules"):
        (tmp_path / folder).mkdir(parents=True)
    for name in (
        "terms/terms.tsv",
        "terms/additions.tsv",
        "terms/left-out.tsv",
        "units.tsv",
        "mappings/terms.sssom.tsv",
    ):
        (tmp_path / "data" / name).write_bytes((ROOT / "data" / name).read_bytes())
    files = terms.generate(tmp_path) | termmappings.generate(tmp_path)
    for path, data in files.items():
        kept = [line for line in data.decode().split("\n") if '"sciatica"' not in line and "UO_0000134" not in line]
        broken = path.endswith(("terms-finding.ttl", "alignments/terms.ttl"))
        (tmp_path / path).write_text("\n".join(kept) if broken else data.decode(), encoding="utf-8")
    relations = (ROOT / "ontology" / "modules" / "relations.ttl").read_bytes()
    (tmp_path / "ontology" / "modules" / "relations.ttl").write_bytes(relations)
    counts = {count.table: count for count in termmappings.account(tmp_path)}
    (line,) = (t.line for t in terms.read_vocabulary(ROOT).terms if t.id == "sciatica")
    assert counts["terms.tsv"].lost == (f"terms.tsv:{line}",)
    assert counts["additions.tsv"].lost == ()


def test_every_term_of_the_data_model_is_there() -> None:
    wanted = [
        "Case",
        "Cohort",
        "Fact",
        "TimeInterval",
        "Passage",
        "Statement",
        "Claim",
        "Conflict",
        "Argument",
        "RouteStep",
        "PlannedDose",
        "DeliveredDose",
        "ReportedDose",
        "PrescribedDose",
        "Infiltration",
        "Abutment",
        "Weakness",
        "SensoryLoss",
        "ReflexLoss",
        "Pain",
        "NerveEnhancement",
        "PsoasStretchTest",
        "Inference",
    ]
    classes = named(OWL.Class)
    assert [name for name in wanted if URIRef(NX + name) not in classes] == []
    shared = [
        "present",
        "absent",
        "reported",
        "concluded",
        "inferred",
        "left",
        "right",
        "midline",
        "sideNotReported",
        "met",
        "notMet",
        "undetermined",
        "gray",
    ]
    individuals = set(ontology().subjects(RDF.type, OWL.NamedIndividual))
    assert [name for name in shared if URIRef(NX + name) not in individuals] == []


def test_unit_codes_are_unique_and_scales_have_ends() -> None:
    codes = Counter(str(code) for code in ontology().objects(None, URIRef(NX + "ucumCode")))
    assert [code for code, times in codes.items() if times > 1] == []
    for scale in ontology().subjects(RDF.type, URIRef(NX + "Scale")):
        low = ontology().value(scale, URIRef(NX + "scaleMinimum"))
        high = ontology().value(scale, URIRef(NX + "scaleMaximum"))
        assert isinstance(low, Literal) and isinstance(high, Literal), scale
        assert low.toPython() < high.toPython(), scale


# ------------------------------------------------------------------------------------------------------------------ bad tables


def copy_tables(tmp_path: Path) -> Path:
    (tmp_path / "data" / "terms").mkdir(parents=True)
    (tmp_path / "data" / "mappings").mkdir()
    for name in ("terms/terms.tsv", "terms/additions.tsv", "units.tsv", "mappings/terms.sssom.tsv"):
        (tmp_path / "data" / name).write_bytes((ROOT / "data" / name).read_bytes())
    return tmp_path


ROW = "\t".join(
    ["knee_swelling", "knee swelling", "KneeSwelling", "class", "finding", "edema", "", "A swelling.", "neoplex", ""]
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"edema": "oedema"}, 'parent: found "oedema", expected the id of a term'),
        ({"KneeSwelling": "kneeSwelling"}, 'name: found "kneeSwelling", expected a name such as HipPain'),
        ({"A swelling.": "a swelling"}, "definition: found"),
        ({"knee swelling": "hip pain"}, "words that are not also those of hip_pain"),
        ({"class": "klass"}, 'entity: found "klass"'),
        ({"\tneoplex\t": "\t\t"}, "source: found"),
        ({"\tedema": "\tknee_swelling"}, "parents that do not lead back to the term"),
    ],
)
def test_a_bad_row_is_refused_with_its_place(tmp_path: Path, change: dict[str, str], expected: str | None) -> None:
    row = ROW
    for old, new in change.items():
        assert old in row
        row = row.replace(old, new)
    root = copy_tables(tmp_path)
    table = root / "data" / "terms" / "additions.tsv"
    table.write_text(table.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    if expected is None:
        assert class_iri("knee_swelling") in {str(term.iri) for term in terms.read_vocabulary(root).terms}
        return
    with pytest.raises(FaultsFound) as caught:
        terms.read_vocabulary(root)
    number = len(table.read_text(encoding="utf-8").split("\n")) - 1
    assert any(str(f).startswith(f"additions.tsv:{number}:") and expected in str(f) for f in caught.value.faults)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("nx:Nothing\tnothing\tskos:exactMatch\tHP:1\tx\tsemapv:CompositeMatching\tc", "a term of the terms tables"),
        ("nx:Pain\tache\tskos:exactMatch\tHP:1\tx\tsemapv:CompositeMatching\tc", 'the label "pain"'),
        ("nx:Pain\tpain\towl:sameAs\tHP:1\tx\tsemapv:CompositeMatching\tc", "one of skos:exactMatch"),
        (
            "nx:Pain\tpain\tskos:exactMatch\tSCTID:1\tx\tsemapv:CompositeMatching\tc",
            "an identifier that may be shipped",
        ),
        ("nx:Pain\tpain\tskos:exactMatch\tABC:1\tx\tsemapv:CompositeMatching\tc", "a prefix of the curie_map"),
        ("nx:Pain\tpain\tskos:exactMatch\tHP:1\tx\tsemapv:Guess\tc", "one of semapv:CompositeMatching"),
        ("nx:Pain\tpain", "7 cells"),
    ],
)
def test_a_bad_mapping_is_refused(tmp_path: Path, row: str, expected: str) -> None:
    root = copy_tables(tmp_path)
    table = root / termmappings.SSSOM
    table.write_text(table.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    with pytest.raises(FaultsFound) as caught:
        termmappings.read_mappings(root, terms.read_vocabulary(root))
    assert any(expected in str(fault) for fault in caught.value.faults)


def test_no_forbidden_vocabulary_is_shipped() -> None:
    for path in sorted([*(ROOT / "data").rglob("*.tsv"), *(ROOT / "ontology").rglob("*.ttl")]):
        content = path.read_text(encoding="utf-8")
        assert not re.search(r"SCTID:|snomed\.info|UMLS:C\d", content), path


def test_modules_say_which_ontology_they_are() -> None:
    for path in classify.input_files(ROOT):
        graph = Graph().parse(path, format="turtle")
        headers = [str(h) for h in graph.subjects(RDF.type, OWL.Ontology)]
        assert headers == [f"{ONTOLOGY}/{path.stem}"]
