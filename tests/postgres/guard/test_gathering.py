"""What a revision does is written down together, and is what was done: nothing that was taken back, all that stayed."""

import pytest

from schemaguard.errors import RefusedError
from tests.postgres.guard.project import Project

ADDED = "select change -> 'adds' ->> 2 from schemaguard.applied_change where revision = %s order by id"
ADD = 'op.execute("alter table transactions add column {} text")'


def test_what_a_revision_commits_by_itself_is_written_down_with_it(fenced: Project) -> None:
    lines = (
        ADD.format("a"), "with op.get_context().autocommit_block():",
        '    op.execute("create index concurrently x on transactions (note)")', ADD.format("b"), "1 / 0",
    )  # fmt: skip
    revision = fenced.add("\n".join(lines))
    with pytest.raises(ZeroDivisionError):
        fenced.upgrade()
    assert [row[0] for row in fenced.applied(revision)] == ["AddColumn", "CreateIndex"]


def test_what_a_savepoint_takes_back_is_not_written_down(fenced: Project) -> None:
    lines = (
        ADD.format("a"), "with op.get_bind().begin_nested() as inner:", "    " + ADD.format("b"),
        "    inner.rollback()",
        ADD.format("c"), 'op.execute("savepoint mine")', ADD.format("d"), 'op.execute("rollback to savepoint mine")',
        ADD.format("e"), "with op.get_bind().begin_nested():", "    " + ADD.format("f"),
    )  # fmt: skip
    revision = fenced.add("\n".join(lines))
    fenced.upgrade()
    assert [row[0] for row in fenced.ask(ADDED, revision)] == ["a", "c", "e", "f"]
    assert {"a", "c", "e", "f"} <= set(fenced.columns("transactions"))


def test_the_fence_looks_at_rows_in_every_revision_of_a_run(fenced: Project) -> None:
    raw = "op.get_bind().connection.driver_connection"
    looks = f'assert {raw}.execute("select schemaguard.is_migrating()").fetchone() == (True,)'
    fenced.add(looks)
    fenced.add(f"{looks}\n{raw}.rollback()")
    last = fenced.add(looks)
    fenced.upgrade()
    assert fenced.heads() == [last]


def test_a_statement_that_the_guard_has_sent_answers_as_any_ddl_does(fenced: Project) -> None:
    result = 'op.get_bind().exec_driver_sql("alter table transactions add column a text")'
    revision = fenced.add(f"result = {result}\nassert (result.rowcount, result.returns_rows) == (-1, False)")
    fenced.upgrade()
    assert fenced.heads() == [revision]


@pytest.mark.parametrize("table", ["approval", "drill", "golden", "fleet_operation", "pointer"])
def test_a_revision_that_hides_what_it_writes_writes_nothing_of_ours(fenced: Project, table: str) -> None:
    hidden = f"do $x$ begin execute 'delete from schema' || 'guard.{table}'; end $x$"
    fenced.add(f'op.execute("{hidden}")')
    with pytest.raises(RefusedError, match=rf"a migration may not write schemaguard\.{table}"):
        fenced.upgrade()
