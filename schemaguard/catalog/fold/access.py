"""Who may do what: grants, owners; and comments."""

from collections.abc import Callable, Iterable
from typing import Any

from schemaguard.catalog.changes import ChangeOwner, GrantAccess, RevokeAccess, SetComment
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.objects import Grant, Name, Table, View
from schemaguard.frozen import replace

TABLE_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
"""What ALL means on a table in every version; 17's MAINTAIN isn't modelled."""
_COLUMN_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "REFERENCES")


def _spelled_out(grants: Iterable[Grant]) -> list[Grant]:
    """One grant a privilege and column, `ALL` taken apart."""
    found: list[Grant] = []
    for grant in grants:
        privilege = grant.privilege.upper().removesuffix(" PRIVILEGES")
        every = _COLUMN_PRIVILEGES if grant.columns else TABLE_PRIVILEGES
        parts: list[tuple[str, ...]] = [(column,) for column in grant.columns] or [()]
        named = every if privilege == "ALL" else (privilege,)
        found += [Grant(grant.grantee, one, part, grant.grantable) for one in named for part in parts]
    return found


def _granted(held: tuple[Grant, ...], given: Iterable[Grant]) -> tuple[Grant, ...]:
    result = {(g.grantee, g.privilege, g.columns): g for g in held}
    for grant in _spelled_out(given):
        key = (grant.grantee, grant.privilege, grant.columns)
        known = result.get(key)
        result[key] = replace(grant, grantable=grant.grantable or (known is not None and known.grantable))
    return tuple(result.values())


def _revoked(held: tuple[Grant, ...], taken: Iterable[Grant]) -> tuple[Grant, ...]:
    away = {(g.grantee, g.privilege, g.columns) for g in _spelled_out(taken)}
    whole = {(grantee, privilege) for grantee, privilege, columns in away if not columns}
    # Taking a privilege from the table takes it from its columns too.
    return tuple(
        g for g in held if (g.grantee, g.privilege, g.columns) not in away and (g.grantee, g.privilege) not in whole
    )


def _objects(draft: Draft, change: GrantAccess | RevokeAccess) -> list[Table | View]:
    if change.kind not in ("table", "view", "materialized view"):
        return []
    if change.all_in_schema:
        schema = change.object.name
        tables: list[Table | View] = [t for name, t in draft.tables.items() if name.schema == schema]
        return tables + [v for name, v in draft.views.items() if name.schema == schema]
    name = draft.resolve(change.object)
    view = draft.views.get(name)
    if view is not None:
        return [view]
    return [] if name in draft.sequences else [draft.table(change.object)]


def _put_grants(draft: Draft, relation: Table | View, grants: tuple[Grant, ...]) -> None:
    match relation:
        case Table():
            draft.put(replace(relation, grants=grants))
        case View():
            draft.put(replace(relation, grants=grants))


def grant_access(change: GrantAccess, draft: Draft) -> None:
    """GRANT on relations; grants on other objects aren't in the catalog. See ExecuteGrantStmt() in aclchk.c."""
    for relation in _objects(draft, change):
        _put_grants(draft, relation, _granted(relation.grants, change.grants))


def revoke_access(change: RevokeAccess, draft: Draft) -> None:
    """REVOKE on relations. See https://www.postgresql.org/docs/18/sql-revoke.html."""
    for relation in _objects(draft, change):
        _put_grants(draft, relation, _revoked(relation.grants, change.grants))


def _without(grants: tuple[Grant, ...], owner: str | None) -> tuple[Grant, ...]:
    """What others were given; what an owner has is the next owner's. See aclnewowner() in acl.c."""
    return tuple(grant for grant in grants if owner is None or grant.grantee != owner)


def change_owner(change: ChangeOwner, draft: Draft) -> None:
    """ALTER … OWNER TO. See ATExecChangeOwner() in tablecmds.c."""
    name = draft.resolve(change.object)
    table, view = draft.tables.get(name), draft.views.get(name)
    if change.kind in ("table", "view", "materialized view") and table is not None:
        draft.put(replace(table, owner=change.owner, grants=_without(table.grants, table.owner)))
    elif view is not None:
        draft.put(replace(view, owner=change.owner, grants=_without(view.grants, view.owner)))


def set_comment(change: SetComment, draft: Draft) -> None:
    """COMMENT ON a table, view or column; an empty one takes it away. See CreateComments() in comment.c."""
    comment = change.comment or None
    kind = change.kind.lower()
    if kind not in ("table", "view", "materialized view", "column", "foreign table"):
        return
    name = draft.resolve(change.object)
    view = draft.views.get(name)
    if change.column is not None:
        _comment_column(draft, name, change.column, comment)
    elif view is not None:
        draft.put(replace(view, comment=comment))
    else:
        draft.put(replace(draft.table(change.object), comment=comment))


def _comment_column(draft: Draft, name: Name, column: str, comment: str | None) -> None:
    table = draft.tables.get(name)
    known = table.column(column) if table is not None else None
    if table is not None and known is None and not table.open:
        draft.refuse(name, f'column "{column}" of relation "{name.name}" does not exist', "42703")
    if table is not None and known is not None:
        draft.put(table.with_column(replace(known, comment=comment)))


FOLDS: dict[type, Callable[[Any, Draft], None]] = {
    GrantAccess: grant_access,
    RevokeAccess: revoke_access,
    ChangeOwner: change_owner,
    SetComment: set_comment,
}
