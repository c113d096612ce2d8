"""Views."""

from collections.abc import Callable
from typing import Any

from schemaguard.catalog.changes import (
    CreateView,
    RefreshView,
)
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.objects import View
from schemaguard.frozen import replace


def create_view(change: CreateView, draft: Draft) -> None:
    """CREATE [OR REPLACE] [MATERIALIZED] VIEW."""
    name = draft.placed(change.view.name)
    reads = frozenset((draft.resolve(relation), column) for relation, column in change.view.reads)
    view = replace(change.view, name=name, reads=reads)
    old = draft.views.get(name)
    if draft.is_relation(name):
        if change.if_not_exists:
            return
        if old is None or not change.or_replace or old.materialized:
            draft.refuse(name, f'relation "{name.name}" already exists', "42P07")
    if old is not None and change.or_replace:
        _check_replacement(draft, old, view)
        view = replace(view, triggers=old.triggers, grants=old.grants, owner=old.owner, comment=old.comment)
    draft.put(view)


def _check_replacement(draft: Draft, old: View, new: View) -> None:
    """A replaced view keeps its columns, in their order and under their names; more may follow."""
    if old.columns is None or new.columns is None:
        return
    if len(new.columns) < len(old.columns):
        draft.refuse(old.name, "cannot drop columns from view", "42P16")
    for before, after in zip(old.columns, new.columns, strict=False):
        if before.name != after.name:
            message = f'cannot change name of view column "{before.name}" to "{after.name}"'
            draft.refuse(old.name, message, "42P16")


def refresh_view(change: RefreshView, draft: Draft) -> None:
    """REFRESH changes rows only."""
    name = draft.resolve(change.view)
    view = draft.views.get(name)
    if view is not None and not view.materialized:
        draft.refuse(name, f'"{name.name}" is not a materialized view', "0A000")


FOLDS: dict[type, Callable[[Any, Draft], None]] = {
    CreateView: create_view,
    RefreshView: refresh_view,
}
