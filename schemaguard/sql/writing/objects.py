"""Changes of views, types, sequences, policies, grants and comments as SQL, for inverses.

A catalog doesn't hold functions, procedures and triggers whole: those are as the server spelled them, where it was
asked.
"""

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Check, Domain, Grant, Index, Name, Policy
from schemaguard.sql.writing.identifiers import columns, qualified, quote

_ON_TABLE = ("trigger", "policy", "rule")


def render_object(change: c.Change) -> str | None:
    """The statement for a change of something that is no table; None for a kind that no inverse is made of."""
    for family in (_objects, _types, _relations, _access):
        found = family(change)
        if found is not None:
            return found
    return None


def _objects(change: c.Change) -> str | None:
    match change:
        case c.CreateFunction(function=function):
            return function.definition
        case c.CreateTrigger(trigger=trigger, or_replace=or_replace) if trigger.definition is not None:
            return trigger.definition.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", int(or_replace))
        case c.DropObject(kind=kind, object=name, on=on, arguments=arguments):
            return f"drop {kind} {_called(kind, name, arguments)}{_on(on)}"
        case c.RenameObject(kind=kind, object=name, to=to, on=on):
            return f"alter {kind} {_called(kind, name, None)}{_on(on)} rename to {quote(to)}"
        case c.MoveObject(kind=kind, object=name, schema=schema):
            return f"alter {kind} {qualified(name)} set schema {quote(schema)}"
        case c.ChangeOwner(kind=kind, object=name, owner=owner):
            return f"alter {kind} {_called(kind, name, None)} owner to {quote(owner)}"
        case c.SetComment(kind=kind, object=name, column=column, comment=comment):
            what = f"{qualified(name)}.{quote(column)}" if column is not None else _called(kind.lower(), name, None)
            if kind.lower() not in ("table", "column", "view", "materialized view"):
                return None
            return f"comment on {kind.lower()} {what} is {literal(comment) if comment is not None else 'null'}"
        case _:
            return None


def _called(kind: str, name: Name, arguments: tuple[str, ...] | None) -> str:
    if kind in ("schema", "extension", *_ON_TABLE):
        return quote(name.name)
    return qualified(name) if arguments is None else f"{qualified(name)}({', '.join(arguments)})"


def _on(table: Name | None) -> str:
    return f" on {qualified(table)}" if table is not None else ""


def _types(change: c.Change) -> str | None:
    match change:
        case c.CreateEnum(enum=enum):
            return f"create type {qualified(enum.name)} as enum ({', '.join(map(literal, enum.labels))})"
        case c.RenameEnumValue(type=type_, value=value, to=to):
            return f"alter type {qualified(type_)} rename value {literal(value)} to {literal(to)}"
        case c.CreateDomain(domain=domain):
            return _domain(domain)
        case c.AlterDomain(domain=name):
            return _alter_domain(change, qualified(name))
        case c.AlterComposite(type=type_, action=action, attribute=attribute, to=str() as to):
            is_rename = action.lower().startswith("rename")
            return (
                f"alter type {qualified(type_)} rename attribute {quote(attribute)} to {quote(to)}" * is_rename or None
            )
        case _:
            return None


def _domain(domain: Domain) -> str:
    parts = [f"create domain {qualified(domain.name)} as {domain.base}"]
    if domain.collation is not None:
        parts.append(f"collate {quote(domain.collation)}")
    if domain.default is not None:
        parts.append(f"default {domain.default}")
    if domain.not_null:
        parts.append("not null")
    return " ".join((*parts, *map(_check, domain.checks)))


def _check(check: Check) -> str:
    name = f"constraint {quote(check.name)} " if check.name is not None else ""
    return f"{name}check ({check.definition})"


def _alter_domain(change: c.AlterDomain, domain: str) -> str | None:
    match change.action.lower():
        case "set not null" | "drop not null" | "drop default" as action:
            return f"alter domain {domain} {action}"
        case "set default" if change.default is not None:
            return f"alter domain {domain} set default {change.default}"
        case "drop constraint" if change.constraint is not None:
            return f"alter domain {domain} drop constraint {quote(change.constraint)}"
        case "add constraint" if change.check is not None:
            valid = "" if change.check.valid else " not valid"
            return f"alter domain {domain} add {_check(change.check)}{valid}"
        case "rename constraint" if change.constraint is not None and change.default is not None:
            return f"alter domain {domain} rename constraint {quote(change.constraint)} to {quote(change.default)}"
        case _:
            return None


def _relations(change: c.Change) -> str | None:
    match change:
        case c.CreateView(view=view, or_replace=or_replace):
            shown = f" {columns(tuple(column.name for column in view.columns))}" if view.columns else ""
            kind = "materialized view" if view.materialized else "view"
            invoker = " with (security_invoker)" if view.security_invoker else ""
            head = "create or replace" if or_replace and not view.materialized else "create"
            return f"{head} {kind} {qualified(view.name)}{shown}{invoker} as {view.query}"
        case c.CreateIndex(index=index, name=Name() as name, concurrently=concurrently):
            return create_index(index, name, concurrently=concurrently)
        case c.AlterSequence(sequence=name, owned_by=owned, owned_by_none=is_none):
            if owned is None and not is_none:
                return None
            owner = f"{qualified(owned[0])}.{quote(owned[1])}" if owned is not None else "none"
            return f"alter sequence {qualified(name)} owned by {owner}"
        case _:
            return None


def create_index(index: Index, name: Name, *, concurrently: bool = False) -> str:
    """CREATE INDEX of an index with all that a catalog holds of it."""
    head = f"create {'unique ' * index.unique}index {'concurrently ' * concurrently}{quote(name.name)}"
    keys = []
    for key in index.keys:
        text = quote(key.column) if key.column is not None else f"({key.expression})"
        text += f" collate {quote(key.collation)}" if key.collation else ""
        keys.append(text + (f" {key.opclass}" if key.opclass else "") + " desc" * key.descending)
    tail = f" include {columns(index.include)}" if index.include else ""
    tail += "" if index.nulls_distinct else " nulls not distinct"
    tail += f" where {index.predicate}" if index.predicate else ""
    return f"{head} on {qualified(index.table)} using {quote(index.method)} ({', '.join(keys)}){tail}"


def _access(change: c.Change) -> str | None:
    match change:
        case c.EnableTrigger(table=table, trigger=trigger, enabled=enabled):
            which = trigger.lower() if trigger.upper() in ("ALL", "USER") else quote(trigger)
            return f"alter table {qualified(table)} {'enable' if enabled else 'disable'} trigger {which}"
        case c.CreatePolicy(table=table, policy=policy, is_alter=is_alter):
            return _policy(table, policy, is_alter=is_alter)
        case c.SetRowSecurity(table=table, enabled=enabled, forced=forced):
            actions = [] if enabled is None else [f"{'enable' if enabled else 'disable'} row level security"]
            actions += [] if forced is None else [f"{'' if forced else 'no '}force row level security"]
            return f"alter table {qualified(table)} {', '.join(actions)}" if actions else None
        case c.GrantAccess(kind=kind, object=name, grants=grants, all_in_schema=False):
            return _grants("grant", kind, name, grants)
        case c.RevokeAccess(kind=kind, object=name, grants=grants, all_in_schema=False):
            return _grants("revoke", kind, name, grants)
        case _:
            return None


def _policy(table: Name, policy: Policy, *, is_alter: bool) -> str:
    roles = ", ".join(role if role == "public" else quote(role) for role in policy.roles)
    using = f" using ({policy.using})" if policy.using is not None else ""
    check = f" with check ({policy.check})" if policy.check is not None else ""
    if is_alter:
        return f"alter policy {quote(policy.name)} on {qualified(table)} to {roles}{using}{check}"
    how = f"as {'permissive' if policy.permissive else 'restrictive'} for {policy.command.lower()}"
    return f"create policy {quote(policy.name)} on {qualified(table)} {how} to {roles}{using}{check}"


def _grants(word: str, kind: str, name: Name, grants: tuple[Grant, ...]) -> str | None:
    """One statement for all: they differ in nothing but the privilege, or there is none."""
    shared = {(grant.grantee, grant.columns, grant.grantable) for grant in grants}
    if len(shared) != 1:
        return None
    grantee, of, grantable = shared.pop()
    shown = f" {columns(of)}" if of else ""
    privileges = ", ".join(f"{grant.privilege.lower()}{shown}" for grant in grants)
    to = "public" if grantee == "public" else quote(grantee)
    what = "table" if kind in ("view", "materialized view", "table", "other") else kind
    option = " with grant option" if grantable and word == "grant" else ""
    return (
        f"{word} {privileges} on {what} {_called(kind, name, None)} {'to' if word == 'grant' else 'from'} {to}{option}"
    )


def literal(text: str) -> str:
    """A text as a string literal."""
    from psycopg import sql

    return sql.Literal(text).as_string(None)
