"""What a change brings that no single catalog shows: what was there before, and is another now."""

from collections.abc import Iterator

from schemaguard.catalog.objects import Catalog, Check, Column, Exclusion, ForeignKey, PrimaryKey, Table, Unique
from schemaguard.contracts.compatibility.bounds import is_implied, table_bounds
from schemaguard.contracts.compatibility.reading import Flaw, promised_bounds_kept, unique_sets
from schemaguard.contracts.compatibility.relation import Relation
from schemaguard.contracts.compatibility.typing import type_cause
from schemaguard.contracts.contract import ContractTable, Promise


def reader_shifts(
    part: ContractTable, was: Relation, now: Relation, catalogs: tuple[Catalog, Catalog]
) -> Iterator[Flaw]:
    """What a reader feels of the way from one relation to the other."""
    if was.table is None or now.table is None:
        return
    for promise in part.promises:
        old, new = was.column(promise.column), now.column(promise.column)
        if old is None or new is None:
            continue
        yield from _shifts(promise, old, new)
        yield from _lost_bounds(promise, was.table, now.table)
        if promise.unique and _is_unique(promise, was, catalogs[0]) and not _is_unique(promise, now, catalogs[1]):
            yield "unique-dropped", promise.column, ""
    yield from _orphans(part, was.table, now.table)
    yield from _lost_indexes(part, was.table, now.table, catalogs)


def writer_shifts(
    part: ContractTable, was: Relation, now: Relation, catalogs: tuple[Catalog, Catalog]
) -> Iterator[Flaw]:
    """What a writer feels of the way from one relation to the other."""
    if was.table is None or now.table is None:
        return
    for promise in part.promises:
        old, new = was.column(promise.column), now.column(promise.column)
        if old is not None and new is not None and promise.type is None and old.type != new.type:
            cause = type_cause(old.type, new.type, "write")
            if cause is not None:
                yield cause, promise.column, f"{new.type} instead of {old.type}"
        if old is not None and new is not None and old.collation != new.collation:
            yield "collation-changed", promise.column, ""
    for new in now.table.columns:
        old = was.column(new.name)
        if (
            part.promise(new.name) is None
            and old is not None
            and old.filling != new.filling
            and new.filling is not None
        ):
            yield "default-changed", new.name, ""
    yield from _new_constraints(part, was.table, now.table, catalogs)


def _shifts(promise: Promise, old: Column, new: Column) -> Iterator[Flaw]:
    if promise.type is None and old.type != new.type:
        cause = type_cause(old.type, new.type, "read")
        if cause is not None:
            yield cause, promise.column, f"{new.type} instead of {old.type}"
    if old.type.name == new.type.name and _is_wider(promise, old, new):
        yield "range-widened", promise.column, f"{new.type} instead of {old.type}"
    if old.filling != new.filling and new.filling is not None:
        yield "default-changed", promise.column, ""
    if old.collation != new.collation:
        yield "collation-changed", promise.column, ""
    if (old.generated, old.identity) != (new.generated, new.identity) and (new.generated or new.identity == "always"):
        yield "column-generated", promise.column, ""


def _is_wider(promise: Promise, old: Column, new: Column) -> bool:
    """Whether the type kept a promised bound and does so no longer."""
    if promise.max_length is not None and old.type.modifiers and old.type.modifiers[0] <= promise.max_length:
        return not new.type.modifiers or new.type.modifiers[0] > promise.max_length
    if old.type.name != "numeric" or promise.maximum is None or len(old.type.modifiers) < 2:
        return False
    kept = 10.0 ** (old.type.modifiers[0] - old.type.modifiers[1]) - 1 <= promise.maximum
    return kept and (
        not new.type.modifiers or 10.0 ** (new.type.modifiers[0] - new.type.modifiers[1]) - 1 > promise.maximum
    )


def _lost_bounds(promise: Promise, was: Table, now: Table) -> Iterator[Flaw]:
    before, after = promised_bounds_kept(promise, was), promised_bounds_kept(promise, now)
    if any(kept and not keeps for kept, keeps in zip(before, after, strict=True)):
        yield "check-dropped", promise.column, ""
    lists = [table_bounds(table, promise.column).values is not None for table in (was, now)]
    if promise.enum is not None and lists == [True, False]:
        yield "value-added", promise.column, "anything"


def _is_unique(promise: Promise, shown: Relation, catalog: Catalog) -> bool:
    return shown.table is not None and frozenset({promise.column}) in unique_sets(shown.table, catalog)


def _orphans(part: ContractTable, was: Table, now: Table) -> Iterator[Flaw]:
    keys = {key.name: key for key in now.constraints if isinstance(key, ForeignKey)}
    for key in was.constraints:
        if isinstance(key, ForeignKey) and any(part.promise(column) for column in key.columns):
            left = keys.get(key.name)
            if left is None or (left.on_delete, left.on_update) != (key.on_delete, key.on_update):
                yield "foreign-key-changed", key.columns[0], str(key.name)


def _lost_indexes(part: ContractTable, was: Table, now: Table, catalogs: tuple[Catalog, Catalog]) -> Iterator[Flaw]:
    before, after = catalogs
    left = {after.indexes[name].keys for name in after.indexes_of.get(now.name, ())}
    for name in before.indexes_of.get(was.name, ()):
        index = before.indexes[name]
        first = index.keys[0].column if index.keys else None
        if first is not None and part.promise(first) is not None and index.keys not in left and not index.unique:
            yield "index-dropped", first, str(name)


def _new_constraints(part: ContractTable, was: Table, now: Table, catalogs: tuple[Catalog, Catalog]) -> Iterator[Flaw]:
    known = {constraint.name for constraint in was.constraints}
    for constraint in now.constraints:
        if constraint.name in known:
            continue
        match constraint:
            case Check():
                yield from _new_check(part, constraint)
            case ForeignKey(columns=columns):
                written = [column for column in columns if part.promise(column)]
                if written:
                    yield "foreign-key-added", written[0], str(constraint.name)
            case Exclusion():
                yield "unique-added", None, str(constraint.name)
            case PrimaryKey() | Unique():
                pass
    before, after = (unique_sets(table, catalog) for table, catalog in zip((was, now), catalogs, strict=True))
    for together in after - before:
        written = [column for column in sorted(together) if (p := part.promise(column)) is not None and not p.unique]
        if written and not any(_promised_unique(part, column) for column in together):
            yield "unique-added", written[0], ", ".join(sorted(together))


def _promised_unique(part: ContractTable, column: str) -> bool:
    promise = part.promise(column)
    return promise is not None and (promise.unique or part.upsert_key == (column,))


def _new_check(part: ContractTable, check: Check) -> Iterator[Flaw]:
    concerned = [promise for promise in part.promises if promise.column in check.columns or not check.columns]
    if concerned and not (len(check.columns) == 1 and is_implied(check, concerned[0])):
        yield "check-added", concerned[0].column, str(check.name)
