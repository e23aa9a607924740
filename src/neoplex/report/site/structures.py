"""Pages of the atlas: each structure with its side, every relation with its sources, and what cases report or rules infer there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from neoplex.base.names import ATLAS, IAO_DEFINITION, NX, compact
from neoplex.report.site.addresses import Addresses, Link, anchor
from neoplex.report.site.knowledge import TYPE, clean, counted, natural
from neoplex.report.site.page import Group, Page
from neoplex.report.site.terms import uses_of

_WIDE = ("supplies", "conduitTo", "contralateralTo")
"""Relations that only widen another one, or that the head of a page says."""
_DERIVED = ("atLevel", "hasRootLevel")
"""Relations that follow from the tables and have no statement of their own."""


@dataclass(frozen=True)
class Edge:
    """One relation of a structure as a line of its page."""

    id: str
    other: Link
    remarks: tuple[str, ...]
    sources: tuple[Link, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Relation:
    """All edges of one relation, away from the structure or toward it."""

    name: Link
    inward: bool
    edges: tuple[Edge, ...]


class StructurePages:
    """Makes the pages of the atlas."""

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses
        self.knowledge = addresses.knowledge
        self.inferred: dict[str, list[str]] = defaultdict(list)
        for case in self.knowledge.cases:
            for node in self.knowledge.links(case, "hasInference"):
                for site in self.knowledge.links(node, "hasSite"):
                    self.inferred[site].append(node)

    def pages(self, wanted: frozenset[str] | None = None) -> Iterator[Page]:
        """The page of every structure, or of those wanted."""
        for iri in self.knowledge.structures:
            if wanted is None or iri in wanted:
                yield self._page(iri)

    def lists(self) -> Iterator[Page]:
        """All structures by what kind of thing they are."""
        groups: dict[str, list[str]] = defaultdict(list)
        for iri in self.knowledge.structures:
            kinds = self.knowledge.links(iri, TYPE)
            words = self.knowledge.text(kinds[0], "structureKind") if kinds else ""
            groups[words or "other"].append(iri)
        listed = [
            Group(clean(words), tuple(self.addresses.links(ones)))
            for words, ones in sorted(groups.items(), key=lambda item: natural(item[0]))
        ]
        yield Page("structures/index.html", "Structures", "listing.html", {
            "groups": listed, "folded": True,
            "intro": "The atlas: every structure with its side. A relation stands on the pages of both its ends, with its sources.",
        })  # fmt: skip

    def _page(self, iri: str) -> Page:
        knowledge, addresses = self.knowledge, self.addresses
        kinds = [one for one in knowledge.links(iri, TYPE) if one.startswith(NX)]
        definition = next((clean(text) for kind in kinds for text in knowledge.texts(kind, IAO_DEFINITION)), "")
        details = [("side", [addresses.link(one) for one in knowledge.links(iri, "side")])]
        details += [("other side", [addresses.link(one) for one in knowledge.links(iri, "contralateralTo")])]
        for words, name in (("level", "atLevel"), ("root levels", "hasRootLevel")):
            details.append((words, addresses.links(knowledge.links(iri, name))))
        doubts = knowledge.texts(iri, "openDoubt") + [knowledge.label(one) for one in knowledge.links(iri, "openDoubt")]
        values = {
            "curie": clean(compact(iri)),
            "kinds": [addresses.link(kind) for kind in kinds],
            "definition": definition,
            "details": [(words, links) for words, links in details if links],
            "doubts": [clean(text) for text in doubts],
            "relations": self._relations(iri),
            "uses": uses_of(knowledge.uses.get(iri, []), addresses),
            "inferred": self._inferences(iri),
        }
        page = addresses.pages[iri]
        return Page(page, knowledge.label(iri), "structure.html", values, "structure", definition, (compact(iri),))

    def _relations(self, iri: str) -> list[Relation]:
        found = []
        for inward, end, other in ((False, "edgeFrom", "edgeTo"), (True, "edgeTo", "edgeFrom")):
            groups: dict[str, list[str]] = defaultdict(list)
            for edge in self.knowledge.pointing(iri, end):
                for relation in self.knowledge.links(edge, "edgeRelation"):
                    if not inward or not self._is_mirrored(edge):
                        groups[relation].append(edge)
            for relation in self.knowledge.in_order(groups):
                edges = [self._edge(edge, other) for edge in groups[relation]]
                edges.sort(key=lambda edge: (natural(edge.other.text), edge.id))
                found.append(Relation(self.addresses.link(relation), inward, tuple(edges)))
        return found

    def _is_mirrored(self, edge: str) -> bool:
        """Whether the other direction of an edge is an edge too, so that the page shows it already as one away from it."""
        return bool(self.knowledge.links(edge, "reversedFrom") or self.knowledge.pointing(edge, "reversedFrom"))

    def _edge(self, edge: str, other: str) -> Edge:
        knowledge = self.knowledge
        ends = knowledge.links(edge, other)
        remarks = []
        for mechanism in knowledge.links(edge, "hasMechanism"):
            remarks += [knowledge.label(kind) for kind in knowledge.kinds(mechanism)] or [knowledge.label(mechanism)]
        for words, name in (("", "spreadDirection"), ("evidence: ", "evidenceLevel"), ("", "constancy")):
            remarks += [
                words + knowledge.label(one) for one in knowledge.links(edge, name) if one != NX + "noDirection"
            ]
        levels = [knowledge.label(one) for one in knowledge.links(edge, "hasRootLevel")]
        remarks += ["fibres from " + ", ".join(levels)] if levels else []
        for words, name in (
            ("function: ", "function"), ("reflex: ", "reflex"), ("when lost: ", "signWhenLost"),
            ("typical tumour: ", "typicalPrimary"), ("", "note"), ("open doubt: ", "openDoubt"),
        ):  # fmt: skip
            remarks += [words + clean(text) for text in knowledge.texts(edge, name)]
        remarks += ["one way only"] if knowledge.text(edge, "directed") == "true" else []
        return Edge(
            anchor(edge[len(ATLAS) :]),
            self.addresses.link(ends[0]) if ends else Link("?"),
            tuple(remarks),
            tuple(self.addresses.links(knowledge.links(edge, "statedBy"))),
            tuple(clean(text) for text in sorted(knowledge.texts(edge, "tableRow"), key=natural)),
        )

    def _inferences(self, iri: str) -> list[tuple[Link, list[Link]]]:
        """What rules infer at a structure, by case and kind."""
        groups: dict[str, list[str]] = defaultdict(list)
        for node in self.inferred.get(iri, []):
            groups[self.addresses.href(node).partition("#")[0]].append(node)
        found = []
        for page in sorted(groups, key=natural):
            by_kind: dict[str, list[str]] = defaultdict(list)
            for node in groups[page]:
                kinds = self.knowledge.links(node, TYPE)
                by_kind[self.knowledge.label(kinds[0]) if kinds else "conclusion"].append(node)
            links = []
            for kind, nodes in sorted(by_kind.items()):
                sure = [node for node in nodes if not self.knowledge.links(node, "certainty")]
                text = kind if sure else f"{kind} (possible)"
                links.append(self.addresses.link((sure or nodes)[0], text, counted(len(nodes), "reason")))
            case = next(iri for iri, path in self.addresses.pages.items() if path == page)
            found.append((self.addresses.link(case), links))
        return found
