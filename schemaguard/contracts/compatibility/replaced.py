"""What stands in the place of a client's relation: a view that takes no rows, a table without its grants."""

from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.calls import tokens
from schemaguard.catalog.objects import Catalog, Table, View
from schemaguard.contracts.compatibility.reading import Flaw
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.compatibility.unlisted import DOUBT
from schemaguard.contracts.contract import ContractTable

_NOT_UPDATABLE = frozenset(
    {"distinct", "group", "having", "limit", "offset", "fetch", "union", "intersect", "except", "with", "over"}
)
"""Words of a query that keep rows from being written through its view: CREATE VIEW, "Updatable Views"."""
_PRIVILEGES = {"read": ("SELECT", "ALL"), "write": ("INSERT", "ALL")}


def replaced(part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.Change) -> Iterator[Flaw]:
    """What a client feels of another relation under the name of its own."""
    before, after = catalogs
    if part.access == "write" and _takes_rows(part, before) and not _takes_rows(part, after):
        yield DOUBT, None, "a view stands in its place now, and it isn't certain that it takes rows"
    if not isinstance(change, c.RevokeAccess | c.GrantAccess):
        yield from _without_grants(part, before, after)


def _takes_rows(part: ContractTable, catalog: Catalog) -> bool:
    """Whether rows can be written to what stands there; a view with triggers of its own is judged by these."""
    view = catalog.views.get(catalog.resolve(part.table))
    shown = relation(part.table, catalog)
    if view is None or shown is None or shown.is_open or (view.triggers and not view.materialized):
        return True
    is_plain = not view.materialized and _NOT_UPDATABLE.isdisjoint(tokens(view.query))
    is_of_one = len({below for below, _ in view.reads}) == 1
    there = [promise.column for promise in part.promises if not shown.lacks(promise.column)]
    return is_plain and is_of_one and all(shown.home(column) is not None for column in there)


def _without_grants(part: ContractTable, before: Catalog, after: Catalog) -> Iterator[Flaw]:
    """Clients that the history gave a privilege, on a relation that is gone, and not on the one in its place."""
    was, now = (
        catalog.tables.get(n := catalog.resolve(part.table)) or catalog.views.get(n) for catalog in (before, after)
    )
    if was is None or now is None:
        return
    clients, left = _clients(part, was), _clients(part, now)
    if clients and clients.isdisjoint(left) and "public" not in left:
        yield DOUBT, None, f"{', '.join(sorted(clients))} had a grant on what was there before, and has none on this"


def _clients(part: ContractTable, owner: Table | View) -> frozenset[str]:
    return frozenset(
        grant.grantee.lower()
        for grant in owner.grants
        if grant.privilege.upper().split()[0] in _PRIVILEGES[part.access]
    )
