"""The fleet's own tables on PostgreSQL: runs, who carries which member out, and the generation.

A worker takes a member with `for update skip locked` under the row of the run, and holds a session's advisory lock
for as long as it is at it: the lock ends with the worker, however that dies, so that there are no leases to renew. The
database has to be reached directly, or by a pooler in session mode.
"""

import time
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any, Self, TypeVar

import psycopg
from psycopg.types.json import Jsonb

from schemaguard.adapters.fleet import records
from schemaguard.adapters.postgres.connection import Connection, connect, first_line, place
from schemaguard.errors import ConflictError, DatabaseError
from schemaguard.fleet.manifest import FleetPolicy
from schemaguard.fleet.protocol import (
    MOST_LOSSES,
    Asked,
    Close,
    FleetRun,
    FleetTask,
    Pause,
    RunState,
    TakeFrom,
    TaskState,
    next_step,
)

T = TypeVar("T")
LOCK_CLASS = 0x5C4E4D46
"""The first half of the advisory lock of a member that is carried out; the second is the number of its task."""
COORDINATOR_CLASS = 0x5C4E4D47
"""The same for a run that switches members together, whose coordinator holds it."""
_SETUP_KEY = 0x5C4E4D48
_PATIENCE_S = 60.0
"""How long a worker waits for the fleet's database to come back."""

_OPEN = """\
insert into schemaguard_fleet.run (fleet, verb, asked, policy, is_together, generation)
select %(fleet)s, %(verb)s, %(asked)s, %(policy)s, %(together)s, greatest(
    (select generation from schemaguard_fleet.fleet where name = %(fleet)s),
    coalesce((select max(generation) from schemaguard_fleet.run where fleet = %(fleet)s), 0)) + 1
returning id"""
_TASKS = """\
insert into schemaguard_fleet.task (run, member, wave)
select %s, member, wave from unnest(%s::text[], %s::int[]) with ordinality as t (member, wave, place)
order by wave, place"""
# Whoever held the lock has died: the member is begun again, unless it is what kills workers.
_LOST = """\
with taken as materialized (
    select id, pg_try_advisory_xact_lock(%(lock)s, id) as is_free from schemaguard_fleet.task
    where run = %(run)s and state = 'taken')
update schemaguard_fleet.task t set losses = losses + 1, taken_by = null, attempts = attempts - 1,
    state = case when losses < %(most)s then 'waiting' else 'failed' end,
    error = case when losses < %(most)s then error else 'its worker died each time, ' || losses + 1 || ' times' end
from taken where taken.id = t.id and taken.is_free"""
_COUNTS = "select wave, state, count(*) from schemaguard_fleet.task where run = %s group by 1, 2"
_TAKE = """\
update schemaguard_fleet.task set state = 'taken', attempts = attempts + 1, taken_by = %(who)s,
    began_at = coalesce(began_at, clock_timestamp()), ended_at = null
where id = (select id from schemaguard_fleet.task
    where run = %(run)s and wave = %(wave)s and state = 'waiting' and not_before <= clock_timestamp()
    order by id for update skip locked limit 1)
returning id, member, wave, state, attempts, losses, detail, error"""
# Who was thought dead, and had the member taken from him, doesn't say any more what became of it.
_REPORT = """\
update schemaguard_fleet.task set state = %(state)s, detail = detail || %(detail)s, error = %(error)s,
    taken_by = null, attempts = attempts - %(uncounted)s,
    not_before = clock_timestamp() + make_interval(secs => %(wait_s)s),
    ended_at = case when %(state)s = 'waiting' then null else clock_timestamp() end
where id = %(id)s and state = 'taken' and attempts = %(attempts)s and losses = %(losses)s"""
_FLIP = """\
update schemaguard_fleet.fleet set generation = %(generation)s, flipped_at = now() where name = %(fleet)s"""
_GONE = """\
insert into schemaguard_fleet.member (fleet, name, generation)
select %(fleet)s, member, %(generation)s from schemaguard_fleet.task where run = %(run)s and state = 'done'
on conflict (fleet, name) do update set generation = excluded.generation"""


class FleetStore:
    """One connection to the fleet's own tables, for one worker or coordinator; it comes back after an outage."""

    def __init__(self, url: str, *, patience_s: float = _PATIENCE_S) -> None:
        self._url, self._patience_s = url, patience_s
        self._connection = connect(url, application="schemaguard fleet")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def install(self) -> None:
        """Make the fleet's tables where they aren't there; DatabaseError where this role may not."""

        def make(connection: Connection) -> None:
            connection.execute("select pg_advisory_xact_lock(%s)", (_SETUP_KEY,))
            if not records.has_tables(connection):
                connection.execute((files(__package__) / "schema.sql").read_bytes())

        self._do(make)

    def open_run(
        self, fleet: str, asked: Asked, policy: FleetPolicy, waves: Mapping[str, int], *, is_together: bool = False
    ) -> FleetRun:
        """Begin a run; ConflictError where one of the fleet isn't over."""

        def begin(connection: Connection) -> FleetRun:
            connection.execute(
                "insert into schemaguard_fleet.fleet (name) values (%s) on conflict do nothing", (fleet,)
            )
            connection.execute("select from schemaguard_fleet.fleet where name = %s for update", (fleet,))
            found = records.open_run(connection, fleet)
            if found is not None:
                raise ConflictError(
                    f"run {found.id} of {fleet} ({found.asked.words}) is {found.state}",
                    at=found.why,
                    next="schemaguard fleet resume, or give it up: schemaguard fleet abandon",
                )
            row = connection.execute(_OPEN, {
                "fleet": fleet, "verb": asked.verb.value, "asked": Jsonb(records.asked_document(asked)),
                "policy": Jsonb(records.policy_document(policy)), "together": is_together,
            }).fetchone()  # fmt: skip
            assert row is not None
            connection.execute(_TASKS, (row[0], list(waves), list(waves.values())))
            return records.read_run(connection, row[0])

        return self._do(begin)

    def open_one(self, fleet: str) -> FleetRun | None:
        """The run of the fleet that isn't over."""
        return self._do(lambda c: records.open_run(c, fleet))

    def run(self, number: int) -> FleetRun:
        """That run, as it is now."""
        return self._do(lambda c: records.read_run(c, number))

    def by_label(self, label: str) -> FleetRun | None:
        """The run with that label, None where this fleet's database knows of none."""
        return self._do(lambda c: records.labelled_run(c, label))

    def tasks(self, run: int) -> tuple[FleetTask, ...]:
        """Every member of a run, in the order in which they are taken."""
        return self._do(lambda c: records.read_tasks(c, run))

    def progress(self, run: int) -> tuple[FleetRun, Mapping[TaskState, int]]:
        """A run as it is now, and how many of its members stand where."""

        def read(connection: Connection) -> tuple[FleetRun, Mapping[TaskState, int]]:
            counts: dict[TaskState, int] = {}
            for _, state, count in connection.execute(_COUNTS, (run,)):
                counts[TaskState(state)] = counts.get(TaskState(state), 0) + count
            return records.read_run(connection, run), counts

        return self._do(read)

    def standing(self, fleet: str) -> records.FleetRecord:
        """The fleet at one moment; generation 0 where nothing was done with it yet."""
        return self._do(lambda c: records.record(c, fleet))

    def take(self, run: int, who: str) -> FleetTask | TakeFrom | Pause | Close:
        """The next member for this worker, locked for it; Pause where others are at it, Close where the run is over.

        Whoever finds that the last member has gone flips the generation, in the same transaction.
        """

        def claim(connection: Connection) -> FleetTask | TakeFrom | Pause | Close:
            connection.execute("select from schemaguard_fleet.run where id = %s for update", (run,))
            now = records.read_run(connection, run)
            if now.state is not RunState.RUNNING or now.is_together:
                return Close(now.state, now.why)
            connection.execute(_LOST, {"lock": LOCK_CLASS, "run": run, "most": MOST_LOSSES})
            rows = connection.execute(_COUNTS, (run,)).fetchall()
            step = next_step(now, {(wave, TaskState(state)): count for wave, state, count in rows})
            if isinstance(step, Close):
                _close(connection, now, step)
            if not isinstance(step, TakeFrom):
                return step
            row = connection.execute(_TAKE, {"run": run, "wave": step.wave, "who": who}).fetchone()
            if row is None:
                return Pause()
            # It was free: what is taken and free was found just now, under the row of the run.
            connection.execute("select pg_advisory_lock(%s, %s)", (LOCK_CLASS, row[0]))
            return records.task(row)

        return self._do(claim)

    def report(
        self, task: FleetTask, state: TaskState, detail: Mapping[str, Any], error: str = "", *,
        wait_s: float = 0.0, is_counted: bool = True,
    ) -> None:  # fmt: skip
        """Say where a member stands now, and give its lock back; `wait_s` is how long it isn't begun again."""

        def write(connection: Connection) -> None:
            connection.execute(_REPORT, {
                "state": state.value, "detail": Jsonb(dict(detail)), "error": error, "id": task.id,
                "attempts": task.attempts, "losses": task.losses, "wait_s": wait_s, "uncounted": 0 if is_counted else 1,
            })  # fmt: skip

        self._do(write)
        self._do(lambda c: c.execute("select pg_advisory_unlock_all()"))

    def note(self, task: FleetTask, detail: Mapping[str, Any]) -> None:
        """Keep what has to be known of a member that is carried out, should its worker die."""
        self._do(lambda c: c.execute(
            "update schemaguard_fleet.task set detail = detail || %s where id = %s", (Jsonb(dict(detail)), task.id)
        ))  # fmt: skip

    def resume(self, run: int) -> FleetRun:
        """Let a stopped run go on: members that failed are tried again, and what failed so far is forgiven."""

        def go_on(connection: Connection) -> FleetRun:
            connection.execute("select from schemaguard_fleet.run where id = %s for update", (run,))
            now = records.read_run(connection, run)
            if now.state is RunState.STOPPED:
                connection.execute(
                    "update schemaguard_fleet.task set state = 'waiting', attempts = 0, losses = 0, error = '', "
                    "detail = detail - 'outages' - 'conflicts', not_before = now() "
                    "where run = %s and state = 'failed'", (run,),
                )  # fmt: skip
                connection.execute(
                    "update schemaguard_fleet.run set state = 'running', why = '', forgiven = (select count(*) "
                    "from schemaguard_fleet.task where run = %s and state in ('left behind', 'taken back')) "
                    "where id = %s", (run, run),
                )  # fmt: skip
            return records.read_run(connection, run)

        return self._do(go_on)

    def abandon(self, run: int) -> FleetRun:
        """Give a run up: no other member is begun, and the generation stays. ConflictError where one is at work."""

        def give_up(connection: Connection) -> FleetRun:
            connection.execute("select from schemaguard_fleet.run where id = %s for update", (run,))
            connection.execute(_LOST, {"lock": LOCK_CLASS, "run": run, "most": MOST_LOSSES})
            busy = connection.execute(
                "select string_agg(member, ', ') from schemaguard_fleet.task where run = %s and state = 'taken'", (run,)
            ).fetchone()
            if busy is not None and busy[0]:
                raise ConflictError(
                    f"members are being carried out: {busy[0]}", next="end their workers, then give the run up"
                )
            now = records.read_run(connection, run)
            connection.execute(
                "update schemaguard_fleet.run set state = 'abandoned', closed_at = now() "
                "where id = %s and state in ('running', 'stopped')", (run,),
            )  # fmt: skip
            if now.state in (RunState.RUNNING, RunState.STOPPED):
                connection.execute(_GONE, {"fleet": now.fleet, "generation": now.generation, "run": run})
            return records.read_run(connection, run)

        return self._do(give_up)

    def coordinate(self, run: int) -> bool:
        """Be the one who decides on a run whose members switch together; whether nobody else is.

        It ends with the connection. Two who decide do no harm: the first decision holds.
        """
        row = self._do(
            lambda c: c.execute("select pg_try_advisory_lock(%s, %s::int)", (COORDINATOR_CLASS, run)).fetchone()
        )
        return bool(row and row[0])

    def decide(self, run: int, what: str) -> str:
        """Decide `commit` or `abort` for all members of a run, once; the decision that holds."""

        def write(connection: Connection) -> str:
            connection.execute(
                "update schemaguard_fleet.run set decision = %s where id = %s and decision is null", (what, run)
            )
            row = connection.execute("select decision from schemaguard_fleet.run where id = %s", (run,)).fetchone()
            assert row is not None
            return str(row[0])

        return self._do(write)

    def conclude(
        self, run: FleetRun, told: Mapping[int, tuple[TaskState, Mapping[str, Any], str]], close: Close
    ) -> None:
        """Write down what became of members that switch together (task → state, facts, error), and of their run."""

        def write(connection: Connection) -> None:
            connection.execute("select from schemaguard_fleet.run where id = %s for update", (run.id,))
            for number, (state, facts, error) in told.items():
                connection.execute(
                    "update schemaguard_fleet.task set state = %s, detail = detail || %s, error = %s, attempts = 1, "
                    "ended_at = clock_timestamp() where id = %s", (state.value, Jsonb(dict(facts)), error, number),
                )  # fmt: skip
            if records.read_run(connection, run.id).state in (RunState.RUNNING, RunState.STOPPED):
                _close(connection, run, close)

        self._do(write)

    def _do(self, act: Callable[[Connection], T]) -> T:
        """What the act answers, in one transaction; where the connection is lost it is done again on a new one.

        Every act is a look or can be repeated: a second time it finds what the first has done.
        """
        until = time.monotonic() + self._patience_s
        while True:
            try:
                if self._connection.closed or self._connection.broken:
                    self._connection = connect(self._url, application="schemaguard fleet")
                with self._connection.transaction():
                    return act(self._connection)
            except DatabaseError:
                if time.monotonic() >= until:
                    raise
            except psycopg.Error as error:
                is_lost = self._connection.closed or self._connection.broken
                if not is_lost or time.monotonic() >= until:
                    raise self._as_our_error(error) from error
            time.sleep(0.1)

    def _as_our_error(self, error: psycopg.Error) -> DatabaseError:
        if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.InvalidSchemaName):
            what = "this database has no tables of a fleet yet"
            return DatabaseError(what, at=place(self._url), next="schemaguard fleet upgrade makes them")
        return DatabaseError(
            f"the fleet's database refused the statement: {first_line(error)}",
            at=place(self._url),
            next="look at the rights of the role that the fleet's control URL names",
        )


def _close(connection: Connection, run: FleetRun, step: Close) -> None:
    """Close a run; where it flips, the fleet and each member that has gone have its generation."""
    connection.execute(
        "update schemaguard_fleet.run set state = %s, why = %s, closed_at = case when %s then now() end where id = %s",
        (step.state.value, step.why, step.state in (RunState.DONE, RunState.ABANDONED), run.id),
    )
    if step.flips:
        values = {"fleet": run.fleet, "generation": run.generation, "run": run.id}
        connection.execute(_FLIP, values)
        connection.execute(_GONE, values)
