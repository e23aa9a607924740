"""What was found of a function: lost or preserved, how much, on which side; from free words or from a term.

Comes in: words such as ``weak left knee extension`` or a finding's class, site and value. Goes out: :class:`Finding`. Words nobody
knows are refused with the nearest ones. Never decides what a finding means for a lesion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import pyoxigraph as ox

from neoplex.base.errors import UsageError, nearest
from neoplex.base.names import GRAPH_ONTOLOGY, NX, PREFIXES
from neoplex.infer.atlasgraph import Atlas
from neoplex.infer.findingwords import (
    COMPLETE,
    KEPT,
    MILD,
    NOISE,
    UNGRADED,
    degree_of,
    modality_of,
    take,
    take_grade,
    take_sides,
)
from neoplex.infer.movements import movement_name
from neoplex.infer.wiring import SIDES, Fibre, Function, Wiring
from neoplex.model.lexicon import normalise

_REGION_JOINTS = {
    "foot": ("foot", "toe", "great toe", "little toe"),
    "leg (knee to ankle)": ("foot", "toe", "great toe"),
    "distal part of lower limb": ("foot", "toe", "great toe"),
    "thigh": ("knee",),
    "hip region": ("hip",),
    "lower limb": ("hip", "knee", "foot", "toe", "great toe"),
}
"""Which joints are moved when strength is given for a region and no muscle is named."""
_REGION_PARTS = {"distal part of lower limb": ("leg (knee to ankle)", "foot")}
"""Regions that are no whole of the table but a stretch over several."""
_REGION_WORDS = {
    "lower limb": "lower limb", "lower extremity": "lower limb", "distal lower limb": "distal part of lower limb",
    "leg": "lower limb", "distal part of lower limb": "distal part of lower limb", "foot": "foot", "thigh": "thigh",
    "distal lower extremity": "distal part of lower limb",
}  # fmt: skip
_ROUTINE_REFLEXES = ("patellar reflex", "ankle reflex")
"""The tendon reflexes of the leg that a routine examination tests; others count only when they are named."""
_REFLEX_WORDS = {
    "knee": "patellar", "quadriceps": "patellar", "achilles": "ankle", "triceps surae": "ankle", "anal": "anal wink",
    "anocutaneous": "anal wink", "semitendinosus": "medial hamstring", "biceps femoris": "lateral hamstring",
}  # fmt: skip
_SKIN_WORDS = {
    "perineal": "perineum", "penile": "penis", "scrotal": "scrotum", "dorsal": "dorsum", "plantar": "sole",
    "inguinal": "groin", "gluteal": "buttock", "saddle": "saddle", "anterior": "anterior", "front": "anterior",
}  # fmt: skip
_SKIN_NOISE = {"skin", "of", "over", "the", "area", "region", "side", "aspect", "to"}
_DERMATOME = re.compile(r"\b(t12|l[1-5]|s[1-5]|co1)(?: (?:dermatome|root|territory|distribution))?\b")


@dataclass(frozen=True)
class Finding:
    """What was found: some functions lost, or preserved.

    ``kind`` is weakness, sensory, symptom, reflex, organ, denervation, potential or conduction. ``functions`` are
    alternatives: one of them is affected (``every``: all of them). ``degree`` is complete, marked, mild or empty when not
    said. ``weight`` is 1, or less for what points to a place only loosely. ``open_side`` says that the side was not given.
    ``facts`` are the case facts behind it.
    """

    label: str
    kind: str
    functions: tuple[Function, ...]
    preserved: bool = False
    degree: str = UNGRADED
    every: bool = False
    weight: float = 1.0
    open_side: bool = False
    facts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    region: bool = False
    """Whether the functions together make up a region, so that one of them alone explains it only in part."""

    @property
    def signature(self) -> tuple[object, ...]:
        """Everything of it that a search looks at: two findings of one signature are explained alike."""
        keys = tuple(function.key for function in self.functions)
        return self.kind, keys, self.preserved, self.degree, self.every, self.weight, self.open_side, self.region

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides its functions lie on."""
        return tuple(sorted({function.side for function in self.functions}))


@dataclass(frozen=True)
class Terms:
    """Names of deficits in the ontology: class to names, names to classes, and what lies above a class."""

    names: dict[str, tuple[str, ...]]
    atlas: Atlas

    @cached_property
    def by_name(self) -> dict[str, str]:
        """Every label and synonym as ``normalise`` spells it, to the class; labels win over synonyms."""
        found: dict[str, str] = {}
        for rank in range(max((len(names) for names in self.names.values()), default=0)):
            for cls, names in sorted(self.names.items()):
                if rank < len(names):
                    found.setdefault(normalise(names[rank]), cls)
        return found

    def is_a(self, cls: str, *wider: str) -> bool:
        """Whether a class is one of these (local names) or below it."""
        above = set(self.atlas.classes_of(cls))
        return any(NX + name in above for name in wider)

    def below(self, cls: str) -> tuple[str, ...]:
        """The class and every class of deficits below it."""
        return tuple(other for other in sorted(self.names) if cls in self.atlas.classes_of(other))


def load_terms(store: ox.Store, atlas: Atlas) -> Terms:
    """The names of everything below finding in the ontology, label first."""
    graph = ox.NamedNode(GRAPH_ONTOLOGY)
    names: dict[str, list[list[str]]] = {}
    for rank, name in enumerate((PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "altLabel")):
        for subject, _, value, _ in store.quads_for_pattern(None, ox.NamedNode(name), None, graph):
            if isinstance(subject, ox.NamedNode) and isinstance(value, ox.Literal):
                names.setdefault(subject.value, [[], []])[rank].append(value.value)
    return Terms(
        {
            cls: (*sorted(labels), *sorted(synonyms))
            for cls, (labels, synonyms) in sorted(names.items())
            if NX + "Finding" in atlas.classes_of(cls)
        },
        atlas,
    )


@dataclass(frozen=True)
class Reader:
    """Reads words and terms into findings."""

    wiring: Wiring
    terms: Terms
    _cache: dict[str, tuple[Function, ...]] = field(default_factory=dict, repr=False)

    # ------------------------------------------------------------------------------------------------------ free words

    def read(self, text: str, *, preserved: bool = False) -> tuple[Finding, ...]:
        """The findings that a phrase names, one for each side; raises UsageError with the nearest words.

        ``preserved`` reads a phrase without a verdict of its own (``left hip adduction``) as preserved.
        """
        words = normalise(text)
        grade, words = take_grade(words)
        sides, words = take_sides(words)
        kept, words = take(words, KEPT + r"|no (?=weak|numb|sensory|loss)")
        whole = " ".join(words.split())
        kind, degree, rest = modality_of(whole)
        kind, functions = self._resolve(rest, kind, sides)
        cls = None if functions else self.terms.by_name.get(whole)
        if cls is not None:
            kind, functions = self.of_term(cls, sides)
        if not functions:
            raise UsageError(self._refusal(text, rest or whole))
        if (
            preserved
            and not kept
            and kind in ("weakness", "sensory")
            and re.search(r"\b(?:weak|numb)", words)
            and grade != 5
        ):
            raise UsageError(f"{text!r} is given as preserved but says that it is lost")
        kept = kept or preserved or grade == 5
        if kept and grade is not None and grade < 5:
            raise UsageError(f"{text!r} is given as preserved with strength {grade}/5, which is weak")
        if grade is not None:
            degree = degree_of(grade)
        return tuple(
            make_finding(
                kind,
                group,
                preserved=kept,
                degree=degree,
                open_side=not sides,
                grade=grade,
                said=self.terms.names[cls][0] if cls is not None and kind == "organ" else "",
            )
            for group in _by_side(functions, sides)
        )

    def _refusal(self, text: str, rest: str) -> str:
        if " and " in rest:
            return f"{text!r} names no single function; give each finding on its own"
        close = nearest(rest, self.known_words()) or nearest(normalise(text), self.known_words())
        hint = (
            f"did you mean {' or '.join(close)}?"
            if close
            else "name a movement, muscle, skin field, dermatome or reflex"
        )
        return f"{text!r} names no function that neoplex knows; {hint}"

    def known_words(self) -> list[str]:
        """Everything a finding may name, without sides."""
        kinds = ("movement", "muscle", "skin", "dermatome", "reflex", "paraspinal")
        named = {re.sub(r"^skin (?:of|over) ", "", f.name) for f in self.wiring.functions.values() if f.kind in kinds}
        deficits = {
            name
            for cls, names in self.terms.names.items()
            if self.terms.is_a(cls, "NeurologicalDeficit", "BowelDysfunction") and self.of_term(cls)[1]
            for name in names
        }
        return sorted({normalise(name) for name in (*named, *deficits)})

    # ----------------------------------------------------------------------------------------------------------- terms

    def of_term(self, cls: str, sides: Sequence[str] = ()) -> tuple[str, tuple[Function, ...]]:
        """The kind and the functions that the class of a finding names by itself, by its label, a synonym or what is below it."""
        terms = self.terms
        if not terms.is_a(
            cls, "NeurologicalDeficit", "SensoryFinding", "ReflexFinding", "SexualDysfunction", "BowelDysfunction"
        ):
            kind = self.kind_of(cls)
            if kind not in ("potential", "conduction", "denervation"):
                return "", ()
        kind = self.kind_of(cls)
        if kind == "organ":
            organs = dict.fromkeys(f for below in terms.below(cls) for f in self._organs(below))
            return kind, tuple(f for f in organs if _fits(f.side, sides))
        if kind == "reflex" and not self._reflex_words(cls):
            return kind, ()
        for name in terms.names.get(cls, ()):
            _, _, rest = modality_of(normalise(name))
            _, functions = self._resolve(rest, kind, tuple(sides), open_region=False)
            if functions:
                return kind, functions
        return kind, ()

    def _reflex_words(self, cls: str) -> bool:
        return any(modality_of(normalise(name))[2] for name in self.terms.names.get(cls, ()))

    def kind_of(self, cls: str) -> str:
        """The kind of finding a class stands for, or nothing when it says nothing about a function."""
        terms = self.terms
        order = (
            ("potential", ("AbsentSNAP", "SensoryNerveActionPotential")),
            ("conduction", ("AbsentCMAP",)),
            ("reflex", ("ReflexLoss", "NormalDeepTendonReflexes")),
            ("weakness", ("Weakness", "NormalMuscleStrength", "MotorDeficit")),
            ("symptom", ("PositiveSensorySymptom",)),
            ("sensory", ("SensoryImpairment",)),
            ("denervation", ("MuscleDenervationChange", "ChronicDenervationOnEMG")),
            ("organ", ("AutonomicDeficit", "BowelDysfunction", "BladderDysfunction", "SexualDysfunction")),
        )
        return next((kind for kind, names in order if terms.is_a(cls, *names)), "")

    def _organs(self, cls: str) -> tuple[Function, ...]:
        """Functions of organs whose loss the atlas describes in the words of this class."""
        if cls in self._cache:
            return self._cache[cls]
        found: dict[str, Function] = {}
        for name in self.terms.names.get(cls, ()):
            wanted = set(normalise(name).split())
            for function in self.wiring.functions.values():
                if function.kind != "organ":
                    continue
                for supply in self.wiring.atlas.supplied_by(function.structures[0]):
                    said = set(re.findall(r"[a-z]+", normalise(supply.sign_when_lost.partition(";")[0])))
                    if wanted <= said:
                        found[function.key] = function
        self._cache[cls] = tuple(found[key] for key in sorted(found))
        return self._cache[cls]

    # ------------------------------------------------------------------------------------------------ words to functions

    def _resolve(
        self, rest: str, kind: str, sides: Sequence[str], *, open_region: bool = True
    ) -> tuple[str, tuple[Function, ...]]:
        """The functions that words name, tried as this kind, or as any when none is given; as they stand, then without filler."""
        bare = " ".join(word for word in rest.split() if word not in NOISE)
        for text in dict.fromkeys((rest, bare)):
            found = self._resolve_text(text, kind, sides, open_region)
            if found[1]:
                return found
        return kind, ()

    def _resolve_text(
        self, text: str, kind: str, sides: Sequence[str], open_region: bool
    ) -> tuple[str, tuple[Function, ...]]:
        if kind in ("weakness", "denervation", ""):
            functions = self.moving(text, sides, open_region=open_region)
            if functions:
                return kind or "weakness", functions
        if kind in ("sensory", "symptom", ""):
            functions = self.feeling(text, sides)
            if functions:
                return kind or "sensory", functions
        if kind in ("reflex", ""):
            functions = self._of_name("reflex", f"{_REFLEX_WORDS.get(text, text)} reflex", sides)
            if functions:
                return "reflex", functions
        if kind in ("potential", "conduction"):
            nerves = self._structures(text, "nerve")
            name = "sensory potential" if kind == "potential" else "motor potential"
            functions = tuple(
                f for s in nerves for f in self._of_name(kind, f"{self.wiring.atlas.structures[s].name} {name}", sides)
            )
            return kind, tuple(dict.fromkeys(functions))
        return kind, ()

    def moving(self, text: str, sides: Sequence[str], *, open_region: bool = True) -> tuple[Function, ...]:
        """Movements, muscles, or all movements of a region."""
        name = movement_name(text)
        if name:
            return self._of_name("movement", name, sides)
        paraspinal = re.fullmatch(
            r"(?:(t12|l[1-5]|s[1-5]) )?(?:paraspinals?|erector spinae)(?: (t12|l[1-5]|s[1-5]))?", text
        )
        if paraspinal:
            level = (paraspinal[1] or paraspinal[2] or "").upper()
            found = [f for f in self.wiring.functions.values() if f.kind == "paraspinal" and _fits(f.side, sides)]
            return tuple(f for f in found if not level or f.name.startswith(level))
        muscles = self._structures(text, "muscle")
        found = [f for iri in muscles for f in self.wiring.at_structure.get(iri, ()) if _fits(f.side, sides)]
        if found:
            return tuple(dict.fromkeys(found))
        region = _REGION_WORDS.get(text)
        return self.moving_region(region, sides) if region and open_region else ()

    def moving_region(self, region: str, sides: Sequence[str]) -> tuple[Function, ...]:
        """The movements of the joints of a body region, by the region's name."""
        joints = _REGION_JOINTS.get(region, ())
        return tuple(
            function
            for function in self.wiring.functions.values()
            if function.kind == "movement" and _joint(function.name) in joints and _fits(function.side, sides)
        )

    def feeling(self, text: str, sides: Sequence[str]) -> tuple[Function, ...]:
        """A dermatome, a skin field, the territory of a nerve, or all skin of a region."""
        dermatome = _DERMATOME.search(text)
        if dermatome:
            name = f"{dermatome[1].upper().replace('CO', 'Co')} dermatome"
            return self._of_name("dermatome", name, sides)
        nerve = re.sub(r"\b(?:territory|distribution|area|skin)\b", "", text).strip()
        if "nerve" in nerve or nerve != text:
            territory = self._territories(nerve, sides)
            if territory:
                return territory
        wanted = _skin_words(text)
        exact, wider = [], []
        for function in self.wiring.functions.values():
            if function.kind not in ("skin", "region") or not _fits(function.side, sides):
                continue
            for known in self._skin_names(function):
                if wanted == known:
                    exact.append(function)
                elif wanted and wanted < known:
                    wider.append(function)
        chosen = [function for function in exact if function.kind == "skin"] or exact
        if not chosen and len({f.name for f in wider}) == 1:
            chosen = wider
        return tuple(dict.fromkeys(part for function in chosen for part in self.fields_of(function)))

    def fields_of(self, function: Function) -> tuple[Function, ...]:
        """A skin field, then those within it; a region without a supply of its own is the fields it is made of.

        The foot as a whole has a field of its own beside those it is made of; it stands for the region.
        """
        atlas = self.wiring.atlas
        wholes = [edge.end for iri in function.structures for edge in atlas.outgoing(iri, "partOf")]
        same = [
            iri
            for iri in wholes
            if atlas.structures[iri].side in SIDES
            and _skin_words(atlas.structures[iri].name) == _skin_words(function.name)
        ]
        parts = {part for iri in (*function.structures, *same) for part in atlas.parts(iri)} - set(function.structures)
        found = [f for part in sorted(parts) for f in self.wiring.at_structure.get(part, ()) if f.kind == "skin"]
        fields = [f for f in found if atlas.supplied_by(f.structures[0])]
        passed = {place for f in fields for arc in f.arcs for fibre in arc for place in fibre.path}
        # The row of the whole foot only sums up those of its fields; the clunial nerves of the buttock are a supply of their own.
        own = function.kind == "skin" and bool(atlas.supplied_by(function.structures[0]))
        if own and all(fibre.nerve in passed for arc in function.arcs for fibre in arc):
            own = not fields
        return (*((function,) if own else ()), *fields) or (function,)

    def feeling_region(self, region: str, sides: Sequence[str]) -> tuple[Function, ...]:
        """The skin fields of a body region, by the region's name."""
        atlas = self.wiring.atlas
        names = _REGION_PARTS.get(region, (region,))
        regions = [s.iri for s in atlas.structures.values() if s.kind == "body region" and s.name in names]
        parts = sorted({part for iri in regions for part in atlas.parts(iri)})
        found = [f for part in parts for f in self.wiring.at_structure.get(part, ()) if f.kind == "skin"]
        return tuple(dict.fromkeys(field for f in found if _fits(f.side, sides) for field in self.fields_of(f)))

    def _skin_names(self, function: Function) -> list[frozenset[str]]:
        structure = self.wiring.atlas.structures[function.structures[0]]
        return [_skin_words(name) for name in (structure.name, *structure.synonyms)]

    def _territories(self, text: str, sides: Sequence[str]) -> tuple[Function, ...]:
        nerves = [
            iri for iri in self._structures(text, "nerve") if _fits(self.wiring.atlas.structures[iri].side, sides)
        ]
        return tuple(filter(None, (territory_of(self.wiring, iri) for iri in nerves)))

    def _structures(self, text: str, kind: str) -> tuple[str, ...]:
        """Structures of a kind that bear a name, with or without the word for the kind and a plural s."""
        atlas = self.wiring.atlas
        stem = text.removesuffix(f" {kind}").removesuffix(f" {kind}s")
        single = stem.removesuffix("s")
        tries = dict.fromkeys(
            (text, *(f"{name}{end}" for name in (stem, single) for end in ("", f" {kind}", f" {kind}s", "s")))
        )
        for name in tries:
            found = tuple(iri for iri in atlas.names.get(name, ()) if atlas.structures[iri].kind == kind)
            if found:
                return found
        return ()

    def _of_name(self, kind: str, name: str, sides: Sequence[str]) -> tuple[Function, ...]:
        found = (self.wiring.get(kind, side, name) for side in (*SIDES, "midline"))
        return tuple(f for f in found if f is not None and _fits(f.side, sides))

    def routine_reflexes(self, sides: Sequence[str] = ()) -> tuple[Function, ...]:
        """The reflexes that "normal reflexes" speaks of."""
        return tuple(f for name in _ROUTINE_REFLEXES for f in self._of_name("reflex", name, sides))


def territory_of(wiring: Wiring, nerve: str) -> Function | None:
    """All skin that a nerve and its branches supply, as one function; nothing for a nerve without skin."""
    fibres: dict[tuple[str, str], Fibre] = {}
    for function in wiring.functions.values():
        if function.kind == "skin":
            for fibre in function.cut_fibres((nerve,)):
                fibres.setdefault((fibre.edge, fibre.level), fibre)
    if not fibres:
        return None
    structure = wiring.atlas.structures[nerve]
    return Function("territory", f"{structure.name} territory", structure.side, (nerve,), (tuple(fibres.values()),))


def make_finding(
    kind: str,
    functions: tuple[Function, ...],
    *,
    preserved: bool = False,
    degree: str = UNGRADED,
    open_side: bool = False,
    grade: int | None = None,
    facts: tuple[str, ...] = (),
    remarks: tuple[str, ...] = (),
    said: str = "",
) -> Finding:
    """A finding with its label, weight and remarks worked out from what it is about; ``said`` names it when the words do better."""
    sided = [f for f in functions if f.side in SIDES]
    straddles = bool(sided) and all(f.straddles for f in sided)
    open_side = open_side and bool(sided)
    names = tuple(dict.fromkeys(function.name for function in functions))
    notes = list(remarks)
    if open_side and straddles:
        functions = tuple(_joined([f for f in functions if f.name == name]) for name in names)
        notes.append("side not reported, a field over the midline: one side explains it in part")
        open_side = False
    elif open_side:
        notes.append("side not reported: either side may explain it")
    every = degree == COMPLETE and kind == "weakness" and len(names) > 1
    weight, region = 1.0, False
    if kind == "symptom":
        weight = 0.5
        notes.append("irritation, not loss: counts half")
    elif kind == "organ" and not any(function.name.startswith("external") for function in functions):
        weight = 0.5
        notes.append("has many other causes: counts half")
    elif len(names) > 2 and not every and not preserved and kind in ("weakness", "denervation"):
        weight, region = 0.5, True
        notes.append("names no muscle: counts half")
    elif len(names) > 4 and not preserved and kind == "sensory":
        weight, region = 0.5, True
        notes.append("names no skin field: counts half")
    label = label_of(kind, functions, preserved, degree, grade, open_side, said)
    return Finding(label, kind, functions, preserved, degree, every, weight, open_side, facts, tuple(notes), region)


def label_of(
    kind: str,
    functions: Sequence[Function],
    preserved: bool,
    degree: str,
    grade: int | None,
    open_side: bool,
    said: str = "",
) -> str:
    """A finding in words: ``weak left knee extension (4/5)``."""
    names = list(dict.fromkeys(re.sub(r"^skin (?:of|over) ", "", function.name) for function in functions))
    if said:
        return f"no {said}" if preserved else said
    sides = {function.side for function in functions} & set(SIDES)
    side = next(iter(sides)) if len(sides) == 1 and not open_side else ""
    if kind in ("sensory", "symptom") and len(names) > 1:
        what = names[0] + (f" or one of {len(names) - 1} fields near it" if len(names) > 4 else "")
    elif len(names) > 3 and kind != "weakness":
        what = f"{names[0]} or {len(names) - 1} others"
    elif len(names) > 3:
        joints = {
            _joint(name).replace("great toe", "foot").replace("little toe", "foot").replace("toe", "foot")
            for name in names
        }
        what = "movements of foot and toes" if joints == {"foot"} else "movements of the leg"
    else:
        what = " or ".join(names)
    named = f"{side} {what}".strip() + (" (side not reported)" if open_side and sides else "")
    if preserved:
        return f"{named} preserved"
    words = {
        "weakness": "paralysed" if degree == COMPLETE else "weak",
        "sensory": "numb", "symptom": "irritated", "reflex": "reduced" if degree == MILD else "absent", "organ": "impaired",
        "denervation": "denervated", "potential": "absent", "conduction": "absent",
    }  # fmt: skip
    graded = f" ({grade}/5)" if grade is not None else ""
    return f"{words[kind]} {named}{graded}"


def _joined(functions: Sequence[Function]) -> Function:
    """Both halves of a field over the midline as one function."""
    first = functions[0]
    fibres = tuple(fibre for function in functions for arc in function.arcs for fibre in arc)
    structures = tuple(dict.fromkeys(iri for function in functions for iri in function.structures))
    return replace(first, side="midline", structures=structures, arcs=(fibres,))


def _fits(side: str, sides: Sequence[str]) -> bool:
    return not sides or side not in SIDES or side in sides


def _by_side(functions: Iterable[Function], sides: Sequence[str]) -> list[tuple[Function, ...]]:
    """Functions grouped by side when sides were named; all together when none was."""
    functions = tuple(functions)
    if len(sides) < 2:
        return [functions]
    groups = [tuple(f for f in functions if f.side == side) for side in (*sides, "midline")]
    return [group for group in groups if group]


def _joint(movement: str) -> str:
    head = movement.split()
    return " ".join(head[:2]) if head[0] in ("great", "little") else head[0]


def _skin_words(text: str) -> frozenset[str]:
    words = re.findall(r"[a-z0-9]+", normalise(text))
    return frozenset(_SKIN_WORDS.get(word, word) for word in words if word not in _SKIN_NOISE)
