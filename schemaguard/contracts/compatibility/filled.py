"""Whether two defaults give a column the same value: `1` and `'1'` do for a number, `now()` and CURRENT_TIMESTAMP.

See https://www.postgresql.org/docs/18/functions-datetime.html#FUNCTIONS-DATETIME-CURRENT.
"""

import re
from decimal import Decimal, InvalidOperation

from schemaguard.catalog.casts import string_literal
from schemaguard.catalog.names import bare
from schemaguard.catalog.objects import Column
from schemaguard.catalog.types import parse_type

_CAST = re.compile(r"(?P<value>'(?:[^']|'')*'|[-+]?[\d.]+)\s*::\s*(?P<type>[^:']+)\Z")
_NOW = frozenset({"now()", "current_timestamp", "transaction_timestamp()", "pg_catalog.now()"})
_NUMBERS = frozenset({"smallint", "integer", "bigint", "numeric", "real", "double precision"})
_TRUTHS = dict.fromkeys(("true", "t", "yes", "on", "1"), "true") | dict.fromkeys(
    ("false", "f", "no", "off", "0"), "false"
)


def fills_alike(old: Column, new: Column) -> bool:
    """Whether a row that leaves the column out gets the same from the defaults of both, of one type."""
    if old.filling is None or new.filling is None or old.type != new.type:
        return old.filling == new.filling
    return old.filling == new.filling or _value(old) == _value(new)


def _value(column: Column) -> object:
    """What the default gives, where it is a plain value or the time of the transaction; else its text."""
    text = bare(column.filling or "")
    cast = _CAST.match(text)
    if cast is not None and _is_of(column, cast["type"]):
        text = cast["value"]
    said = string_literal(text)
    plain = said if said is not None else text
    if column.type.dimensions == 0 and column.type.name in _NUMBERS:
        try:
            return Decimal(plain.strip())
        except InvalidOperation:
            return text
    if column.type.dimensions == 0 and column.type.name == "boolean":
        return _TRUTHS.get(plain.strip().lower(), text)
    if said is None and text.lower() in _NOW:
        return _NOW
    return ("string", said) if said is not None else text


def _is_of(column: Column, spelled: str) -> bool:
    try:
        type_ = parse_type(spelled.strip())
    except ValueError:
        return False
    return (type_.name, type_.dimensions) == (column.type.name, column.type.dimensions)
