"""The lock that a migration holds while it runs, so that no operation plans on a database that is changing."""

from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from schemaguard.adapters.control import journal
from schemaguard.adapters.postgres import connection as postgres
from schemaguard.errors import ConflictError

Connection = psycopg.Connection[tuple[Any, ...]]

WAIT_S = 10.0
_HAND_OVER = "select pg_advisory_xact_lock(%(key)s), pg_advisory_unlock(%(key)s)"
_UNLOCK = "select pg_advisory_unlock(%(key)s)"
_KEY = {"key": postgres.LOCK_KEY}


class MigrationLock:
    """Held by the migration's own connection; a session's lock, for a transaction's would end at `autocommit_block`.

    See https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS.
    """

    def __init__(self) -> None:
        self._is_held = False

    def take(self, connection: Connection) -> None:
        """Take it, once; ConflictError where somebody else has it, or an operation was left open."""
        if self._is_held:
            return
        if not postgres.take_lock(connection, wait_s=WAIT_S):
            raise ConflictError(
                "an operation or another migration is running on this database",
                at=f"database {connection.info.dbname}",
                next="wait until it has ended (schemaguard status), then run the migration again",
            )
        self._is_held = True
        left_open = journal.read_operation(connection, None)
        if left_open is not None:
            raise journal.conflict(left_open)

    def hand_over(self, connection: Connection) -> None:
        """Release the lock at the end of the transaction of the migrations, or at once where there is none."""
        if not self._is_held:
            return
        if connection.info.transaction_status is TransactionStatus.INTRANS:
            connection.execute(_HAND_OVER, _KEY)
            self._is_held = False
        else:
            self.let_go(connection)

    def let_go(self, connection: Connection) -> None:
        """Release the lock, whether or not the migrations succeeded."""
        if not self._is_held or connection.closed:
            return
        is_idle = connection.info.transaction_status is TransactionStatus.IDLE
        connection.execute(_UNLOCK, _KEY)
        self._is_held = False
        if is_idle and not connection.autocommit:
            connection.rollback()
