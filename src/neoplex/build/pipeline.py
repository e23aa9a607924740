"""From shipped tables, ontology and case files, and from cases a user added, to one published graph.

What goes in is cut into units: the ontology with its atlas, and each publication file. A unit is compiled again only when its
bytes changed (for a publication also: the ontology's, since its terms are resolved there). When only publications changed,
the new generation starts as a copy of the old one. Nothing is published before everything is right.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from neoplex.base import names, paths
from neoplex.base.errors import Fault, FaultsFound
from neoplex.infer.conclusions import infer_cases
from neoplex.infer.criteriaquads import criteria_quads
from neoplex.infer.criteriaquads import rule_quads as criteria_rule_quads
from neoplex.infer.rules import Rule, read_rules, rule_quads
from neoplex.infer.searches import search_quads
from neoplex.read.criteria import CriteriaSet, criteria_files, read_criteria
from neoplex.store.embedded import (
    Draft,
    Graph,
    Manifest,
    Unit,
    build_lock,
    current_generation,
    open_graph,
    read_manifest,
)

ONTOLOGY_UNIT = "ontology"
RULES_UNIT = "rules"
_SHARED = (names.GRAPH_SOURCES, names.GRAPH_KNOWLEDGE)
_SHARED_NODES = frozenset(ox.NamedNode(graph) for graph in _SHARED)
PUBLICATION_SUFFIXES = frozenset({".yaml", ".yml", ".ttl", ".nt", ".nq", ".trig", ".jsonld", ".rdf"})

Progress = Callable[[str], None]
Overlay = Mapping[str, Path | None]


@dataclass(frozen=True)
class BuildReport:
    """What a build did: units that are new or changed, removed, unchanged; quads in the graph; where it is."""

    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    quads: int = 0
    inferred: int = 0
    seconds: float = 0.0
    path: Path | None = None


@dataclass
class _Compiled:
    quads: list[ox.Quad] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)


def added_folder(home: Path | None = None) -> Path:
    """The folder of publication files a user added."""
    return (home or paths.home()) / "cases"


def unit_name(path: Path) -> str:
    """The unit that a publication file is built as."""
    return f"case-file {path.stem}"


def publication_files(home: Path | None = None, overlay: Overlay | None = None) -> dict[str, Path]:
    """Unit name to file for every publication, shipped and added; two files of one name are a fault.

    ``overlay`` is what the user's folder is about to hold: a path adds or replaces a file, nothing removes it.
    """
    found: dict[str, Path] = {}
    faults: list[Fault] = []
    for folder in (paths.shipped_root() / "data" / "cases", added_folder(home)):
        if not folder.is_dir():
            continue
        for path in sorted(folder.iterdir()):
            if path.suffix not in PUBLICATION_SUFFIXES:
                continue
            name = unit_name(path)
            if name in found:
                faults.append(Fault(str(path), 0, 0, "", "a second file of this name", f"only {found[name]}"))
            found[name] = path
    if faults:
        raise FaultsFound(faults)
    for name, pending in (overlay or {}).items():
        if pending is None:
            found.pop(name, None)
        else:
            found[name] = pending
    return found


def digest_of(files: Iterable[Path], *extra: str) -> str:
    """A hash over names and bytes of files and over further words."""
    total = hashlib.sha256()
    for path in files:
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    for word in extra:
        total.update(word.encode() + b"\0")
    return total.hexdigest()


def code_digest() -> str:
    """A hash of the code that turns inputs into quads, so that a changed program rebuilds what it made."""
    package = Path(__file__).resolve().parent.parent
    layers = ("base", "model", "read", "cases", "infer", "build")
    return digest_of(sorted(path for layer in layers for path in (package / layer).glob("*.py")))


def ontology_files(root: Path) -> dict[Path, str]:
    """Turtle file to the named graph it is loaded into; alignments stay out."""
    ontology = root / "ontology"
    special = {
        "atlas.ttl": names.GRAPH_ATLAS,
        "inferred.ttl": names.GRAPH_INFERRED,
        "reference-sources.ttl": names.GRAPH_SOURCES,
    }
    files = [ontology / "neoplex.ttl", *sorted((ontology / "modules").glob("*.ttl"))]
    files += sorted((ontology / "generated").glob("*.ttl"))
    return {path: special.get(path.name, names.GRAPH_ONTOLOGY) for path in files}


def _rule_files(root: Path) -> list[Path]:
    return sorted((root / "queries" / "rules").glob("*.rq"))


def inputs(home: Path | None = None, overlay: Overlay | None = None) -> dict[str, str]:
    """Unit name to digest for everything a build would read now."""
    root = paths.shipped_root()
    code = code_digest()
    hypotheses = sorted((root / "data" / "hypotheses").glob("*.yaml"))
    data = [*criteria_files(root, home or paths.home()), *hypotheses]
    ontology = digest_of([*ontology_files(root), *data], code)
    units = {ONTOLOGY_UNIT: ontology, RULES_UNIT: digest_of(_rule_files(root), code)}
    for name, path in publication_files(home, overlay).items():
        beside = sorted(path.parent.glob(f"{path.stem}.*.csv"))
        units[name] = digest_of([path, *beside], ontology)
    return units


def is_current(home: Path | None = None) -> bool:
    """Whether the current generation was built from exactly what a build would read now."""
    generation = current_generation(home)
    if generation is None:
        return False
    built = {name: unit.digest for name, unit in read_manifest(generation).units.items()}
    return built == inputs(home)


def ensure(home: Path | None = None, progress: Progress = lambda _: None) -> Graph:
    """Open the graph, building it first when it is missing or stale."""
    if not is_current(home):
        build(home, progress=progress)
    return open_graph(home)


def build(
    home: Path | None = None,
    *,
    force: bool = False,
    overlay: Overlay | None = None,
    commit: Callable[[], None] = lambda: None,
    progress: Progress = lambda _: None,
) -> BuildReport:
    """Bring the graph up to date, all or nothing; raises FaultsFound and changes nothing when an input is wrong.

    ``overlay`` lets a file take part before it lies in the user's folder; ``commit`` puts it there, called when
    everything is right and just before the new graph becomes the current one.
    """
    started = time.perf_counter()
    with build_lock(home):
        root = paths.shipped_root()
        wanted = inputs(home, overlay)
        generation = current_generation(home)
        old = Manifest() if force or generation is None else read_manifest(generation)
        built = {name: unit.digest for name, unit in old.units.items()}
        changed = sorted(name for name, digest in wanted.items() if built.get(name) != digest)
        removed = sorted(set(built) - set(wanted))
        if generation is not None and not force and not changed and not removed:
            return BuildReport((), (), len(wanted), old.quads, 0, time.perf_counter() - started, generation)
        fresh = ONTOLOGY_UNIT in changed or force or generation is None
        rules = read_rules(root / "queries" / "rules")
        sets = _read_sets(root, home)
        draft = Draft(home, copy_current=not fresh)
        try:
            units = {} if fresh else dict(old.units)
            report = _fill(
                draft,
                publication_files(home, overlay),
                root,
                wanted,
                units,
                changed,
                removed,
                rules,
                sets,
                fresh,
                old.quads,
                progress,
            )
            commit()
            path = draft.publish(Manifest(units, report.quads))
        except BaseException:
            draft.discard()
            raise
        return BuildReport(
            report.changed,
            report.removed,
            report.unchanged,
            report.quads,
            report.inferred,
            time.perf_counter() - started,
            path,
        )


def _fill(
    draft: Draft,
    files: dict[str, Path],
    root: Path,
    wanted: dict[str, str],
    units: dict[str, Unit],
    changed: list[str],
    removed: list[str],
    rules: list[Rule],
    sets: Sequence[CriteriaSet],
    fresh: bool,
    known: int,
    progress: Progress,
) -> BuildReport:
    store = draft.store
    added = 0
    if fresh:
        changed = sorted(wanted)
        progress("reading the ontology and the atlas")
        _load_ontology(store, root, sets)
        units[ONTOLOGY_UNIT] = Unit(wanted[ONTOLOGY_UNIT], (), len(store))
    publications = [name for name in changed if name in files]
    for name in publications:
        progress(f"reading {files[name].name}")
    replaced = [name for name in publications if name in units]
    kept = {
        graph: name for name, unit in units.items() if name not in (*publications, *removed) for graph in unit.graphs
    }
    compiled, shared = _compile(root, files, publications, kept, gather_shared=not fresh and bool(replaced or removed))
    for name in [*removed, *publications]:
        for graph in units[name].graphs if name in units else ():
            store.remove_graph(ox.NamedNode(graph))
            store.remove_graph(ox.NamedNode(graph + "/inferred"))
        units.pop(name, None)
    if shared is not None:
        _replace_shared(store, root, sets, shared)
    touched: set[str] = set()
    for name, piece in compiled.items():
        if fresh:
            store.bulk_extend(piece.quads)
        else:
            new = {quad for quad in piece.quads if quad not in store}
            store.extend(new)
            added += len(new)
        units[name] = Unit(wanted[name], tuple(sorted(piece.cases)), len(piece.quads))
        touched.update(piece.cases)
    if RULES_UNIT in changed:
        touched = {graph for unit in units.values() for graph in unit.graphs}
        for quad in list(store.quads_for_pattern(None, ox.NamedNode(names.NX + "appliesWhen"), None)):
            for old in list(store.quads_for_pattern(quad.subject, None, None, quad.graph_name)):
                store.remove(old)
        store.extend(
            [*rule_quads(rules, names.GRAPH_ONTOLOGY), *search_quads(), *criteria_rule_quads(names.GRAPH_ONTOLOGY)]
        )
        units[RULES_UNIT] = Unit(wanted[RULES_UNIT])
    progress(f"inferring over {len(touched)} cases with {len(rules)} rules")
    inferred = infer_cases(store, rules, sets, touched)
    # Counting a store reads all of it; what was only added to is known without.
    only_added = not (fresh or replaced or removed or RULES_UNIT in changed)
    quads = known + added + inferred if only_added else len(store)
    return BuildReport(tuple(changed), tuple(removed), len(wanted) - len(changed), quads, inferred)


def _load_ontology(store: ox.Store, root: Path, sets: Sequence[CriteriaSet]) -> None:
    for path, graph in ontology_files(root).items():
        try:
            store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
        except SyntaxError as error:
            raise FaultsFound(
                [Fault(str(path.relative_to(root)), error.lineno or 0, error.offset or 0, "", str(error.msg), "Turtle")]
            ) from error
    store.extend(_criteria_quads(root, sets))


def _compile(
    root: Path, files: dict[str, Path], publications: list[str], owners: dict[str, str], *, gather_shared: bool
) -> tuple[dict[str, _Compiled], list[ox.Quad] | None]:
    """Compile these publications; ``owners`` maps the cases of all others to their units.

    With ``gather_shared`` all publications are read again, since what a changed or removed one said about sources may
    be said by others too.
    """
    if not publications and not gather_shared:
        return {}, None
    from neoplex.build.publications import compile_file, load_lexicon

    lexicon = load_lexicon(root)
    faults: list[Fault] = []
    compiled: dict[str, _Compiled] = {}
    shared: list[ox.Quad] = []
    for name in sorted(files) if gather_shared else publications:
        try:
            quads, cases = compile_file(files[name], lexicon)
        except FaultsFound as found:
            faults.extend(found.faults)
            continue
        shared.extend(quad for quad in quads if quad.graph_name in _SHARED_NODES)
        if name in publications:
            compiled[name] = _Compiled(quads, cases)
    for name, piece in compiled.items():
        for case in piece.cases:
            if case in owners:
                place = str(files[name])
                faults.append(
                    Fault(place, 0, 0, "cases", names.compact(case), f"an id that {owners[case]} has not taken")
                )
            owners[case] = name
    if faults:
        raise FaultsFound(faults)
    return compiled, shared if gather_shared else None


def _read_sets(root: Path, home: Path | None) -> tuple[CriteriaSet, ...]:
    from neoplex.build.publications import load_lexicon

    return read_criteria(criteria_files(root, home or paths.home()), load_lexicon(root))


def _criteria_quads(root: Path, sets: Sequence[CriteriaSet]) -> list[ox.Quad]:
    from neoplex.build.publications import load_lexicon

    return criteria_quads(sets, load_lexicon(root))


def _replace_shared(store: ox.Store, root: Path, sets: Sequence[CriteriaSet], quads: list[ox.Quad]) -> None:
    for graph in _SHARED:
        store.remove_graph(ox.NamedNode(graph))
    for path, graph in ontology_files(root).items():
        if graph in _SHARED:
            store.load(path=str(path), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
    store.extend([*_criteria_quads(root, sets), *quads])
