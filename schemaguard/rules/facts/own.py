"""What a change does to what isn't released yet: taking that back is free."""

from schemaguard.catalog.changes import AddEnumValue, CreateIndex, DropIndex, UpdateRows
from schemaguard.catalog.objects import Name
from schemaguard.history.absence import drops_nothing
from schemaguard.rules.facts.made import Made, enum_meant
from schemaguard.rules.facts.walk import Visit


def leaves_nothing(visit: Visit, made: Made) -> bool:
    """Whether nothing of the change has to be taken back: it meets nothing, or goes with what was just made."""
    if visit.is_for_nothing or drops_nothing(visit.change, visit.before):
        return True
    change, before = visit.change, visit.before
    match change:
        case UpdateRows(table=table, columns=columns, unchanged=unchanged):
            name = before.resolve(table)
            return name in made.tables or all((name, c) in made.columns for c in columns if c not in unchanged)
        case AddEnumValue(type=enum):
            # The label goes with the type.
            return enum_meant(before, enum) in made.enums
        case CreateIndex(index=index):
            return before.resolve(index.table) in made.tables
        case DropIndex(index=index_name):
            known = before.indexes.get(before.resolve(index_name))
            return known is not None and known.table in made.tables
        case _:
            owner = getattr(change, "table", None)
            if not isinstance(owner, Name):
                return False
            column = getattr(change, "column", None)
            name = before.resolve(owner)
            return name in made.tables or (isinstance(column, str) and (name, column) in made.columns)
