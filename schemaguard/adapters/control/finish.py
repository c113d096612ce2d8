"""FINISH and abandoning on PostgreSQL: what is taken out of sight again, and how an operation is closed."""

from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

from schemaguard.adapters.control import journal, ledger, locks, pointer, retirement, revision, situation
from schemaguard.applying.retirement import Retirement
from schemaguard.catalog.objects import Catalog
from schemaguard.frozen import dataclass
from schemaguard.releases.leftovers import Leftover, needed_by
from schemaguard.releases.plan import Plan
from schemaguard.releases.readiness import Reversal
from schemaguard.releases.release import Operation, OperationKind, StepName
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
        catalog = situation.catalog(connection)
        acts: list[tuple[Leftover, Retirement]] = []
        for leftover in plan.leftovers:
            if needed_by(leftover, contracts, catalog) or not _is_there(leftover, catalog):
                kept.append(leftover.object)
                continue
            made = retirement.plan(connection, catalog, leftover.name, leftover.column)
            catalog = _after(made.retire, catalog)
            acts.append((leftover, made))
        locks.take(connection, (statement for _, made in acts for statement in made.retire))
        for leftover, made in acts:
            _retire(connection, leftover, made, None if leftover.waits else operation.id)
            retired.append(leftover.object)
        if plan.kind is OperationKind.ROLLBACK and retired:
            _move_revision(connection, operation, plan)
    connection.execute(_CLOSE, ("done", operation.id))
    facts = {"retired": retired, "kept": kept}
    # A closed operation isn't resumed, so its last step is done in the journal when it is closed.
    journal.done(connection, operation.id, StepName.FINISH, facts)
    ledger.record(connection, "finished", (operation.intent.actor, plan.model, operation.id), facts)
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
    catalog = situation.catalog(connection)
    acts: list[_Again] = []
    # What was undone last is what was done first.
    for reversal in reversed(plan.reversals):
        act = _again(connection, reversal, catalog)
        if act is not None:
            acts.append(act)
            catalog = _after(act.statements, catalog)
    locks.take(connection, (statement for act in acts for statement in act.statements))
    for act in acts:
        if act.made is not None and act.leftover is not None:
            _retire(connection, act.leftover, act.made, act.by)
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
    made: Retirement | None = None
    by: int | None = None


def _again(connection: Connection, reversal: Reversal, catalog: Catalog) -> _Again | None:
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
    made = retirement.plan(connection, catalog, leftover.name, leftover.column)
    return _Again(made.retire, reversal.applied, leftover, made, row[3])


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


def _retire(connection: Connection, leftover: Leftover, made: Retirement, by: int | None) -> None:
    """Take one object out of sight. `by` is the operation that undoes what a revision added; without it the
    retirement that a revision had made is made again, so that revision is in force again.
    """
    retirement.carry_out(connection, made, applied=leftover.applied, operation=by)
    connection.execute(
        "update schemaguard.applied_change set undone_at = case when %(by)s::bigint is null then null else now() end, "
        "undone_by = %(by)s where id = %(applied)s",
        {"by": by, "applied": leftover.applied},
    )


def _after(statements: Iterable[str], catalog: Catalog) -> Catalog:
    """The catalog after the statements; who only looks at the state of things needn't import what reads SQL."""
    from schemaguard.releases.fit import CatalogFit

    return CatalogFit().after(statements, catalog)
