"""What was sent: its placeholders, and which of it only reads."""

import pytest

from schemaguard.sql.queries.sent import Sent, numbered, sent


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = %s and b = %s", "a = $1 and b = $2"),
        ("a = %(x)s and b = %(y)s and c = %(x)s", "a = $1 and b = $2 and c = $1"),
        ("a = %b and b = %t", "a = $1 and b = $2"),
        ("a like 'x%%' and b = %s", "a like 'x%' and b = $1"),
        ("a % b", "a % b"),
        ("%(odd name)s", "$1"),
    ],
)
def test_placeholders_are_those_that_the_server_gets(text: str, expected: str) -> None:
    assert numbered(text) == expected


@pytest.mark.parametrize(
    ("text", "queries", "others"),
    [
        ("select a from t", ["select a from t"], []),
        ("with x as (select 1) select * from x, t", ["with x as (select 1) select * from x, t"], []),
        ("table t", ["table t"], []),
        ("copy t (a, \"B\") to stdout", ['select a, "B" from t'], []),
        ("copy app.t to stdout (format csv)", ["select * from app.t"], []),
        ("copy (select a from t) to stdout", ["select a from t"], []),
        ("declare c no scroll cursor with hold for select a from t", ["select a from t"], []),
        ("prepare p (int) as select a from t where b = $1", ["select a from t where b = $1"], []),
        ("select a from f() a", ["select a from f() a"], []),
        ("begin; select a from t; commit", ["select a from t"], []),
        ("select 1", [], []),
        ("select current_schema()", [], []),
        ("select relname from pg_catalog.pg_class", [], []),
        ("select relname from pg_class", [], []),
        ("show server_version", [], []),
        ("", [], []),
        ("insert into t select * from u", [], ["INSERT"]),
        ("with x as (select 1) insert into t select * from x", [], ["WITH"]),
        ("with gone as (delete from t returning a) select * from gone", [], ["WITH"]),
        ("select a into b from t", [], ["SELECT"]),
        ("copy t from stdin", [], ["COPY"]),
        ("create table b as select a from t", [], ["CREATE"]),
        ("do $$ begin end $$; call p(); execute p(1)", [], ["DO", "CALL", "EXECUTE"]),
    ],
)  # fmt: skip
def test_queries_are_told_from_everything_else(text: str, queries: list[str], others: list[str]) -> None:
    assert sent(text) == Sent(tuple(queries), tuple(others))


@pytest.mark.parametrize(
    "text",
    ["set search_path to app", "select set_config('search_path', 'app', false)", "select 1; set search_path = a"],
)
def test_a_search_path_that_is_set_is_seen(text: str) -> None:
    assert sent(text).sets_search_path
