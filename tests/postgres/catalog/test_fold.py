"""The catalog after a script is the one that the server has."""

from collections.abc import Iterator

import psycopg
import pytest

from schemaguard.catalog.diff import difference
from tests.conftest import VERSIONS
from tests.postgres.catalog.servers import fold_script, run_script, scenarios

SCENARIOS = scenarios()


@pytest.fixture(scope="module", params=VERSIONS)
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    url = request.getfixturevalue(f"server{request.param}")
    with psycopg.connect(url) as opened:
        yield opened


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_catalog_is_what_the_server_has(connection: psycopg.Connection, name: str) -> None:
    real = run_script(connection, SCENARIOS[name])
    folded = fold_script(SCENARIOS[name])
    assert [str(one) for one in difference(real, folded)] == []
    assert folded.opaque == 0
