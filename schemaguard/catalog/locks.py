"""Which locks a change takes, and whether it scans, rewrites or touches metadata only; on PostgreSQL 15–18.

After AlterTableGetLockLevel() and the commands' own code; compared with pg_locks, pg_class.relfilenode and the
statistics of real servers by the tests.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from schemaguard.catalog import changes as c
from schemaguard.catalog.cascade import Gone, closure
from schemaguard.catalog.fold.draft import Draft, indexed, type_name
from schemaguard.catalog.lock_modes import MODES, Lock, Mode, conflicts, option_mode, strongest
from schemaguard.catalog.objects import (
    Catalog,
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    Name,
    PrimaryKey,
    Table,
    Unique,
)
from schemaguard.catalog.proofs import implies_bound, proves_not_null
from schemaguard.catalog.refusal import Refusal
from schemaguard.catalog.retyping import is_plain_cast, retyping
from schemaguard.catalog.types import Type
from schemaguard.catalog.volatility import is_volatile

__all__ = ["MODES", "Lock", "Mode", "TableWork", "Work", "conflicts", "locks", "strongest"]

Work = Literal["metadata", "scan", "rewrite"]
_ALONE: Mode = "ACCESS EXCLUSIVE"
_WITH_READERS: Mode = "SHARE ROW EXCLUSIVE"
_WITH_ALL: Mode = "SHARE UPDATE EXCLUSIVE"


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


_NONE = TableWork()


def locks(change: c.Change, before: Catalog, version: int = 16) -> TableWork:
    """The locks and the work of a change on the catalog that it meets; relations that it makes itself are left out."""
    draft = Draft(indexed(before))
    for family in (_columns, _tables, _constraints, _indexes, _others, _rows):
        try:
            found = family(change, draft, version)
        except Refusal:
            # What the server refuses gives its locks back at once.
            return _NONE
        if found is not None:
            return found
    return _NONE


def _alone(draft: Draft, name: Name, *others: Lock, work: Work = "metadata", why: str = "") -> TableWork:
    """ACCESS EXCLUSIVE on the table and on what inherits from it."""
    return _with(draft, name, _ALONE, others, work, why)


def _with(
    draft: Draft, name: Name, mode: Mode, others: Iterable[Lock] = (), work: Work = "metadata", why: str = ""
) -> TableWork:
    tree = _tree(draft, draft.resolve(name))
    held = (*(Lock(table, mode) for table in tree), *others)
    return TableWork(held, work, _stored(draft, tree) if work != "metadata" else (), why)


def _stored(draft: Draft, tables: tuple[Name, ...]) -> tuple[Name, ...]:
    """Those that hold rows themselves: a partitioned table has none of its own."""
    return tuple(name for name in tables if name not in draft.tables or draft.tables[name].partition_by is None)


def _tree(draft: Draft, name: Name) -> tuple[Name, ...]:
    found = [name]
    for child in draft.children(name):
        found.extend(_tree(draft, child.name))
    return tuple(found)


def _referenced(constraints: Iterable[Constraint], draft: Draft, mode: Mode) -> Iterator[Lock]:
    for constraint in constraints:
        if isinstance(constraint, ForeignKey):
            yield Lock(draft.resolve(constraint.ref_table), mode)


# Columns


def _columns(change: c.Change, draft: Draft, _: int) -> TableWork | None:
    match change:
        case c.AddColumn():
            return _add_column(change, draft)
        case c.DropColumn(table=name, column=column):
            keys = [k for k in draft.table(name).constraints if isinstance(k, ForeignKey) and column in k.columns]
            others = list(_referenced(keys, draft, _ALONE))
            if change.cascade:
                going = closure(draft, (Gone("column", draft.resolve(name), column),))
                others += [Lock(gone.name, _ALONE) for gone in going if gone.kind in ("view", "constraint", "column")]
            return _alone(draft, name, *dict.fromkeys(others))
        case c.RetypeColumn():
            return _retype(change, draft)
        case c.SetNotNull(table=name, column=column):
            if proves_not_null(draft.table(name), column):
                return _alone(draft, name, why="a validated CHECK or NOT NULL shows it already")
            return _alone(draft, name, work="scan", why="every row is checked")
        case c.SetGenerated(table=name, expression=expression):
            if expression is None:
                return _alone(draft, name)
            return _alone(draft, name, work="rewrite", why="every value is computed anew")
        case c.SetColumnOption(table=name, option=option):
            weak = option.upper().startswith(("STATISTICS", "SET STATISTICS", "(", "SET (", "RESET ("))
            return _with(draft, name, _WITH_ALL if weak else _ALONE)
        case (
            c.RenameColumn(table=name)
            | c.DropNotNull(table=name)
            | c.SetDefault(table=name)
            | c.DropDefault(table=name)
            | c.SetIdentity(table=name)
        ):
            return _alone(draft, name)
        case _:
            return None


def _add_column(change: c.AddColumn, draft: Draft) -> TableWork:
    column, name = change.column, change.table
    if change.if_not_exists and draft.table(name).column(column.name) is not None:
        return _alone(draft, name)
    referenced = tuple(_referenced(change.constraints, draft, _WITH_READERS))
    why = _fills_rows(change, draft)
    if why:
        return _alone(draft, name, *referenced, work="rewrite", why=why)
    for constraint in change.constraints:
        match constraint:
            case ForeignKey() if column.filling is None:
                pass
            case Check(valid=False) | ForeignKey(valid=False):
                pass
            case _:
                return _alone(draft, name, *referenced, work="scan", why="the new constraint is checked")
    if column.not_null and column.filling is None:
        return _alone(draft, name, *referenced, work="scan", why="refused where there is a row")
    return _alone(draft, name, *referenced)


def _fills_rows(change: c.AddColumn, draft: Draft) -> str:
    """Why every row has to be written, empty where it needn't be."""
    column = change.column
    if column.generated is not None:
        return "a stored generated column is computed for every row" if column.generated_stored else ""
    if change.serial or column.identity is not None:
        return "every row gets a number"
    if is_volatile(column.default):
        return "the default is volatile: every row gets a value of its own"
    domain = draft.domains.get(draft.resolve_type(Name(column.type.name, column.type.schema)))
    if domain is not None and not column.type.dimensions and (domain.checks or domain.not_null):
        return "the domain has constraints that every row is held to"
    return ""


def _retype(change: c.RetypeColumn, draft: Draft) -> TableWork:
    table = draft.table(change.table)
    column = table.column(change.column)
    if column is None:
        return _alone(draft, change.table, work="rewrite", why="the type before isn't known")
    touched = [k for k in table.constraints if isinstance(k, ForeignKey) and change.column in k.columns]
    pointing = tuple(dict.fromkeys(_referencing(table, change.column, draft)))
    others = (*_referenced(touched, draft, _ALONE), *pointing)
    new = draft.type(change.type)
    domain = draft.domains.get(type_name(new) or table.name)
    if domain is not None and new != column.type and (domain.checks or domain.not_null):
        return _alone(draft, change.table, *others, work="rewrite", why="rows are held to the domain")
    work = retyping(_beneath(column.type, draft), _beneath(new, draft)).work
    if change.using is not None and not is_plain_cast(change.using, column.name):
        work = "rewrite"
    if work == "rewrite":
        made = _alone(draft, change.table, *others, work="rewrite", why=f"{column.type} → {new}")
        return replace(made, read_too=tuple(lock.relation for lock in pointing))
    if _has_check(table, change.column) and (new != column.type or change.collation is not None):
        return _alone(draft, change.table, *others, work="scan", why="its CHECKs are added again")
    return _alone(draft, change.table, *others)


def _beneath(type_: Type, draft: Draft) -> Type:
    """What a domain is made of: its values are stored as those."""
    domain = draft.domains.get(type_name(type_) or Name(""))
    return domain.base if domain is not None and not type_.dimensions else type_


def _has_check(table: Table, column: str) -> bool:
    return any(isinstance(k, Check) and k.valid and column in (k.columns or (column,)) for k in table.constraints)


def _referencing(table: Table, column: str, draft: Draft) -> Iterator[Lock]:
    """The tables whose foreign keys point at the column: their constraint is made anew."""
    for user in draft.uses(table.name):
        other = draft.tables.get(user)
        for key in other.constraints if other is not None else ():
            if isinstance(key, ForeignKey) and key.ref_table == table.name and column in key.ref_columns:
                yield Lock(user, _ALONE)


# Tables


def _tables(change: c.Change, draft: Draft, _: int) -> TableWork | None:
    match change:
        case c.CreateTable():
            return _create_table(change, draft)
        case c.DropTable():
            return _drop_table(change, draft)
        case c.RewriteTable(table=name, how=how):
            return _alone(draft, name, work="rewrite", why=how) if name is not None else _NONE
        case c.SetTableOption(table=name, option=option):
            return TableWork((Lock(draft.resolve(name), option_mode(option)),))
        case c.AttachPartition():
            return _attach(change, draft)
        case c.DetachPartition(table=name, partition=partition, concurrently=concurrently):
            mode = _WITH_ALL if concurrently else _ALONE
            child = draft.table(partition)
            referenced = () if concurrently else tuple(_referenced(child.constraints, draft, _WITH_READERS))
            # CONCURRENTLY takes ACCESS EXCLUSIVE on the partition too, in its second transaction: nobody reads it then.
            return TableWork((Lock(draft.resolve(name), mode), Lock(child.name, _ALONE), *referenced))
        case c.SetInheritance(table=name, parent=parent, inherits=inherits):
            return _alone(draft, name, *((Lock(draft.resolve(parent), _WITH_ALL),) if inherits else ()))
        case c.RenameTable(table=name) | c.MoveTable(table=name) | c.SetReplicaIdentity(table=name):
            return TableWork((Lock(draft.resolve(name), _ALONE),))
        case c.SetRowSecurity(table=name) | c.CreatePolicy(table=name):
            return TableWork((Lock(draft.resolve(name), _ALONE),))
        case c.CreateTrigger(table=name) | c.EnableTrigger(table=name):
            return TableWork((Lock(draft.resolve(name), _WITH_READERS),))
        case _:
            return None


def _create_table(change: c.CreateTable, draft: Draft) -> TableWork:
    held = list(_referenced(change.table.constraints, draft, _WITH_READERS))
    held += [Lock(draft.resolve(parent), _WITH_ALL) for parent in change.table.inherits]
    held += [Lock(draft.resolve(source), "ACCESS SHARE") for source, _ in change.like]
    if change.table.partition_of is not None:
        parent = draft.resolve(change.table.partition_of)
        held.append(Lock(parent, _ALONE))
        default = _default_partition(draft, parent)
        if parent in draft.tables:
            held += _referenced(draft.tables[parent].constraints, draft, _WITH_READERS)
        if default is not None:
            held.append(Lock(default, _ALONE))
            return TableWork(tuple(held), "scan", (default,), "the default partition may hold its rows")
    return TableWork(tuple(held))


def _default_partition(draft: Draft, parent: Name) -> Name | None:
    for child in draft.children(parent):
        if child.partition_bound is not None and child.partition_bound.strip().upper() == "DEFAULT":
            return child.name
    return None


def _drop_table(change: c.DropTable, draft: Draft) -> TableWork:
    name = draft.resolve(change.table)
    held = [Lock(one, _ALONE) for one in _tree(draft, name)]
    if change.cascade:
        going = closure(draft, (Gone("table", name),))
        held += [Lock(gone.name, _ALONE) for gone in going if gone.kind in ("table", "view", "constraint")]
    for one in _tree(draft, name):
        table = draft.tables.get(one)
        if table is not None:
            held += _referenced(table.constraints, draft, _ALONE)
            if table.partition_of is not None:
                held.append(Lock(table.partition_of, _ALONE))
    return TableWork(tuple(dict.fromkeys(held)))


def _attach(change: c.AttachPartition, draft: Draft) -> TableWork:
    parent, child = draft.table(change.table), draft.table(change.partition)
    held = [Lock(parent.name, _WITH_ALL), Lock(child.name, _ALONE)]
    held += _referenced(parent.constraints, draft, _WITH_READERS)
    default = _default_partition(draft, parent.name)
    worked = [] if implies_bound(child, parent, change.bound) else [child.name]
    if default is not None:
        held.append(Lock(default, _ALONE))
        worked.append(default)
    why = "every row is held to the bounds" if worked else "a validated CHECK implies the bounds"
    return TableWork(tuple(held), "scan" if worked else "metadata", tuple(worked), why)


# Constraints and indexes


def _constraints(change: c.Change, draft: Draft, _: int) -> TableWork | None:
    match change:
        case c.AddConstraint(table=name, constraint=constraint):
            return _add_constraint(change, draft.table(name), constraint, draft)
        case c.DropConstraint(table=name, constraint=constraint_name):
            table = draft.table(name)
            known = table.constraint(constraint_name)
            keys = [known] if isinstance(known, ForeignKey) else []
            pointing = _pointing_at(table, known, draft) if change.cascade else ()
            return _alone(draft, name, *_referenced(keys, draft, _ALONE), *pointing)
        case c.ValidateConstraint(table=name, constraint=constraint_name):
            known = draft.table(name).constraint(constraint_name)
            if isinstance(known, Check | ForeignKey) and known.valid:
                return _with(draft, name, _WITH_ALL)
            others = tuple(_referenced([known], draft, "ROW SHARE")) if isinstance(known, ForeignKey) else ()
            return _with(draft, name, _WITH_ALL, others, "scan", "every row is checked, beside readers and writers")
        case c.RenameConstraint(table=name):
            return _alone(draft, name)
        case c.AlterConstraint(table=name):
            return _alone(draft, name)
        case _:
            return None


def _pointing_at(table: Table, key: Constraint | None, draft: Draft) -> tuple[Lock, ...]:
    if not isinstance(key, PrimaryKey | Unique):
        return ()
    found = (lock for column in key.columns for lock in _referencing(table, column, draft))
    return tuple(dict.fromkeys(found))


def _add_constraint(change: c.AddConstraint, table: Table, constraint: Constraint, draft: Draft) -> TableWork:
    match constraint:
        case Check(valid=valid):
            if valid:
                return _alone(draft, table.name, work="scan", why="every row is checked")
            return _alone(draft, table.name)
        case ForeignKey(valid=valid):
            others = tuple(_referenced([constraint], draft, _WITH_READERS))
            if valid:
                return _with(draft, table.name, _WITH_READERS, others, "scan", "every row is looked up")
            return _with(draft, table.name, _WITH_READERS, others)
        case PrimaryKey() | Unique() if change.using_index is not None:
            if isinstance(constraint, PrimaryKey) and not _columns_not_null(change.using_index, table, draft):
                return _alone(draft, table.name, work="scan", why="a primary key's columns are checked for NULL")
            return _alone(draft, table.name)
        case PrimaryKey() | Unique() | Exclusion():
            why = "an index is built"
            if change.only:
                return TableWork((Lock(table.name, _ALONE),), "scan", _stored(draft, (table.name,)), why)
            return _alone(draft, table.name, work="scan", why=why)


def _columns_not_null(index_name: str, table: Table, draft: Draft) -> bool:
    index = draft.indexes.get(Name(index_name, table.name.schema))
    return index is not None and all(key.column and proves_not_null(table, key.column) for key in index.keys)


def _indexes(change: c.Change, draft: Draft, _: int) -> TableWork | None:
    match change:
        case c.CreateIndex(index=index, name=name, concurrently=concurrently):
            mode: Mode = _WITH_ALL if concurrently else "SHARE"
            relation = draft.resolve(index.table)
            if change.if_not_exists and name is not None and draft.is_relation(_beside(name, index, draft)):
                return TableWork((Lock(relation, mode),))
            tree = (relation,) if change.only else _tree(draft, relation)
            return TableWork(tuple(Lock(one, mode) for one in tree), "scan", _stored(draft, tree), "an index is built")
        case c.DropIndex(index=name, concurrently=concurrently):
            known = draft.indexes.get(draft.resolve(name))
            if known is None:
                return _NONE
            mode = _WITH_ALL if concurrently else _ALONE
            return TableWork((Lock(known.table, mode), Lock(known.name, mode)))
        case c.Reindex():
            return _reindex(change, draft)
        case _:
            return None


def _beside(name: Name, index: Index, draft: Draft) -> Name:
    return Name(name.name, draft.resolve(index.table).schema)


def _reindex(change: c.Reindex, draft: Draft) -> TableWork:
    mode: Mode = _WITH_ALL if change.concurrently else "SHARE"
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
    return _ALONE if mode == "SHARE" else mode


# The rest


def _others(change: c.Change, draft: Draft, version: int) -> TableWork | None:
    match change:
        case c.CreateView(view=view):
            relations = sorted({draft.resolve(relation) for relation, _ in view.reads}, key=str)
            held = tuple(Lock(relation, "ACCESS SHARE") for relation in relations)
            old = draft.views.get(draft.placed(view.name))
            own = (Lock(old.name, _ALONE),) if old is not None and change.or_replace else ()
            if view.materialized:
                return TableWork((*own, *held), "scan", tuple(relations), "its query runs")
            return TableWork((*own, *held))
        case c.RefreshView(view=name, concurrently=concurrently):
            known = draft.views.get(draft.resolve(name))
            relations = sorted({relation for relation, _ in known.reads}, key=str) if known is not None else []
            own = (Lock(draft.resolve(name), "EXCLUSIVE" if concurrently else _ALONE),)
            held = tuple(Lock(relation, "ACCESS SHARE") for relation in relations)
            return TableWork((*own, *held), "scan", tuple(relations), "its query runs")
        case c.DropObject():
            return _drop_object(change, draft)
        case c.RenameObject(kind=kind, object=name, on=on):
            if kind == "index":
                return TableWork((Lock(draft.resolve(name), _WITH_ALL),))
            relation = draft.resolve(on) if on is not None else draft.resolve(name)
            return TableWork((Lock(relation, _ALONE),)) if draft.is_relation(relation) else _NONE
        case c.MoveObject(object=name) | c.ChangeOwner(object=name):
            relation = draft.resolve(name)
            return TableWork((Lock(relation, _ALONE),)) if draft.is_relation(relation) else _NONE
        case c.SetComment(kind=kind, object=name):
            is_relation = kind.lower() in ("table", "column", "view", "materialized view")
            return TableWork((Lock(draft.resolve(name), _WITH_ALL),)) if is_relation else _NONE
        case c.AlterDomain(check=check) if check is not None and not check.valid:
            return _NONE
        case c.AlterDomain(domain=name, action=action):
            return _alter_domain(draft.resolve_type(name), action.lower(), draft, version)
        case c.AlterSequence(sequence=name, owned_by=owned):
            owners = (Lock(draft.resolve(owned[0]), "ACCESS SHARE"),) if owned is not None else ()
            return TableWork((Lock(draft.resolve(name), _WITH_READERS), *owners))
        case c.LockTable(table=name, mode=mode):
            known_mode = next((one for one in MODES if one == mode.upper().removesuffix(" MODE").strip()), _ALONE)
            return TableWork((Lock(draft.resolve(name), known_mode),))
        case _:
            return None


def _drop_object(change: c.DropObject, draft: Draft) -> TableWork:
    if change.on is not None:
        return TableWork((Lock(draft.resolve(change.on), _ALONE),))
    relation = draft.resolve(change.object)
    if change.kind in ("view", "materialized view", "sequence", "table"):
        return TableWork((Lock(relation, _ALONE),)) if draft.is_relation(relation) else _NONE
    if change.kind in ("type", "domain") and change.cascade:
        users = draft.uses(draft.resolve_type(change.object))
        return TableWork(tuple(Lock(user, _ALONE) for user in users if user in draft.tables))
    return _NONE


def _alter_domain(domain: Name, action: str, draft: Draft, version: int) -> TableWork:
    if action not in ("add constraint", "set not null", "validate constraint"):
        return _NONE
    tables = tuple(user for user in draft.uses(domain) if user in draft.tables)
    weaker = version >= 18 and action == "validate constraint"
    mode: Mode = _WITH_ALL if weaker else "SHARE"
    return TableWork(tuple(Lock(table, mode) for table in tables), "scan", tables, "every column of it is checked")


def _rows(change: c.Change, draft: Draft, _: int) -> TableWork | None:
    match change:
        case c.InsertRows(table=name):
            return TableWork((Lock(draft.resolve(name), "ROW EXCLUSIVE"),))
        case c.UpdateRows(table=name, has_where=bounded) | c.DeleteRows(table=name, has_where=bounded):
            work: Work = "metadata" if bounded else "scan"
            relation = draft.resolve(name)
            return _with(draft, relation, "ROW EXCLUSIVE", (), work, "" if bounded else "every row is written")
        case c.TruncateTable(table=name, cascade=cascade):
            tree = set(_tree(draft, draft.resolve(name)))
            waiting = list(tree) if cascade else []
            while waiting:
                for user in draft.uses(waiting.pop()):
                    other = draft.tables.get(user)
                    points = other is not None and any(
                        isinstance(k, ForeignKey) and k.ref_table in tree for k in other.constraints
                    )
                    if points and user not in tree:
                        tree.add(user)
                        waiting.append(user)
            return TableWork(tuple(Lock(one, _ALONE) for one in sorted(tree, key=str)))
        case c.NoEffect(reads=reads):
            return TableWork(tuple(Lock(draft.resolve(name), "ACCESS SHARE") for name in sorted(reads, key=str)))
        case _:
            return None
