"""A contract on a copy: every verdict is the table reader's, and a server shows it with the next copy."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.conftest import VERSIONS
from tests.postgres.compatibility import server as servers
from tests.postgres.compatibility import verdict
from tests.postgres.compatibility.case import Case
from tests.postgres.compatibility.cases import CASES

READERS = [case for case in CASES if "table" in case.through and "read" in case.accesses]
BREAKING = [case for case in READERS if verdict.judged(case, "read", "table")[1].startswith(verdict.fails(""))]


@pytest.fixture(scope="module", params=VERSIONS)
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    yield from servers.opened(request.getfixturevalue(f"server{request.param}"))


@pytest.mark.parametrize("case", READERS, ids=lambda case: case.what)
def test_the_verdict_is_that_of_a_reader_of_the_table(case: Case) -> None:
    assert verdict.judged(case, "read", "copy") == verdict.judged(case, "read", "table")


@pytest.mark.parametrize("case", BREAKING, ids=lambda case: case.what)
def test_the_copy_is_whole_until_the_next_one_fails_as_foretold(connection: psycopg.Connection, case: Case) -> None:
    """What copies is a client of the table that reads what the contract reads."""
    copied = servers.copied(connection, case)
    assert copied.kept == copied.before
    assert verdict.fails(copied.next or "") == verdict.judged(case, "read", "copy")[1]
