"""Rights that a client needs beside those on its own relation: of the functions that it runs, and below its views.

Source: https://www.postgresql.org/docs/18/rules-privileges.html and "Notes" of CREATE VIEW.
"""

from collections.abc import Iterable, Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.calls import calls
from schemaguard.catalog.expressions import words
from schemaguard.catalog.objects import Catalog, Function, Name, Table, View
from schemaguard.contracts.compatibility.reading import Flaw
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.compatibility.rowsource import stores
from schemaguard.contracts.compatibility.running import kept_texts, run_functions
from schemaguard.contracts.compatibility.unlisted import DOUBT
from schemaguard.contracts.compatibility.used_symbols import uses
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.sql.reading.bodies import read_body

Catalogs = tuple[Catalog, Catalog]


def rights_flaws(contract: Contract, part: ContractTable, catalogs: Catalogs, change: c.Change) -> Iterator[Flaw]:
    """What a client feels of rights that go below its own relation."""
    before, after = catalogs
    if relation(part.table, before) is None or relation(part.table, after) is None:
        return
    yield from _below_views(part, catalogs)
    yield from _other_rights(contract, part, catalogs)
    match change:
        case c.RevokeAccess(kind="function" | "procedure"):
            yield from _uncallable(contract, part, before, change)
        case c.RevokeAccess(kind="table" | "schema"):
            yield from _behind_functions(contract, part, catalogs, change)
        case c.ChangeOwner(kind="function" | "procedure", object=name):
            for function in run_functions(contract, part, before):
                if function.name.name == name.name and function.is_definer and _touches(function):
                    yield DOUBT, None, f"{name.name}() has the rights of another owner"
        case _:
            return


def _uncallable(contract: Contract, part: ContractTable, before: Catalog, change: c.RevokeAccess) -> Iterator[Flaw]:
    """Functions that the client calls itself, or through what is kept: a view, default, check or policy calls as it."""
    texts = [contract.query or "", *kept_texts(part, before)]
    texts += [function.body for function in run_functions(contract, part, before) if not function.is_definer]
    called = {call.name for text in texts for call in calls(text)}
    for symbol in before.symbols.values():
        if symbol.function is not None and any(uses(text, symbol) for text in texts):
            called.add(symbol.function.name)
    for name in sorted({name for name, _ in before.functions if name.name in called}, key=str):
        is_meant = change.object.name == (name.schema if change.all_in_schema else name.name)
        if is_meant and change.object.schema in (None, name.schema):
            yield "access-revoked", None, f"to {name.name}(), which it calls"
    own = {call.name for call in calls(contract.query or "")}
    if not change.all_in_schema and change.object.name in own - {name.name for name, _ in before.functions}:
        yield DOUBT, None, f"it calls {change.object.name}(), and whether by that right isn't known"


def _behind_functions(
    contract: Contract, part: ContractTable, catalogs: Catalogs, change: c.RevokeAccess
) -> Iterator[Flaw]:
    """Tables that the functions it runs, or policies, use with the client's own rights."""
    before, after = catalogs
    own = before.resolve(part.table)
    for who, named in _used(contract, part, before):
        for name in sorted(named, key=str):
            there = before.resolve(name)
            is_meant = (
                there.schema == change.object.name if _is_whole(change) else there == before.resolve(change.object)
            )
            if is_meant and there != own and _may_be_missed(there, change, before, after):
                roles = ", ".join(sorted({grant.grantee for grant in change.grants}))
                yield DOUBT, None, f"{who} uses {there}, and access to it is taken from {roles}"


def _is_whole(change: c.RevokeAccess) -> bool:
    return change.kind == "schema" or change.all_in_schema


def _may_be_missed(name: Name, change: c.RevokeAccess, before: Catalog, after: Catalog) -> bool:
    if change.kind == "schema":
        return True
    was, now = ((catalog.tables.get(name) or catalog.views.get(name)) for catalog in (before, after))
    had = {grant.grantee for grant in was.grants} if was is not None else set()
    taken = {grant.grantee for grant in change.grants}
    if was is not None and now is not None and was.grants == now.grants and had:
        return False
    return not had or bool(had & taken)


def _used(contract: Contract, part: ContractTable, catalog: Catalog) -> Iterator[tuple[str, Iterable[Name]]]:
    for function in run_functions(contract, part, catalog):
        if not function.is_definer:
            body = read_body(function.language, function.body)
            yield f"{function.name.name}()", body.relations | body.written | body.deleted
    for name in stores(part.table, catalog):
        table = catalog.tables.get(name)
        for policy in table.policies if table is not None and table.row_security else ():
            named = words(f"{policy.using or ''} {policy.check or ''}")
            others = [other for other in (*catalog.tables, *catalog.views) if other.name in named and other != name]
            yield f"policy {policy.name}", others


def _touches(function: Function) -> bool:
    body = read_body(function.language, function.body)
    return not body.is_read or body.runs_text or bool(body.relations | body.written | body.deleted)


def _other_rights(contract: Contract, part: ContractTable, catalogs: Catalogs) -> Iterator[Flaw]:
    """Functions that ran with their owner's rights, and run with the caller's from now on."""
    before, after = catalogs
    if before.functions is after.functions:
        return
    for function in run_functions(contract, part, after):
        was = before.functions.get((function.name, function.arguments))
        if was is not None and was.is_definer and not function.is_definer and _touches(function):
            yield DOUBT, None, f"{function.name.name}() runs with the caller's rights from now on"


def _below_views(part: ContractTable, catalogs: Catalogs) -> Iterator[Flaw]:
    """Views whose owner, or whose reader where they ask for that, has no right to what is below them any more."""
    before, after = catalogs
    for name in sorted(stores(part.table, after), key=str):
        was, now = before.views.get(name), after.views.get(name)
        if was is None or now is None or now.materialized:
            continue
        for below in sorted({after.resolve(read) for read, _ in now.reads}, key=str):
            old, new = _relation(below, before), _relation(below, after)
            if old is None or new is None:
                continue
            if now.security_invoker and was.security_invoker:
                lost = _roles(old) & _roles(was) - _roles(new)
                if lost and "public" not in _roles(new):
                    yield DOUBT, None, f"{', '.join(sorted(lost))} may not read {below} any more, below view {name}"
            elif not now.security_invoker and _may_read(was, old) and not _may_read(now, new):
                yield DOUBT, None, f"whether the owner of view {name} may read {below} isn't known"


def _relation(name: Name, catalog: Catalog) -> Table | View | None:
    return catalog.tables.get(name) or catalog.views.get(name)


def _may_read(view: View, below: Table | View) -> bool:
    """Whether the owner of the view is that of what it reads, or has a grant on it; both unknown are one."""
    return view.owner == below.owner or bool(_roles(below) & {"public", view.owner or ""})


def _roles(relation: Table | View) -> frozenset[str]:
    found = (grant.grantee for grant in relation.grants if grant.privilege.upper().split()[0] in ("SELECT", "ALL"))
    return frozenset(found)
