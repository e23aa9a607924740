"""What every element of a Phenopacket is made of: classes, quantities, times, sites, and the references to its source.

Comes in: words of the file notation. Goes out: building blocks as plain JSON values; what they cannot hold is noted as a loss.
Which element a fact becomes is decided in :mod:`neoplex.exchange.phenopacket`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from neoplex import __version__
from neoplex.base.names import PREFIXES
from neoplex.exchange.caseloss import CaseLoss, Entry, Taker
from neoplex.exchange.casewords import (
    SIDE_TERMS,
    name_days,
    read_amount,
    read_sites,
    read_term,
    read_time,
)
from neoplex.exchange.crosswalk import (
    MODIFIER_PREFIXES,
    SITE_PREFIXES,
    Crosswalk,
)
from neoplex.model.lexicon import Scale
from neoplex.model.side import Side
from neoplex.model.when import span_of

SCHEMA_VERSION = "2.0"
RELEASED = "2026-11-20T00:00:00Z"
"""``created`` is the day of the neoplex release that wrote the packet, not the hour of the run: same case, same bytes."""

VOCABULARIES = {
    "HP": ("Human Phenotype Ontology", "http://purl.obolibrary.org/obo/hp.owl"),
    "MONDO": ("Mondo Disease Ontology", "http://purl.obolibrary.org/obo/mondo.owl"),
    "NCIT": ("NCI Thesaurus", "http://purl.obolibrary.org/obo/ncit.owl"),
    "DOID": ("Human Disease Ontology", "http://purl.obolibrary.org/obo/doid.owl"),
    "UBERON": ("Uberon multi-species anatomy ontology", "http://purl.obolibrary.org/obo/uberon.owl"),
    "MAXO": ("Medical Action Ontology", "http://purl.obolibrary.org/obo/maxo.owl"),
    "OBI": ("Ontology for Biomedical Investigations", "http://purl.obolibrary.org/obo/obi.owl"),
    "CHEBI": ("Chemical Entities of Biological Interest", "http://purl.obolibrary.org/obo/chebi.owl"),
    "PATO": ("Phenotype And Trait Ontology", "http://purl.obolibrary.org/obo/pato.owl"),
    "ECO": ("Evidence and Conclusion Ontology", "http://purl.obolibrary.org/obo/eco.owl"),
    "UNII": ("Unique Ingredient Identifier", "http://identifiers.org/unii/"),
}
_DOSE_CLASSES = {
    "planned": "PlannedDose",
    "delivered": "DeliveredDose",
    "reported": "ReportedDose",
    "prescribed": "PrescribedDose",
}
_SPREAD = ("metastasis", "nodal disease", "local extension")
_SEXES = {"male": "MALE", "female": "FEMALE", "other": "OTHER_SEX"}

NO_ONSET = "a packet says when a feature began, not when it was seen"
NO_RELATIVE = "times told from other events have no place in a packet"
NO_APPROXIMATE = "quantities of a packet are exact"
NO_PLACE = "no element of a packet holds it"
REASONS = {
    "of": "elements of a packet do not point at each other",
    "with": "elements of a packet do not point at each other",
    "for": "elements of a packet do not point at each other",
    "explains": "elements of a packet do not point at each other",
    "derived": "a packet does not mark what was worked out",
    "cites": "a packet does not say which work a source leans on for one fact",
    "start": "a procedure or treatment has one time at most",
    "end": "a procedure or treatment has one time at most",
    "number": "a packet has no number of the patient in the paper",
}  # fmt: skip


@dataclass
class PacketFrame:
    """The elements of one packet."""

    crosswalk: Crosswalk
    losses: list[CaseLoss] = field(default_factory=list)
    foreign: set[str] = field(default_factory=set)
    own_terms: set[str] = field(default_factory=set)

    def _begin(self, publication: Entry) -> Entry:
        """Start with the one case of a publication file; the case."""
        case: Entry = publication["cases"][0]
        self._lexicon = self.crosswalk.lexicon
        self._source: Entry = publication["source"]
        self._case = str(case["id"])
        self._references: list[Entry] = []
        self._packet: dict[str, list[Entry]] = {
            name: [] for name in ("phenotypicFeatures", "measurements", "interpretations", "diseases", "medicalActions")
        }
        self._actions: dict[str, list[int]] = {}
        self._subject: Entry = {"id": self._case, "alternateIds": [case["label"]]}
        return case

    # the frame

    def _taker(self, section: str, entry: Mapping[str, Any]) -> Taker:
        taker = Taker(f"{section}/{entry['id']}", entry, self.losses)
        taker.take("id")
        return taker

    def _add(self, name: str, element: Entry) -> str:
        self._packet[name].append(element)
        return f"{name}[{len(self._packet[name]) - 1}]"

    def _refer(self, fact: str, paths: list[str], taker: Taker, inside: str = "") -> None:
        """Write down which elements are which fact, and where the source says so."""
        name = f"case:{self._case}" + (f"/{fact}" if fact else "")
        for place in taker.items("at") or [""]:
            parts = [" ".join(paths), f"in case:{self._case}/{inside}" if inside else "", str(place)]
            description = " | ".join(part for part in parts if part)
            self._references.append({"id": name, "reference": self._address(), "description": description})

    def _address(self) -> str:
        if doi := self._source.get("doi"):
            return f"https://doi.org/{doi}"
        return str(self._source.get("url") or PREFIXES["source"] + str(self._source["id"]))

    def _meta(self) -> Entry:
        source = self._source
        resources = [
            {
                "id": prefix.lower(),
                "name": VOCABULARIES[prefix][0],
                "url": VOCABULARIES[prefix][1],
                "namespacePrefix": prefix,
                "iriPrefix": self.crosswalk.prefixes[prefix],
            }
            for prefix in sorted(self.foreign)
        ]
        own = {"name": "neoplex", "version": __version__}
        resources += [
            {"id": "nx", **own, "url": PREFIXES["nx"], "namespacePrefix": "nx", "iriPrefix": PREFIXES["nx"]},
            {"id": "case", **own, "url": PREFIXES["case"], "namespacePrefix": "case", "iriPrefix": PREFIXES["case"]},
            {
                "id": "source",
                **own,
                "url": PREFIXES["source"],
                "namespacePrefix": "source",
                "iriPrefix": PREFIXES["source"],
            },
            {
                "id": "ucum",
                "name": "Unified Code for Units of Measure",
                "url": "http://unitsofmeasure.org",
                "namespacePrefix": "UCUM",
                "iriPrefix": "http://unitsofmeasure.org/",
            },
        ]
        publication = {
            "id": f"source:{source['id']}",
            "reference": self._address(),
            "description": str(source["title"]),
        }
        return {
            "created": RELEASED,
            "createdBy": f"neoplex {__version__}",
            "resources": resources,
            "phenopacketSchemaVersion": SCHEMA_VERSION,
            "externalReferences": [publication, *self._references],
        }

    # values

    def _class(self, iri: str, prefixes: tuple[str, ...]) -> Entry:
        term = self.crosswalk.write(iri, prefixes)
        prefix = term.curie.partition(":")[0]
        if prefix in VOCABULARIES:
            self.foreign.add(prefix)
        else:
            self.own_terms.add(term.curie)
        return {"id": term.curie, "label": term.label}

    def _term(self, words: Any, prefixes: tuple[str, ...], *roots: str) -> Entry:
        return self._class(read_term(self._lexicon, words, *roots), prefixes)

    def _unit(self, measure: Any) -> Entry:
        if isinstance(measure, Scale):
            return self._class(measure.iri, ())
        return {"id": f"UCUM:{measure.code}", "label": measure.label}

    def _quantity(self, taker: Taker, key: str) -> Entry | None:
        """``value`` or ``complexValue`` of a measurement, or None with the loss noted."""
        amount = read_amount(self._lexicon, taker.take(key))
        if amount.quantity.comparator:
            taker.lose(key, NO_APPROXIMATE)
            return None
        unit = self._unit(amount.measure)
        if not amount.quantity.is_range:
            return {"value": {"quantity": {"unit": unit, "value": float(amount.quantity.low)}}}
        ends = (("lowValue", "low value", amount.quantity.low), ("highValue", "high value", amount.quantity.high))
        self.own_terms.update(("nx:lowValue", "nx:highValue"))
        return {
            "complexValue": {
                "typedQuantities": [
                    {"type": {"id": f"nx:{name}", "label": label}, "quantity": {"unit": unit, "value": float(number)}}
                    for name, label, number in ends
                ]
            }
        }

    def _time(self, taker: Taker, key: str) -> Entry | None:
        """A time element, or None when there is no time or the packet cannot hold it."""
        value = taker.take(key)
        if value is None:
            return None
        when, wording = read_time(value)
        span = span_of(when, lambda _: None)
        if when.relative is not None or span is None:
            taker.lose(key, NO_RELATIVE)
            return None
        first, last = span.whole.earliest, span.whole.latest
        found = name_days(first, last)
        if found != when.text or wording:
            taker.lose(key, "a packet holds the days, not the words or how exact they are", found)
        if first is not None and first == last:
            return {"timestamp": f"{first.isoformat()}T00:00:00Z"}
        interval: Entry = {}
        if first is not None:
            interval["start"] = f"{first.isoformat()}T00:00:00Z"
        if last is not None:
            interval["end"] = f"{last.isoformat()}T00:00:00Z"
        return {"interval": interval}

    def _place_modifiers(self, taker: Taker) -> list[list[Entry]]:
        """For each site its structure and side as modifiers; one empty list when no site is given."""
        found: list[list[Entry]] = []
        for words in taker.items("site"):
            for site in read_sites(self._lexicon, words):
                made = [self._class(site.structure, SITE_PREFIXES)]
                unpaired = self._lexicon.pairing.get(site.structure) == "midline"
                if site.side in SIDE_TERMS and not (site.side is Side.MIDLINE and unpaired):
                    made.append(self._class(SIDE_TERMS[site.side], MODIFIER_PREFIXES))
                found.append(made)
        return found or [[]]

    def _body_site(self, taker: Taker, key: str) -> Entry | None:
        """One structure without a side; other structures and the side are lost."""
        words = taker.items(key)
        if not words:
            return None
        try:
            sites = [site for word in words for site in read_sites(self._lexicon, word)]
        except LookupError:
            sites = []
        if len({site.structure for site in sites}) != 1 or len(sites) != 1:
            taker.lose(key, "a procedure or radiation has one body site, without a side")
            return None
        unpaired = self._lexicon.pairing.get(sites[0].structure) == "midline"
        if not unpaired and sites[0].side is not Side.NOT_REPORTED:
            bare = self._lexicon.label(sites[0].structure)
            taker.lose(key, "a procedure or radiation has one body site, without a side", bare)
        return self._class(sites[0].structure, SITE_PREFIXES)
