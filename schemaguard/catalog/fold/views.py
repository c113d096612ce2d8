"""Views."""

from collections.abc import Callable, Iterable
from typing import Any

from schemaguard.catalog.changes import (
    CreateView,
    RefreshView,
)
from schemaguard.catalog.fold.draft import UNKNOWN_TYPE, Draft
from schemaguard.catalog.objects import View
from schemaguard.catalog.refusal import Refusal
from schemaguard.catalog.types import Type
from schemaguard.frozen import replace


def create_view(change: CreateView, draft: Draft) -> None:
    """CREATE [OR REPLACE] [MATERIALIZED] VIEW. See DefineView() in view.c."""
    name = draft.placed(change.view.name)
    reads = frozenset((draft.resolve(relation), column) for relation, column in change.view.reads)
    view = replace(change.view, name=name, reads=reads)
    old = draft.views.get(name)
    if draft.is_relation(name):
        if change.if_not_exists:
            return
        if not change.or_replace:
            draft.refuse(name, f'relation "{name.name}" already exists', "42P07")
        elif old is None or old.materialized:
            draft.refuse(name, f'"{name.name}" is not a view', "42809")
    if view.columns is not None:
        refuse_twice(column.name for column in view.columns)
    if old is not None and change.or_replace:
        _check_replacement(draft, old, view)
        view = replace(view, triggers=old.triggers, grants=old.grants, owner=old.owner, comment=old.comment)
    draft.put(view)


def _check_replacement(draft: Draft, old: View, new: View) -> None:
    """A replaced view keeps its columns, in their order and under their names; more may follow.

    See https://www.postgresql.org/docs/18/sql-createview.html.
    """
    if old.columns is None or new.columns is None:
        return
    if len(new.columns) < len(old.columns):
        draft.refuse(old.name, "cannot drop columns from view", "42P16")
    for before, after in zip(old.columns, new.columns, strict=False):
        if before.name != after.name:
            message = f'cannot change name of view column "{before.name}" to "{after.name}"'
            draft.refuse(old.name, message, "42P16")
        if _are_different(before.type, after.type):
            message = f'cannot change data type of view column "{before.name}" from {before.type} to {after.type}'
            draft.refuse(old.name, message, "42P16")


def _are_different(before: Type, after: Type) -> bool:
    """Whether two types certainly differ: a user's type may have been renamed since, or be named without its schema."""
    if UNKNOWN_TYPE in (before.element, after.element):
        return False
    if before.is_built_in != after.is_built_in or bool(before.dimensions) != bool(after.dimensions):
        return True
    return before.is_built_in and before != after


def refuse_twice(names: Iterable[str]) -> None:
    """Raise Refusal (42701) where a relation would have two columns of a name.

    See CheckAttributeNamesTypes() in heap.c.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise Refusal(f'column "{name}" specified more than once', "42701")
        seen.add(name)


def refresh_view(change: RefreshView, draft: Draft) -> None:
    """REFRESH changes rows, and whether there are any to be read.

    See https://www.postgresql.org/docs/18/sql-refreshmaterializedview.html.
    """
    name = draft.resolve(change.view)
    view = draft.views.get(name)
    if view is None:
        return
    if not view.materialized:
        draft.refuse(name, f'"{name.name}" is not a materialized view', "42809")
    if change.concurrently and not view.populated:
        message = "CONCURRENTLY cannot be used when the materialized view is not populated"
        draft.refuse(name, message, "0A000")
    draft.put(replace(view, populated=change.with_data))


FOLDS: dict[type, Callable[[Any, Draft], None]] = {
    CreateView: create_view,
    RefreshView: refresh_view,
}
