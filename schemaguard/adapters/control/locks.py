"""Strong locks, taken before anything else in a transaction: views before tables, as their readers take them.

See https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-DEADLOCKS.
"""

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql

from schemaguard.applying.locking import locked_by
from schemaguard.catalog.objects import Name
from schemaguard.contracts.views import OWNER, ContractViews

Connection = psycopg.Connection[tuple[Any, ...]]

# Relations that are there, by (schema, name), and whether they are views; in the order in which everybody locks them.
_PRESENT = """\
select n.nspname, c.relname
from unnest(%s::text[], %s::text[]) as wanted (schema, name)
join pg_namespace n on n.nspname = wanted.schema join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name
where c.relkind = any(%s)
group by 1, 2 order by 1, 2"""
_REFERENCED = """\
select n.nspname, r.relname
from unnest(%s::text[], %s::text[], %s::text[]) as wanted (schema, name, con)
join pg_namespace o on o.nspname = wanted.schema join pg_class c on c.relnamespace = o.oid and c.relname = wanted.name
join pg_constraint k on k.conrelid = c.oid and k.conname = wanted.con and k.contype = 'f'
join pg_class r on r.oid = k.confrelid join pg_namespace n on n.oid = r.relnamespace"""


def taking(
    connection: Connection,
    statements: Iterable[str],
    views: Iterable[ContractViews] = (),
    tables: Iterable[Name] = (),
) -> tuple[str, ...]:
    """What locks whatever the statements will lock, these tables, and the contract views that will be made again."""
    found: list[sql.Composed] = [
        # LOCK TABLE on a view would lock what is below it as well, with rights that the view's owner doesn't have.
        sql.SQL("alter view {} owner to {}").format(view, sql.Identifier(OWNER))
        for view in _present(connection, _of(views), ["v"])
    ]
    locked = locked_by(statements)
    names = (*locked.tables, *_referenced(connection, locked.dropped), *tables)
    present = _present(connection, names, ["r", "p"])
    if present:
        found.append(sql.SQL("lock table {} in access exclusive mode").format(sql.SQL(", ").join(present)))
    return tuple(each.as_string(connection) for each in found)


def _of(views: Iterable[ContractViews]) -> tuple[Name, ...]:
    return tuple(Name(view.name, each.schema) for each in views for view in each.views)


def _present(connection: Connection, names: tuple[Name, ...], kinds: list[str]) -> list[sql.Identifier]:
    if not names:
        return []
    schemas, relations = [name.schema or "public" for name in names], [name.name for name in names]
    return [sql.Identifier(*row) for row in connection.execute(_PRESENT, (schemas, relations, kinds))]


def _referenced(connection: Connection, dropped: tuple[tuple[Name, str], ...]) -> tuple[Name, ...]:
    if not dropped:
        return ()
    schemas, tables = [name.schema or "public" for name, _ in dropped], [name.name for name, _ in dropped]
    rows = connection.execute(_REFERENCED, (schemas, tables, [constraint for _, constraint in dropped]))
    return tuple(Name(row[1], row[0]) for row in rows)
