"""Each shipped set: a case that meets it, one that misses it by a single item, and one that leaves it open."""

from __future__ import annotations

import pytest

from neoplex.infer.criteria import MET, NOT_MET, UNDETERMINED
from tests.criteria.conftest import Trial

TUMOUR = "findings:\n  - {id: tumour, kind: infiltration, site: left psoas major, method: CT}"
PLEXOPATHY = "conditions:\n  - {id: plexopathy, kind: upper lumbosacral plexopathy, site: left lumbar plexus}"

STEVENS = f"""
{TUMOUR}
  - {{kind: painful flexion of the hip, site: left hip joint}}
  - {{kind: positive psoas muscle stretch test, site: left hip joint STRETCH}}
{PLEXOPATHY}
"""
TRIAD = f"""
{PLEXOPATHY}
findings:
  - {{id: tumour, kind: infiltration, site: left psoas major, method: biopsy}}
  - {{kind: painful fixed flexion of the hip, site: left hip joint FIXED}}
"""
CONTINUUM = """
findings:
  - {id: tumour, kind: infiltration, site: left psoas major, method: autopsy TUMOUR}
  - {kind: inflammation of the psoas, site: left psoas major}
"""
GERONTOPOULOS = """
findings:
  - {id: tumour, kind: infiltration, site: right psoas major, method: MRI}
  - {kind: hip pain, site: right hip region, qualifiers: [nociceptive pain]}
conditions:
  - {kind: bone metastasis, SPINE}
  - {kind: malignant infiltration of nerve root, status: absent}
  - {kind: nerve damage by neurotoxic drugs, status: absent}
  - {kind: radiation-induced neuropathy, status: absent}
"""
JSPM = """
findings:
  - {id: tumour, kind: infiltration, site: right iliopsoas}
  - {kind: groin pain, site: left groin}
  - {kind: quadriceps weakness, site: right quadriceps femoris}
  - {kind: fixed flexion of the hip, FLEXION}
"""
SANUKI = f"""
{PLEXOPATHY}
findings:
  - {{id: tumour, kind: infiltration, site: left psoas muscle, METHOD}}
  - {{kind: painful fixed flexion of the hip, site: left hip joint}}
"""
ISHIKAWA = """
conditions:
  - {kind: bone metastasis, site: L1 vertebra}
findings:
  - {kind: hip flexor weakness, site: right iliopsoas}
  - {kind: painful flexion of the hip, PAIN}
"""

CASES = [
    ("stevens-gonet-1990", STEVENS.replace(" STRETCH", ""), MET, "left"),
    ("stevens-gonet-1990", STEVENS.replace("site: left hip joint STRETCH", "status: absent"), NOT_MET, ""),
    ("stevens-gonet-1990", STEVENS.replace("left hip joint STRETCH", "hip joint"), UNDETERMINED, ""),
    ("agar-2004-triad", TRIAD.replace(" FIXED", ""), MET, "left"),
    ("agar-2004-triad", TRIAD.replace("site: left hip joint FIXED", "status: absent"), NOT_MET, ""),
    ("agar-2004-triad", TRIAD.replace("left hip joint FIXED", "right hip joint"), UNDETERMINED, ""),
    ("agar-2004-continuum", CONTINUUM.replace(" TUMOUR", ""), MET, "left"),
    (
        "agar-2004-continuum",
        CONTINUUM.replace("left psoas major, method: autopsy TUMOUR", "bilateral psoas major, status: absent")
        + "conditions:\n  - {kind: skeletal muscle metastasis, site: bilateral psoas major, status: absent}\n",
        NOT_MET,
        "",
    ),
    ("agar-2004-continuum", CONTINUUM.replace("autopsy TUMOUR", "physical examination"), UNDETERMINED, ""),
    ("gerontopoulos-2020", GERONTOPOULOS.replace("SPINE", "status: absent"), MET, "right"),
    ("gerontopoulos-2020", GERONTOPOULOS.replace("SPINE", "site: L3 vertebra"), NOT_MET, ""),
    ("gerontopoulos-2020", GERONTOPOULOS.replace("SPINE", "site: right ilium"), UNDETERMINED, ""),
    ("jspm-2010", JSPM.replace("FLEXION", "site: right hip joint"), MET, "right"),
    ("jspm-2010", JSPM.replace("FLEXION", "status: absent"), NOT_MET, ""),
    ("jspm-2010", JSPM.replace("FLEXION", "site: left hip joint"), UNDETERMINED, ""),
    ("sanuki-2022", SANUKI.replace("METHOD", "method: MRI"), MET, "left"),
    (
        "sanuki-2022",
        SANUKI.replace("{kind: painful fixed flexion of the hip, site: left hip joint}",
                       "{kind: painful fixed flexion of the hip, status: absent}").replace("METHOD", "method: MRI"),
        NOT_MET,
        "",
    ),
    ("sanuki-2022", SANUKI.replace("METHOD", "method: autopsy"), UNDETERMINED, ""),
    ("ishikawa-2024-hip-flexion-failure", ISHIKAWA.replace("PAIN", "status: absent"), MET, "right"),
    (
        "ishikawa-2024-hip-flexion-failure",
        ISHIKAWA.replace("PAIN", "site: right hip joint")
        + "  - {kind: hip flexor weakness, site: left iliopsoas, status: absent}\n"
        + "  - {kind: leg lifted with both hands, status: absent}\n",
        NOT_MET,
        "",
    ),
    ("ishikawa-2024-hip-flexion-failure", ISHIKAWA.replace("PAIN", "site: left hip joint"), UNDETERMINED, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "body", "verdict", "side"), CASES, ids=[f"{c[0]}-{c[2]}".replace(" ", "-") for c in CASES]
)
def test_verdict(trial: Trial, name: str, body: str, verdict: str, side: str) -> None:
    state = trial(body)[name]
    assert state.verdict == verdict
    assert state.met_on == ((side,) if side else ())


def test_every_shipped_set_has_all_three(trial: Trial) -> None:
    assert {(name, verdict) for name, _, verdict, _ in CASES} == {
        (name, verdict) for name in trial("findings: [{kind: limping}]") for verdict in (MET, NOT_MET, UNDETERMINED)
    }
