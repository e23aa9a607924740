"""What the figures of a series are drawn from: saved questions asked of the graph, case by case and course by course.

Comes in: a request with case ids or sources, or nothing for every case. Goes out: rows as plain words, and the names of cases and
courses. A course is one irradiation of one site; patients, courses and sites are never counted together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from neoplex.ask.casebook import CaseEntry, find_case, list_cases
from neoplex.ask.engines import LocalEngine
from neoplex.ask.factwords import FactWords, value_of
from neoplex.ask.questions import read_question
from neoplex.ask.vocabulary import fetch_labels, shown
from neoplex.base.errors import UsageError, did_you_mean
from neoplex.base.names import CASE, NX, PREFIXES, case_iri
from neoplex.base.paths import shipped_root
from neoplex.draw.kinds import Request
from neoplex.store.answers import Rows

Row = Mapping[str, str]


@dataclass
class Series:
    """The cases of a figure, in order, and what the graph answers about them."""

    engine: LocalEngine
    cases: tuple[CaseEntry, ...]
    _facts: dict[str, FactWords] = field(default_factory=dict)

    @staticmethod
    def of(request: Request, *, cohorts: bool = False) -> Series:
        """The cases named, those of the sources named, or all; cohorts only where a figure can show them."""
        engine = LocalEngine(request.graph)
        everything = [entry for entry in list_cases(engine) if cohorts or not entry.is_cohort]
        if request.cases:
            chosen = []
            for name in request.cases:
                entry = find_case(engine, name)
                if entry.is_cohort and not cohorts:
                    raise UsageError(
                        f"{entry.id} is a series told only in total; this figure shows patients one by one"
                    )
                chosen.append(entry)
            everything = [entry for entry in everything if entry in chosen]
        sources = request.words("source")
        known = sorted({entry.source for entry in list_cases(engine)})
        for source in sources:
            if source not in known:
                raise UsageError(f"no source is called {source!r}; {did_you_mean(source, known) or ', '.join(known)}")
        if sources:
            everything = [entry for entry in everything if entry.source in sources]
        return Series(engine, tuple(everything))

    @cached_property
    def ids(self) -> frozenset[str]:
        """IRIs of the cases."""
        return frozenset(case_iri(entry.id) for entry in self.cases)

    @cached_property
    def labels(self) -> dict[str, str]:
        """Labels of the cases by IRI."""
        return {case_iri(entry.id): entry.label for entry in self.cases}

    def ask(self, question: str) -> list[Row]:
        """The rows of a saved question about these cases, in the order of the question."""
        query = read_question(shipped_root() / "queries" / "questions" / f"{question}.rq").query
        answer = self.engine.answer(query)
        assert isinstance(answer, Rows)
        rows = [dict(zip(answer.variables, (value_of(term) for term in row), strict=True)) for row in answer.rows]
        return [row for row in rows if "case" not in row or row["case"] in self.ids]

    def words(self, iris: Iterable[str]) -> dict[str, str]:
        """What these terms are called."""
        iris = sorted({iri for iri in iris if iri})
        labels = fetch_labels(self.engine, iris)
        return {iri: shown(iri, labels) for iri in iris}

    def facts(self, case: str) -> FactWords:
        """Everything about one case, by IRI."""
        if case not in self._facts:
            self._facts[case] = FactWords.read(self.engine, case)
        return self._facts[case]

    def case_name(self, case: str) -> str:
        """A case by its label, without the words that every label has."""
        return self.labels.get(case, case.removeprefix(CASE)).removesuffix(", the patient")

    def course_name(self, course: str, *, with_case: bool = True) -> str:
        """A course by its patient and what was irradiated or operated."""
        case = course.partition("/treatment/")[0]
        facts = self.facts(case)
        targets = [facts.short(iri) for iri in facts.iris(course, "hasTarget")]
        kind = facts.kind(course)
        what = ", ".join(targets) or self._tumour(facts, course) or ("" if "radiotherapy" in kind else kind)
        return ": ".join(part for part in ((self.case_name(case) if with_case else ""), what) if part)

    def _tumour(self, facts: FactWords, course: str) -> str:
        """Where the tumour lay, when no target is printed and the case had only this course; the closest words of the source."""
        courses = [node for node in facts.linked("hasTreatment") if facts.iris(node, "hasDose")]
        if courses != [course]:
            return ""
        found: dict[str, bool] = {}
        for node in facts.linked("hasFinding"):
            kinds = facts.iris(node, _TYPE)
            if not facts.is_absent(node) and any(kind in self._involvement for kind in kinds):
                for site in facts.iris(node, "hasSite"):
                    found[facts.short(site)] = found.get(facts.short(site), False) or any(
                        kind not in _WIDE for kind in kinds
                    )
        told = [name for name, close in found.items() if close] or list(found)
        return f"tumour at {', '.join(sorted(told))}" if told else ""

    @cached_property
    def _involvement(self) -> frozenset[str]:
        """Classes of findings that place tumour at a structure."""
        answer = self.engine.answer(
            f"SELECT ?kind WHERE {{ ?kind <{PREFIXES['rdfs']}subClassOf>* <{NX}TumorInvolvement> }}"
        )
        assert isinstance(answer, Rows)
        return frozenset(value_of(row[0]) for row in answer.rows)


_TYPE = PREFIXES["rdf"] + "type"
_WIDE = {NX + "TumorInvolvement", NX + "TumorInvolvementOfMuscle"}
"""Classes that only say that tumour is there; a closer one beside them says it better."""
