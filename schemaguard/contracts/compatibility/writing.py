"""What a writer needs to be accepted, and a catalog refuses."""

from collections.abc import Iterator

from schemaguard.catalog.objects import Catalog, Column
from schemaguard.contracts.compatibility.arriving_types import cause_between
from schemaguard.contracts.compatibility.hidden import shut
from schemaguard.contracts.compatibility.reading import (
    UNKNOWN,
    Flaw,
    arbiters,
    is_enum,
    is_required,
    possible_values,
    unique_sets,
)
from schemaguard.contracts.compatibility.relation import Relation
from schemaguard.contracts.contract import ContractTable, Promise


def writer_flaws(part: ContractTable, shown: Relation, catalog: Catalog, was: Catalog | None = None) -> Iterator[Flaw]:
    """What of a writer's rows the relation doesn't accept; `was` is the catalog in which they were accepted."""
    yield from shut(shown.name, catalog, "write")
    for promise in part.promises:
        if shown.lacks(promise.column):
            yield "column-dropped", promise.column, ""
        else:
            yield from _column_flaws(promise, shown, catalog, was)
    base = shown.base
    if base is None:
        return
    sent = {below(shown, promise.column) for promise in part.promises}
    for column in base.columns:
        if column.name not in sent and is_left_out_in_vain(column):
            yield "required-column-added", column.name, ""
    key = frozenset(below(shown, column) for column in part.upsert_key)
    if key and not base.open and key not in arbiters(base, catalog):
        code = "unique-dropped/55000" if key in unique_sets(base, catalog) else "unique-dropped"
        yield code, part.upsert_key[0], f"ON CONFLICT ({', '.join(part.upsert_key)})"


def below(shown: Relation, column: str) -> str:
    """The column's name in the table that is written to."""
    home = shown.home(column)
    return home[1].name if home is not None else column


def is_left_out_in_vain(column: Column) -> bool:
    """Whether an INSERT that doesn't name the column fails with 23502."""
    if not column.is_listed:
        return False  # Of a column that was made elsewhere the default isn't known.
    return column.not_null and column.filling is None and column.identity is None and column.generated is None


def _column_flaws(promise: Promise, shown: Relation, catalog: Catalog, was: Catalog | None) -> Iterator[Flaw]:
    home = shown.home(promise.column)
    if home is None:
        return
    table, column = home
    if column.generated is not None or column.identity == "always":
        yield "column-generated", promise.column, ""
        return
    if promise.type is not None and column.type.name != UNKNOWN:
        cause = cause_between(promise.type, column.type, "write", catalog, was)
        if cause is not None:
            yield cause, promise.column, f"{column.type} instead of {promise.type}"
    if not promise.required and is_required(column, table):
        yield "null-refused", promise.column, ""
    possible = possible_values(column, table, catalog)
    if promise.enum is not None and possible is not None and not set(promise.enum) <= possible:
        code = "value-removed" if is_enum(column, catalog) else "value-removed/check"
        yield code, promise.column, ", ".join(sorted(set(promise.enum) - possible))
