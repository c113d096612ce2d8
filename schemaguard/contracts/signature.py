"""The second layer: the query succeeds, and the model refuses the frame that pandas makes of it.

What arrives for a PostgreSQL type through `pandas.read_sql`, and which of it MLflow's schema enforcement lets through,
were measured (pandas 3, MLflow 3) and are compared with both by the tests.
"""

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.types import Type
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class SignatureField:
    """One input column of a model version's signature."""

    name: str
    type: str
    required: bool


class Arrival(StrEnum):
    """The dtype that a column arrives with; for objects also what they are, as far as MLflow looks."""

    INT64 = "int64"
    FLOAT64 = "float64"
    BOOL = "bool"
    STRING = "str"
    DATETIME = "datetime64"
    DATETIME_ZONED = "datetime64 with a time zone"
    TIMEDELTA = "timedelta64"
    BOOLS_AND_NULLS = "object (booleans and NULLs)"
    DATES = "object (dates)"
    OBJECTS = "object"
    NULLS = "object (nothing but NULLs)"


_OBJECTS = frozenset({Arrival.BOOLS_AND_NULLS, Arrival.DATES, Arrival.OBJECTS, Arrival.NULLS})
ACCEPTED: Mapping[str, frozenset[Arrival]] = {
    "boolean": frozenset({Arrival.BOOL}) | _OBJECTS,
    "integer": frozenset(),
    "long": frozenset({Arrival.INT64}),
    "float": frozenset(),
    "double": frozenset({Arrival.FLOAT64, Arrival.BOOLS_AND_NULLS, Arrival.NULLS}),
    "string": frozenset({Arrival.STRING}) | _OBJECTS,
    "binary": frozenset({Arrival.STRING}) | _OBJECTS,
    "datetime": frozenset({Arrival.DATETIME, Arrival.DATES, Arrival.NULLS}),
}
"""MLflow's type → what it lets through. int32 and float32 never arrive, so `integer` and `float` refuse everything."""

_ARRIVES = (
    dict.fromkeys(("smallint", "integer", "bigint", "oid"), Arrival.INT64)
    | dict.fromkeys(("numeric", "real", "double precision"), Arrival.FLOAT64)
    | dict.fromkeys(
        ("text", "character varying", "character", "bpchar", "name", "money", "bit", "bit varying"), Arrival.STRING
    )
    | dict.fromkeys(
        ("uuid", "time without time zone", "time with time zone", "bytea", "json", "jsonb", "inet", "int4range"),
        Arrival.OBJECTS,
    )
    | {
        "boolean": Arrival.BOOL,
        "date": Arrival.DATES,
        "timestamp without time zone": Arrival.DATETIME,
        "timestamp with time zone": Arrival.DATETIME_ZONED,
        "interval": Arrival.TIMEDELTA,
    }
)
_WITH_NULLS = {Arrival.INT64: Arrival.FLOAT64, Arrival.BOOL: Arrival.BOOLS_AND_NULLS}


def arrivals(type_: Type, catalog: Catalog, *, may_be_null: bool) -> tuple[Arrival, ...]:
    """What batches of a column may arrive with: without NULLs, with some, with nothing else.

    Empty where that isn't known. A batch without any row isn't thought of.
    """
    plain = Arrival.OBJECTS if type_.dimensions else _ARRIVES.get(_base(type_, catalog))
    if plain is None:
        return ()
    if not may_be_null:
        return (plain,)
    return tuple(dict.fromkeys((plain, _WITH_NULLS.get(plain, plain), Arrival.NULLS)))


def _base(type_: Type, catalog: Catalog) -> str:
    """The built-in type behind a domain; an enum arrives as text."""
    if type_.is_built_in:
        return type_.name
    for name, domain in catalog.domains.items():
        if _is_named(type_, name):
            return _base(domain.base, catalog)
    return "text" if any(_is_named(type_, name) for name in catalog.enums) else ""


def _is_named(type_: Type, name: Name) -> bool:
    return name.name == type_.name and (type_.schema or name.schema) == name.schema


def refusal(field: SignatureField, type_: Type, catalog: Catalog, *, may_be_null: bool) -> str | None:
    """Why the signature may refuse a column, None where it lets every batch through or nothing is known."""
    accepted = ACCEPTED.get(field.type)
    if accepted is None:
        return None
    refused = [each for each in arrivals(type_, catalog, may_be_null=may_be_null) if each not in accepted]
    if not refused:
        return None
    nulls = " where a NULL is among its values" if may_be_null and refused[0] is not _plain(type_, catalog) else ""
    return f"{type_} arrives as {refused[0]}{nulls}, which the signature's {field.type} refuses"


def _plain(type_: Type, catalog: Catalog) -> Arrival:
    return arrivals(type_, catalog, may_be_null=False)[0]


def parse_signature(text: str) -> tuple[SignatureField, ...]:
    """The fields of MLflow's own JSON of a signature's inputs (`signature.inputs.to_json()`, or the whole signature).

    Raises ValueError, with a reason, where it is none.
    """
    data = json.loads(text)
    if isinstance(data, dict) and isinstance(data.get("inputs"), str | list):
        data = json.loads(data["inputs"]) if isinstance(data["inputs"], str) else data["inputs"]
    return fields(data)


def fields(data: object) -> tuple[SignatureField, ...]:
    """The fields of a signature's inputs, of its JSON as Python has it. ValueError, with a reason, where it is none."""
    if not isinstance(data, list):
        raise ValueError("expected a list of columns")
    return tuple(_fields(data))


def _fields(data: list[object]) -> Iterator[SignatureField]:
    for entry in data:
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or "type" not in entry:
            raise ValueError("each column needs a name and a type")
        yield SignatureField(entry["name"], str(entry["type"]), bool(entry.get("required", True)))


def render_signature(signature: tuple[SignatureField, ...]) -> str:
    """The JSON that `parse_signature` reads."""
    return json.dumps(to_data(signature), indent=2, ensure_ascii=False) + "\n"


def to_data(signature: tuple[SignatureField, ...]) -> list[dict[str, object]]:
    """What `fields` reads."""
    return [{"type": field.type, "name": field.name, "required": field.required} for field in signature]
