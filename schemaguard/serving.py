"""What a model server imports: follow the pointer, swap when it moves, and say so.

follower = Follower(url, "fraud", "scorer-1")
for release in follower.releases():          # at once, and at every new epoch; renews the lease meanwhile
    model = load(release.artifact_uri)
    with follower.connect(release) as rows: ...  # a new connection at every epoch

A database that restarts or is away ends nothing: the last known release is handed out, and `is_stale` says so. A
`Follower` may be shared between threads; one process may have several, for several models.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

from schemaguard.adapters.postgres.address import libpq_url, network_limits, without_secrets
from schemaguard.errors import DatabaseError, UsageError, command_line
from schemaguard.frozen import dataclass, replace

Connection = psycopg.Connection[tuple[Any, ...]]

LEASE_S = 60.0
POLL_S = 1.0
_CONNECT_TIMEOUT_S = 5
_CHANNEL = "schemaguard"
_BUCKETS = 10_000
_CURRENT = """\
select p.epoch, p.canary_percent, v.role, r.model_version, c.view_schema, c.reads_through, r.artifact_uri
from schemaguard.pointer p
cross join lateral (values ('active', p.active), ('canary', p.canary)) v (role, version)
join schemaguard.release r on (r.model, r.model_version) = (p.model, v.version)
join schemaguard.contract c on c.digest = r.contract
where p.model = %s"""
_VIEWS = """\
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = %s and c.relkind = 'v' order by 1"""
_EXTENSION_SCHEMAS = """\
select distinct n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace
where n.nspname not in ('public', 'pg_catalog') order by 1"""
_LEASE = """\
insert into schemaguard.server_lease as s (model, name, epoch, lease_until)
values (%(model)s, %(name)s, %(epoch)s, now() + make_interval(secs => %(lease)s))
on conflict (model, name) do update
set epoch = greatest(s.epoch, excluded.epoch), lease_until = excluded.lease_until"""


@dataclass(frozen=True, slots=True)
class Current:
    """A release that serves: reload the model and open new connections whenever its epoch is another one."""

    model: str
    epoch: int
    version: str
    view_schema: str
    reads_through: str
    artifact_uri: str | None
    stale_because: str = ""
    """Why it is only the last one that is known, in words; empty where the database has just said so."""

    @property
    def is_stale(self) -> bool:
        """Whether the database couldn't be asked, or told of an earlier epoch than was seen already."""
        return bool(self.stale_because)


@dataclass(frozen=True, slots=True)
class _Serving:
    """The pointer as it was last read: what serves everybody, and what serves some of the clients."""

    active: Current
    canary: Current | None = None
    canary_percent: int = 0


class Follower:
    """Follows one model's pointer for one server; threads may share it.

    Behind a pooler that hands out a connection per transaction (pgbouncer) nothing is kept in a session: the epoch is
    polled, and `reading` takes the place of `connect`.
    """

    def __init__(self, url: str, model: str, name: str) -> None:
        self._url = url
        self.model = model
        self.name = name
        self._lock = RLock()
        self._waiting = RLock()
        self._asking: Connection | None = None
        self._listening: Connection | None = None
        self._is_pooled = False
        self._known: _Serving | None = None
        self._told: tuple[int, str] | None = None
        self._down: tuple[float, DatabaseError] | None = None
        """Until when nobody asks again, and what was found."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.close()

    def current(self) -> Current:
        """The release that serves now, or the last known one where the database can't say (`is_stale`).

        DatabaseError where nothing is known yet: none serves, or the database can't be reached.
        """
        return self._refreshed().active

    def route(self, client: str) -> Current:
        """The release for one client: the canary for its share of the clients, for each client always the same.

        It asks the database only where nothing is known yet: `changed` and `releases` keep what is known up to date.
        """
        known = self._known or self._refreshed()
        if known.canary is None:
            return known.active
        # A name out of a header may hold bytes that are no text, which Python keeps as surrogates.
        digest = hashlib.sha256(f"{self.model}\0{client}".encode("utf-8", "surrogatepass")).digest()
        bucket = int.from_bytes(digest[:8], "big") % _BUCKETS
        return known.canary if bucket < known.canary_percent * _BUCKETS // 100 else known.active

    def releases(self, lease_s: float = LEASE_S) -> Iterator[Current]:
        """The release that serves, and each that comes after it, for as long as the caller goes on.

        What the caller comes back from is acknowledged, and its lease renewed until the next one serves. DatabaseError
        only where nothing is known in the beginning.
        """
        while True:
            release = self.current()
            yield release
            self.acknowledge(release.epoch, lease_s)
            while not self.changed(lease_s / 3):
                self.acknowledge(release.epoch, lease_s)

    def changed(self, timeout_s: float = POLL_S) -> bool:
        """Whether the epoch is a later one than `current` last told; waits for it, up to the timeout.

        Woken by NOTIFY where it arrives, and by looking once a second where it doesn't (a pooler, a lost connection).
        A database that can't be reached has changed nothing that is known.
        """
        until = time.monotonic() + timeout_s
        while True:
            known = self._look()
            if known is not None and _identity(known) != self._told:
                return True
            left = until - time.monotonic()
            if left <= 0:
                return False
            self._listen(min(left, POLL_S))

    def acknowledge(self, epoch: int, lease_s: float = LEASE_S) -> bool:
        """Say that this server serves that epoch and is alive for `lease_s` more; whether the database has heard it.

        Repeat it well before they are over. What a rollback leaves over is retired once every server has said so or let
        its lease end.
        """
        said = {"model": self.model, "name": self.name, "epoch": epoch, "lease": lease_s}
        return self._try(_LEASE, said)

    def leave(self) -> bool:
        """Say that this server is going away, so that nobody waits for its lease; whether the database has heard it."""
        return self._try("delete from schemaguard.server_lease where model = %s and name = %s", (self.model, self.name))

    def connect(self, release: Current) -> Connection:
        """A new connection whose unqualified names mean the release's contract views, and nothing in `public`.

        Connections of an earlier epoch aren't to be used any more: their prepared statements would fail with 0A000.
        DatabaseError where a view isn't what an unqualified name would reach; UsageError behind a pooler, which would
        give the search_path to others.
        """
        connection = self._open()
        try:
            if _is_pooled(connection):
                raise UsageError(
                    "a pooler hands out the connections, so none can keep a search_path",
                    at=f"server {self.name}",
                    next="with follower.reading(release) as rows: …; or connect to PostgreSQL itself",
                )
            self._set_path(connection, release, "set search_path to {}")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def reading(self, release: Current, connection: Connection | None = None) -> Iterator[Connection]:
        """One transaction whose unqualified names mean the release's contract views; also behind a pooler.

        On a connection of its own, or on one that is given. DatabaseError as `connect`.
        """
        mine = connection if connection is not None else self._open()
        try:
            with mine.transaction():
                self._set_path(mine, release, "set local search_path to {}")
                yield mine
        finally:
            if connection is None:
                mine.close()

    def _set_path(self, connection: Connection, release: Current, setting: str) -> None:
        extensions = [row[0] for row in connection.execute(_EXTENSION_SCHEMAS)]
        path = sql.SQL(", ").join(sql.Identifier(schema) for schema in (release.view_schema, *extensions))
        connection.execute(sql.SQL(setting).format(path))
        self._assert_views(connection, release)

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
        """Close the connections."""
        with self._waiting:
            self._close_listening()
        with self._lock:
            self._close_asking()

    def _refreshed(self) -> _Serving:
        """What serves, just read, or what is known with the reason why it isn't."""
        why = None
        try:
            read = self._read()
        except DatabaseError as error:
            why, read = error, None
        with self._lock:
            known = self._keep(read) if read is not None else self._known
            if known is None:
                raise why or self._nothing_serves()
            if why is not None:
                known = _stale(known, why.what)
            elif read is None:
                known = _stale(known, f"no version of {self.model} serves any more")
            self._told = _identity(known)
            return known

    def _look(self) -> _Serving | None:
        """What is known after another look, where one is possible."""
        try:
            read = self._read()
        except DatabaseError:
            return self._known
        with self._lock:
            return self._keep(read) if read is not None else self._known

    def _keep(self, read: _Serving) -> _Serving:
        """Epochs only move forward: a replica that lags or a restored backup doesn't bring an older release back."""
        known = self._known
        if known is not None and read.active.epoch < known.active.epoch:
            return _stale(known, f"the database tells of epoch {read.active.epoch}, and {known.active.epoch} was seen")
        self._known = read
        return read

    def _read(self) -> _Serving | None:
        rows = {row[2]: row for row in self._ask(_CURRENT, (self.model,))}
        found = {role: Current(self.model, row[0], row[3], row[4], row[5], row[6]) for role, row in rows.items()}
        if "active" not in found:
            return None
        return _Serving(found["active"], found.get("canary"), rows["active"][1])

    def _nothing_serves(self) -> DatabaseError:
        return DatabaseError(
            f"no version of {self.model} serves",
            at="schemaguard.pointer",
            next=command_line("promote", self.model, "VERSION"),
        )

    def _listen(self, timeout_s: float) -> None:
        """Wait for a hint that the pointer has moved."""
        began = time.monotonic()
        with self._waiting:
            try:
                if not self._is_pooled:
                    for _ in self._listener().notifies(timeout=timeout_s, stop_after=1):
                        return
            except (psycopg.Error, DatabaseError):
                # A hint was missed at most: the next look at the epoch tells.
                self._close_listening()
        left = timeout_s - (time.monotonic() - began)
        if left > 0:
            time.sleep(left)

    def _listener(self) -> Connection:
        if self._listening is None or self._listening.closed:
            connection = self._open()
            self._listening = connection
            if not _is_pooled(connection):
                connection.execute(f"listen {_CHANNEL}".encode())
        return self._listening

    def _try(self, query: str, parameters: Any) -> bool:
        try:
            self._ask(query, parameters)
        except DatabaseError:
            return False
        return True

    def _ask(self, query: str, parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of one statement; once more on a new connection where the old one was lost."""
        with self._lock:
            if self._down is not None and time.monotonic() < self._down[0]:
                # Threads that take turns at a database that is away would each wait for it.
                raise self._down[1]
            self._down = None
            for attempt in (1, 2):
                is_new = self._asking is None or self._asking.closed
                try:
                    cursor = self._asker().execute(query.encode(), parameters)
                    return cursor.fetchall() if cursor.description else []
                except (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction) as error:
                    # What was the primary may be a standby now, and another host of the URL the primary.
                    self._close_asking()
                    if attempt == 2 or is_new:
                        raise self._is_down(self._unreachable(error)) from error
                except DatabaseError as error:
                    raise self._is_down(error) from error
                except psycopg.Error as error:
                    raise DatabaseError(
                        f"the control schema can't be read: {_first_line(error)}",
                        at="schemaguard.pointer",
                        next="schemaguard install, or grant this user usage and select on schema schemaguard",
                    ) from error
        raise AssertionError

    def _is_down(self, error: DatabaseError) -> DatabaseError:
        self._down = (time.monotonic() + POLL_S, error)
        return error

    def _asker(self) -> Connection:
        if self._asking is None or self._asking.closed:
            self._asking = self._open()
            self._is_pooled = _is_pooled(self._asking)
        return self._asking

    def _close_asking(self) -> None:
        if self._asking is not None:
            self._asking.close()
            self._asking = None

    def _close_listening(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    def _open(self) -> Connection:
        address = libpq_url(self._url)
        try:
            return psycopg.connect(
                address,
                autocommit=True,
                connect_timeout=_CONNECT_TIMEOUT_S,
                application_name=self.name,
                **network_limits(address),
                # A pooler may run the next statement where none was prepared.
                prepare_threshold=None,
            )
        except psycopg.OperationalError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> DatabaseError:
        return DatabaseError(
            f"the database can't be reached: {without_secrets(_first_line(error), self._url)}",
            at=f"server {self.name}",
            next="it is tried again",
        )


def _is_pooled(connection: Connection) -> bool:
    """Whether a pooler stands between: it tells clients of a process of its own, not of PostgreSQL's."""
    row = connection.execute("select pg_backend_pid()").fetchone()
    return row is not None and row[0] != connection.info.backend_pid


def _identity(known: _Serving) -> tuple[int, str]:
    """What makes a release another one. The epoch alone doesn't: a standby that takes over may lack an epoch that was
    seen, and its next one has the same number.
    """
    return known.active.epoch, known.active.version


def _stale(known: _Serving, why: str) -> _Serving:
    canary = replace(known.canary, stale_because=why) if known.canary is not None else None
    return replace(known, active=replace(known.active, stale_because=why), canary=canary)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
