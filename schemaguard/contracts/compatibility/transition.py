"""What a change brings that no single catalog shows: what was there before, and is another now."""

import re
from collections.abc import Iterator, Mapping

from schemaguard.catalog import expressions
from schemaguard.catalog.objects import (
    Catalog,
    Check,
    Column,
    Constraint,
    Exclusion,
    ForeignKey,
    Name,
    PrimaryKey,
    Table,
    Unique,
)
from schemaguard.contracts.compatibility.arriving_types import cause_between
from schemaguard.contracts.compatibility.bounds import bounds, is_implied, table_bounds
from schemaguard.contracts.compatibility.computed import (
    policy_checks,
    policy_computations,
    reader_computations,
    writer_computations,
)
from schemaguard.contracts.compatibility.definitions import definition_shifts
from schemaguard.contracts.compatibility.filled import fills_alike
from schemaguard.contracts.compatibility.hidden import (
    newly_felt,
    no_longer_felt,
    other_checks,
    other_policies,
    ungranted,
)
from schemaguard.contracts.compatibility.reading import (
    UNKNOWN,
    Flaw,
    is_required,
    labels_of,
    promised_bounds_kept,
    unique_sets,
)
from schemaguard.contracts.compatibility.relation import Home, Relation
from schemaguard.contracts.compatibility.writing import below
from schemaguard.contracts.contract import ContractTable, Promise
from schemaguard.frozen import replace

_ASKS_FOR_NULL = re.compile(r"\bis\s+not\s+null\b|\bnum_nulls\b|\bnum_nonnulls\b", re.IGNORECASE)


def reader_shifts(
    part: ContractTable, was: Relation, now: Relation, catalogs: tuple[Catalog, Catalog]
) -> Iterator[Flaw]:
    """What a reader feels of the way from one relation to the other."""
    columns = tuple(promise.column for promise in part.promises)
    yield from definition_shifts(part.table, columns, catalogs)
    yield from newly_felt(part.table, catalogs)
    yield from no_longer_felt(part.table, catalogs)
    yield from other_policies(part.table, catalogs)
    yield from ungranted(part.table, catalogs)
    yield from policy_computations(part.table, catalogs)
    for promise in part.promises:
        old_home, new_home = was.home(promise.column), now.home(promise.column)
        if old_home is None or new_home is None:
            continue
        (old_table, old), (new_table, new) = old_home, new_home
        yield from _shifts(promise, old, new, catalogs)
        yield from _lost_bounds(promise, old_home, new_home, catalogs[1])
        yield from reader_computations(promise.column, old_home, new_home, catalogs)
        if (
            promise.unique
            and _is_unique(old.name, old_table, catalogs[0])
            and not _is_unique(new.name, new_table, catalogs[1])
        ):
            yield "unique-dropped", promise.column, ""
    if was.table is not None and now.base is not None:
        yield from _orphans(part, was.table, now.base)
        yield from _lost_indexes(part, was.table, now.base, catalogs)


def writer_shifts(
    part: ContractTable, was: Relation, now: Relation, catalogs: tuple[Catalog, Catalog]
) -> Iterator[Flaw]:
    """What a writer feels of the way from one relation to the other."""
    yield from other_checks(part.table, catalogs)
    yield from policy_checks(part.table, catalogs)
    if was.base is None or now.base is None:
        return
    for promise in part.promises:
        old, new = was.column(promise.column), now.column(promise.column)
        if old is None or new is None or UNKNOWN in (old.type.name, new.type.name):
            continue
        if promise.type is None and old.type != new.type:
            cause = cause_between(old.type, new.type, "write", catalogs[1], catalogs[0])
            if cause is not None:
                yield cause, promise.column, f"{new.type} instead of {old.type}"
        lost = (labels_of(old, catalogs[0]) or frozenset()) - (labels_of(new, catalogs[1]) or frozenset())
        if promise.enum is None and lost and labels_of(new, catalogs[1]) is not None:
            yield "value-removed", promise.column, ", ".join(sorted(lost))
    sent = {below(now, promise.column) for promise in part.promises}
    for new in now.base.columns:
        old = was.base.column(new.name)
        if old is not None and new.name not in sent and _is_filled_otherwise(old, new):
            yield "default-changed", new.name, _filling(new)
    yield from writer_computations(frozenset(sent), was.base, now.base, catalogs)
    if now.base.open:
        key = frozenset(below(now, column) for column in part.upsert_key)
        if key in unique_sets(was.base, catalogs[0]) - unique_sets(now.base, catalogs[1]):
            yield "unique-dropped", part.upsert_key[0], f"ON CONFLICT ({', '.join(part.upsert_key)})"
    yield from _new_constraints(part, was, now, catalogs)


def _is_filled_otherwise(old: Column, new: Column) -> bool:
    """Whether a row that leaves the column out gets something else, rather than an error."""
    if old.generated is not None:
        return False  # What computed it is gone: that says more.
    return not fills_alike(old, new) and not (new.filling is None and new.not_null)


def _filling(column: Column) -> str:
    return "NULL from now on" if column.filling is None else ""


def _shifts(promise: Promise, old: Column, new: Column, catalogs: tuple[Catalog, Catalog]) -> Iterator[Flaw]:
    if not (old.is_listed and new.is_listed):
        return  # Of one of the two nothing but its name is known.
    before, after = catalogs
    if promise.type is None and old.type != new.type:
        cause = cause_between(old.type, new.type, "read", after, before)
        if cause is not None:
            yield cause, promise.column, f"{new.type} instead of {old.type}"
    if old.type.name == new.type.name and _is_wider(promise, old, new):
        yield "range-widened", promise.column, f"{new.type} instead of {old.type}"
    if _is_filled_otherwise(old, new):
        yield "default-changed", promise.column, _filling(new)
    if old.collation != new.collation:
        yield "collation-changed", promise.column, ""
    if new.converted[: len(old.converted)] == old.converted and len(new.converted) > len(old.converted):
        yield "values-converted", promise.column, f"USING {new.converted[-1]}"
    is_counted = old.identity is not None or bool(expressions.sequences(old.default))
    if (new.generated and not old.generated) or (new.identity == "always" and not is_counted):
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


def _lost_bounds(promise: Promise, was: Home, now: Home, catalog: Catalog) -> Iterator[Flaw]:
    before, after = (promised_bounds_kept(promise, table, column.name) for table, column in (was, now))
    if any(kept and not keeps for kept, keeps in zip(before, after, strict=True)):
        yield "check-dropped", promise.column, ""
    lists = [table_bounds(table, column.name).values is not None for table, column in (was, now)]
    if promise.enum is not None and lists == [True, False] and labels_of(now[1], catalog) is None:
        yield "value-added", promise.column, "anything"


def _is_unique(column: str, table: Table, catalog: Catalog) -> bool:
    return frozenset({column}) in unique_sets(table, catalog)


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


def _new_constraints(
    part: ContractTable, was: Relation, now: Relation, catalogs: tuple[Catalog, Catalog]
) -> Iterator[Flaw]:
    if was.base is None or now.base is None:
        return
    sent = {below(now, promise.column): promise for promise in part.promises}
    known = {unnamed(constraint) for constraint in was.base.constraints}
    for constraint in now.base.constraints:
        if unnamed(constraint) in known:
            if isinstance(constraint, ForeignKey) and any(column in sent for column in constraint.columns):
                yield from _refers_to_another(constraint, was.base, catalogs)
            continue
        match constraint:
            case Check():
                yield from _new_check(sent, constraint, now.base)
            case ForeignKey(columns=columns):
                if _refers_elsewhere(constraint, was.base, catalogs) and any(column in sent for column in columns):
                    yield "foreign-key-added", next(c for c in columns if c in sent), str(constraint.name)
            case Exclusion():
                yield "unique-added/exclusion", None, str(constraint.name)
            case PrimaryKey() | Unique():
                pass
    yield from _new_partial_keys(part, sent, (was.base, now.base), catalogs)
    after = unique_sets(now.base, catalogs[1])
    strict = _one_null(now.base, catalogs[1])
    for together in sorted(after, key=sorted):
        if _was_refused(together, was.base, catalogs[0], with_nulls=together in strict):
            continue
        written = [column for column in sorted(together) if column in sent and not sent[column].unique]
        if written and not any(_promised_unique(part, sent, column) for column in together):
            yield "unique-added", written[0], ", ".join(sorted(together))


def unnamed(constraint: Constraint) -> Constraint:
    """The constraint as a writer feels it: under whatever name, and whether or not older rows were looked at."""
    if isinstance(constraint, Check | ForeignKey):
        return replace(constraint, name=None, valid=True)
    return replace(constraint, name=None)


def _new_partial_keys(
    part: ContractTable, sent: Mapping[str, Promise], tables: tuple[Table, Table], catalogs: tuple[Catalog, Catalog]
) -> Iterator[Flaw]:
    """Unique indexes over some rows or over expressions: they refuse duplicates too."""
    (was, table), (before, after) = tables, catalogs
    known = {index.keys for name in before.indexes_of.get(table.name, ()) if (index := before.indexes[name]).unique}
    for name in after.indexes_of.get(table.name, ()):
        index = after.indexes[name]
        is_whole = index.predicate is None and all(key.column for key in index.keys)
        if not index.unique or is_whole or index.keys in known:
            continue
        columns = [column for key in index.keys for column in ((key.column,) if key.column else key.columns)]
        if not columns:
            yield "unique-added", None, f"{name}: all of its rows are alike"
            continue
        plain = frozenset(key.column for key in index.keys if key.column)
        if _was_refused(plain, was, before, with_nulls=not index.nulls_distinct):
            continue
        written = [column for column in columns if column in sent and not sent[column].unique]
        if written and not any(_promised_unique(part, sent, column) for column in columns):
            yield "unique-added", written[0], str(name)


def _was_refused(together: frozenset[str], was: Table, before: Catalog, *, with_nulls: bool) -> bool:
    """Whether a key over some of these columns refused rows before that are equal in all of them.

    `with_nulls`: two NULLs count as equal, which they only do to a key that was made so.
    """
    strict = _one_null(was, before)
    return any(
        key <= together and (not with_nulls or key in strict or all(_is_filled(name, was) for name in key))
        for key in unique_sets(was, before)
    )


def _is_filled(name: str, table: Table) -> bool:
    column = table.column(name)
    return column is not None and is_required(column, table)


def _one_null(table: Table, catalog: Catalog) -> frozenset[frozenset[str]]:
    """The unique keys to which two NULLs are the same: NULLS NOT DISTINCT."""
    found = {frozenset(c.columns) for c in table.constraints if isinstance(c, Unique) and not c.nulls_distinct}
    for name in catalog.indexes_of.get(table.name, ()):
        index = catalog.indexes[name]
        if not index.nulls_distinct:
            found.add(frozenset(str(key.column) for key in index.keys))
    return frozenset(found)


def _refers_elsewhere(key: ForeignKey, was: Table, catalogs: tuple[Catalog, Catalog]) -> bool:
    """Whether no earlier foreign key asked for the same: another ON DELETE is nothing to a writer."""
    return not any(
        isinstance(old, ForeignKey)
        and (old.columns, old.ref_columns) == (key.columns, key.ref_columns)
        and (old.ref_table == key.ref_table or _is_renamed(old.ref_table, key.ref_table, catalogs))
        for old in was.constraints
    )


def _refers_to_another(key: ForeignKey, was: Table, catalogs: tuple[Catalog, Catalog]) -> Iterator[Flaw]:
    """A foreign key to a table that stands under the name of the one that it referred to."""
    old, new = (catalog.tables.get(key.ref_table) for catalog in catalogs)
    is_another = old is not None and new is not None and 0 not in (old.number, new.number) and old.number != new.number
    if is_another and key.ref_table != was.name:
        yield (
            "unlisted",
            key.columns[0],
            f"whether {key.ref_table}, which is another table now, has all that is written",
        )


def _is_renamed(old: Name, new: Name, catalogs: tuple[Catalog, Catalog]) -> bool:
    """Whether a table that is gone stands under the other name, as far as its columns show."""
    before, after = catalogs
    was, now = before.tables.get(old), after.tables.get(new)
    if was is None or now is None:
        return False
    if 0 not in (was.number, now.number):
        return was.number == now.number
    if old in after.tables or new in before.tables:
        return False
    return {column.name for column in was.columns} <= {column.name for column in now.columns}


def _promised_unique(part: ContractTable, sent: Mapping[str, Promise], column: str) -> bool:
    promise = sent.get(column)
    return promise is not None and (promise.unique or part.upsert_key == (promise.column,))


def _new_check(sent: Mapping[str, Promise], check: Check, table: Table) -> Iterator[Flaw]:
    if check.columns and not any(column in sent for column in check.columns):
        # A CHECK of NULL passes, but one that asks whether it is NULL doesn't.
        unfilled = [name for name in check.columns if (own := table.column(name)) is None or own.filling is None]
        if unfilled and _ASKS_FOR_NULL.search(check.definition):
            yield "check-added", unfilled[0], str(check.name)
        return
    concerned = [(c, promise) for c, promise in sent.items() if c in check.columns or not check.columns]
    if not concerned:
        return
    column, promise = concerned[0]
    if len(check.columns) == 1:
        said = bounds(check, column)
        # A closed list that lacks some of the promised values is `value-removed`.
        if is_implied(check, promise) or (said is not None and said.values is not None and promise.enum is not None):
            return
    yield "check-added", promise.column, str(check.name)
