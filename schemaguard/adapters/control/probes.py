"""What the probes of an operation look at, read in one go."""

from typing import Any

import psycopg

from schemaguard.adapters.control import additions, captured, pointer, situation
from schemaguard.releases.leftovers import needed_by
from schemaguard.releases.plan import Plan
from schemaguard.releases.release import Operation, OperationState
from schemaguard.releases.seen import Seen, Sight
from schemaguard.releases.together import OperationPlan

Connection = psycopg.Connection[tuple[Any, ...]]

_OPERATION = """\
select now(), state, exists (select from schemaguard.outbox where operation = o.id and model = %(model)s),
    (select count(*) from schemaguard.outbox where operation = o.id and model = %(model)s and delivered_at is null
        and not starts_with(target, 'hook:'))
from schemaguard.operation o where id = %(operation)s"""
_RETIRED = """\
select r.id, r.restored_at is not null, r.purged_at is not null,
    exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
        left join pg_attribute a on a.attrelid = c.oid and a.attname = r.hidden_column and not a.attisdropped
        where n.nspname = r.hidden_schema and c.relname = r.hidden_table
        and (r.hidden_column is null or a.attname is not null)),
    exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
        left join pg_attribute a on a.attrelid = c.oid and a.attname = r.column_name and not a.attisdropped
        where n.nspname = r.table_schema and c.relname = r.table_name
        and (r.column_name is null or a.attname is not null)
        -- What was retyped makes way for it.
        and a.attnum is distinct from r.of_attnum)
from schemaguard.retired_object r where r.id = any(%s)"""
_REQUIRED = """\
select n.nspname, c.relname, a.attname
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where a.attnotnull and not a.attisdropped and n.nspname = %s and c.relname = %s and a.attname = %s"""
_VIEWS = """\
select c.relname, (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = %s and c.relkind in ('v', 'r', 'm', 'p', 'f')"""


def observe(connection: Connection, operation: Operation, plan: OperationPlan) -> tuple[Seen, ...]:
    """How far each act of the operation's plan has come, a member each."""
    return tuple(_observe(connection, operation, each) for each in plan.members)


def _observe(connection: Connection, operation: Operation, plan: Plan) -> Seen:
    row = connection.execute(_OPERATION, {"operation": operation.id, "model": plan.model}).fetchone()
    assert row is not None
    at, state, switched, undelivered = row
    missing, wrong = _views(connection, plan)
    return Seen(
        at=at,
        state=OperationState(state),
        pointer=pointer.read(connection, plan.model),
        switched=switched,
        retired=_retired(connection, plan),
        undone=_undone(connection, plan),
        captured=captured.states(connection, plan),
        required=_required(connection, plan),
        additions=_additions(connection, plan) if not switched else frozenset(),
        unfilled=_unfilled(connection, plan) if not switched else frozenset(),
        missing_views=missing,
        wrong_views=wrong,
        undelivered=undelivered,
        waits_for=_waits_for(connection, plan) if switched else (),
        servers=situation.servers(connection),
    )


def _retired(connection: Connection, plan: Plan) -> dict[int, Sight]:
    wanted = [each.retired for each in plan.reversals if each.retired is not None]
    if not wanted:
        return {}
    return {row[0]: _sight(*row[1:]) for row in connection.execute(_RETIRED, (wanted,))}


def _sight(restored: bool, purged: bool, is_hidden: bool, is_visible: bool) -> Sight:
    if restored:
        return Sight.RESTORED
    if purged:
        return Sight.PURGED
    if not is_hidden:
        return Sight.GONE
    return Sight.TAKEN if is_visible else Sight.HIDDEN


def _undone(connection: Connection, plan: Plan) -> frozenset[int]:
    wanted = [each.applied for each in plan.reversals if each.applied is not None]
    if not wanted:
        return frozenset()
    rows = connection.execute(
        "select id from schemaguard.applied_change where id = any(%s) and undone_at is not null", (wanted,)
    )
    return frozenset(row[0] for row in rows)


def _required(connection: Connection, plan: Plan) -> frozenset[tuple[str, str, str]]:
    found = set()
    for each in plan.loosenings:
        found.update(connection.execute(_REQUIRED, (each.schema, each.table, each.column)).fetchall())
    return frozenset((row[0], row[1], row[2]) for row in found)


def _additions(connection: Connection, plan: Plan) -> frozenset[str]:
    if not plan.additions:
        return frozenset()
    there = additions.read(connection, plan.model, plan.to_version).get(plan.to_version, ())
    return frozenset(each.object for each in there) & {each.object for each in plan.additions}


def _unfilled(connection: Connection, plan: Plan) -> frozenset[int]:
    filled = [each.number for each in plan.gives_back if each.fill is not None]
    if not filled:
        return frozenset()
    rows = connection.execute(
        "select id from schemaguard.debt where id = any(%s) and paid_at is null and given_up_at is null "
        "and not act ? 'fill'",
        (filled,),
    )
    return frozenset(row[0] for row in rows)


def _views(connection: Connection, plan: Plan) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The plan's views that are missing, and those that don't show what was promised."""
    if not plan.views.views:
        return (), ()
    shown = {row[0]: tuple(row[1]) for row in connection.execute(_VIEWS, (plan.views.schema,))}
    promised = {view.name: tuple(column.name for column in view.columns) for view in plan.views.views}
    missing = tuple(name for name in promised if name not in shown)
    return missing, tuple(name for name, columns in promised.items() if shown.get(name, columns) != columns)


def _waits_for(connection: Connection, plan: Plan) -> tuple[str, ...]:
    """Who is in the window and names what a promotion would retire again, such as `fraud@7`."""
    waiting = [each for each in plan.leftovers if each.waits]
    if not waiting:
        return ()
    contracts, catalog = situation.needed(connection), situation.catalog(connection)
    needed = dict.fromkeys(contract for each in waiting for contract in needed_by(each, contracts, catalog))
    return tuple(sorted({name for contract in needed for name in situation.names_needing(connection, contract)}))
