"""One case as a FHIR R4 bundle.

Comes in: a case in the notation of its file, the lexicon and the crosswalk. Goes out: a bundle of type ``collection`` as plain
JSON values, and what it does not carry, key by key. Resources: Patient, Condition, Observation, DiagnosticReport, Procedure,
MedicationStatement, BodyStructure and Provenance, which names the passages a resource rests on.

Radiotherapy with a delivered dose uses the extensions of mCODE's radiotherapy course summary (dose and fractions delivered to a
volume, sessions). The profile itself is not claimed: it fixes codes of a vocabulary that neoplex may not ship. Other doses,
and keys that FHIR has no element for, are not stretched into elements that mean something else: they stand in the loss list.
"""

from __future__ import annotations

from typing import Any

from neoplex import __version__
from neoplex.base.names import NX, PREFIXES, property_iri
from neoplex.exchange.caseloss import Entry, Taker
from neoplex.exchange.casewords import read_amount, read_sites, read_term, read_time
from neoplex.exchange.crosswalk import (
    ACTION_PREFIXES,
    DISEASE_PREFIXES,
    DRUG_PREFIXES,
    FINDING_PREFIXES,
    MODIFIER_PREFIXES,
)
from neoplex.exchange.fhir_frame import (
    _CONDITION_STATUS,
    _SEXES,
    DOSE_EXTENSION,
    IDENTIFIER,
    NO_ELEMENT,
    NO_TIME,
    REASONS,
    SESSIONS_EXTENSION,
    UCUM,
    BundleFrame,
    fhir_id,
    is_section,
    write_fhir_time,
)
from neoplex.model.lexicon import Scale

_NOT_A_RECORD = {
    "conclusions": "what authors or doctors argue is no record of the patient",
    "not-reported": "silence of a source is no record of the patient",
}


class Bundler(BundleFrame):
    """Fills one bundle."""

    def bundle(self, publication: Entry) -> Entry:
        """The bundle of the one case of a publication file."""
        case = self._begin(publication)
        self._patient(case)
        for entry in case.get("conditions", []):
            self._condition(entry)
        for entry in case.get("findings", []):
            self._finding("findings", entry, {})
        for entry in case.get("investigations", []):
            self._investigation(entry)
        for entry in case.get("treatments", []):
            self._treatment(entry)
        for entry in case.get("outcomes", []):
            self._finding("outcomes", entry, {})
        for entry in case.get("events", []):
            self._finding("events", entry, {})
        for section in ("conclusions", "not-reported"):
            for entry in case.get(section, []):
                self._taker(section, entry).lose_all(_NOT_A_RECORD[section])
        entries = [
            {"fullUrl": f"{IDENTIFIER}{self._case}/fhir/{r['resourceType']}/{r['id']}", "resource": r}
            for r in self._all()
        ]
        return {
            "resourceType": "Bundle",
            "id": fhir_id(self._case),
            "meta": {
                "source": self._address(),
                "tag": [{"system": PREFIXES["nx"], "code": "case", "display": f"neoplex {__version__}"}],
            },
            "identifier": {"system": IDENTIFIER, "value": self._case},
            "type": "collection",
            "entry": entries,
        }

    def _patient(self, case: Entry) -> None:
        taker = Taker("case", {k: v for k, v in case.items() if not is_section(v) and k != "person"}, self.losses)
        taker.take("id")
        patient = self._resource("Patient", "")
        if label := taker.take("label"):
            patient["identifier"].append({"system": IDENTIFIER + "label", "value": label})
        if number := taker.take("number"):
            patient["identifier"].append({"system": IDENTIFIER + "number", "value": number})
        self._state(patient, taker)
        taker.close(REASONS, NO_ELEMENT)
        person = case.get("person")
        if person is None:
            return
        taker = Taker("person", person, self.losses)
        if sex := taker.take("sex"):
            patient["gender"] = _SEXES[sex]
        observation = self._resource("Observation", "person")
        observation.update(status="final", code=self._own("age", "age"), subject=self._subject)
        if not self._value(observation, taker, "age"):
            observation["code"] = self._own("PersonDescription", "person description")
        self._when(observation, taker, "when", "effective")
        self._note(observation, taker)
        self._state(observation, taker)
        taker.close(REASONS, NO_ELEMENT)

    # sections

    def _condition(self, entry: Entry) -> None:
        taker = self._taker("conditions", entry)
        resource = self._resource("Condition", f"condition/{entry['id']}")
        absent, certainty = taker.take("status") == "absent", taker.take("certainty")
        if absent and certainty:
            taker.lose("certainty", "what is refuted has no degree of certainty")
        elif certainty in ("probable", "uncertain"):
            taker.lose("certainty", "FHIR knows provisional, which is read as possible", "possible")
        code = "refuted" if absent else ("provisional" if certainty else "confirmed")
        resource["verificationStatus"] = {"coding": [{"system": _CONDITION_STATUS, "code": code}]}
        if role := taker.take("role"):
            resource["category"] = [self._concept(property_iri(role), ())]
        if basis := taker.take("basis"):
            resource.setdefault("category", []).append(self._own(basis, basis))
        resource["code"] = self._term(taker.take("kind"), DISEASE_PREFIXES, "Condition")
        if sites := self._sites(taker, "site"):
            resource["bodySite"] = sites
        resource["subject"] = self._subject
        if taker.see("when") is not None:
            taker.lose("when", "a condition of FHIR has a time when it began, not when it was seen")
        if stages := taker.items("stage"):
            resource["stage"] = [{"summary": self._term(words, ("NCIT",), "Finding")} for words in stages]
        self._note(resource, taker)
        self._state(resource, taker)
        taker.close(REASONS, NO_ELEMENT)

    def _finding(self, section: str, entry: Entry, shared: Entry) -> Entry:
        """A finding, outcome or event as an observation."""
        taker = self._taker(section, entry)
        piece = section.rstrip("s")
        root = {"findings": "Finding", "outcomes": "Outcome", "events": "Event"}[section]
        resource = self._resource("Observation", f"{piece}/{entry['id']}")
        resource["status"] = "final"
        resource["category"] = [self._own(root, self._lexicon.label(NX + root))]
        if basis := taker.take("basis"):
            resource["category"].append(self._own(basis, basis))
        resource["code"] = self._term(taker.take("kind"), FINDING_PREFIXES, root)
        resource["subject"] = self._subject
        absent = taker.take("status") == "absent"
        if taker.see("value") is not None and absent:
            taker.lose("value", "what is absent has its absence as value")
            self._absent(resource, absent)
        elif not self._value(resource, taker, "value"):
            self._absent(resource, absent)
        sites = self._sites(taker, "site")
        if len(sites) == 1:
            resource["bodySite"] = sites[0]
        elif sites:
            self._several_sites(resource, sites)
        if certainty := taker.take("certainty"):
            resource["interpretation"] = [self._concept(property_iri(certainty), ())]
        for words in taker.items("qualifiers"):
            concept = self._term(words, MODIFIER_PREFIXES, "Qualifier")
            resource.setdefault("component", []).append(
                {"code": self._own("hasQualifier", "qualifier"), "valueCodeableConcept": concept}
            )
        if method := taker.take("method"):
            resource["method"] = self._term(method, ("MAXO", "OBI", "NCIT"), "Investigation")
        if focus := self._references(taker, "of"):
            resource["focus"] = focus
        if (grade := taker.take("grade")) is not None:
            scale = taker.take("scale")
            component: Entry = {"code": self._own("grade", "grade"), "valueInteger": int(grade)}
            if scale:
                measure = self._lexicon.find_measure(str(scale))
                quantity = self._quantity(measure, float(grade))
                component = {"code": self._own("grade", "grade"), "valueQuantity": quantity}
            resource.setdefault("component", []).append(component)
        if taker.see("lasting") is not None:
            component = {"code": self._own("outcomeDuration", "lasting")}
            if self._value(component, taker, "lasting"):
                resource.setdefault("component", []).append(component)
        resource.update({key: value for key, value in shared.items() if key not in resource})
        self._when(resource, taker, "when", "effective")
        self._note(resource, taker)
        self._state(resource, taker)
        taker.close(REASONS, NO_ELEMENT)
        return resource

    def _absent(self, resource: Entry, absent: bool) -> None:
        status = "absent" if absent else "present"
        resource["valueCodeableConcept"] = self._own(status, status)

    def _several_sites(self, resource: Entry, sites: list[Entry]) -> None:
        """Observations have one body site: several stand as components."""
        for site in sites:
            resource.setdefault("component", []).append(
                {"code": self._own("hasSite", "site"), "valueCodeableConcept": site}
            )

    def _investigation(self, entry: Entry) -> None:
        taker = self._taker("investigations", entry)
        fact = f"investigation/{entry['id']}"
        findings, interpretations = taker.items("findings"), taker.items("interpretations")
        for inner in interpretations:
            self._taker("interpretations", inner).lose_all(_NOT_A_RECORD["conclusions"])
        if str(entry["id"]) in self._dropped:
            taker.lose_all("a report is of something that was done, for certain")
            for inner in findings:
                self._taker("findings", inner).lose_all("its investigation is not carried")
            return
        report = self._resource("DiagnosticReport", fact)
        report["status"] = "final"
        report["code"] = self._term(taker.take("kind"), (*ACTION_PREFIXES, "NCIT"), "Investigation")
        report["subject"] = self._subject
        self._when(report, taker, "when", "effective")
        if says := taker.take("says"):
            report["conclusion"] = says
        self._state(report, taker)
        regions = [str(words) for words in taker.items("region")]
        made = [self._finding("findings", inner, {}) for inner in findings]
        if regions:
            observation = self._resource("Observation", f"{fact}/region")
            observation["identifier"] = [{"system": IDENTIFIER + "region", "value": f"{self._case}/{fact}"}]
            observation.update(
                status="final", code=self._own("regionExamined", "region examined"), subject=self._subject
            )
            observation["component"] = [self._region(words) for words in regions]
            made.append(observation)
        if made:
            report["result"] = [{"reference": f"Observation/{resource['id']}"} for resource in made]
        taker.close(REASONS, NO_ELEMENT)

    def _region(self, words: str) -> Entry:
        code = self._own("regionExamined", "region examined")
        try:
            sites = read_sites(self._lexicon, words)
        except LookupError:
            return {"code": code, "valueString": words}
        if len(sites) != 1:
            return {"code": code, "valueString": words}
        return {"code": code, "valueCodeableConcept": self._site(sites[0])}

    def _treatment(self, entry: Entry) -> None:
        taker = self._taker("treatments", entry)
        if taker.see("certainty"):
            taker.lose_all("a procedure or medication of FHIR was given or not given, for certain")
            return
        doses = taker.items("doses")
        drugs = taker.items("drug")
        if drugs:
            self._medication(taker, entry, drugs)
            for number, dose in enumerate(doses, 1):
                self._lose_dose(entry, number, dose, "a medication has no radiation dose")
            return
        fact = f"treatment/{entry['id']}"
        resource = self._resource("Procedure", fact)
        kind = read_term(self._lexicon, taker.take("kind"), "Treatment", "Device")
        resource["status"] = self._treatment_status(taker)
        resource["code"] = self._concept(kind, ACTION_PREFIXES)
        resource["subject"] = self._subject
        self._performed(resource, taker)
        self._reasons(resource, taker)
        if sites := self._sites(taker, "target"):
            resource["bodySite"] = sites
        if reason := taker.take("reason-stopped"):
            resource["statusReason"] = {"text": reason}
        self._mcode(resource, taker, entry, doses, kind)
        self._note(resource, taker)
        self._state(resource, taker)
        taker.close(REASONS, NO_ELEMENT)

    def _treatment_status(self, taker: Taker) -> str:
        absent, completed = taker.take("status") == "absent", taker.take("completed")
        if absent:
            if completed:
                taker.lose("completed", "what was not given has no end")
            return "not-done"
        return {"yes": "completed", "no": "stopped"}.get(completed, "unknown")

    def _performed(self, resource: Entry, taker: Taker) -> None:
        """``performedPeriod`` of start and end, else ``performed`` of the time."""
        ends = {}
        for key in ("start", "end"):
            value = taker.take(key)
            if value is None:
                continue
            when, wording = read_time(value)
            written = write_fhir_time(when)
            if not isinstance(written, str):
                taker.lose(key, NO_TIME)
                continue
            if wording:
                taker.lose(key, "FHIR holds the date, not the words of the source", when.text)
            ends[key] = written
        name = "performed" if resource["resourceType"] == "Procedure" else "effective"
        if ends:
            resource[name + "Period"] = ends
        value = taker.see("when")
        if value is None:
            return
        if ends or read_time(value)[0].span is not None:
            taker.lose("when", "a period says when a treatment began and ended, not that it lies somewhere in it")
        else:
            self._when(resource, taker, "when", name)

    def _reasons(self, resource: Entry, taker: Taker) -> None:
        kinds: tuple[str, ...] = ("Condition", "Observation", "Procedure", "DiagnosticReport")
        if resource["resourceType"] == "MedicationStatement":
            kinds = ("Condition", "Observation", "DiagnosticReport")
        if reasons := self._references(taker, "for", kinds):
            resource["reasonReference"] = reasons

    def _mcode(self, resource: Entry, taker: Taker, entry: Entry, doses: list[Entry], kind: str) -> None:
        """The dose that was delivered, and the sessions, in the extensions of mCODE."""
        extensions: list[Entry] = []
        if self._lexicon.below(kind, (NX + "Radiotherapy",)):
            if (sessions := taker.take("sessions")) is not None:
                extensions.append({"url": SESSIONS_EXTENSION, "valueUnsignedInt": int(sessions)})
            delivered = [(n, dose) for n, dose in enumerate(doses, 1) if dose["role"] == "delivered"]
            for number, dose in enumerate(doses, 1):
                if not (delivered and delivered[0][0] == number and len(doses) == 1):
                    continue
                made = self._delivered(resource, entry, number, dose)
                if made is not None:
                    extensions.append(made)
        kept = 1 if any(extension["url"] == DOSE_EXTENSION for extension in extensions) else 0
        if not kept:
            for number, dose in enumerate(doses, 1):
                self._dose_observation(resource, entry, number, dose)
        if extensions:
            resource["extension"] = extensions

    def _delivered(self, resource: Entry, entry: Entry, number: int, dose: Entry) -> Entry | None:
        sites = resource.get("bodySite")
        if not sites or not set(dose) <= {"role", "total", "fractions", "at"} or "total" not in dose:
            return None
        total = read_amount(self._lexicon, dose["total"]).quantity
        if total.comparator or total.is_range or dose.get("at", entry.get("at")) != entry.get("at"):
            return None
        structure = self._resource("BodyStructure", f"treatment/{entry['id']}/volume")
        structure["identifier"] = [{"system": IDENTIFIER + "volume", "value": f"{self._case}/treatment/{entry['id']}"}]
        structure["location"] = sites[0]
        structure["patient"] = self._subject
        centigray = {"value": float(total.low * 100), "unit": "cGy", "system": UCUM, "code": "cGy"}
        parts: list[Entry] = [
            {"url": "volume", "valueReference": {"reference": f"BodyStructure/{structure['id']}"}},
            {"url": "totalDoseDelivered", "valueQuantity": centigray},
        ]
        if "fractions" in dose:
            parts.append({"url": "fractionsDelivered", "valueUnsignedInt": int(dose["fractions"])})
        taker = Taker(f"doses/{entry['id']}/{number}", dose, self.losses)
        for key in ("role", "total", "fractions"):
            taker.take(key)
        if "at" in dose:
            taker.lose("at", "the dose stands where the treatment stands")
        taker.close(REASONS, NO_ELEMENT)
        return {"url": DOSE_EXTENSION, "extension": parts}

    def _dose_observation(self, resource: Entry, entry: Entry, number: int, dose: Entry) -> None:
        """A dose with its role as an observation that is part of the procedure."""
        taker = Taker(f"doses/{entry['id']}/{number}", dose, self.losses)
        observation = self._resource("Observation", f"treatment/{entry['id']}/dose/{number}")
        name = f"{taker.take('role').capitalize()}Dose"
        observation.update(status="final", code=self._own(name, self._lexicon.label(NX + name)), subject=self._subject)
        observation["partOf"] = [{"reference": f"Procedure/{resource['id']}"}]
        components: list[Entry] = []
        for key, property_ in (("total", "totalDose"), ("per-fraction", "dosePerFraction")):
            component: Entry = {"code": self._own(property_, key)}
            if taker.see(key) is not None and self._value(component, taker, key):
                components.append(component)
        if (fractions := taker.take("fractions")) is not None:
            components.append({"code": self._own("fractionCount", "fractions"), "valueInteger": int(fractions)})
        if not components:
            self._resources.remove(observation)
            taker.lose_all("FHIR has no comparator for about")
            return
        observation["component"] = components
        self._note(observation, taker)
        self._state(observation, taker)
        taker.close(REASONS, NO_ELEMENT)

    def _lose_dose(self, entry: Entry, number: int, dose: Entry, reason: str) -> None:
        Taker(f"doses/{entry['id']}/{number}", dose, self.losses).lose_all(reason)

    def _medication(self, taker: Taker, entry: Entry, drugs: list[Any]) -> None:
        resource = self._resource("MedicationStatement", f"treatment/{entry['id']}")
        status = self._treatment_status(taker)
        resource["status"] = {"not-done": "not-taken"}.get(status, status)
        if reason := taker.take("reason-stopped"):
            resource["statusReason"] = [{"text": reason}]
        kind = read_term(self._lexicon, taker.see("kind", "drug therapy"), "Treatment")
        if kind == NX + "DrugTherapy":
            taker.take("kind")
        elif taker.take("kind"):
            resource["category"] = self._concept(kind, ACTION_PREFIXES)
        concepts = [self._concept(self._lexicon.find_class(str(drug), [NX + "Drug"]), DRUG_PREFIXES) for drug in drugs]
        resource["medicationCodeableConcept"] = concepts[0]
        resource["subject"] = self._subject
        self._performed(resource, taker)
        self._reasons(resource, taker)
        if len(drugs) > 1 and taker.see("value") is not None:
            taker.lose("value", "a dose of FHIR is that of one drug")
        else:
            self._dosage(resource, taker)
        self._note(resource, taker)
        self._state(resource, taker)
        taker.close(REASONS, NO_ELEMENT)
        for number, concept in enumerate(concepts[1:], 2):
            other = self._resource("MedicationStatement", f"treatment/{entry['id']}/{number}")
            other.update({key: value for key, value in resource.items() if key not in ("id", "resourceType")})
            other["medicationCodeableConcept"] = concept

    def _dosage(self, resource: Entry, taker: Taker) -> None:
        dosage: Entry = {}
        words = taker.take("value")
        if words is not None:
            amount = read_amount(self._lexicon, words)
            if amount.quantity.comparator or amount.quantity.is_range or isinstance(amount.measure, Scale):
                taker.lose("value", "a dose of FHIR is one exact quantity")
            else:
                dosage["doseAndRate"] = [{"doseQuantity": self._quantity(amount.measure, float(amount.quantity.low))}]
        if schedule := taker.take("schedule"):
            dosage["asNeededBoolean"] = schedule == "as needed"
        if dosage:
            resource["dosage"] = [dosage]
