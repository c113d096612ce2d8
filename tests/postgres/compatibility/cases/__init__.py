"""All cases, a file a group."""

from tests.postgres.compatibility.cases import (
    access,
    columns,
    keys,
    nulls_and_defaults,
    types,
    unlisted,
    values,
    written_rows,
)

CASES = (
    *columns.CASES,
    *nulls_and_defaults.CASES,
    *types.CASES,
    *values.CASES,
    *keys.CASES,
    *access.CASES,
    *written_rows.CASES,
    *unlisted.CASES,
)
