"""The SQL that checks on data become."""

from decimal import Decimal

import pytest

from schemaguard.catalog.objects import Name
from schemaguard.verification.aggregate_sql import Source, aggregate, condition, examples
from schemaguard.verification.checks import AskedCheck, Bound, Distinct, NoLonger, OneOf, Required, ValueKind

TABLE = Source("postgres", Name('a "t"', "s"))


def _count(asked: AskedCheck, source: Source = TABLE) -> str:
    """The one count of the aggregate, without what surrounds it."""
    text = aggregate(source, (asked,)).removeprefix("SELECT COUNT(*) AS n0, ")
    return text.partition(" AS n1 FROM")[0].removeprefix("COUNT(*) FILTER(WHERE ").removesuffix(")")


@pytest.mark.parametrize(
    ("asked", "sql"),
    [
        (AskedCheck(Required('c"'), ValueKind.TEXT), '"c""" IS NULL'),
        (AskedCheck(Required("c"), ValueKind.DOUBLE), '"c" IS NULL OR "c" = CAST(\'NaN\' AS DOUBLE PRECISION)'),
        (AskedCheck(Bound("c", "≥", Decimal("0.5")), ValueKind.INTEGER), '"c" < 1'),
        (AskedCheck(Bound("c", ">", Decimal("0.5")), ValueKind.INTEGER), '"c" <= 0'),
        (AskedCheck(Bound("c", "<", Decimal("0.5")), ValueKind.INTEGER), '"c" >= 1'),
        (AskedCheck(Bound("c", "≥", Decimal("-1e3")), ValueKind.EXACT), '"c" < -1000'),
        (AskedCheck(OneOf("c", ("it's", "x")), ValueKind.TEXT), "NOT \"c\" COLLATE \"C\" IN ('it''s', 'x')"),
        (AskedCheck(OneOf("c", ()), ValueKind.TEXT), 'NOT "c" COLLATE "C" IS NULL'),
        (AskedCheck(OneOf("c", ("x",)), ValueKind.LABEL), "NOT CAST(\"c\" AS TEXT) IN ('x')"),
        (AskedCheck(OneOf("c", ("True",)), ValueKind.BOOLEAN), 'NOT "c" IN (TRUE)'),
        (AskedCheck(NoLonger("c", 3), ValueKind.TEXT), 'LENGTH("c") > 3'),
    ],
)
def test_a_check_is_a_condition_that_is_true_of_what_breaks_it(asked: AskedCheck, sql: str) -> None:
    assert _count(asked) == sql


def test_duplicates_are_counted_in_a_query_of_their_own_on_the_same_rows() -> None:
    source = Source("postgres", Name("t"), where="a > 1 -- or not", sample=5)
    sql = aggregate(source, (AskedCheck(Distinct("c"), ValueKind.TEXT),))
    rows = 'FROM "public"."t" TABLESAMPLE SYSTEM (5) REPEATABLE (7) WHERE (a > 1)'
    duplicates = f'(SELECT COUNT("c") - COUNT(DISTINCT "c" COLLATE "C") {rows})'
    assert sql == f"SELECT COUNT(*) AS n0, {duplicates} AS n1 {rows}"


def test_examples_are_rows_by_their_key() -> None:
    sql = examples(TABLE, AskedCheck(Required("c"), ValueKind.TEXT), ("k", "c"), 3)
    assert sql == (
        'SELECT CAST("k" AS TEXT) AS "k", CAST("c" AS TEXT) AS "c" FROM "s"."a ""t""" WHERE "c" IS NULL LIMIT 3'
    )


def test_nan_is_asked_for_by_name_in_duckdb() -> None:
    source = Source("duckdb", Name("data", "main"))
    assert _count(AskedCheck(Required("c"), ValueKind.DOUBLE), source) == '"c" IS NULL OR ISNAN("c")'


@pytest.mark.parametrize(
    "text",
    [
        "a > 1", "a in (select count(*) from x)", "(a, b) in ((1, 2))", "a = ';' -- ;", "case when a then b end",
        "a::numeric(3,1) between 1 and 2", "not a", "exists (select 1)",
    ],
)  # fmt: skip
def test_one_expression_is_a_condition(text: str) -> None:
    assert condition(text, "postgres") is not None


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-- a", "a, b", "*", "a as b", "a) or (b", "true) union select (1", "1; select 1", "delete from t",
        "a order by b", "a group by b", "a limit 1", ":a = 1", "a = $1", "exists (select 1 into x)", "a = (", "'", "/*",
        "a = (with d as (delete from t returning 1) select * from d)", "\x00", "(" * 5000,
    ],
)  # fmt: skip
def test_anything_else_is_none(text: str) -> None:
    assert condition(text, "postgres") is None
