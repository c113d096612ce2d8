"""revoke-access: somebody may no longer use an object that existed before."""

import re
from collections.abc import Iterator

from schemaguard.catalog.changes import Change, ChangeOwner, DropObject, NoEffect, ObjectKind, Opaque, RevokeAccess
from schemaguard.catalog.objects import Name
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import is_older
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case RevokeAccess(kind=kind, object=name) if _is_old(context, kind, name):
            roles = ", ".join(dict.fromkeys(grant.grantee for grant in change.grants))
            rights = ", ".join(dict.fromkeys(grant.privilege for grant in change.grants))
            where = f"every {kind} of schema {name.name}" if change.all_in_schema else f"{kind} {name}"
            yield Match(object=str(name), message=f"{rights} on {where} is taken from {roles}")
        case ChangeOwner(kind=kind, object=name, owner=owner) if _is_old(context, kind, name):
            table = context.before.table(name) if kind == "table" else None
            if table is None or table.owner != owner:
                yield Match(object=str(name), message=f"{kind} {name} belongs to {owner} from now on", effect=_OWNER)
        case DropObject(kind="role", object=name):
            yield Match(object=str(name), message=f"role {name} is dropped: nobody can connect as it")
        case NoEffect(command="ALTER DEFAULT PRIVILEGES") if _REVOKES.search(context.step.statement.sql):
            message = "what is made from now on is no longer open to a role without a grant of its own"
            yield Match(object="default privileges", message=message)
        case Opaque() if _DROPS_OWNED.match(context.step.statement.sql):
            message = "all that a role owns is dropped, and what was granted to it is taken away"
            yield Match(object="DROP OWNED", message=message, severity=Severity.ERROR)
        case _:
            pass


def _is_old(context: Context, kind: ObjectKind, name: Name) -> bool:
    return context.existed_before(name) if kind == "table" else is_older(context, kind, name)


_REVOKES = re.compile(r"\bREVOKE\b", re.IGNORECASE)
_DROPS_OWNED = re.compile(r"(?:\s|--[^\n]*\n)*DROP\s+OWNED\b", re.IGNORECASE)
_OWNER = "the owner before can no longer alter it, or read it without a grant"


RULE = Rule(
    id="revoke-access",
    family=Family.CLIENTS,
    severity=Severity.WARNING,
    when="REVOKE, or another owner, of an object that an earlier revision made; DROP ROLE and DROP OWNED",
    effect="code that connects as that role fails with 42501 as soon as this commits",
    instead="release code that does without it first, or grant what is still needed in the same transaction",
    watches=(ChangeOwner, DropObject, NoEffect, Opaque, RevokeAccess),
    check=_check,
    aliases=("squawk/ban-revoke",),
)
