"""Values for the parameters of a saved question: from words to SPARQL terms.

Comes in: a question and the words given for its options. Goes out: rendered, escaped terms by parameter name. A word never
becomes part of a query as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from neoplex.ask.questions import Parameter, Question
from neoplex.ask.vocabulary import Vocabulary
from neoplex.base.errors import UsageError, did_you_mean
from neoplex.base.names import PREFIXES, expand


def parse_options(question: Question, words: Sequence[str]) -> dict[str, list[str]]:
    """Sort ``--option value`` and ``--option=value`` words by parameter name; an option may come several times.

    Raises UsageError for an option the question does not have, a value without option and an option without value.
    """
    given: dict[str, list[str]] = {}
    queue = list(words)
    while queue:
        word = queue.pop(0)
        option, equals, value = word.partition("=")
        parameter = question.by_option.get(option.replace("_", "-"))
        if parameter is None:
            raise UsageError(_unknown(question, word))
        if not equals:
            if not queue:
                raise UsageError(f"{option} needs a value ({parameter.label})")
            value = queue.pop(0)
        given.setdefault(parameter.name, []).append(value)
    return given


def render_values(
    question: Question, given: Mapping[str, Sequence[str]], vocabulary: Vocabulary
) -> dict[str, list[str]]:
    """The SPARQL terms of each given parameter, each once, in the order given; raises UsageError naming the option."""
    by_name = {parameter.name: parameter for parameter in question.parameters}
    rendered: dict[str, list[str]] = {}
    for name, texts in given.items():
        parameter = by_name[name]
        terms: list[str] = []
        for text in texts:
            try:
                terms.extend(render_value(parameter, text, vocabulary))
            except UsageError as error:
                raise UsageError(f"{parameter.option}: {error}") from error
        rendered[name] = list(dict.fromkeys(terms))
    return rendered


def render_value(parameter: Parameter, text: str, vocabulary: Vocabulary) -> list[str]:
    """One value as SPARQL terms (``bilateral X`` is two); raises UsageError with what would have been right."""
    if parameter.type == "text":
        if not text.strip():
            raise UsageError("the text is empty")
        return [str(ox.Literal(text))]
    if parameter.type == "number":
        return [_render_number(text)]
    if parameter.type == "choice":
        words = {_choice_word(item): item for item in parameter.allowed}
        item = words.get(text) or (text if text in parameter.allowed else None)
        if item is None:
            hint = did_you_mean(text, list(words))
            raise UsageError(f"{text!r} is none of {', '.join(words)}" + (f"; {hint}" if hint else ""))
        return [_render_choice(item)]
    return [str(ox.NamedNode(iri)) for iri in vocabulary.resolve(text, parameter.type)]


def choice_words(parameter: Parameter) -> tuple[str, ...]:
    """The words that may be given for a choice."""
    return tuple(_choice_word(item) for item in parameter.allowed)


def default_iris(parameter: Parameter) -> list[str]:
    """The IRIs among a parameter's default terms, expanded."""
    found = []
    for token in parameter.default:
        iri = token[1:-1] if token.startswith("<") else expand(token)
        if iri != token:
            found.append(iri)
    return found


def _choice_word(item: str) -> str:
    prefix, colon, name = item.partition(":")
    return name if colon and prefix in PREFIXES else item


def _render_choice(item: str) -> str:
    iri = expand(item)
    return str(ox.NamedNode(iri)) if iri != item else str(ox.Literal(item))


def _render_number(text: str) -> str:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise UsageError(f"{text!r} is no number; write it like 42 or 1.5") from None
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise UsageError(f"{text!r} is no number; write it like 42 or 1.5")
    plain = format(number, "f")
    return plain if "." in plain else str(int(plain))


def _unknown(question: Question, word: str) -> str:
    options = sorted(question.by_option)
    if not word.startswith("--"):
        first = options[0] if options else None
        way = f"; give it with its option, such as {first} {word!r}" if first else "; this question has no parameters"
        return f"{question.name}: {word!r} stands alone{way}"
    option = word.partition("=")[0]
    hint = did_you_mean(option, options) or (f"it has {', '.join(options)}" if options else "it has no parameters")
    return f"{question.name} has no option {option}; {hint}"
