"""What many rules ask about one change, found out when the first one asks and once for all of them."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from schemaguard.rules.facts.made import Made
from schemaguard.rules.facts.walk import Visit

if TYPE_CHECKING:
    from schemaguard.catalog.locks import TableWork


class ChangeFacts:
    """One change among those of its revision.

    `unreleased` tells what earlier revisions have made that are judged together with this one and not released yet.
    """

    def __init__(
        self, visits: Sequence[Visit], position: int, postgresql: int, unreleased: Callable[[], Made] = Made
    ) -> None:
        self._visits = visits
        self._position = position
        self._postgresql = postgresql
        self._unreleased = unreleased

    @cached_property
    def work(self) -> "TableWork":
        """The locks that it takes, and what it scans or rewrites, on the PostgreSQL version that is assumed."""
        return self._work_of(self.visit)

    @property
    def visit(self) -> Visit:
        """The change itself in its place."""
        return self._visits[self._position]

    @cached_property
    def transaction(self) -> tuple[Visit, ...]:
        """What its transaction has done before it, in order."""
        commit = self._visits[self._position].commit
        return tuple(visit for visit in self._visits[: self._position] if visit.commit == commit)

    @cached_property
    def session(self) -> tuple[Visit, ...]:
        """What its revision has done before it, in order."""
        return tuple(self._visits[: self._position])

    @cached_property
    def held(self) -> "tuple[TableWork, ...]":
        """The work of what its transaction has done before it: those locks are still held."""
        return tuple(self._work_of(visit) for visit in self.transaction)

    @cached_property
    def unreleased(self) -> Made:
        """What isn't released yet of what is there when this revision begins."""
        return self._unreleased()

    def _work_of(self, visit: Visit) -> "TableWork":
        # What knows of locks is only read where a rule asks for them.
        from schemaguard.catalog.locks import locks

        return locks(visit.change, visit.before, self._postgresql)
