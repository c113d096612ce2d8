"""validate-in-same-transaction: NOT VALID and VALIDATE in one transaction."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddConstraint, Change, SetNotNull, ValidateConstraint
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import in_words
from schemaguard.rules.facts.traffic import in_use, strongest_in_use
from schemaguard.rules.remedies.constraints import moved_later
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case ValidateConstraint(table=table, constraint=name) if in_use(context, table):
            if not context.facts.work.grows_with_table or not _is_added_before(name, context):
                return
            held = [lock for work in context.facts.held for lock in work.locks]
            locks = in_words(strongest_in_use(context, held), context.before)
            yield Match(
                object=f"{table}.{name}",
                message=f"{name} on {table} is validated in the transaction that adds it",
                effect=f"{locks} is held while every row is checked, so the time grows with the table",
                fix=remedied(moved_later("validate it, which reads and writes don't wait for", context), context),
            )
        case _:
            pass


def _is_added_before(name: str, context: Context) -> bool:
    for visit in context.facts.transaction:
        match visit.change:
            case AddConstraint(constraint=constraint) if constraint.name in (name, None):
                return True
            case SetNotNull(constraint=added, valid=False) if added in (name, None):
                return True
            case _:
                continue
    return False


RULE = Rule(
    id="validate-in-same-transaction",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="VALIDATE CONSTRAINT in the transaction that adds the constraint NOT VALID",
    effect="the strong lock of ADD CONSTRAINT is held while every row is checked: NOT VALID has won nothing",
    instead="validate it in a revision of its own",
    watches=(ValidateConstraint,),
    check=_check,
    aliases=(
        "squawk/constraint-missing-not-valid",
        "strong_migrations/validate_check_constraint",
        "strong_migrations/validate_foreign_key",
        "eugene/E4",
    ),
    is_graded=True,
)
