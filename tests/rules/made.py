"""Small made-up cases for the tests of rules, as N-Triples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from neoplex.base.names import ATLAS, NX, PREFIXES

TYPE = PREFIXES["rdf"] + "type"
LABEL = PREFIXES["rdfs"] + "label"


@dataclass(frozen=True)
class Entry:
    """A finding: its class, its site (an atlas structure, or ``?`` and a class whose side is not reported), status, certainty."""

    kind: str
    site: str
    status: str = "present"
    certainty: str = ""


def facts_of(case: str, entries: Iterable[Entry]) -> bytes:
    """What a case with these findings says."""
    lines = [f"<{case}> <{TYPE}> <{NX}Case> ."]
    for number, entry in enumerate(entries):
        node = f"{case}/finding/f{number}"
        lines += [
            f"<{case}> <{NX}hasFinding> <{node}> .",
            f"<{node}> <{TYPE}> <{NX}{entry.kind}> .",
            f"<{node}> <{NX}status> <{NX}{entry.status}> .",
            f"<{node}> <{NX}basis> <{NX}reported> .",
        ]
        if entry.certainty:
            lines.append(f"<{node}> <{NX}certainty> <{NX}{entry.certainty}> .")
        if entry.site.startswith("?"):
            place = f"{case}/site/{entry.site[1:]}"
            lines += [
                f"<{place}> <{TYPE}> <{NX}{entry.site[1:]}> .",
                f"<{place}> <{NX}side> <{NX}sideNotReported> .",
                f'<{place}> <{LABEL}> "{entry.site[1:]}, side not reported" .',
                f"<{node}> <{NX}hasSite> <{place}> .",
            ]
        elif entry.site:
            lines.append(f"<{node}> <{NX}hasSite> <{ATLAS}{entry.site}> .")
    return ("\n".join(lines) + "\n").encode()
