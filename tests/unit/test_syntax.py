"""Queries are judged before they run: what is valid, what they reach for, and what is said about those that are not."""

# ruff: noqa: E501 - messages and texts are compared whole

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neoplex.ask.grammar import PRODUCTIONS, Call, Choice, Part, Repeat, Sequence, first
from neoplex.ask.syntax import SyntaxFault, add_prefixes, read_query
from neoplex.base.errors import LimitReached, NeoplexError, UsageError
from neoplex.base.names import PREFIXES
from neoplex.base.paths import shipped_root

VALID = [
    "SELECT * WHERE { ?s ?p ?o }",
    "select ?s (count(*) as ?n) (max(?x) AS ?m) { ?s a nx:Case ; nx:p+/nx:q? 5, 'a'@en, \"\"\"x\ny\"\"\", ?x } group by ?s "
    "having (count(*) > 1) order by desc(?n) ?s limit 3 offset 1",
    "ASK { FILTER EXISTS {?s ?p ?o} FILTER NOT EXISTS {} FILTER(?a IN (1,2)) FILTER(?a NOT IN ()) }",
    "CONSTRUCT { ?s ?p [ a nx:X ] } WHERE { ?s ?p (1 2 3) }",
    "CONSTRUCT WHERE { ?s ?p ?o . }",
    "DESCRIBE nx:PsoasMajor",
    "DESCRIBE ?x { ?x a nx:A } LIMIT 1",
    "BASE <http://b/> PREFIX x: <http://x/> SELECT DISTINCT ?s { ?s rdf:type?/rdfs:subClassOf* ?t ; !(nx:a|^nx:b) ?u ; "
    "(nx:a|nx:b)/nx:c ?z. } VALUES ?s { nx:a UNDEF }",
    "SELECT * { VALUES (?a ?b) { (1 UNDEF) (nx:a 'b') } GRAPH ?g { ?s ?p ?o } { SELECT ?x { ?x ?y ?z } } UNION { } "
    "MINUS { ?s ?p ?o } BIND(IF(BOUND(?a), IRI(CONCAT(STR(?a),'x')), ?b) AS ?c) }",
    "SELECT (GROUP_CONCAT(DISTINCT ?x; separator=', ') AS ?y) { ?s nx:p ?x FILTER(?x+1=2) FILTER(?x -1 = 2) FILTER(?x<?y1 && ?z>?x) }",
    "SELECT ?x { ?x nx:foo.bar 1.5 . ?x nx:b .5, -1e3, +2. ?x nx:a\\/b true }",
    "SELECT ?x { ?x ?p '''it's # no comment''' # a comment with SERVICE\n }",
    "SELECT ?x { _:b ?p [] . [] ?q _:b.c . ?x ?p () }",
    "SELECT ?x { ?x ?p '\\u00e9' , 'x'^^xsd:string . ?x <http://a/\\u00e9> 1 }",
]  # fmt: skip

INVALID = [
    ("SELEC * { ?s ?p ?o }", 1, 1, "did you mean SELECT?"),
    ("SELECT * { ?s ?p }", 1, 18, ""),
    ("SELECT * { ?s foo:x 1 }", 1, 15, "known without declaring: atlas, case"),
    ("SELECT * { ?s rdsf:x 1 }", 1, 15, "did you mean rdf"),
    ("SELECT * { ?s nx:a ?b ?c nx:d ?e }", 1, 23, "two triples need a '.' between them"),
    ("SELECT * {\n ?s nx:a ?b \n OPTINAL { ?s ?p ?o } }", 3, 2, "did you mean OPTIONAL?"),
    ("SELECT ?s WHERE { ?s a psoas }", 1, 24, "a variable starts with ? (?psoas)"),
    ("SELECT * { ?s ?p {", 1, 18, ""),
    ("SELECT * {\n ?s ?p ?o \n", 2, 10, "'{' opened on line 1 is never closed"),
    ("SELECT * { ?s ?p ?o }}", 1, 22, "there is no open '{' for this '}'"),
    ("SELECT * { ?s ?p 'abc }", 1, 18, ""),
    ("SELECT * { ?s <a b> ?o }", 1, 15, "an IRI in <> holds no spaces"),
    ("SELECT * { ?s ?p ?o } ORDER ?s", 1, 29, ""),
    ("SELECT * { << ?s ?p ?o >> ?a ?b }", 1, 12, ""),
    ("\\u0053ELECT * { ?s ?p ?o }", 1, 1, ""),
    ("SELECT ?x WHERE ?x a nx:Case", 1, 17, ""),
]


@pytest.mark.parametrize("query", VALID)
def test_what_the_engine_takes_is_taken(query: str) -> None:
    reading = read_query(query)
    ox.Store().query(add_prefixes(query, reading), base_iri="http://base/")


@pytest.mark.parametrize(("query", "line", "column", "hint"), INVALID)
def test_faults_name_the_place_and_a_way_out(query: str, line: int, column: int, hint: str) -> None:
    with pytest.raises(SyntaxFault) as caught:
        read_query(query)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert hint in caught.value.hint
    shown = str(caught.value).splitlines()
    assert shown[2].index("^") - 2 == column - 1
    assert shown[1][2:] == query.split("\n")[line - 1]


@pytest.mark.parametrize("query", [query for query, *_ in INVALID if "<<" not in query])
def test_what_is_refused_here_the_engine_refuses_too(query: str) -> None:
    with pytest.raises(SyntaxError):
        ox.Store().query(query, prefixes=PREFIXES)


def test_everything_shipped_is_valid_here() -> None:
    files = sorted((shipped_root() / "queries").glob("*/*.rq"))
    assert len(files) > 25
    for file in files:
        read_query(file.read_text("utf-8"))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://x/> { ?s ?p ?o } }",
        "SELECT * { sErViCe SILENT <http://x/> { ?s ?p ?o } }",
        "SELECT * { { SELECT * { OPTIONAL { SERVICE ?where { ?s ?p ?o } } } } }",
        "ASK { FILTER EXISTS { SERVICE nx:x {} } }",
        "SELECT * { ?s ?p '#' SERVICE <http://x/> {} }",
        "SELECT * { ?s ?p <http://x/#> SERVICE <http://x/> {} }",
    ],
)
def test_service_is_seen_wherever_it_hides(query: str) -> None:
    assert len(read_query(query).services) == 1


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?service ?p 'SERVICE <http://x>' }",
        "SELECT * { ?s <http://x/SERVICE> nx:SERVICE }",
        "SELECT * { ?s ?p ?o } # SERVICE <http://x> {}",
    ],
)
def test_service_in_other_words_is_no_service(query: str) -> None:
    assert read_query(query).services == ()


def test_datasets_and_variables_are_read() -> None:
    reading = read_query("SELECT ?b (1+?z AS ?a) FROM <http://x/1> FROM NAMED nx:g WHERE { ?b ?c ?z }")
    assert [iri for iri, _ in reading.datasets] == ["http://x/1", PREFIXES["nx"] + "g"]
    assert reading.variables == ("b", "a")
    assert reading.mentioned == ("b", "z", "a", "c")
    assert read_query("SELECT * { { SELECT ?x { ?x ?y ?z } } }").variables == ()


@pytest.mark.parametrize(
    "query",
    ["INSERT DATA { <a> <b> 1 }", "delete where { ?s ?p ?o }", "PREFIX a: <x> LOAD <x>", "CLEAR ALL", "DROP ALL"],
)
def test_updates_are_refused(query: str) -> None:
    with pytest.raises(UsageError, match="is an update and is refused"):
        read_query(query)


@pytest.mark.parametrize("query", ["", "  \n", "# only a comment"])
def test_empty_queries(query: str) -> None:
    with pytest.raises(UsageError, match="the query is empty"):
        read_query(query)


@pytest.mark.parametrize(("pair", "inner"), [("{}", "{}"), ("()", "1")])
def test_nesting_is_limited_without_exhausting_anything(pair: str, inner: str) -> None:
    def nest(depth: int) -> str:
        body = pair[0] * depth + inner + pair[1] * depth
        return "SELECT * { " + (body if pair == "{}" else f"FILTER{body}") + " }"

    with pytest.raises(LimitReached, match="deeper than 64"):
        read_query(nest(50_000), nesting=64)
    assert read_query(nest(3000)).depth >= 3001


def test_prefixes_are_added_without_moving_lines() -> None:
    query = "PREFIX nx: <http://other/>\nSELECT * {\n ?s nx:a atlas:b ; rdfs:label 'skos:x' }"
    text = add_prefixes(query, read_query(query))
    assert text == f"PREFIX atlas: <{PREFIXES['atlas']}> PREFIX rdfs: <{PREFIXES['rdfs']}> {query}"


WORDS = st.sampled_from(
    [
        "SELECT", "ASK", "WHERE", "{", "}", "(", ")", "[", "]", ".", ";", ",", "?x", "?y", "nx:a", "<http://a>", "'x'", "1", "-2", ".5",
        "*", "+", "/", "|", "^", "!", "=", "<", ">", "a", "OPTIONAL", "FILTER", "UNION", "GRAPH", "VALUES", "UNDEF", "BIND", "AS", "ORDER",
        "BY", "LIMIT", "GROUP", "COUNT", "EXISTS", "NOT", "IN", "SERVICE", "FROM", "NAMED", "@en", "^^", "&&", "||", "_:b", "true", "#",
        "\\", '"', "'", "é", "\n", "\x00",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=40))
def test_any_words_are_judged_or_refused_with_a_reason(words: list[str]) -> None:
    try:
        read_query(" ".join(words))
    except NeoplexError as error:
        assert str(error)


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS.filter(lambda word: word != "SERVICE"), max_size=25))
def test_what_the_engine_takes_is_never_refused_here(words: list[str]) -> None:
    query = "SELECT * { " + " ".join(words) + " }"
    try:
        ox.Store().query(query, prefixes=PREFIXES)
    except (SyntaxError, ValueError):
        return
    read_query(query)


def test_one_token_decides() -> None:
    """No two ways of a choice start alike, so the recogniser never has to go back."""

    def visit(part: Part, name: str) -> None:
        if isinstance(part, Choice):
            seen: set[object] = set()
            for option in part.parts:
                starts, _ = first(option)
                assert not seen & starts, f"{name}: {seen & starts}"
                seen |= starts
        if isinstance(part, Choice | Sequence):
            for piece in part.parts:
                visit(piece, name)
        elif isinstance(part, Repeat):
            visit(part.part, name)
        elif isinstance(part, Call):
            assert part.name in PRODUCTIONS

    for name, production in PRODUCTIONS.items():
        visit(production, name)
