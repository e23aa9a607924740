"""The words of the innervation table: which movements, reflexes and degrees of loss its columns name.

Comes in: the text of the columns function, reflex and sign when lost. Goes out: names in one spelling. Never knows the atlas.
"""

from __future__ import annotations

import re

from neoplex.model.lexicon import normalise

_JOINTS = {"ankle": "foot", "hallux": "great toe", "big toe": "great toe", "toes": "toe"}
_MOVES = [
    "flexion",
    "extension",
    "abduction",
    "adduction",
    "rotation",
    "dorsiflexion",
    "inversion",
    "eversion",
    "spread",
]
_NO_LOSS = re.compile(r"\b(?:no (?:isolated|detectable) deficit|none\b)")
_REFLEX = re.compile(
    r"(?P<names>[^(]+?)(?:\s+(?P<arm>afferent|efferent))?\s*\((?P<roots>[^)]*)\)(?:\s*(?P<limb>afferent|efferent)\b.*)?"
)
LESSER_SHARE = 0.25


def movements_of(function: str) -> tuple[tuple[str, float], ...]:
    """The movements that the function column names, in one spelling, the first with weight 1, others with the lesser share.

    >>> movements_of("hip flexion, abduction, lateral rotation")
    (('hip flexion', 1.0), ('hip abduction', 0.25), ('hip lateral rotation', 0.25))
    >>> movements_of("weak plantarflexion")
    (('foot plantar flexion', 0.25),)
    >>> movements_of("pelvic floor support")
    ()
    """
    text = re.sub(r"\([^)]*\)", "", function)
    found: dict[str, float] = {}
    joint = ""
    for number, piece in enumerate(re.split(r",| and |;", text)):
        name = movement_name(piece, joint)
        if not name:
            continue
        joint = name.rsplit(" ", 2 if "rotation" in name or "plantar" in name else 1)[0]
        weak = number > 0 or piece.strip().startswith(("weak ", "aids "))
        found.setdefault(name, LESSER_SHARE if weak else 1.0)
    return tuple(found.items())


def movement_name(words: str, joint: str = "") -> str:
    """A movement in the one spelling used here, or nothing when the words name none; ``joint`` fills in a missing one.

    >>> movement_name("dorsiflexion"), movement_name("ankle plantar flexion"), movement_name("external rotation of hip")
    ('foot dorsiflexion', 'foot plantar flexion', 'hip lateral rotation')
    >>> movement_name("hip flexors"), movement_name("great toe extension"), movement_name("abduction", "hip")
    ('hip flexion', 'great toe extension', 'hip abduction')
    """
    text = normalise(words)
    text = re.sub(r"\b(?:the|weak|aids|of|at|ankle joint)\b", lambda m: "of" if m[0] == "of" else " ", text)
    text = " ".join(text.split())
    turned = re.fullmatch(r"(.+) of (.+)", text)
    if turned:
        text = f"{turned[2]} {turned[1]}"
    text = re.sub(r"\bplantar ?flex", "plantar flex", text)
    text = re.sub(r"\b(?:external|exo|outward)\s?rot", "lateral rot", text)
    text = re.sub(r"\b(?:internal|endo|inward)\s?rot", "medial rot", text)
    text = re.sub(r"(flex|extens|abduct|adduct|rotat|dorsiflex|invers|evers|invert|evert)ors?\b", r"\1ion", text)
    text = text.replace("flexion", "flexion").replace("invertion", "inversion").replace("evertion", "eversion")
    for word, joint_name in _JOINTS.items():
        text = re.sub(rf"\b{word}\b", joint_name, text)
    if not text or text.split()[-1] not in _MOVES:
        return ""
    if re.fullmatch(r"(?:foot )?(?:dorsiflexion|plantar flexion|inversion|eversion)", text):
        return text if text.startswith("foot ") else f"foot {text}"
    if text in ("lateral rotation", "medial rotation", "abduction", "adduction", "flexion", "extension"):
        joint = joint or ("hip" if "rotation" in text else "")
        return f"{joint} {text}" if joint else ""
    return text


def reflexes_of(text: str) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...], str], ...]:
    """Name, levels, main levels and limb of each reflex that the reflex column names.

    >>> reflexes_of("patellar (L2|L3|L4, main L3|L4)")
    (('patellar', ('L2', 'L3', 'L4'), ('L3', 'L4'), ''),)
    >>> [name for name, *_ in reflexes_of("anal wink and bulbocavernosus (S2|S3|S4)")]
    ['anal wink', 'bulbocavernosus']
    """
    match = _REFLEX.fullmatch(text.strip())
    if match is None:
        return ()
    levels, _, rest = match["roots"].partition(",")
    roots = tuple(levels.strip().split("|")) if "-" not in levels else ()
    main = re.search(r"main ([A-Z0-9|]+)", rest)
    mains = tuple(main[1].split("|")) if main else ()
    names = [re.sub(r"\b(?:skin )?reflex\b", "", name).strip() for name in match["names"].split(" and ")]
    return tuple((name, roots, mains, match["limb"] or match["arm"] or "") for name in names)


def mildness_of(sign: str) -> float:
    """How much the loss of a supply is noticed, from the words of the table: 1, a quarter when mild, 0 when not at all.

    >>> mildness_of("weak eversion"), mildness_of("mild weakness"), mildness_of("no isolated deficit")
    (1.0, 0.25, 0.0)
    """
    if _NO_LOSS.search(sign):
        return 0.0
    return LESSER_SHARE if "mild" in sign.partition(";")[0] else 1.0
