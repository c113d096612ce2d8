"""What takes a change back, and what that costs."""

from dataclasses import dataclass, replace
from typing import Literal

from schemaguard.catalog import changes as c
from schemaguard.catalog.fold.draft import Draft, indexed
from schemaguard.catalog.objects import Catalog, Check, ForeignKey, Name, Table, View
from schemaguard.catalog.retirability import Retirability, retirability
from schemaguard.catalog.retyping import retyping

__all__ = ["Inverse", "Retirability", "inverse", "retirability"]

InverseClass = Literal["instant", "slow", "lossy", "impossible", "none"]


@dataclass(frozen=True, slots=True)
class Inverse:
    """What takes a change back: `instant` is metadata only, `none` has nothing to take back.

    `changes` are what is run, in order; empty where there is nothing to run, or where the guard's retirement is the
    inverse (`is_retirement`): what was dropped was only hidden then, and comes back by restoring it.
    """

    cls: InverseClass
    changes: tuple[c.Change, ...] = ()
    why: str = ""
    is_retirement: bool = False


_NOTHING = Inverse("none")
_MAY_STAY = "what was added may stay until nobody uses it"


def inverse(change: c.Change, before: Catalog, *, with_guard: bool) -> Inverse:
    """The inverse of a change on the catalog that it meets.

    `with_guard`: whether drops become retirements (`applied_by = "schemaguard"`), else a drop loses what it drops.
    """
    draft = Draft(indexed(before))
    for family in (_drops, _tables, _columns, _constraints, _types, _objects, _access, _rows):
        found = family(change, draft, with_guard)
        if found is not None:
            return found
    return _NOTHING


def _instant(*changes: c.Change, why: str = "") -> Inverse:
    return Inverse("instant", changes, why)


def _drops(change: c.Change, draft: Draft, with_guard: bool) -> Inverse | None:
    found = retirability(change, draft.freeze())
    if found is None:
        return None
    match change:
        case c.DropIndex(index=name):
            index = draft.indexes.get(draft.resolve(name))
            if with_guard and found.cls == "instant":
                return Inverse("instant", why="hidden, not dropped", is_retirement=True)
            again = (c.CreateIndex(index, index.name, concurrently=True),) if index is not None else ()
            return Inverse("slow", again, found.why or "the index is built anew")
        case c.DropConstraint(table=name, constraint=constraint):
            return _constraint_again(draft, name, constraint, found)
        case _ if with_guard:
            if found.cls == "impossible":
                return Inverse("impossible", why=found.why)
            return Inverse(found.cls, why=found.why or "hidden, not dropped", is_retirement=True)
        case _:
            return Inverse("lossy", why="what the drop deletes doesn't come back")


def _constraint_again(draft: Draft, name: Name, constraint: str, found: Retirability) -> Inverse:
    table = draft.tables.get(draft.resolve(name))
    known = table.constraint(constraint) if table is not None else None
    if known is None or table is None:
        return Inverse("impossible", why=f"what constraint {constraint} says isn't known")
    if isinstance(known, ForeignKey | Check):
        again = replace(known, valid=False)
        return _instant(c.AddConstraint(table.name, again), why="added again without checking the rows")
    return Inverse("slow", (c.AddConstraint(table.name, known),), found.why)


def _tables(change: c.Change, draft: Draft, _: bool) -> Inverse | None:
    match change:
        case c.CreateTable(table=table):
            name = Name(table.name.name, "pg_temp") if table.persistence == "temporary" else draft.placed(table.name)
            if change.if_not_exists and draft.is_relation(name):
                return _NOTHING
            return _instant(c.DropTable(name), why=_MAY_STAY)
        case c.RenameTable(table=name, to=to):
            old = draft.resolve(name)
            return _instant(c.RenameTable(Name(to, old.schema), old.name))
        case c.MoveTable(table=name, schema=schema):
            old = draft.resolve(name)
            return _instant(c.MoveTable(Name(old.name, schema), old.schema or "public"))
        case c.RewriteTable(table=name, how=how):
            if name is None or not how.upper().startswith("SET "):
                return _NOTHING
            return Inverse("slow", why=f"{how} is taken back by another rewrite")
        case c.SetReplicaIdentity(table=name):
            table_before = draft.table(name)
            return _instant(c.SetReplicaIdentity(table_before.name, table_before.replica_identity or "DEFAULT"))
        case c.AttachPartition(table=name, partition=partition):
            return _instant(c.DetachPartition(draft.resolve(name), draft.resolve(partition)))
        case c.DetachPartition(table=name, partition=partition):
            child = draft.table(partition)
            if child.partition_bound is None:
                return Inverse("impossible", why=f"the bounds of {child.name} aren't known")
            again = c.AttachPartition(draft.resolve(name), child.name, child.partition_bound)
            return Inverse("slow", (again,), "attaching reads the whole partition")
        case c.SetInheritance(table=name, parent=parent, inherits=inherits):
            return _instant(c.SetInheritance(draft.resolve(name), draft.resolve(parent), not inherits))
        case _:
            return None


def _columns(change: c.Change, draft: Draft, _: bool) -> Inverse | None:
    match change:
        case c.AddColumn(table=name, column=column):
            if change.if_not_exists and draft.table(name).column(column.name) is not None:
                return _NOTHING
            return _instant(c.DropColumn(draft.resolve(name), column.name), why=_MAY_STAY)
        case c.RenameColumn(table=name, column=old_name, to=to):
            return _instant(c.RenameColumn(draft.resolve(name), to, old_name))
        case c.RetypeColumn():
            return _retype_back(change, draft)
        case (
            c.SetNotNull(table=name, column=old_name)
            | c.DropNotNull(table=name, column=old_name)
            | c.SetDefault(table=name, column=old_name)
            | c.DropDefault(table=name, column=old_name)
            | c.SetIdentity(table=name, column=old_name)
            | c.SetGenerated(table=name, column=old_name)
        ):
            return _attribute_back(change, draft.table(name), old_name)
        case _:
            return None


def _attribute_back(change: c.Change, table: Table, name: str) -> Inverse:
    known = table.column(name)
    match change:
        case c.SetNotNull():
            is_new = known is None or not known.not_null
            return _instant(c.DropNotNull(table.name, name)) if is_new else _NOTHING
        case c.DropNotNull():
            if known is not None and not known.not_null:
                return _NOTHING
            return Inverse("slow", (c.SetNotNull(table.name, name),), "rows written since may hold NULL, and are read")
        case c.SetDefault() | c.DropDefault():
            if known is None:
                return Inverse("impossible", why=f"the default of {name} before isn't known")
            if known.default is None:
                return _instant(c.DropDefault(table.name, name)) if isinstance(change, c.SetDefault) else _NOTHING
            return _instant(c.SetDefault(table.name, name, known.default))
        case c.SetIdentity(identity=identity):
            had = known.identity if known is not None else None
            back = c.SetIdentity(table.name, name, had, is_new=identity is None)
            return _instant(back, why="the counter goes on from the largest value" if identity is None else "")
        case c.SetGenerated(expression=None):
            return Inverse("impossible", why="a column can't be made generated again")
        case _:
            old = known.generated if known is not None else None
            return Inverse("slow", (c.SetGenerated(table.name, name, old),), "the table is rewritten")


def _retype_back(change: c.RetypeColumn, draft: Draft) -> Inverse:
    table = draft.table(change.table)
    known = table.column(change.column)
    if known is None:
        return Inverse("impossible", why=f"the type of {change.column} before isn't known")
    new = draft.type(change.type)
    there, back = retyping(known.type, new), retyping(new, known.type)
    changes = (c.RetypeColumn(table.name, change.column, known.type, None, known.collation),)
    if there.loses or (change.using is not None and there.needs_using):
        return Inverse("lossy", changes, f"{known.type} → {new} doesn't keep every value")
    if back.work == "none" and not back.narrows:
        return Inverse("instant", changes)
    why = "the table is rewritten" if back.work == "rewrite" else "every row is checked"
    fits = ", and values written since may not fit" if back.narrows else ""
    return Inverse("slow", changes, why + fits)


def _constraints(change: c.Change, draft: Draft, _: bool) -> Inverse | None:
    match change:
        case c.AddConstraint(table=name, constraint=constraint, using_index=using):
            after = constraint.name or _made_name(change, draft)
            dropped = (c.DropConstraint(draft.resolve(name), after),) if after else ()
            if using is not None:
                index = draft.indexes.get(draft.resolve(Name(using)))
                again = (c.CreateIndex(index, index.name, concurrently=True),) if index is not None else ()
                return Inverse("instant", dropped, "the index goes with it") if not again else _instant(*dropped)
            return _instant(*dropped)
        case c.RenameConstraint(table=name, constraint=constraint, to=to):
            return _instant(c.RenameConstraint(draft.resolve(name), to, constraint))
        case c.AlterConstraint(table=name, constraint=constraint):
            known = draft.table(name).constraint(constraint)
            if not isinstance(known, ForeignKey):
                return _NOTHING
            was = (known.deferrable, known.initially_deferred)
            return _instant(c.AlterConstraint(draft.resolve(name), constraint, *was))
        case c.CreateIndex(name=name):
            if name is not None and change.if_not_exists and draft.is_relation(draft.resolve(name)):
                return _NOTHING
            made = name.name if name is not None else _made_index(change, draft)
            schema = draft.resolve(change.index.table).schema
            return _instant(c.DropIndex(Name(made, schema))) if made else _instant()
        case _:
            return None


def _made_name(change: c.AddConstraint, draft: Draft) -> str | None:
    """The name that the server gives, found by doing it."""
    after = _after(change, draft)
    name = draft.resolve(change.table)
    table = after.tables.get(name) if after is not None else None
    return table.constraints[-1].name if table is not None and table.constraints else None


def _made_index(change: c.CreateIndex, draft: Draft) -> str | None:
    after = _after(change, draft)
    names = after.indexes_of.get(draft.resolve(change.index.table), ()) if after is not None else ()
    return names[-1].name if names else None


def _after(change: c.Change, draft: Draft) -> Catalog | None:
    from schemaguard.catalog.apply import Refusal, apply

    try:
        return apply(change, draft.freeze())
    except Refusal:
        # What the server refuses has no name to take back.
        return None


def _types(change: c.Change, draft: Draft, _: bool) -> Inverse | None:
    match change:
        case c.CreateEnum(enum=made):
            return _instant(c.DropObject("type", draft.placed(made.name)), why=_MAY_STAY)
        case c.CreateDomain(domain=domain):
            return _instant(c.DropObject("domain", draft.placed(domain.name)), why=_MAY_STAY)
        case c.CreateComposite(composite=composite):
            return _instant(c.DropObject("type", draft.placed(composite.name)), why=_MAY_STAY)
        case c.AddEnumValue(type=name, value=value):
            return Inverse("impossible", why=f"a label of an enum can't be taken away: {value} of {name} stays")
        case c.RenameEnumValue(type=name, value=value, to=to):
            return _instant(c.RenameEnumValue(draft.resolve_type(name), to, value))
        case c.AlterDomain():
            return _domain_back(change)
        case c.AlterComposite(action=action, attribute=attribute, to=to):
            if action.lower().startswith("rename") and isinstance(to, str):
                return _instant(c.AlterComposite(change.type, action, to, attribute))
            lossy = action.lower().startswith(("drop", "alter"))
            return Inverse("lossy", why="the attribute's values are gone") if lossy else _instant(why=_MAY_STAY)
        case _:
            return None


def _objects(change: c.Change, draft: Draft, with_guard: bool) -> Inverse | None:
    match change:
        case c.CreateView(view=view):
            return _view_back(change, draft.views.get(draft.placed(view.name)), draft)
        case c.CreateSequence(sequence=sequence):
            return _instant(c.DropObject("sequence", draft.placed(sequence.name)), why=_MAY_STAY)
        case c.AlterSequence(restarts=True):
            return Inverse("lossy", why="the number that the sequence stood at is lost")
        case c.AlterSequence(sequence=name):
            known = draft.sequences.get(draft.resolve(name))
            owned = known.owned_by if known is not None else None
            return _instant(c.AlterSequence(draft.resolve(name), owned, owned is None))
        case c.CreateFunction(function=function):
            key = (draft.placed(function.name), function.arguments)
            if key in draft.functions:
                return _instant(c.CreateFunction(draft.functions[key], or_replace=True))
            kind = function.kind
            return _instant(c.DropObject(kind, key[0], arguments=function.arguments), why=_MAY_STAY)
        case c.CreateSchema(schema=schema):
            return _instant(c.DropObject("schema", Name(schema)), why=_MAY_STAY)
        case c.CreateExtension(extension=extension):
            return _instant(c.DropObject("extension", Name(extension)), why=_MAY_STAY)
        case c.DropObject():
            return _object_again(change, draft, with_guard)
        case c.RenameObject(kind=kind, object=name, to=to, on=on):
            return _instant(c.RenameObject(kind, Name(to, _schema(name, draft)), name.name, on))
        case c.MoveObject(kind=kind, object=name, schema=schema):
            return _instant(c.MoveObject(kind, Name(name.name, schema), _schema(name, draft) or "public"))
        case _:
            return None


def _schema(name: Name, draft: Draft) -> str | None:
    return name.schema or draft.resolve(name).schema


def _view_back(change: c.CreateView, old: View | None, draft: Draft) -> Inverse:
    name = draft.placed(change.view.name)
    kind: c.ObjectKind = "materialized view" if change.view.materialized else "view"
    if old is None:
        return _instant(c.DropObject(kind, name), why=_MAY_STAY)
    if change.if_not_exists:
        return _NOTHING
    if old.columns == change.view.columns:
        return _instant(c.CreateView(old, or_replace=True))
    return _instant(c.DropObject(kind, name), c.CreateView(old))


def _domain_back(change: c.AlterDomain) -> Inverse:
    match change.action.lower():
        case "set not null":
            return _instant(c.AlterDomain(change.domain, "drop not null"))
        case "drop not null":
            return Inverse("slow", (c.AlterDomain(change.domain, "set not null"),), "every column of it is read")
        case "add constraint" if change.check is not None and change.check.name is not None:
            return _instant(c.AlterDomain(change.domain, "drop constraint", constraint=change.check.name))
        case _:
            return _instant()


def _object_again(change: c.DropObject, draft: Draft, with_guard: bool) -> Inverse:
    name = draft.resolve(change.object)
    match change.kind:
        case "view" | "materialized view" if name in draft.views:
            again = c.CreateView(draft.views[name])
            if change.kind == "view":
                return _instant(again)
            return Inverse("slow", (again,), "its query runs anew")
        case "type" if (enum := draft.enums.get(draft.resolve_type(change.object))) is not None:
            return Inverse("lossy" if change.cascade else "instant", (c.CreateEnum(enum),))
        case "domain" if (domain := draft.domains.get(draft.resolve_type(change.object))) is not None:
            return Inverse("lossy" if change.cascade else "instant", (c.CreateDomain(domain),))
        case "trigger" | "policy" if change.on is not None:
            return _part_again(change, draft.table(change.on))
        case "function" | "procedure" | "aggregate":
            resolved = draft.resolve_function(change.object)
            known = [made for key, made in draft.functions.items() if key[0] == resolved]
            if known:
                return _instant(*(c.CreateFunction(made) for made in known))
            return Inverse("impossible", why=f"what {change.object} does isn't known")
        case "sequence" | "schema" | "extension" | "database" | "table":
            return Inverse("lossy", why="what the drop deletes doesn't come back")
        case _ if with_guard:
            return _instant(why="its definition is kept when it goes")
        case _:
            return Inverse("impossible", why=f"what {change.kind} {change.object} is isn't known")


def _part_again(change: c.DropObject, table: Table) -> Inverse:
    name = change.object.name
    trigger = next((t for t in table.triggers if t.name == name), None)
    policy = next((p for p in table.policies if p.name == name), None)
    if change.kind == "trigger" and trigger is not None:
        return _instant(c.CreateTrigger(table.name, trigger))
    if change.kind == "policy" and policy is not None:
        return _instant(c.CreatePolicy(table.name, policy))
    return Inverse("impossible", why=f"what {change.kind} {name} does isn't known")


def _access(change: c.Change, draft: Draft, _: bool) -> Inverse | None:
    match change:
        case c.CreateTrigger(table=name, trigger=trigger):
            owner = draft.tables.get(draft.resolve(name)) or draft.views.get(draft.resolve(name))
            old = next((t for t in owner.triggers if t.name == trigger.name), None) if owner is not None else None
            if old is not None:
                return _instant(c.CreateTrigger(draft.resolve(name), old, or_replace=True))
            return _instant(c.DropObject("trigger", Name(trigger.name), on=draft.resolve(name)))
        case c.EnableTrigger(table=name, trigger=which, enabled=enabled):
            return _instant(c.EnableTrigger(draft.resolve(name), which, not enabled))
        case c.CreatePolicy(table=name, policy=policy):
            known = next((p for p in draft.table(name).policies if p.name == policy.name), None)
            if known is not None:
                return _instant(c.CreatePolicy(draft.resolve(name), known, is_alter=True))
            return _instant(c.DropObject("policy", Name(policy.name), on=draft.resolve(name)))
        case c.SetRowSecurity(table=name, enabled=enabled, forced=forced):
            table = draft.table(name)
            was = None if enabled is None else table.row_security
            was_forced = None if forced is None else table.force_row_security
            return _instant(c.SetRowSecurity(table.name, was, was_forced))
        case c.GrantAccess(kind=kind, object=name, grants=grants, all_in_schema=whole):
            return _instant(c.RevokeAccess(kind, name, grants, whole))
        case c.RevokeAccess(kind=kind, object=name, grants=grants, all_in_schema=whole):
            return _instant(c.GrantAccess(kind, name, grants, whole))
        case c.ChangeOwner(kind=kind, object=name):
            relation: Table | View | None = draft.tables.get(draft.resolve(name)) or draft.views.get(
                draft.resolve(name)
            )
            was_owner = relation.owner if relation is not None else None
            back = (c.ChangeOwner(kind, name, was_owner),) if was_owner is not None else ()
            return _instant(*back, why="" if back else "to the owner that the database names now")
        case c.SetComment(object=name, column=column):
            return _instant(replace(change, comment=_comment(draft, name, column)))
        case _:
            return None


def _comment(draft: Draft, name: Name, column: str | None) -> str | None:
    table, view = draft.tables.get(draft.resolve(name)), draft.views.get(draft.resolve(name))
    if column is None:
        return table.comment if table is not None else view.comment if view is not None else None
    known = table.column(column) if table is not None else None
    return known.comment if known is not None else None


def _rows(change: c.Change, _draft: Draft, _guard: bool) -> Inverse | None:
    match change:
        case c.InsertRows():
            return _instant(why="rows that were added may stay")
        case c.UpdateRows():
            return Inverse("lossy", why="the values before are overwritten")
        case c.DeleteRows() | c.TruncateTable():
            return Inverse("lossy", why="the rows don't come back")
        case c.Opaque(reason=reason) | c.Unreadable(reason=reason):
            return Inverse("impossible", why=reason)
        case _:
            return None
