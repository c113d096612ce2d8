"""Changes of views, types, sequences, functions, triggers, policies, grants and comments as SQL.

A catalog doesn't hold functions, procedures and triggers whole: those are as the server spelled them, where it was
asked.
"""

from itertools import groupby
from typing import assert_never

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Column, CompositeType, Domain, Grant, Name, Policy
from schemaguard.sql.writing.definitions import column_text, constraint_text
from schemaguard.sql.writing.identifiers import Spelling, columns, literal, quote
from schemaguard.sql.writing.types import collated, type_text

ObjectChange = (
    c.CreateView | c.RefreshView | c.CreateSequence | c.AlterSequence | c.CreateFunction | c.AlterFunction
    | c.CreateTrigger
    | c.EnableTrigger | c.CreateSchema | c.CreateExtension | c.DropObject | c.RenameObject | c.MoveObject
)  # fmt: skip
TypeChange = (
    c.CreateEnum | c.AddEnumValue | c.RenameEnumValue | c.CreateDomain | c.AlterDomain | c.CreateComposite
    | c.AlterComposite
)  # fmt: skip
AccessChange = (
    c.CreatePolicy | c.SetRowSecurity | c.GrantAccess | c.RevokeAccess | c.ChangeOwner | c.SetComment
)  # fmt: skip

_ON_TABLE = ("trigger", "policy", "rule")
_WITHOUT_SCHEMA = ("schema", "extension", "database", "role", *_ON_TABLE)
_COMMENTED = (
    "table", "foreign table", "view", "materialized view", "index", "sequence", "type", "domain", "collation",
    "conversion", "statistics", "function", "procedure", "routine", "schema", "extension", "database", "role",
    "tablespace", "server", "language", "procedural language", "publication", "subscription", "event trigger",
    "access method", "foreign data wrapper",
)  # fmt: skip
"""Kinds whose comments hold all that names the object; those of a constraint or trigger don't."""


def render_object(change: ObjectChange, spell: Spelling) -> str | None:
    """The statement for a change of an object; None where the change doesn't hold what was written."""
    match change:
        case c.CreateView():
            return _create_view(change, spell)
        case c.RefreshView(view=view):
            return f"REFRESH MATERIALIZED VIEW {'CONCURRENTLY ' * change.concurrently}{spell(view)}"
        case c.CreateSequence(sequence=sequence):
            of = f" AS {type_text(sequence.type)}" if sequence.type is not None else ""
            owner = f" OWNED BY {_owner(sequence.owned_by, spell)}" if sequence.owned_by is not None else ""
            return f"CREATE SEQUENCE {'IF NOT EXISTS ' * change.if_not_exists}{spell(sequence.name)}{of}{owner}"
        case c.AlterSequence(sequence=name):
            options = _sequence_options(change, spell)
            return f"ALTER SEQUENCE {spell(name)}{options}" if options else None
        case c.CreateFunction() | c.AlterFunction():
            return _function(change, spell)
        case c.CreateTrigger(trigger=trigger):
            if trigger.definition is None:
                return None
            return trigger.definition.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", int(change.or_replace))
        case c.EnableTrigger(table=table, trigger=name, enabled=enabled):
            which = name if name in ("ALL", "USER") else quote(name)
            return f"ALTER TABLE {spell(table)} {'ENABLE' if enabled else 'DISABLE'} TRIGGER {which}"
        case c.CreateSchema(schema=schema):
            return f"CREATE SCHEMA {'IF NOT EXISTS ' * change.if_not_exists}{quote(schema)}"
        case c.CreateExtension(extension=extension):
            return f"CREATE EXTENSION {'IF NOT EXISTS ' * change.if_not_exists}{quote(extension)}"
        case c.DropObject():
            return _drop(change, spell)
        case c.RenameObject(kind=kind, object=name, to=to, on=on):
            what = _altered(kind, name, on, spell)
            return f"ALTER {what} RENAME TO {quote(to)}" if what is not None else None
        case c.MoveObject(kind=kind, object=name, schema=schema):
            what = _altered(kind, name, None, spell)
            return f"ALTER {what} SET SCHEMA {quote(schema)}" if what is not None else None
        case _:
            assert_never(change)


def _function(change: c.CreateFunction | c.AlterFunction, spell: Spelling) -> str | None:
    if isinstance(change, c.CreateFunction):
        return change.function.definition
    shown = f"({', '.join(change.arguments)})" if change.arguments is not None else ""
    strict = {None: "", True: " STRICT", False: " CALLED ON NULL INPUT"}[change.strict]
    path = f" SET search_path TO {change.search_path}" if change.search_path else " RESET search_path"
    path = path if change.search_path is not None else ""
    rights = {None: "", True: " SECURITY DEFINER", False: " SECURITY INVOKER"}[change.is_definer]
    options = f"{strict}{rights}{path}"
    return f"ALTER FUNCTION {spell(change.function)}{shown}{options}" if options else None


def _create_view(change: c.CreateView, spell: Spelling) -> str:
    view = change.view
    shown = f" {columns(tuple(column.name for column in view.columns))}" if view.columns else ""
    if view.materialized:
        how = "MATERIALIZED VIEW " + "IF NOT EXISTS " * change.if_not_exists
        return f"CREATE {how}{spell(view.name)}{shown} AS {view.query}"
    invoker = " WITH (security_invoker)" if view.security_invoker else ""
    return f"CREATE {'OR REPLACE ' * change.or_replace}VIEW {spell(view.name)}{shown}{invoker} AS {view.query}"


def _owner(owner: tuple[Name, str], spell: Spelling) -> str:
    return f"{spell(owner[0])}.{quote(owner[1])}"


def _sequence_options(change: c.AlterSequence, spell: Spelling) -> str:
    restart = " RESTART" * change.restarts
    if change.owned_by is not None:
        return f"{restart} OWNED BY {_owner(change.owned_by, spell)}"
    return f"{restart}{' OWNED BY NONE' * change.owned_by_none}"


def _called(kind: str, name: Name, spell: Spelling) -> str:
    return quote(name.name) if kind in _WITHOUT_SCHEMA else spell(name)


def _drop(change: c.DropObject, spell: Spelling) -> str | None:
    kind: str = change.kind
    arguments = change.arguments
    if kind in ("other", "constraint"):
        return None  # Which kind of object it is isn't held.
    shown = f"({', '.join(arguments)})" if arguments is not None else ""
    if kind == "aggregate":
        # `agg(*)` takes nothing; without a list only DROP ROUTINE finds it.
        kind, shown = ("aggregate", shown.replace("()", "(*)")) if shown else ("routine", "")
    on = f" ON {spell(change.on)}" if change.on is not None else ""
    name = _called(change.kind, change.object, spell)
    return f"DROP {kind.upper()} {'IF EXISTS ' * change.if_exists}{name}{shown}{on}{' CASCADE' * change.cascade}"


def _altered(kind: c.ObjectKind, name: Name, on: Name | None, spell: Spelling) -> str | None:
    """What an ALTER names: the kind, the object, and the table that it is on."""
    if kind in ("other", "constraint"):
        return None
    # ALTER AGGREGATE needs the arguments, which aren't held; a routine is any of the three.
    word = "ROUTINE" if kind == "aggregate" else kind.upper()
    return f"{word} {_called(kind, name, spell)}{f' ON {spell(on)}' if on is not None else ''}"


def render_type(change: TypeChange, spell: Spelling) -> str | None:
    """The statement for a change of a type; None where the change doesn't hold what was written."""
    match change:
        case c.CreateEnum(enum=enum):
            return f"CREATE TYPE {spell(enum.name)} AS ENUM ({', '.join(map(literal, enum.labels))})"
        case c.AddEnumValue(type=name, value=value, before=before, after=after):
            where = f" BEFORE {literal(before)}" if before is not None else ""
            where = f" AFTER {literal(after)}" if after is not None else where
            return (
                f"ALTER TYPE {spell(name)} ADD VALUE {'IF NOT EXISTS ' * change.if_not_exists}{literal(value)}{where}"
            )
        case c.RenameEnumValue(type=name, value=value, to=to):
            return f"ALTER TYPE {spell(name)} RENAME VALUE {literal(value)} TO {literal(to)}"
        case c.CreateDomain(domain=domain):
            return _domain(domain, spell)
        case c.AlterDomain():
            action = _domain_action(change, spell)
            return f"ALTER DOMAIN {spell(change.domain)} {action}" if action is not None else None
        case c.CreateComposite(composite=composite):
            return _composite(composite, spell)
        case c.AlterComposite(type=name):
            action = _attribute_action(change)
            return f"ALTER TYPE {spell(name)} {action}" if action is not None else None
        case _:
            assert_never(change)


def _domain(domain: Domain, spell: Spelling) -> str:
    parts = [f"CREATE DOMAIN {spell(domain.name)} AS {collated(type_text(domain.base), domain.collation)}"]
    if domain.default is not None:
        parts.append(f"DEFAULT {domain.default}")
    if domain.not_null:
        parts.append("NOT NULL")
    return " ".join((*parts, *(constraint_text(check, spell) for check in domain.checks)))


def _domain_action(change: c.AlterDomain, spell: Spelling) -> str | None:
    constraint = change.constraint
    match change.action.lower():
        case "set not null" if constraint is not None:
            return f"ADD CONSTRAINT {quote(constraint)} NOT NULL"
        case "set not null" | "drop not null" | "drop default" as action:
            return action.upper()
        case "set default" if change.default is not None:
            return f"SET DEFAULT {change.default}"
        case "add constraint" if change.check is not None:
            return f"ADD {constraint_text(change.check, spell)}"
        case "drop constraint" | "validate constraint" as action if constraint is not None:
            return f"{action.upper()} {quote(constraint)}"
        case "rename constraint" if constraint is not None and change.default is not None:
            return f"RENAME CONSTRAINT {quote(constraint)} TO {quote(change.default)}"
        case _:
            return None


def _composite(composite: CompositeType, spell: Spelling) -> str | None:
    if composite.kind != "composite":
        return None  # What a range is over and what a base type is made of isn't held.
    return f"CREATE TYPE {spell(composite.name)} AS ({', '.join(map(column_text, composite.columns))})"


def _attribute_action(change: c.AlterComposite) -> str | None:
    name = quote(change.attribute)
    match change.action.lower(), change.to:
        case "rename", str() as to:
            return f"RENAME ATTRIBUTE {name} TO {quote(to)}"
        case "add", Column() as column:
            return f"ADD ATTRIBUTE {column_text(column)}"
        case "alter", Column() as column:
            return f"ALTER ATTRIBUTE {name} TYPE {collated(type_text(column.type), column.collation)}"
        case "drop", _:
            return f"DROP ATTRIBUTE {name}"
        case "drop if exists", _:
            return f"DROP ATTRIBUTE IF EXISTS {name}"
        case _:
            return None


def render_access(change: AccessChange, spell: Spelling) -> str | None:
    """The statement for a change of who may do what; None where the change doesn't hold what was written."""
    match change:
        case c.CreatePolicy(table=table, policy=policy):
            return _policy(spell(table), policy, is_alter=change.is_alter)
        case c.SetRowSecurity(table=table, enabled=enabled, forced=forced):
            actions = [] if enabled is None else [f"{'ENABLE' if enabled else 'DISABLE'} ROW LEVEL SECURITY"]
            actions += [] if forced is None else [f"{'NO ' * (not forced)}FORCE ROW LEVEL SECURITY"]
            return f"ALTER TABLE {spell(table)} {', '.join(actions)}" if actions else None
        case c.GrantAccess() | c.RevokeAccess():
            return _access(change, spell)
        case c.ChangeOwner(kind=kind, object=name, owner=owner):
            what = _altered(kind, name, None, spell)
            return f"ALTER {what} OWNER TO {role(owner)}" if what is not None else None
        case c.SetComment(kind=kind, object=name, column=column, comment=comment):
            what = _commented(kind.lower(), name, column, spell)
            said = literal(comment) if comment is not None else "NULL"
            return f"COMMENT ON {what} IS {said}" if what is not None else None
        case _:
            assert_never(change)


def _commented(kind: str, name: Name, column: str | None, spell: Spelling) -> str | None:
    if column is not None:
        return f"COLUMN {spell(name)}.{quote(column)}"
    return f"{kind.upper()} {_called(kind, name, spell)}" if kind in _COMMENTED else None


_ROLE_WORDS = ("public", "current_user", "current_role", "session_user")


def role(name: str) -> str:
    """A role's name, or the word that stands for one."""
    return name.upper() if name in _ROLE_WORDS else quote(name)


def _policy(table: str, policy: Policy, *, is_alter: bool) -> str:
    roles = f" TO {', '.join(map(role, policy.roles))}" if policy.roles else ""
    using = f" USING ({policy.using})" if policy.using is not None else ""
    check = f" WITH CHECK ({policy.check})" if policy.check is not None else ""
    if is_alter:
        return f"ALTER POLICY {quote(policy.name)} ON {table}{roles}{using}{check}"
    how = "" if policy.permissive else " AS RESTRICTIVE"
    of = f" FOR {policy.command.upper()}" if policy.command.upper() != "ALL" else ""
    return f"CREATE POLICY {quote(policy.name)} ON {table}{how}{of}{roles}{using}{check}"


def _access(change: c.GrantAccess | c.RevokeAccess, spell: Spelling) -> str | None:
    """One statement where every role gets the same, else one for each role."""
    if change.kind in ("other", "constraint") or not change.grants:
        return None  # Which kind of object it is isn't held.
    by_role = [(one, tuple(grants)) for one, grants in groupby(change.grants, key=lambda grant: grant.grantee)]
    given = [tuple((g.privilege, g.columns, g.grantable) for g in grants) for _, grants in by_role]
    if len(set(given)) == 1:
        return _one_access(change, tuple(one for one, _ in by_role), by_role[0][1], spell)
    return ";\n".join(_one_access(change, (one,), grants, spell) for one, grants in by_role)


def _one_access(
    change: c.GrantAccess | c.RevokeAccess, roles: tuple[str, ...], grants: tuple[Grant, ...], spell: Spelling
) -> str:
    grantees = ", ".join(map(role, roles))
    is_grant = isinstance(change, c.GrantAccess)
    tail = f"{'TO' if is_grant else 'FROM'} {grantees}"
    if isinstance(change, c.RevokeAccess):
        tail += " CASCADE" * change.cascade
    elif any(grant.grantable for grant in grants):
        tail += " WITH GRANT OPTION"
    word = "GRANT" if is_grant else "REVOKE"
    if change.kind == "role":
        return f"{word} {quote(change.object.name)} {tail}"
    privileges = ", ".join(
        grant.privilege.upper() + (f" {columns(grant.columns)}" if grant.columns else "") for grant in grants
    )
    return f"{word} {privileges} ON {_granted_on(change, spell)} {tail}"


def _granted_on(change: c.GrantAccess | c.RevokeAccess, spell: Spelling) -> str:
    kind = "table" if change.kind in ("view", "materialized view", "table") else change.kind
    if change.all_in_schema:
        return f"ALL {kind.upper()}S IN SCHEMA {quote(change.object.name)}"
    return f"{kind.upper()} {_called(kind, change.object, spell)}"
