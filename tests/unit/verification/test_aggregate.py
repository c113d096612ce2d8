"""What a contract's promises become: checks, drift, what is proven and what can't be judged."""

from decimal import Decimal
from typing import Any

import pytest

from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import parse_type
from schemaguard.contracts.contract import Access, ContractTable, Promise
from schemaguard.verification.aggregate import Shape, TableChecks, checks_of, kind_of, table_checks
from schemaguard.verification.checks import Bound, Distinct, Required, ValueKind


def _judged(promise: Promise, type_: str | None, *accesses: Access, **shape: Any) -> TableChecks:
    types = {promise.column: parse_type(type_)} if type_ is not None else {}
    found = Shape(types, {column: kind_of(each) for column, each in types.items()}, **shape)
    entries = (ContractTable(Name("t"), access, (promise,)) for access in accesses or ("read",))
    return table_checks(entries, found)


def test_a_limit_is_what_is_written_not_the_float_next_to_it() -> None:
    (check,) = checks_of(Promise("c", None, maximum=0.1))
    assert check == Bound("c", "≤", Decimal("0.1"))
    assert next(checks_of(Promise("c", None, minimum=2**53 + 1))) == Bound("c", "≥", Decimal(2**53 + 1))


def test_a_table_that_is_read_and_written_is_asked_once() -> None:
    found = _judged(Promise("c", parse_type("text"), required=True), "text", "read", "write")
    assert (found.accesses, [asked.check for asked in found.asked]) == (("read", "write"), [Required("c")])


def test_what_the_server_keeps_unique_is_proven() -> None:
    found = _judged(Promise("c", None, unique=True), "text", unique={"c": "t_pkey"})
    assert (found.asked, found.proven) == ((), {Distinct("c"): "t_pkey"})


@pytest.mark.parametrize(
    ("promised", "actual", "access", "cause"),
    [
        ("bigint", "integer", "read", None),
        ("bigint", "integer", "write", "type-narrowed"),
        ("numeric(12,2)", "double precision", "read", "type-approximated"),
        ("text", None, "read", "column-dropped"),
    ],
)
def test_drift_is_what_the_use_of_the_table_feels(
    promised: str, actual: str | None, access: Access, cause: str | None
) -> None:
    found = _judged(Promise("c", parse_type(promised), required=True), actual, access)
    assert [drift.cause for drift in found.drifts] == ([cause] if cause else [])
    assert len(found.asked) == (actual is not None)


def test_a_table_that_is_not_there_is_drift_alone() -> None:
    found = table_checks((ContractTable(Name("t"), "read", (Promise("c", None, required=True),)),), None)
    assert ([drift.sqlstate for drift in found.drifts], found.asked) == (["42P01"], ())


@pytest.mark.parametrize(
    ("options", "type_"),
    [
        ({"minimum": 0}, "text"), ({"max_length": 1}, "bytea"), ({"enum": ("a",)}, "integer"),
        ({"enum": ("a",)}, "uuid"),
        ({"enum": ("NaN",)}, "double precision"), ({"enum": ("a\x00",)}, "text"), ({"enum": ("yes",)}, "boolean"),
        ({"unique": True}, "json"), ({"unique": True}, "xml[]"), ({"minimum": 0}, "integer[]"),
        ({"minimum": 0}, "money"),
    ],
)  # fmt: skip
def test_what_the_type_does_not_allow_is_not_judged(options: dict[str, Any], type_: str) -> None:
    found = _judged(Promise("c", None, **options), type_)
    assert (found.asked, [each.check.column for each in found.unjudged]) == ((), ["c"])


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("smallint", ValueKind.INTEGER), ("numeric(3,1)", ValueKind.EXACT), ("varchar(3)", ValueKind.TEXT),
        ("real", ValueKind.SINGLE),
        ("text[]", ValueKind.OTHER), ("json[]", ValueKind.INCOMPARABLE), ("uuid", ValueKind.OTHER),
        ("shop.text", ValueKind.OTHER),
    ],
)  # fmt: skip
def test_values_are_compared_by_their_type(type_: str, kind: ValueKind) -> None:
    assert kind_of(parse_type(type_)) is kind
