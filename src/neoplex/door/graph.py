"""The knowledge graph as one Python object, and a case as another.

Comes in: names as on the command line (labels, synonyms or ids). Goes out: tables and typed results. Reads the built graph; only
:func:`build`, :func:`add` and :func:`remove` change it, all or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import cast

import pyoxigraph as ox

from neoplex.ask import asking, casebook, explaining, guard, questions, termbook, tourbook, trying, whatif
from neoplex.ask.casebook import CaseEntry
from neoplex.ask.engines import LocalEngine
from neoplex.ask.localising import localise_findings
from neoplex.ask.opened import open_case
from neoplex.ask.questions import Entry, Question
from neoplex.ask.render import check_format, iris_in
from neoplex.ask.server import Service, open_server
from neoplex.ask.vocabulary import Engine, Vocabulary, fetch_labels
from neoplex.base import paths
from neoplex.base.errors import Fault, UsageError, did_you_mean
from neoplex.base.names import SOURCE, case_iri
from neoplex.build import pipeline
from neoplex.build.cases import add_case, remove_case
from neoplex.build.pipeline import BuildReport
from neoplex.cases.check import check_file as find_faults
from neoplex.cases.template import write_template
from neoplex.check.faults import Finding, read_checks, run_checks
from neoplex.door.files import Exported, Figure, Paper
from neoplex.door.results import (
    Audit,
    Doses,
    Involved,
    Lesions,
    Likenesses,
    ProofOf,
    Routes,
    Spread,
    Verdicts,
    WhyNot,
)
from neoplex.door.table import Table
from neoplex.draw.graphchoice import choose_view
from neoplex.draw.graphlayout import arrange
from neoplex.draw.graphpage import to_html
from neoplex.draw.graphsvg import to_picture, to_svg
from neoplex.draw.kinds import Request, find_kind, make_picture
from neoplex.draw.sheet import format_of
from neoplex.exchange.extract import Selection, take
from neoplex.exchange.formats import find_format
from neoplex.exchange.losses import LossList
from neoplex.infer.atlasgraph import Atlas, open_atlas
from neoplex.infer.audit import audit as recompute
from neoplex.infer.criteriaquads import CaseAssessor
from neoplex.infer.dose import PrintedDose, printed_doses, read_alpha_betas, read_regimen
from neoplex.infer.proof import Reader, prove
from neoplex.infer.remote import infer_remotely, remote_cases
from neoplex.infer.route_cases import CaseRouter
from neoplex.infer.routes import Ask, find_mechanisms, find_structures
from neoplex.infer.rules import read_rules
from neoplex.infer.similar import DEFAULT, FACETS, find_similar, read_features
from neoplex.read.criteria import CriteriaSet, criteria_files, read_criteria
from neoplex.read.lexicon import load_lexicon
from neoplex.report.casereport import build_report
from neoplex.report.comparison import choose_cases, choose_columns, compare
from neoplex.report.comparisontext import FORMATS as COMPARED
from neoplex.report.comparisontext import write as write_comparison
from neoplex.report.prepared import prepare
from neoplex.store import publish as post
from neoplex.store.answers import Answer, Rows, Triples
from neoplex.store.publish import Outcome
from neoplex.store.remote import RemoteStore

WIDTH = 80
Words = str | Sequence[str]


def open_graph(home: Path | str | None = None, *, endpoint: str | None = None) -> KnowledgeGraph:
    """Open the built graph of this machine, building it first when there is none or its inputs changed.

    ``home`` is the folder of the store (the one the command line uses if left out). With ``endpoint`` questions go to a remote
    SPARQL store; reasoning that walks the atlas still needs the built graph. Raises EnvironmentProblem and FaultsFound.
    """
    folder = Path(home) if home is not None else None
    graph = pipeline.ensure(folder)
    if endpoint is not None:
        return KnowledgeGraph(LocalEngine(graph), RemoteStore(endpoint), folder)
    return KnowledgeGraph(LocalEngine(graph), None, folder)


def build(home: Path | str | None = None, *, force: bool = False) -> BuildReport:
    """Build what changed, or everything with ``force``; all or nothing. Raises FaultsFound with every fault."""
    return pipeline.build(Path(home) if home is not None else None, force=force)


def add(path: Path | str, home: Path | str | None = None, *, replace: bool = False) -> BuildReport:
    """Add a publication file and build; all or nothing. Raises UsageError for a taken name, FaultsFound for a wrong file."""
    return add_case(Path(path), Path(home) if home is not None else None, replace=replace)


def remove(name: str, home: Path | str | None = None) -> BuildReport:
    """Remove an added publication and build. Raises UsageError for an unknown or shipped name."""
    return remove_case(name, Path(home) if home is not None else None)


def check_file(path: Path | str) -> list[Fault]:
    """Every fault of a publication file, warnings too; an empty list when there is none."""
    return find_faults(Path(path), load_lexicon(paths.shipped_root()))


def infer(endpoint: str, update: str, cases: Sequence[str] = (), *, graph_store: str = "") -> int:
    """Run the rules inside a SPARQL store elsewhere over its cases (all if none is named); how many triples follow."""
    remote = RemoteStore.open(endpoint, update=update, graph_store=graph_store)
    root = paths.shipped_root()
    sets = read_criteria(criteria_files(root, paths.home()), load_lexicon(root))
    chosen = [case_iri(case) for case in cases] or remote_cases(remote)
    return infer_remotely(remote, read_rules(root / "queries" / "rules"), sets, chosen)


def template(source: str) -> str:
    """A publication file to start from; ``source`` is first author and year, such as ``smith-2021``. Raises UsageError."""
    return write_template(source)


def dose(*regimens: str, alpha_beta: str = "3,10", per_fraction: str | None = None) -> Doses:
    """BED and EQD2 of regimens such as ``39/13`` (total dose in Gy and fractions); raises UsageError.

    >>> thirteen = dose("39/13")
    >>> [round(float(regimen.eqd2(ratio)), 2) for regimen in thirteen for ratio in thirteen.alpha_beta]
    [46.8, 42.25]
    """
    if not regimens:
        raise UsageError("give a regimen such as 39/13")
    return Doses(tuple(read_regimen(words, per_fraction) for words in regimens), read_alpha_betas(alpha_beta))


@dataclass(frozen=True, repr=False)
class KnowledgeGraph:
    """The graph, open for questions. Keeps what does not depend on a case, so that the second answer is quicker than the first."""

    engine: LocalEngine
    remote: Engine | None = None
    home: Path | None = None

    # --- questions ----------------------------------------------------------------------------------------------------

    @property
    def _asked(self) -> Engine:
        return self.remote or self.engine

    def questions(self, *words: str) -> list[Entry]:
        """The saved questions, all or those that fit some words."""
        return questions.search_questions(words) if words else questions.list_questions()

    def question(self, name: str) -> Question:
        """A saved question with its parameters, columns and SPARQL; raises UsageError with the nearest."""
        return questions.find_question(name)

    def ask(self, question: str, *, limit: int | None = None, **parameters: Words) -> Table:
        """Answer a saved question; parameters are named as on the command line (``structure="left psoas major"``).

        Raises UsageError for an unknown question, parameter or value.
        """
        found = questions.find_question(question)
        options = {parameter.option.removeprefix("--").replace("-", "_"): parameter for parameter in found.parameters}
        given: dict[str, list[str]] = {}
        for name, value in parameters.items():
            if name not in options:
                hint = did_you_mean(name, list(options)) or f"it has {', '.join(options) or 'none'}"
                raise UsageError(f"{question} has no parameter {name!r}; {hint}")
            given[options[name].name] = [value] if isinstance(value, str) else list(value)
        reply = asking.ask(found, given, self._asked, limit)
        return self._table(reply.answer, reply.remarks)

    def sparql(self, query: str, *, seconds: float = 30.0, limit: int = 1000) -> Table | bool | tuple[ox.Triple, ...]:
        """Run a query of your own: SELECT gives a table, ASK a truth value, CONSTRUCT and DESCRIBE triples.

        Only reads, fetches nothing, and runs under limits of time, memory, rows and nesting; raises LimitReached and UsageError.
        """
        limits = guard.Limits(seconds=seconds, rows=limit)
        judged = guard.judge(query, limits)
        if self.remote is not None:
            answer = self.remote.answer(judged.query, limit or None)
        else:
            answer = guard.run_guarded(judged, self.home, limits)
        if isinstance(answer, Triples):
            return answer.triples
        if isinstance(answer, Rows):
            cut = ("more rows than the limit let through",) if answer.cut else ()
            return self._table(guard.order_columns(answer, judged), cut)
        return answer.value

    def _table(self, answer: Answer, remarks: tuple[str, ...] = ()) -> Table:
        if not isinstance(answer, Rows):
            raise UsageError("this answers with a graph or a truth value, not with rows")
        return Table(answer, fetch_labels(self._asked, iris_in(answer)), remarks)

    # --- terms --------------------------------------------------------------------------------------------------------

    def term(self, name: str, width: int = WIDTH) -> str:
        """A term as a page: meaning, place, axioms, mappings, use; raises UsageError with the nearest names."""
        return "\n".join(termbook.describe_term(self._asked, termbook.find_term(self._asked, name), width)) + "\n"

    def tree(self, name: str | None = None, depth: int = 3) -> str:
        """The hierarchy of classes below a class, or of all."""
        root = Vocabulary(self._asked).resolve(name, "term")[0] if name else None
        return "\n".join(termbook.draw_tree(self._asked, root, depth)) + "\n"

    def search(self, *words: str, limit: int | None = None) -> Table:
        """Everything that has a name with all these words."""
        return Table(termbook.hits_as_rows(termbook.search(self._asked, words), limit))

    # --- cases --------------------------------------------------------------------------------------------------------

    def cases(self) -> list[CaseEntry]:
        """Every case and cohort."""
        return casebook.list_cases(self._asked)

    def case(self, name: str | Path, within: str | None = None) -> CaseView:
        """A case by its id; raises UsageError with the nearest ids."""
        if isinstance(name, Path) or name.endswith((".yaml", ".yml")):
            raise UsageError(f"{name} is a file: add() it first, or give it to similar()")
        entry = casebook.find_case(self.engine, name)
        return CaseView(self, entry)

    def similar(
        self,
        case: str | Path,
        *,
        by: str | None = None,
        side_blind: bool = False,
        most: int = 3,
        within: str | None = None,
    ) -> Likenesses:
        """Published cases like one of the graph or like one of a file; ``by`` is findings, anatomy or treatment."""
        if by is not None and by not in FACETS:
            raise UsageError(f"by: found {by!r}, expected one of {', '.join(FACETS)}")
        facets = (by,) if by else DEFAULT
        store, iri = open_case(self.engine, str(case), within)
        mine = read_features(store, iri, facets, self.engine.graph.store)
        found = find_similar(self.engine.graph, mine, facets, leave_out=[iri], side_blind=side_blind)[:most]
        iris = {i for like in found for m in like.matches for f in (m.mine, m.other) for i in (f.kind, f.place)}
        iris |= {i for like in found for m in like.matches for i in (m.shared, m.shared_place)}
        labels = fetch_labels(self.engine, [i for i in iris | {like.case for like in found} if i])
        return Likenesses(iri, tuple(mine), tuple(found), labels, self.engine)

    # --- reasoning without a case -------------------------------------------------------------------------------------

    @cached_property
    def atlas(self) -> Atlas:
        """The anatomical atlas with its edges."""
        return open_atlas(self.engine.graph)

    @cached_property
    def _router(self) -> CaseRouter:
        return CaseRouter(self.engine.graph.store, self.atlas)

    @cached_property
    def criteria_sets(self) -> tuple[CriteriaSet, ...]:
        """The criteria sets that can be tried, shipped and the user's own."""
        return trying.read_sets()[1]

    @cached_property
    def _assessor(self) -> CaseAssessor:
        return trying.open_assessor(self.engine, self.criteria_sets)

    def involvement(self, *sites: str, kind: str = "infiltration") -> Involved:
        """What tumour at these structures would involve and put at risk; nothing is stored."""
        if not sites:
            raise UsageError("name a structure, such as 'left psoas major'")
        title, found, _ = whatif.of_sites(self.engine, sites, kind)
        return Involved(title, found, self.atlas)

    def localise(self, *finding: str, preserved: Words = (), sex: str = "", most: int = 5) -> Lesions:
        """Lesions that would explain findings in words, such as ``"weak left knee extension 3/5"``."""
        if not finding:
            raise UsageError("give at least one finding")
        kept = [preserved] if isinstance(preserved, str) else list(preserved)
        return Lesions(localise_findings(self.engine, None, finding, kept, sex=sex, most=most)[0])

    def routes(
        self,
        start: Words,
        end: Words,
        *,
        via: Sequence[str] = (),
        not_via: Sequence[str] = (),
        mechanism: Sequence[str] = (),
        most: int = 3,
        case: str | None = None,
    ) -> Routes:
        """Ranked routes over the conduits of the atlas, priced by what a case documents if one is named."""
        known = self._router.read(casebook.find_case(self.engine, case).id) if case is not None else None
        groups = tuple(find_structures(self.atlas, word) for word in via)
        question = Ask(
            self._structures(start),
            self._structures(end),
            groups,
            self._structures(not_via),
            find_mechanisms(mechanism),
            most,
        )
        return Routes(self._router.routes(question, known), known is not None)

    def _structures(self, words: Words) -> tuple[str, ...]:
        return tuple(
            iri for word in ([words] if isinstance(words, str) else words) for iri in find_structures(self.atlas, word)
        )

    def audit(self, source: str | None = None) -> Audit:
        """The figures of one publication or of all, recomputed; raises UsageError for an unknown publication."""
        if source is None:
            return Audit(recompute(self.engine.graph, None))
        known = tourbook.list_sources(self.engine)
        if source not in known:
            raise UsageError(f"no publication is called {source!r}; {did_you_mean(source, known) or ', '.join(known)}")
        return Audit(recompute(self.engine.graph, SOURCE + source))

    def doses(self, case: str | None = None) -> tuple[PrintedDose, ...]:
        """Planned, prescribed, delivered and reported doses of the graph, each with BED and EQD2 in Gy where they follow."""
        return printed_doses(self.engine.graph, case_iri(casebook.find_case(self.engine, case).id) if case else None)

    # --- files ---------------------------------------------------------------------------------------------------------

    def draw(self, *cases: str, what: str = "plexus", format: str = "svg", **options: object) -> Figure:
        """A figure of cases, of a site, of a route or of all cases; options are named as on the command line.

        ``site``, ``start`` (``--from``), ``end`` (``--to``) and ``source`` take a word or several. Raises UsageError, and
        EnvironmentProblem when matplotlib is not installed.
        """
        given: dict[str, object] = {}
        for name, value in options.items():
            named = {"start": "from", "end": "to"}.get(name, name)
            several = named in ("site", "from", "to", "source")
            given[named] = (
                ((value,) if isinstance(value, str) else tuple(cast(Sequence[str], value))) if several else value
            )
        request = Request(self.engine.graph, cases, format_of("", format), given)
        picture = make_picture(find_kind(what), request)
        return Figure(picture.data, format, picture.title, picture.description, picture.notes)

    def report(self, case: str | Path, within: str | None = None) -> Paper:
        """Everything about a case of the graph, or of a file that is not added, on one page."""
        return Paper(build_report(prepare(str(case), within, self.home)))

    def export(
        self,
        to: str,
        *,
        cases: Sequence[str] = (),
        graphs: Sequence[str] = (),
        what: str | None = None,
        inferred: bool = False,
    ) -> Exported:
        """The ontology, cases or all of it in a format of other tools, with what it could not carry; raises UsageError."""
        entry = find_format(to)
        extract = take(self.engine.graph.store, Selection(what or entry.what, tuple(cases), tuple(graphs), inferred))
        losses = LossList()
        files = {part.name: b"".join(part.chunks) for part in entry.writer()(extract, losses)}
        return Exported(entry.name, files, tuple(losses.rows()))

    def compare(
        self,
        *cases: str,
        source: Words = (),
        columns: Sequence[str] = (),
        format: str = "md",
        locators: bool = False,
    ) -> str:
        """Cases side by side as text (md, csv, latex, html), all of them when none is named; not reported is NR."""
        check_format(format, COMPARED)
        sources = [source] if isinstance(source, str) else list(source)
        chosen = choose_cases(self.engine, cases, not cases and not sources, sources)
        table = compare(self.engine, chosen, choose_columns(",".join(columns) or None))
        return write_comparison(table, format, locators=locators)

    def view(
        self, name: str, what: str | None = None, *, depth: int | None = None, most: int = 60, format: str = "svg"
    ) -> Figure:
        """What a term, structure or case is related to, as svg, html, png or pdf; ``what`` is neighbours, classes or routes."""
        check_format(format, ("svg", "html", "png", "pdf"))
        view = choose_view(self.engine, termbook.find_term(self.engine, name), what, depth, most)
        if format in ("png", "pdf"):
            data = to_picture(arrange(view), format)
        else:
            data = (to_svg(arrange(view)) if format == "svg" else to_html(view)).encode("utf-8")
        return Figure(data, format, view.title, view.title, tuple(view.notes))

    def publish(
        self, endpoint: str, *, update: str = "", graph_store: str = "", inferred: bool = True, force: bool = False
    ) -> list[Outcome]:
        """Put the graph into a SPARQL store elsewhere, each named graph whole or not at all; logins as on the command line."""
        remote = RemoteStore.open(endpoint, update=update, graph_store=graph_store)
        store = self.engine.graph.store
        graphs = sorted(name.value for name in store.named_graphs() if inferred or not name.value.endswith("/inferred"))
        return list(post.publish(store, graphs, remote, force=force))

    def serve(self, port: int = 8089) -> ThreadingHTTPServer:
        """A read-only SPARQL endpoint on this machine, ready for ``serve_forever()``."""
        return open_server(Service(self.home), port=port)

    def check(self) -> list[Finding]:
        """Faults that the shipped checks find in the graph."""
        return run_checks(self.engine.graph.store, read_checks(paths.shipped_root() / "queries" / "checks"))

    def __repr__(self) -> str:
        return f"KnowledgeGraph with {len(self.cases())} cases and cohorts"

    def _repr_html_(self) -> str:
        entries = self.cases()
        items = "".join(f"<li>{escape(entry.id)}: {escape(entry.label)}</li>" for entry in entries)
        return f"<p>neoplex: {len(entries)} cases and cohorts</p><ul>{items}</ul>"


@dataclass(frozen=True, repr=False)
class CaseView:
    """A case of the graph, and everything that can be asked of it."""

    graph: KnowledgeGraph
    entry: CaseEntry

    @property
    def id(self) -> str:
        """The id, such as ``capek-2015``."""
        return self.entry.id

    @property
    def label(self) -> str:
        """The name for people."""
        return self.entry.label

    @property
    def iri(self) -> str:
        """The IRI."""
        return case_iri(self.entry.id)

    def text(self, width: int = WIDTH, *, full: bool = False) -> str:
        """What was reported and concluded by the source, as a page with places."""
        return "\n".join(casebook.describe_case(self.graph.engine, self.entry, width, full=full)) + "\n"

    def triples(self) -> tuple[ox.Triple, ...]:
        """Everything the graph of the case says."""
        answer = casebook.case_graph(self.graph.engine, self.entry)
        assert isinstance(answer, Triples)
        return answer.triples

    def criteria(self, *sets: str, assume: Sequence[str] = ()) -> Verdicts:
        """Criteria sets tried on the case; ``assume`` takes ``"FINDING=present"`` or ``"FINDING=absent"``; nothing is stored."""
        lexicon, known, others = trying.read_sets()
        chosen, files = trying.choose_sets(list(sets), known, others)
        entry = trying.find_person(self.graph.engine, self.id)
        assumptions = trying.read_assumptions(list(assume), lexicon, known)
        shown = files if sets and "all" not in sets else ()
        engine, assessor = self.graph.engine, self.graph._assessor
        return Verdicts(trying.try_sets(engine, assessor, entry, chosen, assumptions, shown, lexicon))

    def involvement(self) -> Involved:
        """What is involved and at risk, what its loss would take away, and which deficits that explains."""
        title, found, _ = whatif.of_case(self.graph.engine, self.id)
        return Involved(title, found, self.graph.atlas)

    def lesions(
        self, *finding: str, preserved: Sequence[str] = (), examination: str | None = None, most: int = 5
    ) -> Lesions:
        """Lesions that would explain what the case lost and kept, with more findings in words if given."""
        found = localise_findings(self.graph.engine, self.id, finding, preserved, examination=examination, most=most)
        return Lesions(found[0])

    def spread(self) -> Spread:
        """One tree from the primary to everything involved, and the rival hypotheses."""
        router = self.graph._router
        return Spread(router.explain(router.read(trying.find_person(self.graph.engine, self.id).id)), router)

    def routes(self, end: Words, *, start: Words = (), via: Sequence[str] = (), most: int = 3) -> Routes:
        """Routes to structures, from the primary of the case if ``start`` is left out."""
        begin: Words = start or self.graph._router.read(self.id).primary_sites
        if not begin:
            raise UsageError("the case names no primary with a site; give start")
        return self.graph.routes(begin, end, via=via, most=most, case=self.id)

    def similar(self, *, by: str | None = None, side_blind: bool = False, most: int = 3) -> Likenesses:
        """Published cases like this one."""
        return self.graph.similar(self.id, by=by, side_blind=side_blind, most=most)

    def draw(self, *, what: str = "plexus", format: str = "svg", **options: object) -> Figure:
        """A figure of the case; see :meth:`KnowledgeGraph.draw`."""
        return self.graph.draw(self.id, what=what, format=format, **options)

    def report(self) -> Paper:
        """Everything about the case on one page."""
        return self.graph.report(self.id)

    def statements(self) -> dict[str, str]:
        """Short id to words of everything that can be explained, conclusions first."""
        reader = Reader(self.graph.engine.graph.store)
        found = explaining.statements(self.graph.engine, self.iri)
        return {name: reader.words(iri) for name, iri in found.items()}

    def explain(self, statement: str) -> ProofOf:
        """The proof of a conclusion or fact by its short id; raises UsageError with the nearest."""
        engine = self.graph.engine
        return ProofOf(self.iri, prove(engine.graph.store, explaining.find_statement(engine, self.iri, statement)))

    def why_not(self, text: str) -> WhyNot:
        """Why something was not concluded, such as ``"at risk left femoral nerve"``."""
        found = explaining.ask_why_not(self.graph.engine, self.iri, text)
        return WhyNot(found, lambda width: explaining.why_not_lines(found, self.iri, width))

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"CaseView of {self.id}: {self.label}"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text())}</pre>"
