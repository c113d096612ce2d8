"""The columns that a change makes, or gives another type."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, Change, CreateTable, RetypeColumn
from schemaguard.catalog.types import Type
from schemaguard.rules.facts.context import Context


def new_columns(change: Change, context: Context) -> Iterator[tuple[str, str, Type]]:
    """(table, column, its type); a type is only told again where it becomes another one."""
    match change:
        case CreateTable(table=table):
            yield from ((str(table.name), column.name, column.type) for column in table.columns)
        case AddColumn(table=name, column=column):
            yield str(name), column.name, column.type
        case RetypeColumn(table=name, column=part, type=type_):
            table_before = context.before.table(name)
            known = table_before.column(part) if table_before is not None else None
            if known is None or known.type != type_:
                yield str(name), part, type_
        case _:
            return
