"""What takes a change back, and what that costs."""

from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.converting import is_itself
from schemaguard.catalog.fold.cascade import Gone, reach
from schemaguard.catalog.fold.draft import Draft, indexed
from schemaguard.catalog.inverse_objects import access, applied, objects, types
from schemaguard.catalog.inverse_value import MAY_STAY, NOTHING, Inverse, InverseClass, instant
from schemaguard.catalog.keeping import kept_beside
from schemaguard.catalog.objects import Catalog, Check, ForeignKey, Name, PrimaryKey, Table
from schemaguard.catalog.refusal import Refusal
from schemaguard.catalog.retirability import Retirability, retirability
from schemaguard.catalog.retyping import retyping
from schemaguard.catalog.types import quote_identifier
from schemaguard.frozen import replace

__all__ = ["DROPS", "Inverse", "InverseClass", "Retirability", "inverse", "inverses", "retirability"]

DROPS = (c.DropColumn, c.DropTable, c.DropIndex, c.DropConstraint, c.DropObject)
"""What the guard turns into a retirement; besides them it keeps the old values of a retype that would lose some."""


def inverse(change: c.Change, before: Catalog, *, with_guard: bool) -> Inverse:
    """The inverse of a change on the catalog that it meets.

    `with_guard`: whether drops become retirements (`applied_by = "schemaguard"`), else a drop loses what it drops.
    """
    draft = Draft(indexed(before))
    for family in (_drops, _tables, _columns, _constraints, types, objects, access, _rows):
        try:
            found = family(change, draft, with_guard)
        except Refusal:
            # What the server refuses changes nothing.
            return NOTHING
        if found is not None:
            return found
    return NOTHING


def inverses(change: c.Change, before: Catalog) -> tuple[Inverse, Inverse]:
    """The inverse without the guard, and the one with it."""
    bare = inverse(change, before, with_guard=False)
    differs = isinstance(change, DROPS) or (isinstance(change, c.RetypeColumn) and bare.cls == "lossy")
    return bare, inverse(change, before, with_guard=True) if differs else bare


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
        case c.DropConstraint():
            return _constraint_again(draft, change, found)
        case _ if with_guard:
            if found.cls == "impossible":
                return Inverse("impossible", why=found.why)
            return Inverse(found.cls, why=found.why or "hidden, not dropped", is_retirement=True)
        case _:
            return Inverse("lossy", why="the deleted data doesn't come back")


def _constraint_again(draft: Draft, change: c.DropConstraint, found: Retirability) -> Inverse:
    table = draft.tables.get(draft.resolve(change.table))
    known = table.constraint(change.constraint) if table is not None else None
    if known is None or table is None:
        return Inverse("impossible", why=f"what constraint {change.constraint} says isn't known")
    if isinstance(known, ForeignKey | Check):
        again = replace(known, valid=False)
        return instant(c.AddConstraint(table.name, again), why="added again without checking the rows")
    others = reach(change, draft.freeze()) if change.cascade else ()
    return Inverse("slow", (c.AddConstraint(table.name, known), *_foreign_keys_again(others, draft)), found.why)


def _foreign_keys_again(gone: tuple[Gone, ...], draft: Draft) -> Iterator[c.Change]:
    for one in gone:
        table = draft.tables.get(one.name)
        key = table.constraint(one.part) if table is not None and one.part is not None else None
        if one.kind == "constraint" and isinstance(key, ForeignKey):
            yield c.AddConstraint(one.name, replace(key, valid=False))


def _tables(change: c.Change, draft: Draft, _: bool) -> Inverse | None:
    match change:
        case c.CreateTable(table=table):
            name = Name(table.name.name, "pg_temp") if table.persistence == "temporary" else draft.placed(table.name)
            if change.if_not_exists and draft.is_relation(name):
                return NOTHING
            return instant(c.DropTable(name), why=MAY_STAY)
        case c.RenameTable(table=name, to=to):
            old = draft.resolve(name)
            return instant(c.RenameTable(Name(to, old.schema), old.name))
        case c.MoveTable(table=name, schema=schema):
            old = draft.resolve(name)
            return instant(c.MoveTable(Name(old.name, schema), old.schema or "public"))
        case c.RewriteTable(table=name, how=how):
            if name is None or not how.upper().startswith("SET "):
                return NOTHING
            return Inverse("slow", why=f"{how} is taken back by another rewrite")
        case c.SetReplicaIdentity(table=name):
            table_before = draft.table(name)
            return instant(c.SetReplicaIdentity(table_before.name, table_before.replica_identity or "DEFAULT"))
        case c.AttachPartition(table=name, partition=partition):
            return instant(c.DetachPartition(draft.resolve(name), draft.resolve(partition)))
        case c.DetachPartition(table=name, partition=partition):
            child = draft.table(partition)
            if child.partition_bound is None:
                return Inverse("impossible", why=f"the bounds of {child.name} aren't known")
            again = c.AttachPartition(draft.resolve(name), child.name, child.partition_bound)
            return Inverse("slow", (again,), "attaching reads the whole partition")
        case c.SetInheritance(table=name, parent=parent, inherits=inherits):
            return instant(c.SetInheritance(draft.resolve(name), draft.resolve(parent), not inherits))
        case _:
            return None


def _columns(change: c.Change, draft: Draft, with_guard: bool) -> Inverse | None:
    match change:
        case c.AddColumn(table=name, column=column):
            if change.if_not_exists and draft.table(name).column(column.name) is not None:
                return NOTHING
            return instant(c.DropColumn(draft.resolve(name), column.name), why=MAY_STAY)
        case c.RenameColumn(table=name, column=old_name, to=to):
            return instant(c.RenameColumn(draft.resolve(name), to, old_name))
        case c.RetypeColumn():
            return _retype_back(change, draft, with_guard)
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
            return instant(c.DropNotNull(table.name, name)) if is_new else NOTHING
        case c.DropNotNull():
            if known is not None and not known.not_null:
                return NOTHING
            return Inverse("slow", (c.SetNotNull(table.name, name),), "rows written since may hold NULL, and are read")
        case c.SetDefault() | c.DropDefault():
            if known is None:
                return Inverse("impossible", why=f"the default of {name} before isn't known")
            if known.default is None:
                return instant(c.DropDefault(table.name, name)) if isinstance(change, c.SetDefault) else NOTHING
            return instant(c.SetDefault(table.name, name, known.default))
        case c.SetIdentity(identity=identity):
            had = known.identity if known is not None else None
            back = c.SetIdentity(table.name, name, had, is_new=identity is None)
            return instant(back, why="the counter goes on from the largest value" if identity is None else "")
        case c.SetGenerated(expression=None):
            return Inverse("impossible", why="a column can't be made generated again")
        case _:
            if known is None:
                return Inverse("impossible", why=f"the expression of {name} before isn't known")
            if known.generated is None:
                return NOTHING  # The server refuses it.
            old = known.generated
            return Inverse("slow", (c.SetGenerated(table.name, name, old),), "the table is rewritten")


def _retype_back(change: c.RetypeColumn, draft: Draft, with_guard: bool) -> Inverse:
    table = draft.table(change.table)
    known = table.column(change.column)
    if known is None:
        return Inverse("impossible", why=f"the type of {change.column} before isn't known")
    new = draft.type(change.type)
    there, back = retyping(known.type, new), retyping(new, known.type)
    using = f"{quote_identifier(change.column)}::{known.type}" if back.needs_using else None
    changes = (c.RetypeColumn(table.name, change.column, known.type, using, known.collation),)
    is_computed = not is_itself(change.using, change.column, known.type, new)
    if there.loses or is_computed or (change.using is not None and there.needs_using):
        if with_guard:
            return kept_beside(change, table, known, draft)
        return Inverse("lossy", changes, f"{known.type} → {new} doesn't keep every value")
    if back.work == "none" and not back.narrows:
        return Inverse("instant", changes)
    why = "the table is rewritten" if back.work == "rewrite" else "every row is checked"
    fits = ", and values written since may not fit" if back.narrows else ""
    return Inverse("slow", changes, why + fits)


def _constraints(change: c.Change, draft: Draft, _: bool) -> Inverse | None:
    match change:
        case c.AddConstraint():
            return _constraint_away(change, draft)
        case c.RenameConstraint(table=name, constraint=constraint, to=to):
            return instant(c.RenameConstraint(draft.resolve(name), to, constraint))
        case c.AlterConstraint(table=name, constraint=constraint):
            known = draft.table(name).constraint(constraint)
            if not isinstance(known, ForeignKey):
                return NOTHING
            was = (known.deferrable, known.initially_deferred)
            return instant(c.AlterConstraint(draft.resolve(name), constraint, *was))
        case c.CreateIndex(name=name):
            if name is not None and change.if_not_exists and draft.is_relation(draft.resolve(name)):
                return NOTHING
            made = name.name if name is not None else _made_index(change, draft)
            schema = draft.resolve(change.index.table).schema
            return instant(c.DropIndex(Name(made, schema))) if made else instant()
        case _:
            return None


def _constraint_away(change: c.AddConstraint, draft: Draft) -> Inverse:
    table, constraint = draft.table(change.table), change.constraint
    after = constraint.name or change.using_index or _made_name(change, draft)
    changes: list[c.Change] = [c.DropConstraint(table.name, after)] if after else []
    index = draft.indexes.get(Name(change.using_index, table.name.schema)) if change.using_index else None
    if isinstance(constraint, PrimaryKey):
        # NOT NULL came with the key, and stays when it goes.
        keys = [key.column for key in index.keys] if index is not None else constraint.columns
        nullable = {column.name for column in table.columns if not column.not_null}
        changes += [c.DropNotNull(table.name, column) for column in keys if column in nullable and column is not None]
    if change.using_index is None:
        return instant(*changes)
    if index is not None:
        changes.append(c.CreateIndex(index, index.name, concurrently=True))
    return Inverse("slow", tuple(changes), "the index goes with the constraint, and is built anew")


def _made_name(change: c.AddConstraint, draft: Draft) -> str | None:
    """The name that the server gives, found by doing it."""
    after = applied(change, draft)
    name = draft.resolve(change.table)
    table = after.tables.get(name) if after is not None else None
    return table.constraints[-1].name if table is not None and table.constraints else None


def _made_index(change: c.CreateIndex, draft: Draft) -> str | None:
    after = applied(change, draft)
    names = after.indexes_of.get(draft.resolve(change.index.table), ()) if after is not None else ()
    return names[-1].name if names else None


def _rows(change: c.Change, _draft: Draft, _guard: bool) -> Inverse | None:
    match change:
        case c.InsertRows():
            return instant(why="rows that were added may stay")
        case c.UpdateRows():
            return Inverse("lossy", why="the values before are overwritten")
        case c.DeleteRows() | c.TruncateTable():
            return Inverse("lossy", why="the rows don't come back")
        case c.Opaque(reason=reason) | c.Unreadable(reason=reason):
            return Inverse("impossible", why=reason)
        case _:
            return None
