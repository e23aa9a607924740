"""``neoplex completion``: scripts for shells, and the words they ask for while somebody types.

The scripts call a hidden verb with the words typed so far. It walks the same command tree that parses them, so a new verb or
option is completed without being listed here.
"""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from neoplex.base.errors import UsageError
from neoplex.cli import terminal

SCRIPTS = {
    "bash": """\
# neoplex completion for bash: eval "$(neoplex completion bash)", or save it below bash-completion/completions/
_neoplex() {
    local IFS=$'\\n'
    COMPREPLY=($(neoplex complete-words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
    if [ ${#COMPREPLY[@]} -eq 0 ]; then COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")); fi
}
complete -F _neoplex neoplex
""",
    "zsh": """\
#compdef neoplex
# neoplex completion for zsh: save it as _neoplex in a folder of $fpath, or eval "$(neoplex completion zsh)"
_neoplex() {
    local -a found
    local line word about
    while IFS=$'\\t' read -r word about; do
        found+=("${word//:/\\\\:}${about:+:$about}")
    done < <(neoplex complete-words -- "${(@)words[2,$CURRENT]}" 2>/dev/null)
    if (( ${#found} )); then _describe neoplex found; else _files; fi
}
if [ "$funcstack[1]" = "_neoplex" ]; then _neoplex "$@"; else compdef _neoplex neoplex; fi
""",
    "fish": """\
# neoplex completion for fish: neoplex completion fish > ~/.config/fish/completions/neoplex.fish
function __neoplex_words
    set -l typed (commandline -opc) (commandline -ct)
    neoplex complete-words -- $typed[2..-1] 2>/dev/null
end
complete -c neoplex -a '(__neoplex_words)'
""",
}
_FORMAT_OPTIONS = {"--format", "-f"}


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("completion", short_help="Print a completion script for a shell.")(completion)
    app.command(
        "complete-words", hidden=True, context_settings={"ignore_unknown_options": True, "help_option_names": []}
    )(complete_words)


def completion(shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]) -> None:
    """Print a script that completes verbs, options, questions and cases.

    \b
    eval "$(neoplex completion bash)"
    """
    if shell not in SCRIPTS:
        raise UsageError(f"no completion for {shell!r}; use one of {', '.join(SCRIPTS)}")
    terminal.emit(SCRIPTS[shell])


def complete_words(words: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """What may come next after these words; the last one is the word being typed."""
    from neoplex.cli.main import app

    *typed, current = words or [""]
    try:
        found = candidates(typer.main.get_command(app), typed, current)
    except Exception:  # a completion that fails must not disturb the line somebody is typing
        sys.exit(1)
    terminal.emit("".join(f"{word}\t{about}\n" if about else f"{word}\n" for word, about in found))


def candidates(command: Any, typed: list[str], current: str) -> list[tuple[str, str]]:
    """Words with a short meaning that may stand in place of ``current`` after the words ``typed``."""
    path: list[str] = []
    rest = list(typed)
    while rest and hasattr(command, "commands"):
        word = rest.pop(0)
        if word in command.commands:
            command = command.commands[word]
            path.append(word)
    if hasattr(command, "commands"):
        verbs = [(n, _first_sentence(c)) for n, c in sorted(command.commands.items()) if not c.hidden]
        return _starting([*verbs, *_options(command)] if current.startswith("-") else verbs, current)
    if typed and typed[-1] in _FORMAT_OPTIONS:
        from neoplex.ask.render import FORMATS

        return _starting([(name, "") for name in FORMATS], current)
    if path == ["ask"]:
        return _starting(_ask_words(rest, current, command), current)
    if current.startswith("-"):
        return _starting(_options(command), current)
    return _starting(_argument_words(path, rest), current)


def _ask_words(typed: list[str], current: str, command: Any) -> list[tuple[str, str]]:
    from neoplex.ask.questions import list_questions, question_names, read_question

    entries = {entry.name: entry for entry in list_questions()}
    name = next((word for word in typed if word in entries), None)
    if name is None:
        return _options(command) if current.startswith("-") else [(e.name, e.summary) for e in entries.values()]
    assert name in question_names()
    question = read_question(entries[name].path)
    if typed and (parameter := question.by_option.get(typed[-1])):
        from neoplex.ask.parameters import choice_words

        return [(word, "") for word in choice_words(parameter)]
    return [(p.option, p.label) for p in question.parameters] + _options(command)


def _argument_words(path: list[str], typed: list[str]) -> list[tuple[str, str]]:
    if path == ["completion"] and not typed:
        return [(shell, "") for shell in SCRIPTS]
    if path == ["case", "show"] and not typed:
        from neoplex.ask.casebook import list_cases
        from neoplex.ask.engines import LocalEngine

        return [(entry.id, entry.label) for entry in list_cases(LocalEngine.open())]
    if path == ["case", "remove"] and not typed:
        from neoplex.build.cases import list_files

        return [(file.name, "") for file in list_files() if file.added]
    return []


def _options(command: Any) -> list[tuple[str, str]]:
    found = []
    for parameter in command.params:
        if getattr(parameter, "param_type_name", "") == "option" and not getattr(parameter, "hidden", False):
            found.append((max(parameter.opts, key=len), str(getattr(parameter, "help", "") or "")))
    return [*found, ("--help", "Show help.")] if not any(name == "--help" for name, _ in found) else found


def _first_sentence(command: Any) -> str:
    return " ".join(str(command.help or "").split("\n\n")[0].split())


def _starting(words: list[tuple[str, str]], current: str) -> list[tuple[str, str]]:
    return [(word, " ".join(about.split())) for word, about in words if word.startswith(current)]
