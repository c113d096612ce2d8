"""Changes of tables, columns, constraints and indexes as SQL."""

from typing import assert_never

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Name, Table
from schemaguard.sql.writing.definitions import (
    column_text,
    constraint_text,
    elements_text,
    index_text,
    inline_text,
    is_inline,
    over_index,
)
from schemaguard.sql.writing.identifiers import Spelling, columns, quote
from schemaguard.sql.writing.types import collated, type_text

TableChange = (
    c.CreateTable | c.DropTable | c.RenameTable | c.MoveTable | c.RewriteTable | c.SetTableOption | c.SetReplicaIdentity
    | c.AttachPartition | c.DetachPartition | c.SetInheritance
)  # fmt: skip
ColumnChange = (
    c.AddColumn | c.DropColumn | c.RenameColumn | c.RetypeColumn | c.SetNotNull | c.DropNotNull | c.SetDefault
    | c.DropDefault | c.SetIdentity | c.SetGenerated | c.SetColumnOption
)  # fmt: skip
ConstraintChange = (
    c.AddConstraint | c.DropConstraint | c.ValidateConstraint | c.RenameConstraint | c.AlterConstraint
    | c.CreateIndex | c.DropIndex | c.AttachIndex | c.Reindex
)  # fmt: skip


def render_table(change: TableChange, spell: Spelling) -> str | None:
    """The statement for a change of a table; None where the change doesn't hold what was written."""
    match change:
        case c.CreateTable():
            return _create_table(change, spell)
        case c.DropTable(table=table):
            return f"DROP TABLE {_if_exists(change.if_exists)}{spell(table)}{' CASCADE' * change.cascade}"
        case c.RenameTable(table=table, to=to):
            return f"ALTER TABLE {_if_exists(change.if_exists)}{spell(table)} RENAME TO {quote(to)}"
        case c.MoveTable(table=table, schema=schema):
            return f"ALTER TABLE {_if_exists(change.if_exists)}{spell(table)} SET SCHEMA {quote(schema)}"
        case c.RewriteTable():
            return _rewrite(change, spell)
        case c.SetTableOption(table=table, option=option):
            # Only an index has columns by number.
            kind = "INDEX" if option.lower().startswith("alter column") else "TABLE"
            return f"ALTER {kind} {spell(table)} {option}"
        case c.SetReplicaIdentity(table=table, identity=identity):
            word, _, index = identity.partition("USING INDEX ")
            return f"ALTER TABLE {spell(table)} REPLICA IDENTITY {f'USING INDEX {quote(index)}' if index else word}"
        case c.AttachPartition(table=table, partition=partition, bound=bound):
            return f"ALTER TABLE {spell(table)} ATTACH PARTITION {spell(partition)} {bound}".rstrip()
        case c.DetachPartition(table=table, partition=partition):
            how = " CONCURRENTLY" * change.concurrently + " FINALIZE" * change.finalizes
            return f"ALTER TABLE {spell(table)} DETACH PARTITION {spell(partition)}{how}"
        case c.SetInheritance(table=table, parent=parent, inherits=inherits):
            return f"ALTER TABLE {spell(table)} {'' if inherits else 'NO '}INHERIT {spell(parent)}"
        case _:
            assert_never(change)


def _create_table(change: c.CreateTable, spell: Spelling) -> str | None:
    table = change.table
    kind = {"permanent": "", "unlogged": "UNLOGGED ", "temporary": "TEMPORARY "}[table.persistence]
    head = f"CREATE {kind}TABLE {_if_not_exists(change.if_not_exists)}{spell(table.name)}"
    storage = f" USING {quote(table.access_method)}" if table.access_method is not None else ""
    if change.as_query is not None:
        shown = f" {columns(tuple(column.name for column in table.columns))}" if table.columns else ""
        return f"{head}{shown}{storage} AS {change.as_query}"
    if table.open:
        return None  # OF a type, which isn't held.
    elements = elements_text(table, change.serials, tuple((spell(name), how) for name, how in change.like), spell)
    if table.partition_of is not None:
        inside = f" ({elements})" if elements else ""
        head += f" PARTITION OF {spell(table.partition_of)}{inside} {table.partition_bound or 'DEFAULT'}"
    else:
        head += f" ({elements})"
    return head + _inherits(table, spell) + _partition_by(table) + storage


def _inherits(table: Table, spell: Spelling) -> str:
    return f" INHERITS ({', '.join(map(spell, table.inherits))})" if table.inherits else ""


def _partition_by(table: Table) -> str:
    return f" PARTITION BY {table.partition_by}" if table.partition_by is not None else ""


def _rewrite(change: c.RewriteTable, spell: Spelling) -> str | None:
    of = "" if change.table is None else f" {spell(change.table)}"
    how = change.how
    if how == "VACUUM FULL":
        return f"VACUUM (FULL){of}"
    if how.startswith("CLUSTER"):
        return f"CLUSTER{of}{how.removeprefix('CLUSTER')}"
    # All that lies in a tablespace moves to another; neither of them is held.
    return f"ALTER TABLE{of} {how}" if of else None


def _if_exists(said: bool) -> str:
    return "IF EXISTS " * said


def _if_not_exists(said: bool) -> str:
    return "IF NOT EXISTS " * said


def render_column(change: ColumnChange, spell: Spelling) -> str:
    """The statement for a change of a column."""
    match change:
        case c.AddColumn():
            return f"ALTER TABLE {spell(change.table)} {_add_column(change, spell)}"
        case c.DropColumn(table=table, column=column):
            tail = " CASCADE" * change.cascade
            return f"ALTER TABLE {spell(table)} DROP COLUMN {_if_exists(change.if_exists)}{quote(column)}{tail}"
        case c.RenameColumn(table=table, column=column, to=to):
            return f"ALTER TABLE {spell(table)} RENAME COLUMN {quote(column)} TO {quote(to)}"
        case c.SetNotNull(table=table, column=column) if change.constraint is not None or not change.valid:
            name = f"CONSTRAINT {quote(change.constraint)} " if change.constraint is not None else ""
            return f"ALTER TABLE {spell(table)} ADD {name}NOT NULL {quote(column)}{' NOT VALID' * (not change.valid)}"
        case c.SetColumnOption(table=table, column=column, option=option) if column.isdigit():
            # A column of an index has no name of its own.
            return f"ALTER TABLE {spell(table)} ALTER COLUMN {column} {option}"
        case _:
            return f"ALTER TABLE {spell(change.table)} ALTER COLUMN {quote(change.column)} {_alteration(change)}"


def _add_column(change: c.AddColumn, spell: Spelling) -> str:
    column = change.column
    inline = [inline_text(one, spell) for one in change.constraints if is_inline(one, column)]
    beside = [f"ADD {constraint_text(one, spell)}" for one in change.constraints if not is_inline(one, column)]
    head = f"ADD COLUMN {_if_not_exists(change.if_not_exists)}{column_text(column, serial=change.serial)}"
    return ", ".join((" ".join((head, *inline)), *beside))


def _alteration(
    change: c.RetypeColumn | c.SetNotNull | c.DropNotNull | c.SetDefault | c.DropDefault | c.SetIdentity
    | c.SetGenerated | c.SetColumnOption,
) -> str:  # fmt: skip
    match change:
        case c.RetypeColumn(type=type_, using=using, collation=collation):
            return f"TYPE {collated(type_text(type_), collation)}{f' USING {using}' if using is not None else ''}"
        case c.SetNotNull():
            return "SET NOT NULL"
        case c.DropNotNull():
            return "DROP NOT NULL"
        case c.SetDefault(default=default):
            return f"SET DEFAULT {default}"
        case c.DropDefault():
            return "DROP DEFAULT"
        case c.SetIdentity(identity=identity):
            if identity is None:
                return f"DROP IDENTITY{' IF EXISTS' * change.if_exists}"
            return f"{'ADD' if change.is_new else 'SET'} GENERATED {identity.upper()}{' AS IDENTITY' * change.is_new}"
        case c.SetGenerated(expression=expression):
            if expression is None:
                return f"DROP EXPRESSION{' IF EXISTS' * change.if_exists}"
            return f"SET EXPRESSION AS ({expression})"
        case c.SetColumnOption(option=option):
            return option
        case _:
            assert_never(change)


def render_constraint(change: ConstraintChange, spell: Spelling) -> str:
    """The statement for a change of a constraint or an index."""
    match change:
        case c.AddConstraint(table=table, constraint=constraint, using_index=index):
            added = constraint_text(constraint, spell) if index is None else over_index(constraint, index)
            return f"ALTER TABLE {'ONLY ' * change.only}{spell(table)} ADD {added}"
        case c.DropConstraint(table=table, constraint=name):
            tail = " CASCADE" * change.cascade
            return f"ALTER TABLE {spell(table)} DROP CONSTRAINT {_if_exists(change.if_exists)}{quote(name)}{tail}"
        case c.ValidateConstraint(table=table, constraint=name):
            return f"ALTER TABLE {spell(table)} VALIDATE CONSTRAINT {quote(name)}"
        case c.RenameConstraint(table=table, constraint=name, to=to):
            return f"ALTER TABLE {spell(table)} RENAME CONSTRAINT {quote(name)} TO {quote(to)}"
        case c.AlterConstraint(table=table, constraint=name):
            timing = "NOT " * (not change.deferrable) + "DEFERRABLE" + " INITIALLY DEFERRED" * change.initially_deferred
            return f"ALTER TABLE {spell(table)} ALTER CONSTRAINT {quote(name)} {timing}"
        case c.CreateIndex():
            return _create_index(change, spell)
        case c.DropIndex(index=name):
            how = "CONCURRENTLY " * change.concurrently + _if_exists(change.if_exists)
            return f"DROP INDEX {how}{spell(name)}{' CASCADE' * change.cascade}"
        case c.AttachIndex(index=name, partition=partition):
            return f"ALTER INDEX {spell(name)} ATTACH PARTITION {spell(partition)}"
        case c.Reindex(kind=kind, name=reindexed):
            how = " CONCURRENTLY" * change.concurrently
            return f"REINDEX {kind.upper()}{how}{_reindexed(kind, reindexed, spell)}"
        case _:
            assert_never(change)


def _create_index(change: c.CreateIndex, spell: Spelling) -> str:
    """An index is made in the schema of its table: its own name takes none."""
    name = f"{quote(change.name.name)} " if change.name is not None else ""
    how = "UNIQUE " * change.index.unique + "INDEX " + "CONCURRENTLY " * change.concurrently
    rest = index_text(change.index, spell, only=change.only)
    return f"CREATE {how}{_if_not_exists(change.if_not_exists)}{name}ON {rest}"


def _reindexed(kind: str, name: Name | None, spell: Spelling) -> str:
    if name is None:
        return ""
    return f" {spell(name) if kind in ('index', 'table') else quote(name.name)}"
