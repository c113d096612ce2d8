"""Which tables get rows, and in which order: what is referred to first."""

from schemaguard.catalog.changes import CreateIndex, Opaque, Unreadable
from schemaguard.catalog.objects import Catalog, ForeignKey, Name
from schemaguard.history.revision import Run, Step


def filling_order(catalog: Catalog) -> tuple[Name, ...]:
    """The tables that hold rows of their own or of their partitions, each behind those that its keys refer to."""
    wanted = [
        name
        for name, table in catalog.tables.items()
        if table.partition_of is None and table.persistence != "temporary"
    ]
    done: dict[Name, None] = {}

    def visit(name: Name, path: frozenset[Name]) -> None:
        if name in done or name in path or name not in catalog.tables:
            return
        for key in catalog.tables[name].constraints:
            if isinstance(key, ForeignKey):
                visit(catalog.resolve(key.ref_table), path | {name})
        done[name] = None

    for name in wanted:
        visit(name, frozenset())
    return tuple(name for name in done if name in wanted)


def concerned(there: Run, back: tuple[Step, ...], catalog: Catalog) -> frozenset[Name]:
    """The tables whose rows a revision could touch: those that they name or change, what these refer to, what refers to
    them. All of them where a statement isn't understood.
    """
    touched: set[Name] = set()
    for name in there.before.tables.keys() | there.after.tables.keys():
        if there.before.tables.get(name) != there.after.tables.get(name):
            touched.add(name)
    for step in (*there.steps, *back):
        for change in step.changes:
            if isinstance(change, Opaque | Unreadable):
                return frozenset(catalog.tables)
            table = change.index.table if isinstance(change, CreateIndex) else getattr(change, "table", None)
            if isinstance(table, Name):
                touched.add(step.before.resolve(table))
    parents = {
        name: {catalog.resolve(key.ref_table) for key in table.constraints if isinstance(key, ForeignKey)}
        for name, table in catalog.tables.items()
    }
    touched |= {name for name, others in parents.items() if others & touched}
    grown = True
    while grown:
        more = {parent for name in touched for parent in parents.get(name, ())} - touched
        touched |= more
        grown = bool(more)
    return frozenset(touched & catalog.tables.keys())
