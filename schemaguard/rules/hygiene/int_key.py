"""int-key: a key of 32 bits or fewer."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, AddConstraint, Change, CreateTable
from schemaguard.catalog.objects import Column, PrimaryKey
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case CreateTable(table=table):
            made = context.after.table(table.name) or table
            for name in made.primary_key.columns if made.primary_key is not None else ():
                yield from _small(str(table.name), made.column(name))
            keys = made.primary_key.columns if made.primary_key is not None else ()
            for column in made.columns:
                counts = column.identity is not None or column.name in change.serials or _is_named_key(column)
                if counts and column.name not in keys:
                    yield from _small(str(table.name), column)
        case AddColumn(table=name, column=column):
            is_key = any(isinstance(constraint, PrimaryKey) for constraint in change.constraints)
            if change.serial or column.identity is not None or is_key:
                yield from _small(str(name), column)
        case AddConstraint(table=name, constraint=PrimaryKey(columns=columns)):
            known = context.before.table(name)
            for key in columns:
                yield from _small(str(name), known.column(key) if known is not None else None)
        case _:
            pass


def _is_named_key(column: Column) -> bool:
    return column.name == "id" and column.type.name == "integer"


def _small(table: str, column: Column | None) -> Iterator[Match]:
    if column is not None and not column.type.dimensions and column.type.name in _RANGES:
        what = f"{table}.{column.name}"
        yield Match(object=what, message=f"{what} is {column.type}, and ends at {_RANGES[column.type.name]}")


_RANGES = {"smallint": "32,767", "integer": "2,147,483,647"}


RULE = Rule(
    id="int-key",
    family=Family.HYGIENE,
    severity=Severity.NOTE,
    when="a primary key, identity or serial column, or one named id, of type integer or smallint",
    effect="an INSERT fails with 22003 when the numbers are used up; the way to bigint rewrites the table and "
    "all that references it",
    instead="use bigint",
    watches=(AddColumn, AddConstraint, CreateTable),
    check=_check,
    aliases=("squawk/prefer-bigint-over-int",),
)
