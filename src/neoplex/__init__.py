"""neoplex: a knowledge graph of cancer that reaches the psoas muscle and the lumbosacral plexus.

``import neoplex`` is quick; what it offers (:mod:`neoplex.door`) is loaded when first used::

    graph = neoplex.open()
    graph.ask("nerves-through-structure", structure="left psoas major").frame()
    graph.case("capek-2015").spread()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from neoplex.door import CaseView, KnowledgeGraph, Table, add, build, check_file, dose, infer, remove, template
    from neoplex.door import open_graph as open

__all__ = [
    "CaseView",
    "KnowledgeGraph",
    "Table",
    "__version__",
    "add",
    "build",
    "check_file",
    "dose",
    "infer",
    "open",
    "remove",
    "template",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'neoplex' has no attribute {name!r}")
    from neoplex import door

    return getattr(door, "open_graph" if name == "open" else name)


def __dir__() -> list[str]:
    return sorted(__all__)
