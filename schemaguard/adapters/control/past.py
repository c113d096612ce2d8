"""What the ledger and the journal tell of a model's past."""

from datetime import datetime
from typing import Any

import psycopg

from schemaguard.adapters.control import journal, ledger, situation
from schemaguard.ledger.entry import Entry
from schemaguard.releases.chronicle import Happening, PastRelease, chronicle, data_of, past_switch

Connection = psycopg.Connection[tuple[Any, ...]]

_CONTRACT = """\
select c.digest, c.file from schemaguard.release r join schemaguard.contract c on c.digest = r.contract
where r.model = %s and r.model_version = %s"""
# What the guard saw of each revision up to a time: what it stands on, and whether something of it was in force still.
_APPLIED = """\
select revision, (array_agg(parents) filter (where parents is not null))[1:1],
    bool_or(undone_at is null or undone_at > %(at)s)
from (select revision, to_jsonb(parents) as parents, undone_at from schemaguard.applied_change
    where applied_at <= %(at)s) a group by revision"""


def read_chronicle(connection: Connection, model: str) -> tuple[Happening, ...]:
    """Everything that happened to a model, oldest first. UsageError where nothing of it is published."""
    return chronicle(_entries(connection, model), {each.id: each for each in journal.read_all(connection)})


def past_release(connection: Connection, model: str, at: datetime) -> PastRelease | None:
    """What served at a time, None where nothing did. UsageError where nothing of the model is published."""
    entries = _entries(connection, model)
    switch = past_switch(entries, at)
    if switch is None:
        return None
    version = str(switch.payload["to"])
    row = connection.execute(_CONTRACT, (model, version)).fetchone()
    operation = journal.read_operation(connection, switch.operation) if switch.operation is not None else None
    return PastRelease(
        model=model,
        at=at,
        version=version,
        epoch=int(switch.payload["epoch"]),
        since=switch.at,
        actor=switch.actor,
        reason=operation.intent.reason if operation is not None else "",
        contract=str(row[0]) if row else "",
        contract_file=str(row[1]) if row else "",
        revisions=_revisions(connection, at, tuple(switch.payload.get("revision") or ())),
        data=data_of(entries, version),
    )


def _revisions(connection: Connection, at: datetime, at_switch: tuple[str, ...]) -> tuple[str, ...]:
    """The heads at a time: those of the switch, with what the guard saw applied and undone since."""
    rows = connection.execute(_APPLIED, {"at": at}).fetchall()
    parents = {revision: tuple(said[0]) if said else () for revision, said, _ in rows}
    undone = {revision for revision, _, in_force in rows if not in_force and parents[revision]}
    standing = {*at_switch, *(revision for revision, _, in_force in rows if in_force)}
    while going := standing & undone:
        standing = standing - going | {parent for revision in going for parent in parents[revision]}
    below = {parent for revision in standing for parent in parents.get(revision, ())}
    return tuple(sorted(standing - below))


def _entries(connection: Connection, model: str) -> tuple[Entry, ...]:
    if connection.execute("select from schemaguard.release where model = %s limit 1", (model,)).fetchone() is None:
        raise situation.unknown(connection, model)
    return ledger.read(connection, model=model)
