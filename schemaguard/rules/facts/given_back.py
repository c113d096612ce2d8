"""Access that a transaction takes and gives again: nobody misses it in between."""

from collections.abc import Iterable

from schemaguard.catalog.changes import Change, GrantAccess, RevokeAccess

_CALLED = ("function", "procedure")


def is_given_back(change: Change, later: Iterable[Change]) -> bool:
    """Whether a REVOKE on a schema, or of a role, is undone by what follows; a table's grants are in the catalog.

    A function is taken from everybody and given to those who call it: who that is, the history doesn't tell.
    """
    if not isinstance(change, RevokeAccess) or change.kind not in ("schema", "role", *_CALLED):
        return False
    if change.kind in _CALLED:
        grants = [each for each in later if isinstance(each, GrantAccess) and each.kind in _CALLED]
        return any(each.object.name in (change.object.name, change.object.schema) for each in grants)
    given = {
        (grant.grantee, privilege)
        for each in later
        if isinstance(each, GrantAccess) and (each.kind, each.object) == (change.kind, change.object)
        for grant in each.grants
        for privilege in _spelled_out(grant.privilege)
    }
    taken = {(grant.grantee, privilege) for grant in change.grants for privilege in _spelled_out(grant.privilege)}
    # What CREATE allows, no reader and no writer does.
    return {each for each in taken if each[1] != "CREATE"} <= given


def _spelled_out(privilege: str) -> tuple[str, ...]:
    word = privilege.upper().split()[0]
    return ("USAGE", "CREATE") if word == "ALL" else (word,)
