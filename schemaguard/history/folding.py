"""Folds one statement into a catalog as the server would: all of its changes, or, where it refuses, none."""

from dataclasses import fields

from schemaguard.catalog.apply import Refusal, apply
from schemaguard.catalog.changes import Change, Opaque
from schemaguard.catalog.objects import Catalog, Name

REFUSED = "the server would refuse: "
"""How the reason of an Opaque starts that stands for a refusal."""


def fold(changes: tuple[Change, ...], catalog: Catalog) -> tuple[tuple[Change, ...], Catalog]:
    """The changes and the catalog after them.

    A statement is atomic: where the server would refuse one of its changes the catalog stays as it was, and an Opaque
    that says so follows the changes.
    """
    after = catalog
    for change in changes:
        try:
            after = apply(change, after)
        except Refusal as refusal:
            reason = f"{REFUSED}{refusal.message} ({refusal.sqlstate})"
            return (*changes, Opaque(reason, _named(change))), catalog
    return changes, after


def _named(change: Change) -> frozenset[Name]:
    values = (getattr(change, field.name) for field in fields(change))
    return frozenset(value for value in values if isinstance(value, Name))
