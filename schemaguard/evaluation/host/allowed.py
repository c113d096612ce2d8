"""What of real objects may be read and called: what is on the lists, and nothing because nobody forbade it.

SQLAlchemy evaluates strings in its ORM, unpickles in an extension, loads dialects by name and connects; none of that is
on a list.
"""

import datetime
import decimal
import uuid
from typing import Any

from sqlalchemy import schema as sa_schema
from sqlalchemy.sql.base import ColumnCollection, ReadOnlyColumnCollection
from sqlalchemy.sql.compiler import IdentifierPreparer
from sqlalchemy.sql.functions import _FunctionGenerator
from sqlalchemy.types import TypeEngine

from schemaguard.evaluation.host.lists import (
    METHODS,
    NAMES,
    OF_CLASSES,
    POSTGRESQL_CONSTRUCTS,
    POSTGRESQL_NAMES,
    PURE,
    READABLE,
    SETTABLE,
    Listed,
)
from schemaguard.evaluation.values.objects import NOTHING, HostMethod, Value

_CONSTRUCTS: dict[int, Any] = {
    id(one): one
    for one in (*NAMES.values(), *(POSTGRESQL_NAMES[name] for name in POSTGRESQL_CONSTRUCTS))
    if callable(one) and not isinstance(one, _FunctionGenerator)
}
_PURE: dict[int, Any] = {id(one): one for one in PURE}
_PLAIN = (
    datetime.date,
    datetime.time,
    datetime.timedelta,
    datetime.tzinfo,
    decimal.Decimal,
    uuid.UUID,
    int,
    float,
    str,
)
SUBSCRIPTABLE = (sa_schema.MetaData,)
ITERABLE: tuple[type, ...] = (
    ReadOnlyColumnCollection,
    ColumnCollection,
    sa_schema.ColumnCollectionConstraint,
    type({}.keys()),
)


def _is_listed(lists: Listed, value: Value, name: str) -> bool:
    return any(name in names for kind, names in lists if isinstance(value, kind))


def is_method(value: Value, name: str) -> bool:
    """Whether the method of a real object may be called."""
    return _is_listed(METHODS, value, name)


def is_readable(value: Value, name: str) -> bool:
    """Whether the attribute of a real object may be read."""
    return _is_listed(READABLE, value, name)


def is_settable(value: Value, name: str) -> bool:
    """Whether the attribute of a real object may be set."""
    return _is_listed(SETTABLE, value, name)


def class_attribute(value: type, name: str) -> Value:
    """The attribute of a real class where it is on the list, NOTHING otherwise."""
    for kind, names in OF_CLASSES:
        if value is kind and name in names:
            found = getattr(value, name)
            return HostMethod(value, name) if callable(found) else found
    return NOTHING


def is_construct(function: Value) -> bool:
    """Whether a callable makes constructs of SQLAlchemy's and does nothing else."""
    return id(function) in _CONSTRUCTS or isinstance(function, _FunctionGenerator)


def is_pure(function: Value) -> bool:
    """Whether a callable only computes."""
    return id(function) in _PURE


def is_pure_method(receiver: Value) -> bool:
    """Whether the listed methods of an object only compute."""
    return isinstance(receiver, (*_PLAIN, IdentifierPreparer, type))


def is_plain(value: Value) -> bool:
    """Whether a value is a time, a number or the like, whose operators only compute."""
    return isinstance(value, _PLAIN)


def is_type(value: Value) -> bool:
    """Whether a value is a class of types of SQLAlchemy's own."""
    return isinstance(value, type) and issubclass(value, TypeEngine) and value.__module__.startswith("sqlalchemy.")
