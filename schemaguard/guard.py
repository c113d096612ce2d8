"""The guard on Alembic: `import schemaguard.guard` in env.py turns drops into retirements.

Where the fence stands the server is asked what a statement would lose, and that is retired (see control/oracle.py).
Without one every statement is read first: a drop of a column or table becomes a retirement, anything else that would
destroy data is refused. Either way what goes through is written down with its inverse.
Importing the module is what switches it on: Alembic finds an implementation by the name of its dialect.

See https://alembic.sqlalchemy.org/en/latest/api/ddl.html for DefaultImpl.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from alembic import context as environment
from alembic.ddl.postgresql import PostgresqlImpl
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError, to_tuple
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext

from schemaguard.adapters import control
from schemaguard.adapters.control import revision
from schemaguard.adapters.control.guarded_run import actor
from schemaguard.adapters.control.guarding import Guarding
from schemaguard.adapters.control.migration_lock import MigrationLock
from schemaguard.adapters.control.newer import NeededHere, newer_than_the_image
from schemaguard.adapters.control.patience import RestartError
from schemaguard.adapters.control.restarts import Restarts
from schemaguard.adapters.control.writing_down import Running
from schemaguard.adapters.files.required_certificates import demanded
from schemaguard.adapters.postgres.driver import Raw, raw, refusal
from schemaguard.adapters.postgres.identity import which_database
from schemaguard.applying.acknowledgement import losses
from schemaguard.applying.telling import Connects, is_heard, tell
from schemaguard.applying.vetoes import VETOES
from schemaguard.errors import ConfigError, ConflictError, RefusedError, SchemaguardError
from schemaguard.history.declared_fill import declared_fills
from schemaguard.releases.release import Held
from schemaguard.sql.writing.identifiers import is_hidden

__all__ = ["GuardedImpl", "actor", "include_name"]

_WATCH = """\
select schemaguard.watch_version_table(c.oid)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = %s and c.relname = %s"""
_RELEASE = "SCHEMAGUARD_RELEASE"
_APPLIES, _SHOWS = "upgrade", "display_version"
"""The functions that Alembic's commands `upgrade` and `current` run with."""
_DONE = "select 1 /* sent by schemaguard */"
"""In place of a statement that the guard has sent: nothing more is sent, and nothing comes back, as from any DDL."""
_OFFLINE = "schemaguard: --sql prints statements that nobody guards; apply them where the fence stands"


class GuardRefusedError(RefusedError, CommandError):
    """The guard refuses a statement or a revision; Alembic says so without a traceback."""


class GuardConflictError(ConflictError, CommandError):
    """An operation is under way, or was left open; Alembic says so without a traceback."""


class GuardedImpl(PostgresqlImpl):
    """Alembic's PostgreSQL implementation, with the guard on its connection."""

    __dialect__ = "postgresql"

    def start_migrations(self) -> None:
        """Put the guard on the connection, before the first revision runs."""
        super().start_migrations()
        if self.as_sql:
            self.static_output(f"-- {_OFFLINE}")
            sys.stderr.write(f"{_OFFLINE}\n")
            return
        if self.connection is None:
            return
        guard = _Guard(environment.get_context(), self.connection)
        if is_heard():
            tell(Connects(*which_database(guard.raw)))
        if not self.connection.in_transaction():
            # What was just read began a transaction that SQLAlchemy doesn't know of.
            guard.raw.rollback()
        event.listen(self.connection, "before_cursor_execute", guard.before, retval=True)
        for name in ("do_execute", "do_execute_no_params"):
            event.listen(self.connection.engine, name, guard.is_done)
        # What a revision commits or takes back by itself is written down with it.
        event.listen(self.connection, "commit", guard.write_down)
        event.listen(self.connection, "savepoint", guard.write_down)
        event.listen(self.connection, "rollback", guard.take_back)
        event.listen(self.connection, "rollback_savepoint", guard.take_back)
        event.listen(self.connection.engine, "handle_error", guard.on_error)
        event.listen(self.connection.engine.pool, "checkin", guard.let_go)
        guard.watch()


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """For `context.configure(include_name=…)`: hides retired objects and the control schema from Autogenerate."""
    if kind == "schema":
        hidden = ("schemaguard", "schemaguard_keep", "schemaguard_values")
        return name is None or not (name in hidden or name.startswith("schemaguard_retired_"))
    return name is None or not is_hidden(name)


class _Guard:
    """The guard on one connection, for as long as one run of migrations lasts."""

    def __init__(self, context: MigrationContext, connection: SqlConnection) -> None:
        self.raw: Raw = raw(connection)
        self._context = context
        self._connection = connection
        self._lock = MigrationLock()
        self._is_watched = False
        self._held: dict[str, Held] | None = None
        self._demanded: tuple[Callable[[str, str], None] | None, ...] = ()
        self._installed = control.is_installed(self.raw)
        self._guarding = Guarding(self.raw, context.version_table, is_installed=self._installed, is_gathering=True)
        self._restarts = Restarts(self.raw, context, connection)
        self._is_doubled = connection.dialect.paramstyle in ("format", "pyformat")

    def watch(self) -> None:
        """Note which revision runs and in which direction, before each step of Alembic."""
        inner = self._context._migrations_fn
        if inner is None:
            return

        def steps(heads: Any, context: MigrationContext) -> Iterator[Any]:
            unknown = _unknown(heads)
            if unknown and self._installed:
                # Alembic's own answer would be that it can't locate a revision.
                self._answer_for(unknown, tuple(heads), getattr(inner, "__name__", ""))
                return
            yield from self._watched(inner(heads, context))

        self._context._migrations_fn = steps

    def _watched(self, steps: Iterable[Any]) -> Iterator[Any]:
        for step in steps:
            running = _running(step)
            self._guarding.begin(running)
            if running.revision and self._installed:
                self._take_lock()
                self._is_watched = self._is_watched or self._watch_version_table()
                self._refuse_held(running)
            if running.revision:
                self._refuse_unproven(running, str(getattr(step.revision, "path", "") or ""))
                self._restarts.wrap(step, self._guarding)
            yield step
        self._guarding.end()
        self._lock.hand_over(self.raw)

    def _answer_for(self, unknown: tuple[str, ...], heads: tuple[str, ...], command: str) -> None:
        """Say that the database is ahead of this image and that nothing has to be done, or refuse, with the reason."""
        mine = tuple(environment.script.get_heads())
        try:
            said = newer_than_the_image(self.raw, unknown, (heads, mine), _needed_here())
        except RefusedError as refused:
            raise GuardRefusedError(f"schemaguard: {refused.what}", at=refused.at, next=refused.next) from refused
        if command == _SHOWS:
            for each in heads:
                environment.config.print_stdout(f"{each} (newer than this image)" if each in unknown else each)
        elif command != _APPLIES:
            raise GuardRefusedError(
                f"schemaguard: {said}, but this needs an image that knows it",
                at=f"revision {', '.join(unknown)}",
                next="run it in an image that has the revision",
            )
        sys.stderr.write(f"schemaguard: {said}; nothing to do\n")

    def _take_lock(self) -> None:
        try:
            self._lock.take(self.raw)
        except ConflictError as conflict:
            raise GuardConflictError(conflict.what, at=conflict.at, next=conflict.next) from conflict

    def _watch_version_table(self) -> bool:
        """Let it refuse held revisions; whether it is there."""
        table = self._context.version_table
        schema = self._context.version_table_schema or "public"
        return self.raw.execute(_WATCH, (schema, table)).fetchone() is not None

    def _refuse_held(self, running: Running) -> None:
        """Refuse a revision that is held, before it sends anything.

        The trigger on the version table refuses it too, but only after an autocommit block was committed.
        """
        if not running.is_upgrade:
            return
        if self._held is None:
            # Whoever holds or releases one takes the lock that this run has.
            self._held = {each.revision: each for each in revision.held(self.raw)}
        held = self._held.get(running.revision)
        if held is not None:
            raise GuardRefusedError(
                f"schemaguard: revision {held.revision} is held and was not applied: {held.reason}",
                at=f"revision {held.revision}",
                next="schemaguard status shows what is held; "
                "schemaguard promote brings model and schema forward together",
            )

    def _refuse_unproven(self, running: Running, file: str) -> None:
        """Refuse a revision that has to be proven and has no certificate, before it sends anything."""
        if not running.is_upgrade:
            return
        try:
            if not self._demanded:
                self._demanded = (demanded(Path.cwd()),)
            for refuse in filter(None, self._demanded):
                refuse(running.revision, file)
        except (ConfigError, RefusedError) as error:
            raise GuardRefusedError(error.what, at=error.at, next=error.next) from error

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
        if not self._guarding.running.revision:
            return statement, parameters
        # The driver takes percent signs for parameters, so they arrive doubled; unless it is told of no parameters.
        is_verbatim = not self._is_doubled or (not parameters and getattr(execution, "no_parameters", False))
        sql = statement if is_verbatim else statement.replace("%%", "%")
        if _refusing(lambda: self._guarding.judge(sql, has_parameters=bool(parameters))):
            return statement, parameters
        return _DONE, ()

    def is_done(self, _cursor: Any, statement: str, *rest: Any) -> bool:
        """SQLAlchemy's hook: whether nothing is to be sent, because the guard has sent it."""
        return statement == _DONE and rest[-1].root_connection is self._connection

    def write_down(self, *_: Any) -> None:
        """SQLAlchemy's hook: what was done is about to be committed, or a savepoint comes next."""
        self._guarding.journal.write_gathered()

    def take_back(self, *_: Any) -> None:
        """SQLAlchemy's hook: what was done since is taken back."""
        self._guarding.taken_back()

    def on_error(self, context: ExceptionContext) -> BaseException | None:
        """SQLAlchemy's hook: what the fence refuses is said without a traceback, and what is locked is waited for."""
        if context.connection is not self._connection or context.original_exception is None:
            return None
        if isinstance(context.original_exception, RestartError):
            # Else SQLAlchemy takes it for the end of the program, and throws the connection away.
            context.is_disconnect = False
            return None
        found = refusal(context.original_exception)
        if found is None or found.state not in VETOES:
            return None
        # SQLAlchemy raises it in place of its own error.
        place = self._guarding.place(context.statement or "COMMIT")
        return GuardRefusedError(str(found), at=place, next=found.hint or "")

    def let_go(self, connection: Any, _record: Any) -> None:
        """SQLAlchemy's hook: the connection goes back to its pool, and the lock must not go with it."""
        if connection is self.raw:
            self._lock.let_go(self.raw)


def _unknown(heads: Iterable[str]) -> tuple[str, ...]:
    """The heads of the database that the folder of revisions has no file for."""
    found = []
    for head in heads:
        try:
            is_there = environment.script.get_revision(head) is not None
        except CommandError:
            is_there = False
        if not is_there:
            found.append(str(head))
    return tuple(found)


def _needed_here() -> NeededHere:
    """What this image needs: SCHEMAGUARD_RELEASE, else the contracts that are in it."""
    said = os.environ.get(_RELEASE, "").replace(",", " ").split()
    if said:
        named = [each.rpartition("@") for each in said]
        if not all(model and version for model, _, version in named):
            raise RefusedError(f"{' '.join(said)!r} names no release", at=_RELEASE, next="write it as fraud@7")
        return NeededHere(releases=tuple((model, version) for model, _, version in named))
    # Most runs never ask.
    from schemaguard import config
    from schemaguard.adapters.files.contracts import read_files

    here = Path.cwd()
    try:
        settings = config.load(here)
        folder = settings.root / settings.contracts
        files = read_files(folder, here) if folder.is_dir() else ()
    except SchemaguardError as error:
        raise RefusedError(f"the contracts of this image can't be read: {error.what}", at=error.at) from error
    return NeededHere(digests=frozenset(digest for file in files for digest in file.contract.digests))


def _refusing(act: Callable[[], bool]) -> bool:
    """The act's answer; what it refuses, Alembic says without a traceback."""
    try:
        return act()
    except CommandError:
        raise
    except RefusedError as refused:
        raise GuardRefusedError(refused.what, at=refused.at, next=refused.next) from refused


def _running(step: Any) -> Running:
    """The revision that an Alembic step runs; none for a stamp, which moves the version and runs nothing."""
    script = getattr(step, "revision", None)
    if script is None:
        return Running()
    # What it depends on besides isn't in the version table as a parent is: then nobody moves it back.
    parents = None if script.dependencies else tuple(to_tuple(script.down_revision, default=()))
    file = Path(getattr(script, "path", "") or "")
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    is_upgrade = bool(getattr(step, "is_upgrade", True))
    return Running(str(script.revision), is_upgrade, parents, losses(text), declared_fills(text))
