"""What an upgrade has done, revision by revision, gathered from what is told while it runs."""

from typing import assert_never

from schemaguard.applying.telling import Connects, Listener, RetiresObject, RevisionBegins, RevisionRan, Told, Waits
from schemaguard.errors import ConflictError
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class RanRevision:
    """One revision that has run: how long it took with all its waiting, and what it retired, each with its class."""

    revision: str
    message: str
    seconds: float
    attempts: int
    retired: tuple[tuple[str, str], ...]
    is_alone: bool
    """Whether it had a transaction of its own, and so is committed whatever came after it."""


class Upgrading:
    """Listens to an upgrade, passes on what it hears, and keeps what was done."""

    def __init__(self, wanted: tuple[str, str] | None = None, listener: Listener | None = None) -> None:
        self.ran: list[RanRevision] = []
        self.running: RevisionBegins | None = None
        """The revision that has begun and not ended."""
        self._wanted = wanted
        self._listener = listener
        self._retired: list[tuple[str, str]] = []

    def __call__(self, told: Told) -> None:
        """ConflictError where the migration connects to another database than the one that is wanted."""
        match told:
            case Connects():
                self._compare(told)
            case RevisionBegins():
                self.running, self._retired = told, []
            case Waits():
                # It was taken back, or does the same statement once more.
                if self.running is not None and self.running.is_alone:
                    self._retired = []
            case RetiresObject():
                self._retired.append((told.object, told.cls))
            case RevisionRan():
                self._end(told)
            case _:
                assert_never(told)
        if self._listener is not None:
            self._listener(told)

    def _end(self, told: RevisionRan) -> None:
        begun = self.running
        message, is_alone = (begun.message, begun.is_alone) if begun is not None else ("", False)
        self.ran.append(
            RanRevision(told.revision, message, told.seconds, told.attempts, tuple(self._retired), is_alone)
        )
        self.running = None

    def _compare(self, told: Connects) -> None:
        if self._wanted is not None and told.identity != self._wanted[1]:
            raise ConflictError(
                f"env.py connects to database {told.database}, and schemaguard is configured for {self._wanted[0]}",
                at="env.py",
                next="let both name the same database (SCHEMAGUARD_DATABASE_URL, or --database-url)",
            )
