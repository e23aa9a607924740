"""What every resource of a FHIR bundle is made of: ids, references, codes, quantities, times and the passages it rests on.

Comes in: words of the file notation. Goes out: FHIR data types as plain JSON values; what they cannot hold is noted as a loss.
Which resource a fact becomes is decided in :mod:`neoplex.exchange.fhir`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from neoplex import __version__
from neoplex.base.names import NX, PREFIXES
from neoplex.exchange.caseloss import CaseLoss, Entry, Taker
from neoplex.exchange.casewords import SIDE_TERMS, read_amount, read_sites, read_term, read_time
from neoplex.exchange.crosswalk import (
    SITE_PREFIXES,
    Crosswalk,
)
from neoplex.model.lexicon import Scale, Site
from neoplex.model.when import When

MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/"
DOSE_EXTENSION = MCODE + "mcode-radiotherapy-dose-delivered-to-volume"
SESSIONS_EXTENSION = MCODE + "mcode-radiotherapy-sessions"
UCUM = "http://unitsofmeasure.org"
SYSTEMS = {
    "nx": PREFIXES["nx"],
    "atlas": PREFIXES["atlas"],
    "NCIT": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    "HP": "http://purl.obolibrary.org/obo/hp.owl",
    "MONDO": "http://purl.obolibrary.org/obo/mondo.owl",
    "DOID": "http://purl.obolibrary.org/obo/doid.owl",
    "UBERON": "http://purl.obolibrary.org/obo/uberon.owl",
    "MAXO": "http://purl.obolibrary.org/obo/maxo.owl",
    "OBI": "http://purl.obolibrary.org/obo/obi.owl",
    "CHEBI": "http://purl.obolibrary.org/obo/chebi.owl",
    "PATO": "http://purl.obolibrary.org/obo/pato.owl",
    "ECO": "http://purl.obolibrary.org/obo/eco.owl",
    "UNII": "http://fdasis.nlm.nih.gov",
}
IDENTIFIER = PREFIXES["case"]
_CONDITION_STATUS = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_OBSERVATION_VALUES = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
_SEXES = {"male": "male", "female": "female", "other": "other"}

NO_ELEMENT = "no element of the resource means this"
NO_TIME = "FHIR times are dates or spans of dates; other words for a time have no element"
REASONS = {
    "derived": "FHIR does not mark what was worked out",
    "cites": "a resource does not say which work a source leans on for one fact",
    "with": "procedures and medications do not say what was given together",
}


@dataclass
class BundleFrame:
    """The data types of one bundle."""

    crosswalk: Crosswalk
    losses: list[CaseLoss] = field(default_factory=list)
    own_terms: set[str] = field(default_factory=set)

    def _begin(self, publication: Entry) -> Entry:
        """Start with the one case of a publication file; the case."""
        case: Entry = publication["cases"][0]
        self._lexicon = self.crosswalk.lexicon
        self._source: Entry = publication["source"]
        self._case = str(case["id"])
        self._resources: list[Entry] = []
        self._provenance: list[Entry] = []
        self._known = _index(case)
        self._dropped = set(_never(case))
        self._subject = {"reference": "Patient/patient"}
        return case

    # the frame

    def _all(self) -> list[Entry]:
        return [*self._resources, *self._provenance]

    def _taker(self, section: str, entry: Mapping[str, Any]) -> Taker:
        taker = Taker(f"{section}/{entry['id']}", entry, self.losses)
        taker.take("id")
        return taker

    def _address(self) -> str:
        if doi := self._source.get("doi"):
            return f"https://doi.org/{doi}"
        return str(self._source.get("url") or PREFIXES["source"] + str(self._source["id"]))

    def _resource(self, kind: str, fact: str) -> Entry:
        """A resource with the id of its fact."""
        name = fact.replace("/", "-") if fact else "patient"
        resource: Entry = {"resourceType": kind, "id": fhir_id(name)}
        resource["identifier"] = [{"system": IDENTIFIER, "value": f"{self._case}/{fact}".rstrip("/")}]
        self._resources.append(resource)
        return resource

    def _state(self, resource: Entry, taker: Taker) -> None:
        """Name the passages a resource rests on."""
        places = [str(place) for place in taker.items("at")]
        if not places:
            return
        target = {"reference": f"{resource['resourceType']}/{resource['id']}"}
        self._provenance.append(
            {
                "resourceType": "Provenance",
                "id": fhir_id(f"p-{resource['id']}"),
                "target": [target],
                "recorded": "2026-11-20T00:00:00Z",
                "agent": [{"who": {"display": f"neoplex {__version__}"}}],
                "entity": [
                    {
                        "role": "source",
                        "what": {
                            "identifier": {"system": PREFIXES["source"], "value": str(self._source["id"])},
                            "display": place,
                        },
                    }
                    for place in places
                ],
            }
        )

    # values

    def _own(self, name: str, label: str) -> Entry:
        self.own_terms.add(f"nx:{name}")
        return {"coding": [{"system": SYSTEMS["nx"], "code": name, "display": label}]}

    def _concept(self, iri: str, prefixes: tuple[str, ...]) -> Entry:
        """A concept with our own code and, where one is verified, that of another vocabulary."""
        label = self._lexicon.label(iri)
        coding = []
        foreign = self.crosswalk.find_foreign(iri, prefixes)
        if foreign is not None:
            prefix, _, code = foreign.curie.partition(":")
            system = SYSTEMS[prefix]
            coding.append(
                {
                    "system": system,
                    "code": code if prefix in ("NCIT", "UNII") else foreign.curie,
                    "display": foreign.label,
                }
            )
        else:
            self.own_terms.add("nx:" + iri.removeprefix(NX))
        coding.append({"system": SYSTEMS["nx"], "code": iri.removeprefix(NX), "display": label})
        return {"coding": coding, "text": label}

    def _term(self, words: Any, prefixes: tuple[str, ...], *roots: str) -> Entry:
        return self._concept(read_term(self._lexicon, words, *roots), prefixes)

    def _site(self, site: Site) -> Entry:
        """A body site: the structure, and the individual that also has the side."""
        concept = self._concept(site.structure, SITE_PREFIXES)
        words = self._lexicon.label(site.structure)
        if site.side in SIDE_TERMS and self._lexicon.pairing.get(site.structure) != "midline":
            side = site.side.value
            concept["coding"].append({"system": SYSTEMS["nx"], "code": side, "display": side})
            words = f"{side} {words}"
        concept["text"] = words
        return concept

    def _sites(self, taker: Taker, key: str) -> list[Entry]:
        return [self._site(site) for words in taker.items(key) for site in read_sites(self._lexicon, words)]

    def _quantity(self, measure: Any, number: float, comparator: str = "") -> Entry:
        quantity: Entry = {"value": number}
        if comparator:
            quantity["comparator"] = comparator
        if isinstance(measure, Scale):
            self.own_terms.add("nx:" + measure.iri.removeprefix(NX))
            return {**quantity, "unit": measure.label, "system": SYSTEMS["nx"], "code": measure.iri.removeprefix(NX)}
        return {**quantity, "unit": measure.label, "system": UCUM, "code": measure.code}

    def _value(self, resource: Entry, taker: Taker, key: str) -> bool:
        words = taker.take(key)
        if words is None:
            return False
        amount = read_amount(self._lexicon, words)
        quantity = amount.quantity
        if quantity.is_range:
            if quantity.comparator:
                taker.lose(key, "a range of FHIR is exact")
                return False
            low, high = (self._quantity(amount.measure, float(number)) for number in (quantity.low, quantity.high))
            resource["valueRange"] = {"low": low, "high": high}
            return True
        if quantity.comparator and quantity.comparator not in _OBSERVATION_VALUES:
            taker.lose(key, "FHIR has no comparator for about")
            return False
        resource["valueQuantity"] = self._quantity(amount.measure, float(quantity.low), quantity.comparator)
        return True

    def _when(self, resource: Entry, taker: Taker, key: str, name: str) -> None:
        """``<name>DateTime`` or ``<name>Period``."""
        value = taker.take(key)
        if value is None:
            return
        when, wording = read_time(value)
        written = write_fhir_time(when)
        if written is None:
            taker.lose(key, NO_TIME)
            return
        if wording:
            taker.lose(key, "FHIR holds the date, not the words of the source", when.text)
        resource[name + ("Period" if isinstance(written, dict) else "DateTime")] = written

    def _note(self, resource: Entry, taker: Taker) -> None:
        if says := taker.take("says"):
            resource["note"] = [{"text": says}]

    def _reference(self, name: Any) -> Entry | None:
        found = self._known.get(str(name))
        if found is None or str(name) in self._dropped:
            return None
        kind, fact = found
        return {"reference": f"{kind}/{fhir_id(fact.replace('/', '-'))}"}

    def _references(self, taker: Taker, key: str, kinds: tuple[str, ...] = ()) -> list[Entry]:
        """References to other facts; the key is lost, whole or in part, where the element cannot point there."""
        names = taker.items(key)
        kept, made = [], []
        for name in names:
            reference = self._reference(name)
            if reference is None or (kinds and reference["reference"].partition("/")[0] not in kinds):
                continue
            kept.append(name)
            made.append(reference)
        if len(kept) < len(names):
            taker.lose(key, "the element cannot point at a fact of that kind", _collapse(kept) if kept else None)
        return made


def write_fhir_time(when: When) -> str | Entry | None:
    """A date as exact as it was printed, a period, or None for a time that FHIR has no way to say.

    >>> from neoplex.model.when import parse_when
    >>> write_fhir_time(parse_when("2013-08")), write_fhir_time(parse_when("2008-06/2009"))
    ('2013-08', {'start': '2008-06', 'end': '2009'})
    >>> write_fhir_time(parse_when("2011-summer")) is None
    True
    """
    if when.moment is not None and not when.about:
        return when.moment.text if when.precision in ("day", "month", "year") else None
    if when.span is not None:
        period = {}
        for key, moment in zip(("start", "end"), when.span, strict=True):
            if moment is None:
                continue
            if moment.precision not in ("day", "month", "year"):
                return None
            period[key] = moment.text
        return period
    return None


def _index(case: Entry) -> dict[str, tuple[str, str]]:
    """Which resource each fact becomes, by its id."""
    found: dict[str, tuple[str, str]] = {}
    for entry in case.get("conditions", []):
        found[str(entry["id"])] = ("Condition", f"condition/{entry['id']}")
    for section in ("findings", "outcomes", "events"):
        for entry in case.get(section, []):
            found[str(entry["id"])] = ("Observation", f"{section.rstrip('s')}/{entry['id']}")
    for entry in case.get("investigations", []):
        found[str(entry["id"])] = ("DiagnosticReport", f"investigation/{entry['id']}")
        for inner in entry.get("findings", []):
            found[str(inner["id"])] = ("Observation", f"finding/{inner['id']}")
    for entry in case.get("treatments", []):
        kind = "MedicationStatement" if entry.get("drug") else "Procedure"
        found[str(entry["id"])] = (kind, f"treatment/{entry['id']}")
    return found


def _never(case: Entry) -> list[str]:
    """Ids of facts that no resource holds."""
    gone = [str(entry["id"]) for entry in case.get("treatments", []) if entry.get("certainty")]
    for entry in case.get("investigations", []):
        if entry.get("status") == "absent" or entry.get("certainty"):
            gone += [str(entry["id"]), *(str(inner["id"]) for inner in entry.get("findings", []))]
    return gone


def _collapse(names: list[Any]) -> Any:
    return names[0] if len(names) == 1 else names


def is_section(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(member, dict) for member in value)


def fhir_id(name: str) -> str:
    """An id of at most 64 letters, digits, hyphens and dots.

    >>> fhir_id("finding-pain"), len(fhir_id("x" * 90))
    ('finding-pain', 64)
    """
    from hashlib import sha256

    clean = re.sub(r"[^A-Za-z0-9.-]+", "-", name)
    return clean if len(clean) <= 64 else clean[:51] + "-" + sha256(name.encode()).hexdigest()[:12]
