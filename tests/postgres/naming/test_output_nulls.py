"""What is said never to be NULL never is, over rows that hold odd values and rows that hold NULLs."""

import psycopg
from psycopg import sql

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.sql.queries.lineage import trace
from tests.postgres.naming.test_output_names import SETUP, expressions, query_of
from tests.postgres.naming.test_output_types import TYPED

ROWS = """
insert into t (id, name, at, b, r, tags, matrix, doc, pair, pairs, "Mixed Case", "end", "select") values
    (1, '', now(), true, 1, '{}', '{}', '{}', row(1, 2), '{}', 1, 1, 1),
    (2, 'abc', '1999-01-01', false, 'NaN', '{a,b}', '{{1}}', '{"a": 1}', row(null, 2), array[row(1, 2)::pair], 0, 0, 0);
insert into ty values
    ('', '', 0, 0, 0, 0, 0, 0, '1999-01-01', now(), now(), now(), interval '0', '', '{}', 0, true, '{}', 'ok'),
    ('a', 'b', 1, 1, 1, 1, 1, 1, now(), now(), now(), now(), '1 day', 'x', '{a}', 1, false, '{"a": null}', 'bad');
"""


def test_what_is_never_null_never_is(each_database: str) -> None:
    with psycopg.connect(each_database, autocommit=True) as connection:
        connection.execute((SETUP + ROWS).encode())
        version = connection.info.server_version // 10000
        queries = [query_of(one) for one in expressions(version)] + [f"select {one} from ty" for one in TYPED]
        _alter_columns(connection, "set not null")
        required = _claimed(connection, queries)
        _alter_columns(connection, "drop not null")
        connection.execute("insert into t default values; insert into ty default values")
        nullable = _claimed(connection, queries)
    assert required > nullable > 250
    assert required > 400


def _alter_columns(connection: psycopg.Connection, action: str) -> None:
    for table in ("t", "ty"):
        names = connection.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0", (table,)
        ).fetchall()
        for (name,) in names:
            text = sql.SQL("alter table {} alter {} " + action)
            connection.execute(text.format(sql.Identifier(table), sql.Identifier(name)))


def _claimed(connection: psycopg.Connection, queries: list[str]) -> int:
    """How many queries are said to return no NULL; none of them does."""
    catalog = read_catalog(connection)
    wrong, claimed = [], 0
    for query in queries:
        if trace(query, catalog).outputs[0].may_be_null:
            continue
        try:
            found = connection.execute(
                f"select count(*) from ({query}) as s(x) where (s.x)::text is null".encode()
            ).fetchone()
        except psycopg.Error:
            continue  # as of two rows of a scalar subquery, or a function that these rows aren't for
        claimed += 1
        if found != (0,):
            wrong.append(query)
    assert wrong == []
    return claimed
