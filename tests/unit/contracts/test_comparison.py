"""Two contracts compared: each difference graded by what a reader and a writer of the first feel of the second."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import parse_type
from schemaguard.contracts.comparison import ContractDifference, Grade, compare
from schemaguard.contracts.compatibility.satisfied import unmet
from schemaguard.contracts.contract import Contract, ContractTable, Promise
from schemaguard.contracts.promised import promised_catalog

BIGINT = parse_type("bigint")


def contract(*tables: ContractTable) -> Contract:
    return Contract("urn:x", "fraud", ("7",), tables, "7.odcs.yaml", "d")


def table(*promises: Promise, access: Any = "read", key: tuple[str, ...] = ()) -> ContractTable:
    return ContractTable(Name("t"), access, promises, key)


def typed(text: str, **more: Any) -> Promise:
    return Promise("c", parse_type(text), **more)


def causes(difference: ContractDifference) -> tuple[list[str], list[str]]:
    return [each.cause for each in difference.reader], [each.cause for each in difference.writer]


CHANGES = [
    (typed("bigint", required=True), typed("bigint"), Grade.LOOSENS, ["null-possible"], []),
    (typed("bigint"), typed("bigint", required=True), Grade.TIGHTENS, [], ["null-refused"]),
    (typed("bigint"), typed("integer"), Grade.TIGHTENS, [], ["type-narrowed"]),
    (typed("integer"), typed("bigint"), Grade.NEITHER, [], []),
    (typed("bigint"), typed("text"), Grade.LOOSENS, ["type-changed"], []),
    (typed("text"), typed("bigint"), Grade.BOTH, ["type-changed"], ["type-changed"]),
    (typed("numeric(12,2)"), typed("double precision"), Grade.BOTH, ["type-approximated"], ["type-approximated"]),
    (typed("numeric(12,2)"), typed("numeric(9,2)"), Grade.TIGHTENS, [], ["precision-reduced"]),
    (typed("timestamptz"), typed("timestamp"), Grade.BOTH, ["zone-changed"], ["zone-changed"]),
    (typed("varchar(10)"), typed("varchar(4)"), Grade.TIGHTENS, ["length-reduced"], ["length-reduced"]),
    (typed("bigint", unique=True), typed("bigint"), Grade.LOOSENS, ["unique-dropped"], []),
    (typed("bigint"), typed("bigint", unique=True), Grade.TIGHTENS, [], ["unique-added"]),
    (typed("bigint", minimum=0.0), typed("bigint"), Grade.LOOSENS, ["check-dropped"], []),
    (typed("bigint", minimum=0.0), typed("bigint", minimum=-5.0), Grade.LOOSENS, ["check-dropped"], []),
    (typed("bigint", minimum=0.0), typed("bigint", minimum=5.0), Grade.TIGHTENS, [], ["check-added"]),
    (typed("bigint"), typed("bigint", maximum=1e21), Grade.TIGHTENS, [], ["check-added"]),
    (typed("bigint", exclusive_maximum=0.1), typed("bigint"), Grade.LOOSENS, ["check-dropped"], []),
    (typed("text", max_length=10), typed("text"), Grade.LOOSENS, ["range-widened"], []),
    (typed("text", max_length=10), typed("text", max_length=20), Grade.LOOSENS, ["range-widened"], []),
    (
        typed("text", max_length=20),
        typed("text", max_length=10),
        Grade.TIGHTENS,
        ["length-reduced"],
        ["length-reduced"],
    ),
    (typed("text", enum=("a",)), typed("text", enum=("a", "it's")), Grade.LOOSENS, ["value-added"], []),
    (typed("text", enum=("a", "it's")), typed("text", enum=("a",)), Grade.TIGHTENS, [], ["value-removed"]),
    (typed("text", enum=("a",)), typed("text"), Grade.LOOSENS, ["value-added"], []),
    (typed("text"), typed("text", enum=("a",)), Grade.TIGHTENS, [], ["check-added"]),
    (typed("bigint"), Promise("c", None), Grade.BOTH, ["type-changed"], ["type-changed"]),
    (Promise("c", None), typed("bigint"), Grade.NEITHER, [], []),
]


@pytest.mark.parametrize(("was", "now", "grade", "reader", "writer"), CHANGES)
def test_each_difference_of_a_column_is_graded(
    was: Promise, now: Promise, grade: Grade, reader: list[str], writer: list[str]
) -> None:
    (found,) = compare(contract(table(was)), contract(table(now)))
    assert (found.grade, *causes(found)) == (grade, reader, writer)
    assert found.object == "t.c"
    assert " → " in found.what


@pytest.mark.parametrize("access", ["read", "write"])
def test_a_difference_counts_as_withdrawn_by_how_the_table_is_used(access: Any) -> None:
    before = contract(table(typed("bigint", required=True), access=access))
    (found,) = compare(before, contract(table(typed("bigint"), access=access)))
    assert found.is_withdrawn is (access == "read")


def test_differences_of_one_column_are_graded_on_their_own() -> None:
    found = compare(
        contract(table(typed("bigint", required=True, minimum=0.0))), contract(table(typed("bigint", minimum=5.0)))
    )
    assert [(each.what, each.grade) for each in found] == [
        ("NULL: required → may be NULL", Grade.LOOSENS),
        ("minimum 0 → 5", Grade.TIGHTENS),
    ]


def test_a_column_that_is_no_longer_named_is_gone_for_both() -> None:
    (found,) = compare(contract(table(typed("bigint"), Promise("d", BIGINT))), contract(table(typed("bigint"))))
    assert (found.object, found.grade, *causes(found)) == ("t.d", Grade.BOTH, ["column-dropped"], ["column-dropped"])


@pytest.mark.parametrize(("required", "grade"), [(True, Grade.TIGHTENS), (False, Grade.NEITHER)])
def test_one_more_column_only_concerns_a_writer_that_leaves_it_out(required: bool, grade: Grade) -> None:
    more = Promise("d", BIGINT, required=required)
    (found,) = compare(contract(table(typed("bigint"))), contract(table(typed("bigint"), more)))
    assert (found.object, found.grade) == ("t.d", grade)


def test_tables_that_only_one_of_them_names() -> None:
    one, other = table(typed("bigint")), replace(table(typed("bigint")), table=Name("u"))
    found = compare(contract(one), contract(other))
    assert [(each.object, each.grade) for each in found] == [("u", Grade.NEITHER), ("t", Grade.BOTH)]


def test_a_lost_upsert_key_breaks_the_writer() -> None:
    before = contract(table(typed("bigint"), access="write", key=("c",)))
    (found,) = compare(before, contract(table(typed("bigint"), access="write")))
    assert (found.grade, *causes(found)) == (Grade.TIGHTENS, [], ["unique-dropped"])
    assert found.is_withdrawn


def test_what_says_the_same_does_not_differ() -> None:
    one = table(typed("numeric(12,2)", required=True, unique=True, minimum=0.5, enum=("a", "b")), key=("c",))
    public = replace(one, table=Name("t", "public"), line=9)
    assert compare(contract(one), contract(public)) == ()


TYPES = ["bigint", "integer", "text", "varchar(5)", "varchar(9)", "numeric(12,2)", "numeric(9,1)", "double precision"]
PROMISES = st.builds(
    Promise,
    column=st.sampled_from(["a", "b", "c"]),
    type=st.sampled_from([parse_type(text) for text in TYPES]),
    required=st.booleans(),
    enum=st.none() | st.sets(st.sampled_from("xyz"), min_size=1).map(lambda values: tuple(sorted(values))),
)
ENTRIES = st.lists(PROMISES, min_size=1, unique_by=lambda promise: promise.column).map(tuple)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ENTRIES, ENTRIES, st.sampled_from(["read", "write"]))
def test_where_nothing_is_withdrawn_what_the_second_promises_satisfies_the_first(
    first: tuple[Promise, ...], second: tuple[Promise, ...], access: Any
) -> None:
    before, after = contract(table(*first, access=access)), contract(table(*second, access=access))
    broken = {each.column for each in unmet(before, promised_catalog(Name("t"), second))}
    withdrawn = {each.column for each in compare(before, after) if each.is_withdrawn}
    assert broken <= withdrawn


@pytest.mark.parametrize(
    ("accesses", "reader", "writer"),
    [(("read",), False, False), (("write",), False, True), (("read", "write"), False, True)],
)
def test_of_contracts_that_write_nothing_no_writer_fails(accesses: tuple[Any, ...], reader: bool, writer: bool) -> None:
    first = contract(*(table(typed("bigint"), access=access) for access in accesses))
    second = contract(*(table(typed("integer"), access=access) for access in accesses))
    for found in compare(first, second):
        assert (bool(found.felt("read")), bool(found.felt("write"))) == (reader, writer)
        assert found.grade is Grade.TIGHTENS


def test_a_reader_fails_only_where_the_contracts_read() -> None:
    for access, fails in (("read", True), ("write", False)):
        (found,) = compare(
            contract(table(typed("bigint"), access=access)), contract(table(typed("text"), access=access))
        )
        assert bool(found.felt("read")) is fails
