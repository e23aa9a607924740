"""What the tests of localisation share: the atlas of the shipped ontology, and a way to say a case in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from neoplex.build.pipeline import ontology_files
from neoplex.infer.atlasgraph import load_atlas
from neoplex.infer.deficits import Finding, Reader, load_terms
from neoplex.infer.lesions import Lesions
from neoplex.infer.localise import Hypothesis, localise
from neoplex.infer.separators import separate
from neoplex.infer.wiring import make_wiring

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Answer:
    """The hypotheses of one case, by name as well."""

    hypotheses: tuple[Hypothesis, ...]
    findings: tuple[Finding, ...]

    @property
    def first(self) -> Hypothesis:
        """The best one."""
        return self.hypotheses[0]

    @property
    def order(self) -> list[str]:
        """Names in order."""
        return [hypothesis.label for hypothesis in self.hypotheses]

    def named(self, label: str) -> Hypothesis:
        """The hypothesis of this name; fails with the names there are."""
        found = [hypothesis for hypothesis in self.hypotheses if hypothesis.label == label]
        assert found, f"{label} is none of {self.order}"
        return found[0]

    def rank(self, label: str) -> int:
        """The rank of the hypothesis of this name."""
        return self.named(label).rank


@dataclass(frozen=True)
class Bench:
    """The atlas, ready to be asked."""

    store: ox.Store
    reader: Reader
    lesions: Lesions

    def ask(self, lost: Sequence[str], kept: Sequence[str] = (), *, sex: str = "", most: int = 40) -> Answer:
        """Localise findings said in words."""
        gone = [finding for words in lost for finding in self.reader.read(words)]
        there = [finding for words in kept for finding in self.reader.read(words, preserved=True)]
        return Answer(tuple(localise(gone, there, self.lesions, sex=sex, most=most)), (*gone, *there))

    def tests_between(self, answer: Answer, one: str, other: str) -> dict[str, tuple[str, str]]:
        """The tests that separate two hypotheses, with what each expects."""
        found = separate(answer.named(one), answer.named(other), answer.findings, self.lesions)
        return {test.label: (test.first, test.second) for test in found}


@cache
def bench() -> Bench:
    """The bench, made once for all tests."""
    store = ox.Store()
    for path, name in ontology_files(ROOT).items():
        store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(name))
    atlas = load_atlas(store)
    wiring = make_wiring(atlas)
    return Bench(store, Reader(wiring, load_terms(store, atlas)), Lesions(wiring))
