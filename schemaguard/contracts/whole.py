"""The contract of a program that may read and write all that its schema has: what its next version must leave it."""

from collections.abc import Iterator, Mapping

from schemaguard.catalog.objects import Catalog, Name, Table
from schemaguard.contracts.contract import Contract, ContractTable, Promise
from schemaguard.frozen import replace


def whole_contract(program: str, version: str, catalog: Catalog) -> Contract:
    """Everything in a catalog's tables, promised to the version of a program that was written for it."""
    known: Mapping[Name, Table] = {name: table for name, table in catalog.tables.items() if name.schema != "pg_temp"}
    tables = tuple(part for name in known for part in _of_table(known[name]))
    return Contract(
        id=f"{program}:{version}",
        model=program,
        model_versions=(version,),
        tables=tables,
        file="",
        digest="",
    )


def _of_table(table: Table) -> tuple[ContractTable, ContractTable]:
    read = tuple(Promise(column.name, column.type, required=column.not_null) for column in table.columns)
    write = tuple(
        Promise(column.name, column.type, required=column.not_null and column.filling is None)
        for column in table.columns
        if column.generated is None and column.identity != "always"
    )
    return ContractTable(table.name, "read", read), ContractTable(table.name, "write", write)


def whole_contracts(program: str, version: str, catalog: Catalog) -> tuple[Contract, Contract]:
    """The same, and that of a program that leaves to the server what it fills by itself."""
    whole = whole_contract(program, version, catalog)
    whole = replace(whole, tables=(*whole.tables, *_of_views(catalog)))
    sparing = tuple(
        replace(part, promises=tuple(each for each in part.promises if _is_sent(catalog.tables[part.table], each)))
        for part in whole.tables
        if part.access == "write"
    )
    return whole, replace(whole, tables=sparing)


def _of_views(catalog: Catalog) -> Iterator[ContractTable]:
    for name, view in catalog.views.items():
        yield ContractTable(name, "read", tuple(Promise(column.name, column.type) for column in view.columns or ()))


def _is_sent(table: Table, promise: Promise) -> bool:
    column = table.column(promise.column)
    return column is not None and column.filling is None
