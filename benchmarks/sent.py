"""Real histories: what Alembic really sent, the revisions as they are read, and databases to send it to."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from schemaguard.commands.histories import find_one, replay_history
from schemaguard.commands.reading import open_reading
from schemaguard.config import Config
from schemaguard.history.revision import Replay


@dataclass(frozen=True, slots=True)
class SentHistory:
    """A history: its revisions as they are read, and the statements that were really sent."""

    replay: Replay
    initial: tuple[dict[str, Any], ...]
    sent: dict[str, list[dict[str, Any]]]
    postgresql: int

    @classmethod
    def of(cls, file: Path, histories: Path, scratch: Path) -> "SentHistory":
        """The history of an oracle's file; its revision files lie below `histories`."""
        oracle = json.loads(file.read_text())
        root = histories / file.stem
        initial = tuple(oracle.get("initial") or ())
        before = scratch / f"{file.stem}.sql"
        before.write_text("".join(f"{each['sql'].rstrip().rstrip(';')}\n;\n" for each in initial))
        version = int(oracle.get("postgres", "18").split(".")[0])
        reading = open_reading(Config(root=root, postgresql=version), root)
        if initial:
            reading = replace(reading, initial=str(before))
        replay = replay_history(find_one(reading, oracle["versions_dir"]), reading)
        sent = {
            each["revision"]: [one for one in each["statements"] if not one.get("failed")]
            for each in oracle["revisions"]
        }
        return cls(replay, initial, sent, version)


@contextmanager
def scratch_database(server: str) -> Iterator[Any]:
    """A superuser's connection to the server, the name of an empty database, and the URL of a database by its name."""
    path, mark, query = server.partition("?")
    name = f"sg_history_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as administrator:
        administrator.execute("set client_min_messages = error")
        # What is lost when the machine fails is made anew.
        administrator.execute("alter system set fsync = off")
        administrator.execute("select pg_reload_conf()")
        administrator.execute(
            sql.SQL("create database {} encoding 'UTF8' locale 'C' template template0").format(sql.Identifier(name))
        )
        try:
            yield administrator, name, lambda database: f"{path.rsplit('/', 1)[0]}/{database}{mark}{query}"
        finally:
            drop_database(administrator, name)


def copy_database(administrator: psycopg.Connection[Any], name: str, copy: str) -> None:
    """Make `copy` as `name` is."""
    administrator.execute(
        sql.SQL("create database {} template {} strategy file_copy").format(sql.Identifier(copy), sql.Identifier(name))
    )


def drop_database(administrator: psycopg.Connection[Any], name: str) -> None:
    """Drop it, whoever is connected."""
    administrator.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def refusal(connection: psycopg.Connection[Any], statements: list[dict[str, Any]]) -> str | None:
    """The SQLSTATE that a revision ends in, None where it runs."""
    try:
        send(connection, statements)
    except psycopg.Error as error:
        return error.sqlstate or repr(error)
    return None


def send(connection: psycopg.Connection[Any], statements: Any) -> None:
    """What Alembic sent, in one transaction but for what it sent outside of any."""
    pending: list[dict[str, Any]] = []
    for each in statements:
        if each.get("autocommit"):
            _together(connection, pending)
            pending = []
            _execute(connection, each)
        else:
            pending.append(each)
    _together(connection, pending)


def _together(connection: psycopg.Connection[Any], statements: list[dict[str, Any]]) -> None:
    if statements:
        with connection.transaction():
            for each in statements:
                _execute(connection, each)


def _execute(connection: psycopg.Connection[Any], statement: dict[str, Any]) -> None:
    text, parameters = statement["sql"], statement.get("params")
    if not parameters:
        connection.execute(text.replace("%%", "%").encode())
        return
    # asyncpg counts its parameters, and psycopg names them: these are put into the text, for NULL alone has no type.
    is_counted = isinstance(parameters, list) and "$1" in text
    cursor = psycopg.RawCursor(connection) if is_counted else psycopg.ClientCursor(connection)
    is_many = isinstance(parameters, list) and isinstance(parameters[0], dict | list)
    for each in parameters if is_many else [parameters]:
        cursor.execute(text.encode(), each)
