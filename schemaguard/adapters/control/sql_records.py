"""The record that a tool for folders of SQL keeps in the database: what is applied, and how one more is written down.

So that the tool itself finds later what was applied here, and the other way round. Each record is the tool's own table,
as its source makes it.
"""

import zlib
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Any

import psycopg
from psycopg import sql

from schemaguard.errors import RefusedError
from schemaguard.frozen import dataclass
from schemaguard.history.history import Tool
from schemaguard.proving.certificate import sha256

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class SqlMigration:
    """One migration of a folder, as records name it."""

    id: str
    message: str
    file: str
    text: str
    path: str
    """Where the file is on the disk."""

    @property
    def number(self) -> int:
        """The number that its name begins with; 0 where it has none."""
        digits = self.id.lstrip("0")
        return int(digits) if digits.isdigit() else 0


@dataclass(frozen=True, slots=True)
class SqlRecord:
    """How one tool keeps its record: `read` gives the ids that are applied, `write` the statement that adds one."""

    table: str
    make: str
    read: Callable[[Connection, Sequence[SqlMigration]], frozenset[str]]
    write: Callable[[SqlMigration, int], sql.Composed]


def _numbers(query: str) -> Callable[[Connection, Sequence[SqlMigration]], frozenset[str]]:
    def read(connection: Connection, migrations: Sequence[SqlMigration]) -> frozenset[str]:
        done = {int(row[0]) for row in connection.execute(query.encode())}
        return frozenset(one.id for one in migrations if one.number in done)

    return read


def _up_to(query: str) -> Callable[[Connection, Sequence[SqlMigration]], frozenset[str]]:
    def read(connection: Connection, migrations: Sequence[SqlMigration]) -> frozenset[str]:
        row = connection.execute(query.encode()).fetchone()
        if row is not None and len(row) > 1 and row[1]:
            raise RefusedError(
                f"version {row[0]} is marked dirty: it failed half-way",
                at="schema_migrations",
                next="put the database right, then: migrate force VERSION",
            )
        return frozenset(one.id for one in migrations if row is not None and one.number <= int(row[0]))

    return read


def _names(query: str, name: Callable[[SqlMigration], str]) -> Any:
    def read(connection: Connection, migrations: Sequence[SqlMigration]) -> frozenset[str]:
        done = {row[0] for row in connection.execute(query.encode())}
        return frozenset(one.id for one in migrations if name(one) in done)

    return read


def _file(migration: SqlMigration) -> str:
    return PurePosixPath(migration.file).name


def _stem(migration: SqlMigration) -> str:
    return PurePosixPath(migration.file).stem


def _insert(statement: str, *values: Callable[[SqlMigration, int], Any]) -> Callable[[SqlMigration, int], sql.Composed]:
    def write(migration: SqlMigration, ms: int) -> sql.Composed:
        return sql.SQL(statement).format(*(sql.Literal(value(migration, ms)) for value in values))

    return write


def checksum(text: str) -> int:
    """Flyway's: the CRC-32 of the lines without their ends, as a signed number.

    See https://documentation.red-gate.com/fd/checksum-calculation-in-migrations-275218548.html.
    """
    found = 0
    for line in text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        found = zlib.crc32(line.encode("utf-8", "surrogatepass"), found)
    return found - (1 << 32) if found >= 1 << 31 else found


def _flyway_version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.replace("_", ".").split(".") if part.isdigit())


def _read_flyway(connection: Connection, migrations: Sequence[SqlMigration]) -> frozenset[str]:
    rows = connection.execute(
        "select version, script, checksum, success, type from flyway_schema_history order by installed_rank"
    ).fetchall()
    versions = {_flyway_version(row[0]): row for row in rows if row[0] is not None}
    scripts = {row[1]: row[2] for row in rows if row[0] is None}
    baseline = max((version for version, row in versions.items() if row[4] == "BASELINE"), default=())
    if failed := next((row for row in rows if not row[3]), None):
        raise RefusedError(f"{failed[1]} is marked as failed", at="flyway_schema_history", next="flyway repair")
    found = set()
    for one in migrations:
        if one.id.startswith("R__"):
            if scripts.get(_file(one)) == checksum(one.text):
                found.add(one.id)
            continue
        version = _flyway_version(one.id)
        row = versions.get(version)
        if row is not None and row[2] is not None and row[4] == "SQL" and row[2] != checksum(one.text):
            raise RefusedError(
                f"{_file(one)} was changed after it was applied", at=one.file, next="undo the change, or: flyway repair"
            )
        if row is not None or (baseline and version <= baseline):
            found.add(one.id)
    return frozenset(found)


RECORDS: dict[Tool, SqlRecord] = {
    "golang-migrate": SqlRecord(
        "schema_migrations",
        "create table if not exists schema_migrations (version bigint not null primary key, dirty boolean not null)",
        _up_to("select version, dirty from schema_migrations limit 1"),
        _insert(
            "with gone as (delete from schema_migrations where version <> {}) insert into schema_migrations "
            "values ({}, false) on conflict (version) do nothing",
            lambda one, _: one.number,
            lambda one, _: one.number,
        ),
    ),
    "dbmate": SqlRecord(
        "schema_migrations",
        "create table if not exists schema_migrations (version varchar(128) primary key)",
        _names("select version from schema_migrations", lambda one: one.id),
        _insert("insert into schema_migrations (version) values ({})", lambda one, _: one.id),
    ),
    "goose": SqlRecord(
        "goose_db_version",
        "create table if not exists goose_db_version (id integer primary key generated by default as identity, "
        "version_id bigint not null, is_applied boolean not null, tstamp timestamp not null default now()); "
        "insert into goose_db_version (version_id, is_applied) select 0, true where not exists "
        "(select from goose_db_version)",
        _numbers(
            "select v.version_id from (select distinct on (version_id) version_id, is_applied from goose_db_version "
            "order by version_id, id desc) v where v.is_applied"
        ),
        _insert("insert into goose_db_version (version_id, is_applied) values ({}, true)", lambda one, _: one.number),
    ),
    "sql-migrate": SqlRecord(
        "gorp_migrations",
        "create table if not exists gorp_migrations (id text not null primary key, applied_at timestamptz)",
        _names("select id from gorp_migrations", _file),
        _insert("insert into gorp_migrations (id, applied_at) values ({}, now())", lambda one, _: _file(one)),
    ),
    "node-pg-migrate": SqlRecord(
        "pgmigrations",
        "create table if not exists pgmigrations (id serial primary key, name varchar(255) not null, "
        "run_on timestamp not null)",
        _names("select name from pgmigrations", _stem),
        _insert("insert into pgmigrations (name, run_on) values ({}, now())", lambda one, _: _stem(one)),
    ),
    "tern": SqlRecord(
        "schema_version",
        "create table if not exists schema_version (version int4 not null); "
        "insert into schema_version (version) select 0 where not exists (select from schema_version)",
        _up_to("select version from schema_version"),
        _insert("update schema_version set version = {}", lambda one, _: one.number),
    ),
    "flyway": SqlRecord(
        "flyway_schema_history",
        "create table if not exists flyway_schema_history (installed_rank int not null constraint "
        "flyway_schema_history_pk primary key, version varchar(50), description varchar(200) not null, "
        "type varchar(20) not null, script varchar(1000) not null, checksum int, installed_by varchar(100) not null, "
        "installed_on timestamp not null default now(), execution_time int not null, success boolean not null); "
        "create index if not exists flyway_schema_history_s_idx on flyway_schema_history (success)",
        _read_flyway,
        _insert(
            "insert into flyway_schema_history (installed_rank, version, description, type, script, checksum, "
            "installed_by, execution_time, success) select coalesce(max(installed_rank), 0) + 1, {}, {}, 'SQL', {}, "
            "{}, current_user, {}, true from flyway_schema_history",
            lambda one, _: None if one.id.startswith("R__") else one.id,
            lambda one, _: one.message,
            lambda one, _: _file(one),
            lambda one, _: checksum(one.text),
            lambda _, ms: ms,
        ),
    ),
}
"""By the tool whose table it is. See each tool's own source for PostgreSQL."""


def own_record(folder: str) -> SqlRecord:
    """The record in the control schema, for folders that belong to no tool."""

    def read(connection: Connection, migrations: Sequence[SqlMigration]) -> frozenset[str]:
        rows = connection.execute(
            "select migration, sha256 from schemaguard.sql_migration where folder = %s", (folder,)
        ).fetchall()
        done: dict[str, str] = dict(rows)
        for one in migrations:
            if one.id in done and done[one.id] != sha256(one.text):
                raise RefusedError(
                    f"{_file(one)} was changed after it was applied",
                    at=one.file,
                    next="undo the change, and write a new migration",
                )
        return frozenset(done)

    return SqlRecord(
        "sql_migration",
        "select 1",
        read,
        _insert(
            "insert into schemaguard.sql_migration (folder, migration, sha256) values ({}, {}, {})",
            lambda *_: folder,
            lambda one, _: one.id,
            lambda one, _: sha256(one.text),
        ),
    )
