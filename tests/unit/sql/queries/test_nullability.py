"""What a query returns is NULL only where it can be."""

import pytest

from schemaguard.sql.queries.lineage import trace
from tests.postgres.catalog.servers import fold_script

CATALOG = fold_script("create table t (a int not null, b int); create table u (id int not null, a int not null);")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", False),
        ("b", True),
        ("count(b)", False),
        ("coalesce(b, 0)", False),
        ("coalesce(b, b)", True),
        ("a::bigint", False),
        ("b::bigint", True),
        ("(a + 1) * -a", False),
        ("a + b", True),
        ("b is null", False),
        ("a > 1 and not (a = 2)", False),
        ("a > b", True),
        ("case when b > 1 then 1 else a end", False),
        ("case when b > 1 then 1 end", True),
        ("case when b > 1 then b else 1 end", True),
        ("max(a)", True),
        ("exists (select 1 from u)", False),
        ("null", True),
        ("(select u.a from u where u.id = t.a)", True),
    ],
)
def test_whether_a_value_may_be_null(value: str, expected: bool) -> None:
    (output,) = trace(f"select {value} as v from t", CATALOG).outputs
    assert output.may_be_null is expected


def test_an_outer_join_fills_with_null() -> None:
    query = "select u.a + 1 as v, coalesce(u.a, 0) as w from t left join u on u.id = t.a"
    assert [output.may_be_null for output in trace(query, CATALOG).outputs] == [True, False]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("extract(epoch from now() - c)", False),
        ("extract(epoch from now() - d)", True),
        ("date_trunc('day', c)", False),
        ("upper(e)", False),
        ("e || 'x'", False),
        ("e || f", True),
        ("concat(f, 'x')", False),
        ("row_number() over ()", False),
        ("count(*) filter (where a > 1) over ()", False),
        ("lag(a) over ()", True),
        ("nullif(a, 1)", True),
        ("substring(e from 'x')", True),
        ("greatest(b, 0)", False),
        ("greatest(b, b)", True),
        ("array[b]", False),
        ("(array[a])[2]", True),
        ("doc ->> 'x'", True),
        ("array_length(array[a], 1)", True),
        ("sum(a) filter (where a > 1)", True),
        ("e like 'x'", False),
        ("f like 'x'", True),
        ("current_date", False),
    ],
)
def test_a_function_of_what_is_never_null_is_null_only_where_it_can_be(value: str, expected: bool) -> None:
    wide = fold_script(
        "create table t (a int not null, b int, c timestamptz not null, d timestamptz, e text not null, f text,"
        " doc jsonb not null);"
    )
    (output,) = trace(f"select {value} as v from t", wide).outputs
    assert output.may_be_null is expected
