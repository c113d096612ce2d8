"""Changes beyond those of the table: the static verdict is what every PostgreSQL does with each of them, too."""

from collections.abc import Iterator

import psycopg
import pytest

from schemaguard.contracts.contract import Access
from tests.conftest import VERSIONS
from tests.postgres.compatibility import server as servers
from tests.postgres.compatibility import verdict
from tests.postgres.compatibility.case import Case
from tests.postgres.compatibility.variants import VARIANTS

ASKED = [(case, access) for case in VARIANTS for access in case.accesses]


@pytest.fixture(scope="module", params=VERSIONS)
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    yield from servers.opened(request.getfixturevalue(f"server{request.param}"))


@pytest.mark.parametrize(("case", "access"), ASKED, ids=[f"{case.what} ({access})" for case, access in ASKED])
def test_the_static_verdict_is_what_the_server_does(connection: psycopg.Connection, case: Case, access: Access) -> None:
    causes, foretold = verdict.judged(case, access, "table")
    happened = servers.happened(connection, case, access, "table")
    if foretold == verdict.UNPROVEN:
        assert happened != verdict.SAME
    else:
        assert foretold == happened
    assert causes == {case.expected(access, "table")} - {None}
