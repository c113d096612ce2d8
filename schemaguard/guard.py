"""The guard on Alembic: `import schemaguard.guard` in env.py turns drops into retirements.

Every statement that a migration sends passes here first. A drop of a column or table becomes a retirement, anything
else that would destroy data is refused before it runs, and what goes through is written down with its inverse.
Importing the module is what switches it on: Alembic finds an implementation by the name of its dialect.

See https://alembic.sqlalchemy.org/en/latest/api/ddl.html for DefaultImpl.
"""

import getpass
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from alembic import context as environment
from alembic.ddl.postgresql import PostgresqlImpl
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import event

from schemaguard.adapters import control, introspect, ledger, retirement
from schemaguard.adapters.control import changes as journal
from schemaguard.adapters.releases import situation
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.errors import DatabaseError, RefusedError
from schemaguard.releases.guarding import LetThrough, Refuse, Retire, decide
from schemaguard.releases.identifiers import is_hidden
from schemaguard.releases.leftovers import names
from schemaguard.sql.translate import translate

__all__ = ["GuardedImpl", "include_name"]

Raw = psycopg.Connection[tuple[Any, ...]]
_WATCH = """\
select schemaguard.watch_version_table(c.oid)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = %s and c.relname = %s"""
_QUIET_STARTS = ("select", "show", "savepoint", "release", "rollback", "commit", "begin")


@dataclass(slots=True)
class _Running:
    """The revision that is being applied, and in which direction."""

    revision: str = ""
    is_upgrade: bool = True


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
        guard.watch()


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """For `context.configure(include_name=…)`: Autogenerate doesn't see what is retired, nor the control schema."""
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
        self._installed = control.is_installed(raw)

    def watch(self) -> None:
        """Learn which revision runs, and in which direction."""
        inner = self._context._migrations_fn
        if inner is None:
            return

        def steps(heads: Any, context: MigrationContext) -> Iterator[Any]:
            yield from self._watched(inner(heads, context))

        self._context._migrations_fn = steps

    def _watched(self, steps: Iterable[Any]) -> Iterator[Any]:
        for step in steps:
            # A stamp has no revision of its own: it moves the version and runs nothing.
            revision = str(step.revision.revision) if hasattr(step, "revision") else ""
            self._running = _Running(revision, bool(getattr(step, "is_upgrade", True)))
            self._catalog = None
            if revision and self._installed:
                self._watch_version_table()
            yield step

    def _watch_version_table(self) -> None:
        table = self._context.version_table
        schema = self._context.version_table_schema or "public"
        self._raw.execute(_WATCH, (schema, table))

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
        # Compiled text doubles the percent signs that the driver would take for parameters.
        is_compiled = getattr(execution, "compiled", None) is not None
        sql = statement.replace("%%", "%") if is_compiled else statement
        if sql.lstrip().lower().startswith(_QUIET_STARTS) or not self._running.revision:
            return statement, parameters
        return (statement, parameters) if self._judge(sql) else ("select 1", ())

    def _judge(self, sql: str) -> bool:
        """Whether the statement is to be sent as it is."""
        catalog = self._live()
        decision = decide(translate(sql), catalog, self._context.version_table)
        match decision:
            case Refuse(what=what, next=next_):
                raise RefusedError(f"refused before it ran: {what}", at=self._place(sql), next=next_)
            case LetThrough():
                if decision.inverse_class != "none" or decision.tables:
                    self._record(sql, decision)
                return True
            case Retire():
                self._require_control(sql)
                with self._raw.transaction():
                    for table, column in decision.objects:
                        self._retire(sql, table, column)
                self._catalog = None
                return False

    def _record(self, sql: str, decision: LetThrough) -> None:
        self._catalog = None
        if not self._installed:
            return
        if not self._running.is_upgrade:
            journal.mark_undone(self._raw, self._running.revision)
            return
        applied = journal.Applied(
            self._running.revision, sql, (sql,), (), decision.tables, decision.adds, decision.inverse,
            decision.inverse_class,
        )  # fmt: skip
        journal.write_applied(self._raw, journal.next_number(self._raw), applied)

    def _retire(self, sql: str, table: Name, column: str | None) -> None:
        what = f"{table}.{column}" if column else str(table)
        for contract in situation.needed(self._raw):
            if names(contract, self._live(), table, column):
                who = (
                    f"{contract.model}@{', '.join(contract.model_versions)}"
                    if contract.model_versions
                    else contract.model
                )
                raise RefusedError(
                    f"{what} is needed by {who}, which is in its window",
                    at=self._place(sql),
                    next="leave it until that window is over: schemaguard contracts list",
                )
        number = journal.next_number(self._raw)
        if not self._running.is_upgrade:
            journal.mark_undone(self._raw, self._running.revision)
        journal.write_applied(
            self._raw,
            number,
            journal.Applied(self._running.revision, sql, (), ("retire",), (table,), None, (), "instant"),
        )
        made = retirement.retire(self._raw, table, column, applied=number)
        self._raw.execute(
            "update schemaguard.applied_change set performed = %s, inverse_class = %s where id = %s",
            (list(made.retire), made.cls, number),
        )
        facts = {"object": made.object, "revision": self._running.revision, "class": made.cls}
        ledger.append(self._raw, event="retired", actor=actor(), model=None, operation=None, facts=facts)

    def _require_control(self, sql: str) -> None:
        if not self._installed:
            raise RefusedError(
                "a drop can only become a retirement where the control schema is",
                at=self._place(sql),
                next="schemaguard init, then run the migration again",
            )

    def _live(self) -> Catalog:
        if self._catalog is None:
            self._catalog = introspect.read_catalog(self._raw)
        return self._catalog

    def _place(self, sql: str) -> str:
        return f"revision {self._running.revision}: {' '.join(sql.split())[:120]}"


def actor() -> str:
    """Who runs the migration, for the ledger."""
    return os.environ.get("SCHEMAGUARD_ACTOR") or getpass.getuser()


def _raw(connection: SqlConnection) -> Raw:
    """The driver's connection: what the guard sends itself doesn't pass its own hook."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise DatabaseError(
            f"the guard works with psycopg 3, and this connection is a {type(driver).__module__} one",
            at="env.py",
            next="use a postgresql+psycopg:// URL for migrations",
        )
    return driver
