"""A folder of SQL migrations, applied with the guard, each in the transactions that its tool would use."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from schemaguard.adapters.control import installation, revision
from schemaguard.adapters.control.guarding import Guarding
from schemaguard.adapters.control.migration_lock import MigrationLock
from schemaguard.adapters.control.patience import RestartError, pause
from schemaguard.adapters.control.restarts import WAIT_S
from schemaguard.adapters.control.sql_records import SqlMigration, SqlRecord
from schemaguard.adapters.control.writing_down import Running
from schemaguard.adapters.files.required_certificates import demanded
from schemaguard.adapters.postgres.connection import connect, first_line
from schemaguard.adapters.postgres.driver import refusal
from schemaguard.adapters.postgres.identity import which_database
from schemaguard.applying.acknowledgement import losses
from schemaguard.applying.telling import Connects, RevisionBegins, RevisionRan, patience_s, tell
from schemaguard.applying.vetoes import VETOES, runs_outside
from schemaguard.catalog.changes import ControlTransaction
from schemaguard.catalog.objects import Catalog
from schemaguard.errors import DatabaseError, RefusedError, SchemaguardError
from schemaguard.frozen import dataclass
from schemaguard.history.declared_fill import declared_fills
from schemaguard.history.history import Section
from schemaguard.history.revision import Step
from schemaguard.history.sql_runner import run_section

Connection = psycopg.Connection[tuple[Any, ...]]

_TABLES = """\
select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    and n.nspname not like 'schemaguard%%' and c.relname <> %s)"""


@dataclass(frozen=True, slots=True)
class SqlPlan:
    """What is to be applied: the migrations in their order, of which the last `wanted` are asked for."""

    migrations: tuple[SqlMigration, ...]
    sections: tuple[Section, ...]
    until: int
    """How many of them, from the first, may be applied."""
    applied: str | None = None
    """The newest one that was applied before there was a record; "none": none was."""


def upgrade(url: str, record: SqlRecord, plan: SqlPlan) -> None:
    """Apply what the record doesn't have. Raises what the guard refuses, DatabaseError where the server does."""
    with connect(url, application="schemaguard upgrade") as connection:
        connection.execute("set idle_in_transaction_session_timeout = 0")
        tell(Connects(*which_database(connection)))
        _SqlUpgrade(connection, record, plan).run()


def pending(url: str, record: SqlRecord, plan: SqlPlan) -> tuple[str, ...]:
    """What `upgrade` would apply, in its order, with nothing written.

    Raises what it would raise before it applies anything.
    """
    with connect(url, application="schemaguard upgrade", read_only=True) as connection:
        return _SqlUpgrade(connection, record, plan).pending()


class _SqlUpgrade:
    def __init__(self, connection: Connection, record: SqlRecord, plan: SqlPlan) -> None:
        self._connection, self._record, self._plan = connection, record, plan
        self._is_installed = installation.is_installed(connection)
        self._lock = MigrationLock()
        self._demand = demanded(Path.cwd())

    def run(self) -> None:
        if self._is_installed:
            self._lock.take(self._connection)
        try:
            done = self._applied()
            guarding = Guarding(self._connection, self._record.table, is_installed=self._is_installed)
            before: tuple[str, ...] = ()
            pairs = zip(self._plan.migrations, self._plan.sections, strict=True)
            for one, section in list(pairs)[: self._plan.until]:
                if one.id not in done:
                    self._apply(guarding, one, section, before)
                before = (one.id,)
            guarding.end()
        finally:
            self._take_back()
            self._lock.let_go(self._connection)

    def pending(self) -> tuple[str, ...]:
        """What isn't applied of what is asked for."""
        is_new = self._is_new()
        done = frozenset[str]() if is_new else self._record.read(self._connection, self._plan.migrations)
        if not done and (is_new or self._is_own):
            done = frozenset(one.id for one in self._before_the_record())
        return tuple(one.id for one in self._plan.migrations[: self._plan.until] if one.id not in done)

    @property
    def _is_own(self) -> bool:
        return self._record.table == "sql_migration"

    def _is_new(self) -> bool:
        """Whether a tool's record isn't there yet; DatabaseError where ours can't be kept."""
        if self._is_own and (not self._is_installed or not self._has_record("schemaguard.")):
            raise DatabaseError(
                "the record of a folder that belongs to no tool is kept in the control schema, which isn't there",
                next="schemaguard install",
            )
        return not self._is_own and not self._has_record("")

    def _applied(self) -> frozenset[str]:
        connection, record = self._connection, self._record
        is_new = self._is_new()
        with connection.transaction():
            connection.execute(record.make.encode())
        done = record.read(connection, self._plan.migrations)
        if done or not (is_new or self._is_own):
            return done
        before = self._before_the_record()
        with connection.transaction():
            for one in before:
                connection.execute(record.write(one, 0))
        return frozenset(one.id for one in before)

    def _has_record(self, schema: str) -> bool:
        row = self._connection.execute("select to_regclass(%s)", (f"{schema}{self._record.table}",)).fetchone()
        return row is not None and row[0] is not None

    def _before_the_record(self) -> tuple[SqlMigration, ...]:
        """What was applied before there was a record, as the user says; refused where only the user can know."""
        migrations, applied = self._plan.migrations, self._plan.applied
        if applied is not None:
            known = [one.id for one in migrations]
            return migrations[: known.index(applied) + 1 if applied in known else 0]
        row = self._connection.execute(_TABLES, (self._record.table,)).fetchone()
        if migrations and row is not None and row[0]:
            raise RefusedError(
                "the database has tables, and no record says which of these migrations made them",
                at=self._record.table,
                next="say the newest one that is applied: --applied NAME, or --applied none",
            )
        return ()

    def _apply(self, guarding: Guarding, one: SqlMigration, section: Section, before: tuple[str, ...]) -> None:
        self._refuse_held(one)
        if self._demand is not None:
            self._demand(one.id, one.path)
        running = Running(one.id, True, before, losses(one.text), declared_fills(one.text))
        guarding.begin(running)
        groups = list(_transactions(run_section(section, Catalog())))
        is_one = len(groups) < 2 and not any(_runs_alone(each) for group in groups for each in group)
        began, attempt = time.monotonic(), 1
        until = began + patience_s(WAIT_S)
        tell(RevisionBegins(one.id, one.message, True, True))
        while True:
            guarding.start_transaction(can_restart=is_one, wait_until=until)
            try:
                self._run(guarding, one, groups, began)
                break
            except RestartError:
                self._take_back()
                guarding.taken_back()
                guarding.patience.tell(attempt, began)
                pause(attempt)
                attempt += 1
        tell(RevisionRan(one.id, time.monotonic() - began, attempt))

    def _run(self, guarding: Guarding, one: SqlMigration, groups: Sequence[list[Step]], began: float) -> None:
        connection = self._connection
        is_recorded = False
        place = one.file
        try:
            for number, group in enumerate(groups):
                if _runs_alone(group[0]):
                    place = self._send(guarding, group[0])
                    continue
                connection.autocommit = False
                for step in group:
                    place = self._send(guarding, step)
                if number == len(groups) - 1:
                    self._write_down(guarding, one, began)
                    is_recorded = True
                connection.commit()
                connection.autocommit = True
            if not is_recorded:
                with connection.transaction():
                    self._write_down(guarding, one, began)
        except Exception as error:
            self._take_back()
            raise _said(error, place) from error

    def _send(self, guarding: Guarding, step: Step) -> str:
        text, place = step.statement.sql, str(step.statement.place)
        try:
            if guarding.judge(text, has_parameters=False):
                self._connection.execute(text.encode())
        except Exception as error:
            raise _said(error, place) from error
        return place

    def _write_down(self, guarding: Guarding, one: SqlMigration, began: float) -> None:
        statement = self._record.write(one, round((time.monotonic() - began) * 1000))
        guarding.finish(statement.as_string(self._connection))
        self._connection.execute(statement)

    def _refuse_held(self, one: SqlMigration) -> None:
        found = (
            [each for each in revision.held(self._connection) if each.revision == one.id] if self._is_installed else []
        )
        if found:
            raise RefusedError(
                f"revision {one.id} is held and was not applied: {found[0].reason}",
                at=one.file,
                next="schemaguard promote brings model and schema forward together",
            )

    def _take_back(self) -> None:
        connection = self._connection
        if connection.closed:
            return
        if connection.info.transaction_status is not TransactionStatus.IDLE:
            connection.rollback()
        connection.autocommit = True


def _transactions(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """The statements in the transactions that they run in; what begins and ends those is left to us."""
    group: list[Step] = []
    for step in steps:
        if step.changes and all(_opens_or_closes(change) for change in step.changes):
            continue
        if group and (step.autocommit or group[-1].autocommit or step.transaction != group[-1].transaction):
            yield group
            group = []
        group.append(step)
    if group:
        yield group


def _runs_alone(step: Step) -> bool:
    """Whether it has to run outside of transactions; of any other statement that commits by itself one can be made."""
    return step.autocommit and runs_outside(step.statement.sql)


def _opens_or_closes(change: object) -> bool:
    words = ("SAVEPOINT", "RELEASE", "ROLLBACK TO")
    return isinstance(change, ControlTransaction) and not change.action.startswith(words)


def _said(error: Exception, place: str) -> Exception:
    if isinstance(error, SchemaguardError):
        return error
    found = refusal(error)
    if found is None:
        return error
    if found.state in VETOES:
        return RefusedError(str(found), at=place, next=found.hint or "")
    return DatabaseError(
        f"the server refuses it: {first_line(found)}", at=place, next=found.hint or "correct the migration or the rows"
    )
