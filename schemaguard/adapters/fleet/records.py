"""What the fleet's own tables have, read as values: runs, their members, and the fleet at one moment."""

from collections.abc import Mapping
from typing import Any

from schemaguard.adapters.postgres.connection import Connection
from schemaguard.errors import UsageError
from schemaguard.fleet.manifest import FleetPolicy, OnFailure
from schemaguard.fleet.protocol import Asked, FleetRun, FleetTask, FleetVerb, RunState, TaskState
from schemaguard.frozen import dataclass, field

_RUN = """\
select id, fleet, verb, asked, policy, state, generation, forgiven, why, is_together, decision, label::text
from schemaguard_fleet.run"""
_TASK = "select id, member, wave, state, attempts, losses, detail, error from schemaguard_fleet.task"
_NEWEST = """\
select id, extract(epoch from coalesce(closed_at, now()) - opened_at)::float8
from schemaguard_fleet.run where fleet = %s order by id desc limit 1"""


@dataclass(frozen=True, slots=True)
class FleetRecord:
    """A fleet at one moment: its generation, each member's, and the newest run with its tasks."""

    generation: int = 0
    members: Mapping[str, int] = field(default_factory=dict)
    run: FleetRun | None = None
    tasks: tuple[FleetTask, ...] = ()
    seconds: float = 0.0
    """How long the newest run has taken until now, or until it was over."""


def has_tables(connection: Connection) -> bool:
    """Whether a fleet has ever been at work from this database."""
    row = connection.execute("select to_regclass('schemaguard_fleet.task') is not null").fetchone()
    return bool(row and row[0])


def record(connection: Connection, fleet: str) -> FleetRecord:
    """The fleet as it is now; generation 0 where nothing was done with it yet."""
    if not has_tables(connection):
        return FleetRecord()
    row = connection.execute("select generation from schemaguard_fleet.fleet where name = %s", (fleet,)).fetchone()
    if row is None:
        return FleetRecord()
    members = connection.execute(
        "select name, generation from schemaguard_fleet.member where fleet = %s order by name", (fleet,)
    )
    generations: dict[str, int] = dict(members.fetchall())
    newest = connection.execute(_NEWEST, (fleet,)).fetchone()
    if newest is None:
        return FleetRecord(row[0], generations)
    number, seconds = newest
    return FleetRecord(
        row[0], generations, read_run(connection, number), read_tasks(connection, number), round(seconds, 1)
    )


def read_run(connection: Connection, number: int) -> FleetRun:
    """That run; UsageError where there is none."""
    row = connection.execute(f"{_RUN} where id = %s", (number,)).fetchone()
    if row is None:
        raise UsageError(f"there is no run {number}", next="schemaguard fleet status")
    return _run(row)


def open_run(connection: Connection, fleet: str) -> FleetRun | None:
    """The run of the fleet that isn't over."""
    row = connection.execute(f"{_RUN} where fleet = %s and state in ('running', 'stopped')", (fleet,)).fetchone()
    return _run(row) if row else None


def labelled_run(connection: Connection, label: str) -> FleetRun | None:
    """The run with that label, None where this database knows of none."""
    row = connection.execute(f"{_RUN} where label::text = %s", (label,)).fetchone()
    return _run(row) if row else None


def read_tasks(connection: Connection, run: int) -> tuple[FleetTask, ...]:
    """Every member of a run, in the order in which they are taken."""
    return tuple(task(row) for row in connection.execute(f"{_TASK} where run = %s order by wave, id", (run,)))


def task(row: tuple[Any, ...]) -> FleetTask:
    """One member of a run, of a row (id, member, wave, state, attempts, losses, detail, error)."""
    number, member, wave, state, attempts, losses, detail, error = row
    return FleetTask(number, member, wave, TaskState(state), attempts, losses, detail, error)


def _run(row: tuple[Any, ...]) -> FleetRun:
    number, fleet, verb, asked, policy, state, generation, forgiven, why, is_together, decision, label = row
    return FleetRun(
        number, fleet, Asked(FleetVerb(verb), **asked),
        FleetPolicy(**{**policy, "on_failure": OnFailure(policy["on_failure"])}),
        RunState(state), generation, forgiven, why, is_together, decision, label,
    )  # fmt: skip


def asked_document(asked: Asked) -> dict[str, Any]:
    """What was asked for, besides the verb, as a run keeps it."""
    return {
        "actor": asked.actor, "reason": asked.reason, "target": asked.target, "model": asked.model,
        "options": dict(asked.options),
    }  # fmt: skip


def policy_document(policy: FleetPolicy) -> dict[str, Any]:
    """The policy of a run, as it keeps it."""
    return {
        "at_once": policy.at_once, "stop_after": policy.stop_after, "attempts": policy.attempts,
        "on_failure": policy.on_failure.value,
    }  # fmt: skip
