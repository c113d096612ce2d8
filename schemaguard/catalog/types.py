"""PostgreSQL's types as values, spelled as format_type() spells them."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, NoReturn

from schemaguard.frozen import dataclass

SERIALS = {
    "smallserial": "smallint", "serial2": "smallint",
    "serial": "integer", "serial4": "integer",
    "bigserial": "bigint", "serial8": "bigint",
}  # fmt: skip
"""What may stand in place of a type in CREATE TABLE and ADD COLUMN, and the type that the column gets."""

ALIASES = {
    "int": "integer", "int2": "smallint", "int4": "integer", "int8": "bigint",
    "dec": "numeric", "decimal": "numeric",
    "bool": "boolean", "float4": "real", "float8": "double precision",
    "varchar": "character varying", "nchar": "character", "varbit": "bit varying",
    "timestamptz": "timestamp with time zone", "timetz": "time with time zone",
    "timestamp": "timestamp without time zone", "time": "time without time zone",
} | SERIALS  # fmt: skip
"""Other spellings of the built-in types, outside quotes or as pg_type has them."""

BUILT_IN = frozenset(
    """
    smallint integer bigint numeric real boolean text bytea date interval money json jsonb uuid xml name oid
    inet cidr macaddr macaddr8 point line lseg box path polygon circle tsvector tsquery pg_lsn pg_snapshot
    txid_snapshot jsonpath refcursor aclitem xid xid8 cid tid oidvector int2vector pg_node_tree bit bpchar character
    int4range int8range numrange tsrange tstzrange daterange
    int4multirange int8multirange nummultirange tsmultirange tstzmultirange datemultirange
    regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc regprocedure regrole regtype
    void trigger event_trigger record cstring internal language_handler fdw_handler anyelement anyarray anynonarray
    anyenum anyrange anymultirange anycompatible anycompatiblearray anycompatiblenonarray anycompatiblerange
    anycompatiblemultirange unknown gtsvector
    """.split()  # noqa: SIM905 - eighty quoted names would be harder to read than words
) | frozenset(ALIASES.values())

_QUOTED_INTERNAL = {"char": '"char"', "bit": '"bit"'}
_TAKES_MODIFIERS = {
    "character varying": 1, "character": 1, "bit": 1, "bit varying": 1, "numeric": 2, "interval": 1,
    "timestamp with time zone": 1, "timestamp without time zone": 1,
    "time with time zone": 1, "time without time zone": 1,
}  # fmt: skip
_SPELLED_OUT = ("smallint", "integer", "bigint", "real", "boolean", "character")
"""Types that pg_type has under another name."""
_TEMPORAL = ("timestamp", "time", "interval")
_FINEST_SECOND = 6
_INTERVAL_FIELDS = frozenset(
    {
        "year", "month", "day", "hour", "minute", "second", "year to month", "day to hour", "day to minute",
        "day to second", "hour to minute", "hour to second", "minute to second",
    }
)  # fmt: skip
_TOKEN = re.compile(
    r'\s*(?:(?P<quoted>"(?:[^"]|"")+")|(?P<word>[^\W\d][\w$]*)|(?P<number>[-+]?\d+)|(?P<text>\'[^\']*\')'
    r"|(?P<mark>[().,\[\]]))"
)
_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")
_NEEDS_QUOTES = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast
    char character check coalesce collate collation column concurrently constraint create cross current_catalog
    current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable
    desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
    grouping having ilike in initially inner inout int integer intersect interval into is isnull join lateral leading
    least left like limit localtime localtimestamp national natural nchar none normalize not notnull null nullif numeric
    offset on only or order out outer overlaps overlay placing position precision primary real references returning
    right row select session_user setof similar smallint some substring symmetric system_user table tablesample then
    time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when where window
    with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize
    xmltable
    """.split()  # noqa: SIM905 - as above
)


def quote_identifier(name: str) -> str:
    """The name as quote_identifier() writes it: in quotes only where the server would need them."""
    if _PLAIN.match(name) and name not in _NEEDS_QUOTES:
        return name
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Type:
    """A type with its modifiers; `name` is the canonical name (`bigint`, `timestamp with time zone`, an enum's name).

    `schema` is None for the types of pg_catalog, and for a user type until apply resolves it. The two built-in types
    that need quotes to be meant carry them in their name: `"char"` (one byte) and `"bit"` (no length).
    """

    name: str
    schema: str | None = None
    modifiers: tuple[int, ...] = ()
    dimensions: int = 0
    """1 for an array, however many brackets were written: the server doesn't hold a column to them."""
    interval_fields: str | None = None
    words: tuple[str, ...] = ()
    """Modifiers that are not numbers and stand before those, such as `Point` in `geometry(Point,4326)`."""

    def __str__(self) -> str:
        return self.spelling

    @property
    def is_built_in(self) -> bool:
        """Whether this is a type of pg_catalog."""
        return self.schema is None and (self.name in BUILT_IN or self.name in _QUOTED_INTERNAL.values())

    @property
    def element(self) -> "Type":
        """The type of an array's elements; the type itself where it is not an array."""
        return Type(self.name, self.schema, self.modifiers, 0, self.interval_fields, self.words)

    @property
    def spelling(self) -> str:
        """The type as format_type() spells it, such as `numeric(12,2)` or `timestamp(3) with time zone`."""
        base = self.name if self.is_built_in else quote_identifier(self.name)
        if self.schema not in (None, "public"):
            base = f"{quote_identifier(self.schema or '')}.{base}"
        given = (*self.words, *map(str, self.modifiers))
        inside = f"({','.join(given)})" if given else ""
        fields = f" {self.interval_fields}" if self.interval_fields else ""
        head, space, tail = base.partition(" with")
        text = f"{head}{inside}{space}{tail}" if head in ("timestamp", "time") else f"{base}{fields}{inside}"
        return text + "[]" * min(self.dimensions, 1)


class _Token(NamedTuple):
    kind: str
    text: str


@lru_cache(maxsize=4096)
def parse_type(text: str) -> Type:
    """The type that a text means, as PostgreSQL's grammar reads it; serial names mean the integer type beneath.

    Raises ValueError where the text is not a type.
    """
    return _Parser(text).parse()


def _tokens(text: str) -> Iterator[_Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ValueError(f"no type: {text!r}")
        found, at = match[match.lastgroup], match.end()
        if match.lastgroup == "quoted":
            yield _Token("quoted", found[1:-1].replace('""', '"'))
        elif match.lastgroup == "word":
            yield _Token("word", "".join(c.lower() if c.isascii() else c for c in found))
        else:
            yield _Token(match.lastgroup, found.strip("'") if match.lastgroup == "text" else found)


class _Parser:
    """One pass over the tokens of a type's text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.at = 0

    def refuse(self) -> NoReturn:
        raise ValueError(f"no type: {self.text!r}")

    def peek(self, ahead: int = 0) -> _Token:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else _Token("end", "")

    def take(self) -> _Token:
        token = self.peek()
        self.at += 1
        return token

    def accept(self, *words: str) -> bool:
        """Takes these words where they come next, in this order."""
        if all(self.peek(n) in (_Token("word", w), _Token("mark", w)) for n, w in enumerate(words)):
            self.at += len(words)
            return True
        return False

    def parse(self) -> Type:
        first = self.take()
        if first.kind == "quoted" or self.peek() == _Token("mark", "."):
            found = self.qualified(first)
        elif first.kind == "word":
            found = self.keyword(first.text)
        else:
            self.refuse()
        dimensions = self.brackets()
        if self.peek().kind != "end":
            self.refuse()
        many = max(dimensions, found.dimensions)
        return Type(found.name, found.schema, found.modifiers, many, found.interval_fields, found.words)

    def brackets(self) -> int:
        many = self.accept("array")
        dimensions, written = int(many), 0
        while self.accept("["):
            written += 1
            if many and written > 1:
                self.refuse()
            if self.peek().kind == "number":
                self.take()
            if not self.accept("]"):
                self.refuse()
            dimensions = 1
        return dimensions

    def qualified(self, first: _Token) -> Type:
        if not self.accept("."):
            return self.by_catalog_name(first.text, None)
        second = self.take()
        if second.kind not in ("word", "quoted") or self.peek() == _Token("mark", "."):
            self.refuse()
        if first.text == "pg_catalog":
            return self.by_catalog_name(second.text, None)
        words, numbers = self.modifiers()
        return Type(second.text, first.text, numbers, words=words)

    def by_catalog_name(self, name: str, schema: str | None) -> Type:
        """A name of pg_type, as quotes or pg_catalog mean it: `"char"` is not a `character` there."""
        words, numbers = self.modifiers()
        if name in _QUOTED_INTERNAL and not numbers and not words:
            return Type(_QUOTED_INTERNAL[name])
        if name in SERIALS or (name in ("character", "int", "dec", "decimal", "nchar") and not schema):
            return Type(name, schema, numbers, words=words)
        if name == "bpchar":
            return _finished("character" if numbers else "bpchar", words, numbers) or self.refuse()
        return _finished(ALIASES.get(name, name), words, numbers) or self.refuse()

    def keyword(self, word: str) -> Type:
        if word == "national" and not (self.peek().text in ("char", "character") and self.peek().kind == "word"):
            self.refuse()
        if word == "national":
            word = self.take().text
        if word == "setof":
            self.refuse()
        if word in ("char", "character", "nchar"):
            return self.character("character varying" if self.accept("varying") else "character")
        if word == "bit":
            return self.character("bit varying" if self.accept("varying") else "bit")
        if word == "double":
            return Type("double precision") if self.accept("precision") else self.refuse()
        if word == "float":
            return self.floating()
        if word == "interval":
            return self.interval()
        words, numbers = self.modifiers()
        if word in ("timestamp", "time"):
            word += self.zone()
        name = ALIASES.get(word, word)
        if name == "bpchar" and numbers:
            name = "character"
        return _finished(name, words, numbers) or self.refuse()

    def zone(self) -> str:
        if self.accept("with", "time", "zone"):
            return " with time zone"
        self.accept("without", "time", "zone")
        return " without time zone"

    def character(self, name: str) -> Type:
        words, numbers = self.modifiers()
        if not numbers and name in ("character", "bit"):
            numbers = (1,)
        return _finished(name, words, numbers) or self.refuse()

    def floating(self) -> Type:
        words, numbers = self.modifiers()
        digits = numbers[0] if numbers else 53
        if words or len(numbers) > 1 or not 1 <= digits <= 53:
            self.refuse()
        return Type("real" if digits <= 24 else "double precision")

    def interval(self) -> Type:
        words, numbers = self.modifiers()
        if numbers:
            return _finished("interval", words, numbers) or self.refuse()
        fields: list[str] = []
        while self.peek().kind == "word" and self.peek().text not in ("array",):
            fields.append(self.take().text)
        text = " ".join(fields)
        if fields and text not in _INTERVAL_FIELDS:
            self.refuse()
        if fields and fields[-1] == "second":
            words, numbers = self.modifiers()
        found = _finished("interval", words, numbers) or self.refuse()
        return Type("interval", None, found.modifiers, 0, text or None)

    def modifiers(self) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """The parenthesised modifiers: the words, then the numbers."""
        if not self.accept("("):
            return (), ()
        words: list[str] = []
        numbers: list[int] = []
        while True:
            token = self.take()
            if token.kind == "number":
                numbers.append(int(token.text))
            elif token.kind in ("word", "quoted", "text") and not numbers:
                words.append(self.as_written(token))
            else:
                self.refuse()
            if self.accept(")"):
                return tuple(words), tuple(numbers)
            if not self.accept(","):
                self.refuse()

    def as_written(self, token: _Token) -> str:
        """A modifier's word in the case in which it was written: PostGIS prints `Point`, not `point`."""
        found = re.search(re.escape(token.text), self.text, re.IGNORECASE)
        return found[0] if found else token.text


def _element_of(name: str) -> str | None:
    """The type whose arrays pg_type calls by a name, such as `text` for `_text`; None where there is none."""
    element = name[1:]
    if not name.startswith("_") or element in SERIALS:
        return None
    if element in _QUOTED_INTERNAL:
        return _QUOTED_INTERNAL[element]
    if element in ALIASES:
        return ALIASES[element] if element not in ("int", "dec", "decimal", "nchar") else None
    is_there = element in BUILT_IN and element not in _SPELLED_OUT and " " not in element
    return element if is_there else None


def _finished(name: str, words: tuple[str, ...], numbers: tuple[int, ...]) -> Type | None:
    """The built-in or user type with its modifiers as the server keeps them, None where it would refuse them."""
    if name not in BUILT_IN:
        element = _element_of(name)
        if element is None:
            return Type(name, None, numbers, words=words)
        found = _finished(element, words, numbers)
        return None if found is None else Type(found.name, None, found.modifiers, 1)
    if words or len(numbers) > _TAKES_MODIFIERS.get(name, 0):
        return None
    if name == "numeric" and numbers:
        precision, scale = (*numbers, 0)[:2]
        return Type(name, None, (precision, scale)) if 1 <= precision <= 1000 and -1000 <= scale <= 1000 else None
    if numbers and name.startswith(_TEMPORAL):
        if numbers[0] < 0:
            return None
        return Type(name, None, (min(numbers[0], _FINEST_SECOND),))
    if numbers and numbers[0] < 1:
        return None
    return Type(name, None, numbers)
