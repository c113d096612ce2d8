"""A server with a control schema, for cases that leave nothing behind."""

from collections.abc import Iterator

import psycopg
import pytest

from schemaguard.adapters import control
from tests.conftest import VERSIONS, fresh
from tests.postgres.retirement.trial import Connection


@pytest.fixture(scope="module", params=VERSIONS)
def retiring(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A connection to a database with a control schema, on every PostgreSQL that the tests know."""
    with (
        fresh(request.getfixturevalue(f"server{request.param}")) as url,
        psycopg.connect(url, autocommit=True) as connected,
    ):
        control.install(connected)
        yield connected
