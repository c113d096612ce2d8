"""Every row of the compatibility table: the static verdict is what every PostgreSQL does."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from schemaguard.contracts.compatibility import rows
from schemaguard.contracts.compatibility.breakage import CAUSES
from schemaguard.contracts.compatibility.rows import Row
from schemaguard.contracts.compatibility.sqlstates import CONDITIONS
from schemaguard.contracts.contract import Access, ReadsThrough
from tests.conftest import VERSIONS
from tests.postgres.compatibility import server as servers
from tests.postgres.compatibility import verdict
from tests.postgres.compatibility.case import Case
from tests.postgres.compatibility.cases import CASES
from tests.postgres.compatibility.cases.beyond import ARRIVE
from tests.postgres.compatibility.page import page
from tests.postgres.compatibility.rows import ROWS

_SHOWN_BY_NO_CATALOG = frozenset(
    {"access-revoked", "rows-deleted", "rows-overwritten", "partition-gone", "trigger-fails", "trigger-unread"}
    | {"unlisted"}
)
"""Who granted what is taken away, what becomes of rows, what a function's body does, and what nobody listed."""
DOCS = Path(__file__).parents[3] / "docs" / "compatibility.md"
ASKED = [(case, access, through) for case in CASES for through in case.through for access in case.accesses]
IDS = [f"{case.what} ({access}, {through})" for case, access, through in ASKED]


# What a case did is kept for the page, so the tests of one server stay in one process.
_SERVERS = [pytest.param(version, marks=pytest.mark.xdist_group(f"rows on {version}")) for version in VERSIONS]


@pytest.fixture(scope="module", params=_SERVERS)
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    url = request.getfixturevalue(f"server{request.param}")
    yield from servers.opened(url)


@pytest.mark.parametrize(("case", "access", "through"), ASKED, ids=IDS)
def test_the_static_verdict_is_what_the_server_does(
    connection: psycopg.Connection, case: Case, access: Access, through: ReadsThrough
) -> None:
    causes, foretold = verdict.judged(case, access, through)
    happened = servers.happened(connection, case, access, through)
    if foretold == verdict.UNPROVEN:
        assert happened != verdict.SAME
    else:
        assert foretold == happened
    assert causes == ({case.expected(access, through)} - {None})


def test_the_page_in_docs_is_what_this_server_did(connection: psycopg.Connection) -> None:
    assert DOCS.read_text(encoding="utf-8") == page(connection)


def test_every_row_has_a_case_and_every_case_a_row() -> None:
    assert set(ROWS) == {case.row for case in CASES}


def _followed(row: Row) -> bool:
    """Whether its cases have the causes of what lies below, rather than causes of its own."""
    return not row.causes


@pytest.mark.parametrize("row", [row for row in rows.ROWS if not _followed(row)], ids=lambda row: row.change)
def test_a_row_has_the_causes_of_its_cases_and_names_their_sqlstates(row: Row) -> None:
    of_row = [(case, access, through) for case, access, through in ASKED if case.row == row.change]
    causes = {(access, case.expected(access, through)) for case, access, through in of_row} - {
        ("read", None),
        ("write", None),
    }
    assert {cause for _, cause in causes} == set(row.causes)
    for access, code in causes:
        cause = CAUSES.get((code, access))
        if cause is not None and cause.sqlstate is not None and code == row.causes[0]:
            assert cause.sqlstate in (row.reader if access == "read" else row.writer)


@pytest.mark.parametrize(("case", "access", "through"), ASKED, ids=IDS)
def test_a_breakage_is_explained_by_its_own_row_and_what_differs(
    case: Case, access: Access, through: ReadsThrough
) -> None:
    own = next(row for row in rows.ROWS if row.change == case.row)
    for why in verdict.explained(case, access, through):
        assert why.change == case.row or _followed(own)
        # Who granted what a REVOKE takes away, no statement of the case says, and what rows hold, no catalog.
        assert why.diff or why.cause in _SHOWN_BY_NO_CATALOG or case.row == ARRIVE
        assert [error.condition for error in why.errors] == [CONDITIONS[error.sqlstate] for error in why.errors]


def test_every_cause_that_can_be_told_has_a_case() -> None:
    expected = {
        (case.expected(access, through), access) for case, access, through in ASKED if case.expected(access, through)
    }
    told = {(cause.code, access) for (_, access), cause in CAUSES.items()}
    # The signature's layer has tests of its own: what arrives is pandas' and MLflow's matter.
    assert told - expected == {("signature-refused", "read")}
    assert expected - told == {("opaque", "read"), ("opaque", "write")}


def test_no_two_cases_are_called_the_same() -> None:
    assert len({case.what for case in CASES}) == len(CASES)
