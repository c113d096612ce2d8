"""Everything that status shows, read in one go."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import psycopg

from schemaguard.adapters.control import (
    captured,
    debts,
    drills,
    fence,
    journal,
    pointer,
    prepared,
    rehearsals,
    revision,
    situation,
)
from schemaguard.releases.overview import Overview, ServingWindow
from schemaguard.releases.rehearsal import Rehearsal
from schemaguard.releases.release import Pointer

Connection = psycopg.Connection[tuple[Any, ...]]

_WINDOWS = """\
select r.model, r.model_version, r.contract, r.revision, r.window_until, r.superseded_at
from schemaguard.release r order by r.model, r.published_at, r.model_version"""
_LOST_VIEWS = """\
select p.model, p.active, c.view_schema
from schemaguard.pointer p
join schemaguard.release r on (r.model, r.model_version) = (p.model, p.active)
join schemaguard.contract c on c.digest = r.contract
where c.reads_through <> 'copy' and to_regnamespace(quote_ident(c.view_schema)) is null"""


def read(connection: Connection, model: str | None) -> Overview:
    """Everything, or everything of one model; UsageError where nothing of that model is published."""
    moment = connection.execute("select now()").fetchone()
    assert moment is not None
    windows: dict[str, dict[str, ServingWindow]] = {}
    for name, version, contract, heads, until, superseded in connection.execute(_WINDOWS):
        window = ServingWindow(version, contract, tuple(heads or ()), until, superseded)
        windows.setdefault(name, {})[version] = window
    if model is not None and model not in windows:
        raise situation.unknown(connection, model)
    pointers = {each.model: each for each in pointer.read_all(connection)}
    chosen = [model] if model is not None else sorted(windows)
    rehearsed = rehearsals.latest(connection)
    return Overview(
        at=moment[0],
        models=tuple((pointers.get(name, Pointer(name)), windows[name]) for name in chosen),
        operations=tuple(o for o in journal.read_unfinished(connection) if model is None or model in o.models),
        retired=situation.retired(connection),
        captured=captured.read(connection),
        held=revision.held(connection),
        servers=tuple(s for s in situation.servers(connection) if model in (None, s.model)),
        drift=(*_drift(connection), *_failed(rehearsed.values(), chosen)),
        rehearsals={name: one for name, one in rehearsed.items() if name in chosen},
        drills={name: one for name, one in drills.latest(connection).items() if name in chosen},
        undrilled=drills.undrilled(connection) & frozenset(chosen),
        debts=debts.unpaid(connection),
        fence=fence.fence_state(connection),
    )


def _drift(connection: Connection) -> Iterator[str]:
    for model, version, schema in connection.execute(_LOST_VIEWS):
        yield f"the contract views of {model} {version} are gone: there is no schema {schema}"
    for name in prepared.ours(connection):
        yield f"the transaction {name} is prepared, and keeps its locks: schemaguard reconcile"


def _failed(rehearsed: Iterable[Rehearsal], models: Collection[str]) -> Iterator[str]:
    for one in rehearsed:
        if one.outcome == "failed" and one.model in models:
            yield f"the rehearsed rollback of {one.model} to {one.to_version} failed: {'; '.join(one.reasons)}"
