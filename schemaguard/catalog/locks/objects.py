"""Locks and work of changes of views, types, sequences and what else has a name."""

from schemaguard.catalog import changes as c
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.locks.modes import MODES, Lock, Mode
from schemaguard.catalog.locks.work import ALONE, NONE, WITH_ALL, WITH_READERS, TableWork
from schemaguard.catalog.objects import Name


def of_objects(change: c.Change, draft: Draft, version: int) -> TableWork | None:
    """Of a change of anything else that has a name; None where it is none.

    See https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-TABLES.
    """
    match change:
        case c.CreateView(view=view):
            relations = sorted({draft.resolve(relation) for relation, _ in view.reads}, key=str)
            held = tuple(Lock(relation, "ACCESS SHARE") for relation in relations)
            old = draft.views.get(draft.placed(view.name))
            own = (Lock(old.name, ALONE),) if old is not None and change.or_replace else ()
            if view.materialized:
                return TableWork((*own, *held), "scan", tuple(relations), "its query runs")
            return TableWork((*own, *held))
        case c.RefreshView(view=name, concurrently=concurrently):
            known = draft.views.get(draft.resolve(name))
            relations = sorted({relation for relation, _ in known.reads}, key=str) if known is not None else []
            own = (Lock(draft.resolve(name), "EXCLUSIVE" if concurrently else ALONE),)
            held = tuple(Lock(relation, "ACCESS SHARE") for relation in relations)
            return TableWork((*own, *held), "scan", tuple(relations), "its query runs")
        case c.DropObject():
            return _drop_object(change, draft)
        case c.RenameObject(kind=kind, object=name, on=on):
            if kind == "index":
                return TableWork((Lock(draft.resolve(name), WITH_ALL),))
            relation = draft.resolve(on) if on is not None else draft.resolve(name)
            return TableWork((Lock(relation, ALONE),)) if draft.is_relation(relation) else NONE
        case c.MoveObject(object=name) | c.ChangeOwner(object=name):
            relation = draft.resolve(name)
            return TableWork((Lock(relation, ALONE),)) if draft.is_relation(relation) else NONE
        case c.SetComment(kind=kind, object=name):
            is_relation = kind.lower() in ("table", "column", "view", "materialized view")
            return TableWork((Lock(draft.resolve(name), WITH_ALL),)) if is_relation else NONE
        case c.AlterDomain(check=check) if check is not None and not check.valid:
            return NONE
        case c.AlterDomain(domain=name, action=action):
            return _alter_domain(draft.resolve_type(name), action.lower(), draft, version)
        case c.AlterSequence(continues=True):
            return NONE
        case c.AlterSequence(sequence=name, owned_by=owned):
            owners = (Lock(draft.resolve(owned[0]), "ACCESS SHARE"),) if owned is not None else ()
            return TableWork((Lock(draft.resolve(name), WITH_READERS), *owners))
        case c.LockTable(table=name, mode=mode):
            known_mode = next((one for one in MODES if one == mode.upper().removesuffix(" MODE").strip()), ALONE)
            return TableWork((Lock(draft.resolve(name), known_mode),))
        case _:
            return None


def _drop_object(change: c.DropObject, draft: Draft) -> TableWork:
    if change.on is not None:
        return TableWork((Lock(draft.resolve(change.on), ALONE),))
    if change.kind in ("view", "materialized view", "sequence", "table"):
        # One that nobody knows was made elsewhere, or there is nothing to lock.
        return TableWork((Lock(draft.resolve(change.object), ALONE),))
    if change.kind in ("type", "domain") and change.cascade:
        users = draft.uses(draft.resolve_type(change.object))
        return TableWork(tuple(Lock(user, ALONE) for user in users if user in draft.tables))
    return NONE


def _alter_domain(domain: Name, action: str, draft: Draft, version: int) -> TableWork:
    if action not in ("add constraint", "set not null", "validate constraint"):
        return NONE
    tables = tuple(user for user in draft.uses(domain) if user in draft.tables)
    weaker = version >= 18 and action == "validate constraint"
    mode: Mode = WITH_ALL if weaker else "SHARE"
    return TableWork(tuple(Lock(table, mode) for table in tables), "scan", tables, "every column of it is checked")
