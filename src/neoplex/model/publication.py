"""One publication as checked facts: what a case file says once every word is resolved.

Frozen values only. IRIs are full strings; lists are tuples in the order of the file. What a source does not report is
empty or None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from neoplex.model.lexicon import Site
from neoplex.model.locator import Locator
from neoplex.model.quantity import Quantity
from neoplex.model.when import Span, When


@dataclass(frozen=True)
class Measure:
    """A quantity with the IRI of its unit, or of its scale; one of the two is empty."""

    quantity: Quantity
    unit: str = ""
    scale: str = ""


@dataclass(frozen=True)
class Timing:
    """A time with what it came to: ``span`` where start and end may lie, ``anchor`` the fact it is told from."""

    iri: str
    when: When
    span: Span | None = None
    anchor: str = ""


@dataclass(frozen=True)
class Lapse:
    """A length of time from a point of another fact."""

    iri: str
    measure: Measure
    anchor: str = ""
    point: str = ""
    passages: tuple[Locator, ...] = ()


@dataclass(frozen=True)
class Derivation:
    """A key whose value was worked out, with the words of the source it was worked out from."""

    key: str
    wording: str


@dataclass(frozen=True)
class TypedNode:
    """A node of its own typed by a term: a qualifier, a drug, an intent."""

    iri: str
    property: str
    term: str


@dataclass(frozen=True)
class Dose:
    """One radiation dose; grays and a number of fractions as printed."""

    iri: str
    role: str
    total: Measure | None
    fractions: Decimal | None
    per_fraction: Measure | None
    says: str
    passages: tuple[Locator, ...]
    derivations: tuple[Derivation, ...] = ()


@dataclass(frozen=True)
class Argument:
    """Something that speaks for or against: a fact of the case, or words with their place."""

    iri: str
    says: str = ""
    passages: tuple[Locator, ...] = ()
    cites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One step of a route; several structures on one end are told together."""

    iri: str
    number: int
    from_: tuple[Site, ...]
    to: tuple[Site, ...]
    mechanisms: tuple[TypedNode, ...]
    direction: str
    says: str
    certainty: str
    passages: tuple[Locator, ...]
    derivations: tuple[Derivation, ...] = ()


@dataclass(frozen=True)
class Conclusion:
    """What only conclusions have. ``by`` is authors, treating team or the IRI of a source."""

    role: str = ""
    verdict: str = ""
    by: str = ""
    explains: tuple[str, ...] = ()
    supported_by: tuple[Argument, ...] = ()
    challenged_by: tuple[Argument, ...] = ()
    steps: tuple[Step, ...] = ()
    interprets: str = ""


@dataclass(frozen=True)
class Course:
    """What only treatments have."""

    targets: tuple[Site, ...] = ()
    doses: tuple[Dose, ...] = ()
    schedule: str = ""
    cycles: Decimal | None = None
    sessions: Decimal | None = None
    line: int | None = None
    given_with: tuple[str, ...] = ()
    given_for: tuple[str, ...] = ()
    completed: str = ""
    reason_stopped: str = ""
    start: Timing | None = None
    end: Timing | None = None


@dataclass(frozen=True)
class Fact:
    """One fact of a case or cohort with its place in the source."""

    iri: str
    section: str
    name: str
    kind: str
    passages: tuple[Locator, ...]
    sites: tuple[Site, ...] = ()
    regions: tuple[Site, ...] = ()
    region_words: tuple[str, ...] = ()
    radiates_to: tuple[Site, ...] = ()
    status: str = "present"
    basis: str = "reported"
    certainty: str = "definite"
    role: str = ""
    measure: Measure | None = None
    time: Timing | None = None
    time_inherited: bool = False
    method: str = ""
    found_by: str = ""
    of: tuple[str, ...] = ()
    nodes: tuple[TypedNode, ...] = ()
    structures: tuple[tuple[str, Site], ...] = ()
    after: Lapse | None = None
    lasting: Lapse | None = None
    grade: int | None = None
    grade_scale: str = ""
    says: str = ""
    cites: tuple[str, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    course: Course | None = None
    conclusion: Conclusion | None = None


@dataclass(frozen=True)
class Person:
    """Sex and age; nothing else about a person is kept."""

    iri: str
    sex: str = ""
    age: Measure | None = None
    time: Timing | None = None
    says: str = ""
    passages: tuple[Locator, ...] = ()
    derivations: tuple[Derivation, ...] = ()


@dataclass(frozen=True)
class Note:
    """A criterion, method, count or missing record: a small entry of a case or cohort."""

    iri: str
    section: str
    kind: str = ""
    says: str = ""
    group: str = ""
    sites: tuple[Site, ...] = ()
    measure: Measure | None = None
    denominator: Measure | None = None
    cites: tuple[str, ...] = ()
    passages: tuple[Locator, ...] = ()
    derivations: tuple[Derivation, ...] = ()


@dataclass(frozen=True)
class Case:
    """One person as one publication tells of him or her."""

    iri: str
    id: str
    label: str
    number: str = ""
    cohort: str = ""
    retold_from: str = ""
    says: str = ""
    passages: tuple[Locator, ...] = ()
    person: Person | None = None
    facts: tuple[Fact, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Cohort:
    """People counted together."""

    iri: str
    id: str
    label: str
    source_of: str = ""
    size: Measure | None = None
    period: Timing | None = None
    says: str = ""
    passages: tuple[Locator, ...] = ()
    facts: tuple[Fact, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Statement:
    """General knowledge a paper states, as words and, where a relation says it, as a triple of terms."""

    iri: str
    about: tuple[str, ...]
    says: str
    subject: str = ""
    relation: str = ""
    objects: tuple[str, ...] = ()
    certainty: str = "definite"
    cites: tuple[str, ...] = ()
    passages: tuple[Locator, ...] = ()
    derivations: tuple[Derivation, ...] = ()


@dataclass(frozen=True)
class Claim:
    """A figure a paper gives."""

    iri: str
    about: tuple[str, ...]
    measure: str
    statistic: str
    value: Measure
    out_of: Measure | None = None
    cohort: str = ""
    group: str = ""
    time: Timing | None = None
    says: str = ""
    certainty: str = "definite"
    cites: tuple[str, ...] = ()
    passages: tuple[Locator, ...] = ()
    derivations: tuple[Derivation, ...] = ()


@dataclass(frozen=True)
class Conflict:
    """Where facts, statements or claims disagree."""

    iri: str
    members: tuple[str, ...]
    kind: str
    says: str
    passages: tuple[Locator, ...] = ()


@dataclass(frozen=True)
class Citation:
    """An entry of a reference list as this publication prints it."""

    iri: str
    source: str
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Publication:
    """A publication with everything read from it; ``details`` are (key, value) of its bibliographic data."""

    iri: str
    id: str
    kind: str
    details: tuple[tuple[str, str], ...]
    citations: tuple[Citation, ...] = ()
    cases: tuple[Case, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    statements: tuple[Statement, ...] = ()
    claims: tuple[Claim, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    passages: tuple[Locator, ...] = field(default=())
