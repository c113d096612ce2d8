"""What a change of type costs and what becomes of the values; which types are converted by themselves."""

import pytest

from schemaguard.catalog.casts import can_reference, is_assignable, literal_fits, type_of_expression
from schemaguard.catalog.retyping import Retyping, retyping
from schemaguard.catalog.types import parse_type

FREE = Retyping("none")
NARROWS = Retyping("rewrite", rebuilds_indexes=True, narrows=True)
WIDENS = Retyping("rewrite", rebuilds_indexes=True)
LOSES = Retyping("rewrite", rebuilds_indexes=True, loses=True)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("integer", "int4", FREE), ("varchar(5)", "varchar(9)", FREE), ("varchar(9)", "varchar(5)", NARROWS),
        ("varchar(5)", "varchar", FREE), ("varchar(5)", "text", FREE), ("integer", "bigint", WIDENS),
        ("bigint", "integer", NARROWS), ("smallint", "integer", WIDENS), ("numeric(10,2)", "numeric(12,2)", FREE),
        ("numeric(10,2)", "numeric", FREE), ("timestamp(3)", "timestamp(6)", FREE),
        ("timestamp(6)", "timestamp(3)", LOSES),
        ("timestamp", "timestamptz", LOSES), ("varbit(3)", "varbit(9)", FREE), ("cidr", "inet", FREE),
        ("text[]", "varchar[]", WIDENS), ("varchar(5)[]", "varchar[]", FREE), ("integer", "double precision", WIDENS),
        ("bigint", "double precision", LOSES), ("integer", "text", WIDENS),
    ],
)  # fmt: skip
def test_a_change_of_type_costs_what_the_server_does_for_it(old: str, new: str, found: Retyping) -> None:
    assert retyping(parse_type(old), parse_type(new)) == found


@pytest.mark.parametrize(
    ("old", "new"), [("text", "integer"), ("integer", "boolean"), ("text", "integer[]"), ("boolean", "integer")]
)
def test_where_no_assignment_cast_leads_using_is_needed(old: str, new: str) -> None:
    assert retyping(parse_type(old), parse_type(new)).needs_using


@pytest.mark.parametrize(
    ("source", "target", "goes"),
    [
        ("integer", "bigint", True), ("bigint", "integer", True), ("integer", "text", True), ("text", "integer", False),
        ("boolean", "integer", False), ("date", "timestamptz", True), ("json", "jsonb", True),
        ("integer", "text[]", False),
        ("text[]", "text", True), ("integer[]", "bigint[]", True), ("uuid", "bytea", False), ("money", "numeric", True),
    ],
)  # fmt: skip
def test_a_value_is_assigned_where_pg_cast_has_an_assignment_cast(source: str, target: str, *, goes: bool) -> None:
    assert is_assignable(parse_type(source), parse_type(target)) is goes


@pytest.mark.parametrize(
    ("column", "key", "may"),
    [
        ("integer", "bigint", True), ("bigint", "integer", True), ("integer", "numeric", True),
        ("numeric", "integer", False), ("text", "varchar(9)", True), ("text", "integer", False),
        ("uuid", "text", False), ("date", "timestamptz", True), ("integer[]", "integer", False),
    ],
)  # fmt: skip
def test_a_foreign_key_needs_types_that_can_be_compared(column: str, key: str, *, may: bool) -> None:
    assert can_reference(parse_type(column), parse_type(key)) is may


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("5", "integer"), ("-2147483649", "bigint"), ("99999999999999999999", "numeric"), ("1.5", "numeric"),
        ("now()", "timestamptz"), ("'x'::text", "text"), ("('{}'::jsonb)", "jsonb"), ("nextval('s')", "bigint"),
        ("array[1,2]", "integer[]"), ("current_date", "date"),
    ],
)  # fmt: skip
def test_an_expression_shows_its_type(text: str, type_: str) -> None:
    assert type_of_expression(text) == parse_type(type_)


@pytest.mark.parametrize("text", ["'bare'", "my_function()", "a + b"])
def test_an_expression_that_does_not_show_its_type_has_none(text: str) -> None:
    assert type_of_expression(text) is None


@pytest.mark.parametrize(
    ("literal", "type_", "fits"),
    [
        ("'5'", "integer", True), ("'x'", "integer", False), ("'yes'", "boolean", True), ("'maybe'", "boolean", False),
        ("'{}'", "jsonb", True), ("'{'", "jsonb", False), ("'anything'", "text", True), ("'no'", "uuid", False),
    ],
)  # fmt: skip
def test_a_literal_fits_a_type_that_takes_it(literal: str, type_: str, *, fits: bool) -> None:
    assert literal_fits(literal, parse_type(type_)) is fits
