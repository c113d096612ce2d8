"""uninstall: take schemaguard out of a database; refused while something that it holds would be lost."""

from schemaguard.adapters import control
from schemaguard.commands.site import Site
from schemaguard.errors import RefusedError, UsageError
from schemaguard.releases.overview import Uninstalled


def uninstall(site: Site, *, dry_run: bool = False) -> Uninstalled:
    """Remove triggers, contract views, roles and the control schema with its ledger.

    RefusedError while something is retired or owed, or an operation isn't finished; UsageError where nothing is
    installed.
    """
    database = site.database
    if not control.is_installed(database.connection):
        raise UsageError("this database has no control schema", next="there is nothing to uninstall")
    overview = database.overview(None)
    if overview.operations:
        first = overview.operations[0]
        raise RefusedError(f"{first} isn't finished", next=f"schemaguard resume {first.id}")
    if overview.retired:
        listed = ", ".join(each.object for each in overview.retired)
        raise RefusedError(
            f"{len(overview.retired)} retired objects would be lost: {listed}",
            at="they are in this database under hidden names, with all their values",
            next="schemaguard rollback brings them back, schemaguard purge OBJECT --now drops them for good",
        )
    if overview.captured:
        listed = ", ".join(each.object for each in overview.captured)
        raise RefusedError(
            f"rows would be lost that revisions changed or deleted: {listed}",
            at="they are kept in this database, for whoever goes back",
            next="schemaguard purge OBJECT --now drops them for good",
        )
    if overview.debts:
        listed = "; ".join(str(each) for each in overview.debts)
        raise RefusedError(f"constraints are owed that nobody else remembers: {listed}", next="schemaguard reconcile")
    remains = database.remains()
    removed = (
        *(f"event trigger {each}" for each in remains.event_triggers),
        *(f"trigger {each}" for each in remains.triggers),
        *(f"contract views in schema {each}" for each in remains.view_schemas),
        "control schema schemaguard, with contracts, releases, the journal and the ledger",
        *(f"role {each}" for each in remains.roles),
    )
    if dry_run:
        return Uninstalled(removed)
    database.lock()
    kept = database.remove(remains)
    return Uninstalled(tuple(each for each in removed if each.removeprefix("role ") not in kept), kept)
