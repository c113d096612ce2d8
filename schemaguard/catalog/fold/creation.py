"""CREATE TABLE: LIKE, inheritance and partitions, serial and identity sequences, constraints, its own indexes."""

from schemaguard.catalog import expressions
from schemaguard.catalog.casts import as_printed
from schemaguard.catalog.changes import CreateIndex, CreateTable
from schemaguard.catalog.fold.assigning import require_default_fits
from schemaguard.catalog.fold.cascade import Gone
from schemaguard.catalog.fold.draft import UNKNOWN_TYPE, Draft, parse_name, type_name
from schemaguard.catalog.fold.indexes import create_index
from schemaguard.catalog.fold.keys import add_constraints
from schemaguard.catalog.fold.movement import spelled
from schemaguard.catalog.fold.removal import remove_all
from schemaguard.catalog.objects import (
    Check,
    Column,
    Constraint,
    Exclusion,
    ForeignKey,
    Name,
    PrimaryKey,
    Sequence,
    Table,
    Unique,
)
from schemaguard.catalog.refusal import Refusal
from schemaguard.catalog.types import quote_identifier
from schemaguard.catalog.volatility import is_null
from schemaguard.frozen import replace

_INTEGERS = ("smallint", "integer", "bigint")


def create_table(change: CreateTable, draft: Draft) -> None:
    """CREATE TABLE, with everything that the server makes along with it.

    See DefineRelation() in tablecmds.c; transformCreateStmt() in parse_utilcmd.c.
    """
    name = _placed(draft, change.table)
    if draft.is_relation(name):
        if change.if_not_exists:
            return
        draft.refuse(name, f'relation "{name.name}" already exists', "42P07")
        remove_all(draft, (Gone("table", name),), cascade=True)
    parents = tuple(draft.resolve(parent) for parent in change.table.inherits)
    of = draft.resolve(change.table.partition_of) if change.table.partition_of else None
    _check_parents(draft, change.table, parents, of)
    copied, inherited, is_open = _from_parents(draft, (*parents, *((of,) if of else ())))
    like_columns, like_constraints, like_open = _from_like(draft, change)
    own = tuple(own_column(draft, name, column, column.name in change.serials) for column in change.table.columns)
    columns = _merged(draft, name, copied, (*like_columns, *own), is_partition=of is not None)
    bare_query = change.as_query is not None and not columns
    for column in own:
        require_own_values(draft, name, column, columns)
    draft.put(
        replace(
            change.table,
            name=name,
            columns=columns,
            constraints=(),
            inherits=parents,
            partition_of=of,
            open=change.table.open or is_open or like_open or bare_query,
            number=draft.next_number(),
        )
    )
    for column in columns:
        # A partition's identity counts in the sequence of the table that it is a part of.
        is_shared = of is not None and column.name not in change.serials
        if (column.identity is not None and not is_shared) or column.name in change.serials:
            own_sequence(draft, name, column)
    own_constraints = change.table.constraints
    kept = tuple(c for c in inherited if not any(c.name and c.name == other.name for other in own_constraints))
    own_keys = tuple(c for c in (*kept, *own_constraints) if not isinstance(c, ForeignKey))
    add_constraints(draft, draft.tables[name], own_keys)
    for constraint in like_constraints:
        # One by one: a key that repeats another is made all the same here.
        add_constraints(draft, draft.tables[name], (constraint,))
    add_constraints(draft, draft.tables[name], tuple(c for c in (*kept, *own_constraints) if c not in own_keys))
    if of is not None:
        _indexes_of_parent(draft, of, name)
    _own_indexes(draft, change, name)


def _check_parents(draft: Draft, table: Table, parents: tuple[Name, ...], of: Name | None) -> None:
    for parent in parents:
        known = draft.tables.get(parent)
        if known is not None and known.partition_by is not None:
            draft.refuse(parent, f'cannot inherit from partitioned table "{parent.name}"', "42809")
        if known is not None and known.partition_of is not None:
            draft.refuse(parent, f'cannot inherit from partition "{parent.name}"', "42809")
    known = draft.tables.get(of) if of is not None else None
    if known is not None and known.partition_by is None and not known.open:
        draft.refuse(known.name, f'"{known.name.name}" is not partitioned', "42P17")
    if sum(isinstance(constraint, PrimaryKey) for constraint in table.constraints) > 1:
        message = f'multiple primary keys for table "{table.name.name}" are not allowed'
        raise Refusal(message, "42P16")


def _placed(draft: Draft, table: Table) -> Name:
    if table.persistence == "temporary":
        return Name(table.name.name, "pg_temp")
    return draft.placed(table.name)


def own_column(draft: Draft, table: Name, column: Column, is_serial: bool) -> Column:
    """The column as the table gets it: its type found, serial and identity spelled out."""
    type_ = draft.type(column.type)
    column = column if type_ is column.type else replace(column, type=type_)
    default = stored_default(draft, column, column.default)
    column = column if default is column.default else replace(column, default=default)
    require_default_fits(draft, table, column.name, column.type, column.default)
    if is_serial:
        sequence = draft.choose_relation_name(table, column.name, "seq", is_constraint=False)
        # Written as pg_get_expr() prints it where the schema is on the search_path.
        spelled = quote_identifier(sequence)
        if table.schema not in (None, "public", "pg_temp"):
            spelled = f"{quote_identifier(table.schema or '')}.{spelled}"
        return replace(column, not_null=True, default=f"nextval('{spelled}'::regclass)")
    return replace(column, not_null=True) if column.identity is not None else column


def stored_default(draft: Draft, column: Column, default: str | None) -> str | None:
    """The default as the server keeps it: NULL is none, but not where it has to be coerced to a domain or a length.

    See AddRelationNewConstraints() in heap.c.
    """
    is_domain = type_name(column.type) in draft.domains and not column.type.dimensions
    is_coerced = is_domain or (bool(column.type.modifiers) and column.type.name != "interval")
    if default is None or (is_null(default) and not is_coerced):
        return None
    return _with_sequences_found(draft, as_printed(default, column.type))


def _with_sequences_found(draft: Draft, default: str) -> str:
    """The default with its sequences as the server prints them: with their schema, unless that is `public`."""
    for text in expressions.sequences(default):
        name = parse_name(text)
        found = draft.resolve(name) if name is not None else None
        if found is not None and found in draft.sequences:
            written = "'" + text.replace("'", "''") + "'"
            default = default.replace(written, "'" + spelled(found).replace("'", "''") + "'")
    return default


def require_own_values(draft: Draft, table: Name, column: Column, others: tuple[Column, ...]) -> None:
    """Refuse a generated column that reads another one."""
    for other in others:
        if other.generated is not None and expressions.mentions(column.generated, other.name):
            message = f'cannot use generated column "{other.name}" in column generation expression'
            draft.refuse(table, message, "42P17")


def own_sequence(draft: Draft, table: Name, column: Column) -> None:
    """Make the sequence that a serial or identity column owns. See generateSerialExtraStmts() in parse_utilcmd.c."""
    chosen = draft.choose_relation_name(table, column.name, "seq", is_constraint=False)
    of = column.type if column.type.name in _INTEGERS else None
    draft.put(Sequence(Name(chosen, table.schema), of, (table, column.name), draft.next_number()))


def _from_parents(draft: Draft, parents: tuple[Name, ...]) -> tuple[list[Column], tuple[Constraint, ...], bool]:
    columns: dict[str, Column] = {}
    constraints: list[Constraint] = []
    is_open = False
    for name in parents:
        parent = draft.table(name)
        if parent.name not in draft.tables:
            draft.put(parent)
        is_open = is_open or parent.open
        for column in parent.columns:
            known = columns.get(column.name, column)
            merged = replace(known, is_local=False, not_null=known.not_null or column.not_null, comment=None)
            columns[column.name] = replace(merged, identity=merged.identity if parent.partition_by else None)
        for constraint in parent.constraints:
            if isinstance(constraint, Check) and not constraint.no_inherit:
                constraints.append(replace(constraint, valid=True))
            if isinstance(constraint, ForeignKey) and parent.partition_by is not None:
                constraints.append(constraint)
            if isinstance(constraint, PrimaryKey | Unique | Exclusion) and parent.partition_by is not None:
                constraints.append(replace(constraint, name=None))
    return list(columns.values()), tuple(constraints), is_open


def _merged(
    draft: Draft, table: Name, inherited: list[Column], own: tuple[Column, ...], *, is_partition: bool
) -> tuple[Column, ...]:
    """The inherited columns first; one that is also written out is merged with what is written.

    See MergeAttributes() in tablecmds.c.
    """
    columns = {column.name: column for column in inherited}
    seen: set[str] = set()
    for column in own:
        if column.name in seen:
            draft.refuse(table, f'column "{column.name}" specified more than once', "42701")
        seen.add(column.name)
        base = columns.get(column.name)
        if base is None:
            columns[column.name] = column
            continue
        if base.type != column.type and UNKNOWN_TYPE not in (base.type, column.type):
            draft.refuse(table, f'column "{column.name}" has a type conflict', "42804")
        columns[column.name] = replace(
            base,
            not_null=base.not_null or column.not_null,
            default=column.default if column.default is not None else base.default,
            is_local=not is_partition,
        )
    # The sequence of a partitioned table's identity column belongs to the root alone.
    return tuple(columns.values())


def _from_like(draft: Draft, change: CreateTable) -> tuple[tuple[Column, ...], tuple[Constraint, ...], bool]:
    columns: list[Column] = []
    constraints: list[Constraint] = []
    is_open = False
    for name, options in change.like:
        source = draft.table(name)
        is_open = is_open or source.open
        has = {option.upper().removeprefix("INCLUDING ").strip() for option in options}
        everything = "ALL" in has
        columns += [_like_column(column, has, everything=everything) for column in source.columns]
        for constraint in source.constraints:
            if isinstance(constraint, Check) and (everything or "CONSTRAINTS" in has):
                constraints.append(replace(constraint, valid=True))
            if isinstance(constraint, PrimaryKey | Unique | Exclusion) and (everything or "INDEXES" in has):
                constraints.append(replace(constraint, name=None))
    return tuple(columns), tuple(constraints), is_open


def _like_column(column: Column, options: set[str], *, everything: bool) -> Column:
    return Column(
        column.name,
        column.type,
        not_null=column.not_null,
        default=column.default if everything or "DEFAULTS" in options else None,
        identity=column.identity if everything or "IDENTITY" in options else None,
        generated=column.generated if everything or "GENERATED" in options else None,
        generated_stored=column.generated_stored,
        collation=column.collation,
        comment=column.comment if everything or "COMMENTS" in options else None,
    )


def _indexes_of_parent(draft: Draft, parent: Name, partition: Name) -> None:
    """CREATE TABLE … PARTITION OF makes the parent's plain indexes anew, under names of their own.

    See DefineRelation() in tablecmds.c.
    """
    for index in draft.indexes_on(parent):
        if index.constraint is None:
            create_index(CreateIndex(replace(index, table=partition, valid=True), None), draft)


def _own_indexes(draft: Draft, change: CreateTable, name: Name) -> None:
    for source, options in change.like:
        has = {option.upper().removeprefix("INCLUDING ").strip() for option in options}
        if "ALL" in has or "INDEXES" in has:
            for index in draft.indexes_on(draft.resolve(source)):
                if index.constraint is None:
                    create_index(CreateIndex(replace(index, table=name), None), draft)
    for index in change.indexes:
        given = index.name if index.name.name else None
        create_index(CreateIndex(replace(index, table=name), given), draft)
