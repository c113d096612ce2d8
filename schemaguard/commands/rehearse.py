"""rehearse: the standing rollback of what serves now, carried out on a copy of the schema with made-up rows."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from schemaguard.adapters.control import rehearsals, rehearsing
from schemaguard.commands.prove import SEED
from schemaguard.commands.rescore import asked
from schemaguard.commands.rollback import request
from schemaguard.commands.site import Site
from schemaguard.commands.switching import switch
from schemaguard.errors import DatabaseError, SchemaguardError, UsageError
from schemaguard.frozen import dataclass
from schemaguard.releases.filling import require_values
from schemaguard.releases.fit import CatalogFit
from schemaguard.releases.now import Now
from schemaguard.releases.plan import Plan, make_plan
from schemaguard.releases.rehearsal import Rehearsal
from schemaguard.releases.release import Intent
from schemaguard.releases.together import alone

if TYPE_CHECKING:
    from schemaguard.adapters.postgres.connection import Connection


@dataclass(frozen=True, slots=True)
class RehearsalOptions:
    """How a rollback is rehearsed."""

    server: str | None = None
    """The URL of a server on which databases may be made; None: an embedded one."""
    rows: int = 200
    seed: int = SEED


def rehearse(site: Site, model: str | None, options: RehearsalOptions) -> tuple[Rehearsal, ...]:
    """Rehearse the standing rollback of a model, or of every model that has one; what each found is written down.

    Raises UsageError where the model has nothing to go back to, DatabaseError where the database can't be read.
    """
    pointers = [pointer for pointer, _ in site.database.overview(model).models if pointer.active is not None]
    found = [
        (now, target)
        for now in (site.database.now(each.model) for each in pointers)
        if (target := now.default_target())
    ]
    if model is not None and not found:
        raise UsageError(f"{model} has nothing to go back to", next="schemaguard status shows what serves")
    done = []
    for now, target in found:
        one = _rehearse(site, now, target, options)
        rehearsals.write(site.database.connection, site.actor, one)
        done.append(one)
    return tuple(done)


class _Found:
    """What one rehearsal has found so far."""

    def __init__(self) -> None:
        self.cls = "none"
        self.seconds = 0.0
        self.locks: tuple[str, ...] = ()
        self.reasons: list[str] = []
        self.version = ""
        self.is_covered = False


def _rehearse(site: Site, now: Now, target: str, options: RehearsalOptions) -> Rehearsal:
    found = _Found()
    try:
        found.cls = _planned(site, now, target).reversal_class.value
        golden = asked(site, now.pointer.model, target)
        if golden is not None:
            found.reasons += [f"golden rows: {each}" for each in golden.differences]
        with rehearsing.rehearsal_copy(site.database_url, options.server) as (url, connection, found.version):
            found.is_covered = True
            _go_back(now, target, options, (url, connection), found)
    except SchemaguardError as error:
        # A copy that can't be made says nothing of the rollback; everything else does.
        found.is_covered = found.is_covered or not isinstance(error, DatabaseError)
        found.reasons.append(error.what)
    return Rehearsal(
        model=now.pointer.model,
        from_version=now.pointer.active or "",
        to_version=target,
        at=datetime.now(UTC),
        outcome="failed" if found.reasons and found.is_covered else "not covered" if found.reasons else "passed",
        cls=found.cls,
        seconds=found.seconds,
        locks=found.locks,
        reasons=tuple(found.reasons),
        postgresql=found.version,
    )


def _planned(site: Site, now: Now, target: str) -> Plan:
    """What the live database says of it: the class, and rows without values."""
    made = make_plan(now, request(site, now.pointer.model, _intent(site)).wanted, CatalogFit())
    assert made.to_version == target
    require_values(alone(made))
    return made


def _go_back(now: Now, target: str, options: RehearsalOptions, there: "tuple[str, Connection]", found: _Found) -> None:
    url, connection = there
    active = now.active
    contracts = [now.releases[target].contract, *((active.contract,) if active is not None else ())]
    filled = rehearsing.fill_copy(connection, contracts, now.retired, options.rows, options.seed)
    found.reasons += [f"no row could be made for {name}" for name, many in filled.items() if not many]
    with Site.on_a_copy(url, "rehearsal", _NoRegistry()) as copy:
        began = time.perf_counter()
        switch(copy, request(copy, now.pointer.model, _intent(copy)), finish=True)
        found.seconds = time.perf_counter() - began
        after = copy.database.now(now.pointer.model)
    if after.pointer.active != target:
        found.reasons.append(f"{after.pointer.active} serves afterwards")
    found.reasons += rehearsing.unreadable(url, now.releases[target].contract)
    found.locks = rehearsing.locks_seen(connection)


def _intent(site: Site) -> Intent:
    return Intent(site.actor, "rehearsal")


class _NoRegistry:
    """Stands for the model registry: it knows every version, and keeps aliases for as long as it lives."""

    place = "the rehearsal"

    def __init__(self) -> None:
        self._aliases: dict[tuple[str, str], str] = {}

    def alias(self, model: str, alias: str) -> str | None:
        return self._aliases.get((model, alias))

    def set_alias(self, model: str, alias: str, version: str) -> None:
        self._aliases[model, alias] = version

    def has_version(self, _model: str, _version: str) -> bool:
        return True

    def artifact_uri(self, model: str, version: str) -> str:
        return f"rehearsal:{model}/{version}"
