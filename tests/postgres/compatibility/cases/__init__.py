"""All cases, a file a group."""

from tests.postgres.compatibility.cases import (
    access,
    beyond,
    columns,
    computed,
    keys,
    nulls_and_defaults,
    objects,
    types,
    unlisted,
    values,
    views,
    written_rows,
)

CASES = (
    *columns.CASES,
    *nulls_and_defaults.CASES,
    *types.CASES,
    *values.CASES,
    *keys.CASES,
    *access.CASES,
    *objects.CASES,
    *computed.CASES,
    *views.CASES,
    *written_rows.CASES,
    *unlisted.CASES,
    *beyond.CASES,
)
