"""One case as a GA4GH Phenopacket, version 2.

Comes in: a case in the notation of its file, the lexicon and the crosswalk. Goes out: the packet as plain JSON values, and what
it does not carry, key by key. Classes are written as verified identifiers of other vocabularies, else as our own IRIs.

Which element belongs to which fact, and where the source says so, stands in ``metaData.externalReferences``: the id of the
fact, the address of the publication, and ``elements | in <fact it lies in> | passage``. So a reader of the format sees the
provenance, and :mod:`neoplex.exchange.phenopacket_reader` finds the same facts again.
"""

from __future__ import annotations

from typing import Any

from neoplex.base.names import NX, property_iri
from neoplex.exchange.caseloss import Entry, Taker, as_list
from neoplex.exchange.casewords import (
    SIDE_TERMS,
    read_amount,
    read_sites,
    read_term,
)
from neoplex.exchange.crosswalk import (
    ACTION_PREFIXES,
    DISEASE_PREFIXES,
    DRUG_PREFIXES,
    FINDING_PREFIXES,
    METHOD_PREFIXES,
    MODIFIER_PREFIXES,
    SITE_PREFIXES,
)
from neoplex.exchange.phenopacket_frame import (
    _DOSE_CLASSES,
    _SEXES,
    _SPREAD,
    NO_APPROXIMATE,
    NO_ONSET,
    NO_PLACE,
    REASONS,
    PacketFrame,
)
from neoplex.model.side import Side


class Packer(PacketFrame):
    """Fills one packet."""

    def pack(self, publication: Entry) -> Entry:
        """The packet of the one case of a publication file."""
        case = self._begin(publication)
        self._head(case)
        for entry in case.get("conditions", []):
            self._condition(entry)
        for entry in case.get("findings", []):
            self._finding(entry, "")
        for entry in case.get("investigations", []):
            self._investigation(entry)
        for entry in case.get("treatments", []):
            self._treatment(entry)
        for entry in case.get("outcomes", []):
            self._outcome(entry)
        for entry in case.get("conclusions", []):
            self._conclusion("conclusions", entry)
        for section in ("events", "not-reported"):
            for entry in case.get(section, []):
                self._taker(section, entry).lose_all(NO_PLACE)
        packet: Entry = {"id": self._case, "subject": self._subject}
        packet.update({name: elements for name, elements in self._packet.items() if elements})
        packet["metaData"] = self._meta()
        return packet

    def _head(self, case: Entry) -> None:
        taker = Taker("case", {k: v for k, v in case.items() if not _is_section(v) and k != "person"}, self.losses)
        for key in ("id", "label"):
            taker.take(key)
        self._refer("", ["subject"], taker)
        taker.close(REASONS, NO_PLACE)
        person = case.get("person")
        if person is None:
            return
        taker = Taker("person", person, self.losses)
        if sex := taker.take("sex"):
            self._subject["sex"] = _SEXES[sex]
        paths = ["subject.sex"]
        if taker.see("age") is not None and (value := self._quantity(taker, "age")) is not None:
            measurement: Entry = {"assay": {"id": "nx:age", "label": "age"}, **value}
            self.own_terms.add("nx:age")
            if (time := self._time(taker, "when")) is not None:
                measurement["timeObserved"] = time
            if says := taker.take("says"):
                measurement["description"] = says
            paths = [self._add("measurements", measurement)]
        self._refer("person", paths, taker)
        taker.close(REASONS, NO_PLACE)

    # sections

    def _condition(self, entry: Entry) -> None:
        taker = self._taker("conditions", entry)
        role = taker.see("role", "")
        sites = [site for words in as_list(taker.see("site")) for site in read_sites(self._lexicon, words)]
        simple = len(sites) == 1 if role == "primary" else not sites
        if taker.see("certainty") or role in _SPREAD or not simple:
            self._feature(taker, f"condition/{entry['id']}", "", prefixes=DISEASE_PREFIXES, roots=("Condition",))
            return
        disease: Entry = {"term": self._term(taker.take("kind"), DISEASE_PREFIXES, "Condition")}
        if taker.take("status") == "absent":
            disease["excluded"] = True
        if (time := self._time(taker, "when")) is not None:
            disease["onset"] = time
        for words in taker.items("stage"):
            kind = read_term(self._lexicon, words, "Finding")
            name = "clinicalTnmFinding" if self._lexicon.below(kind, (NX + "TNMFinding",)) else "diseaseStage"
            disease.setdefault(name, []).append(self._class(kind, ("NCIT",)))
        if role == "primary":
            taker.take("role")
            taker.take("site")
            disease["primarySite"] = self._class(sites[0].structure, SITE_PREFIXES)
            if sites[0].side in (Side.LEFT, Side.RIGHT):
                disease["laterality"] = self._class(SIDE_TERMS[sites[0].side], MODIFIER_PREFIXES)
        self._refer(f"condition/{entry['id']}", [self._add("diseases", disease)], taker)
        taker.close(REASONS, NO_PLACE)

    def _feature(
        self,
        taker: Taker,
        fact: str,
        inside: str,
        *,
        prefixes: tuple[str, ...] = FINDING_PREFIXES,
        roots: tuple[str, ...] = ("Finding",),
        paths: list[str] | None = None,
    ) -> None:
        """A phenotypic feature for each site; nothing else of the entry is left to be said."""
        kind = read_term(self._lexicon, taker.take("kind"), *roots)
        shared: list[Entry] = []
        severity: Entry | None = None
        for words in taker.items("qualifiers"):
            term = read_term(self._lexicon, words, "Qualifier")
            if severity is None and self._lexicon.below(term, (NX + "Severity",)):
                severity = self._class(term, MODIFIER_PREFIXES)
            else:
                shared.append(self._class(term, MODIFIER_PREFIXES))
        for key in ("certainty", "role"):
            if word := taker.take(key):
                shared.append(self._class(property_iri(word), ()))
        excluded = taker.take("status") == "absent"
        says = taker.take("says")
        evidence = self._evidence(taker)
        found = list(paths or ())
        for place in self._place_modifiers(taker):
            feature: Entry = {"description": says} if says else {}
            feature["type"] = self._class(kind, prefixes)
            if excluded:
                feature["excluded"] = True
            if severity is not None:
                feature["severity"] = severity
            if place or shared:
                feature["modifiers"] = [*place, *shared]
            feature["evidence"] = evidence
            found.append(self._add("phenotypicFeatures", feature))
        self._refer(fact, found, taker, inside)
        if taker.see("when") is not None and not paths:
            taker.lose("when", NO_ONSET)
        taker.close(REASONS, NO_PLACE)

    def _evidence(self, taker: Taker) -> list[Entry]:
        """What the feature rests on: how it was found, or that it was reported or concluded, and where."""
        basis = taker.take("basis")
        codes = [self._class(NX + (basis or "reported"), ())]
        if method := taker.take("method"):
            codes.append(self._term(method, METHOD_PREFIXES, "Investigation"))
        places = as_list(taker.see("at"))
        reference: Entry = {"id": f"source:{self._source['id']}", "reference": self._address()}
        if places:
            reference["description"] = "; ".join(str(place) for place in places)
        return [{"evidenceCode": code, "reference": dict(reference)} for code in codes]

    def _finding(self, entry: Entry, inside: str) -> None:
        taker = self._taker("findings", entry)
        fact = f"finding/{entry['id']}"
        if taker.see("value") is None:
            self._feature(taker, fact, inside)
            return
        kind = read_term(self._lexicon, taker.see("kind"), "Finding")
        paths: list[str] = []
        value = self._quantity(taker, "value")
        if value is not None:
            measurement: Entry = {"assay": self._class(kind, FINDING_PREFIXES), **value}
            if (time := self._time(taker, "when")) is not None:
                measurement["timeObserved"] = time
            paths.append(self._add("measurements", measurement))
            alone = self._lexicon.below(kind, (NX + "LaboratoryFinding",))
            if alone and not any(
                taker.see(key) for key in ("site", "qualifiers", "certainty", "status", "basis", "method")
            ):
                taker.take("kind")
                if says := taker.take("says"):
                    measurement["description"] = says
                self._refer(fact, paths, taker, inside)
                taker.close(REASONS, NO_PLACE)
                return
        self._feature(taker, fact, inside, paths=paths)

    def _investigation(self, entry: Entry) -> None:
        taker = self._taker("investigations", entry)
        inside = f"investigation/{entry['id']}"
        findings, interpretations = taker.items("findings"), taker.items("interpretations")
        for inner in interpretations:
            self._conclusion("interpretations", inner)
        if taker.see("status") == "absent" or taker.see("certainty"):
            taker.lose_all("an action of a packet was done, for certain")
            for inner in findings:
                self._taker("findings", inner).lose_all("its investigation is not carried")
            return
        procedure: Entry = {"code": self._term(taker.take("kind"), (*ACTION_PREFIXES, "NCIT"), "Investigation")}
        if (site := self._body_site(taker, "region")) is not None:
            procedure["bodySite"] = site
        if (time := self._time(taker, "when")) is not None:
            procedure["performed"] = time
        path = self._add("medicalActions", {"procedure": procedure})
        self._refer(inside, [path], taker)
        taker.close(REASONS, NO_PLACE)
        for inner in findings:
            self._finding(inner, inside)

    def _treatment(self, entry: Entry) -> None:
        taker = self._taker("treatments", entry)
        name = str(entry["id"])
        if taker.see("status") == "absent" or taker.see("certainty"):
            taker.lose_all("an action of a packet was done, for certain")
            return
        doses = taker.items("doses")
        drugs = taker.items("drug")
        paths: list[str] = []
        if drugs:
            paths = self._drugs(taker, drugs)
        else:
            kind = read_term(self._lexicon, taker.take("kind"), "Treatment", "Device")
            paths = [self._add("medicalActions", self._radiation(taker, kind, doses) or self._procedure(taker, kind))]
        self._actions[name] = [int(path.partition("[")[2].rstrip("]")) for path in paths]
        intents = taker.items("intent")
        if len(intents) == 1:
            intent = self._term(intents[0], MODIFIER_PREFIXES, "Intent", "Qualifier")
            for index in self._actions[name]:
                self._packet["medicalActions"][index]["treatmentIntent"] = intent
        elif intents:
            taker.lose("intent", "an action has one intent")
        self._refer(f"treatment/{name}", paths, taker)
        taker.close(REASONS, NO_PLACE)
        for number, dose in enumerate(doses, 1):
            self._dose(name, number, dose)

    def _drugs(self, taker: Taker, drugs: list[Any]) -> list[str]:
        paths = []
        value = taker.take("value")
        interval: Entry | None = None
        if value is not None:
            amount = read_amount(self._lexicon, value)
            if amount.quantity.comparator or amount.quantity.is_range or len(drugs) > 1:
                taker.lose("value", "a dose interval has one exact quantity of one agent")
            else:
                quantity = {"unit": self._unit(amount.measure), "value": float(amount.quantity.low)}
                interval = {"quantity": quantity}
        if interval is not None and (schedule := taker.take("schedule")):
            name = {"regular": "regularSchedule", "as needed": "asNeeded"}[schedule]
            interval["scheduleFrequency"] = self._class(NX + name, ())
        for drug in drugs:
            agent = self._class(self._lexicon.find_class(str(drug), [NX + "Drug"]), DRUG_PREFIXES)
            treatment: Entry = {"agent": agent}
            if interval is not None:
                treatment["doseIntervals"] = [interval]
            paths.append(self._add("medicalActions", {"treatment": treatment}))
        if read_term(self._lexicon, taker.see("kind", "drug therapy"), "Treatment") == NX + "DrugTherapy":
            taker.take("kind")
        else:
            taker.lose("kind", "a treatment of a packet names its agent, not its kind")
        return paths

    def _radiation(self, taker: Taker, kind: str, doses: list[Entry]) -> Entry | None:
        """A radiation therapy, when a given dose in whole grays with fractions and one target are there."""
        if not self._lexicon.below(kind, (NX + "Radiotherapy",)) or len(as_list(taker.see("target"))) != 1:
            return None
        given = [dose for role in ("delivered", "reported") for dose in doses if dose["role"] == role]
        if not given or "total" not in given[0] or "fractions" not in given[0]:
            return None
        total = read_amount(self._lexicon, given[0]["total"]).quantity
        if total.comparator or total.is_range or total.low != int(total.low):
            return None
        site = self._body_site(taker, "target")
        if site is None:
            return None
        return {
            "radiationTherapy": {
                "modality": self._class(kind, ACTION_PREFIXES),
                "bodySite": site,
                "dosage": int(total.low),
                "fractions": int(given[0]["fractions"]),
            }
        }

    def _procedure(self, taker: Taker, kind: str) -> Entry:
        procedure: Entry = {"code": self._class(kind, ACTION_PREFIXES)}
        if (site := self._body_site(taker, "target")) is not None:
            procedure["bodySite"] = site
        if (time := self._time(taker, "when")) is not None:
            procedure["performed"] = time
        return {"procedure": procedure}

    def _dose(self, treatment: str, number: int, dose: Entry) -> None:
        """A dose with its role as a measurement, since radiation of a packet has one dose of no stated role."""
        taker = Taker(f"doses/{treatment}/{number}", dose, self.losses)
        role = taker.take("role")
        figures: list[Entry] = []
        for key, name, label in (
            ("total", "totalDose", "total dose"),
            ("per-fraction", "dosePerFraction", "dose per fraction"),
        ):
            words = taker.take(key)
            if words is None:
                continue
            amount = read_amount(self._lexicon, words)
            if amount.quantity.comparator or amount.quantity.is_range:
                taker.lose_all(NO_APPROXIMATE)
                return
            figures.append(self._figure(name, label, self._unit(amount.measure), float(amount.quantity.low)))
        if (fractions := taker.take("fractions")) is not None:
            count = self._lexicon.units["{count}"]
            figures.append(self._figure("fractionCount", "number of fractions", self._unit(count), float(fractions)))
        measurement: Entry = {
            "assay": self._class(NX + _DOSE_CLASSES[role], ()),
            "complexValue": {"typedQuantities": figures},
        }
        if says := taker.take("says"):
            measurement["description"] = says
        path = self._add("measurements", measurement)
        self._refer(f"treatment/{treatment}/dose/{number}", [path], taker, f"treatment/{treatment}")
        taker.close(REASONS, NO_PLACE)

    def _figure(self, name: str, label: str, unit: Entry, value: float) -> Entry:
        self.own_terms.add(f"nx:{name}")
        return {"type": {"id": f"nx:{name}", "label": label}, "quantity": {"unit": unit, "value": value}}

    def _outcome(self, entry: Entry) -> None:
        taker = self._taker("outcomes", entry)
        kind = read_term(self._lexicon, taker.see("kind"), "Outcome")
        absent = taker.see("status") == "absent" or taker.see("certainty")
        if kind == NX + "Death" and not absent and "vitalStatus" not in self._subject:
            taker.take("kind")
            self._subject["vitalStatus"] = {"status": "DECEASED"}
            if (time := self._time(taker, "when")) is not None:
                self._subject["vitalStatus"]["timeOfDeath"] = time
            self._refer(f"outcome/{entry['id']}", ["subject.vitalStatus"], taker)
            taker.close(REASONS, NO_PLACE)
            return
        treatments = as_list(taker.see("of"))
        actions = self._actions.get(str(treatments[0]), []) if len(treatments) == 1 else []
        if absent or not actions:
            taker.lose_all("a packet holds what a treatment led to, for certain, and no other outcome")
            return
        action = self._packet["medicalActions"][actions[0]]
        if self._lexicon.below(kind, (NX + "AdverseEvent", NX + "RadiationToxicity")):
            events = action.setdefault("adverseEvents", [])
            events.append(self._class(kind, FINDING_PREFIXES))
            path = f"medicalActions[{actions[0]}].adverseEvents[{len(events) - 1}]"
        elif "responseToTreatment" in action:
            taker.lose_all("an action has one response")
            return
        else:
            action["responseToTreatment"] = self._class(kind, ("NCIT",))
            path = f"medicalActions[{actions[0]}].responseToTreatment"
        taker.take("kind")
        taker.take("of")
        self._refer(f"outcome/{entry['id']}", [path], taker)
        taker.close(REASONS, NO_PLACE)

    def _conclusion(self, section: str, entry: Entry) -> None:
        taker = self._taker(section, entry)
        kind = read_term(self._lexicon, taker.see("kind"))
        favoured = (
            taker.see("role") == "diagnosis" and taker.see("verdict") == "favoured" and not taker.see("certainty")
        )
        disease = self._lexicon.below(kind, (NX + "Condition",))
        if section != "conclusions" or not favoured or not disease or taker.see("status") == "absent":
            taker.lose_all("a packet holds the diagnosis that its source favours and no other conclusion")
            return
        for key in ("role", "verdict", "kind"):
            taker.take(key)
        interpretation: Entry = {
            "id": f"case:{self._case}/conclusion/{entry['id']}",
            "progressStatus": "COMPLETED",
            "diagnosis": {"disease": self._class(kind, DISEASE_PREFIXES)},
        }
        if says := taker.take("says"):
            interpretation["summary"] = says
        self._refer(f"conclusion/{entry['id']}", [self._add("interpretations", interpretation)], taker)
        taker.close(REASONS, NO_PLACE)


def _is_section(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(member, dict) for member in value)
