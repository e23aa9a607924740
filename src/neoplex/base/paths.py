"""Where things are: what neoplex ships, and where it keeps what it builds.

In a checkout the shipped folders are ``ontology/``, ``data/`` and ``queries/`` at its top; in an installed wheel they lie inside
the package. The store of a checkout is ``build/``, else the user's data folder. ``NEOPLEX_HOME`` overrides both.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from neoplex.base.errors import EnvironmentProblem

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_root() -> Path:
    """The folder that holds ``ontology``, ``data`` and ``queries``; raises EnvironmentProblem when they are missing."""
    for candidate in (_PACKAGE / "_shipped", _PACKAGE.parent.parent):
        if (candidate / "ontology").is_dir() and (candidate / "queries").is_dir() and (candidate / "data").is_dir():
            return candidate
    raise EnvironmentProblem(f"neoplex's own ontology, data and queries were not found near {_PACKAGE}")


def in_checkout() -> bool:
    """Whether neoplex runs from a source checkout and not from an installed wheel."""
    return not (_PACKAGE / "_shipped").is_dir()


def home() -> Path:
    """The folder where the store, its cache and added cases are kept (not created here)."""
    chosen = os.environ.get("NEOPLEX_HOME")
    if chosen:
        return Path(chosen).expanduser()
    if in_checkout():
        return shipped_root() / "build"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", "~/AppData/Local")).expanduser()
    elif sys.platform == "darwin":
        base = Path("~/Library/Application Support").expanduser()
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", "~/.local/share")).expanduser()
    return base / "neoplex"
