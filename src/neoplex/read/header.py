"""The ``#+`` header of a query file: YAML in comment lines, so that the file stays valid SPARQL in any tool."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from neoplex.base.errors import Fault


def read_header(text: str, file: str) -> tuple[dict[str, Any], list[Fault]]:
    """The header's keys and values, and what is wrong with it as YAML; ``file`` names the file in faults.

    >>> read_header("#+ summary: Which nerves?\\nSELECT * { ?s ?p ?o }", "q.rq")
    ({'summary': 'Which nerves?'}, [])
    """
    lines = [line[2:].removeprefix(" ") if line.startswith("#+") else "" for line in text.splitlines()]
    try:
        data = YAML(typ="safe", pure=True).load("\n".join(lines))
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 4) if mark else (1, 0)
        found = str(getattr(error, "problem", None) or error).splitlines()[0]
        return {}, [Fault(file, line, column, "header", found, "YAML in lines that start with #+")]
    if not isinstance(data, dict):
        return {}, [Fault(file, 1, 0, "header", "none", "YAML in lines that start with #+")]
    return data, []
