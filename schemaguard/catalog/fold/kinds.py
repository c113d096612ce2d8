"""Views, types, sequences, functions, schemas and extensions."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from schemaguard.catalog.cascade import Gone, seeds_of
from schemaguard.catalog.changes import (
    AddEnumValue,
    AlterComposite,
    AlterDomain,
    AlterSequence,
    CreateComposite,
    CreateDomain,
    CreateEnum,
    CreateExtension,
    CreateFunction,
    CreateSchema,
    CreateSequence,
    CreateView,
    DropObject,
    MoveObject,
    RefreshView,
    RenameEnumValue,
    RenameObject,
)
from schemaguard.catalog.fold.draft import Draft, type_name
from schemaguard.catalog.fold.movement import rename_relation, rename_type
from schemaguard.catalog.fold.removal import remove_all
from schemaguard.catalog.names import choose_name
from schemaguard.catalog.objects import Check, Column, CompositeType, Domain, EnumType, Function, Name, Sequence, View
from schemaguard.catalog.refusal import Refusal


def create_view(change: CreateView, draft: Draft) -> None:
    """CREATE [OR REPLACE] [MATERIALIZED] VIEW."""
    name = draft.placed(change.view.name)
    reads = frozenset((draft.resolve(relation), column) for relation, column in change.view.reads)
    view = replace(change.view, name=name, reads=reads)
    old = draft.views.get(name)
    if draft.is_relation(name):
        if change.if_not_exists:
            return
        if old is None or not change.or_replace or old.materialized:
            draft.refuse(name, f'relation "{name.name}" already exists', "42P07")
    if old is not None and change.or_replace:
        _check_replacement(draft, old, view)
        view = replace(view, triggers=old.triggers, grants=old.grants, owner=old.owner, comment=old.comment)
    draft.put(view)


def _check_replacement(draft: Draft, old: View, new: View) -> None:
    """A replaced view keeps its columns, in their order and under their names; more may follow."""
    if old.columns is None or new.columns is None:
        return
    if len(new.columns) < len(old.columns):
        draft.refuse(old.name, "cannot drop columns from view", "42P16")
    for before, after in zip(old.columns, new.columns, strict=False):
        if before.name != after.name:
            message = f'cannot change name of view column "{before.name}" to "{after.name}"'
            draft.refuse(old.name, message, "42P16")


def refresh_view(change: RefreshView, draft: Draft) -> None:
    """REFRESH changes rows only."""
    name = draft.resolve(change.view)
    view = draft.views.get(name)
    if view is not None and not view.materialized:
        draft.refuse(name, f'"{name.name}" is not a materialized view', "0A000")


# Types


def _new_type(draft: Draft, name: Name) -> Name:
    placed = draft.placed(name)
    if draft.is_type(placed):
        draft.refuse(placed, f'type "{placed.name}" already exists', "42710")
    return placed


def create_enum(change: CreateEnum, draft: Draft) -> None:
    """CREATE TYPE … AS ENUM."""
    draft.put(replace(change.enum, name=_new_type(draft, change.enum.name)))


def _enum(draft: Draft, name: Name) -> EnumType | None:
    return draft.enums.get(draft.resolve_type(name))


def add_enum_value(change: AddEnumValue, draft: Draft) -> None:
    """ALTER TYPE … ADD VALUE."""
    enum = _enum(draft, change.type)
    if enum is None:
        return
    labels = enum.labels
    if change.value in labels:
        if not change.if_not_exists:
            draft.refuse(enum.name, f'enum label "{change.value}" already exists', "42710")
        return
    neighbor = change.before if change.before is not None else change.after
    if neighbor is not None and neighbor not in labels:
        draft.refuse(enum.name, f'"{neighbor}" is not an existing enum label', "22023")
        neighbor = None
    at = len(labels) if neighbor is None else labels.index(neighbor) + (change.before is None)
    draft.put(replace(enum, labels=(*labels[:at], change.value, *labels[at:])))


def rename_enum_value(change: RenameEnumValue, draft: Draft) -> None:
    """ALTER TYPE … RENAME VALUE."""
    enum = _enum(draft, change.type)
    if enum is None:
        return
    if change.value not in enum.labels:
        draft.refuse(enum.name, f'"{change.value}" is not an existing enum label', "22023")
    if change.to in enum.labels:
        draft.refuse(enum.name, f'enum label "{change.to}" already exists', "42710")
    draft.put(replace(enum, labels=tuple(change.to if label == change.value else label for label in enum.labels)))


def create_domain(change: CreateDomain, draft: Draft) -> None:
    """CREATE DOMAIN."""
    name = _new_type(draft, change.domain.name)
    domain = replace(change.domain, name=name, base=draft.type(change.domain.base), checks=())
    for check in change.domain.checks:
        domain = replace(domain, checks=(*domain.checks, _named_check(domain, check)))
    draft.put(domain)


def _named_check(domain: Domain, check: Check) -> Check:
    taken = {other.name for other in domain.checks}
    return replace(check, name=check.name or choose_name(domain.name.name, None, "check", taken.__contains__))


def alter_domain(change: AlterDomain, draft: Draft) -> None:
    """ALTER DOMAIN, one action."""
    domain = draft.domains.get(draft.resolve_type(change.domain))
    if domain is None:
        return
    is_checked = change.check is None or change.check.valid
    if is_checked and change.action.lower() in ("add constraint", "set not null", "validate constraint"):
        _refuse_inside_others(draft, domain.name)
    match change.action.lower():
        case "set not null":
            domain = replace(domain, not_null=True)
        case "drop not null":
            domain = replace(domain, not_null=False)
        case "set default":
            domain = replace(domain, default=change.default)
        case "drop default":
            domain = replace(domain, default=None)
        case "add constraint" if change.check is not None:
            domain = replace(domain, checks=(*domain.checks, _named_check(domain, change.check)))
        case "drop constraint":
            domain = replace(domain, checks=tuple(c for c in domain.checks if c.name != change.constraint))
        case "validate constraint":
            checks = (replace(c, valid=True) if c.name == change.constraint else c for c in domain.checks)
            domain = replace(domain, checks=tuple(checks))
        case "rename constraint":
            checks = (replace(c, name=change.default) if c.name == change.constraint else c for c in domain.checks)
            domain = replace(domain, checks=tuple(checks))
        case _:
            return
    draft.put(domain)


def _refuse_inside_others(draft: Draft, domain: Name) -> None:
    """What is checked anew can't be found where the domain is inside of arrays or composites."""
    for user in draft.uses(domain):
        table = draft.tables.get(user)
        for column in table.columns if table is not None else ():
            if column.type.dimensions and type_name(column.type) == domain:
                message = f'cannot alter type "{domain.name}" because column "{user.name}.{column.name}" uses it'
                raise Refusal(message, "0A000")


def create_composite(change: CreateComposite, draft: Draft) -> None:
    """CREATE TYPE of another kind."""
    columns = tuple(replace(column, type=draft.type(column.type)) for column in change.composite.columns)
    draft.put(replace(change.composite, name=_new_type(draft, change.composite.name), columns=columns))


def alter_composite(change: AlterComposite, draft: Draft) -> None:
    """ALTER TYPE … ADD | DROP | ALTER | RENAME ATTRIBUTE."""
    composite = draft.composites.get(draft.resolve_type(change.type))
    if composite is None:
        return
    _check_attribute(draft, composite, change)
    columns = composite.columns
    match change.action.lower().split()[0], change.to:
        case "add", Column() as column:
            columns = (*columns, replace(column, type=draft.type(column.type)))
        case "alter", Column() as column:
            typed = replace(column, type=draft.type(column.type))
            columns = tuple(typed if c.name == change.attribute else c for c in columns)
        case "drop", _:
            columns = tuple(c for c in columns if c.name != change.attribute)
        case "rename", str() as to:
            columns = tuple(replace(c, name=to) if c.name == change.attribute else c for c in columns)
        case _:
            return
    draft.put(replace(composite, columns=columns))


def _check_attribute(draft: Draft, composite: CompositeType, change: AlterComposite) -> None:
    name, action = composite.name, change.action.lower().split()[0]
    there = {column.name for column in composite.columns}
    new = change.to if isinstance(change.to, str) else change.attribute if action == "add" else None
    if action != "add" and change.attribute not in there and not change.action.lower().endswith("if exists"):
        draft.refuse(name, f'column "{change.attribute}" of relation "{name.name}" does not exist', "42703")
    if new in there:
        draft.refuse(name, f'column "{new}" of relation "{name.name}" already exists', "42701")
    users = (draft.tables[user] for user in draft.uses(name) if user in draft.tables)
    if action == "alter" and any(type_name(column.type) == name for table in users for column in table.columns):
        draft.refuse(name, f'cannot alter type "{name.name}" because a column uses it', "0A000")


# Sequences, functions, schemas, extensions


def create_sequence(change: CreateSequence, draft: Draft) -> None:
    """CREATE SEQUENCE."""
    name = draft.placed(change.sequence.name)
    if draft.is_relation(name):
        if change.if_not_exists:
            return
        draft.refuse(name, f'relation "{name.name}" already exists', "42P07")
    owned = change.sequence.owned_by
    draft.put(replace(change.sequence, name=name, owned_by=(draft.resolve(owned[0]), owned[1]) if owned else None))


def alter_sequence(change: AlterSequence, draft: Draft) -> None:
    """ALTER SEQUENCE: its owner among the columns; its numbers aren't in the catalog."""
    name = draft.resolve(change.sequence)
    sequence = draft.sequences.get(name)
    if sequence is None:
        if name in draft.tables or name in draft.views or name in draft.indexes:
            draft.refuse(name, f'"{name.name}" is not a sequence', "42809")
        sequence = Sequence(name)
    if change.owned_by_none or change.owned_by is not None:
        _refuse_identity(draft, sequence)
    if change.owned_by_none:
        draft.put(replace(sequence, owned_by=None))
    elif change.owned_by is not None:
        table, column = draft.table(change.owned_by[0]), change.owned_by[1]
        if table.column(column) is None and not table.open:
            draft.refuse(table.name, f'column "{column}" of relation "{table.name.name}" does not exist', "42703")
        if table.name.schema != name.schema:
            draft.refuse(name, "sequence must be in same schema as table it is linked to", "55000")
        draft.put(replace(sequence, owned_by=(table.name, column)))


def _refuse_identity(draft: Draft, sequence: Sequence) -> None:
    table = draft.tables.get(sequence.owned_by[0]) if sequence.owned_by is not None else None
    column = table.column(sequence.owned_by[1]) if table is not None and sequence.owned_by is not None else None
    if column is not None and column.identity is not None:
        draft.refuse(sequence.name, "cannot change ownership of identity sequence", "0A000")


def create_function(change: CreateFunction, draft: Draft) -> None:
    """CREATE [OR REPLACE] FUNCTION, PROCEDURE or AGGREGATE."""
    name = draft.placed(change.function.name)
    key = (name, change.function.arguments)
    if key in draft.functions and not change.or_replace and draft.clouded is not None:
        raise Refusal(f'function "{name.name}" already exists with same argument types', "42723")
    draft.functions = draft.functions.set(key, replace(change.function, name=name))


def create_schema(change: CreateSchema, draft: Draft) -> None:
    """CREATE SCHEMA."""
    if change.schema in draft.schemas and not change.if_not_exists and draft.clouded is not None:
        raise Refusal(f'schema "{change.schema}" already exists', "42P06")
    draft.schemas |= {change.schema}


def create_extension(change: CreateExtension, draft: Draft) -> None:
    """CREATE EXTENSION."""
    if change.extension in draft.extensions and not change.if_not_exists and draft.clouded is not None:
        raise Refusal(f'extension "{change.extension}" already exists', "42710")
    draft.extensions |= {change.extension}


# DROP, RENAME and SET SCHEMA of whatever has a name


def drop_object(change: DropObject, draft: Draft) -> None:
    """DROP of a view, type, sequence, function, schema, extension, trigger or policy."""
    if change.kind == "extension":
        draft.extensions -= {change.object.name}
        return
    seeds = seeds_of(change, draft)
    if not seeds:
        return
    for seed in seeds:
        _check_drop(draft, change, seed)
    if change.kind == "schema" and change.object.name not in draft.schemas and not change.if_exists:
        # A schema that nobody made here may be there all the same.
        return
    remove_all(draft, seeds, cascade=change.cascade)


def _check_drop(draft: Draft, change: DropObject, seed: Gone) -> None:
    if seed.kind == "sequence":
        sequence = draft.sequences.get(seed.name)
        if sequence is not None and sequence.owned_by is not None:
            table = draft.tables.get(sequence.owned_by[0])
            column = table.column(sequence.owned_by[1]) if table is not None else None
            if column is not None and column.identity is not None:
                message = f"cannot drop sequence {seed.name} because column {column.name} requires it"
                draft.refuse(seed.name, message, "2BP01")
    if seed.kind == "view" and seed.name in draft.tables:
        draft.refuse(seed.name, f'"{seed.name.name}" is not a view', "42809")
    if seed.kind == "view" and seed.name not in draft.views and seed.name in draft.gone and not change.if_exists:
        draft.refuse(seed.name, f'view "{seed.name.name}" does not exist', "42P01")


def rename_object(change: RenameObject, draft: Draft) -> None:
    """RENAME of an object that is neither column nor constraint."""
    to = change.to
    match change.kind:
        case "table" | "view" | "materialized view" | "index" | "sequence":
            name = draft.resolve(change.object)
            if draft.is_relation(name):
                rename_relation(draft, name, Name(to, name.schema))
        case "type" | "domain":
            name = draft.resolve_type(change.object)
            rename_type(draft, name, Name(to, name.schema))
        case "schema":
            _rename_schema(draft, change.object.name, to)
        case "function" | "procedure" | "aggregate":
            name = draft.resolve_function(change.object)
            _move_functions(draft, name, Name(to, name.schema))
        case "trigger" | "policy" if change.on is not None:
            _rename_part(draft, change, draft.resolve(change.on), to)
        case _:
            pass


def _rename_part(draft: Draft, change: RenameObject, owner: Name, to: str) -> None:
    old, table, view = change.object.name, draft.tables.get(owner), draft.views.get(owner)
    if table is not None and not table.open:
        names = {part.name for part in (table.policies if change.kind == "policy" else table.triggers)}
        if old not in names:
            draft.refuse(owner, f'{change.kind} "{old}" for table "{owner.name}" does not exist', "42704")
        # A trigger may be given the name that it has; a policy may not.
        if to in names and not (change.kind == "trigger" and to == old):
            draft.refuse(owner, f'{change.kind} "{to}" for table "{owner.name}" already exists', "42710")
    if table is not None and change.kind == "policy":
        policies = (replace(p, name=to) if p.name == old else p for p in table.policies)
        draft.put(replace(table, policies=tuple(policies)))
    elif table is not None:
        draft.put(replace(table, triggers=tuple(replace(t, name=to) if t.name == old else t for t in table.triggers)))
    elif view is not None:
        draft.put(replace(view, triggers=tuple(replace(t, name=to) if t.name == old else t for t in view.triggers)))


def _rename_schema(draft: Draft, old: str, new: str) -> None:
    if new in draft.schemas and draft.clouded is not None:
        raise Refusal(f'schema "{new}" already exists', "42P06")
    draft.schemas = (draft.schemas - {old}) | {new}
    for held in (draft.tables, draft.views, draft.sequences):
        for name in [name for name in held if name.schema == old]:
            if draft.is_relation(name):
                rename_relation(draft, name, Name(name.name, new))
    for types in (draft.enums, draft.domains, draft.composites):
        for name in [name for name in types if name.schema == old]:
            rename_type(draft, name, Name(name.name, new))
    for name in {name for name, _ in draft.functions if name.schema == old}:
        _move_functions(draft, name, Name(name.name, new))


def _move_functions(draft: Draft, old: Name, new: Name) -> None:
    for key in [key for key in draft.functions if key[0] == old]:
        function: Function = draft.functions[key]
        draft.functions = draft.functions.without(key).set((new, key[1]), replace(function, name=new))
    for user in list(draft.uses(old)):
        table = draft.tables.get(user)
        if table is not None:
            triggers = (replace(t, function=new) if t.function == old else t for t in table.triggers)
            draft.put(replace(table, triggers=tuple(triggers)))


def move_object(change: MoveObject, draft: Draft) -> None:
    """SET SCHEMA of an object that is no table."""
    match change.kind:
        case "table" | "view" | "materialized view" | "sequence":
            name = draft.resolve(change.object)
            sequence = draft.sequences.get(name)
            if sequence is not None and sequence.owned_by is not None:
                draft.refuse(name, "cannot move an owned sequence into another schema", "0A000")
            if draft.is_relation(name) and name.schema != change.schema:
                rename_relation(draft, name, Name(name.name, change.schema))
        case "type" | "domain":
            name = draft.resolve_type(change.object)
            if name.schema != change.schema:
                rename_type(draft, name, Name(name.name, change.schema))
        case "function" | "procedure" | "aggregate":
            name = draft.resolve_function(change.object)
            _move_functions(draft, name, Name(name.name, change.schema))
        case _:
            pass


FOLDS: dict[type, Callable[[Any, Draft], None]] = {
    CreateView: create_view,
    RefreshView: refresh_view,
    CreateEnum: create_enum,
    AddEnumValue: add_enum_value,
    RenameEnumValue: rename_enum_value,
    CreateDomain: create_domain,
    AlterDomain: alter_domain,
    CreateComposite: create_composite,
    AlterComposite: alter_composite,
    CreateSequence: create_sequence,
    AlterSequence: alter_sequence,
    CreateFunction: create_function,
    CreateSchema: create_schema,
    CreateExtension: create_extension,
    DropObject: drop_object,
    RenameObject: rename_object,
    MoveObject: move_object,
}
