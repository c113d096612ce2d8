"""Queries of views after a rename below them: the server keeps them parsed, and prints them with the new name."""

from schemaguard.catalog import expressions
from schemaguard.catalog.calls import calls
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.objects import Name, View
from schemaguard.frozen import replace


def with_column_renamed(draft: Draft, view: View, relation: Name, names: tuple[str, str]) -> View:
    """The view with the column's new name in its query, where the old one can mean nothing else there.

    Call it before the relation itself has the new name or after; only the others that the view reads are looked at.
    """
    old, new = names
    others = {draft.resolve(name) for name, _ in view.reads} - {relation}
    is_elsewhere = any(_may_have(draft, other, old) for other in others)
    is_relation = any(old == name.name for name in (relation, *others))
    if is_elsewhere or is_relation or _is_called(view.query, old) or view.columns is None:
        return view
    return replace(view, query=expressions.renamed(view.query, old, new))


def with_relation_renamed(draft: Draft, view: View, old: Name, new: Name) -> View:
    """The view with the relation's new name in its query, where the old one can mean nothing else there."""
    read = {draft.resolve(name) for name, _ in view.reads}
    is_twice = len([name for name in read if name.name == old.name]) > 1
    is_column = any(_may_have(draft, name, old.name) for name in read | {new} if name != old)
    if old.schema != new.schema or is_twice or is_column or _is_called(view.query, old.name) or view.columns is None:
        return view
    return replace(view, query=expressions.renamed(view.query, old.name, new.name))


def _may_have(draft: Draft, relation: Name, column: str) -> bool:
    table, view = draft.tables.get(relation), draft.views.get(relation)
    if table is not None:
        return table.open or table.column(column) is not None
    if view is not None and view.columns is not None:
        return any(each.name == column for each in view.columns)
    return True


def _is_called(query: str, name: str) -> bool:
    return any(call.name == name for call in calls(query))
