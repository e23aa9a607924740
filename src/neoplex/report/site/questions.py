"""Pages of the saved questions: what each answers, how to ask it, its query, and its rows on the graph at hand."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from neoplex.ask.parameters import choice_words, default_iris
from neoplex.ask.questions import TYPES, Parameter, Question
from neoplex.base.names import expand
from neoplex.report.site.addresses import Addresses, Link
from neoplex.report.site.knowledge import clean, clean_lines
from neoplex.report.site.page import Group, Page, table_of
from neoplex.store.answers import Rows, Truth

MOST_ROWS = 400
_CODE = "questions"


class QuestionPages:
    """Makes the pages of the saved questions."""

    def __init__(self, addresses: Addresses, questions: Sequence[Question]) -> None:
        self.addresses = addresses
        self.questions = sorted(questions, key=lambda q: (q.tags[0] if q.tags else "other", q.name))

    def pages(self) -> Iterator[Page]:
        """The page of every question, answered."""
        for question in self.questions:
            yield self._page(question)

    def lists(self) -> Iterator[Page]:
        """All questions by theme."""
        themes: dict[str, list[Link]] = defaultdict(list)
        for question in self.questions:
            theme = question.tags[0] if question.tags else "other"
            themes[theme].append(Link(question.name, f"{_CODE}/{question.name}.html", clean(question.summary)))
        groups = [
            Group(theme.replace("-", " ").capitalize(), tuple(links), f"{len(links)}")
            for theme, links in themes.items()
        ]
        yield Page(f"{_CODE}/index.html", "Questions", "listing.html", {
            "groups": groups, "contents": True, "code": True,
            "intro": "Saved questions with their answers. Each is plain SPARQL and runs in any tool; "
            "`neoplex ask NAME` answers it for other patients, structures or terms.",
        })  # fmt: skip

    def _page(self, question: Question) -> Page:
        answer = self.addresses.knowledge.engine.answer(question.query)
        values: dict[str, Any] = {
            "summary": clean(question.summary),
            "why": clean(question.why),
            "tags": [clean(tag) for tag in question.tags],
            "parameters": [self._parameter(one) for one in question.parameters],
            "columns": [(clean(name), clean(meaning)) for name, meaning in question.columns],
            "query": clean_lines(question.query.rstrip()),
            "examples": list(_examples(question)),
            "table": table_of(answer, self.addresses, MOST_ROWS) if isinstance(answer, Rows) else None,
            "number": len(answer.rows) if isinstance(answer, Rows) else 0,
            "truth": answer.value if isinstance(answer, Truth) else None,
        }
        path = f"{_CODE}/{question.name}.html"
        return Page(path, question.name, "question.html", values, "question", values["summary"], question.tags)

    def _parameter(self, one: Parameter) -> tuple[str, str, str, list[Link]]:
        words = choice_words(one)
        kind = " | ".join(words) if words else TYPES[one.type]
        if one.default_words or one.is_open:
            default = [Link(clean(one.default_words or "any"))]
        else:
            iris = default_iris(one)
            plain = [token.strip('"') for token in one.default if not _iri(token)]
            default = [self.addresses.link(iri) for iri in iris] + [Link(clean(text)) for text in plain]
        return one.option, clean(one.label), clean(kind), default


def _iri(token: str) -> bool:
    return token.startswith("<") or expand(token) != token


def _examples(question: Question) -> Iterator[str]:
    yield f"neoplex ask {question.name}"
    for one in question.parameters:
        words = choice_words(one)
        if words:
            yield f"neoplex ask {question.name} {one.option} {shlex.quote(words[0])}"
            break
    yield f"neoplex ask {question.name} --format csv -o {question.name}.csv"
