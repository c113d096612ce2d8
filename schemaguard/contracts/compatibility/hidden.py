"""Row security as a reader or writer feels it: on the table itself, or through a view that lets it through."""

from collections.abc import Iterator

from schemaguard.catalog.calls import same_text, tokens
from schemaguard.catalog.objects import Catalog, Name, Policy, Table, View
from schemaguard.contracts.contract import Access

Flaw = tuple[str, str | None, str]
"""As in what a reader is promised: (cause code, column, detail)."""


def felt(name: Name, catalog: Catalog) -> tuple[Table, ...]:
    """The tables whose row security decides what a client of the relation sees.

    Through a view with `security_invoker` that is the client's own; through another one the owner's, whom only FORCE
    binds (CREATE VIEW, "Notes"). What a materialised view shows was read when it was filled.
    """
    found: dict[Name, Table] = {}
    waiting, seen = [(catalog.resolve(name), True)], set[Name]()
    while waiting:
        at, is_invoker = waiting.pop()
        table, view = catalog.tables.get(at), catalog.views.get(at)
        if table is not None and table.row_security and (is_invoker or table.force_row_security):
            found[at] = table
        if view is not None and not view.materialized and at not in seen:
            seen.add(at)
            waiting += [(catalog.resolve(below), view.security_invoker) for below, _ in view.reads]
    return tuple(found.values())


def shut(name: Name, catalog: Catalog, access: Access) -> Iterator[Flaw]:
    """Row security that lets no rows through, as there is no permissive policy for any or only for some roles.

    See https://www.postgresql.org/docs/18/ddl-rowsecurity.html.
    """
    # Policies of a table that was made elsewhere aren't known.
    known = [table for table in felt(name, catalog) if not table.open]
    closed = [table for table in known if not _admitting(table, access)]
    if closed:
        is_itself = closed[0].name == catalog.resolve(name)
        yield "row-security", None, "" if is_itself else f"through {closed[0].name}"
        return
    for table in known:
        roles = {role.lower() for policy in _admitting(table, access) for role in policy.roles}
        clients = _readers(table)
        if "public" not in roles and not (clients and clients <= roles):
            named = ", ".join(sorted(roles))
            yield (
                "unlisted",
                None,
                f"row security of {table.name} admits {named} alone, and who the client is isn't known",
            )


def _admitting(table: Table, access: Access) -> list[Policy]:
    """The policies that let a row through, which those that restrict don't."""
    commands = ("ALL", "SELECT") if access == "read" else ("ALL", "INSERT")
    return [policy for policy in table.policies if policy.permissive and policy.command in commands]


def newly_felt(name: Name, catalogs: tuple[Catalog, Catalog]) -> Iterator[Flaw]:
    """Policies that a view lets through since the change, and kept from its readers before."""
    before, after = catalogs
    was, now = before.views.get(before.resolve(name)), after.views.get(after.resolve(name))
    if was is None or now is None:
        return
    known = {table.name for table in felt(name, before)}
    for table in felt(name, after):
        earlier = before.tables.get(table.name)
        is_old = earlier is not None and earlier.row_security
        if is_old and table.name not in known and table.policies and not any(map(_shows_all, table.policies)):
            yield "row-security/policy", None, f"the policies of {table.name} apply to readers of the view"


def other_policies(name: Name, catalogs: tuple[Catalog, Catalog]) -> Iterator[Flaw]:
    """Policies that show other rows than those did which stood there before, of whatever name."""
    before, after = ({table.name: table for table in felt(name, catalog)} for catalog in catalogs)
    for table, now in after.items():
        was = before.get(table)
        if was is None or was is now or not was.policies or not now.policies:
            continue
        old, new = {column.name for column in was.columns}, {column.name for column in now.columns}
        pairs = frozenset((one, other) for one in old - new for other in new - old)
        if not _are_same(_read_policies(was), _read_policies(now), pairs):
            yield "row-security/policy", None, f"the policies of {table} have changed"


def other_checks(name: Name, catalogs: tuple[Catalog, Catalog]) -> Iterator[Flaw]:
    """Policies that may refuse rows which those before let in. See "WITH CHECK" of CREATE POLICY."""
    before, after = ({table.name: table for table in felt(name, catalog)} for catalog in catalogs)
    for table, now in after.items():
        was = before.get(table)
        if was is now or now.open or not _admitting(now, "write"):
            continue  # Where nothing admits rows, that is said of itself.
        old, new = ([policy for policy in each.policies if policy.command in ("ALL", "INSERT")] if each else []
                    for each in (was, now))  # fmt: skip
        added = [policy for policy in new if policy not in old]
        lost = [policy for policy in old if policy not in new and policy.permissive]
        is_stricter = bool(lost) or was is None or any(not policy.permissive for policy in added)
        lets_all_in = any(map(_takes_all, new)) and all(policy.permissive or _takes_all(policy) for policy in new)
        if is_stricter and not lets_all_in:
            yield "unlisted", None, f"whether the policies of {table} let in what is written isn't known"


def _takes_all(policy: Policy) -> bool:
    text = policy.check if policy.check is not None else policy.using
    return text is not None and tokens(text) in (("true",), ("(", "true", ")"))


def no_longer_felt(name: Name, catalogs: tuple[Catalog, Catalog]) -> Iterator[Flaw]:
    """Row security that is off, and kept rows back by its policies before."""
    before, after = catalogs
    left = {table.name for table in felt(name, after)}
    for table in felt(name, before):
        now = after.tables.get(table.name)
        is_off = now is not None and not now.row_security
        if is_off and table.name not in left and table.policies and not any(map(_shows_all, table.policies)):
            yield "row-security/policy", None, f"the policies of {table.name} keep nothing back"


def _read_policies(table: Table) -> list[Policy]:
    """The policies that decide which rows a SELECT sees."""
    return [policy for policy in table.policies if policy.command in ("ALL", "SELECT")]


def _are_same(old: list[Policy], new: list[Policy], pairs: frozenset[tuple[str, str]]) -> bool:
    def matches(one: Policy, other: Policy) -> bool:
        is_same = (one.permissive, sorted(one.roles)) == (other.permissive, sorted(other.roles))
        return is_same and same_text(one.using or "", other.using or "", pairs)

    return len(old) == len(new) and all(any(matches(one, other) for other in new) for one in old)


def _shows_all(policy: Policy) -> bool:
    shows = policy.permissive and policy.command in ("ALL", "SELECT") and "public" in policy.roles
    return shows and policy.using is not None and tokens(policy.using) in (("true",), ("(", "true", ")"))


def ungranted(name: Name, catalogs: tuple[Catalog, Catalog]) -> Iterator[Flaw]:
    """Tables that a view's readers need a grant on since it asks for their own, where the history gave them none.

    See https://www.postgresql.org/docs/18/sql-createview.html ("Notes").
    """
    before, after = catalogs
    was, now = before.views.get(before.resolve(name)), after.views.get(after.resolve(name))
    if was is None or now is None or was.security_invoker or not now.security_invoker:
        return
    readers = _readers(now)
    for below in {after.resolve(relation) for relation, _ in now.reads}:
        base = after.tables.get(below) or after.views.get(below)
        if base is not None and readers and not (readers | {"public"}) & _readers(base):
            yield "access-revoked", None, f"{', '.join(sorted(readers))} may not read {below}"


def _readers(relation: Table | View) -> frozenset[str]:
    return frozenset(
        grant.grantee.lower() for grant in relation.grants if grant.privilege.upper().split()[0] in ("SELECT", "ALL")
    )
