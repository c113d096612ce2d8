"""Rows that revisions changed or deleted and that are kept: read, given back, written again, purged."""

from collections.abc import Collection, Mapping
from typing import Any

import psycopg

from schemaguard.adapters.control import ledger, retirement
from schemaguard.catalog.objects import Name
from schemaguard.errors import RefusedError
from schemaguard.frozen import replace
from schemaguard.releases.plan import Plan
from schemaguard.releases.readiness import Reversal
from schemaguard.releases.release import CapturedRows, Operation

Connection = psycopg.Connection[tuple[Any, ...]]

MOST_COUNTED = 200_000
"""Up to how many rows it is looked before a plan is shown which of them were written since."""
_IS_THERE = "select to_regclass('schemaguard.capture') is not null"
_IN_WINDOW = """\
(r.superseded_at is null or r.window_until > now() or r.model_version in (p.active, p.canary, p.fallback))"""
_ROWS = f"""\
select c.id, c.relation_schema, c.relation_name, c.revision, c.watched::text[], c.row_count, c.readers, c.changed_at,
    c.purge_after, c.given_back_at,
    array(select distinct who from schemaguard.promise m, unnest(m.readers) who
        join schemaguard.release r on r.model || '@' || r.model_version = who
        left join schemaguard.pointer p on p.model = r.model
        where m.kind = 'promised' and (m.until is null or m.until > now())
            and (m.relid = schemaguard.captured_relation(c)
                or c.within @> jsonb_build_array(jsonb_build_array(m.relation_schema, m.relation_name)))
            and r.released_at >= coalesce(c.given_back_at, c.changed_at) and {_IN_WINDOW} order by who),
    array(select distinct who from unnest(c.readers) who
        left join schemaguard.release r on r.model || '@' || r.model_version = who
        left join schemaguard.pointer p on p.model = r.model
        where r.model is not null and {_IN_WINDOW} order by who),
    array(select schemaguard.captured_changes(c)),
    (with recursive above (oid, path) as (
        select c.relid, array[c.relid]
        union all
        select k.confrelid, a.path || k.confrelid
        from above a join pg_constraint k on k.contype = 'f' and k.conrelid = a.oid
        where k.confrelid <> all (a.path)
            and k.confrelid in (select o.relid from schemaguard.capture o where o.revision = c.revision))
    select max(cardinality(path)) from above),
    schemaguard.capture_obstacle(c),
    coalesce(pg_total_relation_size(schemaguard.captured_rows(c)), 0)
from schemaguard.capture c where (c.purged_at is not null) = %s and not c.is_open order by c.id"""  # noqa: S608 - our own text
_STANDING = """\
select (schemaguard.capture_standing(c)).* from schemaguard.capture c where c.id = %s"""
_CAME = "select given, changed_since, gone, refused, why from schemaguard.capture where id = %s"
_STATES = """\
select id, case when purged_at is null then given_back_at is not null end
from schemaguard.capture where id = any(%s)"""


def is_there(connection: Connection) -> bool:
    """Whether the control schema is of a version that keeps rows."""
    return connection.execute(_IS_THERE).fetchone() == (True,)


def read(connection: Connection, *, is_purged: bool = False) -> tuple[CapturedRows, ...]:
    """What is kept (`is_purged`: was kept), oldest first, without a look at which rows were written since."""
    if not is_there(connection):
        return ()
    return tuple(
        CapturedRows(
            id=row[0], table=Name(row[2], row[1]), revision=row[3], columns=tuple(row[4]), count=row[5],
            readers=tuple(row[6]), changed_at=row[7], purge_after=row[8], given_back_at=row[9],
            relied_on=tuple(row[10]), needed_by=tuple(row[11]), changes=tuple(row[12]), depth=row[13],
            obstacle=row[14], bytes=row[15],
        )
        for row in connection.execute(_ROWS.encode(), (is_purged,))
    )  # fmt: skip


def counted(connection: Connection, rows: CapturedRows, versions: Collection[str]) -> CapturedRows:
    """The same, with how many of them were written or deleted since, where one of these versions may move them."""
    if rows.obstacle is not None or rows.count > MOST_COUNTED or not any(who in versions for who in rows.readers):
        return rows
    row = connection.execute(_STANDING, (rows.id,)).fetchone()
    return replace(rows, changed_since=row[0], gone=row[1]) if row is not None else rows


def states(connection: Connection, plan: Plan) -> dict[int, bool | None]:
    """Of each of the plan's captured rows whether the old values are there; None where they were purged."""
    wanted = [each.captured for each in plan.reversals if each.captured is not None]
    if not wanted:
        return {}
    return {row[0]: row[1] for row in connection.execute(_STATES, (wanted,))}


def carry(connection: Connection, operation: Operation, plan: Plan, *, is_undone: bool = False) -> tuple[str, ...]:
    """Give rows back or write them again as the plan says (`is_undone`: the other way round), in the caller's
    transaction with its entry in the ledger; what came of each, in words.

    RefusedError where they can't be written any more. What was done before isn't done again.
    """
    moved = [each for each in plan.reversals if each.captured is not None]
    if not moved:
        return ()
    # Readers wait for nothing here, and a writer at most for the rows themselves.
    connection.execute("set local lock_timeout = '2s'")
    done: list[dict[str, Any]] = []
    for each in reversed(moved) if is_undone else moved:
        is_back = each.is_again == is_undone
        try:
            row = connection.execute(
                "select schemaguard.carry_values(%s, %s, %s)", (each.captured, is_back, operation.id)
            ).fetchone()
        except psycopg.Error as error:
            raise retirement.refusal(error, each.object) or error from error
        if row == (True,):
            done.append({**_came(connection, each), "is_back": is_back})
    for is_back, event in ((True, "values-given-back"), (False, "values-written-again")):
        facts = [{k: v for k, v in each.items() if k != "is_back"} for each in done if each["is_back"] == is_back]
        if facts:
            ledger.record(connection, event, (operation.intent.actor, plan.model, operation.id), {"rows": facts})
    return tuple(_words(each) for each in done)


def _came(connection: Connection, reversal: Reversal) -> dict[str, Any]:
    row = connection.execute(_CAME, (reversal.captured,)).fetchone()
    assert row is not None
    facts = {"object": reversal.object, "given": row[0], "changed_since": row[1], "gone": row[2], "refused": row[3]}
    return {**facts, "why": row[4]} if row[4] is not None else facts


def _words(facts: Mapping[str, Any]) -> str:
    done = "given back" if facts["is_back"] else "changed again"
    said = [f"{facts['given']} rows {done}"]
    if facts["changed_since"]:
        said.append(f"{facts['changed_since']} were written since and stay as they are")
    if facts["gone"]:
        said.append(f"{facts['gone']} were deleted since and stay away")
    if facts["refused"]:
        said.append(f"{facts['refused']} are refused: {facts['why']}")
    return f"{facts['object']}: {', '.join(said)}"


def purge(connection: Connection, rows: CapturedRows, who: tuple[str, str | None, str | None]) -> None:
    """Drop them for good. `who` are the actor, who approved it before its retention was over, and why."""
    actor, approved_by, reason = who
    connection.execute("select schemaguard.purge_capture(%s)", (rows.id,))
    facts = {
        "object": rows.object, "captured": rows.id, "rows": rows.count,
        "retention_until": rows.purge_after.isoformat(), "approved_by": approved_by, "reason": reason,
    }  # fmt: skip
    ledger.append(connection, event="purged", actor=actor, model=None, operation=None, facts=facts)


def refuse_retype(connection: Connection, table: str, column: str) -> None:
    """RefusedError where rows of before a revision are kept of a column that is to get another type."""
    row = connection.execute(
        "select c.revision, c.relation_name from schemaguard.capture c "
        "where c.purged_at is null and exists ("
        "select from schemaguard.captured_columns(c, schemaguard.captured_relation(c)) m "
        "where m.name = %s and m.was = any (c.watched)) and (c.relid = to_regclass(%s) "
        "or c.within @> (select jsonb_build_array(jsonb_build_array(n.nspname, k.relname)) from pg_class k "
        "join pg_namespace n on n.oid = k.relnamespace where k.oid = to_regclass(%s))) limit 1",
        (column, table, table),
    ).fetchone()
    if row is not None:
        raise RefusedError(
            f"the values of {table}.{column} that revision {row[0]} changed are kept, and wouldn't fit another type",
            next=f"wait until they are purged: schemaguard purge {row[1]}@{row[0]}",
        )
