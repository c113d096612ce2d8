"""The record of drills."""

from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from schemaguard.adapters.control import ledger
from schemaguard.playbooks.drills import Drill, DrillStanding

Connection = psycopg.Connection[tuple[Any, ...]]

_WRITE = """\
insert into schemaguard.drill (at, actor, model, playbook, outcome, summary, scenarios, digest, seed, due)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
_UNDRILLED = """\
select t.model from schemaguard.pointer t where t.active is not null
and exists (select from schemaguard.playbook p where p.model = t.model)
and not exists (select from schemaguard.drill d where d.model = t.model)"""
_LATEST = """\
select distinct on (model) model, at, due, outcome, summary, digest
from schemaguard.drill order by model, at desc, id desc"""


def write(connection: Connection, actor: str, one: Drill) -> None:
    """Keep what a drill found, with its entry in the ledger, which has the report's digest."""
    outcomes = {each.name: each.outcome for each in one.scenarios}
    row = (
        one.at, actor, one.model, one.playbook, one.outcome, one.summary, Jsonb(outcomes), one.digest, one.seed,
        one.due,
    )  # fmt: skip
    facts = {
        "outcome": one.outcome, "scenarios": outcomes, "digest": one.digest, "playbook": one.playbook,
        "seed": one.seed, "stable": one.stable, "canary": one.canary,
    }  # fmt: skip
    with connection.transaction():
        connection.execute(_WRITE, row)
        ledger.append(connection, event="drilled", actor=actor, model=one.model, operation=None, facts=facts)


def write_tabletop(connection: Connection, actor: str, model: str, answers: int) -> None:
    """Say in the ledger that people drilled at a table."""
    with connection.transaction():
        facts = {"answers": answers}
        ledger.append(connection, event="drilled-at-a-table", actor=actor, model=model, operation=None, facts=facts)


def latest(connection: Connection) -> dict[str, DrillStanding]:
    """Model → its last drill; none where the control schema is older than drills."""
    if not _keeps_drills(connection):
        return {}
    return {found[0]: DrillStanding(*found) for found in connection.execute(_LATEST)}


def undrilled(connection: Connection) -> frozenset[str]:
    """The models that serve and have a published playbook that was never drilled."""
    if not _keeps_drills(connection):
        return frozenset()
    return frozenset(found[0] for found in connection.execute(_UNDRILLED))


def _keeps_drills(connection: Connection) -> bool:
    """Whether the control schema is new enough for drills."""
    row = connection.execute("select to_regclass('schemaguard.drill') is not null").fetchone()
    return bool(row and row[0])
