"""What is advised instead of rewriting a table: on servers it refuses the same, holds the same and rewrites nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from schemaguard.finding import Finding
from schemaguard.sql.reading.statements import split
from tests.check.checking import checked, project
from tests.check.revisions import as_revision
from tests.conftest import VERSIONS, fresh

TABLES = """
create schema "My S";
create function public.twice(integer) returns integer language sql immutable as 'select $1 * 2';
create table "My S"."T a" ("New" int, "a""b" text, word varchar(30), "select" int, id bigint primary key);
"""
ROWS = """insert into "My S"."T a" select case when i % 3 > 0 then i end, 'text ' || i, 'w', i, i
    from generate_series(1, 300) i"""
COMPUTED = [
    ("half", "integer", '"New" / 2'),
    ("Of It", "text", 'upper("T a"."a""b") || chr(36) || chr(36)'),
    ("Of It", "text not null", 'upper("T a"."a""b")'),
    ("twice", "integer not null", 'twice("select")'),
    ("tg_op", "boolean", '"New" IS NULL'),
]


@pytest.fixture(scope="module", params=VERSIONS)
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    with (
        fresh(request.getfixturevalue(f"server{request.param}")) as url,
        psycopg.connect(url, autocommit=True) as opened,
    ):
        yield opened


def _prepared(connection: psycopg.Connection) -> None:
    connection.execute('drop schema if exists "My S" cascade; drop function if exists public.twice(integer)')
    connection.execute(TABLES)
    connection.execute(ROWS)


def _finding(folder: Path, rule: str, statement: str, version: int = 15) -> Finding:
    files = {"migrations/001.sql": TABLES, "migrations/002.sql": statement}
    project(folder, files, settings=f"postgresql = {version}\n")
    (found,) = [one for one in checked(folder, "migrations").findings if one.rule == rule]
    return found


def _carry_out(connection: psycopg.Connection, finding: Finding) -> None:
    """What the finding advises, each batch until it finds no row."""
    assert finding.fix is not None
    for lines in (finding.fix.code, *(later.upgrade for later in finding.fix.later)):
        for statement in split("\n".join(lines), "a.sql"):
            while connection.execute(statement.sql.encode()).rowcount > 0:
                pass


def _file(connection: psycopg.Connection) -> object:
    return connection.execute("""select pg_relation_filenode('"My S"."T a"')""").fetchone()


def _rows(connection: psycopg.Connection, column: str) -> list[tuple[object, ...]]:
    return connection.execute(f'select id, "{column}" from "My S"."T a" order by id'.encode()).fetchall()


@pytest.mark.parametrize(("column", "type_", "expression"), COMPUTED)
def test_a_trigger_computes_what_a_generated_column_would_hold(
    connection: psycopg.Connection, tmp_path: Path, column: str, type_: str, expression: str
) -> None:
    type_, *required = type_.split(" ", 1)
    written = f'alter table "My S"."T a" add column "{column}" {type_} generated always as ({expression}) stored'
    written = " ".join((written, *required))
    finding = _finding(tmp_path, "stored-generated-column", f"{written};\n")
    later = """insert into "My S"."T a" select i, 'new', 'w', 7, i from generate_series(301, 310) i;
        update "My S"."T a" set "New" = 1000, "a""b" = 'other', "select" = -1 where id % 7 = 0"""

    _prepared(connection)
    connection.execute(written.encode())
    connection.execute(later)
    wanted = _rows(connection, column)

    _prepared(connection)
    file = _file(connection)
    _carry_out(connection, finding)
    assert _file(connection) == file
    connection.execute(later)
    assert _rows(connection, column) == wanted


def test_from_postgresql_18_on_it_is_computed_by_whoever_reads_it(tmp_path: Path) -> None:
    statement = 'alter table "My S"."T a" add column half int generated always as ("New" / 2) stored;\n'
    fix = _finding(tmp_path, "stored-generated-column", statement, 18).fix

    assert fix is not None
    assert not fix.is_safe
    assert fix.code == ('ALTER TABLE "My S"."T a" ADD COLUMN half integer GENERATED ALWAYS AS ("New" / 2) VIRTUAL;',)


@pytest.mark.parametrize(("column", "length"), [('"a""b"', 10), ("word", 5)])
def test_a_check_refuses_what_a_shorter_type_would(
    connection: psycopg.Connection, tmp_path: Path, column: str, length: int
) -> None:
    statement = f'alter table "My S"."T a" alter column {column} type varchar({length});\n'
    finding = _finding(tmp_path, "rewrite-column-type", statement)
    _prepared(connection)
    file = _file(connection)
    _carry_out(connection, finding)

    assert _file(connection) == file
    insert = f'insert into "My S"."T a" (id, {column}) values (%s, %s)'.encode()
    connection.execute(insert, (1000, "x" * length))
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(insert, (1001, "x" * (length + 1)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("numeric(10,2)", "numeric(12,4)", "TYPE numeric needs no rewrite"),
        ("varchar(10)", "char(20)", "TYPE character varying(20) needs no rewrite"),
        ("timestamp", "timestamptz", "SET LOCAL timezone = 'UTC'"),
        ("timestamptz", "timestamp", "SET LOCAL timezone = 'UTC'"),
    ],
)
def test_what_is_said_to_need_no_rewrite_needs_none(
    connection: psycopg.Connection, tmp_path: Path, old: str, new: str, said: str
) -> None:
    files = {
        "migrations/001.sql": f"create table t (c {old});",
        "migrations/002.sql": f"alter table t alter c type {new};",
    }
    (found,) = [
        one for one in checked(project(tmp_path, files), "migrations").findings if one.rule.startswith("rewrite")
    ]
    assert said in found.instead
    instead = re.match(r"TYPE (.+?) needs", found.instead)

    connection.execute(f"drop table if exists t; create table t (c {old}); insert into t values (null)".encode())
    before = connection.execute("select pg_relation_filenode('t')").fetchone()
    with connection.transaction():
        connection.execute("set local timezone = 'UTC'")
        connection.execute(f"alter table t alter c type {instead[1] if instead is not None else new}".encode())
    assert connection.execute("select pg_relation_filenode('t')").fetchone() == before


def test_a_serial_is_written_as_an_identity_in_the_authors_own_statement(tmp_path: Path) -> None:
    written = 'create table "V v" (id BIGSERIAL primary key, "Nr" serial4 not null, -- the second\n  serial int);'
    project(tmp_path, {"migrations/001.sql": f"{written}\n"})
    fixes = [one.fix for one in checked(tmp_path, "migrations").findings if one.rule == "serial-column"]

    first = written.replace("BIGSERIAL", "bigint GENERATED BY DEFAULT AS IDENTITY")
    second = written.replace("serial4", "integer GENERATED BY DEFAULT AS IDENTITY")
    assert [fix.code for fix in fixes if fix is not None] == [(first,), (second,)]


def test_a_key_that_alembic_makes_serial_is_an_identity_in_the_same_call(tmp_path: Path) -> None:
    call = (
        'op.create_table(\n    "v", sa.Column("é", sa.Text()),\n    sa.Column("id", sa.Integer(), primary_key=True),\n)'
    )
    files = {"migrations/env.py": "", "migrations/versions/1_x.py": as_revision("1", None, call)}
    found = checked(project(tmp_path, files), "migrations").findings
    (fix,) = [one.fix for one in found if one.rule == "serial-column"]

    assert fix is not None
    assert fix.code == (
        "op.create_table(",
        '    "v", sa.Column("é", sa.Text()),',
        '    sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),',
        ")",
    )
    assert fix.edits


def test_what_can_only_be_built_while_all_wait_is_told_to_give_up(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    statement = (
        'alter table "My S"."T a" add constraint apart exclude using gist (int4range("New", "select") with &&);\n'
    )
    finding = _finding(tmp_path, "exclusion-scan", statement)
    assert finding.fix is not None
    assert (finding.fix.is_safe, finding.fix.edits) == (True, ())

    _prepared(connection)
    connection.execute('truncate "My S"."T a"')
    _carry_out(connection, finding)
    (there,) = connection.execute("select count(*) from pg_constraint where conname = 'apart'").fetchone() or (0,)
    (limit,) = connection.execute("show lock_timeout").fetchone() or ("",)
    assert (there, limit) == (1, "0")
