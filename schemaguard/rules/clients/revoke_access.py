"""revoke-access: somebody may no longer use an object that existed before."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, ChangeOwner, ObjectKind, RevokeAccess
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
        case _:
            pass


def _is_old(context: Context, kind: ObjectKind, name: Name) -> bool:
    return context.existed_before(name) if kind == "table" else is_older(context, kind, name)


_OWNER = "the owner before can no longer alter it, or read it without a grant"


RULE = Rule(
    id="revoke-access",
    family=Family.CLIENTS,
    severity=Severity.WARNING,
    when="REVOKE, or another owner, of an object that an earlier revision made",
    effect="code that connects as that role fails with 42501 as soon as this commits",
    instead="release code that does without it first, or grant what is still needed in the same transaction",
    watches=(ChangeOwner, RevokeAccess),
    check=_check,
    aliases=("squawk/ban-revoke",),
)
