"""A revision that finds something locked is taken back as a whole and runs again: nobody queues behind its locks.

Retrying the statement alone would keep the locks that the revision has already taken, so that is done only where the
transaction holds other revisions as well, or an autocommit block has committed half of this one.
"""

import time
from collections.abc import Callable
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection as SqlConnection

from schemaguard.adapters.control.guarding import Guarding
from schemaguard.adapters.control.patience import RestartError, pause
from schemaguard.adapters.postgres.driver import Raw
from schemaguard.applying.telling import RevisionBegins, RevisionRan, patience_s, tell

WAIT_S = 60.0
"""How long a revision is tried before the lock is reported."""


class Restarts:
    """Runs the revisions of one run of migrations."""

    def __init__(self, raw: Raw, context: MigrationContext, connection: SqlConnection) -> None:
        self._raw = raw
        self._context = context
        self._connection = connection

    def wrap(self, step: Any, guarding: Guarding) -> None:
        """Let the step's function be run again where it found something locked."""
        inner: Callable[..., Any] = step.migration_fn
        can_restart = bool(self._context._transaction_per_migration)
        running, message = guarding.running, str(getattr(getattr(step, "revision", None), "doc", "") or "")

        def run(**arguments: Any) -> None:
            began, attempt = time.monotonic(), 1
            until = began + patience_s(WAIT_S)
            tell(RevisionBegins(running.revision, message, running.is_upgrade, can_restart))
            while True:
                guarding.start_transaction(can_restart=can_restart, wait_until=until)
                try:
                    inner(**arguments)
                    tell(RevisionRan(running.revision, time.monotonic() - began, attempt))
                    return
                except RestartError:
                    self._take_back()
                    guarding.taken_back()
                    guarding.patience.tell(attempt, began)
                    self._raw.rollback()
                    pause(attempt)
                    attempt += 1

        step.migration_fn = run

    def _take_back(self) -> None:
        # SQLAlchemy's transaction is the driver's: it begins again with the next statement.
        proxy: Any = self._connection.connection
        proxy.dbapi_connection.rollback()
        memory = getattr(self._context.impl, "memo", None)
        if memory is not None:
            memory.clear()  # The types that the first attempt made are gone.
