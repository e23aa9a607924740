"""A publication file to start from: commented, and right as it stands.

Goes out: YAML that passes the check with a fictional patient, so that a curator changes one line after the other and can
check at any time.
"""

from __future__ import annotations

import re

from neoplex.base.errors import UsageError
from neoplex.cases.schema import FORMAT, ID_PATTERN, SCHEMA_IRI

_TEMPLATE = """\
# yaml-language-server: $schema={schema}
#
# One publication, one file: {source}.yaml. Everything below is a fictional example that passes the check as it stands;
# replace it line by line, delete what the paper does not report, and check as often as you like:
#
#   neoplex case check {source}.yaml
#
# - Write what the paper says and where (at). In says use your own words, never a sentence of the paper.
# - Present, absent and not reported are three things: write status: absent only where the paper denies it.
# - A side the paper does not print stays open: write the structure without left or right.
# - No names, initials, record numbers or dates of birth.
# - Words are labels of terms; neoplex search WORDS finds them.

format: {format}

source:
  id: {source}
  title: Title of the paper
  authors: [Author A, Author B]
  year: {year}
  kind: case report
  # journal: …                  # and volume, issue, pages, doi, licence where the paper states them
  cites:                        # only the references that facts of this file rely on
    - {{id: stevens-1990, ref: "1", authors: [Stevens, Gonet], year: 1990}}

cases:
  - id: {source}-1              # one entry for each person; {source} alone if there is only one
    label: {name}, patient 1
    number: "1"
    at: section Case report     # counts for every entry below that has no place of its own
    person: {{sex: female, age: 61 a, at: "section Case report, paragraph 1"}}

    conditions:                 # diseases
      - id: primary
        kind: cervical cancer
        role: primary           # primary, metastasis, nodal disease, local extension, comorbidity, complication, syndrome
        when: {seen}-03           # {seen}, {seen}-03, {seen}-03-14, {seen}-early, {seen}-summer, {seen}-03/{seen}-06
        at: section Case report, paragraph 1

    findings:                   # symptoms, signs, measurements outside an investigation
      - id: groin-pain
        kind: groin pain
        site: left groin
        value: 8 NRS            # a number needs its unit or scale
        when: {{at: 3 mo before rt-1 start, wording: three months earlier}}
        qualifiers: [progressive]
        at: section Case report, paragraph 2
      - kind: knee flexion weakness
        status: absent          # the paper says that it was looked for and not found
        at: section Case report, paragraph 2

    investigations:
      - id: mri-1
        kind: magnetic resonance imaging
        region: pelvis
        when: before rt-1
        at: [section Case report > Imaging, figure 1]
        findings:               # what the images show; they inherit time, method and place
          - {{id: psoas-infiltration, kind: infiltration, site: left psoas major}}
        interpretations:        # what the readers believed
          - {{kind: malignant psoas syndrome, by: treating team, certainty: probable}}

    treatments:
      - id: rt-1
        kind: external-beam radiotherapy
        intent: palliative intent
        target: left psoas major
        start: {seen}-07
        for: [groin-pain]
        doses:                  # planned, prescribed, delivered and reported doses are different facts
          - {{role: planned, total: 39 Gy, fractions: 13, per-fraction: 3 Gy, at: "section Case report > Treatment, paragraph 1"}}
          - {{role: delivered, total: 30 Gy, fractions: 10, at: "section Case report > Treatment, paragraph 2"}}
        completed: no
        at: section Case report > Treatment
      - id: morphine
        drug: morphine
        value: 20 mg/d
        schedule: regular
        at: section Case report > Treatment, paragraph 1

    outcomes:
      - id: relief
        kind: complete pain resolution
        of: rt-1
        after: {{value: 2 wk, from: rt-1 start}}
        at: section Case report > Outcome

    events:
      - {{id: last-visit, kind: last follow-up, when: 6 mo after rt-1 end, at: section Case report > Outcome}}

    conclusions:                # what somebody argued
      - id: syndrome
        role: diagnosis
        kind: malignant psoas syndrome
        by: authors
        verdict: favoured
        explains: [groin-pain]
        for:
          - psoas-infiltration
          - {{says: Relief after irradiation fits it., at: "section Discussion, paragraph 2"}}
        at: section Discussion, paragraph 1

statements:                     # general knowledge the paper states
  - id: syndrome-described
    about: [malignant psoas syndrome]
    says: The syndrome was described in 1990.
    cites: [stevens-1990]
    at: section Introduction, paragraph 1

claims:                         # figures the paper gives
  - id: prevalence
    about: [skeletal muscle metastasis]
    group: people with solid tumours
    measure: share with a metastasis in skeletal muscle
    statistic: percent
    value: < 1 %
    at: section Discussion, paragraph 3

conflicts: []                   # where statements of the paper disagree: {{id, between: [...], kind: internal, says}}
"""


def write_template(source: str) -> str:
    """A publication file for a source id such as ``smith-2021``; raises UsageError when it cannot be an id.

    >>> write_template("smith-2021").splitlines()[14]
    '  id: smith-2021'
    """
    if not re.fullmatch(ID_PATTERN, source) or len(source) > 80:
        raise UsageError(f"{source} is no id for a publication; use the first author and the year, such as smith-2021")
    found = re.search(r"(?:^|-)((?:19|20)\d\d)(?:-|$)", source)
    year = int(found[1]) if found else 2020
    name = " ".join(word[:1].upper() + word[1:] for word in source.split("-"))
    return _TEMPLATE.format(schema=SCHEMA_IRI, format=FORMAT, source=source, name=name, year=year, seen=year - 1)
