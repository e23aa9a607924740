"""Pages of the written documents: Markdown rendered without raw HTML, links among them made to lead to their pages.

Comes in: Markdown files of the checkout and the commands of the program. Goes out: pages. A link to a file that has no page stays
as words; an address on the web stays a link.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from neoplex.base.errors import EnvironmentProblem
from neoplex.base.names import slug
from neoplex.report.site.addresses import Link, file_name
from neoplex.report.site.knowledge import clean, clean_lines
from neoplex.report.site.page import Group, Page

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_FIXED = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *(f"{folder}/README.md" for folder in ("ontology", "queries", "queries/audit", "queries/checks", "queries/rules")),
    *(f"{folder}/README.md" for folder in ("data/criteria", "data/hypotheses")),
)
_GENERATED = ("docs/commands.md",)
"""Pages that the site makes itself, better than from their Markdown."""


@dataclass(frozen=True)
class Command:
    """A verb of the program: its name with those above it, one line about it, and its help."""

    name: str
    about: str
    help: str


def list_documents(root: Path) -> dict[str, str]:
    """Every Markdown document of a checkout by its path, with the address of its page; nothing in an installed copy."""
    found = [name for name in _FIXED if (root / name).is_file() and (root / "docs").is_dir()]
    found += [path.relative_to(root).as_posix() for path in sorted((root / "docs").rglob("*.md"))]
    pages = {name: f"docs/{_page_name(name)}.html" for name in found if name not in _GENERATED}
    return pages | {name: "commands.html" for name in _GENERATED if (root / name).is_file()}


def _page_name(name: str) -> str:
    plain = name.removesuffix(".md").removeprefix("docs/")
    return file_name(plain.replace("/", "-").lower() if plain.endswith("README") else plain.replace("/", "-"))


def document_pages(root: Path) -> Iterator[Page]:
    """The page of every document, and the list of them; raises EnvironmentProblem when the Markdown reader is missing."""
    pages = list_documents(root)
    if not pages:
        return
    reader = _reader()
    decisions: list[Link] = []
    others: list[Link] = []
    for name, path in pages.items():
        if name in _GENERATED:
            continue
        title, html, about = _render(reader, (root / name).read_text("utf-8"), name, pages)
        yield Page(path, title, "document.html", {"html": html, "name": name}, "document", about)
        link = Link(title, path, about if name.startswith("docs/decisions/") else name)
        (decisions if name.startswith("docs/decisions/") else others).append(link)
    groups = [Group("Documents", tuple(others)), Group("Decisions", tuple(decisions))]
    yield Page("docs/index.html", "Documents", "listing.html", {
        "groups": [group for group in groups if group.links], "intro": "How it is made, and why.",
    })  # fmt: skip


def command_page(commands: Sequence[Command]) -> Page:
    """The reference of all commands on one page."""
    entries = [(slug(one.name), one.name, clean(one.about), clean_lines(one.help)) for one in commands]
    return Page(
        "commands.html", "Commands", "commands.html", {"entries": entries}, "document", "Every verb and option."
    )


def _reader() -> MarkdownIt:
    try:
        from markdown_it import MarkdownIt
    except ImportError as error:
        raise EnvironmentProblem(
            "the pages of the documents need markdown-it-py: python -m pip install 'neoplex[site]'"
        ) from error
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def _render(reader: MarkdownIt, text: str, name: str, pages: Mapping[str, str]) -> tuple[str, str, str]:
    """Title, HTML of the body and first sentence of a document; its first heading becomes the title of the page."""
    tokens = reader.parse(clean_lines(text))
    title = name
    if len(tokens) > 2 and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        title, tokens = _plain(tokens[1]), tokens[3:]
    about = next((_plain(one) for before, one in pairwise(tokens) if before.type == "paragraph_open"), "")
    taken: set[str] = set()
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            # The title is the only first heading of a page.
            level = min(max(int(token.tag[1]), 2), 6)
            token.tag = tokens[place + 2].tag = f"h{level}"
            token.attrSet("id", _unique(slug(_plain(tokens[place + 1])) or "part", taken))
        elif token.type == "table_open":
            token.attrSet("class", "rows")
        if token.children:
            token.children = _relinked(token.children, name, pages)
    html = str(reader.renderer.render(tokens, reader.options, {}))
    html = html.replace('<table class="rows">', '<div class="wide" tabindex="0"><table class="rows">')
    return clean(title), html.replace("</table>", "</table></div>"), clean(about[:300])


def _plain(token: Token) -> str:
    parts = [child.content if child.type in ("text", "code_inline") else " " for child in token.children or []]
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def _unique(name: str, taken: set[str]) -> str:
    number, found = 2, name
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    taken.add(found)
    return found


def _relinked(children: Sequence[Token], name: str, pages: Mapping[str, str]) -> list[Token]:
    """Links to documents lead to their pages; those to files without a page lose the link and keep the words."""
    found: list[Token] = []
    dropped: list[bool] = []
    for token in children:
        if token.type == "image":
            token.type, token.tag, token.content, token.children = "text", "", token.content or "picture", None
        if token.type == "link_open":
            target = _target(str(token.attrGet("href") or ""), name, pages)
            dropped.append(not target)
            if not target:
                continue
            token.attrSet("href", target)
        elif token.type == "link_close" and dropped.pop():
            continue
        found.append(token)
    return found


def _target(href: str, name: str, pages: Mapping[str, str]) -> str:
    if href.startswith(("http://", "https://")):
        return href
    path, _, part = href.partition("#")
    if ":" in path:
        return ""
    if not path:
        return f"#{part}"
    wanted = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
    if wanted not in pages and f"{wanted}/README.md" in pages:
        wanted = f"{wanted}/README.md"
    elif any(one.startswith(wanted + "/") for one in pages):
        return posixpath.relpath("docs/index.html", posixpath.dirname(pages[name]) or ".")
    if wanted not in pages:
        return ""
    here = posixpath.dirname(pages[name])
    return posixpath.relpath(pages[wanted], here or ".") + (f"#{part}" if part else "")
