"""A revision on a real server: filled before, upgraded, written to, taken back, upgraded again; all that is seen."""

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg
from psycopg import sql

from schemaguard.adapters.postgres.connection import Connection, first_line
from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.applying.vetoes import runs_outside
from schemaguard.catalog.changes import ControlTransaction, Opaque, Unreadable
from schemaguard.catalog.objects import Catalog, ForeignKey, Name, Table
from schemaguard.contracts.contract import Contract
from schemaguard.frozen import dataclass
from schemaguard.history.revision import Step
from schemaguard.proving.candidates import Candidates
from schemaguard.proving.certificate import LockSeen, RanStatement
from schemaguard.proving.comparison import Rows, TableRows
from schemaguard.proving.filling_order import filling_order

_ATTEMPTS = 12
"""How many rows are tried for one that the constraints take."""
_BEYOND_EDGES = 1_000
_SHOWN = 120
"""How much of a statement a certificate shows."""
_HOLE = "…"
"""What stands in a statement for a value that static evaluation doesn't know."""
_PERCENT = re.compile(r"%(?!\(\w+\)s)")
_LOCKS = """\
select distinct l.relation::regclass::text, l.mode from pg_locks l
join pg_class c on c.oid = l.relation
join pg_namespace n on n.oid = c.relnamespace
where l.pid = pg_backend_pid() and l.granted and l.locktype = 'relation' and c.relkind in ('r', 'p', 'v', 'm')
and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
and l.database = (select oid from pg_database where datname = current_database())"""
LOCK_MODES = {
    "AccessShareLock": "ACCESS SHARE", "RowShareLock": "ROW SHARE", "RowExclusiveLock": "ROW EXCLUSIVE",
    "ShareUpdateExclusiveLock": "SHARE UPDATE EXCLUSIVE", "ShareLock": "SHARE",
    "ShareRowExclusiveLock": "SHARE ROW EXCLUSIVE", "ExclusiveLock": "EXCLUSIVE",
    "AccessExclusiveLock": "ACCESS EXCLUSIVE",
}  # fmt: skip
_SEQUENCES = "select schemaname, sequencename, last_value::text from pg_sequences"


class ProofError(Exception):
    """A statement failed: which one, and what the server said."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What running a revision took, and which locks its statements held on what was there before."""

    ms: float
    locks: tuple[LockSeen, ...]
    statements: tuple[RanStatement, ...] = ()


def settle(connection: Connection) -> None:
    """A session that spells every value in one way, whatever the server's settings are."""
    for setting, value in (
        ("timezone", "UTC"), ("datestyle", "ISO"), ("intervalstyle", "iso_8601"), ("extra_float_digits", "3"),
        ("statement_timeout", "120s"), ("client_min_messages", "error"),
    ):  # fmt: skip
        connection.execute("select set_config(%s, %s, false)", (setting, value))


def run(connection: Connection, steps: Sequence[Step], *, watched: bool = False) -> Ran:
    """Send the statements in their transactions. Raises ProofError at the first that the server refuses."""
    known = {row[0] for row in connection.execute("select oid::regclass::text from pg_class")} if watched else set()
    locks: dict[tuple[str, str], None] = {}
    began = time.perf_counter()
    ran: list[RanStatement] = []
    for group in _transactions(steps):
        if len(group) == 1 and group[0].autocommit and (not watched or runs_outside(group[0].statement.sql)):
            ran.append(_timed(connection, group[0]))
            continue
        with connection.transaction():
            ran += [_timed(connection, step) for step in group]
            if watched:
                locks.update(dict.fromkeys((row[0], LOCK_MODES[row[1]]) for row in connection.execute(_LOCKS)))
    ms = (time.perf_counter() - began) * 1000
    # What a script SETs ends with its session.
    connection.execute("reset all")
    settle(connection)
    held = (LockSeen(*lock) for lock in sorted(locks) if lock[0] in known and lock[1] != "ACCESS SHARE")
    return Ran(ms, tuple(held), tuple(ran))


def _timed(connection: Connection, step: Step) -> RanStatement:
    began = time.perf_counter()
    _send(connection, step)
    return RanStatement(" ".join(step.statement.sql.split())[:_SHOWN], (time.perf_counter() - began) * 1000)


def follow(connection: Connection, steps: Sequence[Step]) -> tuple[str, ...]:
    """Send the statements of a revision that only comes before; those that were left out because they failed.

    Only what isn't known whole may be left out. Raises ProofError where another statement is refused.
    """
    left_out: list[str] = []
    for group in _transactions(steps):
        for step in group:
            try:
                if step.autocommit:
                    _send(connection, step)
                else:
                    with connection.transaction():
                        _send(connection, step)
            except ProofError as error:
                if not _is_known(step):
                    left_out.append(str(error))
                    continue
                raise
    connection.execute("reset all")
    settle(connection)
    return tuple(left_out)


def _is_known(step: Step) -> bool:
    return _is_read(step) and not step.conditional and _HOLE not in step.statement.sql


def _is_read(step: Step) -> bool:
    return not any(isinstance(change, Opaque | Unreadable) for change in step.changes)


def _transactions(steps: Sequence[Step]) -> Iterator[list[Step]]:
    group: list[Step] = []
    for step in steps:
        if all(isinstance(change, ControlTransaction) for change in step.changes):
            continue
        if group and (step.autocommit or group[-1].autocommit or step.transaction != group[-1].transaction):
            yield group
            group = []
        group.append(step)
    if group:
        yield group


def _send(connection: Connection, step: Step) -> None:
    text = step.statement.sql
    if _HOLE in text and not _is_read(step):
        # With the hole it would be another statement: a table of that name would be made.
        raise ProofError(f"{step.statement.place}: not all of the statement is known, so it isn't run")
    try:
        if not step.parameters:
            connection.execute(text.encode())
            return
        template = _PERCENT.sub("%%", text).encode()
        with connection.cursor() as cursor:
            given: Any = step.parameters
            for one in given if step.many else [given]:
                cursor.execute(template, one)
    except psycopg.Error as error:
        raise ProofError(f"{step.statement.place}: {first_line(error)}") from error


def fill(
    connection: Connection, candidates: Candidates, tables: Iterable[Name], rows: int, first: int = 0
) -> dict[Name, int]:
    """Insert rows that every constraint takes; table → how many there are of them."""
    catalog = candidates.catalog
    wanted = set(tables)
    return {
        name: _fill_table(connection, candidates, catalog.tables[name], rows, first)
        for name in filling_order(catalog)
        if name in wanted
    }


def _fill_table(connection: Connection, candidates: Candidates, table: Table, rows: int, first: int) -> int:
    done = 0
    parents = _parents(connection, candidates.catalog, table)
    with connection.transaction():
        for turn in range(first, first + rows):
            wanted = candidates.row(table, turn)
            for attempt in range(_ATTEMPTS):
                # One value more is drawn anew each time, so that the edges in the others stay.
                row = candidates.mixed(wanted, candidates.row(table, turn + _BEYOND_EDGES * attempt), attempt)
                _refer(row, parents, candidates, turn + attempt)
                if _insert(connection, table, row):
                    done += 1
                    break
    return done


def _insert(connection: Connection, table: Table, row: dict[str, str | None]) -> bool:
    """Whether the server took the row."""
    target = sql.Identifier(table.name.schema or "public", table.name.name)
    values = [
        sql.SQL("{}").format(sql.Literal(value)) if value is not None else sql.SQL("null") for value in row.values()
    ]
    columns = sql.SQL(", ").join(map(sql.Identifier, row))
    query = (
        sql.SQL("insert into {} ({}) values ({})").format(target, columns, sql.SQL(", ").join(values))
        if row
        else sql.SQL("insert into {} default values").format(target)
    )
    try:
        with connection.transaction():
            connection.execute(query.as_bytes(connection))
    except psycopg.errors.Error:
        return False
    return True


def _parents(connection: Connection, catalog: Catalog, table: Table) -> list[tuple[tuple[str, ...], list[Any]]]:
    """For each foreign key its columns and the keys that there are to refer to."""
    found: list[tuple[tuple[str, ...], list[Any]]] = []
    for key in table.constraints:
        if not isinstance(key, ForeignKey) or not key.ref_columns:
            continue
        other = catalog.resolve(key.ref_table)
        if other == table.name:
            found.append((key.columns, []))
            continue
        texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in key.ref_columns)
        source = sql.Identifier(other.schema or "public", other.name)
        rows = connection.execute(sql.SQL("select {} from {} limit 200").format(texts, source)).fetchall()
        found.append((key.columns, rows))
    return found


def _refer(
    row: dict[str, str | None], parents: list[tuple[tuple[str, ...], list[Any]]], candidates: Candidates, turn: int
) -> None:
    for columns, keys in parents:
        if any(column in row and row[column] is None for column in columns):
            continue
        chosen = (
            keys[(turn * 7 + 3) % len(keys)]
            if keys and turn % 3
            else (candidates.random.choice(keys) if keys else None)
        )
        for place, column in enumerate(columns):
            row[column] = chosen[place] if chosen is not None else None


def write_through(connection: Connection, candidates: Candidates, contract: Contract, rows: int) -> Iterator[str]:
    """Insert rows as a contract's writers do, with its columns alone; what the server has against all of them."""
    for part in contract.tables:
        table = candidates.catalog.tables.get(candidates.catalog.resolve(part.table))
        if part.access != "write" or table is None:
            continue
        mine = {promise.column for promise in part.promises}
        only = Table(table.name, tuple(c for c in table.columns if c.name in mine), table.constraints)
        if not _fill_table(connection, candidates, only, rows, 0):
            yield f"{contract.who} can't write {table.name}: no row of its columns is taken"


def rows_of(connection: Connection, tables: Iterable[Name], catalog: Catalog) -> Rows:
    """Every row of the tables, and of the sequences where they stand."""
    found: dict[Name, TableRows] = {}
    for name in tables:
        table = catalog.tables.get(name)
        if table is None or table.partition_of is not None:
            continue
        columns = tuple(column.name for column in table.columns)
        texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column in columns)
        source = sql.Identifier(name.schema or "public", name.name)
        rows = connection.execute(sql.SQL("select {} from {}").format(texts, source)).fetchall() if columns else []
        found[name] = TableRows(columns, tuple(tuple(row) for row in rows))
    return found


def counters(connection: Connection) -> dict[str, int]:
    """Sequence → the last value that it gave."""
    return {f"{row[0]}.{row[1]}": int(row[2] or 0) for row in connection.execute(_SEQUENCES)}


def catalog_of(connection: Connection) -> Catalog:
    """The catalog as it is now."""
    return read_catalog(connection)
