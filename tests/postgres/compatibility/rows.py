"""The changes of the compatibility table, in its order: the rows that `check --explain` shows."""

from schemaguard.contracts.compatibility import rows

ROWS = tuple(row.change for row in rows.ROWS)
