"""A table or column as somebody types it, found among what contracts and the catalog name."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.contracts.odcs import dotted
from schemaguard.errors import UsageError
from schemaguard.frozen import dataclass

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Subject:
    """A table or view, its name resolved, or one column of it."""

    table: Name
    column: str | None = None

    def __str__(self) -> str:
        return f"{self.table}.{self.column}" if self.column is not None else str(self.table)

    def is_in(self, part: ContractTable, catalog: Catalog) -> bool:
        """Whether the entry of a contract names it."""
        if catalog.resolve(part.table) != self.table:
            return False
        return self.column is None or part.promise(self.column) is not None


@dataclass(frozen=True, slots=True)
class Subjects:
    """Every table and view that anybody names, with its columns."""

    columns: Mapping[Name, frozenset[str]]
    unlisted: frozenset[Name]
    """Those that may have columns which nobody listed."""

    def named(self) -> tuple[str, ...]:
        """The tables, as they are spelled."""
        return tuple(sorted(map(str, self.columns)))


def subjects(contracts: Iterable[Contract], catalog: Catalog) -> Subjects:
    """What the contracts and the catalog name."""
    found: dict[Name, set[str]] = {}
    unlisted = {name for name, table in catalog.tables.items() if table.open}
    unlisted |= {name for name, view in catalog.views.items() if view.columns is None}
    for name, table in catalog.tables.items():
        found[name] = {column.name for column in table.columns}
    for name, view in catalog.views.items():
        found[name] = {column.name for column in view.columns or ()}
    for contract in contracts:
        for part in contract.tables:
            named = found.setdefault(catalog.resolve(part.table), set())
            named.update(promise.column for promise in part.promises)
    return Subjects({name: frozenset(columns) for name, columns in found.items()}, frozenset(unlisted))


def find(text: str, known: Subjects, catalog: Catalog, kinds: str = "table or view") -> Subject:
    """What `table`, `schema.table`, `table.column` or `schema.table.column` means; quoted parts may hold dots.

    A table without its schema is found on the search_path, else in the only schema that has one of that name.
    Raises UsageError with the nearest names where there is none, or several; `kinds` says in it what was looked for.
    """
    parts = dotted(text)
    for spelled in (parts, [part.lower() for part in parts]):
        meanings = [(spelled, None), (spelled[:-1], spelled[-1])]
        for name, column in meanings:
            table = _table(name, known, catalog)
            if table is not None and _has(table, column, known):
                return Subject(table, column)
    raise _unknown(text, parts, known, catalog, kinds)


def _table(parts: list[str], known: Subjects, catalog: Catalog) -> Name | None:
    if len(parts) == 2:
        name = Name(parts[1], parts[0])
        return name if name in known.columns else None
    if len(parts) != 1:
        return None
    resolved = catalog.resolve(Name(parts[0]))
    if resolved in known.columns:
        return resolved
    elsewhere = [name for name in known.columns if name.name == parts[0]]
    if len(elsewhere) > 1:
        raise UsageError(
            f"several tables are called {parts[0]}",
            at=", ".join(sorted(map(str, elsewhere))),
            next="name its schema: SCHEMA.TABLE[.COLUMN]",
        )
    return elsewhere[0] if elsewhere else None


def _has(table: Name, column: str | None, known: Subjects) -> bool:
    return column is None or column in known.columns[table] or table in known.unlisted


def _unknown(text: str, parts: list[str], known: Subjects, catalog: Catalog, kinds: str) -> UsageError:
    table = _table(parts[:-1], known, catalog)
    if table is not None:
        near = get_close_matches(parts[-1], known.columns[table]) or sorted(known.columns[table])
        return UsageError(
            f"{table} has no column {parts[-1]}",
            at=f"neither the catalog nor a contract names one; {table} has {_first_names(near)}",
            next="TABLE or TABLE.COLUMN",
        )
    named = known.named()
    near = get_close_matches(text, named) or get_close_matches(parts[0], named) or list(named)
    return UsageError(
        f"no {kinds} {text} is known",
        at=f"neither the catalog nor a contract names one; known: {_first_names(near)}",
        next="TABLE or TABLE.COLUMN, a table outside of public with its schema",
    )


def _first_names(names: list[str]) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN]) or 'none'}{more}"
