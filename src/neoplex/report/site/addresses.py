"""Where each thing of the graph has its page on the site, and how pages point at each other.

Comes in: the graph. Goes out: addresses relative to the top of the site. A file name holds letters, digits, ``-`` and ``_`` only,
whatever an IRI holds, and no two differ in capitals alone, since some file systems cannot tell them apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from neoplex.base.names import ATLAS, CASE, NX, SOURCE, slug
from neoplex.report.site.knowledge import OWL, TYPE, Knowledge, clean, natural

PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}\Z")
_PROPERTIES = ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")


@dataclass(frozen=True)
class Link:
    """Words that lead somewhere: ``href`` is relative to the top of the site, empty when there is no page."""

    text: str
    href: str = ""
    note: str = ""


def file_name(name: str) -> str:
    """A name as a file name without ending; one that would not be safe or is too long gets a stamp of what it was.

    >>> file_name("left-psoas-major"), file_name("../x").startswith("x-")
    ('left-psoas-major', True)
    """
    if PLAIN.match(name):
        return name
    return f"{slug(name)[:60] or 'page'}-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def anchor(text: str) -> str:
    """A path inside a page as an HTML id.

    >>> anchor("finding/left-l5-fdg")
    'finding-left-l5-fdg'
    """
    return file_name(text.replace("/", "-").replace(".", "-"))


class Addresses:
    """The pages of everything that has one."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.pages: dict[str, str] = {}
        self._taken: set[str] = set()
        self._anchored: set[str] = set()
        for iri in knowledge.classes:
            self._add(iri, "terms", iri[len(NX) :])
        for name in _PROPERTIES:
            for iri in sorted(knowledge.pointing(OWL + name, TYPE)):
                if iri.startswith(NX) and iri not in self.pages:
                    self._add(iri, "relations", iri[len(NX) :])
        for iri in sorted(knowledge.pointing(OWL + "NamedIndividual", TYPE)):
            if iri.startswith(NX) and "/" not in iri[len(NX) :] and iri not in self.pages:
                self._add(iri, "values", iri[len(NX) :])
        for kind, folder, head in (
            ("Rule", "rules", NX + "rule/"),
            ("Hypothesis", "hypotheses", NX + "hypothesis/"),
            ("DiagnosticCriteria", "criteria", NX + "criteria/"),
        ):
            for iri in sorted(knowledge.pointing(NX + kind, TYPE)):
                self._add(iri, folder, iri.removeprefix(head))
        for iri in knowledge.structures:
            self._add(iri, "structures", iri[len(ATLAS) :])
        for iri in knowledge.cases:
            self._add(iri, "cases", iri[len(CASE) :])
        for iri in knowledge.papers:
            self._add(iri, "papers", iri[len(SOURCE) :])
        for iri in knowledge.sources:
            self.pages[iri] = "sources.html#" + anchor(iri[len(SOURCE) :])
        for case, facts in knowledge.facts.items():
            inferred = knowledge.links(case, "hasInference")
            self._anchored.update(facts, inferred)

    def _add(self, iri: str, folder: str, name: str) -> None:
        self.pages[iri] = self.claim(folder, name)

    def claim(self, folder: str, name: str) -> str:
        """A page address in a folder that nothing else has."""
        path = f"{folder}/{file_name(name)}.html"
        if path.casefold() in self._taken:
            path = f"{folder}/{file_name(name)}-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}.html"
        self._taken.add(path.casefold())
        return path

    def href(self, iri: str) -> str:
        """Where a thing can be read about, or nothing."""
        if iri in self.pages:
            return self.pages[iri]
        knowledge = self.knowledge
        if iri.startswith(ATLAS + "edge/"):
            start = next(iter(knowledge.links(iri, "edgeFrom")), "")
            return f"{self.pages[start]}#{anchor(iri[len(ATLAS) :])}" if start in self.pages else ""
        if iri.startswith(CASE):
            return self._inside_case(iri)
        if iri.startswith(SOURCE):
            head, _, rest = iri[len(SOURCE) :].partition("/")
            page = self.pages.get(SOURCE + head, "")
            inside = rest.startswith(("claim/", "statement/", "conflict/", "passage/"))
            return f"{page}#{anchor(rest)}" if page and inside and "#" not in page and knowledge.has(iri) else page
        for folder in ("criteria/", "hypothesis/"):
            if iri.startswith(NX + folder):
                head, _, rest = iri[len(NX + folder) :].partition("/")
                page = self.pages.get(NX + folder + head, "")
                item = rest.partition("/")[0]
                return f"{page}#{anchor(item)}" if page and item else page
        if iri.startswith(ATLAS):
            kinds = [one for one in knowledge.links(iri, TYPE) if one in self.pages]
            return self.pages[kinds[0]] if kinds else ""
        return ""

    def _inside_case(self, iri: str) -> str:
        case = CASE + iri[len(CASE) :].partition("/")[0]
        page = self.pages.get(case, "")
        rest = iri
        while page and rest not in self._anchored and len(rest) > len(case):
            rest = rest.rpartition("/")[0]
        return f"{page}#{anchor(rest[len(case) + 1 :])}" if page and len(rest) > len(case) else page

    def link(self, iri: str, text: str = "", note: str = "") -> Link:
        """A link to a thing by its label."""
        return Link(clean(text) if text else self.knowledge.label(iri), self.href(iri), clean(note))

    def links(self, iris: Iterable[str]) -> list[Link]:
        """Links to things, each once, by label."""
        return [self.link(iri) for iri in self.knowledge.in_order(iris)]

    def woven(self, text: str, iris: Sequence[str]) -> list[Link]:
        """A text in pieces, in which the first mention of each thing by its label leads to the thing."""
        pieces = [Link(clean(text))]
        named = {self.knowledge.label(iri): iri for iri in iris if self.href(iri)}
        for label in sorted(named, key=lambda one: (-len(one), one)):
            pattern = re.compile(rf"(?<![\w-]){re.escape(label)}(?![\w-])")
            for place, piece in enumerate(pieces):
                found = pattern.search(piece.text) if not piece.href else None
                if found:
                    head, tail = piece.text[: found.start()], piece.text[found.end() :]
                    pieces[place : place + 1] = [
                        one for one in (Link(head), Link(label, self.href(named[label])), Link(tail)) if one.text
                    ]
                    break
        return pieces


def by_label(links: Iterable[Link]) -> list[Link]:
    """Links in the order of their words."""
    return sorted(links, key=lambda link: (natural(link.text), link.href))
