"""The same cases where nothing of what they set up is known: what breaks on a server is never passed in silence."""

from collections.abc import Iterator

import psycopg
import pytest

from schemaguard.contracts.contract import Access, ReadsThrough
from tests.conftest import VERSIONS
from tests.postgres.compatibility import server as servers
from tests.postgres.compatibility import verdict
from tests.postgres.compatibility.case import Case
from tests.postgres.compatibility.cases import CASES

_VIEW = "the statement names the table below a view, and which that is nobody can know"
_CALLER = "the statement names a function, and what calls it nobody can know"
_FIRST = "CREATE OR REPLACE makes a view, too, and that there was one nobody can know"
_KEY = "the statement names another table, and that rows refer to it nobody can know"
_BODY = "that a trigger is there, and what it does, nobody can know"
_READS = "the statement names another table, and that a function reads it nobody can know"
UNKNOWABLE = {
    "a foreign key is dropped, and a row loses what it refers to": "an unknown constraint, and no promise hangs on it",
    "rows go with what they refer to": "what the foreign key did before nobody can know",
    "an index is dropped": "whether the index is the reader's nobody can know, and it is only slower",
    "a column is dropped and made again as a generated one": "that it was a plain one nobody can know",
    "the column under a view may be NULL, and the view's reader was promised that it isn't": _VIEW,
    "the view shows another column under the same name, of another type": "of which type it was nobody can know",
    "a required column is added below the view that is written through": _VIEW,
    "the CHECK below a view that kept a promised bound is dropped": _VIEW,
    "rows below a view are deleted": _VIEW,
    "rows go with those that they refer to": _KEY,
    "TRUNCATE CASCADE reaches what refers to the table": _KEY,
    "a reference is emptied as what it refers to goes": _KEY,
    "rows of an inheritance child leave with it": "the statement names the child as its own table's parent is unknown",
    "a partition with rows is attached": "which rows it has nobody can know, and partitions are attached every day",
    "a partition is dropped": "the statement names the partition, and whose it is nobody can know",
    "a trigger's function that only noted something swallows rows now": _BODY,
    "a trigger names a column that has another name now": _BODY,
    "a trigger names a column that is dropped": _BODY,
    "a trigger inserts into a table that has another name now": _BODY,
    "a trigger inserts into a table that is dropped": _BODY,
    "a trigger inserts into a column that has another name now": _BODY,
    "a trigger leaves out a column that is required now": _BODY,
    "a trigger updates a column that has another name now": _BODY,
    "a trigger keeps all columns of a table that has one more now": _BODY,
    "a trigger inserts without a list into a table that has lost a column": _BODY,
    "a trigger writes a table that has a CHECK now": _BODY,
    "a domain fills columns with another value": "a writer's contract doesn't name the columns that it leaves out",
    "a domain over a domain gets a check": "the statement names the lower one, and what is made of it nobody can know",
    "a function in between does otherwise": _CALLER,
    "a generated column is made again with another expression": "a writer's contract doesn't name the generated column",
    "a materialized view is emptied on which a view stands": _VIEW,
    "a view below the one that is read asks for the reader's own rights": _VIEW,
    "a view in between leaves out some rows": _VIEW,
    "a view is replaced by one that asks for the reader's own rights": _FIRST,
    "row security is forced on the owner of a view": _VIEW,
    "row security is on below a view that asks for the reader's own rights": _VIEW,
    "the function in a check refuses more": _CALLER,
    "the function in a default does otherwise": _CALLER,
    "the function of a generated column is dropped with CASCADE": _CALLER,
    "the function of a required column's default is dropped with CASCADE": _CALLER,
    "the function of a view is dropped with CASCADE": _CALLER,
    "the function of the only policy is dropped with CASCADE": _CALLER,
    "the view leaves out some rows": _FIRST,
    "a view calls a function over a table that has another name now": _VIEW,
    "a view calls a function over a column that has another name now": _VIEW,
    "rows below a materialised view change, and it is filled": _VIEW,
    "rows below a materialised view go, and it is filled beside its readers": _VIEW,
    "the right of a view's owner is revoked": _VIEW,
    "rows get other values that the query's function reads": _READS,
    "the right to read what the query's function reads is revoked": _READS,
    "the query's function loses its owner's rights": "with whose rights it ran, and what it reads, nobody can know",
    "the right to read what a policy asks is revoked": "which policies there are, and what they ask, nobody can know",
    "the right to call a check's function is revoked": _CALLER,
    "the right to write what a trigger writes is revoked": _BODY,
}
"""Case → why nothing can be said: its statement names neither table nor column of the contract, or nothing is felt."""
DOUBTED = {
    "rows go with what they refer to": "that the foreign key was there before nobody can know",
    "a materialized view is emptied and filled": "what nobody listed has no state that the second REFRESH could mend",
    "a view asks for the reader's own rights, and a policy shows them all": "which policies there are nobody can know",
    "a partition is detached, and a default partition takes its rows": "that it is there nobody can know",
    "a row is put in that is within the promised bounds": "which column gets which value nobody can know",
    "a row is put in where a check keeps the bounds": "that a CHECK is there nobody can know",
    "a new column gets the name and the values of one": "that both are of one type nobody can know",
    "a label gets another name and has its own again": "that it was no other label's name nobody can know",
}
"""Case → why more is said than happens."""
ASKED = [(case, access, through) for case in CASES for through in case.through for access in case.accesses]


@pytest.fixture(scope="module", params=VERSIONS)
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    url = request.getfixturevalue(f"server{request.param}")
    yield from servers.opened(url)


@pytest.mark.parametrize(
    ("case", "access", "through"), ASKED, ids=[f"{case.what} ({access}, {through})" for case, access, through in ASKED]
)
def test_what_breaks_is_said_though_nothing_was_known_before(
    connection: psycopg.Connection, case: Case, access: Access, through: ReadsThrough
) -> None:
    _, foretold = verdict.judged_unlisted(case, access, through)
    happened = servers.happened(connection, case, access, through)
    if happened == verdict.SAME:
        assert foretold == verdict.SAME or case.what in DOUBTED
    else:
        assert foretold != verdict.SAME or case.what in UNKNOWABLE


@pytest.mark.parametrize("what", sorted({*UNKNOWABLE, *DOUBTED}))
def test_what_is_excused_is_a_case(what: str) -> None:
    assert what in {case.what for case in CASES}
