"""Routes: the best ones first, loop-free, true to side, supply, level, direction and time."""

from __future__ import annotations

import itertools
import random

import pytest

from neoplex.base.errors import UsageError
from neoplex.base.names import ATLAS, NX
from neoplex.infer.atlasgraph import load_atlas
from neoplex.infer.route_facts import Documented, Span, earliest
from neoplex.infer.route_network import Network, build_network
from neoplex.infer.route_times import days_of, months_between
from neoplex.infer.routes import (
    Ask,
    Found,
    Overlay,
    find_mechanisms,
    find_routes,
    find_structures,
    overlay_of,
    stand_ins,
)
from neoplex.store.embedded import Graph
from tests.routecases import DIRECTIONS, EVIDENCE, small_network


@pytest.fixture(scope="session")
def network(graph: Graph) -> Network:
    """The conduits of the shipped atlas."""
    return build_network(load_atlas(graph.store))


def search(network: Network, start: str, end: str, **options: object) -> Found:
    atlas = network.atlas
    return find_routes(network, Ask(find_structures(atlas, start), find_structures(atlas, end), **options))  # type: ignore[arg-type]


def involved(node: str, span: Span) -> Documented:
    return Documented(node, "involved", "strongly", span, ())


# ------------------------------------------------------------------------------------------------- the shipped atlas


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_sciatic_nerve_of_either_side_is_reached_from_the_prostate_along_its_own_nerves(
    network: Network, side: str
) -> None:
    best = search(network, "prostate", f"{side} sciatic nerve").routes[0]
    names = [network.label(node) for node in best.nodes]
    assert names[0] == "prostate" and names[1] == f"{side} inferior hypogastric plexus"
    assert {step.evidence for step in best.steps} == {"seedAssertion"}
    assert [step.direction for step in best.steps] == ["proximal", "proximal", "proximal", "distal"]


def test_one_s1_reaches_the_other_only_through_midline_structures(network: Network) -> None:
    found = search(network, "left S1 spinal nerve", "right S1 spinal nerve", most=40)
    assert len(found.routes) == 40
    for route in found.routes:
        assert any(network.side(node) == "midline" for node in route.nodes)
        for step in route.steps:
            assert {network.side(step.start), network.side(step.end)} != {"left", "right"}
    blocked = search(network, "left S1 spinal nerve", "right S1 spinal nerve", not_via=tuple(sorted(network.midline)))
    assert not blocked.routes and blocked.complete


def test_the_first_way_to_the_other_side_is_the_dural_sac(network: Network) -> None:
    best = search(network, "left S1 spinal nerve", "right S1 spinal nerve").routes[0]
    assert best.crossings == ("dural sac",)
    assert [s.direction for s in best.steps] == ["proximal", "proximal", "transmedian", "distal"]


def test_only_blood_and_distant_nodes_join_the_sides_without_a_midline_structure(network: Network) -> None:
    for arc in network.arcs:
        sides = {network.side(arc.start), network.side(arc.end)}
        if sides == {"left", "right"}:
            assert arc.edge.side_behaviour == "any side", arc.edge.label
            assert arc.family in ("HematogenousSpread", "LymphaticSpread")


@pytest.mark.parametrize(
    "target", ["right sciatic nerve", "right L2 spinal nerve", "right S2 spinal nerve", "right sacral plexus"]
)
def test_the_kidney_does_not_use_pelvic_splanchnic_nerves(network: Network, target: str) -> None:
    found = search(network, "kidney", target, mechanisms=find_mechanisms(["perineural"]), most=10)
    assert found.routes or target == "right S2 spinal nerve"
    for route in found.routes:
        assert not {"left pelvic splanchnic nerve", "right pelvic splanchnic nerve"} & {
            network.label(n) for n in route.nodes
        }


def test_the_kidney_reaches_lumbar_nerves_through_lumbar_splanchnic_nerves(network: Network) -> None:
    best = search(network, "right kidney", "right L2 spinal nerve", mechanisms=find_mechanisms(["perineural"])).routes[
        0
    ]
    names = [network.label(node) for node in best.nodes]
    assert names[1:4] == ["right renal plexus", "abdominal aortic plexus", "right lumbar splanchnic nerve"]


def test_a_transmedian_step_never_ends_on_the_side_it_came_from(network: Network) -> None:
    found = search(
        network, "left S1 nerve root", "left S2 nerve root", via=(find_structures(network.atlas, "dural sac"),), most=20
    )
    for route in found.routes:
        middle = route.nodes.index(ATLAS + "dural-sac")
        assert route.nodes[middle + 1] != ATLAS + "left-s2-nerve-root"


def test_what_is_stated_of_two_groups_joins_no_two_parts(network: Network) -> None:
    for arc in network.arcs:
        if arc.parts_used:
            assert (arc.start == arc.edge.start) != (arc.end == arc.edge.end)
            assert arc.evidence == "anatomicalPlausibility"
            assert network.side(arc.start) == network.side(arc.edge.start)


def test_from_one_psoas_through_bone_to_the_other_is_possible_and_ranks_low(network: Network) -> None:
    best = search(network, "left psoas major", "right psoas major").routes[0]
    assert best.crossings == ("lumbar vertebral body",)
    assert any("open doubt" in price.words for step in best.steps for price in step.prices)


def test_every_step_cites_a_table_row_and_a_source(network: Network) -> None:
    for route in search(network, "prostate", "right tibial nerve", most=8).routes:
        assert [step.number for step in route.steps] == list(range(1, len(route.steps) + 1))
        for step in route.steps:
            assert step.rows and step.sources and step.edges and step.cost == sum(p.points for p in step.prices)
            assert all(edge in network.atlas.edges for edge in step.edges)


def test_via_and_not_via_and_mechanism_are_kept(network: Network) -> None:
    sac = find_structures(network.atlas, "dural sac")
    through = search(network, "prostate", "right sciatic nerve", via=(sac,), most=4)
    assert through.routes and all(sac[0] in route.nodes for route in through.routes)
    around = search(network, "left S1 spinal nerve", "right S1 spinal nerve", not_via=sac, most=4)
    assert around.routes and all(sac[0] not in route.nodes for route in around.routes)
    nodes_only = search(
        network, "prostate", "left sciatic nerve", mechanisms=find_mechanisms(["lymphatic", "direct extension"])
    )
    assert nodes_only.routes
    assert all(
        step.mechanism in (NX + "LymphaticSpread", NX + "DirectExtension")
        for r in nodes_only.routes
        for step in r.steps
    )


def test_a_structure_without_conduits_is_said_so(network: Network) -> None:
    found = search(network, "prostate", "left cervical lymph nodes")
    assert not found.routes and "left cervical lymph nodes" in found.notes[0]


def test_names_are_resolved_with_a_hint(network: Network) -> None:
    atlas = network.atlas
    assert find_structures(atlas, "sciatic nerve") == (ATLAS + "left-sciatic-nerve", ATLAS + "right-sciatic-nerve")
    assert find_structures(atlas, "atlas:dural-sac") == (ATLAS + "dural-sac",)
    assert find_structures(atlas, "bilateral psoas major") == (ATLAS + "left-psoas-major", ATLAS + "right-psoas-major")
    with pytest.raises(UsageError, match="did you mean prostate"):
        find_structures(atlas, "prostat")
    with pytest.raises(UsageError, match="no mechanism"):
        find_mechanisms(["magic"])


def test_a_group_is_reached_by_any_of_its_parts_and_an_organ_is_not(network: Network) -> None:
    assert ATLAS + "left-internal-iliac-lymph-nodes" in stand_ins(network, ATLAS + "left-pelvic-lymph-nodes")
    assert stand_ins(network, ATLAS + "retroperitoneum") == (ATLAS + "retroperitoneum",)
    assert stand_ins(network, ATLAS + "right-iliac-wing") == (ATLAS + "right-ilium",)


# ----------------------------------------------------------------------------------------------------- small networks


def all_paths(network: Network, start: str, end: str) -> list[tuple[int, ...]]:
    """Every loop-free path by plain recursion, as sums of what its steps cost."""

    def walk(node: str, seen: frozenset[str]) -> list[tuple[int, ...]]:
        if node == end:
            return [()]
        return [
            (arc.index, *rest)
            for arc in network.leaving.get(node, ())
            if arc.end not in seen
            for rest in walk(arc.end, seen | {arc.end})
        ]

    return walk(start, frozenset({start}))


def cost_of(network: Network, path: tuple[int, ...]) -> int | None:
    state, total = network.start_state(network.arcs[path[0]].start), 0
    for index in path:
        joined = network.join(state, network.arcs[index])
        if joined is None:
            return None
        total += network.arcs[index].cost + joined[1]
        state = joined[0]
    return total


@pytest.mark.parametrize("seed", range(25))
def test_the_best_routes_are_those_that_trying_all_would_find(seed: int) -> None:
    rng = random.Random(seed)
    names = ["a", "b", "c", "d", "e", "f"]
    pairs = [
        pair for pair in itertools.permutations(names, 2) if rng.random() < 0.45 or pair in (("a", "b"), ("b", "f"))
    ]
    edges = [(one, other, rng.choice(EVIDENCE), rng.choice(DIRECTIONS)) for one, other in pairs]
    network = small_network(edges)
    costs = sorted(cost for path in all_paths(network, "a", "f") if (cost := cost_of(network, path)) is not None)
    found = find_routes(network, Ask(("a",), ("f",), most=7))
    assert [route.cost for route in found.routes] == costs[:7]
    assert len({route.nodes for route in found.routes}) == len(found.routes)
    assert find_routes(network, Ask(("a",), ("f",), most=7)) == found


def test_a_structure_seen_later_explains_nothing_seen_earlier() -> None:
    network = small_network([("organ", "x"), ("x", "y"), ("organ", "z"), ("z", "w"), ("w", "y")])
    early, late = Span("2012-01-01", "2012-12-31"), Span("2014-01-01", "2014-12-31")
    documented = {"x": involved("x", late), "y": involved("y", early)}
    overlay = Overlay(documented, {"x": late, "y": early}, {}, True)
    found = find_routes(network, Ask(("organ",), ("y",)), overlay)
    assert [route.nodes for route in found.routes] == [("organ", "z", "w", "y")]
    ordered = Overlay(documented, {"x": early, "y": late}, {}, True)
    best = find_routes(network, Ask(("organ",), ("y",)), ordered).routes[0]
    assert best.nodes == ("organ", "x", "y") and best.steps[-1].order == "in order"


def test_overlapping_times_are_possibly_in_order() -> None:
    network = small_network([("organ", "x"), ("x", "y")])
    first = {"x": Span("2012-01-01", "2012-12-31"), "y": Span("2012-03-01", "2012-10-31")}
    overlay = Overlay({node: involved(node, span) for node, span in first.items()}, first, {}, True)
    assert find_routes(network, Ask(("organ",), ("y",)), overlay).routes[0].steps[-1].order == "possibly in order"
    undated = Overlay({"x": involved("x", Span()), "y": involved("y", Span())}, {}, {}, True)
    assert find_routes(network, Ask(("organ",), ("y",)), undated).routes[0].steps[-1].order == ""


def test_documented_is_cheaper_than_unreported_and_unreported_cheaper_than_denied() -> None:
    network = small_network([("organ", "x"), ("x", "y"), ("organ", "z"), ("z", "y"), ("organ", "d"), ("d", "y")])
    documented = {"x": involved("x", Span()), "d": Documented("d", "denied", "", Span(), ())}
    found = find_routes(network, Ask(("organ",), ("y",)), Overlay(documented, {}, {}, True))
    assert [route.nodes[1] for route in found.routes] == ["x", "z", "d"]
    assert found.routes[1].steps[0].case_words == "not reported"
    assert found.routes[2].steps[0].case_words.startswith("said to be free")


def test_no_change_of_level_through_a_structure_without_a_level() -> None:
    edges = [("left l2", "left hub"), ("left hub", "left l2 end"), ("left hub", "left l4 end")]
    levels = {"left l2": "L2", "left l2 end": "L2", "left l4 end": "L4"}
    network = small_network(edges, levels=levels, classes={"left hub": "IntervertebralForamen"})
    assert find_routes(network, Ask(("left l2",), ("left l2 end",))).routes
    assert not find_routes(network, Ask(("left l2",), ("left l4 end",))).routes
    open_hub = small_network(edges, levels=levels)
    assert find_routes(open_hub, Ask(("left l2",), ("left l4 end",))).routes


def test_an_organ_is_not_left_down_one_autonomic_nerve_and_up_another() -> None:
    edges = [
        ("organ", "p", "seedAssertion", "distal"),
        ("p", "q", "seedAssertion", "proximal"),
        ("q", "root", "seedAssertion", "proximal"),
    ]
    autonomic = {"p": "AutonomicNervePlexus", "q": "SplanchnicNerve"}
    kinds = {"organ": "organ", "p": "plexus"}
    assert not find_routes(small_network(edges, kinds, classes=autonomic), Ask(("organ",), ("root",))).routes
    somatic = find_routes(small_network(edges, {"organ": "organ"}), Ask(("organ",), ("root",))).routes[0]
    assert "turns back toward the cord" in {price.words for price in somatic.steps[1].prices}


def test_times_compare_as_intervals() -> None:
    assert Span("2012-01-01", "2012-05-31").before(Span("2012-06-01", "")) and not Span("", "").before(Span("2012", ""))
    assert earliest([]) == Span() and earliest([Span(), Span("2011-01-01", "2011-12-31")]).words() == "2011"
    assert months_between(Span("", "2010-01-01"), Span("2011-01-01", "")) == (12.0, None)
    assert days_of(Span("2011-01-01", "")) is None


def test_segments_of_one_root_nerve_share_the_day_they_were_first_seen(network: Network) -> None:
    from neoplex.infer.route_facts import Case, InvolvementRules

    class Told(Case):
        """A case that only knows what it documents."""

    spinal, root = ATLAS + "left-s1-spinal-nerve", ATLAS + "left-s1-nerve-root"
    early, late = Span("2012-03-01", "2012-10-31"), Span("2013-08-01", "2013-08-31")
    case = Told("case:x", "x", (), (), network.atlas, InvolvementRules((), (), ()))
    case.__dict__["documented"] = {spinal: involved(spinal, early), root: involved(root, late)}
    assert overlay_of(case, network).first == {spinal: early, root: early}
