"""Small cases made by hypothesis: every section, every status, with and without what is optional."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Entry = dict[str, Any]

PLACES = ["section Case report, paragraph 1", "table 1, row 3", "figure 2, panel b"]
SITES = ["left psoas major", "right femoral nerve", "psoas major", "prostate", "bilateral sciatic nerve", "sacrum"]
TIMES: list[Any] = [
    "2014",
    "2014-04",
    "2014-04-29",
    "2011-summer",
    "2013-late",
    "about 2013-08",
    "2008-06/2009-08",
    "2012-10/",
    "before mri",
    "3 mo after mri",
    {"at": "2011-summer", "wording": "in summer"},
]
VALUES = ["4 MRC", "8 NRS", "49.6 ng/mL", "31-675 d", "< 1 %", "about 105 d", "0.1 mg", "2 {count}"]


def _some(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def _entry(kinds: list[str], **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Entry]:
    return st.fixed_dictionaries({"kind": _some(kinds), "at": _some(PLACES)}, optional=optional)


def _numbered(entries: list[Entry], name: str) -> list[Entry]:
    return [{"id": f"{name}-{number}", **entry} for number, entry in enumerate(entries, 1)]


STATUS = _some(["present", "absent"])
CERTAINTY = _some(["probable", "possible", "uncertain"])
SAYS = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="0123456789@.+"), min_size=1, max_size=30
).map(lambda text: " ".join(text.split()) or "Seen.")
CONDITION = _entry(
    ["prostate cancer", "hydronephrosis", "bone metastasis", "lumbosacral plexopathy"],
    role=_some(["primary", "metastasis", "nodal disease", "comorbidity", "syndrome", "complication"]),
    site=_some(SITES),
    status=STATUS,
    certainty=CERTAINTY,
    when=_some(TIMES),
    histology=st.just("adenocarcinoma"),
    says=SAYS,
)
FINDING = _entry(
    ["groin pain", "weakness", "prostate-specific antigen measurement", "infiltration", "nerve enlargement"],
    site=_some([*SITES, ["left psoas major", "right sciatic nerve"]]),
    value=_some(VALUES),
    when=_some(TIMES),
    certainty=CERTAINTY,
    basis=st.just("concluded"),
    method=st.just("physical examination"),
    qualifiers=_some(["progressive", "severe", ["severe", "progressive"], "bilateral"]),
    says=SAYS,
    derived=st.just({"site": "groin"}),
).map(lambda entry: {k: v for k, v in entry.items() if k != "derived" or "site" in entry})
TREATMENT = st.one_of(
    _entry(
        ["external-beam radiotherapy"],
        target=_some(SITES),
        when=_some(TIMES),
        start=_some(["2014-05", "2014-05-02"]),
        end=_some(["2014-06", "2014-06-20"]),
        completed=_some(["yes", "no"]),
        intent=st.just("palliative intent"),
        sessions=st.just(13),
        doses=st.lists(
            st.fixed_dictionaries(
                {"role": _some(["planned", "delivered", "reported"]), "total": _some(["39 Gy", "59.4 Gy", "> 60 Gy"])},
                optional={"fractions": st.just(13), "at": _some(PLACES), "says": SAYS},
            ),
            max_size=2,
        ),
        says=SAYS,
    ).map(lambda entry: {k: v for k, v in entry.items() if k != "doses" or v}),
    st.fixed_dictionaries(
        {
            "kind": _some(["drug therapy", "chemotherapy"]),
            "drug": _some(["morphine", ["morphine", "dexamethasone"]]),
            "at": _some(PLACES),
        },
        optional={
            "value": _some(["20 mg/d", "about 6 mg/d", "25 mg"]),
            "schedule": _some(["regular", "as needed"]),
            "status": STATUS,
            "certainty": CERTAINTY,
            "when": _some(TIMES),
            "reason-stopped": SAYS,
        },
    ),
    _entry(["laminectomy"], target=_some(SITES), when=_some(TIMES), status=STATUS),
)
OUTCOME = _entry(
    ["complete pain resolution", "partial response", "death", "tumor recurrence"],
    of=st.just("treatment-1"),
    status=STATUS,
    when=_some(TIMES),
    lasting=_some(["205 d", "about 3 mo"]),
    certainty=CERTAINTY,
)
CONCLUSION = _entry(
    ["lumbosacral plexopathy", "malignant psoas syndrome"],
    role=_some(["diagnosis", "alternative"]),
    verdict=_some(["favoured", "rejected"]),
    by=st.just("authors"),
    says=SAYS,
)


@st.composite
def publications(draw: st.DrawFn) -> Entry:
    """A publication file with one small case."""
    inner = _numbered([{k: v for k, v in e.items() if k != "at"} for e in draw(st.lists(FINDING, max_size=2))], "seen")
    investigation: Entry = {"id": "mri", "kind": "magnetic resonance imaging", "when": "2014-04", "at": PLACES[2]}
    if draw(st.booleans()):
        investigation["region"] = draw(_some(["pelvis", "left thigh", "prostate", "the whole spine"]))
    if inner:
        investigation["findings"] = inner
    case: Entry = {
        "id": "smith-2021",
        "label": "Smith 2021, the patient",
        "at": PLACES[0],
        "person": draw(
            st.fixed_dictionaries(
                {"sex": _some(["male", "female", "other"])}, optional={"age": _some(["64 a", "7 mo", "about 60 a"])}
            )
        ),
        "investigations": [investigation],
    }
    treatments = _numbered(draw(st.lists(TREATMENT, min_size=1, max_size=2)), "treatment")
    case["treatments"] = treatments
    for section, strategy in (
        ("conditions", CONDITION),
        ("findings", FINDING),
        ("outcomes", OUTCOME),
        ("conclusions", CONCLUSION),
    ):
        entries = _numbered(draw(st.lists(strategy, max_size=3)), section.rstrip("s"))
        if entries:
            case[section] = entries
    source = {"id": "smith-2021", "title": "A case", "authors": ["Smith A"], "year": 2021, "kind": "case report"}
    return {"format": "neoplex/1", "source": source, "cases": [case]}
