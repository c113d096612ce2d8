"""How large and how busy a database's tables are, and how fast its server works through one."""

import time
from datetime import UTC, datetime

import psycopg

from schemaguard.adapters.postgres.connection import Connection, connect, first_line
from schemaguard.errors import DatabaseError
from schemaguard.rules.facts.production import ProductionFacts, TableLoad, WorkRates

_MB = 1_000_000
_CALIBRATION_ROWS = 1_000_000

# Counted since the statistics were reset, or else since the server started.
_LOADS = """\
with since as (
    select greatest(1, extract(epoch from now() - coalesce(stats_reset, pg_postmaster_start_time()))) as seconds
    from pg_stat_database where datname = current_database()
), held as (
    select l.relation, max(extract(epoch from now() - a.xact_start)) as longest
    from pg_locks l join pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'relation' and l.pid <> pg_backend_pid()
        and l.database = (select oid from pg_database where datname = current_database())
    group by l.relation
)
select n.nspname || '.' || c.relname,
    greatest(c.reltuples, coalesce(s.n_live_tup, 0), 0)::bigint,
    pg_table_size(c.oid), pg_indexes_size(c.oid),
    round(((coalesce(s.seq_scan, 0) + coalesce(s.idx_scan, 0)) / since.seconds)::numeric, 2)::float,
    round(((coalesce(s.n_tup_ins, 0) + coalesce(s.n_tup_upd, 0) + coalesce(s.n_tup_del, 0)) / since.seconds)::numeric,
        2)::float,
    round(coalesce(held.longest, 0)::numeric, 1)::float
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
cross join since
left join pg_stat_user_tables s on s.relid = c.oid
left join held on held.relation = c.oid
where c.relkind in ('r', 'm') and c.relpersistence <> 't'
    and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'schemaguard')
order by 1"""


def find_out(url: str, *, calibrate: bool) -> ProductionFacts:
    """What a database's own statistics tell, and how fast its server works where that is to be measured.

    DatabaseError where it can't be reached, or refuses.
    """
    with connect(url, application="schemaguard facts") as connection:
        try:
            return read_load(connection, calibrated(connection) if calibrate else None)
        except psycopg.Error as error:
            raise DatabaseError(
                f"the database refused: {first_line(error)}",
                at=f"database {connection.info.dbname}",
                next="use a role with pg_monitor, and with CREATE on the database for --calibrate",
            ) from error


def read_load(connection: Connection, rates: WorkRates | None = None) -> ProductionFacts:
    """The tables' sizes and traffic, from the server's own statistics: no row of them is read."""
    found = connection.execute(_LOADS).fetchall()
    return ProductionFacts(
        tables={name: TableLoad(*figures) for name, *figures in found},
        rates=rates or WorkRates(),
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        postgresql=connection.info.server_version // 10000,
    )


def calibrated(connection: Connection, rows: int = _CALIBRATION_ROWS) -> WorkRates:
    """How fast the server scans, rewrites, indexes and looks up, measured on a table that is rolled back again."""
    with connection.transaction(force_rollback=True):
        connection.execute("create schema schemaguard_calibration")
        connection.execute("set local search_path = schemaguard_calibration")
        connection.execute("set local statement_timeout = 0")
        connection.execute(
            "create table measured as select i::integer as id, mod(i * 7919, %s)::integer as other,"
            " md5(i::text) as filling from generate_series(1::bigint, %s) i",
            (rows, rows),
        )
        connection.execute("alter table measured add primary key (id)")
        size = _figure(connection, "select pg_table_size('measured')")
        scan = _took(connection, "alter table measured add check (other >= 0)")
        index = _took(connection, "create index on measured (other)")
        lookup = _took(connection, "alter table measured add foreign key (id) references measured (id)")
        indexes = _figure(connection, "select pg_indexes_size('measured')")
        rewrite = _took(connection, "alter table measured alter column other type numeric using other + 1")
    return WorkRates(
        scan_mb_per_s=round(size / _MB / scan, 1),
        rewrite_mb_per_s=round((size + indexes) / _MB / rewrite, 1),
        index_rows_per_s=round(rows / index),
        lookup_rows_per_s=round(rows / lookup),
        is_measured=True,
    )


def _figure(connection: Connection, query: str) -> int:
    (value,) = connection.execute(psycopg.sql.SQL(query)).fetchone() or (0,)
    return int(value)


def _took(connection: Connection, statement: str) -> float:
    """How many seconds a statement took, at least a millisecond."""
    began = time.perf_counter()
    connection.execute(psycopg.sql.SQL(statement))
    return max(time.perf_counter() - began, 0.001)
