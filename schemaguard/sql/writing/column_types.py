"""PostgreSQL's types as SQLAlchemy's: the constructors that a revision gives its columns.

Source: https://docs.sqlalchemy.org/en/20/dialects/postgresql.html#postgresql-data-types
"""

import re

from schemaguard.catalog.types import Type
from schemaguard.sql.writing.code import call, quoted

_PLAIN = {
    "smallint": "sa.SmallInteger()", "integer": "sa.Integer()", "bigint": "sa.BigInteger()", "real": "sa.REAL()",
    "double precision": "sa.Double()", "boolean": "sa.Boolean()", "text": "sa.Text()", "bytea": "sa.LargeBinary()",
    "date": "sa.Date()", "json": "sa.JSON()", "uuid": "sa.Uuid()", "jsonb": "postgresql.JSONB()",
    **{
        name: f"postgresql.{name.upper()}()"
        for name in (
            "inet", "cidr", "macaddr", "macaddr8", "money", "oid", "regclass", "tsvector", "tsquery",
            "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange", "int4multirange",
            "int8multirange", "nummultirange", "tsmultirange", "tstzmultirange", "datemultirange",
        )
    },
}  # fmt: skip
_COLLATION = re.compile(r'"[^"%]+"|[a-z_][a-z0-9_]*', re.ASCII)
_TEXTS = ("text", "character varying", "character")


def column_type(type_: Type, collation: str | None = None) -> str | None:
    """The constructor of a type; None for a type that isn't PostgreSQL's own, or that SQLAlchemy has no word for."""
    if not type_.is_built_in:
        return None
    if collation is not None and (type_.name not in _TEXTS or not _COLLATION.fullmatch(collation)):
        return None
    element = _element(type_, collation)
    if element is None or not type_.dimensions:
        return element
    return None if collation is not None else call("postgresql.ARRAY", element)


def _element(type_: Type, collation: str | None) -> str | None:
    collated = None if collation is None else quoted(collation.strip('"'))
    numbers = [str(modifier) for modifier in type_.modifiers]
    first = numbers[0] if numbers else None
    match type_.name:
        case "text" if collated is not None:
            return call("sa.Text", collation=collated)
        case "character varying":
            return call("sa.String", length=first, collation=collated)
        case "character":
            return call("sa.CHAR", length=first, collation=collated)
        case "numeric":
            return call("sa.Numeric", *numbers)
        case "bit":
            return call("postgresql.BIT", first)
        case "bit varying":
            return call("postgresql.BIT", length=first, varying="True")
        case "interval":
            fields = quoted(type_.interval_fields.upper()) if type_.interval_fields is not None else None
            if fields is None and first is None:
                return "sa.Interval()"
            return call("postgresql.INTERVAL", fields=fields, precision=first)
        case _:
            return _moment(type_.name, first) or _PLAIN.get(type_.name)


def _moment(name: str, precision: str | None) -> str | None:
    """Dates with times, and times, which may have a time zone and a precision."""
    base, _, zone = name.partition(" ")
    if base not in ("timestamp", "time"):
        return None
    with_zone = "True" if zone == "with time zone" else None
    if precision is not None:
        return call(f"postgresql.{base.upper()}", timezone=with_zone, precision=precision)
    return call("sa.DateTime" if base == "timestamp" else "sa.Time", timezone=with_zone)
