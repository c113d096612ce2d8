"""A backfill's batches: each with its place in the control schema, in one transaction."""

import time
from typing import Any

import psycopg
from psycopg import sql

from schemaguard.adapters.postgres.connection import RETRIED, Connection
from schemaguard.errors import DatabaseError, UsageError
from schemaguard.expanding.batching import Batched
from schemaguard.frozen import dataclass
from schemaguard.sealing import digest

_ATTEMPTS = 20
_LOCK_TIMEOUT = "500ms"
_KEY = """\
select array_agg(a.attname::text order by k.place), array_agg(format_type(a.atttypid, a.atttypmod) order by k.place)
from pg_index i
cross join lateral unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
where i.indrelid = %s and i.indisprimary and k.place <= i.indnkeyatts"""
_TRIGGERS = """\
select tgname::text from pg_trigger
where tgrelid = %s and not tgisinternal and tgenabled <> 'D' and tgtype & 16 <> 0 order by 1"""


_PLACE = """\
select id, last_key, row_count, batch_count, seconds, finished_at is not null
from schemaguard.backfill where id = %s"""
_PLACE_LOCKED = f"{_PLACE} for update"


@dataclass(frozen=True, slots=True)
class Target:
    """The table that is filled: its name as SQL, its key, about how many rows it has, and the triggers that run."""

    relation: str
    key: tuple[str, ...]
    types: tuple[str, ...]
    about_rows: int
    triggers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BackfillPlace:
    """How far a backfill is."""

    id: int
    last_key: tuple[str, ...] | None
    row_count: int
    batch_count: int
    seconds: float
    is_finished: bool


def target(connection: Connection, relation: str) -> Target:
    """What there is to know of the table. Raises UsageError where it isn't there or has no primary key."""
    row = connection.execute(
        "select c.oid, c.oid::regclass::text, greatest(c.reltuples, 0)::bigint from pg_class c "
        "where c.oid = to_regclass(%s) and c.relkind in ('r', 'p')",
        (relation,),
    ).fetchone()
    if row is None:
        raise UsageError(f"there is no table {relation}", next="apply the expand revision first")
    oid, name, about = row
    key = connection.execute(_KEY, (oid,)).fetchone()
    if key is None or key[0] is None:
        raise UsageError(f"{name} has no primary key to walk along", next="give it one, or run the revision itself")
    triggers = tuple(found[0] for found in connection.execute(_TRIGGERS, (oid,)))
    return Target(name, tuple(key[0]), tuple(key[1]), int(about), triggers)


def begin(connection: Connection, statement: str, revision: str, relation: str, *, again: bool) -> BackfillPlace:
    """The place of a statement's backfill: where it was left, or the beginning."""
    connection.execute("set datestyle = 'ISO'")
    connection.execute("set extra_float_digits = 1")
    key = digest(statement)
    with connection.transaction():
        connection.execute(
            "insert into schemaguard.backfill (statement_digest, statement, revision, relation) "
            "values (%s, %s, %s, %s) on conflict (statement_digest) do nothing",
            (key, statement, revision, relation),
        )
        if again:
            connection.execute(
                "update schemaguard.backfill set last_key = null, row_count = 0, batch_count = 0, seconds = 0, "
                "started_at = now(), finished_at = null where statement_digest = %s and finished_at is not null",
                (key,),
            )
    row = connection.execute("select id from schemaguard.backfill where statement_digest = %s", (key,)).fetchone()
    assert row is not None
    return place(connection, row[0])


def place(connection: Connection, id_: int, *, locked: bool = False) -> BackfillPlace:
    """How far a backfill is; with its row locked until the transaction ends, so that nobody else takes a batch."""
    row = connection.execute(_PLACE_LOCKED if locked else _PLACE, (id_,)).fetchone()
    if row is None:
        raise DatabaseError("the backfill's place is gone", next="run schemaguard backfill again")
    return BackfillPlace(row[0], tuple(row[1]) if row[1] is not None else None, *row[2:])


def batch(connection: Connection, of: Target, statement: Batched, id_: int, rows: int) -> tuple[BackfillPlace, float]:
    """Do the next batch; where the backfill is then, and how many seconds it took.

    A batch that waits for somebody's lock gives up and is tried again as a whole. Raises DatabaseError where it never
    gets its locks, or the statement fails on a row.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        began = time.perf_counter()
        try:
            with connection.transaction():
                connection.execute(f"set local lock_timeout = '{_LOCK_TIMEOUT}'")
                done = _batch(connection, of, statement, place(connection, id_, locked=True), rows, began)
            return done, time.perf_counter() - began
        except RETRIED:
            time.sleep(min(0.05 * attempt, 1))
        except psycopg.errors.DatabaseError as error:
            raise DatabaseError(
                f"a row can't be filled: {str(error).strip().partition(chr(10))[0]}",
                at=of.relation,
                next="mend the row or the expression; what is done stays, and the backfill goes on from there",
            ) from error
    raise DatabaseError(
        f"others keep rows of {of.relation} locked",
        at=f"{_ATTEMPTS} attempts of {_LOCK_TIMEOUT} each",
        next="run schemaguard backfill again when they are done; it goes on where it stopped",
    )


def _batch(
    connection: Connection, of: Target, statement: Batched, at: BackfillPlace, rows: int, began: float
) -> BackfillPlace:
    if at.is_finished:
        return at
    upper = _upper(connection, of, at.last_key, rows)
    filled = 0
    if upper is not None:
        text = statement.in_range(of.key, of.types, is_first=at.last_key is None)
        done = connection.execute(text.encode(), (*(at.last_key or ()), *upper))
        filled = max(done.rowcount, 0)
    took = time.perf_counter() - began
    connection.execute(
        "update schemaguard.backfill set last_key = coalesce(%s, last_key), row_count = row_count + %s, "
        "batch_count = batch_count + %s, seconds = seconds + %s, updated_at = now(), "
        "finished_at = case when %s then now() end where id = %s",
        (list(upper) if upper is not None else None, filled, int(upper is not None), took, upper is None, at.id),
    )
    return place(connection, at.id)


def _upper(connection: Connection, of: Target, last: tuple[str, ...] | None, rows: int) -> tuple[str, ...] | None:
    """The key of the last row of the next batch, None behind the last one."""
    names = [sql.Identifier(name).as_string(connection).replace("%", "%%") for name in of.key]
    columns, texts = ", ".join(names), ", ".join(f"{name}::text" for name in names)
    descending = ", ".join(f"{name} desc" for name in names)
    # The types' names are what format_type() spells, the table's what regclass does.
    bounds = ", ".join(f"%s::text::{type_}" for type_ in of.types)
    behind = f"where ({columns}) > ({bounds})" if last is not None else ""
    source = f"{of.relation.replace('%', '%%')} {behind} order by {columns} limit {rows:d}"
    query = f"select {texts} from (select {columns} from {source}) as batch order by {descending} limit 1"  # noqa: S608 - see above
    if last is None:
        query = query.replace("%%", "%")
    found = connection.execute(query.encode(), last).fetchone()
    return tuple(found) if found is not None else None


def replica_lag_s(connection: Connection) -> float:
    """How many seconds the slowest replica is behind, as far as this role may see it."""
    row: tuple[Any, ...] | None = connection.execute(
        "select coalesce(max(extract(epoch from replay_lag)), 0)::float8 from pg_stat_replication"
    ).fetchone()
    return float(row[0]) if row is not None else 0.0
