"""Constraints come: their names, the indexes behind them, what they ask of the table."""

from itertools import zip_longest
from typing import Any

from schemaguard.catalog import expressions
from schemaguard.catalog.casts import can_reference
from schemaguard.catalog.fold.assigning import beneath
from schemaguard.catalog.fold.draft import UNKNOWN_TYPE, Draft, type_name
from schemaguard.catalog.names import addition, expression_name, index_columns
from schemaguard.catalog.objects import (
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    IndexKey,
    Name,
    PrimaryKey,
    Table,
    Unique,
)
from schemaguard.catalog.refusal import Refusal
from schemaguard.frozen import replace

_LEAVE_ALONE = {
    (update, delete) for update in ("NO ACTION", "RESTRICT") for delete in ("NO ACTION", "RESTRICT", "CASCADE")
}


Keyed = PrimaryKey | Unique | Exclusion


def add_constraints(draft: Draft, table: Table, constraints: tuple[Constraint, ...], *, only: bool = False) -> None:
    """Give the constraints of one statement to a table that the draft holds: checks, then keys, then foreign keys."""
    for check in (c for c in constraints if isinstance(c, Check)):
        _add_check(draft, table.name, check)
    keys = [c for c in constraints if isinstance(c, PrimaryKey)]
    keys_after: list[Keyed] = [c for c in constraints if isinstance(c, Unique | Exclusion)]
    for key in without_repeats([*keys, *keys_after]):
        add_key(draft, table.name, key, only=only)
    for foreign in (c for c in constraints if isinstance(c, ForeignKey)):
        _add_foreign_key(draft, table.name, foreign)


def without_repeats(keys: list[Keyed]) -> list[Keyed]:
    """The keys of one statement without those that repeat an earlier one, which inherits the name if it has none.

    See transformIndexConstraints() in parse_utilcmd.c.
    """
    kept: list[Keyed] = []
    for key in keys:
        for at, prior in enumerate(kept):
            if _signature(prior) is not None and _signature(prior) == _signature(key):
                kept[at] = replace(prior, name=prior.name or key.name)
                break
        else:
            kept.append(key)
    return kept


def _signature(key: Keyed) -> tuple[Any, ...] | None:
    if isinstance(key, Exclusion):
        return None
    nulls_distinct = key.nulls_distinct if isinstance(key, Unique) else True
    return key.columns, key.include, nulls_distinct, key.deferrable, key.initially_deferred


def _add_check(draft: Draft, name: Name, check: Check) -> None:
    table = draft.tables[name]
    if check.name is None:
        known = [column.name for column in table.columns]
        used = check.columns or tuple(column for column in known if expressions.mentions(check.definition, column))
        alone = used[0] if len(set(used)) == 1 else None
        check = replace(check, name=draft.choose_constraint_name(name, alone, "check", frozenset()), columns=used)
    else:
        refuse_repeated(draft, table, check.name)
    if check.no_inherit and table.partition_by is not None:
        raise Refusal(f'cannot add NO INHERIT constraint to partitioned table "{name.name}"', "42P16")
    draft.put(replace(table, constraints=(*table.constraints, check)))
    if not check.no_inherit:
        for child in list(draft.children(name)):
            if child.constraint(check.name or "") is None:
                _add_check(draft, child.name, check)


def refuse_repeated(draft: Draft, table: Table, name: str | None) -> None:
    """Refuse as the server does where the table has a constraint of that name."""
    if name is not None and table.constraint(name) is not None:
        draft.refuse(table.name, f'constraint "{name}" for relation "{table.name.name}" already exists', "42710")


def _key_columns(key: Keyed) -> tuple[str, ...]:
    if isinstance(key, Exclusion):
        return tuple(expression_name(element) for element, _ in key.elements)
    return (key.made_as or key.columns) + key.include


def _require(draft: Draft, name: Name, columns: tuple[str, ...]) -> None:
    """The columns of a primary key hold no NULL in whatever inherits from the table either."""
    for child in list(draft.children(name)):
        required = (replace(c, not_null=True) if c.name in columns else c for c in child.columns)
        draft.put(replace(child, columns=tuple(required)))
        _require(draft, child.name, columns)


def add_key(draft: Draft, name: Name, key: Keyed, using: Index | None = None, *, only: bool = False) -> None:
    """A primary key, UNIQUE or EXCLUDE with its index, on the table and, unless `only` that, on its partitions.

    See transformIndexConstraint() in parse_utilcmd.c.
    """
    table = draft.tables[name]
    _check_key(draft, table, key)
    key = replace(key, name=key.name or _key_name(draft, name, key, using))
    refuse_repeated(draft, table, key.name)
    full = Name(key.name or "", name.schema)
    if using is not None:
        draft.remove(using)
    if draft.is_relation(full):
        draft.refuse(full, f'relation "{full.name}" already exists', "42P07")
    draft.put(_backing_index(full, name, key) if using is None else replace(using, name=full, constraint=key.name))
    table = replace(table, constraints=(*table.constraints, key))
    if isinstance(key, PrimaryKey):
        columns = (replace(c, not_null=True) if c.name in key.columns else c for c in table.columns)
        table = replace(table, columns=tuple(columns))
    draft.put(table)
    if isinstance(key, PrimaryKey) and not only:
        _require(draft, name, key.columns)
    parts = [child for child in draft.children(name) if child.partition_of == name]
    if only:
        if parts:
            draft.put(replace(draft.indexes[full], valid=False))
        return
    for child in parts:
        if not _has_key(child, key):
            add_key(draft, child.name, replace(key, name=None))


def _has_key(table: Table, key: Keyed) -> bool:
    return any(replace(other, name=None) == replace(key, name=None) for other in table.constraints)


def _check_key(draft: Draft, table: Table, key: Keyed) -> None:
    if isinstance(key, PrimaryKey) and table.primary_key is not None:
        message = f'multiple primary keys for table "{table.name.name}" are not allowed'
        draft.refuse(table.name, message, "42P16")
    if isinstance(key, Exclusion):
        return
    require_columns(draft, table, key.columns + key.include, 'column "{}" named in key does not exist')
    if table.partition_key and not set(table.partition_key) <= set(key.columns):
        raise Refusal("unique constraint on partitioned table must include all partitioning columns", "0A000")


def require_columns(draft: Draft, table: Table, columns: tuple[str, ...], message: str) -> None:
    """Refuse with 42703 where the table certainly lacks one of the columns."""
    for column in columns:
        is_missing = table.column(column) is None and (not table.open or column in table.absent)
        if is_missing:
            draft.refuse(table.name, message.format(column), "42703")


def _key_name(draft: Draft, name: Name, key: Keyed, using: Index | None) -> str:
    if using is not None:
        return using.name.name
    if isinstance(key, PrimaryKey):
        return draft.choose_relation_name(name, None, "pkey", is_constraint=True)
    label = "excl" if isinstance(key, Exclusion) else "key"
    columns = addition(index_columns(_key_columns(key)))
    return draft.choose_relation_name(name, columns, label, is_constraint=True)


def _backing_index(name: Name, table: Name, key: Keyed) -> Index:
    if isinstance(key, Exclusion):
        keys = tuple(_exclusion_key(element) for element, _ in key.elements)
        return Index(name, table, keys, method=key.method, predicate=key.predicate, constraint=name.name)
    return Index(
        name,
        table,
        tuple(IndexKey(column, made_as=made) for column, made in zip_longest(key.columns, key.made_as)),
        unique=True,
        method="gist" if key.without_overlaps else "btree",
        include=key.include,
        nulls_distinct=key.nulls_distinct if isinstance(key, Unique) else True,
        constraint=name.name,
    )


def _exclusion_key(element: str) -> IndexKey:
    simple = element.replace("_", "a").isalnum()
    return IndexKey(element) if simple else IndexKey(None, element, columns=tuple(expressions.words(element)))


def _add_foreign_key(draft: Draft, name: Name, foreign: ForeignKey) -> None:
    table = draft.tables[name]
    require_columns(draft, table, foreign.columns, 'column "{}" referenced in foreign key constraint does not exist')
    foreign = _resolved(draft, name, foreign)
    if foreign.name is None:
        chosen = draft.choose_constraint_name(name, addition(foreign.columns), "fkey", frozenset())
        foreign = replace(foreign, name=chosen)
    else:
        refuse_repeated(draft, table, foreign.name)
    draft.put(replace(table, constraints=(*table.constraints, foreign)))
    for child in [child for child in draft.children(name) if child.partition_of == name]:
        if find_foreign_key(child, foreign) is None:
            same = foreign.name if child.constraint(foreign.name or "") is None else None
            _add_foreign_key(draft, child.name, replace(foreign, name=same))


def find_foreign_key(table: Table, like: ForeignKey) -> ForeignKey | None:
    """The table's foreign key with the same columns and target, as a partition has it."""
    for constraint in table.constraints:
        if (
            isinstance(constraint, ForeignKey)
            and (constraint.columns, constraint.ref_table) == (like.columns, like.ref_table)
            and constraint.ref_columns == like.ref_columns
        ):
            return constraint
    return None


def _resolved(draft: Draft, name: Name, foreign: ForeignKey) -> ForeignKey:
    """The foreign key with its target's full name and columns; refused where the target has no such key.

    See transformFkeyCheckAttrs() in tablecmds.c.
    """
    target = draft.table(foreign.ref_table)
    key = target.primary_key
    columns = foreign.ref_columns or (key.columns if key else ())
    foreign = replace(foreign, ref_table=target.name, ref_columns=columns)
    if target.open or not draft.is_certain(target.name):
        return foreign
    if not columns:
        message = f'there is no primary key for referenced table "{target.name.name}"'
        raise Refusal(message, "42704")
    require_columns(draft, target, columns, 'column "{}" referenced in foreign key constraint does not exist')
    if len(columns) != len(foreign.columns):
        raise Refusal("number of referencing and referenced columns for foreign key disagree", "42830")
    _check_reference(draft, name, foreign, target)
    if not any(_is_unique_on(index, set(columns)) for index in draft.indexes_on(target.name)):
        message = f'there is no unique constraint matching given keys for referenced table "{target.name.name}"'
        raise Refusal(message, "42830")
    return foreign


def _check_reference(draft: Draft, name: Name, foreign: ForeignKey, target: Table) -> None:
    table = draft.tables[name]
    reachable = {"temporary": ("temporary",), "unlogged": ("unlogged", "permanent"), "permanent": ("permanent",)}
    if target.persistence not in reachable[table.persistence]:
        message = f"constraints on {table.persistence} tables may reference only {table.persistence} tables"
        raise Refusal(message, "42P16")
    for own in map(table.column, foreign.columns):
        if own is not None and own.generated is not None and (foreign.on_update, foreign.on_delete) not in _LEAVE_ALONE:
            raise Refusal("invalid action for foreign key constraint containing generated column", "42601")
    for column, key in zip(foreign.columns, foreign.ref_columns, strict=True):
        one, other = table.column(column), target.column(key)
        if one is None or other is None or UNKNOWN_TYPE in (one.type, other.type):
            continue
        column_type, key_type = beneath(draft, one.type), beneath(draft, other.type)
        is_enum = any(type_name(type_) in draft.enums for type_ in (column_type, key_type))
        if not (column_type == key_type if is_enum else can_reference(column_type, key_type)):
            message = f'foreign key constraint "{foreign.name}" cannot be implemented: {one.type} and {other.type}'
            raise Refusal(message, "42804")


def _is_unique_on(index: Index, columns: set[str]) -> bool:
    return index.unique and index.predicate is None and {key.column for key in index.keys} == columns
