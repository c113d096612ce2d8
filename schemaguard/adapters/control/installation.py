"""Installing the control schema and bringing it up to date; each version in a transaction of its own."""

from functools import cache
from typing import Any

import psycopg

from schemaguard.adapters.control import ledger, versions
from schemaguard.errors import DatabaseError

Connection = psycopg.Connection[tuple[Any, ...]]

_WATCH = """\
select c.oid::regclass::text, schemaguard.watch_version_table(c.oid)
from pg_class c where c.oid = to_regclass('alembic_version')"""
_LOCK_KEY = 0x5C4E4D49


def is_installed(connection: Connection) -> bool:
    """Whether the database has a control schema of any version."""
    row = connection.execute("select to_regclass('schemaguard.version') is not null").fetchone()
    return bool(row and row[0])


def install(connection: Connection) -> tuple[int, ...]:
    """Run the versions that are missing, in order; their numbers. Running it again changes nothing."""
    applied = []
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK_KEY,))
        # A fence that stands lets operators through.
        connection.execute("select set_config('schemaguard.permit', 'schemaguard install', true)")
        present = _present(connection)
        for number, text in versions.numbered():
            if number in present:
                continue
            try:
                connection.execute(text.encode())
            except psycopg.errors.InsufficientPrivilege as error:
                raise DatabaseError(
                    f"this user may not create the control schema: {str(error).strip()}",
                    at=f"database {connection.info.dbname}",
                    next="run schemaguard install as a role that may create schemas and roles",
                ) from error
            connection.execute("insert into schemaguard.version (version) values (%s)", (number,))
            applied.append(number)
        if applied:
            ledger.cover_again(connection)
            role = connection.execute("select session_user").fetchone()
            assert role is not None
            ledger.record(connection, "installed", (role[0], None, None), {"versions": applied})
    return tuple(applied)


def version(connection: Connection) -> int:
    """The newest version that is installed, 0 where none is."""
    return max(_present(connection), default=0)


@cache
def newest() -> int:
    """The version that this program works with."""
    return max(number for number, _ in versions.numbered())


def watch(connection: Connection) -> str | None:
    """Let Alembic's version table refuse held revisions; its name, None where Alembic never ran here."""
    row = connection.execute(_WATCH).fetchone()
    return str(row[0]) if row is not None else None


def _present(connection: Connection) -> frozenset[int]:
    if not is_installed(connection):
        return frozenset()
    return frozenset(row[0] for row in connection.execute("select version from schemaguard.version"))
