"""Access that a REVOKE takes away: what its role had by the history, and has no longer.

See https://www.postgresql.org/docs/18/sql-revoke.html.
"""

from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Catalog, Grant, Name
from schemaguard.contracts.compatibility.counters import feeding
from schemaguard.contracts.compatibility.reading import Flaw
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.contract import ContractTable
from schemaguard.frozen import replace


def revoked(part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.RevokeAccess) -> Iterator[Flaw]:
    """What a client may miss that had its access by what is taken away."""
    before = catalogs[0]
    table = before.resolve(part.table)
    if change.kind == "sequence":
        yield from _uncounted(part, before, change)
    if not _reaches(change, table, before):
        return
    if change.kind == "role":
        yield "access-revoked", None, ""
        return
    needed = _needed(part, change)
    if needed and (change.kind == "schema" or any(_is_lost(part, grant, table, catalogs) for grant in needed)):
        yield "access-revoked", None, ""


def disowned(part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.ChangeOwner) -> Iterator[Flaw]:
    """What the owner before may miss: what it isn't given again, unless it is the owner still."""
    before = catalogs[0]
    table = before.resolve(part.table)
    if change.kind != "table" or before.resolve(change.object) != table:
        return
    known = before.tables.get(table) or before.views.get(table)
    owner = known.owner if known is not None else None
    if owner is not None and (owner == change.owner or _is_given(part, owner, table, catalogs[1])):
        return
    yield "access-revoked", None, f"owner becomes {change.owner}"


def _is_given(part: ContractTable, role: str, table: Name, catalog: Catalog) -> bool:
    """Whether the role has been given all that a reader or writer works with."""
    grants = _granted(table, catalog)
    privileges = (
        ("SELECT",) if part.access == "read" else ("INSERT", *(("UPDATE", "SELECT") if part.upsert_key else ()))
    )
    return all(
        _holds(Grant(role, privilege), promise.column, grants) for privilege in privileges for promise in part.promises
    )


def _uncounted(part: ContractTable, before: Catalog, change: c.RevokeAccess) -> Iterator[Flaw]:
    """Columns that a writer leaves to nextval() of a sequence that it may not use any more; identity needs no right."""
    shown = relation(part.table, before)
    if part.access != "write" or shown is None or shown.base is None:
        return
    for column in shown.base.columns:
        taken = feeding(shown.base, column, before) if part.promise(column.name) is None else set()
        if any(_is_meant(change, name, before) for name in taken):
            yield "access-revoked", column.name, "its default takes numbers from a sequence"


def _is_meant(change: c.RevokeAccess, sequence: Name, before: Catalog) -> bool:
    if change.all_in_schema:
        return change.object.name == sequence.schema
    return before.resolve(change.object) == sequence


def _reaches(change: c.RevokeAccess, table: Name, before: Catalog) -> bool:
    """Whether what is taken away is access to the table, to its schema, or membership of a role that has it."""
    if change.kind == "role":
        owner = before.tables.get(table) or before.views.get(table)
        role = change.object.name
        return owner is not None and (owner.owner == role or any(grant.grantee == role for grant in owner.grants))
    if change.kind == "schema" or change.all_in_schema:
        return change.kind in ("schema", "table") and change.object.name == table.schema
    return change.kind == "table" and before.resolve(change.object) == table


def _needed(part: ContractTable, change: c.RevokeAccess) -> list[Grant]:
    """The privileges among those taken that a reader or writer works with, one by one."""
    privileges = ("SELECT",) if part.access == "read" else ("INSERT", "UPDATE")
    if part.upsert_key and part.access == "write":
        privileges = (*privileges, "SELECT")  # ON CONFLICT looks at the rows that are there.
    if change.kind == "schema":
        privileges = ("USAGE",)
    return [
        Grant(grant.grantee, privilege, grant.columns)
        for grant in change.grants
        for privilege in privileges
        if grant.privilege.upper().split()[0] in (privilege, "ALL")
        and (not grant.columns or any(part.promise(column) for column in grant.columns))
    ]


def _is_lost(part: ContractTable, taken: Grant, table: Name, catalogs: tuple[Catalog, Catalog]) -> bool:
    """Whether the role doesn't have the privilege after it, and may have had it before.

    A history that gives it to others and never to this role shows that there was nothing to take. One that gives it
    to nobody shows nothing: the grant was made elsewhere.
    """
    before, after = (_granted(table, catalog) for catalog in catalogs)
    columns = taken.columns or tuple(promise.column for promise in part.promises)
    if all(_holds(taken, column, after) for column in columns):
        return False
    known = catalogs[0].tables.get(table)
    if taken.grantee == "public" and known is not None and not known.open and not before:
        return False  # Everybody has no right to a table until it is given.
    return not before or any(_is_of(grant, taken) for grant in before)


def _granted(table: Name, catalog: Catalog) -> tuple[Grant, ...]:
    owner = catalog.tables.get(table) or catalog.views.get(table)
    return owner.grants if owner is not None else ()


def _is_of(grant: Grant, taken: Grant) -> bool:
    return grant.grantee == taken.grantee and grant.privilege.upper().split()[0] in (taken.privilege, "ALL")


def _holds(taken: Grant, column: str, grants: tuple[Grant, ...]) -> bool:
    """Whether the role, or everybody, has the privilege on the column."""
    everybody = replace(taken, grantee="public")
    return any(
        (_is_of(grant, taken) or _is_of(grant, everybody)) and (not grant.columns or column in grant.columns)
        for grant in grants
    )
