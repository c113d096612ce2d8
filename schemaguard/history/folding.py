"""Folds one statement into a catalog as the server would: all of its changes, or, where it refuses, none."""

from collections.abc import Iterable
from dataclasses import fields

from schemaguard.catalog.apply import Refusal, apply
from schemaguard.catalog.changes import Change, Opaque, Refused
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.history.certainty import is_certain
from schemaguard.sql.queries.lineage import complete

REFUSED = "the server would refuse: "
"""How the reason of an Opaque starts that stands for a refusal; for people alone."""


def fold(changes: Iterable[Change], catalog: Catalog) -> tuple[tuple[Change, ...], Catalog]:
    """The changes, completed with what only the catalog tells, and the catalog after them.

    A statement is atomic: where the server would refuse one of its changes the catalog stays as it was, and an Opaque
    that says so follows the changes.
    """
    after = catalog
    done: list[Change] = []
    for change in changes:
        completed = change
        try:
            completed = complete(change, after)
            after = apply(completed, after)
        except Refusal as refusal:
            reason = f"{REFUSED}{refusal.message} ({refusal.sqlstate})"
            refused = Refused(refusal.sqlstate, refusal.said, is_certain(completed, after, refusal.sqlstate))
            return (*done, completed, Opaque(reason, _named(completed), refused)), catalog
        done.append(completed)
    return tuple(done), after


def is_refusal(change: Change) -> bool:
    """Whether the change stands for the server's refusal of the statement."""
    return isinstance(change, Opaque) and change.refused is not None


def refold(changes: Iterable[Change], catalog: Catalog) -> Catalog:
    """The catalog after changes that were folded into it before."""
    after = catalog
    for change in changes:
        if is_refusal(change):
            return catalog
        try:
            after = apply(change, after)
        except Refusal:
            return catalog
    return after


def _named(change: Change) -> frozenset[Name]:
    values = (getattr(change, field.name) for field in fields(change))
    return frozenset(value for value in values if isinstance(value, Name))
