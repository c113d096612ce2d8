"""What pg_stat_statements knows of a database: who ran which statement, how often."""

from typing import Any

import psycopg
from psycopg import sql

from schemaguard.adapters.postgres import connection as postgres
from schemaguard.adapters.postgres import introspect
from schemaguard.catalog.changes import CreateExtension
from schemaguard.catalog.fold.session import read_search_path
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.observation import Log, ObservedStatement
from schemaguard.errors import DatabaseError
from schemaguard.frozen import replace
from schemaguard.sql.writing.statements import rendered

_TIMEOUT = "60s"
_HIDDEN = "<insufficient privilege>"
_WHERE = """\
select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace
where e.extname = 'pg_stat_statements'"""
_STATEMENTS = """\
select coalesce(s.queryid, 0), pg_get_userbyid(s.userid), s.userid, coalesce(s.query, ''), sum(s.calls)::bigint
from {schema}.pg_stat_statements s
where s.dbid = (select oid from pg_database where datname = current_database())
group by s.queryid, s.userid, s.query order by 2, 1"""
_ABOUT = """\
select i.stats_reset, i.dealloc, current_setting('pg_stat_statements.track')
from {schema}.pg_stat_statements_info i"""
# The setting of the role in this database comes before that of the role, and that before the database's.
_PATHS = """\
select distinct on (u.oid) u.oid, u.rolname, substr(c.setting, length('search_path=') + 1)
from pg_roles u
join pg_db_role_setting s on s.setrole in (0, u.oid)
    and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
cross join unnest(s.setconfig) as c(setting)
where c.setting like 'search_path=%'
order by u.oid, s.setrole desc, s.setdatabase desc"""


def read(url: str) -> Log:
    """Everything that the database's pg_stat_statements holds, with the live catalog, of one moment.

    Raises DatabaseError where the extension isn't there, isn't loaded, or hides the statements of others.
    """
    place = postgres.place(url)
    with postgres.connect(url) as connection:
        try:
            with connection.transaction():
                connection.execute("set transaction isolation level repeatable read, read only")
                connection.execute(f"set local statement_timeout = '{_TIMEOUT}'")
                return _read(connection, place)
        except psycopg.errors.ObjectNotInPrerequisiteState as error:
            raise DatabaseError(
                "pg_stat_statements is installed but not loaded, so the server has recorded no statements",
                at=place,
                next="add it to shared_preload_libraries in postgresql.conf, restart the server, wait for some traffic",
            ) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise DatabaseError(
                f"pg_stat_statements may not be read: {postgres.first_line(error)}",
                at=place,
                next="grant pg_read_all_stats to the role of the database URL, and usage on the extension's schema",
            ) from error
        except psycopg.Error as error:
            raise DatabaseError(
                f"pg_stat_statements can't be read: {postgres.first_line(error)}", at=place, next="run it again"
            ) from error


def _read(connection: postgres.Connection, place: str) -> Log:
    row = connection.execute(_WHERE).fetchone()
    if row is None:
        raise DatabaseError(
            "pg_stat_statements isn't installed in this database, so it isn't known who reads what",
            at=place,
            next="add it to shared_preload_libraries, restart, then: "
            + rendered(CreateExtension("pg_stat_statements")),
        )
    schema = sql.Identifier(row[0])
    found = connection.execute(sql.SQL(_STATEMENTS).format(schema=schema)).fetchall()
    if hidden := {role for _, role, _, text, _ in found if text == _HIDDEN}:
        raise DatabaseError(
            f"the statements of {len(hidden)} other role{'' if len(hidden) == 1 else 's'} are hidden from"
            f" {connection.info.user}, so undeclared readers would be missed",
            at=place,
            next="let an administrator: grant pg_read_all_stats to the role of the database URL",
        )
    about = connection.execute(sql.SQL(_ABOUT).format(schema=schema)).fetchone()
    assert about is not None  # the view has exactly one row
    paths = _paths(connection)
    return Log(
        statements=tuple(
            ObservedStatement(id_, role, text, calls, paths.get(user, _default_path(role)))
            for id_, role, user, text, calls in found
        ),
        catalog=_catalog(connection),
        since=about[0],
        evictions=about[1],
        is_nested=about[2] == "all",
    )


def _paths(connection: postgres.Connection) -> dict[int, tuple[str, ...]]:
    """The search_path that a role begins with, where it isn't the server's default."""
    return {user: _path(text, role) for user, role, text in connection.execute(_PATHS)}


def _path(text: str, role: str) -> tuple[str, ...]:
    quoted = '"' + role.replace('"', '""') + '"'
    return read_search_path(text.replace('"$user"', quoted).replace("$user", quoted))


def _default_path(role: str) -> tuple[str, ...]:
    return (role, "public")


def _catalog(connection: "psycopg.Connection[Any]") -> Catalog:
    """The live catalog, and the tables of the control schema, which our own statements name."""
    users, own = introspect.read_catalog(connection), introspect.read_catalog(connection, [introspect.CONTROL_SCHEMA])
    tables: dict[Name, Any] = {**own.tables, **users.tables}
    return replace(users, tables=tables)
