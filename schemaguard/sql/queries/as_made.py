"""What a view has from the time when it was made: later columns of the tables below it aren't among its `*`."""

from schemaguard.catalog.objects import Catalog, Name, View
from schemaguard.sql.queries.traced import Output, Source, Untraceable

Reads = frozenset[tuple[Name, str | None]]
"""As `View.reads`: (relation, column), None for the whole of it or where it isn't known which."""


def visible(shown: list[Output], relation: Name, seen: Reads) -> list[Output]:
    """The columns of a relation that a view read when it was made; all of them where that isn't known."""
    columns = {column for name, column in seen if name == relation}
    if not columns or None in columns:
        return shown
    return [output for output in shown if output.name in columns]


def columns_as_made(view: View, catalog: Catalog) -> tuple[list[Output], frozenset[Source]]:
    """A view's columns where its text no longer reads as the tables below it are called, as after a rename.

    Which of what it reads is in which column can't be told: each is made of all of it. Raises Untraceable where it
    isn't known what the view reads.
    """
    bases = frozenset(_bases(view, catalog, frozenset()))
    return [Output(column.name, column.type, bases) for column in view.columns or ()], bases


def _bases(view: View, catalog: Catalog, above: frozenset[Name]) -> set[Source]:
    found: set[Source] = set()
    for name, column in view.reads:
        below = catalog.views.get(name)
        if column is None or name in above:
            raise Untraceable(f"what the view {view.name} reads of {name} isn't known")
        found |= _bases(below, catalog, above | {view.name}) if below is not None else {(name, column)}
    return found
