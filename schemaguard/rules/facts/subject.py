"""What a change is about, as a finding names it."""

from dataclasses import fields

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Catalog, Name


def subject(change: c.Change) -> str:
    """The object that the change is about: a column with its table, else whatever it names first."""
    table = getattr(change, "table", None)
    for part in ("column", "constraint"):
        named = getattr(change, part, None)
        if isinstance(table, Name) and named is not None:
            return f"{table}.{named if isinstance(named, str) else getattr(named, 'name', None) or part}"
    if isinstance(table, Name):
        return str(table)
    for part in ("object", "index", "view", "type", "domain", "sequence", "function", "enum", "name", "partition"):
        named = getattr(change, part, None)
        named = named if isinstance(named, Name) else getattr(named, "name", None)
        if isinstance(named, Name):
            return str(named)
    names = getattr(change, "names", None)
    return ", ".join(sorted(map(str, names))) if names else "statement"


def of_columns(table: Name, columns: tuple[str, ...]) -> str:
    """What a key is about: its column with the table where it has only one, else the table."""
    return f"{table}.{columns[0]}" if len(columns) == 1 else str(table)


def tables(change: c.Change, before: Catalog) -> tuple[Name, ...]:
    """The tables whose shape or rows the change is about."""
    table = getattr(change, "table", None)
    if isinstance(table, Name):
        return (before.resolve(table),)
    match change:
        case c.CreateTable(table=made):
            return (before.resolve(made.name),)
        case c.CreateIndex(index=index):
            return (before.resolve(index.table),)
        case c.DropIndex(index=name):
            known = before.indexes.get(before.resolve(name))
            return (known.table,) if known is not None else ()
        case _:
            return ()


def made(change: c.Change) -> str | None:
    """The simple name of what the change makes, None where it makes nothing of its own."""
    if not type(change).__name__.startswith("Create"):
        return None
    if isinstance(change, c.CreateIndex):
        return change.name.name if change.name is not None else None
    return next(filter(None, (_simple(getattr(change, one.name)) for one in fields(change))), None)


def unmade(change: c.Change) -> str | None:
    """The simple name of what the change drops, or alters where it alters no more than that."""
    found = (getattr(change, part, None) for part in ("object", "index", "table", "view"))
    return next(filter(None, map(_simple, found)), None)


def _simple(named: object) -> str | None:
    if isinstance(named, str):
        return named
    if isinstance(named, Name):
        return named.name
    inner = getattr(named, "name", None)
    return inner.name if isinstance(inner, Name) else inner if isinstance(inner, str) else None
