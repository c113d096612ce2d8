"""The journal: operations and their steps."""

import json
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from schemaguard.adapters.control import installation, ledger, pointer
from schemaguard.errors import ConflictError, DatabaseError
from schemaguard.releases.document import plan_hash, to_document
from schemaguard.releases.release import (
    Intent,
    Operation,
    OperationKind,
    OperationState,
    StepName,
    StepRecord,
    StepState,
)
from schemaguard.releases.together import OperationPlan

Row = tuple[Any, ...]
Connection = psycopg.Connection[Row]

_OPERATIONS = """\
select o.id, o.kind, o.model, o.from_version, o.to_version, o.expected_epoch, o.state, o.plan, o.plan_hash, o.actor,
    o.reason, o.metric, o.detected_at, o.opened_at, o.closed_at,
    (select jsonb_agg(jsonb_build_array(s.name, s.state, s.detail) order by s.position)
     from schemaguard.step s where s.operation = o.id)
from schemaguard.operation o
"""
_OPEN = """\
insert into schemaguard.operation (kind, model, from_version, to_version, expected_epoch, plan, plan_hash, actor,
    reason, metric, detected_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning id"""
_STEPS = """\
insert into schemaguard.step (operation, position, name, state, started_at, ended_at)
select %s, position, name, case position when 1 then 'done' else 'planned' end,
    case position when 1 then now() end, case position when 1 then now() end
from unnest(%s::text[]) with ordinality as names (name, position)"""
_START = """\
update schemaguard.step set state = 'started', started_at = coalesce(started_at, now())
where operation = %s and name = %s and state <> 'done'"""
_DONE = """\
update schemaguard.step
set state = 'done', ended_at = coalesce(ended_at, now()), detail = (detail - 'waits') || %s
where operation = %s and name = %s"""
_WAIT = """\
update schemaguard.step set state = 'waiting', detail = detail || jsonb_build_object('waits', %s::text)
where operation = %s and name = %s and state <> 'done'"""


def require_control_schema(connection: Connection) -> None:
    """DatabaseError where the control schema isn't there, or is older than this program."""
    installed = installation.version(connection)
    if installed < installation.newest():
        what = "this database has no control schema yet"
        if installed:
            what = f"the control schema is version {installed}, and this program needs {installation.newest()}"
        raise DatabaseError(what, at=f"database {connection.info.dbname}", next="schemaguard install")


def open_operation(connection: Connection, plan: OperationPlan, intent: Intent) -> int:
    """Write an operation and its steps down, with INTENT done; its number."""
    open_one = read_operation(connection, None)
    if open_one is not None:
        raise conflict(open_one)
    for each in plan.members:
        epoch = pointer.read(connection, each.model).epoch
        if epoch != each.epoch:
            raise pointer.moved(each, epoch)
    lead = plan.lead
    values = (
        plan.kind.value, lead.model, lead.from_version, lead.to_version, lead.epoch, Jsonb(to_document(plan)),
        plan_hash(plan), intent.actor, intent.reason, intent.metric, intent.detected_at,
    )  # fmt: skip
    try:
        row = connection.execute(_OPEN, values).fetchone()
    except psycopg.errors.UniqueViolation as error:
        raise ConflictError(
            "another operation was opened on this database at the same moment",
            next="look at schemaguard status, then decide again",
        ) from error
    assert row is not None
    number = int(row[0])
    connection.execute(_STEPS, (number, [name.value for name in StepName]))
    for each in plan.members:
        ledger.record(connection, "operation-opened", (intent.actor, each.model, number), {
            "kind": plan.kind.value, "from": each.from_version, "to": each.to_version, "epoch": each.epoch,
            "reason": intent.reason, "metric": intent.metric, "plan_hash": plan_hash(plan),
            "detected_at": intent.detected_at.isoformat() if intent.detected_at else None,
            **({"policy": dict(intent.policy)} if intent.policy is not None else {}),
        })  # fmt: skip
    return number


def conflict(operation: Operation) -> ConflictError:
    """Why nobody else may begin while this operation is open."""
    return ConflictError(
        f"{operation} is open since {operation.opened_at:%Y-%m-%d %H:%M:%S}, in {operation.current}",
        at=f"opened by {operation.intent.actor}: {operation.intent.reason}",
        next=f"if nobody is working on it: schemaguard resume {operation.id}",
    )


def read_operation(connection: Connection, number: int | None) -> Operation | None:
    """That operation, or the open one."""
    where = "where o.id = %s" if number is not None else "where o.state = 'open' and %s::bigint is null"
    row = connection.execute(f"{_OPERATIONS}{where}", (number,)).fetchone()
    return _operation(row) if row else None


def read_unfinished(connection: Connection) -> tuple[Operation, ...]:
    """Every operation that is open or waits, oldest first."""
    rows = connection.execute(f"{_OPERATIONS}where o.state in ('open', 'waiting') order by o.id")
    return tuple(_operation(row) for row in rows)


def read_all(connection: Connection) -> tuple[Operation, ...]:
    """Every operation, oldest first."""
    return tuple(_operation(row) for row in connection.execute(f"{_OPERATIONS}order by o.id"))


def read_history(connection: Connection, model: str) -> tuple[Operation, ...]:
    """The operations of a model that switched its pointer, oldest first."""
    rows = connection.execute(
        f"{_OPERATIONS}where exists (select from schemaguard.outbox b where b.operation = o.id and b.model = %s) "
        "order by o.id",
        (model,),
    )
    return tuple(_operation(row).of(model) for row in rows)


def _operation(row: Row) -> Operation:
    return Operation(
        id=row[0],
        kind=OperationKind(row[1]),
        model=row[2],
        from_version=row[3],
        to_version=row[4],
        expected_epoch=row[5],
        state=OperationState(row[6]),
        document=row[7],
        plan_hash=row[8],
        intent=Intent(row[9], row[10], row[11], row[12]),
        opened_at=row[13],
        closed_at=row[14],
        steps=tuple(StepRecord(StepName(name), StepState(state), detail) for name, state, detail in row[15] or ()),
    )


def start(connection: Connection, operation: int, step: StepName) -> None:
    """A step starts."""
    connection.execute(_START, (operation, step.value))


def done(connection: Connection, operation: int, step: StepName, detail: Mapping[str, Any]) -> None:
    """A step is done; what it did is kept with it."""
    connection.execute(_DONE, (_jsonb(detail), operation, step.value))


def wait(connection: Connection, operation: Operation, step: StepName, reason: str) -> None:
    """An operation waits at a step and blocks nobody."""
    connection.execute(_WAIT, (reason, operation.id, step.value))
    connection.execute(
        "update schemaguard.operation set state = 'waiting' where id = %s and state = 'open'", (operation.id,)
    )


def mark_done(connection: Connection, operation: Operation, step: StepName, actor: str) -> None:
    """A step is done on somebody's word."""
    done(connection, operation.id, step, {"marked_by": actor})
    for model in operation.models:
        ledger.record(connection, "step-marked-done", (actor, model, operation.id), {"step": step.value})


def _jsonb(value: Mapping[str, Any]) -> Jsonb:
    return Jsonb(json.loads(json.dumps(value, default=str)))
