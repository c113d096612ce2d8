"""FINISH and abandoning on PostgreSQL: what is taken out of sight again, and how an operation is closed."""

from collections.abc import Mapping
from typing import Any

import psycopg

from schemaguard.adapters import retirement
from schemaguard.adapters.releases import journal, pointer, revision, situation
from schemaguard.catalog.objects import Catalog
from schemaguard.releases.leftovers import Leftover, needed_by
from schemaguard.releases.plan import Plan
from schemaguard.releases.release import Kind, Operation, StepName
from schemaguard.releases.revisions import move_back

Connection = psycopg.Connection[tuple[Any, ...]]

_CLOSE = """\
update schemaguard.operation set state = %s, closed_at = now() where id = %s and state in ('open', 'waiting')"""


def finish(connection: Connection, operation: Operation, plan: Plan) -> Mapping[str, Any]:
    """Retire what the plan leaves over and nobody names by now, and close the operation, in one transaction."""
    retired: list[str] = []
    kept: list[str] = []
    if plan.leftovers and pointer.read(connection, plan.model).epoch == plan.epoch + 1:
        contracts = situation.needed(connection, (plan.model, plan.from_version))
        for leftover in plan.leftovers:
            catalog = situation.catalog(connection)
            if needed_by(leftover, contracts, catalog) or not _is_there(leftover, catalog):
                kept.append(leftover.object)
            else:
                _retire(connection, leftover, None if leftover.waits else operation.id)
                retired.append(leftover.object)
        if plan.kind is Kind.ROLLBACK and retired:
            _move_revision(connection, operation, plan)
    connection.execute(_CLOSE, ("done", operation.id))
    facts = {"retired": retired, "kept": kept}
    # A closed operation isn't resumed, so its last step is done in the journal when it is closed.
    journal.done(connection, operation.id, StepName.FINISH, facts)
    journal.record(connection, "finished", (operation.intent.actor, plan.model, operation.id), facts)
    return facts


def _move_revision(connection: Connection, operation: Operation, plan: Plan) -> None:
    """What FINISH retires undoes revisions as well: they are held, and the applied revision follows if it can."""
    undone = {each.revision for each in plan.leftovers if each.revision is not None}
    now = situation.read(connection, plan.model)
    standing = {change.revision for change in now.applied if not change.undone and change.inverse_class != "none"}
    held = tuple(sorted(undone))
    move = move_back(now.heads, undone - standing, now.parents, f"{plan.model}@{plan.to_version} was rolled back to")
    revision.move(connection, operation.id, type(move)(move.before, move.after, held, (), move.reason))


def abandon(connection: Connection, operation: Operation, plan: Plan, actor: str) -> None:
    """Take what PREPARE brought back out of sight again, and close the operation as abandoned."""
    hidden = []
    for reversal in plan.reversals:
        if reversal.retired is None:
            _perform_again(connection, reversal.applied)
            continue
        row = connection.execute(
            "select table_schema, table_name, column_name, operation from schemaguard.retired_object "
            "where id = %s and restored_at is not null",
            (reversal.retired,),
        ).fetchone()
        if row is not None:
            leftover = Leftover(row[0], row[1], row[2], reversal.applied, reversal.revision)
            _retire(connection, leftover, row[3])
            hidden.append(reversal.object)
    connection.execute(_CLOSE, ("abandoned", operation.id))
    facts = {"retired": hidden}
    journal.record(connection, "operation-abandoned", (actor, plan.model, operation.id), facts)


def _perform_again(connection: Connection, applied: int | None) -> None:
    """Carry out again what a stored inverse had undone."""
    row = connection.execute(
        "update schemaguard.applied_change set undone_at = null, undone_by = null "
        "where id = %s and undone_at is not null returning performed",
        (applied,),
    ).fetchone()
    for statement in row[0] if row else ():
        connection.execute(statement.encode())


def _is_there(leftover: Leftover, catalog: Catalog) -> bool:
    table = catalog.tables.get(leftover.name)
    return table is not None and (leftover.column is None or table.column(leftover.column) is not None)


def _retire(connection: Connection, leftover: Leftover, by: int | None) -> None:
    """Take one object out of sight. `by` is the operation that undoes what a revision added; without it the
    retirement that a revision had made is made again, so that revision is in force again.
    """
    retirement.retire(connection, leftover.name, leftover.column, applied=leftover.applied, operation=by)
    connection.execute(
        "update schemaguard.applied_change set undone_at = case when %(by)s::bigint is null then null else now() end, "
        "undone_by = %(by)s where id = %(applied)s",
        {"by": by, "applied": leftover.applied},
    )
