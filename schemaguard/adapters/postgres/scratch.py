"""A scratch database to prove revisions in: on an embedded server, or on one that is named."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from schemaguard.adapters.postgres import embedded
from schemaguard.adapters.postgres.connection import Connection, connect
from schemaguard.adapters.postgres.proof import settle
from schemaguard.errors import DatabaseError


@contextmanager
def server(url: str | None) -> Iterator[str]:
    """The URL of a server on which databases may be made: the one that is named, else an embedded one."""
    if url is not None:
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="sgpg") as folder, embedded.running(Path(folder) / "data") as made:
        with connect(made) as control:
            # Nothing here has to outlive a power failure, and every scratch database is flushed to the disk otherwise.
            control.execute("alter system set fsync = off")
            control.execute("select pg_reload_conf()")
        yield made


@contextmanager
def scratch(url: str, template: str | None = None) -> Iterator[tuple[str, Connection]]:
    """A database of its own and its name, gone afterwards; a copy of another one where that is named."""
    name = f"schemaguard_proof_{uuid.uuid4().hex[:12]}"
    made = sql.SQL("create database {}").format(sql.Identifier(name))
    if template is not None:
        made += sql.SQL(" template {}").format(sql.Identifier(template))
    with connect(url) as control:
        try:
            control.execute(made)
        except psycopg.Error as error:
            raise DatabaseError(
                f"no scratch database can be made: {str(error).strip()}",
                next="name a server on which the role may create databases, or leave --server out",
            ) from error
    try:
        with connect(make_conninfo(url, dbname=name)) as connection:
            settle(connection)
            yield name, connection
    finally:
        # Whatever became of the server meanwhile.
        with connect(url) as control:
            control.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def reopened(url: str, name: str) -> Connection:
    """A connection to a scratch database that was left for a while."""
    connection = connect(make_conninfo(url, dbname=name))
    settle(connection)
    return connection
