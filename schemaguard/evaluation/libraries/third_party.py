"""Types of well-known packages, as they spell themselves on PostgreSQL, and a few functions that migrations use.

The packages need not be installed. Sources: the `get_col_spec`, `load_dialect_impl` and `impl` of each, as released.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from schemaguard.evaluation.effects.orm import ORM
from schemaguard.evaluation.host import conversion, tables
from schemaguard.evaluation.host.modelled import Call, first_argument, native, silent
from schemaguard.evaluation.libraries import entities, enum_operations, sqlalchemy_names
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.objects import NOTHING, Arguments, Modelled, Unknown, Value


def _fixed(make: Callable[[], TypeEngine[Any]]) -> Call:
    return lambda _, __: make()


def _text(interpreter: Interpreter, arguments: Arguments) -> Value:
    """A text with the length that it is given, if any."""
    return conversion.make_type(interpreter, sa.String, Arguments(arguments.positional[:1], _length(arguments)))


def _length(arguments: Arguments) -> dict[str, Value]:
    return {"length": arguments.keywords["length"]} if "length" in arguments.keywords else {}


def _choice(interpreter: Interpreter, arguments: Arguments) -> Value:
    impl = arguments.get(1, "impl")
    return sa.Unicode(255) if impl is None else conversion.as_type(interpreter, impl)


def _encrypted(_: Interpreter, arguments: Arguments) -> Value:
    return sa.String() if "String" in arguments.keywords else sa.LargeBinary()


def _vector(name: str) -> Call:
    def make(interpreter: Interpreter, arguments: Arguments) -> Value:
        size = arguments.get(0, "dim")
        if isinstance(size, Unknown) and size.default is not None:
            return conversion.SpelledType(f"{name}({interpreter.holes.text(size)})")
        if isinstance(size, Unknown):
            return conversion.unknown_type(interpreter, size)
        return conversion.SpelledType(name if size is None else f"{name}({size})")

    return make


def _spatial(name: str) -> Call:
    def make(interpreter: Interpreter, arguments: Arguments) -> Value:
        kind = arguments.get(0, "geometry_type", "GEOMETRY")
        reference = arguments.get(1, "srid", -1)
        for value in (kind, reference):
            if isinstance(value, Unknown):
                return conversion.unknown_type(interpreter, value)
        return conversion.SpelledType(name if kind is None else f"{name}({kind},{reference})")

    return make


class _JsonText(sa.TypeDecorator[Any]):
    """A text that holds JSON, whose `impl` migrations ask for."""

    impl = sa.Text
    cache_ok = True


def _json_field(_: Interpreter, arguments: Arguments) -> Value:
    return sa.UnicodeText() if arguments.get(0, "enforce_string", default=False) is True else postgresql.JSON()


def _proxy(interpreter: Interpreter, arguments: Arguments) -> Value:
    """An object that is made when it is first used; here it is made at once."""
    return interpreter.call_with(arguments.get(0, "factory"))


def _version(_: Interpreter, arguments: Arguments) -> Value:
    """A version as the numbers that it starts with, which compare as versions do."""
    text = arguments.get(0, "version")
    if not isinstance(text, str) or has_hole(text):
        return Unknown("a version isn't known")
    numbers = re.match(r"v?(\d+(?:\.\d+)*)", text)
    return tuple(int(part[:9]) for part in numbers[1].split(".")) if numbers else Unknown("a version isn't known")


_PASSING_ON = frozenset({"sqlmodel"})
"""Packages that have SQLAlchemy's own names, too."""
_OF_DATA = (
    "simplejson", "orjson", "ujson", "numpy", "pandas", "yaml", "dateutil", "pytz", "arrow", "pendulum",
    "requests", "httpx", "dill", "cloudpickle", "cryptography", "passlib", "bcrypt", "uuid6", "ulid", "slugify",
    "jinja2", "markupsafe", "babel", "PIL", "lxml", "bs4", "regex", "nanoid", "humanize", "inflection",
    "jsonschema", "attr", "attrs", "deepdiff",
)  # fmt: skip
_NATIVE_UUID = _fixed(postgresql.UUID)
_TYPES: dict[str, dict[str, Call]] = {
    "sqlalchemy_utils": {
        "UUIDType": _NATIVE_UUID, "ChoiceType": _choice, "JSONType": _fixed(postgresql.JSON),
        "EmailType": lambda interpreter, arguments: conversion.make_type(
            interpreter, sa.Unicode, Arguments([arguments.get(0, "length", 255)])
        ),
        "URLType": _fixed(sa.UnicodeText), "IPAddressType": _fixed(lambda: sa.Unicode(50)),
        "PhoneNumberType": _fixed(lambda: sa.Unicode(20)), "TSVectorType": _fixed(postgresql.TSVECTOR),
        "ArrowType": _fixed(sa.DateTime), "TimezoneType": _fixed(lambda: sa.Unicode(50)),
        "LocaleType": _fixed(lambda: sa.Unicode(10)), "CountryType": _fixed(lambda: sa.String(2)),
        "CurrencyType": _fixed(lambda: sa.String(3)), "ColorType": _fixed(lambda: sa.Unicode(20)),
        "LtreeType": _fixed(lambda: conversion.SpelledType("LTREE")), "ScalarListType": _fixed(sa.UnicodeText),
        "EncryptedType": _encrypted, "StringEncryptedType": _fixed(sa.String),
    },
    "sqlmodel": {"AutoString": _text},
    "fastapi_users_db_sqlalchemy": {
        "GUID": _NATIVE_UUID, "TIMESTAMPAware": _fixed(lambda: sa.TIMESTAMP(timezone=True)),
    },
    "advanced_alchemy": {
        "GUID": _NATIVE_UUID, "DateTimeUTC": _fixed(lambda: sa.DateTime(timezone=True)),
        "JsonB": _fixed(postgresql.JSONB),
    },
    "pgvector": {
        "Vector": _vector("VECTOR"), "VECTOR": _vector("VECTOR"), "HALFVEC": _vector("HALFVEC"),
        "SPARSEVEC": _vector("SPARSEVEC"),
    },
    "geoalchemy2": {
        "Geometry": _spatial("geometry"), "Geography": _spatial("geography"),
        "Raster": _fixed(lambda: conversion.SpelledType("raster")),
    },
    "citext": {"CIText": _fixed(postgresql.CITEXT)},
    "sqlalchemy_jsonfield": {"JSONField": _json_field},
    "oslo_db": {
        "JsonEncodedDict": _fixed(_JsonText), "JsonEncodedList": _fixed(_JsonText),
        "SoftDeleteInteger": _fixed(sa.Integer),
        "String": _text,
    },
}  # fmt: skip


@cache
def _type(package: str, name: str) -> Modelled:
    """A class that is a type: called or not, and what the project derives from it."""
    return Modelled(name, lambda _, __: NOTHING, _TYPES[package][name], TypeEngine)


_METADATA: WeakKeyDictionary[Interpreter, sa.MetaData] = WeakKeyDictionary()


def _sqlmodel(interpreter: Interpreter) -> Value:
    """SQLModel itself: which of its classes are tables isn't followed, so that its metadata is never all known."""

    def find(_: Interpreter, attribute: str) -> Value:
        if attribute == "metadata":
            return _METADATA.setdefault(interpreter, tables.base(None).attributes["metadata"])
        return NOTHING if attribute.startswith("__") else Unknown(f"SQLModel.{attribute} isn't modelled")

    return Modelled("SQLModel", find)


_OBJECTS: dict[str, Mapping[str, Value]] = {
    "alembic_postgresql_enum": enum_operations.NAMES,
    "alembic_utils": entities.NAMES,
    "sqlmodel": {"Session": ORM["Session"]},
    "packaging": {"Version": native("Version", _version), "parse": native("parse", _version)},
    "lazy_object_proxy": {"Proxy": native("Proxy", _proxy)},
    "public": {"public": native("public", first_argument), "private": native("private", first_argument)},
}


def _find(_: Interpreter, name: str) -> Value:
    package = name.partition(".")[0]

    def find(interpreter: Interpreter, attribute: str) -> Value:
        if attribute in _TYPES.get(package, ()):
            return _type(package, attribute)
        if attribute == "SQLModel" and package == "sqlmodel":
            return _sqlmodel(interpreter)
        if attribute in _OBJECTS.get(package, ()):
            return _OBJECTS[package][attribute]
        if attribute.startswith("__"):
            return NOTHING
        is_passed_on = package in _PASSING_ON and attribute != "sql"
        if is_passed_on and (found := sqlalchemy_names.name_in("sqlalchemy", attribute)) is not NOTHING:
            return found
        if attribute.islower():
            return _find(interpreter, f"{name}.{attribute}")
        return Unknown(f"{name}.{attribute} isn't modelled", is_code=True)

    return Modelled(name, find)


def _speaker(_: Interpreter, name: str) -> Value:
    """A library that only tells people something: loggers, terminals."""
    return silent(name)


def _data(_: Interpreter, name: str) -> Value:
    """A library that only computes: what it gives isn't known, but it sends nothing."""
    return Unknown(f"what {name.partition('.')[0]} computes isn't known")


def _progress(_: Interpreter, name: str) -> Value:
    """tqdm: what goes over something and shows how far it is."""

    def find(_: Interpreter, attribute: str) -> Value:
        return NOTHING if attribute.startswith("__") else native(attribute, first_argument)

    return Modelled(name, find, first_argument)


MODULES: Mapping[str, Callable[[Interpreter, str], Value]] = {
    **dict.fromkeys((*_TYPES, *_OBJECTS), _find),
    **dict.fromkeys(("structlog", "loguru", "click", "rich", "termcolor", "colorama"), _speaker),
    "tqdm": _progress,
    **dict.fromkeys(_OF_DATA, _data),
}
