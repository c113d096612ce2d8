"""What an operation rests on in the control schema: rows that say what comes back, against what the ledger says.

A rollback runs what these rows say, with an operator's rights. One that was written past schemaguard isn't carried out.
"""

from collections.abc import Iterator

from schemaguard.ledger.coverage import changes_by_hand, row_problems
from schemaguard.ledger.entry import Entry
from schemaguard.ledger.verification import LedgerState, chain_problems, entry_problems, gaps

RUN = ("applied_change", "debt", "held_revision", "operation", "retired_object", "written_shape")
"""Tables whose rows are carried out: what was written into them by hand, even openly, is nobody's act."""
READ = (*RUN, "contract", "pointer", "release", "version")
"""Tables that decide what is carried out: their rows have to be what the ledger says."""


def steering_problems(state: LedgerState) -> Iterator[str]:
    """Why nothing may be carried out, in words; nothing where all rows are what schemaguard has written."""
    yield from gaps(state.rows)
    entries: dict[int, Entry] = {}
    for row in state.rows:
        yield from entry_problems(row, entries)
    yield from chain_problems(state)
    in_order = [entries[position] for position in sorted(entries)]
    yield from (
        problem
        for problem in row_problems(in_order, (row for row in state.covered if row.table in READ))
        if problem.partition(" ")[0] in READ
    )
    yield from changes_by_hand(in_order, RUN)
