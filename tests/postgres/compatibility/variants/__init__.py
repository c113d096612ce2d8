"""Changes beyond those of the table: other ways in which what hangs on what makes a difference, and doesn't."""

from tests.postgres.compatibility.variants import (
    beyond,
    calls,
    columns,
    further,
    keys,
    rows,
    security,
    types,
    values,
    views,
)

TOLD_ALL_THE_SAME = {
    "single rows get another value",
    "a generated column is made again with the same expression",
}
"""What a warning says more of than happens to the rows that are read: values are written, and which nobody looks at."""
_ALL = (
    *views.VARIANTS,
    *rows.VARIANTS,
    *security.VARIANTS,
    *calls.VARIANTS,
    *types.VARIANTS,
    *values.VARIANTS,
    *columns.VARIANTS,
    *further.VARIANTS,
    *beyond.VARIANTS,
    *keys.VARIANTS,
)
VARIANTS = tuple(variant for variant in _ALL if variant.what not in TOLD_ALL_THE_SAME)
