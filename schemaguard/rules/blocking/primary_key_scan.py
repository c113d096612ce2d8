"""primary-key-scan: PRIMARY KEY without USING INDEX."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, AddConstraint, Change
from schemaguard.catalog.objects import Name, PrimaryKey
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import lock_effect
from schemaguard.rules.facts.traffic import in_use, worked_on
from schemaguard.rules.remedies.constraints import over_index
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case AddConstraint(table=table, constraint=PrimaryKey()):
            if change.using_index is not None and _is_unknown(table, change.using_index, context):
                return
        case AddColumn(table=table) if any(isinstance(key, PrimaryKey) for key in change.constraints):
            pass
        case _:
            return
    if in_use(context, table) and worked_on(context):
        yield Match(
            object=str(table),
            message=f"{_what(change, table)} while reads and writes wait",
            effect=lock_effect(context),
            fix=remedied(over_index(change, context), context),
        )


def _is_unknown(table: Name, index: str, context: Context) -> bool:
    """Whether nobody knows which columns the index has, or whether they may hold NULL."""
    known = context.before.table(table)
    return known is None or known.open or Name(index, known.name.schema) not in context.before.indexes


def _what(change: AddConstraint | AddColumn, table: Name) -> str:
    if isinstance(change, AddConstraint) and change.using_index is not None:
        return f"the columns of the primary key of {table} are looked through for NULL"
    return f"the index of the primary key of {table} is built"


RULE = Rule(
    id="primary-key-scan",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="PRIMARY KEY on an existing table without USING INDEX, or over columns that may hold NULL",
    effect="ACCESS EXCLUSIVE on the table keeps reads and writes waiting while all rows are read",
    instead="make the columns NOT NULL, build a unique index with CONCURRENTLY, and add the key with USING INDEX",
    watches=(
        AddConstraint,
        AddColumn,
    ),
    check=_check,
    aliases=(
        "squawk/adding-serial-primary-key-field",
        "atlas/PG104",
        "atlas/PG304",
        "eugene/W14",
    ),
    is_graded=True,
)
