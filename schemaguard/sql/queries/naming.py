"""The names and types that PostgreSQL gives to what a query returns."""

from sqlglot import exp

from schemaguard.catalog.types import Type
from schemaguard.sql.reading.cursor import read_type

UNKNOWN = Type("unknown")


def cast_type(value: exp.Cast) -> Type:
    """The type that a value is cast to, `unknown` where it isn't one that is known."""
    try:
        return read_type(value.to.sql(dialect="postgres"))
    except ValueError:
        return UNKNOWN


def column_name(value: exp.Expr) -> str:
    """The name that PostgreSQL gives to a column without AS."""
    if isinstance(value, (exp.Column, exp.Dot)):
        return value.name
    if isinstance(value, (exp.Paren, exp.Bracket)):
        return column_name(value.this)
    if isinstance(value, exp.Cast):
        inner = column_name(value.this)
        return inner if inner != "?column?" else _type_column_name(value)
    if isinstance(value, exp.Case):
        return "case"
    if isinstance(value, exp.Subquery):
        selects = value.this.selects
        return selects[0].alias_or_name or column_name(selects[0]) if selects else "?column?"
    if isinstance(value, exp.Anonymous):
        return str(value.this).lower()
    if isinstance(value, exp.Func):
        return value.sql_name().lower()
    return "?column?"


def _type_column_name(value: exp.Cast) -> str:
    names = {"integer": "int4", "bigint": "int8", "smallint": "int2", "boolean": "bool", "double precision": "float8"}
    spelled = cast_type(value).name
    return names.get(spelled, spelled)
