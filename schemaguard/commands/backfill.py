"""backfill: the UPDATEs of a backfill revision, in small batches along the primary key."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from schemaguard.adapters.control import backfill as steps
from schemaguard.catalog.changes import UpdateRows
from schemaguard.commands.reading import Reading
from schemaguard.commands.site import Site
from schemaguard.commands.sql import sql as statements_of
from schemaguard.errors import UsageError
from schemaguard.expanding.batching import FIRST_ROWS, Backfilled, Batched, batched, next_rows
from schemaguard.frozen import dataclass
from schemaguard.sql.writing.identifiers import written

if TYPE_CHECKING:
    from schemaguard.history.revision import Step

_LAG_S = 5.0
_LAG_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How gently it goes: how long a batch may take, and how long it rests, as a share of what the batch took."""

    batch_s: float = 0.2
    rest: float = 0.5


Shown = Callable[[steps.Target, steps.BackfillPlace, float], None]
"""Told how far a statement is, and at how many rows a second."""


def backfill(
    site: Site, reading: Reading, path: str | None, revision: str, pace: Pace, shown: Shown | None = None,
    *, again: bool = False,
) -> tuple[Backfilled, ...]:  # fmt: skip
    """Fill what the revision's UPDATEs fill. Interrupted or killed it goes on where it stopped when it is run again.

    Raises UsageError where the revision has no UPDATE, or one that can't be done in batches; DatabaseError where a row
    can't be filled.
    """
    found = statements_of(reading, path, revision)
    wanted = [
        (step, change, run.revision.id)
        for run in found.runs
        for step in run.steps
        for change in step.changes
        if isinstance(change, UpdateRows)
    ]
    if not wanted:
        raise UsageError(f"{revision} updates no rows", next="name the backfill revision that schemaguard split wrote")
    prepared = [(step, batched(step.statement.sql), written(change.table), one) for step, change, one in wanted]
    return tuple(
        _run(site, step, statement, relation, one, pace, shown, again=again)
        for step, statement, relation, one in prepared
    )


def _run(
    site: Site, step: "Step", statement: Batched, relation: str, revision: str, pace: Pace, shown: Shown | None,
    *, again: bool,
) -> Backfilled:  # fmt: skip
    connection = site.database.connection
    if step.parameters:
        raise UsageError("the UPDATE has parameters", at=str(step.statement.place), next="write the values into it")
    target = steps.target(connection, relation)
    at = steps.begin(connection, step.statement.sql, revision, target.relation, again=again)
    was_done, rows, began, first = at.is_finished, FIRST_ROWS, time.monotonic(), at.row_count
    while not at.is_finished:
        at, took = steps.batch(connection, target, statement, at.id, rows)
        rows = next_rows(rows, took, pace.batch_s)
        if shown is not None:
            shown(target, at, (at.row_count - first) / max(time.monotonic() - began, 1e-6))
        if at.is_finished:
            break
        time.sleep(took * pace.rest)
        while steps.replica_lag_s(connection) > _LAG_S:
            time.sleep(_LAG_PAUSE_S)
    return Backfilled(
        target.relation, step.statement.sql, at.row_count, at.batch_count, at.seconds, was_done, target.triggers
    )
