"""Names to IRIs and back."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from neoplex.ask.engines import LocalEngine
from neoplex.ask.vocabulary import Vocabulary, fetch_labels
from neoplex.base.errors import UsageError
from neoplex.base.names import ATLAS, CASE, NX, SOURCE
from neoplex.store.embedded import Graph


@pytest.fixture
def vocabulary(small_graph: Graph) -> Vocabulary:
    return Vocabulary(LocalEngine(small_graph))


@pytest.mark.parametrize(
    ("text", "kind", "iris"),
    [
        ("left psoas major", "structure", [ATLAS + "left-psoas-major"]),
        ("Left  PSOAS-major", "structure", [ATLAS + "left-psoas-major"]),
        ("left-psoas-major", "structure", [ATLAS + "left-psoas-major"]),
        ("atlas:left-psoas-major", "structure", [ATLAS + "left-psoas-major"]),
        ("left musculus psoas major", "structure", [ATLAS + "left-psoas-major"]),
        ("bilateral psoas major", "structure", [ATLAS + "left-psoas-major", ATLAS + "right-psoas-major"]),
        ("psoas major", "structure", [NX + "PsoasMajor"]),
        ("prostate", "structure", [NX + "Prostate"]),
        ("atlas:prostate", "structure", [ATLAS + "prostate"]),
        ("coxalgia", "term", [NX + "HipPain"]),
        ("HipPain", "term", [NX + "HipPain"]),
        (f"<{NX}HipPain>", "term", [NX + "HipPain"]),
        ("smith-2020", "case", [CASE + "smith-2020"]),
        ("Smith 2020, the patient", "case", [CASE + "smith-2020"]),
        ("Smith 2020", "source", [SOURCE + "smith-2020"]),
        ("left", "side", [NX + "left"]),
        ("not reported", "side", [NX + "sideNotReported"]),
    ],
)
def test_names_resolve(text: str, kind: str, iris: list[str], vocabulary: Vocabulary) -> None:
    assert list(vocabulary.resolve(text, kind)) == iris


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("left psoas mayor", "structure", "did you mean left psoas major"),
        ("hip pane", "term", "did you mean hip pain"),
        ("smith-2021", "case", "did you mean smith-2020"),
        ("nx:HipPane", "term", "nx:HipPane is not in the graph; did you mean nx:HipPain"),
        ("hip pain", "structure", "no structure is called"),
        ("nx:HipPain", "case", "is no case"),
        ("<http://x> } INSERT", "term", "is not in the graph"),
        ("leftish", "side", "use left, right, midline, not reported"),
        ("finding/pain-1", "case", "no case is called"),
    ],
)
def test_unknown_names_say_what_is_near(text: str, kind: str, said: str, vocabulary: Vocabulary) -> None:
    with pytest.raises(UsageError, match=said):
        vocabulary.resolve(text, kind)


def test_two_meanings_are_never_guessed() -> None:
    store = ox.Store()
    store.update(
        f'INSERT DATA {{ <{NX}A> <http://www.w3.org/2000/01/rdf-schema#label> "twin" . '
        f'<{NX}B> <http://www.w3.org/2000/01/rdf-schema#label> "twin" }}'
    )
    with pytest.raises(UsageError, match="more than one thing: nx:A and nx:B"):
        Vocabulary(LocalEngine(Graph(store))).resolve("twin", "term")


def test_a_label_goes_before_a_synonym_of_something_else() -> None:
    store = ox.Store()
    store.update(
        f'INSERT DATA {{ <{NX}A> <http://www.w3.org/2000/01/rdf-schema#label> "plexus" . '
        f'<{NX}B> <http://www.w3.org/2004/02/skos/core#altLabel> "Plexus" }}'
    )
    vocabulary = Vocabulary(LocalEngine(Graph(store)))
    assert vocabulary.resolve("plexus", "term") == vocabulary.resolve("PLEXUS", "term") == (NX + "A",)


def test_labels_prefer_english_and_skip_what_is_no_iri() -> None:
    store = ox.Store()
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    store.update(f'INSERT DATA {{ <a:1> {label} "Muskel"@de, "muscle"@en . <a:2> {label} "b", "a" . }}')
    found = fetch_labels(LocalEngine(Graph(store)), ["a:1", "a:2", "a:3", "", "no iri", "a:<x>"])
    assert found == {"a:1": "muscle", "a:2": "a"}
