"""FINISH and abandoning on PostgreSQL: what is taken out of sight again, and how an operation is closed."""

from collections.abc import Mapping
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from schemaguard.adapters.control import inverses, journal, ledger, locks, pointer, revision, situation
from schemaguard.catalog.changes import DropColumn, DropTable
from schemaguard.catalog.objects import Catalog
from schemaguard.frozen import dataclass
from schemaguard.releases.leftovers import Leftover, needed_by
from schemaguard.releases.plan import Plan
from schemaguard.releases.readiness import Reversal
from schemaguard.releases.release import Operation, OperationKind, StepName
from schemaguard.releases.revisions import move_back
from schemaguard.releases.together import OperationPlan
from schemaguard.sql.writing.statements import rendered

Connection = psycopg.Connection[tuple[Any, ...]]

_RETIRE: LiteralString = "select schemaguard.retire_leftover({}, {}, {}, {}, {}, {}, {})"
_RETIRED = """\
select from schemaguard.retired_object
where table_schema = %(schema)s and table_name = %(table)s and column_name is not distinct from %(column)s
    and applied_change is not distinct from %(applied)s and operation is not distinct from %(operation)s
    and restored_at is null and purged_at is null"""
_IN_FORCE = "update schemaguard.applied_change set undone_at = null, undone_by = null where id = %s"
# What PREPARE took off is given back at once; what it owed itself isn't owed any more.
_OWES_NOTHING = (
    """\
update schemaguard.debt set given_up_at = now(), why = 'its operation was given up'
where operation = %s and for_version is null and retired_object is null and paid_at is null and not act ? 'made'""",
    "update schemaguard.debt set for_model = null, for_version = null where operation = %s",
)
_SWAP: LiteralString = "select schemaguard.restore({}, false)"
_CLOSE = """\
update schemaguard.operation set state = %s, closed_at = now() where id = %s and state in ('open', 'waiting')"""
_MADE_WAY = """\
select made.id, w.at_once, made.operation is not null from schemaguard.retired_object back
join schemaguard.retired_object made on made.swapped_for = back.id and made.restored_at is null
    and made.purged_at is null, schemaguard.way_back(made) w
where back.id = %s and back.restored_at is not null"""


def retiring(connection: Connection, operation: Operation, plan: OperationPlan) -> tuple[None, tuple[str, ...]]:
    """What takes out of sight what the plan leaves over and nobody names by now; the locks come first."""
    current = [each for each in plan.members if pointer.read(connection, each.model).epoch == each.epoch + 1]
    leftovers = [leftover for each in current for leftover in each.leftovers]
    if not leftovers:
        return None, ()
    left = [(each.model, version) for each in current for version in each.left]
    contracts = situation.needed(connection, left)
    catalog = situation.catalog(connection)
    going = [each for each in leftovers if not needed_by(each, contracts, catalog) and _is_there(each, catalog)]
    locked = locks.taking(connection, (_dropping(each) for each in going))
    acts = (_retiring(connection, each, None if each.waits else operation.id) for each in going)
    return None, (*locked, *acts)


def finish(connection: Connection, operation: Operation, plan: OperationPlan) -> Mapping[str, Any]:
    """Close the operation, in the caller's transaction, once `retiring` is carried out."""
    facts: dict[str, list[str]] = {"retired": [], "kept": []}
    found = {}
    for each in plan.members:
        retired = [one.object for one in each.leftovers if _is_retired(connection, operation, one)]
        kept = [one.object for one in each.leftovers if one.object not in retired]
        if plan.kind in (OperationKind.ROLLBACK, OperationKind.ABORT) and retired:
            _move_revision(connection, operation, each)
        found[each.model] = {"retired": retired, "kept": kept}
        facts["retired"] += retired
        facts["kept"] += kept
    connection.execute(_CLOSE, ("done", operation.id))
    # A closed operation isn't resumed, so its last step is done in the journal when it is closed.
    journal.done(connection, operation.id, StepName.FINISH, facts)
    for model, said in found.items():
        ledger.record(connection, "finished", (operation.intent.actor, model, operation.id), said)
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


def abandon(
    connection: Connection, operation: Operation, plan: OperationPlan, actor: str
) -> tuple[None, tuple[str, ...]]:
    """Close the operation as abandoned, and what takes out of sight again what PREPARE brought back."""
    # What was undone last is what was done first.
    acts = [
        act
        for each in reversed(plan.reversals)
        if each.captured is None and (act := _again(connection, each)) is not None
    ]
    connection.execute(_CLOSE, ("abandoned", operation.id))
    facts = {"retired": [act.leftover.object for act in acts if act.leftover is not None]}
    for each in plan.members:
        ledger.record(connection, "operation-abandoned", (actor, each.model, operation.id), facts)
    for statement in _OWES_NOTHING:
        connection.execute(statement, (operation.id,))
    statements: list[str] = []
    catalog = situation.catalog(connection) if acts else Catalog()
    for act in acts:
        if act.swapped is not None:
            if act.is_in_force:
                connection.execute(_IN_FORCE, (act.applied,))
            statements.append(sql.SQL(_SWAP).format(sql.Literal(act.swapped)).as_string(connection))
        elif act.leftover is not None:
            statements.append(_retiring(connection, act.leftover, act.by, is_sure=True))
        else:
            assert act.applied is not None
            catalog = inverses.require_shapes(act.statements, catalog, act.applied)
            connection.execute(_IN_FORCE, (act.applied,))
            statements += inverses.carried_out(connection, (act.applied, None), act.statements)
    return None, (*locks.taking(connection, (s for act in acts for s in act.statements)), *statements)


@dataclass(frozen=True, slots=True)
class _Again:
    """One thing that PREPARE had undone and that is done again: a retirement, or what a revision had performed."""

    statements: tuple[str, ...]
    applied: int | None
    leftover: Leftover | None = None
    by: int | None = None
    swapped: int | None = None
    """The retirement that made way, and comes back; its revision is in force again where that is so (`is_in_force`)."""
    is_in_force: bool = False


def _again(connection: Connection, reversal: Reversal) -> _Again | None:
    """How a reversal is taken back; None where PREPARE hadn't come to it."""
    if reversal.retired is None:
        row = connection.execute(
            "select performed from schemaguard.applied_change where id = %s and undone_at is not null",
            (reversal.applied,),
        ).fetchone()
        return _Again(tuple(row[0]), reversal.applied) if row else None
    swapped = connection.execute(_MADE_WAY, (reversal.retired,)).fetchone()
    if swapped is not None:
        return _Again(tuple(swapped[1]), reversal.applied, swapped=swapped[0], is_in_force=swapped[2])
    row = connection.execute(
        "select table_schema, table_name, column_name, operation from schemaguard.retired_object "
        "where id = %s and restored_at is not null",
        (reversal.retired,),
    ).fetchone()
    if row is None:
        return None
    leftover = Leftover(row[0], row[1], row[2], reversal.applied, reversal.revision)
    return _Again((_dropping(leftover),), reversal.applied, leftover, row[3])


def _is_there(leftover: Leftover, catalog: Catalog) -> bool:
    table = catalog.tables.get(leftover.name)
    return table is not None and (leftover.column is None or table.column(leftover.column) is not None)


def _is_retired(connection: Connection, operation: Operation, leftover: Leftover) -> bool:
    asked = {
        "schema": leftover.schema, "table": leftover.table, "column": leftover.column, "applied": leftover.applied,
        "operation": None if leftover.waits else operation.id,
    }  # fmt: skip
    return connection.execute(_RETIRED, asked).fetchone() is not None


def _retiring(connection: Connection, leftover: Leftover, by: int | None, *, is_sure: bool = False) -> str:
    """What takes one object out of sight; what can't be retired stays in sight, but where it `is_sure`.

    `by` is the operation that undoes what a revision added; without it the retirement that a revision had made is made
    again, so that revision is in force again.
    """
    values = (leftover.schema, leftover.table, leftover.column, leftover.revision, leftover.applied, by, is_sure)
    return sql.SQL(_RETIRE).format(*map(sql.Literal, values)).as_string(connection)
