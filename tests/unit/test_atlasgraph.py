"""The typed view of the atlas says what the atlas graph says: side-correct edges, supplies, conduits, parts and branches."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from neoplex.base.names import ATLAS, GRAPH_ATLAS, NX
from neoplex.build.pipeline import ontology_files
from neoplex.infer.atlasgraph import Atlas, Conduit, by_level, load_atlas, open_atlas
from neoplex.store.embedded import Graph


@pytest.fixture(scope="module")
def store(root: Path) -> ox.Store:
    """The ontology and the atlas, without any case."""
    store = ox.Store()
    for path, name in ontology_files(root).items():
        store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(name))
    return store


@pytest.fixture(scope="module")
def atlas(store: ox.Store) -> Atlas:
    return load_atlas(store)


def test_structures_and_edges_are_those_of_the_graph(store: ox.Store, atlas: Atlas) -> None:
    def count(pattern: str) -> int:
        query = f"SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE {{ GRAPH <{GRAPH_ATLAS}> {{ {pattern} }} }}"
        return int(next(iter(store.query(query, prefixes={"nx": NX})))[0].value)

    assert len(atlas.structures) == count("?s nx:side ?side") > 900
    assert len(atlas.edges) == count("?s nx:edgeFrom ?from") > 4000
    assert sum(isinstance(edge, Conduit) for edge in atlas.edges.values()) == count("?s a nx:ConduitEdge")


def test_every_edge_joins_known_structures_and_has_a_source(atlas: Atlas) -> None:
    for edge in atlas.edges.values():
        assert edge.start in atlas.structures and edge.end in atlas.structures, edge.iri
        assert edge.sources and edge.rows and edge.relation, edge.iri


def test_a_structure_knows_its_names_side_levels_and_other_side(atlas: Atlas) -> None:
    femoral = atlas.structures[ATLAS + "left-femoral-nerve"]
    assert (femoral.label, femoral.name, femoral.side) == ("left femoral nerve", "femoral nerve", "left")
    assert femoral.root_levels == ("L2", "L3", "L4")
    assert atlas.opposite(femoral.iri) == ATLAS + "right-femoral-nerve"
    assert atlas.on_side(femoral.iri, "left") == femoral.iri
    assert atlas.on_side(femoral.iri, "right") == ATLAS + "right-femoral-nerve"
    assert atlas.opposite(ATLAS + "cauda-equina") == ATLAS + "cauda-equina"
    assert atlas.structures[ATLAS + "left-l3-nerve-root"].level == "L3"
    assert atlas.structures[ATLAS + "left-skin-penis"].sex == "male"
    assert not atlas.structures[ATLAS + "left-accessory-obturator-nerve"].constant


def test_supplies_carry_function_sign_reflex_and_roots(atlas: Atlas) -> None:
    edges = {edge.end: edge for edge in atlas.supplies(ATLAS + "left-femoral-nerve")}
    quadriceps = edges[ATLAS + "left-quadriceps-femoris"]
    assert (quadriceps.kind, quadriceps.row_type, quadriceps.function) == ("motor", "nerve", "knee extension")
    assert (quadriceps.roots, quadriceps.main_roots) == (("L2", "L3", "L4"), ("L3", "L4"))
    assert quadriceps.reflex.startswith("patellar")
    assert quadriceps in atlas.supplied_by(ATLAS + "left-quadriceps-femoris")
    assert not any(end.startswith(ATLAS + "right-") for end in edges)


def test_conduits_carry_mechanism_direction_and_evidence(atlas: Atlas) -> None:
    steps = {(step.end, step.mechanism): step for step in atlas.conduits(ATLAS + "left-femoral-nerve")}
    step = steps[ATLAS + "left-lumbar-plexus", NX + "PerineuralSpread"]
    assert step.direction == "proximal" and step.evidence == "anatomicalPlausibility"


def test_a_branch_is_no_part(atlas: Atlas) -> None:
    plexus, femoral = ATLAS + "left-lumbar-plexus", ATLAS + "left-femoral-nerve"
    assert femoral in atlas.branches(plexus) and femoral not in atlas.parts(plexus)
    assert ATLAS + "left-lumbosacral-plexus" in atlas.wholes(plexus)
    assert ATLAS + "left-lumbosacral-plexus" not in atlas.wholes(femoral)


def test_reach_names_the_edges_it_used(atlas: Atlas) -> None:
    chain = atlas.branches(ATLAS + "left-lumbar-plexus")[ATLAS + "left-saphenous-nerve"]
    assert [edge.start for edge in chain] == [ATLAS + "left-femoral-nerve", ATLAS + "left-saphenous-nerve"]
    assert all(edge.relation == "branchOf" for edge in chain)


def test_names_find_structures_with_and_without_side(atlas: Atlas) -> None:
    assert atlas.names["left psoas major"] == (ATLAS + "left-psoas-major",)
    assert set(atlas.names["peroneus longus"]) == {ATLAS + "left-fibularis-longus", ATLAS + "right-fibularis-longus"}
    assert "left cauda equina" not in atlas.names


def test_members_follow_the_class_tree(atlas: Atlas) -> None:
    adductors = atlas.members[NX + "AdductorGroupOfHip"]
    assert ATLAS + "left-adductor-longus" in adductors and ATLAS + "left-quadriceps-femoris" not in adductors
    assert atlas.is_a(NX + "AdductorLongus", NX + "Muscle") and not atlas.is_a(NX + "Muscle", NX + "AdductorLongus")


def test_an_empty_store_has_no_atlas() -> None:
    with pytest.raises(ValueError, match="no atlas"):
        load_atlas(ox.Store())


def test_levels_go_from_above_to_below() -> None:
    assert by_level(["S1", "Co1", "T12", "L5", "L1", "L5"]) == ("T12", "L1", "L5", "S1", "Co1")


def test_the_digest_beside_a_graph_gives_the_same_atlas(store: ox.Store, atlas: Atlas, tmp_path: Path) -> None:
    graph = Graph(store, tmp_path)
    first = open_atlas(graph)
    digest = tmp_path / "atlas.json"
    assert digest.is_file() and [path.name for path in tmp_path.iterdir()] == ["atlas.json"]
    again = open_atlas(Graph(ox.Store(), tmp_path))
    for read in (first, again):
        assert dict(read.structures) == dict(atlas.structures)
        assert dict(read.edges) == dict(atlas.edges) and dict(read.parents) == dict(atlas.parents)
    digest.write_text("{", "utf-8")
    assert dict(open_atlas(graph).edges) == dict(atlas.edges), "a broken digest is read anew"
