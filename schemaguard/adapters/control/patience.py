"""What a migration finds locked is waited for: nobody queues behind its own locks meanwhile, and it is said who has it.

The revision is taken back as a whole and runs again where that is possible; else the statement alone is tried again.
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from schemaguard.adapters.control.holders import holder
from schemaguard.adapters.control.oracle import LockedError
from schemaguard.adapters.postgres.driver import Raw
from schemaguard.applying.telling import Waits, tell
from schemaguard.catalog.changes import Change
from schemaguard.errors import RefusedError

T = TypeVar("T")

_LONGEST_PAUSE_S = 1.0


class RestartError(BaseException):
    """Something is locked: the revision is taken back and runs again. No `except Exception` of a revision stops it."""


def pause(attempt: int) -> None:
    """Wait a little longer each time, and not in step with others."""
    time.sleep(random.uniform(0.5, 1) * min(_LONGEST_PAUSE_S, 0.05 * 1.5 ** min(attempt, 8)))  # noqa: S311 - jitter


class Patience:
    """How long one revision is tried, and what it waits for."""

    def __init__(self, raw: Raw) -> None:
        self.can_restart = False
        self._raw = raw
        self._revision = ""
        self._wait_until = 0.0
        self._locked: tuple[str, tuple[Change, ...]] = ("", ())

    def begin(self, revision: str, *, can_restart: bool, wait_until: float) -> None:
        """A revision starts, perhaps not for the first time; it is tried until then (time.monotonic())."""
        self._revision = revision
        self.can_restart, self._wait_until = can_restart, wait_until

    def run(self, sql: str, changes: tuple[Change, ...], act: Callable[[], T]) -> T:
        """What the act answers, once nothing that it needs is locked.

        RestartError where the revision has to be taken back first, RefusedError where the time is over.
        """
        attempt, began = 0, time.monotonic()
        while True:
            try:
                return act()
            except LockedError:
                attempt += 1
                self._locked = (sql, changes)
                if time.monotonic() >= self._wait_until:
                    raise RefusedError(
                        f"other sessions kept locked what the statement needs; {holder(self._raw, changes)}",
                        next="wait for them or end them (pg_terminate_backend), then run the migration again",
                    ) from None
                if self.can_restart:
                    raise RestartError from None
                self.tell(attempt, began)
                pause(attempt)

    def tell(self, attempt: int, began: float) -> None:
        """Say who has what was found locked. It asks the server, so a transaction may be open afterwards."""
        sql, changes = self._locked
        now = time.monotonic()
        statement = " ".join(sql.split())[:120]
        who = holder(self._raw, changes)
        tell(Waits(self._revision, statement, who, now - began, self._wait_until - now, attempt))
