"""One site of everything shipped, for all tests of the site."""

from __future__ import annotations

from pathlib import Path

import pytest

from neoplex.ask.engines import LocalEngine
from neoplex.cli.reference import list_commands
from neoplex.report.site.builder import Site, write_site
from neoplex.report.site.documents import Command
from neoplex.store.embedded import Graph

COMMANDS = [Command(*one) for one in list_commands()]


@pytest.fixture(scope="session")
def site(graph: Graph) -> Site:
    """The pages of the shipped graph."""
    return Site(LocalEngine(graph), COMMANDS)


@pytest.fixture(scope="session")
def folder(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site on disk; tests must not write to it."""
    return write_site(site, tmp_path_factory.mktemp("site") / "out").folder
