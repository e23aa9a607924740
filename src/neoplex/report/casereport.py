"""A case as a report: every section in its order, with the sources and locators that everything rests on.

Comes in: a prepared case or cohort. Goes out: a report. A section is there when the case has something to say in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from neoplex.ask.factwords import FactWords, value_of
from neoplex.ask.vocabulary import fetch_labels
from neoplex.base.errors import UsageError
from neoplex.base.names import NX, case_iri
from neoplex.draw.chronicle import read_chronicle
from neoplex.draw.kinds import KINDS, Request, make_picture
from neoplex.draw.timeline import draw_parts
from neoplex.report import casefacts, casereasoning
from neoplex.report.comparison import choose_cases, compare
from neoplex.report.content import Block, Grid, Item, Pairs, Plate, Report, Section, Words, items_of
from neoplex.report.prepared import Prepared
from neoplex.store.answers import Rows

CAVEAT = "Research use; not a medical device. Nothing here is advice, and silence of a source is not absence."
_PAGE = 235.0
"""Millimetres that a figure may be high on A4 with its caption."""
_MEMBER_COLUMNS = ("age", "sex", "primary", "site", "treatment", "scores", "response")
_FIGURES = (("plexus", "Plexus schematic"), ("body", "Body map"))


def build_report(prepared: Prepared) -> Report:
    """The report of a case or cohort."""
    entry = prepared.entry
    facts = FactWords.read(prepared.engine, case_iri(entry.id))
    sections: list[Section | None] = []
    person = not entry.is_cohort
    inferred: list[Section | None] = []
    pairs = casefacts.summary(facts, entry.is_cohort)
    if person:
        criteria, states, ground = casereasoning.criteria(prepared, facts)
        router, explanation = casereasoning.explain_routes(prepared)
        met = [state.set.label for state in states if state.verdict == "met"]
        many = sum(state.verdict == "undetermined" for state in states)
        words = f"met: {'; '.join(met)}" if met else f"no set is met; {many} of {len(states)} are undetermined"
        pairs.append(("criteria (inferred)", Item(words, state="inferred")))
        pairs.append(("explanation (inferred)", Item(explanation.ranking.headline, state="inferred")))
        inferred = [
            criteria,
            casereasoning.involvement(prepared),
            casereasoning.lesions(prepared),
            casereasoning.routes(router, explanation),
            casereasoning.dose(prepared, facts),
            casereasoning.similar(prepared),
            casereasoning.missing(facts, states, ground, explanation),
        ]
    else:
        inferred = [casereasoning.dose(prepared, facts)]
    sections.append(Section("summary", "Summary", (Pairs(tuple(pairs)),)))
    sections.append(_figures(prepared) if person else _series(prepared))
    sections.append(None if person else _members(prepared))
    sections.append(_timeline(facts))
    sections.append(casefacts.findings(facts, prepared.engine, entry.is_cohort))
    sections.append(casefacts.tests(facts))
    sections.append(casefacts.told(facts, "treatments", "Treatments", "hasTreatment"))
    sections.append(casefacts.told(facts, "outcomes", "Course and outcomes", "hasOutcome"))
    sections.append(casefacts.told(facts, "events", "Events", "hasEvent"))
    sections.append(casefacts.cohort_notes(facts))
    sections.append(casefacts.conclusions(facts))
    sections += inferred
    sections.append(casefacts.contradictions(facts, prepared.engine))
    kept = tuple(section for section in sections if section is not None)
    passages, publications = _sources(prepared, facts, kept)
    told = "; ".join(publications[iri] for iri in facts.iris(facts.case, "reportedBy") if iri in publications)
    note = f"{told} From the file {prepared.file}, which is not in the graph." if prepared.file else told
    kind = "Case" if person else "Series"
    return Report(entry.id, entry.label, note, kept, passages, publications, CAVEAT, kind)


def _figures(prepared: Prepared) -> Section | None:
    blocks: list[Block] = []
    for name, title in _FIGURES:
        if name not in KINDS:
            continue
        try:
            picture = make_picture(KINDS[name], Request(prepared.engine.graph, (prepared.entry.id,), "svg", {}))
        except UsageError:
            continue  # the case has nothing that this figure shows
        blocks.append(Plate(picture.data, title, picture.description))
    return Section("figures", "Where it is", tuple(blocks)) if blocks else None


def _series(prepared: Prepared) -> Section | None:
    """Figures of the members of a cohort that are told singly."""
    blocks: list[Block] = []
    if not prepared.entry.members:
        return None
    for name in ("pain", "response", "dose"):
        try:
            request = Request(prepared.engine.graph, (), "svg", {"source": (prepared.entry.source,)})
            picture = make_picture(KINDS[name], request)
        except UsageError:
            continue  # nothing of this kind is reported
        blocks.append(Plate(picture.data, picture.title, picture.description))
    return Section("figures", "The courses in figures", tuple(blocks)) if blocks else None


def _members(prepared: Prepared) -> Section | None:
    """The patients of a cohort that are told singly, side by side."""
    if not prepared.entry.members:
        return None
    cases = choose_cases(prepared.engine, (prepared.entry.id,), False)
    table = compare(prepared.engine, cases, _MEMBER_COLUMNS)
    rows = tuple((name, *(cell.words for cell in cells)) for name, cells in table.rows)
    grid = Grid(
        ("Patient", *table.heads), rows, "One row is one patient. NR: not reported, which is not the same as absent."
    )
    return Section("patients", "The patients told singly", (grid,))


def _timeline(facts: FactWords) -> Section | None:
    if not any(entry.timed for entry in read_chronicle(facts).entries):
        return None
    pictures = draw_parts(facts, "svg", _PAGE)
    if not pictures:
        return None
    blocks: list[Block] = [Words("A range is where a moment may lie; an open arrow says only before or after.", "note")]
    blocks += [Plate(picture.data, picture.title, picture.description) for picture in pictures]
    return Section("timeline", "Timeline", tuple(blocks))


def _sources(
    prepared: Prepared, facts: FactWords, sections: Sequence[Section]
) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Passage to publication and locator, and publication to reference, for everything the report cites."""
    report = Report("", "", "", tuple(sections), {}, {}, "")
    used = sorted({iri for block in report.blocks() for one in items_of(block) for iri in one.passages})
    passages: dict[str, tuple[str, str]] = {}
    for start in range(0, len(used), 300):
        values = " ".join(f"<{iri}>" for iri in used[start : start + 300])
        query = f"SELECT ?p ?of WHERE {{ VALUES ?p {{ {values} }} ?p <{NX}passageOf> ?of }}"
        answer = prepared.engine.answer(query)
        assert isinstance(answer, Rows)
        owners = {value_of(p): value_of(of) for p, of in sorted(answer.rows, key=str)}
        labels = fetch_labels(prepared.engine, used[start : start + 300])
        for iri in used[start : start + 300]:
            passages[iri] = (owners.get(iri, ""), labels.get(iri, iri.rpartition("/")[2]))
    own = set(facts.iris(facts.case, "reportedBy")) | {of for of, _ in passages.values() if of}
    publications = {iri: _reference(prepared, iri) for iri in sorted(own)}
    return passages, publications


def _reference(prepared: Prepared, iri: str) -> str:
    from neoplex.ask.factwords import describe_source

    return describe_source(prepared.engine, iri).rstrip(".") + "."
