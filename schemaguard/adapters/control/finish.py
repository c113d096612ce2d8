"""FINISH and abandoning on PostgreSQL: what is taken out of sight again, and how an operation is closed."""

from collections.abc import Mapping
from typing import Any

import psycopg

from schemaguard.adapters.control import journal, ledger, locks, pointer, retirement, revision, situation
from schemaguard.catalog.changes import DropColumn, DropTable
from schemaguard.catalog.objects import Catalog
from schemaguard.errors import RefusedError
from schemaguard.frozen import dataclass
from schemaguard.releases.leftovers import Leftover, needed_by
from schemaguard.releases.plan import Plan
from schemaguard.releases.readiness import Reversal
from schemaguard.releases.release import Operation, OperationKind, StepName
from schemaguard.releases.revisions import move_back
from schemaguard.sql.writing.statements import rendered

Connection = psycopg.Connection[tuple[Any, ...]]

_CLOSE = """\
update schemaguard.operation set state = %s, closed_at = now() where id = %s and state in ('open', 'waiting')"""


def finish(connection: Connection, operation: Operation, plan: Plan) -> Mapping[str, Any]:
    """Retire what the plan leaves over and nobody names by now, and close the operation, in one transaction."""
    retired: list[str] = []
    kept: list[str] = []
    if plan.leftovers and pointer.read(connection, plan.model).epoch == plan.epoch + 1:
        contracts = situation.needed(connection, (plan.model, plan.from_version))
        catalog = situation.catalog(connection)
        going = [
            each for each in plan.leftovers if not needed_by(each, contracts, catalog) and _is_there(each, catalog)
        ]
        kept += [each.object for each in plan.leftovers if each not in going]
        locks.take(connection, (_dropping(each) for each in going))
        for leftover in going:
            if _retire(connection, leftover, None if leftover.waits else operation.id):
                retired.append(leftover.object)
            else:
                kept.append(leftover.object)
        if plan.kind is OperationKind.ROLLBACK and retired:
            _move_revision(connection, operation, plan)
    connection.execute(_CLOSE, ("done", operation.id))
    facts = {"retired": retired, "kept": kept}
    # A closed operation isn't resumed, so its last step is done in the journal when it is closed.
    journal.done(connection, operation.id, StepName.FINISH, facts)
    ledger.record(connection, "finished", (operation.intent.actor, plan.model, operation.id), facts)
    return facts


def _dropping(leftover: Leftover) -> str:
    """The drop that a retirement stands for: it locks the same."""
    drop = DropColumn(leftover.name, leftover.column) if leftover.column else DropTable(leftover.name)
    return rendered(drop)


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
    # What was undone last is what was done first.
    acts = [act for each in reversed(plan.reversals) if (act := _again(connection, each)) is not None]
    locks.take(connection, (statement for act in acts for statement in act.statements))
    for act in acts:
        if act.leftover is not None:
            _retire_again(connection, act.leftover, act.by)
        else:
            _perform_again(connection, act)
    connection.execute(_CLOSE, ("abandoned", operation.id))
    facts = {"retired": [act.leftover.object for act in acts if act.leftover is not None]}
    ledger.record(connection, "operation-abandoned", (actor, plan.model, operation.id), facts)


@dataclass(frozen=True, slots=True)
class _Again:
    """One thing that PREPARE had undone and that is done again: a retirement, or what a revision had performed."""

    statements: tuple[str, ...]
    applied: int | None
    leftover: Leftover | None = None
    by: int | None = None


def _again(connection: Connection, reversal: Reversal) -> _Again | None:
    """How a reversal is taken back; None where PREPARE hadn't come to it."""
    if reversal.retired is None:
        row = connection.execute(
            "select performed from schemaguard.applied_change where id = %s and undone_at is not null",
            (reversal.applied,),
        ).fetchone()
        return _Again(tuple(row[0]), reversal.applied) if row else None
    row = connection.execute(
        "select table_schema, table_name, column_name, operation from schemaguard.retired_object "
        "where id = %s and restored_at is not null",
        (reversal.retired,),
    ).fetchone()
    if row is None:
        return None
    leftover = Leftover(row[0], row[1], row[2], reversal.applied, reversal.revision)
    return _Again((_dropping(leftover),), reversal.applied, leftover, row[3])


def _perform_again(connection: Connection, act: _Again) -> None:
    """Carry out again what a stored inverse had undone."""
    connection.execute(
        "update schemaguard.applied_change set undone_at = null, undone_by = null where id = %s", (act.applied,)
    )
    for statement in act.statements:
        connection.execute(statement.encode())


def _is_there(leftover: Leftover, catalog: Catalog) -> bool:
    table = catalog.tables.get(leftover.name)
    return table is not None and (leftover.column is None or table.column(leftover.column) is not None)


def _retire(connection: Connection, leftover: Leftover, by: int | None) -> bool:
    """Whether one object could be taken out of sight; what can't be retired stays in sight."""
    try:
        with connection.transaction():
            _retire_again(connection, leftover, by)
    except RefusedError:
        return False
    return True


def _retire_again(connection: Connection, leftover: Leftover, by: int | None) -> None:
    """Take one object out of sight. `by` is the operation that undoes what a revision added; without it the
    retirement that a revision had made is made again, so that revision is in force again.
    """
    made = retirement.retire(connection, leftover.name, leftover.column, leftover.revision)
    retirement.carry_out(connection, made, applied=leftover.applied, operation=by)
    connection.execute(
        "update schemaguard.applied_change set undone_at = case when %(by)s::bigint is null then null else now() end, "
        "undone_by = %(by)s where id = %(applied)s",
        {"by": by, "applied": leftover.applied},
    )
