"""The reported half of a report: summary, findings in four states, what was done, what came of it, and what authors concluded.

Comes in: the facts of a case. Goes out: sections. Only what a source tells or its readers concluded stands here, each with its
passage; nothing inferred. Present, absent, not reported and uncertain never share a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from neoplex.ask import asking
from neoplex.ask.engines import LocalEngine
from neoplex.ask.factwords import FactWords, value_of
from neoplex.ask.questions import read_question
from neoplex.ask.vocabulary import fetch_labels
from neoplex.base.names import CASE, NX
from neoplex.base.paths import shipped_root
from neoplex.draw.chronicle import dose_words
from neoplex.report.content import Block, Fold, Item, Listing, Section, Words
from neoplex.store.answers import Rows

_SILENCE = "what-the-paper-leaves-open-about-a-patient"
_COHORT = (
    ("Counts", "hasCount"),
    ("How patients were chosen", "hasInclusionCriterion"),
    ("Methods", "hasMethod"),
)


def item(facts: FactWords, node: str, inherited: str = "", state: str = "", below: Sequence[Item] = ()) -> Item:
    """A fact in words with its passages."""
    words = facts.describe(node, inherited=inherited).removesuffix(facts.place(node))
    says = facts.text(node, "says")
    if says and not facts.is_absent(node):
        words += f". {says}" if not words.endswith(".") else f" {says}"
    return Item(words.rstrip("."), tuple(facts.iris(node, "statedIn")), state, tuple(below))


def summary(facts: FactWords, is_cohort: bool) -> list[tuple[str, Item]]:
    """Who it is about, in the fewest lines: person, tumours, complaints, treatments, outcome."""
    pairs: list[tuple[str, Item]] = []
    case = facts.case
    for size in facts.iris(case, "cohortSize"):
        pairs.append(("size", Item(facts.measure(size), tuple(facts.iris(size, "statedIn")))))
    for time in facts.iris(case, "period"):
        pairs.append(("period", Item(facts.time(time))))
    if not is_cohort:
        pairs.append(("person", _person(facts)))
    roles = ("primary", "metastasis", "syndrome", "complication", "comorbidity")
    conditions = facts.in_order(facts.linked("hasCondition"))
    for role in roles:
        nodes = [n for n in conditions if NX + role in facts.iris(n, "conditionRole")]
        if nodes or (role == "primary" and not is_cohort):
            words = "; ".join(dict.fromkeys(_short(facts, n) for n in nodes)) or "not reported"
            pairs.append((role, Item(words, _passages(facts, nodes))))
    for name, link in (("findings", "hasFinding"), ("treatments", "hasTreatment"), ("outcomes", "hasOutcome")):
        nodes = [n for n in facts.in_order(facts.linked(link)) if link != "hasFinding" or not facts.is_absent(n)]
        loose = [n for n in nodes if not facts.iris(n, "foundBy")]
        if nodes:
            counted = _counted(_short(facts, n, brief=True) for n in loose)
            found = len(nodes) - len(loose)
            counted += [f"{found} more found by tests and imaging"] if found else []
            pairs.append((name, Item("; ".join(counted), ())))
        elif not is_cohort:
            pairs.append((name, Item("not reported")))
    return pairs


def _person(facts: FactWords) -> Item:
    words = [facts.label(iri) for iri in facts.iris(facts.case, "sex")] or ["sex not reported"]
    nodes = [*facts.iris(facts.case, "age"), *facts.iris(facts.case, "describedBy")]
    ages = [facts.measure(node) for node in nodes if facts.measure(node)]
    words += ages or ["age not reported"]
    words += [facts.time(time) for node in nodes for time in facts.iris(node, "atTime")]
    return Item(", ".join(words), _passages(facts, nodes))


def _short(facts: FactWords, node: str, brief: bool = False) -> str:
    drugs = [facts.kind(iri) or facts.short(iri) for iri in facts.iris(node, "usesDrug")]
    head = ", ".join(drugs) or facts.kind(node)
    sites = [facts.short(iri) for iri in facts.iris(node, "hasSite")]
    if brief:
        head = f"no {head}" if facts.is_absent(node) and not head.startswith("no ") else head
        doses = dose_words(facts, node)
        return head + (f" ({doses})" if doses else "")
    certain = [facts.label(iri) for iri in facts.iris(node, "certainty")]
    basis = ["concluded"] if NX + "concluded" in facts.iris(node, "basis") else []
    remarks = f" ({', '.join([*certain, *basis])})" if certain or basis else ""
    return head + (f", {', '.join(sites)}" if sites else "") + remarks


def _counted(words: Iterable[str]) -> list[str]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return [f"{word} (×{many})" if many > 1 else word for word, many in found.items()]


def _passages(facts: FactWords, nodes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(iri for node in nodes for iri in facts.iris(node, "statedIn")))


# -------------------------------------------------------------------------------------------------------------------- findings


def findings(facts: FactWords, engine: LocalEngine, is_cohort: bool) -> Section | None:
    """Findings in four states: present, absent, not reported, uncertain."""
    nodes = facts.in_order([*facts.linked("hasCondition"), *facts.linked("hasFinding")])
    states: dict[str, list[Item]] = {"present": [], "uncertain": [], "absent": []}
    for node in nodes:
        state = "absent" if facts.is_absent(node) else "uncertain" if facts.iris(node, "certainty") else "present"
        found_by = next(iter(facts.iris(node, "foundBy")), "")
        one = item(facts, node, state=state)
        if found_by and facts.kind(found_by) not in one.text:
            one = Item(f"{one.text} (found by {facts.kind(found_by)})", one.passages, state)
        states[state].append(one)
    blocks: list[Block] = []
    titles = {
        "present": "Present",
        "uncertain": "Uncertain: told as possible or probable",
        "absent": "Absent: looked for or denied",
    }
    for state, items in states.items():
        blocks.append(Listing(tuple(items) or (Item("nothing", state="none"),), f"{titles[state]} ({len(items)})"))
    silent = _silence(facts, engine) if not is_cohort else []
    missing = [_note(facts, node, "not-reported") for node in facts.linked("hasMissingRecord")]
    blocks.append(
        Listing((*missing, *silent) or (Item("nothing", state="none"),), f"Not reported ({len(missing) + len(silent)})")
    )
    if silent:
        blocks.append(Words("Not reported is no absence: what a source does not mention may have been there.", "note"))
    return Section("findings", "Findings in four states", tuple(blocks)) if nodes or missing else None


def _silence(facts: FactWords, engine: LocalEngine) -> list[Item]:
    """Findings that decide criteria and hypotheses and that the source does not mention."""
    question = read_question(shipped_root() / "queries" / "questions" / f"{_SILENCE}.rq")
    answer = engine.answer(asking.bind(question, {"case": [facts.case.removeprefix(CASE)]}, engine))
    assert isinstance(answer, Rows)
    kinds = [value_of(row[1]) for row in answer.rows if value_of(row[2]) == "silent"]
    labels = fetch_labels(engine, kinds)
    return [Item(f"{labels.get(kind, kind)}: not mentioned", (), "not-reported") for kind in kinds]


def _note(facts: FactWords, node: str, state: str = "") -> Item:
    return Item(facts.note(node).removesuffix(facts.place(node)), tuple(facts.iris(node, "statedIn")), state)


# ------------------------------------------------------------------------------------------------------- what was done, what came


def tests(facts: FactWords) -> Section | None:
    """Investigations with what each showed and how it was read."""
    nodes = facts.in_order(facts.linked("hasInvestigation"))
    items = []
    for node in nodes:
        shown = [f for f in facts.in_order(facts.linked("hasFinding")) if node in facts.iris(f, "foundBy")]
        below = [item(facts, f, inherited=node, state="absent" if facts.is_absent(f) else "present") for f in shown]
        below += [
            Item(f"read as: {one.text}", one.passages, "concluded")
            for one in (item(facts, c, inherited=node) for c in facts.in_order(facts.pointing("interprets", node)))
        ]
        items.append(item(facts, node, below=below))
    return Section("tests", "Tests and imaging", (Listing(tuple(items)),)) if items else None


def told(facts: FactWords, id_: str, title: str, link: str) -> Section | None:
    """Facts of one kind in order of time; absent ones apart."""
    nodes = facts.in_order(facts.linked(link))
    there = [item(facts, n) for n in nodes if not facts.is_absent(n)]
    absent = [item(facts, n, state="absent") for n in nodes if facts.is_absent(n)]
    blocks: list[Block] = [Listing(tuple(there))] if there else []
    if absent:
        blocks.append(Listing(tuple(absent), "Stated not to have been given or not to have come"))
    return Section(id_, title, tuple(blocks)) if blocks else None


def conclusions(facts: FactWords) -> Section | None:
    """What authors and doctors concluded, with the steps and arguments they give; opinions, not findings."""
    nodes = [c for c in facts.in_order(facts.linked("hasConclusion")) if not facts.iris(c, "interprets")]
    items = []
    for node in nodes:
        below = [Item(f"step {number}: {words}") for number, words in enumerate(facts.steps(node), 1)]
        for predicate, word in (("supportedBy", "for"), ("challengedBy", "against")):
            below += [Item(f"{word}: {facts.argument(one)}") for one in facts.iris(node, predicate)]
        items.append(item(facts, node, state="concluded", below=below))
    if not items:
        return None
    note = Words("These are the views of authors and treating doctors, kept apart from what was seen.", "note")
    return Section("conclusions", "What the source concludes", (note, Listing(tuple(items))))


def cohort_notes(facts: FactWords) -> Section | None:
    """Counts, inclusion and methods of a series; counts name what they count."""
    blocks: list[Block] = []
    for title, link in _COHORT:
        nodes = sorted(facts.linked(link))
        if nodes:
            blocks.append(Fold(f"{title} ({len(nodes)})", (Listing(tuple(_note(facts, node) for node in nodes)),)))
    return Section("series", "The series in figures", tuple(blocks)) if blocks else None


def contradictions(facts: FactWords, engine: LocalEngine) -> Section | None:
    """Statements about this case that contradict each other, each with its place; none is preferred."""
    query = f"""SELECT ?clash ?says ?member WHERE {{
      ?clash a <{NX}Conflict> ; <{NX}says> ?says ; <{NX}conflictMember> ?mine, ?member .
      GRAPH <{facts.case}> {{ ?mine ?p ?o }} }}"""
    answer = engine.answer(query)
    assert isinstance(answer, Rows)
    found: dict[tuple[str, str], set[str]] = {}
    for row in answer.rows:
        clash, says, member = (value_of(term) for term in row)
        found.setdefault((clash, says), set()).add(member)
    items = []
    for (_, says), members in sorted(found.items()):
        below = [_member(facts, engine, member) for member in sorted(members)]
        items.append(Item(says, (), "conflict", tuple(below)))
    if not items:
        return None
    note = Words("Both sides of a contradiction stay; neither is averaged or preferred.", "note")
    return Section("contradictions", "Contradictions", (note, Listing(tuple(items))))


def _member(facts: FactWords, engine: LocalEngine, member: str) -> Item:
    """One side of a contradiction: a fact of this case, or a statement, claim, count or dose elsewhere in its words."""
    if facts.iris(member, "status"):
        return item(facts, member)
    query = f"""SELECT ?words ?value ?place WHERE {{ <{member}> <{NX}statedIn> ?place .
      OPTIONAL {{ <{member}> <{NX}measure> ?measure }} OPTIONAL {{ <{member}> <{NX}says> ?says }}
      OPTIONAL {{ <{member}> <{NX}countOf>/<http://www.w3.org/2000/01/rdf-schema#label> ?counted }}
      OPTIONAL {{ <{member}> a/<http://www.w3.org/2000/01/rdf-schema#label> ?kind }}
      OPTIONAL {{ <{member}> <{NX}value> ?number }} OPTIONAL {{ <{member}> <{NX}totalDose> ?dose }}
      OPTIONAL {{ <{member}> <{NX}fractionCount> ?count }}
      BIND(STR(COALESCE(?measure, ?says, ?counted, ?kind, "")) AS ?words)
      BIND(IF(BOUND(?count), CONCAT(" in ", STR(?count)), "") AS ?fractions)
      BIND(IF(BOUND(?dose), CONCAT(STR(?dose), " Gy", ?fractions), STR(COALESCE(?number, ""))) AS ?value)
    }}"""
    answer = engine.answer(query)
    assert isinstance(answer, Rows)
    rows = sorted({tuple(value_of(term) for term in row) for row in answer.rows})
    words = next((f"{row[0]}: {row[1]}" if row[1] else row[0] for row in rows), facts.short(member))
    return Item(words, tuple(dict.fromkeys(row[2] for row in rows)))
