"""remove-enum-value: a label of an enum that existed before goes, by another type or in the server's own tables."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DeleteRows, RetypeColumn, UpdateRows
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.standing import meanings
from schemaguard.catalog.types import Type
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule

_CATALOG = ("pg_enum", "pg_type")


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case DeleteRows(table=table) | UpdateRows(table=table) if table.name in _CATALOG:
            yield Match(object=str(table), message=f"{table} is edited directly", effect=_TAMPERED, instead=_SWAP)
        case RetypeColumn(table=table, column=column, type=new) if context.column_existed_before(table, column):
            known = context.before.table(table)
            old = known.column(column) if known is not None else None
            lost = _lost(old.type, new, context.before) if old is not None else ()
            if lost:
                labels = ", ".join(map(repr, lost))
                yield Match(object=f"{table}.{column}", message=f"{table}.{column} can no longer be {labels}")
        case _:
            pass


def _lost(old: Type, new: Type, catalog: Catalog) -> tuple[str, ...]:
    had, has = _labels(old, catalog), _labels(new, catalog)
    return tuple(label for label in had if label not in has) if had and has else ()


def _labels(type_: Type, catalog: Catalog) -> tuple[str, ...]:
    found = (catalog.enums.get(name) for name in meanings(catalog, Name(type_.name, type_.schema)))
    return next((enum.labels for enum in found if enum is not None), ())


_TAMPERED = "the server's own tables are changed past all checks: indexes and stored values may no longer fit"
_SWAP = "make a new type with the labels that stay, and change the column to it"


RULE = Rule(
    id="remove-enum-value",
    family=Family.DESTRUCTIVE,
    severity=Severity.ERROR,
    when="a column that changes to an enum without all labels of the one before, or an edit of pg_enum",
    effect="rows with that label make the migration fail with 22P02, and running code that writes it fails from "
    "then on",
    instead="stop writing the label first, move the rows that have it, then change the type in a later revision",
    watches=(DeleteRows, RetypeColumn, UpdateRows),
    check=_check,
)
