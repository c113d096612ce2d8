"""Which types PostgreSQL converts by itself: in an assignment, and to compare two columns of a foreign key.

After pg_cast of PostgreSQL 15–18. Where a type is none of the built-in ones named here the answer is that it converts.

See https://www.postgresql.org/docs/18/catalog-pg-cast.html.
"""

import json
import re

from schemaguard.catalog.names import bare
from schemaguard.catalog.types import Type, parse_type

STRINGS = ("text", "character varying", "character", "bpchar", "name", '"char"')
_NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
_DATES = ("date", "timestamp without time zone", "timestamp with time zone")
_OIDS = ("oid", "regclass", "regtype", "regproc", "regprocedure", "regrole", "regnamespace", "regconfig")
_ASSIGNED = frozenset(
    {(a, b) for a in _NUMBERS for b in _NUMBERS}
    | {(a, b) for a in _DATES for b in _DATES}
    | {(a, b) for a in _OIDS for b in (*_OIDS, "integer", "bigint")}
    | {(a, b) for a in ("smallint", "integer", "bigint") for b in _OIDS}
    | {(a, "money") for a in ("integer", "bigint", "numeric")}
    | {
        ("money", "numeric"), ("time without time zone", "interval"), ("interval", "time without time zone"),
        ("time without time zone", "time with time zone"), ("time with time zone", "time without time zone"),
        ("timestamp without time zone", "time without time zone"),
        ("timestamp with time zone", "time without time zone"), ("timestamp with time zone", "time with time zone"),
        ("bit", "bit varying"), ("bit varying", "bit"), ("cidr", "inet"), ("inet", "cidr"),
        ("macaddr", "macaddr8"), ("macaddr8", "macaddr"), ("json", "jsonb"), ("jsonb", "json"), ("text", "regclass"),
        ("character varying", "regclass"), ("circle", "polygon"), ("polygon", "circle"), ("box", "polygon"),
        ("polygon", "box"), ("box", "point"), ("path", "polygon"), ("polygon", "path"), ("lseg", "point"),
        ("xid8", "xid"), ("int4range", "int4multirange"), ("int8range", "int8multirange"),
        ("numrange", "nummultirange"), ("tsrange", "tsmultirange"), ("tstzrange", "tstzmultirange"),
        ("daterange", "datemultirange"),
    }
)  # fmt: skip


def is_assignable(source: Type, target: Type, *, is_enum: bool = False) -> bool:
    """Whether a value of the one type may be assigned to a column of the other without an explicit cast.

    `is_enum` says that the target is an enum: nothing but its own values goes there.
    """
    one, other = _plain(source), _plain(target)
    if bool(source.dimensions) != bool(target.dimensions):
        return not target.dimensions and other in STRINGS
    if one == other:
        return True
    if source.dimensions:
        return is_assignable(source.element, target.element, is_enum=is_enum)
    if other in STRINGS:
        return True
    if is_enum:
        return False
    if not (source.is_built_in and target.is_built_in):
        # A type of the user's own may have casts that nobody showed us; from a built-in one to an enum there is none.
        return True
    return (one, other) in _ASSIGNED


def _plain(type_: Type) -> str:
    return type_.name if type_.schema is None else f"{type_.schema}.{type_.name}"


_BY_INDEX = (
    {"smallint", "integer", "bigint"}, {"real", "double precision"}, {*_DATES}, {"text", "character varying", "name"},
    {"bpchar", "character"}, {"inet", "cidr"}, {"bit", "bit varying"},
)  # fmt: skip
_ORDER = {name: place for place, name in enumerate(_NUMBERS)}


def can_reference(column: Type, key: Type) -> bool:
    """Whether a foreign key's column of one type can be looked up in a key of the other.

    See ATAddForeignKeyConstraint() in tablecmds.c.
    """
    if column.dimensions or key.dimensions:
        if bool(column.dimensions) != bool(key.dimensions):
            return False
        strings = ("text", "character varying")
        return _plain(column) == _plain(key) or (column.name in strings and key.name in strings)
    one, other = _plain(column), _plain(key)
    if one == other or any({one, other} <= family for family in _BY_INDEX):
        return True
    if one in _ORDER and other in _ORDER:
        # The operator is the key's own: the column must widen to it by itself.
        return _ORDER[one] <= _ORDER[other]
    if one in STRINGS and other in STRINGS:
        return '"char"' not in (one, other)
    return not (column.is_built_in and key.is_built_in)


_INTEGER = re.compile(r"[-+]?\s*\d+\Z")
_DECIMAL = re.compile(r"[-+]?\s*(?:\d+\.\d*|\.?\d+)(?:e[-+]?\d+)?\Z", re.IGNORECASE)
_STRING = re.compile(r"'((?:[^']|'')*)'\Z")
_CAST = re.compile(
    r"""(?:'(?:[^']|'')*'|[\w.]+(?:\(\))?|array\s*\[[^\[\]:]*\])\s*::\s*([\w". ]+(?:\([\d, ]*\))?(?:\[\])*)\Z""",
    re.IGNORECASE,
)
_ARRAY = re.compile(r"array\s*\[\s*(.+?)\s*(?:,.*)?\]\Z", re.IGNORECASE | re.DOTALL)
_CALLS = {
    "now()": "timestamptz", "current_timestamp": "timestamptz", "transaction_timestamp()": "timestamptz",
    "statement_timestamp()": "timestamptz", "clock_timestamp()": "timestamptz", "localtimestamp": "timestamp",
    "current_date": "date", "localtime": "time", "current_time": "timetz", "true": "boolean", "false": "boolean",
    "gen_random_uuid()": "uuid", "uuidv4()": "uuid", "uuidv7()": "uuid", "current_user": "name",
    "session_user": "name", "random()": "float8",
}  # fmt: skip
_WIDTHS = ((31, "integer"), (63, "bigint"))


def type_of_expression(text: str) -> Type | None:
    """The type of an expression, None where its text doesn't show it; a bare string takes whatever type is wanted."""
    text = bare(text)
    if _INTEGER.match(text):
        value = abs(int(text.replace(" ", "")))
        return Type(next((name for bits, name in _WIDTHS if value < 1 << bits), "numeric"))
    if _DECIMAL.match(text):
        return Type("numeric")
    if text.lower().startswith("nextval("):
        return Type("bigint")
    if text.lower() in _CALLS:
        return parse_type(_CALLS[text.lower()])
    if found := _CAST.match(text):
        try:
            return parse_type(found[1])
        except ValueError:
            return None
    if found := _ARRAY.match(text):
        inner = Type("text") if _STRING.match(found[1]) else type_of_expression(found[1])
        return Type(inner.name, inner.schema, inner.modifiers, 1) if inner is not None else None
    return None


_BOOLEANS = frozenset({"true", "false", "yes", "no", "on", "off", "1", "0"})
_HEX = re.compile(r"\{?(?:[0-9a-f]{4}-?){8}\}?\Z", re.IGNORECASE)


def string_literal(text: str) -> str | None:
    """What a bare string literal says, None where the text is none."""
    found = _STRING.match(bare(text))
    return found[1].replace("''", "'") if found is not None else None


def literal_fits(text: str, type_: Type) -> bool:
    """Whether a bare string literal is input for the type, as far as that can be told; other texts are taken to.

    See https://www.postgresql.org/docs/18/typeconv-query.html.
    """
    literal = string_literal(text)
    if literal is None:
        return True
    value = literal.strip()
    if type_.dimensions:
        return not type_.is_built_in or value.startswith(("{", "["))
    match type_.name if type_.is_built_in else "":
        case "smallint" | "integer" | "bigint":
            return bool(re.fullmatch(r"[-+]?(?:\d[\d_]*|0[xob][\da-f_]+)", value, re.IGNORECASE))
        case "numeric" | "real" | "double precision":
            return bool(re.fullmatch(r"[-+]?(?:[\d_.]+(?:e[-+]?\d+)?|nan|inf(?:inity)?|0[xob][\da-f_]+)", value, re.I))
        case "boolean":
            return value != "" and any(word.startswith(value.lower()) for word in _BOOLEANS) and value.lower() != "o"
        case "uuid":
            return bool(_HEX.match(value))
        case "json" | "jsonb":
            return _is_json(value)
        case "date" | "timestamp with time zone" | "timestamp without time zone":
            return not re.fullmatch(r"\d{0,3}", value)
        case _:
            return True


def as_printed(text: str, type_: Type) -> str:
    """A default as the server prints it where a literal becomes a value of the type: `'0'` is `false` to a boolean."""
    literal = string_literal(text)
    if literal is None or type_.dimensions or not type_.is_built_in:
        return text
    value = literal.strip().lower()
    if type_.name == "boolean" and literal_fits(text, type_):
        return "true" if "true".startswith(value) or "yes".startswith(value) or value in ("on", "1") else "false"
    if type_.name == "interval" and re.fullmatch(r"\d{1,4}", value):
        minutes, seconds = divmod(int(value), 60)
        return f"'{minutes // 60:02}:{minutes % 60:02}:{seconds:02}'"
    return text


def _is_json(value: str) -> bool:
    try:
        json.loads(value, strict=False)
    except (ValueError, RecursionError):
        return False
    return True
