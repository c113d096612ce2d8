"""Folds changes into a catalog, as PostgreSQL would."""

from collections.abc import Callable
from typing import Any

from schemaguard.catalog.changes import (
    AddColumn,
    Change,
    ControlTransaction,
    CreateIndex,
    CreateSequence,
    CreateTable,
    CreateView,
    DeleteRows,
    InsertRows,
    LockTable,
    NoEffect,
    Reindex,
    TruncateTable,
    Unreadable,
    UpdateRows,
)
from schemaguard.catalog.fold import (
    access,
    alterations,
    columns,
    constraints,
    indexes,
    naming,
    objects,
    only,
    renaming,
    session,
    symbols,
    tables,
    types,
    views,
)
from schemaguard.catalog.fold.draft import Draft, indexed
from schemaguard.catalog.fold.shortening import shortened
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.refusal import Refusal

__all__ = ["FOLDS", "UNFELT", "Refusal", "apply"]

FOLDS: dict[type, Callable[[Any, Draft], None]] = (
    tables.FOLDS | columns.FOLDS | renaming.FOLDS | alterations.FOLDS | constraints.FOLDS | indexes.FOLDS
    | views.FOLDS | types.FOLDS | objects.FOLDS | naming.FOLDS | access.FOLDS | session.FOLDS
    | symbols.FOLDS
)  # fmt: skip
"""Change → what it does to a draft. A dict and not a match: sixty cases, one line each, checked by a test."""

UNFELT = (Reindex, InsertRows, UpdateRows, DeleteRows, TruncateTable, LockTable, NoEffect, Unreadable)
"""Changes that a catalog doesn't show."""


def apply(change: Change, catalog: Catalog) -> Catalog:
    """The catalog after the change.

    A table that the catalog doesn't know is taken to exist with unknown columns (an open world).
    Raises Refusal where PostgreSQL would certainly refuse.
    """
    if isinstance(change, UNFELT):
        return catalog
    change = shortened(change)
    draft = Draft(indexed(catalog))
    if isinstance(change, ControlTransaction):
        return session.control_transaction(change, draft) or draft.freeze()
    if only.is_only(change):
        draft = only.alone(change, draft)
    FOLDS[type(change)](change, draft)
    _assume(change, draft)
    return draft.freeze()


def _assume(change: Change, draft: Draft) -> None:
    """What IF NOT EXISTS may have found is there, and nothing more is certain about it."""
    match change:
        case CreateTable(if_not_exists=True):
            name = change.table.name
        case AddColumn(if_not_exists=True):
            name = change.table
        case CreateIndex(if_not_exists=True) if change.name is not None:
            name = Name(change.name.name, draft.resolve(change.index.table).schema)
        case CreateSequence(if_not_exists=True):
            name = change.sequence.name
        case CreateView(if_not_exists=True):
            name = change.view.name
        case _:
            return
    draft.assumed |= {draft.resolve(name)}
