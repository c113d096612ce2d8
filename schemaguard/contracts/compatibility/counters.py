"""Counters that are set: a writer that leaves its key to a sequence may get a number that another row has."""

import re
from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.expressions import sequences
from schemaguard.catalog.objects import Catalog, Column, Name, Table
from schemaguard.contracts.compatibility.reading import Flaw, unique_sets
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.compatibility.unlisted import DOUBT
from schemaguard.contracts.compatibility.writing import below
from schemaguard.contracts.contract import ContractTable

_RESTARTS = re.compile(r"\b(?:restart|increment|minvalue|maxvalue|cycle)\b", re.IGNORECASE)
_PART = re.compile(r'"((?:[^"]|"")+)"|([^".\s]+)')


def counter_flaws(part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.Change) -> Iterator[Flaw]:
    """A doubt for each unique column that the writer leaves to a counter which the change sets to a number.

    Source: the notes of https://www.postgresql.org/docs/18/sql-altersequence.html.
    """
    before = catalogs[0]
    shown = relation(part.table, before)
    if part.access != "write" or shown is None or shown.base is None:
        return
    base, sent = shown.base, {below(shown, promise.column) for promise in part.promises}
    unique = {column for together in unique_sets(base, before) for column in together}
    for column in base.columns:
        is_counted = column.name in unique - sent
        if is_counted and (_is_set(base, column, before, change) or _is_another(base, column, catalogs)):
            yield DOUBT, column.name, "whether the numbers that its sequence gives are free isn't known"


def _is_set(table: Table, column: Column, before: Catalog, change: c.Change) -> bool:
    match change:
        case c.AlterSequence(sequence=name, restarts=True):
            wanted = before.resolve(name)
            return wanted in feeding(table, column, before)
        case c.SetColumnOption(table=name, column=named, option=option):
            return named == column.name and before.resolve(name) == table.name and bool(_RESTARTS.search(option))
        case _:
            return False


def _is_another(table: Table, column: Column, catalogs: tuple[Catalog, Catalog]) -> bool:
    """Whether it takes numbers from a sequence that was made since, and that doesn't go on behind the rows."""
    before, after = catalogs
    now = after.tables.get(table.name)
    left = now.column(column.name) if now is not None else None
    if now is None or left is None or before.sequences is after.sequences or now.number != table.number:
        return False
    was = {before.sequences[name].number for name in feeding(table, column, before) if name in before.sequences}
    fed = [after.sequences[name] for name in feeding(now, left, after) if name in after.sequences]
    return bool(was) and any(one.number > 0 and one.number not in was and not one.is_continued for one in fed)


def feeding(table: Table, column: Column, catalog: Catalog) -> set[Name]:
    """The sequences from which a column takes its numbers where it isn't sent."""
    owned = {
        name
        for name, sequence in catalog.sequences.items()
        if (column.filling is not None or column.identity is not None)
        and sequence.owned_by == (table.name, column.name)
    }
    return owned | {catalog.resolve(_named(text)) for text in sequences(column.default)}


def _named(text: str) -> Name:
    """The sequence that nextval() is given, as regclass reads it."""
    parts = [quoted.replace('""', '"') if quoted else word.lower() for quoted, word in _PART.findall(text)]
    return Name(parts[-1], parts[0] if len(parts) > 1 else None)
