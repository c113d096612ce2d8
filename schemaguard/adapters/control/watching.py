"""Published playbooks, what their triggers know, and what has come of it, in the control schema."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from schemaguard.adapters.control import ledger
from schemaguard.adapters.postgres.connection import first_line
from schemaguard.errors import DatabaseError
from schemaguard.frozen import dataclass
from schemaguard.playbooks.deciding import Decided
from schemaguard.playbooks.drift import DriftReference
from schemaguard.playbooks.drifting import DriftSeen
from schemaguard.playbooks.evidence import Evidence
from schemaguard.playbooks.look import Counted, Look, MissingLook
from schemaguard.playbooks.watching import Watched

Connection = psycopg.Connection[tuple[Any, ...]]

_IN_FORCE = """\
select distinct on (p.model) p.model, p.digest, p.document, p.file, t.epoch, t.active, t.canary,
    t.canary_percent, t.canary_since
from schemaguard.playbook p left join schemaguard.pointer t on t.model = p.model
-- A canary keeps the playbook that was in force when it began.
order by p.model, coalesce(t.canary is not null and t.canary_playbook = p.digest, false) desc, p.id desc"""
_BEGIN = """\
insert into schemaguard.watch as w (model, trigger, epoch, version, upto, known)
values (%(model)s, %(trigger)s, %(epoch)s, %(version)s, %(upto)s, '{}')
on conflict (model, trigger) do update
set epoch = excluded.epoch, version = excluded.version, upto = excluded.upto, known = excluded.known, beat = now()
where w.epoch < excluded.epoch"""
_KEEP = """\
update schemaguard.watch set upto = %(until)s, known = %(known)s, beat = now()
where model = %(model)s and trigger = %(trigger)s and epoch = %(epoch)s and upto = %(since)s
  and %(epoch)s = (select epoch from schemaguard.pointer where model = %(model)s)"""
_LOOK = """\
insert into schemaguard.look (model, trigger, epoch, version, until, failed, total, weight, missing)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"""
_DECIDE = """\
insert into schemaguard.decision (model, epoch, version, trigger, kind, action, state, snapshot)
values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing returning id"""


@dataclass(frozen=True, slots=True)
class InForce:
    """The playbook by which a model is judged, and what serves; epoch and active are None where nothing ever did."""

    model: str
    digest: str
    document: str
    file: str
    epoch: int | None = None
    active: str | None = None
    canary: str | None = None
    percent: int | None = None
    since: datetime | None = None
    """When the canary was given its share."""

    @property
    def version(self) -> str | None:
        """Whose failures are counted: the canary's while one runs."""
        return self.canary or self.active


@dataclass(frozen=True, slots=True)
class WatchPlace:
    """How far a trigger has looked, and what it knows."""

    model: str
    trigger: str
    epoch: int
    version: str
    upto: datetime
    known: Watched
    beat: datetime


@dataclass(frozen=True, slots=True)
class KeptLook:
    """One look with the evidence after it."""

    look: Look | MissingLook
    known: Watched


def publish(connection: Connection, found: InForce, actor: str) -> bool:
    """Put a playbook in force, with an entry in the ledger; whether it wasn't already."""
    with connection.transaction():
        newest = connection.execute(
            "select digest, published_role is not distinct from session_user from schemaguard.playbook "
            "where model = %s order by id desc limit 1",
            (found.model,),
        ).fetchone()
        # Somebody else's word counts for itself: they may have it carried out where the first one may not.
        if newest == (found.digest, True):
            return False
        connection.execute(
            "insert into schemaguard.playbook (model, digest, document, file, published_by, published_role) "
            "values (%s, %s, %s, %s, %s, session_user)",
            (found.model, found.digest, found.document, found.file, actor),
        )
        facts = {"digest": found.digest, "file": found.file}
        ledger.record(connection, "playbook-published", (actor, found.model, None), facts)
    return True


def in_force(connection: Connection) -> tuple[InForce, ...]:
    """The playbook of each model, by model."""
    return tuple(InForce(*row) for row in _asked(connection, _IN_FORCE))


def place(connection: Connection, at: WatchPlace) -> WatchPlace:
    """Where a trigger is; it begins at `at` where it hasn't looked at this epoch yet."""
    values = {"model": at.model, "trigger": at.trigger, "epoch": at.epoch, "version": at.version, "upto": at.upto}
    connection.execute(_BEGIN, values)
    row = connection.execute(
        "select epoch, version, upto, known, beat from schemaguard.watch where model = %s and trigger = %s",
        (at.model, at.trigger),
    ).fetchone()
    assert row is not None
    return WatchPlace(at.model, at.trigger, row[0], row[1], row[2], _known(row[3]), row[4])


def places(connection: Connection) -> tuple[WatchPlace, ...]:
    """Where every trigger is."""
    rows = _asked(
        connection, "select model, trigger, epoch, version, upto, known, beat from schemaguard.watch order by 1, 2"
    )
    return tuple(WatchPlace(row[0], row[1], row[2], row[3], row[4], _known(row[5]), row[6]) for row in rows)


def keep(
    connection: Connection, at: WatchPlace, until: datetime, looks: tuple[KeptLook, ...], decided: tuple[Decided, ...],
    actor: str,
) -> tuple[tuple[int, Decided], ...] | None:  # fmt: skip
    """Keep what was seen since `at`, in one transaction: the decisions that are new, with their numbers.

    None where another watcher or a switch was faster: nothing is kept then, and nothing was counted.
    """
    values = {"model": at.model, "trigger": at.trigger, "epoch": at.epoch, "since": at.upto, "until": until}
    known = looks[-1].known if looks else at.known
    with connection.transaction():
        if connection.execute(_KEEP, {**values, "known": Jsonb(_json(known))}).rowcount != 1:
            return None
        # A watcher that was away has many of them, and somebody waits for what they lead to.
        connection.cursor().executemany(_LOOK, [_row(at, kept) for kept in looks])
        numbered = [(_decide(connection, at, one, actor), one) for one in decided]
    return tuple((number, one) for number, one in numbered if number is not None)


def _decide(connection: Connection, at: WatchPlace, one: Decided, actor: str) -> int | None:
    state = "open" if one.is_to_be_done else "advised"
    values = (at.model, at.epoch, at.version, at.trigger, one.kind, one.action, state, Jsonb(one.snapshot))
    row = connection.execute(_DECIDE, values).fetchone()
    if row is None:
        return None
    facts = {"decision": row[0], "trigger": at.trigger, "kind": one.kind, "action": one.action, "version": at.version}
    ledger.record(connection, "decision", (actor, at.model, None), {**facts, "epoch": at.epoch, **one.snapshot})
    return int(row[0])


def forget_looks(connection: Connection, older: timedelta, model: str) -> None:
    """Delete the looks of a model that are older than its playbook keeps them."""
    connection.execute("delete from schemaguard.look where model = %s and until < now() - %s", (model, older))


def tripped(connection: Connection, model: str, epoch: int) -> tuple[str, ...]:
    """The triggers that have crossed their line since an epoch began."""
    rows = _asked(
        connection,
        "select trigger from schemaguard.decision "
        "where model = %(model)s and epoch = %(epoch)s and kind = 'tripped' order by id",
        {"model": model, "epoch": epoch},
    )
    return tuple(row[0] for row in rows)


def _asked(connection: Connection, query: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    try:
        return connection.execute(query, values).fetchall()
    except psycopg.errors.UndefinedTable as error:
        raise DatabaseError(
            f"the control schema is older than playbooks: {first_line(error)}", next="schemaguard install"
        ) from error


def _row(at: WatchPlace, kept: KeptLook) -> tuple[Any, ...]:
    look, own = kept.look, Counted(0, 0)
    missing = look.reason if isinstance(look, MissingLook) else None
    if isinstance(look, Look):
        own = look.versions.get(at.version, own)
    weight = kept.known.evidence.weight
    counts = (None, None) if missing is not None else (own.failed, own.total)
    seen = weight if kept.known.evidence.looks else None
    return (at.model, at.trigger, at.epoch, at.version, look.until, *counts, seen, missing)


def _json(known: Watched) -> dict[str, Any]:
    evidence = known.evidence
    return {
        "logs": list(evidence.logs) if evidence.looks else None,
        "looks": evidence.looks,
        "failed": known.failed,
        "total": known.total,
        "above": known.above,
        "missing": known.missing,
        "recent": [[each.failed, each.total] for each in known.recent],
        "split": known.split,
        "drift": _drift_json(known.drift),
        "judged": known.judged,
    }


def _known(data: dict[str, Any]) -> Watched:
    if not data:
        return Watched()
    evidence = Evidence(tuple(data["logs"]), data["looks"]) if data["logs"] is not None else Evidence()
    recent = tuple(Counted(*pair) for pair in data["recent"])
    counts = (data["failed"], data["total"], data["above"], data["missing"])
    return Watched(evidence, *counts, recent, data.get("split", 0), _drift(data.get("drift")), data.get("judged", ""))


def _drift_json(known: DriftSeen | None) -> dict[str, Any] | None:
    if known is None:
        return None
    reference = known.reference
    frozen = {"edges": list(reference.edges), "below": list(reference.below), "rows": reference.rows}
    return {"reference": frozen, "counts": list(known.counts), "looks": known.looks}


def _drift(data: dict[str, Any] | None) -> DriftSeen | None:
    if data is None:
        return None
    frozen = data["reference"]
    reference = DriftReference(tuple(frozen["edges"]), tuple(frozen["below"]), frozen["rows"])
    return DriftSeen(reference, tuple(data["counts"]), data["looks"])
