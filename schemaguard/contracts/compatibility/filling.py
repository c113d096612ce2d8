"""Materialised views that hold nothing: whoever reads through one gets 55000 until it is refreshed.

See ExecOpenScanRelation() in execUtils.c; https://www.postgresql.org/docs/18/sql-refreshmaterializedview.html.
"""

from schemaguard.catalog.objects import Catalog, Name


def unfilled(name: Name, catalog: Catalog) -> Name | None:
    """The relation itself, or what lies below it, that can't be read until REFRESH has filled it."""
    waiting, seen = [catalog.resolve(name)], set[Name]()
    while waiting:
        at = waiting.pop()
        view = catalog.views.get(at)
        if view is None or at in seen:
            continue
        seen.add(at)
        if not view.populated:
            return at
        # A filled one holds rows of its own: what lies below it isn't looked at when it is read.
        waiting += [] if view.materialized else [catalog.resolve(below) for below, _ in view.reads]
    return None
