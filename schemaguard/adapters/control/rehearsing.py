"""A copy of a database with its control schema, in which a rollback can be tried: what it locks is seen there."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from schemaguard.adapters.postgres import proof, schema_copy, scratch
from schemaguard.adapters.postgres.connection import connect, first_line
from schemaguard.catalog.objects import Catalog, ForeignKey, Name
from schemaguard.contracts.contract import Contract, ContractTable, Promise
from schemaguard.frozen import replace
from schemaguard.proving.candidates import Candidates
from schemaguard.proving.filling_order import filling_order
from schemaguard.releases.release import Retired

Connection = psycopg.Connection[tuple[Any, ...]]

_WITH_ROWS = ("schemaguard.*", "*.alembic_version")
"""What a rollback is planned from. No row of another table leaves the database."""
_WATCH = """\
create schema schemaguard_rehearsal;
create table schemaguard_rehearsal.seen (relation text, mode text, primary key (relation, mode));
create function schemaguard_rehearsal.see() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    insert into schemaguard_rehearsal.seen
        select distinct l.relation::regclass::text, l.mode from pg_locks l
        join pg_class c on c.oid = l.relation join pg_namespace n on n.oid = c.relnamespace
        where l.pid = pg_backend_pid() and l.granted and l.locktype = 'relation' and c.relkind in ('r', 'p', 'v', 'm')
        and n.nspname !~ '^(pg_|information_schema$|schemaguard)'
        and l.database = (select d.oid from pg_database d where d.datname = current_database())
    on conflict do nothing;
    return null;
end $$;
create constraint trigger see after insert or update on schemaguard.step deferrable initially deferred
    for each row execute function schemaguard_rehearsal.see();
create constraint trigger see after insert on schemaguard.ledger deferrable initially deferred
    for each row execute function schemaguard_rehearsal.see();
"""
_SEEN = "select relation, mode from schemaguard_rehearsal.seen where mode <> 'AccessShareLock' order by 1, 2"


@contextmanager
def rehearsal_copy(source: str, server: str | None) -> Iterator[tuple[str, Connection, str]]:
    """(URL, connection, PostgreSQL's version) of a copy of the schema and of the control schema, gone afterwards.

    DatabaseError where it can't be made.
    """
    with scratch.server(server) as url, scratch.scratch(url) as (name, connection):
        if server is None:
            schema_copy.copy_roles(source, connection)
        schema_copy.copy_schema(source, connection, _WITH_ROWS)
        connection.execute("set schemaguard.permit = 'rehearsal'")
        connection.execute(_WATCH.encode())
        connection.execute("reset all")
        row = connection.execute("show server_version").fetchone()
        yield make_conninfo(url, dbname=name), connection, str(row[0]) if row is not None else ""


def fill_copy(
    connection: Connection, contracts: Iterable[Contract], retired: Iterable[Retired], rows: int, seed: int
) -> dict[Name, int]:
    """Make rows for the tables that the contracts name, and for those that these refer to; how many each got.

    What is retired gets values as well, within what the contracts promise of it under its old name.
    """
    catalog = proof.catalog_of(connection)
    hidden = {(each.table, each.column): each for each in retired}
    seen = tuple(
        replace(one, tables=tuple(_as_hidden(part, hidden, catalog) for part in one.tables)) for one in contracts
    )
    named = {catalog.resolve(part.table) for contract in seen for part in contract.tables}
    wanted = _with_parents(catalog, named & catalog.tables.keys())
    # As what stood there before anything was retired: a trigger of ours keeps new rows from naming what is hidden.
    connection.execute("set session_replication_role = replica")
    try:
        return proof.fill(connection, Candidates(catalog, seen, seed), wanted, rows)
    finally:
        connection.execute("set session_replication_role = origin")


def _as_hidden(
    part: ContractTable, hidden: Mapping[tuple[Name, str | None], Retired], catalog: Catalog
) -> ContractTable:
    name = catalog.resolve(part.table)
    whole = hidden.get((name, None))
    table = whole.hidden_table if whole is not None else part.table

    def promise(each: Promise) -> Promise:
        found = hidden.get((name, each.column))
        return replace(each, column=found.hidden_column) if found is not None and found.hidden_column else each

    return replace(part, table=table, promises=tuple(map(promise, part.promises)))


def _with_parents(catalog: Catalog, tables: set[Name]) -> list[Name]:
    done: set[Name] = set()
    left = set(tables)
    while left:
        name = left.pop()
        if name in done or name not in catalog.tables:
            continue
        done.add(name)
        left |= {
            catalog.resolve(key.ref_table) for key in catalog.tables[name].constraints if isinstance(key, ForeignKey)
        }
    return [name for name in filling_order(catalog) if name in done]


def locks_seen(connection: Connection) -> tuple[str, ...]:
    """The locks that the transactions of operations held when they were committed."""
    return tuple(
        f"{proof.LOCK_MODES[mode]} on {relation.removeprefix('public.')}"
        for relation, mode in connection.execute(_SEEN)
    )


def unreadable(url: str, contract: Contract) -> Iterator[str]:
    """What a version can't read in the copy of what its contract promises it."""
    with connect(url) as connection:
        for part in contract.tables:
            columns = sql.SQL(", ").join(sql.Identifier(promise.column) for promise in part.promises)
            query = sql.SQL("select {} from {}").format(
                columns, sql.Identifier(part.table.schema or "public", part.table.name)
            )
            try:
                connection.execute(query).fetchall()
            except psycopg.Error as error:
                yield f"{contract.who} can't read {part.table}: {first_line(error)}"
