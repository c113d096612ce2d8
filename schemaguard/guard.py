"""The guard on Alembic: `import schemaguard.guard` in env.py turns drops into retirements.

Every statement that a migration sends passes here first. A drop of a column or table becomes a retirement, anything
else that would destroy data is refused before it runs, and what goes through is written down with its inverse.
Importing the module is what switches it on: Alembic finds an implementation by the name of its dialect.

See https://alembic.sqlalchemy.org/en/latest/api/ddl.html for DefaultImpl.
"""

import getpass
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, assert_never

import psycopg
from alembic import context as environment
from alembic.ddl.postgresql import PostgresqlImpl
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError, to_tuple
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import event

from schemaguard.adapters import control
from schemaguard.adapters.control import changes as journal
from schemaguard.adapters.control import ledger, retirement, revision
from schemaguard.adapters.control.migration_lock import MigrationLock
from schemaguard.adapters.control.needs import needs
from schemaguard.adapters.postgres import introspect
from schemaguard.applying.decision import HideIndexes, LetThrough, MovesVersion, Part, Refuse, Retire, decide
from schemaguard.applying.retirement import hide_index
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.errors import ConfigError, ConflictError, ContractError, DatabaseError, RefusedError
from schemaguard.sql.reading.translate import translate
from schemaguard.sql.writing.identifiers import is_hidden

__all__ = ["GuardedImpl", "include_name"]

Raw = psycopg.Connection[tuple[Any, ...]]
_WATCH = """\
select schemaguard.watch_version_table(c.oid)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = %s and c.relname = %s"""
_INDEX = """\
select pg_get_indexdef(c.oid)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = coalesce(%s, 'public') and c.relname = %s and c.relkind = 'i'"""


class GuardRefusedError(RefusedError, CommandError):
    """The guard refuses a statement or a revision; Alembic says so without a traceback."""


class GuardConflictError(ConflictError, CommandError):
    """An operation is under way, or was left open; Alembic says so without a traceback."""


@dataclass(slots=True)
class _Running:
    """The revision that is being applied, in which direction, and what it stands on (None: that isn't known)."""

    revision: str = ""
    is_upgrade: bool = True
    parents: tuple[str, ...] | None = None
    is_recorded: bool = False


class GuardedImpl(PostgresqlImpl):
    """Alembic's PostgreSQL implementation, with the guard on its connection."""

    __dialect__ = "postgresql"

    def start_migrations(self) -> None:
        """Put the guard on the connection, before the first revision runs."""
        super().start_migrations()
        if self.as_sql or self.connection is None:
            return
        context = environment.get_context()
        raw = _raw(self.connection)
        guard = _Guard(context, raw)
        if not self.connection.in_transaction():
            # What was just read began a transaction that SQLAlchemy doesn't know of.
            raw.rollback()
        event.listen(self.connection, "before_cursor_execute", guard.before, retval=True)
        event.listen(self.connection.engine.pool, "checkin", guard.let_go)
        guard.watch()


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """For `context.configure(include_name=…)`: hides retired objects and the control schema from Autogenerate."""
    if kind == "schema":
        return name is None or not (name == "schemaguard" or name.startswith("schemaguard_retired_"))
    return name is None or not is_hidden(name)


class _Guard:
    """The guard on one connection, for as long as one run of migrations lasts."""

    def __init__(self, context: MigrationContext, raw: Raw) -> None:
        self._context = context
        self._raw = raw
        self._running = _Running()
        self._catalog: Catalog | None = None
        self._lock = MigrationLock()
        self._installed = control.is_installed(raw)

    def watch(self) -> None:
        """Note which revision runs and in which direction, before each step of Alembic."""
        inner = self._context._migrations_fn
        if inner is None:
            return

        def steps(heads: Any, context: MigrationContext) -> Iterator[Any]:
            yield from self._watched(inner(heads, context))

        self._context._migrations_fn = steps

    def _watched(self, steps: Iterable[Any]) -> Iterator[Any]:
        for step in steps:
            self._running = _running(step)
            self._catalog = None
            if self._running.revision and self._installed:
                self._take_lock()
                self._watch_version_table()
                self._refuse_held()
            yield step
        self._lock.hand_over(self._raw)

    def _take_lock(self) -> None:
        try:
            self._lock.take(self._raw)
        except ConflictError as conflict:
            raise GuardConflictError(conflict.what, at=conflict.at, next=conflict.next) from conflict

    def _watch_version_table(self) -> None:
        table = self._context.version_table
        schema = self._context.version_table_schema or "public"
        self._raw.execute(_WATCH, (schema, table))

    def _refuse_held(self) -> None:
        """Refuse a revision that is held, before it sends anything.

        The trigger on the version table refuses it too, but only after an autocommit block was committed.
        """
        if not self._running.is_upgrade:
            return
        held = {each.revision: each for each in revision.held(self._raw)}.get(self._running.revision)
        if held is not None:
            raise GuardRefusedError(
                f"schemaguard: revision {held.revision} is held and was not applied: {held.reason}",
                at=f"revision {held.revision}",
                next="schemaguard status shows what is held; "
                "schemaguard promote brings model and schema forward together",
            )

    def before(
        self,
        _connection: SqlConnection,
        _cursor: Any,
        statement: str,
        parameters: Any,
        execution: Any,
        _many: bool,
    ) -> tuple[str, Any]:
        """SQLAlchemy's hook: what is sent instead of the statement."""
        if not self._running.revision:
            return statement, parameters
        # The driver takes percent signs for parameters, so they arrive doubled; unless it is told of no parameters.
        is_verbatim = not parameters and getattr(execution, "no_parameters", False)
        sql = statement if is_verbatim else statement.replace("%%", "%")
        return (statement, parameters) if self._judge(sql) else ("select 1", ())

    def let_go(self, connection: Any, _record: Any) -> None:
        """SQLAlchemy's hook: the connection goes back to its pool, and the lock must not go with it."""
        if connection is self._raw:
            self._lock.let_go(self._raw)

    def _judge(self, sql: str) -> bool:
        """Whether the statement is to be sent as it is."""
        decision = decide(translate(sql), self._live, self._context.version_table)
        match decision:
            case Refuse(what=what, next=next_):
                raise GuardRefusedError(f"refused before it ran: {what}", at=self._place(sql), next=next_)
            case MovesVersion():
                self._close(sql)
                return True
            case LetThrough(parts=parts):
                self._catalog = None if parts else self._catalog
                for part in parts:
                    self._record(sql, part)
                return True
            case HideIndexes(indexes=indexes):
                self._require_control(sql)
                with self._raw.transaction():
                    for index in indexes:
                        self._hide(sql, index)
            case Retire(objects=objects):
                self._require_control(sql)
                with self._raw.transaction():
                    for table, column in objects:
                        self._retire(sql, table, column)
            case _:
                assert_never(decision)
        self._catalog = None
        return False

    def _close(self, sql: str) -> None:
        """Write down that the revision has run: an upgrade as applied even if it did nothing, a downgrade as undone."""
        if not self._installed:
            return
        if not self._running.is_upgrade:
            journal.mark_undone(self._raw, self._running.revision)
        elif not self._running.is_recorded:
            self._write(sql, Part("MovesVersion"), (sql,))

    def _record(self, sql: str, part: Part) -> None:
        if not self._installed or not self._running.is_upgrade:
            return
        if part.dropped_index is not None:
            row = self._raw.execute(_INDEX, (part.dropped_index.schema, part.dropped_index.name)).fetchone()
            part = replace(part, inverse=(row[0],), inverse_class="slow") if row else part
        self._write(sql, part, (sql,))

    def _write(self, sql: str, part: Part, performed: tuple[str, ...], number: int | None = None) -> int:
        number = number or journal.next_number(self._raw)
        running = self._running
        applied = journal.Applied(
            running.revision, running.parents, sql, performed, (part.kind,), part.tables, part.adds, part.inverse,
            part.inverse_class,
        )  # fmt: skip
        journal.write_applied(self._raw, number, applied)
        running.is_recorded = True
        return number

    def _hide(self, sql: str, index: Name) -> None:
        number = journal.next_number(self._raw)
        there, back = hide_index(index, number)
        self._raw.execute(there.encode())
        if self._running.is_upgrade:
            known = self._live().indexes[index]
            self._write(sql, Part("DropIndex", (known.table,), None, (back,), "instant"), (there,), number)

    def _retire(self, sql: str, table: Name, column: str | None) -> None:
        answered_for = self._refuse_needed(sql, table, column)
        # Its number belongs to the change, which is written down first: the retired object refers to it.
        try:
            made = retirement.plan(self._raw, self._live(), table, column)
        except RefusedError as refused:
            raise GuardRefusedError(refused.what, at=self._place(sql), next=refused.next) from refused
        number = None
        if self._running.is_upgrade:
            part = Part("DropColumn" if column else "DropTable", (table,), None, (), made.cls)
            number = self._write(sql, part, made.retire)
        retirement.carry_out(self._raw, made, applied=number)
        self._catalog = None
        facts: dict[str, Any] = {"object": made.object, "revision": self._running.revision, "class": made.cls}
        if answered_for:
            facts["overridden_for"] = answered_for
        ledger.append(self._raw, event="retired", actor=actor(), model=None, operation=None, facts=facts)

    def _refuse_needed(self, sql: str, table: Name, column: str | None) -> tuple[str, ...]:
        """The model versions that need what is dropped, if an override covers each of them.

        Raises GuardRefusedError where one is not covered.
        """
        try:
            found = needs(self._raw, (table, column), self._live(), Path.cwd())
        except (ContractError, ConfigError) as error:
            raise GuardRefusedError(error.what, at=error.at, next=error.next) from error
        if found.left:
            raise GuardRefusedError(
                f"{f'{table}.{column}' if column else table} is needed by {', '.join(found.left)}, "
                "and the release window isn't over",
                at=self._place(sql),
                next="wait until that window is over; schemaguard contracts list shows when",
            )
        return found.answered_for

    def _require_control(self, sql: str) -> None:
        if not self._installed:
            raise GuardRefusedError(
                "a drop can't be turned into a retirement: this database has no control schema",
                at=self._place(sql),
                next="schemaguard install, then run the migration again",
            )

    def _live(self) -> Catalog:
        if self._catalog is None:
            self._catalog = introspect.read_catalog(self._raw)
        return self._catalog

    def _place(self, sql: str) -> str:
        return f"revision {self._running.revision}: {' '.join(sql.split())[:120]}"


def _running(step: Any) -> _Running:
    """The revision that an Alembic step runs; none for a stamp, which moves the version and runs nothing."""
    script = getattr(step, "revision", None)
    if script is None:
        return _Running()
    # What it depends on besides isn't in the version table as a parent is: then nobody moves it back.
    parents = None if script.dependencies else tuple(to_tuple(script.down_revision, default=()))
    return _Running(str(script.revision), bool(getattr(step, "is_upgrade", True)), parents)


def actor() -> str:
    """Who runs the migration, for the ledger."""
    return os.environ.get("SCHEMAGUARD_ACTOR") or getpass.getuser()


def _raw(connection: SqlConnection) -> Raw:
    """The driver's connection, so that the guard's own statements don't pass through its hook."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise DatabaseError(
            f"the guard needs psycopg 3, but this connection uses {type(driver).__module__}",
            at="env.py",
            next="use a postgresql+psycopg:// URL for migrations",
        )
    return driver
