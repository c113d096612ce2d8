"""The names of relations that a change is written with."""

from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Name

_OTHERS: tuple[c.ObjectKind, ...] = ("view", "materialized view", "sequence", "table")


def named(change: c.Change) -> Iterator[Name]:
    """The tables, views, sequences and indexes that it makes, alters or drops."""
    match change:
        case c.CreateTable(table=table):
            if table.persistence != "temporary":
                yield table.name
        case c.CreateIndex(index=index):
            yield index.table
        case c.DropIndex(index=name) | c.RefreshView(view=name):
            yield name
        case c.CreateView(view=view):
            yield view.name
        case c.CreateSequence(sequence=sequence):
            yield sequence.name
        case c.DropObject(kind=kind, object=name) | c.RenameObject(kind=kind, object=name) if kind in _OTHERS:
            yield name
        case _:
            table_name = getattr(change, "table", None)
            if isinstance(table_name, Name):
                yield table_name
