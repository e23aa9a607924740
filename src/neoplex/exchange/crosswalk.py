"""Our terms and the identifiers other vocabularies have for the same thing.

Comes in: the mapping files ``data/mappings/*.sssom.tsv``. Goes out: for a class, the identifier to write into a foreign format;
for a foreign identifier, our class. Only exact matches count, and only where one identifier stands for one of our terms:
else our own IRI is written, so that nothing changes its meaning on the way. Identifiers are never made up here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from neoplex.base.errors import EnvironmentProblem
from neoplex.base.names import NX, expand
from neoplex.model.lexicon import Lexicon

FINDING_PREFIXES = ("HP", "MONDO", "NCIT")
DISEASE_PREFIXES = ("MONDO", "NCIT", "DOID", "HP")
SITE_PREFIXES = ("UBERON",)
ACTION_PREFIXES = ("MAXO", "NCIT", "OBI")
DRUG_PREFIXES = ("CHEBI", "NCIT", "UNII")
MODIFIER_PREFIXES = ("HP", "PATO", "NCIT")
METHOD_PREFIXES = ("ECO", "MAXO", "OBI", "NCIT")


@dataclass(frozen=True)
class ForeignTerm:
    """An identifier of another vocabulary with its label there."""

    curie: str
    label: str


@dataclass(frozen=True, eq=False, repr=False)
class Crosswalk:
    """Exact matches both ways, and the IRI that each prefix stands for."""

    lexicon: Lexicon
    outward: Mapping[str, tuple[ForeignTerm, ...]]
    inward: Mapping[str, tuple[str, ...]]
    prefixes: Mapping[str, str]
    given: Mapping[str, str]

    def find_foreign(self, iri: str, prefixes: Iterable[str]) -> ForeignTerm | None:
        """The identifier of the first prefix that stands for this term and for no other of ours."""
        found = self.outward.get(iri, ())
        for prefix in prefixes:
            for term in found:
                if term.curie.partition(":")[0] == prefix and self.inward[term.curie] == (iri,):
                    return term
        return None

    def write(self, iri: str, prefixes: Iterable[str]) -> ForeignTerm:
        """The identifier to write for a term: a verified one, else our own."""
        own = "nx:" + iri[len(NX) :] if iri.startswith(NX) else iri
        return self.find_foreign(iri, prefixes) or ForeignTerm(own, self.lexicon.label(iri))

    def read(self, identifier: str) -> tuple[str, ...]:
        """Our terms for an identifier, given as CURIE or IRI: one, several that share it, or none."""
        curie = self._compact(identifier.strip())
        if curie in self.given:
            return (self.given[curie],)
        iri = expand(curie)
        if iri.startswith(NX) and (iri in self.lexicon.classes or iri in self.lexicon.types):
            return (iri,)
        return self.inward.get(curie, ())

    def _compact(self, identifier: str) -> str:
        if identifier.startswith(("http://", "https://")):
            for prefix, namespace in sorted(self.prefixes.items(), key=lambda pair: -len(pair[1])):
                if identifier.startswith(namespace) and len(identifier) > len(namespace):
                    return f"{prefix}:{identifier[len(namespace) :]}"
        return identifier

    def with_terms(self, given: Mapping[str, str]) -> Crosswalk:
        """The crosswalk with the user's own table of identifier to our IRI, which goes first."""
        return Crosswalk(self.lexicon, self.outward, self.inward, self.prefixes, {**self.given, **given})


def load_crosswalk(root: Path, lexicon: Lexicon) -> Crosswalk:
    """The crosswalk of the shipped mapping files; raises EnvironmentProblem when they are missing."""
    files = sorted((root / "data" / "mappings").glob("*.sssom.tsv"))
    if not files:
        raise EnvironmentProblem(f"{root / 'data' / 'mappings'}: no mapping files")
    outward, inward, prefixes = _read(tuple(str(path) for path in files))
    return Crosswalk(lexicon, outward, inward, prefixes, {})


@lru_cache(maxsize=2)
def _read(
    files: tuple[str, ...],
) -> tuple[dict[str, tuple[ForeignTerm, ...]], dict[str, tuple[str, ...]], dict[str, str]]:
    outward: dict[str, set[ForeignTerm]] = defaultdict(set)
    inward: dict[str, set[str]] = defaultdict(set)
    prefixes: dict[str, str] = {}
    for name in files:
        header: list[str] = []
        for line in Path(name).read_text(encoding="utf-8").splitlines():
            if line.startswith("#"):
                prefix, colon, namespace = line.lstrip("# ").partition(": ")
                if colon and line.startswith("#  "):
                    prefixes[prefix.strip()] = namespace.strip()
                continue
            cells = line.split("\t")
            if not header:
                header = cells
                continue
            row = dict(zip(header, cells, strict=False))
            if row.get("predicate_id") != "skos:exactMatch":
                continue
            iri = expand(row["subject_id"])
            outward[iri].add(ForeignTerm(row["object_id"], row.get("object_label") or row.get("subject_label", "")))
            inward[row["object_id"]].add(iri)
    return (
        {iri: tuple(sorted(terms, key=lambda term: term.curie)) for iri, terms in outward.items()},
        {curie: tuple(sorted(iris)) for curie, iris in inward.items()},
        prefixes,
    )
