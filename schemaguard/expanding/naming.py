"""Names for what an expansion adds: they say what it is for, and are no longer than PostgreSQL allows."""

from collections.abc import Collection, Iterator
from hashlib import sha256
from itertools import count

from schemaguard.catalog.names import LONGEST_NAME_BYTES, truncate
from schemaguard.catalog.objects import Catalog, Name, Table

_DIGEST = 8


def bounded(name: str) -> str:
    """The name itself; one that is too long is cut, with a digest at its end so that two stay two."""
    if len(name.encode()) <= LONGEST_NAME_BYTES:
        return name
    tail = "_" + sha256(name.encode()).hexdigest()[:_DIGEST]
    return truncate(name, LONGEST_NAME_BYTES - len(tail)) + tail


def free(name: str, taken: Collection[str]) -> str:
    """The name, or it with the first number that isn't taken."""
    return next(one for one in _candidates(name) if one not in taken)


def _candidates(name: str) -> Iterator[str]:
    yield bounded(name)
    yield from (bounded(f"{name}{number}") for number in count(2))


def column_beside(table: Table, column: str) -> str:
    """The name of the column that takes the place of another one later."""
    return free(f"{column}_new", [each.name for each in table.columns])


def relation_beside(name: str, schema: str | None, catalog: Catalog) -> str:
    """The name of an index or a type that takes the place of another one later."""
    here = Name
    taken = {
        each.name
        for kind in (catalog.tables, catalog.views, catalog.indexes, catalog.sequences, catalog.enums)
        for each in kind
        if each == here(each.name, schema)
    }
    return free(f"{name}_new", taken)


def constraint_beside(name: str, table: Table) -> str:
    """The name of a constraint that takes the place of another one later."""
    return free(f"{name}_new", [each.name or "" for each in table.constraints])


def sync_names(table: Name, columns: tuple[str, ...]) -> tuple[Name, str]:
    """The names of the function and of the trigger that keep columns the same; triggers run in order of their names."""
    function = bounded(f"sync_{table.name}_{'_'.join(columns)}")
    return Name(function, table.schema), bounded(f"zz_{function}")
