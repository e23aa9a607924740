"""A FHIR R4 bundle as cases in the notation of a publication file.

Comes in: the JSON tree of a bundle, ours or anybody's. Goes out: a case for each Patient; faults for unknown codes and wrong
types, all in one run; and a list of what the bundle says that a case has no place for. Names, addresses, contacts, photos,
record numbers and dates of birth are never taken over. Nothing is fetched: a reference leads into the bundle or nowhere.
"""

from __future__ import annotations

import re
from typing import Any

from neoplex.base.names import NX, words_of
from neoplex.exchange.caseloss import Entry
from neoplex.exchange.casewords import write_site
from neoplex.exchange.fhir_frame import DOSE_EXTENSION, IDENTIFIER, SESSIONS_EXTENSION, SYSTEMS, UCUM
from neoplex.exchange.intake import Growing, Intake, Place, ReadCase
from neoplex.model.quantity import write_decimal

_PREFIXES = {system: prefix for prefix, system in SYSTEMS.items()} | {"http://loinc.org": "LOINC"}
_PERSONAL = (
    "name",
    "telecom",
    "birthDate",
    "address",
    "contact",
    "photo",
    "deceasedDateTime",
    "link",
    "generalPractitioner",
)
_SECTIONS = {
    "condition": "conditions", "finding": "findings", "investigation": "investigations", "treatment": "treatments",
    "outcome": "outcomes", "event": "events",
}  # fmt: skip
_ROOTS = (("findings", "Finding"), ("outcomes", "Outcome"), ("events", "Event"), ("conditions", "Condition"))
_ROLES = ("primary", "metastasis", "nodalDisease", "localExtension", "comorbidity", "complication", "syndrome")
_CERTAINTIES = {NX + "probable": "probable", NX + "possible": "possible", NX + "uncertain": "uncertain"}
_DOSES = {
    "PlannedDose": "planned",
    "DeliveredDose": "delivered",
    "ReportedDose": "reported",
    "PrescribedDose": "prescribed",
}
_DONE = {"completed": "yes", "stopped": "no"}
_TIME = re.compile(r"(\d{4}(?:-\d\d(?:-\d\d)?)?)(?:T.*)?")


class BundleReader:
    """Reads one bundle."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def read(self, top: Place) -> list[ReadCase]:
        """The cases of a bundle, one for each patient; none when the file is no bundle."""
        intake = self._intake
        if top.text("resourceType") != "Bundle":
            found = top.text("resourceType") or "no resourceType"
            intake.fault(top, found, "a FHIR R4 Bundle", "put the resources of a patient into one bundle")
            return []
        if not intake.check_kinds(top, {"entry": list, "type": str}):
            return []
        resources: list[Place] = []
        for entry in top.members("entry"):
            resource = entry.get("resource")
            if resource is None or not isinstance(resource.node.content, dict) or not resource.text("resourceType"):
                intake.fault(entry, "an entry without a resource", "a resource with its resourceType")
            elif resource.text("resourceType") == "Bundle":
                intake.fault(entry, "a bundle in a bundle", "one bundle")
            else:
                resources.append(resource)
        patients = [resource for resource in resources if resource.text("resourceType") == "Patient"]
        if not patients:
            intake.fault(top, "no Patient", "a bundle with a Patient")
            return []
        cases = []
        for patient in patients:
            mine = [resource for resource in resources if self._about(resource, patient, alone=len(patients) == 1)]
            cases.append(_PatientReader(intake, patient, mine).read())
        known = {"Patient", "Provenance", *_PatientReader.KINDS, "BodyStructure"}
        for resource in resources:
            if resource.text("resourceType") not in known:
                intake.skip(resource, f"a resource of type {resource.text('resourceType')}")
        return cases

    def _about(self, resource: Place, patient: Place, *, alone: bool) -> bool:
        if resource.text("resourceType") in ("Provenance", "Patient"):
            return resource.text("resourceType") == "Provenance"
        subject = resource.get("subject", "patient")
        reference = subject.text("reference") if subject is not None else ""
        return alone if not reference else reference.rpartition("/")[2].removeprefix("urn:uuid:") == patient.text("id")


class _PatientReader:
    """Reads what a bundle says of one patient."""

    KINDS = (
        "Condition",
        "Observation",
        "DiagnosticReport",
        "Procedure",
        "MedicationStatement",
        "MedicationAdministration",
    )

    def __init__(self, intake: Intake, patient: Place, resources: list[Place]) -> None:
        self._intake = intake
        self._patient = patient
        self._resources = resources
        self._growing = Growing()
        self._facts: dict[str, tuple[str, str]] = {}
        self._places: dict[str, list[str]] = {}
        self._doses: dict[str, dict[int, Entry]] = {}
        self._person: Entry = {}
        self._late: list[tuple[str, str, str, Place]] = []

    def read(self) -> ReadCase:
        """The case of the patient."""
        source = self._passages()
        by_kind = {kind: [r for r in self._resources if r.text("resourceType") == kind] for kind in self.KINDS}
        inside = {
            reference.text("reference").rpartition("/")[2]: report
            for report in by_kind["DiagnosticReport"]
            for reference in report.members("result")
        }
        for resource in by_kind["Condition"]:
            self._condition(resource)
        for resource in by_kind["DiagnosticReport"]:
            self._report(resource)
        for kind in ("Procedure", "MedicationStatement", "MedicationAdministration"):
            for resource in by_kind[kind]:
                if kind == "Procedure":
                    self._procedure(resource)
                else:
                    self._medication(resource)
        for resource in by_kind["Observation"]:
            self._observation(resource, inside.get(resource.text("id")))
        self._link()
        return ReadCase(self._case(), source)

    # the frame

    def _identifier(self, resource: Place, system: str = IDENTIFIER) -> str:
        for identifier in resource.members("identifier"):
            if identifier.text("system") == system:
                return identifier.text("value")
        return ""

    def _passages(self) -> Entry:
        """The passages of Provenance, by resource; and what they name as source."""
        source: Entry = {}
        for resource in self._resources:
            if resource.text("resourceType") != "Provenance":
                continue
            words = []
            for entity in resource.members("entity"):
                what = entity.get("what")
                if what is not None and what.text("display"):
                    words.append(what.text("display"))
            for target in resource.members("target"):
                self._places.setdefault(target.text("reference").rpartition("/")[2], []).extend(words)
        return source

    def _case(self) -> Entry:
        patient, intake = self._patient, self._intake
        own = self._identifier(patient)
        case: Entry = {"id": own, "label": self._identifier(patient, IDENTIFIER + "label")}
        if number := self._identifier(patient, IDENTIFIER + "number"):
            case["number"] = number
        places = self._places.get(patient.text("id"), [])
        if own and places:
            case["at"] = places
        sex = patient.text("gender")
        if sex in ("male", "female", "other"):
            self._person["sex"] = sex
        elif sex not in ("", "unknown"):
            intake.fault(
                Place(patient.node.mapping["gender"], f"{patient.path}.gender"), sex, "male, female, other or unknown"
            )
        for key in _PERSONAL:
            if (found := patient.get(key)) is not None:
                intake.skip(found, "it points at a person")
        if self._person:
            if not own:
                self._person.setdefault("at", intake.locate(patient))
            case["person"] = self._person
        for treatment, doses in sorted(self._doses.items()):
            entry = self._growing.find("treatments", treatment)
            if entry is not None:
                entry["doses"] = [doses[number] for number in sorted(doses)]
        case.update(dict(self._growing.sections()))
        return case

    def _add(self, resource: Place, section: str, entry: Entry, words: str, inside: str = "") -> str:
        intake = self._intake
        own = self._identifier(resource)
        name = own.rpartition("/")[2] if own.count("/") >= 2 else self._growing.free_id(section, words)
        places = self._places.get(resource.text("id"), [])
        if places:
            entry["at"] = places if own else intake.locate(resource, *places)
        elif not own:
            entry["at"] = intake.locate(resource)
        notes = [note.text("text") for note in resource.members("note")]
        if says := " ".join(word for word in (str(entry.get("says") or ""), *notes) if word):
            entry["says"] = says
        self._growing.add(section, name, entry, inside)
        self._facts[resource.text("id")] = (section, name)
        return name

    def _later(self, section: str, name: str, key: str, references: list[Place]) -> None:
        self._late += [(section, name, key, reference) for reference in references]

    def _link(self) -> None:
        """Turn references into ids, once every resource has one."""
        for section, name, key, reference in self._late:
            found = self._facts.get(reference.text("reference").rpartition("/")[2].removeprefix("urn:uuid:"))
            if found is None:
                self._intake.skip(reference, "a reference that leads to no fact of the case")
            else:
                self._growing.add(section, name, {key: [found[1]]})

    # values

    def _concept(self, place: Place | None, *roots: str, what: str = "a term") -> str:
        """Our term for a CodeableConcept: that of the first coding we know."""
        if place is None:
            return ""
        intake = self._intake
        codings = place.members("coding")
        for coding in codings:
            for iri in intake.crosswalk.read(_curie(coding)):
                if not roots or intake.below(iri, *roots):
                    return iri
        shown = codings[0] if codings else place
        label = shown.text("display") or place.text("text")
        return intake.identifier(shown, _curie(shown) if codings else "", label, *roots, what=what)

    def _body(self, place: Place | None) -> str:
        """A body site in the words of the file, with the side that a second coding gives."""
        if place is None:
            return ""
        intake = self._intake
        found = [iri for coding in place.members("coding") for iri in intake.crosswalk.read(_curie(coding))]
        side = next((intake.side_of(iri) for iri in found if intake.side_of(iri)), "")
        structures = list(dict.fromkeys(iri for iri in found if intake.below(iri, "AnatomicalEntity")))
        if not structures:
            self._concept(place, "AnatomicalEntity", what="a structure")
            return ""
        return intake.site(structures[-1], side) or write_site(intake.crosswalk.lexicon, structures[-1], "")

    def _time(self, resource: Place, name: str) -> str:
        """``<name>DateTime`` or ``<name>Period`` as a time of the file."""
        moment, period = resource.get(f"{name}DateTime"), resource.get(f"{name}Period")
        if moment is not None:
            return self._date(moment)
        if period is not None:
            ends = [period.get("start"), period.get("end")]
            days = [self._date(end) if end is not None else "" for end in ends]
            return "/".join(days) if any(days) else ""
        for kind in ("Age", "Range", "String", "Timing", "Instant"):
            if (found := resource.get(f"{name}{kind}")) is not None:
                if kind == "Instant":
                    return self._date(found)
                self._intake.skip(found, "a time that is no date and no period")
        return ""

    def _date(self, place: Place) -> str:
        match = _TIME.fullmatch(place.node.text)
        if match is None:
            self._intake.fault(place, place.node.text, "a FHIR date such as 2014, 2014-04 or 2014-04-29")
            return ""
        return match[1]

    def _quantity(self, place: Place) -> str:
        """A Quantity as words; empty with a fault."""
        intake = self._intake
        number = intake.number(place.get("value"))
        system, code = place.text("system"), place.text("code")
        identifier = (
            f"UCUM:{code}" if system == UCUM or not system else f"nx:{code}" if system == SYSTEMS["nx"] else code
        )
        unit = intake.measure(place, identifier if code else "", place.text("unit"))
        comparator = place.text("comparator")
        return " ".join(part for part in (comparator, number, unit) if part) if number and unit else ""

    def _value(self, resource: Place) -> str:
        if (quantity := resource.get("valueQuantity")) is not None:
            return self._quantity(quantity)
        if (span := resource.get("valueRange")) is not None:
            low, high = span.get("low"), span.get("high")
            if low is not None and high is not None:
                first, last = self._quantity(low), self._quantity(high)
                number, _, unit = last.partition(" ")
                return f"{first.partition(' ')[0]}-{number} {unit}" if first and last else ""
        return ""

    # resources

    def _condition(self, resource: Place) -> None:
        intake = self._intake
        kind = self._concept(resource.get("code"), "Condition", what="a disease")
        state = resource.get("verificationStatus")
        codes = [coding.text("code") for coding in state.members("coding")] if state is not None else []
        if "entered-in-error" in codes:
            intake.skip(resource, "entered in error")
            return
        entry: Entry = {"status": "absent" if "refuted" in codes else ""}
        if {"provisional", "unconfirmed", "differential"} & set(codes):
            entry["certainty"] = "possible"
        for category in resource.members("category"):
            for coding in category.members("coding"):
                if coding.text("system") == SYSTEMS["nx"] and coding.text("code") == "concluded":
                    entry["basis"] = "concluded"
                if coding.text("system") == SYSTEMS["nx"] and coding.text("code") in _ROLES:
                    entry["role"] = words_of(coding.text("code"))
        entry["site"] = [name for site in resource.members("bodySite") if (name := self._body(site))]
        stages = [stage.get("summary") for stage in resource.members("stage")]
        entry["stage"] = [
            intake.words(term, "Finding")
            for stage in stages
            if (term := self._concept(stage, "Finding", what="a stage"))
        ]
        if onset := self._time(resource, "onset"):
            entry["says"] = f"Began {onset}."
        if (found := resource.get("abatementDateTime", "abatementPeriod")) is not None:
            intake.skip(found, "a case holds no time of resolution")
        if kind:
            entry = {"kind": intake.words(kind, "Condition"), **entry}
            self._add(resource, "conditions", entry, intake.crosswalk.lexicon.label(kind))

    def _report(self, resource: Place) -> None:
        intake = self._intake
        kind = self._concept(resource.get("code"), "Investigation", what="an investigation")
        if not kind:
            return
        entry: Entry = {"kind": intake.words(kind, "Investigation"), "when": self._time(resource, "effective")}
        entry["says"] = resource.text("conclusion")
        for name in ("media", "presentedForm", "imagingStudy"):
            for place in resource.members(name):
                intake.skip(place, "pictures and documents are not taken over")
        self._add(resource, "investigations", entry, intake.crosswalk.lexicon.label(kind))

    def _procedure(self, resource: Place) -> None:
        intake = self._intake
        kind = self._concept(resource.get("code"), "Treatment", "Device", "Investigation", what="a procedure")
        status = resource.text("status")
        if status == "entered-in-error" or not kind:
            if kind:
                intake.skip(resource, "entered in error")
            return
        sites = [name for site in resource.members("bodySite") if (name := self._body(site))]
        if intake.below(kind, "Investigation"):
            entry: Entry = {
                "kind": intake.words(kind, "Investigation"),
                "region": sites,
                "when": self._time(resource, "performed"),
            }
            self._add(resource, "investigations", entry, intake.crosswalk.lexicon.label(kind))
            return
        entry = {
            "kind": intake.words(kind, "Treatment", "Device"),
            "target": sites,
            **self._course(resource, "performed"),
        }
        if (reason := resource.get("statusReason")) is not None:
            entry["reason-stopped"] = reason.text("text")
        dose: Entry | None = None
        for extension in resource.members("extension"):
            if extension.text("url") == SESSIONS_EXTENSION:
                entry["sessions"] = int(intake.number(extension.get("valueUnsignedInt")) or 0) or ""
            elif extension.text("url") == DOSE_EXTENSION:
                dose = self._delivered(extension)
            else:
                intake.skip(extension, f"the extension {extension.text('url')}")
        name = self._add(resource, "treatments", entry, intake.crosswalk.lexicon.label(kind))
        if dose is not None:
            self._doses.setdefault(name, {})[1] = dose
        self._later("treatments", name, "for", resource.members("reasonReference"))

    def _course(self, resource: Place, name: str) -> Entry:
        """Status and times of a procedure or medication."""
        status = resource.text("status")
        entry: Entry = {
            "status": "absent" if status in ("not-done", "not-taken") else "",
            "completed": _DONE.get(status, ""),
        }
        period = resource.get(f"{name}Period")
        if period is None:
            entry["when"] = self._time(resource, name)
            return entry
        for key in ("start", "end"):
            if (end := period.get(key)) is not None:
                entry[key] = self._date(end)
        return entry

    def _delivered(self, extension: Place) -> Entry | None:
        """The delivered dose of mCODE's extension, in gray."""
        dose: Entry = {"role": "delivered"}
        for part in extension.members("extension"):
            if part.text("url") == "totalDoseDelivered" and (quantity := part.get("valueQuantity")) is not None:
                from decimal import Decimal

                number, code = self._intake.number(quantity.get("value")), quantity.text("code")
                if number and code in ("cGy", "Gy"):
                    gray = Decimal(number) / (100 if code == "cGy" else 1)
                    dose["total"] = f"{write_decimal(gray)} Gy"
                elif number:
                    self._intake.fault(quantity, f"{number} {code}", "a dose in cGy or Gy")
            elif part.text("url") == "fractionsDelivered":
                fractions = self._intake.number(part.get("valueUnsignedInt"))
                if fractions.isdecimal():
                    dose["fractions"] = int(fractions)
        return dose if len(dose) > 1 else None

    def _medication(self, resource: Place) -> None:
        intake = self._intake
        drug = self._concept(resource.get("medicationCodeableConcept"), "Drug", what="a drug")
        if (found := resource.get("medicationReference")) is not None:
            intake.fault(found, "a reference to a Medication", "medicationCodeableConcept")
        if not drug:
            return
        entry: Entry = {"drug": [intake.words(drug, "Drug")], **self._course(resource, "effective")}
        if (category := resource.get("category")) is not None and isinstance(category.node.content, dict):
            codes = [iri for coding in category.members("coding") for iri in intake.crosswalk.read(_curie(coding))]
            kinds = [iri for iri in codes if intake.below(iri, "Treatment")]
            if kinds:
                entry["kind"] = intake.words(kinds[0], "Treatment")
        for reason in resource.members("statusReason"):
            entry["reason-stopped"] = reason.text("text")
        for dosage in resource.members("dosage"):
            for rate in dosage.members("doseAndRate"):
                if (quantity := rate.get("doseQuantity")) is not None:
                    entry["value"] = self._quantity(quantity)
            needed = dosage.get("asNeededBoolean")
            if needed is not None:
                entry["schedule"] = "as needed" if needed.node.content is True else "regular"
            if (text := dosage.get("text", "timing")) is not None:
                intake.skip(text, "how often it was given")
        name = self._add(resource, "treatments", entry, intake.crosswalk.lexicon.label(drug))
        self._later("treatments", name, "for", resource.members("reasonReference"))

    def _observation(self, resource: Place, report: Place | None) -> None:
        intake = self._intake
        if resource.text("status") in ("entered-in-error", "cancelled"):
            intake.skip(resource, resource.text("status"))
            return
        code = resource.get("code")
        codes = [coding.text("code") for coding in code.members("coding")] if code is not None else []
        own = (
            [c.text("code") for c in code.members("coding") if c.text("system") == SYSTEMS["nx"]]
            if code is not None
            else []
        )
        if "age" in own or "PersonDescription" in own:
            self._age(resource)
            return
        if "regionExamined" in own and report is not None:
            self._region(resource, report)
            return
        if any(name in _DOSES for name in own) and resource.members("partOf"):
            self._dose(resource, next(name for name in codes if name in _DOSES))
            return
        kind = self._concept(code, *(root for _, root in _ROOTS), what="a finding")
        if not kind:
            return
        section, root = next((s, r) for s, r in _ROOTS if intake.below(kind, r))
        category = [iri for c in resource.members("category") for iri in [self._category(c)] if iri]
        for wanted, name in _ROOTS:
            if name in category and intake.below(kind, name):
                section, root = wanted, name
        entry: Entry = {"kind": intake.words(kind, root), "basis": "concluded" if "concluded" in category else ""}
        self._result(resource, entry)
        self._components(resource, entry)
        if (site := self._body(resource.get("bodySite"))) != "":
            entry["site"] = [site]
        for concept in resource.members("interpretation"):
            term = next((iri for c in concept.members("coding") for iri in intake.crosswalk.read(_curie(c))), "")
            if term in _CERTAINTIES:
                entry["certainty"] = _CERTAINTIES[term]
            else:
                intake.skip(concept, "an interpretation of the value")
        if (method := resource.get("method")) is not None and (
            term := self._concept(method, "Investigation", what="a method")
        ):
            entry["method"] = intake.words(term, "Investigation")
        entry["when"] = self._time(resource, "effective")
        inside = self._facts.get(report.text("id"), ("", ""))[1] if report is not None and section == "findings" else ""
        name = self._add(resource, section, entry, intake.crosswalk.lexicon.label(kind), inside)
        self._later(section, name, "of", resource.members("focus"))

    def _category(self, concept: Place) -> str:
        return next((c.text("code") for c in concept.members("coding") if c.text("system") == SYSTEMS["nx"]), "")

    def _result(self, resource: Place, entry: Entry) -> None:
        """Value, or presence and absence."""
        intake = self._intake
        if value := self._value(resource):
            entry["value"] = value
        elif (flag := resource.get("valueBoolean")) is not None:
            entry["status"] = "" if flag.node.content is True else "absent"
        elif (concept := resource.get("valueCodeableConcept")) is not None:
            codes = [iri for coding in concept.members("coding") for iri in intake.crosswalk.read(_curie(coding))]
            if NX + "absent" in codes:
                entry["status"] = "absent"
            elif NX + "present" not in codes:
                self._concept(concept, what="present or absent")
        elif (
            found := resource.get("valueString", "valueInteger", "valueRatio", "valueDateTime", "valuePeriod")
        ) is not None:
            intake.skip(found, "a value that is no quantity, presence or absence")
        elif (absent := resource.get("dataAbsentReason")) is not None:
            intake.skip(absent, "nothing was recorded")

    def _components(self, resource: Place, entry: Entry) -> None:
        """Qualifiers, several sites, grade and duration."""
        intake = self._intake
        for component in resource.members("component"):
            code = component.get("code")
            name = self._category(code) if code is not None else ""
            value = component.get("valueCodeableConcept")
            if name == "hasQualifier" and value is not None:
                if term := self._concept(value, what="a qualifier"):
                    entry.setdefault("qualifiers", []).append(intake.words(term, "Qualifier"))
            elif name == "hasSite" and value is not None:
                if site := self._body(value):
                    entry.setdefault("site", []).append(site)
            elif name == "grade":
                self._grade(component, entry)
            elif name == "outcomeDuration":
                entry["lasting"] = self._value(component)
            else:
                intake.skip(component, "a component of an observation")

    def _grade(self, component: Place, entry: Entry) -> None:
        quantity = component.get("valueQuantity")
        if quantity is None:
            entry["grade"] = int(self._intake.number(component.get("valueInteger")) or 0)
            return
        number, _, scale = self._quantity(quantity).partition(" ")
        if number.isdecimal():
            entry.update(grade=int(number), scale=scale)

    def _age(self, resource: Place) -> None:
        self._person["age"] = self._value(resource)
        self._person["when"] = self._time(resource, "effective")
        self._person["says"] = " ".join(note.text("text") for note in resource.members("note"))
        places = self._places.get(resource.text("id"), [])
        if places:
            self._person["at"] = places
        elif not self._identifier(resource):
            self._person["at"] = self._intake.locate(resource)
        self._person = {key: value for key, value in self._person.items() if value}

    def _region(self, resource: Place, report: Place) -> None:
        name = self._facts.get(report.text("id"), ("", ""))[1]
        regions = []
        for component in resource.members("component"):
            words = component.text("valueString") or self._body(component.get("valueCodeableConcept"))
            if words:
                regions.append(words)
        if name:
            self._growing.add("investigations", name, {"region": regions})

    def _dose(self, resource: Place, kind: str) -> None:
        intake = self._intake
        parents = [self._facts.get(p.text("reference").rpartition("/")[2]) for p in resource.members("partOf")]
        if not parents or parents[0] is None:
            intake.skip(resource, "a radiation dose of no procedure of the bundle")
            return
        dose: Entry = {"role": _DOSES[kind]}
        for component in resource.members("component"):
            code = component.get("code")
            name = self._category(code) if code is not None else ""
            key: Any = {"totalDose": "total", "dosePerFraction": "per-fraction"}.get(name)
            if key:
                dose[key] = self._value(component)
            elif name == "fractionCount":
                dose["fractions"] = int(intake.number(component.get("valueInteger")) or 0)
        says = " ".join(note.text("text") for note in resource.members("note"))
        if says:
            dose["says"] = says
        if places := self._places.get(resource.text("id"), []):
            dose["at"] = places
        number = self._identifier(resource).rpartition("/")[2]
        doses = self._doses.setdefault(parents[0][1], {})
        doses[int(number) if number.isdecimal() else len(doses) + 1] = dose


def _curie(coding: Place) -> str:
    """``PREFIX:code`` of a coding whose system we know, else ``system|code``."""
    system, code = coding.text("system"), coding.text("code")
    prefix = _PREFIXES.get(system)
    if prefix is None:
        return f"{system}|{code}" if system else code
    return code if code.startswith(prefix + ":") else f"{prefix}:{code}"
