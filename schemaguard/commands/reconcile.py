"""reconcile: finish what waits, try what is owed, correct the registry's alias, and remind of what can be purged."""

from schemaguard.adapters.control.database import ControlDatabase
from schemaguard.commands.calling import call_hooks
from schemaguard.commands.proxies import correct_traffic
from schemaguard.commands.site import Site
from schemaguard.commands.switching import world_of
from schemaguard.errors import ConflictError, SchemaguardError
from schemaguard.releases.document import from_document
from schemaguard.releases.execute import execute
from schemaguard.releases.overview import Overview, Reconciled
from schemaguard.releases.ports import World
from schemaguard.releases.release import OperationState


def reconcile(site: Site, *, finish: bool = False) -> Reconciled:
    """One round; `finish`: without waiting for servers. Under the lock nobody who may hang is asked but the registry.

    An operation that is open belongs to whoever carries it out: it is left alone.
    """
    database = site.database
    settled, busy, unsettled = _settle_prepared(site)
    world = world_of(site, finish=finish)
    database.lock()
    try:
        finished, waiting, failed = _continue_waiting(database, world)
        paid, owed = database.pay()
        overview = database.overview(None)
        corrected, unreachable = _correct_aliases(overview, database, world, (site.alias, site.actor))
    finally:
        database.unlock()
    traffic = [correct_traffic(site, pointer.model) for pointer, _ in overview.models]
    told = call_hooks(site)
    purgeable = tuple(each.object for each in overview.retired if each.purge_after <= overview.at)
    gone_wrong = (*unsettled, *failed, *(why for one in traffic for why in one.failed), *unreachable, *told.failed)
    return Reconciled(
        (*settled, *finished),
        (*(what for one in traffic for what in one.corrected), *corrected),
        (*busy, *waiting),
        purgeable,
        gone_wrong,
        paid,
        owed,
        told.called,
    )


def _settle_prepared(site: Site) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """What was left of an operation that switches together with other databases: (settled, waits, couldn't be)."""
    database = site.database
    if not database.prepared() and not database.is_together_open():
        return (), (), ()
    # Most databases belong to no fleet.
    from schemaguard.commands.fleet.opening import has_fleet, open_fleet
    from schemaguard.commands.fleet.together import reconcile as settle

    if not has_fleet(site):
        said = "an operation switches together with other databases; where fleet.yaml is: schemaguard fleet reconcile"
        return (), (), (said,)
    try:
        found = settle(open_fleet(site))
    except ConflictError as error:
        return (), (error.what,), ()
    except SchemaguardError as error:
        return (), (), (error.what,)
    return found.done, (), found.left


def _continue_waiting(database: ControlDatabase, world: World) -> tuple[list[str], list[str], list[str]]:
    finished: list[str] = []
    waiting: list[str] = []
    failed: list[str] = []
    for operation in database.unfinished():
        if operation.state is OperationState.OPEN:
            waiting.append(f"{operation} is open, in {operation.current}: schemaguard resume {operation.id}")
            continue
        try:
            outcome = execute(operation, from_document(operation.document), world)
        except SchemaguardError as error:
            failed.append(f"{operation}: {error.what}")
            continue
        if outcome.waiting is None:
            finished.append(str(operation))
        else:
            waiting.append(f"{operation}: {outcome.waiting.what}")
    return finished, waiting, failed


def _correct_aliases(
    overview: Overview, database: ControlDatabase, world: World, who: tuple[str, str]
) -> tuple[list[str], list[str]]:
    alias, actor = who
    corrected, failed = [], []
    for pointer, _ in overview.models:
        if pointer.active is None or pointer.model in overview.switching:
            continue
        try:
            was = world.registry.alias(pointer.model, alias)
            if was != pointer.active:
                world.registry.set_alias(pointer.model, alias, pointer.active)
                database.alias_corrected(pointer, alias, was, actor)
                corrected.append(f"{pointer.model}@{alias} {was or 'not set'} → {pointer.active}")
        except SchemaguardError as error:
            failed.append(f"{pointer.model}@{alias}: {error.what}")
    return corrected, failed
