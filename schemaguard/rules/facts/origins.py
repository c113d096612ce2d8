"""What columns, and labels of enums, were called before a revision that renames them."""

from collections.abc import Sequence

from schemaguard.catalog import changes as c
from schemaguard.catalog.converting import keeps_values
from schemaguard.catalog.objects import Catalog, Column, Name
from schemaguard.contracts.compatibility.rowsource import family
from schemaguard.frozen import dataclass, field
from schemaguard.rules.facts.made import enum_meant
from schemaguard.rules.facts.walk import Visit

_BLIND = c.Opaque | c.Unreadable | c.CreateTrigger
"""What may fill a new column with the values of an old one without saying so."""


Origin = tuple[Name, str | None]
"""The table or enum that something was part of, and what it was called there; None where the revision has made it."""


@dataclass(slots=True)
class Origins:
    """Names of columns in tables, or of labels in enums, followed from change to change."""

    owners: dict[Name, Name | None] = field(default_factory=dict)
    """Name of now → name before; None where it was made since. What isn't listed is what it was."""
    parts: dict[tuple[Name, str], Origin | None] = field(default_factory=dict)
    """The same of the parts; None where it isn't known what is in it."""
    at: dict[tuple[Name, str], int] = field(default_factory=dict)
    """Where in the visits a rename gave a part its name of now."""

    def origin(self, owner: Name, name: str) -> Origin | None:
        """What has the name now was this before; None where its owner was made since, or what is in it isn't known."""
        if (owner, name) in self.parts:
            return self.parts[owner, name]
        was = self.owners.get(owner, owner)
        return (was, name) if was is not None else None

    def renamed(self, owner: Name, old: str, new: str, position: int) -> None:
        """A part gets another name."""
        self.parts[owner, new] = self.origin(owner, old)
        self.at[owner, new] = position
        self.made(owner, old)

    def made(self, owner: Name, name: str) -> None:
        """A part is new, or gone."""
        was = self.owners.get(owner, owner)
        self.parts[owner, name] = (was, None) if was is not None else None
        self.at.pop((owner, name), None)

    def filled(self, owner: Name, name: str, source: str | None) -> None:
        """A part that was made since gets the values of another, or of nobody knows what."""
        known = self.origin(owner, name)
        if known is not None and known[1] is None:
            self.parts[owner, name] = self.origin(owner, source) if source is not None else None

    def owner_renamed(self, old: Name, new: Name) -> None:
        """A table or type is called otherwise."""
        self.parts = {(new if of == old else of, name): was for (of, name), was in self.parts.items()}
        self.at = {(new if of == old else of, name): position for (of, name), position in self.at.items()}
        self.owners[new] = self.owners.get(old, old)
        self.owners[old] = None

    def owner_made(self, name: Name) -> None:
        """A table or type is new, or gone."""
        for store in (self.parts, self.at):
            for part in [part for part in store if part[0] == name]:
                del store[part]
        self.owners[name] = None

    def forget_made(self) -> None:
        """Nobody knows any more what is in the parts that were made since."""
        self.parts.update({part: None for part, was in self.parts.items() if was is not None and was[1] is None})


def is_renaming(change: c.Change) -> bool:
    """Whether it gives a column or a label another name."""
    return isinstance(change, c.RenameColumn | c.RenameEnumValue)


def origins(visits: Sequence[Visit]) -> tuple[Origins, Origins]:
    """Where columns and labels come from once the visits are done."""
    columns, labels = Origins(), Origins()
    for position, visit in enumerate(visits):
        _follow_owners(columns, visit.change, visit.before)
        _follow_columns(columns, visit.change, visit.before, position)
        _follow_labels(labels, visit.change, visit.before, position)
    return columns, labels


def _follow_owners(columns: Origins, change: c.Change, before: Catalog) -> None:
    match change:
        case c.CreateTable(table=made) if before.table(made.name) is None:
            columns.owner_made(before.resolve(made.name))
        case c.CreateView(view=view) if before.resolve(view.name) not in before.views:
            columns.owner_made(before.resolve(view.name))
        case c.DropTable(table=gone):
            columns.owner_made(before.resolve(gone))
        case c.RenameTable(table=table, to=to):
            old = before.resolve(table)
            columns.owner_renamed(old, Name(to, old.schema))
        case c.MoveTable(table=table, schema=schema):
            old = before.resolve(table)
            columns.owner_renamed(old, Name(old.name, schema))
        case _:
            pass


def _follow_columns(columns: Origins, change: c.Change, before: Catalog, position: int) -> None:
    match change:
        case c.RenameColumn(table=table, column=old, to=new):
            for name in family(before.resolve(table), before, only=change.only):
                columns.renamed(name, old, new, position)
        case c.AddColumn(table=table, column=column) if _column(before, table, column.name) is None:
            for name in family(before.resolve(table), before):
                columns.made(name, column.name)
                if column.generated is not None:
                    columns.filled(name, column.name, None)
        case c.DropColumn(table=table, column=gone):
            for name in family(before.resolve(table), before):
                columns.made(name, gone)
        case c.UpdateRows(table=table, columns=assigned, values=values):
            for place, target in enumerate(assigned):
                value = values[place] if place < len(values) else ""
                _fill(columns, before, before.resolve(table), target, value)
        case c.InsertRows():
            pass
        case _:
            if isinstance(change, _BLIND) or getattr(change, "calls", False):
                columns.forget_made()


def _fill(columns: Origins, before: Catalog, table: Name, column: str, value: str) -> None:
    target, known = _column(before, table, column), before.tables.get(table)
    if target is None or known is None:
        return
    source = next((each.name for each in known.columns if keeps_values(value, each.name, each.type, target.type)), None)
    if source is not None or not value:
        columns.filled(table, column, source)


def _follow_labels(labels: Origins, change: c.Change, before: Catalog, position: int) -> None:
    match change:
        case c.RenameEnumValue(type=of, value=old, to=new) if (enum := enum_meant(before, of)) is not None:
            labels.renamed(enum, old, new, position)
        case c.RenameObject(kind="type", object=of, to=to) if (enum := enum_meant(before, of)) is not None:
            labels.owner_renamed(enum, Name(to, enum.schema))
        case c.MoveObject(kind="type", object=of, schema=schema) if (enum := enum_meant(before, of)) is not None:
            labels.owner_renamed(enum, Name(enum.name, schema))
        case c.DropObject(kind="type", object=of) if (enum := enum_meant(before, of)) is not None:
            labels.owner_made(enum)
        case c.CreateEnum(enum=made) if made.name not in before.enums:
            labels.owner_made(made.name)
        case _:
            pass


def _column(catalog: Catalog, table: Name, column: str) -> Column | None:
    known = catalog.table(table)
    return known.column(column) if known is not None else None
