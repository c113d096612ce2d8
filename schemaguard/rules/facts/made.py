"""What a revision has made itself so far: what is younger than the revision can't be missed by anybody."""

from schemaguard.catalog.changes import (
    AddColumn,
    Change,
    CreateEnum,
    CreateTable,
    CreateView,
    DropColumn,
    DropObject,
    DropTable,
    MoveObject,
    MoveTable,
    RenameColumn,
    RenameObject,
    RenameTable,
)
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.standing import meanings
from schemaguard.frozen import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Made:
    """Tables, columns, views and enums made earlier in the revision that is judged, under their names of now."""

    tables: frozenset[Name] = field(default_factory=frozenset)
    columns: frozenset[tuple[Name, str]] = field(default_factory=frozenset)
    views: frozenset[Name] = field(default_factory=frozenset)
    enums: frozenset[Name] = field(default_factory=frozenset)
    dropped_views: frozenset[Name] = field(default_factory=frozenset)
    """Views that were there before it, and that it has dropped."""

    def after(self, change: Change, before: Catalog) -> "Made":
        """What is made once the change has run on the catalog `before`."""
        match change:
            case CreateTable(table=table):
                return self._with_table(before.resolve(table.name), before, change.if_not_exists)
            case CreateView(view=view):
                name = before.resolve(view.name)
                return self if name in before.views else replace(self, views=self.views | {name})
            case CreateEnum(enum=enum):
                return replace(self, enums=self.enums | set(meanings(before, enum.name)[:1]))
            case DropObject(kind="type", object=name):
                return self._with_enum_as(enum_meant(before, name), None)
            case RenameObject(kind="type", object=name, to=to):
                old_type = enum_meant(before, name)
                return self._with_enum_as(old_type, Name(to, old_type.schema) if old_type is not None else None)
            case MoveObject(kind="type", object=name, schema=schema):
                return self._with_enum_as(enum_meant(before, name), Name(name.name, schema))
            case DropObject(kind="view" | "materialized view", object=gone):
                return replace(self, dropped_views=self.dropped_views | {before.resolve(gone)})
            case DropTable(table=dropped):
                return self._moved(before.resolve(dropped), None)
            case RenameTable(table=old, to=to):
                name = before.resolve(old)
                return self._moved(name, Name(to, name.schema))
            case MoveTable(table=old, schema=schema):
                name = before.resolve(old)
                return self._moved(name, Name(name.name, schema))
            case AddColumn(table=table_name, column=column):
                return self._with_column(before, table_name, column.name)
            case RenameColumn(table=table_name, column=column_name, to=to):
                return self._renamed(before.resolve(table_name), column_name, to)
            case DropColumn(table=table_name, column=column_name):
                return replace(self, columns=self.columns - {(before.resolve(table_name), column_name)})
            case _:
                return self

    def _with_table(self, name: Name, before: Catalog, if_not_exists: bool) -> "Made":
        if if_not_exists and name in before.tables:
            return self
        return replace(self, tables=self.tables | {name})

    def _with_column(self, before: Catalog, table: Name, column: str) -> "Made":
        known = before.table(table)
        if known is not None and known.column(column) is not None:
            return self
        return replace(self, columns=self.columns | {(before.resolve(table), column)})

    def _moved(self, old: Name, new: Name | None) -> "Made":
        tables = self.tables - {old}
        if new is not None and old in self.tables:
            tables |= {new}
        columns = frozenset(
            (new if table == old and new is not None else table, column)
            for table, column in self.columns
            if table != old or new is not None
        )
        return replace(self, tables=tables, columns=columns)

    def _with_enum_as(self, old: Name | None, new: Name | None) -> "Made":
        if old not in self.enums:
            return self
        return replace(self, enums=self.enums - {old} | ({new} if new is not None else set()))

    def _renamed(self, table: Name, old: str, new: str) -> "Made":
        if (table, old) not in self.columns:
            return self
        return replace(self, columns=self.columns - {(table, old)} | {(table, new)})


def enum_meant(catalog: Catalog, name: Name) -> Name | None:
    """The enum of that name, as the search_path finds it."""
    return next((meant for meant in meanings(catalog, name) if meant in catalog.enums), None)
