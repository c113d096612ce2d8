"""Constraints and indexes: named, backed and carried to partitions as the server does."""

from collections.abc import Callable
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from schemaguard.catalog import expressions
from schemaguard.catalog.cascade import Gone, constraint_seed, index_seed
from schemaguard.catalog.casts import can_reference
from schemaguard.catalog.changes import (
    AddConstraint,
    AlterConstraint,
    AttachIndex,
    CreateIndex,
    DropConstraint,
    DropIndex,
    RenameConstraint,
    ValidateConstraint,
)
from schemaguard.catalog.fold.assigning import beneath
from schemaguard.catalog.fold.draft import UNKNOWN_TYPE, Draft, type_name
from schemaguard.catalog.fold.removal import remove_all
from schemaguard.catalog.names import addition, expression_name, index_columns, make_name
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
    """The keys of one statement without those that repeat an earlier one, which inherits the name if it has none."""
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
        _refuse_repeated(draft, table, check.name)
    if check.no_inherit and table.partition_by is not None:
        raise Refusal(f'cannot add NO INHERIT constraint to partitioned table "{name.name}"', "42P16")
    draft.put(replace(table, constraints=(*table.constraints, check)))
    if not check.no_inherit:
        for child in list(draft.children(name)):
            if child.constraint(check.name or "") is None:
                _add_check(draft, child.name, check)


def _refuse_repeated(draft: Draft, table: Table, name: str | None) -> None:
    if name is not None and table.constraint(name) is not None:
        draft.refuse(table.name, f'constraint "{name}" for relation "{table.name.name}" already exists', "42710")


def _key_columns(key: Keyed) -> tuple[str, ...]:
    if isinstance(key, Exclusion):
        return tuple(expression_name(element) for element, _ in key.elements)
    return (key.made_as or key.columns) + key.include


def add_key(draft: Draft, name: Name, key: Keyed, using: Index | None = None, *, only: bool = False) -> None:
    """A primary key, UNIQUE or EXCLUDE with its index, on the table and, unless `only` that, on its partitions."""
    table = draft.tables[name]
    _check_key(draft, table, key)
    key = replace(key, name=key.name or _key_name(draft, name, key, using))
    _refuse_repeated(draft, table, key.name)
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
    if isinstance(key, PrimaryKey):
        for child in list(draft.children(name)):
            columns = (replace(c, not_null=True) if c.name in key.columns else c for c in child.columns)
            draft.put(replace(child, columns=tuple(columns)))
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
        _refuse_repeated(draft, table, foreign.name)
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
    """The foreign key with its target's full name and columns; refused where the target has no such key."""
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


# The changes


def add_constraint(change: AddConstraint, draft: Draft) -> None:
    """ADD CONSTRAINT."""
    table = draft.table(change.table)
    if table.name not in draft.tables:
        draft.put(table)
    if change.using_index is not None and isinstance(change.constraint, PrimaryKey | Unique):
        _take_over(draft, table, change.constraint, change.using_index)
        return
    add_constraints(draft, table, (change.constraint,), only=change.only)


def _take_over(draft: Draft, table: Table, key: PrimaryKey | Unique, index_name: str) -> None:
    index = draft.indexes.get(Name(index_name, table.name.schema))
    if index is None:
        full = Name(index_name, table.name.schema)
        if not table.open and table.name in draft.tables:
            draft.refuse(full, f'index "{index_name}" does not exist', "42704")
        draft.put(replace(table, constraints=(*table.constraints, replace(key, name=key.name or index_name))))
        return
    if index.table != table.name:
        raise Refusal(f'index "{index_name}" does not belong to table "{table.name.name}"', "55000")
    columns = tuple(k.column for k in index.keys if k.column is not None)
    if index.constraint is not None:
        raise Refusal(f'index "{index_name}" is already associated with a constraint', "55000")
    if not index.unique or index.predicate is not None or len(columns) != len(index.keys):
        raise Refusal(f'"{index_name}" is not a plain unique index', "42809")
    if any(key.descending or key.opclass or key.collation for key in index.keys):
        raise Refusal(f'index "{index_name}" does not have default sorting behavior', "42809")
    if not index.valid:
        raise Refusal(f'index "{index_name}" is not valid', "55000")
    key = replace(key, columns=columns, include=index.include)
    if isinstance(key, Unique):
        key = replace(key, nulls_distinct=index.nulls_distinct)
    add_key(draft, table.name, key, using=index)


def drop_constraint(change: DropConstraint, draft: Draft) -> None:
    """DROP CONSTRAINT."""
    table = draft.table(change.table)
    constraint = table.constraint(change.constraint)
    if constraint is not None:
        if is_inherited(draft, table, constraint):
            message = f'cannot drop inherited constraint "{change.constraint}" of relation "{table.name.name}"'
            raise Refusal(message, "42P16")
        remove_all(draft, constraint_seed(table.name, change.constraint), cascade=change.cascade)
        return
    # From 18 on NOT NULL is a constraint with a name of its own; nobody names it but the server.
    for column in table.columns:
        if column.not_null and make_name(table.name.name, column.name, "not_null") == change.constraint:
            draft.put(table.with_column(replace(column, not_null=False)))
            return
    if not change.if_exists and not table.open:
        message = f'constraint "{change.constraint}" of relation "{table.name.name}" does not exist'
        draft.refuse(table.name, message, "42704")
    if table.name not in draft.tables:
        draft.put(table)


def is_inherited(draft: Draft, table: Table, constraint: Constraint) -> bool:
    """Whether the constraint came from a parent that still has it."""
    for parent in draft.parents(table):
        for other in parent.constraints:
            match constraint, other:
                case Check(name=own), Check(name=above, no_inherit=False) if own == above:
                    return True
                case ((PrimaryKey() | Unique() | ForeignKey()), _) if table.partition_of is not None:
                    if replace(other, name=None) == replace(constraint, name=None):
                        return True
                case _:
                    pass
    return False


def with_constraint(table: Table, name: str, become: Callable[[Any], Constraint]) -> Table:
    """The table with the constraint of that name replaced by what `become` makes of it."""
    return replace(table, constraints=tuple(become(c) if c.name == name else c for c in table.constraints))


def _tree(draft: Draft, table: Table) -> list[Table]:
    found = [table]
    for child in draft.children(table.name):
        found.extend(_tree(draft, child))
    return found


def validate_constraint(change: ValidateConstraint, draft: Draft) -> None:
    """VALIDATE CONSTRAINT."""
    table = _with_known_constraint(draft, change.table, change.constraint)
    if isinstance(table.constraint(change.constraint), PrimaryKey | Unique | Exclusion):
        raise Refusal(f'cannot validate constraint "{change.constraint}" of relation "{table.name.name}"', "42809")
    for each in _tree(draft, table):
        if isinstance(each.constraint(change.constraint), Check | ForeignKey):
            draft.put(with_constraint(each, change.constraint, lambda c: replace(c, valid=True)))


def _with_known_constraint(draft: Draft, name: Name, constraint: str) -> Table:
    table = draft.table(name)
    is_known = table.constraint(constraint) is not None or constraint.endswith("_not_null")
    if not is_known and not table.open:
        message = f'constraint "{constraint}" for table "{table.name.name}" does not exist'
        draft.refuse(table.name, message, "42704")
    return table


def rename_constraint(change: RenameConstraint, draft: Draft) -> None:
    """RENAME CONSTRAINT, which renames the index behind it too."""
    table = _with_known_constraint(draft, change.table, change.constraint)
    old, to = table.constraint(change.constraint), change.to
    if old is None:
        return
    _refuse_repeated(draft, table, to)
    if isinstance(old, Check) and is_inherited(draft, table, old):
        raise Refusal(f'cannot rename inherited constraint "{change.constraint}"', "42P16")
    if not isinstance(old, Check | ForeignKey) and draft.is_relation(Name(to, table.name.schema)):
        draft.refuse(Name(to, table.name.schema), f'relation "{to}" already exists', "42P07")
    trees = _tree(draft, table) if isinstance(old, Check) else [table]
    for each in trees:
        draft.put(with_constraint(each, change.constraint, lambda c: replace(c, name=to)))
    index = draft.indexes.get(Name(change.constraint, table.name.schema))
    if index is not None and index.table == table.name and index.constraint == change.constraint:
        draft.remove(index)
        draft.put(replace(index, name=Name(to, table.name.schema), constraint=to))


def alter_constraint(change: AlterConstraint, draft: Draft) -> None:
    """ALTER CONSTRAINT: when it is checked."""
    table = _with_known_constraint(draft, change.table, change.constraint)
    deferrable = change.deferrable or change.initially_deferred
    for each in [table, *(child for child in draft.children(table.name) if child.partition_of == table.name)]:
        if isinstance(each.constraint(change.constraint), ForeignKey):
            timing = {"deferrable": deferrable, "initially_deferred": change.initially_deferred}
            draft.put(with_constraint(each, change.constraint, lambda c: replace(c, **timing)))  # noqa: B023 - called at once


# Indexes


def create_index(change: CreateIndex, draft: Draft) -> None:
    """CREATE INDEX."""
    relation = draft.resolve(change.index.table)
    if relation in draft.views:
        _put_index(draft, relation, change)
        return
    table = draft.table(change.index.table)
    if table.name not in draft.tables:
        draft.put(table)
    named = tuple(key.column for key in change.index.keys if key.column is not None) + change.index.include
    keys = {key.column for key in change.index.keys}
    if change.index.unique and table.partition_key and not keys >= set(table.partition_key):
        raise Refusal("unique constraint on partitioned table must include all partitioning columns", "0A000")
    require_columns(draft, table, named, 'column "{}" does not exist')
    made = _put_index(draft, table.name, change)
    parts = [child for child in draft.children(table.name) if child.partition_of == table.name]
    if made is None or change.only:
        if made is not None and parts:
            draft.put(replace(made, valid=False))
        return
    for child in parts:
        if not any(same_shape(made, index) for index in draft.indexes_on(child.name)):
            below = replace(change, name=None, index=replace(change.index, table=child.name))
            create_index(below, draft)


def same_shape(one: Index, other: Index) -> bool:
    """Whether the indexes differ in nothing but their names, tables and constraints."""
    return replace(one, name=other.name, table=other.table, constraint=None) == replace(other, constraint=None)


def _put_index(draft: Draft, table: Name, change: CreateIndex) -> Index | None:
    if change.name is None:
        keys = [key.made_as or key.column or expression_name(key.expression or "") for key in change.index.keys]
        parts = addition(index_columns((*keys, *(change.index.include_made_as or change.index.include))))
        chosen = draft.choose_relation_name(table, parts, "idx", is_constraint=False)
        name = Name(chosen, table.schema)
    else:
        name = Name(change.name.name, table.schema)
        if draft.is_relation(name):
            if change.if_not_exists:
                return None
            draft.refuse(name, f'relation "{name.name}" already exists', "42P07")
    index = replace(change.index, name=name, table=table, constraint=None)
    draft.put(index)
    return index


def attach_index(change: AttachIndex, draft: Draft) -> None:
    """ATTACH PARTITION of an index: the partitioned one is valid once every partition has its part."""
    index = draft.indexes.get(draft.resolve(change.index))
    if index is None or index.valid:
        return
    whole = replace(index, valid=True)
    parts = [child for child in draft.children(index.table) if child.partition_of == index.table]
    if all(any(same_shape(whole, own) for own in draft.indexes_on(child.name)) for child in parts):
        draft.put(whole)


def drop_index(change: DropIndex, draft: Draft) -> None:
    """DROP INDEX."""
    index = draft.indexes.get(draft.resolve(change.index))
    if index is None:
        return
    if index.constraint is not None:
        message = f"cannot drop index {index.name} because constraint {index.constraint} requires it"
        draft.refuse(index.name, message, "2BP01")
    seed: tuple[Gone, ...] = index_seed(index.name)
    remove_all(draft, seed, cascade=change.cascade)


FOLDS: dict[type, Callable[[Any, Draft], None]] = {
    AddConstraint: add_constraint,
    DropConstraint: drop_constraint,
    ValidateConstraint: validate_constraint,
    RenameConstraint: rename_constraint,
    AlterConstraint: alter_constraint,
    CreateIndex: create_index,
    DropIndex: drop_index,
    AttachIndex: attach_index,
}
