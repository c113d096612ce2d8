"""The promises of a contract as checks on data: what one aggregate a table and the schema of a frame both judge."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import assert_never

from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import Type
from schemaguard.contracts.compatibility.typing import type_cause
from schemaguard.contracts.contract import Access, ContractTable, Promise
from schemaguard.frozen import dataclass, field
from schemaguard.verification.checks import (
    NUMBERS,
    STRINGS,
    AskedCheck,
    Bound,
    Check,
    Distinct,
    NoLonger,
    OneOf,
    Required,
    Sign,
    ValueKind,
    number,
)

_KINDS: dict[str, ValueKind] = {
    "smallint": ValueKind.INTEGER, "integer": ValueKind.INTEGER, "bigint": ValueKind.INTEGER,
    "numeric": ValueKind.EXACT, "real": ValueKind.SINGLE, "double precision": ValueKind.DOUBLE,
    "text": ValueKind.TEXT, "character varying": ValueKind.TEXT, "character": ValueKind.TEXT, "bpchar": ValueKind.TEXT,
    "boolean": ValueKind.BOOLEAN,
}  # fmt: skip
_INCOMPARABLE = frozenset(
    {"json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle", "unknown", "aclitem", "cid"}
)


@dataclass(frozen=True, slots=True)
class Drift:
    """A promise that the shape breaks already: `column` is None for the table itself."""

    column: str | None
    cause: str
    promised: str
    found: str
    sqlstate: str | None = None
    """What a query that names it gets, where it gets an error."""


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A promise that can't be held against the data, and why."""

    check: Check
    why: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table is, where the data is."""

    types: Mapping[str, Type]
    kinds: Mapping[str, ValueKind]
    unique: Mapping[str, str] = field(default_factory=dict)
    """Column → the constraint or index by which the server itself keeps it free of duplicates."""
    key: tuple[str, ...] = ()
    """The primary key, by which a row is named."""
    is_sampled: bool = True
    """Whether TABLESAMPLE is possible: a view of PostgreSQL has no pages."""


@dataclass(frozen=True, slots=True)
class TableChecks:
    """All that is to be asked of one table."""

    table: Name
    accesses: tuple[Access, ...]
    asked: tuple[AskedCheck, ...] = ()
    drifts: tuple[Drift, ...] = ()
    proven: Mapping[Distinct, str] = field(default_factory=dict)
    """What the server keeps by a constraint or index, so that nothing is asked."""
    unjudged: tuple[Unjudged, ...] = ()


def kind_of(type_: Type) -> ValueKind:
    """How the values of a type of the server's own are compared; an unknown type is only known to have equality."""
    if type_.dimensions:
        return ValueKind.INCOMPARABLE if type_.name in _INCOMPARABLE else ValueKind.OTHER
    if type_.schema is None and type_.name in _INCOMPARABLE:
        return ValueKind.INCOMPARABLE
    return _KINDS.get(type_.name, ValueKind.OTHER) if type_.schema is None else ValueKind.OTHER


def table_checks(parts: Iterable[ContractTable], shape: Shape | None) -> TableChecks:
    """What is to be asked of a table, for all that a contract says of it; `shape` is None where there is no table."""
    entries = tuple(parts)
    table, accesses = entries[0].table, tuple(entry.access for entry in entries)
    if shape is None:
        return TableChecks(table, accesses, drifts=(Drift(None, "table-dropped", "a table", "is not there", "42P01"),))
    drifts: dict[Drift, None] = {}
    asked: dict[AskedCheck, None] = {}
    proven: dict[Distinct, str] = {}
    unjudged: dict[Unjudged, None] = {}
    for access, promise in ((each.access, promise) for each in entries for promise in each.promises):
        drifts |= dict.fromkeys(_drifts(promise, access, shape))
        if promise.column not in shape.types:
            continue
        kind = shape.kinds[promise.column]
        for check in checks_of(promise):
            why = refusal(check, kind)
            if why is not None:
                unjudged[Unjudged(check, why)] = None
            elif isinstance(check, Distinct) and check.column in shape.unique:
                proven[check] = shape.unique[check.column]
            else:
                asked[AskedCheck(check, kind)] = None
    return TableChecks(table, accesses, tuple(asked), tuple(drifts), proven, tuple(unjudged))


def checks_of(promise: Promise) -> Iterator[Check]:
    """The checks that a promise amounts to."""
    if promise.required:
        yield Required(promise.column)
    bounds: tuple[tuple[Sign, float | None], ...] = (
        ("≥", promise.minimum), (">", promise.exclusive_minimum),
        ("≤", promise.maximum), ("<", promise.exclusive_maximum),
    )  # fmt: skip
    for sign, limit in bounds:
        if limit is not None:
            # By its shortest spelling: 0.1 in a file means one tenth, not the float next to it.
            yield Bound(promise.column, sign, Decimal(repr(limit)))
    if promise.enum is not None:
        yield OneOf(promise.column, promise.enum)
    if promise.max_length is not None:
        yield NoLonger(promise.column, promise.max_length)
    if promise.unique:
        yield Distinct(promise.column)


def _drifts(promise: Promise, access: Access, shape: Shape) -> Iterator[Drift]:
    actual = shape.types.get(promise.column)
    if actual is None:
        yield Drift(promise.column, "column-dropped", "a column", "is not there", "42703")
    elif promise.type is not None:
        cause = type_cause(promise.type, actual, access)
        if cause is not None:
            yield Drift(promise.column, cause, str(promise.type), f"is {actual}")


def refusal(check: Check, kind: ValueKind) -> str | None:
    """Why a check can't be held against a column, None where it can."""
    match check:
        case Required():
            return None
        case Bound():
            return None if kind in NUMBERS else "bounds are judged on numbers only"
        case OneOf():
            return _unlisted(check, kind)
        case NoLonger():
            return None if kind in STRINGS else "a length is judged on text only"
        case Distinct():
            return None if kind is not ValueKind.INCOMPARABLE else "the type has no equality"
        case _ as unknown:
            assert_never(unknown)


def _unlisted(check: OneOf, kind: ValueKind) -> str | None:
    if kind in NUMBERS:
        return None if all(number(value) is not None for value in check.values) else "the enum isn't all numbers"
    if kind is ValueKind.BOOLEAN:
        spelled = all(value.lower() in ("true", "false") for value in check.values)
        return None if spelled else "the enum isn't true or false"
    if kind not in STRINGS:
        return "an enum is judged on text, numbers and booleans only"
    return "the enum holds a NUL character" if any("\x00" in value for value in check.values) else None
