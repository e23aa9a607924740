"""The atlas: sides, edges, and that it says the same as the class axioms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import URIRef

from neoplex.base.names import ATLAS, GRAPH_ATLAS, NX, PREFIXES
from neoplex.model.rows import Anatomy
from neoplex.ontology.anatomy import property_of, universal_axioms
from neoplex.ontology.atlas import (
    EDGE,
    SYMMETRIC,
    Edge,
    atlas_edges,
    place_label,
    places,
    root_levels,
    structures_without_individuals,
)
from neoplex.ontology.generate import anatomy_files
from neoplex.read.anatomy import read_anatomy

RDF_TYPE = PREFIXES["rdf"] + "type"


@pytest.fixture(scope="module")
def anatomy(root: Path) -> Anatomy:
    return read_anatomy(root)


@pytest.fixture(scope="module")
def edges(anatomy: Anatomy) -> list[Edge]:
    return atlas_edges(anatomy)


@pytest.fixture(scope="module")
def store(root: Path) -> ox.Store:
    """The atlas as it is written."""
    store = ox.Store()
    store.bulk_load(anatomy_files(root)["ontology/generated/atlas.ttl"], format=ox.RdfFormat.TURTLE)
    return store


def name(edge: Edge) -> tuple[str, str, str]:
    return (edge.start.iri[len(ATLAS) :], edge.relation, edge.end.iri[len(ATLAS) :])


def targets(edges: Iterable[Edge], start: str, *relations: str) -> set[str]:
    return {name(e)[2] for e in edges if name(e)[0] == start and e.relation in relations}


def reachable(edges: Iterable[Edge], start: str, without: set[str] = frozenset()) -> set[str]:  # type: ignore[assignment]
    """Everything that conduits lead to, not entering ``without``."""
    ahead: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        if edge.kind == "ConduitEdge":
            ahead[name(edge)[0]].add(name(edge)[2])
    found, waiting = {start}, [start]
    while waiting:
        for following in ahead[waiting.pop()] - found - without:
            found.add(following)
            waiting.append(following)
    return found - {start}


# ---------------------------------------------------------------------------------------------------------- individuals


def test_paired_structures_come_twice_and_unpaired_ones_once(anatomy: Anatomy) -> None:
    found = places(anatomy)
    assert [str(p.iri) for p in found["femoral_nerve"]] == [ATLAS + "left-femoral-nerve", ATLAS + "right-femoral-nerve"]
    assert [str(p.iri) for p in found["prostate"]] == [ATLAS + "prostate"]
    assert [place_label(anatomy, p) for p in found["psoas_major"]] == ["left psoas major", "right psoas major"]
    assert len(found["skin_perianal"]) == 2, "skin that spans the midline can be spoken of as left or right"


def test_grouping_classes_have_no_individual(anatomy: Anatomy) -> None:
    without = set(structures_without_individuals(anatomy))
    assert {"nerve", "muscle", "bone", "organ", "anatomical_entity", "nerve_plexus"} <= without
    assert {anatomy.structure[i].paired for i in without} == {"mixed"}
    assert not without & {"retroperitoneal_lymph_nodes", "pelvic_lymph_nodes", "bulbospongiosus", "skin_scrotum"}


def test_written_individuals_have_one_type_one_label_and_one_side(anatomy: Anatomy, store: ox.Store) -> None:
    expected = {str(p.iri): p for found in places(anatomy).values() for p in found}
    side = {q.subject.value: q.object.value for q in store.quads_for_pattern(None, ox.NamedNode(NX + "side"), None)}
    assert set(side) == set(expected)
    for iri, place in expected.items():
        types = list(store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(RDF_TYPE), None))
        assert len(types) == 1
        if place.side:
            assert side[iri] == NX + place.side
    assert side[ATLAS + "right-iliac-fossa-region"] == NX + "right"
    assert side[ATLAS + "prostate"] == NX + "midline"


def test_nothing_in_the_atlas_is_blank(store: ox.Store) -> None:
    assert len(store) > 50_000
    assert not [q for q in store if isinstance(q.subject, ox.BlankNode) or isinstance(q.object, ox.BlankNode)]


# ---------------------------------------------------------------------------------------------------------------- sides


def test_no_edge_crosses_from_left_to_right(edges: list[Edge]) -> None:
    crossing = [e for e in edges if {e.start.side, e.end.side} == {"left", "right"}]
    assert {e.side_behaviour for e in crossing} == {"any_side"}
    mechanisms = {e.spread.mechanism for e in crossing if e.spread}
    assert mechanisms <= {"haematogenous", "lymphatic"}, "only what is carried by blood or lymph forgets its side"


def test_left_femoral_nerve_supplies_left_quadriceps_only(edges: list[Edge]) -> None:
    muscles = targets(edges, "left-femoral-nerve", "supplies_motor")
    assert "left-quadriceps-femoris" in muscles
    assert not {m for m in muscles if m.startswith("right-")}


def test_one_sided_rows_stand_on_their_side_only(edges: list[Edge]) -> None:
    assert "appendix" in targets(edges, "right-psoas-major", "adjacent_to")
    assert "appendix" not in targets(edges, "left-psoas-major", "adjacent_to")
    assert "sigmoid-colon" in targets(edges, "left-psoas-major", "adjacent_to")
    assert "sigmoid-colon" not in targets(edges, "right-psoas-major", "adjacent_to")
    assert "left-psoas-major" not in targets(edges, "appendix", "contiguous_conduit_to")
    assert "right-psoas-major" in targets(edges, "appendix", "contiguous_conduit_to")


def test_unpaired_sphincter_is_supplied_from_both_sides(edges: list[Edge]) -> None:
    suppliers = {name(e)[0] for e in edges if name(e)[1:] == ("supplies_motor", "external-anal-sphincter")}
    assert {"left-pudendal-nerve", "right-pudendal-nerve"} <= suppliers


@pytest.mark.parametrize("side", ["left", "right"])
def test_nerves_through_psoas_are_the_six(edges: list[Edge], side: str) -> None:
    through = {name(e)[0] for e in edges if name(e)[1:] == ("traverses", f"{side}-psoas-major")}
    six = (
        "iliohypogastric-nerve",
        "ilioinguinal-nerve",
        "genitofemoral-nerve",
        "lateral-femoral-cutaneous-nerve",
        "femoral-nerve",
        "obturator-nerve",
    )
    assert through == {f"{side}-{nerve}" for nerve in six}
    beside = {name(e)[0] for e in edges if name(e)[1:] == ("medial_border_of", f"{side}-psoas-major")}
    assert f"{side}-lumbosacral-trunk" in beside


def test_branch_gives_no_part(edges: list[Edge]) -> None:
    parts = {(name(e)[0], name(e)[2]) for e in edges if e.relation == "part_of"}
    assert ("left-femoral-nerve", "left-lumbar-plexus") not in parts
    assert ("left-common-fibular-nerve", "left-sciatic-nerve") not in parts
    assert ("left-lumbar-plexus", "left-lumbosacral-plexus") in parts


def test_levels_follow_over_roots(edges: list[Edge], anatomy: Anatomy) -> None:
    levels = {str(p.iri)[len(ATLAS) :]: found for p, found in root_levels(edges, anatomy).items()}
    assert levels["left-femoral-nerve"] == ("L2", "L3", "L4")
    assert set(levels["right-sacral-plexus"]) == {"L4", "L5", "S1", "S2", "S3", "S4"}
    assert "T12" not in levels["left-lumbar-plexus"], "a share that is not always there is no level of everybody"


# --------------------------------------------------------------------------------------------------------------- spread


def test_prostate_reaches_both_sciatic_nerves(edges: list[Edge]) -> None:
    assert {"left-sciatic-nerve", "right-sciatic-nerve"} <= reachable(edges, "prostate")


def test_left_root_reaches_the_right_one_over_the_midline_only(edges: list[Edge], anatomy: Anatomy) -> None:
    """Carriage by blood and lymph aside, which forgets the side, every way across leads through an unpaired structure."""
    local = [e for e in edges if e.side_behaviour != "any_side"]
    assert "right-s1-ventral-ramus" in reachable(local, "left-s1-ventral-ramus")
    unpaired = {str(p.iri)[len(ATLAS) :] for found in places(anatomy).values() for p in found if not p.side}
    assert "right-s1-ventral-ramus" not in reachable(local, "left-s1-ventral-ramus", without=unpaired)
    nerves = [e for e in local if e.spread and e.spread.mechanism in ("perineural", "intradural/dural_bridge")]
    crossings = {"dural-sac", "superior-hypogastric-plexus", "abdominal-aortic-plexus"}
    assert "right-s1-ventral-ramus" in reachable(nerves, "left-s1-ventral-ramus")
    assert "right-s1-ventral-ramus" not in reachable(nerves, "left-s1-ventral-ramus", without=crossings)


def test_dural_bridge_is_marked_transmedian(store: ox.Store) -> None:
    query = f"""SELECT ?mechanism ?direction WHERE {{
        <{EDGE}dural-sac-intradural-conduit-to-right-s1-nerve-root> <{NX}hasMechanism>/a ?mechanism ;
            <{NX}spreadDirection> ?direction }}"""
    rows = [(row[0].value, row[1].value) for row in store.query(query)]  # type: ignore[union-attr,index]
    assert rows == [(NX + "TransmedianDuralSpread", NX + "transmedian")]


def test_undirected_conduit_stands_both_ways_with_directions_swapped(edges: list[Edge]) -> None:
    by_name = {e.name: e for e in edges}
    there = by_name["left-sacral-plexus-perineural-conduit-to-left-sciatic-nerve"]
    back = by_name["left-sciatic-nerve-perineural-conduit-to-left-sacral-plexus"]
    assert (there.direction, there.reversed_from) == ("distal", "")
    assert (back.direction, back.reversed_from) == ("proximal", there.name)
    assert there.rows == back.rows
    out = by_name["lumbar-vertebral-body-contiguous-conduit-to-left-psoas-major"]
    home = by_name["left-psoas-major-contiguous-conduit-to-lumbar-vertebral-body"]
    assert (out.side_behaviour, home.side_behaviour) == ("from_midline", "to_midline")
    assert "cisterna-chyli-lymphatic-conduit-to-left-para-aortic-lymph-nodes" not in by_name


def test_plausible_edges_are_marked_and_counted(edges: list[Edge], anatomy: Anatomy, store: ox.Store) -> None:
    rows = {e.row for e in anatomy.spread_edges if e.evidence_level == "anatomical plausibility"}
    assert len(rows) == 167
    query = (
        f"SELECT DISTINCT ?row WHERE {{ ?e <{NX}evidenceLevel> <{NX}anatomicalPlausibility> ; <{NX}tableRow> ?row }}"
    )
    assert {row[0].value for row in store.query(query)} == rows  # type: ignore[union-attr,index]


def test_doubts_reach_the_edges_that_rest_on_them(anatomy: Anatomy, edges: list[Edge]) -> None:
    by_name = {e.name: e for e in edges}
    assert by_name["left-nerve-to-piriformis-supplies-motor-left-piriformis"].doubts
    assert by_name["lumbar-vertebral-body-contiguous-conduit-to-left-psoas-major"].doubts
    assert not by_name["left-femoral-nerve-supplies-motor-left-quadriceps-femoris"].doubts
    open_doubts = {d.says for d in anatomy.doubts if d.status == "open"}
    on_edges = {says for e in edges for says in e.doubts}
    on_structures = {d.says for d in anatomy.doubts if d.status == "open" and d.structures}
    assert open_doubts == on_edges | on_structures


# ------------------------------------------------------------------------------------------------- atlas and class axioms


def test_atlas_and_class_axioms_say_the_same(anatomy: Anatomy, edges: list[Edge]) -> None:
    """Edges derived from the axioms and the pairing of structures alone are the constant edges, both ways."""
    individuals = places(anatomy)
    derived: set[tuple[str, str, str]] = set()
    for axiom in universal_axioms(anatomy):
        for start in individuals[axiom.subject]:
            for end in individuals[axiom.object]:
                if not start.side or not end.side or start.side == end.side:
                    derived.add((start.iri[len(ATLAS) :], axiom.relation, end.iri[len(ATLAS) :]))
    # A structure that is on the right by nature is part of the right one of a pair, which no class axiom can say.
    derived.discard(("right-iliac-fossa-region", "part_of", "left-groin"))
    stated = {name(e) for e in edges if e.kind != "ConduitEdge" and not e.not_in_all and not e.reversed_from}
    assert derived - stated == set(), "in the class axioms and not in the atlas"
    assert stated - derived == set(), "in the atlas and not in the class axioms"


def test_other_directions_belong_to_symmetric_or_undirected_edges(edges: list[Edge]) -> None:
    by_name = {e.name: e for e in edges}
    turned = [e for e in edges if e.reversed_from]
    assert len(turned) > 400
    for edge in turned:
        original = by_name[edge.reversed_from]
        assert (edge.start, edge.end) == (original.end, original.start)
        assert edge.relation in SYMMETRIC or (edge.spread is not None and not edge.spread.directed)


def test_plain_edges_and_statements_agree(edges: list[Edge], store: ox.Store) -> None:
    wide = {NX + "supplies", NX + "conduitTo"}
    derived = {NX + p for p in ("side", "atLevel", "hasRootLevel", "contralateralTo", "openDoubt")}
    plain = {
        (q.subject.value, q.predicate.value, q.object.value)
        for q in store
        if q.subject.value.startswith(ATLAS)  # type: ignore[union-attr]
        and "/atlas/edge/" not in q.subject.value  # type: ignore[union-attr]
        and q.predicate.value.startswith(NX)
        and q.predicate.value not in derived | wide
    }
    stated = {(str(e.start.iri), str(property_of(e.relation)), str(e.end.iri)) for e in edges}
    assert plain == stated
    query = f"""SELECT ?from ?relation ?to WHERE {{
        ?edge <{NX}edgeFrom> ?from ; <{NX}edgeRelation> ?relation ; <{NX}edgeTo> ?to }}"""
    written = {(r[0].value, r[1].value, r[2].value) for r in store.query(query)}  # type: ignore[union-attr,index]
    assert written == stated


def test_every_statement_cites_a_row_and_a_source(store: ox.Store) -> None:
    for prop in ("tableRow", "statedBy", "edgeFrom", "edgeTo", "sideBehaviour"):
        query = (
            f"""SELECT ?edge WHERE {{ ?edge <{NX}edgeRelation> ?r FILTER NOT EXISTS {{ ?edge <{NX}{prop}> ?v }} }}"""
        )
        assert list(store.query(query)) == []  # type: ignore[arg-type]


def test_header_names_the_graph(store: ox.Store) -> None:
    header = ox.NamedNode(GRAPH_ATLAS)
    assert list(store.quads_for_pattern(header, ox.NamedNode(RDF_TYPE), ox.NamedNode(PREFIXES["owl"] + "Ontology")))
    assert URIRef(GRAPH_ATLAS)
