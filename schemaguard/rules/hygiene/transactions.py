"""Where transactions begin and end in one revision.

A second BEGIN, and a COMMIT without one, only make the server warn:
https://www.postgresql.org/docs/18/sql-begin.html, https://www.postgresql.org/docs/18/sql-commit.html
"""

from collections.abc import Iterator

from schemaguard.catalog.changes import ControlTransaction
from schemaguard.history.revision import Step
from schemaguard.rules.facts.context import Context

_NESTED = "the server only warns: the first COMMIT ends both, and what follows runs without a transaction"
_NOT_BEGUN = "the server only warns: what stands before it was committed, statement by statement"
_OF_THE_TOOL = "what stands before it stays, whatever fails behind it, and what follows runs without a transaction"
_ENDS = ("COMMIT", "ROLLBACK", "PREPARE TRANSACTION")


def misplaced(change: ControlTransaction, context: Context) -> tuple[str, str] | None:
    """What is wrong with where it stands, and its effect; None where nothing is."""
    before = [step for step in _same(context) if _at(step, context) < _at(context.step, context)]
    begun = any("BEGIN" in _actions(step) for step in before)
    if change.action == "BEGIN":
        return ("BEGIN inside of a transaction", _NESTED) if before or context.is_python else None
    if change.action not in _ENDS or begun:
        return None
    if context.step.autocommit and not context.is_python:
        return f"{change.action} outside of a transaction", _NOT_BEGUN
    if context.step.transaction > 0 and not context.is_python:
        return None  # AND CHAIN began it.
    return f"{change.action} ends the transaction that the migration runs in", _OF_THE_TOOL


def is_left_open(change: ControlTransaction, context: Context) -> bool:
    """Whether it begins a transaction that nothing in the revision ends."""
    if change.action != "BEGIN" or context.is_python or misplaced(change, context) is not None:
        return False
    return not any(action in _ENDS for step in _same(context) for action in _actions(step))


def _same(context: Context) -> Iterator[Step]:
    """The statements of its transaction."""
    return (step for step in context.run.steps if step.transaction == context.step.transaction)


def _at(step: Step, context: Context) -> int:
    return next(at for at, each in enumerate(context.run.steps) if each is step)


def _actions(step: Step) -> Iterator[str]:
    return (change.action for change in step.changes if isinstance(change, ControlTransaction))
