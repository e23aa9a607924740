"""The small ontology of the fault cases and the shipped one."""

from __future__ import annotations

from pathlib import Path

import pytest

from neoplex.model.lexicon import Lexicon
from neoplex.read.lexicon import load_lexicon, read_lexicon

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def words() -> Lexicon:
    """The lexicon of ``words.ttl``."""
    return read_lexicon([HERE / "words.ttl"])


@pytest.fixture(scope="session")
def lexicon(root: Path) -> Lexicon:
    """The lexicon of the shipped ontology."""
    return load_lexicon(root)
