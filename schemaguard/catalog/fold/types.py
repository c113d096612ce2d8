"""Enums, domains and composite types."""

from collections.abc import Callable
from typing import Any

from schemaguard.catalog.changes import (
    AddEnumValue,
    AlterComposite,
    AlterDomain,
    CreateComposite,
    CreateDomain,
    CreateEnum,
    RenameEnumValue,
)
from schemaguard.catalog.fold.cascade import Gone
from schemaguard.catalog.fold.draft import Draft, type_name
from schemaguard.catalog.fold.removal import remove_all
from schemaguard.catalog.names import choose_name
from schemaguard.catalog.objects import Check, Column, CompositeType, Domain, EnumType, Name
from schemaguard.catalog.refusal import Refusal
from schemaguard.frozen import replace


def _new_type(draft: Draft, name: Name) -> Name:
    placed = draft.placed(name)
    if draft.is_type(placed):
        draft.refuse(placed, f'type "{placed.name}" already exists', "42710")
    return placed


def create_enum(change: CreateEnum, draft: Draft) -> None:
    """CREATE TYPE … AS ENUM. See DefineEnum() in typecmds.c."""
    draft.put(replace(change.enum, name=_new_type(draft, change.enum.name)))


def _enum(draft: Draft, name: Name) -> EnumType | None:
    return draft.enums.get(draft.resolve_type(name))


def add_enum_value(change: AddEnumValue, draft: Draft) -> None:
    """ALTER TYPE … ADD VALUE. See AddEnumLabel() in pg_enum.c."""
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
    """ALTER TYPE … RENAME VALUE. See RenameEnumLabel() in pg_enum.c."""
    enum = _enum(draft, change.type)
    if enum is None:
        return
    if change.value not in enum.labels:
        draft.refuse(enum.name, f'"{change.value}" is not an existing enum label', "22023")
    if change.to in enum.labels:
        draft.refuse(enum.name, f'enum label "{change.to}" already exists', "42710")
    draft.put(replace(enum, labels=tuple(change.to if label == change.value else label for label in enum.labels)))


def create_domain(change: CreateDomain, draft: Draft) -> None:
    """CREATE DOMAIN. See DefineDomain() in typecmds.c."""
    name = _new_type(draft, change.domain.name)
    domain = replace(change.domain, name=name, base=draft.type(change.domain.base), checks=())
    below = domain.base.name if not domain.base.is_built_in else ""
    inner = draft.domains.get(draft.resolve_type(Name(below, domain.base.schema))) if below else None
    if inner is not None and domain.default is None:
        # It is copied: another default of the inner domain later on is none of the outer one.
        domain = replace(domain, default=inner.default)
    for check in change.domain.checks:
        domain = replace(domain, checks=(*domain.checks, _named_check(domain, check)))
    draft.put(domain)


def _named_check(domain: Domain, check: Check) -> Check:
    taken = {other.name for other in domain.checks}
    return replace(check, name=check.name or choose_name(domain.name.name, None, "check", taken.__contains__))


def alter_domain(change: AlterDomain, draft: Draft) -> None:
    """ALTER DOMAIN, one action. See https://www.postgresql.org/docs/18/sql-alterdomain.html."""
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
        case "drop constraint" if domain.not_null and not any(c.name == change.constraint for c in domain.checks):
            # From PostgreSQL 17 on NOT NULL of a domain is a constraint that has a name.
            domain = replace(domain, not_null=change.constraint != f"{domain.name.name}_not_null")
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
    """What is checked anew can't be found where the domain is inside of arrays or composites.

    See get_rels_with_domain() in typecmds.c.
    """
    for user in draft.uses(domain):
        table = draft.tables.get(user)
        for column in table.columns if table is not None else ():
            if column.type.dimensions and type_name(column.type) == domain:
                message = f'cannot alter type "{domain.name}" because column "{user.name}.{column.name}" uses it'
                raise Refusal(message, "0A000")


def create_composite(change: CreateComposite, draft: Draft) -> None:
    """CREATE TYPE of another kind. See DefineCompositeType() in typecmds.c."""
    columns = tuple(replace(column, type=draft.type(column.type)) for column in change.composite.columns)
    draft.put(replace(change.composite, name=_new_type(draft, change.composite.name), columns=columns))


def alter_composite(change: AlterComposite, draft: Draft) -> None:
    """ALTER TYPE … ADD | DROP | ALTER | RENAME ATTRIBUTE. See https://www.postgresql.org/docs/18/sql-altertype.html."""
    composite = draft.composites.get(draft.resolve_type(change.type))
    if composite is None:
        return
    _check_attribute(draft, composite, change)
    if change.action.lower().startswith("drop"):
        seeds = (Gone("attribute", composite.name, change.attribute),)
        remove_all(draft, seeds, cascade=change.cascade)
        return
    columns = composite.columns
    match change.action.lower().split()[0], change.to:
        case "add", Column() as column:
            columns = (*columns, replace(column, type=draft.type(column.type)))
        case "alter", Column() as column:
            typed = replace(column, type=draft.type(column.type))
            columns = tuple(typed if c.name == change.attribute else c for c in columns)
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


FOLDS: dict[type, Callable[[Any, Draft], None]] = {
    CreateEnum: create_enum,
    AddEnumValue: add_enum_value,
    RenameEnumValue: rename_enum_value,
    CreateDomain: create_domain,
    AlterDomain: alter_domain,
    CreateComposite: create_composite,
    AlterComposite: alter_composite,
}
