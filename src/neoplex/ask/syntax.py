"""Read a SPARQL query far enough to judge it: is it valid, what does it reach for, how deep does it go.

Comes in: the text of a query. Goes out: :class:`Reading` (what it uses), or :class:`SyntaxFault` with line, column, what was
found and what may stand there. Works with a stack of its own, so no nesting can exhaust it. Never runs anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from neoplex.ask.grammar import KEYWORDS, PRODUCTIONS, Call, Choice, Part, Repeat, Sequence, Terminal, first
from neoplex.base.errors import LimitReached, UsageError, did_you_mean, nearest
from neoplex.base.names import PREFIXES

UPDATE_WORDS = frozenset(("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"))

_NAME = r"[^\W\d_](?:[\w.\-·]*[\w\-·])?"
_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL = rf"(?:[\w:]|{_ESCAPE})(?:(?:[\w.:\-·]|{_ESCAPE})*(?:[\w:\-·]|{_ESCAPE}))?"
_NUM = r"(?:\d+\.\d*[eE][+-]?\d+|\.\d+[eE][+-]?\d+|\d+[eE][+-]?\d+|\d*\.\d+|\d+)"
_TOKENS = re.compile(
    rf"""
    (?P<SPACE>[ \t\r\n]+|\#[^\r\n]*)
  | (?P<IRIREF><(?:[^<>"{{}}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*>)
  | (?P<STRING>\"\"\"(?:(?:"|"")?(?:[^"\\]|\\.))*\"\"\"|'''(?:(?:'|'')?(?:[^'\\]|\\.))*'''
              |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
  | (?P<VAR>[?$]\w+)
  | (?P<BLANK>_:\w(?:[\w.\-]*[\w\-])?)
  | (?P<PNAME>(?:{_NAME})?:(?:{_LOCAL})?)
  | (?P<LANGTAG>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<SIGNED>[+-]{_NUM})
  | (?P<NUMBER>{_NUM})
  | (?P<WORD>[^\W\d]\w*)
  | (?P<NIL>\([ \t\r\n]*\))
  | (?P<ANON>\[[ \t\r\n]*\])
  | (?P<MARK>\^\^|&&|\|\||!=|<=|>=|[{{}}()\[\];,.|/^*+?!=<>-])
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = {
    "IRIREF": "an IRI in <>", "PNAME": "a name such as nx:PsoasMajor", "VAR": "a variable such as ?x", "STRING": "a string",
    "INTEGER": "a whole number", "NUMBER": "a number", "SIGNED": "a number", "LANGTAG": "a language tag", "BLANK": "a blank node",
    "ANON": "[]", "NIL": "()", "END": "the end of the query",
}  # fmt: skip
_PAIRS = {"}": "{", ")": "(", "]": "["}


@dataclass(frozen=True)
class Token:
    """A piece of a query; ``start`` counts characters from 0."""

    kind: str
    text: str
    start: int

    @property
    def key(self) -> str:
        """What keywords and marks are compared by: words in capitals, except ``a``."""
        return self.text.upper() if self.kind == "WORD" and self.text != "a" else self.text


@dataclass(frozen=True)
class Reading:
    """What a valid query is and uses.

    ``form`` is SELECT, ASK, CONSTRUCT or DESCRIBE; ``services`` and ``datasets`` hold the tokens after SERVICE and FROM;
    ``names`` every IRI with its token; ``variables`` those of the outermost SELECT when they are listed, ``mentioned`` all in the
    order in which they are first named; ``depth`` the nesting.
    """

    form: str
    services: tuple[Token, ...]
    datasets: tuple[tuple[str, Token], ...]
    names: tuple[tuple[str, Token], ...]
    variables: tuple[str, ...]
    mentioned: tuple[str, ...]
    declared: frozenset[str]
    depth: int


class SyntaxFault(UsageError):
    """A query that is not valid: where, what was found, what may stand there."""

    def __init__(self, query: str, start: int, found: str, expected: str = "", hint: str = "") -> None:
        self.line = query.count("\n", 0, start) + 1
        self.column = start - (query.rfind("\n", 0, start) + 1) + 1
        self.found = found
        self.hint = hint
        lines = query.split("\n")
        text = lines[self.line - 1].rstrip("\r") if self.line <= len(lines) else ""
        first_shown = max(0, self.column - 60)
        shown = text[first_shown : first_shown + 76].replace("\t", " ")
        message = f"the query is not valid: line {self.line}, column {self.column}: found {found}"
        if expected:
            message += f", expected {expected}"
        message += f"\n  {shown}\n  {' ' * (self.column - 1 - first_shown)}^"
        super().__init__(message + (f"\n{hint}" if hint else ""))


def scan(query: str) -> list[Token]:
    """The tokens of a query, without space and comments; raises SyntaxFault at what can be no token."""
    tokens: list[Token] = []
    place = 0
    while place < len(query):
        match = _TOKENS.match(query, place)
        if match is None or match.lastgroup is None:
            raise _unreadable(query, place)
        kind = match.lastgroup
        if kind == "NUMBER" and match[0].isdigit():
            kind = "INTEGER"
        if kind != "SPACE":
            tokens.append(Token(kind, match[0], place))
        place = match.end()
    tokens.append(Token("END", "", len(query.rstrip())))
    return tokens


def read_query(query: str, *, nesting: int = 10_000) -> Reading:
    """Judge a query; raises SyntaxFault when it is not valid SPARQL 1.1 and LimitReached when it nests too deep."""
    tokens = scan(query)
    if not tokens[:-1]:
        raise UsageError("the query is empty")
    _refuse_updates(query, tokens)
    depth = _measure_nesting(tokens, nesting)
    rules = _recognise(query, tokens)
    declared, names = _resolve_names(query, tokens, rules)
    after = {"NAMED": 2, "SILENT": 2}
    services: list[Token] = []
    datasets: list[tuple[str, Token]] = []
    for place, (token, rule) in enumerate(zip(tokens, rules, strict=True)):
        if token.kind != "WORD" or (rule, token.key) not in (("ServicePattern", "SERVICE"), ("DatasetClause", "FROM")):
            continue
        target = tokens[place + after.get(tokens[place + 1].key, 1)]
        if rule == "ServicePattern":
            services.append(target)
        else:
            datasets.append((names[target], target))
    form = next(t.key for t, rule in zip(tokens, rules, strict=True) if _FORMS.get(rule) == t.key)
    known = tuple((iri, token) for token, iri in names.items())
    listed = _outer_variables(tokens, rules)
    mentioned = tuple(dict.fromkeys(token.text[1:] for token in tokens if token.kind == "VAR"))
    return Reading(form, tuple(services), tuple(datasets), known, listed, mentioned, declared, depth)


def add_prefixes(query: str, reading: Reading) -> str:
    """The query with the project's prefixes that it uses and does not declare, on its first line, so no line number moves."""
    used = {token.text.partition(":")[0] for _, token in reading.names if token.kind == "PNAME"}
    missing = sorted((used - reading.declared) & set(PREFIXES))
    return "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in missing) + query


_FORMS = {
    "SelectClause": "SELECT", "ConstructQuery": "CONSTRUCT", "DescribeQuery": "DESCRIBE", "AskQuery": "ASK",
}  # fmt: skip


def _recognise(query: str, tokens: list[Token]) -> list[str]:
    """The production that took each token; raises SyntaxFault at the first token that fits none."""
    rules: list[str] = []
    stack: list[tuple[Part, str]] = [(Call("Query"), "Query")]
    tried: set[Terminal] = set()
    place = 0
    while stack:
        part, rule = stack.pop()
        token = tokens[place]
        if isinstance(part, Terminal):
            if not _fits(part, token):
                raise _unexpected(query, tokens, place, tried | {part})
            rules.append(rule)
            place += 1
            tried = set()
        elif isinstance(part, Call):
            stack.append((PRODUCTIONS[part.name], part.name))
        elif isinstance(part, Sequence):
            stack.extend((piece, rule) for piece in reversed(part.parts))
        elif isinstance(part, Repeat):
            starts, _ = first(part.part)
            if _starts_with(starts, token):
                if part.many:
                    stack.append((part, rule))
                stack.append((part.part, rule))
            else:
                tried |= starts
        else:
            assert isinstance(part, Choice)
            known = [(option, *first(option)) for option in part.parts]
            chosen = next((option for option, starts, _ in known if _starts_with(starts, token)), None)
            if chosen is None:
                tried |= first(part)[0]
                chosen = next((option for option, _, empty in known if empty), None)
                if chosen is None:
                    raise _unexpected(query, tokens, place, tried)
            stack.append((chosen, rule))
    return rules


def _fits(terminal: Terminal, token: Token) -> bool:
    if terminal.literal:
        return token.kind in ("WORD", "MARK") and token.key == terminal.text
    return token.kind == terminal.text or (terminal.text == "NUMBER" and token.kind == "INTEGER")


def _starts_with(starts: frozenset[Terminal], token: Token) -> bool:
    if token.kind in ("WORD", "MARK"):
        return Terminal(token.key, True) in starts
    return Terminal(token.kind, False) in starts


def _refuse_updates(query: str, tokens: list[Token]) -> None:
    in_prologue = 0
    for token in tokens:
        if in_prologue:
            in_prologue -= 1
        elif token.key in ("PREFIX", "BASE"):
            in_prologue = 2 if token.key == "PREFIX" else 1
        elif token.kind == "WORD" and token.key in UPDATE_WORDS:
            raise UsageError(f"{token.key} is an update and is refused: queries only read")
        else:
            return


def _measure_nesting(tokens: list[Token], limit: int) -> int:
    depth = deepest = 0
    for token in tokens:
        if token.kind == "MARK" and token.text in "{([":
            depth += 1
            deepest = max(deepest, depth)
            if depth > limit:
                raise LimitReached(f"the query nests deeper than {limit} brackets; simplify it")
        elif token.kind == "MARK" and token.text in "})]":
            depth -= 1
    return deepest


def _resolve_names(query: str, tokens: list[Token], rules: list[str]) -> tuple[frozenset[str], dict[Token, str]]:
    declared: dict[str, str] = {}
    names: dict[Token, str] = {}
    for place, (token, rule) in enumerate(zip(tokens, rules, strict=True)):
        if rule == "PrefixDecl" and token.kind == "PNAME":
            declared[token.text.partition(":")[0]] = tokens[place + 1].text[1:-1]
        elif rule in ("PrefixDecl", "BaseDecl"):
            continue
        elif token.kind == "IRIREF":
            names[token] = token.text[1:-1]
        elif token.kind == "PNAME":
            prefix, _, local = token.text.partition(":")
            namespace = declared.get(prefix, PREFIXES.get(prefix))
            if namespace is None:
                known = sorted({*declared, *PREFIXES})
                hint = did_you_mean(prefix, known) or f"known without declaring: {', '.join(sorted(PREFIXES))}"
                raise SyntaxFault(
                    query, token.start, f"the unknown prefix {prefix}:", f"a PREFIX {prefix}: line for it", hint
                )
            names[token] = namespace + re.sub(r"\\(.)", r"\1", local)
    return frozenset(declared), names


def _outer_variables(tokens: list[Token], rules: list[str]) -> tuple[str, ...]:
    start = next((i for i, token in enumerate(tokens) if token.key == "SELECT" and rules[i] == "SelectClause"), None)
    if start is None or tokens[0].key in ("ASK", "CONSTRUCT", "DESCRIBE"):
        return ()
    found: list[str] = []
    depth = 0
    for before, token in zip(tokens[start:], tokens[start + 1 :], strict=False):
        if token.text == "{" or token.key in ("FROM", "WHERE"):
            break
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.kind == "VAR" and (depth == 0 or (depth == 1 and before.key == "AS")):
            found.append(token.text[1:])
    return tuple(found)


def _unexpected(query: str, tokens: list[Token], place: int, expected: set[Terminal]) -> SyntaxFault:
    token = tokens[place]
    literal = sorted(t.text for t in expected if t.literal)
    kinds = {t.text for t in expected if not t.literal}
    words = sorted({_KINDS[kind] for kind in kinds})
    if {"VAR", "IRIREF", "STRING"} <= kinds:
        words = ["a variable, an IRI or a literal"]
    elif {"VAR", "IRIREF"} <= kinds:
        words = ["a variable or an IRI"]
    marks = [f"'{text}'" for text in literal if not text.isalpha() and "_" not in text]
    keywords = [text for text in literal if text.replace("_", "").isalpha() and text != "a"]
    parts = [*words, *marks, *(keywords if len(keywords) <= 6 else ["a keyword"])]
    found = "the end of the query" if token.kind == "END" else f"'{_short(token.text)}'"
    return SyntaxFault(query, token.start, found, _join(parts), _hint(query, tokens, place, keywords))


def _hint(query: str, tokens: list[Token], place: int, keywords: list[str]) -> str:
    token = tokens[place]
    if token.kind == "END":
        unclosed = _unclosed(tokens)
        if unclosed:
            line = query.count("\n", 0, unclosed.start) + 1
            return f"'{unclosed.text}' opened on line {line} is never closed"
        return ""
    if token.kind == "MARK" and token.text in _PAIRS and not _unclosed(tokens[:place]):
        return f"there is no open '{_PAIRS[token.text]}' for this '{token.text}'"
    if token.kind == "WORD":
        close = nearest(token.text.upper(), keywords) or nearest(token.text.upper(), sorted(KEYWORDS))
        if close and token.key not in KEYWORDS:
            return f"did you mean {' or '.join(close)}?"
        before = tokens[place - 1] if place else None
        if before is not None and before.kind == "WORD" and before.text != "a" and before.key not in KEYWORDS:
            return ""
        if token.key not in KEYWORDS:
            return f"a variable starts with ? (?{token.text}), a term with its prefix (nx:{token.text})"
    if token.text == "<" and re.match(r"<[^<>]*\s[^<>]*>", query[token.start :]):
        return "an IRI in <> holds no spaces"
    if place and tokens[place - 1].kind in ("VAR", "IRIREF", "PNAME") and token.kind in ("VAR", "IRIREF", "PNAME"):
        return "two triples need a '.' between them"
    return ""


def _unclosed(tokens: list[Token]) -> Token | None:
    open_: list[Token] = []
    for token in tokens:
        if token.kind != "MARK":
            continue
        if token.text in "{([":
            open_.append(token)
        elif token.text in _PAIRS and open_ and open_[-1].text == _PAIRS[token.text]:
            open_.pop()
    return open_[-1] if open_ else None


def _unreadable(query: str, place: int) -> SyntaxFault:
    char = query[place]
    if char in "\"'":
        return SyntaxFault(query, place, "a string that is never closed", f"another {char} on the same line")
    if char == "<":
        return SyntaxFault(query, place, "'<'", "an IRI in <> without spaces")
    if char in "?$":
        return SyntaxFault(query, place, f"'{char}' alone", "a variable such as ?x")
    shown = f"'{char}'" if char.isprintable() else f"the character U+{ord(char):04X}"
    return SyntaxFault(query, place, shown, "SPARQL")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "…"


def _join(parts: list[str]) -> str:
    parts = parts if len(parts) <= 8 else [*parts[:7], "…"]
    return parts[0] if len(parts) == 1 else " or ".join([", ".join(parts[:-1]), parts[-1]]) if parts else ""
