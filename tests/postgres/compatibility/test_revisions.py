"""The same changes as Alembic revisions: judged without being run, and run by Alembic itself on every PostgreSQL."""

from collections.abc import Iterator
from textwrap import dedent, indent

import psycopg
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.types import UserDefinedType

from schemaguard.contracts.contract import Access
from tests.conftest import VERSIONS
from tests.postgres.compatibility import server as servers
from tests.postgres.compatibility import test_attacks, verdict
from tests.postgres.compatibility.attack_revisions import ATTACKS, HEALTHY
from tests.postgres.compatibility.case import Case
from tests.postgres.compatibility.cases import CASES
from tests.postgres.compatibility.revisions import REVISIONS
from tests.unit.evaluation.evaluating import evaluated

VECTOR = """
from sqlalchemy.types import UserDefinedType


class Vector(UserDefinedType):
    def __init__(self, dimensions):
        self.dimensions = dimensions

    def get_col_spec(self, **kw):
        return f"vector({self.dimensions})"

"""
_CASES = {case.what: case for case in CASES}
_TRIED = {tried.what: tried for tried in (*test_attacks.ATTACKS, *test_attacks.SILENT)}
ASKED = [(_CASES[what], access) for what in REVISIONS for access in _CASES[what].accesses]


class Vector(UserDefinedType[object]):
    """As the revisions spell it."""

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions

    def get_col_spec(self, **_: object) -> str:
        """The type's SQL."""
        return f"vector({self.dimensions})"


@pytest.fixture(scope="module", params=VERSIONS)
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    yield from servers.opened(request.getfixturevalue(f"server{request.param}"))


@pytest.mark.parametrize(("case", "access"), ASKED, ids=[f"{case.what} ({access})" for case, access in ASKED])
def test_a_revision_is_judged_as_what_alembic_does_with_it(
    connection: psycopg.Connection, case: Case, access: Access
) -> None:
    causes, foretold, happened = _said_and_done(connection, case, access, REVISIONS[case.what])
    assert foretold == happened
    assert causes == {case.expected(access, "table")} - {None}


@pytest.mark.parametrize("what", ATTACKS | HEALTHY)
def test_an_attack_in_a_revision_is_judged_as_what_alembic_does_with_it(
    connection: psycopg.Connection, what: str
) -> None:
    case = _TRIED[what]
    for access in case.accesses:
        _, foretold, happened = _said_and_done(connection, case, access, (ATTACKS | HEALTHY)[what])
        assert (happened == verdict.SAME) == (what in HEALTHY)
        assert foretold == happened or (what in ATTACKS and foretold == verdict.UNPROVEN)


def _said_and_done(
    connection: psycopg.Connection, case: Case, access: Access, revision: str
) -> tuple[frozenset[str], str, str]:
    body = verdict.spelled(dedent(revision))
    run = evaluated(f"{VECTOR}\ndef upgrade():\n{indent(body, '    ')}", before=verdict.spelled(case.setup))
    causes, foretold = verdict.judged_run(run, case, access, "table")
    observed = servers.observe(connection, case, access, "table", lambda it: _upgrade(it, body))
    promises = verdict.contract(case, access, "table").tables[0].promises
    return causes, foretold, servers.told(observed, promises, access)


def _upgrade(connection: psycopg.Connection, body: str) -> None:
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(connection.info.dsn))
    with engine.begin() as bind:
        operations = Operations(MigrationContext.configure(bind))
        exec(compile(body, "upgrade", "exec"), {"op": operations, "sa": sa, "Vector": Vector})
    engine.dispose()
