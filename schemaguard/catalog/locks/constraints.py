"""Locks and work of changes of constraints and indexes."""

from schemaguard.catalog import changes as c
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.locks.modes import Lock, Mode
from schemaguard.catalog.locks.work import (
    ALONE,
    NONE,
    WITH_ALL,
    WITH_READERS,
    TableWork,
    alone,
    family_of,
    referenced_by,
    referencing,
    stored,
    with_mode,
)
from schemaguard.catalog.objects import Check, Constraint, Exclusion, ForeignKey, Index, Name, PrimaryKey, Table, Unique
from schemaguard.catalog.proofs import proves_not_null


def of_constraints(change: c.Change, draft: Draft, _: int) -> TableWork | None:
    """Of a change of a constraint; None where it is none.

    See AlterTableGetLockLevel() in tablecmds.c; https://www.postgresql.org/docs/18/sql-altertable.html.
    """
    match change:
        case c.AddConstraint(table=name, constraint=constraint):
            return _add_constraint(change, draft.table(name), constraint, draft)
        case c.DropConstraint(table=name, constraint=constraint_name):
            table = draft.table(name)
            known = table.constraint(constraint_name)
            keys = [known] if isinstance(known, ForeignKey) else []
            pointing = _pointing_at(table, known, draft) if change.cascade else ()
            return alone(draft, name, *referenced_by(keys, draft, ALONE), *pointing)
        case c.ValidateConstraint(table=name, constraint=constraint_name):
            known = draft.table(name).constraint(constraint_name)
            if isinstance(known, Check | ForeignKey) and known.valid:
                return with_mode(draft, name, WITH_ALL)
            others = tuple(referenced_by([known], draft, "ROW SHARE")) if isinstance(known, ForeignKey) else ()
            return with_mode(draft, name, WITH_ALL, others, "scan", "every row is checked, beside readers and writers")
        case c.RenameConstraint(table=name):
            return alone(draft, name)
        case c.AlterConstraint(table=name):
            return alone(draft, name)
        case _:
            return None


def _pointing_at(table: Table, key: Constraint | None, draft: Draft) -> tuple[Lock, ...]:
    if not isinstance(key, PrimaryKey | Unique):
        return ()
    found = (lock for column in key.columns for lock in referencing(table, column, draft))
    return tuple(dict.fromkeys(found))


def _add_constraint(change: c.AddConstraint, table: Table, constraint: Constraint, draft: Draft) -> TableWork:
    match constraint:
        case Check(valid=valid):
            if valid:
                return alone(draft, table.name, work="scan", why="every row is checked")
            return alone(draft, table.name)
        case ForeignKey(valid=valid):
            others = tuple(referenced_by([constraint], draft, WITH_READERS))
            if valid:
                return with_mode(draft, table.name, WITH_READERS, others, "scan", "every row is looked up")
            return with_mode(draft, table.name, WITH_READERS, others)
        case PrimaryKey() | Unique() if change.using_index is not None:
            if isinstance(constraint, PrimaryKey) and not _columns_not_null(change.using_index, table, draft):
                return alone(draft, table.name, work="scan", why="a primary key's columns are checked for NULL")
            return alone(draft, table.name)
        case PrimaryKey() | Unique() | Exclusion():
            why = "an index is built"
            if change.only:
                return TableWork((Lock(table.name, ALONE),), "scan", stored(draft, (table.name,)), why)
            return alone(draft, table.name, work="scan", why=why)


def _columns_not_null(index_name: str, table: Table, draft: Draft) -> bool:
    index = draft.indexes.get(Name(index_name, table.name.schema))
    return index is not None and all(key.column and proves_not_null(table, key.column) for key in index.keys)


def of_indexes(change: c.Change, draft: Draft, _: int) -> TableWork | None:
    """Of a change of an index; None where it is none.

    See https://www.postgresql.org/docs/18/sql-createindex.html, sql-dropindex.html and sql-reindex.html.
    """
    match change:
        case c.CreateIndex(index=index, name=name, concurrently=concurrently):
            mode: Mode = WITH_ALL if concurrently else "SHARE"
            relation = draft.resolve(index.table)
            if change.if_not_exists and name is not None and draft.is_relation(_beside(name, index, draft)):
                return TableWork((Lock(relation, mode),))
            tree = (relation,) if change.only else family_of(draft, relation)
            return TableWork(tuple(Lock(one, mode) for one in tree), "scan", stored(draft, tree), "an index is built")
        case c.DropIndex(index=name, concurrently=concurrently):
            known = draft.indexes.get(draft.resolve(name))
            if known is None:
                return NONE
            mode = WITH_ALL if concurrently else ALONE
            return TableWork((Lock(known.table, mode), Lock(known.name, mode)))
        case c.Reindex():
            return _reindex(change, draft)
        case _:
            return None


def _beside(name: Name, index: Index, draft: Draft) -> Name:
    return Name(name.name, draft.resolve(index.table).schema)


def _reindex(change: c.Reindex, draft: Draft) -> TableWork:
    mode: Mode = WITH_ALL if change.concurrently else "SHARE"
    if change.name is None or change.kind.lower() not in ("index", "table"):
        return TableWork((), "scan", (), f"every index of the {change.kind.lower()} is built anew")
    if change.kind.lower() == "table":
        table = draft.resolve(change.name)
        held = [Lock(table, mode), *(Lock(i, _index_mode(mode)) for i in draft.indexes_of.get(table, ()))]
        return TableWork(tuple(held), "scan", (table,), "its indexes are built anew")
    index = draft.indexes.get(draft.resolve(change.name))
    if index is None:
        return TableWork((), "scan", (), "an index is built anew")
    held = [Lock(index.table, mode), Lock(index.name, _index_mode(mode))]
    return TableWork(tuple(held), "scan", (index.table,), "an index is built anew")


def _index_mode(mode: Mode) -> Mode:
    return ALONE if mode == "SHARE" else mode
