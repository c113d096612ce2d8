"""Every kind of change as the code of an Alembic revision.

Where Alembic has an operation that says all of a change, that is written; else `op.execute()` with the pen's SQL.
Source: https://alembic.sqlalchemy.org/en/latest/ops.html
"""

from dataclasses import fields, is_dataclass

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Check, ForeignKey, IndexKey, Name, PrimaryKey, Table, Unique
from schemaguard.sql.writing.code import Code, as_text, call, enclosed, indented, names, quoted, statement, text
from schemaguard.sql.writing.column_types import column_type
from schemaguard.sql.writing.columns import actions, column, table_constraint, timing
from schemaguard.sql.writing.definitions import key_text
from schemaguard.sql.writing.identifiers import written
from schemaguard.sql.writing.statements import render


def operation(change: c.Change) -> Code | None:
    """The code for a change, with the names that it says; None for what has no statement of its own (`render`)."""
    code = None if _is_misspelled(change) else _operation(change)
    if code is None:
        sql = render(change, written)
        if sql is None:
            return None
        code = statement(sql)
    if is_outside_of_transactions(change):
        code = f"with op.get_context().autocommit_block():\n{indented(code)}"
    return Code.of(code)


_LEFT_BARE = frozenset({"collation", "concurrently", "lateral", "system_user", "tablesample"})
"""Words that PostgreSQL needs in quotes and SQLAlchemy's RESERVED_WORDS of its PostgreSQL dialect doesn't have."""


def _is_misspelled(value: object) -> bool:
    """Whether Alembic would misspell a name in it: one of those words, or a schema with a dot, which it takes apart."""
    match value:
        case str():
            return value in _LEFT_BARE
        case Name(name=name, schema=schema):
            return name in _LEFT_BARE or schema in _LEFT_BARE or "." in (schema or "")
        case tuple() | frozenset():
            return any(map(_is_misspelled, value))
        case _ if is_dataclass(value):
            return any(_is_misspelled(getattr(value, field.name)) for field in fields(value))
        case _:
            return False


def executed(change: c.Change, sql: str) -> Code:
    """The code for a change; where that doesn't hold enough, its author's own statement."""
    return operation(change) or Code.of(statement(sql.rstrip().removesuffix(";")))


def is_outside_of_transactions(change: c.Change) -> bool:
    """Whether PostgreSQL refuses the statement inside of a transaction block (25001)."""
    match change:
        case c.CreateIndex() | c.DropIndex() | c.DetachPartition() | c.Reindex(kind="index" | "table"):
            return change.concurrently
        case c.Reindex():
            return True
        case c.RewriteTable(table=table, how=how):
            return how == "VACUUM FULL" or (how == "CLUSTER" and table is None)
        case c.DropObject(kind="database"):
            return True
        case _:
            return False


def _operation(change: c.Change) -> str | None:
    """The operation of Alembic's for a change; None where it has none that says all of it."""
    match change:
        case c.CreateTable():
            return _create_table(change)
        case c.DropTable(table=table, cascade=False):
            given = _true(change.if_exists)
            return call("op.drop_table", quoted(table.name), schema=_schema(table), if_exists=given)
        case c.RenameTable(table=table, to=to, if_exists=False):
            return call("op.rename_table", quoted(table.name), quoted(to), schema=_schema(table))
        case c.AddColumn(constraints=(), serial=False):
            given, added = _true(change.if_not_exists), column(change.column)
            if added is None:
                return None
            return call(
                "op.add_column", quoted(change.table.name), added, schema=_schema(change.table), if_not_exists=given
            )
        case c.AddColumn(if_not_exists=False, serial=False):
            return _with_constraints(change)
        case c.DropColumn(table=table, column=name, cascade=False):
            given = _true(change.if_exists)
            return call("op.drop_column", quoted(table.name), quoted(name), schema=_schema(table), if_exists=given)
        case c.SetComment(kind="table", object=table, comment=str() as comment):
            return call("op.create_table_comment", quoted(table.name), quoted(comment), schema=_schema(table))
        case _:
            return _alter_column(change) or _constraint(change) or _index(change)


def _schema(name: Name) -> str | None:
    return None if name.schema is None else quoted(name.schema)


def _true(said: bool) -> str | None:
    return "True" if said else None


def _with_constraints(change: c.AddColumn) -> str | None:
    """The column, then each of its constraints: the server names them as it would beside the column."""
    made: list[c.Change] = [
        c.AddColumn(change.table, change.column),
        *(c.AddConstraint(change.table, k) for k in change.constraints),
    ]
    codes = [_operation(one) for one in made]
    known = [code for code in codes if code is not None]
    return "\n".join(known) if len(known) == len(codes) else None


def _alter_column(change: c.Change) -> str | None:
    match change:
        case c.RenameColumn(table=table, column=name, to=to):
            return _alter(table, name, new_column_name=quoted(to))
        case c.SetNotNull(table=table, column=name, constraint=None, valid=True):
            return _alter(table, name, nullable="False")
        case c.DropNotNull(table=table, column=name):
            return _alter(table, name, nullable="True")
        case c.SetDefault(table=table, column=name, default=default):
            shown = text(default)
            return None if shown is None else _alter(table, name, server_default=shown)
        case c.DropDefault(table=table, column=name):
            return _alter(table, name, server_default="None")
        case c.RetypeColumn(table=table, column=name, type=type_, using=using, collation=collation):
            shown = column_type(type_, collation)
            if shown is None or _is_a_placeholder(using):
                return None
            return _alter(table, name, type_=shown, postgresql_using=None if using is None else quoted(using))
        case c.SetComment(object=table, column=str() as name, comment=comment):
            return _alter(table, name, comment="None" if comment is None else quoted(comment))
        case _:
            return None


def _alter(table: Name, name: str, **given: str | None) -> str:
    return call("op.alter_column", quoted(table.name), quoted(name), **given, schema=_schema(table))


def _constraint(change: c.Change) -> str | None:
    match change:
        case c.AddConstraint(using_index=None, only=False):
            return _add_constraint(change)
        case c.DropConstraint(table=table, constraint=name, cascade=False):
            given = _true(change.if_exists)
            return call("op.drop_constraint", quoted(name), quoted(table.name), schema=_schema(table), if_exists=given)
        case _:
            return None


def _add_constraint(change: c.AddConstraint) -> str | None:
    table, constraint = change.table, change.constraint
    name = "None" if constraint.name is None else quoted(constraint.name)
    schema = _schema(table)
    match constraint:
        case Check(definition=definition, no_inherit=False, valid=valid):
            condition = as_text(definition)
            if condition is None:
                return None
            head = (name, quoted(table.name), quoted(condition))
            return call("op.create_check_constraint", *head, schema=schema, postgresql_not_valid=_true(not valid))
        case ForeignKey(ref_columns=(_, *_), valid=valid):
            head = (name, quoted(table.name), quoted(constraint.ref_table.name))
            of = (names(constraint.columns), names(constraint.ref_columns))
            given = {"source_schema": schema, "referent_schema": _schema(constraint.ref_table)}
            given |= {**actions(constraint), **timing(constraint), "postgresql_not_valid": _true(not valid)}
            return call("op.create_foreign_key", *head, *of, **given)
        case PrimaryKey(columns=columns, include=(), deferrable=False):
            return call("op.create_primary_key", name, quoted(table.name), names(columns), schema=schema)
        case Unique(columns=columns, include=()):
            given = {**timing(constraint), "postgresql_nulls_not_distinct": _true(not constraint.nulls_distinct)}
            return call("op.create_unique_constraint", name, quoted(table.name), names(columns), schema=schema, **given)
        case _:
            return None


def _index(change: c.Change) -> str | None:
    match change:
        case c.CreateIndex(name=Name() as name, only=False):
            return _create_index(change, name)
        case c.DropIndex(index=name, cascade=False):
            # SQLAlchemy finds the schema of an index by its table, and a table must be named for that.
            if name.schema is not None:
                return None
            given = {"if_exists": _true(change.if_exists), "postgresql_concurrently": _true(change.concurrently)}
            return call("op.drop_index", quoted(name.name), **given)
        case _:
            return None


def _create_index(change: c.CreateIndex, name: Name) -> str | None:
    index = change.index
    keys = [_key(key) for key in index.keys]
    known = [key for key in keys if key is not None]
    where = None if index.predicate is None else text(index.predicate)
    if len(known) != len(keys) or (index.predicate is not None and where is None):
        return None
    return call(
        "op.create_index",
        quoted(name.name),
        quoted(index.table.name),
        enclosed("[", known, "]"),
        schema=_schema(index.table),
        unique=_true(index.unique),
        if_not_exists=_true(change.if_not_exists),
        postgresql_using=None if index.method == "btree" else quoted(index.method),
        postgresql_where=where,
        postgresql_include=names(index.include) if index.include else None,
        postgresql_nulls_not_distinct=_true(not index.nulls_distinct),
        postgresql_concurrently=_true(change.concurrently),
    )


def _key(key: IndexKey) -> str | None:
    is_plain = key.column is not None and not (key.descending or key.opclass or key.collation)
    return quoted(key.column) if is_plain and key.column is not None else text(key_text(key))


def _create_table(change: c.CreateTable) -> str | None:
    table = change.table
    if change.like or change.as_query is not None or not _is_plain(table):
        return None
    key = table.primary_key
    counted = frozenset(change.serials)
    if counted and (key is None or counted != {*key.columns}):
        return None  # SQLAlchemy makes a serial of the one integer of a primary key only.
    keyed = frozenset(key.columns) if key is not None and len(key.columns) == 1 else frozenset[str]()
    parts = [column(o, in_table=o.name in keyed, is_serial=o.name in counted) for o in table.columns]
    parts += [table_constraint(constraint) for constraint in table.constraints]
    known = [part for part in parts if part is not None]
    if len(known) != len(parts):
        return None
    return call(
        "op.create_table",
        quoted(table.name.name),
        *known,
        schema=_schema(table.name),
        prefixes='["UNLOGGED"]' if table.persistence == "unlogged" else None,
        if_not_exists=_true(change.if_not_exists),
        postgresql_partition_by=None if table.partition_by is None else quoted(table.partition_by),
    )


def _is_plain(table: Table) -> bool:
    """Whether a table is made of nothing but columns, constraints and a way to be partitioned."""
    is_of_another = table.partition_of is not None or table.open or bool(table.inherits)
    is_stored_otherwise = table.access_method is not None or table.persistence == "temporary"
    return not (is_of_another or is_stored_otherwise or _is_a_placeholder(table.partition_by))


def _is_a_placeholder(text: str | None) -> bool:
    """Whether the driver would take something in it for one: USING and PARTITION BY are handed to it as they are."""
    return "%" in (text or "")
