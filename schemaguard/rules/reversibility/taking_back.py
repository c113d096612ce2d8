"""What taking one change back costs, where there is anything to be taken back."""

from schemaguard.catalog.changes import Change
from schemaguard.catalog.inverse_value import Inverse
from schemaguard.finding import Severity
from schemaguard.history.folding import is_refusal
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.subject import tables


def taken_back(context: Context) -> Inverse | None:
    """The inverse for the way in which the project applies its migrations; None for what is the revision's own."""
    if context.does_nothing or is_refusal(context.change) or context.facts.leaves_nothing(context.made):
        return None
    bare, guarded = context.facts.inverses
    return guarded if context.assumptions.with_guard else bare


def severity(change: Change, context: Context) -> Severity:
    """An error for a table under contract, a warning for any other."""
    is_held = any(context.readers(table) for table in tables(change, context.before))
    return Severity.ERROR if is_held else Severity.WARNING
