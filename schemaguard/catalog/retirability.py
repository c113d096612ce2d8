"""Whether a drop can become a retirement: a rename out of sight, with the data kept, metadata only.

See https://www.postgresql.org/docs/18/sql-altertable.html ("The RENAME forms … There is no effect on the stored data").
"""

from collections.abc import Iterator
from typing import Literal

from schemaguard.catalog import expressions
from schemaguard.catalog.changes import (
    Change,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropNotNull,
    DropTable,
    SetReplicaIdentity,
)
from schemaguard.catalog.fold.cascade import index_uses
from schemaguard.catalog.fold.draft import Draft, indexed
from schemaguard.catalog.objects import Catalog, Check, Column, PrimaryKey, Table, Unique
from schemaguard.catalog.volatility import is_constant
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Retirability:
    """What retiring the object costs: `instant` (metadata only both ways), `slow` (the way back scans), `impossible`.

    `why` says what stands in the way, `first` what to do about it, in words or as a change; both empty for an instant
    one.
    """

    cls: Literal["instant", "slow", "impossible"]
    why: str = ""
    first: str | Change = ""


INSTANT = Retirability("instant")


def retirability(change: Change, catalog: Catalog) -> Retirability | None:
    """Whether what the change drops can be retired instead; None for a change that drops nothing of the kind."""
    draft = Draft(indexed(catalog))
    match change:
        case DropColumn(table=name, column=column):
            table = draft.tables.get(draft.resolve(name))
            known = table.column(column) if table is not None else None
            # What nobody listed is taken to be plain; the guard looks at the real column before it touches it.
            if table is None or known is None:
                return INSTANT
            return _worst((*_column_obstacles(table, known, draft), INSTANT))
        case DropTable(table=name):
            table = draft.tables.get(draft.resolve(name))
            return _worst((*_table_obstacles(table, draft), INSTANT)) if table is not None else INSTANT
        case DropIndex(index=name):
            index = draft.indexes.get(draft.resolve(name))
            if index is not None and index.unique:
                return Retirability("slow", f"index {index.name} is unique: kept, it would go on refusing rows")
            return INSTANT
        case DropConstraint(table=name, constraint=constraint):
            table = draft.tables.get(draft.resolve(name))
            found = table.constraint(constraint) if table is not None else None
            if isinstance(found, PrimaryKey | Unique) or (found is not None and hasattr(found, "elements")):
                return Retirability("slow", f"constraint {constraint} comes back with an index built anew")
            return INSTANT
        case _:
            return None


def _worst(found: tuple[Retirability, ...]) -> Retirability:
    order = ("impossible", "slow", "instant")
    return min(found, key=lambda one: order.index(one.cls))


def _column_obstacles(table: Table, column: Column, draft: Draft) -> Iterator[Retirability]:
    name = column.name
    what = f"column {name} of {table.name}"
    key = table.primary_key
    if key is not None and name in key.columns:
        yield Retirability("impossible", f"{what} is part of the primary key", "give the table another key")
    if name in table.partition_key:
        yield Retirability("impossible", f"{what} is part of the partition key")
    if _is_replica_identity(table, name, draft):
        first = SetReplicaIdentity(table.name, "DEFAULT")
        yield Retirability("impossible", f"{what} is in the replica identity", first)
    if table.partition_of is not None or table.inherits or not column.is_local:
        yield Retirability("impossible", f"{what} is the column of one partition or child", "retire it in the parent")
    for trigger in table.triggers:
        for (function, _), made in draft.functions.items():
            if function == trigger.function and expressions.mentions(made.body, name):
                why = f"trigger function {function} names {what}: every write would fail with 42703"
                yield Retirability("impossible", why, f"replace {function} by one that doesn't name it")
    yield from _blocks_writers(table, column)


def _is_replica_identity(table: Table, column: str, draft: Draft) -> bool:
    identity = table.replica_identity
    if identity is None or identity.upper() == "NOTHING":
        return False
    if identity.upper() == "FULL":
        return True
    index_name = identity.partition("USING INDEX ")[2]
    return any(index.name.name == index_name and index_uses(index, column) for index in draft.indexes_on(table.name))


def _blocks_writers(table: Table, column: Column) -> Iterator[Retirability]:
    """What a hidden column would go on refusing; it is dropped then, and rebuilt by a scan on restore."""
    for constraint in table.constraints:
        match constraint:
            case Unique(columns=columns, nulls_distinct=False) if column.name in columns:
                yield Retirability("slow", f"UNIQUE NULLS NOT DISTINCT {constraint.name} is rebuilt on restore")
            case Check(definition=text) if expressions.mentions(text, column.name) and "not null" in text.lower():
                yield Retirability("slow", f"CHECK {constraint.name} refuses rows without it: validated on restore")
            case _:
                pass
    is_filled = column.identity is not None or column.generated is not None or is_constant(column.filling)
    if column.not_null and not is_filled:
        first = DropNotNull(table.name, column.name)
        why = f"column {column.name} is NOT NULL and nothing fills it for new rows: filled and checked on restore"
        yield Retirability("slow", why, first)


def _table_obstacles(table: Table, draft: Draft) -> Iterator[Retirability]:
    if table.persistence == "temporary":
        yield Retirability("impossible", f"{table.name} is temporary")
    parent = draft.tables.get(table.partition_of) if table.partition_of is not None else None
    if parent is not None:
        yield Retirability("slow", f"{table.name} is a partition: attached again with a scan", "DETACH it first")
