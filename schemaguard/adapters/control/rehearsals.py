"""The record of rehearsed rollbacks."""

from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from schemaguard.adapters.control import ledger
from schemaguard.releases.rehearsal import Rehearsal

Connection = psycopg.Connection[tuple[Any, ...]]

_WRITE = """\
insert into schemaguard.rehearsal
    (at, actor, model, from_version, to_version, class, outcome, seconds, locks, reasons, postgresql)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
_LATEST = """\
select distinct on (model) model, from_version, to_version, at, outcome, class, seconds,
    array(select jsonb_array_elements_text(locks)), reasons, postgresql
from schemaguard.rehearsal order by model, at desc, id desc"""


def write(connection: Connection, actor: str, one: Rehearsal) -> None:
    """Keep what a rehearsal found, with its entry in the ledger."""
    row = (
        one.at, actor, one.model, one.from_version, one.to_version, one.cls, one.outcome, one.seconds,
        Jsonb(list(one.locks)), list(one.reasons), one.postgresql,
    )  # fmt: skip
    facts = {"to": one.to_version, "outcome": one.outcome, "class": one.cls, "seconds": round(one.seconds, 3)}
    with connection.transaction():
        connection.execute(_WRITE, row)
        ledger.append(connection, event="rehearsed", actor=actor, model=one.model, operation=None, facts=facts)


def latest(connection: Connection) -> dict[str, Rehearsal]:
    """Model → its last rehearsal; none where the control schema is older than rehearsals."""
    row = connection.execute("select to_regclass('schemaguard.rehearsal') is not null").fetchone()
    if row is None or not row[0]:
        return {}
    found = {}
    for model, start, to, at, outcome, cls, seconds, locks, reasons, version in connection.execute(_LATEST):
        found[model] = Rehearsal(model, start, to, at, outcome, cls, seconds, tuple(locks), tuple(reasons), version)
    return found
