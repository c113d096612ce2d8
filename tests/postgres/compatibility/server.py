"""What a server makes of a case: the contract's own reads and writes, before the change and after it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from schemaguard.adapters.control.preparation import ensure_roles
from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.contracts.contract import Access, Promise, ReadsThrough
from schemaguard.contracts.views import contract_views, view_statements
from tests.postgres.compatibility import verdict
from tests.postgres.compatibility.case import Case

VIEWS = "sg_contract"
COPIES = "sg_copies"
_COPY = (sql.Identifier(COPIES), sql.Identifier(COPIES))


@dataclass(frozen=True, slots=True)
class Rows:
    """What a read returned, or what a write left behind."""

    names: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    index: str | None = None
    """The index that the case's own query uses."""
    modifiers: tuple[int, ...] = ()
    """What the server says of each column's type beside its name; -1 where it says nothing."""


Outcome = Rows | str
"""Rows, or the SQLSTATE that came instead."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What happened before the change and after it; `refused` is the SQLSTATE of a change that failed itself."""

    before: Outcome
    after: Outcome | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy held before the change and after it, and the SQLSTATE that copying again ends in, if it does."""

    before: tuple[Any, ...]
    kept: tuple[Any, ...]
    next: str | None


def opened(server_url: str) -> Iterator[psycopg.Connection]:
    """A superuser's connection to a database of its own, in UTF-8 whatever the machine's locale is."""
    path, mark, query = server_url.partition("?")
    with psycopg.connect(server_url, autocommit=True) as administrator:
        administrator.execute("drop database if exists sg_compatibility with (force)")
        administrator.execute("create database sg_compatibility encoding 'UTF8' locale 'C' template template0")
        url = f"{path.rsplit('/', 1)[0]}/sg_compatibility{mark}{query}"
        # A server that prepared a statement before the change would refuse its plan after it.
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
            _make_roles(connection)
            connection.execute("set client_min_messages = error")
            connection.execute("set timezone = 'Europe/Berlin'")
            yield connection
        administrator.execute("drop database sg_compatibility with (force)")


def _make_roles(connection: psycopg.Connection) -> None:
    """The roles of the cases; they belong to the whole server."""
    for role in ("sg_client", "sg_other", "schemaguard_views"):
        if not connection.execute("select from pg_roles where rolname = %s", (role,)).rowcount:
            connection.execute(sql.SQL("create role {}").format(sql.Identifier(role)))


def observe(
    connection: psycopg.Connection,
    case: Case,
    access: Access,
    through: ReadsThrough,
    perform: Callable[[psycopg.Connection], None] | None = None,
) -> Observed:
    """Run the case on an autocommit connection of a superuser; `perform` makes its change in another way."""
    _set_up(connection, case, access, through)
    before = _one(connection, case, access, through)
    try:
        if perform is not None:
            perform(connection)
        else:
            connection.execute(verdict.spelled(case.change))
    except psycopg.Error as error:
        return Observed(before, refused=error.sqlstate)
    # What a session of its own would find, rather than plans that this one has kept.
    connection.execute("discard plans")
    return Observed(before, _one(connection, case, access, through))


def copied(connection: psycopg.Connection, case: Case) -> Copied:
    """Copy what the case's reader reads, change the table, and copy again. A copy elsewhere knows no enum of ours."""
    _set_up(connection, case, "read", "table")
    connection.execute(
        sql.SQL("create schema {}; create table {}.held as select to_jsonb(q)::text from ({}) q").format(
            *_COPY, _query(case)
        )
    )
    held = sql.SQL("select * from {}.held").format(_COPY[0])
    before = connection.execute(held).fetchall()
    connection.execute(verdict.spelled(case.change))
    kept = connection.execute(held).fetchall()
    following = _one(connection, case, "read", "table")
    return Copied(tuple(before), tuple(kept), following if isinstance(following, str) else None)


def _set_up(connection: psycopg.Connection, case: Case, access: Access, through: ReadsThrough) -> None:
    connection.execute(f"drop schema if exists public, side, {COPIES}, {VIEWS} cascade; create schema public")
    connection.execute("grant usage on schema public to sg_client")
    if through == "table":
        connection.execute("alter default privileges grant select, insert, update, delete on tables to sg_client")
    connection.execute(verdict.spelled(case.setup))
    connection.execute("alter default privileges revoke all on tables from sg_client")
    if through == "view":
        _make_views(connection, case, access)


def _make_views(connection: psycopg.Connection, case: Case, access: Access) -> None:
    views = contract_views(verdict.contract(case, access, "view"), VIEWS, read_catalog(connection))
    ensure_roles(connection, views)
    for statement in view_statements(views):
        connection.execute(statement.encode())
    connection.execute(sql.SQL("grant {} to sg_client").format(sql.Identifier(views.role)))


def _one(connection: psycopg.Connection, case: Case, access: Access, through: ReadsThrough) -> Outcome:
    with connection.transaction(force_rollback=True):
        for statement in case.others if access == "read" else ():
            with suppress(psycopg.Error), connection.transaction():
                connection.execute(verdict.spelled(statement).encode())
        try:
            with connection.transaction():
                return _read(connection, case, through) if access == "read" else _write(connection, case, through)
        except psycopg.Error as error:
            return error.sqlstate or repr(error)


@contextmanager
def _as_client(connection: psycopg.Connection, through: ReadsThrough) -> Iterator[None]:
    connection.execute("set local role sg_client")
    connection.execute(f"set local search_path = {VIEWS if through == 'view' else 'public'}")
    yield
    connection.execute("reset role")
    connection.execute("set local search_path = public")


def _query(case: Case) -> sql.Composable:
    if case.query is not None:
        return sql.SQL(case.query)  # type: ignore[arg-type]  # the case's own text
    names = sql.SQL(", ").join(sql.Identifier(promise.column) for promise in case.promises)
    return sql.SQL("select {} from {} order by 1").format(names, sql.Identifier(case.table))


def _read(connection: psycopg.Connection, case: Case, through: ReadsThrough) -> Rows:
    query = _query(case)
    with _as_client(connection, through):
        found = connection.execute(query)
        description, rows = found.description or [], found.fetchall()
        connection.execute("set local enable_seqscan = off")
        plan = "\n".join(line for (line,) in connection.execute(sql.SQL("explain ") + query).fetchall())
    modifiers = tuple(found.pgresult.fmod(at) for at in range(len(description))) if found.pgresult else ()
    used = re.search(r" (?:using|Index Scan on) (\w+)", plan) if case.query is not None else None
    return Rows(tuple(each.name for each in description), tuple(rows), used.group(1) if used else None, modifiers)


def _write(connection: psycopg.Connection, case: Case, through: ReadsThrough) -> Rows:
    base = _base(connection, case)
    everything = sql.SQL("select * from {}").format(base) if base is not None else sql.SQL("select")
    there = connection.execute(everything).fetchall()
    with _as_client(connection, through):
        for values in case.sent:
            connection.execute(_insert(case), values)
    stored = connection.execute(everything)
    # What is there already is the reader's matter.
    written = [row for row in stored.fetchall() if row not in there]
    return Rows(tuple(each.name for each in stored.description or []), tuple(written))


def _base(connection: psycopg.Connection, case: Case) -> sql.Identifier | None:
    """Where the rows are: the case's table, or what it was renamed or moved to; None where it is dropped."""
    query = """select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v') and n.nspname in ('public', 'side') and c.relname in (%s, 'u')
        order by c.relname = %s desc limit 1"""
    row = connection.execute(query, (case.table, case.table)).fetchone()
    return sql.Identifier(*row) if row is not None else None


def _insert(case: Case) -> sql.Composable:
    if case.insert is not None:
        return sql.SQL(case.insert)  # type: ignore[arg-type]  # the case's own text
    written = case.written if case.written is not None else case.promises
    names = [sql.Identifier(promise.column) for promise in written]
    text: sql.Composable = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(case.table), sql.SQL(", ").join(names), sql.SQL(", ").join(sql.Placeholder() for _ in names)
    )
    if case.upsert:
        keys = sql.SQL(", ").join(sql.Identifier(key) for key in case.upsert)
        sets = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(name) for name in names)
        text = sql.SQL("{} on conflict ({}) do update set {}").format(text, keys, sets)
    return text


_HAPPENED: dict[tuple[int, str, Access, ReadsThrough], str] = {}


def happened(connection: psycopg.Connection, case: Case, access: Access, through: ReadsThrough) -> str:
    """What a server made of the case, in the words of a verdict; each case is run once."""
    key = (connection.info.server_version, case.what, access, through)
    if key not in _HAPPENED:
        promises = verdict.contract(case, access, through).tables[0].promises
        _HAPPENED[key] = told(observe(connection, case, access, through), promises, access)
    return _HAPPENED[key]


def happened_to_both(
    connection: psycopg.Connection, case: Case, perform: Callable[[psycopg.Connection], None]
) -> tuple[str, str]:
    """What a change that is made in another way does to the case's (reader, writer) of a table."""
    _set_up(connection, case, "write", "table")
    connection.execute("grant usage on all sequences in schema public to sg_client")
    before = [_one(connection, case, access, "table") for access in case.accesses]
    perform(connection)
    connection.execute("discard plans")
    read, write = (
        told(Observed(was, _one(connection, case, access, "table")), case.promises, access)
        for access, was in zip(case.accesses, before, strict=True)
    )
    return read, write


def told(observed: Observed, promises: tuple[Promise, ...], access: Access) -> str:
    """What was observed, in the words of a verdict."""
    before, after = observed.before, observed.after
    assert isinstance(before, Rows), f"it fails before the change: {before}"
    if observed.refused is not None:
        return verdict.refused(observed.refused)
    if isinstance(after, str):
        return verdict.fails(after)
    assert after is not None
    if access == "read":
        assert not _is_broken(before, promises), "a promise is broken before the change"
        if _is_broken(after, promises) or _is_reshaped(before, after, promises):
            return verdict.BROKEN_PROMISE
        if before.names != after.names:
            return verdict.MORE_COLUMNS
        if before.index not in (None, after.index):
            return verdict.SLOWER
    kept = [name for name in before.names if name in after.names]
    # A reader takes values of the types that its driver makes of them, a writer cares for what was kept.
    seen: Callable[[Any], object] = (lambda value: (type(value), value)) if access == "read" else str
    return verdict.SAME if _only(before, kept, seen) == _only(after, kept, seen) else verdict.OTHER_VALUES


def _only(rows: Rows, names: list[str], seen: Callable[[Any], object]) -> list[list[object]]:
    places = [rows.names.index(name) for name in names]
    return [[seen(row[place]) for place in places] for row in rows.rows]


def _is_broken(found: Rows, promises: tuple[Promise, ...]) -> bool:
    return any(_breaks(promise, [row[found.names.index(promise.column)] for row in found.rows])
               for promise in promises if promise.column in found.names)  # fmt: skip


def _is_reshaped(before: Rows, after: Rows, promises: tuple[Promise, ...]) -> bool:
    """Whether a type that only an extension knows comes with another modifier than was promised."""
    return any(
        promise.type is not None and not promise.type.is_built_in and promise.type.modifiers
        and before.modifiers[before.names.index(promise.column)] != after.modifiers[after.names.index(promise.column)]
        for promise in promises if promise.column in before.names and promise.column in after.names
    )  # fmt: skip


def _breaks(promise: Promise, values: list[Any]) -> bool:
    there = [value for value in values if value is not None]
    return (
        (promise.required and len(there) < len(values))
        or (promise.unique and len(set(there)) < len(there))
        or (promise.enum is not None and not set(there) <= set(promise.enum))
        or (promise.minimum is not None and any(value < promise.minimum for value in there))
        or (promise.maximum is not None and any(value > promise.maximum for value in there))
        or (promise.exclusive_minimum is not None and any(value <= promise.exclusive_minimum for value in there))
        or (promise.exclusive_maximum is not None and any(value >= promise.exclusive_maximum for value in there))
        or (promise.max_length is not None and any(len(value) > promise.max_length for value in there))
    )
