"""What a writer needs to be accepted, and a catalog refuses."""

from collections.abc import Iterator

from schemaguard.catalog.objects import Catalog, Column
from schemaguard.contracts.compatibility.reading import Flaw, is_required, possible_values, unique_sets
from schemaguard.contracts.compatibility.relation import Relation
from schemaguard.contracts.compatibility.typing import type_cause
from schemaguard.contracts.contract import ContractTable, Promise


def writer_flaws(part: ContractTable, shown: Relation, catalog: Catalog) -> Iterator[Flaw]:
    """What of a writer's rows the relation doesn't accept."""
    table = shown.table
    if table is not None and table.row_security and not table.policies:
        yield "row-security", None, ""
    for promise in part.promises:
        column = shown.column(promise.column)
        if column is not None:
            yield from _column_flaws(promise, column, shown, catalog)
        elif not shown.is_open:
            yield "column-dropped", promise.column, ""
    if table is None:
        return
    for column in table.columns:
        if part.promise(column.name) is None and is_left_out_in_vain(column):
            yield "required-column-added", column.name, ""
    if part.upsert_key and not table.open and frozenset(part.upsert_key) not in unique_sets(table, catalog):
        yield "unique-dropped", part.upsert_key[0], f"ON CONFLICT ({', '.join(part.upsert_key)})"


def is_left_out_in_vain(column: Column) -> bool:
    """Whether an INSERT that doesn't name the column fails with 23502."""
    return column.not_null and column.filling is None and column.identity is None and column.generated is None


def _column_flaws(promise: Promise, column: Column, shown: Relation, catalog: Catalog) -> Iterator[Flaw]:
    if shown.table is None:
        return
    if column.generated is not None or column.identity == "always":
        yield "column-generated", column.name, ""
        return
    if promise.type is not None:
        cause = type_cause(promise.type, column.type, "write")
        if cause is not None:
            yield cause, column.name, f"{column.type} instead of {promise.type}"
    if not promise.required and is_required(column, shown.table):
        yield "null-refused", column.name, ""
    possible = possible_values(column, shown.table, catalog)
    if promise.enum is not None and possible is not None and not set(promise.enum) <= possible:
        yield "value-removed", column.name, ", ".join(sorted(set(promise.enum) - possible))
