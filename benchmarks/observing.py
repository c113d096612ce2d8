"""How a database that a revision ran on serves the contracts of before: what differs, and which findings say so."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from psycopg import sql

from benchmarks.probing import Side, identifier, needed, reads, writable, write_outcome, writes
from schemaguard.catalog.objects import Catalog, Check, Column, ForeignKey, Index, Name, Table
from schemaguard.catalog.types import Type
from schemaguard.contracts.compatibility.bounds import table_bounds
from schemaguard.contracts.compatibility.breakage import CAUSES
from schemaguard.contracts.compatibility.reading import is_required, possible_values, unique_sets
from schemaguard.contracts.contract import Access
from schemaguard.finding import Finding

_SHOWS = {
    "null-possible": {"null"},
    "value-added": {"value"},
    "unique-dropped": {"duplicates"},
    "range-widened": {"type"},
    "check-dropped": {"bounds"},
    "type-widened": {"type"},
    "type-narrowed": {"type"},
    "precision-reduced": {"type"},
    "scale-reduced": {"type"},
    "length-reduced": {"type"},
    "type-changed": {"type"},
    "type-approximated": {"type"},
    "zone-changed": {"type"},
    "modifier-changed": {"type"},
    "collation-changed": {"collation"},
    "default-changed": {"default"},
    "column-generated": {"generated"},
    "expression-changed": {"generated", "values"},
    "values-converted": {"values"},
    "rows-overwritten": {"values"},
    "rows-deleted": {"rows", "may lose rows"},
    "definition-changed": {"definition"},
    "index-dropped": {"index"},
    "foreign-key-changed": {"reference"},
    "row-security": {"row security"},
    "column-dropped": {"gone"},
    "column-renamed": {"gone"},
    "required-column-added": {"required"},
    "null-refused": {"required"},
    "default-dropped": {"required"},
    "check-added": {"Check"},
    "unique-added": {"Unique"},
    "foreign-key-added": {"ForeignKey"},
}
"""Cause → what is seen on a server where nothing need fail."""
_BROKEN = frozenset({"null", "value", "duplicates", "values", "rows", "bounds"})


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that is otherwise after the revision: a SQLSTATE that a read or write ends in, or a promise's loss."""

    access: Access
    table: Name
    column: str | None
    what: str
    how: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether a reader or writer of before doesn't get what it was promised."""
        return self.is_failure or self.what in _BROKEN

    @property
    def is_failure(self) -> bool:
        """Whether a statement ended in an SQLSTATE."""
        return len(self.what) == 5 and self.what.upper() == self.what

    def __str__(self) -> str:
        where = f"{self.table}.{self.column}" if self.column else str(self.table)
        return f"{self.access} of {where}: {self.what} {self.how}".rstrip()


def is_seen(finding: Finding, seen: Seen) -> bool:
    """Whether what was seen is what the finding says."""
    return _is_about(finding, seen, strictly=True) and (
        seen.what in _foretold(finding) or seen.what in _SHOWS.get(finding.cause or "", ())
    )


def is_covered(seen: Seen, finding: Finding) -> bool:
    """Whether the finding warns of what was seen: on the same table or column, and of the same kind of access.

    A write fails as a whole, whatever column it was to try.
    """
    if seen.access == "write" and seen.is_failure and seen.what in _foretold(finding):
        return finding.object.startswith(f"{seen.table}.") or finding.object == str(seen.table)
    return _is_about(finding, seen, strictly=False)


def _foretold(finding: Finding) -> set[str]:
    return {
        cause.sqlstate
        for (_, access), cause in CAUSES.items()
        if cause.code == finding.cause and access in _accesses(finding) and cause.sqlstate is not None
    }


def _accesses(finding: Finding) -> set[str]:
    return {reader.access for reader in finding.readers}


def _is_about(finding: Finding, seen: Seen, *, strictly: bool) -> bool:
    if seen.access not in _accesses(finding):
        return False
    table = str(seen.table)
    if finding.object == table or (seen.column is None and finding.object.startswith(f"{table}.")):
        return True
    return finding.object == f"{table}.{seen.column}" and (strictly or seen.column is not None)


def observe(before: Side, after: Side, deletes: set[Name], tried: Counter[str]) -> list[Seen]:
    """Everything that the tables of before do otherwise after the revision, which deletes rows of some."""
    found = [each for table in before.catalog.tables.values() for each in _of_table(before, after, table, tried)]
    return [*found, *_of_views(before, after, tried), *_deleted(before, deletes)]


def _deleted(side: Side, tables: set[Name]) -> Iterator[Seen]:
    """Whose rows go with those of a table that rows are deleted from: shown on all of our rows, not on those meant."""
    for table in tables & side.catalog.tables.keys():
        had = {name: side.count(name) for name in side.catalog.tables}
        for name, left in side.left_after(table, had).items():
            if left < had[name]:
                yield Seen("read", name, None, "may lose rows")


def _of_table(before: Side, after: Side, table: Table, tried: Counter[str]) -> Iterator[Seen]:
    there = after.catalog.tables.get(table.name)
    # Of a table that is what it was, one read and one write show that what it stands on serves it still.
    is_same = there == table and _indexes(before, table) == _indexes(after, table) and _types(before) == _types(after)
    first = 1 if is_same else None
    yield from _reads(before, after, table, tried, first)
    yield from _writes(before, after, table, tried, first)
    if there is None:
        return
    yield from _promises(before, after, table, there)
    yield from _rows(before, after, table, there)
    for key in (c for c in table.constraints if isinstance(c, ForeignKey)):
        if key not in there.constraints:
            yield Seen("read", table.name, None, "reference")
            yield from (Seen("read", table.name, column, "reference") for column in key.columns)
    kept = {_shape(index) for index in _indexes(after, table)}
    for index in _indexes(before, table):
        if _shape(index) not in kept:
            yield Seen("read", table.name, None, "index")
            yield from (Seen("read", table.name, key.column, "index") for key in index.keys if key.column)


def _types(side: Side) -> object:
    return (side.catalog.enums, side.catalog.domains, side.catalog.composites, side.catalog.functions)


def _indexes(side: Side, table: Table) -> list[Index]:
    return [side.catalog.indexes[name] for name in side.catalog.indexes_of.get(table.name, ())]


def _shape(index: Index) -> object:
    return (index.keys, index.method, index.predicate)


def _reads(before: Side, after: Side, table: Table, tried: Counter[str], first: int | None) -> Iterator[Seen]:
    for what, column, query in islice(reads(before.catalog, table), first):
        if before.outcome([query]) != "ok":
            continue
        tried["reads"] += 1
        if (outcome := after.outcome([query])) != "ok":
            yield Seen("read", table.name, column, outcome, what)


def _of_views(before: Side, after: Side, tried: Counter[str]) -> Iterator[Seen]:
    for name, view in before.catalog.views.items():
        yield from _reads(before, after, Table(name, view.columns or ()), tried, None)
        there = after.catalog.views.get(name)
        if there is not None and there.query != view.query:
            yield Seen("read", name, None, "definition")


def _writes(before: Side, after: Side, table: Table, tried: Counter[str], first: int | None) -> Iterator[Seen]:
    for columns in dict.fromkeys((writable(table), needed(table))):
        if not columns:
            continue
        for what, column, many, given in islice(writes(before.catalog, after.catalog, table), first):
            if not set(given.get("same", given)) <= {*columns, "elsewhere"}:
                continue
            if write_outcome(before, before.catalog, table, columns, many, given) != "ok":
                if what == "a row":
                    tried["not written"] += 1
                    yield from _behind(table, before.catalog, after.catalog)
                continue
            tried["writes"] += 1
            outcome = write_outcome(after, before.catalog, table, columns, many, given)
            if outcome != "ok" and what == "a row":
                yield from _behind(table, before.catalog, after.catalog)
            if outcome != "ok":
                for about in (column, *given.get("same", ())):
                    yield Seen("write", table.name, about, outcome, what)


def _behind(table: Table, before: Catalog, after: Catalog) -> Iterator[Seen]:
    """What refuses rows by the server's catalog, where no write tells: none works, or all fail for one reason."""
    there = after.tables.get(table.name)
    if there is None:
        return
    for name in writable(table):
        if there.column(name) is None:
            yield Seen("write", table.name, name, "gone")
    for name in needed(there):
        own = table.column(name)
        if own is None or not is_required(own, table):
            yield Seen("write", table.name, name, "required")
    for constraint in there.constraints:
        if isinstance(constraint, Check | ForeignKey) and constraint not in table.constraints:
            yield from (Seen("write", table.name, name, type(constraint).__name__) for name in constraint.columns)
    for key in unique_sets(there, after) - unique_sets(table, before):
        yield from (Seen("write", table.name, name, "Unique") for name in key)


def _promises(before: Side, after: Side, table: Table, there: Table) -> Iterator[Seen]:
    """What the catalog of before kept and the one of after doesn't."""
    for column in table.columns:
        now = there.column(column.name)
        if now is None:
            continue
        for what in _lost(before, after, (table, column), (there, now)):
            yield Seen("read", table.name, column.name, what)
            if what not in _BROKEN:
                yield Seen("write", table.name, column.name, what)
    for lost in unique_sets(table, before.catalog) - unique_sets(there, after.catalog):
        # Fewer columns that are unique keep more of them unique.
        if not any(key <= lost for key in unique_sets(there, after.catalog)):
            for name in lost if len(lost) == 1 else ():
                yield Seen("read", table.name, name, "duplicates")


def _lost(before: Side, after: Side, old: tuple[Table, Column], new: tuple[Table, Column]) -> Iterator[str]:
    (table, column), (there, now) = old, new
    if is_required(column, table) and not is_required(now, there):
        yield "null"
    promised = possible_values(column, table, before.catalog)
    possible = possible_values(now, there, after.catalog)
    if promised is not None and (possible is None or not possible <= promised):
        yield "value"
    if table_bounds(table, column.name) != table_bounds(there, column.name) and promised is None:
        yield "bounds"
    changes = {
        "type": _spelled(column.type) != _spelled(now.type),
        "default": column.filling != now.filling,
        "collation": column.collation != now.collation,
        "generated": column.generated != now.generated,
        "row security": table.row_security != there.row_security,
    }
    yield from (what for what, is_other in changes.items() if is_other)


def _spelled(type_: Type) -> str:
    return str(type_)


def _rows(before: Side, after: Side, table: Table, there: Table) -> Iterator[Seen]:
    """The rows that were there and are others."""
    names = [c.name for c in table.columns if (now := there.column(c.name)) is not None and now.type == c.type]
    old, new = (_texts(side, table.name, names) for side in (before, after))
    if len(old) != len(new):
        yield Seen("read", table.name, None, "rows", f"{len(old)} → {len(new)}")
        return
    for at, name in enumerate(names):
        if Counter(row[at] for row in old) != Counter(row[at] for row in new):
            yield Seen("read", table.name, name, "values")


def _texts(side: Side, name: Name, columns: list[str]) -> list[tuple[str, ...]]:
    listed = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column in columns)
    return (
        side.connection.execute(sql.SQL("select {} from {}").format(listed, identifier(name))).fetchall()
        if columns
        else []
    )
