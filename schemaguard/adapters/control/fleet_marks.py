"""Operations that belong to a run of a fleet: marked in the transaction that opens them, and found by their mark."""

from typing import Any

import psycopg

from schemaguard.adapters.control import journal
from schemaguard.errors import ConflictError, RefusedError
from schemaguard.releases.release import FleetMark, Operation

Connection = psycopg.Connection[tuple[Any, ...]]

# An operation that was given up before it switched anything makes room for the next attempt.
_MARK = """\
insert into schemaguard.fleet_operation as f (run, member, operation, together) values (%s, %s, %s, %s)
on conflict (run, member) do update set operation = excluded.operation, together = excluded.together
where exists (select from schemaguard.operation o where o.id = f.operation and o.state = 'abandoned')
    and f.together = excluded.together"""
_AS_ANOTHER = """\
select f.member from schemaguard.fleet_operation f join schemaguard.operation o on o.id = f.operation
where f.run = %s and f.member <> %s and o.state <> 'abandoned' limit 1"""


def take_up(connection: Connection, mark: FleetMark, operation: int) -> None:
    """An operation is that of a member of a run.

    ConflictError where the run has another one here, RefusedError where it has one for a member of another name: a
    rollback that is done twice in one database goes back too far.
    """
    other = connection.execute(_AS_ANOTHER, (mark.run, mark.member)).fetchone()
    if other is not None:
        raise RefusedError(
            f"{mark.member} and {other[0]} are the same database, and the run has begun with {other[0]} here",
            next="leave one of them out of the manifest",
        )
    done = connection.execute(_MARK, (mark.run, mark.member, operation, mark.is_together))
    if done.rowcount != 1:
        raise ConflictError(
            f"another worker has begun what run {mark.run} does with {mark.member}", next="schemaguard fleet status"
        )


def operation_of(connection: Connection, run: str, member: str) -> Operation | None:
    """What a run has begun here, as it stands now."""
    row = connection.execute(
        "select operation from schemaguard.fleet_operation where run = %s and member = %s", (run, member)
    ).fetchone()
    return journal.read_operation(connection, row[0]) if row else None


def refuse_alone(connection: Connection, operation: Operation) -> None:
    """RefusedError where the operation switches only together with other databases: nobody commits it here alone."""
    row = connection.execute(
        "select run::text from schemaguard.fleet_operation where operation = %s and together", (operation.id,)
    ).fetchone()
    if row is not None:
        raise RefusedError(
            f"{operation} switches together with other databases, or not at all",
            at=f"operation {operation.id}, run {row[0]} of a fleet",
            next="schemaguard fleet reconcile",
        )


def is_together_open(connection: Connection) -> bool:
    """Whether an operation is open here that switches only together with other databases."""
    row = connection.execute(
        "select exists (select from schemaguard.fleet_operation f join schemaguard.operation o on o.id = f.operation "
        "where f.together and o.state = 'open')"
    ).fetchone()
    return bool(row and row[0])
