"""Builds the site: every page from the graph and the shipped files, written to a folder that appears whole or not at all.

Comes in: an engine, the shipped files, the commands of the program. Goes out: a folder of HTML that needs no network. The same
graph and files give the same bytes.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neoplex import __version__
from neoplex.ask.engines import LocalEngine
from neoplex.ask.questions import list_questions, read_question
from neoplex.base.errors import EnvironmentProblem
from neoplex.base.files import replace_folder, umask
from neoplex.base.names import NX
from neoplex.base.paths import shipped_root
from neoplex.draw.graphlayout import arrange
from neoplex.draw.graphroutes import case_routes
from neoplex.draw.graphsvg import to_svg
from neoplex.infer.atlasgraph import open_atlas
from neoplex.infer.audit import audit
from neoplex.infer.route_cases import CaseRouter
from neoplex.report.site.addresses import Addresses, Link
from neoplex.report.site.cases import CasePages
from neoplex.report.site.documents import Command, command_page, document_pages, list_documents
from neoplex.report.site.knowledge import TYPE, Knowledge, counted
from neoplex.report.site.page import Page
from neoplex.report.site.papers import PaperPages
from neoplex.report.site.questions import QuestionPages
from neoplex.report.site.reasoning import ReasoningPages
from neoplex.report.site.structures import StructurePages
from neoplex.report.site.terms import TermPages, read_mappings

MARKER = ".neoplex-site"
"""A file that tells a folder this module may replace."""
ASSETS = ("site.css", "search.js")
MOST_ABOUT = 120
"""How many characters the search shows of what a page is about."""
_HERE = Path(__file__).resolve().parent
NAVIGATION = (
    Link("Terms", "terms/index.html"),
    Link("Structures", "structures/index.html"),
    Link("Cases", "cases/index.html"),
    Link("Papers", "papers/index.html"),
    Link("Questions", "questions/index.html"),
    Link("Reasoning", "rules/index.html"),
    Link("Commands", "commands.html"),
    Link("Documents", "docs/index.html"),
)


@dataclass(frozen=True)
class Built:
    """What a build wrote."""

    folder: Path
    pages: int
    size: int


class Site:
    """The pages of one graph."""

    def __init__(self, engine: LocalEngine, commands: Sequence[Command], root: Path | None = None) -> None:
        self.root = root or shipped_root()
        self.knowledge = Knowledge(engine)
        self.addresses = Addresses(self.knowledge)
        questions = [read_question(entry.path) for entry in list_questions(self.root / "queries" / "questions")]
        self.terms = TermPages(self.addresses, read_mappings(self.root), questions)
        self.structures = StructurePages(self.addresses)
        self.cases = CasePages(self.addresses, _routes_drawn(engine, self.knowledge))
        self.papers = PaperPages(self.addresses, audit(engine.graph))
        self.questions = QuestionPages(self.addresses, questions)
        self.reasoning = ReasoningPages(self.addresses, self.cases.reader, self.root / "queries")
        self.commands = commands
        self.navigation = tuple(
            link for link in NAVIGATION if link.href != "docs/index.html" or list_documents(self.root)
        )

    def pages(self) -> Iterator[Page]:
        """Every page of the site but the search, which needs to know the others."""
        yield self._home()
        for part in (self.terms, self.structures, self.cases, self.papers, self.questions, self.reasoning):
            yield from part.lists()
            yield from part.pages()
        yield command_page(self.commands)
        yield from document_pages(self.root)

    def _home(self) -> Page:
        knowledge = self.knowledge
        numbers = {
            "terms/index.html": counted(len(knowledge.classes), "class", "classes"),
            "structures/index.html": counted(len(knowledge.structures), "structure"),
            "cases/index.html": counted(len(knowledge.cases), "case or cohort", "cases and cohorts"),
            "papers/index.html": counted(len(knowledge.papers), "publication"),
            "questions/index.html": counted(len(self.questions.questions), "question"),
            "rules/index.html": counted(len(self.reasoning.rules), "rule"),
        }
        return Page("index.html", "neoplex", "home.html", {
            "numbers": numbers, "papers": [self.addresses.link(iri) for iri in knowledge.papers],
            "cases": [self.addresses.link(iri) for iri in knowledge.cases],
        })  # fmt: skip


def _routes_drawn(engine: LocalEngine, knowledge: Knowledge) -> dict[str, str]:
    """The tree of routes of each case that has one, as SVG."""
    routed = {NX + "RouteHypothesis"}
    cases = [
        case
        for case in knowledge.cases
        if any(routed & set(knowledge.links(node, TYPE)) for node in knowledge.links(case, "hasInference"))
    ]
    if not cases:
        return {}
    router = CaseRouter(engine.graph.store, open_atlas(engine.graph))
    views = {case: case_routes(router, case) for case in cases}
    return {case: to_svg(arrange(view), header=False) for case, view in views.items() if view is not None}


class Writer:
    """Renders pages with the templates."""

    def __init__(self, navigation: Sequence[Link]) -> None:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(navigation=tuple(navigation), version=__version__)

    def write(self, page: Page) -> str:
        """A page as HTML."""
        up = "../" * page.path.count("/")
        template = self._environment.get_template(page.template)
        return template.render(**page.values, page=page, root=up)


def search_entries(pages: Iterable[Page]) -> list[list[str]]:
    """What the search knows: title, kind, address, a few words about it, and further words it is found by."""
    return [
        [page.title, page.kind, page.path, _shortened(page.about), " ".join(page.found_by)]
        for page in pages
        if page.kind
    ]


def _shortened(text: str) -> str:
    """The beginning of a text, cut between words."""
    return text if len(text) <= MOST_ABOUT else text[:MOST_ABOUT].rpartition(" ")[0] + " …"


def search_script(entries: Sequence[Sequence[str]]) -> str:
    """The index as a script, since a page opened from a disk may load a script but no data."""
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    return "window.neoplexIndex=" + text.replace("<", "\\u003c").replace("\u2028", "\\u2028") + ";\n"


def write_site(site: Site, target: Path) -> Built:
    """Write the site to a folder, which is replaced only when all of it is there.

    Raises EnvironmentProblem for a folder that holds something else, or that cannot be written.
    """
    target = target.absolute()
    _may_replace(target)
    writer = Writer(site.navigation)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise EnvironmentProblem(f"{target} cannot be written: {error.strerror}") from error
    try:
        built = _write_all(site, writer, draft)
        draft.chmod(0o777 & ~umask())
        replace_folder(draft, target)
    except OSError as error:
        raise EnvironmentProblem(f"{target} cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Built(target, *built)


def _write_all(site: Site, writer: Writer, draft: Path) -> tuple[int, int]:
    size, entries, number = 0, [], 0
    folders: set[Path] = {draft}
    for page in site.pages():
        path = draft / page.path
        if path.parent not in folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            folders.add(path.parent)
        data = writer.write(page).encode("utf-8", "replace")
        with path.open("xb") as handle:
            handle.write(data)
        entries += search_entries([page])
        size, number = size + len(data), number + 1
    search = Page("search.html", "Search", "search.html", {"number": len(entries)})
    (draft / search.path).write_text(writer.write(search), "utf-8", newline="\n")
    assets = draft / "assets"
    assets.mkdir()
    for name in ASSETS:
        shutil.copyfile(_HERE / "assets" / name, assets / name)
    (assets / "search-index.js").write_text(search_script(entries), "utf-8", newline="\n")
    (draft / MARKER).write_text("Written by neoplex; may be replaced by it.\n", "utf-8")
    return number + 1, size


def _may_replace(target: Path) -> None:
    if not target.exists() and not target.is_symlink():
        return
    if not target.is_dir() or target.is_symlink():
        raise EnvironmentProblem(f"{target} is no folder; give another with -o")
    if any(target.iterdir()) and not (target / MARKER).is_file():
        raise EnvironmentProblem(f"{target} holds files that are no site of neoplex; give another folder with -o")


def build_site(target: Path, commands: Sequence[Command], **options: Any) -> Built:
    """Build the site of the current graph into a folder."""
    return write_site(Site(LocalEngine.open(), commands, **options), target)
