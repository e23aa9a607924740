"""Whether a case shows what a hypothesis looks for, denies it, or says nothing.

Comes in: patterns, a case, the conduit network. Goes out: present, absent or unknown with the facts and edges it
rests on. Absent needs a denial, or a computation that all its inputs decide; silence is unknown. Never weighs anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from neoplex.base.names import NX
from neoplex.infer.atlasgraph import Supply, by_level
from neoplex.infer.route_facts import Case, CaseFact, Span, earliest
from neoplex.infer.route_network import Network, family
from neoplex.infer.route_patterns import Pattern
from neoplex.infer.route_times import days_of, months_between
from neoplex.infer.routes import Ask, Route, recall_routes

PRESENT, ABSENT, UNKNOWN = "present", "absent", "unknown"
_TOGETHER_DAYS = 31
_MOST_STEPS = 12
_MOST_WAYS = 4


@dataclass(frozen=True)
class Seen:
    """What a case shows of a pattern: ``state``, the facts and atlas edges that decide, and words where it was computed."""

    state: str
    facts: tuple[CaseFact, ...] = ()
    edges: tuple[str, ...] = ()
    says: str = ""
    plausible_only: bool = False
    """Whether it rests on a way of which a step is anatomical plausibility and no more."""


NOTHING = Seen(UNKNOWN)


class Witness:
    """Looks for patterns in one case; what is costly is worked out once."""

    def __init__(self, case: Case, network: Network) -> None:
        self.case = case
        self.network = network
        self._looks: dict[str, Callable[[Pattern], Seen]] = {
            "finding": self._finding,
            "condition": self._condition,
            "treatment": self._treatment,
            "primary": self._primary,
            "interval": self._interval,
            "dose": self._dose,
            "onset": self._onset,
            "both-sides": self._both_sides,
            "sequence": self._sequence,
            "cleared": self._cleared,
            "free-beside": self._free_beside,
            "connected": self._connected,
            "way": self._way,
            "any-of": self._any_of,
        }

    def look(self, pattern: Pattern) -> Seen:
        """What the case shows of a pattern."""
        return self._looks[pattern.op](pattern)

    # -------------------------------------------------------------------------------------------- sides and times

    @cached_property
    def _neural_facts(self) -> tuple[CaseFact, ...]:
        """Complaints and tumour findings at nerves: what tells that the nerves of a side are in trouble."""
        tumour = [
            fact for fact, _ in self.case.tumour_facts if any(site.iri in self.network.somatic for site in fact.sites)
        ]
        return tuple(dict.fromkeys((*self.case.complaints, *tumour)))

    @cached_property
    def first_facts(self) -> dict[str, tuple[Span, tuple[CaseFact, ...]]]:
        """Side to when it first made itself known and the facts that say so."""
        found: dict[str, tuple[Span, tuple[CaseFact, ...]]] = {}
        for side in ("left", "right"):
            facts = [fact for fact in self._neural_facts if any(site.side == side for site in fact.sites)]
            if facts:
                span = earliest(fact.span for fact in facts)
                named = tuple(f for f in facts if f.span != Span() and not span.before(f.span)) or tuple(facts[:1])
                found[side] = (span, named[:3])
        return found

    @cached_property
    def order_of_sides(self) -> tuple[str, str] | None:
        """The side affected first and the other one; None when that is not known or there is only one."""
        if len(self.first_facts) < 2:
            return None
        left, right = self.first_facts["left"][0], self.first_facts["right"][0]
        if left.before(right):
            return ("left", "right")
        return ("right", "left") if right.before(left) else None

    @cached_property
    def onset(self) -> Span:
        """When the first complaint began."""
        return earliest(fact.span for fact in self.case.complaints)

    def _sides_of(self, pattern: Pattern) -> tuple[str, ...] | None:
        """The sides that a pattern speaks of; empty for any; None when the case does not tell which side was first."""
        if pattern.side in ("left", "right"):
            return (pattern.side,)
        if pattern.side in ("first", "second"):
            if self.order_of_sides is None:
                return None
            return (self.order_of_sides[0 if pattern.side == "first" else 1],)
        return ()

    # ---------------------------------------------------------------------------------------------------- findings

    def _matches(self, fact: CaseFact, pattern: Pattern, sides: tuple[str, ...]) -> bool:
        if pattern.tumour and fact.iri not in self._tumour_iris:
            return False
        if fact.iri in self._refuted:
            return False
        if pattern.kinds and not self._kind_fits(fact, pattern):
            return False
        if pattern.methods and fact.methods and not any(self.case.is_a(m, pattern.methods) for m in fact.methods):
            return False
        if pattern.qualifiers and not any(self.case.is_a(q, pattern.qualifiers) for q in fact.qualifiers if q):
            return False
        if pattern.unsited:
            return not fact.sites
        if (pattern.sites or pattern.neural or sides) and not fact.sites:
            return False
        return not fact.sites or any(
            self._site_fits(site.iri, site.cls, site.side, pattern, sides) for site in fact.sites
        )

    def _kind_fits(self, fact: CaseFact, pattern: Pattern) -> bool:
        """A present fact of the same or a narrower kind fits, and a denial of the same kind.

        A denial of a wider kind denies the narrower one too, but only where it speaks of: at the pattern's site, or everywhere.
        """
        if fact.present:
            return self.case.is_a(fact.kind, pattern.kinds)
        if fact.kind in pattern.kinds:
            return True
        wider = any(self.case.is_a(kind, [fact.kind]) for kind in pattern.kinds)
        return wider and (not fact.sites or bool(pattern.sites))

    def _site_fits(self, iri: str, cls: str, side: str, pattern: Pattern, sides: tuple[str, ...]) -> bool:
        if sides and side not in sides:
            return False
        if pattern.neural and iri not in self.network.somatic:
            return False
        if not pattern.sites:
            return True
        atlas = self.case.atlas
        classes = set(atlas.classes_of(cls))
        if iri and pattern.with_parts:
            classes.update(c for whole in atlas.wholes(iri) for c in atlas.classes_of(atlas.structures[whole].cls))
        return not classes.isdisjoint(pattern.sites)

    @cached_property
    def _refuted(self) -> frozenset[str]:
        """Findings whose every site histology found free of tumour."""
        known = self.case.documented
        return frozenset(
            fact.iri
            for fact, _ in self.case.tumour_facts
            if all(site.iri in known and known[site.iri].status == "disputed" for site in fact.sites)
        )

    @cached_property
    def _tumour_iris(self) -> frozenset[str]:
        kinds = {rule.kind for rule in self.case.rules.shows}
        return frozenset(
            fact.iri
            for fact in self.case.facts
            if fact.section in ("finding", "condition") and fact.role != "primary" and self.case.is_a(fact.kind, kinds)
        )

    def _finding(self, pattern: Pattern) -> Seen:
        sides = self._sides_of(pattern)
        if sides is None:
            return NOTHING
        pool = self.case.findings
        found = [fact for fact in pool if self._matches(fact, pattern, sides)]
        if pattern.tumour:
            found += [f for f in self.case.facts if f.section == "condition" and self._matches(f, pattern, sides)]
        if pattern.roots:
            return self._by_roots(pattern, found)
        present = [fact for fact in found if fact.present]
        if pattern.timing:
            return self._timed(pattern, present, [fact for fact in found if not fact.present])
        if pattern.side == "both":
            said = tuple(fact for fact in present if NX + "bilateral" in fact.qualifiers)
            if said:
                return Seen(PRESENT, said)
            here = {
                site.side
                for fact in present
                for site in fact.sites
                if self._site_fits(site.iri, site.cls, site.side, pattern, ())
            }
            if {"left", "right"} <= here:
                return Seen(PRESENT, tuple(present))
            denied = {site.side for fact in found if not fact.present for site in fact.sites}
            decided = len(here & {"left", "right"}) == 1 and bool(denied & ({"left", "right"} - here))
            return Seen(ABSENT, tuple(found)) if decided else NOTHING
        if present:
            return Seen(PRESENT, tuple(present))
        absent = tuple(fact for fact in found if not fact.present)
        return Seen(ABSENT, absent) if absent else NOTHING

    def _timed(self, pattern: Pattern, present: list[CaseFact], absent: list[CaseFact]) -> Seen:
        onset = self.onset
        if pattern.timing == "onset":
            at = [f for f in present if f.span != Span() and onset != Span() and not onset.before(f.span)]
            if at:
                return Seen(PRESENT, tuple(at))
            return Seen(ABSENT, tuple(absent)) if absent and not present else NOTHING
        later = [f for f in present if onset.before(f.span)]
        if later:
            return Seen(PRESENT, tuple(later))
        return Seen(ABSENT, tuple(absent)) if absent and not present else NOTHING

    def _by_roots(self, pattern: Pattern, found: list[CaseFact]) -> Seen:
        present = [fact for fact in found if fact.present]
        levels = {fact.iri: self._levels(fact) for fact in present}
        inside = [fact for fact in present if set(levels[fact.iri]) & set(pattern.roots)]
        distal = NX + "DistalLowerLimbWeakness"
        if not pattern.alone:
            inside += [f for f in present if not levels[f.iri] and self.case.is_a(f.kind, [distal])]
            return Seen(PRESENT, tuple(inside)) if inside else NOTHING
        if not present or any(not levels[fact.iri] for fact in present):
            return NOTHING
        outside = [fact for fact in present if set(levels[fact.iri]) - set(pattern.roots)]
        return Seen(ABSENT, tuple(outside)) if outside else Seen(PRESENT, tuple(inside))

    def _levels(self, fact: CaseFact) -> tuple[str, ...]:
        atlas = self.case.atlas
        found: set[str] = set()
        for site in fact.sites:
            structure = atlas.structures.get(site.iri)
            if structure is None:
                continue
            found.update([structure.level] if structure.level else structure.root_levels)
            for edge in atlas.supplied_by(site.iri):
                if isinstance(edge, Supply) and edge.row_type == "nerve":
                    found.update(edge.main_roots or edge.roots)
        return by_level(found)

    # --------------------------------------------------------------------------- conditions, treatments, primaries

    def _condition(self, pattern: Pattern) -> Seen:
        pool = [
            fact
            for fact in self.case.facts
            if fact.section == "condition"
            and (not pattern.role or fact.role == pattern.role)
            and self._kind_fits(fact, pattern)
            and (not pattern.unsited or not fact.sites)
            and (not pattern.sites or self._matches(fact, replace(pattern, kinds=()), ()))
        ]
        present = tuple(fact for fact in pool if fact.present)
        return Seen(PRESENT, present) if present else Seen(ABSENT, tuple(pool)) if pool else NOTHING

    def _primary(self, pattern: Pattern) -> Seen:
        found = tuple(fact for fact in self.case.primaries if self.case.is_a(fact.kind, pattern.kinds))
        return Seen(PRESENT, found) if found else NOTHING

    def _treatment(self, pattern: Pattern) -> Seen:
        pool = [f for f in self.case.facts if f.section == "treatment" and self._treatment_fits(f, pattern)]
        there = [f for f in pool if f.present and self._lies_near(f, pattern.near) and self._came_before(f, pattern)]
        if there:
            return Seen(PRESENT, (*there, *self._trouble(there, pattern)))
        denied = tuple(f for f in pool if not f.present)
        if denied:
            return Seen(ABSENT, denied)
        given = [f for f in pool if f.present]
        if given and not any(self._may_lie_near(f, pattern.near) for f in given):
            return Seen(ABSENT, tuple(given), says="given elsewhere in the body")
        if given and pattern.earlier and all(self._came_after(f) for f in given if self._may_lie_near(f, pattern.near)):
            told = (*given, *self._trouble(given, pattern))
            return Seen(ABSENT, told, says="given elsewhere in the body, or later and for the trouble itself")
        return NOTHING

    def _treatment_fits(self, fact: CaseFact, pattern: Pattern) -> bool:
        if pattern.kinds and self.case.is_a(fact.kind, pattern.kinds):
            return True
        return any(self.case.is_a(drug, pattern.kinds) for drug in fact.drugs if drug)

    def _places(self, fact: CaseFact) -> tuple[str, ...]:
        """Where a treatment was given: its targets, else the sites of what it was given for."""
        if fact.targets:
            return tuple(site for site in fact.targets if site in self.case.atlas.structures)
        by_iri = {f.iri: f for f in self.case.facts}
        return tuple(site.iri for iri in fact.given_for if iri in by_iri for site in by_iri[iri].sites if site.iri)

    def _lies_near(self, fact: CaseFact, near: tuple[str, ...]) -> bool:
        return not near or any(self._is_near(place, near) for place in self._places(fact))

    def _may_lie_near(self, fact: CaseFact, near: tuple[str, ...]) -> bool:
        places = self._places(fact)
        return not near or not places or any(self._is_near(place, near) for place in places)

    def _is_near(self, place: str, near: tuple[str, ...]) -> bool:
        atlas = self.case.atlas
        around = (place, *atlas.wholes(place))
        return any(not set(atlas.classes_of(atlas.structures[one].cls)).isdisjoint(near) for one in around)

    def _came_before(self, fact: CaseFact, pattern: Pattern) -> bool:
        if not pattern.earlier:
            return True
        if self._came_after(fact):
            return False
        end = fact.end if fact.end != Span() else fact.span
        return end.before(self.onset) or not self.onset.before(fact.start if fact.start != Span() else fact.span)

    def _came_after(self, fact: CaseFact) -> bool:
        """Whether a treatment was given for a complaint or for tumour away from the primary, or began after the first complaint."""
        troubled = {f.iri for f in self.case.complaints} | {f.iri for f, _ in self.case.tumour_facts}
        start = fact.start if fact.start != Span() else fact.span
        return bool(troubled.intersection(fact.given_for)) or self.onset.before(start)

    def _trouble(self, treatments: Iterable[CaseFact], pattern: Pattern) -> tuple[CaseFact, ...]:
        """What makes treatments earlier or later: the complaints that began first, and the trouble they were given for."""
        if not pattern.earlier:
            return ()
        meant = {iri for treatment in treatments for iri in treatment.given_for}
        first = (
            next((f for f in self.case.complaints if f.span.earliest == self.onset.earliest != Span().earliest), None),
            next((f for f in self.case.complaints if f.span.latest == self.onset.latest != Span().latest), None),
        )
        complaints = [f for f in self.case.complaints if f.iri in meant]
        tumour = [f for f, _ in self.case.tumour_facts if f.iri in meant]
        return tuple(dict.fromkeys((*(f for f in first if f is not None), *complaints, *tumour)))

    def _interval(self, pattern: Pattern) -> Seen:
        radiotherapy = [
            f
            for f in self.case.facts
            if f.section == "treatment"
            and f.present
            and self.case.is_a(f.kind, [NX + "Radiotherapy"])
            and not self._came_after(f)
        ]
        ends = [(f, f.end if f.end != Span() else f.span) for f in radiotherapy]
        ends = [(f, span) for f, span in ends if span != Span()]
        if not ends or self.onset == Span():
            return NOTHING
        fact, span = max(ends, key=lambda pair: (pair[1].latest, pair[0].iri))
        least, most = months_between(span, self.onset)
        starts = [f for f in self.case.complaints if f.span != Span() and not self.onset.before(f.span)][:2]
        verdicts = []
        for bound, value in pattern.bounds:
            if bound == "at-least":
                verdicts.append(_three(least is not None and least >= value, most is not None and most < value))
            else:
                verdicts.append(_three(most is not None and most <= value, least is not None and least > value))
        state = ABSENT if ABSENT in verdicts else UNKNOWN if UNKNOWN in verdicts or not verdicts else PRESENT
        return Seen(state, (fact, *starts)) if state != UNKNOWN else NOTHING

    def _dose(self, pattern: Pattern) -> Seen:
        found = []
        for fact in self.case.facts:
            if fact.section != "treatment" or not fact.present or not self.case.is_a(fact.kind, pattern.kinds):
                continue
            if self._came_after(fact):
                continue
            found += [(fact, gray) for role, _, gray in fact.doses if gray == gray and role != "planned"]
        if not found:
            return NOTHING
        highest = max(gray for _, gray in found)
        facts = tuple(dict.fromkeys(fact for fact, gray in found if gray == highest))
        fits = all(highest < value if bound == "below" else highest >= value for bound, value in pattern.bounds)
        return Seen(PRESENT if fits else ABSENT, facts, says=f"highest dose {highest:g} Gy")

    # ----------------------------------------------------------------------------------------------- sides and order

    def _both_sides(self, pattern: Pattern) -> Seen:
        if pattern.word == "nerves":
            if len(self.first_facts) == 2:
                return Seen(PRESENT, tuple(f for side in ("left", "right") for f in self.first_facts[side][1]))
            return NOTHING
        sides = {site.side for fact, _ in self.case.tumour_facts for site in fact.sites}
        facts = tuple(
            fact for fact, _ in self.case.tumour_facts if any(s.side in ("left", "right") for s in fact.sites)
        )
        return Seen(PRESENT, facts) if {"left", "right"} <= sides else NOTHING

    def _onset(self, pattern: Pattern) -> Seen:
        if len(self.first_facts) < 2:
            return NOTHING
        (left, left_facts), (right, right_facts) = self.first_facts["left"], self.first_facts["right"]
        facts = tuple(dict.fromkeys((*left_facts, *right_facts)))
        if self.order_of_sides is not None:
            says = f"{self.order_of_sides[0]} side first ({self.first_facts[self.order_of_sides[0]][0].words()}), "
            says += f"{self.order_of_sides[1]} side later ({self.first_facts[self.order_of_sides[1]][0].words()})"
            return Seen(PRESENT if pattern.word == "one-side-first" else ABSENT, facts, says=says)
        shared = set(left_facts) & set(right_facts)
        if (shared and left == right) or all(_precise(span) for span in (left, right)):
            return Seen(
                PRESENT if pattern.word == "together" else ABSENT, facts, says=f"both sides from {left.words()}"
            )
        return NOTHING

    def _sequence(self, pattern: Pattern) -> Seen:
        """Whether the groups of findings came one after another; a certain step the other way denies it."""
        groups: list[tuple[Span, tuple[CaseFact, ...]]] = []
        for part in pattern.parts:
            seen = self._finding(part)
            dated = [fact for fact in seen.facts if fact.present and fact.span != Span()]
            if seen.state != PRESENT or not dated:
                return NOTHING
            span = earliest(fact.span for fact in dated)
            groups.append((span, tuple(f for f in dated if not span.before(f.span))[:3]))
        facts = tuple(dict.fromkeys(fact for _, named in groups for fact in named))
        pairs = list(pairwise(groups))
        if any(later.before(sooner) for (sooner, _), (later, _) in pairs):
            return Seen(ABSENT, facts, says="the order is the other way round")
        if not any(sooner.before(later) for (sooner, _), (later, _) in pairs):
            return NOTHING
        sure = all(sooner.before(later) for (sooner, _), (later, _) in pairs)
        words = " -> ".join(span.words() for span, _ in groups)
        return Seen(PRESENT, facts, says=words + ("" if sure else " (some of these overlap: possibly)"))

    def _cleared(self, pattern: Pattern) -> Seen:
        """A structure said to be free, and affected later."""
        part = pattern.parts[0]
        sides = self._sides_of(part)
        if sides is None:
            return NOTHING
        found = [fact for fact in self.case.findings if self._matches(fact, part, sides)]
        for denial in (fact for fact in found if not fact.present):
            places = {site.iri for site in denial.sites}
            later = [f for f in found if f.present and denial.span.before(f.span) and places & {s.iri for s in f.sites}]
            if later:
                return Seen(PRESENT, (denial, *later))
        return NOTHING

    def _free_beside(self, pattern: Pattern) -> Seen:
        """One structure free at the time when another was affected."""
        free, beside = (self._finding_all(part) for part in pattern.parts)
        for denial in (fact for fact in free if not fact.present):
            together = [
                f for f in beside if f.present and f.span != Span() and denial.span != Span() and not f.span.before(denial.span)
                and not denial.span.before(f.span)
            ]  # fmt: skip
            if together:
                return Seen(PRESENT, (denial, *together))
        return NOTHING

    def _finding_all(self, part: Pattern) -> list[CaseFact]:
        sides = self._sides_of(part)
        return [] if sides is None else [fact for fact in self.case.findings if self._matches(fact, part, sides)]

    # --------------------------------------------------------------------------------------------------- structures

    def _connected(self, pattern: Pattern) -> Seen:
        """Whether tumour was seen in nerves, roots and dura each joined to the next by a conduit: the largest group counts."""
        joined = self.network.somatic | self._of_classes(("DuralSac", "IntraduralSpace", "SacralCanal"))
        nodes = sorted(n for n, k in self.case.documented.items() if k.status == "involved" and n in joined)
        left: set[str] = set(nodes)
        best: list[str] = []
        edges: dict[str, str] = {}
        while left:
            group: list[str] = []
            stack = [min(left)]
            while stack:
                node = stack.pop()
                if node not in left:
                    continue
                left.discard(node)
                group.append(node)
                for arc in (*self.network.leaving.get(node, ()), *self.network.arriving.get(node, ())):
                    other = arc.end if arc.start == node else arc.start
                    if other in left:
                        edges[arc.edge.iri] = other
                        stack.append(other)
            best = max((best, group), key=len)
        least = next((value for bound, value in pattern.bounds if bound == "at-least"), 3)
        if len(best) < least:
            return NOTHING
        used = tuple(sorted(edge for edge, other in edges.items() if other in best))
        return Seen(PRESENT, self._seen_at(sorted(best)), used, f"{len(best)} structures, each joined to the next")

    def _of_classes(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(iri for name in names for iri in self.case.atlas.members.get(NX + name, ()))

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """Structures with tumour away from the primary."""
        return tuple(
            node
            for node, known in self.case.documented.items()
            if known.status == "involved" and not known.through and node not in self.case.primary_sites
        )

    def _way(self, pattern: Pattern) -> Seen:
        """Whether the atlas has a way from the primary to involved structures by these mechanisms (``only``: by no other)."""
        wanted = [node for node in self.targets if self._wanted(node, pattern.word)]
        if not self.case.primary_sites or not wanted:
            return NOTHING
        avoid = tuple(iri for cls in pattern.avoid for iri in self.case.atlas.members.get(cls, ()))
        found: list[Route] = []
        sides: set[str] = set()
        for node in wanted:
            route = self._best(node, pattern.mechanisms, avoid, pattern.bounds)
            if route is None:
                continue
            found.append(route)
            sides.add(self.network.side(node))
            if pattern.only and self._other_way(node, pattern.mechanisms):
                return Seen(ABSENT, self._way_facts([node]), says="other mechanisms lead there as well")
            if not pattern.only and (pattern.side != "both" or {"left", "right"} <= sides):
                break
        if pattern.side == "both" and not {"left", "right"} <= sides:
            found = []
        if not found:
            return Seen(ABSENT, self._way_facts(wanted), says="the atlas has no such way")
        best = min(found, key=lambda r: (r.cost, len(r.steps)))
        edges = tuple(dict.fromkeys(edge for route in found[:2] for step in route.steps for edge in step.edges))
        facts = self._way_facts([route.nodes[-1] for route in found])
        chain = " -> ".join([best.steps[0].start_label, *(step.end_label for step in best.steps)])
        return Seen(PRESENT, facts, edges, chain, best.weakest == "anatomicalPlausibility")

    def _seen_at(self, nodes: Iterable[str]) -> tuple[CaseFact, ...]:
        """For each structure the first fact that documents it."""
        known = (self.case.documented[node].facts for node in nodes if node in self.case.documented)
        return tuple(dict.fromkeys(facts[0] for facts in known if facts))

    def _way_facts(self, ends: Iterable[str]) -> tuple[CaseFact, ...]:
        """What a way, or the lack of one, rests on: the primary it starts from and the structures it was to reach."""
        return tuple(dict.fromkeys((*self.case.primaries, *self._seen_at(ends))))

    def _wanted(self, node: str, word: str) -> bool:
        kind = self.case.atlas.structures[node].kind
        return not word or (word == "nerve" and node in self.network.somatic) or kind == word

    def _best(
        self, node: str, mechanisms: tuple[str, ...], avoid: tuple[str, ...], bounds: Iterable[tuple[str, float]]
    ) -> Route | None:
        ask = Ask(self.case.primary_sites, (node,), (), avoid, mechanisms, _MOST_WAYS)
        most = next((value for bound, value in bounds if bound == "at-most"), float(_MOST_STEPS))
        # The first mechanism named is the one in question; the others may only help.
        wanted = family(mechanisms[0]) if mechanisms else ""
        for route in recall_routes(self.network, ask).routes:
            if len(route.steps) <= most and (not wanted or any(family(s.mechanism) == wanted for s in route.steps)):
                return route
        return None

    def _other_way(self, node: str, mechanisms: tuple[str, ...]) -> bool:
        used = {family(mechanism) for mechanism in mechanisms}
        others = tuple(sorted({arc.mechanism for arc in self.network.arcs if arc.family not in used}))
        return bool(recall_routes(self.network, Ask(self.case.primary_sites, (node,), (), (), others, 1)).routes)

    def _any_of(self, pattern: Pattern) -> Seen:
        seen = [self.look(part) for part in pattern.parts]
        for state in (PRESENT, UNKNOWN):
            fitting = [one for one in seen if one.state == state]
            if fitting:
                return Seen(
                    state,
                    tuple(dict.fromkeys(fact for one in fitting for fact in one.facts)),
                    tuple(dict.fromkeys(edge for one in fitting for edge in one.edges)),
                    "; ".join(one.says for one in fitting if one.says),
                )
        return Seen(ABSENT, tuple(dict.fromkeys(fact for one in seen for fact in one.facts)))


def _three(yes: bool, no: bool) -> str:
    return PRESENT if yes else ABSENT if no else UNKNOWN


def _precise(span: Span) -> bool:
    """Whether a span leaves so few days open that two of them, overlapping, count as the same time."""
    days = days_of(span)
    return days is not None and days <= _TOGETHER_DAYS
