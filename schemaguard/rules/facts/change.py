"""What many rules ask about one change, found out when the first one asks and once for all of them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Catalog, ForeignKey, Name
from schemaguard.rules.facts.made import Made
from schemaguard.rules.facts.walk import Visit

if TYPE_CHECKING:
    from schemaguard.catalog.inverse_value import Inverse
    from schemaguard.catalog.locks import TableWork

_READS_ONLY = (c.SetSetting, c.ControlTransaction, c.NoEffect, c.Opaque, c.Unreadable, c.InsertRows)


class RunFacts:
    """The changes of one revision, and what is known of them so far: nothing is worked out twice.

    `unreleased` tells what earlier revisions have made that are judged together with this one and not released yet.
    """

    def __init__(self, visits: Sequence[Visit], postgresql: int = 16, unreleased: Callable[[], Made] = Made) -> None:
        self.visits = visits
        self._postgresql = postgresql
        self._tell_unreleased = unreleased
        self._unreleased: Made | None = None
        self._works: dict[int, TableWork] = {}
        self._emptied: list[frozenset[Name]] = []
        self._shut: list[dict[Name, bool]] = []
        self._begun: list[int] = []
        self._inverses: dict[int, tuple[Inverse, Inverse]] = {}
        self._committed: dict[int, Catalog] = {}

    def work(self, position: int) -> "TableWork":
        """The locks that a change takes, and what it scans or rewrites, on the PostgreSQL version that is assumed."""
        # What knows of locks is only read where a rule asks for them.
        from schemaguard.catalog.locks import locks

        found = self._works.get(position)
        if found is None:
            visit = self.visits[position]
            found = self._works[position] = locks(visit.change, visit.before, self._postgresql)
        return found

    def inverses(self, position: int) -> "tuple[Inverse, Inverse]":
        """What takes a change back: without the guard, and with it."""
        from schemaguard.catalog.inverse import inverses

        found = self._inverses.get(position)
        if found is None:
            visit = self.visits[position]
            found = self._inverses[position] = inverses(visit.change, visit.before)
        return found

    def at_commit(self, commit: int) -> Catalog:
        """The catalog that others see at a commit point."""
        if not self._committed:
            self._committed = {visit.commit: visit.after for visit in self.visits}
        return self._committed[commit]

    def begun(self, position: int) -> int:
        """Where the transaction of a change begins."""
        while len(self._begun) <= position:
            at = len(self._begun)
            goes_on = at > 0 and self.visits[at - 1].commit == self.visits[at].commit
            self._begun.append(self._begun[at - 1] if goes_on else at)
        return self._begun[position]

    def in_use(self, position: int, relation: Name) -> bool:
        """Whether others may wait for the relation when a change begins; see `traffic`."""
        visit = self.visits[position]
        name = visit.before.resolve(relation)
        if name in visit.made.tables or name in visit.made.views:
            return False
        if self._unreleased is None:
            self._unreleased = self._tell_unreleased()
        if name in self._unreleased.tables or name in self._unreleased.views:
            return False
        table = visit.before.tables.get(name)
        if table is not None and table.persistence == "temporary":
            return False
        if table is not None and table.partition_by is not None and not _has_partitions(visit.before, name):
            return False
        return name not in self._emptied_before(position)

    def _emptied_before(self, position: int) -> frozenset[Name]:
        """The tables that the transaction has truncated."""
        while len(self._emptied) < position:
            at = len(self._emptied)
            visit = self.visits[at]
            before = self._emptied[at - 1] if self.begun(at) < at else frozenset()
            if isinstance(visit.change, c.TruncateTable):
                before |= {visit.before.resolve(visit.change.table)}
            self._emptied.append(before)
        return self._emptied[position - 1] if self.begun(position) < position else frozenset()

    def shut_after(self, position: int) -> dict[Name, bool]:
        """The relations in use whose writers wait for the transaction behind a change, in their order.

        True where readers wait, too: that lock is ACCESS EXCLUSIVE.
        """
        while len(self._shut) <= position:
            at = len(self._shut)
            held = dict(self._shut[at - 1] if self.begun(at) < at else {})
            if self.may_be_felt(at):
                catalog = self.visits[at].before
                for lock in self.work(at).locks:
                    if lock.blocks_writes and lock.relation not in catalog.indexes and self.in_use(at, lock.relation):
                        held[lock.relation] = lock.blocks_reads or held.get(lock.relation, False)
            self._shut.append(held)
        return self._shut[position]

    def shut_before(self, position: int) -> dict[Name, bool]:
        """As `shut_after`, when a change begins."""
        return self.shut_after(position - 1) if self.begun(position) < position else {}

    def may_be_felt(self, position: int) -> bool:
        """Whether a change can lock a relation in use: a look that spares most changes the question how."""
        change = self.visits[position].change
        match change:
            case c.CreateTable(table=table):
                points = any(isinstance(one, ForeignKey) for one in table.constraints)
                return points or bool(table.inherits) or table.partition_of is not None
            case c.CreateView():
                return change.or_replace
            case c.CreateIndex(index=index):
                return self.in_use(position, index.table)
            case c.AddColumn(table=name, constraints=constraints):
                return self.in_use(position, name) or any(isinstance(one, ForeignKey) for one in constraints)
            case c.AddConstraint(table=name, constraint=constraint):
                return self.in_use(position, name) or isinstance(constraint, ForeignKey)
            case c.SetNotNull(table=name) | c.SetDefault(table=name) | c.DropDefault(table=name):
                return self.in_use(position, name)
            case _:
                return not isinstance(change, _READS_ONLY)


def _alone(shut: dict[Name, bool]) -> tuple[Name, ...]:
    return tuple(name for name, readers_too in shut.items() if readers_too)


def _has_partitions(catalog: Catalog, parent: Name) -> bool:
    users = catalog.dependents.get(parent, ())
    return any((child := catalog.tables.get(user)) is not None and child.partition_of == parent for user in users)


class ChangeFacts:
    """One change among those of its revision."""

    __slots__ = ("_left", "_position", "run")

    def __init__(self, run: RunFacts, position: int) -> None:
        self.run = run
        self._position = position
        self._left: tuple[Made, bool] | None = None

    @property
    def visit(self) -> Visit:
        """The change itself in its place."""
        return self.run.visits[self._position]

    @property
    def work(self) -> "TableWork":
        """The locks that it takes, and what it scans or rewrites, on the PostgreSQL version that is assumed."""
        return self.run.work(self._position)

    @property
    def transaction(self) -> tuple[Visit, ...]:
        """What its transaction has done before it, in order."""
        return tuple(self.run.visits[self.run.begun(self._position) : self._position])

    @property
    def session(self) -> tuple[Visit, ...]:
        """What its revision has done before it, in order."""
        return tuple(self.run.visits[: self._position])

    @property
    def afterwards(self) -> tuple[c.Change, ...]:
        """The changes that its revision makes after it, in order."""
        return tuple(visit.change for visit in self.run.visits[self._position + 1 :] if not visit.is_for_nothing)

    @property
    def afterwards_in_transaction(self) -> tuple[c.Change, ...]:
        """The changes that its transaction makes after it, in order."""
        commit = self.visit.commit
        return tuple(visit.change for visit in self.later if visit.commit == commit and not visit.is_for_nothing)

    @property
    def later(self) -> tuple[Visit, ...]:
        """What the revision does after it, in order."""
        return tuple(self.run.visits[self._position + 1 :])

    @property
    def at_commit(self) -> Catalog:
        """The catalog that others see when its transaction commits."""
        return self.run.at_commit(self.visit.commit)

    @property
    def inverses(self) -> "tuple[Inverse, Inverse]":
        """What takes it back: without the guard, and with it."""
        return self.run.inverses(self._position)

    def leaves_nothing(self, made: Made) -> bool:
        """Whether there is nothing to take back, or only what goes with what isn't released yet."""
        if self._left is None or self._left[0] is not made:
            from schemaguard.rules.facts.own import leaves_nothing

            self._left = made, leaves_nothing(self.visit, made)
        return self._left[1]

    @property
    def held(self) -> "tuple[TableWork, ...]":
        """The work of what its transaction has done before it: those locks are still held."""
        return tuple(self.run.work(at) for at in range(self.run.begun(self._position), self._position))

    @property
    def alone_before(self) -> tuple[Name, ...]:
        """The relations in use on which its transaction holds ACCESS EXCLUSIVE when it begins, in their order."""
        return _alone(self.run.shut_before(self._position))

    @property
    def shut_before_its_statement(self) -> dict[Name, bool]:
        """The relations in use whose writers wait when the statement that it is part of begins; True: readers, too."""
        position = self._position
        while position and self.run.visits[position - 1].step_index == self.visit.step_index:
            position -= 1
        return self.run.shut_before(position)

    @property
    def alone_after(self) -> tuple[Name, ...]:
        """As `alone_before`, when it is done."""
        return _alone(self.run.shut_after(self._position))

    @property
    def may_be_felt(self) -> bool:
        """Whether it can lock a relation in use at all."""
        return self.run.may_be_felt(self._position)

    def in_use(self, relation: Name) -> bool:
        """Whether others may wait for the relation when it begins; see `traffic`."""
        return self.run.in_use(self._position, relation)
