"""A catalog that is read from a server is the one that the same statements make, however these are spelled."""

import psycopg
import pytest

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog
from schemaguard.history.history import Section
from schemaguard.history.sql_runner import run_section

RANGES = (
    "create table t (id int, at {}) partition by range (at); create table p partition of t for values from {} to {}"
)
STATEMENTS = [
    r"create table t (a text default E'a\tb', b text default E'it\'s')",
    r"create table t (c text default E'plain', d text default E'a\\b')",
    """create table t (a text default $q$dollar$q$, b text default $$it's$$, c jsonb default $j${"a": 1}$j$)""",
    "create table t (a bit(3) default B'101', b bit varying default X'1F', c bit(3) default '101')",
    r"create table t (a text default U&'d\0061t', b text[] default E'{a}')",
    r"create table t (b text check (b <> E'a\tb'), c text check (c in ($$x$$, 'y')))",
    "create table t (a text); create index i on t (a) where a = E'x'",
    "create domain d as text default E'x' check (value <> $$y$$)",
    "create table t (a numeric default 1e3, b real default .5, c int default -1, d int default +1)",
    RANGES.format("timestamptz", "('2024-01-01')", "('2025-01-01')"),
    RANGES.format("timestamptz", "('2024-01-01 00:00:00+00')", "('2025-01-01 10:00')"),
    RANGES.format("timestamp", "('2024-01-01')", "('2025-01-01')"),
    RANGES.format("date", "('2024-01-01')", "(maxvalue)"),
    RANGES.format("timestamptz", "(minvalue)", "('2025-01-01 10:00')"),
    "create table t (k text) partition by list (k); create table p partition of t for values in (E'a', 'b', null)",
    """create table t (id bigint generated always as identity, k int) partition by list (k);
    create table p partition of t for values in (1); create table p2 partition of t for values in (2)""",
    "create table t (id bigserial, k int) partition by list (k); create table p partition of t for values in (1)",
]
PERIODS = [
    "create table t (k int4range, r int4range, primary key (k, r without overlaps))",
    "create table t (k int4range, r int4range, constraint u unique (k, r without overlaps))",
    "create table t (k int4range, r int4range); alter table t add constraint u unique (k, r without overlaps)",
]
OTHERS = {
    r"create table t (a text default E'a\tb')": "create table t (a text default 'atb')",
    "create table t (a bit(3) default B'101')": "create table t (a bit(3) default B'100')",
    "create table t (a text default $$x$$)": "create table t (a text default $$y$$)",
    RANGES.format("timestamptz", "('2024-01-01')", "('2025-01-01')"): RANGES.format(
        "timestamptz", "('2024-01-01')", "('2025-01-02')"
    ),
    "create table t (a numeric default 1e3)": "create table t (a numeric default 1e2)",
}


def _folded(statement: str) -> Catalog:
    return run_section(Section("1.sql", statement), Catalog())[-1].after


def _read(url: str, statement: str) -> Catalog:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set timezone to 'UTC'")
        connection.execute(statement.encode())
        return read_catalog(connection)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_another_spelling_is_no_difference(each_database: str, statement: str) -> None:
    assert difference(_read(each_database, statement), _folded(statement)) == ()


@pytest.mark.parametrize("statement", PERIODS)
def test_a_key_without_overlaps_has_the_index_that_the_server_makes(database: str, statement: str) -> None:
    with psycopg.connect(database) as connection:
        if connection.info.server_version < 180000:
            pytest.skip("WITHOUT OVERLAPS came with PostgreSQL 18")
    assert difference(_read(database, statement), _folded(statement)) == ()


@pytest.mark.parametrize(("statement", "other"), OTHERS.items())
def test_another_value_is_a_difference(each_database: str, statement: str, other: str) -> None:
    assert difference(_read(each_database, statement), _folded(other)) != ()
