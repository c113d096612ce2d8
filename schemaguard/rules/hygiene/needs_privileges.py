"""needs-privileges: a statement that the role that migrates may not be allowed to run."""

import re
from collections.abc import Iterator

from schemaguard.catalog.changes import (
    Change,
    ChangeSymbol,
    CreateExtension,
    DropObject,
    GrantAccess,
    InsertRows,
    NoEffect,
    RevokeAccess,
    SetSetting,
)
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule

_COMMANDS = (
    "EVENT TRIGGER", "ROLE", "USER", "GROUP", "DATABASE", "TABLESPACE", "LANGUAGE", "FOREIGN DATA WRAPPER", "SERVER",
    "PUBLICATION", "SUBSCRIPTION", "ACCESS METHOD", "CAST", "OPERATOR CLASS", "OPERATOR FAMILY", "TRANSFORM",
)  # fmt: skip


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case CreateExtension(extension=extension):
            yield _needs(extension, f"CREATE EXTENSION {extension}")
        case DropObject(kind="role" | "database", object=name):
            yield _needs(str(name), f"DROP {change.kind.upper()} {name}")
        case GrantAccess(kind="role", object=name) | RevokeAccess(kind="role", object=name):
            yield _needs(str(name), f"membership of role {name}")
        case ChangeSymbol(symbol=symbol, to=to, is_new=is_new) if symbol.kind == "cast":
            verb = "CREATE" if is_new else "DROP" if to is None else "ALTER"
            yield _needs(symbol.in_words, f"{verb} CAST")
        case SetSetting(of=str(whose)):
            yield _needs(whose, f"ALTER {whose.partition(' ')[0].upper()}")
        case NoEffect(command=command) if _is_privileged(command):
            yield _needs("statement", command)
        case InsertRows(table=table, is_copy=True) if _FROM_FILE.search(context.step.statement.sql):
            yield Match(object=str(table), message="COPY from a file or program of the server needs rights of its own")
        case _:
            pass


def _needs(what: str, statement: str) -> Match:
    return Match(object=what, message=f"{statement} needs rights that a migration may not have")


def _is_privileged(command: str) -> bool:
    if command in ("ALTER SYSTEM", "LOAD", "CHECKPOINT") or command.startswith("ALTER EXTENSION"):
        return True
    verb, _, kind = command.partition(" ")
    return verb in ("CREATE", "ALTER", "DROP") and kind in _COMMANDS


_FROM_FILE = re.compile(r"\bfrom\s+(?:program\b|'|E')", re.IGNORECASE)


RULE = Rule(
    id="needs-privileges",
    family=Family.HYGIENE,
    severity=Severity.NOTE,
    when="CREATE EXTENSION, event triggers, roles, databases, ALTER SYSTEM and the like",
    effect="it fails with 42501 where the role that migrates isn't a superuser or the owner",
    instead="let whoever runs the server do it once, outside of the migrations, or grant the role what it needs",
    watches=(ChangeSymbol, CreateExtension, DropObject, GrantAccess, InsertRows, NoEffect, RevokeAccess, SetSetting),
    check=_check,
    aliases=(
        "squawk/ban-alter-role-options",
        "squawk/ban-alter-database-options",
        "squawk/ban-alter-system-options",
        "squawk/ban-alter-extension",
    ),
)
