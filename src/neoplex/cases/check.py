"""Check publication files: every fault of every file in one run.

Comes in: paths. Goes out: faults, sorted by place. ``python -m neoplex.cases.check FILE...`` prints them and ends with
0 (none), 1 (some), 2 (wrong call) or 3 (a file cannot be read).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from neoplex.base.errors import EXIT_DONE, EXIT_FAULTS, EXIT_USAGE, Fault, NeoplexError
from neoplex.base.paths import shipped_root
from neoplex.cases.resolve import resolve_publication
from neoplex.cases.shape import check_shape
from neoplex.cases.tables import expand_tables
from neoplex.model.lexicon import Lexicon
from neoplex.model.publication import Publication
from neoplex.read.yamlfile import read_yaml

RDF_SUFFIXES = frozenset({".ttl", ".nt", ".nq", ".trig", ".jsonld", ".rdf"})


def read_publication(path: Path, lexicon: Lexicon) -> tuple[Publication | None, list[Fault]]:
    """The publication of a file and all its faults, sorted; no publication when one of them is an error."""
    root, faults = read_yaml(path)
    if root is None:
        return None, sorted(set(faults))
    usable, faults = check_shape(root)
    if usable is not None and usable.get("tables") is not None:
        usable, more = expand_tables(usable, path.parent, lexicon)
        faults += more
        usable, more = check_shape(usable, again=True)
        faults += more
    if usable is None:
        return None, sorted(set(faults))
    publication, more = resolve_publication(usable, lexicon)
    faults += more
    errors = any(fault.severity == "error" for fault in faults)
    return (None if errors else publication), sorted(set(faults))


def check_file(path: Path, lexicon: Lexicon) -> list[Fault]:
    """Every fault of a publication file, YAML or RDF, sorted; warnings among them have the severity ``warning``."""
    if path.suffix in RDF_SUFFIXES:
        from neoplex.read.rdffile import check_case_rdf  # brings in the shapes engine, which YAML does not need

        return check_case_rdf(path, lexicon)[1]
    return read_publication(path, lexicon)[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the named files against the shipped ontology and print their faults."""
    from neoplex.read.lexicon import load_lexicon

    files = [Path(argument) for argument in (sys.argv[1:] if arguments is None else arguments)]
    if not files or any(str(file).startswith("-") for file in files):
        print("usage: python -m neoplex.cases.check FILE...", file=sys.stderr)
        return EXIT_USAGE
    worst = EXIT_DONE
    try:
        lexicon = load_lexicon(shipped_root())
        for file in files:
            if not file.is_file():
                print(f"{file}: found no such file, expected a publication file", file=sys.stderr)
                return EXIT_USAGE
            faults = check_file(file, lexicon)
            for fault in faults:
                print(("warning: " if fault.severity == "warning" else "") + str(fault))
            errors = sum(fault.severity == "error" for fault in faults)
            print(f"{file}: {errors} faults, {len(faults) - errors} warnings", file=sys.stderr)
            worst = max(worst, EXIT_FAULTS if errors else EXIT_DONE)
    except NeoplexError as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    return worst


if __name__ == "__main__":
    raise SystemExit(main())
