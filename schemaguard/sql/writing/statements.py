"""Changes as SQL: those that inverses and retirements are made of."""

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Check, Constraint, Exclusion, ForeignKey, Name, PrimaryKey, Unique
from schemaguard.sql.writing.identifiers import columns, qualified, quote
from schemaguard.sql.writing.objects import render_object


def render(change: c.Change) -> str | None:
    """The statement for a change whose names are resolved; None for a kind that no inverse is made of."""
    match change:
        case c.DropConstraint(table=table, constraint=name):
            return f"alter table {qualified(table)} drop constraint {quote(name)}"
        case c.AddConstraint(table=table, constraint=constraint, using_index=None):
            return add_constraint(table, constraint)
        case c.DropIndex(index=index):
            return f"drop index {qualified(index)}"
        case c.RenameTable(table=table, to=to):
            return f"alter table {qualified(table)} rename to {quote(to)}"
        case c.MoveTable(table=table, schema=schema):
            return f"alter table {qualified(table)} set schema {quote(schema)}"
        case c.RenameConstraint(table=table, constraint=name, to=to):
            return f"alter table {qualified(table)} rename constraint {quote(name)} to {quote(to)}"
        case c.DropTable(table=table):
            return f"drop table {qualified(table)}"
        case c.AlterConstraint(table=table, constraint=name):
            timing = ("not " * (not change.deferrable)) + "deferrable"
            timing += " initially deferred" * change.initially_deferred
            return f"alter table {qualified(table)} alter constraint {quote(name)} {timing}"
        case c.DetachPartition(table=table, partition=partition, concurrently=False):
            return f"alter table {qualified(table)} detach partition {qualified(partition)}"
        case c.AttachPartition(table=table, partition=partition, bound=bound):
            return f"alter table {qualified(table)} attach partition {qualified(partition)} {bound}"
        case c.SetInheritance(table=table, parent=parent, inherits=inherits):
            return f"alter table {qualified(table)} {'' if inherits else 'no '}inherit {qualified(parent)}"
        case c.SetReplicaIdentity(table=table, identity=identity):
            return f"alter table {qualified(table)} replica identity {_identity_of_replica(identity)}"
        case c.RenameColumn(table=table, column=column, to=to):
            return f"alter table {qualified(table)} rename column {quote(column)} to {quote(to)}"
        case _:
            return _column_change(change) or render_object(change)


def _identity_of_replica(identity: str) -> str:
    word, _, index = identity.partition("USING INDEX ")
    return f"using index {quote(index)}" if index else word.lower()


def _column_change(change: c.Change) -> str | None:
    match change:
        case c.SetNotNull(table=table, column=column):
            return _alter_column(table, column, "set not null")
        case c.DropNotNull(table=table, column=column):
            return _alter_column(table, column, "drop not null")
        case c.SetDefault(table=table, column=column, default=default):
            return _alter_column(table, column, f"set default {default}")
        case c.DropDefault(table=table, column=column):
            return _alter_column(table, column, "drop default")
        case c.RetypeColumn(table=table, column=column, type=type_, using=using, collation=collation):
            collated = f" collate {quote(collation)}" if collation else ""
            return _alter_column(table, column, f"type {type_}{collated}{f' using {using}' if using else ''}")
        case c.DropColumn(table=table, column=column):
            return f"alter table {qualified(table)} drop column {quote(column)}"
        case c.SetIdentity(table=table, column=column, identity=identity, is_new=is_new):
            if identity is None:
                return _alter_column(table, column, "drop identity")
            return _alter_column(
                table, column, f"{'add' if is_new else 'set'} generated {identity}{' as identity' * is_new}"
            )
        case c.SetGenerated(table=table, column=column, expression=str() as expression):
            return _alter_column(table, column, f"set expression as ({expression})")
        case _:
            return None


def add_constraint(table: Name, constraint: Constraint) -> str:
    """ADD CONSTRAINT as it is, NOT VALID where it says so."""
    assert constraint.name is not None
    return f"alter table {qualified(table)} add constraint {quote(constraint.name)} {_definition(constraint)}"


def _definition(constraint: Constraint) -> str:
    match constraint:
        case ForeignKey():
            text = f"foreign key {columns(constraint.columns)} references {qualified(constraint.ref_table)}"
            text += f" {columns(constraint.ref_columns)}" if constraint.ref_columns else ""
            text += " match full" if constraint.match_full else ""
            text += f" on update {constraint.on_update} on delete {constraint.on_delete}"
            return text + _deferrable(constraint) + ("" if constraint.valid else " not valid")
        case Check():
            return (
                f"check ({constraint.definition})"
                + (" no inherit" if constraint.no_inherit else "")
                + ("" if constraint.valid else " not valid")
            )
        case PrimaryKey() | Unique():
            kind = "primary key" if isinstance(constraint, PrimaryKey) else "unique"
            nulls = "" if isinstance(constraint, PrimaryKey) or constraint.nulls_distinct else " nulls not distinct"
            include = f" include {columns(constraint.include)}" if constraint.include else ""
            return f"{kind}{nulls} {columns(constraint.columns)}{include}{_deferrable(constraint)}"
        case Exclusion():
            elements = ", ".join(f"{element} with {operator}" for element, operator in constraint.elements)
            where = f" where ({constraint.predicate})" if constraint.predicate else ""
            return f"exclude using {quote(constraint.method)} ({elements}){where}"


def _deferrable(constraint: ForeignKey | PrimaryKey | Unique) -> str:
    if not constraint.deferrable:
        return ""
    return " deferrable initially deferred" if constraint.initially_deferred else " deferrable"


def _alter_column(table: Name, column: str, action: str) -> str:
    return f"alter table {qualified(table)} alter column {quote(column)} {action}"
