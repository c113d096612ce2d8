"""What a change does to the tables that were there before, and the parts of which it is put together."""

from collections.abc import Iterable, Iterator
from typing import Literal

from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.locks.modes import Lock, Mode, strongest
from schemaguard.catalog.objects import Constraint, ForeignKey, Name, Table
from schemaguard.frozen import dataclass

Work = Literal["metadata", "scan", "rewrite"]
ALONE: Mode = "ACCESS EXCLUSIVE"
WITH_READERS: Mode = "SHARE ROW EXCLUSIVE"
WITH_ALL: Mode = "SHARE UPDATE EXCLUSIVE"


@dataclass(frozen=True, slots=True)
class TableWork:
    """What one change does to the tables that were there before: locks, and work that grows with them or not."""

    locks: tuple[Lock, ...] = ()
    work: Work = "metadata"
    worked_on: tuple[Name, ...] = ()
    """The tables that are scanned or rewritten."""
    why: str = ""
    read_too: tuple[Name, ...] = ()
    """Other tables that are scanned meanwhile, because their foreign keys are checked again."""

    @property
    def grows_with_table(self) -> bool:
        """Whether the locks are held the longer the more rows there are."""
        return self.work != "metadata"

    @property
    def strongest(self) -> Mode | None:
        """The strongest of its locks."""
        return strongest(tuple(lock.mode for lock in self.locks)) if self.locks else None

    def mode_on(self, relation: Name) -> Mode | None:
        """The strongest lock that it takes on the relation."""
        modes = tuple(lock.mode for lock in self.locks if lock.relation == relation)
        return strongest(modes) if modes else None


NONE = TableWork()


def alone(draft: Draft, name: Name, *others: Lock, work: Work = "metadata", why: str = "") -> TableWork:
    """ACCESS EXCLUSIVE on the table and on what inherits from it."""
    return with_mode(draft, name, ALONE, others, work, why)


def with_mode(
    draft: Draft, name: Name, mode: Mode, others: Iterable[Lock] = (), work: Work = "metadata", why: str = ""
) -> TableWork:
    """That lock on the table and on what inherits from it."""
    tree = family_of(draft, draft.resolve(name))
    held = (*(Lock(table, mode) for table in tree), *others)
    return TableWork(held, work, stored(draft, tree) if work != "metadata" else (), why)


def stored(draft: Draft, tables: tuple[Name, ...]) -> tuple[Name, ...]:
    """Those that hold rows themselves: a partitioned table has none of its own.

    See https://www.postgresql.org/docs/18/ddl-partitioning.html.
    """
    return tuple(name for name in tables if name not in draft.tables or draft.tables[name].partition_by is None)


def family_of(draft: Draft, name: Name) -> tuple[Name, ...]:
    """The table and everything that inherits from it."""
    found = [name]
    for child in draft.children(name):
        found.extend(family_of(draft, child.name))
    return tuple(found)


def referenced_by(constraints: Iterable[Constraint], draft: Draft, mode: Mode) -> Iterator[Lock]:
    """A lock on each table that one of the foreign keys points at."""
    for constraint in constraints:
        if isinstance(constraint, ForeignKey):
            yield Lock(draft.resolve(constraint.ref_table), mode)


def referencing(table: Table, column: str, draft: Draft) -> Iterator[Lock]:
    """The tables whose foreign keys point at the column: their constraint is made anew."""
    for user in draft.uses(table.name):
        other = draft.tables.get(user)
        for key in other.constraints if other is not None else ():
            if isinstance(key, ForeignKey) and key.ref_table == table.name and column in key.ref_columns:
                yield Lock(user, ALONE)
