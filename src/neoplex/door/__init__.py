"""The Python door: open the graph, ask it, add cases, get verdicts, routes and proofs as typed objects.

Comes in: names and words as on the command line. Goes out: frozen objects that print as pages and show as HTML in a notebook. Never
prints and never ends the process: what is wrong is raised (:mod:`neoplex.base.errors`).
"""

from neoplex.door.files import Exported, Figure, Paper
from neoplex.door.graph import (
    CaseView,
    KnowledgeGraph,
    add,
    build,
    check_file,
    dose,
    infer,
    open_graph,
    remove,
    template,
)
from neoplex.door.results import (
    Audit,
    Doses,
    Involved,
    Lesions,
    Likenesses,
    ProofOf,
    Routes,
    Spread,
    Verdicts,
    WhyNot,
)
from neoplex.door.table import Table

__all__ = [
    "Audit",
    "CaseView",
    "Doses",
    "Exported",
    "Figure",
    "Involved",
    "KnowledgeGraph",
    "Lesions",
    "Likenesses",
    "Paper",
    "ProofOf",
    "Routes",
    "Spread",
    "Table",
    "Verdicts",
    "WhyNot",
    "add",
    "build",
    "check_file",
    "dose",
    "infer",
    "open_graph",
    "remove",
    "template",
]
