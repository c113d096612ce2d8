"""Views whose rows or values come from another query after a change, their own or that of a view in between."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from schemaguard.catalog.calls import same_text
from schemaguard.catalog.objects import Catalog, Column, Name, Table, View
from schemaguard.contracts.compatibility.computed import called, replaced_functions
from schemaguard.contracts.compatibility.hidden import Flaw
from schemaguard.contracts.compatibility.reading import unique_sets
from schemaguard.sql.queries.traced import Untraceable

if TYPE_CHECKING:
    from schemaguard.sql.queries.canonical import Canonical, Joined

Catalogs = tuple[Catalog, Catalog]
_WHOLE = re.compile(r'from_: FROM "[^"]+"\."[^"]+" AS "[^"]+"\Z')
_COLUMN = re.compile(r'(?:CAST\()*"[^"]+"\."[^"]+"(?: AS [^()]+(?:\([\d, ]+\))?\))*\Z')
"""In a canonical query: all rows of one relation, and one of its columns, perhaps cast."""


def definition_shifts(name: Name, columns: Iterable[str], catalogs: Catalogs) -> Iterator[Flaw]:
    """What a reader of these columns gets from another query than before; nothing where it is the same one."""
    before, after = catalogs
    resolved = before.resolve(name)
    old_view, new_view = before.views.get(resolved), after.views.get(after.resolve(name))
    if old_view is None and new_view is not None and resolved in before.tables:
        yield from _instead_of_a_table(new_view, tuple(columns), after)
    elif old_view is not None and new_view is None and after.resolve(name) in after.tables:
        yield "definition-changed", None, "a table stands where the view was"
    else:
        yield from _of_view(resolved, frozenset(columns), catalogs, frozenset())


def read_below(name: Name, catalog: Catalog) -> frozenset[tuple[Name, str | None]]:
    """The columns that a view reads at the time when it is read, those of the views that it stands on too."""
    found: set[tuple[Name, str | None]] = set()
    waiting, seen = [catalog.resolve(name)], set[Name]()
    while waiting:
        at = waiting.pop()
        view = catalog.views.get(at)
        if view is None or view.materialized or at in seen:
            continue
        seen.add(at)
        own = {(catalog.resolve(relation), column) for relation, column in view.reads}
        found |= own
        waiting += [relation for relation, _ in own]
    return frozenset(found)


def _of_view(name: Name, columns: frozenset[str], catalogs: Catalogs, above: frozenset[Name]) -> Iterator[Flaw]:
    old, new = (catalog.views.get(name) for catalog in catalogs)
    if old is None or new is None or name in above:
        return
    if old.materialized != new.materialized:
        what = "a snapshot, as old as its last REFRESH" if new.materialized else "the current result of its query"
        yield "definition-changed", None, f"it is {what}"
    own = tuple(_own(old, new, columns, catalogs))
    yield from own
    if any(column is None for _, column, _ in own):
        return
    function = called(new.query, replaced_functions(catalogs))
    if function is not None:
        yield "definition-changed", None, f"{function} was changed"
    yield from _below(new, catalogs, above | {name})


def _own(old: View, new: View, columns: frozenset[str], catalogs: Catalogs) -> Iterator[Flaw]:
    """How the view's own query differs: in its rows, or in the columns that are read."""
    pairs = _renamed(old, new, catalogs)
    if old.query is new.query or same_text(old.query, new.query, pairs):
        return
    # What compares queries parses them, and most changes are of no view.
    from schemaguard.sql.queries.canonical import canonical

    try:
        was, now = canonical(old.query, catalogs[0]), canonical(new.query, catalogs[1])
    except Untraceable:
        yield "definition-changed", None, ""
        return
    if not same_text(was.rows, now.rows, pairs) or not _same_joins(was, now, pairs, catalogs[1]):
        yield "definition-changed", None, ""
        return
    before, after = _by_column(old, was), _by_column(new, now)
    for column in sorted(columns & after.keys()):
        if not same_text(before.get(column, ""), after[column], pairs):
            yield "definition-changed", column, ""


def _same_joins(was: "Canonical", now: "Canonical", pairs: frozenset[tuple[str, str]], catalog: Catalog) -> bool:
    """Whether the joins are the same, but for some at the end that look up one row at most."""
    before, after = was.joins, now.joins
    kept, more = after[: len(before)], after[len(before) :]
    return (
        len(kept) == len(before)
        and all(same_text(one.text, other.text, pairs) for one, other in zip(before, kept, strict=True))
        and all(_looks_up_one(join, catalog) for join in more)
    )


def _looks_up_one(join: "Joined", catalog: Catalog) -> bool:
    table = catalog.tables.get(Name(join.looks_up[1], join.looks_up[0])) if join.looks_up is not None else None
    return table is not None and any(key <= join.by for key in unique_sets(table, catalog))


def _renamed(old: View, new: View, catalogs: Catalogs) -> frozenset[tuple[str, str]]:
    """Pairs of names that one relation, or one column of a relation that both read, may have had before and after."""
    before, after = ({relation for relation, _ in view.reads} for view in (old, new))
    found = {
        (was.name, now.name)
        for was in before - after
        if was not in catalogs[1].tables and was not in catalogs[1].views
        for now in after - before
        if now not in catalogs[0].tables and now not in catalogs[0].views
    }
    found |= {(f"public.{was}", f"public.{now}") for was, now in found}
    for relation in before & after:
        was_there, there = (_columns(relation, catalog) for catalog in catalogs)
        found |= {(one, other) for one in was_there - there for other in there - was_there}
    return frozenset(found)


def _columns(relation: Name, catalog: Catalog) -> frozenset[str]:
    shown = catalog.tables.get(relation) or catalog.views.get(relation)
    return frozenset(column.name for column in (shown.columns or ())) if shown is not None else frozenset()


def _by_column(view: View, query: "Canonical") -> dict[str, str]:
    names = [column.name for column in view.columns or ()]
    return dict(zip(names, query.outputs, strict=False))


def _below(view: View, catalogs: Catalogs, above: frozenset[Name]) -> Iterator[Flaw]:
    """What became of the views, and of the values in tables, that the view reads."""
    read: dict[Name, set[str | None]] = defaultdict(set)
    for relation, column in view.reads:
        read[catalogs[1].resolve(relation)].add(column)
    for relation, columns in read.items():
        named = frozenset(column for column in columns if column is not None)
        for _, column, why in _of_view(relation, named, catalogs, above):
            what = f"{relation}.{column}" if column is not None else str(relation)
            yield "definition-changed", None, f"{what} is computed by another query{f', {why}' if why else ''}"
        tables = tuple(catalog.tables.get(relation) for catalog in catalogs)
        yield from _values(tables, named)


def _values(tables: tuple[Table | None, ...], columns: frozenset[str]) -> Iterator[Flaw]:
    """Columns whose values USING or another expression has made others: a view may compute with them."""
    was, now = tables
    if was is None or now is None or was is now:
        return
    for name in sorted(columns):
        old, new = was.column(name), now.column(name)
        if old is not None and new is not None and _differs(old, new):
            yield "definition-changed", None, f"{now.name}.{name} holds other values"


def _differs(old: Column, new: Column) -> bool:
    is_converted = len(new.converted) > len(old.converted)
    return is_converted or (old.generated is not None and new.generated is None)


def _instead_of_a_table(view: View, columns: tuple[str, ...], catalog: Catalog) -> Iterator[Flaw]:
    """A view that stands in for a table: whole rows of one other relation with their columns, or something else."""
    from schemaguard.sql.queries.canonical import canonical

    try:
        now = canonical(view.query, catalog)
    except Untraceable:
        return  # That it can't be followed is said by what its columns lack.
    if _WHOLE.match(now.rows) is None or now.joins:
        yield "definition-changed", None, "the view that stands in for the table shows other rows"
        return
    made = _by_column(view, now)
    for column in sorted(columns):
        if column in made and _COLUMN.match(made[column]) is None:
            yield "definition-changed", column, "the view that stands in for the table computes it"
