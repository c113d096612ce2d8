"""What a server makes of a table's reads and writes: rows that fit it, sent in every way that its contract allows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.objects import Catalog, Column, ForeignKey, Name, Table
from schemaguard.catalog.types import Type
from schemaguard.contracts.compatibility.reading import is_required, possible_values, unique_sets
from schemaguard.sql.writing.identifiers import written

Row = Mapping[str, str | None]
"""Column → the text of its value; None is NULL."""
_DEEPEST = 8
_APART = 100
"""Parents are other rows than those of the same table that they are made for."""
_NO_COMPARISON = ("json", "xml", "point", "polygon", "box", "path", "line")
_MOMENTS = ("timestamp with time zone", "timestamp without time zone")
_LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
_LONG = 4000
_VALUES = {
    "boolean": "true",
    "json": '{"k": 1}',
    "jsonb": '{"k": 1}',
    "bytea": "\\x01",
    "interval": "1 hour",
    "inet": "10.0.0.1",
    "tsvector": "word",
}


@dataclass(slots=True)
class Side:
    """One database as it stands, with what the server says of its shape."""

    connection: psycopg.Connection[Any]
    catalog: Catalog = field(default_factory=Catalog)

    @classmethod
    def of(cls, connection: psycopg.Connection[Any]) -> "Side":
        """The database of an autocommit connection."""
        return cls(connection, read_catalog(connection))

    def left_after(self, deleted: Name, names: Iterable[Name]) -> dict[Name, int]:
        """How many rows each table has when all rows of `deleted` go; what was deleted is taken back."""
        with self.connection.transaction(force_rollback=True):
            self.connection.execute(sql.SQL("delete from {}").format(identifier(deleted)))
            return {name: self.count(name) for name in names}

    def count(self, name: Name) -> int:
        """How many rows a table has."""
        found = self.connection.execute(sql.SQL("select count(*) from {}").format(identifier(name))).fetchone()
        return int(found[0]) if found is not None else 0

    def outcome(self, statements: Sequence[sql.Composable]) -> str:
        """`ok`, or the SQLSTATE that one of them ends in; what they wrote is taken back."""
        try:
            with self.connection.transaction(force_rollback=True):
                for statement in statements:
                    self.connection.execute(statement)
                self.connection.execute("set constraints all immediate")
        except psycopg.Error as error:
            return error.sqlstate or "?"
        return "ok"


@dataclass(frozen=True, slots=True)
class Write:
    """A way to write: what it tries, the column that it is about, and the rows that it sends."""

    what: str
    column: str | None
    rows: tuple[Row, ...]


def fill(side: Side) -> None:
    """Put two rows into each table, as far as rows that fit it can be made; sequences go on behind them."""
    for table in side.catalog.tables.values():
        for seed in (1, 2):
            with Parents(side) as parents:
                row = parents.row(table, writable(table), seed)
                parents.send(insert(table.name, row, table, skips=True), keeps=True)
    for name in side.catalog.sequences:
        side.connection.execute("select setval(%s::regclass, 10000)", (written(name),))


def writable(table: Table) -> tuple[str, ...]:
    """The columns that a writer can send."""
    return tuple(c.name for c in table.columns if c.generated is None and c.identity != "always")


def needed(table: Table) -> tuple[str, ...]:
    """The columns that a writer has to send."""
    return tuple(
        column.name
        for column in table.columns
        if column.name in writable(table)
        and is_required(column, table)
        and column.filling is None
        and column.identity is None
    )


class Parents:
    """A transaction in which rows get the rows that they refer to; taken back at its end, unless it is kept."""

    def __init__(self, side: Side, before: Catalog | None = None, *, elsewhere: bool = False) -> None:
        self._side = side
        self._elsewhere = elsewhere
        self._before = before
        self._made: set[object] = set()
        self._transaction: Any = None
        self._keeps = False

    def __enter__(self) -> "Parents":
        self._transaction = self._side.connection.transaction()
        self._transaction.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        undo = None if self._keeps else psycopg.Rollback()
        self._transaction.__exit__(type(undo) if undo else None, undo, None)

    def send(self, statement: sql.Composable, *, keeps: bool = False) -> str:
        """`ok` or the SQLSTATE; with `keeps` what was written stays after the transaction."""
        try:
            with self._side.connection.transaction():
                self._side.connection.execute(statement)
                self._side.connection.execute("set constraints all immediate")
        except psycopg.Error as error:
            return error.sqlstate or "?"
        self._keeps = self._keeps or keeps
        return "ok"

    def row(
        self, table: Table, columns: Sequence[str], seed: int, given: Row | None = None, depth: int = 0
    ) -> dict[str, str | None]:
        """A row of those columns that fits the table, whose parents are there; `given` values stay as they are."""
        made: dict[str, str | None] = dict(given or {})
        for key in self._keys(table, columns):
            if any(made.get(column, "") is None for column in key.columns):
                continue
            wanted = {ref: made[own] for own, ref in zip(key.columns, key.ref_columns, strict=True) if own in made}
            parent = self._side.catalog.tables.get(key.ref_table)
            if parent is None or depth > _DEEPEST or parent.name == table.name:
                made |= {c: None for c in key.columns if c not in made and not _is_required(table, c)}
                continue
            found = self._parent(parent, seed, wanted, key, depth + 1)
            made |= {own: found.get(ref) for own, ref in zip(key.columns, key.ref_columns, strict=True)}
        known = self._before if self._before is not None and not depth else self._side.catalog
        for name in columns:
            column = table.column(name)
            if name not in made and column is not None:
                made[name] = value(column, table, known, seed)
        return {name: made[name] for name in columns if name in made}

    def _keys(self, table: Table, columns: Sequence[str]) -> list[ForeignKey]:
        """The foreign keys that a writer from before the change keeps, those of most columns first.

        Where one is gone or leads elsewhere, the one over the same columns that holds now.
        """
        now = [c for c in table.constraints if isinstance(c, ForeignKey)]
        old = self._before.tables.get(table.name) if self._before is not None else table
        known = [c for c in old.constraints if isinstance(c, ForeignKey)] if old is not None else []
        keys = [key if self._leads(key) else next((n for n in now if n.columns == key.columns), key) for key in known]
        return sorted((key for key in keys if set(key.columns) <= set(columns)), key=lambda key: -len(key.columns))

    def _leads(self, key: ForeignKey) -> bool:
        there = self._side.catalog.tables.get(key.ref_table)
        return there is not None and all(there.column(column) is not None for column in key.ref_columns)

    def _parent(self, table: Table, seed: int, wanted: Row, key: ForeignKey, depth: int) -> dict[str, str | None]:
        """A row of the parent's table, put there; what its keys have a default for is left to that, or is elsewhere."""
        sent = {*wanted, *key.ref_columns, *needed(table)}
        for together in unique_sets(table, self._side.catalog) if self._elsewhere else ():
            sent |= together
        columns = [column for column in writable(table) if column in sent]
        row = self.row(table, columns, seed + _APART, wanted, depth)
        mark = (table.name, tuple(sorted(row.items(), key=str)))
        if mark not in self._made:
            self._made.add(mark)
            self.send(insert(table.name, row, table, skips=True))
        return row


def identifier(name: Name) -> sql.Identifier:
    """The name, quoted, with its schema."""
    return sql.Identifier(*(part for part in (name.schema, name.name) if part))


def insert(name: Name, row: Row, typed: Table | None, *, skips: bool = False) -> sql.Composable:
    """The INSERT; values carry the built-in types of `typed`, as a driver's parameters do."""
    values = [_literal(text, typed.column(column) if typed is not None else None) for column, text in row.items()]
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        identifier(name), sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(values)
    )
    return sql.SQL("{} on conflict do nothing").format(statement) if skips else statement


def _literal(text: str | None, column: Column | None) -> sql.Composable:
    if text is None:
        return sql.SQL("null")
    return sql.Literal(text) + sql.SQL(_cast(column.type) if column is not None else "")


def _cast(type_: Type) -> str:
    """As a driver sends it: without a length, and without a type that the database has made itself."""
    return f"::{type_.name}{'[]' * type_.dimensions}" if type_.is_built_in else ""


def value(column: Column, table: Table, catalog: Catalog, seed: int) -> str:
    """The text of a value that the column takes; another seed, another value, where it has so many."""
    if column.type.dimensions:
        return "{}"
    if allowed := sorted(possible_values(column, table, catalog) or ()):
        return allowed[seed % len(allowed)]
    type_ = column.type
    while (domain := catalog.domains.get(Name(type_.name, type_.schema or "public"))) is not None:
        type_ = domain.base
    return _plain(type_, seed)


def _plain(type_: Type, seed: int) -> str:
    match type_.name:
        case "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" | "money" | "oid":
            return str(seed)
        case "timestamp with time zone" | "timestamp without time zone":
            return f"2026-01-01 00:{seed % 60:02}:00"
        case "date":
            return f"2026-01-{seed % 28 + 1:02}"
        case "time with time zone" | "time without time zone":
            return f"00:{seed % 60:02}:00"
        case "uuid":
            return f"00000000-0000-0000-0000-{seed:012}"
        case name if name in _VALUES:
            return _VALUES[name]
    length = type_.modifiers[0] if type_.modifiers else 30
    return f"v{seed}"[-length:]


def _is_required(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and is_required(column, table)


def writes(before: Catalog, after: Catalog, table: Table) -> Iterator[tuple[str, str | None, int, dict[str, Any]]]:
    """The ways to write that the contract allows: (what, column, how many rows, values that are given to the rows)."""
    yield "a row", None, 1, {}
    for name in writable(table):
        column = table.column(name)
        assert column is not None
        if not is_required(column, table):
            yield "NULL", name, 1, {name: None}
        for allowed in sorted(possible_values(column, table, before) or ()):
            yield f"the value {allowed}", name, 1, {name: allowed}
        if column.type.name in ("character varying", "character", "text") and not column.type.dimensions:
            length = column.type.modifiers[0] if column.type.modifiers else _LONG
            yield "the longest text", name, 1, {name: "w" * length}
        if column.type.name in _LARGEST:
            yield "the largest number", name, 1, {name: str(_LARGEST[column.type.name])}
            yield "a negative number", name, 1, {name: "-7"}
        if column.type.name in _MOMENTS:
            yield "the first second", name, 1, {name: "1970-01-01 00:00:00"}
    there = after.tables.get(table.name)
    if there is not None:
        if any(
            not set(key.columns) <= set(writable(table)) for key in there.constraints if isinstance(key, ForeignKey)
        ):
            yield "a row whose parent is elsewhere", None, 1, {"elsewhere": ()}
        old = unique_sets(table, before)
        for key in _unique_keys(there, after):
            if key <= set(writable(table)) and not any(each <= key for each in old):
                yield "twice the same", None, 2, {"same": tuple(sorted(key))}


def _unique_keys(table: Table, catalog: Catalog) -> set[frozenset[str]]:
    partial = {
        frozenset(str(key.column) for key in index.keys)
        for name in catalog.indexes_of.get(table.name, ())
        if (index := catalog.indexes[name]).unique and all(key.column for key in index.keys)
    }
    return set(unique_sets(table, catalog)) | partial


def write_outcome(side: Side, before: Catalog, table: Table, columns: Sequence[str], many: int, given: Any) -> str:
    """What becomes of rows that are written as the contract of `table` says, where the database stands now."""
    now = side.catalog.tables.get(table.name)
    same = given.get("same", ())
    values: dict[str, str | None] = {} if same or "elsewhere" in given else given
    with Parents(side, before, elsewhere="elsewhere" in given) as parents:
        shape = _as_written(table, now)
        for number in range(many):
            row = parents.row(shape, columns, 50 + number, values)
            done = parents.send(insert(table.name, row, table))
            if done != "ok":
                return done
            values = {column: row[column] for column in same}
    return "ok"


def _as_written(table: Table, now: Table | None) -> Table:
    """The columns that the contract knows, and the foreign keys that hold now."""
    if now is None:
        return Table(table.name, table.columns, tuple(c for c in table.constraints if not isinstance(c, ForeignKey)))
    return Table(table.name, table.columns, now.constraints)


def reads(before: Catalog, table: Table) -> Iterator[tuple[str, str | None, sql.Composable]]:
    """The reads of a contract over all columns: together, one by one, and compared with a value of the type."""
    name = identifier(table.name)
    columns = [column.name for column in table.columns]
    listed = sql.SQL(", ").join(map(sql.Identifier, columns)) if columns else sql.SQL("1")
    yield "all", None, sql.SQL("select {} from {}").format(listed, name)
    for column in table.columns:
        own = sql.Identifier(column.name)
        yield "column", column.name, sql.SQL("select {} from {}").format(own, name)
        if column.type.name in _NO_COMPARISON:
            continue
        for text in sorted(possible_values(column, table, before) or ()) or [value(column, table, before, 1)]:
            compared = sql.SQL("select 1 from {} where {} = {}").format(name, own, _literal(text, column))
            yield "compared", column.name, compared


@contextmanager
def opened(url: str) -> Iterator[psycopg.Connection[Any]]:
    """An autocommit connection that prepares nothing: a plan from before the change would be refused after it."""
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        connection.execute("set client_min_messages = error")
        yield connection
