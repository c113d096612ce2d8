"""Golden rows in a database: a seeded sample of a query, the same rows again, and what the server says of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql

from schemaguard.adapters.postgres.connection import Connection, first_line
from schemaguard.errors import DatabaseError, UsageError
from schemaguard.frozen import dataclass
from schemaguard.sql.writing.identifiers import is_hidden

_SPELLING = (("datestyle", "ISO"), ("intervalstyle", "iso_8601"), ("extra_float_digits", "3"), ("bytea_output", "hex"))
"""One spelling of values. The time zone stays the session's own: a model server sees that one, too."""
_REFERRED = """\
with recursive seen (oid, attnum) as (
    select d.refobjid, d.refobjsubid from pg_rewrite r join pg_depend d on d.objid = r.oid
    where r.ev_class = 'pg_temp.schemaguard_golden'::regclass and d.classid = 'pg_rewrite'::regclass
        and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class
    union
    select d.refobjid, d.refobjsubid from seen s join pg_rewrite r on r.ev_class = s.oid
    join pg_depend d on d.objid = r.oid and d.classid = 'pg_rewrite'::regclass
        and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class)
"""
_COLUMNS = """\
select c.relname, a.attname,
    (select string_agg(e.enumlabel, ', ' order by e.enumsortorder) from pg_enum e where e.enumtypid = a.atttypid),
    (select concat_ws(' ', l.collname, l.collprovider, coalesce(l.collversion, '')) from pg_collation l
        where l.oid = a.attcollation and l.collname <> 'default'),
    pg_get_expr(d.adbin, d.adrelid), a.attgenerated <> ''
from (select distinct oid, attnum from seen where attnum > 0) s
join pg_class c on c.oid = s.oid and c.relkind in ('r', 'p', 'f')
join pg_attribute a on a.attrelid = c.oid and a.attnum = s.attnum
left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum) order by 1, 2"""
_TRIGGERS = """\
select c.relname, t.tgname, pg_get_triggerdef(t.oid) || ' ' || md5(p.prosrc) || ' ' || t.tgenabled::text
from (select distinct oid from seen) s join pg_class c on c.oid = s.oid
join pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal
join pg_proc p on p.oid = t.tgfoid join pg_namespace n on n.oid = p.pronamespace
where n.nspname <> 'schemaguard' order by 1, 2"""
_VIEWS = """\
select c.relname, md5(pg_get_viewdef(c.oid)) from (select distinct oid from seen) s join pg_class c on c.oid = s.oid
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('v', 'm') and n.nspname <> all (%(views)s) order by 1"""
_THROUGH = """\
select set_config('search_path', concat_ws(', ', quote_ident(%s), current_setting('search_path')), true)"""
_TYPES = """\
select attname, format_type(atttypid, atttypmod) from pg_attribute
where attrelid = 'pg_temp.schemaguard_golden'::regclass order by attnum"""
_SESSION = """\
select current_setting('timezone'), (select concat_ws(' ', datcollate, coalesce(datcollversion, '')) from pg_database
    where datname = current_database())"""


@dataclass(frozen=True, slots=True)
class ReadRows:
    """Rows as texts and as values, by their key; and what the server says of the columns that they came from."""

    columns: tuple[str, ...]
    texts: Mapping[tuple[str, ...], tuple[str | None, ...]]
    values: Mapping[tuple[str, ...], Mapping[str, Any]]
    meanings: Mapping[str, str]


def read_rows(
    connection: Connection,
    query: str,
    key: Sequence[str],
    which: "Sequence[tuple[str, ...]] | Draw",
    view_schema: str | None,
) -> ReadRows:
    """Rows of a query: a drawn sample, or those with the given keys. Nothing is changed.

    With `view_schema` the query's tables are the views of a contract. DatabaseError where the query can't run,
    UsageError where a row can't be told by the key.
    """
    try:
        with connection.transaction(force_rollback=True):
            # Whoever only looks may make what is gone with the transaction.
            connection.execute("set transaction read write")
            for setting, value in _SPELLING:
                connection.execute("select set_config(%s, %s, true)", (setting, value))
            if view_schema is not None:
                connection.execute(_THROUGH, (view_schema,))
            return _read(connection, query, key, which, [view_schema] if view_schema is not None else [])
    except psycopg.Error as error:
        raise DatabaseError(
            f"the golden query can't run: {first_line(error)}", next="look at the tables that it reads"
        ) from error


@contextmanager
def limited(connection: Connection, limit_s: float) -> Iterator[None]:
    """No statement of the block takes longer than that, also where it waits for a lock."""
    row = connection.execute("show statement_timeout").fetchone()
    connection.execute("select set_config('statement_timeout', %s, false)", (f"{limit_s * 1000:.0f}ms",))
    try:
        yield
    finally:
        connection.execute("select set_config('statement_timeout', %s, false)", row)


@dataclass(frozen=True, slots=True)
class Draw:
    """So many rows, drawn by a seed."""

    rows: int
    seed: int


def _read(
    connection: Connection, query: str, key: Sequence[str], which: "Sequence[tuple[str, ...]] | Draw", views: list[str]
) -> ReadRows:
    body = sql.SQL(query.strip().rstrip(";"))
    # The server resolves the names; the view is gone with the transaction.
    connection.execute(sql.SQL("create temp view schemaguard_golden as {}").format(body))
    columns = tuple(
        row[0]
        for row in connection.execute(
            "select attname from pg_attribute where attrelid = 'pg_temp.schemaguard_golden'::regclass order by attnum"
        )
    )
    if missing := [name for name in key if name not in columns]:
        raise UsageError(f"the query gives no column {missing[0]}", at="key", next=f"one of: {', '.join(columns)}")
    keys = [sql.SQL("{}::text").format(sql.Identifier(name)) for name in key]
    texts = [sql.SQL("{}::text").format(sql.Identifier(name)) for name in columns]
    chosen: sql.Composable
    if isinstance(which, Draw):
        chosen = sql.SQL("order by md5(concat_ws('|', {}, {})) limit {}").format(
            sql.Literal(str(which.seed)), sql.SQL(", ").join(keys), sql.Literal(which.rows)
        )
    else:
        arrays = sql.SQL(", ").join(
            sql.SQL("{}::text[]").format(sql.Literal([one[place] for one in which])) for place in range(len(key))
        )
        chosen = sql.SQL("where ({}) in (select * from unnest({}))").format(sql.SQL(", ").join(keys), arrays)
    statement = sql.SQL("select {}, {} from pg_temp.schemaguard_golden {}").format(
        sql.SQL(", ").join(texts), sql.SQL(", ").join(map(sql.Identifier, columns)), chosen
    )
    rows = connection.execute(statement).fetchall()
    at = [columns.index(name) for name in key]
    found = {tuple(str(row[place]) for place in at): row for row in rows}
    if len(found) != len(rows):
        raise UsageError(
            f"several rows have the same {', '.join(key)}", at="key", next="name the columns that tell rows apart"
        )
    return ReadRows(
        columns,
        {one: tuple(row[: len(columns)]) for one, row in found.items()},
        {one: dict(zip(columns, map(_plain, row[len(columns) :]), strict=True)) for one, row in found.items()},
        _meanings(connection, views),
    )


def _plain(value: Any) -> Any:
    """As pandas.read_sql reads it: decimals are floats."""
    return float(value) if isinstance(value, Decimal) else value


def _meanings(connection: Connection, views: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    zone, collation = connection.execute(_SESSION).fetchone() or ("", "")
    found["the session's time zone"], found["the database's collation"] = str(zone), str(collation)
    for column, type_ in connection.execute(_TYPES):
        found[f"the type of {column}"] = type_
    for table, column, labels, column_collation, default, is_generated in connection.execute(
        (_REFERRED + _COLUMNS).encode()
    ):
        # What is retired has another name, and its default is kept elsewhere.
        if is_hidden(column) or is_hidden(table):
            continue
        name = f"{table}.{column}"
        for what, said in (
            ("the order of values in", labels),
            ("the collation of", column_collation),
            ("the generated expression of" if is_generated else "the default of", default),
        ):
            if said is not None:
                found[f"{what} {name}"] = said
    for table, trigger, said in connection.execute((_REFERRED + _TRIGGERS).encode()):
        found[f"the trigger {trigger} of {table}"] = said
    for view, digest in connection.execute((_REFERRED + _VIEWS).encode(), {"views": views}):
        found[f"the body of view {view}"] = digest
    return found
