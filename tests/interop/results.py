"""What a check says: a format, a foreign tool, an outcome and a few words."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from typing import Any

OK, FAILED, SKIPPED = "ok", "FAILED", "skipped"


@dataclass(frozen=True)
class Result:
    """One line of the table."""

    format: str
    tool: str
    outcome: str
    words: str = ""


class Missing(Exception):
    """A tool that is not on this machine and could not be installed; its words say how to get it."""


def need(module: str, package: str = "") -> Any:
    """A Python module of the interop environment; raises Missing when it could not be installed."""
    if importlib.util.find_spec(module.partition(".")[0]) is None:
        raise Missing(f"{package or module} is not installed (pip install {package or module})")
    return importlib.import_module(module)


def judge(format_name: str, tool: str, good: bool, words: str = "") -> Result:
    """A result from a yes or no."""
    return Result(format_name, tool, OK if good else FAILED, words)
