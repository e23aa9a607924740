"""Saved questions: SPARQL files whose ``#+`` header says what they answer, with which parameters and columns.

Comes in: ``queries/questions/*.rq``. Goes out: :class:`Question` for one file, :class:`Entry` for a list of all. Reading the
list looks only at the one-line keys of each header, so that it stays cheap. Never asks a store.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from neoplex.base import paths
from neoplex.base.errors import Fault, FaultsFound, UsageError, did_you_mean, nearest

TYPES: dict[str, str] = {
    "structure": "an anatomical structure, with or without its side",
    "term": "a class of the ontology; what lies below it counts too",
    "case": "a case",
    "cohort": "a cohort",
    "source": "a publication",
    "text": "words",
    "number": "a number",
    "choice": "one of the words listed",
    "side": "left, right, midline or not reported",
}
"""Parameter types and what a value of each is."""

RESERVED = frozenset(
    {"format", "output", "limit", "endpoint", "ids", "help", "show_query", "for_spreadsheet", "timeout", "home"}
)
"""Names that ``neoplex ask`` keeps for itself, so no parameter may have them."""

_KEYS = {"summary": str, "why": str, "tags": list, "params": dict, "columns": dict}
_REQUIRED = ("summary", "why", "tags", "columns")
_PARAM_KEYS = ("type", "label", "default", "allowed")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_VARIABLE = re.compile(r"[a-z][A-Za-z0-9_]*\Z")
_VALUES = re.compile(
    r"^(?P<head>[ \t]*VALUES[ \t]+\?(?P<name>\w+)[ \t]*\{)(?P<body>[^}\n]*)\}", re.IGNORECASE | re.MULTILINE
)
_OPEN = re.compile(r"^[ \t]*VALUES[ \t]+\?\w+[ \t]*\{[ \t]*UNDEF[ \t]*\}[ \t]*\n", re.IGNORECASE | re.MULTILINE)
_TOKEN = re.compile(r'<[^<>"{}|^`\\\s]*>|"(?:[^"\\\n]|\\.)*"(?:@[\w-]+|\^\^\S+)?|\S+')


@dataclass(frozen=True)
class Parameter:
    """Something a question can be asked with: ``name`` is also its SPARQL variable.

    ``default`` holds the terms of its VALUES line as they are written there; ``UNDEF`` means that any value fits.
    """

    name: str
    type: str
    label: str
    default: tuple[str, ...]
    default_words: str = ""
    allowed: tuple[str, ...] = ()

    @property
    def option(self) -> str:
        """The option of the command line, such as ``--min-dose`` for ``min_dose`` and ``minDose``."""
        return "--" + re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", self.name).replace("_", "-").lower()

    @property
    def is_open(self) -> bool:
        """Whether the question leaves this parameter open unless it is given."""
        return self.default == ("UNDEF",)


@dataclass(frozen=True)
class Entry:
    """One line of the list of questions."""

    name: str
    summary: str
    tags: tuple[str, ...]
    path: Path

    @property
    def theme(self) -> str:
        """The heading that the question is listed under."""
        return self.tags[0] if self.tags else "other"


@dataclass(frozen=True)
class Question:
    """A saved question: its header and its query, which runs as it stands in any SPARQL 1.1 engine."""

    name: str
    summary: str
    why: str
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    columns: tuple[tuple[str, str], ...]
    text: str
    path: Path

    @cached_property
    def by_option(self) -> Mapping[str, Parameter]:
        """Parameters by the option that sets them."""
        return {parameter.option: parameter for parameter in self.parameters}

    @property
    def query(self) -> str:
        """The query without its header."""
        lines = self.text.splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith("#+")).lstrip("\n")

    def bind(self, values: Mapping[str, Sequence[str]]) -> str:
        """The query with the VALUES lists of these parameters replaced by rendered SPARQL terms.

        A list that leaves its parameter open says nothing and is left out, since some stores lose rows over it. Raises
        UsageError for a parameter the question does not have, and for an empty list.
        """
        known = {parameter.name for parameter in self.parameters}
        for name, terms in values.items():
            if name not in known:
                raise UsageError(
                    f"{self.name} has no parameter {name}; {did_you_mean(name, sorted(known))}".rstrip("; ")
                )
            if not terms:
                raise UsageError(f"{self.name}: {name} was given no value")

        def replace(match: re.Match[str]) -> str:
            terms = values.get(match["name"])
            return match[0] if terms is None else f"{match['head']} {' '.join(terms)} }}"

        return _OPEN.sub("", _VALUES.sub(replace, self.query))


def questions_folder() -> Path:
    """Where the saved questions are."""
    return paths.shipped_root() / "queries" / "questions"


def list_questions(folder: Path | None = None) -> list[Entry]:
    """Every saved question by theme and name; only ``summary`` and ``tags`` of each header are read."""
    entries = [_read_entry(path) for path in (folder or questions_folder()).glob("*.rq")]
    return sorted(entries, key=lambda entry: (entry.theme, entry.name))


def question_names(folder: Path | None = None) -> list[str]:
    """The names of all saved questions; no file is opened."""
    return sorted(path.stem for path in (folder or questions_folder()).glob("*.rq"))


def find_question(name: str, folder: Path | None = None) -> Question:
    """The saved question of this name; raises UsageError with the nearest names when there is none."""
    folder = folder or questions_folder()
    path = folder / f"{name}.rq"
    if not _NAME.match(name) or not path.is_file():
        hint = did_you_mean(name, question_names(folder))
        raise UsageError(f"no saved question is called {name!r}; {hint or '`neoplex ask` lists them'}")
    return read_question(path)


def search_questions(words: Sequence[str], folder: Path | None = None) -> list[Entry]:
    """Questions in which every word occurs (name, summary, tags), best first; near misses when none has them all."""
    entries = list_questions(folder)
    folded = [word.casefold() for word in words]
    ranked: list[tuple[float, str, Entry]] = []
    for entry in entries:
        scores = [_score(word, entry) for word in folded]
        if all(scores):
            ranked.append((-sum(scores), entry.name, entry))
    if ranked:
        return [entry for _, _, entry in sorted(ranked, key=lambda item: item[:2])]
    vocabulary = sorted({word for entry in entries for word in _words(entry)})
    close = {near for word in folded for near in nearest(word, vocabulary)}
    some = [(-sum(word in _words(entry) for word in close), entry.name, entry) for entry in entries]
    partial = [(-sum(bool(_score(word, entry)) for word in folded), entry.name, entry) for entry in entries]
    best = sorted((item for item in (some if close else partial) if item[0]), key=lambda item: item[:2])
    return [entry for _, _, entry in best[:8]]


def read_question(path: Path) -> Question:
    """Read one question file; raises FaultsFound with every fault of its header and parameters."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    text = path.read_text("utf-8")
    faults: list[Fault] = []
    file = _shown(path)
    lines = [line[2:].removeprefix(" ") for line in _header_lines(text)]
    if not _NAME.match(path.stem):
        faults.append(Fault(file, 0, 0, "", f"the name {path.stem}", "lower-case words joined by hyphens"))
    if not lines:
        raise FaultsFound([*faults, Fault(file, 1, 0, "", "no header", "lines that start with #+ at the top")])
    try:
        data = YAML().load("\n".join(lines) + "\n")
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 4) if mark else (1, 0)
        found = str(error.problem or error.context)
        hint = "a value that holds ': ' stands in quotes" if "mapping values" in found else ""
        raise FaultsFound([*faults, Fault(file, line, column, "", found, "YAML", hint)]) from error
    if not isinstance(data, dict):
        raise FaultsFound([*faults, Fault(file, 1, 0, "", "a header that is no mapping", "keys such as summary:")])
    parameters = _check_header(data, text, file, faults)
    if faults:
        raise FaultsFound(faults)
    return Question(
        path.stem,
        " ".join(str(data["summary"]).split()),
        " ".join(str(data["why"]).split()),
        tuple(str(tag) for tag in data["tags"]),
        tuple(parameters),
        tuple((str(name), " ".join(str(meaning).split())) for name, meaning in data["columns"].items()),
        text,
        path,
    )


def _check_header(data: Any, text: str, file: str, faults: list[Fault]) -> list[Parameter]:
    def fault(node: Any, key: str | None, field: str, found: str, expected: str, hint: str = "") -> None:
        line = 1 + (node.lc.key(key)[0] if key is not None else node.lc.line)
        faults.append(Fault(file, line, 0, field, found, expected, hint))

    for key, value in data.items():
        if key not in _KEYS:
            fault(
                data, key, str(key), "an unknown key", f"one of {', '.join(_KEYS)}", did_you_mean(str(key), list(_KEYS))
            )
        elif not isinstance(value, _KEYS[key]) or not value:
            kinds = {str: "words", list: "a list", dict: "a mapping"}
            fault(data, key, str(key), f"{value!r}" if value else "nothing", kinds[_KEYS[key]])
    for key in _REQUIRED:
        if key not in data:
            faults.append(Fault(file, 1, 0, key, "nothing", "it in the header"))
    entry = _entry_of(text)
    for key in ("summary", "tags"):
        if key in data and isinstance(data[key], _KEYS[key]):
            plain = str(data[key]) if key == "summary" else tuple(str(tag) for tag in data[key])
            if plain != entry[key]:
                fault(data, key, key, "a value the list cannot read", "the whole value on the line of its key, plain")
    for tag in data.get("tags") or () if isinstance(data.get("tags"), list) else ():
        if not _NAME.match(str(tag)):
            fault(data, "tags", "tags", repr(tag), "lower-case words joined by hyphens")
    columns = data.get("columns")
    if isinstance(columns, dict):
        for name, meaning in columns.items():
            if not isinstance(meaning, str) or not meaning.strip():
                fault(columns, name, f"columns.{name}", repr(meaning), "what the column means")
            if not re.search(rf"[?$]{re.escape(str(name))}\b", text):
                fault(columns, name, f"columns.{name}", f"no ?{name} in the query", "a variable of the query")
    params = data.get("params")
    lists = _values_lists(text)
    parameters: list[Parameter] = []
    for name, body in params.items() if isinstance(params, dict) else ():
        field = f"params.{name}"
        before = len(faults)
        if not _VARIABLE.match(str(name)):
            fault(params, name, field, f"the name {name}", "a variable that starts with a small letter")
        if str(name) in RESERVED:
            fault(params, name, field, f"the name {name}", f"another one: `neoplex ask` has --{name} already")
        if not isinstance(body, dict):
            fault(params, name, field, repr(body), "a mapping with type and label")
            continue
        for key in body:
            if key not in _PARAM_KEYS:
                hint = did_you_mean(str(key), _PARAM_KEYS)
                fault(body, key, f"{field}.{key}", "an unknown key", f"one of {', '.join(_PARAM_KEYS)}", hint)
        kind = body.get("type")
        if kind not in TYPES:
            at = "type" if "type" in body else None
            hint = did_you_mean(str(kind), list(TYPES))
            fault(body, at, f"{field}.type", repr(kind) if at else "nothing", f"one of {', '.join(TYPES)}", hint)
        if not isinstance(body.get("label"), str):
            fault(body, "label" if "label" in body else None, f"{field}.label", "no words", "what it means, in words")
        allowed = body.get("allowed", [])
        if not isinstance(allowed, list) or (kind == "choice") != bool(allowed):
            at = "allowed" if "allowed" in body else None
            fault(body, at, f"{field}.allowed", repr(allowed), "a list of words for a choice, and only for a choice")
        found = lists.get(str(name), [])
        if len(found) != 1:
            number = f"{len(found)} lines" if found else "no line"
            fault(params, name, field, f"{number} VALUES ?{name} {{ … }}", "exactly one, on one line of its own")
        if len(faults) == before:
            words = str(body.get("default", ""))
            allowed_words = tuple(str(word) for word in allowed)
            parameters.append(Parameter(str(name), str(kind), body["label"], found[0], words, allowed_words))
    options = [parameter.option for parameter in parameters]
    for option in sorted({option for option in options if options.count(option) > 1}):
        faults.append(Fault(file, 1, 0, "params", f"two parameters for {option}", "one"))
    return parameters


def _values_lists(text: str) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for match in _VALUES.finditer(text):
        found.setdefault(match["name"], []).append(tuple(_TOKEN.findall(match["body"])))
    return found


def _header_lines(text: str) -> list[str]:
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith("#+"):
            break
        lines.append(line)
    return lines


def _entry_of(text: str) -> dict[str, Any]:
    values: dict[str, Any] = {"summary": "", "tags": ()}
    for line in _header_lines(text):
        if line.startswith("#+ summary:"):
            values["summary"] = _unquoted(line.partition(":")[2].strip())
        elif line.startswith("#+ tags:"):
            inner = line.partition(":")[2].strip().strip("[]")
            values["tags"] = tuple(tag.strip() for tag in inner.split(",") if tag.strip())
    return values


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1].replace("''", "'") if text[0] == "'" else text[1:-1].replace('\\"', '"')
    return text


def _read_entry(path: Path) -> Entry:
    with path.open(encoding="utf-8") as handle:
        head = []
        for line in handle:
            if not line.startswith("#+"):
                break
            head.append(line)
    values = _entry_of("".join(head))
    return Entry(path.stem, values["summary"], values["tags"], path)


def _words(entry: Entry) -> set[str]:
    return set(re.findall(r"\w+", f"{entry.name} {entry.summary} {' '.join(entry.tags)}".casefold()))


def _score(word: str, entry: Entry) -> float:
    if word in re.findall(r"\w+", entry.name):
        return 4
    if word in entry.tags:
        return 3
    if word in _words(entry):
        return 2
    return 1 if word in f"{entry.name} {entry.summary} {' '.join(entry.tags)}".casefold() else 0


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(paths.shipped_root()))
    except ValueError:
        return str(path)
