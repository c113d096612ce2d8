"""restrict-writes: a new constraint that writers of an existing table may violate."""

import re
from collections.abc import Iterator

from schemaguard.catalog.changes import AddConstraint, AlterConstraint, Change, CreateIndex, SetNotNull
from schemaguard.catalog.objects import Check, Constraint, Exclusion, ForeignKey, Name, PrimaryKey, Unique
from schemaguard.catalog.proofs import proves_not_null
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case AddConstraint(table=table) if context.existed_before(table):
            if not _is_shown(change, context) and not _is_on_new_columns(change, context):
                kind, errors = _KINDS[type(change.constraint)]
                message = f"{table} gets {kind} constraint"
                yield Match(object=str(table), message=message, effect=_refused(errors))
        case AlterConstraint(table=table, constraint=name) if context.existed_before(table):
            if not _LOOSENS.search(context.step.statement.sql):
                message = f"{name} of {table} refuses rows at another time than before, or from now on"
                yield Match(object=str(table), message=message, effect=_TIMING)
        case SetNotNull(table=table, column=column) if context.column_existed_before(table, column):
            known = context.before.table(table)
            if known is None or not proves_not_null(known, column):
                what = f"{table}.{column}"
                yield Match(object=what, message=f"{what} becomes NOT NULL", effect=_refused("23502"))
        case CreateIndex(index=index) if index.unique and context.existed_before(index.table):
            columns = [key.column for key in index.keys]
            if any(column is None or context.column_existed_before(index.table, column) for column in columns):
                message = f"{index.table} gets a unique index"
                yield Match(object=str(index.table), message=message, effect=_refused("23505"))
        case _:
            pass


_LOOSENS = re.compile(r"\bNOT\s+ENFORCED\b", re.IGNORECASE)
_TIMING = "a transaction that was in order at its COMMIT fails at the statement in between, or the other way round"
_KINDS = {
    PrimaryKey: ("a PRIMARY KEY", "23505 or 23502"), Unique: ("a UNIQUE", "23505"), Check: ("a CHECK", "23514"),
    ForeignKey: ("a FOREIGN KEY", "23503"), Exclusion: ("an EXCLUDE", "23P01"),
}  # fmt: skip
"""Kind of constraint → what it is called, and the errors that it refuses rows with."""


def _refused(errors: str) -> str:
    return f"writes that were accepted until now fail with {errors} as soon as this commits"


def _is_on_new_columns(change: AddConstraint, context: Context) -> bool:
    """Whether running code knows none of its columns, and so leaves them all out."""
    columns = getattr(change.constraint, "columns", ())
    return bool(columns) and not any(context.column_existed_before(change.table, column) for column in columns)


def _is_shown(change: AddConstraint, context: Context) -> bool:
    """Whether what is there already refuses all that the constraint would."""
    table = context.before.table(change.table)
    if table is None:
        return False
    constraint = change.constraint
    if isinstance(constraint, PrimaryKey | Unique) and change.using_index is not None:
        index = context.before.indexes.get(Name(change.using_index, table.name.schema))
        columns = [key.column for key in index.keys] if index is not None else []
        required = isinstance(constraint, PrimaryKey)
        return bool(columns) and all(c is not None and (not required or proves_not_null(table, c)) for c in columns)
    return any(_covers(other, constraint) for other in table.constraints)


def _covers(known: Constraint, new: Constraint) -> bool:
    if type(known) is not type(new):
        return False
    match known, new:
        case Check(definition=old), Check(definition=text):
            return old == text
        case ForeignKey(), ForeignKey():
            return (known.columns, known.ref_table) == (new.columns, new.ref_table)
        case Unique() | PrimaryKey(), Unique() | PrimaryKey():
            return known.columns == new.columns
        case _:
            return False


RULE = Rule(
    id="restrict-writes",
    family=Family.CLIENTS,
    severity=Severity.WARNING,
    when="a new CHECK, UNIQUE, FOREIGN KEY, EXCLUDE or NOT NULL on columns that an earlier revision made",
    effect="writes that were accepted until now fail with 23502, 23503, 23505, 23514 or 23P01 as soon as this commits",
    instead="release code that keeps to it first; add the constraint when no other code writes any more",
    watches=(AddConstraint, AlterConstraint, CreateIndex, SetNotNull),
    check=_check,
    aliases=("squawk/ban-new-write-restriction", "atlas/MF101", "atlas/MF102", "django-migration-linter/ADD_UNIQUE"),
)
