"""What statements lock strongly: all of that is locked first and in one order, or two would wait for each other.

See https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-DEADLOCKS.
"""

from collections.abc import Iterable

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import ForeignKey, Name
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Locked:
    """The tables that statements name, and the constraints they drop: a foreign key's other table is locked too."""

    tables: tuple[Name, ...]
    dropped: tuple[tuple[Name, str], ...] = ()


def locked_by(statements: Iterable[str]) -> Locked:
    """What these statements, the ones that inverses and retirements are made of, lock strongly."""
    from schemaguard.sql.reading.translate import translate

    tables: set[Name] = set()
    dropped: list[tuple[Name, str]] = []
    for statement in statements:
        for change in translate(statement):
            table = getattr(change, "table", None)
            if isinstance(table, Name):
                tables.add(_full(table))
            match change:
                case c.AddConstraint(constraint=ForeignKey(ref_table=other)):
                    tables.add(_full(other))
                case c.DropConstraint(table=owner, constraint=name):
                    dropped.append((_full(owner), name))
                case _:
                    pass
    return Locked(tuple(sorted(tables, key=_order)), tuple(dropped))


def _full(name: Name) -> Name:
    return name if name.schema is not None else Name(name.name, "public")


def _order(name: Name) -> tuple[str, str]:
    return name.schema or "", name.name
