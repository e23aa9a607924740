"""The grammar of SPARQL 1.1 queries, after the W3C recommendation of 2013, section 19.8, without updates.

``name = …`` is a production (indented lines go on), quoted words are keywords or marks, capitals are kinds of token,
``? * +`` repeat, ``|`` chooses.
One token always decides which way to go, so a stack of expectations is all a recogniser needs. Goes out: :data:`PRODUCTIONS`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

BUILT_INS = (
    "STR", "LANG", "LANGMATCHES", "DATATYPE", "IRI", "URI", "ABS", "CEIL", "FLOOR", "ROUND", "CONCAT",
    "STRLEN", "UCASE", "LCASE", "ENCODE_FOR_URI", "CONTAINS", "STRSTARTS", "STRENDS", "STRBEFORE", "STRAFTER",
    "YEAR", "MONTH", "DAY", "HOURS", "MINUTES", "SECONDS", "TIMEZONE", "TZ", "MD5", "SHA1", "SHA256", "SHA384",
    "SHA512", "COALESCE", "IF", "STRLANG", "STRDT", "SAMETERM", "ISIRI", "ISURI", "ISBLANK", "ISLITERAL",
    "ISNUMERIC", "SUBSTR", "REPLACE", "REGEX",
)  # fmt: skip
_ONE_BUILT_IN = " | ".join(f"'{name}'" for name in BUILT_INS)

TEXT = f"""
Query = Prologue ( SelectQuery | ConstructQuery | DescribeQuery | AskQuery ) ValuesClause END
Prologue = ( BaseDecl | PrefixDecl )*
BaseDecl = 'BASE' IRIREF
PrefixDecl = 'PREFIX' PNAME IRIREF
SelectQuery = SelectClause DatasetClause* WhereClause SolutionModifier
SubSelect = SelectClause WhereClause SolutionModifier ValuesClause
SelectClause = 'SELECT' ( 'DISTINCT' | 'REDUCED' )? ( SelectItem+ | '*' )
SelectItem = VAR | '(' Expression 'AS' VAR ')'
ConstructQuery = 'CONSTRUCT' ( ConstructTemplate DatasetClause* WhereClause SolutionModifier
  | DatasetClause* 'WHERE' ConstructTemplate SolutionModifier )
DescribeQuery = 'DESCRIBE' ( VarOrIri+ | '*' ) DatasetClause* WhereClause? SolutionModifier
AskQuery = 'ASK' DatasetClause* WhereClause SolutionModifier
DatasetClause = 'FROM' ( SourceSelector | 'NAMED' SourceSelector )
SourceSelector = Iri
WhereClause = 'WHERE'? GroupGraphPattern
SolutionModifier = GroupClause? HavingClause? OrderClause? LimitOffsetClauses?
GroupClause = 'GROUP' 'BY' GroupCondition+
GroupCondition = BuiltInCall | FunctionCall | '(' Expression ( 'AS' VAR )? ')' | VAR
HavingClause = 'HAVING' Constraint+
OrderClause = 'ORDER' 'BY' OrderCondition+
OrderCondition = ( 'ASC' | 'DESC' ) BrackettedExpression | Constraint | VAR
LimitOffsetClauses = LimitClause OffsetClause? | OffsetClause LimitClause?
LimitClause = 'LIMIT' INTEGER
OffsetClause = 'OFFSET' INTEGER
ValuesClause = ( 'VALUES' DataBlock )?
GroupGraphPattern = '{{' ( SubSelect | GroupGraphPatternSub ) '}}'
GroupGraphPatternSub = TriplesBlock? ( GraphPatternNotTriples '.'? TriplesBlock? )*
TriplesBlock = TriplesSameSubjectPath ( '.' TriplesBlock? )?
GraphPatternNotTriples = GroupOrUnion | OptionalPattern | MinusPattern | GraphPattern | ServicePattern
  | Filter | Bind | InlineData
OptionalPattern = 'OPTIONAL' GroupGraphPattern
GraphPattern = 'GRAPH' VarOrIri GroupGraphPattern
ServicePattern = 'SERVICE' 'SILENT'? VarOrIri GroupGraphPattern
Bind = 'BIND' '(' Expression 'AS' VAR ')'
InlineData = 'VALUES' DataBlock
DataBlock = VAR '{{' DataBlockValue* '}}' | ( NIL | '(' VAR* ')' ) '{{' ( '(' DataBlockValue* ')' | NIL )* '}}'
DataBlockValue = Iri | Literal | 'UNDEF'
MinusPattern = 'MINUS' GroupGraphPattern
GroupOrUnion = GroupGraphPattern ( 'UNION' GroupGraphPattern )*
Filter = 'FILTER' Constraint
Constraint = BrackettedExpression | BuiltInCall | FunctionCall
FunctionCall = Iri ArgList
ArgList = NIL | '(' 'DISTINCT'? Expression ( ',' Expression )* ')'
ExpressionList = NIL | '(' Expression ( ',' Expression )* ')'
ConstructTemplate = '{{' ConstructTriples? '}}'
ConstructTriples = TriplesSameSubject ( '.' ConstructTriples? )?
TriplesSameSubject = VarOrTerm PropertyListNotEmpty | TriplesNode PropertyListNotEmpty?
PropertyListNotEmpty = Verb ObjectList ( ';' ( Verb ObjectList )? )*
Verb = VarOrIri | 'a'
ObjectList = GraphNode ( ',' GraphNode )*
TriplesNode = '(' GraphNode+ ')' | '[' PropertyListNotEmpty ']'
GraphNode = VarOrTerm | TriplesNode
TriplesSameSubjectPath = VarOrTerm PropertyListPathNotEmpty | TriplesNodePath PropertyListPathNotEmpty?
PropertyListPathNotEmpty = VerbPath ObjectListPath ( ';' ( VerbPath ObjectListPath )? )*
VerbPath = Path | VAR
ObjectListPath = GraphNodePath ( ',' GraphNodePath )*
Path = PathSequence ( '|' PathSequence )*
PathSequence = PathEltOrInverse ( '/' PathEltOrInverse )*
PathEltOrInverse = '^' PathElt | PathElt
PathElt = PathPrimary ( '?' | '*' | '+' )?
PathPrimary = Iri | 'a' | '!' PathNegatedPropertySet | '(' Path ')'
PathNegatedPropertySet = PathOneInPropertySet | NIL | '(' PathOneInPropertySet ( '|' PathOneInPropertySet )* ')'
PathOneInPropertySet = Iri | 'a' | '^' ( Iri | 'a' )
TriplesNodePath = '(' GraphNodePath+ ')' | '[' PropertyListPathNotEmpty ']'
GraphNodePath = VarOrTerm | TriplesNodePath
VarOrTerm = VAR | Iri | Literal | BLANK | ANON | NIL
VarOrIri = VAR | Iri
Expression = AndExpression ( '||' AndExpression )*
AndExpression = RelationalExpression ( '&&' RelationalExpression )*
RelationalExpression = AdditiveExpression ( ( '=' | '!=' | '<' | '>' | '<=' | '>=' ) AdditiveExpression
  | 'IN' ExpressionList | 'NOT' 'IN' ExpressionList )?
AdditiveExpression = MultiplicativeExpression ( ( '+' | '-' ) MultiplicativeExpression | SIGNED ( ( '*'
  | '/' ) UnaryExpression )* )*
MultiplicativeExpression = UnaryExpression ( ( '*' | '/' ) UnaryExpression )*
UnaryExpression = ( '!' | '+' | '-' ) PrimaryExpression | PrimaryExpression
PrimaryExpression = BrackettedExpression | BuiltInCall | Iri ArgList? | Literal | VAR
BrackettedExpression = '(' Expression ')'
BuiltInCall = ( {_ONE_BUILT_IN} ) ExpressionList | Aggregate | 'BOUND' '(' VAR ')' | 'BNODE' ( NIL
  | '(' Expression ')' ) | ( 'RAND' | 'NOW' | 'UUID' | 'STRUUID' ) NIL | 'EXISTS' GroupGraphPattern
  | 'NOT' 'EXISTS' GroupGraphPattern
Aggregate = 'COUNT' '(' 'DISTINCT'? ( '*' | Expression ) ')' | ( 'SUM' | 'MIN' | 'MAX' | 'AVG'
  | 'SAMPLE' ) '(' 'DISTINCT'? Expression ')'
  | 'GROUP_CONCAT' '(' 'DISTINCT'? Expression ( ';' 'SEPARATOR' '=' STRING )? ')'
Iri = IRIREF | PNAME
Literal = STRING ( LANGTAG | '^^' Iri )? | INTEGER | NUMBER | SIGNED | 'TRUE' | 'FALSE'
"""

_WORD = re.compile(r"'[^']+'|\w+|[()|?*+]")


@dataclass(frozen=True)
class Terminal:
    """One token: a keyword or mark given by its text, or a kind of token."""

    text: str
    literal: bool


@dataclass(frozen=True)
class Call:
    """Another production, by name."""

    name: str


@dataclass(frozen=True)
class Sequence:
    """Parts one after the other."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Choice:
    """One of several parts."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Repeat:
    """A part that may be missing; with ``many`` it may also come again."""

    part: Part
    many: bool


Part = Terminal | Call | Sequence | Choice | Repeat


def _read_choice(words: list[str]) -> Part:
    options = [_read_sequence(words)]
    while words and words[0] == "|":
        words.pop(0)
        options.append(_read_sequence(words))
    return options[0] if len(options) == 1 else Choice(tuple(options))


def _read_sequence(words: list[str]) -> Part:
    parts: list[Part] = []
    while words and words[0] not in ("|", ")"):
        word = words.pop(0)
        part: Part
        if word == "(":
            part = _read_choice(words)
            assert words.pop(0) == ")"
        elif word.startswith("'"):
            part = Terminal(word[1:-1], True)
        elif word.isupper():
            part = Terminal(word, False)
        else:
            part = Call(word)
        if words and words[0] in ("?", "*", "+"):
            mark = words.pop(0)
            if mark == "+":
                parts.append(part)
            part = Repeat(part, mark != "?")
        parts.append(part)
    return parts[0] if len(parts) == 1 else Sequence(tuple(parts))


def _read_productions() -> dict[str, Part]:
    productions: dict[str, Part] = {}
    for line in TEXT.strip().replace("\n  ", " ").splitlines():
        name, _, body = line.partition(" = ")
        productions[name] = _read_choice(_WORD.findall(body))
    return productions


PRODUCTIONS: dict[str, Part] = _read_productions()
KEYWORDS = frozenset(word[1:-1] for word in _WORD.findall(TEXT) if word.startswith("'") and word[1:-1].isupper())


@cache
def first(part: Part) -> tuple[frozenset[Terminal], bool]:
    """The tokens a part may start with, and whether it may be empty."""
    if isinstance(part, Terminal):
        return frozenset({part}), False
    if isinstance(part, Call):
        return first(PRODUCTIONS[part.name])
    if isinstance(part, Repeat):
        return first(part.part)[0], True
    starts: set[Terminal] = set()
    if isinstance(part, Choice):
        known = [first(option) for option in part.parts]
        return frozenset().union(*(tokens for tokens, _ in known)), any(empty for _, empty in known)
    for piece in part.parts:
        tokens, empty = first(piece)
        starts |= tokens
        if not empty:
            return frozenset(starts), False
    return frozenset(starts), True
