"""The JSON Schema of a publication file, built from one table of keys.

Goes out: the schema as a dict and as the published file ``data/schema/publication.schema.json``, which editors read to complete
keys and show what they mean. Only shape is said here: which keys there are and what kind of value they take. Whether words are
terms of the ontology, times are possible and ids lead somewhere is checked elsewhere.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from neoplex.base.names import BASE

FORMAT = "neoplex/1"
SCHEMA_IRI = BASE + "schema/publication.schema.json"
ID_PATTERN = r"^[a-z0-9]+(?:[-.][a-z0-9]+)*$"

Schema = dict[str, Any]

STATUSES = ("present", "absent")
CERTAINTIES = ("definite", "probable", "possible", "uncertain")
BASES = ("reported", "concluded")
CONDITION_ROLES = (
    "primary", "metastasis", "nodal disease", "local extension", "comorbidity", "complication", "syndrome",
)  # fmt: skip
CONCLUSION_ROLES = ("diagnosis", "route", "explanation", "alternative", "mechanism", "prognosis")
VERDICTS = ("proposed", "favoured", "unlikely", "rejected", "held-then-abandoned", "considered")
DIRECTIONS = ("proximal", "distal", "transmedian")
DOSE_ROLES = ("planned", "delivered", "reported", "prescribed")
SCHEDULES = ("regular", "as needed")
COMPLETIONS = ("yes", "no", "unknown")
STATISTICS = ("count", "percent", "mean", "median", "minimum", "maximum", "range", "ratio", "value", "rate")
CONFLICT_KINDS = ("internal", "between papers")


def _text(description: str) -> Schema:
    return {"type": "string", "minLength": 1, "description": description}


def _word(description: str) -> Schema:
    return {"type": ["string", "integer", "number"], "description": description}


def _one_of(values: tuple[str, ...], description: str) -> Schema:
    return {"enum": list(values), "description": description}


def _words(description: str) -> Schema:
    return {"type": ["string", "array"], "items": {"type": ["string", "integer"]}, "description": description}


def _list(item: Schema, description: str) -> Schema:
    return {"type": "array", "items": item, "description": description}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _entry(properties: Schema, description: str, required: tuple[str, ...] = ()) -> Schema:
    schema: Schema = {
        "type": "object",
        "description": description,
        "properties": properties,
        "additionalProperties": False,
    }
    if required:
        schema["required"] = list(required)
    return schema


_ID: Schema = {
    "type": "string",
    "pattern": ID_PATTERN,
    "maxLength": 120,
    "description": "Short name, unique in the case: lower-case letters, digits, hyphens and dots.",
}
_AT = _words(
    "Where in the source it stands: 'section Results, paragraph 2', 'table 1, row 3', 'figure 1, panel b'. "
    "Left out, the entry above it counts."
)
_SAYS = _text(
    "One short sentence in your own words for what the other keys cannot carry. Never a sentence of the paper."
)
_KIND = _text("The class: label, synonym or id of a term, as specific as the source allows and no more.")
_SITE = _words(
    "Where: one structure or a list, such as 'left psoas major', 'bilateral femoral nerve' or 'prostate'. "
    "A paired structure without a side means: side not reported."
)
_VALUE = _word("A quantity with its unit or scale: '4 MRC', '9 NRS', '49.6 ng/mL', 'about 105 d', '31-675 d', '< 1 %'.")
_CITES = _words("Ids of entries of source.cites that the paper gives as its source here.")
_TIME: Schema = {
    "type": ["string", "integer", "object"],
    "description": "A time: '2011-summer', '2008-06/2009-08', '3 mo after rt-1 end', 'before surgery'; or {at, wording}.",
    "properties": {
        "at": {"type": ["string", "integer"], "description": "The time."},
        "wording": _text("The words of the source for this time."),
    },
    "required": ["at"],
    "additionalProperties": False,
}
_ARGUMENTS: Schema = {
    "type": ["string", "array"],
    "description": "Ids of facts, or arguments of their own {says, at, cites}.",
    "items": {
        "type": ["string", "object"],
        "properties": {"id": _ID, "says": _SAYS, "at": _AT, "cites": _CITES},
        "required": ["says"],
        "additionalProperties": False,
    },
}

_COMMON: Schema = {
    "id": _ID,
    "kind": _KIND,
    "site": _SITE,
    "status": _one_of(STATUSES, "present (default) or absent. What is not reported is simply not written."),
    "value": _VALUE,
    "when": _TIME,
    "method": _text("The kind of investigation, when the fact stands outside an investigations entry."),
    "of": _words("Id of the fact of the same case that this one is about; or a list of ids."),
    "qualifiers": _words("Terms that refine it: severity, quality, course."),
    "radiates-to": _words("Structures it radiates to."),
    "provoked-by": _words("Terms for what provokes it."),
    "relieved-by": _words("Terms for what relieves it."),
    "certainty": _one_of(CERTAINTIES, "How sure the source is; definite is the default."),
    "basis": _one_of(BASES, "reported (default), or concluded by authors or treating doctors."),
    "derived": {
        "type": "object",
        "description": "For each key whose value you worked out: the words of the source it was worked out from.",
        "additionalProperties": _word("The words it was derived from."),
    },
    "cites": _CITES,
    "says": _SAYS,
    "at": _AT,
}

_CONCLUSION_KEYS: Schema = {
    "role": _one_of(CONCLUSION_ROLES, "What the conclusion is for."),
    "verdict": _one_of(VERDICTS, "What whoever concluded it thought of it."),
    "by": _text("authors, treating team, or 'source <id>'."),
    "explains": _words("Ids of the facts it explains."),
    "for": _ARGUMENTS,
    "against": _ARGUMENTS,
    "steps": _list(_ref("step"), "The steps of a route, in order."),
}


def _definitions() -> Schema:
    treatment = {
        **_COMMON,
        "intent": _words("What it was given for in general: palliative intent, curative intent …"),
        "technique": _words("Terms for how it was done."),
        "position": _words("Terms for the position of the patient."),
        "fixation": _words("Devices that held the patient."),
        "target": _words("Structures irradiated or operated on."),
        "drug": _words("Drugs given."),
        "schedule": _one_of(SCHEDULES, "Whether the drug was given regularly or as needed."),
        "cycles": {"type": ["integer", "string"], "description": "Number of cycles."},
        "sessions": {"type": ["integer", "string"], "description": "Number of sessions."},
        "line": {"type": ["integer", "string"], "description": "Line of treatment, 1 for the first."},
        "with": _words("Ids of treatments given together with this one."),
        "for": _words("Ids of facts it was given for."),
        "completed": _one_of(COMPLETIONS, "Whether it was given to its planned end."),
        "reason-stopped": _text("Why it was stopped, in your own words."),
        "start": _TIME,
        "end": _TIME,
        "doses": _list(
            _ref("dose"), "Radiation doses; planned, delivered, prescribed and reported ones are different facts."
        ),
    }
    investigation = {
        **_COMMON,
        "region": _words("What was looked at: structures, or plain words."),
        "findings": _list(_ref("finding"), "What it showed. Time, method and place are inherited."),
        "interpretations": _list(_ref("conclusion"), "What its readers believed at the time."),
    }
    return {
        "source": _entry(_SOURCE, "The publication itself.", ("id", "title", "authors", "year", "kind")),
        "citation": _entry(_CITATION, "An entry of the paper's reference list.", ("id",)),
        "person": _entry(
            {
                "sex": _one_of(("male", "female", "other"), "As the source gives it."),
                "age": _word("Age with its unit: '64 a'. Never a date of birth."),
                "when": _TIME,
                "says": _SAYS,
                "at": _AT,
                "derived": _COMMON["derived"],
            },
            "The person, without anything that identifies him or her.",
        ),
        "condition": _entry(
            {
                **_COMMON,
                "role": _one_of(CONDITION_ROLES, "What this disease is in the case."),
                "histology": _words("The histological type."),
                "stage": _words("Stage terms; each becomes a stage finding."),
            },
            "A disease: primary, metastasis, comorbidity, complication or syndrome as diagnosed.",
            ("kind",),
        ),
        "finding": _entry(dict(_COMMON), "A symptom, sign, image finding or measurement.", ("kind",)),
        "investigation": _entry(
            investigation, "Imaging, electrodiagnosis, laboratory, biopsy or examination.", ("kind",)
        ),
        "treatment": _entry(treatment, "What was given or done."),
        "dose": _entry(
            {
                "role": _one_of(DOSE_ROLES, "reported is a dose printed without saying which of the others it is."),
                "total": _word("Total dose: '39 Gy'."),
                "fractions": {"type": ["integer", "string"], "description": "Number of fractions, as printed."},
                "per-fraction": _word("Dose per fraction as printed: '3 Gy'; never worked out by hand."),
                "says": _SAYS,
                "at": _AT,
                "derived": _COMMON["derived"],
            },
            "One radiation dose with what it is.",
            ("role",),
        ),
        "outcome": _entry(
            {
                **_COMMON,
                "grade": {"type": ["integer", "string"], "description": "Grade of a toxicity."},
                "scale": _text("The scale of the grade: CTCAE."),
                "after": {
                    "type": "object",
                    "description": "Time to the outcome with its zero point.",
                    "properties": {"value": _VALUE, "from": _text("Zero point: an id with start or end."), "at": _AT},
                    "required": ["value", "from"],
                    "additionalProperties": False,
                },
                "lasting": _word("How long it lasted: '205 d'."),
            },
            "A response, relapse, toxicity or survival; of names the treatment.",
            ("kind",),
        ),
        "event": _entry(
            dict(_COMMON), "Admission, referral, presentation, board discussion, follow-up, death.", ("kind",)
        ),
        "conclusion": _entry(
            {**_COMMON, **_CONCLUSION_KEYS}, "A diagnosis, route or explanation that somebody argued.", ("kind",)
        ),
        "step": _entry(
            {
                "from": _words("Structure the step starts from."),
                "to": _words("Structure it leads to."),
                "mechanism": _words("Spread mechanism."),
                "direction": _one_of(DIRECTIONS, "Towards the trunk, away from it, or across the midline."),
                "says": _SAYS,
                "certainty": _COMMON["certainty"],
                "derived": _COMMON["derived"],
                "at": _AT,
            },
            "One step of a route.",
            ("from", "to"),
        ),
        "not-reported": _entry(
            {"id": _ID, "kind": _KIND, "site": _SITE, "says": _SAYS, "at": _AT, "derived": _COMMON["derived"]},
            "Something the paper itself says it did not record.",
            ("kind",),
        ),
        "case": _entry(
            {
                "id": {**_ID, "description": "Name of the case: <source>[-<number>]."},
                "label": _text("How the case is called in lists."),
                "number": _word("Number of the patient in the paper."),
                "cohort": _text("Id of the cohort the person belongs to."),
                "secondhand": _text("Id of the cited publication this case is retold from."),
                "at": _AT,
                "says": _SAYS,
                **_case_sections(),
            },
            "One person.",
            ("id", "label"),
        ),
        "cohort": _entry(
            {
                "id": {**_ID, "description": "Name of the cohort, unique in the file."},
                "label": _text("How the cohort is called in lists."),
                "source-of": _text("Where the people come from."),
                "size": _word("How many, with the unit: '18 {patients}'."),
                "period": {"type": ["string", "integer"], "description": "When they were seen: '2017-04/2020-12'."},
                "at": _AT,
                "says": _SAYS,
                "inclusion": _list(
                    _entry({"id": _ID, "says": _SAYS, "at": _AT}, "An inclusion criterion.", ("says",)),
                    "Who was included.",
                ),
                "counts": _list(
                    _entry(
                        {
                            "id": _ID,
                            "of": _text("The term that was counted."),
                            "group": _text("Who was counted, when not all."),
                            "value": _VALUE,
                            "out-of": _word("The denominator, only when the paper gives it: '18 {patients}'."),
                            "says": _SAYS,
                            "cites": _CITES,
                            "at": _AT,
                            "derived": _COMMON["derived"],
                        },
                        "A count the paper gives.",
                        ("of", "value"),
                    ),
                    "Counts over the cohort.",
                ),
                "treatments": _list(_ref("treatment"), "Treatments of the whole cohort."),
                "outcomes": _list(_ref("outcome"), "Outcomes of the whole cohort."),
                "methods": _list(
                    _entry(
                        {
                            "id": _ID,
                            "kind": _KIND,
                            "says": _SAYS,
                            "value": _VALUE,
                            "cites": _CITES,
                            "at": _AT,
                            "derived": _COMMON["derived"],
                        },
                        "How it was done: scales, schedules, definitions, margins, protocols.",
                        ("kind",),
                    ),
                    "Methods of the study.",
                ),
            },
            "People counted together.",
            ("id", "label"),
        ),
        "table": _entry(
            {
                "file": _text("CSV beside this file: <source>.<name>.csv."),
                "case": _text("Id of the case a row belongs to, with {column} placeholders."),
                "at": _AT,
                "cells": {
                    "type": "object",
                    "description": "For a column, what its cells mean: {Pain: {yes: present, no: absent, unknown: ''}}.",
                    "additionalProperties": {
                        "type": "object",
                        "description": "A cell as it stands, and what it means; '' means not reported.",
                        "additionalProperties": {"type": ["string", "integer", "number"]},
                    },
                },
                "entry": {
                    "type": "object",
                    "description": "A piece of a case with {column} placeholders.",
                    "properties": dict.fromkeys(
                        ("label", "number", "cohort", "secondhand", "at", "says", *_case_sections()), True
                    ),
                    "additionalProperties": False,
                },
            },
            "How the rows of a per-patient table read.",
            ("file", "case", "entry"),
        ),
        "statement": _entry(
            {
                "id": _ID,
                "about": _words("Terms it is about."),
                "subject": _text("Subject of a relation of the ontology."),
                "relation": _text("The relation."),
                "object": _words("Object of the relation, or a list."),
                "says": _SAYS,
                "cites": _CITES,
                "certainty": _COMMON["certainty"],
                "derived": _COMMON["derived"],
                "at": _AT,
            },
            "General knowledge the paper states.",
            ("id", "about", "says"),
        ),
        "claim": _entry(
            {
                "id": _ID,
                "about": _words("Terms it is about."),
                "cohort": _text("Id of the cohort it is about."),
                "group": _text("For whom, when outside our data."),
                "measure": _text("What is counted or measured, in words."),
                "statistic": _one_of(STATISTICS, "What kind of figure it is."),
                "value": _VALUE,
                "out-of": _word("The denominator with its unit: '11 {patients}'."),
                "when": _TIME,
                "cites": _CITES,
                "says": _SAYS,
                "certainty": _COMMON["certainty"],
                "derived": _COMMON["derived"],
                "at": _AT,
            },
            "A figure the paper gives.",
            ("id", "about", "measure", "statistic", "value"),
        ),
        "conflict": _entry(
            {
                "id": _ID,
                "between": {
                    "type": "array",
                    "minItems": 2,
                    "items": {"type": "string"},
                    "description": "'<section> <id>', 'case <case>/<section>/<id>' or 'source <id>/claim/<id>'.",
                },
                "kind": _one_of(CONFLICT_KINDS, "Inside this paper, or between papers."),
                "says": _SAYS,
                "at": _AT,
            },
            "Where statements disagree.",
            ("id", "between", "kind", "says"),
        ),
    }


def _case_sections() -> Schema:
    return {
        "person": _ref("person"),
        "conditions": _list(_ref("condition"), "Diseases."),
        "findings": _list(_ref("finding"), "Symptoms, signs and measurements outside an investigation."),
        "investigations": _list(_ref("investigation"), "Imaging, electrodiagnosis, laboratory, biopsy, examination."),
        "treatments": _list(_ref("treatment"), "Treatments."),
        "outcomes": _list(_ref("outcome"), "Responses, relapses, toxicity, survival."),
        "events": _list(_ref("event"), "Admission, referral, presentation, follow-up."),
        "conclusions": _list(_ref("conclusion"), "Diagnoses and explanations argued by somebody."),
        "not-reported": _list(_ref("not-reported"), "What the paper itself says it did not record."),
    }


_CITATION: Schema = {
    "id": {**_ID, "description": "Name of the publication: <first-author>-<year>."},
    "ref": _word("Number in the reference list."),
    "title": _text("Title."),
    "authors": _list({"type": "string"}, "Authors in order."),
    "year": {"type": "integer", "minimum": 1500, "maximum": 2200, "description": "Year of publication."},
    "journal": _text("Journal."),
    "volume": _word("Volume."),
    "issue": _word("Issue."),
    "pages": _word("Pages."),
    "doi": {"type": "string", "pattern": r"^10\.\d{4,9}/\S+$", "description": "DOI without https://doi.org/."},
    "pmid": {"type": ["string", "integer"], "description": "PubMed id."},
    "url": _text("Address, when there is no DOI."),
}
_SOURCE: Schema = {
    **{key: value for key, value in _CITATION.items() if key != "ref"},
    "kind": _text("Kind of publication: case report, case series …"),
    "licence": _text("Only if the paper states it."),
    "language": _text("Language code, when not English."),
    "cites": _list(_ref("citation"), "Entries of the reference list that facts of this file rely on."),
    "says": _SAYS,
}


def build_schema() -> Schema:
    """The schema of a publication file (JSON Schema, draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_IRI,
        "title": "neoplex publication",
        "description": "One publication with its cases, cohorts, statements, claims and conflicts.",
        "type": "object",
        "properties": {
            "format": {"const": FORMAT, "description": "The format of this file."},
            "source": _ref("source"),
            "cohorts": _list(_ref("cohort"), "Series: people counted together."),
            "cases": _list(_ref("case"), "One entry for each person."),
            "tables": _list(_ref("table"), "Per-patient tables kept as CSV beside the file."),
            "statements": _list(_ref("statement"), "General knowledge the paper states."),
            "claims": _list(_ref("claim"), "Figures the paper gives."),
            "conflicts": _list(_ref("conflict"), "Where statements disagree."),
        },
        "required": ["format", "source"],
        "additionalProperties": False,
        "$defs": _definitions(),
    }


def write_schema(path: Path) -> None:
    """Write the published schema file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(build_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
