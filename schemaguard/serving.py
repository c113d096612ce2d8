"""What a model server imports: follow the pointer, swap when it moves, and say so.

follower = Follower(url, "fraud", "scorer-1")
release = follower.current()                 # its version, and the schema of its contract views
with follower.connect(release) as rows: ...  # a new connection at every epoch
follower.acknowledge(release.epoch)
while follower.changed(timeout_s=30): ...    # NOTIFY is a hint; the epoch is polled as well
"""

import time
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

from schemaguard.adapters.postgres.address import libpq_url, without_secrets
from schemaguard.errors import DatabaseError, command_line
from schemaguard.frozen import dataclass

Connection = psycopg.Connection[tuple[Any, ...]]

LEASE_S = 60.0
POLL_S = 1.0
_CHANNEL = "schemaguard"
_CURRENT = """\
select p.epoch, p.active, c.view_schema, c.reads_through, r.artifact_uri
from schemaguard.pointer p
join schemaguard.release r on (r.model, r.model_version) = (p.model, p.active)
join schemaguard.contract c on c.digest = r.contract
where p.model = %s"""
_VIEWS = """\
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = %s and c.relkind = 'v' order by 1"""
_EXTENSION_SCHEMAS = """\
select distinct n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace
where n.nspname not in ('public', 'pg_catalog') order by 1"""
_LEASE = """\
insert into schemaguard.server_lease (model, name, epoch, lease_until)
values (%(model)s, %(name)s, %(epoch)s, now() + make_interval(secs => %(lease)s))
on conflict (model, name) do update set epoch = excluded.epoch, lease_until = excluded.lease_until"""


@dataclass(frozen=True, slots=True)
class Current:
    """The release that serves: reload the model and open new connections whenever its epoch is another one."""

    model: str
    epoch: int
    version: str
    view_schema: str
    reads_through: str
    artifact_uri: str | None


class Follower:
    """Follows one model's pointer for one server; not to be shared between threads."""

    def __init__(self, url: str, model: str, name: str) -> None:
        self._url = url
        self.model = model
        self.name = name
        self._listener: Connection | None = None
        self._seen: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.close()

    def current(self) -> Current:
        """The release that serves now. DatabaseError where none does, or the database can't be reached."""
        row = self._ask(_CURRENT, (self.model,))
        if row is None:
            raise DatabaseError(
                f"no version of {self.model} serves",
                at="schemaguard.pointer",
                next=command_line("promote", self.model, "VERSION"),
            )
        epoch, version, schema, reads_through, artifact = row
        self._seen = epoch
        return Current(self.model, epoch, version, schema, reads_through, artifact)

    def changed(self, timeout_s: float = POLL_S) -> bool:
        """Whether the epoch is another one than `current` last told; waits for it, up to the timeout.

        Woken by NOTIFY where it arrives, and by looking once a second where it doesn't (pgbouncer, a lost connection).
        """
        until = time.monotonic() + timeout_s
        while True:
            row = self._ask("select epoch from schemaguard.pointer where model = %s", (self.model,))
            if row is not None and row[0] != self._seen:
                return True
            left = until - time.monotonic()
            if left <= 0:
                return False
            self._listen(min(left, POLL_S))

    def acknowledge(self, epoch: int, lease_s: float = LEASE_S) -> None:
        """Say that this server serves that epoch and is alive for `lease_s` more; repeat it well before they are over.

        What a rollback leaves over is retired once every server has said so or let its lease end.
        """
        self._ask(_LEASE, {"model": self.model, "name": self.name, "epoch": epoch, "lease": lease_s})

    def leave(self) -> None:
        """Say that this server is going away, so that nobody waits for its lease."""
        self._ask("delete from schemaguard.server_lease where model = %s and name = %s", (self.model, self.name))

    def connect(self, release: Current) -> Connection:
        """A new connection whose unqualified names mean the release's contract views, and nothing in `public`.

        Connections of an earlier epoch aren't to be used any more: their prepared statements would fail with 0A000.
        DatabaseError where a view isn't what an unqualified name would reach.
        """
        connection = self._open()
        try:
            extensions = [row[0] for row in connection.execute(_EXTENSION_SCHEMAS)]
            path = sql.SQL(", ").join(sql.Identifier(schema) for schema in (release.view_schema, *extensions))
            connection.execute(sql.SQL("set search_path to {}").format(path))
            self._assert_views(connection, release)
        except BaseException:
            connection.close()
            raise
        return connection

    def _assert_views(self, connection: Connection, release: Current) -> None:
        """A schema that is missing from search_path is skipped in silence; a temporary table shadows a view."""
        names = [row[0] for row in connection.execute(_VIEWS, (release.view_schema,))]
        if not names:
            raise DatabaseError(
                f"there are no contract views for {release.model} {release.version}",
                at=f"schema {release.view_schema}",
                next=f"promote it again, or grant this user the contract's role (schemaguard_{release.view_schema})",
            )
        for name in names:
            row = connection.execute(
                "select to_regclass(quote_ident(%s)) = to_regclass(quote_ident(%s) || '.' || quote_ident(%s))",
                (name, release.view_schema, name),
            ).fetchone()
            if row != (True,):
                raise DatabaseError(
                    f"{name} doesn't reach the contract view of {release.model} {release.version}",
                    at=f"schema {release.view_schema}",
                    next="look for a temporary table of that name, and whether this user may use the schema",
                )

    def close(self) -> None:
        """Close the connection that listens."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _listen(self, timeout_s: float) -> None:
        try:
            connection = self._connected()
            for _ in connection.notifies(timeout=timeout_s, stop_after=1):
                pass
        except psycopg.Error:
            # A hint was missed at most: the next look at the epoch opens a new connection or says why it can't.
            self.close()

    def _ask(self, query: str, parameters: Any) -> tuple[Any, ...] | None:
        """One row of one statement; once more on a new connection where the old one was lost."""
        for attempt in (1, 2):
            try:
                cursor = self._connected().execute(query.encode(), parameters)
                return cursor.fetchone() if cursor.description else None
            except psycopg.OperationalError as error:
                self.close()
                if attempt == 2:
                    raise self._unreachable(error) from error
            except psycopg.Error as error:
                raise DatabaseError(
                    f"the control schema can't be read: {_first_line(error)}",
                    at="schemaguard.pointer",
                    next="schemaguard install, or grant this user usage and select on schema schemaguard",
                ) from error
        raise AssertionError

    def _connected(self) -> Connection:
        if self._listener is None or self._listener.closed:
            self._listener = self._open()
            self._listener.execute(f"listen {_CHANNEL}".encode())
        return self._listener

    def _open(self) -> Connection:
        address = libpq_url(self._url)
        try:
            return psycopg.connect(address, autocommit=True, connect_timeout=5, application_name=self.name)
        except psycopg.OperationalError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> DatabaseError:
        return DatabaseError(
            f"the database can't be reached: {without_secrets(_first_line(error), self._url)}",
            at=f"server {self.name}",
            next="it is tried again",
        )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
