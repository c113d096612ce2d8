"""How the schema after a revision's downgrade() differs from the one before the revision."""

from typing import TYPE_CHECKING

from schemaguard.catalog.objects import Name
from schemaguard.history.revision import Run
from schemaguard.rules.facts.made import Made
from schemaguard.rules.facts.walk import Visit

if TYPE_CHECKING:
    from schemaguard.catalog.diff import Difference


def shape_after(run: Run, visits: tuple[Visit, ...], back: Run) -> "list[Difference]":
    """The differences that somebody could feel; `visits` are those of the run.

    A label can't be taken out of an enum, columns that are dropped and added again stand last, and a table that was
    made elsewhere may only be known since the revision has named it.
    """
    # What compares catalogs is only read where there is a way back to compare.
    from schemaguard.catalog.diff import difference

    last = visits[-1] if visits else None
    made = last.made.after(last.change, last.before) if last is not None else Made()
    named = {str(name) for name in _from_elsewhere(run, back) if name not in made.tables}
    return [
        each
        for each in difference(run.before, back.after)
        if each.kind != "enum" and not each.is_order_alone and not (each.kind == "table" and each.object in named)
    ]


def _from_elsewhere(run: Run, back: Run) -> set[Name]:
    """Tables that nothing was known of before the revision, and not everything after the way back."""
    return {name for name, table in back.after.tables.items() if table.open and name not in run.before.tables}
