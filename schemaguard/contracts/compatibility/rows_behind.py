"""Rows that functions and policies look at while a reader reads: other ones there are other ones for it."""

from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.expressions import words
from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.compatibility.reading import Flaw
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.compatibility.rowsource import stores
from schemaguard.contracts.compatibility.running import run_functions
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.sql.reading.bodies import read_body


def rows_behind_flaws(contract: Contract, part: ContractTable, catalog: Catalog, change: c.Change) -> Iterator[Flaw]:
    """What a reader feels of rows that go, or get other values, in a table that only a function or policy reads."""
    if part.access != "read" or not isinstance(change, c.UpdateRows | c.DeleteRows | c.TruncateTable):
        return
    table = catalog.resolve(change.table)
    shown = stores(part.table, catalog)
    if relation(part.table, catalog) is None or table in shown:
        return
    for function in run_functions(contract, part, catalog):
        body = read_body(function.language, function.body)
        if any(catalog.resolve(name) == table for name in body.relations):
            yield "rows-overwritten", None, f"{function.name.name}() reads {table}"
    for name in sorted(shown, key=str):
        own = catalog.tables.get(name)
        for policy in own.policies if own is not None and own.row_security else ():
            if table.name in words(policy.using or ""):
                yield "row-security/policy", None, f"policy {policy.name} asks {table}, whose rows change"
