"""Where the rows of a contract's table are: in the table, its partitions and children, and the tables below a view."""

from collections.abc import Callable, Iterator

from schemaguard.catalog.objects import Catalog, ForeignKey, Name, Table
from schemaguard.contracts.compatibility.relation import relation


def children(table: Name, catalog: Catalog) -> Iterator[Table]:
    """The partitions and inheritance children of the table."""
    for user in catalog.dependents.get(table, ()):
        child = catalog.tables.get(user)
        if child is not None and (child.partition_of == table or table in child.inherits):
            yield child


def ancestors(table: Name, catalog: Catalog) -> Iterator[Name]:
    """The tables that show the rows of this one as their own."""
    known = catalog.tables.get(table)
    if known is None:
        return
    for parent in (*known.inherits, *((known.partition_of,) if known.partition_of is not None else ())):
        yield parent
        yield from ancestors(parent, catalog)


def stores(relation: Name, catalog: Catalog) -> frozenset[Name]:
    """Every table whose rows the table or view shows; a materialized view keeps rows of its own."""
    found: set[Name] = set()
    waiting = [catalog.resolve(relation)]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        view = catalog.views.get(name)
        if view is not None and not view.materialized:
            waiting.extend(catalog.resolve(read) for read, _ in view.reads)
        waiting.extend(child.name for child in children(name, catalog))
    return frozenset(found)


def under(relation: Name, catalog: Catalog) -> frozenset[Name]:
    """All that a table or view rests on: the tables and views that it reads, its partitions, and its parents."""
    found = set(stores(relation, catalog))
    for view in [view for name in found if (view := catalog.views.get(name)) is not None and view.materialized]:
        for read, _ in view.reads:
            found |= under(catalog.resolve(read), catalog)
    return frozenset(found | set(ancestors(catalog.resolve(relation), catalog)))


def below_view(name: Name, catalog: Catalog) -> Name:
    """The table whose rows a statement on the table or simple view writes."""
    shown = relation(name, catalog)
    return shown.base.name if shown is not None and shown.base is not None else catalog.resolve(name)


def family(table: Name, catalog: Catalog, *, only: bool = False) -> frozenset[Name]:
    """The tables whose rows a statement on the table works on: with ONLY its own, else its children's, too.

    See https://www.postgresql.org/docs/18/ddl-inherit.html.
    """
    return _reached(table, catalog, lambda _: False, only=only)


def emptied(table: Name, catalog: Catalog, *, only: bool = False) -> frozenset[Name]:
    """The tables that TRUNCATE … CASCADE empties: its partitions and children, and what refers to any of them.

    See https://www.postgresql.org/docs/18/sql-truncate.html.
    """
    return _reached(table, catalog, lambda _: True, only=only)


def deleted_from(table: Name, catalog: Catalog, *, only: bool = False) -> frozenset[Name]:
    """The tables from which rows go with the deleted ones: ON DELETE CASCADE.

    See https://www.postgresql.org/docs/18/ddl-constraints.html#DDL-CONSTRAINTS-FK.
    """
    return _reached(table, catalog, lambda key: key.on_delete == "CASCADE", only=only)


def updated_with(table: Name, columns: frozenset[str], catalog: Catalog) -> dict[Name, frozenset[str]]:
    """Table → the columns that an UPDATE of these columns gives other values: ON UPDATE CASCADE and SET …"""
    found: dict[Name, frozenset[str]] = {}
    waiting = [(table, columns)]
    while waiting:
        name, changed = waiting.pop()
        new = changed - found.get(name, frozenset())
        if not new:
            continue
        found[name] = found.get(name, frozenset()) | new
        for user in catalog.dependents.get(name, ()):
            other = catalog.tables.get(user)
            for key in other.constraints if other is not None else ():
                if isinstance(key, ForeignKey) and key.ref_table == name and key.on_update not in _KEEPING:
                    pairs = zip(key.columns, key.ref_columns or key.columns, strict=False)
                    waiting.append((user, frozenset(own for own, referred in pairs if referred in new)))
    return found


_KEEPING = ("NO ACTION", "RESTRICT")


def _reached(table: Name, catalog: Catalog, follows: Callable[[ForeignKey], bool], *, only: bool) -> frozenset[Name]:
    found: set[Name] = set()
    waiting = [table]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        if not only or name != table:
            waiting.extend(child.name for child in children(name, catalog))
        for user in catalog.dependents.get(name, ()):
            other = catalog.tables.get(user)
            keys = other.constraints if other is not None else ()
            if any(isinstance(key, ForeignKey) and key.ref_table == name and follows(key) for key in keys):
                waiting.append(user)
    return frozenset(found)
