"""Lesion hypotheses as RDF in the inferred graph of a case.

Comes in: a case and its hypotheses. Goes out: quads in the shape of ``docs/data-model.md``, section 5: each hypothesis names the
search that drew it, the facts it explains, leaves over or is contradicted by, and as premises those facts and the edge statements
of every fibre it cuts. Never searches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from neoplex.base.names import GRAPH_ONTOLOGY, NX, PREFIXES
from neoplex.infer.atlasgraph import Atlas, load_atlas
from neoplex.infer.casedeficits import CaseDeficits, read_case
from neoplex.infer.deficits import Finding, Reader, load_terms
from neoplex.infer.lesions import Lesions
from neoplex.infer.localise import Against, Hypothesis, Reach, localise, rebind
from neoplex.infer.separators import rivals, separate
from neoplex.infer.wiring import Fibre, make_wiring

RULE = NX + "rule/localise"
_XSD = PREFIXES["xsd"]
_SAYS = "A lesion explains a lost function when it takes enough of the fibres that the atlas gives this function."
_WHEN = (
    "A case reports lost functions. Preserved ones speak against a lesion that would have to take them, silence counts neither "
    "way; how hypotheses are weighed is an assumption of the model, shown in parts."
)
_SOURCE = "innervation, branching and root tables of the atlas, each edge with its own source; weighing: neoplex"


def rule_quads() -> list[ox.Quad]:
    """The search itself as RDF, as rules are."""
    graph, rule = ox.NamedNode(GRAPH_ONTOLOGY), ox.NamedNode(RULE)
    facts: list[tuple[str, ox.NamedNode | ox.Literal]] = [
        (PREFIXES["rdf"] + "type", ox.NamedNode(NX + "Rule")),
        (PREFIXES["rdfs"] + "label", ox.Literal("localise", language="en")),
        (NX + "says", ox.Literal(_SAYS, language="en")),
        (NX + "appliesWhen", ox.Literal(_WHEN, language="en")),
        (PREFIXES["dcterms"] + "source", ox.Literal(_SOURCE, language="en")),
    ]
    return [ox.Quad(rule, ox.NamedNode(name), value, graph) for name, value in facts]


def hypothesis_quads(case: str, hypotheses: Sequence[Hypothesis], lesions: Lesions, *, sex: str = "") -> list[ox.Quad]:
    """The hypotheses of a case, and the tests that separate the best ones; sorted, each quad once."""
    writer = _Writer(case)
    names = {id(h): f"{case}/inferred/localise/hypothesis-{h.rank}" for h in hypotheses}
    for hypothesis in hypotheses:
        writer.hypothesis(names[id(hypothesis)], hypothesis)
    number = 0
    for one, other in rivals(hypotheses):
        findings = [
            *(e.finding for e in one.explanations),
            *(c.finding for h in (one, other) for c in h.contradictions),
        ]
        for separator in separate(one, other, findings, lesions, sex=sex):
            number += 1
            node = f"{case}/inferred/localise/test-{number}"
            writer.start(node, "SeparatingTest", separator.label)
            for hypothesis in (one, other):
                writer.link(node, "separates", names[id(hypothesis)])
                writer.link(node, "premise", names[id(hypothesis)])
            for structure in separator.function.structures:
                writer.link(node, "hasSite", structure)
            for fibre in separator.function.cut_fibres((*one.places, *other.places)):
                writer.link(node, "premise", fibre.edge)
            writer.word(node, "testedBy", separator.how)
            says = f"{separator.label}: {separator.first} with {one.label}, {separator.second} with {other.label}"
            writer.word(node, "says", says[:1].upper() + says[1:] + ".", language="en")
    return sorted(writer.quads, key=str)


def says(hypothesis: Hypothesis) -> str:
    """A hypothesis and its standing in one sentence."""
    total = len(hypothesis.explanations)
    parts = [f"explains {len(hypothesis.explained)} of {total} findings"]
    if hypothesis.in_part:
        parts.append(f"{len(hypothesis.in_part)} more in part")
    if hypothesis.left_over:
        parts.append(f"leaves {_words(hypothesis.left_over)} unexplained")
    clearly = [c.function.label for c in hypothesis.contradictions if c.against == Against.CLEARLY]
    rather = [c.function.label for c in hypothesis.contradictions if c.against == Against.RATHER]
    if clearly:
        parts.append(f"contradicted by preserved {_list(clearly)}")
    if rather:
        parts.append(f"preserved {_list(rather)} {'speaks' if len(rather) == 1 else 'speak'} rather against it")
    label = hypothesis.label
    return f"{label[:1].upper()}{label[1:]}: {', '.join(parts)}."


def _words(findings: Sequence[Finding]) -> str:
    return _list([finding.label for finding in findings])


def _list(labels: Sequence[str], most: int = 4) -> str:
    if len(labels) > most:
        return f"{', '.join(labels[:most])} and {len(labels) - most} more"
    return " and ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)


class _Writer:
    def __init__(self, case: str) -> None:
        self._case = case
        self._graph = ox.NamedNode(case + "/inferred")
        self.quads: set[ox.Quad] = set()

    def _add(self, subject: str, name: str, value: ox.NamedNode | ox.Literal) -> None:
        predicate = name if "://" in name else NX + name
        self.quads.add(ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), value, self._graph))

    def link(self, subject: str, name: str, target: str) -> None:
        """State a link to a node."""
        self._add(subject, name, ox.NamedNode(target))

    def word(self, subject: str, name: str, text: str, language: str | None = None) -> None:
        """State a literal."""
        self._add(subject, name, ox.Literal(text, language=language) if language else ox.Literal(text))

    def start(self, node: str, kind: str, label: str) -> None:
        """What every inference says of itself."""
        self.link(self._case, "hasInference", node)
        self.link(node, PREFIXES["rdf"] + "type", NX + kind)
        self.word(node, PREFIXES["rdfs"] + "label", label, language="en")
        self.link(node, "basis", NX + "inferred")
        self.link(node, "byRule", RULE)

    def hypothesis(self, node: str, hypothesis: Hypothesis) -> None:
        """One hypothesis with everything it rests on."""
        self.start(node, "LesionHypothesis", hypothesis.label)
        for name, number in (("rank", hypothesis.rank), ("lesionCount", len(hypothesis.lesions))):
            self._add(node, name, ox.Literal(str(number), datatype=ox.NamedNode(_XSD + "integer")))
        self.word(node, "fit", hypothesis.fit)
        self.word(node, "says", says(hypothesis), language="en")
        for lesion in hypothesis.lesions:
            for place in lesion.named:
                self.link(node, "hasSite", place)
            for place in lesion.also:
                self.link(node, "alternativeSite", place)
        for lesion in hypothesis.instead:
            for place in lesion.named:
                self.link(node, "alternativeSite", place)
        reaches: dict[str, list[Reach]] = {}
        for explanation in hypothesis.explanations:
            for fact in explanation.finding.facts:
                reaches.setdefault(fact, []).append(explanation.reach)
                self.link(node, "premise", fact)
            self._premises(node, explanation.fibres, hypothesis.places)
        for fact, found in reaches.items():
            # One fact may stand for both sides: explained on one of them, it is explained in part.
            whole, none = min(found) >= Reach.INCOMPLETE, max(found) == Reach.NONE
            self.link(node, "explains" if whole else "leavesUnexplained" if none else "explainsInPart", fact)
        for contradiction in hypothesis.contradictions:
            name = "contradictedBy" if contradiction.against == Against.CLEARLY else "weaklyContradictedBy"
            for fact in contradiction.finding.facts:
                self.link(node, name, fact)
                self.link(node, "premise", fact)
            self._premises(node, contradiction.function.cut_fibres(hypothesis.places), hypothesis.places)

    def _premises(self, node: str, fibres: Iterable[Fibre], places: Sequence[str]) -> None:
        """The supply rows of the fibres, and the edges that lead from there to what was cut."""
        for fibre in fibres:
            self.link(node, "premise", fibre.edge)
            for place in places:
                for edge in fibre.path.get(place, ()):
                    self.link(node, "premise", edge)


class CaseLocaliser:
    """Reads, searches and writes case after case with one atlas; what the same findings give is worked out once."""

    def __init__(self, store: ox.Store, atlas: Atlas | None = None) -> None:
        self._store = store
        atlas = atlas or load_atlas(store)
        wiring = make_wiring(atlas)
        self.lesions = Lesions(wiring)
        self._known: dict[tuple[object, ...], tuple[tuple[Finding, ...], tuple[Finding, ...], list[Hypothesis]]] = {}
        self.reader = Reader(wiring, load_terms(store, atlas))

    def read(self, case: str, *, found_by: str = "") -> CaseDeficits:
        """What a case reports as lost and preserved."""
        return read_case(self._store, case, self.reader, found_by=found_by)

    def hypotheses(self, deficits: CaseDeficits, most: int = 5) -> list[Hypothesis]:
        """The best hypotheses for a case."""
        lost, kept = deficits.lost, deficits.kept
        key = (tuple(f.signature for f in lost), tuple(f.signature for f in kept), deficits.sex, most)
        if key not in self._known:
            self._known[key] = (lost, kept, localise(lost, kept, self.lesions, sex=deficits.sex, most=most))
        old_lost, old_kept, found = self._known[key]
        return rebind(found, {id(old): new for old, new in zip((*old_lost, *old_kept), (*lost, *kept), strict=True)})

    def quads(self, cases: Iterable[str]) -> Iterator[ox.Quad]:
        """What follows for each of these cases."""
        for case in cases:
            deficits = self.read(case)
            if deficits.lost:
                yield from hypothesis_quads(case, self.hypotheses(deficits), self.lesions, sex=deficits.sex)
