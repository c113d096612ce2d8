"""Locks and work of statements about rows."""

from schemaguard.catalog import changes as c
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.locks.modes import Lock
from schemaguard.catalog.locks.work import ALONE, TableWork, Work, family_of, with_mode
from schemaguard.catalog.objects import ForeignKey


def of_rows(change: c.Change, draft: Draft, _: int) -> TableWork | None:
    """Of a change of rows, and statements that only read; None where it is none.

    See https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-TABLES.
    """
    match change:
        case c.InsertRows(table=name):
            return TableWork((Lock(draft.resolve(name), "ROW EXCLUSIVE"),))
        case c.UpdateRows(table=name, has_where=bounded) | c.DeleteRows(table=name, has_where=bounded):
            work: Work = "metadata" if bounded else "scan"
            relation = draft.resolve(name)
            return with_mode(draft, relation, "ROW EXCLUSIVE", (), work, "" if bounded else "every row is written")
        case c.TruncateTable(table=name, cascade=cascade, only=only):
            tree = {draft.resolve(name)} if only else set(family_of(draft, draft.resolve(name)))
            waiting = list(tree) if cascade else []
            while waiting:
                for user in draft.uses(waiting.pop()):
                    other = draft.tables.get(user)
                    points = other is not None and any(
                        isinstance(k, ForeignKey) and k.ref_table in tree for k in other.constraints
                    )
                    if points and user not in tree:
                        tree.add(user)
                        waiting.append(user)
            return TableWork(tuple(Lock(one, ALONE) for one in sorted(tree, key=str)))
        case c.NoEffect(reads=reads):
            return TableWork(tuple(Lock(draft.resolve(name), "ACCESS SHARE") for name in sorted(reads, key=str)))
        case _:
            return None
