"""A GA4GH Phenopacket, version 2, as a case in the notation of a publication file.

Comes in: the JSON tree of a packet, ours or anybody's. Goes out: a case; faults for unknown terms and wrong types, all in one
run; and a list of what the packet says that a case has no place for. The subject's id and date of birth are never taken over.
Keys may be in camel case or with underscores, as the format allows both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from neoplex.base.names import NX
from neoplex.exchange.caseloss import Entry
from neoplex.exchange.casewords import name_days
from neoplex.exchange.intake import Growing, Intake, Place, ReadCase, camel_keys, read_iso_duration

_FACT = re.compile(r"case:(?P<case>[^/]+)(?:/(?P<section>[a-z-]+)(?:/(?P<id>[^/]+)(?:/dose/(?P<dose>\d+))?)?)?")
_SECTIONS = {
    "condition": "conditions", "finding": "findings", "investigation": "investigations", "treatment": "treatments",
    "outcome": "outcomes", "conclusion": "conclusions",
}  # fmt: skip
_SEXES = {"FEMALE": "female", "MALE": "male", "OTHER_SEX": "other", "1": "female", "2": "male", "3": "other"}
_DOSES = {
    "PlannedDose": "planned",
    "DeliveredDose": "delivered",
    "ReportedDose": "reported",
    "PrescribedDose": "prescribed",
}
_PARTS = {
    "id": str, "subject": dict, "phenotypicFeatures": list, "measurements": list, "biosamples": list, "interpretations": list,
    "diseases": list, "medicalActions": list, "files": list, "metaData": dict,
}  # fmt: skip
_CERTAINTIES = {NX + "probable": "probable", NX + "possible": "possible", NX + "uncertain": "uncertain"}
_ROLES = {
    NX + "primary": "primary", NX + "metastasis": "metastasis", NX + "nodalDisease": "nodal disease",
    NX + "localExtension": "local extension", NX + "comorbidity": "comorbidity", NX + "complication": "complication",
    NX + "syndrome": "syndrome",
}  # fmt: skip


@dataclass(frozen=True)
class Origin:
    """Which fact an element is, where it lies, and what the source says of the place."""

    case: str
    section: str
    name: str
    dose: int
    inside: str
    at: tuple[str, ...]


class PacketReader:
    """Reads one packet."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._growing = Growing()
        self._origins: dict[str, Origin] = {}
        self._doses: dict[str, dict[int, Entry]] = {}
        self._person: Entry = {}

    def read(self, top: Place) -> ReadCase | None:
        """The case of a packet, or None when the file is none."""
        top = camel_keys(top)
        if not self._check_top(top):
            return None
        source = self._meta(top)
        for place in top.members("diseases"):
            self._disease(place)
        for place in top.members("medicalActions"):
            self._action(place)
        for place in top.members("phenotypicFeatures"):
            self._feature(place)
        for place in top.members("measurements"):
            self._measurement(place)
        for place in top.members("interpretations"):
            self._interpretation(place)
        for name in ("biosamples", "files"):
            for place in top.members(name):
                self._intake.skip(place, "cases of neoplex hold no samples and no files")
        self._subject(top)
        return ReadCase(self._case(top), source)

    # the frame

    def _check_top(self, top: Place) -> bool:
        mapping = top.node.mapping
        if not isinstance(top.node.content, dict):
            self._intake.fault(
                top, "a list" if isinstance(top.node.content, list) else "a single value", "a phenopacket, an object"
            )
            return False
        for other in ("proband", "members", "consanguinousParents"):
            if other in mapping:
                self._intake.fault(
                    top, f"a family or cohort ({other})", "one phenopacket for each person", "split it first"
                )
                return False
        if not any(
            name in mapping for name in ("phenotypicFeatures", "diseases", "medicalActions", "measurements", "metaData")
        ):
            self._intake.fault(top, ", ".join(list(mapping)[:6]) or "an empty object", "a phenopacket, version 2")
            return False
        right = self._intake.check_kinds(top, _PARTS)
        for name in sorted(set(mapping) - set(_PARTS)):
            place = Place(mapping[name], name)
            self._intake.fault(place, f"the key {name}", f"one of {', '.join(_PARTS)}")
        for name, kind in _PARTS.items():
            if kind is list:
                for place in top.members(name):
                    if not isinstance(place.node.content, dict):
                        self._intake.fault(place, place.node.text or "something else", "an object")
                        right = False
        version = top.get("metaData")
        if version is not None and version.text("phenopacketSchemaVersion").startswith("1"):
            self._intake.fault(version, f"schema version {version.text('phenopacketSchemaVersion')}", "version 2")
            right = False
        return right

    def _meta(self, top: Place) -> Entry:
        """The publication as far as the packet names it, and which element is which fact."""
        source: Entry = {}
        meta = top.get("metaData")
        for place in meta.members("externalReferences") if meta is not None else []:
            fact = _FACT.fullmatch(place.text("id"))
            if fact is not None:
                self._origin(place, fact)
            elif not source:
                source["title"] = place.text("description")
                reference = place.text("reference") or place.text("id")
                doi = re.search(r"10\.\d{4,9}/\S+", reference)
                pmid = re.fullmatch(r"(?:PMID|pmid):\s*(\d+)", place.text("id"))
                if doi is not None:
                    source["doi"] = doi[0]
                elif pmid is not None:
                    source["pmid"] = pmid[1]
                elif reference.startswith(("http://", "https://")) and not reference.startswith(
                    "https://w3id.org/neoplex/"
                ):
                    source["url"] = reference
        return {key: value for key, value in source.items() if value}

    def _origin(self, place: Place, fact: re.Match[str]) -> None:
        parts = place.text("description").split(" | ")
        inside = next((part[3:] for part in parts[1:] if part.startswith("in case:")), "")
        nested = _FACT.fullmatch(inside)
        at = " | ".join(part for part in parts[1:] if not part.startswith("in case:")).strip(" |")
        for path in parts[0].split():
            known = self._origins.get(path)
            self._origins[path] = Origin(
                fact["case"],
                fact["section"] or "",
                fact["id"] or "",
                int(fact["dose"] or 0),
                (nested["id"] or "") if nested is not None else "",
                (*(known.at if known is not None else ()), *((at,) if at else ())),
            )

    def _case(self, top: Place) -> Entry:
        origin = self._origins.get("subject")
        label = ""
        if origin is not None:
            subject = top.get("subject")
            names = subject.members("alternateIds") if subject is not None else []
            label = names[0].node.text if names else ""
        case: Entry = {"id": origin.case if origin is not None else "", "label": label}
        if origin is not None and not origin.section and origin.at:
            case["at"] = list(origin.at)
        if self._person:
            case["person"] = self._person
        for treatment, doses in sorted(self._doses.items()):
            entry = self._growing.find("treatments", treatment)
            if entry is not None:
                entry["doses"] = [doses[number] for number in sorted(doses)]
        case.update(dict(self._growing.sections()))
        return case

    def _subject(self, top: Place) -> None:
        subject = top.get("subject")
        if subject is None:
            return
        intake = self._intake
        sex = subject.text("sex")
        if sex in _SEXES:
            self._person["sex"] = _SEXES[sex]
        elif sex and sex not in ("UNKNOWN_SEX", "0"):
            intake.fault(Place(subject.node.mapping["sex"], f"{subject.path}.sex"), sex, f"one of {', '.join(_SEXES)}")
        encounter = subject.get("timeAtLastEncounter")
        if encounter is not None and "age" not in self._person:
            age = encounter.get("age")
            years = read_iso_duration(age.text("iso8601duration")) if age is not None else ""
            if years:
                self._person["age"] = years
                self._person.setdefault("at", intake.locate(encounter))
            else:
                intake.skip(encounter, "an age that is no length of time in years, months, weeks or days")
        origin = self._origins.get("subject.sex")
        if origin is not None and origin.at:
            self._person["at"] = list(origin.at)
        elif self._person and "at" not in self._person and "subject" not in self._origins:
            self._person["at"] = intake.locate(subject)
        for name, why in (
            ("dateOfBirth", "a date of birth points at a person"),
            ("karyotypicSex", "a case holds no karyotype"),
            ("gender", "a case holds the sex as the source gives it"),
        ):
            found = subject.get(name)
            if found is not None and found.node.text not in ("UNKNOWN_KARYOTYPE", "0"):
                intake.skip(found, why)
        vital = subject.get("vitalStatus")
        if vital is not None and vital.text("status") == "DECEASED":
            entry: Entry = {"kind": intake.words(NX + "Death", "Outcome"), "when": self._time(vital.get("timeOfDeath"))}
            self._add(vital, "outcomes", entry, "death", path="subject.vitalStatus")
        elif vital is not None and vital.text("status") == "ALIVE":
            intake.skip(vital, "that the person was alive, since the packet does not say when")

    # shared

    def _add(self, place: Place, section: str, entry: Entry, words: str, *, path: str = "", at: str = "") -> str:
        """Add what an element says of its fact; the id of the fact."""
        origin = self._origins.get(path or place.path)
        intake = self._intake
        if origin is not None and origin.name:
            name = origin.name
            if origin.at:
                entry["at"] = list(origin.at)
            elif not origin.inside and "subject" not in self._origins:
                entry["at"] = intake.locate(place)
            self._growing.add(section, name, entry, origin.inside)
            return name
        name = self._growing.free_id(section, words)
        entry["at"] = intake.locate(place, at)
        self._growing.add(section, name, entry)
        return name

    def _time(self, place: Place | None) -> str:
        """A time element as a date or span; empty, and noted, when a case cannot hold it."""
        if place is None:
            return ""
        intake = self._intake
        stamp, interval = place.get("timestamp"), place.get("interval")
        if stamp is not None:
            return name_days(day, day) if (day := self._day(stamp)) is not None else ""
        if interval is not None:
            first, last = interval.get("start"), interval.get("end")
            days = [self._day(end) if end is not None else None for end in (first, last)]
            return name_days(days[0], days[1]) if any(days) else ""
        intake.skip(place, "a time told as an age or a class, which a case has no zero point for")
        return ""

    def _day(self, place: Place) -> date | None:
        match = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d.*)?", place.node.text)
        try:
            if match is not None:
                return date.fromisoformat(match[1])
        except ValueError:
            pass
        self._intake.fault(place, place.node.text, "a time such as 2014-04-29T00:00:00Z")
        return None

    def _basis(self, place: Place, entry: Entry) -> str:
        """Method, basis and place out of the evidence of a feature; returns the words for the place."""
        at = ""
        for evidence in place.members("evidence"):
            code, reference = evidence.get("evidenceCode"), evidence.get("reference")
            found = self._intake.crosswalk.read(code.text("id")) if code is not None else ()
            if len(found) == 1 and self._intake.below(found[0], "Investigation"):
                entry["method"] = self._intake.words(found[0], "Investigation")
            elif found == (NX + "concluded",):
                entry["basis"] = "concluded"
            elif found != (NX + "reported",) and code is not None:
                self._intake.skip(evidence, f"the evidence {code.text('id')} {code.text('label')}".strip())
            if reference is not None and not at:
                at = reference.text("description")
        return at

    def _body(self, place: Place | None, side: Place | None = None) -> str:
        """A body site, with the laterality beside it, in the words of the file."""
        if place is None:
            return ""
        structure = self._intake.term(place, "AnatomicalEntity", what="a structure")
        if not structure:
            return ""
        where = ""
        if side is not None:
            term = self._intake.term(side, what="a side")
            where = self._intake.side_of(term)
            if term and not where:
                self._intake.skip(side, "a laterality that is no side")
        return self._intake.site(structure, where)

    # elements

    def _disease(self, place: Place) -> None:
        intake = self._intake
        if not intake.check_kinds(place, {"excluded": bool}):
            return
        kind = intake.term(place.get("term"), "Condition", what="a disease")
        stages = [*place.members("diseaseStage"), *place.members("clinicalTnmFinding")]
        entry: Entry = {
            "status": "absent" if place.text("excluded") == "true" else "",
            "stage": [
                intake.words(term, "Finding")
                for stage in stages
                if (term := intake.term(stage, "Finding", what="a stage"))
            ],
            "when": self._time(place.get("onset")),
        }
        site = self._body(place.get("primarySite"), place.get("laterality"))
        if site:
            entry.update(site=site, role="primary")
        if (found := place.get("resolution")) is not None:
            intake.skip(found, "a case holds no time of resolution")
        if kind:
            entry = {"kind": intake.words(kind, "Condition"), **entry}
            self._add(place, "conditions", entry, intake.crosswalk.lexicon.label(kind))

    def _feature(self, place: Place) -> None:
        intake = self._intake
        if not intake.check_kinds(place, {"excluded": bool, "description": str, "modifiers": list, "evidence": list}):
            return
        kind = intake.term(place.get("type"), "Finding", "Condition", "Outcome", what="a finding")
        entry: Entry = {"status": "absent" if place.text("excluded") == "true" else ""}
        self._modifiers(place, entry)
        if (severity := place.get("severity")) is not None and (
            term := intake.term(severity, "Qualifier", what="a severity")
        ):
            entry.setdefault("qualifiers", []).append(intake.words(term, "Qualifier"))
        at = self._basis(place, entry)
        says = [place.text("description")]
        onset = place.get("onset")
        age = onset.get("age") if onset is not None else None
        if age is not None and (years := read_iso_duration(age.text("iso8601duration"))):
            says.append(f"Began at the age of {years}.")
        elif onset is not None and (time := self._time(onset)):
            says.append(f"Began {time}.")
        entry["says"] = " ".join(word for word in says if word)
        if (found := place.get("resolution")) is not None:
            intake.skip(found, "a case holds no time of resolution")
        if not kind:
            return
        section = next(s for s, root in _FEATURE_ROOTS if intake.below(kind, root))
        origin = self._origins.get(place.path)
        if origin is not None and _SECTIONS.get(origin.section) in dict(_FEATURE_ROOTS):
            section = _SECTIONS[origin.section]
        elif "role" in entry and intake.below(kind, "Condition"):
            section = "conditions"
        entry = {"kind": intake.words(kind, *(root for s, root in _FEATURE_ROOTS if s == section)), **entry}
        self._add(place, section, entry, intake.crosswalk.lexicon.label(kind), at=at)

    def _modifiers(self, place: Place, entry: Entry) -> None:
        """Sites, side, certainty, role and qualifiers out of the modifiers of a feature."""
        intake = self._intake
        structures: list[str] = []
        side: Place | None = None
        where = ""
        for modifier in place.members("modifiers"):
            term = intake.term(modifier, what="a modifier")
            if not term:
                continue
            found = intake.side_of(term)
            if found and not (found == "bilateral" and place.path in self._origins):  # ours writes both sides singly
                side, where = modifier, found
            elif term in _CERTAINTIES:
                entry["certainty"] = _CERTAINTIES[term]
            elif term in _ROLES:
                entry["role"] = _ROLES[term]
            elif intake.below(term, "AnatomicalEntity"):
                structures.append(term)
            else:
                entry.setdefault("qualifiers", []).append(intake.words(term, "Qualifier"))
        if side is not None and len(structures) != 1:
            intake.skip(side, "a side beside no structure or beside several")
            where = ""
        if where == "bilateral" and intake.crosswalk.lexicon.pairing.get(structures[0]) == "midline":
            entry.setdefault("qualifiers", []).append(where)
            where = ""
        sites = [name for structure in structures if (name := intake.site(structure, where))]
        if sites:
            entry["site"] = sites
        if side is not None and where and not sites:
            intake.skip(side, "a side of a structure that has none")
            entry["site"] = [intake.site(structure, "") for structure in structures]

    def _measurement(self, place: Place) -> None:
        intake = self._intake
        assay = place.get("assay")
        if assay is not None and assay.text("id") == "nx:age":
            self._age(place)
            return
        kind = intake.term(assay, "Finding", "RadiationDose", what="an assay")
        if not kind:
            return
        if intake.below(kind, "RadiationDose"):
            self._dose(place, kind)
            return
        entry: Entry = {
            "value": self._value(place),
            "when": self._time(place.get("timeObserved")),
            "says": place.text("description"),
        }
        procedure = place.get("procedure")
        if procedure is not None and (method := intake.term(procedure.get("code"), "Investigation", what="a method")):
            entry["method"] = intake.words(method, "Investigation")
        if entry["value"]:
            entry = {"kind": intake.words(kind, "Finding"), **entry}
            self._add(place, "findings", entry, intake.crosswalk.lexicon.label(kind))

    def _age(self, place: Place) -> None:
        origin = self._origins.get(place.path)
        self._person["age"] = self._value(place)
        if time := self._time(place.get("timeObserved")):
            self._person["when"] = time
        if says := place.text("description"):
            self._person["says"] = says
        if origin is not None and origin.at:
            self._person["at"] = list(origin.at)
        elif "subject" not in self._origins:
            self._person["at"] = self._intake.locate(place)

    def _quantity(self, place: Place | None) -> tuple[str, str]:
        if place is None:
            return "", ""
        unit = place.get("unit")
        words = self._intake.measure(unit or place, unit.text("id") if unit else "", unit.text("label") if unit else "")
        number = place.get("value")
        return ("0" if number is None else self._intake.number(number)), words  # protobuf leaves a zero out

    def _value(self, place: Place) -> str:
        intake = self._intake
        value, several = place.get("value"), place.get("complexValue")
        if value is not None and value.get("quantity") is not None:
            number, unit = self._quantity(value.get("quantity"))
            return f"{number} {unit}" if number and unit else ""
        if several is not None:
            figures: dict[str, tuple[str, str]] = {}
            for typed in several.members("typedQuantities"):
                kind = typed.get("type")
                figures[kind.text("id") if kind is not None else ""] = self._quantity(typed.get("quantity"))
            if set(figures) == {"nx:lowValue", "nx:highValue"}:
                return f"{figures['nx:lowValue'][0]}-{figures['nx:highValue'][0]} {figures['nx:lowValue'][1]}"
        intake.skip(value or several or place, "a value that is no quantity")
        return ""

    def _dose(self, place: Place, kind: str) -> None:
        intake = self._intake
        origin = self._origins.get(place.path)
        if origin is None or not origin.dose:
            intake.skip(place, "a radiation dose that no treatment is named for")
            return
        dose: Entry = {"role": _DOSES[kind[len(NX) :]]}
        several = place.get("complexValue")
        for typed in several.members("typedQuantities") if several is not None else []:
            kind_of = typed.get("type")
            number, unit = self._quantity(typed.get("quantity"))
            key = {"nx:totalDose": "total", "nx:dosePerFraction": "per-fraction", "nx:fractionCount": "fractions"}.get(
                kind_of.text("id") if kind_of is not None else ""
            )
            if key and number:
                dose[key] = int(number) if key == "fractions" and number.isdecimal() else f"{number} {unit}"
        if says := place.text("description"):
            dose["says"] = says
        if origin.at:
            dose["at"] = list(origin.at)
        self._doses.setdefault(origin.name, {})[origin.dose] = dose

    def _action(self, place: Place) -> None:
        intake = self._intake
        procedure, drug = place.get("procedure"), place.get("treatment")
        radiation, regimen = place.get("radiationTherapy"), place.get("therapeuticRegimen")
        name = ""
        if procedure is not None:
            name = self._procedure(place, procedure)
        elif drug is not None:
            name = self._drug(place, drug)
        elif radiation is not None:
            name = self._radiation(place, radiation)
        elif regimen is not None and regimen.get("ontologyClass") is not None:
            kind = intake.term(regimen.get("ontologyClass"), "Treatment", what="a regimen")
            if kind:
                name = self._add(
                    place, "treatments", {"kind": intake.words(kind, "Treatment")}, intake.crosswalk.lexicon.label(kind)
                )
        else:
            intake.skip(place, "an action without procedure, treatment, radiation or regimen")
        if name:
            self._about_action(place, name)

    def _about_action(self, place: Place, name: str) -> None:
        intake = self._intake
        if term := intake.term(place.get("treatmentIntent"), what="an intent"):
            self._growing.add("treatments", name, {"intent": [intake.words(term, "Intent", "Qualifier")]})
        if (target := place.get("treatmentTarget")) is not None:
            term = intake.term(target, what="what it was given for")
            matching = self._growing.of_kind(intake.words(term)) if term else []
            if len(matching) == 1:
                self._growing.add("treatments", name, {"for": matching})
            elif term:
                intake.skip(target, "a target that is not exactly one disease of the packet")
        if (reason := place.get("treatmentTerminationReason")) is not None:
            words = reason.text("label")
            self._growing.add("treatments", name, {"reason-stopped": words})
        response = place.get("responseToTreatment")
        for found in [*([response] if response is not None else []), *place.members("adverseEvents")]:
            term = intake.term(found, "Outcome", what="an outcome")
            if term:
                entry: Entry = {"kind": intake.words(term, "Outcome"), "of": name}
                self._add(found, "outcomes", entry, intake.crosswalk.lexicon.label(term))

    def _procedure(self, place: Place, procedure: Place) -> str:
        intake = self._intake
        kind = intake.term(procedure.get("code"), "Investigation", "Treatment", "Device", what="a procedure")
        if not kind:
            return ""
        site = self._body(procedure.get("bodySite"))
        entry: Entry = {"when": self._time(procedure.get("performed"))}
        if intake.below(kind, "Investigation"):
            entry = {"kind": intake.words(kind, "Investigation"), "region": site, **entry}
            self._add(place, "investigations", entry, intake.crosswalk.lexicon.label(kind))
            return ""
        entry = {"kind": intake.words(kind, "Treatment", "Device"), "target": site, **entry}
        return self._add(place, "treatments", entry, intake.crosswalk.lexicon.label(kind))

    def _drug(self, place: Place, treatment: Place) -> str:
        intake = self._intake
        agent = intake.term(treatment.get("agent"), "Drug", what="a drug")
        entry: Entry = {}
        intervals = treatment.members("doseIntervals")
        for interval in intervals[:1]:
            number, unit = self._quantity(interval.get("quantity"))
            if number and unit:
                entry["value"] = f"{number} {unit}"
            frequency = interval.get("scheduleFrequency")
            if frequency is not None:
                found = intake.crosswalk.read(frequency.text("id"))
                words = {NX + "regularSchedule": "regular", NX + "asNeeded": "as needed"}.get("".join(found))
                if words:
                    entry["schedule"] = words
                else:
                    intake.skip(frequency, f"how often it was given: {frequency.text('label')}")
            if (span := interval.get("interval")) is not None:
                for key in ("start", "end"):
                    if (end := span.get(key)) is not None and (day := self._day(end)) is not None:
                        entry[key] = day.isoformat()
        for interval in intervals[1:]:
            intake.skip(interval, "a second dose of the same drug")
        for name in ("routeOfAdministration", "cumulativeDose"):
            if (other := treatment.get(name)) is not None:
                intake.skip(other, "a case has no key for it")
        if not agent:
            return ""
        return self._add(
            place, "treatments", {"drug": [intake.words(agent, "Drug")], **entry}, intake.crosswalk.lexicon.label(agent)
        )

    def _radiation(self, place: Place, radiation: Place) -> str:
        intake = self._intake
        kind = intake.term(radiation.get("modality"), "Radiotherapy", what="a radiotherapy")
        entry: Entry = {"target": self._body(radiation.get("bodySite"))}
        dosage, fractions = intake.number(radiation.get("dosage")), intake.number(radiation.get("fractions"))
        if not kind:
            return ""
        entry = {"kind": intake.words(kind, "Treatment"), **entry}
        name = self._add(place, "treatments", entry, intake.crosswalk.lexicon.label(kind))
        dose: Entry = {"role": "reported"}
        if dosage not in ("", "0"):
            dose["total"] = f"{dosage} Gy"
        if fractions not in ("", "0"):
            dose["fractions"] = int(fractions)
        if len(dose) > 1 and place.path not in self._origins:
            self._doses[name] = {1: dose}
        return name

    def _interpretation(self, place: Place) -> None:
        intake = self._intake
        diagnosis = place.get("diagnosis")
        disease = diagnosis.get("disease") if diagnosis is not None else None
        if diagnosis is not None:
            for genomic in diagnosis.members("genomicInterpretations"):
                intake.skip(genomic, "a case holds no genomic findings")
        if disease is None:
            intake.skip(place, "an interpretation without a disease")
            return
        kind = intake.term(disease, what="a disease")
        if not kind:
            return
        verdict = {"COMPLETED": "favoured", "SOLVED": "favoured", "IN_PROGRESS": "considered"}.get(
            place.text("progressStatus"), ""
        )
        entry: Entry = {
            "kind": intake.words(kind),
            "role": "diagnosis",
            "verdict": verdict,
            "says": place.text("summary"),
        }
        self._add(place, "conclusions", entry, intake.crosswalk.lexicon.label(kind))


_FEATURE_ROOTS = (("findings", "Finding"), ("conditions", "Condition"), ("outcomes", "Outcome"))
