"""Random statements, sent to a server and folded into a catalog: afterwards both have the same.

`SCHEMAGUARD_RANDOM_EXAMPLES` makes the run longer (`make random`).
"""

import os
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog
from schemaguard.history.folding import fold, is_refusal
from schemaguard.sql.reading.translate import translate
from tests.conftest import VERSIONS
from tests.postgres.catalog.random_statements import statements

EXAMPLES = int(os.environ.get("SCHEMAGUARD_RANDOM_EXAMPLES", "120"))
FROM_16_ON = "in child table must not be a generated column"
"""What later servers refuse and 15 takes: the catalog follows 15."""
STATEMENTS = 10
"""How many statements an example has at most."""


@pytest.fixture(scope="module", params=VERSIONS)
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    url = request.getfixturevalue(f"server{request.param}")
    with psycopg.connect(url, autocommit=True) as opened:
        opened.execute("set client_min_messages = error")
        yield opened


def _sent(connection: psycopg.Connection, statement: str) -> psycopg.Error | None:
    """What the server answers where it refuses the statement; nothing of it is left then."""
    try:
        with connection.transaction():
            connection.execute(statement.encode())
    except psycopg.Error as error:
        return error
    return None


@settings(
    max_examples=EXAMPLES,
    # The short run is the same every time; what is new is looked for in the long one.
    derandomize="SCHEMAGUARD_RANDOM_EXAMPLES" not in os.environ,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
@given(data=st.data())
def test_after_random_statements_the_catalog_is_what_the_server_has(
    connection: psycopg.Connection, data: st.DataObject
) -> None:
    catalog = Catalog()
    with connection.transaction(force_rollback=True):
        for number in range(data.draw(st.integers(1, STATEMENTS))):
            statement = data.draw(statements(catalog, number))
            refused = _sent(connection, statement)
            changes, after = fold(translate(statement), catalog)
            answers = [change.reason for change in changes if is_refusal(change)]
            if refused is not None and FROM_16_ON in str(refused):
                continue
            if refused is not None:
                assert difference(catalog, after) == (), f"{statement}: the server says {refused}"
            else:
                assert answers == [], f"{statement}: the server takes it"
                catalog = after
        assert [str(one) for one in difference(read_catalog(connection), catalog)] == []
        assert catalog.opaque == 0
