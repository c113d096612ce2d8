"""Tables: dropped, renamed, moved, attached, and what hangs on them (triggers, policies, row security)."""

from collections.abc import Callable
from typing import Any

from schemaguard.catalog.changes import (
    AttachPartition,
    CreateIndex,
    CreatePolicy,
    CreateTable,
    CreateTrigger,
    DetachPartition,
    DropTable,
    EnableTrigger,
    MoveTable,
    RenameTable,
    RewriteTable,
    SetInheritance,
    SetReplicaIdentity,
    SetRowSecurity,
    SetTableOption,
)
from schemaguard.catalog.fold.cascade import Gone
from schemaguard.catalog.fold.creation import create_table
from schemaguard.catalog.fold.draft import UNKNOWN_TYPE, Draft
from schemaguard.catalog.fold.indexes import create_index, same_shape
from schemaguard.catalog.fold.keys import add_key, find_foreign_key
from schemaguard.catalog.fold.movement import rename_relation
from schemaguard.catalog.fold.removal import remove_all
from schemaguard.catalog.fold.view_options import set_view_option
from schemaguard.catalog.objects import (
    Check,
    Exclusion,
    ForeignKey,
    Name,
    PrimaryKey,
    Table,
    Trigger,
    Unique,
    View,
)
from schemaguard.catalog.refusal import Refusal
from schemaguard.frozen import replace


def drop_table(change: DropTable, draft: Draft) -> None:
    """DROP TABLE. See RemoveRelations() in tablecmds.c."""
    name = draft.resolve(change.table)
    if name not in draft.tables:
        if name in draft.views or name in draft.sequences or name in draft.indexes:
            draft.refuse(name, f'"{name.name}" is not a table', "42809")
        if not change.if_exists and name in draft.gone:
            draft.refuse(name, f'table "{name.name}" does not exist', "42P01")
        if not any(draft.uses(name)):
            draft.gone = draft.gone.set(name, None)
            return
        # Nobody listed it, but something that is known hangs on it.
        draft.put(Table(name, open=True))
    remove_all(draft, (Gone("table", name),), cascade=change.cascade)


def rename_table(change: RenameTable, draft: Draft) -> None:
    """ALTER TABLE … RENAME TO, which PostgreSQL takes for views, indexes and sequences too.

    See RenameRelation() in tablecmds.c.
    """
    name = draft.resolve(change.table)
    if not draft.is_relation(name):
        if change.if_exists:
            return
        draft.put(draft.table(change.table))
    rename_relation(draft, name, Name(change.to, name.schema))


def move_table(change: MoveTable, draft: Draft) -> None:
    """ALTER TABLE … SET SCHEMA, with its indexes and owned sequences. See AlterTableNamespace() in tablecmds.c."""
    name = draft.resolve(change.table)
    if not draft.is_relation(name):
        if change.if_exists:
            return
        draft.put(draft.table(change.table))
    if change.schema != name.schema:
        rename_relation(draft, name, Name(name.name, change.schema))


def _known(draft: Draft, name: Name) -> Table:
    table = draft.table(name)
    if table.name not in draft.tables:
        draft.put(table)
    return table


def attach_partition(change: AttachPartition, draft: Draft) -> None:
    """ATTACH PARTITION: the parent's keys, foreign keys and indexes are matched, or made.

    See ATExecAttachPartition() in tablecmds.c.
    """
    parent, child = _known(draft, change.table), _known(draft, change.partition)
    if not parent.open and parent.partition_by is None:
        raise Refusal(f'table "{parent.name.name}" is not partitioned', "42809")
    if child.partition_of is not None:
        raise Refusal(f'"{child.name.name}" is already a partition', "42809")
    _refuse_circle(draft, child, parent)
    _require_same(draft, child, parent)
    columns = tuple(
        replace(c, is_local=False, not_null=c.not_null or inherited.not_null)
        if (inherited := parent.column(c.name)) is not None
        else c
        for c in child.columns
    )
    child = replace(child, columns=columns, partition_of=parent.name, partition_bound=change.bound)
    draft.put(child)
    for constraint in parent.constraints:
        current = draft.tables[child.name]
        match constraint:
            case PrimaryKey() | Unique() | Exclusion():
                if not any(replace(o, name=None) == replace(constraint, name=None) for o in current.constraints):
                    add_key(draft, child.name, replace(constraint, name=None))
            case ForeignKey() if find_foreign_key(current, constraint) is None:
                draft.put(replace(current, constraints=(*current.constraints, constraint)))
            case _:
                pass
    for index in draft.indexes_on(parent.name):
        if index.constraint is None and not any(same_shape(index, own) for own in draft.indexes_on(child.name)):
            create_index(CreateIndex(replace(index, table=child.name), None), draft)


def _require_same(draft: Draft, child: Table, parent: Table) -> None:
    """The child must have the parent's columns and checks already."""
    if child.open:
        return
    for column in parent.columns:
        own = child.column(column.name)
        if own is None:
            draft.refuse(child.name, f'child table is missing column "{column.name}"', "42804")
        elif own.type != column.type and UNKNOWN_TYPE not in (own.type, column.type):
            draft.refuse(child.name, f'child table has different type for column "{column.name}"', "42804")
        elif own.collation != column.collation and own.type != UNKNOWN_TYPE:
            draft.refuse(child.name, f'child table has different collation for column "{column.name}"', "42P21")
        elif own.generated is None and column.generated is not None and own.type != UNKNOWN_TYPE:
            message = f'column "{column.name}" in child table must be a generated column'
            draft.refuse(child.name, message, "42804")
    for check in parent.constraints:
        if isinstance(check, Check) and not check.no_inherit and child.constraint(check.name or "") is None:
            draft.refuse(child.name, f'child table is missing constraint "{check.name}"', "42804")


def _refuse_circle(draft: Draft, child: Table, parent: Table) -> None:
    waiting = [child.name]
    while waiting:
        name = waiting.pop()
        if name == parent.name:
            raise Refusal("circular inheritance not allowed", "42P07")
        waiting += [below.name for below in draft.children(name)]


def detach_partition(change: DetachPartition, draft: Draft) -> None:
    """DETACH PARTITION: a table of its own again, with all that it has. See ATExecDetachPartition() in tablecmds.c."""
    child = _known(draft, change.partition)
    parent = draft.resolve(change.table)
    if not child.open and child.partition_of != parent:
        message = f'relation "{child.name.name}" is not a partition of relation "{parent.name}"'
        draft.refuse(child.name, message, "42P01")
    columns = tuple(replace(column, is_local=True, identity=None) for column in child.columns)
    draft.put(replace(child, columns=columns, partition_of=None, partition_bound=None))


def set_inheritance(change: SetInheritance, draft: Draft) -> None:
    """INHERIT, NO INHERIT. See ATExecAddInherit() and ATExecDropInherit() in tablecmds.c."""
    child, parent = _known(draft, change.table), _known(draft, change.parent)
    if change.inherits:
        if parent.name in child.inherits:
            raise Refusal(f'relation "{parent.name.name}" would be inherited from more than once', "42P07")
        _refuse_circle(draft, child, parent)
        _require_same(draft, child, parent)
        draft.put(replace(child, inherits=(*child.inherits, parent.name)))
        return
    left = tuple(name for name in child.inherits if name != parent.name)
    held = {column.name for name in left for column in draft.table(name).columns}
    columns = tuple(replace(c, is_local=True) if c.name not in held else c for c in child.columns)
    draft.put(replace(child, columns=columns, inherits=left))


def set_replica_identity(change: SetReplicaIdentity, draft: Draft) -> None:
    """REPLICA IDENTITY. See ATExecReplicaIdentity() in tablecmds.c."""
    identity = None if change.identity.upper() == "DEFAULT" else change.identity
    draft.put(replace(_known(draft, change.table), replica_identity=identity))


def set_row_security(change: SetRowSecurity, draft: Draft) -> None:
    """ENABLE, DISABLE, FORCE, NO FORCE ROW LEVEL SECURITY.

    See ATExecSetRowSecurity() and ATExecForceNoForceRowSecurity() in tablecmds.c.
    """
    table = _known(draft, change.table)
    enabled = table.row_security if change.enabled is None else change.enabled
    forced = table.force_row_security if change.forced is None else change.forced
    draft.put(replace(table, row_security=enabled, force_row_security=forced))


def create_policy(change: CreatePolicy, draft: Draft) -> None:
    """CREATE POLICY, ALTER POLICY. See CreatePolicy() and AlterPolicy() in policy.c."""
    table, policy = _known(draft, change.table), change.policy
    known = next((p for p in table.policies if p.name == policy.name), None)
    if known is not None and not change.is_alter:
        message = f'policy "{policy.name}" for table "{table.name.name}" already exists'
        draft.refuse(table.name, message, "42710")
    if change.is_alter and known is None and not table.open:
        message = f'policy "{policy.name}" for table "{table.name.name}" does not exist'
        draft.refuse(table.name, message, "42704")
    if change.is_alter and known is not None:
        policy = replace(
            known,
            roles=policy.roles or known.roles,
            using=policy.using if policy.using is not None else known.using,
            check=policy.check if policy.check is not None else known.check,
        )
    kept = tuple(p for p in table.policies if p.name != policy.name)
    draft.put(replace(table, policies=(*kept, policy)))


def create_trigger(change: CreateTrigger, draft: Draft) -> None:
    """CREATE [OR REPLACE] TRIGGER, on a table or view. See CreateTrigger() in trigger.c."""
    trigger = replace(change.trigger, function=draft.resolve_function(change.trigger.function))
    view = draft.views.get(draft.resolve(change.table))
    owner: Table | View = view if view is not None else _known(draft, change.table)
    if not change.or_replace and any(t.name == trigger.name for t in owner.triggers):
        message = f'trigger "{trigger.name}" for relation "{owner.name.name}" already exists'
        draft.refuse(owner.name, message, "42710")
    kept = tuple(t for t in owner.triggers if t.name != trigger.name)
    _put_triggers(draft, owner, (*kept, trigger))


def _put_triggers(draft: Draft, owner: Table | View, triggers: tuple[Trigger, ...]) -> None:
    match owner:
        case Table():
            draft.put(replace(owner, triggers=triggers))
        case View():
            draft.put(replace(owner, triggers=triggers))


def enable_trigger(change: EnableTrigger, draft: Draft) -> None:
    """ENABLE | DISABLE TRIGGER; ALL and USER mean every one. See EnableDisableTrigger() in trigger.c."""
    table = _known(draft, change.table)
    every = change.trigger.upper() in ("ALL", "USER")
    if not every and not table.open and not any(t.name == change.trigger for t in table.triggers):
        message = f'trigger "{change.trigger}" for table "{table.name.name}" does not exist'
        draft.refuse(table.name, message, "42704")
    triggers = [replace(t, enabled=change.enabled) if every or t.name == change.trigger else t for t in table.triggers]
    if table.open and not any(trigger.name == change.trigger for trigger in triggers):
        # Which triggers a table made elsewhere has isn't known, but whether they are on.
        triggers.append(Trigger(change.trigger, Name(change.trigger), "AFTER", (), enabled=change.enabled))
    draft.put(replace(table, triggers=tuple(triggers)))


def set_table_option(change: SetTableOption, draft: Draft) -> None:
    """Of a table storage options change nothing that a catalog shows; it is known from then on.

    See https://www.postgresql.org/docs/18/sql-createtable.html#SQL-CREATETABLE-STORAGE-PARAMETERS.
    """
    view = draft.views.get(draft.resolve(change.table))
    if view is None:
        draft.table(change.table)
    else:
        set_view_option(draft, view, change.option)


def rewrite_table(change: RewriteTable, draft: Draft) -> None:
    """SET LOGGED and SET UNLOGGED, SET ACCESS METHOD; other rewrites leave the shape alone.

    See ATRewriteTables() in tablecmds.c.
    """
    if change.table is None or draft.resolve(change.table) not in draft.tables:
        return
    table, how = draft.table(change.table), change.how.upper()
    if how in ("SET LOGGED", "SET UNLOGGED") and table.partition_by is None:
        draft.put(replace(table, persistence="unlogged" if how.endswith("UNLOGGED") else "permanent"))
    if how.startswith("SET ACCESS METHOD "):
        method = change.how.split()[-1]
        draft.put(replace(table, access_method=None if method in ("heap", "DEFAULT") else method))


FOLDS: dict[type, Callable[[Any, Draft], None]] = {
    CreateTable: create_table,
    DropTable: drop_table,
    RenameTable: rename_table,
    MoveTable: move_table,
    RewriteTable: rewrite_table,
    SetTableOption: set_table_option,
    SetReplicaIdentity: set_replica_identity,
    AttachPartition: attach_partition,
    DetachPartition: detach_partition,
    SetInheritance: set_inheritance,
    CreateTrigger: create_trigger,
    EnableTrigger: enable_trigger,
    CreatePolicy: create_policy,
    SetRowSecurity: set_row_security,
}
