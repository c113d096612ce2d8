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

VARIANTS = (
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
